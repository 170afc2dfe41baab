/*
 * entry_internal.h - one entry while it is read; internal to entry*.c.
 */
#ifndef REHOME_LDAP_ENTRY_INTERNAL_H
#define REHOME_LDAP_ENTRY_INTERNAL_H

#include "importers/ldap/entry.h"

struct entry_reading {
	struct entry_reader *reader;
	const struct directory_entry *entry;
	struct arena *row;
	struct record *record;
	struct diags *diags;
	const char *kept_dn; /* for places of errors; NULL until there is one */
	bool bad;
};

/* A field of the record, with the attribute that it comes from as its place. */
void entry_add(struct entry_reading *reading, const char *column, const char *value,
	const char *attribute, const char *via);

/* "attribute 'uid' holds a NUL"; the entry is bad then. */
void entry_fault(
	struct entry_reading *reading, const char *attribute, const char *fault, const char *hint);

/* The values in byte order; none when the entry has no such attribute. */
struct bytes *entry_values(struct entry_reading *reading, const char *attribute, size_t *ret_count);

/*
 * The one value of an attribute that has one; false when there is none, or an error was said
 * because there are several.
 */
bool entry_value(struct entry_reading *reading, const char *attribute, struct bytes *ret_value);

/* A whole number from min to max; false as above. */
bool entry_number(struct entry_reading *reading, const char *attribute, int64_t min, int64_t max,
	int64_t *ret_number);

/* entry_state.c: account_state and account_expires. */
void entry_add_state(struct entry_reading *reading);

#endif
