/*
 * args.c - the command line's words against the option tables; see args.h.
 *
 * The words are gone through twice. First only to find the command, which may stand behind options
 * of its own: that works because an option of one name takes a value either in all tables or in
 * none (tests/unit/test_args.c holds us to it). Then every option is set.
 */
#include "cli/args.h"

#include <assert.h>
#include <string.h>

#include "core/base/text.h"

const struct option_spec global_options[] = {
	{ .name = "config",
		.letter = 'c',
		.type = OPTION_TEXT,
		.offset = offsetof(struct globals, config),
		.argument = "FILE",
		.help = "configuration instead of /etc/rehome/rehome.yaml" },
	{ .name = "root",
		.type = OPTION_TEXT,
		.offset = offsetof(struct globals, root),
		.argument = "DIR",
		.help = "work on the machine below DIR; no daemon is touched" },
	{ .name = "state-dir",
		.type = OPTION_TEXT,
		.offset = offsetof(struct globals, state_dir),
		.argument = "DIR",
		.help = "runs and registry instead of /var/lib/rehome, below the root" },
	{ .name = "importers-dir",
		.type = OPTION_TEXT,
		.offset = offsetof(struct globals, importers_dir),
		.argument = "DIR",
		.help = "where importers that are no part of rehome are loaded from" },
	{ .name = "json",
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, json),
		.help = "print JSON only, errors included" },
	{ .name = "plain",
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, plain),
		.help = "records for grep and cut, one a line, with tabs" },
	{ .name = "no-pager",
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, no_pager),
		.help = "print long results as they are" },
	{ .name = "quiet",
		.letter = 'q',
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, quiet),
		.help = "only results and errors: no details, warnings or progress" },
	{ .name = "verbose",
		.letter = 'v',
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, verbose),
		.help = "notes too" },
	{ .name = "color",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct globals, color),
		.initial = "auto",
		.choices = "auto|always|never",
		.help = "colours; auto: on a terminal, unless NO_COLOR is set" },
	{ .name = "progress",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct globals, progress),
		.initial = "auto",
		.choices = "auto|always|never",
		.help = "progress on standard error; auto: on a terminal" },
	{ .name = "no-input",
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, no_input),
		.help = "never ask: fail where a question would be needed" },
	{ .name = "yes",
		.letter = 'y',
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, yes),
		.help = "answer the question with yes" },
	{ .name = "help",
		.letter = 'h',
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, help),
		.help = "show help and exit" },
	{ .name = "version",
		.type = OPTION_FLAG,
		.offset = offsetof(struct globals, version),
		.help = "show the version and exit" },
	{ .name = NULL },
};

struct parser {
	const char *const *words;
	size_t count, next;
	struct globals *globals;
	struct args *args;
	struct arena *arena;
	struct diags *diags;
};

/* ---- which option is meant ---- */

static const struct option_spec *
find_letter(const struct option_spec *options, char letter)
{
	for (; options && options->name; options++) {
		if (options->letter == letter)
			return options;
	}
	return NULL;
}

/* By name, or by letter when name is NULL. */
static const struct option_spec *
find_in(const struct option_spec *options, const char *name, char letter)
{
	return name ? option_find(options, name) : find_letter(options, letter);
}

static const struct option_spec *
find_in_command(const struct command *command, const char *name, char letter)
{
	const struct option_spec *option = find_in(command->options, name, letter);
	return option ? option : find_in(command->shared, name, letter);
}

/* What it sets is the global options' or the command's struct. */
static const struct option_spec *
find_option(const struct parser *parser, const char *name, char letter, void **ret_target)
{
	const struct command *command = parser->args->command;
	const struct option_spec *option = find_in(global_options, name, letter);
	*ret_target = parser->globals;
	if (!option && command) {
		option = find_in_command(command, name, letter);
		*ret_target = parser->args->options;
	}
	return option;
}

/* An option of that name in any table. */
static const struct option_spec *
find_anywhere(const char *name, char letter)
{
	const struct option_spec *option = find_in(global_options, name, letter);
	for (size_t i = 0; !option && commands[i]; i++)
		option = find_in_command(commands[i], name, letter);
	return option;
}

static bool
takes_value(const char *name, char letter)
{
	const struct option_spec *option = find_anywhere(name, letter);
	return option && option->type != OPTION_FLAG;
}

static void
push_names(struct parser *parser, const struct option_spec *options, struct string_list *names)
{
	for (; options && options->name; options++)
		string_list_push(parser->arena, names, options->name);
}

/* name: without dashes; NULL for a letter. */
static void
unknown_option(struct parser *parser, const char *shown, const char *name)
{
	struct string_list names = { 0 };
	const struct command *command = parser->args->command;
	push_names(parser, global_options, &names);
	for (size_t i = 0; commands[i]; i++) {
		if (command && commands[i] != command)
			continue;
		push_names(parser, commands[i]->options, &names);
		push_names(parser, commands[i]->shared, &names);
	}
	string_list_push(parser->arena, &names, NULL);

	diag_error(parser->diags, NOWHERE, "unknown option '%s'", shown);
	diag_code(parser->diags, "unknown-option");
	const char *near = name ? text_nearest(name, names.items) : NULL;
	if (name && strcmp(name, "dry-run") == 0)
		diag_hint(parser->diags, "Use rehome plan: it shows, and changes nothing.");
	else if (near)
		diag_hint(parser->diags, "Did you mean '--%s'?", near);
	else
		diag_hint(parser->diags, "See rehome%s%s --help.", command ? " " : "",
			command ? command->name : "");
}

