/*
 * directory_root.c - what a server says of itself in its root DSE (RFC 4512, 5.1).
 *
 * Everything here is optional: a server that hides it is asked all the same, and answers for
 * itself.
 */
#include <string.h>

#include "importers/ldap/directory_internal.h"

#define ACTIVE_DIRECTORY_OID "1.2.840.113556.1.4.800"

static bool
has_value(const struct directory_attribute *attribute, const char *text)
{
	if (!attribute)
		return false;
	ARRAY_FOREACH (value, &attribute->values) {
		if (value->size == strlen(text) && memcmp(value->data, text, value->size) == 0)
			return true;
	}
	return false;
}

static void
take_root(struct directory *directory, const struct directory_entry *entry)
{
	const struct directory_attribute *controls =
		directory_entry_find(entry, "supportedControl");
	if (controls)
		directory->paging =
			has_value(controls, LDAP_CONTROL_PAGEDRESULTS) ? OFFERED_YES : OFFERED_NO;
	directory->active_directory = has_value(
		directory_entry_find(entry, "supportedCapabilities"), ACTIVE_DIRECTORY_OID);

	const struct directory_attribute *bases = directory_entry_find(entry, "namingContexts");
	if (!bases)
		return;
	ARRAY_FOREACH (value, &bases->values)
		string_list_push(directory->arena, &directory->bases,
			arena_strndup(directory->arena, value->data, value->size));
}

void
directory_read_root(struct directory *directory)
{
	char controls[] = "supportedControl", capabilities[] = "supportedCapabilities";
	char bases[] = "namingContexts";
	char *attributes[] = { controls, capabilities, bases, NULL };
	struct timeval wait = { .tv_sec = directory->config->connect_timeout };
	LDAPMessage *answer = NULL;
	int code = ldap_search_ext_s(directory->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)",
		attributes, 0, NULL, NULL, &wait, LDAP_NO_LIMIT, &answer);
	LDAPMessage *message =
		code == LDAP_SUCCESS ? ldap_first_entry(directory->ld, answer) : NULL;
	struct entry_room room = { 0 };
	if (message && directory_read_entry(directory, message, &room))
		take_root(directory, &room.entry);
	ldap_msgfree(answer);
}
