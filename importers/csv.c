/*
 * csv.c - spreadsheets saved as CSV, as Excel, LibreOffice and Google write them.
 *
 * Owns the header and the records below it. The text comes from csv_text.h, the cells and their
 * places from sheet.h; what a column means is for the mapping.
 *
 * A row that does not fit the header is refused and reading goes on. What makes every row doubtful
 * (encoding, delimiter, header, a quote that is never closed) ends the source.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "importers/csv_text.h"
#include "importers/readable.h"
#include "importers/sheet.h"

struct csv_config {
	const char *encoding;
	const char *delimiter;
	const char *quote;
	bool header;
	bool short_rows;
	bool unescape;
};

static const struct option_spec csv_options[] = {
	{ .name = "encoding",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct csv_config, encoding),
		.initial = "auto",
		.choices = "auto|utf-8|utf-16le|utf-16be|windows-1252|iso-8859-1|iso-8859-15",
		.help = "encoding of the file; auto takes a byte order mark, then UTF-8 if valid, "
			"then windows-1252" },
	{ .name = "delimiter",
		.type = OPTION_TEXT,
		.offset = offsetof(struct csv_config, delimiter),
		.initial = "auto",
		.argument = "CHAR",
		.help = "what stands between cells: , ; | tab, or auto to judge by the header" },
	{ .name = "quote",
		.type = OPTION_CHOICE,
		.offset = offsetof(struct csv_config, quote),
		.initial = "\"",
		.choices = "\"|'",
		.help = "what stands around cells that hold delimiters or line breaks" },
	{ .name = "header",
		.type = OPTION_FLAG,
		.offset = offsetof(struct csv_config, header),
		.initial = "yes",
		.help = "the first row names the columns; otherwise they are called 1, 2, 3" },
	{ .name = "short_rows",
		.type = OPTION_FLAG,
		.offset = offsetof(struct csv_config, short_rows),
		.initial = "no",
		.help = "take cells that are missing at the end of a row as empty" },
	{ .name = "unescape",
		.type = OPTION_FLAG,
		.offset = offsetof(struct csv_config, unescape),
		.initial = "yes",
		.help = "drop the apostrophe in front of = + - @ that keeps a cell from being a "
			"formula" },
	{ .name = NULL },
};

/* One reading of one sheet. */
struct table_reading {
	const struct csv_config *config;
	struct source *source;
	struct sink *sink;
	struct arena *arena;
	struct diags *diags;
	struct record header;  /* every column, also those without a name */
	struct record named;   /* those with a name: what the sink is told */
	bool *nameless_filled; /* one per column; such a column was reported */
	size_t needed;	       /* columns up to the last that has a name */
	struct record record;  /* the row that the sink is being told */
	unsigned rows;
	bool dead;    /* an error that no skipping of rows can mend */
	bool refused; /* at least one row */
};

/* ---- the header ---- */

static struct place
cell_place(const struct table_reading *reading, const struct sheet_cell *cell, const char *field)
{
	struct place place = at_column(reading->source->shown, cell->line, cell->column, field);
	place.kind = "column";
	return place;
}

static bool
check_unique_names(struct table_reading *reading)
{
	struct table seen = { .arena = reading->arena };
	bool unique = true;
	ARRAY_FOREACH (field, &reading->header.fields) {
		if (!*field->name)
			continue;
		size_t number = (size_t)(field - reading->header.fields.items) + 1;
		const char *folded = text_folded(reading->arena, field->name);
		struct record_field *earlier = table_get(&seen, folded);
		if (!earlier) {
			table_set(&seen, folded, field);
			continue;
		}
		unique = diag_error(reading->diags, field->place,
			"column %zu has the same name as column %zu, '%s'", number,
			(size_t)(earlier - reading->header.fields.items) + 1, earlier->name);
		diag_hint(reading->diags, "Rename or delete one of the two columns.");
	}
	return unique;
}

