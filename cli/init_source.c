/*
 * init_source.c - what a source is like, and how the configuration would say so; see init.h.
 *
 * Sheets are read with a sink that only counts: rows that would be refused are a finding here, not
 * a failure.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/init.h"
#include "cli/planning.h"
#include "core/base/text.h"
#include "core/model/synonym.h"
#include "core/model/yaml_tree.h"

/* Distinct values that are remembered; bytes of a name, and characters that are shown. */
enum { MAX_VALUES = 1000, NAME_SIZE = 40 };

/* In the order in which they are tried; ISO dates need none. */
static const char *const date_formats[] = { "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d",
	"%d-%m-%Y" };

struct column {
	const char *name;
	unsigned meaning;
	size_t filled;
	struct table values; /* distinct ones, up to MAX_VALUES */
	size_t not_dates[ARRAY_LEN(date_formats)], not_iso;
};

struct source_look {
	struct init *init;
	struct source_config *source;
	const struct importer *importer;
	const char *name; /* in the configuration */
	struct {
		struct column *items;
		size_t count, room;
	} columns;
	struct table by_name; /* -> index + 1 */
	size_t rows, refused;
};

/* ---- the source's own lines ---- */

static void
add_line(struct source_look *look, const char *text)
{
	init_comment(&look->init->sources, 4, text);
}

static bool
is_used(const struct init *init, const char *name)
{
	return string_list_has(&init->names, name);
}

/* A name from the place: "staff" of "/root/Staff.2026.csv"; what it may consist of is config.h's.
 */
static const char *
choose_name(const struct init *init, const struct source_config *source)
{
	struct arena *arena = init->arena;
	const char *place = source->location, *slash = strrchr(place, '/');
	const char *last = slash ? slash + 1 : place;
	char *name = text_lower(arena, *last && !strstr(place, "://") ? last : source->importer);
	size_t kept = 0;
	name[strcspn(name, ".")] = '\0';
	for (const char *c = name; *c && kept < NAME_SIZE; c++) {
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", *c))
			name[kept++] = *c;
	}
	name[kept] = '\0';
	if (!kept || name[0] == '-')
		name = arena_strdup(arena, source->importer);
	const char *chosen = name;
	for (unsigned i = 2; is_used(init, chosen); i++)
		chosen = arena_printf(arena, "%s%u", name, i);
	return chosen;
}

static const char *
absolute(const char *path, struct arena *arena)
{
	char *directory = path[0] == '/' ? NULL : getcwd(NULL, 0);
	const char *whole = directory ? arena_printf(arena, "%s/%s", directory, path)
				      : arena_strdup(arena, path);
	free(directory);
	return whole;
}

static void
begin_source(struct source_look *look)
{
	struct init *init = look->init;
	const char *location = look->source->location;
	bool is_uri = strstr(location, "://") != NULL;
	look->name = choose_name(init, look->source);
	string_list_push(init->arena, &init->names, look->name);
	buffer_printf(&init->sources, "  %s:\n", look->name);
	init_key(&init->sources, 4, "importer", look->importer->name);
	init_key(&init->sources, 4,
		is_uri				     ? "uri"
			: look->importer->old_server ? "root"
						     : "file",
		is_uri ? location : absolute(location, init->arena));
}

/* ---- a sheet: counting ---- */

static struct column *
find_column(struct source_look *look, const char *name)
{
	size_t *index = table_get(&look->by_name, name);
	return index ? &look->columns.items[*index] : NULL;
}

static bool
take_header(void *ctx, const struct record *header)
{
	struct source_look *look = ctx;
	struct arena *arena = look->init->arena;
	ARRAY_FOREACH (field, &header->fields) {
		const char *name = arena_strdup(arena, field->name);
		if (find_column(look, name))
			continue;
		size_t *index = ARENA_NEW(arena, size_t);
		*index = look->columns.count;
		struct column column = { name, column_meaning(name, arena), 0, { .arena = arena },
			{ 0 }, 0 };
		ARRAY_PUSH(arena, &look->columns, column);
		table_set(&look->by_name, name, index);
	}
	return true;
}

static void
count_dates(struct column *column, const char *value, struct arena *arena)
{
	struct diags ignored = { .arena = arena };
	int64_t day;
	column->not_iso += !account_parse_date(value, NULL, NOWHERE, &day, &ignored);
	for (size_t i = 0; i < ARRAY_LEN(date_formats); i++)
		column->not_dates[i] +=
			!account_parse_date(value, date_formats[i], NOWHERE, &day, &ignored);
}

static bool
take_record(void *ctx, const struct record *record)
{
	struct source_look *look = ctx;
	struct arena *arena = look->init->arena;
	look->rows++;
	ARRAY_FOREACH (field, &record->fields) {
		struct column *column = find_column(look, field->name);
		const char *value = text_trimmed(arena, field->value);
		if (!column || !*value)
			continue;
		column->filled++;
		if (column->meaning == ACCOUNT_EXPIRES)
			count_dates(column, value, arena);
		if (column->values.count < MAX_VALUES && !table_get(&column->values, value))
			table_set(&column->values, value, column);
	}
	return true;
}

