/*
 * sql_dump.c - dumps of MySQL and PostgreSQL databases.
 */
#include "importers/proftpd/sql_dump.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "importers/proftpd/sql_lexer.h"

enum { COLUMN_LIMIT = 512 };

struct dump_table {
	const char *name; /* without schema, lower case */
	struct {
		struct pro_store_column *items;
		size_t count, room;
	} columns;
	bool *boolean; /* for each column: "t" and "f" are 1 and 0 */
};

struct dump_reader {
	struct sql_lexer lexer;
	const struct table *wanted;
	struct pro_store *store;
	struct arena *arena;
	struct table tables; /* name -> struct dump_table */
	struct pro_dump result;
};

static bool
is_sign(const struct sql_token *token, char sign)
{
	return token->kind == SQL_SIGN && token->sign == sign;
}

static bool
is_name(const struct sql_token *token)
{
	return token->kind == SQL_WORD || token->kind == SQL_NAME;
}

/* `db`.`users` or public.users: its last part in lower case, and the token behind it. */
static const char *
take_table_name(struct dump_reader *reader, struct sql_token token, struct sql_token *ret_next)
{
	const char *name = NULL;
	while (is_name(&token)) {
		name = text_lower(reader->arena, token.text);
		token = sql_next(&reader->lexer);
		if (!is_sign(&token, '.'))
			break;
		token = sql_next(&reader->lexer);
	}
	*ret_next = token;
	return name;
}

static bool
begins_with_any(const char *type, const char *const *words)
{
	for (; *words; words++)
		if (strncasecmp(type, *words, strlen(*words)) == 0)
			return true;
	return false;
}

static void
classify(const char *type, struct pro_store_column *column, bool *boolean)
{
	static const char *const texts[] = { "char", "varchar", "text", "tinytext", "mediumtext",
		"longtext", "enum", "set", "nchar", "nvarchar", "citext", "name", NULL };
	static const char *const numbers[] = { "int", "integer", "tinyint", "smallint", "mediumint",
		"bigint", "decimal", "numeric", "float", "double", "real", "serial", "bigserial",
		"bool", "bit", "year", "oid", NULL };
	column->number = begins_with_any(type, numbers);
	column->text = !column->number;
	column->exact = !begins_with_any(type, texts);
	*boolean = strncasecmp(type, "bool", 4) == 0;
}

/* utf8_bin, latin1_general_cs */
static bool
collation_is_exact(const char *name)
{
	const size_t length = strlen(name);
	return length > 3 &&
		(strcasecmp(name + length - 3, "bin") == 0 ||
			strcasecmp(name + length - 3, "_cs") == 0);
}

/* The rest of a column's definition, up to ',' or ')' outside of parentheses. */
static struct sql_token
take_definition(struct dump_reader *reader, struct pro_store_column *column)
{
	unsigned depth = 0;
	bool collate = false;
	for (;;) {
		const struct sql_token token = sql_next(&reader->lexer);
		if (token.kind == SQL_END ||
			(depth == 0 && (is_sign(&token, ',') || is_sign(&token, ')'))))
			return token;
		if (is_sign(&token, '('))
			depth++;
		else if (is_sign(&token, ')'))
			depth--;
		if (column && token.kind == SQL_WORD) {
			if (collate)
				column->exact = collation_is_exact(token.text);
			if (sql_is_word(&token, "binary"))
				column->exact = true;
		}
		collate = sql_is_word(&token, "collate");
	}
}

static bool
opens_constraint(const struct sql_token *token)
{
	static const char *const words[] = { "primary", "key", "unique", "constraint", "index",
		"fulltext", "spatial", "check", "foreign", "exclude", "like", "period", NULL };
	for (size_t i = 0; token->kind == SQL_WORD && words[i]; i++)
		if (strcasecmp(token->text, words[i]) == 0)
			return true;
	return false;
}