static bool
is_blank_row(const struct sheet_row *row)
{
	ARRAY_FOREACH (cell, row) {
		if (*cell->text && cell->text[strspn(cell->text, " \t\r\n")])
			return false;
	}
	return !row->broken;
}

/* The columns, named by the row or by their numbers. */
static bool
take_header(struct table_reading *reading, const struct sheet_row *row)
{
	struct record *header = &reading->header, *named = &reading->named;
	header->place = named->place = at(reading->source->shown, row->items[0].line);

	for (size_t i = 0; i < row->count; i++) {
		const char *name = reading->config->header
			? text_trimmed(reading->arena, row->items[i].text)
			: arena_printf(reading->arena, "%zu", i + 1);
		struct record_field field = {
			.name = name,
			.value = "",
			.place = cell_place(reading, &row->items[i], *name ? name : NULL),
		};
		ARRAY_PUSH(reading->arena, &header->fields, field);
		if (!*name)
			continue;
		ARRAY_PUSH(reading->arena, &named->fields, field);
		reading->needed = i + 1;
	}
	reading->nameless_filled = arena_alloc(reading->arena, row->count);
	return !row->broken && check_unique_names(reading) &&
		reading->sink->header(reading->sink->ctx, named);
}

/* ---- the rows ---- */

/* One record serves all rows: the sink copies what it keeps, and only the texts must last. */
static struct record *
start_record(struct table_reading *reading, const struct sheet_row *row)
{
	struct record *record = &reading->record;
	record->place = at(reading->source->shown, row->items[0].line);
	record->number = reading->rows;
	record->fields.count = 0;
	return record;
}

/* The cells of a row that is no record, for the sheet of refused rows. */
static void
reject(struct table_reading *reading, const struct sheet_row *row)
{
	struct record *record = start_record(reading, row);
	for (size_t i = 0; i < row->count; i++) {
		struct record_field field = {
			.name = i < reading->header.fields.count
				? reading->header.fields.items[i].name
				: "",
			.value = row->items[i].text,
		};
		field.place = cell_place(reading, &row->items[i], *field.name ? field.name : NULL);
		ARRAY_PUSH(reading->arena, &record->fields, field);
	}
	reading->refused = true;
	reading->sink->reject(reading->sink->ctx, record);
}

/* Empty cells beyond the header are nothing; a row that lacks cells may be half of a broken one. */
static bool
check_count(struct table_reading *reading, const struct sheet_row *row)
{
	size_t columns = reading->header.fields.count;
	for (size_t i = columns; i < row->count; i++) {
		if (!*row->items[i].text)
			continue;
		diag_error(reading->diags, cell_place(reading, &row->items[i], NULL),
			"%zu cells, expected %zu as in the header", row->count, columns);
		diag_hint(reading->diags,
			"Put the cell that holds a delimiter in quotes, or name the column.");
		return false;
	}
	if (row->count >= reading->needed || reading->config->short_rows)
		return true;
	diag_error(reading->diags, cell_place(reading, &row->items[0], NULL),
		"%zu %s, expected %zu as in the header", row->count,
		row->count == 1 ? "cell" : "cells", columns);
	diag_hint(reading->diags,
		"Put a cell that holds a line break in quotes; if the program left out empty "
		"cells at the end, set short_rows: yes.");
	return false;
}

/* Our own sheets say '=x for =x (see exporters/csv.c). */
static const char *
cell_value(const struct table_reading *reading, const struct sheet_cell *cell)
{
	const char *text = cell->text;
	if (!reading->config->unescape || *text != '\'')
		return text;
	char first = text[strspn(text, "'")];
	return first && strchr("=+-@\t\r", first) ? text + 1 : text;
}

