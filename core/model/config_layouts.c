/*
 * config_layouts.c - `layouts:` of the configuration, folders and profiles, and writing them back.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/model/config_reader.h"

#define DIRS "layouts.NAME.dirs[]"
#define PROFILE "layouts.NAME.profile"

static struct layout *
find_layout(const struct config *config, const char *name)
{
	ARRAY_FOREACH (layout, &config->layouts)
		if (strcmp((*layout)->name, name) == 0)
			return *layout;
	return NULL;
}

const struct layout *
config_layout(const struct config *config, const char *name)
{
	return find_layout(config, name);
}

/* ---- one folder ---- */

static void
read_owner(struct config_reader *reader, const struct yaml_node *node, const char **ret_name)
{
	const char *name = config_text(reader, node);
	if (!name)
		return;
	if (config_is_account_name(name)) {
		*ret_name = name;
		return;
	}
	diag_error(reader->diags, yaml_at(node, reader->arena), "%s is no legal name: '%s'",
		yaml_path(node, reader->arena), name);
	diag_hint(reader->diags, "Write user, root, or the name of an account or group.");
}

/* Octal whether quoted or not; YAML 1.1 would take an unquoted 2770 for decimal. */
static void
read_mode(struct config_reader *reader, const struct yaml_node *node, struct folder *folder)
{
	const char *text = config_text(reader, node);
	if (!text)
		return;
	size_t length = strlen(text);
	const char *digits = length == 5 && *text == '0' ? text + 1 : text;
	length = strlen(digits);
	if (length < 3 || length > 4 || digits[strspn(digits, "01234567")]) {
		diag_error(reader->diags, yaml_at(node, reader->arena),
			"%s must be an octal mode such as 0755 or 2770, not '%s'",
			yaml_path(node, reader->arena), text);
		return;
	}
	folder->has_mode = true;
	folder->mode = 0;
	for (; *digits; digits++)
		folder->mode = folder->mode << 3 | (mode_t)(*digits - '0');
}

static void
read_access(struct config_reader *reader, const struct yaml_node *node, struct folder *folder)
{
	static const char *const words[] = { "write", "read", "read-advisory", NULL };
	static const enum folder_access meaning[] = { FOLDER_WRITE, FOLDER_READ,
		FOLDER_READ_ADVISORY };
	int word = config_word(reader, node, words);
	if (word >= 0)
		folder->access = meaning[word];
}

static void
read_folder_key(struct config_reader *reader, const struct yaml_node *node, struct folder *folder)
{
	if (strcmp(node->key, "path") == 0)
		folder->path = config_text(reader, node);
	else if (strcmp(node->key, "access") == 0)
		read_access(reader, node, folder);
	else if (strcmp(node->key, "owner") == 0)
		read_owner(reader, node, &folder->owner);
	else if (strcmp(node->key, "group") == 0)
		read_owner(reader, node, &folder->group);
	else if (strcmp(node->key, "mode") == 0)
		read_mode(reader, node, folder);
	else
		config_unknown_key(reader, node, DIRS);
}

static void
read_folder(struct config_reader *reader, const struct yaml_node *node, struct folder_list *folders)
{
	struct folder folder = { .place = yaml_at(node, reader->arena) };
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_folder_key(reader, *child, &folder);
	const struct yaml_node *path = yaml_child(node, "path");
	if (!path) {
		diag_error(reader->diags, folder.place, "%s has no path", folder.place.field);
		return;
	}
	if (!folder.path ||
		!folder_path_check(folder.path, yaml_at(path, reader->arena), reader->arena,
			&folder.path, reader->diags))
		return;
	ARRAY_PUSH(reader->arena, folders, folder);
}

/* ---- the profile ---- */

