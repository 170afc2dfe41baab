/*
 * cmd_export.c - `rehome export`: accounts of sources, or the managed ones, in another format.
 */
#include <string.h>

#include "cli/file.h"
#include "cli/planning.h"
#include "core/base/text.h"
#include "core/model/exporter.h"
#include "core/model/old_account.h"

struct export_options {
	struct string_list settings, exporter_settings;
	const char *output;
	bool managed, with_secrets;
};

static const struct option_spec export_options[] = {
	{ .name = "set",
		.type = OPTION_LIST,
		.offset = offsetof(struct export_options, settings),
		.argument = "KEY=VALUE",
		.help = "an option of the importer" },
	{ .name = "option",
		.type = OPTION_LIST,
		.offset = offsetof(struct export_options, exporter_settings),
		.argument = "KEY=VALUE",
		.help = "an option of the exporter" },
	{ .name = "managed",
		.type = OPTION_FLAG,
		.offset = offsetof(struct export_options, managed),
		.help = "the accounts that rehome manages, as they are on the host" },
	{ .name = "with-secrets",
		.type = OPTION_FLAG,
		.offset = offsetof(struct export_options, with_secrets),
		.help = "passwords and password hashes too" },
	{ .name = "output",
		.letter = 'o',
		.type = OPTION_TEXT,
		.offset = offsetof(struct export_options, output),
		.argument = "FILE",
		.help = "write to FILE, for you alone, instead of standard output" },
	{ .name = NULL },
};

struct account_list {
	const struct account **items;
	size_t count, room;
};

/* ---- which format ---- */

static const struct exporter *
find_exporter(struct session *session, const char *name)
{
	struct string_list names = { 0 };
	for (size_t i = 0; exporters[i]; i++) {
		if (strcmp(exporters[i]->name, name) == 0)
			return exporters[i];
		string_list_push(session->arena, &names, exporters[i]->name);
	}
	string_list_push(session->arena, &names, NULL);
	diag_error(&session->diags, NOWHERE, "unknown format '%s'", name);
	diag_code(&session->diags, "unknown-exporter");
	const char *near = text_nearest(name, names.items);
	if (near)
		diag_hint(&session->diags, "Did you mean '%s'?", near);
	else
		diag_hint(&session->diags, "Run rehome exporters for the list.");
	return NULL;
}

static bool
set_exporter_options(struct session *session, const struct exporter *exporter,
	const struct string_list *settings, void *options)
{
	option_defaults(exporter->options, options, session->arena);
	ARRAY_FOREACH (setting, settings) {
		const char *equals = strchr(*setting, '=');
		size_t length = equals ? (size_t)(equals - *setting) : strlen(*setting);
		const char *name = arena_strndup(session->arena, *setting, length);
		if (!option_set(exporter->options, options, name, equals ? equals + 1 : NULL,
			    at("--option", 0), session->arena, &session->diags))
			return session_fail(session, EXIT_USAGE);
	}
	return true;
}

/* ---- which accounts ---- */

/* What is exported is imported somewhere, and nobody is asked about it there. */
static bool
is_certain(struct session *session, const struct account *account)
{
	bool is_unknown = account->old && account->old->login->login != OLD_ALLOW;
	if (!is_unknown && !(account->old && account->old->limit_is_lost))
		return true;
	diag_warning(&session->diags, account->place, "'%s' is left out: %s", account->key,
		is_unknown ? "whether the old server let it in cannot be known"
			   : "from where the old server let it in cannot be carried");
	diag_code(&session->diags, is_unknown ? "unknown-login" : "ip-limit");
	return false;
}

static bool
add_sources(struct session *session, const struct export_options *options,
	const struct string_list *sources, struct account_list *list)
{
	struct reading reading;
	if (!session_load_config(session) ||
		!planning_read(
			session, sources, &options->settings, BAD_ROWS_AS_CONFIGURED, &reading))
		return false;
	for (size_t i = 0; i < reading.count; i++) {
		ARRAY_FOREACH (account, &reading.intakes[i].accounts) {
			if (is_certain(session, *account))
				ARRAY_PUSH(session->arena, list, *account);
		}
	}
	return true;
}

static void
give(struct account *account, enum account_field field)
{
	account->given |= 1u << field;
}

static bool
read_keys(struct session *session, struct account *account)
{
	bool exists;
	struct bytes keys;
	const char *path = arena_printf(
		session->arena, "%s/%s", session->config->jail.keys_dir, account->username);
	if (!host_read_file(session->host, path, session->arena, &exists, &keys, &session->diags))
		return false;
	if (!exists)
		return true;
	char *text = arena_strndup(session->arena, keys.data, keys.size), *rest = NULL;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (*line != '#')
			string_list_push(session->arena, &account->ssh_keys, line);
	}
	give(account, ACCOUNT_SSH_KEYS);
	return true;
}

/* gecos: the first part is the name. */
static void
read_passwd(struct session *session, struct account *account, const struct accountdb_line *line)
{
	const char *gecos = accountdb_field(line, PASSWD_GECOS);
	uint32_t uid;
	if (*gecos) {
		account->full_name = arena_strndup(session->arena, gecos, strcspn(gecos, ","));
		give(account, ACCOUNT_FULL_NAME);
	}
	if (accountdb_line_id(line, PASSWD_UID, &uid)) {
		account->uid = uid;
		give(account, ACCOUNT_UID);
	}
	account->home = accountdb_field(line, PASSWD_HOME);
	give(account, ACCOUNT_HOME);
	account->shell = accountdb_field(line, PASSWD_SHELL);
	give(account, ACCOUNT_SHELL);
}

