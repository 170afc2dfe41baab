/*
 * config_sources.c - `sources:` of the configuration, and writing them back.
 *
 * Keys that every source may have are read here; all others are settings of the importer, passed on
 * as text and judged by its own option table.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/model/config_reader.h"

#define NAME_SIZE 64

static struct source_config *
find_source(const struct config *config, const char *name)
{
	ARRAY_FOREACH (source, &config->sources)
		if (strcmp((*source)->name, name) == 0)
			return *source;
	return NULL;
}

const struct source_config *
config_source(const struct config *config, const char *name)
{
	return find_source(config, name);
}

void
config_redefined(struct config_reader *reader, const struct yaml_node *node, const char *what,
	struct place first)
{
	diag_error(reader->diags, yaml_at_key(node, reader->arena),
		"%s '%s' was already defined at %s:%u:%u", what, node->key, first.file, first.line,
		first.column);
	diag_hint(reader->diags, "Rename or remove one: files in conf.d add, they never redefine.");
}

bool
config_check_name(struct config_reader *reader, const struct yaml_node *node, const char *what)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-.";
	const char *name = node->key;
	if (*name && !strchr("-.", *name) && !name[strspn(name, safe)] && strlen(name) <= NAME_SIZE)
		return true;
	diag_error(reader->diags, yaml_at_key(node, reader->arena), "'%s' is no name for a %s",
		name, what);
	diag_hint(reader->diags, "Use up to 64 letters, digits, '_', '-' and '.'.");
	return false;
}

/* ---- reading ---- */

static void
add_setting(struct config_reader *reader, struct source_config *source,
	const struct yaml_node *node, const char *name)
{
	if (node->kind == YAML_KIND_REFUSED)
		return;
	struct place place = yaml_at(node, reader->arena);
	if (node->kind != YAML_KIND_SCALAR) {
		diag_error(reader->diags, place, "%s must be text or a list of texts, not %s",
			place.field, yaml_kind_name(node->kind));
	} else if (yaml_is_silent(node)) {
		diag_error(reader->diags, place, "%s has no value", place.field);
		diag_hint(reader->diags, "Give a value, or remove the key.");
	} else {
		struct source_setting setting = { name, node->text, place };
		ARRAY_PUSH(reader->arena, &source->settings, setting);
	}
}

static void
read_setting(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	if (node->kind != YAML_KIND_SEQUENCE) {
		add_setting(reader, source, node, node->key);
		return;
	}
	ARRAY_FOREACH (child, &node->children)
		add_setting(reader, source, *child, node->key);
}

static void
read_importer(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	source->importer = config_text(reader, node);
}

static void
read_location(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	if (!source->location) {
		source->location = config_text(reader, node);
		source->location_place = yaml_at(node, reader->arena);
		return;
	}
	diag_error(reader->diags, yaml_at_key(node, reader->arena),
		"%s has more than one of file, uri and root",
		yaml_path(node->parent, reader->arena));
	diag_hint(reader->diags, "Remove all but one.");
}

/* A source without any of the keys that need one keeps the default mapping. */
static struct mapping *
mapping_of(struct config_reader *reader, struct source_config *source)
{
	if (!source->mapping)
		source->mapping = ARENA_NEW(reader->arena, struct mapping);
	return source->mapping;
}

static void
read_map(struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	config_read_map(reader, node, mapping_of(reader, source));
}

static void
read_username_filter(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	const char *text = config_text(reader, node);
	struct template *filter;
	if (text &&
		template_parse_filters(
			text, yaml_at(node, reader->arena), reader->arena, &filter, reader->diags))
		mapping_of(reader, source)->username_filter = filter;
}

static void
read_language(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	const char *word = config_text(reader, node);
	if (!word || text_language_parse(word, &mapping_of(reader, source)->language))
		return;
	diag_error(reader->diags, yaml_at(node, reader->arena), "%s cannot be '%s'",
		yaml_path(node, reader->arena), word);
	diag_hint(reader->diags, "Known here: %s.", text_language_words());
}

