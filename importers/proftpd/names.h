/*
 * names.h - every login that a file of the server names, each once, in the order of discovery.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_NAMES_H
#define REHOME_IMPORTERS_PROFTPD_NAMES_H

#include "importers/proftpd/session.h"

struct pro_name {
	const char *name;
	struct place where; /* the first that names it */
};

struct pro_names {
	struct arena *arena;
	struct pro_name **items;
	size_t count, room;
	struct table by_name;
	/* What nobody can type, but looks like a name that somebody can: its trimmed form is the
	 * key, struct place the value. */
	struct table unlike;
};

void pro_names_find(const struct pro_judge *judge, struct pro_names *ret_names);

#endif
