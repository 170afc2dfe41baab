/*
 * text.c - escaping, measuring, comparing and cutting text; see text.h for the contract.
 *
 * Bytes become characters in one place, next_character(), which never reads beyond the text and
 * always advances. What changes letters (case, trimming, cutting) first turns bytes that are not
 * UTF-8 into their escapes, so results are always valid UTF-8. Other scripts are for
 * transliterate.c, other encodings for encoding.c.
 */
#include "core/base/text.h"

#include <ctype.h>
#include <fnmatch.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

/* No character: a byte that is not part of valid UTF-8. */
#define NOT_UTF8 ((ucs4_t)-1)

static const uint8_t *
utf8(const char *text)
{
	return (const uint8_t *)text;
}

/* The length of the first character; 1 and NOT_UTF8 when its first byte is not part of one. */
static size_t
next_character(const char *text, size_t size, ucs4_t *ret_character)
{
	int length = u8_mbtoucr(ret_character, utf8(text), size);
	if (length > 0)
		return (size_t)length;
	*ret_character = NOT_UTF8;
	return 1;
}

/* Default-ignorable covers the direction controls, the zero-width characters and the BOM. */
static bool
is_unprintable(ucs4_t c)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	return c == NOT_UTF8 || (c >= 0xfff9 && c <= 0xfffb) || /* annotation marks */
		uc_is_property_not_a_character(c) ||
		uc_is_property_default_ignorable_code_point(c) ||
		uc_is_general_category_withtable(
			c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp);
}

static void
add_escape(struct buffer *out, ucs4_t c, char byte)
{
	if (c == '\n')
		buffer_add_text(out, "\\n");
	else if (c == '\t')
		buffer_add_text(out, "\\t");
	else if (c == '\r')
		buffer_add_text(out, "\\r");
	else if (c == 0x1b)
		buffer_add_text(out, "\\e");
	else if (c == NOT_UTF8 || c < 0x80)
		buffer_printf(out, "\\x%02x", (unsigned char)byte);
	else
		buffer_printf(out, "\\u{%04x}", (unsigned)c);
}

/* Whether a backslash in front of this text would be read as the beginning of an escape. */
static bool
completes_escape(const char *text, size_t size, bool ascii)
{
	if (size == 0)
		return false;
	if (*text == 'x')
		return size >= 3 && isxdigit((unsigned char)text[1]) &&
			isxdigit((unsigned char)text[2]);
	if (*text == 'u')
		return size >= 2 && text[1] == '{';
	if (memchr("\\ntre", *text, 5))
		return true;

	/* What will be escaped itself begins with a backslash. */
	ucs4_t c;
	next_character(text, size, &c);
	return is_unprintable(c) || (ascii && c >= 0x80);
}

static void
escape(struct buffer *out, const char *text, size_t size, bool ascii)
{
	if (size == 0)
		return;
	size_t plain = 0; /* where the bytes begin that are to be copied as they are */
	size_t at = 0;
	while (at < size) {
		ucs4_t c;
		size_t length = next_character(text + at, size - at, &c);
		bool unprintable = is_unprintable(c) || (ascii && c >= 0x80);
		if (unprintable ||
			(c == '\\' && completes_escape(text + at + 1, size - at - 1, ascii))) {
			buffer_add(out, text + plain, at - plain);
			if (unprintable)
				add_escape(out, c, text[at]);
			else
				buffer_add_text(out, "\\\\");
			plain = at + length;
		}
		at += length;
	}
	buffer_add(out, text + plain, size - plain);
}

void
text_escape(struct buffer *out, const char *text, size_t size)
{
	escape(out, text, size, false);
}

void
text_escape_ascii(struct buffer *out, const char *text, size_t size)
{
	escape(out, text, size, true);
}

char *
text_escaped(struct arena *arena, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	text_escape(&out, text, strlen(text));
	return arena_strndup(arena, buffer_text(&out), out.size);
}

