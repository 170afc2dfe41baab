/*
 * cmd_sync.c - `rehome sync`: plan and apply without questions, inside the policy's limits.
 *
 * Nobody watches: what can be done is done, what cannot is left out and told at the end, and
 * whatever looks like a fault of the source rather than like people stops everything. An
 * interrupted run is recovered first. Every sync is a line in syslog, one that did nothing or
 * failed too.
 */
#include "cli/audit.h"
#include "cli/performing.h"
#include "cli/planning.h"
#include "cli/render_plan.h"
#include "cli/sync_totals.h"

static const struct option_spec sync_options[] = {
	PLANNING_OPTION_ALLOW_LEAVERS,
	PLANNING_OPTION_STAGE,
	PLANNING_OPTION_HANDOUT,
	OPTION_REASON(struct planning_options),
	PLANNING_OPTION_JOBS,
	{ .name = NULL },
};

struct syncing {
	struct session *session;
	struct planning_options options;
	const struct string_list *sources;
	struct planning planning;
	struct sync_totals totals;
	struct run_result result;
	const char *recovered; /* the run that was interrupted, or NULL */
	bool has_read, has_run;
};

/* ---- before ---- */

/* session_lock() would refuse: what was interrupted is finished or undone first. */
static bool
lock(struct syncing *syncing)
{
	struct session *session = syncing->session;
	bool locked = false;
	if (!state_lock(&session->state, &locked, &session->diags))
		return session_fail(session, session_lock_exit(session));
	if (!run_pending(&session->state, session->arena, &syncing->recovered, &session->diags))
		return session_fail(session, EXIT_LOCKED);
	return true;
}

static bool
recover(struct syncing *syncing)
{
	struct session *session = syncing->session;
	struct performing performing;
	if (!syncing->recovered)
		return true;
	performing_begin(&performing, session, PERFORMING_RECOVERY, NULL, NULL);
	performing.is_part = true;
	bool ok = run_recover(&session->state, &performing.options, session->arena,
		&performing.result, &session->diags);
	enum exit_code exit = performing_end(&performing, ok);
	return exit == EXIT_DONE || session_fail(session, exit);
}

/* One account that cannot be done is no reason to leave all others undone. */
static void
let_users_fail_alone(struct session *session)
{
	if (session->config->policy.failure == FAILURE_AUTO)
		session->config->policy.failure = FAILURE_USER;
}

/* ---- the run ---- */

static enum exit_code
perform(struct syncing *syncing, struct plan *plan, unsigned over_limit)
{
	struct session *session = syncing->session;
	const struct planning_options *options = &syncing->options;
	struct plan_secrets *secrets = &syncing->planning.secrets;
	struct performing performing;
	if (!planning_hash(session, plan, secrets, true, options->jobs))
		return session->exit;
	performing_begin(&performing, session, PERFORMING_APPLY, options->handout, options->reason);
	performing.is_part = true;
	performing.options.jobs = options->jobs;
	performing.options.allowed_leavers = over_limit;
	bool ok = run_apply(&session->state, plan, secrets, &performing.options, session->arena,
		&performing.result, &session->diags);
	enum exit_code exit = performing_end(&performing, ok);
	syncing->result = performing.result;
	syncing->has_run = performing.result.run_id;
	if (performing.result.outcome == RUN_DONE || performing.result.outcome == RUN_PARTLY)
		sync_totals_done(&syncing->totals, plan, &performing.undone, session->arena);
	return exit;
}

static bool
has_news(const struct plan *plan)
{
	ARRAY_FOREACH (change, &plan->changes) {
		if (render_plan_is_news(*change))
			return true;
	}
	return plan->findings.count;
}

/* With nothing to be done and nothing to be said, a schedule's mail stays empty with -q. */
static void
show(struct syncing *syncing)
{
	const struct plan *plan = syncing->planning.plan;
	struct session *session = syncing->session;
	bool is_news = plan_has_work(plan) || !plan_is_applicable(plan) || session->output.json ||
		session->output.verbose || (has_news(plan) && !session->output.quiet);
	if (is_news)
		planning_show_news(session, plan);
}

static enum exit_code
synchronise(struct syncing *syncing)
{
	struct session *session = syncing->session;
	struct plan *plan;
	unsigned over_limit;
	if (!lock(syncing) || !recover(syncing))
		return session->exit;
	let_users_fail_alone(session);
	bool planned =
		planning_make(session, &syncing->options, syncing->sources, &syncing->planning);
	enum exit_code exit = session->exit;
	sync_totals_read(&syncing->totals, &syncing->planning);
	if (!planned)
		return exit;
	syncing->has_read = true;
	show(syncing);
	if (!planning_select(session, syncing->planning.plan, true, &plan) ||
		!planning_check_limits(session, plan, syncing->options.allow_leavers, &over_limit))
		return session->exit;
	return plan_has_work(plan) ? perform(syncing, plan, over_limit) : EXIT_DONE;
}

