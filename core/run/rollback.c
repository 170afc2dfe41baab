/*
 * rollback.c - undoing a run that ended well, or some users of it, perhaps weeks later.
 *
 * The same undo as after a failure, recorded in the same journal: ROLLBACK before the first effect,
 * ROLLED_BACK after the last. What several accounts share is given back with the last account that
 * depends on it, whichever run made it.
 */
#include "core/run/rollback.h"

#include <string.h>
#include <unistd.h>

#include "core/base/text.h"
#include "core/run/registry.h"

/* ---- what else happened since ---- */

static bool
open_log(struct state *state, const char *id, struct arena *arena, struct run_log *ret_log,
	bool *ret_begun, struct diags *diags)
{
	struct host_entry entry;
	const char *path = state_run_path(state, id, "journal");
	*ret_begun = false;
	if (!host_inspect(state->host, path, &entry, diags))
		return false;
	if (!entry.exists)
		return true;
	if (!run_log_load(state, id, arena, ret_log, diags))
		return false;
	*ret_begun = ret_log->begun;
	return true;
}

static bool
still_stands(const struct run_log *log, const char *login)
{
	return log->ended && !log->rolled_back_all && !string_list_has(&log->rolled_back, login) &&
		!string_list_has(&log->dropped, login);
}

static bool
is_selected(const struct table *users, const char *login)
{
	return !users || table_get(users, login);
}

static bool
is_undone(const struct run *run, const char *login)
{
	return is_selected(run->users, login) && !table_get(&run->dropped, login);
}

/* A run that renames needs both names for its undo, and what a later one renamed is known by
 * another name from there on. */
static bool
is_ours_by_name(const struct table *names, const struct change *change)
{
	return table_get(names, change->login) ||
		(change->old_login && table_get(names, change->old_login));
}

static void
add_names(struct table *names, const struct change *change)
{
	table_set(names, change->login, names);
	if (change->old_login)
		table_set(names, change->old_login, names);
}

/* Those that are to be undone, by every name that they had since. */
static struct table
names_to_undo(struct run *run)
{
	struct table names = { .arena = run->arena };
	ARRAY_FOREACH (change, &run->plan->changes) {
		const char *login = (*change)->login;
		if (login && is_undone(run, login))
			add_names(&names, *change);
	}
	return names;
}

/* Whom of ours a later run changed: it builds on what we would take away. */
static bool
find_common_users(struct run *run, const char *later_id, const struct run_log *later,
	struct table *names, struct string_list *ret_users)
{
	struct plan *plan;
	*ret_users = (struct string_list){ 0 };
	if (!run_load_plan(run->state, later_id, run->arena, &plan, run->diags))
		return false;
	ARRAY_FOREACH (change, &plan->changes) {
		const char *login = (*change)->login;
		if (!change_is_work(*change) || !is_ours_by_name(names, *change) ||
			!still_stands(later, login))
			continue;
		string_list_push(run->arena, ret_users, login);
		add_names(names, *change);
	}
	return true;
}

/* Oldest first. */
static bool
find_later_runs(struct run *run, const struct string_list *ids, struct later_runs *ret_later)
{
	bool later = false;
	struct table names = names_to_undo(run);
	*ret_later = (struct later_runs){ 0 };
	ARRAY_FOREACH (id, ids) {
		struct later_run found = { .run_id = *id };
		struct run_log log;
		bool begun;
		if (!later) {
			later = strcmp(*id, run->id) == 0;
			continue;
		}
		if (!open_log(run->state, *id, run->arena, &log, &begun, run->diags))
			return false;
		if (!begun || !log.ended || log.rolled_back_all)
			continue;
		run->others_followed = true;
		if (!find_common_users(run, *id, &log, &names, &found.users))
			return false;
		if (found.users.count)
			ARRAY_PUSH(run->arena, ret_later, found);
	}
	return true;
}

