/*
 * step_gate.c - who may log in while a run works: accounts are closed before anything is done to
 * them, and opened when everything is.
 *
 *	              gate                  activate
 *	as it was ────────────▶ closed ────────────────▶ as planned
 *	as it was ◀──────────── closed ◀──────────────── whatever it is now
 *	              undo of gate          undo of activate
 *
 * Each arrow is one rename of shadow; for accounts that leave, of group and gshadow too.
 *
 * New accounts come closed (step_accounts.c). An account that is closed keeps the sessions it has,
 * so its processes are ended after that.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/daemon.h"
#include "core/run/step.h"

/* ---- processes ---- */

static bool
is_undone(const struct run *run, const char *login)
{
	return !run->users || table_get(run->users, login);
}

/* The uid of an account that the run made, while the login still has it, or closed, whatever uid
 * an administrator gave it since: the home that is about to change is still this login's. */
static bool
uid_of(const struct run *run, const struct edit *edit, uint32_t *ret_uid)
{
	bool adds = edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_PASSWD;
	if (!edit->user || (!adds && edit->kind != EDIT_GATE) || !is_undone(run, edit->user))
		return false;
	const struct accountdb_line *line = accountdb_find(&run->db, ACCOUNTDB_PASSWD,
		edit->old_name ? edit_login(edit, &run->db) : edit->name);
	const struct change *change = table_get(&run->changes, edit->user);
	if (!line || !change || !accountdb_line_id(line, PASSWD_UID, ret_uid) || !*ret_uid)
		return false;
	return !adds || (change->has_after && *ret_uid == change->after.uid);
}

/* Of the accounts that are being closed. run->db is as it was under the lock. */
static bool
end_processes(struct run *run)
{
	struct id_table uids = { .arena = run->arena };
	struct edit_list edits = accounts_edits(run);
	ARRAY_FOREACH (edit, &edits) {
		uint32_t uid;
		if (uid_of(run, edit, &uid))
			id_table_set(&uids, uid, (void *)(uintptr_t)edit->name);
	}
	size_t ended;
	if (!uids.count || !host_is_live(run->host))
		return true;
	return daemon_flush_caches(run->arena, run->diags) &&
		daemon_end_processes(&uids, &ended, run->arena, run->diags);
}

/* ---- closing accounts that exist ---- */

static bool
gate_apply(const struct step *step, struct run *run)
{
	(void)step;
	struct edit_list edits = accounts_edits(run);
	if (accounts_load(run) && edits_close(&edits, &run->db, run->diags) &&
		accounts_rewrite_shadow(run))
		return end_processes(run);
	accounts_abandon(run);
	return false;
}

bool
accounts_reopen(struct run *run, const char *only)
{
	struct edit_list edits = accounts_edits(run);
	struct table one = { .arena = run->arena };
	if (only)
		table_set(&one, only, run);
	if (!accounts_load(run)) {
		accounts_abandon(run);
		return false;
	}
	edits_reopen(&edits, only ? &one : run->users, &run->expiries, &run->db);
	if (accounts_rewrite_shadow(run))
		return !host_is_live(run->host) || daemon_flush_caches(run->arena, run->diags);
	accounts_abandon(run);
	return false;
}

static bool
gate_undo(const struct step *step, struct run *run)
{
	(void)step;
	return accounts_reopen(run, NULL);
}

const struct step_ops step_gate = {
	.apply = gate_apply,
	.undo = gate_undo,
};

/* ---- opening all ---- */

/* What is left of accounts that passwd has no more: after a crash its rename may not be on disk. */
static bool
remove_late(struct run *run, const struct edit_list *edits)
{
	if (!removed_lines_keep(run, edits, REMOVAL_OF_THE_REST) ||
		!host_sync_dir(run->host, "/etc", run->diags))
		return false;
	edits_apply_late(edits, &run->db, run->diags);
	return true;
}

static bool
rewrite_all_but_passwd(struct run *run)
{
	return accounts_stage(run, ACCOUNTDB_SHADOW) && accounts_stage(run, ACCOUNTDB_GROUP) &&
		accounts_stage(run, ACCOUNTDB_GSHADOW) && accounts_commit(run, ACCOUNTDB_SHADOW) &&
		accounts_commit(run, ACCOUNTDB_GROUP) && accounts_commit(run, ACCOUNTDB_GSHADOW) &&
		accounts_finish(run);
}

static bool
activate_apply(const struct step *step, struct run *run)
{
	(void)step;
	struct edit_list edits = accounts_edits(run);
	if (accounts_load(run) && edits_activate(&edits, &run->db, run->diags) &&
		(!edits_remove_lines(&edits) || remove_late(run, &edits)) &&
		rewrite_all_but_passwd(run))
		return !host_is_live(run->host) || daemon_flush_caches(run->arena, run->diags);
	accounts_abandon(run);
	return false;
}

static size_t
note_expiries(struct run *run, const struct edit_list *edits)
{
	struct foreign_expiries found;
	edits_find_foreign_expiries(
		edits, run->users, &run->db, run->undo_is_new, run->arena, &found);
	ARRAY_FOREACH (expiry, &found) {
		journal_add(&run->journal, JOURNAL_EXPIRY, "%s %s", expiry->login, expiry->value);
		table_set(&run->expiries, expiry->login, (void *)(uintptr_t)expiry->value);
	}
	return found.count;
}

bool
accounts_note_expiries(struct run *run)
{
	struct edit_list edits = accounts_edits(run);
	if (!accountdb_load(run->host, run->arena, &run->db, run->diags))
		return false;
	(void)note_expiries(run, &edits);
	return true;
}

/* What somebody set since must be on disk in the journal before it is overwritten. */
static bool
remember_expiries(struct run *run, const struct edit_list *edits)
{
	return !note_expiries(run, edits) || journal_sync(&run->journal, run->diags);
}

/* The first act of undoing: nobody works in what is about to be taken away. */
bool
accounts_close(struct run *run)
{
	struct edit_list edits = accounts_edits(run);
	if (accounts_load(run) && remember_expiries(run, &edits) &&
		edits_gate(&edits, run->users, &run->db, run->diags) &&
		accounts_rewrite_shadow(run))
		return end_processes(run);
	accounts_abandon(run);
	return false;
}

static bool
activate_undo(const struct step *step, struct run *run)
{
	(void)step;
	return accounts_close(run);
}

const struct step_ops step_activate = {
	.apply = activate_apply,
	.undo = activate_undo,
};

/* ---- who relies on the jail's group ---- */

bool
accounts_depend_on_group(struct run *run, bool *ret_depend)
{
	struct accountdb db;
	*ret_depend = false;
	if (!accountdb_load(run->host, run->arena, &db, run->diags))
		return false;
	const struct accountdb_line *group =
		accountdb_find(&db, ACCOUNTDB_GROUP, run->plan->jail_group);
	uint32_t gid;
	if (!group || !accountdb_line_id(group, GROUP_GID, &gid))
		return true;
	if (accountdb_members(group)->count) {
		*ret_depend = true;
		return true;
	}
	const struct accountdb_table *passwd = &db.tables[ACCOUNTDB_PASSWD];
	ARRAY_FOREACH (line, &passwd->lines) {
		uint32_t primary;
		if (accountdb_name(*line) && accountdb_line_id(*line, PASSWD_GID, &primary) &&
			primary == gid)
			*ret_depend = true;
	}
	return true;
}
