/*
 * carry.h - what STEP_CONTENTS_CARRY and its undo share (step_carry.c, step_carry_undo.c).
 *
 *	source (S)        staged (T)          home                  T afterwards
 *	├── docs/a  new   ├── docs/a          ├── docs/a   renamed  ├── docs/
 *	├── docs/b  newer ├── docs/b   ──▶    ├── docs/b   exchanged└── docs/b   the older one
 *	└── docs/c        └── (not c)         └── docs/c
 *
 * T has the form of S and only what is carried over. It is copied and compared aside, then goes
 *into the run's quarantine, where the versions that were replaced stay.
 */
#ifndef REHOME_RUN_CARRY_H
#define REHOME_RUN_CARRY_H

#include "core/run/contents_list.h"

/* Kinds in the record of what was carried: paths are below the home. */
enum {
	CARRY_NEW = 'n',     /* a file, renamed in */
	CARRY_REPLACE = 's', /* a file, exchanged */
	CARRY_FOLDER = 'd',  /* a whole directory; size is its fingerprint */
};

/* Where T goes: its name in the run's quarantine, and its path. */
const char *carry_name(const struct step *step, struct run *run);
const char *carry_path(const struct step *step, struct run *run);
/* Where a path below the home is in T. */
const char *carry_staged(const struct step *step, const char *place, struct run *run);

/* Ends T where nothing of anybody's is in it; otherwise it stays. *ret_kept says which. */
NODISCARD bool carry_end(const struct step *step, struct run *run, bool *ret_kept);

bool carry_undo(const struct step *step, struct run *run);

#endif
