/*
 * passdb.c - which format a file of passwords is in, and finding its records by name.
 */
#include "importers/old/passdb_reader.h"

#include <string.h>

void
passdb_add(struct passdb_reading *reading, struct bytes key, struct bytes value, unsigned number)
{
	ARRAY_PUSH(reading->arena, &reading->db->records,
		(struct passdb_record){ .key = key, .value = value, .number = number });
}

/* A name that is typed has no NUL, so keys with one are found by nobody. */
static void
index_records(struct passdb *db, struct arena *arena)
{
	bool last_wins = db->format == PASSDB_DUMP || db->format == PASSDB_ALTERNATING;
	const char *known =
		NULL; /* many values of a long key are no reason for many copies of it */
	db->by_key.arena = arena;
	ARRAY_FOREACH (record, &db->records) {
		if (!last_wins && record->key.size && record->key.data == known)
			continue;
		known = record->key.data;
		if (record->key.size && memchr(record->key.data, '\0', record->key.size))
			continue;
		const char *key = record->key.size
			? arena_strndup(arena, record->key.data, record->key.size)
			: "";
		if (last_wins || !table_get(&db->by_key, key))
			table_set(&db->by_key, key, record);
	}
}

static enum passdb_format
format_of(struct bytes content, bool text_allowed)
{
	bool is_hash;
	if (passdb_is_bdb(content, &is_hash))
		return is_hash ? PASSDB_BDB_HASH : PASSDB_BDB_OTHER;
	if (passdb_is_gdbm(content))
		return PASSDB_GDBM;
	if (!text_allowed || (content.size && memchr(content.data, '\0', content.size)))
		return PASSDB_UNKNOWN;
	return passdb_is_dump(content) ? PASSDB_DUMP : PASSDB_ALTERNATING;
}

static bool
read_format(struct passdb_reading *reading)
{
	switch (reading->db->format) {
	case PASSDB_BDB_HASH:
		return passdb_read_bdb(reading);
	case PASSDB_BDB_OTHER:
		return passdb_refuse_bdb(reading);
	case PASSDB_GDBM:
		return passdb_read_gdbm(reading);
	case PASSDB_DUMP:
		return passdb_read_dump(reading);
	case PASSDB_ALTERNATING:
		return passdb_read_alternating(reading);
	case PASSDB_UNKNOWN:
		break;
	}
	return diag_error(reading->diags, at(reading->shown, 0),
		"not a Berkeley DB hash or GDBM file: neither magic number is there");
}

bool
passdb_parse(struct bytes content, const char *shown, bool text_allowed, struct arena *arena,
	struct passdb *ret_db, struct diags *diags)
{
	*ret_db = (struct passdb){ .format = format_of(content, text_allowed) };
	struct passdb_reading reading = {
		.content = content,
		.shown = shown,
		.arena = arena,
		.db = ret_db,
		.diags = diags,
	};
	bool good = read_format(&reading);
	index_records(ret_db, arena);
	return good;
}
