/*
 * planner_rename.c - the same person under another login: account, home and keys follow.
 *
 * The uid stays, and so does everything that is known by it. What other programs know by the name
 * (a crontab, a mailbox) is planner_outlives.c's to tell. Every other change of the row is planned
 * as ever, by planner_change.c, on the account as it is called now.
 */
#include <string.h>
#include <strings.h>

#include "core/plan/home_inventory.h"
#include "core/plan/planner_internal.h"

const char *
planner_present_login(const struct change *change)
{
	return change->old_login ? change->old_login : change->login;
}

/* ---- is the new name free? ---- */

void
planner_block_pending(struct planner *planner, struct place place, struct change *change,
	const struct change *pending)
{
	bool is_exchange = change->old_login && strcmp(pending->login, change->old_login) == 0;
	planner_block(planner, change, place, "login-taken",
		"login '%s' is still that of '%s', who becomes '%s' in this plan", change->login,
		pending->key, pending->login);
	if (is_exchange)
		planner_hint(change,
			"One after the other: two logins can change places only by way of a third "
			"name.");
	else
		planner_hint(change, "One after the other: apply with --user %s, then plan again.",
			pending->login);
}

static bool
is_somebodys(struct planner *planner, struct place place, struct change *change)
{
	const struct accountdb_line *line =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, change->login);
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_login, change->login);
	const struct change *pending = table_get(&planner->old_logins, change->login);
	if (!line)
		return false;
	if (pending) {
		planner_block_pending(planner, place, change, pending);
		return true;
	}
	planner_block(planner, change, place, "login-taken",
		"'%s' is managed as '%s' and cannot become '%s': that login belongs to uid %s%s",
		change->key, change->old_login, change->login, accountdb_field(line, PASSWD_UID),
		managed ? arena_printf(planner->arena, ", managed for %s '%s'", managed->source,
				  managed->key)
			: ", which rehome does not manage");
	planner_hint(
		change, "Choose another login, or keep '%s' for this person.", change->old_login);
	return true;
}

/* A group that lists a login which does not exist would be the person's with the name. */
static void
block_left_over(struct planner *planner, struct place place, struct change *change,
	const struct accountdb_line *line, enum accountdb_file file)
{
	planner_block(planner, change, place, "group-leftover",
		"group '%s' lists '%s' already in %s, though there is no such account",
		accountdb_name(line), change->login, accountdb_path(file));
	planner_hint(change, "Take the name out of it with vigr%s.",
		file == ACCOUNTDB_GSHADOW ? " -s" : "");
}

static void
check_left_over_members(struct planner *planner, struct place place, struct change *change)
{
	struct accountdb *db = &planner->snapshot->db;
	const struct accountdb_lines *in_group =
		accountdb_memberships(db, ACCOUNTDB_GROUP, change->login);
	const struct accountdb_lines *in_gshadow =
		accountdb_memberships(db, ACCOUNTDB_GSHADOW, change->login);
	const struct accountdb_lines *administered = accountdb_administered(db, change->login);
	ARRAY_FOREACH (line, in_group)
		block_left_over(planner, place, change, *line, ACCOUNTDB_GROUP);
	ARRAY_FOREACH (line, in_gshadow)
		block_left_over(planner, place, change, *line, ACCOUNTDB_GSHADOW);
	ARRAY_FOREACH (line, administered) {
		if (!accountdb_is_member(*line, change->login))
			block_left_over(planner, place, change, *line, ACCOUNTDB_GSHADOW);
	}
}

static void
check_reserved(struct planner *planner, struct place place, struct change *change)
{
	const char *kept_for =
		table_get(&planner->snapshot->managed->generated_logins, change->login);
	if (!kept_for || strcmp(kept_for, planner_person(planner, change)) == 0)
		return;
	planner_block(planner, change, place, "login-taken",
		"login '%s' was made from another person's name and is kept for that person",
		change->login);
	planner_hint(change, "Choose another login.");
}

/* A word of sshd's configuration: "anna", "anna@10.0.0.0/8", "otto,anna". */
static bool
word_names(const char *word, const char *login)
{
	size_t size = strlen(login);
	for (const char *name = word; *name; name += strcspn(name, ","), name += *name == ',') {
		if (strncmp(name, login, size) == 0 && (!name[size] || strchr(",@", name[size])))
			return true;
	}
	return false;
}

static bool
is_about_users(const struct sshd_directive *directive, size_t word)
{
	const char *keyword = directive->keyword;
	if (strcmp(keyword, "match") == 0)
		return word && strcasecmp(directive->arguments.items[word - 1], "user") == 0;
	return strcmp(keyword, "denyusers") == 0 || strcmp(keyword, "allowusers") == 0;
}

