/*
 * cmd_inspect.c - `rehome inspect`: what a source says before any planning, and where it says so.
 *
 * Nothing of the host is read. Passwords and hashes are named as given, never shown.
 */
#include <string.h>

#include "cli/inspect_evidence.h"
#include "cli/inspect_old.h"
#include "cli/paint.h"
#include "cli/planning.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/model/ssh_key.h"
#include "exporters/field.h"

struct inspect_options {
	struct string_list settings;
	struct string_list xferlog;
	bool tsv, will_break;
	const char *rejects;
};

static const struct option_spec inspect_options[] = {
	{ .name = "set",
		.type = OPTION_LIST,
		.offset = offsetof(struct inspect_options, settings),
		.argument = "KEY=VALUE",
		.help = "an option of the importer" },
	{ .name = "tsv",
		.type = OPTION_FLAG,
		.offset = offsetof(struct inspect_options, tsv),
		.help = "tab-separated, every field, for other programs" },
	{ .name = "xferlog",
		.type = OPTION_LIST,
		.offset = offsetof(struct inspect_options, xferlog),
		.argument = "GLOB",
		.help = "logs of the old FTP server: who used what" },
	{ .name = "will-break",
		.type = OPTION_FLAG,
		.offset = offsetof(struct inspect_options, will_break),
		.help = "with --xferlog: only whose habits a jail ends, and what would help" },
	{ .name = "rejects",
		.type = OPTION_TEXT,
		.offset = offsetof(struct inspect_options, rejects),
		.argument = "FILE",
		.help = "write refused rows to FILE, with the reason, as CSV" },
	{ .name = NULL },
};

/* What is shown of a field; "" when it is not given. */
static const char *
shown(const struct account *account, enum account_field field, struct arena *arena)
{
	if (!account_has(account, field) && field != ACCOUNT_USERNAME && field != ACCOUNT_KEY)
		return "";
	if (field == ACCOUNT_PASSWORD || field == ACCOUNT_PASSWORD_HASH)
		return "given";
	const char *text = field_text(account, field, arena);
	return text ? text : "";
}

static bool
is_wanted(const struct account *account, const struct string_list *users)
{
	return !users->count || (account->username && string_list_has(users, account->username));
}

/* ---- a table of all ---- */

static const char *
ways_in(const struct account *account, struct arena *arena)
{
	const char *password = account_has(account, ACCOUNT_PASSWORD) ? "password"
		: account_has(account, ACCOUNT_PASSWORD_HASH)	      ? "password hash"
								      : NULL;
	size_t keys = account->ssh_keys.count;
	if (!keys)
		return password;
	return arena_printf(arena, "%s%s%zu key%s", password ? password : "", password ? ", " : "",
		keys, keys == 1 ? "" : "s");
}

/* Of whom the source shuts out, that counts and not the date. */
static const char *
until(const struct account *account, struct arena *arena)
{
	static const char *const words[] = {
		[ACCOUNT_DISABLED] = "disabled",
		[ACCOUNT_LEFT] = "has left",
		[ACCOUNT_STAGED] = "staged",
	};
	if (account_is_closed(account))
		return words[account->state];
	return shown(account, ACCOUNT_EXPIRES, arena);
}

