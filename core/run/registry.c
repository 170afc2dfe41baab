/*
 * registry.c - what a run and its rollback mean for the accounts that rehome manages.
 *
 * Everything is written so that doing it again gives the same: recovery may repeat it, and the
 * undoing of a run may come before the run was ever told here. A change writes only what it
 * changed; who gave a group is remembered, so that what another administrator gave is never taken
 * for ours.
 */
#include "core/run/registry.h"

#include <string.h>

#include "core/base/digest.h"
#include "core/model/account.h"
#include "core/plan/edit.h"
#include "core/run/contents_list.h"
#include "core/run/registry_db.h"
#include "core/run/registry_links.h"
#include "core/run/registry_renames.h"
#include "core/run/registry_standings.h"
#include "core/run/standing_runs.h"

/* In the order of the columns and parameters below. */
#define MANAGED_COLUMNS                                                                            \
	"login, source, person, uid, gid, home, layout, folders, member_of, keys_sha256, "         \
	"expires, run"
#define MANAGED_COLUMNS_NOW MANAGED_COLUMNS ", profile, nss"

static void
db_init(struct registry_db *db, struct state *state, struct arena *arena, struct diags *diags)
{
	*db = (struct registry_db){
		.state = state,
		.arena = arena,
		.diags = diags,
		.path = arena_printf(arena, "%s/" REGISTRY_FILE, state->dir),
	};
}

/* ---- lists as one text: names of groups have no blanks ---- */

static const char *
joined(const struct string_list *list, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (item, list)
		buffer_printf(&out, "%s%s", item == list->items ? "" : " ", *item);
	return arena_strdup(arena, buffer_text(&out));
}

static struct string_list
split(const char *text, struct arena *arena)
{
	struct string_list list = { 0 };
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t size = strcspn(text, " ");
		string_list_push(arena, &list, arena_strndup(arena, text, size));
		text += size;
	}
	return list;
}

/* ---- reading ---- */

static bool
read_account(struct registry_db *db, sqlite3_stmt *row, struct managed_account *ret_account)
{
	*ret_account = (struct managed_account){
		.login = registry_db_text(db, row, 0),
		.source = registry_db_text(db, row, 1),
		.key = registry_db_text(db, row, 2),
		.home = registry_db_text(db, row, 5),
		.layout = registry_db_text(db, row, 6),
		.folders = registry_db_text(db, row, 7),
		.groups = split(registry_db_text(db, row, 8), db->arena),
		.keys_sha256 = registry_db_text(db, row, 9),
		.expires = registry_db_text(db, row, 10),
		.run = registry_db_text(db, row, 11),
		.profile = registry_db_text(db, row, 12),
		.nss = registry_db_number(row, 13),
	};
	return registry_db_id(db, row, 3, &ret_account->uid) &&
		registry_db_id(db, row, 4, &ret_account->gid);
}

static bool
load_accounts(struct registry_db *db, struct managed *managed)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	struct standings standings;
	bool row;
	if (!standings_load(db, &standings))
		return false;
	const char *columns = db->version > 4 ? MANAGED_COLUMNS_NOW
		: db->version > 2	      ? MANAGED_COLUMNS ", profile, 0"
					      : MANAGED_COLUMNS ", NULL, 0";
	if (!registry_db_prepare(db,
		    arena_printf(db->arena, "SELECT %s FROM managed ORDER BY login", columns),
		    &rows))
		return false;
	while (registry_db_next(db, rows, &row)) {
		if (!row)
			return true;
		struct managed_account *account = ARENA_NEW(db->arena, struct managed_account);
		if (!read_account(db, rows, account))
			return false;
		const struct managed_standing *standing =
			standings_find(&standings, account->login, account->uid);
		if (standing)
			account->standing = *standing;
		if (account->standing.state != MANAGED_REMOVED)
			managed_add(managed, account);
	}
	return false;
}

