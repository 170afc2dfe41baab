/*
 * expression.c - lists of names, evaluated as the daemon does.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/expression.h"

void
pro_patterns_finish(struct pro_patterns *patterns)
{
	for (size_t i = 0; i < patterns->all.count; i++)
		pro_pattern_free(patterns->all.items[i]);
	patterns->all.count = 0;
}

static const struct pro_pattern *
compiled(struct pro_patterns *patterns, const char *text)
{
	struct pro_pattern *pattern = table_get(&patterns->by_text, text);

	if (pattern)
		return pattern;
	if (pro_pattern_compile(text, patterns->arena, &pattern) != PRO_PATTERN_USABLE) {
		patterns->foreign = text;
		return NULL;
	}
	patterns->by_text.arena = patterns->arena;
	table_set(&patterns->by_text, text, pattern);
	ARRAY_PUSH(patterns->arena, &patterns->all, pattern);
	return pattern;
}

static bool
is_named(const char *name, enum pro_subject subject, const struct pro_visitor *visitor)
{
	if (subject == PRO_USER)
		return strcmp(visitor->user, name) == 0;
	if (subject == PRO_CLASS_NAME)
		return visitor->class && strcmp(visitor->class, name) == 0;
	if (visitor->group && strcmp(visitor->group, name) == 0)
		return true;
	for (size_t i = 0; i < visitor->groups->count; i++)
		if (visitor->groups->items[i] && strcmp(visitor->groups->items[i], name) == 0)
			return true;
	return false;
}

/* One item of a list between commas; size counts its "!". */
static bool
item_holds(
	const char *item, size_t size, enum pro_subject subject, const struct pro_visitor *visitor)
{
	char name[512];
	bool negated = *item == '!';

	if (size >= sizeof(name))
		return negated;
	memcpy(name, item + negated, size - negated);
	name[size - negated] = '\0';
	return is_named(name, subject, visitor) != negated;
}

/* Whether one item's value ends the walk; then that is the value of all. */
static bool
walk(const struct string_list *words, enum pro_subject subject, const struct pro_visitor *visitor,
	bool ending)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i];
		/* A word without commas counts even if it is empty. */
		bool single = !strchr(word, ',');
		do {
			size_t size = strcspn(word, ",");
			if ((size || single) && item_holds(word, size, subject, visitor) == ending)
				return ending;
			word += size + (word[size] == ',');
		} while (*word);
	}
	return !ending;
}

bool
pro_all_of(const struct string_list *words, enum pro_subject subject,
	const struct pro_visitor *visitor)
{
	return walk(words, subject, visitor, false);
}

bool
pro_any_of(const struct string_list *words, enum pro_subject subject,
	const struct pro_visitor *visitor)
{
	return walk(words, subject, visitor, true);
}

bool
pro_regex_matches(const char *regex, enum pro_subject subject, const struct pro_visitor *visitor)
{
	const struct pro_pattern *pattern = compiled(visitor->patterns, regex);

	if (!pattern)
		return false;
	if (subject == PRO_USER)
		return pro_pattern_matches(pattern, visitor->user);
	if (subject == PRO_CLASS_NAME)
		return visitor->class && pro_pattern_matches(pattern, visitor->class);
	if (visitor->group && pro_pattern_matches(pattern, visitor->group))
		return true;
	for (size_t i = 0; i < visitor->groups->count; i++)
		if (visitor->groups->items[i] &&
			pro_pattern_matches(pattern, visitor->groups->items[i]))
			return true;
	return false;
}

static struct string_list
part_of(const struct string_list *words, size_t start, size_t end)
{
	return (struct string_list){ words->items + start, end - start, end - start };
}

bool
pro_limit_holds(
	const struct pro_line *line, enum pro_subject subject, const struct pro_visitor *visitor)
{
	size_t count = line->words.count;
	const char *first = line->words.items[0];
	struct string_list list = line->words;
	bool all = subject == PRO_GROUP;

	if (count >= 2 && strcasecmp(first, "regex") == 0)
		return pro_regex_matches(line->words.items[1], subject, visitor);
	if (count >= 2 && strcasecmp(first, "AND") == 0) {
		all = true;
		list = part_of(&line->words, 0, count - 1);
	} else if (count >= 2 && strcasecmp(first, "OR") == 0) {
		all = false;
		list = part_of(&line->words, 1, count);
	}
	return all ? pro_all_of(&list, subject, visitor) : pro_any_of(&list, subject, visitor);
}

bool
pro_if_holds(
	const struct pro_line *line, enum pro_subject subject, const struct pro_visitor *visitor)
{
	size_t count = line->words.count;
	const char *first = line->words.items[0];
	bool keyword = count >= 2 && (strcmp(first, "AND") == 0 || strcmp(first, "OR") == 0);
	struct string_list list = part_of(&line->words, keyword ? 1 : 0, count);
	bool all = keyword ? strcmp(first, "AND") == 0 : subject == PRO_GROUP;

	if (count >= 2 && strcmp(first, "regex") == 0)
		return pro_regex_matches(line->words.items[1], subject, visitor);
	return all ? pro_all_of(&list, subject, visitor) : pro_any_of(&list, subject, visitor);
}
