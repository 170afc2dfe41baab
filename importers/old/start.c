/*
 * start.c - systemd's units of an old machine that run some program; see start.h.
 */
#include "importers/old/start.h"

#include <stdlib.h>
#include <string.h>

#include "importers/old/start_internal.h"

/* In the order in which systemd prefers them. */
static const char *const unit_folders[] = {
	"/etc/systemd/system",
	"/run/systemd/system",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
};

enum { UNIT_FOLDERS = sizeof(unit_folders) / sizeof(*unit_folders) };

struct search {
	struct old_root *root;
	const char *program;
	struct arena *arena;
	struct table units;  /* "vsftpd.service" -> its path */
	struct table masked; /* names that are linked to /dev/null */
	struct table wanted; /* names in *.wants and *.requires */
	struct string_list names;
	struct old_starts *starts;
};

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), end_size = strlen(end);
	return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* ---- which units there are ---- */

static void
add_wanted(struct search *search, const char *folder, const char *name)
{
	struct string_list names = { 0 };
	if (!ends_with(name, ".wants") && !ends_with(name, ".requires"))
		return;
	old_root_list(search->root, arena_printf(search->arena, "%s/%s", folder, name), &names);
	for (size_t i = 0; i < names.count; i++)
		table_set(&search->wanted, names.items[i], search);
}

static void
add_unit(struct search *search, const char *folder, const char *name)
{
	const char *path = arena_printf(search->arena, "%s/%s", folder, name), *target;
	if (!ends_with(name, ".service") || table_get(&search->units, name))
		return;
	if (old_root_readlink(search->root, path, &target) == OLD_OK) {
		if (strcmp(target, "/dev/null") == 0) {
			table_set(&search->masked, name, search);
			return;
		}
		/* An alias is the unit that it leads to, or an instance of that. */
		const char *slash = strrchr(target, '/');
		if (strcmp(slash ? slash + 1 : target, name) != 0)
			return;
	}
	table_set(&search->units, name, (void *)path);
	string_list_push(search->arena, &search->names, name);
}

static void
list_units(struct search *search)
{
	for (unsigned i = 0; i < UNIT_FOLDERS; i++) {
		struct string_list names = { 0 };
		old_root_list(search->root, unit_folders[i], &names);
		for (size_t k = 0; k < names.count; k++) {
			add_wanted(search, unit_folders[i], names.items[k]);
			add_unit(search, unit_folders[i], names.items[k]);
		}
	}
}

bool
old_unit_is_wanted(struct old_root *root, const char *unit)
{
	struct arena *arena = old_root_arena(root);
	for (unsigned i = 0; i < UNIT_FOLDERS; i++) {
		struct string_list found = { 0 };
		if (old_root_glob(root, arena_printf(arena, "%s/*.wants/%s", unit_folders[i], unit),
			    &found) == OLD_OK)
			return true;
	}
	return false;
}

/* ---- one unit ---- */

struct command {
	const char *text; /* behind ExecStart= */
	struct place where;
};

struct unit {
	struct search *search;
	const char *name, *instance; /* "vsftpd@web", "web" */
	ARRAY(struct command) commands;
	struct table environment;
	bool by_socket;
};

static void
set_variable(struct unit *unit, const char *assignment)
{
	struct arena *arena = unit->search->arena;
	size_t length = strcspn(assignment, "=");
	if (assignment[length])
		table_set(&unit->environment, arena_strndup(arena, assignment, length),
			arena_strdup(arena, assignment + length + 1));
}

static void
read_environment(struct unit *unit, const char *path)
{
	struct arena *arena = unit->search->arena;
	struct old_file file;
	path += *path == '-';
	if (old_root_read(unit->search->root, path, START_FILE_LIMIT, &file) != OLD_OK)
		return;
	struct start_lines lines = { .rest = file.content.data };
	for (const char *line; (line = start_next_line(&lines, arena));) {
		line = start_trimmed(arena, line);
		size_t size = strlen(line), value = strcspn(line, "=") + 1;
		if (*line == '#' || *line == ';' || value > size)
			continue;
		bool quoted = size > value + 1 && strchr("\"'", line[value]) &&
			line[size - 1] == line[value];
		set_variable(unit,
			quoted ? arena_printf(arena, "%.*s%.*s", (int)value, line,
					 (int)(size - value - 2), line + value + 1)
			       : line);
	}
}

