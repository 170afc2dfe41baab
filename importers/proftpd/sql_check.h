/*
 * sql_check.h - what the directives of mod_sql and mod_sql_passwd demand of their words; a fault
 * keeps the daemon from starting.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_CHECK_H
#define REHOME_IMPORTERS_PROFTPD_SQL_CHECK_H

#include "importers/proftpd/config.h"

/* The word that is at fault and why, as it goes behind it; NULL = all is well, or the directive is
 * none of these. config holds the modules that were loaded so far. */
const char *pro_sql_fault(
	const struct pro_config *config, const struct pro_line *line, const char **ret_word);

#endif
