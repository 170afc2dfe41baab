/*
 * old_login.h - what an old FTP server did with one login: who could log in, with which password,
 * into which directory, jailed where, as whom and with which rights.
 *
 * An importer of old servers reports one of these for every login that any file of the server
 * names, those that were refused included. It is a statement about the past, measurable on the old
 * server, and nothing else: what becomes of the login is decided by old_account.h and the plan.
 * Paths are absolute on ROOT, the old machine's root directory, with symbolic links resolved.
 * Strings are bytes as the old server compared them, in the source's arena.
 */
#ifndef REHOME_MODEL_OLD_LOGIN_H
#define REHOME_MODEL_OLD_LOGIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

enum old_verdict {
	OLD_DENY,
	OLD_ALLOW,
	OLD_UNKNOWN, /* it depends on something that cannot be seen here; a note says on what */
};

/* What the old server took as the password. */
enum old_password {
	OLD_PASSWORD_NONE,	/* nothing opened it */
	OLD_PASSWORD_CRYPT,	/* one whose one-way hash is `secret`, in any scheme that the old
				   server verified: "$6$...", "{md5}...", "$argon2id$..." */
	OLD_PASSWORD_PLAINTEXT, /* `secret` itself */
	OLD_PASSWORD_EMPTY,	/* the empty one */
	OLD_PASSWORD_ANY,	/* every one */
	OLD_PASSWORD_UNKNOWN,
};

enum old_write {
	OLD_WRITE_NO,
	OLD_WRITE_YES,	   /* upload, make directories, delete */
	OLD_WRITE_PARTIAL, /* some of that; a note says which */
};

/* One way to prove who one is. */
struct old_way {
	enum old_password kind;
	const char *secret; /* CRYPT: as stored; PLAINTEXT: the password; else NULL */
	struct place where; /* the line or record that holds it */
};

/* Limits by count and bytes; 0 = none. */
struct old_quota {
	uint64_t files, bytes;
};

/* What the logs tell about a login (importers/logs). Times are seconds since 1970, 0 = never. */
struct old_evidence {
	int64_t from, to; /* the time that the logs cover */
	int64_t last_login, last_transfer;
	uint64_t files_in, bytes_in, files_out, bytes_out;
	uint64_t top_writes;	      /* uploads and other changes directly in the jail's root */
	struct string_list top_names; /* the first twenty names of those */
	struct string_list tops;      /* first-level folders that were used */
	struct string_list outside;   /* paths outside of the new jail, or through links */
};

struct old_login {
	const char *user; /* as typed at the old server */
	enum old_verdict login;

	/* The way that a claim is made of; ways holds every one (two passwords: two ways). */
	enum old_password password;
	struct {
		struct old_way *items;
		size_t count, room;
	} ways;

	/* Set for OLD_ALLOW, and as far as they are known for OLD_UNKNOWN and OLD_DENY. */
	const char *jail; /* what was "/" for the user; "/" = not jailed; NULL = not known */
	const char *cwd;  /* the landing directory, on ROOT and not below the jail */
	bool has_ids;
	uid_t uid;
	gid_t gid;
	struct {
		gid_t *items;
		size_t count, room;
	} groups; /* of the session's process, sorted; the primary one is among them when it was */
	bool has_umask;
	mode_t umask; /* for new files */
	/* Of the idle session's process, where that is another one: some set it for each file. */
	bool has_session_umask;
	mode_t session_umask;
	mode_t dir_umask;	/* for new directories */
	enum old_write rights;	/* by the configuration alone */
	enum old_write write;	/* in the landing directory: rights, and its owner and mode */
	const char *write_note; /* PARTIAL: "upload only, no delete"; else NULL */

	const char *unix_user; /* the account of ROOT it ran as ("ftpvirt"); NULL = none */
	bool is_guest;	       /* unix_user is not the user's own account */
	bool is_anonymous; /* anonymous FTP under this name: nobody's account, and none is made */
	const char *home;  /* the home in its database, tokens replaced, not resolved */
	const char *full_name;
	const char *shell;
	bool has_expires;
	int64_t expires; /* as account.expires */

	struct string_list ssh_keys; /* authorized_keys lines: the old server had SFTP too */
	/* Addresses and networks that it could log in from ("10.0.0.0/8", "!10.1.0.0/16"); empty =
	 * from everywhere. */
	struct string_list from;
	bool from_names; /* more or fewer of them by the client's host name, which is not in `from`
			  */
	const char *hours; /* "0800-1800": only then; NULL = always */
	struct old_quota quota;
	bool sees_hidden_limits; /* name patterns (hide_file, PathDenyFilter) that sshd has not */

	struct place where; /* what decided: the account's line, or the directive that refused it */
	struct diags notes; /* what the administrator has to know of it, each with its place; the
			       code is stable; arena is the source's */
	const struct old_evidence *evidence; /* NULL = no logs were read */
};

const char *old_verdict_name(enum old_verdict verdict); /* "deny", "allow", "unknown" */
/* What the right password does when it is typed on the old machine itself (127.0.0.1): OLD_UNKNOWN
 * for a login that was let in from other addresses only, by host name, or at some hours. */
enum old_verdict old_login_claim(const struct old_login *login);
const char *old_password_name(enum old_password password); /* "none", "crypt", ... */
const char *old_write_name(enum old_write write);	   /* "no", "yes", "partial" */

/* A login about which nothing is known yet: refused, no password, notes in this arena. */
struct old_login *old_login_create(struct arena *arena, const char *user, struct place where);
void old_login_add_way(struct old_login *login, enum old_password kind, const char *secret,
	struct place where, struct arena *arena);
/* A note: a warning with place and code. */
void old_login_note(struct old_login *login, struct place place, const char *code,
	const char *format, ...) PRINTF_LIKE(4, 5);

#endif
