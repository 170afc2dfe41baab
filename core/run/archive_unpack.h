/*
 * archive_unpack.h - a thread reads a compressed file and unpacks it ahead of whoever takes it
 * apart.
 *
 * Reading back a large archive is decompression and digests in equal parts: side by side they take
 * half of the time. Memory is bounded, and nothing but the bytes is shared while the thread runs.
 */
#ifndef REHOME_RUN_ARCHIVE_UNPACK_H
#define REHOME_RUN_ARCHIVE_UNPACK_H

#include "core/run/archive_stream.h"

/* The descriptor is the unpacker's from now on. NULL with an error when the file is no zstd. */
struct archive_unpack *archive_unpack_open(int fd, const char *path, struct diags *diags);
/* The next bytes, valid until the next call. Nothing at the end; false when the file is damaged. */
NODISCARD bool archive_unpack_next(struct archive_unpack *unpack, struct bytes *ret_bytes);
/* Appends what was wrong with the file, if anything was. True when that was something. */
bool archive_unpack_tell(struct archive_unpack *unpack, struct diags *diags);
/* Stops the thread wherever it is; NULL is none. */
void archive_unpack_finish(struct archive_unpack *unpack);

#endif
