/*
 * cmd_completion.c - `rehome completion bash|zsh|fish`: the script for a shell; and what it asks
 * for while somebody types, `--names WHAT`.
 *
 * Nothing is listed that a shell would read as more than a word.
 */
#include <string.h>

#include "cli/completion.h"
#include "cli/session.h"
#include "core/base/json_writer.h"
#include "core/model/exporter.h"

struct completion_options {
	const char *list;
};

static const struct option_spec completion_options[] = {
	{ .name = "names",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct completion_options, list),
		.choices = COMPLETION_LISTS,
		.help = "what a script asks for: the names there are, one a line" },
	{ .name = NULL },
};

/* ---- the lists ---- */

static bool
list_importers(struct session *session, struct string_list *names)
{
	struct diags ignored = { .arena = session->arena };
	*names = importer_set_names(&session->importers, &ignored);
	return true;
}

/* Names of the configuration, and the beginnings of all others. */
static bool
list_sources(struct session *session, struct string_list *names)
{
	struct string_list importers;
	if (!list_importers(session, &importers))
		return false;
	ARRAY_FOREACH (importer, &importers)
		string_list_push(
			session->arena, names, arena_printf(session->arena, "%s:", *importer));
	if (!session_load_config(session))
		return false;
	ARRAY_FOREACH (source, &session->config->sources)
		string_list_push(session->arena, names, (*source)->name);
	return true;
}

static bool
list_exporters(struct session *session, struct string_list *names)
{
	for (size_t i = 0; exporters[i]; i++)
		string_list_push(session->arena, names, exporters[i]->name);
	return true;
}

static bool
list_runs(struct session *session, struct string_list *names)
{
	if (!session_open(session, HOST_READ_ONLY))
		return false;
	if (!state_run_ids(&session->state, names, &session->diags))
		return session_fail(session, EXIT_FAILED);
	return true;
}

static bool
list_users(struct session *session, struct string_list *names)
{
	if (!session_open(session, HOST_READ_ONLY) || !session_load_managed(session))
		return false;
	ARRAY_FOREACH (account, &session->managed.accounts)
		string_list_push(session->arena, names, (*account)->login);
	return true;
}

static const struct {
	const char *name;
	bool (*list)(struct session *session, struct string_list *names);
} lists[] = {
	{ "sources", list_sources },
	{ "runs", list_runs },
	{ "users", list_users },
	{ "importers", list_importers },
	{ "exporters", list_exporters },
};

static bool
is_plain_word(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._@%+:-";
	return name[0] && name[0] != '-' && strspn(name, plain) == strlen(name);
}

static void
add_list(const struct string_list *names, bool as_json, struct buffer *out)
{
	struct json_writer json = { .out = out };
	if (as_json) {
		json_write_open(&json, NULL, '{');
		json_write_texts(&json, "names", names);
		json_write_close(&json);
		return;
	}
	ARRAY_FOREACH (name, names) {
		if (is_plain_word(*name))
			buffer_printf(out, "%s\n", *name);
	}
}

/* What there is of it, also where something could not be read. */
static enum exit_code
list(struct session *session, const char *what)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct string_list names = { 0 };
	enum exit_code exit = EXIT_DONE;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (strcmp(lists[i].name, what) == 0 && !lists[i].list(session, &names))
			exit = session->exit;
	}
	if (exit == EXIT_DONE || !session->output.json) {
		add_list(&names, session->output.json, &text);
		output_write(&session->output, &text);
	}
	return exit;
}

/* ---- the scripts ---- */

static const struct {
	const char *name;
	void (*add)(struct arena *arena, struct buffer *out);
} shells[] = {
	{ "bash", completion_bash },
	{ "zsh", completion_zsh },
	{ "fish", completion_fish },
};

static enum exit_code
write_script(struct session *session, size_t shell)
{
	AUTO_BUFFER struct buffer script = { 0 }, document = { 0 };
	shells[shell].add(session->arena, &script);
	if (!session->output.json) {
		output_write(&session->output, &script);
		return EXIT_DONE;
	}
	struct json_writer json = { .out = &document };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "shell", shells[shell].name);
	json_write_text(&json, "script", buffer_text(&script));
	json_write_close(&json);
	output_write(&session->output, &document);
	return EXIT_DONE;
}

static enum exit_code
completion_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct completion_options *options = config;
	const char *shell = operands->count ? operands->items[0] : NULL;
	if (options->list && !shell)
		return list(session, options->list);
	for (size_t i = 0; shell && !options->list && i < ARRAY_LEN(shells); i++) {
		if (strcmp(shells[i].name, shell) == 0)
			return write_script(session, i);
	}
	if (shell && options->list)
		diag_error(&session->diags, NOWHERE, "--names and a shell exclude each other");
	else if (shell)
		diag_error(&session->diags, NOWHERE, "there is no completion for '%s'", shell);
	else
		diag_error(&session->diags, NOWHERE, "completion needs the name of a shell");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Write bash, zsh or fish.");
	return EXIT_USAGE;
}

const struct command command_completion = {
	.name = "completion",
	.arguments = "bash|zsh|fish | --names WHAT",
	.summary = "Print the script that completes command lines in a shell",
	.details =
		"An installation brings the scripts along; this is for a shell that does not look "
		"there. They know the commands, options and choices of the rehome that wrote them, "
		"and ask it with --names for sources, runs and users, as the user who types: what "
		"that one may not read is not offered.",
	.examples = "rehome completion bash >~/.local/share/bash-completion/completions/rehome\n"
		    "rehome completion zsh >~/.zfunc/_rehome\n"
		    "rehome completion fish >~/.config/fish/completions/rehome.fish",
	.operands = "bash|zsh|fish",
	.options = completion_options,
	.options_size = sizeof(struct completion_options),
	.max_operands = 1,
	.run = completion_run,
};
