/*
 * test_host_lock.c - the lock that shadow-utils and rehome must both respect.
 */
#include "host_fixture.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* What lckpwdf(3) does: a process-wide write lock on the whole file. */
static bool
lock_as_shadow_does(const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0;
}

/* A child that holds the lock, for ever or until the parent writes to *ret_release. */
static pid_t
start_holder(const char *path, int *ret_release)
{
	int ready[2], release[2];
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(release), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		char ok = lock_as_shadow_does(path);
		char go;
		if (write(ready[1], &ok, 1) != 1 || read(release[0], &go, 1) != 1)
			_exit(1);
		/* Long enough for the parent to find it taken at least once. */
		usleep(150 * 1000);
		_exit(0);
	}
	char locked = 0;
	assert_int_equal(read(ready[0], &locked, 1), 1);
	assert_true(locked);
	close(ready[0]);
	close(ready[1]);
	close(release[0]);
	*ret_release = release[1];
	return child;
}

static bool
child_gets_lock(const char *path)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(lock_as_shadow_does(path) ? 1 : 0);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) == 1;
}

static void
test_lock_yields_to_a_holder_of_the_shadow_lock(void **state)
{
	struct fixture *f = *state;
	int release, fd = 99;
	pid_t holder = start_holder(real(f, "/.pwd.lock"), &release);
	assert_ok(f, host_lock_file(f->host, "/.pwd.lock", 0, &fd, &f->diags));
	assert_int_equal(fd, -1);
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	close(release);
}

static void
test_lock_waits_for_the_holder_to_leave(void **state)
{
	struct fixture *f = *state;
	int release, status;
	AUTO_CLOSE int fd = -1;
	pid_t holder = start_holder(real(f, "/.pwd.lock"), &release);
	assert_int_equal(write(release, "x", 1), 1);
	assert_ok(f, host_lock_file(f->host, "/.pwd.lock", 600, &fd, &f->diags));
	assert_true(fd >= 0);
	assert_int_equal(waitpid(holder, &status, 0), holder);
	close(release);
}

static void
test_shadow_lock_yields_to_ours_until_it_is_closed(void **state)
{
	struct fixture *f = *state;
	const char *path = real(f, "/.pwd.lock");
	int fd = -1;
	assert_ok(f, host_lock_file(f->host, "/.pwd.lock", 0, &fd, &f->diags));
	assert_true(fd >= 0);
	assert_int_equal(stat_of(f, "/.pwd.lock").st_mode, S_IFREG | 0600);
	assert_false(child_gets_lock(path));

	/* A process lock would be lost here. */
	int other = open(path, O_RDWR);
	close(other);
	assert_false(child_gets_lock(path));

	close(fd);
	assert_true(child_gets_lock(path));
}

static void
test_two_locks_of_one_process_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	AUTO_CLOSE int first = -1;
	int second = 99;
	assert_ok(f, host_lock_file(f->host, "/lock", 0, &first, &f->diags));
	assert_true(first >= 0);
	assert_ok(f, host_lock_file(f->host, "/lock", 0, &second, &f->diags));
	assert_int_equal(second, -1);
}

static void
test_lock_keeps_the_content_of_an_existing_file(void **state)
{
	struct fixture *f = *state;
	AUTO_CLOSE int fd = -1;
	make_file(f, "/lock", "kept");
	assert_ok(f, host_lock_file(f->host, "/lock", 0, &fd, &f->diags));
	assert_true(fd >= 0);
	assert_string_equal(content_of(f, "/lock"), "kept");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_lock_yields_to_a_holder_of_the_shadow_lock),
		host_test(test_lock_waits_for_the_holder_to_leave),
		host_test(test_shadow_lock_yields_to_ours_until_it_is_closed),
		host_test(test_two_locks_of_one_process_exclude_each_other),
		host_test(test_lock_keeps_the_content_of_an_existing_file),
	};
	return cmocka_run_group_tests_name("host_lock", tests, NULL, NULL);
}
