/*
 * host_inode.c - what is done to one inode of a foreign tree, and the filesystem it is on.
 *
 * Everything goes to the inode that an O_PATH descriptor names, whatever stands at its name by now.
 * Calls that do not take such a descriptor get its link in /proc, which leads to the very inode, a
 * symbolic link's own included.
 */
#include "core/base/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include "core/base/host_internal.h"

enum { SHORT_LIST = 1024 };

/* ---- data ---- */

static int
open_quietly(int path_fd, int flags)
{
	int fd = host_reopen_regular(path_fd, flags | O_NOATIME);
	/* Only the owner and root may read without a trace. */
	return fd < 0 && errno == EPERM ? host_reopen_regular(path_fd, flags) : fd;
}

/*
 * EAGAIN says that somebody holds a lease on the file. It has been asked back by then; a call that
 * may block returns when it was given up or, at the latest, after /proc/sys/fs/lease-break-time.
 */
static int
open_data(int path_fd)
{
	int fd = open_quietly(path_fd, O_RDONLY);
	if (fd >= 0 || errno != EAGAIN || !host_is_regular(path_fd))
		return fd;
	char link[FD_LINK_SIZE];
	return TEMP_FAILURE_RETRY(
		open(host_fd_link(path_fd, link), O_RDONLY | O_NOCTTY | O_CLOEXEC));
}

bool
host_open_data(struct host *host, int path_fd, const char *path, int *ret_fd, struct diags *diags)
{
	(void)host;
	int fd = open_data(path_fd);
	if (fd < 0)
		return host_refused(path, errno, diags);

	*ret_fd = fd;
	return true;
}

/* No inode ever becomes one of another type: what the walk saw of it is true of its descriptor. */
static int
open_seen(const struct walk_entry *entry)
{
	enum { QUIETLY = O_RDONLY | O_NOATIME | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
	char number[FD_LINK_SIZE];
	if (!S_ISREG(entry->st.st_mode) || entry->links_fd < 0)
		return -1;
	snprintf(number, sizeof(number), "%d", entry->fd);
	return TEMP_FAILURE_RETRY(openat(entry->links_fd, number, QUIETLY));
}

bool
host_open_entry(struct host *host, const struct walk_entry *entry, const char *path, int *ret_fd,
	struct diags *diags)
{
	*ret_fd = open_seen(entry);
	return *ret_fd >= 0 || host_open_data(host, entry->fd, path, ret_fd, diags);
}

/* ---- owner, mode, times ---- */

bool
host_own_fd(struct host *host, int path_fd, const char *path, const struct host_owner *owner,
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	struct stat st;
	if (!effect_begin_fd(host, path, "change owner and mode", &effect, diags))
		return false;
	/* It may be a parent whose set-group-ID bit is about to change. */
	host->plain_fds = 0;
	if (fstat(path_fd, &st) != 0 || !effect_own(&effect, path_fd, &st, owner))
		return effect_failed(&effect);
	return true;
}

bool
host_set_times(struct host *host, int path_fd, const char *path, const struct timespec times[2],
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	char link[FD_LINK_SIZE];
	if (!effect_begin_fd(host, path, "set the times", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "utimensat") ||
		utimensat(AT_FDCWD, host_fd_link(path_fd, link), times, 0) != 0)
		return effect_failed(&effect);
	return true;
}

/* ---- extended attributes ---- */

static bool
xattrs_failed(const char *path, const char *name, struct diags *diags)
{
	return diag_error(diags, at(arena_strdup(diags->arena, path), 0),
		"cannot read the extended attribute%s%s%s: %s", name ? " '" : "s", name ? name : "",
		name ? "'" : "", strerror(errno));
}

static int
compare_xattrs(const void *a, const void *b)
{
	const struct host_xattr *left = a, *right = b;
	return strcmp(left->name, right->name);
}

/* One that went away since it was listed is passed over. */
static bool
read_xattr(const char *link, const char *name, struct arena *arena, struct host_xattrs *xattrs)
{
	static const char nothing[] = "";
	char value[XATTR_SIZE_MAX];
	ssize_t size = getxattr(link, name, value, sizeof(value));
	if (size < 0)
		return errno == ENODATA;
	ARRAY_PUSH(arena, xattrs,
		((struct host_xattr){
			.name = arena_strdup(arena, name),
			.value = { size ? arena_copy(arena, value, (size_t)size) : nothing,
				(size_t)size },
		}));
	return true;
}

/* A descriptor that is open for data is the short way. */
static ssize_t
list_xattrs(int fd, const char *link, char *names, size_t room)
{
	ssize_t size = flistxattr(fd, names, room);
	return size < 0 && errno == EBADF ? listxattr(link, names, room) : size;
}

bool
host_read_xattrs(struct host *host, int path_fd, const char *path, struct arena *arena,
	struct host_xattrs *ret_xattrs, struct diags *diags)
{
	(void)host;
	struct host_xattrs xattrs = { 0 };
	char link[FD_LINK_SIZE], names[XATTR_LIST_MAX];
	host_fd_link(path_fd, link);
	/* The kernel clears as much memory as it is offered: most lists are short or empty. */
	ssize_t size = list_xattrs(path_fd, link, names, SHORT_LIST);
	if (size < 0 && errno == ERANGE)
		size = list_xattrs(path_fd, link, names, sizeof(names));
	if (size < 0 && !host_no_such_xattr())
		return xattrs_failed(path, NULL, diags);

	for (ssize_t offset = 0; offset < size; offset += (ssize_t)strlen(names + offset) + 1) {
		if (!read_xattr(link, names + offset, arena, &xattrs))
			return xattrs_failed(path, names + offset, diags);
	}
	if (xattrs.count)
		qsort(xattrs.items, xattrs.count, sizeof(*xattrs.items), compare_xattrs);
	*ret_xattrs = xattrs;
	return true;
}

static bool
xattr_effect_failed(struct effect *effect, const char *doing, const char *name)
{
	int error = errno;
	effect->doing =
		arena_printf(effect->diags->arena, "%s the extended attribute '%s'", doing, name);
	errno = error;
	return effect_failed(effect);
}

bool
host_set_xattr(struct host *host, int path_fd, const char *path, const char *name,
	struct bytes value, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	char link[FD_LINK_SIZE];
	if (!effect_begin_fd(host, path, "set an extended attribute", &effect, diags))
		return false;
	/* It may be the default ACL of a parent. */
	host->plain_fds = 0;
	if (!effect_allowed(&effect, "setxattr") ||
		setxattr(host_fd_link(path_fd, link), name, value.data, value.size, 0) != 0)
		return xattr_effect_failed(&effect, "set", name);
	return true;
}

bool
host_remove_xattr(
	struct host *host, int path_fd, const char *path, const char *name, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	char link[FD_LINK_SIZE];
	if (!effect_begin_fd(host, path, "remove an extended attribute", &effect, diags))
		return false;
	if (effect_allowed(&effect, "removexattr") &&
		removexattr(host_fd_link(path_fd, link), name) == 0)
		return true;
	return host_no_such_xattr() || xattr_effect_failed(&effect, "remove", name);
}

/* ---- flags ---- */

static bool
has_no_flags(void)
{
	return errno == ENOTTY || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
}

bool
host_inode_flags(
	struct host *host, int path_fd, const char *path, unsigned *ret_flags, struct diags *diags)
{
	struct stat st;
	if (fstat(path_fd, &st) != 0)
		return host_refused(path, errno, diags);
	*ret_flags = 0;
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return true;

	AUTO_CLOSE int fd =
		S_ISDIR(st.st_mode) ? host_reopen_dir(host, path_fd) : open_data(path_fd);
	if (fd < 0)
		return host_refused(path, errno, diags);
	/* An int, whatever the size in the name of the request says. */
	int flags = 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0)
		*ret_flags = (unsigned)flags;
	else if (!has_no_flags())
		return diag_error(diags, at(arena_strdup(diags->arena, path), 0),
			"cannot read the inode flags: %s", strerror(errno));
	return true;
}

