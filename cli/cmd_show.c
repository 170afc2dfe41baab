/*
 * cmd_show.c - `rehome show`: a saved plan, or the plan of a run, as `plan` showed it.
 */
#include <string.h>

#include "cli/paint.h"
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

/* What became of the run, above what it was to do. */
static void
show_summary(struct session *session, const struct run_summary *run)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	buffer_printf(&text, "Run %s: %s, started %s", run->run_id, run_status_name(run->status),
		run->started ? run->started : "?");
	if (run->by) {
		buffer_add_text(&text, " by ");
		paint_text(&paint, run->by);
	}
	if (run->reason) {
		buffer_add_text(&text, ": ");
		paint_text(&paint, run->reason);
	}
	buffer_add_char(&text, '\n');
	output_write(&session->output, &text);
}

static bool
load_run(struct session *session, const char *run_id, struct plan **ret_plan)
{
	struct run_list runs;
	if (!session_open(session, HOST_READ_ONLY))
		return false;
	if (!run_load_plan(&session->state, run_id, session->arena, ret_plan, &session->diags) ||
		!run_history(&session->state, session->arena, &runs, &session->diags))
		return session_fail(session, EXIT_FAILED);
	ARRAY_FOREACH (run, &runs) {
		if (strcmp(run->run_id, run_id) == 0 && !session->output.json)
			show_summary(session, run);
	}
	return true;
}

static bool
load(struct session *session, const char *argument, struct plan **ret_plan)
{
	unsigned long long number;
	if (text_number(argument, 999999999, &number))
		return load_run(session, argument, ret_plan);
	return saved_plan_show(session, argument, ret_plan);
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
	.examples = "rehome show monday.json\n"
		    "rehome show 12 --all  # what run 12 did, every user of it",
	.operands = "PLAN|RUN",
	.options = show_options,
	.options_size = sizeof(struct show_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = show_run,
};
