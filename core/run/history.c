/*
 * history.c - the runs there were, as their journals tell.
 */
#include <string.h>

#include "core/plan/codec.h"
#include "core/run/engine.h"

const char *
run_status_name(enum run_status status)
{
	static const char *const names[] = {
		[RUN_STATUS_INTERRUPTED] = "interrupted",
		[RUN_STATUS_APPLIED] = "applied",
		[RUN_STATUS_FINALISED] = "finalised",
		[RUN_STATUS_UNDONE] = "undone",
		[RUN_STATUS_ROLLED_BACK] = "rolled-back",
		[RUN_STATUS_PARTLY_ROLLED_BACK] = "partly-rolled-back",
		[RUN_STATUS_DAMAGED] = "damaged",
	};
	return names[status];
}

static void
summarise(const struct run_log *log, struct run_summary *ret_summary)
{
	ret_summary->status = run_log_status(log);
	ret_summary->started = log->started;
	ret_summary->ended = run_log_is_pending(log) ? NULL : log->ended_at;
	ret_summary->users = log->users;
	ret_summary->staged = log->staged;
	ret_summary->activated = log->activated;
	memcpy(ret_summary->counts, log->counts, sizeof(ret_summary->counts));
	ret_summary->by = log->by;
	ret_summary->reason = log->reason;
	ret_summary->rolled_back = log->rolled_back;
	ret_summary->rolled_back_all = log->rolled_back_all;
	ret_summary->finalised = log->finalised;
}

bool
run_history(
	struct state *state, struct arena *arena, struct run_list *ret_runs, struct diags *diags)
{
	struct string_list ids;
	*ret_runs = (struct run_list){ 0 };
	if (!state_run_ids(state, &ids, diags))
		return false;
	ARRAY_FOREACH (id, &ids) {
		struct run_log log;
		struct host_entry entry;
		struct run_summary summary = { .run_id = *id, .status = RUN_STATUS_DAMAGED };
		const char *path = state_run_path(state, *id, "journal");
		/* One damaged journal must not hide the others: its errors stay out of this list.
		 */
		struct diags ignored = { .arena = arena };

		if (!host_inspect(state->host, path, &entry, diags))
			return false;
		if (!entry.exists)
			continue;
		if (run_log_load(state, *id, arena, &log, &ignored)) {
			if (!log.begun)
				continue;
			summarise(&log, &summary);
		}
		ARRAY_PUSH(arena, ret_runs, summary);
	}
	return true;
}

bool
run_load_plan(struct state *state, const char *run_id, struct arena *arena, struct plan **ret_plan,
	struct diags *diags)
{
	struct bytes json;
	struct string_list ids;
	const char *path = state_run_path(state, run_id, "plan.json");
	if (!state_run_ids(state, &ids, diags))
		return false;
	if (!string_list_has(&ids, run_id)) {
		diag_error(diags, NOWHERE, "there is no run %s", run_id);
		diag_hint(diags, "List the runs with: rehome history");
		return false;
	}
	return host_read_file(state->host, path, arena, NULL, &json, diags) &&
		plan_decode(json, path, arena, ret_plan, diags);
}

/* ---- the end of a run's undo ---- */

static bool
mark_finalised(struct state *state, const char *run_id, const char *reason, struct arena *arena,
	struct diags *diags)
{
	struct journal journal;
	struct run_log log;
	const char *path = state_run_path(state, run_id, "journal");
	if (!journal_open(state->host, path, true, arena, &journal, diags))
		return false;
	bool ok = run_log_read(&journal, arena, &log, diags);
	if (ok && (!log.begun || run_log_is_pending(&log)))
		ok = diag_error(diags, NOWHERE, "run %s is not finished", run_id);
	if (ok && !log.finalised)
		ok = journal_mark(&journal, diags, JOURNAL_FINALISED, "%s",
			run_log_finalised_payload(reason, arena));
	journal_finish(&journal);
	return ok;
}

bool
run_finalise(struct state *state, const char *run_id, const char *reason, struct arena *arena,
	struct diags *diags)
{
	struct plan *plan;
	return run_load_plan(state, run_id, arena, &plan, diags) &&
		mark_finalised(state, run_id, reason, arena, diags) &&
		host_unlink(state->host, state_run_path(state, run_id, "secrets"), diags) &&
		host_unlink(state->host, state_run_path(state, run_id, "removed"), diags) &&
		host_sync_dir(state->host, state_run_path(state, run_id, NULL), diags);
}
