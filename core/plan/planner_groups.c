/*
 * planner_groups.c - the groups besides an account's own: the jail's, and those that a source
 * lists. What exists is used, what does not is made, and what is as good as root is refused.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

/* Membership in one of these is as good as root, or reads other people's secrets: a spreadsheet
 * never gives it. */
static const char *const privileged_groups[] = { "root", "daemon", "bin", "sys", "adm", "tty",
	"disk", "lp", "mail", "man", "mem", "kmem", "sudo", "wheel", "admin", "operator", "shadow",
	"staff", "src", "docker", "lxd", "lxc", "libvirt", "libvirt-qemu", "incus", "incus-admin",
	"podman", "kvm", "systemd-journal", "ssl-cert", "ssh", "_ssh", "crontab", "sasl", "utmp",
	"input", "backup", "nogroup", NULL };

static struct accountdb_line *
find_group(const struct planner *planner, const char *name)
{
	return accountdb_find(&planner->snapshot->db, ACCOUNTDB_GROUP, name);
}

bool
planner_is_privileged_name(const char *group)
{
	for (size_t i = 0; privileged_groups[i]; i++) {
		if (strcmp(privileged_groups[i], group) == 0)
			return true;
	}
	return false;
}

/* Also under another name: what counts is the number. */
bool
planner_group_is_privileged(const struct planner *planner, const char *group)
{
	const struct accountdb_line *line = find_group(planner, group);
	uint32_t gid;
	if (planner_is_privileged_name(group))
		return true;
	return line && accountdb_line_id(line, GROUP_GID, &gid) && gid == 0;
}

/* The own group of a person's account; services share theirs on purpose. */
static bool
is_somebodys_own(const struct planner *planner, const char *group)
{
	const struct accountdb_line *user =
		accountdb_find(&planner->snapshot->db, ACCOUNTDB_PASSWD, group);
	uint32_t uid;
	return user && accountdb_line_id(user, PASSWD_UID, &uid) && uid >= 1000 && uid != 65534;
}

/* ---- new ones ---- */

bool
planner_group_id(struct planner *planner, const char *name, gid_t *ret_gid)
{
	const struct accountdb_line *line = find_group(planner, name);
	uint32_t gid;
	void *planned = table_get(&planner->new_groups, name);
	if (planned) {
		*ret_gid = (gid_t)(uintptr_t)planned;
		return true;
	}
	if (!line || !accountdb_line_id(line, GROUP_GID, &gid))
		return false;
	*ret_gid = gid;
	return true;
}

bool
planner_new_group(struct planner *planner, const char *name)
{
	gid_t gid;
	if (table_get(&planner->new_groups, name))
		return true;
	if (!planner_next_group_id(planner, name, &gid))
		return false;
	table_set(&planner->new_groups, name, (void *)(uintptr_t)gid);
	return true;
}

static void
add_group(struct planner *planner, const char *name, gid_t gid)
{
	const char *group[GROUP_FIELDS] = { name, "x",
		arena_printf(planner->arena, "%u", (unsigned)gid), "" };
	const char *gshadow[GSHADOW_FIELDS] = { name, "!", "", "" };
	struct edit edit = {
		.kind = EDIT_ADD_LINE,
		.file = ACCOUNTDB_GROUP,
		.name = name,
		.fields = arena_copy(planner->arena, group, sizeof(group)),
	};
	planner_add_edit(planner, edit);
	if (!planner->snapshot->db.tables[ACCOUNTDB_GSHADOW].exists)
		return;
	edit.file = ACCOUNTDB_GSHADOW;
	edit.fields = arena_copy(planner->arena, gshadow, sizeof(gshadow));
	planner_add_edit(planner, edit);
}

void
planner_share_groups(struct planner *planner)
{
	struct edit_list users = planner->plan->edits;
	struct table added = { .arena = planner->arena };
	planner->plan->edits = (struct edit_list){ 0 };
	ARRAY_FOREACH (edit, &users) {
		void *gid = table_get(&planner->new_groups, edit->name);
		if (edit->kind != EDIT_ADD_MEMBER || !gid || table_get(&added, edit->name))
			continue;
		table_set(&added, edit->name, gid);
		add_group(planner, edit->name, (gid_t)(uintptr_t)gid);
	}
	ARRAY_FOREACH (edit, &users)
		planner_add_edit(planner, *edit);
}

/* ---- the jail's ---- */

