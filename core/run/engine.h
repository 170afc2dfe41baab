/*
 * engine.h - a run's phases forwards, and backwards.
 */
#ifndef REHOME_RUN_ENGINE_H
#define REHOME_RUN_ENGINE_H

#include <stdbool.h>

#include "core/run/run_log.h"
#include "core/run/step.h"

/* Everything but plan and journal. */
void run_init(struct run *run, struct state *state, const struct run_options *options,
	struct arena *arena, struct run_result *result, struct diags *diags);
/* Sets the plan; facts are empty. */
void run_set_plan(struct run *run, struct plan *plan, struct plan_secrets *secrets);
/* Closes what is open; changes nothing on the host. */
void run_finish(struct run *run);

/* Loads the plan, secrets and journal of a run that exists. */
NODISCARD bool run_open(struct run *run, const char *run_id, bool for_writing,
	struct run_log *ret_log, struct diags *diags);

/* Performs the phases from first on. False when one failed or the user asked to stop. */
NODISCARD bool run_perform(struct run *run, enum phase first);

/*
 * Undoes what was announced, newest phase first. False when something could not be undone: what it
 * depends on is then left in place, and the caller must leave the journal unfinished.
 */
NODISCARD bool run_undo(struct run *run);

/* ABORT, run_undo(), UNDONE; sets the outcome (UNDONE or STUCK). Always returns false. */
bool run_abort(struct run *run, const char *why);

/* After the last phase: tells the registry. */
NODISCARD bool run_register(struct run *run);
/* After that: END; sets the outcome. */
NODISCARD bool run_complete(struct run *run);

/* Tells the events about every user of the run. */
void run_tell_users(struct run *run, enum user_result result);

#endif
