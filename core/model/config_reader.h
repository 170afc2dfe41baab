/*
 * config_reader.h - what the parts of the configuration's reader share; internal to config*.c.
 *
 * Reading goes on after a fault so that one look finds all of them. Functions that read a part
 * therefore return nothing, or NULL for a value that cannot be used, and append to reader->diags;
 * config.c compares the number of errors at the end.
 */
#ifndef REHOME_MODEL_CONFIG_READER_H
#define REHOME_MODEL_CONFIG_READER_H

#include "core/model/config.h"
#include "core/model/yaml_tree.h"

struct config_reader {
	struct config *config;
	struct arena *arena;
	struct diags *diags;
	bool addition;				/* a file of conf.d: sources and layouts only */
	bool version_seen;			/* in this file */
	const struct yaml_node *leaver_sources; /* judged when all sources are known */
};

/* How the values of some keys are read into struct config and written back as YAML. */
struct config_kind {
	void (*read)(struct config_reader *reader, const struct config_key *key,
		const struct yaml_node *node);
	/* Appends nothing when there is no value. */
	void (*write)(
		const struct config *config, const struct config_key *key, struct buffer *out);
};

/* The value that a key of the schema stands for. */
#define MEMBER(config, key, type) ((type *)((char *)(config) + (key)->offset))
#define CONST_MEMBER(config, key, type) ((const type *)((const char *)(config) + (key)->offset))

/* ---- values: config_value.c, config_policy.c ---- */

extern const struct config_kind config_kind_version, config_kind_choice, config_kind_switch,
	config_kind_count, config_kind_days, config_kind_percent, config_kind_path,
	config_kind_file, config_kind_folder, config_kind_dropin, config_kind_group,
	config_kind_home, config_kind_pattern, config_kind_list, config_kind_leaver_sources,
	config_kind_uid_range, config_kind_moments;

/* "policy.adopt cannot be 'x'": an error that begins with the key's path; false. */
bool config_fault(struct config_reader *reader, const struct yaml_node *node, const char *what);

/* One line of text that is not empty, or NULL and an error. */
const char *config_text(struct config_reader *reader, const struct yaml_node *node);

/* True for a mapping (with children) or a sequence; a silent key counts as an empty mapping. */
bool config_is_mapping(struct config_reader *reader, const struct yaml_node *node);
bool config_is_list(struct config_reader *reader, const struct yaml_node *node);

/* The position of a word among candidates (ends with NULL), or -1 and an error with a hint. */
int config_word(
	struct config_reader *reader, const struct yaml_node *node, const char *const *candidates);

/* The words of "ask|never", ended by NULL. */
const char *const *config_choices(const char *type, struct arena *arena);

/* Hints at the nearest candidate, or lists them all. */
void config_hint_candidates(
	struct config_reader *reader, const char *word, const char *const *candidates);

/* What is wrong with an absolute path, or NULL. */
const char *config_path_fault(const char *path);

/* A path that may stand in passwd and sshd_config, where blanks, ':', '%' and '#' have meaning. */
const char *config_system_path(struct config_reader *reader, const struct yaml_node *node);

/* Halves of the kinds for lists of texts and for single texts. */
void config_read_list(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node);
void config_write_list(
	const struct config *config, const struct config_key *key, struct buffer *out);
void config_write_text(
	const struct config *config, const struct config_key *key, struct buffer *out);

/* A name that may be a user or a group: what useradd and groupadd accept by default. */
bool config_is_account_name(const char *name);

/* The name of a source or layout: letters, digits, '_', '-', '.'; an error with a hint if not. */
bool config_check_name(
	struct config_reader *reader, const struct yaml_node *node, const char *what);

/* ---- the schema: config_schema.c ---- */

/* A configuration with all defaults. */
struct config *config_create(struct arena *arena, struct diags *diags);

/* Reads a whole document into reader->config; root may be NULL (empty). */
void config_read_document(struct config_reader *reader, const struct yaml_node *root);

/* What may stand below a path of the schema, such as "layouts.NAME.dirs[]"; ends with NULL. */
const char *const *config_names_below(const char *path, struct arena *arena);

/* "unknown key 'mdoe' in layouts.plain.dirs[0]" with "did you mean". */
void config_unknown_key(
	struct config_reader *reader, const struct yaml_node *node, const char *schema_path);

/* ---- sources and layouts: config_sources.c, config_map.c, config_layouts.c ---- */

extern const struct config_kind config_kind_sources, config_kind_layouts;

/* `map:` of a source, into its mapping. */
void config_read_map(
	struct config_reader *reader, const struct yaml_node *node, struct mapping *mapping);

/* "redefined" error that names both places. */
void config_redefined(struct config_reader *reader, const struct yaml_node *node, const char *what,
	struct place first);

/* After all files: what `access: read` promises must not be undone by an owner or a mode. */
void config_check_layouts(struct config_reader *reader);

/* After all files: leaver sources and layouts of maps that name nothing are warned about. */
void config_check_references(struct config_reader *reader);

#endif
