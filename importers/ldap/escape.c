/*
 * escape.c - RFC 4515 and RFC 4514; see escape.h.
 */
#include "importers/ldap/escape.h"

#include <string.h>

/* Only these are syntax; what is no UTF-8 would be refused by servers, so it goes by numbers too.
 */
void
escape_filter(struct buffer *out, struct bytes value)
{
	bool utf8 = text_is_utf8(value.data, value.size);
	for (size_t i = 0; i < value.size; i++) {
		unsigned char c = (unsigned char)value.data[i];
		if (strchr("*()\\", c) || c < ' ' || c == 0x7f || (c >= 0x80 && !utf8))
			buffer_printf(out, "\\%02x", c);
		else
			buffer_add_char(out, (char)c);
	}
}

/* A blank counts at both ends, a number sign at the beginning. */
void
escape_dn(struct buffer *out, struct bytes value)
{
	bool utf8 = text_is_utf8(value.data, value.size);
	for (size_t i = 0; i < value.size; i++) {
		unsigned char c = (unsigned char)value.data[i];
		bool at_end = i == 0 || i + 1 == value.size;
		if (c < ' ' || c == 0x7f || (c >= 0x80 && !utf8))
			buffer_printf(out, "\\%02x", c);
		else if (strchr("\"+,;<=>\\", c) || (c == ' ' && at_end) || (c == '#' && i == 0))
			buffer_printf(out, "\\%c", c);
		else
			buffer_add_char(out, (char)c);
	}
}

char *
escaped_filter(struct arena *arena, const char *value)
{
	AUTO_BUFFER struct buffer out = { 0 };
	escape_filter(&out, (struct bytes){ value, strlen(value) });
	return arena_strdup(arena, buffer_text(&out));
}

char *
escaped_dn(struct arena *arena, const char *value)
{
	AUTO_BUFFER struct buffer out = { 0 };
	escape_dn(&out, (struct bytes){ value, strlen(value) });
	return arena_strdup(arena, buffer_text(&out));
}
