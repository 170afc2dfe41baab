/*
 * accountdb_listing.c - which groups list a login, as a member or as an administrator.
 *
 * An index of all logins at once, made when somebody asks first: a run may ask for tens of
 * thousands of them. From then on every change of a list is entered.
 */
#include <assert.h>
#include <string.h>

#include "core/plan/accountdb_line.h"

/* ---- one login ---- */

/* A name that stands in a list twice counts once. */
static void
enter(struct table *listing, const char *login, struct accountdb_line *line)
{
	struct accountdb_lines *lines = table_get(listing, login);
	if (!lines) {
		lines = ARENA_NEW(listing->arena, struct accountdb_lines);
		table_set(listing, login, lines);
	}
	if (!lines->count || lines->items[lines->count - 1] != line)
		ARRAY_PUSH(listing->arena, lines, line);
}

/* From the end: a login that leaves all its groups leaves the last one first. */
static void
forget(struct table *listing, const char *login, const struct accountdb_line *line)
{
	struct accountdb_lines *lines = table_get(listing, login);
	size_t i = lines ? lines->count : 0;
	while (i && lines->items[i - 1] != line)
		i--;
	if (!i)
		return;
	memmove(&lines->items[i - 1], &lines->items[i],
		(lines->count - i) * sizeof(struct accountdb_line *));
	lines->count--;
}

void
listing_add_member(struct accountdb *db, struct accountdb_line *line, const char *login)
{
	if (db->is_listed)
		enter(&db->tables[line->file].by_member, login, line);
}

void
listing_remove_member(struct accountdb *db, struct accountdb_line *line, const char *login)
{
	if (db->is_listed)
		forget(&db->tables[line->file].by_member, login, line);
}

/* ---- one line ---- */

/* The next of "otto,,anna", without empty ones; NULL at the end. */
static const char *
next_admin(const char **rest, struct arena *arena)
{
	*rest += strspn(*rest, ",");
	size_t size = strcspn(*rest, ",");
	const char *name = size ? arena_strndup(arena, *rest, size) : NULL;
	*rest += size;
	return name;
}

static void
enter_line(struct accountdb_table *table, struct accountdb_line *line, struct arena *arena)
{
	const struct string_list *members = accountdb_members(line);
	ARRAY_FOREACH (member, members)
		enter(&table->by_member, *member, line);
	if (table->file != ACCOUNTDB_GSHADOW)
		return;
	const char *rest = accountdb_field(line, GSHADOW_ADMINS), *admin;
	while ((admin = next_admin(&rest, arena)))
		enter(&table->by_admin, admin, line);
}

void
listing_add_line(struct accountdb *db, struct accountdb_line *line)
{
	if (db->is_listed && file_has_members(line->file))
		enter_line(&db->tables[line->file], line, db->arena);
}

void
listing_remove_line(struct accountdb *db, struct accountdb_line *line)
{
	struct accountdb_table *table = &db->tables[line->file];
	if (!db->is_listed || !file_has_members(line->file))
		return;
	const struct string_list *members = accountdb_members(line);
	ARRAY_FOREACH (member, members)
		forget(&table->by_member, *member, line);
	if (line->file != ACCOUNTDB_GSHADOW)
		return;
	const char *rest = accountdb_field(line, GSHADOW_ADMINS), *admin;
	while ((admin = next_admin(&rest, db->arena)))
		forget(&table->by_admin, admin, line);
}

/* ---- questions ---- */

static void
list_file(struct accountdb *db, enum accountdb_file file)
{
	struct accountdb_table *table = &db->tables[file];
	struct accountdb_line *line;
	size_t cursor = 0;
	table->by_member.arena = table->by_admin.arena = db->arena;
	while ((line = accountdb_next(db, file, &cursor)))
		enter_line(table, line, db->arena);
}

static const struct accountdb_lines *
look_up(struct accountdb *db, const struct table *listing, const char *login)
{
	static const struct accountdb_lines none;
	if (!db->is_listed) {
		list_file(db, ACCOUNTDB_GROUP);
		list_file(db, ACCOUNTDB_GSHADOW);
		db->is_listed = true;
	}
	const struct accountdb_lines *lines = table_get(listing, login);
	return lines ? lines : &none;
}

const struct accountdb_lines *
accountdb_memberships(struct accountdb *db, enum accountdb_file file, const char *login)
{
	assert(file_has_members(file));
	return look_up(db, &db->tables[file].by_member, login);
}

const struct accountdb_lines *
accountdb_administered(struct accountdb *db, const char *login)
{
	return look_up(db, &db->tables[ACCOUNTDB_GSHADOW].by_admin, login);
}

const struct string_list *
accountdb_groups_of(struct accountdb *db, const char *login)
{
	const struct accountdb_lines *lines = accountdb_memberships(db, ACCOUNTDB_GROUP, login);
	struct string_list *names = ARENA_NEW(db->arena, struct string_list);
	ARRAY_FOREACH (line, lines)
		string_list_push(db->arena, names, accountdb_name(*line));
	return names;
}
