/*
 * cmd_rollback.c - `rehome rollback`: shows what a run did, asks, and takes it back.
 */
#include <assert.h>
#include <string.h>

#include "cli/file.h"
#include "cli/paint.h"
#include "cli/performing.h"

struct rollback_options {
	const char *reason, *users_file;
	bool all, with_later;
};

static const struct option_spec rollback_options[] = {
	{ .name = "users",
		.type = OPTION_TEXT,
		.offset = offsetof(struct rollback_options, users_file),
		.argument = "FILE",
		.help = "only the logins listed in FILE, one a line; an empty FILE is an error" },
	{ .name = "with-later",
		.type = OPTION_FLAG,
		.offset = offsetof(struct rollback_options, with_later),
		.help = "first the later runs that changed the same users, newest first" },
	OPTION_REASON(struct rollback_options),
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct rollback_options, all),
		.help = "list every user, however many there are" },
	{ .name = NULL },
};

enum { FEW_USERS = 20, LOGIN_WIDTH = 20 };

/* The run as the history tells it; NULL when there is none of that number. */
static const struct run_summary *
find_run(const struct run_list *runs, const char *run_id)
{
	ARRAY_FOREACH (run, runs) {
		if (strcmp(run->run_id, run_id) == 0)
			return run;
	}
	return NULL;
}

static bool
is_meant(
	const struct change *change, const struct run_summary *run, const struct string_list *users)
{
	return change_is_work(change) && !string_list_has(&run->rolled_back, change->login) &&
		(!users->count || string_list_has(users, change->login) ||
			(change->old_login && string_list_has(users, change->old_login)));
}

static const char *
consequence(const struct change *change, struct arena *arena)
{
	if (change->nss && change->action == CHANGE_CREATE)
		return arena_printf(arena,
			"take it out of the jail, which the name service's account then is "
			"without, "
			"and remove %s",
			change->after.home);
	if (change->action == CHANGE_CREATE)
		return arena_printf(arena, "remove the account, and %s", change->after.home);
	if (change->action == CHANGE_ADOPT)
		return arena_printf(
			arena, "open the jail: %s becomes the home it was", change->after.home);
	if (change->old_source)
		return arena_printf(arena, "take the link back: its origin is %s '%s' again",
			change->old_source, change->old_key);
	if (change->old_login)
		return arena_printf(arena, "called '%s' again, with what else the run changed",
			change->old_login);
	return "set back what the run changed";
}

static void
add_user(const struct paint *paint, const struct change *change, struct arena *arena)
{
	buffer_add_text(paint->out, "  ");
	paint_colored(paint, COLOR_RED, "-");
	buffer_add_char(paint->out, ' ');
	paint_column(paint, COLOR_BOLD, change->login, LOGIN_WIDTH);
	paint_text(paint, consequence(change, arena));
	buffer_add_char(paint->out, '\n');
}

static void
list_users(struct session *session, const struct plan *plan, const struct run_summary *run,
	const struct string_list *users, bool all)
{
	size_t shown = 0, count = 0;
	bool removes = false;
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	ARRAY_FOREACH (item, &plan->changes) {
		if (!is_meant(*item, run, users))
			continue;
		removes |= (*item)->action == CHANGE_CREATE;
		if (count++ >= FEW_USERS && !all)
			continue;
		add_user(&paint, *item, session->arena);
		shown++;
	}
	if (count > shown)
		buffer_printf(&text, "    ... and %zu more; --all shows them\n", count - shown);
	if (removes)
		buffer_add_text(&text,
			"A home that holds more than the run made is moved aside, not removed.\n");
	output_write(&session->output, &text);
}

/* Nobody is asked about what cannot be. What it notes is for run_rollback() to say again. */
static bool
check(struct session *session, const char *run_id, const struct string_list *users,
	const struct rollback_options *options)
{
	struct run_options run_options = { .config = session->config };
	struct diags found = { .arena = session->arena };
	if (run_check_rollback(
		    &session->state, run_id, users, &run_options, session->arena, &found))
		return true;
	ARRAY_FOREACH (diag, &found)
		diag_append(&session->diags, diag);
	struct performing performing;
	performing_begin(&performing, session, PERFORMING_ROLLBACK, NULL, options->reason);
	performing.result = (struct run_result){ .outcome = RUN_UNDONE, .run_id = run_id };
	return session_fail(session, performing_end(&performing, false));
}

