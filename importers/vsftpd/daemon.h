/*
 * daemon.h - the vsftpd servers that an old machine ran, and what their command lines said.
 *
 * Each is a server of its own, with accounts of its own. Found in systemd's units, in init scripts
 * (which have no arguments: Debian's one server, Red Hat's one for each /etc/vsftpd/NAME.conf) and
 * in xinetd's and inetd's lines; without any of these, by the distribution's configuration file.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_DAEMON_H
#define REHOME_IMPORTERS_VSFTPD_DAEMON_H

#include "importers/vsftpd/settings.h"

struct vsftpd_daemon {
	const char *name;	      /* "vsftpd", "vsftpd@web", "xinetd:ftp" */
	struct string_list arguments; /* configuration files and "-oKEY=VALUE", in order */
	struct place where;	      /* what would have started it */
	bool enabled;
	bool is_by_socket;     /* a connection is its standard input */
	bool is_start_unknown; /* a file was named by the administrator */
};

/* The file that is read when the arguments name none. */
const char *vsftpd_default_config(const struct vsftpd_build *build);

/*
 * The one server: that of the name, or the only one; NULL name: the only enabled one, or, when none
 * is, the only one. False, with an error that lists the names, when that is not one.
 */
NODISCARD bool vsftpd_daemon_choose(struct old_root *root, const struct vsftpd_build *build,
	const char *name, const struct source *source, struct vsftpd_daemon *ret_daemon,
	struct diags *diags);

#endif
