/*
 * pam.h - what a PAM service of an old machine says to a login: which passwords open it.
 *
 * The stack is read as libpam reads it (pam.d or pam.conf, @include, include, substack, controls in
 * words and in brackets, "\" at the end of a line, "-" in front of a type) and walked with each
 * password that can matter: those that a module of it knows, the empty one, and one that nobody
 * has. So two "sufficient" databases give two ways in, and nullok an empty one.
 *
 * Known modules: pam_unix, pam_userdb, pam_pwdfile, pam_listfile, pam_shells, pam_nologin,
 * pam_permit, pam_deny, pam_rootok, pam_succeed_if as far as it asks for uid, gid, user and group,
 * pam_faildelay, pam_env, pam_limits, pam_loginuid, pam_keyinit, pam_umask and others that decide
 * nothing. Any other one that could decide makes the answer OLD_UNKNOWN for those whom it could
 * decide about, with a note that names module and file:line.
 */
#ifndef REHOME_IMPORTERS_OLD_PAM_H
#define REHOME_IMPORTERS_OLD_PAM_H

#include "importers/old/unix.h"

struct old_pam;

/*
 * The service's auth, account and session stacks; for one that has no file the service "other", as
 * libpam does. Databases that modules name are opened when they are asked for the first time. Never
 * fails: what cannot be read is remembered and denies, as it did.
 */
struct old_pam *old_pam_read(
	struct old_root *root, const struct old_unix *accounts, const char *service);

/*
 * How the server uses libpam, where it is not pam_authenticate(), pam_acct_mgmt(), pam_setcred()
 * and pam_open_session(), all of which have to succeed, as ProFTPD wants it. vsftpd opens a session
 * only with session_support=YES, Pure-FTPd none. None of the three lets in whose password has to
 * be changed.
 */
enum old_pam_caller {
	OLD_PAM_NO_SESSION = 1,
	OLD_PAM_NO_SETCRED = 2,
	OLD_PAM_NO_ACCOUNT = 4,
	OLD_PAM_NO_EMPTY = 8, /* PAM_DISALLOW_NULL_AUTHTOK: no nullok, no empty hash */
};
void old_pam_set_caller(struct old_pam *pam, unsigned caller); /* those of the enum, ORed */

struct old_pam_answer {
	/* ALLOW: at least one way opens it, whatever the modules say that are not evaluated.
	 * UNKNOWN: one does if they agree. */
	enum old_verdict login;
	struct {
		struct old_way *items;
		size_t count, room;
	} ways; /* EMPTY and ANY among them; UNKNOWN: a module has passwords of its own */
	struct place where; /* of the password, or of the module that refused */
	struct diags notes; /* "not evaluated: pam_ldap.so" and the like; also why not */
	bool has_umask;	    /* pam_umask in session */
	mode_t umask;
};

/* The time is that of ROOT's future reader: expiry is judged for `today`, days since 1970. */
void old_pam_ask(struct old_pam *pam, const char *user, int64_t today, struct arena *arena,
	struct old_pam_answer *ret_answer);

/*
 * Every name that a database or list of the stack mentions and that could be typed as a login, with
 * the place: pam_userdb and pam_pwdfile keys, names in pam_listfile files. Callback per name.
 */
void old_pam_names(struct old_pam *pam,
	void (*found)(void *ctx, const char *name, struct place where), void *ctx);

#endif
