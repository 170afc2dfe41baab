/*
 * host_read.c - what stands on the host: metadata, ACLs, contents, listings, free space.
 *
 * Everything is examined through a descriptor that was opened without following links. Facts about
 * owners and modes come from libc's fstat, because fakeroot answers there; statx is asked only for
 * the mount.
 */
#include "core/base/host.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "core/base/host_internal.h"

/* ---- metadata ---- */

/*
 * 0 when there is no such ACL here, or no ACLs on this filesystem at all; -1 with errno. acl has
 * room for XATTR_SIZE_MAX bytes. The kernel clears as many as it is offered, and nearly always for
 * nothing, so it is offered few first.
 */
static ssize_t
read_acl(int path_fd, const char *xattr, void *acl)
{
	enum { USUAL_SIZE = 256 };
	char link[FD_LINK_SIZE];
	const char *path = host_fd_link(path_fd, link);
	ssize_t size = getxattr(path, xattr, acl, USUAL_SIZE);
	if (size < 0 && errno == ERANGE)
		size = getxattr(path, xattr, acl, XATTR_SIZE_MAX);
	return size < 0 && host_no_such_xattr() ? 0 : size;
}

struct acl_view {
	size_t count;
	const struct posix_acl_xattr_entry *entries;
};

static bool
parse_acl(const void *acl, size_t size, struct acl_view *ret_view)
{
	const struct posix_acl_xattr_header *header = acl;
	if (size < sizeof(*header) || le32toh(header->a_version) != POSIX_ACL_XATTR_VERSION ||
		(size - sizeof(*header)) % sizeof(struct posix_acl_xattr_entry) != 0) {
		errno = EBADMSG;
		return false;
	}
	ret_view->entries = (const struct posix_acl_xattr_entry *)(header + 1);
	ret_view->count = (size - sizeof(*header)) / sizeof(struct posix_acl_xattr_entry);
	return true;
}

/* Named users, groups and the owning group are limited by the mask; others are not. */
static bool
acl_gives_write(const struct acl_view *acl)
{
	unsigned masked = 0, others = 0, mask = ACL_WRITE;
	for (size_t i = 0; i < acl->count; i++) {
		unsigned permissions = le16toh(acl->entries[i].e_perm);
		switch (le16toh(acl->entries[i].e_tag)) {
		case ACL_USER:
		case ACL_GROUP:
		case ACL_GROUP_OBJ:
			masked |= permissions;
			break;
		case ACL_MASK:
			mask = permissions;
			break;
		case ACL_OTHER:
			others = permissions;
			break;
		}
	}
	return ((masked & mask) | others) & ACL_WRITE;
}

static bool
fill_acl(int path_fd, struct host_entry *entry)
{
	/* Three entries (user, group, others) only repeat the mode bits. */
	enum { MINIMAL_ENTRIES = 3 };
	_Alignas(struct posix_acl_xattr_entry) char acl[XATTR_SIZE_MAX];

	ssize_t size = read_acl(path_fd, XATTR_ACCESS_ACL, acl);
	if (size < 0)
		return false;
	if (size > 0) {
		struct acl_view view;
		if (!parse_acl(acl, (size_t)size, &view))
			return false;
		entry->has_acl = view.count > MINIMAL_ENTRIES;
		entry->acl_grants_write = entry->has_acl && acl_gives_write(&view);
	}
	if (!S_ISDIR(entry->st.st_mode))
		return true;

	size = read_acl(path_fd, XATTR_DEFAULT_ACL, acl);
	if (size > 0)
		entry->has_acl = true;
	return size >= 0;
}

static bool
fill_entry(int path_fd, struct host_entry *entry)
{
	entry->exists = true;
	if (fstat(path_fd, &entry->st) != 0)
		return false;
	entry->mount_id = host_mount_id(path_fd);
	return S_ISLNK(entry->st.st_mode) || fill_acl(path_fd, entry);
}

static bool
examine_failed(const char *path, struct diags *diags)
{
	return diag_error(diags, at(arena_strdup(diags->arena, path), 0), "cannot examine: %s",
		strerror(errno));
}

bool
host_inspect(struct host *host, const char *path, struct host_entry *ret_entry, struct diags *diags)
{
	struct host_entry entry = { 0 };
	AUTO_CLOSE int fd = host_lookup(host, path, O_PATH | O_NOFOLLOW);
	if (fd < 0 && errno != ENOENT)
		return host_lookup_failed(host, path, diags);
	if (fd >= 0 && !fill_entry(fd, &entry))
		return examine_failed(path, diags);

	*ret_entry = entry;
	return true;
}

bool
host_inspect_at(struct host *host, int dir_fd, const char *name, struct host_entry *ret_entry,
	struct diags *diags)
{
	struct host_entry entry = { 0 };
	AUTO_CLOSE int fd = host_lookup_at(host, dir_fd, name, O_PATH | O_NOFOLLOW);
	if (fd < 0 && errno != ENOENT)
		return host_lookup_at_failed(host, dir_fd, name, diags);
	if (fd >= 0 && !fill_entry(fd, &entry))
		return examine_failed(host_path_at(host, dir_fd, name, diags->arena), diags);

	*ret_entry = entry;
	return true;
}

/* ---- opening ---- */

