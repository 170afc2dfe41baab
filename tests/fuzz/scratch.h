/*
 * scratch.h - a directory for what a target's code reads by path: one for the program, written anew
 * for each input, gone at the end.
 */
#ifndef REHOME_TESTS_FUZZ_SCRATCH_H
#define REHOME_TESTS_FUZZ_SCRATCH_H

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/cleanup.h"
#include "tests/remove_tree.h"

static char scratch[] = "/tmp/rehome-fuzz-XXXXXX";

static inline void
scratch_remove(void)
{
	remove_tree(scratch);
}

/* True for the first input: the directory was made, and is empty. */
static inline bool
scratch_is_new(void)
{
	static bool made;
	if (made)
		return false;
	if (!mkdtemp(scratch))
		err(1, "%s", scratch);
	atexit(scratch_remove);
	return made = true;
}

/* Of a name in it; until the next call. */
static inline const char *
scratch_path(const char *name)
{
	static char path[128];
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	return path;
}

static inline void
scratch_folder(const char *name)
{
	if (mkdir(scratch_path(name), 0755) != 0)
		err(1, "%s", name);
}

static inline void
scratch_write_bytes(const char *name, const void *bytes, size_t size)
{
	AUTO_FILE FILE *file = fopen(scratch_path(name), "we");
	if (!file || fwrite(bytes, 1, size, file) != size)
		err(1, "%s", name);
}

static inline void
scratch_write(const char *name, const char *text)
{
	scratch_write_bytes(name, text, strlen(text));
}

#endif
