/*
 * paint_table.c - rows and columns; see paint.h.
 *
 * A table gets as wide as it is. Where the terminal ends before, the widest columns give way as far
 * as their longest words let them; after that rows become blocks.
 */
#include <string.h>

#include "cli/paint.h"
#include "cli/wrap.h"
#include "core/base/text.h"

enum { GAP = 2 };

void
paint_cell(struct paint_table *table, const char *text)
{
	string_list_push(table->arena, &table->cells, text && *text ? text : "-");
}

/* ---- how wide ---- */

static size_t
word_width(const struct paint *paint, const char *text, struct arena *arena)
{
	size_t width = 0;
	while (*text) {
		size_t size = strcspn(text, " ");
		size_t word = paint_width(paint, arena_strndup(arena, text, size));
		width = word > width ? word : width;
		text += size + strspn(text + size, " ");
	}
	return width;
}

/* The widest cell of each column, or the widest word of its cells. */
static size_t *
column_widths(const struct paint *paint, const struct paint_table *table, bool of_words)
{
	AUTO_ARENA struct arena scratch = { 0 };
	size_t *widths = arena_alloc(table->arena, table->columns * sizeof(*widths));
	memset(widths, 0, table->columns * sizeof(*widths));
	for (size_t i = 0; i < table->cells.count; i++) {
		const char *cell = table->cells.items[i];
		size_t *widest = &widths[i % table->columns];
		size_t width =
			of_words ? word_width(paint, cell, &scratch) : paint_width(paint, cell);
		*widest = width > *widest ? width : *widest;
	}
	return widths;
}

static size_t
sum(const size_t *widths, size_t columns)
{
	size_t total = (columns - 1) * GAP;
	for (size_t i = 0; i < columns; i++)
		total += widths[i];
	return total;
}

/* Makes the widest columns narrower until the table fits. False when their words are too long. */
static bool
shrink(size_t *widths, const size_t *least, size_t columns, size_t width)
{
	size_t total = sum(widths, columns);
	if (sum(least, columns) > width)
		return false;
	while (total > width) {
		size_t widest = columns;
		for (size_t i = 0; i < columns; i++) {
			if (widths[i] > least[i] &&
				(widest == columns || widths[i] > widths[widest]))
				widest = i;
		}
		widths[widest]--;
		total--;
	}
	return true;
}

/* ---- in columns ---- */

static enum color
color_of_row(const struct paint_table *table, size_t row)
{
	return row == 0 && !table->headless ? table->head : COLOR_PLAIN;
}

static void
add_row(const struct paint *paint, const struct paint_table *table, size_t row,
	const size_t *widths)
{
	const char *const *cells = &table->cells.items[row * table->columns];
	for (size_t i = 0; i + 1 < table->columns; i++)
		paint_column(paint, color_of_row(table, row), cells[i], widths[i] + GAP);
	paint_colored(paint, color_of_row(table, row), cells[table->columns - 1]);
	buffer_add_char(paint->out, '\n');
}

/* One line of the cells that are left, taken off them. */
static void
add_line_of_row(const struct paint *paint, enum color color, struct bytes *cells, size_t columns,
	const size_t *widths)
{
	size_t owed = 0; /* blanks up to the column, which no line ends with */
	for (size_t i = 0; i < columns; i++) {
		AUTO_BUFFER struct buffer text = { 0 };
		struct bytes line = { "", 0 };
		bytes_take_line(&cells[i], &line);
		buffer_add(&text, line.data, line.size);
		for (; line.size && owed; owed--)
			buffer_add_char(paint->out, ' ');
		paint_escaped(paint, color, line);
		owed += widths[i] + GAP - text_width(buffer_text(&text));
	}
	buffer_add_char(paint->out, '\n');
}

