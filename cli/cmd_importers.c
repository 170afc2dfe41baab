/*
 * cmd_importers.c - `rehome importers [NAME]`, `rehome exporters [NAME]`: the plug-ins there are,
 * and their options.
 */
#include <string.h>

#include "cli/help.h"
#include "cli/json.h"
#include "cli/paint.h"
#include "cli/planning.h"
#include "core/base/text.h"
#include "core/model/exporter.h"
#include "core/model/old_account.h"

/* What is shown of either kind. */
struct plugin {
	const char *name, *summary;
	const struct option_spec *options;
	bool old_server;	  /* has old_account_options too */
	const char *file;	  /* it was loaded from; NULL = part of the program */
	const char *const *parts; /* the files that it writes; NULL = it has none */
};

struct plugin_list {
	const char *kind;      /* "importer" */
	const char *kinds;     /* "importers" */
	const char *use;       /* how its options are given */
	const char *directory; /* of those that are loaded; NULL = this kind never is */
	struct diags findings; /* about those that cannot be used */
	struct plugin *items;
	size_t count, room;
};

/* ---- JSON ---- */

static void
add_json_options(struct json_writer *json, const struct option_spec *options)
{
	for (; options && options->name; options++) {
		json_write_open(json, NULL, '{');
		help_json_option(json, options);
		json_write_close(json);
	}
}

static void
add_json_parts(struct json_writer *json, const char *const *parts)
{
	if (!parts)
		return;
	json_write_open(json, "parts", '[');
	for (; *parts; parts++)
		json_write_text(json, NULL, *parts);
	json_write_close(json);
}

static void
add_json(const struct plugin_list *list, const char *name, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	if (list->directory)
		json_write_text(&json, "directory", list->directory);
	json_write_open(&json, list->kinds, '[');
	ARRAY_FOREACH (plugin, list) {
		if (name && strcmp(plugin->name, name) != 0)
			continue;
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "name", plugin->name);
		json_write_text(&json, "summary", plugin->summary);
		if (list->directory)
			json_write_text(&json, "file", plugin->file);
		add_json_parts(&json, plugin->parts);
		json_write_open(&json, "options", '[');
		add_json_options(&json, plugin->options);
		if (plugin->old_server)
			add_json_options(&json, old_account_options);
		json_write_close(&json);
		json_write_close(&json);
	}
	json_write_close(&json);
	if (list->directory)
		json_findings(&json, &list->findings);
	json_write_close(&json);
}

/* ---- text ---- */

static void
add_list(struct session *session, const struct plugin_list *list, struct buffer *out)
{
	struct arena *arena = session->arena;
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = { .arena = arena, .columns = 2, .headless = true };
	ARRAY_FOREACH (plugin, list) {
		paint_cell(&table, plugin->name);
		paint_cell(&table,
			plugin->file ? arena_printf(arena, "%s (%s)", plugin->summary, plugin->file)
				     : plugin->summary);
	}
	paint_table(&paint, &table);
}

static void
add_parts(const char *const *parts, struct buffer *out)
{
	buffer_add_text(out, "\nFiles (in the directory of export -o, or one with --part):\n");
	for (; *parts; parts++)
		buffer_printf(out, "  %s\n", *parts);
}

static void
add_option_records(const struct paint *paint, const struct option_spec *options)
{
	for (; options && options->name; options++) {
		const char *const fields[] = {
			options->name,
			help_value(options, true),
			options->initial,
			options->help,
		};
		paint_record(paint, fields, ARRAY_LEN(fields));
	}
}

static void
add_plugin_records(struct session *session, const struct plugin *plugin, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	add_option_records(&paint, plugin->options);
	if (plugin->old_server)
		add_option_records(&paint, old_account_options);
}

static void
add_plugin(const struct plugin_list *list, const struct plugin *plugin, struct buffer *out)
{
	buffer_printf(out, "%s: %s\n", plugin->name, plugin->summary);
	if (plugin->file)
		buffer_printf(out, "Loaded from %s\n", plugin->file);
	if (plugin->parts)
		add_parts(plugin->parts, out);
	bool has_options = plugin->options && plugin->options->name;
	if (!has_options && !plugin->old_server) {
		buffer_add_text(out, "\nIt has no options.\n");
		return;
	}
	buffer_printf(out, "\nOptions (%s):\n", list->use);
	if (has_options)
		help_options(plugin->options, true, out);
	if (plugin->old_server)
		help_options(old_account_options, true, out);
}

/* ---- the commands ---- */