static bool
take_account(void *ctx, const struct account *account)
{
	struct source_look *look = ctx;
	(void)account;
	look->rows++;
	return true;
}

static void
take_reject(void *ctx, const struct record *record)
{
	struct source_look *look = ctx;
	(void)record;
	look->refused++;
}

static void
take_present(void *ctx, const char *key)
{
	(void)ctx;
	(void)key;
}

/* ---- a sheet: what is said of it ---- */

static const char *
meaning_words(unsigned meaning)
{
	switch (meaning) {
	case COLUMN_FIRST_NAME:
		return "first name";
	case COLUMN_LAST_NAME:
		return "last name";
	case COLUMN_NAME:
		return "full_name, or the rest of one";
	case COLUMN_UNKNOWN:
		return "not used";
	default:
		return account_field_name(meaning);
	}
}

static void
add_columns(struct source_look *look)
{
	struct arena *arena = look->init->arena;
	add_line(look, "What its columns are taken for, by their names:");
	ARRAY_FOREACH (column, &look->columns)
		add_line(look,
			arena_printf(arena, "- '%s': %s%s",
				text_left(arena, column->name, NAME_SIZE),
				meaning_words(column->meaning), column->filled ? "" : " (empty)"));
}

/* The format of all dates of a column, when it is one, and not the one that needs no word. */
static const char *
date_format(const struct column *column)
{
	const char *found = NULL;
	if (!column->filled || !column->not_iso)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(date_formats); i++) {
		if (column->not_dates[i])
			continue;
		if (found)
			return NULL;
		found = date_formats[i];
	}
	return found;
}

static bool
is_first_of_its_kind(const struct source_look *look, const struct column *column)
{
	ARRAY_FOREACH (other, &look->columns) {
		if (other->meaning == column->meaning)
			return other == column;
	}
	return true;
}

static size_t
count_kind(const struct source_look *look, unsigned meaning)
{
	size_t count = 0;
	ARRAY_FOREACH (column, &look->columns)
		count += column->meaning == meaning;
	return count;
}

/* A rule names its column on one line, and in what can be seen. */
static bool
is_nameable(const struct source_look *look, const struct column *column)
{
	return strcmp(text_escaped(look->init->arena, column->name), column->name) == 0;
}

static void
leave_rule(struct source_look *look, const struct column *column)
{
	struct init *init = look->init;
	string_list_push(init->arena, &init->leftovers,
		arena_printf(init->arena,
			"source %s: no rule in map: can name the column '%s', and it needs one; "
			"give it a name on one line in the sheet",
			look->name, column->name));
}

/* "    map:" in front of the first rule. */
static void
add_rule(struct source_look *look, bool *begun, const char *why, const struct column *column,
	const char *date)
{
	struct buffer *out = &look->init->sources;
	if (!*begun)
		buffer_add_text(out, "    map:\n");
	*begun = true;
	init_comment(out, 6, why);
	buffer_printf(out, "      %s: { from: ", account_field_name(column->meaning));
	yaml_write_text(out, column->name);
	if (date) {
		buffer_add_text(out, ", date: ");
		yaml_write_text(out, date);
	}
	buffer_add_text(out, " }\n");
}

/* Rules that are needed: everything else goes by the names of the columns. */
static void
add_map(struct source_look *look)
{
	bool begun = false;
	ARRAY_FOREACH (column, &look->columns) {
		const char *date = column->meaning == ACCOUNT_EXPIRES ? date_format(column) : NULL;
		bool several = count_kind(look, column->meaning) > 1;
		if (column->meaning >= ACCOUNT_FIELDS || !is_first_of_its_kind(look, column))
			continue;
		if ((several || date) && !is_nameable(look, column))
			leave_rule(look, column);
		else if (several)
			add_rule(look, &begun,
				"Several columns could be it; this is the first one.", column,
				date);
		else if (date)
			add_rule(look, &begun, "All of its dates are written like this.", column,
				date);
	}
}

/* What tells people apart, when the sheet has no column of that name. */
static void
suggest_key(struct source_look *look)
{
	struct arena *arena = look->init->arena;
	if (count_kind(look, ACCOUNT_KEY)) {
		add_line(look,
			"People are recognised by the column of their id, whatever else changes.");
		return;
	}
	ARRAY_FOREACH (column, &look->columns) {
		bool tells_apart = look->rows > 1 && column->filled == look->rows &&
			column->values.count == look->rows;
		if (!tells_apart || column->meaning != COLUMN_UNKNOWN || !is_nameable(look, column))
			continue;
		AUTO_BUFFER struct buffer name = { 0 };
		yaml_write_text(&name, column->name);
		string_list_push(arena, &look->init->leftovers,
			arena_printf(arena,
				"source %s: is '%s' what a person keeps for ever? It is different "
				"in every row. Then say so in map:, with key: { from: %s }",
				look->name, column->name, buffer_text(&name)));
		return;
	}
	add_line(look, "Without an id, people are recognised by their login.");
}

