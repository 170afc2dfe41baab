/*
 * yaml_text.c - double-quoted scalars, see yaml_text.h.
 *
 * Escapes are those of YAML 1.1, 5.7: \" \\ \n \t, and \xHH \uHHHH \UHHHHHHHH by code point. JSON's
 * pairs of surrogates are none there.
 */
#include "core/base/yaml_text.h"

#include <stdint.h>
#include <string.h>

#include "core/base/text.h"

static void
add_escape(struct buffer *out, uint32_t c)
{
	if (c == '"' || c == '\\')
		buffer_printf(out, "\\%c", (int)c);
	else if (c == '\n' || c == '\t')
		buffer_add_text(out, c == '\n' ? "\\n" : "\\t");
	else if (c < 0x100)
		buffer_printf(out, "\\x%02x", (unsigned)c);
	else if (c < 0x10000 || c == UINT32_MAX)
		buffer_printf(out, "\\u%04x", c == UINT32_MAX ? 0xfffd : (unsigned)c);
	else
		buffer_printf(out, "\\U%08x", (unsigned)c);
}

/* text_escape() escapes whatever YAML takes for a line break or for not printable, too. */
static void
add(struct buffer *out, const char *text, bool ascii)
{
	buffer_add_char(out, '"');
	for (size_t rest = strlen(text), size; rest; rest -= size, text += size) {
		uint32_t c;
		bool is_shown;
		size = text_character(text, rest, &c, &is_shown);
		if (c == '"' || c == '\\' || !is_shown || (ascii && c >= 0x80))
			add_escape(out, c);
		else
			buffer_add(out, text, size);
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
