/*
 * sql_questions.h - what sql.c and sql_groups.c ask of mod_sql's databases.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_SQL_QUESTIONS_H
#define REHOME_IMPORTERS_PROFTPD_SQL_QUESTIONS_H

#include "importers/proftpd/sql_connection.h"
#include "importers/proftpd/sql_types.h"

struct sql {
	const struct pro_auth_input *input;
	struct pro_sql_settings settings;
	struct pro_connections connections;
	struct pro_sql_types types;
	struct id_table group_names; /* gid -> struct known_group of sql_groups.c */
	bool listed;		     /* listing holds the answer */
	enum pro_answer listing;     /* to what every session asks: all users and groups */
};

/* All of these: HANDLED = the rows are there, also when they are none. An error of the database is
 * DISCONNECT, or DECLINED where SQLOptions lets the session go on. */

enum pro_answer pro_sql_ask(struct sql *sql, const char *connection_name, const char *query,
	struct arena *arena, struct pro_rows *ret_rows, struct diags *notes);
/* SQLNamedQuery NAME with one argument. */
enum pro_answer pro_sql_ask_named(struct sql *sql, const char *name, const char *argument,
	struct arena *arena, struct pro_rows *ret_rows, struct diags *notes);
/* "SELECT columns FROM table WHERE (condition) AND ((clause)) tail"; condition NULL = all
 * rows. */
enum pro_answer pro_sql_ask_table(struct sql *sql, const char *columns, const char *table,
	const char *condition, const char *clause, const char *clause_directive, const char *user,
	const char *tail, struct arena *arena, struct pro_rows *ret_rows, struct diags *notes);
/* All values in a row after another, as the server takes them; NULL behind the last. */
const char *pro_sql_value(const struct pro_rows *rows, size_t position);
/* strtoul(3) over the whole value, else the initial one; below the least one that as well.
 */
uint32_t pro_sql_id(const char *value, uint32_t least, uint32_t initial);
enum pro_answer pro_sql_find_user(struct sql *sql, const char *name, struct arena *arena,
	struct pro_account *ret_account, struct diags *notes);

/* sql_groups.c: handlers of the module. */
enum pro_answer pro_sql_groups(
	void *state, const char *name, struct arena *arena, struct pro_groups *groups);
enum pro_answer pro_sql_group_name(
	void *state, gid_t gid, struct arena *arena, const char **ret_name);
enum pro_answer pro_sql_group_gid(void *state, const char *name, gid_t *ret_gid);
enum pro_answer pro_sql_session(void *state, bool numberless);

#endif
