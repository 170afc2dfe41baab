/*
 * test_account.c - a field is either a value that the host can hold or an error with a hint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "core/model/account.h"
#include "tests/unit/diag_fixture.h"
#include "tests/unit/ssh_key_samples.h"

static const char hint_text[] = "Take it out of the source.";
static const char hint_name[] = "Use up to 32 of a-z, 0-9, '_' and '-', a letter or '_' first.";

static bool
set(struct fixture *fixture, struct account *account, enum account_field field, const char *text)
{
	return account_set(account, field, text, fixture->place, &fixture->arena, &fixture->diags);
}

/* The account after one field was set, which must succeed silently. */
static struct account
account_with(struct fixture *fixture, enum account_field field, const char *text)
{
	struct account account = { 0 };
	bool ok = set(fixture, &account, field, text);
	assert_no_diags(fixture);
	assert_true(ok);
	assert_int_equal(account.given, 1u << field);
	assert_int_equal(account.places[field].column, 9);
	return account;
}

/* The field stays not given, and nothing else is touched either. */
static void
assert_refused(struct fixture *fixture, enum account_field field, const char *text,
	const char *message, const char *hint)
{
	struct account account = { 0 };
	const struct account untouched = { 0 };
	assert_false(set(fixture, &account, field, text));
	assert_only_error(fixture, message, hint);
	assert_memory_equal(&account, &untouched, sizeof(account));
	fixture_clear(fixture);
}

static void
test_every_field_has_one_name(void **state)
{
	(void)state;
	static const char *const names[] = { "key", "username", "full_name", "email", "uid",
		"password", "password_hash", "ssh_keys", "groups", "layout", "folders", "home",
		"shell", "expires", "state", "profile" };
	assert_int_equal(ARRAY_LEN(names), ACCOUNT_FIELDS);
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++) {
		assert_string_equal(account_field_name((enum account_field)i), names[i]);
		assert_int_equal(account_field_parse(names[i]), i);
	}
	assert_int_equal(account_field_parse("Username"), ACCOUNT_FIELDS);
	assert_int_equal(account_field_parse(""), ACCOUNT_FIELDS);
}

static void
test_empty_text_leaves_every_field_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++) {
		struct account account = { 0 };
		assert_true(set(fixture, &account, (enum account_field)i, ""));
		if (i != ACCOUNT_PASSWORD)
			assert_true(set(fixture, &account, (enum account_field)i, " \t\xc2\xa0\n"));
		assert_int_equal(account.given, 0);
	}
	assert_no_diags(fixture);
}

static void
test_bytes_that_are_not_utf8_are_refused_in_every_field_and_not_quoted(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++) {
		if (i == ACCOUNT_PASSWORD)
			continue;
		assert_refused(fixture, (enum account_field)i, "M\xfcller",
			arena_printf(&fixture->arena, "%s is not valid UTF-8",
				account_field_name((enum account_field)i)),
			"Convert the source to UTF-8.");
	}
}

static void
test_none_is_given_as_an_empty_value(void **state)
{
	struct fixture *fixture = *state;
	struct account account = { 0 };
	assert_true(set(fixture, &account, ACCOUNT_GROUPS, "press"));
	account_set_none(&account, ACCOUNT_GROUPS, fixture->place);
	account_set_none(&account, ACCOUNT_SSH_KEYS, fixture->place);
	account_set_none(&account, ACCOUNT_EXPIRES, fixture->place);
	assert_int_equal(account.given,
		1u << ACCOUNT_GROUPS | 1u << ACCOUNT_SSH_KEYS | 1u << ACCOUNT_EXPIRES);
	assert_int_equal(account.groups.count, 0);
	assert_int_equal(account.ssh_keys.count, 0);
	assert_int_equal(account.expires, ACCOUNT_NEVER);
	assert_int_equal(account.places[ACCOUNT_SSH_KEYS].line, 14);
}

