/*
 * test_adopt_links.c - where a symbolic link by the home's full path leads in the jail, and what
 * the record of an adoption says of it.
 */
#include "host_fixture.h"

#include "core/run/adopt.h"

/* ---- where it leads ---- */

static const char *
new_target(struct fixture *f, const char *source, const char *path, const char *target)
{
	struct step step = {
		.kind = source ? STEP_HOME_COPY : STEP_HOME_ADOPT,
		.path = source ? "/srv/anna" : "/home/anna",
		.home = { .loose = "files", .source = source, .relink = true },
	};
	struct adoption adoption = { .step = &step, .scratch = &f->arena, .home_fd = -1 };
	struct tree_record record = { .arena = &f->arena };
	ARRAY_PUSH(&f->arena, &record.moved, ((struct moved_folder){ "docs", 1 }));
	ARRAY_PUSH(&f->arena, &record.moved, ((struct moved_folder){ "pics", 2 }));
	const char *found = adopt_new_target(&adoption, &record, path, target);
	return found ? found : "-";
}

static void
test_links_lead_to_the_same_in_the_jail(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *path, *target, *expected;
	} cases[] = {
		/* A loose link is in "files" then. */
		{ "newest", "/home/anna/docs/a", "../docs/a" },
		{ "same", "/home/anna/notes", "notes" },
		{ ".config/app/docs", "/home/anna/docs", "../../../docs" },
		{ ".config/app/notes", "/home/anna/.cache/notes", "../../.cache/notes" },
		{ "docs/notes", "/home/anna/notes", "../files/notes" },
		{ "docs/deep/hidden", "/home/anna/.profile", "../../files/.profile" },
		{ "docs/pics", "/home/anna/pics", "../pics" },
		{ "docs/deep/pic", "/home/anna/pics/2024/x", "../../pics/2024/x" },
		{ "docs/deep/near", "/home/anna/docs/deep/x", "x" },
		{ "docs/deep/above", "/home/anna/docs/x", "../x" },
		{ "docs/deep/here", "/home/anna/docs/deep", "." },
		/* One beginning, two folders. */
		{ "docs/a", "/home/anna/docsy/b", "../files/docsy/b" },
		/* The home itself is the jail's root. */
		{ "docs/home", "/home/anna", ".." },
		{ "docs/deep/home", "/home/anna/", "../.." },
		{ "home", "/home/anna/.", ".." },
		/* However it is written. */
		{ "docs/a", "/home/anna//pics/./b/", "../pics/./b/" },
		{ "docs/a", "/home/anna/./pics", "../pics" },
		{ "docs/a", "/home/anna/pics/x/../y", "../pics/x/../y" },
		/* Left alone: what ".." leads to at the first level may be elsewhere. */
		{ "docs/a", "/home/anna/pics/../docs", "-" },
		{ "docs/a", "/home/anna/..", "-" },
		{ "docs/a", "/home/anna/x/../../berta", "-" },
		{ "docs/a", "/home/annabel/docs", "-" },
		{ "docs/a", "/etc/passwd", "-" },
		{ "docs/a", "../pics", "-" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(
			new_target(f, NULL, cases[i].path, cases[i].target), cases[i].expected);
}

static void
test_links_of_a_copy_led_into_what_was_copied(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(new_target(f, "/mnt/anna", "docs/a", "/mnt/anna/pics"), "../pics");
	assert_string_equal(new_target(f, "/mnt/anna", "docs/a", "/srv/anna/pics"), "-");
}

static void
test_links_that_would_be_longer_than_any_path_stay(void **state)
{
	struct fixture *f = *state;
	char path[PATH_MAX + 1];
	for (size_t i = 0; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, "d/", 3);
	assert_string_equal(new_target(f, NULL, path, "/home/anna/pics"), "-");
}

/* ---- the record ---- */

#define LINK "link 1000 100 30000 100 -5 7 docs/a%20b /home/anna/x%25 ../files/x%25\n"

static bool
parse(struct fixture *f, const char *text, struct tree_record *ret_record)
{
	struct bytes bytes = { text, strlen(text) };
	return tree_record_parse(bytes, "record", &f->arena, ret_record, &f->diags);
}

static void
test_record_reads_what_it_writes(void **state)
{
	struct fixture *f = *state;
	struct tree_record record;
	assert_true(parse(f, "rehome-tree 1\n" LINK "end 2\n", &record));
	assert_int_equal(record.links.count, 1);
	const struct relinked *link = &record.links.items[0];
	assert_string_equal(link->path, "docs/a b");
	assert_string_equal(link->old_target, "/home/anna/x%");
	assert_string_equal(link->new_target, "../files/x%");
	assert_int_equal(link->before.uid, 1000);
	assert_int_equal(link->after.uid, 30000);
	assert_int_equal(link->after.gid, 100);
	assert_int_equal(link->modified.tv_sec, -5);
	assert_int_equal(link->modified.tv_nsec, 7);
	AUTO_TREE_WRITER struct tree_writer writer = { .fd = -1 };
	assert_true(tree_writer_link(&writer, link));
	assert_string_equal(buffer_text(&writer.pending), LINK);
}

static void
test_record_refuses_links_that_are_none(void **state)
{
	struct fixture *f = *state;
	static const char *const lines[] = {
		"link 1 1 1 1 0 0 ../x /a b",
		"link 1 1 1 1 0 0 x a b",
		"link 1 1 1 1 0 0 x /a /b",
		"link 1 1 1 1 0 0 x /a",
		"link 1 1 1 1 0 0 x /a b c",
		"link 1 1 1 1 0 1000000000 x /a b",
		"link 1 1 1 1 0 -1 x /a b",
		"link 1 1 1 1 0 x /a b",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct tree_record record;
		const char *text = arena_printf(&f->arena, "rehome-tree 1\n%s\nend 2\n", lines[i]);
		assert_false(parse(f, text, &record));
		assert_int_equal(f->diags.count, i + 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_links_lead_to_the_same_in_the_jail),
		host_test(test_links_of_a_copy_led_into_what_was_copied),
		host_test(test_links_that_would_be_longer_than_any_path_stay),
		host_test(test_record_reads_what_it_writes),
		host_test(test_record_refuses_links_that_are_none),
	};
	return cmocka_run_group_tests_name("adopt_links", tests, NULL, NULL);
}
