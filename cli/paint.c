/*
 * paint.c - escaping, aligning and colouring in one place; see paint.h.
 */
#include "cli/paint.h"

#include <string.h>

#include "core/base/text.h"

static const char *const sequences[] = {
	[COLOR_PLAIN] = "",
	[COLOR_GREEN] = "\033[32m",
	[COLOR_YELLOW] = "\033[33m",
	[COLOR_RED] = "\033[31m",
	[COLOR_CYAN] = "\033[36m",
	[COLOR_BOLD] = "\033[1m",
	[COLOR_DIM] = "\033[2m",
};

void
paint_text(const struct paint *paint, const char *text)
{
	text_escape(paint->out, text, strlen(text));
}

void
paint_colored(const struct paint *paint, enum color color, const char *text)
{
	bool colored = paint->color && color != COLOR_PLAIN;
	if (colored)
		buffer_add_text(paint->out, sequences[color]);
	paint_text(paint, text);
	if (colored)
		buffer_add_text(paint->out, "\033[0m");
}

size_t
paint_width(const char *text)
{
	AUTO_BUFFER struct buffer escaped = { 0 };
	text_escape(&escaped, text, strlen(text));
	return text_width(buffer_text(&escaped));
}

static void
add_blanks(struct buffer *out, size_t count)
{
	while (count--)
		buffer_add_char(out, ' ');
}

void
paint_column(const struct paint *paint, enum color color, const char *text, size_t width)
{
	size_t used = paint_width(text);
	paint_colored(paint, color, text);
	add_blanks(paint->out, used < width ? width - used : 1);
}

/* ---- diagnostics ---- */

const char *
paint_level_name(enum diag_level level)
{
	static const char *const names[] = {
		[DIAG_NOTE] = "note",
		[DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "error",
	};
	return names[level];
}

enum color
paint_level_color(enum diag_level level)
{
	static const enum color colors[] = {
		[DIAG_NOTE] = COLOR_CYAN,
		[DIAG_WARNING] = COLOR_YELLOW,
		[DIAG_ERROR] = COLOR_RED,
	};
	return colors[level];
}

void
paint_place(const struct paint *paint, const struct place *place)
{
	if (!place->file)
		return;
	paint_text(paint, place->file);
	if (place->line)
		buffer_printf(paint->out, ":%u", place->line);
	if (place->line && place->column)
		buffer_printf(paint->out, ":%u", place->column);
	buffer_add_text(paint->out, ": ");
}

/* "column 'end_date': ", unless the message says so itself. */
static void
add_field(const struct paint *paint, const struct diag *diag)
{
	const struct place *place = &diag->place;
	if (!place->kind || !place->field || !*place->field || diag_names_field(diag))
		return;
	buffer_printf(paint->out, "%s '", place->kind);
	paint_text(paint, place->field);
	buffer_add_text(paint->out, "': ");
}

void
paint_diag(const struct paint *paint, const struct diag *diag)
{
	if (diag->place.file)
		paint_place(paint, &diag->place);
	else
		buffer_add_text(paint->out, "rehome: ");
	paint_colored(paint, paint_level_color(diag->level), paint_level_name(diag->level));
	buffer_add_text(paint->out, ": ");
	if (diag->user && !strstr(diag->message, diag->user)) {
		paint_text(paint, diag->user);
		buffer_add_text(paint->out, ": ");
	}
	add_field(paint, diag);
	paint_text(paint, diag->message);
	buffer_add_char(paint->out, '\n');
	if (!diag->hint)
		return;
	buffer_add_text(paint->out, "  hint: ");
	paint_text(paint, diag->hint);
	buffer_add_char(paint->out, '\n');
}

/* ---- below a user ---- */

enum {
	LABEL_WIDTH = 9,
	VALUE_WIDTH = 33, /* the part of a line in front of a tab */
};

void
paint_labelled(const struct paint *paint, enum color color, const char *label, const char *text)
{
	const char *tab = strchr(text, '\t');
	buffer_add_text(paint->out, "      ");
	paint_column(paint, color, label, LABEL_WIDTH);
	if (tab) {
		AUTO_BUFFER struct buffer value = { 0 };
		buffer_add(&value, text, (size_t)(tab - text));
		paint_column(paint, COLOR_PLAIN, buffer_text(&value), VALUE_WIDTH);
		text = tab + 1;
	}
	paint_text(paint, text);
	buffer_add_char(paint->out, '\n');
}

static bool
is_same_row(const struct place *a, const struct place *b)
{
	return a && a->file && strcmp(a->file, b->file) == 0 && a->line == b->line;
}

/* "/home/anna is group-writable" at /home/anna. */
static bool
begins_with_place(const struct diag *diag)
{
	const struct place *place = &diag->place;
	size_t size = strlen(place->file);
	return !place->line && strncmp(diag->message, place->file, size) == 0 &&
		strchr(" :,", diag->message[size]);
}

void
paint_finding(
	const struct paint *paint, const struct diag *diag, const struct place *place, bool code)
{
	buffer_add_text(paint->out, "      ");
	paint_column(
		paint, paint_level_color(diag->level), paint_level_name(diag->level), LABEL_WIDTH);
	if (diag->place.file && !is_same_row(place, &diag->place) && !begins_with_place(diag))
		paint_place(paint, &diag->place);
	paint_text(paint, diag->message);
	if (code && diag->code)
		buffer_printf(paint->out, " (%s)", diag->code);
	buffer_add_char(paint->out, '\n');
	if (diag->hint)
		paint_labelled(paint, COLOR_PLAIN, "hint", diag->hint);
}

/* ---- tables ---- */

enum { TABLE_GAP = 2 };

void
paint_cell(struct paint_table *table, const char *text)
{
	string_list_push(table->arena, &table->cells, text && *text ? text : "-");
}

static size_t
column_width(const struct paint_table *table, size_t column)
{
	size_t width = 0;
	for (size_t i = column; i < table->cells.count; i += table->columns) {
		size_t cell = paint_width(table->cells.items[i]);
		if (cell > width)
			width = cell;
	}
	return width + TABLE_GAP;
}

void
paint_table(const struct paint *paint, const struct paint_table *table)
{
	size_t *widths = arena_alloc(table->arena, table->columns * sizeof(*widths));
	for (size_t column = 0; column < table->columns; column++)
		widths[column] = column_width(table, column);
	for (size_t i = 0; i < table->cells.count; i++) {
		size_t column = i % table->columns;
		enum color color = i < table->columns ? table->head : COLOR_PLAIN;
		if (column + 1 < table->columns) {
			paint_column(paint, color, table->cells.items[i], widths[column]);
			continue;
		}
		paint_colored(paint, color, table->cells.items[i]);
		buffer_add_char(paint->out, '\n');
	}
}
