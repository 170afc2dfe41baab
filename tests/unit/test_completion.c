/*
 * test_completion.c - what can be completed is known for every place of every command line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>

#include "cli/args.h"
#include "cli/completion.h"
#include "diag_fixture.h"

static bool
is_known(const char *placeholder)
{
	if (islower((unsigned char)placeholder[0]))
		return true;
	for (const struct completion_kind *kind = completion_kinds; kind->placeholder; kind++) {
		if (strcmp(kind->placeholder, placeholder) == 0)
			return true;
	}
	return false;
}

/* Each word of "LOGIN|all" or "list|verify USER...". */
static void
check_placeholders(struct fixture *fixture, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "| .");
		if (strncmp(text, "FILE.csv", 8) == 0)
			length = 8;
		const char *word = arena_strndup(&fixture->arena, text, length);
		if (length && !is_known(word))
			fail_msg("'%s' is no row of completion_kinds", word);
		text += length + (text[length] != '\0');
	}
}

static void
check_option(void *ctx, const struct option_spec *option)
{
	if (option->type == OPTION_FLAG)
		return;
	assert_true(option->choices || option->argument);
	check_placeholders(ctx, option->choices ? option->choices : option->argument);
}

static void
test_every_placeholder_is_known(void **state)
{
	struct fixture *fixture = *state;
	completion_each_option(NULL, check_option, fixture);
	for (size_t i = 0; commands[i]; i++) {
		completion_each_option(commands[i], check_option, fixture);
		if (commands[i]->operands)
			check_placeholders(fixture, commands[i]->operands);
	}
}

static void
test_there_are_as_many_operands_as_a_command_takes(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; commands[i]; i++) {
		bool last = false;
		size_t count = 0;
		while (completion_operand_offers(commands[i], count, &fixture->arena, &last))
			count++;
		size_t expected = commands[i]->max_operands;
		if (last ? expected != ANY_OPERANDS : expected != count)
			fail_msg("%s: %zu operands", commands[i]->name, count);
		assert_true(commands[i]->min_operands <= count);
	}
}

static void
test_offers_are_words_and_kinds(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	bool last = true;
	assert_string_equal(completion_offers("LOGIN|all", arena), "@logins all");
	assert_string_equal(completion_offers("KEY=VALUE", arena), "");
	assert_string_equal(completion_offers("FILE.csv", arena), "@files");
	const struct command *archive = command_find("archive");
	assert_string_equal(
		completion_operand_offers(archive, 0, arena, &last), "list verify restore prune");
	assert_false(last);
	assert_string_equal(completion_operand_offers(archive, 1, arena, &last), "@users");
	assert_true(last);
	assert_null(completion_operand_offers(archive, 2, arena, &last));
	assert_null(completion_operand_offers(command_find("history"), 0, arena, &last));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_every_placeholder_is_known),
		fixture_test(test_there_are_as_many_operands_as_a_command_takes),
		fixture_test(test_offers_are_words_and_kinds),
	};
	return cmocka_run_group_tests_name("completion", tests, NULL, NULL);
}
