/*
 * test_daemon_users.c - caches are told of changed accounts, and processes of users end, while
 * everybody else's go on.
 */
#include "daemon_fixture.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- caches ---- */

static int
nscd_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "/run/nscd/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(mkdir("/run/nscd", 0755) == 0 || errno == EEXIST);
	unlink(address.sun_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 50), 0);
	return fd;
}

/* The tools are scripts that note their arguments, in a directory over /usr/sbin. */
static int
setup_tools(void **state)
{
	assert_int_equal(mount("test", "/usr/sbin", "tmpfs", 0, "mode=0755"), 0);
	return setup(state);
}

static int
teardown_tools(void **state)
{
	assert_int_equal(umount2("/usr/sbin", MNT_DETACH), 0);
	unlink("/run/said");
	return teardown(state);
}

static void
make_tool(const char *path, const char *last)
{
	char text[256];
	snprintf(text, sizeof(text), "#!/bin/sh\necho \"${0##*/} $*\" >>/run/said\n%s\n", last);
	write_file(path, text, 0755);
}

static const char *
said(struct fixture *f)
{
	char text[1024];
	AUTO_FILE FILE *file = fopen("/run/said", "re");
	if (!file)
		return "";
	size_t size = fread(text, 1, sizeof(text), file);
	return arena_strndup(&f->arena, text, size);
}

static bool
flush(struct fixture *f)
{
	return daemon_flush_caches(&f->arena, &f->diags);
}

static void
test_running_nscd_is_flushed(void **state)
{
	struct fixture *f = *state;
	make_tool("/usr/sbin/nscd", "");
	AUTO_CLOSE int fd = nscd_socket();
	assert_true(fd >= 0);
	assert_true(flush(f));
	assert_int_equal(f->diags.count, 0);
	assert_string_equal(said(f), "nscd -i passwd\nnscd -i group\n");
}

static void
test_stopped_nscd_is_left_alone(void **state)
{
	struct fixture *f = *state;
	make_tool("/usr/sbin/nscd", "exit 1");
	close(nscd_socket()); /* the name stays, nobody answers */
	assert_true(flush(f));
	assert_int_equal(f->diags.count, 0);
	assert_string_equal(said(f), "");
}

static void
test_nscd_that_cannot_be_flushed_is_an_error(void **state)
{
	struct fixture *f = *state;
	make_tool("/usr/sbin/nscd", "echo no way >&2; [ \"$2\" = passwd ]");
	AUTO_CLOSE int fd = nscd_socket();
	assert_true(fd >= 0);
	assert_false(flush(f));
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].message, "nscd -i group: status 1: no way");
}

static void
test_nscd_that_stops_meanwhile_is_no_error(void **state)
{
	struct fixture *f = *state;
	make_tool("/usr/sbin/nscd", "rm /run/nscd/socket; exit 1");
	AUTO_CLOSE int fd = nscd_socket();
	assert_true(fd >= 0);
	assert_true(flush(f));
	assert_int_equal(f->diags.count, 0);
	assert_string_equal(said(f), "nscd -i passwd\n");
}

static void
test_sssd_in_use_is_flushed_and_its_failure_a_warning(void **state)
{
	struct fixture *f = *state;
	make_tool("/usr/sbin/sss_cache", "exit 5");
	assert_true(flush(f));
	assert_string_equal(said(f), "");

	assert_int_equal(mount("test", "/var/lib", "tmpfs", 0, "mode=0755"), 0);
	assert_int_equal(mkdir("/var/lib/sss", 0755), 0);
	assert_int_equal(mkdir("/var/lib/sss/pipes", 0755), 0);
	write_file("/var/lib/sss/pipes/nss", "", 0600);
	bool good = flush(f);
	assert_int_equal(umount("/var/lib"), 0);
	assert_true(good);
	assert_string_equal(said(f), "sss_cache -E\n");
	assert_int_equal(f->diags.count, 1);
	assert_int_equal(f->diags.warnings, 1);
	assert_string_equal(f->diags.items[0].message, "sss_cache -E: status 5");
}

/* ---- ending processes ---- */

enum { ANNA = 20001, BERT = 20002, CARL = 20003 };

