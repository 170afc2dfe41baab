/*
 * sql.h - mod_sql as an authentication module.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_H
#define REHOME_IMPORTERS_PROFTPD_SQL_H

#include "importers/proftpd/auth_module.h"

/* False when the context does not turn it on. Never fails: a database that the server could not
 * open either ends its sessions, and one that cannot be read here makes its users unknown. */
bool pro_sql_module(
	const struct pro_auth_input *input, struct pro_module *ret_module, struct diags *diags);

#endif
