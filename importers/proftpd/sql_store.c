/*
 * sql_store.c - old databases in memory, through SQLite.
 */
#include "importers/proftpd/sql_store.h"

#include <ctype.h>
#include <sqlite3.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
	STEP_INTERVAL = 1000,
	STEPS_OF_A_QUERY = 50000, /* intervals: some seconds */
	ROW_LIMIT = 2000000,
	VALUE_LIMIT = 1 << 20, /* bytes of one value */
	INDEX_FROM = 500,      /* rows; smaller tables are searched as they are */
	QUERY_LIMIT = 1 << 16,
	PATTERN_LIMIT = 1000, /* bytes behind LIKE and GLOB */
	QUERY_SECONDS = 3,    /* of processor time: one step can search a long text for another */
	STORE_SECONDS = 300,
	ROWS_BYTES = 256 << 20,	    /* all answers of a store */
	WORKING_MEMORY = 256 << 20, /* SQLite's, besides the database itself */
};

struct pro_store {
	sqlite3 *db;
	struct arena *arena;
	bool sealed, refused, folds_case;
	unsigned steps;
	double spent, begun; /* seconds of earlier queries; when the current one began */
	size_t answered;     /* bytes */
	/* The row statement of the table that was filled last. */
	sqlite3_stmt *insert;
	const char *insert_table;
};

static int
authorize(void *ctx, int action, const char *first, const char *second, const char *database,
	const char *trigger)
{
	(void)first;
	(void)database;
	(void)trigger;
	struct pro_store *store = ctx;
	if (!store->sealed)
		return SQLITE_OK;
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		if (second && strcasecmp(second, "load_extension") != 0)
			return SQLITE_OK;
		break;
	default:
		break;
	}
	store->refused = true;
	return SQLITE_DENY;
}

static double
seconds(void)
{
	struct timespec now = { 0 };
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool
is_late(const struct pro_store *store)
{
	double current = seconds() - store->begun;
	return current > QUERY_SECONDS || store->spent + current > STORE_SECONDS;
}

/* What fills the store is ours, and has its steps only. */
static int
count_steps(void *ctx)
{
	struct pro_store *store = ctx;
	return ++store->steps > STEPS_OF_A_QUERY || (store->sealed && is_late(store));
}

/* MySQL's usual collations as far as ASCII goes: case and blanks at the end do not matter. */
static int
compare_like_mysql(void *ctx, int left_size, const void *left, int right_size, const void *right)
{
	(void)ctx;
	const unsigned char *a = left, *b = right;
	while (left_size > 0 && a[left_size - 1] == ' ')
		left_size--;
	while (right_size > 0 && b[right_size - 1] == ' ')
		right_size--;
	for (int i = 0; i < left_size && i < right_size; i++)
		if (tolower(a[i]) != tolower(b[i]))
			return tolower(a[i]) - tolower(b[i]);
	return left_size - right_size;
}

/* CONCAT(a, b, ...): NULL when one of them is. */
static void
concatenate(sqlite3_context *context, int count, sqlite3_value **values)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (int i = 0; i < count; i++) {
		const unsigned char *value = sqlite3_value_text(values[i]);
		if (!value || text.size > VALUE_LIMIT)
			return;
		buffer_add_text(&text, (const char *)value);
	}
	sqlite3_result_text(context, buffer_text(&text), -1, SQLITE_TRANSIENT);
}

static struct pro_store *
open_memory(struct arena *arena)
{
	struct pro_store *store = ARENA_NEW(arena, struct pro_store);
	store->arena = arena;
	if (sqlite3_open_v2(":memory:", &store->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_PRIVATECACHE,
		    NULL) != SQLITE_OK) {
		pro_store_close(store);
		return NULL;
	}
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, VALUE_LIMIT * 16);
	sqlite3_limit(store->db, SQLITE_LIMIT_SQL_LENGTH, QUERY_LIMIT);
	sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, 0);
	/* No code for the virtual tables of a stranger's schema, and no files of SQLite's own. */
	sqlite3_drop_modules(store->db, NULL);
	sqlite3_exec(store->db, "PRAGMA temp_store=MEMORY", NULL, NULL, NULL);
	sqlite3_hard_heap_limit64(0);
	sqlite3_set_authorizer(store->db, authorize, store);
	sqlite3_progress_handler(store->db, STEP_INTERVAL, count_steps, store);
	return store;
}

/* In the header a database says that its newest pages are in a log of their own; in a copy in
 * memory there is none. */
static void
forget_write_ahead_log(unsigned char *file, size_t size)
{
	if (size >= 100 && file[18] == 2 && file[19] == 2)
		file[18] = file[19] = 1;
}

