/*
 * sql_query.h - variables in the queries and WHERE clauses of the configuration.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_QUERY_H
#define REHOME_IMPORTERS_PROFTPD_SQL_QUERY_H

#include "core/model/importer.h"

struct pro_variables {
	const char *user;	  /* %U: as the client typed it */
	const char *server_name;  /* %v */
	const char *const *words; /* "%{0}": arguments of a named query */
	size_t word_count;
	bool named; /* the query is one of SQLNamedQuery: other names in braces are numbers */
};

/*
 * The query with its variables replaced, escaped for SQL as the server does: a value that is in
 * single quotes already stays. NULL when it depends on a client, on the time or on the server's
 * environment; *ret_variable is which ("%a", "%{env:X}").
 */
char *pro_query_resolve(const char *query, const struct pro_variables *variables,
	struct arena *arena, const char **ret_variable);

#endif
