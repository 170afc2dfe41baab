/*
 * registry_renames.h - accounts that got another login, in the registry: what was known by the old
 * one is known by the new one, and the old one still leads to it. Internal to registry.c.
 */
#ifndef REHOME_RUN_REGISTRY_RENAMES_H
#define REHOME_RUN_REGISTRY_RENAMES_H

#include "core/plan/managed.h"
#include "core/plan/plan.h"
#include "core/run/registry_db.h"

/* Former logins, oldest run first. */
NODISCARD bool renames_load(struct registry_db *db, struct managed *managed);

struct rename_changes {
	struct registry_db *db;
	const char *run_id;
	sqlite3_stmt *standings, *generated, *managed, *remember, *forget;
};
NODISCARD bool rename_changes_begin(
	struct rename_changes *changes, struct registry_db *db, const char *run_id);
void rename_changes_finish(struct rename_changes *changes);

/* After the account is recorded under its new login; nothing for a change that renames nobody. */
NODISCARD bool rename_changes_record(struct rename_changes *changes, const struct change *change);
/* After it is recorded under its old login again. */
NODISCARD bool rename_changes_take_back(
	struct rename_changes *changes, const struct change *change);

#endif
