/*
 * test_importer_module.c - what is loaded as an importer is one, and only root, or whoever runs the
 * program, can have put it there.
 *
 * MODULES is where tests/unit/modules/ was built. Each test has a directory of its own with copies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "core/model/importer_set.h"
#include "said_fixture.h"
#include "tests/remove_tree.h"

static const struct importer csv = { .abi = IMPORTER_ABI, .name = "csv" };
static const struct importer json = { .abi = IMPORTER_ABI, .name = "json" };
static const struct importer *const built_in[] = { &csv, &json, NULL };

struct bench {
	struct fixture *fixture;
	char top[32];
	const char *directory;
	struct importer_set set;
};

/* ---- a directory for each test ---- */

static int
bench_setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	assert_non_null(bench);
	assert_int_equal(fixture_setup((void **)&bench->fixture), 0);
	struct arena *arena = &bench->fixture->arena;
	strcpy(bench->top, "/tmp/rehome-module-XXXXXX");
	assert_non_null(mkdtemp(bench->top));
	bench->directory = arena_printf(arena, "%s/importers", bench->top);
	assert_int_equal(mkdir(bench->directory, 0755), 0);
	bench->set = (struct importer_set){
		.built_in = built_in, .directory = bench->directory, .arena = arena
	};
	*state = bench;
	return 0;
}

static int
bench_teardown(void **state)
{
	struct bench *bench = *state;
	remove_tree(bench->top);
	fixture_teardown((void **)&bench->fixture);
	free(bench);
	return 0;
}

static const char *
path_of(struct bench *bench, const char *file)
{
	return arena_printf(&bench->fixture->arena, "%s/%s", bench->directory, file);
}

static void
write_file(const char *path, const void *data, size_t size)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0644), 0);
	assert_int_equal(write(fd, data, size), size);
}

/* The first bytes of a built module as a file; SIZE_MAX = all of them. */
static void
put_part(struct bench *bench, const char *module, const char *file, size_t size)
{
	static char data[1 << 20];
	const char *path = arena_printf(&bench->fixture->arena, "%s/%s", MODULES, module);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t got = read(fd, data, sizeof(data));
	assert_true(got > 0 && (size_t)got < sizeof(data));
	write_file(path_of(bench, file), data, (size_t)got < size ? (size_t)got : size);
}

static void
put(struct bench *bench, const char *module)
{
	put_part(bench, module, module, SIZE_MAX);
}

/* What is said when it is asked for, its directories called DIR and TOP; "" = it is there. */
static const char *
refusal(struct bench *bench, const char *name)
{
	AUTO_BUFFER struct buffer out = { 0 };
	fixture_clear(bench->fixture);
	const struct importer *importer =
		importer_set_find(&bench->set, name, NOWHERE, &bench->fixture->diags);
	assert_int_equal(importer == NULL, bench->fixture->diags.errors > 0);
	const char *text = said(bench->fixture);
	size_t top = strlen(bench->top), directory = strlen(bench->directory);
	while (*text) {
		bool is_directory = strncmp(text, bench->directory, directory) == 0;
		bool is_top = !is_directory && strncmp(text, bench->top, top) == 0;
		buffer_printf(&out, "%.*s", is_directory || is_top ? 3 : 1,
			is_directory	 ? "DIR"
				: is_top ? "TOP"
					 : text);
		text += is_directory ? directory : is_top ? top : 1;
	}
	return arena_strdup(&bench->fixture->arena, buffer_text(&out));
}

/* ---- importers that are there ---- */

