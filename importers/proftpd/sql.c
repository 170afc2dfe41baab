/*
 * sql.c - mod_sql: users of a database.
 *
 * The questions are the server's own, with its WHERE clauses and named queries, and so are their
 * oddities: columns are taken by position, a NULL home makes the shell NULL, ids below the least
 * ones become the default ones, and an error of the database ends the session.
 */
#include "importers/proftpd/sql.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "importers/proftpd/sql_query.h"
#include "importers/proftpd/sql_questions.h"

/* Asks a connection. HANDLED: the rows are there, also when they are none. */
enum pro_answer
pro_sql_ask(struct sql *sql, const char *connection_name, const char *query, struct arena *arena,
	struct pro_rows *ret_rows, struct diags *notes)
{
	const enum pro_answer broken =
		sql->settings.survives_errors ? PRO_DECLINED : PRO_DISCONNECT;
	const struct pro_connection *connection =
		pro_connection_get(&sql->connections, connection_name, notes);
	if (!connection)
		return broken;
	if (!connection->store) {
		pro_note(notes, connection->where,
			connection->without == PRO_CANNOT_TELL ? "not-evaluated" : "sql-error",
			"its database '%s' %s", connection->shown, connection->why);
		return connection->without == PRO_DISCONNECT ? broken : connection->without;
	}

	const char *why = NULL;
	const enum pro_store_status status =
		pro_store_select(connection->store, query, arena, ret_rows, &why);
	if (status == PRO_STORE_OK)
		return PRO_HANDLED;
	const bool same = status == PRO_STORE_FAILED && !connection->copy;
	pro_note(notes, connection->where, same ? "sql-error" : "not-evaluated",
		same ? "the database refuses the server's question, which ended the session: %s"
		     : "a query of the configuration cannot be asked here: %s",
		why);
	return same ? broken : PRO_CANNOT_TELL;
}

static const char *
resolve(struct sql *sql, const char *text, const char *user, const char *const *words, bool named,
	struct place where, struct arena *arena, struct diags *notes)
{
	const struct pro_variables variables = {
		.user = user ? user : "-",
		.server_name = sql->settings.server_name ? sql->settings.server_name : "ProFTPD",
		.words = words,
		.word_count = words ? 1 : 0,
		.named = named,
	};
	const char *variable = NULL;
	const char *resolved = pro_query_resolve(text, &variables, arena, &variable);
	if (!resolved)
		pro_note(notes, where, "not-evaluated",
			"the query depends on %s, which is not known here", variable);
	return resolved;
}

/* SQLNamedQuery NAME with one argument. */
enum pro_answer
pro_sql_ask_named(struct sql *sql, const char *name, const char *argument, struct arena *arena,
	struct pro_rows *ret_rows, struct diags *notes)
{
	const char *connection = NULL, *words[] = { argument };
	struct place where;
	const char *query =
		pro_sql_named_query(sql->input->server, name, arena, &connection, &where);
	if (!query)
		return sql->settings.survives_errors ? PRO_DECLINED : PRO_DISCONNECT;
	query = resolve(sql, query, argument, words, true, where, arena, notes);
	return query ? pro_sql_ask(sql, connection, query, arena, ret_rows, notes)
		     : PRO_CANNOT_TELL;
}

/* "SELECT columns FROM table WHERE (condition) AND ((clause)) tail" */
enum pro_answer
pro_sql_ask_table(struct sql *sql, const char *columns, const char *table, const char *condition,
	const char *clause, const char *clause_directive, const char *user, const char *tail,
	struct arena *arena, struct pro_rows *ret_rows, struct diags *notes)
{
	const char *where = condition ? arena_printf(arena, " WHERE (%s)", condition) : "";
	if (clause) {
		const struct pro_line *line = pro_find(sql->input->server, clause_directive);
		const char *resolved =
			resolve(sql, clause, user, NULL, false, line->where, arena, notes);
		if (!resolved)
			return PRO_CANNOT_TELL;
		where = arena_printf(
			arena, "%s %s ((%s))", where, condition ? "AND" : "WHERE", resolved);
	}
	return pro_sql_ask(sql, "default",
		arena_printf(arena, "SELECT %s FROM %s%s%s", columns, table, where, tail), arena,
		ret_rows, notes);
}

static const char *
user_columns(const struct pro_sql_settings *settings, struct arena *arena)
{
	const char *optional[] = { settings->uid_column, settings->gid_column,
		settings->home_column, settings->shell_column };
	const char *columns =
		arena_printf(arena, "%s, %s", settings->user_column, settings->password_column);
	for (size_t i = 0; i < 4; i++)
		if (optional[i])
			columns = arena_printf(arena, "%s, %s", columns, optional[i]);
	return columns;
}

