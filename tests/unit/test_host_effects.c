/*
 * test_host_effects.c - effects in detail: names, modes and ACLs of what is new, contents. Runs
 * without privileges; owners are test_host_owner.c's business.
 */
#include "host_effects_fixture.h"

#include <signal.h>
#include <sys/acl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* ---- names ---- */

static void
test_new_names_never_replace_old_ones(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	assert_int_equal(symlink("nowhere", real(f, "/dir/link")), 0);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	static const char *const taken[] = { "a", "empty", "link" };
	const struct host_owner owner = mine(0755);
	for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
		const char *name = taken[i];
		assert_refused(f, host_make_dir_at(f->host, dir, name, &owner, &f->diags),
			arena_printf(&f->arena,
				"/dir/%s: cannot make the directory: mkdirat: File exists", name));
		assert_refused(f,
			host_create_file_at(f->host, dir, name, bytes_of("x"), &owner,
				HOST_SYNC_NOW, &f->diags),
			arena_printf(&f->arena,
				"/dir/%s: cannot create the file: openat: File exists", name));
		assert_refused(f, host_rename_at(f->host, dir, "b", dir, name, false, &f->diags),
			arena_printf(&f->arena,
				"/dir/%s: cannot rename 'b' to this: renameat2: File exists",
				name));
	}
	int fd = -1;
	assert_refused(f, host_open_append(f->host, "/dir/a", true, &fd, &f->diags),
		"/dir/a: cannot open for appending: openat: File exists");
	assert_int_equal(unlink(real(f, "/dir/link")), 0);
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_names_with_slashes_or_dots_are_refused(void **state)
{
	static const char *const names[] = { "", ".", "..", "a/b", "/a", "../dir/a" };
	struct fixture *f = *state;
	make_tree(f);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_refused(f, host_unlink_at(f->host, dir, names[i], &f->diags),
			arena_printf(&f->arena,
				"%s: cannot remove the file: expected one name without '/'",
				names[i]));
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_effects_below_a_link_are_refused(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	assert_int_equal(symlink("dir", real(f, "/link")), 0);
	const struct host_owner owner = mine(0755);
	int fd = -1;
	static const char refused[] = "/link: is a symbolic link";
	assert_refused(f, host_make_dir(f->host, "/link/new", &owner, &f->diags), refused);
	assert_refused(f, host_unlink(f->host, "/link/a", &f->diags), refused);
	assert_refused(f, host_remove_dir(f->host, "/link/empty", NULL, &f->diags), refused);
	assert_refused(f, host_replace_file(f->host, "/link/a", bytes_of("x"), &owner, &f->diags),
		refused);
	assert_refused(f, host_open_append(f->host, "/link/a", false, &fd, &f->diags), refused);
	assert_refused(f, host_lock_file(f->host, "/link/lock", 0, &fd, &f->diags), refused);
	assert_refused(f, host_sync_dir(f->host, "/link", &f->diags), refused);
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_last_component_that_is_no_file_is_refused(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	const struct host_owner owner = mine(0644);
	assert_int_equal(symlink("dir/a", real(f, "/link")), 0);
	assert_int_equal(mkfifo(real(f, "/fifo"), 0600), 0);
	static const char *const errors[][2] = {
		{ "/link", "/link: is a symbolic link" },
		{ "/fifo", "/fifo: is a FIFO, socket or device, expected a regular file" },
		{ "/dir", "/dir: is a directory, expected a regular file" },
	};
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		const char *path = errors[i][0], *error = errors[i][1];
		int fd = -1;
		assert_refused(f,
			host_replace_file(f->host, path, bytes_of("x"), &owner, &f->diags), error);
		assert_refused(f, host_open_append(f->host, path, false, &fd, &f->diags), error);
		assert_refused(f, host_lock_file(f->host, path, 0, &fd, &f->diags), error);
	}
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_removing_what_is_missing_succeeds(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	bool not_empty = true;
	assert_ok(f, host_unlink_at(f->host, dir, "missing", &f->diags));
	assert_ok(f, host_unlink(f->host, "/missing/parent/x", &f->diags));
	assert_ok(f, host_remove_dir_at(f->host, dir, "missing", NULL, &f->diags));
	assert_ok(f, host_remove_dir(f->host, "/missing/parent/x", &not_empty, &f->diags));
	assert_false(not_empty);
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_full_directory_is_told_apart_when_asked_for(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	bool not_empty = false;
	assert_ok(f, host_remove_dir(f->host, "/dir/full", &not_empty, &f->diags));
	assert_true(not_empty);
	assert_refused(f, host_remove_dir(f->host, "/dir/full", NULL, &f->diags),
		"/dir/full: cannot remove the directory: unlinkat: Directory not empty");
	assert_ok(f, host_remove_dir(f->host, "/dir/empty", &not_empty, &f->diags));
	assert_false(not_empty);
}

/* ---- modes and ACLs of what is new ---- */

static void
set_default_acl(struct fixture *f, const char *path)
{
	acl_t acl = acl_from_text("u::rwx,u:12:rwx,g::rwx,m::rwx,o::rwx");
	if (acl_set_file(real(f, path), ACL_TYPE_DEFAULT, acl) != 0)
		fail_msg("the filesystem of %s has no ACLs, which this test needs: %s", f->root,
			strerror(errno));
	acl_free(acl);
}

static void
check_new_modes(struct fixture *f, const char *parent)
{
	static const mode_t modes[] = { 0755, 0700, 0711, 0750, 0775, 0777, 01777, 02770, 02755,
		0555, 0 };
	AUTO_CLOSE int dir = dir_fd(f, parent);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		const struct host_owner owner = mine(modes[i]);
		struct host_entry entry;
		assert_ok(f, host_make_dir_at(f->host, dir, "dir", &owner, &f->diags));
		assert_ok(f, host_inspect_at(f->host, dir, "dir", &entry, &f->diags));
		assert_int_equal(entry.st.st_mode, S_IFDIR | modes[i]);
		assert_false(entry.has_acl);
		assert_ok(f, host_remove_dir_at(f->host, dir, "dir", NULL, &f->diags));

		assert_ok(f,
			host_create_file_at(f->host, dir, "file", bytes_of("x"), &owner,
				HOST_SYNC_NOW, &f->diags));
		assert_ok(f, host_inspect_at(f->host, dir, "file", &entry, &f->diags));
		assert_int_equal(entry.st.st_mode, S_IFREG | modes[i]);
		assert_false(entry.has_acl);
		assert_ok(f, host_unlink_at(f->host, dir, "file", &f->diags));
	}
}

static void
test_new_things_get_exactly_their_mode(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/dir");
	check_new_modes(f, "/dir");
}

static void
test_new_things_inherit_no_setgid(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/dir");
	assert_int_equal(chmod(real(f, "/dir"), 02755), 0);
	check_new_modes(f, "/dir");
}

static void
test_new_things_inherit_no_default_acl(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/dir");
	set_default_acl(f, "/dir");
	check_new_modes(f, "/dir");
}

static void
test_plain_parent_is_not_remembered_for_the_next_directory(void **state)
{
	struct fixture *f = *state;
	const struct host_owner owner = mine(0755);
	make_dir(f, "/plain");
	make_dir(f, "/listed");
	set_default_acl(f, "/listed");
	int plain = dir_fd(f, "/plain");
	assert_ok(f, host_make_dir_at(f->host, plain, "dir", &owner, &f->diags));
	close(plain);

	AUTO_CLOSE int listed = dir_fd(f, "/listed");
	assert_int_equal(listed, plain);
	struct host_entry entry;
	assert_ok(f, host_make_dir_at(f->host, listed, "dir", &owner, &f->diags));
	assert_ok(f, host_inspect_at(f->host, listed, "dir", &entry, &f->diags));
	assert_false(entry.has_acl);
}

static void
test_parent_that_became_setgid_is_asked_again(void **state)
{
	struct fixture *f = *state;
	const struct host_owner owner = mine(0755), shared = mine(02775);
	make_dir(f, "/dir");
	AUTO_CLOSE int root = dir_fd(f, "/");
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	struct stat expected = stat_of(f, "/dir");
	assert_ok(f, host_make_dir_at(f->host, dir, "before", &owner, &f->diags));
	assert_ok(f, host_own_at(f->host, root, "dir", &expected, &shared, &f->diags));
	assert_ok(f, host_make_dir_at(f->host, dir, "after", &owner, &f->diags));
	assert_int_equal(stat_of(f, "/dir").st_mode, S_IFDIR | 02775);
	assert_int_equal(stat_of(f, "/dir/after").st_mode, S_IFDIR | 0755);
}

/* ---- mode of what exists ---- */

static void
test_own_refuses_another_inode(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	struct stat expected = stat_of(f, "/dir/b"), found = stat_of(f, "/dir/a");
	const struct host_owner owner = mine(0666);
	assert_refused(f, host_own_at(f->host, dir, "a", &expected, &owner, &f->diags),
		arena_printf(&f->arena,
			"/dir/a: cannot change owner and mode: found inode %ju, expected inode %ju",
			(uintmax_t)found.st_ino, (uintmax_t)expected.st_ino));
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_own_leaves_the_target_of_a_link_alone(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	assert_int_equal(symlink("a", real(f, "/dir/link")), 0);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	struct stat expected = stat_of(f, "/dir/link");
	const struct host_owner owner = mine(0666);
	assert_ok(f, host_own_at(f->host, dir, "link", &expected, &owner, &f->diags));
	assert_int_equal(stat_of(f, "/dir/a").st_mode, S_IFREG | 0600);
}

static void
test_own_never_touches_a_file_that_was_swapped_in(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	assert_int_equal(chmod(real(f, "/dir/b"), 0600), 0);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	const struct stat expected = stat_of(f, "/dir/a"), victim = stat_of(f, "/dir/b");
	pid_t attacker = fork();
	assert_true(attacker >= 0);
	if (attacker == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (renameat2(dir, "a", dir, "b", RENAME_EXCHANGE) == 0)
			;
		_exit(1);
	}

	int changed = 0, refused = 0;
	for (int i = 0; i < 50000 && (changed < 500 || refused < 500); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		struct diags diags = { .arena = &arena };
		const struct host_owner owner = mine(i % 2 ? 0640 : 0644);
		bool ok = host_own_at(f->host, dir, "a", &expected, &owner, &diags);
		changed += ok;
		refused += !ok;
	}
	kill(attacker, SIGKILL);
	waitpid(attacker, NULL, 0);

	struct stat a = stat_of(f, "/dir/a"), b = stat_of(f, "/dir/b");
	assert_int_equal((a.st_ino == victim.st_ino ? a : b).st_mode, S_IFREG | 0600);
	assert_true(changed > 0);
	assert_true(refused > 0);
}

/* ---- contents ---- */

static void
test_replaced_file_is_a_new_inode_and_old_links_keep_the_old(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	const struct host_owner owner = mine(0640);
	assert_int_equal(link(real(f, "/dir/a"), real(f, "/old")), 0);
	assert_ok(f, host_replace_file(f->host, "/dir/a", bytes_of("new"), &owner, &f->diags));
	assert_string_equal(content_of(f, "/dir/a"), "new");
	assert_string_equal(content_of(f, "/old"), "a");
	assert_int_equal(stat_of(f, "/old").st_mode, S_IFREG | 0600);
}

static void
test_replaced_file_need_not_exist(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	const struct host_owner owner = mine(0644);
	assert_ok(f, host_replace_file(f->host, "/dir/c", bytes_of("c"), &owner, &f->diags));
	assert_string_equal(tree_of(f), "a=a:600 b=b:644 c=c:644 empty/755 full/755");
}

static void
test_staged_file_shows_nothing_until_committed_and_abandons_without_trace(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	const struct host_owner owner = mine(0640);
	struct host_staged_file kept, dropped;
	assert_ok(f,
		host_stage_file(
			f->host, "/dir/a", bytes_of("new a"), &owner, &f->arena, &kept, &f->diags));
	assert_ok(f,
		host_stage_file(f->host, "/dir/b", bytes_of("new b"), &owner, &f->arena, &dropped,
			&f->diags));
	assert_string_equal(content_of(f, "/dir/a"), "a");
	host_abandon_file(f->host, &dropped);
	assert_ok(f, host_commit_file(f->host, &kept, &f->diags));
	assert_string_equal(tree_of(f), "a=new a:640 b=b:644 empty/755 full/755");
	/* Once more, after it is gone: quiet. */
	host_abandon_file(f->host, &dropped);
	assert_string_equal(tree_of(f), "a=new a:640 b=b:644 empty/755 full/755");
}

/* The size limit of a process makes the kernel write short, then refuse. */
static void
limit_file_size(rlim_t bytes)
{
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	signal(SIGXFSZ, SIG_IGN);
}

static void
test_short_write_of_a_new_file_goes_on_and_then_removes_it(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	struct hearing hearing = { .arena = &f->arena, .calls = "" };
	const struct host_owner owner = mine(0644);
	host_set_faults(f->host, &(struct host_faults){ &hearing, hear });
	limit_file_size(5);
	bool ok = host_create_file_at(
		f->host, dir, "new", bytes_of("0123456789"), &owner, HOST_SYNC_NOW, &f->diags);
	limit_file_size(RLIM_INFINITY);
	assert_false(ok);
	assert_string_equal(
		only_error(f), "/dir/new: cannot create the file: write: File too large");
	assert_string_equal(hearing.calls, "openat write write unlinkat");
	assert_string_equal(tree_of(f), UNTOUCHED);
}

static void
test_short_append_is_an_error(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	AUTO_CLOSE int fd = -1;
	assert_ok(f, host_open_append(f->host, "/dir/b", false, &fd, &f->diags));
	limit_file_size(5);
	bool ok = host_append(f->host, fd, bytes_of("0123456789"), "/dir/b", &f->diags);
	limit_file_size(RLIM_INFINITY);
	assert_false(ok);
	assert_string_equal(only_error(f), "/dir/b: cannot append: wrote 4 of 10 bytes");
}

static void
test_journal_grows_at_the_end_and_reserve_keeps_its_size(void **state)
{
	struct fixture *f = *state;
	AUTO_CLOSE int fd = -1, again = -1;
	assert_ok(f, host_open_append(f->host, "/journal", true, &fd, &f->diags));
	assert_int_equal(stat_of(f, "/journal").st_mode, S_IFREG | 0600);
	assert_ok(f, host_append(f->host, fd, bytes_of("one "), "/journal", &f->diags));
	assert_ok(f, host_reserve(f->host, fd, 65536, "/journal", &f->diags));
	assert_int_equal(stat_of(f, "/journal").st_size, 4);
	assert_true(stat_of(f, "/journal").st_blocks * 512 >= 65536);

	assert_ok(f, host_open_append(f->host, "/journal", false, &again, &f->diags));
	assert_ok(f, host_append(f->host, again, bytes_of("two torn"), "/journal", &f->diags));
	assert_ok(f, host_truncate(f->host, again, 8, "/journal", &f->diags));
	assert_ok(f, host_append(f->host, fd, bytes_of("three"), "/journal", &f->diags));
	assert_string_equal(content_of(f, "/journal"), "one two three");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_new_names_never_replace_old_ones),
		host_test(test_names_with_slashes_or_dots_are_refused),
		host_test(test_effects_below_a_link_are_refused),
		host_test(test_last_component_that_is_no_file_is_refused),
		host_test(test_removing_what_is_missing_succeeds),
		host_test(test_full_directory_is_told_apart_when_asked_for),
		host_test(test_new_things_get_exactly_their_mode),
		host_test(test_new_things_inherit_no_setgid),
		host_test(test_new_things_inherit_no_default_acl),
		host_test(test_plain_parent_is_not_remembered_for_the_next_directory),
		host_test(test_parent_that_became_setgid_is_asked_again),
		host_test(test_own_refuses_another_inode),
		host_test(test_own_leaves_the_target_of_a_link_alone),
		host_test(test_own_never_touches_a_file_that_was_swapped_in),
		host_test(test_replaced_file_is_a_new_inode_and_old_links_keep_the_old),
		host_test(test_replaced_file_need_not_exist),
		host_test(
			test_staged_file_shows_nothing_until_committed_and_abandons_without_trace),
		host_test(test_short_write_of_a_new_file_goes_on_and_then_removes_it),
		host_test(test_short_append_is_an_error),
		host_test(test_journal_grows_at_the_end_and_reserve_keeps_its_size),
	};
	return cmocka_run_group_tests_name("host_effects", tests, NULL, NULL);
}
