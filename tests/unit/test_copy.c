/*
 * test_copy.c - a tree copied from one filesystem to another. Needs root.
 */
#include "copy_fixture.h"

#include <sys/resource.h>

/* ---- copying ---- */

static void
test_copy_is_the_same_in_everything(void **state)
{
	struct fixture *f = *state;
	furnish(f);
	assert_ok(f, with_trees(f, copy_trees));
	assert_int_equal(stat_of(f, "/new/home/tool").st_atim.tv_sec, 5999);
	assert_same_trees(f);
	assert_ok(f, with_trees(f, compare_trees));
	assert_int_equal(
		stat_of(f, "/new/home/big").st_ino, stat_of(f, "/new/home/pics/deep/big2").st_ino);
	assert_int_equal(stat_of(f, "/new/home/big").st_ino, stat_of(f, "/new/home/big3").st_ino);
	assert_int_equal(facts.directories, 3);
	assert_int_equal(facts.files, 5);
	assert_int_equal(facts.links, 2);
	assert_int_equal(facts.fifos, 1);
	assert_int_equal(facts.sockets, 0);
	assert_int_equal(facts.shared, 0);
	assert_int_equal(
		facts.bytes, 5 + 48 * MEGABYTE + 2 + (uint64_t)stat_of(f, "/old/home/big").st_size);
}

static void
test_holes_stay_holes(void **state)
{
	struct fixture *f = *state;
	make_sparse_file(f, "/old/home/sparse");
	assert_true(stat_of(f, "/old/home/sparse").st_blocks * 512 < MEGABYTE);
	assert_ok(f, with_trees(f, copy_trees));
	assert_same_trees(f);
	assert_int_equal(
		stat_of(f, "/new/home/sparse").st_blocks, stat_of(f, "/old/home/sparse").st_blocks);
}

static void
test_copy_within_a_filesystem_is_the_same_too(void **state)
{
	struct fixture *f = *state;
	furnish(f);
	make_dir(f, "/old/copy");
	AUTO_CLOSE int from = dir_fd(f, "/old/home"), to = dir_fd(f, "/old/copy");
	const struct tree_copy copy = { from, to, "/old/home", "/old/copy" };
	assert_ok(f, copy_trees(f, &copy));
	assert_string_equal(portrait(f, "/old/copy"), portrait(f, "/old/home"));
	assert_ok(f, compare_trees(f, &copy));
}

static void
test_sockets_are_left_out_and_named(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/old/home/run");
	make_socket(f, "/old/home/run/agent");
	assert_ok(f, with_trees(f, copy_trees));
	assert_same_trees(f);
	assert_false(is_there(f, "/new/home/run/agent"));
	assert_int_equal(facts.sockets, 1);
	assert_int_equal(facts.left_out.count, 1);
	assert_string_equal(facts.left_out.items[0], "/old/home/run/agent");
	assert_ok(f, with_trees(f, compare_trees));
}

static void
test_file_with_a_name_outside_is_counted(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/old/home/a", "x");
	make_file(f, "/old/home/b", "x");
	assert_int_equal(link(real(f, "/old/home/a"), real(f, "/old/outside")), 0);
	assert_ok(f, with_trees(f, copy_trees));
	assert_int_equal(facts.shared, 1);
	assert_int_equal(stat_of(f, "/new/home/a").st_nlink, 1);
	assert_ok(f, with_trees(f, compare_trees));
}

static void
test_devices_are_refused(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mknod(real(f, "/old/home/null"), S_IFCHR | 0666, makedev(1, 3)), 0);
	assert_refused(
		f, with_trees(f, copy_trees), "/old/home/null: is a device, which is never copied");
}

static void
test_mount_points_are_refused(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/old/home/disk");
	assert_int_equal(mount("none", real(f, "/old/home/disk"), "tmpfs", 0, NULL), 0);
	assert_refused(f, with_trees(f, copy_trees),
		"/old/home/disk: is a mount point, which no copy can take along");
	assert_int_equal(umount(real(f, "/old/home/disk")), 0);
}

static void
test_target_must_be_empty(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/old/home/a", "x");
	make_file(f, "/new/home/b", "x");
	assert_refused(f, with_trees(f, copy_trees),
		"/new/home: cannot copy to this directory: expected it empty");
	assert_false(is_there(f, "/new/home/a"));
}