static bool
is_layout_name(const char *name)
{
	return name[0] && name[0] != '-' && name[0] != '.' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
		strlen(name);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
take_layouts(struct source_look *look)
{
	struct init *init = look->init;
	ARRAY_FOREACH (column, &look->columns) {
		if (column->meaning != ACCOUNT_LAYOUT)
			continue;
		for (size_t i = 0; i < column->values.room; i++) {
			const char *name = column->values.slots[i].key;
			if (!name || !column->values.slots[i].value)
				continue;
			if (!is_layout_name(name))
				string_list_push(init->arena, &init->leftovers,
					arena_printf(init->arena,
						"source %s: '%s' in column '%s' cannot be the "
						"name of a layout; a table: in map: makes one of "
						"it",
						look->name, name, column->name));
			else if (!string_list_has(&init->layouts, name))
				string_list_push(init->arena, &init->layouts, name);
		}
	}
	if (init->layouts.count)
		qsort(init->layouts.items, init->layouts.count, sizeof(*init->layouts.items),
			compare_texts);
}

static void
find_problems(struct source_look *look, const struct diags *problems)
{
	if (!problems->errors)
		return;
	ARRAY_FOREACH (diag, problems) {
		if (diag->level != DIAG_ERROR)
			continue;
		init_find(look->init, look->name, diag->place, "errors: %zu, the first: %s",
			problems->errors, diag->message);
		return;
	}
}

static bool
look_at_records(struct source_look *look, const void *options)
{
	struct init *init = look->init;
	struct source_config *config = look->source;
	struct diags problems = { .arena = init->arena };
	const char *slash = strrchr(config->location, '/');
	struct source source = { .name = look->name,
		.importer = look->importer->name,
		.location = config->location,
		.shown = slash ? slash + 1 : config->location,
		.arena = init->arena };
	struct sink sink = { .ctx = look,
		.record = take_record,
		.account = take_account,
		.header = take_header,
		.reject = take_reject,
		.present = take_present,
		.diags = &problems };
	if (!look->importer->read(options, &source, &sink)) {
		for (size_t i = 0; i < problems.count; i++)
			diag_append(&init->session->diags, &problems.items[i]);
		return session_fail(init->session, EXIT_BAD_DATA);
	}
	init_find(init, look->name, at(source.shown, 0), "rows: %zu%s%s", look->rows,
		sink.detected ? "; read as " : "", sink.detected ? sink.detected : "");
	find_problems(look, &problems);
	if (!look->columns.count)
		return true;
	add_columns(look);
	suggest_key(look);
	add_map(look);
	take_layouts(look);
	return true;
}

/* ---- a server ---- */

static bool
look_at_server(struct source_look *look, const void *options)
{
	struct init *init = look->init;
	struct importer_suggestions suggestions = { 0 };
	struct source source = { .name = look->name,
		.importer = look->importer->name,
		.location = look->source->location,
		.shown = look->source->location,
		.arena = init->arena };
	if (!look->importer->suggest(options, &source, &suggestions, &init->session->diags))
		return session_fail(init->session, EXIT_BAD_DATA);
	ARRAY_FOREACH (suggestion, &suggestions) {
		init_comment(&init->sources, 4, suggestion->why);
		init_key(&init->sources, 4, suggestion->option, suggestion->value);
	}
	init_find(init, look->name, at(source.location, 0), "it answers; people are not read yet");
	return true;
}

/* ---- the whole ---- */

bool
init_look_at_source(struct init *init, const char *argument)
{
	struct session *session = init->session;
	struct source_look look = { .init = init, .by_name = { .arena = init->arena } };
	struct string_list none = { 0 };
	if (!intake_resolve(argument, session->config, &session->importers, &none, init->arena,
		    &look.source, &session->diags))
		return session_fail(session, planning_no_importer(session, EXIT_USAGE));
	look.importer = importer_set_find(
		&session->importers, look.source->importer, NOWHERE, &session->diags);
	if (!look.importer)
		return session_fail(session, planning_no_importer(session, EXIT_USAGE));
	if (strcmp(look.source->location, "-") == 0) {
		diag_error(&session->diags, NOWHERE, "standard input cannot be in a configuration");
		diag_hint(&session->diags, "Save it, and name the file.");
		return session_fail(session, EXIT_USAGE);
	}
	begin_source(&look);
	if (look.importer->old_server)
		return init_look_at_old_server(init, look.name, look.source);
	void *options = arena_alloc(init->arena, look.importer->config_size);
	option_defaults(look.importer->options, options, init->arena);
	return look.importer->suggest ? look_at_server(&look, options)
				      : look_at_records(&look, options);
}
