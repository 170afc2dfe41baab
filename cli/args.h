/*
 * args.h - the words of a command line, sorted into options and operands.
 *
 * Options are accepted anywhere, before or after the command and its operands: --name value,
 * --name=value, -n value, -nvalue, flags bundled as -qv. "--" ends the options; "-" is an operand.
 * Names are never abbreviated, so that a later option cannot change what a script means.
 */
#ifndef REHOME_CLI_ARGS_H
#define REHOME_CLI_ARGS_H

#include <stdbool.h>

#include "cli/command.h"
#include "core/base/arena.h"
#include "core/base/diag.h"

/* What every command takes. */
struct globals {
	const char *config, *root, *state_dir, *importers_dir;
	const char *color, *progress;
	bool json, plain, no_pager, quiet, verbose, no_input, yes, help, version;
};

extern const struct option_spec global_options[];

struct args {
	const struct command *command; /* NULL: only global options were given */
	void *options;		       /* the command's struct */
	struct string_list operands;
};

/*
 * words: argv without the program's name. All unknown options are reported, not only the first. The
 * number of operands is not checked when help or version is asked for.
 */
NODISCARD bool args_parse(const char *const *words, size_t count, struct globals *ret_globals,
	struct args *ret_args, struct arena *arena, struct diags *diags);

#endif
