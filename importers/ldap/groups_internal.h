/*
 * groups_internal.h - what the parts of the table of groups share; internal to groups*.c.
 */
#ifndef REHOME_LDAP_GROUPS_INTERNAL_H
#define REHOME_LDAP_GROUPS_INTERNAL_H

#include "importers/ldap/groups.h"

/* One of the groups that a DN, a login or a number leads to. */
struct group_link {
	unsigned group;
	struct group_link *next;
};

#endif
