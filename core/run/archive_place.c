/*
 * archive_place.c - what was restored takes its place, by renames.
 *
 * A target that does not exist is one rename. One that exists is gone through beside what was
 * restored: what it lacks is renamed in, directories that both have are entered, and everything
 * else is in the way. That is found out before the first rename; what is in the way then stays, or
 * goes into quarantine, and is never replaced. The target may belong to somebody who works in it:
 * it is entered by descriptors that follow no link, and every rename refuses to replace.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/run/archive_restore.h"

enum { SHOWN_CONFLICTS = 20 };

struct placing {
	struct restoring *restoring;
	const char *to;
	bool only_look;
	size_t conflicts;
	int quarantine_fd; /* -1 until something is in the way */
	const char *quarantine;
	int parent_fd;
	const char *parent;
};

/* ---- quarantine ---- */

static bool
open_private(struct placing *placing, int dir_fd, const char *name, int *ret_fd)
{
	static const struct host_owner private = { .uid = 0, .gid = 0, .mode = 0700 };
	struct restoring *restoring = placing->restoring;
	struct host_entry entry;
	if (!host_inspect_at(restoring->host, dir_fd, name, &entry, restoring->diags))
		return false;
	if (entry.exists && (entry.st.st_uid != 0 || (entry.st.st_mode & 077)))
		return diag_error(restoring->diags,
			at(arena_printf(restoring->arena, "%s/%s", placing->parent, name), 0),
			"in the way: expected a directory that is root's alone");
	if (!entry.exists &&
		!host_make_dir_at(restoring->host, dir_fd, name, &private, restoring->diags))
		return false;
	return host_open_dir_at(restoring->host, dir_fd, name, ret_fd, restoring->diags);
}

static bool
open_quarantine(struct placing *placing)
{
	static const char top[] = ".rehome-quarantine";
	struct restoring *restoring = placing->restoring;
	AUTO_CLOSE int top_fd = -1;
	if (placing->quarantine_fd >= 0)
		return true;
	const char *name = arena_printf(
		restoring->arena, "restore-%s", restoring->reader->manifest.header.login);
	if (!open_private(placing, placing->parent_fd, top, &top_fd) ||
		!open_private(placing, top_fd, name, &placing->quarantine_fd))
		return false;
	placing->quarantine = arena_printf(restoring->arena, "%s/%s/%s",
		strcmp(placing->parent, "/") == 0 ? "" : placing->parent, top, name);
	return true;
}

/* Under the first free of name, name.2, name.3, ... */
static bool
quarantine(struct placing *placing, int dir_fd, const char *name)
{
	struct restoring *restoring = placing->restoring;
	struct host_entry entry;
	const char *as = name;
	if (!open_quarantine(placing))
		return false;
	for (unsigned number = 2;; number++) {
		if (!host_inspect_at(
			    restoring->host, placing->quarantine_fd, as, &entry, restoring->diags))
			return false;
		if (!entry.exists)
			break;
		as = arena_printf(restoring->arena, "%.200s.%u", name, number);
	}
	if (!host_rename_at(restoring->host, dir_fd, name, placing->quarantine_fd, as, false,
		    restoring->diags))
		return false;
	string_list_push(restoring->arena, &restoring->result->quarantined,
		arena_printf(restoring->arena, "%s/%s", placing->quarantine, as));
	return true;
}

/* ---- entry by entry ---- */

static void
report_conflict(struct placing *placing, const char *path)
{
	struct restoring *restoring = placing->restoring;
	if (placing->conflicts++ >= SHOWN_CONFLICTS)
		return;
	diag_error(restoring->diags, at(path, 0), "exists already");
	diag_code(restoring->diags, "restore-exists");
}

static bool place_children(struct placing *placing, int from_fd, int to_fd, const char *path);

