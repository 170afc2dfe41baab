/*
 * sql_connection.h - the databases that mod_sql's connections lead to.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_CONNECTION_H
#define REHOME_IMPORTERS_PROFTPD_SQL_CONNECTION_H

#include "importers/proftpd/sql_settings.h"
#include "importers/proftpd/sql_store.h"

struct pro_connection {
	struct pro_store *store; /* NULL = there is none to ask */
	bool copy;		 /* of a dump: what fails here need not have failed there */
	enum pro_answer without; /* what a question is answered with when there is no store */
	struct place where;	 /* SQLConnectInfo or SQLNamedConnectInfo */
	const char *shown;	 /* the database, for places: its path, or the dump's */
	const char *why;	 /* there is no store; as it goes behind "its database " */
};

struct pro_connections {
	const struct pro_auth_input *input;
	const struct pro_sql_settings *settings;
	struct string_list words; /* that may name tables and columns */
	struct table by_name;
};

void pro_connections_init(struct pro_connections *connections, const struct pro_auth_input *input,
	const struct pro_sql_settings *settings);
/* "default" or a name of SQLNamedConnectInfo, opened when it is asked for first; NULL = there is no
 * such connection. */
const struct pro_connection *pro_connection_get(
	struct pro_connections *connections, const char *name, struct diags *diags);
void pro_connections_finish(struct pro_connections *connections);

#endif
