/*
 * test_intake_source.c - what a source is: its file, its options, its importer, and its name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake_fixture.h"

/* ---- sources ---- */

static void
test_only_regular_files_are_read(void **state)
{
	struct fixture *fixture = *state;
	char *directory = arena_strdup(&fixture->arena, "/tmp/rehome-intake-XXXXXX");
	assert_non_null(mkdtemp(directory));
	const char *fifo = arena_printf(&fixture->arena, "%s/fifo", directory);
	const char *missing = arena_printf(&fixture->arena, "%s/missing", directory);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	const struct {
		const char *location, *message, *hint;
	} cases[] = {
		{ directory, "is a directory, not a regular file",
			"Name a file, or '-' for standard input." },
		{ fifo, "is a pipe, not a regular file", "Pipe it into table:- instead." },
		{ missing, "cannot open: No such file or directory", "" },
		{ "/dev/null", "is a device or socket, not a regular file",
			"Name a file, or '-' for standard input." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct source source = { .importer = "table",
			.location = cases[i].location,
			.shown = "x",
			.arena = &fixture->arena };
		struct bytes content;
		fixture->place = at(cases[i].location, 0);
		assert_false(source_read(&source, &content, &fixture->diags));
		assert_only_error(fixture, cases[i].message, cases[i].hint);
		fixture_clear(fixture);
	}
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void
test_standard_input_is_read_once(void **state)
{
	struct fixture *fixture = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "login\nanna\n", 11), 11);
	assert_int_equal(close(ends[1]), 0);
	int saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);

	struct source source = {
		.importer = "table", .location = "-", .shown = "<stdin>", .arena = &fixture->arena
	};
	struct bytes first, second;
	assert_true(source_read(&source, &first, &fixture->diags));
	assert_true(source_read(&source, &second, &fixture->diags));
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	close(saved);
	close(ends[0]);

	assert_int_equal(first.size, 11);
	assert_memory_equal(first.data, "login\nanna\n", 11);
	assert_ptr_equal(second.data, first.data);
	assert_false(source.world_readable);
}

/* ---- options ---- */

static struct source_setting
setting(const char *name, const char *value)
{
	return (struct source_setting){ name, value, at_column("rehome.yaml", 4, 5, NULL) };
}

static void
test_options_come_from_the_table_then_the_configuration(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = { 0 };
	struct intake intake;
	ARRAY_PUSH(&fixture->arena, &config.settings, setting("separator", ";"));
	assert_true(take_in(fixture, &config, "login;id\nanna;1\n", &intake));
	assert_string_equal(taken(fixture, &intake), "anna<1> ");

	ARRAY_PUSH(&fixture->arena, &config.settings, setting("seperator", ";"));
	assert_false(take_in(fixture, &config, "login;id\nanna;1\n", &intake));
	assert_string_equal(said(fixture),
		"rehome.yaml:4:5: error: unknown option 'seperator' | "
		"Did you mean 'separator'?\n");
}

/* ---- what a SOURCE argument means ---- */

static struct config *
configuration(struct fixture *fixture)
{
	struct config *config = ARENA_NEW(&fixture->arena, struct config);
	struct source_config *partners = ARENA_NEW(&fixture->arena, struct source_config);
	partners->name = "partners";
	partners->importer = "table";
	partners->location = "/root/partners";
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("separator", ";"));
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("ignore", "a"));
	ARRAY_PUSH(&fixture->arena, &partners->settings, setting("ignore", "b"));
	ARRAY_PUSH(&fixture->arena, &config->sources, partners);
	return config;
}

/* "name importer location key=value ...", or what was said. */
static const char *
resolved(struct fixture *fixture, const char *argument, const char *first, const char *second)
{
	struct string_list settings = { 0 };
	struct source_config *source;
	if (first)
		string_list_push(&fixture->arena, &settings, first);
	if (second)
		string_list_push(&fixture->arena, &settings, second);
	fixture_clear(fixture);
	struct importer_set set = { .built_in = known, .arena = &fixture->arena };
	if (!intake_resolve(argument, configuration(fixture), &set, &settings, &fixture->arena,
		    &source, &fixture->diags))
		return said(fixture);
	AUTO_BUFFER struct buffer out = { 0 };
	buffer_printf(&out, "%s %s %s", source->name, source->importer, source->location);
	ARRAY_FOREACH (item, &source->settings)
		buffer_printf(&out, " %s=%s", item->name, item->value);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_source_arguments_are_names_or_importer_and_place(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *argument, *expected;
	} cases[] = {
		{ "partners", "partners table /root/partners separator=; ignore=a ignore=b" },
		{ "table:-", "table:- table -" },
		{ "table:/path/with:colon.csv",
			"table:/path/with:colon.csv table "
			"/path/with:colon.csv" },
		{ "pairs:pairs://host:389/", "pairs:pairs://host:389/ pairs pairs://host:389/" },
		{ "partner", "error: unknown source 'partner' | Did you mean 'partners'?\n" },
		{ "staff.table",
			"error: unknown source 'staff.table' | Did you mean "
			"'table:staff.table'?\n" },
		{ "xyz",
			"error: unknown source 'xyz' | Name a source of the configuration "
			"(partners), or write IMPORTER:PLACE such as csv:staff.csv.\n" },
		{ "tabel:x", "error: unknown importer 'tabel' | Did you mean 'table'?\n" },
		{ "zzzzz:x",
			"error: unknown importer 'zzzzz' | Run rehome importers for the list.\n" },
		{ "table:",
			"error: 'table:' names no place to read | "
			"Write table:FILE, or table:- for standard input.\n" },
		{ ":x", "error: unknown importer '' | Run rehome importers for the list.\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			resolved(fixture, cases[i].argument, NULL, NULL), cases[i].expected);
}

static void
test_set_replaces_settings_of_the_configuration(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(resolved(fixture, "partners", "ignore=c", "ignore=d=e"),
		"partners table /root/partners separator=; ignore=c ignore=d=e");
	assert_string_equal(
		resolved(fixture, "table:x", "separator=", NULL), "table:x table x separator=");
	assert_string_equal(resolved(fixture, "table:x", "separator", NULL),
		"--set: error: 'separator' is not key=value | "
		"Write --set delimiter=tab, for example.\n");
	assert_string_equal(resolved(fixture, "table:x", "=y", NULL),
		"--set: error: '=y' is not key=value | "
		"Write --set delimiter=tab, for example.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_only_regular_files_are_read),
		fixture_test(test_standard_input_is_read_once),
		fixture_test(test_options_come_from_the_table_then_the_configuration),
		fixture_test(test_source_arguments_are_names_or_importer_and_place),
		fixture_test(test_set_replaces_settings_of_the_configuration),
	};
	return cmocka_run_group_tests_name("intake_source", tests, NULL, NULL);
}
