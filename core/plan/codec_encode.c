/*
 * codec_encode.c - a plan as JSON, by the rows of codec_table.c.
 */
#include <string.h>

#include "core/model/account.h"
#include "core/plan/codec_table.h"

/* ---- values ---- */

static struct codec_items
items_at(const void *place)
{
	struct codec_items items;
	memcpy(&items, place, sizeof(items));
	return items;
}

static bool
is_left_out(const struct codec_field *field, const void *place)
{
	if (field->presence != CODEC_OPTIONAL)
		return false;
	switch (field->type) {
	case CODEC_TEXT:
	case CODEC_PATH:
		return !*(const char *const *)place;
	case CODEC_FLAG:
		return !*(const bool *)place;
	case CODEC_ID:
	case CODEC_LINE:
		return !*(const unsigned *)place;
	case CODEC_COUNT:
		return !*(const size_t *)place;
	case CODEC_DIGEST:
		return !*(const char *)place;
	case CODEC_TEXTS:
	case CODEC_ARRAY:
		return !items_at(place).count;
	default:
		return false;
	}
}

/* Whether an object that may be null is there. */
static bool
is_given(const struct codec_field *field, const char *object)
{
	if (field->presence == CODEC_NULLABLE)
		return *(const bool *)(object + field->given);
	if (field->presence == CODEC_IF_TEXT)
		return *(const char *const *)(object + field->given);
	return true;
}

static void
write_object(struct json_writer *json, const char *name, const struct codec_struct *shape,
	const void *object)
{
	json_write_open(json, name, '{');
	codec_write_members(json, shape, object);
	json_write_close(json);
}

static void
write_array(struct json_writer *json, const struct codec_field *field, const void *place)
{
	struct codec_items array = items_at(place);
	json_write_open(json, field->name, '[');
	for (size_t i = 0; i < array.count; i++) {
		const void *item = field->pointers ? ((void **)array.items)[i]
						   : (char *)array.items + i * field->inner->size;
		write_object(json, NULL, field->inner, item);
	}
	json_write_close(json);
}

static void
write_mode(struct json_writer *json, const char *name, mode_t mode)
{
	char text[16];
	snprintf(text, sizeof(text), "%04o", (unsigned)mode);
	json_write_text(json, name, text);
}

static void
write_day(struct json_writer *json, const char *name, int64_t day)
{
	if (day == ACCOUNT_NEVER)
		json_write_text(json, name, NULL);
	else
		json_write_number(json, name, day);
}

static void
write_value(struct json_writer *json, const struct codec_field *field, const void *place)
{
	const char *name = field->name;
	switch (field->type) {
	case CODEC_TEXT:
	case CODEC_PATH:
		json_write_text(json, name, *(const char *const *)place);
		break;
	case CODEC_TEXTS:
	case CODEC_ROW:
		json_write_texts(json, name, place);
		break;
	case CODEC_FLAG:
		json_write_flag(json, name, *(const bool *)place);
		break;
	case CODEC_ID:
		json_write_number(json, name, *(const uid_t *)place);
		break;
	case CODEC_MODE:
		write_mode(json, name, *(const mode_t *)place);
		break;
	case CODEC_LINE:
		json_write_number(json, name, *(const unsigned *)place);
		break;
	case CODEC_COUNT:
		json_write_number(json, name, (long long)*(const size_t *)place);
		break;
	case CODEC_DAY:
		write_day(json, name, *(const int64_t *)place);
		break;
	case CODEC_DIGEST:
		json_write_text(json, name, place);
		break;
	case CODEC_WORD:
		json_write_text(json, name, field->word(*(const unsigned *)place));
		break;
	case CODEC_OBJECT:
		write_object(json, name, field->inner, place);
		break;
	case CODEC_ARRAY:
		write_array(json, field, place);
		break;
	}
}

void
codec_write_members(struct json_writer *json, const struct codec_struct *shape, const void *object)
{
	for (const struct codec_field *field = shape->fields; field->name; field++) {
		const char *place = (const char *)object + field->offset;
		if (!codec_field_applies(shape, field, object) || is_left_out(field, place))
			continue;
		if (field->type == CODEC_OBJECT && !is_given(field, object))
			json_write_text(json, field->name, NULL);
		else
			write_value(json, field, place);
	}
}

/* ---- plans ---- */

void
codec_describe(const struct plan *plan, struct codec_document *ret_document)
{
	*ret_document = (struct codec_document){
		.format = CODEC_FORMAT,
		.format_version = PLAN_FORMAT_VERSION,
		.plan = *plan,
	};
	codec_derive(ret_document);
}

/* All password fields stand at the same position, and none of them is ours to tell. */
static const char *
without_hash(const char *value, size_t field)
{
	bool is_secret = field == SHADOW_HASH && value && !codec_is_public(value);
	return is_secret ? NULL : value;
}

static struct codec_edit
describe_edit(const struct edit *edit, struct arena *arena)
{
	struct codec_edit row = { .edit = *edit };
	if (edit->kind == EDIT_ADD_LINE || edit->kind == EDIT_REMOVE_LINE) {
		for (size_t i = 0; i < accountdb_field_count(edit->file); i++)
			string_list_push(arena, &row.fields, without_hash(edit->fields[i], i));
	} else if (edit->kind == EDIT_SET_FIELD || edit->kind == EDIT_GATE) {
		row.field = accountdb_field_name(edit->file, edit->field);
		row.edit.before = without_hash(edit->before, edit->field);
		row.edit.after = without_hash(edit->after, edit->field);
	}
	return row;
}

void
plan_encode(const struct plan *plan, struct buffer *out)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct codec_document document;
	struct json_writer json = { .out = out };

	codec_describe(plan, &document);
	ARRAY_FOREACH (edit, &plan->edits)
		ARRAY_PUSH(&arena, &document.edits, describe_edit(edit, &arena));
	write_object(&json, NULL, &codec_document, &document);
}

void
plan_secrets_encode(const struct plan_secrets *secrets, struct buffer *out)
{
	struct codec_secrets document = {
		.format = CODEC_SECRETS_FORMAT,
		.format_version = PLAN_FORMAT_VERSION,
		.secrets = *secrets,
	};
	struct json_writer json = { .out = out };
	write_object(&json, NULL, &codec_secrets, &document);
}
