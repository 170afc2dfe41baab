/*
 * root_walk.c - along a path as the kernel goes it, and whether some process may.
 *
 * For an archive there is no kernel to resolve; for permissions its answer would be ours, not that
 * of the old machine's process.
 */
#include <endian.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/old/root_internal.h"

enum { LINKS = 40 };

/* ---- permissions ---- */

static bool
in_group(const struct old_ids *ids, gid_t gid)
{
	for (size_t i = 0; i < ids->group_count; i++) {
		if (ids->groups[i] == gid)
			return true;
	}
	return ids->gid == gid;
}

static bool
grants(unsigned permissions, int wanted)
{
	return ((unsigned)wanted & ~permissions) == 0;
}

static bool
mode_grants(const struct old_entry *entry, const struct old_ids *ids, int wanted)
{
	unsigned shift = ids->uid == entry->uid ? 6 : in_group(ids, entry->gid) ? 3 : 0;
	return grants((entry->mode >> shift) & 7, wanted);
}

static bool
root_may(const struct old_entry *entry, int wanted)
{
	return S_ISDIR(entry->mode) || !(wanted & X_OK) || (entry->mode & 0111);
}

/* Of the entries that fit, as acl(5) orders them: the owner, a named user, groups, others. */
struct acl_match {
	bool user, group, group_grants;
	unsigned user_permissions, mask, others;
};

static bool
match_acl(struct bytes acl, const struct old_entry *entry, const struct old_ids *ids, int wanted,
	struct acl_match *match)
{
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry one;
	if (acl.size < sizeof(header) || (acl.size - sizeof(header)) % sizeof(one) != 0)
		return false;
	memcpy(&header, acl.data, sizeof(header));
	if (le32toh(header.a_version) != POSIX_ACL_XATTR_VERSION)
		return false;

	*match = (struct acl_match){ .mask = 7 };
	for (size_t offset = sizeof(header); offset < acl.size; offset += sizeof(one)) {
		memcpy(&one, acl.data + offset, sizeof(one));
		unsigned permissions = le16toh(one.e_perm), id = le32toh(one.e_id);
		bool is_group = false;
		switch (le16toh(one.e_tag)) {
		case ACL_USER:
			if (id == ids->uid && !match->user) {
				match->user = true;
				match->user_permissions = permissions;
			}
			break;
		case ACL_GROUP_OBJ:
			is_group = in_group(ids, entry->gid);
			break;
		case ACL_GROUP:
			is_group = in_group(ids, id);
			break;
		case ACL_MASK:
			match->mask = permissions;
			break;
		case ACL_OTHER:
			match->others = permissions;
			break;
		}
		match->group |= is_group;
		match->group_grants |= is_group && grants(permissions, wanted);
	}
	return true;
}

static bool
acl_grants(struct bytes acl, const struct old_entry *entry, const struct old_ids *ids, int wanted)
{
	struct acl_match match;
	if (!match_acl(acl, entry, ids, wanted, &match))
		return false;
	if (match.user)
		return grants(match.user_permissions & match.mask, wanted);
	if (match.group)
		return match.group_grants && grants(match.mask, wanted);
	return grants(match.others, wanted);
}

static bool
node_may(struct old_root *root, const struct root_node *node, const struct old_ids *ids, int wanted)
{
	struct bytes acl;
	if (ids->uid == 0)
		return root_may(&node->entry, wanted);
	if (ids->uid == node->entry.uid)
		return mode_grants(&node->entry, ids, wanted);
	if (root->kind->acl(root, node, &acl) != OLD_OK)
		return false;
	/* With a mask of nothing the kernel does not look at the ACL. */
	bool counts = acl.size && (node->entry.mode & S_IRWXG);
	return counts ? acl_grants(acl, &node->entry, ids, wanted)
		      : mode_grants(&node->entry, ids, wanted);
}

bool
old_root_may(struct old_root *root, const char *path, const struct old_ids *ids, int wanted)
{
	AUTO_NODE struct root_node node = NO_NODE;
	return root_walk(root, path, true, ids, &node) == OLD_OK &&
		node_may(root, &node, ids, wanted);
}

/* ---- the walk ---- */

struct walk {
	struct old_root *root;
	const struct old_ids *ids;
	struct buffer here; /* the physical path that was reached; empty = "/" */
	size_t jail;	    /* the first bytes of it that cannot be left */
	struct root_node node;
	const char *rest; /* what is still to go */
	unsigned links;
};

static void
walk_finish(struct walk *walk)
{
	root_node_release(&walk->node);
	buffer_finish(&walk->here);
}

static enum old_status
stand_on(struct walk *walk)
{
	root_node_release(&walk->node);
	const char *path = walk->here.size ? buffer_text(&walk->here) : "/";
	return walk->root->kind->look(walk->root, path, &walk->node);
}