static bool
load_tombstones(struct registry_db *db, struct managed *managed)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	bool row;
	if (!registry_db_prepare(
		    db, "SELECT uid, gid, login, source, person FROM tombstones", &rows))
		return false;
	while (registry_db_next(db, rows, &row)) {
		if (!row)
			return true;
		struct tombstone *tombstone = ARENA_NEW(db->arena, struct tombstone);
		if (!registry_db_id(db, rows, 0, &tombstone->uid) ||
			!registry_db_id(db, rows, 1, &tombstone->gid))
			return false;
		tombstone->login = registry_db_text(db, rows, 2);
		tombstone->source = registry_db_text(db, rows, 3);
		tombstone->key = registry_db_text(db, rows, 4);
		managed_add_tombstone(managed, tombstone);
	}
	return false;
}

static bool
load_generated(struct registry_db *db, struct managed *managed)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	bool row;
	if (!registry_db_prepare(db, "SELECT source, person, login FROM generated", &rows))
		return false;
	while (registry_db_next(db, rows, &row)) {
		if (!row)
			return true;
		managed_add_generated(managed, registry_db_text(db, rows, 0),
			registry_db_text(db, rows, 1), registry_db_text(db, rows, 2));
	}
	return false;
}

bool
registry_load(
	struct state *state, struct arena *arena, struct managed *ret_managed, struct diags *diags)
{
	AUTO_REGISTRY_DB struct registry_db db = { 0 };
	bool exists;
	db_init(&db, state, arena, diags);
	managed_init(ret_managed, arena);
	if (!registry_db_open(&db, &exists))
		return false;
	return !exists ||
		(load_accounts(&db, ret_managed) && registry_links_load(&db, ret_managed) &&
			load_tombstones(&db, ret_managed) && load_generated(&db, ret_managed) &&
			renames_load(&db, ret_managed) &&
			contents_lists_find(state, ret_managed, diags));
}

bool
registry_load_former(
	struct state *state, struct arena *arena, struct managed *ret_managed, struct diags *diags)
{
	AUTO_REGISTRY_DB struct registry_db db = { 0 };
	bool exists;
	db_init(&db, state, arena, diags);
	managed_init(ret_managed, arena);
	return registry_db_open(&db, &exists) && (!exists || renames_load(&db, ret_managed));
}

/* ---- writing ---- */

struct recording {
	struct registry_db db;
	const struct plan *plan;
	const char *run_id;
	struct table keys;     /* login -> struct step that writes its keys */
	struct table old_keys; /* of a renamed one: the step that takes the old file away */
	struct standing_changes standings;
	struct link_changes links;
	struct rename_changes renames;
	struct standing_runs standing_runs;
	sqlite3_stmt *find, *save, *forget, *bury, *exhume, *reserve;
};

static void
recording_finish(struct recording *recording)
{
	sqlite3_stmt *statements[] = { recording->find, recording->save, recording->forget,
		recording->bury, recording->exhume, recording->reserve };
	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		sqlite3_finalize(statements[i]);
	standing_changes_finish(&recording->standings);
	link_changes_finish(&recording->links);
	rename_changes_finish(&recording->renames);
	registry_db_finish(&recording->db);
}

#define AUTO_RECORDING AUTO(recording_finish)

static bool
prepare_all(struct recording *recording)
{
	const struct {
		sqlite3_stmt **statement;
		const char *sql;
	} statements[] = {
		{ &recording->find,
			"SELECT " MANAGED_COLUMNS_NOW " FROM managed WHERE login = ?1" },
		{ &recording->save,
			"INSERT OR REPLACE INTO managed (" MANAGED_COLUMNS_NOW ")"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)" },
		{ &recording->forget, "DELETE FROM managed WHERE login = ?1 AND uid = ?2" },
		{ &recording->bury,
			"INSERT OR REPLACE INTO tombstones (uid, gid, login, source, person)"
			" VALUES (?1, ?2, ?3, ?4, ?5)" },
		{ &recording->exhume,
			"DELETE FROM tombstones WHERE uid = ?1 AND source = ?2 AND person = ?3" },
		{ &recording->reserve,
			"INSERT OR REPLACE INTO generated (source, person, login)"
			" VALUES (?1, ?2, ?3)" },
	};
	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		if (!registry_db_prepare(
			    &recording->db, statements[i].sql, statements[i].statement))
			return false;
	}
	return true;
}

