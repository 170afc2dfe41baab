/*
 * step_fill.c - a new jail with a copy of a directory of this machine: what was a home on an old
 * server, or under another login.
 *
 *	/mnt/old/srv/anna (H)   /home/.rehome-copies-7/12 (J)        /home/anna (J)
 *	├── a                   └── files   all of H, copied   ──▶   ├── a            renamed
 *	└── notes.txt                                                ├── incoming     new
 *	                                                             └── files        notes.txt
 *
 * Every entry gets its owner in the jail when it is copied, and is compared with it afterwards.
 * H is never changed, and nobody keeps its people out of it: what changes while it is copied is
 * copied again, some times, and then the step fails. A copy that was stopped goes on where it was
 *in the next run (partial.h). Everything else is as for a home that is copied (step_copy.c).
 */
#include <string.h>

#include "core/run/contents_list.h"
#include "core/run/copied.h"
#include "core/run/filling.h"
#include "core/run/partial.h"

enum { TRIES = 3 };

/* ---- what the copy has instead ---- */

static void
own(void *ctx, const struct walk_entry *entry, struct host_owner *owner)
{
	const struct filling *filling = ctx;
	bool sealed;
	*owner = entry->depth ? adopt_wanted_owner(filling->source.step, entry, &sealed)
			      : adopt_loose_owner(filling->source.step);
}

/* An ACL says another mode, and names people of the other machine. */
static bool
keeps(void *ctx, const struct walk_entry *entry, const char *xattr)
{
	const struct filling *filling = ctx;
	struct host_owner owner = { 0 };
	if (strcmp(xattr, "security.capability") == 0)
		return false;
	if (strncmp(xattr, "system.posix_acl_", strlen("system.posix_acl_")) != 0)
		return true;
	own(ctx, entry, &owner);
	return !filling->source.step->home.foreign && owner.mode == (entry->st.st_mode & 07777);
}

static const char *
target(void *ctx, const struct walk_entry *entry, const char *old_target)
{
	struct filling *filling = ctx;
	return filling->source.step->home.relink
		? adopt_new_target(&filling->source, &filling->record, entry->path, old_target)
		: NULL;
}

/* ---- the source ---- */

bool
filling_begin(
	struct filling *filling, const struct step *step, struct run *run, struct arena *scratch)
{
	struct host *machine = run_machine(run);
	*filling = (struct filling){
		.source = { step, run, scratch, -1, step->home.source },
		.record = { .arena = scratch },
	};
	return machine &&
		host_open_dir(machine, step->home.source, &filling->source.home_fd, run->diags) &&
		adopt_sort_entries(&filling->source, &filling->record);
}

void
filling_finish(struct filling *filling)
{
	if (filling->source.step)
		cleanup_close(&filling->source.home_fd);
}

static void
sum_up(struct run *run)
{
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step->kind == STEP_HOME_FILL || step->kind == STEP_CONTENTS_CARRY)
			run->to_copy += step->home.bytes;
	}
}

/* In MiB, over all homes of the run. False when it is to stop. */
static bool
tell_progress(void *ctx, uint64_t bytes)
{
	struct filling *filling = ctx;
	struct run *run = filling->source.run;
	const struct events *events = run->options->events;
	if (!run->to_copy)
		sum_up(run);
	uint64_t total = run->to_copy;
	run->copied += bytes;
	uint64_t done = run->copied < total ? run->copied : total;
	if (events && events->progress && total >> 20)
		events->progress(
			events->ctx, "copy, MiB", (size_t)(done >> 20), (size_t)(total >> 20));
	return !run_stop_asked(run);
}

struct tree_mapping
filling_mapping(struct filling *filling)
{
	return (struct tree_mapping){
		.ctx = filling,
		.own = own,
		.keeps = keeps,
		.target = target,
	};
}

struct tree_copy
filling_copy(struct filling *filling, const struct tree_mapping *mapping, int to_fd, const char *to)
{
	return (struct tree_copy){
		.from_fd = filling->source.home_fd,
		.to_fd = to_fd,
		.from = filling->source.home_path,
		.to = to,
		.mapping = mapping,
		.any_device = true,
		.progress = tell_progress,
		.progress_ctx = filling,
	};
}

/* ---- the copy ---- */

static bool
copy_once(struct filling *filling, struct tree_copy *copy, struct diags *diags)
{
	struct run *run = filling->source.run;
	return host_copy_tree(run->host, copy, run->arena, &filling->facts, diags) &&
		host_compare_trees(run->host, copy, diags);
}

/* Again from where it failed, for H may be in use; the last failure is told. */
static bool
copy_all(struct filling *filling, const struct adoption *inside, bool resumes)
{
	struct run *run = filling->source.run;
	const struct tree_mapping mapping = filling_mapping(filling);
	struct tree_copy copy = filling_copy(filling, &mapping, inside->home_fd, inside->home_path);
	copy.resumes = resumes;
	for (unsigned tries = 1;; tries++) {
		struct diags problems = { .arena = run->arena };
		/* What an earlier process left may have lost its data with the power. */
		copy.recopies = resumes && tries == TRIES;
		if (copy_once(filling, &copy, &problems)) {
			copied_tell(filling->source.step, run, &filling->facts);
			return true;
		}
		copy.resumes = true;
		if (tries < TRIES && !run_stop_asked(run))
			continue;
		ARRAY_FOREACH (problem, &problems)
			diag_append(run->diags, problem);
		diag_user(run->diags, filling->source.step->user);
		return false;
	}
}

/* Of the layout's folders those that H has not. */
static bool
make_it_a_jail(struct filling *filling, struct copied_jail *jail)
{
	return adopt_find_made(&jail->adoption, &filling->record) &&
		adopt_move_folders(&jail->adoption, &filling->record, jail->fd) &&
		copied_make_folders(jail, &filling->record);
}

/* What the next plan compares with. */
static bool
list_contents(const struct copied_jail *jail, struct arena *scratch)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	struct contents_manifest list = {
		.arena = scratch,
		.source = step->home.source,
		.loose = step->home.loose,
	};
	return contents_list_tree(run, jail->fd, jail->path, &list) &&
		contents_list_write(run, step->user, CONTENTS_LIST, &list);
}

static bool
fill_prepare(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_FILLING struct filling filling = { 0 };
	struct copied_jail jail = { .adoption = { step, run, &scratch, -1, NULL }, .fd = -1 };
	bool resumes;
	bool ok = filling_begin(&filling, step, run, &scratch) &&
		partial_take(&jail, &filling.record, &resumes) &&
		(resumes || copied_make_jail(&jail)) &&
		copy_all(&filling, &jail.adoption, resumes) && make_it_a_jail(&filling, &jail) &&
		list_contents(&jail, &scratch) && copied_note(&jail);
	copied_jail_finish(&jail);
	return ok;
}

static bool
fill_undo(const struct step *step, struct run *run)
{
	return copied_undo(step, run) && contents_list_remove(run, step->user);
}

const struct step_ops step_home_fill = {
	.check = copied_check,
	.prepare = fill_prepare,
	.apply = copied_apply,
	.verify = copied_verify,
	.undo = fill_undo,
};
