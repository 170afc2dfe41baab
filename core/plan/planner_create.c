/*
 * planner_create.c - an account that does not exist: its lines, its jail, its keys.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/planner_adopt.h"

/* ---- what create and change share ---- */

/* Programs read passwd with buffers of a size of their own; longer names are mistakes anyway. */
enum { GECOS_BYTES = 400, GECOS_CHARACTERS = 100 };

const char *
planner_gecos(struct planner *planner, const struct account *account, struct change *change)
{
	struct place place = planner_place(account, ACCOUNT_FULL_NAME);
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
		planner_warn(planner, change, place, "gecos-replaced",
			"the account's name field cannot hold ',' or '=': they become blanks");
	if (strlen(gecos) <= GECOS_BYTES)
		return gecos;
	planner_warn(planner, change, place, "gecos-cut",
		"a name of %zu bytes is cut after %d characters", strlen(gecos), GECOS_CHARACTERS);
	gecos = text_left(planner->arena, gecos, GECOS_CHARACTERS);
	/* Marks go with their letters, and a letter may have thousands. */
	return strlen(gecos) <= GECOS_BYTES ? gecos : "";
}

void
planner_add_edit(struct planner *planner, struct edit edit)
{
	/* The account of one who is renamed is found by either name. */
	const struct change *change = edit.user ? table_get(&planner->logins, edit.user) : NULL;
	bool is_shared_line = edit.file == ACCOUNTDB_GROUP || edit.file == ACCOUNTDB_GSHADOW;
	if (change && change->old_login && (!is_shared_line || edit.member))
		edit.old_name = change->old_login;
	ARRAY_PUSH(planner->arena, &planner->plan->edits, edit);
}

