/*
 * planner_nss.c - accounts that the name service knows and no file of ours (sssd, winbind, ...): a
 * jail at their home, keys and groups, and no line in passwd or shadow.
 *
 * Ids, home, password, and whether they may log in at all are their directory's. What jails them is
 * their membership in /etc/group, so that is committed when all else is ready; sessions from before
 * are not jailed, and end after it. Nothing here can close such an account: who leaves loses keys
 * and sessions, and stays in the jail for as long as the directory lets him in.
 */
#include <string.h>

#include "core/plan/planner_adopt.h"
#include "core/plan/planner_leave.h"

static void
block(struct planner *planner, struct change *change, const char *code, const char *message,
	const char *hint)
{
	planner_block(planner, change, change->place, code, "%s", message);
	planner_hint(change, "%s", hint);
}

/* ---- who it is ---- */

/* Of one whom the name service has forgotten: as the jail was made. */
static struct accountdb_line *
remembered_line(const struct planner *planner, const struct managed_account *managed)
{
	struct arena *arena = planner->arena;
	const char *fields[PASSWD_FIELDS] = { managed->login, "x",
		arena_printf(arena, "%u", (unsigned)managed->uid),
		arena_printf(arena, "%u", (unsigned)managed->gid), "", managed->home, "" };
	return accountdb_line_create(ACCOUNTDB_PASSWD, fields, arena);
}

struct accountdb_line *
planner_passwd_line(const struct planner *planner, const struct managed_account *managed)
{
	if (!managed->nss)
		return accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, managed->login);
	struct accountdb_line *line = snapshot_nss_user(planner->snapshot, managed->login);
	return line ? line : remembered_line(planner, managed);
}

/* sshd must see who is in the jail's group, whatever other groups the directory gives; once for all
 * accounts. */
static void
check_switch(struct planner *planner)
{
	static const char path[] = "/etc/nsswitch.conf";
	struct diags *findings = &planner->plan->findings;
	if (planner->snapshot->has_file_groups)
		return;
	ARRAY_FOREACH (finding, findings) {
		if (finding->place.file && strcmp(finding->place.file, path) == 0)
			return;
	}
	diag_error(findings, at(path, 0),
		"members of groups in /etc/group are not asked for: nobody of the name service's "
		"could be jailed");
	diag_code(findings, "nss-groups");
	diag_hint(findings, "Name files in the line group:, and in initgroups: if there is one.");
}

/* Nothing but the name service can say it, and it must say the same as everybody else. */
static bool
is_of_nss(struct planner *planner, struct change *change, const struct managed_account *managed)
{
	const struct accountdb *db = &planner->snapshot->db;
	const char *login = change->login;
	if (planner->snapshot->has_nss)
		check_switch(planner);
	if (!planner->snapshot->has_nss)
		block(planner, change, "nss-elsewhere",
			"account: nss works on this machine only: below --root no name service is "
			"asked",
			"Plan it on the machine itself, without --root.");
	else if (accountdb_find(db, ACCOUNTDB_PASSWD, login))
		block(planner, change, "nss-local",
			"the account is in /etc/passwd, and its source says account: nss",
			"Take that line out if the directory has the account, or say account: "
			"local.");
	else if (managed && !managed->nss)
		block(planner, change, "nss-local",
			"the account was made here, and its source says account: nss",
			"Keep account: local for this source.");
	return !planner_is_blocked(change);
}

static bool
is_known(struct planner *planner, struct change *change, const struct accountdb_line *line)
{
	const char *problem = planner->snapshot->nss_problem;
	if (!line && problem)
		block(planner, change, "nss-silent",
			arena_printf(
				planner->arena, "the name service does not answer: %s", problem),
			arena_printf(planner->arena, "Plan again when `getent passwd %s` answers.",
				change->login));
	else if (!line)
		block(planner, change, "nss-unknown", "the name service knows no such account",
			arena_printf(planner->arena,
				"See what `getent passwd %s` says, and the line passwd: in "
				"/etc/nsswitch.conf.",
				change->login));
	else if (strcmp(accountdb_name(line), change->login) != 0)
		block(planner, change, "nss-name",
			arena_printf(planner->arena, "the name service calls it '%s'",
				accountdb_name(line)),
			"Write the login as the name service does: sshd goes by that.");
	return !planner_is_blocked(change);
}

