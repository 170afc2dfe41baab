/*
 * record.h - one row of a source as it stands there: names and values, before any meaning.
 *
 * Importers of tables and directories produce records; mapping.h makes accounts of them, so that
 * renaming, templates and checks are the same for a spreadsheet, JSON and a directory.
 */
#ifndef REHOME_MODEL_RECORD_H
#define REHOME_MODEL_RECORD_H

#include "core/base/arena.h"
#include "core/base/diag.h"

struct record_field {
	const char *name;  /* as written in the source */
	const char *value; /* UTF-8; several values of one name are several fields */
	struct place place;
	const char *via; /* how a computed value came about, for people, or NULL: sink.explain */
};

struct record {
	struct place place;
	struct {
		struct record_field *items;
		size_t count, room;
	} fields;
	unsigned number; /* position among the source's records, from 1: what --rejects goes by */
};

#endif
