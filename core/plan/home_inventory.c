/*
 * home_inventory.c - one look at a home that people live in; see home_inventory.h.
 *
 * The first level is listed before the walk, because it decides what moves where: a link deep in
 * one folder may lead to a loose file of another place.
 */
#include "core/plan/home_inventory.h"

#include <limits.h>
#include <linux/fs.h>
#include <string.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/base/walk.h"

enum { HOLES_FROM = 1 << 20 };

/* Where the things of the first level go. */
static char stays, moves;

struct inventory {
	struct host *host;
	const struct home_request *request;
	struct arena *arena;
	struct home_inventory *result;
	struct id_table linked; /* walk_inode_key() -> struct linked */
	struct {
		struct linked **items;
		size_t count, room;
	} linked_list; /* the same, as they were met */
};

/* A regular file with several names. */
struct linked {
	uint64_t names, seen;
	const char *path;
};

/* ---- the first level ---- */

static void
note_first_level(const struct inventory *inventory, const char *name, const struct stat *st)
{
	struct home_inventory *result = inventory->result;
	bool is_folder = *name != '.' && S_ISDIR(st->st_mode);
	table_set(&result->first_level, name, is_folder ? &stays : &moves);
	result->hidden += *name == '.';
	result->loose += *name != '.' && !is_folder;
	if (!is_folder)
		return;
	struct home_folder folder = {
		.name = name,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mode = st->st_mode & 07777,
	};
	ARRAY_PUSH(inventory->arena, &result->folders, folder);
}

