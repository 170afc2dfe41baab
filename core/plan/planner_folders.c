/*
 * planner_folders.c - homes and folders: are they possible, and the steps that make them.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

static const struct host_owner JAIL_ROOT = { .uid = 0, .gid = 0, .mode = 0755 };

char *
planner_parent(const char *path, struct arena *arena)
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
	/* A group that this plan makes comes with its members: nobody else can rely on it. */
	if (table_get(&planner->new_groups, folder->group) &&
		!string_list_has(&facts->groups, folder->group))
		return false;
	return planner_group_id(planner, folder->group, ret_gid);
}

static bool
is_group_of(struct planner *planner, const struct account_facts *facts, gid_t gid)
{
	gid_t member;
	if (gid == facts->gid || gid == planner->jail_gid)
		return true;
	ARRAY_FOREACH (group, &facts->groups) {
		if (planner_group_id(planner, *group, &member) && member == gid)
			return true;
	}
	return false;
}

/* A folder is shown to people as read-only: what its owner, group and mode make of that. */
static bool
check_promise(struct planner *planner, const struct folder *folder, struct change *change,
	const struct host_owner *owner)
{
	const struct account_facts *facts = &change->after;
	const char *why = owner->uid == facts->uid ? "the account owns it"
		: owner->mode & S_IWOTH		   ? "its mode lets everybody write"
		: owner->mode & S_IWGRP && is_group_of(planner, facts, owner->gid)
		? "its mode lets a group of the account write"
		: NULL;
	if (folder->access != FOLDER_READ || !why)
		return true;
	planner_block(planner, change, folder->place, "folder-writable",
		"folder '%s' is to be read-only, but %s", folder->path, why);
	planner_hint(change, "Correct its owner, group or mode, or give it rw or read-advisory.");
	return false;
}

bool
planner_folder_owner(struct planner *planner, const struct folder *folder, struct change *change,
	struct host_owner *ret_owner)
{
	const struct account_facts *facts = &change->after;
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
	return check_promise(planner, folder, change, ret_owner);
}

bool
planner_check_own_folders(
	struct planner *planner, const struct account *account, struct change *change)
{
	ARRAY_FOREACH (folder, &account->folders) {
		if (!folder->group || !(folder_mode(folder) & S_ISGID) ||
			!planner_group_is_privileged(planner, folder->group))
			continue;
		planner_block(planner, change, planner_place(account, ACCOUNT_FOLDERS),
			"group-privileged",
			"folder '%s': what is made in it would belong to the group '%s', which "
			"gives rights over the system",
			folder->path, folder->group);
		planner_hint(change,
			"Take the group or the set-group-ID bit out, or give it by a layout.");
		return false;
	}
	return true;
}

/* ---- homes ---- */

/* The login whose home this one is, contains or lies in; and which of these. */
static const char *
find_neighbour(const struct planner *planner, const struct change *change, bool *ret_is_shared,
	const char **ret_how)
{
	const char *home = change->after.home;
	const char *login = planner_rival(table_get(&planner->homes, home), change->login);
	*ret_is_shared = login;
	*ret_how = "is";
	if (login)
		return login;
	*ret_how = "contains";
	login = table_get(&planner->above_homes, home);
	if (login)
		return login;
	*ret_how = "is inside";
	for (char *above = planner_parent(home, planner->arena); strcmp(above, "/") != 0;
		above = planner_parent(above, planner->arena)) {
		const struct claim *claim = table_get(&planner->homes, above);
		if (claim)
			return claim->login;
	}
	return NULL;
}

const char *
planner_home_neighbour(
	const struct planner *planner, const struct change *change, bool *ret_is_shared)
{
	const char *how;
	const char *login = find_neighbour(planner, change, ret_is_shared, &how);
	return login ? arena_printf(planner->arena, "%s %s the home of '%s'", change->after.home,
			       how, login)
		     : NULL;
}

static bool
check_neighbours(struct planner *planner, struct change *change, struct place place)
{
	bool is_shared;
	const char *fault = planner_home_neighbour(planner, change, &is_shared);
	if (!fault)
		return true;
	planner_block(
		planner, change, place, is_shared ? "home-shared" : "home-nested", "%s", fault);
	planner_hint(change, "Every jail needs a directory of its own, outside of all others.");
	return false;
}

