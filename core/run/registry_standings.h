/*
 * registry_standings.h - how accounts stand (active, staged, disabled, retired, removed), in the
 * registry.
 *
 * One row for each run that changed it; the newest counts, and a rollback takes its run's row away,
 * so that what was before is there again. Internal to registry.c.
 */
#ifndef REHOME_RUN_REGISTRY_STANDINGS_H
#define REHOME_RUN_REGISTRY_STANDINGS_H

#include "core/plan/managed.h"
#include "core/plan/plan.h"
#include "core/run/registry_db.h"

/* Of accounts by login and uid; the newest of each. */
struct standings {
	struct arena *arena;
	struct table by_account;
};
NODISCARD bool standings_load(struct registry_db *db, struct standings *ret_standings);
/* NULL when no run ever changed it. */
const struct managed_standing *standings_find(
	const struct standings *standings, const char *login, uid_t uid);

/* What a plan does to how accounts stand. */
struct standing_changes {
	struct registry_db *db;
	const char *run_id;
	bool by_hand;
	struct table gates, locks, retired, keys; /* login -> edit or step */
	sqlite3_stmt *save, *resume, *forget;
};
NODISCARD bool standing_changes_begin(struct standing_changes *changes, struct registry_db *db,
	const struct plan *plan, const char *run_id);
void standing_changes_finish(struct standing_changes *changes);

NODISCARD bool standing_changes_record(
	struct standing_changes *changes, const struct change *change);
NODISCARD bool standing_changes_take_back(
	struct standing_changes *changes, const struct change *change);

#endif