/* ---- a jail for one that has none ---- */

static void
read_facts(struct planner *planner, const struct accountdb_line *line, struct change *change)
{
	uint32_t uid = 0, gid = 0;
	if (!accountdb_line_id(line, PASSWD_UID, &uid) ||
		!accountdb_line_id(line, PASSWD_GID, &gid))
		block(planner, change, "nss-id", "the name service gives it no ids",
			"See: getent passwd");
	const char *gecos = accountdb_field(line, PASSWD_GECOS);
	change->before = (struct account_facts){
		.uid = uid,
		.gid = gid,
		.full_name = arena_strndup(planner->arena, gecos, strcspn(gecos, ",")),
		.home = accountdb_field(line, PASSWD_HOME),
		.shell = accountdb_field(line, PASSWD_SHELL),
		.groups = *accountdb_groups_of(&planner->snapshot->db, change->login),
		.expires = ACCOUNT_NEVER,
		.password = PASSWORD_KEPT,
	};
	change->has_before = change->has_after = true;
	change->after = change->before;
	change->after.groups = (struct string_list){ 0 };
}

/* Another managed account of this uid. */
static const char *
jailed_with(const struct planner *planner, uid_t uid)
{
	const struct managed_account *managed = id_table_get(&planner->snapshot->ids_managed, uid);
	return managed && managed->uid == uid ? managed->login : NULL;
}

static void
check_person(struct planner *planner, const struct account *account, struct change *change)
{
	const struct accountdb_line *twin =
		accountdb_find_id(&planner->snapshot->db, ACCOUNTDB_PASSWD, change->before.uid);
	const char *jailed = jailed_with(planner, change->before.uid);
	const char *why = planner_protection(planner, change);
	if (account->old || account->contents)
		block(planner, change, "nss-old-server",
			"an old server's logins cannot be accounts of the name service",
			"Say account: local for this source.");
	if (account->username_generated)
		block(planner, change, "nss-login",
			"the login is made from a name, and the name service has its own",
			"Map username to the column that has the login.");
	if (why)
		block(planner, change, "protected",
			arena_printf(planner->arena, "is protected: %s", why),
			"It is never jailed; take it out of the source.");
	if (twin)
		block(planner, change, "uid-taken",
			arena_printf(planner->arena,
				"its uid %u is also that of '%s' in /etc/passwd",
				(unsigned)change->before.uid, accountdb_name(twin)),
			"Give one of them another uid first.");
	else if (jailed)
		block(planner, change, "uid-taken",
			arena_printf(planner->arena, "its uid %u has a jail already, that of '%s'",
				(unsigned)change->before.uid, jailed),
			"See: rehome status");
	if (account_has(account, ACCOUNT_UID) && account->uid != change->before.uid)
		block(planner, change, "uid-differs",
			arena_printf(planner->arena,
				"the source says uid %u, the name service says %u",
				(unsigned)account->uid, (unsigned)change->before.uid),
			"Take the uid out of the map: it is the name service's.");
}

static void
choose_groups(struct planner *planner, const struct account *account, struct change *change)
{
	const char *profile = planner_choose_profile(
		planner, account, planner_layout_profile(planner, account), change);
	struct string_list *after = &change->after.groups;
	string_list_push(planner->arena, after, planner->plan->jail_group);
	if (profile)
		string_list_push(planner->arena, after, profile);
	planner_check_groups(planner, account, change);
	const struct string_list *lists[] = { &change->before.groups, &account->groups };
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		ARRAY_FOREACH (group, lists[i]) {
			if (!string_list_has(after, *group) && strcmp(*group, change->login) != 0)
				string_list_push(planner->arena, after, *group);
		}
	}
	ARRAY_FOREACH (group, after) {
		if (!string_list_has(&change->before.groups, *group))
			planner_add_member(planner, change->login, *group);
	}
}

