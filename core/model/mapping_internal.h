/*
 * mapping_internal.h - a record while its rules are applied; internal to mapping*.c.
 */
#ifndef REHOME_MODEL_MAPPING_INTERNAL_H
#define REHOME_MODEL_MAPPING_INTERNAL_H

#include "core/model/mapping.h"

/* One value of a rule, and the first cell that had something in it. */
struct value {
	const char *text;
	const struct record_field *cell;
};

struct values {
	struct value *items;
	size_t count, room;
};

/* A record while one rule is applied to it. */
struct cells {
	const struct mapping *mapping;
	const struct record *record;
	struct account *account;
	struct arena *arena;
	struct diags *diags;
	size_t index;	    /* which of several values of one name is wanted */
	size_t most;	    /* the most values that a looked-up name has */
	struct place place; /* of the first cell that had something in it, else of the first cell */
	bool placed, filled;
	const struct record_field *cell; /* the same of the value that is being made */
};

/* The place for errors, and of the field: of the first cell that had something in it. */
struct place cells_place(const struct cells *cells);
void cells_set_place(struct cells *cells, const struct record_field *field);

/* Value number cells->index of a column, NULL where there is none. */
const char *cells_find(struct cells *cells, const char *name);

/* A value through a filter that may be NULL. */
const char *cells_filtered(
	const struct cells *cells, const struct template *filter, const char *value);

/* All values of a rule, translated. */
NODISCARD bool rule_values(struct cells *cells, const struct mapping_rule *rule,
	enum account_field field, struct values *ret_values);

/*
 * The text of a field, "" when the source is silent about it. Candidates are tried from that number
 * on; *ret_plain: the value stood like this in the source.
 */
NODISCARD bool rule_text(struct cells *cells, enum account_field field, size_t from,
	const char **ret_text, bool *ret_plain);

#endif