void
text_base64(struct buffer *out, const char *text)
{
	char encoded[BASE64_ENCODE_LENGTH(3)];
	size_t size = strlen(text);
	for (size_t at = 0; at < size; at += 3) {
		size_t part = size - at < 3 ? size - at : 3;
		base64_encode_raw(encoded, part, (const uint8_t *)text + at);
		buffer_add(out, encoded, sizeof(encoded));
	}
	explicit_bzero(encoded, sizeof(encoded));
}

size_t
text_character(const char *text, size_t size, uint32_t *ret_character, bool *ret_shown)
{
	ucs4_t c;
	size_t length = next_character(text, size, &c);
	*ret_character = c;
	*ret_shown = !is_unprintable(c);
	return length;
}

size_t
text_width(const char *text)
{
	int width = u8_strwidth(utf8(text), "UTF-8");
	return width > 0 ? (size_t)width : 0;
}

bool
text_is_utf8(const char *text, size_t size)
{
	return size == 0 || u8_check(utf8(text), size) == NULL;
}

bool
text_has_control(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x20 || c == 0x7f)
			return true;
		/* U+0080 to U+009F */
		if (c == 0xc2 && i + 1 < size && ((unsigned char)text[i + 1] & 0xe0) == 0x80)
			return true;
	}
	return false;
}

/* The same text with escapes in place of the bytes that are not UTF-8; mostly the text itself. */
static const char *
valid(struct arena *arena, const char *text)
{
	size_t size = strlen(text);
	if (text_is_utf8(text, size))
		return text;

	AUTO_BUFFER struct buffer out = { 0 };
	for (size_t at = 0; at < size;) {
		ucs4_t c;
		size_t length = next_character(text + at, size - at, &c);
		if (c == NOT_UTF8)
			add_escape(&out, c, text[at]);
		else
			buffer_add(&out, text + at, length);
		at += length;
	}
	return arena_strndup(arena, buffer_text(&out), out.size);
}

/* Takes what libunistring has allocated; with valid input it can only have run out of memory. */
static char *
keep(struct arena *arena, uint8_t *result, size_t length)
{
	if (!result)
		abort();
	char *copy = arena_strndup(arena, (const char *)result, length);
	free(result);
	return copy;
}

char *
text_folded(struct arena *arena, const char *text)
{
	const char *letters = valid(arena, text);
	size_t length;
	uint8_t *result =
		u8_casefold(utf8(letters), strlen(letters), NULL, UNINORM_NFKC, NULL, &length);
	return keep(arena, result, length);
}

char *
text_lower(struct arena *arena, const char *text)
{
	const char *letters = valid(arena, text);
	size_t length;
	uint8_t *result = u8_tolower(utf8(letters), strlen(letters), NULL, NULL, NULL, &length);
	return keep(arena, result, length);
}

char *
text_upper(struct arena *arena, const char *text)
{
	const char *letters = valid(arena, text);
	size_t length;
	uint8_t *result = u8_toupper(utf8(letters), strlen(letters), NULL, NULL, NULL, &length);
	return keep(arena, result, length);
}

static bool
is_blank(ucs4_t c)
{
	return uc_is_property_white_space(c) || c == 0x180e || (c >= 0x200b && c <= 0x200d) ||
		c == 0x2060 || c == 0xfeff;
}

char *
text_trimmed(struct arena *arena, const char *text)
{
	const uint8_t *start = utf8(valid(arena, text));
	const uint8_t *end = start + u8_strlen(start);
	ucs4_t c;
	while (start < end) {
		const uint8_t *next = u8_next(&c, start);
		if (!is_blank(c))
			break;
		start = next;
	}
	while (end > start) {
		const uint8_t *last = u8_prev(&c, end, start);
		if (!is_blank(c))
			break;
		end = last;
	}
	return arena_strndup(arena, (const char *)start, (size_t)(end - start));
}

