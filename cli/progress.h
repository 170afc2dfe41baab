/*
 * progress.h - how far the work is, on standard error.
 *
 * On a terminal one line that is drawn over and over, and never wider than the terminal is at that
 * moment. Elsewhere, and on a dumb terminal, only with --progress always: a line when a phase
 * begins and every half minute, without control characters.
 */
#ifndef REHOME_CLI_PROGRESS_H
#define REHOME_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "cli/output.h"
#include "core/base/watcher.h"

/* How fast it goes, the last half minute counting most: what is left does not jump about. */
struct progress_rate {
	double per_second; /* 0 = not known yet */
	double at;	   /* seconds since the phase began, and what was done then */
	size_t done;
};

struct progress_phase {
	const char *name;
	struct timespec begun;
	struct progress_rate rate;
};

enum { PROGRESS_PHASES = 4 };

struct progress {
	const struct output *output;
	const char *title;     /* "Applying run 7" */
	struct timespec drawn; /* the line */
	/* The last ones, the newest first: phases may take turns, such as folders and what is
	 * copied into them, and each goes on where it was. */
	struct progress_phase phases[PROGRESS_PHASES];
	struct watcher watcher; /* tells this progress; for who takes one */
	bool visible;
};

/* Stays where it is until progress_finish(). */
void progress_init(struct progress *progress, const struct output *output, const char *title);

/* Draws at most ten times a second; the beginning of a phase and its end always. total 0 = not
 * known. */
void progress_show(struct progress *progress, const char *phase, size_t done, size_t total);

/* Takes the line away. */
void progress_finish(struct progress *progress);

/* seconds: since the phase began. */
void progress_rate_add(struct progress_rate *rate, size_t done, double seconds);

/*
 * The line itself, without control characters, narrower than `width` columns. What does not fit
 * is left out: first the bar, then the rate. width 0: no terminal, and no bar. A rate of 0 is not
 * known.
 */
void progress_line(const char *title, const char *phase, size_t done, size_t total,
	double per_second, unsigned width, struct buffer *out);

#endif