static void
test_none_in_a_cell_empties_lists_and_nothing_else(void **state)
{
	struct fixture *fixture = *state;
	struct account account = { 0 };
	assert_true(set(fixture, &account, ACCOUNT_GROUPS, "press"));
	assert_true(set(fixture, &account, ACCOUNT_FOLDERS, "pics"));
	assert_true(set(fixture, &account, ACCOUNT_GROUPS, " (none) "));
	assert_true(set(fixture, &account, ACCOUNT_SSH_KEYS, "(none)"));
	assert_true(set(fixture, &account, ACCOUNT_FOLDERS, "(none)"));
	assert_int_equal(account.given,
		1u << ACCOUNT_GROUPS | 1u << ACCOUNT_SSH_KEYS | 1u << ACCOUNT_FOLDERS);
	assert_int_equal(account.groups.count, 0);
	assert_int_equal(account.folders.count, 0);
	assert_true(set(fixture, &account, ACCOUNT_FOLDERS, "'(none)'"));
	assert_string_equal(account.folders.items[0].path, "(none)");
	assert_string_equal(account_with(fixture, ACCOUNT_FULL_NAME, "(none)").full_name, "(none)");
	assert_no_diags(fixture);
}

static void
test_a_profile_is_words_in_any_order_each_once(void **state)
{
	struct fixture *fixture = *state;
	struct account account = account_with(fixture, ACCOUNT_PROFILE,
		"from=!10.1.0.0/16,10.0.0.0/8  start=/in umask=27 read-only");
	assert_string_equal(profile_text(&account.profile, &fixture->arena),
		"read-only umask=027 start=in from=10.0.0.0/8,!10.1.0.0/16");
	static const char hint[] =
		"Write it like: read-only umask=027 start=www log=INFO from=10.0.0.0/8.";
	assert_refused(fixture, ACCOUNT_PROFILE, "readonly",
		"profile: 'readonly' is no part of one", hint);
	assert_refused(fixture, ACCOUNT_PROFILE, "umask=027 umask=000",
		"profile: 'umask=000' is given twice", hint);
	assert_refused(fixture, ACCOUNT_PROFILE, "read-only=no",
		"profile: 'read-only=no' is no part of one", hint);
	assert_refused(fixture, ACCOUNT_PROFILE, "from=", "'' is no address or network",
		"Write 192.0.2.7, 10.0.0.0/8, 2001:db8::/32 or !10.1.0.0/16.");
}

static void
test_legal_logins_pass(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = { "anna", "_apt", "a", "j-mueller_2", "root",
		"abcdefghijklmnopqrstuvwxyz012345" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct account account = account_with(fixture, ACCOUNT_USERNAME, names[i]);
		assert_string_equal(account.username, names[i]);
		assert_false(account.username_generated);
	}
	struct account account = account_with(fixture, ACCOUNT_USERNAME, "  anna\xc2\xa0");
	assert_string_equal(account.username, "anna");
}

