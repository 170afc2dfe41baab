/*
 * sheet.h - the rows of a CSV text, each cell with the place where it stands.
 *
 * libcsv does the parsing. It knows neither lines nor columns, and a cell may hold line breaks, so
 * rows and lines differ: this reader feeds it from one cell's end to the next and counts itself.
 *
 * What is wrong with the text as CSV (quotes, control characters) is reported here, at its place;
 * what the cells mean is for the caller. Empty lines are not rows.
 */
#ifndef REHOME_IMPORTERS_SHEET_H
#define REHOME_IMPORTERS_SHEET_H

#include <csv.h>

#include "core/model/importer.h"

struct sheet_cell {
	const char *text; /* NUL-terminated, in the arena; unquoted text without outer blanks */
	unsigned line, column; /* of its first character, or of its opening quote */
};

struct sheet_row {
	struct sheet_cell *items;
	size_t count, room;
	/* An error was appended. The cells are what could be read; the last one may hold the raw
	 * rest of the line. */
	bool broken;
};

struct sheet_format {
	char delimiter;
	char quote;
	const char *shown;   /* how places name the file */
	unsigned first_line; /* the number of the text's first line, from 1 */
};

struct sheet {
	struct sheet_format format;
	struct arena *arena;
	struct diags *diags;
	struct bytes text; /* UTF-8; outlives the sheet */
	/* The text ended inside quotes, so nobody can say which rows it holds. Reported. */
	bool cut_off;

	/* The rest belongs to sheet.c. */
	struct csv_parser parser;
	size_t at; /* offset of the next byte to be fed */
	unsigned line, column;
	bool in_cell; /* cell and cell_at are those of a cell that has begun */
	size_t cell_at;
	struct sheet_cell cell;
	struct sheet_row row;
	bool row_ended;
};

void sheet_init(struct sheet *sheet, const struct sheet_format *format, struct bytes text,
	struct arena *arena, struct diags *diags);
void sheet_finish(struct sheet *sheet);

/*
 * The next row; false when there is none. The row's array is valid until the next call, the texts
 * as long as the arena.
 */
bool sheet_next(struct sheet *sheet, const struct sheet_row **ret_row);

#endif
