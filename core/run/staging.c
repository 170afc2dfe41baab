/*
 * staging.c - the directories in which a run builds aside what it will rename in.
 *
 * "<base>/.rehome-stage-<run>", root 0700, on the filesystem of the target, and
 * "<base>/.rehome-homes-<run>" for homes that people live in, "<base>/.rehome-copies-<run>" for
 * copies of them, of which those that new homes are filled with outlive a run that was stopped
 * (partial.h). The names are in no record: it follows from the run's number, so that recovery
 * finds it whatever was written last. Single files are staged beside their targets by the host
 * layer under drawn names, which a killed process leaves behind; they are known by their form.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/run/partial.h"
#include "core/run/step.h"

static char *
path_of(const struct run *run, const char *base, const char *kind)
{
	return arena_printf(
		run->arena, "%s/.rehome-%s-%s", strcmp(base, "/") == 0 ? "" : base, kind, run->id);
}

char *
staging_path(const struct run *run, const char *base)
{
	return path_of(run, base, "stage");
}

char *
staging_homes_path(const struct run *run, const char *base)
{
	return path_of(run, base, "homes");
}

char *
staging_copies_path(const struct run *run, const char *base)
{
	return path_of(run, base, "copies");
}

/* Creates the directory unless it is there from an earlier process of this run. */
static bool
open_own(struct run *run, const char *path, int *ret_fd)
{
	static const struct host_owner owner = { .uid = 0, .gid = 0, .mode = 0700 };
	struct host_entry entry;
	if (!host_inspect(run->host, path, &entry, run->diags))
		return false;
	if (!entry.exists && !host_make_dir(run->host, path, &owner, run->diags))
		return false;
	if (entry.exists &&
		(!S_ISDIR(entry.st.st_mode) || entry.st.st_uid != 0 || (entry.st.st_mode & 077)))
		return diag_error(run->diags, at(path, 0),
			"in the way: expected our own directory, root's alone");
	return host_open_dir(run->host, path, ret_fd, run->diags);
}

static bool
open_area(struct run *run, const char *base, const char *path, int *ret_fd)
{
	struct staging *staging = table_get(&run->stagings, path);
	if (!staging) {
		int fd;
		if (!open_own(run, path, &fd))
			return false;
		staging = ARENA_NEW(run->arena, struct staging);
		*staging = (struct staging){ base, path, fd };
		table_set(&run->stagings, path, staging);
		ARRAY_PUSH(run->arena, &run->staging_list, staging);
	}
	*ret_fd = staging->fd;
	return true;
}

bool
staging_open(struct run *run, const char *base, int *ret_fd)
{
	return open_area(run, base, staging_path(run, base), ret_fd);
}

bool
staging_open_homes(struct run *run, const char *base, int *ret_fd)
{
	return open_area(run, base, staging_homes_path(run, base), ret_fd);
}

bool
staging_open_copies(struct run *run, const char *base, int *ret_fd)
{
	return open_area(run, base, staging_copies_path(run, base), ret_fd);
}

/*
 * Everything in it was made by this run and never had a user's name on a path to it: nothing is
 * mounted there, and files are root's unless they are copies. What is not so is not ours to remove.
 */
struct emptying {
	struct run *run;
	uint64_t mount_id;
	bool holds_copies;
};

static bool remove_entry(const struct emptying *emptying, int dir_fd, const char *name);

static bool
empty(const struct emptying *emptying, int dir_fd)
{
	struct run *run = emptying->run;
	AUTO_ARENA struct arena scratch = { 0 };
	struct string_list names = { 0 };
	if (!host_list_at(run->host, dir_fd, &scratch, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!remove_entry(emptying, dir_fd, *name))
			return false;
	}
	return true;
}

static bool
is_removable(const struct emptying *emptying, const struct host_entry *entry)
{
	if (entry->mount_id != emptying->mount_id)
		return false;
	return emptying->holds_copies || S_ISDIR(entry->st.st_mode) ||
		(S_ISREG(entry->st.st_mode) && entry->st.st_uid == 0);
}

static bool
remove_entry(const struct emptying *emptying, int dir_fd, const char *name)
{
	struct run *run = emptying->run;
	struct host_entry entry;
	AUTO_CLOSE int fd = -1;
	if (!host_inspect_at(run->host, dir_fd, name, &entry, run->diags))
		return false;
	if (!is_removable(emptying, &entry)) {
		diag_error(run->diags, at(arena_strdup(run->arena, name), 0),
			"in the staging directory of run %s, and not ours to remove", run->id);
		diag_hint(run->diags, "See whose it is, move it out, and run: rehome recover");
		return false;
	}
	if (!S_ISDIR(entry.st.st_mode))
		return host_unlink_at(run->host, dir_fd, name, run->diags);
	return host_open_dir_at(run->host, dir_fd, name, &fd, run->diags) && empty(emptying, fd) &&
		host_remove_dir_at(run->host, dir_fd, name, NULL, run->diags);
}

