/*
 * sql_dump.h - the tables of a mysqldump or pg_dump text, filled into a store.
 *
 * CREATE TABLE, INSERT, REPLACE and COPY ... FROM stdin are taken, for the tables that are wanted;
 * everything else is passed over. Names lose their schema.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_DUMP_H
#define REHOME_IMPORTERS_PROFTPD_SQL_DUMP_H

#include "importers/proftpd/sql_store.h"

struct pro_dump {
	struct string_list tables; /* those that were filled, also when no row is in them */
	size_t rows;
	size_t bad_rows; /* not taken: another number of columns, or values that are expressions */
	unsigned bad_line;    /* of the first */
	unsigned create_line; /* of the last table that was taken */
};

/* wanted: lower-case names -> anything. Rows go to the store, which the caller seals. */
void pro_dump_load(struct bytes text, bool mysql, const struct table *wanted,
	struct pro_store *store, struct arena *arena, struct pro_dump *ret_dump);

#endif
