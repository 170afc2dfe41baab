/*
 * planner_adopt_home.c - a home that people live in: is it one that can become a jail where it
 * stands, and what becomes of what is in it.
 *
 * Every state that a home can be in and that a rename would not carry over has a code and a
 * sentence of its own here; none is passed over.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/base/walk.h"
#include "core/plan/planner_adopt.h"

enum { FOLDERS_WATCHED = 1000 };

static const struct host_owner JAIL_ROOT = { .uid = 0, .gid = 0, .mode = 0755 };

static struct place
home_place(const struct adoption *adoption)
{
	return planner_place(adoption->account, ACCOUNT_HOME);
}

/* ---- the states of a home ---- */

/* "/home/anna/" is a way to write a home, but none that a jail's path can have. */
static const char *
without_slashes(const char *path, struct arena *arena)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	return arena_strndup(arena, path, length);
}

/* What useradd(8) and package scripts write for accounts that are to have none. */
static bool
is_no_home(const char *home)
{
	return jail_path_is_normal(home) && home[1] &&
		(jail_contains("/nonexistent", home) || jail_contains("/dev/null", home));
}

/* Where the home is to be, as the source says or, when homes may go elsewhere, as all jails are. */
static const char *
wanted_path(struct adoption *adoption)
{
	if (account_has(adoption->account, ACCOUNT_HOME))
		return adoption->account->home;
	if (adoption->elsewhere == ADOPT_IN_PLACE)
		return adoption->home;
	return planner_home_of(adoption->planner, adoption->account, adoption->change);
}

/* True when the account has a directory that could hold somebody's data. */
static bool
has_home(const struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct diags ignored = { .arena = planner->arena };
	struct host_entry entry;
	const char *home = adoption->home;
	if (!jail_path_is_normal(home) || jail_is_system_directory(home) || is_no_home(home))
		return false;
	/* What cannot be looked at may be full. */
	return !host_inspect(planner->snapshot->host, home, &entry, &ignored) || entry.exists;
}

static bool
choose_path(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const char *written = accountdb_field(adoption->update.passwd, PASSWD_HOME);
	adoption->home = without_slashes(written, planner->arena);
	adoption->elsewhere = planner->options->adopt_elsewhere != ADOPT_IN_PLACE
		? planner->options->adopt_elsewhere
		: planner->config->policy.adopt_elsewhere;
	change->before.home = arena_strdup(planner->arena, written);
	change->after.home = adoption->home;
	change->after.home = wanted_path(adoption);
	adoption->is_new_place = account_has(adoption->account, ACCOUNT_HOME) &&
		strcmp(change->after.home, adoption->home) != 0 && !has_home(adoption);
	if (adoption->is_new_place || strcmp(change->after.home, adoption->home) == 0)
		adoption->elsewhere = ADOPT_IN_PLACE;
	if (is_no_home(change->after.home)) {
		planner_block(planner, change, home_place(adoption), "home-none",
			"'%s' has no home: %s is the word for none", change->login, adoption->home);
		planner_hint(
			change, "Give it one in a home column, such as /home/%s.", change->login);
		return false;
	}
	if (adoption->is_new_place || strcmp(change->after.home, adoption->home) == 0)
		return true;
	if (adoption->elsewhere != ADOPT_IN_PLACE)
		return true;
	planner_block(planner, change, home_place(adoption), "home-move",
		"the home is %s, and is asked for at %s", *adoption->home ? adoption->home : "none",
		change->after.home);
	planner_hint(change,
		"Leave the home out of the source, or say how it gets there: --adopt-elsewhere "
		"copy, or bind to show it in the jail from where it is.");
	return false;
}

static bool
check_type(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const char *home = adoption->home;
	if (S_ISDIR(adoption->entry.st.st_mode))
		return true;
	if (S_ISLNK(adoption->entry.st.st_mode)) {
		planner_block(planner, change, home_place(adoption), "home-symlink",
			"%s is a symbolic link, and a jail is a directory", home);
		planner_hint(change,
			"Name the directory itself as the home: usermod -d DIRECTORY %s",
			change->login);
		return false;
	}
	planner_block(
		planner, change, home_place(adoption), "home-type", "%s is no directory", home);
	planner_hint(change, "Move it out of the way; then a new jail is made.");
	return false;
}

