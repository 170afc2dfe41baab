/*
 * config.c - looking things up in the configuration.
 */
#include <string.h>
#include <strings.h>

#include "importers/proftpd/config.h"

static const struct pro_line *
find_from(const struct pro_section *section, size_t start, const char *name)
{
	for (size_t i = start; i < section->lines.count; i++) {
		const struct pro_line *line = section->lines.items[i];
		if (!line->section && strcasecmp(line->name, name) == 0)
			return line;
	}
	return NULL;
}

const struct pro_line *
pro_find(const struct pro_section *section, const char *name)
{
	return find_from(section, 0, name);
}

const struct pro_line *
pro_find_next(const struct pro_section *section, const struct pro_line *line)
{
	for (size_t i = 0; i < section->lines.count; i++)
		if (section->lines.items[i] == line)
			return find_from(section, i + 1, line->name);
	return NULL;
}

const char *
pro_word(const struct pro_line *line, size_t position)
{
	return position < line->words.count ? line->words.items[position] : NULL;
}

int
pro_boolean(const char *word)
{
	static const char *const yes[] = { "on", "yes", "true", "1" };
	static const char *const no[] = { "off", "no", "false", "0" };

	for (size_t i = 0; i < 4; i++) {
		if (strcasecmp(word, yes[i]) == 0)
			return 1;
		if (strcasecmp(word, no[i]) == 0)
			return 0;
	}
	return -1;
}

bool
pro_switch(const struct pro_section *section, const char *name, bool initial)
{
	const struct pro_line *line = pro_find(section, name);
	const char *word = line ? pro_word(line, 0) : NULL;
	int value = word ? pro_boolean(word) : -1;

	return value < 0 ? initial : value == 1;
}

bool
pro_has_module(const struct pro_config *config, const char *module)
{
	return string_list_has(&config->modules, module);
}
