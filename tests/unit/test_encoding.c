/*
 * test_encoding.c - files as spreadsheets save them, and files that are not what they claim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

struct decoding {
	enum text_encoding encoding;
	struct bytes input;
	enum text_encoding used;
	struct bytes expected;
};

static void
assert_decodings(const struct decoding *decodings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct decoding *decoding = &decodings[i];
		AUTO_ARENA struct arena arena = { 0 };
		struct bytes output = { 0 };
		enum text_encoding used = (enum text_encoding)99;
		size_t offset = 0;
		assert_true(text_decode(
			&arena, decoding->input, decoding->encoding, &output, &used, &offset));
		assert_string_equal(text_encoding_name(used), text_encoding_name(decoding->used));
		assert_int_equal(output.size, decoding->expected.size);
		assert_memory_equal(output.data, decoding->expected.data, output.size);
		assert_int_equal(output.data[output.size], '\0');
	}
}

#define ASSERT_DECODINGS(...)                                                                      \
	do {                                                                                       \
		static const struct decoding decodings[] = { __VA_ARGS__ };                        \
		assert_decodings(decodings, ARRAY_LEN(decodings));                                 \
	} while (0)

#define AUTO_DETECTED TEXT_ENCODING_AUTO
#define UTF8 TEXT_ENCODING_UTF8
#define LE TEXT_ENCODING_UTF16LE
#define BE TEXT_ENCODING_UTF16BE
#define CP1252 TEXT_ENCODING_WINDOWS_1252
#define LATIN1 TEXT_ENCODING_ISO_8859_1
#define LATIN9 TEXT_ENCODING_ISO_8859_15

static void
test_utf8_is_taken_as_it_is_without_its_bom(void **state)
{
	(void)state;
	ASSERT_DECODINGS({ UTF8, BYTES(""), UTF8, BYTES("") },
		{ UTF8, { NULL, 0 }, UTF8, BYTES("") },
		{ UTF8, BYTES("Jörg;Łukasz\n"), UTF8, BYTES("Jörg;Łukasz\n") },
		{ UTF8, BYTES("\xef\xbb\xbfJörg"), UTF8, BYTES("Jörg") },
		{ UTF8, BYTES("\xef\xbb\xbf"), UTF8, BYTES("") },
		{ UTF8, BYTES("\xef\xbb\xbf\xef\xbb\xbfx"), UTF8, BYTES("\xef\xbb\xbfx") },
		{ UTF8, BYTES("a\0b"), UTF8, BYTES("a\0b") },
		{ UTF8, BYTES("a\0b\0"), UTF8, BYTES("a\0b\0") });
}

static void
test_utf16_is_decoded_in_both_byte_orders(void **state)
{
	(void)state;
	ASSERT_DECODINGS({ LE, BYTES(""), LE, BYTES("") }, { LE, { NULL, 0 }, LE, BYTES("") },
		{ LE, BYTES("J\0\xf6\0r\0g\0"), LE, BYTES("Jörg") },
		{ BE, BYTES("\0J\0\xf6\0r\0g"), BE, BYTES("Jörg") },
		{ LE, BYTES("\xff\xfe\x2e\x04"), LE, BYTES("Ю") },
		{ BE, BYTES("\xfe\xff\x04\x2e"), BE, BYTES("Ю") },
		{ LE, BYTES("\xac\x20"), LE, BYTES("€") },
		{ LE, BYTES("\x3d\xd8\x00\xde!\0"), LE, BYTES("\xf0\x9f\x98\x80!") },
		{ BE, BYTES("\xd8\x3d\xde\x00\0!"), BE, BYTES("\xf0\x9f\x98\x80!") },
		{ BE, BYTES("\xdb\xff\xdf\xff"), BE, BYTES("\xf4\x8f\xbf\xbf") },
		{ BE, BYTES("\xd7\xff\xe0\x00"), BE, BYTES("\xed\x9f\xbf\xee\x80\x80") },
		{ LE, BYTES("\0\0"), LE, BYTES("\0") });
}

static void
test_code_pages_are_decoded(void **state)
{
	(void)state;
	ASSERT_DECODINGS({ CP1252, BYTES(""), CP1252, BYTES("") },
		{ CP1252, BYTES("M\xfcller \x80 \x93x\x94 \x8a\x9f"), CP1252,
			BYTES("Müller € “x” ŠŸ") },
		{ CP1252, BYTES("\x81\x8d\x8f\x90\x9d"), CP1252,
			BYTES("\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d") },
		{ CP1252, BYTES("\x82\x83\x84\x85\x86\x87\x88\x89\x8b\x8c\x8e"), CP1252,
			BYTES("‚ƒ„…†‡ˆ‰‹ŒŽ") },
		{ CP1252, BYTES("\x91\x92\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9e"), CP1252,
			BYTES("‘’•–—˜™š›œž") },
		{ LATIN1, BYTES("\xa4\xfc\x80\xff"), LATIN1, BYTES("¤ü\xc2\x80ÿ") },
		{ LATIN9, BYTES("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe\xfc"), LATIN9,
			BYTES("€ŠšŽžŒœŸü") });
}

static void
test_auto_believes_a_bom_first(void **state)
{
	(void)state;
	ASSERT_DECODINGS({ AUTO_DETECTED, BYTES("\xef\xbb\xbflogin"), UTF8, BYTES("login") },
		{ AUTO_DETECTED, BYTES("\xff\xfe\x2e\x04\x3b\0"), LE, BYTES("Ю;") },
		{ AUTO_DETECTED, BYTES("\xfe\xff\x04\x2e\0\x3b"), BE, BYTES("Ю;") },
		{ AUTO_DETECTED, BYTES("\xff\xfe"), LE, BYTES("") },
		{ AUTO_DETECTED, BYTES("\xef\xbb\xbf"), UTF8, BYTES("") },
		/* a BOM that somebody put before another encoding is still no text */
		{ AUTO_DETECTED, BYTES("\xef\xbb\xbfM\xfcller"), CP1252, BYTES("Müller") });
}

