/*
 * cmd_export.c - `rehome export`: accounts of sources, or the managed ones, in another format.
 */
#include <string.h>

#include "cli/export_managed.h"
#include "cli/export_output.h"
#include "cli/planning.h"
#include "core/base/text.h"
#include "core/model/exporter.h"
#include "core/model/old_account.h"
#include "core/plan/jail.h"
#include "core/plan/planner.h"

enum { LOWEST_PERSON = 1000 };

struct export_options {
	struct string_list settings, exporter_settings;
	const char *output, *part;
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
		.help = "write to FILE, for you alone, instead of standard output; a directory "
			"for a format of several files" },
	{ .name = "part",
		.type = OPTION_TEXT,
		.offset = offsetof(struct export_options, part),
		.argument = "NAME",
		.help = "only this one of several files" },
	{ .name = NULL },
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
	if (exporter->check && !exporter->check(options, &session->diags))
		return session_fail(session, EXIT_USAGE);
	return true;
}

/* ---- which accounts ---- */

/* What is exported is imported somewhere, and nobody is asked about it there. */
static bool
is_certain(struct session *session, const struct account *account)
{
	const struct old_account *old = account->old;
	bool is_unknown = old && old->login->login != OLD_ALLOW;
	if (!old || !(is_unknown || old->limit_is_lost || old->login->hours))
		return true;
	diag_warning(&session->diags, account->place, "'%s' is left out: %s", account->key,
		is_unknown ? "whether the old server let it in cannot be known"
			: old->limit_is_lost
			? "from where the old server let it in cannot be carried"
			: "when the old server let it in cannot be carried");
	diag_code(&session->diags, is_unknown ? "unknown-login" : "ip-limit");
	return false;
}

static bool
leave_out(struct session *session, const struct account *account, enum account_field field,
	const char *code, const char *why)
{
	diag_warning(
		&session->diags, account->places[field], "'%s' is left out: %s", account->key, why);
	diag_code(&session->diags, code);
	diag_user(&session->diags, account->username);
	return false;
}

/* What a plan would refuse of a source is not handed to a program that does what it is told. */
static bool
is_fit(struct session *session, const struct exporter *exporter, const struct account *account)
{
	struct arena *arena = session->arena;
	if (!exporter->is_obeyed)
		return true;
	if (strcmp(account->username, "root") == 0 ||
		string_list_has(&session->config->policy.reserved, account->username))
		return leave_out(session, account, ACCOUNT_USERNAME, "login-reserved",
			"the login is reserved by policy.username.reserved");
	if (account_has(account, ACCOUNT_UID) && account->uid < LOWEST_PERSON)
		return leave_out(session, account, ACCOUNT_UID, "uid-system",
			arena_printf(arena, "uid %u is in the range of system accounts",
				(unsigned)account->uid));
	if (account_has(account, ACCOUNT_HOME) && jail_is_system_directory(account->home))
		return leave_out(session, account, ACCOUNT_HOME, "home-system",
			arena_printf(
				arena, "its home %s is a directory of the system", account->home));
	ARRAY_FOREACH (group, &account->groups) {
		if (planner_is_privileged_name(*group))
			return leave_out(session, account, ACCOUNT_GROUPS, "group-privileged",
				arena_printf(
					arena, "group '%s' gives rights over the system", *group));
	}
	return true;
}

static bool
add_sources(struct session *session, const struct export_options *options,
	const struct exporter *exporter, const struct string_list *sources,
	struct export_list *list)
{
	struct reading reading;
	if (!session_load_config_or_none(session) ||
		!planning_read(
			session, sources, &options->settings, BAD_ROWS_AS_CONFIGURED, &reading))
		return false;
	for (size_t i = 0; i < reading.count; i++) {
		ARRAY_FOREACH (account, &reading.intakes[i].accounts) {
			if (is_certain(session, *account) && is_fit(session, exporter, *account))
				export_list_add(session, *account, list);
		}
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

static struct string_list
sources_of(struct session *session, const struct string_list *operands)
{
	struct string_list sources = { 0 };
	for (size_t i = 1; i < operands->count; i++)
		string_list_push(session->arena, &sources, operands->items[i]);
	return sources;
}

static enum exit_code
export_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct export_options *options = config;
	const struct export_output output = { .path = options->output, .part = options->part };
	const struct exporter *exporter = find_exporter(session, operands->items[0]);
	struct string_list sources = sources_of(session, operands);
	struct export_list list = { 0 };

	if (!exporter)
		return EXIT_USAGE;
	void *exporter_options = arena_alloc(session->arena, exporter->config_size);
	if (!check_arguments(session, options, sources.count) ||
		!set_exporter_options(
			session, exporter, &options->exporter_settings, exporter_options) ||
		!export_output_check(session, exporter, &output, options->with_secrets) ||
		!(options->managed ? export_managed(session, &list)
				   : add_sources(session, options, exporter, &sources, &list)))
		return session->exit;
	struct export_job job = {
		.accounts = list.accounts.items,
		.count = list.accounts.count,
		.hosts = options->managed ? list.hosts.items : NULL,
		.layouts = list.layouts.items,
		.with_secrets = options->with_secrets,
		.arena = session->arena,
		.diags = &session->diags,
	};
	return export_output_write(session, exporter, exporter_options, &job, &output)
		? EXIT_DONE
		: session->exit;
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
