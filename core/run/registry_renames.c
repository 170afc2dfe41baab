/*
 * registry_renames.c - see registry_renames.h. All of it can be said twice.
 */
#include "core/run/registry_renames.h"

#include <stdlib.h>

bool
renames_load(struct registry_db *db, struct managed *managed)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	bool row;
	if (db->version < 7)
		return true;
	if (!registry_db_prepare(
		    db, "SELECT login, uid, run FROM former_logins ORDER BY run", &rows))
		return false;
	while (registry_db_next(db, rows, &row)) {
		if (!row)
			return true;
		uint32_t uid;
		if (!registry_db_id(db, rows, 1, &uid))
			return false;
		const struct former_login former = {
			.login = registry_db_text(db, rows, 0),
			.uid = uid,
			.run = registry_db_number(rows, 2),
		};
		ARRAY_PUSH(db->arena, &managed->former, former);
	}
	return false;
}

bool
rename_changes_begin(struct rename_changes *changes, struct registry_db *db, const char *run_id)
{
	*changes = (struct rename_changes){ .db = db, .run_id = run_id };
	return registry_db_prepare(db,
		       "UPDATE OR REPLACE standings SET login = ?2 WHERE login = ?1 AND uid = ?3",
		       &changes->standings) &&
		registry_db_prepare(db,
			"UPDATE generated SET login = ?2"
			" WHERE login = ?1 AND source = ?3 AND person = ?4",
			&changes->generated) &&
		registry_db_prepare(db, "DELETE FROM managed WHERE login = ?1 AND uid = ?2",
			&changes->managed) &&
		registry_db_prepare(db,
			"INSERT OR REPLACE INTO former_logins (login, uid, run) VALUES (?1, ?2, "
			"?3)",
			&changes->remember) &&
		registry_db_prepare(db,
			"DELETE FROM former_logins WHERE login = ?1 AND uid = ?2 AND run = ?3",
			&changes->forget);
}

void
rename_changes_finish(struct rename_changes *changes)
{
	sqlite3_stmt *statements[] = { changes->standings, changes->generated, changes->managed,
		changes->remember, changes->forget };
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		sqlite3_finalize(statements[i]);
}

static bool
move(struct rename_changes *changes, const struct change *change, const char *from, const char *to)
{
	sqlite3_stmt *standings = changes->standings, *generated = changes->generated;
	registry_db_bind_text(standings, 1, from);
	registry_db_bind_text(standings, 2, to);
	registry_db_bind_id(standings, 3, change->before.uid);
	registry_db_bind_text(generated, 1, from);
	registry_db_bind_text(generated, 2, to);
	registry_db_bind_text(generated, 3, change->source ? change->source : "");
	registry_db_bind_text(generated, 4, change->key ? change->key : "");
	registry_db_bind_text(changes->managed, 1, from);
	registry_db_bind_id(changes->managed, 2, change->before.uid);
	return registry_db_run(changes->db, standings) && registry_db_run(changes->db, generated) &&
		registry_db_run(changes->db, changes->managed);
}

static bool
note(struct rename_changes *changes, sqlite3_stmt *statement, const struct change *change)
{
	registry_db_bind_text(statement, 1, change->old_login);
	registry_db_bind_id(statement, 2, change->before.uid);
	registry_db_bind_number(statement, 3, strtoll(changes->run_id, NULL, 10));
	return registry_db_run(changes->db, statement);
}

bool
rename_changes_record(struct rename_changes *changes, const struct change *change)
{
	return !change->old_login ||
		(move(changes, change, change->old_login, change->login) &&
			note(changes, changes->remember, change));
}

bool
rename_changes_take_back(struct rename_changes *changes, const struct change *change)
{
	return !change->old_login ||
		(move(changes, change, change->login, change->old_login) &&
			note(changes, changes->forget, change));
}
