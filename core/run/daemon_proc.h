/*
 * daemon_proc.h - what the daemon files read of /proc; nobody else includes it.
 */
#ifndef REHOME_RUN_DAEMON_PROC_H
#define REHOME_RUN_DAEMON_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <sys/types.h>

/* The next process of an opened /proc; false at the end. */
bool proc_next(DIR *proc, pid_t *ret_pid);

/* "/proc/PID/NAME" as text, cut where the buffer ends. False when the process is gone, or hidden.
 */
bool proc_read(pid_t pid, const char *name, char *buffer, size_t room);
bool proc_read_link(pid_t pid, const char *name, char *buffer, size_t room);

/* Same root directory and mount namespace as ours: not of a container. */
bool proc_is_on_our_root(pid_t pid);

/* A number of /proc/PID/stat by its field's number in proc(5), from 3 on; 0 when there is none. */
unsigned long long proc_stat_field(const char *stat, int field);

long long proc_milliseconds(void); /* CLOCK_MONOTONIC */

#endif
