/*
 * planner_leave_steps.c - what it takes to take an account out of service, and to bring it back.
 *
 * A locked password alone keeps nobody out who has a key, and expiry alone leaves the password to
 * whoever sets another expiry: so both are set, and the keys go. Everything that is taken is in the
 * plan or its secrets, for the undo and for the day when the account is wanted again.
 */
#include <string.h>

#include "core/plan/home_inventory.h"
#include "core/plan/planner_leave.h"

static const char *
field(const struct leaving *leaving, const struct accountdb_line *line, size_t number)
{
	return arena_strdup(leaving->planner->arena, accountdb_field(line, number));
}

static void
add_line(const struct leaving *leaving, const char *label, const char *text)
{
	planner_add_line(leaving->change, leaving->planner->arena, label, text);
}

static struct edit
edit_of(const struct leaving *leaving, enum edit_kind kind, enum accountdb_file file)
{
	return (struct edit){
		.kind = kind,
		.file = file,
		.user = leaving->change->login,
		.name = leaving->change->login,
	};
}

/* ---- the expiry ---- */

/* NULL = the account goes. */
static void
gate(const struct leaving *leaving, const char *after)
{
	struct edit edit = edit_of(leaving, EDIT_GATE, ACCOUNTDB_SHADOW);
	edit.field = SHADOW_EXPIRE;
	edit.before = field(leaving, leaving->shadow, SHADOW_EXPIRE);
	edit.after = after;
	planner_add_edit(leaving->planner, edit);
}

/* ---- the password ---- */

/* The hash stays behind a '!', as usermod -L writes it; one that lets nobody in stays as it is. */
static const char *
locked(const char *hash, struct arena *arena)
{
	return *hash == '!' || *hash == '*' ? NULL : arena_printf(arena, "!%s", hash);
}

/* What is left is no password that everybody knows. */
static const char *
unlocked(const char *hash)
{
	return *hash == '!' && hash[1] ? hash + 1 : NULL;
}

static bool
set_hash(const struct leaving *leaving, const char *before, const char *after)
{
	if (!after)
		return false;
	struct plan_secret *secret = plan_secrets_get(
		leaving->planner->secrets, leaving->change->login, leaving->planner->arena);
	struct edit edit = edit_of(leaving, EDIT_SET_FIELD, ACCOUNTDB_SHADOW);
	secret->before = before;
	secret->hash = after;
	edit.field = SHADOW_HASH;
	planner_add_edit(leaving->planner, edit);
	return true;
}

/* ---- the keys ---- */

static bool
read_keys(const struct leaving *leaving, struct key_file *ret_file)
{
	struct diags problems = { .arena = leaving->planner->arena };
	if (planner_read_keys(leaving->planner, leaving->change->login, ret_file, &problems))
		return true;
	planner_block(leaving->planner, leaving->change, leaving->place, "unreadable", "%s: %s",
		leaving->planner->plan->keys_dir, problems.items[0].message);
	return false;
}

/* What the file held is in the plan, for everybody to read: keys are public. */
static size_t
take_keys(const struct leaving *leaving)
{
	static const struct string_list none;
	struct change *change = leaving->change;
	struct key_file file;
	if (!read_keys(leaving, &file))
		return 0;
	change->before.keys = planner_fingerprints_of(leaving->planner, &file);
	change->after.keys = none;
	if (file.text)
		planner_write_keys(leaving->planner, change->login, &none, &file);
	return change->before.keys.count;
}

static size_t
give_keys_back(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	struct change *change = leaving->change;
	struct key_file file, before = { .text = leaving->managed->standing.keys };
	if (!read_keys(leaving, &file))
		return 0;
	change->before.keys = change->after.keys = planner_fingerprints_of(planner, &file);
	if (file.text && before.text) {
		planner_warn(planner, change, leaving->place, "keys-kept",
			"%s was written since the account was disabled, and is kept", file.path);
		return change->after.keys.count;
	}
	if (!before.text)
		return change->after.keys.count;
	struct step step = {
		.kind = STEP_KEYS_WRITE,
		.user = change->login,
		.path = file.path,
		.base = planner->plan->keys_dir,
		.owner = { .uid = 0, .gid = 0, .mode = 0644 },
		.content = before.text,
	};
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
	change->after.keys = planner_fingerprints_of(planner, &before);
	return change->after.keys.count;
}

/* ---- disabled, and enabled again ---- */

static const char *
keys_words(size_t count, struct arena *arena)
{
	return count ? arena_printf(arena, "%zu key%s", count, count == 1 ? "" : "s") : "no key";
}