static void
test_illegal_logins_are_refused_with_the_nearest_legal_one(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *name;
		const char *proposal;
	} cases[] = {
		{ "Anna", "anna" },
		{ "J\xc3\xb6rg M\xc3\xbcller", "jorgmuller" },
		{ "anna@example.org", "anna" },
		{ "a/../b", "ab" },
		{ "1234", "u1234" },
		{ "-rf", "rf" },
		{ "a:b\nc", "abc" },
		{ "machine$", "machine" },
		{ "\xce\x91\xce\xbd\xce\xbd\xce\xb1", "anna" },
		{ "abcdefghijklmnopqrstuvwxyz0123456", "abcdefghijklmnopqrstuvwxyz01234" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(fixture, ACCOUNT_USERNAME, cases[i].name,
			arena_printf(&fixture->arena, "'%s' is not a login name", cases[i].name),
			arena_printf(&fixture->arena,
				"Use %s, or let username_filter: make names legal.",
				cases[i].proposal));
}

static void
test_logins_with_nothing_to_keep_get_the_rule_as_hint(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = { ".", "..", "-", "@", "\xe5\xb1\xb1\xe7\x94\xb0" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_refused(fixture, ACCOUNT_USERNAME, names[i],
			arena_printf(&fixture->arena, "'%s' is not a login name", names[i]),
			hint_name);
	assert_false(account_check_username("", fixture->place, &fixture->arena, &fixture->diags));
	assert_only_error(fixture, "'' is not a login name", hint_name);
}

static void
test_text_that_would_break_a_passwd_line_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		enum account_field field;
		const char *text;
		const char *message;
	} cases[] = {
		{ ACCOUNT_FULL_NAME, "Anna:0:0",
			"full name 'Anna:0:0' contains ':', which separates the fields of "
			"passwd(5)" },
		{ ACCOUNT_FULL_NAME, "Anna\nroot::0:0",
			"full name 'Anna\nroot::0:0' contains a line break" },
		{ ACCOUNT_FULL_NAME, "Anna\rVogel",
			"full name 'Anna\rVogel' contains a line break" },
		{ ACCOUNT_FULL_NAME, "Anna\x1b[2J",
			"full name 'Anna\x1b[2J' contains a control character" },
		{ ACCOUNT_FULL_NAME, "Anna\xc2\x9b",
			"full name 'Anna\xc2\x9b' contains a control character" },
		{ ACCOUNT_KEY, "a\tb", "key 'a\tb' contains a control character" },
		{ ACCOUNT_LAYOUT, "a\nb", "layout 'a\nb' contains a line break" },
		{ ACCOUNT_HOME, "/home/a:b",
			"home '/home/a:b' contains ':', which separates the fields of passwd(5)" },
		{ ACCOUNT_SHELL, "/bin/sh\n/bin/sh",
			"shell '/bin/sh\n/bin/sh' contains a line break" },
		{ ACCOUNT_EMAIL, "a@b\x7f", "email 'a@b\x7f' contains a control character" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(fixture, cases[i].field, cases[i].text, cases[i].message, hint_text);
	assert_false(account_check_text("M\xfcller", "full name", fixture->place, &fixture->diags));
	assert_only_error(fixture, "full name 'M\xfcller' is not valid UTF-8",
		"Convert the source to UTF-8.");
}

static void
test_a_full_name_may_hold_what_only_gecos_cannot(void **state)
{
	struct fixture *fixture = *state;
	struct account account =
		account_with(fixture, ACCOUNT_FULL_NAME, " M\xc3\xbcller, J\xc3\xb6rg = Chef ");
	assert_string_equal(account.full_name, "M\xc3\xbcller, J\xc3\xb6rg = Chef");
}

static void
test_a_name_that_an_encoding_could_not_hold_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = { "Karel Dvo?\xc3\xa1k", "M\xef\xbf\xbdller" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct account account = { 0 };
		assert_true(set(fixture, &account, ACCOUNT_FULL_NAME, names[i]));
		assert_string_equal(account.full_name, names[i]);
		assert_int_equal(fixture->diags.count, 1);
		assert_int_equal(fixture->diags.items[0].level, DIAG_WARNING);
		assert_string_equal(fixture->diags.items[0].message,
			arena_printf(
				&fixture->arena, "full name '%s' has lost a letter", names[i]));
		fixture_clear(fixture);
	}
}

static void
test_email_is_checked_lightly(void **state)
{
	struct fixture *fixture = *state;
	struct account account = account_with(fixture, ACCOUNT_EMAIL, "anna+ftp@example.org");
	assert_string_equal(account.email, "anna+ftp@example.org");

	static const char *const bad[] = { "anna", "@example.org", "anna@", "a@b@c", "a b@c",
		"a@b,c@d", "Anna <a@b.c>" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(fixture, ACCOUNT_EMAIL, bad[i],
			arena_printf(&fixture->arena, "'%s' is not an email address", bad[i]),
			"Write one address, like anna@example.org.");
}

static void
test_uids_that_an_account_may_have_pass(void **state)
{
	struct fixture *fixture = *state;
	assert_int_equal(account_with(fixture, ACCOUNT_UID, "1").uid, 1);
	assert_int_equal(account_with(fixture, ACCOUNT_UID, " 20000 ").uid, 20000);
	assert_int_equal(account_with(fixture, ACCOUNT_UID, "65536").uid, 65536);
	assert_int_equal(account_with(fixture, ACCOUNT_UID, "4294967294").uid, 4294967294u);
}

static void
test_uids_that_are_no_number_or_belong_to_the_system_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const bad[] = { "-1", "+5", "0x10", "1000.0", "1 000", "1e3",
		"4294967295", "4294967296", "18446744073709551617", "anna" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(fixture, ACCOUNT_UID, bad[i],
			arena_printf(&fixture->arena,
				"uid '%s' is not a number from 1 to 4294967294", bad[i]),
			"Correct it, or leave it empty to have one allocated.");
	static const char hint[] = "Leave it empty to have one allocated.";
	assert_refused(fixture, ACCOUNT_UID, "0", "uid 0 is root's", hint);
	assert_refused(fixture, ACCOUNT_UID, "65534", "uid 65534 is nobody's", hint);
	assert_refused(fixture, ACCOUNT_UID, "65535",
		"uid 65535 means 'no user' where ids have 16 bits", hint);
}

static void
test_numbers_that_a_spreadsheet_rounded_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const enum account_field fields[] = { ACCOUNT_KEY, ACCOUNT_USERNAME, ACCOUNT_UID };
	static const char *const cells[] = { "1.23E+05", "1,23E+05", "1E+05", "4.5e-3" };
	for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
		for (size_t i = 0; i < ARRAY_LEN(cells); i++)
			assert_refused(fixture, fields[f], cells[i],
				arena_printf(&fixture->arena,
					"%s '%s' was rounded by a spreadsheet",
					account_field_name(fields[f]), cells[i]),
				"Format the column as text, and enter the value again.");
	}
	assert_string_equal(account_with(fixture, ACCOUNT_KEY, "12E5").key, "12E5");
	assert_string_equal(account_with(fixture, ACCOUNT_KEY, "1.5E+").key, "1.5E+");
	assert_string_equal(account_with(fixture, ACCOUNT_KEY, "007").key, "007");
	assert_string_equal(account_with(fixture, ACCOUNT_LAYOUT, "1E+05").layout, "1E+05");
}

