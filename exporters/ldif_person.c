/*
 * ldif_person.c - the entry of one account; ldif.c tells what is in it.
 */
#include <string.h>

#include "exporters/field.h"
#include "exporters/ldif_internal.h"
#include "exporters/ldif_text.h"

static void
add(const struct ldif_writing *writing, const char *attribute, const char *value)
{
	ldif_add(writing->job->out, attribute, value);
}

static void
add_number(const struct ldif_writing *writing, const char *attribute, long long number)
{
	ldif_add_number(writing->job->out, attribute, number);
}

/* ---- what becomes of an account ---- */

static bool
closes_by_date(const struct ldif_writing *writing, const struct account *account)
{
	return account_is_closed(account) && strcmp(writing->config->lock, "shadowExpire") == 0;
}

/* A class of it says that without the attribute there is no end. */
static bool
has_shadow(const struct ldif_writing *writing, const struct account *account)
{
	return account_has(account, ACCOUNT_EXPIRES) || closes_by_date(writing, account);
}

static void
add_end(const struct ldif_writing *writing, const struct account *account)
{
	if (closes_by_date(writing, account))
		add_number(writing, "shadowExpire", 1);
	else if (account_has(account, ACCOUNT_EXPIRES) && account->expires != ACCOUNT_NEVER)
		add_number(writing, "shadowExpire", account->expires);
	if (!account_is_closed(account))
		return;
	if (strcmp(writing->config->lock, "pwdAccountLockedTime") == 0)
		add(writing, "pwdAccountLockedTime", "000001010000Z");
	else if (!closes_by_date(writing, account))
		add(writing, writing->config->lock, "TRUE");
}

/* ---- what it loses ---- */

static bool
has_own_rights(const struct account *account)
{
	ARRAY_FOREACH (folder, &account->folders) {
		if (folder->owner || folder->group || folder->has_mode)
			return true;
	}
	return false;
}

static void
note_jail(struct ldif_writing *writing, const struct account *account)
{
	const struct ldif_config *config = writing->config;
	if (account_has(account, ACCOUNT_LAYOUT) && !config->layout)
		loss_add(&writing->losses, account, "no attribute was named for the layout",
			"To keep it: --option layout_attribute=employeeType");
	if (account_has(account, ACCOUNT_FOLDERS) && !config->folders)
		loss_add(&writing->losses, account, "no attribute was named for folders",
			"To keep them: --option folders_attribute=description");
	if (account_has(account, ACCOUNT_FOLDERS) && config->folders && has_own_rights(account))
		loss_add(&writing->losses, account,
			"a directory cannot hold the owner, group or mode of a folder",
			"Use export json to keep them, or a layout.");
	if (!profile_is_empty(&account->profile))
		loss_add(&writing->losses, account, "a directory cannot hold a profile",
			"Use export json to keep it, or give it a layout.");
}

static void
note_state(struct ldif_writing *writing, const struct account *account)
{
	if (account_is_closed(account) && account->state == ACCOUNT_STAGED)
		loss_add(&writing->losses, account,
			"a directory does not know staged accounts: they are disabled there", NULL);
	if (closes_by_date(writing, account) && account_has(account, ACCOUNT_EXPIRES) &&
		account->expires != ACCOUNT_NEVER)
		loss_add(&writing->losses, account,
			"the end of an account is lost, since shadowExpire closes it",
			"To keep it, name the server's own lock: --option "
			"lock=pwdAccountLockedTime");
}

/* True when the hash may be there: nobody gets in by it who does not get in here. */
static bool
judge_password(struct ldif_writing *writing, const struct account *account)
{
	if (writing->job->with_secrets && account_has(account, ACCOUNT_PASSWORD))
		loss_add(&writing->losses, account, "a directory is given no plaintext",
			"Apply it, and export the account that was made: --managed");
	if (!field_is_written(writing->job, account, ACCOUNT_PASSWORD_HASH))
		return false;
	if (!closes_by_date(writing, account) && !account_has_ended(account, writing->today))
		return true;
	loss_add(&writing->losses, account,
		"the password is left out, since shadowExpire keeps nobody from binding with it",
		NULL);
	return false;
}

