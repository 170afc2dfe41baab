/*
 * sync_totals.h - what a sync came to, each account once, under what happened to it.
 */
#ifndef REHOME_CLI_SYNC_TOTALS_H
#define REHOME_CLI_SYNC_TOTALS_H

#include "cli/planning.h"
#include "core/base/json_writer.h"

enum sync_total {
	SYNC_CREATED,
	SYNC_STAGED, /* created, and not open yet */
	SYNC_CHANGED,
	SYNC_RENAMED,
	SYNC_DISABLED,
	SYNC_ENABLED,
	SYNC_RETIRED,
	SYNC_REMOVED,
	SYNC_BLOCKED,
	SYNC_UNCHANGED,
	SYNC_LEFT_OUT, /* by a decision */
	SYNC_REFUSED,  /* rows that gave no account */
	SYNC_TOTALS,
};

struct sync_totals {
	size_t of[SYNC_TOTALS];
	bool complete;	   /* every source was seen whole */
	bool leavers_kept; /* one was not, and somebody may have left it */
};

/* What the sources said, before anything is done. */
void sync_totals_read(struct sync_totals *totals, const struct planning *planning);
/* What was done of a plan: all but the logins that are in undone. */
void sync_totals_done(struct sync_totals *totals, const struct plan *plan,
	const struct table *undone, struct arena *arena);

/* "1 created, 2 disabled, 97 unchanged" */
const char *sync_totals_text(const struct sync_totals *totals, struct arena *arena);
/* The members of an object that is open. */
void sync_totals_write(const struct sync_totals *totals, struct json_writer *json);

#endif
