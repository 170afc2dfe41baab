/*
 * sql_settings.h - what a context tells mod_sql: databases, tables, columns and queries.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_SETTINGS_H
#define REHOME_IMPORTERS_PROFTPD_SQL_SETTINGS_H

#include "importers/proftpd/auth_module.h"

enum pro_sql_backend {
	PRO_SQL_NONE, /* none is loaded: the module ends every session */
	PRO_SQL_SQLITE,
	PRO_SQL_MYSQL,
	PRO_SQL_POSTGRES,
	PRO_SQL_OTHER,
};

struct pro_sql_settings {
	enum pro_sql_backend backend;
	const struct pro_line *connect; /* SQLConnectInfo; NULL = the module is off */
	const char *database;		/* its first word: a path, or "db@host" */
	bool users, groups;		/* questions that the module answers */
	bool all_users, all_groups;	/* "userset" and "groupset": it lists them for a session */
	bool fast_groups;		/* "groupsetfast" */
	bool survives_errors;		/* SQLOptions NoDisconnectOnError */
	bool normalized_groups;		/* UseNormalizedGroupSchema */

	const char *user_table, *user_column, *password_column, *uid_column, *gid_column,
		*home_column, *shell_column; /* NULL: SQLUserInfo says "NULL" */
	const char *user_query;		     /* "custom:/NAME"; NULL = the columns above */
	const char *all_users_query;	     /* its third part: every name */
	struct place users_where;	     /* SQLUserInfo, else SQLConnectInfo */

	const char *group_table, *group_column, *group_gid_column, *members_column;
	const char *group_query, *group_by_gid_query, *members_query, *all_groups_query;

	const char *user_clause, *group_clause; /* SQLUserWhereClause, SQLGroupWhereClause */
	const char *default_home;
	uid_t min_uid, default_uid;
	gid_t min_gid, default_gid;
	const char *server_name;
};

/* False when the context does not use mod_sql for users and groups at all. */
bool pro_sql_settings_read(
	const struct pro_auth_input *input, struct pro_sql_settings *ret_settings);

/* SQLNamedQuery NAME: the SELECT or FREEFORM query as it goes to the database, and its connection
 * ("default"); NULL = there is none of that name and kind. */
const char *pro_sql_named_query(const struct pro_section *server, const char *name,
	struct arena *arena, const char **ret_connection, struct place *ret_where);

/* Every word of the SQL directives that could be the name of a table or column. */
void pro_sql_settings_words(
	const struct pro_section *server, struct arena *arena, struct string_list *ret_words);

#endif
