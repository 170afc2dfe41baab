/*
 * archive_stream.c - tar and lines, compressed, through the host layer; see archive_stream.h.
 *
 * Names are bytes. rehome never leaves the "C" locale, in which libarchive takes every name that is
 * not ASCII as it is and marks its entry hdrcharset=BINARY; it calls that a warning.
 */
#include "core/run/archive_stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/run/archive_unpack.h"

enum { INPUT_BLOCK = 256 * 1024, OUTPUT_BLOCK = 1024 * 1024, WRITEBACK_SIZE = 8 * 1024 * 1024 };

/* Compressed; a smaller tar is not worth a thread. */
enum { LARGE_TAR = 1024 * 1024 };

/* As zstd's own default: measured in bench/archive.sh. */
#define COMPRESSION_LEVEL "1"

/* ---- writing ---- */

static bool
output_failed(struct archive_output *output, size_t errors_before)
{
	/* A write that failed has said so itself. */
	if (output->failed || output->diags->errors > errors_before)
		return false;
	const char *reason = output->archive ? archive_error_string(output->archive) : NULL;
	return diag_error(output->diags, at(arena_strdup(output->diags->arena, output->path), 0),
		"cannot write the archive: %s", reason ? reason : "out of memory");
}

/* Advice to the kernel: the disk works while we do, and the sync at the end has little left. */
static void
begin_writeback(struct archive_output *output)
{
	if (output->written - output->flushed < WRITEBACK_SIZE)
		return;
	(void)sync_file_range(output->fd, (off_t)output->flushed,
		(off_t)(output->written - output->flushed), SYNC_FILE_RANGE_WRITE);
	output->flushed = output->written;
}

static la_ssize_t
write_block(struct archive *archive, void *ctx, const void *data, size_t size)
{
	struct archive_output *output = ctx;
	struct bytes bytes = { data, size };
	/* libarchive tries again when it closes; what is torn stays as it is, and is told once. */
	if (output->failed ||
		!host_append(output->host, output->fd, bytes, output->path, output->diags)) {
		output->failed = true;
		archive_set_error(archive, EIO, "a write failed");
		return -1;
	}
	output->written += size;
	begin_writeback(output);
	return (la_ssize_t)size;
}

