/*
 * events.h - what a run tells while it works: progress bars, NDJSON and syslog hang on it.
 */
#ifndef REHOME_RUN_EVENTS_H
#define REHOME_RUN_EVENTS_H

#include <stddef.h>

enum user_result {
	USER_DONE,
	USER_UNDONE, /* the run failed, or this user did (failure: user) */
	USER_ROLLED_BACK,
	USER_CONFLICT, /* something of it was kept */
};

/* Any function may be NULL. */
struct events {
	void *ctx;
	void (*start)(void *ctx, const char *run_id, size_t users);
	/* Within a phase, now and then: done of total steps. */
	void (*progress)(void *ctx, const char *phase, size_t done, size_t total);
	void (*user)(void *ctx, const char *login, const char *action, enum user_result result);
};

#endif
