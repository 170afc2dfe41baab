/*
 * test_text.c - what leaves text.c is safe to show, valid UTF-8 and says no less than what went in.
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
test_lines_are_taken_with_their_nuls_and_without_their_newlines(void **state)
{
	static const struct sized_case lines[] = {
		{ SIZED("a\0b"), "" },
		{ SIZED(""), "" },
		{ SIZED("c\r"), "" },
		{ SIZED("no newline"), "" },
	};
	struct bytes rest = { SIZED("a\0b\n\nc\r\nno newline") }, line;
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_true(bytes_take_line(&rest, &line));
		assert_int_equal(line.size, lines[i].size);
		assert_memory_equal(line.data, lines[i].text, line.size);
	}
	assert_false(bytes_take_line(&rest, &line));
}

static void
test_lines_end_with_the_last_newline(void **state)
{
	struct bytes rest = { SIZED("a\n") }, line;
	(void)state;
	assert_true(bytes_take_line(&rest, &line));
	assert_int_equal(line.size, 1);
	assert_false(bytes_take_line(&rest, &line));
	assert_false(bytes_take_line(&(struct bytes){ NULL, 0 }, &line));
}

static void
test_width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("anna"), 4);
	assert_int_equal(text_width("Jörg"), 4);
	assert_int_equal(text_width("Jo\xcc\x88rg"), 4);
	assert_int_equal(text_width("Юлия"), 4);
	assert_int_equal(text_width("山田"), 4);
	assert_int_equal(text_width("\xf0\x9f\x98\x80"), 2);
}

/* RFC 4648, 10. */
static void
test_base64_is_that_of_the_standard(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		AUTO_BUFFER struct buffer out = { 0 };
		text_base64(&out, cases[i].text);
		assert_string_equal(buffer_text(&out), cases[i].expected);
	}
}

static void
test_utf8_check_refuses_what_is_not_well_formed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		bool expected;
	} cases[] = {
		{ NULL, 0, true },
		{ SIZED("ascii\0with NUL"), true },
		{ SIZED("Łukasz \xf4\x8f\xbf\xbf"), true },
		{ SIZED("\xff"), false },
		{ SIZED("a\x80"), false },
		{ SIZED("\xc3"), false },
		{ SIZED("\xe2\x82"), false },
		{ SIZED("\xc0\x80"), false },
		{ SIZED("\xc1\xbf"), false },
		{ SIZED("\xe0\x9f\xbf"), false },
		{ SIZED("\xf0\x8f\xbf\xbf"), false },
		{ SIZED("\xed\xa0\x80"), false },
		{ SIZED("\xed\xbf\xbf"), false },
		{ SIZED("\xf4\x90\x80\x80"), false },
		{ SIZED("\xf8\x88\x80\x80\x80"), false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_is_utf8(cases[i].text, cases[i].size), cases[i].expected);
}

static void
test_controls_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t size;
		bool expected;
	} cases[] = {
		{ NULL, 0, false },
		{ SIZED("Jörg Müller\xc2\xa0"), false },
		{ SIZED("\xc3\x80\xc2\xbf"), false },
		{ SIZED("a\tb"), true },
		{ SIZED("a\n"), true },
		{ SIZED("a\0b"), true },
		{ SIZED("\x1f"), true },
		{ SIZED("\x7f"), true },
		{ SIZED("\xc2\x80"), true },
		{ SIZED("\xc2\x9f"), true },
		{ SIZED("\xc2"), false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_has_control(cases[i].text, cases[i].size), cases[i].expected);
}

struct mapping {
	const char *text, *expected;
};

static void
assert_mappings(
	char *(*map)(struct arena *, const char *), const struct mapping *mappings, size_t count)
{
	AUTO_ARENA struct arena arena = { 0 };
	for (size_t i = 0; i < count; i++)
		assert_string_equal(map(&arena, mappings[i].text), mappings[i].expected);
}

#define ASSERT_MAPPINGS(map, ...)                                                                  \
	do {                                                                                       \
		static const struct mapping mappings[] = { __VA_ARGS__ };                          \
		assert_mappings(map, mappings, sizeof(mappings) / sizeof(mappings[0]));            \
	} while (0)

static void
test_folding_makes_spellings_of_one_word_equal(void **state)
{
	(void)state;
	ASSERT_MAPPINGS(text_folded, { "", "" }, { "Müller", "müller" }, { "MÜLLER", "müller" },
		{ "Mu\xcc\x88ller", "müller" }, { "MU\xcc\x88LLER", "müller" },
		{ "Straße", "strasse" }, { "STRASSE", "strasse" }, { "STRAẞE", "strasse" },
		{ "ΣΊΣΥΦΟΣ", "σίσυφοσ" }, { "Σίσυφος", "σίσυφοσ" }, { "ﬁle", "file" },
		{ "ＵＳＥＲ", "user" }, { "№", "no" }, { "\xe2\x84\x8c", "h" }, { "ЮЛИЯ", "юлия" },
		{ "a\xff", "a\\xff" });
}

