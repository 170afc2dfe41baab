/*
 * test_text_escape.c - what was escaped is safe to show, and says no less than what went in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <unistr.h>

#include "core/base/buffer.h"
#include "core/base/text.h"

struct sized_case {
	const char *text;
	size_t size;
	const char *expected;
};

#define SIZED(literal) (literal), sizeof(literal) - 1

static void
test_escape_shows_everything_that_is_not_printable(void **state)
{
	(void)state;
	static const struct sized_case cases[] = {
		{ SIZED(""), "" },
		{ SIZED("Jörg Müller"), "Jörg Müller" },
		{ SIZED("Ju\xcc\x88rgen"), "Ju\xcc\x88rgen" },
		{ SIZED("Αθήνα Юлия 山田 \xf0\x9f\x98\x80"), "Αθήνα Юлия 山田 \xf0\x9f\x98\x80" },
		{ SIZED("a\nb\tc\rd"), "a\\nb\\tc\\rd" },
		{ SIZED("\x1b[31mred\x1b]0;title\a"), "\\e[31mred\\e]0;title\\x07" },
		{ SIZED("a\0b"), "a\\x00b" },
		{ SIZED("\x7f"), "\\x7f" },
		{ SIZED("\xc2\x9b"
			"31m"),
			"\\u{009b}31m" },
		{ SIZED("\x9b"
			"31m"),
			"\\x9b31m" },
		{ SIZED("\xc2\xa0"), "\xc2\xa0" },
		/* line and paragraph separators, direction controls, zero-width, BOM */
		{ SIZED("\xe2\x80\xa8\xe2\x80\xa9"), "\\u{2028}\\u{2029}" },
		{ SIZED("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f"), "\\u{061c}\\u{200e}\\u{200f}" },
		{ SIZED("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae"),
			"\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}" },
		{ SIZED("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"),
			"\\u{2066}\\u{2067}\\u{2068}\\u{2069}" },
		{ SIZED("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf"),
			"\\u{200b}\\u{200c}\\u{200d}\\u{2060}\\u{feff}" },
		{ SIZED("\xf3\xa0\x81\x81"), "\\u{e0041}" },
		{ SIZED("\xef\xbf\xbe"), "\\u{fffe}" },
		/* invalid: bare bytes, truncation, overlong, surrogate, beyond U+10FFFF */
		{ SIZED("\xff\xfe"), "\\xff\\xfe" },
		{ SIZED("M\xfcller"), "M\\xfcller" },
		{ SIZED("\xe2\x82"), "\\xe2\\x82" },
		{ SIZED("\xe2\x82x"), "\\xe2\\x82x" },
		{ SIZED("\xc0\xaf"), "\\xc0\\xaf" },
		{ SIZED("\xe0\x80\x8a"), "\\xe0\\x80\\x8a" },
		{ SIZED("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ SIZED("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUFFER struct buffer out = { 0 };
		text_escape(&out, cases[i].text, cases[i].size);
		assert_string_equal(buffer_text(&out), cases[i].expected);
	}
}

