/*
 * test_layout.c - a list of folders cannot leave the jail, and can be created front to back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/resource.h>

#include <cmocka.h>

#include "core/base/buffer.h"
#include "core/model/layout.h"
#include "tests/unit/diag_fixture.h"

static const char hint_path[] = "Write the path from the jail's top, like pics or www/htdocs.";

static struct folder_list
parse(struct fixture *fixture, const char *text)
{
	struct folder_list folders = { 0 };
	bool ok =
		folder_list_parse(text, fixture->place, &fixture->arena, &folders, &fixture->diags);
	if (!ok)
		print_error("refused: %s\n", fixture->diags.items[0].message);
	assert_true(ok);
	return folders;
}

static void
assert_refused(struct fixture *fixture, const char *text, const char *message, const char *hint)
{
	struct folder_list folders = { 0 };
	assert_false(folder_list_parse(
		text, fixture->place, &fixture->arena, &folders, &fixture->diags));
	assert_only_error(fixture, message, hint);
	assert_int_equal(folders.count, 0);
	fixture_clear(fixture);
}

/* The whole list as text, which names everything that the short form can say. */
static void
assert_list(struct fixture *fixture, const char *text, const char *expected)
{
	struct folder_list folders = parse(fixture, text);
	assert_string_equal(folder_list_text(&folders, &fixture->arena), expected);
}

static void
test_access_words_are_those_of_configuration_and_cells(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		enum folder_access access;
	} words[] = {
		{ "write", FOLDER_WRITE },
		{ "read", FOLDER_READ },
		{ "read-advisory", FOLDER_READ_ADVISORY },
		{ "rw", FOLDER_WRITE },
		{ "ro", FOLDER_READ },
		{ "RO", FOLDER_READ },
	};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		enum folder_access access = (enum folder_access) - 1;
		assert_true(folder_access_parse(words[i].word, &access));
		assert_int_equal(access, words[i].access);
	}
	enum folder_access access = FOLDER_READ;
	assert_false(folder_access_parse("r", &access));
	assert_false(folder_access_parse("", &access));
	assert_int_equal(access, FOLDER_READ);
	assert_string_equal(folder_access_name(FOLDER_WRITE), "write");
	assert_string_equal(folder_access_name(FOLDER_READ), "read");
	assert_string_equal(folder_access_name(FOLDER_READ_ADVISORY), "read-advisory");
}

/* A cell of a few hundred kilobytes, as somebody makes it who wants to stop us. */
static void
test_many_quoted_names_take_no_more_memory_than_they_are_long(void **state)
{
	struct fixture *fixture = *state;
	enum { NAMES = 20000, KILOBYTES = 256 * 1024 };
	AUTO_BUFFER struct buffer cell = { 0 };
	struct rusage before, after;
	for (int i = 0; i < NAMES; i++)
		buffer_printf(&cell, "'%d' ", i);
	getrusage(RUSAGE_SELF, &before);
	struct folder_list folders = parse(fixture, buffer_text(&cell));
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(folders.count, NAMES);
	assert_string_equal(folders.items[NAMES - 1].path, "19999");
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, KILOBYTES);
}

static void
test_mode_follows_the_kind_unless_it_is_given(void **state)
{
	(void)state;
	assert_int_equal(folder_mode(&(struct folder){ .access = FOLDER_WRITE }), 0755);
	assert_int_equal(folder_mode(&(struct folder){ .access = FOLDER_READ }), 0755);
	assert_int_equal(folder_mode(&(struct folder){ .access = FOLDER_READ_ADVISORY }), 0555);
	assert_int_equal(folder_mode(&(struct folder){
				 .access = FOLDER_READ_ADVISORY, .has_mode = true, .mode = 02770 }),
		02770);
}

static void
test_paths_inside_the_jail_pass(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *path;
		const char *expected;
	} paths[] = {
		{ "pics", "pics" },
		{ "www/htdocs", "www/htdocs" },
		{ "www/htdocs//", "www/htdocs" },
		{ "..hidden", "..hidden" },
		{ ".ssh", ".ssh" },
		{ "Größe und Maß", "Größe und Maß" },
		{ "latin\xe9", "latin\xe9" },
		{ ".rehom", ".rehom" },
	};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *path = NULL;
		assert_true(folder_path_check(
			paths[i].path, fixture->place, &fixture->arena, &path, &fixture->diags));
		assert_string_equal(path, paths[i].expected);
	}
	assert_no_diags(fixture);
}

