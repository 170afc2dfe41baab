/*
 * root.h - the files of an old machine: a directory where its root is mounted or copied, or a tar
 * archive of one.
 *
 * Every path is taken below ROOT, symbolic links included ("/" in a link is ROOT), and nothing
 * outside is ever reached: openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS, or our own
 * walk for an archive. Nothing is written. FIFOs, sockets and devices are never opened, links in a
 * circle end, and a file larger than its limit is refused.
 *
 * What a server would do about a file that is missing is the caller's to know, so nothing here
 * makes diagnostics except opening ROOT.
 */
#ifndef REHOME_IMPORTERS_OLD_ROOT_H
#define REHOME_IMPORTERS_OLD_ROOT_H

#include "core/model/importer.h"

struct old_root;

enum old_status {
	OLD_OK,
	OLD_ABSENT,	/* ENOENT, ENOTDIR, ENAMETOOLONG */
	OLD_LOOP,	/* too many symbolic links */
	OLD_WRONG_TYPE, /* not a regular file, or not a directory, as was asked for */
	OLD_TOO_LARGE,
	OLD_UNREADABLE, /* an error of the device, no permission, or not in the archive */
};
const char *old_status_text(enum old_status status); /* "does not exist", ... */

struct old_entry {
	const char *real; /* the path on ROOT with every link resolved */
	uid_t uid;
	gid_t gid;
	mode_t mode; /* with the type */
	uint64_t size, dev, ino;
	int64_t mtime;
};

struct old_file {
	struct old_entry entry;
	struct bytes content; /* behind it is a NUL that is not counted */
};

enum { OLD_FILE_LIMIT = 64 << 20 }; /* bytes; for what has no limit of its own */

/* source->location; ends with false and an error when it is neither. In source->arena; what needs
 * closing is closed by old_root_close(). */
NODISCARD bool old_root_open(
	struct source *source, struct old_root **ret_root, struct diags *diags);
void old_root_close(struct old_root **root);
#define AUTO_OLD_ROOT AUTO(old_root_close)

/* Paths are absolute on ROOT; a relative one is taken from ROOT. */
enum old_status old_root_read(
	struct old_root *root, const char *path, uint64_t limit, struct old_file *ret_file);
/* The first bytes of a file of any size, for servers that read no more of it. */
enum old_status old_root_read_start(
	struct old_root *root, const char *path, uint64_t limit, struct old_file *ret_file);
enum old_status old_root_stat(struct old_root *root, const char *path, struct old_entry *ret_entry);
/* Without following a link in the last component. */
enum old_status old_root_lstat(
	struct old_root *root, const char *path, struct old_entry *ret_entry);
enum old_status old_root_readlink(struct old_root *root, const char *path, const char **ret_target);
/* The names in a directory, all but "." and "..", in byte order. */
enum old_status old_root_list(
	struct old_root *root, const char *path, struct string_list *ret_names);
/* glob(3) without flags but GLOB_PERIOD's absence: paths in byte order; none is OLD_ABSENT. */
enum old_status old_root_glob(
	struct old_root *root, const char *pattern, struct string_list *ret_paths);

/*
 * What access(2) would say to a process with these ids on the old machine, for R_OK|W_OK|X_OK in
 * `wanted`: search permission of every directory on the way, links included, then the permission
 * itself; POSIX ACLs count; uid 0 may everything but execute a file without any x. A missing path
 * is false.
 */
struct old_ids {
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t group_count;
};
bool old_root_may(struct old_root *root, const char *path, const struct old_ids *ids, int wanted);

/* The same for who stands there already, however it came there: only the permission itself. */
bool old_root_may_here(
	struct old_root *root, const char *path, const struct old_ids *ids, int wanted);

/*
 * chdir(2) of a process on the old machine: its root directory is `jail`, which neither ".." nor a
 * link leaves, and it stands in `cwd`; both as entry.real is. It needs search permission on the way
 * and for the directory itself; ids NULL: it may everything. OLD_UNREADABLE: it may not.
 */
struct old_standing {
	const char *jail, *cwd;
};
enum old_status old_root_chdir(struct old_root *root, const struct old_standing *from,
	const char *path, const struct old_ids *ids, struct old_entry *ret_entry);

/* The path on this host where the data are, for copying; NULL when ROOT is an archive. */
const char *old_root_host_path(struct old_root *root, const char *path);
struct arena *old_root_arena(struct old_root *root);
/* os-release's ID and ID_LIKE: which distribution's defaults hold. "" when there is none. */
const char *old_root_os(struct old_root *root);
bool old_root_is_red_hat(struct old_root *root); /* Fedora, RHEL and their kin */
bool old_root_is_debian(struct old_root *root);	 /* Debian, Ubuntu; also when nothing says */

#endif