/* Made by hand, as rehome would make it. */
static bool
is_jail(struct planner *planner, const char *home, const struct host_entry *entry)
{
	return S_ISDIR(entry->st.st_mode) && entry->st.st_uid == 0 &&
		!jail_path_fault(&planner->snapshot->jails, home, false);
}

/* True when there is a jail already. */
static bool
check_home(struct planner *planner, const struct account *account, struct change *change)
{
	const char *home = change->after.home;
	struct place place = planner_place(account, ACCOUNT_HOME);
	struct host_entry entry;
	if (account_has(account, ACCOUNT_HOME) && strcmp(account->home, home) != 0) {
		block(planner, change, "home-differs",
			arena_printf(planner->arena,
				"the source says home %s, the name service says %s", account->home,
				home),
			"Take the home out of the map: sshd goes by the name service.");
		return false;
	}
	if (!planner_inspect_home(planner, change, place, &entry) || !entry.exists)
		return false;
	if (is_jail(planner, home, &entry))
		return true;
	block(planner, change, "home-lived-in",
		arena_printf(planner->arena,
			"%s exists (owner uid %u): a home of the name service's is not turned into "
			"a jail",
			home, (unsigned)entry.st.st_uid),
		arena_printf(planner->arena,
			"Move it aside, make the jail, and move its files into folders: mv %s "
			"%s.before",
			home, home));
	return false;
}

static bool
read_no_keys(struct planner *planner, struct change *change, struct key_file *ret_file)
{
	struct diags problems = { .arena = planner->arena };
	if (!planner_read_keys(planner, change->login, ret_file, &problems))
		planner_block(planner, change, change->place, "unreadable", "%s/%s: %s",
			planner->plan->keys_dir, change->login, problems.items[0].message);
	else if (ret_file->text)
		block(planner, change, "keys-leftover",
			arena_printf(planner->arena, "%s exists already", ret_file->path),
			"See whose keys these are, then remove the file.");
	return !planner_is_blocked(change);
}

/* What the source or the command line asks for, and only the directory can do. */
static void
warn_of_what_is_not_ours(
	struct planner *planner, const struct account *account, struct change *change)
{
	if (account_has(account, ACCOUNT_PASSWORD) || account_has(account, ACCOUNT_PASSWORD_HASH))
		planner_warn(planner, change, planner_place(account, ACCOUNT_PASSWORD),
			"nss-password", "the source's password is not used: the directory has one");
	if (account_has(account, ACCOUNT_EXPIRES))
		planner_warn(planner, change, planner_place(account, ACCOUNT_EXPIRES),
			"nss-expires",
			"the source's expiry is not used: only the directory can close the "
			"account");
	if (planner->options->stage || planner->config->policy.stage_new)
		planner_warn(planner, change, change->place, "nss-staged",
			"is not staged: only the directory can close the account");
	if (!planner_is_login_shell(change->before.shell))
		return;
	planner_warn(planner, change, change->place, "nss-shell",
		"shell %s: a login that does not come through sshd is not jailed",
		*change->before.shell ? change->before.shell : "/bin/sh");
	planner_hint(change, "Give the account /usr/sbin/nologin in the directory.");
}

static void
describe(struct planner *planner, struct change *change, const struct folder_list *folders,
	bool has_jail)
{
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_printf(&text, "of the name service, uid %u, groups", (unsigned)change->after.uid);
	ARRAY_FOREACH (group, &change->after.groups)
		buffer_printf(&text, " %s%s", *group,
			table_get(&planner->new_groups, *group) ? " (new)" : "");
	if (change->after.keys.count)
		buffer_printf(&text, ", %zu key%s", change->after.keys.count,
			change->after.keys.count == 1 ? "" : "s");
	else
		buffer_add_text(&text, ", no key");
	planner_add_line(change, planner->arena, "account",
		arena_strdup(planner->arena, buffer_text(&text)));
	planner_add_line(change, planner->arena, "jail",
		arena_printf(planner->arena, has_jail ? "%s is one already" : "%s  root:root 0755",
			change->after.home));
	planner_describe_folders(planner, change, folders);
	planner_add_line(change, planner->arena, "sessions",
		"from before the jail: ended, with all processes of the account");
}