static const char *const bad_row_words[] = { "auto", "block", "skip", NULL };

static void
read_on_bad_row(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	int word = config_word(reader, node, bad_row_words);
	if (word >= 0)
		source->on_bad_row = (enum bad_row)word;
}

static void
read_account(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	static const char *const words[] = { "local", "nss", NULL };
	source->nss = config_word(reader, node, words) == 1;
}

static const struct {
	const char *name;
	void (*read)(struct config_reader *reader, const struct yaml_node *node,
		struct source_config *source);
} source_keys[] = {
	{ "importer", read_importer },
	{ "file", read_location },
	{ "uri", read_location },
	{ "root", read_location },
	{ "map", read_map },
	{ "username_filter", read_username_filter },
	{ "language", read_language },
	{ "account", read_account },
	{ "on_bad_row", read_on_bad_row },
};

static void
read_source_key(
	struct config_reader *reader, const struct yaml_node *node, struct source_config *source)
{
	for (size_t i = 0; i < ARRAY_LEN(source_keys); i++) {
		if (strcmp(source_keys[i].name, node->key) == 0) {
			source_keys[i].read(reader, node, source);
			return;
		}
	}
	read_setting(reader, node, source);
}

static void
require_source_keys(struct config_reader *reader, const struct yaml_node *node)
{
	struct place place = yaml_at_key(node, reader->arena);
	if (!yaml_child(node, "importer")) {
		diag_error(reader->diags, place, "%s has no importer", place.field);
		diag_hint(reader->diags, "Name the plug-in that reads it, such as importer: csv.");
	}
	if (!yaml_child(node, "file") && !yaml_child(node, "uri") && !yaml_child(node, "root")) {
		diag_error(reader->diags, place, "%s has no file, uri or root", place.field);
		diag_hint(reader->diags, "Say where the source is, such as file: /root/users.csv.");
	}
}

static void
read_source(struct config_reader *reader, const struct yaml_node *node)
{
	if (!config_check_name(reader, node, "source"))
		return;
	const struct source_config *first = find_source(reader->config, node->key);
	if (first) {
		config_redefined(reader, node, "source", first->place);
		return;
	}
	struct source_config *source = ARENA_NEW(reader->arena, struct source_config);
	source->name = node->key;
	source->place = yaml_at_key(node, reader->arena);
	source->written = node;
	ARRAY_PUSH(reader->arena, &reader->config->sources, source);
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_source_key(reader, *child, source);
	require_source_keys(reader, node);
}

static void
read_sources(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	(void)key;
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_source(reader, *child);
}

/* ---- writing ---- */

/* Block style for the source and its map, one line for everything else. */
static void
write_member(const struct yaml_node *node, const char *indent, struct buffer *out)
{
	buffer_printf(out, "\n%s", indent);
	yaml_write_text(out, node->key);
	buffer_add_char(out, ':');
	if (strcmp(indent, "    ") == 0 && node->kind == YAML_KIND_MAPPING &&
		node->children.count) {
		ARRAY_FOREACH (child, &node->children)
			write_member(*child, "      ", out);
		return;
	}
	buffer_add_char(out, ' ');
	yaml_write_flow(out, node);
}

static void
write_sources(const struct config *config, const struct config_key *key, struct buffer *out)
{
	(void)key;
	ARRAY_FOREACH (item, &config->sources) {
		const struct source_config *source = *item;
		if (!source->written)
			continue;
		buffer_add_text(out, "\n  ");
		yaml_write_text(out, source->name);
		buffer_add_char(out, ':');
		ARRAY_FOREACH (child, &source->written->children)
			if (strcmp((*child)->key, "on_bad_row") != 0)
				write_member(*child, "    ", out);
		buffer_printf(out, "\n    on_bad_row: %s%s", bad_row_words[source->on_bad_row],
			source->on_bad_row == BAD_ROW_AUTO ? "  # default" : "");
	}
	if (!config->sources.count)
		buffer_add_text(out, "{}");
}

const struct config_kind config_kind_sources = { read_sources, write_sources };
