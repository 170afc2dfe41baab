/*
 * auth_hash.h - which strings crypt(3) of the old machine could be made to return.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_AUTH_HASH_H
#define REHOME_IMPORTERS_PROFTPD_AUTH_HASH_H

#include <stdbool.h>

/*
 * True when some password hashes to exactly this string: a known method, its alphabet and its
 * length. "!$6$...", "*", "{SHA}...", plaintexts and hashes with a CR behind them are never
 * returned by crypt(3), so nobody gets in by them.
 */
bool pro_crypt_can_return(const char *hash);

#endif
