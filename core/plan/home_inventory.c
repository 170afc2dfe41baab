/*
 * home_inventory.c - one look at a home that people live in; see home_inventory.h.
 */
#include "core/plan/home_inventory.h"

#include "core/base/cleanup.h"

static void
note_first_level(struct home_inventory *inventory, struct arena *arena, const char *name,
	const struct stat *st)
{
	table_set(&inventory->first_level, name, inventory);
	if (*name == '.') {
		inventory->hidden++;
		return;
	}
	if (!S_ISDIR(st->st_mode)) {
		inventory->loose++;
		return;
	}
	struct home_folder folder = {
		.name = name,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mode = st->st_mode & 07777,
	};
	ARRAY_PUSH(arena, &inventory->folders, folder);
}

bool
home_inventory_take(struct host *host, const char *home, struct arena *arena,
	struct home_inventory *ret_inventory, struct diags *diags)
{
	struct home_inventory inventory = { .first_level = { .arena = arena } };
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	if (!host_open_dir(host, home, &fd, diags) || !host_list_at(host, fd, arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		if (!host_inspect_at(host, fd, *name, &entry, diags))
			return false;
		if (entry.exists)
			note_first_level(&inventory, arena, *name, &entry.st);
	}
	*ret_inventory = inventory;
	return true;
}
