/*
 * accountdb_parse.c - account files into lines, as libc reads them.
 *
 * Like libc we skip blanks in front of a line and take the first line of a name. A line with too
 * few or too many fields still holds its name: no account of ours may get it. Nothing is dropped.
 */
#include <inttypes.h>
#include <string.h>

#include "core/base/text.h"
#include "core/plan/accountdb_line.h"

static enum line_kind
classify(struct bytes raw, size_t *ret_indent)
{
	size_t i = 0;
	while (i < raw.size && memchr(LINE_BLANKS, raw.data[i], sizeof(LINE_BLANKS) - 1))
		i++;
	*ret_indent = i;
	if (i == raw.size || raw.data[i] == '#')
		return LINE_COMMENT;
	if (raw.data[i] == '+' || raw.data[i] == '-')
		return LINE_NIS;
	if (raw.data[i] == ':' || !memchr(raw.data + i, ':', raw.size - i))
		return LINE_MALFORMED;
	return LINE_RECORD;
}

static void
split(struct accountdb_line *line, char *text)
{
	size_t limit = accountdb_field_count(line->file);
	while (text && line->length < limit) {
		line->fields[line->length++] = text;
		char *colon = strchr(text, ':');
		if (colon)
			*colon = '\0';
		text = colon ? colon + 1 : NULL;
	}
	line->rest = text;
}

struct accountdb_line *
line_parse(struct arena *arena, enum accountdb_file file, struct bytes raw, unsigned number)
{
	struct accountdb_line *line = ARENA_NEW(arena, struct accountdb_line);
	line->arena = arena;
	line->file = file;
	line->raw = raw;
	line->number = number;
	line->kind = classify(raw, &line->indent);
	if (line->kind == LINE_RECORD)
		split(line, arena_strndup(arena, raw.data + line->indent, raw.size - line->indent));
	return line;
}

/* ---- finding ---- */

struct accountdb_line *
table_next(const struct accountdb_table *table, size_t *cursor)
{
	size_t added = table->added.count, all = table->lines.count + added;
	while (*cursor < all) {
		size_t i = (*cursor)++;
		struct accountdb_line *line;
		if (i < table->insert_at)
			line = table->lines.items[i];
		else if (i < table->insert_at + added)
			line = table->added.items[i - table->insert_at];
		else
			line = table->lines.items[i - added];
		if (!line->removed)
			return line;
	}
	return NULL;
}

bool
file_id_field(enum accountdb_file file, size_t *ret_field)
{
	*ret_field = file == ACCOUNTDB_PASSWD ? (size_t)PASSWD_UID : (size_t)GROUP_GID;
	return file == ACCOUNTDB_PASSWD || file == ACCOUNTDB_GROUP;
}

static bool
line_id(const struct accountdb_line *line, uint32_t *ret_id)
{
	size_t field;
	return file_id_field(line->file, &field) && accountdb_line_id(line, field, ret_id);
}

/* The line that the map knows by this id; it may have lost the id or be gone. */
static struct accountdb_line *
find_by_id(const struct accountdb_table *table, uint32_t id)
{
	struct accountdb_line *line = id_table_get(&table->by_id, id);
	uint32_t has;
	return line && !line->removed && line_id(line, &has) && has == id ? line : NULL;
}

struct accountdb_line *
accountdb_find(const struct accountdb *db, enum accountdb_file file, const char *name)
{
	return table_get(&db->tables[file].by_name, name);
}

struct accountdb_line *
accountdb_find_id(const struct accountdb *db, enum accountdb_file file, uint32_t id)
{
	return find_by_id(&db->tables[file], id);
}

static void
index_name(struct accountdb_table *table, struct accountdb_line *line)
{
	struct accountdb_line *first = table_get(&table->by_name, line->fields[0]);
	if (first)
		first->has_namesake = true;
	else
		table_set(&table->by_name, line->fields[0], line);
}

static void
index_id(struct accountdb_table *table, struct accountdb_line *line)
{
	uint32_t id;
	if (!line_id(line, &id))
		return;
	struct accountdb_line *first = find_by_id(table, id);
	if (first && first != line)
		first->has_id_twin = true;
	else
		id_table_set(&table->by_id, id, line);
}

void
line_index(struct accountdb_table *table, struct accountdb_line *line)
{
	index_name(table, line);
	index_id(table, line);
}

/* Two lines of one name or id are rare, so whoever comes first now is looked for. */
static void
index_namesakes(struct accountdb_table *table, const char *name)
{
	size_t cursor = 0;
	struct accountdb_line *line;
	while ((line = table_next(table, &cursor))) {
		if (line->kind == LINE_RECORD && strcmp(line->fields[0], name) == 0)
			index_name(table, line);
	}
}

static void
index_twins(struct accountdb_table *table, uint32_t id)
{
	size_t cursor = 0;
	struct accountdb_line *line;
	uint32_t other;
	while ((line = table_next(table, &cursor))) {
		if (line_id(line, &other) && other == id)
			index_id(table, line);
	}
}