/* Nothing here can close it. */
static void
disable_nss(const struct leaving *leaving, size_t keys)
{
	struct arena *arena = leaving->planner->arena;
	leaving->change->after.disabled = true;
	add_line(leaving, "account",
		arena_printf(arena, "disabled, taken away: %s", keys_words(keys, arena)));
	add_line(leaving, "sessions", "ended, with all processes of the account");
	planner_warn(leaving->planner, leaving->change, leaving->place, "nss-open",
		"a password opens it, into its jail, for as long as the directory allows that");
	planner_hint(leaving->change, "Disable the account in the directory.");
}

void
leaving_disable(const struct leaving *leaving)
{
	struct arena *arena = leaving->planner->arena;
	struct change *change = leaving->change;
	size_t keys = take_keys(leaving);
	if (change->nss) {
		disable_nss(leaving, keys);
		return;
	}
	const char *hash = field(leaving, leaving->shadow, SHADOW_HASH);
	gate(leaving, EDIT_BORN_EXPIRED);
	change->after.disabled = true;
	bool locks = set_hash(leaving, hash, locked(hash, arena));
	add_line(leaving, "account",
		arena_printf(arena, "disabled%s%s%s", locks ? ", password locked" : "",
			keys ? ", taken away: " : "", keys ? keys_words(keys, arena) : ""));
	add_line(leaving, "sessions", "ended, with all processes of the account");
}

/* What it says in shadow again, and of one that never was opened what the registry keeps. */
static void
give_expiry_back(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	struct change *change = leaving->change;
	const struct managed_standing *standing = &leaving->managed->standing;
	planner_read_expiry(standing->expires, NULL, &change->after);
	change->after.staged = standing->staged && standing->state == MANAGED_DISABLED;
	gate(leaving, change->after.staged ? EDIT_BORN_EXPIRED : standing->expires);
	if (change->after.expires != ACCOUNT_NEVER && change->after.expires <= planner->today)
		planner_warn(planner, change, leaving->place, "expired",
			"the account has expired meanwhile");
}

void
leaving_activate(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	struct change *change = leaving->change;
	struct key_file file;
	if (!read_keys(leaving, &file))
		return;
	change->before.keys = change->after.keys = planner_fingerprints_of(planner, &file);
	give_expiry_back(leaving);
	add_line(leaving, "account",
		arena_printf(planner->arena, "opened, %s, expires %s",
			keys_words(change->after.keys.count, planner->arena),
			planner_day_words(change->after.expires, planner->arena)));
}

void
leaving_enable(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	struct change *change = leaving->change;
	const struct managed_standing *standing = &leaving->managed->standing;
	size_t keys = give_keys_back(leaving);
	if (change->nss) {
		change->after.disabled = false;
		add_line(leaving, "account",
			arena_printf(
				planner->arena, "enabled, %s", keys_words(keys, planner->arena)));
		return;
	}
	const char *hash = field(leaving, leaving->shadow, SHADOW_HASH);
	/* One that was expired by hand before stays so. */
	give_expiry_back(leaving);
	bool unlocks = standing->locked && set_hash(leaving, hash, unlocked(hash));
	add_line(leaving, "account",
		arena_printf(planner->arena, "enabled%s, %s, expires %s",
			unlocks ? ", password unlocked" : "", keys_words(keys, planner->arena),
			planner_day_words(change->after.expires, planner->arena)));
	if (change->after.staged)
		add_line(leaving, "staged",
			arena_printf(planner->arena, "still closed until: rehome activate %s",
				change->login));
}

/* ---- the home ---- */

static bool
refuse_home(const struct leaving *leaving, const char *code, const char *message, const char *hint)
{
	planner_block(leaving->planner, leaving->change, leaving->place, code, "%s", message);
	planner_hint(leaving->change, "%s", hint);
	return false;
}

static bool
look_at_home(const struct leaving *leaving, const char *home, struct host_entry *ret_entry)
{
	struct arena *arena = leaving->planner->arena;
	struct diags problems = { .arena = arena };
	const char *tenant;
	if (strcmp(home, leaving->managed->home) != 0 || !jail_path_is_normal(home) ||
		strcmp(planner_parent(home, arena), "/") == 0)
		return refuse_home(leaving, "home-moved",
			arena_printf(arena, "the home is %s now, rehome knows it as %s", home,
				leaving->managed->home),
			"Disable the account only: rehome disable");
	if ((tenant = planner_home_tenant(leaving->planner, leaving->passwd, home)))
		return refuse_home(leaving, "home-shared",
			arena_printf(arena, "'%s' lives in %s too", tenant, home),
			"Disable the account only: rehome disable");
	if (!host_inspect(leaving->planner->snapshot->host, home, ret_entry, &problems))
		return refuse_home(leaving, "unreadable",
			arena_printf(arena, "%s: %s", home, problems.items[0].message),
			"See what is in the way.");
	if (ret_entry->exists && S_ISDIR(ret_entry->st.st_mode))
		return true;
	return refuse_home(leaving, "home-missing",
		arena_printf(arena, "the home %s is missing", home),
		"Disable the account only, and remove it when its time has come.");
}