/* Behind the '(' of CREATE TABLE. */
static void
take_columns(struct dump_reader *reader, struct dump_table *table)
{
	bool boolean[COLUMN_LIMIT] = { false };
	struct sql_token token = { .kind = SQL_SIGN, .sign = ',' };
	while (is_sign(&token, ',')) {
		token = sql_next(&reader->lexer);
		if (!is_name(&token))
			break;
		if (opens_constraint(&token) || table->columns.count == COLUMN_LIMIT) {
			token = take_definition(reader, NULL);
			continue;
		}
		struct pro_store_column column = { .name = token.text };
		const struct sql_token type = sql_next(&reader->lexer);
		if (is_name(&type))
			classify(type.text, &column, &boolean[table->columns.count]);
		token = type;
		if (!is_sign(&type, ',') && !is_sign(&type, ')'))
			token = take_definition(reader, &column);
		ARRAY_PUSH(reader->arena, &table->columns, column);
	}
	table->boolean = arena_copy(reader->arena, boolean, sizeof(boolean));
}

/* ") ENGINE=InnoDB COLLATE=utf8_bin;" */
static void
take_table_options(struct dump_reader *reader, struct dump_table *table)
{
	bool collate = false;
	for (;;) {
		const struct sql_token token = sql_next(&reader->lexer);
		if (token.kind == SQL_END || is_sign(&token, ';'))
			return;
		if (is_sign(&token, '='))
			continue;
		if (collate && is_name(&token) && collation_is_exact(token.text))
			for (size_t i = 0; i < table->columns.count; i++)
				table->columns.items[i].exact = true;
		collate = sql_is_word(&token, "collate");
	}
}

static void
take_create(struct dump_reader *reader)
{
	struct sql_token token = sql_next(&reader->lexer);
	const unsigned line = token.line;
	while (sql_is_word(&token, "temporary") || sql_is_word(&token, "unlogged") ||
		sql_is_word(&token, "global") || sql_is_word(&token, "local"))
		token = sql_next(&reader->lexer);
	if (!sql_is_word(&token, "table")) {
		if (!is_sign(&token, ';'))
			sql_skip_statement(&reader->lexer);
		return;
	}
	token = sql_next(&reader->lexer);
	while (sql_is_word(&token, "if") || sql_is_word(&token, "not") ||
		sql_is_word(&token, "exists"))
		token = sql_next(&reader->lexer);

	const char *name = take_table_name(reader, token, &token);
	if (!name || !is_sign(&token, '(') || !table_get(reader->wanted, name)) {
		if (!is_sign(&token, ';'))
			sql_skip_statement(&reader->lexer);
		return;
	}
	struct dump_table *table = ARENA_NEW(reader->arena, struct dump_table);
	table->name = name;
	take_columns(reader, table);
	take_table_options(reader, table);
	if (table_get(&reader->tables, name) || table->columns.count == 0 ||
		!pro_store_add_table(
			reader->store, name, table->columns.items, table->columns.count))
		return;
	table_set(&reader->tables, name, table);
	string_list_push(reader->arena, &reader->result.tables, name);
	reader->result.create_line = line;
}

/* The position of each named column in the table; false when one is not there. */
static bool
take_column_names(struct dump_reader *reader, const struct dump_table *table, size_t *places,
	size_t *ret_count)
{
	size_t count = 0;
	for (;;) {
		const struct sql_token token = sql_next(&reader->lexer);
		if (!is_name(&token) || count == COLUMN_LIMIT)
			return false;
		size_t place = 0;
		while (place < table->columns.count &&
			strcasecmp(table->columns.items[place].name, token.text) != 0)
			place++;
		if (place == table->columns.count)
			return false;
		places[count++] = place;
		const struct sql_token next = sql_next(&reader->lexer);
		if (is_sign(&next, ')'))
			break;
		if (!is_sign(&next, ','))
			return false;
	}
	*ret_count = count;
	return true;
}

