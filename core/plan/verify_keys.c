/*
 * verify_keys.c - the key file outside the home: root's, readable by the user, and as rehome wrote
 * it.
 *
 * sshd opens it as the user and refuses one that others than root or the user may write, or whose
 * directories they may (sshd_config(5) StrictModes).
 */
#include <string.h>

#include "core/base/digest.h"
#include "core/model/ssh_key.h"
#include "core/plan/verify_internal.h"

/* ---- the directory ---- */

static void
judge_dir(struct verifier *verifier, const char *path, bool is_last)
{
	struct diags *findings = &verifier->keys_dir;
	struct host_entry entry;
	if (!host_inspect(verifier->snapshot->host, path, &entry, findings)) {
		diag_code(findings, "keys-dir");
		return;
	}
	const char *word = verify_word(verifier, path);
	mode_t mode = entry.st.st_mode & 07777;
	if (!entry.exists || !S_ISDIR(entry.st.st_mode)) {
		finding_error(findings, "keys-dir", at(path, 0),
			entry.exists ? "not a directory" : "the key directory does not exist");
	} else if (entry.st.st_uid != 0) {
		finding_error(findings, "keys-dir", at(path, 0),
			"belongs to uid %u: sshd refuses every key below it",
			(unsigned)entry.st.st_uid);
		diag_hint(findings, "Run: chown root %s", word);
	} else if ((mode & (S_IWGRP | S_IWOTH)) || entry.acl_grants_write) {
		finding_error(findings, "keys-dir", at(path, 0),
			"mode %04o: others may write, and sshd refuses every key below it",
			(unsigned)mode);
		diag_hint(findings, "Run: %schmod go-w %s",
			verify_without_acl(verifier, &entry, word), word);
	} else if (is_last && (mode & 0055) != 0055) {
		finding_error(findings, "keys-dir", at(path, 0),
			"mode %04o, expected 0755: sshd reads the keys as the user",
			(unsigned)mode);
		diag_hint(findings, "Run: chmod 0755 %s", word);
	}
}

