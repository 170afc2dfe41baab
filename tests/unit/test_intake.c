/*
 * test_intake.c - a source read end to end: what is taken, what is refused, and what is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake_fixture.h"

/* ---- reading ---- */

static void
test_good_rows_become_accounts(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|id\nanna|e1\nbert|\n", &intake));
	assert_no_diags(fixture);
	assert_string_equal(taken(fixture, &intake), "anna<e1> bert<bert> ");
	assert_string_equal(intake.name, "staff");
	assert_string_equal(intake.importer, "table");
	assert_string_equal(intake.detected, "lines");
	assert_int_equal(intake.rows, 2);
	assert_true(intake.complete);
	assert_int_equal(intake.header->fields.count, 2);
	assert_string_equal(intake.accounts.items[0]->source, "staff");
	assert_int_equal(intake.accounts.items[1]->place.line, 3);
	assert_false(account_has(intake.accounts.items[1], ACCOUNT_KEY));
	assert_string_equal(
		intake.sha256, "22148aff875e77af156ee7c0cdf1c6e0eab3a02442367478b1ee1a266db2bb0a");
}

static void
test_bad_rows_stop_the_plan_and_are_kept_in_their_order(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_false(take_in(fixture, &config,
		"login|mail\nAnna|x\nbert|b@example.org\ncarl\ndora|d\n", &intake));
	assert_string_equal(said(fixture),
		"source:2:1: error: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"source:2:2: error: 'x' is not an email address | "
		"Write one address, like anna@example.org.\n"
		"source:4: warning: odd row\n"
		"source:4: error: 1 cells\n"
		"source:5:2: error: 'd' is not an email address | "
		"Write one address, like anna@example.org.\n");
	assert_string_equal(taken(fixture, &intake),
		"bert<bert> "
		"/ 1: login: 'Anna' is not a login name; mail: 'x' is not an email address "
		"/ 3: 1 cells "
		"/ 4: mail: 'd' is not an email address ");
	assert_int_equal(intake.rows, 4);
	assert_false(intake.complete);
	assert_string_equal(fixture->diags.items[4].user, "dora");
}

static void
test_bad_rows_are_warnings_when_they_are_skipped(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|mail\nAnna|\nbert|\ncarl\n", &intake));
	assert_string_equal(said(fixture),
		"source:2:1: warning: 'Anna' is not a login name | "
		"Use anna, or let username_filter: make names legal.\n"
		"source:4: warning: odd row\n"
		"source:4: warning: 1 cells\n");
	assert_string_equal(taken(fixture, &intake),
		"bert<bert> / 1: login: 'Anna' is not a login name / 3: 1 cells ");
}

static void
test_a_record_that_the_importer_found_fault_with_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login\nanna\ndamaged\nbert\n", &intake));
	assert_string_equal(said(fixture), "source:3: warning: cell is damaged\n");
	assert_string_equal(taken(fixture, &intake), "anna<anna> bert<bert> / 2: cell is damaged ");
}

/* The keys of refused rows, in byte order, or why nobody can be missing. */
static const char *
presence(struct fixture *fixture, const struct intake *intake)
{
	AUTO_BUFFER struct buffer out = { 0 };
	static const char *const asked[] = { "1", "2", "3", "4", "anna", "bert", "Bert" };
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		if (table_get(&intake->present, asked[i]))
			buffer_printf(&out, "%s ", asked[i]);
	}
	if (!intake->complete)
		buffer_printf(&out, "incomplete: %s",
			intake->incomplete ? intake->incomplete : "not said");
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_a_refused_row_whose_key_is_known_is_a_person_who_is_present(void **state)
{
	static const struct {
		const char *text, *presence;
	} cases[] = {
		{ "login|id\nanna|1\nbert|2\n", "" },
		{ "login|id\nAnna|1\nbert|2\n", "1 " },
		{ "login|id|mail\nanna|1|x\nbert|2|\n", "1 anna " },
		{ "login|id\nanna|1\nanna|2\nbert|3\n", "1 2 anna " },
		{ "login|id\nanna|1\nbert|1\n", "1 anna bert " },
		{ "login|mail\nanna|x\nbert|\n", "anna " },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
		struct intake intake;
		assert_true(take_in(fixture, &config, cases[i].text, &intake));
		assert_string_equal(presence(fixture, &intake), cases[i].presence);
	}
}

