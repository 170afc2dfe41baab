/*
 * cmd_recover.c - `rehome recover`: what an interrupted run left is finished or undone.
 */
#include "cli/performing.h"

struct recover_options {
	bool undo;
};

static const struct option_spec recover_options[] = {
	{ .name = "undo",
		.type = OPTION_FLAG,
		.offset = offsetof(struct recover_options, undo),
		.help = "undo the run even where it could be finished" },
	{ .name = NULL },
};

/* session_lock() would refuse: the unfinished run is what we are here for. */
static bool
lock(struct session *session)
{
	bool locked = false;
	if (!state_lock(&session->state, &locked, &session->diags))
		return session_fail(session, EXIT_LOCKED);
	return true;
}

static enum exit_code
recover_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct recover_options *options = config;
	struct performing performing;
	(void)operands;
	session->output.streaming = true;
	if (!session_open(session, HOST_READ_WRITE) || !lock(session))
		return session->exit;
	performing_begin(&performing, session, PERFORMING_RECOVERY, NULL, NULL);
	performing.options.undo = options->undo;
	bool ok = run_recover(&session->state, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

const struct command command_recover = {
	.name = "recover",
	.arguments = "[--undo]",
	.summary = "Finish or undo a run that was interrupted",
	.details = "A run that had not yet made its accounts is undone; one that had is finished. "
		   "Until then nothing else may change the machine.",
	.examples = "rehome recover\n"
		    "rehome recover --undo",
	.options = recover_options,
	.options_size = sizeof(struct recover_options),
	.run = recover_run,
};
