/*
 * cmd_link.c - `rehome link`: accounts that came from one source are handed over to another one,
 * as a run with undo.
 */
#include <string.h>
#include <sys/stat.h>

#include "cli/file.h"
#include "cli/link_sheet.h"
#include "cli/paint.h"
#include "cli/performing.h"
#include "cli/planning.h"
#include "cli/saved_plan.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"

struct link_options {
	const char *export, *import, *reason, *output;
	struct string_list match, settings;
};

static const struct option_spec link_options[] = {
	{ .name = "match",
		.type = OPTION_LIST,
		.offset = offsetof(struct link_options, match),
		.argument = "login|email|uid",
		.help = "by what a person is found, the first that finds one; otherwise login" },
	{ .name = "export",
		.type = OPTION_TEXT,
		.offset = offsetof(struct link_options, export),
		.argument = "FILE.csv",
		.help = "write who would be whom to FILE, for decisions" },
	{ .name = "import",
		.type = OPTION_TEXT,
		.offset = offsetof(struct link_options, import),
		.argument = "FILE.csv",
		.help = "link what such a file says, after a question" },
	{ .name = "set",
		.type = OPTION_LIST,
		.offset = offsetof(struct link_options, settings),
		.argument = "KEY=VALUE",
		.help = "an option of NEW's importer" },
	{ .name = "reason",
		.type = OPTION_TEXT,
		.offset = offsetof(struct link_options, reason),
		.argument = "TEXT",
		.help = "with --import: why, for the history" },
	{ .name = "output",
		.letter = 'o',
		.type = OPTION_TEXT,
		.offset = offsetof(struct link_options, output),
		.argument = "FILE",
		.help = "with --import: change nothing, save the plan to FILE (.json), for apply" },
	{ .name = NULL },
};

struct linking {
	struct session *session;
	const struct link_options *options;
	const char *old, *new; /* as they were named */
	struct link_pair pair;
	enum link_criterion order[LINK_CRITERIA];
	size_t criteria;
	struct reading reading; /* of NEW */
};

/* ---- the command line ---- */

static bool
refuse_usage(struct session *session, const char *message, const char *hint)
{
	diag_error(&session->diags, NOWHERE, "%s", message);
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "%s", hint);
	return session_fail(session, EXIT_USAGE);
}

static bool
check_options(struct session *session, const struct link_options *options)
{
	if (options->export && options->import)
		return refuse_usage(session, "link takes one of --export and --import",
			"Do one after the other.");
	if (options->import && options->match.count)
		return refuse_usage(session,
			"--match is for looking; what is linked says the sheet",
			"Give it with --export.");
	if (!options->import && (options->output || options->reason))
		return refuse_usage(
			session, "-o and --reason are for linking", "Give them with --import.");
	return true;
}

/* "login,email" is the same as the option twice. */
static bool
read_criteria(struct linking *linking)
{
	const struct string_list *asked = &linking->options->match;
	AUTO_BUFFER struct buffer words = { 0 };
	ARRAY_FOREACH (word, asked)
		buffer_printf(&words, "%s,", *word);
	const char *text = words.size ? buffer_text(&words) : "login,";
	bool met[LINK_CRITERIA] = { false };
	for (; *text; text += strcspn(text, ",") + 1) {
		const char *word = arena_strndup(linking->session->arena, text, strcspn(text, ","));
		enum link_criterion criterion = link_criterion_parse(word);
		if (criterion == LINK_CRITERIA)
			return refuse_usage(linking->session,
				arena_printf(linking->session->arena,
					"--match '%s' is none of login, email and uid", word),
				"Name one of them, or several in the order in which they count.");
		if (!met[criterion])
			linking->order[linking->criteria++] = criterion;
		met[criterion] = true;
	}
	return true;
}

/* ---- looking ---- */

static bool
read_new(struct linking *linking)
{
	struct session *session = linking->session;
	struct string_list sources = { 0 };
	string_list_push(session->arena, &sources, linking->new);
	return planning_read(session, &sources, &linking->options->settings, BAD_ROWS_AS_CONFIGURED,
		&linking->reading);
}

static bool
has_criterion(const struct linking *linking, enum link_criterion criterion)
{
	for (size_t i = 0; i < linking->criteria; i++) {
		if (linking->order[i] == criterion)
			return true;
	}
	return false;
}