/* It may be anybody's. */
static void
test_a_refused_row_without_a_known_key_makes_the_listing_incomplete(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{ "login\nanna\nBert\n", 3 },
		{ "login|id\nAnna|\nbert|2\n", 2 },
		{ "login|id\nanna|1\nbert\n", 3 },
		{ "login|id\ndamaged|1\nbert|2\n", 2 },
		{ "name|mail\nAnna Berg|x\nAnna Berg|\n", 2 },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
		struct intake intake;
		assert_true(take_in(fixture, &config, cases[i].text, &intake));
		assert_int_equal(intake.rejected.count, 1);
		assert_string_equal(presence(fixture, &intake),
			arena_printf(&fixture->arena,
				"incomplete: %s:%u was refused, and whose it is cannot be told",
				intake.rejected.items[0].record->place.file, cases[i].line));
	}
}

/* What an importer says of no row may be about people whom it did not deliver. */
static void
test_an_error_of_no_row_makes_the_listing_incomplete(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP, .importer = "accounts" };
	struct intake intake;
	assert_true(take_in(fixture, &config, "anna\nBert\n", &intake));
	assert_int_equal(intake.rejected.count, 0);
	assert_string_equal(presence(fixture, &intake), "incomplete: 'Bert' is not a login name");
}

/* Entries without lines, as a directory has them. */
static bool
read_entries(const void *config, struct source *source, struct sink *sink)
{
	const struct record entry = { .place = at("uid=anna", 0), .number = 7 };
	const struct account bert = { .place = at("uid=bert", 0),
		.username = "bert",
		.key = "2",
		.given = 1u << ACCOUNT_USERNAME | 1u << ACCOUNT_KEY };
	(void)config;
	(void)source;
	sink->account(sink->ctx, &bert);
	diag_error(sink->diags, entry.place, "two uids");
	sink->reject(sink->ctx, &entry);
	sink->present(sink->ctx, "1");
	diag_warning(sink->diags, at("uid=dora", 0), "odd");
	sink->present(sink->ctx, "4");
	diag_error(sink->diags, at("uid=carl", 0), "no uid");
	sink->present(sink->ctx, "3");
	sink->complete = true;
	sink->incomplete = strcmp(source->location, "short") == 0 ? "size limit" : NULL;
	return true;
}

static void
test_an_importer_says_who_is_present_though_unreadable(void **state)
{
	static const struct importer entries = {
		.abi = IMPORTER_ABI, .name = "entries", .read = read_entries
	};
	static const struct importer *const entries_only[] = { &entries, NULL };
	struct fixture *fixture = *state;
	struct importer_set only = { .built_in = entries_only, .arena = &fixture->arena };
	struct source_config config = {
		.name = "hr", .importer = "entries", .location = "whole", .on_bad_row = BAD_ROW_SKIP
	};
	struct intake intake;
	assert_true(intake_read(&config, &only, &fixture->arena, &intake, &fixture->diags));
	assert_string_equal(said(fixture),
		"uid=anna: warning: two uids\nuid=dora: warning: odd\n"
		"uid=carl: warning: no uid\n");
	assert_string_equal(taken(fixture, &intake), "bert<2> / 7: two uids / 3: no uid ");
	assert_string_equal(presence(fixture, &intake), "1 3 4 ");

	config.location = "short";
	assert_true(intake_read(&config, &only, &fixture->arena, &intake, &fixture->diags));
	assert_string_equal(presence(fixture, &intake), "1 3 4 incomplete: size limit");
}

static void
test_a_dead_source_is_an_error_even_when_bad_rows_are_skipped(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_false(take_in(fixture, &config, "login\nanna\ndead\nbert\n", &intake));
	assert_string_equal(said(fixture), "source:3: error: is dead\n");
	assert_string_equal(taken(fixture, &intake), "anna<anna> ");
	assert_false(intake.complete);
}