static bool
look_at_later_runs(struct run *run, const struct string_list *ids)
{
	struct later_runs later;
	if (!find_later_runs(run, ids, &later))
		return false;
	if (!later.count)
		return true;
	const struct later_run *newest = &later.items[later.count - 1];
	diag_error(run->diags, NOWHERE, "run %s changed %s later", newest->run_id,
		newest->users.items[0]);
	diag_user(run->diags, newest->users.items[0]);
	diag_code(run->diags, "later-run");
	diag_hint(run->diags, "Roll back run %s first: rehome rollback %s; or both: --with-later",
		newest->run_id, newest->run_id);
	return false;
}

/* An account that was renamed is neither closed nor found by its old name, and lives in the jail.
 */
static bool
refuse_if_renamed(struct run *run, const struct accountdb *db)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (item, &run->plan->changes) {
		const struct change *change = *item;
		const char *login = change->login;
		if (!change_is_work(change) || change->action == CHANGE_LEAVE ||
			!is_undone(run, login) || accountdb_find(db, ACCOUNTDB_PASSWD, login))
			continue;
		const struct accountdb_line *other =
			accountdb_find_id(db, ACCOUNTDB_PASSWD, change->after.uid);
		if (!other ||
			(change->old_login &&
				strcmp(accountdb_name(other), change->old_login) == 0))
			continue;
		diag_error(run->diags, at(accountdb_path(ACCOUNTDB_PASSWD), 0),
			"'%s' is gone, and its uid %u is now that of '%s'", login,
			(unsigned)change->after.uid, accountdb_name(other));
		diag_user(run->diags, login);
		diag_code(run->diags, "renamed");
		diag_hint(run->diags,
			"If it was renamed, give it its name back first: usermod -l %s %s", login,
			accountdb_name(other));
	}
	return run->diags->errors == errors;
}

/* What the run renamed must find its old name free. */
static void
look_at_old_name(struct run *run, const struct accountdb *db, const struct change *change)
{
	const struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_PASSWD, change->old_login);
	uint32_t uid;
	if (!line || (accountdb_line_id(line, PASSWD_UID, &uid) && uid == change->before.uid))
		return;
	diag_error(run->diags, at(accountdb_path(ACCOUNTDB_PASSWD), 0),
		"'%s' cannot be called '%s' again: there is another account of that name",
		change->login, change->old_login);
	diag_user(run->diags, change->login);
	diag_code(run->diags, "name-taken");
	diag_hint(run->diags, "Rename or remove that one first, or roll back others only.");
}

static bool
look_at_old_home(struct run *run, const struct step *step)
{
	struct host_entry entry;
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	if (!host_inspect(run->host, step->home.source, &entry, run->diags))
		return false;
	if (!entry.exists || step_found_dir(&entry, fact->ino))
		return true;
	(void)step_fault(
		step, run, step->home.source, "is in the place that the home has to go back to");
	diag_code(run->diags, "home-taken");
	diag_hint(run->diags, "Move it away first.");
	return true;
}

static bool
refuse_if_taken(struct run *run, const struct accountdb *db)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (change, &run->plan->changes) {
		if (change_is_work(*change) && (*change)->old_login &&
			is_undone(run, (*change)->login))
			look_at_old_name(run, db, *change);
	}
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step->kind == STEP_HOME_RENAME && !step_is_left_out(step, run) &&
			!look_at_old_home(run, step))
			return false;
	}
	return run->diags->errors == errors;
}

/* ---- who would be open again ---- */

static const char *
way_out_of_jail(struct run *run, struct accountdb *db, const struct change *change)
{
	const struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_PASSWD, change->login);
	const char *group = run->plan->jail_group;
	if (string_list_has(&change->before.groups, group) &&
		!string_list_has(accountdb_groups_of(db, change->login), group))
		return arena_printf(run->arena, "is not in the group '%s' any more", group);
	if (line && strcmp(accountdb_field(line, PASSWD_HOME), change->before.home) != 0)
		return arena_printf(run->arena, "has the home %s now, and its jail is %s",
			accountdb_field(line, PASSWD_HOME), change->before.home);
	return NULL;
}