static bool
list_first_level(const struct inventory *inventory, int fd, struct diags *diags)
{
	struct string_list names = { 0 };
	if (!host_list_at(inventory->host, fd, inventory->arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		if (!host_inspect_at(inventory->host, fd, *name, &entry, diags))
			return false;
		if (entry.exists)
			note_first_level(inventory, *name, &entry.st);
	}
	return true;
}

/* ---- counting ---- */

static void
note(const struct inventory *inventory, enum home_kind kind, const char *path)
{
	struct home_finding *found = &inventory->result->found[kind];
	if (found->count++ < HOME_SAMPLES)
		string_list_push(
			inventory->arena, &found->paths, arena_strdup(inventory->arena, path));
}

/* True when the inode is met for the first time, as far as that is remembered. */
static bool
is_new_inode(struct inventory *inventory, const struct walk_entry *entry)
{
	struct linked *linked;
	if (entry->st.st_nlink < 2)
		return true;
	linked = id_table_get(&inventory->linked, walk_inode_key(&entry->st));
	if (linked) {
		linked->seen++;
		return false;
	}
	if (inventory->linked.count >= HOME_LINKED_MAX) {
		inventory->result->linked_too_many = true;
		return true;
	}
	linked = ARENA_NEW(inventory->linked.arena, struct linked);
	*linked = (struct linked){
		.names = entry->st.st_nlink,
		.seen = 1,
		.path = arena_strdup(inventory->linked.arena, entry->path),
	};
	id_table_set(&inventory->linked, walk_inode_key(&entry->st), linked);
	ARRAY_PUSH(inventory->linked.arena, &inventory->linked_list, linked);
	return true;
}

static void
count_file(struct inventory *inventory, const struct walk_entry *entry)
{
	const struct stat *st = &entry->st;
	uint64_t size = (uint64_t)st->st_size, allocated = (uint64_t)st->st_blocks * 512;
	if (st->st_mode & (S_ISUID | S_ISGID))
		note(inventory, HOME_SET_ID, entry->path);
	if (!is_new_inode(inventory, entry))
		return;
	inventory->result->files++;
	/* Holes are no data; small files may be kept where no block is counted. */
	inventory->result->bytes += size >= HOLES_FROM && allocated < size ? allocated : size;
}

static void
count_outer_links(struct inventory *inventory)
{
	ARRAY_FOREACH (linked, &inventory->linked_list) {
		if ((*linked)->seen < (*linked)->names)
			note(inventory, HOME_LINKED, (*linked)->path);
	}
}

/* ---- symbolic links ---- */

/* A path of names below the home, while ".." is resolved. */
struct inner_path {
	char text[PATH_MAX];
	size_t size;
};

/* Adds the parts of `path`; false when it leaves the home, or is longer than any path. */
static bool
descend(struct inner_path *at, const char *path)
{
	while (*path) {
		size_t size = strcspn(path, "/");
		if (size == 2 && memcmp(path, "..", 2) == 0) {
			if (!at->size)
				return false;
			while (at->size && at->text[at->size - 1] != '/')
				at->size--;
			at->size -= at->size != 0;
		} else if (size && !(size == 1 && *path == '.')) {
			if (at->size + size + 2 > sizeof(at->text))
				return false;
			if (at->size)
				at->text[at->size++] = '/';
			memcpy(at->text + at->size, path, size);
			at->size += size;
		}
		path += size;
		path += *path == '/';
	}
	at->text[at->size] = '\0';
	return true;
}

/* Whether what has this path below the home goes to the folder of loose files. */
static bool
is_moved(const struct inventory *inventory, const char *path)
{
	char name[NAME_MAX + 1];
	size_t size = strcspn(path, "/");
	if (!size || size >= sizeof(name))
		return false;
	memcpy(name, path, size);
	name[size] = '\0';
	return table_get(&inventory->result->first_level, name) == &moves;
}

const char *
home_link_rest(const char *home, const char *target)
{
	size_t size = strlen(home), depth = 0;
	if (strncmp(target, home, size) != 0 || (target[size] && target[size] != '/'))
		return NULL;
	const char *rest = target + size + strspn(target + size, "/");
	while (rest[0] == '.' && (rest[1] == '/' || !rest[1]))
		rest += 1 + strspn(rest + 1, "/");
	for (const char *part = rest; *part; part += strspn(part, "/")) {
		size_t length = strcspn(part, "/");
		bool is_up = length == 2 && memcmp(part, "..", 2) == 0;
		if (is_up && depth-- < 2)
			return NULL;
		depth += !is_up && !(length == 1 && *part == '.');
		part += length;
	}
	return rest;
}

static enum home_kind
judge_link(const struct inventory *inventory, const struct walk_entry *entry, const char *target)
{
	struct inner_path at = { .size = 0 };
	const struct home_request *request = inventory->request;
	const char *home = request->old_path ? request->old_path : request->home;
	if (*target == '/')
		return home_link_rest(home, target) ? HOME_LINK_INTO : HOME_LINK_OUT;
	size_t parent = strlen(entry->path) - strlen(entry->name);
	if (parent >= sizeof(at.text))
		return HOME_LINK_OUT;
	memcpy(at.text, entry->path, parent);
	at.size = parent ? parent - 1 : 0;
	if (!descend(&at, target))
		return HOME_LINK_OUT;
	return !at.size || is_moved(inventory, entry->path) == is_moved(inventory, at.text)
		? HOME_KINDS
		: HOME_LINK_MOVED;
}

static void
count_link(const struct inventory *inventory, const struct walk_entry *entry)
{
	char target[PATH_MAX];
	ssize_t size = readlinkat(entry->fd, "", target, sizeof(target) - 1);
	if (size < 0)
		return;
	target[size] = '\0';
	enum home_kind kind = judge_link(inventory, entry, target);
	if (kind != HOME_KINDS)
		note(inventory, kind, entry->path);
}

/* ---- what an adoption would change ---- */

bool
home_folder_is_sealed(const struct folder *folder)
{
	return folder->access == FOLDER_READ &&
		(!folder->owner || strcmp(folder->owner, "root") == 0);
}

/* The nearest folder of the layout above a path decides. */
static bool
is_sealed(const struct inventory *inventory, const char *path)
{
	const struct folder *nearest = NULL;
	size_t longest = 0;
	ARRAY_FOREACH (folder, inventory->request->folders) {
		size_t size = strlen(folder->path);
		if (size < longest || strncmp(folder->path, path, size) != 0 ||
			(path[size] && path[size] != '/'))
			continue;
		nearest = folder;
		longest = size;
	}
	return nearest && home_folder_is_sealed(nearest);
}

static bool
note_attributes(
	const struct inventory *inventory, const struct walk_entry *entry, struct diags *diags)
{
	struct arena scratch = { 0 };
	struct host_xattrs xattrs = { 0 };
	unsigned flags = 0;
	bool is_plain = S_ISREG(entry->st.st_mode) || S_ISDIR(entry->st.st_mode);
	bool ok = !is_plain ||
		(host_inode_flags(inventory->host, entry->fd, entry->path, &flags, diags) &&
			host_read_xattrs(
				inventory->host, entry->fd, entry->path, &scratch, &xattrs, diags));
	if (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL))
		note(inventory, HOME_PINNED, entry->path);
	ARRAY_FOREACH (xattr, &xattrs) {
		if (strncmp(xattr->name, "system.posix_acl", 16) == 0)
			note(inventory, HOME_ACL, entry->path);
		else if (strcmp(xattr->name, "security.capability") == 0)
			note(inventory, HOME_CAPABILITY, entry->path);
	}
	arena_finish(&scratch);
	return ok;
}

