/*
 * cell.c - quoting of a cell, see cell.h.
 */
#include "exporters/cell.h"

#include <string.h>

static bool
needs_apostrophe(const char *text)
{
	char first = text[strspn(text, "'")];
	return first && strchr("=+-@\t\r", first);
}

/* Blanks at the ends would be dropped from an unquoted cell. */
static bool
needs_quotes(const char *text, char delimiter)
{
	size_t size = strlen(text);
	return size &&
		(strpbrk(text, "\"\r\n\t") || strchr(text, delimiter) || text[0] == ' ' ||
			text[size - 1] == ' ');
}

void
cell_add(struct buffer *out, const char *text, char delimiter)
{
	bool quoted = needs_quotes(text, delimiter);
	if (quoted)
		buffer_add_char(out, '"');
	if (needs_apostrophe(text))
		buffer_add_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			buffer_add_char(out, '"');
		buffer_add_char(out, *text);
	}
	if (quoted)
		buffer_add_char(out, '"');
}
