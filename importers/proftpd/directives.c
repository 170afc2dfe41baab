/*
 * directives.c - finding a directive in the two tables.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/directives.h"

/* Modules that have no directive of their own. */
static const char *const silent_modules[] = {
	"mod_quotatab_file.c",
	"mod_quotatab_ldap.c",
	"mod_quotatab_radius.c",
	"mod_quotatab_sql.c",
	"mod_sftp_sql.c",
	"mod_site.c",
	"mod_sql_mysql.c",
	"mod_sql_odbc.c",
	"mod_sql_postgres.c",
	"mod_sql_sqlite.c",
	"mod_tls_fscache.c",
	"mod_tls_memcache.c",
	"mod_tls_redis.c",
	"mod_tls_shmcache.c",
	"mod_wrap2_file.c",
	"mod_wrap2_redis.c",
	"mod_wrap2_sql.c",
};

static const struct pro_directive *const tables[] = {
	pro_directives_built_in,
	pro_directives_loadable,
};

const struct pro_directive *
pro_directive_find(const char *name)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct pro_directive *row = tables[t]; row->name; row++)
			if (strcasecmp(row->name, name) == 0)
				return row;
	return NULL;
}

bool
pro_directive_knows_module(const char *module)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct pro_directive *row = tables[t]; row->name; row++)
			if (strcmp(row->module, module) == 0)
				return true;
	for (size_t i = 0; i < sizeof(silent_modules) / sizeof(silent_modules[0]); i++)
		if (strcmp(silent_modules[i], module) == 0)
			return true;
	return false;
}
