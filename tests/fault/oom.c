/*
 * oom.c - for LD_PRELOAD: the n-th allocation finds no memory, once or for ever.
 *
 * OOM_NTH counts from 1; 0 = none. OOM_FOREVER fails all later ones too. At exit the number of
 * allocations is written to descriptor OOM_COUNT_FD, if it is set.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The C library's own, by the names that it keeps for such purposes. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

static unsigned long asked, nth;
static bool for_ever;

__attribute__((constructor)) static void
read_wish(void)
{
	const char *text = getenv("OOM_NTH");
	nth = text ? strtoul(text, NULL, 10) : 0;
	for_ever = getenv("OOM_FOREVER") != NULL;
	asked = 0;
}

__attribute__((destructor)) static void
tell_count(void)
{
	char text[32];
	const char *fd = getenv("OOM_COUNT_FD");
	int length = snprintf(text, sizeof(text), "%lu\n", asked);
	if (fd && write(atoi(fd), text, (size_t)length) != length)
		_exit(125);
}

static bool
is_refused(void)
{
	unsigned long count = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	bool refused = nth && (count == nth || (for_ever && count > nth));
	if (refused)
		errno = ENOMEM;
	return refused;
}

void *
malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *memory, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(memory, size);
}

void *
reallocarray(void *memory, size_t count, size_t size)
{
	size_t whole;
	if (__builtin_mul_overflow(count, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(memory, whole);
}
