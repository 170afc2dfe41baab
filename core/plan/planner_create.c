/*
 * planner_create.c - an account that does not exist: its lines, its jail, its keys.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/model/ssh_key.h"
#include "core/plan/planner_internal.h"

/* Membership in one of these is as good as root, or reads other people's secrets: a spreadsheet
 * never gives it. */
static const char *const privileged_groups[] = { "root", "daemon", "bin", "sys", "adm", "tty",
	"disk", "lp", "kmem", "sudo", "wheel", "admin", "shadow", "staff", "docker", "lxd",
	"libvirt", "incus-admin", "podman", "kvm", "systemd-journal", "ssl-cert", "utmp", "backup",
	NULL };

/* ---- what create and change share ---- */

const char *
planner_gecos(struct planner *planner, const struct account *account, struct change *change)
{
	if (!account->full_name)
		return "";
	char *gecos = arena_strdup(planner->arena, account->full_name);
	bool replaced = false;
	for (char *c = gecos; *c; c++) {
		/* ',' separates gecos' subfields, and chfn(1) refuses '='. */
		if (*c == ',' || *c == '=') {
			*c = ' ';
			replaced = true;
		}
	}
	if (replaced)
		planner_warn(planner, change, planner_place(account, ACCOUNT_FULL_NAME),
			"gecos-replaced",
			"the account's name field cannot hold ',' or '=': they become blanks");
	return gecos;
}

static bool
is_privileged(const char *group)
{
	for (size_t i = 0; privileged_groups[i]; i++) {
		if (strcmp(privileged_groups[i], group) == 0)
			return true;
	}
	return false;
}

static bool
exists_on_host(struct planner *planner, const char *group)
{
	return accountdb_find(&planner->snapshot->db, ACCOUNTDB_GROUP, group) != NULL;
}

void
planner_check_groups(struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_GROUPS);
	ARRAY_FOREACH (group, &account->groups) {
		if (strcmp(*group, planner->plan->jail_group) == 0)
			continue;
		if (is_privileged(*group)) {
			planner_block(planner, change, place, "group-privileged",
				"group '%s' gives rights over the system", *group);
			planner_hint(
				change, "A jailed account is never a member of it: take it out.");
		} else if (!exists_on_host(planner, *group) &&
			snapshot_nss_has_group(planner->snapshot, *group)) {
			planner_block(planner, change, place, "group-elsewhere",
				"group '%s' is kept in another database, not in /etc/group",
				*group);
			planner_hint(change, "Add the member there.");
		} else if (!exists_on_host(planner, *group) &&
			table_get(&planner->logins, *group)) {
			planner_block(planner, change, place, "group-is-login",
				"group '%s' would be the own group of another new account", *group);
			planner_hint(change, "Choose another group.");
		} else if (!exists_on_host(planner, *group) &&
			!planner_new_group(planner, *group)) {
			planner_block(planner, change, place, "gid-range-full",
				"no free gid is left for the new group '%s'", *group);
		}
	}
}

