/*
 * tracer.h - runs a program under ptrace and decides about every system call before it is made.
 *
 * Calls are counted over all threads and children, from the program's first own call on. A call is
 * looked at when it is entered: a program that is killed there has not made it, and the state that
 * an earlier call left is the state in which it is entered.
 */
#ifndef REHOME_TESTS_FAULT_TRACER_H
#define REHOME_TESTS_FAULT_TRACER_H

#include <stdbool.h>
#include <sys/types.h>

/* What a call is to us; more than one may hold. */
enum call_kind {
	CALL_CHANGES = 1, /* may change files or what is on disk */
	CALL_READS = 2,	  /* learns from files */
	CALL_COUNTED = 4, /* moves bytes: may be made shorter */
	CALL_SYNCS = 8,
};

struct call {
	unsigned count; /* this one is the n-th, from 1 */
	long number;
	const char *name; /* "?" when it is none of those that we know */
	unsigned kinds;
	unsigned long args[6];
};

enum verdict_kind {
	VERDICT_LET,
	VERDICT_KILL,
	VERDICT_ANSWER,	 /* not made; it returns `answer` instead */
	VERDICT_SHORTEN, /* of the bytes it gets half */
};

struct verdict {
	enum verdict_kind kind;
	long answer; /* -EIO, or 0 for a success that is none */
};

typedef struct verdict (*judge_of_calls)(void *ctx, const struct call *call);

struct ending {
	int status;  /* exit status, or 128 + signal */
	bool killed; /* by our verdict */
	unsigned calls;
};

/* False where tracing is forbidden, or the registers are not known. */
bool tracer_is_possible(void);

/*
 * Runs argv[0]; what it prints goes to log_fd. judge NULL: not traced at all. env: NAME=VALUE that
 * are set for it, up to a NULL; NULL = none.
 */
struct ending tracer_run(const char *const *argv, int log_fd, judge_of_calls judge, void *ctx,
	const char *const *env);

#endif