static void
test_paths_that_could_leave_the_jail_or_break_a_tool_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char *long_name = arena_alloc(&fixture->arena, 257);
	memset(long_name, 'a', 256);
	char *long_path = arena_alloc(&fixture->arena, 4001);
	for (size_t i = 0; i < 4000; i++)
		long_path[i] = i % 2 ? '/' : 'a';
	const struct {
		const char *path;
		const char *fault;
	} paths[] = {
		{ "", "is empty" },
		{ "/", "is not relative to the jail" },
		{ "/etc", "is not relative to the jail" },
		{ ".", "has a component '.' or '..'" },
		{ "..", "has a component '.' or '..'" },
		{ "a/../../etc", "has a component '.' or '..'" },
		{ "a/./b", "has a component '.' or '..'" },
		{ "a//b", "has an empty component" },
		{ "a\nb", "contains a control character" },
		{ "a\x7f", "contains a control character" },
		{ "a\xc2\x9b", "contains a control character" },
		{ "\xff\x1b", "contains a control character" },
		{ "a\xc2\x9b/\xff", "contains a control character" },
		{ ".rehome-stage-7", "has a component that begins with '.rehome'" },
		{ "a/.rehome", "has a component that begins with '.rehome'" },
		{ long_name, "has a component of more than 255 bytes" },
		{ long_path, "is too long" },
	};
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *path = "untouched";
		assert_false(folder_path_check(
			paths[i].path, fixture->place, &fixture->arena, &path, &fixture->diags));
		assert_only_error(fixture,
			arena_printf(
				&fixture->arena, "folder '%s' %s", paths[i].path, paths[i].fault),
			hint_path);
		assert_string_equal(path, "untouched");
		fixture_clear(fixture);
	}
}

static void
test_a_cell_lists_folders_by_blank_comma_or_semicolon(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture, "pics musics logs:ro", "pics:rw musics:rw logs:ro");
	assert_list(fixture, " pics,musics ; logs:ro,\n", "pics:rw musics:rw logs:ro");
	assert_list(fixture, "old:read-advisory new:write seen:READ",
		"old:read-advisory new:rw seen:ro");
	assert_list(fixture, "", "");
	assert_list(fixture, " ;, ", "");
	assert_no_diags(fixture);
}

static void
test_quotes_hold_names_together(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture,
		"'my pictures' \"a,b\":ro 'it''s mine' it's 'x:y':rw \"say \"\"hi\"\"\"",
		"'my pictures':rw 'a,b':ro 'it''s mine':rw it's:rw 'x:y':rw 'say \"hi\"':rw");
	struct folder_list folders = parse(fixture, "'it''s mine':ro");
	assert_int_equal(folders.count, 1);
	assert_string_equal(folders.items[0].path, "it's mine");
	assert_int_equal(folders.items[0].access, FOLDER_READ);
	assert_no_diags(fixture);
}

static void
test_the_text_form_reads_back_as_the_same_list(void **state)
{
	struct fixture *fixture = *state;
	static const char text[] =
		"'a b':ro 'c:d':read-advisory e'f:rw '''g''':rw '\"h':ro i/j:rw '\\k,':rw";
	struct folder_list folders = parse(fixture, text);
	char *written = folder_list_text(&folders, &fixture->arena);
	assert_string_equal(written,
		"'a b':ro 'c:d':read-advisory e'f:rw '''g''':rw '\"h':ro "
		"i:ro i/j:rw '\\k,':rw");
	assert_list(fixture, written, written);
}

static void
test_misplaced_quotes_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const cells[] = { "'", "'open", "'a'b", "pics 'logs:ro", "\"it''s" };
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		assert_refused(fixture, cells[i], "a quote in the list of folders is misplaced",
			"Write it like 'my pictures':ro, and a quote as two.");
}

static void
test_an_unknown_kind_of_access_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char hint[] =
		"Use rw, ro, read-advisory, owner=, group= or mode=, and quote a "
		"name that has a ':'.";
	assert_refused(fixture, "logs:r", "folder 'logs': 'r' is not a kind of access", hint);
	assert_refused(fixture, "logs:", "folder 'logs': '' is not a kind of access", hint);
	assert_refused(
		fixture, "C:ro:rw", "folder 'C': the access is given twice", "Keep one of them.");
	assert_refused(fixture, "C:ro:", "folder 'C': '' is not a kind of access", hint);
}

static void
test_folders_say_owner_group_and_mode_in_any_order(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture, "in:mode=2770:group=press 'a b':owner=user:ro c:owner=root:mode=755",
		"in:rw:group=press:mode=2770 'a b':ro:owner=user c:rw:owner=root:mode=0755");
}

static void
test_bad_owners_groups_and_modes_of_folders_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char once[] = "Keep one of them.";
	static const char digits[] = "Write three or four digits from 0 to 7.";
	assert_refused(fixture, "a:mode=8", "folder 'a': '8' is no octal mode such as 0755 or 2770",
		digits);
	assert_refused(fixture, "a:mode=27700",
		"folder 'a': '27700' is no octal mode such as 0755 or 2770", digits);
	assert_refused(
		fixture, "a:mode=", "folder 'a': '' is no octal mode such as 0755 or 2770", digits);
	assert_refused(fixture, "a:mode=755:mode=700", "folder 'a': the mode is given twice", once);
	assert_refused(fixture, "a:owner=x:owner=y", "folder 'a': the owner is given twice", once);
	assert_refused(fixture, "a:group=x:group=y", "folder 'a': the group is given twice", once);
	assert_refused(fixture, "a:owner=Bob", "'Bob' is not a login name",
		"Use bob, or let username_filter: make names legal.");
	assert_refused(fixture, "a:group=../x", "'../x' is not a login name",
		"Use x, or let username_filter: make names legal.");
}

