/*
 * sheet.h - a CSV sheet that people fill in: written for spreadsheet programs, read back from
 * whatever they saved.
 *
 * Written cell by cell as the csv exporter does it, so no cell is taken for a formula, and read by
 * the csv importer: encodings, delimiters, quotes and rows of another length are its business.
 */
#ifndef REHOME_CLI_SHEET_H
#define REHOME_CLI_SHEET_H

#include <stdbool.h>

#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/model/record.h"

/* What a sheet begins with where a program is to take it for UTF-8. */
#define SHEET_BOM "\xef\xbb\xbf"

/* One row, ended by CRLF. NULL is an empty cell; values are escaped (text.h). */
void sheet_add_row(struct buffer *out, const char *const *cells, size_t count, struct arena *arena);

struct sheet_shape {
	const char *const *needed; /* columns that are read back; ends with NULL */
	const char *writer;	   /* who writes such a sheet: "rehome decide --export" */
};

/* Every row to the function. False, with errors, when the sheet is no such sheet, or when reading
 * it or the function appended one. */
NODISCARD bool sheet_read(struct bytes content, const char *shown, const struct sheet_shape *shape,
	void (*row)(void *ctx, const struct record *record), void *ctx, struct arena *arena,
	struct diags *diags);

/* The cell of a column, whatever its case; NULL when the row has none. */
const struct record_field *sheet_cell(const struct record *record, const char *column);

/* "Did you mean", of these words; where none is near, the other hint. */
void sheet_hint_near(
	struct diags *diags, const char *word, const struct string_list *words, const char *other);

#endif
