/*
 * start.c - finding out how Pure-FTPd was started.
 *
 * Units of systemd and lines of inetd come first, then Debian's init script with its wrapper, then
 * the configuration files that other distributions have. What the administrator names beats them
 * all.
 */
#include "importers/pureftpd/start.h"

#include <string.h>
#include <sys/stat.h>

#include "importers/old/start.h"

static const char conf_directory[] = "/etc/pure-ftpd/conf";
static const char common_defaults[] = "/etc/default/pure-ftpd-common";

enum { DEFAULTS_LIMIT = 1 << 20 };

struct starts {
	struct pure_start *items;
	size_t count, room;
};

void
pure_start_refuse(struct pure_start *start, struct place place, const char *format, ...)
{
	va_list args;
	if (start->fault)
		return;
	va_start(args, format);
	start->fault = arena_vprintf(start->notes.arena, format, args);
	va_end(args);
	start->fault_at = place;
}

static struct pure_start
new_start(const char *name, struct place where, struct arena *arena)
{
	return (struct pure_start){
		.name = name, .where = where, .binary = "", .notes.arena = arena
	};
}

/* ---- command lines ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void
add_arguments(
	struct pure_start *start, const struct string_list *words, size_t from, struct arena *arena)
{
	for (size_t i = from; i < words->count; i++) {
		struct argument argument = { words->items[i], start->where };
		ARRAY_PUSH(arena, &start->arguments, argument);
	}
}

/* What follows "pure-ftpd" in a program's name: "", "mysql", ... NULL = another program. */
static const char *
daemon_suffix(const char *program)
{
	const char *name = base_name(program);
	if (strncmp(name, "pure-ftpd", strlen("pure-ftpd")) != 0)
		return NULL;
	name += strlen("pure-ftpd");
	return !*name ? name : *name == '-' && strcmp(name, "-wrapper") != 0 ? name + 1 : NULL;
}

static struct pure_start
read_command(struct old_root *root, const struct old_start *command)
{
	struct arena *arena = old_root_arena(root);
	struct pure_start start = new_start(command->name, command->where, arena);
	const struct string_list *words = &command->words;
	const char *program = base_name(words->items[0]);
	const char *first = words->count > 1 ? words->items[1] : "";
	if (strcmp(program, "pure-ftpd-wrapper") == 0) {
		start.binary = first;
		wrapper_read(root, &start);
	} else if (strncmp(program, "pure-config.", strlen("pure-config.")) == 0) {
		add_arguments(&start, words, 2, arena);
		perl_conf_read(root, first, &start);
	} else if (words->count == 2 && *first != '-') {
		start.binary = daemon_suffix(program);
		conf_file_read(root, first, &start);
	} else {
		start.binary = daemon_suffix(program);
		add_arguments(&start, words, 1, arena);
	}
	return start;
}

static bool
any_is_enabled(const struct old_starts *commands)
{
	ARRAY_FOREACH (command, commands) {
		if (command->enabled && !command->masked)
			return true;
	}
	return false;
}

static void
find_commands(struct old_root *root, struct starts *starts)
{
	static const char *const programs[] = { "pure-ftpd-wrapper", "pure-ftpd", "pure-ftpd-ldap",
		"pure-ftpd-mysql", "pure-ftpd-postgresql", "pure-ftpd-virtualchroot",
		"pure-config.pl", "pure-config.py" };
	struct arena *arena = old_root_arena(root);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct old_starts commands = { 0 };
		old_starts_find(root, programs[i], arena, &commands);
		bool only_enabled = any_is_enabled(&commands);
		ARRAY_FOREACH (command, &commands) {
			if (!command->masked && (command->enabled || !only_enabled))
				ARRAY_PUSH(arena, starts, read_command(root, command));
		}
	}
}

/* ---- Debian's init scripts ---- */

static bool
is_there(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK;
}

/* The last assignment of a variable in the file of defaults, which the script sources. */
static const char *
default_of(struct old_root *root, const char *name, struct place *ret_where)
{
	struct old_file file;
	const char *value = NULL;
	unsigned number = 0;
	if (old_root_read(root, common_defaults, DEFAULTS_LIMIT, &file) != OLD_OK)
		return NULL;
	const char *line = file.content.data;
	for (; line && *line; number++) {
		const char *text = line + strspn(line, " \t"), *end = strchr(line, '\n');
		size_t size = strlen(name);
		line = end ? end + 1 : NULL;
		if (strncmp(text, name, size) != 0 || text[size] != '=')
			continue;
		text += size + 1;
		text += *text == '"' || *text == '\'';
		value = arena_strndup(old_root_arena(root), text, strcspn(text, "\"' \t\r\n;#"));
		*ret_where = at(common_defaults, number + 1);
	}
	return value;
}

