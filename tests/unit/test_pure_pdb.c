/*
 * test_pure_pdb.c - Pure-FTPd's user database, its text, and the fields of a user.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "importers/pureftpd/addresses.h"
#include "importers/pureftpd/passwd_text.h"
#include "importers/pureftpd/pdb.h"
#include "importers/pureftpd/virtual_user.h"
#include "tests/unit/pdb_fixture.h"

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ text, strlen(text) };
}

static void
test_pdb_finds_each_name_and_the_first_of_two(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer file = { 0 };
	const struct pdb_entry entries[] = { { "anna", "a" }, { "ben", "" }, { "anna", "second" } };
	struct pdb pdb;
	struct bytes line;
	struct pdb_names names;
	size_t too_long;
	pdb_write(entries, ARRAY_LEN(entries), &file);
	assert_true(pdb_open(buffer_bytes(&file), &pdb));
	assert_int_equal(pdb_find(&pdb, bytes_of("anna"), &line), PDB_FOUND);
	assert_string_equal(arena_strndup(&arena, line.data, line.size), "a");
	assert_int_equal(pdb_find(&pdb, bytes_of("ben"), &line), PDB_FOUND);
	assert_int_equal(line.size, 0);
	assert_int_equal(pdb_find(&pdb, bytes_of("Anna"), &line), PDB_UNKNOWN);
	assert_int_equal(pdb_find(&pdb, bytes_of(""), &line), PDB_UNKNOWN);
	assert_true(pdb_list(&pdb, &arena, &names, &too_long));
	assert_int_equal(names.count, 3);
	assert_memory_equal(names.items[1].name.data, "ben", 3);
	assert_int_equal(too_long, 0);
}

static void
test_pdb_refuses_other_files(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer file = { 0 };
	struct pdb pdb;
	pdb_write(NULL, 0, &file);
	struct bytes content = buffer_bytes(&file);
	assert_true(pdb_open(content, &pdb));
	assert_false(pdb_open((struct bytes){ content.data, 4 + 257 * 4 - 1 }, &pdb));
	file.data[3] = '1';
	assert_false(pdb_open(content, &pdb));
}

static void
test_pdb_says_when_a_record_reaches_out(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer file = { 0 };
	const struct pdb_entry entry = { "anna", "line" };
	struct pdb pdb;
	struct bytes line;
	struct pdb_names names;
	size_t too_long;
	pdb_write(&entry, 1, &file);
	assert_true(pdb_open((struct bytes){ file.data, file.size - 1 }, &pdb));
	assert_int_equal(pdb_find(&pdb, bytes_of("anna"), &line), PDB_DAMAGED);
	/* The offset of its slot. */
	memset(file.data + file.size - 16 - 4 * (255 - (pdb_hash("anna") & 255)) - 4, 0xff, 4);
	assert_true(pdb_open(buffer_bytes(&file), &pdb));
	assert_int_equal(pdb_find(&pdb, bytes_of("anna"), &line), PDB_UNKNOWN);
	assert_false(pdb_list(&pdb, &arena, &names, &too_long));
}

static void
assert_user(const char *line, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct virtual_user user;
	virtual_user_parse(bytes_of(line), &arena, &user);
	const char *text = user.fault
		? user.fault
		: arena_printf(&arena, "%s %u:%u %s quota %d:%d client %s|%s hours %s", user.hash,
			  (unsigned)user.uid, (unsigned)user.gid, user.home,
			  user.has_files ? (int)user.files : -1,
			  user.has_bytes ? (int)user.bytes : -1, user.allow_client,
			  user.deny_client, user.hours);
	assert_string_equal(text, expected);
}

static void
test_virtual_user_has_six_fields_or_more(void **state)
{
	(void)state;
	assert_user("h:1:2:g:/srv", "h 1:2 /srv quota -1:-1 client | hours ");
	assert_user("h:1:2:g:/srv:::::4:50:600:al:dl:ac:dc:0800-1800",
		"h 1:2 /srv quota 50:600 client ac|dc hours 0800-1800");
	/* Rules for addresses count only when all four lists are there. */
	assert_user("h:1:2:g:/srv:::::::::dl:ac", "h 1:2 /srv quota -1:-1 client | hours ");
	assert_user("h:-1:4294967298:g:/", "h 4294967295:2 / quota -1:-1 client | hours ");
}

static void
test_virtual_user_is_refused_for_its_fields(void **state)
{
	(void)state;
	assert_user("", "the password field is empty");
	assert_user(":1:2:g:/srv", "the password field is empty");
	assert_user("h:1x:2:g:/srv", "the uid is not a number");
	assert_user("h:1::g:/srv", "the gid is not a number");
	assert_user("h:0:2:g:/srv", "uid 0 is always refused");
	assert_user("h:1:0:g:/srv", "gid 0 is always refused");
	assert_user("h:1:2:g", "there is no home");
	assert_user("h:1:2:g:srv", "the home is not an absolute path");
}

/* Nobody may come from a refused place only because sshd cannot name it. */
static void
test_refused_names_of_clients_stay_among_the_limits(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer said = { 0 };
	struct virtual_user user = { .allow_local = "",
		.deny_local = "",
		.allow_client = "",
		.deny_client = "cafe.example.com,10.1.0.0/16" };
	struct old_login *login = old_login_create(&arena, "anna", at("/etc/users", 1));
	addresses_apply(&user, login->where, &arena, login);
	ARRAY_FOREACH (from, &login->from)
		buffer_printf(&said, "%s ", *from);
	assert_string_equal(buffer_text(&said), "0.0.0.0/0 ::/0 !10.1.0.0/16 !cafe.example.com ");
	assert_string_equal(login->notes.items[login->notes.count - 1].message,
		"only from some addresses: denied cafe.example.com,10.1.0.0/16");
}

/* Whether it could log in is known: from there, and sshd cannot say it. */
static void
test_clients_let_in_by_name_only_are_a_limit(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct virtual_user user = { .allow_local = "",
		.deny_local = "",
		.allow_client = "cafe.example.com",
		.deny_client = "" };
	struct old_login *login = old_login_create(&arena, "anna", at("/etc/users", 1));
	login->login = OLD_ALLOW;
	addresses_apply(&user, login->where, &arena, login);
	assert_int_equal(login->login, OLD_ALLOW);
	assert_int_equal(login->from.count, 1);
	assert_string_equal(login->from.items[0], "cafe.example.com");
	assert_int_equal(old_login_claim(login), OLD_UNKNOWN);
}

static void
test_text_is_read_as_pure_pw_does(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct passwd_text text;
	passwd_text_parse(
		bytes_of("#c:x\n\nanna:h:1\r\nben\nben:\nanna:later\ncleo:x"), "p", &arena, &text);
	assert_int_equal(text.users.count, 3);
	assert_string_equal(text.users.items[0].line, "h:1");
	assert_true(text.users.items[1].is_repeated);
	assert_int_equal(text.users.items[2].where.line, 7);
	const struct text_user *anna = table_get(&text.by_name, "anna");
	assert_int_equal(anna->where.line, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pdb_finds_each_name_and_the_first_of_two),
		cmocka_unit_test(test_pdb_refuses_other_files),
		cmocka_unit_test(test_pdb_says_when_a_record_reaches_out),
		cmocka_unit_test(test_virtual_user_has_six_fields_or_more),
		cmocka_unit_test(test_virtual_user_is_refused_for_its_fields),
		cmocka_unit_test(test_refused_names_of_clients_stay_among_the_limits),
		cmocka_unit_test(test_clients_let_in_by_name_only_are_a_limit),
		cmocka_unit_test(test_text_is_read_as_pure_pw_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