static void
add_table(const struct intake *intake, const struct string_list *users, const struct paint *paint,
	struct arena *arena)
{
	static const char *const head[] = { "LOGIN", "FULL NAME", "FOLDERS", "GROUPS", "LOGS IN BY",
		"EXPIRES", "FROM" };
	struct paint_table table = {
		.arena = arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (item, &intake->accounts) {
		const struct account *account = *item;
		if (!is_wanted(account, users))
			continue;
		const char *folders = shown(account, ACCOUNT_FOLDERS, arena);
		paint_cell(&table, account->username);
		paint_cell(&table, shown(account, ACCOUNT_FULL_NAME, arena));
		paint_cell(&table, *folders ? folders : shown(account, ACCOUNT_LAYOUT, arena));
		paint_cell(&table, shown(account, ACCOUNT_GROUPS, arena));
		paint_cell(&table, ways_in(account, arena));
		paint_cell(&table, until(account, arena));
		paint_cell(&table, diag_place_text(account->place, "", arena));
	}
	paint_table(paint, &table);
}

/* ---- one user, field by field ---- */

/* An entry of a directory has one name, which need not stand in every line. */
static bool
is_entry(const struct account *account)
{
	return !account->place.line && account->place.kind;
}

static const char *
origin(const struct account *account, enum account_field field, struct arena *arena)
{
	const struct place *place = &account->places[field];
	const char *where = diag_place_text(*place, "", arena);
	if (field == ACCOUNT_USERNAME && account->username_generated)
		return "made from the name";
	if (field == ACCOUNT_KEY && !account_has(account, field))
		return "from the login";
	if (is_entry(account) && place->field)
		return place->field;
	if (place->line && place->column)
		where = arena_printf(arena, "%s:%u", where, place->column);
	return place->field ? arena_printf(arena, "%s, %s", where, place->field) : where;
}

/* Where the configuration says how the field is made; "" where rows are not mapped. */
static const char *
rule_words(const struct mapping *mapping, enum account_field field, struct arena *arena)
{
	const struct mapping_rule *rule = mapping ? mapping->rules[field] : NULL;
	if (!rule)
		return "";
	if (!rule->place.file)
		return "default";
	return arena_printf(
		arena, "%s:%u", diag_place_text(rule->place, "", arena), rule->place.column);
}

struct user_table {
	struct paint_table table;
	const struct account *account;
	const struct mapping *mapping;
	struct arena *arena;
	bool plain; /* the login in front: users follow each other without a word between */
};

static void
add_line(struct user_table *user, enum account_field field, const char *value)
{
	if (user->plain)
		paint_cell(&user->table, user->account->username);
	paint_cell(&user->table, account_field_name(field));
	paint_cell(&user->table, value);
	paint_cell(&user->table, origin(user->account, field, user->arena));
	if (user->mapping)
		paint_cell(&user->table, rule_words(user->mapping, field, user->arena));
}

/* Several keys are several lines: what tells them apart is the fingerprint. */
static void
add_keys(struct user_table *user)
{
	ARRAY_FOREACH (key, &user->account->ssh_keys)
		add_line(user, ACCOUNT_SSH_KEYS, ssh_key_fingerprint(*key, user->arena));
}

/* What led to the values: the groups that counted, and the way into them. */
static void
add_reasons(const struct account *account, const struct paint *paint)
{
	if (!account->reasons)
		return;
	buffer_add_char(paint->out, '\n');
	ARRAY_FOREACH (reason, account->reasons) {
		buffer_printf(paint->out, "%s: '", account_field_name(reason->field));
		paint_text(paint, reason->value);
		buffer_add_text(paint->out, "': ");
		paint_text(paint, reason->via);
		buffer_add_char(paint->out, '\n');
	}
}

static void
add_user(const struct intake *intake, const struct account *account, const struct paint *paint,
	struct arena *arena)
{
	struct user_table user = {
		.account = account,
		.mapping = intake->mapping,
		.arena = arena,
		.plain = paint->plain,
		.table = { .arena = arena, .columns = 3, .head = COLOR_BOLD },
	};
	user.table.columns += user.plain + (user.mapping != NULL);
	if (user.plain)
		paint_cell(&user.table, "LOGIN");
	paint_cell(&user.table, "FIELD");
	paint_cell(&user.table, "VALUE");
	paint_cell(&user.table, "FROM");
	if (intake->mapping)
		paint_cell(&user.table, "RULE");
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		const char *value = shown(account, field, arena);
		if (field == ACCOUNT_SSH_KEYS)
			add_keys(&user);
		else if (*value)
			add_line(&user, field, value);
	}
	if (is_entry(account) && !user.plain) {
		paint_text(paint, account->place.file);
		buffer_add_text(paint->out, "\n\n");
	}
	paint_table(paint, &user.table);
	if (!user.plain)
		add_reasons(account, paint);
}

static void
add_old(const struct intake *intake, const struct string_list *users, const struct paint *paint,
	struct arena *arena)
{
	if (!users->count)
		inspect_old_table(intake, users, paint, arena);
	ARRAY_FOREACH (login, &intake->old_logins) {
		if (users->count && string_list_has(users, (*login)->user))
			inspect_old_user(*login, paint, arena);
	}
}

