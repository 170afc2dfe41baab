/*
 * arena.h - the run lifetime: memory that is freed all at once.
 *
 * Everything that lives as long as a command (accounts, plan, diagnostics, parsed files) is
 * allocated from one arena and never freed singly. Allocation never fails: out of memory aborts,
 * which is safe at every point of a run because `recover` finishes or undoes it.
 *
 * All memory is zeroed. arena_finish() wipes what it frees, because hashes and generated passwords
 * may have lived there.
 */
#ifndef REHOME_BASE_ARENA_H
#define REHOME_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/cleanup.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;
};

#define AUTO_ARENA AUTO(arena_finish)

/* A zeroed struct arena is an empty arena; nothing needs to be initialised. */
void arena_finish(struct arena *arena);

/* Empty again, with room for what comes next: for memory that lives as long as one row. */
void arena_clear(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size);
void *arena_copy(struct arena *arena, const void *data, size_t size);

/* A NUL-terminated copy. NULL stays NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *arena, const char *format, va_list args) PRINTF_LIKE(2, 0);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/*
 * A growing array inside an arena. Declare `ARRAY(struct thing) things;` (zeroed), append with
 * ARRAY_PUSH(arena, &things, value), walk with ARRAY_FOREACH(thing, &things). Growth doubles, so
 * items move: keep indexes or pointers to separately allocated things, not pointers to items.
 */
#define ARRAY(type)                                                                                \
	struct {                                                                                   \
		type *items;                                                                       \
		size_t count, room;                                                                \
	}

#define ARRAY_PUSH(arena, array, ...)                                                              \
	do {                                                                                       \
		if ((array)->count == (array)->room)                                               \
			(array)->items = arena_grow(                                               \
				(arena), (array)->items, &(array)->room, sizeof(*(array)->items)); \
		(array)->items[(array)->count++] = __VA_ARGS__;                                    \
	} while (0)

#define ARRAY_FOREACH(item, array)                                                                 \
	for (__typeof__((array)->items + 0) item = (array)->items;                                 \
		item && item < (array)->items + (array)->count; item++)

/* For ARRAY_PUSH: a copy of the items with room for twice as many; *room is updated. */
void *arena_grow(struct arena *arena, const void *items, size_t *room, size_t item_size);

/* The list of strings that accounts, configuration and plans share. */
struct string_list {
	const char **items;
	size_t count, room;
};

/* Takes the pointer as it is; copy first what is borrowed. */
void string_list_push(struct arena *arena, struct string_list *list, const char *text);
bool string_list_has(const struct string_list *list, const char *text);

#endif
