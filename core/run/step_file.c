/*
 * step_file.c - files of ours that sshd reads: the logins' keys, and the drop-in.
 *
 * A file's state is decided by its content: the plan holds what was there before and what comes
 * after. Key files are created beside their place and renamed in, so that sshd never reads half a
 * file and 10,000 of them cost one sync.
 */
#include <string.h>
#include <unistd.h>

#include "core/plan/sshd.h"
#include "core/run/daemon.h"
#include "core/run/step.h"

enum file_state {
	FILE_BEFORE,
	FILE_AFTER,
	FILE_FOREIGN,
};

static bool
same(const char *expected, bool exists, struct bytes content)
{
	if (!expected || !exists)
		return !expected && !exists;
	return strlen(expected) == content.size &&
		(!content.size || memcmp(expected, content.data, content.size) == 0);
}

static bool
find_state(const struct step *step, struct run *run, enum file_state *ret_state)
{
	bool exists;
	struct bytes content;
	if (!host_read_file(run->host, step->path, run->arena, &exists, &content, run->diags))
		return false;
	*ret_state = same(step->content, exists, content) ? FILE_AFTER
		: same(step->before, exists, content)	  ? FILE_BEFORE
							  : FILE_FOREIGN;
	return true;
}

static bool
file_check(const struct step *step, struct run *run)
{
	enum file_state state;
	if (!find_state(step, run, &state))
		return false;
	if (state != FILE_FOREIGN)
		return true;
	diag_error(run->diags, at(step->path, 0),
		step->before ? "changed since the plan was made"
			     : "exists, but did not when the plan was made");
	if (step->user)
		diag_user(run->diags, step->user);
	return false;
}

static struct bytes
content_of(const char *text)
{
	return (struct bytes){ text, text ? strlen(text) : 0 };
}

/* ---- key files ---- */

static bool
keys_prepare(const struct step *step, struct run *run)
{
	int staging_fd;
	return !step->content ||
		(staging_open(run, step->base, &staging_fd) &&
			host_create_file_at(run->host, staging_fd, step->user,
				content_of(step->content), &step->owner, HOST_SYNC_LATER,
				run->diags));
}

static bool
keys_apply(const struct step *step, struct run *run)
{
	int staging_fd;
	AUTO_CLOSE int dir_fd = -1;
	if (!step->content)
		return host_unlink(run->host, step->path, run->diags) &&
			host_sync_dir(run->host, step->base, run->diags);
	return staging_open(run, step->base, &staging_fd) &&
		host_open_dir(run->host, step->base, &dir_fd, run->diags) &&
		host_rename_at(
			run->host, staging_fd, step->user, dir_fd, step->user, true, run->diags);
}

static bool
restore(const struct step *step, struct run *run)
{
	if (!step->before)
		return host_unlink(run->host, step->path, run->diags);
	return host_replace_file(
		run->host, step->path, content_of(step->before), &step->before_owner, run->diags);
}

/* The keys of an account that is going must go too, even if somebody edited them: a later account
 * of the same name would inherit them. They are kept in the run's directory. */
static bool
set_aside(const struct step *step, struct run *run)
{
	bool exists;
	struct bytes content;
	static const struct host_owner owner = { .uid = 0, .gid = 0, .mode = 0600 };
	const char *aside = state_run_path(
		run->state, run->id, arena_printf(run->arena, "keys-of-%s", step->user));

	if (!host_read_file(run->host, step->path, run->arena, &exists, &content, run->diags))
		return false;
	if (!exists)
		return true;
	if (!host_replace_file(run->host, aside, content, &owner, run->diags) ||
		!host_unlink(run->host, step->path, run->diags))
		return false;
	run_kept(run, step->user, "keys that were changed since are kept in %s", aside);
	return true;
}

/* ---- key files of one who is renamed: one goes, one comes ---- */

static const char *
file_of_user(const struct step *step, struct run *run)
{
	return arena_printf(run->arena, "%s/%s", step->base, step->user);
}

static bool
is_renamed(const struct step *step, const struct run *run)
{
	const struct change *change = table_get(&run->changes, step->user);
	return change && change->old_login;
}

