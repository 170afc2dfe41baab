/*
 * archive_tree.c - builds a home from its manifest and archives, in a directory of root's.
 *
 * The manifest comes in the order of a walk, so the directories that are open are those on the way
 * to the entry at hand. A directory is made when something in it is wanted, and gets its owner,
 * attributes and times when it is left. Memory: one entry for each directory on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "core/base/table.h"
#include "core/base/text.h"
#include "core/base/walk.h"
#include "core/run/archive_restore.h"

/* A directory on the way. */
struct level {
	struct arena arena; /* of the entry */
	struct manifest_entry entry;
	const char *name;
	int fd; /* -1 while nothing in it is wanted */
};

struct tree {
	struct restoring *restoring;
	int staging_fd;
	const char *top_name;
	struct level *levels; /* WALK_DEPTH + 1 */
	size_t depth;	      /* how many are in use; 0 = not even the home */
};

/* ---- what is wanted ---- */

static bool
matches(const struct string_list *globs, const char *path)
{
	ARRAY_FOREACH (glob, globs) {
		if (text_glob(*glob, path))
			return true;
	}
	return false;
}

bool
archive_tree_is_wanted(const struct string_list *globs, const char *path)
{
	AUTO_ARENA struct arena arena = { 0 };
	if (!globs->count || matches(globs, path))
		return true;
	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (matches(globs, arena_strndup(&arena, path, (size_t)(slash - path))))
			return true;
	}
	return false;
}

static bool
is_wanted(const struct tree *tree, const struct manifest_entry *entry)
{
	const struct restoring *restoring = tree->restoring;
	return archive_tree_is_wanted(&restoring->options->only, entry->path) ||
		(restoring->firsts && table_get(restoring->firsts, entry->path));
}

/* ---- owner, attributes, times ---- */

static bool
is_privilege(const char *xattr)
{
	return strncmp(xattr, "user.", 5) != 0 && strncmp(xattr, "system.posix_acl_", 17) != 0;
}

static bool
set_xattrs(struct tree *tree, int fd, const struct manifest_entry *entry, bool *ret_less)
{
	struct restoring *restoring = tree->restoring;
	ARRAY_FOREACH (xattr, &entry->xattrs) {
		if (is_privilege(xattr->name) && !restoring->options->with_privileges) {
			*ret_less = true;
			continue;
		}
		if (!host_set_xattr(restoring->host, fd, entry->path, xattr->name, xattr->value,
			    restoring->diags))
			return false;
	}
	return true;
}

static bool
set_rights(struct tree *tree, int fd, const struct manifest_entry *entry)
{
	struct restoring *restoring = tree->restoring;
	struct host_owner owner = { entry->uid, entry->gid, entry->mode };
	const struct timespec times[2] = { entry->mtime, entry->mtime };
	bool less = false;
	if (entry->type != MANIFEST_DIRECTORY && (owner.mode & (S_ISUID | S_ISGID)) &&
		!restoring->options->with_privileges) {
		owner.mode &= (mode_t) ~(S_ISUID | S_ISGID);
		less = true;
	}
	if (!host_own_fd(restoring->host, fd, entry->path, &owner, restoring->diags) ||
		!set_xattrs(tree, fd, entry, &less) ||
		!host_set_times(restoring->host, fd, entry->path, times, restoring->diags))
		return false;
	restoring->result->without_rights += less;
	return true;
}

/* ---- directories ---- */

static bool
leave_level(struct tree *tree)
{
	struct level *level = &tree->levels[tree->depth - 1];
	bool ok = level->fd < 0 || set_rights(tree, level->fd, &level->entry);
	cleanup_close(&level->fd);
	arena_finish(&level->arena);
	tree->depth--;
	return ok;
}

static bool
is_below(const char *path, const char *directory)
{
	size_t length = strlen(directory);
	return !length || (strncmp(path, directory, length) == 0 && path[length] == '/');
}

/* Leaves the directories that the entry is not in. */
static bool
go_to(struct tree *tree, const char *path)
{
	while (tree->depth && !is_below(path, tree->levels[tree->depth - 1].entry.path)) {
		if (!leave_level(tree))
			return false;
	}
	return true;
}

