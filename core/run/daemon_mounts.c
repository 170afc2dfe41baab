/*
 * daemon_mounts.c - what a path means in a mount namespace: which filesystem, and where on it.
 *
 * The same directory has other paths behind a bind mount and in a container, and a container may
 * have another directory under the same path. Device and path on it are the same for everybody. The
 * source is /proc/PID/mountinfo: a later mount hides an earlier one at the same place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/daemon_proc.h"

struct mount_entry {
	const char *device; /* "8:1" */
	const char *root;   /* which directory of it; "" is the whole */
};

static bool
is_octal(const char *digits)
{
	return strspn(digits, "01234567") >= 3 && digits[0] < '4';
}

/* \040 and the like, in place; a lone "/" becomes "". */
static char *
plain(char *text)
{
	char *to = text;
	for (const char *from = text; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return strcmp(text, "/") == 0 ? to : text;
}

void
proc_add_mount(char *line, struct table *mounts)
{
	char *rest = line, *fields[5];
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		fields[i] = strsep(&rest, " \n");
		if (!fields[i])
			return;
	}
	struct mount_entry *entry = ARENA_NEW(mounts->arena, struct mount_entry);
	entry->device = arena_strdup(mounts->arena, fields[2]);
	entry->root = arena_strdup(mounts->arena, plain(fields[3]));
	table_set(mounts, arena_strdup(mounts->arena, plain(fields[4])), entry);
}

bool
proc_read_mounts(pid_t pid, struct table *mounts)
{
	char path[64];
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)pid);
	AUTO_FILE FILE *file = fopen(path, "re");
	while (file && getline(&line, &room, file) > 0)
		proc_add_mount(line, mounts);
	return mounts->count != 0;
}

bool
proc_place(const struct table *mounts, const char *path, char place[PROC_PLACE_ROOM])
{
	size_t above;
	const struct mount_entry *entry = table_get_above(mounts, path, &above);
	if (!entry)
		return false;
	const char *rest = path + above;
	int size = snprintf(place, PROC_PLACE_ROOM, "%s%s%s", entry->device, entry->root,
		strcmp(rest, "/") == 0 ? "" : rest);
	return size > 0 && size < PROC_PLACE_ROOM;
}
