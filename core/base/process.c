/*
 * process.c - starts a program, feeds and drains it, and ends it when it takes too long.
 *
 * The child is the leader of its own session, so that a timeout reaches its children and Ctrl-C on
 * our terminal does not. Its input is a file in memory: nothing here can block on writing. What a
 * daemon that it left behind still writes is not waited for.
 */
#include "core/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>

enum {
	OUT_LIMIT = 1024 * 1024,
	ERR_LIMIT = 64 * 1024,
	DEFAULT_TIMEOUT_SECONDS = 30,
	CANNOT_START = 127,
};

static const char *const directories[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };
static const char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
	"HOME=/", NULL };

const char *
process_find(const char *program, struct arena *arena)
{
	if (strchr(program, '/'))
		return access(program, X_OK) == 0 ? program : NULL;
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		const char *path = arena_printf(arena, "%s/%s", directories[i], program);
		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

/* ---- the child ---- */

struct stream {
	int fd; /* our end, -1 = closed */
	struct buffer text;
	size_t limit;
};

struct running {
	pid_t pid;
	int pidfd;
	struct stream out, err;
	int child_in, child_out, child_err; /* the child's ends, until it has them */
};

#define NOT_RUNNING                                                                                \
	{                                                                                          \
		.pidfd = -1, .child_in = -1, .child_out = -1, .child_err = -1,                     \
		.out = { .fd = -1, .limit = OUT_LIMIT },                                           \
		.err = {.fd = -1,                                                                  \
			.limit = ERR_LIMIT }                                                       \
	}

static void
close_child_ends(struct running *running)
{
	cleanup_close(&running->child_in);
	cleanup_close(&running->child_out);
	cleanup_close(&running->child_err);
	running->child_in = running->child_out = running->child_err = -1;
}

static void
running_finish(struct running *running)
{
	close_child_ends(running);
	cleanup_close(&running->pidfd);
	cleanup_close(&running->out.fd);
	cleanup_close(&running->err.fd);
	buffer_finish(&running->out.text);
	buffer_finish(&running->err.text);
}

/* Descriptors 0..2 may be closed in us, and then pipe ends could sit there: move them away first.
 */
static bool
take_streams(struct running *running)
{
	int in = fcntl(running->child_in, F_DUPFD, 3);
	int out = fcntl(running->child_out, F_DUPFD, 3);
	int err = fcntl(running->child_err, F_DUPFD, 3);
	return in >= 0 && out >= 0 && err >= 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
		dup2(err, 2) == 2;
}

static void
reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
}

/* The program sees its whole path as its name: sshd insists on that. */
static const char **
whole_argv(const struct process *process, const char *path, struct arena *arena)
{
	size_t count = 0;
	while (process->argv[count])
		count++;
	const char **argv = arena_copy(arena, process->argv, (count + 1) * sizeof(*process->argv));
	argv[0] = path;
	return argv;
}

static void
be_child(const struct process *process, const char *const *argv, struct running *running)
{
	setsid();
	reset_signals();
	if (!take_streams(running))
		_exit(CANNOT_START);
	/* Namespaces are entered through descriptors of ours, so these are closed after. */
	if (process->prepare && !process->prepare(process->ctx))
		_exit(CANNOT_START);
	if (close_range(3, ~0U, 0) == 0)
		execve(argv[0], (char *const *)argv, (char *const *)environment);
	dprintf(2, "cannot start %s: %s\n", argv[0], strerror(errno));
	_exit(CANNOT_START);
}

/* ---- starting it ---- */

static bool
open_pipe(struct stream *stream, int *ret_child_end)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	stream->fd = ends[0];
	*ret_child_end = ends[1];
	return fcntl(stream->fd, F_SETFL, O_NONBLOCK) == 0;
}

static bool
open_input(struct bytes input, int *ret_fd)
{
	*ret_fd = input.size ? memfd_create("input", MFD_CLOEXEC)
			     : open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0)
		return false;
	for (size_t done = 0; done < input.size;) {
		ssize_t put =
			TEMP_FAILURE_RETRY(write(*ret_fd, input.data + done, input.size - done));
		if (put < 0)
			return false;
		done += (size_t)put;
	}
	return !input.size || lseek(*ret_fd, 0, SEEK_SET) == 0;
}

