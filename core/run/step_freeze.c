/*
 * step_freeze.c - a home that is about to change is root's alone, and nobody works in it.
 *
 * Owner and mode as they were are in the journal before that, and come back at the very end of an
 * undo. Mode 0700 shuts out an ACL's users as well: it is their mask that it sets. What freezing
 * cannot do is take back what a process has open already; so a look at all processes follows.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/daemon.h"
#include "core/run/step.h"

static const struct host_owner FROZEN = { .uid = 0, .gid = 0, .mode = 0700 };

static bool
is_owned(const struct stat *st, const struct host_owner *owner)
{
	return st->st_uid == owner->uid && st->st_gid == owner->gid &&
		(st->st_mode & 07777) == owner->mode;
}

/* Where a process that was killed between owner and mode left it, on its way there or back. */
static bool
is_half_way(const struct stat *st, const struct host_owner *owner)
{
	mode_t mode = st->st_mode & 07777;
	bool ours = (st->st_uid == owner->uid && st->st_gid == owner->gid) ||
		(st->st_uid == FROZEN.uid && st->st_gid == FROZEN.gid);
	return ours &&
		(mode == owner->mode || mode == FROZEN.mode || mode == (owner->mode & FROZEN.mode));
}

/* ---- may it begin? ---- */

static bool
is_adopted(const struct run *run, const char *login)
{
	const struct change *change = table_get(&run->changes, login);
	return change && change->action == CHANGE_ADOPT;
}

/* One look at all processes serves all accounts. */
static bool
find_who_works(struct run *run)
{
	struct id_table uids = { .arena = run->arena };
	struct user_processes found;
	run->at_work = ARENA_NEW(run->arena, struct table);
	run->at_work->arena = run->arena;
	ARRAY_FOREACH (change, &run->plan->changes) {
		if ((*change)->action == CHANGE_ADOPT && (*change)->before.uid)
			id_table_set(
				&uids, (*change)->before.uid, (void *)(uintptr_t)(*change)->login);
	}
	if (!daemon_find_processes(&uids, run->arena, &found, run->diags))
		return false;
	ARRAY_FOREACH (process, &found)
		table_set(run->at_work, process->login, process);
	return true;
}

/* policy.adoption.sessions: refuse. Who comes after this look is ended all the same. */
static bool
check_nobody_works(const struct step *step, struct run *run)
{
	if (run->options->config->policy.adopt_sessions == ADOPT_SESSIONS_END ||
		!host_is_live(run->host) || !is_adopted(run, step->user))
		return true;
	if (!run->at_work && !find_who_works(run))
		return false;
	const struct user_process *process = table_get(run->at_work, step->user);
	if (!process)
		return true;
	diag_error(run->diags, NOWHERE, "'%s' is at work: %s (process %d)", step->user,
		process->command, (int)process->pid);
	diag_code(run->diags, "user-active");
	diag_user(run->diags, step->user);
	diag_hint(run->diags, "Ask the user to log out, or set policy.adoption.sessions: end.");
	return false;
}

static bool
freeze_check(const struct step *step, struct run *run)
{
	struct host_entry entry;
	if (!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	if (step_found_dir(&entry, step->home.ino) && entry.st.st_dev == step->home.dev)
		return check_nobody_works(step, run);
	(void)step_fault(step, run, step->path, "is not the directory that the plan found");
	diag_code(run->diags, "stale");
	return false;
}

static bool
freeze_prepare(const struct step *step, struct run *run)
{
	struct host_entry entry;
	if (!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	const struct step_fact fact = {
		.known = true,
		.dev = entry.st.st_dev,
		.ino = entry.st.st_ino,
		.has_owner = true,
		.owner = { entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 },
	};
	step_note(step, run, &fact);
	return true;
}

static bool
own_home(const struct step *step, struct run *run, const struct stat *st,
	const struct host_owner *owner)
{
	AUTO_CLOSE int parent_fd = -1;
	const char *name;
	return step_open_parent(step->path, run, &parent_fd, &name) &&
		host_own_at(run->host, parent_fd, name, st, owner, run->diags);
}

static bool
freeze_apply(const struct step *step, struct run *run)
{
	struct host_entry entry;
	return host_inspect(run->host, step->path, &entry, run->diags) &&
		own_home(step, run, &entry.st, &FROZEN);
}

/* The last of a home's undoing. The number of a device may be another one weeks later. */
static bool
freeze_undo(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	struct host_entry entry;
	bool keeps_name;
	if (!fact->known)
		return true;
	if (!accounts_keep_name(run, step->user, &keeps_name) ||
		!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	if (keeps_name)
		return true;
	if (!entry.exists || entry.st.st_ino != fact->ino) {
		run_conflict(run, step->user, "%s is not the home that run %s found", step->path,
			run->id);
		return true;
	}
	if (is_owned(&entry.st, &fact->owner))
		return true;
	if (is_half_way(&entry.st, &fact->owner))
		return own_home(step, run, &entry.st, &fact->owner);
	run_conflict(run, step->user, "owner and mode of %s were changed since and are kept",
		step->path);
	return true;
}

/* ---- is it quiet in there? ---- */

/* One look at all processes serves all homes. */
static bool
look_at_homes(struct run *run)
{
	struct table homes = { .arena = run->arena };
	struct id_table uids = { .arena = run->arena };
	size_t ended;
	run->quiet = ARENA_NEW(run->arena, struct diags);
	run->quiet->arena = run->arena;
	ARRAY_FOREACH (step, &run->plan->steps) {
		const struct change *change;
		if (step->kind != STEP_HOME_FREEZE || step_is_left_out(step, run))
			continue;
		table_set(&homes, step->path, (void *)(uintptr_t)step->user);
		change = table_get(&run->changes, step->user);
		if (change && change->has_before && change->before.uid)
			id_table_set(&uids, change->before.uid, (void *)(uintptr_t)step->user);
	}
	bool quiet = daemon_homes_are_quiet(&homes, &uids, true, &ended, run->arena, run->quiet);
	ARRAY_FOREACH (finding, run->quiet) {
		if (!finding->user && finding->level != DIAG_ERROR)
			diag_append(run->diags, finding);
	}
	return quiet;
}

/* What is nobody's in particular keeps everybody from going on. */
static bool
freeze_verify(const struct step *step, struct run *run)
{
	if (!host_is_live(run->host))
		return true;
	if (!run->quiet)
		(void)look_at_homes(run); /* what it found decides */
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (finding, run->quiet) {
		bool is_everybodys = !finding->user && finding->level == DIAG_ERROR;
		if (is_everybodys || (finding->user && strcmp(finding->user, step->user) == 0))
			diag_append(run->diags, finding);
	}
	return run->diags->errors == errors;
}

const struct step_ops step_home_freeze = {
	.check = freeze_check,
	.prepare = freeze_prepare,
	.apply = freeze_apply,
	.verify = freeze_verify,
	.undo = freeze_undo,
};