static void
add_head(const struct intake *intake, const struct paint *paint)
{
	buffer_add_text(paint->out, "Read ");
	paint_text(paint, intake->name);
	buffer_add_text(paint->out, " (");
	if (intake->detected) {
		paint_text(paint, intake->detected);
		buffer_add_text(paint->out, ", ");
	}
	if (intake->is_old_server)
		inspect_old_count(intake, paint->out);
	else
		buffer_printf(paint->out, "%zu row%s, %zu refused", intake->rows,
			intake->rows == 1 ? "" : "s", intake->rejected.count);
	buffer_add_text(paint->out, ")\n\n");
	paint_fit(paint, 0, 2);
}

/* With --plain there is one kind of records: of the logs, where they were read. */
static void
add_text(const struct intake *intake, const struct string_list *users, const struct paint *paint,
	struct arena *arena)
{
	if (!paint->plain)
		add_head(intake, paint);
	if (intake->is_old_server) {
		if (!paint->plain || !inspect_evidence_is_there(intake))
			add_old(intake, users, paint, arena);
		inspect_evidence_table(intake, users, paint, arena);
		return;
	}
	if (!users->count && intake->accounts.count)
		add_table(intake, users, paint, arena);
	ARRAY_FOREACH (account, &intake->accounts) {
		if (users->count && is_wanted(*account, users))
			add_user(intake, *account, paint, arena);
	}
}

/* ---- for programs ---- */

static void
add_tsv(const struct intake *intake, const struct string_list *users, struct buffer *out,
	struct arena *arena)
{
	struct paint paint = { .out = out };
	if (intake->is_old_server) {
		inspect_old_tsv(intake, users, out, arena);
		return;
	}
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++)
		buffer_printf(out, "%s\t", account_field_name(field));
	buffer_add_text(out, "from\n");
	ARRAY_FOREACH (account, &intake->accounts) {
		if (!is_wanted(*account, users))
			continue;
		for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
			paint_text(&paint, shown(*account, field, arena));
			buffer_add_char(out, '\t');
		}
		paint_text(&paint, diag_place_text((*account)->place, "", arena));
		buffer_add_char(out, '\n');
	}
}

static void
add_json_reasons(
	struct json_writer *json, const struct account_reasons *reasons, enum account_field field)
{
	json_write_open(json, "reasons", '[');
	ARRAY_FOREACH (reason, reasons) {
		if (reason->field != field)
			continue;
		json_write_open(json, NULL, '{');
		json_write_text(json, "value", reason->value);
		json_write_text(json, "via", reason->via);
		json_write_close(json);
	}
	json_write_close(json);
}

static void
add_json_field(struct json_writer *json, const struct intake *intake, const struct account *account,
	enum account_field field, struct arena *arena)
{
	const struct place *place = &account->places[field];
	json_write_open(json, account_field_name(field), '{');
	if (field == ACCOUNT_SSH_KEYS)
		json_write_texts(json, "value", &account->ssh_keys);
	else if (field == ACCOUNT_GROUPS)
		json_write_texts(json, "value", &account->groups);
	else
		json_write_text(json, "value", shown(account, field, arena));
	json_write_text(json, "file", place->file);
	json_write_number(json, "line", place->line);
	json_write_number(json, "column", place->column);
	json_write_text(json, "field", place->field);
	if (intake->mapping)
		json_write_text(json, "rule", rule_words(intake->mapping, field, arena));
	if (account->reasons)
		add_json_reasons(json, account->reasons, field);
	json_write_close(json);
}

static void
add_json_account(struct json_writer *json, const struct intake *intake,
	const struct account *account, struct arena *arena)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "user", account->username);
	json_write_flag(json, "generated", account->username_generated);
	json_write_text(json, "key", account->key);
	json_write_text(json, "file", account->place.file);
	json_write_number(json, "line", account->place.line);
	json_write_open(json, "fields", '{');
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (account_has(account, field))
			add_json_field(json, intake, account, field, arena);
	}
	json_write_close(json);
	json_write_close(json);
}

