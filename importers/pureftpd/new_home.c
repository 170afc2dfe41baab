/*
 * new_home.c - following a path that does not exist yet.
 */
#include "importers/pureftpd/new_home.h"

#include <string.h>
#include <sys/stat.h>

struct following {
	struct old_root *root;
	const struct old_ids *ids;
	struct buffer path;    /* so far; "" is the root */
	struct old_entry last; /* of what exists of it */
	bool has_new;	       /* its last part is still to be made */
};

/* Uid 0 without CAP_DAC_OVERRIDE, gid 0, and the user's groups already. */
static bool
root_may_make_in(const struct following *following)
{
	const struct old_entry *directory = &following->last;
	bool in_group = !directory->gid;
	for (size_t i = 0; i < following->ids->group_count; i++)
		in_group |= following->ids->groups[i] == directory->gid;
	mode_t bit = !directory->uid ? S_IWUSR : in_group ? S_IWGRP : S_IWOTH;
	return directory->mode & bit;
}

static bool
stand_at(struct following *following)
{
	const char *path = following->path.size ? buffer_text(&following->path) : "/";
	if (old_root_stat(following->root, path, &following->last) != OLD_OK ||
		!S_ISDIR(following->last.mode))
		return false;
	buffer_clear(&following->path);
	buffer_add_text(&following->path,
		strcmp(following->last.real, "/") == 0 ? "" : following->last.real);
	following->has_new = false;
	return true;
}

static bool
go_up(struct following *following)
{
	const char *slash = strrchr(buffer_text(&following->path), '/');
	size_t size = slash ? (size_t)(slash - buffer_text(&following->path)) : 0;
	AUTO_BUFFER struct buffer above = { 0 };
	buffer_add(&above, buffer_text(&following->path), size);
	buffer_clear(&following->path);
	buffer_add(&following->path, buffer_text(&above), size);
	return following->has_new || stand_at(following);
}

static bool
go_into(struct following *following, const char *name, size_t size)
{
	struct old_entry entry;
	if (size == 1 && *name == '.')
		return true;
	if (size == 2 && memcmp(name, "..", 2) == 0)
		return go_up(following);
	buffer_printf(&following->path, "/%.*s", (int)size, name);
	if (old_root_lstat(following->root, buffer_text(&following->path), &entry) != OLD_ABSENT)
		return stand_at(following);
	if (!following->has_new && !root_may_make_in(following))
		return false;
	following->has_new = true;
	return true;
}

bool
new_home_path(
	struct old_root *root, const char *path, const struct old_ids *ids, const char **ret_real)
{
	struct following following = { .root = root, .ids = ids };
	bool ok = stand_at(&following);
	while (ok && *(path += strspn(path, "/"))) {
		size_t size = strcspn(path, "/");
		ok = go_into(&following, path, size);
		path += size;
	}
	if (ok)
		*ret_real = following.path.size
			? arena_strdup(old_root_arena(root), buffer_text(&following.path))
			: "/";
	buffer_finish(&following.path);
	return ok;
}
