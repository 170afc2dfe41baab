/*
 * buffer.h - bytes that grow, for building files and text.
 *
 * The bytes are always followed by a NUL that is not counted. Memory is wiped whenever it is given
 * back or moved, because shadow files are built here. Out of memory aborts.
 */
#ifndef REHOME_BASE_BUFFER_H
#define REHOME_BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/cleanup.h"

/* Bytes that somebody else owns. data is NULL only when size is 0. */
struct bytes {
	const char *data;
	size_t size;
};

/* The next line of them, without its newline, taken off; false when nothing is left. */
bool bytes_take_line(struct bytes *rest, struct bytes *ret_line);

struct buffer {
	char *data; /* NULL while nothing was added */
	size_t size, room;
};

#define AUTO_BUFFER AUTO(buffer_finish)

/* A zeroed struct buffer is empty. */
void buffer_finish(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
/* Wipes what stands behind the first size bytes. */
void buffer_cut(struct buffer *buffer, size_t size);

void buffer_add(struct buffer *buffer, const void *data, size_t size);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* The content as text, "" when empty; valid until the next change. */
const char *buffer_text(const struct buffer *buffer);
struct bytes buffer_bytes(const struct buffer *buffer);

#endif
