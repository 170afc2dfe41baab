/*
 * passdb_reader.h - the readers behind passdb.h, one a format.
 *
 * Each appends records to db->records in the order of the file, numbered; keys and values live in
 * the arena or in the content. False comes with an error at `shown`.
 */
#ifndef REHOME_IMPORTERS_OLD_PASSDB_READER_H
#define REHOME_IMPORTERS_OLD_PASSDB_READER_H

#include "importers/old/passdb.h"

struct passdb_reading {
	struct bytes content;
	const char *shown;
	struct arena *arena;
	struct passdb *db;
	struct diags *diags;
};

void passdb_add(
	struct passdb_reading *reading, struct bytes key, struct bytes value, unsigned number);

/* True when the magic number is Berkeley DB's; *ret_hash: of its hash access method. */
bool passdb_is_bdb(struct bytes content, bool *ret_hash);
NODISCARD bool passdb_read_bdb(struct passdb_reading *reading);
/* The error that says which other kind of Berkeley DB file it is. */
NODISCARD bool passdb_refuse_bdb(struct passdb_reading *reading);

bool passdb_is_gdbm(struct bytes content);
NODISCARD bool passdb_read_gdbm(struct passdb_reading *reading);

bool passdb_is_dump(struct bytes content);
NODISCARD bool passdb_read_dump(struct passdb_reading *reading);
NODISCARD bool passdb_read_alternating(struct passdb_reading *reading);

#endif