/* What the run closed is opened by its undo; nobody may have taken it out of its jail meanwhile.
 * One that is gone comes back with the lines that it had. */
static bool
refuse_if_unjailed(struct run *run, struct accountdb *db)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (item, &run->plan->changes) {
		const struct change *change = *item;
		bool opens = change->action == CHANGE_LEAVE && change->has_after &&
			account_facts_are_closed(&change->after) &&
			!account_facts_are_closed(&change->before);
		if (!opens || !is_undone(run, change->login))
			continue;
		const char *why = way_out_of_jail(run, db, change);
		if (!why)
			continue;
		diag_error(run->diags, NOWHERE, "'%s' %s: it would be opened without one",
			change->login, why);
		diag_user(run->diags, change->login);
		diag_code(run->diags, "not-jailed");
		diag_hint(run->diags, "Put it back first: usermod -aG %s -d %s %s",
			run->plan->jail_group, text_shell_word(run->arena, change->before.home),
			change->login);
	}
	return run->diags->errors == errors;
}

static bool
look_for_mounts(struct run *run, const struct step *step)
{
	AUTO_CLOSE int jail_fd = -1;
	struct host_entry jail, entry;
	struct string_list names = { 0 };
	if (!host_inspect(run->host, step->path, &jail, run->diags))
		return false;
	if (!jail.exists || jail.st.st_ino != run->facts[step_index(step, run)].ino)
		return true;
	if (!host_open_dir(run->host, step->path, &jail_fd, run->diags) ||
		!host_list_at(run->host, jail_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!host_inspect_at(run->host, jail_fd, *name, &entry, run->diags))
			return false;
		if (!entry.exists || entry.mount_id == jail.mount_id)
			continue;
		const char *path = arena_printf(run->arena, "%s/%s", step->path, *name);
		diag_error(run->diags, at(path, 0),
			"something is mounted on this folder, which has to go back to the home");
		diag_user(run->diags, step->user);
		diag_code(run->diags, "mounted");
		diag_hint(run->diags, "Run: umount %s", text_shell_word(run->arena, path));
	}
	return true;
}

/* A folder that something is mounted on is known neither by its inode nor could it be moved. */
static bool
refuse_if_mounted(struct run *run)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step->kind == STEP_HOME_ADOPT && !step_is_left_out(step, run) &&
			!look_for_mounts(run, step))
			return false;
	}
	return run->diags->errors == errors;
}

/* The first reason of these is told, for everybody whom it concerns. */
static bool
refuse_what_cannot_be(struct run *run)
{
	struct accountdb db;
	return accountdb_load(run->host, run->arena, &db, run->diags) &&
		refuse_if_renamed(run, &db) && refuse_if_taken(run, &db) &&
		refuse_if_mounted(run) && refuse_if_unjailed(run, &db);
}

/* ---- who is meant ---- */

/* By the name that the run gave, or the one that it took away. */
static const char *
login_in_run(const struct run *run, const char *name)
{
	if (table_get(&run->changes, name))
		return name;
	ARRAY_FOREACH (change, &run->plan->changes) {
		if ((*change)->old_login && strcmp((*change)->old_login, name) == 0)
			return (*change)->login;
	}
	return NULL;
}

/* NULL = everybody who is left. */
static bool
select_users(struct run *run, const struct run_log *log, const struct string_list *users)
{
	struct table *selected;
	if (!users->count && !log->rolled_back.count)
		return true;
	selected = ARENA_NEW(run->arena, struct table);
	selected->arena = run->arena;
	ARRAY_FOREACH (change, &run->plan->changes) {
		const char *login = (*change)->login;
		if (!users->count && !string_list_has(&log->rolled_back, login) &&
			!table_get(&run->dropped, login))
			table_set(selected, login, run);
	}
	ARRAY_FOREACH (name, users) {
		const char *login = login_in_run(run, *name);
		if (!login)
			return diag_error(run->diags, NOWHERE, "run %s did not change a user '%s'",
				run->id, *name);
		if (string_list_has(&log->rolled_back, login)) {
			diag_note(run->diags, NOWHERE, "%s was already rolled back", login);
			continue;
		}
		if (table_get(&run->dropped, login)) {
			diag_note(run->diags, NOWHERE, "%s was undone when run %s failed for it",
				login, run->id);
			continue;
		}
		table_set(selected, login, run);
	}
	run->users = selected;
	return true;
}

