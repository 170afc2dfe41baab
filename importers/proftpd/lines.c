/*
 * lines.c - lines and words of a configuration file; the rules are in the header.
 */
#include <string.h>

#include "importers/proftpd/lines.h"

enum { LINE_ROOM = 4096 }; /* the daemon's buffer, its NUL included */

bool
pro_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One physical line, or as much of it as fits; its newline is part of it. */
static struct bytes
next_piece(struct pro_lines *lines, size_t room)
{
	const char *start = lines->content.data + lines->offset;
	size_t left = lines->content.size - lines->offset;
	size_t size = left < room ? left : room;
	const char *newline = memchr(start, '\n', size);

	if (newline)
		size = (size_t)(newline - start) + 1;
	lines->offset += size;
	if (newline)
		lines->line++;
	return (struct bytes){ start, strnlen(start, size) };
}

static bool
is_comment(struct bytes piece)
{
	size_t i = 0;

	while (i < piece.size && pro_is_space(piece.data[i]))
		i++;
	return i < piece.size && piece.data[i] == '#';
}

/* A line with its joined pieces; false at the end of the file. */
static bool
join_pieces(struct pro_lines *lines, struct buffer *text, unsigned *ret_line)
{
	buffer_clear(text);
	while (lines->offset < lines->content.size && text->size < LINE_ROOM - 1) {
		if (text->size == 0)
			*ret_line = lines->line + 1;

		struct bytes piece = next_piece(lines, LINE_ROOM - 1 - text->size);
		bool ends = piece.size && piece.data[piece.size - 1] == '\n';
		bool joins = ends && piece.size >= 2 && piece.data[piece.size - 2] == '\\';
		if (joins && is_comment(piece))
			continue;
		buffer_add(text, piece.data, joins ? piece.size - 2 : piece.size);
		if (ends && !joins)
			return true;
	}
	return text->size > 0;
}

bool
pro_lines_next(struct pro_lines *lines, struct buffer *ret_text, unsigned *ret_line)
{
	AUTO_BUFFER struct buffer text = { 0 };
	unsigned line = 0;

	while (join_pieces(lines, &text, &line)) {
		size_t size = text.size, start = 0;

		if (size && text.data[size - 1] == '\n')
			size--;
		if (size && text.data[size - 1] == '\r')
			size--;
		while (start < size && pro_is_space(text.data[start]))
			start++;
		if (start == size || text.data[start] == '#')
			continue;

		buffer_clear(ret_text);
		buffer_add(ret_text, text.data + start, size - start);
		*ret_line = line;
		return true;
	}
	return false;
}

/* A word with every %{env:NAME} replaced; a value may hold further ones, a bounded number. */
static const char *
replace_environment(const char *word, const struct table *environment, struct arena *arena,
	struct string_list *missing)
{
	static const char opening[] = "%{env:";

	for (unsigned rounds = 0; rounds < 64; rounds++) {
		const char *start = strstr(word, opening);
		const char *end = start ? strchr(start, '}') : NULL;
		if (!end)
			break;

		const char *name = arena_strndup(arena, start + sizeof(opening) - 1,
			(size_t)(end - start) - (sizeof(opening) - 1));
		const char *value = table_get(environment, name);
		if (!value)
			string_list_push(arena, missing, name);
		if (value && strlen(value) + strlen(word) > LINE_ROOM)
			break;
		word = arena_printf(
			arena, "%.*s%s%s", (int)(start - word), word, value ? value : "", end + 1);
	}
	return word;
}

/* Copies one word to out and returns what is behind it; NULL when there is none. */
static const char *
next_word(const char *text, struct buffer *out)
{
	buffer_clear(out);
	while (pro_is_space(*text))
		text++;
	if (*text == '\0' || *text == '#')
		return NULL;

	bool quoted = *text == '"';
	if (quoted)
		text++;
	for (; *text && (quoted ? *text != '"' : !pro_is_space(*text)); text++) {
		if (quoted && *text == '\\' && text[1])
			text++;
		buffer_add_char(out, *text);
	}
	return *text ? text + 1 : text;
}

void
pro_words(const char *text, const struct table *environment, struct arena *arena,
	struct string_list *ret_words, struct string_list *missing)
{
	AUTO_BUFFER struct buffer word = { 0 };

	*ret_words = (struct string_list){ 0 };
	for (text = next_word(text, &word); text; text = next_word(text, &word)) {
		const char *copy = arena_strdup(arena, buffer_text(&word));
		if (word.size > 7)
			copy = replace_environment(copy, environment, arena, missing);
		string_list_push(arena, ret_words, copy);
	}
}
