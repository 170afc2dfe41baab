/*
 * sql_connection.c - SQLite's files on ROOT, and dumps of other servers' databases.
 *
 * A file that has pages outside of itself (a write-ahead log or a journal that was not finished)
 * is not what the server would have seen, so its users are unknown.
 */
#include "importers/proftpd/sql_connection.h"

#include <string.h>
#include <strings.h>

#include "importers/proftpd/sql_dump.h"

enum { DATABASE_LIMIT = 1 << 30 };

void
pro_connections_init(struct pro_connections *connections, const struct pro_auth_input *input,
	const struct pro_sql_settings *settings)
{
	*connections = (struct pro_connections){
		.input = input,
		.settings = settings,
		.by_name = { .arena = input->arena },
	};
	pro_sql_settings_words(input->server, input->arena, &connections->words);
}

static bool
has_pages_outside(struct old_root *root, const char *path, struct arena *arena)
{
	static const char *const suffixes[] = { "-wal", "-journal" };
	for (size_t i = 0; i < 2; i++) {
		struct old_entry entry;
		if (old_root_stat(root, arena_printf(arena, "%s%s", path, suffixes[i]), &entry) ==
				OLD_OK &&
			entry.size > 0)
			return true;
	}
	return false;
}

static void
open_sqlite(
	struct pro_connections *connections, struct pro_connection *connection, const char *path)
{
	struct arena *arena = connections->input->arena;
	struct old_file file;
	const enum old_status status =
		old_root_read(connections->input->root, path, DATABASE_LIMIT, &file);
	connection->shown = path;
	connection->without = PRO_DISCONNECT;
	if (status != OLD_OK) {
		connection->why = old_status_text(status);
		if (status == OLD_TOO_LARGE || status == OLD_UNREADABLE)
			connection->without = PRO_CANNOT_TELL;
		return;
	}
	if (has_pages_outside(connections->input->root, path, arena)) {
		connection->without = PRO_CANNOT_TELL;
		connection->why = "has changes in a journal beside it; open it once with sqlite3";
		return;
	}
	connection->store = pro_store_open(file.content, arena, &connection->why);
	if (connection->store)
		pro_store_seal(connection->store, &connections->words);
}

static void
report_dump(const struct pro_dump *dump, const char *shown, struct diags *diags)
{
	if (dump->tables.count == 0) {
		diag_warning(diags, at(shown, 0),
			"none of the tables that ProFTPD's configuration names is in this dump");
		diag_code(diags, "sql-dump");
	}
	if (dump->bad_rows > 0) {
		diag_warning(diags, at(shown, dump->bad_line),
			"%zu rows of the dump could not be taken; this is the first",
			dump->bad_rows);
		diag_code(diags, "sql-dump");
	}
}

static void
open_dump(struct pro_connections *connections, struct pro_connection *connection, bool mysql,
	struct diags *diags)
{
	struct arena *arena = connections->input->arena;
	const char *location = connections->input->sql_dump;
	const char *slash = strrchr(location, '/');
	struct source *source = ARENA_NEW(arena, struct source);
	*source = (struct source){ .name = "sql_dump",
		.importer = "proftpd",
		.location = location,
		.shown = slash ? slash + 1 : location,
		.arena = arena };
	struct bytes text;
	connection->copy = true;
	connection->shown = source->shown;
	connection->without = PRO_CANNOT_TELL;
	connection->why = "could not be read from its dump";
	if (!source_read(source, &text, diags))
		return;

	connection->store = pro_store_create(mysql, !mysql, arena);
	if (!connection->store)
		return;
	struct table wanted = { .arena = arena };
	struct pro_dump dump;
	for (size_t i = 0; i < connections->words.count; i++)
		table_set(&wanted, connections->words.items[i], connections);
	pro_dump_load(text, mysql, &wanted, connection->store, arena, &dump);
	pro_store_seal(connection->store, &connections->words);
	report_dump(&dump, source->shown, diags);
}

static void
open_database(struct pro_connections *connections, struct pro_connection *connection,
	enum pro_sql_backend backend, const char *database, struct diags *diags)
{
	if (backend == PRO_SQL_SQLITE) {
		open_sqlite(connections, connection, database);
		return;
	}
	connection->without = PRO_CANNOT_TELL;
	connection->shown = database;
	connection->why = "is on a server; name a dump of it with --set sql_dump=FILE";
	if (connections->input->sql_dump &&
		(backend == PRO_SQL_MYSQL || backend == PRO_SQL_POSTGRES))
		open_dump(connections, connection, backend == PRO_SQL_MYSQL, diags);
}

static enum pro_sql_backend
backend_named(const char *name)
{
	if (strcasecmp(name, "sqlite3") == 0)
		return PRO_SQL_SQLITE;
	if (strcasecmp(name, "mysql") == 0)
		return PRO_SQL_MYSQL;
	return strcasecmp(name, "postgres") == 0 ? PRO_SQL_POSTGRES : PRO_SQL_OTHER;
}

const struct pro_connection *
pro_connection_get(struct pro_connections *connections, const char *name, struct diags *diags)
{
	struct pro_connection *connection = table_get(&connections->by_name, name);
	if (connection)
		return connection;

	const bool initial = strcmp(name, "default") == 0;
	const struct pro_line *line = connections->settings->connect;
	if (!initial)
		line = pro_find(connections->input->server, "SQLNamedConnectInfo");
	while (!initial && line &&
		!(line->words.count >= 3 && strcmp(line->words.items[0], name) == 0))
		line = pro_find_next(connections->input->server, line);
	if (!line)
		return NULL;

	connection = ARENA_NEW(connections->input->arena, struct pro_connection);
	connection->where = line->where;
	table_set(&connections->by_name, name, connection);
	open_database(connections, connection,
		initial ? connections->settings->backend : backend_named(line->words.items[1]),
		initial ? connections->settings->database : line->words.items[2], diags);
	return connection;
}

void
pro_connections_finish(struct pro_connections *connections)
{
	for (size_t i = 0; i < connections->by_name.room; i++) {
		struct pro_connection *connection = connections->by_name.slots[i].value;
		if (connection)
			pro_store_close(connection->store);
	}
}
