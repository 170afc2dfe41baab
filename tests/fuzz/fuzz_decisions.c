/*
 * fuzz_decisions.c - a sheet of decisions as anybody may hand it back.
 *
 * What must hold: it is refused with an error or gives rows with words of their own case; and a
 * book made of them is written and read back as the same book.
 */
#include "cli/decision_sheet.h"
#include "tests/fuzz/must.h"

static void
check_row(const struct decision_row *row)
{
	MUST(row->kind < DECISION_CASES);
	MUST(!row->choice || decision_word(row->kind, row->choice) == row->choice);
}

static void
check_book(const struct decision_book *book, struct arena *arena)
{
	AUTO_BUFFER struct buffer first = { 0 }, second = { 0 };
	struct diags diags = { .arena = arena };
	struct decision_rows rows;
	struct decision_book again;
	decision_sheet_write_book(book, &first, arena);
	MUST(decision_sheet_read(buffer_bytes(&first), "again", arena, &rows, &diags));
	decision_book_init(&again, arena);
	ARRAY_FOREACH (row, &rows)
		decision_book_set(&again, row->source, row->login, row->kind, row->choice);
	decision_sheet_write_book(&again, &second, arena);
	MUST(strcmp(buffer_text(&first), buffer_text(&second)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct decision_rows rows;
	struct decision_book book;
	struct bytes content = { size ? arena_copy(&arena, data, size) : NULL, size };
	bool good = decision_sheet_read(content, "sheet", &arena, &rows, &diags);
	must_be_told(good, &diags);
	if (!good)
		return 0;
	decision_book_init(&book, &arena);
	ARRAY_FOREACH (row, &rows) {
		check_row(row);
		decision_book_set(&book, row->source, row->login, row->kind, row->choice);
		const char *kept = decision_book_get(&book, row->source, row->login, row->kind);
		MUST(kept == row->choice);
	}
	check_book(&book, &arena);
	return 0;
}
