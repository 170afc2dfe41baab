/*
 * mapping_bind.c - a rule for every field that this header can give.
 *
 * Configured rules are checked against the header; the fields that they leave are found by the
 * synonyms of their names. See mapping.c for what becomes of a record then.
 */
#include "core/model/mapping.h"

#include <assert.h>
#include <string.h>

#include "core/model/importer.h"
#include "core/model/synonym.h"

struct column {
	const char *name; /* as in the header */
	const char *folded, *squeezed;
	unsigned meaning; /* enum account_field or enum column_meaning */
	struct place place;
	bool used;
};

struct columns {
	struct column *items;
	size_t count, room;
};

struct binding {
	struct mapping *mapping;
	struct columns columns;
	struct place header;
	struct arena *arena;
	struct diags *diags;
};

/* ---- the header ---- */

static struct column *
column_meaning_is(const struct columns *columns, unsigned meaning)
{
	ARRAY_FOREACH (column, columns) {
		if (column->meaning == meaning)
			return column;
	}
	return NULL;
}

/* "Vorname, Name" and "nombre, apellidos": what a bare "name" is depends on its neighbours. */
static void
resolve_bare_names(struct columns *columns)
{
	bool first = column_meaning_is(columns, COLUMN_FIRST_NAME);
	bool last = column_meaning_is(columns, COLUMN_LAST_NAME);
	unsigned meaning = ACCOUNT_FULL_NAME;
	if (first && !last)
		meaning = COLUMN_LAST_NAME;
	if (last && !first)
		meaning = COLUMN_FIRST_NAME;
	ARRAY_FOREACH (column, columns) {
		if (column->meaning == COLUMN_NAME)
			column->meaning = meaning;
	}
}

static struct columns
read_header(const struct record *header, struct arena *arena)
{
	struct columns columns = { 0 };
	ARRAY_FOREACH (field, &header->fields) {
		struct column column = {
			.name = field->name,
			.folded = text_folded(arena, field->name),
			.squeezed = column_squeezed(field->name, arena),
			.meaning = column_meaning(field->name, arena),
			.place = field->place,
		};
		column.place.field = field->name;
		ARRAY_PUSH(arena, &columns, column);
	}
	resolve_bare_names(&columns);
	return columns;
}

/* Exactly, else folded, else without blanks and punctuation. */
static struct column *
find_column(const struct columns *columns, const char *name, struct arena *arena)
{
	ARRAY_FOREACH (column, columns) {
		if (strcmp(column->name, name) == 0)
			return column;
	}
	const char *folded = text_folded(arena, name);
	ARRAY_FOREACH (column, columns) {
		if (strcmp(column->folded, folded) == 0)
			return column;
	}
	const char *squeezed = column_squeezed(name, arena);
	ARRAY_FOREACH (column, columns) {
		if (*squeezed && strcmp(column->squeezed, squeezed) == 0)
			return column;
	}
	return NULL;
}

/* ---- configured rules ---- */

/* Which columns a rule reads; ends with NULL. */
static const char *const *
rule_columns(const struct mapping_rule *rule, struct arena *arena)
{
	struct string_list names = { 0 };
	if (rule->from)
		string_list_push(arena, &names, rule->from);
	ARRAY_FOREACH (candidate, &rule->candidates) {
		for (const char *const *field = template_fields(*candidate, arena); *field; field++)
			string_list_push(arena, &names, *field);
	}
	string_list_push(arena, &names, NULL);
	return names.items;
}

/* The column that was probably meant: one with the same meaning, else the nearest spelling. */
static const char *
likely_column(const struct columns *columns, const char *name, struct arena *arena)
{
	unsigned meaning = column_meaning(name, arena);
	if (meaning != COLUMN_UNKNOWN) {
		const struct column *same = column_meaning_is(columns, meaning);
		if (same)
			return same->name;
	}
	struct string_list names = { 0 };
	ARRAY_FOREACH (column, columns)
		string_list_push(arena, &names, column->name);
	string_list_push(arena, &names, NULL);
	return text_nearest(name, names.items);
}

