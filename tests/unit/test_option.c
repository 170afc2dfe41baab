/*
 * test_option.c - one table gives defaults, parsing and helpful refusals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/option.h"
#include "diag_fixture.h"

struct settings {
	bool header;
	bool strict;
	const char *file;
	const char *encoding;
	unsigned page_size;
	struct string_list filters;
	const char *mode;
};

static const struct option_spec options[] = {
	{ .name = "header",
		.type = OPTION_FLAG,
		.offset = offsetof(struct settings, header),
		.initial = "yes" },
	{ .name = "strict", .type = OPTION_FLAG, .offset = offsetof(struct settings, strict) },
	{ .name = "file", .type = OPTION_TEXT, .offset = offsetof(struct settings, file) },
	{ .name = "encoding",
		.type = OPTION_TEXT,
		.offset = offsetof(struct settings, encoding),
		.initial = "auto" },
	{ .name = "page_size",
		.type = OPTION_NUMBER,
		.offset = offsetof(struct settings, page_size),
		.initial = "500" },
	{ .name = "filter", .type = OPTION_LIST, .offset = offsetof(struct settings, filters) },
	{ .name = "mode",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct settings, mode),
		.initial = "auto",
		.choices = "auto|always|never" },
	{ .name = NULL },
};

static bool
set(struct fixture *fixture, struct settings *settings, const char *name, const char *value)
{
	return option_set(
		options, settings, name, value, fixture->place, &fixture->arena, &fixture->diags);
}

static void
test_defaults_come_from_the_table(void **state)
{
	struct fixture *fixture = *state;
	struct settings settings;
	memset(&settings, 0xa5, sizeof(settings));
	option_defaults(options, &settings, &fixture->arena);
	assert_true(settings.header);
	assert_false(settings.strict);
	assert_null(settings.file);
	assert_string_equal(settings.encoding, "auto");
	assert_int_equal(settings.page_size, 500);
	assert_int_equal(settings.filters.count, 0);
	assert_string_equal(settings.mode, "auto");
}

static void
test_values_are_parsed_by_type(void **state)
{
	struct fixture *fixture = *state;
	struct settings settings;
	option_defaults(options, &settings, &fixture->arena);
	assert_true(set(fixture, &settings, "header", "no"));
	assert_true(set(fixture, &settings, "strict", NULL));
	assert_true(set(fixture, &settings, "file", "a=b"));
	assert_true(set(fixture, &settings, "page_size", "0"));
	assert_true(set(fixture, &settings, "filter", "one"));
	assert_true(set(fixture, &settings, "filter", "two"));
	assert_true(set(fixture, &settings, "mode", "never"));
	assert_no_diags(fixture);
	assert_false(settings.header);
	assert_true(settings.strict);
	assert_string_equal(settings.file, "a=b");
	assert_int_equal(settings.page_size, 0);
	assert_int_equal(settings.filters.count, 2);
	assert_string_equal(settings.filters.items[0], "one");
	assert_string_equal(settings.filters.items[1], "two");
	assert_string_equal(settings.mode, "never");
}

static void
test_flags_take_the_words_people_write(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *word;
		bool value;
	} cases[] = { { "yes", true }, { "true", true }, { "on", true }, { "no", false },
		{ "false", false }, { "off", false } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings settings = { .strict = !cases[i].value };
		assert_true(set(fixture, &settings, "strict", cases[i].word));
		assert_int_equal(settings.strict, cases[i].value);
	}
}

static void
test_wrong_values_are_refused_and_change_nothing(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *name, *value, *message, *hint;
	} cases[] = {
		{ "header", "maybe", "option 'header': 'maybe' is not yes or no", "" },
		{ "page_size", "-1", "option 'page_size': '-1' is not a whole number", "" },
		{ "page_size", "4294967296",
			"option 'page_size': '4294967296' is not a whole number", "" },
		{ "page_size", "", "option 'page_size': '' is not a whole number", "" },
		{ "mode", "alway", "option 'mode': 'alway' is not auto, always or never",
			"Did you mean 'always'?" },
		{ "mode", "auto|always",
			"option 'mode': 'auto|always' is not auto, always or never", "" },
		{ "file", NULL, "option 'file' needs a value", "" },
		{ "pagesize", "1", "unknown option 'pagesize'", "Did you mean 'page_size'?" },
		{ "zzz", "1", "unknown option 'zzz'",
			"It can be header, strict, file, encoding, page_size, filter or mode." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings settings;
		option_defaults(options, &settings, &fixture->arena);
		assert_false(set(fixture, &settings, cases[i].name, cases[i].value));
		assert_only_error(fixture, cases[i].message, cases[i].hint);
		assert_true(settings.header);
		assert_int_equal(settings.page_size, 500);
		assert_string_equal(settings.mode, "auto");
		fixture_clear(fixture);
	}
}

static void
test_a_table_may_be_missing(void **state)
{
	struct fixture *fixture = *state;
	option_defaults(NULL, NULL, &fixture->arena);
	assert_null(option_find(NULL, "header"));
	assert_false(option_set(
		NULL, NULL, "header", "yes", fixture->place, &fixture->arena, &fixture->diags));
	assert_only_error(fixture, "unknown option 'header'", "There are no options here.");
}

static void
test_options_are_found_by_their_exact_name(void **state)
{
	(void)state;
	assert_ptr_equal(option_find(options, "mode"), &options[6]);
	assert_null(option_find(options, "Mode"));
	assert_null(option_find(options, "mod"));
}

static void
test_tables_of_others_are_checked(void **state)
{
	struct fixture *fixture = *state;
	static const char unsound[] = "option 'x' is not described as an option is";
	static const char hint[] = "Its author finds what is needed in option.h.";
	const struct {
		struct option_spec option;
		size_t size;
		const char *message, *hint; /* NULL = a table */
	} cases[] = {
		{ { "x", .type = OPTION_NUMBER, .offset = 4, .initial = "7", .help = "h" }, 8 },
		{ { "x", .type = OPTION_LIST, .help = "h" }, sizeof(struct string_list) },
		{ { "x", .type = OPTION_NUMBER, .offset = 8, .help = "h" }, 8, unsound, hint },
		{ { "x", .type = OPTION_TEXT, .help = "h" }, 4, unsound, hint },
		{ { "x", .type = OPTION_TEXT, .offset = SIZE_MAX, .help = "h" }, 8, unsound, hint },
		{ { "x", .type = OPTION_FLAG }, 8, unsound, hint },
		{ { "x", .type = OPTION_CHOICE, .help = "h" }, 8, unsound, hint },
		{ { "x", .type = (enum option_type)99, .help = "h" }, 8, unsound, hint },
		{ { "x", .type = OPTION_COUNT, .initial = "0", .help = "h" }, 8,
			"option 'x': '0' is not a number from 1 on", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct option_spec table[] = { cases[i].option, { .name = NULL } };
		fixture_clear(fixture);
		assert_int_equal(option_check_table(table, cases[i].size, fixture->place,
					 &fixture->arena, &fixture->diags),
			!cases[i].message);
		if (cases[i].message)
			assert_only_error(fixture, cases[i].message, cases[i].hint);
		else
			assert_no_diags(fixture);
	}
	assert_true(option_check_table(NULL, 0, fixture->place, &fixture->arena, &fixture->diags));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_defaults_come_from_the_table),
		fixture_test(test_values_are_parsed_by_type),
		fixture_test(test_flags_take_the_words_people_write),
		fixture_test(test_wrong_values_are_refused_and_change_nothing),
		fixture_test(test_a_table_may_be_missing),
		fixture_test(test_options_are_found_by_their_exact_name),
		fixture_test(test_tables_of_others_are_checked),
	};
	return cmocka_run_group_tests_name("option", tests, NULL, NULL);
}
