/*
 * link_sheet.c - see link_sheet.h.
 */
#include "cli/link_sheet.h"

#include <string.h>

#include "cli/sheet.h"
#include "core/base/text.h"

static const char LINK[] = "link", STAY[] = "stay";

/* ---- writing ---- */

const char *
link_sheet_proposal(enum link_confidence confidence)
{
	return confidence == LINK_CERTAIN ? LINK : confidence == LINK_NONE ? STAY : NULL;
}

static void
add_candidate(const struct link_match *match, const struct link_candidate *candidate,
	const struct link_pair *pair, struct buffer *out, struct arena *arena)
{
	static const struct account nobody;
	const struct account *person = candidate ? candidate->account : &nobody;
	const char *const cells[] = {
		match->managed->login,
		match->full_name,
		match->email,
		pair->old_scope,
		match->managed->key,
		pair->new_scope,
		person->key,
		person->username,
		person->full_name,
		person->email,
		candidate ? candidate->matched : NULL,
		link_confidence_name(match->confidence),
		match->note,
		"link = the account follows this person from now on; stay = it keeps its origin",
		link_sheet_proposal(match->confidence),
	};
	sheet_add_row(out, cells, ARRAY_LEN(cells), arena);
}

static void
add_match(const struct link_match *match, const struct link_pair *pair, struct buffer *out,
	struct arena *arena)
{
	if (!match->candidates.count)
		add_candidate(match, NULL, pair, out, arena);
	ARRAY_FOREACH (candidate, &match->candidates)
		add_candidate(match, candidate, pair, out, arena);
}

void
link_sheet_write(const struct link_matches *matches, const struct link_pair *pair,
	struct buffer *out, struct arena *arena)
{
	static const char *const head[] = { "login", "full_name", "email", "old_source", "old_key",
		"new_source", "new_key", "new_login", "new_name", "new_email", "matched",
		"confidence", "note", "choices", "decision" };
	static const enum link_confidence order[] = { LINK_AMBIGUOUS, LINK_LIKELY, LINK_NONE,
		LINK_CERTAIN };
	buffer_add_text(out, SHEET_BOM);
	sheet_add_row(out, head, ARRAY_LEN(head), arena);
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		ARRAY_FOREACH (match, matches) {
			if (match->confidence == order[i])
				add_match(match, pair, out, arena);
		}
	}
}

/* ---- reading ---- */

struct link_reading {
	const struct link_pair *pair;
	struct link_request *request;
	struct table undecided; /* logins of rows without a decision */
	struct table linked;	/* logins of rows that link */
	struct arena *arena;
	struct diags *diags;
};

/* A sheet of other sources would link the wrong people. */
static bool
check_source(struct link_reading *reading, const struct record_field *cell, const char *scope)
{
	const char *found = text_trimmed(reading->arena, cell->value);
	if (strcmp(found, text_escaped(reading->arena, scope)) == 0)
		return true;
	diag_error(reading->diags, cell->place, "the row is of source '%s', not of '%s'", found,
		scope);
	diag_code(reading->diags, "other-source");
	diag_hint(reading->diags, "Import the sheet that was exported for these two sources.");
	return false;
}

/* *ret_decision is NULL for an empty cell. */
static bool
read_decision(
	struct link_reading *reading, const struct record_field *cell, const char **ret_decision)
{
	struct string_list words = { 0 };
	const char *text = text_lower(reading->arena, text_trimmed(reading->arena, cell->value));
	*ret_decision = strcmp(text, LINK) == 0 ? LINK : strcmp(text, STAY) == 0 ? STAY : NULL;
	if (*ret_decision || !*text)
		return true;
	string_list_push(reading->arena, &words, LINK);
	string_list_push(reading->arena, &words, STAY);
	string_list_push(reading->arena, &words, NULL);
	diag_error(reading->diags, cell->place, "decision '%s' is neither link nor stay", text);
	diag_code(reading->diags, "unknown-decision");
	sheet_hint_near(
		reading->diags, text, &words, "Write one of the two, or leave the cell empty.");
	return false;
}

static const char *
cell_text(struct link_reading *reading, const struct record_field *cell)
{
	return text_trimmed(reading->arena, cell->value);
}

static void
take_row(void *ctx, const struct record *record)
{
	struct link_reading *reading = ctx;
	const struct record_field *login = sheet_cell(record, "login");
	const struct record_field *old_key = sheet_cell(record, "old_key");
	const struct record_field *new_key = sheet_cell(record, "new_key");
	const struct link_binding binding = {
		.login = cell_text(reading, login),
		.old_key = cell_text(reading, old_key),
		.new_key = cell_text(reading, new_key),
		.place = record->place,
		.login_place = login->place,
		.old_key_place = old_key->place,
		.new_key_place = new_key->place,
	};
	const char *decision;
	if (!read_decision(reading, sheet_cell(record, "decision"), &decision))
		return;
	if (!decision)
		table_set(&reading->undecided, binding.login, reading);
	if (decision != LINK)
		return;
	table_set(&reading->linked, binding.login, reading);
	if (check_source(reading, sheet_cell(record, "old_source"), reading->pair->old_scope) &&
		check_source(reading, sheet_cell(record, "new_source"), reading->pair->new_scope))
		ARRAY_PUSH(reading->arena, &reading->request->bindings, binding);
}

/* Of several candidates one is linked, and the other rows need no word. */
static size_t
count_undecided(const struct link_reading *reading)
{
	size_t count = 0;
	for (size_t i = 0; i < reading->undecided.room; i++) {
		const char *login = reading->undecided.slots[i].key;
		count += login && !table_get(&reading->linked, login);
	}
	return count;
}

bool
link_sheet_read(struct bytes content, const char *shown, const struct link_pair *pair,
	struct arena *arena, struct link_request *request, size_t *ret_undecided,
	struct diags *diags)
{
	static const char *const needed[] = { "login", "old_source", "old_key", "new_source",
		"new_key", "decision", NULL };
	static const struct sheet_shape shape = { needed, "rehome link --export" };
	struct link_reading reading = {
		.pair = pair,
		.request = request,
		.undecided = { .arena = arena },
		.linked = { .arena = arena },
		.arena = arena,
		.diags = diags,
	};
	if (!sheet_read(content, shown, &shape, take_row, &reading, arena, diags))
		return false;
	*ret_undecided = count_undecided(&reading);
	return true;
}
