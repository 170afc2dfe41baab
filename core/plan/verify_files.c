/*
 * verify_files.c - do the account files agree with each other?
 *
 * What a run needs of them, not all that pwck(8) and grpck(8) look for.
 */
#include <string.h>

#include "core/plan/verify_internal.h"

static bool
is_jailed(const struct verifier *verifier, const struct accountdb_line *passwd)
{
	return table_get(&verifier->snapshot->managed->by_login, accountdb_name(passwd)) ||
		verifier_is_member(verifier, passwd);
}

static void
verify_has_shadow(
	struct verifier *verifier, const struct accountdb_line *line, struct diags *findings)
{
	const char *login = accountdb_name(line);
	if (strcmp(accountdb_field(line, PASSWD_PASSWORD), "x") != 0 ||
		accountdb_find(&verifier->snapshot->db, ACCOUNTDB_SHADOW, login))
		return;
	(is_jailed(verifier, line) ? finding_error : finding_warning)(findings, "shadow-missing",
		at(accountdb_path(ACCOUNTDB_PASSWD), accountdb_line_number(line)),
		"'%s' has no line in /etc/shadow", login);
	diag_hint(findings, "Run: %s", verify_tool(verifier, "pwconv"));
}

/* Two names for one id are two ways into the same files; the system's own twins are its business.
 */
static void
verify_uid_is_single(
	struct verifier *verifier, const struct accountdb_line *line, struct diags *findings)
{
	uint32_t uid;
	if (!accountdb_line_id(line, PASSWD_UID, &uid))
		return;
	const struct accountdb_line *first =
		accountdb_find_id(&verifier->snapshot->db, ACCOUNTDB_PASSWD, uid);
	if (!first || first == line || (!is_jailed(verifier, first) && !is_jailed(verifier, line)))
		return;
	finding_error(findings, "uid-shared",
		at(accountdb_path(ACCOUNTDB_PASSWD), accountdb_line_number(line)),
		"'%s' has uid %u, which is also that of '%s'", accountdb_name(line), (unsigned)uid,
		accountdb_name(first));
}

/* A line in a shadow file that nobody owns goes to the next one of that name. */
static void
verify_no_orphans(struct verifier *verifier, enum accountdb_file shadow, enum accountdb_file file,
	const char *tool, struct diags *findings)
{
	const struct accountdb *db = &verifier->snapshot->db;
	struct accountdb_line *line;
	size_t cursor = 0;
	while ((line = accountdb_next(db, shadow, &cursor))) {
		if (accountdb_find(db, file, accountdb_name(line)))
			continue;
		finding_warning(findings, "orphan-line",
			at(accountdb_path(shadow), accountdb_line_number(line)),
			"'%s' is not in %s", accountdb_name(line), accountdb_path(file));
		diag_hint(findings, "Run: %s", verify_tool(verifier, tool));
	}
}

/* The snapshot's reading has told its caller; a doctor repeats it among the findings. */
static void
repeat_complaints(struct verifier *verifier, struct diags *findings)
{
	struct accountdb again;
	if (!accountdb_load(verifier->snapshot->host, verifier->arena, &again, findings))
		diag_code(findings, "account-files");
}

void
verify_account_files(struct verifier *verifier, struct diags *findings)
{
	struct accountdb_line *line;
	size_t cursor = 0;
	repeat_complaints(verifier, findings);
	while ((line = accountdb_next(&verifier->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		verify_has_shadow(verifier, line, findings);
		verify_uid_is_single(verifier, line, findings);
	}
	verify_no_orphans(verifier, ACCOUNTDB_SHADOW, ACCOUNTDB_PASSWD, "pwconv", findings);
	verify_no_orphans(verifier, ACCOUNTDB_GSHADOW, ACCOUNTDB_GROUP, "grpconv", findings);
}
