/*
 * alike.h - things to show of which very many say the same, by kinds.
 *
 * Two changes of a plan are alike when the plan says the same kinds of things about them: the
 * action, the lines it shows, the layout, folders, groups, profile, ways to log in, and the codes
 * of what was found. They differ in little more than the login.
 */
#ifndef REHOME_CLI_ALIKE_H
#define REHOME_CLI_ALIKE_H

#include "cli/paint.h"
#include "core/plan/plan.h"

struct alike {
	const char *kind;
	const void **items; /* in the order in which they were added; at least one */
	size_t count, room;
	size_t order;
};

/* Kinds in the order of their first items. */
struct alike_list {
	struct arena *arena;
	struct table by_kind; /* -> struct alike */
	struct alike **items;
	size_t count, room;
};

void alike_init(struct alike_list *list, struct arena *arena);
void alike_add(struct alike_list *list, const char *kind, const void *item);
void alike_add_change(struct alike_list *list, const struct change *change);
/* After the last alike_add(): those with the most first. */
void alike_sort(struct alike_list *list);

/* "anna", "anna and bert", "anna to zora": whom a line stands for that counts them. */
void alike_range(const struct paint *paint, const char *first, const char *last, size_t count);

#endif