static void
test_folding_twice_changes_nothing_more(void **state)
{
	(void)state;
	static const struct {
		ucs4_t first, last;
	} ranges[] = { { 1, 0x33ff }, { 0xa640, 0xa7ff }, { 0xf900, 0xffff },
		{ 0x1d400, 0x1d7ff } };
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		for (ucs4_t c = ranges[i].first; c <= ranges[i].last; c++) {
			uint8_t text[7] = { 0 };
			assert_in_range(u8_uctomb(text, c, 6), 1, 6);
			char *once = text_folded(&arena, (const char *)text);
			assert_string_equal(text_folded(&arena, once), once);
		}
	}
}

static void
test_case_is_changed_without_a_locale(void **state)
{
	(void)state;
	ASSERT_MAPPINGS(text_lower, { "", "" }, { "MÜLLER", "müller" },
		{ "MU\xcc\x88LLER", "mu\xcc\x88ller" }, { "ÓŁÆÞ", "ółæþ" }, { "I", "i" },
		{ "ΌΣΟΣ", "όσος" }, { "ЩУКИН", "щукин" }, { "A\xff", "a\\xff" });
	ASSERT_MAPPINGS(text_upper, { "", "" }, { "müller", "MÜLLER" }, { "straße", "STRASSE" },
		{ "i", "I" }, { "łukasz", "ŁUKASZ" }, { "щукин", "ЩУКИН" });
}

static void
test_trimming_takes_blanks_of_every_kind_at_both_ends_only(void **state)
{
	(void)state;
	ASSERT_MAPPINGS(text_trimmed, { "", "" }, { "   ", "" }, { "\xe2\x80\x8b\xc2\xa0", "" },
		{ "a", "a" }, { " \t\r\n Anna  Vogel \n", "Anna  Vogel" },
		{ "\xc2\xa0 Anna\xc2\xa0Vogel\xc2\xa0", "Anna\xc2\xa0Vogel" },
		{ "\xef\xbb\xbf"
		  "anna",
			"anna" },
		{ "\xe2\x80\x8b"
		  "an\xe2\x80\x8bna\xe2\x80\x8b",
			"an\xe2\x80\x8bna" },
		{ "\xe3\x80\x80山田\xe2\x80\x89", "山田" }, { "\xc2\x85\xe2\x80\xa8x", "x" },
		{ " \xff ", "\\xff" });
}

static void
test_left_cuts_between_characters_not_inside_them(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t characters;
		const char *expected;
	} cases[] = {
		{ "Anna", 0, "" },
		{ "Anna", 1, "A" },
		{ "Anna", 4, "Anna" },
		{ "Anna", SIZE_MAX, "Anna" },
		{ "", 3, "" },
		{ "Øystein", 1, "Ø" },
		{ "O\xcc\x88zil", 1, "O\xcc\x88" },
		{ "O\xcc\x88\xcc\x84zil", 2, "O\xcc\x88\xcc\x84z" },
		{ "山田", 1, "山" },
		{ "\xcc\x88"
		  "a",
			1, "\xcc\x88" },
	};
	AUTO_ARENA struct arena arena = { 0 };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			text_left(&arena, cases[i].text, cases[i].characters), cases[i].expected);
}

static void
test_very_long_text_is_cut_trimmed_and_folded(void **state)
{
	(void)state;
	enum { LENGTH = 1 << 20 };
	AUTO_ARENA struct arena arena = { 0 };
	char *marks = arena_alloc(&arena, 2 * LENGTH + 2);
	marks[0] = 'a';
	for (size_t i = 0; i < LENGTH; i++)
		memcpy(marks + 1 + 2 * i, "\xcc\x88", 2);
	assert_int_equal(strlen(text_left(&arena, marks, 1)), 2 * LENGTH + 1);
	assert_int_equal(text_width(marks), 1);
	/* a and the first mark compose to one letter of two bytes */
	assert_int_equal(strlen(text_folded(&arena, marks)), 2 * LENGTH);

	char *blanks = arena_alloc(&arena, LENGTH + 1);
	memset(blanks, ' ', LENGTH);
	assert_string_equal(text_trimmed(&arena, blanks), "");
	memset(blanks, 'A', LENGTH);
	assert_int_equal(strlen(text_lower(&arena, blanks)), LENGTH);
	assert_int_equal(strlen(text_left(&arena, blanks, LENGTH - 1)), LENGTH - 1);
}

static void
test_glob_matches_the_whole_login(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *text;
		bool expected;
	} cases[] = {
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "anna", "anna", true },
		{ "anna", "annab", false },
		{ "ann?", "anna", true },
		{ "ann?", "ann", false },
		{ "press-*", "press-anna", true },
		{ "press-*", "xpress-anna", false },
		{ "*.old", ".old", true },
		{ "[ab]*", "bob", true },
		{ "[!ab]*", "bob", false },
		{ "u[0-9][0-9]", "u42", true },
		{ "a\\*", "a*", true },
		{ "a\\*", "ab", false },
		{ "ANNA", "anna", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_glob(cases[i].pattern, cases[i].text), cases[i].expected);
}

