/*
 * root_internal.h - what the two kinds of ROOT, a directory and an archive, have to answer.
 */
#ifndef REHOME_IMPORTERS_OLD_ROOT_INTERNAL_H
#define REHOME_IMPORTERS_OLD_ROOT_INTERNAL_H

#include "importers/old/root.h"

struct old_archive;
struct archive_node;

/* Something below ROOT that was found. */
struct root_node {
	struct old_entry entry;
	int fd;				   /* of a directory tree: O_PATH; -1 = none */
	const struct archive_node *member; /* of an archive */
};

#define NO_NODE                                                                                    \
	{                                                                                          \
		.fd = -1                                                                           \
	}
#define AUTO_NODE AUTO(root_node_release)

void root_node_release(struct root_node *node);

struct root_kind {
	/* Any path; in entry.real the path without links. */
	enum old_status (*find)(
		struct old_root *root, const char *path, bool follow, struct root_node *ret_node);
	/* A path in which no directory is a link, not followed itself; entry.real may be unset. */
	enum old_status (*look)(
		struct old_root *root, const char *physical, struct root_node *ret_node);
	enum old_status (*target)(
		struct old_root *root, const struct root_node *node, const char **ret_target);
	/* More than the limit is cut off, or OLD_TOO_LARGE. */
	enum old_status (*read)(struct old_root *root, const struct root_node *node, uint64_t limit,
		bool cut, struct bytes *ret_content);
	enum old_status (*list)(
		struct old_root *root, const struct root_node *node, struct string_list *ret_names);
	/* The value of system.posix_acl_access; empty when there is none. */
	enum old_status (*acl)(
		struct old_root *root, const struct root_node *node, struct bytes *ret_acl);
	void (*close)(struct old_root *root);
};

extern const struct root_kind root_directory, root_archive;

struct old_root {
	struct arena *arena;
	const struct root_kind *kind;
	const char *os; /* NULL = not asked yet */
	/* A directory. */
	int fd;
	const char *host_path; /* without trailing slash, "" for "/"; NULL for an archive */
	/* An archive. */
	struct old_archive *archive;
};

bool root_directory_open(struct old_root *root, const char *location, struct diags *diags);
bool root_archive_open(struct old_root *root, const char *location, struct diags *diags);

/*
 * From "/" along a path and the links in it, as the kernel walks, at most 40 links; with ids as a
 * process that may search only what those may (OLD_UNREADABLE otherwise). entry.real is set.
 */
enum old_status root_walk(struct old_root *root, const char *path, bool follow,
	const struct old_ids *ids, struct root_node *ret_node);

enum old_status root_status_of_errno(int error);

#endif