static void
create(struct planner *planner, const struct account *account, const struct accountdb_line *line,
	struct change *change)
{
	struct key_file keys_before;
	change->action = CHANGE_CREATE;
	read_facts(planner, line, change);
	change->full_name = change->before.full_name;
	check_person(planner, account, change);
	choose_groups(planner, account, change);
	bool has_jail = check_home(planner, account, change);
	const struct folder_list *folders =
		planner_folders_of(planner, account, change, &change->after.layout);
	change->after.folders = planner_folder_texts(planner, folders);
	change->after.keys = planner_fingerprints(planner, &account->ssh_keys);
	if (planner_is_blocked(change) || !read_no_keys(planner, change, &keys_before))
		return;
	warn_of_what_is_not_ours(planner, account, change);
	if (has_jail)
		planner_make_missing_folders(planner, change, folders);
	else
		planner_make_home(planner, change, folders);
	if (account->ssh_keys.count) {
		struct string_list keys =
			planner_keys_from(planner, &account->ssh_keys, NULL, change->after.profile);
		planner_write_keys(planner, change->login, &keys, &keys_before);
	}
	describe(planner, change, folders, has_jail);
	planner_describe_profile(planner, account, change);
}

/* ---- one that has a jail ---- */

/* The jail stands at one path, and its files have one owner. */
static bool
is_as_it_was(struct planner *planner, const struct accountdb_line *line,
	const struct managed_account *managed, struct change *change)
{
	const char *home = accountdb_field(line, PASSWD_HOME);
	uint32_t uid = 0;
	if (!accountdb_line_id(line, PASSWD_UID, &uid) || uid != managed->uid)
		block(planner, change, "uid-drift",
			arena_printf(planner->arena,
				"the name service says uid %s now, the jail was made for uid %u",
				accountdb_field(line, PASSWD_UID), (unsigned)managed->uid),
			arena_printf(planner->arena,
				"If it is the same person, roll back run %s for %s and plan again; "
				"the "
				"home is kept aside.",
				managed->run, change->login));
	else if (strcmp(home, managed->home) != 0)
		block(planner, change, "home-move",
			arena_printf(planner->arena,
				"the name service says home %s now, the jail is %s", home,
				managed->home),
			"Give the account its home back in the directory.");
	return !planner_is_blocked(change);
}

static void
say_left_out(const struct account *account, struct change *change)
{
	struct diag diag = {
		.level = DIAG_NOTE,
		.place = planner_place(account, ACCOUNT_STATE),
		.user = change->login,
		.code = "nss-shut",
		.message = "gets no jail while its source says that it is out of service",
	};
	change->action = CHANGE_UNCHANGED;
	diag_append(&change->findings, &diag);
}

/* The jail is the old login's, and there may be two people. */
static bool
is_renamed(struct planner *planner, struct change *change)
{
	const struct managed_account *managed =
		table_get(&planner->snapshot->managed->by_key, planner_person(planner, change));
	if (!managed || strcmp(managed->login, change->login) == 0)
		return false;
	block(planner, change, "rename",
		arena_printf(planner->arena,
			"'%s' has a jail as '%s'; logins of the name service are not renamed here",
			change->key, managed->login),
		arena_printf(planner->arena,
			"Give it the login '%s' back there, or first take that jail back: rehome "
			"rollback %s %s",
			managed->login, managed->run, managed->login));
	return true;
}

void
planner_nss(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct change *change)
{
	if (!is_of_nss(planner, change, managed) || is_renamed(planner, change))
		return;
	struct accountdb_line *line = snapshot_nss_user(planner->snapshot, change->login);
	if (!managed && account_is_shut(account))
		say_left_out(account, change);
	else if (managed && !line && account_is_shut(account))
		planner_change(
			planner, account, managed, remembered_line(planner, managed), change);
	else if (is_known(planner, change, line) && !managed)
		create(planner, account, line, change);
	else if (line && managed && is_as_it_was(planner, line, managed, change))
		planner_change(planner, account, managed, line, change);
}
