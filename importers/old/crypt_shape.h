/*
 * crypt_shape.h - which strings crypt(3) of the old machine could be made to return.
 */
#ifndef REHOME_IMPORTERS_OLD_CRYPT_SHAPE_H
#define REHOME_IMPORTERS_OLD_CRYPT_SHAPE_H

#include <stdbool.h>

/*
 * True when some password hashes to exactly this string: a known method, its alphabet and its
 * length. "!$6$...", "*", "{SHA}...", plaintexts and hashes with a CR behind them are never
 * returned by crypt(3), so nobody gets in by them.
 */
bool crypt_can_return(const char *hash);

#endif
