/*
 * start.h - how the old machine started its ProFTPD: which configuration, which -D, which
 * environment.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_START_H
#define REHOME_IMPORTERS_PROFTPD_START_H

#include "importers/old/root.h"

struct pro_start {
	const char *config;	    /* absolute on ROOT */
	struct string_list defines; /* -D */
	struct table environment;   /* name -> value, as far as it is known */
	const char *module_path;    /* where LoadModule looks without ModulePath */
};

/*
 * Looks at units, EnvironmentFile, /etc/default/proftpd, /etc/sysconfig/proftpd, and the usual
 * places of proftpd.conf. `config` and `defines` are the administrator's word and go first; NULL
 * and empty = none. False with an error when no configuration is found.
 */
NODISCARD bool pro_start_find(struct old_root *root, const char *config,
	const struct string_list *defines, struct pro_start *ret_start, struct diags *diags);

#endif
