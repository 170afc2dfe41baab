/*
 * state.h - the state directory: /var/lib/rehome below the root, root 0700.
 *
 *	lock                one run at a time, an OFD lock
 *	registry.db         managed accounts (registry.h)
 *	decisions.csv       what people decided (cli/decision_store.h), 0600
 *	runs/<id>/plan.json what the run does
 *	runs/<id>/secrets   hashes that its undo needs, 0600
 *	runs/<id>/journal   what it may have done (journal.h)
 *	runs/<id>/homes/    archives of homes (archive.h), what homes were copied from
 *			    (core/plan/contents.h), what adoptions changed (tree_record.h)
 *	runs/<id>/removed   account lines that a rollback took away, 0600
 */
#ifndef REHOME_RUN_STATE_H
#define REHOME_RUN_STATE_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"

#define STATE_DIR "/var/lib/rehome"

struct state {
	struct host *host;
	struct arena *arena;
	const char *dir; /* host path */
	int lock_fd;	 /* -1 while not locked */
};

/* Only remembers the paths; nothing is created. dir NULL = STATE_DIR. */
void state_init(struct state *state, struct host *host, const char *dir, struct arena *arena);
/* Releases the lock. */
void state_finish(struct state *state);

/*
 * Creates what is missing and takes the lock. An existing directory that is not root's or that
 * others may enter is an error. *ret_locked = false, with an error, when another process has the
 * lock.
 */
NODISCARD bool state_lock(struct state *state, bool *ret_locked, struct diags *diags);

/* Checks owner and mode of an existing state directory; missing is fine (*ret_exists = false). */
NODISCARD bool state_check(struct state *state, bool *ret_exists, struct diags *diags);

/* "/var/lib/rehome/runs/7/journal". file NULL = the run's directory. */
char *state_run_path(const struct state *state, const char *run_id, const char *file);

/* The ids of all runs, oldest first. Ids are decimal numbers. */
NODISCARD bool state_run_ids(struct state *state, struct string_list *ret_ids, struct diags *diags);

#endif
