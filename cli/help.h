/*
 * help.h - help texts, made from the tables of commands, options and exit statuses.
 *
 * Text is never wider than 80 columns, however wide the terminal is. JSON is one document:
 *
 *	{ "version",
 *	  "commands": [{ "name", "arguments", "summary", "details", "records",
 *			 "examples": [{ "command", "text" }], "options": [...] }],
 *	  "global_options": [...], "exit_statuses": [{ "code", "text" }] }
 *
 * with one command or all of them. An option has name, letter, type, argument, choices, default,
 * help and scope: "command", "shared" (its table belongs to several commands) or "global".
 */
#ifndef REHOME_CLI_HELP_H
#define REHOME_CLI_HELP_H

#include "cli/command.h"
#include "core/base/buffer.h"
#include "core/base/json_writer.h"

/* Of one command, or with NULL of the program and all of them. */
void help_add(const struct command *command, bool as_json, struct buffer *out);
/* A table's rows, as `importers NAME` shows them; set: written "name=VALUE" as for --set. */
void help_options(const struct option_spec *options, bool set, struct buffer *out);

/* help_json.c: the document. */
void help_json(const struct command *command, struct buffer *out);
/* help_json.c: the members of an option whose object is open, without its scope. */
void help_json_option(struct json_writer *json, const struct option_spec *option);

/* What stands for an option's value: "yes|no" with --set, its choices or its placeholder. NULL = it
 * takes none. */
const char *help_value(const struct option_spec *option, bool set);

#endif