void
planner_add_edit(struct planner *planner, struct edit edit)
{
	ARRAY_PUSH(planner->arena, &planner->plan->edits, edit);
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

const struct folder_list *
planner_folders_of(struct planner *planner, const struct account *account, struct change *change,
	const char **ret_layout)
{
	static const struct folder_list none;
	const char *name = account_has(account, ACCOUNT_LAYOUT) ? account->layout : "default";
	*ret_layout = NULL;
	if (account_has(account, ACCOUNT_FOLDERS))
		return &account->folders;
	const struct layout *layout = config_layout(planner->config, name);
	if (!layout) {
		const char **names = arena_alloc(
			planner->arena, (planner->config->layouts.count + 1) * sizeof(*names));
		for (size_t i = 0; i < planner->config->layouts.count; i++)
			names[i] = planner->config->layouts.items[i]->name;
		const char *nearest = text_nearest(name, names);
		planner_block(planner, change, planner_place(account, ACCOUNT_LAYOUT),
			"layout-unknown", "there is no layout '%s' in the configuration", name);
		if (nearest)
			planner_hint(change, "Did you mean '%s'?", nearest);
		else
			planner_hint(change, "Add it under layouts: in the configuration.");
		return &none;
	}
	*ret_layout = layout->name;
	return &layout->folders;
}

char *
planner_keys_path(const struct planner *planner, const char *login)
{
	return arena_printf(planner->arena, "%s/%s", planner->plan->keys_dir, login);
}

void
planner_write_keys(struct planner *planner, struct change *change, const struct string_list *keys,
	const char *before, const struct host_owner *before_owner)
{
	AUTO_BUFFER struct buffer content = { 0 };
	ARRAY_FOREACH (key, keys)
		buffer_printf(&content, "%s\n", *key);
	struct step step = {
		.kind = STEP_KEYS_WRITE,
		.user = change->login,
		.path = planner_keys_path(planner, change->login),
		.base = planner->plan->keys_dir,
		/* sshd reads it as the user, so it cannot be secret; only root may change it. */
		.owner = { .uid = 0, .gid = 0, .mode = 0644 },
		.content = keys->count ? arena_strdup(planner->arena, buffer_text(&content)) : NULL,
		.before = before,
	};
	if (before_owner)
		step.before_owner = *before_owner;
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

/* ---- the account's lines ---- */

static void
add_line_edit(struct planner *planner, const char *login, enum accountdb_file file,
	const char *const *fields, size_t count)
{
	struct edit edit = {
		.kind = EDIT_ADD_LINE,
		.file = file,
		.user = login,
		.name = fields[0],
		.fields = arena_copy(planner->arena, fields, count * sizeof(*fields)),
	};
	planner_add_edit(planner, edit);
}

static void
add_group_edits(struct planner *planner, const struct change *change)
{
	const char *login = change->login;
	const char *gid = arena_printf(planner->arena, "%u", (unsigned)change->after.gid);
	const char *group[GROUP_FIELDS] = { login, "x", gid, "" };
	const char *gshadow[GSHADOW_FIELDS] = { login, "!", "", "" };

	add_line_edit(planner, login, ACCOUNTDB_GROUP, group, GROUP_FIELDS);
	if (planner->snapshot->db.tables[ACCOUNTDB_GSHADOW].exists)
		add_line_edit(planner, login, ACCOUNTDB_GSHADOW, gshadow, GSHADOW_FIELDS);
	ARRAY_FOREACH (name, &change->after.groups)
		planner_add_member(planner, login, *name);
}

static void
add_shadow_edit(struct planner *planner, const struct change *change)
{
	const struct account_facts *facts = &change->after;
	/* A clock that was never set would make every password "changed in 1970", which asks for a
	 * new one at once: then better no date. */
	const char *today = planner->today > 365
		? arena_printf(planner->arena, "%lld", (long long)planner->today)
		: "";
	const char *expires = facts->disabled ? EDIT_BORN_EXPIRED
		: facts->expires == ACCOUNT_NEVER
		? ""
		: arena_printf(planner->arena, "%lld", (long long)facts->expires);
	/* NULL is filled from the secrets. Passwords never age: SFTP cannot change them. */
	const char *hash = facts->password == PASSWORD_NONE ? "*" : NULL;
	const char *fields[SHADOW_FIELDS] = { change->login, hash, today, "0", "99999", "7", "",
		expires, "" };
	add_line_edit(planner, change->login, ACCOUNTDB_SHADOW, fields, SHADOW_FIELDS);
}

static void
add_passwd_edit(struct planner *planner, const struct change *change, const char *gecos)
{
	const struct account_facts *facts = &change->after;
	const char *fields[PASSWD_FIELDS] = { change->login, "x",
		arena_printf(planner->arena, "%u", (unsigned)facts->uid),
		arena_printf(planner->arena, "%u", (unsigned)facts->gid), gecos, facts->home,
		facts->shell };
	add_line_edit(planner, change->login, ACCOUNTDB_PASSWD, fields, PASSWD_FIELDS);
}

/* ---- deciding ---- */

static void
choose_password(struct planner *planner, const struct account *account, struct change *change)
{
	enum new_password policy = planner->config->policy.new_password;
	struct account_facts *facts = &change->after;
	if (account_has(account, ACCOUNT_PASSWORD)) {
		facts->password = PASSWORD_GIVEN;
		plan_secrets_get(planner->secrets, change->login, planner->arena)->password =
			account->password;
	} else if (account_has(account, ACCOUNT_PASSWORD_HASH)) {
		facts->password = PASSWORD_HASH;
		plan_secrets_get(planner->secrets, change->login, planner->arena)->hash =
			account->password_hash;
	} else if (policy == NEW_PASSWORD_ALWAYS ||
		(policy == NEW_PASSWORD_GENERATED && !account->ssh_keys.count)) {
		facts->password = PASSWORD_GENERATED;
		plan_secrets_get(planner->secrets, change->login, planner->arena)->generated = true;
	} else {
		facts->password = PASSWORD_NONE;
		if (!account->ssh_keys.count) {
			planner_warn(planner, change, account->place, "cannot-log-in",
				"cannot log in: neither password nor key");
			planner_hint(change,
				"Give a password or a key, or set policy.passwords.new: "
				"generated.");
		}
	}
}

static void
choose_groups(struct planner *planner, const struct account *account, struct change *change)
{
	string_list_push(planner->arena, &change->after.groups, planner->plan->jail_group);
	planner_check_groups(planner, account, change);
	ARRAY_FOREACH (group, &account->groups) {
		if (!string_list_has(&change->after.groups, *group))
			string_list_push(planner->arena, &change->after.groups, *group);
	}
}

static void
choose_shell(struct planner *planner, const struct account *account, struct change *change)
{
	const char *shell =
		account_has(account, ACCOUNT_SHELL) ? account->shell : planner->config->jail.shell;
	const char *name = strrchr(shell, '/') ? strrchr(shell, '/') + 1 : shell;
	change->after.shell = shell;
	if (strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0)
		return;
	if (account_has(account, ACCOUNT_SHELL)) {
		planner_warn(planner, change, planner_place(account, ACCOUNT_SHELL), "login-shell",
			"shell %s: a jailed account should have %s", shell,
			planner->config->jail.shell);
		planner_hint(change, "Leave the shell column empty.");
	}
}

static void
choose_expiry(struct planner *planner, const struct account *account, struct change *change)
{
	change->after.expires =
		account_has(account, ACCOUNT_EXPIRES) ? account->expires : ACCOUNT_NEVER;
	change->after.disabled =
		account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_DISABLED;
	if (change->after.expires != ACCOUNT_NEVER && change->after.expires <= planner->today)
		planner_warn(planner, change, planner_place(account, ACCOUNT_EXPIRES), "expired",
			"the account has expired already");
	if (change->after.disabled)
		planner_warn(planner, change, planner_place(account, ACCOUNT_STATE), "disabled",
			"cannot log in: the source says that the account is disabled");
}

struct home_lookup {
	const struct account *account;
	const struct change *change;
};

static const char *
home_field(void *ctx, const char *field)
{
	const struct home_lookup *lookup = ctx;
	if (strcmp(field, "username") == 0)
		return lookup->change->login;
	if (strcmp(field, "source") == 0)
		return lookup->change->source;
	if (strcmp(field, "layout") == 0)
		return lookup->account->layout ? lookup->account->layout : "default";
	if (strcmp(field, "group") == 0)
		return lookup->account->groups.count ? lookup->account->groups.items[0] : "";
	return NULL;
}

static void
choose_home(struct planner *planner, const struct account *account, struct change *change)
{
	struct home_lookup lookup = { account, change };
	change->after.home = account_has(account, ACCOUNT_HOME)
		? account->home
		: template_expand(planner->config->jail.home, home_field, &lookup,
			  TEXT_LANGUAGE_DEFAULT, planner->arena, NULL);
	planner_check_home(planner, change, planner_place(account, ACCOUNT_HOME));
}

static bool
has_writable(const struct folder_list *folders)
{
	ARRAY_FOREACH (folder, folders) {
		if (folder->access == FOLDER_WRITE)
			return true;
	}
	return false;
}

void
planner_create(struct planner *planner, const struct account *account, struct change *change)
{
	change->action = CHANGE_CREATE;
	change->has_after = true;
	planner_check_new_login(planner, account, change);
	choose_groups(planner, account, change);
	choose_shell(planner, account, change);
	choose_expiry(planner, account, change);
	choose_home(planner, account, change);
	const char *gecos = planner_gecos(planner, account, change);
	const struct folder_list *folders =
		planner_folders_of(planner, account, change, &change->after.layout);
	change->after.full_name = gecos;
	if (!planner_is_blocked(change))
		planner_choose_ids(planner, account, change);
	if (planner_is_blocked(change))
		return;

	choose_password(planner, account, change);
	ARRAY_FOREACH (key, &account->ssh_keys)
		string_list_push(planner->arena, &change->after.keys,
			ssh_key_fingerprint(*key, planner->arena));
	ARRAY_FOREACH (folder, folders)
		string_list_push(planner->arena, &change->after.folders,
			arena_printf(planner->arena, "%s:%s", folder->path,
				folder_access_name(folder->access)));
	if (!has_writable(folders)) {
		planner_warn(planner, change, account->place, "no-folders",
			"the jail has no folder to write to");
		planner_hint(change, "Give folders or a layout, or configure layouts.default.");
	}
	planner_note_home(planner, change->after.home, change->login);
	planner_make_home(planner, change, folders);
	if (account->ssh_keys.count)
		planner_write_keys(planner, change, &account->ssh_keys, NULL, NULL);
	add_group_edits(planner, change);
	add_shadow_edit(planner, change);
	add_passwd_edit(planner, change, gecos);
	planner_describe_create(planner, change);
	if (change->after.password != PASSWORD_NONE)
		planner->has_passwords = true;
}
