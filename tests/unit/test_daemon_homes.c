/*
 * test_daemon_homes.c - whoever works in a home is seen, under whatever name he knows it, and a
 * home comes to rest or is reported.
 */
#include "daemon_fixture.h"

#include <sys/mman.h>

#define HOMES STAGE "/home"
#define ANNA_HOME HOMES "/anna"
#define BERT_HOME HOMES "/bert"

enum { ANNA = 20001, BERT = 20002, CARL = 20003 };

/* ---- the stage ---- */

static int
setup_homes(void **state)
{
	assert_true(mkdir(HOMES, 0755) == 0 || errno == EEXIST);
	assert_int_equal(mount("test", HOMES, "tmpfs", 0, "mode=0755"), 0);
	static const char *const folders[] = { ANNA_HOME, ANNA_HOME "/docs", BERT_HOME,
		HOMES "/annabel", HOMES "/bind" };
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	write_file(ANNA_HOME "/docs/letter", "dear", 0644);
	write_file(BERT_HOME "/letter", "dear", 0644);
	write_file(HOMES "/annabel/letter", "dear", 0644);
	return setup(state);
}

static int
teardown_homes(void **state)
{
	int status = teardown(state);
	assert_int_equal(umount2(HOMES, MNT_DETACH), 0);
	return status;
}

#define home_test(function) cmocka_unit_test_setup_teardown(function, setup_homes, teardown_homes)

