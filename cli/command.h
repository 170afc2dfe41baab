/*
 * command.h - one command of the program: a row of the table in commands.c.
 *
 * Options, help as text and as JSON, and completion come from these rows, and tests compare them
 * with the manual pages. A command returns the exit status; what went wrong is in session->diags
 * and is shown by the caller.
 */
#ifndef REHOME_CLI_COMMAND_H
#define REHOME_CLI_COMMAND_H

#include <stddef.h>

#include "cli/exit.h"
#include "core/model/option.h"

struct session;

struct command {
	const char *name;
	const char *arguments; /* "SOURCE... [-o FILE]": the rest of the usage line */
	const char *summary;   /* one line, no full stop */
	const char *details;   /* for --help: paragraphs, "\n\n" between them */
	/* Lines of shell for --help, each with "  # " before what it does, if that must be said;
	 * NULL = none. */
	const char *records; /* "each user: action, login": the lines of --plain; NULL = no
				records */
	const char *examples;
	/* What each operand may be, separated by blanks, for completion: "list|verify USER...".
	 * Words in lower case stand for themselves, those in upper case for what operand_kinds
	 * lists; "..." means one or more. NULL = there are no operands. */
	const char *operands;
	const struct option_spec *options; /* ends with a NULL name; NULL = none */
	const struct option_spec *shared;  /* more of them, for the same struct; NULL = none */
	size_t options_size;		   /* of that struct */
	unsigned min_operands, max_operands;
	enum exit_code (*run)(
		struct session *session, const void *options, const struct string_list *operands);
};

#define ANY_OPERANDS (~0u)

/* A row that many tables have, for a struct with a member `reason`. */
#define OPTION_REASON(options)                                                                     \
	{                                                                                          \
		.name = "reason", .type = OPTION_TEXT, .offset = offsetof(options, reason),        \
		.argument = "TEXT", .help = "why, for the history"                                 \
	}

/* commands.c; ends with NULL. */
extern const struct command *const commands[];

/* NULL when there is none of that name. */
const struct command *command_find(const char *name);

/* Appends an error with "did you mean". */
void command_unknown(const char *name, struct arena *arena, struct diags *diags);

#endif
