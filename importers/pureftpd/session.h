/*
 * session.h - what happened to a user behind the password: the home, the jail, the ids and groups,
 * and what could be written where the session began.
 *
 * The daemon enters homes as root, makes those that are missing if it was told to, and gives up its
 * rights afterwards; so a home that its owner cannot reach is no obstacle.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_SESSION_H
#define REHOME_IMPORTERS_PUREFTPD_SESSION_H

#include "importers/old/unix.h"
#include "importers/pureftpd/options.h"

/* Whom a method of authentication let in. */
struct identity {
	uid_t uid;
	gid_t gid;
	const char *home;
	struct place where; /* of the account's line or record */
	bool is_anonymous;
	/* A virtual user's own quota; what is not said is the server's. */
	bool has_files, has_bytes;
	uint64_t files, bytes;
};

/*
 * Fills the session's part of the login. False when the session ended instead: login->where says
 * what did it, and a note why. A login whose jail depends on the unknown order of two settings
 * becomes OLD_UNKNOWN.
 */
bool session_begin(struct old_root *root, const struct old_unix *accounts,
	const struct pure_options *options, const struct identity *identity,
	struct old_login *login);

#endif
