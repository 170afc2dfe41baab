/*
 * watcher.h - somebody who is told how far a piece of work is.
 */
#ifndef REHOME_BASE_WATCHER_H
#define REHOME_BASE_WATCHER_H

#include <stddef.h>

struct watcher {
	void *ctx;
	/* done of total; total 0 = not known. Called often: who shows it decides when. */
	void (*tell)(void *ctx, const char *phase, size_t done, size_t total);
};

/* NULL = nobody. */
static inline void
watcher_tell(const struct watcher *watcher, const char *phase, size_t done, size_t total)
{
	if (watcher)
		watcher->tell(watcher->ctx, phase, done, total);
}

#endif
