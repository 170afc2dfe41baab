/*
 * ldif.c - accounts as entries of a directory: LDIF (RFC 2849) that ldapadd takes and the ldap
 * importer reads.
 *
 * One entry for each account, uid=LOGIN,ou=people,BASE:
 *
 *	objectClass	inetOrgPerson (RFC 2798); posixAccount (RFC 2307) where a uid is given;
 *			shadowAccount where something is said of its end; ldapPublicKey with keys
 *	uid		login
 *	cn, sn		full name and its last word; without one the login, which both require
 *	displayName	full name
 *	employeeNumber	origin key (option key_attribute): entryUUID is the server's to give
 *	mail		e-mail address
 *	uidNumber, gidNumber	uid; primary group, of accounts of sources the uid
 *	homeDirectory	home; of accounts of sources /home/LOGIN
 *	loginShell	shell
 *	sshPublicKey	one a key
 *	userPassword	{CRYPT}hash, with secrets
 *	shadowExpire	first day on which it no longer works, as in shadow(5)
 *	option layout_attribute, folders_attribute	the layout, or its folders
 *
 * Groups are cn=GROUP,ou=groups,BASE: posixGroup with gidNumber and memberUid, or where no number
 * is known groupOfNames with member, which needs none (RFC 4519). With schema=rfc2307bis all are
 * groupOfNames, and posixGroup is an auxiliary class.
 *
 * Who is closed here is closed there, by the option lock: pwdAccountLockedTime is OpenLDAP's with
 * the overlay ppolicy, nsAccountLock 389 Directory Server's, loginDisabled eDirectory's. The
 * password of somebody whom only shadowExpire closes is left out, since no server asks that before
 * it lets somebody bind. Leavers are in no directory.
 *
 * In front of the entries a comment has the source as which rehome.yaml reads them. What a
 * directory cannot hold is a warning.
 */
#include <string.h>
#include <time.h>

#include "core/base/yaml_text.h"
#include "exporters/ldif_internal.h"
#include "exporters/ldif_text.h"

#define MEMBER(name) offsetof(struct ldif_config, name)

static const struct option_spec ldif_options[] = {
	{ .name = "base",
		.type = OPTION_TEXT,
		.offset = MEMBER(base),
		.argument = "DN",
		.help = "the entry below which all is put: dc=example,dc=org (required)" },
	{ .name = "people",
		.type = OPTION_TEXT,
		.offset = MEMBER(people),
		.initial = "people",
		.argument = "OU",
		.help = "the organizational unit of the accounts" },
	{ .name = "groups",
		.type = OPTION_TEXT,
		.offset = MEMBER(groups),
		.initial = "groups",
		.argument = "OU",
		.help = "the organizational unit of the groups" },
	{ .name = "containers",
		.type = OPTION_FLAG,
		.offset = MEMBER(containers),
		.initial = "yes",
		.help = "write these two units as well; not where the directory has them" },
	{ .name = "schema",
		.type = OPTION_CHOICE,
		.offset = MEMBER(schema),
		.initial = "rfc2307",
		.choices = "rfc2307|rfc2307bis",
		.help = "groups that list logins, or groupOfNames that lists entries" },
	{ .name = "lock",
		.type = OPTION_CHOICE,
		.offset = MEMBER(lock),
		.initial = "shadowExpire",
		.choices = "shadowExpire|pwdAccountLockedTime|nsAccountLock|loginDisabled",
		.help = "what closes an account: an end in the past, or the server's own lock" },
	{ .name = "key_attribute",
		.type = OPTION_TEXT,
		.offset = MEMBER(key),
		.initial = "employeeNumber",
		.argument = "ATTRIBUTE",
		.help = "where the origin key is written" },
	{ .name = "layout_attribute",
		.type = OPTION_TEXT,
		.offset = MEMBER(layout),
		.argument = "ATTRIBUTE",
		.help = "where the name of the layout is written: employeeType; otherwise "
			"nowhere" },
	{ .name = "folders_attribute",
		.type = OPTION_TEXT,
		.offset = MEMBER(folders),
		.argument = "ATTRIBUTE",
		.help = "where folders of an account's own are written: description; otherwise "
			"nowhere" },
	{ .name = NULL },
};

