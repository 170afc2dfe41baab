/*
 * plan_amounts.c - files, bytes and archives summed up; see plan_amounts.h.
 */
#include "cli/plan_amounts.h"

#include <inttypes.h>

#include "core/base/text.h"

struct amount {
	uint64_t files, bytes, archives;
};

/* A home is in one such step. */
static bool
is_of_contents(enum step_kind kind)
{
	return kind == STEP_HOME_ADOPT || kind == STEP_HOME_COPY || kind == STEP_HOME_FILL ||
		kind == STEP_HOME_RETIRE || kind == STEP_CONTENTS_CARRY;
}

static void
sum_up(const struct plan *plan, struct arena *arena, struct amount *amounts)
{
	struct table changes = { .arena = arena };
	ARRAY_FOREACH (change, &plan->changes) {
		if ((*change)->login)
			table_set(&changes, (*change)->login, *change);
	}
	ARRAY_FOREACH (step, &plan->steps) {
		const struct change *change = step->user ? table_get(&changes, step->user) : NULL;
		if (!change)
			continue;
		struct amount *amount = &amounts[change->action];
		if (is_of_contents(step->kind)) {
			amount->files += step->home.files;
			amount->bytes += step->home.bytes;
		}
		if (step->kind == STEP_ARCHIVE)
			amount->archives += step_archive_room(&step->home);
	}
}

void
plan_amounts(const struct paint *paint, const struct plan *plan)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct amount amounts[CHANGE_ACTIONS] = { 0 };
	sum_up(plan, &arena, amounts);
	for (int action = 0; action < CHANGE_ACTIONS; action++) {
		const struct amount *amount = &amounts[action];
		size_t start = paint->out->size;
		if (!amount->files && !amount->archives)
			continue;
		buffer_printf(paint->out, "Homes to %s: %" PRIu64 " files, %s",
			change_action_name((enum change_action)action), amount->files,
			text_size(&arena, amount->bytes));
		if (amount->archives)
			buffer_printf(paint->out, "; archives take %s at most",
				text_size(&arena, amount->archives));
		buffer_add_text(paint->out, ".\n");
		paint_fit(paint, start, 2);
	}
}
