/*
 * state_text.h - paths and names as words of the program's own state files.
 *
 * A word has no blank, control character or byte above 7e: those and '%' are "%xx", in lower case.
 * The files are root's, and read as if they were anybody's.
 */
#ifndef REHOME_BASE_STATE_TEXT_H
#define REHOME_BASE_STATE_TEXT_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"

void state_text_add(struct buffer *out, const char *text);

/* The text of such a word, never empty; NULL when it is no word of ours. */
const char *state_text_read(struct arena *arena, const char *word, size_t size);

/* 0 to 15; -1 when it is none of 0-9 and a-f. */
int state_text_digit(char c);

/* A relative path without empty names, "." and "..": what it names stays below where it begins. */
bool state_text_is_below(const char *path);

#endif
