/*
 * paint.h - text for a terminal: escaped, in columns, with colours that are never needed.
 *
 * Whatever a stranger may have written goes through paint_text() or paint_column(), which escape
 * it; the literals of our own code may be added to the buffer as they are.
 */
#ifndef REHOME_CLI_PAINT_H
#define REHOME_CLI_PAINT_H

#include <stdbool.h>

#include "core/base/buffer.h"
#include "core/base/diag.h"

enum color {
	COLOR_PLAIN,
	COLOR_GREEN,
	COLOR_YELLOW,
	COLOR_RED,
	COLOR_CYAN,
	COLOR_BOLD,
	COLOR_DIM,
};

struct paint {
	struct buffer *out;
	bool color;
	bool ascii;	/* the terminal's locale has no UTF-8: other characters are escaped */
	bool plain;	/* records for grep and cut: cells with a tab between them, no head */
	unsigned width; /* columns of the terminal; 0 = none: lines are as long as they are */
};

/* Escaped. */
void paint_text(const struct paint *paint, const char *text);
void paint_colored(const struct paint *paint, enum color color, const char *text);

/* What paint_text() has made already, into another buffer. */
void paint_escaped(const struct paint *paint, enum color color, struct bytes escaped);

/* Escaped, then blanks up to `width` columns; at least one blank. */
void paint_column(const struct paint *paint, enum color color, const char *text, size_t width);

/* Columns of the text once it is escaped. */
size_t paint_width(const struct paint *paint, const char *text);

/* Breaks the lines behind the first `start` bytes of what was painted where the terminal ends
 * (wrap.h); a line goes on below with an indentation of `hang` columns. */
void paint_fit(const struct paint *paint, size_t start, size_t hang);

/* A record of --plain: the fields with a tab between them, NULL and "" as "-". */
void paint_record(const struct paint *paint, const char *const *fields, size_t count);

/* "file:line:col: " or nothing. */
void paint_place(const struct paint *paint, const struct place *place);

/* "file:line:col: error: message" and "  hint: ..." below it. */
void paint_diag(const struct paint *paint, const struct diag *diag);

/*
 * Something found about a user, an account or the host, below the line that names it:
 *
 *	      error    partners.csv:4:1: login belongs to uid 1012 (login-taken)
 *	      hint     Change the login column.
 *
 * place: the one already shown, which is not repeated; may be NULL. With code, the rule is named.
 */
void paint_finding(
	const struct paint *paint, const struct diag *diag, const struct place *place, bool code);
/* A line of that shape. A tab in text is a second column. */
void paint_labelled(
	const struct paint *paint, enum color color, const char *label, const char *text);

const char *paint_level_name(enum diag_level level);
enum color paint_level_color(enum diag_level level);

/*
 * Rows of cells whose columns are as wide as their widest cell, two blanks between them; the last
 * column is not padded. The first row is the head. On a terminal that is too narrow cells are
 * broken at blanks; where even that is too wide, columns are left out and named below, or each row
 * becomes a block of lines. With paint->plain each row is a record.
 */
struct paint_table {
	struct arena *arena;
	size_t columns;
	struct string_list cells; /* row by row */
	enum color head;
	bool headless; /* the first row is one like the others */
	/* Heads of columns that are left out, in this order, before a table becomes blocks; ends
	 * with NULL. NULL = none. */
	const char *const *spare;
};
void paint_cell(struct paint_table *table, const char *text); /* NULL = "-" */
void paint_table(const struct paint *paint, const struct paint_table *table);

#endif