/* Of one who is renamed one file goes and another comes. */
static void
index_keys(struct recording *recording, const struct plan *plan)
{
	struct table renamed = { .arena = recording->db.arena };
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->old_login)
			table_set(&renamed, (*change)->login, *change);
	}
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind != STEP_KEYS_WRITE)
			continue;
		bool is_old = !step->content && table_get(&renamed, step->user);
		table_set(is_old ? &recording->old_keys : &recording->keys, step->user, step);
	}
}

static bool
recording_begin(struct recording *recording, struct state *state, const struct plan *plan,
	const char *run_id, struct diags *diags)
{
	db_init(&recording->db, state, state->arena, diags);
	recording->plan = plan;
	recording->run_id = run_id;
	recording->keys.arena = recording->old_keys.arena = state->arena;
	index_keys(recording, plan);
	return registry_db_begin(&recording->db) && prepare_all(recording) &&
		standing_changes_begin(&recording->standings, &recording->db, plan, run_id) &&
		link_changes_begin(&recording->links, &recording->db, run_id) &&
		rename_changes_begin(&recording->renames, &recording->db, run_id);
}

static bool
save_account(struct recording *recording, const struct managed_account *account)
{
	sqlite3_stmt *save = recording->save;
	registry_db_bind_text(save, 1, account->login);
	registry_db_bind_text(save, 2, account->source);
	registry_db_bind_text(save, 3, account->key);
	registry_db_bind_id(save, 4, account->uid);
	registry_db_bind_id(save, 5, account->gid);
	registry_db_bind_text(save, 6, account->home);
	registry_db_bind_text(save, 7, account->layout);
	registry_db_bind_text(save, 8, account->folders);
	registry_db_bind_text(save, 9, joined(&account->groups, recording->db.arena));
	registry_db_bind_text(save, 10, account->keys_sha256);
	registry_db_bind_text(save, 11, account->expires);
	registry_db_bind_text(save, 12, account->run);
	registry_db_bind_text(save, 13, account->profile);
	registry_db_bind_number(save, 14, account->nss);
	return registry_db_run(&recording->db, save);
}

static bool
find_account(struct recording *recording, const char *login, bool *ret_known,
	struct managed_account *ret_account)
{
	registry_db_bind_text(recording->find, 1, login);
	if (!registry_db_next(&recording->db, recording->find, ret_known))
		return false;
	bool good = !*ret_known || read_account(&recording->db, recording->find, ret_account);
	sqlite3_reset(recording->find);
	return good;
}

/* By either of its names. */
static bool
find_changed(struct recording *recording, const struct change *change, bool *ret_known,
	struct managed_account *ret_account)
{
	if (!find_account(recording, change->login, ret_known, ret_account))
		return false;
	if (!change->old_login || (*ret_known && ret_account->uid == change->before.uid))
		return true;
	return find_account(recording, change->old_login, ret_known, ret_account);
}

/* ---- what a change says ---- */

static const char *
digest(const char *content, struct arena *arena)
{
	struct bytes bytes = { content, content ? strlen(content) : 0 };
	return content ? digest_sha256_text(bytes, arena) : NULL;
}

static const char *
or_empty(const char *text)
{
	return text ? text : "";
}

static bool
same(const char *a, const char *b)
{
	return strcmp(or_empty(a), or_empty(b)) == 0;
}

/* As shadow(5) has it in field 8. */
static const char *
expiry(const struct account_facts *facts, struct arena *arena)
{
	if (account_facts_are_closed(facts))
		return EDIT_BORN_EXPIRED;
	return facts->expires == ACCOUNT_NEVER
		? ""
		: arena_printf(arena, "%lld", (long long)facts->expires);
}