static void
read_from(struct config_reader *reader, const struct yaml_node *node, struct jail_profile *profile)
{
	if (!config_is_list(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children) {
		const char *text = config_text(reader, *child), *address;
		if (text &&
			profile_check_address(text, yaml_at(*child, reader->arena), reader->arena,
				&address, reader->diags))
			string_list_push(reader->arena, &profile->from, address);
	}
	/* Appends its own error. */
	if (!profile_complete_from(
		    &profile->from, yaml_at(node, reader->arena), reader->arena, reader->diags))
		profile->from.count = 0;
}

/* False, with an error, for a value that is none: a configuration with errors is never used. */
static bool
read_profile_text(
	struct config_reader *reader, const struct yaml_node *node, struct jail_profile *profile)
{
	struct place place = yaml_at(node, reader->arena);
	const char *text = config_text(reader, node);
	if (!text)
		return false;
	if (strcmp(node->key, "start") == 0)
		return profile_check_start(
			text, place, reader->arena, &profile->start, reader->diags);
	if (strcmp(node->key, "umask") == 0)
		return profile->has_umask =
			       profile_check_umask(text, place, &profile->umask, reader->diags);
	return profile_check_log_level(text, place, &profile->log_level, reader->diags);
}

static void
read_profile_key(
	struct config_reader *reader, const struct yaml_node *node, struct jail_profile *profile)
{
	static const char *const answers[] = { "no", "yes", NULL };
	static const char *const texts[] = { "start", "umask", "log" };
	if (strcmp(node->key, "from") == 0) {
		read_from(reader, node, profile);
		return;
	}
	if (strcmp(node->key, "read_only") == 0) {
		profile->read_only = config_word(reader, node, answers) == 1;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (strcmp(node->key, texts[i]) == 0) {
			(void)read_profile_text(reader, node, profile);
			return;
		}
	}
	config_unknown_key(reader, node, PROFILE);
}

static void
read_profile(
	struct config_reader *reader, const struct yaml_node *node, struct jail_profile *profile)
{
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_profile_key(reader, *child, profile);
}

/* ---- layouts ---- */

static void
read_dirs(struct config_reader *reader, const struct yaml_node *node, struct layout *layout)
{
	if (yaml_is_silent(node) || !config_is_list(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_folder(reader, *child, &layout->folders);
	/* Appends its own errors; a layout with errors is never used. */
	if (!folder_list_complete(&layout->folders, reader->arena, reader->diags))
		layout->folders.count = 0;
}

static void
read_layout(struct config_reader *reader, const struct yaml_node *node)
{
	if (!config_check_name(reader, node, "layout"))
		return;
	struct layout *layout = find_layout(reader->config, node->key);
	/* The built-in "default" has no file and may be defined once. */
	if (layout && layout->place.file) {
		config_redefined(reader, node, "layout", layout->place);
		return;
	}
	if (!layout) {
		layout = ARENA_NEW(reader->arena, struct layout);
		ARRAY_PUSH(reader->arena, &reader->config->layouts, layout);
	}
	*layout = (struct layout){ .name = node->key, .place = yaml_at_key(node, reader->arena) };
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children) {
		if (strcmp((*child)->key, "dirs") == 0)
			read_dirs(reader, *child, layout);
		else if (strcmp((*child)->key, "profile") == 0)
			read_profile(reader, *child, &layout->profile);
		else
			config_unknown_key(reader, *child, "layouts.NAME");
	}
}

static void
read_layouts(
	struct config_reader *reader, const struct config_key *key, const struct yaml_node *node)
{
	(void)key;
	if (!config_is_mapping(reader, node))
		return;
	ARRAY_FOREACH (child, &node->children)
		read_layout(reader, *child);
}

/* ---- what was promised ---- */

static const char *
broken_promise(const struct config *config, const struct folder *folder)
{
	bool users_group = !folder->group || strcmp(folder->group, "user") == 0 ||
		strcmp(folder->group, config->jail.group) == 0;
	if (folder->owner && strcmp(folder->owner, "user") == 0)
		return "the user owns it";
	if (folder->has_mode && folder->mode & S_IWOTH)
		return "its mode lets everybody write";
	if (folder->has_mode && folder->mode & S_IWGRP && users_group)
		return "its mode lets the user's group write";
	return NULL;
}

/* `access: read` is shown to people as enforced: an owner or mode that breaks it is a mistake. */
static void
check_folder(struct config_reader *reader, const struct folder *folder)
{
	const char *why =
		folder->access == FOLDER_READ ? broken_promise(reader->config, folder) : NULL;
	if (!why)
		return;
	diag_error(reader->diags, folder->place, "%s says access: read, but %s",
		folder->place.field, why);
	diag_hint(reader->diags, "Correct it, or say access: write or read-advisory.");
}

void
config_check_layouts(struct config_reader *reader)
{
	ARRAY_FOREACH (layout, &reader->config->layouts)
		ARRAY_FOREACH (folder, &(*layout)->folders)
			check_folder(reader, folder);
}

/* ---- writing ---- */

static void
write_folder(const struct folder *folder, struct buffer *out)
{
	buffer_add_text(out, "\n      - { path: ");
	yaml_write_text(out, folder->path);
	buffer_printf(out, ", access: %s", folder_access_name(folder->access));
	if (folder->owner)
		buffer_printf(out, ", owner: %s", folder->owner);
	if (folder->group)
		buffer_printf(out, ", group: %s", folder->group);
	if (folder->has_mode)
		buffer_printf(out, ", mode: \"%04o\"", (unsigned)folder->mode);
	buffer_add_text(out, " }");
}

static void
write_profile(const struct jail_profile *profile, struct buffer *out)
{
	if (profile_is_empty(profile))
		return;
	buffer_add_text(out, "\n    profile:");
	if (profile->start) {
		buffer_add_text(out, "\n      start: ");
		yaml_write_text(out, profile->start);
	}
	if (profile->has_umask)
		buffer_printf(out, "\n      umask: \"%03o\"", (unsigned)profile->umask);
	if (profile->read_only)
		buffer_add_text(out, "\n      read_only: yes");
	if (profile->log_level)
		buffer_printf(out, "\n      log: %s", profile->log_level);
	if (!profile->from.count)
		return;
	buffer_add_text(out, "\n      from: [");
	ARRAY_FOREACH (address, &profile->from)
		buffer_printf(
			out, "%s\"%s\"", address == profile->from.items ? "" : ", ", *address);
	buffer_add_text(out, "]");
}

static void
write_layouts(const struct config *config, const struct config_key *key, struct buffer *out)
{
	(void)key;
	ARRAY_FOREACH (item, &config->layouts) {
		const struct layout *layout = *item;
		buffer_add_text(out, "\n  ");
		yaml_write_text(out, layout->name);
		buffer_printf(out, ":\n    dirs:%s", layout->folders.count ? "" : " []");
		if (!layout->folders.count && strcmp(layout->name, "default") == 0)
			buffer_add_text(out, "  # default");
		ARRAY_FOREACH (folder, &layout->folders)
			write_folder(folder, out);
		write_profile(&layout->profile, out);
	}
}

const struct config_kind config_kind_layouts = { read_layouts, write_layouts };
