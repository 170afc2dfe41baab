/*
 * daemon_caches.c - tells the name service caches that the account files have changed.
 *
 * nscd looks at the files by itself only where it is so configured, and may go on saying for an
 * hour that a new account is in no group, which is to say not jailed. sssd holds accounts of other
 * sources; its tool clears what it may have kept about names that now are local.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/base/process.h"
#include "core/run/daemon.h"

static bool
answers(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	return fd >= 0 &&
		(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
			errno == EAGAIN); /* its queue is full */
}

static bool
nscd_runs(void)
{
	return answers("/run/nscd/socket") || answers("/var/run/nscd/socket");
}

static bool
run(const char *const *argv, struct arena *arena, const char **ret_problem, struct diags *diags)
{
	struct process_result result;
	if (!process_run(&(struct process){ .argv = argv }, arena, &result, diags))
		return false;
	if (!result.started)
		*ret_problem = "it is not installed";
	else if (result.timed_out)
		*ret_problem = "it did not end in time";
	else if (result.exit_status)
		*ret_problem = arena_printf(arena, "status %d%s%.*s", result.exit_status,
			*result.err ? ": " : "", (int)strcspn(result.err, "\n"), result.err);
	else
		*ret_problem = NULL;
	return true;
}

static bool
flush_nscd(const char *table, struct arena *arena, struct diags *diags)
{
	const char *const argv[] = { "nscd", "-i", table, NULL };
	const char *problem;
	if (!nscd_runs())
		return true;
	if (!run(argv, arena, &problem, diags))
		return false;
	/* It may have been stopped just now. */
	if (!problem || !nscd_runs())
		return true;
	diag_error(diags, NOWHERE, "nscd -i %s: %s", table, problem);
	diag_hint(diags, "Restart nscd: it may hide the changes of the account files.");
	diag_code(diags, "nscd-stale");
	return false;
}

/* Installed is not in use: without a trace of a running sssd there is nothing to clear. */
static bool
sssd_is_used(void)
{
	return access("/var/lib/sss/pipes/nss", F_OK) == 0 ||
		access("/var/lib/sss/mc/passwd", F_OK) == 0;
}

static bool
flush_sssd(struct arena *arena, struct diags *diags)
{
	const char *const argv[] = { "sss_cache", "-E", NULL };
	const char *problem;
	if (!sssd_is_used() || !process_find(argv[0], arena))
		return true;
	if (!run(argv, arena, &problem, diags))
		return false;
	if (problem) {
		diag_warning(diags, NOWHERE, "sss_cache -E: %s", problem);
		diag_hint(diags, "Clear the cache of sssd by hand if it answers for local users.");
		diag_code(diags, "sssd-stale");
	}
	return true;
}

bool
daemon_flush_caches(struct arena *arena, struct diags *diags)
{
	bool passwd = flush_nscd("passwd", arena, diags);
	bool group = flush_nscd("group", arena, diags);
	bool sssd = flush_sssd(arena, diags);
	return passwd && group && sssd;
}
