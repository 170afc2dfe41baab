/*
 * verify_host.c - the host as a whole: sshd and our drop-in, the jail's group, where homes are.
 *
 * A host that nobody was moved to yet has no group and no drop-in, and that is no fault.
 */
#include <string.h>

#include "core/base/process.h"
#include "core/base/text.h"
#include "core/plan/verify_internal.h"

static bool
has_managed(const struct verifier *verifier)
{
	return verifier->snapshot->managed->accounts.count > 0;
}

/* ---- sshd ---- */

static bool
verify_sshd(struct verifier *verifier, struct string_list *not_checked, struct diags *findings,
	struct diags *diags)
{
	const struct jail_config *jail = &verifier->config->jail;
	struct host *host = verifier->snapshot->host;
	enum sshd_answer answer;
	const char *why;

	if (!host_is_live(host))
		return true;
	if (!process_find("sshd", verifier->arena)) {
		finding_warning(findings, "sshd-missing", NOWHERE,
			"sshd is not installed: nobody can log in");
		diag_hint(findings, "Run: apt-get install openssh-server");
		return true;
	}
	sshd_config_judge(&verifier->snapshot->sshd, jail->sshd_dropin, jail->group,
		verifier->arena, findings);
	if (!sshd_test(host, jail->sshd_config, NULL, 0, verifier->arena, &answer, &why, diags))
		return false;
	if (answer == SSHD_REFUSED) {
		finding_error(findings, "sshd-config", at(jail->sshd_config, 0),
			"sshd refuses its configuration: %s", why);
		diag_hint(findings, "Correct it, then run: sshd -t");
	} else if (answer == SSHD_UNAVAILABLE) {
		string_list_push(verifier->arena, not_checked,
			arena_printf(
				verifier->arena, "whether sshd takes its configuration: %s", why));
	}
	string_list_push(verifier->arena, not_checked,
		"whether the running sshd has read its configuration since it was changed");
	return true;
}

/* ---- the drop-in ---- */

static void
verify_dropin_rights(
	struct verifier *verifier, const struct host_entry *entry, struct diags *findings)
{
	const char *path = verifier->config->jail.sshd_dropin;
	mode_t mode = entry->st.st_mode & 07777;
	if (entry->st.st_uid == 0 && !(mode & (S_IWGRP | S_IWOTH)) && !entry->acl_grants_write)
		return;
	const char *word = verify_word(verifier, path);
	finding_error(findings, "dropin-mode", at(path, 0),
		"belongs to uid %u with mode %04o: somebody besides root may change it",
		(unsigned)entry->st.st_uid, (unsigned)mode);
	diag_hint(findings, "Run: %schown 0:0 %s && chmod 0644 %s",
		verify_without_acl(verifier, entry, word), word, word);
}

/* With or without passwords and profiles, as the accounts of the time needed them. */
static bool
is_as_written(struct verifier *verifier, const struct sshd_dropin *dropin, bool intact)
{
	const struct jail_config *jail = &verifier->config->jail;
	return intact && strcmp(dropin->group, jail->group) == 0 &&
		strcmp(dropin->keys_dir, jail->keys_dir) == 0;
}

/* Each account of a profile is examined too; here is what has one name for all of them. */
static void
verify_profiles(struct verifier *verifier, const struct sshd_dropin *dropin, struct diags *findings)
{
	const char *path = verifier->config->jail.sshd_dropin;
	struct table seen = { .arena = verifier->arena };
	ARRAY_FOREACH (account, &verifier->snapshot->managed->accounts) {
		const char *text = (*account)->profile;
		bool found = false;
		if (!text || table_get(&seen, text))
			continue;
		table_set(&seen, text, verifier);
		ARRAY_FOREACH (profile, &dropin->profiles)
			found |=
				strcmp(profile_text(&profile->profile, verifier->arena), text) == 0;
		if (found)
			continue;
		finding_error(findings, "profile-missing", at(path, 0),
			"nothing for the profile '%s', which '%s' was given", text,
			(*account)->login);
		diag_hint(findings, "Apply one of the sources again: it is written anew.");
	}
}

