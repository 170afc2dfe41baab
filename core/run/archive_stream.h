/*
 * archive_stream.h - the compressed files of an archive: libarchive, fed through the host layer.
 *
 * Two forms: a tar (pax, zstd), and plain lines (zstd). Only these are ever written, and only these
 * are ever read: whatever else a file may be that somebody put there, no reader of libarchive's for
 * it is switched on. Every write is an effect of the host (host_append), so that a full disk is
 * an error with the file's name, and tests can make any of them fail.
 */
#ifndef REHOME_RUN_ARCHIVE_STREAM_H
#define REHOME_RUN_ARCHIVE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/host.h"

struct archive;
struct archive_entry;
struct archive_unpack;

enum archive_form {
	ARCHIVE_FORM_TAR,
	ARCHIVE_FORM_LINES,
};

struct archive_output {
	struct host *host;
	struct diags *diags;
	const char *path;
	int fd; /* -1 = not open */
	struct archive *archive;
	struct archive_entry *entry; /* for the caller to fill; one at a time */
	uint64_t written, flushed;   /* compressed bytes; flushed: on their way to the disk */
	bool failed;		     /* a write has, and said so */
};

#define NO_ARCHIVE_OUTPUT                                                                          \
	{                                                                                          \
		.fd = -1                                                                           \
	}
#define AUTO_ARCHIVE_OUTPUT AUTO(archive_output_finish)

/* Created, root's alone; an existing file is an error. threads: that compress; 0 = none of its own.
 */
NODISCARD bool archive_output_open(struct archive_output *output, struct host *host,
	const char *path, enum archive_form form, unsigned threads, struct diags *diags);
/* The entry's header. */
NODISCARD bool archive_output_header(struct archive_output *output);
/* Of the entry, or of the lines. */
NODISCARD bool archive_output_data(struct archive_output *output, const void *data, size_t size);
/* The bytes of a hole, which are not stored. */
NODISCARD bool archive_output_hole(struct archive_output *output, uint64_t size);
/* What is missing of the entry's size is filled with zeros. */
NODISCARD bool archive_output_end_entry(struct archive_output *output);
/* Writes what is left, and waits until it is on disk. */
NODISCARD bool archive_output_close(struct archive_output *output);
/* Gives everything back; a file that was not closed stays torn. */
void archive_output_finish(struct archive_output *output);

struct archive_input {
	struct diags *diags;
	const char *path;
	int fd; /* -1 = not open */
	struct archive *archive;
	struct archive_entry *entry;   /* the one at hand, libarchive's */
	char *block;		       /* what was read from the file */
	struct archive_unpack *unpack; /* of a large tar: reads ahead; NULL = none */
};

#define NO_ARCHIVE_INPUT                                                                           \
	{                                                                                          \
		.fd = -1                                                                           \
	}
#define AUTO_ARCHIVE_INPUT AUTO(archive_input_finish)

/* from_disk: what the page cache holds of it is dropped first, so that the disk is asked. */
NODISCARD bool archive_input_open(struct archive_input *input, struct host *host, const char *path,
	enum archive_form form, bool from_disk, struct diags *diags);
/* The same of a descriptor, which is the input's from now on, in the caller's thread. */
NODISCARD bool archive_input_open_fd(struct archive_input *input, int fd, const char *path,
	enum archive_form form, struct diags *diags);
/* The same from memory, for tests; the bytes outlive it. */
NODISCARD bool archive_input_open_bytes(struct archive_input *input, struct bytes bytes,
	const char *shown, enum archive_form form, struct diags *diags);
/* The next entry, or *ret_end = true after the last. */
NODISCARD bool archive_input_next(struct archive_input *input, bool *ret_end);
/* The entry's next bytes and where they belong; holes are passed over. */
NODISCARD bool archive_input_block(struct archive_input *input, const void **ret_data,
	size_t *ret_size, uint64_t *ret_offset, bool *ret_end);
void archive_input_finish(struct archive_input *input);

#endif
