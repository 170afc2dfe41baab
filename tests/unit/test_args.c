/*
 * test_args.c - options are understood anywhere on the line, exactly, and refused helpfully.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/args.h"
#include "cli/planning.h"
#include "core/base/buffer.h"
#include "diag_fixture.h"

enum { MAX_WORDS = 16 };

/* A line's words, split at blanks. */
static bool
parse(struct fixture *fixture, const char *line, struct globals *globals, struct args *args)
{
	const char *words[MAX_WORDS];
	size_t count = 0;
	char *rest = NULL, *copy = arena_strdup(&fixture->arena, line);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(count < MAX_WORDS);
		words[count++] = word;
	}
	return args_parse(words, count, globals, args, &fixture->arena, &fixture->diags);
}

/* "json quiet root=/x | plan | a b": the global options, the command and the operands. */
static const char *
said(struct fixture *fixture, const struct globals *globals, const struct args *args)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const struct {
		const char *name;
		bool set;
	} flags[] = {
		{ "json", globals->json },
		{ "quiet", globals->quiet },
		{ "verbose", globals->verbose },
		{ "yes", globals->yes },
		{ "no-input", globals->no_input },
		{ "help", globals->help },
		{ "version", globals->version },
	};
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (flags[i].set)
			buffer_printf(&out, "%s ", flags[i].name);
	}
	if (globals->root)
		buffer_printf(&out, "root=%s ", globals->root);
	if (globals->config)
		buffer_printf(&out, "config=%s ", globals->config);
	buffer_printf(&out, "| %s |", args->command ? args->command->name : "-");
	ARRAY_FOREACH (operand, &args->operands)
		buffer_printf(&out, " %s", *operand);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_options_are_accepted_anywhere(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "history", "| history |" },
		{ "--json history", "json | history |" },
		{ "history --json", "json | history |" },
		{ "--root /x plan a b", "root=/x | plan | a b" },
		{ "plan a --root=/x b", "root=/x | plan | a b" },
		{ "plan a b --root /x", "root=/x | plan | a b" },
		{ "-qv plan a", "quiet verbose | plan | a" },
		{ "-c f plan a", "config=f | plan | a" },
		{ "-cf plan a", "config=f | plan | a" },
		{ "-qcf plan a", "quiet config=f | plan | a" },
		{ "-qc f plan a", "quiet config=f | plan | a" },
		{ "-o p.json plan a", "| plan | a" },
		{ "--canary 3 plan a", "| plan | a" },
		{ "plan csv:-", "| plan | csv:-" },
		{ "plan -", "| plan | -" },
		{ "plan -- --json -q", "| plan | --json -q" },
		{ "plan a --root= b", "root= | plan | a b" },
		{ "--help", "help | - |" },
		{ "plan --help", "help | plan |" },
		{ "--version", "version | - |" },
		{ "rollback 3 anna --yes", "yes | rollback | 3 anna" },
		{ "", "| - |" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct globals globals;
		struct args args;
		assert_true(parse(fixture, cases[i].line, &globals, &args));
		assert_no_diags(fixture);
		assert_string_equal(said(fixture, &globals, &args), cases[i].expected);
	}
}

static void
test_values_reach_the_commands_struct(void **state)
{
	struct fixture *fixture = *state;
	struct globals globals;
	struct args args;
	assert_true(parse(fixture,
		"plan a --user x* --user=y --canary 12 -j4 -o p.json --skip-blocked --set k=v",
		&globals, &args));
	const struct planning_options *options = args.options;
	assert_int_equal(options->users.count, 2);
	assert_string_equal(options->users.items[0], "x*");
	assert_string_equal(options->users.items[1], "y");
	assert_int_equal(options->settings.count, 1);
	assert_string_equal(options->settings.items[0], "k=v");
	assert_int_equal(options->canary, 12);
	assert_int_equal(options->jobs, 4);
	assert_string_equal(options->output, "p.json");
	assert_true(options->skip_blocked);
	assert_false(options->all);
}

