/*
 * archive_lines.c - a manifest's file, line by line; see archive_lines.h.
 */
#include "core/run/archive_lines.h"

#include <string.h>

/* A path of 512 names, all of them escaped, and the largest attributes of ext4 and xfs. */
enum { LINE_MAX_SIZE = 16 * 1024 * 1024, FLUSH_SIZE = 128 * 1024, HELD_MAX = 64 * 1024 };

/* Files with holes may say more than a number holds. */
static void
count(struct manifest_totals *totals, const struct manifest_entry *entry)
{
	totals->entries++;
	if (entry->type != MANIFEST_FILE || entry->same_as)
		return;
	totals->files++;
	totals->bytes =
		entry->size > INT64_MAX - totals->bytes ? INT64_MAX : totals->bytes + entry->size;
}

/* ---- writing ---- */

static bool
flush(struct manifest_writer *writer, size_t at_least)
{
	if (writer->lines.size < at_least)
		return true;
	if (!archive_output_data(&writer->output, writer->lines.data, writer->lines.size))
		return false;
	buffer_clear(&writer->lines);
	return true;
}

bool
manifest_writer_open(struct manifest_writer *writer, struct host *host, const char *path,
	const struct manifest_header *header, struct diags *diags)
{
	*writer = (struct manifest_writer)NO_MANIFEST_WRITER;
	manifest_encode_header(header, &writer->lines);
	return archive_output_open(&writer->output, host, path, ARCHIVE_FORM_LINES, 0, diags);
}

bool
manifest_writer_add(struct manifest_writer *writer, const struct manifest_entry *entry)
{
	manifest_encode_entry(entry, &writer->lines);
	count(&writer->totals, entry);
	return flush(writer, FLUSH_SIZE);
}

bool
manifest_writer_close(struct manifest_writer *writer)
{
	manifest_encode_end(&writer->totals, &writer->lines);
	return flush(writer, 1) && archive_output_end_entry(&writer->output) &&
		archive_output_close(&writer->output);
}

void
manifest_writer_finish(struct manifest_writer *writer)
{
	archive_output_finish(&writer->output);
	buffer_finish(&writer->lines);
}

/* ---- reading ---- */

static struct place
here(const struct manifest_reader *reader)
{
	return at(reader->input.path, reader->line);
}

/* Makes room at the front, and reads one block more. */
static bool
read_more(struct manifest_reader *reader, bool *ret_end)
{
	const void *data;
	size_t size;
	uint64_t offset;
	struct buffer *text = &reader->text;
	if (reader->at) {
		memmove(text->data, text->data + reader->at, text->size - reader->at);
		text->size -= reader->at;
		reader->at = 0;
	}
	if (text->size > LINE_MAX_SIZE)
		return diag_error(reader->input.diags, here(reader), "the line is too long");
	if (!archive_input_block(&reader->input, &data, &size, &offset, ret_end))
		return false;
	buffer_add(text, data, size);
	return true;
}

static bool
read_line(struct manifest_reader *reader, struct bytes *ret_line, bool *ret_end)
{
	size_t searched = 0;
	reader->line++;
	for (;;) {
		const char *from = reader->text.size ? reader->text.data + reader->at : NULL;
		size_t left = reader->text.size - reader->at;
		const char *newline =
			left > searched ? memchr(from + searched, '\n', left - searched) : NULL;
		if (newline) {
			*ret_line = (struct bytes){ from, (size_t)(newline - from) };
			reader->at += ret_line->size + 1;
			*ret_end = false;
			return true;
		}
		searched = left;
		if (!read_more(reader, ret_end))
			return false;
		if (*ret_end)
			return !left || diag_error(reader->input.diags, here(reader), "torn");
	}
}

static bool
read_header(struct manifest_reader *reader)
{
	struct bytes text;
	struct manifest_line line;
	struct diags *diags = reader->input.diags;
	bool end;
	if (!read_line(reader, &text, &end))
		return false;
	if (end)
		return diag_error(diags, here(reader), "is empty");
	if (!manifest_decode(text, here(reader), &reader->header_arena, &line, diags))
		return false;
	if (line.kind != MANIFEST_HEADER)
		return diag_error(diags, here(reader), "is no manifest");
	reader->header = line.header;
	return true;
}

bool
manifest_reader_open(struct manifest_reader *reader, struct host *host, const char *path,
	bool from_disk, struct diags *diags)
{
	*reader = (struct manifest_reader)NO_MANIFEST_READER;
	return archive_input_open(
		       &reader->input, host, path, ARCHIVE_FORM_LINES, from_disk, diags) &&
		read_header(reader);
}

bool
manifest_reader_open_bytes(
	struct manifest_reader *reader, struct bytes bytes, const char *shown, struct diags *diags)
{
	*reader = (struct manifest_reader)NO_MANIFEST_READER;
	return archive_input_open_bytes(&reader->input, bytes, shown, ARCHIVE_FORM_LINES, diags) &&
		read_header(reader);
}

static bool
check_end(struct manifest_reader *reader, const struct manifest_totals *totals)
{
	struct bytes text;
	bool end;
	reader->ended = true;
	reader->totals = *totals;
	if (totals->entries != reader->counted.entries || totals->files != reader->counted.files ||
		totals->bytes != reader->counted.bytes)
		return diag_error(reader->input.diags, here(reader),
			"has %llu entries, expected %llu",
			(unsigned long long)reader->counted.entries,
			(unsigned long long)totals->entries);
	return read_line(reader, &text, &end) &&
		(end ||
			diag_error(reader->input.diags, here(reader),
				"something stands behind the last line"));
}

static bool
check_entry(struct manifest_reader *reader, const struct manifest_entry *entry)
{
	if (reader->counted.entries == 0
			? entry->path[0]
			: manifest_order(buffer_text(&reader->last), entry->path) >= 0)
		return diag_error(reader->input.diags, here(reader),
			"the entry is not in the order of a walk");
	buffer_clear(&reader->last);
	buffer_add_text(&reader->last, entry->path);
	count(&reader->counted, entry);
	return true;
}

bool
manifest_reader_next(
	struct manifest_reader *reader, struct manifest_entry *ret_entry, bool *ret_end)
{
	struct bytes text;
	struct manifest_line line;
	struct diags *diags = reader->input.diags;
	*ret_end = reader->ended;
	if (reader->ended)
		return true;
	if (reader->held > HELD_MAX) {
		arena_finish(&reader->arena);
		reader->held = 0;
	}
	if (!read_line(reader, &text, ret_end))
		return false;
	if (*ret_end) {
		diag_error(diags, here(reader), "torn: the last line is missing");
		return false;
	}
	if (!manifest_decode(text, here(reader), &reader->arena, &line, diags))
		return false;
	reader->held += text.size;
	*ret_end = line.kind == MANIFEST_END;
	if (line.kind == MANIFEST_END)
		return check_end(reader, &line.totals);
	if (line.kind != MANIFEST_ENTRY)
		return diag_error(diags, here(reader), "a second first line");
	*ret_entry = line.entry;
	return check_entry(reader, ret_entry);
}

void
manifest_reader_finish(struct manifest_reader *reader)
{
	archive_input_finish(&reader->input);
	buffer_finish(&reader->text);
	buffer_finish(&reader->last);
	arena_finish(&reader->arena);
	arena_finish(&reader->header_arena);
}
