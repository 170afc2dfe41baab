/*
 * buffer.c - growing by doubling into fresh memory, so that the old copy can be wiped.
 */
#include "core/base/buffer.h"

#include <string.h>

void
buffer_finish(struct buffer *buffer)
{
	if (buffer->data)
		explicit_bzero(buffer->data, buffer->room);
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

void
buffer_clear(struct buffer *buffer)
{
	if (buffer->data) {
		explicit_bzero(buffer->data, buffer->room);
		buffer->size = 0;
	}
}

void
buffer_cut(struct buffer *buffer, size_t size)
{
	if (buffer->size <= size)
		return;
	explicit_bzero(buffer->data + size, buffer->size - size);
	buffer->size = size;
}

static void
reserve(struct buffer *buffer, size_t more)
{
	if (buffer->room - buffer->size > more)
		return;
	size_t room = buffer->room ? buffer->room : 256;
	while (room - buffer->size <= more)
		room *= 2;
	char *data = malloc(room);
	if (!data)
		abort();
	if (buffer->data) {
		memcpy(data, buffer->data, buffer->size);
		explicit_bzero(buffer->data, buffer->room);
		free(buffer->data);
	}
	buffer->data = data;
	buffer->room = room;
}

void
buffer_add(struct buffer *buffer, const void *data, size_t size)
{
	reserve(buffer, size);
	if (size)
		memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
	buffer->data[buffer->size] = '\0';
}

void
buffer_add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void
buffer_add_char(struct buffer *buffer, char c)
{
	buffer_add(buffer, &c, 1);
}

void
buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		abort();
	reserve(buffer, (size_t)length);
	vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, again);
	buffer->size += (size_t)length;
	va_end(again);
	va_end(args);
}

const char *
buffer_text(const struct buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}

struct bytes
buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}

bool
bytes_take_line(struct bytes *rest, struct bytes *ret_line)
{
	if (!rest->size)
		return false;
	const char *newline = memchr(rest->data, '\n', rest->size);
	size_t size = newline ? (size_t)(newline - rest->data) : rest->size;
	*ret_line = (struct bytes){ rest->data, size };
	size += newline != NULL;
	*rest = (struct bytes){ rest->data + size, rest->size - size };
	return true;
}
