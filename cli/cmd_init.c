/*
 * cmd_init.c - `rehome init`: a commented configuration that fits what is there.
 */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/init.h"
#include "cli/paint.h"
#include "core/base/json_writer.h"

struct init_options {
	struct string_list from;
	const char *output;
};

static const struct option_spec init_options[] = {
	{ .name = "from",
		.type = OPTION_LIST,
		.offset = offsetof(struct init_options, from),
		.argument = "SOURCE",
		.help = "look at this one as well: a sheet, or an old server's root" },
	{ .name = "output",
		.letter = 'o',
		.type = OPTION_TEXT,
		.offset = offsetof(struct init_options, output),
		.argument = "FILE",
		.help = "write to FILE, which must not exist, instead of standard output" },
	{ .name = NULL },
};

void
init_find(struct init *init, const char *topic, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	struct init_finding finding = { topic, place,
		arena_vprintf(init->arena, format, arguments) };
	va_end(arguments);
	ARRAY_PUSH(init->arena, &init->findings, finding);
}

static void
add_json(const struct init *init, const struct buffer *yaml, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "findings", '[');
	ARRAY_FOREACH (finding, &init->findings) {
		json_write_open(&json, NULL, '{');
		json_write_text(&json, "topic", finding->topic);
		json_write_text(&json, "text", finding->text);
		json_write_text(&json, "file", finding->place.file);
		json_write_number(&json, "line", finding->place.line);
		json_write_close(&json);
	}
	json_write_close(&json);
	json_write_texts(&json, "undecided", &init->leftovers);
	json_write_texts(&json, "sources", &init->names);
	json_write_text(&json, "yaml", buffer_text(yaml));
	json_write_close(&json);
}

/* What was made must be what is read: a fault here is ours. */
static bool
check_written(struct session *session, const struct buffer *yaml)
{
	struct config *config;
	return config_parse(buffer_bytes(yaml), "rehome.yaml", session->arena, &config,
		       &session->diags) ||
		session_fail(session, EXIT_FAILED);
}

static enum exit_code
show(struct init *init, const char *file, const struct buffer *yaml)
{
	struct session *session = init->session;
	AUTO_BUFFER struct buffer text = { 0 };
	if (file && !file_create(file, buffer_bytes(yaml), session->arena, &session->diags)) {
		if (access(file, F_OK) == 0)
			diag_hint(&session->diags,
				"What exists is never written over: name another file.");
		return EXIT_FAILED;
	}
	if (session->output.json) {
		add_json(init, yaml, &text);
	} else if (file) {
		struct paint paint = { .out = &text };
		buffer_add_text(&text, "Wrote ");
		paint_text(&paint, file);
		buffer_printf(&text, ".\nNext: rehome -c %s %s%s\n",
			text_shell_word(session->arena, file),
			init->names.count ? "plan " : "config check",
			init->names.count ? init->names.items[0] : "");
	} else {
		buffer_add(&text, buffer_text(yaml), yaml->size);
	}
	output_result(&session->output, &text);
	return EXIT_DONE;
}

static enum exit_code
init_run(struct session *session, const void *config, const struct string_list *operands)
{
	static const char nothing[] = "version: 1\n";
	const struct init_options *options = config;
	AUTO_BUFFER struct buffer yaml = { 0 };
	struct init init = { .session = session, .arena = session->arena };
	bool ok = config_parse((struct bytes){ nothing, strlen(nothing) }, "", session->arena,
		&session->config, &session->diags);
	(void)operands;
	ok = ok && init_look_at_host(&init);
	for (size_t i = 0; ok && i < options->from.count; i++)
		ok = init_look_at_source(&init, options->from.items[i]);
	if (ok)
		init_write(&init, &yaml);
	ok = ok && check_written(session, &yaml);
	enum exit_code exit = ok ? show(&init, options->output, &yaml) : session->exit;
	buffer_finish(&init.sources);
	return exit;
}

const struct command command_init = {
	.name = "init",
	.arguments = "[--from SOURCE] [-o FILE]",
	.summary = "Write a commented configuration that fits what is there",
	.details =
		"Looks at this machine: sshd and its Match blocks, accounts and uids, jails made "
		"by "
		"hand, filesystems, FTP servers, the name service. With --from also at a source as "
		"other commands name it, such as csv:staff.csv or vsftpd:/mnt/old. Comments say "
		"what was found and where, and what is left to decide. Nothing is changed, and "
		"nothing but FILE is written.",
	.examples = "rehome init\n"
		    "rehome init --from csv:staff.csv -o rehome.yaml\n"
		    "rehome init --from proftpd:/mnt/old -o /etc/rehome/rehome.yaml",
	.options = init_options,
	.options_size = sizeof(struct init_options),
	.run = init_run,
};
