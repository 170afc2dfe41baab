/*
 * decision_store.h - what people decided, in the state directory: decisions.csv.
 *
 * It outlives plans, so that the plan of the night in which everything moves has what was decided
 * in the weeks before.
 */
#ifndef REHOME_CLI_DECISION_STORE_H
#define REHOME_CLI_DECISION_STORE_H

#include "cli/session.h"
#include "core/plan/decision.h"

/* A missing file is an empty book. False with EXIT_FAILED, for one that was damaged too. */
NODISCARD bool decision_store_load(struct session *session, struct decision_book *ret_book);
/* Replaces the file as a whole. Wants the lock. */
NODISCARD bool decision_store_save(struct session *session, const struct decision_book *book);

#endif