static void
test_formula_errors_are_refused_everywhere_but_in_a_password(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ACCOUNT_FIELDS; i++) {
		if (i == ACCOUNT_PASSWORD)
			continue;
		assert_refused(fixture, (enum account_field)i, "#NAME?",
			arena_printf(&fixture->arena,
				"%s '#NAME?' is a spreadsheet's error, not a value",
				account_field_name((enum account_field)i)),
			"Correct the formula in the cell.");
	}
	assert_string_equal(account_with(fixture, ACCOUNT_PASSWORD, "#N/A").password, "#N/A");
}

static void
test_a_password_is_copied_verbatim(void **state)
{
	struct fixture *fixture = *state;
	char text[] = "a:b, c";
	struct account account = account_with(fixture, ACCOUNT_PASSWORD, text);
	memset(text, 'x', sizeof(text) - 1);
	assert_string_equal(account.password, "a:b, c");
	assert_refused(fixture, ACCOUNT_PASSWORD, "  ", "password has nothing but blanks",
		"Choose another one, or leave the cell empty.");
}

static void
test_a_password_hash_is_checked_and_its_mark_taken_off(void **state)
{
	struct fixture *fixture = *state;
	static const char hash[] = "$5$saltsalt$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5";
	struct account account = account_with(
		fixture, ACCOUNT_PASSWORD_HASH, arena_printf(&fixture->arena, " {CRYPT}%s ", hash));
	assert_string_equal(account.password_hash, hash);
	assert_refused(fixture, ACCOUNT_PASSWORD_HASH, "secret",
		"password hash: this is not a crypt(5) string",
		"Put plaintext passwords into the column password, not password_hash.");
}

