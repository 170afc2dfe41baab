/*
 * quarantine.c - where a run puts what it must take out of the way and may not delete.
 *
 * "<base>/.rehome-quarantine/<run>", root 0700, on the filesystem of what goes there: a rename,
 * never a copy. Nothing is ever deleted but empty folders of our own.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/step.h"

static const struct host_owner PRIVATE = { .uid = 0, .gid = 0, .mode = 0700 };

/* Of a name in quarantine; a number may come behind it. */
enum { NAME_BYTES = 200 };

/* ---- into quarantine ---- */

/* Creates the directory unless it exists, and opens it when it is root's alone. */
static bool
open_private_dir(const char *path, struct run *run, int *ret_fd)
{
	struct host_entry entry;
	if (!host_inspect(run->host, path, &entry, run->diags))
		return false;
	if (!entry.exists && !host_make_dir(run->host, path, &PRIVATE, run->diags))
		return false;
	if (entry.exists && (entry.st.st_uid != 0 || (entry.st.st_mode & 077))) {
		diag_error(run->diags, at(path, 0), "not root's alone (mode %04o)",
			(unsigned)(entry.st.st_mode & 07777));
		diag_hint(run->diags, "Run: chown 0:0 %s && chmod 0700 %s", path, path);
		return false;
	}
	return host_open_dir(run->host, path, ret_fd, run->diags);
}

/* Runs count from 1 again when the state was removed, and what an earlier one kept is there still.
 */
bool
quarantine_free_name(int dir_fd, const char *wanted, struct run *run, const char **ret_name)
{
	struct host_entry entry;
	*ret_name = wanted;
	for (unsigned number = 2;; number++) {
		if (!host_inspect_at(run->host, dir_fd, *ret_name, &entry, run->diags))
			return false;
		if (!entry.exists)
			return true;
		*ret_name = arena_printf(run->arena, "%s.%u", wanted, number);
	}
}

/* People choose names of 255 bytes and with newlines in them: ours is longer, and in the journal.
 */
static const char *
plain_name(const char *wanted, struct run *run)
{
	char *name = arena_strndup(run->arena, wanted, strnlen(wanted, NAME_BYTES));
	for (char *c = name; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '_';
	}
	return name;
}

static const char *
top_of(const struct step *step, struct run *run)
{
	return arena_printf(run->arena, "%s/.rehome-quarantine",
		strcmp(step->base, "/") == 0 ? "" : step->base);
}

static const char *
dir_of(const struct step *step, struct run *run)
{
	return arena_printf(run->arena, "%s/%s", top_of(step, run), run->id);
}

bool
quarantine_open(const struct step *step, struct run *run, int *ret_fd)
{
	AUTO_CLOSE int top_fd = -1;
	return open_private_dir(top_of(step, run), run, &top_fd) &&
		open_private_dir(dir_of(step, run), run, ret_fd);
}

static bool
remove_if_empty(const char *path, struct run *run)
{
	bool not_empty;
	struct host_entry entry;
	return host_inspect(run->host, path, &entry, run->diags) &&
		(!entry.exists || host_remove_dir(run->host, path, &not_empty, run->diags));
}

bool
quarantine_close(const struct step *step, struct run *run)
{
	return remove_if_empty(dir_of(step, run), run) && remove_if_empty(top_of(step, run), run);
}

bool
quarantine_keep(const struct step *step, int dir_fd, const char *name, const char *as,
	const char *what, struct run *run)
{
	const char *dir = dir_of(step, run);
	AUTO_CLOSE int to_fd = -1;

	as = plain_name(as, run);
	if (!quarantine_open(step, run, &to_fd) || !quarantine_free_name(to_fd, as, run, &as) ||
		!journal_mark(&run->journal, run->diags, JOURNAL_QUARANTINE, "%s %s/%s", step->user,
			dir, as) ||
		!host_rename_at(run->host, dir_fd, name, to_fd, as, false, run->diags) ||
		!host_sync_fd(run->host, to_fd, dir, run->diags))
		return false;
	run_kept(run, step->user, "%s is now in %s/%s", what, dir, as);
	return true;
}

/* ---- what is only ours ---- */

static bool
is_folder_of(const struct step *step, const char *path)
{
	ARRAY_FOREACH (folder, &step->folders) {
		if (strcmp(folder->path, path) == 0)
			return true;
	}
	return false;
}

/* True when the directory holds nothing but our folders, and they nothing else either. */
static bool
is_pristine(const struct step *step, int dir_fd, const char *prefix, struct run *run,
	bool *ret_pristine)
{
	struct string_list names = { 0 };
	if (!host_list_at(run->host, dir_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		const char *path = arena_printf(run->arena, "%s%s", prefix, *name);
		struct host_entry entry;
		AUTO_CLOSE int fd = -1;
		*ret_pristine = false;
		if (!is_folder_of(step, path))
			return true;
		if (!host_inspect_at(run->host, dir_fd, *name, &entry, run->diags))
			return false;
		if (!S_ISDIR(entry.st.st_mode))
			return true;
		if (!host_open_dir_at(run->host, dir_fd, *name, &fd, run->diags) ||
			!is_pristine(
				step, fd, arena_printf(run->arena, "%s/", path), run, ret_pristine))
			return false;
		if (!*ret_pristine)
			return true;
	}
	*ret_pristine = true;
	return true;
}

bool
quarantine_remove_empty(int parent_fd, const char *name, struct run *run)
{
	struct string_list names = { 0 };
	{
		AUTO_CLOSE int fd = -1;
		if (!host_open_dir_at(run->host, parent_fd, name, &fd, run->diags) ||
			!host_list_at(run->host, fd, run->arena, &names, run->diags))
			return false;
		ARRAY_FOREACH (child, &names) {
			if (!quarantine_remove_empty(fd, *child, run))
				return false;
		}
	}
	return host_remove_dir_at(run->host, parent_fd, name, NULL, run->diags);
}

bool
quarantine_or_remove(
	const struct step *step, int dir_fd, const char *name, const char *as, struct run *run)
{
	bool pristine;
	{
		AUTO_CLOSE int fd = -1;
		if (!host_open_dir_at(run->host, dir_fd, name, &fd, run->diags) ||
			!is_pristine(step, fd, "", run, &pristine))
			return false;
	}
	if (pristine)
		return quarantine_remove_empty(dir_fd, name, run);
	const char *what = arena_printf(run->arena, "what was put into %s since", step->path);
	return quarantine_keep(step, dir_fd, name, as, what, run);
}
