/*
 * test_host_faults.c - every effect function on the same tree: what it does, that it is refused
 * while planning, and that it leaves nothing behind whichever of its calls fails.
 */
#include "host_effects_fixture.h"

#include "core/base/walk.h"

/* The directory and a file of it, opened before the action by plain means. */
struct opened {
	int dir, file;
};

static bool
do_make_dir_at(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(0755);
	return host_make_dir_at(f->host, o->dir, "new", &owner, &f->diags);
}

static bool
do_make_shared_dir_at(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(02770);
	return host_make_dir_at(f->host, o->dir, "new", &owner, &f->diags);
}

static bool
do_make_dir(struct fixture *f, const struct opened *o)
{
	(void)o;
	struct host_owner owner = mine(0700);
	return host_make_dir(f->host, "/dir/new", &owner, &f->diags);
}

static bool
do_create_file_at(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(0644);
	return host_create_file_at(
		f->host, o->dir, "new", bytes_of("text"), &owner, HOST_SYNC_NOW, &f->diags);
}

static bool
do_create_unsynced_file_at(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(0644);
	return host_create_file_at(
		f->host, o->dir, "new", bytes_of("text"), &owner, HOST_SYNC_LATER, &f->diags);
}

static bool
do_replace_file(struct fixture *f, const struct opened *o)
{
	(void)o;
	struct host_owner owner = mine(0640);
	return host_replace_file(f->host, "/dir/a", bytes_of("new a"), &owner, &f->diags);
}

static bool
do_stage_file(struct fixture *f, const struct opened *o)
{
	(void)o;
	struct host_owner owner = mine(0640);
	struct host_staged_file staged;
	return host_stage_file(
		f->host, "/dir/a", bytes_of("new a"), &owner, &f->arena, &staged, &f->diags);
}

static bool
do_commit_file(struct fixture *f, const struct opened *o)
{
	(void)o;
	char path[] = "/dir/a";
	struct host_staged_file staged = { .path = path, .temporary = "b" };
	return host_commit_file(f->host, &staged, &f->diags);
}

static bool
do_rename_at(struct fixture *f, const struct opened *o)
{
	return host_rename_at(f->host, o->dir, "a", o->dir, "new", false, &f->diags);
}

static bool
do_rename_over(struct fixture *f, const struct opened *o)
{
	return host_rename_at(f->host, o->dir, "a", o->dir, "b", true, &f->diags);
}

static bool
do_exchange_at(struct fixture *f, const struct opened *o)
{
	return host_exchange_at(f->host, o->dir, "a", o->dir, "full", &f->diags);
}

static bool
do_unlink_at(struct fixture *f, const struct opened *o)
{
	return host_unlink_at(f->host, o->dir, "a", &f->diags);
}

static bool
do_unlink(struct fixture *f, const struct opened *o)
{
	(void)o;
	return host_unlink(f->host, "/dir/a", &f->diags);
}

static bool
do_remove_dir_at(struct fixture *f, const struct opened *o)
{
	return host_remove_dir_at(f->host, o->dir, "empty", NULL, &f->diags);
}

static bool
do_remove_dir(struct fixture *f, const struct opened *o)
{
	(void)o;
	return host_remove_dir(f->host, "/dir/empty", NULL, &f->diags);
}

static bool
do_own_at(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(0640);
	struct stat expected = stat_of(f, "/dir/a");
	return host_own_at(f->host, o->dir, "a", &expected, &owner, &f->diags);
}

static bool
do_own_fd(struct fixture *f, const struct opened *o)
{
	struct host_owner owner = mine(0600);
	return host_own_fd(f->host, o->file, "/dir/b", &owner, &f->diags);
}

static bool
do_set_times(struct fixture *f, const struct opened *o)
{
	const struct timespec times[2] = { { 1, 2 }, { 3, 4 } };
	return host_set_times(f->host, o->file, "/dir/b", times, &f->diags);
}

static bool
do_set_xattr(struct fixture *f, const struct opened *o)
{
	return host_set_xattr(f->host, o->file, "/dir/b", "user.a", bytes_of("x"), &f->diags);
}

static bool
do_remove_xattr(struct fixture *f, const struct opened *o)
{
	return host_remove_xattr(f->host, o->file, "/dir/b", "user.a", &f->diags);
}

static bool
do_sync_dir(struct fixture *f, const struct opened *o)
{
	(void)o;
	return host_sync_dir(f->host, "/dir", &f->diags);
}

static bool
do_sync_fd(struct fixture *f, const struct opened *o)
{
	return host_sync_fd(f->host, o->file, "/dir/b", &f->diags);
}

