/*
 * option.h - one row per option: parsing, default, help and documentation come from the same table.
 *
 * Importers, exporters and commands each have a table that ends with a NULL name. Values are stored
 * at an offset of a configuration struct whose strings live in the arena.
 */
#ifndef REHOME_MODEL_OPTION_H
#define REHOME_MODEL_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

enum option_type {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* const char * */
	OPTION_NUMBER, /* unsigned */
	OPTION_COUNT,  /* unsigned, 1 or more */
	OPTION_LIST,   /* struct string_list; repeatable on the command line */
	OPTION_CHOICE, /* const char *, one of choices */
};

struct option_spec {
	const char *name; /* "delimiter": --delimiter, key in YAML, --set delimiter=... */
	char letter;	  /* short option, 0 = none (commands only) */
	enum option_type type;
	size_t offset;	      /* offsetof(struct config, member) */
	const char *initial;  /* the default as text; NULL = zero */
	const char *argument; /* placeholder in help: "FILE" */
	const char *choices;  /* OPTION_CHOICE: "auto|always|never" */
	const char *help;     /* one line, no full stop */
};

/* Sets every default. */
void option_defaults(const struct option_spec *options, void *config, struct arena *arena);

/* Sets one option from text ("yes|no|true|false|on|off" for flags). Unknown names get "did you
 * mean"; place is the key's. */
NODISCARD bool option_set(const struct option_spec *options, void *config, const char *name,
	const char *value, struct place place, struct arena *arena, struct diags *diags);

/* That a table is one: names, helps, members inside of the struct, defaults that their own types
 * take. For tables that are not ours. */
NODISCARD bool option_check_table(const struct option_spec *options, size_t config_size,
	struct place place, struct arena *arena, struct diags *diags);

const struct option_spec *option_find(const struct option_spec *options, const char *name);

#endif
