/*
 * standing_runs.h - which run an account is as it is by, once a newer one is taken back.
 */
#ifndef REHOME_RUN_STANDING_RUNS_H
#define REHOME_RUN_STANDING_RUNS_H

#include "core/base/table.h"
#include "core/run/state.h"

/* Read from the newest on, only as far as somebody asked. */
struct standing_runs {
	struct state *state;
	const char *except; /* the run that is being taken back */
	struct arena *arena;
	struct string_list ids;
	size_t left;	       /* of them that were not read */
	struct table by_login; /* -> const char *, the newest run that changed it */
};

/* Does not read yet. */
void standing_runs_begin(
	struct standing_runs *runs, struct state *state, const char *except, struct arena *arena);

/*
 * The newest other run that changed the account that is called login after it, and was neither
 * undone nor rolled back for it. NULL when there is none, or none that can be read.
 */
const char *standing_runs_find(struct standing_runs *runs, const char *login);

#endif