static bool
enter_level(struct tree *tree, const struct manifest_entry *entry)
{
	if (tree->depth > WALK_DEPTH)
		return diag_error(tree->restoring->diags, NOWHERE,
			"'%s' is more than %d directories deep", entry->path, WALK_DEPTH);
	struct level *level = &tree->levels[tree->depth++];
	const char *slash = strrchr(entry->path, '/');
	*level = (struct level){ .fd = -1 };
	manifest_copy_entry(entry, &level->arena, &level->entry);
	if (!*entry->path)
		tree->restoring->result->uid = entry->uid;
	level->name = slash ? level->entry.path + (slash + 1 - entry->path) : level->entry.path;
	return true;
}

/* Makes the directories on the way, as far as they are not there yet. */
static bool
make_levels(struct tree *tree)
{
	static const struct host_owner private = { .uid = 0, .gid = 0, .mode = 0700 };
	struct restoring *restoring = tree->restoring;
	for (size_t i = 0; i < tree->depth; i++) {
		struct level *level = &tree->levels[i];
		int parent_fd = i ? tree->levels[i - 1].fd : tree->staging_fd;
		const char *name = i ? level->name : tree->top_name;
		if (level->fd >= 0)
			continue;
		if (!host_make_dir_at(
			    restoring->host, parent_fd, name, &private, restoring->diags) ||
			!host_open_dir_at(
				restoring->host, parent_fd, name, &level->fd, restoring->diags))
			return false;
		restoring->result->entries++;
	}
	return true;
}

/* ---- the other types ---- */

