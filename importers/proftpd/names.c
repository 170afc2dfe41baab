/*
 * names.c - names from the databases, the configuration and /etc/ftpusers.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/names.h"

/* What a person can send as a name: no control characters, no blanks around it. */
static bool
can_be_typed(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || *name == '#' || *name == ' ' || name[size - 1] == ' ')
		return false;
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 127)
			return false;
	return true;
}

static void
add(void *ctx, const char *name, struct place where)
{
	struct pro_names *names = ctx;

	if (!can_be_typed(name)) {
		const char *trimmed = text_trimmed(names->arena, name);
		table_set(&names->unlike, trimmed, arena_copy(names->arena, &where, sizeof(where)));
		return;
	}
	if (table_get(&names->by_name, name))
		return;
	struct pro_name *item = ARENA_NEW(names->arena, struct pro_name);
	item->name = arena_strdup(names->arena, name);
	item->where = where;
	table_set(&names->by_name, item->name, item);
	ARRAY_PUSH(names->arena, names, item);
}

/* The names of an expression: without "!", without keywords and regular expressions. */
static void
add_expression(struct pro_names *names, const struct pro_line *line)
{
	size_t first = 0;
	const char *keyword = line->words.count > 1 ? line->words.items[0] : "";

	if (strcasecmp(keyword, "regex") == 0)
		return;
	if (strcasecmp(keyword, "AND") == 0 || strcasecmp(keyword, "OR") == 0)
		first = 1;
	for (size_t i = first; i < line->words.count; i++) {
		char *rest = arena_strdup(names->arena, line->words.items[i]), *comma;
		for (char *word = rest; word; word = comma) {
			comma = strchr(word, ',');
			if (comma)
				*comma++ = '\0';
			word += *word == '!';
			if (*word)
				add(names, word, line->where);
		}
	}
}

static bool
is_one_of(const char *name, const char *const *candidates)
{
	for (; *candidates; candidates++)
		if (strcmp(name, *candidates) == 0)
			return true;
	return false;
}

static void
add_section(struct pro_names *names, const struct pro_section *section)
{
	static const char *const expressions[] = { "AllowUser", "DenyUser", "<IfUser>", NULL };
	static const char *const first_words[] = { "UserAlias", "UserPassword", NULL };

	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		if (is_one_of(line->name, expressions))
			add_expression(names, line);
		if (is_one_of(line->name, first_words) && strcmp(line->words.items[0], "*") != 0)
			add(names, line->words.items[0], line->where);
		if (section->kind == PRO_ANONYMOUS && strcmp(line->name, "User") == 0)
			add(names, line->words.items[0], line->where);
		if (line->section)
			add_section(names, line->section);
	}
}

void
pro_names_find(const struct pro_judge *judge, struct pro_names *ret_names)
{
	*ret_names = (struct pro_names){
		.arena = judge->arena, .by_name.arena = judge->arena, .unlike.arena = judge->arena
	};
	pro_auth_names(judge->auth, add, ret_names);
	add_section(ret_names, judge->server);
	for (size_t i = 0; i < judge->banned.room; i++) {
		const struct table_slot *slot = &judge->banned.slots[i];
		if (slot->key && slot->value)
			add(ret_names, slot->key, *(const struct place *)slot->value);
	}
}
