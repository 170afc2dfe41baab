/*
 * doctor_ftp.h - FTP servers that run beside the jails: whom do they still let in?
 */
#ifndef REHOME_CLI_DOCTOR_FTP_H
#define REHOME_CLI_DOCTOR_FTP_H

#include "cli/session.h"

/*
 * The server's own files are read as if it were an old server to be imported from, and every
 * account that rehome manages and that it lets in becomes a finding ("ftp-login"): an error where
 * it enters as the account itself, past what sshd forbids it. A server whose files cannot be judged
 * is a warning ("ftp-server"), and so is one of a kind that no importer knows. Live host only; the
 * session has its snapshot.
 */
NODISCARD bool doctor_look_at_ftp(struct session *session, struct diags *findings);

#endif
