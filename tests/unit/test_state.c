/*
 * test_state.c - the state directory is root's alone, one process at a time, and counts its runs.
 */
#include "host_fixture.h"

#include <sys/wait.h>

#include "core/run/state.h"

enum { NEEDS_ROOT = 77 };

static struct state
new_state(struct fixture *f)
{
	struct state state;
	state_init(&state, f->host, NULL, &f->arena);
	return state;
}

static void
test_lock_creates_the_directories_for_root_alone(void **unused)
{
	struct fixture *f = *unused;
	struct state state = new_state(f);
	bool locked = false, exists = true;
	assert_ok(f, state_check(&state, &exists, &f->diags));
	assert_false(exists);
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	assert_true(locked);
	assert_int_equal(stat_of(f, "/var").st_mode & 07777, 0755);
	assert_int_equal(stat_of(f, "/var/lib").st_mode & 07777, 0755);
	assert_int_equal(stat_of(f, STATE_DIR).st_mode & 07777, 0700);
	assert_int_equal(stat_of(f, STATE_DIR "/runs").st_mode & 07777, 0700);
	assert_int_equal(stat_of(f, STATE_DIR "/lock").st_mode & 07777, 0600);
	assert_ok(f, state_check(&state, &exists, &f->diags));
	assert_true(exists);
	state_finish(&state);
}

static void
test_state_init_creates_nothing(void **unused)
{
	struct fixture *f = *unused;
	struct state state = new_state(f);
	struct string_list ids;
	assert_ok(f, state_run_ids(&state, &ids, &f->diags));
	assert_int_equal(ids.count, 0);
	assert_false(is_there(f, "/var"));
	state_finish(&state);
}

/* What another process says when it tries: 0 = it got the lock. */
static int
try_in_child(struct fixture *f)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct state state = new_state(f);
		bool locked = true;
		bool ok = state_lock(&state, &locked, &f->diags);
		if (ok && locked)
			_exit(0);
		const char *holder = arena_printf(&f->arena,
			"another rehome is changing this machine (process %d, ", (int)getppid());
		bool said = f->diags.count == 1 && f->diags.items[0].code &&
			strcmp(f->diags.items[0].code, "locked") == 0 &&
			strncmp(f->diags.items[0].message, holder, strlen(holder)) == 0;
		_exit(!ok && !locked && said ? 1 : 2);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_lock_excludes_other_processes_until_it_is_given_back(void **unused)
{
	struct fixture *f = *unused;
	struct state state = new_state(f);
	bool locked;
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	assert_int_equal(try_in_child(f), 1);
	assert_int_equal(try_in_child(f), 1);
	state_finish(&state);
	assert_int_equal(state.lock_fd, -1);
	assert_int_equal(try_in_child(f), 0);
}

static void
check_refused(struct fixture *f, const char *error)
{
	struct state state = new_state(f);
	bool locked = true, exists;
	assert_refused(f, state_check(&state, &exists, &f->diags), error);
	assert_refused(f, state_lock(&state, &locked, &f->diags), error);
	assert_false(locked);
	state_finish(&state);
}

static void
make_state_dir(struct fixture *f, mode_t mode, uid_t owner)
{
	make_dir(f, "/var");
	make_dir(f, "/var/lib");
	make_dir(f, STATE_DIR);
	assert_int_equal(chown(real(f, STATE_DIR), owner, 0), 0);
	assert_int_equal(chmod(real(f, STATE_DIR), mode), 0);
}

static void
test_state_that_others_may_enter_is_refused(void **unused)
{
	struct fixture *f = *unused;
	static const struct {
		mode_t mode;
		const char *words;
	} cases[] = { { 0701, "0701" }, { 0710, "0710" }, { 0755, "0755" }, { 0720, "0720" } };
	make_state_dir(f, 0700, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(chmod(real(f, STATE_DIR), cases[i].mode), 0);
		check_refused(f,
			arena_printf(&f->arena,
				STATE_DIR ": owned by uid 0 with mode %s, expected root and 0700",
				cases[i].words));
	}
}

static void
test_state_of_another_owner_is_refused(void **unused)
{
	struct fixture *f = *unused;
	make_state_dir(f, 0700, 1000);
	check_refused(f, STATE_DIR ": owned by uid 1000 with mode 0700, expected root and 0700");
}

static void
test_state_that_is_no_directory_is_refused(void **unused)
{
	struct fixture *f = *unused;
	make_dir(f, "/var");
	make_dir(f, "/var/lib");
	make_file(f, STATE_DIR, "");
	check_refused(f, STATE_DIR ": not a directory");
}

static void
test_runs_are_listed_by_number_and_nothing_else_is(void **unused)
{
	struct fixture *f = *unused;
	static const char *const names[] = { "10", "9", "1", "100", "2", "007", "0", "x", "3a",
		"-4", "12345678901" };
	struct state state = new_state(f);
	bool locked;
	struct string_list ids;
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		make_dir(f, state_run_path(&state, names[i], NULL));
	assert_ok(f, state_run_ids(&state, &ids, &f->diags));
	const char *text = "";
	ARRAY_FOREACH (id, &ids)
		text = arena_printf(&f->arena, "%s %s", text, *id);
	assert_string_equal(text, " 1 2 9 10 100");
	state_finish(&state);
}

static void
test_paths_of_a_run_lie_below_the_state_directory(void **unused)
{
	struct fixture *f = *unused;
	struct state state;
	state_init(&state, f->host, "/srv/state", &f->arena);
	assert_string_equal(state_run_path(&state, "7", NULL), "/srv/state/runs/7");
	assert_string_equal(state_run_path(&state, "7", "journal"), "/srv/state/runs/7/journal");
	state_finish(&state);
}

int
main(void)
{
	if (geteuid() != 0) {
		puts("needs root: the state directory is root's");
		return NEEDS_ROOT;
	}
	const struct CMUnitTest tests[] = {
		host_test(test_lock_creates_the_directories_for_root_alone),
		host_test(test_state_init_creates_nothing),
		host_test(test_lock_excludes_other_processes_until_it_is_given_back),
		host_test(test_state_that_others_may_enter_is_refused),
		host_test(test_state_of_another_owner_is_refused),
		host_test(test_state_that_is_no_directory_is_refused),
		host_test(test_runs_are_listed_by_number_and_nothing_else_is),
		host_test(test_paths_of_a_run_lie_below_the_state_directory),
	};
	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