/* Somebody made a jail of it by hand: there is nothing to be moved. */
static bool
is_jail_already(struct adoption *adoption)
{
	adoption->is_jail = adoption->elsewhere == ADOPT_IN_PLACE &&
		!jail_path_fault(&adoption->planner->snapshot->jails, adoption->home, false);
	return adoption->is_jail;
}

static bool
check_owner(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const struct stat *st = &adoption->entry.st;
	if (st->st_uid == change->before.uid)
		return true;
	if (is_jail_already(adoption))
		return true;
	planner_block(planner, change, home_place(adoption), "home-owner",
		"%s belongs to uid %u, and '%s' is uid %u", adoption->home, (unsigned)st->st_uid,
		change->login, (unsigned)change->before.uid);
	planner_hint(change, "If it is theirs, run: chown %s %s", change->login,
		text_shell_word(planner->arena,
			host_real_path(planner->snapshot->host, adoption->home, planner->arena)));
	return false;
}

/* A rename cannot cross into another filesystem, nor move what something is mounted on. */
static bool
check_mount(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct diags problems = { .arena = planner->arena };
	struct host_entry parent;
	const char *base = planner_parent(adoption->home, planner->arena);
	if (!host_inspect(planner->snapshot->host, base, &parent, &problems)) {
		planner_block(planner, change, home_place(adoption), "unreadable", "%s: %s", base,
			problems.items[0].message);
		return false;
	}
	if (parent.st.st_dev == adoption->entry.st.st_dev &&
		parent.mount_id == adoption->entry.mount_id)
		return true;
	planner_block(planner, change, home_place(adoption), "home-mount",
		"%s is a mount point: a home becomes a jail by renames, on the filesystem of %s",
		adoption->home, base);
	planner_hint(change,
		"Mount it on a folder in the home instead, or unmount it and give it back later.");
	return false;
}

static bool
refuse_filesystem(struct adoption *adoption, const char *code, const char *what, const char *hint)
{
	planner_block(adoption->planner, adoption->change, home_place(adoption), code,
		"%s is on %s", adoption->home, what);
	planner_hint(adoption->change, "%s", hint);
	return false;
}

/* Where root may not be root, or a rename may not be one step, nothing can be promised. */
static bool
check_filesystem(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct host *host = planner->snapshot->host;
	struct diags problems = { .arena = planner->arena };
	const char *home = adoption->home;
	struct host_filesystem filesystem;
	AUTO_CLOSE int fd = -1;
	if (!host_open_dir(host, home, &fd, &problems) ||
		!host_filesystem_of(host, fd, home, planner->arena, &filesystem, &problems)) {
		planner_block(planner, adoption->change, home_place(adoption), "unreadable",
			"%s: %s", home, problems.items[0].message);
		return false;
	}
	if (filesystem.is_remote)
		return refuse_filesystem(adoption, "home-remote",
			arena_printf(planner->arena, "%s, which another machine serves",
				filesystem.type),
			"Adopt it on the machine that serves it, or move it to a local disk.");
	if (filesystem.is_fuse)
		return refuse_filesystem(adoption, "home-fuse",
			arena_printf(planner->arena, "%s, which a program serves", filesystem.type),
			"Move it to a filesystem of the kernel's.");
	return !filesystem.is_read_only ||
		refuse_filesystem(adoption, "home-read-only", "a filesystem that is read-only",
			"Mount it for writing first.");
}

static bool
take_inventory(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct diags problems = { .arena = planner->arena };
	struct home_request request = {
		.home = adoption->home,
		.uid = change->before.uid,
		.folders = adoption->folders,
		.owner_changes = change->before.uid != change->after.uid,
	};
	if (home_inventory_take(planner->snapshot->host, &request, planner->arena,
		    &adoption->inventory, &problems))
		return true;
	planner_block(planner, change, home_place(adoption), "unreadable", "%s: %s", adoption->home,
		problems.items[0].message);
	return false;
}

