/*
 * config_value.c - single values of the configuration: what a scalar may say for each kind of key.
 *
 * Judged here is what can be known without looking at the machine; whether a directory exists or a
 * group is in use is the planner's and `doctor`'s.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/model/config_reader.h"

bool
config_fault(struct config_reader *reader, const struct yaml_node *node, const char *what)
{
	const char *path = yaml_path(node, reader->arena);
	return diag_error(reader->diags, yaml_at(node, reader->arena), "%s %s", path, what);
}

/* ---- shapes ---- */

const char *
config_text(struct config_reader *reader, const struct yaml_node *node)
{
	if (node->kind == YAML_KIND_REFUSED)
		return NULL;
	const char *what = NULL;
	if (node->kind != YAML_KIND_SCALAR)
		what = arena_printf(
			reader->arena, "must be text, not %s", yaml_kind_name(node->kind));
	else if (!*node->text)
		what = yaml_is_silent(node) ? "has no value" : "is empty";
	else if (text_has_control(node->text, strlen(node->text)))
		what = "must be one line without tabs";
	if (!what)
		return node->text;
	config_fault(reader, node, what);
	if (yaml_is_silent(node))
		diag_hint(reader->diags, "Give a value, or remove the key.");
	return NULL;
}

static bool
has_kind(struct config_reader *reader, const struct yaml_node *node, enum yaml_kind kind)
{
	if (node->kind == kind)
		return true;
	if (node->kind != YAML_KIND_REFUSED) {
		const char *path = yaml_path(node, reader->arena);
		diag_error(reader->diags, yaml_at(node, reader->arena), "%s must be %s, not %s",
			*path ? path : "a configuration", yaml_kind_name(kind),
			yaml_kind_name(node->kind));
	}
	return false;
}

bool
config_is_mapping(struct config_reader *reader, const struct yaml_node *node)
{
	/* `sources:` above lines that are all commented out. */
	return yaml_is_silent(node) || has_kind(reader, node, YAML_KIND_MAPPING);
}

bool
config_is_list(struct config_reader *reader, const struct yaml_node *node)
{
	if (!yaml_is_silent(node))
		return has_kind(reader, node, YAML_KIND_SEQUENCE);
	config_fault(reader, node, "has no value");
	diag_hint(reader->diags, "Write [] for an empty list, or remove the key.");
	return false;
}

const char *const *
config_choices(const char *type, struct arena *arena)
{
	ARRAY(const char *) words = { 0 };
	while (*type) {
		size_t length = strcspn(type, "|");
		ARRAY_PUSH(arena, &words, arena_strndup(arena, type, length));
		type += length + (type[length] == '|');
	}
	ARRAY_PUSH(arena, &words, NULL);
	return words.items;
}

void
config_hint_candidates(
	struct config_reader *reader, const char *word, const char *const *candidates)
{
	const char *nearest = text_nearest(word, candidates);
	if (nearest) {
		diag_hint(reader->diags, "Did you mean '%s'?", nearest);
		return;
	}
	const char *all = "";
	for (; *candidates; candidates++)
		all = arena_printf(reader->arena, "%s%s%s", all, *all ? ", " : "", *candidates);
	if (*all)
		diag_hint(reader->diags, "Known here: %s.", all);
}

int
config_word(
	struct config_reader *reader, const struct yaml_node *node, const char *const *candidates)
{
	const char *word = config_text(reader, node);
	if (!word)
		return -1;
	for (int i = 0; candidates[i]; i++)
		if (strcmp(candidates[i], word) == 0)
			return i;
	config_fault(reader, node, arena_printf(reader->arena, "cannot be '%s'", word));
	config_hint_candidates(reader, word, candidates);
	return -1;
}

bool
config_is_account_name(const char *name)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz_0123456789-";
	return *name && strchr(lower, *name) && name[strspn(name, safe)] == '\0' &&
		strlen(name) <= 32;
}

/* ---- version ---- */

static void
read_version(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	(void)key;
	reader->version_seen = true;
	const char *text = config_text(reader, node);
	if (text && strcmp(text, "1") != 0) {
		config_fault(reader, node, arena_printf(reader->arena, "%s is not known", text));
		diag_hint(reader->diags, "This rehome reads version 1.");
	}
}

static void
write_version(const struct config *config, const struct config_key *key, struct buffer *out)
{
	(void)config;
	(void)key;
	buffer_add_text(out, "1");
}

const struct config_kind config_kind_version = { read_version, write_version };

/* ---- one of several words; the words stand in the order of the enum ---- */

static void
read_choice(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	int word = config_word(reader, node, config_choices(key->type, reader->arena));
	if (word >= 0)
		*MEMBER(reader->config, key, unsigned) = (unsigned)word;
}

static void
write_nth_word(const char *words, unsigned n, struct buffer *out)
{
	while (n--)
		words += strcspn(words, "|") + 1;
	buffer_add(out, words, strcspn(words, "|"));
}

