/*
 * option.c - text into the members that an option table describes; see option.h.
 */
#include "core/model/option.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "core/base/text.h"

const struct option_spec *
option_find(const struct option_spec *options, const char *name)
{
	for (; options && options->name; options++) {
		if (strcmp(options->name, name) == 0)
			return options;
	}
	return NULL;
}

static void *
member(const struct option_spec *option, void *config)
{
	return (char *)config + option->offset;
}

/* The words of "auto|always|never", ending with NULL. */
static const char *const *
choice_words(const char *choices, struct arena *arena)
{
	struct string_list words = { 0 };
	while (*choices) {
		size_t length = strcspn(choices, "|");
		string_list_push(arena, &words, arena_strndup(arena, choices, length));
		choices += length + (choices[length] == '|');
	}
	string_list_push(arena, &words, NULL);
	return words.items;
}

static bool
is_word(const char *text, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(text, *words) == 0)
			return true;
	}
	return false;
}

/* "a, b or c" */
static const char *
listed(const char *const *words, struct arena *arena)
{
	const char *text = words[0] ? words[0] : "";
	for (size_t i = 1; words[0] && words[i]; i++)
		text = arena_printf(arena, "%s%s%s", text, words[i + 1] ? ", " : " or ", words[i]);
	return text;
}

static bool
wrong_value(const struct option_spec *option, const char *value, struct place place,
	const char *expected, struct diags *diags)
{
	diag_error(diags, place, "option '%s': '%s' is not %s", option->name, value, expected);
	diag_code(diags, "bad-option");
	return false;
}

static bool
set_flag(const struct option_spec *option, void *config, const char *value, struct place place,
	struct diags *diags)
{
	static const char *const yes[] = { "yes", "true", "on", NULL };
	static const char *const no[] = { "no", "false", "off", NULL };
	if (!is_word(value, yes) && !is_word(value, no))
		return wrong_value(option, value, place, "yes or no", diags);
	*(bool *)member(option, config) = is_word(value, yes);
	return true;
}

static bool
set_number(const struct option_spec *option, void *config, const char *value, struct place place,
	struct diags *diags)
{
	unsigned long long number;
	if (!text_number(value, UINT_MAX, &number))
		return wrong_value(option, value, place, "a whole number", diags);
	if (option->type == OPTION_COUNT && !number)
		return wrong_value(option, value, place, "a number from 1 on", diags);
	*(unsigned *)member(option, config) = (unsigned)number;
	return true;
}

static bool
set_choice(const struct option_spec *option, void *config, const char *value, struct place place,
	struct arena *arena, struct diags *diags)
{
	const char *const *words = choice_words(option->choices, arena);
	if (!is_word(value, words)) {
		wrong_value(option, value, place, listed(words, arena), diags);
		const char *near = text_nearest(value, words);
		if (near)
			diag_hint(diags, "Did you mean '%s'?", near);
		return false;
	}
	*(const char **)member(option, config) = arena_strdup(arena, value);
	return true;
}

static bool
set_value(const struct option_spec *option, void *config, const char *value, struct place place,
	struct arena *arena, struct diags *diags)
{
	switch (option->type) {
	case OPTION_FLAG:
		return set_flag(option, config, value ? value : "yes", place, diags);
	case OPTION_NUMBER:
	case OPTION_COUNT:
		return set_number(option, config, value, place, diags);
	case OPTION_CHOICE:
		return set_choice(option, config, value, place, arena, diags);
	case OPTION_TEXT:
		*(const char **)member(option, config) = arena_strdup(arena, value);
		return true;
	case OPTION_LIST:
		string_list_push(arena, member(option, config), arena_strdup(arena, value));
		return true;
	}
	assert(!"option type");
	return false;
}

static bool
unknown_option(const struct option_spec *options, const char *name, struct place place,
	struct arena *arena, struct diags *diags)
{
	struct string_list names = { 0 };
	for (; options && options->name; options++)
		string_list_push(arena, &names, options->name);
	string_list_push(arena, &names, NULL);

	diag_error(diags, place, "unknown option '%s'", name);
	diag_code(diags, "unknown-option");
	const char *near = text_nearest(name, names.items);
	if (near)
		diag_hint(diags, "Did you mean '%s'?", near);
	else if (names.count > 1)
		diag_hint(diags, "It can be %s.", listed(names.items, arena));
	else
		diag_hint(diags, "There are no options here.");
	return false;
}

bool
option_set(const struct option_spec *options, void *config, const char *name, const char *value,
	struct place place, struct arena *arena, struct diags *diags)
{
	const struct option_spec *option = option_find(options, name);
	if (!option)
		return unknown_option(options, name, place, arena, diags);
	if (!value && option->type != OPTION_FLAG) {
		diag_error(diags, place, "option '%s' needs a value", name);
		diag_code(diags, "bad-option");
		return false;
	}
	return set_value(option, config, value, place, arena, diags);
}

static void
clear(const struct option_spec *option, void *config)
{
	switch (option->type) {
	case OPTION_FLAG:
		*(bool *)member(option, config) = false;
		return;
	case OPTION_NUMBER:
	case OPTION_COUNT:
		*(unsigned *)member(option, config) = 0;
		return;
	case OPTION_CHOICE:
	case OPTION_TEXT:
		*(const char **)member(option, config) = NULL;
		return;
	case OPTION_LIST:
		*(struct string_list *)member(option, config) = (struct string_list){ 0 };
		return;
	}
}

void
option_defaults(const struct option_spec *options, void *config, struct arena *arena)
{
	for (; options && options->name; options++) {
		struct diags wrong = { .arena = arena };
		clear(options, config);
		bool set = !options->initial ||
			set_value(options, config, options->initial, NOWHERE, arena, &wrong);
		assert(set && "an option table holds a default that its own type refuses");
		(void)set;
	}
}

/* ---- tables of others ---- */

static size_t
member_size(enum option_type type)
{
	switch (type) {
	case OPTION_FLAG:
		return sizeof(bool);
	case OPTION_NUMBER:
	case OPTION_COUNT:
		return sizeof(unsigned);
	case OPTION_CHOICE:
	case OPTION_TEXT:
		return sizeof(const char *);
	case OPTION_LIST:
		return sizeof(struct string_list);
	}
	return 0;
}

static bool
is_sound(const struct option_spec *option, size_t config_size)
{
	size_t size = member_size(option->type);
	return size && option->help && (option->type != OPTION_CHOICE || option->choices) &&
		size <= config_size && option->offset <= config_size - size;
}

bool
option_check_table(const struct option_spec *options, size_t config_size, struct place place,
	struct arena *arena, struct diags *diags)
{
	void *scratch = arena_alloc(arena, config_size);
	for (; options && options->name; options++) {
		if (!is_sound(options, config_size)) {
			diag_error(diags, place, "option '%s' is not described as an option is",
				options->name);
			diag_hint(diags, "Its author finds what is needed in option.h.");
			return false;
		}
		if (options->initial &&
			!set_value(options, scratch, options->initial, place, arena, diags))
			return false;
	}
	return true;
}
