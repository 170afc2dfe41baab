/*
 * must.h - what fuzz targets share: the finding, and the parts of an input.
 *
 * A finding is abort(), so the checks do not depend on NDEBUG.
 */
#ifndef REHOME_TESTS_FUZZ_MUST_H
#define REHOME_TESTS_FUZZ_MUST_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/text.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Between the parts of inputs that have several: ASCII's record separator. */
enum { PART_SEPARATOR = 0x1e };

/* The text up to the next separator or the end, and in the arena, cut at a NUL byte. */
static inline const char *
next_part(struct bytes *input, struct arena *arena)
{
	const char *end = input->size ? memchr(input->data, PART_SEPARATOR, input->size) : NULL;
	size_t size = end ? (size_t)(end - input->data) : input->size;
	const char *part = size ? arena_strndup(arena, input->data, size) : "";
	size += end != NULL;
	*input = (struct bytes){ size < input->size ? input->data + size : NULL,
		input->size - size };
	return part;
}

/* Text that may stand in a message, a plan or a file of the system: UTF-8 and one line of it. */
static inline bool
is_one_line(const char *text)
{
	size_t size = strlen(text);
	return text_is_utf8(text, size) && !text_has_control(text, size);
}

/* What importers let through as a cell: UTF-8 without controls but line breaks and tabs. */
static inline bool
is_cell(const char *text)
{
	if (!text_is_utf8(text, strlen(text)))
		return false;
	for (; *text; text += *text != '\0') {
		size_t size = strcspn(text, "\t\r\n");
		if (text_has_control(text, size))
			return false;
		text += size;
	}
	return true;
}

/* False came with an error, and true without one. */
static inline void
must_be_told(bool good, const struct diags *diags)
{
	MUST(good == (diags->errors == 0));
}

#endif
