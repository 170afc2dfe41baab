/*
 * host_internal.h - what the files of the host layer share; nobody else includes it.
 *
 * host_lookup.c turns paths into descriptors, host_read.c reads, host.c changes names and owners,
 * host_files.c writes files, host_walk.c goes through trees, host_inode.c changes single inodes of
 * them, host_copy*.c copy them. Functions here that return a descriptor, or take a struct effect,
 * set errno on failure; the public functions turn it into one diagnostic.
 */
#ifndef REHOME_BASE_HOST_INTERNAL_H
#define REHOME_BASE_HOST_INTERNAL_H

#include <limits.h>

#include "core/base/host.h"

/* The umask that host_create() gives the process; modes outside it are set by a chmod. */
#define HOST_UMASK 022

#define XATTR_ACCESS_ACL "system.posix_acl_access"
#define XATTR_DEFAULT_ACL "system.posix_acl_default"

enum { HOST_PLAIN_FDS = 64 };

struct host {
	int root_fd; /* O_PATH */
	char *root;  /* as given */
	char *real;  /* the root's real path, "" for "/"; to shorten paths in messages */
	enum host_mode mode;
	bool live;
	bool has_openat2;
	struct host_faults faults;
	/* The descriptors below HOST_PLAIN_FDS known to be plain parents, one bit each (host.c). */
	uint64_t plain_fds;
};

/* For tests: looks up component by component from now on, as on a kernel without openat2. */
void host_force_walk(struct host *host);

/* ---- lookups; -1 with errno ---- */

/*
 * Opens what stands at a path, without following any link. With O_PATH | O_NOFOLLOW the last
 * component may itself be a link and is then what the descriptor names. Never creates.
 */
int host_lookup(struct host *host, const char *path, int flags);

/* The directory that holds the last component, open for reading, and that component. */
int host_lookup_parent(struct host *host, const char *path, char ret_name[NAME_MAX + 1]);

/* The same as host_lookup() for one name in an open directory. */
int host_lookup_at(struct host *host, int dir_fd, const char *name, int flags);

/*
 * To be called on every new descriptor of a directory, which it returns: what was known of a closed
 * one must not be believed of the next with its number.
 */
int host_noted(struct host *host, int fd);

/* False with ELOOP, EISDIR, or ENXIO for a FIFO, socket or device. */
bool host_is_regular(int path_fd);

/*
 * Opens for data what an O_PATH descriptor names, if host_is_regular(). Never blocks; needs /proc.
 */
int host_reopen_regular(int path_fd, int flags);

/* Of the mount that a descriptor was opened in; 0 where it cannot be told. */
uint64_t host_mount_id(int fd);
/* fstat() and that, in one call where the kernel can. */
bool host_examine_fd(int fd, struct stat *ret_st, uint64_t *ret_mount_id);

/* True when errno says that there is no such attribute here, or none at all on this filesystem. */
bool host_no_such_xattr(void);

/*
 * The directory that an O_PATH descriptor names, for reading, even when something was mounted on it
 * meanwhile. Leaves its access time alone where we may.
 */
int host_reopen_dir(struct host *host, int path_fd);

/* True for a single component that is neither "." nor "..". */
bool host_is_name(const char *name);

#define FD_LINK_SIZE 32
/* "/proc/self/fd/N": for the calls that do not take an O_PATH descriptor. */
const char *host_fd_link(int fd, char buffer[FD_LINK_SIZE]);

/* The path of a name in an open directory as far as it can be told, for messages. */
char *host_path_at(const struct host *host, int dir_fd, const char *name, struct arena *arena);

/* Appends what an errno value says about opening this very path. Returns false. */
bool host_refused(const char *path, int error, struct diags *diags);

/* Appends what errno says about a failed lookup, naming the component to blame. Returns false. */
bool host_lookup_failed(struct host *host, const char *path, struct diags *diags);
bool host_lookup_at_failed(struct host *host, int dir_fd, const char *name, struct diags *diags);

/* ---- effects ---- */

/*
 * A change in the making: what it is about and which system call was asked for last.
 *
 *	AUTO_EFFECT struct effect effect = NO_EFFECT;
 *	if (!effect_begin(host, path, "remove the file", NULL, &effect, diags))
 *		return false;
 *	if (!effect_allowed(&effect, "unlinkat") || unlinkat(effect.dir_fd, effect.name, 0) != 0)
 *		return effect_failed(&effect);
 *
 * It points into itself: never copy one.
 */