static void
test_auto_recognises_utf16_by_its_nuls(void **state)
{
	(void)state;
	ASSERT_DECODINGS(
		{ AUTO_DETECTED, BYTES("l\0o\0g\0i\0n\0\r\0\n\0"), LE, BYTES("login\r\n") },
		{ AUTO_DETECTED, BYTES("\0l\0o\0g\0i\0n\0\n"), BE, BYTES("login\n") },
		{ AUTO_DETECTED, BYTES("J\0\xf6\0r\0g\0;\0\x2e\x04\n\0"), LE, BYTES("Jörg;Ю\n") },
		{ AUTO_DETECTED, BYTES("a\0"), LE, BYTES("a") },
		/* few NULs, or nothing but NULs, are not UTF-16 */
		{ AUTO_DETECTED, BYTES("login\0name\0"), UTF8, BYTES("login\0name\0") },
		{ AUTO_DETECTED, BYTES("\0\0\0\0"), UTF8, BYTES("\0\0\0\0") },
		{ AUTO_DETECTED, BYTES("\0"), UTF8, BYTES("\0") });
}

static void
test_auto_takes_utf8_if_valid_and_else_windows_1252(void **state)
{
	(void)state;
	ASSERT_DECODINGS({ AUTO_DETECTED, BYTES(""), UTF8, BYTES("") },
		{ AUTO_DETECTED, { NULL, 0 }, UTF8, BYTES("") },
		{ AUTO_DETECTED, BYTES("login\n"), UTF8, BYTES("login\n") },
		{ AUTO_DETECTED, BYTES("Müller Юлия"), UTF8, BYTES("Müller Юлия") },
		{ AUTO_DETECTED, BYTES("M\xfcller"), CP1252, BYTES("Müller") },
		{ AUTO_DETECTED, BYTES("\xff"), CP1252, BYTES("ÿ") },
		{ AUTO_DETECTED, BYTES("\x81"), CP1252, BYTES("\xc2\x81") },
		{ AUTO_DETECTED, BYTES("abc\xc3"), CP1252, BYTES("abcÃ") },
		{ AUTO_DETECTED, BYTES("\xc0\xaf"), CP1252, BYTES("À¯") },
		{ AUTO_DETECTED, BYTES("\xed\xa0\x80"), CP1252, BYTES("í\xc2\xa0€") });
}

