/*
 * yaml_tree.h - a strict subset of YAML as a tree in which everything knows its line and column.
 *
 * The tree holds mappings, sequences and scalars, and a scalar is text: `no`, `0755` and `1e3` mean
 * what the reader of the tree says. What makes YAML surprising is refused: anchors, aliases,
 * explicit tags, merge keys, a second document, duplicate keys, keys that are not text, anything
 * but UTF-8, control characters (also escaped ones, except \n and \t), more than YAML_TREE_DEPTH
 * levels and more than YAML_TREE_SIZE bytes.
 */
#ifndef REHOME_MODEL_YAML_TREE_H
#define REHOME_MODEL_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

#define YAML_TREE_DEPTH 16
#define YAML_TREE_SIZE (4u << 20)
#define YAML_TREE_KEY_SIZE 256 /* bytes of a key; libyaml reads back any such key it is given */

enum yaml_kind {
	YAML_KIND_SCALAR,
	YAML_KIND_SEQUENCE,
	YAML_KIND_MAPPING,
	YAML_KIND_REFUSED, /* an error about it was appended; say nothing more */
};

struct yaml_node {
	enum yaml_kind kind;
	struct place place; /* of the value, field unset: see yaml_at() */
	const char *text;   /* scalar */
	bool plain;	    /* scalar without quotes: only then is "" the same as no value */
	const struct yaml_node *parent;
	size_t index;		/* among the parent's children */
	const char *key;	/* in a mapping */
	struct place key_place; /* in a mapping */
	struct {
		struct yaml_node **items;
		size_t count, room;
	} children;
};

/*
 * shown names the file in places. False when anything was refused; *ret_root is set even then,
 * unless the text could not be read to its end, so that one look finds all faults of a file. An
 * empty document gives NULL.
 */
NODISCARD bool yaml_tree_parse(struct bytes text, const char *shown, struct arena *arena,
	struct yaml_node **ret_root, struct diags *diags);

/* The child of a mapping, or NULL. */
const struct yaml_node *yaml_child(const struct yaml_node *mapping, const char *key);

/* True for `key:` with nothing behind it. */
bool yaml_is_silent(const struct yaml_node *node);

/* "layouts.plain.dirs[0]"; "" for the root. */
char *yaml_path(const struct yaml_node *node, struct arena *arena);

/* The place of a value or of its key, with yaml_path() as the field. */
struct place yaml_at(const struct yaml_node *node, struct arena *arena);
struct place yaml_at_key(const struct yaml_node *node, struct arena *arena);

/* "text", "a list", "a mapping": for messages. */
const char *yaml_kind_name(enum yaml_kind kind);

/* Text as a scalar or key, quoted (yaml_text.h) when it must be, on one line. */
void yaml_write_text(struct buffer *out, const char *text);

/* A whole node on one line; yaml_tree_parse() reads it back to the same tree, as long as no item of
 * a sequence is silent. */
void yaml_write_flow(struct buffer *out, const struct yaml_node *node);

#endif
