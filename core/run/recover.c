/*
 * recover.c - after a crash: on to the new state, or back to the old one, and nothing else.
 *
 * The commit point is the rename of passwd. Before it the run is undone; after it, it is finished,
 * unless the administrator asks to undo. What really happened is read from the host.
 *
 *	BEGIN ... ──────────── COMMIT ─▶ passwd renamed ─▶ checks ─▶ active ─▶ END
 *	  └── undone (always) ──┘  └─ no: undone            └── finished (or undone) ──┘
 */
#include <string.h>

#include "core/run/engine.h"
#include "core/run/rollback.h"

bool
run_pending(struct state *state, struct arena *arena, const char **ret_run_id, struct diags *diags)
{
	struct string_list ids;
	*ret_run_id = NULL;
	if (!state_run_ids(state, &ids, diags))
		return false;
	for (size_t i = ids.count; i-- > 0;) {
		struct run_log log;
		struct host_entry entry;
		const char *path = state_run_path(state, ids.items[i], "journal");
		if (!host_inspect(state->host, path, &entry, diags))
			return false;
		if (!entry.exists)
			continue; /* it never began */
		if (!run_log_load(state, ids.items[i], arena, &log, diags))
			return false;
		if (run_log_is_pending(&log)) {
			*ret_run_id = ids.items[i];
			return true;
		}
	}
	return true;
}

/* True when every login of the run is in passwd as written, and those that leave are not. */
static bool
passwd_is_renamed(struct run *run, bool *ret_renamed)
{
	struct accountdb db;
	if (!accountdb_load(run->host, run->arena, &db, run->diags))
		return false;
	size_t before = 0, after = 0, still_there = 0;
	ARRAY_FOREACH (edit, &run->plan->edits) {
		if (edit->file != ACCOUNTDB_PASSWD ||
			(edit->user && table_get(&run->dropped, edit->user)))
			continue;
		enum edit_state state = edit_state(edit, &db, run->arena, NULL);
		if (edit->kind == EDIT_REMOVE_LINE) {
			still_there += state == EDIT_BEFORE;
			continue;
		}
		before += state == EDIT_BEFORE;
		after += state != EDIT_BEFORE;
	}
	/* One rename brings all lines or none, and takes all away or none. A mixture means that
	 * somebody removed some since, ours or those that were to go. */
	*ret_renamed = !still_there && (after > 0 || before == 0);
	return true;
}

/* The accounts exist, expired: what is left are checks, activation and the registry. */
static bool
finish(struct run *run)
{
	if (!staging_remove_all(run) || !staging_sweep(run) || !run_perform(run, PHASE_CHECK))
		return run_abort(run, "finishing failed");
	run->result->users_done = run->changes.count - run->dropped.count;
	return run_register(run) && run_complete(run);
}

static bool
recover(struct run *run, const struct run_log *log)
{
	bool renamed = false;
	if (log->rolling_back) {
		return rollback_continue(run, log);
	}
	if (log->committed && !log->aborting && !run->options->undo) {
		if (!passwd_is_renamed(run, &renamed))
			return false;
		if (renamed)
			return finish(run);
	}
	run_abort(run, "interrupted");
	/* Undone is what was asked for here. */
	return run->result->outcome == RUN_UNDONE;
}

bool
run_recover(struct state *state, const struct run_options *options, struct arena *arena,
	struct run_result *ret_result, struct diags *diags)
{
	struct run run;
	struct run_log log;
	const char *id;

	*ret_result = (struct run_result){ .outcome = RUN_STUCK };
	if (!run_pending(state, arena, &id, diags))
		return false;
	if (!id) {
		ret_result->outcome = RUN_NOTHING;
		return true;
	}
	run_init(&run, state, options, arena, ret_result, diags);
	ret_result->run_id = id;
	bool ok = run_open(&run, id, true, &log, diags) && recover(&run, &log);
	run_finish(&run);
	return ok;
}