static void
test_a_header_that_gives_no_username_stops_the_plan(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_false(take_in(fixture, &config, "mail\na@example.org\n", &intake));
	assert_int_equal(fixture->diags.errors, 1);
	assert_string_equal(fixture->diags.items[0].code, "no-username-column");
	assert_string_equal(taken(fixture, &intake), "");
	assert_false(intake.complete);
}

static void
test_an_empty_source_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login|mail\n", &intake));
	assert_string_equal(fixture->diags.items[0].code, "empty-source");
	assert_int_equal(fixture->diags.items[0].level, DIAG_WARNING);
	assert_int_equal(fixture->diags.count, 1);
	assert_true(intake.complete);
}

static void
test_records_without_header_are_mapped_by_all_their_names(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "pairs" };
	struct intake intake;
	assert_true(take_in(fixture, &config,
			    "login=anna\nlogin=bert|groups=a|groups=b\nname=Carl Cox|login=\n",
			    &intake) == false);
	assert_string_equal(said(fixture),
		"source:3:2: error: the username is empty | "
		"Fill in the username, or what it is made from.\n");
	assert_string_equal(taken(fixture, &intake),
		"anna<anna> bert<bert> / 3: login: the username is empty ");
	assert_null(intake.header);
	assert_string_equal(account_said(intake.accounts.items[1], &fixture->arena),
		"username=bert groups=a+b");
}

static void
test_accounts_that_an_importer_makes_pass_through(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "accounts" };
	struct intake intake;
	assert_false(take_in(fixture, &config, "anna\n\nbert\nanna\n", &intake));
	const char *file = intake.accounts.items[0]->place.file;
	assert_string_equal(said(fixture),
		arena_printf(&fixture->arena,
			"source:2: error: has no username\n"
			"source:4: error: username 'anna' is also in %s:1 | "
			"Keep one of the two rows, or correct the username of one.\n",
			file));
	assert_string_equal(taken(fixture, &intake),
		arena_printf(&fixture->arena,
			"bert<bert> / 1: username 'anna' is also in %s:4 / 2: has no username "
			"/ 4: username 'anna' is also in %s:1 ",
			file, file));
	assert_string_equal(intake.accounts.items[0]->source, "staff");
}

/* ---- duplicates and keys ---- */

static void
test_duplicate_usernames_and_keys_name_both_places(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(
		fixture, &config, "login|id\nanna|1\nbert|2\nanna|3\ncarl|2\ndora|5\n", &intake));
	assert_int_equal(fixture->diags.count, 2);
	assert_string_equal(fixture->diags.items[0].code, "duplicate-username");
	assert_string_equal(fixture->diags.items[0].user, "anna");
	assert_int_equal(fixture->diags.items[0].place.line, 4);
	assert_int_equal(fixture->diags.items[0].place.column, 1);
	assert_string_equal(fixture->diags.items[1].code, "duplicate-key");
	assert_int_equal(fixture->diags.items[1].place.line, 5);
	assert_int_equal(fixture->diags.items[1].place.column, 2);

	/* All of them are refused: nobody knows which one is right. */
	assert_int_equal(intake.accounts.count, 1);
	assert_string_equal(intake.accounts.items[0]->username, "dora");
	assert_int_equal(intake.rejected.count, 4);
	const char *shown = fixture->diags.items[0].place.file;
	const char *file = intake.rejected.items[0].record->place.file;
	assert_string_equal(shown, "source");
	assert_string_equal(intake.rejected.items[0].errors,
		arena_printf(&fixture->arena, "username 'anna' is also in %s:4", file));
	assert_string_equal(intake.rejected.items[2].errors,
		arena_printf(&fixture->arena, "login: username 'anna' is also in %s:2", file));
}

