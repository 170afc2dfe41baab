/*
 * copy.h - a tree that somebody else owns, once more on another filesystem.
 *
 * For homes that no rename can move. The source is read through the walker and never changed. The
 * copy is made in a directory that nobody but root can enter, so what stands there is ours. Kept
 * are owners, modes, times, ACLs and all other extended attributes, hard links among the files of
 * the tree, holes, FIFOs and symbolic links as they are. Blocks are shared where the filesystem can
 * do that. Sockets are left out and named, since they mean nothing without their process. Devices
 * and mount points are errors: no copy of them would be the same.
 *
 *	host_copy_tree()  ->  on disk  ->  host_compare_trees()  ->  only now may the copy be used
 *
 * Who writes to the source meanwhile makes one of the two fail: a file that changes while it is
 * read is an error at once, anything later is a difference.
 *
 * A copy that resumes goes on where another one was stopped: what has the size and the time of its
 * source is complete, because its times were set last, and what the source has no more is removed.
 */
#ifndef REHOME_BASE_COPY_H
#define REHOME_BASE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/walk.h"

enum {
	/* How many files with several names are remembered; more are an error. */
	TREE_COPY_LINKED = 1000 * 1000,
	/* How many of what was left out are named. */
	TREE_COPY_NAMED = 20,
};

/* What the copy has instead of what its source has. Each may be NULL: as the source. */
struct tree_mapping {
	void *ctx;
	/* *owner is the source's, and becomes the copy's. */
	void (*own)(void *ctx, const struct walk_entry *entry, struct host_owner *owner);
	/* Whether the copy has this extended attribute too. */
	bool (*keeps)(void *ctx, const struct walk_entry *entry, const char *xattr);
	/* Whether the copy has this entry at all; directories it always has. */
	bool (*wants)(void *ctx, const struct walk_entry *entry);
	void *wants_ctx;
	/* Where a symbolic link leads in the copy; the answer is good until the next question. */
	const char *(*target)(void *ctx, const struct walk_entry *entry, const char *target);
};

struct tree_copy {
	int from_fd, to_fd;    /* directories from host_open_dir(); to_fd is root's alone, and empty
				  unless the copy resumes */
	const char *from, *to; /* their paths, for messages */
	const struct tree_mapping *mapping; /* NULL = nothing is another */
	bool any_device;		    /* walk.h, of the source */
	bool resumes, recopies;		    /* recopies: what looks complete too */
	/* Told of bytes that are there, now and then; false stops the copy. May be NULL. */
	bool (*progress)(void *ctx, uint64_t bytes);
	void *progress_ctx;
};

struct tree_copy_facts {
	uint64_t directories, files, bytes; /* the top included; files with several names once */
	uint64_t resumed;		    /* of the files: complete already */
	uint64_t links, fifos;		    /* symbolic links */
	uint64_t sockets;		    /* left out */
	uint64_t shared; /* files that have a name outside the tree too: no longer one file */
	struct string_list left_out; /* the first TREE_COPY_NAMED sockets */
};

/*
 * Copies all that is below from_fd, and owner, mode, times and attributes of the directory itself.
 * When it returns the copy is on disk. After a failure the copy is incomplete and the caller's to
 * remove. Strings of the facts are in the arena.
 */
NODISCARD bool host_copy_tree(struct host *host, const struct tree_copy *copy, struct arena *arena,
	struct tree_copy_facts *ret_facts, struct diags *diags);

/*
 * Reads both trees, the copy from the disk, and compares names, types, owners, modes, modification
 * times, sizes, contents, link targets, hard links and extended attributes. False names the first
 * difference. A security label that only the copy has is none.
 */
NODISCARD bool host_compare_trees(
	struct host *host, const struct tree_copy *copy, struct diags *diags);

#endif
