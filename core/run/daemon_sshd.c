/*
 * daemon_sshd.c - finds the sshd that listens, tells it to read its configuration, and sees it
 * done.
 *
 * PID files lie and unit names differ, so what counts is the process: its program, its namespace,
 * its sockets. A session of sshd is the same program and may listen too (a forwarded port), but a
 * SIGHUP would end it; it is told apart by its title, which no user can begin with a slash.
 *
 * SIGHUP makes sshd close its sockets and execute itself; with a configuration that it refuses it
 * ends. So the caller tests first, and we wait until it accepts connections again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum { POLL_MILLISECONDS = 20 };

/* Fields of /proc/PID/stat. */
enum { PARENT = 4, START_TIME = 22, STACK_START = 28 };

/* ---- is it one? ---- */

/* After an upgrade the program is another file under the same name, and SIGHUP starts that. */
static bool
is_sshd_program(pid_t pid)
{
	char program[4096], *name;
	if (!proc_read_link(pid, "exe", program, sizeof(program)))
		return false;
	name = strrchr(program, '/');
	return name && (strcmp(name, "/sshd") == 0 || strcmp(name, "/sshd (deleted)") == 0);
}

/*
 * "sshd: /usr/sbin/sshd -D [listener] ..." listens; "sshd: anna@pts/0" is a session. Without a
 * title it has just started, or is older than 8.2; -R is a connection and -i was started for one.
 */
static bool
is_listener_title(pid_t pid, bool *ret_titled)
{
	char words[4096] = { 0 };
	if (!proc_read(pid, "cmdline", words, sizeof(words) - 1))
		return false;
	*ret_titled = strncmp(words, "sshd: ", 6) == 0;
	if (*ret_titled)
		return words[6] == '/';
	for (const char *word = words; *word; word += strlen(word) + 1) {
		if (strcmp(word, "-R") == 0 || strcmp(word, "-i") == 0)
			return false;
	}
	return true;
}

/* ---- its sockets ---- */

static void
collect_sockets(pid_t pid, struct id_table *sockets)
{
	char path[64], target[64];
	unsigned long inode;
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	AUTO_DIR DIR *dir = opendir(path);
	struct dirent *entry;
	while (dir && (entry = readdir(dir))) {
		ssize_t size = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (size <= 0)
			continue;
		target[size] = '\0';
		if (sscanf(target, "socket:[%lu]", &inode) == 1)
			id_table_set(sockets, inode, sockets);
	}
}

static void
collect_listening(pid_t pid, const char *table, const struct id_table *sockets, struct arena *arena,
	struct string_list *listening)
{
	enum { TCP_LISTEN = 0x0A };
	char path[64], line[512];
	snprintf(path, sizeof(path), "/proc/%d/net/%s", (int)pid, table);
	AUTO_FILE FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		unsigned state;
		unsigned long inode;
		if (sscanf(line, " %*d: %*s %*s %x %*s %*s %*s %*s %*s %lu", &state, &inode) == 2 &&
			state == TCP_LISTEN && id_table_get(sockets, inode))
			string_list_push(arena, listening, arena_printf(arena, "%lu", inode));
	}
}

static struct string_list
listening_sockets(pid_t pid, struct arena *arena)
{
	struct id_table sockets = { .arena = arena };
	struct string_list listening = { 0 };
	collect_sockets(pid, &sockets);
	if (sockets.count) {
		collect_listening(pid, "tcp", &sockets, arena, &listening);
		collect_listening(pid, "tcp6", &sockets, arena, &listening);
	}
	return listening;
}

/* ---- finding ---- */

struct look {
	struct sshd_listener listener;
	pid_t parent;
};

/* A process that executes itself while it is looked at shows the title of one start beside the
 * sockets of the next: such a look says nothing. */
static bool
is_of_one_start(pid_t pid, const struct sshd_listener *listener)
{
	char stat[1024];
	return proc_read(pid, "stat", stat, sizeof(stat)) &&
		proc_stat_field(stat, START_TIME) == listener->start_time &&
		proc_stat_field(stat, STACK_START) == listener->stack_start;
}

/* False when the process is no sshd that listens for this machine. */
static bool
look_at(pid_t pid, struct arena *arena, struct look *ret_look)
{
	char stat[1024];
	struct look look = { .listener = { .pid = pid } };
	if (!is_sshd_program(pid) || !proc_is_on_our_root(pid) ||
		!proc_read(pid, "stat", stat, sizeof(stat)) ||
		!is_listener_title(pid, &look.listener.titled))
		return false;
	look.parent = (pid_t)proc_stat_field(stat, PARENT);
	look.listener.start_time = proc_stat_field(stat, START_TIME);
	look.listener.stack_start = proc_stat_field(stat, STACK_START);
	look.listener.sockets = listening_sockets(pid, arena);
	*ret_look = look;
	return look.listener.sockets.count != 0 && is_of_one_start(pid, &look.listener);
}

struct looks {
	struct look *items;
	size_t count, room;
};

/* A connection is a child that has title and sockets of its parent until it executes itself. */
static bool
is_child_of_another(const struct look *look, const struct looks *looks)
{
	ARRAY_FOREACH (other, looks) {
		if (other->listener.pid == look->parent)
			return true;
	}
	return false;
}

