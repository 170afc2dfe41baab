/*
 * cmd_help.c - `rehome help [COMMAND]`.
 */
#include "cli/help.h"
#include "cli/session.h"

static enum exit_code
help_run(struct session *session, const void *config, const struct string_list *operands)
{
	AUTO_BUFFER struct buffer text = { 0 };
	(void)config;
	if (!operands->count) {
		help_program(&text);
	} else {
		const struct command *command = command_find(operands->items[0]);
		if (!command) {
			command_unknown(operands->items[0], session->arena, &session->diags);
			return EXIT_USAGE;
		}
		help_command(command, &text);
	}
	output_write(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "Show help for a command, or list the commands",
	.max_operands = 1,
	.run = help_run,
};