/* A process with these ids that waits; ready once it has them. */
static pid_t
start_user(struct fixture *f, uid_t real, uid_t effective, uid_t saved, void (*first)(void))
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = spawn(f);
	if (pid == 0) {
		if (setresuid(real, effective, saved) != 0)
			_exit(9);
		if (first)
			first();
		close(ready[0]);
		if (write(ready[1], "", 1) != 1)
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
end_anna_and_bert(struct fixture *f, size_t expected)
{
	struct id_table uids = { .arena = &f->arena };
	id_table_set(&uids, ANNA, (void *)(uintptr_t) "anna");
	id_table_set(&uids, BERT, (void *)(uintptr_t) "bert");
	size_t ended = 99;
	assert_true(daemon_end_processes(&uids, &ended, &f->arena, &f->diags));
	assert_int_equal(f->diags.count, 0);
	assert_int_equal(ended, expected);
}

/* The signal that ended it, or 0 while it runs. */
static int
ended_by(pid_t pid)
{
	int status;
	return waitpid(pid, &status, WNOHANG) == pid && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_nothing_to_end_is_success(void **state)
{
	end_anna_and_bert(*state, 0);
}

static void
test_processes_end_by_real_effective_and_saved_uid(void **state)
{
	struct fixture *f = *state;
	pid_t all = start_user(f, ANNA, ANNA, ANNA, NULL);
	pid_t real = start_user(f, BERT, CARL, CARL, NULL);
	pid_t effective = start_user(f, 0, ANNA, 0, NULL);
	pid_t saved = start_user(f, CARL, CARL, BERT, NULL);
	pid_t carl = start_user(f, CARL, CARL, CARL, NULL);
	pid_t root = start_user(f, 0, 0, 0, NULL);
	end_anna_and_bert(f, 4);
	assert_int_equal(ended_by(all), SIGTERM);
	assert_int_equal(ended_by(real), SIGTERM);
	assert_int_equal(ended_by(effective), SIGTERM);
	assert_int_equal(ended_by(saved), SIGTERM);
	assert_int_equal(ended_by(carl), 0);
	assert_int_equal(ended_by(root), 0);
}

static void
ignore_terms(void)
{
	signal(SIGTERM, SIG_IGN);
}

static void
test_process_that_ignores_the_request_is_killed(void **state)
{
	struct fixture *f = *state;
	pid_t pid = start_user(f, ANNA, ANNA, ANNA, ignore_terms);
	end_anna_and_bert(f, 1);
	assert_int_equal(ended_by(pid), SIGKILL);
}

static void
respawn(int number)
{
	(void)number;
	if (fork() != 0)
		_exit(0);
}

static void
respawn_on_terms(void)
{
	signal(SIGTERM, respawn);
}

static void
test_process_that_starts_another_is_met_again(void **state)
{
	struct fixture *f = *state;
	start_user(f, ANNA, ANNA, ANNA, respawn_on_terms);
	end_anna_and_bert(f, 2);
	end_anna_and_bert(f, 0);
}

static void
test_zombie_needs_no_ending(void **state)
{
	struct fixture *f = *state;
	pid_t pid = start_user(f, ANNA, ANNA, ANNA, NULL);
	siginfo_t end;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT), 0);
	end_anna_and_bert(f, 0);
}

static void
test_processes_beyond_the_descriptor_limit_end_too(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 12; i++)
		start_user(f, ANNA, ANNA, ANNA, NULL);
	/* Room for a few at a time. */
	int held[1024], count = 0;
	struct rlimit before, few;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = 32, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	while (count < 32 && (held[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	for (int i = 0; i < 8; i++)
		close(held[--count]);
	end_anna_and_bert(f, 12);
	while (count)
		close(held[--count]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

#define cache_test(function) cmocka_unit_test_setup_teardown(function, setup_tools, teardown_tools)

static int
run_group(void)
{
	const struct CMUnitTest tests[] = {
		cache_test(test_running_nscd_is_flushed),
		cache_test(test_stopped_nscd_is_left_alone),
		cache_test(test_nscd_that_cannot_be_flushed_is_an_error),
		cache_test(test_nscd_that_stops_meanwhile_is_no_error),
		cache_test(test_sssd_in_use_is_flushed_and_its_failure_a_warning),
		daemon_test(test_nothing_to_end_is_success),
		daemon_test(test_processes_end_by_real_effective_and_saved_uid),
		daemon_test(test_process_that_ignores_the_request_is_killed),
		daemon_test(test_process_that_starts_another_is_met_again),
		daemon_test(test_zombie_needs_no_ending),
		daemon_test(test_processes_beyond_the_descriptor_limit_end_too),
	};
	return cmocka_run_group_tests_name("daemon_users", tests, NULL, NULL);
}

int
main(void)
{
	return perform(run_group);
}
