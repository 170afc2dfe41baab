/*
 * sql_groups.c - mod_sql: groups of a database.
 *
 * Their members are a list with commas in one column, searched with LIKE. A session also lists all
 * groups, each by its name, and a fault in any of them ends it.
 */
#include <stdlib.h>
#include <string.h>

#include "importers/proftpd/sql_questions.h"

struct known_group {
	enum pro_answer answer;
	const char *name;
};

/* The groups of rows of name, gid and members. */
static void
add_groups(const struct pro_rows *rows, struct arena *arena, struct pro_groups *groups)
{
	const size_t values = rows->columns * rows->rows;
	if (values % 3 != 0)
		return;
	for (size_t i = 0; i < values; i += 3) {
		const gid_t gid = rows->values[i + 1]
			? pro_sql_id(rows->values[i + 1], 0, (uint32_t)-1)
			: (gid_t)-1;
		ARRAY_PUSH(arena, &groups->gids, gid);
		if (rows->values[i])
			string_list_push(arena, &groups->names, rows->values[i]);
	}
}

static const char *
group_columns(const struct pro_sql_settings *settings, struct arena *arena)
{
	return arena_printf(arena, "%s, %s, %s", settings->group_column, settings->group_gid_column,
		settings->members_column);
}

static enum pro_answer
ask_memberships(struct sql *sql, const char *name, struct arena *arena, struct pro_rows *ret_rows,
	struct diags *notes)
{
	const struct pro_sql_settings *settings = &sql->settings;
	const char *user = pro_sql_escaped(arena, name), *members = settings->members_column;
	if (settings->members_query)
		return pro_sql_ask_named(
			sql, settings->members_query, user, arena, ret_rows, notes);
	const char *condition = settings->normalized_groups
		? arena_printf(arena, "%s = '%s'", members, user)
		: arena_printf(arena,
			  "%s = '%s' OR %s LIKE '%s,%%' OR %s LIKE '%%,%s' OR %s LIKE "
			  "'%%,%s,%%'",
			  members, user, members, user, members, user, members, user);
	return pro_sql_ask_table(sql, group_columns(settings, arena), settings->group_table,
		condition, settings->group_clause, "SQLGroupWhereClause", name, "", arena, ret_rows,
		notes);
}

enum pro_answer
pro_sql_groups(void *state, const char *name, struct arena *arena, struct pro_groups *groups)
{
	struct sql *sql = state;
	struct pro_account account;
	struct diags notes = { .arena = arena };
	if (!sql->settings.groups)
		return PRO_DECLINED;
	/* The module looks for the user itself, whether or not it answers for users. */
	enum pro_answer answer = pro_sql_find_user(sql, name, arena, &account, &notes);
	if (answer != PRO_HANDLED)
		return answer;
	ARRAY_PUSH(arena, &groups->gids, account.gid);
	const char *primary = NULL;
	answer = pro_sql_group_name(sql, account.gid, sql->input->arena, &primary);
	if (answer != PRO_HANDLED && answer != PRO_DECLINED)
		return answer;
	if (primary)
		string_list_push(arena, &groups->names, primary);

	struct pro_rows rows = { 0 };
	answer = ask_memberships(sql, name, arena, &rows, &notes);
	if (answer != PRO_HANDLED)
		return answer;
	if (rows.rows == 0 || (rows.columns * rows.rows) % 3 != 0)
		return PRO_DECLINED;
	add_groups(&rows, arena, groups);
	return PRO_HANDLED;
}

/* The rows of a group by its name, which is put into the question as it is. A group without a
 * number makes the server crash. */
static enum pro_answer
ask_group(struct sql *sql, const char *name, struct arena *arena, struct pro_rows *ret_rows,
	struct diags *notes)
{
	const struct pro_sql_settings *settings = &sql->settings;
	enum pro_answer answer;
	if (settings->group_query)
		answer =
			pro_sql_ask_named(sql, settings->group_query, name, arena, ret_rows, notes);
	else
		answer = pro_sql_ask_table(sql, group_columns(settings, arena),
			settings->group_table,
			arena_printf(arena, "%s = '%s'", settings->group_column, name),
			settings->group_clause, "SQLGroupWhereClause", NULL, "", arena, ret_rows,
			notes);
	if (answer == PRO_HANDLED && ret_rows->rows > 0 && !pro_sql_value(ret_rows, 1))
		return PRO_DISCONNECT;
	return answer;
}

