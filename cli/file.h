/*
 * file.h - files that the command line names: plans, rejects, exports, lists of users.
 *
 * They are the administrator's word: they may lie anywhere and be reached through symbolic links,
 * but for their last part. What is written is private to its owner (0600) and put in place as a
 * whole.
 */
#ifndef REHOME_CLI_FILE_H
#define REHOME_CLI_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

/* A regular file up to 1 GiB. ret_stat may be NULL. */
NODISCARD bool file_read(const char *path, struct arena *arena, struct bytes *ret_content,
	struct stat *ret_stat, struct diags *diags);

/* The logins of a file, one a line, sorted, each once; blank lines and comments (#) are none. */
NODISCARD bool file_read_logins(
	const char *path, struct arena *arena, struct string_list *ret_logins, struct diags *diags);

/* Replaces what is there. */
NODISCARD bool file_write(
	const char *path, struct bytes content, struct arena *arena, struct diags *diags);

/* O_EXCL: an existing file is an error. */
NODISCARD bool file_create(
	const char *path, struct bytes content, struct arena *arena, struct diags *diags);

/* Files below a directory of their own. */
struct file_tree {
	const char *path;
	struct file_in_tree {
		const char *name; /* "etc/passwd": in at most one directory */
		struct bytes content;
	} * items;
	size_t count, room;
};

/* The directory (0700) with all its files, or nothing: what is there already must be an empty
 * directory. */
NODISCARD bool file_create_tree(
	const struct file_tree *tree, struct arena *arena, struct diags *diags);

/* A missing file is success. */
NODISCARD bool file_remove(const char *path, struct arena *arena, struct diags *diags);

#endif
