/*
 * mapping_values.c - the values that a rule takes from a record, translated, split and filtered.
 *
 * A rule gives one value, or several for groups, keys and folders.
 */
#include <string.h>
#include <strings.h>

#include "core/model/mapping_internal.h"

static bool
is_list(enum account_field field)
{
	return field == ACCOUNT_GROUPS || field == ACCOUNT_SSH_KEYS || field == ACCOUNT_FOLDERS;
}

/* What a message must not repeat; in a cell for public keys somebody pastes the private one. */
static const char *
shown(enum account_field field, const char *value)
{
	bool secret = field == ACCOUNT_PASSWORD || field == ACCOUNT_PASSWORD_HASH ||
		field == ACCOUNT_SSH_KEYS;
	return secret ? "(hidden)" : value;
}

/* ---- cells ---- */

void
cells_set_place(struct cells *cells, const struct record_field *field)
{
	cells->place = field->place;
	if (!cells->place.field)
		cells->place.field = field->name;
	cells->placed = true;
	cells->filled = *field->value;
}

static void
note_place(struct cells *cells, const struct record_field *field)
{
	bool filled = *field->value;
	if (!cells->placed || (!cells->filled && filled))
		cells_set_place(cells, field);
}

static const char *
spelled(struct cells *cells, const char *name)
{
	struct mapping_column *column = table_get(&cells->mapping->columns, name);
	if (!column)
		return name;
	column->asked = true;
	return column->name;
}

static void
note_found(struct cells *cells, const char *name)
{
	struct mapping_column *column = table_get(&cells->mapping->columns, name);
	if (column)
		column->found = true;
}

/* Value number cells->index of a column; a column with one value has it at every index. */
const char *
cells_find(struct cells *cells, const char *name)
{
	const char *column = spelled(cells, name);
	const struct record_field *first = NULL, *wanted = NULL;
	size_t count = 0;
	ARRAY_FOREACH (field, &cells->record->fields) {
		if (strcmp(field->name, column) != 0)
			continue;
		note_place(cells, field);
		if (count == 0)
			first = field;
		if (count++ == cells->index)
			wanted = field;
	}
	if (count > cells->most)
		cells->most = count;
	if (count)
		note_found(cells, name);
	const struct record_field *found = count == 1 ? first : wanted;
	if (found && *found->value && !cells->cell)
		cells->cell = found;
	return found ? found->value : NULL;
}

/* For templates. The default username asks for a full_name that may itself be made by a rule. */
static const char *
look_up(void *ctx, const char *name)
{
	struct cells *cells = ctx;
	const char *value = cells_find(cells, name);
	if (value || cells->placed || strcmp(name, "full_name") != 0)
		return value;
	cells->place = cells->account->places[ACCOUNT_FULL_NAME];
	return cells->account->full_name;
}

struct place
cells_place(const struct cells *cells)
{
	return cells->place.file || cells->place.field ? cells->place : cells->record->place;
}

/* ---- the values of a rule ---- */

static void
add_value(struct cells *cells, struct values *values, const char *text,
	const struct record_field *cell)
{
	ARRAY_PUSH(cells->arena, values, (struct value){ text, cell });
}

static const char *
look_up_itself(void *ctx, const char *name)
{
	(void)name;
	return ctx;
}

const char *
cells_filtered(const struct cells *cells, const struct template *filter, const char *value)
{
	return filter ? template_expand(filter, look_up_itself, (void *)value,
				cells->mapping->language, cells->arena, NULL)
		      : value;
}

/* One template: a value, or for lists one for each value of the columns that it names. */
static void
expand_candidate(
	struct cells *cells, const struct template *candidate, bool list, struct values *values)
{
	cells->most = 1;
	for (cells->index = 0; cells->index < (list ? cells->most : 1); cells->index++) {
		bool empty;
		cells->cell = NULL;
		const char *value = template_expand(
			candidate, look_up, cells, cells->mapping->language, cells->arena, &empty);
		if (!empty)
			add_value(cells, values, value, cells->cell);
	}
	cells->index = 0;
}

/* *ret_plain: the value stood like this in the source. */
static void
candidate_values(struct cells *cells, const struct mapping_rule *rule, size_t from, bool list,
	struct values *values, bool *ret_plain)
{
	for (size_t i = from; i < rule->candidates.count && values->count == 0; i++) {
		cells->place = NOWHERE;
		cells->placed = cells->filled = false;
		expand_candidate(cells, rule->candidates.items[i], list, values);
		*ret_plain = rule->by_default || template_is_plain(rule->candidates.items[i]);
	}
}

