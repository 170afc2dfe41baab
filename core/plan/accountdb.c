/*
 * accountdb.c - the account files as a whole: names of files and fields, reading and changing
 * lines, and writing a file back.
 *
 * Lines are never moved: removed ones are marked, new ones wait in a list of their own, so that ten
 * thousand changes cost no more than one pass.
 */
#include "core/plan/accountdb.h"

#include <assert.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/accountdb_line.h"

/* ---- names ---- */

static const struct {
	const char *name, *path;
	size_t count;
	const char *fields[SHADOW_FIELDS];
} files[ACCOUNTDB_FILES] = {
	[ACCOUNTDB_GROUP] = { "group", "/etc/group", GROUP_FIELDS,
		{ "name", "password", "gid", "members" } },
	[ACCOUNTDB_GSHADOW] = { "gshadow", "/etc/gshadow", GSHADOW_FIELDS,
		{ "name", "password", "administrators", "members" } },
	[ACCOUNTDB_SHADOW] = { "shadow", "/etc/shadow", SHADOW_FIELDS,
		{ "name", "password", "changed", "min", "max", "warn", "inactive", "expire",
			"flag" } },
	[ACCOUNTDB_PASSWD] = { "passwd", "/etc/passwd", PASSWD_FIELDS,
		{ "name", "password", "uid", "gid", "gecos", "home", "shell" } },
};

const char *
accountdb_file_name(enum accountdb_file file)
{
	return files[file].name;
}

bool
accountdb_file_parse(const char *name, enum accountdb_file *ret_file)
{
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		if (strcmp(files[file].name, name) == 0) {
			*ret_file = file;
			return true;
		}
	}
	return false;
}

const char *
accountdb_path(enum accountdb_file file)
{
	return files[file].path;
}

size_t
accountdb_field_count(enum accountdb_file file)
{
	return files[file].count;
}

const char *
accountdb_field_name(enum accountdb_file file, size_t field)
{
	assert(field < files[file].count);
	return files[file].fields[field];
}

/* ---- reading lines ---- */

struct accountdb_line *
accountdb_next(const struct accountdb *db, enum accountdb_file file, size_t *cursor)
{
	struct accountdb_line *line;
	do
		line = table_next(&db->tables[file], cursor);
	while (line && line->kind != LINE_RECORD);
	return line;
}

static struct accountdb_line *
last_line(const struct accountdb_table *table)
{
	const struct accountdb_lines *parts[] = { &table->lines, &table->added };
	/* The new lines stand at the end only when no NIS line does. */
	bool added_last = table->insert_at == table->lines.count;
	for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
		const struct accountdb_lines *lines = parts[added_last ? 1 - part : part];
		for (size_t i = lines->count; i > 0; i--) {
			if (!lines->items[i - 1]->removed)
				return lines->items[i - 1];
		}
	}
	return NULL;
}

const char *
accountdb_last_name(const struct accountdb *db, enum accountdb_file file)
{
	const struct accountdb_line *line = last_line(&db->tables[file]);
	if (!line)
		return NULL;
	return line->kind == LINE_RECORD ? line->fields[0] : "";
}

const char *
accountdb_field(const struct accountdb_line *line, size_t field)
{
	assert(field < accountdb_field_count(line->file));
	if (field == GROUP_MEMBERS && file_has_members(line->file))
		return line_members_text((struct accountdb_line *)line);
	return field < line->length ? line->fields[field] : "";
}

const char *
accountdb_name(const struct accountdb_line *line)
{
	return line->fields[0];
}

