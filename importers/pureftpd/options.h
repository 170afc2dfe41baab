/*
 * options.h - what Pure-FTPd's command line says. Every way to configure it ends in one: the
 * wrapper and the file only make arguments.
 *
 * Read as getopt_long(3) and the daemon read it, the values' limits included: one that it does not
 * take, and it did not start.
 */
#ifndef REHOME_IMPORTERS_PUREFTPD_OPTIONS_H
#define REHOME_IMPORTERS_PUREFTPD_OPTIONS_H

#include "core/model/importer.h"

/* One word of the command line, without the program's name. */
struct argument {
	const char *text;
	struct place where; /* the line of the file that it was made from */
};
struct arguments {
	struct argument *items;
	size_t count, room;
};

/* The kinds of logins that Pure-FTPd can be built with, in the order in which it compares names. */
enum auth_kind {
	AUTH_UNIX,
	AUTH_PAM,
	AUTH_MYSQL,
	AUTH_PGSQL,
	AUTH_LDAP,
	AUTH_PUREDB,
	AUTH_EXTAUTH,
};
const char *auth_kind_name(enum auth_kind kind); /* "puredb" */

struct auth_method {
	enum auth_kind kind;
	const char *file; /* "" = none */
	struct place where;
};

/* What else of the command line was said that the users of the old server felt. */
enum limit {
	LIMIT_BANDWIDTH,
	LIMIT_RATIO,
	LIMIT_SESSIONS,
	LIMIT_SERVER_ADDRESS, /* -V: only on one of the server's addresses */
	LIMIT_TLS,	      /* sessions without TLS were refused */
	LIMIT_DOT_FILES,      /* .files could not be written, or not be read */
	LIMIT_NO_RENAME,
	LIMIT_NO_CHMOD,
	LIMIT_DISK_SHARE,    /* no uploads on a disk that is fuller than that */
	LIMIT_UPLOAD_SCRIPT, /* a program saw each upload */
	LIMITS,
};

struct pure_options {
	/* Why it did not start; NULL = it did. */
	const char *fault;
	struct place fault_at;

	struct {
		struct auth_method *items;
		size_t count, room;
	} methods; /* in their order; the compiled-in one when there is none */

	enum { JAIL_NOBODY, JAIL_UNTRUSTED, JAIL_EVERYONE } jail;
	struct place jail_at;
	gid_t trusted_group; /* 0 until it is set, and 0 is a group too */
	enum { ANONYMOUS_TOO, ANONYMOUS_ONLY, ANONYMOUS_NEVER } anonymous;
	struct place anonymous_at;
	/* ChrootEveryone and TrustedGID, or both of the anonymous ones, in an order that is not
	 * known: the later one wins. */
	bool jail_undecided, anonymous_undecided;

	uid_t min_uid;
	struct place min_uid_at;
	mode_t umask, dir_umask;
	bool creates_homes, keeps_files;
	bool anonymous_uploads_off, anonymous_makes_directories;
	bool logs_transfers; /* AltLog or an upload script: realpath(3) of each upload has to work
			      */
	struct place keeps_files_at, logs_transfers_at;
	bool has_quota;
	uint64_t quota_files, quota_bytes;
	struct place quota_at;
	unsigned tls; /* 0 to 3 */
	struct place tls_at;
	const char *certificate; /* NULL = the compiled-in one */
	bool has[LIMITS];
	struct place limits_at[LIMITS];
};

void pure_options_parse(
	const struct arguments *arguments, struct arena *arena, struct pure_options *ret_options);

#endif