/* strtoul(3) over the whole value, else the default; below the least one the default as well. */
uint32_t
pro_sql_id(const char *value, uint32_t least, uint32_t initial)
{
	uint32_t id = initial;
	if (value) {
		char *end = NULL;
		const unsigned long number = strtoul(value, &end, 10);
		if (*end == '\0')
			id = (uint32_t)number;
	}
	return id < least ? initial : id;
}

/* All values in a row after another, as the server takes them; NULL behind the last. */
const char *
pro_sql_value(const struct pro_rows *rows, size_t position)
{
	return position < rows->columns * rows->rows ? rows->values[position] : NULL;
}

static void
take_account(const struct sql *sql, const struct pro_rows *rows, const char *shown,
	struct pro_account *ret_account)
{
	const struct pro_sql_settings *settings = &sql->settings;
	/* A custom query returns its columns for all of them at once, however many there are. */
	const size_t columns = settings->user_query ? rows->columns * rows->rows : rows->columns;
	size_t at_value = 2;
	struct pro_account account = {
		.name = pro_sql_value(rows, 0),
		.hash = pro_sql_value(rows, 1),
		.gecos = "",
		.home = settings->default_home,
		.uid = settings->default_uid,
		.gid = settings->default_gid,
		.where = at(shown, 0),
		.hash_where = at(shown, 0),
	};
	if (settings->uid_column)
		account.uid = pro_sql_id(
			pro_sql_value(rows, at_value++), settings->min_uid, settings->default_uid);
	if (settings->gid_column)
		account.gid = pro_sql_id(
			pro_sql_value(rows, at_value++), settings->min_gid, settings->default_gid);
	const char *home = pro_sql_value(rows, at_value);
	if (home) {
		at_value++;
		if (*home && strcmp(home, "NULL") != 0)
			account.home = home;
	}
	if (settings->shell_column && columns > at_value)
		account.shell = pro_sql_value(rows, at_value);
	*ret_account = account;
}

enum pro_answer
pro_sql_find_user(struct sql *sql, const char *name, struct arena *arena,
	struct pro_account *ret_account, struct diags *notes)
{
	const struct pro_sql_settings *settings = &sql->settings;
	struct pro_rows rows = { 0 };
	enum pro_answer answer;
	if (settings->user_query)
		answer = pro_sql_ask_named(sql, settings->user_query, name, arena, &rows, notes);
	else
		answer = pro_sql_ask_table(sql, user_columns(settings, arena), settings->user_table,
			arena_printf(arena, "%s='%s'", settings->user_column,
				pro_sql_escaped(arena, name)),
			settings->user_clause, "SQLUserWhereClause", name, " LIMIT 1", arena, &rows,
			notes);
	if (answer != PRO_HANDLED)
		return answer;
	if (rows.rows == 0 || rows.columns == 0 || !rows.values[0])
		return PRO_DECLINED;
	const struct pro_connection *connection =
		pro_connection_get(&sql->connections, "default", notes);
	take_account(sql, &rows, connection && connection->shown ? connection->shown : "mod_sql",
		ret_account);
	return PRO_HANDLED;
}

static enum pro_answer
sql_user(void *state, const char *name, struct arena *arena, struct pro_account *ret_account,
	struct diags *notes)
{
	struct sql *sql = state;
	if (sql->settings.backend == PRO_SQL_NONE) {
		pro_note(notes, NOWHERE, "sql-error",
			"mod_sql is loaded without a module for a database, which ended every "
			"session");
		return PRO_DISCONNECT;
	}
	if (!sql->settings.users)
		return PRO_DECLINED;
	return pro_sql_find_user(sql, name, arena, ret_account, notes);
}

/* How many bytes of salt the user has for himself; 0 = none. */
static size_t
user_salt(struct sql *sql, const char *name, struct arena *arena)
{
	const char *kind = sql->types.user_salt;
	struct diags notes = { .arena = arena };
	struct pro_rows rows = { 0 };
	if (!kind)
		return 0;
	if (strcasecmp(kind, "name") == 0)
		return strlen(name);
	if (strncasecmp(kind, "sql:/", 5) != 0 ||
		pro_sql_ask_named(sql, kind + 5, name, arena, &rows, &notes) != PRO_HANDLED ||
		rows.columns * rows.rows != 1 || !rows.values[0])
		return 0;
	return pro_salt_length(&sql->types, rows.values[0], strlen(rows.values[0]));
}

static void
sql_check(void *state, const struct pro_account *account, const char *hash, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	struct sql *sql = state;
	if (sql->settings.users)
		pro_sql_types_check(&sql->types, hash, user_salt(sql, account->name, arena), where,
			arena, credentials);
}