bool
accountdb_line_id(const struct accountdb_line *line, size_t field, uint32_t *ret_id)
{
	unsigned long long number;
	if (!text_number(accountdb_field(line, field), UINT32_MAX, &number))
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

unsigned
accountdb_line_number(const struct accountdb_line *line)
{
	return line->number;
}

size_t
accountdb_line_length(const struct accountdb_line *line)
{
	return line->length;
}

/* ---- changing lines ---- */

struct accountdb_line *
accountdb_line_create(enum accountdb_file file, const char *const *fields, struct arena *arena)
{
	struct accountdb_line *line = ARENA_NEW(arena, struct accountdb_line);
	line->arena = arena;
	line->file = file;
	line->kind = LINE_RECORD;
	line->changed = true;
	line->length = accountdb_field_count(file);
	for (size_t i = 0; i < line->length; i++)
		line->fields[i] = arena_strdup(arena, fields[i]);
	return line;
}

struct accountdb_line *
accountdb_add(struct accountdb *db, enum accountdb_file file, const char *const *fields)
{
	struct accountdb_table *table = &db->tables[file];
	assert(!accountdb_find(db, file, fields[0]));

	struct accountdb_line *line = accountdb_line_create(file, fields, db->arena);

	ARRAY_PUSH(db->arena, &table->added, line);
	line_index(table, line);
	listing_add_line(db, line);
	/* A last line that had no newline gets one when something follows it. */
	if (table->insert_at == table->lines.count)
		table->no_final_newline = false;
	table->changed = true;
	return line;
}

void
accountdb_remove(struct accountdb *db, enum accountdb_file file, struct accountdb_line *line)
{
	struct accountdb_table *table = &db->tables[file];
	/* The newline that is missing belongs to this line. */
	if (table->no_final_newline && line == last_line(table))
		table->no_final_newline = false;
	listing_remove_line(db, line);
	line_unindex(table, line);
	table->changed = true;
}

/* Of logins: see accountdb_memberships(). */
static bool
is_list(enum accountdb_file file, size_t field)
{
	return (file_has_members(file) && field == GROUP_MEMBERS) ||
		(file == ACCOUNTDB_GSHADOW && field == GSHADOW_ADMINS);
}

void
accountdb_set_field(struct accountdb *db, enum accountdb_file file, struct accountdb_line *line,
	size_t field, const char *value)
{
	assert(field > 0 && field < accountdb_field_count(file));
	if (strcmp(accountdb_field(line, field), value) == 0)
		return;

	while (line->length <= field)
		line->fields[line->length++] = "";
	line->changed = true;
	db->tables[file].changed = true;

	value = arena_strdup(db->arena, value);
	if (!is_list(file, field)) {
		line_set_field(&db->tables[file], line, field, value);
		return;
	}
	listing_remove_line(db, line);
	if (field == GROUP_MEMBERS)
		line->members = NULL;
	line->fields[field] = value;
	listing_add_line(db, line);
}

void
accountdb_rename(struct accountdb *db, enum accountdb_file file, struct accountdb_line *line,
	const char *name)
{
	struct accountdb_table *table = &db->tables[file];
	assert(!accountdb_find(db, file, name));
	line_unindex(table, line);
	line->fields[0] = arena_strdup(db->arena, name);
	line->removed = line->has_namesake = line->has_id_twin = false;
	line->changed = table->changed = true;
	line_index(table, line);
}

void
accountdb_shorten(
	struct accountdb *db, enum accountdb_file file, struct accountdb_line *line, size_t length)
{
	while (!line->rest && line->length > length && line->length > 1 &&
		!*accountdb_field(line, line->length - 1)) {
		line->length--;
		line->changed = true;
		db->tables[file].changed = true;
	}
}

/* ---- writing ---- */

static void
join_line(struct accountdb_line *line, struct buffer *out)
{
	buffer_add(out, line->raw.data, line->indent);
	for (size_t i = 0; i < line->length; i++) {
		if (i > 0)
			buffer_add_char(out, ':');
		buffer_add_text(out, accountdb_field(line, i));
	}
	if (line->rest) {
		buffer_add_char(out, ':');
		buffer_add_text(out, line->rest);
	}
}

void
line_write(struct accountdb_line *line, struct buffer *out)
{
	if (line->changed)
		join_line(line, out);
	else
		buffer_add(out, line->raw.data, line->raw.size);
}

static bool
texts_are_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* The first field that would read back as something else; false when all is as it was meant. */
static bool
find_misread(struct accountdb_line *meant, struct accountdb_line *read, size_t *ret_field)
{
	for (size_t i = 0; i < meant->length; i++) {
		*ret_field = i;
		if (read->kind != LINE_RECORD || i >= read->length ||
			strpbrk(accountdb_field(meant, i), ":\n") ||
			strcmp(accountdb_field(meant, i), accountdb_field(read, i)) != 0)
			return true;
		if (i == GROUP_MEMBERS && file_has_members(meant->file) &&
			!members_are_equal(meant, read))
			return true;
	}
	return read->length != meant->length || read->indent != meant->indent ||
		!texts_are_equal(meant->rest, read->rest);
}

static bool
add_changed_line(const struct accountdb_table *table, struct accountdb_line *line,
	struct arena *scratch, struct buffer *out, struct diags *diags)
{
	size_t start = out->size, field = 0;
	join_line(line, out);
	struct bytes written = { out->data + start, out->size - start };
	struct accountdb_line *read = line_parse(scratch, line->file, written, 0);
	if (!find_misread(line, read, &field))
		return true;

	diag_error(diags, at_column(table->path, line->number, 0, files[line->file].fields[field]),
		"the %s of '%s' would not read back as it was meant",
		files[line->file].fields[field], line->fields[0]);
	diag_code(diags, "unwritable-field");
	return false;
}

bool
accountdb_serialise(
	struct accountdb *db, enum accountdb_file file, struct buffer *out, struct diags *diags)
{
	AUTO_ARENA struct arena scratch = { 0 };
	const struct accountdb_table *table = &db->tables[file];
	bool good = true;
	bool is_first = true;
	size_t cursor = 0;
	struct accountdb_line *line;
	while ((line = table_next(table, &cursor))) {
		if (!is_first)
			buffer_add_char(out, '\n');
		is_first = false;
		if (line->changed)
			good = add_changed_line(table, line, &scratch, out, diags) && good;
		else
			buffer_add(out, line->raw.data, line->raw.size);
	}
	if (!is_first && !table->no_final_newline)
		buffer_add_char(out, '\n');
	return good;
}