static void
add_row(struct dump_reader *reader, const struct dump_table *table, const char **values, bool good,
	unsigned line)
{
	for (size_t i = 0; good && i < table->columns.count; i++)
		if (table->boolean[i] && values[i])
			values[i] = strchr("tT1yY", values[i][0]) && values[i][0] ? "1" : "0";
	if (good && pro_store_add_row(reader->store, table->name, values, table->columns.count)) {
		reader->result.rows++;
		return;
	}
	if (reader->result.bad_rows++ == 0)
		reader->result.bad_line = line;
}

/* One value and what follows it, up to the ',' or ')' behind it. *good becomes false for an
 * expression. */
static struct sql_token
take_value(struct dump_reader *reader, const char **ret_value, bool *good)
{
	struct sql_token token = sql_next(&reader->lexer);
	if (token.kind == SQL_WORD && token.text[0] == '_') /* _binary 'x' */
		token = sql_next(&reader->lexer);
	if (token.kind == SQL_STRING || token.kind == SQL_NUMBER)
		*ret_value = token.text;
	else if (sql_is_word(&token, "true") || sql_is_word(&token, "false"))
		*ret_value = sql_is_word(&token, "true") ? "1" : "0";
	else if (sql_is_word(&token, "null"))
		*ret_value = NULL;
	else
		*good = false;

	unsigned depth = is_sign(&token, '(') ? 1 : 0;
	bool cast = false;
	for (;;) {
		token = sql_next(&reader->lexer);
		if (token.kind == SQL_END ||
			(depth == 0 && (is_sign(&token, ',') || is_sign(&token, ')'))))
			return token;
		if (is_sign(&token, '('))
			depth++;
		else if (is_sign(&token, ')'))
			depth--;
		else if (is_sign(&token, ':'))
			cast = true;
		else if (!cast)
			*good = false;
	}
}

/* Behind VALUES: "(...),(...);" */
static void
take_rows(struct dump_reader *reader, const struct dump_table *table, const size_t *places,
	size_t count)
{
	for (;;) {
		AUTO_ARENA struct arena scratch = { 0 };
		const char *values[COLUMN_LIMIT] = { NULL };
		reader->lexer.arena = &scratch;
		struct sql_token token = sql_next(&reader->lexer);
		const unsigned line = token.line;
		if (!is_sign(&token, '('))
			break;
		size_t taken = 0;
		bool good = true;
		do {
			const char *value = NULL;
			token = take_value(reader, &value, &good);
			if (taken < count)
				values[places[taken]] = value;
			taken++;
		} while (is_sign(&token, ','));
		add_row(reader, table, values, good && taken == count && is_sign(&token, ')'),
			line);
		token = sql_next(&reader->lexer);
		reader->lexer.arena = reader->arena;
		if (!is_sign(&token, ',')) {
			if (token.kind != SQL_END && !is_sign(&token, ';'))
				sql_skip_statement(&reader->lexer);
			return;
		}
	}
	reader->lexer.arena = reader->arena;
	sql_skip_statement(&reader->lexer);
}

static const struct dump_table *
take_target(struct dump_reader *reader, struct sql_token token, size_t *places, size_t *ret_count,
	struct sql_token *ret_next)
{
	const char *name = take_table_name(reader, token, &token);
	const struct dump_table *table = name ? table_get(&reader->tables, name) : NULL;
	*ret_next = token;
	if (!table)
		return NULL;
	*ret_count = table->columns.count;
	for (size_t i = 0; i < table->columns.count; i++)
		places[i] = i;
	if (is_sign(&token, '(')) {
		if (!take_column_names(reader, table, places, ret_count))
			return NULL;
		*ret_next = sql_next(&reader->lexer);
	}
	return table;
}

static void
take_insert(struct dump_reader *reader)
{
	size_t places[COLUMN_LIMIT], count = 0;
	struct sql_token token = sql_next(&reader->lexer);
	while (sql_is_word(&token, "ignore") || sql_is_word(&token, "into") ||
		sql_is_word(&token, "delayed") || sql_is_word(&token, "low_priority"))
		token = sql_next(&reader->lexer);
	const struct dump_table *table = take_target(reader, token, places, &count, &token);
	if (table && sql_is_word(&token, "values"))
		take_rows(reader, table, places, count);
	else if (!is_sign(&token, ';'))
		sql_skip_statement(&reader->lexer);
}

