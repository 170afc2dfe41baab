/*
 * start.h - the command lines by which an old machine's systemd, xinetd or inetd ran a program.
 *
 * Units are read with their drop-ins, in systemd's order of folders; specifiers and variables of
 * Environment= and EnvironmentFile= are replaced. Scripts (init.d) are programs and not read.
 */
#ifndef REHOME_IMPORTERS_OLD_START_H
#define REHOME_IMPORTERS_OLD_START_H

#include "importers/old/root.h"

struct old_start {
	const char *name;	  /* "vsftpd", "vsftpd@web", "xinetd:ftp", "inetd:ftp" */
	struct string_list words; /* the program's path, then its arguments */
	struct place where;	  /* the line that holds them */
	bool enabled;		  /* it was started at boot, by a timer or by another unit */
	bool masked;		  /* a unit that was linked to /dev/null */
	bool by_socket;		  /* once for each connection, which is its standard input */
};

struct old_starts {
	struct old_start *items;
	size_t count, room;
};

/* Every command line that has a program of this base name ("vsftpd"), itself or behind env, nice,
 * tcpd or sh -c. In the order of the names; never fails: what cannot be read starts nothing. */
void old_starts_find(struct old_root *root, const char *program, struct arena *arena,
	struct old_starts *ret_starts);

/* Whether anything wants this unit ("vsftpd.target"). */
bool old_unit_is_wanted(struct old_root *root, const char *unit);

#endif