static void
fault_jail_group(struct planner *planner, const char *what, const char *hint)
{
	struct diags *findings = &planner->plan->findings;
	diag_error(findings, at("/etc/group", 0), "jail.group '%s' %s", planner->plan->jail_group,
		what);
	diag_code(findings, "jail-group");
	diag_hint(findings, "%s", hint);
}

void
planner_find_jail_group(struct planner *planner)
{
	const char *group = planner->plan->jail_group;
	planner->jail_gid = (gid_t)-1;
	if (planner_group_is_privileged(planner, group) || is_somebodys_own(planner, group))
		fault_jail_group(planner, "has members who must not be jailed",
			"Set jail.group to a group of its own, such as sftponly.");
	else if (planner_group_id(planner, group, &planner->jail_gid))
		return;
	else if (snapshot_nss_has_group(planner->snapshot, group))
		fault_jail_group(planner, "is kept in another database, not in /etc/group",
			"Set jail.group to a local group.");
	else if (accountdb_find(&planner->snapshot->db, ACCOUNTDB_GSHADOW, group))
		fault_jail_group(planner, "has a line in /etc/gshadow and none in /etc/group",
			"Run grpck and let it remove the left-over line.");
	else if (!planner_new_group(planner, group))
		fault_jail_group(planner, "cannot be made: no free gid is left",
			"Widen SYS_GID_MIN and SYS_GID_MAX in /etc/login.defs.");
	else
		(void)planner_group_id(planner, group, &planner->jail_gid);
}

/* ---- those that a source lists ---- */

static void
check_present_group(
	struct planner *planner, struct change *change, struct place place, const char *group)
{
	if (!is_somebodys_own(planner, group))
		return;
	planner_block(planner, change, place, "group-is-login",
		"group '%s' is the own group of the account '%s'", group, group);
	planner_hint(change, "Choose another group.");
}

static void
check_new_group(
	struct planner *planner, struct change *change, struct place place, const char *group)
{
	if (snapshot_nss_has_group(planner->snapshot, group)) {
		planner_block(planner, change, place, "group-elsewhere",
			"group '%s' is kept in another database, not in /etc/group", group);
		planner_hint(change, "Add the member there.");
	} else if (table_get(&planner->logins, group)) {
		planner_block(planner, change, place, "group-is-login",
			"group '%s' would be the own group of another new account", group);
		planner_hint(change, "Choose another group.");
	} else if (accountdb_find(&planner->snapshot->db, ACCOUNTDB_GSHADOW, group)) {
		planner_block(planner, change, place, "gshadow-leftover",
			"/etc/gshadow has a line for '%s', /etc/group has none", group);
		planner_hint(change, "Run grpck and let it remove the left-over line.");
	} else if (!planner_new_group(planner, group)) {
		planner_block(planner, change, place, "gid-range-full",
			"no free gid is left for the new group '%s'", group);
		planner_hint(change, "Widen SYS_GID_MIN and SYS_GID_MAX in /etc/login.defs.");
	}
}

void
planner_check_groups(struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_GROUPS);
	ARRAY_FOREACH (group, &account->groups) {
		if (strcmp(*group, planner->plan->jail_group) == 0 ||
			strcmp(*group, change->login) == 0)
			continue;
		if (planner_group_is_privileged(planner, *group)) {
			planner_block(planner, change, place, "group-privileged",
				"group '%s' gives rights over the system", *group);
			planner_hint(
				change, "A jailed account is never a member of it: take it out.");
		} else if (planner_group_is_profile(planner, *group)) {
			planner_block(planner, change, place, "group-is-profile",
				"group '%s' stands for a profile, which its layout gives an "
				"account",
				*group);
			planner_hint(change, "Take it out, and give the account such a layout.");
		} else if (find_group(planner, *group)) {
			check_present_group(planner, change, place, *group);
		} else {
			check_new_group(planner, change, place, *group);
		}
	}
}

/* ---- the own group of an account that exists ---- */

static struct claim *
new_claim(struct planner *planner, const char *login)
{
	struct claim *claim = ARENA_NEW(planner->arena, struct claim);
	claim->login = login;
	return claim;
}

static void
note_id(struct planner *planner, struct id_table *ids, uint32_t id, const char *login)
{
	struct claim *claim = id_table_get(ids, id);
	if (claim)
		claim->other = login;
	else
		id_table_set(ids, id, new_claim(planner, login));
}

