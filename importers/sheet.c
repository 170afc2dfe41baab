/*
 * sheet.c - libcsv, fed so that every cell's place is known.
 *
 * Each piece that libcsv gets ends with a delimiter or a line end, or with the text. One piece thus
 * ends one cell at most, and a call back says which: the one that began at `cell`.
 *
 *	login;name CRLF "Anna      LF  Vogel";avogel CRLF
 *	|----||------| ||--------| |--------||-------| |    pieces
 *
 * Invariant: `at`, `line` and `column` name the same byte, the first that libcsv has not seen.
 */
#include "importers/sheet.h"

#include <stdlib.h>
#include <string.h>

/* libcsv's own step of 128 bytes would copy a long cell over and over. */
enum { CELL_BUFFER = 4096 };

static bool
is_line_end(unsigned char c)
{
	return c == '\n' || c == '\r';
}

static unsigned char
byte_at(const struct sheet *sheet, size_t offset)
{
	return (unsigned char)sheet->text.data[offset];
}

static void
start_parser(struct sheet *sheet)
{
	if (csv_init(&sheet->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		abort();
	csv_set_delim(&sheet->parser, (unsigned char)sheet->format.delimiter);
	csv_set_quote(&sheet->parser, (unsigned char)sheet->format.quote);
	csv_set_blk_size(&sheet->parser, CELL_BUFFER);
}

/* Cells may hold passwords, and libcsv frees its buffer as it is. */
static void
end_parser(struct sheet *sheet)
{
	if (sheet->parser.entry_buf)
		explicit_bzero(sheet->parser.entry_buf, sheet->parser.entry_size);
	csv_free(&sheet->parser);
}

void
sheet_init(struct sheet *sheet, const struct sheet_format *format, struct bytes text,
	struct arena *arena, struct diags *diags)
{
	*sheet = (struct sheet){
		.format = *format,
		.arena = arena,
		.diags = diags,
		.text = text,
		.line = format->first_line,
		.column = 1,
	};
	start_parser(sheet);
}

void
sheet_finish(struct sheet *sheet)
{
	end_parser(sheet);
}

static struct place
here(const struct sheet *sheet)
{
	return at_column(sheet->format.shown, sheet->line, sheet->column, NULL);
}

static bool
is_control(const struct sheet *sheet, size_t offset)
{
	unsigned char c = byte_at(sheet, offset);
	if (c == 0xC2 && offset + 1 < sheet->text.size)
		return byte_at(sheet, offset + 1) < 0xA0; /* C1: U+0080 to U+009F */
	return (c < 0x20 && c != '\t') || c == 0x7F;
}

static void
refuse_control(struct sheet *sheet)
{
	unsigned char c = byte_at(sheet, sheet->at);
	if (c == 0xC2)
		c = byte_at(sheet, sheet->at + 1);
	diag_error(sheet->diags, here(sheet), "control character U+%04X", c);
	if (c == 0)
		diag_hint(sheet->diags,
			"If the whole file is like this, it may be UTF-16: set "
			"encoding to utf-16le or utf-16be.");
	else
		diag_hint(sheet->diags, "Delete the character from the cell and save again.");
	sheet->row.broken = true;
}

/* Moves on by some bytes and looks at each. A broken row needs no second error. */
static void
advance(struct sheet *sheet, size_t count)
{
	for (; count; count--, sheet->at++) {
		unsigned char c = byte_at(sheet, sheet->at);
		if (is_line_end(c)) {
			bool second_half =
				c == '\n' && sheet->at && byte_at(sheet, sheet->at - 1) == '\r';
			sheet->line += !second_half;
			sheet->column = 1;
		} else if ((c & 0xC0) != 0x80) {
			if (!sheet->row.broken && is_control(sheet, sheet->at))
				refuse_control(sheet);
			sheet->column++;
		}
	}
}

/* Called by libcsv. */
static void
cell_ended(void *text, size_t size, void *ctx)
{
	struct sheet *sheet = ctx;
	sheet->cell.text = size ? arena_strndup(sheet->arena, text, size) : "";
	ARRAY_PUSH(sheet->arena, &sheet->row, sheet->cell);
	sheet->in_cell = false;
}

/* Called by libcsv. */
static void
row_ended(int terminator, void *ctx)
{
	(void)terminator;
	struct sheet *sheet = ctx;
	sheet->row_ended = true;
}

/* Passes the blanks that libcsv drops too, then remembers where the cell begins. */
static void
begin_cell(struct sheet *sheet)
{
	size_t blanks = 0;
	while (sheet->at + blanks < sheet->text.size) {
		char c = sheet->text.data[sheet->at + blanks];
		if ((c != ' ' && c != '\t') || c == sheet->format.delimiter)
			break;
		blanks++;
	}
	advance(sheet, blanks);

	sheet->cell_at = sheet->at;
	sheet->cell = (struct sheet_cell){ .line = sheet->line, .column = sheet->column };
	bool at_end = sheet->at == sheet->text.size;
	bool empty_line = !sheet->row.count && (at_end || is_line_end(byte_at(sheet, sheet->at)));
	sheet->in_cell = !empty_line;
}

static size_t
piece_size(const struct sheet *sheet)
{
	for (size_t end = sheet->at; end < sheet->text.size; end++) {
		unsigned char c = byte_at(sheet, end);
		if (is_line_end(c) || c == (unsigned char)sheet->format.delimiter)
			return end + 1 - sheet->at;
	}
	return sheet->text.size - sheet->at;
}

static void
refuse_quote(struct sheet *sheet)
{
	bool opened = byte_at(sheet, sheet->cell_at) == (unsigned char)sheet->format.quote;
	if (opened)
		diag_error(sheet->diags, here(sheet),
			"text after the closing quote of the cell that begins at %u:%u",
			sheet->cell.line, sheet->cell.column);
	else
		diag_error(sheet->diags, here(sheet),
			"quote inside a cell that does not begin with one");
	diag_hint(sheet->diags,
		opened ? "Write a quote that belongs to the text twice."
		       : "Put the cell in quotes, and write this quote twice.");
	sheet->row.broken = true;
}

/*
 * After a wrong quote libcsv cannot say where the cells end. The rest of the line is kept as one
 * cell for whoever corrects the row, and reading goes on behind it.
 */
static void
abandon_row(struct sheet *sheet)
{
	size_t end = sheet->at;
	while (end < sheet->text.size && !is_line_end(byte_at(sheet, end)))
		end++;
	cell_ended((void *)(sheet->text.data + sheet->cell_at), end - sheet->cell_at, sheet);
	sheet->row_ended = true;
	advance(sheet, end - sheet->at);
	end_parser(sheet);
	start_parser(sheet);
}

static void
feed(struct sheet *sheet)
{
	if (!sheet->in_cell)
		begin_cell(sheet);

	size_t size = piece_size(sheet);
	if (!size)
		return;
	size_t taken = csv_parse(
		&sheet->parser, sheet->text.data + sheet->at, size, cell_ended, row_ended, sheet);
	advance(sheet, taken);
	if (taken == size)
		return;
	if (csv_error(&sheet->parser) != CSV_EPARSE)
		abort(); /* out of memory */
	refuse_quote(sheet);
	abandon_row(sheet);
}

/* The last row when no line end closes it. */
static void
feed_end(struct sheet *sheet)
{
	if (!sheet->in_cell)
		begin_cell(sheet);
	if (csv_fini(&sheet->parser, cell_ended, row_ended, sheet) == 0)
		return;
	sheet->cut_off = true;
	diag_error(sheet->diags,
		at_column(sheet->format.shown, sheet->cell.line, sheet->cell.column, NULL),
		"this quote is never closed: all that follows, to line %u, would be one cell",
		sheet->line);
	diag_hint(sheet->diags,
		"Close the quote at the end of its cell, or write it twice if it "
		"belongs to the text.");
}

bool
sheet_next(struct sheet *sheet, const struct sheet_row **ret_row)
{
	sheet->row.count = 0;
	sheet->row.broken = false;
	sheet->row_ended = false;

	while (!sheet->row_ended && sheet->at < sheet->text.size)
		feed(sheet);
	if (!sheet->row_ended && !sheet->cut_off)
		feed_end(sheet);
	if (!sheet->row_ended)
		return false;
	*ret_row = &sheet->row;
	return true;
}