/* The step that takes the old file away, if there was one. */
static bool
had_old_file(const struct step *step, const struct run *run)
{
	ARRAY_FOREACH (other, &run->plan->steps) {
		if (other->kind == STEP_KEYS_WRITE && strcmp(other->user, step->user) == 0 &&
			!other->content)
			return true;
	}
	return false;
}

/* What was written into the new file since goes back with the name: a key that somebody took out
 * must not come back. */
static bool
bring_back(const struct step *step, struct run *run)
{
	bool exists;
	struct bytes content;
	const char *path = file_of_user(step, run);
	if (!host_read_file(run->host, path, run->arena, &exists, &content, run->diags))
		return false;
	if (!exists)
		return restore(step, run);
	run_kept(run, step->user, "keys that were changed since: they are in %s", step->path);
	return host_replace_file(run->host, step->path, content, &step->before_owner, run->diags) &&
		host_sync_dir(run->host, step->base, run->diags) &&
		host_unlink(run->host, path, run->diags);
}

/* The old file is there: an undo was interrupted, or somebody made one. */
static bool
end_new_file(const struct step *step, struct run *run)
{
	bool exists, has_old;
	struct bytes new, old;
	const char *path = file_of_user(step, run);
	if (!host_read_file(run->host, path, run->arena, &exists, &new, run->diags) ||
		!host_read_file(run->host, step->path, run->arena, &has_old, &old, run->diags))
		return false;
	if (!exists)
		return true;
	if (has_old && new.size == old.size && memcmp(new.data, old.data, new.size) == 0)
		return host_unlink(run->host, path, run->diags);
	run_conflict(
		run, step->user, "%s was changed since, and %s is there too", path, step->path);
	return true;
}

/* The steps come backwards: first the new file, then the old one. */
static bool
undo_renamed(const struct step *step, struct run *run, enum file_state state)
{
	bool keeps_name, is_new = strcmp(step->path, file_of_user(step, run)) == 0;
	if (!accounts_keep_name(run, step->user, &keeps_name))
		return false;
	if (keeps_name || (is_new && state == FILE_BEFORE))
		return true;
	if (is_new && state == FILE_AFTER)
		return restore(step, run);
	if (is_new)
		return had_old_file(step, run) || set_aside(step, run);
	return state == FILE_AFTER ? bring_back(step, run) : end_new_file(step, run);
}

static bool
keys_undo(const struct step *step, struct run *run)
{
	enum file_state state;
	if (!find_state(step, run, &state))
		return false;
	if (is_renamed(step, run))
		return undo_renamed(step, run, state);
	if (state == FILE_AFTER)
		return restore(step, run);
	if (state == FILE_FOREIGN) {
		if (run_creates(run, step->user))
			return set_aside(step, run);
		run_conflict(run, step->user, "%s was changed since", step->path);
	}
	return true;
}

const struct step_ops step_keys_write = {
	.check = file_check,
	.prepare = keys_prepare,
	.apply = keys_apply,
	.undo = keys_undo,
};

/* ---- the drop-in ---- */

/*
 * A SIGHUP makes sshd execute itself again, and it ends when it cannot start: with a configuration
 * that it refuses, without its directory or host keys. *ret_running: there is somebody to tell.
 */
static bool
can_reload(struct run *run, bool *ret_running)
{
	struct sshd_listeners listeners;
	enum sshd_answer answer;
	const char *why, *config = run->options->config->jail.sshd_config;

	*ret_running = false;
	if (!host_is_live(run->host))
		return true;
	if (!daemon_find_sshd(run->arena, &listeners, run->diags))
		return false;
	*ret_running = listeners.count > 0;
	if (!*ret_running)
		return true;
	if (!sshd_test_start(run->host, config, run->arena, &answer, &why, run->diags))
		return false;
	if (answer != SSHD_REFUSED)
		return true;
	diag_error(run->diags, at(config, 0), "a reload would end the running sshd: %s", why);
	diag_hint(run->diags, "Mend it so that sshd -t is silent, then try again.");
	return false;
}

/* Asks sshd before anything is written: with this file in place, would the configuration load? */
static bool
dropin_prepare(const struct step *step, struct run *run)
{
	enum sshd_answer answer;
	const char *why;
	bool running;
	struct sshd_stand_in stand_in = { step->path, content_of(step->content) };
	if (!host_is_live(run->host))
		return true;
	if (!can_reload(run, &running) ||
		!sshd_test(run->host, run->options->config->jail.sshd_config, &stand_in, 1,
			run->arena, &answer, &why, run->diags))
		return false;
	if (answer == SSHD_REFUSED)
		return diag_error(run->diags, at(step->path, 0), "sshd refuses it: %s", why);
	return true;
}