/* What keeps somebody out, or does more for him than the jail, goes by the name. */
static void
warn_of_sshd(struct planner *planner, struct change *change)
{
	ARRAY_FOREACH (directive, &planner->snapshot->sshd.directives) {
		for (size_t i = 0; i < directive->arguments.count; i++) {
			if (!is_about_users(directive, i) ||
				!word_names(directive->arguments.items[i], change->old_login))
				continue;
			planner_warn(planner, change, directive->place, "old-login",
				"sshd's configuration has a rule for '%s', which is none for '%s'",
				change->old_login, change->login);
			planner_hint(change, "Add '%s' to it first, if it is to hold on.",
				change->login);
		}
	}
}

bool
planner_check_rename(struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	if (is_somebodys(planner, place, change))
		return false;
	planner_check_new_login(planner, account, change);
	check_reserved(planner, place, change);
	check_left_over_members(planner, place, change);
	warn_of_sshd(planner, change);
	return !planner_is_blocked(change);
}

/* ---- the lines ---- */

/* Whether some group of the file knows the login. */
static bool
is_listed(struct planner *planner, enum accountdb_file file, const char *login)
{
	struct accountdb *db = &planner->snapshot->db;
	return accountdb_memberships(db, file, login)->count ||
		(file == ACCOUNTDB_GSHADOW && accountdb_administered(db, login)->count);
}

static void
add_rename(const struct update *update, enum accountdb_file file, const char *id)
{
	struct planner *planner = update->planner;
	const char *why = NULL;
	const struct edit edit = {
		.kind = EDIT_RENAME,
		.file = file,
		.user = update->change->login,
		.name = update->change->login,
		.old_name = update->change->old_login,
		.before = id,
	};
	if (edit_state(&edit, &planner->snapshot->db, planner->arena, &why) == EDIT_FOREIGN) {
		planner_block(planner, update->change, update->account->place, "lines-unclear",
			"cannot be renamed: %s", why);
		planner_hint(update->change, "Run pwck and grpck, and mend what they find.");
	}
	planner_add_edit(planner, edit);
}

void
planner_rename_lines(const struct update *update)
{
	struct planner *planner = update->planner;
	struct accountdb *db = &planner->snapshot->db;
	const struct change *change = update->change;
	const char *old = change->old_login;
	const struct accountdb_line *group = accountdb_find(db, ACCOUNTDB_GROUP, old);
	const char *gid = arena_printf(planner->arena, "%u", (unsigned)change->before.gid);
	bool has_own = group && strcmp(accountdb_field(group, GROUP_GID), gid) == 0;
	bool in_gshadow = has_own && accountdb_find(db, ACCOUNTDB_GSHADOW, old);
	if (has_own || is_listed(planner, ACCOUNTDB_GROUP, old))
		add_rename(update, ACCOUNTDB_GROUP, has_own ? gid : NULL);
	if (in_gshadow || is_listed(planner, ACCOUNTDB_GSHADOW, old))
		add_rename(update, ACCOUNTDB_GSHADOW, in_gshadow ? gid : NULL);
	add_rename(update, ACCOUNTDB_SHADOW, NULL);
	add_rename(update, ACCOUNTDB_PASSWD,
		arena_printf(planner->arena, "%u", (unsigned)change->before.uid));
	planner_add_line(update->change, planner->arena, "login",
		arena_printf(planner->arena, "%s -> %s%s; uid and password stay", old,
			change->login, has_own ? ", its own group too" : ""));
}

/* ---- the keys ---- */

void
planner_rename_keys(
	const struct update *update, const struct string_list *keys, const struct key_file *file)
{
	static const struct string_list none;
	struct planner *planner = update->planner;
	struct change *change = update->change;
	struct diags problems = { .arena = planner->arena };
	struct key_file target;
	if (!planner_read_keys(planner, change->login, &target, &problems)) {
		planner_block(planner, change, update->account->place, "unreadable", "%s/%s: %s",
			planner->plan->keys_dir, change->login, problems.items[0].message);
	} else if (target.text) {
		planner_block(planner, change, update->account->place, "keys-leftover",
			"%s exists already, and the account does not", target.path);
		planner_hint(change, "See whose keys these are, then remove the file.");
	} else {
		if (file->text)
			planner_write_keys(planner, change->login, &none, file);
		if (keys->count)
			planner_write_keys(planner, change->login, keys, &target);
	}
}

