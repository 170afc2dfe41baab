/*
 * profile.h - what sshd itself does for an account beyond jailing it.
 *
 * Each distinct set becomes a group of its own and a Match block in front of the general one
 * (sftp-server(8): -d start directory, -u umask, -R read-only, -l log level).
 */
#ifndef REHOME_MODEL_PROFILE_H
#define REHOME_MODEL_PROFILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"

struct jail_profile {
	const char *start; /* directory below the jail where a session begins ("pics"); NULL = its
			      root */
	bool has_umask;
	mode_t umask;
	bool read_only;
	const char *log_level;	 /* sshd's word, "INFO", "VERBOSE"; NULL = none */
	struct string_list from; /* addresses in sshd's pattern syntax (CIDR, *, ?, !): logins from
				    elsewhere are refused; empty = from everywhere */
};

#endif
