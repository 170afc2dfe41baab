/*
 * virtual_user.h - one line of Pure-FTPd's virtual users: 18 fields with colons between them, the
 * name in front, as in pureftpd.passwd and behind a name in the database.
 *
 * Fields are read as the daemon reads them: six have to be there, each missing one ends the line,
 * and rules for addresses and hours that come after a missing field do not exist.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_VIRTUAL_USER_H
#define REHOME_IMPORTERS_PUREFTPD_VIRTUAL_USER_H

#include "core/model/importer.h"

struct virtual_user {
	const char *fault; /* why the daemon refused it whatever the password; NULL = it did not */
	const char *hash;  /* "" when there is none */
	const char *gecos;
	const char *home;
	uid_t uid;
	gid_t gid;
	bool has_bandwidth, has_ratio;
	unsigned sessions; /* at most; 0 = the server's limit */
	bool has_files, has_bytes;
	uint64_t files, bytes; /* the quota */
	/* Lists of addresses, "" = no rule. Of the server ("local") and of the client. */
	const char *allow_local, *deny_local, *allow_client, *deny_client;
	const char *hours; /* as written, "" = always */
};

/* The line behind the name and its colon; strings are copied. */
void virtual_user_parse(struct bytes line, struct arena *arena, struct virtual_user *ret_user);

#endif
