/*
 * sql_store.h - an old database as a copy in memory, for questions that the old configuration asks.
 *
 * The queries are strangers': they may only SELECT (no PRAGMA, ATTACH, transaction or extension),
 * and each one ends after a number of steps. The file on ROOT is never opened by SQLite.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_STORE_H
#define REHOME_IMPORTERS_PROFTPD_SQL_STORE_H

#include "core/model/importer.h"

struct pro_store;

struct pro_rows {
	size_t columns, rows;
	const char **values; /* row by row; NULL = an SQL NULL */
};

enum pro_store_status {
	PRO_STORE_OK,
	PRO_STORE_FAILED,    /* SQLite refuses the query, or the database is damaged */
	PRO_STORE_FORBIDDEN, /* it wants more than to read */
	PRO_STORE_TOO_LONG,  /* the steps, rows or bytes it may take are used up */
};

/* A copy of a database file's bytes. NULL: it is none; *ret_why says what is wrong. */
struct pro_store *pro_store_open(struct bytes file, struct arena *arena, const char **ret_why);
/* An empty one, to be filled by pro_store_add_*() and then sealed. Text columns compare as a
 * MySQL server's do when `folds_case`, and LIKE minds case when `like_minds_case`. */
struct pro_store *pro_store_create(bool folds_case, bool like_minds_case, struct arena *arena);
void pro_store_close(struct pro_store *store); /* takes NULL */

struct pro_store_column {
	const char *name;
	bool text, exact; /* text that compares byte by byte all the same */
	bool number;
};

/* False when the name is taken or nothing that SQLite can have. */
bool pro_store_add_table(struct pro_store *store, const char *name,
	const struct pro_store_column *columns, size_t count);
/* A row of a table: one value for each column, NULL for an SQL NULL. */
bool pro_store_add_row(
	struct pro_store *store, const char *table, const char *const *values, size_t count);

/*
 * Ends the filling; makes an index for every column of a larger table that one of the words names,
 * so that ten thousand questions for one user each stay cheap. From here on only SELECT.
 */
void pro_store_seal(struct pro_store *store, const struct string_list *words);

enum pro_store_status pro_store_select(struct pro_store *store, const char *sql,
	struct arena *arena, struct pro_rows *ret_rows, const char **ret_why);

/* 'it''s': a string as it stands in a query, without the quotes around it. */
char *pro_sql_escaped(struct arena *arena, const char *text);

#endif