/* ---- who reads ---- */

/* By the mode bits. Root's stays root's when a home gets another owner, and so does a second name
 * of what is somebody else's. */
static bool
is_unread(const struct home_reader *reader, const struct stat *st)
{
	if (!reader || !reader->uid || !st->st_uid || S_ISLNK(st->st_mode))
		return false;
	if (st->st_uid == reader->uid || (S_ISREG(st->st_mode) && st->st_nlink > 1))
		return false;
	for (size_t i = 0; i < reader->gid_count; i++) {
		if (reader->gids[i] == st->st_gid)
			return !(st->st_mode & S_IRGRP);
	}
	return !(st->st_mode & S_IROTH);
}

/* ---- the walk ---- */

static void
count(struct inventory *inventory, const struct walk_entry *entry)
{
	mode_t mode = entry->st.st_mode;
	if (entry->st.st_uid != inventory->request->uid)
		note(inventory, HOME_FOREIGN, entry->path);
	if (is_unread(inventory->request->reader, &entry->st))
		note(inventory, HOME_UNREAD, entry->path);
	if (S_ISREG(mode))
		count_file(inventory, entry);
	else if (S_ISLNK(mode))
		count_link(inventory, entry);
	else if (!S_ISDIR(mode))
		note(inventory, HOME_SPECIAL, entry->path);
}

static enum walk_verdict
enter(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct inventory *inventory = ctx;
	if (entry->is_mount) {
		note(inventory, HOME_MOUNT, entry->path);
		return WALK_SKIP;
	}
	if (entry->depth)
		count(inventory, entry);
	bool sealed = entry->depth && is_sealed(inventory, entry->path);
	inventory->result->sealed += sealed;
	if (entry->depth > 1 && !sealed && !inventory->request->owner_changes)
		return WALK_ON;
	return note_attributes(inventory, entry, diags) ? WALK_ON : WALK_STOP;
}

bool
home_inventory_take(struct host *host, const struct home_request *request, struct arena *arena,
	struct home_inventory *ret_inventory, struct diags *diags)
{
	struct home_inventory result = { .first_level = { .arena = arena } };
	struct arena scratch = { 0 };
	struct inventory inventory = {
		.host = host,
		.request = request,
		.arena = arena,
		.result = &result,
		.linked = { .arena = &scratch },
	};
	struct walk_visitor visitor = {
		.ctx = &inventory,
		.enter = enter,
		.any_device = request->any_device,
	};
	AUTO_CLOSE int fd = -1;
	bool ok = host_open_dir(host, request->home, &fd, diags) &&
		list_first_level(&inventory, fd, diags) &&
		host_walk(host, fd, request->home, &visitor, diags);
	if (ok)
		count_outer_links(&inventory);
	arena_finish(&scratch);
	if (ok)
		*ret_inventory = result;
	return ok;
}