static void
test_the_first_bad_byte_is_named(void **state)
{
	(void)state;
	static const struct {
		enum text_encoding encoding;
		struct bytes input;
		enum text_encoding used;
		size_t offset;
	} cases[] = {
		{ UTF8, BYTES("M\xfcller"), UTF8, 1 },
		{ UTF8, BYTES("\xff"), UTF8, 0 },
		{ UTF8, BYTES("abc\xe2\x82"), UTF8, 3 },
		{ UTF8, BYTES("\xef\xbb\xbfx\xc0\x80"), UTF8, 4 },
		{ UTF8, BYTES("ab\xed\xa0\x80"), UTF8, 2 },
		{ LE, BYTES("a"), LE, 0 },
		{ LE, BYTES("a\0b"), LE, 2 },
		{ BE, BYTES("\xfe\xff\0a\0"), BE, 4 },
		/* lone surrogates: high at the end, high before a letter, low first, low twice */
		{ BE, BYTES("\0a\xd8\x3d"), BE, 2 },
		{ BE, BYTES("\0a\xd8\x3d\xde"), BE, 2 },
		{ BE, BYTES("\0a\xd8\x3d\0b"), BE, 2 },
		{ BE, BYTES("\0a\xd8\x3d\xd8\x3d"), BE, 2 },
		{ BE, BYTES("\xde\x00\0a"), BE, 0 },
		{ BE, BYTES("\xde\x00\xde\x00"), BE, 0 },
		{ BE, BYTES("\0a\xd8\x3d\xe0\x00"), BE, 2 },
		{ LE, BYTES("\x3d\xd8\x00\xde\x00\xde"), LE, 4 },
		/* the BOM of the other byte order */
		{ LE, BYTES("\xfe\xff\0a"), LE, 0 },
		{ BE,
			BYTES("\xff\xfe"
			      "a\0"),
			BE, 0 },
		/* AUTO fails for broken UTF-16 only */
		{ AUTO_DETECTED,
			BYTES("\xff\xfe"
			      "a\0b"),
			LE, 4 },
		{ AUTO_DETECTED, BYTES("\xfe\xff\xdc\x00"), BE, 2 },
		{ AUTO_DETECTED, BYTES("l\0o\0g\0i\0n"), LE, 8 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		struct bytes output = { "untouched", 9 };
		enum text_encoding used = (enum text_encoding)99;
		size_t offset = 99;
		assert_false(text_decode(
			&arena, cases[i].input, cases[i].encoding, &output, &used, &offset));
		assert_int_equal(used, cases[i].used);
		assert_int_equal(offset, cases[i].offset);
		assert_string_equal(output.data, "untouched");
	}
}

static void
test_noise_becomes_valid_utf8_or_is_refused_inside_the_input(void **state)
{
	(void)state;
	uint64_t random = 7;
	size_t refused = 0;
	for (size_t i = 0; i < 20000; i++) {
		AUTO_ARENA struct arena arena = { 0 };
		char text[16];
		for (size_t j = 0; j < sizeof(text); j++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			text[j] = (char)(random >> 33);
		}
		struct bytes input = { text, (random >> 50) % (sizeof(text) + 1) };
		struct bytes output;
		enum text_encoding encoding = (enum text_encoding)(i % (LATIN9 + 1)), used;
		size_t offset;
		if (text_decode(&arena, input, encoding, &output, &used, &offset)) {
			assert_true(text_is_utf8(output.data, output.size));
		} else {
			assert_in_range(offset, 0, input.size - 1);
			refused++;
		}
	}
	assert_in_range(refused, 1, 20000 * 3 / 7);
}

static void
test_very_long_files_are_decoded_to_the_end(void **state)
{
	(void)state;
	enum { LENGTH = 2 << 20 };
	AUTO_ARENA struct arena arena = { 0 };
	char *text = arena_alloc(&arena, LENGTH);
	struct bytes output;
	enum text_encoding used;
	size_t offset;
	memset(text, '\xfc', LENGTH);
	assert_true(text_decode(&arena, (struct bytes){ text, LENGTH }, TEXT_ENCODING_AUTO, &output,
		&used, &offset));
	assert_int_equal(used, CP1252);
	assert_int_equal(output.size, 2 * LENGTH);

	for (size_t i = 0; i < LENGTH; i++)
		text[i] = i % 2 ? '\0' : 'a';
	assert_true(text_decode(&arena, (struct bytes){ text, LENGTH }, TEXT_ENCODING_AUTO, &output,
		&used, &offset));
	assert_int_equal(used, LE);
	assert_int_equal(output.size, LENGTH / 2);

	/* UTF-8 up to the last byte */
	memset(text, 'a', LENGTH);
	text[LENGTH - 1] = '\xff';
	assert_false(text_decode(&arena, (struct bytes){ text, LENGTH }, TEXT_ENCODING_UTF8,
		&output, &used, &offset));
	assert_int_equal(offset, LENGTH - 1);
}

static void
test_encodings_are_known_by_their_names(void **state)
{
	(void)state;
	static const struct {
		const char *word, *name;
		enum text_encoding encoding;
	} words[] = {
		{ "auto", "auto", AUTO_DETECTED },
		{ "utf-8", "utf-8", UTF8 },
		{ "UTF8", "utf-8", UTF8 },
		{ "utf-16le", "utf-16le", LE },
		{ "UTF16LE", "utf-16le", LE },
		{ "utf-16be", "utf-16be", BE },
		{ "utf16be", "utf-16be", BE },
		{ "Windows-1252", "windows-1252", CP1252 },
		{ "cp1252", "windows-1252", CP1252 },
		{ "ISO-8859-1", "iso-8859-1", LATIN1 },
		{ "latin1", "iso-8859-1", LATIN1 },
		{ "iso-8859-15", "iso-8859-15", LATIN9 },
		{ "latin9", "iso-8859-15", LATIN9 },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		enum text_encoding encoding = (enum text_encoding)99;
		assert_true(text_encoding_parse(words[i].word, &encoding));
		assert_int_equal(encoding, words[i].encoding);
		assert_string_equal(text_encoding_name(encoding), words[i].name);
	}
	enum text_encoding encoding = UTF8;
	assert_false(text_encoding_parse("", &encoding));
	assert_false(text_encoding_parse("utf-7", &encoding));
	assert_false(text_encoding_parse("utf-8 ", &encoding));
	assert_int_equal(encoding, UTF8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_is_taken_as_it_is_without_its_bom),
		cmocka_unit_test(test_utf16_is_decoded_in_both_byte_orders),
		cmocka_unit_test(test_code_pages_are_decoded),
		cmocka_unit_test(test_auto_believes_a_bom_first),
		cmocka_unit_test(test_auto_recognises_utf16_by_its_nuls),
		cmocka_unit_test(test_auto_takes_utf8_if_valid_and_else_windows_1252),
		cmocka_unit_test(test_the_first_bad_byte_is_named),
		cmocka_unit_test(test_noise_becomes_valid_utf8_or_is_refused_inside_the_input),
		cmocka_unit_test(test_very_long_files_are_decoded_to_the_end),
		cmocka_unit_test(test_encodings_are_known_by_their_names),
	};
	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
