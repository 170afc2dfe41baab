/*
 * run_log.h - what a journal's records add up to.
 */
#ifndef REHOME_RUN_RUN_LOG_H
#define REHOME_RUN_RUN_LOG_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/run/journal.h"
#include "core/run/run.h"
#include "core/run/step.h"

struct run_log {
	bool begun;	   /* BEGIN is there: the run exists */
	bool committed;	   /* COMMIT */
	bool aborting;	   /* ABORT without UNDONE */
	bool undone;	   /* UNDONE */
	bool ended;	   /* END */
	bool rolling_back; /* ROLLBACK without ROLLED_BACK */
	bool rolled_back_all;
	bool finalised;	  /* FINALISED */
	bool shared_kept; /* the newest rollback left what it shares, because others depended on it
			   */
	struct string_list rolling_back_users; /* empty = all */
	struct string_list rolled_back;	       /* logins, over all rollbacks of single users */
	struct string_list dropped;
	struct table expiries; /* login -> const char *, the newest EXPIRY of each */
	bool announced[PHASES];
	const char *started, *ended_at, *by, *reason;
	const char *handout; /* payload of HANDOUT, NULL = none */
	size_t users;
	size_t counts[CHANGE_ACTIONS];
	size_t allowed_leavers; /* see struct run_options */
	size_t staged, activated;
};

/* False when a payload is not what its type says. */
NODISCARD bool run_log_read(const struct journal *journal, struct arena *arena,
	struct run_log *ret_log, struct diags *diags);

/* The same of a run's journal, which is read for this alone. */
NODISCARD bool run_log_load(struct state *state, const char *run_id, struct arena *arena,
	struct run_log *ret_log, struct diags *diags);

/* Fills the facts from the notes; count is the number of the plan's steps. */
NODISCARD bool run_log_facts(
	const struct journal *journal, struct step_fact *facts, size_t count, struct diags *diags);

/* True while `recover` has something to do. */
bool run_log_is_pending(const struct run_log *log);
enum run_status run_log_status(const struct run_log *log);

/* Payloads, one line of JSON. users NULL or empty = all. */
char *run_log_begin_payload(const struct plan *plan, const struct run_options *options,
	const char *host_name, struct arena *arena);
char *run_log_rollback_payload(
	const struct string_list *users, const char *reason, struct arena *arena);
char *run_log_rolled_back_payload(
	const struct string_list *users, bool shared_kept, size_t conflicts, struct arena *arena);

char *run_log_finalised_payload(const char *reason, struct arena *arena);

/* RFC 3339 in UTC, now. */
char *run_log_now(struct arena *arena);

#endif
