/*
 * archive_restore.c - from an archive to a directory in its place; see archive_restore.h.
 */
#include "core/run/archive_restore.h"

#include <string.h>

#include "core/base/table.h"
#include "core/plan/jail.h"

#define FALLBACK "/root/rehome-restore"

static const struct host_owner PRIVATE = { .uid = 0, .gid = 0, .mode = 0700 };
static const char TREE[] = "tree";

/* ---- where to ---- */

static char *
parent_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? arena_strdup(arena, "/")
			     : arena_strndup(arena, path, (size_t)(slash - path));
}

static bool
is_roots(const struct host_entry *entry)
{
	return entry->exists && S_ISDIR(entry->st.st_mode) && entry->st.st_uid == 0 &&
		!(entry->st.st_mode & 022) && !entry->acl_grants_write;
}

bool
archive_restore_default(struct host *host, const char *home, const char *login, const char *run,
	struct arena *arena, const char **ret_to, struct diags *diags)
{
	struct host_entry entry = { 0 };
	bool is_path = jail_path_is_normal(home);
	if (is_path && !host_inspect(host, parent_of(home, arena), &entry, diags))
		return false;
	*ret_to = is_path && is_roots(&entry) ? arena_printf(arena, "%s.restored-%s", home, run)
					      : arena_printf(arena, FALLBACK "/%s", login);
	return true;
}

/* Whoever may write to the parent could take the result, or our staging, away from under us. */
static bool
open_parent(struct restoring *restoring, const char *parent, int *ret_fd)
{
	struct host_entry entry;
	struct host *host = restoring->host;
	if (!jail_path_is_normal(restoring->options->to))
		return diag_error(restoring->diags, at(restoring->options->to, 0),
			"expected an absolute path without '.', '..' and '//'");
	if (jail_is_system_directory(restoring->options->to))
		return diag_error(restoring->diags, at(restoring->options->to, 0),
			"is a directory of the system: nothing is restored into it");
	if (!host_inspect(host, parent, &entry, restoring->diags))
		return false;
	if (!entry.exists && strcmp(parent, FALLBACK) == 0) {
		if (!host_make_dir(host, parent, &PRIVATE, restoring->diags) ||
			!host_inspect(host, parent, &entry, restoring->diags))
			return false;
	}
	if (!entry.exists)
		return diag_error(restoring->diags, at(parent, 0), "does not exist");
	if (!is_roots(&entry)) {
		diag_error(restoring->diags, at(parent, 0),
			"is not a directory that only root may write to");
		diag_hint(restoring->diags, "Restore below /root or beside the homes.");
		return false;
	}
	return host_open_dir(host, parent, ret_fd, restoring->diags);
}

/* ---- which ---- */

/* The files whose other names are wanted, when they are not: there the contents are. */
static bool
find_firsts(struct restoring *restoring, const char *manifest_path)
{
	AUTO_MANIFEST_READER struct manifest_reader reader = NO_MANIFEST_READER;
	struct arena *arena = restoring->arena;
	struct manifest_entry entry;
	const struct string_list *only = &restoring->options->only;
	bool end = false, any = false;
	if (!manifest_reader_open(&reader, restoring->host, manifest_path, false, restoring->diags))
		return false;
	if (!reader.header.content) {
		diag_error(restoring->diags, at(manifest_path, 0),
			"holds names and rights only, no contents to restore");
		diag_hint(restoring->diags,
			"Such homes were changed by renames: rehome rollback gives them back.");
		return false;
	}
	restoring->firsts = ARENA_NEW(arena, struct table);
	restoring->firsts->arena = arena;
	while (manifest_reader_next(&reader, &entry, &end) && !end) {
		bool wanted = archive_tree_is_wanted(only, entry.path);
		any |= wanted;
		if (wanted && entry.same_as && !archive_tree_is_wanted(only, entry.same_as))
			table_set(restoring->firsts, arena_strdup(arena, entry.same_as), restoring);
	}
	if (!end)
		return false;
	return any ||
		diag_error(restoring->diags, at(manifest_path, 0), "nothing in it matches --only");
}

/* ---- staging ---- */

static bool
open_staging(struct restoring *restoring, int parent_fd, const char *name, int *ret_fd)
{
	struct host_entry entry;
	if (!host_inspect_at(restoring->host, parent_fd, name, &entry, restoring->diags))
		return false;
	if (entry.exists && (entry.st.st_uid != 0 || (entry.st.st_mode & 077)))
		return diag_error(restoring->diags, at(arena_strdup(restoring->arena, name), 0),
			"in the way: expected our own directory, root's alone");
	/* One that was interrupted leaves its own behind; there is only one at a time. */
	if (!archive_tree_remove(restoring->host, parent_fd, name, restoring->diags) ||
		!host_make_dir_at(restoring->host, parent_fd, name, &PRIVATE, restoring->diags))
		return false;
	return host_open_dir_at(restoring->host, parent_fd, name, ret_fd, restoring->diags);
}

static bool
build_and_place(struct restoring *restoring, int staging_fd, int parent_fd, const char *parent)
{
	return archive_tree_build(restoring, staging_fd, TREE) &&
		host_sync_filesystem(restoring->host, staging_fd, parent, restoring->diags) &&
		archive_place_tree(restoring, staging_fd, TREE, parent_fd, parent);
}

static bool
restore(struct restoring *restoring, const char *login)
{
	const char *parent = parent_of(restoring->options->to, restoring->arena);
	const char *staging = arena_printf(restoring->arena, ".rehome-restore-%.200s", login);
	AUTO_CLOSE int parent_fd = -1;
	AUTO_CLOSE int staging_fd = -1;
	if (!open_parent(restoring, parent, &parent_fd) ||
		!open_staging(restoring, parent_fd, staging, &staging_fd))
		return false;
	bool ok = build_and_place(restoring, staging_fd, parent_fd, parent);
	return archive_tree_remove(restoring->host, parent_fd, staging, restoring->diags) && ok;
}

bool
archive_restore(struct host *host, const char *dir, const char *login,
	const struct restore_options *options, struct restore_result *ret_result,
	struct arena *arena, struct diags *diags)
{
	AUTO_ARCHIVE_READER struct archive_reader reader = NO_ARCHIVE_READER;
	struct restoring restoring = {
		.host = host,
		.arena = arena,
		.diags = diags,
		.options = options,
		.result = ret_result,
		.reader = &reader,
	};
	*ret_result = (struct restore_result){ 0 };
	return find_firsts(&restoring, archive_path(arena, dir, login, ARCHIVE_MANIFEST)) &&
		archive_reader_open(
			&reader, host, dir, login, ARCHIVE_MANIFEST, false, arena, diags) &&
		restore(&restoring, login);
}
