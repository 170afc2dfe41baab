/*
 * exit.c - which exit status wins; see exit.h.
 */
#include "cli/exit.h"

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
