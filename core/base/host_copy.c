/*
 * host_copy.c - copies a tree entry by entry; see copy.h.
 *
 * The copy of a directory is root's and 0700 until all that is in it has been copied; only then
 * does it get its owner, its mode and its default ACL, so nothing is handed down. A file gets data,
 * owner, mode, attributes and times in this order, because each changes those behind it.
 */
#include "core/base/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "core/base/host_internal.h"
#include "core/base/table.h"
#include "core/base/walk.h"

/* A file of the source that has several names. */
struct linked {
	const char *path; /* of its first copy, below the top */
	nlink_t unseen;
};

struct copying {
	struct host *host;
	const struct tree_copy *copy;
	struct tree_copy_facts facts;
	struct arena *arena;
	struct twin twin; /* the directory of the copy that is being filled */
	struct copy_means means;
	struct arena linked_arena;
	struct id_table linked; /* walk_inode_key() -> struct linked */
	bool is_there;		/* the entry at hand has a copy already, of its type */
	struct buffer from, to; /* the paths of the entry at hand, for messages */
};

static void
show_path(struct buffer *shown, const char *top, const char *path)
{
	buffer_clear(shown);
	buffer_printf(shown, "%s%s%s", top, *path ? "/" : "", path);
}

static bool
refuse_entry(const struct copying *copying, const char *reason, struct diags *diags)
{
	return diag_error(diags, at(arena_strdup(diags->arena, buffer_text(&copying->from)), 0),
		"%s", reason);
}

static bool
source_failed(const struct copying *copying, const char *doing, struct diags *diags)
{
	return diag_error(diags, at(arena_strdup(diags->arena, buffer_text(&copying->from)), 0),
		"cannot %s: %s", doing, strerror(errno));
}

/* ---- what an earlier copy left ---- */

static bool
remove_entry(struct copying *copying, int dir_fd, const char *name, struct diags *diags)
{
	struct host_entry found;
	AUTO_CLOSE int fd = -1;
	AUTO_ARENA struct arena scratch = { 0 };
	struct string_list names = { 0 };
	if (!host_inspect_at(copying->host, dir_fd, name, &found, diags))
		return false;
	if (!S_ISDIR(found.st.st_mode))
		return host_unlink_at(copying->host, dir_fd, name, diags);
	if (!host_open_dir_at(copying->host, dir_fd, name, &fd, diags) ||
		!host_list_at(copying->host, fd, &scratch, &names, diags))
		return false;
	ARRAY_FOREACH (below, &names) {
		if (!remove_entry(copying, fd, *below, diags))
			return false;
	}
	return host_remove_dir_at(copying->host, dir_fd, name, NULL, diags);
}

