/*
 * oracle.h - what must hold, whatever was done to the program: the same questions after each fault.
 *
 *	at any moment	no account is present, unexpired and unjailed (I1): what is open is
 *			jailed, or is as it was before anybody touched it; all data of the users is
 *			there (I5); secrets are only where only root reads (I8)
 *	when settled	machine and registry are exactly those before or those after; no run is
 *			pending; no temporary file, staging directory or lock is left (I6)
 *
 * Everything is looked at from outside, by path; only registry and pending run are read by the
 * project's own reader.
 */
#ifndef REHOME_TESTS_FAULT_ORACLE_H
#define REHOME_TESTS_FAULT_ORACLE_H

#include "scene.h"

/* What is wrong at this moment, in words; NULL = nothing. */
const char *oracle_moment(struct scene *scene, struct arena *arena);

enum side {
	SIDE_BEFORE = 1,
	SIDE_AFTER = 2,
	SIDE_EITHER = 3,
};

/* What is wrong with a machine that should be at rest on one of these sides; says on which it is.
 */
const char *oracle_settled(
	struct scene *scene, enum side allowed, enum side *ret_side, struct arena *arena);

#endif
