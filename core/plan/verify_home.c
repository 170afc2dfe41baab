/*
 * verify_home.c - the jail's path: what sshd demands of it, and what we promise beyond that.
 */
#include <string.h>

#include "core/plan/verify_internal.h"

static const char *const rule_codes[] = {
	[JAIL_OK] = NULL,
	[JAIL_MISSING] = "jail-missing",
	[JAIL_NOT_DIRECTORY] = "jail-type",
	[JAIL_SYMLINK] = "jail-symlink",
	[JAIL_OWNER] = "jail-owner",
	[JAIL_WRITABLE] = "jail-writable",
	[JAIL_ACL] = "jail-acl",
	[JAIL_SYSTEM] = "jail-system",
	[JAIL_UNKNOWN] = "jail-unreadable",
};

static void
report_fault(
	struct verifier *verifier, struct subject *subject, const struct jail_component *component)
{
	const char *message, *hint;
	jail_explain(component, verifier->arena, &message, &hint);
	finding_error(&subject->account.findings, rule_codes[component->fault],
		at(component->path, 0), "%s", message);
	if (hint)
		diag_hint(&subject->account.findings, "%s", hint);
}

/* What sshd does not mind, but the layout does. */
static void
verify_jail_root(struct verifier *verifier, struct subject *subject, const struct host_entry *entry)
{
	struct diags *findings = &subject->account.findings;
	const char *home = subject->account.home, *word = verify_word(verifier, home);
	mode_t mode = entry->st.st_mode & 07777;
	if (mode != 0755 && !(mode & (S_IWGRP | S_IWOTH))) {
		finding_error(findings, "jail-mode", at(home, 0),
			"mode %04o, expected 0755: the user must be able to list it and enter it, "
			"and nothing more",
			(unsigned)mode);
		diag_hint(findings, "Run: %s", verify_chmod(verifier, entry, 0755, word));
	}
	if (entry->st.st_gid != 0) {
		finding_warning(findings, "jail-group", at(home, 0),
			"belongs to group %u, expected root's", (unsigned)entry->st.st_gid);
		diag_hint(findings, "Run: chgrp root %s", word);
	}
	if (entry->has_acl && !entry->acl_grants_write) {
		finding_warning(findings, "jail-default-acl", at(home, 0),
			"has an ACL: what is made in it later may inherit other rights");
		diag_hint(findings, "Run: setfacl -b %s", word);
	}
}

/* A jail inside another home belongs to the outer one's user as well; so does a shared one. */
static void
verify_nesting(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	const char *home = subject->account.home, *login = subject->account.login;
	struct place place = verify_at_line(ACCOUNTDB_PASSWD, subject->passwd, PASSWD_HOME);
	const char *owner = table_get(&verifier->homes, home);
	if (owner && strcmp(owner, login) == 0)
		owner = table_get(&verifier->later_homes, home);
	if (owner)
		finding_error(findings, "home-shared", place, "%s is the home of '%s' as well",
			home, owner);
	owner = table_get(&verifier->above_homes, home);
	if (owner)
		finding_error(findings, "home-nested", place, "%s contains the home of '%s'", home,
			owner);
	for (char *above = verify_parent(home, verifier->arena); strcmp(above, "/") != 0;
		above = verify_parent(above, verifier->arena)) {
		owner = table_get(&verifier->homes, above);
		if (owner)
			finding_error(findings, "home-nested", place,
				"%s is inside %s, the home of '%s'", home, above, owner);
	}
}

void
verify_home(struct verifier *verifier, struct subject *subject)
{
	const char *home = subject->account.home;
	struct diags problems = { .arena = verifier->arena };
	struct host_entry entry;

	if (!jail_path_is_normal(home)) {
		finding_error(&subject->account.findings, "home-path",
			verify_at_line(ACCOUNTDB_PASSWD, subject->passwd, PASSWD_HOME),
			"home '%s' is not an absolute path without '.', '..' or double slashes",
			home);
		return;
	}
	const struct jail_component *fault =
		jail_path_fault(&verifier->snapshot->jails, home, false);
	if (fault)
		report_fault(verifier, subject, fault);
	if (fault && fault->fault == JAIL_SYSTEM)
		return;
	verify_nesting(verifier, subject);
	/* Behind a fault further up there may still be a home to look at. */
	if (!host_inspect(verifier->snapshot->host, home, &entry, &problems) || !entry.exists ||
		!S_ISDIR(entry.st.st_mode))
		return;
	subject->home_is_there = true;
	verify_jail_root(verifier, subject, &entry);
}