static void
test_a_module_is_loaded_when_it_is_named(void **state)
{
	struct bench *bench = *state;
	struct sink sink = { 0 };
	put(bench, "good.so");
	put(bench, "second.so");
	assert_int_equal(bench->set.loaded.count, 0);
	assert_string_equal(refusal(bench, "good"), "");
	assert_string_equal(refusal(bench, "second"), "");
	assert_int_equal(bench->set.loaded.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(bench->set.loaded.items[i]->name, i ? "second" : "good");

	assert_true(bench->set.loaded.items[1]->read(NULL, NULL, &sink));
	assert_string_equal(sink.detected, "second");
	assert_string_equal(refusal(bench, "good"), "");
	assert_int_equal(bench->set.loaded.count, 2);
	assert_string_equal(importer_set_file(&bench->set, "good"), path_of(bench, "good.so"));
}

static void
test_the_programs_own_importers_come_first(void **state)
{
	struct bench *bench = *state;
	put(bench, "csv.so");
	assert_ptr_equal(
		importer_set_find(&bench->set, "csv", NOWHERE, &bench->fixture->diags), &csv);
	assert_null(importer_set_file(&bench->set, "csv"));
	assert_int_equal(bench->set.loaded.count, 0);
}

static void
test_names_are_listed_without_loading(void **state)
{
	struct bench *bench = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	static const char *const files[] = { "zeta.so", "ab_c-1.so", "csv.so", "README", ".so",
		"Big.so", "x.so.1", "a.b.so" };
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		write_file(path_of(bench, files[i]), "x", 1);
	struct string_list names = importer_set_names(&bench->set, &bench->fixture->diags);
	say_list(&out, &names);
	assert_string_equal(buffer_text(&out), "csv+json+ab_c-1+zeta");
	assert_no_diags(bench->fixture);
}

static void
test_a_name_that_is_nowhere_is_unknown(void **state)
{
	struct bench *bench = *state;
	put(bench, "good.so");
	assert_string_equal(refusal(bench, "goood"),
		"error: unknown importer 'goood' | Did you mean 'good'?\n");
	assert_string_equal(refusal(bench, "xyz"),
		"error: unknown importer 'xyz' | Run rehome importers for the list; a module of "
		"that name is DIR/xyz.so.\n");
	assert_string_equal(refusal(bench, ""),
		"error: unknown importer '' | Run rehome importers for the list.\n");
	assert_string_equal(refusal(bench, "../importers/good"),
		"error: unknown importer '../importers/good' | Run rehome importers for the "
		"list.\n");
	bench->set.directory = "/nonexistent/importers";
	assert_string_equal(refusal(bench, "good"),
		"error: unknown importer 'good' | Run rehome importers for the list; a module of "
		"that name is /nonexistent/importers/good.so.\n");
	bench->set.directory = NULL;
	assert_string_equal(refusal(bench, "good"),
		"error: unknown importer 'good' | Run rehome importers for the list.\n");
}

/* ---- files that are no importers ---- */

static void
test_what_is_no_importer_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *name, *said;
	} cases[] = {
		{ "older",
			"was built for importer ABI 0, expected 1 | Install the version of it that "
			"belongs to this rehome." },
		{ "misnamed",
			"calls itself 'other', expected 'misnamed' | Name the file other.so." },
		{ "hidden",
			"exports no 'rehome_importer' | It is no importer of rehome: take it out "
			"of "
			"this directory." },
		{ "mute", "has an importer without name, summary or read function" },
		{ "unresolved",
			"cannot be loaded: undefined symbol: no_such_function_of_rehome | Install "
			"the "
			"libraries that it needs, and the version of it that belongs to this "
			"rehome." },
		{ "unsound",
			"option 'word' is not described as an option is | Its author finds what is "
			"needed in option.h." },
	};
	struct bench *bench = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena = &bench->fixture->arena;
		put(bench, arena_printf(arena, "%s.so", cases[i].name));
		assert_string_equal(refusal(bench, cases[i].name),
			arena_printf(
				arena, "DIR/%s.so: error: %s\n", cases[i].name, cases[i].said));
		assert_string_equal(bench->fixture->diags.items[0].code, "module-refused");
	}
	assert_int_equal(bench->set.loaded.count, 0);
	put(bench, "good.so");
	assert_string_equal(refusal(bench, "good"), "");
}

static void
test_garbage_is_refused(void **state)
{
	static const char hint[] = " | Install the libraries that it needs, and the version of it "
				   "that belongs to this rehome.\n";
	struct bench *bench = *state;
	struct arena *arena = &bench->fixture->arena;
	write_file(path_of(bench, "empty.so"), "", 0);
	write_file(path_of(bench, "text.so"),
		"#!/bin/sh\nexit 1\n# and so on, for long enough\n"
		"# to be as long as the header of an object: 64 bytes",
		96);
	put_part(bench, "good.so", "half.so", 60);
	assert_string_equal(refusal(bench, "empty"),
		arena_printf(
			arena, "DIR/empty.so: error: cannot be loaded: file too short%s", hint));
	assert_string_equal(refusal(bench, "text"),
		arena_printf(
			arena, "DIR/text.so: error: cannot be loaded: invalid ELF header%s", hint));
	assert_string_equal(refusal(bench, "half"),
		arena_printf(
			arena, "DIR/half.so: error: cannot be loaded: file too short%s", hint));
}

