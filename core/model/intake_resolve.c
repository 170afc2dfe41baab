/*
 * intake_resolve.c - what the administrator means by a SOURCE argument; see intake.h.
 */
#include <string.h>

#include "core/model/intake.h"

/* "staff.csv" alone: the importer that its ending names. */
static const char *
importer_of_file(const char *argument, const struct importer_set *known, struct arena *arena)
{
	struct diags unused = { .arena = arena };
	struct string_list names = importer_set_names(known, &unused);
	const char *dot = strrchr(argument, '.');
	return dot && string_list_has(&names, dot + 1) ? dot + 1 : NULL;
}

/* " (ftp, hr)", or "" when there are none. */
static const char *
in_parentheses(const char *const *names, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (; *names; names++)
		buffer_printf(&text, "%s%s", text.size ? ", " : " (", *names);
	if (!text.size)
		return "";
	buffer_add_text(&text, ")");
	return arena_strdup(arena, buffer_text(&text));
}

static bool
unknown_source(const char *argument, const struct config *config, const struct importer_set *known,
	struct arena *arena, struct diags *diags)
{
	struct string_list names = { 0 };
	ARRAY_FOREACH (source, &config->sources)
		string_list_push(arena, &names, (*source)->name);
	string_list_push(arena, &names, NULL);

	diag_error(diags, NOWHERE, "unknown source '%s'", argument);
	diag_code(diags, "unknown-source");
	const char *importer = importer_of_file(argument, known, arena);
	const char *near = text_nearest(argument, names.items);
	if (importer)
		diag_hint(diags, "Did you mean '%s:%s'?", importer, argument);
	else if (near)
		diag_hint(diags, "Did you mean '%s'?", near);
	else
		diag_hint(diags,
			"Name a source of the configuration%s, or write IMPORTER:PLACE such as "
			"csv:staff.csv.",
			in_parentheses(names.items, arena));
	return false;
}

static bool
from_argument(const char *argument, struct importer_set *known, struct arena *arena,
	struct source_config *ret_source, struct diags *diags)
{
	const char *colon = strchr(argument, ':');
	const char *name = arena_strndup(arena, argument, (size_t)(colon - argument));
	if (!importer_set_find(known, name, NOWHERE, diags))
		return false;
	if (!colon[1]) {
		diag_error(diags, NOWHERE, "'%s' names no place to read", argument);
		diag_hint(diags, "Write %s:FILE, or %s:- for standard input.", name, name);
		return false;
	}
	*ret_source = (struct source_config){
		.name = arena_strdup(arena, argument),
		.importer = name,
		.location = arena_strdup(arena, colon + 1),
	};
	return true;
}

static bool
parse_setting(const char *text, struct arena *arena, struct source_setting *ret_setting,
	struct diags *diags)
{
	const char *equals = strchr(text, '=');
	if (!equals || equals == text) {
		diag_error(diags, at("--set", 0), "'%s' is not key=value", text);
		diag_hint(diags, "Write --set delimiter=tab, for example.");
		return false;
	}
	ret_setting->name = arena_strndup(arena, text, (size_t)(equals - text));
	ret_setting->value = arena_strdup(arena, equals + 1);
	ret_setting->place = at_column("--set", 0, 0, ret_setting->name);
	return true;
}

/* Those of the configuration that --set does not name, then those of --set. */
static bool
add_settings(struct source_config *source, const struct string_list *settings, struct arena *arena,
	struct diags *diags)
{
	struct source_config from_set = { 0 }, merged = { 0 };
	struct table replaced = { .arena = arena };
	for (size_t i = 0; settings && i < settings->count; i++) {
		struct source_setting setting;
		if (!parse_setting(settings->items[i], arena, &setting, diags))
			return false;
		ARRAY_PUSH(arena, &from_set.settings, setting);
		table_set(&replaced, setting.name, source);
	}
	ARRAY_FOREACH (setting, &source->settings) {
		if (!table_get(&replaced, setting->name))
			ARRAY_PUSH(arena, &merged.settings, *setting);
	}
	ARRAY_FOREACH (setting, &from_set.settings)
		ARRAY_PUSH(arena, &merged.settings, *setting);
	memcpy(&source->settings, &merged.settings, sizeof(source->settings));
	return true;
}

bool
intake_resolve(const char *argument, const struct config *config, struct importer_set *known,
	const struct string_list *settings, struct arena *arena, struct source_config **ret_source,
	struct diags *diags)
{
	const struct source_config *configured = config_source(config, argument);
	struct source_config source;
	if (configured)
		source = *configured;
	else if (!strchr(argument, ':'))
		return unknown_source(argument, config, known, arena, diags);
	else if (!from_argument(argument, known, arena, &source, diags))
		return false;

	if (!add_settings(&source, settings, arena, diags))
		return false;
	*ret_source = arena_copy(arena, &source, sizeof(source));
	return true;
}