static void
refuse_nameless(struct table_reading *reading, const struct sheet_cell *cell, size_t column)
{
	if (reading->nameless_filled[column])
		return;
	reading->nameless_filled[column] = true;
	reading->dead = true;
	diag_error(reading->diags, cell_place(reading, cell, NULL),
		"column %zu holds values but has no name in line %u", column + 1,
		reading->header.place.line);
	diag_hint(reading->diags, "Name the column in the header, or delete it.");
}

static bool
emit(struct table_reading *reading, const struct sheet_row *row)
{
	const struct sheet_cell missing = { .text = "", .line = row->items[0].line };
	struct record *record = start_record(reading, row);

	for (size_t i = 0; i < reading->header.fields.count; i++) {
		const struct record_field *column = &reading->header.fields.items[i];
		const struct sheet_cell *cell = i < row->count ? &row->items[i] : &missing;
		if (!*column->name) {
			if (*cell->text)
				refuse_nameless(reading, cell, i);
			continue;
		}
		struct record_field field = {
			.name = column->name,
			.value = cell_value(reading, cell),
			.place = cell_place(reading, cell, column->name),
		};
		ARRAY_PUSH(reading->arena, &record->fields, field);
	}
	return reading->sink->record(reading->sink->ctx, record);
}

static bool
take_row(struct table_reading *reading, const struct sheet_row *row)
{
	reading->rows++;
	if (row->broken || !check_count(reading, row)) {
		reject(reading, row);
		return true;
	}
	return emit(reading, row);
}

static bool
next_row(struct sheet *sheet, const struct sheet_row **ret_row)
{
	while (sheet_next(sheet, ret_row))
		if (!is_blank_row(*ret_row))
			return true;
	return false;
}

static bool
read_rows(struct table_reading *reading, struct sheet *sheet)
{
	const struct sheet_row *row;
	if (!next_row(sheet, &row)) {
		if (!sheet->cut_off) {
			diag_error(reading->diags, at(reading->source->shown, 0),
				"the sheet is empty: not even a header");
			diag_hint(reading->diags,
				"Name the columns in the first row, 'username' for example.");
		}
		return false;
	}
	if (!take_header(reading, row))
		return false;
	if (!reading->config->header && !take_row(reading, row))
		return false;

	while (next_row(sheet, &row))
		if (!take_row(reading, row))
			return false;
	return !sheet->cut_off && !reading->dead;
}

static bool
csv_read(const void *config, struct source *source, struct sink *sink)
{
	struct table_reading reading = {
		.config = config,
		.source = source,
		.sink = sink,
		.arena = source->arena,
		.diags = sink->diags,
	};
	const struct csv_text_wish wish = {
		.encoding = reading.config->encoding,
		.delimiter = reading.config->delimiter,
		.quote = reading.config->quote[0],
	};
	struct bytes content;
	struct csv_text text;
	if (!source_read(source, &content, sink->diags) ||
		!csv_text_open(&wish, source, content, &text, sink->diags))
		return false;

	sink->detected = text.detected;
	const struct sheet_format format = {
		.delimiter = text.delimiter,
		.quote = wish.quote,
		.shown = source->shown,
		.first_line = text.first_line,
	};
	AUTO(sheet_finish) struct sheet sheet;
	sheet_init(&sheet, &format, text.text, source->arena, sink->diags);
	if (!read_rows(&reading, &sheet))
		return false;

	/* A refused row is somebody: without them the listing is not whole. */
	sink->complete = !reading.refused;
	return true;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);
	return size >= end_size && strcasecmp(text + size - end_size, end) == 0;
}

static int
csv_probe(struct source *source)
{
	if (ends_with(source->location, ".csv") || ends_with(source->location, ".tsv"))
		return 90;
	return ends_with(source->location, ".txt") ? 20 : 0;
}

const struct importer csv_importer = {
	.abi = IMPORTER_ABI,
	.name = "csv",
	.summary = "a spreadsheet saved as CSV or tab-separated text",
	.options = csv_options,
	.config_size = sizeof(struct csv_config),
	.probe = csv_probe,
	.read = csv_read,
	.check = readable_file,
};
