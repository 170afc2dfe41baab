/*
 * help.c - what --help and `rehome help` print; see help.h.
 */
#include "cli/help.h"

#include <string.h>

#include "cli/args.h"

enum { COMMAND_WIDTH = 14, OPTION_WIDTH = 26 };

static void
add_padded(struct buffer *out, const char *text, size_t width)
{
	size_t length = strlen(text);
	buffer_add_text(out, text);
	/* What is too long gets a line of its own. */
	if (length + 2 > width) {
		buffer_printf(out, "\n%*s", (int)width + 2, "");
		return;
	}
	buffer_printf(out, "%*s", (int)(width - length), "");
}

static void
add_default(const struct option_spec *option, struct buffer *out)
{
	bool off = option->type == OPTION_FLAG && option->initial &&
		strcmp(option->initial, "no") == 0;
	if (option->initial && !off && strstr(option->help, option->initial) == NULL)
		buffer_printf(out, " (%s)", option->initial);
}

static void
add_option(const struct option_spec *option, bool set, struct buffer *out)
{
	AUTO_BUFFER struct buffer left = { 0 };
	const char *value = option->type == OPTION_FLAG ? (set ? "yes|no" : NULL)
		: option->choices			? option->choices
		: option->argument			? option->argument
							: "VALUE";
	if (!set && option->letter)
		buffer_printf(&left, "-%c, ", option->letter);
	else if (!set)
		buffer_add_text(&left, "    ");
	buffer_printf(&left, "%s%s", set ? "" : "--", option->name);
	if (value)
		buffer_printf(&left, "%c%s", set ? '=' : ' ', value);
	buffer_add_text(out, "  ");
	add_padded(out, buffer_text(&left), OPTION_WIDTH);
	buffer_add_text(out, option->help);
	add_default(option, out);
	if (option->type == OPTION_LIST)
		buffer_add_text(out, "; may be repeated");
	buffer_add_char(out, '\n');
}

void
help_options(const struct option_spec *options, bool set, struct buffer *out)
{
	for (; options && options->name; options++)
		add_option(options, set, out);
}

void
help_command(const struct command *command, struct buffer *out)
{
	buffer_printf(out, "Usage: rehome %s%s%s\n\n%s.\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->summary);
	if (command->details)
		buffer_printf(out, "\n%s\n", command->details);
	if (command->options) {
		buffer_add_text(out, "\nOptions:\n");
		help_options(command->shared, false, out);
		help_options(command->options, false, out);
	}
	buffer_add_text(out, "\nGlobal options:\n");
	help_options(global_options, false, out);
}

static const char exit_codes[] = "Exit status:\n"
				 "   0  done, or nothing to do\n"
				 "   1  failed; nothing changed, or all undone\n"
				 "   2  changes pending (--detailed-exitcode)\n"
				 "   3  the plan has blocked users\n"
				 "   4  the plan is stale\n"
				 "   5  partly applied (policy failure: user)\n"
				 "   6  rollback incomplete\n"
				 "   7  a limit of the policy\n"
				 "   8  locked, or an interrupted run is pending: rehome recover\n"
				 "   9  verify or doctor found faults\n"
				 "  64  usage\n"
				 "  65  bad input data\n"
				 "  77  not permitted\n"
				 "  78  bad configuration\n";

void
help_program(struct buffer *out)
{
	buffer_add_text(out,
		"Usage: rehome [OPTIONS] COMMAND [ARGUMENTS]\n"
		"\n"
		"Turns users from spreadsheets and other sources into jailed SFTP accounts, all "
		"of\n"
		"them or none, and takes it back when asked.\n"
		"\n"
		"Commands:\n");
	for (size_t i = 0; commands[i]; i++) {
		buffer_add_text(out, "  ");
		add_padded(out, commands[i]->name, COMMAND_WIDTH);
		buffer_printf(out, "%s\n", commands[i]->summary);
	}
	buffer_add_text(out,
		"\n"
		"A SOURCE is a name from the configuration, or IMPORTER:PLACE such as "
		"csv:staff.csv\n"
		"or json:- for standard input.\n"
		"\n"
		"Options, anywhere on the line:\n");
	help_options(global_options, false, out);
	buffer_printf(out, "\n%s\nrehome help COMMAND, or rehome COMMAND --help, tells more.\n",
		exit_codes);
}
