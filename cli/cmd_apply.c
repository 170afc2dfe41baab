/*
 * cmd_apply.c - `rehome apply`: a saved plan as it is, or sources: plan, show, ask, perform.
 */
#include <string.h>
#include <unistd.h>

#include "cli/performing.h"
#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "core/base/text.h"

static const struct option_spec apply_options[] = {
	PLANNING_OPTION_HANDOUT,
	{ .name = "expect-sha256",
		.type = OPTION_TEXT,
		.offset = offsetof(struct planning_options, expected_sha256),
		.argument = "HEX",
		.help = "refuse a PLAN file with another digest than this" },
	{ .name = NULL },
};

static enum exit_code
perform(struct session *session, const struct planning_options *options, struct plan *plan,
	struct plan_secrets *secrets, const char *plan_sha256, unsigned over_limit)
{
	struct performing performing;
	const char *reason = options->reason ? options->reason : plan->reason;

	performing_begin(&performing, session, PERFORMING_APPLY, options->handout, reason);
	performing.options.confirmed_plan_sha256 = plan_sha256;
	performing.options.jobs = options->jobs;
	performing.options.allowed_leavers = over_limit;
	bool ok = run_apply(&session->state, plan, secrets, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

/* ---- a saved plan ---- */

static bool
check_plan_options(struct session *session, const struct planning_options *options)
{
	if (!options->settings.count && !options->adopt.count && !options->adopt_protected.count &&
		!options->adopt_keys && !options->adopt_elsewhere && !options->rejects &&
		!options->xferlog.count && !options->no_archive && !options->stage)
		return true;
	diag_error(&session->diags, NOWHERE,
		"--set, --adopt, --no-archive, --rejects, --stage and --xferlog are for making a "
		"plan; this one is saved");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Give them to rehome plan.");
	return session_fail(session, EXIT_USAGE);
}

static enum exit_code
apply_saved(struct session *session, const struct planning_options *options, const char *path)
{
	struct saved_plan saved;
	struct plan *wave, *plan;
	unsigned over_limit;
	if (!check_plan_options(session, options) || !session_open(session, HOST_READ_WRITE) ||
		!saved_plan_read(session, path, options->expected_sha256, &saved) ||
		!session_lock(session) || !planning_choose(session, options, saved.plan, &wave) ||
		!planning_select(session, wave, options->skip_blocked, &plan) ||
		!planning_check_limits(session, plan, options->allow_leavers, &over_limit))
		return session->exit;
	if (!plan_has_work(plan))
		return performing_nothing(session);
	if (!planning_hash(session, plan, &saved.secrets, true, options->jobs))
		return session->exit;
	return perform(session, options, plan, &saved.secrets, saved.sha256, over_limit);
}

/* A word like plan.json that is neither IMPORTER:PLACE nor a file. */
static bool
is_missing_plan(const char *argument)
{
	const char *dot = strrchr(argument, '.');
	return dot && strcmp(dot, ".json") == 0 && !strchr(argument, ':') &&
		access(argument, F_OK) != 0;
}

static enum exit_code
refuse_missing_plan(struct session *session, const char *path)
{
	diag_error(&session->diags, at(path, 0), "the plan file does not exist");
	diag_code(&session->diags, "no-plan");
	diag_hint(&session->diags, "Make it with: rehome plan -o %s SOURCE...",
		text_shell_word(session->arena, path));
	return EXIT_USAGE;
}

/* ---- sources ---- */

static enum exit_code
apply_sources(struct session *session, const struct planning_options *options,
	const struct string_list *sources)
{
	struct planning planning;
	struct plan *plan;
	unsigned over_limit;
	if (!session_open(session, HOST_READ_WRITE) || !session_lock(session) ||
		!planning_make(session, options, sources, &planning))
		return session->exit;
	planning_show_working(session, planning.plan, options->all);
	if (!planning_select(session, planning.plan, options->skip_blocked, &plan) ||
		!planning_check_limits(session, plan, options->allow_leavers, &over_limit))
		return session->exit;
	if (!plan_has_work(plan))
		return performing_nothing(session);
	if (!session_confirm(session, "Apply these changes?") ||
		!planning_hash(session, plan, &planning.secrets, true, options->jobs))
		return session->exit;
	return perform(session, options, plan, &planning.secrets, NULL, over_limit);
}

static enum exit_code
apply_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct planning_options *options = config;
	const char *first = operands->items[0];
	session->output.streaming = true;
	if (operands->count == 1 && saved_plan_is(first, session->arena))
		return apply_saved(session, options, first);
	if (operands->count == 1 && is_missing_plan(first))
		return refuse_missing_plan(session, first);
	if (options->expected_sha256) {
		diag_error(&session->diags, NOWHERE,
			"--expect-sha256 needs a saved plan, and '%s' is none", first);
		diag_code(&session->diags, "usage");
		return EXIT_USAGE;
	}
	return apply_sources(session, options, operands);
}

const struct command command_apply = {
	.name = "apply",
	.arguments = "PLAN | SOURCE...",
	.summary = "Make the changes: all of them, or none",
	.details = "A PLAN saved by rehome plan is applied without asking, and refused when the "
		   "host or the sources have changed since. With --user, --users or --canary a "
		   "part of it is applied, and the rest can be applied later. Sources are planned "
		   "and shown first; nothing is done before the answer is yes. Whatever fails, the "
		   "run is undone by itself.",
	.examples = "rehome apply csv:staff.csv  # shows the plan, and asks\n"
		    "rehome apply monday.json --canary 5  # the first five users of it\n"
		    "rehome apply -y --reason \"ticket 4711\" hr",
	.operands = "PLAN|SOURCE...",
	.options = apply_options,
	.shared = planning_options,
	.options_size = sizeof(struct planning_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = apply_run,
};