/* All that are not empty, as they stand: the blanks at the ends of a password count. */
static void
column_values(struct cells *cells, const struct mapping_rule *rule, struct values *values)
{
	const char *column = spelled(cells, rule->from);
	ARRAY_FOREACH (field, &cells->record->fields) {
		if (strcmp(field->name, column) != 0)
			continue;
		note_place(cells, field);
		note_found(cells, rule->from);
		if (*text_trimmed(cells->arena, field->value))
			add_value(cells, values, field->value, field);
	}
}

/* ---- tables ---- */

enum { NO_ROW = -1 };

/* Most names of groups are: folding them is lowering their case. */
static bool
is_plain(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~')
			return false;
	}
	return true;
}

/* The row that names this value, or NO_ROW. */
static int
row_of(const struct mapping_rule *rule, const char *value, struct arena *arena)
{
	bool plain = is_plain(value);
	const char *folded = plain ? value : text_folded(arena, text_trimmed(arena, value));
	ARRAY_FOREACH (row, &rule->table) {
		if ((plain ? strcasecmp(row->from, folded) : strcmp(row->from, folded)) == 0)
			return (int)(row - rule->table.items);
	}
	return NO_ROW;
}

static const char *
otherwise(const struct mapping_rule *rule)
{
	ARRAY_FOREACH (row, &rule->table) {
		if (strcmp(row->from, "*") == 0)
			return row->to;
	}
	return NULL;
}

static bool
in_no_row(struct cells *cells, enum account_field field, const struct values *values)
{
	if (values->count == 1)
		diag_error(cells->diags, cells_place(cells), "%s: '%s' is in no row of the table",
			account_field_name(field), shown(field, values->items[0].text));
	else
		diag_error(cells->diags, cells_place(cells),
			"%s: none of %zu values, '%s' the first, is in a row of the table",
			account_field_name(field), values->count,
			shown(field, values->items[0].text));
	diag_code(cells->diags, "not-in-table");
	diag_hint(cells->diags,
		"Add it to the table in the configuration, or a row \"*\" for all others.");
	return false;
}

static bool
has_value(const struct values *values, const char *text)
{
	ARRAY_FOREACH (value, values) {
		if (strcmp(value->text, text) == 0)
			return true;
	}
	return false;
}

/* Each value must be named, by "*" if by nothing else. */
static bool
translate_each(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *values)
{
	ARRAY_FOREACH (value, values) {
		int row = row_of(rule, value->text, cells->arena);
		const char *to = row == NO_ROW ? otherwise(rule) : rule->table.items[row].to;
		if (!to)
			return in_no_row(
				cells, field, &(struct values){ .items = value, .count = 1 });
		value->text = to;
	}
	return true;
}

/* The results of the values that rows name, each once, in the order of the table. */
static struct values
translate_named(struct cells *cells, const struct mapping_rule *rule, const struct values *values)
{
	struct values named = { 0 };
	const struct value **by_row =
		arena_alloc(cells->arena, rule->table.count * sizeof(*by_row));
	ARRAY_FOREACH (value, values) {
		int row = row_of(rule, value->text, cells->arena);
		if (row != NO_ROW && !by_row[row])
			by_row[row] = value;
	}
	for (size_t i = 0; i < rule->table.count; i++) {
		const char *to = rule->table.items[i].to;
		if (by_row[i] && !has_value(&named, to))
			add_value(cells, &named, to, by_row[i]->cell);
	}
	return named;
}

static bool
translate_set(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *values)
{
	struct values named = translate_named(cells, rule, values);
	if (!named.count && otherwise(rule))
		add_value(cells, &named, otherwise(rule), NULL);
	if (!named.count && values->count && !is_list(field))
		return in_no_row(cells, field, values);
	*values = named;
	return true;
}

static bool
translate(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *values)
{
	if (rule->table.count == 0)
		return true;
	bool set = cells->mapping->sets || (!is_list(field) && values->count > 1);
	/* "*" also catches the empty cell; without it an empty cell stays empty. */
	if (values->count == 0 && (otherwise(rule) || row_of(rule, "", cells->arena) != NO_ROW))
		add_value(cells, values, "", NULL);
	return set ? translate_set(cells, rule, field, values)
		   : translate_each(cells, rule, field, values);
}

/* ---- several values where the field has one ---- */

/* What stood in the source where a value comes from. */
static const char *
stood(const struct value *value)
{
	return value->cell ? value->cell->value : value->text;
}