static bool
is_configured(const struct session *session, const char *name)
{
	ARRAY_FOREACH (source, &session->config->sources) {
		if (strcmp((*source)->name, name) == 0)
			return true;
	}
	return false;
}

static void
warn_of_unknown_emails(struct linking *linking, const char *why)
{
	struct diags *diags = &linking->session->diags;
	diag_warning(diags, NOWHERE,
		"the e-mail addresses of %s are not known, except where they are its keys: %s",
		linking->old, why);
	diag_code(diags, "no-emails");
	diag_hint(
		diags, "Name OLD with its place, as in csv:staff.csv, or match by something else.");
}

/* The registry does not keep addresses: OLD is asked once more, if it is still there. What is wrong
 * with it today is no reason to stop. */
static void
read_emails(struct linking *linking, struct table *emails)
{
	struct session *session = linking->session;
	const struct string_list no_settings = { 0 };
	const struct diags kept = session->diags;
	const char *colon = strchr(linking->old, ':');
	struct string_list sources = { 0 };
	struct reading reading;
	if (!has_criterion(linking, LINK_EMAIL))
		return;
	if (colon ? !colon[1] : !is_configured(session, linking->old)) {
		warn_of_unknown_emails(linking,
			colon ? "its place is not given" : "it is not configured any more");
		return;
	}
	string_list_push(session->arena, &sources, linking->old);
	session->diags = (struct diags){ .arena = session->arena };
	bool read = planning_read(
		session, &sources, &no_settings, BAD_ROWS_SKIPPED_UNATTENDED, &reading);
	const struct diags found = session->diags;
	session->diags = kept;
	if (!read)
		warn_of_unknown_emails(linking, found.count ? found.items[0].message : "no answer");
	for (size_t i = 0; i < reading.count; i++) {
		ARRAY_FOREACH (account, &reading.intakes[i].accounts) {
			if ((*account)->email)
				table_set(emails, (*account)->key, (void *)(*account)->email);
		}
	}
}

/* The sources that accounts are managed for, so that a slip of the pen is seen. */
static bool
check_old(struct linking *linking)
{
	struct session *session = linking->session;
	struct table met = { .arena = session->arena };
	AUTO_BUFFER struct buffer known = { 0 };
	ARRAY_FOREACH (item, &session->managed.accounts) {
		const char *source = (*item)->source;
		if (strcmp(source, linking->pair.old_scope) == 0)
			return true;
		if (!table_get(&met, source))
			buffer_printf(&known, "%s%s", known.size ? ", " : "", source);
		table_set(&met, source, *item);
	}
	return refuse_usage(session,
		arena_printf(session->arena, "no account is managed for '%s'", linking->old),
		known.size ? arena_printf(session->arena, "Accounts are managed for: %s",
				     buffer_text(&known))
			   : "See rehome status.");
}

static bool
find(struct linking *linking, struct link_matches *ret_matches)
{
	struct session *session = linking->session;
	struct table emails = { .arena = session->arena };
	if (!session_take_snapshot(session) || !check_old(linking) || !read_new(linking))
		return false;
	read_emails(linking, &emails);
	struct link_question question = {
		.managed = &session->managed,
		.db = &session->snapshot.db,
		.old_scope = linking->pair.old_scope,
		.emails = &emails,
		.source = &linking->reading.intakes[0],
		.criteria = linking->criteria,
	};
	memcpy(question.order, linking->order, sizeof(question.order));
	link_find(&question, session->arena, ret_matches);
	return true;
}

/* ---- showing ---- */

static void
count(const struct link_matches *matches, size_t counts[LINK_CONFIDENCES])
{
	memset(counts, 0, LINK_CONFIDENCES * sizeof(*counts));
	ARRAY_FOREACH (match, matches)
		counts[match->confidence]++;
}

static void
add_match_json(struct json_writer *json, const struct link_match *match)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "login", match->managed->login);
	json_write_text(json, "old_key", match->managed->key);
	json_write_text(json, "confidence", link_confidence_name(match->confidence));
	json_write_text(json, "note", match->note);
	json_write_open(json, "candidates", '[');
	ARRAY_FOREACH (candidate, &match->candidates) {
		json_write_open(json, NULL, '{');
		json_write_text(json, "new_key", candidate->account->key);
		json_write_text(json, "login", candidate->account->username);
		json_write_text(json, "full_name", candidate->account->full_name);
		json_write_text(json, "matched", candidate->matched);
		json_write_close(json);
	}
	json_write_close(json);
	json_write_close(json);
}

