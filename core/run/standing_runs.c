/*
 * standing_runs.c - see standing_runs.h. The journals and plans tell; what cannot be read of them
 * is no reason to stop an undo, and tells nothing.
 */
#include "core/run/standing_runs.h"

#include <string.h>

#include "core/plan/plan.h"
#include "core/run/run.h"
#include "core/run/run_log.h"

void
standing_runs_begin(
	struct standing_runs *runs, struct state *state, const char *except, struct arena *arena)
{
	struct diags ignored = { .arena = arena };
	*runs = (struct standing_runs){
		.state = state,
		.except = except,
		.arena = arena,
		.by_login = { .arena = arena },
	};
	if (state_run_ids(state, &runs->ids, &ignored))
		runs->left = runs->ids.count;
}

static bool
read_log(struct state *state, const char *run_id, struct arena *arena, struct run_log *ret_log)
{
	struct diags ignored = { .arena = arena };
	return run_log_load(state, run_id, arena, ret_log, &ignored) && ret_log->ended &&
		!ret_log->undone && !ret_log->rolled_back_all;
}

/* Older than those before: it tells only of whom none of them did. */
static void
add_run(struct standing_runs *runs, const char *run_id)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags ignored = { .arena = &arena };
	struct run_log log;
	struct plan *plan;
	if (!read_log(runs->state, run_id, &arena, &log) ||
		!run_load_plan(runs->state, run_id, &arena, &plan, &ignored))
		return;
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (change_is_work(change) && !table_get(&runs->by_login, change->login) &&
			!string_list_has(&log.rolled_back, change->login) &&
			!string_list_has(&log.dropped, change->login))
			table_set(&runs->by_login, arena_strdup(runs->arena, change->login),
				(char *)run_id);
	}
}

const char *
standing_runs_find(struct standing_runs *runs, const char *login)
{
	const char *run_id;
	while (!(run_id = table_get(&runs->by_login, login)) && runs->left > 0) {
		const char *next = runs->ids.items[--runs->left];
		if (strcmp(next, runs->except) != 0)
			add_run(runs, next);
	}
	return run_id;
}
