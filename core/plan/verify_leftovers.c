/*
 * verify_leftovers.c - what a run should have taken away, what it keeps, and whether there is room.
 */
#include <string.h>
#include <time.h>

#include "core/base/text.h"
#include "core/plan/verify_internal.h"

#define DEFAULT_HANDOUT_DIR "/root/rehome-handout"
#define HANDOUT_DAYS 7
#define LEAST_BYTES (100ULL * 1024 * 1024)
#define LEAST_INODES 1000ULL

/* The names in a directory; none when it is missing. False when it cannot be read, and said so. */
static bool
list_if_there(struct verifier *verifier, const char *dir, struct string_list *ret_names,
	struct diags *findings)
{
	struct host_entry entry;
	*ret_names = (struct string_list){ 0 };
	if (!host_inspect(verifier->snapshot->host, dir, &entry, findings))
		return false;
	return !entry.exists || !S_ISDIR(entry.st.st_mode) ||
		host_list(verifier->snapshot->host, dir, verifier->arena, ret_names, findings);
}

static const char *
below(struct verifier *verifier, const char *dir, const char *name)
{
	return arena_printf(verifier->arena, "%s/%s", strcmp(dir, "/") == 0 ? "" : dir, name);
}

static bool
has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* ---- what runs leave behind when they are interrupted ---- */

static void
find_stagings(struct verifier *verifier, const char *dir, struct diags *findings)
{
	struct string_list names;
	if (!list_if_there(verifier, dir, &names, findings))
		return;
	ARRAY_FOREACH (name, &names) {
		if (!has_prefix(*name, ".rehome-stage-") && !has_prefix(*name, ".rehome-copies-"))
			continue;
		const char *path = below(verifier, dir, *name);
		finding_warning(findings, "leftover-staging", at(path, 0),
			"a run was interrupted, or is at work");
		diag_hint(findings, "Run: %s recover; if that has nothing to do, run: rm -r %s",
			verify_tool(verifier, "rehome"), verify_word(verifier, path));
	}
}

/* As host_replace_file() names them. */
static bool
is_temporary(const char *name)
{
	enum { DIGITS = 16 };
	const char *digits = name + strlen(".rehome-");
	return has_prefix(name, ".rehome-") && strlen(digits) == DIGITS &&
		strspn(digits, "0123456789abcdef") == DIGITS;
}

static void
find_temporaries(struct verifier *verifier, const char *dir, struct diags *findings)
{
	struct string_list names;
	if (!list_if_there(verifier, dir, &names, findings))
		return;
	ARRAY_FOREACH (name, &names) {
		if (!is_temporary(*name))
			continue;
		const char *path = below(verifier, dir, *name);
		finding_warning(findings, "leftover-temporary", at(path, 0),
			"a temporary file of a run that was interrupted");
		diag_hint(findings, "Run: %s recover; if that has nothing to do, run: rm %s",
			verify_tool(verifier, "rehome"), verify_word(verifier, path));
	}
}

/* ---- what runs keep ---- */

static void
find_quarantine(struct verifier *verifier, const char *base, struct diags *findings)
{
	struct string_list runs, entries;
	const char *top = below(verifier, base, ".rehome-quarantine");
	if (!list_if_there(verifier, top, &runs, findings))
		return;
	ARRAY_FOREACH (run, &runs) {
		const char *dir = below(verifier, top, *run);
		if (!list_if_there(verifier, dir, &entries, findings))
			continue;
		finding_note(findings, "quarantine", at(dir, 0),
			"%zu %s kept when run %s was taken back", entries.count,
			entries.count == 1 ? "tree" : "trees", *run);
		diag_hint(findings, "When nobody needs what is in it, run: rm -r %s",
			verify_word(verifier, dir));
	}
}

/* For the next run to go on with. */
static void
find_partial(struct verifier *verifier, const char *base, struct diags *findings)
{
	struct string_list trees;
	const char *dir = below(verifier, base, ".rehome-partial");
	if (!list_if_there(verifier, dir, &trees, findings) || !trees.count)
		return;
	finding_note(findings, "partial-copies", at(dir, 0),
		"copies of %zu %s that a run did not complete: the next one goes on with them",
		trees.count, trees.count == 1 ? "home" : "homes");
	diag_hint(findings, "If there is to be none, run: rm -r %s", verify_word(verifier, dir));
}

