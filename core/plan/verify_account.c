/*
 * verify_account.c - which accounts are examined, and the order of the rules for each.
 *
 * Every account is looked at by itself; what many share (directories above the homes, the key
 * directory, sshd's answer for a set of groups) is looked at once, so that the whole is linear.
 */
#include <string.h>
#include <time.h>

#include "core/base/text.h"
#include "core/base/watcher.h"
#include "core/plan/verify_internal.h"

/* ---- what is known about all of them ---- */

/* What is a jail, or above one, may be nobody else's home. Directories of the system are the homes
 * of many, and no jails. */
static void
index_home(struct verifier *verifier, const char *home, const char *login)
{
	void *value = (void *)(uintptr_t)login;
	if (!jail_path_is_normal(home) || jail_is_system_directory(home))
		return;
	table_set(table_get(&verifier->homes, home) ? &verifier->later_homes : &verifier->homes,
		home, value);
	for (char *above = verify_parent(home, verifier->arena); strcmp(above, "/") != 0;
		above = verify_parent(above, verifier->arena)) {
		if (table_get(&verifier->above_homes, above))
			break; /* then so is everything above it */
		table_set(&verifier->above_homes, above, value);
	}
}

/* One pass over passwd: whose home is what, and which uids are there twice. */
static void
index_passwd(struct verifier *verifier)
{
	const struct accountdb *db = &verifier->snapshot->db;
	struct accountdb_line *line;
	size_t cursor = 0;
	while ((line = accountdb_next(db, ACCOUNTDB_PASSWD, &cursor))) {
		uint32_t uid;
		index_home(verifier, accountdb_field(line, PASSWD_HOME), accountdb_name(line));
		if (accountdb_line_id(line, PASSWD_UID, &uid) &&
			accountdb_find_id(db, ACCOUNTDB_PASSWD, uid) != line)
			id_table_set(&verifier->later_twins, uid,
				(void *)(uintptr_t)accountdb_name(line));
	}
}

void
verifier_init(struct verifier *verifier, const struct config *config, struct snapshot *snapshot,
	struct arena *arena)
{
	uint32_t gid;
	*verifier = (struct verifier){
		.config = config,
		.snapshot = snapshot,
		.arena = arena,
		.today = time(NULL) / 86400,
		.jail_group = accountdb_find(&snapshot->db, ACCOUNTDB_GROUP, config->jail.group),
		.homes = { .arena = arena },
		.later_homes = { .arena = arena },
		.above_homes = { .arena = arena },
		.later_twins = { .arena = arena },
		.keys_dir = { .arena = arena },
	};
	if (verifier->jail_group && accountdb_line_id(verifier->jail_group, GROUP_GID, &gid))
		verifier->jail_gid = gid;
	else
		verifier->jail_group = NULL;
	index_passwd(verifier);
}

bool
verifier_is_member(const struct verifier *verifier, const struct accountdb_line *passwd)
{
	uint32_t gid;
	if (!verifier->jail_group)
		return false;
	return accountdb_is_member(verifier->jail_group, accountdb_name(passwd)) ||
		(accountdb_line_id(passwd, PASSWD_GID, &gid) && gid == verifier->jail_gid);
}

/* ---- which ---- */

static struct subject *
subject_create(struct verifier *verifier, const char *login)
{
	struct subject *subject = ARENA_NEW(verifier->arena, struct subject);
	*subject = (struct subject){
		.account = { .login = login, .findings = { .arena = verifier->arena } },
		.word = text_shell_word(verifier->arena, login),
		.managed = table_get(&verifier->snapshot->managed->by_login, login),
		.passwd = accountdb_find(&verifier->snapshot->db, ACCOUNTDB_PASSWD, login),
		.shadow = accountdb_find(&verifier->snapshot->db, ACCOUNTDB_SHADOW, login),
	};
	subject->account.managed = subject->managed != NULL;
	if (subject->managed && subject->managed->nss)
		subject->passwd = snapshot_nss_user(verifier->snapshot, login);
	if (subject->managed && subject->managed->profile &&
		!profile_parse(subject->managed->profile, verifier->arena, &subject->profile))
		subject->profile = (struct jail_profile){ 0 };
	if (subject->passwd)
		subject->account.home = accountdb_field(subject->passwd, PASSWD_HOME);
	else if (subject->managed)
		subject->account.home = subject->managed->home;
	return subject;
}

static void
choose_all(struct verifier *verifier, struct subjects *subjects)
{
	const struct managed *managed = verifier->snapshot->managed;
	struct accountdb_line *line;
	size_t cursor = 0;
	ARRAY_FOREACH (account, &managed->accounts)
		ARRAY_PUSH(verifier->arena, subjects, subject_create(verifier, (*account)->login));
	while ((line = accountdb_next(&verifier->snapshot->db, ACCOUNTDB_PASSWD, &cursor))) {
		const char *login = accountdb_name(line);
		/* libc takes the first line of a name; a second one is the account files' fault. */
		if (accountdb_find(&verifier->snapshot->db, ACCOUNTDB_PASSWD, login) == line &&
			!table_get(&managed->by_login, login) && verifier_is_member(verifier, line))
			ARRAY_PUSH(verifier->arena, subjects, subject_create(verifier, login));
	}
}