static void
cut_here(struct walk *walk, size_t size)
{
	walk->here.size = size;
	if (walk->here.data)
		walk->here.data[size] = '\0';
}

static enum old_status
go_up(struct walk *walk)
{
	const char *slash = strrchr(buffer_text(&walk->here), '/');
	if (walk->here.size > walk->jail)
		cut_here(walk, slash ? (size_t)(slash - walk->here.data) : 0);
	return stand_on(walk);
}

/* The link at `here`, whose directory is the first `above` bytes of it. */
static enum old_status
go_along_link(struct walk *walk, size_t above)
{
	const char *target;
	if (walk->links++ >= LINKS)
		return OLD_LOOP;
	enum old_status status = walk->root->kind->target(walk->root, &walk->node, &target);
	if (status != OLD_OK)
		return status;
	if (!*target)
		return OLD_ABSENT;
	walk->rest = arena_printf(walk->root->arena, "%s%s%s", target, *walk->rest ? "/" : "",
		walk->rest + strspn(walk->rest, "/"));
	cut_here(walk, *target == '/' ? walk->jail : above);
	return stand_on(walk);
}

/* One name of the rest, without its slashes. */
static enum old_status
step_into(struct walk *walk, const char *name, size_t length, bool follow)
{
	size_t above = walk->here.size;
	if (!S_ISDIR(walk->node.entry.mode) || length > NAME_MAX)
		return OLD_ABSENT;
	if (walk->ids && !node_may(walk->root, &walk->node, walk->ids, X_OK))
		return OLD_UNREADABLE;
	if (length == 1 && *name == '.')
		return OLD_OK;
	if (length == 2 && name[0] == '.' && name[1] == '.')
		return go_up(walk);
	if (above + 1 + length >= PATH_MAX)
		return OLD_ABSENT;
	buffer_printf(&walk->here, "/%.*s", (int)length, name);
	enum old_status status = stand_on(walk);
	if (status == OLD_OK && follow && S_ISLNK(walk->node.entry.mode))
		status = go_along_link(walk, above);
	return status;
}

/* From where it stands; the rest of the path is left empty. */
static enum old_status
walk_on(struct walk *walk, const char *path, bool follow)
{
	if (!*path)
		return OLD_ABSENT;
	walk->rest = path;
	enum old_status status = stand_on(walk);
	while (status == OLD_OK && *walk->rest) {
		const char *name = walk->rest + strspn(walk->rest, "/");
		size_t length = strcspn(name, "/");
		walk->rest = name + length;
		/* "name/" is a directory, and a link in its place is followed. */
		if (length)
			status = step_into(walk, name, length, follow || *walk->rest);
		else if (!S_ISDIR(walk->node.entry.mode))
			status = OLD_ABSENT;
	}
	if (status == OLD_OK)
		walk->node.entry.real = walk->here.size
			? arena_strdup(walk->root->arena, buffer_text(&walk->here))
			: "/";
	return status;
}

enum old_status
root_walk(struct old_root *root, const char *path, bool follow, const struct old_ids *ids,
	struct root_node *ret_node)
{
	AUTO(walk_finish) struct walk walk = { .root = root, .ids = ids, .node = NO_NODE };
	enum old_status status = walk_on(&walk, path, follow);
	if (status != OLD_OK)
		return status;
	*ret_node = walk.node;
	walk.node.fd = -1;
	return OLD_OK;
}

enum old_status
old_root_chdir(struct old_root *root, const struct old_standing *from, const char *path,
	const struct old_ids *ids, struct old_entry *ret_entry)
{
	AUTO(walk_finish) struct walk walk = { .root = root, .ids = ids, .node = NO_NODE };
	const char *start = *path == '/' ? from->jail : from->cwd;
	if (strcmp(start, "/") != 0)
		buffer_add_text(&walk.here, start);
	walk.jail = strcmp(from->jail, "/") != 0 ? strlen(from->jail) : 0;
	enum old_status status = walk_on(&walk, path, true);
	if (status != OLD_OK)
		return status;
	if (!S_ISDIR(walk.node.entry.mode))
		return OLD_WRONG_TYPE;
	if (ids && !node_may(root, &walk.node, ids, X_OK))
		return OLD_UNREADABLE;
	*ret_entry = walk.node.entry;
	return OLD_OK;
}

bool
old_root_may_here(struct old_root *root, const char *path, const struct old_ids *ids, int wanted)
{
	AUTO_NODE struct root_node node = NO_NODE;
	return root_walk(root, path, true, NULL, &node) == OLD_OK &&
		node_may(root, &node, ids, wanted);
}
