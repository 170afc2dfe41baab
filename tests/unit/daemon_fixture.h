/*
 * daemon_fixture.h - a stage for processes: namespaces in which no daemon of the machine is seen.
 *
 * The tests run as the second process of their namespace; the first only reaps. /run is in memory,
 * and the network is empty.
 */
#ifndef REHOME_TESTS_DAEMON_FIXTURE_H
#define REHOME_TESTS_DAEMON_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/process.h"
#include "core/run/daemon.h"

#define STAGE "/run/stage"

struct fixture {
	struct arena arena;
	struct diags diags;
	pid_t children[16];
	size_t count;
};

static inline void
nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

/* ---- starting and ending ---- */

static inline int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->diags.arena = &f->arena;
	*state = f;
	return 0;
}

static inline int
teardown(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < f->count; i++)
		kill(f->children[i], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	arena_finish(&f->arena);
	free(f);
	return 0;
}

/* In the child: 0. */
static inline pid_t
spawn(struct fixture *f)
{
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	else
		f->children[f->count++] = pid;
	return pid;
}

static inline void
write_file(const char *path, const char *text, mode_t mode)
{
	AUTO_FILE FILE *file = fopen(path, "we");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), mode), 0);
}

#define daemon_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static inline bool
build_stage(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("proc", "/proc", "proc", 0, NULL) == 0 &&
		mount("test", "/run", "tmpfs", 0, "mode=0755") == 0 && mkdir(STAGE, 0755) == 0 &&
		mkdir("/run/sshd", 0755) == 0;
}

/* What the first process of the namespace does; orphans of the tests become its children. */
static inline int
reap_until_end(pid_t tests)
{
	int status;
	for (;;) {
		pid_t pid = wait(&status);
		if (pid == tests)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		if (pid < 0 && errno == ECHILD)
			return 1;
	}
}

static inline int
perform(int (*run_group)(void))
{
	if (geteuid() != 0) {
		fputs("needs root\n", stderr);
		return 77;
	}
	if (unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET) != 0) {
		perror("needs private namespaces");
		return 77;
	}
	pid_t first = fork();
	/* Not even an exit handler: nothing can be started here once the namespace has ended. */
	if (first > 0)
		_exit(reap_until_end(first));
	if (first < 0 || !build_stage()) {
		perror("cannot build the stage");
		return 1;
	}
	pid_t tests = fork();
	if (tests < 0)
		return 1;
	if (tests > 0)
		_exit(reap_until_end(tests));
	return run_group();
}

#endif