static bool
dropin_apply(const struct step *step, struct run *run)
{
	return host_replace_file(
		run->host, step->path, content_of(step->content), &step->owner, run->diags);
}

static bool reload(struct run *run);

struct dropin_now {
	bool exists, ours, intact;
	struct sshd_dropin says;
};

static bool
read_dropin(const struct step *step, struct run *run, struct dropin_now *ret_now)
{
	struct dropin_now now = { 0 };
	struct bytes content;
	if (!host_read_file(run->host, step->path, run->arena, &now.exists, &content, run->diags))
		return false;
	const char *text = now.exists ? arena_strndup(run->arena, content.data, content.size) : "";
	now.ours = sshd_dropin_is_ours(text);
	if (now.ours)
		now.says = sshd_dropin_read(text, run->arena, &now.intact);
	*ret_now = now;
	return true;
}

/* A profile that would be lost, though somebody is still in its group: he would get more than he
 * was given. */
static bool
find_lost_profile(const struct step *step, struct run *run, const struct dropin_now *now,
	const char **ret_group)
{
	struct accountdb db;
	bool intact;
	struct sshd_dropin before =
		sshd_dropin_read(step->before ? step->before : "", run->arena, &intact);
	*ret_group = NULL;
	if (!now->says.profiles.count)
		return true;
	if (!accountdb_load(run->host, run->arena, &db, run->diags))
		return false;
	ARRAY_FOREACH (profile, &now->says.profiles) {
		const struct accountdb_line *group =
			accountdb_find(&db, ACCOUNTDB_GROUP, profile->group);
		if (group && accountdb_members(group)->count &&
			!sshd_dropin_profile(&before, profile->group))
			*ret_group = profile->group;
	}
	return true;
}

static bool
keep_dropin(const struct step *step, struct run *run, const char *group)
{
	run->shared_kept = true;
	run_kept(run, NULL, "%s stays: other members of %s depend on it", step->path, group);
	return true;
}

static bool
dropin_undo(const struct step *step, struct run *run)
{
	enum file_state state;
	struct dropin_now now;
	bool depend = false;
	const char *lost;
	if (!find_state(step, run, &state))
		return false;
	if (state == FILE_BEFORE)
		return true;
	if (!accounts_depend_on_group(run, &depend) || !read_dropin(step, run, &now) ||
		!find_lost_profile(step, run, &now, &lost))
		return false;
	bool others_stay = run->users && !run->last_users;
	/* What was before it does for those who were there before, not for this run's others. */
	if (depend && (!step->before || run->others_followed || others_stay))
		return keep_dropin(step, run, run->plan->jail_group);
	if (lost)
		return keep_dropin(step, run, lost);
	/* A later run wrote it anew, and is taken back or will be. The run that made the file takes
	 * it away, whatever profiles it names by then. */
	if (state == FILE_FOREIGN && now.intact && step->before)
		return keep_dropin(step, run, run->plan->jail_group);
	if (state == FILE_FOREIGN && !now.intact) {
		run_conflict(run, NULL, "%s was changed since", step->path);
		return true;
	}
	return restore(step, run) && reload(run);
}

const struct step_ops step_dropin_write = {
	.check = file_check,
	.prepare = dropin_prepare,
	.apply = dropin_apply,
	.undo = dropin_undo,
};

/* ---- telling sshd ---- */

enum { RELOAD_SECONDS = 15 };

static bool
reload(struct run *run)
{
	bool running;
	size_t reloaded;
	return can_reload(run, &running) &&
		(!running || daemon_reload_sshd(RELOAD_SECONDS, &reloaded, run->arena, run->diags));
}

static bool
reload_apply(const struct step *step, struct run *run)
{
	size_t ended;
	(void)step;
	return reload(run) &&
		(!host_is_live(run->host) || daemon_end_waiting_logins(&ended, run->diags));
}

const struct step_ops step_sshd_reload = {
	.apply = reload_apply,
};