static void
write_choice(const struct config *config, const struct config_key *key, struct buffer *out)
{
	write_nth_word(key->type, *CONST_MEMBER(config, key, unsigned), out);
}

const struct config_kind config_kind_choice = { read_choice, write_choice };

/* The same for a bool: the first word is false, the second true. */
static void
read_switch(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	int word = config_word(reader, node, config_choices(key->type, reader->arena));
	if (word >= 0)
		*MEMBER(reader->config, key, bool) = word == 1;
}

static void
write_switch(const struct config *config, const struct config_key *key, struct buffer *out)
{
	write_nth_word(key->type, *CONST_MEMBER(config, key, bool), out);
}

const struct config_kind config_kind_switch = { read_switch, write_switch };

/* ---- numbers ---- */

static void
read_number(struct config_reader *reader, const struct config_key *key,
	const struct yaml_node *node, unsigned max)
{
	const char *text = config_text(reader, node);
	unsigned long long number;
	if (!text)
		return;
	if (!text_number(text, max, &number))
		config_fault(reader, node,
			arena_printf(reader->arena, "must be a number from 0 to %u, not '%s'", max,
				text));
	else
		*MEMBER(reader->config, key, unsigned) = (unsigned)number;
}

static void
read_count(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	read_number(reader, key, node, 1000000);
}

static void
read_percent(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	read_number(reader, key, node, 100);
}

static void
write_number(const struct config *config, const struct config_key *key, struct buffer *out)
{
	buffer_printf(out, "%u", *CONST_MEMBER(config, key, unsigned));
}

/* "30d", or "30": there is nothing else to count here. */
static void
read_days(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *text = config_text(reader, node);
	unsigned long long days;
	if (!text)
		return;
	size_t length = strlen(text);
	if (length && text[length - 1] == 'd')
		length--;
	if (!text_number(arena_strndup(reader->arena, text, length), 36500, &days))
		config_fault(reader, node,
			arena_printf(reader->arena,
				"must be a number of days such as 30d, not '%s'", text));
	else
		*MEMBER(reader->config, key, unsigned) = (unsigned)days;
}

static void
write_days(const struct config *config, const struct config_key *key, struct buffer *out)
{
	buffer_printf(out, "%ud", *CONST_MEMBER(config, key, unsigned));
}

const struct config_kind config_kind_days = { read_days, write_days };
const struct config_kind config_kind_count = { read_count, write_number };
const struct config_kind config_kind_percent = { read_percent, write_number };

/* ---- paths ---- */

/* NULL when the path is absolute and says what it means. */
const char *
config_path_fault(const char *path)
{
	if (*path != '/')
		return "must be an absolute path";
	for (const char *part = path; *part;) {
		size_t length = strcspn(++part, "/");
		if (!length)
			return "must not contain '//' or end in '/'";
		if (strncmp(part, "..", length) == 0 && length <= 2)
			return "must not contain '.' or '..'";
		part += length;
	}
	return NULL;
}

/* A path that is written into passwd or sshd_config, where blanks, ':', '%' and '#' have meaning.
 */
const char *
config_system_path(struct config_reader *reader, const struct yaml_node *node)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789/._+-";
	const char *text = config_text(reader, node);
	const char *what = text ? config_path_fault(text) : NULL;
	if (text && !what && text[strspn(text, safe)])
		what = "may hold only letters, digits and / . _ + -";
	if (what)
		config_fault(reader, node, what);
	return what ? NULL : text;
}

static void
read_path(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *path = config_system_path(reader, node);
	if (path)
		*MEMBER(reader->config, key, const char *) = path;
}

static void
read_file(struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	const char *path = config_text(reader, node);
	const char *what = path ? config_path_fault(path) : NULL;
	if (what)
		config_fault(reader, node, what);
	else if (path)
		*MEMBER(reader->config, key, const char *) = path;
}

void
config_write_text(const struct config *config, const struct config_key *key, struct buffer *out)
{
	const char *text = *CONST_MEMBER(config, key, char *);
	if (text)
		yaml_write_text(out, text);
}

const struct config_kind config_kind_path = { read_path, config_write_text };
const struct config_kind config_kind_file = { read_file, config_write_text };

/* ---- lists ---- */

void
config_read_list(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	if (!config_is_list(reader, node))
		return;
	struct string_list list = { 0 };
	ARRAY_FOREACH (item, &node->children) {
		const char *text = config_text(reader, *item);
		if (text)
			string_list_push(reader->arena, &list, text);
	}
	*MEMBER(reader->config, key, struct string_list) = list;
}

void
config_write_list(const struct config *config, const struct config_key *key, struct buffer *out)
{
	const struct string_list *list = CONST_MEMBER(config, key, struct string_list);
	buffer_add_char(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buffer_add_text(out, ", ");
		yaml_write_text(out, list->items[i]);
	}
	buffer_add_char(out, ']');
}

const struct config_kind config_kind_list = { config_read_list, config_write_list };
