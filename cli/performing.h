/*
 * performing.h - a run as it is seen from outside: signals, progress, syslog, result, exit status.
 */
#ifndef REHOME_CLI_PERFORMING_H
#define REHOME_CLI_PERFORMING_H

#include <signal.h>

#include "cli/progress.h"
#include "cli/session.h"
#include "core/base/table.h"
#include "core/run/run.h"

enum performance {
	PERFORMING_APPLY,
	PERFORMING_ROLLBACK,
	PERFORMING_RECOVERY,
};

/* What is told while a run works; lives from performing_begin() to performing_end(). */
struct performing {
	struct session *session;
	struct progress progress;
	struct events events;
	struct run_options options; /* to be given to run_apply() and the like */
	struct run_result result;
	enum performance performance;
	struct table undone; /* logins that this run undid */
	bool logged;	     /* syslog */
	bool is_part;	     /* the command tells with --json what came of it */
};

/*
 * From here SIGINT, SIGTERM and SIGHUP ask the run to stop and undo. handout is a directory of this
 * machine as it was given, or NULL.
 */
void performing_begin(struct performing *performing, struct session *session,
	enum performance performance, const char *handout, const char *reason);

/*
 * From here those signals only set the returned flag, and SIGPIPE is ignored: for work that must
 * clean up. performing_begin() does it too.
 */
const volatile sig_atomic_t *performing_catch_signals(void);

/* Shows the result; returns the exit status. ok is what run_apply() or the like returned. */
enum exit_code performing_end(struct performing *performing, bool ok);

/* The result of an apply that has nothing to begin. */
enum exit_code performing_nothing(struct session *session);

#endif
