/*
 * keys.h - public keys of mod_sftp: files of RFC 4716 blocks as lines of authorized_keys.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_KEYS_H
#define REHOME_IMPORTERS_PROFTPD_KEYS_H

#include "importers/proftpd/auth_module.h"

/*
 * The keys that the server would find in the file, each as "type base64". It takes exactly
 * "---- BEGIN SSH2 PUBLIC KEY ----" and its end as marks, so one-line keys and files with CRLF have
 * none; a line goes on in pieces of 74 bytes; headers have ": " in them. subject_user: only keys
 * without a Subject header or with this one (SFTPOptions MatchKeySubject); NULL = all.
 */
void pro_keys_parse(struct bytes file, const char *subject_user, struct arena *arena,
	struct string_list *ret_keys);

/* What SFTPAuthMethods accepts; without it whatever is configured. */
struct pro_sftp {
	bool on; /* SFTPEngine: the context speaks SFTP instead of FTP */
	bool keys, passwords;
	bool together; /* some chain needs more than one proof */
	struct place where;
};
struct pro_sftp pro_sftp_read(const struct pro_auth_input *input);

/* The keys of SFTPAuthorizedUserKeys for a name, added to credentials. */
void pro_keys_add(const struct pro_auth_input *input, const char *name, const char *home,
	struct arena *arena, struct pro_credentials *credentials);

#endif
