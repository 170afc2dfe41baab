/*
 * registry_db.c - the registry's SQLite file; see registry_db.h.
 */
#include "core/run/registry_db.h"

#include <assert.h>

enum { SCHEMA_VERSION = 7, BUSY_MILLISECONDS = 5000 };

static const char SCHEMA[] =
	"CREATE TABLE managed ("
	" login TEXT PRIMARY KEY NOT NULL, source TEXT NOT NULL, person TEXT NOT NULL,"
	" uid INTEGER NOT NULL, gid INTEGER NOT NULL, home TEXT NOT NULL, layout TEXT,"
	" folders TEXT NOT NULL, member_of TEXT NOT NULL, keys_sha256 TEXT, expires TEXT,"
	" run TEXT NOT NULL);"
	"CREATE TABLE tombstones ("
	" uid INTEGER PRIMARY KEY, gid INTEGER NOT NULL, login TEXT NOT NULL,"
	" source TEXT NOT NULL, person TEXT NOT NULL);"
	"CREATE TABLE generated ("
	" source TEXT NOT NULL, person TEXT NOT NULL, login TEXT NOT NULL,"
	" PRIMARY KEY (source, person));";

/* Version 2: how accounts stand, one row for each run that changed that. */
static const char SCHEMA_STANDINGS[] =
	"CREATE TABLE standings ("
	" login TEXT NOT NULL, uid INTEGER NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL,"
	" day INTEGER NOT NULL, by_hand INTEGER NOT NULL, locked INTEGER NOT NULL,"
	" expires TEXT NOT NULL, keys TEXT, PRIMARY KEY (login, uid, run));";

/* Version 3: what sshd does for an account besides jailing it. */
static const char SCHEMA_PROFILES[] = "ALTER TABLE managed ADD COLUMN profile TEXT;"
				      "PRAGMA user_version = 3;";

/* Version 4: accounts that were made, and never opened. */
static const char SCHEMA_STAGED[] =
	"ALTER TABLE standings ADD COLUMN staged INTEGER NOT NULL DEFAULT 0;"
	"PRAGMA user_version = 4;";

/* Version 5: accounts of the name service. */
static const char SCHEMA_NSS[] = "ALTER TABLE managed ADD COLUMN nss INTEGER NOT NULL DEFAULT 0;"
				 "PRAGMA user_version = 5;";

/* Version 6: accounts that were bound to another origin, one row for each run that did so. */
static const char SCHEMA_LINKS[] =
	"CREATE TABLE links ("
	" uid INTEGER NOT NULL, run INTEGER NOT NULL, source TEXT NOT NULL,"
	" person TEXT NOT NULL, PRIMARY KEY (uid, run));"
	"PRAGMA user_version = 6;";

/* Version 7: logins that accounts had before a run gave them others. */
static const char SCHEMA_RENAMES[] =
	"CREATE TABLE former_logins (login TEXT NOT NULL, uid INTEGER NOT NULL,"
	" run INTEGER NOT NULL, PRIMARY KEY (login, uid, run));"
	"PRAGMA user_version = 7;";

