/*
 * Tests of exporters/ldif_text.c: what it writes is read back by a small reader of RFC 2849 to the
 * same values, whatever they are; and that names in a DN are those of RFC 4514.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/arena.h"
#include "exporters/ldif_text.h"

enum { COLUMNS = 76 };

/* ---- a reader ---- */

static int
base64_digit(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = strchr(alphabet, c);
	assert_true(c && found);
	return (int)(found - alphabet);
}

static void
decode_base64(const char *text, struct buffer *out)
{
	assert_int_equal(strlen(text) % 4, 0);
	for (; *text; text += 4) {
		int pad = text[3] == '=' ? (text[2] == '=' ? 2 : 1) : 0;
		uint32_t group = (uint32_t)base64_digit(text[0]) << 18 |
			(uint32_t)base64_digit(text[1]) << 12;
		if (pad < 2)
			group |= (uint32_t)base64_digit(text[2]) << 6;
		if (!pad)
			group |= (uint32_t)base64_digit(text[3]);
		assert_true(!pad || !text[4]);
		buffer_add_char(out, (char)(group >> 16));
		if (pad < 2)
			buffer_add_char(out, (char)(group >> 8));
		if (!pad)
			buffer_add_char(out, (char)group);
	}
}

/* Folds taken out of one line. None may be early, or the last one empty. */
static void
unfold(const char *text, struct buffer *out)
{
	size_t room = COLUMNS;
	for (;;) {
		size_t size = strcspn(text, "\n");
		assert_int_equal(text[size], '\n');
		assert_true(size && size <= room);
		buffer_add(out, text, size);
		text += size + 1;
		if (!*text)
			return;
		assert_int_equal(size, room);
		assert_int_equal(*text++, ' ');
		room = COLUMNS - 1;
	}
}

/* What "name:" or "name::" gives. */
static void
read_value(const char *line, const char *name, struct buffer *out)
{
	AUTO_BUFFER struct buffer whole = { 0 };
	unfold(line, &whole);
	const char *text = buffer_text(&whole);
	assert_int_equal(strncmp(text, name, strlen(name)), 0);
	text += strlen(name);
	assert_int_equal(*text++, ':');
	if (*text == ':') {
		decode_base64(text + 2, out);
		return;
	}
	assert_int_equal(*text++, ' ');
	for (const char *c = text; *c; c++)
		assert_true(*c >= 0x20 && *c < 0x7F);
	assert_true(!*text || !strchr(" :<", *text));
	buffer_add_text(out, text);
}

static void
assert_comes_back(const char *value)
{
	AUTO_BUFFER struct buffer line = { 0 }, read = { 0 };
	ldif_add(&line, "description", value);
	read_value(buffer_text(&line), "description", &read);
	assert_string_equal(buffer_text(&read), value);
}

static void
assert_line(const char *value, const char *expected)
{
	AUTO_BUFFER struct buffer line = { 0 };
	ldif_add(&line, "cn", value);
	assert_string_equal(buffer_text(&line), expected);
}

/* ---- values ---- */

static void
test_a_plain_value_stands_as_it_is(void **state)
{
	(void)state;
	assert_line("Anna Vogel", "cn: Anna Vogel\n");
	assert_line("a:b <c> #d", "cn: a:b <c> #d\n");
	assert_line("", "cn: \n");
}

static void
test_what_is_no_safe_string_is_base64(void **state)
{
	(void)state;
	assert_line("J\xC3\xB6rg", "cn:: SsO2cmc=\n");
	assert_line(" anna", "cn:: IGFubmE=\n");
	assert_line("anna ", "cn:: YW5uYSA=\n");
	assert_line(":anna", "cn:: OmFubmE=\n");
	assert_line("<anna", "cn:: PGFubmE=\n");
	assert_line("a\nb", "cn:: YQpi\n");
	assert_line("a\033b", "cn:: YRti\n");
}

