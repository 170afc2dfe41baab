/*
 * cmd_finalise.c - `rehome finalise`: a run stays as it is, and its before-images may go.
 */
#include "cli/command.h"
#include "cli/json.h"
#include "cli/session.h"
#include "core/run/run.h"

struct finalise_options {
	const char *reason;
};

static const struct option_spec finalise_options[] = {
	{ .name = "reason",
		.type = OPTION_TEXT,
		.offset = offsetof(struct finalise_options, reason),
		.argument = "TEXT",
		.help = "why, for the history" },
	{ .name = NULL },
};

static void
say(struct session *session, const char *run_id)
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
	say(session, run_id);
	return EXIT_DONE;
}

const struct command command_finalise = {
	.name = "finalise",
	.arguments = "RUN",
	.summary = "Keep a run for good: its saved hashes and archives may go",
	.details =
		"RUN is a number from rehome history. The password hashes that were saved for its\n"
		"undo are destroyed, and its archives may be pruned once they are beyond both "
		"limits\n"
		"of archives.retain. The run can still be rolled back, without those hashes.",
	.options = finalise_options,
	.options_size = sizeof(struct finalise_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = finalise_run,
};
