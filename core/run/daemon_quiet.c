/*
 * daemon_quiet.c - homes at rest: nobody works in them while they are rebuilt.
 *
 * The accounts are closed before (expiry), but what is logged in stays logged in, and an open file
 * can be written whatever becomes of its folder. So the users' processes are ended until two looks
 * in a row find nothing, with a pause in which a service manager would start them again; what
 * others do in the homes is theirs to stop, and is reported.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

enum {
	LOOKS = 2, /* in a row that find nobody */
	/* systemd starts a service again after 100 ms, unless told otherwise. */
	PAUSE_MILLISECONDS = 250,
	/* For others to notice that whom they served is gone, and for restarts to be given up. */
	TOTAL_MILLISECONDS = 5000,
};

struct rest {
	const struct table *homes;
	const struct id_table *uids;
	bool end_users;
	struct arena *arena;
	struct diags *diags;

	/* The newest look. */
	size_t ended, ended_in_all;
	struct user_processes processes; /* !end_users */
	struct home_uses uses;
	struct diags findings; /* of the search itself */
};

/* ---- who it is ---- */

static bool
is_shell(const char *command)
{
	static const char *const shells[] = { "sh", "bash", "dash", "zsh", "fish", "ksh", "mksh",
		"tcsh", "csh", "su", "sudo", "screen", "tmux: server", "mc" };
	for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
		if (strcmp(command, shells[i]) == 0)
			return true;
	}
	return false;
}

static void
hint_how_to_stop(pid_t pid, const char *command, struct arena *arena, struct diags *diags)
{
	const char *service = daemon_service_of(pid, arena);
	if (is_shell(command))
		diag_hint(diags, "It is a shell: leave the folder with cd /, or end it.");
	else if (service)
		diag_hint(diags, "Stop it and try again: systemctl stop %s", service);
	else if (daemon_is_ftp_server(command))
		diag_hint(diags, "Stop it and try again: systemctl stop %s",
			daemon_ftp_name(command));
	else
		diag_hint(diags, "Wait until it is done, or end it, and try again.");
}

/* ---- what is said ---- */

static const char *
verb_of(const struct home_use *use)
{
	switch (use->kind) {
	case HOME_USE_CWD:
		return "works in";
	case HOME_USE_ROOT:
		return "has its root in";
	case HOME_USE_FILE:
		return use->writes ? "has a file open for writing in" : "has a file open in";
	case HOME_USE_MAP:
		return use->writes ? "has a file mapped for writing in" : "has a file mapped in";
	}
	return NULL;
}

static void
report_use(const struct rest *rest, const struct home_use *use)
{
	const char *what = daemon_is_ftp_server(use->command) ? "the FTP server " : "";
	if (daemon_use_is_in_the_way(use))
		diag_error(rest->diags, at(use->path, 0), "%s%s (process %d) %s the home of '%s'",
			what, use->command, (int)use->pid, verb_of(use), use->login);
	else
		diag_warning(rest->diags, at(use->path, 0), "%s%s (process %d) %s the home of '%s'",
			what, use->command, (int)use->pid, verb_of(use), use->login);
	diag_user(rest->diags, use->login);
	diag_code(rest->diags, "home-in-use");
	hint_how_to_stop(use->pid, use->command, rest->arena, rest->diags);
}

static void
report_users(const struct rest *rest)
{
	ARRAY_FOREACH (process, &rest->processes) {
		diag_error(rest->diags, NOWHERE, "'%s' is at work: %s (process %d)", process->login,
			process->command, (int)process->pid);
		diag_user(rest->diags, process->login);
		diag_code(rest->diags, "user-active");
		diag_hint(rest->diags, "Ask the user to log out, or let the processes be ended.");
	}
}

static void
report_respawning(const struct rest *rest, const struct user_process *process)
{
	if (process)
		diag_error(rest->diags, NOWHERE,
			"'%s' has processes that are started again as often as they are ended: %s "
			"(process %d)",
			process->login, process->command, (int)process->pid);
	else
		diag_error(rest->diags, NOWHERE,
			"processes of the users are started again as often as they are ended");
	if (process)
		diag_user(rest->diags, process->login);
	diag_code(rest->diags, "process-respawns");
	const char *service = process ? daemon_service_of(process->pid, rest->arena) : NULL;
	if (service)
		diag_hint(rest->diags, "Stop it and try again: systemctl stop %s", service);
	else
		diag_hint(rest->diags,
			"Find what starts them and stop it; lingering ends with loginctl "
			"disable-linger.");
}

/* By then they were all ended more than once; whoever is there a moment later is to blame. */
static void
report_who_respawns(const struct rest *rest)
{
	struct table told = { .arena = rest->arena };
	struct user_processes back;
	poll(NULL, 0, PAUSE_MILLISECONDS);
	if (!daemon_find_processes(rest->uids, rest->arena, &back, rest->diags))
		return;
	ARRAY_FOREACH (process, &back) {
		if (table_get(&told, process->login))
			continue;
		table_set(&told, process->login, process);
		report_respawning(rest, process);
	}
	if (!back.count)
		report_respawning(rest, NULL);
}

bool
daemon_use_is_in_the_way(const struct home_use *use)
{
	return use->writes || use->kind == HOME_USE_CWD || use->kind == HOME_USE_ROOT;
}

/* ---- looking ---- */

static bool
look(struct rest *rest)
{
	rest->ended = 0;
	rest->findings = (struct diags){ .arena = rest->arena };
	bool good = rest->end_users
		? daemon_end_processes(rest->uids, &rest->ended, rest->arena, rest->diags)
		: daemon_find_processes(rest->uids, rest->arena, &rest->processes, rest->diags);
	rest->ended_in_all += rest->ended;
	return good &&
		daemon_find_home_uses(
			rest->homes, rest->uids, rest->arena, &rest->uses, &rest->findings);
}

static bool
found_nobody(const struct rest *rest)
{
	ARRAY_FOREACH (use, &rest->uses) {
		if (daemon_use_is_in_the_way(use))
			return false;
	}
	return !rest->ended && !rest->processes.count;
}

static void
report(const struct rest *rest)
{
	ARRAY_FOREACH (finding, &rest->findings)
		diag_append(rest->diags, finding);
	report_users(rest);
	if (rest->ended)
		report_who_respawns(rest);
	ARRAY_FOREACH (use, &rest->uses)
		report_use(rest, use);
}

bool
daemon_homes_are_quiet(const struct table *homes, const struct id_table *uids, bool end_users,
	size_t *ret_ended, struct arena *arena, struct diags *diags)
{
	struct rest rest = {
		.homes = homes, .uids = uids, .end_users = end_users, .arena = arena, .diags = diags
	};
	long long deadline = proc_milliseconds() + TOTAL_MILLISECONDS;
	int quiet = 0;
	while (quiet < LOOKS) {
		if (!look(&rest))
			return false;
		quiet = found_nobody(&rest) ? quiet + 1 : 0;
		/* Where nobody was ended, nobody notices, and nothing is started again. */
		if (!quiet && (!rest.ended_in_all || proc_milliseconds() >= deadline))
			break;
		if (quiet < LOOKS && rest.ended_in_all)
			poll(NULL, 0, PAUSE_MILLISECONDS);
	}
	report(&rest);
	if (quiet < LOOKS || !daemon_warn_of_ftp_servers(uids, arena, diags))
		return false;
	*ret_ended = rest.ended_in_all;
	return true;
}
