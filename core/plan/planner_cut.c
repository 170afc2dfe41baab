/*
 * planner_cut.c - who is taken out of the plan again: their steps, their edits, their secrets.
 */
#include <string.h>

#include "core/plan/planner_internal.h"

static void
drop_work_of(struct plan *plan, const struct table *logins)
{
	size_t kept = 0;
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->user || !table_get(logins, step->user))
			plan->steps.items[kept++] = *step;
	}
	plan->steps.count = kept;
	kept = 0;
	ARRAY_FOREACH (edit, &plan->edits) {
		if (!edit->user || !table_get(logins, edit->user))
			plan->edits.items[kept++] = *edit;
	}
	plan->edits.count = kept;
}

void
planner_take_out_blocked(struct planner *planner)
{
	struct table blocked = { .arena = planner->arena };
	ARRAY_FOREACH (change, &planner->plan->changes) {
		if (!planner_is_blocked(*change))
			continue;
		(*change)->action = CHANGE_BLOCKED;
		/* One who got no login is shown with the login that somebody else has. */
		if (table_get(&planner->logins, (*change)->login) == *change)
			table_set(&blocked, (*change)->login, *change);
	}
	drop_work_of(planner->plan, &blocked);
}

void
planner_keep_canaries(struct planner *planner)
{
	struct plan *plan = planner->plan;
	size_t working = 0, kept = 0;
	struct table left_out = { .arena = planner->arena };
	if (!planner->options->canary)
		return;
	ARRAY_FOREACH (change, &plan->changes) {
		if (change_is_work(*change) && working++ >= planner->options->canary)
			table_set(&left_out, (*change)->login, *change);
		else
			plan->changes.items[kept++] = *change;
	}
	plan->changes.count = kept;
	drop_work_of(plan, &left_out);
}

void
planner_forget_secrets(struct planner *planner)
{
	struct plan_secrets *secrets = planner->secrets;
	struct table working = { .arena = planner->arena };
	size_t kept = 0;
	ARRAY_FOREACH (change, &planner->plan->changes) {
		if (change_is_work(*change))
			table_set(&working, (*change)->login, *change);
	}
	ARRAY_FOREACH (secret, &secrets->items) {
		if (table_get(&working, (*secret)->login))
			secrets->items.items[kept++] = *secret;
		else
			table_set(&secrets->by_login, (*secret)->login, NULL);
	}
	secrets->items.count = kept;
}
