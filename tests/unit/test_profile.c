/*
 * test_profile.c - what can be said to sshd becomes a profile, in one normal form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "core/model/profile.h"
#include "tests/unit/diag_fixture.h"

/* ---- single values ---- */

static const char *
start_of(struct fixture *fixture, const char *text)
{
	const char *start = "(refused)";
	fixture_clear(fixture);
	if (!profile_check_start(text, fixture->place, &fixture->arena, &start, &fixture->diags))
		return fixture->diags.items[0].message;
	return start ? start : "(root)";
}

static void
test_a_start_directory_is_below_the_jail_and_can_be_written_in_sshds_configuration(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "www", "www" },
		{ "/www/htdocs/", "www/htdocs" },
		{ "//www", "www" },
		{ "/", "(root)" },
		{ "", "(root)" },
		{ "50%", "50%" },
		{ "b\xc3\xbc"
		  "cher",
			"b\xc3\xbc"
			"cher" },
		{ "my pics",
			"start directory 'my pics' has a blank: sshd's configuration cannot say "
			"it" },
		{ "it's",
			"start directory 'it's' has a quote, a backslash or a '#': sshd's "
			"configuration cannot say it" },
		{ "a\\b",
			"start directory 'a\\b' has a quote, a backslash or a '#': sshd's "
			"configuration cannot say it" },
		{ "a#b",
			"start directory 'a#b' has a quote, a backslash or a '#': sshd's "
			"configuration cannot say it" },
		{ "b\xfc"
		  "cher",
			"start directory 'b\xfc"
			"cher' is not UTF-8: sshd's configuration "
			"cannot say it" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(start_of(fixture, cases[i].text), cases[i].expected);
	static const char *const outside[] = { "../etc", "a/../../etc", "a//b", "a\nb", ".rehome" };
	for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
		(void)start_of(fixture, outside[i]);
		assert_int_equal(fixture->diags.errors, 1);
	}
}

static void
test_a_start_directory_of_the_login_is_one_for_all(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cases[][2] = { { "anna", "%u" }, { "ftp/anna/in", "ftp/%u/in" },
		{ "annas/anna", "annas/%u" }, { "ftp", "ftp" }, { "anna/anna", "%u/%u" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jail_profile profile = {
			.start = profile_start_for_all(cases[i][0], "anna", &fixture->arena),
		};
		assert_string_equal(profile.start, cases[i][1]);
		assert_string_equal(
			profile_start_of(&profile, "anna", &fixture->arena), cases[i][0]);
	}
	struct jail_profile none = { 0 };
	assert_null(profile_start_for_all(NULL, "anna", &fixture->arena));
	assert_null(profile_start_of(&none, "anna", &fixture->arena));
}

static void
test_a_umask_is_octal(void **state)
{
	struct fixture *fixture = *state;
	mode_t umask = 07777;
	static const struct {
		const char *text;
		mode_t umask;
	} good[] = { { "022", 022 }, { "0", 0 }, { "0077", 077 }, { "777", 0777 }, { "7", 07 } };
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(
			profile_check_umask(good[i].text, fixture->place, &umask, &fixture->diags));
		assert_int_equal(umask, good[i].umask);
	}
	static const char *const bad[] = { "", "8", "1777", "00022", "-1", " 22", "0x12", "u=rw" };
	umask = 0123;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(profile_check_umask(bad[i], fixture->place, &umask, &fixture->diags));
	assert_int_equal(umask, 0123);
}

static void
test_a_log_level_is_one_of_sftp_servers(void **state)
{
	struct fixture *fixture = *state;
	const char *level = "untouched";
	assert_false(profile_check_log_level("loud", fixture->place, &level, &fixture->diags));
	assert_string_equal(level, "untouched");
	assert_true(profile_check_log_level("verbose", fixture->place, &level, &fixture->diags));
	assert_string_equal(level, "VERBOSE");
}

/* ---- addresses ---- */

static const char *
address_of(struct fixture *fixture, const char *text)
{
	const char *address;
	fixture_clear(fixture);
	if (!profile_check_address(
		    text, fixture->place, &fixture->arena, &address, &fixture->diags))
		return fixture->diags.items[0].message;
	return address;
}

