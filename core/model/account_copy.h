/*
 * account_copy.h - what stays of a row: an account and places with strings of their own.
 *
 * A record of a directory's entry is gone when its account is made. Names of columns are the same
 * in all entries and kept once; so is an entry's DN in all places of its account.
 */
#ifndef REHOME_MODEL_ACCOUNT_COPY_H
#define REHOME_MODEL_ACCOUNT_COPY_H

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/base/table.h"
#include "core/model/account.h"

struct place_keeper {
	struct table names; /* with its arena, which all goes to */
	const char *file, *kept;
};

/* To be called for each row: another one's strings may be where the last one's were. */
void place_keeper_next_row(struct place_keeper *keeper);

const char *place_keep_name(struct place_keeper *keeper, const char *name);
struct place place_keep(struct place_keeper *keeper, struct place place);

/* A copy with strings of its own; places as they are when keeper is NULL. */
struct account *account_copy(
	const struct account *account, struct place_keeper *keeper, struct arena *arena);

#endif
