/*
 * cleanup.h - the scope lifetime: what a block opened is closed however it is left.
 *
 * Only two lifetimes exist in this project: the run (see arena.h) and the scope (here). Declare
 * with an AUTO_* attribute and an initial value; hand ownership out with steal_fd() or steal_ptr().
 */
#ifndef REHOME_BASE_CLEANUP_H
#define REHOME_BASE_CLEANUP_H

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

#define AUTO(finish) __attribute__((cleanup(finish)))
#define AUTO_CLOSE AUTO(cleanup_close)
#define AUTO_FREE AUTO(cleanup_free)
#define AUTO_FILE AUTO(cleanup_file)
#define AUTO_DIR AUTO(cleanup_dir)

static inline void
cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void
cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void
cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void
cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Takes the descriptor out of an AUTO_CLOSE variable, which will then close nothing. */
static inline int
steal_fd(int *fd)
{
	int stolen = *fd;
	*fd = -1;
	return stolen;
}

/* Takes the pointer out of an AUTO_* variable. */
#define steal_ptr(variable)                                                                        \
	({                                                                                         \
		__typeof__(variable) stolen_ = (variable);                                         \
		(variable) = NULL;                                                                 \
		stolen_;                                                                           \
	})

#endif
