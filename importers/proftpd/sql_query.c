/*
 * sql_query.c - "%U", "%{0}" and their like.
 *
 * At the time of the question nobody is logged in yet: the user and the group of the session are
 * "-". A '%' that begins no variable stands for itself, so LIKE '%x' is one, and LIKE '%a' has the
 * client's address.
 */
#include "importers/proftpd/sql_query.h"

#include <stdlib.h>
#include <string.h>

#include "importers/proftpd/sql_store.h"

/* One letter each; what a session that is not logged in yet cannot know, and what we cannot. */
static const char letters[] = "ADEFHIJLOPRSTUVabcdfghlmprstuvw";

static void
add_value(struct buffer *out, const char *value, struct arena *arena)
{
	const size_t length = strlen(value);
	const bool quoted = length >= 2 && value[0] == '\'' && value[length - 1] == '\'' &&
		memchr(value + 1, '\'', length - 2) == NULL;
	buffer_add_text(out, quoted ? value : pro_sql_escaped(arena, value));
}

/* The value of a one-letter variable; NULL = it cannot be known here. */
static const char *
letter_value(char letter, const struct pro_variables *variables)
{
	switch (letter) {
	case 'U':
		return variables->user;
	case 'u':
	case 'g':
		return "-";
	case 'v':
		return variables->server_name;
	default:
		return NULL;
	}
}

/* "{0}" of a named query; NULL = it is none, or there is no such word. */
static const char *
word_value(const char *braces, size_t length, const struct pro_variables *variables)
{
	char *end = NULL;
	if (!variables->named || length == 0 || braces[0] < '0' || braces[0] > '9')
		return NULL;
	const unsigned long number = strtoul(braces, &end, 10);
	if (end != braces + length || number >= variables->word_count)
		return NULL;
	return variables->words[number];
}

char *
pro_query_resolve(const char *query, const struct pro_variables *variables, struct arena *arena,
	const char **ret_variable)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *at = query; *at; at++) {
		if (*at != '%') {
			buffer_add_char(&out, *at);
			continue;
		}
		const char *value = NULL, *close = at[1] == '{' ? strchr(at, '}') : NULL;
		size_t length = 2;
		if (at[1] && strchr(letters, at[1])) {
			value = letter_value(at[1], variables);
		} else if (close) {
			length = (size_t)(close - at) + 1;
			value = word_value(at + 2, length - 3, variables);
		} else {
			buffer_add_char(&out, '%');
			continue;
		}
		if (!value) {
			*ret_variable = arena_strndup(arena, at, length);
			return NULL;
		}
		add_value(&out, value, arena);
		at += length - 1;
	}
	return arena_strdup(arena, buffer_text(&out));
}