/* Shows what would go, and asks. */
static bool
confirm(struct session *session, const char *run_id, const struct string_list *users, bool all)
{
	struct run_list runs;
	struct plan *plan;
	if (!run_history(&session->state, session->arena, &runs, &session->diags))
		return session_fail(session, EXIT_FAILED);
	const struct run_summary *run = find_run(&runs, run_id);
	assert(run); /* it was checked, and the lock is ours */
	if (!run_load_plan(&session->state, run_id, session->arena, &plan, &session->diags))
		return session_fail(session, EXIT_FAILED);
	if (!session->output.json && !session->output.quiet)
		list_users(session, plan, run, users, all);
	return session_confirm(session, arena_printf(session->arena, "Roll back run %s?", run_id));
}

/* No user at all means everybody, which a list that came out empty must never mean. */
static bool
choose_users(struct session *session, const char *path, const struct string_list *operands,
	struct string_list *ret_users)
{
	*ret_users = (struct string_list){ 0 };
	if (path && !file_read_logins(path, session->arena, ret_users, &session->diags))
		return session_fail(session, EXIT_USAGE);
	if (path && !ret_users->count) {
		diag_error(&session->diags, at(path, 0), "lists no login");
		diag_code(&session->diags, "usage");
		diag_hint(&session->diags, "Leave out --users to roll back everybody.");
		return session_fail(session, EXIT_USAGE);
	}
	for (size_t i = 1; i < operands->count; i++)
		string_list_push(session->arena, ret_users, operands->items[i]);
	return true;
}

/* One run after the other, each a transaction of its own: between two of them all is well. */
static enum exit_code
roll_back(struct session *session, const char *run_id, const struct string_list *users,
	const struct rollback_options *options)
{
	struct performing performing;
	if (!check(session, run_id, users, options) ||
		!confirm(session, run_id, users, options->all))
		return session->exit;
	performing_begin(&performing, session, PERFORMING_ROLLBACK, NULL, options->reason);
	bool ok = run_rollback(&session->state, run_id, users, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

/* Shows and asks about each, too. EXIT_DONE when nothing stands in the way of the run any more. */
static enum exit_code
roll_back_later(struct session *session, const char *run_id, const struct string_list *users,
	const struct rollback_options *options)
{
	struct run_options run_options = { .config = session->config };
	struct later_runs later = { 0 };
	if (!options->with_later)
		return EXIT_DONE;
	if (!run_find_later(&session->state, run_id, users, &run_options, session->arena, &later,
		    &session->diags))
		return EXIT_FAILED;
	for (size_t i = later.count; i-- > 0;) {
		const struct later_run *one = &later.items[i];
		enum exit_code exit = roll_back(session, one->run_id, &one->users, options);
		if (exit != EXIT_DONE)
			return exit;
	}
	return EXIT_DONE;
}

static enum exit_code
rollback_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct rollback_options *options = config;
	const char *run_id = operands->items[0];
	struct string_list users;

	session->output.streaming = true;
	if (!choose_users(session, options->users_file, operands, &users) ||
		!session_open(session, HOST_READ_WRITE) || !session_lock(session))
		return session->exit;
	enum exit_code exit = roll_back_later(session, run_id, &users, options);
	return exit != EXIT_DONE ? exit : roll_back(session, run_id, &users, options);
}

const struct command command_rollback = {
	.name = "rollback",
	.arguments = "RUN [USER...]",
	.summary = "Undo a run, or some users of it, also weeks later",
	.details = "RUN is a number from rehome history. Changes that others made since are kept "
		   "and reported; so are files that appeared in a home. Scripts name users with "
		   "--users: without USER it is the whole run, which a list that came out empty "
		   "would be too.",
	.examples = "rehome rollback 12  # the whole run\n"
		    "rehome rollback 12 anna bert  # only these users\n"
		    "rehome rollback 12 --with-later  # later runs of the same users, too",
	.operands = "RUN USER...",
	.options = rollback_options,
	.options_size = sizeof(struct rollback_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = rollback_run,
};
