/*
 * registry_links.h - accounts that a run bound to another origin, in the registry.
 *
 * One row for each run that did so, with the origin until then; a rollback takes its run's row
 * away. Found by uid, which no rename changes. A login that was made from a name stays with its
 * person: that memory goes over to the new origin, and back. Internal to registry.c.
 */
#ifndef REHOME_RUN_REGISTRY_LINKS_H
#define REHOME_RUN_REGISTRY_LINKS_H

#include "core/plan/managed.h"
#include "core/plan/plan.h"
#include "core/run/registry_db.h"

/* Into the accounts that have some. */
NODISCARD bool registry_links_load(struct registry_db *db, struct managed *managed);

struct link_changes {
	struct registry_db *db;
	const char *run_id;
	sqlite3_stmt *save, *forget, *move;
};
NODISCARD bool link_changes_begin(
	struct link_changes *changes, struct registry_db *db, const char *run_id);
void link_changes_finish(struct link_changes *changes);

/* Nothing to do for a change that binds nobody. */
NODISCARD bool link_changes_record(struct link_changes *changes, const struct change *change);
NODISCARD bool link_changes_take_back(struct link_changes *changes, const struct change *change);

#endif
