/*
 * passdb.h - files of keys and values that hold passwords: Berkeley DB hash files by a reader of
 * our own, GDBM where libgdbm is built in, and the texts people make them from.
 *
 * The format is found by magic numbers, never by names. Berkeley DB: hash access method, version 7
 * to 10 (magic 0x061561 at offset 12 of page 0 in either byte order, page size at 20), pages of 512
 * to 65536 bytes, duplicates and overflow pages; a btree or queue file is named as what it is and
 * not read, since pam_userdb could not either. Every offset is checked against its page and every
 * page chain ends.
 */
#ifndef REHOME_IMPORTERS_OLD_PASSDB_H
#define REHOME_IMPORTERS_OLD_PASSDB_H

#include "importers/old/root.h"

enum passdb_format {
	PASSDB_BDB_HASH,
	PASSDB_BDB_OTHER, /* btree, queue, recno: recognised, not read */
	PASSDB_GDBM,
	PASSDB_DUMP,	    /* db_dump, with or without -p */
	PASSDB_ALTERNATING, /* one line the key, the next one the value */
	PASSDB_UNKNOWN,
};

struct passdb_record {
	struct bytes key, value; /* NULs counted in: vsftpd's makers add none, others do */
	unsigned number;	 /* record or line, from 1 */
};

struct passdb {
	enum passdb_format format;
	struct {
		struct passdb_record *items;
		size_t count, room;
	} records;
	struct table by_key; /* text keys -> struct passdb_record; the first wins */
};

/*
 * False, with an error at `shown`, when the file is damaged or in a format that is not read here;
 * ret_db->format says which was seen either way. text_allowed: also the two text forms.
 */
NODISCARD bool passdb_parse(struct bytes content, const char *shown, bool text_allowed,
	struct arena *arena, struct passdb *ret_db, struct diags *diags);

#endif
