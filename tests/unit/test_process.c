/*
 * test_process.c - what a program that we start sees, and what we see of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "core/base/process.h"

struct fixture {
	struct arena arena;
	struct diags diags;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->diags.arena = &f->arena;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	arena_finish(&f->arena);
	free(f);
	return 0;
}

static struct process_result
run(struct fixture *f, const struct process *process)
{
	struct process_result result;
	assert_true(process_run(process, &f->arena, &result, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return result;
}

static struct process_result
run_shell(struct fixture *f, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	return run(f, &(struct process){ .argv = argv });
}

static void
test_process_returns_both_outputs_and_the_status(void **state)
{
	struct process_result result = run_shell(*state, "echo out; echo err >&2; exit 3");
	assert_true(result.started);
	assert_false(result.timed_out);
	assert_int_equal(result.exit_status, 3);
	assert_string_equal(result.out, "out\n");
	assert_string_equal(result.err, "err\n");
}

static void
test_process_reports_a_signal_as_128_and_more(void **state)
{
	assert_int_equal(run_shell(*state, "kill -9 $$").exit_status, 128 + SIGKILL);
}

static void
test_process_says_when_a_program_is_not_installed(void **state)
{
	const char *const argv[] = { "rehome-no-such-program", NULL };
	struct process_result result = run(*state, &(struct process){ .argv = argv });
	assert_false(result.started);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err, "");
}

static void
test_process_gives_the_program_its_whole_path(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "cat", "/proc/self/cmdline", NULL };
	struct process_result result = run(f, &(struct process){ .argv = argv });
	assert_string_equal(result.out, process_find("cat", &f->arena));
	assert_int_equal(result.out[0], '/');
}

static void
test_process_passes_only_a_fixed_environment(void **state)
{
	setenv("LD_LIBRARY_PATH", "/nowhere", 1);
	const char *const argv[] = { "env", NULL };
	struct process_result result = run(*state, &(struct process){ .argv = argv });
	unsetenv("LD_LIBRARY_PATH");
	assert_string_equal(
		result.out, "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C.UTF-8\nHOME=/\n");
}

static void
test_process_does_not_inherit_descriptors(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	assert_int_equal(dup2(fd, 100), 100);
	/* 3 is the directory that ls reads. */
	const char *const argv[] = { "ls", "/proc/self/fd", NULL };
	struct process_result result = run(*state, &(struct process){ .argv = argv });
	close(fd);
	close(100);
	assert_string_equal(result.out, "0\n1\n2\n3\n");
}