static void
add_json(const struct link_matches *matches, const struct link_pair *pair, struct buffer *out)
{
	size_t counts[LINK_CONFIDENCES];
	struct json_writer json = { .out = out };
	count(matches, counts);
	json_write_open(&json, NULL, '{');
	json_write_text(&json, "old_source", pair->old_scope);
	json_write_text(&json, "new_source", pair->new_scope);
	json_write_open(&json, "summary", '{');
	for (unsigned i = 0; i < LINK_CONFIDENCES; i++)
		json_write_number(
			&json, link_confidence_name((enum link_confidence)i), (long long)counts[i]);
	json_write_close(&json);
	json_write_open(&json, "accounts", '[');
	ARRAY_FOREACH (match, matches)
		add_match_json(&json, match);
	json_write_close(&json);
	json_write_close(&json);
}

static void
add_table(struct session *session, const struct link_matches *matches, struct buffer *out)
{
	static const char *const head[] = { "LOGIN", "CONFIDENCE", "NEW KEY", "NEW LOGIN",
		"MATCHED", "NOTE" };
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = {
		.arena = session->arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (match, matches) {
		size_t i = 0;
		do {
			const struct link_candidate *candidate =
				match->candidates.count ? &match->candidates.items[i] : NULL;
			const char *const cells[] = { match->managed->login,
				link_confidence_name(match->confidence),
				candidate ? candidate->account->key : NULL,
				candidate ? candidate->account->username : NULL,
				candidate ? candidate->matched : NULL, match->note };
			for (size_t cell = 0; cell < ARRAY_LEN(cells); cell++)
				paint_cell(&table, cells[cell] ? cells[cell] : "");
		} while (++i < match->candidates.count);
	}
	paint_table(&paint, &table);
}

static void
add_summary(const struct link_matches *matches, struct buffer *out)
{
	size_t counts[LINK_CONFIDENCES];
	count(matches, counts);
	for (unsigned i = 0; i < LINK_CONFIDENCES; i++)
		buffer_printf(out, "%s%zu %s", i ? ", " : "", counts[i],
			link_confidence_name((enum link_confidence)i));
	buffer_add_text(out, ".\n");
}

static enum exit_code
show(struct linking *linking)
{
	struct session *session = linking->session;
	struct link_matches matches;
	AUTO_BUFFER struct buffer text = { 0 };
	if (!find(linking, &matches))
		return session->exit;
	output_diags(&session->output);
	if (session->output.json) {
		add_json(&matches, &linking->pair, &text);
	} else if (matches.count) {
		add_table(session, &matches, &text);
		if (!session->output.plain)
			add_summary(&matches, &text);
	} else if (!session->output.plain) {
		buffer_add_text(&text, "Every account is linked already.\n");
	}
	output_result(&session->output, &text);
	return EXIT_DONE;
}

/* ---- out ---- */

static enum exit_code
write_sheet(struct linking *linking)
{
	struct session *session = linking->session;
	const char *path = linking->options->export;
	AUTO_BUFFER struct buffer sheet = { 0 }, text = { 0 };
	struct link_matches matches;
	struct stat st;
	if (lstat(path, &st) == 0) {
		diag_error(&session->diags, at(path, 0), "exists already");
		diag_hint(&session->diags,
			"Link what was decided there (--import), or name another file.");
		return EXIT_FAILED;
	}
	if (!find(linking, &matches))
		return session->exit;
	link_sheet_write(&matches, &linking->pair, &sheet, session->arena);
	if (!file_create(path, buffer_bytes(&sheet), session->arena, &session->diags))
		return EXIT_FAILED;
	output_diags(&session->output);
	if (session->output.json) {
		add_json(&matches, &linking->pair, &text);
	} else {
		buffer_printf(&text, "%zu %s written to ", matches.count,
			matches.count == 1 ? "account is" : "accounts are");
		text_escape(&text, path, strlen(path));
		buffer_add_text(&text, ": ");
		add_summary(&matches, &text);
	}
	output_write(&session->output, &text);
	return EXIT_DONE;
}

/* ---- in ---- */

static void
tell_undecided(struct session *session, const char *path, size_t undecided)
{
	if (!undecided)
		return;
	diag_warning(&session->diags, at(path, 0),
		undecided == 1 ? "%zu account is undecided, and stays as it is"
			       : "%zu accounts are undecided, and stay as they are",
		undecided);
	diag_code(&session->diags, "undecided");
	diag_hint(&session->diags, "Write link or stay into the column 'decision'.");
}

static bool
make_plan(struct linking *linking, struct plan **ret_plan, struct plan_secrets *ret_secrets)
{
	struct session *session = linking->session;
	const char *path = linking->options->import;
	struct link_request request = { .old_scope = linking->pair.old_scope };
	struct bytes content;
	size_t undecided;
	if (!file_read(path, session->arena, &content, NULL, &session->diags) ||
		!link_sheet_read(content, path, &linking->pair, session->arena, &request,
			&undecided, &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	if (!read_new(linking) || !session_take_snapshot(session))
		return false;
	request.source = &linking->reading.intakes[0];
	if (!planner_make_link(session->config, &request, &session->snapshot,
		    linking->options->reason, session->arena, ret_plan, ret_secrets,
		    &session->diags))
		return session_fail(session, EXIT_BAD_DATA);
	tell_undecided(session, path, undecided);
	return true;
}

static enum exit_code
save(struct linking *linking)
{
	struct session *session = linking->session;
	struct plan_secrets secrets;
	struct plan *plan;
	session_warn_of_pending(session);
	if (!make_plan(linking, &plan, &secrets))
		return session->exit;
	planning_show(session, plan, &(struct planning_view){ .all = true });
	return saved_plan_write(session, linking->options->output, plan, &secrets) ? EXIT_DONE
										   : session->exit;
}

static enum exit_code
perform(struct linking *linking)
{
	struct session *session = linking->session;
	struct plan_secrets secrets;
	struct plan *plan;
	struct performing performing;
	session->output.streaming = true;
	if (!session_lock(session) || !make_plan(linking, &plan, &secrets))
		return session->exit;
	planning_show_working(session, plan, true);
	if (!plan_has_work(plan))
		return performing_nothing(session);
	if (!session_confirm(session, "Link these accounts?"))
		return session->exit;
	performing_begin(&performing, session, PERFORMING_APPLY, NULL, linking->options->reason);
	bool ok = run_apply(&session->state, plan, &secrets, &performing.options, session->arena,
		&performing.result, &session->diags);
	return performing_end(&performing, ok);
}

static enum exit_code
link_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct link_options *options = config;
	struct linking linking = {
		.session = session,
		.options = options,
		.old = operands->items[0],
		.new = operands->items[1],
		.pair = { managed_scope(operands->items[0], session->arena),
			managed_scope(operands->items[1], session->arena) },
	};
	bool changes = options->import && !options->output;
	if (!check_options(session, options) || !read_criteria(&linking) ||
		!session_open(session, changes ? HOST_READ_WRITE : HOST_READ_ONLY))
		return session->exit;
	if (options->import)
		return options->output ? save(&linking) : perform(&linking);
	return options->export ? write_sheet(&linking) : show(&linking);
}

const struct command command_link = {
	.name = "link",
	.arguments = "OLD NEW [--match BY] [--export FILE.csv | --import FILE.csv]",
	.summary = "Hand accounts of one source over to another, such as a directory",
	.details = "OLD is where accounts came from, as rehome status names it; NEW is a SOURCE, "
		   "and is read. Every account of OLD is looked for there by login, e-mail address "
		   "or uid. --export writes a row an account with who it would be and how sure "
		   "that is: certain ones say 'link' in the column 'decision', the others wait for "
		   "a person's word. --import links the rows that say 'link'. From then on NEW "
		   "says what the account is: changes, renames and leaving follow it, and OLD has "
		   "no more say. Nothing on the host changes, and a rollback gives the old origin "
		   "back.\n\n"
		   "E-mail addresses are OLD's, read once more, or its logins where they are such.",
	.records = "each candidate: login, confidence, new key, new login, what matched, note",
	.examples = "rehome link csv:staff.csv hr --match email --export link.csv\n"
		    "rehome link csv:staff.csv hr --import link.csv",
	.operands = "ORIGIN SOURCE",
	.options = link_options,
	.options_size = sizeof(struct link_options),
	.min_operands = 2,
	.max_operands = 2,
	.run = link_run,
};