static void
hint_column(
	const struct columns *columns, const char *name, struct arena *arena, struct diags *diags)
{
	const char *likely = likely_column(columns, name, arena);
	if (likely) {
		diag_hint(diags, "Did you mean '%s'?", likely);
		return;
	}
	AUTO_BUFFER struct buffer all = { 0 };
	ARRAY_FOREACH (column, columns)
		buffer_printf(&all, "%s'%s'", all.size ? ", " : "", column->name);
	diag_hint(diags, "The columns are %s.", buffer_text(&all));
}

static void
set_column(struct binding *binding, const char *name, const char *spelled)
{
	struct mapping_column *column = ARENA_NEW(binding->arena, struct mapping_column);
	column->name = spelled;
	table_set(&binding->mapping->columns, name, column);
}

static bool
bind_column(struct binding *binding, const char *name, struct place place)
{
	struct column *column = find_column(&binding->columns, name, binding->arena);
	if (!column) {
		diag_error(binding->diags, place, "the source has no column '%s'", name);
		diag_code(binding->diags, "unknown-column");
		hint_column(&binding->columns, name, binding->arena, binding->diags);
		return false;
	}
	column->used = true;
	set_column(binding, name, column->name);
	return true;
}

static bool
is_list(enum account_field field)
{
	return field == ACCOUNT_GROUPS || field == ACCOUNT_SSH_KEYS || field == ACCOUNT_FOLDERS;
}

static bool
check_rule(struct binding *binding, enum account_field field, const struct mapping_rule *rule)
{
	const char *name = account_field_name(field);
	if (rule->split && !is_list(field))
		return diag_error(binding->diags, rule->place,
			"split is for groups, ssh_keys and folders, not for %s", name);
	if (rule->first && is_list(field))
		return diag_error(binding->diags, rule->place,
			"several is for fields with one value, and %s takes all", name);
	if (rule->date && field != ACCOUNT_EXPIRES)
		return diag_error(
			binding->diags, rule->place, "date is for expires, not for %s", name);
	return true;
}

/* What a site gives to all its people, and may well call like a column of a sheet. */
static bool
may_be_fixed(enum account_field field)
{
	return field == ACCOUNT_LAYOUT || field == ACCOUNT_GROUPS || field == ACCOUNT_STATE ||
		field == ACCOUNT_FOLDERS;
}

/* NULL for every field: what a template says without a record. */
static const char *
no_field(void *ctx, const char *field)
{
	(void)ctx;
	(void)field;
	return NULL;
}

/* "full_name: Name" is the text for everybody; who writes the name of a column means the column. */
static bool
check_texts(struct binding *binding, enum account_field field, const struct mapping_rule *rule)
{
	bool ok = true;
	ARRAY_FOREACH (candidate, &rule->candidates) {
		if (*template_fields(*candidate, binding->arena))
			continue;
		const char *text = template_expand(
			*candidate, no_field, NULL, TEXT_LANGUAGE_DEFAULT, binding->arena, NULL);
		if (!*text || !find_column(&binding->columns, text, binding->arena))
			continue;
		ok = diag_error(binding->diags, rule->place,
			"%s would be '%s' for everybody, and a column is called so",
			account_field_name(field), text);
		diag_hint(binding->diags, "Write \"${%s}\" for what is in the column.", text);
	}
	return ok;
}

/* A copy whose table is folded once instead of for every record. */
static struct mapping_rule *
fold_table(const struct mapping_rule *rule, struct arena *arena)
{
	struct mapping_rule *bound = arena_copy(arena, rule, sizeof(*rule));
	bound->table.items = NULL;
	bound->table.count = bound->table.room = 0;
	ARRAY_FOREACH (row, &rule->table) {
		struct mapping_row folded = { text_folded(arena, row->from), row->to };
		ARRAY_PUSH(arena, &bound->table, folded);
	}
	return bound;
}