/* A hash that verifies nothing ("*", "!...") says how the account is closed, and is no secret. */
static void
read_shadow(struct session *session, struct account *account)
{
	const struct accountdb_line *line =
		accountdb_find(&session->snapshot.db, ACCOUNTDB_SHADOW, account->username);
	unsigned long long day;
	if (!line)
		return;
	const char *hash = accountdb_field(line, SHADOW_HASH);
	if (*hash && *hash != '*' && *hash != '!') {
		account->password_hash = hash;
		give(account, ACCOUNT_PASSWORD_HASH);
	}
	account->expires = ACCOUNT_NEVER;
	if (text_number(accountdb_field(line, SHADOW_EXPIRE), INT32_MAX, &day))
		account->expires = (int64_t)day;
	give(account, ACCOUNT_EXPIRES);
}

static bool
read_folders(
	struct session *session, struct account *account, const struct managed_account *managed)
{
	if (managed->groups.count) {
		account->groups = managed->groups;
		give(account, ACCOUNT_GROUPS);
	}
	if (managed->layout) {
		account->layout = managed->layout;
		give(account, ACCOUNT_LAYOUT);
		return true;
	}
	if (!managed->folders || !*managed->folders)
		return true;
	give(account, ACCOUNT_FOLDERS);
	if (!folder_list_parse(
		    managed->folders, NOWHERE, session->arena, &account->folders, &session->diags))
		return false;
	/* A source says what the user may do in a folder, not how it came to be. */
	ARRAY_FOREACH (folder, &account->folders) {
		if (folder->access == FOLDER_KEPT)
			folder->access = FOLDER_WRITE;
	}
	return true;
}

static bool
add_managed(struct session *session, struct account_list *list)
{
	if (!session_open(session, HOST_READ_ONLY) || !session_take_snapshot(session))
		return false;
	ARRAY_FOREACH (item, &session->managed.accounts) {
		const struct managed_account *managed = *item;
		const struct accountdb_line *line = managed->nss
			? snapshot_nss_user(&session->snapshot, managed->login)
			: accountdb_find(&session->snapshot.db, ACCOUNTDB_PASSWD, managed->login);
		struct account *account = ARENA_NEW(session->arena, struct account);
		if (!line) {
			diag_warning(
				&session->diags, NOWHERE, "%s no longer exists", managed->login);
			continue;
		}
		account->source = managed->source;
		account->username = managed->login;
		account->key = managed->key;
		give(account, ACCOUNT_USERNAME);
		give(account, ACCOUNT_KEY);
		read_passwd(session, account, line);
		read_shadow(session, account);
		if (!read_folders(session, account, managed) || !read_keys(session, account))
			return session_fail(session, EXIT_FAILED);
		ARRAY_PUSH(session->arena, list, account);
	}
	return true;
}

/* ---- the command ---- */

static bool
check_arguments(struct session *session, const struct export_options *options, size_t sources)
{
	if (options->managed == !sources)
		return true;
	diag_error(&session->diags, NOWHERE,
		sources ? "export takes either sources or --managed"
			: "export needs a source, or --managed");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Usage: rehome export FORMAT SOURCE... | --managed");
	return session_fail(session, EXIT_USAGE);
}

static bool
write_out(struct session *session, const struct export_options *options, struct buffer *text)
{
	if (!options->output) {
		output_write(&session->output, text);
		return true;
	}
	return file_write(options->output, buffer_bytes(text), session->arena, &session->diags) ||
		session_fail(session, EXIT_FAILED);
}

static enum exit_code
export_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct export_options *options = config;
	const struct exporter *exporter = find_exporter(session, operands->items[0]);
	struct string_list sources = { 0 };
	struct account_list accounts = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };

	for (size_t i = 1; i < operands->count; i++)
		string_list_push(session->arena, &sources, operands->items[i]);
	if (!exporter)
		return EXIT_USAGE;
	void *exporter_options = arena_alloc(session->arena, exporter->config_size);
	if (!check_arguments(session, options, sources.count) ||
		!set_exporter_options(
			session, exporter, &options->exporter_settings, exporter_options) ||
		!(options->managed ? add_managed(session, &accounts)
				   : add_sources(session, options, &sources, &accounts)))
		return session->exit;
	struct export_job job = {
		.accounts = accounts.items,
		.count = accounts.count,
		.with_secrets = options->with_secrets,
		.out = &text,
		.arena = session->arena,
		.diags = &session->diags,
	};
	if (!exporter->write(exporter_options, &job))
		return EXIT_FAILED;
	return write_out(session, options, &text) ? EXIT_DONE : session->exit;
}

const struct command command_export = {
	.name = "export",
	.arguments = "FORMAT SOURCE... | --managed",
	.summary = "Write accounts in another format",
	.details = "rehome exporters lists the formats. Without --with-secrets neither passwords "
		   "nor hashes are written.",
	.examples = "rehome export json csv:staff.csv\n"
		    "rehome export csv --managed -o accounts.csv",
	.operands = "EXPORTER SOURCE...",
	.options = export_options,
	.options_size = sizeof(struct export_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = export_run,
};