static void
test_what_is_wrong_is_refused_with_a_hint(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *line, *message, *hint;
	} cases[] = {
		{ "pln a", "unknown command 'pln'", "Did you mean 'rehome plan'?" },
		{ "zzzzzz", "unknown command 'zzzzzz'", "Run rehome help for the list." },
		{ "plan a --cannary 3", "unknown option '--cannary'", "Did you mean '--canary'?" },
		{ "--cannary 3 plan a", "unknown option '--cannary'", "Did you mean '--canary'?" },
		{ "plan a --dry-run", "unknown option '--dry-run'",
			"Use rehome plan: it shows, and changes nothing." },
		{ "plan a --qqqqqqqq", "unknown option '--qqqqqqqq'", "See rehome plan --help." },
		{ "plan a -Z", "unknown option '-Z'", "See rehome plan --help." },
		{ "plan a -qZ", "unknown option '-Z'", "See rehome plan --help." },
		{ "history --canary 3", "unknown option '--canary'", "See rehome history --help." },
		{ "plan a --jso", "unknown option '--jso'", "Did you mean '--json'?" },
		{ "plan a --canary", "option 'canary' needs a value", "" },
		{ "plan a --canary x", "option 'canary': 'x' is not a whole number", "" },
		{ "plan a --canary 0", "option 'canary': '0' is not a number from 1 on", "" },
		{ "plan a --color=alway", "option 'color': 'alway' is not auto, always or never",
			"Did you mean 'always'?" },
		{ "plan a --json=maybe", "option 'json': 'maybe' is not yes or no", "" },
		{ "plan", "plan needs SOURCE... [-o FILE]",
			"Usage: rehome plan SOURCE... [-o FILE]" },
		{ "show 1 2", "show does not take '2'", "Usage: rehome show PLAN | RUN" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct globals globals;
		struct args args;
		assert_false(parse(fixture, cases[i].line, &globals, &args));
		assert_int_equal(fixture->diags.count, 1);
		assert_string_equal(fixture->diags.items[0].message, cases[i].message);
		const char *hint = fixture->diags.items[0].hint;
		assert_string_equal(hint ? hint : "", cases[i].hint);
		fixture_clear(fixture);
	}
}

static void
test_every_unknown_option_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct globals globals;
	struct args args;
	assert_false(parse(fixture, "plan a --jso --user x --quite", &globals, &args));
	assert_int_equal(fixture->diags.count, 2);
	assert_string_equal(fixture->diags.items[0].message, "unknown option '--jso'");
	assert_string_equal(fixture->diags.items[1].message, "unknown option '--quite'");
}

/* ---- what the first pass relies on ---- */

static void
check_against(const struct option_spec *option, const struct option_spec *others)
{
	for (; others && others->name; others++) {
		bool same_name = strcmp(option->name, others->name) == 0;
		bool same_letter = option->letter && option->letter == others->letter;
		if (same_name || same_letter)
			assert_int_equal(option->type == OPTION_FLAG, others->type == OPTION_FLAG);
		/* A letter stands for one name everywhere. */
		assert_int_equal(same_name && option->letter, same_letter);
	}
}

static void
check_table(const struct option_spec *options)
{
	for (; options && options->name; options++) {
		check_against(options, global_options);
		for (size_t i = 0; commands[i]; i++) {
			check_against(options, commands[i]->options);
			check_against(options, commands[i]->shared);
		}
		assert_non_null(options->help);
		assert_int_not_equal(options->help[strlen(options->help) - 1], '.');
	}
}

static void
test_an_empty_argument_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *words[] = { "rollback", "4", "" };
	struct globals globals;
	struct args args;
	assert_false(args_parse(
		words, ARRAY_LEN(words), &globals, &args, &fixture->arena, &fixture->diags));
	assert_string_equal(fixture->diags.items[0].message, "rollback: an argument is empty");
	assert_string_equal(fixture->diags.items[0].hint, "Usage: rehome rollback RUN [USER...]");
}

static void
test_an_option_takes_a_value_in_all_tables_or_in_none(void **state)
{
	(void)state;
	check_table(global_options);
	for (size_t i = 0; commands[i]; i++) {
		check_table(commands[i]->options);
		check_table(commands[i]->shared);
	}
}

static void
test_an_option_is_in_one_table_of_its_command(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct option_spec *option = commands[i]->options;
		for (; option && option->name; option++) {
			assert_null(option_find(global_options, option->name));
			assert_null(option_find(commands[i]->shared, option->name));
		}
		for (option = commands[i]->shared; option && option->name; option++)
			assert_null(option_find(global_options, option->name));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_options_are_accepted_anywhere),
		fixture_test(test_values_reach_the_commands_struct),
		fixture_test(test_what_is_wrong_is_refused_with_a_hint),
		fixture_test(test_every_unknown_option_is_reported),
		fixture_test(test_an_empty_argument_is_refused),
		cmocka_unit_test(test_an_option_takes_a_value_in_all_tables_or_in_none),
		cmocka_unit_test(test_an_option_is_in_one_table_of_its_command),
	};
	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