void
line_set_field(
	struct accountdb_table *table, struct accountdb_line *line, size_t field, const char *value)
{
	uint32_t id;
	bool had_id = line_id(line, &id);
	line->fields[field] = value;
	if (had_id && line->has_id_twin)
		index_twins(table, id);
	index_id(table, line);
}

void
line_unindex(struct accountdb_table *table, struct accountdb_line *line)
{
	/* The map by id has no removal: find_by_id() sees that the line is gone. */
	line->removed = true;
	if (table_get(&table->by_name, line->fields[0]) == line)
		table_set(&table->by_name, line->fields[0], NULL);
	if (line->has_namesake)
		index_namesakes(table, line->fields[0]);
	uint32_t id;
	if (line->has_id_twin && line_id(line, &id))
		index_twins(table, id);
}

/* ---- whole files ---- */

static bool
has_right_length(const struct accountdb_line *line)
{
	enum { OLD_SHADOW_FIELDS = 5 }; /* still read by libc and by shadow-utils */
	if (line->file == ACCOUNTDB_SHADOW && line->length == OLD_SHADOW_FIELDS)
		return true;
	return line->length == accountdb_field_count(line->file) && !line->rest;
}

static void
warn_of_record(
	const struct accountdb_table *table, const struct accountdb_line *line, struct diags *diags)
{
	size_t field;
	uint32_t id;
	if (table_get(&table->by_name, line->fields[0]) != line) {
		diag_warning(diags, at(table->path, line->number),
			"'%s' stands in an earlier line already, which is the one that counts",
			line->fields[0]);
		diag_code(diags, "duplicate-name");
	}
	if (!has_right_length(line)) {
		diag_warning(diags, at(table->path, line->number),
			"the line of '%s' has %zu%s fields, not %zu", line->fields[0], line->length,
			line->rest ? " and more" : "", accountdb_field_count(line->file));
		diag_code(diags, "malformed-line");
	} else if (file_id_field(line->file, &field) && !accountdb_line_id(line, field, &id)) {
		diag_warning(diags, at(table->path, line->number), "the %s of '%s' is no number",
			accountdb_field_name(line->file, field), line->fields[0]);
		diag_code(diags, "malformed-line");
	}
}

static void
add_line(struct accountdb_table *table, struct accountdb_line *line, struct diags *diags)
{
	if (line->kind == LINE_NIS && table->insert_at == SIZE_MAX)
		table->insert_at = table->lines.count;
	ARRAY_PUSH(line->arena, &table->lines, line);

	if (line->kind == LINE_RECORD) {
		line_index(table, line);
		warn_of_record(table, line, diags);
	} else if (line->kind == LINE_MALFORMED) {
		diag_warning(diags, at(table->path, line->number),
			"not a line of %zu fields that starts with a name",
			accountdb_field_count(table->file));
		diag_code(diags, "malformed-line");
	}
}

static bool
has_no_nul(const struct accountdb_table *table, struct bytes text, struct diags *diags)
{
	const char *nul = text.size ? memchr(text.data, '\0', text.size) : NULL;
	if (!nul)
		return true;
	unsigned line = 1;
	for (const char *c = text.data; c < nul; c++)
		line += *c == '\n';
	diag_error(diags, at(table->path, line), "the file contains a NUL byte");
	diag_hint(diags, "Repair the file with vipw or vigr; nothing is rewritten until then.");
	return false;
}

static bool
parse_table(
	struct accountdb_table *table, struct bytes text, struct arena *arena, struct diags *diags)
{
	if (!has_no_nul(table, text, diags))
		return false;
	table->by_name.arena = table->by_id.arena = arena;
	table->insert_at = SIZE_MAX;

	const char *position = text.data, *end = text.data + text.size;
	for (unsigned number = 1; position < end; number++) {
		const char *newline = memchr(position, '\n', (size_t)(end - position));
		const char *line_end = newline ? newline : end;
		struct bytes raw = { position, (size_t)(line_end - position) };
		add_line(table, line_parse(arena, table->file, raw, number), diags);
		table->no_final_newline = !newline;
		position = line_end + 1;
	}
	if (table->insert_at == SIZE_MAX)
		table->insert_at = table->lines.count;
	return true;
}

bool
accountdb_parse(const struct bytes texts[ACCOUNTDB_FILES], struct arena *arena,
	struct accountdb *ret_db, struct diags *diags)
{
	struct accountdb db = { .arena = arena };
	bool good = true;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		struct accountdb_table *table = &db.tables[file];
		table->file = file;
		table->path = accountdb_path(file);
		table->exists = texts[file].data != NULL;
		if (!table->exists && file != ACCOUNTDB_GSHADOW)
			good = diag_error(diags, at(table->path, 0), "no such file");
		good = parse_table(table, texts[file], arena, diags) && good;
	}
	if (good)
		*ret_db = db;
	return good;
}