static void
add_json(const struct intake *intake, const struct string_list *users, struct buffer *out,
	struct arena *arena)
{
	struct json_writer json = { .out = out };
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "source", intake->name);
	json_write_text(&json, "importer", intake->importer);
	json_write_text(&json, "location", intake->location);
	json_write_text(&json, "detected", intake->detected);
	json_write_number(&json, "rows", (long long)intake->rows);
	json_write_number(&json, "refused", (long long)intake->rejected.count);
	json_write_flag(&json, "complete", intake->complete);
	json_write_open(&json, "accounts", '[');
	ARRAY_FOREACH (account, &intake->accounts) {
		if (is_wanted(*account, users))
			add_json_account(&json, intake, *account, arena);
	}
	json_write_close(&json);
	if (intake->is_old_server)
		inspect_old_json(&json, intake, users, arena);
	json_write_close(&json);
}

/* ---- the command ---- */

static bool
find_users(struct session *session, const struct intake *intake, const struct string_list *users)
{
	struct table logins = { .arena = session->arena };
	ARRAY_FOREACH (account, &intake->accounts) {
		if ((*account)->username)
			table_set(&logins, (*account)->username, *account);
	}
	ARRAY_FOREACH (login, &intake->old_logins)
		table_set(&logins, (*login)->user, *login);
	ARRAY_FOREACH (user, users) {
		if (table_get(&logins, *user))
			continue;
		diag_error(&session->diags, NOWHERE, "%s lists no user '%s'", intake->name, *user);
		return session_fail(session, EXIT_FAILED);
	}
	return true;
}

static bool
says_something(const struct intake *intake)
{
	return intake->accounts.count || intake->old_logins.count;
}

static void
show(struct session *session, const struct inspect_options *options, const struct intake *intake,
	const struct string_list *users)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct paint paint = output_paint(&session->output, &text);
	output_diags(&session->output);
	if (options->tsv) {
		add_tsv(intake, users, &text, session->arena);
		output_write(&session->output, &text);
		return;
	}
	if (session->output.json)
		add_json(intake, users, &text, session->arena);
	else if (options->will_break)
		inspect_evidence_breaks(
			intake, users, session->config->policy.adopt_loose, &paint, session->arena);
	else
		add_text(intake, users, &paint, session->arena);
	output_result(&session->output, &text);
}

static bool
check_options(struct session *session, const struct inspect_options *options)
{
	if (!options->will_break || options->xferlog.count)
		return true;
	diag_error(
		&session->diags, NOWHERE, "--will-break says what logs show: add --xferlog GLOB");
	return session_fail(session, EXIT_USAGE);
}

static enum exit_code
inspect_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct inspect_options *options = config;
	struct string_list source = { 0 }, users = { 0 };
	struct reading reading;

	for (size_t i = 0; i < operands->count; i++)
		string_list_push(session->arena, i ? &users : &source, operands->items[i]);
	if (!check_options(session, options) || !session_load_config(session))
		return session->exit;
	bool read = planning_read_explained(session, &source, &options->settings, &users, &reading);
	if (!reading.count)
		return session->exit;
	if (!planning_write_rejects(session, options->rejects, &reading))
		return EXIT_FAILED;
	/* With --json a refused row has made stdout a list of errors. */
	if (!read && (session->output.json || !says_something(&reading.intakes[0])))
		return EXIT_BAD_DATA;
	if (read &&
		(!find_users(session, &reading.intakes[0], &users) ||
			!planning_read_logs(session, &options->xferlog, &reading)))
		return session->exit;
	show(session, options, &reading.intakes[0], &users);
	return read ? EXIT_DONE : EXIT_BAD_DATA;
}

const struct command command_inspect = {
	.name = "inspect",
	.arguments = "SOURCE [USER...]",
	.summary = "Show what a source says, before any planning",
	.details = "With USER: each field of that user, which cell or attribute gave it, by which "
		   "rule of the configuration or by default, and for groups of a directory the way "
		   "into them. Neither the host nor anything else is looked at.",
	.records = "each user, with USER each field: login, full name, folders, groups, ways to "
		   "log in, expiry, place; with USER: login, field, value, place, rule. Of an old "
		   "server and its logs the columns are those of the table",
	.examples = "rehome inspect csv:staff.csv\n"
		    "rehome inspect hr anna  # why each of anna's values is what it is\n"
		    "rehome inspect vsftpd:/mnt/old --tsv  # who could log in, how and where",
	.operands = "SOURCE USER...",
	.options = inspect_options,
	.options_size = sizeof(struct inspect_options),
	.min_operands = 1,
	.max_operands = ANY_OPERANDS,
	.run = inspect_run,
};
