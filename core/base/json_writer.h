/*
 * json_writer.h - JSON, written member by member straight into a buffer.
 *
 * Whatever the bytes, the result is valid JSON that is safe on a terminal: control and invisible
 * characters are escaped, and text that is not UTF-8 goes as base64 under the name with "_b64"
 * behind it. One line for each member of the outermost object and for each item of its arrays, so
 * that saved plans can be read, compared and searched. The same calls give the same bytes.
 *
 *	struct json_writer json = { .out = &out };
 *	json_write_open(&json, NULL, '{');
 *	json_write_text(&json, "user", login);
 *	json_write_close(&json);
 */
#ifndef REHOME_BASE_JSON_WRITER_H
#define REHOME_BASE_JSON_WRITER_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"

#define JSON_BASE64_SUFFIX "_b64"

enum { JSON_WRITER_DEPTH = 16 };

/* A zeroed one with its buffer set is ready. */
struct json_writer {
	struct buffer *out;
	unsigned depth;
	char closing[JSON_WRITER_DEPTH]; /* the brackets that are open */
	bool filled;			 /* something stands in the innermost one */
	bool one_line;			 /* without blanks and line breaks: for JSON Lines */
};

/* bracket is '{' or '['. name is UTF-8, and NULL for items of arrays and for the outermost value.
 */
void json_write_open(struct json_writer *json, const char *name, char bracket);
void json_write_close(struct json_writer *json);

/* NULL is null. */
void json_write_text(struct json_writer *json, const char *name, const char *text);
/* One text that is not UTF-8 makes all of them base64. Items may be NULL. */
void json_write_texts(struct json_writer *json, const char *name, const struct string_list *texts);
void json_write_number(struct json_writer *json, const char *name, long long number);
void json_write_flag(struct json_writer *json, const char *name, bool flag);

#endif
