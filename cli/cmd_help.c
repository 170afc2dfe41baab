/*
 * cmd_help.c - `rehome help [COMMAND]`.
 */
#include "cli/help.h"
#include "cli/session.h"

static enum exit_code
help_run(struct session *session, const void *config, const struct string_list *operands)
{
	AUTO_BUFFER struct buffer text = { 0 };
	const struct command *command = NULL;
	(void)config;
	if (operands->count) {
		command = command_find(operands->items[0]);
		if (!command) {
			command_unknown(operands->items[0], session->arena, &session->diags);
			return EXIT_USAGE;
		}
	}
	help_add(command, session->output.json, &text);
	output_page(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "Show help for a command, or list the commands",
	.details = "With --json it is one document of all commands, or the one named, with their "
		   "options, the global options and the exit statuses.",
	.examples = "rehome help plan\n"
		    "rehome --json help  # all of it, for programs",
	.operands = "COMMAND",
	.max_operands = 1,
	.run = help_run,
};