struct pro_store *
pro_store_open(struct bytes file, struct arena *arena, const char **ret_why)
{
	static const char magic[] = "SQLite format 3";
	if (file.size < 512 || memcmp(file.data, magic, sizeof(magic)) != 0) {
		*ret_why = "is not a database of SQLite 3";
		return NULL;
	}
	struct pro_store *store = open_memory(arena);
	unsigned char *copy = store ? sqlite3_malloc64(file.size) : NULL;
	if (!copy) {
		pro_store_close(store);
		*ret_why = "does not fit into memory";
		return NULL;
	}
	memcpy(copy, file.data, file.size);
	forget_write_ahead_log(copy, file.size);
	/* The copy is freed by SQLite, also when this fails. */
	if (sqlite3_deserialize(store->db, "main", copy, (sqlite3_int64)file.size,
		    (sqlite3_int64)file.size,
		    SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK) {
		pro_store_close(store);
		*ret_why = "cannot be opened as a database";
		return NULL;
	}
	return store;
}

struct pro_store *
pro_store_create(bool folds_case, bool like_minds_case, struct arena *arena)
{
	struct pro_store *store = open_memory(arena);
	if (!store)
		return NULL;
	store->folds_case = folds_case;
	sqlite3_create_collation(store->db, "mysql", SQLITE_UTF8, NULL, compare_like_mysql);
	sqlite3_create_function(store->db, "concat", -1,
		SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, concatenate, NULL,
		NULL);
	if (like_minds_case)
		sqlite3_exec(store->db, "PRAGMA case_sensitive_like=ON", NULL, NULL, NULL);
	return store;
}

void
pro_store_close(struct pro_store *store)
{
	if (!store)
		return;
	sqlite3_finalize(store->insert);
	sqlite3_close(store->db);
	store->insert = NULL;
	store->db = NULL;
}

/* Runs one of our own statements while the store is not sealed. */
static bool
run(struct pro_store *store, char *sql)
{
	store->steps = 0;
	const bool done = sql && sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	return done;
}

bool
pro_store_add_table(struct pro_store *store, const char *name,
	const struct pro_store_column *columns, size_t count)
{
	AUTO_BUFFER struct buffer list = { 0 };
	for (size_t i = 0; i < count; i++) {
		char *quoted = sqlite3_mprintf("\"%w\"", columns[i].name);
		buffer_printf(&list, "%s%s", i ? "," : "", quoted ? quoted : "");
		sqlite3_free(quoted);
		if (columns[i].text)
			buffer_add_text(&list,
				store->folds_case && !columns[i].exact ? " TEXT COLLATE mysql"
								       : " TEXT");
		else if (columns[i].number)
			buffer_add_text(&list, " NUMERIC");
	}
	return run(store, sqlite3_mprintf("CREATE TABLE \"%w\" (%s)", name, buffer_text(&list)));
}

static bool
prepare_insert(struct pro_store *store, const char *table, size_t count)
{
	if (store->insert && strcmp(store->insert_table, table) == 0)
		return (size_t)sqlite3_bind_parameter_count(store->insert) == count;
	sqlite3_finalize(store->insert);
	store->insert = NULL;

	AUTO_BUFFER struct buffer marks = { 0 };
	for (size_t i = 0; i < count; i++)
		buffer_add_text(&marks, i ? ",?" : "?");
	char *sql = sqlite3_mprintf("INSERT INTO \"%w\" VALUES (%s)", table, buffer_text(&marks));
	const bool done =
		sql && sqlite3_prepare_v2(store->db, sql, -1, &store->insert, NULL) == SQLITE_OK;
	sqlite3_free(sql);
	store->insert_table = arena_strdup(store->arena, table);
	return done;
}

bool
pro_store_add_row(
	struct pro_store *store, const char *table, const char *const *values, size_t count)
{
	if (!prepare_insert(store, table, count))
		return false;
	store->steps = 0;
	for (size_t i = 0; i < count; i++) {
		if (values[i])
			sqlite3_bind_text(store->insert, (int)i + 1, values[i], -1, SQLITE_STATIC);
		else
			sqlite3_bind_null(store->insert, (int)i + 1);
	}
	const bool done = sqlite3_step(store->insert) == SQLITE_DONE;
	sqlite3_reset(store->insert);
	sqlite3_clear_bindings(store->insert);
	return done;
}

static bool
named_by(const struct string_list *words, const char *column)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcasecmp(words->items[i], column) == 0)
			return true;
	return false;
}

