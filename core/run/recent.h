/*
 * recent.h - what sources did to accounts in the last 24 hours, as the runs tell.
 */
#ifndef REHOME_RUN_RECENT_H
#define REHOME_RUN_RECENT_H

#include <stdbool.h>
#include <time.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/plan/limits.h"
#include "core/run/state.h"

#define RECENT_SECONDS (24 * 60 * 60)

/*
 * Runs that began after `since`. Those that were undone, rolled back, or allowed to go over a limit
 * (run_options.allowed_leavers) do not count, nor do the users that a run undid.
 */
NODISCARD bool recent_limits(struct state *state, time_t since, struct arena *arena,
	struct limit_history *ret_history, struct diags *diags);

#endif