/* Each cell on as many lines as it needs. */
static void
add_broken_row(const struct paint *paint, const struct paint_table *table, size_t row,
	const size_t *widths)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct bytes *cells = arena_alloc(&scratch, table->columns * sizeof(*cells));
	bool more = true;
	for (size_t i = 0; i < table->columns; i++) {
		AUTO_BUFFER struct buffer text = { 0 };
		const struct paint inner = { &text, .ascii = paint->ascii };
		paint_text(&inner, table->cells.items[row * table->columns + i]);
		wrap_tail(&text, 0, 0, (unsigned)widths[i]);
		cells[i] = (struct bytes){ arena_strdup(&scratch, buffer_text(&text)), text.size };
	}
	while (more) {
		add_line_of_row(paint, color_of_row(table, row), cells, table->columns, widths);
		more = false;
		for (size_t i = 0; i < table->columns; i++)
			more = more || cells[i].size;
	}
}

/* ---- in blocks, in records ---- */

/* One line a cell, behind the head of its column; cells without content are left out. */
static void
add_block(const struct paint *paint, const struct paint_table *table, size_t row, size_t label)
{
	for (size_t i = 0; i < table->columns; i++) {
		size_t start = paint->out->size;
		const char *cell = table->cells.items[row * table->columns + i];
		if (strcmp(cell, "-") == 0)
			continue;
		if (!table->headless)
			paint_column(paint, table->head, table->cells.items[i], label);
		paint_text(paint, cell);
		buffer_add_char(paint->out, '\n');
		paint_fit(paint, start, table->headless ? GAP : label);
	}
}

static void
add_blocks(const struct paint *paint, const struct paint_table *table, size_t rows)
{
	size_t label = 0;
	for (size_t i = 0; i < table->columns; i++) {
		size_t head = paint_width(paint, table->cells.items[i]) + GAP;
		label = head > label ? head : label;
	}
	size_t first = table->headless ? 0 : 1;
	for (size_t row = first; row < rows; row++) {
		if (row > first)
			buffer_add_char(paint->out, '\n');
		add_block(paint, table, row, label);
	}
}

static void
add_records(const struct paint *paint, const struct paint_table *table, size_t rows)
{
	for (size_t row = table->headless ? 0 : 1; row < rows; row++)
		paint_record(paint, &table->cells.items[row * table->columns], table->columns);
}

/* ---- what fits ---- */

/* False when it does not fit, even with broken cells. */
static bool
lay_out(const struct paint *paint, const struct paint_table *table, size_t **ret_widths,
	bool *ret_broken)
{
	*ret_widths = column_widths(paint, table, false);
	*ret_broken = paint->width && sum(*ret_widths, table->columns) > paint->width;
	return !*ret_broken ||
		shrink(*ret_widths, column_widths(paint, table, true), table->columns,
			paint->width);
}

static void
leave_out(struct paint_table *table, const char *head)
{
	struct string_list cells = { 0 };
	size_t column = 0;
	while (strcmp(table->cells.items[column], head) != 0)
		column++;
	for (size_t i = 0; i < table->cells.count; i++) {
		if (i % table->columns != column)
			string_list_push(table->arena, &cells, table->cells.items[i]);
	}
	table->cells = cells;
	table->columns--;
}

static void
name_left_out(const struct paint *paint, const char *const *spare, size_t count)
{
	size_t start = paint->out->size;
	buffer_add_text(paint->out, "Left out, since the terminal is narrow: ");
	for (size_t i = 0; i < count; i++)
		buffer_printf(paint->out, "%s%s", i ? ", " : "", spare[i]);
	buffer_add_text(paint->out, ".\n");
	paint_fit(paint, start, GAP);
}

void
paint_table(const struct paint *paint, const struct paint_table *table)
{
	struct paint_table fitting = *table;
	size_t rows = table->cells.count / table->columns, left_out = 0, *widths;
	bool broken;
	if (paint->plain) {
		add_records(paint, table, rows);
		return;
	}
	while (!lay_out(paint, &fitting, &widths, &broken)) {
		if (!table->spare || !table->spare[left_out]) {
			add_blocks(paint, table, rows);
			return;
		}
		leave_out(&fitting, table->spare[left_out++]);
	}
	for (size_t row = 0; row < rows; row++) {
		if (broken)
			add_broken_row(paint, &fitting, row, widths);
		else
			add_row(paint, &fitting, row, widths);
	}
	if (left_out)
		name_left_out(paint, table->spare, left_out);
}