/* ---- the first pass: the command ---- */

/*
 * How many words an option's value takes behind the word it stands in: 0 or 1. False when no
 * command has such an option.
 */
static bool
words_of_value(struct parser *parser, const char *word, size_t *ret_words)
{
	*ret_words = 0;
	if (word[1] == '-') {
		size_t length = strcspn(word + 2, "=");
		const char *name = arena_strndup(parser->arena, word + 2, length);
		*ret_words = !word[2 + length] && takes_value(name, 0);
		if (!find_anywhere(name, 0))
			unknown_option(parser, word, name);
		return find_anywhere(name, 0);
	}
	for (word++; *word; word++) {
		if (takes_value(NULL, *word)) {
			*ret_words = !word[1];
			return true;
		}
		if (!find_anywhere(NULL, *word)) {
			unknown_option(parser, arena_printf(parser->arena, "-%c", *word), NULL);
			return false;
		}
	}
	return true;
}

/* NULL when there is none, or when an unknown option in front of it hides what it is. */
static const char *
find_command_word(struct parser *parser, size_t *ret_at)
{
	for (size_t i = 0; i < parser->count; i++) {
		const char *word = parser->words[i];
		size_t values;
		if (strcmp(word, "--") == 0)
			return NULL;
		if (word[0] != '-' || !word[1]) {
			*ret_at = i;
			return word;
		}
		if (!words_of_value(parser, word, &values))
			return NULL;
		i += values;
	}
	return NULL;
}

/* ---- the second pass: the options ---- */

static void
set_option(struct parser *parser, const char *shown, const char *name, char letter,
	const char *attached)
{
	void *target;
	const struct option_spec *option = find_option(parser, name, letter, &target);
	const char *value = attached;
	if (!option) {
		unknown_option(parser, shown, name);
		if (!attached && takes_value(name, letter) && parser->next < parser->count)
			parser->next++;
		return;
	}
	if (!value && option->type != OPTION_FLAG && parser->next < parser->count)
		value = parser->words[parser->next++];
	bool set = option_set(
		option, target, option->name, value, NOWHERE, parser->arena, parser->diags);
	assert(set || parser->diags->errors);
	(void)set;
}

static void
take_long(struct parser *parser, const char *word)
{
	size_t length = strcspn(word + 2, "=");
	const char *name = arena_strndup(parser->arena, word + 2, length);
	const char *value = word[2 + length] ? word + 2 + length + 1 : NULL;
	const char *shown = arena_strndup(parser->arena, word, 2 + length);
	set_option(parser, shown, name, 0, value);
}

static void
take_letters(struct parser *parser, const char *word)
{
	for (word++; *word; word++) {
		const char *shown = arena_printf(parser->arena, "-%c", *word);
		bool valued = takes_value(NULL, *word);
		set_option(parser, shown, NULL, *word, valued && word[1] ? word + 1 : NULL);
		if (valued)
			return;
	}
}

static void
take_words(struct parser *parser, size_t command_at)
{
	bool ended = false;
	while (parser->next < parser->count) {
		size_t here = parser->next++;
		const char *word = parser->words[here];
		if (here == command_at)
			continue;
		if (ended || word[0] != '-' || !word[1])
			string_list_push(parser->arena, &parser->args->operands, word);
		else if (strcmp(word, "--") == 0)
			ended = true;
		else if (word[1] == '-')
			take_long(parser, word);
		else
			take_letters(parser, word);
	}
}

static void
check_operands(const struct args *args, struct diags *diags)
{
	const struct command *command = args->command;
	size_t count = args->operands.count;
	/* "$variable" of a script that was never set. */
	if (string_list_has(&args->operands, "")) {
		diag_error(diags, NOWHERE, "%s: an argument is empty", command->name);
		diag_code(diags, "usage");
		diag_hint(diags, "Usage: rehome %s %s", command->name, command->arguments);
		return;
	}
	if (count >= command->min_operands && count <= command->max_operands)
		return;
	if (count < command->min_operands)
		diag_error(diags, NOWHERE, "%s needs %s", command->name, command->arguments);
	else
		diag_error(diags, NOWHERE, "%s does not take '%s'", command->name,
			args->operands.items[command->max_operands]);
	diag_code(diags, "usage");
	diag_hint(diags, "Usage: rehome %s %s", command->name, command->arguments);
}

bool
args_parse(const char *const *words, size_t count, struct globals *ret_globals,
	struct args *ret_args, struct arena *arena, struct diags *diags)
{
	size_t errors = diags->errors, command_at = count;
	struct parser parser = { words, count, 0, ret_globals, ret_args, arena, diags };

	*ret_args = (struct args){ 0 };
	option_defaults(global_options, ret_globals, arena);
	const char *name = find_command_word(&parser, &command_at);
	if (name) {
		ret_args->command = command_find(name);
		if (!ret_args->command)
			command_unknown(name, arena, diags);
	}
	if (ret_args->command && ret_args->command->options) {
		ret_args->options = arena_alloc(arena, ret_args->command->options_size);
		option_defaults(ret_args->command->options, ret_args->options, arena);
		option_defaults(ret_args->command->shared, ret_args->options, arena);
	}
	if (diags->errors != errors)
		return false;
	take_words(&parser, command_at);
	if (ret_args->command && !ret_globals->help && !ret_globals->version &&
		diags->errors == errors)
		check_operands(ret_args, diags);
	return diags->errors == errors;
}