/* ---- the home ---- */

static bool
refuse_home(const struct update *update, const char *code, const char *message, const char *hint)
{
	struct planner *planner = update->planner;
	planner_block(planner, update->change, planner_place(update->account, ACCOUNT_USERNAME),
		code, "%s", message);
	planner_hint(update->change, "%s", hint);
	return false;
}

/* Where the home belongs under the new login; NULL = it stays where it is. */
static const char *
new_place(const struct update *update, const char *home)
{
	struct planner *planner = update->planner;
	struct change before = *update->change;
	const char *place = planner_home_of(planner, update->account, update->change);
	before.login = before.old_login;
	/* One that somebody put elsewhere stays there. */
	bool is_placed = account_has(update->account, ACCOUNT_HOME) ||
		strcmp(planner_home_of(planner, update->account, &before), home) == 0;
	return is_placed && strcmp(place, home) != 0 ? place : NULL;
}

static bool
line_names(char *line, const char *word)
{
	char *save;
	for (char *part = strtok_r(line, " \t", &save); part && *part != '#';
		part = strtok_r(NULL, " \t", &save)) {
		if (jail_contains(word, part))
			return true;
	}
	return false;
}

/* A bind that /etc/fstab makes, whether it is there at this moment or not. */
static bool
is_in_fstab(struct planner *planner, const char *home)
{
	struct diags ignored = { .arena = planner->arena };
	const char *word = planner_fstab_word(home, planner->arena);
	struct bytes text;
	bool exists;
	if (!host_read_file(planner->snapshot->host, "/etc/fstab", planner->arena, &exists, &text,
		    &ignored) ||
		!exists)
		return false;
	char *copy = arena_strndup(planner->arena, text.data, text.size), *save;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line_names(line, word))
			return true;
	}
	return false;
}

static bool
check_contents(const struct update *update, const char *home, struct home_inventory *ret_inventory)
{
	static const struct folder_list no_folders;
	struct planner *planner = update->planner;
	struct arena *arena = planner->arena;
	struct diags problems = { .arena = arena };
	const struct home_request request = {
		.home = home,
		.uid = update->change->before.uid,
		.folders = &no_folders,
	};
	if (!home_inventory_take(
		    planner->snapshot->host, &request, arena, ret_inventory, &problems))
		return refuse_home(update, "unreadable",
			arena_printf(arena, "%s %s", problems.items[0].place.file,
				problems.items[0].message),
			"See what is in the way.");
	const struct home_finding *mounts = &ret_inventory->found[HOME_MOUNT];
	const struct home_finding *links = &ret_inventory->found[HOME_LINK_INTO];
	if (mounts->count || is_in_fstab(planner, home))
		return refuse_home(update, "home-mount",
			mounts->count ? arena_printf(arena, "something is mounted on %s/%s", home,
						mounts->paths.items[0])
				      : arena_printf(arena, "/etc/fstab names %s", home),
			arena_printf(arena,
				"To leave the home where it is, give %s as the home of this person "
				"in the source.",
				home));
	if (links->count)
		planner_warn(planner, update->change, update->account->place, "links-by-path",
			"%llu link%s in the home name it by its full path, which ends: %s/%s",
			(unsigned long long)links->count, links->count == 1 ? "" : "s", home,
			links->paths.items[0]);
	return true;
}

/* A rename moves a directory only within one mounted filesystem, and only from where nobody but
 * root can put another in its place. */
static bool
check_way(const struct update *update, const char *home, const char *place,
	const struct host_entry *entry)
{
	struct planner *planner = update->planner;
	struct arena *arena = planner->arena;
	struct diags problems = { .arena = arena };
	const char *from = planner_parent(home, arena), *to = planner_parent(place, arena);
	const char *message, *hint;
	struct host_entry from_entry, to_entry;
	const struct jail_component *fault =
		jail_base_fault(&planner->snapshot->jails, from, false);
	if (fault) {
		jail_explain(fault, arena, &message, &hint);
		return refuse_home(update, "jail-path", message, hint ? hint : "Correct that.");
	}
	if (!S_ISDIR(entry->st.st_mode))
		return refuse_home(update, "home-type",
			arena_printf(arena, "%s is not a directory", home),
			"See `rehome verify`, and what was done to it.");
	if (!host_inspect(planner->snapshot->host, from, &from_entry, &problems) ||
		!host_inspect(planner->snapshot->host, to, &to_entry, &problems))
		return refuse_home(
			update, "unreadable", problems.items[0].message, "See what is in the way.");
	if (entry->mount_id != from_entry.mount_id)
		return refuse_home(update, "home-mount",
			arena_printf(arena, "%s is a mount point", home),
			"To leave the home where it is, give it as this person's home in the "
			"source.");
	if (to_entry.exists && to_entry.mount_id != from_entry.mount_id)
		return refuse_home(update, "home-device",
			arena_printf(arena, "%s is on another filesystem than %s", place, home),
			"To leave the home where it is, give it as this person's home in the "
			"source.");
	return true;
}

