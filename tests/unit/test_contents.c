/* test_contents.c - what changed in a home and where it was copied from, and the list that says so.
 */
#include "tests/unit/host_fixture.h"

#include "core/plan/contents.h"

/* ---- the list ---- */

static void
test_contents_list_reads_back_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct contents_manifest list = { .arena = &f->arena,
		.source = "/old/an na",
		.loose = "files" },
				 again;
	AUTO_BUFFER struct buffer text = { 0 }, second = { 0 };
	struct stat st = { .st_ino = 7, .st_size = 9, .st_mtim = { -5, 999999999 } };
	contents_add(&list, 'f', &st, "docs/a b%\n\xff");
	contents_add(&list, 'l', &st, ".x");
	contents_write(&list, &text);
	assert_string_equal(buffer_text(&text),
		"rehome-contents 1\n"
		"from /old/an%20na files\n"
		"f 7 9 -5 999999999 docs/a%20b%25%0a%ff\n"
		"l 7 9 -5 999999999 .x\n"
		"end 2\n");
	assert_ok(f, contents_parse(buffer_bytes(&text), "list", &f->arena, &again, &f->diags));
	contents_write(&again, &second);
	assert_string_equal(buffer_text(&second), buffer_text(&text));
	assert_int_equal(contents_find(&again, "docs/a b%\n\xff")->ino, 7);
	assert_null(contents_find(&again, "docs"));
}

static void
test_contents_list_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const heads[] = { "", "x\n", "rehome-contents 1\n",
		"rehome-contents 1\nfrom old files\nend 0\n",
		"rehome-contents 1\nfrom /old a/b\nend 0\n",
		"rehome-contents 1\nfrom /old ..\nend 0\n" };
	static const char *const lines[] = { "f 1 1 1 1 ../x\nend 1\n", "f 1 1 1 1 /x\nend 1\n",
		"f 1 1 1 1 a//b\nend 1\n", "f 1 1 1 1 %00\nend 1\n", "f 1 1 1 1 %4\nend 1\n",
		"f 1 1 1 1 \nend 1\n", "F 1 1 1 1 x\nend 1\n", "f 1 1 1 x\nend 1\n" };
	static const char *const torn[] = { "f 1 1 1 1 x\n", "f 1 1 1 1 x\nend 2\n",
		"f 1 1 1 1 x\nend 1\nmore\n", "f 1 1 1 1 x\nend 1" };
	struct contents_manifest list;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		assert_refused(f,
			contents_parse(bytes_of(heads[i]), "list", &f->arena, &list, &f->diags),
			"list: is no list of a home's contents");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_refused(f,
			contents_parse(bytes_of(arena_printf(&f->arena,
					       "rehome-contents 1\nfrom /old files\n%s", lines[i])),
				"list", &f->arena, &list, &f->diags),
			"list: expected a kind, an inode, a size, a time and a path");
	for (size_t i = 0; i < ARRAY_LEN(torn); i++)
		assert_refused(f,
			contents_parse(bytes_of(arena_printf(&f->arena,
					       "rehome-contents 1\nfrom /old files\n%s", torn[i])),
				"list", &f->arena, &list, &f->diags),
			"list: is torn: its end is missing");
}

/* ---- what changed ---- */

struct judging {
	struct contents_view view;
	struct arena *arena;
	struct buffer said;
};

static enum walk_verdict
judge_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	static const char *const words[] = { "same", "news", "conflict" };
	struct judging *judging = ctx;
	const char *place;
	(void)diags;
	if (!entry->depth)
		return WALK_ON;
	enum contents_verdict verdict =
		contents_judge(&judging->view, entry, judging->arena, &place);
	if (*place)
		buffer_printf(&judging->said, "%s %s\n", place, words[verdict]);
	return WALK_ON;
}

static void
set_time(struct fixture *f, const char *path, time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	assert_int_equal(utimensat(AT_FDCWD, real(f, path), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* The same in the source and in the home, and listed. */
static void
add_both(struct fixture *f, struct contents_manifest *list, const char *name)
{
	make_file(f, arena_printf(&f->arena, "/old/docs/%s", name), "first");
	make_file(f, arena_printf(&f->arena, "/home/docs/%s", name), "first");
	set_time(f, arena_printf(&f->arena, "/old/docs/%s", name), 1000);
	const char *here = arena_printf(&f->arena, "/home/docs/%s", name);
	set_time(f, here, 1000);
	struct stat st = stat_of(f, here);
	contents_add(list, 'f', &st, arena_printf(&f->arena, "docs/%s", name));
}

static void
test_contents_changes_are_told_apart(void **state)
{
	struct fixture *f = *state;
	struct contents_manifest list = { .arena = &f->arena, .source = "/old", .loose = "files" };
	struct judging judging = { .view = { .host = f->host, .home = "/home", .manifest = &list },
		.arena = &f->arena };
	const struct walk_visitor visitor = { .ctx = &judging, .enter = judge_entry };
	make_dir(f, "/old");
	make_dir(f, "/old/docs");
	make_dir(f, "/home");
	make_dir(f, "/home/docs");
	make_dir(f, "/home/files");
	static const char *const names[] = { "a-same", "b-there", "c-here", "d-both", "e-equal",
		"f-gone-here", "g-gone-here-newer" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_both(f, &list, names[i]);
	make_file(f, "/old/docs/b-there", "newer");
	make_file(f, "/home/docs/c-here", "mine");
	make_file(f, "/old/docs/d-both", "newer");
	make_file(f, "/home/docs/d-both", "mine");
	make_file(f, "/old/docs/e-equal", "agreed");
	make_file(f, "/home/docs/e-equal", "agreed");
	make_file(f, "/old/docs/g-gone-here-newer", "newer");
	assert_int_equal(remove(real(f, "/home/docs/f-gone-here")), 0);
	assert_int_equal(remove(real(f, "/home/docs/g-gone-here-newer")), 0);
	make_file(f, "/old/loose-new", "new");
	make_file(f, "/old/loose-other", "theirs");
	make_file(f, "/home/files/loose-other", "mine");
	make_dir(f, "/old/link");
	make_file(f, "/old/link/x", "x");
	assert_int_equal(symlink("docs", real(f, "/home/link")), 0);
	contents_index(&list);

	AUTO_CLOSE int fd = dir_fd(f, "/old");
	assert_ok(f, host_walk(f->host, fd, "/old", &visitor, &f->diags));
	assert_string_equal(buffer_text(&judging.said),
		"docs/a-same same\n"
		"docs/b-there news\n"
		"docs/c-here same\n"
		"docs/d-both conflict\n"
		"docs/e-equal same\n"
		"docs/f-gone-here same\n"
		"docs/g-gone-here-newer conflict\n"
		"link/x conflict\n"
		"files/loose-new news\n"
		"files/loose-other conflict\n");
	buffer_finish(&judging.said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_contents_list_reads_back_as_it_was_written),
		host_test(test_contents_list_that_is_none_is_refused),
		host_test(test_contents_changes_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