struct effect {
	struct host *host;
	struct diags *diags;
	const char *doing; /* for the message: "cannot <doing>: ..." */
	const char *path;  /* the host path, or the name where only a descriptor was given */
	int dir_fd;
	const char *name;
	const char *call;
	int parent_fd; /* ours to close, -1 = the caller's dir_fd is used */
	char last_name[NAME_MAX + 1];
};

#define NO_EFFECT                                                                                  \
	{                                                                                          \
		.parent_fd = -1                                                                    \
	}
#define AUTO_EFFECT AUTO(effect_finish)
void effect_finish(struct effect *effect);

/*
 * False, with the error appended, on a read-only host, for an unusable name, and when the parent
 * cannot be opened; but a missing parent is success with *ret_missing = true when that is not NULL.
 */
NODISCARD bool effect_begin(struct host *host, const char *path, const char *doing,
	bool *ret_missing, struct effect *ret_effect, struct diags *diags);
NODISCARD bool effect_begin_at(struct host *host, int dir_fd, const char *name, const char *doing,
	struct effect *ret_effect, struct diags *diags);
/* For effects on an open file: dir_fd and name stay unused. */
NODISCARD bool effect_begin_fd(struct host *host, const char *path, const char *doing,
	struct effect *ret_effect, struct diags *diags);

/* Asks the fault hook; to be called right before each system call that changes something. */
bool effect_allowed(struct effect *effect, const char *call);

/* Appends the error in errno: of the call asked for last, or of a lookup before any. Returns false.
 */
bool effect_failed(struct effect *effect);

/* Removes what this effect created and could not complete; keeps errno and the call to blame. */
void effect_take_back(struct effect *effect, int unlink_flags);

/* Exact owner and mode for a file or directory that we just created; inherited ACLs removed. */
bool effect_own_new(struct effect *effect, int fd, const struct host_owner *owner);

/*
 * Owner and mode of what exists, st as it is now: narrow, change owner, widen. At no moment has the
 * new owner a right that either mode withholds.
 */
bool effect_own(
	struct effect *effect, int path_fd, const struct stat *st, const struct host_owner *to);

/* Which ways of copying these two filesystems do not know; found out as it goes. */
struct copy_means {
	bool cannot_share, cannot_copy_range;
	/* As tree_copy.progress. */
	bool (*progress)(void *ctx, uint64_t bytes);
	void *progress_ctx;
};

/* Into an empty file, which gets this size; holes stay holes. */
bool effect_copy_data(struct effect *effect, struct copy_means *means, int in, int out, off_t size);

/* The next run of data at or behind an offset below size; start = end = size when only a hole is
 * left. False with errno. */
bool host_next_data(int fd, off_t offset, off_t size, off_t *ret_start, off_t *ret_end);

/* What the copy of an entry has, by the mapping (host_twin.c). */
struct tree_copy;
struct walk_entry;
struct host_owner tree_owner(const struct tree_copy *copy, const struct walk_entry *entry);
bool tree_wants(const struct tree_copy *copy, const struct walk_entry *entry);
bool tree_keeps_xattr(
	const struct tree_copy *copy, const struct walk_entry *entry, const char *xattr);
const char *tree_target(
	const struct tree_copy *copy, const struct walk_entry *entry, const char *target);

/* ---- a tree of ours beside a foreign one (host_twin.c) ---- */

/*
 * Follows a walk with one descriptor in a tree that nobody but root can enter, where ".." can be
 * trusted.
 */
struct twin {
	struct host *host;
	const char *shown; /* the path of its top, for messages */
	int top_fd;
	int fd; /* the directory at hand, open for reading; ours unless it is top_fd */
};
void twin_start(struct twin *twin, struct host *host, int top_fd, const char *shown);
void twin_finish(struct twin *twin);
NODISCARD bool twin_go_down(struct twin *twin, const char *name, struct diags *diags);
NODISCARD bool twin_go_up(struct twin *twin, struct diags *diags);
/* What stands at a name of the directory at hand, O_PATH. */
NODISCARD bool twin_look(struct twin *twin, const char *name, int *ret_fd, struct diags *diags);
/* "shown/path" */
char *host_shown_path(const char *shown, const char *path, struct arena *arena);

/* fsync(2), never repeated: after a failure the kernel may have dropped the dirty pages. */
bool effect_sync(struct effect *effect, int fd);

#endif
