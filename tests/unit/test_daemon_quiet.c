/*
 * test_daemon_quiet.c - a home comes to rest, or is reported.
 */
#include "daemon_homes_fixture.h"

static bool
are_quiet(struct fixture *f, bool end_users, size_t *ret_ended)
{
	struct table homes = { .arena = &f->arena };
	struct id_table uids = { .arena = &f->arena };
	table_set(&homes, ANNA_HOME, (void *)(uintptr_t) "anna");
	id_table_set(&uids, ANNA, (void *)(uintptr_t) "anna");
	*ret_ended = 99;
	return daemon_homes_are_quiet(&homes, &uids, end_users, ret_ended, &f->arena, &f->diags);
}

static void
assert_said(struct fixture *f, enum diag_level level, const char *code, const char *message)
{
	assert_int_equal(f->diags.count, 1);
	assert_int_equal(f->diags.items[0].level, level);
	assert_string_equal(f->diags.items[0].code, code);
	assert_string_equal(f->diags.items[0].message, message);
	assert_non_null(f->diags.items[0].hint);
}

static void
assert_in_the_way(struct fixture *f, pid_t pid, const char *verb)
{
	size_t ended;
	assert_false(are_quiet(f, true, &ended));
	assert_int_equal(ended, 99);
	assert_said(f, DIAG_ERROR, "home-in-use",
		arena_printf(&f->arena, "test_daemon_qui (process %d) %s the home of 'anna'",
			(int)pid, verb));
	assert_string_equal(f->diags.items[0].user, "anna");
}

static void
test_homes_are_quiet_when_nobody_is_there(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	assert_true(are_quiet(f, true, &ended));
	assert_int_equal(ended, 0);
	assert_int_equal(f->diags.count, 0);
}

static void
test_users_are_ended(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	start(f, ANNA, stand_in_docs);
	start(f, ANNA, write_letter);
	assert_true(are_quiet(f, true, &ended));
	assert_int_equal(ended, 2);
	assert_int_equal(f->diags.count, 0);
}

