/*
 * start_words.c - a command line into words, and the program among them; see start_internal.h.
 */
#include <string.h>

#include "importers/old/start_internal.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const char *
start_skip_blanks(const char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

const char *
start_trimmed(struct arena *arena, const char *text)
{
	text = start_skip_blanks(text);
	size_t size = strlen(text);
	while (size && is_blank(text[size - 1]))
		size--;
	return arena_strndup(arena, text, size);
}

const char *
start_next_line(struct start_lines *lines, struct arena *arena)
{
	if (!*lines->rest)
		return NULL;
	size_t size = strcspn(lines->rest, "\n");
	const char *line = arena_strndup(arena, lines->rest, size);
	lines->rest += size + (lines->rest[size] == '\n');
	lines->number++;
	return line;
}

/* One word from *at on, which moves behind it. */
static const char *
take_word(const char **at, struct arena *arena)
{
	AUTO_BUFFER struct buffer word = { 0 };
	char quote = 0;
	const char *text = *at;
	for (; *text && (quote || !is_blank(*text)); text++) {
		if (quote ? *text == quote : *text == '"' || *text == '\'')
			quote = quote ? 0 : *text;
		else if (*text == '\\' && text[1])
			buffer_add_char(&word, *++text);
		else
			buffer_add_char(&word, *text);
	}
	*at = text;
	return arena_strdup(arena, buffer_text(&word));
}

void
start_split(const char *text, struct arena *arena, struct string_list *ret_words)
{
	for (text = start_skip_blanks(text); *text; text = start_skip_blanks(text))
		string_list_push(arena, ret_words, take_word(&text, arena));
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* A shell's command ends at one of these, also in the middle of a word. */
static bool
add_until_end(const struct string_list *words, size_t first, struct arena *arena,
	struct string_list *ret_words)
{
	for (size_t i = first; i < words->count; i++) {
		size_t length = strcspn(words->items[i], ";&|>");
		if (length)
			string_list_push(
				arena, ret_words, arena_strndup(arena, words->items[i], length));
		if (words->items[i][length])
			break;
	}
	return true;
}

bool
start_words_of(const struct string_list *words, const char *program, struct arena *arena,
	struct string_list *ret_words)
{
	for (size_t i = 0; i < words->count; i++) {
		struct string_list inner = { 0 };
		if (strcmp(base_name(words->items[i]), program) == 0) {
			for (; i < words->count; i++)
				string_list_push(arena, ret_words, words->items[i]);
			return true;
		}
		if (!strpbrk(words->items[i], " \t"))
			continue;
		start_split(words->items[i], arena, &inner);
		for (size_t k = 0; k < inner.count; k++) {
			if (strcmp(base_name(inner.items[k]), program) == 0)
				return add_until_end(&inner, k, arena, ret_words);
		}
	}
	return false;
}