static void
test_ssh_keys_replace_earlier_ones_only_when_all_are_good(void **state)
{
	struct fixture *fixture = *state;
	static const char line[] = ED25519_TYPE " " ED25519_BASE64;
	struct account account = account_with(fixture, ACCOUNT_SSH_KEYS, line);
	assert_int_equal(account.ssh_keys.count, 1);
	assert_string_equal(account.ssh_keys.items[0], line);

	assert_false(set(fixture, &account, ACCOUNT_SSH_KEYS,
		ECDSA_256_TYPE " " ECDSA_256_BASE64 "\nnonsense"));
	assert_only_error(fixture, "ssh key: this is not a public key",
		"Paste the whole line of the .pub file: type, key and comment.");
	assert_int_equal(account.ssh_keys.count, 1);
	assert_string_equal(account.ssh_keys.items[0], line);
}

static void
test_groups_are_split_checked_and_listed_once(void **state)
{
	struct fixture *fixture = *state;
	struct account account =
		account_with(fixture, ACCOUNT_GROUPS, " press, web;press/_ops  web\n,");
	static const char *const expected[] = { "press", "web", "_ops" };
	assert_int_equal(account.groups.count, ARRAY_LEN(expected));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(account.groups.items[i], expected[i]);

	struct account untouched = { 0 };
	assert_false(set(fixture, &untouched, ACCOUNT_GROUPS, "Press web 0day"));
	assert_int_equal(fixture->diags.count, 2);
	assert_diag(fixture, 0, DIAG_ERROR, "'Press' is not a group name", hint_name);
	assert_diag(fixture, 1, DIAG_ERROR, "'0day' is not a group name", hint_name);
	assert_int_equal(untouched.groups.count, 0);
	assert_false(account_has(&untouched, ACCOUNT_GROUPS));
}

static void
test_folders_are_a_complete_list(void **state)
{
	struct fixture *fixture = *state;
	struct account account = account_with(fixture, ACCOUNT_FOLDERS, "pics www/logs:ro");
	assert_string_equal(
		folder_list_text(&account.folders, &fixture->arena), "pics:rw www:ro www/logs:ro");
	assert_refused(fixture, ACCOUNT_FOLDERS, "../etc",
		"folder '../etc' has a component '.' or '..'",
		"Write the path from the jail's top, like pics or www/htdocs.");
}

static void
test_paths_are_absolute_and_normalised(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text;
		const char *path;
	} cases[] = {
		{ "/home/anna", "/home/anna" },
		{ "//home///anna/", "/home/anna" },
		{ "/srv/./ftp/.", "/srv/ftp" },
		{ "/srv/..a/b..", "/srv/..a/b.." },
		{ "/srv/my files", "/srv/my files" },
		{ "/", "/" },
		{ "/.", "/" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(
			account_with(fixture, ACCOUNT_HOME, cases[i].text).home, cases[i].path);
		assert_string_equal(
			account_with(fixture, ACCOUNT_SHELL, cases[i].text).shell, cases[i].path);
	}
	static const char *const bad[] = { "home/anna", "~anna", "/home/../etc", "/..", "." };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(fixture, ACCOUNT_HOME, bad[i],
			arena_printf(&fixture->arena,
				"home '%s' is not an absolute path without '..'", bad[i]),
			"Write the whole path, beginning with '/'.");
}