/* From "/etc" down to the directory itself; once for everybody. */
static void
judge_keys_dir(struct verifier *verifier)
{
	const char *dir = verifier->config->jail.keys_dir;
	if (verifier->keys_dir_judged)
		return;
	verifier->keys_dir_judged = true;
	for (const char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/'))
		judge_dir(verifier, arena_strndup(verifier->arena, dir, (size_t)(slash - dir)),
			false);
	judge_dir(verifier, dir, true);
}

/* ---- the file ---- */

static void
verify_file_rights(struct verifier *verifier, struct subject *subject, const char *path,
	const struct host_entry *entry)
{
	struct diags *findings = &subject->account.findings;
	const char *word = verify_word(verifier, path);
	mode_t mode = entry->st.st_mode & 07777;
	if (entry->st.st_uid != 0) {
		finding_error(findings, "keys-owner", at(path, 0),
			"belongs to uid %u, expected root: others could let themselves in",
			(unsigned)entry->st.st_uid);
		diag_hint(findings, "Run: chown 0:0 %s", word);
	}
	if (entry->acl_grants_write) {
		finding_error(findings, "keys-acl", at(path, 0),
			"an ACL lets others write it: sshd refuses the keys");
		diag_hint(findings, "Run: %schmod 0644 %s",
			verify_without_acl(verifier, entry, word), word);
	} else if (mode != 0644) {
		finding_error(findings, "keys-mode", at(path, 0),
			"mode %04o, expected 0644: sshd reads it as the user, and only root may "
			"write it",
			(unsigned)mode);
		diag_hint(findings, "Run: chmod 0644 %s", word);
	}
}

static void
verify_content(
	struct verifier *verifier, struct subject *subject, const char *path, struct bytes content)
{
	struct diags *findings = &subject->account.findings;
	if (!subject->managed)
		return;
	if (!subject->managed->keys_sha256) {
		finding_warning(findings, "keys-unexpected", at(path, 0),
			"there are keys, and rehome gave it none");
		diag_hint(findings, "If nobody vouches for them, run: rm %s",
			verify_word(verifier, path));
	} else if (strcmp(digest_sha256_text(content, verifier->arena),
			   subject->managed->keys_sha256) != 0) {
		finding_warning(findings, "keys-drift", at(path, 0),
			"not as run %s wrote it: somebody has changed the keys",
			subject->managed->run ? subject->managed->run : "?");
		diag_hint(findings, "To write them anew, run: %s credentials %s --key FILE",
			verify_tool(verifier, "rehome"), subject->word);
	}
}

static bool
is_temporary(const char *line)
{
	const char *comment = strrchr(line, ' ');
	return comment && strncmp(comment + 1, VERIFY_KEY_COMMENT, strlen(VERIFY_KEY_COMMENT)) == 0;
}

static void
verify_line(
	struct verifier *verifier, struct subject *subject, struct place place, const char *line)
{
	struct diags *findings = &subject->account.findings;
	struct diags problems = { .arena = verifier->arena };
	const char *checked;
	bool has_options;
	if (is_temporary(line)) {
		finding_error(findings, "verify-key-left", place,
			"a key of `rehome verify --login` that was not taken away");
		diag_hint(findings, "Run: sed -i '/ " VERIFY_KEY_COMMENT "/d' %s",
			verify_word(verifier, place.file));
		return;
	}
	/* Those that were carried from an adopted home have the options that they had there. */
	if (ssh_key_parse_installed(
		    line, place, verifier->arena, &checked, &has_options, &problems))
		subject->has_key = true;
	else
		finding_unreadable(findings, "keys-line", &problems);
}

static void
verify_key_lines(
	struct verifier *verifier, struct subject *subject, const char *path, struct bytes content)
{
	char *line;
	for (unsigned number = 1; verify_next_line(&content, verifier->arena, &line); number++) {
		if (line[strspn(line, " \t\r")] && line[strspn(line, " \t")] != '#')
			verify_line(verifier, subject, at(path, number), line);
	}
}

static void
verify_file(struct verifier *verifier, struct subject *subject, const char *path)
{
	struct diags *findings = &subject->account.findings;
	struct diags problems = { .arena = verifier->arena };
	struct host *host = verifier->snapshot->host;
	struct host_entry entry;
	struct bytes content;
	bool exists;

	if (!host_inspect(host, path, &entry, &problems)) {
		finding_unreadable(findings, "keys-unreadable", &problems);
		return;
	}
	if (!entry.exists) {
		if (!subject->managed || !subject->managed->keys_sha256)
			return;
		finding_error(findings, "keys-missing", at(path, 0), "the key file does not exist");
		diag_hint(findings, "Run: %s credentials %s --key FILE",
			verify_tool(verifier, "rehome"), subject->word);
		return;
	}
	judge_keys_dir(verifier);
	ARRAY_FOREACH (finding, &verifier->keys_dir)
		diag_append(findings, finding);
	if (!S_ISREG(entry.st.st_mode)) {
		finding_error(findings, "keys-type", at(path, 0), "not a regular file");
		return;
	}
	verify_file_rights(verifier, subject, path, &entry);
	if (!host_read_file(host, path, verifier->arena, &exists, &content, &problems)) {
		finding_unreadable(findings, "keys-unreadable", &problems);
		return;
	}
	verify_content(verifier, subject, path, content);
	verify_key_lines(verifier, subject, path, content);
}

/* Those that were jailed by hand, and adopted users, may have keys of their own in the home. */
static void
see_own_keys(struct verifier *verifier, struct subject *subject)
{
	struct diags ignored = { .arena = verifier->arena };
	struct host_entry entry;
	if (!subject->home_is_there)
		return;
	const char *path =
		arena_printf(verifier->arena, "%s/.ssh/authorized_keys", subject->account.home);
	if (host_inspect(verifier->snapshot->host, path, &entry, &ignored) && entry.exists &&
		S_ISREG(entry.st.st_mode) && entry.st.st_size)
		subject->has_key = true;
}

void
verify_keys(struct verifier *verifier, struct subject *subject)
{
	/* A name with a '/' is none that sshd would look for a file of. */
	if (!strchr(subject->account.login, '/'))
		verify_file(verifier, subject,
			arena_printf(verifier->arena, "%s/%s", verifier->config->jail.keys_dir,
				subject->account.login));
	see_own_keys(verifier, subject);
}
