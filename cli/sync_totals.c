/*
 * sync_totals.c - see sync_totals.h.
 */
#include "cli/sync_totals.h"

#include <string.h>

#include "core/base/buffer.h"

static const char *const names[SYNC_TOTALS] = {
	[SYNC_CREATED] = "created",
	[SYNC_STAGED] = "staged",
	[SYNC_CHANGED] = "changed",
	[SYNC_RENAMED] = "renamed",
	[SYNC_DISABLED] = "disabled",
	[SYNC_ENABLED] = "enabled",
	[SYNC_RETIRED] = "retired",
	[SYNC_REMOVED] = "removed",
	[SYNC_BLOCKED] = "blocked",
	[SYNC_UNCHANGED] = "unchanged",
	[SYNC_LEFT_OUT] = "left out",
	[SYNC_REFUSED] = "refused",
};

static bool
has_finding(const struct plan *plan, const char *code)
{
	ARRAY_FOREACH (diag, &plan->findings) {
		if (diag->code && strcmp(diag->code, code) == 0)
			return true;
	}
	return false;
}

void
sync_totals_read(struct sync_totals *totals, const struct planning *planning)
{
	const struct reading *reading = &planning->reading;
	totals->complete = reading->count > 0;
	for (size_t i = 0; i < reading->count; i++) {
		totals->of[SYNC_REFUSED] += reading->intakes[i].rejected.count;
		totals->complete = totals->complete && reading->intakes[i].complete;
	}
	if (!planning->plan)
		return;
	totals->of[SYNC_BLOCKED] = planning->plan->counts[CHANGE_BLOCKED];
	totals->of[SYNC_LEFT_OUT] = planning->plan->left_out;
	totals->of[SYNC_UNCHANGED] =
		planning->plan->counts[CHANGE_UNCHANGED] - planning->plan->left_out;
	totals->leavers_kept = has_finding(planning->plan, PLAN_CODE_LEAVERS_KEPT);
}

static enum sync_total
total_of(const struct change *change, const struct table *retired)
{
	if (!change->has_after)
		return SYNC_REMOVED;
	if (table_get(retired, change->login))
		return SYNC_RETIRED;
	if (change->action == CHANGE_LEAVE)
		return SYNC_DISABLED;
	if (change->action == CHANGE_CREATE)
		return change->after.staged ? SYNC_STAGED : SYNC_CREATED;
	if (change->old_login)
		return SYNC_RENAMED;
	if (change->has_before && change->before.disabled && !change->after.disabled)
		return SYNC_ENABLED;
	return SYNC_CHANGED;
}

void
sync_totals_done(struct sync_totals *totals, const struct plan *plan, const struct table *undone,
	struct arena *arena)
{
	struct table retired = { .arena = arena };
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind == STEP_HOME_RETIRE)
			table_set(&retired, step->user, step);
	}
	ARRAY_FOREACH (change, &plan->changes) {
		if (change_is_work(*change) && !table_get(undone, (*change)->login))
			totals->of[total_of(*change, &retired)]++;
	}
}

const char *
sync_totals_text(const struct sync_totals *totals, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (int total = 0; total < SYNC_TOTALS; total++) {
		if (totals->of[total])
			buffer_printf(&text, "%s%zu %s", text.size ? ", " : "", totals->of[total],
				names[total]);
	}
	if (!text.size)
		buffer_add_text(&text, "no accounts");
	if (!totals->complete)
		buffer_add_text(&text, ", not all was seen");
	return arena_strdup(arena, buffer_text(&text));
}

void
sync_totals_write(const struct sync_totals *totals, struct json_writer *json)
{
	for (int total = 0; total < SYNC_TOTALS; total++)
		json_write_number(json, total == SYNC_LEFT_OUT ? "left_out" : names[total],
			(long long)totals->of[total]);
	json_write_flag(json, "complete", totals->complete);
}