static bool
count_home(const struct leaving *leaving, const char *home, struct home_inventory *ret_inventory)
{
	static const struct folder_list no_folders;
	struct diags problems = { .arena = leaving->planner->arena };
	const struct home_request request = {
		.home = home,
		.uid = leaving->managed->uid,
		.folders = &no_folders,
	};
	if (!home_inventory_take(leaving->planner->snapshot->host, &request,
		    leaving->planner->arena, ret_inventory, &problems))
		return refuse_home(leaving, "unreadable",
			arena_printf(leaving->planner->arena, "%s %s", problems.items[0].place.file,
				problems.items[0].message),
			"See what is in the way.");
	if (!ret_inventory->found[HOME_MOUNT].count)
		return true;
	return refuse_home(leaving, "home-mount",
		arena_printf(leaving->planner->arena, "something is mounted on %s/%s", home,
			ret_inventory->found[HOME_MOUNT].paths.items[0]),
		"Unmount it first.");
}

static void
add_home_step(const struct leaving *leaving, enum step_kind kind, const char *home,
	const struct step_home *found)
{
	struct planner *planner = leaving->planner;
	struct step step = {
		.kind = kind,
		.user = leaving->change->login,
		.path = home,
		.base = kind == STEP_HOME_RETIRE ? planner_parent(home, planner->arena) : NULL,
		.home = *found,
	};
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

bool
leaving_retire_home(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	const char *home = field(leaving, leaving->passwd, PASSWD_HOME);
	struct host_entry entry;
	struct home_inventory inventory;
	if (!look_at_home(leaving, home, &entry) || !count_home(leaving, home, &inventory))
		return false;
	const struct step_home found = {
		.dev = entry.st.st_dev,
		.ino = entry.st.st_ino,
		.owner = { entry.st.st_uid, entry.st.st_gid, entry.st.st_mode & 07777 },
		.files = inventory.files,
		.bytes = inventory.bytes,
	};
	add_home_step(leaving, STEP_HOME_FREEZE, home, &found);
	add_home_step(leaving, STEP_HOME_RETIRE, home, &found);
	add_line(leaving, "home",
		arena_printf(planner->arena, "%s -> quarantine, %llu file%s, %s", home,
			(unsigned long long)inventory.files, inventory.files == 1 ? "" : "s",
			planner_size_words(inventory.bytes, planner->arena)));
	planner_archive_home(planner, leaving->change, &found, home, true);
	return true;
}

/* ---- the account's lines ---- */

static void
remove_line(const struct leaving *leaving, enum accountdb_file file, const char *name)
{
	struct planner *planner = leaving->planner;
	struct accountdb *db = &planner->snapshot->db;
	const struct accountdb_line *line = accountdb_find(db, file, name);
	struct edit edit = edit_of(leaving, EDIT_REMOVE_LINE, file);
	size_t count = accountdb_field_count(file);
	const char *why = NULL;
	if (!line)
		return;
	edit.name = arena_strdup(planner->arena, name);
	edit.fields = arena_alloc(planner->arena, count * sizeof(*edit.fields));
	for (size_t i = 0; i < count; i++)
		edit.fields[i] = field(leaving, line, i);
	if (file == ACCOUNTDB_SHADOW) {
		plan_secrets_get(planner->secrets, leaving->change->login, planner->arena)->before =
			edit.fields[SHADOW_HASH];
		edit.fields[SHADOW_HASH] = NULL;
	} else if (strlen(edit.fields[SHADOW_HASH]) > 2) {
		/* "x", "!", "*": anything else is a hash, and no plan holds one. */
		planner_block(planner, leaving->change, leaving->place, "password-in-line",
			"%s has a password in the line of '%s'", accountdb_file_name(file), name);
		planner_hint(leaving->change, "Move passwords to shadow first: pwconv, grpconv.");
		return;
	}
	if (edit_state(&edit, db, planner->arena, &why) == EDIT_FOREIGN)
		planner_block(planner, leaving->change, leaving->place, "lines-unclear", "%s", why);
	planner_add_edit(planner, edit);
}

static void
leave_group(const struct leaving *leaving, enum accountdb_file file, const char *group)
{
	struct edit edit = edit_of(leaving, EDIT_REMOVE_MEMBER, file);
	edit.name = arena_strdup(leaving->planner->arena, group);
	edit.member = leaving->change->login;
	planner_add_edit(leaving->planner, edit);
}

/* The group of its own goes along, unless somebody needs it. */
static const char *
own_group(const struct leaving *leaving)
{
	const struct accountdb *db = &leaving->planner->snapshot->db;
	const char *login = leaving->change->login;
	const struct accountdb_line *group =
		accountdb_find_id(db, ACCOUNTDB_GROUP, leaving->change->before.gid);
	struct accountdb_line *line;
	size_t cursor = 0;
	uint32_t gid;
	if (!group || strcmp(accountdb_name(group), login) != 0)
		return NULL;
	ARRAY_FOREACH (member, accountdb_members(group)) {
		if (strcmp(*member, login) != 0)
			return NULL;
	}
	while ((line = accountdb_next(db, ACCOUNTDB_PASSWD, &cursor))) {
		if (line != leaving->passwd && accountdb_line_id(line, PASSWD_GID, &gid) &&
			gid == leaving->change->before.gid)
			return NULL;
	}
	return accountdb_name(group);
}

/* "anna,otto" without anna. */
static const char *
without(const char *list, const char *login, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	char *copy = arena_strdup(arena, list), *save;
	for (char *name = strtok_r(copy, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
		if (strcmp(name, login) != 0)
			buffer_printf(&out, "%s%s", out.size ? "," : "", name);
	}
	return arena_strdup(arena, buffer_text(&out));
}

/* Whoever gets the name later must not inherit a group either to use or to administer. */
static void
leave_gshadow(const struct leaving *leaving, const char *own)
{
	struct planner *planner = leaving->planner;
	const char *login = leaving->change->login;
	struct accountdb_line *line;
	size_t cursor = 0;
	while ((line = accountdb_next(&planner->snapshot->db, ACCOUNTDB_GSHADOW, &cursor))) {
		const char *admins = field(leaving, line, GSHADOW_ADMINS);
		const char *left = without(admins, login, planner->arena);
		if (own && strcmp(accountdb_name(line), own) == 0)
			continue;
		if (accountdb_is_member(line, login))
			leave_group(leaving, ACCOUNTDB_GSHADOW, accountdb_name(line));
		if (strlen(left) == strlen(admins))
			continue;
		struct edit edit = edit_of(leaving, EDIT_SET_FIELD, ACCOUNTDB_GSHADOW);
		edit.name = arena_strdup(planner->arena, accountdb_name(line));
		edit.field = GSHADOW_ADMINS;
		edit.before = admins;
		edit.after = left;
		planner_add_edit(planner, edit);
	}
}

void
leaving_remove(const struct leaving *leaving)
{
	struct planner *planner = leaving->planner;
	struct change *change = leaving->change;
	const char *own = change->nss ? NULL : own_group(leaving);
	AUTO_BUFFER struct buffer groups = { 0 };
	take_keys(leaving);
	if (!change->nss)
		gate(leaving, NULL);
	ARRAY_FOREACH (group, &change->before.groups) {
		if (own && strcmp(*group, own) == 0)
			continue;
		leave_group(leaving, ACCOUNTDB_GROUP, *group);
		buffer_printf(&groups, " %s", *group);
	}
	leave_gshadow(leaving, own);
	if (own) {
		remove_line(leaving, ACCOUNTDB_GROUP, own);
		remove_line(leaving, ACCOUNTDB_GSHADOW, own);
	}
	if (change->nss) {
		add_line(leaving, "home",
			arena_printf(planner->arena, "%s stays", leaving->managed->home));
		planner_warn(planner, change, leaving->place, "nss-unjailed",
			"is in no jail if the directory has it again");
		planner_hint(change, "Make sure that it is gone there, and not only out of reach.");
	} else {
		remove_line(leaving, ACCOUNTDB_SHADOW, change->login);
		remove_line(leaving, ACCOUNTDB_PASSWD, change->login);
		add_line(leaving, "account",
			arena_printf(planner->arena, "removed; uid %u is given to nobody else",
				(unsigned)change->before.uid));
	}
	if (groups.size)
		add_line(leaving, "groups",
			arena_printf(planner->arena, "no longer in%s", buffer_text(&groups)));
	if (!own && !change->nss)
		add_line(leaving, "groups", "its primary group stays, others use it");
}
