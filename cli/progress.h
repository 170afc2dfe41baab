/*
 * progress.h - how far the work is, on one line of a terminal's standard error.
 */
#ifndef REHOME_CLI_PROGRESS_H
#define REHOME_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cli/output.h"

struct progress {
	const struct output *output;
	const char *title; /* "Applying run 7" */
	const char *phase;
	struct timespec begun; /* the phase */
	struct timespec drawn; /* the line */
	bool visible;
};

void progress_init(struct progress *progress, const struct output *output, const char *title);

/* Draws at most ten times a second; a change of phase and the end of one always. */
void progress_show(struct progress *progress, const char *phase, size_t done, size_t total);

/* Takes the line away. */
void progress_finish(struct progress *progress);

/* The line itself, without control characters, narrower than `width` columns unless that is 0.
 */
void progress_line(const char *title, const char *phase, size_t done, size_t total, double seconds,
	unsigned width, struct buffer *out);

#endif
