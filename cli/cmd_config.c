/*
 * cmd_config.c - `rehome config check|show`: is the configuration right, and what is in effect.
 */
#include <string.h>

#include "cli/json.h"
#include "cli/paint.h"
#include "cli/planning.h"

struct config_options {
	bool keys;
};

static const struct option_spec config_options[] = {
	{ .name = "keys",
		.type = OPTION_FLAG,
		.offset = offsetof(struct config_options, keys),
		.help = "with show: every key there is, with its type, default and meaning" },
	{ .name = NULL },
};

static void
add_keys_text(struct session *session, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	for (const struct config_key *key = config_keys; key->path; key++) {
		const char *const fields[] = { key->path, key->type, key->initial, key->help };
		if (paint.plain) {
			paint_record(&paint, fields, ARRAY_LEN(fields));
			continue;
		}
		paint_colored(&paint, COLOR_BOLD, key->path);
		buffer_printf(out, ": %s\n", key->type);
		buffer_printf(out, "    %s\n", key->help);
		if (key->initial)
			buffer_printf(out, "    default: %s\n", key->initial);
	}
}

static void
add_keys_json(struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "keys", '[');
	for (const struct config_key *key = config_keys; key->path; key++) {
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "key", key->path);
		json_write_text(&json, "type", key->type);
		json_write_text(&json, "default", key->initial);
		json_write_text(&json, "help", key->help);
		json_write_close(&json);
	}
	json_write_close(&json);
	json_write_close(&json);
}

static enum exit_code
show_keys(struct session *session)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (session->output.json)
		add_keys_json(&text);
	else
		add_keys_text(session, &text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

/* What is valid YAML stays so: it is written by the library, which escapes. */
static void
add_config(struct session *session, struct buffer *out)
{
	AUTO_BUFFER struct buffer yaml = { 0 };
	struct json_writer json = { .out = out };
	config_write(session->config, &yaml);
	if (!session->output.json) {
		buffer_add(out, buffer_text(&yaml), yaml.size);
		return;
	}
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "file", session->config->file);
	json_write_text(&json, "sha256", session->config->sha256);
	json_write_text(&json, "yaml", buffer_text(&yaml));
	json_write_close(&json);
}

static void
add_checked(struct session *session, struct buffer *out)
{
	const char *file = session->config->file;
	struct paint paint = { .out = out };
	struct json_writer json = { .out = out };
	if (session->output.json) {
		json_write_open(&json, NULL, '{');
		json_write_flag(&json, "ok", true);
		json_write_text(&json, "file", file);
		json_write_close(&json);
	} else if (file) {
		paint_text(&paint, file);
		buffer_add_text(out, ": ok\n");
	} else {
		buffer_add_text(
			out, "There is no configuration file: every key has its default.\n");
	}
}

/* What only the importers know: their options. All faults are reported. */
static bool
check_sources(struct session *session)
{
	bool ok = true;
	ARRAY_FOREACH (source, &session->config->sources)
		ok = planning_check_source(session, *source) && ok;
	return ok;
}

static enum exit_code
config_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct config_options *options = config;
	AUTO_BUFFER struct buffer text = { 0 };
	bool show = strcmp(operands->items[0], "show") == 0;
	if (!show && strcmp(operands->items[0], "check") != 0) {
		diag_error(&session->diags, NOWHERE, "config takes check or show, not '%s'",
			operands->items[0]);
		diag_code(&session->diags, "usage");
		return EXIT_USAGE;
	}
	if (show && options->keys)
		return show_keys(session);
	if (!session_load_config(session) || !check_sources(session))
		return session->exit;
	if (show)
		add_config(session, &text);
	else
		add_checked(session, &text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_config = {
	.name = "config",
	.arguments = "check | show [--keys]",
	.summary = "Check the configuration, or show what is in effect",
	.details =
		"check reads the configuration file and what is in conf.d beside it, and reports "
		"every fault with its place; no source is contacted or read. show writes all of it "
		"as YAML, with what is set nowhere at its default.",
	.records = "each key, with show --keys: key, type, default, meaning",
	.examples = "rehome config check\n"
		    "rehome config show  # what is in effect, defaults included\n"
		    "rehome config show --keys",
	.operands = "check|show",
	.options = config_options,
	.options_size = sizeof(struct config_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = config_run,
};
