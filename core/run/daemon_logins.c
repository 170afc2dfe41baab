/*
 * daemon_logins.c - connections to sshd that nobody has logged in on yet.
 *
 * A connection goes by the configuration of the moment when it was accepted. Who connects before a
 * reload and names the user when the account is open would not be jailed. So such connections get a
 * moment to become sessions of somebody who exists already, and are then ended: that costs a
 * prompt.
 *
 * Until then the part of sshd that talks to the network is a process without rights, "[net]", whose
 * parent knows the configuration; or it has not come that far, and is "[accepted]".
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum {
	PATIENCE_MILLISECONDS = 1000, /* to finish logging in */
	TERM_MILLISECONDS = 1000,
	KILL_MILLISECONDS = 5000,
	POLL_MILLISECONDS = 50,
};

enum { PARENT = 4, START_TIME = 22 }; /* fields of /proc/PID/stat */

struct connection {
	pid_t pid;
	unsigned long long start_time;
};

struct connections {
	ARRAY(struct connection) items;
	struct arena *arena;
};

/* ---- finding ---- */

/* sshd; since 9.8 sshd-session, since 10.0 sshd-auth too. */
static bool
is_sshd(pid_t pid)
{
	char program[4096], *name;
	if (!proc_read_link(pid, "exe", program, sizeof(program)))
		return false;
	name = strrchr(program, '/');
	return name && strncmp(name, "/sshd", strlen("/sshd")) == 0;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Executes itself again for its connection, and has no title yet. */
static bool
has_word(const char *words, size_t size, const char *wanted)
{
	for (size_t i = 0; i < size && words[i]; i += strlen(words + i) + 1) {
		if (strcmp(words + i, wanted) == 0)
			return true;
	}
	return false;
}

static bool
is_child_of_listener(pid_t parent, const struct sshd_listeners *listeners)
{
	ARRAY_FOREACH (listener, listeners) {
		if (listener->pid == parent)
			return true;
	}
	return false;
}

/* The process that has the connection's configuration, or 0 when this one is no part of a
 * connection that still waits for its user. */
static pid_t
owner_of_waiting(pid_t pid, const struct sshd_listeners *listeners)
{
	char stat[1024], words[4096] = { 0 };
	if (!is_sshd(pid) || !proc_is_on_our_root(pid) ||
		!proc_read(pid, "stat", stat, sizeof(stat)) ||
		!proc_read(pid, "cmdline", words, sizeof(words) - 1))
		return 0;
	pid_t parent = (pid_t)proc_stat_field(stat, PARENT);
	if (ends_with(words, "[net]"))
		return is_sshd(parent) ? parent : 0;
	/* Between fork and exec it has its parent's title. */
	bool is_new = strncmp(words, "sshd: /", strlen("sshd: /")) == 0 &&
		is_child_of_listener(parent, listeners);
	return is_new || ends_with(words, ": [accepted]") || has_word(words, sizeof(words), "-R")
		? pid
		: 0;
}

static bool
start_time_of(pid_t pid, unsigned long long *ret_start_time)
{
	char stat[1024];
	if (!proc_read(pid, "stat", stat, sizeof(stat)))
		return false;
	*ret_start_time = proc_stat_field(stat, START_TIME);
	return true;
}

static bool
find_waiting(struct connections *found, struct diags *diags)
{
	struct sshd_listeners listeners;
	struct connection connection;
	pid_t pid;
	if (!daemon_find_sshd(found->arena, &listeners, diags))
		return false;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc)
		return diag_error(diags, at("/proc", 0), "cannot list: %s", strerror(errno));
	while (proc_next(proc, &pid)) {
		connection.pid = owner_of_waiting(pid, &listeners);
		if (connection.pid && start_time_of(connection.pid, &connection.start_time))
			ARRAY_PUSH(found->arena, &found->items, connection);
	}
	return true;
}

static bool
holds(const struct connections *connections, const struct connection *wanted)
{
	ARRAY_FOREACH (connection, &connections->items) {
		if (connection->pid == wanted->pid && connection->start_time == wanted->start_time)
			return true;
	}
	return false;
}

/* Leaves those of the first that still wait. */
static bool
look_again(struct connections *waiting, struct diags *diags)
{
	struct connections now = { .arena = waiting->arena };
	size_t left = 0;
	if (!find_waiting(&now, diags))
		return false;
	ARRAY_FOREACH (connection, &waiting->items) {
		if (holds(&now, connection))
			waiting->items.items[left++] = *connection;
	}
	waiting->items.count = left;
	return true;
}

/* ---- ending ---- */

static bool
end_with(int pidfd, int number, int patience)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	return (pidfd_send_signal(pidfd, number, NULL, 0) != 0 && errno == ESRCH) ||
		poll(&end, 1, patience) == 1;
}

static bool
end_connection(const struct connection *connection, struct diags *diags)
{
	unsigned long long start_time;
	AUTO_CLOSE int pidfd = pidfd_open(connection->pid, 0);
	if (pidfd < 0 && errno == ESRCH)
		return true;
	if (pidfd >= 0 &&
		(!start_time_of(connection->pid, &start_time) ||
			start_time != connection->start_time))
		return true;
	if (pidfd >= 0 &&
		(end_with(pidfd, SIGTERM, TERM_MILLISECONDS) ||
			end_with(pidfd, SIGKILL, KILL_MILLISECONDS)))
		return true;
	diag_error(diags, NOWHERE,
		"a connection to sshd that was open before the reload does not end (process %d)",
		(int)connection->pid);
	diag_hint(diags, "It would not be jailed. End it, and try again.");
	diag_code(diags, "connection-stays");
	return false;
}

bool
daemon_end_waiting_logins(size_t *ret_ended, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct connections waiting = { .arena = &scratch };
	long long deadline = proc_milliseconds() + PATIENCE_MILLISECONDS;

	if (!find_waiting(&waiting, diags))
		return false;
	while (waiting.items.count && proc_milliseconds() < deadline) {
		poll(NULL, 0, POLL_MILLISECONDS);
		if (!look_again(&waiting, diags))
			return false;
	}
	bool good = true;
	ARRAY_FOREACH (connection, &waiting.items)
		good = end_connection(connection, diags) && good;
	*ret_ended = waiting.items.count;
	return good;
}
