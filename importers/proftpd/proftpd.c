/*
 * proftpd.c - the users of a ProFTPD, as its daemon treated them.
 *
 * Puts together what the files beside it know: how it was started, its configuration, its
 * databases, and one judgement for each name. A <VirtualHost> is a server of its own, and one is
 * read at a time.
 */
#include <string.h>
#include <time.h>

#include "importers/proftpd/names.h"
#include "importers/proftpd/parse.h"
#include "importers/readable.h"

struct proftpd_config {
	const char *server, *config, *sql_dump;
	struct string_list defines;
	bool lenient;
};

static const struct option_spec proftpd_options[] = {
	{ .name = "server",
		.type = OPTION_TEXT,
		.offset = offsetof(struct proftpd_config, server),
		.argument = "NAME",
		.help = "the <VirtualHost> to read, by its address or ServerName; otherwise the "
			"main server" },
	{ .name = "config",
		.type = OPTION_TEXT,
		.offset = offsetof(struct proftpd_config, config),
		.argument = "FILE",
		.help = "the configuration file, as it is called on the old machine" },
	{ .name = "defines",
		.type = OPTION_LIST,
		.offset = offsetof(struct proftpd_config, defines),
		.argument = "NAME",
		.help = "what <IfDefine> finds, beside the -D of the unit" },
	{ .name = "sql_dump",
		.type = OPTION_TEXT,
		.offset = offsetof(struct proftpd_config, sql_dump),
		.argument = "FILE",
		.help = "a text dump of the MySQL or PostgreSQL database that mod_sql asked" },
	{ .name = "lenient",
		.type = OPTION_FLAG,
		.offset = offsetof(struct proftpd_config, lenient),
		.initial = "no",
		.help = "pass over lines that kept the server from starting" },
	{ .name = NULL },
};

/* One reading. */
struct reading {
	const struct proftpd_config *options;
	struct source *source;
	struct sink *sink;
	struct old_root *root;
	struct old_unix *accounts;
	struct pro_config *config;
	const struct pro_section *server;
};

static const char *
name_of(const struct pro_section *server)
{
	const struct pro_line *name = pro_find(server, "ServerName");

	if (name)
		return name->words.items[0];
	return server->opening ? server->opening->words.items[0] : "ProFTPD";
}

static bool
is_called(const struct pro_section *server, const char *name)
{
	const struct pro_line *given = pro_find(server, "ServerName");

	if (given && strcmp(given->words.items[0], name) == 0)
		return true;
	return server->opening && string_list_has(&server->opening->words, name);
}

/* Port 0 switches a server off. */
static bool
listens(const struct pro_section *server)
{
	const struct pro_line *port = pro_find(server, "Port");

	return !port || strcmp(port->words.items[0], "0") != 0;
}

static const struct pro_section *
main_or_only(const struct reading *reading)
{
	const struct pro_section *only = NULL;

	for (size_t i = 0; i < reading->config->servers.count; i++) {
		const struct pro_section *server = reading->config->servers.items[i];
		if (!listens(server))
			continue;
		if (i == 0 || !only)
			only = server;
		if (i == 0)
			break;
	}
	return only ? only : reading->config->servers.items[0];
}

static bool
choose_server(struct reading *reading)
{
	const char *wanted = reading->options->server;
	struct diags *diags = reading->sink->diags;
	AUTO_BUFFER struct buffer others = { 0 };

	if (!wanted)
		reading->server = main_or_only(reading);
	for (size_t i = 0; i < reading->config->servers.count; i++) {
		const struct pro_section *server = reading->config->servers.items[i];
		if (wanted && !reading->server && is_called(server, wanted))
			reading->server = server;
		if (server != reading->server)
			buffer_printf(&others, "%s%s", others.size ? ", " : "", name_of(server));
	}
	if (!reading->server) {
		diag_error(diags, at(reading->config->path, 0), "there is no server '%s'", wanted);
		diag_hint(diags, "These are there: %s.", buffer_text(&others));
		return false;
	}
	if (!wanted && others.size) {
		diag_warning(diags, at(reading->config->path, 0),
			"only the server '%s' is read; there are also: %s",
			name_of(reading->server), buffer_text(&others));
		diag_code(diags, "other-servers");
		diag_hint(diags,
			"Read each with server: NAME, as a source with a name of its own in the "
			"configuration.");
	}
	return true;
}

static void
tell_config(const struct reading *reading)
{
	const struct pro_config *config = reading->config;
	struct diags *diags = reading->sink->diags;

	ARRAY_FOREACH (note, &config->notes)
		diag_append(diags, note);
	if (config->starts)
		return;
	diag_warning(diags, config->refused_at, "the server did not start: %s", config->refusal);
	diag_code(diags, "server-down");
	diag_hint(diags,
		"Nobody could log in; use --set lenient=yes to see who could without "
		"this line.");
}

