/*
 * run.h - one apply: a plan performed under a journal; and its undoing, now or weeks later.
 *
 * Whatever happens, a run leaves the machine entirely before or entirely after. Where it cannot
 * (the undo itself fails, the machine stops), the journal stays unfinished, every other change is
 * refused, and run_recover() goes on from there. At no moment is an account present, unexpired and
 * unjailed.
 */
#ifndef REHOME_RUN_RUN_H
#define REHOME_RUN_RUN_H

#include <signal.h>
#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/model/config.h"
#include "core/plan/plan.h"
#include "core/run/events.h"
#include "core/run/state.h"

enum run_outcome {
	RUN_DONE,	/* exit 0 */
	RUN_NOTHING,	/* nothing to do: no run was begun. Exit 0 */
	RUN_UNDONE,	/* failed or stopped, all undone. Exit 1 */
	RUN_STALE,	/* the host is not as planned; nothing changed. Exit 4 */
	RUN_PARTLY,	/* some users were undone (failure: user). Exit 5 */
	RUN_INCOMPLETE, /* rollback kept something (conflicts). Exit 6 */
	RUN_BUSY,	/* locked, or an unfinished run is pending. Exit 8 */
	RUN_STUCK,	/* neither finished nor undone: recover. Exit 8 */
};

struct run_options {
	const struct config *config;
	const struct events *events;	   /* NULL = silent */
	const volatile sig_atomic_t *stop; /* set by a signal handler; NULL = never */
	const char *handout_dir;	   /* as given; NULL = the policy's or default */
	bool handout_outside_root; /* handout_dir is a path of this machine, not the host's */
	bool undo;		   /* recover: undo even where going forward is possible */
	unsigned jobs;		   /* homes archived at once; 0 = one a processor, four at most */
	const char *reason;
	unsigned allowed_leavers; /* somebody allowed as many to go over a limit; 0 = nobody did */
	const char *confirmed_plan_sha256; /* of the plan file applied, for the journal; or NULL */
};

struct run_result {
	enum run_outcome outcome;
	const char *run_id;  /* NULL when none was begun */
	const char *handout; /* where generated passwords were written, NULL = none */
	size_t users_done, users_undone, conflicts;
	struct string_list kept; /* what rollback kept: quarantined homes, conflicts, in words */
};

/*
 * Performs a plan, whole. secrets must hold every hash the edits need. The state must be locked by
 * the caller (state_lock), who also made sure with run_pending() that no run is unfinished.
 * False only together with an outcome other than DONE, NOTHING, PARTLY.
 */
NODISCARD bool run_apply(struct state *state, struct plan *plan, struct plan_secrets *secrets,
	const struct run_options *options, struct arena *arena, struct run_result *ret_result,
	struct diags *diags);

/* The unfinished run, or *ret_run_id = NULL. A damaged journal is an error: nothing may go on. */
NODISCARD bool run_pending(
	struct state *state, struct arena *arena, const char **ret_run_id, struct diags *diags);

/* Finishes or undoes the unfinished run. RUN_NOTHING when there is none. */
NODISCARD bool run_recover(struct state *state, const struct run_options *options,
	struct arena *arena, struct run_result *ret_result, struct diags *diags);

/*
 * Undoes a finished run, or only these users of it (empty = all). Refuses (error) when a later run
 * changed the same users and was not rolled back: its number is in the message.
 */
NODISCARD bool run_rollback(struct state *state, const char *run_id,
	const struct string_list *users, const struct run_options *options, struct arena *arena,
	struct run_result *ret_result, struct diags *diags);

/* Whether run_rollback() would refuse, for the same reasons and in the same words. Changes nothing.
 */
NODISCARD bool run_check_rollback(struct state *state, const char *run_id,
	const struct string_list *users, const struct run_options *options, struct arena *arena,
	struct diags *diags);

/* A run that built on another: it must be rolled back before that. */
struct later_run {
	const char *run_id;
	struct string_list users; /* those that both changed */
};
struct later_runs {
	struct later_run *items;
	size_t count, room;
};
/* The runs that a rollback of these users of a run (empty = all) would be refused for; oldest
 * first. Changes nothing. */
NODISCARD bool run_find_later(struct state *state, const char *run_id,
	const struct string_list *users, const struct run_options *options, struct arena *arena,
	struct later_runs *ret_later, struct diags *diags);

/* ---- history ---- */

enum run_status {
	RUN_STATUS_INTERRUPTED, /* recover */
	RUN_STATUS_APPLIED,
	RUN_STATUS_FINALISED, /* applied, and no undo is wanted any more */
	RUN_STATUS_UNDONE,
	RUN_STATUS_ROLLED_BACK,
	RUN_STATUS_PARTLY_ROLLED_BACK,
	RUN_STATUS_DAMAGED, /* its journal cannot be read */
};

struct run_summary {
	const char *run_id;
	enum run_status status;
	const char *started, *ended; /* RFC 3339; ended NULL while unfinished */
	size_t users;		     /* that the run changed */
	size_t counts[CHANGE_ACTIONS];
	size_t staged, activated; /* of those users */
	const char *by;		  /* login of the administrator (SUDO_USER or uid) */
	const char *reason;
	struct string_list rolled_back; /* logins, when only some were */
	bool rolled_back_all;
	bool finalised;
};

const char *run_status_name(enum run_status status);

struct run_list {
	struct run_summary *items;
	size_t count, room;
};
/* Oldest first. */
NODISCARD bool run_history(
	struct state *state, struct arena *arena, struct run_list *ret_runs, struct diags *diags);

/*
 * No undo of this run is wanted any more: its secrets are destroyed, its archives may be pruned. It
 * can be said again. A rollback is possible all the same, but keeps the password hashes it finds.
 */
NODISCARD bool run_finalise(struct state *state, const char *run_id, const char *reason,
	struct arena *arena, struct diags *diags);

/* A run's plan, for `show RUN`. An unknown id is an error. */
NODISCARD bool run_load_plan(struct state *state, const char *run_id, struct arena *arena,
	struct plan **ret_plan, struct diags *diags);

#endif