/* What stands between FROM and WHERE of a custom query, and the column that it compares with the
 * name; false when it is not that simple. */
static bool
guess_names(const char *query, struct arena *arena, const char **ret_from, const char **ret_column)
{
	const char *from = strcasestr(query, " FROM "), *where = strcasestr(query, " WHERE ");
	if (!from || !where || where < from)
		return false;
	const char *variable = strstr(where, "%{0}");
	if (!variable)
		variable = strstr(where, "%U");
	if (!variable)
		return false;
	const char *end = variable;
	while (end > where && (end[-1] == '\'' || end[-1] == ' ' || end[-1] == '='))
		end--;
	const char *start = end;
	while (start > where && (isalnum((unsigned char)start[-1]) || strchr("_.`\"", start[-1])))
		start--;
	if (start == end)
		return false;
	*ret_from = arena_strndup(arena, from + 6, (size_t)(where - from) - 6);
	*ret_column = arena_strndup(arena, start, (size_t)(end - start));
	return true;
}

/* A query for all names; NULL = there is no way to know them. */
static const char *
names_query(struct sql *sql, struct arena *arena, const char **ret_connection)
{
	const struct pro_sql_settings *settings = &sql->settings;
	const char *from = settings->user_table, *column = settings->user_column, *query;
	struct place where;
	*ret_connection = "default";
	if (settings->all_users_query) {
		query = pro_sql_named_query(sql->input->server, settings->all_users_query, arena,
			ret_connection, &where);
		if (query && !strchr(query, '%'))
			return query;
	}
	if (settings->user_query) {
		query = pro_sql_named_query(
			sql->input->server, settings->user_query, arena, ret_connection, &where);
		if (!query || !guess_names(query, arena, &from, &column))
			return NULL;
	}
	return arena_printf(arena, "SELECT %s FROM %s", column, from);
}

static void
sql_names(void *state, void (*found)(void *ctx, const char *name, struct place where), void *ctx)
{
	struct sql *sql = state;
	struct arena *arena = sql->input->arena;
	struct diags notes = { .arena = arena };
	struct pro_rows rows = { 0 };
	const char *connection = NULL;
	if (sql->settings.backend == PRO_SQL_NONE || !sql->settings.users)
		return;
	const char *query = names_query(sql, arena, &connection);
	if (!query || pro_sql_ask(sql, connection, query, arena, &rows, &notes) != PRO_HANDLED)
		return;
	const struct pro_connection *source =
		pro_connection_get(&sql->connections, connection, &notes);
	for (size_t i = 0; i < rows.rows; i++)
		if (rows.values[i * rows.columns])
			found(ctx, rows.values[i * rows.columns], at(source->shown, 0));
}

static void
sql_close(void *state)
{
	struct sql *sql = state;
	if (sql->settings.backend != PRO_SQL_NONE)
		pro_connections_finish(&sql->connections);
}

/* What the administrator has to know before he wonders about the single logins. */
static void
report(struct sql *sql, struct diags *diags)
{
	struct arena *arena = sql->input->arena;
	const char *connection = NULL;
	const struct pro_connection *initial =
		pro_connection_get(&sql->connections, "default", diags);
	if (!initial->store) {
		diag_warning(diags, initial->where, "the users of mod_sql are not known: '%s' %s",
			initial->shown, initial->why);
		diag_code(diags, "sql-users");
	} else if (sql->settings.users && !names_query(sql, arena, &connection)) {
		diag_warning(diags, sql->settings.users_where,
			"the query of SQLUserInfo does not show where its users' names are, so "
			"only "
			"names from elsewhere are asked for");
		diag_code(diags, "sql-users");
	}
}

bool
pro_sql_module(
	const struct pro_auth_input *input, struct pro_module *ret_module, struct diags *diags)
{
	struct sql *sql = ARENA_NEW(input->arena, struct sql);
	sql->input = input;
	if (!pro_sql_settings_read(input, &sql->settings))
		return false;
	sql->group_names.arena = input->arena;
	if (sql->settings.backend != PRO_SQL_NONE) {
		pro_connections_init(&sql->connections, input, &sql->settings);
		sql->types = pro_sql_types_read(input, sql->settings.backend == PRO_SQL_MYSQL);
		report(sql, diags);
	}
	*ret_module = (struct pro_module){
		.name = "mod_sql.c",
		.state = sql,
		.user = sql_user,
		.groups = pro_sql_groups,
		.group_name = pro_sql_group_name,
		.group_gid = pro_sql_group_gid,
		.check = sql_check,
		.session = pro_sql_session,
		.names = sql_names,
		.close = sql_close,
	};
	return true;
}
