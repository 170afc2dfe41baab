/*
 * login.h - what a vsftpd did with one name: the checks in its order, from USER to the landing.
 */
#ifndef REHOME_IMPORTERS_VSFTPD_LOGIN_H
#define REHOME_IMPORTERS_VSFTPD_LOGIN_H

#include "importers/vsftpd/server.h"

/* where: the line that names the login first. */
struct old_login *vsftpd_judge(
	const struct vsftpd_server *server, const char *user, struct place where);

/* "ftp" or "anonymous", in any case. */
bool vsftpd_is_anonymous_name(const char *user);

#endif
