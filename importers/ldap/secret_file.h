/*
 * secret_file.h - files that hold what nobody else may know: a password, a private key.
 *
 * Such a file is a regular one, of root's (or the caller's, when that is not root), that nobody
 * else can read or write, and no symbolic link.
 */
#ifndef REHOME_LDAP_SECRET_FILE_H
#define REHOME_LDAP_SECRET_FILE_H

#include "core/model/importer.h"

/* Wiped when it is finished. */
struct secret {
	char *text; /* ends with a NUL that is not counted */
	size_t size;
};

#define AUTO_SECRET AUTO(secret_finish)

/* A line without its end. An empty one is refused: with it a bind would be an anonymous one. */
NODISCARD bool secret_file_read(const char *path, struct secret *ret_secret, struct diags *diags);
void secret_finish(struct secret *secret);

/* Refuses a file that others can read; libldap reads it itself. */
NODISCARD bool secret_file_check(const char *path, struct diags *diags);

#endif
