/*
 * exit.h - what the exit status tells; documented, stable, and checked by scripts.
 */
#ifndef REHOME_CLI_EXIT_H
#define REHOME_CLI_EXIT_H

enum exit_code {
	EXIT_DONE = 0,		 /* done, or nothing to do */
	EXIT_FAILED = 1,	 /* failed; nothing changed, or all undone */
	EXIT_CHANGES = 2,	 /* changes pending (--detailed-exitcode) */
	EXIT_BLOCKED = 3,	 /* the plan has blocked users, or the host is not fit for it */
	EXIT_STALE = 4,		 /* the plan is stale */
	EXIT_PARTLY = 5,	 /* partly applied (failure: user) */
	EXIT_INCOMPLETE = 6,	 /* rollback kept something */
	EXIT_LIMIT = 7,		 /* a limit of the policy */
	EXIT_LOCKED = 8,	 /* locked, or an interrupted run is pending */
	EXIT_FAULTS = 9,	 /* verify or doctor found faults */
	EXIT_USAGE = 64,	 /* sysexits.h EX_USAGE */
	EXIT_BAD_DATA = 65,	 /* EX_DATAERR */
	EXIT_NOT_PERMITTED = 77, /* EX_NOPERM */
	EXIT_BAD_CONFIG = 78,	 /* EX_CONFIG */
};

/* When several apply: 65, 3, 7, 2, then any other. */
enum exit_code exit_code_first(enum exit_code a, enum exit_code b);

#endif
