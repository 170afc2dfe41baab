/*
 * auth_lines.c - the lines of AuthUserFile and AuthGroupFile.
 *
 * The server reads a file anew for every question; here it is read once into tables in which the
 * first entry that counts is what its search would find.
 */
#include "importers/proftpd/auth_lines.h"

#include <stdlib.h>
#include <string.h>

enum {
	LINE_LIMIT = 1024,  /* PR_TUNABLE_BUFFER_SIZE */
	ENTRY_LIMIT = 1022, /* what is left after the copies of the line */
	MEMBER_LIMIT = 4096,
	USER_FIELDS = 7,
	GROUP_FIELDS = 4,
};

/* strtol(3) over the whole field, into an unsigned id as the assignment cuts it. */
static bool
parse_id(const char *field, uint32_t *ret_id)
{
	char *end = NULL;
	const long id = strtol(field, &end, 10);
	*ret_id = (uint32_t)id;
	return *end == '\0';
}

static const char *
refused_by_filter(
	const struct pro_file_filter *filter, uint32_t id, const char *name, const char *home)
{
	if (filter->has_ids && (id < filter->min || id > filter->max))
		return "its id is outside of the range that the directive allows";
	if (filter->name && pro_pattern_matches(filter->name, name) == filter->not_name)
		return "its name does not pass the directive's filter";
	if (home && filter->home && pro_pattern_matches(filter->home, home) == filter->not_home)
		return "its home does not pass the directive's filter";
	return NULL;
}

static struct pro_file_user *
user_named(struct pro_user_file *file, const char *name, struct arena *arena)
{
	struct pro_file_user *user = table_get(&file->by_name, name);
	if (user)
		return user;

	user = ARENA_NEW(arena, struct pro_file_user);
	user->name = name;
	table_set(&file->by_name, name, user);
	ARRAY_PUSH(arena, &file->users, user);
	return user;
}

/* Cuts at colons; the last field ends at one, too. Returns how many there are. */
static size_t
split(char *line, char *fields[], size_t room)
{
	size_t count = 0;
	for (char *at = line; at && count < room; count++) {
		fields[count] = at;
		at = strchr(at, ':');
		if (at)
			*at++ = '\0';
	}
	return count;
}

static void
refuse(struct pro_user_file *file, const char *name, struct place where, const char *why,
	struct arena *arena)
{
	if (!*name)
		return;
	struct pro_file_user *user = user_named(file, name, arena);
	if (!user->why) {
		user->why = why;
		user->refused = where;
	}
}

static void
take_user(struct pro_user_file *file, char *line, struct place where,
	const struct pro_file_filter *filter, struct arena *arena)
{
	char *fields[USER_FIELDS];
	struct pro_account account = { .where = where, .hash_where = where };
	const size_t count = split(line, fields, USER_FIELDS);
	const char *why = NULL;

	if (count != USER_FIELDS)
		why = "it does not have 7 fields";
	else if (!*fields[2] || !*fields[3])
		why = "it has no uid or no gid";
	else if (!parse_id(fields[2], &account.uid) || !parse_id(fields[3], &account.gid))
		why = "its uid or gid is not a number";
	file->malformed += why ? 1 : 0;
	if (!why)
		why = refused_by_filter(filter, account.uid, fields[0], fields[5]);
	if (why) {
		/* A line without a colon names nobody. */
		if (count > 1)
			refuse(file, fields[0], where, why, arena);
		return;
	}

	struct pro_file_user *user = user_named(file, fields[0], arena);
	if (user->account) {
		if (user->repeated.line == 0)
			user->repeated = where;
		return;
	}
	account.name = fields[0];
	account.hash = fields[1];
	account.gecos = fields[4];
	account.home = fields[5];
	account.shell = fields[6];
	user->account = arena_copy(arena, &account, sizeof(account));
}

void
pro_user_file_parse(struct bytes content, const char *shown, const struct pro_file_filter *filter,
	struct arena *arena, struct pro_user_file *ret_file)
{
	struct pro_user_file file = { .by_name = { .arena = arena } };
	unsigned number = 1;
	for (size_t offset = 0; offset < content.size;) {
		const char *start = content.data + offset;
		const size_t rest = content.size - offset,
			     limit = rest < LINE_LIMIT ? rest : LINE_LIMIT;
		const char *newline = memchr(start, '\n', limit);
		const size_t size = newline ? (size_t)(newline - start) + 1 : limit;
		offset += size;

		const size_t length = strnlen(start, size);
		const struct place where = at(shown, number);
		if (newline)
			number++;
		if (length == 0 || *start == '#')
			continue;
		const size_t kept = length - 1 < ENTRY_LIMIT ? length - 1 : ENTRY_LIMIT;
		take_user(&file, arena_strndup(arena, start, kept), where, filter, arena);
	}
	file.cut = content.size > 0 && content.data[content.size - 1] != '\n';
	*ret_file = file;
}

static void
take_members(struct pro_group_file *file, const struct pro_file_group *group, char *members,
	struct arena *arena)
{
	size_t count = 0;
	for (char *at = members; at && *at && count < MEMBER_LIMIT; count++) {
		char *member = at;
		at = strchr(at, ',');
		if (at)
			*at++ = '\0';

		struct pro_file_membership *membership = table_get(&file->members, member);
		if (!membership) {
			membership = ARENA_NEW(arena, struct pro_file_membership);
			table_set(&file->members, member, membership);
		}
		ARRAY_PUSH(arena, &membership->groups, group);
	}
}

static void
take_group(struct pro_group_file *file, char *line, struct place where,
	const struct pro_file_filter *filter, struct arena *arena)
{
	char *fields[GROUP_FIELDS];
	if (split(line, fields, GROUP_FIELDS) != GROUP_FIELDS || !*fields[2]) {
		file->malformed++;
		return;
	}

	uint32_t gid;
	(void)parse_id(fields[2], &gid); /* "12x" is 12 and "abc" 0, with a warning in the log */
	if (refused_by_filter(filter, gid, fields[0], NULL))
		return;

	struct pro_file_group *group = ARENA_NEW(arena, struct pro_file_group);
	*group = (struct pro_file_group){ fields[0], gid, where };
	ARRAY_PUSH(arena, &file->groups, group);
	if (!table_get(&file->by_name, group->name))
		table_set(&file->by_name, group->name, group);
	if (!id_table_get(&file->by_gid, gid))
		id_table_set(&file->by_gid, gid, group);
	take_members(file, group, fields[3], arena);
}

void
pro_group_file_parse(struct bytes content, const char *shown, const struct pro_file_filter *filter,
	struct arena *arena, struct pro_group_file *ret_file)
{
	struct pro_group_file file = {
		.by_name = { .arena = arena },
		.members = { .arena = arena },
		.by_gid = { .arena = arena },
	};
	unsigned number = 1;
	for (size_t offset = 0; offset < content.size; number++) {
		const char *start = content.data + offset;
		const char *newline = memchr(start, '\n', content.size - offset);
		if (!newline)
			break; /* a group without its newline is not read */
		const size_t size = (size_t)(newline - start);
		if (strnlen(start, size) < size)
			break; /* behind a NUL no newline is found any more */
		offset += size + 1;
		if (*start == '#')
			continue;
		take_group(
			&file, arena_strndup(arena, start, size), at(shown, number), filter, arena);
	}
	*ret_file = file;
}
