/*
 * recent.c - see recent.h. Read from the journals and plans themselves: nothing else could be lost.
 */
#include "core/run/recent.h"

#include "core/run/run.h"
#include "core/run/run_log.h"

/* False when there is no such run, or none that can be read: what it did is not known then. */
static bool
read_log(struct state *state, const char *run_id, struct arena *arena, struct run_log *ret_log)
{
	struct diags ignored = { .arena = arena };
	return run_log_load(state, run_id, arena, ret_log, &ignored) && ret_log->begun;
}

static bool
began_before(const struct run_log *log, time_t since)
{
	struct tm utc = { 0 };
	return log->started && strptime(log->started, "%Y-%m-%dT%H:%M:%SZ", &utc) &&
		timegm(&utc) < since;
}

/* The plan of a run that only made accounts, which may be large, need not be read. */
static bool
counts(const struct run_log *log)
{
	return !log->undone && !log->rolled_back_all && !log->allowed_leavers &&
		(log->counts[CHANGE_LEAVE] || log->counts[CHANGE_CHANGE]);
}

static bool
add_run(struct state *state, const char *run_id, const struct run_log *log,
	struct limit_history *history, struct diags *diags)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct table left_out = { .arena = &arena };
	struct plan *plan;
	if (!run_load_plan(state, run_id, &arena, &plan, diags))
		return false;
	ARRAY_FOREACH (login, &log->dropped)
		table_set(&left_out, *login, plan);
	ARRAY_FOREACH (login, &log->rolled_back)
		table_set(&left_out, *login, plan);
	if (plan->inputs.count)
		limit_history_add(history, plan, &left_out);
	return true;
}

bool
recent_limits(struct state *state, time_t since, struct arena *arena,
	struct limit_history *ret_history, struct diags *diags)
{
	struct string_list ids;
	limit_history_init(ret_history, arena);
	if (!state_run_ids(state, &ids, diags))
		return false;
	for (size_t i = ids.count; i-- > 0;) {
		struct run_log log;
		if (!read_log(state, ids.items[i], arena, &log))
			continue;
		if (began_before(&log, since))
			return true;
		if (counts(&log) && !add_run(state, ids.items[i], &log, ret_history, diags))
			return false;
	}
	return true;
}
