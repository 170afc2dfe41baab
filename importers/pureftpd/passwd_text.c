/*
 * passwd_text.c - the lines of pureftpd.passwd.
 */
#include "importers/pureftpd/passwd_text.h"

#include <string.h>

static void
add_line(const char *line, size_t size, struct place where, struct arena *arena,
	struct passwd_text *text)
{
	const char *carriage = memchr(line, '\r', size);
	size = carriage ? (size_t)(carriage - line) : size;
	const char *colon = memchr(line, ':', size);
	if (!size || *line == '#' || !colon || colon + 1 == line + size)
		return;
	struct text_user user = { .name = arena_strndup(arena, line, (size_t)(colon - line)),
		.line = arena_strndup(arena, colon + 1, (size_t)(line + size - colon - 1)),
		.where = where };
	struct text_user *first = table_get(&text->by_name, user.name);
	user.is_repeated = first;
	if (!first)
		table_set(&text->by_name, user.name, arena_copy(arena, &user, sizeof(user)));
	ARRAY_PUSH(arena, &text->users, user);
}

void
passwd_text_parse(
	struct bytes content, const char *shown, struct arena *arena, struct passwd_text *ret_text)
{
	struct bytes line;
	*ret_text = (struct passwd_text){ .by_name.arena = arena };
	for (unsigned number = 1; bytes_take_line(&content, &line); number++)
		add_line(line.data, line.size, at(shown, number), arena, ret_text);
}