static void
test_an_address_is_as_sshd_takes_it(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "192.0.2.7/32", "192.0.2.7" },
		{ "!10.0.0.0/8", "!10.0.0.0/8" },
		{ "10.*", "10.0.0.0/8" },
		{ "10.1.*", "10.1.0.0/16" },
		{ "!10.1.2.*", "!10.1.2.0/24" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "*", "*" },
		{ "2001:DB8:0::/32", "2001:db8::/32" },
		{ "::1", "::1" },
		{ "10.0.0.1/8", "'10.0.0.1/8' has bits behind its mask" },
		{ "2001:db8::1/64", "'2001:db8::1/64' has bits behind its mask" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(address_of(fixture, cases[i].text), cases[i].expected);
	static const char *const bad[] = { "", "!", "!!10.0.0.1", "10.0.0", "10.0.0.256",
		"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/255.0.0.0", "::ffff:10.0.0.1",
		"::1/129", "*.example.org", "10.*.1.*", "10.1.?", ".*", "1.2.3.4.*", "fe80::1%eth0",
		"10.0.0.1,10.0.0.2", "10.0.0.1 ", "host", "1000000000000000000.*" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const char *expected =
			arena_printf(&fixture->arena, "'%s' is no address or network", bad[i]);
		assert_string_equal(address_of(fixture, bad[i]), expected);
	}
}

static struct jail_profile
from(struct fixture *fixture, const char *text)
{
	struct jail_profile profile;
	text = arena_printf(&fixture->arena, "from=%s", text);
	assert_true(profile_parse(text, &fixture->arena, &profile));
	return profile;
}

static void
test_an_excluded_address_wins_over_all_that_are_allowed(void **state)
{
	struct fixture *fixture = *state;
	struct jail_profile profile =
		from(fixture, "10.0.0.0/8,2001:db8::/33,!10.1.0.0/16,!10.2.0.1");
	static const struct {
		const char *address;
		bool allowed;
	} cases[] = { { "10.0.0.1", true }, { "10.255.255.255", true }, { "11.0.0.0", false },
		{ "10.1.255.255", false }, { "10.2.0.1", false }, { "10.2.0.2", true },
		{ "2001:db8:7fff::1", true }, { "2001:db8:8000::", false }, { "::1", false },
		{ "", false } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(profile_allows(&profile, cases[i].address), cases[i].allowed);
	profile.from.count = 0;
	assert_true(profile_allows(&profile, "11.0.0.0"));
}

static void
test_an_address_inside_and_one_outside_can_be_named(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *from, *inside, *outside;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0", "192.0.2.1" },
		{ "192.0.2.0/24", "192.0.2.1", "2001:db8::1" },
		{ "10.0.0.0/8,!10.0.0.0/9", "10.255.255.255", "192.0.2.1" },
		{ "10.0.0.0/8,!10.0.0.0/9,!10.128.0.0/10,!10.255.0.0/16", "10.192.0.0",
			"192.0.2.1" },
		{ "*,!10.0.0.0/8", "192.0.2.1", "10.0.0.0" },
		{ "0.0.0.0/0,::/0", "192.0.2.1", "(none)" },
		{ "10.0.0.0/8,!10.0.0.0/8", "(none)", "192.0.2.1" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jail_profile profile = from(fixture, cases[i].from);
		const char *inside = profile_inside(&profile, &fixture->arena);
		const char *outside = profile_outside(&profile, &fixture->arena);
		assert_string_equal(inside ? inside : "(none)", cases[i].inside);
		assert_string_equal(outside ? outside : "(none)", cases[i].outside);
	}
}

static void
test_a_list_of_addresses_lets_somebody_in(void **state)
{
	struct fixture *fixture = *state;
	struct string_list list = { 0 };
	string_list_push(&fixture->arena, &list, "!10.0.0.0/8");
	assert_false(
		profile_complete_from(&list, fixture->place, &fixture->arena, &fixture->diags));
	assert_only_error(fixture, "only excludes addresses: sshd would let nobody in",
		"Add what is allowed; '*' is everywhere.");
	fixture_clear(fixture);

	string_list_push(&fixture->arena, &list, "192.0.2.1");
	string_list_push(&fixture->arena, &list, "10.0.0.1");
	string_list_push(&fixture->arena, &list, "192.0.2.1");
	assert_true(profile_complete_from(&list, fixture->place, &fixture->arena, &fixture->diags));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0], "10.0.0.1");
	assert_string_equal(list.items[1], "192.0.2.1");
	assert_string_equal(list.items[2], "!10.0.0.0/8");

	list = (struct string_list){ 0 };
	string_list_push(&fixture->arena, &list, "*");
	assert_true(profile_complete_from(&list, fixture->place, &fixture->arena, &fixture->diags));
	assert_int_equal(list.count, 0);
	assert_no_diags(fixture);
}

