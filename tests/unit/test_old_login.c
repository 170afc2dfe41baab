/*
 * test_old_login.c - what an old login claims of whoever types its password on the old machine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/old_login.h"

/* The claim of an allowed login with these addresses ("10.0.0.0/8 !10.1.0.0/16", blank-separated).
 */
static enum old_verdict
claim_from(const char *addresses)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct old_login *login = old_login_create(&arena, "anna", NOWHERE);
	login->login = OLD_ALLOW;
	char *save, *text = arena_strdup(&arena, addresses);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		string_list_push(&arena, &login->from, word);
	return old_login_claim(login);
}

static void
test_claim_is_the_verdict_without_limits(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct old_login *login = old_login_create(&arena, "anna", NOWHERE);
	assert_int_equal(old_login_claim(login), OLD_DENY);
	login->login = OLD_UNKNOWN;
	assert_int_equal(old_login_claim(login), OLD_UNKNOWN);
	login->login = OLD_ALLOW;
	assert_int_equal(old_login_claim(login), OLD_ALLOW);
}

static void
test_claim_is_allow_where_the_machine_itself_is_let_in(void **state)
{
	(void)state;
	assert_int_equal(claim_from("127.0.0.1"), OLD_ALLOW);
	assert_int_equal(claim_from("10.0.0.0/8 127.0.0.0/8"), OLD_ALLOW);
	assert_int_equal(claim_from("0.0.0.0/0 ::/0 !10.0.0.0/8"), OLD_ALLOW);
	assert_int_equal(claim_from("* !10.0.0.0/8"), OLD_ALLOW);
	assert_int_equal(claim_from("!10.0.0.0/8"), OLD_ALLOW);
	assert_int_equal(claim_from("64.0.0.0/2"), OLD_ALLOW);
}

static void
test_claim_is_unknown_where_only_others_are_let_in(void **state)
{
	(void)state;
	assert_int_equal(claim_from("10.0.0.0/8"), OLD_UNKNOWN);
	assert_int_equal(claim_from("127.0.0.0/8 !127.0.0.1"), OLD_UNKNOWN);
	assert_int_equal(claim_from("* !127.0.0.0/8"), OLD_UNKNOWN);
	assert_int_equal(claim_from("::1"), OLD_UNKNOWN);
	assert_int_equal(claim_from("127.0.0.2/31"), OLD_UNKNOWN);
	assert_int_equal(claim_from("0.0.0.0/99"), OLD_UNKNOWN);
}

static void
test_claim_is_unknown_where_it_depends_on_the_hour(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct old_login *login = old_login_create(&arena, "anna", NOWHERE);
	login->login = OLD_ALLOW;
	login->hours = "0800-1800";
	assert_int_equal(old_login_claim(login), OLD_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claim_is_the_verdict_without_limits),
		cmocka_unit_test(test_claim_is_allow_where_the_machine_itself_is_let_in),
		cmocka_unit_test(test_claim_is_unknown_where_only_others_are_let_in),
		cmocka_unit_test(test_claim_is_unknown_where_it_depends_on_the_hour),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