static const struct plugin *
find(const struct plugin_list *list, const char *name, struct session *session)
{
	struct string_list names = { 0 };
	ARRAY_FOREACH (plugin, list) {
		if (strcmp(plugin->name, name) == 0)
			return plugin;
		string_list_push(session->arena, &names, plugin->name);
	}
	string_list_push(session->arena, &names, NULL);
	diag_error(&session->diags, NOWHERE, "unknown %s '%s'", list->kind, name);
	const char *near = text_nearest(name, names.items);
	if (near)
		diag_hint(&session->diags, "Did you mean '%s'?", near);
	else
		diag_hint(&session->diags, "Run rehome %s for the list.", list->kinds);
	return NULL;
}

static enum exit_code
show(struct session *session, const struct plugin_list *list, const char *name)
{
	AUTO_BUFFER struct buffer text = { 0 };
	const struct plugin *plugin = name ? find(list, name, session) : NULL;
	if (name && !plugin)
		return EXIT_USAGE;
	if (session->output.json)
		add_json(list, name, &text);
	else if (plugin && session->output.plain)
		add_plugin_records(session, plugin, &text);
	else if (plugin)
		add_plugin(list, plugin, &text);
	else
		add_list(session, list, &text);
	if (plugin && !session->output.json && !session->output.plain)
		output_page(&session->output, &text);
	else
		output_result(&session->output, &text);
	return EXIT_DONE;
}

static void
add_importer(struct session *session, struct plugin_list *list, const struct importer *importer)
{
	struct plugin plugin = { importer->name, importer->summary, importer->options,
		importer->old_server, importer_set_file(&session->importers, importer->name) };
	ARRAY_PUSH(session->arena, list, plugin);
}

/* Here a module that cannot be used is a finding, not a reason to fail. */
static void
warn_of_refused(struct session *session, struct plugin_list *list, const struct diags *refused)
{
	list->findings.arena = session->arena;
	ARRAY_FOREACH (diag, refused) {
		struct diag warning = *diag;
		warning.level = DIAG_WARNING;
		diag_append(session->output.json ? &list->findings : &session->diags, &warning);
	}
}

static void
add_importers(struct session *session, struct plugin_list *list)
{
	struct diags refused = { .arena = session->arena };
	struct string_list names = importer_set_names(&session->importers, &refused);
	for (size_t i = 0; i < names.count; i++) {
		const struct importer *importer =
			importer_set_find(&session->importers, names.items[i], NOWHERE, &refused);
		if (importer)
			add_importer(session, list, importer);
	}
	warn_of_refused(session, list, &refused);
}

static enum exit_code
importers_run(struct session *session, const void *config, const struct string_list *operands)
{
	struct plugin_list list = { .kind = "importer",
		.kinds = "importers",
		.use = "in the configuration, or with --set",
		.directory = session->importers.directory };
	(void)config;
	if (!operands->count) {
		add_importers(session, &list);
		return show(session, &list, NULL);
	}
	const struct importer *importer = importer_set_find(
		&session->importers, operands->items[0], NOWHERE, &session->diags);
	if (!importer)
		return planning_no_importer(session, EXIT_USAGE);
	add_importer(session, &list, importer);
	return show(session, &list, importer->name);
}

static enum exit_code
exporters_run(struct session *session, const void *config, const struct string_list *operands)
{
	struct plugin_list list = {
		.kind = "exporter", .kinds = "exporters", .use = "with export --option"
	};
	(void)config;
	for (size_t i = 0; exporters[i]; i++) {
		const struct exporter *exporter = exporters[i];
		struct plugin plugin = {
			.name = exporter->name,
			.summary = exporter->summary,
			.options = exporter->options,
			.parts = exporter->parts,
		};
		ARRAY_PUSH(session->arena, &list, plugin);
	}
	return show(session, &list, operands->count ? operands->items[0] : NULL);
}

const struct command command_importers = {
	.name = "importers",
	.arguments = "[NAME]",
	.summary = "List what can be read, or the options of one importer",
	.details = "The options stand below the source in the configuration, or behind --set. An "
		   "importer that is a module is loaded when it is named.",
	.records = "each importer, or each option of NAME: name and summary; or name, value, "
		   "default, meaning",
	.examples = "rehome importers\n"
		    "rehome importers csv  # what --set takes, and its configuration",
	.operands = "IMPORTER",
	.max_operands = 1,
	.run = importers_run,
};

const struct command command_exporters = {
	.name = "exporters",
	.arguments = "[NAME]",
	.summary = "List what can be written, or the options of one exporter",
	.details = "The options stand behind --option of rehome export.",
	.records = "each exporter, or each option of NAME: name and summary; or name, value, "
		   "default, meaning",
	.examples = "rehome exporters\n"
		    "rehome exporters csv  # what --option takes",
	.operands = "EXPORTER",
	.max_operands = 1,
	.run = exporters_run,
};
