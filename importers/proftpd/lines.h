/*
 * lines.h - the text of a ProFTPD configuration file as lines and words.
 *
 * A line ends at a newline; "\" in front of it joins the next one, in the middle of a word too,
 * but a piece that begins with "#" is dropped whole. One CR at the end goes. A NUL hides the rest
 * of its piece, newline included; what is longer than the daemon's buffer continues as a line of
 * its own.
 */
#ifndef REHOME_IMPORTERS_PROFTPD_LINES_H
#define REHOME_IMPORTERS_PROFTPD_LINES_H

#include "importers/old/root.h"

struct pro_lines {
	struct bytes content;
	size_t offset;
	unsigned line; /* physical lines that were read */
};

/* The next line that is neither blank nor a comment, without blanks in front. False at the end.
 * *ret_line is the first physical line of it. */
bool pro_lines_next(struct pro_lines *lines, struct buffer *ret_text, unsigned *ret_line);

/* Words: quotes count at the beginning of a word only, "\" escapes inside them, "#" at the
 * beginning of a word ends the line. `environment` replaces %{env:NAME}; a name without a value is
 * nothing, and is pushed to missing. */
void pro_words(const char *text, const struct table *environment, struct arena *arena,
	struct string_list *ret_words, struct string_list *missing);

/* isspace(3) of the C locale, as the daemon uses it. */
bool pro_is_space(char c);

#endif
