/*
 * planner_old.h - what the parts that plan logins of an old server share; internal to
 * planner_old*.c.
 *
 *	planner_old.c         the cases that a person decides, all but
 *	planner_old_place.c   where its files are, and who else has them
 *	planner_old_lines.c   in words
 */
#ifndef REHOME_PLAN_PLANNER_OLD_H
#define REHOME_PLAN_PLANNER_OLD_H

#include <string.h>

#include "core/model/old_account.h"
#include "core/plan/planner_internal.h"

struct old_row {
	struct planner *planner;
	struct account *account; /* the planner's own copy */
	struct change *change;
	const struct old_account *old;
	const struct old_login *login;
	struct accountdb_line *passwd; /* of the account that has the login here, or NULL */
};

/* A case with the kind's own default, said at the login's place. */
#define OLD_DECIDE(row, kind, ...)                                                                 \
	planner_decide((row)->planner, (row)->change, (kind), decision_kinds[kind].initial,        \
		(row)->login->where, __VA_ARGS__)

static inline bool
old_chose(const char *choice, const char *word)
{
	return choice && strcmp(choice, word) == 0;
}

struct old_row old_row_of(struct planner *planner, struct planner_row *row);

/* planner_old_place.c */

/* ROOT is the machine that the plan is for. */
bool old_is_this_machine(const struct old_row *row);
/* Its directory, and how its sessions begin: account.contents, profile.start. */
void old_choose_place(struct old_row *row);
/* After that of all rows: what somebody else has too. */
void old_share_place(struct old_row *row);

#endif
