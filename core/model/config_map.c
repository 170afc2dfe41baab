/*
 * config_map.c - `map:` of a source: how each field of an account is made from a record.
 *
 * Also what can only be said when all files are read: whether the layouts and sources that are
 * named exist. These are warnings, since a layout may be named for rows that never come.
 */
#include <string.h>

#include "core/model/config_reader.h"

/* ---- {from:, table:|split:|date:, several:, filter:} ---- */

static void
read_table(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children) {
		struct mapping_row row = { (*child)->key, config_text(reader, *child) };
		if (row.to)
			ARRAY_PUSH(reader->arena, &rule->table, row);
	}
	if (!node->children.count) {
		const char *path = yaml_path(node, reader->arena);
		diag_error(reader->diags, yaml_at(node, reader->arena), "%s has no rows", path);
		diag_hint(reader->diags, "Write value: result, with \"*\" for all other values.");
	}
}

static void
read_date(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	const char *format = config_text(reader, node);
	if (format &&
		account_check_date_format(format, yaml_at(node, reader->arena), reader->diags))
		rule->date = format;
}

static void
read_from(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	rule->from = config_text(reader, node);
}

static void
read_split(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	rule->split = config_text(reader, node);
}

static void
read_filter(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	const char *text = config_text(reader, node);
	struct template *filter;
	if (text &&
		template_parse_filters(
			text, yaml_at(node, reader->arena), reader->arena, &filter, reader->diags))
		rule->filter = filter;
}

static void
read_several(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	static const char *const words[] = { "refuse", "first", NULL };
	int word = config_word(reader, node, words);
	rule->first = word == 1;
	if (word < 0 || yaml_child(node->parent, "table"))
		return;
	struct place place = yaml_at(node, reader->arena);
	diag_error(reader->diags, place, "%s is about a table, and there is none", place.field);
	diag_hint(reader->diags, "Write table: with the rows in the order in which they count.");
}

static const char *const rule_keys[] = { "from", "table", "split", "date", "several", "filter",
	NULL };

static void
read_rule_key(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	static void (*const readers[])(struct config_reader *, const struct yaml_node *,
		struct mapping_rule *) = { read_from, read_table, read_split, read_date,
		read_several, read_filter };
	for (size_t i = 0; rule_keys[i]; i++) {
		if (strcmp(rule_keys[i], node->key) == 0) {
			readers[i](reader, node, rule);
			return;
		}
	}
	diag_error(reader->diags, yaml_at_key(node, reader->arena), "unknown key '%s' in %s",
		node->key, yaml_path(node->parent, reader->arena));
	config_hint_candidates(reader, node->key, rule_keys);
}

static void
read_rule_mapping(
	struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	ARRAY_FOREACH (child, &node->children)
		read_rule_key(reader, *child, rule);
	if (!yaml_child(node, "from")) {
		diag_error(reader->diags, rule->place, "%s has no from", rule->place.field);
		diag_hint(reader->diags, "Name the column or attribute, such as from: dept.");
	}
	size_t ways = !!yaml_child(node, "table") + !!yaml_child(node, "split") +
		!!yaml_child(node, "date");
	if (ways > 1)
		diag_error(reader->diags, rule->place,
			"%s has more than one of table, split and date", rule->place.field);
}

/* ---- the fields ---- */

static void
add_candidate(struct config_reader *reader, const struct yaml_node *node, struct mapping_rule *rule)
{
	const char *text = config_text(reader, node);
	struct template *template;
	if (text &&
		template_parse(text, yaml_at(node, reader->arena), reader->arena, &template,
			reader->diags))
		ARRAY_PUSH(reader->arena, &rule->candidates, template);
}

static struct mapping_rule *
read_rule(struct config_reader *reader, const struct yaml_node *node)
{
	struct mapping_rule *rule = ARENA_NEW(reader->arena, struct mapping_rule);
	rule->place = yaml_at(node, reader->arena);
	if (node->kind == YAML_KIND_MAPPING) {
		read_rule_mapping(reader, node, rule);
	} else if (node->kind == YAML_KIND_SEQUENCE) {
		/* None: whatever the source has for this field, nothing is taken. */
		ARRAY_FOREACH (child, &node->children)
			add_candidate(reader, *child, rule);
	} else {
		add_candidate(reader, node, rule);
	}
	return rule;
}

static const char *
no_field(void *ctx, const char *field)
{
	(void)ctx;
	(void)field;
	return NULL;
}

