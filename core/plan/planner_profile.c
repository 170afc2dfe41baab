/*
 * planner_profile.c - which profile an account gets, and the group that stands for it.
 *
 * A profile's group is a system group of ours beside the jail's: "sftponly-ro-u027". What rehome
 * made before is known from its drop-in, and from the accounts it manages should that be lost; any
 * other group of such a name is somebody else's and is not touched: the profile gets another name.
 * As long as a group has members its block stays in the drop-in, whoever they are. One that has
 * lost its last member goes with the next run that has something else to do: until then the rules
 * of those who are on their way out of it must be there.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/base/digest.h"
#include "core/model/ssh_key.h"
#include "core/plan/planner_internal.h"

enum {
	NAME_BYTES = 32, /* what useradd and groupadd allow */
	NAMES_MAX = 16,	 /* that are tried for one profile */
};

struct known_profile {
	struct sshd_profile sshd;
	const char *text;
	bool in_dropin;
	bool wanted; /* somebody is in its group, or will be */
};

struct known_profiles {
	ARRAY(struct known_profile *) list;
	struct table by_group, by_text;
};

/* ---- names ---- */

/* What a name can say is in it; the rest is a number made from the whole. */
static const char *
readable_part(const struct jail_profile *profile, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	if (profile->read_only)
		buffer_add_text(&out, "-ro");
	if (profile->has_umask)
		buffer_printf(&out, "-u%03o", (unsigned)profile->umask);
	for (const char *c = profile->log_level ? profile->log_level : ""; *c; c++)
		buffer_printf(&out, "%s%c", c == profile->log_level ? "-" : "", tolower(*c));
	return arena_strdup(arena, buffer_text(&out));
}

/* The n-th name for a profile. */
static const char *
profile_name(
	const char *jail_group, const struct jail_profile *profile, unsigned n, struct arena *arena)
{
	const char *text = arena_printf(arena, "%u %s", n, profile_text(profile, arena));
	const char *part = readable_part(profile, arena);
	const char *name = arena_printf(arena, "%s%s", jail_group, part);
	if (!n && !profile->start && !profile->from.count && strlen(name) <= NAME_BYTES)
		return name;
	const char *number = arena_strndup(
		arena, digest_sha256_text((struct bytes){ text, strlen(text) }, arena), 8);
	size_t room = NAME_BYTES - 1 - strlen(number);
	if (strlen(name) > room)
		name = arena_strndup(
			arena, jail_group, strlen(jail_group) < room ? strlen(jail_group) : room);
	return arena_printf(arena, "%s-%s", name, number);
}

static bool
is_name_of(const struct planner *planner, const char *group, const struct jail_profile *profile)
{
	for (unsigned n = 0; n < NAMES_MAX; n++) {
		if (strcmp(profile_name(planner->plan->jail_group, profile, n, planner->arena),
			    group) == 0)
			return true;
	}
	return false;
}

/* ---- those that exist ---- */

static bool
has_members(const struct planner *planner, const char *group)
{
	const struct accountdb *db = &planner->snapshot->db;
	const struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_GROUP, group);
	return line && accountdb_members(line)->count;
}

static struct known_profile *
add_known(struct planner *planner, const char *group, const struct jail_profile *profile)
{
	struct known_profiles *known = planner->profiles;
	struct known_profile *item = ARENA_NEW(planner->arena, struct known_profile);
	item->sshd.group = group;
	item->sshd.profile = *profile;
	item->text = profile_text(profile, planner->arena);
	item->wanted = has_members(planner, group);
	ARRAY_PUSH(planner->arena, &known->list, item);
	table_set(&known->by_group, group, item);
	table_set(&known->by_text, item->text, item);
	return item;
}

static void
add_found(struct planner *planner, const char *group, const struct jail_profile *profile)
{
	if (!table_get(&planner->profiles->by_group, group) && is_name_of(planner, group, profile))
		(void)add_known(planner, group, profile);
}

