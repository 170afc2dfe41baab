/*
 * step_check.c - after the commit and before anybody may log in: is it as meant, seen from outside?
 *
 * The account files are read again, a fresh process asks the name service (whose caches may lie)
 * for a sample of the logins, and sshd says what it would do with them.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/plan/sshd_sample.h"
#include "core/run/daemon.h"
#include "core/run/step.h"

/* A name service lookup costs up to milliseconds; the files themselves are checked for everybody.
 */
enum { NSS_SAMPLE = 100 };

static bool
flush_apply(const struct step *step, struct run *run)
{
	(void)step;
	return !host_is_live(run->host) || daemon_flush_caches(run->arena, run->diags);
}

const struct step_ops step_caches_flush = {
	.apply = flush_apply,
};

static bool
in_run(const struct run *run, const char *login)
{
	return !table_get(&run->dropped, login);
}

static bool
check_files(struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct accountdb db;
	size_t errors = run->diags->errors;
	struct leavers leavers;
	if (!accountdb_load(run->host, &scratch, &db, run->diags))
		return false;
	edits_find_leavers(&run->plan->edits, NULL, &db, &scratch, &leavers);
	ARRAY_FOREACH (edit, &run->plan->edits) {
		/* A gate is still closed. */
		if (edit->kind == EDIT_GATE || edit_is_late(edit, &leavers) ||
			(edit->user && !in_run(run, edit->user)))
			continue;
		if (edit_state(edit, &db, &scratch, NULL) == EDIT_AFTER)
			continue;
		diag_error(run->diags, at(accountdb_path(edit->file), 0),
			"the line of '%s' is not what this run wrote", edit->name);
		if (edit->user)
			diag_user(run->diags, edit->user);
	}
	return run->diags->errors == errors;
}

/* ---- the name service, in a child that has asked it nothing before ---- */

/* What group is the primary one of an account that is only opened is not ours to say. */
static bool
nss_agrees(const struct change *change, const char *jail_group)
{
	const struct account_facts *facts = &change->after;
	const char *login = change->login;
	const struct passwd *entry = getpwnam(login);
	const struct group *jail = getgrnam(jail_group);
	if (!entry || !jail || entry->pw_uid != facts->uid ||
		(entry->pw_gid != facts->gid && !change_opens(change)) ||
		strcmp(entry->pw_dir, facts->home) != 0)
		return false;
	gid_t jail_gid = jail->gr_gid, groups[256];
	int count = ARRAY_LEN(groups);
	if (getgrouplist(login, entry->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++) {
		if (groups[i] == jail_gid)
			return true;
	}
	return false;
}

/* Exit status: 0 all agree, 1 + index of the first that does not (at most NSS_SAMPLE). */
static int
ask_nss(const struct change **sample, size_t count, const char *jail_group)
{
	for (size_t i = 0; i < count; i++) {
		if (!nss_agrees(sample[i], jail_group))
			return (int)i + 1;
	}
	return 0;
}

static bool
check_nss(struct run *run, struct change **jailed, size_t count)
{
	const struct change *sample[NSS_SAMPLE];
	size_t taken = count < NSS_SAMPLE ? count : NSS_SAMPLE;
	for (size_t i = 0; i < taken; i++)
		sample[i] = jailed[i * count / taken];

	pid_t pid = fork();
	if (pid < 0)
		return diag_error(run->diags, NOWHERE, "cannot fork: %m");
	if (pid == 0)
		_exit(ask_nss(sample, taken, run->plan->jail_group));
	int status;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return diag_error(run->diags, NOWHERE, "cannot wait: %m");
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	diag_error(run->diags, NOWHERE, "the name service does not show the accounts as planned");
	if (WIFEXITED(status) && (size_t)WEXITSTATUS(status) <= taken)
		diag_user(run->diags, sample[WEXITSTATUS(status) - 1]->login);
	diag_hint(run->diags,
		"See what `getent passwd LOGIN` and `id LOGIN` say; a cache or another "
		"source in /etc/nsswitch.conf may be in the way.");
	return false;
}

/* ---- sshd ---- */

static bool
choose(struct run *run, struct change **jailed, size_t count, struct sshd_sample *sample)
{
	struct sshd_config config;
	if (!sshd_config_read(run->host, run->options->config->jail.sshd_config, run->arena,
		    &config, run->diags))
		return false;
	sample->everybody = sshd_config_depends_on_user(&config);
	for (size_t i = 0; i < count; i++)
		sshd_sample_add(sample, jailed[i]);
	return true;
}

static bool
check_sshd(struct run *run, struct change **jailed, size_t count)
{
	struct sshd_sample sample = { .arena = run->arena, .kinds = { .arena = run->arena } };
	size_t errors = run->diags->errors;
	enum sshd_answer answer;
	const char *why;

	if (!choose(run, jailed, count, &sample))
		return false;
	struct sshd_effective *effective =
		arena_alloc(run->arena, sample.count * sizeof(*effective));
	if (!sshd_ask(run->host, run->options->config->jail.sshd_config, NULL, 0,
		    sshd_sample_logins(&sample), sample.count, run->arena, effective, &answer, &why,
		    run->diags))
		return false;
	if (answer == SSHD_REFUSED)
		return diag_error(run->diags, NOWHERE, "sshd refuses its configuration: %s", why);
	if (answer == SSHD_UNAVAILABLE)
		return true; /* the plan said that it could not be asked */
	for (size_t i = 0; i < sample.count; i++) {
		struct sshd_expectation expectation =
			sshd_sample_expect(&sample.items[i], run->plan->keys_dir, run->arena);
		sshd_effective_judge(&effective[i], &expectation, run->arena, run->diags);
	}
	return run->diags->errors == errors;
}

static bool
check_apply(const struct step *step, struct run *run)
{
	(void)step;
	if (!check_files(run))
		return false;
	if (!host_is_live(run->host))
		return true;

	size_t count = 0;
	struct change **jailed =
		arena_alloc(run->arena, run->plan->changes.count * sizeof(struct change *));
	ARRAY_FOREACH (change, &run->plan->changes) {
		if (change_is_for_sshd(*change) && in_run(run, (*change)->login))
			jailed[count++] = *change;
	}
	return !count || (check_nss(run, jailed, count) && check_sshd(run, jailed, count));
}

const struct step_ops step_accounts_check = {
	.apply = check_apply,
};
