/*
 * engine.c - a run's phases, forwards and backwards.
 *
 * Forwards, a phase is: check every step, announce, prepare, put the notes on disk, apply, sync.
 * Backwards, the phases in reverse order, each complete before the one that it depended on: while
 * an account could not be taken away, the rule that jails it stays.
 */
#include "core/run/engine.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/plan/codec.h"
#include "core/run/registry.h"

/* failure: user gives up when more than this many users failed. */
enum { DROPPED_MAX = 5, DROPPED_PERCENT = 2 };

/* How often progress is told. */
enum { PROGRESS_EVERY = 64 };

bool
run_creates(const struct run *run, const char *login)
{
	return login && table_get(&run->created, login);
}

/* ---- the run's own memory ---- */

void
run_init(struct run *run, struct state *state, const struct run_options *options,
	struct arena *arena, struct run_result *result, struct diags *diags)
{
	*run = (struct run){
		.state = state,
		.host = state->host,
		.arena = arena,
		.options = options,
		.diags = diags,
		.result = result,
		.journal = { .fd = -1 },
		.dropped = { .arena = arena },
		.created = { .arena = arena },
		.changes = { .arena = arena },
		.stagings = { .arena = arena },
		.expiries = { .arena = arena },
		.jails = { .host = state->host, .arena = arena, .components = { .arena = arena } },
		.account_lock_fd = -1,
	};
}

void
run_set_plan(struct run *run, struct plan *plan, struct plan_secrets *secrets)
{
	run->plan = plan;
	run->secrets = secrets;
	run->facts = arena_alloc(run->arena, plan->steps.count * sizeof(*run->facts));
	ARRAY_FOREACH (change, &plan->changes)
		table_set(&run->changes, (*change)->login, *change);
	ARRAY_FOREACH (edit, &plan->edits) {
		if (edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_PASSWD && edit->user)
			table_set(&run->created, edit->user, edit);
	}
}

void
run_finish(struct run *run)
{
	accounts_abandon(run);
	archives_finish(run);
	staging_close(run);
	journal_finish(&run->journal);
	host_destroy(run->machine);
	run->machine = NULL;
}

struct host *
run_machine(struct run *run)
{
	if (!run->machine)
		run->machine = host_create("/", HOST_READ_ONLY, run->diags);
	return run->machine;
}

static bool
load_plan(struct run *run, struct plan **ret_plan, struct plan_secrets **ret_secrets)
{
	bool exists;
	struct bytes json;
	const char *plan_path = state_run_path(run->state, run->id, "plan.json");
	const char *secrets_path = state_run_path(run->state, run->id, "secrets");
	struct plan_secrets *secrets = ARENA_NEW(run->arena, struct plan_secrets);

	if (!host_read_file(run->host, plan_path, run->arena, NULL, &json, run->diags) ||
		!plan_decode(json, plan_path, run->arena, ret_plan, run->diags) ||
		!host_read_file(run->host, secrets_path, run->arena, &exists, &json, run->diags))
		return false;
	if (exists && !plan_secrets_decode(json, secrets_path, run->arena, secrets, run->diags))
		return false;
	*ret_secrets = secrets;
	/* A finalised run has no secrets any more: its undo then keeps the hashes it finds. */
	return !exists || plan_fill_secrets(*ret_plan, secrets, run->diags);
}

bool
run_open(struct run *run, const char *run_id, bool for_writing, struct run_log *ret_log,
	struct diags *diags)
{
	struct plan *plan;
	struct plan_secrets *secrets;
	run->id = run_id;
	if (!load_plan(run, &plan, &secrets))
		return false;
	run_set_plan(run, plan, secrets);
	if (!journal_open(run->host, state_run_path(run->state, run_id, "journal"), for_writing,
		    run->arena, &run->journal, diags) ||
		!run_log_read(&run->journal, run->arena, ret_log, diags) ||
		!run_log_facts(&run->journal, run->facts, plan->steps.count, diags))
		return false;
	memcpy(run->announced, ret_log->announced, sizeof(run->announced));
	run->expiries = ret_log->expiries;
	run->committed = ret_log->committed;
	ARRAY_FOREACH (login, &ret_log->dropped)
		table_set(&run->dropped, *login, run);
	return true;
}

/* ---- forwards ---- */

bool
run_stop_asked(const struct run *run)
{
	return run->options->stop && *run->options->stop;
}

static void
tell_progress(struct run *run, enum phase phase, size_t done, size_t total)
{
	const struct events *events = run->options->events;
	if (events && events->progress && (done % PROGRESS_EVERY == 0 || done == total))
		events->progress(events->ctx, phase_name(phase), done, total);
}