/* A field of COPY's text format; "\N" is NULL. */
static const char *
copied_field(struct bytes field, struct arena *arena)
{
	if (field.size == 2 && memcmp(field.data, "\\N", 2) == 0)
		return NULL;
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < field.size; i++) {
		char c = field.data[i];
		if (c == '\\' && i + 1 < field.size) {
			c = field.data[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		buffer_add_char(&text, c);
	}
	return arena_strdup(arena, buffer_text(&text));
}

static void
take_copied_rows(struct dump_reader *reader, const struct dump_table *table, const size_t *places,
	size_t count)
{
	struct bytes line;
	while (sql_take_line(&reader->lexer, &line)) {
		if (line.size == 2 && memcmp(line.data, "\\.", 2) == 0)
			return;
		if (!table)
			continue;
		AUTO_ARENA struct arena scratch = { 0 };
		const char *values[COLUMN_LIMIT] = { NULL };
		size_t taken = 0;
		for (const char *at = line.data, *end = line.data + line.size; at <= end; taken++) {
			const char *tab = memchr(at, '\t', (size_t)(end - at));
			const struct bytes field = { at, (size_t)((tab ? tab : end) - at) };
			if (taken < count)
				values[places[taken]] = copied_field(field, &scratch);
			at = (tab ? tab : end) + 1;
		}
		add_row(reader, table, values, taken == count, reader->lexer.line - 1);
	}
}

static void
take_copy(struct dump_reader *reader)
{
	size_t places[COLUMN_LIMIT], count = 0;
	struct sql_token token = sql_next(&reader->lexer);
	const struct dump_table *table = take_target(reader, token, places, &count, &token);
	bool from_stdin = false;
	while (token.kind != SQL_END && !is_sign(&token, ';')) {
		from_stdin = from_stdin || sql_is_word(&token, "stdin");
		token = sql_next(&reader->lexer);
	}
	struct bytes rest;
	if (from_stdin && sql_take_line(&reader->lexer, &rest))
		take_copied_rows(reader, table, places, count);
}

/* MySQL's client changes the delimiter around bodies of triggers: up to "DELIMITER ;". */
static void
skip_delimited(struct dump_reader *reader)
{
	struct bytes line;
	if (!sql_take_line(&reader->lexer, &line))
		return;
	while (sql_take_line(&reader->lexer, &line))
		if (line.size >= 11 && strncasecmp(line.data, "DELIMITER ;", 11) == 0 &&
			(line.size == 11 || line.data[11] != ';'))
			return;
}

void
pro_dump_load(struct bytes text, bool mysql, const struct table *wanted, struct pro_store *store,
	struct arena *arena, struct pro_dump *ret_dump)
{
	AUTO_ARENA struct arena words = { 0 };
	struct dump_reader reader = {
		.lexer = { .input = text, .line = 1, .mysql = mysql, .arena = arena },
		.wanted = wanted,
		.store = store,
		.arena = arena,
		.tables = { .arena = arena },
	};
	for (;;) {
		reader.lexer.arena = &words;
		const struct sql_token token = sql_next(&reader.lexer);
		reader.lexer.arena = arena;
		if (token.kind == SQL_END)
			break;
		if (sql_is_word(&token, "create"))
			take_create(&reader);
		else if (sql_is_word(&token, "insert") || sql_is_word(&token, "replace"))
			take_insert(&reader);
		else if (sql_is_word(&token, "copy"))
			take_copy(&reader);
		else if (mysql && sql_is_word(&token, "delimiter"))
			skip_delimited(&reader);
		else if (!is_sign(&token, ';'))
			sql_skip_statement(&reader.lexer);
	}
	*ret_dump = reader.result;
}
