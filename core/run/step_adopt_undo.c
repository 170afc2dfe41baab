/*
 * step_adopt_undo.c - the home again as it was, from wherever the adoption or an earlier undo
 * stopped, and weeks later.
 *
 * Where J and H are tells how far it had come:
 *
 *	J aside, H in place          not yet exchanged, or exchanged back
 *	J in place, H aside          exchanged; H is not yet, or no longer, a folder of J
 *	J in place, H in it          complete
 *	J nowhere, H in place        never begun, or all undone
 *
 * The user is shut out and their processes have ended (step_gate.c); J's first level was root's all
 * the time. What is in J that neither the user had before nor the run made stays in J, and J goes
 * into quarantine.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/adopt.h"

static const struct host_owner FROZEN = { .uid = 0, .gid = 0, .mode = 0700 };

struct undoing {
	struct adoption adoption;
	struct tree_record record;
	uint64_t jail_ino, home_ino;
	const char *staged; /* name in the staging directory */
	int area_fd;
	int parent_fd; /* of the home */
	const char *name;
	struct host_entry placed, aside;
};

static bool
look(struct undoing *undoing)
{
	struct run *run = undoing->adoption.run;
	return host_inspect_at(run->host, undoing->parent_fd, undoing->name, &undoing->placed,
		       run->diags) &&
		host_inspect_at(
			run->host, undoing->area_fd, undoing->staged, &undoing->aside, run->diags);
}

static bool
is_mount_of(const struct undoing *undoing, const struct host_entry *entry)
{
	return entry->st.st_dev == undoing->placed.st.st_dev;
}