static void
add_of_dropin(struct planner *planner)
{
	struct diags ignored = { .arena = planner->arena };
	struct bytes bytes;
	bool exists, intact;
	if (!host_read_file(planner->snapshot->host, planner->plan->dropin, planner->arena, &exists,
		    &bytes, &ignored) ||
		!exists)
		return; /* share_dropin() says what is wrong with it */
	const char *text = arena_strndup(planner->arena, bytes.data, bytes.size);
	if (!sshd_dropin_is_ours(text))
		return;
	struct sshd_dropin dropin = sshd_dropin_read(text, planner->arena, &intact);
	ARRAY_FOREACH (profile, &dropin.profiles) {
		add_found(planner, profile->group, &profile->profile);
		struct known_profile *item =
			table_get(&planner->profiles->by_group, profile->group);
		if (item)
			item->in_dropin = true;
	}
}

static void
add_of_managed(struct planner *planner, const struct managed_account *account)
{
	struct jail_profile profile;
	if (!account->profile || table_get(&planner->profiles->by_text, account->profile) ||
		!profile_parse(account->profile, planner->arena, &profile))
		return;
	ARRAY_FOREACH (group, &account->groups)
		add_found(planner, *group, &profile);
}

static struct known_profiles *
known_profiles(struct planner *planner)
{
	if (planner->profiles)
		return planner->profiles;
	planner->profiles = ARENA_NEW(planner->arena, struct known_profiles);
	planner->profiles->by_group.arena = planner->arena;
	planner->profiles->by_text.arena = planner->arena;
	add_of_dropin(planner);
	ARRAY_FOREACH (account, &planner->snapshot->managed->accounts)
		add_of_managed(planner, *account);
	return planner->profiles;
}

bool
planner_group_is_profile(struct planner *planner, const char *group)
{
	return table_get(&known_profiles(planner)->by_group, group);
}

/* ---- a group for one ---- */

static bool
is_free(struct planner *planner, const char *name)
{
	const struct accountdb *db = &planner->snapshot->db;
	return !accountdb_find(db, ACCOUNTDB_GROUP, name) &&
		!accountdb_find(db, ACCOUNTDB_GSHADOW, name) &&
		!accountdb_find(db, ACCOUNTDB_PASSWD, name) && !table_get(&planner->logins, name) &&
		!table_get(&planner->asked_groups, name) &&
		!snapshot_nss_has_group(planner->snapshot, name);
}

/* NULL when no name or no gid is free. */
static const char *
find_group(struct planner *planner, const struct jail_profile *profile)
{
	struct known_profiles *known = known_profiles(planner);
	struct known_profile *item =
		table_get(&known->by_text, profile_text(profile, planner->arena));
	gid_t gid;
	if (item && planner_group_id(planner, item->sshd.group, &gid))
		return item->sshd.group;
	for (unsigned n = 0; n < NAMES_MAX; n++) {
		const char *name =
			profile_name(planner->plan->jail_group, profile, n, planner->arena);
		item = table_get(&known->by_group, name);
		bool is_anothers =
			item && strcmp(item->text, profile_text(profile, planner->arena)) != 0;
		if (is_anothers || !is_free(planner, name))
			continue;
		if (!planner_new_group(planner, name))
			return NULL;
		if (!item)
			(void)add_known(planner, name, profile);
		return name;
	}
	return NULL;
}

/* ---- an account's ---- */

