/*
 * decision_sheet.h - the cases of a plan as a spreadsheet, and what people chose in it.
 *
 * One row a case: source, login, case, question, detail, choices, default, choice, where. Only
 * source, login, case and choice are read back; the rest is for whoever decides. Logins are
 * escaped, so that one of any bytes can be shown and found again.
 */
#ifndef REHOME_CLI_DECISION_SHEET_H
#define REHOME_CLI_DECISION_SHEET_H

#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/plan/plan.h"

/* UTF-8 with BOM and CRLF, undecided cases first. No cell is taken for a formula. */
void decision_sheet_write(const struct plan *plan, struct buffer *out, struct arena *arena);
/* The columns that are read back, of all that was decided. */
void decision_sheet_write_book(
	const struct decision_book *book, struct buffer *out, struct arena *arena);

/* A row that was read: the choice of an empty cell is NULL. */
struct decision_row {
	const char *source, *login;
	enum decision_case kind;
	const char *choice;
	struct place place;
};
struct decision_rows {
	struct decision_row *items;
	size_t count, room;
};

/*
 * A CSV sheet in whatever form a spreadsheet program saves it. Every fault is an error with line
 * and column; false when there was one. Two rows that decide one case differently are one.
 */
NODISCARD bool decision_sheet_read(struct bytes content, const char *shown, struct arena *arena,
	struct decision_rows *ret_rows, struct diags *diags);

#endif
