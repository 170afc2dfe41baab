/*
 * paint.c - escaping, aligning and colouring in one place; see paint.h.
 */
#include "cli/paint.h"

#include <string.h>

#include "cli/wrap.h"
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

static void
escape(const struct paint *paint, struct buffer *out, const char *text)
{
	if (paint->ascii)
		text_escape_ascii(out, text, strlen(text));
	else
		text_escape(out, text, strlen(text));
}

void
paint_text(const struct paint *paint, const char *text)
{
	escape(paint, paint->out, text);
}

void
paint_escaped(const struct paint *paint, enum color color, struct bytes escaped)
{
	bool colored = paint->color && color != COLOR_PLAIN && escaped.size;
	if (colored)
		buffer_add_text(paint->out, sequences[color]);
	buffer_add(paint->out, escaped.data, escaped.size);
	if (colored)
		buffer_add_text(paint->out, "\033[0m");
}

void
paint_colored(const struct paint *paint, enum color color, const char *text)
{
	AUTO_BUFFER struct buffer escaped = { 0 };
	escape(paint, &escaped, text);
	paint_escaped(paint, color, buffer_bytes(&escaped));
}

size_t
paint_width(const struct paint *paint, const char *text)
{
	AUTO_BUFFER struct buffer escaped = { 0 };
	escape(paint, &escaped, text);
	return text_width(buffer_text(&escaped));
}

void
paint_fit(const struct paint *paint, size_t start, size_t hang)
{
	wrap_tail(paint->out, start, hang, paint->width);
}

void
paint_record(const struct paint *paint, const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		paint_text(paint, fields[i] && *fields[i] ? fields[i] : "-");
		buffer_add_char(paint->out, i + 1 < count ? '\t' : '\n');
	}
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
	size_t used = paint_width(paint, text);
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

enum { DIAG_HANG = 4, HINT_HANG = 8 };

void
paint_diag(const struct paint *paint, const struct diag *diag)
{
	size_t start = paint->out->size;
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
	paint_fit(paint, start, DIAG_HANG);
	if (!diag->hint)
		return;
	start = paint->out->size;
	buffer_add_text(paint->out, "  hint: ");
	paint_text(paint, diag->hint);
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, HINT_HANG);
}

/* ---- below a user ---- */

enum {
	LABEL_INDENT = 6,
	LABEL_WIDTH = 9,
	LABEL_HANG = LABEL_INDENT + LABEL_WIDTH,
	VALUE_WIDTH = 33, /* the part of a line in front of a tab */
};

/* Less than VALUE_WIDTH where the line would not fit otherwise. */
static size_t
value_width(const struct paint *paint, const char *value, const char *behind)
{
	size_t wide = LABEL_HANG + VALUE_WIDTH + paint_width(paint, behind);
	return !paint->width || wide <= paint->width ? VALUE_WIDTH : paint_width(paint, value) + 2;
}

void
paint_labelled(const struct paint *paint, enum color color, const char *label, const char *text)
{
	const char *tab = strchr(text, '\t');
	size_t start = paint->out->size;
	add_blanks(paint->out, LABEL_INDENT);
	paint_column(paint, color, label, LABEL_WIDTH);
	if (tab) {
		AUTO_BUFFER struct buffer value = { 0 };
		buffer_add(&value, text, (size_t)(tab - text));
		text = tab + 1;
		paint_column(paint, COLOR_PLAIN, buffer_text(&value),
			value_width(paint, buffer_text(&value), text));
	}
	paint_text(paint, text);
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, LABEL_HANG);
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
	size_t start = paint->out->size;
	add_blanks(paint->out, LABEL_INDENT);
	paint_column(
		paint, paint_level_color(diag->level), paint_level_name(diag->level), LABEL_WIDTH);
	if (diag->place.file && !is_same_row(place, &diag->place) && !begins_with_place(diag))
		paint_place(paint, &diag->place);
	paint_text(paint, diag->message);
	if (code && diag->code)
		buffer_printf(paint->out, " (%s)", diag->code);
	buffer_add_char(paint->out, '\n');
	paint_fit(paint, start, LABEL_HANG);
	if (diag->hint)
		paint_labelled(paint, COLOR_PLAIN, "hint", diag->hint);
}
