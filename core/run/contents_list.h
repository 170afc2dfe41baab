/*
 * contents_list.h - runs/<id>/homes/<login>.contents (core/plan/contents.h) and .carried, on disk.
 */
#ifndef REHOME_RUN_CONTENTS_LIST_H
#define REHOME_RUN_CONTENTS_LIST_H

#include "core/plan/contents.h"
#include "core/plan/managed.h"
#include "core/run/step.h"

/* What a home began with, or has from its source by now. */
#define CONTENTS_LIST "contents"
/* What a step carried over, for its undo. */
#define CONTENTS_CARRIED "carried"

/* The whole file at once, over one of an earlier process. */
NODISCARD bool contents_list_write(
	struct run *run, const char *login, const char *kind, const struct contents_manifest *list);
/* *ret_exists = false when the run has none. */
NODISCARD bool contents_list_read(struct run *run, const char *login, const char *kind,
	struct arena *arena, bool *ret_exists, struct contents_manifest *ret_list);
NODISCARD bool contents_list_remove(struct run *run, const char *login);

/* Everything but directories below it. */
NODISCARD bool contents_list_tree(
	struct run *run, int fd, const char *path, struct contents_manifest *list);

/* The newest list of each account into managed_account.contents. */
NODISCARD bool contents_lists_find(
	struct state *state, struct managed *managed, struct diags *diags);
/* The newest one of a login before this run; NULL = none. */
NODISCARD bool contents_list_before(struct run *run, const char *login, const char **ret_path);

#endif