void
run_tell_users(struct run *run, enum user_result result)
{
	const struct events *events = run->options->events;
	if (!events || !events->user)
		return;
	ARRAY_FOREACH (change, &run->plan->changes) {
		if ((*change)->action == CHANGE_UNCHANGED || (*change)->action == CHANGE_BLOCKED)
			continue;
		if (run->users && !table_get(run->users, (*change)->login))
			continue;
		bool dropped = table_get(&run->dropped, (*change)->login);
		if (dropped && result != USER_DONE)
			continue;
		events->user(events->ctx, (*change)->login, change_word(*change),
			dropped ? USER_UNDONE : result);
	}
}

/* Where homes that people live in are at stake, one of them is no reason to leave all others. */
static bool
users_fail_alone(const struct run *run)
{
	enum failure_scope scope = run->options->config->policy.failure;
	return scope == FAILURE_USER ||
		(scope == FAILURE_AUTO && run->plan->counts[CHANGE_ADOPT] > 0);
}

/* A user whose step failed leaves the run, and what was done for it is undone, while nothing is
 * committed yet. False when the whole run must fail. */
static bool
drop_user(struct run *run, const struct step *failed)
{
	size_t users = run->plan->counts[CHANGE_CREATE] + run->plan->counts[CHANGE_CHANGE] +
		run->plan->counts[CHANGE_ADOPT] + run->plan->counts[CHANGE_LEAVE];
	if (!failed->user || run->committed || !users_fail_alone(run) ||
		step_phase(failed->kind) > PHASE_KEYS)
		return false;
	size_t dropped = run->dropped.count + 1;
	if (dropped > DROPPED_MAX || dropped * 100 > users * DROPPED_PERCENT + 99 ||
		dropped >= users)
		return false;
	if (!journal_sync(&run->journal, run->diags))
		return false;
	for (size_t i = run->plan->steps.count; i-- > 0;) {
		const struct step *step = &run->plan->steps.items[i];
		const struct step_ops *ops = step_ops(step->kind);
		if (step->user && strcmp(step->user, failed->user) == 0 && ops->undo &&
			run->announced[step_phase(step->kind)] && !ops->undo(step, run))
			return false;
	}
	if (run->announced[PHASE_GATE] && !accounts_reopen(run, failed->user))
		return false;
	table_set(&run->dropped, failed->user, run);
	return journal_mark(&run->journal, run->diags, JOURNAL_DROPPED, "%s", failed->user);
}

typedef bool (*const step_function)(const struct step *step, struct run *run);

/* One of a step's functions for all steps of the phase. */
static bool
for_each_step(struct run *run, enum phase phase, size_t offset, bool tell)
{
	size_t total = 0, done = 0;
	ARRAY_FOREACH (step, &run->plan->steps)
		total += step_phase(step->kind) == phase;
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step_phase(step->kind) != phase || step_is_left_out(step, run))
			continue;
		if (run_stop_asked(run) && !run->committed)
			return diag_error(run->diags, NOWHERE, "stopped by a signal");
		step_function function = *(
			step_function *)(const void *)((const char *)step_ops(step->kind) + offset);
		if (function && !function(step, run) && !drop_user(run, step))
			return false;
		if (tell)
			tell_progress(run, phase, ++done, total);
	}
	return true;
}

static bool
phase_is_empty(const struct run *run, enum phase phase)
{
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step_phase(step->kind) == phase)
			return false;
	}
	return true;
}

static bool
perform_phase(struct run *run, enum phase phase)
{
	if (phase_is_empty(run, phase))
		return true;
	if (!for_each_step(run, phase, offsetof(struct step_ops, check), false))
		return false;
	run->announced[phase] = true;
	if (!journal_mark(&run->journal, run->diags, JOURNAL_PHASE, "%s", phase_name(phase)) ||
		!for_each_step(run, phase, offsetof(struct step_ops, prepare), false) ||
		!journal_sync(&run->journal, run->diags) || !staging_sync(run) ||
		!for_each_step(run, phase, offsetof(struct step_ops, apply), true) ||
		!for_each_step(run, phase, offsetof(struct step_ops, verify), false) ||
		!accounts_finish(run) || !staging_remove_all(run) || !staging_sync(run))
		return false;
	staging_close(run);
	journal_add(&run->journal, JOURNAL_DONE, "%s", phase_name(phase));
	return true;
}

bool
run_perform(struct run *run, enum phase first)
{
	for (int phase = first; phase < PHASES; phase++) {
		if (!perform_phase(run, (enum phase)phase))
			return false;
	}
	return true;
}

bool
run_register(struct run *run)
{
	return registry_record_run(run->state, run->plan, run->id, &run->dropped, run->diags);
}

/* All is done, and only this line is missing: one failed write is no reason to call it unfinished.
 */
static bool
mark_end(struct run *run)
{
	struct diags ignored = { .arena = run->arena };
	journal_add(&run->journal, JOURNAL_END, "%s", run_log_now(run->arena));
	return journal_sync(&run->journal, &ignored) || journal_sync(&run->journal, run->diags);
}

