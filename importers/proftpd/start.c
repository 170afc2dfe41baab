/*
 * start.c - the command line of the daemon, and the settings that init scripts read.
 *
 * One daemon is read. Where nothing on the machine starts one, the files that init scripts source
 * are asked for the same, and then the usual places of a configuration.
 */
#include <string.h>

#include "importers/old/start.h"
#include "importers/proftpd/lines.h"
#include "importers/proftpd/start.h"

enum { SETTINGS_LIMIT = 1 << 20 };

/* KEY=VALUE of a file that a shell sources, as far as that can be read without one. */
static void
take_setting(struct table *environment, const char *text)
{
	struct string_list words, missing = { 0 };
	const struct table nothing = { .arena = environment->arena };
	const char *equals = strchr(text, '=');

	if (strncmp(text, "export ", 7) == 0)
		text += 7;
	if (!equals || equals < text)
		return;
	pro_words(equals + 1, &nothing, environment->arena, &words, &missing);
	table_set(environment, arena_strndup(environment->arena, text, (size_t)(equals - text)),
		(void *)(words.count ? words.items[0] : ""));
}

static void
read_settings(struct old_root *root, const char *path, struct table *environment)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct pro_lines lines = { 0 };
	struct old_file file;
	unsigned number;

	if (old_root_read(root, path, SETTINGS_LIMIT, &file) != OLD_OK)
		return;
	lines.content = file.content;
	while (pro_lines_next(&lines, &text, &number))
		take_setting(environment, buffer_text(&text));
}

/* The value of an option that is the whole word or its beginning; NULL = it is another one. */
static const char *
value_of(const struct string_list *words, size_t *position, const char *option)
{
	const char *word = words->items[*position];
	size_t size = strlen(option);
	bool is_long = option[1] == '-';

	if (strncmp(word, option, size) != 0)
		return NULL;
	if (word[size] == '=' && is_long)
		return word + size + 1;
	if (word[size])
		return is_long ? NULL : word + size;
	return *position + 1 < words->count ? words->items[++*position] : NULL;
}

static void
take_options(struct pro_start *start, const struct string_list *words, struct arena *arena)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *config = value_of(words, &i, "-c");
		const char *define = config ? NULL : value_of(words, &i, "-D");
		if (!config && !define)
			config = value_of(words, &i, "--config");
		if (!config && !define)
			define = value_of(words, &i, "--define");
		if (config)
			start->config = config;
		if (define)
			string_list_push(arena, &start->defines, define);
	}
}

static const struct old_start *
choose(const struct old_starts *starts)
{
	const struct old_start *best = NULL;

	ARRAY_FOREACH (start, starts)
		if (!start->masked && (!best || (start->enabled && !best->enabled)))
			best = start;
	return best;
}

/* Daemons besides the one that is read are named, since each is a source of its own. */
static void
tell_others(const struct old_starts *starts, const struct old_start *chosen, struct diags *diags)
{
	ARRAY_FOREACH (start, starts) {
		if (start == chosen || start->masked)
			continue;
		diag_warning(diags, start->where, "there is another daemon, '%s'", start->name);
		diag_code(diags, "other-daemon");
		diag_hint(diags, "Read it with --set config=FILE, as a source of its own.");
	}
}

static void
take_settings(struct pro_start *start, bool decide, struct arena *arena)
{
	static const char *const options[] = { "OPTIONS", "PROFTPD_OPTIONS" };
	const char *config = table_get(&start->environment, "CONFIG_FILE");

	if (decide && config && *config)
		start->config = config;
	for (size_t i = 0; decide && i < sizeof(options) / sizeof(options[0]); i++) {
		const struct table nothing = { .arena = arena };
		struct string_list words, missing = { 0 };
		const char *value = table_get(&start->environment, options[i]);
		if (!value)
			continue;
		pro_words(value, &nothing, arena, &words, &missing);
		take_options(start, &words, arena);
	}
}

static const char *
first_that_exists(struct old_root *root, const char *const *places)
{
	struct old_entry entry;

	for (; *places; places++)
		if (old_root_stat(root, *places, &entry) == OLD_OK)
			return *places;
	return NULL;
}

static const char *
module_path(struct old_root *root, const char *config)
{
	static const char *const places[] = { "/usr/lib/proftpd", "/usr/libexec/proftpd",
		"/usr/lib64/proftpd", NULL };
	const char *found = first_that_exists(root, places);

	if (strncmp(config, "/usr/local/", 11) == 0)
		return "/usr/local/libexec";
	return found ? found : places[0];
}

bool
pro_start_find(struct old_root *root, const char *config, const struct string_list *defines,
	struct pro_start *ret_start, struct diags *diags)
{
	static const char *const places[] = { "/etc/proftpd/proftpd.conf", "/etc/proftpd.conf",
		"/usr/local/etc/proftpd.conf", NULL };
	struct arena *arena = old_root_arena(root);
	struct pro_start start = { .environment.arena = arena };
	struct old_starts starts = { 0 };

	read_settings(root, "/etc/default/proftpd", &start.environment);
	read_settings(root, "/etc/sysconfig/proftpd", &start.environment);
	old_starts_find(root, "proftpd", arena, &starts);
	const struct old_start *chosen = choose(&starts);
	if (chosen)
		take_options(&start, &chosen->words, arena);
	take_settings(&start, !chosen, arena);
	if (config)
		start.config = config;
	else
		tell_others(&starts, chosen, diags);
	if (!start.config || *start.config != '/')
		start.config = first_that_exists(root, places);
	if (!start.config) {
		diag_error(diags, NOWHERE, "there is no proftpd.conf below this root");
		diag_hint(diags,
			"Name it with --set config=FILE, as it is called on the old machine.");
		return false;
	}
	for (size_t i = 0; i < defines->count; i++)
		string_list_push(arena, &start.defines, defines->items[i]);
	start.module_path = module_path(root, start.config);
	*ret_start = start;
	return true;
}
