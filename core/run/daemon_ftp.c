/*
 * daemon_ftp.c - FTP servers on this machine: whom they let in is in no jail of sshd's.
 *
 * Known by the names of their processes; one that inetd or a socket unit starts has none until
 * somebody connects, and is known by its port.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/run/daemon.h"
#include "core/run/daemon_proc.h"

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);
	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool
is_pure(const char *command)
{
	return strncmp(command, "pure-ftpd", strlen("pure-ftpd")) == 0;
}

/* vsftpd, proftpd, pure-ftpd, bftpd, glftpd, in.ftpd; "pure-ftpd (UPLO" by its title. TFTP has no
 * users. */
bool
daemon_is_ftp_server(const char *command)
{
	return is_pure(command) || (ends_with(command, "ftpd") && !ends_with(command, "tftpd"));
}

const char *
daemon_ftp_name(const char *command)
{
	return is_pure(command) ? "pure-ftpd" : command;
}

const char *
daemon_service_of(pid_t pid, struct arena *arena)
{
	char text[4096];
	if (!proc_read(pid, "cgroup", text, sizeof(text)))
		return NULL;
	char *line = strstr(text, "0::/"), *end = line ? strstr(line, ".service") : NULL;
	if (!end || end > line + strcspn(line, "\n"))
		return NULL;
	end += strlen(".service");
	*end = '\0';
	return arena_strdup(arena, strrchr(line, '/') + 1);
}

static bool
is_known(const struct ftp_servers *servers, const char *name)
{
	ARRAY_FOREACH (server, servers) {
		if (strcmp(server->name, name) == 0)
			return true;
	}
	return false;
}

static void
add_server(struct ftp_servers *servers, const char *name, pid_t pid, struct arena *arena)
{
	const char *service = daemon_service_of(pid, arena);
	struct ftp_server server = {
		.name = name,
		.pid = pid,
		.stop = arena_printf(arena, "systemctl stop %s", service ? service : name),
	};
	ARRAY_PUSH(arena, servers, server);
}

/* The control port, in our network namespace. */
static bool
port_is_served(const char *table)
{
	enum { FTP_PORT = 21, TCP_LISTEN = 0x0A };
	char line[512];
	AUTO_FILE FILE *file = fopen(table, "re");
	while (file && fgets(line, sizeof(line), file)) {
		unsigned port, state;
		if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port, &state) == 2 &&
			port == FTP_PORT && state == TCP_LISTEN)
			return true;
	}
	return false;
}

bool
daemon_find_ftp_servers(const struct id_table *uids, struct arena *arena,
	struct ftp_servers *ret_servers, struct diags *diags)
{
	struct ftp_servers servers = { 0 };
	pid_t pid;
	AUTO_DIR DIR *proc = opendir("/proc");
	if (!proc)
		return diag_error(diags, at("/proc", 0), "cannot list: %s", strerror(errno));
	while (proc_next(proc, &pid)) {
		const char *command = proc_command(pid, arena), *login;
		uid_t uid;
		if (daemon_is_ftp_server(command) &&
			!is_known(&servers, daemon_ftp_name(command)) &&
			proc_owner(pid, uids, &uid, &login) && !login && proc_is_on_our_root(pid))
			add_server(&servers, daemon_ftp_name(command), pid, arena);
	}
	if (!servers.count &&
		(port_is_served("/proc/self/net/tcp") || port_is_served("/proc/self/net/tcp6")))
		ARRAY_PUSH(arena, &servers, (struct ftp_server){ .name = "on port 21" });
	*ret_servers = servers;
	return true;
}

bool
daemon_warn_of_ftp_servers(const struct id_table *uids, struct arena *arena, struct diags *diags)
{
	struct ftp_servers servers;
	if (!daemon_find_ftp_servers(uids, arena, &servers, diags))
		return false;
	ARRAY_FOREACH (server, &servers) {
		if (server->pid)
			diag_warning(diags, NOWHERE,
				"the FTP server %s runs (process %d) and may go on serving the "
				"homes",
				server->name, (int)server->pid);
		else
			diag_warning(diags, NOWHERE,
				"an FTP server is started by who connects to port 21, and may go "
				"on serving the homes");
		diag_code(diags, "ftp-server");
		diag_hint(diags, "Stop it: %s. See whom it still lets in with: rehome doctor",
			server->stop ? server->stop : "see /etc/inetd.conf and ss -ltnp");
	}
	return true;
}
