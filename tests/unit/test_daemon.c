/*
 * test_daemon.c - the sshd that listens is found, reloaded and waited for, and no other.
 *
 * A copy of this program under the name "sshd" plays the parts that the real one would not play on
 * demand; the real one takes part too.
 */
#include "daemon_fixture.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "core/run/daemon_proc.h"

#define FAKE STAGE "/sshd"
#define TITLE "sshd: " FAKE " -D [listener] 0 of 10-100 startups"

/* ---- the parts of the false sshd: argv = TITLE, PART, SOCKET ---- */

static volatile sig_atomic_t hung_up;

static void
note_hangup(int number)
{
	(void)number;
	hung_up = 1;
}

static int
listen_anywhere(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in any = { .sin_family = AF_INET };
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) != 0 || listen(fd, 5) != 0)
		_exit(9);
	return fd;
}

static void
start_anew(const char *title, const char *part, int fd)
{
	char number[16];
	snprintf(number, sizeof(number), "%d", fd);
	execl(FAKE, title, part, number, (char *)NULL);
	_exit(9);
}

static int
play(const char *part, int fd)
{
	if (strcmp(part, "slow") == 0) {
		/* Started again, it listens for a while before it has its title. */
		fd = listen_anywhere();
		for (int i = 0; i < 20; i++)
			nap();
		close(fd);
		start_anew(TITLE, "rebind", -1);
	}
	signal(SIGHUP, strcmp(part, "deaf") == 0 ? SIG_IGN : note_hangup);
	if (fd < 0)
		fd = listen_anywhere();
	sigset_t hangup, none;
	sigemptyset(&none);
	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, NULL);
	while (!hung_up)
		sigsuspend(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (strcmp(part, "die") == 0)
		_exit(255);
	if (strcmp(part, "inherit") == 0)
		start_anew(TITLE, part, fd);
	close(fd);
	start_anew(strcmp(part, "late") == 0 ? FAKE : TITLE,
		strcmp(part, "late") == 0 ? "slow" : part, -1);
	return 9;
}

/* ---- starting them ---- */

static bool
copy_program(const char *to)
{
	AUTO_CLOSE int in = open("/proc/self/exe", O_RDONLY);
	AUTO_CLOSE int out = open(to, O_WRONLY | O_CREAT | O_EXCL, 0755);
	char chunk[65536];
	ssize_t size;
	while ((size = read(in, chunk, sizeof(chunk))) > 0) {
		if (write(out, chunk, (size_t)size) != size)
			return false;
	}
	return in >= 0 && out >= 0 && size == 0;
}

static pid_t
start_fake(struct fixture *f, const char *title, const char *part)
{
	pid_t pid = spawn(f);
	if (pid == 0)
		start_anew(title, part, -1);
	return pid;
}

/* Until its title and its listening socket can be seen. */
static void
await_title(pid_t pid, const char *title)
{
	char words[4096], table[65536];
	for (int tries = 0; tries < 2000; tries++) {
		nap();
		if (proc_read(pid, "cmdline", words, sizeof(words)) && strcmp(words, title) == 0 &&
			proc_read(pid, "net/tcp", table, sizeof(table)) &&
			strstr(table, "00000000:0000 0A"))
			return;
	}
	fail_msg("process %d never got the title '%s'", (int)pid, title);
}

