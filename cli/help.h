/*
 * help.h - help texts, made from the tables of commands and options.
 */
#ifndef REHOME_CLI_HELP_H
#define REHOME_CLI_HELP_H

#include "cli/command.h"
#include "core/base/buffer.h"

void help_program(struct buffer *out);
void help_command(const struct command *command, struct buffer *out);
/* A table's rows, as `importers NAME` shows them; set: written "name=VALUE" as for --set. */
void help_options(const struct option_spec *options, bool set, struct buffer *out);

#endif