static bool
open_made(struct tree *tree, int dir_fd, const char *name, int *ret_fd)
{
	*ret_fd = TEMP_FAILURE_RETRY(openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
	return *ret_fd >= 0 ||
		diag_error(tree->restoring->diags,
			at(arena_strdup(tree->restoring->arena, name), 0),
			"cannot open what was just made: %s", strerror(errno));
}

static bool
write_data(struct tree *tree, int fd, const struct manifest_entry *entry)
{
	struct restoring *restoring = tree->restoring;
	uint64_t position = 0, offset;
	bool end = false;
	while (!end) {
		const void *data;
		size_t size;
		if (!archive_reader_data(restoring->reader, &data, &size, &offset, &end))
			return false;
		struct bytes bytes = { data, size };
		if (size && offset > position &&
			!host_truncate(
				restoring->host, fd, (off_t)offset, entry->path, restoring->diags))
			return false;
		if (size && !host_append(restoring->host, fd, bytes, entry->path, restoring->diags))
			return false;
		if (size)
			position = offset + size;
		restoring->result->bytes += size;
	}
	return position == entry->size ||
		host_truncate(
			restoring->host, fd, (off_t)entry->size, entry->path, restoring->diags);
}

static bool
make_file(struct tree *tree, int dir_fd, const char *name, const struct manifest_entry *entry)
{
	struct restoring *restoring = tree->restoring;
	AUTO_CLOSE int fd = -1;
	if (!host_open_new_at(restoring->host, dir_fd, name, &fd, restoring->diags) ||
		!write_data(tree, fd, entry) || !set_rights(tree, fd, entry))
		return false;
	restoring->result->files++;
	return true;
}

static bool
make_special(struct tree *tree, int dir_fd, const char *name, const struct manifest_entry *entry)
{
	struct restoring *restoring = tree->restoring;
	AUTO_CLOSE int fd = -1;
	bool made = entry->type == MANIFEST_FIFO
		? host_make_fifo_at(restoring->host, dir_fd, name, restoring->diags)
		: host_make_symlink_at(
			  restoring->host, dir_fd, name, entry->target, restoring->diags);
	return made && open_made(tree, dir_fd, name, &fd) && set_rights(tree, fd, entry);
}

/* From the top down, through directories that this restore made. */
static bool
link_to_first(struct tree *tree, int dir_fd, const char *name, const char *first)
{
	struct restoring *restoring = tree->restoring;
	AUTO_CLOSE int fd = -1;
	char *path = arena_strdup(restoring->arena, first);
	for (char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		int next;
		*slash = '\0';
		if (!host_open_dir_at(restoring->host, fd < 0 ? tree->levels[0].fd : fd, path,
			    &next, restoring->diags))
			return false;
		cleanup_close(&fd);
		fd = next;
	}
	return host_make_link_at(restoring->host, fd < 0 ? tree->levels[0].fd : fd, path, dir_fd,
		name, restoring->diags);
}

static bool
make_entry(struct tree *tree, const struct manifest_entry *entry)
{
	const struct level *parent = &tree->levels[tree->depth - 1];
	const char *slash = strrchr(entry->path, '/');
	const char *name = slash ? slash + 1 : entry->path;
	bool is_file = entry->type == MANIFEST_FILE;
	if (!is_file && entry->type != MANIFEST_SYMLINK && entry->type != MANIFEST_FIFO) {
		tree->restoring->result->skipped++;
		return true;
	}
	if (!make_levels(tree))
		return false;
	tree->restoring->result->entries++;
	if (entry->same_as)
		return link_to_first(tree, parent->fd, name, entry->same_as);
	if (!is_file)
		return make_special(tree, parent->fd, name, entry);
	if (archive_reader_has_data(tree->restoring->reader))
		return make_file(tree, parent->fd, name, entry);
	return diag_error(tree->restoring->diags, NOWHERE,
		"'%s' is in the manifest, but its contents are in no archive", entry->path);
}

/* ---- the whole ---- */

/* Its directory came before it, or it is the home itself. */
static bool
has_parent(const struct tree *tree, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 0;
	if (!tree->depth)
		return !*path;
	const char *parent = tree->levels[tree->depth - 1].entry.path;
	return strncmp(parent, path, length) == 0 && !parent[length];
}

static bool
take_entry(struct tree *tree, const struct manifest_entry *entry)
{
	struct restoring *restoring = tree->restoring;
	if (!go_to(tree, entry->path))
		return false;
	if (!has_parent(tree, entry->path))
		return diag_error(restoring->diags, NOWHERE,
			"'%s' is in a directory that the manifest does not have", entry->path);
	bool wanted = is_wanted(tree, entry);
	if (entry->type == MANIFEST_DIRECTORY)
		return enter_level(tree, entry) && (!wanted || make_levels(tree));
	return !wanted || make_entry(tree, entry);
}

static bool
build(struct tree *tree)
{
	struct restoring *restoring = tree->restoring;
	const volatile sig_atomic_t *stop = restoring->options->stop;
	bool end = false;
	for (;;) {
		struct manifest_entry entry;
		if (stop && *stop)
			return diag_error(restoring->diags, NOWHERE, "stopped by a signal");
		if (!archive_reader_next(restoring->reader, &entry, &end))
			return false;
		if (end)
			break;
		if (!take_entry(tree, &entry))
			return false;
	}
	while (tree->depth) {
		if (!leave_level(tree))
			return false;
	}
	return true;
}

bool
archive_tree_build(struct restoring *restoring, int staging_fd, const char *name)
{
	struct tree tree = {
		.restoring = restoring,
		.staging_fd = staging_fd,
		.top_name = name,
		.levels = calloc(WALK_DEPTH + 1, sizeof(*tree.levels)),
	};
	if (!tree.levels)
		abort();
	bool ok = build(&tree);
	for (size_t i = 0; i < tree.depth; i++) {
		cleanup_close(&tree.levels[i].fd);
		arena_finish(&tree.levels[i].arena);
	}
	free(tree.levels);
	return ok;
}

/* ---- removing one ---- */

static bool
remove_children(struct host *host, int dir_fd, const char *name, struct diags *diags)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	if (!host_open_dir_at(host, dir_fd, name, &fd, diags) ||
		!host_list_at(host, fd, &arena, &names, diags))
		return false;
	ARRAY_FOREACH (child, &names) {
		if (!archive_tree_remove(host, fd, *child, diags))
			return false;
	}
	return true;
}

bool
archive_tree_remove(struct host *host, int dir_fd, const char *name, struct diags *diags)
{
	struct host_entry entry;
	if (!host_inspect_at(host, dir_fd, name, &entry, diags))
		return false;
	if (!entry.exists)
		return true;
	if (!S_ISDIR(entry.st.st_mode))
		return host_unlink_at(host, dir_fd, name, diags);
	return remove_children(host, dir_fd, name, diags) &&
		host_remove_dir_at(host, dir_fd, name, NULL, diags);
}