/* ---- filesystems ---- */

static bool
is_remote(const char *type)
{
	static const char *const types[] = { "9p", "afs", "beegfs", "ceph", "cifs", "coda",
		"fuse.ceph", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "lustre",
		"ncpfs", "nfs", "nfs4", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf",
		"virtiofs" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (strcmp(type, types[i]) == 0)
			return true;
	}
	return false;
}

static bool
is_fuse(const char *type)
{
	return strcmp(type, "fuse") == 0 || strcmp(type, "fuseblk") == 0 ||
		strncmp(type, "fuse.", 5) == 0;
}

/* The word behind " - " in the line of the mount; "" when none of the lines is about it. */
static const char *
mounted_type(uint64_t mount_id, struct arena *arena)
{
	AUTO_FILE FILE *mounts = fopen("/proc/self/mountinfo", "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	while (mounts && getline(&line, &room, mounts) > 0) {
		char *end;
		const char *dash = strstr(line, " - ");
		if (strtoull(line, &end, 10) == mount_id && *end == ' ' && dash)
			return arena_strndup(arena, dash + 3, strcspn(dash + 3, " \n"));
	}
	return "";
}

bool
host_filesystem_of(struct host *host, int dir_fd, const char *path, struct arena *arena,
	struct host_filesystem *ret_filesystem, struct diags *diags)
{
	(void)host;
	struct stat st;
	struct statvfs facts;
	if (fstat(dir_fd, &st) != 0 || fstatvfs(dir_fd, &facts) != 0)
		return diag_error(diags, at(arena_strdup(diags->arena, path), 0),
			"cannot examine the filesystem: %s", strerror(errno));

	uint64_t mount_id = host_mount_id(dir_fd);
	const char *type = mounted_type(mount_id, arena);
	*ret_filesystem = (struct host_filesystem){
		.type = type,
		.dev = st.st_dev,
		.mount_id = mount_id,
		.is_remote = is_remote(type),
		.is_fuse = is_fuse(type),
		.is_read_only = facts.f_flag & ST_RDONLY,
	};
	return true;
}
