/*
 * help_json.c - the tables of commands, options and exit statuses as one document; see help.h.
 */
#include <string.h>

#include "cli/args.h"
#include "cli/help.h"

static const char *
type_name(enum option_type type)
{
	static const char *const names[] = {
		[OPTION_FLAG] = "flag",
		[OPTION_TEXT] = "text",
		[OPTION_NUMBER] = "number",
		[OPTION_COUNT] = "count",
		[OPTION_LIST] = "list",
		[OPTION_CHOICE] = "choice",
	};
	return names[type];
}

static void
add_part(struct json_writer *json, const char *name, const char *text, size_t length)
{
	AUTO_BUFFER struct buffer part = { 0 };
	buffer_add(&part, text, length);
	json_write_text(json, name, buffer_text(&part));
}

/* A list of the words in "auto|always|never"; null when there are none. */
static void
add_choices(struct json_writer *json, const char *choices)
{
	if (!choices) {
		json_write_text(json, "choices", NULL);
		return;
	}
	json_write_open(json, "choices", '[');
	while (*choices) {
		size_t length = strcspn(choices, "|");
		add_part(json, NULL, choices, length);
		choices += length + (choices[length] == '|');
	}
	json_write_close(json);
}

void
help_json_option(struct json_writer *json, const struct option_spec *option)
{
	char letter[] = { option->letter, '\0' };
	json_write_text(json, "name", option->name);
	json_write_text(json, "letter", option->letter ? letter : NULL);
	json_write_text(json, "type", type_name(option->type));
	json_write_text(json, "argument", option->argument);
	add_choices(json, option->choices);
	json_write_text(json, "default", option->initial);
	json_write_text(json, "help", option->help);
}

static void
add_options(struct json_writer *json, const struct option_spec *options, const char *scope)
{
	for (; options && options->name; options++) {
		json_write_open(json, NULL, '{');
		help_json_option(json, options);
		json_write_text(json, "scope", scope);
		json_write_close(json);
	}
}

static void
add_example(struct json_writer *json, struct bytes line)
{
	static const char mark[] = "  # ";
	const char *end = memmem(line.data, line.size, mark, strlen(mark));
	size_t length = end ? (size_t)(end - line.data) : line.size;
	json_write_open(json, NULL, '{');
	add_part(json, "command", line.data, length);
	if (end)
		add_part(json, "text", end + strlen(mark), line.size - length - strlen(mark));
	else
		json_write_text(json, "text", NULL);
	json_write_close(json);
}

static void
add_examples(struct json_writer *json, const char *text)
{
	struct bytes rest = { text, text ? strlen(text) : 0 }, line;
	json_write_open(json, "examples", '[');
	while (bytes_take_line(&rest, &line))
		add_example(json, line);
	json_write_close(json);
}

static void
add_command(struct json_writer *json, const struct command *command)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "name", command->name);
	json_write_text(json, "arguments", command->arguments);
	json_write_text(json, "summary", command->summary);
	json_write_text(json, "details", command->details);
	json_write_text(json, "records", command->records);
	add_examples(json, command->examples);
	json_write_open(json, "options", '[');
	add_options(json, command->shared, "shared");
	add_options(json, command->options, "command");
	json_write_close(json);
	json_write_close(json);
}

static void
add_exit_statuses(struct json_writer *json)
{
	json_write_open(json, "exit_statuses", '[');
	for (const struct exit_status *status = exit_statuses; status->text; status++) {
		json_write_open(json, NULL, '{');
		json_write_number(json, "code", status->code);
		json_write_text(json, "text", status->text);
		json_write_close(json);
	}
	json_write_close(json);
}

void
help_json(const struct command *command, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "version", REHOME_VERSION);
	json_write_open(&json, "commands", '[');
	for (size_t i = 0; commands[i]; i++) {
		if (!command || commands[i] == command)
			add_command(&json, commands[i]);
	}
	json_write_close(&json);
	json_write_open(&json, "global_options", '[');
	add_options(&json, global_options, "global");
	json_write_close(&json);
	add_exit_statuses(&json);
	json_write_close(&json);
}
