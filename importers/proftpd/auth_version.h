/*
 * auth_version.h - which ProFTPD it was, where the package database of ROOT tells.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_VERSION_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_VERSION_H

#include "importers/old/root.h"

/* What an empty password field meant to mod_auth_file and to the digests of mod_sql_passwd. */
enum pro_empty_hash {
	PRO_EMPTY_ANY,	   /* every password; also when the version is not known */
	PRO_EMPTY_NOTHING, /* nobody gets in: 1.3.9d and later, and mod_auth_file before 1.3.6 */
};

struct pro_version {
	const char *text; /* "1.3.8+dfsg-4+deb12u5"; NULL = not known */
	enum pro_empty_hash file, sql;
};

/* From dpkg's status; the version of an RPM is not known. */
struct pro_version pro_version_detect(struct old_root *root, struct arena *arena);
/* What the version's text says about empty hashes. */
struct pro_version pro_version_parse(const char *text);

#endif
