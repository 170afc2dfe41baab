/*
 * host_compare.c - whether a copy is what it was copied from; changes nothing. See copy.h.
 *
 * A walk through the source looks up every name in the copy; a second walk through the copy counts,
 * so that nothing is there that is not in the source. What the kernel remembers of the copy's files
 * is dropped before they are read, so that they come from the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "core/base/copy.h"
#include "core/base/host_internal.h"
#include "core/base/table.h"
#include "core/base/walk.h"

struct comparing {
	struct host *host;
	const struct tree_copy *copy;
	struct twin twin;
	uint64_t entries; /* of the source that a copy has */
	struct arena linked_arena;
	struct id_table linked; /* walk_inode_key() of the source -> struct pair */
	struct id_table copies; /* inode of the copy -> struct pair */
	struct buffer shown;	/* the path in the copy, for messages */
};

/* A file with several names, and what it became. */
struct pair {
	ino_t copy;
};

static bool differs(const struct comparing *comparing, struct diags *diags, const char *format, ...)
	PRINTF_LIKE(3, 4);

static bool
differs(const struct comparing *comparing, struct diags *diags, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *what = arena_vprintf(diags->arena, format, args);
	va_end(args);
	return diag_error(diags, at(arena_strdup(diags->arena, buffer_text(&comparing->shown)), 0),
		"is not what was copied: %s", what);
}

/* ---- contents ---- */

enum { BLOCK_SIZE = 128 * 1024 };

