/*
 * step_adopt.c - a home that people live in becomes a jail, by renames only.
 *
 * What is drawn in adopt.h, in this order: J is built aside (prepare); owners change in H, folders
 * move to J, J and H change places, H becomes a folder of J (apply). J's inode is in the journal
 * and everything else in the tree record before the first of these, so that the undo
 * (step_adopt_undo.c) finds each part by its inode wherever it stopped.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/adopt.h"

char *
adopt_staged_name(const struct adoption *adoption)
{
	return arena_printf(adoption->run->arena, "%zu", step_index(adoption->step, adoption->run));
}

/* ---- still as planned? ---- */

static bool
adopt_check(const struct step *step, struct run *run)
{
	return step_base_is_safe(step, run, false) && step_home_is_planned(step, run, step->path);
}

/* ---- the jail, aside ---- */

bool
adopt_top_is_moved(const struct tree_record *record, const char *path)
{
	size_t length = strcspn(path, "/");
	ARRAY_FOREACH (folder, &record->moved) {
		if (strlen(folder->name) == length && strncmp(folder->name, path, length) == 0)
			return true;
	}
	return false;
}

/* Whether a name of the first level is to be moved. One that stays loose is in nobody's way: a
 * folder of the layout that has its name is made in the jail, not in the home. */
static bool
sort_entry(struct adoption *adoption, const char *name, const struct stat *home,
	struct tree_record *record)
{
	struct run *run = adoption->run;
	struct host_entry entry;
	if (!host_inspect_at(run->host, adoption->home_fd, name, &entry, run->diags))
		return false;
	if (!entry.exists || !adopt_moves(name, &entry.st))
		return true;
	if (entry.st.st_dev != home->st_dev)
		return step_fault(adoption->step, run,
			arena_printf(run->arena, "%s/%s", adoption->home_path, name),
			"is on another filesystem and cannot be renamed into the jail");
	struct moved_folder folder = { name, entry.st.st_ino };
	ARRAY_PUSH(adoption->scratch, &record->moved, folder);
	return true;
}

bool
adopt_sort_entries(struct adoption *adoption, struct tree_record *record)
{
	struct run *run = adoption->run;
	struct string_list names = { 0 };
	struct stat home;
	if (fstat(adoption->home_fd, &home) < 0)
		return diag_error(
			run->diags, at(adoption->home_path, 0), "cannot be looked at: %m");
	if (!host_list_at(run->host, adoption->home_fd, adoption->scratch, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!sort_entry(adoption, *name, &home, record))
			return false;
	}
	return true;
}

/* Beside the jail in the staging directory. */
static char *
folder_name(const struct adoption *adoption, const struct step_folder *folder)
{
	return arena_printf(adoption->run->arena, "%s.%zu", adopt_staged_name(adoption),
		(size_t)(folder - adoption->step->folders.items));
}

/*
 * A folder that is to be in one of the user's is built aside like everything else: made in place,
 * its name could be exchanged before it gets its owner, and another file would get it.
 */
static bool
build_folder(struct adoption *adoption, const struct tree_record *record, int area_fd, int jail_fd,
	const struct step_folder *folder)
{
	struct run *run = adoption->run;
	if (!adopt_top_is_moved(record, folder->path))
		return step_make_folder(jail_fd, folder, run);
	return !string_list_has(&record->made, folder->path) ||
		host_make_dir_at(run->host, area_fd, folder_name(adoption, folder), &folder->owner,
			run->diags);
}

static bool
build_jail(struct adoption *adoption, const struct tree_record *record)
{
	const struct step *step = adoption->step;
	struct run *run = adoption->run;
	int area_fd;
	AUTO_CLOSE int jail_fd = -1;
	const char *name = adopt_staged_name(adoption);
	struct stat st;

	if (!staging_open_homes(run, step->base, &area_fd) ||
		!host_make_dir_at(run->host, area_fd, name, &step->owner, run->diags) ||
		!host_open_dir_at(run->host, area_fd, name, &jail_fd, run->diags))
		return false;
	ARRAY_FOREACH (folder, &step->folders) {
		if (!build_folder(adoption, record, area_fd, jail_fd, folder))
			return false;
	}
	if (fstat(jail_fd, &st) < 0)
		return diag_error(run->diags, at(step->path, 0), "cannot look at the new jail: %m");
	const struct step_fact fact = { .known = true, .dev = st.st_dev, .ino = st.st_ino };
	step_note(step, run, &fact);
	return true;
}

/* ---- the record ---- */

static bool
exists_in_home(struct adoption *adoption, const char *path, bool *ret_exists)
{
	struct run *run = adoption->run;
	struct host_entry entry;
	const char *below = arena_printf(run->arena, "%s/%s", adoption->home_path, path);
	if (!host_inspect(run->host, below, &entry, run->diags))
		return false;
	*ret_exists = entry.exists;
	return !entry.exists || S_ISDIR(entry.st.st_mode) ||
		step_fault(adoption->step, run, below,
			"is no directory, and the layout has a folder of this name");
}