static struct sshd_listeners
find(struct fixture *f)
{
	struct sshd_listeners listeners;
	assert_true(daemon_find_sshd(&f->arena, &listeners, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return listeners;
}

static struct sshd_listeners
await_listeners(struct fixture *f, size_t count)
{
	struct sshd_listeners listeners = find(f);
	for (int tries = 0; tries < 2000 && listeners.count != count; tries++) {
		nap();
		listeners = find(f);
	}
	assert_int_equal(listeners.count, count);
	return listeners;
}

/* ---- finding ---- */

static void
test_no_sshd_is_found_where_none_runs(void **state)
{
	assert_int_equal(find(*state).count, 0);
}

static void
test_listener_is_found_with_its_socket(void **state)
{
	struct fixture *f = *state;
	pid_t pid = start_fake(f, TITLE, "rebind");
	struct sshd_listeners listeners = await_listeners(f, 1);
	assert_int_equal(listeners.items[0].pid, pid);
	assert_int_equal(listeners.items[0].sockets.count, 1);
	assert_true(listeners.items[0].titled);
	assert_true(listeners.items[0].start_time > 0);
}

static void
test_listener_without_a_title_is_found(void **state)
{
	struct fixture *f = *state;
	start_fake(f, FAKE, "rebind");
	assert_false(await_listeners(f, 1).items[0].titled);
}

static void
test_session_with_a_forwarded_port_is_no_listener(void **state)
{
	struct fixture *f = *state;
	static const char session[] = "sshd: anna@pts/0";
	await_title(start_fake(f, session, "rebind"), session);
	assert_int_equal(find(f).count, 0);
}

static void
test_connection_of_socket_activation_is_no_listener(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < 2; i++) {
		pid_t pid = spawn(f);
		if (pid == 0)
			start_anew(FAKE, i ? "-i" : "-R", -1);
		await_title(pid, FAKE);
	}
	assert_int_equal(find(f).count, 0);
}

static void
test_connection_being_accepted_is_not_a_second_listener(void **state)
{
	struct fixture *f = *state;
	pid_t pid = spawn(f);
	if (pid == 0) {
		/* The child has title and socket of its parent. */
		int fd = listen_anywhere();
		if (fork() == 0)
			prctl(PR_SET_PDEATHSIG, SIGKILL);
		start_anew(TITLE, "rebind", fd);
	}
	await_title(pid, TITLE);
	for (int i = 0; i < 20; i++) {
		struct sshd_listeners listeners = await_listeners(f, 1);
		assert_int_equal(listeners.items[0].pid, pid);
		nap();
	}
}

static void
test_sshd_of_a_container_is_not_ours(void **state)
{
	struct fixture *f = *state;
	pid_t pid = spawn(f);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS) != 0)
			_exit(9);
		start_anew(TITLE, "rebind", -1);
	}
	await_title(pid, TITLE);
	assert_int_equal(find(f).count, 0);
}

static void
test_program_with_another_name_is_not_sshd(void **state)
{
	struct fixture *f = *state;
	pid_t pid = spawn(f);
	if (pid == 0) {
		execl(STAGE "/notsshd", TITLE, "rebind", "-1", (char *)NULL);
		_exit(9);
	}
	await_title(pid, TITLE);
	assert_int_equal(find(f).count, 0);
}

static void
test_sshd_is_found_after_its_file_was_replaced(void **state)
{
	struct fixture *f = *state;
	start_fake(f, TITLE, "rebind");
	await_listeners(f, 1);
	assert_true(copy_program(FAKE ".new"));
	assert_int_equal(rename(FAKE ".new", FAKE), 0);
	assert_int_equal(find(f).count, 1);
}

/* ---- reloading ---- */

static bool
reload(struct fixture *f, unsigned seconds, size_t *ret_count)
{
	*ret_count = 99;
	return daemon_reload_sshd(seconds, ret_count, &f->arena, &f->diags);
}

static void
assert_reloads(struct fixture *f, size_t expected)
{
	size_t count;
	if (!reload(f, 30, &count))
		fail_msg("%s", f->diags.items[0].message);
	assert_int_equal(f->diags.count, 0);
	assert_int_equal(count, expected);
}

static void
test_reload_with_no_sshd_is_success(void **state)
{
	assert_reloads(*state, 0);
}

static void
test_reload_waits_for_new_sockets_of_every_listener(void **state)
{
	struct fixture *f = *state;
	start_fake(f, TITLE, "rebind");
	start_fake(f, TITLE, "rebind");
	struct sshd_listeners before = await_listeners(f, 2);
	assert_reloads(f, 2);
	struct sshd_listeners after = find(f);
	assert_int_equal(after.count, 2);
	ARRAY_FOREACH (one, &after) {
		ARRAY_FOREACH (other, &before)
			assert_string_not_equal(one->sockets.items[0], other->sockets.items[0]);
	}
}

static void
test_reload_waits_until_the_title_says_that_it_accepts(void **state)
{
	struct fixture *f = *state;
	start_fake(f, TITLE, "late");
	await_listeners(f, 1);
	assert_reloads(f, 1);
	assert_true(find(f).items[0].titled);
}

static void
test_reload_sees_a_new_start_with_the_old_socket(void **state)
{
	struct fixture *f = *state;
	start_fake(f, TITLE, "inherit");
	struct sshd_listener before = await_listeners(f, 1).items[0];
	assert_reloads(f, 1);
	struct sshd_listener after = find(f).items[0];
	assert_string_equal(after.sockets.items[0], before.sockets.items[0]);
	assert_int_equal(after.start_time, before.start_time);
	assert_true(after.stack_start != before.stack_start);
}

