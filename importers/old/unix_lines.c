/*
 * unix_lines.c - see unix_lines.h. The rules are those of glibc's nss_files: a field that is
 * missing at the end of a line is empty where it is text and refuses the line where it is a number;
 * numbers are strtoul(3)'s, so blanks and "+" in front are taken. One beyond 32 bits, which "-1" is
 * too, refuses the line; glibc of a dozen years ago took it as 2^32-1.
 */
#include "importers/old/unix_lines.h"

#include <stdlib.h>
#include <string.h>

bool
unix_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

const char *
unix_skip_space(const char *text)
{
	while (unix_is_space(*text))
		text++;
	return text;
}

char *
unix_next_line(struct unix_lines *lines, struct arena *arena)
{
	struct bytes line;
	if (!bytes_take_line(&lines->rest, &line))
		return NULL;
	lines->number++;
	return arena_strndup(arena, line.data, strnlen(line.data, line.size));
}

/* ---- fields ---- */

static char *
take_text(char **line)
{
	char *field = *line;
	*line += strcspn(field, ":");
	if (**line)
		*(*line)++ = '\0';
	return field;
}

enum number_field {
	NUMBER,
	NO_NUMBER, /* the field is empty, or nothing in it is a number */
	BAD_NUMBER,
};

static enum number_field
take_number(char **line, uint32_t *ret_number)
{
	char *end;
	unsigned long number = strtoul(*line, &end, 10);
	bool none = end == *line;
	if ((*end && *end != ':') || number > UINT32_MAX)
		return BAD_NUMBER;
	*line = end + (*end == ':');
	*ret_number = (uint32_t)number;
	return none ? NO_NUMBER : NUMBER;
}

static bool
take_id(char **line, bool optional, uint32_t *ret_id)
{
	if (optional && !**line)
		return false;
	enum number_field field = take_number(line, ret_id);
	if (field == NO_NUMBER)
		*ret_id = 0;
	return field == NUMBER || (field == NO_NUMBER && optional);
}

/* Lines of NIS: "+", "-name", "+@netgroup::::::". */
static bool
is_nis(const char *name)
{
	return *name == '+' || *name == '-';
}

bool
unix_parse_passwd(char *line, struct old_passwd *ret_user)
{
	struct old_passwd user = { .name = take_text(&line) };
	bool nis = is_nis(user.name), bare = nis && !*line;
	user.password = take_text(&line);
	if (!bare && (!take_id(&line, nis, &user.uid) || !take_id(&line, nis, &user.gid)))
		return false;
	user.gecos = take_text(&line);
	user.home = take_text(&line);
	user.shell = line;
	*ret_user = user;
	return true;
}

/* Blanks in front of a member are dropped, those behind it are its own. */
static void
take_members(char *line, struct arena *arena, struct string_list *members)
{
	while (*line) {
		char *member = line + (unix_skip_space(line) - line);
		line = member + strcspn(member, ",");
		bool filled = line > member;
		if (*line)
			*line++ = '\0';
		if (filled)
			string_list_push(arena, members, member);
	}
}

bool
unix_parse_group(char *line, struct arena *arena, struct old_group *ret_group)
{
	struct old_group group = { .name = take_text(&line) };
	bool nis = is_nis(group.name), bare = nis && !*line;
	take_text(&line); /* the password */
	if (!bare && !take_id(&line, nis, &group.gid))
		return false;
	take_members(line, arena, &group.members);
	*ret_group = group;
	return true;
}

/* A number of days; the line may not end where one is expected. */
static bool
take_days(char **line, int64_t *ret_days)
{
	uint32_t number;
	if (!**line)
		return false;
	enum number_field field = take_number(line, &number);
	if (field == BAD_NUMBER)
		return false;
	*ret_days = field == NUMBER ? (int32_t)number : -1;
	return true;
}

/* The last field: up to the end of the line it must be a number, or it must be empty. */
static bool
is_flag(const char *line)
{
	char *end;
	return strtoul(line, &end, 10) <= UINT32_MAX && !*end;
}

bool
unix_parse_shadow(char *line, struct old_shadow *ret_shadow)
{
	struct old_shadow shadow = {
		.name = take_text(&line),
		.warn = -1,
		.inactive = -1,
		.expires = -1,
	};
	bool bare = is_nis(shadow.name) && !*line;
	shadow.hash = take_text(&line);
	if (bare) {
		*ret_shadow = shadow;
		return true;
	}
	if (!take_days(&line, &shadow.changed) || !take_days(&line, &shadow.min) ||
		!take_days(&line, &shadow.max))
		return false;
	line += unix_skip_space(line) - line;
	/* Without the newer fields it is complete too. */
	if (*line &&
		(!take_days(&line, &shadow.warn) || !take_days(&line, &shadow.inactive) ||
			!take_days(&line, &shadow.expires) || !is_flag(line)))
		return false;
	*ret_shadow = shadow;
	return true;
}

/* ---- shells and services ---- */

void
unix_parse_shells(struct bytes content, struct arena *arena, struct string_list *ret_shells)
{
	struct unix_lines lines = { .rest = content };
	for (char *line; (line = unix_next_line(&lines, arena));) {
		line += strcspn(line, "#/");
		if (*line != '/')
			continue;
		line[strcspn(line, " \t\v\f\r#")] = '\0';
		string_list_push(arena, ret_shells, line);
	}
}

static void
take_services(char *line, struct arena *arena, struct string_list *services)
{
	*services = (struct string_list){ 0 };
	for (line += strspn(line, " \t"); *line; line += strspn(line, " \t\v\f\r")) {
		if (*line == '[') {
			line += strcspn(line, "]");
			line += *line == ']';
			continue;
		}
		size_t length = strcspn(line, " \t\v\f\r[");
		string_list_push(arena, services, arena_strndup(arena, line, length));
		line += length;
	}
}

struct string_list
unix_services(struct bytes content, const char *database, struct arena *arena)
{
	struct string_list services = { 0 };
	struct unix_lines lines = { .rest = content };
	size_t length = strlen(database);
	string_list_push(arena, &services, "files");
	for (char *line; (line = unix_next_line(&lines, arena));) {
		line[strcspn(line, "#")] = '\0';
		line += unix_skip_space(line) - line;
		if (strncmp(line, database, length) == 0 && line[length] == ':')
			take_services(line + length + 1, arena, &services);
	}
	return services;
}
