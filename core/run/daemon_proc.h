/*
 * daemon_proc.h - what the daemon files read of /proc; nobody else includes it.
 */
#ifndef REHOME_RUN_DAEMON_PROC_H
#define REHOME_RUN_DAEMON_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

#include "core/base/table.h"

/* The next process of an opened /proc; false at the end. */
bool proc_next(DIR *proc, pid_t *ret_pid);

/* "/proc/PID/NAME" as text, cut where the buffer ends. False when the process is gone, or hidden.
 */
bool proc_read(pid_t pid, const char *name, char *buffer, size_t room);
bool proc_read_link(pid_t pid, const char *name, char *buffer, size_t room);

/*
 * True when the process runs: false when it is gone, hidden, or has ended and is not yet reaped.
 * *ret_login is whose it is by these uids (real, effective or saved; uid -> login), or NULL;
 * *ret_uid its effective uid.
 */
bool proc_owner(pid_t pid, const struct id_table *uids, uid_t *ret_uid, const char **ret_login);

/* /proc/PID/comm without its newline; "?" when the process is gone. */
const char *proc_command(pid_t pid, struct arena *arena);

/* "vsftpd.service" from "0::/system.slice/vsftpd.service"; NULL for what no service started. */
const char *daemon_service_of(pid_t pid, struct arena *arena);

/* daemon_ftp.c: by a command's name, and the service's that usually starts it. */
bool daemon_is_ftp_server(const char *command);
const char *daemon_ftp_name(const char *command);

/* Same root directory and mount namespace as ours: not of a container. */
bool proc_is_on_our_root(pid_t pid);

/* A number of /proc/PID/stat by its field's number in proc(5), from 3 on; 0 when there is none. */
unsigned long long proc_stat_field(const char *stat, int field);

/*
 * Places: "8:1/home/anna" is a directory by its filesystem and its path on it, which is the same in
 * every mount namespace and behind every bind mount.
 */
enum { PROC_PLACE_ROOM = 8400 };

/* The mounts that a process sees, by mount point; false when it is gone. The table has its arena.
 */
bool proc_read_mounts(pid_t pid, struct table *mounts);
/* One line of mountinfo, "36 35 98:0 /mnt1 /mnt2 rw,noatime ..." (id, parent, device, root, mount
 * point), which is changed; what is none adds nothing. */
void proc_add_mount(char *line, struct table *mounts);
/* False when no mount is above the path. */
bool proc_place(const struct table *mounts, const char *path, char place[PROC_PLACE_ROOM]);

long long proc_milliseconds(void); /* CLOCK_MONOTONIC */

#endif
