/*
 * plan_amounts.h - how much is in the homes of a plan, action by action.
 */
#ifndef REHOME_CLI_PLAN_AMOUNTS_H
#define REHOME_CLI_PLAN_AMOUNTS_H

#include "cli/paint.h"
#include "core/plan/plan.h"

/* "Homes to adopt: 48120 files, 1.2 GiB; archives take 1.3 GiB at most." for each action that has
 * some. */
void plan_amounts(const struct paint *paint, const struct plan *plan);

#endif
