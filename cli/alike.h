/*
 * alike.h - changes of a plan that differ in little more than the login.
 *
 * Two are alike when the plan says the same kinds of things about them: the action, the lines it
 * shows, the layout, folders, groups, profile, ways to log in, and the codes of what was found.
 */
#ifndef REHOME_CLI_ALIKE_H
#define REHOME_CLI_ALIKE_H

#include "core/plan/plan.h"

struct alike {
	const struct change **items; /* in the order in which they were added; at least one */
	size_t count, room;
	size_t order;
};

/* Kinds of changes, those with the most first. */
struct alike_list {
	struct arena *arena;
	struct table by_kind; /* -> struct alike */
	struct alike **items;
	size_t count, room;
};

void alike_init(struct alike_list *list, struct arena *arena);
void alike_add(struct alike_list *list, const struct change *change);
/* After the last alike_add(). */
void alike_sort(struct alike_list *list);

#endif
