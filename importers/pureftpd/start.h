/*
 * start.h - how an old machine started Pure-FTPd: by Debian's wrapper over a directory of settings,
 * with one configuration file, or with options in its unit.
 *
 * Each of them ends in the arguments that the daemon got, each with the line that it came from.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_START_H
#define REHOME_IMPORTERS_PUREFTPD_START_H

#include "importers/old/root.h"
#include "importers/pureftpd/options.h"

struct pure_start {
	const char *name;   /* "pure-ftpd", for server= */
	struct place where; /* the unit, directory or file that says so */
	const char
		*binary; /* "" or "mysql", "ldap-virtualchroot", ...: what Debian's wrapper runs */
	const char *fault; /* why the daemon was not even started; NULL = it was */
	struct place fault_at;
	struct arguments arguments;
	/* Settings of a directory come in an order that only the old disk knew. */
	bool jail_undecided, anonymous_undecided;
	struct diags notes; /* about the server as a whole */
};

/* The first fault stands. */
void pure_start_refuse(struct pure_start *start, struct place place, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* /etc/pure-ftpd/conf and auth as pure-ftpd-wrapper reads them. */
void wrapper_read(struct old_root *root, struct pure_start *start);

/* "pure-ftpd FILE": the daemon's own parser. */
void conf_file_read(struct old_root *root, const char *path, struct pure_start *start);

/* "pure-config.pl FILE": the script that releases before 1.0.44 had instead. */
void perl_conf_read(struct old_root *root, const char *path, struct pure_start *start);

/* What the administrator named: only this daemon, or this file or directory. NULL = not said. */
struct pure_wanted {
	const char *server, *config;
};

/* False with an error when there is none, or several and none was chosen. */
NODISCARD bool pure_start_find(struct old_root *root, const struct pure_wanted *wanted,
	struct pure_start *ret_start, struct diags *diags);

#endif
