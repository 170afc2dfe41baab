/*
 * test_template.c - what a template makes of a record's fields, and which templates are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/model/template.h"
#include "diag_fixture.h"

static const char *
look_up(void *ctx, const char *field)
{
	(void)ctx;
	static const char *const fields[][2] = {
		{ "first", "Jörg" },
		{ "last", "Müller-Lüdenscheidt" },
		{ "name", "  Jean Luc Picard " },
		{ "comma", "Picard, Jean Luc" },
		{ "one", "Sukarno" },
		{ "End date", "2026-12-31" },
		{ "spaced", "a b.c d" },
		{ "blank", "   " },
		{ "empty", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcmp(fields[i][0], field) == 0)
			return fields[i][1];
	}
	return NULL;
}

static struct template *
parsed(struct fixture *fixture, const char *text)
{
	struct template *template = NULL;
	bool ok = template_parse(text, fixture->place, &fixture->arena, &template, &fixture->diags);
	assert_no_diags(fixture);
	assert_true(ok);
	return template;
}

struct expansion {
	const char *text;
	const char *expected;
	bool empty;
};

static void
test_templates_build_text_from_fields(void **state)
{
	struct fixture *fixture = *state;
	static const struct expansion cases[] = {
		{ "", "", true },
		{ "sftp", "sftp", false },
		{ "${first}", "Jörg", false },
		{ "${ first }", "Jörg", false },
		{ "${End date}", "2026-12-31", false },
		{ "${first} ${last}!", "Jörg Müller-Lüdenscheidt!", false },
		{ "${missing}", "", true },
		{ "${empty}-${missing}", "-", true },
		{ "${blank}", "   ", true },
		{ "${first}${missing}", "Jörg", false },
		{ "$${first}", "${first}", false },
		{ "a$b $ {c} $", "a$b $ {c} $", false },
		{ "$$${first}", "$${first}", false },
		{ "x$${y}${first}", "x${y}Jörg", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool empty;
		struct template *template = parsed(fixture, cases[i].text);
		assert_string_equal(template_expand(template, look_up, NULL, TEXT_LANGUAGE_DEFAULT,
					    &fixture->arena, &empty),
			cases[i].expected);
		assert_int_equal(empty, cases[i].empty);
	}
}

static void
test_filters_change_one_value_from_left_to_right(void **state)
{
	struct fixture *fixture = *state;
	static const struct expansion cases[] = {
		{ "${first|lower}", "jörg", false },
		{ "${first|upper}", "JÖRG", false },
		{ "${first|ascii}", "Jorg", false },
		{ "${first|left(2)}", "Jö", false },
		{ "${first|left(0)}", "", true },
		{ "${first | left( 1 ) | lower}", "j", false },
		{ "${name|trim}", "Jean Luc Picard", false },
		{ "${spaced|strip(' .')}", "abcd", false },
		{ "${first|strip('ö')}", "Jrg", false },
		{ "${last|replace('-','')}", "MüllerLüdenscheidt", false },
		{ "${last|replace('ü','ue')|lower}", "mueller-luedenscheidt", false },
		{ "${spaced|replace(' ','it''s')}", "ait'sb.cit'sd", false },
		{ "${spaced|replace(\" \",\"'\"\"\")}", "a'\"b.c'\"d", false },
		{ "${spaced|replace(' ','|}')}", "a|}b.c|}d", false },
		{ "${missing|default('plain')}", "plain", false },
		{ "${empty|default('plain')|upper}", "PLAIN", false },
		{ "${first|default('plain')}", "Jörg", false },
		{ "${missing|default('')}", "", true },
		{ "${name|given_name}", "Jean Luc", false },
		{ "${name|family_name}", "Picard", false },
		{ "${comma|given_name}", "Jean Luc", false },
		{ "${comma|family_name}", "Picard", false },
		{ "${one|given_name}${one|family_name}", "Sukarno", false },
		{ "${blank|given_name}${blank|family_name}", "", true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool empty;
		struct template *template = parsed(fixture, cases[i].text);
		assert_string_equal(template_expand(template, look_up, NULL, TEXT_LANGUAGE_DEFAULT,
					    &fixture->arena, &empty),
			cases[i].expected);
		assert_int_equal(empty, cases[i].empty);
	}
}

static void
test_ascii_follows_the_language(void **state)
{
	struct fixture *fixture = *state;
	struct template *template = parsed(fixture, "${first|ascii}");
	assert_string_equal(
		template_expand(template, look_up, NULL, TEXT_LANGUAGE_DE, &fixture->arena, NULL),
		"Joerg");
}

static void
test_faulty_templates_are_refused_with_a_hint(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *message, *hint;
	} cases[] = {
		{ "${first", "'${first' is not closed with '}' in '${first'",
			"Write ${column|filter}, or $${ for a literal ${." },
		{ "${first|lower", "'${first' is not closed with '}' in '${first|lower'",
			"Write ${column|filter}, or $${ for a literal ${." },
		{ "${}", "'${' without a field in '${}'",
			"Write ${column}, or $${ for a literal ${." },
		{ "${first|lwoer}", "unknown filter 'lwoer' in '${first|lwoer}'",
			"Did you mean 'lower'?" },
		{ "${first|rot13}", "unknown filter 'rot' in '${first|rot13}'",
			"The filters are ascii, lower, upper, trim, left, strip, replace, default, "
			"given_name, family_name." },
		{ "${first|}", "expected a filter at '}' in '${first|}'",
			"Write a filter behind '|', such as lower." },
		{ "${first|left}", "wrong arguments for the filter 'left' in '${first|left}'",
			"Write it like left(3)." },
		{ "${first|left('1')}",
			"wrong arguments for the filter 'left' in '${first|left('1')}'",
			"Write it like left(3)." },
		{ "${first|left(99999)}",
			"wrong arguments for the filter 'left' in '${first|left(99999)}'",
			"Write it like left(3)." },
		{ "${first|lower()}",
			"wrong arguments for the filter 'lower' in '${first|lower()}'",
			"Write it like lower." },
		{ "${first|strip('x)}",
			"wrong arguments for the filter 'strip' in '${first|strip('x)}'",
			"Write it like strip(' .')." },
		{ "${first|replace('a')}",
			"wrong arguments for the filter 'replace' in '${first|replace('a')}'",
			"Write it like replace('a','b')." },
		{ "${first|replace('','b')}",
			"wrong arguments for the filter 'replace' in '${first|replace('','b')}'",
			"Write it like replace('a','b')." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct template *template;
		assert_false(template_parse(cases[i].text, fixture->place, &fixture->arena,
			&template, &fixture->diags));
		assert_only_error(fixture, cases[i].message, cases[i].hint);
		fixture_clear(fixture);
	}
}

static const char *
look_up_value(void *ctx, const char *field)
{
	return *field ? NULL : ctx;
}

static void
test_filters_alone_apply_to_a_value(void **state)
{
	struct fixture *fixture = *state;
	struct template *filters = NULL;
	char value[] = "J. R. Müller";
	assert_true(template_parse_filters("ascii | lower|strip(' .')", fixture->place,
		&fixture->arena, &filters, &fixture->diags));
	assert_string_equal(template_expand(filters, look_up_value, value, TEXT_LANGUAGE_DE,
				    &fixture->arena, NULL),
		"jrmueller");
}

static void
test_faulty_filters_alone_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *message, *hint;
	} cases[] = {
		{ "", "expected a filter at '' in ''",
			"Write a filter behind '|', such as lower." },
		{ "lower upper", "expected '|' at 'upper' in 'lower upper'",
			"Separate filters with '|'." },
		{ "${first|lower}", "expected a filter at '${first|lower}' in '${first|lower}'",
			"Write a filter behind '|', such as lower." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct template *filters;
		assert_false(template_parse_filters(
			cases[i].text, fixture->place, &fixture->arena, &filters, &fixture->diags));
		assert_only_error(fixture, cases[i].message, cases[i].hint);
		fixture_clear(fixture);
	}
}

static void
test_only_a_field_with_nothing_but_trimming_is_plain(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text;
		bool plain;
	} cases[] = {
		{ "${login}", true },
		{ "${login|trim}", true },
		{ "${login|lower}", false },
		{ "x${login}", false },
		{ "${a}${b}", false },
		{ "login", false },
		{ "", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(template_is_plain(parsed(fixture, cases[i].text)), cases[i].plain);
}

static void
test_fields_are_listed_once(void **state)
{
	struct fixture *fixture = *state;
	struct template *template = parsed(fixture, "${first|left(1)}${last}.${first}$${no}");
	const char *const *fields = template_fields(template, &fixture->arena);
	assert_string_equal(fields[0], "first");
	assert_string_equal(fields[1], "last");
	assert_null(fields[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_templates_build_text_from_fields),
		fixture_test(test_filters_change_one_value_from_left_to_right),
		fixture_test(test_ascii_follows_the_language),
		fixture_test(test_faulty_templates_are_refused_with_a_hint),
		fixture_test(test_filters_alone_apply_to_a_value),
		fixture_test(test_faulty_filters_alone_are_refused),
		fixture_test(test_only_a_field_with_nothing_but_trimming_is_plain),
		fixture_test(test_fields_are_listed_once),
	};
	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