const char *
planner_choose_profile(struct planner *planner, const struct account *account,
	const struct jail_profile *of_layout, struct change *change)
{
	static const struct jail_profile none;
	struct jail_profile profile =
		profile_over(&account->profile, of_layout ? of_layout : &none);
	struct jail_profile same;
	/* Ten thousand users with a directory of their name have one profile. */
	profile.start = profile_start_for_all(profile.start, change->login, planner->arena);
	if (profile_is_empty(&profile))
		return NULL;
	/* What cannot be read back would be lost in the end, and with it what it forbids. */
	if (!profile_parse(profile_text(&profile, planner->arena), planner->arena, &same)) {
		planner_block(planner, change, account->place, "profile-unfit",
			"sshd cannot be told: %s", profile_words(&profile, planner->arena));
		planner_hint(change, "Leave the login out, or give it a layout with a profile.");
		return NULL;
	}
	const char *group = find_group(planner, &profile);
	if (!group) {
		planner_block(planner, change, account->place, "profile-group",
			"no name or no gid is free for a group of the profile '%s'",
			profile_words(&profile, planner->arena));
		planner_hint(change, "Widen SYS_GID_MIN and SYS_GID_MAX in /etc/login.defs.");
		return NULL;
	}
	change->after.profile = profile_text(&profile, planner->arena);
	return group;
}

const struct jail_profile *
planner_layout_profile(struct planner *planner, const struct account *account)
{
	const struct layout *layout = config_layout(planner->config,
		account_has(account, ACCOUNT_LAYOUT) ? account->layout : "default");
	return layout ? &layout->profile : NULL;
}

/* As folder_list_text() has it, where a name without blanks needs no quotes. */
static bool
is_planned(const char *path, const struct string_list *folders)
{
	size_t length = strlen(path);
	ARRAY_FOREACH (folder, folders) {
		if (strncmp(*folder, path, length) == 0 && (*folder)[length] == ':')
			return true;
	}
	return false;
}

/* sshd does not mind, and begins in the root: nobody would see why. */
static void
check_start(struct planner *planner, const struct account *account, struct change *change,
	const struct jail_profile *profile)
{
	struct diags ignored = { .arena = planner->arena };
	struct host_entry entry;
	/* What is copied into the jail was there to begin in. */
	const char *start = profile_start_of(profile, change->login, planner->arena);
	if (!start || account->contents || is_planned(start, &change->after.folders))
		return;
	const char *home = change->has_before ? change->before.home : change->after.home;
	const char *path = arena_printf(planner->arena, "%s/%s", home, start);
	if (home && host_inspect(planner->snapshot->host, path, &entry, &ignored) && entry.exists &&
		S_ISDIR(entry.st.st_mode))
		return;
	planner_warn(planner, change, account->place, "profile-start",
		"sessions are to begin in /%s, and the jail has no such folder: they will begin "
		"in its root",
		start);
	planner_hint(change, "Add the folder to the layout, or correct profile.start.");
}

/* internal-sftp has no way out of the jail for its log but a socket in it. */
static void
check_log(struct planner *planner, const struct change *change, const struct jail_profile *profile)
{
	struct diags ignored = { .arena = planner->arena };
	struct diags *findings = &planner->plan->findings;
	struct host_entry entry;
	if (!profile->log_level)
		return;
	const char *path = arena_printf(planner->arena, "%s/dev/log", change->after.home);
	if (host_inspect(planner->snapshot->host, path, &entry, &ignored) && entry.exists)
		return;
	ARRAY_FOREACH (finding, findings) {
		if (finding->code && strcmp(finding->code, "profile-log") == 0)
			return;
	}
	diag_warning(findings, at(path, 0),
		"transfers are logged only where a jail has a socket /dev/log, and this has none");
	diag_code(findings, "profile-log");
	diag_hint(findings,
		"Let the log daemon listen in the jails too (rsyslog: an input imuxsock with this "
		"Socket).");
}

void
planner_describe_profile(
	struct planner *planner, const struct account *account, struct change *change)
{
	struct jail_profile before = { 0 }, after = { 0 };
	const char *text = change->after.profile, *was = change->before.profile;
	if (text && !profile_parse(text, planner->arena, &after))
		return;
	if (was && !profile_parse(was, planner->arena, &before))
		return;
	if (strcmp(text ? text : "", was ? was : "") == 0)
		return;
	const char *words = text ? profile_words(&after, planner->arena) : "none";
	planner_add_line(change, planner->arena, "profile",
		was ? arena_printf(planner->arena, "%s -> %s",
			      profile_words(&before, planner->arena), words)
		    : words);
	check_start(planner, account, change, &after);
	check_log(planner, change, &after);
}

