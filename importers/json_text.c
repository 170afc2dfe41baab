/*
 * json_text.c - one object after the other out of a JSON text; see json_text.h.
 *
 * Invariant: `at`, `line` and `column` name the same byte. jansson reads an object from there; its
 * bytes, now known to be well formed, are then walked once more for the places of the values.
 *
 * A message of jansson quotes the text near the fault, which may be a password: that part is cut.
 */
#include "importers/json_text.h"

#include <string.h>

void
json_object_finish(struct json_object *object)
{
	json_decref(object->members);
	object->members = NULL;
}

/* 0 at the end. */
static char
peek(const struct json_text *text)
{
	return text->at < text->text.size ? text->text.data[text->at] : 0;
}

static void
step(struct json_text *text)
{
	unsigned char c = (unsigned char)text->text.data[text->at++];
	if (c == '\n') {
		text->line++;
		text->column = 1;
	} else if ((c & 0xC0) != 0x80) {
		text->column++;
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_blanks(struct json_text *text)
{
	while (text->at < text->text.size && is_blank(peek(text)))
		step(text);
}

void
json_text_init(struct json_text *text, struct bytes utf8, const char *shown, struct arena *arena,
	struct diags *diags)
{
	*text = (struct json_text){
		.shown = shown,
		.arena = arena,
		.diags = diags,
		.text = utf8,
		.line = 1,
		.column = 1,
	};
	skip_blanks(text);
	text->in_array = peek(text) == '[';
	if (text->in_array)
		step(text);
}

static struct place
here(const struct json_text *text)
{
	return at_column(text->shown, text->line, text->column, NULL);
}

static enum json_found
fault(struct json_text *text, const char *expected)
{
	diag_error(text->diags, here(text), "%s expected", expected);
	diag_hint(text->diags,
		"Accounts are JSON objects, one a line or in one array, as rehome export json "
		"writes them.");
	return JSON_FOUND_FAULT;
}

/* jansson counts from the object's beginning. */
static enum json_found
refuse_syntax(struct json_text *text, const json_error_t *error)
{
	unsigned line = error->line > 0 ? (unsigned)error->line : 1;
	unsigned column = error->column > 0 ? (unsigned)error->column : 1;
	if (line == 1)
		column += text->column - 1;
	const char *message = json_error_code(error) == json_error_null_character
		? "a text holds U+0000"
		: error->text;
	const char *near = strstr(message, " near '");
	int size = near ? (int)(near - message) : (int)strlen(message);
	diag_error(text->diags, at_column(text->shown, text->line + line - 1, column, NULL),
		"not valid JSON: %.*s", size, message);
	return JSON_FOUND_FAULT;
}

/* Walks over an object that jansson accepted and notes where each of its values begins. */
static void
find_values(struct json_text *text, size_t end, struct json_object *object)
{
	unsigned depth = 0;
	bool in_string = false, value_next = false;
	while (text->at < end) {
		char c = peek(text);
		if (value_next && !is_blank(c)) {
			ARRAY_PUSH(text->arena, &object->places, here(text));
			value_next = false;
		}
		if (c == '"')
			in_string = !in_string;
		else if (in_string && c == '\\')
			step(text); /* what it escapes may be a quote */
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
		else if (!in_string && c == ':' && depth == 1)
			value_next = true;
		step(text);
	}
}

/* What is behind an array that has ended. */
static enum json_found
end_array(struct json_text *text)
{
	step(text);
	skip_blanks(text);
	return text->at == text->text.size ? JSON_FOUND_END
					   : fault(text, "nothing behind the array");
}

/* Passes what stands between two objects. */
static enum json_found
find_object(struct json_text *text)
{
	skip_blanks(text);
	if (text->in_array && peek(text) == ']')
		return end_array(text);
	if (!text->in_array && text->at == text->text.size)
		return JSON_FOUND_END;
	if (text->in_array && text->objects) {
		if (peek(text) != ',')
			return fault(text, "',' or ']'");
		step(text);
		skip_blanks(text);
	}
	return peek(text) == '{' ? JSON_FOUND_OBJECT : fault(text, "'{'");
}

enum json_found
json_text_next(struct json_text *text, struct json_object *ret_object)
{
	enum json_found found = find_object(text);
	if (found != JSON_FOUND_OBJECT)
		return found;

	json_error_t error;
	json_t *members = json_loadb(text->text.data + text->at, text->text.size - text->at,
		JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
	if (!members)
		return refuse_syntax(text, &error);

	json_object_finish(ret_object);
	ret_object->members = members;
	ret_object->place = here(text);
	ret_object->places.count = 0;
	text->objects++;
	find_values(text, text->at + (size_t)error.position, ret_object);
	return JSON_FOUND_OBJECT;
}