static void
test_number_is_the_whole_text_or_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned long long max;
		bool expected;
		unsigned long long number;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 77 },
		{ "00042", 100, true, 42 },
		{ "65535", 65535, true, 65535 },
		{ "65536", 65535, false, 77 },
		{ "655350", 65535, false, 77 },
		{ "18446744073709551615", 18446744073709551615u, true, 18446744073709551615u },
		{ "18446744073709551616", 18446744073709551615u, false, 77 },
		{ "99999999999999999999999", 18446744073709551615u, false, 77 },
		{ "", 9, false, 77 },
		{ "-1", 9, false, 77 },
		{ "+1", 9, false, 77 },
		{ " 1", 9, false, 77 },
		{ "1 ", 9, false, 77 },
		{ "0x1", 9, false, 77 },
		{ "1e3", 9999, false, 77 },
		{ "١", 9, false, 77 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned long long number = 77;
		assert_int_equal(
			text_number(cases[i].text, cases[i].max, &number), cases[i].expected);
		assert_int_equal(number, cases[i].number);
	}
}

static void
assert_nearest(const char *word, const char *expected)
{
	static const char *const candidates[] = { "username", "groups", "layout", "csv", "größe",
		"id", "password", "password_hash", NULL };
	const char *nearest = text_nearest(word, candidates);
	assert_string_equal(nearest ? nearest : "(none)", expected);
}

static void
test_nearest_finds_the_word_that_was_meant(void **state)
{
	(void)state;
	assert_nearest("usrname", "username");
	assert_nearest("USERNAME", "username");
	assert_nearest("user_name", "username");
	assert_nearest("usrenaem", "username");
	assert_nearest("cvs", "csv");
	assert_nearest("group", "groups");
	assert_nearest("GRÖSE", "größe");
	assert_nearest("passwort", "password");
	assert_nearest("password_hsah", "password_hash");
}

static void
test_nearest_is_silent_when_more_than_a_third_is_wrong(void **state)
{
	(void)state;
	static const char *const nothing[] = { NULL };
	assert_nearest("", "(none)");
	assert_nearest("ie", "(none)");
	assert_nearest("colour", "(none)");
	assert_nearest("cxy", "(none)");
	assert_nearest("\xff\xfe\xfd", "(none)");
	assert_null(text_nearest("anything", nothing));
}

static void
test_nearest_prefers_the_first_of_equals(void **state)
{
	(void)state;
	static const char *const candidates[] = { "pics1", "pics2", NULL };
	assert_ptr_equal(text_nearest("pics", candidates), candidates[0]);
	assert_ptr_equal(text_nearest("pics2", candidates), candidates[1]);
}

static void
test_nearest_refuses_a_huge_word_at_once(void **state)
{
	(void)state;
	enum { LENGTH = 1 << 20 };
	AUTO_FREE char *word = malloc(LENGTH + 1);
	memset(word, 'u', LENGTH);
	word[LENGTH] = '\0';
	assert_nearest(word, "(none)");
}

/* ---- commands ---- */

static void
test_shell_words_are_quoted_where_a_shell_would_read_more_into_them(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "/home/anna", "/home/anna" },
		{ "a+b@c:d%e,f_g-h.i", "a+b@c:d%e,f_g-h.i" },
		{ "", "''" },
		{ "/home/my pictures", "'/home/my pictures'" },
		{ "it's", "'it'\\''s'" },
		{ "$(reboot)", "'$(reboot)'" },
		{ "~root", "'~root'" },
		{ "J\xc3\xb6rg", "'J\xc3\xb6rg'" },
	};
	AUTO_ARENA struct arena arena = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(text_shell_word(&arena, cases[i][0]), cases[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_taken_with_their_nuls_and_without_their_newlines),
		cmocka_unit_test(test_lines_end_with_the_last_newline),
		cmocka_unit_test(test_width_counts_columns),
		cmocka_unit_test(test_base64_is_that_of_the_standard),
		cmocka_unit_test(test_utf8_check_refuses_what_is_not_well_formed),
		cmocka_unit_test(test_controls_are_found),
		cmocka_unit_test(test_folding_makes_spellings_of_one_word_equal),
		cmocka_unit_test(test_folding_twice_changes_nothing_more),
		cmocka_unit_test(test_case_is_changed_without_a_locale),
		cmocka_unit_test(test_trimming_takes_blanks_of_every_kind_at_both_ends_only),
		cmocka_unit_test(test_left_cuts_between_characters_not_inside_them),
		cmocka_unit_test(test_very_long_text_is_cut_trimmed_and_folded),
		cmocka_unit_test(test_glob_matches_the_whole_login),
		cmocka_unit_test(test_number_is_the_whole_text_or_nothing),
		cmocka_unit_test(test_nearest_finds_the_word_that_was_meant),
		cmocka_unit_test(test_nearest_is_silent_when_more_than_a_third_is_wrong),
		cmocka_unit_test(test_nearest_prefers_the_first_of_equals),
		cmocka_unit_test(test_nearest_refuses_a_huge_word_at_once),
		cmocka_unit_test(
			test_shell_words_are_quoted_where_a_shell_would_read_more_into_them),
	};
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