bool
adopt_find_made(struct adoption *adoption, struct tree_record *record)
{
	ARRAY_FOREACH (folder, &adoption->step->folders) {
		bool exists = true;
		if (adopt_top_is_moved(record, folder->path) &&
			!exists_in_home(adoption, folder->path, &exists))
			return false;
		if (!exists)
			string_list_push(adoption->scratch, &record->made, folder->path);
	}
	return true;
}

bool
adopt_write_record(struct adoption *adoption, struct tree_record *record)
{
	AUTO_TREE_WRITER struct tree_writer writer = { .fd = -1 };
	const struct step *step = adoption->step;
	if (!tree_writer_open(adoption->run, step->user, &writer))
		return false;
	ARRAY_FOREACH (folder, &record->moved) {
		if (!tree_writer_move(&writer, folder))
			return false;
	}
	if (!adopt_find_made(adoption, record))
		return false;
	ARRAY_FOREACH (path, &record->made) {
		if (!tree_writer_make(&writer, *path))
			return false;
	}
	return adopt_record_owners(adoption, record, &writer) && tree_writer_complete(&writer);
}

static bool
adopt_prepare(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_CLOSE int home_fd = -1;
	struct tree_record record = { .arena = &scratch };
	if (!host_open_dir(run->host, step->path, &home_fd, run->diags))
		return false;
	struct adoption adoption = { step, run, &scratch, home_fd, step->path };
	return adopt_sort_entries(&adoption, &record) && adopt_write_record(&adoption, &record) &&
		build_jail(&adoption, &record);
}

/* ---- the renames ---- */

bool
adopt_move_folders(struct adoption *adoption, const struct tree_record *record, int jail_fd)
{
	struct run *run = adoption->run;
	ARRAY_FOREACH (folder, &record->moved) {
		if (!host_rename_at(run->host, adoption->home_fd, folder->name, jail_fd,
			    folder->name, false, run->diags))
			return false;
	}
	return true;
}

static bool
place_folders(struct adoption *adoption, const struct tree_record *record, int area_fd, int jail_fd)
{
	struct run *run = adoption->run;
	ARRAY_FOREACH (folder, &adoption->step->folders) {
		AUTO_CLOSE int parent_fd = -1;
		const char *name;
		if (!string_list_has(&record->made, folder->path))
			continue;
		if (!step_open_folder_parent(jail_fd, folder, run, &parent_fd, &name) ||
			!host_rename_at(run->host, area_fd, folder_name(adoption, folder),
				parent_fd < 0 ? jail_fd : parent_fd, name, false, run->diags))
			return false;
	}
	return true;
}

/* J takes H's place, and H becomes a folder of J. */
static bool
swap(struct adoption *adoption, int area_fd, int jail_fd)
{
	const struct step *step = adoption->step;
	struct run *run = adoption->run;
	const char *staged = adopt_staged_name(adoption), *name;
	AUTO_CLOSE int parent_fd = -1;
	struct host_owner loose = adopt_loose_owner(step);
	struct stat st;

	if (fstat(adoption->home_fd, &st) < 0)
		return diag_error(run->diags, at(step->path, 0), "cannot be looked at: %m");
	return step_open_parent(step->path, run, &parent_fd, &name) &&
		host_exchange_at(run->host, area_fd, staged, parent_fd, name, run->diags) &&
		host_own_at(run->host, area_fd, staged, &st, &loose, run->diags) &&
		host_rename_at(
			run->host, area_fd, staged, jail_fd, step->home.loose, false, run->diags);
}

static bool
adopt_apply(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_CLOSE int home_fd = -1;
	AUTO_CLOSE int jail_fd = -1;
	struct tree_record record;
	int area_fd;
	if (!host_open_dir(run->host, step->path, &home_fd, run->diags) ||
		!tree_record_load(run, step->user, &scratch, &record, run->diags))
		return false;
	struct adoption adoption = { step, run, &scratch, home_fd, step->path };
	return staging_open_homes(run, step->base, &area_fd) &&
		host_open_dir_at(
			run->host, area_fd, adopt_staged_name(&adoption), &jail_fd, run->diags) &&
		adopt_own(&adoption, &record) && adopt_relink(&adoption, &record, area_fd) &&
		adopt_move_folders(&adoption, &record, jail_fd) &&
		place_folders(&adoption, &record, area_fd, jail_fd) &&
		swap(&adoption, area_fd, jail_fd);
}

const struct step_ops step_home_adopt = {
	.check = adopt_check,
	.prepare = adopt_prepare,
	.apply = adopt_apply,
	.undo = adopt_undo,
};
