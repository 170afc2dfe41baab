/*
 * registry_standings.c - see registry_standings.h.
 */
#include "core/run/registry_standings.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/model/account.h"

/* ---- reading ---- */

static char *
account_key(struct arena *arena, const char *login, uid_t uid)
{
	return arena_printf(arena, "%u %s", (unsigned)uid, login);
}

static bool
read_standing(struct registry_db *db, sqlite3_stmt *row, struct managed_standing *ret_standing)
{
	const char *state = registry_db_text(db, row, 3);
	*ret_standing = (struct managed_standing){
		.run = arena_printf(db->arena, "%lld", (long long)registry_db_number(row, 2)),
		.day = registry_db_number(row, 4),
		.by_hand = registry_db_number(row, 5),
		.locked = registry_db_number(row, 6),
		.expires = registry_db_text(db, row, 7),
		.keys = registry_db_text(db, row, 8),
		.staged = registry_db_number(row, 9),
	};
	if (managed_state_parse(state, &ret_standing->state))
		return true;
	diag_error(db->diags, at(db->path, 0), "'%s' is no state of an account", state);
	diag_code(db->diags, "registry");
	return false;
}

/* Another expiry to come is no other standing. */
static void
keep_beginning(const struct managed_standing *before, struct managed_standing *standing)
{
	if (!before || before->state != MANAGED_STAGED || standing->state != MANAGED_STAGED)
		return;
	standing->run = before->run;
	standing->day = before->day;
	standing->by_hand = before->by_hand;
}

bool
standings_load(struct registry_db *db, struct standings *ret_standings)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	uint32_t uid;
	bool row;
	*ret_standings = (struct standings){ .arena = db->arena, .by_account.arena = db->arena };
	if (db->version < 2)
		return true;
	const char *staged = db->version < 4 ? "0" : "staged";
	if (!registry_db_prepare(db,
		    arena_printf(db->arena,
			    "SELECT login, uid, run, state, day, by_hand, locked, expires, keys, %s"
			    " FROM standings ORDER BY run",
			    staged),
		    &rows))
		return false;
	while (registry_db_next(db, rows, &row)) {
		if (!row)
			return true;
		struct managed_standing *standing = ARENA_NEW(db->arena, struct managed_standing);
		if (!registry_db_id(db, rows, 1, &uid) || !read_standing(db, rows, standing))
			return false;
		const char *key = account_key(db->arena, registry_db_text(db, rows, 0), uid);
		keep_beginning(table_get(&ret_standings->by_account, key), standing);
		table_set(&ret_standings->by_account, key, standing);
	}
	return false;
}

const struct managed_standing *
standings_find(const struct standings *standings, const char *login, uid_t uid)
{
	return table_get(&standings->by_account, account_key(standings->arena, login, uid));
}

/* ---- what a plan does ---- */

static void
index_plan(struct standing_changes *changes, const struct plan *plan)
{
	ARRAY_FOREACH (edit, &plan->edits) {
		if (edit->kind == EDIT_GATE)
			table_set(&changes->gates, edit->name, edit);
		if (edit->kind == EDIT_SET_FIELD && edit->file == ACCOUNTDB_SHADOW &&
			edit->field == SHADOW_HASH)
			table_set(&changes->locks, edit->name, edit);
	}
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind == STEP_HOME_RETIRE)
			table_set(&changes->retired, step->user, step);
		if (step->kind == STEP_KEYS_WRITE && !step->content)
			table_set(&changes->keys, step->user, step);
	}
}

bool
standing_changes_begin(struct standing_changes *changes, struct registry_db *db,
	const struct plan *plan, const char *run_id)
{
	struct arena *arena = db->arena;
	*changes = (struct standing_changes){
		.db = db,
		.run_id = run_id,
		.by_hand = !plan->inputs.count,
		.gates = { .arena = arena },
		.locks = { .arena = arena },
		.retired = { .arena = arena },
		.keys = { .arena = arena },
	};
	index_plan(changes, plan);
	/* Recovery may tell it again, on another day. */
	return registry_db_prepare(db,
		       "INSERT OR IGNORE INTO standings"
		       " (login, uid, run, state, day, by_hand, locked, expires, keys, staged)"
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		       &changes->save) &&
		registry_db_prepare(db,
			"INSERT OR IGNORE INTO standings"
			" (login, uid, run, state, day, by_hand, locked, expires)"
			" SELECT ?1, ?2, ?3, 'active', ?4, ?5, 0, '' WHERE EXISTS"
			" (SELECT 1 FROM standings WHERE login = ?1 AND uid = ?2)",
			&changes->resume) &&
		registry_db_prepare(db,
			"DELETE FROM standings WHERE login = ?1 AND uid = ?2 AND run = ?3",
			&changes->forget);
}