/* "docs/a, docs/b and 7 others" */
static const char *
some_paths(const struct adoption *adoption, enum home_kind kind)
{
	const struct home_finding *found = &adoption->inventory.found[kind];
	AUTO_BUFFER struct buffer text = { 0 };
	size_t shown = found->paths.count < 3 ? found->paths.count : 3;
	for (size_t i = 0; i < shown; i++)
		buffer_printf(&text, "%s'%s'", i ? ", " : "",
			*found->paths.items[i] ? found->paths.items[i] : ".");
	if (found->count > shown)
		buffer_printf(&text, " and %llu more", (unsigned long long)(found->count - shown));
	return arena_strdup(adoption->planner->arena, buffer_text(&text));
}

static const char *
host_word(const struct adoption *adoption, const char *below)
{
	struct planner *planner = adoption->planner;
	const char *path =
		arena_printf(planner->arena, "%s%s%s", adoption->home, *below ? "/" : "", below);
	return text_shell_word(
		planner->arena, host_real_path(planner->snapshot->host, path, planner->arena));
}

/* An inode that has a name elsewhere is not ours to give away. */
static void
warn_of_outer_links(struct adoption *adoption)
{
	const struct home_inventory *inventory = &adoption->inventory;
	struct change *change = adoption->change;
	bool owners_change = inventory->sealed || change->before.uid != change->after.uid;
	if (!owners_change || !inventory->found[HOME_LINKED].count)
		return;
	planner_warn(adoption->planner, change, home_place(adoption), "hard-links",
		"files with names outside the home keep their owner and mode: %s",
		some_paths(adoption, HOME_LINKED));
	planner_hint(change, "Copy them in place of the link, if they are to belong to the jail.");
}

/* What stands in the way of the renames and of the new owners. */
static bool
check_contents(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const struct home_finding *found = adoption->inventory.found;
	if (found[HOME_MOUNT].count) {
		planner_block(planner, change, home_place(adoption), "home-mounts",
			"something is mounted in %s: %s", adoption->home,
			some_paths(adoption, HOME_MOUNT));
		planner_hint(change, "Unmount it for the change: umount %s",
			host_word(adoption, found[HOME_MOUNT].paths.items[0]));
	}
	if (found[HOME_PINNED].count) {
		planner_block(planner, change, home_place(adoption), "home-immutable",
			"immutable or append-only in %s: %s", adoption->home,
			some_paths(adoption, HOME_PINNED));
		planner_hint(change, "If nobody relies on that, run: chattr -ia %s",
			host_word(adoption, found[HOME_PINNED].paths.items[0]));
	}
	warn_of_outer_links(adoption);
	return !planner_is_blocked(change);
}

/* That it can be renamed as a whole. */
static bool
check_in_place(struct adoption *adoption)
{
	return check_owner(adoption) && check_mount(adoption) && check_filesystem(adoption) &&
		take_inventory(adoption) && check_contents(adoption);
}

static bool
look_elsewhere(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct diags problems = { .arena = planner->arena };
	if (!adoption_check_source(adoption))
		return false;
	if (!host_inspect(planner->snapshot->host, adoption->home, &adoption->entry, &problems)) {
		planner_block(planner, change, home_place(adoption), "unreadable", "%s: %s",
			adoption->home, problems.items[0].message);
		return false;
	}
	adoption->home_is_missing = !adoption->entry.exists;
	if (adoption->home_is_missing) {
		adoption->elsewhere = ADOPT_IN_PLACE;
		planner_check_home(planner, change, home_place(adoption));
		return !planner_is_blocked(change);
	}
	return check_type(adoption) &&
		(adoption->elsewhere == ADOPT_BIND ||
			(check_owner(adoption) && take_inventory(adoption) &&
				check_contents(adoption))) &&
		adoption_check_elsewhere(adoption);
}

