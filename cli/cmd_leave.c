/*
 * cmd_leave.c - `rehome disable`, `enable`, `retire`, `remove`, `activate`: accounts that leave,
 * and come, each as a run with undo.
 */
#include <string.h>

#include "cli/performing.h"
#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "core/plan/planner.h"

struct leave_options {
	const char *reason, *output;
	bool now; /* remove */
	bool all; /* activate */
};

#define COMMON_OPTIONS                                                                             \
	OPTION_REASON(struct leave_options),                                                       \
	{                                                                                          \
		.name = "output", .letter = 'o', .type = OPTION_TEXT,                              \
		.offset = offsetof(struct leave_options, output), .argument = "FILE",              \
		.help = "change nothing, save the plan to FILE (.json), for apply"                 \
	}

static const struct option_spec leave_options[] = {
	COMMON_OPTIONS,
	{ .name = NULL },
};

static const struct option_spec remove_options[] = {
	COMMON_OPTIONS,
	{ .name = "now",
		.type = OPTION_FLAG,
		.offset = offsetof(struct leave_options, now),
		.help = "before the time of grace is over" },
	{ .name = NULL },
};

static const struct option_spec activate_options[] = {
	COMMON_OPTIONS,
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct leave_options, all),
		.help = "everybody who is staged" },
	{ .name = NULL },
};

static const char *const questions[] = {
	[LEAVE_DISABLE] = "Disable these accounts?",
	[LEAVE_ENABLE] = "Enable these accounts?",
	[LEAVE_RETIRE] = "Disable these accounts and put their homes away?",
	[LEAVE_REMOVE] = "Remove these accounts?",
	[LEAVE_ACTIVATE] = "Open these accounts?",
};

static const char *
question(enum leave_act act, const struct leave_options *options)
{
	return options->now ? "Remove these accounts before their time?" : questions[act];
}

static bool
make_plan(struct session *session, enum leave_act act, const struct leave_options *options,
	const struct string_list *logins, struct plan **ret_plan, struct plan_secrets *ret_secrets)
{
	const struct leave_request request = {
		.act = act,
		.logins = *logins,
		.now = options->now,
		.all = options->all,
	};
	const struct planner_options how = {
		.reason = options->reason,
		.state_dir = session->state.dir,
	};
	return session_take_snapshot(session) &&
		((planner_make_leave(session->config, &request, &session->snapshot, &how,
			  session->arena, ret_plan, ret_secrets, &session->diags) &&
			 planning_look_around(session, *ret_plan)) ||
			session_fail(session, EXIT_FAILED));
}

/* With -o: shown and saved, and nothing else. */
static enum exit_code
save(struct session *session, enum leave_act act, const struct leave_options *options,
	const struct string_list *logins)
{
	struct plan_secrets secrets = { 0 };
	struct plan *plan, *selected;
	if (!session_open(session, HOST_READ_ONLY))
		return session->exit;
	session_warn_of_pending(session);
	if (!make_plan(session, act, options, logins, &plan, &secrets))
		return session->exit;
	planning_show(session, plan, &(struct planning_view){ .all = true });
	bool whole = planning_select(session, plan, false, &selected);
	if (!saved_plan_write(session, options->output, plan, &secrets))
		return session->exit;
	return whole ? EXIT_DONE : session->exit;
}

static enum exit_code
perform(struct session *session, const struct leave_options *options, struct plan *plan,
	struct plan_secrets *secrets)
{
	struct performing performing;
	performing_begin(&performing, session, PERFORMING_APPLY, NULL, options->reason);
	bool ok = run_apply(&session->state, plan, secrets, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

static enum exit_code
leave(struct session *session, enum leave_act act, const struct leave_options *options,
	const struct string_list *logins)
{
	struct plan_secrets secrets = { 0 };
	struct plan *plan, *selected;
	if (options->output)
		return save(session, act, options, logins);
	session->output.streaming = true;
	if (!session_open(session, HOST_READ_WRITE) || !session_lock(session) ||
		!make_plan(session, act, options, logins, &plan, &secrets))
		return session->exit;
	planning_show_working(session, plan, true);
	if (!planning_select(session, plan, false, &selected))
		return session->exit;
	if (!plan_has_work(selected))
		return performing_nothing(session);
	if (!session_confirm(session, question(act, options)))
		return session->exit;
	return perform(session, options, selected, &secrets);
}

#define LEAVE_COMMAND(name_, act_, options_, summary_, details_, examples_)                        \
	static enum exit_code name_##_run(                                                         \
		struct session *session, const void *config, const struct string_list *operands)   \
	{                                                                                          \
		return leave(session, act_, config, operands);                                     \
	}                                                                                          \
	const struct command command_##name_ = {                                                   \
		.name = #name_,                                                                    \
		.arguments = "USER...",                                                            \
		.summary = summary_,                                                               \
		.details = details_,                                                               \
		.examples = examples_,                                                             \
		.operands = "USER...",                                                             \
		.options = options_,                                                               \
		.options_size = sizeof(struct leave_options),                                      \
		.min_operands = 1,                                                                 \
		.max_operands = ANY_OPERANDS,                                                      \
		.run = name_##_run,                                                                \
	}

LEAVE_COMMAND(disable, LEAVE_DISABLE, leave_options,
	"Shut managed users out: password, keys, open sessions",
	"The account expires, its password is locked, its keys are taken away, and its "
	"sessions and processes end. All of that comes back with rehome enable, or with "
	"a rollback.",
	"rehome disable anna --reason \"lost laptop\"");

LEAVE_COMMAND(enable, LEAVE_ENABLE, leave_options, "Let users in again whom rehome disabled",
	"Expiry, password and keys are as they were before the account was disabled. "
	"What somebody disabled by other means stays shut.",
	"rehome enable anna");

LEAVE_COMMAND(retire, LEAVE_RETIRE, leave_options,
	"Disable users, archive their homes and put them away",
	"The home is archived and goes into .rehome-quarantine beside it, where only "
	"root gets at it. The account stays, disabled. A rollback brings everything "
	"back.",
	"rehome retire anna");

LEAVE_COMMAND(remove, LEAVE_REMOVE, remove_options, "Remove retired users' accounts",
	"The account leaves all account files and all groups; its home stays in "
	"quarantine, and its uid is given to nobody else. Refused before "
	"policy.leavers.grace.remove is over.",
	"rehome remove anna --now");

static enum exit_code
activate_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct leave_options *options = config;
	if (options->all == (operands->count == 0))
		return leave(session, LEAVE_ACTIVATE, options, operands);
	diag_error(&session->diags, NOWHERE,
		options->all ? "--all and names of users exclude each other"
			     : "activate needs the users to open, or --all");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "See who is staged with: rehome status");
	return EXIT_USAGE;
}

const struct command command_activate = {
	.name = "activate",
	.arguments = "USER... | --all",
	.summary = "Open accounts that were made with --stage",
	.details = "The account gets the expiry that its source gave it, the newest one. Who is "
		   "not staged stays as it is. A rollback closes the accounts again, and ends "
		   "their sessions.",
	.examples = "rehome activate --all",
	.operands = "USER...",
	.options = activate_options,
	.options_size = sizeof(struct leave_options),
	.max_operands = ANY_OPERANDS,
	.run = activate_run,
};
