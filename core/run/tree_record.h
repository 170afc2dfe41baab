/*
 * tree_record.h - what an adoption moves and whose it makes it, on disk before it does so.
 *
 * runs/<id>/homes/<login>.tree, root 0600, text:
 *
 *	rehome-tree 1
 *	move INO NAME                                a first-level folder that is renamed
 *	make PATH                                    a folder that the run makes inside one of them
 *	own INO UID GID MODE UID GID MODE PATH       owner and mode before and after
 *	xattr INO NAME HEX                           what that inode loses: ACL, capabilities
 *	skip PATH                                    has links elsewhere, and stays as it is
 *	link UID GID UID GID SEC NSEC PATH OLD NEW   a symbolic link that gets another target;
 *						     owners before and after, its own times
 *	end LINES
 *
 * Names and paths (below the home) have %XX for blanks, controls, '%' and all above 7e. Inodes are
 * what undo goes by, weeks later: people rename their files, and paths are for messages. A file
 * without its end is torn, and then nothing was done yet.
 */
#ifndef REHOME_RUN_TREE_RECORD_H
#define REHOME_RUN_TREE_RECORD_H

#include "core/base/walk.h"
#include "core/run/step.h"

struct moved_folder {
	const char *name;
	uint64_t ino;
};

struct owned_inode {
	uint64_t ino;
	const char *path;
	struct host_owner before, after;
	struct host_xattrs dropped;
};

/* Another inode than before, so what undo goes by is its path and its target. */
struct relinked {
	const char *path;
	struct host_owner before, after; /* no mode */
	struct timespec modified;
	const char *old_target, *new_target;
};

struct tree_record {
	struct arena *arena;
	struct {
		struct moved_folder *items;
		size_t count, room;
	} moved;
	struct string_list made;
	struct {
		struct owned_inode *items;
		size_t count, room;
	} owned; /* by inode */
	struct {
		struct relinked *items;
		size_t count, room;
	} links;
	struct string_list skipped;
};

/* Writes as it goes: only a buffer's worth is in memory. */
struct tree_writer {
	struct run *run;
	const char *path;
	int fd;
	struct buffer pending;
	size_t lines;
};

NODISCARD bool tree_writer_open(struct run *run, const char *login, struct tree_writer *ret_writer);
NODISCARD bool tree_writer_move(struct tree_writer *writer, const struct moved_folder *folder);
NODISCARD bool tree_writer_make(struct tree_writer *writer, const char *path);
NODISCARD bool tree_writer_own(struct tree_writer *writer, const struct owned_inode *inode);
NODISCARD bool tree_writer_link(struct tree_writer *writer, const struct relinked *link);
NODISCARD bool tree_writer_skip(struct tree_writer *writer, const char *path);
/* The end, and all of it on disk. */
NODISCARD bool tree_writer_complete(struct tree_writer *writer);
void tree_writer_finish(struct tree_writer *writer);
#define AUTO_TREE_WRITER AUTO(tree_writer_finish)

/* Everything is in the arena. A file that is missing, torn or none of ours is an error. */
NODISCARD bool tree_record_load(struct run *run, const char *login, struct arena *arena,
	struct tree_record *ret_record, struct diags *diags);
/* The reader behind it, for tests and fuzzing. */
NODISCARD bool tree_record_parse(struct bytes text, const char *shown, struct arena *arena,
	struct tree_record *ret_record, struct diags *diags);

/* NULL when the inode is none of the record's. */
const struct owned_inode *tree_record_find(const struct tree_record *record, uint64_t ino);

#endif
