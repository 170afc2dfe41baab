/*
 * json_writer.c - JSON, written member by member; see json_writer.h.
 */
#include "core/base/json_writer.h"

#include <assert.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "core/base/text.h"

/* ---- text ---- */

/* What a terminal would act upon or not show; as text_escape() sees it. */
static bool
is_escaped(ucs4_t c)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	return uc_is_property_default_ignorable_code_point(c) ||
		uc_is_general_category_withtable(
			c, UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp);
}

static void
add_escape(struct buffer *out, ucs4_t c)
{
	if (c == '\n')
		buffer_add_text(out, "\\n");
	else if (c == '\t')
		buffer_add_text(out, "\\t");
	else if (c < 0x10000)
		buffer_printf(out, "\\u%04x", (unsigned)c);
	else
		buffer_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
			(unsigned)(0xdc00 + (c & 0x3ff)));
}

/* How much of the text is ASCII that stands for itself: most of it, nearly always. */
static size_t
plain_length(const char *text)
{
	const char *at = text;
	while (*at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
		at++;
	return (size_t)(at - text);
}

static void
add_escaped(struct buffer *out, const char *text)
{
	const char *end = text + strlen(text);
	for (;;) {
		ucs4_t c;
		size_t plain = plain_length(text);
		buffer_add(out, text, plain);
		text += plain;
		if (text == end)
			break;
		int length = u8_mbtoucr(&c, (const uint8_t *)text, (size_t)(end - text));
		assert(length > 0);
		if (c == '"' || c == '\\')
			buffer_add_char(out, '\\');
		if (is_escaped(c))
			add_escape(out, c);
		else
			buffer_add(out, text, (size_t)length);
		text += length;
	}
}

static void
add_utf8(struct buffer *out, const char *text)
{
	buffer_add_char(out, '"');
	add_escaped(out, text);
	buffer_add_char(out, '"');
}

static void
add_base64(struct buffer *out, const char *text)
{
	buffer_add_char(out, '"');
	text_base64(out, text);
	buffer_add_char(out, '"');
}

static bool
is_utf8(const char *text)
{
	return !text || text_is_utf8(text, strlen(text));
}

static void
add_text(struct buffer *out, const char *text, bool as_utf8)
{
	if (!text)
		buffer_add_text(out, "null");
	else if (as_utf8)
		add_utf8(out, text);
	else
		add_base64(out, text);
}

/* ---- structure ---- */

/* Members of the outermost object and items of its arrays begin a line. */
static bool
is_spread(const struct json_writer *json)
{
	return !json->one_line &&
		(json->depth == 1 || (json->depth == 2 && json->closing[1] == ']'));
}

static void
break_line(struct json_writer *json, unsigned depth)
{
	buffer_add_char(json->out, '\n');
	for (unsigned i = 0; i < depth; i++)
		buffer_add_text(json->out, "  ");
}

static void
begin_value(struct json_writer *json, const char *name, const char *suffix)
{
	if (json->filled)
		buffer_add_text(json->out, is_spread(json) || json->one_line ? "," : ", ");
	if (is_spread(json))
		break_line(json, json->depth);
	if (name) {
		buffer_add_char(json->out, '"');
		add_escaped(json->out, name);
		buffer_add_text(json->out, suffix);
		buffer_add_text(json->out, json->one_line ? "\":" : "\": ");
	}
	json->filled = true;
}

void
json_write_open(struct json_writer *json, const char *name, char bracket)
{
	assert(json->depth < JSON_WRITER_DEPTH);
	begin_value(json, name, "");
	buffer_add_char(json->out, bracket);
	json->closing[json->depth++] = bracket == '{' ? '}' : ']';
	json->filled = false;
}

void
json_write_close(struct json_writer *json)
{
	assert(json->depth > 0);
	if (is_spread(json) && json->filled)
		break_line(json, json->depth - 1);
	buffer_add_char(json->out, json->closing[--json->depth]);
	json->filled = true;
	if (!json->depth)
		buffer_add_char(json->out, '\n');
}

/* ---- values ---- */

void
json_write_text(struct json_writer *json, const char *name, const char *text)
{
	bool as_utf8 = is_utf8(text);
	begin_value(json, name, as_utf8 ? "" : JSON_BASE64_SUFFIX);
	add_text(json->out, text, as_utf8);
}

void
json_write_texts(struct json_writer *json, const char *name, const struct string_list *texts)
{
	bool as_utf8 = true;
	for (size_t i = 0; i < texts->count; i++)
		as_utf8 = as_utf8 && is_utf8(texts->items[i]);

	begin_value(json, name, as_utf8 ? "" : JSON_BASE64_SUFFIX);
	buffer_add_char(json->out, '[');
	for (size_t i = 0; i < texts->count; i++) {
		if (i)
			buffer_add_text(json->out, json->one_line ? "," : ", ");
		add_text(json->out, texts->items[i], as_utf8);
	}
	buffer_add_char(json->out, ']');
}

void
json_write_number(struct json_writer *json, const char *name, long long number)
{
	begin_value(json, name, "");
	buffer_printf(json->out, "%lld", number);
}

void
json_write_flag(struct json_writer *json, const char *name, bool flag)
{
	begin_value(json, name, "");
	buffer_add_text(json->out, flag ? "true" : "false");
}
