/*
 * encoding.c - whole files in the encodings that spreadsheets are saved in, made into UTF-8.
 *
 * The decoders are our own because a refusal has to name the offset of the first bad byte, and
 * because files may hold passwords: what is built here lives in a buffer, which is wiped.
 */
#include "core/base/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <unistr.h>

struct encoding_word {
	const char *word;
	enum text_encoding encoding;
};

/* The first word of an encoding is its name. */
static const struct encoding_word encoding_words[] = {
	{ "auto", TEXT_ENCODING_AUTO },
	{ "utf-8", TEXT_ENCODING_UTF8 },
	{ "utf8", TEXT_ENCODING_UTF8 },
	{ "utf-16le", TEXT_ENCODING_UTF16LE },
	{ "utf16le", TEXT_ENCODING_UTF16LE },
	{ "utf-16be", TEXT_ENCODING_UTF16BE },
	{ "utf16be", TEXT_ENCODING_UTF16BE },
	{ "windows-1252", TEXT_ENCODING_WINDOWS_1252 },
	{ "cp1252", TEXT_ENCODING_WINDOWS_1252 },
	{ "iso-8859-1", TEXT_ENCODING_ISO_8859_1 },
	{ "latin1", TEXT_ENCODING_ISO_8859_1 },
	{ "iso-8859-15", TEXT_ENCODING_ISO_8859_15 },
	{ "latin9", TEXT_ENCODING_ISO_8859_15 },
};

bool
text_encoding_parse(const char *word, enum text_encoding *ret_encoding)
{
	for (size_t i = 0; i < ARRAY_LEN(encoding_words); i++) {
		if (strcasecmp(word, encoding_words[i].word) == 0) {
			*ret_encoding = encoding_words[i].encoding;
			return true;
		}
	}
	return false;
}

const char *
text_encoding_name(enum text_encoding encoding)
{
	for (size_t i = 0; i < ARRAY_LEN(encoding_words); i++) {
		if (encoding_words[i].encoding == encoding)
			return encoding_words[i].word;
	}
	return "unknown";
}

static void
add_character(struct buffer *out, ucs4_t c)
{
	uint8_t sequence[6];
	int length = u8_uctomb(sequence, c, sizeof(sequence));
	if (length > 0)
		buffer_add(out, sequence, (size_t)length);
}

static bool
decode_utf8(struct buffer *out, struct bytes input, size_t *ret_offset)
{
	const uint8_t *start = (const uint8_t *)input.data;
	const uint8_t *bad = input.size ? u8_check(start, input.size) : NULL;
	if (bad) {
		*ret_offset = (size_t)(bad - start);
		return false;
	}
	buffer_add(out, input.data, input.size);
	return true;
}

static uint16_t
utf16_unit(const char *data, bool big_endian)
{
	uint8_t first = (uint8_t)data[0], second = (uint8_t)data[1];
	return (uint16_t)(big_endian ? first << 8 | second : second << 8 | first);
}

/* The character at the front, and how many bytes it has; 0 when it is not whole or not valid. */
static size_t
utf16_character(struct bytes input, bool big_endian, ucs4_t *ret_character)
{
	if (input.size < 2)
		return 0;
	uint16_t unit = utf16_unit(input.data, big_endian);
	*ret_character = unit;
	if (unit < 0xd800 || unit > 0xdfff)
		return 2;
	if (unit > 0xdbff || input.size < 4)
		return 0;
	uint16_t low = utf16_unit(input.data + 2, big_endian);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*ret_character = 0x10000 + ((ucs4_t)(unit - 0xd800) << 10) + (low - 0xdc00u);
	return 4;
}

static bool
decode_utf16(struct buffer *out, struct bytes input, bool big_endian, size_t *ret_offset)
{
	/* A BOM of the other byte order: the whole file would be read as other characters. */
	if (input.size >= 2 && utf16_unit(input.data, big_endian) == 0xfffe) {
		*ret_offset = 0;
		return false;
	}
	size_t at = 0;
	while (at < input.size) {
		struct bytes rest = { input.data + at, input.size - at };
		ucs4_t c;
		size_t length = utf16_character(rest, big_endian, &c);
		if (length == 0) {
			*ret_offset = at;
			return false;
		}
		add_character(out, c);
		at += length;
	}
	return true;
}

static ucs4_t
windows_1252(unsigned char byte)
{
	/* The five holes are C1 controls, as every web browser reads them. */
	static const uint16_t from_80[32] = { 0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026,
		0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
		0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
		0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178 };
	return byte >= 0x80 && byte <= 0x9f ? from_80[byte - 0x80] : byte;
}

static ucs4_t
iso_8859_1(unsigned char byte)
{
	return byte;
}

