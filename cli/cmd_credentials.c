/*
 * cmd_credentials.c - `rehome credentials`: a new password or other keys, as a run with undo.
 */
#include <string.h>

#include "cli/file.h"
#include "cli/performing.h"
#include "cli/planning.h"
#include "core/model/ssh_key.h"
#include "core/plan/planner.h"

struct credentials_options {
	bool password;
	const char *key, *handout, *reason;
	unsigned jobs;
};

static const struct option_spec credentials_options[] = {
	{ .name = "password",
		.type = OPTION_FLAG,
		.offset = offsetof(struct credentials_options, password),
		.help = "generate a new password; it is written to the handout only" },
	{ .name = "key",
		.type = OPTION_TEXT,
		.offset = offsetof(struct credentials_options, key),
		.argument = "FILE",
		.help = "public keys, one a line, that replace the present ones" },
	{ .name = "handout",
		.type = OPTION_TEXT,
		.offset = offsetof(struct credentials_options, handout),
		.argument = "DIR",
		.help = "where the password is written, for root alone" },
	OPTION_REASON(struct credentials_options),
	{ .name = "jobs",
		.letter = 'j',
		.type = OPTION_NUMBER,
		.offset = offsetof(struct credentials_options, jobs),
		.argument = "N",
		.help = "threads for hashing passwords; otherwise one a processor" },
	{ .name = NULL },
};

static bool
check_options(struct session *session, const struct credentials_options *options)
{
	if (options->password || options->key)
		return true;
	diag_error(&session->diags, NOWHERE, "credentials needs --password, --key FILE or both");
	diag_code(&session->diags, "usage");
	return session_fail(session, EXIT_USAGE);
}

/* Line by line, so that a fault has its line; of a file that is none of keys the first one is
 * enough. */
static bool
parse_keys(
	struct session *session, const char *path, struct bytes rest, struct string_list *ret_keys)
{
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&rest, &line); number++) {
		if (!ssh_keys_parse(arena_strndup(session->arena, line.data, line.size),
			    at(path, number), session->arena, ret_keys, &session->diags))
			return false;
	}
	return true;
}

static bool
read_keys(struct session *session, const char *path, struct string_list *ret_keys)
{
	struct bytes content;
	if (!path)
		return true;
	if (!file_read(path, session->arena, &content, NULL, &session->diags) ||
		!parse_keys(session, path, content, ret_keys))
		return session_fail(session, EXIT_BAD_DATA);
	if (ret_keys->count)
		return true;
	diag_error(&session->diags, at(path, 0), "holds no public key");
	return session_fail(session, EXIT_BAD_DATA);
}

static bool
make_plan(struct session *session, const struct credentials_options *options,
	struct credentials_request *request, struct plan **ret_plan,
	struct plan_secrets *ret_secrets)
{
	if (!read_keys(session, options->key, &request->keys) || !session_take_snapshot(session))
		return false;
	if (!planner_make_credentials(session->config, request, &session->snapshot, options->reason,
		    session->arena, ret_plan, ret_secrets, &session->diags))
		return session_fail(session, EXIT_FAILED);
	return true;
}

static enum exit_code
perform(struct session *session, const struct credentials_options *options, struct plan *plan,
	struct plan_secrets *secrets)
{
	struct performing performing;
	if (!planning_hash(session, plan, secrets, true, options->jobs))
		return session->exit;
	performing_begin(&performing, session, PERFORMING_APPLY, options->handout, options->reason);
	bool ok = run_apply(&session->state, plan, secrets, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

static enum exit_code
credentials_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct credentials_options *options = config;
	struct credentials_request request = { .logins = *operands,
		.new_password = options->password };
	struct plan_secrets secrets = { 0 };
	struct plan *plan, *selected;

	session->output.streaming = true;
	if (!check_options(session, options) || !session_open(session, HOST_READ_WRITE) ||
		!session_lock(session) || !make_plan(session, options, &request, &plan, &secrets))
		return session->exit;
	planning_show_working(session, plan, false);
	if (!planning_select(session, plan, false, &selected) ||
		!session_confirm(session, "Change these credentials?"))
		return session->exit;
	return perform(session, options, selected, &secrets);
}

const struct command command_credentials = {
	.name = "credentials",
	.arguments = "USER... [--password] [--key FILE]",
	.summary = "Give managed users a new password or other keys",
	.details = "This is a run like any other: it is in the history and can be rolled back.",
	.examples = "rehome credentials anna --password\n"
		    "rehome credentials anna --key new.pub",
	.operands = "USER...",
	.options = credentials_options,
	.options_size = sizeof(struct credentials_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = credentials_run,
};