static void
test_reload_reports_a_listener_that_dies(void **state)
{
	struct fixture *f = *state;
	size_t count;
	pid_t pid = start_fake(f, TITLE, "die");
	start_fake(f, TITLE, "rebind");
	await_listeners(f, 2);
	assert_false(reload(f, 30, &count));
	assert_int_equal(count, 1);
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].code, "sshd-died");
	assert_string_equal(f->diags.items[0].message,
		arena_printf(
			&f->arena, "sshd (process %d) ended when it was told to reload", (int)pid));
}

static void
test_reload_reports_a_listener_that_stays_silent(void **state)
{
	struct fixture *f = *state;
	size_t count;
	pid_t pid = start_fake(f, TITLE, "deaf");
	await_listeners(f, 1);
	assert_false(reload(f, 1, &count));
	assert_int_equal(count, 0);
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].code, "sshd-silent");
	assert_string_equal(f->diags.items[0].message,
		arena_printf(&f->arena, "sshd (process %d) did not start anew within 1 seconds",
			(int)pid));
}

/* ---- the real sshd ---- */

#define REAL_CONFIG                                                                                \
	"Port 22222\nListenAddress 0.0.0.0\nListenAddress [::]\nUsePAM no\nHostKey " STAGE "/key"  \
	"\n"

static void
start_real(struct fixture *f)
{
	const char *const keygen[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
		STAGE "/key", NULL };
	struct process_result result;
	unlink(STAGE "/key");
	unlink(STAGE "/key.pub");
	assert_true(
		process_run(&(struct process){ .argv = keygen }, &f->arena, &result, &f->diags));
	assert_int_equal(result.exit_status, 0);
	write_file(STAGE "/config", REAL_CONFIG, 0644);
	const char *program = process_find("sshd", &f->arena);
	assert_non_null(program);
	if (spawn(f) == 0) {
		execl(program, program, "-D", "-e", "-f", STAGE "/config", (char *)NULL);
		_exit(9);
	}
	struct sshd_listeners listeners = await_listeners(f, 1);
	while (!listeners.items[0].titled)
		listeners = await_listeners(f, 1);
	assert_int_equal(listeners.items[0].sockets.count, 2);
}

static void
test_real_sshd_reloads_again_and_again(void **state)
{
	struct fixture *f = *state;
	start_real(f);
	for (int i = 0; i < 3; i++) {
		assert_reloads(f, 1);
		struct sshd_listeners listeners = find(f);
		assert_int_equal(listeners.count, 1);
		assert_int_equal(listeners.items[0].sockets.count, 2);
		assert_true(listeners.items[0].titled);
	}
}

static void
test_real_sshd_dies_of_a_wrong_configuration(void **state)
{
	struct fixture *f = *state;
	size_t count;
	start_real(f);
	write_file(STAGE "/config", REAL_CONFIG "Nonsense yes\n", 0644);
	assert_false(reload(f, 30, &count));
	assert_string_equal(f->diags.items[0].code, "sshd-died");
}

static int
run_group(void)
{
	const struct CMUnitTest tests[] = {
		daemon_test(test_no_sshd_is_found_where_none_runs),
		daemon_test(test_listener_is_found_with_its_socket),
		daemon_test(test_listener_without_a_title_is_found),
		daemon_test(test_session_with_a_forwarded_port_is_no_listener),
		daemon_test(test_connection_of_socket_activation_is_no_listener),
		daemon_test(test_connection_being_accepted_is_not_a_second_listener),
		daemon_test(test_sshd_of_a_container_is_not_ours),
		daemon_test(test_program_with_another_name_is_not_sshd),
		daemon_test(test_sshd_is_found_after_its_file_was_replaced),
		daemon_test(test_reload_with_no_sshd_is_success),
		daemon_test(test_reload_waits_for_new_sockets_of_every_listener),
		daemon_test(test_reload_waits_until_the_title_says_that_it_accepts),
		daemon_test(test_reload_sees_a_new_start_with_the_old_socket),
		daemon_test(test_reload_reports_a_listener_that_dies),
		daemon_test(test_reload_reports_a_listener_that_stays_silent),
		daemon_test(test_real_sshd_reloads_again_and_again),
		daemon_test(test_real_sshd_dies_of_a_wrong_configuration),
	};
	if (!copy_program(FAKE) || !copy_program(STAGE "/notsshd")) {
		perror(STAGE);
		return 1;
	}
	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}

int
main(int argc, char **argv)
{
	if (argc == 3)
		return play(argv[1], atoi(argv[2]));
	return perform(run_group);
}
