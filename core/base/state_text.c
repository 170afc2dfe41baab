/*
 * state_text.c - see state_text.h.
 */
#include "core/base/state_text.h"

#include <string.h>

void
state_text_add(struct buffer *out, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c <= ' ' || *c > '~' || *c == '%')
			buffer_printf(out, "%%%02x", *c);
		else
			buffer_add_char(out, (char)*c);
	}
}

int
state_text_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;
	return found ? (int)(found - digits) : -1;
}

const char *
state_text_read(struct arena *arena, const char *word, size_t size)
{
	char *out = arena_alloc(arena, size + 1), *to = out;
	for (const char *c = word; c < word + size; c++) {
		if (*c != '%') {
			*to++ = *c;
			continue;
		}
		int high = c + 2 < word + size ? state_text_digit(c[1]) : -1;
		int low = high < 0 ? -1 : state_text_digit(c[2]);
		/* A NUL would cut the path. */
		if (low < 0 || (high == 0 && low == 0))
			return NULL;
		*to++ = (char)(high * 16 + low);
		c += 2;
	}
	*to = '\0';
	return *out ? out : NULL;
}

bool
state_text_is_below(const char *path)
{
	for (const char *part = path;; part++) {
		size_t size = strcspn(part, "/");
		if (size == 0 || (size <= 2 && strncmp(part, "..", size) == 0))
			return false;
		part += size;
		if (!*part)
			return true;
	}
}
