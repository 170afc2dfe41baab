/*
 * json_text.h - the objects of a JSON text, each value with the place where it stands.
 *
 * Read are JSON Lines, objects one after the other over any number of lines, and one array of
 * objects. jansson does the parsing; it does not say where values stand, so this reader counts
 * beside it.
 */
#ifndef REHOME_IMPORTERS_JSON_TEXT_H
#define REHOME_IMPORTERS_JSON_TEXT_H

#include <jansson.h>

#include "core/model/importer.h"

struct json_text {
	const char *shown; /* how places name the file */
	struct arena *arena;
	struct diags *diags;
	struct bytes text; /* UTF-8 */

	/* The rest belongs to json_text.c. */
	size_t at;
	unsigned line, column; /* of the byte at `at` */
	bool in_array;
	size_t objects; /* read so far */
};

struct json_object {
	json_t *members; /* ours to give back; see json_text_next() */
	struct place place;
	/* Of the values, in the order in which jansson walks the members. */
	ARRAY(struct place) places;
};

enum json_found {
	JSON_FOUND_OBJECT,
	JSON_FOUND_END,
	JSON_FOUND_FAULT, /* reported; nothing behind it can be read */
};

void json_text_init(struct json_text *text, struct bytes utf8, const char *shown,
	struct arena *arena, struct diags *diags);

/* ret_object must be zeroed or hold an earlier object, whose members are released. */
enum json_found json_text_next(struct json_text *text, struct json_object *ret_object);

/* Releases the members; for AUTO(). */
void json_object_finish(struct json_object *object);

#endif
