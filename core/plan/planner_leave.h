/*
 * planner_leave.h - what the parts of taking accounts out of service share; internal to
 * planner_leave*.c and planner_change.c.
 *
 *	planner_leave.c         which of them may, and what the source or a command asks for
 *	planner_leave_steps.c   what it takes: gate, password, keys, home, lines
 */
#ifndef REHOME_PLAN_PLANNER_LEAVE_H
#define REHOME_PLAN_PLANNER_LEAVE_H

#include "core/plan/planner_internal.h"

struct leaving {
	struct planner *planner;
	const struct managed_account *managed;
	const struct accountdb_line *passwd, *shadow;
	struct change *change;
	struct place place; /* where it was asked for */
	const char *why;    /* what a source said, in words; NULL = a command asked */
};

/* planner_leave_steps.c: each is edits, steps and lines. */

/* Nobody logs in any more, with a password or a key. */
void leaving_disable(const struct leaving *leaving);
/* One that is staged is opened. */
void leaving_activate(const struct leaving *leaving);
/* What disabling took is given back. */
void leaving_enable(const struct leaving *leaving);
/* The home goes into quarantine, archived before; false, and blocked, where it cannot. */
bool leaving_retire_home(const struct leaving *leaving);
/* The account's lines and memberships go. */
void leaving_remove(const struct leaving *leaving);

#endif