/* ---- the undo itself ---- */

/* Shared things that earlier rollbacks left because others needed them: is it still so? */
static bool
release_shared(struct run *run, const char *id)
{
	struct run earlier;
	struct run_log log;
	struct run_result ignored = { 0 };
	struct table nobody = { .arena = run->arena };
	bool begun, ok;

	if (!open_log(run->state, id, run->arena, &log, &begun, run->diags))
		return false;
	if (!begun || !log.ended || !log.shared_kept)
		return true;
	run_init(&earlier, run->state, run->options, run->arena, &ignored, run->diags);
	ok = run_open(&earlier, id, true, &log, run->diags);
	if (ok) {
		earlier.users = &nobody;
		ok = journal_mark(&earlier.journal, run->diags, JOURNAL_ROLLBACK, "%s",
			     run_log_rollback_payload(&log.rolled_back, "shared", run->arena)) &&
			run_undo(&earlier) &&
			journal_mark(&earlier.journal, run->diags, JOURNAL_ROLLED_BACK, "%s",
				run_log_rolled_back_payload(
					log.rolled_back_all ? NULL : &log.rolled_back,
					earlier.shared_kept, 0, run->arena));
	}
	run_finish(&earlier);
	return ok;
}

static bool
release_all_shared(struct run *run)
{
	struct string_list ids;
	bool depend;
	if (!accounts_depend_on_group(run, &depend))
		return false;
	if (depend)
		return true;
	if (!state_run_ids(run->state, &ids, run->diags))
		return false;
	for (size_t i = ids.count; i-- > 0;) {
		if (strcmp(ids.items[i], run->id) != 0 && !release_shared(run, ids.items[i]))
			return false;
	}
	return true;
}

static void
list_users(const struct run *run, struct string_list *ret_users)
{
	*ret_users = (struct string_list){ 0 };
	if (!run->users)
		return;
	ARRAY_FOREACH (change, &run->plan->changes) {
		if (table_get(run->users, (*change)->login))
			string_list_push(run->arena, ret_users, (*change)->login);
	}
}

/* When the last users of a run go, the run is rolled back as a whole. */
static bool
is_everybody(const struct run *run, const struct run_log *log)
{
	ARRAY_FOREACH (change, &run->plan->changes) {
		const char *login = (*change)->login;
		if (run->users && !table_get(run->users, login) &&
			!string_list_has(&log->rolled_back, login) &&
			!string_list_has(&log->dropped, login))
			return false;
	}
	return true;
}

static bool
undo(struct run *run, const struct run_log *log)
{
	struct string_list users;
	list_users(run, &users);
	run->last_users = is_everybody(run, log);
	run->result->outcome = RUN_STUCK; /* until all of it is done */
	const struct table *undone;
	if (!run_undo(run) || !accounts_undone_users(run, &undone) ||
		!registry_record_rollback(run->state, run->plan, run->id, undone, run->diags) ||
		!release_all_shared(run) ||
		!journal_mark(&run->journal, run->diags, JOURNAL_ROLLED_BACK, "%s",
			run_log_rolled_back_payload(run->last_users ? NULL : &users,
				run->shared_kept, run->conflicts, run->arena)))
		return false;
	run->result->conflicts = run->conflicts;
	run->result->users_undone = run->users ? users.count : run->changes.count;
	run->result->outcome = run->conflicts ? RUN_INCOMPLETE : RUN_DONE;
	run_tell_users(run, USER_ROLLED_BACK);
	return !run->conflicts;
}

