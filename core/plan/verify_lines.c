/*
 * verify_lines.c - an account's lines: what makes it jailed, itself, and nobody else.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

static struct place
at_passwd(const struct subject *subject, size_t field)
{
	return verify_at_line(ACCOUNTDB_PASSWD, subject->passwd, field);
}

/* ---- ids ---- */

static void
verify_uid(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	struct place place = at_passwd(subject, PASSWD_UID);
	uint32_t uid;
	if (!accountdb_line_id(subject->passwd, PASSWD_UID, &uid)) {
		finding_error(findings, "uid", place, "the uid is no number: nobody can log in");
		return;
	}

	const struct accountdb_line *first =
		accountdb_find_id(&verifier->snapshot->db, ACCOUNTDB_PASSWD, uid);
	const char *twin = first != subject->passwd ? accountdb_name(first)
						    : id_table_get(&verifier->later_twins, uid);
	if (uid == 0)
		finding_error(
			findings, "uid-root", place, "uid 0: this is root, whom no jail holds");
	else if (twin)
		finding_error(findings, "uid-shared", place, "uid %u is also that of '%s'",
			(unsigned)uid, twin);
	if (subject->managed && subject->managed->uid != uid) {
		finding_error(findings, "uid-changed", place,
			"uid %u, and rehome gave it uid %u: its files belong to the old one",
			(unsigned)uid, (unsigned)subject->managed->uid);
		diag_hint(findings, "Run: %s -u %u %s", verify_tool(verifier, "usermod"),
			(unsigned)subject->managed->uid, subject->word);
	}
}

static void
suggest_own_group(struct verifier *verifier, struct subject *subject)
{
	if (accountdb_find(&verifier->snapshot->db, ACCOUNTDB_GROUP, subject->account.login))
		diag_hint(&subject->account.findings, "Run: %s -g %s %s",
			verify_tool(verifier, "usermod"), subject->word, subject->word);
}

static void
verify_primary_group(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	struct place place = at_passwd(subject, PASSWD_GID);
	uint32_t gid;
	if (!accountdb_line_id(subject->passwd, PASSWD_GID, &gid)) {
		finding_error(findings, "gid", place, "the gid is no number: nobody can log in");
		return;
	}

	const struct accountdb_line *group =
		accountdb_find_id(&verifier->snapshot->db, ACCOUNTDB_GROUP, gid);
	if (!group) {
		finding_error(findings, "primary-group-missing", place, "no group has gid %u",
			(unsigned)gid);
		suggest_own_group(verifier, subject);
		return;
	}
	subject->own_group = accountdb_name(group);
	/* Who was jailed by hand may have the jail's group as the primary one. */
	if (!subject->managed)
		return;
	if (strcmp(subject->own_group, subject->account.login) != 0) {
		finding_warning(findings, "primary-group", place,
			"the primary group is '%s', not the user's own", subject->own_group);
		suggest_own_group(verifier, subject);
	} else if (accountdb_members(group)->count)
		finding_warning(findings, "primary-group",
			verify_at_line(ACCOUNTDB_GROUP, group, GROUP_MEMBERS),
			"the user's own group has other members: %s",
			accountdb_field(group, GROUP_MEMBERS));
}

/* ---- groups ---- */

static void
verify_jail_group(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	const char *group = verifier->config->jail.group;
	struct place place = at(accountdb_path(ACCOUNTDB_GROUP), 0);
	if (!verifier->jail_group) {
		finding_error(findings, "group-missing", place,
			"there is no group '%s': sshd jails nobody", group);
		diag_hint(findings, "Run: %s --system %s && %s -aG %s %s",
			verify_tool(verifier, "groupadd"), group, verify_tool(verifier, "usermod"),
			group, subject->word);
	} else if (!verifier_is_member(verifier, subject->passwd)) {
		finding_error(findings, "group",
			verify_at_line(ACCOUNTDB_GROUP, verifier->jail_group, GROUP_MEMBERS),
			"not a member of '%s': sshd does not jail it", group);
		diag_hint(findings, "Run: %s -aG %s %s", verify_tool(verifier, "usermod"), group,
			subject->word);
	}
}

