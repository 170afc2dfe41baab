/*
 * synonym.h - what the column names of strangers mean.
 *
 * Names are compared as ASCII letters and digits only ("E-Mail-Adresse" is "emailadresse", "Prénom"
 * is "prenom"), in English, German, French, Spanish and Dutch.
 */
#ifndef REHOME_MODEL_SYNONYM_H
#define REHOME_MODEL_SYNONYM_H

#include "core/base/arena.h"
#include "core/model/account.h"

/* What a column holds: an enum account_field, or one of these. */
enum column_meaning {
	COLUMN_FIRST_NAME = ACCOUNT_FIELDS,
	COLUMN_LAST_NAME,
	/* "name": the full name, or with a column for the first (last) name the last (first). */
	COLUMN_NAME,
	COLUMN_UNKNOWN,
};

/* The name as it is compared; "" when it has neither letters nor digits. */
const char *column_squeezed(const char *name, struct arena *arena);

/* An enum account_field or enum column_meaning, COLUMN_UNKNOWN when no synonym matches. */
unsigned column_meaning(const char *name, struct arena *arena);

/*
 * The word from which a name without meaning is one slip of the fingers away, and what it means;
 * NULL when there is none. Words of less than six letters are near to too many.
 */
const char *column_nearest(const char *name, struct arena *arena, unsigned *ret_meaning);

#endif
