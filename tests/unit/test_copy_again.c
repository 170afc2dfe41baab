/*
 * test_copy_again.c - copies that go on where another one was stopped, and copies that have other
 * owners, attributes and targets than their source. Needs root.
 */
#include "copy_fixture.h"

/* ---- going on ---- */

static bool
go_on(struct fixture *f, const struct tree_copy *copy)
{
	struct tree_copy again = *copy;
	again.resumes = true;
	return copy_trees(f, &again);
}

static bool
go_on_without_trust(struct fixture *f, const struct tree_copy *copy)
{
	struct tree_copy again = *copy;
	again.resumes = again.recopies = true;
	return copy_trees(f, &again);
}

static void
assert_went_on(struct fixture *f, bool (*act)(struct fixture *f, const struct tree_copy *copy))
{
	assert_ok(f, with_trees(f, act));
	assert_same_trees(f);
	assert_ok(f, with_trees(f, compare_trees));
}

/* The n-th effect fails, whichever it is, and the next copy completes what there is. */
static int countdown;

static int
fail_at(void *ctx, const char *effect, const char *path)
{
	(void)ctx, (void)effect, (void)path;
	return --countdown == 0 ? ENOSPC : 0;
}

static void
test_copy_goes_on_wherever_it_was_stopped(void **state)
{
	struct fixture *f = *state;
	const struct host_faults faults = { .before = fail_at }, none = { 0 };
	bool stopped = true;
	int nth = 1;
	furnish(f);
	for (; stopped; nth += 7) {
		countdown = nth;
		host_set_faults(f->host, &faults);
		stopped = !with_trees(f, go_on);
		(void)only_error(f);
		host_set_faults(f->host, &none);
		assert_went_on(f, go_on);
		assert_int_equal(remove_tree(real(f, "/new/home")), 0);
		make_dir(f, "/new/home");
	}
	assert_true(nth > 50);
}

static void
test_complete_files_are_not_copied_again(void **state)
{
	struct fixture *f = *state;
	furnish(f);
	assert_ok(f, with_trees(f, copy_trees));
	ino_t tool = stat_of(f, "/new/home/tool").st_ino;
	assert_went_on(f, go_on);
	assert_int_equal(stat_of(f, "/new/home/tool").st_ino, tool);
	/* Those with several names are made anew. */
	assert_int_equal(facts.files, 5);
	assert_int_equal(facts.resumed, 4);
	assert_went_on(f, go_on_without_trust);
	assert_int_equal(facts.resumed, 0);
}

static void
test_what_the_source_changed_is_followed(void **state)
{
	struct fixture *f = *state;
	furnish(f);
	assert_ok(f, with_trees(f, copy_trees));
	make_file(f, "/old/home/empty", "no more");
	set_facts(f, "/old/home/pics/gr\xfc\xdf", 2005, 0600, 1);
	assert_int_equal(remove(real(f, "/old/home/big")), 0);
	make_file(f, "/old/home/big", "a file of its own");
	assert_int_equal(remove(real(f, "/old/home/fifo")), 0);
	make_dir(f, "/old/home/fifo");
	make_file(f, "/old/home/fifo/new", "new");
	assert_int_equal(remove(real(f, "/old/home/pics/link")), 0);
	assert_int_equal(remove(real(f, "/old/home/pics/deep/big2")), 0);
	assert_int_equal(remove(real(f, "/old/home/pics/deep")), 0);
	make_file(f, "/old/home/pics/deep", "a file now");
	assert_went_on(f, go_on);
}

/* ---- other than the source ---- */

static void
own(void *ctx, const struct walk_entry *entry, struct host_owner *owner)
{
	(void)ctx, (void)entry;
	*owner = (struct host_owner){ 3000, 3001, owner->mode & 0755 };
}

static bool
keeps(void *ctx, const struct walk_entry *entry, const char *xattr)
{
	(void)ctx, (void)entry;
	return strncmp(xattr, "system.", 7) != 0 && strcmp(xattr, "security.capability") != 0;
}

static const char *
target(void *ctx, const struct walk_entry *entry, const char *old)
{
	(void)ctx, (void)entry;
	return *old == '/' ? "somewhere" : NULL;
}

static bool
wants(void *ctx, const struct walk_entry *entry)
{
	(void)ctx;
	return strcmp(entry->name, "big3") != 0;
}

static const struct tree_mapping mapping = {
	.own = own,
	.keeps = keeps,
	.target = target,
	.wants = wants,
};

static bool
copy_mapped(struct fixture *f, const struct tree_copy *copy)
{
	struct tree_copy mapped = *copy;
	mapped.mapping = &mapping;
	return copy_trees(f, &mapped) && compare_trees(f, &mapped);
}

static void
test_copy_has_what_its_mapping_says(void **state)
{
	struct fixture *f = *state;
	char link[64] = "";
	furnish(f);
	assert_ok(f, with_trees(f, copy_mapped));
	struct stat tool = stat_of(f, "/new/home/tool"), pics = stat_of(f, "/new/home/pics");
	assert_int_equal(tool.st_uid, 3000);
	assert_int_equal(tool.st_gid, 3001);
	assert_int_equal(tool.st_mode & 07777, 0755);
	assert_int_equal(tool.st_mtim.tv_sec, 6000);
	assert_int_equal(lgetxattr(real(f, "/new/home/tool"), "trusted.x", link, 64), 1);
	assert_int_equal(lgetxattr(real(f, "/new/home/tool"), "security.capability", link, 64), -1);
	assert_int_equal(lgetxattr(real(f, "/new/home/pics"), XATTR_DEFAULT_ACL, link, 64), -1);
	assert_int_equal(pics.st_mode & 07777, 0750);
	assert_int_equal(stat_of(f, "/new/home/dangling").st_uid, 3000);
	memset(link, 0, sizeof(link));
	assert_int_equal(readlink(real(f, "/new/home/dangling"), link, 63), 9);
	assert_string_equal(link, "somewhere");
	assert_false(is_there(f, "/new/home/big3"));
	assert_int_equal(stat_of(f, "/new/home/big").st_nlink, 2);
	/* By the source's own facts it is another tree. */
	assert_false(with_trees(f, compare_trees));
}

static bool
stop_at_once(void *ctx, uint64_t bytes)
{
	*(uint64_t *)ctx += bytes;
	return false;
}

static bool
copy_and_stop(struct fixture *f, const struct tree_copy *copy)
{
	struct tree_copy stopped = *copy;
	uint64_t told = 0;
	stopped.progress = stop_at_once;
	stopped.progress_ctx = &told;
	bool ok = copy_trees(f, &stopped);
	assert_int_equal(told, 5);
	return ok;
}

static void
test_copy_stops_when_it_is_asked(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/old/home/a", "hello");
	make_file(f, "/old/home/b", "hello");
	assert_false(with_trees(f, copy_and_stop));
	/* Which call was the last depends on the filesystems. */
	assert_non_null(strstr(only_error(f), ": Operation canceled"));
	assert_false(is_there(f, "/new/home/b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		copy_test(test_copy_goes_on_wherever_it_was_stopped),
		copy_test(test_complete_files_are_not_copied_again),
		copy_test(test_what_the_source_changed_is_followed),
		copy_test(test_copy_has_what_its_mapping_says),
		copy_test(test_copy_stops_when_it_is_asked),
	};
	int reason = copy_prepare();
	return reason ? reason : cmocka_run_group_tests_name("copy_again", tests, NULL, NULL);
}
