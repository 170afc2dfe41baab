/*
 * wrap.h - text within the columns of a terminal.
 *
 * Lines are broken at blanks only. A word that is wider than a line stays whole, so that a path or
 * a command can still be copied; nothing is ever cut off. Colours in the text take no columns.
 */
#ifndef REHOME_CLI_WRAP_H
#define REHOME_CLI_WRAP_H

#include "core/base/buffer.h"

/* How many columns a line takes. */
size_t wrap_columns(struct bytes line);

/*
 * Breaks the lines that stand in out from `start` on so that none is wider than `width` columns; 0
 * changes nothing. What follows a break is indented by `hang` columns, or by a few where so much
 * would leave no room.
 */
void wrap_tail(struct buffer *out, size_t start, size_t hang, unsigned width);

/*
 * The same for a page of help, whose lines are made for 80 columns: paragraphs are filled again,
 * and what stands in a second column stays there while it has room.
 */
void wrap_page(const char *text, unsigned width, struct buffer *out);

#endif
