/*
 * process.h - programs that we start: sshd -t, sshd -T, nscd, sss_cache.
 *
 * No shell, a fixed PATH, a minimal environment, standard input from /dev/null or from memory, no
 * inherited descriptors, killed with its children after the timeout.
 */
#ifndef REHOME_BASE_PROCESS_H
#define REHOME_BASE_PROCESS_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

struct process_result {
	bool started;	 /* false: the program is not installed */
	int exit_status; /* 0..255, or 128 + signal */
	bool timed_out;
	const char *out; /* standard output, up to 1 MiB */
	const char *err; /* standard error, up to 64 KiB */
};

struct process {
	/* argv[0] is looked up in /usr/sbin:/usr/bin:/sbin:/bin; the program gets its whole path */
	const char *const *argv;
	struct bytes input;
	unsigned timeout_seconds; /* 0 = 30 */
	/* Runs in the child before exec; false makes the child exit with 127. For namespaces. */
	bool (*prepare)(void *ctx);
	void *ctx;
};

/* Where a program is, or NULL when it is not installed. */
const char *process_find(const char *program, struct arena *arena);

/* False only when fork or pipes fail; everything else is in the result. */
NODISCARD bool process_run(const struct process *process, struct arena *arena,
	struct process_result *ret_result, struct diags *diags);

#endif
