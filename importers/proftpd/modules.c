/*
 * modules.c - LoadModule, ModulePath and ModuleOrder: which modules the daemon had.
 */
#include <string.h>

#include "importers/proftpd/parse.h"

/* mod_NAME.c or .cpp -> mod_NAME; NULL when it is no module's name. */
static const char *
stem_of(const char *name, struct arena *arena)
{
	const char *dot = strrchr(name, '.');

	if (strncmp(name, "mod_", 4) != 0 || !dot)
		return NULL;
	if (strcmp(dot, ".c") != 0 && strcmp(dot, ".cpp") != 0)
		return NULL;
	return arena_strndup(arena, name, (size_t)(dot - name));
}

static enum pro_outcome
load(struct pro_parser *parser, const struct pro_line *line)
{
	const char *name = line->words.items[0], *stem = stem_of(name, parser->arena);
	struct string_list *modules = &parser->config->modules;
	struct old_entry entry;

	if (!stem || strchr(stem, '/'))
		return pro_refuse(parser, line->where, "'%s' is not the name of a module", name);
	if (string_list_has(modules, name))
		return PRO_TAKEN;

	const char *file = arena_printf(parser->arena, "%s/%s.so", parser->module_path, stem);
	if (old_root_stat(parser->root, file, &entry) != OLD_OK) {
		if (old_root_stat(parser->root, parser->module_path, &entry) == OLD_OK)
			return pro_refuse(parser, line->where,
				"module '%s' cannot be loaded: %s "
				"does not exist",
				name, file);
		diag_warning(&parser->config->notes, line->where,
			"module '%s' is taken as loaded: %s is not part of this copy", name,
			parser->module_path);
		diag_code(&parser->config->notes, "module-assumed");
	}
	string_list_push(parser->arena, modules, name);
	return PRO_TAKEN;
}

static enum pro_outcome
set_path(struct pro_parser *parser, const struct pro_line *line)
{
	const char *path = line->words.items[0];
	struct old_entry entry;

	if (*path != '/')
		return pro_refuse(parser, line->where, "'%s' is not an absolute path", path);
	enum old_status status = old_root_stat(parser->root, path, &entry);
	bool parent_missing = old_root_stat(parser->root, parser->module_path, &entry) != OLD_OK;
	if (status != OLD_OK && !parent_missing)
		return pro_refuse(parser, line->where, "'%s' %s", path, old_status_text(status));
	parser->module_path = path;
	return PRO_TAKEN;
}

static enum pro_outcome
set_order(struct pro_parser *parser, const struct pro_line *line)
{
	struct string_list *modules = &parser->config->modules, order = { 0 };

	for (size_t i = 0; i < line->words.count; i++) {
		const char *name = line->words.items[i];
		if (!string_list_has(modules, name))
			return pro_refuse(parser, line->where, "module '%s' is not loaded", name);
		if (string_list_has(&order, name))
			return pro_refuse(parser, line->where, "module '%s' is named twice", name);
		string_list_push(parser->arena, &order, name);
	}
	*modules = order;
	return PRO_TAKEN;
}

enum pro_outcome
pro_take_module(struct pro_parser *parser, const struct pro_line *line)
{
	if (strcmp(line->name, "LoadModule") == 0)
		return load(parser, line);
	if (strcmp(line->name, "ModulePath") == 0)
		return set_path(parser, line);
	return set_order(parser, line);
}
