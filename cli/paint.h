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
};

/* Escaped. */
void paint_text(const struct paint *paint, const char *text);
void paint_colored(const struct paint *paint, enum color color, const char *text);

/* Escaped, then blanks up to `width` columns; at least one blank. */
void paint_column(const struct paint *paint, enum color color, const char *text, size_t width);

/* Columns of the text once it is escaped. */
size_t paint_width(const char *text);

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
 * column is not padded. The first row is the head.
 */
struct paint_table {
	struct arena *arena;
	size_t columns;
	struct string_list cells; /* row by row */
	enum color head;
};
void paint_cell(struct paint_table *table, const char *text); /* NULL = "-" */
void paint_table(const struct paint *paint, const struct paint_table *table);

#endif