static void
test_a_long_line_is_folded_at_76_columns(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer value = { 0 }, line = { 0 }, expected = { 0 };
	for (size_t i = 0; i < 76 - 4 + 75 + 1; i++)
		buffer_add_char(&value, (char)('a' + i % 26));
	ldif_add(&line, "cn", buffer_text(&value));
	buffer_printf(&expected, "cn: %.72s\n %.75s\n %s\n", buffer_text(&value),
		buffer_text(&value) + 72, buffer_text(&value) + 72 + 75);
	assert_string_equal(buffer_text(&line), buffer_text(&expected));
}

static void
test_no_fold_is_left_at_the_end(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer value = { 0 };
	for (size_t size = 0; size < 300; size++) {
		assert_comes_back(buffer_text(&value));
		buffer_add_char(&value, 'x');
	}
}

/* Lengths and bytes drawn by a generator of our own, so that a failure comes again. */
static void
test_any_value_comes_back(void **state)
{
	(void)state;
	uint32_t seed = 2849;
	for (unsigned round = 0; round < 20000; round++) {
		char value[260];
		size_t size = (seed >> 8) % (sizeof(value) - 1);
		bool is_text = seed >> 30;
		for (size_t i = 0; i < size; i++) {
			seed = seed * 1664525 + 1013904223;
			value[i] = is_text ? (char)(0x20 + (seed >> 24) % 0x5F)
					   : (char)(1 + (seed >> 24) % 255);
		}
		seed = seed * 1664525 + 1013904223;
		value[size] = '\0';
		assert_comes_back(value);
	}
}

/* ---- names in a DN ---- */

static void
assert_name(const char *value, const char *expected)
{
	AUTO_BUFFER struct buffer name = { 0 };
	ldif_add_name(&name, value);
	assert_string_equal(buffer_text(&name), expected);
}

static void
test_names_in_a_dn_are_escaped(void **state)
{
	(void)state;
	assert_name("anna", "anna");
	assert_name("Vogel, Anna", "Vogel\\, Anna");
	assert_name("#1", "\\#1");
	assert_name("a#1", "a#1");
	assert_name(" a b ", "\\ a b\\ ");
	assert_name(" ", "\\ ");
	assert_name("a+b\"c\\d<e>f;g=h", "a\\+b\\\"c\\\\d\\<e\\>f\\;g\\=h");
	assert_name("a\nb\x7F", "a\\0Ab\\7F");
	assert_name("M\xC3\xBCller", "M\xC3\xBCller");
}

static void
test_a_base_must_be_names_with_values(void **state)
{
	(void)state;
	static const char *const good[] = { "dc=example,dc=org", "o=Example", "2.5.4.11=x, dc=y",
		"ou=a\\, b,dc=c", "cn=a+sn=b,dc=c", "ou=M\xC3\xBCller,dc=c" };
	static const char *const bad[] = { "", "example.org", "dc=", "dc=a,", "dc=a,,dc=b", "=a",
		"dc=a;dc=b", "dc=a\n", "dc=a\\", "ou=\"a\",dc=b", ",dc=a" };
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(ldif_is_dn(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(ldif_is_dn(bad[i]));
}

static void
test_an_attribute_is_a_name_without_options(void **state)
{
	(void)state;
	assert_true(ldif_is_attribute("employeeNumber"));
	assert_true(ldif_is_attribute("x-rehome-2"));
	assert_false(ldif_is_attribute(""));
	assert_false(ldif_is_attribute("4x"));
	assert_false(ldif_is_attribute("cn;lang-de"));
	assert_false(ldif_is_attribute("a b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plain_value_stands_as_it_is),
		cmocka_unit_test(test_what_is_no_safe_string_is_base64),
		cmocka_unit_test(test_a_long_line_is_folded_at_76_columns),
		cmocka_unit_test(test_no_fold_is_left_at_the_end),
		cmocka_unit_test(test_any_value_comes_back),
		cmocka_unit_test(test_names_in_a_dn_are_escaped),
		cmocka_unit_test(test_a_base_must_be_names_with_values),
		cmocka_unit_test(test_an_attribute_is_a_name_without_options),
	};
	return cmocka_run_group_tests_name("ldif", tests, NULL, NULL);
}
