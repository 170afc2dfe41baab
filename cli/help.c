/*
 * help.c - what --help and `rehome help` print; see help.h.
 */
#include "cli/help.h"

#include <string.h>

#include "cli/args.h"
#include "cli/wrap.h"
#include "core/base/text.h"

enum { WIDTH = 80, COMMAND_WIDTH = 16, OPTION_WIDTH = 28, EXIT_WIDTH = 6 };

/* ---- lines that are not too long ---- */

/* "  left      right", the right side from that column on; below what is too long on the left. */
static void
add_row(const char *left, const char *right, size_t column, struct buffer *out)
{
	size_t start = out->size, length = 2 + strlen(left);
	buffer_printf(out, "  %s", left);
	if (length + 2 > column) {
		buffer_add_char(out, '\n');
		start = out->size;
		length = 0;
	}
	buffer_printf(out, "%*s%s\n", (int)(column - length), "", right);
	wrap_tail(out, start, column, WIDTH);
}

static void
add_paragraphs(const char *text, struct buffer *out)
{
	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t length = end ? (size_t)(end - text) : strlen(text);
		buffer_add_char(out, '\n');
		size_t start = out->size;
		buffer_add(out, text, length);
		buffer_add_char(out, '\n');
		wrap_tail(out, start, 0, WIDTH);
		text += length + (end ? 2 : 0);
	}
}

/* ---- options ---- */

const char *
help_value(const struct option_spec *option, bool set)
{
	if (option->type == OPTION_FLAG)
		return set ? "yes|no" : NULL;
	if (option->choices)
		return option->choices;
	return option->argument ? option->argument : "VALUE";
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
	AUTO_BUFFER struct buffer left = { 0 }, right = { 0 };
	const char *value = help_value(option, set);
	if (!set && option->letter)
		buffer_printf(&left, "-%c, ", option->letter);
	else if (!set)
		buffer_add_text(&left, "    ");
	buffer_printf(&left, "%s%s", set ? "" : "--", option->name);
	if (value)
		buffer_printf(&left, "%c%s", set ? '=' : ' ', value);
	buffer_add_text(&right, option->help);
	add_default(option, &right);
	if (option->type == OPTION_LIST)
		buffer_add_text(&right, "; may be repeated");
	add_row(buffer_text(&left), buffer_text(&right), OPTION_WIDTH, out);
}

void
help_options(const struct option_spec *options, bool set, struct buffer *out)
{
	for (; options && options->name; options++)
		add_option(options, set, out);
}

/* ---- a command ---- */

static void
add_records(const struct command *command, struct buffer *out)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (!command->records)
		return;
	buffer_printf(&text, "With --plain a line for %s.", command->records);
	add_paragraphs(buffer_text(&text), out);
}

static void
add_usage(const struct command *command, struct buffer *out)
{
	size_t start = out->size;
	buffer_printf(out, "Usage: rehome %s%s", command->name, *command->arguments ? " " : "");
	size_t column = out->size - start;
	buffer_printf(out, "%s\n", command->arguments);
	wrap_tail(out, start, column, WIDTH);
}

static void
add_examples(const char *text, struct buffer *out)
{
	struct bytes rest = { text, strlen(text) }, line;
	buffer_add_text(out, "\nExamples:\n");
	while (bytes_take_line(&rest, &line)) {
		buffer_add_text(out, "  ");
		buffer_add(out, line.data, line.size);
		buffer_add_char(out, '\n');
	}
}

static void
add_command(const struct command *command, struct buffer *out)
{
	add_usage(command, out);
	buffer_printf(out, "\n%s.\n", command->summary);
	if (command->details)
		add_paragraphs(command->details, out);
	add_records(command, out);
	if (command->options) {
		buffer_add_text(out, "\nOptions:\n");
		help_options(command->shared, false, out);
		help_options(command->options, false, out);
	}
	buffer_add_text(out, "\nGlobal options:\n");
	help_options(global_options, false, out);
	if (command->examples)
		add_examples(command->examples, out);
}

/* ---- the program ---- */

static void
add_exit_statuses(struct buffer *out)
{
	buffer_add_text(out, "\nExit status:\n");
	for (const struct exit_status *status = exit_statuses; status->text; status++) {
		AUTO_BUFFER struct buffer code = { 0 };
		buffer_printf(&code, "%2d", status->code);
		add_row(buffer_text(&code), status->text, EXIT_WIDTH, out);
	}
}

static void
add_program(struct buffer *out)
{
	buffer_add_text(out, "Usage: rehome [OPTIONS] COMMAND [ARGUMENTS]\n");
	add_paragraphs("Turns users from spreadsheets and other sources into jailed SFTP accounts, "
		       "all of them or none, and takes it back when asked.",
		out);
	buffer_add_text(out, "\nCommands:\n");
	for (size_t i = 0; commands[i]; i++)
		add_row(commands[i]->name, commands[i]->summary, COMMAND_WIDTH, out);
	add_paragraphs("A SOURCE is a name from the configuration, or IMPORTER:PLACE such as "
		       "csv:staff.csv or json:- for standard input.",
		out);
	buffer_add_text(out, "\nOptions, anywhere on the line:\n");
	help_options(global_options, false, out);
	add_exit_statuses(out);
	add_paragraphs("rehome help COMMAND, or rehome COMMAND --help, tells more.", out);
}

void
help_add(const struct command *command, bool as_json, struct buffer *out)
{
	if (as_json)
		help_json(command, out);
	else if (command)
		add_command(command, out);
	else
		add_program(out);
}