static bool
do_sync_filesystem(struct fixture *f, const struct opened *o)
{
	return host_sync_filesystem(f->host, o->dir, "/dir", &f->diags);
}

static bool
do_create_append(struct fixture *f, const struct opened *o)
{
	(void)o;
	AUTO_CLOSE int fd = -1;
	return host_open_append(f->host, "/dir/new", true, &fd, &f->diags);
}

static bool
do_open_append(struct fixture *f, const struct opened *o)
{
	(void)o;
	AUTO_CLOSE int fd = -1;
	return host_open_append(f->host, "/dir/b", false, &fd, &f->diags);
}

static bool
do_append(struct fixture *f, const struct opened *o)
{
	return host_append(f->host, o->file, bytes_of("more"), "/dir/b", &f->diags);
}

static bool
do_truncate(struct fixture *f, const struct opened *o)
{
	return host_truncate(f->host, o->file, 0, "/dir/b", &f->diags);
}

static bool
do_reserve(struct fixture *f, const struct opened *o)
{
	return host_reserve(f->host, o->file, 4096, "/dir/b", &f->diags);
}

static bool
do_lock_file(struct fixture *f, const struct opened *o)
{
	(void)o;
	AUTO_CLOSE int fd = -1;
	return host_lock_file(f->host, "/dir/new", 0, &fd, &f->diags);
}

/*
 * calls is what the hook must hear, in order. result is the tree afterwards, see tree_of(). kept is
 * how many of the last calls come after the visible effect, so that it stays when they fail.
 */
static const struct action {
	const char *name, *calls, *result;
	bool (*act)(struct fixture *, const struct opened *);
	int kept;
} actions[] = {
	{ "make_dir_at", "mkdirat fchownat", "a=a:600 b=b:644 empty/755 full/755 new/755",
		do_make_dir_at },
	{ "make_shared_dir_at", "mkdirat fchown fchmod",
		"a=a:600 b=b:644 empty/755 full/755 new/2770", do_make_shared_dir_at },
	{ "make_dir", "mkdirat fchownat", "a=a:600 b=b:644 empty/755 full/755 new/700",
		do_make_dir },
	{ "create_file_at", "openat write fchown fchmod fsync",
		"a=a:600 b=b:644 empty/755 full/755 new=text:644", do_create_file_at },
	{ "create_unsynced_file_at", "openat write fchown fchmod",
		"a=a:600 b=b:644 empty/755 full/755 new=text:644", do_create_unsynced_file_at },
	{ "replace_file", "openat write fchown fchmod fsync renameat fsync",
		"a=new a:640 b=b:644 empty/755 full/755", do_replace_file, 1 },
	{ "stage_file", "openat write fchown fchmod fsync",
		".rehome-*=new a:640 a=a:600 b=b:644 empty/755 full/755", do_stage_file },
	{ "commit_file", "renameat", "a=b:644 empty/755 full/755", do_commit_file },
	{ "rename_at", "renameat2", "b=b:644 empty/755 full/755 new=a:600", do_rename_at },
	{ "rename_over", "renameat2", "b=a:600 empty/755 full/755", do_rename_over },
	{ "exchange_at", "renameat2", "a/755 b=b:644 empty/755 full=a:600", do_exchange_at },
	{ "unlink_at", "unlinkat", "b=b:644 empty/755 full/755", do_unlink_at },
	{ "unlink", "unlinkat", "b=b:644 empty/755 full/755", do_unlink },
	{ "remove_dir_at", "unlinkat", "a=a:600 b=b:644 full/755", do_remove_dir_at },
	{ "remove_dir", "unlinkat", "a=a:600 b=b:644 full/755", do_remove_dir },
	{ "own_at", "chmod", "a=a:640 b=b:644 empty/755 full/755", do_own_at },
	{ "own_fd", "chmod", "a=a:600 b=b:600 empty/755 full/755", do_own_fd },
	{ "set_times", "utimensat", UNTOUCHED, do_set_times },
	{ "set_xattr", "setxattr", UNTOUCHED, do_set_xattr },
	{ "remove_xattr", "removexattr", UNTOUCHED, do_remove_xattr },
	{ "sync_dir", "fsync", "a=a:600 b=b:644 empty/755 full/755", do_sync_dir },
	{ "sync_fd", "fsync", "a=a:600 b=b:644 empty/755 full/755", do_sync_fd },
	{ "sync_filesystem", "syncfs", "a=a:600 b=b:644 empty/755 full/755", do_sync_filesystem },
	{ "create_append", "openat", "a=a:600 b=b:644 empty/755 full/755 new=:600",
		do_create_append },
	{ "open_append", "openat", "a=a:600 b=b:644 empty/755 full/755", do_open_append },
	{ "append", "write", "a=a:600 b=bmore:644 empty/755 full/755", do_append },
	{ "truncate", "ftruncate", "a=a:600 b=:644 empty/755 full/755", do_truncate },
	{ "reserve", "fallocate", "a=a:600 b=b:644 empty/755 full/755", do_reserve },
	/* The second call is the lock itself; the empty lock file stays, as everybody's does. */
	{ "lock_file", "openat fcntl", "a=a:600 b=b:644 empty/755 full/755 new=:600", do_lock_file,
		1 },
};