/* What the source has no more. */
static bool
remove_extras(struct copying *copying, const struct walk_entry *directory, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct string_list names = { 0 };
	struct stat st;
	if (!host_list_at(copying->host, copying->twin.fd, &scratch, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (fstatat(directory->fd, *name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			!S_ISSOCK(st.st_mode))
			continue;
		if (!remove_entry(copying, copying->twin.fd, *name, diags))
			return false;
	}
	return true;
}

static bool
is_complete(const struct stat *source, const struct stat *copy)
{
	return S_ISREG(source->st_mode) && S_ISREG(copy->st_mode) && copy->st_nlink == 1 &&
		source->st_size == copy->st_size &&
		source->st_mtim.tv_sec == copy->st_mtim.tv_sec &&
		source->st_mtim.tv_nsec == copy->st_mtim.tv_nsec;
}

/* Only directories and complete files are kept; those with several names are made anew, so that no
 * earlier name can be in the way. */
static bool
settle(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	struct stat copy;
	if (fstatat(copying->twin.fd, entry->name, &copy, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || source_failed(copying, "look for its copy", diags);
	copying->is_there = S_ISDIR(entry->st.st_mode)
		? S_ISDIR(copy.st_mode)
		: !copying->copy->recopies && is_complete(&entry->st, &copy);
	return copying->is_there || remove_entry(copying, copying->twin.fd, entry->name, diags);
}

/* ---- what every inode has ---- */

static bool
copy_xattrs(struct copying *copying, const struct walk_entry *entry, int to_fd, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct host_xattrs xattrs;
	if (!host_read_xattrs(copying->host, entry->fd, buffer_text(&copying->from), &scratch,
		    &xattrs, diags))
		return false;
	ARRAY_FOREACH (xattr, &xattrs) {
		if (!tree_keeps_xattr(copying->copy, entry, xattr->name))
			continue;
		if (!host_set_xattr(copying->host, to_fd, buffer_text(&copying->to), xattr->name,
			    xattr->value, diags))
			return false;
	}
	return true;
}

static bool
copy_facts(struct copying *copying, const struct walk_entry *entry, int to_fd, struct diags *diags)
{
	const struct stat *st = &entry->st;
	const struct host_owner owner = tree_owner(copying->copy, entry);
	const struct timespec times[2] = { st->st_atim, st->st_mtim };
	const char *to = buffer_text(&copying->to);
	return host_own_fd(copying->host, to_fd, to, &owner, diags) &&
		copy_xattrs(copying, entry, to_fd, diags) &&
		host_set_times(copying->host, to_fd, to, times, diags);
}

/* ---- directories ---- */

/* One that was complete gets its rights again when it is once more. */
static bool
close_directory(struct copying *copying, struct diags *diags)
{
	static const struct host_owner private = { 0, 0, 0700 };
	const char *to = buffer_text(&copying->to);
	return host_remove_xattr(copying->host, copying->twin.fd, to, XATTR_DEFAULT_ACL, diags) &&
		host_remove_xattr(copying->host, copying->twin.fd, to, XATTR_ACCESS_ACL, diags) &&
		host_own_fd(copying->host, copying->twin.fd, to, &private, diags);
}

static bool
begin_directory(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	static const struct host_owner private = { 0, 0, 0700 };
	copying->facts.directories++;
	if (!entry->depth)
		return true;
	if (copying->is_there)
		return twin_go_down(&copying->twin, entry->name, diags) &&
			close_directory(copying, diags);
	return host_make_dir_at(copying->host, copying->twin.fd, entry->name, &private, diags) &&
		twin_go_down(&copying->twin, entry->name, diags);
}

static bool
end_directory(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct copying *copying = ctx;
	show_path(&copying->from, copying->copy->from, entry->path);
	show_path(&copying->to, copying->copy->to, entry->path);
	return (!copying->copy->resumes || remove_extras(copying, entry, diags)) &&
		copy_facts(copying, entry, copying->twin.fd, diags) &&
		(!entry->depth || twin_go_up(&copying->twin, diags));
}

/* ---- files ---- */

static bool
is_unchanged(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
		a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool
make_file(struct effect *effect, int *ret_fd)
{
	if (!effect_allowed(effect, "openat"))
		return false;
	*ret_fd = TEMP_FAILURE_RETRY(openat(effect->dir_fd, effect->name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
	return *ret_fd >= 0;
}

static bool
keep_file(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	const struct tree_copy *copy = copying->copy;
	AUTO_CLOSE int fd = -1;
	copying->facts.resumed++;
	if (copy->progress && !copy->progress(copy->progress_ctx, (uint64_t)entry->st.st_size))
		return refuse_entry(copying, "was not copied: stopped", diags);
	return twin_look(&copying->twin, entry->name, &fd, diags) &&
		copy_facts(copying, entry, fd, diags);
}

static bool
copy_file(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	AUTO_CLOSE int in = -1, out = -1;
	struct stat after;
	copying->facts.files++;
	copying->facts.bytes += (uint64_t)entry->st.st_size;
	if (copying->is_there)
		return keep_file(copying, entry, diags);
	if (!host_open_data(copying->host, entry->fd, buffer_text(&copying->from), &in, diags) ||
		!effect_begin_at(copying->host, copying->twin.fd, entry->name, "copy the file",
			&effect, diags))
		return false;
	if (!make_file(&effect, &out) ||
		!effect_copy_data(&effect, &copying->means, in, out, entry->st.st_size))
		return effect_failed(&effect);
	if (fstat(in, &after) != 0)
		return source_failed(copying, "examine", diags);
	if (!is_unchanged(&entry->st, &after))
		return refuse_entry(copying, "changed while it was copied", diags);
	return copy_facts(copying, entry, out, diags);
}

/* The directory of the copy that a path leads to; name is its last component. */
static bool
open_holder(struct copying *copying, const char *path, int *ret_fd, const char **ret_name,
	struct diags *diags)
{
	int flags = O_PATH | O_DIRECTORY;
	AUTO_CLOSE int reached = -1;
	int fd = copying->copy->to_fd;
	char name[NAME_MAX + 1];
	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
		int next = host_lookup_at(copying->host, fd, name, flags);
		if (next < 0)
			return host_lookup_at_failed(copying->host, fd, name, diags);
		cleanup_close(&reached);
		reached = fd = next;
	}
	*ret_fd = steal_fd(&reached);
	*ret_name = path;
	return true;
}

static bool
link_again(struct copying *copying, const char *name, struct linked *linked, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	AUTO_CLOSE int holder = -1;
	const char *first = NULL;
	linked->unseen--;
	copying->facts.shared -= linked->unseen == 0;
	if (copying->is_there && !remove_entry(copying, copying->twin.fd, name, diags))
		return false;
	if (!open_holder(copying, linked->path, &holder, &first, diags) ||
		!effect_begin_at(
			copying->host, copying->twin.fd, name, "link the file", &effect, diags))
		return false;
	int from = holder < 0 ? copying->copy->to_fd : holder;
	if (!effect_allowed(&effect, "linkat") ||
		linkat(from, first, effect.dir_fd, effect.name, 0) != 0)
		return effect_failed(&effect);
	return true;
}

static bool
remember(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	if (copying->linked.count >= TREE_COPY_LINKED)
		return refuse_entry(
			copying, "too many files with several names to keep together", diags);
	struct linked *linked = ARENA_NEW(&copying->linked_arena, struct linked);
	linked->path = arena_strdup(&copying->linked_arena, entry->path);
	linked->unseen = entry->st.st_nlink - 1;
	id_table_set(&copying->linked, walk_inode_key(&entry->st), linked);
	copying->facts.shared++;
	return true;
}

static bool
copy_regular(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	if (entry->st.st_nlink == 1)
		return copy_file(copying, entry, diags);
	struct linked *linked = id_table_get(&copying->linked, walk_inode_key(&entry->st));
	if (linked)
		return link_again(copying, entry->name, linked, diags);
	return remember(copying, entry, diags) && copy_file(copying, entry, diags);
}

/* ---- the others ---- */

/* By name, like all that has just been made where only root can be. */
static bool
copy_facts_at(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	return twin_look(&copying->twin, entry->name, &fd, diags) &&
		copy_facts(copying, entry, fd, diags);
}

static bool
copy_link(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	char target[PATH_MAX + 1];
	ssize_t size = readlinkat(entry->fd, "", target, sizeof(target) - 1);
	if (size < 0)
		return source_failed(copying, "read the link", diags);
	target[size] = '\0';
	const char *leads = tree_target(copying->copy, entry, target);
	copying->facts.links++;
	if (!effect_begin_at(
		    copying->host, copying->twin.fd, entry->name, "make the link", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "symlinkat") ||
		symlinkat(leads, effect.dir_fd, effect.name) != 0)
		return effect_failed(&effect);
	return copy_facts_at(copying, entry, diags);
}

static bool
copy_fifo(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	copying->facts.fifos++;
	if (!effect_begin_at(
		    copying->host, copying->twin.fd, entry->name, "make the FIFO", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "mkfifoat") || mkfifoat(effect.dir_fd, effect.name, 0600) != 0)
		return effect_failed(&effect);
	return copy_facts_at(copying, entry, diags);
}

static bool
leave_out(struct copying *copying)
{
	struct string_list *left_out = &copying->facts.left_out;
	copying->facts.sockets++;
	if (left_out->count < TREE_COPY_NAMED)
		string_list_push(copying->arena, left_out,
			arena_strdup(copying->arena, buffer_text(&copying->from)));
	return true;
}

static bool
copy_entry(struct copying *copying, const struct walk_entry *entry, struct diags *diags)
{
	if (entry->is_mount)
		return refuse_entry(
			copying, "is a mount point, which no copy can take along", diags);
	if (!tree_wants(copying->copy, entry))
		return true;
	copying->is_there = false;
	if (copying->copy->resumes && entry->depth && !settle(copying, entry, diags))
		return false;
	switch (entry->st.st_mode & S_IFMT) {
	case S_IFDIR:
		return begin_directory(copying, entry, diags);
	case S_IFREG:
		return copy_regular(copying, entry, diags);
	case S_IFLNK:
		return copy_link(copying, entry, diags);
	case S_IFIFO:
		return copy_fifo(copying, entry, diags);
	case S_IFSOCK:
		return leave_out(copying);
	default:
		return refuse_entry(copying, "is a device, which is never copied", diags);
	}
}

/* ---- the whole ---- */

static enum walk_verdict
enter(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct copying *copying = ctx;
	show_path(&copying->from, copying->copy->from, entry->path);
	show_path(&copying->to, copying->copy->to, entry->path);
	return copy_entry(copying, entry, diags) ? WALK_ON : WALK_STOP;
}

static bool
is_empty(const struct tree_copy *copy, struct host *host, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct string_list names;
	if (!host_list_at(host, copy->to_fd, &scratch, &names, diags))
		return false;
	if (!names.count)
		return true;
	return diag_error(diags, at(arena_strdup(diags->arena, copy->to), 0),
		"cannot copy to this directory: expected it empty");
}

bool
host_copy_tree(struct host *host, const struct tree_copy *copy, struct arena *arena,
	struct tree_copy_facts *ret_facts, struct diags *diags)
{
	struct copying copying = { .host = host, .copy = copy, .arena = arena };
	const struct walk_visitor visitor = {
		.ctx = &copying,
		.enter = enter,
		.leave = end_directory,
		.any_device = copy->any_device,
	};
	if (!copy->resumes && !is_empty(copy, host, diags))
		return false;
	copying.means.progress = copy->progress;
	copying.means.progress_ctx = copy->progress_ctx;
	copying.linked.arena = &copying.linked_arena;
	twin_start(&copying.twin, host, copy->to_fd, copy->to);

	bool ok = host_walk(host, copy->from_fd, copy->from, &visitor, diags) &&
		host_sync_filesystem(host, copy->to_fd, copy->to, diags);
	twin_finish(&copying.twin);
	arena_finish(&copying.linked_arena);
	buffer_finish(&copying.from);
	buffer_finish(&copying.to);
	if (ok)
		*ret_facts = copying.facts;
	return ok;
}
