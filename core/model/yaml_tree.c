/*
 * yaml_tree.c - from libyaml's events to a tree, refusing what is not in the subset.
 *
 * The text is checked character by character before libyaml sees it, so libyaml's lines and columns
 * are those of an editor. Reading goes on after everything but a syntax error: what cannot be
 * attached to the tree (a duplicate key's value) is built all the same, for the faults in it, and
 * dropped.
 */
#include "core/model/yaml_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>
#include <yaml.h>

#include "core/base/table.h"
#include "core/base/yaml_text.h"

/* A mapping or sequence whose end was not seen yet. */
struct open_node {
	struct yaml_node *node;
	struct table keys;	/* mapping: key -> the node that has it */
	struct yaml_node *next; /* mapping: the child whose key was read and whose value was not */
	bool drop_next;		/* its key was refused */
};

struct builder {
	struct arena *arena;
	struct diags *diags;
	const char *file;
	struct bytes text;
	struct yaml_node *root;
	struct open_node open[YAML_TREE_DEPTH];
	size_t depth;
	size_t skipped; /* open collections that are not built at all */
	unsigned documents;
	bool stop;	/* the end of what is to be read */
	bool cut_short; /* what follows was not even looked at */
};

/* ---- characters ---- */

/* What no text of ours may hold; the line separators because editors do not count them as lines. */
static bool
is_forbidden(ucs4_t c)
{
	if (c < 0x20)
		return c != '\n' && c != '\t';
	return (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
		c == 0xfffe || c == 0xffff;
}

static bool
check_characters(const struct builder *builder)
{
	const uint8_t *at = (const uint8_t *)builder->text.data;
	const uint8_t *end = at + builder->text.size;
	struct place place = at_column(builder->file, 1, 1, NULL);
	while (at < end) {
		ucs4_t c = 0;
		int width = u8_mbtoucr(&c, at, (size_t)(end - at));
		if (width < 0) {
			diag_error(builder->diags, place, "byte 0x%02X is not UTF-8", *at);
			diag_hint(builder->diags, "Save the file as UTF-8.");
			return false;
		}
		bool crlf = c == '\r' && at + 1 < end && at[1] == '\n';
		if (is_forbidden(c) && !crlf)
			return diag_error(builder->diags, place,
				"the character U+%04X is not allowed", (unsigned)c);
		place.column++;
		if (c == '\n') {
			place.line++;
			place.column = 1;
		}
		at += width;
	}
	return true;
}

/* Escapes in quoted scalars can still make what check_characters() refused. */
static bool
scalar_has_forbidden(const yaml_event_t *event, ucs4_t *ret_char)
{
	const uint8_t *at = event->data.scalar.value;
	const uint8_t *end = at + event->data.scalar.length;
	while (at < end) {
		int width = u8_mbtouc(ret_char, at, (size_t)(end - at));
		if (is_forbidden(*ret_char))
			return true;
		at += width;
	}
	return false;
}

/* ---- nodes ---- */

static struct place
event_place(const struct builder *builder, const yaml_event_t *event)
{
	return at_column(builder->file, (unsigned)event->start_mark.line + 1,
		(unsigned)event->start_mark.column + 1, NULL);
}

static struct open_node *
innermost(struct builder *builder)
{
	return builder->depth ? &builder->open[builder->depth - 1] : NULL;
}

static bool
expects_key(struct builder *builder)
{
	const struct open_node *open = innermost(builder);
	return open && open->node->kind == YAML_KIND_MAPPING && !open->next;
}

static void
attach(struct builder *builder, struct yaml_node *parent, struct yaml_node *child)
{
	child->index = parent->children.count;
	ARRAY_PUSH(builder->arena, &parent->children, child);
}

/* The node for a value that begins with this event, in its place in the tree. */
static struct yaml_node *
add_node(struct builder *builder, enum yaml_kind kind, const yaml_event_t *event)
{
	struct open_node *open = innermost(builder);
	struct yaml_node *node;
	if (!open) {
		node = builder->root = ARENA_NEW(builder->arena, struct yaml_node);
	} else if (open->node->kind == YAML_KIND_MAPPING) {
		node = open->next;
		if (!open->drop_next)
			attach(builder, open->node, node);
		open->next = NULL;
	} else {
		node = ARENA_NEW(builder->arena, struct yaml_node);
		node->parent = open->node;
		attach(builder, open->node, node);
	}
	node->kind = kind;
	node->place = event_place(builder, event);
	return node;
}

/* The next event is the value of a key; key NULL = the value will be dropped. */
static struct open_node *
begin_child(struct builder *builder, const char *key, const yaml_event_t *event)
{
	struct open_node *open = innermost(builder);
	open->next = ARENA_NEW(builder->arena, struct yaml_node);
	open->next->parent = open->node;
	open->next->key = key ? key : "?";
	open->next->key_place = event_place(builder, event);
	open->drop_next = key == NULL;
	return open;
}

static void
refuse(struct builder *builder, const yaml_event_t *event, const char *what, const char *hint)
{
	diag_error(builder->diags, event_place(builder, event), "%s", what);
	if (hint)
		diag_hint(builder->diags, "%s", hint);
}

static void
refuse_decorations(struct builder *builder, const yaml_event_t *event, const yaml_char_t *anchor,
	const yaml_char_t *tag)
{
	if (anchor)
		refuse(builder, event, "anchors ('&name') are not allowed",
			"Write the value out, or quote it if it begins with '&'.");
	if (tag)
		refuse(builder, event, "tags ('!name') are not allowed",
			"Remove the tag, or quote the value if it begins with '!'.");
}

static void
refuse_duplicate(struct builder *builder, struct open_node *open, const struct yaml_node *first)
{
	struct yaml_node *again = open->next;
	open->drop_next = true;
	diag_error(builder->diags, yaml_at_key(again, builder->arena), "key '%s' is given twice",
		again->key);
	diag_hint(builder->diags, "Remove one: it was first given at line %u, column %u.",
		first->key_place.line, first->key_place.column);
}

static void
read_key(struct builder *builder, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	ucs4_t c;
	const char *fault = NULL;

	refuse_decorations(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (plain && size == 2 && memcmp(text, "<<", 2) == 0)
		fault = "merge keys ('<<') are not allowed";
	else if (size > YAML_TREE_KEY_SIZE)
		fault = "this key is longer than 256 bytes";
	else if (scalar_has_forbidden(event, &c))
		fault = "this key holds a control character";
	if (fault) {
		refuse(builder, event, fault, NULL);
		begin_child(builder, NULL, event);
		return;
	}
	const char *key = arena_strndup(builder->arena, text, size);
	struct open_node *open = begin_child(builder, key, event);
	const struct yaml_node *first = table_get(&open->keys, key);
	if (first)
		refuse_duplicate(builder, open, first);
	else
		table_set(&open->keys, key, open->next);
}

static void
read_scalar(struct builder *builder, const yaml_event_t *event)
{
	if (expects_key(builder)) {
		read_key(builder, event);
		return;
	}
	struct yaml_node *node = add_node(builder, YAML_KIND_SCALAR, event);
	refuse_decorations(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
	ucs4_t c;
	if (scalar_has_forbidden(event, &c)) {
		node->kind = YAML_KIND_REFUSED;
		diag_error(builder->diags, yaml_at(node, builder->arena),
			"the character U+%04X is not allowed", (unsigned)c);
		return;
	}
	node->text = arena_strndup(
		builder->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
	node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static void
read_alias(struct builder *builder, const yaml_event_t *event)
{
	refuse(builder, event, "aliases ('*name') are not allowed",
		"Write the value out, or quote it if it begins with '*'.");
	if (expects_key(builder))
		begin_child(builder, NULL, event);
	else
		add_node(builder, YAML_KIND_REFUSED, event);
}

/* Ends the reading: libyaml's time for flow collections grows with the square of the depth. */
static bool
is_too_deep(struct builder *builder, const yaml_event_t *event)
{
	if (builder->depth + builder->skipped < YAML_TREE_DEPTH)
		return false;
	refuse(builder, event, "nested deeper than 16 levels", NULL);
	builder->cut_short = true;
	return true;
}

static void
open_collection(struct builder *builder, enum yaml_kind kind, const yaml_event_t *event)
{
	if (is_too_deep(builder, event))
		return;
	if (builder->skipped) {
		builder->skipped++;
		return;
	}
	if (expects_key(builder)) {
		refuse(builder, event, "a key must be text", NULL);
		begin_child(builder, NULL, event);
		builder->skipped++;
		return;
	}
	struct yaml_node *node = add_node(builder, kind, event);
	builder->open[builder->depth++] =
		(struct open_node){ .node = node, .keys = { .arena = builder->arena } };
}

static void
close_collection(struct builder *builder)
{
	if (builder->skipped)
		builder->skipped--;
	else
		builder->depth--;
}

static void
read_document(struct builder *builder, const yaml_event_t *event)
{
	if (++builder->documents == 1)
		return;
	refuse(builder, event, "a second document is not allowed",
		"Put it into a file of its own, or remove the '---'.");
	builder->stop = true;
}

static void
read_event(struct builder *builder, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		read_document(builder, event);
		break;
	case YAML_ALIAS_EVENT:
		if (!builder->skipped)
			read_alias(builder, event);
		break;
	case YAML_SCALAR_EVENT:
		if (!builder->skipped)
			read_scalar(builder, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		refuse_decorations(builder, event, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
		open_collection(builder, YAML_KIND_SEQUENCE, event);
		break;
	case YAML_MAPPING_START_EVENT:
		refuse_decorations(builder, event, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
		open_collection(builder, YAML_KIND_MAPPING, event);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(builder);
		break;
	case YAML_STREAM_END_EVENT:
		builder->stop = true;
		break;
	default:
		break;
	}
}

/* ---- syntax errors ---- */

/* What stands in a line, without its end. */
static struct bytes
line_text(struct bytes text, size_t line)
{
	const char *at = text.data;
	const char *end = text.data + text.size;
	for (; line && at < end; line--) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		at = feed ? feed + 1 : end;
	}
	const char *feed = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	return (struct bytes){ at, (size_t)((feed ? feed : end) - at) };
}

/* libyaml names the rule that was broken; people need the habit that broke it. */
static void
hint_at_habit(const struct builder *builder, const yaml_parser_t *parser)
{
	struct bytes line = line_text(builder->text, parser->problem_mark.line);
	size_t blank = 0;
	while (blank < line.size && (line.data[blank] == ' ' || line.data[blank] == '\t'))
		blank++;
	if (memchr(line.data, '\t', blank))
		diag_hint(builder->diags, "Indent with spaces: YAML does not allow tabs there.");
	else if (memmem(line.data, line.size, "${", 2))
		diag_hint(
			builder->diags, "Put quotes around a value with ${...} inside { } or [ ].");
	else if (strstr(parser->problem, "cannot start any token") ||
		(parser->context && strstr(parser->context, "while scanning an a")))
		diag_hint(builder->diags,
			"Put quotes around a value that begins with a special "
			"character.");
}

static bool
report_syntax(const struct builder *builder, const yaml_parser_t *parser)
{
	if (parser->error == YAML_MEMORY_ERROR)
		abort();
	struct place place = at_column(builder->file, (unsigned)parser->problem_mark.line + 1,
		(unsigned)parser->problem_mark.column + 1, NULL);
	const char *context = parser->context ? parser->context : "";
	diag_error(builder->diags, place, "not valid YAML: %s%s%s", context, *context ? ": " : "",
		parser->problem);
	hint_at_habit(builder, parser);
	return false;
}

static void
finish_parser(yaml_parser_t *parser)
{
	yaml_parser_delete(parser);
}

/* False when the text could not be read to its end. */
static bool
read_events(struct builder *builder)
{
	AUTO(finish_parser) yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&parser, (const unsigned char *)builder->text.data, builder->text.size);
	while (!builder->stop && !builder->cut_short) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event))
			return report_syntax(builder, &parser);
		read_event(builder, &event);
		yaml_event_delete(&event);
	}
	return !builder->cut_short;
}

bool
yaml_tree_parse(struct bytes text, const char *shown, struct arena *arena,
	struct yaml_node **ret_root, struct diags *diags)
{
	struct builder builder = { .arena = arena, .diags = diags, .file = shown, .text = text };
	size_t errors = diags->errors;
	/* libyaml takes no NULL, which an empty text may be. */
	if (!text.size)
		builder.text.data = "";
	*ret_root = NULL;
	if (text.size > YAML_TREE_SIZE)
		return diag_error(diags, at(shown, 0), "larger than 4 MiB");
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		builder.text = (struct bytes){ text.data + 3, text.size - 3 };
	if (!check_characters(&builder) || !read_events(&builder))
		return false;
	*ret_root = builder.root;
	return diags->errors == errors;
}

/* ---- using the tree ---- */

const struct yaml_node *
yaml_child(const struct yaml_node *mapping, const char *key)
{
	ARRAY_FOREACH (child, &mapping->children)
		if ((*child)->key && strcmp((*child)->key, key) == 0)
			return *child;
	return NULL;
}

bool
yaml_is_silent(const struct yaml_node *node)
{
	return node->kind == YAML_KIND_SCALAR && node->plain && !*node->text;
}

char *
yaml_path(const struct yaml_node *node, struct arena *arena)
{
	if (!node->parent)
		return arena_strdup(arena, "");
	char *parent = yaml_path(node->parent, arena);
	if (node->parent->kind == YAML_KIND_SEQUENCE)
		return arena_printf(arena, "%s[%zu]", parent, node->index);
	return arena_printf(arena, "%s%s%s", parent, *parent ? "." : "", node->key);
}

struct place
yaml_at(const struct yaml_node *node, struct arena *arena)
{
	struct place place = node->place;
	place.field = yaml_path(node, arena);
	return place;
}

struct place
yaml_at_key(const struct yaml_node *node, struct arena *arena)
{
	struct place place = node->key ? node->key_place : node->place;
	place.field = yaml_path(node, arena);
	return place;
}

const char *
yaml_kind_name(enum yaml_kind kind)
{
	static const char *const names[] = { "text", "a list", "a mapping", "refused" };
	return names[kind];
}

/* Other programs may read what we write: what they could take for a number is quoted too. */
static bool
is_plain_text(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_/.-";
	return (isalpha((unsigned char)*text) || *text == '/') && text[strspn(text, safe)] == '\0';
}

void
yaml_write_text(struct buffer *out, const char *text)
{
	if (is_plain_text(text))
		buffer_add_text(out, text);
	else
		yaml_add_text(out, text);
}

static void
write_children(struct buffer *out, const struct yaml_node *node)
{
	for (size_t i = 0; i < node->children.count; i++) {
		const struct yaml_node *child = node->children.items[i];
		if (i)
			buffer_add_text(out, ", ");
		if (child->key) {
			yaml_write_text(out, child->key);
			buffer_add_text(out, ": ");
		}
		yaml_write_flow(out, child);
	}
}

void
yaml_write_flow(struct buffer *out, const struct yaml_node *node)
{
	if (yaml_is_silent(node))
		return;
	if (node->kind == YAML_KIND_SCALAR) {
		yaml_write_text(out, node->text);
		return;
	}
	bool spread = node->kind == YAML_KIND_MAPPING && node->children.count;
	bool mapping = node->kind == YAML_KIND_MAPPING;
	buffer_add_text(out, spread ? "{ " : mapping ? "{" : "[");
	write_children(out, node);
	buffer_add_text(out, spread ? " }" : mapping ? "}" : "]");
}