/* Temporary data stays in memory: nothing outside the root is written. */
static const char SETTINGS[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA journal_mode = DELETE;"
			       "PRAGMA temp_store = MEMORY;";

/* ---- errors ---- */

static bool
refuse(struct registry_db *db, const char *message)
{
	diag_error(db->diags, at(db->path, 0), "%s", message);
	diag_code(db->diags, "registry");
	return false;
}

static bool
refuse_sqlite(struct registry_db *db)
{
	int code = sqlite3_extended_errcode(db->sqlite);
	refuse(db, sqlite3_errmsg(db->sqlite));
	if (code == SQLITE_READONLY_ROLLBACK)
		diag_hint(db->diags,
			"A run was interrupted while it wrote this file. Run: rehome recover");
	else if ((code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CORRUPT)
		diag_hint(db->diags, "Restore the file from a backup of %s.", db->state->dir);
	return false;
}

/* ---- opening ---- */

static bool
look(struct registry_db *db, bool *ret_exists)
{
	struct host_entry entry;
	if (!state_check(db->state, ret_exists, db->diags))
		return false;
	if (!*ret_exists)
		return true;
	if (!host_inspect(db->state->host, db->path, &entry, db->diags))
		return false;
	*ret_exists = entry.exists;
	if (!entry.exists)
		return true;
	if (!S_ISREG(entry.st.st_mode))
		return refuse(db, "not a regular file");
	if (entry.st.st_uid != 0 || (entry.st.st_mode & 0077) || entry.acl_grants_write)
		return refuse(db,
			arena_printf(db->arena,
				"owned by uid %u with mode %04o, expected root and 0600",
				(unsigned)entry.st.st_uid, (unsigned)(entry.st.st_mode & 07777)));
	return true;
}

static bool
open_file(struct registry_db *db, int flags)
{
	const char *path = host_real_path(db->state->host, db->path, db->arena);
	if (sqlite3_open_v2(path, &db->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return refuse_sqlite(db);
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_timeout(db->sqlite, BUSY_MILLISECONDS);
	return true;
}

static bool
perform(struct registry_db *db, const char *sql)
{
	return sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK || refuse_sqlite(db);
}

/* 0 for a file that has no tables yet. */
static bool
read_version(struct registry_db *db)
{
	AUTO_STATEMENT sqlite3_stmt *statement = NULL;
	bool row;
	if (!registry_db_prepare(db, "PRAGMA user_version", &statement) ||
		!registry_db_next(db, statement, &row))
		return false;
	assert(row);
	db->version = sqlite3_column_int(statement, 0);
	if (db->version >= 0 && db->version <= SCHEMA_VERSION)
		return true;
	refuse(db,
		arena_printf(db->arena,
			"version %d of the registry, only up to version %d is known", db->version,
			SCHEMA_VERSION));
	diag_hint(db->diags, "Use the newest rehome that worked on this machine.");
	return false;
}

bool
registry_db_open(struct registry_db *db, bool *ret_exists)
{
	if (!look(db, ret_exists))
		return false;
	if (!*ret_exists)
		return true;
	if (!open_file(db, SQLITE_OPEN_READONLY) || !read_version(db))
		return false;
	*ret_exists = db->version > 0;
	return true;
}

static bool
create_file(struct registry_db *db)
{
	static const struct host_owner owner = { .uid = 0, .gid = 0, .mode = 0600 };
	struct host *host = db->state->host;
	const char *dir = db->state->dir;
	struct bytes nothing = { 0 };
	AUTO_CLOSE int dir_fd = -1;
	return host_open_dir(host, dir, &dir_fd, db->diags) &&
		host_create_file_at(
			host, dir_fd, REGISTRY_FILE, nothing, &owner, HOST_SYNC_NOW, db->diags) &&
		host_sync_dir(host, dir, db->diags);
}

bool
registry_db_begin(struct registry_db *db)
{
	bool exists;
	if (!look(db, &exists) || (!exists && !create_file(db)) ||
		!open_file(db, SQLITE_OPEN_READWRITE) || !perform(db, SETTINGS) ||
		!perform(db, "BEGIN IMMEDIATE") || !read_version(db))
		return false;
	return (db->version > 0 || perform(db, SCHEMA)) &&
		(db->version > 1 || perform(db, SCHEMA_STANDINGS)) &&
		(db->version > 2 || perform(db, SCHEMA_PROFILES)) &&
		(db->version > 3 || perform(db, SCHEMA_STAGED)) &&
		(db->version > 4 || perform(db, SCHEMA_NSS)) &&
		(db->version > 5 || perform(db, SCHEMA_LINKS)) &&
		(db->version > 6 || perform(db, SCHEMA_RENAMES));
}

bool
registry_db_commit(struct registry_db *db)
{
	return perform(db, "COMMIT");
}

void
registry_db_finish(struct registry_db *db)
{
	sqlite3_close_v2(db->sqlite);
	db->sqlite = NULL;
}

/* ---- statements ---- */

bool
registry_db_prepare(struct registry_db *db, const char *sql, sqlite3_stmt **ret_statement)
{
	return sqlite3_prepare_v2(db->sqlite, sql, -1, ret_statement, NULL) == SQLITE_OK ||
		refuse_sqlite(db);
}

bool
registry_db_next(struct registry_db *db, sqlite3_stmt *statement, bool *ret_row)
{
	int result = sqlite3_step(statement);
	*ret_row = result == SQLITE_ROW;
	return result == SQLITE_ROW || result == SQLITE_DONE || refuse_sqlite(db);
}

bool
registry_db_run(struct registry_db *db, sqlite3_stmt *statement)
{
	bool row;
	if (!registry_db_next(db, statement, &row))
		return false;
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return true;
}

/* ---- values ---- */

const char *
registry_db_text(struct registry_db *db, sqlite3_stmt *statement, int column)
{
	return arena_strdup(db->arena, (const char *)sqlite3_column_text(statement, column));
}

bool
registry_db_id(struct registry_db *db, sqlite3_stmt *statement, int column, uint32_t *ret_id)
{
	sqlite3_int64 number = sqlite3_column_int64(statement, column);
	if (number < 0 || number >= UINT32_MAX)
		return refuse(db, arena_printf(db->arena, "%lld is no id", (long long)number));
	*ret_id = (uint32_t)number;
	return true;
}

int64_t
registry_db_number(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_int64(statement, column);
}

void
registry_db_bind_number(sqlite3_stmt *statement, int parameter, int64_t number)
{
	if (sqlite3_bind_int64(statement, parameter, number) != SQLITE_OK)
		abort();
}

void
registry_db_bind_text(sqlite3_stmt *statement, int parameter, const char *text)
{
	if (sqlite3_bind_text(statement, parameter, text, -1, SQLITE_STATIC) != SQLITE_OK)
		abort(); /* no such parameter, or out of memory */
}

void
registry_db_bind_id(sqlite3_stmt *statement, int parameter, uint32_t id)
{
	if (sqlite3_bind_int64(statement, parameter, id) != SQLITE_OK)
		abort();
}
