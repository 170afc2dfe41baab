/*
 * registry.h - what rehome remembers between runs, in SQLite: managed accounts, their origin keys,
 * tombstones of uids, logins made from names. Rebuildable from the runs, so never the only copy of
 * anything; updates are idempotent and happen after the accounts are active.
 *
 * SQLite opens files by path; the state directory is root's alone (state.h), and it is the one
 * documented exception to "only the host layer performs effects".
 */
#ifndef REHOME_RUN_REGISTRY_H
#define REHOME_RUN_REGISTRY_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/plan/managed.h"
#include "core/plan/plan.h"
#include "core/run/state.h"

/* Reads everything. A missing database is empty. Never creates one. */
NODISCARD bool registry_load(
	struct state *state, struct arena *arena, struct managed *ret_managed, struct diags *diags);

/* Only what accounts were called before; nothing else is in ret_managed. */
NODISCARD bool registry_load_former(
	struct state *state, struct arena *arena, struct managed *ret_managed, struct diags *diags);

/* After a run: its creates and changes, in one SQLite transaction. left_out: logins that the run
 * undid (NULL = none). */
NODISCARD bool registry_record_run(struct state *state, const struct plan *plan, const char *run_id,
	const struct table *left_out, struct diags *diags);

/*
 * After a rollback of these logins of that run: created ones are removed and their uids tombstoned;
 * changed ones get their facts from before back.
 */
NODISCARD bool registry_record_rollback(struct state *state, const struct plan *plan,
	const char *run_id, const struct table *users, struct diags *diags);

#endif