char *
text_left(struct arena *arena, const char *text, size_t characters)
{
	const uint8_t *start = utf8(valid(arena, text));
	const uint8_t *end = start + u8_strlen(start);
	const uint8_t *cut = start;
	while (characters-- > 0 && cut < end)
		cut = u8_grapheme_next(cut, end);
	return arena_strndup(arena, (const char *)start, (size_t)(cut - start));
}

bool
text_glob(const char *pattern, const char *text)
{
	return fnmatch(pattern, text, 0) == 0;
}

char *
text_size(struct arena *arena, unsigned long long bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double size = (double)bytes / 1024;
	size_t unit = 0;
	if (bytes < 1024)
		return arena_printf(arena, "%llu bytes", bytes);
	for (; size >= 1023.95 && unit + 1 < ARRAY_LEN(units); unit++)
		size /= 1024;
	return arena_printf(arena, "%.1f %s", size, units[unit]);
}

int
text_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
text_number(const char *text, unsigned long long max, unsigned long long *ret_number)
{
	if (!*text)
		return false;
	unsigned long long number = 0;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return false;
		unsigned digit = (unsigned)(*c - '0');
		if (digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return true;
}

const char *
text_shell_word(struct arena *arena, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/._-+,:@%";
	if (*word && !word[strspn(word, plain)])
		return word;
	AUTO_BUFFER struct buffer quoted = { 0 };
	buffer_add_char(&quoted, '\'');
	for (const char *c = word; *c; c++) {
		if (*c == '\'')
			buffer_add_text(&quoted, "'\\''");
		else
			buffer_add_char(&quoted, *c);
	}
	buffer_add_char(&quoted, '\'');
	return arena_strdup(arena, buffer_text(&quoted));
}

/* A word as lower-case characters, for counting letters. */
struct letters {
	ucs4_t *items;
	size_t count;
};

static void
letters_finish(struct letters *letters)
{
	free(letters->items);
}

static struct letters
letters_of(const char *word)
{
	size_t size = strlen(word);
	struct letters letters = { .items = calloc(size + 1, sizeof(*letters.items)) };
	if (!letters.items)
		abort();
	for (size_t at = 0; at < size;) {
		ucs4_t c;
		at += next_character(word + at, size - at, &c);
		letters.items[letters.count++] = c == NOT_UTF8 ? c : uc_tolower(c);
	}
	return letters;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Restricted Damerau-Levenshtein: insert, delete, replace, or swap two neighbours. Three rows of
 * the matrix are enough; row i holds the distances of the first i letters of a.
 */
static size_t
letters_distance(const struct letters *a, const struct letters *b)
{
	size_t width = b->count + 1;
	AUTO_FREE size_t *rows = calloc(3 * width, sizeof(*rows));
	if (!rows)
		abort();
	size_t *before = rows, *above = rows + width, *row = rows + 2 * width;
	for (size_t j = 0; j < width; j++)
		row[j] = j;

	for (size_t i = 1; i <= a->count; i++) {
		size_t *recycled = before;
		before = above;
		above = row;
		row = recycled;
		row[0] = i;
		for (size_t j = 1; j < width; j++) {
			const ucs4_t *x = &a->items[i - 1], *y = &b->items[j - 1];
			row[j] = smaller(above[j], row[j - 1]) + 1;
			row[j] = smaller(row[j], above[j - 1] + (*x != *y));
			if (i > 1 && j > 1 && x[0] == y[-1] && x[-1] == y[0])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return row[b->count];
}

const char *
text_nearest(const char *word, const char *const *candidates)
{
	AUTO(letters_finish) struct letters typed = letters_of(word);
	const char *nearest = NULL;
	size_t best = SIZE_MAX;
	for (; *candidates; candidates++) {
		AUTO(letters_finish) struct letters meant = letters_of(*candidates);
		size_t shorter = smaller(typed.count, meant.count);
		size_t longer = typed.count + meant.count - shorter;
		/* A cheap refusal, which also keeps a huge word from costing anything. */
		if ((longer - shorter) * 3 > longer)
			continue;
		size_t distance = letters_distance(&typed, &meant);
		if (distance * 3 <= longer && distance < best) {
			best = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}
