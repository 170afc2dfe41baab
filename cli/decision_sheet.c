/*
 * decision_sheet.c - cases as rows of a CSV sheet; see decision_sheet.h.
 */
#include "cli/decision_sheet.h"

#include <string.h>

#include "cli/sheet.h"
#include "core/base/text.h"
#include "exporters/cell.h"

/* ---- writing ---- */

/* "jail = the directory in which it landed; leave = do not import it" */
static const char *
choices_text(const struct decision *decision, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (const struct decision_choice *choice = decision_kinds[decision->kind].choices;
		choice->word; choice++) {
		if (decision_offers(decision, choice->word))
			buffer_printf(&text, "%s%s = %s", text.size ? "; " : "", choice->word,
				choice->meaning);
	}
	return arena_strdup(arena, buffer_text(&text));
}

/* Those that are decided, by a person or a default, or those that are not. */
static void
add_cases(const struct plan *plan, bool has_choice, struct buffer *out, struct arena *arena)
{
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (decision, &(*change)->decisions) {
			const struct decision_kind *kind = &decision_kinds[decision->kind];
			const char *const cells[] = { (*change)->source, (*change)->key, kind->code,
				kind->question, decision->detail, choices_text(decision, arena),
				decision->initial, decision->decided ? decision->choice : NULL,
				diag_place_text(decision->place, NULL, arena) };
			if (has_choice == (decision->choice != NULL))
				sheet_add_row(out, cells, ARRAY_LEN(cells), arena);
		}
	}
}

void
decision_sheet_write(const struct plan *plan, struct buffer *out, struct arena *arena)
{
	static const char *const head[] = { "source", "login", "case", "question", "detail",
		"choices", "default", "choice", "where" };
	buffer_add_text(out, SHEET_BOM);
	sheet_add_row(out, head, ARRAY_LEN(head), arena);
	add_cases(plan, false, out, arena);
	add_cases(plan, true, out, arena);
}

/* The logins of a book are escaped already, and escaping them again would change them. */
void
decision_sheet_write_book(const struct decision_book *book, struct buffer *out, struct arena *arena)
{
	static const char *const head[] = { "source", "login", "case", "choice" };
	sheet_add_row(out, head, ARRAY_LEN(head), arena);
	ARRAY_FOREACH (entry, &book->entries) {
		if (!entry->choice)
			continue;
		cell_add(out, entry->source, ',');
		buffer_add_char(out, ',');
		cell_add(out, entry->login, ',');
		buffer_printf(out, ",%s,%s\r\n", decision_kinds[entry->kind].code, entry->choice);
	}
}

/* ---- reading ---- */

struct decision_reading {
	struct decision_rows *rows;
	struct table seen; /* source, login and case -> index of the row + 1 */
	struct arena *arena;
	struct diags *diags;
};

static bool
read_case(struct decision_reading *reading, const struct record_field *field,
	enum decision_case *ret_kind)
{
	struct string_list codes = { 0 };
	*ret_kind = decision_case_parse(field->value);
	if (*ret_kind < DECISION_CASES)
		return true;
	for (unsigned kind = 0; kind < DECISION_CASES; kind++)
		string_list_push(reading->arena, &codes, decision_kinds[kind].code);
	string_list_push(reading->arena, &codes, NULL);
	diag_error(reading->diags, field->place, "case '%s' is unknown", field->value);
	diag_code(reading->diags, "unknown-case");
	sheet_hint_near(reading->diags, field->value, &codes,
		"Keep the column as rehome decide --export wrote it.");
	return false;
}

static bool
read_choice(struct decision_reading *reading, const struct record_field *field,
	enum decision_case kind, const char **ret_choice)
{
	struct string_list words = { 0 };
	const char *text = text_trimmed(reading->arena, field->value);
	*ret_choice = *text ? decision_word(kind, text_lower(reading->arena, text)) : NULL;
	if (*ret_choice || !*text)
		return true;
	for (const struct decision_choice *choice = decision_kinds[kind].choices; choice->word;
		choice++)
		string_list_push(reading->arena, &words, choice->word);
	string_list_push(reading->arena, &words, NULL);
	diag_error(reading->diags, field->place, "choice '%s' is none of %s", text,
		decision_words(kind, reading->arena));
	diag_code(reading->diags, "unknown-choice");
	sheet_hint_near(
		reading->diags, text, &words, "Write one of these words, or leave the cell empty.");
	return false;
}

static bool
is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* True when it is the first row of its case. */
static bool
check_twin(struct decision_reading *reading, const struct decision_row *row)
{
	const char *key = arena_printf(reading->arena, "%s\x1f%s\x1f%s",
		decision_kinds[row->kind].code, row->source, row->login);
	uintptr_t number = (uintptr_t)table_get(&reading->seen, key);
	if (!number) {
		table_set(&reading->seen, key, (void *)(uintptr_t)(reading->rows->count + 1));
		return true;
	}
	const struct decision_row *first = &reading->rows->items[number - 1];
	if (is_same(first->choice, row->choice))
		return false;
	diag_error(reading->diags, row->place, "line %u decides this case in another way",
		first->place.line);
	diag_code(reading->diags, "decided-twice");
	diag_hint(reading->diags, "Keep one of the two rows.");
	return false;
}

static void
take_row(void *ctx, const struct record *record)
{
	struct decision_reading *reading = ctx;
	const struct record_field *choice = sheet_cell(record, "choice");
	struct decision_row row = {
		.source = sheet_cell(record, "source")->value,
		.login = sheet_cell(record, "login")->value,
		.place = record->place,
	};
	if (read_case(reading, sheet_cell(record, "case"), &row.kind) &&
		read_choice(reading, choice, row.kind, &row.choice) && check_twin(reading, &row))
		ARRAY_PUSH(reading->arena, reading->rows, row);
}

bool
decision_sheet_read(struct bytes content, const char *shown, struct arena *arena,
	struct decision_rows *ret_rows, struct diags *diags)
{
	static const char *const needed[] = { "source", "login", "case", "choice", NULL };
	static const struct sheet_shape shape = { needed, "rehome decide --export" };
	struct decision_reading reading = {
		.rows = ret_rows, .seen = { .arena = arena }, .arena = arena, .diags = diags
	};
	*ret_rows = (struct decision_rows){ 0 };
	return sheet_read(content, shown, &shape, take_row, &reading, arena, diags);
}