/* ---- who may have put it there ---- */

static void
test_files_that_others_may_change_are_refused(void **state)
{
	static const struct {
		mode_t mode;
		const char *said;
	} cases[] = {
		{ 0664,
			"DIR/good.so: error: may be changed by others than its owner (mode 0664) | "
			"If you know what it is, run: chmod go-w DIR/good.so\n" },
		{ 0646,
			"DIR/good.so: error: may be changed by others than its owner (mode 0646) | "
			"If you know what it is, run: chmod go-w DIR/good.so\n" },
		{ 01666,
			"DIR/good.so: error: may be changed by others than its owner (mode 1666) | "
			"If you know what it is, run: chmod go-w DIR/good.so\n" },
		{ 0600, "" },
	};
	struct bench *bench = *state;
	put(bench, "good.so");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(chmod(path_of(bench, "good.so"), cases[i].mode), 0);
		assert_string_equal(refusal(bench, "good"), cases[i].said);
	}
}

static void
test_directories_that_others_may_change_are_refused(void **state)
{
	struct bench *bench = *state;
	put(bench, "good.so");
	assert_int_equal(chmod(bench->directory, 01777), 0);
	assert_string_equal(refusal(bench, "good"),
		"DIR: error: may be changed by others than its owner (mode 1777) | "
		"If you know what it is, run: chmod go-w DIR\n");
	assert_int_equal(chmod(bench->directory, 0755), 0);
	assert_int_equal(chmod(bench->top, 0775), 0);
	assert_string_equal(refusal(bench, "good"),
		"TOP: error: may be changed by others than its owner (mode 0775) | "
		"If you know what it is, run: chmod go-w TOP\n");
	/* Where nothing is, it does not matter. */
	assert_string_equal(refusal(bench, "xyz"),
		"error: unknown importer 'xyz' | Run rehome importers for the list; a module of "
		"that name is DIR/xyz.so.\n");
	fixture_clear(bench->fixture);
	assert_int_equal(importer_set_names(&bench->set, &bench->fixture->diags).count, 2);
	assert_int_equal(bench->fixture->diags.errors, 1);
	/* As in /tmp: nobody can replace what is another's. */
	assert_int_equal(chmod(bench->top, 01777), 0);
	assert_string_equal(refusal(bench, "good"), "");
}

static void
test_symbolic_links_and_odd_files_are_refused(void **state)
{
	struct bench *bench = *state;
	struct arena *arena = &bench->fixture->arena;
	put(bench, "good.so");
	assert_int_equal(symlink("good.so", path_of(bench, "link.so")), 0);
	assert_int_equal(mkdir(path_of(bench, "folder.so"), 0755), 0);
	assert_int_equal(mkfifo(path_of(bench, "fifo.so"), 0600), 0);
	assert_int_equal(symlink("importers", arena_printf(arena, "%s/alias", bench->top)), 0);
	assert_string_equal(refusal(bench, "link"),
		"DIR/link.so: error: is a symbolic link | Put the file itself there.\n");
	assert_string_equal(
		refusal(bench, "folder"), "DIR/folder.so: error: is not a regular file\n");
	assert_string_equal(refusal(bench, "fifo"), "DIR/fifo.so: error: is not a regular file\n");
	bench->set.directory = arena_printf(arena, "%s/alias", bench->top);
	assert_string_equal(refusal(bench, "good"),
		"TOP/alias: error: is a symbolic link | Name the directory that it leads to with "
		"--importers-dir.\n");
}

#define bench_test(function) cmocka_unit_test_setup_teardown(function, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(test_a_module_is_loaded_when_it_is_named),
		bench_test(test_the_programs_own_importers_come_first),
		bench_test(test_names_are_listed_without_loading),
		bench_test(test_a_name_that_is_nowhere_is_unknown),
		bench_test(test_what_is_no_importer_is_refused_with_the_reason),
		bench_test(test_garbage_is_refused),
		bench_test(test_files_that_others_may_change_are_refused),
		bench_test(test_directories_that_others_may_change_are_refused),
		bench_test(test_symbolic_links_and_odd_files_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