static void
note_key(struct ldif_writing *writing, const struct account *account)
{
	const struct account *other = table_get(&writing->keys, account->key);
	if (!other) {
		table_set(&writing->keys, account->key, (void *)account);
		return;
	}
	diag_warning(writing->job->diags, account->place,
		"'%s' has the key '%s' like '%s' of another source: who reads both refuses them",
		account->username, account->key, other->username);
	diag_user(writing->job->diags, account->username);
}

/* ---- entries of people ---- */

static bool
is_ascii(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/* Attributes of IA5String: a server refuses the entry for them. */
static bool
check_ascii(const struct ldif_writing *writing, const struct account *account, const char *what,
	const char *value)
{
	if (is_ascii(value))
		return true;
	diag_error(writing->job->diags, account->place,
		"the %s of '%s' is not ASCII, which it must be in a directory: '%s'", what,
		account->username, value);
	diag_user(writing->job->diags, account->username);
	return false;
}

static void
add_names(const struct ldif_writing *writing, const struct account *account)
{
	bool has_name = account_has(account, ACCOUNT_FULL_NAME) && *account->full_name;
	const char *name = has_name ? account->full_name : account->username;
	const char *last = strrchr(name, ' ');
	add(writing, "uid", account->username);
	add(writing, "cn", name);
	add(writing, "sn", last && last[1] ? last + 1 : name);
	if (has_name)
		add(writing, "displayName", name);
	add(writing, writing->config->key, account->key);
}

static void
add_classes(const struct ldif_writing *writing, const struct account *account)
{
	add(writing, "objectClass", "inetOrgPerson");
	if (account_has(account, ACCOUNT_UID))
		add(writing, "objectClass", "posixAccount");
	if (has_shadow(writing, account))
		add(writing, "objectClass", "shadowAccount");
	if (account->ssh_keys.count)
		add(writing, "objectClass", "ldapPublicKey");
}

static bool
add_unix(const struct ldif_writing *writing, const struct account *account,
	const struct export_host *host)
{
	const char *home = account_has(account, ACCOUNT_HOME)
		? account->home
		: arena_printf(writing->job->arena, "/home/%s", account->username);
	if (!account_has(account, ACCOUNT_UID))
		return true;
	add_number(writing, "uidNumber", (long long)account->uid);
	add_number(writing, "gidNumber", host ? (long long)host->gid : (long long)account->uid);
	add(writing, "homeDirectory", home);
	if (account_has(account, ACCOUNT_SHELL) && *account->shell)
		add(writing, "loginShell", account->shell);
	bool good = check_ascii(writing, account, "home", home);
	if (account_has(account, ACCOUNT_SHELL))
		good &= check_ascii(writing, account, "shell", account->shell);
	return good;
}

static bool
add_ways_in(struct ldif_writing *writing, const struct account *account)
{
	bool good = true;
	if (account_has(account, ACCOUNT_EMAIL) && *account->email) {
		add(writing, "mail", account->email);
		good = check_ascii(writing, account, "address", account->email);
	}
	for (size_t i = 0; i < account->ssh_keys.count; i++)
		add(writing, "sshPublicKey", account->ssh_keys.items[i]);
	if (!judge_password(writing, account))
		return good;
	AUTO_BUFFER struct buffer value = { 0 };
	buffer_printf(&value, "{CRYPT}%s", account->password_hash);
	add(writing, "userPassword", buffer_text(&value));
	return good;
}

static void
add_jail(const struct ldif_writing *writing, const struct account *account)
{
	const struct ldif_config *config = writing->config;
	if (config->layout && account_has(account, ACCOUNT_LAYOUT))
		add(writing, config->layout, account->layout);
	if (config->folders && account_has(account, ACCOUNT_FOLDERS) && account->folders.count)
		add(writing, config->folders,
			folder_list_text(&account->folders, writing->job->arena));
}

bool
ldif_write_person(
	struct ldif_writing *writing, const struct account *account, const struct export_host *host)
{
	bool good = true;
	note_key(writing, account);
	note_jail(writing, account);
	note_state(writing, account);
	buffer_add_char(writing->job->out, '\n');
	add(writing, "dn", ldif_dn(writing, "uid", account->username, writing->config->people));
	add_classes(writing, account);
	add_names(writing, account);
	good &= add_unix(writing, account, host);
	good &= add_ways_in(writing, account);
	add_end(writing, account);
	add_jail(writing, account);
	return good;
}