static bool
act(struct fixture *f, const struct action *action)
{
	struct opened opened = {
		.dir = open(real(f, "/dir"), O_RDONLY | O_DIRECTORY),
		.file = open(real(f, "/dir/b"), O_RDWR | O_APPEND),
	};
	bool ok = action->act(f, &opened);
	close(opened.dir);
	close(opened.file);
	return ok;
}

/* A fresh root for each round, since the group's fixture is one per test. */
static struct fixture *
new_fixture(void)
{
	void *state;
	fixture_setup(&state);
	make_tree(state);
	return state;
}

static void
drop_fixture(struct fixture *f)
{
	void *state = f;
	fixture_teardown(&state);
}

static void
test_effects_do_what_they_say_and_ask_before_each_call(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		struct fixture *f = new_fixture();
		struct hearing hearing = { .arena = &f->arena, .calls = "" };
		host_set_faults(f->host, &(struct host_faults){ &hearing, hear });
		bool ok = act(f, &actions[i]);
		assert_string_equal(only_error(f), "");
		assert_true(ok);
		assert_string_equal(hearing.calls, actions[i].calls);
		assert_string_equal(tree_of(f), actions[i].result);
		drop_fixture(f);
	}
}

static void
test_effects_are_refused_while_planning(void **state)
{
	static const char reason[] = ": planning never changes the machine";
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		struct fixture *f = new_fixture();
		use_host(f, f->root, HOST_READ_ONLY);
		bool ok = act(f, &actions[i]);
		const char *error = only_error(f);
		assert_false(ok);
		assert_true(strlen(error) > strlen(reason));
		assert_string_equal(error + strlen(error) - strlen(reason), reason);
		assert_string_equal(tree_of(f), UNTOUCHED);
		drop_fixture(f);
	}
}

/* The nth call fails: an error that names the call, and the tree as before or (kept) as after. */
static void
check_fault(const struct action *action, int fail_at, const char *call, int after)
{
	struct fixture *f = new_fixture();
	struct hearing hearing = { .arena = &f->arena, .calls = "", .fail_at = fail_at };
	host_set_faults(f->host, &(struct host_faults){ &hearing, hear });
	bool ok = act(f, action);
	const char *error = only_error(f);
	const char *expected = arena_printf(&f->arena, ": %s: No space left on device", call);
	assert_false(ok);
	assert_non_null(strstr(error, expected));
	assert_string_equal(tree_of(f), after < action->kept ? action->result : UNTOUCHED);
	drop_fixture(f);
}

static void
test_failed_effect_says_which_call_and_leaves_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		AUTO_FREE char *calls = strdup(actions[i].calls);
		int count = 0, nth = 0;
		for (const char *c = calls; c; c = strchr(c + 1, ' '))
			count++;
		for (char *rest, *call = strtok_r(calls, " ", &rest); call;
			call = strtok_r(NULL, " ", &rest)) {
			nth++;
			check_fault(&actions[i], nth, call, count - nth);
		}
	}
}

static void
test_first_error_is_told_when_taking_back_fails_too(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	struct hearing hearing = {
		.arena = &f->arena, .calls = "", .fail_at = 3, .fail_after = true
	};
	host_set_faults(f->host, &(struct host_faults){ &hearing, hear });
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	struct opened opened = { .dir = dir };
	assert_refused(f, do_create_file_at(f, &opened),
		"/dir/new: cannot create the file: fchown: No space left on device");
	assert_string_equal(hearing.calls, "openat write fchown unlinkat");
	/* What could not be removed is closed to everybody else. */
	assert_string_equal(tree_of(f), UNTOUCHED " new=text:600");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_effects_do_what_they_say_and_ask_before_each_call),
		cmocka_unit_test(test_effects_are_refused_while_planning),
		cmocka_unit_test(test_failed_effect_says_which_call_and_leaves_nothing),
		host_test(test_first_error_is_told_when_taking_back_fails_too),
	};
	return cmocka_run_group_tests_name("host_faults", tests, NULL, NULL);
}
