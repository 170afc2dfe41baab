/*
 * passdb_text.c - the texts that password databases are made from: what db_dump writes (in hex, or
 * with -p), and what db_load -T reads, a line the key, the next one its value.
 *
 * In a text the last of several lines for a key counts, since db_load puts each over the one
 * before.
 */
#include "importers/old/passdb_reader.h"

#include <string.h>

static const char version_key[] = "VERSION=";

struct lines {
	struct bytes rest;
	unsigned number; /* of the line that was taken last */
};

static bool
take_line(struct lines *lines, struct bytes *ret_line)
{
	if (!bytes_take_line(&lines->rest, ret_line))
		return false;
	lines->number++;
	return true;
}

static bool
line_is(struct bytes line, const char *text)
{
	return line.size == strlen(text) && memcmp(line.data, text, line.size) == 0;
}

static bool
hex_pair(struct bytes text, size_t offset, char *ret_byte)
{
	if (offset + 2 > text.size)
		return false;
	int high = text_hex_digit(text.data[offset]), low = text_hex_digit(text.data[offset + 1]);
	if (high < 0 || low < 0)
		return false;
	*ret_byte = (char)(high << 4 | low);
	return true;
}

static bool
decode_hex(struct bytes text, struct arena *arena, struct bytes *ret_bytes)
{
	char *bytes = arena_alloc(arena, text.size / 2 + 1);
	if (text.size % 2)
		return false;
	for (size_t i = 0; i < text.size / 2; i++)
		if (!hex_pair(text, 2 * i, bytes + i))
			return false;
	*ret_bytes = (struct bytes){ bytes, text.size / 2 };
	return true;
}

/* Two backslashes are one; a backslash and two hex digits are a byte. */
static bool
decode_print(struct bytes text, struct arena *arena, struct bytes *ret_bytes)
{
	char *bytes = arena_alloc(arena, text.size + 1);
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];
		if (c == '\\' && i + 1 < text.size && text.data[i + 1] == '\\') {
			i++;
		} else if (c == '\\') {
			if (!hex_pair(text, i + 1, &c))
				return false;
			i += 2;
		}
		bytes[size++] = c;
	}
	*ret_bytes = (struct bytes){ bytes, size };
	return true;
}

bool
passdb_is_dump(struct bytes content)
{
	size_t size = sizeof(version_key) - 1;
	return content.size > size && memcmp(content.data, version_key, size) == 0;
}

/* Up to HEADER=END; *ret_print: bytes that print are as they are. */
static bool
read_header(struct passdb_reading *reading, struct lines *lines, bool *ret_print)
{
	struct bytes line;
	*ret_print = false;
	while (take_line(lines, &line)) {
		if (line_is(line, "HEADER=END"))
			return true;
		if (line_is(line, "format=print"))
			*ret_print = true;
		if (line_is(line, "keys=0") || line_is(line, "type=recno") ||
			line_is(line, "type=queue"))
			return diag_error(reading->diags, at(reading->shown, lines->number),
				"the dump is of a database without names as keys");
	}
	return diag_error(reading->diags, at(reading->shown, lines->number),
		"the dump ends within its header");
}

/* Lines of keys and values alternate; each begins with a blank. */
static bool
read_pairs(struct passdb_reading *reading, struct lines *lines, bool print)
{
	struct bytes line, item, key = { 0 };
	bool has_key = false;
	while (take_line(lines, &line)) {
		struct place place = at(reading->shown, lines->number);
		if (line_is(line, "DATA=END")) {
			if (has_key)
				return diag_error(reading->diags, place, "a key has no value");
			return true;
		}
		if (!line.size || line.data[0] != ' ')
			return diag_error(reading->diags, place,
				"not a line of a dump: a blank expected in front");
		line = (struct bytes){ line.data + 1, line.size - 1 };
		if (!(print ? decode_print : decode_hex)(line, reading->arena, &item))
			return diag_error(reading->diags, place,
				"not a line of a dump: %s expected",
				print ? "\\ and two hex digits" : "pairs of hex digits");
		if (has_key)
			passdb_add(reading, key, item, lines->number - 1);
		key = item;
		has_key = !has_key;
	}
	return diag_error(reading->diags, at(reading->shown, lines->number),
		"the dump ends without DATA=END");
}

bool
passdb_read_dump(struct passdb_reading *reading)
{
	struct lines lines = { .rest = reading->content };
	bool print;
	return read_header(reading, &lines, &print) && read_pairs(reading, &lines, print);
}

bool
passdb_read_alternating(struct passdb_reading *reading)
{
	struct lines lines = { .rest = reading->content };
	struct bytes line, item, key = { 0 };
	bool has_key = false;
	while (take_line(&lines, &line)) {
		if (!decode_print(line, reading->arena, &item))
			return diag_error(reading->diags, at(reading->shown, lines.number),
				"\\ must be followed by another one or two hex digits");
		if (has_key)
			passdb_add(reading, key, item, lines.number - 1);
		key = item;
		has_key = !has_key;
	}
	if (has_key)
		return diag_error(
			reading->diags, at(reading->shown, lines.number), "a key has no value");
	return true;
}
