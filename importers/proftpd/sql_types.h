/*
 * sql_types.h - SQLAuthTypes: in which ways a password column can be satisfied.
 *
 * Digests of mod_sql_passwd are compared as far as the column goes: an empty column matches every
 * password (until 1.3.9d), and the beginning of a digest every password whose digest begins so.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_TYPES_H
#define REHOME_IMPORTERS_PROFTPD_SQL_TYPES_H

#include "importers/proftpd/auth_module.h"
#include "importers/proftpd/auth_version.h"

enum pro_encoding {
	PRO_ENCODING_NONE,
	PRO_ENCODING_BASE64,
	PRO_ENCODING_HEX,
	PRO_ENCODING_UPPER_HEX
};

struct pro_sql_types {
	const struct pro_line *line; /* SQLAuthTypes; NULL = nothing opens anything */
	bool digests;		     /* mod_sql_passwd is loaded and SQLPasswordEngine on */
	bool mysql;
	enum pro_encoding encoding, salt_encoding;
	bool has_file_salt;
	size_t file_salt_length;
	const char *user_salt; /* "name", or "sql:/QUERY"; NULL = none */
	size_t pbkdf2_length;  /* bytes; 0 = not configured, SIZE_MAX = by a query */
	size_t scrypt_length, argon2_length;
	enum pro_empty_hash empty;
};

struct pro_sql_types pro_sql_types_read(const struct pro_auth_input *input, bool mysql);

/* How many bytes a salt has that is written like this. */
size_t pro_salt_length(const struct pro_sql_types *types, const char *salt, size_t length);

/* salt_length: of the user's own salt; 0 = there is none. */
void pro_sql_types_check(const struct pro_sql_types *types, const char *hash, size_t salt_length,
	struct place where, struct arena *arena, struct pro_credentials *credentials);

#endif