static enum pro_answer
find_group_name(struct sql *sql, gid_t gid, struct arena *arena, const char **ret_name)
{
	const struct pro_sql_settings *settings = &sql->settings;
	struct diags notes = { .arena = arena };
	struct pro_rows rows = { 0 }, again = { 0 };
	const char *number = arena_printf(arena, "%lu", (unsigned long)gid);
	enum pro_answer answer;
	if (settings->group_by_gid_query)
		answer = pro_sql_ask_named(
			sql, settings->group_by_gid_query, number, arena, &rows, &notes);
	else
		answer = pro_sql_ask_table(sql, settings->group_column, settings->group_table,
			arena_printf(arena, "%s = %s", settings->group_gid_column, number),
			settings->group_clause, "SQLGroupWhereClause", NULL, " LIMIT 1", arena,
			&rows, &notes);
	if (answer != PRO_HANDLED)
		return answer;
	const char *name = pro_sql_value(&rows, 0);
	if (!name)
		return PRO_DECLINED;
	/* It is there only if it can be found by that name, too. */
	answer = ask_group(sql, name, arena, &again, &notes);
	if (answer != PRO_HANDLED)
		return answer;
	if (again.rows == 0)
		return PRO_DECLINED;
	*ret_name = name;
	return PRO_HANDLED;
}

enum pro_answer
pro_sql_group_name(void *state, gid_t gid, struct arena *arena, const char **ret_name)
{
	struct sql *sql = state;
	(void)arena;
	if (!sql->settings.groups || sql->settings.backend == PRO_SQL_NONE)
		return PRO_DECLINED;
	struct known_group *known = id_table_get(&sql->group_names, gid);
	if (!known) {
		known = ARENA_NEW(sql->input->arena, struct known_group);
		known->answer = find_group_name(sql, gid, sql->input->arena, &known->name);
		id_table_set(&sql->group_names, gid, known);
	}
	if (known->answer == PRO_HANDLED)
		*ret_name = known->name;
	return known->answer;
}

enum pro_answer
pro_sql_group_gid(void *state, const char *name, gid_t *ret_gid)
{
	struct sql *sql = state;
	AUTO_ARENA struct arena scratch = { 0 };
	struct diags notes = { .arena = &scratch };
	struct pro_rows rows = { 0 };
	if (!sql->settings.groups || sql->settings.backend == PRO_SQL_NONE)
		return PRO_DECLINED;
	const enum pro_answer answer = ask_group(sql, name, &scratch, &rows, &notes);
	if (answer != PRO_HANDLED || rows.rows == 0)
		return answer == PRO_HANDLED ? PRO_DECLINED : answer;
	const char *gid = pro_sql_value(&rows, 1);
	*ret_gid = gid ? (gid_t)strtoul(gid, NULL, 10) : 0;
	return PRO_HANDLED;
}

/* The names of all groups, and each of them by its name. */
static enum pro_answer
list_groups(struct sql *sql, bool by_name, struct arena *arena)
{
	const struct pro_sql_settings *settings = &sql->settings;
	struct diags notes = { .arena = arena };
	struct pro_rows names = { 0 };
	enum pro_answer answer;
	if (settings->all_groups_query && !settings->fast_groups)
		answer = pro_sql_ask_named(
			sql, settings->all_groups_query, "", arena, &names, &notes);
	else
		answer = pro_sql_ask_table(sql,
			arena_printf(arena, "DISTINCT %s", settings->group_column),
			settings->group_table, NULL, settings->group_clause, "SQLGroupWhereClause",
			NULL, "", arena, &names, &notes);
	for (size_t i = 0; answer == PRO_HANDLED && i < names.rows * names.columns; i++) {
		struct pro_rows group = { 0 };
		if (names.values[i] && by_name && !settings->fast_groups)
			answer = ask_group(sql, names.values[i], arena, &group, &notes);
	}
	return answer;
}

static enum pro_answer
list_all(struct sql *sql, bool by_name)
{
	const struct pro_sql_settings *settings = &sql->settings;
	AUTO_ARENA struct arena scratch = { 0 };
	struct diags notes = { .arena = &scratch };
	struct pro_rows rows = { 0 };
	enum pro_answer answer = PRO_HANDLED;
	if (settings->all_groups)
		answer = list_groups(sql, by_name, &scratch);
	if (settings->all_users && answer == PRO_HANDLED && !settings->all_users_query)
		answer = pro_sql_ask_table(sql, settings->user_column, settings->user_table, NULL,
			settings->user_clause, "SQLUserWhereClause", NULL, "", &scratch, &rows,
			&notes);
	return answer;
}

enum pro_answer
pro_sql_session(void *state, bool numberless)
{
	struct sql *sql = state;
	if (sql->settings.backend == PRO_SQL_NONE)
		return PRO_DECLINED;
	/* The server looks into its cache by name and by the number -1: once a group without one
	 * is there, that is the answer for every name, and nothing is asked. */
	if (numberless)
		return list_all(sql, false);
	if (!sql->listed) {
		sql->listed = true;
		sql->listing = list_all(sql, true);
	}
	return sql->listing;
}
