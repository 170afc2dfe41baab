/*
 * daemon.h - the running sshd, the name service caches and users' processes: what a change of files
 * must be told to. Only on the live root.
 */
#ifndef REHOME_RUN_DAEMON_H
#define REHOME_RUN_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"

struct sshd_listener {
	pid_t pid;
	unsigned long long start_time; /* /proc/PID/stat field 22: the same process */
	struct string_list sockets;    /* inode numbers of its listening sockets */
	/* What tells that it executed itself again where its sockets were passed on by systemd. */
	unsigned long long stack_start; /* /proc/PID/stat field 28; 0 = hidden from us */
	bool titled; /* "sshd: /usr/sbin/sshd ... [listener]": it accepts connections (8.2) */
};

struct sshd_listeners {
	struct sshd_listener *items;
	size_t count, room;
};

/*
 * Every sshd of this machine that listens, found through /proc: executable, own root and mount
 * namespace the same as ours (a container's sshd is not ours), listening sockets. Socket activation
 * (init listens) needs no reload and gives none.
 */
NODISCARD bool daemon_find_sshd(
	struct arena *arena, struct sshd_listeners *ret_listeners, struct diags *diags);

/*
 * SIGHUP to every listener through a pidfd, then waits until each has executed itself again (its
 * listening sockets, or its memory, are new ones) and listens. None running is success. A listener
 * that dies or stays silent for timeout_seconds is an error.
 */
NODISCARD bool daemon_reload_sshd(
	unsigned timeout_seconds, size_t *ret_reloaded, struct arena *arena, struct diags *diags);

/*
 * Ends the connections to every sshd of this machine that nobody has logged in on yet, after a
 * second in which they may. To be called after a reload and before accounts open: a connection goes
 * by the configuration that was read before it was accepted.
 */
NODISCARD bool daemon_end_waiting_logins(size_t *ret_ended, struct diags *diags);

/*
 * nscd -i passwd, group; sss_cache -E: where installed and running. An nscd that cannot be told is
 * an error, since it may hide that an account is in the jail's group; the rest are warnings.
 */
NODISCARD bool daemon_flush_caches(struct arena *arena, struct diags *diags);

/* "process 4711, rehome sync hr": another one that has this file open; NULL when none is seen. */
struct stat;
const char *daemon_holder(const struct stat *file, struct arena *arena);

/*
 * Ends all processes that run with one of these uids (real, effective or saved): SIGTERM, up to two
 * seconds, SIGKILL, through pidfds, repeated until a scan finds none. uids maps uid -> login and
 * never holds 0. What does not end within ten seconds is an error.
 */
NODISCARD bool daemon_end_processes(
	const struct id_table *uids, size_t *ret_ended, struct arena *arena, struct diags *diags);

/* Who is at work: what daemon_end_processes() would end. */
struct user_process {
	pid_t pid;
	const char *login;
	const char *command; /* /proc/PID/comm */
};

struct user_processes {
	struct user_process *items;
	size_t count, room;
};

NODISCARD bool daemon_find_processes(const struct id_table *uids, struct arena *arena,
	struct user_processes *ret_processes, struct diags *diags);

/* What a process that runs as somebody else does in a home. */
enum home_use_kind {
	HOME_USE_CWD,
	HOME_USE_ROOT,
	HOME_USE_FILE,
	HOME_USE_MAP,
};

struct home_use {
	pid_t pid;
	uid_t uid;	     /* its effective one */
	const char *command; /* /proc/PID/comm */
	const char *login;   /* whose home */
	const char *path;    /* what it uses, bytes, as the kernel names it to us */
	enum home_use_kind kind;
	bool writes; /* HOME_USE_FILE: open for writing; HOME_USE_MAP: shared and writable */
};

struct home_uses {
	struct home_use *items;
	size_t count, room;
};

/*
 * Who works in these homes without running as their users: by working directory, root, open files
 * and mappings. homes maps a path as the kernel shows it -> login, const char *; uids maps the
 * users' uids -> login: their processes are daemon_end_processes()' business.
 *
 * One pass over /proc whatever the number of homes; of one process the first use of each kind in
 * each home. Processes that end meanwhile are passed over, and so is ours. A place counts by its
 * filesystem and its path on it, so bind mounts, chroots and containers are seen through, whatever
 * they call the home. Processes that are hidden even from root are a warning.
 */
NODISCARD bool daemon_find_home_uses(const struct table *homes, const struct id_table *uids,
	struct arena *arena, struct home_uses *ret_uses, struct diags *diags);

/* Standing in a home, having it as root, or writing; merely reading is not. */
bool daemon_use_is_in_the_way(const struct home_use *use);

/* An FTP server that runs. It may have no session now, and lets in whom its own lists name, past
 * every jail of sshd's. */
struct ftp_server {
	const char *name; /* "vsftpd", "proftpd", "pure-ftpd" */
	pid_t pid;	  /* one of its processes; 0 = none runs, but its port is served (inetd) */
	const char *stop; /* "systemctl stop vsftpd.service"; NULL = not known */
};
struct ftp_servers {
	struct ftp_server *items;
	size_t count, room;
};
/* By the name that its processes have; one of each kind. Those of the users do not count, nor those
 * in containers. */
NODISCARD bool daemon_find_ftp_servers(const struct id_table *uids, struct arena *arena,
	struct ftp_servers *ret_servers, struct diags *diags);
/* A warning ("ftp-server") for each. */
NODISCARD bool daemon_warn_of_ftp_servers(
	const struct id_table *uids, struct arena *arena, struct diags *diags);

/*
 * Brings these homes to rest. With end_users the processes of the users are ended first, again and
 * again until two looks in a row find none; without, each is an error ("user-active"). Whoever else
 * stands in a home, has it as root, or writes there is an error ("home-in-use") unless gone a few
 * seconds after the users' processes are; whoever only reads is a warning, and so is an FTP server
 * that runs ("ftp-server").
 */
NODISCARD bool daemon_homes_are_quiet(const struct table *homes, const struct id_table *uids,
	bool end_users, size_t *ret_ended, struct arena *arena, struct diags *diags);

#endif
