/*
 * cmd_status.c - `rehome status`: the managed accounts, where they came from, and whether they are
 * still as they were made.
 */
#include <string.h>

#include "cli/render_verify.h"
#include "cli/session.h"

/* verify_accounts() looks at other members of the group too, which nobody manages. */
static bool
is_wanted(const struct verified_account *account, const struct string_list *users)
{
	return account->managed || string_list_has(users, account->login);
}

static const char *
state_of(const struct verified_account *account, struct arena *arena)
{
	size_t errors = account->findings.errors;
	if (errors)
		return arena_printf(arena, "%zu %s", errors, errors == 1 ? "fault" : "faults");
	return account->open ? "ok" : "ok, cannot log in";
}

static void
add_json(struct session *session, const struct verification *verification,
	const struct string_list *users, struct buffer *out)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_open(&json, "accounts", '[');
	ARRAY_FOREACH (account, &verification->accounts) {
		const struct managed_account *managed =
			table_get(&session->managed.by_login, account->login);
		if (!is_wanted(account, users))
			continue;
		json_write_open(&json, NULL, '{');
		render_account_json(&json, account);
		if (managed) {
			json_write_number(&json, "uid", (long long)managed->uid);
			json_write_text(&json, "source", managed->source);
			json_write_text(&json, "key", managed->key);
			json_write_text(&json, "layout", managed->layout);
			json_write_text(&json, "folders", managed->folders);
			json_write_text(&json, "run", managed->run);
		}
		json_write_close(&json);
	}
	json_write_close(&json);
	json_write_close(&json);
}

static void
add_text(struct session *session, const struct verification *verification,
	const struct string_list *users, struct buffer *out)
{
	static const char *const head[] = { "LOGIN", "UID", "SOURCE", "RUN", "HOME", "STATE" };
	struct paint paint = { out, session->output.color_out };
	struct paint_table table = {
		.arena = session->arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (account, &verification->accounts) {
		const struct managed_account *managed =
			table_get(&session->managed.by_login, account->login);
		if (!is_wanted(account, users))
			continue;
		paint_cell(&table, account->login);
		paint_cell(&table,
			managed ? arena_printf(session->arena, "%u", (unsigned)managed->uid) : "");
		paint_cell(&table, managed ? managed->source : "not managed");
		paint_cell(&table, managed ? managed->run : "");
		paint_cell(&table, account->home);
		paint_cell(&table, state_of(account, session->arena));
	}
	if (table.cells.count == table.columns)
		buffer_add_text(out, "No account is managed yet.\n");
	else
		paint_table(&paint, &table);
}

static enum exit_code
status_run(struct session *session, const void *config, const struct string_list *operands)
{
	struct verification verification;
	AUTO_BUFFER struct buffer text = { 0 };
	(void)config;
	if (!session_open(session, HOST_READ_ONLY) || !session_take_snapshot(session))
		return session->exit;
	session_warn_of_pending(session);
	if (!verify_accounts(session->config, &session->snapshot, operands, session->arena,
		    &verification, &session->diags))
		return EXIT_FAILED;
	if (session->output.json)
		add_json(session, &verification, operands, &text);
	else
		add_text(session, &verification, operands, &text);
	output_write(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[USER...]",
	.summary = "List the managed accounts, and whether they have drifted",
	.details = "rehome verify tells what a fault is, and how to correct it.",
	.max_operands = ANY_OPERANDS,
	.run = status_run,
};