/* A directory that stands where a new jail is to be is somebody's. */
static bool
check_new_place(struct adoption *adoption)
{
	if (!adoption->is_new_place || !adoption->entry.exists)
		return true;
	planner_block(adoption->planner, adoption->change, home_place(adoption), "home-exists",
		"%s exists already, and it is not the home of '%s'", adoption->change->after.home,
		adoption->change->login);
	planner_hint(adoption->change, "Move it out of the way, or choose another home.");
	return false;
}

/* Of who comes from the old server that ran here it is a case: the account may stay as it is. */
static bool
decide_neighbours(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	const char *home = change->after.home, *fault;
	bool is_shared;
	if (!adoption->account->old || !jail_path_is_normal(home) || jail_is_system_directory(home))
		return true;
	fault = planner_home_neighbour(planner, change, &is_shared);
	if (!fault)
		return true;
	planner_decide_to_leave(planner, change,
		is_shared ? DECISION_SHARED_HOME : DECISION_NESTED_HOME, adoption->account->place,
		fault);
	return false;
}

bool
adoption_look_at_home(struct adoption *adoption)
{
	if (!choose_path(adoption))
		return false;
	if (adoption->elsewhere != ADOPT_IN_PLACE)
		return look_elsewhere(adoption);
	if (!decide_neighbours(adoption))
		return false;
	if (!planner_inspect_home(
		    adoption->planner, adoption->change, home_place(adoption), &adoption->entry) ||
		!check_new_place(adoption))
		return false;
	adoption->home_is_missing = !adoption->entry.exists;
	return adoption->home_is_missing || (check_type(adoption) && check_in_place(adoption));
}

/* ---- what becomes of what is in it ---- */

static bool
is_in_layout(const struct adoption *adoption, const char *name)
{
	size_t size = strlen(name);
	ARRAY_FOREACH (folder, adoption->folders) {
		if (strncmp(folder->path, name, size) == 0 &&
			(!folder->path[size] || folder->path[size] == '/'))
			return true;
	}
	return false;
}

/* The configured name, or with "-2" and so on where the home or the layout has that name already.
 */
static const char *
free_name(struct adoption *adoption)
{
	struct arena *arena = adoption->planner->arena;
	const char *wanted = adoption->planner->config->policy.adopt_loose;
	const char *name = wanted;
	for (unsigned number = 2;
		table_get(&adoption->inventory.first_level, name) || is_in_layout(adoption, name);
		number++)
		name = arena_printf(arena, "%s-%u", wanted, number);
	return name;
}

static void
keep_folder(struct adoption *adoption, const char *name)
{
	struct arena *arena = adoption->planner->arena;
	struct diags problems = { .arena = arena };
	struct folder kept = { .access = FOLDER_KEPT };
	const struct folder_list one = { .items = &kept, .count = 1 };
	if (folder_path_check(name, NOWHERE, arena, &kept.path, &problems)) {
		string_list_push(
			arena, &adoption->change->after.folders, folder_list_text(&one, arena));
		return;
	}
	planner_warn(adoption->planner, adoption->change, home_place(adoption), "folder-name",
		"%s; it is kept, but not watched", problems.items[0].message);
}

void
adoption_list_folders(struct adoption *adoption)
{
	struct change *change = adoption->change;
	change->after.folders = planner_folder_texts(adoption->planner, adoption->folders);
	if (adoption->home_is_missing)
		return;
	adoption->loose = free_name(adoption);
	size_t watched = 0;
	ARRAY_FOREACH (folder, &adoption->inventory.folders) {
		if (!is_in_layout(adoption, folder->name) && watched++ < FOLDERS_WATCHED)
			keep_folder(adoption, folder->name);
	}
	if (watched > FOLDERS_WATCHED)
		planner_warn(adoption->planner, change, home_place(adoption), "many-folders",
			"of %zu folders only the first %d are watched from now on; all are kept",
			watched, FOLDERS_WATCHED);
	if (!adoption->is_jail)
		keep_folder(adoption, adoption->loose);
}

/* ---- the steps ---- */