static ucs4_t
iso_8859_15(unsigned char byte)
{
	switch (byte) {
	case 0xa4:
		return 0x20ac;
	case 0xa6:
		return 0x0160;
	case 0xa8:
		return 0x0161;
	case 0xb4:
		return 0x017d;
	case 0xb8:
		return 0x017e;
	case 0xbc:
		return 0x0152;
	case 0xbd:
		return 0x0153;
	case 0xbe:
		return 0x0178;
	default:
		return byte;
	}
}

static bool
decode_bytes(struct buffer *out, struct bytes input, ucs4_t (*character)(unsigned char))
{
	for (size_t i = 0; i < input.size; i++)
		add_character(out, character((unsigned char)input.data[i]));
	return true;
}

static bool
decode(struct buffer *out, struct bytes input, enum text_encoding encoding, size_t *ret_offset)
{
	switch (encoding) {
	case TEXT_ENCODING_UTF16LE:
		return decode_utf16(out, input, false, ret_offset);
	case TEXT_ENCODING_UTF16BE:
		return decode_utf16(out, input, true, ret_offset);
	case TEXT_ENCODING_WINDOWS_1252:
		return decode_bytes(out, input, windows_1252);
	case TEXT_ENCODING_ISO_8859_1:
		return decode_bytes(out, input, iso_8859_1);
	case TEXT_ENCODING_ISO_8859_15:
		return decode_bytes(out, input, iso_8859_15);
	case TEXT_ENCODING_AUTO: /* has been replaced by what was guessed */
	case TEXT_ENCODING_UTF8:
		break;
	}
	return decode_utf8(out, input, ret_offset);
}

/* The size of the BOM of this encoding at the front of the input; 0 = none. */
static size_t
bom_size(struct bytes input, enum text_encoding encoding)
{
	const char *bom = encoding == TEXT_ENCODING_UTF8 ? "\xef\xbb\xbf"
		: encoding == TEXT_ENCODING_UTF16LE	 ? "\xff\xfe"
		: encoding == TEXT_ENCODING_UTF16BE	 ? "\xfe\xff"
							 : "";
	size_t size = strlen(bom);
	return size && input.size >= size && memcmp(input.data, bom, size) == 0 ? size : 0;
}

/*
 * UTF-16 without a BOM: of the first units more than half are ASCII in this byte order, and hardly
 * any is in the other. Text in another script is not recognised; it has to have a BOM or be named.
 */
static bool
looks_like_utf16(struct bytes input, bool big_endian)
{
	enum { UNITS_TO_LOOK_AT = 4096 };
	size_t units = input.size / 2;
	if (units > UNITS_TO_LOOK_AT)
		units = UNITS_TO_LOOK_AT;
	size_t ascii = 0, swapped = 0;
	for (size_t i = 0; i < units; i++) {
		uint16_t unit = utf16_unit(input.data + 2 * i, big_endian);
		ascii += unit > 0 && unit < 0x80;
		swapped += unit > 0 && (unit & 0xff) == 0;
	}
	return ascii * 2 > units && swapped * 10 <= units;
}

/* Also says how much of the front is a BOM. */
static enum text_encoding
guess(struct bytes input, size_t *ret_bom)
{
	static const enum text_encoding utf16[] = { TEXT_ENCODING_UTF16LE, TEXT_ENCODING_UTF16BE };
	for (size_t i = 0; i < ARRAY_LEN(utf16); i++) {
		*ret_bom = bom_size(input, utf16[i]);
		if (*ret_bom)
			return utf16[i];
	}
	/* A UTF-8 BOM goes also when the rest turns out to be something else. */
	*ret_bom = bom_size(input, TEXT_ENCODING_UTF8);
	if (!*ret_bom && looks_like_utf16(input, false))
		return TEXT_ENCODING_UTF16LE;
	if (!*ret_bom && looks_like_utf16(input, true))
		return TEXT_ENCODING_UTF16BE;
	if (text_is_utf8(input.data, input.size))
		return TEXT_ENCODING_UTF8;
	return TEXT_ENCODING_WINDOWS_1252;
}

bool
text_decode(struct arena *arena, struct bytes input, enum text_encoding encoding,
	struct bytes *ret_utf8, enum text_encoding *ret_used, size_t *ret_offset)
{
	size_t bom = bom_size(input, encoding);
	if (encoding == TEXT_ENCODING_AUTO)
		encoding = guess(input, &bom);
	*ret_used = encoding;

	AUTO_BUFFER struct buffer out = { 0 };
	struct bytes rest = input;
	if (bom)
		rest = (struct bytes){ input.data + bom, input.size - bom };
	size_t offset;
	if (!decode(&out, rest, encoding, &offset)) {
		*ret_offset = bom + offset;
		return false;
	}
	*ret_utf8 = (struct bytes){ arena_strndup(arena, buffer_text(&out), out.size), out.size };
	return true;
}
