/*
 * partial.c - see partial.h. Trees are known by login and inode of their source: one of another
 * directory would be copied anew anyway, file by file.
 */
#include "core/run/partial.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct host_owner PRIVATE = { 0, 0, 0700 };

static const char *
partial_dir(const struct run *run, const char *base)
{
	return arena_printf(run->arena, "%s/.rehome-partial", strcmp(base, "/") == 0 ? "" : base);
}

static const char *
partial_name(const struct step *step, const struct run *run)
{
	return arena_printf(run->arena, "%s.%" PRIu64, step->user, step->home.ino);
}

/* The step of a tree in the staging directory: its name is the step's number and nothing else. */
static const struct step *
step_named(const struct run *run, const char *name)
{
	char *end;
	unsigned long index = strtoul(name, &end, 10);
	if (!*name || *end || index >= run->plan->steps.count)
		return NULL;
	const struct step *step = &run->plan->steps.items[index];
	return step->kind == STEP_HOME_FILL ? step : NULL;
}

/* ---- away ---- */

static bool
open_partial(struct run *run, const char *base, int *ret_fd)
{
	const char *dir = partial_dir(run, base);
	struct host_entry entry;
	if (!host_inspect(run->host, dir, &entry, run->diags))
		return false;
	if (entry.exists &&
		(!S_ISDIR(entry.st.st_mode) || entry.st.st_uid != 0 || (entry.st.st_mode & 077)))
		return diag_error(run->diags, at(dir, 0),
			"in the way: expected our own directory, root's alone");
	return (entry.exists || host_make_dir(run->host, dir, &PRIVATE, run->diags)) &&
		host_open_dir(run->host, dir, ret_fd, run->diags);
}

static bool
keep_one(struct run *run, const char *base, int copies_fd, const char *name)
{
	const struct step *step = step_named(run, name);
	struct host_entry there;
	AUTO_CLOSE int partial_fd = -1;
	if (!step)
		return true;
	const char *as = partial_name(step, run);
	return open_partial(run, base, &partial_fd) &&
		host_inspect_at(run->host, partial_fd, as, &there, run->diags) &&
		(there.exists ||
			host_rename_at(
				run->host, copies_fd, name, partial_fd, as, false, run->diags));
}

bool
partial_keep(struct run *run, const char *base, int copies_fd)
{
	struct string_list names = { 0 };
	if (!host_list_at(run->host, copies_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!keep_one(run, base, copies_fd, *name))
			return false;
	}
	return true;
}

/* ---- and back ---- */

/* Folders of the source go back to where they were copied; others were made for the jail, and are
 * made again. Those that are not wanted end with the staging directory. */
static bool
move_back(struct copied_jail *jail, const struct tree_record *record, int staging_fd)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	struct string_list names = { 0 };
	size_t number = 0;
	if (!host_list_at(run->host, jail->fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry below;
		if (strcmp(*name, step->home.loose) == 0)
			continue;
		if (!host_inspect_at(run->host, jail->adoption.home_fd, *name, &below, run->diags))
			return false;
		bool is_folder = adopt_top_is_moved(record, *name) && !below.exists;
		const char *as = is_folder
			? *name
			: arena_printf(run->arena, "%zu.old.%zu", step_index(step, run), number++);
		if (!host_rename_at(run->host, jail->fd, *name,
			    is_folder ? jail->adoption.home_fd : staging_fd, as, false, run->diags))
			return false;
	}
	return true;
}

/* Whether it has the form that copied_make_jail() gives it. */
static bool
is_usable(struct copied_jail *jail, int partial_fd, const char *name, bool *ret_usable)
{
	struct run *run = jail->adoption.run;
	struct host_entry tree, loose = { 0 };
	AUTO_CLOSE int fd = -1;
	if (!host_inspect_at(run->host, partial_fd, name, &tree, run->diags))
		return false;
	if (tree.exists && S_ISDIR(tree.st.st_mode) &&
		(!host_open_dir_at(run->host, partial_fd, name, &fd, run->diags) ||
			!host_inspect_at(run->host, fd, jail->adoption.step->home.loose, &loose,
				run->diags)))
		return false;
	*ret_usable = loose.exists && S_ISDIR(loose.st.st_mode);
	return true;
}

static bool
bring(struct copied_jail *jail, int partial_fd, const char *name)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	const char *as = arena_printf(run->arena, "%zu", step_index(step, run));
	int staging_fd;
	return staging_open_copies(run, step->base, &staging_fd) &&
		host_rename_at(run->host, partial_fd, name, staging_fd, as, false, run->diags) &&
		copied_open_jail(jail) &&
		host_own_fd(run->host, jail->adoption.home_fd, jail->adoption.home_path, &PRIVATE,
			run->diags);
}

bool
partial_take(struct copied_jail *jail, const struct tree_record *record, bool *ret_taken)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	const char *dir = partial_dir(run, step->base), *name = partial_name(step, run);
	struct host_entry entry;
	AUTO_CLOSE int partial_fd = -1;
	bool is_left;
	int staging_fd;
	*ret_taken = false;
	if (!host_inspect(run->host, dir, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	if (!open_partial(run, step->base, &partial_fd) ||
		!is_usable(jail, partial_fd, name, ret_taken))
		return false;
	return !*ret_taken ||
		(bring(jail, partial_fd, name) &&
			staging_open_copies(run, step->base, &staging_fd) &&
			move_back(jail, record, staging_fd) &&
			host_remove_dir(run->host, dir, &is_left, run->diags));
}
