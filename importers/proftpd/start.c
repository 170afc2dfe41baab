/*
 * start.c - the unit, its environment files and the command line of the daemon.
 *
 * A unit in /etc goes before one of the distribution, drop-ins add to both. Without a unit the
 * files that init scripts read are asked for the same settings, and then the usual places.
 */
#include <string.h>

#include "importers/proftpd/lines.h"
#include "importers/proftpd/start.h"

enum { SMALL_FILE = 1 << 20 };

/* The state of a unit: what its last ExecStart and its Environment lines say. */
struct unit {
	struct old_root *root;
	struct arena *arena;
	struct table *environment;
	const char *command;
};

/* Bytes without the blanks around them, and without one pair of quotes. */
static const char *
trimmed(const char *text, size_t size, struct arena *arena)
{
	while (size && pro_is_space(*text)) {
		text++;
		size--;
	}
	while (size && pro_is_space(text[size - 1]))
		size--;
	if (size >= 2 && (*text == '"' || *text == '\'') && text[size - 1] == *text) {
		text++;
		size -= 2;
	}
	return arena_strndup(arena, text, size);
}

static void
set_variable(struct table *environment, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	struct arena *arena = environment->arena;

	if (equals)
		table_set(environment,
			arena_strndup(arena, assignment, (size_t)(equals - assignment)),
			(void *)trimmed(equals + 1, strlen(equals + 1), arena));
}

/* Calls for each line of a small file that says something. */
static bool
each_line(struct old_root *root, const char *path, struct arena *arena,
	void (*take)(void *ctx, const char *line), void *ctx)
{
	struct old_file file;

	if (old_root_read(root, path, SMALL_FILE, &file) != OLD_OK)
		return false;
	for (size_t offset = 0; offset < file.content.size;) {
		const char *start = file.content.data + offset;
		const char *newline = memchr(start, '\n', file.content.size - offset);
		size_t size = newline ? (size_t)(newline - start) : file.content.size - offset;
		const char *line = trimmed(start, size, arena);
		if (*line && *line != '#' && *line != ';')
			take(ctx, line);
		offset += size + 1;
	}
	return true;
}

static void
take_assignment(void *ctx, const char *line)
{
	if (strncmp(line, "export ", 7) == 0)
		line += 7;
	set_variable(ctx, line);
}

/* Environment= holds several assignments, each perhaps in quotes. */
static void
take_environment(struct unit *unit, const char *value)
{
	struct string_list words, missing = { 0 };
	const struct table nothing = { .arena = unit->arena };

	pro_words(value, &nothing, unit->arena, &words, &missing);
	for (size_t i = 0; i < words.count; i++)
		set_variable(unit->environment, words.items[i]);
}

static void
take_unit_line(void *ctx, const char *line)
{
	struct unit *unit = ctx;

	if (strncmp(line, "ExecStart=", 10) == 0)
		unit->command = line[10] ? line + 10 : NULL;
	else if (strncmp(line, "Environment=", 12) == 0)
		take_environment(unit, line + 12);
	else if (strncmp(line, "EnvironmentFile=", 16) == 0)
		each_line(unit->root, line + 16 + (line[16] == '-'), unit->arena, take_assignment,
			unit->environment);
}

static void
read_unit(struct unit *unit)
{
	static const char *const folders[] = { "/etc/systemd/system", "/lib/systemd/system",
		"/usr/lib/systemd/system" };
	struct string_list drop_ins;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *path = arena_printf(unit->arena, "%s/proftpd.service", folders[i]);
		if (each_line(unit->root, path, unit->arena, take_unit_line, unit))
			break;
	}
	if (old_root_glob(unit->root, "/etc/systemd/system/proftpd.service.d/*.conf", &drop_ins) !=
		OLD_OK)
		return;
	for (size_t i = 0; i < drop_ins.count; i++)
		each_line(unit->root, drop_ins.items[i], unit->arena, take_unit_line, unit);
}

