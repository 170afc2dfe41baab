/*
 * codec_read.c - JSON into structs, by the rows of codec_table.c.
 *
 * The JSON may have been edited, cut or made up. What comes out of here has the right members of
 * the right types in the right ranges, or there is an error that names the member; the first one
 * ends the reading.
 */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <nettle/base64.h>
#include <string.h>

#include "core/model/account.h"
#include "core/plan/codec_table.h"
#include "core/plan/jail.h"

enum { MODE_MAX = 07777, NAME_SIZE = 64 };

/* (uid_t)-1 means "unchanged" to chown(2), so it is nobody's. */
static const json_int_t ID_MAX = 4294967294;

/* Where in the document something stands. */
struct node {
	const struct node *above;
	const char *name; /* NULL = an item */
	size_t index;
};

struct reader {
	const struct codec_source *source;
	bool lenient; /* written by a newer rehome: unknown members are additions */
};

/* ---- errors ---- */

static void
add_path(struct buffer *out, const struct node *node)
{
	if (!node)
		return;
	add_path(out, node->above);
	if (!node->name)
		buffer_printf(out, "[%zu]", node->index);
	else
		buffer_printf(out, "%s%s", out->size ? "." : "", node->name);
}

bool
codec_refuse(const struct codec_source *source, const char *member, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(source->arena, format, args);
	va_end(args);
	const char *field = *member ? arena_strdup(source->arena, member) : NULL;
	diag_error(source->diags, at_column(source->shown, 0, 0, field), "%s%s%s", member,
		*member ? ": " : "", message);
	diag_code(source->diags, "bad-plan");
	return false;
}

static bool
refuse(const struct reader *reader, const struct node *node, const char *message)
{
	AUTO_BUFFER struct buffer path = { 0 };
	add_path(&path, node);
	return codec_refuse(reader->source, buffer_text(&path), "%s", message);
}

static const char *
kind_of(const json_t *json)
{
	static const char *const words[] = {
		[JSON_OBJECT] = "an object",
		[JSON_ARRAY] = "an array",
		[JSON_STRING] = "text",
		[JSON_INTEGER] = "a number",
		[JSON_REAL] = "a fraction",
		[JSON_TRUE] = "true",
		[JSON_FALSE] = "false",
		[JSON_NULL] = "null",
	};
	return words[json_typeof(json)];
}

static bool
refuse_kind(const struct reader *reader, const struct node *node, const json_t *json,
	const char *expected)
{
	return refuse(reader, node,
		arena_printf(
			reader->source->arena, "expected %s, found %s", expected, kind_of(json)));
}

/* ---- values ---- */

static bool
decode_base64(const struct reader *reader, const struct node *node, const json_t *json,
	const char **ret_text)
{
	struct base64_decode_ctx context;
	size_t size = json_string_length(json);
	size_t room = BASE64_DECODE_LENGTH(size);
	char *text = arena_alloc(reader->source->arena, room + 1);

	base64_decode_init(&context);
	if (!base64_decode_update(
		    &context, &room, (uint8_t *)text, size, json_string_value(json)) ||
		!base64_decode_final(&context) || memchr(text, '\0', room))
		return refuse(reader, node, "not base64 of a text");
	*ret_text = text;
	return true;
}

static bool
read_text(const struct reader *reader, const struct node *node, const json_t *json, bool base64,
	const char **ret_text)
{
	if (!json_is_string(json))
		return refuse_kind(reader, node, json, "text");
	if (base64)
		return decode_base64(reader, node, json, ret_text);
	*ret_text = arena_strndup(
		reader->source->arena, json_string_value(json), json_string_length(json));
	return true;
}

static bool
read_path(const struct reader *reader, const struct node *node, const json_t *json, bool base64,
	const char **ret_path)
{
	if (!read_text(reader, node, json, base64, ret_path))
		return false;
	return jail_path_is_normal(*ret_path) ||
		refuse(reader, node,
			arena_printf(reader->source->arena,
				"expected an absolute path without '.', '..' or '//', found '%s'",
				*ret_path));
}

static bool
read_texts(const struct reader *reader, const struct node *node, const json_t *json, bool base64,
	bool nulls, struct string_list *ret_texts)
{
	struct arena *arena = reader->source->arena;
	if (!json_is_array(json))
		return refuse_kind(reader, node, json, "an array");
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *item = json_array_get(json, i);
		struct node here = { .above = node, .index = i };
		const char *text = NULL;
		if (!(nulls && json_is_null(item)) &&
			!read_text(reader, &here, item, base64, &text))
			return false;
		string_list_push(arena, ret_texts, text);
	}
	return true;
}

