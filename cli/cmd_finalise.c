/*
 * cmd_finalise.c - `rehome finalise`: a run stays as it is, and its before-images may go.
 */
#include <string.h>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/session.h"
#include "core/base/text.h"
#include "core/run/run.h"

struct finalise_options {
	const char *reason;
};

static const struct option_spec finalise_options[] = {
	OPTION_REASON(struct finalise_options),
	{ .name = NULL },
};

/* Nothing of anybody's is deleted without a command of its own. */
static void
add_old_homes(struct buffer *text, const struct plan *plan)
{
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind != STEP_HOME_COPY)
			continue;
		buffer_add_text(text, "The home that was copied for ");
		text_escape(text, step->user, strlen(step->user));
		buffer_add_text(text, " is still there, closed: ");
		text_escape(text, step->home.source, strlen(step->home.source));
		buffer_add_char(text, '\n');
	}
}

static void
say(struct session *session, const char *run_id, const struct plan *plan)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct json_writer json = { .out = &text };
	if (session->output.json) {
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "run", run_id);
		json_write_text(&json, "status", "finalised");
		json_write_close(&json);
	} else {
		buffer_printf(&text, "Run %s is final. Its archives may go: rehome archive prune\n",
			run_id);
		add_old_homes(&text, plan);
	}
	output_write(&session->output, &text);
}

static enum exit_code
finalise_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct finalise_options *options = config;
	const char *run_id = operands->items[0];
	struct plan *plan;
	if (!session_open(session, HOST_READ_WRITE) || !session_lock(session))
		return session->exit;
	if (!run_load_plan(&session->state, run_id, session->arena, &plan, &session->diags))
		return EXIT_FAILED;
	if (!session_confirm(session,
		    arena_printf(session->arena,
			    "Finalise run %s? Its saved password hashes are destroyed, a rollback "
			    "cannot give them back.",
			    run_id)))
		return session->exit;
	if (!run_finalise(
		    &session->state, run_id, options->reason, session->arena, &session->diags))
		return EXIT_FAILED;
	say(session, run_id, plan);
	return EXIT_DONE;
}

const struct command command_finalise = {
	.name = "finalise",
	.arguments = "RUN",
	.summary = "Keep a run for good: its saved hashes and archives may go",
	.details = "RUN is a number from rehome history. The password hashes that were saved for "
		   "its undo are destroyed, and its archives may be pruned once they are beyond "
		   "both limits of archives.retain. The run can still be rolled back, without "
		   "those hashes.",
	.examples = "rehome finalise 12 --reason \"nobody wants it back\"",
	.operands = "RUN",
	.options = finalise_options,
	.options_size = sizeof(struct finalise_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = finalise_run,
};
