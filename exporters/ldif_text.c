/*
 * ldif_text.c - how LDIF writes things; see ldif_text.h.
 */
#include "exporters/ldif_text.h"

#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F;
}

/* ---- lines ---- */

static bool
is_safe(const char *value)
{
	size_t size = strlen(value);
	if (!size)
		return true;
	if (strchr(" :<", value[0]) || value[size - 1] == ' ')
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!is_plain((unsigned char)value[i]))
			return false;
	}
	return true;
}

static void
add_folded(struct buffer *out, const struct buffer *line)
{
	enum { COLUMNS = 76 };
	size_t done = 0, room = COLUMNS;
	while (line->size - done > room) {
		buffer_add(out, line->data + done, room);
		buffer_add_text(out, "\n ");
		done += room;
		room = COLUMNS - 1;
	}
	buffer_add(out, line->data + done, line->size - done);
	buffer_add_char(out, '\n');
}

void
ldif_add(struct buffer *out, const char *attribute, const char *value)
{
	AUTO_BUFFER struct buffer line = { 0 };
	buffer_add_text(&line, attribute);
	if (is_safe(value)) {
		buffer_add_text(&line, ": ");
		buffer_add_text(&line, value);
	} else {
		buffer_add_text(&line, ":: ");
		text_base64(&line, value);
	}
	add_folded(out, &line);
}

/* ---- names ---- */

/* RFC 4514, 2.4. */
void
ldif_add_name(struct buffer *out, const char *value)
{
	for (const char *c = value; *c; c++) {
		bool is_first = c == value, is_last = !c[1];
		if ((unsigned char)*c < 0x20 || *c == 0x7F)
			buffer_printf(out, "\\%02X", (unsigned)(unsigned char)*c);
		else if (strchr("\"+,;<>\\=", *c) || (*c == '#' && is_first) ||
			(*c == ' ' && (is_first || is_last)))
			buffer_printf(out, "\\%c", *c);
		else
			buffer_add_char(out, *c);
	}
}

bool
ldif_is_attribute(const char *name)
{
	if (!*name || !strchr(letters, *name))
		return false;
	while (*name && (strchr(letters, *name) || strchr("-0123456789", *name)))
		name++;
	return !*name;
}

/* Of one name, behind its "type="; up to what separates it from the next. NULL = it is broken. */
static const char *
skip_value(const char *text)
{
	const char *start = text;
	for (; *text && !strchr(",+", *text); text++) {
		if ((unsigned char)*text < 0x20 || strchr("\"<>;", *text))
			return NULL;
		if (*text == '\\' && !*++text)
			return NULL;
	}
	return text > start ? text : NULL;
}

bool
ldif_is_dn(const char *dn)
{
	for (;;) {
		dn += strspn(dn, " ");
		size_t type = strspn(dn, letters);
		type += strspn(dn + type, "-.0123456789");
		if (!type || dn[type] != '=')
			return false;
		dn = skip_value(dn + type + 1);
		if (!dn)
			return false;
		if (!*dn)
			return true;
		dn++;
	}
}