static bool
read_number(const struct reader *reader, const struct node *node, const json_t *json,
	json_int_t max, json_int_t *ret_number)
{
	if (!json_is_integer(json))
		return refuse_kind(reader, node, json, "a number");
	json_int_t number = json_integer_value(json);
	if (number < 0 || number > max)
		return refuse(reader, node,
			arena_printf(reader->source->arena, "expected 0 to %lld, found %lld",
				(long long)max, (long long)number));
	*ret_number = number;
	return true;
}

static bool
read_mode(
	const struct reader *reader, const struct node *node, const json_t *json, mode_t *ret_mode)
{
	const char *text;
	if (!read_text(reader, node, json, false, &text))
		return false;
	char *end;
	unsigned long mode = strtoul(text, &end, 8);
	if (strlen(text) != 4 || strspn(text, "01234567") != 4 || *end || mode > MODE_MAX)
		return refuse(reader, node, "expected a mode such as \"0755\"");
	*ret_mode = (mode_t)mode;
	return true;
}

static bool
read_digest(const struct reader *reader, const struct node *node, const json_t *json,
	char ret_digest[static 65])
{
	const char *text;
	if (!read_text(reader, node, json, false, &text))
		return false;
	if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
		return refuse(reader, node, "expected 64 hex digits");
	memcpy(ret_digest, text, 65);
	return true;
}

static bool
read_word(const struct reader *reader, const struct node *node, const json_t *json,
	codec_word *word, unsigned *ret_value)
{
	const char *text;
	if (!read_text(reader, node, json, false, &text))
		return false;
	for (unsigned value = 0; word(value); value++) {
		if (strcmp(word(value), text) == 0) {
			*ret_value = value;
			return true;
		}
	}
	return refuse(
		reader, node, arena_printf(reader->source->arena, "'%s' is not known here", text));
}

static bool
read_flag(const struct reader *reader, const struct node *node, const json_t *json, bool *ret_flag)
{
	if (!json_is_boolean(json))
		return refuse_kind(reader, node, json, "true or false");
	*ret_flag = json_is_true(json);
	return true;
}

/* ---- structure ---- */

static bool read_members(const struct reader *reader, const struct node *node, const json_t *json,
	const struct codec_struct *shape, void *object);

static bool
read_array(const struct reader *reader, const struct node *node, const json_t *json,
	const struct codec_field *field, void *place)
{
	struct arena *arena = reader->source->arena;
	size_t size = field->inner->size;
	if (!json_is_array(json))
		return refuse_kind(reader, node, json, "an array");

	struct codec_items array = { .count = json_array_size(json) };
	array.room = array.count;
	char *structs = arena_alloc(arena, array.count * size);
	array.items = field->pointers ? arena_alloc(arena, array.count * sizeof(void *)) : structs;
	for (size_t i = 0; i < array.count; i++) {
		struct node here = { .above = node, .index = i };
		if (field->pointers)
			((void **)array.items)[i] = structs + i * size;
		if (!read_members(reader, &here, json_array_get(json, i), field->inner,
			    structs + i * size))
			return false;
	}
	memcpy(place, &array, sizeof(array));
	return true;
}

static bool
read_day(const struct reader *reader, const struct node *node, const json_t *json, int64_t *ret_day)
{
	/* What a host has in shadow may be any number. */
	if (!json_is_integer(json) && !json_is_null(json))
		return refuse_kind(reader, node, json, "a day or null");
	*ret_day = json_is_null(json) ? ACCOUNT_NEVER : json_integer_value(json);
	return true;
}

static bool
read_count(const struct reader *reader, const struct node *node, const json_t *json,
	enum codec_type type, void *place)
{
	json_int_t number = 0;
	json_int_t max = type == CODEC_ID ? ID_MAX : type == CODEC_LINE ? UINT_MAX : INT64_MAX;
	if (!read_number(reader, node, json, max, &number))
		return false;
	if (type == CODEC_ID)
		*(uid_t *)place = (uid_t)number;
	else if (type == CODEC_LINE)
		*(unsigned *)place = (unsigned)number;
	else
		*(size_t *)place = (size_t)number;
	return true;
}

