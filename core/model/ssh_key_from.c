/*
 * ssh_key_from.c - the addresses that a key may be used from, in front of its line.
 *
 * Ours stands first. A key that came with a from= of its own keeps it: sshd takes one only, and the
 * Match block of the profile refuses the other addresses all the same.
 */
#include <string.h>
#include <strings.h>

#include "core/base/buffer.h"
#include "core/model/ssh_key.h"

static char *
from_option(const struct string_list *from, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (address, from)
		buffer_printf(&out, "%s%s", out.size ? "," : "from=\"", *address);
	buffer_add_text(&out, out.size ? "\"" : "");
	return arena_strdup(arena, buffer_text(&out));
}

/* sshd(8): options are separated by commas, and end at the first blank outside of quotes. */
static bool
has_from(const char *line)
{
	bool quoted = false, begins = true;
	for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++) {
		if (begins && strncasecmp(line, "from=", 5) == 0)
			return true;
		if (quoted && line[0] == '\\' && line[1] == '"')
			line++;
		else if (*line == '"')
			quoted = !quoted;
		begins = !quoted && *line == ',';
	}
	return false;
}

/* A line without options begins with the key's type. */
static bool
has_options(const char *line)
{
	return strncmp(line, "ssh-", 4) != 0 && strncmp(line, "ecdsa-", 6) != 0 &&
		strncmp(line, "sk-", 3) != 0;
}

const char *
ssh_key_change_from(const char *line, const struct string_list *before,
	const struct string_list *after, struct arena *arena)
{
	const char *ours = from_option(before, arena);
	size_t size = strlen(ours);
	bool options = has_options(line);
	if (!*line || *line == '#')
		return line;
	bool begins =
		size && strncmp(line, ours, size) == 0 && (line[size] == ',' || line[size] == ' ');
	/* Ours was never put in front of another one. */
	if (begins && !(line[size] == ',' && has_from(line + size + 1))) {
		options = line[size] == ',';
		line = arena_strdup(arena, line + size + 1);
	}
	if (!after->count || (options && has_from(line)))
		return line;
	return arena_printf(arena, "%s%c%s", from_option(after, arena), options ? ',' : ' ', line);
}
