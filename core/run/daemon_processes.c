/*
 * daemon_processes.c - ends what runs as certain users, for good.
 *
 * A process is opened first and looked at after, so a number that is used again never receives the
 * signal of its predecessor. Whoever starts others faster than one scan takes is met again in the
 * next: the first round asks (SIGTERM), later rounds do not.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum {
	PATIENCE_MILLISECONDS = 2000, /* after SIGTERM */
	KILL_MILLISECONDS = 1000,     /* SIGKILL works at once, but for what sleeps in the kernel */
	TOTAL_MILLISECONDS = 10000,
};

struct target {
	pid_t pid;
	const char *login;
};

struct targets {
	ARRAY(struct target) processes;
	ARRAY(struct pollfd) watched; /* the same order; fd < 0 once ended */
};

static void
targets_finish(struct targets *targets)
{
	ARRAY_FOREACH (one, &targets->watched)
		cleanup_close(&one->fd);
}

/* ---- one scan ---- */

/* The login whose uid the process has, or NULL. What has ended and is not yet reaped is nobody's.
 */
static const char *
login_of(pid_t pid, const struct id_table *uids)
{
	uid_t uid;
	const char *login;
	return proc_owner(pid, uids, &uid, &login) ? login : NULL;
}

/* *ret_more: descriptors ran out, so the rest is for the next scan. */
static bool
take(pid_t pid, const struct id_table *uids, struct arena *arena, struct targets *targets,
	bool *ret_more, struct diags *diags)
{
	if (pid == 1 || pid == getpid() || !login_of(pid, uids))
		return true;
	int fd = pidfd_open(pid, 0);
	if (fd < 0) {
		*ret_more = errno == EMFILE && targets->processes.count;
		return errno == ESRCH || *ret_more ||
			diag_error(diags, NOWHERE, "cannot watch process %d: %s", (int)pid,
				strerror(errno));
	}
	const char *login = login_of(pid, uids);
	if (!login) {
		close(fd);
		return true;
	}
	ARRAY_PUSH(arena, &targets->processes, (struct target){ .pid = pid, .login = login });
	ARRAY_PUSH(arena, &targets->watched, (struct pollfd){ .fd = fd, .events = POLLIN });
	return true;
}

static bool
scan(const struct id_table *uids, struct arena *arena, struct targets *targets, struct diags *diags)
{
	bool more = false;
	pid_t pid;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc)
		return diag_error(diags, at("/proc", 0), "cannot list: %s", strerror(errno));
	while (!more && proc_next(proc, &pid)) {
		if (!take(pid, uids, arena, targets, &more, diags))
			return false;
	}
	return true;
}

/* ---- one round ---- */

static bool
send_all(struct targets *targets, int number, struct diags *diags)
{
	for (size_t i = 0; i < targets->watched.count; i++) {
		int fd = targets->watched.items[i].fd;
		if (fd < 0 || pidfd_send_signal(fd, number, NULL, 0) == 0 || errno == ESRCH)
			continue;
		return diag_error(diags, NOWHERE, "cannot end process %d of %s: %s",
			(int)targets->processes.items[i].pid, targets->processes.items[i].login,
			strerror(errno));
	}
	return true;
}

/* Waits until all have ended, or the time is over; returns how many did. */
static size_t
await(struct targets *targets, int patience)
{
	long long deadline = proc_milliseconds() + patience, left = patience;
	size_t ended = 0, before = 0, count = targets->watched.count;
	for (size_t i = 0; i < count; i++)
		before += targets->watched.items[i].fd < 0;
	while (before + ended < count && left >= 0) {
		if (poll(targets->watched.items, count, (int)left) > 0) {
			ARRAY_FOREACH (one, &targets->watched) {
				if (one->fd < 0 || !one->revents)
					continue;
				close(one->fd);
				one->fd = -1;
				ended++;
			}
		}
		left = deadline - proc_milliseconds();
	}
	return ended;
}

static void
name_survivors(const struct targets *targets, struct diags *diags)
{
	ARRAY_FOREACH (process, &targets->processes) {
		diag_error(diags, NOWHERE, "process %d of %s does not end", (int)process->pid,
			process->login);
		diag_user(diags, process->login);
		diag_code(diags, "process-stays");
		diag_hint(diags, "Find out what it is, end it, and try again.");
	}
}

bool
daemon_end_processes(
	const struct id_table *uids, size_t *ret_ended, struct arena *arena, struct diags *diags)
{
	assert(!id_table_get(uids, 0));
	long long deadline = proc_milliseconds() + TOTAL_MILLISECONDS;
	size_t ended = 0;
	for (bool ask = true;; ask = false) {
		AUTO(targets_finish) struct targets targets = { 0 };
		if (!scan(uids, arena, &targets, diags))
			return false;
		if (!targets.processes.count)
			break;
		if (proc_milliseconds() >= deadline) {
			name_survivors(&targets, diags);
			return false;
		}
		if (ask) {
			if (!send_all(&targets, SIGTERM, diags))
				return false;
			ended += await(&targets, PATIENCE_MILLISECONDS);
		}
		if (!send_all(&targets, SIGKILL, diags))
			return false;
		ended += await(&targets, KILL_MILLISECONDS);
	}
	*ret_ended = ended;
	return true;
}

bool
daemon_find_processes(const struct id_table *uids, struct arena *arena,
	struct user_processes *ret_processes, struct diags *diags)
{
	struct user_processes found = { 0 };
	pid_t pid;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc)
		return diag_error(diags, at("/proc", 0), "cannot list: %s", strerror(errno));
	while (proc_next(proc, &pid)) {
		const char *login = pid == getpid() ? NULL : login_of(pid, uids);
		if (login)
			ARRAY_PUSH(arena, &found,
				(struct user_process){ .pid = pid,
					.login = login,
					.command = proc_command(pid, arena) });
	}
	*ret_processes = found;
	return true;
}