/* The name of an inode in an open directory; NULL when it has none there. */
static bool
find_name(struct undoing *undoing, int dir_fd, uint64_t ino, const char **ret_name)
{
	struct run *run = undoing->adoption.run;
	struct string_list names = { 0 };
	*ret_name = NULL;
	if (!host_list_at(run->host, dir_fd, undoing->adoption.scratch, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		if (!host_inspect_at(run->host, dir_fd, *name, &entry, run->diags))
			return false;
		if (step_found_dir(&entry, ino) && is_mount_of(undoing, &entry))
			*ret_name = *name;
	}
	return true;
}

/* ---- H out of J, and back in its place ---- */

static bool
freeze(struct undoing *undoing, int dir_fd, const char *name, const struct stat *st)
{
	struct run *run = undoing->adoption.run;
	return host_own_at(run->host, dir_fd, name, st, &FROZEN, run->diags);
}

/* *ret_found = false: somebody of root's rights took it away. */
static bool
take_home_out(struct undoing *undoing, bool *ret_found)
{
	const struct step *step = undoing->adoption.step;
	struct run *run = undoing->adoption.run;
	struct host_entry entry;
	const char *name;
	AUTO_CLOSE int jail_fd = -1;
	*ret_found = true;
	if (step_found_dir(&undoing->aside, undoing->home_ino))
		return freeze(undoing, undoing->area_fd, undoing->staged, &undoing->aside.st);
	if (!host_open_dir_at(run->host, undoing->parent_fd, undoing->name, &jail_fd, run->diags) ||
		!find_name(undoing, jail_fd, undoing->home_ino, &name))
		return false;
	if (!name) {
		*ret_found = false;
		run_conflict(run, step->user,
			"the directory that was the home is no longer in %s (folder '%s'): the "
			"jail stays",
			step->path, step->home.loose);
		return true;
	}
	return host_inspect_at(run->host, jail_fd, name, &entry, run->diags) &&
		freeze(undoing, jail_fd, name, &entry.st) &&
		host_rename_at(run->host, jail_fd, name, undoing->area_fd, undoing->staged, false,
			run->diags);
}

static bool
exchange_back(struct undoing *undoing, bool *ret_found)
{
	struct run *run = undoing->adoption.run;
	if (!take_home_out(undoing, ret_found))
		return false;
	if (!*ret_found)
		return true;
	return host_exchange_at(run->host, undoing->area_fd, undoing->staged, undoing->parent_fd,
		       undoing->name, run->diags) &&
		look(undoing);
}

/* ---- folders back into H ---- */

/* What the user made in the loose folder under a name that comes back. */
static bool
make_way(struct undoing *undoing, const char *name)
{
	const struct step *step = undoing->adoption.step;
	struct run *run = undoing->adoption.run;
	struct host_entry entry;
	if (!host_inspect_at(run->host, undoing->adoption.home_fd, name, &entry, run->diags))
		return false;
	return !entry.exists ||
		quarantine_keep(step, undoing->adoption.home_fd, name,
			arena_printf(run->arena, "%s.%s.%s", step->user, step->home.loose, name),
			arena_printf(run->arena, "'%s', made in %s/%s since,", name, step->path,
				step->home.loose),
			run);
}

static bool
move_back(struct undoing *undoing, int jail_fd, const struct moved_folder *folder)
{
	struct run *run = undoing->adoption.run;
	struct host_entry there;
	const char *name;
	if (!find_name(undoing, jail_fd, folder->ino, &name) ||
		!host_inspect_at(
			run->host, undoing->adoption.home_fd, folder->name, &there, run->diags))
		return false;
	if (name)
		return make_way(undoing, folder->name) &&
			host_rename_at(run->host, jail_fd, name, undoing->adoption.home_fd,
				folder->name, false, run->diags);
	if (!step_found_dir(&there, folder->ino))
		run_conflict(run, undoing->adoption.step->user,
			"the folder '%s' of the home is gone", folder->name);
	return true;
}

/* The way to it is the user's: what they put there is theirs. */
static bool
remove_one(struct undoing *undoing, const char *path)
{
	struct run *run = undoing->adoption.run;
	const char *user = undoing->adoption.step->user, *name;
	struct diags problems = { .arena = undoing->adoption.scratch };
	AUTO_CLOSE int parent_fd = -1;
	struct host_entry entry;
	bool not_empty = false;
	path = arena_printf(run->arena, "%s/%s", undoing->adoption.step->path, path);
	if (!host_inspect(run->host, path, &entry, &problems)) {
		run_kept(run, user, "%s cannot be reached any more", path);
		return true;
	}
	if (!entry.exists || !S_ISDIR(entry.st.st_mode))
		return true;
	if (!step_open_parent(path, run, &parent_fd, &name) ||
		!host_remove_dir_at(run->host, parent_fd, name, &not_empty, run->diags))
		return false;
	if (not_empty)
		run_kept(run, user, "%s stays: it is not empty", path);
	return true;
}

/* Empty folders that the run made inside the user's, the innermost first. */
static bool
remove_made(struct undoing *undoing)
{
	for (size_t i = undoing->record.made.count; i-- > 0;) {
		if (!remove_one(undoing, undoing->record.made.items[i]))
			return false;
	}
	return true;
}

static bool
give_back(struct undoing *undoing)
{
	struct run *run = undoing->adoption.run;
	{
		AUTO_CLOSE int jail_fd = -1;
		if (!host_open_dir_at(
			    run->host, undoing->area_fd, undoing->staged, &jail_fd, run->diags))
			return false;
		ARRAY_FOREACH (folder, &undoing->record.moved) {
			if (!move_back(undoing, jail_fd, folder))
				return false;
		}
	}
	return remove_made(undoing) && adopt_disown(&undoing->adoption, &undoing->record) &&
		adopt_give_links_back(&undoing->adoption, &undoing->record, undoing->area_fd);
}

/* ---- the whole ---- */

/* J was taken away while H was on its way. */
static bool
place_home(struct undoing *undoing)
{
	const struct step *step = undoing->adoption.step;
	struct run *run = undoing->adoption.run;
	run_conflict(run, step->user, "the jail is no longer at %s", step->path);
	if (undoing->placed.exists)
		return quarantine_keep(
			step, undoing->area_fd, undoing->staged, step->user, "the home", run);
	return freeze(undoing, undoing->area_fd, undoing->staged, &undoing->aside.st) &&
		host_rename_at(run->host, undoing->area_fd, undoing->staged, undoing->parent_fd,
			undoing->name, false, run->diags);
}

static bool
undo_placed(struct undoing *undoing)
{
	const struct step *step = undoing->adoption.step;
	struct run *run = undoing->adoption.run;
	bool found = true;
	if (step_found_dir(&undoing->aside, undoing->home_ino) &&
		!step_found_dir(&undoing->placed, undoing->jail_ino))
		return place_home(undoing);
	if (step_found_dir(&undoing->placed, undoing->jail_ino) && !exchange_back(undoing, &found))
		return false;
	if (!found || !step_found_dir(&undoing->aside, undoing->jail_ino))
		return true;
	if (!step_found_dir(&undoing->placed, undoing->home_ino)) {
		run_conflict(run, step->user, "%s is neither the home nor the jail of run %s",
			step->path, run->id);
		return true;
	}
	AUTO_CLOSE int home_fd = -1;
	if (!host_open_dir_at(run->host, undoing->parent_fd, undoing->name, &home_fd, run->diags))
		return false;
	undoing->adoption.home_fd = home_fd;
	return give_back(undoing) &&
		quarantine_or_remove(step, undoing->area_fd, undoing->staged, step->user, run);
}

bool
adopt_undo(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_CLOSE int parent_fd = -1;
	struct undoing undoing = {
		.adoption = { step, run, &scratch, -1, step->path },
		.jail_ino = fact->ino,
		.home_ino = step->home.ino,
	};
	if (!fact->known)
		return true; /* its inode was never announced, so nothing was moved */
	undoing.staged = adopt_staged_name(&undoing.adoption);
	if (!tree_record_load(run, step->user, &scratch, &undoing.record, run->diags) ||
		!staging_open_homes(run, step->base, &undoing.area_fd) ||
		!adopt_remove_staged_link(&undoing.adoption, undoing.area_fd) ||
		!step_open_parent(step->path, run, &parent_fd, &undoing.name))
		return false;
	undoing.parent_fd = parent_fd;
	return look(&undoing) && undo_placed(&undoing);
}
