/*
 * step_accounts.c - the account files: one rename each, and for logins that leave a second one.
 *
 * All of it under /etc/.pwd.lock, which shadow-utils, systemd and lckpwdf(3) respect; never the
 * "*.lock" files, which outlive a crash. The files are read again under the lock, merged in memory,
 * and staged as four temporaries before the first rename, so that nothing but a rename can fail in
 * between. New shadow lines are born expired; a login exists from the rename of passwd on and can
 * be used from the second rename of shadow on (step_gate.c).
 *
 *	group ─▶ gshadow ─▶ shadow (expired) ─▶ COMMIT ─▶ passwd ─▶ checks ─▶ shadow (open)
 *
 * A login that leaves goes the other way round: passwd loses it while its shadow line (expired by
 * the gate) and its groups are still there, and they follow with the last rename of shadow, when
 * passwd is on disk. Undoing brings them back first, expired, and then the login.
 *
 *	passwd (without) ─▶ on disk ─▶ shadow, group, gshadow (without)
 *	group, gshadow, shadow (expired) ─▶ on disk ─▶ passwd (with) ─▶ the rest of the undo
 */
#include <string.h>
#include <unistd.h>

#include "core/run/daemon.h"
#include "core/run/step.h"

/* Other administrators' tools give up after 15 seconds; so do we. */
enum { LOCK_SECONDS = 15 };

#define LOCK_FILE "/etc/.pwd.lock"
#define ACCOUNT_DIR "/etc"

struct edit_list
accounts_edits(struct run *run)
{
	struct edit_list edits = run->plan->edits;
	if (!run->dropped.count)
		return edits;
	edits.items = NULL;
	edits.count = edits.room = 0;
	ARRAY_FOREACH (edit, &run->plan->edits) {
		if (!edit->user || !table_get(&run->dropped, edit->user))
			ARRAY_PUSH(run->arena, &edits, *edit);
	}
	return edits;
}

bool
accounts_load(struct run *run)
{
	if (!host_lock_file(run->host, LOCK_FILE, LOCK_SECONDS, &run->account_lock_fd, run->diags))
		return false;
	if (run->account_lock_fd < 0) {
		diag_error(run->diags, at(LOCK_FILE, 0),
			"another program kept the account files locked for %d seconds",
			LOCK_SECONDS);
		diag_hint(run->diags, "See who holds it with: fuser -v %s", LOCK_FILE);
		return false;
	}
	return accountdb_load(run->host, run->arena, &run->db, run->diags);
}

static void
unlock(struct run *run)
{
	if (run->account_lock_fd >= 0)
		close(run->account_lock_fd);
	run->account_lock_fd = -1;
}

bool
accounts_stage(struct run *run, enum accountdb_file file)
{
	AUTO_BUFFER struct buffer text = { 0 };
	const struct accountdb_table *table = &run->db.tables[file];
	if (!table->changed)
		return true;
	if (!accountdb_serialise(&run->db, file, &text, run->diags) ||
		!host_stage_file(run->host, table->path, buffer_bytes(&text), &table->owner,
			run->arena, &run->staged_files[file], run->diags))
		return false;
	run->staged[file] = true;
	return true;
}

bool
accounts_commit(struct run *run, enum accountdb_file file)
{
	if (!run->staged[file])
		return true;
	if (!host_commit_file(run->host, &run->staged_files[file], run->diags))
		return false;
	run->staged[file] = false;
	return true;
}

bool
accounts_rewrite_shadow(struct run *run)
{
	return accounts_stage(run, ACCOUNTDB_SHADOW) && accounts_commit(run, ACCOUNTDB_SHADOW) &&
		accounts_finish(run);
}

void
accounts_abandon(struct run *run)
{
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		if (run->staged[file])
			host_abandon_file(run->host, &run->staged_files[file]);
		run->staged[file] = false;
	}
	unlock(run);
}

bool
accounts_finish(struct run *run)
{
	if (run->account_lock_fd < 0)
		return true;
	bool ok = host_sync_dir(run->host, ACCOUNT_DIR, run->diags);
	unlock(run);
	return ok;
}

/* ---- the four files ---- */

/* Somebody may have run useradd between the plan and the lock. */
static bool
check_edits(struct run *run, const struct edit_list *edits)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (edit, edits) {
		const char *why = NULL;
		if (edit->kind == EDIT_GATE ||
			edit_state(edit, &run->db, run->arena, &why) != EDIT_FOREIGN)
			continue;
		diag_error(run->diags, at(accountdb_path(edit->file), 0), "%s", why);
		diag_code(run->diags, "stale");
		if (edit->user)
			diag_user(run->diags, edit->user);
	}
	return run->diags->errors == errors;
}

/* The first file's step does this for all of them. */
static bool
file_prepare(const struct step *step, struct run *run)
{
	(void)step;
	if (run->account_lock_fd >= 0)
		return true;
	struct edit_list edits = accounts_edits(run);
	if (!handout_write(run) || !accounts_load(run) || !check_edits(run, &edits) ||
		!removed_lines_keep(run, &edits, REMOVAL_OF_LOGINS))
		return false;
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		if (!edits_apply(&edits, (enum accountdb_file)file, true, &run->db, run->diags))
			return false;
	}
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		if (!accounts_stage(run, (enum accountdb_file)file))
			return false;
	}
	return true;
}

/* passwd is the commit point: whatever it refers to is on disk first. */
static bool
file_apply(const struct step *step, struct run *run)
{
	if (step->file == ACCOUNTDB_PASSWD) {
		if (!host_sync_dir(run->host, ACCOUNT_DIR, run->diags) ||
			!journal_mark(&run->journal, run->diags, JOURNAL_COMMIT, "passwd"))
			return false;
		run->committed = true;
	}
	return accounts_commit(run, step->file);
}

