/*
 * daemon_holder.c - which process keeps a file open: of a lock, who has it. An open file
 * description lock knows no process, so /proc is asked.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/cleanup.h"
#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum { COMMAND_LINE_ROOM = 120 };

static bool
has_open(pid_t pid, const struct stat *file)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	AUTO_DIR DIR *fds = opendir(path);
	struct dirent *entry;
	struct stat st;
	while (fds && (entry = readdir(fds))) {
		if (*entry->d_name != '.' && fstatat(dirfd(fds), entry->d_name, &st, 0) == 0 &&
			st.st_dev == file->st_dev && st.st_ino == file->st_ino)
			return true;
	}
	return false;
}

/* Its arguments with blanks between them. */
static const char *
command_line(pid_t pid, struct arena *arena)
{
	char path[64], line[COMMAND_LINE_ROOM];
	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	AUTO_FILE FILE *file = fopen(path, "re");
	size_t size = file ? fread(line, 1, sizeof(line), file) : 0;
	while (size && !line[size - 1])
		size--;
	for (size_t i = 0; i < size; i++) {
		if (!line[i])
			line[i] = ' ';
	}
	return size ? arena_strndup(arena, line, size) : proc_command(pid, arena);
}

const char *
daemon_holder(const struct stat *file, struct arena *arena)
{
	AUTO_DIR DIR *proc = opendir("/proc");
	pid_t pid;
	while (proc && proc_next(proc, &pid)) {
		if (pid != getpid() && has_open(pid, file))
			return arena_printf(
				arena, "process %d, %s", (int)pid, command_line(pid, arena));
	}
	return NULL;
}