static void
index_columns(struct pro_store *store, const char *table, const struct string_list *words)
{
	struct pro_rows columns;
	const char *why;
	char *sql = sqlite3_mprintf("SELECT name FROM pragma_table_info('%q')", table);
	if (sql && pro_store_select(store, sql, store->arena, &columns, &why) == PRO_STORE_OK)
		for (size_t i = 0; i < columns.rows; i++)
			if (columns.values[i] && named_by(words, columns.values[i]))
				run(store,
					sqlite3_mprintf("CREATE INDEX \"rehome %w %w\" ON "
							"\"%w\"(\"%w\")",
						table, columns.values[i], table,
						columns.values[i]));
	sqlite3_free(sql);
}

void
pro_store_seal(struct pro_store *store, const struct string_list *words)
{
	struct pro_rows tables;
	const char *why;
	sqlite3_finalize(store->insert);
	store->insert = NULL;
	if (pro_store_select(store,
		    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
		    "'sqlite\\_%' ESCAPE '\\'",
		    store->arena, &tables, &why) == PRO_STORE_OK) {
		for (size_t i = 0; i < tables.rows; i++) {
			struct pro_rows large;
			char *sql = sqlite3_mprintf("SELECT 1 FROM \"%w\" LIMIT 1 OFFSET %d",
				tables.values[i], INDEX_FROM);
			if (sql &&
				pro_store_select(store, sql, store->arena, &large, &why) ==
					PRO_STORE_OK &&
				large.rows > 0)
				index_columns(store, tables.values[i], words);
			sqlite3_free(sql);
		}
		run(store, sqlite3_mprintf("ANALYZE"));
	}
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, VALUE_LIMIT);
	sqlite3_limit(store->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN_LIMIT);
	sqlite3_hard_heap_limit64(sqlite3_memory_used() + WORKING_MEMORY);
	store->sealed = true;
}

static enum pro_store_status
failure(struct pro_store *store, int code, struct arena *arena, const char **ret_why)
{
	*ret_why = arena_strdup(arena, sqlite3_errmsg(store->db));
	if (store->refused)
		return PRO_STORE_FORBIDDEN;
	return code == SQLITE_INTERRUPT || code == SQLITE_TOOBIG || code == SQLITE_NOMEM
		? PRO_STORE_TOO_LONG
		: PRO_STORE_FAILED;
}

/* One row's values appended; false when there are too many. */
static bool
take_row(struct pro_store *store, sqlite3_stmt *statement, struct string_list *values,
	struct arena *arena)
{
	const size_t columns = (size_t)sqlite3_column_count(statement);
	if (values->count / (columns ? columns : 1) >= ROW_LIMIT)
		return false;
	for (size_t i = 0; i < columns; i++) {
		const char *value = (const char *)sqlite3_column_text(statement, (int)i);
		const int size = value ? sqlite3_column_bytes(statement, (int)i) : 0;
		if (size > VALUE_LIMIT || store->answered > ROWS_BYTES)
			return false;
		store->answered += (size_t)size;
		string_list_push(arena, values, arena_strdup(arena, value));
	}
	return true;
}

enum pro_store_status
pro_store_select(struct pro_store *store, const char *sql, struct arena *arena,
	struct pro_rows *ret_rows, const char **ret_why)
{
	sqlite3_stmt *statement = NULL;
	struct string_list values = { 0 };
	store->steps = 0;
	store->begun = seconds();
	store->refused = false;
	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) != SQLITE_OK)
		return failure(store, sqlite3_extended_errcode(store->db) & 0xff, arena, ret_why);

	const size_t columns = (size_t)sqlite3_column_count(statement);
	int code = statement ? sqlite3_step(statement) : SQLITE_DONE;
	while (code == SQLITE_ROW)
		code = take_row(store, statement, &values, arena) ? sqlite3_step(statement)
								  : SQLITE_TOOBIG;
	enum pro_store_status status = PRO_STORE_OK;
	if (code == SQLITE_DONE)
		*ret_rows = (struct pro_rows){ columns, columns ? values.count / columns : 0,
			values.items };
	else
		status = failure(store, code, arena, ret_why);
	sqlite3_finalize(statement);
	store->spent += store->sealed ? seconds() - store->begun : 0;
	return status;
}

char *
pro_sql_escaped(struct arena *arena, const char *text)
{
	AUTO_BUFFER struct buffer escaped = { 0 };
	for (; *text; text++) {
		if (*text == '\'')
			buffer_add_char(&escaped, '\'');
		buffer_add_char(&escaped, *text);
	}
	return arena_strdup(arena, buffer_text(&escaped));
}