static struct step_home
found_home(const struct adoption *adoption)
{
	const struct change *change = adoption->change;
	const struct stat *st = &adoption->entry.st;
	return (struct step_home){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.owner = { st->st_uid, st->st_gid, st->st_mode & 07777 },
		.files = adoption->inventory.files,
		.bytes = adoption->inventory.bytes,
		.loose = adoption->loose,
		.old_uid = change->before.uid,
		.new_uid = change->after.uid,
		.old_gid = change->before.gid,
		.new_gid = change->after.gid,
		.folder_gid = adoption->planner->jail_gid,
	};
}

/* The folder of the home that a layout's path lies in, or is. */
static const struct home_folder *
present_folder(const struct adoption *adoption, const char *path)
{
	size_t size = strcspn(path, "/");
	ARRAY_FOREACH (folder, &adoption->inventory.folders) {
		if (strlen(folder->name) == size && memcmp(folder->name, path, size) == 0)
			return folder;
	}
	return NULL;
}

/* Below a folder that the home has: there already, or made in it. False when neither can be. */
static bool
find_below(struct adoption *adoption, const struct folder *folder, bool *ret_exists)
{
	struct planner *planner = adoption->planner;
	struct diags problems = { .arena = planner->arena };
	struct host_entry entry;
	const char *path = arena_printf(planner->arena, "%s/%s", adoption->home, folder->path);
	if (!host_inspect(planner->snapshot->host, path, &entry, &problems)) {
		planner_block(planner, adoption->change, folder->place, "unreadable", "%s: %s",
			path, problems.items[0].message);
		return false;
	}
	*ret_exists = entry.exists;
	if (!entry.exists || S_ISDIR(entry.st.st_mode))
		return true;
	planner_block(planner, adoption->change, folder->place, "folder-type",
		"%s is not a directory", path);
	return false;
}

static void
add_folder(struct adoption *adoption, struct step *step, const struct folder *folder)
{
	struct planner *planner = adoption->planner;
	struct step_folder made = { .path = folder->path };
	bool exists = false;
	if (!planner_folder_owner(planner, folder, adoption->change, &made.owner))
		return;
	if (present_folder(adoption, folder->path)) {
		if (!find_below(adoption, folder, &exists))
			return;
		if (!exists) {
			planner_make_folder(planner, adoption->change, folder, &made.owner);
			return;
		}
		made.sealed = home_folder_is_sealed(folder);
	}
	ARRAY_PUSH(planner->arena, &step->folders, made);
}

static void
add_steps(struct adoption *adoption, const struct step_home *home)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	struct step freeze = {
		.kind = STEP_HOME_FREEZE,
		.user = change->login,
		.path = change->after.home,
		.home = { .dev = home->dev, .ino = home->ino, .owner = home->owner },
	};
	struct step adopt = {
		.kind = STEP_HOME_ADOPT,
		.user = change->login,
		.path = change->after.home,
		.base = planner_parent(change->after.home, planner->arena),
		.owner = JAIL_ROOT,
		.home = *home,
	};
	adopt.home.relink = planner->config->policy.adopt_relink;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, freeze);
	ARRAY_FOREACH (folder, adoption->folders)
		add_folder(adoption, &adopt, folder);
	ARRAY_PUSH(planner->arena, &planner->plan->steps, adopt);
}

/* ---- the whole ---- */

void
adoption_make_jail(struct adoption *adoption)
{
	struct planner *planner = adoption->planner;
	struct change *change = adoption->change;
	adoption_describe_jail(adoption);
	if (adoption->folders->count)
		planner_describe_folders(planner, change, adoption->folders);
	if (adoption->home_is_missing) {
		planner_make_home(planner, change, adoption->folders);
		return;
	}
	if (adoption->is_jail) {
		planner_make_missing_folders(planner, change, adoption->folders);
		return;
	}
	const struct step_home home = found_home(adoption);
	if (adoption->elsewhere != ADOPT_BIND)
		adoption_describe_contents(adoption);
	if (adoption->elsewhere != ADOPT_IN_PLACE) {
		adoption_add_elsewhere(adoption, &home);
		return;
	}
	add_steps(adoption, &home);
	planner_archive_home(planner, change, &home, change->after.home,
		planner->config->archives.content_full || home.old_uid != home.new_uid);
}
