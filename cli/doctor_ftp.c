/*
 * doctor_ftp.c - an FTP server that runs is a door beside sshd's; see doctor_ftp.h.
 */
#include "cli/doctor_ftp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/model/intake.h"
#include "core/run/daemon.h"

/* More of them are counted. */
enum { NAMED = 10 };

static const struct known_server {
	const char *name, *source;
	const char *files[4]; /* read when it starts */
} known_servers[] = {
	{ "vsftpd", "vsftpd:/", { "/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf" } },
	{ "proftpd", "proftpd:/",
		{ "/etc/proftpd/proftpd.conf", "/etc/proftpd/conf.d", "/etc/proftpd.conf" } },
	{ "pure-ftpd", "pureftpd:/",
		{ "/etc/pure-ftpd/conf", "/etc/pure-ftpd/auth", "/etc/pure-ftpd.conf" } },
};

static const struct known_server *
find_known(const struct ftp_server *server)
{
	for (size_t i = 0; i < ARRAY_LEN(known_servers); i++) {
		if (strcmp(known_servers[i].name, server->name) == 0)
			return &known_servers[i];
	}
	return NULL;
}

struct look {
	struct session *session;
	const struct ftp_server *server;
	struct diags *findings;
	size_t found;
};

static void
hint_stop(const struct look *look)
{
	diag_hint(look->findings, "If nobody needs it any more: %s",
		look->server->stop ? look->server->stop : "see /etc/inetd.conf and ss -ltnp");
}

/* ---- whom it lets in ---- */

static const char *
place_words(const struct old_login *login, struct arena *arena)
{
	if (!login->jail)
		return "";
	if (strcmp(login->jail, "/") == 0)
		return ", who sees the whole machine there";
	return arena_printf(arena, ", into %s", login->jail);
}

/* A guest enters as somebody else, perhaps into what was copied from. */
static void
report(struct look *look, const struct old_login *login)
{
	struct arena *arena = look->session->arena;
	if (look->found++ >= NAMED)
		return;
	if (login->login == OLD_UNKNOWN)
		diag_warning(look->findings, login->where,
			"whether the FTP server %s lets '%s' in cannot be known",
			look->server->name, login->user);
	else if (login->is_guest)
		diag_warning(look->findings, login->where, "the FTP server %s lets '%s' in as %s%s",
			look->server->name, login->user,
			login->unix_user ? login->unix_user : "a guest", place_words(login, arena));
	else
		diag_error(look->findings, login->where,
			"the FTP server %s lets '%s' in, past the jail%s", look->server->name,
			login->user, place_words(login, arena));
	diag_code(look->findings, "ftp-login");
	diag_user(look->findings, login->user);
	hint_stop(look);
}

static void
judge_logins(struct look *look, const struct intake *intake)
{
	ARRAY_FOREACH (login, &intake->old_logins) {
		const struct managed_account *managed =
			table_get(&look->session->managed.by_login, (*login)->user);
		if (managed && managed->standing.state == MANAGED_ACTIVE &&
			(*login)->login != OLD_DENY)
			report(look, *login);
	}
	if (look->found > NAMED) {
		diag_error(look->findings, NOWHERE,
			"the FTP server %s may let in %zu more of the managed accounts",
			look->server->name, look->found - NAMED);
		diag_code(look->findings, "ftp-login");
		hint_stop(look);
	}
	if (look->found)
		return;
	diag_note(look->findings, NOWHERE,
		"the FTP server %s runs (process %d), and lets none of the managed accounts in",
		look->server->name, (int)look->server->pid);
	diag_code(look->findings, "ftp-server");
}

/* ---- what cannot be judged ---- */

/* Until it is started again it goes by what the files said before. The directory of a process is as
 * old as the process. */
static void
warn_of_newer_files(const struct look *look, const struct known_server *known)
{
	struct diags ignored = { .arena = look->session->arena };
	struct stat started;
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d", (int)look->server->pid);
	if (stat(path, &started) != 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(known->files) && known->files[i]; i++) {
		struct host_entry entry;
		if (!host_inspect(look->session->host, known->files[i], &entry, &ignored) ||
			!entry.exists || entry.st.st_mtime <= started.st_mtime)
			continue;
		diag_warning(look->findings, at(known->files[i], 0),
			"changed since the FTP server %s was started, which goes by what it said "
			"then",
			look->server->name);
		diag_code(look->findings, "ftp-stale");
		hint_stop(look);
	}
}

static void
warn_of_unknown(const struct look *look, const char *why)
{
	if (look->server->pid)
		diag_warning(look->findings, NOWHERE,
			"the FTP server %s runs (process %d), and whom it lets in is not known%s%s",
			look->server->name, (int)look->server->pid, *why ? ": " : "", why);
	else
		diag_warning(look->findings, NOWHERE,
			"an FTP server is started by who connects to port 21, and whom it lets in "
			"is not known");
	diag_code(look->findings, "ftp-server");
	hint_stop(look);
}

static void
judge(struct look *look)
{
	struct session *session = look->session;
	struct diags problems = { .arena = session->arena };
	struct string_list none = { 0 };
	struct source_config *source;
	struct intake intake = { 0 };
	const struct known_server *known = find_known(look->server);
	if (!known) {
		warn_of_unknown(look, "");
		return;
	}
	warn_of_newer_files(look, known);
	if (!intake_resolve(known->source, session->config, &session->importers, &none,
		    session->arena, &source, &problems) ||
		!intake_read(source, &session->importers, session->arena, &intake, &problems)) {
		warn_of_unknown(look, problems.count ? problems.items[0].message : "");
		return;
	}
	judge_logins(look, &intake);
}

bool
doctor_look_at_ftp(struct session *session, struct diags *findings)
{
	struct id_table nobody = { .arena = session->arena };
	struct ftp_servers servers;
	if (!host_is_live(session->host) || !session->managed.accounts.count)
		return true;
	if (!daemon_find_ftp_servers(&nobody, session->arena, &servers, &session->diags))
		return false;
	ARRAY_FOREACH (server, &servers) {
		struct look look = { session, server, findings, 0 };
		judge(&look);
	}
	return true;
}
