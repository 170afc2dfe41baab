/*
 * step_rename.c - a home goes with its login: to another name, by one rename, with all that is in
 * it.
 *
 *	<base>/anna ──▶ <base>/anna.b
 *
 * It has been root's alone since the gate (step_freeze.c) and gets its owner back here. Its inode
 *is in the journal before the rename, so the undo knows it from whatever somebody put there since.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/step.h"

static bool
rename_check(const struct step *step, struct run *run)
{
	struct host_entry entry;
	return step_home_is_planned(step, run, step->home.source) &&
		step_base_is_safe(step, run, true) &&
		host_inspect(run->host, step->path, &entry, run->diags) &&
		(!entry.exists || step_fault(step, run, step->path, "already exists"));
}

static bool
rename_prepare(const struct step *step, struct run *run)
{
	return step_note_inode(step, run, step->home.source);
}

/* Never over anything. */
static bool
move(const struct step *step, struct run *run, const char *from, const char *to)
{
	AUTO_CLOSE int from_fd = -1;
	AUTO_CLOSE int to_fd = -1;
	const char *from_name, *to_name;
	return step_open_parent(from, run, &from_fd, &from_name) &&
		step_open_parent(to, run, &to_fd, &to_name) &&
		host_rename_at(run->host, from_fd, from_name, to_fd, to_name, false, run->diags) &&
		host_sync_filesystem(run->host, to_fd, step->base, run->diags);
}

static bool
rename_apply(const struct step *step, struct run *run)
{
	AUTO_CLOSE int parent_fd = -1;
	const char *name;
	struct host_entry entry;
	return move(step, run, step->home.source, step->path) &&
		host_inspect(run->host, step->path, &entry, run->diags) &&
		step_open_parent(step->path, run, &parent_fd, &name) &&
		host_own_at(run->host, parent_fd, name, &entry.st, &step->home.owner, run->diags);
}

/* Something else in the old place is an administrator's, and has to be moved by one: until then the
 * account, which has its old home again, stays closed. */
static bool
rename_undo(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	struct host_entry here, there;
	bool keeps_name;
	if (!fact->known)
		return true;
	if (!accounts_keep_name(run, step->user, &keeps_name) ||
		!host_inspect(run->host, step->path, &here, run->diags) ||
		!host_inspect(run->host, step->home.source, &there, run->diags))
		return false;
	if (keeps_name || step_found_dir(&there, fact->ino))
		return true;
	if (!step_found_dir(&here, fact->ino)) {
		run_conflict(run, step->user, "%s is not the home that run %s renamed", step->path,
			run->id);
		return true;
	}
	if (!there.exists)
		return move(step, run, step->path, step->home.source);
	(void)step_fault(
		step, run, step->home.source, "is in the place that the home has to go back to");
	diag_hint(run->diags, "Move it away, then run: rehome recover");
	return false;
}

const struct step_ops step_home_rename = {
	.check = rename_check,
	.prepare = rename_prepare,
	.apply = rename_apply,
	.undo = rename_undo,
};