/* A column that was mapped wrongly gives every row the same one. */
static void
test_of_many_equal_usernames_each_row_names_one_other(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .on_bad_row = BAD_ROW_SKIP };
	struct intake intake;
	assert_true(take_in(fixture, &config, "login\nanna\nanna\nanna\nanna\n", &intake));
	assert_int_equal(intake.accounts.count, 0);
	assert_int_equal(intake.rejected.count, 4);
	const char *file = intake.rejected.items[0].record->place.file;
	assert_string_equal(intake.rejected.items[0].errors,
		arena_printf(&fixture->arena, "username 'anna' is also in %s:3", file));
	for (size_t i = 1; i < intake.rejected.count; i++)
		assert_string_equal(intake.rejected.items[i].errors,
			arena_printf(
				&fixture->arena, "login: username 'anna' is also in %s:2", file));
}

static void
test_people_of_one_name_get_generated_usernames_and_keys_of_their_own(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(
		fixture, &config, "name\nJörg Müller\nJens Muller\nJÖRG MÜLLER\n", &intake));
	assert_string_equal(taken(fixture, &intake),
		"jmuller<name:jörg müller> jmuller<name:jens muller> "
		"jmuller<name:jörg müller#2> ");
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].code, "same-person");
	assert_int_equal(fixture->diags.items[0].place.line, 4);

	assert_true(take_in(fixture, &config,
		"name|id\nJörg Müller|1\nJens Muller|2\nJÖRG MÜLLER|3\n", &intake));
	assert_no_diags(fixture);
	assert_string_equal(taken(fixture, &intake), "jmuller<1> jmuller<2> jmuller<3> ");
}

/* ---- findings ---- */

static void
test_lost_leading_zeros_are_one_warning_that_names_lines(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	assert_true(take_in(fixture, &config,
		"login|id\nanna|10456\nbert|123\ncarl|20001\ndora|77\n", &intake));
	assert_string_equal(said(fixture),
		"source:3:2: warning: some numbers have fewer than 5 digits (lines 3, 5): leading "
		"zeros may be lost | Where zeros are missing, format the column as text in the "
		"spreadsheet and enter them again.\n");
	assert_string_equal(fixture->diags.items[0].code, "leading-zeros");
}

static void
test_numbers_that_are_no_cut_digits_are_not_suspected(void **state)
{
	struct fixture *fixture = *state;
	static const char *const sources[] = {
		"login|id\na|1\nb|2\nc|3\nd|4\ne|12\n",
		"login|id\na|10001\nb|20002\n",
		"login|id\na|10001\nb|x2\n",
		"login|uid\na|2001\nb|20002\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct source_config config = { 0 };
		struct intake intake;
		assert_true(take_in(fixture, &config, sources[i], &intake));
		assert_no_diags(fixture);
	}
}

static void
test_many_lost_zeros_are_counted_not_listed(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "login|id\nanna|90000\n");
	for (unsigned i = 0; i < 13; i++)
		buffer_printf(&text, "u%u|%u\n", i, i + 10);
	assert_true(take_in(fixture, &config, buffer_text(&text), &intake));
	assert_string_equal(fixture->diags.items[0].message,
		"some numbers have fewer than 5 digits (lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and "
		"3 more): leading zeros may be lost");
}

static struct intake
read_with_mode(struct fixture *fixture, const char *text, mode_t mode)
{
	struct source_config config = { .name = "staff", .importer = "table" };
	struct intake intake;
	config.location = write_source(fixture, text, mode);
	fixture_clear(fixture);
	struct importer_set set = { .built_in = known, .arena = &fixture->arena };
	assert_true(intake_read(&config, &set, &fixture->arena, &intake, &fixture->diags));
	assert_int_equal(unlink(config.location), 0);
	return intake;
}

