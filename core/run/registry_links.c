/*
 * registry_links.c - see registry_links.h.
 */
#include "core/run/registry_links.h"

#include <stdlib.h>

/* ---- reading ---- */

static bool
read_link(struct registry_db *db, sqlite3_stmt *row, const struct id_table *by_uid,
	struct managed *managed)
{
	struct managed_link *link = ARENA_NEW(db->arena, struct managed_link);
	uint32_t uid;
	if (!registry_db_id(db, row, 0, &uid))
		return false;
	link->run = arena_printf(db->arena, "%lld", (long long)registry_db_number(row, 1));
	link->source = registry_db_text(db, row, 2);
	link->key = registry_db_text(db, row, 3);
	struct managed_account *account = id_table_get(by_uid, uid);
	if (account)
		managed_add_link(managed, account, link);
	return true;
}

bool
registry_links_load(struct registry_db *db, struct managed *managed)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	struct id_table by_uid = { .arena = db->arena };
	bool row;
	if (db->version < 6)
		return true;
	if (!registry_db_prepare(
		    db, "SELECT uid, run, source, person FROM links ORDER BY run", &rows))
		return false;
	ARRAY_FOREACH (account, &managed->accounts)
		id_table_set(&by_uid, (*account)->uid, *account);
	do {
		if (!registry_db_next(db, rows, &row) ||
			(row && !read_link(db, rows, &by_uid, managed)))
			return false;
	} while (row);
	return true;
}

/* ---- what a plan does ---- */

bool
link_changes_begin(struct link_changes *changes, struct registry_db *db, const char *run_id)
{
	*changes = (struct link_changes){ .db = db, .run_id = run_id };
	return registry_db_prepare(db,
		       "INSERT OR REPLACE INTO links (uid, run, source, person)"
		       " VALUES (?1, ?2, ?3, ?4)",
		       &changes->save) &&
		registry_db_prepare(
			db, "DELETE FROM links WHERE uid = ?1 AND run = ?2", &changes->forget) &&
		registry_db_prepare(db,
			"UPDATE OR REPLACE generated SET source = ?3, person = ?4"
			" WHERE source = ?1 AND person = ?2 AND login = ?5",
			&changes->move);
}

void
link_changes_finish(struct link_changes *changes)
{
	sqlite3_finalize(changes->save);
	sqlite3_finalize(changes->forget);
	sqlite3_finalize(changes->move);
}

struct origin {
	const char *source, *key;
};

static bool
move_memory(struct link_changes *changes, const char *login, struct origin from, struct origin to)
{
	registry_db_bind_text(changes->move, 1, from.source);
	registry_db_bind_text(changes->move, 2, from.key);
	registry_db_bind_text(changes->move, 3, to.source);
	registry_db_bind_text(changes->move, 4, to.key);
	registry_db_bind_text(changes->move, 5, login);
	return registry_db_run(changes->db, changes->move);
}

static void
bind_row(const struct link_changes *changes, sqlite3_stmt *row, const struct change *change)
{
	registry_db_bind_id(row, 1, change->before.uid);
	registry_db_bind_number(row, 2, strtoll(changes->run_id, NULL, 10));
}

bool
link_changes_record(struct link_changes *changes, const struct change *change)
{
	struct origin old = { change->old_source, change->old_key };
	struct origin new = { change->source, change->key };
	if (!change->old_source)
		return true;
	bind_row(changes, changes->save, change);
	registry_db_bind_text(changes->save, 3, old.source);
	registry_db_bind_text(changes->save, 4, old.key);
	return registry_db_run(changes->db, changes->save) &&
		move_memory(changes, change->login, old, new);
}

bool
link_changes_take_back(struct link_changes *changes, const struct change *change)
{
	struct origin old = { change->old_source, change->old_key };
	struct origin new = { change->source, change->key };
	if (!change->old_source)
		return true;
	bind_row(changes, changes->forget, change);
	return registry_db_run(changes->db, changes->forget) &&
		move_memory(changes, change->login, new, old);
}