bool
run_complete(struct run *run)
{
	run->result->outcome = RUN_STUCK;
	if (!mark_end(run))
		return false;
	run->result->outcome = run->dropped.count ? RUN_PARTLY : RUN_DONE;
	run->result->users_undone = run->dropped.count;
	run_tell_users(run, USER_DONE);
	return true;
}

/* ---- backwards ---- */

/* Where homes are, what they are called, and who may log in: not before all that is in them is what
 * it was. */
static bool
waits_for_users(enum step_kind kind)
{
	return kind == STEP_DIR_CREATE || kind == STEP_HOME_RENAME || kind == STEP_GATE;
}

/* Steps, for progress. */
struct undoing {
	size_t done, total;
};

static void
tell_undoing(const struct run *run, struct undoing *undoing)
{
	const struct events *events = run->options->events;
	undoing->done++;
	if (events && events->progress &&
		(undoing->done % PROGRESS_EVERY == 0 || undoing->done == undoing->total))
		events->progress(events->ctx, "undo", undoing->done, undoing->total);
}

/* Users are independent of each other: one that cannot be undone does not keep the others, but a
 * journal that cannot be written does. What they share stays as long as one of them is not undone:
 * what is theirs may be waiting in it. */
static bool
undo_phase(struct run *run, enum phase phase, struct undoing *undoing)
{
	bool ok = true;
	for (size_t i = run->plan->steps.count; i-- > 0;) {
		const struct step *step = &run->plan->steps.items[i];
		const struct step_ops *ops = step_ops(step->kind);
		if (step_phase(step->kind) != phase)
			continue;
		tell_undoing(run, undoing);
		if (!ops->undo || step_is_left_out(step, run))
			continue;
		if ((!ok && waits_for_users(step->kind)) || ops->undo(step, run))
			continue;
		ok = false;
		if (run->journal.pending.size)
			return false;
	}
	return ok;
}

/* One sync a filesystem instead of one a file: UNDONE may be written only when the undoing is on
 * disk. */
static bool
sync_undone(struct run *run)
{
	static const char account_dir[] = "/etc";
	AUTO_CLOSE int fd = -1;
	return staging_sync(run) && host_open_dir(run->host, account_dir, &fd, run->diags) &&
		host_sync_filesystem(run->host, fd, account_dir, run->diags);
}

/* Somebody may have opened an account after a crash, to help its user. */
static bool
close_again(struct run *run)
{
	bool gated = false;
	ARRAY_FOREACH (edit, &run->plan->edits)
		gated = gated || edit->kind == EDIT_GATE;
	return !gated || !run->announced[PHASE_FOLDERS] || run->announced[PHASE_ACTIVATE] ||
		accounts_close(run);
}

bool
run_undo(struct run *run)
{
	struct undoing undoing = { 0 };
	accounts_abandon(run);
	run->renamed_back = NULL;
	ARRAY_FOREACH (step, &run->plan->steps)
		undoing.total += run->announced[step_phase(step->kind)];
	/* First of all: a directory of the run's that holds one could not go. */
	if (!staging_sweep(run) || !close_again(run))
		return false;
	for (int phase = PHASES; phase-- > 0;) {
		if (run->announced[phase] && !undo_phase(run, (enum phase)phase, &undoing))
			return false;
	}
	if (!staging_remove_all(run) || !sync_undone(run))
		return false;
	staging_close(run);
	return true;
}

/* The registry is told when all phases are done: an interrupted run may have come that far. */
static bool
unregister(struct run *run)
{
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (!run->announced[step_phase(step->kind)])
			return true;
	}
	const struct table *users;
	return accounts_undone_users(run, &users) &&
		registry_record_rollback(run->state, run->plan, run->id, users, run->diags);
}

bool
run_abort(struct run *run, const char *why)
{
	run->result->outcome = RUN_STUCK;
	if (!journal_mark(&run->journal, run->diags, JOURNAL_ABORT, "%s", why) || !run_undo(run) ||
		!unregister(run) ||
		!journal_mark(
			&run->journal, run->diags, JOURNAL_UNDONE, "%s", run_log_now(run->arena)))
		return false;
	run->result->outcome = RUN_UNDONE;
	run_tell_users(run, USER_UNDONE);
	return false;
}

/* ---- what undoing kept ---- */

PRINTF_LIKE(2, 0)
static char *
one_line(struct arena *arena, const char *format, va_list args)
{
	char *text = arena_vprintf(arena, format, args);
	for (char *c = text; *c; c++) {
		if (*c == '\n')
			*c = ' ';
	}
	return text;
}

void
run_kept(struct run *run, const char *user, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = one_line(run->arena, format, args);
	va_end(args);
	if (user)
		text = arena_printf(run->arena, "%s: %s", user, text);
	string_list_push(run->arena, &run->result->kept, text);
}

void
run_conflict(struct run *run, const char *user, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *text = one_line(run->arena, format, args);
	va_end(args);
	run->conflicts++;
	journal_add(&run->journal, JOURNAL_CONFLICT, "%s %s", user ? user : "-", text);
	run_kept(run, user, "%s", text);
}
