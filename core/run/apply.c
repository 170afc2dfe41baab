/*
 * apply.c - a new run: is the host still as planned, what is left to do, and then all of it.
 *
 * Before BEGIN is on disk nothing has changed; everything after it is undone when a step fails.
 */
#include <string.h>
#include <unistd.h>

#include "core/plan/codec.h"
#include "core/run/engine.h"
#include "core/run/registry.h"

static const struct host_owner PRIVATE_DIR = { .uid = 0, .gid = 0, .mode = 0700 };
static const struct host_owner PRIVATE_FILE = { .uid = 0, .gid = 0, .mode = 0600 };

/* ---- is the host as planned? ---- */

/* What the edits of one login find, taken together. */
struct progress {
	size_t before, after, foreign;
};

static struct progress *
progress_of(struct table *table, const char *login, struct arena *arena)
{
	struct progress *progress = table_get(table, login);
	if (!progress) {
		progress = ARENA_NEW(arena, struct progress);
		table_set(table, login, progress);
	}
	return progress;
}

static void
stale(struct run *run, const char *login, const char *where, const char *why)
{
	diag_error(run->diags, at(where, 0), "%s", why);
	diag_code(run->diags, "stale");
	if (login)
		diag_user(run->diags, login);
	diag_hint(run->diags, "Make a new plan from what the host has now.");
}

static bool
look_at_edits(struct run *run, struct plan *plan, struct table *by_login)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct accountdb db;
	if (!accountdb_load(run->host, &scratch, &db, run->diags))
		return false;
	ARRAY_FOREACH (edit, &plan->edits) {
		const char *why = NULL;
		enum edit_state state = edit_state(edit, &db, &scratch, &why);
		struct progress *progress =
			progress_of(by_login, edit->user ? edit->user : "", run->arena);
		/* A gate that ends as it began says nothing of what was done. */
		if (edit->kind == EDIT_GATE && state != EDIT_FOREIGN && edit->after &&
			strcmp(edit->before, edit->after) == 0)
			continue;
		progress->before += state == EDIT_BEFORE;
		progress->after += state == EDIT_AFTER;
		progress->foreign += state == EDIT_FOREIGN;
		if (state == EDIT_FOREIGN)
			stale(run, edit->user, accountdb_path(edit->file), why);
	}
	return true;
}

/* Of a change that binds an account to another origin: where the registry is. */
static enum edit_state
origin_state(const struct managed *managed, const struct change *change, struct arena *arena)
{
	const struct managed_account *account = table_get(&managed->by_login, change->login);
	const struct managed_account *bound =
		table_get(&managed->by_key, managed_key(arena, change->source, change->key));
	if (!account || account->uid != change->before.uid || (bound && bound != account))
		return EDIT_FOREIGN;
	if (bound)
		return EDIT_AFTER;
	return strcmp(account->source, change->old_source) == 0 &&
			strcmp(account->key, change->old_key) == 0
		? EDIT_BEFORE
		: EDIT_FOREIGN;
}

static bool
binds_accounts(const struct plan *plan)
{
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->old_source)
			return true;
	}
	return false;
}

static bool
look_at_origins(struct run *run, struct plan *plan, struct table *by_login)
{
	struct managed managed;
	if (!binds_accounts(plan))
		return true;
	if (!registry_load(run->state, run->arena, &managed, run->diags))
		return false;
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (!change->old_source)
			continue;
		enum edit_state state = origin_state(&managed, change, run->arena);
		struct progress *progress = progress_of(by_login, change->login, run->arena);
		progress->before += state == EDIT_BEFORE;
		progress->after += state == EDIT_AFTER;
		progress->foreign += state == EDIT_FOREIGN;
		if (state == EDIT_FOREIGN)
			stale(run, change->login, change->login,
				"its origin is another one than when the plan was made");
	}
	return true;
}

/*
 * A user all of whose edits are in place was done by an earlier run of the same plan (a wave): left
 * out with a note. Staleness is judged for each user, but one stale user is enough to refuse.
 */
static bool
look_at_users(struct run *run, struct plan *plan, struct table *by_login, struct table *ret_todo)
{
	size_t errors = run->diags->errors;
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		const struct progress *progress = table_get(by_login, change->login);
		if (change->action == CHANGE_BLOCKED || change->action == CHANGE_UNCHANGED)
			continue;
		if (progress && progress->after && !progress->before && !progress->foreign) {
			diag_note(run->diags, change->place, "already applied");
			diag_user(run->diags, change->login);
			diag_code(run->diags, "already-applied");
			continue;
		}
		if (progress && progress->after && progress->before && !progress->foreign)
			stale(run, change->login, "/etc", "the account is only partly as planned");
		table_set(ret_todo, change->login, item);
	}
	return run->diags->errors == errors;
}

static void
look_at_home(struct run *run, const struct step *step, const struct host_entry *entry)
{
	switch (step->kind) {
	case STEP_HOME_CREATE:
	case STEP_HOME_COPY:
	case STEP_HOME_FILL:
	case STEP_FOLDER_CREATE:
		if (entry->exists)
			stale(run, step->user, step->path,
				"exists, but did not when the plan was made");
		break;
	case STEP_HOME_FREEZE:
		if (!entry->exists || entry->st.st_ino != step->home.ino ||
			entry->st.st_dev != step->home.dev)
			stale(run, step->user, step->path,
				"is not the directory that the plan was made for");
		break;
	default:
		break;
	}
}