/* Once, and only for a plan that needs it. */
static void
index_ids(struct planner *planner)
{
	struct accountdb_line *line;
	size_t cursor = 0;
	uint32_t id;
	if (planner->primary_gids.count)
		return;
	while ((line = accountdb_next(&planner->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		if (accountdb_line_id(line, PASSWD_GID, &id))
			note_id(planner, &planner->primary_gids, id, accountdb_name(line));
		if (accountdb_line_id(line, PASSWD_UID, &id))
			note_id(planner, &planner->uids, id, accountdb_name(line));
	}
}

const char *
planner_uid_twin(struct planner *planner, uid_t uid, const char *login)
{
	index_ids(planner);
	return planner_rival(id_table_get(&planner->uids, uid), login);
}

/* Somebody besides the login who is in the group, or NULL. */
static const char *
other_member(const struct planner *planner, const struct accountdb_line *group, gid_t gid,
	const char *login)
{
	ARRAY_FOREACH (member, accountdb_members(group)) {
		if (strcmp(*member, login) != 0)
			return *member;
	}
	return planner_rival(id_table_get(&planner->primary_gids, gid), login);
}

/* A group of the login's name: its own already, or one that may become it. */
static bool
use_namesake(struct planner *planner, struct change *change, struct place place,
	const struct accountdb_line *group, gid_t *ret_gid)
{
	uint32_t gid;
	if (!accountdb_line_id(group, GROUP_GID, &gid) || gid == 0) {
		planner_block(planner, change, place, "malformed-line",
			"the line of group '%s' in /etc/group has no gid", change->login);
		planner_hint(change, "Correct it with vigr.");
		return false;
	}
	const char *other = other_member(planner, group, gid, change->login);
	if (other && gid != change->before.gid) {
		planner_block(planner, change, place, "group-exists",
			"a group '%s' exists, and '%s' is in it: the account cannot have it as its "
			"own",
			change->login, other);
		planner_hint(change, "Rename that group: groupmod -n NEWNAME %s", change->login);
		return false;
	}
	if (other) {
		planner_warn(planner, change, place, "own-group-members",
			"its own group '%s' has others in it, such as '%s'", change->login, other);
		planner_hint(change, "See: getent group %s", change->login);
	}
	*ret_gid = gid;
	return true;
}

static bool
make_own_group(struct planner *planner, struct change *change, struct place place, gid_t *ret_gid)
{
	uint32_t gid = change->after.uid;
	if (snapshot_nss_has_group(planner->snapshot, change->login)) {
		planner_block(planner, change, place, "group-elsewhere",
			"group '%s' is kept in another database, not in /etc/group", change->login);
		planner_hint(change, "Give the account a local group of its own first.");
	} else if (accountdb_find(&planner->snapshot->db, ACCOUNTDB_GSHADOW, change->login)) {
		planner_block(planner, change, place, "gshadow-leftover",
			"/etc/gshadow has a line for '%s', /etc/group has none", change->login);
		planner_hint(change, "Run grpck and let it remove the left-over line.");
	} else if (gid != change->before.uid) {
		*ret_gid = gid; /* a uid that was chosen is free as a gid, too */
		return true;
	} else if (!planner_take_gid(planner, change->login, gid) &&
		!planner_next_id(planner, change->login, &gid)) {
		planner_block(planner, change, place, "uid-range-full",
			"no free id is left in policy.uid_range for a group of its own");
		planner_hint(change, "Widen policy.uid_range.");
	} else {
		*ret_gid = gid;
		return true;
	}
	return false;
}

bool
planner_choose_own_group(struct planner *planner, const struct account *account,
	struct change *change, gid_t *ret_gid, bool *ret_is_new)
{
	struct place place = planner_place(account, ACCOUNT_USERNAME);
	const struct accountdb_line *group = find_group(planner, change->login);
	index_ids(planner);
	*ret_is_new = !group;
	return group ? use_namesake(planner, change, place, group, ret_gid)
		     : make_own_group(planner, change, place, ret_gid);
}

void
planner_add_member(struct planner *planner, const char *login, const char *group)
{
	struct edit edit = {
		.kind = EDIT_ADD_MEMBER,
		.file = ACCOUNTDB_GROUP,
		.user = login,
		.name = group,
		.member = login,
	};
	planner_add_edit(planner, edit);
	/* gshadow keeps a second list, which must agree where it has a line. */
	const struct accountdb *db = &planner->snapshot->db;
	bool made_here = table_get(&planner->new_groups, group);
	if (db->tables[ACCOUNTDB_GSHADOW].exists &&
		(made_here || accountdb_find(db, ACCOUNTDB_GSHADOW, group))) {
		edit.file = ACCOUNTDB_GSHADOW;
		planner_add_edit(planner, edit);
	}
}