/* A process that does this as root, then becomes the user and waits. */
static pid_t
start(struct fixture *f, uid_t uid, void (*act)(void))
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = spawn(f);
	if (pid == 0) {
		close(ready[0]);
		act();
		if (setresuid(uid, uid, uid) != 0 || write(ready[1], "", 1) != 1)
			_exit(9);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void
must(bool done)
{
	if (!done)
		_exit(9);
}

static void
do_nothing(void)
{
}

static void
stand_in_docs(void)
{
	must(chdir(ANNA_HOME "/docs") == 0);
}

static void
write_letter(void)
{
	must(open(ANNA_HOME "/docs/letter", O_WRONLY | O_APPEND) >= 0);
}

static void
read_letter(void)
{
	must(open(ANNA_HOME "/docs/letter", O_RDONLY) >= 0);
}

static void
read_letters_of_all(void)
{
	read_letter();
	must(open(BERT_HOME "/letter", O_RDONLY) >= 0);
	must(open(HOMES "/annabel/letter", O_RDONLY) >= 0);
}

static void
change_root(void)
{
	must(chroot(ANNA_HOME) == 0);
}

static void
map_letter(void)
{
	int fd = open(ANNA_HOME "/docs/letter", O_RDWR);
	must(fd >= 0 && mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
	close(fd);
}

static void
map_letter_privately(void)
{
	int fd = open(ANNA_HOME "/docs/letter", O_RDONLY);
	must(fd >= 0 && mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	close(fd);
}

static void
write_letter_that_goes(void)
{
	must(open(BERT_HOME "/gone", O_RDWR | O_CREAT, 0644) >= 0 &&
		unlink(BERT_HOME "/gone") == 0);
}

static void
stand_in_annabel(void)
{
	must(chdir(HOMES "/annabel") == 0);
}

static void
stand_behind_bind_mount(void)
{
	must(chdir(HOMES "/bind") == 0);
}

static void
hide_behind_another_name(void)
{
	must(unshare(CLONE_NEWNS) == 0 &&
		mount(ANNA_HOME, HOMES "/bind", NULL, MS_BIND, NULL) == 0 &&
		chdir(HOMES "/bind/docs") == 0);
}

static void
stand_in_a_container(void)
{
	must(unshare(CLONE_NEWNS) == 0 && mount("other", HOMES, "tmpfs", 0, "mode=0755") == 0 &&
		mkdir(ANNA_HOME, 0755) == 0 && chdir(ANNA_HOME) == 0);
}

static void
stand_with_private_mounts(void)
{
	must(unshare(CLONE_NEWNS) == 0 && mount("other", "/run/sshd", "tmpfs", 0, NULL) == 0 &&
		chdir(ANNA_HOME) == 0);
}

/* The mounts of its namespace can only be learned from the other one, which is met later. */
static void
change_root_in_a_container(void)
{
	must(unshare(CLONE_NEWNS) == 0);
	if (fork() == 0) {
		must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		for (;;)
			pause();
	}
	change_root();
}

/* ---- finding ---- */

static struct home_uses
find(struct fixture *f)
{
	struct table homes = { .arena = &f->arena };
	struct id_table uids = { .arena = &f->arena };
	struct home_uses uses;
	table_set(&homes, ANNA_HOME, (void *)(uintptr_t) "anna");
	table_set(&homes, BERT_HOME, (void *)(uintptr_t) "bert");
	id_table_set(&uids, ANNA, (void *)(uintptr_t) "anna");
	id_table_set(&uids, BERT, (void *)(uintptr_t) "bert");
	assert_true(daemon_find_home_uses(&homes, &uids, &f->arena, &uses, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return uses;
}

/* "KIND LOGIN PATH UID [w]" of each use, sorted by nothing: tests have one process. */
static const char *
found(struct fixture *f, pid_t pid)
{
	static const char *const kinds[] = { "cwd", "root", "file", "map" };
	const char *text = "";
	struct home_uses uses = find(f);
	ARRAY_FOREACH (use, &uses) {
		assert_int_equal(use->pid, pid);
		text = arena_printf(&f->arena, "%s%s%s %s %s %u%s", text, *text ? ", " : "",
			kinds[use->kind], use->login, use->path, use->uid, use->writes ? " w" : "");
	}
	return text;
}

static void
assert_found(struct fixture *f, void (*act)(void), const char *expected)
{
	assert_string_equal(found(f, start(f, CARL, act)), expected);
}

static void
test_nobody_is_found_where_nobody_is(void **state)
{
	assert_found(*state, do_nothing, "");
}

static void
test_working_directory_below_a_home_is_found(void **state)
{
	assert_found(*state, stand_in_docs, "cwd anna " ANNA_HOME "/docs 20003");
}

static void
test_open_files_are_found_and_whether_they_are_written(void **state)
{
	struct fixture *f = *state;
	assert_found(f, write_letter, "file anna " ANNA_HOME "/docs/letter 20003 w");
}

static void
test_files_open_for_reading_are_found_in_each_home_once(void **state)
{
	assert_found(*state, read_letters_of_all,
		"file anna " ANNA_HOME "/docs/letter 20003, file bert " BERT_HOME "/letter 20003");
}

static void
test_root_directory_in_a_home_is_found(void **state)
{
	struct fixture *f = *state;
	assert_found(f, change_root, "root anna " ANNA_HOME " 20003");
}

static void
test_shared_mapping_is_found_after_its_file_was_closed(void **state)
{
	assert_found(*state, map_letter, "map anna " ANNA_HOME "/docs/letter 20003 w");
}

static void
test_private_mapping_writes_nothing(void **state)
{
	assert_found(*state, map_letter_privately, "map anna " ANNA_HOME "/docs/letter 20003");
}

static void
test_file_that_was_removed_is_found(void **state)
{
	assert_found(*state, write_letter_that_goes, "file bert " BERT_HOME "/gone 20003 w");
}

static void
test_home_whose_name_begins_alike_is_another(void **state)
{
	assert_found(*state, stand_in_annabel, "");
}

static void
test_home_is_found_behind_a_bind_mount(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mount(ANNA_HOME "/docs", HOMES "/bind", NULL, MS_BIND, NULL), 0);
	assert_found(f, stand_behind_bind_mount, "cwd anna " HOMES "/bind 20003");
}

static void
test_home_is_found_in_a_container_under_another_name(void **state)
{
	assert_found(*state, hide_behind_another_name, "cwd anna " HOMES "/bind/docs 20003");
}

static void
test_home_of_the_same_name_in_a_container_is_another(void **state)
{
	assert_found(*state, stand_in_a_container, "");
}

static void
test_service_with_private_mounts_is_found(void **state)
{
	assert_found(*state, stand_with_private_mounts, "cwd anna " ANNA_HOME " 20003");
}

static void
test_root_directory_in_a_container_is_found(void **state)
{
	struct fixture *f = *state;
	assert_found(f, change_root_in_a_container, "root anna " ANNA_HOME " 20003");
}

static void
test_processes_of_the_users_do_not_count(void **state)
{
	struct fixture *f = *state;
	start(f, BERT, stand_in_docs);
	assert_int_equal(find(f).count, 0);
}

static void
test_our_own_process_does_not_count(void **state)
{
	assert_int_equal(chdir(ANNA_HOME), 0);
	size_t count = find(*state).count;
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(count, 0);
}

/* ---- quiet ---- */

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
		arena_printf(&f->arena, "test_daemon_hom (process %d) %s the home of 'anna'",
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
			&f->arena, "'anna' is at work: test_daemon_hom (process %d)", (int)pid));
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
			"test_daemon_hom (process %d) has a file open in the home of 'anna'",
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
		"test_daemon_hom (process "));
}

static int
run_group(void)
{
	const struct CMUnitTest tests[] = {
		home_test(test_nobody_is_found_where_nobody_is),
		home_test(test_working_directory_below_a_home_is_found),
		home_test(test_open_files_are_found_and_whether_they_are_written),
		home_test(test_files_open_for_reading_are_found_in_each_home_once),
		home_test(test_root_directory_in_a_home_is_found),
		home_test(test_shared_mapping_is_found_after_its_file_was_closed),
		home_test(test_private_mapping_writes_nothing),
		home_test(test_file_that_was_removed_is_found),
		home_test(test_home_whose_name_begins_alike_is_another),
		home_test(test_home_is_found_behind_a_bind_mount),
		home_test(test_home_is_found_in_a_container_under_another_name),
		home_test(test_home_of_the_same_name_in_a_container_is_another),
		home_test(test_service_with_private_mounts_is_found),
		home_test(test_root_directory_in_a_container_is_found),
		home_test(test_processes_of_the_users_do_not_count),
		home_test(test_our_own_process_does_not_count),
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
	return cmocka_run_group_tests_name("daemon_homes", tests, NULL, NULL);
}

int
main(void)
{
	return perform(run_group);
}
