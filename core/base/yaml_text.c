/*
 * yaml_text.c - double-quoted scalars, see yaml_text.h.
 *
 * Escapes are those of YAML 1.1, 5.7: \" \\ \n \t, and \xHH \uHHHH \UHHHHHHHH by code point. JSON's
 * pairs of surrogates are none there.
 */
#include "core/base/yaml_text.h"

#include <stdint.h>
#include <string.h>
#include <unistr.h>

/* What is no c-printable, breaks lines, or cannot be seen: directions, joiners, a byte order mark,
 * tags. */
static bool
is_escaped(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
		(c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c >= 0xe0000 ||
		(c & 0xfffe) == 0xfffe;
}

static void
add_escape(struct buffer *out, ucs4_t c)
{
	if (c == '"' || c == '\\')
		buffer_printf(out, "\\%c", (int)c);
	else if (c == '\n' || c == '\t')
		buffer_add_text(out, c == '\n' ? "\\n" : "\\t");
	else if (c < 0x100)
		buffer_printf(out, "\\x%02x", (unsigned)c);
	else if (c < 0x10000)
		buffer_printf(out, "\\u%04x", (unsigned)c);
	else
		buffer_printf(out, "\\U%08x", (unsigned)c);
}

static void
add(struct buffer *out, const char *text, bool ascii)
{
	const char *end = text + strlen(text);
	buffer_add_char(out, '"');
	while (text < end) {
		ucs4_t c;
		int size = u8_mbtouc(&c, (const uint8_t *)text, (size_t)(end - text));
		if (c == '"' || c == '\\' || is_escaped(c) || (ascii && c >= 0x80))
			add_escape(out, c);
		else
			buffer_add(out, text, (size_t)size);
		text += size;
	}
	buffer_add_char(out, '"');
}

void
yaml_add_text(struct buffer *out, const char *text)
{
	add(out, text, false);
}

void
yaml_add_ascii(struct buffer *out, const char *text)
{
	add(out, text, true);
}