/* The descriptor stays open for the sync; the name is opened anew if it is wanted again. */
static bool
remove_area(struct run *run, const char *base, const char *path, bool holds_copies)
{
	struct host_entry entry;
	table_set(&run->stagings, path, NULL);
	if (!host_inspect(run->host, path, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	AUTO_CLOSE int fd = -1;
	const struct emptying emptying = { run, entry.mount_id, holds_copies };
	return host_open_dir(run->host, path, &fd, run->diags) &&
		(!holds_copies || partial_keep(run, base, fd)) && empty(&emptying, fd) &&
		host_remove_dir(run->host, path, NULL, run->diags);
}

/* The step whose number the name is. */
static const struct step *
step_of(const struct run *run, const char *name)
{
	char *end;
	unsigned long index = strtoul(name, &end, 10);
	return *name && !*end && index < run->plan->steps.count ? &run->plan->steps.items[index]
								: NULL;
}

/* What an undo could not bring where it belongs is somebody's, be it empty directories. */
static bool
end_home(struct run *run, int dir_fd, const char *name)
{
	const struct step *step = step_of(run, name);
	struct host_entry entry;
	if (!step || !step->user || !step->base)
		return quarantine_remove_empty(dir_fd, name, run);
	if (!host_inspect_at(run->host, dir_fd, name, &entry, run->diags))
		return false;
	if (entry.st.st_ino == step->home.ino)
		return quarantine_keep(step, dir_fd, name, step->user, "the home", run);
	return quarantine_or_remove(step, dir_fd, name, step->user, run);
}

static bool
remove_homes(struct run *run, const char *base)
{
	struct host_entry entry;
	const char *path = staging_homes_path(run, base), *name;
	table_set(&run->stagings, path, NULL);
	if (!host_inspect(run->host, path, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	struct string_list names = { 0 };
	AUTO_CLOSE int parent_fd = -1;
	AUTO_CLOSE int dir_fd = -1;
	if (!step_open_parent(path, run, &parent_fd, &name) ||
		!host_open_dir_at(run->host, parent_fd, name, &dir_fd, run->diags) ||
		!host_list_at(run->host, dir_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (child, &names) {
		if (!end_home(run, dir_fd, *child))
			return false;
	}
	return host_remove_dir_at(run->host, parent_fd, name, NULL, run->diags);
}

bool
staging_remove(struct run *run, const char *base)
{
	return remove_homes(run, base) &&
		remove_area(run, base, staging_copies_path(run, base), true) &&
		remove_area(run, base, staging_path(run, base), false);
}

bool
staging_remove_all(struct run *run)
{
	bool ok = true;
	struct table seen = { .arena = run->arena };

	ARRAY_FOREACH (step, &run->plan->steps) {
		if (!step->base || table_get(&seen, step->base))
			continue;
		table_set(&seen, step->base, run);
		if (!staging_remove(run, step->base))
			ok = false;
	}
	return ok;
}

bool
staging_sync(struct run *run)
{
	ARRAY_FOREACH (staging, &run->staging_list) {
		if (!host_sync_filesystem(run->host, (*staging)->fd, (*staging)->base, run->diags))
			return false;
	}
	return true;
}

void
staging_close(struct run *run)
{
	ARRAY_FOREACH (staging, &run->staging_list)
		close((*staging)->fd);
	run->staging_list.count = 0;
	run->stagings = (struct table){ .arena = run->arena };
}

/* ---- temporaries of the host layer ---- */

/* ".rehome-" and 16 hex digits: host_stage_file() */
static bool
is_temporary(const char *name)
{
	static const char prefix[] = ".rehome-";
	size_t length = strlen(prefix);
	return strncmp(name, prefix, length) == 0 && strlen(name) == length + 16 &&
		strspn(name + length, "0123456789abcdef") == 16;
}

static bool
sweep(struct run *run, const char *dir)
{
	struct string_list names = { 0 };
	struct host_entry entry;
	AUTO_CLOSE int fd = -1;
	if (!host_inspect(run->host, dir, &entry, run->diags))
		return false;
	if (!entry.exists || !S_ISDIR(entry.st.st_mode))
		return true;
	if (!host_open_dir(run->host, dir, &fd, run->diags) ||
		!host_list_at(run->host, fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (!is_temporary(*name))
			continue;
		if (!host_inspect_at(run->host, fd, *name, &entry, run->diags))
			return false;
		if (S_ISREG(entry.st.st_mode) && entry.st.st_uid == 0 &&
			!host_unlink(run->host, arena_printf(run->arena, "%s/%s", dir, *name),
				run->diags))
			return false;
	}
	return true;
}

bool
staging_sweep(struct run *run)
{
	const struct plan *plan = run->plan;
	const char *dropin_dir = arena_strndup(
		run->arena, plan->dropin, (size_t)(strrchr(plan->dropin, '/') - plan->dropin));
	return sweep(run, "/etc") && sweep(run, dropin_dir) && sweep(run, plan->keys_dir) &&
		sweep(run, state_run_path(run->state, run->id, NULL)) &&
		sweep(run, state_run_path(run->state, run->id, "homes"));
}