static void
choose_named(struct verifier *verifier, const struct string_list *logins, struct subjects *subjects)
{
	struct table seen = { .arena = verifier->arena };
	ARRAY_FOREACH (login, logins) {
		if (table_get(&seen, *login))
			continue;
		table_set(&seen, *login, subjects);
		ARRAY_PUSH(verifier->arena, subjects, subject_create(verifier, *login));
	}
}

/* ---- the rules ---- */

static void
report_stranger(struct verifier *verifier, struct subject *subject)
{
	const struct managed *managed = verifier->snapshot->managed;
	const char **logins =
		arena_alloc(verifier->arena, (managed->accounts.count + 1) * sizeof(*logins));
	for (size_t i = 0; i < managed->accounts.count; i++)
		logins[i] = managed->accounts.items[i]->login;
	const char *nearest = text_nearest(subject->account.login, logins);
	finding_error(&subject->account.findings, "not-jailed", NOWHERE,
		"'%s' is neither managed by rehome nor a member of group '%s'",
		subject->account.login, verifier->config->jail.group);
	if (nearest)
		diag_hint(&subject->account.findings, "Did you mean '%s'?", nearest);
}

static void
report_missing(struct verifier *verifier, struct subject *subject)
{
	finding_error(&subject->account.findings, "account-missing",
		at(accountdb_path(ACCOUNTDB_PASSWD), 0),
		"there is no '%s', whom run %s made with uid %u", subject->account.login,
		subject->managed->run ? subject->managed->run : "?",
		(unsigned)subject->managed->uid);
	if (subject->managed->run)
		diag_hint(&subject->account.findings, "Run: %s rollback %s %s",
			verify_tool(verifier, "rehome"), subject->managed->run, subject->word);
}

static bool
is_nss(const struct subject *subject)
{
	return subject->managed && subject->managed->nss;
}

/* Its line cannot be looked at, or is gone; the jail is there all the same. */
static void
report_nss_missing(struct verifier *verifier, struct subject *subject)
{
	struct diags *findings = &subject->account.findings;
	if (!verifier->snapshot->has_nss) {
		finding_note(findings, "nss-elsewhere", NOWHERE,
			"of the name service, which is not asked below --root");
		return;
	}
	finding_warning(findings, "account-missing", NOWHERE,
		"the name service knows no '%s' any more", subject->account.login);
	const char *rehome = verify_tool(verifier, "rehome");
	diag_hint(findings, "If it is gone for good, run: %s disable %s, then %s remove %s", rehome,
		subject->word, rehome, subject->word);
}

static void
examine(struct verifier *verifier, struct subject *subject)
{
	if (!subject->managed &&
		(!subject->passwd || !verifier_is_member(verifier, subject->passwd))) {
		report_stranger(verifier, subject);
		return;
	}
	if (!subject->passwd) {
		if (is_nss(subject))
			report_nss_missing(verifier, subject);
		else
			report_missing(verifier, subject);
		return;
	}
	verify_lines(verifier, subject);
	/* A retired user's home is where only root gets at it. */
	if (!subject->managed || subject->managed->standing.state != MANAGED_RETIRED) {
		verify_home(verifier, subject);
		verify_folders(verifier, subject);
	}
	verify_keys(verifier, subject);
	if (is_nss(subject)) {
		subject->account.open = subject->managed->standing.state == MANAGED_ACTIVE;
		return;
	}
	verify_login(verifier, subject);
	subject->account.open = !subject->expired && (subject->has_password || subject->has_key);
}

bool
verify_accounts(const struct config *config, struct snapshot *snapshot,
	const struct string_list *logins, const struct watcher *watcher, struct arena *arena,
	struct verification *ret_verification, struct diags *diags)
{
	struct verification verification = { 0 };
	struct verifier verifier;
	struct subjects subjects = { 0 };

	verifier_init(&verifier, config, snapshot, arena);
	ARRAY_FOREACH (text, &snapshot->not_checked)
		string_list_push(arena, &verification.not_checked, *text);
	if (logins->count)
		choose_named(&verifier, logins, &subjects);
	else
		choose_all(&verifier, &subjects);
	ARRAY_FOREACH (subject, &subjects) {
		watcher_tell(
			watcher, "accounts", (size_t)(subject - subjects.items), subjects.count);
		examine(&verifier, *subject);
	}
	watcher_tell(watcher, "sshd", subjects.count, subjects.count);
	if (!verify_effective(&verifier, &subjects, &verification.not_checked, diags))
		return false;
	ARRAY_FOREACH (subject, &subjects) {
		struct verified_account *account = &(*subject)->account;
		ARRAY_FOREACH (finding, &account->findings)
			finding->user = account->login;
		ARRAY_PUSH(arena, &verification.accounts, *account);
	}
	*ret_verification = verification;
	return true;
}