static bool
bind_configured(struct binding *binding)
{
	bool ok = true;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		const struct mapping_rule *rule = binding->mapping->rules[field];
		if (!rule)
			continue;
		ok = check_rule(binding, field, rule) && ok;
		ok = (may_be_fixed(field) || check_texts(binding, field, rule)) && ok;
		const char *const *name = rule_columns(rule, binding->arena);
		for (; *name; name++)
			ok = bind_column(binding, *name, rule->place) && ok;
		binding->mapping->rules[field] = fold_table(rule, binding->arena);
	}
	return ok;
}

/* ---- default rules ---- */

/* The one column with this meaning, marked as used; two are an error. */
static bool
only_column(struct binding *binding, unsigned meaning, const char *what, const char **ret_name)
{
	struct column *found = NULL;
	bool ok = true;
	ARRAY_FOREACH (column, &binding->columns) {
		if (column->meaning != meaning)
			continue;
		column->used = true;
		if (found) {
			ok = diag_error(binding->diags, column->place,
				"columns '%s' and '%s' both look like the %s", found->name,
				column->name, what);
			diag_code(binding->diags, "ambiguous-columns");
			diag_hint(binding->diags,
				"Rename one of them, or say in the configuration's map: which one "
				"counts.");
		}
		found = found ? found : column;
	}
	*ret_name = found ? found->name : NULL;
	return ok;
}

/* A template of ours, whose syntax is known to be right. */
static void
add_candidate(struct binding *binding, struct mapping_rule *rule, const char *text)
{
	struct template *template = NULL;
	bool parsed = template_parse(text, NOWHERE, binding->arena, &template, binding->diags);
	assert(parsed);
	(void)parsed;
	ARRAY_PUSH(binding->arena, &rule->candidates, template);
}

static bool
bind_synonym(struct binding *binding, enum account_field field)
{
	const char *name;
	if (!only_column(binding, field, account_field_name(field), &name))
		return false;
	if (name) {
		struct mapping_rule *rule = ARENA_NEW(binding->arena, struct mapping_rule);
		rule->from = name;
		rule->by_default = true;
		binding->mapping->rules[field] = rule;
	}
	return true;
}

/* Makes ${first} and ${last} of the default templates mean the columns that hold them. */
static bool
bind_name_parts(struct binding *binding, const char **ret_first, const char **ret_last)
{
	if (!only_column(binding, COLUMN_FIRST_NAME, "first name", ret_first) ||
		!only_column(binding, COLUMN_LAST_NAME, "last name", ret_last))
		return false;
	if (*ret_first)
		set_column(binding, "first", *ret_first);
	if (*ret_last)
		set_column(binding, "last", *ret_last);
	return true;
}

static size_t
named_columns(const struct columns *columns, struct buffer *ret_names)
{
	size_t count = 0;
	ARRAY_FOREACH (column, columns) {
		if (*column->name)
			buffer_printf(ret_names, "%s'%s'", count++ ? ", " : "", column->name);
	}
	return count;
}

static bool
no_username(struct binding *binding)
{
	AUTO_BUFFER struct buffer names = { 0 };
	size_t count = named_columns(&binding->columns, &names);
	diag_error(binding->diags, binding->header, "no column gives the username%s%s",
		count ? ": there is only " : "", buffer_text(&names));
	diag_code(binding->diags, "no-username-column");
	if (count == 1) {
		diag_hint(binding->diags,
			"Let the sheet begin with the row that names the columns, or set delimiter "
			"when that is one.");
		return false;
	}
	diag_hint(binding->diags,
		"Name a column 'username', or give the names ('name', or 'first' and 'last') to "
		"make one from, or set username in the configuration's map:.");
	return false;
}

