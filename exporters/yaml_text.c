/*
 * yaml_text.c - double-quoted scalars, see yaml_text.h.
 *
 * Escapes are those of YAML 1.1, 5.7: \" \\ and \xHH \uHHHH \UHHHHHHHH by code point. JSON's pairs
 * of surrogates are none there.
 */
#include "exporters/yaml_text.h"

#include <string.h>

/* One character of valid UTF-8, and how many bytes it has. */
static unsigned
code_point(const char *text, size_t *ret_size)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t size = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
	unsigned point = size == 1 ? *at : *at & (0x7fu >> size);
	for (size_t i = 1; i < size; i++)
		point = point << 6 | (at[i] & 0x3f);
	*ret_size = size;
	return point;
}

/* What is no c-printable, breaks lines, or cannot be seen: directions, joiners, a byte order mark,
 * tags. */
static bool
is_escaped(unsigned point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad ||
		(point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
		(point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point >= 0xe0000 ||
		(point & 0xfffe) == 0xfffe;
}

void
yaml_add_text(struct buffer *out, const char *text)
{
	size_t size;
	buffer_add_char(out, '"');
	for (; *text; text += size) {
		unsigned point = code_point(text, &size);
		if (point == '"' || point == '\\')
			buffer_printf(out, "\\%c", (int)point);
		else if (!is_escaped(point))
			buffer_add(out, text, size);
		else if (point < 0x100)
			buffer_printf(out, "\\x%02x", point);
		else if (point < 0x10000)
			buffer_printf(out, "\\u%04x", point);
		else
			buffer_printf(out, "\\U%08x", point);
	}
	buffer_add_char(out, '"');
}

void
yaml_add_untemplated(struct buffer *out, const char *text)
{
	if (strstr(text, "{{") || strstr(text, "{%") || strstr(text, "{#"))
		buffer_add_text(out, "!unsafe ");
	yaml_add_text(out, text);
}