static bool
read_value(const struct reader *reader, const struct node *node, const json_t *json, bool base64,
	const struct codec_field *field, void *place)
{
	switch (field->type) {
	case CODEC_TEXT:
		return read_text(reader, node, json, base64, place);
	case CODEC_PATH:
		return read_path(reader, node, json, base64, place);
	case CODEC_TEXTS:
	case CODEC_ROW:
		return read_texts(reader, node, json, base64, field->type == CODEC_ROW, place);
	case CODEC_FLAG:
		return read_flag(reader, node, json, place);
	case CODEC_MODE:
		return read_mode(reader, node, json, place);
	case CODEC_DIGEST:
		return read_digest(reader, node, json, place);
	case CODEC_WORD:
		return read_word(reader, node, json, field->word, place);
	case CODEC_OBJECT:
		return read_members(reader, node, json, field->inner, place);
	case CODEC_ARRAY:
		return read_array(reader, node, json, field, place);
	case CODEC_DAY:
		return read_day(reader, node, json, place);
	case CODEC_ID:
	case CODEC_LINE:
	case CODEC_COUNT:
		break;
	}
	return read_count(reader, node, json, field->type, place);
}

static bool
may_be_base64(const struct codec_field *field)
{
	return field->type == CODEC_TEXT || field->type == CODEC_PATH ||
		field->type == CODEC_TEXTS || field->type == CODEC_ROW;
}

static const json_t *
find_member(const json_t *json, const struct codec_field *field, bool *ret_base64)
{
	char name[NAME_SIZE];
	const json_t *member = json_object_get(json, field->name);
	*ret_base64 = false;
	if (member || !may_be_base64(field))
		return member;
	*ret_base64 = true;
	snprintf(name, sizeof(name), "%s" JSON_BASE64_SUFFIX, field->name);
	return json_object_get(json, name);
}

static bool
may_be_null(const struct codec_field *field)
{
	return field->presence == CODEC_NULLABLE || field->presence == CODEC_IF_TEXT;
}

static bool
read_member(const struct reader *reader, const struct node *above, const json_t *json,
	const struct codec_field *field, char *object)
{
	bool base64;
	struct node node = { .above = above, .name = field->name };
	const json_t *member = find_member(json, field, &base64);

	if (!member)
		return field->presence == CODEC_OPTIONAL || refuse(reader, &node, "missing");
	if (may_be_null(field) && json_is_null(member))
		return true;
	if (field->type == CODEC_OBJECT && field->presence == CODEC_NULLABLE)
		*(bool *)(object + field->given) = true;
	return read_value(reader, &node, member, base64, field, object + field->offset);
}

static bool
is_known(const struct codec_struct *shape, const void *object, const char *name)
{
	size_t size = strlen(name), suffix = strlen(JSON_BASE64_SUFFIX);
	bool base64 = size > suffix && strcmp(name + size - suffix, JSON_BASE64_SUFFIX) == 0;
	for (const struct codec_field *field = shape->fields; field->name; field++) {
		if (!codec_field_applies(shape, field, object))
			continue;
		if (strcmp(field->name, name) == 0)
			return true;
		if (base64 && may_be_base64(field) && strlen(field->name) == size - suffix &&
			strncmp(field->name, name, size - suffix) == 0)
			return true;
	}
	return false;
}

static bool
refuse_unknown(const struct reader *reader, const struct node *above, const json_t *json,
	const struct codec_struct *shape, const void *object)
{
	const char *name;
	const json_t *member;
	if (reader->lenient)
		return true;
	json_object_foreach ((json_t *)json, name, member) {
		struct node node = { .above = above, .name = name };
		if (!is_known(shape, object, name))
			return refuse(reader, &node, "not expected here");
	}
	return true;
}

static bool
read_members(const struct reader *reader, const struct node *node, const json_t *json,
	const struct codec_struct *shape, void *object)
{
	if (!json_is_object(json))
		return refuse_kind(reader, node, json, "an object");
	for (const struct codec_field *field = shape->fields; field->name; field++) {
		if (codec_field_applies(shape, field, object) &&
			!read_member(reader, node, json, field, object))
			return false;
	}
	return refuse_unknown(reader, node, json, shape, object);
}

bool
codec_read(const struct codec_source *source, bool lenient, const struct json_t *json,
	const struct codec_struct *shape, void *object)
{
	struct reader reader = { .source = source, .lenient = lenient };
	return read_members(&reader, NULL, json, shape, object);
}
