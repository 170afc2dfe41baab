/*
 * test_help.c - what the tables of commands, options and exit statuses say fits together, and on 80
 * columns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <jansson.h>

#include "cli/args.h"
#include "cli/help.h"
#include "core/base/buffer.h"
#include "core/base/text.h"
#include "diag_fixture.h"

enum { WIDTH = 80, SUMMARY_WIDTH = 64, MAX_WORDS = 32 };

/* ---- text ---- */

static void
check_lines(const char *name, const struct buffer *text)
{
	struct bytes rest = buffer_bytes(text), line;
	while (bytes_take_line(&rest, &line)) {
		bool good = line.size <= WIDTH && (!line.size || line.data[line.size - 1] != ' ');
		for (size_t i = 0; i < line.size; i++)
			good = good && line.data[i] >= ' ' && line.data[i] <= '~';
		if (!good)
			fail_msg("help of %s: '%.*s'", name, (int)line.size, line.data);
	}
}

static void
test_help_is_ascii_on_80_columns(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer program = { 0 };
	help_add(NULL, false, &program);
	check_lines("rehome", &program);
	for (size_t i = 0; commands[i]; i++) {
		AUTO_BUFFER struct buffer text = { 0 };
		help_add(commands[i], false, &text);
		check_lines(commands[i]->name, &text);
	}
}

static void
test_long_text_is_wrapped_below_its_beginning(void **state)
{
	(void)state;
	static const struct option_spec options[] = {
		{ .name = "encoding",
			.type = OPTION_CHOICE,
			.initial = "auto",
			.choices = "auto|utf-8|utf-16le|utf-16be",
			.help = "encoding of the file; auto takes a byte order mark, then UTF-8 if "
				"that is valid" },
		{ .name = "exact",
			.letter = 'x',
			.type = OPTION_LIST,
			.argument = "A",
			.help = "123456789 123456789 123456789 12345678 1234" },
		{ .name = NULL },
	};
	AUTO_BUFFER struct buffer text = { 0 };
	help_options(options, true, &text);
	help_options(options, false, &text);
	assert_string_equal(buffer_text(&text),
		"  encoding=auto|utf-8|utf-16le|utf-16be\n"
		"                            encoding of the file; auto takes a byte order mark,\n"
		"                            then UTF-8 if that is valid\n"
		"  exact=A                   123456789 123456789 123456789 12345678 1234; may be\n"
		"                            repeated\n"
		"      --encoding auto|utf-8|utf-16le|utf-16be\n"
		"                            encoding of the file; auto takes a byte order mark,\n"
		"                            then UTF-8 if that is valid\n"
		"  -x, --exact A             123456789 123456789 123456789 12345678 1234; may be\n"
		"                            repeated\n");
}

static void
test_summaries_and_details_are_written_alike(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i]; i++) {
		const struct command *command = commands[i];
		size_t length = strlen(command->summary);
		assert_true(isupper((unsigned char)command->summary[0]));
		assert_int_not_equal(command->summary[length - 1], '.');
		if (length > SUMMARY_WIDTH)
			fail_msg("the summary of %s does not fit", command->name);
		assert_non_null(command->details);
		assert_int_equal(command->details[strlen(command->details) - 1], '.');
	}
}

/* ---- examples ---- */

static const char *
without_quotes(const char *word, struct arena *arena)
{
	size_t length = strlen(word);
	bool quoted = length > 1 && strchr("'\"", word[0]) && word[length - 1] == word[0];
	return quoted ? arena_strndup(arena, word + 1, length - 2) : word;
}

/* The words of a simple command up to a redirection or a comment; quotes stand around whole words.
 */
static size_t
split(const char *line, const char **words, struct arena *arena)
{
	size_t count = 0;
	while (*line && *line != '>' && strncmp(line, "# ", 2) != 0) {
		char quote = strchr("'\"", *line) ? *line : '\0';
		const char *end = quote ? strchr(line + 1, quote) : NULL;
		size_t length = end ? (size_t)(end - line) + 1 : strcspn(line, " ");
		assert_true(count < MAX_WORDS);
		words[count++] = without_quotes(arena_strndup(arena, line, length), arena);
		line += length;
		line += strspn(line, " ");
	}
	return count;
}

