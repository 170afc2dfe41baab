/*
 * address.h - addresses in Allow, Deny and <Class>: what one matches, and which clients have to be
 * told apart.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_ADDRESS_H
#define REHOME_IMPORTERS_PROFTPD_ADDRESS_H

#include "importers/proftpd/config.h"

enum pro_acl_kind {
	PRO_ACL_ALL,
	PRO_ACL_NONE,
	PRO_ACL_NETWORK, /* one address is a network, too */
	PRO_ACL_NAME,	 /* a host name or a pattern for it, or a pattern that is no network */
};

struct pro_acl {
	enum pro_acl_kind kind;
	bool negated, six;
	unsigned char address[16];
	unsigned bits;
	const char *text; /* without "!" */
};

/* A client's address. */
struct pro_client {
	bool six;
	unsigned char address[16];
	bool named; /* what host names match is taken to match it */
};

/* False: the daemon refuses the word. */
bool pro_acl_parse(const char *word, struct arena *arena, struct pro_acl *ret_acl);
/* 1 matches, 0 does not, -1 is told to match nothing: as the daemon counts. */
int pro_acl_match(const struct pro_acl *acl, const struct pro_client *client);

/* The rules of one Allow, Deny or From line, as the daemon splits it; false when it refuses. */
struct pro_acl_list {
	struct pro_acl *items;
	size_t count, room;
};
bool pro_acl_split(const struct pro_line *line, struct arena *arena, struct pro_acl_list *ret_list);

/*
 * Clients that no rule tells from any other: one for each network of the rules that anything below
 * the section or in a <Class> names, and first one that is in none. names: host names occur too.
 */
struct pro_clients {
	struct pro_client *items;
	size_t count, room;
	struct string_list networks; /* of each item; "" for the first */
	bool names;
};
void pro_clients_find(const struct pro_config *config, const struct pro_section *server,
	struct arena *arena, struct pro_clients *ret_clients);

/* The <Class> of a client; NULL = none. */
const char *pro_class_of(const struct pro_config *config, const struct pro_client *client);

#endif
