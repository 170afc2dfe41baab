/*
 * session.h - where a login that was let in landed, as whom, and what it could write there.
 *
 * What is asked of: the settings of the login, that is the server's with the user's own file over
 * them. vsftpd goes to the account's home first, also when it then goes to local_root; as the user,
 * or as root for guests and anonymous logins; locks itself in there; and gives up root.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_SESSION_H
#define REHOME_IMPORTERS_VSFTPD_SESSION_H

#include "importers/vsftpd/server.h"

struct vsftpd_session {
	const struct vsftpd_server *server;
	const struct vsftpd_settings *settings;
	const char *user;     /* as typed; what user_sub_token stands for */
	bool is_anonymous;    /* anonymous FTP */
	bool is_guest;	      /* somebody's account is not the user's own */
	bool has_anon_rights; /* anonymous, or a guest without virtual_use_local_privs */
	bool is_jailed;
	const struct old_passwd *account;
};

/*
 * Fills in the login's jail, cwd, ids, groups, umasks, home and unix_user. False when the session
 * ended on its way there; then ret_fault says why.
 */
NODISCARD bool vsftpd_session_land(const struct vsftpd_session *session, struct old_login *login,
	struct vsftpd_fault *ret_fault);

/* Fills in rights and write of a login that has landed, with notes. */
void vsftpd_session_rights(const struct vsftpd_session *session, struct old_login *login);

#endif