static void
take_service_line(struct unit *unit, const char *key, const char *value, struct place where)
{
	struct arena *arena = unit->search->arena;
	if (strcmp(key, "ExecStart") == 0) {
		const struct command command = { .text = value, .where = where };
		if (*value)
			ARRAY_PUSH(arena, &unit->commands, command);
		else
			unit->commands.count = 0;
	} else if (strcmp(key, "Environment") == 0) {
		struct string_list words = { 0 };
		start_split(value, arena, &words);
		for (size_t i = 0; i < words.count; i++)
			set_variable(unit, words.items[i]);
	} else if (strcmp(key, "EnvironmentFile") == 0) {
		read_environment(unit, value);
	} else if (strcmp(key, "StandardInput") == 0) {
		unit->by_socket = strcmp(value, "socket") == 0;
	}
}

/* The line with those that a backslash joins to it. */
static const char *
whole_line(struct start_lines *lines, struct arena *arena)
{
	const char *line = start_next_line(lines, arena);
	if (!line || !ends_with(line, "\\"))
		return line;
	AUTO_BUFFER struct buffer joined = { 0 };
	while (line && ends_with(line, "\\")) {
		buffer_add(&joined, line, strlen(line) - 1);
		buffer_add_char(&joined, ' ');
		line = start_next_line(lines, arena);
	}
	buffer_add_text(&joined, line ? line : "");
	return arena_strdup(arena, buffer_text(&joined));
}

static void
read_unit_file(struct unit *unit, const char *path)
{
	struct arena *arena = unit->search->arena;
	struct old_file file;
	bool in_service = false;
	if (old_root_read(unit->search->root, path, START_FILE_LIMIT, &file) != OLD_OK)
		return;
	struct start_lines lines = { .rest = file.content.data };
	for (const char *line; (line = whole_line(&lines, arena));) {
		line = start_trimmed(arena, line);
		size_t length = strcspn(line, "=");
		if (*line == '[')
			in_service = strcmp(line, "[Service]") == 0;
		else if (in_service && line[length] && !strchr("#;", *line))
			take_service_line(unit,
				start_trimmed(arena, arena_strndup(arena, line, length)),
				start_trimmed(arena, line + length + 1), at(path, lines.number));
	}
}

struct drop_in {
	const char *name, *path;
};

static int
compare_drop_ins(const void *a, const void *b)
{
	return strcmp(((const struct drop_in *)a)->name, ((const struct drop_in *)b)->name);
}

/* A file of the same name in a folder that comes earlier hides the others. */
static void
read_drop_ins(struct unit *unit, const char *file_name)
{
	struct search *search = unit->search;
	struct table seen = { .arena = search->arena };
	ARRAY(struct drop_in) found = { 0 };
	for (unsigned i = 0; i < UNIT_FOLDERS; i++) {
		struct string_list names = { 0 };
		const char *folder =
			arena_printf(search->arena, "%s/%s.d", unit_folders[i], file_name);
		old_root_list(search->root, folder, &names);
		for (size_t k = 0; k < names.count; k++) {
			if (!ends_with(names.items[k], ".conf") || table_get(&seen, names.items[k]))
				continue;
			table_set(&seen, names.items[k], search);
			ARRAY_PUSH(search->arena, &found,
				(struct drop_in){ .name = names.items[k],
					.path = arena_printf(
						search->arena, "%s/%s", folder, names.items[k]) });
		}
	}
	if (found.count)
		qsort(found.items, found.count, sizeof(*found.items), compare_drop_ins);
	ARRAY_FOREACH (drop_in, &found)
		read_unit_file(unit, drop_in->path);
}

/* ---- its command ---- */

/* %i and its kin. */
static void
add_specifier(const struct unit *unit, char letter, struct buffer *out)
{
	switch (letter) {
	case 'i':
		buffer_add_text(out, unit->instance);
		break;
	case 'I':
		for (const char *c = unit->instance; *c; c++)
			buffer_add_char(out, *c == '-' ? '/' : *c);
		break;
	case 'n':
	case 'N':
		buffer_printf(out, "%s%s", unit->name, letter == 'n' ? ".service" : "");
		break;
	case 'p':
		buffer_add(out, unit->name, strcspn(unit->name, "@"));
		break;
	case '%':
		buffer_add_char(out, '%');
		break;
	default:
		buffer_printf(out, "%%%c", letter);
	}
}

static const char *
variable(const struct unit *unit, const char *name, size_t length)
{
	const char *value =
		table_get(&unit->environment, arena_strndup(unit->search->arena, name, length));
	return value ? value : "";
}