static void
add_home_steps(const struct update *update, const char *home, const char *place,
	const struct host_entry *entry, const struct home_inventory *inventory)
{
	struct planner *planner = update->planner;
	struct arena *arena = planner->arena;
	struct step freeze = {
		.kind = STEP_HOME_FREEZE,
		.user = update->change->login,
		.path = home,
		.home = {
			.dev = entry->st.st_dev,
			.ino = entry->st.st_ino,
			.owner = { entry->st.st_uid, entry->st.st_gid, entry->st.st_mode & 07777 },
			.files = inventory->files,
			.bytes = inventory->bytes,
		},
	};
	struct step rename = freeze;
	rename.kind = STEP_HOME_RENAME;
	rename.path = place;
	rename.base = planner_parent(place, arena);
	rename.home.source = home;
	ARRAY_PUSH(arena, &planner->plan->steps, freeze);
	ARRAY_PUSH(arena, &planner->plan->steps, rename);
	planner_set_field(update, ACCOUNTDB_PASSWD, PASSWD_HOME, home, place);
	planner_add_line(update->change, arena, "home",
		arena_printf(arena, "%s -> %s, with all that is in it", home, place));
}

void
planner_rename_home(const struct update *update, const char *home, const struct host_entry *entry)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	struct home_inventory inventory;
	struct host_entry taken;
	const char *place = new_place(update, home);
	const char *tenant = place ? planner_home_tenant(planner, update->passwd, home) : NULL;
	if (!place)
		return;
	change->after.home = place;
	if (tenant) {
		(void)refuse_home(update, "home-shared",
			arena_printf(planner->arena, "'%s' lives in %s too", tenant, home),
			"Give the other a home of its own first.");
		return;
	}
	if (!planner_inspect_home(
		    planner, change, planner_place(update->account, ACCOUNT_HOME), &taken))
		return;
	if (taken.exists) {
		(void)refuse_home(update, "home-exists",
			arena_printf(planner->arena,
				"%s, where the home goes with the login, exists already", place),
			"Move it out of the way, or choose another login.");
		return;
	}
	if (check_way(update, home, place, entry) && check_contents(update, home, &inventory))
		add_home_steps(update, home, place, entry, &inventory);
}

/* ---- one that is closed ---- */

/* What is retired has no home here; what took it brings it back to where it was. */
static void
rename_home_of_closed(const struct update *update)
{
	struct diags ignored = { .arena = update->planner->arena };
	struct host_entry entry;
	const char *home = update->change->before.home;
	if (jail_path_is_normal(home) &&
		host_inspect(update->planner->snapshot->host, home, &entry, &ignored) &&
		entry.exists)
		planner_rename_home(update, home, &entry);
}

void
planner_rename_closed(const struct update *update)
{
	struct planner *planner = update->planner;
	struct change *change = update->change;
	const struct account *account = update->account;
	struct diags problems = { .arena = planner->arena };
	struct key_file file;
	const char *expires =
		arena_strdup(planner->arena, accountdb_field(update->shadow, SHADOW_EXPIRE));
	const struct edit gate = {
		.kind = EDIT_GATE,
		.file = ACCOUNTDB_SHADOW,
		.user = change->login,
		.name = change->login,
		.field = SHADOW_EXPIRE,
		.before = expires,
		.after = expires,
	};
	change->before = change->after = planner_present_facts(planner, update->managed);
	change->action = CHANGE_CHANGE;
	planner_add_edit(planner, gate);
	if (planner_read_keys(planner, change->old_login, &file, &problems))
		planner_rename_keys(update, &file.lines, &file);
	else
		planner_block(planner, change, account->place, "unreadable", "%s",
			problems.items[0].message);
	rename_home_of_closed(update);
	planner_add_line(change, planner->arena, "account",
		arena_printf(planner->arena, "stays closed: %s",
			managed_standing_text(&update->managed->standing, planner->arena)));
	if (account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_ACTIVE)
		planner_warn(planner, change, planner_place(account, ACCOUNT_STATE),
			"renamed-first",
			"is renamed first; whether it is opened says the next plan");
}