static void
test_a_long_list_of_addresses_takes_no_time(void **state)
{
	struct fixture *fixture = *state;
	enum { ADDRESSES = 60000, SECONDS = 4 };
	struct string_list list = { 0 };
	for (int i = 0; i < ADDRESSES; i++)
		string_list_push(&fixture->arena, &list,
			arena_printf(
				&fixture->arena, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255));
	clock_t start = clock();
	assert_true(profile_complete_from(&list, fixture->place, &fixture->arena, &fixture->diags));
	assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, SECONDS - 1);
	assert_int_equal(list.count, ADDRESSES);
}

/* ---- the whole ---- */

static void
test_a_profile_comes_back_from_its_text_and_from_no_other(void **state)
{
	struct fixture *fixture = *state;
	struct jail_profile profile;
	static const char *const good[] = { "", "read-only", "umask=000", "start=a/b%c", "log=INFO",
		"from=10.0.0.0/8,!10.1.0.0/16",
		"read-only umask=027 start=www log=VERBOSE from=*,!10.0.0.1" };
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(profile_parse(good[i], &fixture->arena, &profile));
		assert_string_equal(profile_text(&profile, &fixture->arena), good[i]);
		assert_int_equal(profile_is_empty(&profile), i == 0);
	}
	static const char *const bad[] = { " ", "umask=27", "umask=027 read-only", "read-only ",
		"start=/www", "start=", "from=", "from=*", "from=10.0.0.2,10.0.0.1", "log=verbose",
		"readonly", "umask=027 umask=027", "start=../x" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(profile_parse(bad[i], &fixture->arena, &profile));
}

static void
test_an_accounts_profile_wins_over_its_layouts_field_by_field(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *account, *layout, *expected;
	} cases[] = {
		{ "", "read-only umask=027", "read-only umask=027" },
		{ "umask=000", "read-only umask=027", "read-only umask=000" },
		{ "start=in from=10.0.0.1", "start=out log=INFO from=10.0.0.2",
			"start=in log=INFO from=10.0.0.1" },
		{ "read-only log=VERBOSE", "log=INFO", "read-only log=VERBOSE" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jail_profile account, layout, profile;
		assert_true(profile_parse(cases[i].account, &fixture->arena, &account));
		assert_true(profile_parse(cases[i].layout, &fixture->arena, &layout));
		profile = profile_over(&account, &layout);
		assert_string_equal(profile_text(&profile, &fixture->arena), cases[i].expected);
	}
}

static void
test_a_profile_is_shown_to_people_in_words(void **state)
{
	struct fixture *fixture = *state;
	struct jail_profile profile;
	assert_true(profile_parse(
		"read-only umask=027 start=www log=VERBOSE from=10.0.0.0/8,192.0.2.1,!10.1.0.0/16",
		&fixture->arena, &profile));
	assert_string_equal(profile_words(&profile, &fixture->arena),
		"read-only, umask 027, starts in /www, log VERBOSE, from 10.0.0.0/8 192.0.2.1 not "
		"10.1.0.0/16");
	profile = (struct jail_profile){ 0 };
	assert_string_equal(profile_words(&profile, &fixture->arena), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(
			test_a_start_directory_is_below_the_jail_and_can_be_written_in_sshds_configuration),
		fixture_test(test_a_start_directory_of_the_login_is_one_for_all),
		fixture_test(test_a_umask_is_octal),
		fixture_test(test_a_log_level_is_one_of_sftp_servers),
		fixture_test(test_an_address_is_as_sshd_takes_it),
		fixture_test(test_an_excluded_address_wins_over_all_that_are_allowed),
		fixture_test(test_an_address_inside_and_one_outside_can_be_named),
		fixture_test(test_a_list_of_addresses_lets_somebody_in),
		fixture_test(test_a_long_list_of_addresses_takes_no_time),
		fixture_test(test_a_profile_comes_back_from_its_text_and_from_no_other),
		fixture_test(test_an_accounts_profile_wins_over_its_layouts_field_by_field),
		fixture_test(test_a_profile_is_shown_to_people_in_words),
	};
	return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
