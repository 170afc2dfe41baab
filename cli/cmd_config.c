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
		.help = "with show: every key there is, or that begins with KEY, and its meaning" },
	{ .name = NULL },
};

/* The key itself, or what is below it. */
static bool
is_asked_for(const struct config_key *key, const char *beginning)
{
	size_t length = beginning ? strlen(beginning) : 0;
	return !length ||
		(strncmp(key->path, beginning, length) == 0 &&
			(!key->path[length] || strchr(".[", key->path[length]) ||
				beginning[length - 1] == '.'));
}

static bool
is_there(const char *beginning)
{
	for (const struct config_key *key = config_keys; key->path; key++) {
		if (is_asked_for(key, beginning))
			return true;
	}
	return false;
}

static void
add_keys_text(struct session *session, const char *beginning, struct buffer *out)
{
	struct paint paint = output_paint(&session->output, out);
	for (const struct config_key *key = config_keys; key->path; key++) {
		const char *const fields[] = { key->path, key->type, key->initial, key->help };
		if (!is_asked_for(key, beginning))
			continue;
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
add_keys_json(const char *beginning, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "keys", '[');
	for (const struct config_key *key = config_keys; key->path; key++) {
		if (!is_asked_for(key, beginning))
			continue;
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
show_keys(struct session *session, const char *beginning)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (!is_there(beginning)) {
		diag_error(&session->diags, NOWHERE, "no key of the configuration begins with '%s'",
			beginning);
		diag_code(&session->diags, "usage");
		diag_hint(&session->diags, "List all of them with: rehome config show --keys");
		return EXIT_USAGE;
	}
	if (session->output.json)
		add_keys_json(beginning, &text);
	else
		add_keys_text(session, beginning, &text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

/* What is valid YAML stays so: it is written by the library, which escapes. */
static void
add_config(struct session *session, struct buffer *out)
{
	AUTO_BUFFER struct buffer yaml = { 0 };
	struct json_writer json = { .out = out };
	config_write(session->config, true, &yaml);
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

/* What only the importers know: their options, and with `check` also files that these name. All
 * faults are reported. */
static bool
check_sources(struct session *session, bool places_too)
{
	bool ok = true;
	ARRAY_FOREACH (source, &session->config->sources) {
		bool good = places_too ? planning_check_place(session, *source)
				       : planning_check_source(session, *source);
		ok = ok && good;
	}
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
	if (operands->count > 1 && !(show && options->keys)) {
		diag_error(&session->diags, NOWHERE, "only show --keys takes the name of a key");
		diag_code(&session->diags, "usage");
		return EXIT_USAGE;
	}
	if (show && options->keys)
		return show_keys(session, operands->count > 1 ? operands->items[1] : NULL);
	if (!session_load_config(session) || !check_sources(session, !show))
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
	.arguments = "check | show [--keys [KEY]]",
	.summary = "Check the configuration, or show what is in effect",
	.details =
		"check reads the configuration file and what is in conf.d beside it, and looks at "
		"what the sources name: files that can be read, secrets that only root can, the "
		"syntax of filters and addresses. Every fault is reported with its place. No "
		"server "
		"is contacted, and nobody's data is read. show writes all of it as YAML that can "
		"be "
		"read again, with where each key is set, or that it is the default.",
	.records = "each key, with show --keys: key, type, default, meaning",
	.examples = "rehome config check\n"
		    "rehome config show  # what is in effect, defaults included\n"
		    "rehome config show --keys policy.passwords",
	.operands = "check|show KEY",
	.options = config_options,
	.options_size = sizeof(struct config_options),
	.min_operands = 1,
	.max_operands = 2,
	.run = config_run,
};