static bool
bind_names(struct binding *binding)
{
	struct mapping_rule **rules = binding->mapping->rules;
	if (rules[ACCOUNT_USERNAME] && rules[ACCOUNT_FULL_NAME])
		return true;
	const char *first, *last;
	if (!bind_name_parts(binding, &first, &last))
		return false;
	if (!rules[ACCOUNT_FULL_NAME] && (first || last)) {
		rules[ACCOUNT_FULL_NAME] = ARENA_NEW(binding->arena, struct mapping_rule);
		add_candidate(binding, rules[ACCOUNT_FULL_NAME], "${first} ${last}");
	}
	if (rules[ACCOUNT_USERNAME])
		return true;
	if (!rules[ACCOUNT_FULL_NAME])
		return no_username(binding);

	struct mapping_rule *rule = ARENA_NEW(binding->arena, struct mapping_rule);
	binding->mapping->username_by_last_name = last != NULL;
	if (last)
		add_candidate(binding, rule, "${first|left(1)}${last}");
	add_candidate(binding, rule, "${full_name|given_name|left(1)}${full_name|family_name}");
	rules[ACCOUNT_USERNAME] = rule;
	return true;
}

static bool
bind_synonyms(struct binding *binding)
{
	bool ok = true;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (!binding->mapping->rules[field])
			ok = bind_synonym(binding, field) && ok;
	}
	return ok && bind_names(binding);
}

/* ---- the importer's rules ---- */

/* The candidates of an importer's default for a field; none when it has none. */
static bool
bind_default(
	struct binding *binding, const struct importer_default *defaults, enum account_field field)
{
	struct mapping_rule *rule = ARENA_NEW(binding->arena, struct mapping_rule);
	rule->by_default = true;
	for (; defaults->text; defaults++) {
		if (defaults->field == field)
			add_candidate(binding, rule, defaults->text);
	}
	if (!rule->candidates.count)
		return true;
	binding->mapping->rules[field] = rule;
	bool ok = true;
	for (const char *const *name = rule_columns(rule, binding->arena); *name; name++)
		ok = bind_column(binding, *name, binding->header) && ok;
	return ok;
}

static bool
bind_defaults(struct binding *binding, const struct importer_default *defaults)
{
	bool ok = true;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (!binding->mapping->rules[field])
			ok = bind_default(binding, defaults, field) && ok;
	}
	if (ok && !binding->mapping->rules[ACCOUNT_USERNAME])
		return no_username(binding);
	return ok;
}

/* A column of passwords that is passed over for a missing letter is found out by nobody. */
static void
warn_of_misspelt(struct binding *binding)
{
	ARRAY_FOREACH (column, &binding->columns) {
		unsigned meaning;
		const char *word = column->used || column->meaning != COLUMN_UNKNOWN
			? NULL
			: column_nearest(column->name, binding->arena, &meaning);
		if (!word || meaning >= ACCOUNT_FIELDS || binding->mapping->rules[meaning])
			continue;
		diag_warning(
			binding->diags, column->place, "column '%s' is not used", column->name);
		diag_code(binding->diags, "misspelt-column");
		diag_hint(binding->diags, "Did you mean '%s'?", word);
	}
}

/* A rejects file comes back with the column `error`, which everybody knows is not used. */
static void
note_unused(struct binding *binding)
{
	AUTO_BUFFER struct buffer names = { 0 };
	ARRAY_FOREACH (column, &binding->columns) {
		if (!column->used && *column->name && strcmp(column->name, "error") != 0)
			buffer_printf(&names, "%s'%s'", names.size ? ", " : "", column->name);
	}
	if (names.size == 0)
		return;
	warn_of_misspelt(binding);
	diag_note(binding->diags, binding->header, "columns not used: %s", buffer_text(&names));
	diag_code(binding->diags, "unused-columns");
}

