/*
 * root_archive.c - ROOT as the tree that an archive holds; see root_archive.h.
 *
 * Nodes are found by their physical path; links are walked by root_walk(), as nothing resolves them
 * for us.
 */
#include "importers/old/root_archive.h"

#include <endian.h>
#include <limits.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>
#include <sys/stat.h>

#include "importers/old/unix.h"

/* ---- the tree ---- */

struct archive_node *
archive_tree_get(const struct old_archive *archive, const char *path)
{
	return table_get(&archive->nodes, path);
}

static const struct archive_member plain_directory = { .entry = { .mode = S_IFDIR | 0755 } };

static struct archive_node *
add_node(struct old_archive *archive, const char *path, size_t length)
{
	struct archive_node *node = ARENA_NEW(archive->arena, struct archive_node);
	node->path = arena_strndup(archive->arena, path, length);
	node->member = plain_directory;
	table_set(&archive->nodes, node->path, node);
	archive->path_bytes += length;
	return node;
}

struct old_archive *
archive_tree_create(struct arena *arena)
{
	struct old_archive *archive = ARENA_NEW(arena, struct old_archive);
	archive->arena = archive->nodes.arena = arena;
	add_node(archive, "/", 1);
	return archive;
}

bool
archive_tree_path(const char *name, char *path, size_t room)
{
	size_t used = 0;
	if (!*name)
		return false;
	for (name += strspn(name, "/"); *name; name += strspn(name, "/")) {
		size_t length = strcspn(name, "/");
		bool dot = length == 1 && name[0] == '.';
		if (length > NAME_MAX || used + 1 + length + 1 > room ||
			(length == 2 && name[0] == '.' && name[1] == '.'))
			return false;
		if (!dot) {
			path[used++] = '/';
			memcpy(path + used, name, length);
			used += length;
		}
		name += length;
	}
	if (!used)
		path[used++] = '/';
	path[used] = '\0';
	return true;
}

/* The node of a path's beginning, made when it is missing; NULL when the archive is too large. */
static struct archive_node *
get_or_add(
	struct old_archive *archive, struct archive_node *parent, const char *path, size_t length)
{
	char key[PATH_MAX];
	memcpy(key, path, length);
	key[length] = '\0';
	struct archive_node *node = table_get(&archive->nodes, key);
	if (node)
		return node;
	if (archive->nodes.count >= ARCHIVE_NODES_LIMIT ||
		archive->path_bytes + length > ARCHIVE_PATHS_LIMIT)
		return NULL;
	node = add_node(archive, key, length);
	node->sibling = parent->children;
	parent->children = node;
	return node;
}

enum archive_taken
archive_tree_put(struct old_archive *archive, const char *path, const struct archive_member *member)
{
	struct archive_node *node = table_get(&archive->nodes, "/");
	bool is_root = strcmp(path, "/") == 0;
	for (const char *end = path; *end && !is_root;) {
		end++;
		end += strcspn(end, "/");
		if (!S_ISDIR(node->member.entry.mode))
			return ARCHIVE_LEFT_OUT;
		node = get_or_add(archive, node, path, (size_t)(end - path));
		if (!node)
			return ARCHIVE_FULL;
	}
	if ((node->children || is_root) && !S_ISDIR(member->entry.mode))
		return ARCHIVE_LEFT_OUT;
	node->member = *member;
	return ARCHIVE_TAKEN;
}

/* ---- the questions ---- */

static enum old_status
archive_look(struct old_root *root, const char *physical, struct root_node *ret_node)
{
	const struct archive_node *node = archive_tree_get(root->archive, physical);
	if (!node)
		return OLD_ABSENT;
	*ret_node = (struct root_node){ .fd = -1, .member = node, .entry = node->member.entry };
	return OLD_OK;
}

static enum old_status
archive_find(struct old_root *root, const char *path, bool follow, struct root_node *ret_node)
{
	return root_walk(root, path, follow, NULL, ret_node);
}

static enum old_status
archive_target(struct old_root *root, const struct root_node *node, const char **ret_target)
{
	(void)root;
	*ret_target = node->member->member.target;
	return OLD_OK;
}

static enum old_status
archive_content(struct old_root *root, const struct root_node *node, uint64_t limit, bool cut,
	struct bytes *ret_content)
{
	if (!node->member->member.has_content)
		return OLD_UNREADABLE;
	*ret_content = node->member->member.content;
	if (cut && ret_content->size > limit)
		*ret_content = (struct bytes){
			arena_strndup(root->arena, ret_content->data, limit),
			limit,
		};
	return OLD_OK;
}

static enum old_status
archive_list(struct old_root *root, const struct root_node *node, struct string_list *ret_names)
{
	for (const struct archive_node *child = node->member->children; child;
		child = child->sibling)
		string_list_push(root->arena, ret_names, strrchr(child->path, '/') + 1);
	return OLD_OK;
}

/* The archive's own passwd and group, for ACLs that name their users. */
static const struct old_unix *
own_accounts(struct old_root *root)
{
	struct old_archive *archive = root->archive;
	struct old_file file;
	struct old_unix_files files = { 0 };
	if (archive->accounts)
		return archive->accounts;
	if (old_root_read(root, "/etc/passwd", OLD_FILE_LIMIT, &file) == OLD_OK)
		files.passwd = file.content;
	if (old_root_read(root, "/etc/group", OLD_FILE_LIMIT, &file) == OLD_OK)
		files.group = file.content;
	archive->accounts = old_unix_parse(&files, root->arena);
	return archive->accounts;
}

static bool
find_id(struct old_root *root, const struct archive_acl_entry *entry, uint32_t *ret_id)
{
	const struct old_passwd *user;
	const struct old_group *group;
	*ret_id = entry->id;
	if (entry->has_id || (entry->tag != ACL_USER && entry->tag != ACL_GROUP))
		return true;
	if (!entry->name)
		return false;
	if (entry->tag == ACL_USER) {
		user = old_unix_user(own_accounts(root), entry->name);
		*ret_id = user ? user->uid : 0;
		return user;
	}
	group = old_unix_group(own_accounts(root), entry->name);
	*ret_id = group ? group->gid : 0;
	return group;
}

/* As the kernel would give it; an entry of somebody who is unknown is nobody's. */
static enum old_status
archive_acl(struct old_root *root, const struct root_node *node, struct bytes *ret_acl)
{
	const struct archive_member *member = &node->member->member;
	*ret_acl = (struct bytes){ 0 };
	if (!member->acl.count)
		return OLD_OK;

	AUTO_BUFFER struct buffer acl = { 0 };
	struct posix_acl_xattr_header header = { .a_version = htole32(POSIX_ACL_XATTR_VERSION) };
	buffer_add(&acl, &header, sizeof(header));
	ARRAY_FOREACH (entry, &member->acl) {
		uint32_t id;
		if (!find_id(root, entry, &id))
			continue;
		struct posix_acl_xattr_entry one = {
			.e_tag = htole16(entry->tag),
			.e_perm = htole16(entry->permissions),
			.e_id = htole32(id),
		};
		buffer_add(&acl, &one, sizeof(one));
	}
	*ret_acl = (struct bytes){ arena_copy(root->arena, acl.data, acl.size), acl.size };
	return OLD_OK;
}

static void
archive_close(struct old_root *root)
{
	(void)root; /* everything is in the arena */
}

const struct root_kind root_archive = {
	.find = archive_find,
	.look = archive_look,
	.target = archive_target,
	.read = archive_content,
	.list = archive_list,
	.acl = archive_acl,
	.close = archive_close,
};