/* ---- taking lines back ---- */

static void
note_conflicts(struct run *run, size_t first_diag)
{
	for (size_t i = first_diag; i < run->diags->count; i++) {
		const struct diag *diag = &run->diags->items[i];
		if (!diag->code)
			continue;
		if (strcmp(diag->code, "conflict") == 0)
			run_conflict(run, diag->user, "%s", diag->message);
		else if (strcmp(diag->code, "still-used") == 0) {
			run->shared_kept = true;
			run_kept(run, diag->user, "%s", diag->message);
		}
	}
}

/* A line that passwd was never without cannot be missed: nobody else's removal is undone. */
static struct edit_list
edits_to_undo(struct run *run)
{
	struct edit_list edits = accounts_edits(run), rest = edits;
	struct leavers leavers;
	if (run->committed)
		return edits;
	edits_find_leavers(&edits, NULL, &run->db, run->arena, &leavers);
	rest.items = NULL;
	rest.count = rest.room = 0;
	ARRAY_FOREACH (edit, &edits) {
		bool is_shared = !edit->user;
		if (is_shared || (edit->kind != EDIT_REMOVE_LINE && !edit_is_late(edit, &leavers)))
			ARRAY_PUSH(run->arena, &rest, *edit);
	}
	return rest;
}

static bool
rename_files(struct run *run, const enum accountdb_file *order, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!accounts_stage(run, order[i]))
			return false;
	}
	for (size_t i = 0; i < count; i++) {
		bool is_passwd = order[i] == ACCOUNTDB_PASSWD;
		if (!accounts_commit(run, order[i]) ||
			(is_passwd && !host_sync_dir(run->host, ACCOUNT_DIR, run->diags)))
			return false;
	}
	return true;
}

/* Whatever jails and locks a removed login is there, and on disk, before passwd has it again. */
static bool
prepare_return(struct run *run, struct edit_list *edits)
{
	static const enum accountdb_file order[] = { ACCOUNTDB_GROUP, ACCOUNTDB_GSHADOW,
		ACCOUNTDB_SHADOW };
	if (!edits_remove_lines(edits))
		return true;
	return removed_lines_find(run, edits) && edits_put_back(edits, run->users, &run->db) &&
		rename_files(run, order, ARRAY_LEN(order)) &&
		host_sync_dir(run->host, ACCOUNT_DIR, run->diags) &&
		accountdb_load(run->host, run->arena, &run->db, run->diags);
}

/* passwd first, and on disk: a login ends before anything that made it safe. */
static bool
undo_files(struct run *run)
{
	static const enum accountdb_file order[] = { ACCOUNTDB_PASSWD, ACCOUNTDB_SHADOW,
		ACCOUNTDB_GROUP, ACCOUNTDB_GSHADOW };
	size_t conflicts = 0, first_diag = run->diags->count;

	if (!accounts_load(run))
		return false;
	struct edit_list edits = edits_to_undo(run);
	edits.last_users = run->last_users;
	if (!removed_lines_keep(run, &edits, REMOVAL_UNDOES) || !prepare_return(run, &edits) ||
		!edits_undo_all(&edits, run->users, &run->db, &conflicts, run->diags) ||
		!rename_files(run, order, ARRAY_LEN(order)))
		return false;
	note_conflicts(run, first_diag);
	return accounts_finish(run) && handout_remove(run);
}

static bool
file_undo(const struct step *step, struct run *run)
{
	(void)step;
	if (run->accounts_undone)
		return true;
	accounts_abandon(run); /* what this process had staged, if it is the one that failed */
	if (!undo_files(run)) {
		accounts_abandon(run);
		return false;
	}
	run->accounts_undone = true;
	return !host_is_live(run->host) || daemon_flush_caches(run->arena, run->diags);
}

/* ---- who keeps a new name ---- */

static bool
has_old_name(const struct accountdb *db, const struct change *change)
{
	const struct accountdb_line *old = accountdb_find(db, ACCOUNTDB_PASSWD, change->old_login);
	uint32_t uid;
	return old && accountdb_line_id(old, PASSWD_UID, &uid) && uid == change->before.uid;
}

bool
accounts_keep_name(struct run *run, const char *login, bool *ret_keeps)
{
	const struct change *change = table_get(&run->changes, login);
	*ret_keeps = false;
	if (!change || !change->old_login)
		return true;
	if (!run->renamed_back) {
		struct accountdb *db = ARENA_NEW(run->arena, struct accountdb);
		if (!accountdb_load(run->host, run->arena, db, run->diags))
			return false;
		run->renamed_back = db;
	}
	*ret_keeps = !has_old_name(run->renamed_back, change);
	return true;
}

bool
accounts_undone_users(struct run *run, const struct table **ret_users)
{
	struct table *users = ARENA_NEW(run->arena, struct table);
	bool any_keeps = false;
	users->arena = run->arena;
	ARRAY_FOREACH (change, &run->plan->changes) {
		const char *login = (*change)->login;
		bool keeps;
		if (!login || (run->users && !table_get(run->users, login)))
			continue;
		if (!change_is_work(*change))
			continue;
		if (!accounts_keep_name(run, login, &keeps))
			return false;
		any_keeps |= keeps;
		if (!keeps)
			table_set(users, login, *change);
	}
	*ret_users = any_keeps ? users : run->users;
	return true;
}

const struct step_ops step_account_file = {
	.prepare = file_prepare,
	.apply = file_apply,
	.undo = file_undo,
};