/* A key file without an account waits for the next account of that name. */
static void
find_orphaned_keys(struct verifier *verifier, struct diags *findings)
{
	const char *dir = verifier->config->jail.keys_dir;
	struct string_list names;
	if (!list_if_there(verifier, dir, &names, findings))
		return;
	ARRAY_FOREACH (name, &names) {
		if (**name == '.' ||
			accountdb_find(&verifier->snapshot->db, ACCOUNTDB_PASSWD, *name) ||
			table_get(&verifier->snapshot->managed->by_login, *name) ||
			snapshot_nss_has_user(verifier->snapshot, *name))
			continue;
		const char *path = below(verifier, dir, *name);
		finding_warning(findings, "keys-orphan", at(path, 0),
			"keys for '%s', who does not exist: they would open the next account of "
			"that name",
			*name);
		diag_hint(findings, "Run: rm %s", verify_word(verifier, path));
	}
}

static void
find_old_handouts(struct verifier *verifier, struct diags *findings)
{
	const char *dir = verifier->config->policy.handout ? verifier->config->policy.handout
							   : DEFAULT_HANDOUT_DIR;
	struct string_list names;
	if (!list_if_there(verifier, dir, &names, findings))
		return;
	ARRAY_FOREACH (name, &names) {
		const char *path = below(verifier, dir, *name);
		struct host_entry entry;
		if (!has_prefix(*name, "run-") ||
			!host_inspect(verifier->snapshot->host, path, &entry, findings) ||
			!entry.exists)
			continue;
		int64_t age = verifier->today - entry.st.st_mtime / 86400;
		if (age <= HANDOUT_DAYS)
			continue;
		finding_warning(findings, "handout-old", at(path, 0),
			"passwords in plain text, %lld days old", (long long)age);
		diag_hint(findings, "When everybody has got theirs, run: rm -r %s",
			verify_word(verifier, path));
	}
}

static void
verify_private(struct verifier *verifier, const char *dir, const char *code, struct diags *findings)
{
	struct host_entry entry;
	if (!host_inspect(verifier->snapshot->host, dir, &entry, findings) || !entry.exists)
		return;
	const char *word = verify_word(verifier, dir);
	if (!S_ISDIR(entry.st.st_mode)) {
		finding_error(findings, code, at(dir, 0), "not a directory");
	} else if (entry.st.st_uid != 0 || (entry.st.st_mode & 077) || entry.acl_grants_write) {
		finding_error(findings, code, at(dir, 0),
			"owned by uid %u with mode %04o, expected root and 0700",
			(unsigned)entry.st.st_uid, (unsigned)(entry.st.st_mode & 07777));
		diag_hint(findings,
			"Make sure that nobody tampered with it, then run: chown 0:0 %s && chmod "
			"0700 %s",
			word, word);
	}
}

/* ---- room and time ---- */

void
verify_space(const char *path, uint64_t bytes, uint64_t inodes, struct diags *findings)
{
	if (bytes < LEAST_BYTES)
		finding_warning(findings, "space", at(path, 0),
			"only %llu MiB are free on its filesystem",
			(unsigned long long)(bytes / 1024 / 1024));
	if (inodes < LEAST_INODES)
		finding_warning(findings, "space", at(path, 0),
			"only %llu more files fit on its filesystem", (unsigned long long)inodes);
}

void
verify_clock(int64_t today, struct diags *findings)
{
	const int64_t first_day_of_2020 = 18262;
	if (today >= first_day_of_2020)
		return;
	finding_error(findings, "clock", NOWHERE,
		"the clock says that it is %s: expiry dates and password ages would be wrong",
		verify_date(today, findings->arena));
	diag_hint(findings, "Set it, for example: timedatectl set-ntp true");
}

static void
look_for_space(struct verifier *verifier, const char *path, struct diags *findings)
{
	uint64_t bytes, inodes;
	if (host_free_space(verifier->snapshot->host, path, &bytes, &inodes, findings))
		verify_space(path, bytes, inodes, findings);
}

void
verify_leftovers(struct verifier *verifier, const char *state_dir, struct diags *findings)
{
	const struct jail_config *jail = &verifier->config->jail;
	const char *handout = verifier->config->policy.handout ? verifier->config->policy.handout
							       : DEFAULT_HANDOUT_DIR;
	struct string_list bases = { 0 };
	verify_bases(verifier, &bases);

	verify_private(verifier, state_dir, "state-dir", findings);
	verify_private(verifier, handout, "handout-dir", findings);
	ARRAY_FOREACH (base, &bases) {
		find_stagings(verifier, *base, findings);
		find_quarantine(verifier, *base, findings);
		find_partial(verifier, *base, findings);
		look_for_space(verifier, *base, findings);
	}
	look_for_space(verifier, state_dir, findings);
	find_stagings(verifier, jail->keys_dir, findings);
	find_temporaries(verifier, "/etc", findings);
	find_temporaries(verifier, verify_parent(jail->sshd_dropin, verifier->arena), findings);
	find_temporaries(verifier, jail->keys_dir, findings);
	find_temporaries(verifier, state_dir, findings);
	find_orphaned_keys(verifier, findings);
	find_old_handouts(verifier, findings);
}
