/*
 * daemon_proc.c - reads /proc. A process that ends meanwhile is a process that is not there.
 */
#include "core/run/daemon_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/cleanup.h"

bool
proc_next(DIR *proc, pid_t *ret_pid)
{
	struct dirent *entry;
	while ((entry = readdir(proc))) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);
		if (*end || pid <= 0)
			continue;
		*ret_pid = (pid_t)pid;
		return true;
	}
	return false;
}

static void
path_of(pid_t pid, const char *name, char path[64])
{
	snprintf(path, 64, "/proc/%d/%s", (int)pid, name);
}

bool
proc_read(pid_t pid, const char *name, char *buffer, size_t room)
{
	char path[64];
	path_of(pid, name, path);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size_t size = 0;
	ssize_t got;
	while (size < room - 1 &&
		(got = TEMP_FAILURE_RETRY(read(fd, buffer + size, room - 1 - size))) > 0)
		size += (size_t)got;
	buffer[size] = '\0';
	return size != 0;
}

bool
proc_read_link(pid_t pid, const char *name, char *buffer, size_t room)
{
	char path[64];
	path_of(pid, name, path);
	ssize_t size = readlink(path, buffer, room - 1);
	if (size < 0)
		return false;
	buffer[size] = '\0';
	return true;
}

bool
proc_owner(pid_t pid, const struct id_table *uids, uid_t *ret_uid, const char **ret_login)
{
	char status[4096], state = 'Z';
	unsigned ids[3] = { 0 };
	if (!proc_read(pid, "status", status, sizeof(status)))
		return false;
	const char *line = strstr(status, "\nState:");
	if (!line || sscanf(line, "\nState: %c", &state) != 1 || state == 'Z' || state == 'X')
		return false;
	line = strstr(status, "\nUid:");
	if (!line || sscanf(line, "\nUid: %u %u %u", &ids[0], &ids[1], &ids[2]) != 3)
		return false;
	*ret_uid = ids[1];
	*ret_login = NULL;
	for (size_t i = 0; i < ARRAY_LEN(ids) && !*ret_login; i++)
		*ret_login = id_table_get(uids, ids[i]);
	return true;
}

const char *
proc_command(pid_t pid, struct arena *arena)
{
	char command[64];
	if (!proc_read(pid, "comm", command, sizeof(command)))
		return "?";
	command[strcspn(command, "\n")] = '\0';
	return arena_strdup(arena, command);
}

bool
proc_is_on_our_root(pid_t pid)
{
	char theirs[64], ours[64], path[64];
	struct stat their_root, our_root;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	return proc_read_link(pid, "ns/mnt", theirs, sizeof(theirs)) &&
		proc_read_link(getpid(), "ns/mnt", ours, sizeof(ours)) &&
		strcmp(theirs, ours) == 0 && stat(path, &their_root) == 0 &&
		stat("/", &our_root) == 0 && their_root.st_dev == our_root.st_dev &&
		their_root.st_ino == our_root.st_ino;
}

/* The program's name, in parentheses, may hold anything. */
unsigned long long
proc_stat_field(const char *stat, int field)
{
	const char *text = strrchr(stat, ')');
	for (int at = 2; text && at < field; at++) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text ? strtoull(text, NULL, 10) : 0;
}

long long
proc_milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