bool
rollback_continue(struct run *run, const struct run_log *log)
{
	if (log->rolling_back_users.count) {
		struct table *selected = ARENA_NEW(run->arena, struct table);
		selected->arena = run->arena;
		ARRAY_FOREACH (user, &log->rolling_back_users)
			table_set(selected, *user, run);
		run->users = selected;
	}
	return undo(run, log);
}

static bool
refuse_unfit(const struct run *run, const struct run_log *log)
{
	enum run_status status = run_log_status(log);
	if (status == RUN_STATUS_APPLIED || status == RUN_STATUS_FINALISED ||
		status == RUN_STATUS_PARTLY_ROLLED_BACK)
		return true;
	return diag_error(run->diags, NOWHERE, "run %s is %s: there is nothing to roll back",
		run->id, run_status_name(status));
}

static bool
open_run(struct run *run, const struct string_list *users, struct run_log *ret_log,
	struct string_list *ret_ids)
{
	if (!state_run_ids(run->state, ret_ids, run->diags))
		return false;
	if (!string_list_has(ret_ids, run->id)) {
		diag_error(run->diags, NOWHERE, "there is no run %s", run->id);
		diag_hint(run->diags, "List the runs with: rehome history");
		return false;
	}
	return run_open(run, run->id, true, ret_log, run->diags) && refuse_unfit(run, ret_log) &&
		select_users(run, ret_log, users);
}

bool
run_find_later(struct state *state, const char *run_id, const struct string_list *users,
	const struct run_options *options, struct arena *arena, struct later_runs *ret_later,
	struct diags *diags)
{
	struct run run;
	struct run_log log;
	struct string_list ids;
	struct run_result ignored = { 0 };
	run_init(&run, state, options, arena, &ignored, diags);
	run.id = run_id;
	bool ok = open_run(&run, users, &log, &ids) && find_later_runs(&run, &ids, ret_later);
	run_finish(&run);
	return ok;
}

static bool
open_what_can_be(struct run *run, const struct string_list *users, struct run_log *ret_log)
{
	struct string_list ids;
	return open_run(run, users, ret_log, &ids) && look_at_later_runs(run, &ids) &&
		refuse_what_cannot_be(run);
}

bool
run_check_rollback(struct state *state, const char *run_id, const struct string_list *users,
	const struct run_options *options, struct arena *arena, struct diags *diags)
{
	struct run run;
	struct run_log log;
	struct run_result ignored = { 0 };
	run_init(&run, state, options, arena, &ignored, diags);
	run.id = run_id;
	bool ok = open_what_can_be(&run, users, &log);
	run_finish(&run);
	return ok;
}

static bool
rollback(struct run *run, const struct string_list *users)
{
	struct run_log log;
	struct string_list selected;
	if (!open_what_can_be(run, users, &log))
		return false;
	list_users(run, &selected);
	if (run->users && !selected.count) {
		run->result->outcome = RUN_NOTHING;
		return true;
	}
	if (run->options->events && run->options->events->start)
		run->options->events->start(run->options->events->ctx, run->id,
			run->users ? selected.count : run->changes.count);
	run->undo_is_new = true;
	if (!accounts_note_expiries(run))
		return false;
	/* Even if this fails, the record may be in the file, and then recovery goes on from it. */
	run->result->outcome = RUN_STUCK;
	if (!journal_mark(&run->journal, run->diags, JOURNAL_ROLLBACK, "%s",
		    run_log_rollback_payload(&selected, run->options->reason, run->arena)))
		return false;
	return undo(run, &log);
}

bool
run_rollback(struct state *state, const char *run_id, const struct string_list *users,
	const struct run_options *options, struct arena *arena, struct run_result *ret_result,
	struct diags *diags)
{
	struct run run;
	*ret_result = (struct run_result){ .outcome = RUN_UNDONE, .run_id = run_id };
	run_init(&run, state, options, arena, ret_result, diags);
	run.id = run_id;
	bool ok = rollback(&run, users);
	run_finish(&run);
	return ok;
}
