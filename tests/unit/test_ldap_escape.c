/*
 * Text of strangers stays text in filters and names. The expectations are the examples of RFC 4515
 * (section 4) and RFC 4514 (section 4), and values that would be syntax.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "importers/ldap/escape.h"

#include "diag_fixture.h"

static void
test_escape_makes_filter_values_text(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cases[][2] = {
		{ "anna", "anna" },
		{ "Parens R Us (for all your parenthetical needs)",
			"Parens R Us \\28for all your parenthetical needs\\29" },
		{ "*", "\\2a" },
		{ "C:\\MyFile", "C:\\5cMyFile" },
		{ "*)(uid=*))(|(uid=*", "\\2a\\29\\28uid=\\2a\\29\\29\\28|\\28uid=\\2a" },
		{ "Lu\xc4\x8di\xc4\x87", "Lu\xc4\x8di\xc4\x87" },
		{ "\xff\xfe", "\\ff\\fe" },
		{ "a\nb\x7f", "a\\0ab\\7f" },
		{ "", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(escaped_filter(&fixture->arena, cases[i][0]), cases[i][1]);
}

static void
test_escape_makes_values_of_names_text(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cases[][2] = {
		{ "anna", "anna" },
		{ "James \"Jim\" Smith, III", "James \\\"Jim\\\" Smith\\, III" },
		{ "Before\rAfter", "Before\\0dAfter" },
		{ " both ends ", "\\ both ends\\ " },
		{ " ", "\\ " },
		{ "#1 and #2", "\\#1 and #2" },
		{ "a+b;c<d>e=f\\g", "a\\+b\\;c\\<d\\>e\\=f\\\\g" },
		{ "x,ou=admins", "x\\,ou\\=admins" },
		{ "Lu\xc4\x8di\xc4\x87", "Lu\xc4\x8di\xc4\x87" },
		{ "\xff", "\\ff" },
		{ "", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(escaped_dn(&fixture->arena, cases[i][0]), cases[i][1]);
}

static void
test_escape_keeps_zero_bytes(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer filter = { 0 };
	AUTO_BUFFER struct buffer dn = { 0 };
	escape_filter(&filter, (struct bytes){ "\x01\x05\0\xd2", 4 });
	escape_dn(&dn, (struct bytes){ "a\0b", 3 });
	assert_string_equal(buffer_text(&filter), "\\01\\05\\00\\d2");
	assert_string_equal(buffer_text(&dn), "a\\00b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_escape_makes_filter_values_text),
		fixture_test(test_escape_makes_values_of_names_text),
		fixture_test(test_escape_keeps_zero_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