bool
host_open_dir(struct host *host, const char *path, int *ret_fd, struct diags *diags)
{
	int fd = host_lookup(host, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return host_lookup_failed(host, path, diags);

	*ret_fd = fd;
	return true;
}

bool
host_open_dir_at(struct host *host, int dir_fd, const char *name, int *ret_fd, struct diags *diags)
{
	int fd = host_lookup_at(host, dir_fd, name, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return host_lookup_at_failed(host, dir_fd, name, diags);

	*ret_fd = fd;
	return true;
}

static int
lookup_file(struct host *host, const char *path)
{
	AUTO_CLOSE int path_fd = host_lookup(host, path, O_PATH | O_NOFOLLOW);
	return path_fd < 0 ? -1 : host_reopen_regular(path_fd, O_RDONLY);
}

bool
host_open_file(struct host *host, const char *path, int *ret_fd, struct diags *diags)
{
	int fd = lookup_file(host, path);
	if (fd < 0)
		return host_lookup_failed(host, path, diags);

	*ret_fd = fd;
	return true;
}

/* ---- contents ---- */

enum { READ_LIMIT = 1024 * 1024 * 1024, READ_ROOM = 4096 };

/* Reads until the end, not just st_size: the file may grow, and in /proc the size is 0. */
static bool
read_to_end(int fd, size_t expected, struct arena *arena, struct bytes *ret_bytes)
{
	size_t used = 0, room = expected ? expected + 2 : READ_ROOM;
	char *data = arena_alloc(arena, room);
	for (;;) {
		/* One byte stays free for the NUL that parsers like to find. */
		ssize_t got = TEMP_FAILURE_RETRY(read(fd, data + used, room - used - 1));
		if (got < 0)
			return false;
		if (got == 0)
			break;
		used += (size_t)got;
		if (used > READ_LIMIT) {
			errno = EFBIG;
			return false;
		}
		if (used == room - 1)
			data = arena_grow(arena, data, &room, 1);
	}
	*ret_bytes = (struct bytes){ .data = data, .size = used };
	return true;
}

bool
host_read_file(struct host *host, const char *path, struct arena *arena, bool *ret_exists,
	struct bytes *ret_bytes, struct diags *diags)
{
	AUTO_CLOSE int fd = lookup_file(host, path);
	if (fd < 0 && errno == ENOENT && ret_exists) {
		*ret_exists = false;
		*ret_bytes = (struct bytes){ 0 };
		return true;
	}
	if (fd < 0)
		return host_lookup_failed(host, path, diags);

	struct stat st;
	bool known = fstat(fd, &st) == 0;
	if (known && st.st_size > READ_LIMIT) {
		errno = EFBIG;
		known = false;
	}
	if (!known || !read_to_end(fd, (size_t)st.st_size, arena, ret_bytes))
		return diag_error(diags, at(arena_strdup(diags->arena, path), 0), "cannot read: %s",
			strerror(errno));
	if (ret_exists)
		*ret_exists = true;
	return true;
}

/* ---- listing ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Consumes fd. */
static bool
list(int fd, struct arena *arena, struct string_list *ret_names)
{
	AUTO_DIR DIR *dir = fdopendir(fd);
	if (!dir) {
		cleanup_close(&fd);
		return false;
	}

	struct string_list names = { 0 };
	struct dirent *entry;
	while ((errno = 0, entry = readdir(dir))) {
		if (host_is_name(entry->d_name))
			string_list_push(arena, &names, arena_strdup(arena, entry->d_name));
	}
	if (errno)
		return false;
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	*ret_names = names;
	return true;
}

bool
host_list(struct host *host, const char *path, struct arena *arena, struct string_list *ret_names,
	struct diags *diags)
{
	int fd = host_lookup(host, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return host_lookup_failed(host, path, diags);
	if (!list(fd, arena, ret_names))
		return diag_error(diags, at(arena_strdup(diags->arena, path), 0), "cannot list: %s",
			strerror(errno));
	return true;
}

bool
host_list_at(struct host *host, int dir_fd, struct arena *arena, struct string_list *ret_names,
	struct diags *diags)
{
	/* Opened anew: a duplicate would share, and move, the caller's position. */
	int fd = TEMP_FAILURE_RETRY(openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0 || !list(fd, arena, ret_names))
		return diag_error(diags, at(host_path_at(host, dir_fd, "", diags->arena), 0),
			"cannot list: %s", strerror(errno));
	return true;
}

/* ---- space ---- */

/* Opens the path or the nearest parent that exists. */
static int
lookup_nearest(struct host *host, const char *path)
{
	AUTO_FREE char *nearest = strdup(path);
	if (!nearest)
		abort();
	for (;;) {
		int fd = host_lookup(host, nearest, O_PATH | O_NOFOLLOW);
		if (fd >= 0 || errno != ENOENT || strcmp(nearest, "/") == 0)
			return fd;
		/* ENOENT was said of an absolute path, so there is a slash to cut at. */
		char *slash = strrchr(nearest, '/');
		slash[slash == nearest] = '\0';
	}
}

bool
host_free_space(struct host *host, const char *path, uint64_t *ret_bytes, uint64_t *ret_inodes,
	struct diags *diags)
{
	AUTO_CLOSE int fd = lookup_nearest(host, path);
	struct stat st;
	struct statvfs space;
	bool known = fd >= 0 && fstat(fd, &st) == 0 && fstatvfs(fd, &space) == 0;
	if (known && S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		known = false;
	}
	if (!known)
		return host_lookup_failed(host, path, diags);

	*ret_bytes = (uint64_t)space.f_bfree * space.f_frsize;
	/* btrfs makes inodes as it needs them and counts none. */
	*ret_inodes = space.f_files ? space.f_ffree : UINT64_MAX;
	return true;
}