/* The text of a template without columns, NULL of any other. */
static const char *
fixed_text(const struct template *template, struct arena *arena)
{
	if (*template_fields(template, arena))
		return NULL;
	return template_expand(template, no_field, NULL, TEXT_LANGUAGE_DEFAULT, arena, NULL);
}

static bool
tells_people_apart(enum account_field field)
{
	return field == ACCOUNT_KEY || field == ACCOUNT_USERNAME || field == ACCOUNT_EMAIL ||
		field == ACCOUNT_UID;
}

/* "username: Login" would make login, login2, login3 and so on of three thousand people. */
static void
check_candidates(
	struct config_reader *reader, enum account_field field, const struct mapping_rule *rule)
{
	ARRAY_FOREACH (candidate, &rule->candidates) {
		const char *text = fixed_text(*candidate, reader->arena);
		if (!text || !tells_people_apart(field))
			continue;
		diag_error(reader->diags, rule->place, "%s is '%s' for everybody",
			rule->place.field, text);
		diag_hint(reader->diags, "Write \"${%s}\" for what is in the column '%s'.", text,
			text);
	}
}

static void
unknown_field(struct config_reader *reader, const struct yaml_node *node)
{
	struct string_list known = { 0 };
	for (unsigned i = 0; i < ACCOUNT_FIELDS; i++)
		string_list_push(reader->arena, &known, account_field_name((enum account_field)i));
	string_list_push(reader->arena, &known, NULL);
	diag_error(reader->diags, yaml_at_key(node, reader->arena), "unknown field '%s' in %s",
		node->key, yaml_path(node->parent, reader->arena));
	config_hint_candidates(reader, node->key, known.items);
}

static bool
is_empty_list(const struct yaml_node *node)
{
	return node->kind == YAML_KIND_SEQUENCE && !node->children.count;
}

void
config_read_map(struct config_reader *reader, const struct yaml_node *node, struct mapping *mapping)
{
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children) {
		enum account_field field = account_field_parse((*child)->key);
		if (field == ACCOUNT_FIELDS)
			unknown_field(reader, *child);
		else if (field == ACCOUNT_USERNAME && is_empty_list(*child))
			config_fault(reader, *child, "is an empty list");
		else
			mapping->rules[field] = read_rule(reader, *child);
		if (field < ACCOUNT_FIELDS && mapping->rules[field])
			check_candidates(reader, field, mapping->rules[field]);
	}
}

/* ---- names that must mean something ---- */

static void
check_layout(struct config_reader *reader, struct place place, const char *name)
{
	if (!*name || config_layout(reader->config, name))
		return;
	struct string_list known = { 0 };
	ARRAY_FOREACH (layout, &reader->config->layouts)
		string_list_push(reader->arena, &known, (*layout)->name);
	string_list_push(reader->arena, &known, NULL);
	diag_warning(reader->diags, place, "%s names the layout '%s', which is not defined",
		place.field, name);
	diag_code(reader->diags, "unknown-layout");
	config_hint_candidates(reader, name, known.items);
}

static void
check_layout_rule(struct config_reader *reader, const struct mapping_rule *rule)
{
	ARRAY_FOREACH (row, &rule->table)
		check_layout(reader, rule->place, row->to);
	ARRAY_FOREACH (candidate, &rule->candidates) {
		const char *text = fixed_text(*candidate, reader->arena);
		if (text)
			check_layout(reader, rule->place, text);
	}
}

static void
check_leaver_source(struct config_reader *reader, const struct yaml_node *node)
{
	if (node->kind != YAML_KIND_SCALAR || config_source(reader->config, node->text))
		return;
	struct string_list known = { 0 };
	ARRAY_FOREACH (source, &reader->config->sources)
		string_list_push(reader->arena, &known, (*source)->name);
	string_list_push(reader->arena, &known, NULL);
	struct place place = yaml_at(node, reader->arena);
	diag_warning(reader->diags, place, "%s names the source '%s', which is not defined",
		place.field, node->text);
	diag_code(reader->diags, "unknown-source");
	config_hint_candidates(reader, node->text, known.items);
}

void
config_check_references(struct config_reader *reader)
{
	ARRAY_FOREACH (source, &reader->config->sources) {
		const struct mapping *mapping = (*source)->mapping;
		if (mapping && mapping->rules[ACCOUNT_LAYOUT])
			check_layout_rule(reader, mapping->rules[ACCOUNT_LAYOUT]);
	}
	if (reader->leaver_sources)
		ARRAY_FOREACH (node, &reader->leaver_sources->children)
			check_leaver_source(reader, *node);
}