bool
daemon_find_sshd(struct arena *arena, struct sshd_listeners *ret_listeners, struct diags *diags)
{
	struct looks looks = { 0 };
	struct look look;
	pid_t pid;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc)
		return diag_error(diags, at("/proc", 0), "cannot list: %s", strerror(errno));
	while (proc_next(proc, &pid)) {
		if (look_at(pid, arena, &look))
			ARRAY_PUSH(arena, &looks, look);
	}

	struct sshd_listeners listeners = { 0 };
	ARRAY_FOREACH (one, &looks) {
		if (!is_child_of_another(one, &looks))
			ARRAY_PUSH(arena, &listeners, one->listener);
	}
	*ret_listeners = listeners;
	return true;
}

/* ---- reloading ---- */

enum reload_state {
	RELOAD_WAITING,
	RELOAD_DONE,
	RELOAD_GONE, /* ended before it was told anything: as if it had not been there */
	RELOAD_DIED,
};

struct reload {
	const struct sshd_listener *before;
	int pidfd;
	enum reload_state state;
};

static bool
is_same_process(const struct sshd_listener *listener)
{
	char stat[1024];
	return proc_read(listener->pid, "stat", stat, sizeof(stat)) &&
		proc_stat_field(stat, START_TIME) == listener->start_time;
}

/* The descriptor comes first: what is found to be the same process after that stays it. */
static bool
send_hangup(struct reload *reload, struct diags *diags)
{
	int pid = (int)reload->before->pid;
	reload->pidfd = pidfd_open(reload->before->pid, 0);
	if (reload->pidfd < 0 && errno != ESRCH)
		return diag_error(
			diags, NOWHERE, "cannot watch sshd (process %d): %s", pid, strerror(errno));
	if (reload->pidfd < 0 || !is_same_process(reload->before)) {
		reload->state = RELOAD_GONE;
		return true;
	}
	if (pidfd_send_signal(reload->pidfd, SIGHUP, NULL, 0) == 0)
		return true;
	reload->state = RELOAD_GONE;
	return errno == ESRCH ||
		diag_error(diags, NOWHERE, "cannot tell sshd (process %d) to reload: %s", pid,
			strerror(errno));
}

/* Sockets that systemd passed on stay the same; the place of the stack is drawn at each start. */
static bool
has_started_anew(const struct sshd_listener *before, const struct sshd_listener *now)
{
	bool other_sockets = true;
	ARRAY_FOREACH (inode, &before->sockets)
		other_sockets = other_sockets && !string_list_has(&now->sockets, *inode);
	bool other_memory =
		before->stack_start && now->stack_start && before->stack_start != now->stack_start;
	return (other_sockets || other_memory) && (now->titled || !before->titled);
}

static void
look_again(struct reload *reload)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct look look;
	struct pollfd end = { .fd = reload->pidfd, .events = POLLIN };
	if (poll(&end, 1, 0) == 1)
		reload->state = RELOAD_DIED;
	else if (look_at(reload->before->pid, &scratch, &look) &&
		has_started_anew(reload->before, &look.listener))
		reload->state = RELOAD_DONE;
}

static bool
wait_for(struct reload *reload, long long deadline, unsigned timeout_seconds, struct diags *diags)
{
	int pid = (int)reload->before->pid;
	while (reload->state == RELOAD_WAITING) {
		look_again(reload);
		if (reload->state != RELOAD_WAITING)
			break;
		if (proc_milliseconds() >= deadline) {
			diag_error(diags, NOWHERE,
				"sshd (process %d) did not start anew within %u seconds", pid,
				timeout_seconds);
			diag_hint(diags, "See what sshd wrote to the system's log.");
			diag_code(diags, "sshd-silent");
			return false;
		}
		poll(NULL, 0, POLL_MILLISECONDS);
	}
	if (reload->state != RELOAD_DIED)
		return true;
	diag_error(diags, NOWHERE, "sshd (process %d) ended when it was told to reload", pid);
	diag_hint(diags, "Run sshd -t, mend what it says, and start it: systemctl start ssh");
	diag_code(diags, "sshd-died");
	return false;
}

bool
daemon_reload_sshd(
	unsigned timeout_seconds, size_t *ret_reloaded, struct arena *arena, struct diags *diags)
{
	struct sshd_listeners listeners;
	if (!daemon_find_sshd(arena, &listeners, diags))
		return false;

	bool good = true;
	size_t done = 0;
	struct reload *reloads = arena_alloc(arena, (listeners.count + 1) * sizeof(*reloads));
	for (size_t i = 0; i < listeners.count; i++) {
		reloads[i] = (struct reload){ .before = &listeners.items[i], .pidfd = -1 };
		if (!send_hangup(&reloads[i], diags)) {
			reloads[i].state = RELOAD_GONE;
			good = false;
		}
	}
	long long deadline = proc_milliseconds() + timeout_seconds * 1000LL;
	for (size_t i = 0; i < listeners.count; i++) {
		good = wait_for(&reloads[i], deadline, timeout_seconds, diags) && good;
		done += reloads[i].state == RELOAD_DONE;
		cleanup_close(&reloads[i].pidfd);
	}
	*ret_reloaded = done;
	return good;
}