static void
test_states_are_understood_in_several_words(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *word;
		enum account_state state;
	} words[] = {
		{ "active", ACCOUNT_ACTIVE },
		{ "Enabled", ACCOUNT_ACTIVE },
		{ "1", ACCOUNT_ACTIVE },
		{ "ja", ACCOUNT_ACTIVE },
		{ "disabled", ACCOUNT_DISABLED },
		{ "FALSE", ACCOUNT_DISABLED },
		{ "locked", ACCOUNT_DISABLED },
		{ "left", ACCOUNT_LEFT },
		{ "gone", ACCOUNT_LEFT },
		{ "ex", ACCOUNT_LEFT },
		{ "Staged", ACCOUNT_STAGED },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(
			account_with(fixture, ACCOUNT_STATE, words[i].word).state, words[i].state);
	assert_refused(fixture, ACCOUNT_STATE, "maybe", "'maybe' is not a state",
		"Use active, disabled, left or staged, or translate it in map: table:.");
}

static void
assert_day(struct fixture *fixture, const char *text, const char *format, int64_t expected)
{
	int64_t day = -2;
	bool ok = account_parse_date(text, format, fixture->place, &day, &fixture->diags);
	assert_no_diags(fixture);
	assert_true(ok);
	assert_int_equal(day, expected);
}

static void
assert_no_day(struct fixture *fixture, const char *text, const char *format, const char *message,
	const char *hint)
{
	int64_t day = -2;
	assert_false(account_parse_date(text, format, fixture->place, &day, &fixture->diags));
	assert_only_error(fixture, message, hint);
	assert_int_equal(day, -2);
	fixture_clear(fixture);
}

static void
test_dates_are_days_since_1970(void **state)
{
	struct fixture *fixture = *state;
	assert_day(fixture, "1970-01-02", NULL, 1);
	assert_day(fixture, "2000-02-29", NULL, 11016);
	assert_day(fixture, "2027-12-31", NULL, 21183);
	assert_day(fixture, "9999-12-31", NULL, 2932896);
	assert_day(fixture, "31.12.2027", "%d.%m.%Y", 21183);
	assert_day(fixture, "1.2.27", "%d.%m.%y", 20850);
	assert_day(fixture, "12/31/70", "%m/%d/%y", 364);
	assert_day(fixture, "bis 20271231", "bis %Y%m%d", 21183);
	assert_day(fixture, "100% 31-12-2027", "100%% %d-%m-%Y", 21183);
}

static void
test_dates_do_not_depend_on_the_time_zone(void **state)
{
	struct fixture *fixture = *state;
	static const char *const zones[] = { "Pacific/Kiritimati", "Pacific/Niue", "UTC" };
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		assert_day(fixture, "2027-03-28", NULL, 20905);
	}
	unsetenv("TZ");
	tzset();
}

static void
test_never_is_a_date_in_every_format(void **state)
{
	struct fixture *fixture = *state;
	assert_day(fixture, "never", NULL, ACCOUNT_NEVER);
	assert_day(fixture, "Never", "%d.%m.%Y", ACCOUNT_NEVER);
	assert_int_equal(account_with(fixture, ACCOUNT_EXPIRES, "never").expires, ACCOUNT_NEVER);
	assert_int_equal(account_with(fixture, ACCOUNT_EXPIRES, " 2027-12-31 ").expires, 21183);
}

static void
test_days_that_no_calendar_has_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const bad[] = { "31.2.2027", "29.2.2100", "0.1.2027", "1.0.2027",
		"1.13.2027", "32.1.2027", "1.1.27", "1.1.20270", "1.1.2027 ", " 1.1.2027",
		"1-1-2027", "1.1.", "", "1.1.-1", "001.1.2027" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_no_day(fixture, bad[i], "%d.%m.%Y",
			arena_printf(&fixture->arena, "'%s' is not a date in %%d.%%m.%%Y", bad[i]),
			"Correct the cell, or the format that date: names in map:.");
	assert_no_day(fixture, "31.12.2027", NULL, "'31.12.2027' is not a date in YYYY-MM-DD",
		"Write it like 2027-01-31, or say in map: how it is written, as in date: "
		"\"%d.%m.%Y\".");
	assert_no_day(fixture, "46387", NULL, "'46387' is not a date in YYYY-MM-DD",
		"This is a spreadsheet's day number: format the column as text.");
}

