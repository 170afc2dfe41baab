/*
 * directory.h - a directory server as a thing that lists entries: connection, authentication,
 * pages, and whether a listing is whole.
 *
 * It knows libldap and nothing of people; what an entry means is entry.h's. Referrals are never
 * followed. Every search is paged, and an entry is handed over as soon as it is here, so memory is
 * that of one page.
 */
#ifndef REHOME_LDAP_DIRECTORY_H
#define REHOME_LDAP_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/importer.h"

/* The importer's options, as its table fills them (options.c). */
struct ldap_config;

/* Values are bytes as the server sent them: they may hold NUL, newlines, or be no UTF-8. */
struct directory_attribute {
	const char *name; /* as the server spells it, with options: "cn;lang-de",
			     "member;range=0-1499" */
	struct {
		struct bytes *items;
		size_t count, room;
	} values;
};

/* Borrowed until the callback returns. */
struct directory_entry {
	const char *dn; /* RFC 4514, as sent */
	struct {
		struct directory_attribute *items;
		size_t count, room;
	} attributes;
};

/* Attribute types compare without case; options must be equal. NULL = the entry has none. */
const struct directory_attribute *directory_entry_find(
	const struct directory_entry *entry, const char *name);

enum directory_scope {
	DIRECTORY_BASE,
	DIRECTORY_ONE,
	DIRECTORY_SUBTREE,
};

struct directory_search {
	const char *base;
	enum directory_scope scope;
	const char *filter; /* RFC 4515 */
	const struct string_list *attributes;
	/* False stops the search; the listing is incomplete then. */
	bool (*entry)(void *ctx, const struct directory_entry *entry);
	void *ctx;
};

/* complete only after the last page came with success. */
struct directory_listing {
	bool complete;
	const char
		*why; /* not, in words: "size limit exceeded (LDAP result 4) after 100 entries" */
	size_t entries, pages;
};

struct directory;

/*
 * Connects to the first of the URIs (separated by blanks) that answers, makes it safe (TLS), binds.
 * False, with an error for each URI, when none does. diags' places name the URI.
 */
NODISCARD bool directory_open(const struct ldap_config *config, const char *uris,
	struct arena *arena, struct directory **ret_directory, struct diags *diags);

/* NULL is allowed. */
void directory_close(struct directory *directory);

/* What directory_open() would refuse without asking any of the servers. */
NODISCARD bool directory_check(const struct ldap_config *config, const char *uris,
	struct arena *arena, struct diags *diags);

/* The naming contexts of an open one, as far as it tells. */
const struct string_list *directory_bases(const struct directory *directory);

/*
 * One listing at a time: servers keep one place in the pages for a connection.
 *
 * False only when nothing could be searched at all (no such base, bad filter, connection dead
 * before the first entry): an error is in diags. What ends a listing later is in ret_listing.
 */
NODISCARD bool directory_list(struct directory *directory, const struct directory_search *search,
	struct directory_listing *ret_listing, struct diags *diags);

/* The server says that it is Active Directory (supportedCapabilities of its root DSE). */
bool directory_is_active_directory(struct directory *directory);

/* What the server is and how it was reached, for the plan's head: "ldaps://dc1, simple bind". */
const char *directory_words(const struct directory *directory);

#endif
