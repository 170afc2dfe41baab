/*
 * archive_lines.h - a manifest as a file: entry by entry, checked for order and completeness.
 */
#ifndef REHOME_RUN_ARCHIVE_LINES_H
#define REHOME_RUN_ARCHIVE_LINES_H

#include "core/run/archive_manifest.h"
#include "core/run/archive_stream.h"

struct manifest_writer {
	struct archive_output output;
	struct buffer lines;
	struct manifest_totals totals; /* counted, except `archived`, which is the caller's */
};

#define NO_MANIFEST_WRITER                                                                         \
	{                                                                                          \
		.output = NO_ARCHIVE_OUTPUT                                                        \
	}
#define AUTO_MANIFEST_WRITER AUTO(manifest_writer_finish)

/* Created; an existing file is an error. path outlives it. */
NODISCARD bool manifest_writer_open(struct manifest_writer *writer, struct host *host,
	const char *path, const struct manifest_header *header, struct diags *diags);
NODISCARD bool manifest_writer_add(
	struct manifest_writer *writer, const struct manifest_entry *entry);
/* The last line, and everything on disk. */
NODISCARD bool manifest_writer_close(struct manifest_writer *writer);
void manifest_writer_finish(struct manifest_writer *writer);

struct manifest_reader {
	struct archive_input input;
	struct buffer text; /* what was read */
	size_t at;	    /* how much of it is used up */
	unsigned line;
	struct arena arena; /* of the entry at hand, and of some before it */
	size_t held;	    /* the length of their lines */
	struct buffer last; /* the path before it */
	bool ended;
	struct manifest_header header;	/* in header_arena */
	struct manifest_totals counted; /* so far */
	struct manifest_totals totals;	/* of the last line, once it was read */
	struct arena header_arena;
};

#define NO_MANIFEST_READER                                                                         \
	{                                                                                          \
		.input = NO_ARCHIVE_INPUT                                                          \
	}
#define AUTO_MANIFEST_READER AUTO(manifest_reader_finish)

/* Reads the header. */
NODISCARD bool manifest_reader_open(struct manifest_reader *reader, struct host *host,
	const char *path, bool from_disk, struct diags *diags);
NODISCARD bool manifest_reader_open_bytes(
	struct manifest_reader *reader, struct bytes bytes, const char *shown, struct diags *diags);
/*
 * The next entry, valid until the next call; or *ret_end = true when the last line was reached,
 * and all is there. Without a last line it is an error: torn.
 */
NODISCARD bool manifest_reader_next(
	struct manifest_reader *reader, struct manifest_entry *ret_entry, bool *ret_end);
void manifest_reader_finish(struct manifest_reader *reader);

#endif