static bool
refuse_several(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	const struct value *one, const struct value *other)
{
	const char *name = account_field_name(field);
	if (rule->table.count) {
		diag_error(cells->diags, cells_place(cells), "%s: '%s' gives %s and '%s' gives %s",
			name, shown(field, stood(one)), shown(field, one->text),
			shown(field, stood(other)), shown(field, other->text));
		diag_hint(cells->diags,
			"Leave one of the two, or say several: first in the rule, so that the "
			"table's order decides.");
	} else {
		diag_error(cells->diags, cells_place(cells),
			"%s: '%s' and '%s', where one value is expected", name,
			shown(field, stood(one)), shown(field, stood(other)));
		diag_hint(cells->diags, "Leave one of the two, or say which counts with table:.");
	}
	diag_code(cells->diags, "several-values");
	return false;
}

/* Leaves one. */
static bool
choose_one(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *values)
{
	for (size_t i = 1; i < values->count && !rule->first && !rule->by_default; i++) {
		if (strcmp(values->items[i].text, values->items[0].text) != 0)
			return refuse_several(
				cells, rule, field, &values->items[0], &values->items[i]);
	}
	if (values->count) {
		values->count = 1;
		if (values->items[0].cell && rule->from)
			cells_set_place(cells, values->items[0].cell);
	}
	return true;
}

/* ---- from values to text ---- */

/* What account_set() separates the items of a list at must not be within one of them. */
static bool
check_item(struct cells *cells, enum account_field field, const char *item)
{
	const char *separators = field == ACCOUNT_SSH_KEYS ? ";\n"
		: field == ACCOUNT_FOLDERS		   ? " \t\r\n,;"
							   : " \t\r\n,;/";
	if (!item[strcspn(item, separators)])
		return true;
	diag_error(cells->diags, cells_place(cells), "%s: '%s' holds a blank or separator",
		account_field_name(field), shown(field, item));
	diag_hint(cells->diags,
		"Split at that character too, or remove it with filter: \"replace(' ','-')\".");
	return false;
}

static bool
split_values(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *values)
{
	if (!rule->split)
		return true;
	struct values items = { 0 };
	ARRAY_FOREACH (value, values) {
		for (const char *c = value->text; *c; c += strspn(c, rule->split)) {
			size_t length = strcspn(c, rule->split);
			const char *item =
				text_trimmed(cells->arena, arena_strndup(cells->arena, c, length));
			item = cells_filtered(cells, rule->filter, item);
			if (!check_item(cells, field, item))
				return false;
			if (*item)
				add_value(cells, &items, item, value->cell);
			c += length;
		}
	}
	*values = items;
	return true;
}

/* The text that account_set() takes for a field with these values. */
static const char *
joined(struct cells *cells, enum account_field field, const struct values *values)
{
	if (values->count == 1)
		return values->items[0].text;
	const char *separator = field == ACCOUNT_SSH_KEYS ? "\n"
		: field == ACCOUNT_GROUPS		  ? ","
							  : " ";
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (value, values)
		buffer_printf(&out, "%s%s", out.size ? separator : "", value->text);
	return arena_strdup(cells->arena, buffer_text(&out));
}

bool
rule_values(struct cells *cells, const struct mapping_rule *rule, enum account_field field,
	struct values *ret_values)
{
	bool plain;
	*ret_values = (struct values){ 0 };
	if (rule->from)
		column_values(cells, rule, ret_values);
	else
		candidate_values(cells, rule, 0, true, ret_values, &plain);
	return translate(cells, rule, field, ret_values);
}

static void
note_reasons(struct cells *cells, enum account_field field, const struct values *values)
{
	struct account *account = cells->account;
	ARRAY_FOREACH (value, values) {
		if (!cells->mapping->explain || !value->cell || !value->cell->via)
			continue;
		if (!account->reasons)
			account->reasons = ARENA_NEW(cells->arena, struct account_reasons);
		struct account_reason reason = { field, value->cell->value, value->cell->via };
		ARRAY_PUSH(cells->arena, account->reasons, reason);
	}
}

bool
rule_text(struct cells *cells, enum account_field field, size_t from, const char **ret_text,
	bool *ret_plain)
{
	const struct mapping_rule *rule = cells->mapping->rules[field];
	struct values values = { 0 };
	*ret_plain = true;
	if (rule->from)
		column_values(cells, rule, &values);
	else
		candidate_values(cells, rule, from, is_list(field), &values, ret_plain);
	if (!translate(cells, rule, field, &values) ||
		(!is_list(field) && !choose_one(cells, rule, field, &values)) ||
		!split_values(cells, rule, field, &values))
		return false;
	note_reasons(cells, field, &values);
	ARRAY_FOREACH (value, &values) {
		if (rule->filter && !rule->split)
			value->text = cells_filtered(cells, rule->filter, value->text);
	}
	*ret_text = values.count ? joined(cells, field, &values) : "";
	return true;
}