/* ---- what came of it ---- */

/* Of one that did what it could: whether that was all. */
static enum exit_code
judge(struct syncing *syncing)
{
	struct diags *diags = &syncing->session->diags;
	size_t blocked = syncing->totals.of[SYNC_BLOCKED];
	size_t refused = syncing->totals.of[SYNC_REFUSED];
	if (!blocked && !refused)
		return syncing->totals.leavers_kept ? EXIT_LIMIT : EXIT_DONE;
	if (blocked)
		diag_error(diags, NOWHERE, "%zu blocked %s left out", blocked,
			blocked == 1 ? "user was" : "users were");
	if (refused)
		diag_error(diags, NOWHERE, "%zu refused %s left out", refused,
			refused == 1 ? "row was" : "rows were");
	diag_code(diags, "left-out");
	return EXIT_BLOCKED;
}

static const char *
names_of(const struct string_list *sources, struct arena *arena)
{
	AUTO_BUFFER struct buffer names = { 0 };
	ARRAY_FOREACH (source, sources)
		buffer_printf(&names, "%s%s", names.size ? " " : "", *source);
	return arena_strdup(arena, buffer_text(&names));
}

static void
write_summary(const struct syncing *syncing, enum exit_code exit)
{
	struct session *session = syncing->session;
	const struct run_result *result = &syncing->result;
	AUTO_BUFFER struct buffer line = { 0 };
	struct json_writer json = { .out = &line, .one_line = true };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "type", "summary");
	json_write_texts(&json, "sources", syncing->sources);
	sync_totals_write(&syncing->totals, &json);
	json_write_text(&json, "recovered", syncing->recovered);
	json_write_text(&json, "run", syncing->has_run ? result->run_id : NULL);
	if (result->handout)
		json_write_text(&json, "handout", result->handout);
	json_write_number(&json, "exit", exit);
	json_write_close(&json);
	output_write(&session->output, &line);
}

static void
write_text(const struct syncing *syncing, const char *totals, enum exit_code exit)
{
	struct session *session = syncing->session;
	AUTO_BUFFER struct buffer text = { 0 };
	if (session->output.quiet && !syncing->has_run)
		return;
	buffer_printf(&text, "%s: %s.\n",
		syncing->has_run	    ? "Synced"
			: exit == EXIT_DONE ? "Nothing to do"
					    : "Nothing was changed",
		totals);
	output_write(&session->output, &text);
}

static void
tell(const struct syncing *syncing, enum exit_code exit)
{
	struct session *session = syncing->session;
	const char *totals = syncing->has_read ? sync_totals_text(&syncing->totals, session->arena)
					       : "the sources were not read";
	output_diags(&session->output);
	if (host_is_live(session->host))
		audit_sync(names_of(syncing->sources, session->arena), totals, exit);
	if (session->output.json)
		write_summary(syncing, exit);
	else
		write_text(syncing, totals, exit);
}

/* ---- the command ---- */

static enum exit_code
refuse_no_source(struct session *session)
{
	diag_error(&session->diags, NOWHERE,
		"no source was named, and policy.leavers.sources names none");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Name one of the configuration: rehome sync SOURCE");
	return EXIT_USAGE;
}

static enum exit_code
sync_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct planning_options *options = config;
	struct syncing syncing = { .session = session, .options = *options, .sources = operands };
	session->output.streaming = true;
	if (!session_open(session, HOST_READ_WRITE))
		return session->exit;
	syncing.options.skip_blocked = syncing.options.unattended = true;
	if (!options->reason)
		syncing.options.reason = "sync";
	if (!operands->count)
		syncing.sources = &session->config->policy.leaver_sources;
	if (!syncing.sources->count)
		return refuse_no_source(session);
	enum exit_code exit = synchronise(&syncing);
	if (exit == EXIT_DONE)
		exit = judge(&syncing);
	tell(&syncing, exit);
	return exit;
}

const struct command command_sync = {
	.name = "sync",
	.arguments = "[SOURCE...]",
	.summary = "Plan and apply without questions, inside the policy's limits",
	.details = "For a schedule. Without SOURCE those of policy.leavers.sources are read. "
		   "Nothing is asked: blocked users and refused rows are left out and told (exit "
		   "3), a source that cannot be read stops it (65), and so do more leavers than "
		   "the policy allows in 24 hours, or a source that lists nobody (7; rather than "
		   "3, since nothing is changed). A listing that is not whole adds and changes, "
		   "and nobody leaves (7 at the end, when somebody may have). An interrupted run "
		   "is recovered first; while another rehome works, it does not wait (8). For some "
		   "of the people, or to adopt: rehome apply.",
	.examples = "rehome sync  # the sources of policy.leavers.sources\n"
		    "rehome sync hr --json  # one object a line, the totals last",
	.operands = "SOURCE...",
	.options = sync_options,
	.options_size = sizeof(struct planning_options),
	.max_operands = ANY_OPERANDS,
	.run = sync_run,
};