static void
verify_dropin_text(struct verifier *verifier, const char *text, struct diags *findings)
{
	const char *path = verifier->config->jail.sshd_dropin;
	bool intact;
	if (!sshd_dropin_is_ours(text)) {
		finding_error(findings, "dropin-foreign", at(path, 0),
			"exists and was not written by rehome");
		diag_hint(findings, "Move it away, or set jail.sshd_dropin to another file.");
		return;
	}
	struct sshd_dropin dropin = sshd_dropin_read(text, verifier->arena, &intact);
	if (!is_as_written(verifier, &dropin, intact)) {
		finding_error(findings, "dropin-edited", at(path, 0),
			"not as rehome writes it for this configuration");
		diag_hint(findings, "Apply one of the sources again: it is written anew.");
	}
	verify_profiles(verifier, &dropin, findings);
}

static void
verify_dropin(struct verifier *verifier, struct diags *findings)
{
	const char *path = verifier->config->jail.sshd_dropin;
	struct host *host = verifier->snapshot->host;
	struct host_entry entry;
	struct bytes bytes;
	bool exists;

	if (!host_inspect(host, path, &entry, findings) ||
		!host_read_file(host, path, verifier->arena, &exists, &bytes, findings))
		return;
	if (!exists) {
		if (!has_managed(verifier))
			return;
		finding_error(findings, "dropin-missing", at(path, 0),
			"the drop-in does not exist: sshd jails nobody");
		diag_hint(findings, "Apply one of the sources again: it is written anew.");
		return;
	}
	verify_dropin_rights(verifier, &entry, findings);
	verify_dropin_text(
		verifier, arena_strndup(verifier->arena, bytes.data, bytes.size), findings);
}

/* ---- the group ---- */

/* "anna, bert and 3 more" */
static const char *
some_of(const struct string_list *names, struct arena *arena)
{
	enum { SHOWN = 10 };
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < names->count && i < SHOWN; i++)
		buffer_printf(&text, "%s%s", i ? ", " : "", names->items[i]);
	if (names->count > SHOWN)
		buffer_printf(&text, " and %zu more", names->count - SHOWN);
	return arena_strdup(arena, buffer_text(&text));
}

