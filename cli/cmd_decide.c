/*
 * cmd_decide.c - `rehome decide`: the cases of a plan go out as a spreadsheet, and come back
 * decided.
 *
 * A plan is never changed by it: decisions are kept by source and login, and the next plan has
 * them.
 */
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "cli/decision_sheet.h"
#include "cli/decision_store.h"
#include "cli/file.h"
#include "cli/paint.h"
#include "cli/saved_plan.h"
#include "cli/session.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"

struct decide_options {
	const char *export, *import;
	bool list;
};

static const struct option_spec decide_options[] = {
	{ .name = "export",
		.type = OPTION_TEXT,
		.offset = offsetof(struct decide_options, export),
		.argument = "FILE.csv",
		.help = "write the cases to FILE, one a row, with the choices that there are" },
	{ .name = "import",
		.type = OPTION_TEXT,
		.offset = offsetof(struct decide_options, import),
		.argument = "FILE.csv",
		.help = "keep what was chosen in such a file, for this plan's sources" },
	{ .name = "list",
		.type = OPTION_FLAG,
		.offset = offsetof(struct decide_options, list),
		.help = "show the cases; this is done without an option, too" },
	{ .name = NULL },
};

/* ---- showing ---- */

static const char *
kept_choice(const struct decision_book *book, const struct change *change,
	const struct decision *decision)
{
	return decision_book_get(
		book, change->source, text_escaped(book->arena, change->key), decision->kind);
}

/* What the plan at hand has; or what was chosen since, which only the next plan has. */
static const char *
state_word(const struct decision *decision, const char *kept, struct arena *arena)
{
	if (kept && (!decision->decided || strcmp(kept, decision->choice) != 0))
		return arena_printf(arena, "%s (next plan)", kept);
	if (!decision->choice)
		return "undecided";
	return decision->decided ? decision->choice
				 : arena_printf(arena, "%s (default)", decision->choice);
}

static void
add_json(struct json_writer *json, const struct plan *plan, const struct decision_book *book)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "plan", plan->id);
	json_write_open(json, "decisions", '[');
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions) {
			json_write_open(json, NULL, '{');
			json_write_text(json, "source", (*change)->source);
			json_write_text(json, "login", (*change)->key);
			json_write_text(json, "case", decision_kinds[decision->kind].code);
			json_write_text(json, "choice", decision->choice);
			json_write_flag(json, "decided", decision->decided);
			json_write_text(json, "kept", kept_choice(book, *change, decision));
			json_write_text(json, "detail", decision->detail);
			json_write_close(json);
		}
	}
	json_write_close(json);
	json_write_close(json);
}

static size_t
add_table(struct session *session, const struct plan *plan, const struct decision_book *book,
	struct buffer *out)
{
	static const char *const head[] = { "LOGIN", "CASE", "CHOICE", "DETAIL" };
	struct paint paint = output_paint(&session->output, out);
	struct paint_table table = {
		.arena = session->arena, .columns = ARRAY_LEN(head), .head = COLOR_BOLD
	};
	size_t count = 0;
	for (size_t i = 0; i < ARRAY_LEN(head); i++)
		paint_cell(&table, head[i]);
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions) {
			paint_cell(&table, (*change)->key);
			paint_cell(&table, decision_kinds[decision->kind].code);
			paint_cell(&table,
				state_word(decision, kept_choice(book, *change, decision),
					session->arena));
			paint_cell(&table, decision->detail);
			count++;
		}
	}
	if (count)
		paint_table(&paint, &table);
	return count;
}

static enum exit_code
show(struct session *session, const struct plan *plan)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct json_writer json = { .out = &text };
	struct decision_book book;
	if (!decision_store_load(session, &book))
		return session->exit;
	output_diags(&session->output);
	if (session->output.json)
		add_json(&json, plan, &book);
	else if (!add_table(session, plan, &book, &text))
		buffer_add_text(
			&text, session->output.plain ? "" : "There is nothing to decide.\n");
	output_result(&session->output, &text);
	return EXIT_DONE;
}

/* ---- out ---- */

static size_t
count_cases(const struct plan *plan, size_t *ret_open)
{
	size_t count = 0;
	*ret_open = 0;
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions) {
			count++;
			*ret_open += !decision->choice;
		}
	}
	return count;
}

/* Somebody may have filled it in already. */
static enum exit_code
write_sheet(struct session *session, const char *path, const struct plan *plan)
{
	AUTO_BUFFER struct buffer sheet = { 0 }, text = { 0 };
	struct stat st;
	size_t open, count = count_cases(plan, &open);
	if (lstat(path, &st) == 0) {
		diag_error(&session->diags, at(path, 0), "exists already");
		diag_hint(&session->diags,
			"Take in what was chosen there (--import), or name another file.");
		return EXIT_FAILED;
	}
	decision_sheet_write(plan, &sheet, session->arena);
	if (!file_create(path, buffer_bytes(&sheet), session->arena, &session->diags))
		return EXIT_FAILED;
	if (session->output.json)
		return show(session, plan);
	buffer_printf(&text, "%zu %s written to ", count, count == 1 ? "case is" : "cases are");
	text_escape(&text, path, strlen(path));
	buffer_printf(&text, ", %zu of them undecided.\n", open);
	output_write(&session->output, &text);
	return EXIT_DONE;
}

/* ---- in ---- */

struct taking {
	struct session *session;
	struct decision_book book;
	struct table met; /* the plan's cases */
	size_t kept, changed, taken_back, unmet;
};