/* Those of `had` that are still there, and those that came: a group that was there already, from
 * another administrator, is not ours. */
static struct string_list
our_groups(const struct recording *recording, const struct string_list *had,
	const struct string_list *from, const struct string_list *to)
{
	struct string_list ours = { 0 };
	ARRAY_FOREACH (group, to) {
		bool is_ours = string_list_has(had, *group) || !string_list_has(from, *group);
		if (is_ours && !same(*group, recording->plan->jail_group))
			string_list_push(recording->db.arena, &ours, *group);
	}
	return ours;
}

/* The account as it becomes when its facts go from one state to the other. */
static void
update(const struct recording *recording, const struct account_facts *from,
	const struct account_facts *to, struct managed_account *account)
{
	struct arena *arena = recording->db.arena;
	const char *before = joined(&from->folders, arena), *after = joined(&to->folders, arena);
	account->uid = to->uid;
	account->gid = to->gid;
	account->home = or_empty(to->home);
	if (!same(from->layout, to->layout))
		account->layout = to->layout;
	if (!same(before, after))
		account->folders = after;
	if (!same(from->profile, to->profile))
		account->profile = to->profile;
	if (!same(expiry(from, arena), expiry(to, arena)))
		account->expires = expiry(to, arena);
	account->groups = our_groups(recording, &account->groups, &from->groups, &to->groups);
}

static bool
record_account(struct recording *recording, const struct change *change)
{
	struct managed_account account = {
		.login = change->login,
		.source = or_empty(change->source),
		.key = or_empty(change->key),
		.folders = "",
		.nss = change->nss,
		.expires = change->action == CHANGE_CREATE
			? expiry(&change->after, recording->db.arena)
			: NULL,
	};
	struct account_facts from = change->before;
	const struct step *keys = table_get(&recording->keys, change->login);
	bool known = false;
	if ((change->action == CHANGE_CHANGE || change->action == CHANGE_LEAVE) &&
		!find_changed(recording, change, &known, &account))
		return false;
	account.login = change->login;
	/* Of a new account, or after the registry was lost, everything is news but the groups, and
	 * the expiry of an account that was there: it may be somebody else's. */
	if (!known)
		from = (struct account_facts){
			.groups = change->before.groups,
			.expires = change->before.expires,
			.disabled = change->before.disabled,
			.staged = change->before.staged,
		};
	if (known && change->source && change->key) {
		account.source = change->source;
		account.key = change->key;
	}
	account.run = recording->run_id;
	update(recording, &from, &change->after, &account);
	if (keys)
		account.keys_sha256 = digest(keys->content, recording->db.arena);
	else if (table_get(&recording->old_keys, change->login))
		account.keys_sha256 = NULL;
	return save_account(recording, &account) &&
		rename_changes_record(&recording->renames, change);
}

/* The uid may still be on files: nobody but the same person gets it again. */
static bool
bury(struct recording *recording, const struct change *change, const struct account_facts *facts)
{
	registry_db_bind_id(recording->bury, 1, facts->uid);
	registry_db_bind_id(recording->bury, 2, facts->gid);
	registry_db_bind_text(recording->bury, 3, change->login);
	registry_db_bind_text(recording->bury, 4, or_empty(change->source));
	registry_db_bind_text(recording->bury, 5, or_empty(change->key));
	return registry_db_run(&recording->db, recording->bury);
}

static bool
exhume(struct recording *recording, const struct change *change)
{
	registry_db_bind_id(recording->exhume, 1, change->after.uid);
	registry_db_bind_text(recording->exhume, 2, or_empty(change->source));
	registry_db_bind_text(recording->exhume, 3, or_empty(change->key));
	return registry_db_run(&recording->db, recording->exhume);
}

