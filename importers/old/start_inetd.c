/*
 * start_inetd.c - programs that xinetd or inetd ran once for each connection.
 */
#include <string.h>

#include "importers/old/start_internal.h"

struct inetd_reading {
	struct old_root *root;
	const char *program;
	struct arena *arena;
	struct old_starts *starts;
};

/* ---- xinetd: blocks of attributes ---- */

struct xinetd_service {
	const char *name, *server, *arguments;
	struct place where;
	bool disabled;
};

static void
add_service(struct inetd_reading *reading, const struct xinetd_service *service)
{
	struct string_list words = { 0 };
	struct old_start start = {
		.name = arena_printf(reading->arena, "xinetd:%s", service->name),
		.where = service->where,
		.enabled = !service->disabled,
		.by_socket = true,
	};
	if (!service->server)
		return;
	string_list_push(reading->arena, &words, service->server);
	if (service->arguments)
		start_split(service->arguments, reading->arena, &words);
	if (start_words_of(&words, reading->program, reading->arena, &start.words))
		ARRAY_PUSH(reading->arena, reading->starts, start);
}

/* "server = /usr/sbin/vsftpd"; also "+=" and "-=". */
static void
take_attribute(struct inetd_reading *reading, struct xinetd_service *service, const char *line,
	struct place where)
{
	size_t length = strcspn(line, "=+- \t");
	const char *value = strchr(line, '=');
	if (!value)
		return;
	const char *name = arena_strndup(reading->arena, line, length);
	value = start_trimmed(reading->arena, value + 1);
	if (strcmp(name, "server") == 0) {
		service->server = value;
		service->where = where;
	} else if (strcmp(name, "server_args") == 0) {
		service->arguments = value;
	} else if (strcmp(name, "disable") == 0) {
		service->disabled = strcasecmp(value, "yes") == 0;
	}
}

static void
read_xinetd(struct inetd_reading *reading, const char *path)
{
	struct old_file file;
	if (old_root_read(reading->root, path, START_FILE_LIMIT, &file) != OLD_OK)
		return;
	struct start_lines lines = { .rest = file.content.data };
	struct xinetd_service service = { 0 };
	for (const char *line; (line = start_next_line(&lines, reading->arena));) {
		line = start_skip_blanks(line);
		if (strncmp(line, "service", 7) == 0 && strchr(" \t", line[7]))
			service = (struct xinetd_service){
				.name = start_trimmed(reading->arena, line + 7),
			};
		else if (*line == '}' && service.name)
			add_service(reading, &service);
		else if (service.name && *line != '#')
			take_attribute(reading, &service, line, at(path, lines.number));
	}
}

/* ---- inetd: a line each ---- */

static void
take_inetd_line(struct inetd_reading *reading, const char *line, struct place where)
{
	/* How Debian's update-inetd turns a line off. */
	static const char off[] = "#<off>#";
	bool enabled = strncmp(line, off, strlen(off)) != 0;
	struct string_list fields = { 0 };
	start_split(enabled ? line : line + strlen(off), reading->arena, &fields);
	if (fields.count < 6 || *fields.items[0] == '#')
		return;

	/* Service, socket, protocol, wait, user, program, then argv from its name on. */
	struct old_start start = {
		.name = arena_printf(reading->arena, "inetd:%s", fields.items[0]),
		.where = where,
		.enabled = enabled,
		.by_socket = true,
	};
	struct string_list command = { 0 };
	string_list_push(reading->arena, &command, fields.items[5]);
	for (size_t i = 7; i < fields.count; i++)
		string_list_push(reading->arena, &command, fields.items[i]);
	const struct string_list arguments = {
		.items = fields.items + 6,
		.count = fields.count - 6,
	};
	if (start_words_of(&command, reading->program, reading->arena, &start.words) ||
		start_words_of(&arguments, reading->program, reading->arena, &start.words))
		ARRAY_PUSH(reading->arena, reading->starts, start);
}

static void
read_inetd(struct inetd_reading *reading, const char *path)
{
	struct old_file file;
	if (old_root_read(reading->root, path, START_FILE_LIMIT, &file) != OLD_OK)
		return;
	struct start_lines lines = { .rest = file.content.data };
	for (const char *line; (line = start_next_line(&lines, reading->arena));)
		take_inetd_line(reading, line, at(path, lines.number));
}

void
start_find_inetd(
	struct old_root *root, const char *program, struct arena *arena, struct old_starts *starts)
{
	struct inetd_reading reading = {
		.root = root, .program = program, .arena = arena, .starts = starts
	};
	struct string_list names = { 0 };
	read_xinetd(&reading, "/etc/xinetd.conf");
	old_root_list(root, "/etc/xinetd.d", &names);
	for (size_t i = 0; i < names.count; i++) {
		/* xinetd's includedir skips these. */
		if (!strpbrk(names.items[i], ".~"))
			read_xinetd(
				&reading, arena_printf(arena, "/etc/xinetd.d/%s", names.items[i]));
	}
	read_inetd(&reading, "/etc/inetd.conf");
}
