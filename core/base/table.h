/*
 * table.h - finding things by name in constant time; what keeps the planner linear.
 *
 * Keys are borrowed and must outlive the table (they come from the same arena). Keys are hashed
 * with a seed drawn per process, so that hostile names cannot make a table slow. There is no
 * removal; set the value to NULL instead.
 */
#ifndef REHOME_BASE_TABLE_H
#define REHOME_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/arena.h"

struct table_slot {
	const char *key;
	void *value;
};

/* A zeroed struct table with its arena set is empty. */
struct table {
	struct arena *arena;
	struct table_slot *slots;
	size_t count, room;
};

/* Sets the value of a key, replacing an earlier one. */
void table_set(struct table *table, const char *key, void *value);

/* NULL when the key is absent. */
void *table_get(const struct table *table, const char *key);

/*
 * The value of the longest beginning of a path, in whole components, that is a key ("" is the
 * root), and that beginning's length. NULL when there is none. Costs by depth, not by keys.
 */
void *table_get_above(const struct table *table, const char *path, size_t *ret_length);

/* The same by number (uids, gids). */
struct id_slot {
	uint64_t id;
	void *value; /* NULL = free slot */
};

struct id_table {
	struct arena *arena;
	struct id_slot *slots;
	size_t count, room;
};

/* value must not be NULL. */
void id_table_set(struct id_table *table, uint64_t id, void *value);
void *id_table_get(const struct id_table *table, uint64_t id);

#endif
