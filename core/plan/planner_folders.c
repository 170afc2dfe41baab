/*
 * planner_folders.c - homes and folders: are they possible, and the steps that make them.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

static const struct host_owner JAIL_ROOT = { .uid = 0, .gid = 0, .mode = 0755 };

static char *
parent_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? arena_strdup(arena, "/")
			     : arena_strndup(arena, path, (size_t)(slash - path));
}

/* ---- owners ---- */

static bool
owner_uid(struct planner *planner, const struct folder *folder, const struct account_facts *facts,
	uid_t *ret_uid)
{
	if (!folder->owner) {
		*ret_uid = folder->access == FOLDER_READ ? 0 : facts->uid;
		return true;
	}
	if (strcmp(folder->owner, "user") == 0) {
		*ret_uid = facts->uid;
		return true;
	}
	struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, folder->owner);
	uint32_t uid;
	if (!line || !accountdb_line_id(line, PASSWD_UID, &uid))
		return false;
	*ret_uid = uid;
	return true;
}

static bool
owner_gid(struct planner *planner, const struct folder *folder, const struct account_facts *facts,
	gid_t *ret_gid)
{
	if (!folder->group) {
		*ret_gid = planner->jail_gid;
		return true;
	}
	if (strcmp(folder->group, "user") == 0) {
		*ret_gid = facts->gid;
		return true;
	}
	return planner_group_id(planner, folder->group, ret_gid);
}

bool
planner_folder_owner(struct planner *planner, const struct folder *folder,
	const struct account_facts *facts, struct change *change, struct host_owner *ret_owner)
{
	if (!owner_uid(planner, folder, facts, &ret_owner->uid)) {
		planner_block(planner, change, folder->place, "folder-owner",
			"folder '%s': there is no user '%s' to own it", folder->path,
			folder->owner);
		planner_hint(change, "Use user, root, or a login that exists.");
		return false;
	}
	if (!owner_gid(planner, folder, facts, &ret_owner->gid)) {
		planner_block(planner, change, folder->place, "folder-group",
			"folder '%s': there is no group '%s'", folder->path, folder->group);
		planner_hint(change, "Create the group first: groupadd --system %s", folder->group);
		return false;
	}
	ret_owner->mode = folder_mode(folder);
	return true;
}

/* ---- homes ---- */

void
planner_note_home(struct planner *planner, const char *home, const char *login)
{
	if (!table_get(&planner->homes, home))
		table_set(&planner->homes, home, (void *)(uintptr_t)login);
	for (char *above = parent_of(home, planner->arena); strcmp(above, "/") != 0;
		above = parent_of(above, planner->arena)) {
		if (table_get(&planner->above_homes, above))
			break; /* then so is everything above it */
		table_set(&planner->above_homes, above, (void *)(uintptr_t)login);
	}
}

static void
check_nesting(struct planner *planner, struct change *change, struct place place)
{
	const char *home = change->after.home;
	const char *owner = table_get(&planner->homes, home);
	const char *below = table_get(&planner->above_homes, home);
	if (owner) {
		planner_block(planner, change, place, "home-shared", "%s is the home of '%s'", home,
			owner);
		planner_hint(change, "Every jail needs a directory of its own.");
		return;
	}
	if (below) {
		planner_block(planner, change, place, "home-nested", "%s contains the home of '%s'",
			home, below);
		planner_hint(change, "No jail may lie inside another: choose another directory.");
		return;
	}
	for (char *above = parent_of(home, planner->arena); strcmp(above, "/") != 0;
		above = parent_of(above, planner->arena)) {
		owner = table_get(&planner->homes, above);
		if (!owner)
			continue;
		planner_block(planner, change, place, "home-nested",
			"%s is inside %s, the home of '%s'", home, above, owner);
		planner_hint(change, "No jail may lie inside another: choose another directory.");
		return;
	}
}

/* Appends the errors of a look at the host to the change, instead of ending the plan. */
static bool
inspect(struct planner *planner, struct change *change, struct place place, const char *path,
	struct host_entry *ret_entry)
{
	struct diags problems = { .arena = planner->arena };
	if (host_inspect(planner->snapshot->host, path, ret_entry, &problems))
		return true;
	planner_block(planner, change, place, "home-unreadable", "%s: %s", path,
		problems.items[0].message);
	return false;
}