/* "$OPTIONS" is as many words as it holds, "x${NAME}y" stays one. */
static void
add_word(const struct unit *unit, const char *word, struct string_list *words)
{
	struct arena *arena = unit->search->arena;
	AUTO_BUFFER struct buffer out = { 0 };
	if (*word == '$' && word[1] && word[1] != '{' && word[1] != '$') {
		start_split(variable(unit, word + 1, strlen(word + 1)), arena, words);
		return;
	}
	for (const char *c = word; *c; c++) {
		size_t length = strcspn(c, "}");
		if (*c == '%' && c[1]) {
			add_specifier(unit, *++c, &out);
		} else if (*c == '$' && c[1] == '{' && c[length]) {
			buffer_add_text(&out, variable(unit, c + 2, length - 2));
			c += length;
		} else {
			c += *c == '$' && c[1] == '$';
			buffer_add_char(&out, *c);
		}
	}
	string_list_push(arena, words, arena_strdup(arena, buffer_text(&out)));
}

static void
split_command(const struct unit *unit, const char *text, struct string_list *ret_words)
{
	struct string_list raw = { 0 };
	size_t prefix = strspn(text, "@-:+!|");
	bool own_name = memchr(text, '@', prefix) != NULL;
	start_split(text + prefix, unit->search->arena, &raw);
	for (size_t i = 0; i < raw.count; i++) {
		/* Behind "@" the second word is what the program calls itself. */
		if (!own_name || i != 1)
			add_word(unit, raw.items[i], ret_words);
	}
}

static void
add_start(struct unit *unit, const struct command *command, bool enabled, bool masked)
{
	struct search *search = unit->search;
	struct string_list words = { 0 };
	struct old_start start = {
		.name = unit->name,
		.where = command->where,
		.enabled = enabled,
		.masked = masked,
		.by_socket = unit->by_socket,
	};
	split_command(unit, command->text, &words);
	if (start_words_of(&words, search->program, search->arena, &start.words))
		ARRAY_PUSH(search->arena, search->starts, start);
}

/* file_name is "vsftpd@web.service", path the file that describes it. */
static void
read_unit(struct search *search, const char *file_name, const char *path, bool enabled)
{
	struct arena *arena = search->arena;
	size_t size = strlen(file_name) - strlen(".service");
	struct unit unit = {
		.search = search,
		.name = arena_strndup(arena, file_name, size),
		.environment = { .arena = arena },
	};
	const char *at_sign = strchr(unit.name, '@');
	unit.instance = at_sign ? at_sign + 1 : "";
	read_unit_file(&unit, path);
	if (at_sign && *unit.instance)
		read_drop_ins(&unit,
			arena_printf(
				arena, "%.*s@.service", (int)(at_sign - unit.name), unit.name));
	read_drop_ins(&unit, file_name);
	bool masked = table_get(&search->masked, file_name) != NULL;
	ARRAY_FOREACH (command, &unit.commands)
		add_start(&unit, command, enabled && !masked, masked);
}

/* A template is its instances: those that are wanted, or those of its socket. */
static void
read_template(struct search *search, const char *file_name, const char *path)
{
	size_t stem = strcspn(file_name, "@") + 1;
	for (size_t i = 0; i < search->wanted.room; i++) {
		const char *wanted = search->wanted.slots[i].key;
		if (!wanted || strncmp(wanted, file_name, stem) != 0 ||
			strcmp(wanted, file_name) == 0 || !ends_with(wanted, ".service"))
			continue;
		/* One that has a file of its own is read as that. */
		if (!table_get(&search->units, wanted))
			read_unit(search, wanted, path, true);
	}
	const char *socket = arena_printf(search->arena, "%.*s.socket", (int)stem - 1, file_name);
	if (table_get(&search->wanted, socket))
		read_unit(search, file_name, path, true);
}

static int
compare_starts(const void *a, const void *b)
{
	return strcmp(((const struct old_start *)a)->name, ((const struct old_start *)b)->name);
}

void
old_starts_find(struct old_root *root, const char *program, struct arena *arena,
	struct old_starts *ret_starts)
{
	struct search search = {
		.root = root,
		.program = program,
		.arena = arena,
		.units = { .arena = arena },
		.masked = { .arena = arena },
		.wanted = { .arena = arena },
		.starts = ret_starts,
	};
	list_units(&search);
	for (size_t i = 0; i < search.names.count; i++) {
		const char *name = search.names.items[i], *path = table_get(&search.units, name);
		if (ends_with(name, "@.service"))
			read_template(&search, name, path);
		else
			read_unit(&search, name, path, table_get(&search.wanted, name) != NULL);
	}
	start_find_inetd(root, program, arena, ret_starts);
	if (ret_starts->count)
		qsort(ret_starts->items, ret_starts->count, sizeof(*ret_starts->items),
			compare_starts);
}
