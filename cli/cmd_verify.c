/*
 * cmd_verify.c - `rehome verify`: every rule of every jail; with --login, real sessions.
 */
#include <string.h>

#include "cli/performing.h"
#include "cli/render_verify.h"
#include "cli/session.h"
#include "core/base/text.h"
#include "core/run/login_test.h"

struct verify_options {
	bool login, all;
};

static const struct option_spec verify_options[] = {
	{ .name = "login",
		.type = OPTION_FLAG,
		.offset = offsetof(struct verify_options, login),
		.help = "also log in as each USER over the loopback, with a temporary key" },
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct verify_options, all),
		.help = "list every account, however many are alike" },
	{ .name = NULL },
};

static void
show(struct session *session, const struct verification *verification, bool all)
{
	struct render_verify_options options = {
		.brief = session->output.quiet,
		.all = all || session->output.verbose,
	};
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	struct json_writer json = { .out = &text };
	if (!session->output.json) {
		render_verification(&paint, verification, &options);
	} else {
		json_write_open(&json, NULL, '{');
		json_write_open(&json, "accounts", '[');
		ARRAY_FOREACH (account, &verification->accounts) {
			json_write_open(&json, NULL, '{');
			render_account_json(&json, account);
			json_write_close(&json);
		}
		json_write_close(&json);
		json_write_number(&json, "faults", (long long)verification_faults(verification));
		json_write_texts(&json, "not_checked", &verification->not_checked);
		json_write_close(&json);
	}
	output_result(&session->output, &text);
}

static bool
check_login_options(struct session *session, const struct verify_options *options,
	const struct string_list *users)
{
	if (!options->login || users->count)
		return true;
	diag_error(&session->diags, NOWHERE, "--login needs the users to log in as");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Name a few: rehome verify --login USER...");
	return session_fail(session, EXIT_USAGE);
}

/* sshd's first Port line; 0 when there is none. */
static unsigned
port_of(const struct sshd_config *sshd)
{
	unsigned long long port;
	ARRAY_FOREACH (directive, &sshd->directives) {
		if (strcmp(directive->keyword, "port") == 0 && directive->arguments.count &&
			text_number(directive->arguments.items[0], 65535, &port))
			return (unsigned)port;
	}
	return 0;
}

/* The folders of an account that is only a member of the group are not known. */
static bool
find_folders(struct session *session, const char *login, struct folder_list *ret_folders)
{
	const struct managed_account *managed = table_get(&session->managed.by_login, login);
	return !managed || !managed->folders || !*managed->folders ||
		folder_list_parse(
			managed->folders, NOWHERE, session->arena, ret_folders, &session->diags);
}

static bool
has_writable(const struct folder_list *folders)
{
	ARRAY_FOREACH (folder, folders) {
		if (folder->access == FOLDER_WRITE)
			return true;
	}
	return false;
}

/* Whoever is read-only writes nowhere, whatever its folders are. *ret_may = false when it may not
 * come from this machine. */
static void
apply_profile(
	struct session *session, const char *login, struct folder_list *folders, bool *ret_may)
{
	const struct managed_account *managed = table_get(&session->managed.by_login, login);
	struct jail_profile profile = { 0 };
	*ret_may = true;
	if (!managed || !managed->profile ||
		!profile_parse(managed->profile, session->arena, &profile))
		return;
	*ret_may = profile_allows(&profile, "127.0.0.1");
	ARRAY_FOREACH (folder, folders) {
		if (profile.read_only)
			folder->access = FOLDER_READ;
	}
}

static bool
is_staged(const struct session *session, const char *login)
{
	const struct managed_account *managed = table_get(&session->managed.by_login, login);
	return managed && managed->standing.state == MANAGED_STAGED;
}

/* What the session showed is added to the account's findings. */
static bool
log_in(struct session *session, struct verified_account *account)
{
	struct folder_list folders = { 0 };
	struct login_test test = {
		.login = account->login,
		.home = account->home,
		.folders = &folders,
		.keys_dir = session->config->jail.keys_dir,
		.port = port_of(&session->snapshot.sshd),
	};
	size_t errors = account->findings.errors;
	bool may;
	if (!find_folders(session, account->login, &folders))
		return session_fail(session, EXIT_FAILED);
	apply_profile(session, account->login, &folders, &may);
	if (is_staged(session, account->login)) {
		diag_note(&account->findings, NOWHERE, "not logged in: it is staged");
		diag_code(&account->findings, "login-staged");
		return true;
	}
	if (!may) {
		diag_note(&account->findings, NOWHERE,
			"not logged in: its profile refuses logins from this machine");
		diag_code(&account->findings, "login-elsewhere");
		return true;
	}
	if (!login_test_run(
		    &session->state, &test, session->arena, &account->findings, &session->diags))
		return session_fail(session, EXIT_FAILED);
	if (account->findings.errors == errors) {
		diag_note(&account->findings, NOWHERE, "logged in%s, could not leave the jail",
			has_writable(&folders) ? ", wrote" : "");
		diag_code(&account->findings, "login-passed");
	}
	return true;
}

/* A signal ends it between two sessions: each takes its key away again. */
static bool
log_in_all(struct session *session, struct verification *verification, struct progress *progress)
{
	const volatile sig_atomic_t *stop = performing_catch_signals();
	if (!host_is_live(session->host)) {
		diag_error(&session->diags, NOWHERE, "nobody can log in below --root");
		return session_fail(session, EXIT_USAGE);
	}
	ARRAY_FOREACH (account, &verification->accounts) {
		if (*stop) {
			diag_error(&session->diags, NOWHERE, "stopped");
			return session_fail(session, EXIT_FAILED);
		}
		progress_show(progress, "logins", (size_t)(account - verification->accounts.items),
			verification->accounts.count);
		if (!log_in(session, account))
			return false;
	}
	return true;
}

static bool
examine(struct session *session, const struct verify_options *options,
	const struct string_list *users, struct verification *ret_verification)
{
	struct progress progress;
	progress_init(&progress, &session->output, "Verifying");
	bool verified = verify_accounts(session->config, &session->snapshot, users,
		&progress.watcher, session->arena, ret_verification, &session->diags);
	if (!verified)
		session->exit = EXIT_FAILED;
	if (verified && options->login)
		verified = log_in_all(session, ret_verification, &progress);
	progress_finish(&progress);
	return verified;
}

static enum exit_code
verify_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct verify_options *options = config;
	struct verification verification;
	if (!check_login_options(session, options, operands) ||
		!session_open(session, options->login ? HOST_READ_WRITE : HOST_READ_ONLY) ||
		(options->login && !session_lock(session)) || !session_take_snapshot(session))
		return session->exit;
	session_warn_of_pending(session);
	const struct string_list users = session_present_logins(session, operands);
	if (!examine(session, options, &users, &verification))
		return session->exit;
	show(session, &verification, options->all);
	return verification_faults(&verification) ? EXIT_FAULTS : EXIT_DONE;
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "[USER...]",
	.summary = "Check every rule of every jail, and tell how to correct it",
	.details = "Without USER: all accounts that rehome manages, and whoever else is jailed by "
		   "the same group. Exit status 9 when there are faults.",
	.records = "each finding, and each account without: state (fault, warning, ok), login, "
		   "home, code, message, hint",
	.examples = "rehome verify\n"
		    "rehome verify --login anna",
	.operands = "USER...",
	.options = verify_options,
	.options_size = sizeof(struct verify_options),
	.max_operands = ANY_OPERANDS,
	.run = verify_run,
};
