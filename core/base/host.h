/*
 * host.h - every effect on the machine, below one root directory.
 *
 * Nothing else in the project changes the machine, and nothing else reads what it decides upon.
 * All paths are absolute paths of the host ("/etc/passwd") and are looked up below the root's
 * descriptor with openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS); where the
 * kernel lacks openat2, component by component with O_NOFOLLOW. A symbolic link anywhere in a path
 * is an error, never followed: users own the folders that root walks through.
 *
 * Two variants by mode: HOST_READ_ONLY (planning) refuses every effect with an error; the fault
 * hook (tests) is asked before each effect and can make it fail, or not return at all.
 *
 * Effects return false with a diagnostic that names the path. All functions whose name ends in _at
 * take a directory descriptor from host_open_dir() and one name without '/'.
 */
#ifndef REHOME_BASE_HOST_H
#define REHOME_BASE_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

struct host;

enum host_mode {
	HOST_READ_ONLY,
	HOST_READ_WRITE,
};

/*
 * Asked before each effect. Returns 0 to let it happen, or an errno value to make it fail. effect
 * is the system call's name ("mkdirat", "renameat2", ...), path the host path or name concerned.
 */
struct host_faults {
	void *ctx;
	int (*before)(void *ctx, const char *effect, const char *path);
};

/*
 * Opens the root. "/" is the machine itself. The root alone may be given through symbolic links: it
 * is the administrator's word. NULL with an error when it is not a directory.
 *
 * HOST_READ_WRITE sets the umask of the process to 022, so that directories get their usual modes
 * without a chmod each; what asks for more gets it set. A host belongs to one thread at a time.
 */
struct host *host_create(const char *root, enum host_mode mode, struct diags *diags);
void host_destroy(struct host *host);
void host_set_faults(struct host *host, const struct host_faults *faults);

/* The root as it was given, without trailing slash except for "/". */
const char *host_root(const struct host *host);

/* True when the root is the running machine's own "/": only then are daemons and NSS touched. */
bool host_is_live(const struct host *host);

/* ---- reading ---- */

/* What stands at a path, links not followed. */
struct host_entry {
	bool exists;
	struct stat st;	       /* st_mode with type; as lstat(2) */
	uint64_t mount_id;     /* statx(2) stx_mnt_id, 0 where unknown */
	bool has_acl;	       /* a POSIX access or default ACL beyond the mode bits */
	bool acl_grants_write; /* the access ACL gives write to somebody besides the owner */
};

/*
 * A missing path, or a missing parent, is not an error: exists = false. A symbolic link or a
 * non-directory among the parents is.
 */
NODISCARD bool host_inspect(
	struct host *host, const char *path, struct host_entry *ret_entry, struct diags *diags);
NODISCARD bool host_inspect_at(struct host *host, int dir_fd, const char *name,
	struct host_entry *ret_entry, struct diags *diags);

/* A directory descriptor (O_RDONLY | O_DIRECTORY | O_CLOEXEC); the caller closes it. */
NODISCARD bool host_open_dir(struct host *host, const char *path, int *ret_fd, struct diags *diags);
NODISCARD bool host_open_dir_at(
	struct host *host, int dir_fd, const char *name, int *ret_fd, struct diags *diags);

/* A regular file for reading; FIFOs and devices are refused without blocking. */
NODISCARD bool host_open_file(
	struct host *host, const char *path, int *ret_fd, struct diags *diags);

/*
 * The whole of a regular file, into the arena (which wipes it later). A missing file gives
 * *ret_exists = false and empty bytes; pass NULL for ret_exists to make that an error. Files above
 * 1 GiB are refused.
 */
NODISCARD bool host_read_file(struct host *host, const char *path, struct arena *arena,
	bool *ret_exists, struct bytes *ret_bytes, struct diags *diags);

/* The names in a directory, sorted by byte, without "." and "..". */
NODISCARD bool host_list(struct host *host, const char *path, struct arena *arena,
	struct string_list *ret_names, struct diags *diags);
NODISCARD bool host_list_at(struct host *host, int dir_fd, struct arena *arena,
	struct string_list *ret_names, struct diags *diags);

/* Free bytes and inodes for root on the filesystem of the nearest existing parent of path. */
NODISCARD bool host_free_space(struct host *host, const char *path, uint64_t *ret_bytes,
	uint64_t *ret_inodes, struct diags *diags);

/* ---- effects ---- */

/* Owner, group and mode (07777) that something gets. */
struct host_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/*
 * A new directory with exactly this owner and mode, inherited ACLs removed. EEXIST is an error. The
 * directory at dir_fd must be writable by root only, since the owner is set by name right after.
 */
NODISCARD bool host_make_dir_at(struct host *host, int dir_fd, const char *name,
	const struct host_owner *owner, struct diags *diags);
NODISCARD bool host_make_dir(
	struct host *host, const char *path, const struct host_owner *owner, struct diags *diags);

/*
 * Whether a new file is on disk when the call returns, or after a later host_sync_filesystem() that
 * serves thousands of files at once.
 */
enum host_sync {
	HOST_SYNC_NOW,
	HOST_SYNC_LATER,
};

/*
 * A new regular file, O_EXCL, written and owned. The directory is not synced. EEXIST is an
 * error.
 */
