/*
 * verify_nss.c - an account of the name service: is it still the one whose jail this is?
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

/* What the files say of it is nobody's but another account's. */
static void
verify_no_line(struct verifier *verifier, struct subject *subject)
{
	const struct accountdb_line *line =
		accountdb_find(&verifier->snapshot->db, ACCOUNTDB_PASSWD, subject->account.login);
	if (!line)
		return;
	finding_error(&subject->account.findings, "nss-local",
		verify_at_line(ACCOUNTDB_PASSWD, line, PASSWD_NAME),
		"an account of its own, and the jail was made for one of the name service");
	diag_hint(&subject->account.findings, "Remove one of the two.");
}

static void
verify_ids(struct verifier *verifier, struct subject *subject)
{
	uint32_t uid = 0, gid = 0;
	if (!accountdb_line_id(subject->passwd, PASSWD_UID, &uid) || uid != subject->managed->uid) {
		finding_error(&subject->account.findings, "uid-changed", NOWHERE,
			"the name service says uid %u, the jail was made for uid %u: its files "
			"belong to the old one",
			(unsigned)uid, (unsigned)subject->managed->uid);
		diag_hint(&subject->account.findings, "Give the account its uid back there.");
	}
	if (accountdb_line_id(subject->passwd, PASSWD_GID, &gid))
		subject->own_group = snapshot_nss_group(verifier->snapshot, gid, verifier->arena);
}

static void
verify_place(struct verifier *verifier, struct subject *subject)
{
	const char *shell = accountdb_field(subject->passwd, PASSWD_SHELL);
	const char *name = strrchr(shell, '/') ? strrchr(shell, '/') + 1 : shell;
	if (strcmp(subject->managed->home, subject->account.home) != 0) {
		finding_error(&subject->account.findings, "home-changed", NOWHERE,
			"the name service says home %s, and rehome made %s", subject->account.home,
			subject->managed->home);
		diag_hint(&subject->account.findings, "Give the account its home back there.");
	}
	if (strcmp(name, "nologin") == 0 || strcmp(name, "false") == 0 ||
		strcmp(shell, verifier->config->jail.shell) == 0)
		return;
	finding_warning(&subject->account.findings, "nss-shell", NOWHERE,
		"shell %s: a login that does not come through sshd is not jailed",
		*shell ? shell : "/bin/sh");
	diag_hint(
		&subject->account.findings, "Give the account /usr/sbin/nologin in the directory.");
}

void
verify_nss(struct verifier *verifier, struct subject *subject)
{
	verify_no_line(verifier, subject);
	verify_ids(verifier, subject);
	verify_place(verifier, subject);
}
