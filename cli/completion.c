/*
 * completion.c - what may stand at each place of the command line; see completion.h.
 */
#include "cli/completion.h"

#include <ctype.h>
#include <string.h>

#include "cli/args.h"
#include "core/base/table.h"
#include "core/base/text.h"

const struct completion_kind completion_kinds[] = {
	{ "SOURCE", "@sources" },
	{ "ORIGIN", "@sources" },
	{ "PLAN", "@files" },
	{ "FILE", "@files" },
	{ "FILE.csv", "@files" },
	{ "PLACE", "@files" },
	{ "DIR", "@dirs" },
	{ "RUN", "@runs" },
	{ "USER", "@users" },
	{ "LOGIN", "@logins" },
	{ "IMPORTER", "@importers" },
	{ "EXPORTER", "@exporters" },
	{ "COMMAND", "@commands" },
	{ "GLOB", NULL },
	{ "HEX", NULL },
	{ "KEY", NULL },
	{ "KEY=VALUE", NULL },
	{ "N", NULL },
	{ "NAME", NULL },
	{ "TEXT", NULL },
	{ NULL, NULL },
};

static const char *
offer_of(const char *placeholder, struct arena *arena)
{
	if (islower((unsigned char)placeholder[0]))
		return placeholder;
	for (const struct completion_kind *kind = completion_kinds; kind->placeholder; kind++) {
		if (strcmp(kind->placeholder, placeholder) != 0 || !kind->offer)
			continue;
		if (strcmp(kind->offer, "@commands") != 0)
			return kind->offer;
		const char *names = commands[0]->name;
		for (size_t i = 1; commands[i]; i++)
			names = arena_printf(arena, "%s %s", names, commands[i]->name);
		return names;
	}
	return NULL;
}

const char *
completion_offers(const char *placeholders, struct arena *arena)
{
	const char *offers = "";
	while (*placeholders) {
		size_t length = strcspn(placeholders, "|");
		const char *offer = offer_of(arena_strndup(arena, placeholders, length), arena);
		if (offer)
			offers = arena_printf(arena, "%s%s%s", offers, *offers ? " " : "", offer);
		placeholders += length + (placeholders[length] == '|');
	}
	return offers;
}

const char *
completion_option_offers(const struct option_spec *option, struct arena *arena)
{
	if (option->choices)
		return completion_offers(option->choices, arena);
	return completion_offers(option->argument ? option->argument : "", arena);
}

const char *
completion_operand_offers(
	const struct command *command, size_t index, struct arena *arena, bool *ret_last)
{
	static const char repeats[] = "...";
	const char *operand = command->operands ? command->operands : "";
	for (size_t i = 0; *operand; i++) {
		size_t length = strcspn(operand, " ");
		const char *word = arena_strndup(arena, operand, length);
		size_t kept = length - strlen(repeats);
		bool last = length > strlen(repeats) && strcmp(word + kept, repeats) == 0;
		if (i == index) {
			*ret_last = last;
			return completion_offers(
				last ? arena_strndup(arena, word, kept) : word, arena);
		}
		operand += length + (operand[length] == ' ');
	}
	return NULL;
}

void
completion_each_option(const struct command *command,
	void (*visit)(void *ctx, const struct option_spec *option), void *ctx)
{
	const struct option_spec *tables[] = {
		command ? command->shared : global_options,
		command ? command->options : NULL,
	};
	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		for (const struct option_spec *row = tables[i]; row && row->name; row++)
			visit(ctx, row);
	}
}

struct valued {
	struct table names; /* those visited already */
	bool is_global;
	void (*visit)(void *ctx, const struct option_spec *option, bool is_global);
	void *ctx;
};

static void
visit_valued(void *ctx, const struct option_spec *option)
{
	struct valued *valued = ctx;
	if (option->type == OPTION_FLAG || table_get(&valued->names, option->name))
		return;
	table_set(&valued->names, option->name, (void *)option);
	valued->visit(valued->ctx, option, valued->is_global);
}

void
completion_each_valued(struct arena *arena,
	void (*visit)(void *ctx, const struct option_spec *option, bool is_global), void *ctx)
{
	struct valued valued = { { .arena = arena }, true, visit, ctx };
	completion_each_option(NULL, visit_valued, &valued);
	valued.is_global = false;
	for (size_t i = 0; commands[i]; i++)
		completion_each_option(commands[i], visit_valued, &valued);
}