static bool
reserve_login(struct recording *recording, const struct change *change)
{
	if (!change->login_generated)
		return true;
	registry_db_bind_text(recording->reserve, 1, or_empty(change->source));
	registry_db_bind_text(recording->reserve, 2, or_empty(change->key));
	registry_db_bind_text(recording->reserve, 3, change->login);
	return registry_db_run(&recording->db, recording->reserve);
}

static bool
record_change(struct recording *recording, const struct change *change)
{
	if (!change_is_work(change))
		return true;
	/* Of one who goes the account is kept: an undo brings it back. */
	if (change->action == CHANGE_LEAVE && !change->has_after)
		return (change->nss || bury(recording, change, &change->before)) &&
			standing_changes_record(&recording->standings, change);
	if (!record_account(recording, change) ||
		!standing_changes_record(&recording->standings, change) ||
		!link_changes_record(&recording->links, change))
		return false;
	return change->action != CHANGE_CREATE || change->nss ||
		(exhume(recording, change) && reserve_login(recording, change));
}

bool
registry_record_run(struct state *state, const struct plan *plan, const char *run_id,
	const struct table *left_out, struct diags *diags)
{
	AUTO_RECORDING struct recording recording = { 0 };
	if (!recording_begin(&recording, state, plan, run_id, diags))
		return false;
	ARRAY_FOREACH (change, &plan->changes) {
		if (left_out && table_get(left_out, (*change)->login))
			continue;
		if (!record_change(&recording, *change))
			return false;
	}
	return registry_db_commit(&recording.db);
}

/* ---- taken back ---- */

static bool
forget(struct recording *recording, const struct change *change)
{
	registry_db_bind_text(recording->forget, 1, change->login);
	registry_db_bind_id(recording->forget, 2, change->after.uid);
	return registry_db_run(&recording->db, recording->forget);
}

static bool
restore(struct recording *recording, const struct change *change)
{
	struct managed_account account;
	const struct step *old_keys = table_get(&recording->old_keys, change->login);
	const struct step *keys = old_keys ? old_keys : table_get(&recording->keys, change->login);
	const char *run;
	bool known;
	if (!find_changed(recording, change, &known, &account))
		return false;
	if (!known)
		return true;
	if (change->old_login)
		account.login = change->old_login;
	/* Where the account went, nothing of it was changed here. Its uid stays buried: it may not
	 * have come back. */
	if (!change->has_after)
		return true;
	update(recording, &change->after, &change->before, &account);
	if (change->old_source) {
		account.source = change->old_source;
		account.key = change->old_key;
	}
	if (same(account.run, recording->run_id) &&
		(run = standing_runs_find(&recording->standing_runs, account.login)))
		account.run = run;
	if (keys)
		account.keys_sha256 = digest(keys->before, recording->db.arena);
	return save_account(recording, &account) &&
		rename_changes_take_back(&recording->renames, change);
}

static bool
take_back(struct recording *recording, const struct change *change)
{
	if (!change_is_work(change))
		return true;
	if (!standing_changes_take_back(&recording->standings, change) ||
		!link_changes_take_back(&recording->links, change))
		return false;
	if (change->action == CHANGE_CHANGE || change->action == CHANGE_LEAVE)
		return restore(recording, change);
	/* An account that was there before rehome is again what it was. */
	return forget(recording, change) &&
		(change->action == CHANGE_ADOPT || change->nss ||
			bury(recording, change, &change->after));
}

bool
registry_record_rollback(struct state *state, const struct plan *plan, const char *run_id,
	const struct table *users, struct diags *diags)
{
	AUTO_RECORDING struct recording recording = { 0 };
	if (!recording_begin(&recording, state, plan, run_id, diags))
		return false;
	standing_runs_begin(&recording.standing_runs, state, run_id, state->arena);
	ARRAY_FOREACH (change, &plan->changes) {
		if (users && !table_get(users, (*change)->login))
			continue;
		if (!take_back(&recording, *change))
			return false;
	}
	return registry_db_commit(&recording.db);
}