void
standing_changes_finish(struct standing_changes *changes)
{
	sqlite3_stmt *statements[] = { changes->save, changes->resume, changes->forget };
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		sqlite3_finalize(statements[i]);
}

static enum managed_state
state_after(const struct standing_changes *changes, const struct change *change)
{
	if (!change->has_after)
		return MANAGED_REMOVED;
	if (change->after.staged && !change->after.disabled)
		return MANAGED_STAGED;
	return table_get(&changes->retired, change->login) ? MANAGED_RETIRED : MANAGED_DISABLED;
}

static uid_t
uid_of(const struct change *change)
{
	return change->has_before ? change->before.uid : change->after.uid;
}

static void
bind_head(const struct standing_changes *changes, sqlite3_stmt *statement,
	const struct change *change)
{
	registry_db_bind_text(statement, 1, change->login);
	registry_db_bind_id(statement, 2, uid_of(change));
	registry_db_bind_number(statement, 3, strtoll(changes->run_id, NULL, 10));
}

static const char *
day_text(int64_t day, struct arena *arena)
{
	return day == ACCOUNT_NEVER ? "" : arena_printf(arena, "%lld", (long long)day);
}

/* What it had, and of one that never was open: what it is to have. */
static const char *
expiry_to_come(const struct standing_changes *changes, const struct change *change)
{
	const struct edit *gate = table_get(&changes->gates, change->login);
	bool waits = change->after.staged && !change->after.disabled;
	bool waited = change->before.staged && !change->before.disabled;
	if (change->action == CHANGE_CREATE || waits)
		return day_text(change->after.expires, changes->db->arena);
	if (waited)
		return day_text(change->before.expires, changes->db->arena);
	return gate ? gate->before : "";
}

static bool
save(struct standing_changes *changes, const struct change *change)
{
	const struct step *keys = table_get(&changes->keys, change->login);
	sqlite3_stmt *row = changes->save;
	bind_head(changes, row, change);
	registry_db_bind_text(row, 4, managed_state_name(state_after(changes, change)));
	registry_db_bind_number(row, 5, time(NULL) / 86400);
	registry_db_bind_number(row, 6, changes->by_hand);
	registry_db_bind_number(row, 7, table_get(&changes->locks, change->login) != NULL);
	registry_db_bind_text(row, 8, expiry_to_come(changes, change));
	registry_db_bind_text(row, 9, keys ? keys->before : NULL);
	registry_db_bind_number(row, 10, change->has_after && change->after.staged);
	return registry_db_run(changes->db, row);
}

/* Nothing to say of one that never stood otherwise. */
static bool
resume(struct standing_changes *changes, const struct change *change)
{
	sqlite3_stmt *row = changes->resume;
	bind_head(changes, row, change);
	registry_db_bind_number(row, 4, time(NULL) / 86400);
	registry_db_bind_number(row, 5, changes->by_hand);
	return registry_db_run(changes->db, row);
}

bool
standing_changes_record(struct standing_changes *changes, const struct change *change)
{
	const struct account_facts *before = &change->before, *after = &change->after;
	bool is_born_closed = change->action == CHANGE_CREATE && account_facts_are_closed(after);
	bool waits_anew = change->action == CHANGE_CHANGE && after->staged && !after->disabled &&
		(before->disabled || before->expires != after->expires);
	if (change->action == CHANGE_LEAVE || is_born_closed || waits_anew)
		return save(changes, change);
	bool opens = change->has_before && account_facts_are_closed(before) &&
		!account_facts_are_closed(after);
	if (change->action == CHANGE_CREATE || change->action == CHANGE_ADOPT ||
		(change->action == CHANGE_CHANGE && opens))
		return resume(changes, change);
	return true;
}

bool
standing_changes_take_back(struct standing_changes *changes, const struct change *change)
{
	bind_head(changes, changes->forget, change);
	return registry_db_run(changes->db, changes->forget);
}
