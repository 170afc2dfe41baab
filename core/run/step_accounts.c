/*
 * step_accounts.c - the account files: one rename each.
 *
 * All of it under /etc/.pwd.lock, which shadow-utils, systemd and lckpwdf(3) respect; never the
 * "*.lock" files, which outlive a crash. The files are read again under the lock, merged in memory,
 * and staged as four temporaries before the first rename, so that nothing but a rename can fail in
 * between. New shadow lines are born expired; a login exists from the rename of passwd on and can
 * be used from the second rename of shadow on (step_gate.c).
 *
 *	group ─▶ gshadow ─▶ shadow (expired) ─▶ COMMIT ─▶ passwd ─▶ checks ─▶ shadow (open)
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

static bool
stage(struct run *run, enum accountdb_file file)
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

static bool
commit(struct run *run, enum accountdb_file file)
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
	return stage(run, ACCOUNTDB_SHADOW) && commit(run, ACCOUNTDB_SHADOW) &&
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
	if (!handout_write(run) || !accounts_load(run) || !check_edits(run, &edits))
		return false;
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		if (!edits_apply(&edits, (enum accountdb_file)file, true, &run->db, run->diags))
			return false;
	}
	for (int file = 0; file < ACCOUNTDB_FILES; file++) {
		if (!stage(run, (enum accountdb_file)file))
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
	return commit(run, step->file);
}

/* ---- taking lines back ---- */

/* What is removed is kept for a while in the run's directory: nothing is lost, not even a password
 * that the user chose. */
static bool
keep_removed_lines(struct run *run)
{
	static const struct host_owner owner = { .uid = 0, .gid = 0, .mode = 0600 };
	AUTO_BUFFER struct buffer text = { 0 };
	const char *path = state_run_path(run->state, run->id, "removed");
	bool exists;
	struct bytes earlier;
	struct edit_list edits = accounts_edits(run);

	if (!host_read_file(run->host, path, run->arena, &exists, &earlier, run->diags))
		return false;
	buffer_add(&text, earlier.data, earlier.size);
	ARRAY_FOREACH (edit, &edits) {
		if (edit->kind != EDIT_ADD_LINE || !edit->user ||
			(run->users && !table_get(run->users, edit->user)))
			continue;
		struct accountdb_line *line = accountdb_find(&run->db, edit->file, edit->name);
		if (!line)
			continue;
		buffer_printf(&text, "%s ", accountdb_file_name(edit->file));
		for (size_t i = 0; i < accountdb_field_count(edit->file); i++)
			buffer_printf(&text, "%s%s", i ? ":" : "", accountdb_field(line, i));
		buffer_add_char(&text, '\n');
	}
	return text.size == earlier.size ||
		host_replace_file(run->host, path, buffer_bytes(&text), &owner, run->diags);
}

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

/* passwd first, and on disk: a login ends before anything that made it safe. */
static bool
undo_files(struct run *run)
{
	static const enum accountdb_file order[] = { ACCOUNTDB_PASSWD, ACCOUNTDB_SHADOW,
		ACCOUNTDB_GROUP, ACCOUNTDB_GSHADOW };
	size_t conflicts = 0, first_diag = run->diags->count;
	struct edit_list edits = accounts_edits(run);

	if (!accounts_load(run) || !keep_removed_lines(run))
		return false;
	if (!edits_undo_all(&edits, run->users, &run->db, &conflicts, run->diags))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		if (!stage(run, order[i]))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		bool is_passwd = order[i] == ACCOUNTDB_PASSWD;
		if (!commit(run, order[i]) ||
			(is_passwd && !host_sync_dir(run->host, ACCOUNT_DIR, run->diags)))
			return false;
	}
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

const struct step_ops step_account_file = {
	.prepare = file_prepare,
	.apply = file_apply,
	.undo = file_undo,
};
