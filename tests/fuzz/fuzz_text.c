/*
 * fuzz_text.c - any bytes through the functions that make text safe, comparable, or UTF-8.
 *
 * What must hold: nothing that steers a terminal is left after escaping; whatever changes letters
 * gives UTF-8 and, asked again, the same; ASCII is ASCII; decoding is the inverse of encoding; a
 * quoted word is one word to a shell.
 */
#include <fnmatch.h>

#include "core/base/text.h"
#include "tests/fuzz/must.h"

static void
check_escaped(const char *text, struct arena *arena)
{
	static const char *const steering[] = { "\u061c", "\u200b", "\u200e", "\u200f", "\u202a",
		"\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
		"\u2028", "\u2029", "\ufeff" };
	const char *escaped = text_escaped(arena, text);
	MUST(is_one_line(escaped));
	for (size_t i = 0; i < ARRAY_LEN(steering); i++)
		MUST(!strstr(escaped, steering[i]));
	MUST(strcmp(text_escaped(arena, escaped), escaped) == 0 || strchr(escaped, '\\'));
	text_width(escaped);
}

static void
check_letters(const char *text, struct arena *arena)
{
	const char *trimmed = text_trimmed(arena, text), *lower = text_lower(arena, text);
	const char *folded = text_folded(arena, text), *upper = text_upper(arena, text);
	const char *left = text_left(arena, text, 3);
	const char *const all[] = { trimmed, lower, folded, upper, left };
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		MUST(text_is_utf8(all[i], strlen(all[i])));
	MUST(strcmp(text_trimmed(arena, trimmed), trimmed) == 0);
	MUST(strcmp(text_left(arena, left, 3), left) == 0);
	if (text_is_utf8(text, strlen(text))) {
		MUST(strncmp(text, left, strlen(left)) == 0);
		MUST(strstr(text, trimmed));
	}
	for (enum text_language language = TEXT_LANGUAGE_DEFAULT; language <= TEXT_LANGUAGE_SV_FI;
		language++) {
		bool lost = false;
		const char *ascii = text_ascii(arena, text, language, &lost);
		for (const char *c = ascii; *c; c++)
			MUST((unsigned char)*c < 0x80);
		MUST(strcmp(text_ascii(arena, ascii, language, NULL), ascii) == 0);
	}
}

/* A shell's reading of a word in single quotes, or of one without any. */
static void
check_shell_word(const char *text, struct arena *arena)
{
	AUTO_BUFFER struct buffer read = { 0 };
	const char *word = text_shell_word(arena, text);
	bool quoted = false;
	for (; *word; word++) {
		if (*word == '\'')
			quoted = !quoted;
		else if (quoted)
			buffer_add_char(&read, *word);
		else if (*word == '\\' && word[1])
			buffer_add_char(&read, *++word);
		else {
			MUST(!strchr(" \t\r\n\"$`&|;<>()*?[]#~!{}\\", *word));
			buffer_add_char(&read, *word);
		}
	}
	MUST(!quoted && strcmp(buffer_text(&read), text) == 0);
}

static void
check_decoding(struct bytes input, struct arena *arena)
{
	for (enum text_encoding encoding = TEXT_ENCODING_AUTO;
		encoding <= TEXT_ENCODING_ISO_8859_15; encoding++) {
		struct bytes decoded;
		enum text_encoding used, named;
		size_t offset = SIZE_MAX;
		if (!text_decode(arena, input, encoding, &decoded, &used, &offset)) {
			MUST(offset < input.size);
			continue;
		}
		MUST(used != TEXT_ENCODING_AUTO);
		MUST(text_encoding_parse(text_encoding_name(used), &named) && named == used);
		MUST(text_is_utf8(decoded.data, decoded.size));
		MUST(decoded.size <= 3 * input.size);
	}
}

static void
check_number(const char *text)
{
	unsigned long long number;
	char written[32];
	if (!text_number(text, UINT32_MAX, &number))
		return;
	MUST(number <= UINT32_MAX && strspn(text, "0123456789") == strlen(text));
	snprintf(written, sizeof(written), "%llu", number);
	MUST(strcmp(text + strspn(text, "0"), *written == '0' ? "" : written) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct bytes input = { size ? (const char *)data : "", size };
	check_decoding(input, &arena);
	const char *text = arena_strndup(&arena, input.data, size);
	check_escaped(text, &arena);
	check_letters(text, &arena);
	check_shell_word(text, &arena);
	check_number(text);
	return 0;
}