static void
test_process_starts_with_signals_as_usual(void **state)
{
	sigset_t blocked, before;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	signal(SIGPIPE, SIG_IGN);
	struct process_result result =
		run_shell(*state, "grep -E '^Sig(Blk|Ign)' /proc/self/status");
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_string_equal(result.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

static void
test_process_reads_nothing_by_default(void **state)
{
	const char *const argv[] = { "cat", NULL };
	struct process_result result = run(*state, &(struct process){ .argv = argv });
	assert_int_equal(result.exit_status, 0);
	assert_string_equal(result.out, "");
}

static void
test_process_reads_its_input_from_memory(void **state)
{
	struct fixture *f = *state;
	size_t size = 300 * 1024; /* more than a pipe holds */
	char *text = arena_alloc(&f->arena, size + 1);
	memset(text, 'x', size);
	const char *const argv[] = { "cat", NULL };
	struct process_result result =
		run(f, &(struct process){ .argv = argv, .input = { text, size } });
	assert_string_equal(result.out, text);
}

static void
test_process_survives_a_program_that_ignores_its_input(void **state)
{
	struct fixture *f = *state;
	size_t size = 300 * 1024;
	const char *const argv[] = { "true", NULL };
	struct process process = { .argv = argv, .input = { arena_alloc(&f->arena, size), size } };
	assert_int_equal(run(f, &process).exit_status, 0);
}

static void
test_process_keeps_the_first_megabyte_and_lets_the_program_finish(void **state)
{
	struct process_result result = run_shell(*state,
		"head -c 3000000 /dev/zero | tr '\\0' y; head -c 100000 /dev/zero | tr "
		"'\\0' z >&2; exit 5");
	assert_int_equal(result.exit_status, 5);
	assert_int_equal(strlen(result.out), 1024 * 1024);
	assert_int_equal(strlen(result.err), 64 * 1024);
}

static void
test_process_is_killed_with_its_children_after_the_timeout(void **state)
{
	const char *const argv[] = { "sh", "-c", "sleep 1000 & echo $!; wait", NULL };
	struct process_result result =
		run(*state, &(struct process){ .argv = argv, .timeout_seconds = 1 });
	assert_true(result.timed_out);
	assert_int_equal(result.exit_status, 128 + SIGKILL);

	/* The grandchild is init's now, and dead as soon as init has noticed. */
	pid_t sleeper = (pid_t)atoi(result.out);
	assert_true(sleeper > 1);
	char stat[64], line[256] = "";
	snprintf(stat, sizeof(stat), "/proc/%d/stat", (int)sleeper);
	for (int tries = 0; tries < 1000; tries++) {
		AUTO_FILE FILE *file = fopen(stat, "re");
		if (!file || !fgets(line, sizeof(line), file) || strstr(line, ") Z"))
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fail_msg("still there: %s", line);
}

static void
test_process_does_not_wait_for_a_daemon_that_holds_its_output(void **state)
{
	struct fixture *f = *state;
	struct process_result result = run_shell(f, "setsid sleep 1000 & echo $!");
	assert_false(result.timed_out);
	pid_t sleeper = (pid_t)atoi(result.out);
	assert_true(sleeper > 1);
	assert_int_equal(kill(sleeper, SIGKILL), 0);
}

static bool
say_and_refuse(void *ctx)
{
	dprintf(2, "%s\n", (const char *)ctx);
	return false;
}

static bool
move_to(void *ctx)
{
	return chdir(ctx) == 0;
}

static void
test_process_is_prepared_in_the_child(void **state)
{
	const char *const argv[] = { "pwd", NULL };
	struct process process = { .argv = argv, .prepare = move_to, .ctx = (void *)"/usr" };
	assert_string_equal(run(*state, &process).out, "/usr\n");

	process.prepare = say_and_refuse;
	struct process_result result = run(*state, &process);
	assert_int_equal(result.exit_status, 127);
	assert_string_equal(result.err, "/usr\n");
	assert_string_equal(result.out, "");
}

static void
test_process_says_when_no_descriptors_are_left(void **state)
{
	struct fixture *f = *state;
	const char *const argv[] = { "true", NULL };
	struct process_result result;
	struct rlimit before, few = { .rlim_cur = 64 };
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	int held[64], count = 0;
	while (count < 64 && (held[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	int error = errno;
	bool ran = process_run(&(struct process){ .argv = argv }, &f->arena, &result, &f->diags);
	while (count)
		close(held[--count]);
	setrlimit(RLIMIT_NOFILE, &before);
	assert_int_equal(error, EMFILE);
	assert_false(ran);
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.items[0].message,
		arena_printf(&f->arena, "cannot start %s: Too many open files",
			process_find("true", &f->arena)));
}

#define process_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		process_test(test_process_returns_both_outputs_and_the_status),
		process_test(test_process_reports_a_signal_as_128_and_more),
		process_test(test_process_says_when_a_program_is_not_installed),
		process_test(test_process_gives_the_program_its_whole_path),
		process_test(test_process_passes_only_a_fixed_environment),
		process_test(test_process_does_not_inherit_descriptors),
		process_test(test_process_starts_with_signals_as_usual),
		process_test(test_process_reads_nothing_by_default),
		process_test(test_process_reads_its_input_from_memory),
		process_test(test_process_survives_a_program_that_ignores_its_input),
		process_test(test_process_keeps_the_first_megabyte_and_lets_the_program_finish),
		process_test(test_process_is_killed_with_its_children_after_the_timeout),
		process_test(test_process_does_not_wait_for_a_daemon_that_holds_its_output),
		process_test(test_process_is_prepared_in_the_child),
		process_test(test_process_says_when_no_descriptors_are_left),
	};
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