static const char *
case_key(struct arena *arena, const char *source, const char *login, enum decision_case kind)
{
	return arena_printf(arena, "%s\x1f%s\x1f%s", decision_kinds[kind].code, source, login);
}

static void
index_cases(struct taking *taking, const struct plan *plan)
{
	struct arena *arena = taking->session->arena;
	taking->met.arena = arena;
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions)
			table_set(&taking->met,
				case_key(arena, (*change)->source,
					text_escaped(arena, (*change)->key), decision->kind),
				decision);
	}
}

static void
take_row(struct taking *taking, const struct decision_row *row)
{
	struct session *session = taking->session;
	const char *before = decision_book_get(&taking->book, row->source, row->login, row->kind);
	if (!table_get(
		    &taking->met, case_key(session->arena, row->source, row->login, row->kind))) {
		diag_note(&session->diags, row->place, "'%s' has no case %s in this plan%s",
			row->login, decision_kinds[row->kind].code,
			row->choice ? "; the choice is kept" : "");
		diag_code(&session->diags, "no-such-case");
		taking->unmet += row->choice != NULL;
	}
	if (row->choice)
		taking->kept++;
	if (row->choice && (!before || strcmp(before, row->choice) != 0))
		taking->changed++;
	if (!row->choice && before)
		taking->taken_back++;
	decision_book_set(&taking->book, row->source, row->login, row->kind, row->choice);
}

static void
say_taken(const struct taking *taking)
{
	struct session *session = taking->session;
	AUTO_BUFFER struct buffer text = { 0 };
	struct json_writer json = { .out = &text };
	output_diags(&session->output);
	if (session->output.json) {
		json_write_open(&json, NULL, '{');
		json_write_number(&json, "kept", (long long)taking->kept);
		json_write_number(&json, "changed", (long long)taking->changed);
		json_write_number(&json, "taken_back", (long long)taking->taken_back);
		json_write_number(&json, "not_in_plan", (long long)taking->unmet);
		json_write_close(&json);
	} else {
		buffer_printf(&text, "%zu %s kept, %zu of them new", taking->kept,
			taking->kept == 1 ? "decision is" : "decisions are", taking->changed);
		if (taking->taken_back)
			buffer_printf(&text, "; %zu taken back", taking->taken_back);
		buffer_add_text(&text, ". The next plan has them.\n");
		if (taking->unmet)
			buffer_printf(&text, "%zu %s of no case in this plan; -v names them.\n",
				taking->unmet, taking->unmet == 1 ? "row is" : "rows are");
	}
	output_write(&session->output, &text);
}

static enum exit_code
read_sheet(struct session *session, const char *path, const struct plan *plan)
{
	struct taking taking = { .session = session };
	struct decision_rows rows;
	struct bytes content;
	if (!file_read(path, session->arena, &content, NULL, &session->diags) ||
		!decision_sheet_read(content, path, session->arena, &rows, &session->diags))
		return EXIT_BAD_DATA;
	if (!session_lock(session) || !decision_store_load(session, &taking.book))
		return session->exit;
	index_cases(&taking, plan);
	ARRAY_FOREACH (row, &rows)
		take_row(&taking, row);
	if (!decision_store_save(session, &taking.book))
		return session->exit;
	say_taken(&taking);
	return EXIT_DONE;
}

/* ---- the command ---- */

static bool
check_options(struct session *session, const struct decide_options *options)
{
	int asked = (options->export != NULL) + (options->import != NULL) + options->list;
	if (asked <= 1)
		return true;
	diag_error(&session->diags, NOWHERE, "decide takes one of --export, --import and --list");
	diag_code(&session->diags, "usage");
	diag_hint(&session->diags, "Do one after the other.");
	return session_fail(session, EXIT_USAGE);
}

static enum exit_code
decide_run(struct session *session, const void *config, const struct string_list *operands)
{
	const struct decide_options *options = config;
	struct plan *plan;
	if (!check_options(session, options) ||
		!session_open(session, options->import ? HOST_READ_WRITE : HOST_READ_ONLY) ||
		!saved_plan_show(session, operands->items[0], &plan, NULL))
		return session->exit;
	if (options->export)
		return write_sheet(session, options->export, plan);
	if (options->import)
		return read_sheet(session, options->import, plan);
	return show(session, plan);
}

const struct command command_decide = {
	.name = "decide",
	.arguments = "PLAN [--export FILE.csv | --import FILE.csv]",
	.summary = "Decide what a plan cannot: cases out as a spreadsheet, and back",
	.details = "PLAN is a file of plan -o. Logins of an old server can be cases that only a "
		   "person decides: a shared directory, a password that nothing here verifies, a "
		   "name that no account may have. Each is a row with its choices; whoever decides "
		   "writes one of them into the column 'choice'. An empty cell leaves the default, "
		   "where there is one, or takes an earlier choice back.\n\n"
		   "What was chosen is kept in the state directory by source and login, and is in "
		   "every plan from then on; the plan at hand does not change.",
	.records = "each case: login, case, choice, detail",
	.examples =
		"rehome decide move.json --export cases.csv\n"
		"rehome decide move.json --import cases.csv  # with the column choice filled in",
	.operands = "PLAN",
	.options = decide_options,
	.options_size = sizeof(struct decide_options),
	.min_operands = 1,
	.max_operands = 1,
	.run = decide_run,
};