static void
check_example(struct fixture *fixture, const struct command *command, const char *line)
{
	const char *words[MAX_WORDS];
	struct globals globals;
	struct args args;
	size_t count = split(line, words, &fixture->arena);
	assert_string_equal(words[0], "rehome");
	if (!args_parse(words + 1, count - 1, &globals, &args, &fixture->arena, &fixture->diags))
		fail_msg("'%s': %s", line, fixture->diags.items[0].message);
	assert_ptr_equal(args.command, command);
}

static void
test_examples_are_command_lines_of_their_command(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; commands[i]; i++) {
		assert_non_null(commands[i]->examples);
		struct bytes rest = { commands[i]->examples, strlen(commands[i]->examples) }, line;
		while (bytes_take_line(&rest, &line))
			check_example(fixture, commands[i],
				arena_strndup(&fixture->arena, line.data, line.size));
	}
}

/* ---- exit statuses ---- */

static void
test_every_exit_status_is_told_once_in_order(void **state)
{
	(void)state;
	static const enum exit_code all[] = { EXIT_DONE, EXIT_FAILED, EXIT_CHANGES, EXIT_BLOCKED,
		EXIT_STALE, EXIT_PARTLY, EXIT_INCOMPLETE, EXIT_LIMIT, EXIT_LOCKED, EXIT_FAULTS,
		EXIT_USAGE, EXIT_BAD_DATA, EXIT_NOT_PERMITTED, EXIT_BAD_CONFIG };
	size_t i = 0;
	for (; exit_statuses[i].text; i++) {
		assert_true(i < ARRAY_LEN(all));
		assert_int_equal(exit_statuses[i].code, all[i]);
		assert_int_not_equal(exit_statuses[i].text[strlen(exit_statuses[i].text) - 1], '.');
	}
	assert_int_equal(i, ARRAY_LEN(all));
}

/* ---- JSON ---- */

static json_t *
parsed(const struct command *command)
{
	AUTO_BUFFER struct buffer text = { 0 };
	json_error_t error;
	help_add(command, true, &text);
	json_t *document =
		json_loadb(buffer_text(&text), text.size, JSON_REJECT_DUPLICATES, &error);
	if (!document)
		fail_msg("not JSON: %s at line %d", error.text, error.line);
	return document;
}

static size_t
count_options(const struct option_spec *options)
{
	size_t count = 0;
	for (; options && options->name; options++)
		count++;
	return count;
}

static void
test_json_has_every_command_and_option(void **state)
{
	(void)state;
	json_t *document = parsed(NULL), *list = json_object_get(document, "commands");
	size_t count = 0;
	for (; commands[count]; count++) {
		json_t *item = json_array_get(list, count);
		assert_string_equal(
			json_string_value(json_object_get(item, "name")), commands[count]->name);
		assert_int_equal(json_array_size(json_object_get(item, "options")),
			count_options(commands[count]->options) +
				count_options(commands[count]->shared));
	}
	assert_int_equal(json_array_size(list), count);
	assert_int_equal(json_array_size(json_object_get(document, "global_options")),
		count_options(global_options));
	assert_int_equal(json_array_size(json_object_get(document, "exit_statuses")), 14);
	json_decref(document);
}

static void
test_json_of_one_command_has_that_one_only(void **state)
{
	(void)state;
	json_t *document = parsed(command_find("apply"));
	json_t *list = json_object_get(document, "commands");
	assert_int_equal(json_array_size(list), 1);
	json_t *options = json_object_get(json_array_get(list, 0), "options");
	json_t *option = NULL;
	for (size_t i = 0; i < json_array_size(options); i++) {
		option = json_array_get(options, i);
		if (strcmp(json_string_value(json_object_get(option, "name")), "adopt-keys") == 0)
			break;
	}
	json_t *expected = json_pack("{s:s, s:n, s:s, s:n, s:[ss], s:n, s:s, s:s}", "name",
		"adopt-keys", "letter", "type", "choice", "argument", "choices", "carry", "drop",
		"default", "help", "what becomes of the keys in homes that are adopted", "scope",
		"shared");
	assert_true(json_equal(option, expected));
	json_decref(expected);
	json_decref(document);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_help_is_ascii_on_80_columns),
		cmocka_unit_test(test_long_text_is_wrapped_below_its_beginning),
		cmocka_unit_test(test_summaries_and_details_are_written_alike),
		fixture_test(test_examples_are_command_lines_of_their_command),
		cmocka_unit_test(test_every_exit_status_is_told_once_in_order),
		cmocka_unit_test(test_json_has_every_command_and_option),
		cmocka_unit_test(test_json_of_one_command_has_that_one_only),
	};
	return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