static void
test_users_at_work_are_an_error_when_they_are_not_to_be_ended(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	pid_t pid = start(f, ANNA, do_nothing);
	assert_false(are_quiet(f, false, &ended));
	assert_said(f, DIAG_ERROR, "user-active",
		arena_printf(
			&f->arena, "'anna' is at work: test_daemon_qui (process %d)", (int)pid));
	assert_int_equal(kill(pid, 0), 0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
}

static void
test_who_stands_in_a_home_is_in_the_way(void **state)
{
	struct fixture *f = *state;
	assert_in_the_way(f, start(f, 0, stand_in_docs), "works in");
}

static void
test_who_is_rooted_in_a_home_is_in_the_way(void **state)
{
	struct fixture *f = *state;
	assert_in_the_way(f, start(f, 0, change_root), "has its root in");
}

static void
test_who_writes_in_a_home_is_in_the_way(void **state)
{
	struct fixture *f = *state;
	assert_in_the_way(f, start(f, CARL, write_letter), "has a file open for writing in");
}

static void
test_who_only_reads_in_a_home_is_a_warning(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	pid_t pid = start(f, CARL, read_letter);
	assert_true(are_quiet(f, true, &ended));
	assert_said(f, DIAG_WARNING, "home-in-use",
		arena_printf(&f->arena,
			"test_daemon_qui (process %d) has a file open in the home of 'anna'",
			(int)pid));
}

static void
be_shell(void)
{
	must(prctl(PR_SET_NAME, "bash") == 0);
	stand_in_docs();
}

static void
test_shell_is_asked_to_leave(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	start(f, 0, be_shell);
	assert_false(are_quiet(f, true, &ended));
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(
		f->diags.items[0].hint, "It is a shell: leave the folder with cd /, or end it.");
}

static void
serve_ftp(void)
{
	must(prctl(PR_SET_NAME, "vsftpd") == 0);
}

static void
serve_ftp_in_home(void)
{
	serve_ftp();
	write_letter();
}

static void
serve_tftp(void)
{
	must(prctl(PR_SET_NAME, "in.tftpd") == 0);
}

static void
test_ftp_server_in_a_home_is_in_the_way_by_its_name(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	pid_t pid = start(f, 0, serve_ftp_in_home);
	assert_false(are_quiet(f, true, &ended));
	assert_said(f, DIAG_ERROR, "home-in-use",
		arena_printf(&f->arena,
			"the FTP server vsftpd (process %d) has a file open for writing in the "
			"home of 'anna'",
			(int)pid));
}

static void
test_ftp_server_that_runs_is_a_warning(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	pid_t pid = start(f, 0, serve_ftp);
	start(f, 0, serve_ftp);
	start(f, 0, serve_tftp);
	assert_true(are_quiet(f, true, &ended));
	assert_said(f, DIAG_WARNING, "ftp-server",
		arena_printf(&f->arena,
			"the FTP server vsftpd runs (process %d) and may go on serving the homes",
			(int)pid));
}

static void
await_user(struct fixture *f)
{
	struct id_table uids = { .arena = &f->arena };
	struct user_processes processes = { 0 };
	id_table_set(&uids, ANNA, (void *)(uintptr_t) "anna");
	while (!processes.count) {
		nap();
		assert_true(daemon_find_processes(&uids, &f->arena, &processes, &f->diags));
	}
}

/* Who served the user notices a moment later that the user is gone. */
static void
test_who_leaves_with_the_user_is_waited_for(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	pid_t pid = spawn(f);
	if (pid == 0) {
		pid_t user = fork();
		if (user == 0) {
			must(setresuid(ANNA, ANNA, ANNA) == 0 &&
				prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
			for (;;)
				pause();
		}
		stand_in_docs();
		waitpid(user, NULL, 0);
		for (int i = 0; i < 10; i++)
			nap();
		_exit(0);
	}
	await_user(f);
	while (find(f).count != 1)
		nap();
	assert_true(are_quiet(f, true, &ended));
	assert_int_equal(ended, 1);
	assert_int_equal(f->diags.count, 0);
}

/* A service manager: whenever the user's process ends, another is started a moment later. */
static void
keep_alive(struct fixture *f, int times)
{
	if (spawn(f) != 0)
		return;
	for (int i = 0; i < times; i++) {
		pid_t user = fork();
		if (user == 0) {
			must(setresuid(ANNA, ANNA, ANNA) == 0 &&
				prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
			for (;;)
				pause();
		}
		waitpid(user, NULL, 0);
		nap();
	}
	for (;;)
		pause();
}

static void
test_service_that_is_started_again_is_ended_again(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	keep_alive(f, 3);
	await_user(f);
	assert_true(are_quiet(f, true, &ended));
	assert_int_equal(ended, 3);
	assert_int_equal(f->diags.count, 0);
}

static void
test_service_that_never_gives_up_is_an_error(void **state)
{
	struct fixture *f = *state;
	size_t ended;
	keep_alive(f, 1000);
	await_user(f);
	assert_false(are_quiet(f, true, &ended));
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].code, "process-respawns");
	assert_string_equal(f->diags.items[0].user, "anna");
	assert_non_null(strstr(f->diags.items[0].message,
		"'anna' has processes that are started again as often as they are ended: "
		"test_daemon_qui (process "));
}

static int
run_group(void)
{
	const struct CMUnitTest tests[] = {
		home_test(test_homes_are_quiet_when_nobody_is_there),
		home_test(test_users_are_ended),
		home_test(test_users_at_work_are_an_error_when_they_are_not_to_be_ended),
		home_test(test_who_stands_in_a_home_is_in_the_way),
		home_test(test_who_is_rooted_in_a_home_is_in_the_way),
		home_test(test_who_writes_in_a_home_is_in_the_way),
		home_test(test_who_only_reads_in_a_home_is_a_warning),
		home_test(test_shell_is_asked_to_leave),
		home_test(test_ftp_server_in_a_home_is_in_the_way_by_its_name),
		home_test(test_ftp_server_that_runs_is_a_warning),
		home_test(test_who_leaves_with_the_user_is_waited_for),
		home_test(test_service_that_is_started_again_is_ended_again),
		home_test(test_service_that_never_gives_up_is_an_error),
	};
	return cmocka_run_group_tests_name("daemon_quiet", tests, NULL, NULL);
}

int
main(void)
{
	return perform(run_group);
}
