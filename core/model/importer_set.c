/*
 * importer_set.c - an importer by its name; see importer_set.h.
 */
#include "core/model/importer_set.h"

#include <string.h>

#include "core/model/importer_module.h"

static const struct importer *
find_built_in(const struct importer_set *set, const char *name)
{
	for (size_t i = 0; set->built_in[i]; i++) {
		if (strcmp(set->built_in[i]->name, name) == 0)
			return set->built_in[i];
	}
	return NULL;
}

static const struct importer *
find_loaded(const struct importer_set *set, const char *name)
{
	ARRAY_FOREACH (importer, &set->loaded) {
		if (strcmp((*importer)->name, name) == 0)
			return *importer;
	}
	return NULL;
}

static const struct importer *
unknown(const struct importer_set *set, const char *name, struct place place, struct diags *diags)
{
	struct diags unused = { .arena = set->arena };
	struct string_list names = importer_set_names(set, &unused);
	string_list_push(set->arena, &names, NULL);
	diag_error(diags, place, "unknown importer '%s'", name);
	diag_code(diags, "unknown-importer");
	const char *near = text_nearest(name, names.items);
	if (near)
		diag_hint(diags, "Did you mean '%s'?", near);
	else if (set->directory && importer_module_is_name(name))
		diag_hint(diags, "Run rehome importers for the list; a module of that name is %s.",
			importer_set_file(set, name));
	else
		diag_hint(diags, "Run rehome importers for the list.");
	return NULL;
}

const struct importer *
importer_set_find(
	struct importer_set *set, const char *name, struct place place, struct diags *diags)
{
	const struct importer *importer = find_built_in(set, name);
	if (!importer)
		importer = find_loaded(set, name);
	if (importer)
		return importer;
	if (!set->directory || !importer_module_is_name(name))
		return unknown(set, name, place, diags);
	if (!importer_module_load(set->directory, name, set->arena, &importer, diags))
		return NULL;
	if (!importer)
		return unknown(set, name, place, diags);
	ARRAY_PUSH(set->arena, &set->loaded, importer);
	return importer;
}

struct string_list
importer_set_names(const struct importer_set *set, struct diags *diags)
{
	struct string_list names = { 0 }, modules = { 0 };
	for (size_t i = 0; set->built_in[i]; i++)
		string_list_push(set->arena, &names, set->built_in[i]->name);
	if (!set->directory || !importer_module_list(set->directory, set->arena, &modules, diags))
		return names;
	for (size_t i = 0; i < modules.count; i++) {
		if (!find_built_in(set, modules.items[i]))
			string_list_push(set->arena, &names, modules.items[i]);
	}
	return names;
}

const char *
importer_set_file(const struct importer_set *set, const char *name)
{
	if (find_built_in(set, name) || !set->directory)
		return NULL;
	return importer_module_file(set->directory, name, set->arena);
}
