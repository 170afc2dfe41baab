/*
 * registry_db.h - the registry's SQLite file: opened safely, read, and changed in one transaction.
 *
 * Internal to registry.c. SQLite opens by path, so the path is looked at first: the directory is
 * root's alone (state.h), and the file is root's own regular file. It is created by the host layer,
 * since SQLite would create it with the umask's mode; its rollback journal gets the mode of the
 * file.
 */
#ifndef REHOME_RUN_REGISTRY_DB_H
#define REHOME_RUN_REGISTRY_DB_H

#include <sqlite3.h>
#include <stdbool.h>

#include "core/run/state.h"

#define REGISTRY_FILE "registry.db"

struct registry_db {
	struct state *state;
	struct arena *arena;
	struct diags *diags;
	const char *path; /* on the host */
	sqlite3 *sqlite;
	int version; /* of the schema; an older one is brought up by registry_db_begin() */
};

/* Closes; what was not committed is taken back. */
void registry_db_finish(struct registry_db *db);
#define AUTO_REGISTRY_DB AUTO(registry_db_finish)

static inline void
registry_statement_finish(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}
#define AUTO_STATEMENT AUTO(registry_statement_finish)

/* For reading. *ret_exists = false when there is no file, or nothing in it yet. */
NODISCARD bool registry_db_open(struct registry_db *db, bool *ret_exists);
/* For one transaction, which this begins. Creates file and tables where they are missing. */
NODISCARD bool registry_db_begin(struct registry_db *db);
NODISCARD bool registry_db_commit(struct registry_db *db);

NODISCARD bool registry_db_prepare(
	struct registry_db *db, const char *sql, sqlite3_stmt **ret_statement);
/* Performs a statement that gives no rows, and makes it ready for the next values. */
NODISCARD bool registry_db_run(struct registry_db *db, sqlite3_stmt *statement);
/* The next row; *ret_row = false behind the last one. */
NODISCARD bool registry_db_next(struct registry_db *db, sqlite3_stmt *statement, bool *ret_row);

/* Values by position, texts from 0, parameters from 1. Texts are copied into the arena when read,
 * borrowed until the statement ran when written; NULL is NULL. */
const char *registry_db_text(struct registry_db *db, sqlite3_stmt *statement, int column);
NODISCARD bool registry_db_id(
	struct registry_db *db, sqlite3_stmt *statement, int column, uint32_t *ret_id);
int64_t registry_db_number(sqlite3_stmt *statement, int column);
void registry_db_bind_number(sqlite3_stmt *statement, int parameter, int64_t number);
void registry_db_bind_text(sqlite3_stmt *statement, int parameter, const char *text);
void registry_db_bind_id(sqlite3_stmt *statement, int parameter, uint32_t id);

#endif