NODISCARD bool host_create_file_at(struct host *host, int dir_fd, const char *name,
	struct bytes content, const struct host_owner *owner, enum host_sync sync,
	struct diags *diags);

/*
 * New entries that are written or linked step by step (host_nodes.c), never over anything: for
 * directories that only root may enter. A file is open for host_append() and host_truncate(), 0600.
 * A link is one more name of what stands at `from`, which is not followed.
 */
NODISCARD bool host_open_new_at(
	struct host *host, int dir_fd, const char *name, int *ret_fd, struct diags *diags);
NODISCARD bool host_make_symlink_at(
	struct host *host, int dir_fd, const char *name, const char *target, struct diags *diags);
/* With this owner and, both of them, this time. */
NODISCARD bool host_make_symlink_as(struct host *host, int dir_fd, const char *name,
	const char *target, const struct host_owner *owner, struct timespec time,
	struct diags *diags);
NODISCARD bool host_make_fifo_at(
	struct host *host, int dir_fd, const char *name, struct diags *diags);
NODISCARD bool host_make_link_at(struct host *host, int from_dir_fd, const char *from,
	int to_dir_fd, const char *to, struct diags *diags);

/*
 * Puts a file in place as a whole: a temporary beside it (".rehome-" and 16 hex digits, created
 * 0600), written, owned, fsynced, renamed over path, directory fsynced. Copies the security.selinux
 * label of what it replaces where there is one.
 */
NODISCARD bool host_replace_file(struct host *host, const char *path, struct bytes content,
	const struct host_owner *owner, struct diags *diags);

/* The two halves of host_replace_file(), for callers that must stage several files first. */
struct host_staged_file {
	char *path;	    /* where it will go, borrowed from the caller's arena */
	char temporary[32]; /* its name beside path */
};
NODISCARD bool host_stage_file(struct host *host, const char *path, struct bytes content,
	const struct host_owner *owner, struct arena *arena, struct host_staged_file *ret_staged,
	struct diags *diags);
/* Renames it in; without directory fsync. */
NODISCARD bool host_commit_file(
	struct host *host, const struct host_staged_file *staged, struct diags *diags);
/* Removes the temporary; for leaving after a failure. Never fails loudly. */
void host_abandon_file(struct host *host, const struct host_staged_file *staged);

/* renameat2(2) with RENAME_NOREPLACE (replace = false) or plain rename semantics. */
NODISCARD bool host_rename_at(struct host *host, int from_dir_fd, const char *from, int to_dir_fd,
	const char *to, bool replace, struct diags *diags);
/* renameat2(2) with RENAME_EXCHANGE. */
NODISCARD bool host_exchange_at(struct host *host, int a_dir_fd, const char *a, int b_dir_fd,
	const char *b, struct diags *diags);

/* A missing name is success. */
NODISCARD bool host_unlink_at(struct host *host, int dir_fd, const char *name, struct diags *diags);
NODISCARD bool host_unlink(struct host *host, const char *path, struct diags *diags);

/* An empty directory; ENOTEMPTY is reported through *ret_not_empty when that is not NULL. A missing
 * name is success. */
NODISCARD bool host_remove_dir_at(
	struct host *host, int dir_fd, const char *name, bool *ret_not_empty, struct diags *diags);
NODISCARD bool host_remove_dir(
	struct host *host, const char *path, bool *ret_not_empty, struct diags *diags);

/*
 * Owner and mode of what is at a name, race-free: opened O_PATH | O_NOFOLLOW, compared with dev and
 * ino of `expected`, then fchownat(AT_EMPTY_PATH) and, unless it is a symbolic link, chmod through
 * the descriptor. Narrows the mode before a change of owner and widens it after.
 */
NODISCARD bool host_own_at(struct host *host, int dir_fd, const char *name,
	const struct stat *expected, const struct host_owner *owner, struct diags *diags);

NODISCARD bool host_sync_dir(struct host *host, const char *path, struct diags *diags);
NODISCARD bool host_sync_fd(struct host *host, int fd, const char *path, struct diags *diags);
/* syncfs(2) of the filesystem that holds fd. */
NODISCARD bool host_sync_filesystem(
	struct host *host, int fd, const char *path, struct diags *diags);

/* A file that grows, for the journal: created O_EXCL 0600 or opened for appending. */
NODISCARD bool host_open_append(
	struct host *host, const char *path, bool create, int *ret_fd, struct diags *diags);
/* Writes all of it at the end; a short write is an error. */
NODISCARD bool host_append(
	struct host *host, int fd, struct bytes bytes, const char *path, struct diags *diags);
NODISCARD bool host_truncate(
	struct host *host, int fd, off_t size, const char *path, struct diags *diags);
/* Reserves disk space behind the end without changing the size; unsupported is not an error. */
NODISCARD bool host_reserve(
	struct host *host, int fd, off_t size, const char *path, struct diags *diags);

/* An exclusive advisory lock on a file (created 0600 when missing), held until the fd is closed.
 * It excludes both open file description locks and lckpwdf(3). *ret_fd = -1 and success when it is
 * still held by somebody else after wait_seconds. */
NODISCARD bool host_lock_file(struct host *host, const char *path, unsigned wait_seconds,
	int *ret_fd, struct diags *diags);

/* The real path of a host path for programs that we start (sshd -T): root + path. */
char *host_real_path(const struct host *host, const char *path, struct arena *arena);

#endif