static bool
start(const struct process *process, const char *const *argv, struct running *running)
{
	if (!open_pipe(&running->out, &running->child_out) ||
		!open_pipe(&running->err, &running->child_err) ||
		!open_input(process->input, &running->child_in))
		return false;
	running->pid = fork();
	if (running->pid < 0)
		return false;
	if (running->pid == 0)
		be_child(process, argv, running);
	close_child_ends(running);
	running->pidfd = pidfd_open(running->pid, 0);
	if (running->pidfd >= 0)
		return true;

	int error = errno;
	kill(running->pid, SIGKILL);
	TEMP_FAILURE_RETRY(waitpid(running->pid, NULL, 0));
	errno = error;
	return false;
}

/* ---- listening to it ---- */

static long long
milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* True when there may be more. What is beyond the limit is read, so that the program goes on. */
static bool
read_some(struct stream *stream)
{
	char chunk[16 * 1024];
	ssize_t got = TEMP_FAILURE_RETRY(read(stream->fd, chunk, sizeof(chunk)));
	if (got > 0) {
		size_t room = stream->limit - stream->text.size;
		buffer_add(&stream->text, chunk, (size_t)got < room ? (size_t)got : room);
		return true;
	}
	if (got == 0) {
		close(stream->fd);
		stream->fd = -1;
	}
	return false;
}

/* What it wrote before it ended; somebody who inherited the pipe may write for ever. */
static void
read_rest(struct stream *stream)
{
	enum { READS_MAX = 1024 };
	for (int i = 0; i < READS_MAX && stream->fd >= 0 && read_some(stream);)
		i++;
}

/* False after the deadline. */
static bool
listen_until_end(struct running *running, long long deadline)
{
	for (;;) {
		struct pollfd fds[] = {
			{ .fd = running->pidfd, .events = POLLIN },
			{ .fd = running->out.fd, .events = POLLIN },
			{ .fd = running->err.fd, .events = POLLIN },
		};
		long long left = deadline - milliseconds();
		if (left <= 0)
			return false;
		if (poll(fds, ARRAY_LEN(fds), (int)left) < 0)
			continue;
		if (fds[1].revents)
			read_some(&running->out);
		if (fds[2].revents)
			read_some(&running->err);
		if (fds[0].revents)
			return true;
	}
}

static void
end(struct running *running)
{
	kill(-running->pid, SIGKILL);
	pidfd_send_signal(running->pidfd, SIGKILL, NULL, 0);
}

static int
reap(struct running *running)
{
	int status = 0;
	TEMP_FAILURE_RETRY(waitpid(running->pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *
text_of(const struct stream *stream, struct arena *arena)
{
	return arena_strndup(arena, buffer_text(&stream->text), stream->text.size);
}

bool
process_run(const struct process *process, struct arena *arena, struct process_result *ret_result,
	struct diags *diags)
{
	struct process_result result = { .out = "", .err = "" };
	const char *path = process_find(process->argv[0], arena);
	if (!path) {
		*ret_result = result;
		return true;
	}

	AUTO(running_finish) struct running running = NOT_RUNNING;
	const char **argv = whole_argv(process, path, arena);
	if (!start(process, argv, &running))
		return diag_error(diags, NOWHERE, "cannot start %s: %s", path, strerror(errno));

	unsigned seconds =
		process->timeout_seconds ? process->timeout_seconds : DEFAULT_TIMEOUT_SECONDS;
	result.started = true;
	result.timed_out = !listen_until_end(&running, milliseconds() + seconds * 1000LL);
	if (result.timed_out)
		end(&running);
	result.exit_status = reap(&running);
	read_rest(&running.out);
	read_rest(&running.err);
	result.out = text_of(&running.out, arena);
	result.err = text_of(&running.err, arena);
	*ret_result = result;
	return true;
}
