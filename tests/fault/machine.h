/*
 * machine.h - a small machine in a directory: made, looked at, thrown away.
 *
 * Everything here goes through plain system calls by real path, never through the code under test.
 */
#ifndef REHOME_TESTS_FAULT_MACHINE_H
#define REHOME_TESTS_FAULT_MACHINE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"

/* How the account files look before anything is done to them. */
enum machine_kind {
	MACHINE_USUAL,	/* as Debian leaves them */
	MACHINE_NIS,	/* comments, empty and malformed lines, NIS lines at the end */
	MACHINE_RAGGED, /* no newline at the end, no gshadow, short lines, no drop-in directory */
	MACHINE_KINDS,
};

/* A place for machines that no disk slows down, and that goes with the process. Ends the program
 * with 77 where there is no root to be had. */
void machine_prepare_place(char **argv);

/* Makes one and returns its root. */
const char *machine_make(enum machine_kind kind, struct arena *arena);
void machine_remove(const char *root);

void machine_write(const char *root, const char *path, const char *content, mode_t mode);
void machine_append(const char *root, const char *path, const char *content);
void machine_make_dir(const char *root, const char *path, uid_t owner, mode_t mode);
void machine_remove_file(const char *root, const char *path);
/* Everybody may write there now. */
void machine_open_dir(const char *root, const char *path);
/* NULL when there is none. */
char *machine_read(const char *root, const char *path, struct arena *arena);

/*
 * One line for each path: type, owner, mode, where a link leads, which names are one file, ACL and
 * other xattrs, content, and below /home and /srv its time. Left out are the state directory and
 * the lock file; the number of a run in a name becomes N.
 */
char *machine_fingerprint(const char *root, struct arena *arena);
/* The first line in which two fingerprints differ, for people. */
char *machine_difference(const char *expected, const char *found, struct arena *arena);

/* The first path below the root that only a run in progress may have; NULL when there is none. */
char *machine_leftover(const char *root, struct arena *arena);

#endif