/* ---- options ---- */

static bool
refuse_option(struct diags *diags, const char *name, const char *value, const char *what,
	const char *hint)
{
	if (value)
		diag_error(diags, at("--option", 0), "%s: '%s' is %s", name, value, what);
	else
		diag_error(diags, at("--option", 0), "%s is missing", name);
	diag_hint(diags, "%s", hint);
	return false;
}

static bool
check_attribute(struct diags *diags, const char *name, const char *value)
{
	return !value || ldif_is_attribute(value) ||
		refuse_option(diags, name, value, "no attribute",
			"Name an attribute of inetOrgPerson, such as employeeNumber.");
}

static bool
check_unit(struct diags *diags, const char *name, const char *value)
{
	return (*value && text_is_utf8(value, strlen(value))) ||
		refuse_option(diags, name, value, "no name",
			"Give the name of the unit alone, such as people.");
}

static bool
ldif_check(const void *config, struct diags *diags)
{
	const struct ldif_config *ldif = config;
	bool good = true;
	if (!ldif->base || !text_is_utf8(ldif->base, strlen(ldif->base)) || !ldif_is_dn(ldif->base))
		good = refuse_option(diags, "base", ldif->base, "no DN",
			"Say where the entries are to be: --option base=dc=example,dc=org");
	good &= check_unit(diags, "people", ldif->people);
	good &= check_unit(diags, "groups", ldif->groups);
	good &= check_attribute(diags, "key_attribute", ldif->key);
	good &= check_attribute(diags, "layout_attribute", ldif->layout);
	good &= check_attribute(diags, "folders_attribute", ldif->folders);
	return good;
}

/* ---- names of entries ---- */

const char *
ldif_dn(const struct ldif_writing *writing, const char *type, const char *name, const char *unit)
{
	AUTO_BUFFER struct buffer dn = { 0 };
	if (type) {
		buffer_printf(&dn, "%s=", type);
		ldif_add_name(&dn, name);
		buffer_add_char(&dn, ',');
	}
	buffer_add_text(&dn, "ou=");
	ldif_add_name(&dn, unit);
	buffer_printf(&dn, ",%s", writing->config->base);
	return arena_strdup(writing->job->arena, buffer_text(&dn));
}

void
ldif_add_number(struct buffer *out, const char *attribute, long long number)
{
	char text[32];
	snprintf(text, sizeof(text), "%lld", number);
	ldif_add(out, attribute, text);
}

/* ---- how rehome reads it ---- */

/* Of the accounts that are written. */
static size_t
count_with(const struct ldif_writing *writing, enum account_field field, size_t *ret_all)
{
	size_t count = 0;
	*ret_all = 0;
	for (size_t i = 0; i < writing->job->count; i++) {
		const struct account *account = writing->job->accounts[i];
		*ret_all += !account_has_left(account);
		count += !account_has_left(account) && account_has(account, field);
	}
	return count;
}

static bool
some_have(const struct ldif_writing *writing, enum account_field field)
{
	size_t all;
	return count_with(writing, field, &all);
}

static bool
all_have(const struct ldif_writing *writing, enum account_field field)
{
	size_t all;
	return count_with(writing, field, &all) == all && all;
}

static void
add_setting(const struct ldif_writing *writing, const char *name, const char *value)
{
	buffer_printf(writing->job->out, "#   %s: ", name);
	yaml_add_ascii(writing->job->out, value);
	buffer_add_char(writing->job->out, '\n');
}

static void
add_rule(const struct ldif_writing *writing, const char *field, const char *attribute)
{
	buffer_printf(writing->job->out, "#     %s: \"${%s}\"\n", field, attribute);
}

