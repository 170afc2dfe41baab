/*
 * directives.h - which directives a ProFTPD 1.3.8 knows, from which module, and where they may
 * stand.
 *
 * The facts are those of Debian 12's packages. A name that no loaded module owns keeps the daemon
 * from starting, so the table has to be whole, also for what says nothing about users.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_DIRECTIVES_H
#define REHOME_IMPORTERS_PROFTPD_DIRECTIVES_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PRO_ANY = 99, /* words without limit */
};

enum pro_directive_flags {
	PRO_BOOLEAN = 1,       /* the first word is on or off */
	PRO_MERGED = 2,	       /* goes down into <Directory> and <Anonymous> that lack it */
	PRO_MERGED_ALWAYS = 4, /* goes down beside what is there */
	PRO_REPEATS = 8,       /* mod_ifsession adds it, where it replaces others */
};

struct pro_directive {
	const char *name;
	const char *module;
	/* Where it is allowed: s server, v <VirtualHost>, g <Global>, a <Anonymous>,
	 * d <Directory>, f .ftpaccess, l <Limit>, c <Class>; "*" = everywhere. */
	const char *contexts;
	unsigned char min, max; /* words behind the name */
	unsigned char flags;
};

/* End with a NULL name. */
extern const struct pro_directive pro_directives_built_in[];
extern const struct pro_directive pro_directives_loadable[];

/* Case does not count; NULL = nobody has it. */
const struct pro_directive *pro_directive_find(const char *name);
/* Whether the table has the directives of that module. */
bool pro_directive_knows_module(const char *module);

#endif
