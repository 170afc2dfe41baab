/*
 * host_copy_map.c - what the copy of an entry has instead of what its source has; see copy.h. The
 * copy is made by it and compared by it.
 */
#include "core/base/copy.h"
#include "core/base/host_internal.h"

struct host_owner
tree_owner(const struct tree_copy *copy, const struct walk_entry *entry)
{
	const struct stat *st = &entry->st;
	struct host_owner owner = { st->st_uid, st->st_gid, st->st_mode & 07777 };
	if (copy->mapping && copy->mapping->own)
		copy->mapping->own(copy->mapping->ctx, entry, &owner);
	if (S_ISLNK(st->st_mode))
		owner.mode = st->st_mode & 07777;
	return owner;
}

bool
tree_wants(const struct tree_copy *copy, const struct walk_entry *entry)
{
	const struct tree_mapping *mapping = copy->mapping;
	return S_ISDIR(entry->st.st_mode) || !mapping || !mapping->wants ||
		mapping->wants(mapping->wants_ctx, entry);
}

bool
tree_keeps_xattr(const struct tree_copy *copy, const struct walk_entry *entry, const char *xattr)
{
	const struct tree_mapping *mapping = copy->mapping;
	return !mapping || !mapping->keeps || mapping->keeps(mapping->ctx, entry, xattr);
}

const char *
tree_target(const struct tree_copy *copy, const struct walk_entry *entry, const char *target)
{
	const struct tree_mapping *mapping = copy->mapping;
	const char *another =
		mapping && mapping->target ? mapping->target(mapping->ctx, entry, target) : NULL;
	return another ? another : target;
}