static void
note_defaults(struct old_root *root, struct pure_start *start)
{
	struct place where = at(common_defaults, 0);
	const char *how = default_of(root, "STANDALONE_OR_INETD", &where);
	if (!how || strcmp(how, "standalone") != 0) {
		diag_warning(&start->notes, where,
			"the init script leaves Pure-FTPd to inetd, which does not start it: read "
			"as if it ran");
		diag_code(&start->notes, "server-not-started");
	}
	const char *chroot = default_of(root, "VIRTUALCHROOT", &where);
	if (chroot && strcmp(chroot, "true") == 0) {
		diag_warning(&start->notes, where,
			"VIRTUALCHROOT: jailed users could follow symbolic links out of their "
			"jail");
		diag_code(&start->notes, "virtual-chroot");
		start->binary = arena_printf(start->notes.arena, "%s%svirtualchroot", start->binary,
			*start->binary ? "-" : "");
	}
}

/* Scripts of removed packages stay behind; those whose daemon is gone too started nothing. */
static bool
has_daemon(struct old_root *root, const char *script)
{
	return is_there(
		root, arena_printf(old_root_arena(root), "/usr/sbin/%s", base_name(script)));
}

static void
find_scripts(struct old_root *root, struct starts *starts)
{
	struct arena *arena = old_root_arena(root);
	struct string_list scripts = { 0 };
	bool any_daemon = false;
	old_root_glob(root, "/etc/init.d/pure-ftpd*", &scripts);
	if (!scripts.count && is_there(root, conf_directory))
		string_list_push(arena, &scripts, "/etc/init.d/pure-ftpd");
	ARRAY_FOREACH (script, &scripts)
		any_daemon |= has_daemon(root, *script);
	ARRAY_FOREACH (script, &scripts) {
		const char *suffix = daemon_suffix(*script);
		if (!suffix || (any_daemon && !has_daemon(root, *script)) ||
			!is_there(root, conf_directory))
			continue;
		struct pure_start start =
			new_start(base_name(*script), at(conf_directory, 0), arena);
		start.binary = suffix;
		note_defaults(root, &start);
		wrapper_read(root, &start);
		ARRAY_PUSH(arena, starts, start);
	}
}

/* ---- configuration files ---- */

static void
find_conf_files(struct old_root *root, struct starts *starts)
{
	static const char *const paths[] = { "/etc/pure-ftpd/pure-ftpd.conf", "/etc/pure-ftpd.conf",
		"/usr/local/etc/pure-ftpd.conf" };
	struct arena *arena = old_root_arena(root);
	for (size_t i = 0; i < ARRAY_LEN(paths) && !starts->count; i++) {
		if (!is_there(root, paths[i]))
			continue;
		struct pure_start start = new_start("pure-ftpd", at(paths[i], 0), arena);
		conf_file_read(root, paths[i], &start);
		ARRAY_PUSH(arena, starts, start);
	}
}

static void
read_named(struct old_root *root, const char *config, struct starts *starts)
{
	struct arena *arena = old_root_arena(root);
	struct old_entry entry;
	struct pure_start start = new_start("pure-ftpd", at(config, 0), arena);
	if (old_root_stat(root, config, &entry) == OLD_OK && S_ISDIR(entry.mode))
		wrapper_read(root, &start);
	else
		conf_file_read(root, config, &start);
	ARRAY_PUSH(arena, starts, start);
}

/* ---- choosing ---- */

static const char *
names_of(const struct starts *starts, struct arena *arena)
{
	AUTO_BUFFER struct buffer names = { 0 };
	ARRAY_FOREACH (start, starts)
		buffer_printf(&names, "%s%s", names.size ? ", " : "", start->name);
	return arena_strdup(arena, buffer_text(&names));
}

static bool
choose(const struct starts *starts, const char *name, struct arena *arena,
	struct pure_start *ret_start, struct diags *diags)
{
	if (!starts->count) {
		diag_error(diags, at(conf_directory, 0),
			"no Pure-FTPd found: no unit, no directory of settings, no configuration "
			"file");
		diag_hint(diags, "Name its configuration: --set config=FILE");
		return false;
	}
	if (!name && starts->count == 1) {
		*ret_start = starts->items[0];
		return true;
	}
	ARRAY_FOREACH (start, starts) {
		if (name && strcmp(start->name, name) == 0) {
			*ret_start = *start;
			return true;
		}
	}
	if (name)
		diag_error(diags, NOWHERE, "no Pure-FTPd named '%s', there is: %s", name,
			names_of(starts, arena));
	else
		diag_error(
			diags, NOWHERE, "several Pure-FTPd daemons: %s", names_of(starts, arena));
	diag_hint(diags, "Choose one of them with --set server=NAME.");
	return false;
}

bool
pure_start_find(struct old_root *root, const struct pure_wanted *wanted,
	struct pure_start *ret_start, struct diags *diags)
{
	struct starts starts = { 0 };
	if (wanted->config)
		read_named(root, wanted->config, &starts);
	else
		find_commands(root, &starts);
	if (!starts.count)
		find_scripts(root, &starts);
	if (!starts.count)
		find_conf_files(root, &starts);
	return choose(&starts, wanted->server, old_root_arena(root), ret_start, diags);
}