bool
mapping_bind(const struct mapping *configured, const struct importer_default *defaults,
	const struct record *header, struct arena *arena, struct mapping **ret_mapping,
	struct diags *diags)
{
	struct binding binding = { .header = header->place, .arena = arena, .diags = diags };
	binding.mapping = ARENA_NEW(arena, struct mapping);
	if (configured)
		*binding.mapping = *configured;
	binding.mapping->columns = (struct table){ .arena = arena };
	binding.columns = read_header(header, arena);

	bool ok = bind_configured(&binding);
	ok = (defaults ? bind_defaults(&binding, defaults) : bind_synonyms(&binding)) && ok;
	if (!ok)
		return false;
	if (!defaults)
		note_unused(&binding);
	*ret_mapping = binding.mapping;
	return true;
}

/* ---- sources without fixed columns ---- */

/* Calls back with each column that a configured rule names, as often as it does. */
static void
each_configured(const struct mapping *configured, struct arena *arena,
	void (*visit)(void *ctx, const char *name, struct place place), void *ctx)
{
	for (unsigned field = 0; configured && field < ACCOUNT_FIELDS; field++) {
		const struct mapping_rule *rule = configured->rules[field];
		const char *const *name = rule ? rule_columns(rule, arena) : NULL;
		for (; name && *name; name++)
			visit(ctx, *name, rule->place);
	}
}

struct adding {
	struct record *header;
	struct arena *arena;
	struct diags *diags;
};

static void
add_column(void *ctx, const char *name, struct place place)
{
	struct adding *adding = ctx;
	struct columns columns = read_header(adding->header, adding->arena);
	if (find_column(&columns, name, adding->arena))
		return;
	diag_warning(adding->diags, place, "no record has '%s'", name);
	diag_code(adding->diags, "unknown-column");
	hint_column(&columns, name, adding->arena, adding->diags);
	ARRAY_PUSH(adding->arena, &adding->header->fields,
		(struct record_field){ name, "", adding->header->place });
}

void
mapping_add_columns(const struct mapping *configured, struct record *header, struct arena *arena,
	struct diags *diags)
{
	struct adding adding = { header, arena, diags };
	each_configured(configured, arena, add_column, &adding);
}

struct naming {
	struct string_list *names;
	struct arena *arena;
};

static void
name_column(void *ctx, const char *name, struct place place)
{
	struct naming *naming = ctx;
	(void)place;
	if (!string_list_has(naming->names, name))
		string_list_push(naming->arena, naming->names, name);
}

const struct string_list *
mapping_columns(const struct mapping *configured, struct arena *arena)
{
	struct naming naming = { ARENA_NEW(arena, struct string_list), arena };
	each_configured(configured, arena, name_column, &naming);
	return naming.names;
}

struct missing {
	const struct mapping *bound;
	struct diags *diags;
};

static void
warn_missing(void *ctx, const char *name, struct place place)
{
	struct missing *missing = ctx;
	struct mapping_column *column = table_get(&missing->bound->columns, name);
	if (!column || !column->asked || column->found)
		return;
	column->found = true; /* once */
	diag_warning(missing->diags, place, "no entry has '%s'", name);
	diag_code(missing->diags, "unknown-column");
	diag_hint(missing->diags,
		"Correct the name, or let the account that asks the server read it.");
}

void
mapping_warn_missing(const struct mapping *configured, const struct mapping *bound,
	struct arena *arena, struct diags *diags)
{
	struct missing missing = { bound, diags };
	each_configured(configured, arena, warn_missing, &missing);
}

bool
mapping_found(const struct mapping *bound, enum account_field field, struct arena *arena)
{
	const struct mapping_rule *rule = bound->rules[field];
	const char *const *name = rule ? rule_columns(rule, arena) : NULL;
	for (; name && *name; name++) {
		const struct mapping_column *column = table_get(&bound->columns, *name);
		if (column && column->found)
			return true;
	}
	return false;
}