/* A group that is only somebody's primary one is no supplementary group of anybody. */
static void
add_groups_rule(const struct ldif_writing *writing)
{
	struct buffer *out = writing->job->out;
	const char *separator = "#     groups: { from: group_name, table: { ";
	if (!some_have(writing, ACCOUNT_GROUPS))
		return;
	ARRAY_FOREACH (group, &writing->groups) {
		if (!(*group)->is_given)
			continue;
		buffer_add_text(out, separator);
		yaml_add_ascii(out, (*group)->name);
		buffer_add_text(out, ": ");
		yaml_add_ascii(out, (*group)->name);
		separator = ", ";
	}
	if (*separator == ',')
		buffer_add_text(out, " } }\n");
}

/* What all accounts have may come from the directory; else rehome's own choice holds for all. */
static void
add_source(const struct ldif_writing *writing)
{
	const struct ldif_config *config = writing->config;
	struct buffer *out = writing->job->out;
	buffer_add_text(out,
		"# Written by rehome export ldif. In rehome.yaml these are the accounts of:\n#\n"
		"# directory:\n#   importer: ldap\n#   uri: ldaps://ldap.example.org\n");
	add_setting(writing, "base", ldif_dn(writing, NULL, NULL, config->people));
	if (writing->groups.count)
		add_setting(writing, "groups_base", ldif_dn(writing, NULL, NULL, config->groups));
	if (!all_have(writing, ACCOUNT_UID))
		add_setting(writing, "filter", "(objectClass=inetOrgPerson)");
	add_setting(writing, "key_attribute", config->key);
	buffer_add_text(out, "#   map:\n");
	add_rule(writing, "full_name", "displayName");
	if (all_have(writing, ACCOUNT_HOME))
		add_rule(writing, "home", "homeDirectory");
	if (all_have(writing, ACCOUNT_SHELL))
		add_rule(writing, "shell", "loginShell");
	if (config->layout && some_have(writing, ACCOUNT_LAYOUT))
		add_rule(writing, "layout", config->layout);
	if (config->folders && some_have(writing, ACCOUNT_FOLDERS))
		add_rule(writing, "folders", config->folders);
	add_groups_rule(writing);
}

/* ---- the whole ---- */

static void
add_unit(const struct ldif_writing *writing, const char *unit)
{
	struct buffer *out = writing->job->out;
	buffer_add_char(out, '\n');
	ldif_add(out, "dn", ldif_dn(writing, NULL, NULL, unit));
	ldif_add(out, "objectClass", "organizationalUnit");
	ldif_add(out, "ou", unit);
}

static bool
is_one_unit(const struct ldif_config *config)
{
	return strcmp(config->people, config->groups) == 0;
}

static void
begin(struct ldif_writing *writing)
{
	enum { SECONDS_A_DAY = 24 * 60 * 60 };
	const struct export_job *job = writing->job;
	writing->losses.job = job;
	writing->today = time(NULL) / SECONDS_A_DAY;
	writing->groups_by_name.arena = writing->keys.arena = job->arena;
	for (size_t i = 0; i < job->count; i++) {
		if (!account_has_left(job->accounts[i]))
			ldif_collect_groups(writing, job->accounts[i], export_host_of(job, i));
	}
}

static bool
ldif_write(const void *config, const struct export_job *job)
{
	struct ldif_writing writing = { .config = config, .job = job };
	bool good = true;
	begin(&writing);
	buffer_add_text(job->out, "version: 1\n\n");
	add_source(&writing);
	if (writing.config->containers) {
		add_unit(&writing, writing.config->people);
		if (writing.groups.count && !is_one_unit(writing.config))
			add_unit(&writing, writing.config->groups);
	}
	for (size_t i = 0; i < job->count; i++) {
		const struct account *account = job->accounts[i];
		if (account_has_left(account))
			loss_add(&writing.losses, account, "leavers are left out", NULL);
		else
			good &= ldif_write_person(&writing, account, export_host_of(job, i));
	}
	ldif_write_groups(&writing);
	losses_tell(&writing.losses);
	return good;
}

const struct exporter ldif_exporter = {
	.abi = EXPORTER_ABI,
	.name = "ldif",
	.summary = "people, keys and groups of a directory, for ldapadd",
	.options = ldif_options,
	.config_size = sizeof(struct ldif_config),
	.check = ldif_check,
	.write = ldif_write,
};
