/*
 * cmd_status.c - `rehome status`: the managed accounts, where they came from, and whether they are
 * still as they were made.
 */
#include <string.h>

#include "cli/progress.h"
#include "cli/render_verify.h"
#include "cli/session.h"

struct status_options {
	bool all;
};

static const struct option_spec status_options[] = {
	{ .name = "all",
		.type = OPTION_FLAG,
		.offset = offsetof(struct status_options, all),
		.help = "list every account, however many are in order" },
	{ .name = NULL },
};

/* verify_accounts() looks at other members of the group too, which nobody manages. */
static bool
is_wanted(const struct verified_account *account, const struct string_list *users)
{
	return account->managed || string_list_has(users, account->login);
}

static bool
is_out_of_service(const struct managed_account *managed)
{
	return managed && managed->standing.state != MANAGED_ACTIVE;
}

static const char *
state_of(const struct verified_account *account, const struct managed_account *managed,
	struct arena *arena)
{
	size_t errors = account->findings.errors;
	if (errors)
		return arena_printf(arena, "%zu %s", errors, errors == 1 ? "fault" : "faults");
	if (is_out_of_service(managed))
		return managed_standing_text(&managed->standing, arena);
	return account->open ? "ok" : "ok, cannot log in";
}

static void
add_standing_json(
	struct json_writer *json, const struct managed_standing *standing, struct arena *arena)
{
	json_write_text(json, "state", managed_state_name(standing->state));
	if (!standing->run)
		return;
	json_write_text(json, "state_run", standing->run);
	json_write_text(json, "state_since", managed_day_text(standing->day, arena));
	if (standing->state == MANAGED_STAGED)
		json_write_text(json, "expires_then",
			*standing->expires
				? managed_day_text(strtoll(standing->expires, NULL, 10), arena)
				: "never");
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
			if (managed->profile)
				json_write_text(&json, "profile", managed->profile);
			json_write_text(&json, "run", managed->run);
			if (managed->nss)
				json_write_text(&json, "account", "nss");
			add_standing_json(&json, &managed->standing, session->arena);
		}
		json_write_close(&json);
	}
	json_write_close(&json);
	json_write_close(&json);
}

static void
add_row(struct session *session, const struct verified_account *account, struct paint_table *table)
{
	const struct managed_account *managed =
		table_get(&session->managed.by_login, account->login);
	paint_cell(table, account->login);
	paint_cell(
		table, managed ? arena_printf(session->arena, "%u", (unsigned)managed->uid) : "");
	paint_cell(table, managed ? managed->source : "not managed");
	paint_cell(table, managed ? managed->run : "");
	paint_cell(table, account->home);
	paint_cell(table, state_of(account, managed, session->arena));
}

/* Those with faults, or the others. Returns how many there are. */
static size_t
add_rows(struct session *session, const struct verification *verification,
	const struct string_list *users, bool faulty, struct paint_table *table)
{
	size_t count = 0;
	ARRAY_FOREACH (account, &verification->accounts) {
		if (!is_wanted(account, users) || (account->findings.errors > 0) != faulty)
			continue;
		count++;
		if (table)
			add_row(session, account, table);
	}
	return count;
}

/* " (20 staged, 3 disabled)" of those without fault, or nothing. */
static void
add_standings(struct session *session, const struct verification *verification,
	const struct string_list *users, struct buffer *out)
{
	static const enum managed_state states[] = { MANAGED_STAGED, MANAGED_DISABLED,
		MANAGED_RETIRED };
	const char *before = " (";
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		size_t count = 0;
		ARRAY_FOREACH (account, &verification->accounts) {
			const struct managed_account *managed =
				table_get(&session->managed.by_login, account->login);
			count += managed && is_wanted(account, users) &&
				!account->findings.errors && managed->standing.state == states[i];
		}
		if (!count)
			continue;
		buffer_printf(out, "%s%zu %s", before, count, managed_state_name(states[i]));
		before = ", ";
	}
	if (*before == ',')
		buffer_add_char(out, ')');
}

static void
add_text(struct session *session, const struct verification *verification,
	const struct string_list *users, bool all, struct buffer *out)
{
	static const char *const head[] = { "LOGIN", "UID", "SOURCE", "RUN", "HOME", "STATE" };
	static const char *const spare[] = { "UID", "RUN", NULL };
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = { .arena = session->arena,
		.columns = ARRAY_LEN(head),
		.head = COLOR_BOLD,
		.spare = spare };
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	size_t faulty = add_rows(session, verification, users, true, &table);
	size_t sound = add_rows(session, verification, users, false, NULL);
	bool listed = all || paint.plain || users->count || faulty + sound <= FEW_ACCOUNTS;
	if (listed)
		add_rows(session, verification, users, false, &table);
	if (faulty || (sound && listed))
		paint_table(&paint, &table);
	if (sound && !listed) {
		buffer_printf(out, "%s%zu %s without fault", faulty ? "... and " : "", sound,
			sound == 1 ? "account" : "accounts");
		add_standings(session, verification, users, out);
		buffer_add_text(out, "; --all lists them\n");
	}
	if (!faulty && !sound && !paint.plain)
		buffer_add_text(out, "No account is managed yet.\n");
}

/* Somebody whom neither the registry nor the machine knows has no state. */
static bool
check_known(struct session *session, const struct string_list *users)
{
	ARRAY_FOREACH (user, users) {
		if (table_get(&session->managed.by_login, *user) ||
			accountdb_find(&session->snapshot.db, ACCOUNTDB_PASSWD, *user))
			continue;
		diag_error(&session->diags, NOWHERE, "there is no account '%s'", *user);
		diag_code(&session->diags, "unknown-user");
		return session_fail(session, EXIT_FAILED);
	}
	return true;
}

static enum exit_code
status_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct status_options *options = config;
	struct verification verification;
	struct progress progress;
	AUTO_BUFFER struct buffer text = { 0 };
	if (!session_open(session, HOST_READ_ONLY) || !session_take_snapshot(session))
		return session->exit;
	const struct string_list users = session_present_logins(session, operands);
	if (!check_known(session, &users))
		return session->exit;
	session_warn_of_pending(session);
	progress_init(&progress, &session->output, "Verifying");
	bool verified = verify_accounts(session->config, &session->snapshot, &users,
		&progress.watcher, session->arena, &verification, &session->diags);
	progress_finish(&progress);
	if (!verified)
		return EXIT_FAILED;
	if (session->output.json)
		add_json(session, &verification, &users, &text);
	else
		add_text(session, &verification, &users, options->all || session->output.verbose,
			&text);
	output_result(&session->output, &text);
	return EXIT_DONE;
}

const struct command command_status = {
	.name = "status",
	.arguments = "[USER...]",
	.summary = "List the managed accounts, and whether they have drifted",
	.details = "rehome verify tells what a fault is, and how to correct it.",
	.records = "each account: login, uid, source, run, home, state",
	.examples = "rehome status\n"
		    "rehome status anna",
	.operands = "USER...",
	.options = status_options,
	.options_size = sizeof(struct status_options),
	.max_operands = ANY_OPERANDS,
	.run = status_run,
};
