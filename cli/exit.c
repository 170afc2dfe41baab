/*
 * exit.c - what each exit status means, and which one wins; see exit.h.
 */
#include "cli/exit.h"

#include <stddef.h>

const struct exit_status exit_statuses[] = {
	{ EXIT_DONE, "done, or nothing to do" },
	{ EXIT_FAILED, "failed; nothing was changed, or all of it was undone" },
	{ EXIT_CHANGES, "there is something to do (--detailed-exitcode)" },
	{ EXIT_BLOCKED, "users are blocked, or the host is not fit for the plan" },
	{ EXIT_STALE, "the plan is stale: the host or a source has changed since" },
	{ EXIT_PARTLY, "partly applied (policy.failure: user)" },
	{ EXIT_INCOMPLETE, "a rollback had to keep something" },
	{ EXIT_LIMIT, "a limit of the policy" },
	{ EXIT_LOCKED, "locked, or an interrupted run is pending: rehome recover" },
	{ EXIT_FAULTS, "verify, doctor or archive verify found faults" },
	{ EXIT_USAGE, "the command line is wrong" },
	{ EXIT_BAD_DATA, "a source cannot be read, or has rows that were refused" },
	{ EXIT_NOT_PERMITTED, "not permitted" },
	{ EXIT_BAD_CONFIG, "the configuration is wrong" },
	{ EXIT_DONE, NULL },
};

static int
rank(enum exit_code code)
{
	switch (code) {
	case EXIT_BAD_DATA:
		return 5;
	case EXIT_BLOCKED:
		return 4;
	case EXIT_LIMIT:
		return 3;
	case EXIT_CHANGES:
		return 2;
	default:
		return code != EXIT_DONE;
	}
}

enum exit_code
exit_code_first(enum exit_code a, enum exit_code b)
{
	return rank(b) > rank(a) ? b : a;
}
