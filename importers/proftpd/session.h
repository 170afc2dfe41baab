/*
 * session.h - one login at one server, as the daemon would have gone through it.
 *
 * The steps are the daemon's, in its order: the name becomes an account and perhaps an <Anonymous>
 * (alias.c), the account is let in or not (admission.c), gets its directories (landing.c) and what
 * it may do there (rights.c). judge.c asks all that for the clients that have to be told apart.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SESSION_H
#define REHOME_IMPORTERS_PROFTPD_SESSION_H

#include "importers/proftpd/auth.h"
#include "importers/proftpd/limit.h"

/* What all logins share. */
struct pro_judge {
	struct old_root *root;
	struct arena *arena;
	const struct pro_config *config;
	const struct pro_section *server;
	struct pro_auth *auth;
	const struct old_unix *accounts;
	struct pro_clients clients;
	struct pro_patterns patterns;
	struct table shells;  /* the lines of /etc/shells */
	bool has_shells;      /* without the file every shell is valid */
	struct table banned;  /* names in /etc/ftpusers -> struct place */
	bool changes;	      /* the server's sections depend on who logs in */
	mode_t session_umask; /* of every process */
};

struct pro_session {
	struct pro_judge *judge;
	struct arena *scratch; /* for this login; what is kept goes to judge->arena */
	struct pro_client client;
	struct old_login *login; /* gets notes */

	const char *typed;
	struct pro_section *server;    /* with what applies to this one merged in */
	struct pro_section *anonymous; /* NULL = an ordinary login */
	const char *user;	       /* after aliases; NULL = refused */
	struct pro_identity identity;
	struct pro_credentials credentials;
	struct pro_visitor visitor;
	gid_t gid; /* of the session: <Anonymous> may have another one */

	enum old_verdict verdict;
	struct place where; /* what decided */
	const char *why;    /* code and message of a refusal; NULL = none */
	const char *reason;

	const char *jail, *cwd, *home; /* home: %u replaced */
	bool will_be_made;	       /* CreateHome makes the directory at the login */
};

/* Sets verdict, where and why; returns false. */
bool pro_session_deny(struct pro_session *session, struct place where, const char *code,
	const char *format, ...) PRINTF_LIKE(4, 5);

/* The section whose directives count: the <Anonymous>, or the server. */
const struct pro_section *pro_session_section(const struct pro_session *session);

/* Each false when the login ended there. */
bool pro_session_find_account(struct pro_session *session);
bool pro_session_admit(struct pro_session *session);
bool pro_session_land(struct pro_session *session);

/* After landing: umask, write and rights of session->login. */
void pro_session_rights(struct pro_session *session);

/* "%u" and "%u[n]" in a path. */
const char *pro_replace_user(const char *path, const char *user, struct arena *arena);

/* "~" and "~name" outside of a jail; NULL = nobody of that name. */
const char *pro_interpolate(const struct pro_session *session, const char *path);

/* The whole; the login is in judge->arena. */
struct old_login *pro_judge_login(struct pro_judge *judge, const char *name, struct place where);

/* Reads what the judge needs beside what the caller has set (root to accounts). */
void pro_judge_prepare(struct pro_judge *judge);
void pro_judge_finish(struct pro_judge *judge);

#endif