static void
test_deep_trees_need_one_descriptor_a_level(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit, few;
	enum { DEPTH = WALK_DEPTH - 1 };
	AUTO_FREE char *path = strdup(real(f, "/old/home"));
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	for (int i = 0; i < DEPTH; i++) {
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		close(fd);
		fd = next;
	}
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){ DEPTH + 20, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	bool copied = with_trees(f, copy_trees) && with_trees(f, compare_trees);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_string_equal(only_error(f), "");
	assert_true(copied);
	assert_int_equal(facts.directories, DEPTH + 1);
}

/* ---- a source that does not keep still, and calls that fail ---- */

static int
write_to_source(void *ctx, const char *effect, const char *path)
{
	struct fixture *f = ctx;
	(void)path;
	if (strcmp(effect, "ftruncate") == 0)
		make_file(f, "/old/home/a", "hi");
	return 0;
}

static void
test_file_that_changes_while_it_is_copied_is_an_error(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/old/home/a", "hello");
	host_set_faults(f->host, &(struct host_faults){ f, write_to_source });
	assert_refused(f, with_trees(f, copy_trees), "/old/home/a: changed while it was copied");
}

struct countdown {
	int left;
	const char *failed;
};

static int
count_down(void *ctx, const char *effect, const char *path)
{
	struct countdown *countdown = ctx;
	(void)path;
	if (--countdown->left)
		return 0;
	countdown->failed = effect;
	return ENOSPC;
}

/* A fresh directory to copy to, for the nth call to fail in. */
static bool
copy_with_fault(struct fixture *f, int nth, struct countdown *countdown)
{
	const char *name = arena_printf(&f->arena, "/new/%d", nth);
	make_dir(f, name);
	AUTO_CLOSE int from = dir_fd(f, "/old/home"), to = dir_fd(f, name);
	const struct tree_copy copy = { from, to, "/old/home", name };
	*countdown = (struct countdown){ .left = nth };
	host_set_faults(f->host, &(struct host_faults){ countdown, count_down });
	return copy_trees(f, &copy);
}

static void
test_every_call_that_fails_is_an_error_that_names_it(void **state)
{
	struct fixture *f = *state;
	int nth = 1;
	furnish(f);
	const char *before = portrait(f, "/old/home");
	for (;; nth++) {
		struct countdown countdown;
		bool ok = copy_with_fault(f, nth, &countdown);
		const char *error = only_error(f);
		if (!countdown.failed) {
			assert_string_equal(error, "");
			assert_true(ok);
			break;
		}
		assert_false(ok);
		const char *expected =
			arena_printf(&f->arena, ": %s: No space left on device", countdown.failed);
		if (!strstr(error, expected))
			fail_msg("call %d: '%s' says nothing of '%s'", nth, error, expected);
	}
	assert_true(nth > 50);
	assert_string_equal(portrait(f, "/old/home"), before);
}

static void
test_nothing_is_copied_while_planning(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/old/home/a", "hello");
	use_host(f, f->root, HOST_READ_ONLY);
	assert_refused(f, with_trees(f, copy_trees),
		"/new/home/a: cannot copy the file: planning never changes the machine");
	assert_string_equal(seen_below(f, "/new/home"), "./ ^.");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		copy_test(test_copy_is_the_same_in_everything),
		copy_test(test_holes_stay_holes),
		copy_test(test_copy_within_a_filesystem_is_the_same_too),
		copy_test(test_sockets_are_left_out_and_named),
		copy_test(test_file_with_a_name_outside_is_counted),
		copy_test(test_devices_are_refused),
		copy_test(test_mount_points_are_refused),
		copy_test(test_target_must_be_empty),
		copy_test(test_deep_trees_need_one_descriptor_a_level),
		copy_test(test_file_that_changes_while_it_is_copied_is_an_error),
		copy_test(test_every_call_that_fails_is_an_error_that_names_it),
		copy_test(test_nothing_is_copied_while_planning),
	};
	int reason = copy_prepare();
	return reason ? reason : cmocka_run_group_tests_name("copy", tests, NULL, NULL);
}
