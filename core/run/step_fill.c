/*
 * step_fill.c - a new jail with a copy of a directory of this machine: what was a home on an old
 * server, or under another login.
 *
 *	/mnt/old/srv/anna (H)   /home/.rehome-copies-7/12 (J)        /home/anna (J)
 *	├── a                   └── files   all of H, copied   ──▶   ├── a            renamed
 *	└── notes.txt                                                ├── incoming     new
 *	                                                             └── files        notes.txt
 *
 * Every entry gets its owner in the jail when it is copied, and is compared with it afterwards,
 *byte by byte. H is never changed, and nobody keeps its people out of it: what changes while it is
 * copied is copied again, some times, and then the step fails. Everything else is as for a home
 *that is copied (step_copy.c).
 */
#include <string.h>

#include "core/base/copy.h"
#include "core/run/adopt.h"
#include "core/run/copied.h"

enum { TRIES = 3 };

struct filling {
	struct copied_jail jail;
	struct tree_record record; /* what of H becomes folders of the jail, and which are made */
	struct adoption source;	   /* H */
};

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

/* ---- the copy ---- */

static bool
copy_once(struct filling *filling, struct tree_copy *copy, struct tree_copy_facts *ret_facts,
	struct diags *diags)
{
	struct run *run = filling->source.run;
	return host_copy_tree(run->host, copy, run->arena, ret_facts, diags) &&
		host_compare_trees(run->host, copy, diags);
}

/* Again from where it failed, for H may be in use; the last failure is told. */
static bool
copy_all(struct filling *filling, struct tree_copy *copy)
{
	struct run *run = filling->source.run;
	struct tree_copy_facts facts;
	for (unsigned tries = 1;; tries++) {
		struct diags problems = { .arena = run->arena };
		if (copy_once(filling, copy, &facts, &problems)) {
			copied_tell(filling->source.step, run, &facts);
			return true;
		}
		if (tries < TRIES && !run_stop_asked(run)) {
			copy->resumes = true;
			continue;
		}
		ARRAY_FOREACH (problem, &problems)
			diag_append(run->diags, problem);
		diag_user(run->diags, filling->source.step->user);
		return false;
	}
}

static bool
copy_contents(struct filling *filling)
{
	const struct adoption *inside = &filling->jail.adoption;
	const struct tree_mapping mapping = {
		.ctx = filling,
		.own = own,
		.keeps = keeps,
		.target = target,
	};
	struct tree_copy copy = {
		.from_fd = filling->source.home_fd,
		.to_fd = inside->home_fd,
		.from = filling->source.home_path,
		.to = inside->home_path,
		.mapping = &mapping,
		.any_device = true,
	};
	return adopt_sort_entries(&filling->source, &filling->record) && copy_all(filling, &copy);
}

/* Of the layout's folders those that H has not. */
static bool
make_it_a_jail(struct filling *filling)
{
	struct adoption *inside = &filling->jail.adoption;
	return adopt_find_made(inside, &filling->record) &&
		adopt_move_folders(inside, &filling->record, filling->jail.fd) &&
		copied_make_folders(&filling->jail, &filling->record);
}

static bool
fill_check(const struct step *step, struct run *run)
{
	return copied_check(step, run);
}

static bool
fill_prepare(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_CLOSE int source_fd = -1;
	struct host *machine = run_machine(run);
	if (!machine || !host_open_dir(machine, step->home.source, &source_fd, run->diags))
		return false;
	struct filling filling = {
		.jail = { .adoption = { step, run, &scratch, -1, NULL }, .fd = -1 },
		.record = { .arena = &scratch },
		.source = { step, run, &scratch, source_fd, step->home.source },
	};
	bool ok = copied_make_jail(&filling.jail) && copy_contents(&filling) &&
		make_it_a_jail(&filling) && copied_note(&filling.jail);
	copied_jail_finish(&filling.jail);
	return ok;
}

const struct step_ops step_home_fill = {
	.check = fill_check,
	.prepare = fill_prepare,
	.apply = copied_apply,
	.verify = copied_verify,
	.undo = copied_undo,
};