static bool
set_output_form(struct archive *archive, enum archive_form form, unsigned threads)
{
	char number[16];
	snprintf(number, sizeof(number), "%u", threads);
	if (form == ARCHIVE_FORM_TAR
			? archive_write_set_format_pax_restricted(archive) != ARCHIVE_OK ||
				archive_write_set_format_option(
					archive, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK
			: archive_write_set_format_raw(archive) != ARCHIVE_OK)
		return false;
	if (archive_write_add_filter_zstd(archive) != ARCHIVE_OK ||
		archive_write_set_filter_option(
			archive, "zstd", "compression-level", COMPRESSION_LEVEL) != ARCHIVE_OK)
		return false;
	/* A libzstd without threads compresses all the same. */
	if (threads)
		(void)archive_write_set_filter_option(archive, "zstd", "threads", number);
	return archive_write_set_bytes_per_block(archive, OUTPUT_BLOCK) == ARCHIVE_OK &&
		archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK;
}

/* The raw format has one entry, which stands for all lines. */
static bool
begin_lines(struct archive_output *output)
{
	archive_entry_set_filetype(output->entry, AE_IFREG);
	return archive_output_header(output);
}

bool
archive_output_open(struct archive_output *output, struct host *host, const char *path,
	enum archive_form form, unsigned threads, struct diags *diags)
{
	size_t errors = diags->errors;
	*output = (struct archive_output){ .host = host, .diags = diags, .path = path, .fd = -1 };
	if (!host_open_append(host, path, true, &output->fd, diags))
		return false;
	output->archive = archive_write_new();
	output->entry = archive_entry_new();
	if (!output->archive || !output->entry ||
		!set_output_form(output->archive, form, threads) ||
		archive_write_open2(output->archive, output, NULL, write_block, NULL, NULL) !=
			ARCHIVE_OK)
		return output_failed(output, errors);
	return form == ARCHIVE_FORM_TAR || begin_lines(output);
}

bool
archive_output_header(struct archive_output *output)
{
	size_t errors = output->diags->errors;
	int result = archive_write_header(output->archive, output->entry);
	return result == ARCHIVE_OK || result == ARCHIVE_WARN || output_failed(output, errors);
}

bool
archive_output_data(struct archive_output *output, const void *data, size_t size)
{
	size_t errors = output->diags->errors;
	const char *left = data;
	while (size) {
		la_ssize_t done = archive_write_data(output->archive, left, size);
		if (done <= 0)
			return output_failed(output, errors);
		left += done;
		size -= (size_t)done;
	}
	return true;
}

bool
archive_output_hole(struct archive_output *output, uint64_t size)
{
	/* Within a hole libarchive only counts: the address is never read from. */
	static const char nothing[1];
	size_t errors = output->diags->errors;
	while (size) {
		size_t part = size > INT_MAX ? INT_MAX : (size_t)size;
		la_ssize_t done = archive_write_data(output->archive, nothing, part);
		if (done <= 0)
			return output_failed(output, errors);
		size -= (uint64_t)done;
	}
	return true;
}

bool
archive_output_end_entry(struct archive_output *output)
{
	size_t errors = output->diags->errors;
	return archive_write_finish_entry(output->archive) == ARCHIVE_OK ||
		output_failed(output, errors);
}

bool
archive_output_close(struct archive_output *output)
{
	size_t errors = output->diags->errors;
	if (archive_write_close(output->archive) != ARCHIVE_OK)
		return output_failed(output, errors);
	return host_sync_fd(output->host, output->fd, output->path, output->diags);
}

void
archive_output_finish(struct archive_output *output)
{
	if (output->archive) {
		/* Not closed is torn: nothing more is written to it. */
		archive_write_fail(output->archive);
		archive_write_free(output->archive);
	}
	archive_entry_free(output->entry);
	cleanup_close(&output->fd);
	*output = (struct archive_output)NO_ARCHIVE_OUTPUT;
}

/* ---- reading ---- */

static bool
input_failed(struct archive_input *input)
{
	if (input->unpack && archive_unpack_tell(input->unpack, input->diags))
		return false;
	const char *reason = input->archive ? archive_error_string(input->archive) : NULL;
	return diag_error(input->diags, at(arena_strdup(input->diags->arena, input->path), 0),
		"cannot read the archive: %s", reason ? reason : "it is damaged");
}

static la_ssize_t
read_block(struct archive *archive, void *ctx, const void **ret_data)
{
	struct archive_input *input = ctx;
	ssize_t got = TEMP_FAILURE_RETRY(read(input->fd, input->block, INPUT_BLOCK));
	if (got < 0)
		archive_set_error(archive, errno, "%s", strerror(errno));
	*ret_data = input->block;
	return got;
}

static la_ssize_t
read_unpacked(struct archive *archive, void *ctx, const void **ret_data)
{
	struct archive_input *input = ctx;
	struct bytes bytes;
	if (!archive_unpack_next(input->unpack, &bytes)) {
		archive_set_error(archive, EIO, "it is damaged");
		return -1;
	}
	*ret_data = bytes.data;
	return (la_ssize_t)bytes.size;
}

static bool
set_input_form(struct archive *archive, enum archive_form form)
{
	int set = form == ARCHIVE_FORM_TAR ? archive_read_support_format_tar(archive)
					   : archive_read_support_format_raw(archive);
	return set == ARCHIVE_OK && archive_read_support_filter_zstd(archive) == ARCHIVE_OK;
}

/* Plain data would do as lines too: a file that is not zstd is damaged. */
static bool
is_compressed(const struct archive_input *input)
{
	return archive_filter_count(input->archive) == 2 &&
		archive_filter_code(input->archive, 0) == ARCHIVE_FILTER_ZSTD;
}

static bool
begin_input(struct archive_input *input, enum archive_form form, int opened)
{
	bool end;
	if (opened != ARCHIVE_OK)
		return input_failed(input);
	if (!is_compressed(input))
		return diag_error(input->diags,
			at(arena_strdup(input->diags->arena, input->path), 0),
			"is not compressed with zstd");
	if (form == ARCHIVE_FORM_TAR)
		return true;
	return archive_input_next(input, &end) &&
		(!end ||
			diag_error(input->diags,
				at(arena_strdup(input->diags->arena, input->path), 0), "is empty"));
}

bool
archive_input_open_fd(struct archive_input *input, int fd, const char *path, enum archive_form form,
	struct diags *diags)
{
	*input = (struct archive_input){ .diags = diags, .path = path, .fd = fd };
	input->archive = archive_read_new();
	input->block = malloc(INPUT_BLOCK);
	if (!input->archive || !input->block || !set_input_form(input->archive, form))
		return input_failed(input);
	return begin_input(
		input, form, archive_read_open(input->archive, input, NULL, read_block, NULL));
}

static bool
is_large(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && st.st_size >= LARGE_TAR;
}

/* The file is the unpacker's, which also looks whether it is zstd; here a plain tar comes in. */
static bool
open_unpacked(struct archive_input *input, int fd)
{
	input->unpack = archive_unpack_open(fd, input->path, input->diags);
	if (!input->unpack)
		return false;
	input->archive = archive_read_new();
	return (input->archive && archive_read_support_format_tar(input->archive) == ARCHIVE_OK &&
		       archive_read_open(input->archive, input, NULL, read_unpacked, NULL) ==
			       ARCHIVE_OK) ||
		input_failed(input);
}

bool
archive_input_open(struct archive_input *input, struct host *host, const char *path,
	enum archive_form form, bool from_disk, struct diags *diags)
{
	*input = (struct archive_input){
		.diags = diags,
		.path = arena_strdup(diags->arena, path),
		.fd = -1,
	};
	if (!host_open_file(host, path, &input->fd, diags))
		return false;
	/* Advice only: where it is not taken, the cache is read. */
	if (from_disk)
		(void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	int fd = steal_fd(&input->fd);
	return form == ARCHIVE_FORM_TAR && is_large(fd)
		? open_unpacked(input, fd)
		: archive_input_open_fd(input, fd, input->path, form, diags);
}

bool
archive_input_open_bytes(struct archive_input *input, struct bytes bytes, const char *shown,
	enum archive_form form, struct diags *diags)
{
	*input = (struct archive_input){ .diags = diags, .path = shown, .fd = -1 };
	input->archive = archive_read_new();
	if (!input->archive || !set_input_form(input->archive, form))
		return input_failed(input);
	return begin_input(
		input, form, archive_read_open_memory(input->archive, bytes.data, bytes.size));
}

bool
archive_input_next(struct archive_input *input, bool *ret_end)
{
	int result = archive_read_next_header(input->archive, &input->entry);
	*ret_end = result == ARCHIVE_EOF;
	return result == ARCHIVE_OK || result == ARCHIVE_WARN || *ret_end || input_failed(input);
}

bool
archive_input_block(struct archive_input *input, const void **ret_data, size_t *ret_size,
	uint64_t *ret_offset, bool *ret_end)
{
	la_int64_t offset = 0;
	int result = archive_read_data_block(input->archive, ret_data, ret_size, &offset);
	*ret_end = result == ARCHIVE_EOF;
	*ret_offset = (uint64_t)offset;
	if (*ret_end)
		*ret_size = 0;
	return result == ARCHIVE_OK || *ret_end || input_failed(input);
}

void
archive_input_finish(struct archive_input *input)
{
	if (input->archive)
		archive_read_free(input->archive);
	archive_unpack_finish(input->unpack);
	free(input->block);
	cleanup_close(&input->fd);
	*input = (struct archive_input)NO_ARCHIVE_INPUT;
}
