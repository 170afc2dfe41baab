/*
 * archive_restore.h - a home out of its archive, without trusting a byte of it.
 *
 * Built in "<parent>/.rehome-restore-<login>", root 0700, beside the target, with our own
 * descriptors: every directory on the way was made by this very restore, so no link in the archive
 * can lead anywhere. Digests are compared while it is built. Only when all of it is complete and on
 * disk does it appear, by renames: as a whole where the target does not exist, entry by entry where
 * it does. Nothing is ever overwritten without being asked for, and then what stood there goes into
 * "<parent>/.rehome-quarantine".
 *
 * Devices and sockets are never made. Set-ID bits of files, capabilities and the attributes of the
 * kernel's security modules come back only when asked for.
 */
#ifndef REHOME_RUN_ARCHIVE_RESTORE_H
#define REHOME_RUN_ARCHIVE_RESTORE_H

#include <signal.h>

#include "core/run/archive_read.h"

struct restore_options {
	const char *to;		 /* an absolute path of the host */
	struct string_list only; /* globs for paths, or what is above them; empty = everything */
	bool overwrite, with_privileges;
	const volatile sig_atomic_t *stop;
};

struct restore_result {
	uid_t uid; /* of the home when it was archived */
	uint64_t entries, files, bytes;
	uint64_t skipped;		/* sockets, devices */
	uint64_t without_rights;	/* entries that had more rights than they were given back */
	struct string_list quarantined; /* where what stood in the way is now */
};

/* An archive with contents. False when anything is wrong; the target is then as it was, unless a
 * rename failed half way, which the error says. */
NODISCARD bool archive_restore(struct host *host, const char *dir, const char *login,
	const struct restore_options *options, struct restore_result *ret_result,
	struct arena *arena, struct diags *diags);

/* Beside the home where that is root's directory: "/home/anna.restored-7"; else
 * "/root/rehome-restore/anna". */
NODISCARD bool archive_restore_default(struct host *host, const char *home, const char *login,
	const char *run, struct arena *arena, const char **ret_to, struct diags *diags);

/* ---- archive_tree.c: the tree that is built aside ---- */

struct restoring {
	struct host *host;
	struct arena *arena;
	struct diags *diags;
	const struct restore_options *options;
	struct restore_result *result;
	struct archive_reader *reader;
	struct table *firsts; /* paths that links need although nobody asked for them; or NULL */
};

/* Builds what is wanted as `name` in a directory of root's. */
NODISCARD bool archive_tree_build(struct restoring *restoring, int staging_fd, const char *name);
/* Removes a tree of our own and all in it; a missing one is fine. */
NODISCARD bool archive_tree_remove(
	struct host *host, int dir_fd, const char *name, struct diags *diags);
/* True when the path, or something above it, matches one of the globs. */
bool archive_tree_is_wanted(const struct string_list *globs, const char *path);

/* ---- archive_place.c: the tree takes its place ---- */

/* `name` in staging_fd becomes options->to, whose parent directory is parent_fd. */
NODISCARD bool archive_place_tree(struct restoring *restoring, int staging_fd, const char *name,
	int parent_fd, const char *parent);

#endif