static void
test_passwords_in_a_file_for_all_eyes_are_warned_about(void **state)
{
	struct fixture *fixture = *state;
	const char *secret = "login|password\nanna|correct horse\n";
	struct intake intake = read_with_mode(fixture, secret, 0644);
	assert_true(intake.world_readable_secrets);
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].code, "world-readable-secrets");
	assert_string_equal(fixture->diags.items[0].place.file, intake.location);
	assert_string_equal(fixture->diags.items[0].hint,
		arena_printf(&fixture->arena,
			"Run chmod 600 %s, and remove it when the accounts are made.",
			intake.location));

	intake = read_with_mode(fixture, secret, 0640);
	assert_false(intake.world_readable_secrets);
	assert_no_diags(fixture);
	intake = read_with_mode(fixture, "login|password\nanna|\n", 0644);
	assert_false(intake.world_readable_secrets);
	assert_no_diags(fixture);
}

/* ---- rejects ---- */

static void
test_rejects_have_the_same_columns_and_the_reason(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	AUTO_BUFFER struct buffer out = { 0 };
	assert_false(take_in(fixture, &config,
		"login|mail|phone|error|note\n"
		"Anna|=cmd()|+49 1|old reason|a, \"b\"\n"
		"Bert|b@example.org| 1|| x \n"
		"bert|b@example.org|||\n"
		"@carl|-x|\tt||x|too|much\n",
		&intake));
	intake_write_rejects(&intake, &out);
	assert_string_equal(buffer_text(&out),
		"\xef\xbb\xbf"
		"login,mail,phone,note,,error\r\n"
		"Anna,'=cmd(),'+49 1,\"a, \"\"b\"\"\",,"
		"login: 'Anna' is not a login name; mail: '=cmd()' is not an email address\r\n"
		"Bert,b@example.org,\" 1\",\" x \",,login: 'Bert' is not a login name\r\n"
		"'@carl,'-x,\"'\tt\",x,too;much,7 cells\r\n");
}

static void
test_rejects_of_a_source_without_header_name_what_its_rows_have(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { .importer = "pairs" };
	struct intake intake;
	AUTO_BUFFER struct buffer out = { 0 };
	assert_false(take_in(fixture, &config,
		"login=Anna|groups=a|groups=b\nlogin=bert|mail=b@example.org\nlogin=Carl|uid=7\n",
		&intake));
	intake_write_rejects(&intake, &out);
	assert_string_equal(buffer_text(&out),
		"\xef\xbb\xbf"
		"login,groups,uid,error\r\n"
		"Anna,a;b,,login: 'Anna' is not a login name\r\n"
		"Carl,,7,login: 'Carl' is not a login name\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_good_rows_become_accounts),
		fixture_test(test_bad_rows_stop_the_plan_and_are_kept_in_their_order),
		fixture_test(test_bad_rows_are_warnings_when_they_are_skipped),
		fixture_test(test_a_record_that_the_importer_found_fault_with_is_refused),
		fixture_test(test_a_refused_row_whose_key_is_known_is_a_person_who_is_present),
		fixture_test(test_a_refused_row_without_a_known_key_makes_the_listing_incomplete),
		fixture_test(test_an_error_of_no_row_makes_the_listing_incomplete),
		fixture_test(test_an_importer_says_who_is_present_though_unreadable),
		fixture_test(test_a_dead_source_is_an_error_even_when_bad_rows_are_skipped),
		fixture_test(test_a_header_that_gives_no_username_stops_the_plan),
		fixture_test(test_an_empty_source_is_a_warning),
		fixture_test(test_records_without_header_are_mapped_by_all_their_names),
		fixture_test(test_accounts_that_an_importer_makes_pass_through),
		fixture_test(test_duplicate_usernames_and_keys_name_both_places),
		fixture_test(test_of_many_equal_usernames_each_row_names_one_other),
		fixture_test(test_people_of_one_name_get_generated_usernames_and_keys_of_their_own),
		fixture_test(test_lost_leading_zeros_are_one_warning_that_names_lines),
		fixture_test(test_numbers_that_are_no_cut_digits_are_not_suspected),
		fixture_test(test_many_lost_zeros_are_counted_not_listed),
		fixture_test(test_passwords_in_a_file_for_all_eyes_are_warned_about),
		fixture_test(test_rejects_have_the_same_columns_and_the_reason),
		fixture_test(test_rejects_of_a_source_without_header_name_what_its_rows_have),
	};
	return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
