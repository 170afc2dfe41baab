/*
 * directory_entry.c - a message of the server as an entry, without a copy of anything.
 *
 * Names and values point into the message. libldap ends strings inside of its buffer with a NUL,
 * which is why they can be used as text; one that holds a NUL itself is no name.
 */
#include <string.h>
#include <strings.h>

#include "importers/ldap/directory_internal.h"

/* The attribute type without options, "cn" of "cn;lang-de". */
static size_t
type_length(const char *name)
{
	return strcspn(name, ";");
}

const struct directory_attribute *
directory_entry_find(const struct directory_entry *entry, const char *name)
{
	size_t length = type_length(name);
	ARRAY_FOREACH (attribute, &entry->attributes) {
		if (strncasecmp(attribute->name, name, length) == 0 &&
			type_length(attribute->name) == length &&
			strcasecmp(attribute->name + length, name + length) == 0)
			return attribute;
	}
	return NULL;
}

static bool
is_text(const struct berval *value)
{
	return value->bv_val && value->bv_len && strlen(value->bv_val) == value->bv_len;
}

/* The next of the room's attributes, without values. */
static struct directory_attribute *
next_attribute(struct arena *arena, struct entry_room *room)
{
	struct directory_entry *entry = &room->entry;
	if (entry->attributes.count == room->attributes_made) {
		ARRAY_PUSH(arena, &entry->attributes, (struct directory_attribute){ 0 });
		room->attributes_made++;
	} else {
		entry->attributes.count++;
	}
	struct directory_attribute *attribute =
		&entry->attributes.items[entry->attributes.count - 1];
	attribute->values.count = 0;
	return attribute;
}

static void
take_values(struct arena *arena, struct directory_attribute *attribute, const struct berval *values)
{
	for (; values && values->bv_val; values++)
		ARRAY_PUSH(arena, &attribute->values,
			(struct bytes){ values->bv_val, values->bv_len });
}

static bool
read_attributes(
	struct directory *directory, LDAPMessage *message, BerElement *ber, struct entry_room *room)
{
	for (;;) {
		struct berval name, *values = NULL;
		if (ldap_get_attribute_ber(directory->ld, message, ber, &name, &values) !=
			LDAP_SUCCESS) {
			ldap_memfree(values);
			return false;
		}
		if (!name.bv_val)
			return true;
		bool usable = is_text(&name);
		if (usable) {
			struct directory_attribute *attribute =
				next_attribute(directory->arena, room);
			attribute->name = name.bv_val;
			take_values(directory->arena, attribute, values);
		}
		ldap_memfree(values);
		if (!usable)
			return false;
	}
}

bool
directory_read_entry(struct directory *directory, LDAPMessage *message, struct entry_room *room)
{
	BerElement *ber = NULL;
	struct berval dn;
	room->entry.dn = NULL;
	room->entry.attributes.count = 0;
	if (ldap_get_dn_ber(directory->ld, message, &ber, &dn) != LDAP_SUCCESS)
		return false;
	bool whole = strlen(dn.bv_val) == dn.bv_len;
	if (whole)
		room->entry.dn = dn.bv_val;
	whole = whole && read_attributes(directory, message, ber, room);
	ber_free(ber, 0);
	return whole;
}