/* What holds for everybody and has no counterpart under sshd. */
static void
tell_server(const struct reading *reading)
{
	const struct pro_line *line = pro_find(reading->server, "AllowOverwrite");
	struct diags *diags = reading->sink->diags;

	if (!pro_switch(reading->server, "AllowOverwrite", false)) {
		diag_note(diags, line ? line->where : at(reading->config->path, 0),
			"files that exist could not be overwritten: AllowOverwrite is off");
		diag_code(diags, "no-overwrite");
	}
}

static void
deny_for_all(const struct pro_config *config, struct old_login *login)
{
	login->login = OLD_DENY;
	login->where = config->refused_at;
	old_login_note(login, config->refused_at, "server-down", "the server did not start: %s",
		config->refusal);
}

/* A file that ftpshut(8) leaves refuses every session while it exists. */
static void
look_for_shutdown(const struct reading *reading)
{
	static const char path[] = "/etc/shutmsg";
	struct pro_config *config = reading->config;
	struct old_entry entry;

	if (!config->starts || old_root_stat(reading->root, path, &entry) != OLD_OK)
		return;
	config->starts = false;
	config->refused_at = at(path, 0);
	config->refusal = "this file shuts it down";
}

static bool
report(struct reading *reading, struct pro_judge *judge)
{
	struct sink *sink = reading->sink;
	struct pro_names names;

	pro_names_find(judge, &names);
	for (size_t i = 0; i < names.count; i++) {
		const struct pro_name *name = names.items[i];
		struct old_login *login = pro_judge_login(judge, name->name, name->where);
		const struct place *unlike = table_get(&names.unlike, name->name);
		if (!reading->config->starts)
			deny_for_all(reading->config, login);
		if (unlike)
			old_login_note(login, *unlike, "look-alike",
				"this line looks like it and is another name");
		if (!sink->old_login(sink->ctx, login))
			return false;
	}
	return true;
}

static bool
read_server(struct reading *reading)
{
	struct pro_judge judge = { .root = reading->root,
		.arena = reading->source->arena,
		.config = reading->config,
		.server = reading->server,
		.accounts = reading->accounts };
	const struct pro_auth_input input = { .root = reading->root,
		.accounts = reading->accounts,
		.config = reading->config,
		.server = reading->server,
		.sql_dump = reading->options->sql_dump,
		.today = (int64_t)time(NULL) / 86400,
		.arena = reading->source->arena };
	AUTO_PRO_AUTH struct pro_auth *auth = pro_auth_open(&input, reading->sink->diags);

	judge.auth = auth;
	tell_server(reading);
	pro_judge_prepare(&judge);
	bool complete = report(reading, &judge);
	pro_judge_finish(&judge);
	reading->sink->complete = complete;
	return true;
}

/* A file that was named has to be there; one that the old machine named may be missing. */
static bool
config_is_there(const struct reading *reading)
{
	const char *path = reading->options->config;
	struct old_entry entry;
	enum old_status status = path ? old_root_stat(reading->root, path, &entry) : OLD_OK;

	if (status == OLD_OK)
		return true;
	return diag_error(reading->sink->diags, at(path, 0), "%s", old_status_text(status));
}

static bool
read_proftpd(const void *config, struct source *source, struct sink *sink)
{
	AUTO_OLD_ROOT struct old_root *root = NULL;
	struct reading reading = { .options = config, .source = source, .sink = sink };
	struct pro_start start;

	if (!old_root_open(source, &root, sink->diags) ||
		!old_unix_read(root, &reading.accounts, sink->diags) ||
		!pro_start_find(root, reading.options->config, &reading.options->defines, &start,
			sink->diags))
		return false;
	reading.root = root;
	if (!config_is_there(&reading))
		return false;
	reading.config = pro_config_read(root, reading.accounts, &start, reading.options->lenient);
	sink->detected = arena_printf(source->arena, "%s", reading.config->path);
	look_for_shutdown(&reading);
	tell_config(&reading);
	return choose_server(&reading) && read_server(&reading);
}

const struct importer proftpd_importer = {
	.abi = IMPORTER_ABI,
	.name = "proftpd",
	.summary = "the users of an old ProFTPD: a directory or tar archive of its machine's root",
	.options = proftpd_options,
	.config_size = sizeof(struct proftpd_config),
	.old_server = true,
	.read = read_proftpd,
	.check = readable_root,
};
