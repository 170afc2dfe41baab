/*
 * sheet.c - see sheet.h.
 */
#include "cli/sheet.h"

#include <string.h>

#include "core/base/text.h"
#include "core/model/importer.h"
#include "exporters/cell.h"

extern const struct importer csv_importer;

void
sheet_add_row(struct buffer *out, const char *const *cells, size_t count, struct arena *arena)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_add_char(out, ',');
		cell_add(out, cells[i] ? text_escaped(arena, cells[i]) : "", ',');
	}
	buffer_add_text(out, "\r\n");
}

const struct record_field *
sheet_cell(const struct record *record, const char *column)
{
	ARRAY_FOREACH (field, &record->fields) {
		if (strcasecmp(field->name, column) == 0)
			return field;
	}
	return NULL;
}

void
sheet_hint_near(
	struct diags *diags, const char *word, const struct string_list *words, const char *other)
{
	const char *near = text_nearest(word, words->items);
	if (near)
		diag_hint(diags, "Did you mean '%s'?", near);
	else
		diag_hint(diags, "%s", other);
}

/* ---- reading ---- */

struct sheet_reading {
	const struct sheet_shape *shape;
	void (*row)(void *ctx, const struct record *record);
	void *ctx;
	struct diags *diags;
};

static bool
on_header(void *ctx, const struct record *header)
{
	struct sheet_reading *reading = ctx;
	bool whole = true;
	for (const char *const *column = reading->shape->needed; *column; column++) {
		if (sheet_cell(header, *column))
			continue;
		diag_error(reading->diags, header->place, "there is no column '%s'", *column);
		diag_hint(reading->diags, "Fill in the sheet that %s wrote, and keep its columns.",
			reading->shape->writer);
		whole = false;
	}
	return whole;
}

static bool
on_record(void *ctx, const struct record *record)
{
	struct sheet_reading *reading = ctx;
	reading->row(reading->ctx, record);
	return true;
}

static void
on_reject(void *ctx, const struct record *record)
{
	(void)ctx, (void)record; /* the importer has said what is wrong with it */
}

bool
sheet_read(struct bytes content, const char *shown, const struct sheet_shape *shape,
	void (*row)(void *ctx, const struct record *record), void *ctx, struct arena *arena,
	struct diags *diags)
{
	size_t errors = diags->errors;
	struct sheet_reading reading = { shape, row, ctx, diags };
	struct source source = {
		.name = shown,
		.importer = csv_importer.name,
		.location = shown,
		.shown = shown,
		.arena = arena,
		.read = true,
		.content = content,
	};
	struct sink sink = {
		.ctx = &reading,
		.record = on_record,
		.header = on_header,
		.reject = on_reject,
		.diags = diags,
	};
	void *options = arena_alloc(arena, csv_importer.config_size);
	option_defaults(csv_importer.options, options, arena);
	return csv_importer.read(options, &source, &sink) && diags->errors == errors;
}
