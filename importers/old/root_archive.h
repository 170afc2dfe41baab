/*
 * root_archive.h - the tree that an archive of an old machine holds, in memory.
 */
#ifndef REHOME_IMPORTERS_OLD_ROOT_ARCHIVE_H
#define REHOME_IMPORTERS_OLD_ROOT_ARCHIVE_H

#include "importers/old/root_internal.h"

/* One entry of a POSIX ACL; by name where the archive knows no number. */
struct archive_acl_entry {
	uint16_t tag, permissions; /* as in linux/posix_acl.h */
	bool has_id;
	uint32_t id;
	const char *name;
};

/* What a member says; a hard link is another node with the same ones. */
struct archive_member {
	struct old_entry entry;
	const char *target; /* of a symbolic link */
	bool has_content;
	struct bytes content;
	struct {
		struct archive_acl_entry *items;
		size_t count, room;
	} acl;
};

struct archive_node {
	const char *path; /* "/etc/passwd"; "/" is the root */
	struct archive_member member;
	struct archive_node *children, *sibling;
};

/* Against archives that are made to fill the memory. */
enum { ARCHIVE_NODES_LIMIT = 4 * 1000 * 1000, ARCHIVE_PATHS_LIMIT = 512 << 20 };

struct old_archive {
	struct arena *arena;
	struct table nodes;
	size_t path_bytes;
	const struct old_unix *accounts; /* NULL = not asked yet */
};

struct old_archive *archive_tree_create(struct arena *arena);

/*
 * The path as the tree has it: absolute, without ".", doubled and trailing slashes. False for one
 * with "..", too long, or empty.
 */
bool archive_tree_path(const char *name, char *path, size_t room);

enum archive_taken {
	ARCHIVE_TAKEN,
	ARCHIVE_LEFT_OUT, /* below something that is no directory, or in place of a full one */
	ARCHIVE_FULL,	  /* a limit is reached */
};

/* Directories that are missing on the way become root's own; the last of one path wins. */
enum archive_taken archive_tree_put(
	struct old_archive *archive, const char *path, const struct archive_member *member);
struct archive_node *archive_tree_get(const struct old_archive *archive, const char *path);

#endif