const struct folder_list *
planner_folders_of(struct planner *planner, const struct account *account, struct change *change,
	const char **ret_layout)
{
	static const struct folder_list none;
	const char *name = account_has(account, ACCOUNT_LAYOUT) ? account->layout : "default";
	*ret_layout = NULL;
	if (account_has(account, ACCOUNT_FOLDERS))
		return planner_check_own_folders(planner, account, change) ? &account->folders
									   : &none;
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

struct string_list
planner_folder_texts(struct planner *planner, const struct folder_list *folders)
{
	struct string_list texts = { 0 };
	ARRAY_FOREACH (folder, folders) {
		const struct folder_list one = { .items = folder, .count = 1 };
		string_list_push(planner->arena, &texts, folder_list_text(&one, planner->arena));
	}
	return texts;
}

bool
planner_is_login_shell(const char *shell)
{
	const char *slash = strrchr(shell, '/');
	const char *name = slash ? slash + 1 : shell;
	return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0;
}

void
planner_check_shell(struct planner *planner, const struct account *account, struct change *change)
{
	if (!account_has(account, ACCOUNT_SHELL) || !planner_is_login_shell(account->shell) ||
		strcmp(account->shell, planner->config->jail.shell) == 0)
		return;
	planner_block(planner, change, planner_place(account, ACCOUNT_SHELL), "login-shell",
		"shell %s: a jailed account has no login shell", account->shell);
	planner_hint(change, "Leave the shell column empty, or set jail.shell.");
}

void
planner_warn_no_login(struct planner *planner, const struct account *account, struct change *change)
{
	planner_warn(planner, change, account->place, "cannot-log-in",
		"cannot log in: neither password nor key");
	planner_hint(change, "Give a password or a key, or set policy.passwords.new: generated.");
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

void
planner_add_own_group(struct planner *planner, const char *login, gid_t own)
{
	const char *gid = arena_printf(planner->arena, "%u", (unsigned)own);
	const char *group[GROUP_FIELDS] = { login, "x", gid, "" };
	const char *gshadow[GSHADOW_FIELDS] = { login, "!", "", "" };

	add_line_edit(planner, login, ACCOUNTDB_GROUP, group, GROUP_FIELDS);
	if (planner->snapshot->db.tables[ACCOUNTDB_GSHADOW].exists)
		add_line_edit(planner, login, ACCOUNTDB_GSHADOW, gshadow, GSHADOW_FIELDS);
}

static void
add_group_edits(struct planner *planner, const struct change *change)
{
	const char *login = change->login;
	planner_add_own_group(planner, login, change->after.gid);
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
	const char *expires = account_facts_are_closed(facts) ? EDIT_BORN_EXPIRED
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
add_passwd_edit(struct planner *planner, const struct change *change)
{
	const struct account_facts *facts = &change->after;
	const char *fields[PASSWD_FIELDS] = { change->login, "x",
		arena_printf(planner->arena, "%u", (unsigned)facts->uid),
		arena_printf(planner->arena, "%u", (unsigned)facts->gid), facts->full_name,
		facts->home, facts->shell };
	add_line_edit(planner, change->login, ACCOUNTDB_PASSWD, fields, PASSWD_FIELDS);
}

/* ---- deciding ---- */

/* Closed by what was decided here, and not by the source. */
static bool
is_closed_here(const struct account *account)
{
	return account->old || account->foreign_hash;
}

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
	} else if (account->secret == ACCOUNT_SECRET_NEW ||
		(account->secret == ACCOUNT_SECRET_POLICY &&
			(policy == NEW_PASSWORD_ALWAYS ||
				(policy == NEW_PASSWORD_GENERATED && !account->ssh_keys.count)))) {
		facts->password = PASSWORD_GENERATED;
		plan_secrets_get(planner->secrets, change->login, planner->arena)->generated = true;
	} else {
		facts->password = PASSWORD_NONE;
		if (!account->ssh_keys.count && !(is_closed_here(account) && facts->disabled))
			planner_warn_no_login(planner, account, change);
	}
}

/* The files may name a login that does not exist: with the account it would get the group. */
static void
check_left_over_groups(
	struct planner *planner, const struct account *account, struct change *change)
{
	const struct string_list *left = accountdb_groups_of(&planner->snapshot->db, change->login);
	ARRAY_FOREACH (group, left) {
		if (string_list_has(&change->after.groups, *group))
			continue;
		planner_block(planner, change, planner_place(account, ACCOUNT_USERNAME),
			"group-leftover",
			"group '%s' lists '%s' already, though there is no such account", *group,
			change->login);
		planner_hint(change,
			"Run gpasswd -d %s %s, or name the group in the source if it is meant.",
			change->login, *group);
	}
}

static void
choose_groups(struct planner *planner, const struct account *account, struct change *change)
{
	const char *profile = planner_choose_profile(
		planner, account, planner_layout_profile(planner, account), change);
	string_list_push(planner->arena, &change->after.groups, planner->plan->jail_group);
	if (profile)
		string_list_push(planner->arena, &change->after.groups, profile);
	planner_check_groups(planner, account, change);
	ARRAY_FOREACH (group, &account->groups) {
		if (!string_list_has(&change->after.groups, *group) &&
			strcmp(*group, change->login) != 0)
			string_list_push(planner->arena, &change->after.groups, *group);
	}
	check_left_over_groups(planner, account, change);
}

void
planner_choose_shell(struct planner *planner, const struct account *account, struct change *change)
{
	change->after.shell =
		account_has(account, ACCOUNT_SHELL) ? account->shell : planner->config->jail.shell;
	planner_check_shell(planner, account, change);
}

static void
choose_expiry(struct planner *planner, const struct account *account, struct change *change)
{
	change->after.expires =
		account_has(account, ACCOUNT_EXPIRES) ? account->expires : ACCOUNT_NEVER;
	change->after.disabled =
		account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_DISABLED;
	change->after.staged = planner->options->stage || planner->config->policy.stage_new ||
		(account_has(account, ACCOUNT_STATE) && account->state == ACCOUNT_STAGED);
	if (change->after.expires != ACCOUNT_NEVER && change->after.expires <= planner->today)
		planner_warn(planner, change, planner_place(account, ACCOUNT_EXPIRES), "expired",
			"the account has expired already");
	if (change->after.disabled)
		planner_warn(planner, change, planner_place(account, ACCOUNT_STATE), "disabled",
			is_closed_here(account)
				? "is closed until somebody opens it"
				: "cannot log in: the source says that the account is "
				  "disabled");
	if (change->after.disabled && is_closed_here(account))
		planner_hint(change, "To open it: chage -E -1 %s", change->login);
}

struct home_lookup {
	const struct account *account;
	const struct change *change;
};

/* No secret: the home can be seen by all. What is not here is not known yet, or no part of a path.
 */
static const char *
home_field(void *ctx, const char *field)
{
	const struct home_lookup *lookup = ctx;
	const struct account *account = lookup->account;
	switch (account_field_parse(field)) {
	case ACCOUNT_USERNAME:
		return lookup->change->login;
	case ACCOUNT_KEY:
		return account->key;
	case ACCOUNT_FULL_NAME:
		return account->full_name;
	case ACCOUNT_EMAIL:
		return account->email;
	case ACCOUNT_LAYOUT:
		return account_has(account, ACCOUNT_LAYOUT) ? account->layout : "default";
	case ACCOUNT_GROUPS:
		return account->groups.count ? account->groups.items[0] : "";
	default:
		return NULL;
	}
}

const char *
planner_home_of(struct planner *planner, const struct account *account, const struct change *change)
{
	struct home_lookup lookup = { account, change };
	if (account_has(account, ACCOUNT_HOME))
		return account->home;
	return template_expand(planner->config->jail.home, home_field, &lookup,
		TEXT_LANGUAGE_DEFAULT, planner->arena, NULL);
}

/* Keys that an earlier account of this name left would open the new one to somebody else. */
static void
choose_keys(struct planner *planner, const struct account *account, struct change *change,
	struct key_file *ret_before)
{
	struct diags problems = { .arena = planner->arena };
	if (!planner_read_keys(planner, change->login, ret_before, &problems)) {
		planner_block(planner, change, account->place, "unreadable", "%s/%s: %s",
			planner->plan->keys_dir, change->login, problems.items[0].message);
	} else if (ret_before->text) {
		planner_block(planner, change, account->place, "keys-leftover",
			"%s exists already, and the account does not", ret_before->path);
		planner_hint(change, "See whose keys these are, then remove the file.");
	}
	change->after.keys = planner_fingerprints(planner, &account->ssh_keys);
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

/* Everything that may block it. */
static void
decide(struct planner *planner, const struct account *account, struct change *change,
	struct adoption *filling, struct key_file *ret_keys_before)
{
	planner_check_new_login(planner, account, change);
	choose_groups(planner, account, change);
	planner_choose_shell(planner, account, change);
	choose_expiry(planner, account, change);
	planner_check_home(planner, change, planner_place(account, ACCOUNT_HOME));
	choose_keys(planner, account, change, ret_keys_before);
	change->after.full_name = planner_gecos(planner, account, change);
	filling->folders = planner_folders_of(planner, account, change, &change->after.layout);
	change->after.folders = planner_folder_texts(planner, filling->folders);
	if (account->contents && !planner_is_blocked(change))
		(void)planner_look_at_contents(filling);
	if (!planner_is_blocked(change))
		planner_choose_ids(planner, account, change);
}

/* The account as it is to be without its password, where nothing here verifies that. */
static const struct account *
without_foreign_hash(struct planner *planner, const struct account *account, struct change *change)
{
	if (!account->foreign_hash)
		return account;
	struct account *made = arena_copy(planner->arena, account, sizeof(*account));
	const char *choice = planner_decide_foreign_hash(planner, change,
		planner_place(account, ACCOUNT_PASSWORD_HASH), account->foreign_hash);
	bool is_new = choice && strcmp(choice, "handout") == 0;
	made->secret = is_new ? ACCOUNT_SECRET_NEW : ACCOUNT_SECRET_NONE;
	if (choice && strcmp(choice, "expire") == 0) {
		made->state = ACCOUNT_DISABLED;
		made->given |= 1u << ACCOUNT_STATE;
		made->places[ACCOUNT_STATE] = planner_place(account, ACCOUNT_PASSWORD_HASH);
	}
	return made;
}

void
planner_create(struct planner *planner, const struct account *account, struct change *change)
{
	account = without_foreign_hash(planner, account, change);
	if (change->left_out)
		return;
	struct adoption filling = {
		.planner = planner,
		.account = account,
		.change = change,
		.home = account->contents,
	};
	struct key_file keys_before;
	change->action = CHANGE_CREATE;
	change->has_after = true;
	decide(planner, account, change, &filling, &keys_before);
	if (planner_is_blocked(change))
		return;

	choose_password(planner, account, change);
	if (!has_writable(filling.folders) && !account->contents) {
		planner_warn(planner, change, account->place, "no-folders",
			"the jail has no folder to write to");
		planner_hint(change, "Give folders or a layout, or configure layouts.default.");
	}
	if (account->contents)
		planner_fill_home(&filling);
	else
		planner_make_home(planner, change, filling.folders);
	if (account->ssh_keys.count) {
		struct string_list keys =
			planner_keys_from(planner, &account->ssh_keys, NULL, change->after.profile);
		planner_write_keys(planner, change->login, &keys, &keys_before);
	}
	add_group_edits(planner, change);
	add_shadow_edit(planner, change);
	add_passwd_edit(planner, change);
	planner_describe_create(planner, change, filling.folders);
	if (account->contents)
		planner_describe_contents(&filling);
	planner_describe_profile(planner, account, change);
}