/* Up to `size` bytes; fewer only at the end of the file. -1 with errno. */
static ssize_t
read_block(int fd, char *block, size_t size, off_t offset)
{
	size_t used = 0;
	while (used < size) {
		ssize_t got = TEMP_FAILURE_RETRY(
			pread(fd, block + used, size - used, offset + (off_t)used));
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

static bool
is_same_block(struct comparing *comparing, const int fds[2], off_t offset, size_t size,
	struct diags *diags)
{
	char blocks[2][BLOCK_SIZE];
	for (int i = 0; i < 2; i++) {
		ssize_t got = read_block(fds[i], blocks[i], size, offset);
		if (got < 0)
			return differs(comparing, diags, "cannot read %s: %s",
				i ? "the copy" : "the source", strerror(errno));
		if ((size_t)got < size)
			return differs(comparing, diags, "%s ends at byte %jd, expected %jd",
				i ? "the copy" : "the source", (intmax_t)(offset + got),
				(intmax_t)(offset + (off_t)size));
	}
	return memcmp(blocks[0], blocks[1], size) == 0 ||
		differs(comparing, diags, "contents differ between bytes %jd and %jd",
			(intmax_t)offset, (intmax_t)(offset + (off_t)size));
}

/* What is a hole in both needs no reading. */
static bool
is_same_data(struct comparing *comparing, const int fds[2], off_t size, struct diags *diags)
{
	for (off_t offset = 0; offset < size;) {
		off_t start[2], end;
		for (int i = 0; i < 2; i++) {
			if (!host_next_data(fds[i], offset, size, &start[i], &end))
				return differs(comparing, diags, "cannot look for holes: %s",
					strerror(errno));
		}
		offset = start[0] < start[1] ? start[0] : start[1];
		size_t block = size - offset < BLOCK_SIZE ? (size_t)(size - offset) : BLOCK_SIZE;
		if (block && !is_same_block(comparing, fds, offset, block, diags))
			return false;
		offset += (off_t)block;
	}
	return true;
}

static bool
compare_contents(struct comparing *comparing, const struct walk_entry *entry, int copy_fd,
	struct diags *diags)
{
	AUTO_CLOSE int source = -1, copy = -1;
	const char *shown = buffer_text(&comparing->shown);
	if (!host_open_data(comparing->host, entry->fd, shown, &source, diags) ||
		!host_open_data(comparing->host, copy_fd, shown, &copy, diags))
		return false;
	posix_fadvise(copy, 0, 0, POSIX_FADV_DONTNEED);
	const int fds[2] = { source, copy };
	return is_same_data(comparing, fds, entry->st.st_size, diags);
}

/* Two names are one file in the copy if and only if they are in the source. */
static bool
compare_names(struct comparing *comparing, const struct walk_entry *entry, const struct stat *copy,
	bool *ret_known, struct diags *diags)
{
	uint64_t key = walk_inode_key(&entry->st);
	const struct pair *pair = id_table_get(&comparing->linked, key);
	*ret_known = pair;
	if (pair)
		return pair->copy == copy->st_ino ||
			differs(comparing, diags, "no longer one file with its other names");
	if (entry->st.st_nlink == 1 && copy->st_nlink == 1)
		return true;
	if (entry->st.st_nlink == 1 || id_table_get(&comparing->copies, copy->st_ino))
		return differs(comparing, diags, "one file with another name");
	struct pair *seen = ARENA_NEW(&comparing->linked_arena, struct pair);
	seen->copy = copy->st_ino;
	id_table_set(&comparing->linked, key, seen);
	id_table_set(&comparing->copies, copy->st_ino, seen);
	return true;
}

static bool
compare_regular(struct comparing *comparing, const struct walk_entry *entry, int copy_fd,
	const struct stat *copy, struct diags *diags)
{
	bool is_known;
	if (!compare_names(comparing, entry, copy, &is_known, diags))
		return false;
	if (entry->st.st_size != copy->st_size)
		return differs(comparing, diags, "found %jd bytes, expected %jd",
			(intmax_t)copy->st_size, (intmax_t)entry->st.st_size);
	return is_known || compare_contents(comparing, entry, copy_fd, diags);
}

static bool
compare_targets(struct comparing *comparing, const struct walk_entry *entry, int copy_fd,
	struct diags *diags)
{
	char source[PATH_MAX + 1], copy[PATH_MAX + 1];
	ssize_t source_size = readlinkat(entry->fd, "", source, PATH_MAX);
	ssize_t copy_size = readlinkat(copy_fd, "", copy, PATH_MAX);
	if (source_size < 0 || copy_size < 0)
		return differs(comparing, diags, "cannot read the link: %s", strerror(errno));
	source[source_size] = copy[copy_size] = '\0';
	return strcmp(tree_target(comparing->copy, entry, source), copy) == 0 ||
		differs(comparing, diags, "the link leads elsewhere");
}

/* ---- what every inode has ---- */

static bool
compare_facts(struct comparing *comparing, const struct walk_entry *entry, const struct stat *copy,
	struct diags *diags)
{
	const struct stat *source = &entry->st;
	const struct host_owner owner = tree_owner(comparing->copy, entry);
	mode_t mode = (source->st_mode & S_IFMT) | owner.mode;
	if (mode != copy->st_mode)
		return differs(comparing, diags, "found type and mode %o, expected %o",
			copy->st_mode, mode);
	if (owner.uid != copy->st_uid || owner.gid != copy->st_gid)
		return differs(comparing, diags, "found owner %u:%u, expected %u:%u", copy->st_uid,
			copy->st_gid, owner.uid, owner.gid);
	if (source->st_mtim.tv_sec != copy->st_mtim.tv_sec ||
		source->st_mtim.tv_nsec != copy->st_mtim.tv_nsec)
		return differs(comparing, diags, "modified at %jd.%09ld, expected %jd.%09ld",
			(intmax_t)copy->st_mtim.tv_sec, copy->st_mtim.tv_nsec,
			(intmax_t)source->st_mtim.tv_sec, source->st_mtim.tv_nsec);
	return true;
}

static bool
is_same_xattr(const struct host_xattr *a, const struct host_xattr *b)
{
	return strcmp(a->name, b->name) == 0 && a->value.size == b->value.size &&
		memcmp(a->value.data, b->value.data, a->value.size) == 0;
}

/* A label that the security module gave the copy, where the source has none. */
static bool
is_own_label(
	const struct host_xattrs *copy, size_t at, const struct host_xattrs *source, size_t and)
{
	return at < copy->count && strcmp(copy->items[at].name, "security.selinux") == 0 &&
		(and == source->count ||
			strcmp(source->items[and].name, copy->items[at].name) != 0);
}

static void
drop_unkept(struct comparing *comparing, const struct walk_entry *entry, struct host_xattrs *xattrs)
{
	size_t kept = 0;
	ARRAY_FOREACH (xattr, xattrs) {
		if (tree_keeps_xattr(comparing->copy, entry, xattr->name))
			xattrs->items[kept++] = *xattr;
	}
	xattrs->count = kept;
}

/* Both are sorted by name. */
static bool
compare_xattrs(struct comparing *comparing, const struct walk_entry *entry, int copy_fd,
	struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	const char *shown = buffer_text(&comparing->shown);
	struct host_xattrs source, copy;
	if (!host_read_xattrs(comparing->host, entry->fd, shown, &scratch, &source, diags) ||
		!host_read_xattrs(comparing->host, copy_fd, shown, &scratch, &copy, diags))
		return false;
	drop_unkept(comparing, entry, &source);
	size_t i = 0, j = 0;
	for (; i < source.count || j < copy.count; i++, j++) {
		j += is_own_label(&copy, j, &source, i);
		if (i == source.count && j == copy.count)
			break;
		if (i == source.count || j == copy.count ||
			!is_same_xattr(&source.items[i], &copy.items[j]))
			return differs(comparing, diags, "the extended attribute '%s' differs",
				i < source.count ? source.items[i].name : copy.items[j].name);
	}
	return true;
}

/* ---- the two walks ---- */

static bool
compare_entry(struct comparing *comparing, const struct walk_entry *entry, int copy_fd,
	struct diags *diags)
{
	struct stat copy;
	if (fstat(copy_fd, &copy) != 0)
		return differs(comparing, diags, "cannot examine: %s", strerror(errno));
	if (!compare_facts(comparing, entry, &copy, diags) ||
		!compare_xattrs(comparing, entry, copy_fd, diags))
		return false;
	if (S_ISREG(copy.st_mode))
		return compare_regular(comparing, entry, copy_fd, &copy, diags);
	return !S_ISLNK(copy.st_mode) || compare_targets(comparing, entry, copy_fd, diags);
}

static enum walk_verdict
enter_source(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct comparing *comparing = ctx;
	AUTO_CLOSE int fd = -1;
	if (S_ISSOCK(entry->st.st_mode) || !tree_wants(comparing->copy, entry))
		return WALK_ON;
	comparing->entries++;
	buffer_clear(&comparing->shown);
	buffer_printf(&comparing->shown, "%s%s%s", comparing->copy->to, *entry->path ? "/" : "",
		entry->path);
	if (entry->depth && !twin_look(&comparing->twin, entry->name, &fd, diags))
		return WALK_STOP;
	if (!compare_entry(comparing, entry, entry->depth ? fd : comparing->copy->to_fd, diags))
		return WALK_STOP;
	if (!entry->depth || !S_ISDIR(entry->st.st_mode))
		return WALK_ON;
	return twin_go_down(&comparing->twin, entry->name, diags) ? WALK_ON : WALK_STOP;
}

static bool
leave_source(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct comparing *comparing = ctx;
	return !entry->depth || twin_go_up(&comparing->twin, diags);
}

static enum walk_verdict
count_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	(void)entry, (void)diags;
	++*(uint64_t *)ctx;
	return WALK_ON;
}

static bool
compare_counts(struct comparing *comparing, struct diags *diags)
{
	uint64_t found = 0;
	const struct walk_visitor visitor = { .ctx = &found, .enter = count_entry };
	const struct tree_copy *copy = comparing->copy;
	if (!host_walk(comparing->host, copy->to_fd, copy->to, &visitor, diags))
		return false;
	return found == comparing->entries ||
		diag_error(diags, at(arena_strdup(diags->arena, copy->to), 0),
			"is not what was copied: found %ju entries, expected %ju", (uintmax_t)found,
			(uintmax_t)comparing->entries);
}

bool
host_compare_trees(struct host *host, const struct tree_copy *copy, struct diags *diags)
{
	struct comparing comparing = { .host = host, .copy = copy };
	const struct walk_visitor visitor = {
		.ctx = &comparing,
		.enter = enter_source,
		.leave = leave_source,
		.any_device = copy->any_device,
	};
	comparing.linked.arena = comparing.copies.arena = &comparing.linked_arena;
	twin_start(&comparing.twin, host, copy->to_fd, copy->to);

	bool ok = host_walk(host, copy->from_fd, copy->from, &visitor, diags) &&
		compare_counts(&comparing, diags);
	twin_finish(&comparing.twin);
	arena_finish(&comparing.linked_arena);
	buffer_finish(&comparing.shown);
	return ok;
}