static void
collect_unmanaged(struct verifier *verifier, struct string_list *ret_names)
{
	struct snapshot *snapshot = verifier->snapshot;
	struct accountdb_line *line;
	size_t cursor = 0;
	while ((line = accountdb_next(&snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		const char *login = accountdb_name(line);
		if (!table_get(&snapshot->managed->by_login, login) &&
			verifier_is_member(verifier, line))
			string_list_push(verifier->arena, ret_names, login);
	}
}

static void
verify_members(struct verifier *verifier, struct string_list *not_checked, struct diags *findings)
{
	struct snapshot *snapshot = verifier->snapshot;
	const char *group = verifier->config->jail.group;
	struct place place = verify_at_line(ACCOUNTDB_GROUP, verifier->jail_group, GROUP_MEMBERS);
	struct string_list unmanaged = { 0 };
	collect_unmanaged(verifier, &unmanaged);
	if (unmanaged.count)
		finding_note(findings, "unmanaged-members", place,
			"members of '%s' whom rehome does not manage: %s", group,
			some_of(&unmanaged, verifier->arena));
	ARRAY_FOREACH (login, accountdb_members(verifier->jail_group)) {
		if (accountdb_find(&snapshot->db, ACCOUNTDB_PASSWD, *login) ||
			table_get(&snapshot->managed->by_login, *login))
			continue;
		if (snapshot_nss_has_user(snapshot, *login)) {
			string_list_push(verifier->arena, not_checked,
				arena_printf(verifier->arena,
					"the jail of '%s', who is kept in another user database",
					*login));
			continue;
		}
		finding_warning(findings, "member-missing", place,
			"'%s' is a member of '%s' and does not exist: the next account of that "
			"name would be jailed",
			*login, group);
		diag_hint(findings, "Run: %s -d %s %s",
			strcmp(host_root(snapshot->host), "/") == 0
				? "gpasswd"
				: arena_printf(verifier->arena, "gpasswd -Q %s",
					  text_shell_word(
						  verifier->arena, host_root(snapshot->host))),
			text_shell_word(verifier->arena, *login), group);
	}
}

static void
verify_group(struct verifier *verifier, struct string_list *not_checked, struct diags *findings)
{
	const struct accountdb *db = &verifier->snapshot->db;
	const char *group = verifier->config->jail.group;
	if (!verifier->jail_group) {
		if (!has_managed(verifier))
			return;
		finding_error(findings, "group-missing", at(accountdb_path(ACCOUNTDB_GROUP), 0),
			"there is no group '%s': sshd jails nobody", group);
		diag_hint(
			findings, "Run: %s --system %s", verify_tool(verifier, "groupadd"), group);
		return;
	}
	if (db->tables[ACCOUNTDB_GSHADOW].exists && !accountdb_find(db, ACCOUNTDB_GSHADOW, group)) {
		finding_warning(findings, "gshadow-missing",
			at(accountdb_path(ACCOUNTDB_GSHADOW), 0), "there is no line for group '%s'",
			group);
		diag_hint(findings, "Run: %s", verify_tool(verifier, "grpconv"));
	}
	verify_members(verifier, not_checked, findings);
}

/* ---- where homes are ---- */

/* The literal part of the configured home in front of its first template. */
static char *
configured_base(const struct verifier *verifier)
{
	const char *text = verifier->config->jail.home_text;
	return verify_parent(
		arena_strndup(verifier->arena, text, strcspn(text, "$")), verifier->arena);
}

void
verify_bases(struct verifier *verifier, struct string_list *ret_bases)
{
	struct table seen = { .arena = verifier->arena };
	char *base = configured_base(verifier);
	if (jail_path_is_normal(base)) {
		string_list_push(verifier->arena, ret_bases, base);
		table_set(&seen, base, verifier);
	}
	ARRAY_FOREACH (account, &verifier->snapshot->managed->accounts) {
		if (!jail_path_is_normal((*account)->home))
			continue;
		base = verify_parent((*account)->home, verifier->arena);
		if (table_get(&seen, base))
			continue;
		string_list_push(verifier->arena, ret_bases, base);
		table_set(&seen, base, verifier);
	}
}

static void
verify_base_paths(struct verifier *verifier, struct diags *findings)
{
	struct string_list bases = { 0 };
	struct table seen = { .arena = verifier->arena };
	verify_bases(verifier, &bases);
	ARRAY_FOREACH (base, &bases) {
		/* A jail that is not there: the rules are then about what is above it. */
		const char *jail = arena_printf(
			verifier->arena, "%s/.rehome-jail", strcmp(*base, "/") == 0 ? "" : *base);
		const struct jail_component *fault =
			jail_path_fault(&verifier->snapshot->jails, jail, true);
		const char *message, *hint;
		if (!fault || table_get(&seen, fault->path))
			continue;
		table_set(&seen, fault->path, verifier);
		jail_explain(fault, verifier->arena, &message, &hint);
		finding_error(findings, "jail-base", at(fault->path, 0), "%s", message);
		if (hint)
			diag_hint(findings, "%s", hint);
	}
}

bool
verify_host(const struct config *config, struct snapshot *snapshot, const char *state_dir,
	struct arena *arena, struct diags *ret_findings, struct string_list *ret_not_checked,
	struct diags *diags)
{
	struct diags findings = { .arena = arena };
	struct string_list not_checked = { 0 };
	struct verifier verifier;

	verifier_init(&verifier, config, snapshot, arena);
	ARRAY_FOREACH (text, &snapshot->not_checked)
		string_list_push(arena, &not_checked, *text);
	if (!verify_sshd(&verifier, &not_checked, &findings, diags))
		return false;
	verify_dropin(&verifier, &findings);
	verify_group(&verifier, &not_checked, &findings);
	verify_base_paths(&verifier, &findings);
	verify_account_files(&verifier, &findings);
	verify_pam(&verifier, &findings);
	verify_leftovers(&verifier, state_dir, &findings);
	verify_clock(verifier.today, &findings);
	*ret_findings = findings;
	*ret_not_checked = not_checked;
	return true;
}
