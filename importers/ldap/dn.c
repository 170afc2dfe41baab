/*
 * dn.c - see dn.h.
 */
#include "importers/ldap/dn.h"

#include <stdlib.h>
#include <string.h>

struct dn_reading {
	struct bytes rest;
	struct arena *arena;
};

static void
skip_blanks(struct bytes *rest)
{
	while (rest->size && *rest->data == ' ') {
		rest->data++;
		rest->size--;
	}
}

static bool
take_char(struct bytes *rest, const char *chars, char *ret_char)
{
	if (!rest->size || !*rest->data || !strchr(chars, *rest->data))
		return false;
	*ret_char = *rest->data++;
	rest->size--;
	return true;
}

/* "cn", "2.5.4.3", with blanks around it. */
static bool
take_type(struct dn_reading *reading, struct buffer *out)
{
	struct bytes *rest = &reading->rest;
	size_t before = out->size;
	char c;
	skip_blanks(rest);
	while (take_char(
		rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", &c))
		buffer_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
	skip_blanks(rest);
	return out->size > before && take_char(rest, "=", &c);
}

/* What follows a backslash: two hexadecimal digits, or the character itself. */
static bool
take_escaped(struct bytes *rest, struct buffer *out)
{
	if (!rest->size)
		return false;
	int high = text_hex_digit(rest->data[0]);
	int low = rest->size > 1 ? text_hex_digit(rest->data[1]) : -1;
	bool pair = high >= 0 && low >= 0;
	buffer_add_char(out, pair ? (char)(high << 4 | low) : *rest->data);
	rest->data += pair ? 2 : 1;
	rest->size -= pair ? 2 : 1;
	return true;
}

/* Up to what ends it, without escapes; "a value" of RFC 2253 may stand in quotes. */
static bool
take_value(struct bytes *rest, struct buffer *out)
{
	char quote;
	skip_blanks(rest);
	bool quoted = take_char(rest, "\"", &quote);
	while (rest->size && (quoted ? *rest->data != '"' : !strchr(",;+", *rest->data))) {
		char c = *rest->data++;
		rest->size--;
		if (c == '\\' && !take_escaped(rest, out))
			return false;
		if (c != '\\')
			buffer_add_char(out, c);
	}
	if (!quoted)
		return true;
	if (!take_char(rest, "\"", &quote))
		return false;
	skip_blanks(rest);
	return true;
}

/* Folded, blanks counted once and not at the ends, and what would be syntax escaped again. */
static void
write_value(struct arena *arena, struct bytes value, struct buffer *out)
{
	const char *text = arena_strndup(arena, value.data, value.size);
	bool is_text = !memchr(value.data ? value.data : "", '\0', value.size) &&
		text_is_utf8(text, value.size);
	const char *folded = is_text ? text_folded(arena, text) : text;
	size_t size = is_text ? strlen(folded) : value.size;
	bool blank = false, any = false;
	for (size_t i = 0; i < size; i++) {
		if (folded[i] == ' ') {
			blank = any;
			continue;
		}
		if (blank)
			buffer_add_char(out, ' ');
		if (!folded[i])
			buffer_add_text(out, "\\00");
		else if (strchr(",;+\\\"", folded[i]))
			buffer_printf(out, "\\%c", folded[i]);
		else
			buffer_add_char(out, folded[i]);
		blank = false;
		any = true;
	}
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One RDN; *ret_more when another follows. */
static bool
take_rdn(struct dn_reading *reading, struct buffer *out, bool *ret_more)
{
	struct string_list parts = { 0 };
	char c = '+';
	while (c == '+') {
		AUTO_BUFFER struct buffer part = { 0 };
		AUTO_BUFFER struct buffer value = { 0 };
		if (!take_type(reading, &part) || !take_value(&reading->rest, &value))
			return false;
		buffer_add_char(&part, '=');
		write_value(reading->arena, buffer_bytes(&value), &part);
		string_list_push(
			reading->arena, &parts, arena_strdup(reading->arena, buffer_text(&part)));
		c = '\0';
		if (reading->rest.size && !take_char(&reading->rest, "+,;", &c))
			return false;
	}
	qsort(parts.items, parts.count, sizeof(*parts.items), compare_texts);
	ARRAY_FOREACH (part, &parts)
		buffer_printf(out, "%s%s", part == parts.items ? "" : "+", *part);
	*ret_more = c;
	return true;
}

/* Most names are like "uid=anna,ou=people,dc=example,dc=org": only their case is to be changed. */
static char *
plain_dn(struct arena *arena, struct bytes dn)
{
	char *text = arena_alloc(arena, dn.size + 1);
	char before = ',';
	for (size_t i = 0; i < dn.size; i++) {
		char c = dn.data[i];
		bool separates = c == ',' || c == '=';
		bool is_plain = separates || c == ' ' || c == '.' || c == '_' || c == '-' ||
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!is_plain || (before == ' ' && (separates || c == ' ')) ||
			(c == ' ' && (before == ',' || before == '=')))
			return NULL;
		text[i] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
		before = c;
	}
	return before == ' ' ? NULL : text;
}

char *
dn_normal(struct arena *arena, struct bytes dn)
{
	char *plain = plain_dn(arena, dn);
	if (plain)
		return plain;
	AUTO_BUFFER struct buffer out = { 0 };
	AUTO_ARENA struct arena parts = { 0 };
	struct dn_reading reading = { dn, &parts };
	bool more = dn.size;
	if (memchr(dn.data ? dn.data : "", '\0', dn.size))
		return NULL;
	while (more) {
		if (!take_rdn(&reading, &out, &more)) {
			const char *text = arena_strndup(&parts, dn.data, dn.size);
			bool utf8 = text_is_utf8(text, dn.size);
			return arena_strdup(arena, utf8 ? text_folded(&parts, text) : text);
		}
		if (more)
			buffer_add_char(&out, ',');
	}
	return arena_strdup(arena, buffer_text(&out));
}