static bool
look_at_homes(struct run *run, struct plan *plan, const struct table *todo)
{
	ARRAY_FOREACH (step, &plan->steps) {
		struct host_entry entry;
		if (!step->user || !step->path || !table_get(todo, step->user))
			continue;
		if (!host_inspect(run->host, step->path, &entry, run->diags))
			return false;
		look_at_home(run, step, &entry);
	}
	return true;
}

/* The plan of what is left to do. False when the host is not as planned. */
static bool
reconcile(struct run *run, struct plan *plan, struct plan **ret_plan)
{
	struct table by_login = { .arena = run->arena };
	struct table todo = { .arena = run->arena };
	size_t errors = run->diags->errors;

	run->result->outcome = RUN_STALE;
	if (!look_at_edits(run, plan, &by_login) || !look_at_origins(run, plan, &by_login) ||
		!look_at_users(run, plan, &by_login, &todo) || !look_at_homes(run, plan, &todo) ||
		run->diags->errors != errors)
		return false;
	*ret_plan = plan_subset(plan, &todo, run->arena);
	return true;
}

/* ---- the run's directory ---- */

static bool
choose_id(struct run *run)
{
	struct string_list ids;
	unsigned long newest = 0;
	if (!state_run_ids(run->state, &ids, run->diags))
		return false;
	if (ids.count)
		newest = strtoul(ids.items[ids.count - 1], NULL, 10);
	run->id = arena_printf(run->arena, "%lu", newest + 1);
	return true;
}

static bool
save(struct run *run, int dir_fd, const char *name, struct buffer *content)
{
	return host_create_file_at(run->host, dir_fd, name, buffer_bytes(content), &PRIVATE_FILE,
		HOST_SYNC_NOW, run->diags);
}

static bool
save_plan(struct run *run)
{
	AUTO_BUFFER struct buffer plan = { 0 }, secrets = { 0 };
	AUTO_CLOSE int dir_fd = -1;
	const char *dir = state_run_path(run->state, run->id, NULL);

	plan_encode(run->plan, &plan);
	plan_secrets_encode(run->secrets, &secrets);
	return host_make_dir(run->host, dir, &PRIVATE_DIR, run->diags) &&
		host_open_dir(run->host, dir, &dir_fd, run->diags) &&
		save(run, dir_fd, "plan.json", &plan) &&
		(!run->secrets->items.count || save(run, dir_fd, "secrets", &secrets));
}

static bool
begin(struct run *run)
{
	const char *dir = state_run_path(run->state, run->id, NULL);
	const char *runs = arena_printf(run->arena, "%s/runs", run->state->dir);
	const char *journal = state_run_path(run->state, run->id, "journal");

	return save_plan(run) &&
		journal_create(run->host, journal, run->plan->steps.count + 64, run->arena,
			&run->journal, run->diags) &&
		host_sync_dir(run->host, dir, run->diags) &&
		host_sync_dir(run->host, runs, run->diags) &&
		journal_mark(&run->journal, run->diags, JOURNAL_BEGIN, "%s",
			run_log_begin_payload(
				run->plan, run->options, run->plan->host_name, run->arena));
}

static size_t
users_of(const struct plan *plan)
{
	return plan->counts[CHANGE_CREATE] + plan->counts[CHANGE_CHANGE] +
		plan->counts[CHANGE_ADOPT] + plan->counts[CHANGE_LEAVE];
}

static bool
perform(struct run *run, struct plan *plan, struct plan_secrets *secrets)
{
	struct plan *left;
	const struct events *events = run->options->events;

	if (!reconcile(run, plan, &left))
		return false;
	if (!plan_has_work(left)) {
		run->result->outcome = RUN_NOTHING;
		return true;
	}
	if (!plan_fill_secrets(left, secrets, run->diags))
		return false;
	run->result->outcome = RUN_UNDONE; /* nothing has been done yet */
	run_set_plan(run, left, secrets);
	if (!choose_id(run))
		return false;
	if (!begin(run))
		/* BEGIN may be in the file all the same: then it must not look interrupted. */
		return run->journal.fd >= 0 ? run_abort(run, "could not begin") : false;
	run->result->run_id = run->id;
	if (events && events->start)
		events->start(events->ctx, run->id, users_of(left));
	if (!run_perform(run, PHASE_AHEAD) || !run_register(run))
		return run_abort(run, "a step failed");
	run->result->users_done = users_of(left) - run->dropped.count;
	return run_complete(run);
}

bool
run_apply(struct state *state, struct plan *plan, struct plan_secrets *secrets,
	const struct run_options *options, struct arena *arena, struct run_result *ret_result,
	struct diags *diags)
{
	struct run run;
	*ret_result = (struct run_result){ .outcome = RUN_UNDONE };
	run_init(&run, state, options, arena, ret_result, diags);
	bool ok = perform(&run, plan, secrets);
	run_finish(&run);
	return ok;
}
