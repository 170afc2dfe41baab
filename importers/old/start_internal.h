/*
 * start_internal.h - command lines as words, for those who read them from different files.
 */
#ifndef REHOME_IMPORTERS_OLD_START_INTERNAL_H
#define REHOME_IMPORTERS_OLD_START_INTERNAL_H

#include "importers/old/start.h"

/* Splits at blanks; quotes hold words together, a backslash takes the next character as it is. */
void start_split(const char *text, struct arena *arena, struct string_list *ret_words);

/* The words from the program on; false when it is not among them. Words with blanks in them (behind
 * sh -c) are split again, and end at ";", "&", "|" or ">". */
bool start_words_of(const struct string_list *words, const char *program, struct arena *arena,
	struct string_list *ret_words);

struct start_lines {
	const char *rest;
	unsigned number;
};
/* The next line's copy without its end; NULL = no more. */
const char *start_next_line(struct start_lines *lines, struct arena *arena);

const char *start_skip_blanks(const char *text);
/* The text without blanks at both ends. */
const char *start_trimmed(struct arena *arena, const char *text);

void start_find_inetd(
	struct old_root *root, const char *program, struct arena *arena, struct old_starts *starts);

enum { START_FILE_LIMIT = 1 << 20 };

#endif