static bool
merge(struct placing *placing, int from_fd, int to_fd, const char *name, const char *path)
{
	struct restoring *restoring = placing->restoring;
	AUTO_CLOSE int from = -1;
	AUTO_CLOSE int to = -1;
	return host_open_dir_at(restoring->host, from_fd, name, &from, restoring->diags) &&
		host_open_dir_at(restoring->host, to_fd, name, &to, restoring->diags) &&
		place_children(placing, from, to, path);
}

static bool
place_child(struct placing *placing, int from_fd, int to_fd, const char *name, const char *path)
{
	struct restoring *restoring = placing->restoring;
	struct host_entry ours, theirs;
	if (!host_inspect_at(restoring->host, from_fd, name, &ours, restoring->diags) ||
		!host_inspect_at(restoring->host, to_fd, name, &theirs, restoring->diags))
		return false;
	if (theirs.exists && S_ISDIR(ours.st.st_mode) && S_ISDIR(theirs.st.st_mode))
		return merge(placing, from_fd, to_fd, name, path);
	if (theirs.exists && !restoring->options->overwrite) {
		report_conflict(placing, path);
		return placing->only_look;
	}
	if (placing->only_look)
		return true;
	if (theirs.exists && !quarantine(placing, to_fd, name))
		return false;
	return host_rename_at(restoring->host, from_fd, name, to_fd, name, false, restoring->diags);
}

static bool
place_children(struct placing *placing, int from_fd, int to_fd, const char *path)
{
	struct restoring *restoring = placing->restoring;
	struct string_list names = { 0 };
	if (!host_list_at(restoring->host, from_fd, restoring->arena, &names, restoring->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		const char *child = arena_printf(restoring->arena, "%s/%s", path, *name);
		if (!place_child(placing, from_fd, to_fd, *name, child))
			return false;
	}
	return placing->only_look || host_sync_fd(restoring->host, to_fd, path, restoring->diags);
}

/* First only looking: nothing is renamed while anything is in the way. */
static bool
place_in(struct placing *placing, int staging_fd, const char *name, const char *to_name)
{
	struct restoring *restoring = placing->restoring;
	AUTO_CLOSE int from_fd = -1;
	AUTO_CLOSE int to_fd = -1;
	if (!host_open_dir_at(restoring->host, staging_fd, name, &from_fd, restoring->diags) ||
		!host_open_dir_at(
			restoring->host, placing->parent_fd, to_name, &to_fd, restoring->diags))
		return false;
	placing->only_look = true;
	if (!place_children(placing, from_fd, to_fd, placing->to))
		return false;
	if (placing->conflicts) {
		diag_error(restoring->diags, at(placing->to, 0),
			"%zu of what would be restored is there already; nothing was changed",
			placing->conflicts);
		diag_hint(restoring->diags,
			"Restore to another place with --to, or move what is there into "
			"quarantine with --overwrite.");
		return false;
	}
	placing->only_look = false;
	return place_children(placing, from_fd, to_fd, placing->to);
}

bool
archive_place_tree(struct restoring *restoring, int staging_fd, const char *name, int parent_fd,
	const char *parent)
{
	const char *to = restoring->options->to, *to_name = strrchr(to, '/') + 1;
	struct host_entry entry;
	struct placing placing = {
		.restoring = restoring,
		.to = to,
		.quarantine_fd = -1,
		.parent_fd = parent_fd,
		.parent = parent,
	};
	if (!host_inspect_at(restoring->host, parent_fd, to_name, &entry, restoring->diags))
		return false;
	if (entry.exists && !S_ISDIR(entry.st.st_mode))
		return diag_error(restoring->diags, at(to, 0),
			"is not a directory, and nothing is restored over it");
	bool ok = entry.exists ? place_in(&placing, staging_fd, name, to_name)
			       : host_rename_at(restoring->host, staging_fd, name, parent_fd,
					 to_name, false, restoring->diags);
	cleanup_close(&placing.quarantine_fd);
	return ok && host_sync_fd(restoring->host, parent_fd, parent, restoring->diags);
}