static bool
check_path(struct planner *planner, struct change *change, struct place place)
{
	const char *home = change->after.home;
	if (jail_path_is_normal(home) && !strchr(home, ':') && !strstr(home, "/.rehome")) {
		if (!jail_is_system_directory(home))
			return true;
		planner_block(planner, change, place, "home-system",
			"%s is a directory of the system and can never be a jail", home);
		planner_hint(change, "Choose a directory below /home or /srv.");
		return false;
	}
	planner_block(planner, change, place, "home-path",
		"home '%s' is not an absolute path without '.', '..', ':', double slashes or names "
		"that begin with '.rehome'",
		home);
	planner_hint(change, "Write it as in /home/anna.");
	return false;
}

static bool
check_parents(struct planner *planner, struct change *change, struct place place)
{
	const char *message, *hint;
	const struct jail_component *fault = jail_base_fault(&planner->snapshot->jails,
		planner_parent(change->after.home, planner->arena), true);
	if (!fault)
		return true;
	jail_explain(fault, planner->arena, &message, &hint);
	planner_block(planner, change, place, "jail-path", "%s", message);
	if (hint)
		planner_hint(change, "%s", hint);
	return false;
}

/* A fault that was met while looking at the host is the change's, and does not end the plan. */
static bool
inspect(struct planner *planner, struct change *change, struct place place, const char *path,
	struct host_entry *ret_entry)
{
	struct diags problems = { .arena = planner->arena };
	if (host_inspect(planner->snapshot->host, path, ret_entry, &problems))
		return true;
	planner_block(
		planner, change, place, "unreadable", "%s: %s", path, problems.items[0].message);
	return false;
}

bool
planner_inspect_home(struct planner *planner, struct change *change, struct place place,
	struct host_entry *ret_entry)
{
	/* Neighbours first: nobody should be told to give root somebody else's home. */
	return check_path(planner, change, place) && check_neighbours(planner, change, place) &&
		check_parents(planner, change, place) &&
		inspect(planner, change, place, change->after.home, ret_entry);
}

void
planner_check_home(struct planner *planner, struct change *change, struct place place)
{
	const char *home = change->after.home;
	struct host_entry entry;
	if (!planner_inspect_home(planner, change, place, &entry) || !entry.exists)
		return;
	planner_block(planner, change, place, "home-exists",
		"%s exists already (owner uid %u), and the account does not", home,
		(unsigned)entry.st.st_uid);
	planner_hint(change, "Move it out of the way, or choose another home.");
}

void
planner_make_home(struct planner *planner, struct change *change, const struct folder_list *folders)
{
	struct step step = {
		.kind = STEP_HOME_CREATE,
		.user = change->login,
		.path = change->after.home,
		.base = planner_parent(change->after.home, planner->arena),
		.owner = JAIL_ROOT,
	};
	ARRAY_FOREACH (folder, folders) {
		struct step_folder made = { .path = folder->path };
		if (planner_folder_owner(planner, folder, change, &made.owner))
			ARRAY_PUSH(planner->arena, &step.folders, made);
	}
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

/* ---- folders of a home that exists ---- */

/* Where the home is until the plan is applied; it may go with its login to another place. */
static const char *
present_home(const struct change *change)
{
	return change->old_login ? change->before.home : change->after.home;
}

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

/* Whether somebody else than root can put a link on this path below the home. */
static bool
is_in_users_hands(struct planner *planner, const char *home, const char *path)
{
	struct diags ignored = { .arena = planner->arena };
	for (const char *above = planner_parent(path, planner->arena); strcmp(above, home) != 0;
		above = planner_parent(above, planner->arena)) {
		struct host_entry entry;
		if (!host_inspect(planner->snapshot->host, above, &entry, &ignored) ||
			!entry.exists || entry.st.st_uid != 0)
			return true;
	}
	return false;
}

static const char *
command_word(struct planner *planner, const char *path)
{
	return text_shell_word(
		planner->arena, host_real_path(planner->snapshot->host, path, planner->arena));
}

/* Numbers, because names may mean something else below another root. */
static void
hint_at_rights(struct planner *planner, struct change *change, const char *path,
	const struct host_entry *entry, const struct host_owner *owner)
{
	const char *word = command_word(planner, path);
	/* Of a directory chmod(1) keeps set-ID bits unless there are five digits. */
	int digits = entry->st.st_mode & ~owner->mode & (S_ISUID | S_ISGID) ? 5 : 4;
	if (is_in_users_hands(planner, present_home(change), path))
		planner_hint(change,
			"Move it to the top of the jail: in a folder of the user's, they can put a "
			"link on this path, and a command of root's would follow.");
	else
		planner_hint(change, "Run: chown %u:%u %s && chmod %0*o %s", (unsigned)owner->uid,
			(unsigned)owner->gid, word, digits, (unsigned)owner->mode, word);
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
		"%s is %u:%u %04o, the source asks for %u:%u %04o; apply does not change folders "
		"that exist",
		path, (unsigned)entry->st.st_uid, (unsigned)entry->st.st_gid,
		(unsigned)(entry->st.st_mode & 07777), (unsigned)owner->uid, (unsigned)owner->gid,
		(unsigned)owner->mode);
	hint_at_rights(planner, change, path, entry, owner);
}