/* shadow(5) has no good way to say day 0, and -1 means never. */
static void
test_days_before_1970_01_02_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const bad[] = { "1970-01-01", "1969-12-31", "1900-01-01", "0000-01-01" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_no_day(fixture, bad[i], NULL,
			arena_printf(&fixture->arena, "'%s' is before 1970-01-02", bad[i]),
			"Correct the year.");
}

static void
test_date_formats_say_one_day_month_and_year(void **state)
{
	struct fixture *fixture = *state;
	assert_true(account_check_date_format("%d.%m.%Y", fixture->place, &fixture->diags));
	assert_true(account_check_date_format("%y%m%d%%", fixture->place, &fixture->diags));
	assert_no_diags(fixture);

	static const char *const unknown[] = { "%d.%m.%Y %H", "%d.%b.%Y", "%d.%m.%" };
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		assert_no_day(fixture, "1.1.2027", unknown[i],
			arena_printf(&fixture->arena, "'%s' is not a date format", unknown[i]),
			"Use %d, %m, %Y, %y and literal text.");
	static const char *const incomplete[] = { "", "%d.%m", "%d.%m.%Y %y", "%d.%d.%m.%Y" };
	for (size_t i = 0; i < ARRAY_LEN(incomplete); i++)
		assert_no_day(fixture, "1.1.2027", incomplete[i],
			arena_printf(&fixture->arena,
				"date format '%s' does not say one day, month and year",
				incomplete[i]),
			"Write it like %d.%m.%Y or %Y-%m-%d.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_every_field_has_one_name),
		fixture_test(test_empty_text_leaves_every_field_as_it_was),
		fixture_test(
			test_bytes_that_are_not_utf8_are_refused_in_every_field_and_not_quoted),
		fixture_test(test_none_in_a_cell_empties_lists_and_nothing_else),
		fixture_test(test_a_profile_is_words_in_any_order_each_once),
		fixture_test(test_none_is_given_as_an_empty_value),
		fixture_test(test_legal_logins_pass),
		fixture_test(test_illegal_logins_are_refused_with_the_nearest_legal_one),
		fixture_test(test_logins_with_nothing_to_keep_get_the_rule_as_hint),
		fixture_test(test_text_that_would_break_a_passwd_line_is_refused),
		fixture_test(test_a_full_name_may_hold_what_only_gecos_cannot),
		fixture_test(test_a_name_that_an_encoding_could_not_hold_is_a_warning),
		fixture_test(test_email_is_checked_lightly),
		fixture_test(test_uids_that_an_account_may_have_pass),
		fixture_test(test_uids_that_are_no_number_or_belong_to_the_system_are_refused),
		fixture_test(test_numbers_that_a_spreadsheet_rounded_are_refused),
		fixture_test(test_formula_errors_are_refused_everywhere_but_in_a_password),
		fixture_test(test_a_password_is_copied_verbatim),
		fixture_test(test_a_password_hash_is_checked_and_its_mark_taken_off),
		fixture_test(test_ssh_keys_replace_earlier_ones_only_when_all_are_good),
		fixture_test(test_groups_are_split_checked_and_listed_once),
		fixture_test(test_folders_are_a_complete_list),
		fixture_test(test_paths_are_absolute_and_normalised),
		fixture_test(test_states_are_understood_in_several_words),
		fixture_test(test_dates_are_days_since_1970),
		fixture_test(test_dates_do_not_depend_on_the_time_zone),
		fixture_test(test_never_is_a_date_in_every_format),
		fixture_test(test_days_that_no_calendar_has_are_refused),
		fixture_test(test_days_before_1970_01_02_are_refused),
		fixture_test(test_date_formats_say_one_day_month_and_year),
	};
	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