/* $NAME is split into words, ${NAME} is part of one. */
static const char *
expanded(const char *text, const struct table *environment, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };

	while (*text) {
		const char *name = text + 1, *end;
		bool braces = *text == '$' && *name == '{';
		if (*text != '$') {
			buffer_add_char(&out, *text++);
			continue;
		}
		name += braces;
		end = name +
			strspn(name,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
		const char *value =
			table_get(environment, arena_strndup(arena, name, (size_t)(end - name)));
		if (value)
			buffer_add_text(&out, value);
		text = end + (braces && *end == '}');
	}
	return arena_strdup(arena, buffer_text(&out));
}

/* The value of an option: the rest of its word, or the next word. */
static const char *
value_of(const struct string_list *words, size_t *position, size_t size)
{
	const char *word = words->items[*position];

	if (word[size])
		return word + size + (word[size] == '=');
	return *position + 1 < words->count ? words->items[++*position] : NULL;
}

static void
take_command(struct pro_start *start, const char *command, struct arena *arena)
{
	struct string_list words, missing = { 0 };
	const struct table nothing = { .arena = arena };

	pro_words(expanded(command, &start->environment, arena), &nothing, arena, &words, &missing);
	for (size_t i = 0; i < words.count; i++) {
		const char *word = words.items[i], *value = NULL;
		bool config = strncmp(word, "-c", 2) == 0;
		bool define = strncmp(word, "-D", 2) == 0;
		if (config || define) {
			value = value_of(&words, &i, 2);
		} else if (strncmp(word, "--config", 8) == 0 &&
			strncmp(word, "--configt", 9) != 0) {
			config = true;
			value = value_of(&words, &i, 8);
		} else if (strncmp(word, "--define", 8) == 0) {
			define = true;
			value = value_of(&words, &i, 8);
		}
		if (value && config)
			start->config = value;
		if (value && define)
			string_list_push(arena, &start->defines, value);
	}
}

/* What an init script took from the files that people edit. */
static void
take_init_settings(struct pro_start *start, struct old_root *root, struct arena *arena)
{
	static const char *const files[] = { "/etc/default/proftpd", "/etc/sysconfig/proftpd" };
	static const char *const options[] = { "OPTIONS", "PROFTPD_OPTIONS" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		each_line(root, files[i], arena, take_assignment, &start->environment);
	const char *config = table_get(&start->environment, "CONFIG_FILE");
	if (config && *config)
		start->config = config;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const char *value = table_get(&start->environment, options[i]);
		if (value)
			take_command(start, value, arena);
	}
}

static const char *
usual_place(struct old_root *root)
{
	static const char *const places[] = { "/etc/proftpd/proftpd.conf", "/etc/proftpd.conf",
		"/usr/local/etc/proftpd.conf", "/usr/local/etc/proftpd/proftpd.conf",
		"/etc/proftpd/conf/proftpd.conf" };
	struct old_entry entry;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (old_root_stat(root, places[i], &entry) == OLD_OK)
			return places[i];
	return NULL;
}

static const char *
usual_modules(struct old_root *root, const char *config)
{
	static const char *const places[] = { "/usr/lib/proftpd", "/usr/libexec/proftpd",
		"/usr/lib64/proftpd", "/usr/local/libexec" };
	struct old_entry entry;

	if (strncmp(config, "/usr/local/", 11) == 0)
		return "/usr/local/libexec";
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (old_root_stat(root, places[i], &entry) == OLD_OK)
			return places[i];
	return places[0];
}

bool
pro_start_find(struct old_root *root, const char *config, const struct string_list *defines,
	struct pro_start *ret_start, struct diags *diags)
{
	struct arena *arena = old_root_arena(root);
	struct pro_start start = { .environment.arena = arena };
	struct unit unit = { .root = root, .arena = arena, .environment = &start.environment };

	read_unit(&unit);
	if (unit.command)
		take_command(&start, unit.command, arena);
	else
		take_init_settings(&start, root, arena);
	if (config)
		start.config = config;
	if (!start.config || *start.config != '/')
		start.config = usual_place(root);
	if (!start.config) {
		diag_error(diags, NOWHERE, "no proftpd.conf below this root");
		diag_hint(diags,
			"Name it with --set config=FILE, as it is called on the old machine.");
		return false;
	}
	for (size_t i = 0; i < defines->count; i++)
		string_list_push(arena, &start.defines, defines->items[i]);
	start.module_path = usual_modules(root, start.config);
	*ret_start = start;
	return true;
}
