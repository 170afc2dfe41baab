/*
 * groups.h - all groups of a directory, and which of them somebody is in.
 *
 * Groups are loaded before people, once. Somebody is in a group when
 *	- the group lists the entry: member, uniqueMember (RFC 4519, 2.17 and 2.40) by DN, memberUid
 *	  (RFC 2307) by login, case and all;
 *	- the entry lists the group: memberOf, which servers maintain;
 *	- it is the primary one: gidNumber of both (RFC 2307), or primaryGroupID, the last part of
 *	  the group's objectSid in the domain of the entry's (MS-ADTS 3.1.1.4.5.2);
 *	- a group that it is in is in that group, by any of the first two, however deep. Circles are
 *	  no trouble. Active Directory's matching rule in chain gives the same without
 *	  primary groups.
 * A memberOf that names none of the loaded groups leads nowhere: the search for groups decides
 * which ones count.
 */
#ifndef REHOME_LDAP_GROUPS_H
#define REHOME_LDAP_GROUPS_H

#include "importers/ldap/directory.h"

struct group {
	const char *dn;	    /* as the server sent it */
	const char *normal; /* dn.h */
	const char *name;   /* cn */
	struct group_refs {
		unsigned *items;
		size_t count, room;
	} parents; /* groups that this one is in, by position; after groups_complete() */
	struct string_list member_of; /* the same as the entry says it, normalised */
};

struct groups {
	struct arena *arena;
	struct {
		struct group *items;
		size_t count, room;
	} all;
	struct table by_dn;	/* normalised -> struct group_link: the group itself */
	struct table by_member; /* normalised DN -> struct group_link: who lists it */
	struct table by_login;	/* memberUid -> struct group_link */
	struct table by_sid;	/* "S-1-5-..." -> struct group_link */
	struct id_table by_gid; /* gidNumber -> struct group_link */
	unsigned *seen;		/* for walks: by position, in which walk */
	unsigned walk;
};

/* Values of one attribute that the server did not send at once (MS-ADTS 3.1.1.3.1.3.3). */
struct group_rest {
	unsigned group;
	const char *attribute; /* "member" */
	unsigned long long next;
};

/* The attributes to ask for; ends with NULL. */
extern const char *const group_attributes[];

void groups_init(struct groups *groups, struct arena *arena);

/*
 * One entry that the search for groups found. One without a usable name is left out with a warning,
 * and so is a member that is none. *ret_rest tells what is to be asked for with
 * group_rest_attribute(), attribute NULL = nothing.
 */
void groups_add(struct groups *groups, const struct directory_entry *entry,
	struct group_rest *ret_rest, struct diags *diags);

/* "member;range=1500-*" */
const char *group_rest_attribute(const struct group_rest *rest, struct arena *arena);

/* The answer to that; *rest is what is still missing then. False when it holds no such values. */
bool groups_add_rest(
	struct groups *groups, const struct directory_entry *entry, struct group_rest *rest);

/* After the last group: who is in whom. */
void groups_complete(struct groups *groups);

/* Somebody, as far as groups know people. */
struct group_member {
	const char *dn;
	const char *login; /* NULL = none */
	struct {
		struct bytes *items;
		size_t count, room;
	} member_of;
	bool has_gid;
	uint64_t gid;
	const char *primary_sid; /* NULL = none */
};

struct membership {
	const struct group *group;
	const char *via; /* how, for people; NULL unless it was asked for */
};

struct memberships {
	struct membership *items;
	size_t count, room;
};

/* By name, then DN; each once. nested false: only those that somebody is in directly. */
struct memberships groups_of(struct groups *groups, const struct group_member *member, bool nested,
	bool explain, struct arena *arena);

#endif