/* group is what sshd goes by; gshadow's second list is what newgrp(1) and grpck(8) compare. */
static void
verify_gshadow(struct verifier *verifier, struct subject *subject)
{
	const struct accountdb *db = &verifier->snapshot->db;
	ARRAY_FOREACH (name, &subject->groups) {
		const struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_GSHADOW, *name);
		if (!line || accountdb_is_member(line, subject->account.login))
			continue;
		finding_warning(&subject->account.findings, "gshadow-member",
			verify_at_line(ACCOUNTDB_GSHADOW, line, GSHADOW_MEMBERS),
			"a member of '%s' in /etc/group, but not here", *name);
		diag_hint(&subject->account.findings, "Run: %s -aG %s %s",
			verify_tool(verifier, "usermod"), *name, subject->word);
	}
}

static void
verify_given_groups(struct verifier *verifier, struct subject *subject)
{
	if (!subject->managed)
		return;
	ARRAY_FOREACH (name, &subject->managed->groups) {
		if (string_list_has(&subject->groups, *name) ||
			strcmp(*name, verifier->config->jail.group) == 0 ||
			(subject->own_group && strcmp(*name, subject->own_group) == 0))
			continue;
		finding_warning(&subject->account.findings, "group-lost",
			at(accountdb_path(ACCOUNTDB_GROUP), 0),
			"no longer a member of '%s', which rehome gave it", *name);
		diag_hint(&subject->account.findings, "Run: %s -aG %s %s",
			verify_tool(verifier, "usermod"), *name, subject->word);
	}
}

/* ---- the rest of the line ---- */

static void
verify_shell(struct verifier *verifier, struct subject *subject)
{
	const char *shell = accountdb_field(subject->passwd, PASSWD_SHELL);
	const char *name = strrchr(shell, '/') ? strrchr(shell, '/') + 1 : shell;
	if (strcmp(shell, verifier->config->jail.shell) == 0 || strcmp(name, "nologin") == 0 ||
		strcmp(name, "false") == 0)
		return;
	finding_error(&subject->account.findings, "shell", at_passwd(subject, PASSWD_SHELL),
		"shell %s: a login that does not come through sshd is not jailed",
		*shell ? shell : "/bin/sh, as the field is empty");
	diag_hint(&subject->account.findings, "Run: %s -s %s %s", verify_tool(verifier, "usermod"),
		text_shell_word(verifier->arena, verifier->config->jail.shell), subject->word);
}

static void
verify_home_field(struct verifier *verifier, struct subject *subject)
{
	if (!subject->managed || strcmp(subject->managed->home, subject->account.home) == 0)
		return;
	finding_error(&subject->account.findings, "home-changed", at_passwd(subject, PASSWD_HOME),
		"home %s, and rehome made %s", subject->account.home, subject->managed->home);
	diag_hint(&subject->account.findings, "Run: %s -d %s %s", verify_tool(verifier, "usermod"),
		text_shell_word(verifier->arena, subject->managed->home), subject->word);
}

static void
verify_shadow_line(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	const char *password = accountdb_field(subject->passwd, PASSWD_PASSWORD);
	if (strcmp(password, "x") != 0) {
		finding_error(findings, "not-shadowed", at_passwd(subject, PASSWD_PASSWORD),
			*password ? "the password field is not 'x': shadow is not used"
				  : "the password field is empty: no password is asked for");
		diag_hint(findings, "Run: %s", verify_tool(verifier, "pwconv"));
	}
	if (!subject->shadow) {
		finding_error(findings, "shadow-missing", at(accountdb_path(ACCOUNTDB_SHADOW), 0),
			"there is no line for '%s': PAM refuses every login",
			subject->account.login);
		diag_hint(findings, "Run: %s", verify_tool(verifier, "pwconv"));
	}
}

void
verify_lines(struct verifier *verifier, struct subject *subject)
{
	subject->groups = *accountdb_groups_of(&verifier->snapshot->db, subject->account.login);
	bool is_nss = subject->managed && subject->managed->nss;
	if (is_nss) {
		verify_nss(verifier, subject);
	} else {
		verify_uid(verifier, subject);
		verify_primary_group(verifier, subject);
	}
	verify_jail_group(verifier, subject);
	verify_gshadow(verifier, subject);
	verify_given_groups(verifier, subject);
	if (is_nss)
		return;
	verify_shell(verifier, subject);
	verify_home_field(verifier, subject);
	verify_shadow_line(verifier, subject);
}
