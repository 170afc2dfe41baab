/*
 * cmd_show.c - `rehome show`: a saved plan, or the plan of a run, as `plan` showed it.
 */
#include <string.h>

#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "core/base/text.h"
#include "core/run/run.h"

struct show_options {
	bool all;
};

static const struct option_spec show_options[] = {
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct show_options, all),
		.help = "show every user, however many there are" },
	{ .name = NULL },
};

static bool
load(struct session *session, const char *argument, struct plan **ret_plan)
{
	unsigned long long number;
	if (!text_number(argument, 999999999, &number))
		return saved_plan_show(session, argument, ret_plan);
	if (!session_open(session, HOST_READ_ONLY))
		return false;
	if (!run_load_plan(&session->state, argument, session->arena, ret_plan, &session->diags))
		return session_fail(session, EXIT_FAILED);
	return true;
}

static enum exit_code
show_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct show_options *options = config;
	struct plan *plan;
	if (!load(session, operands->items[0], &plan))
		return session->exit;
	planning_show(session, plan, options->all);
	return EXIT_DONE;
}

const struct command command_show = {
	.name = "show",
	.arguments = "PLAN | RUN",
	.summary = "Show a saved plan, or what a run did",
	.details = "RUN is a number from rehome history.",
	.options = show_options,
	.options_size = sizeof(struct show_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = show_run,
};
