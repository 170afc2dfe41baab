/*
 * record.c - looking a value up by its name; see record.h.
 */
#include "core/model/record.h"

#include <string.h>

#include "core/base/text.h"

const struct record_field *
record_find(const struct record *record, const char *name, struct arena *arena)
{
	ARRAY_FOREACH (field, &record->fields) {
		if (strcmp(field->name, name) == 0)
			return field;
	}
	const char *folded = text_folded(arena, name);
	ARRAY_FOREACH (field, &record->fields) {
		if (strcmp(text_folded(arena, field->name), folded) == 0)
			return field;
	}
	return NULL;
}