static void
test_every_bad_item_of_a_cell_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct folder_list folders = { 0 };
	assert_false(folder_list_parse(
		"../a pics /b :ro", fixture->place, &fixture->arena, &folders, &fixture->diags));
	assert_int_equal(fixture->diags.count, 3);
	assert_diag(fixture, 0, DIAG_ERROR, "folder '../a' has a component '.' or '..'", hint_path);
	assert_diag(fixture, 1, DIAG_ERROR, "folder '/b' is not relative to the jail", hint_path);
	assert_diag(fixture, 2, DIAG_ERROR, "folder '' is empty", hint_path);
}

static void
test_missing_parents_come_in_front_and_only_what_was_named_is_writable(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture, "pics www/site/htdocs www/logs:ro",
		"pics:rw www:ro www/site:ro www/site/htdocs:rw www/logs:ro");
	struct folder_list folders = parse(fixture, "a/b");
	assert_int_equal(folders.count, 2);
	assert_int_equal(folders.items[0].place.line, 14);
	assert_false(folders.items[0].has_mode);
	assert_null(folders.items[0].owner);
	assert_no_diags(fixture);
}

static void
test_a_parent_named_after_its_child_comes_before_it_once(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture, "b a/x/y a:read-advisory a/x c",
		"b:rw a:read-advisory a/x:rw a/x/y:rw c:rw");
	assert_no_diags(fixture);
}

static void
test_a_folder_listed_twice_is_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, "a b a/:ro", "folder 'a' is listed twice", "Keep one of them.");
	/* Names are bytes: the filesystem keeps both. */
	assert_list(fixture, "a A", "a:rw A:rw");
}

static void
test_a_read_only_folder_in_a_writable_one_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	assert_list(fixture, "a a/logs:ro", "a:rw a/logs:ro");
	assert_int_equal(fixture->diags.count, 1);
	assert_diag(fixture, 0, DIAG_WARNING,
		"folder 'a/logs' is read-only, but the user may rename it in 'a'",
		"Make 'a' read as well, or put the folder elsewhere.");
	assert_string_equal(fixture->diags.items[0].code, "read-below-write");
	fixture_clear(fixture);

	assert_list(fixture, "a:ro a/logs:ro", "a:ro a/logs:ro");
	assert_no_diags(fixture);
}

static void
test_explicit_owner_decides_whether_the_parent_is_writable(void **state)
{
	struct fixture *fixture = *state;
	struct folder folders[] = {
		{ .path = "a", .access = FOLDER_WRITE, .owner = "root" },
		{ .path = "a/logs", .access = FOLDER_READ },
	};
	struct folder_list list = { .items = folders, .count = 2, .room = 2 };
	assert_true(folder_list_complete(&list, &fixture->arena, &fixture->diags));
	assert_no_diags(fixture);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].owner, "root");
}

static void
test_a_long_list_is_completed_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct folder_list list = { 0 };
	for (int i = 0; i < 10000; i++) {
		struct folder folder = { .path = arena_printf(&fixture->arena, "p/q/%d", i) };
		ARRAY_PUSH(&fixture->arena, &list, folder);
	}
	assert_true(folder_list_complete(&list, &fixture->arena, &fixture->diags));
	assert_int_equal(list.count, 10002);
	assert_string_equal(list.items[0].path, "p");
	assert_string_equal(list.items[1].path, "p/q");
	assert_string_equal(list.items[10001].path, "p/q/9999");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_access_words_are_those_of_configuration_and_cells),
		fixture_test(test_many_quoted_names_take_no_more_memory_than_they_are_long),
		fixture_test(test_mode_follows_the_kind_unless_it_is_given),
		fixture_test(test_paths_inside_the_jail_pass),
		fixture_test(test_paths_that_could_leave_the_jail_or_break_a_tool_are_refused),
		fixture_test(test_a_cell_lists_folders_by_blank_comma_or_semicolon),
		fixture_test(test_quotes_hold_names_together),
		fixture_test(test_the_text_form_reads_back_as_the_same_list),
		fixture_test(test_misplaced_quotes_are_refused),
		fixture_test(test_an_unknown_kind_of_access_is_refused),
		fixture_test(test_folders_say_owner_group_and_mode_in_any_order),
		fixture_test(test_bad_owners_groups_and_modes_of_folders_are_refused),
		fixture_test(test_every_bad_item_of_a_cell_is_reported),
		fixture_test(
			test_missing_parents_come_in_front_and_only_what_was_named_is_writable),
		fixture_test(test_a_parent_named_after_its_child_comes_before_it_once),
		fixture_test(test_a_folder_listed_twice_is_refused),
		fixture_test(test_a_read_only_folder_in_a_writable_one_is_a_warning),
		fixture_test(test_explicit_owner_decides_whether_the_parent_is_writable),
		fixture_test(test_a_long_list_is_completed_in_order),
	};
	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
