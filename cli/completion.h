/*
 * completion.h - scripts that complete rehome's command line in shells, made from the tables of
 * commands and options.
 *
 * The scripts know commands, options and choices by heart. What only the machine knows (sources,
 * runs, users) they ask `rehome completion --names` for, quietly, and only when it is asked for.
 * What may stand at a place is a list of offers: words, and "@kind" for files, dirs, logins of the
 * system, or what --names lists.
 */
#ifndef REHOME_CLI_COMPLETION_H
#define REHOME_CLI_COMPLETION_H

#include "cli/command.h"
#include "core/base/arena.h"
#include "core/base/buffer.h"

/* What `completion --names` lists. */
#define COMPLETION_LISTS "sources|runs|users|importers|exporters"

/* A placeholder of usage lines, and what completes it; offer NULL = only the user knows. */
struct completion_kind {
	const char *placeholder, *offer;
};

/* Every placeholder that the tables may have; ends with a NULL placeholder. */
extern const struct completion_kind completion_kinds[];

/* "all @logins" for "LOGIN|all"; "" when nothing can be offered. */
const char *completion_offers(const char *placeholders, struct arena *arena);

/* The same for the value of an option. */
const char *completion_option_offers(const struct option_spec *option, struct arena *arena);

/* The same for the operand of that index. NULL when there is none; *ret_last is set where all that
 * follow are of the same kind. */
const char *completion_operand_offers(
	const struct command *command, size_t index, struct arena *arena, bool *ret_last);

/* Calls visit for each option of a command, or for each global one when it is NULL. */
void completion_each_option(const struct command *command,
	void (*visit)(void *ctx, const struct option_spec *option), void *ctx);

/* Once for each name of an option that takes a value, global ones first. It takes one for every
 * command or for none (args.c), so this needs no command. */
void completion_each_valued(struct arena *arena,
	void (*visit)(void *ctx, const struct option_spec *option, bool is_global), void *ctx);

void completion_bash(struct arena *arena, struct buffer *out);
void completion_zsh(struct arena *arena, struct buffer *out);
void completion_fish(struct arena *arena, struct buffer *out);

#endif