static void
test_escape_doubles_a_backslash_only_where_it_would_mislead(void **state)
{
	(void)state;
	static const struct sized_case cases[] = {
		{ SIZED("C:\\Users\\Anna"), "C:\\Users\\Anna" },
		{ SIZED("DOMAIN\\anna"), "DOMAIN\\anna" },
		{ SIZED("end\\"), "end\\" },
		{ SIZED("a\\nb"), "a\\\\nb" },
		{ SIZED("\\t\\r\\e"), "\\\\t\\\\r\\\\e" },
		{ SIZED("\\x4g \\x41"), "\\x4g \\\\x41" },
		{ SIZED("\\x4"), "\\x4" },
		{ SIZED("\\u \\u{41}"), "\\u \\\\u{41}" },
		{ SIZED("\\\\"), "\\\\\\" },
		{ SIZED("\\\x1b"), "\\\\\\e" },
		{ SIZED("\\\xff"), "\\\\\\xff" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUFFER struct buffer out = { 0 };
		text_escape(&out, cases[i].text, cases[i].size);
		assert_string_equal(buffer_text(&out), cases[i].expected);
	}
}

static void
test_escape_appends_to_what_is_there(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer out = { 0 };
	buffer_add_text(&out, "user: ");
	text_escape(&out, NULL, 0);
	text_escape(&out, "a\n", 2);
	assert_string_equal(buffer_text(&out), "user: a\\n");
}

/* A small generator of our own, so that a seed means the same bytes everywhere. */
static uint32_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Noise mixed with what is near the rules of the escapes. */
static void
add_random_text(struct buffer *out, uint64_t *seed)
{
	static const char *const pieces[] = { "\\", "\\x", "\\u{", "n", "e", "41", "}", "\x1b[",
		"\xc2\x85", "\xc3\xbc", "\xe2\x80\xae", "\xef\xbb\xbf", "\xe2\x80", "\xed\xa0\x80",
		"\xf0\x9f\x98\x80", "\xc0\x80", "Ж", "\r\n" };
	size_t count = next_random(seed) % 24;
	for (size_t i = 0; i < count; i++) {
		if (next_random(seed) % 2)
			buffer_add_char(out, (char)(next_random(seed) & 0xff));
		else
			buffer_add_text(out,
				pieces[next_random(seed) % (sizeof(pieces) / sizeof(pieces[0]))]);
	}
}

static int
hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Reads the escapes back, as somebody would who knows only what text.h says. */
static void
unescape(struct buffer *out, const char *text)
{
	static const char letters[] = "ntre\\", values[] = "\n\t\r\x1b\\";
	while (*text) {
		const char *letter = text[0] == '\\' && text[1] ? strchr(letters, text[1]) : NULL;
		if (letter) {
			buffer_add_char(out, values[letter - letters]);
			text += 2;
		} else if (text[0] == '\\' && text[1] == 'x' && text[2] && text[3] &&
			strspn(text + 2, "0123456789abcdefABCDEF") >= 2) {
			buffer_add_char(out, (char)(hex_value(text[2]) << 4 | hex_value(text[3])));
			text += 4;
		} else if (text[0] == '\\' && text[1] == 'u' && text[2] == '{') {
			ucs4_t c = 0;
			for (text += 3; *text != '}'; text++)
				c = c << 4 | (ucs4_t)hex_value(*text);
			uint8_t bytes[6];
			buffer_add(out, bytes, (size_t)u8_uctomb(bytes, c, sizeof(bytes)));
			text++;
		} else {
			buffer_add_char(out, *text++);
		}
	}
}

static void
assert_safe_for_a_terminal(const struct buffer *out)
{
	static const char *const forbidden[] = { "\x7f", "\xe2\x80\xa8", "\xe2\x80\xae",
		"\xef\xbb\xbf" };
	assert_true(text_is_utf8(buffer_text(out), out->size));
	assert_int_equal(strlen(buffer_text(out)), out->size);
	for (size_t i = 0; i < out->size; i++)
		assert_in_range((unsigned char)out->data[i], 0x20, 0xff);
	assert_false(text_has_control(buffer_text(out), out->size));
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		assert_null(strstr(buffer_text(out), forbidden[i]));
}

static void
test_escape_of_noise_is_safe_and_can_be_read_back(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		uint64_t random = seed;
		AUTO_BUFFER struct buffer text = { 0 };
		AUTO_BUFFER struct buffer escaped = { 0 };
		AUTO_BUFFER struct buffer again = { 0 };
		add_random_text(&text, &random);
		text_escape(&escaped, buffer_text(&text), text.size);
		assert_safe_for_a_terminal(&escaped);
		unescape(&again, buffer_text(&escaped));
		assert_int_equal(again.size, text.size);
		assert_memory_equal(buffer_text(&again), buffer_text(&text), text.size);
	}
}

/* Lengths at which a quadratic loop would not come back before the test's time limit. */
static void
test_escape_copes_with_very_long_text(void **state)
{
	(void)state;
	enum { LENGTH = 1 << 20 };
	static const struct {
		char byte;
		size_t growth;
	} cases[] = { { 'a', 1 }, { '\n', 2 }, { '\xe2', 4 }, { '\0', 4 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE char *text = malloc(LENGTH);
		AUTO_BUFFER struct buffer out = { 0 };
		memset(text, cases[i].byte, LENGTH);
		text_escape(&out, text, LENGTH);
		assert_int_equal(out.size, LENGTH * cases[i].growth);
	}
	AUTO_FREE char *backslashes = malloc(LENGTH);
	AUTO_BUFFER struct buffer out = { 0 };
	memset(backslashes, '\\', LENGTH);
	text_escape(&out, backslashes, LENGTH);
	assert_int_equal(out.size, 2 * (size_t)LENGTH - 1);
}

static void
test_escaped_copy_lives_in_the_arena(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	assert_string_equal(text_escaped(&arena, "a\x1b"), "a\\e");
	assert_string_equal(text_escaped(&arena, ""), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape_shows_everything_that_is_not_printable),
		cmocka_unit_test(test_escape_doubles_a_backslash_only_where_it_would_mislead),
		cmocka_unit_test(test_escape_appends_to_what_is_there),
		cmocka_unit_test(test_escape_of_noise_is_safe_and_can_be_read_back),
		cmocka_unit_test(test_escape_copes_with_very_long_text),
		cmocka_unit_test(test_escaped_copy_lives_in_the_arena),
	};
	return cmocka_run_group_tests_name("text_escape", tests, NULL, NULL);
}
