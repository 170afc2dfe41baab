/*
 * exit.h - what the exit status tells; documented, stable, and checked by scripts.
 */
#ifndef REHOME_CLI_EXIT_H
#define REHOME_CLI_EXIT_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_CHANGES = 2,
	EXIT_BLOCKED = 3,
	EXIT_STALE = 4,
	EXIT_PARTLY = 5,
	EXIT_INCOMPLETE = 6,
	EXIT_LIMIT = 7,
	EXIT_LOCKED = 8,
	EXIT_FAULTS = 9,
	EXIT_USAGE = 64,	 /* sysexits.h EX_USAGE */
	EXIT_BAD_DATA = 65,	 /* EX_DATAERR */
	EXIT_NOT_PERMITTED = 77, /* EX_NOPERM */
	EXIT_BAD_CONFIG = 78,	 /* EX_CONFIG */
};

struct exit_status {
	enum exit_code code;
	const char *text; /* what it means, without full stop */
};

/* Every status, ascending: help and the manual pages come from it. Ends with a NULL text. */
extern const struct exit_status exit_statuses[];

/* When several apply: 65, 3, 7, 2, then any other. */
enum exit_code exit_code_first(enum exit_code a, enum exit_code b);

#endif