/* ---- the drop-in's ---- */

static void
mark_wanted(struct planner *planner)
{
	struct known_profiles *known = known_profiles(planner);
	ARRAY_FOREACH (change, &planner->plan->changes) {
		const char *text = (*change)->has_after ? (*change)->after.profile : NULL;
		struct known_profile *item = text ? table_get(&known->by_text, text) : NULL;
		if (item && (*change)->action != CHANGE_BLOCKED)
			item->wanted = true;
	}
}

static bool
has_work(const struct planner *planner)
{
	return planner->plan->edits.count || planner->plan->steps.count;
}

static void
remove_group(struct planner *planner, enum accountdb_file file, const char *name)
{
	struct accountdb_line *line = accountdb_find(&planner->snapshot->db, file, name);
	size_t count = accountdb_field_count(file);
	struct edit edit = { .kind = EDIT_REMOVE_LINE, .file = file, .name = name };
	if (!line || accountdb_members(line)->count)
		return;
	edit.fields = arena_alloc(planner->arena, count * sizeof(*edit.fields));
	for (size_t i = 0; i < count; i++)
		edit.fields[i] = arena_strdup(planner->arena, accountdb_field(line, i));
	if (edit_state(&edit, &planner->snapshot->db, planner->arena, NULL) == EDIT_BEFORE)
		planner_add_edit(planner, edit);
}

/* Our group is nobody's primary one, unless somebody made it so. */
static bool
is_primary_group(const struct planner *planner, const char *name)
{
	const struct accountdb *db = &planner->snapshot->db;
	const struct accountdb_line *group = accountdb_find(db, ACCOUNTDB_GROUP, name);
	struct accountdb_line *login;
	size_t cursor = 0;
	uint32_t gid, primary;
	if (!group || !accountdb_line_id(group, GROUP_GID, &gid))
		return false;
	while ((login = accountdb_next(&planner->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		if (accountdb_line_id(login, PASSWD_GID, &primary) && primary == gid)
			return true;
	}
	return false;
}

void
planner_drop_profiles(struct planner *planner)
{
	struct known_profiles *known = known_profiles(planner);
	if (!has_work(planner))
		return;
	mark_wanted(planner);
	ARRAY_FOREACH (item, &known->list) {
		const char *group = (*item)->sshd.group;
		if ((*item)->wanted || !(*item)->in_dropin || is_primary_group(planner, group))
			continue;
		remove_group(planner, ACCOUNTDB_GROUP, group);
		remove_group(planner, ACCOUNTDB_GSHADOW, group);
	}
}

void
planner_list_profiles(struct planner *planner, struct sshd_dropin *dropin)
{
	struct known_profiles *known = known_profiles(planner);
	bool tidies = has_work(planner);
	mark_wanted(planner);
	ARRAY_FOREACH (item, &known->list) {
		if ((*item)->wanted || ((*item)->in_dropin && !tidies))
			ARRAY_PUSH(planner->arena, &dropin->profiles, (*item)->sshd);
	}
}

/* ---- keys ---- */

struct string_list
planner_keys_from(struct planner *planner, const struct string_list *keys, const char *before,
	const char *after)
{
	struct jail_profile old = { 0 }, new = { 0 };
	struct string_list lines = { 0 };
	if ((before && !profile_parse(before, planner->arena, &old)) ||
		(after && !profile_parse(after, planner->arena, &new)))
		return *keys;
	ARRAY_FOREACH (key, keys)
		string_list_push(planner->arena, &lines,
			ssh_key_change_from(*key, &old.from, &new.from, planner->arena));
	return lines;
}
