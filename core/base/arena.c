/*
 * arena.c - blocks of memory chained together; the newest has the free room.
 *
 * Large requests get a block of their own, placed behind the newest one so that its room is not
 * lost.
 */
#include "core/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

enum { BLOCK_SIZE = 64 * 1024 };

static struct arena_block *
block_create(size_t size)
{
	struct arena_block *block = calloc(1, sizeof(*block) + size);
	if (!block)
		abort();
	block->size = size;
	return block;
}

void
arena_finish(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		explicit_bzero(block->data, block->used);
		free(block);
	}
}

void
arena_clear(struct arena *arena)
{
	struct arena_block *kept = arena->blocks;
	if (!kept || kept->size > BLOCK_SIZE) {
		arena_finish(arena);
		return;
	}
	struct arena older = { kept->next };
	arena_finish(&older);
	explicit_bzero(kept->data, kept->used);
	kept->next = NULL;
	kept->used = 0;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		abort();
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);

	struct arena_block *block = arena->blocks;
	if (!block || block->size - block->used < size) {
		block = block_create(size > BLOCK_SIZE / 4 ? size : BLOCK_SIZE);
		if (size > BLOCK_SIZE / 4 && arena->blocks) {
			block->next = arena->blocks->next;
			arena->blocks->next = block;
		} else {
			block->next = arena->blocks;
			arena->blocks = block;
		}
	}
	void *memory = block->data + block->used;
	block->used += size;
	return memory;
}

void *
arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *copy = arena_alloc(arena, size);
	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *
arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	if (length)
		memcpy(copy, text, length);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		abort();
	char *text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void *
arena_grow(struct arena *arena, const void *items, size_t *room, size_t item_size)
{
	size_t old = *room;
	*room = old ? old * 2 : 8;
	void *grown = arena_alloc(arena, *room * item_size);
	if (old)
		memcpy(grown, items, old * item_size);
	return grown;
}

void
string_list_push(struct arena *arena, struct string_list *list, const char *text)
{
	ARRAY_PUSH(arena, list, text);
}

bool
string_list_has(const struct string_list *list, const char *text)
{
	ARRAY_FOREACH (item, list) {
		if (strcmp(*item, text) == 0)
			return true;
	}
	return false;
}
