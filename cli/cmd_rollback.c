/*
 * cmd_rollback.c - `rehome rollback`: shows what a run did, asks, and takes it back.
 */
#include <string.h>

#include "cli/paint.h"
#include "cli/performing.h"

struct rollback_options {
	const char *reason;
	bool all;
};

static const struct option_spec rollback_options[] = {
	{ .name = "reason",
		.type = OPTION_TEXT,
		.offset = offsetof(struct rollback_options, reason),
		.argument = "TEXT",
		.help = "why, for the history" },
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct rollback_options, all),
		.help = "list every user, however many there are" },
	{ .name = NULL },
};

enum { FEW_USERS = 20 };

static bool
is_meant(const struct change *change, const struct string_list *users)
{
	return change->action != CHANGE_UNCHANGED && change->action != CHANGE_BLOCKED &&
		(!users->count || string_list_has(users, change->login));
}

static const char *
consequence(const struct change *change, struct arena *arena)
{
	const char *home = change->after.home ? change->after.home : "";
	if (change->action == CHANGE_CREATE)
		return arena_printf(arena, "remove the account, and %s", home);
	return "set back what the run changed";
}

static void
list_users(
	struct session *session, const struct plan *plan, const struct string_list *users, bool all)
{
	size_t shown = 0, count = 0;
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = { &text, session->output.color_out };
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (!is_meant(change, users))
			continue;
		count++;
		if (shown == FEW_USERS && !all)
			continue;
		shown++;
		buffer_add_text(&text, "  ");
		paint_colored(&paint, COLOR_RED, "-");
		buffer_add_char(&text, ' ');
		paint_column(&paint, COLOR_BOLD, change->login, 20);
		paint_text(&paint, consequence(change, session->arena));
		buffer_add_char(&text, '\n');
	}
	if (count > shown)
		buffer_printf(&text, "    ... and %zu more; --all shows them\n", count - shown);
	buffer_add_text(&text,
		"Files that came since are kept: a home that is no longer empty is moved aside.\n");
	output_write(&session->output, &text);
}

/* run_rollback() checks everything; this is only for showing. */
static bool
show(struct session *session, const char *run_id, const struct string_list *users, bool all)
{
	struct plan *plan;
	if (!run_load_plan(&session->state, run_id, session->arena, &plan, &session->diags))
		return session_fail(session, EXIT_FAILED);
	if (!session->output.json && !session->output.quiet)
		list_users(session, plan, users, all);
	return true;
}

static enum exit_code
rollback_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct rollback_options *options = config;
	const char *run_id = operands->items[0];
	struct string_list users = { 0 };
	struct performing performing;

	for (size_t i = 1; i < operands->count; i++)
		string_list_push(session->arena, &users, operands->items[i]);
	session->output.streaming = true;
	if (!session_open(session, HOST_READ_WRITE) || !session_lock(session) ||
		!show(session, run_id, &users, options->all) ||
		!session_confirm(
			session, arena_printf(session->arena, "Roll back run %s?", run_id)))
		return session->exit;
	performing_begin(&performing, session, "Rolling back", NULL, options->reason);
	bool ok = run_rollback(&session->state, run_id, &users, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

const struct command command_rollback = {
	.name = "rollback",
	.arguments = "RUN [USER...]",
	.summary = "Undo a run, or some users of it, also weeks later",
	.details = "RUN is a number from rehome history. Changes that others made since are kept\n"
		   "and reported; so are files that appeared in a home.",
	.options = rollback_options,
	.options_size = sizeof(struct rollback_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = rollback_run,
};
