/*
 * accountdb_members.c - the member lists of groups.
 *
 * A list may hold tens of thousands of names and change as many times in a run, so it is split once
 * and joined once. Empty names and blanks between commas are kept, and seen by nobody.
 */
#include <string.h>

#include "core/plan/accountdb_line.h"

_Static_assert((int)GROUP_MEMBERS == (int)GSHADOW_MEMBERS, "one position for both files");

bool
file_has_members(enum accountdb_file file)
{
	return file == ACCOUNTDB_GROUP || file == ACCOUNTDB_GSHADOW;
}

/* ---- one list ---- */

/* Behind previous; NULL = in front of all. */
static void
link_member(struct member_list *list, struct member *member, struct member *previous)
{
	member->previous = previous;
	member->next = previous ? previous->next : list->first;
	if (member->next)
		member->next->previous = member;
	else
		list->last = member;
	if (previous)
		previous->next = member;
	else
		list->first = member;
}

static void
unlink_member(struct member_list *list, struct member *member)
{
	if (member->previous)
		member->previous->next = member->next;
	else
		list->first = member->next;
	if (member->next)
		member->next->previous = member->previous;
	else
		list->last = member->previous;
}

/* text is kept. */
static struct member *
insert_text(
	struct arena *arena, struct member_list *list, const char *text, struct member *previous)
{
	struct member *member = ARENA_NEW(arena, struct member);
	member->text = text;
	member->name = text + strspn(text, LINE_BLANKS);
	link_member(list, member, previous);
	struct member *first = table_get(&list->by_name, member->name);
	if (first) {
		member->twin = first->twin;
		first->twin = member;
	} else {
		table_set(&list->by_name, member->name, member);
	}
	list->names_are_stale = true;
	return member;
}

static struct member_list *
split_members(struct arena *arena, const char *text)
{
	struct member_list *list = ARENA_NEW(arena, struct member_list);
	list->by_name.arena = arena;
	while (*text) {
		size_t size = strcspn(text, ",");
		insert_text(arena, list, arena_strndup(arena, text, size), list->last);
		text += size;
		if (*text != ',')
			break;
		text++;
		if (!*text)
			insert_text(arena, list, text, list->last);
	}
	return list;
}

struct member_list *
line_members(struct accountdb_line *line)
{
	if (!line->members) {
		const char *text = line->length > GROUP_MEMBERS ? line->fields[GROUP_MEMBERS] : "";
		line->members = split_members(line->arena, text);
	}
	return line->members;
}

static void
join_members(const struct member_list *list, struct buffer *out)
{
	for (const struct member *member = list->first; member; member = member->next) {
		if (member != list->first)
			buffer_add_char(out, ',');
		buffer_add_text(out, member->text);
	}
}

const char *
line_members_text(struct accountdb_line *line)
{
	struct member_list *list = line->members;
	if (list && list->text_is_stale) {
		AUTO_BUFFER struct buffer joined = { 0 };
		join_members(list, &joined);
		line->fields[GROUP_MEMBERS] = arena_strdup(line->arena, buffer_text(&joined));
		list->text_is_stale = false;
	}
	return line->length > GROUP_MEMBERS ? line->fields[GROUP_MEMBERS] : "";
}

static const struct member *
skip_nameless(const struct member *member)
{
	while (member && !*member->name)
		member = member->next;
	return member;
}

bool
members_are_equal(struct accountdb_line *a, struct accountdb_line *b)
{
	const struct member *x = skip_nameless(line_members(a)->first);
	const struct member *y = skip_nameless(line_members(b)->first);
	while (x && y && strcmp(x->name, y->name) == 0) {
		x = skip_nameless(x->next);
		y = skip_nameless(y->next);
	}
	return !x && !y;
}

const struct string_list *
accountdb_members(const struct accountdb_line *line)
{
	struct member_list *list = line_members((struct accountdb_line *)line);
	if (list->names_are_stale) {
		list->names.count = 0;
		for (const struct member *member = skip_nameless(list->first); member;
			member = skip_nameless(member->next))
			string_list_push(line->arena, &list->names, member->name);
		list->names_are_stale = false;
	}
	return &list->names;
}

bool
accountdb_is_member(const struct accountdb_line *line, const char *login)
{
	return *login && table_get(&line_members((struct accountdb_line *)line)->by_name, login);
}

/* ---- changes ---- */

static void
list_changed(struct accountdb *db, enum accountdb_file file, struct accountdb_line *group)
{
	while (group->length <= GROUP_MEMBERS)
		group->fields[group->length++] = "";
	group->members->names_are_stale = true;
	group->members->text_is_stale = true;
	group->changed = true;
	db->tables[file].changed = true;
}

bool
accountdb_insert_member(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *group, const char *login, const char *behind)
{
	struct member_list *list = line_members(group);
	if (accountdb_is_member(group, login))
		return false;

	struct member *previous = list->last;
	if (behind)
		previous = *behind ? table_get(&list->by_name, behind) : NULL;
	if (behind && *behind && !previous)
		previous = list->last;
	struct member *member =
		insert_text(db->arena, list, arena_strdup(db->arena, login), previous);
	list_changed(db, file, group);
	listing_add_member(db, group, member->name);
	return true;
}

bool
accountdb_add_member(struct accountdb *db, enum accountdb_file file, struct accountdb_line *group,
	const char *login)
{
	return accountdb_insert_member(db, file, group, login, NULL);
}

bool
accountdb_remove_member(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *group, const char *login)
{
	if (!accountdb_is_member(group, login))
		return false;

	struct member_list *list = group->members;
	struct member *first = table_get(&list->by_name, login);
	const char *name = first->name;
	for (struct member *member = first; member; member = member->twin)
		unlink_member(list, member);
	table_set(&list->by_name, name, NULL);
	list_changed(db, file, group);
	listing_remove_member(db, group, name);
	return true;
}
