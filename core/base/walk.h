/*
 * walk.h - root goes through a tree that somebody else owns, and changes single inodes of it.
 *
 * The walk holds a descriptor of every directory on its way down and looks each name up in it with
 * O_PATH | O_NOFOLLOW: a name that is exchanged for a link, or a directory that is moved away,
 * never leads the walk out of the tree. What an entry is was read from its descriptor, and
 * everything is done to that descriptor, never to the name: whoever races swaps names under an
 * inode that has already been chosen. Links are entries, never followed. Mount points and other
 * devices are entries, never entered. FIFOs, sockets and devices are never opened for data.
 *
 * At most WALK_DEPTH directories deep; a deeper tree is an error when the walk gets there, so
 * whoever changes things measures the tree with a walk that changes nothing first. Memory is
 * bounded by the names of the directories on the way, not by the tree; descriptors are one a level.
 * Reading leaves access times alone where we may (root, or the owner).
 */
#ifndef REHOME_BASE_WALK_H
#define REHOME_BASE_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/host.h"

enum { WALK_DEPTH = 512 };

struct walk_entry {
	const char *path; /* below the top, bytes as they are; "" = the top itself */
	const char *name; /* its last component; "" = the top */
	int dir_fd;	  /* the directory that holds it; -1 for the top */
	int fd;		  /* O_PATH descriptor of the entry, valid until the visitor returns */
	struct stat st;	  /* of that descriptor */
	unsigned depth;	  /* 0 = the top */
	bool is_mount;	  /* on another mount or device than the top: shown, never entered */
	int links_fd;	  /* of the walk: /proc/self/fd; -1 = it could not be opened */
};

enum walk_verdict {
	WALK_ON,
	WALK_SKIP, /* of a directory: do not go into it */
	WALK_STOP, /* with an error appended */
};

struct walk_visitor {
	void *ctx;
	/* Each entry, the top first, directories before what is in them, names in byte order. */
	enum walk_verdict (*enter)(void *ctx, const struct walk_entry *entry, struct diags *diags);
	/* After what is in a directory that was entered; may be NULL. */
	bool (*leave)(void *ctx, const struct walk_entry *directory, struct diags *diags);
	/* Files may be on another device of the same mount, as those of an overlay are. */
	bool any_device;
};

/* Of an inode, where several devices may be in one tree. */
static inline uint64_t
walk_inode_key(const struct stat *st)
{
	return (uint64_t)st->st_ino ^ ((uint64_t)st->st_dev << 44);
}

/*
 * top_fd is a directory from host_open_dir(); shown is its path for messages. An entry that is gone
 * when it is looked up is passed over. False when something could not be read or a visitor stopped.
 */
NODISCARD bool host_walk(struct host *host, int top_fd, const char *shown,
	const struct walk_visitor *visitor, struct diags *diags);

/* ---- one inode, by its O_PATH descriptor; path is for messages ---- */

/*
 * A regular file for reading; anything else is an error and is not opened. Waits for a lease that
 * somebody holds on it, which the kernel ends after /proc/sys/fs/lease-break-time.
 */
NODISCARD bool host_open_data(
	struct host *host, int path_fd, const char *path, int *ret_fd, struct diags *diags);

/* The same of an entry that a walk shows, the short way: what it saw is not asked again. */
NODISCARD bool host_open_entry(struct host *host, const struct walk_entry *entry, const char *path,
	int *ret_fd, struct diags *diags);

/*
 * Owner and mode, in the order that gives nobody a right in between: narrowed, owned, widened. A
 * link has no mode. The kernel drops set-ID bits and file capabilities with the owner; owner->mode
 * is set after it.
 */
NODISCARD bool host_own_fd(struct host *host, int path_fd, const char *path,
	const struct host_owner *owner, struct diags *diags);

struct host_xattr {
	const char *name; /* "system.posix_acl_access", "security.capability", "user.comment" */
	struct bytes value;
};
struct host_xattrs {
	struct host_xattr *items;
	size_t count, room;
};
/* All that root sees, by name; none where the filesystem has none. Values are in the arena. */
NODISCARD bool host_read_xattrs(struct host *host, int path_fd, const char *path,
	struct arena *arena, struct host_xattrs *ret_xattrs, struct diags *diags);
NODISCARD bool host_set_xattr(struct host *host, int path_fd, const char *path, const char *name,
	struct bytes value, struct diags *diags);
/* One that is not there is success. */
NODISCARD bool host_remove_xattr(
	struct host *host, int path_fd, const char *path, const char *name, struct diags *diags);

/* Access and modification time; owner and data first, since they change it. */
NODISCARD bool host_set_times(struct host *host, int path_fd, const char *path,
	const struct timespec times[2], struct diags *diags);

/* FS_IOC_GETFLAGS of a file or directory: FS_IMMUTABLE_FL, FS_APPEND_FL; 0 where there are none. */
NODISCARD bool host_inode_flags(
	struct host *host, int path_fd, const char *path, unsigned *ret_flags, struct diags *diags);

/* ---- the filesystem below a path ---- */

struct host_filesystem {
	const char
		*type; /* "ext4", "nfs4", "fuse.sshfs" as /proc/self/mountinfo says; "" = unknown */
	dev_t dev;
	uint64_t mount_id;
	bool is_remote; /* NFS, CIFS, Ceph, 9p, ...: root may not be root there */
	bool is_fuse;
	bool is_read_only;
};
/* Of the directory that the descriptor names. */
NODISCARD bool host_filesystem_of(struct host *host, int dir_fd, const char *path,
	struct arena *arena, struct host_filesystem *ret_filesystem, struct diags *diags);

#endif
