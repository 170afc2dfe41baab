/*
 * intake_rejects.c - the refused rows as a spreadsheet that can be corrected and read again.
 *
 * RFC 4180 with a BOM and CRLF, since it is opened with a spreadsheet program; for the same reason
 * no cell may start like a formula.
 */
#include <string.h>

#include "core/model/intake.h"

static bool
looks_like_formula(const char *cell)
{
	return *cell && strchr("=+-@\t\r", *cell);
}

static void
write_cell(struct buffer *out, const char *cell)
{
	bool quoted = strpbrk(cell, ",\"\r\n") || *cell == ' ' || *cell == '\t';
	if (quoted)
		buffer_add_char(out, '"');
	if (looks_like_formula(cell))
		buffer_add_char(out, '\'');
	for (; *cell; cell++) {
		if (*cell == '"')
			buffer_add_char(out, '"');
		buffer_add_char(out, *cell);
	}
	if (quoted)
		buffer_add_char(out, '"');
}

/* The values of one column, several joined by ';'. */
static void
write_column(struct buffer *out, const struct record *record, const char *name)
{
	AUTO_BUFFER struct buffer cell = { 0 };
	bool found = false;
	ARRAY_FOREACH (field, &record->fields) {
		if (strcmp(field->name, name) != 0)
			continue;
		buffer_printf(&cell, "%s%s", found ? ";" : "", field->value);
		found = true;
	}
	write_cell(out, buffer_text(&cell));
}

static void
add_columns(struct string_list *columns, struct table *known, const struct record *record)
{
	ARRAY_FOREACH (field, &record->fields) {
		if (strcmp(field->name, "error") == 0 || table_get(known, field->name))
			continue;
		string_list_push(known->arena, columns, field->name);
		table_set(known, field->name, (void *)field);
	}
}

/* The header's, then what rows have beyond it (or instead of it). An earlier `error` column is
 * replaced by ours. */
static struct string_list
reject_columns(const struct intake *intake, struct arena *arena)
{
	struct string_list columns = { 0 };
	struct table known = { .arena = arena };
	if (intake->header)
		add_columns(&columns, &known, intake->header);
	ARRAY_FOREACH (row, &intake->rejected)
		add_columns(&columns, &known, row->record);
	return columns;
}

void
intake_write_rejects(const struct intake *intake, struct buffer *out)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct string_list columns = reject_columns(intake, &arena);

	buffer_add_text(out, "\xef\xbb\xbf");
	ARRAY_FOREACH (column, &columns) {
		write_cell(out, *column);
		buffer_add_char(out, ',');
	}
	buffer_add_text(out, "error\r\n");
	ARRAY_FOREACH (row, &intake->rejected) {
		ARRAY_FOREACH (column, &columns) {
			write_column(out, row->record, *column);
			buffer_add_char(out, ',');
		}
		write_cell(out, row->errors);
		buffer_add_text(out, "\r\n");
	}
}