/* A folder that is not there yet, below a home that is. */
void
planner_make_folder(struct planner *planner, struct change *change, const struct folder *folder,
	const struct host_owner *owner)
{
	const char *home = change->after.home;
	const char *path = arena_printf(planner->arena, "%s/%s", home, folder->path);
	struct step *above = new_folder_above(planner, change->login, path);
	if (above) {
		struct step_folder below = { path + strlen(above->path) + 1, *owner, false };
		ARRAY_PUSH(planner->arena, &above->folders, below);
		return;
	}
	struct step step = {
		.kind = STEP_FOLDER_CREATE,
		.user = change->login,
		.path = path,
		.base = planner_parent(home, planner->arena),
		.owner = *owner,
	};
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	planner_add_line(change, planner->arena, "folder",
		arena_printf(planner->arena, "%s is made (%s)", path,
			folder_access_name(folder->access)));
}

void
planner_make_missing_folders(
	struct planner *planner, struct change *change, const struct folder_list *folders)
{
	const char *home = present_home(change);
	ARRAY_FOREACH (folder, folders) {
		const char *path = arena_printf(planner->arena, "%s/%s", home, folder->path);
		struct host_entry entry;
		struct host_owner owner;
		if (!planner_folder_owner(planner, folder, change, &owner) ||
			!inspect(planner, change, folder->place, path, &entry))
			continue;
		if (entry.exists) {
			compare_folder(planner, change, folder, path, &entry, &owner);
			continue;
		}
		planner_make_folder(planner, change, folder, &owner);
	}
}

/* ---- folders that are no longer asked for ---- */

static bool
has_path(const struct folder_list *folders, const char *path)
{
	ARRAY_FOREACH (folder, folders) {
		if (strcmp(folder->path, path) == 0)
			return true;
	}
	return false;
}

/* They stay the account's, so that the registry does not forget what still stands there. */
void
planner_keep_dropped_folders(struct planner *planner, struct change *change, struct place place,
	const struct folder_list *known, const struct folder_list *asked)
{
	const char *home = present_home(change);
	ARRAY_FOREACH (folder, known) {
		const char *path = arena_printf(planner->arena, "%s/%s", home, folder->path);
		const struct folder_list dropped = { .items = folder, .count = 1 };
		struct host_entry entry;
		if (has_path(asked, folder->path) ||
			!inspect(planner, change, place, path, &entry) || !entry.exists)
			continue;
		string_list_push(planner->arena, &change->after.folders,
			folder_list_text(&dropped, planner->arena));
		if (folder->access == FOLDER_KEPT)
			continue; /* no source ever asked for it */
		planner_warn(planner, change, place, "folder-dropped",
			"folder '%s' is no longer in the source; it stays", folder->path);
		if (is_in_users_hands(planner, home, path))
			planner_hint(change, "The user can remove it.");
		else
			planner_hint(change, "To remove it when it is empty: rmdir %s",
				command_word(planner, path));
	}
}