void
planner_check_home(struct planner *planner, struct change *change, struct place place)
{
	const char *home = change->after.home;
	struct host_entry entry;

	if (!jail_path_is_normal(home) || strchr(home, ':')) {
		planner_block(planner, change, place, "home-path",
			"home '%s' is not an absolute path without '.', '..', ':' or double "
			"slashes",
			home);
		planner_hint(change, "Write it as in /home/anna.");
		return;
	}
	if (jail_is_system_directory(home)) {
		planner_block(planner, change, place, "home-system",
			"%s is a directory of the system and can never be a jail", home);
		planner_hint(change, "Choose a directory below %s.", "/home or /srv");
		return;
	}
	const struct jail_component *fault =
		jail_base_fault(&planner->snapshot->jails, parent_of(home, planner->arena), true);
	if (fault) {
		const char *message, *hint;
		jail_explain(fault, planner->arena, &message, &hint);
		planner_block(planner, change, place, "jail-path", "%s", message);
		if (hint)
			planner_hint(change, "%s", hint);
		return;
	}
	if (!inspect(planner, change, place, home, &entry))
		return;
	if (entry.exists) {
		planner_block(planner, change, place, "home-exists",
			"%s exists already (owner uid %u), and the account does not", home,
			(unsigned)entry.st.st_uid);
		planner_hint(change, "Move it out of the way, or choose another home.");
		return;
	}
	check_nesting(planner, change, place);
}

void
planner_make_home(struct planner *planner, struct change *change, const struct folder_list *folders)
{
	struct step step = {
		.kind = STEP_HOME_CREATE,
		.user = change->login,
		.path = change->after.home,
		.base = parent_of(change->after.home, planner->arena),
		.owner = JAIL_ROOT,
	};
	ARRAY_FOREACH (folder, folders) {
		struct step_folder made = { .path = folder->path };
		if (planner_folder_owner(planner, folder, &change->after, change, &made.owner))
			ARRAY_PUSH(planner->arena, &step.folders, made);
	}
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

/* ---- folders of a home that exists ---- */

/* The newest FOLDER_CREATE step of this login that this path lies below, or NULL. */
static struct step *
new_folder_above(struct planner *planner, const char *login, const char *path)
{
	struct plan *plan = planner->plan;
	for (size_t i = plan->steps.count; i-- > 0;) {
		struct step *step = &plan->steps.items[i];
		if (step->kind != STEP_FOLDER_CREATE || strcmp(step->user, login) != 0)
			return NULL;
		if (jail_contains(step->path, path))
			return step;
	}
	return NULL;
}

static void
compare_folder(struct planner *planner, struct change *change, const struct folder *folder,
	const char *path, const struct host_entry *entry, const struct host_owner *owner)
{
	if (!S_ISDIR(entry->st.st_mode)) {
		planner_block(planner, change, folder->place, "folder-type",
			"%s is not a directory", path);
		return;
	}
	if (entry->st.st_uid == owner->uid && entry->st.st_gid == owner->gid &&
		(entry->st.st_mode & 07777) == owner->mode)
		return;
	planner_warn(planner, change, folder->place, "folder-differs",
		"%s is %u:%u %04o, the layout wants %u:%u %04o; existing folders are not changed",
		path, (unsigned)entry->st.st_uid, (unsigned)entry->st.st_gid,
		(unsigned)(entry->st.st_mode & 07777), (unsigned)owner->uid, (unsigned)owner->gid,
		(unsigned)owner->mode);
	planner_hint(change, "See `rehome verify %s`.", change->login);
}

void
planner_make_missing_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders)
{
	const char *home = change->after.home;
	ARRAY_FOREACH (folder, folders) {
		const char *path = arena_printf(planner->arena, "%s/%s", home, folder->path);
		struct host_entry entry;
		struct host_owner owner;
		if (!planner_folder_owner(planner, folder, &change->after, change, &owner) ||
			!inspect(planner, change, folder->place, path, &entry))
			continue;
		if (entry.exists) {
			compare_folder(planner, change, folder, path, &entry, &owner);
			continue;
		}
		struct step *above = new_folder_above(planner, change->login, path);
		if (above) {
			struct step_folder below = { path + strlen(above->path) + 1, owner };
			ARRAY_PUSH(planner->arena, &above->folders, below);
			continue;
		}
		struct step step = {
			.kind = STEP_FOLDER_CREATE,
			.user = change->login,
			.path = path,
			.base = parent_of(home, planner->arena),
			.owner = owner,
		};
		ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
		planner_add_line(change, planner->arena, "folder",
			arena_printf(planner->arena, "%s is made (%s)", path,
				folder_access_name(folder->access)));
	}
}

/* ---- shared directories ---- */

bool
planner_make_dirs(struct planner *planner, const char *path)
{
	struct host_entry entry;
	if (strcmp(path, "/") == 0 || table_get(&planner->made_dirs, path))
		return true;
	if (!host_inspect(planner->snapshot->host, path, &entry, planner->diags))
		return false;
	if (!entry.exists) {
		struct step step = {
			.kind = STEP_DIR_CREATE,
			.path = path,
			.owner = JAIL_ROOT,
		};
		if (!planner_make_dirs(planner, parent_of(path, planner->arena)))
			return false;
		ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	}
	table_set(&planner->made_dirs, path, planner);
	return true;
}
