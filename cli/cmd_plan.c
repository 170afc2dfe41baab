/*
 * cmd_plan.c - `rehome plan`: everything up to the point where something would change.
 *
 * The host is opened read-only, so that no mistake behind this file can change it. The one thing
 * written is what -o and --rejects name.
 */
#include "cli/planning.h"
#include "cli/saved_plan.h"

static const struct option_spec plan_options[] = {
	{ .name = "output",
		.letter = 'o',
		.type = OPTION_TEXT,
		.offset = offsetof(struct planning_options, output),
		.argument = "FILE",
		.help = "save the plan to FILE (.json), for apply" },
	{ .name = NULL },
};

static bool
save(struct session *session, const struct planning_options *options, struct planning *planning,
	struct plan *plan)
{
	return !options->output ||
		(planning_hash(session, plan, &planning->secrets, false, options->jobs) &&
			saved_plan_write(session, options->output, plan, &planning->secrets));
}

static enum exit_code
plan_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct planning_options *options = config;
	struct planning planning;
	enum exit_code exit = EXIT_DONE;
	unsigned over_limit;

	if (!session_open(session, HOST_READ_ONLY))
		return session->exit;
	session_warn_of_pending(session);
	if (!planning_make(session, options, operands, &planning))
		return session->exit;
	planning_show(session, planning.plan, &(struct planning_view){ .all = options->all });
	struct plan *plan = planning.plan;
	if (options->detailed_exitcode && plan_has_work(plan))
		exit = EXIT_CHANGES;
	/* A plan with blocked users, or over a limit, is saved too: to be shown around, and decided
	 * upon. */
	if (!planning_select(session, plan, options->skip_blocked, &plan))
		exit = exit_code_first(exit, session->exit);
	if (!planning_check_limits(session, plan, options->allow_leavers, &over_limit))
		exit = exit_code_first(exit, session->exit);
	return save(session, options, &planning, plan) ? exit : session->exit;
}

const struct command command_plan = {
	.name = "plan",
	.arguments = "SOURCE... [-o FILE]",
	.summary = "Read sources, compare with the host, show what would change",
	.details = "Nothing is changed. With -o FILE the plan is saved, to be looked at and "
		   "applied later; passwords are hashed into FILE.secrets, which belongs to it.",
	.records = "each user: action, login, name, place, what was found, the login until now",
	.examples = "rehome plan csv:staff.csv\n"
		    "rehome plan -o monday.json hr  # to be reviewed, and applied later\n"
		    "rehome plan --adopt all vsftpd:/mnt/old",
	.operands = "SOURCE...",
	.options = plan_options,
	.shared = planning_options,
	.options_size = sizeof(struct planning_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = plan_run,
};
