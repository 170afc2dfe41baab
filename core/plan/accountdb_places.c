/*
 * accountdb_places.c - where the lines of an account file stand, and putting removed ones back.
 *
 * A line's place is told by the nearest line with a name in front of it, and by how many lines
 * without one (comments, NIS and malformed lines, later lines of a name that counts already) lie
 * between the two. Lines that leave one after the other are put back in the reverse order.
 */
#include <string.h>

#include "core/plan/accountdb_line.h"

/* ---- before lines leave ---- */

struct accountdb_places {
	struct arena *arena;
	struct table positions; /* name -> position from 1 */
	const char **names;	/* by position */
	size_t *others;		/* lines without a name in front of the position */
	size_t *nearest;	/* of each position: itself while it is taken; 0 = the front */
};

static bool
is_named(const struct accountdb_table *table, const struct accountdb_line *line)
{
	return line->kind == LINE_RECORD && table_get(&table->by_name, line->fields[0]) == line;
}

struct accountdb_places *
accountdb_places_create(const struct accountdb *db, enum accountdb_file file, struct arena *arena)
{
	const struct accountdb_table *table = &db->tables[file];
	size_t room = table->lines.count + table->added.count + 1, count = 0, others = 0;
	struct accountdb_places *places = ARENA_NEW(arena, struct accountdb_places);
	places->arena = arena;
	places->positions.arena = arena;
	places->names = arena_alloc(arena, room * sizeof(*places->names));
	places->others = arena_alloc(arena, room * sizeof(*places->others));
	places->nearest = arena_alloc(arena, room * sizeof(*places->nearest));

	size_t cursor = 0;
	struct accountdb_line *line;
	while ((line = table_next(table, &cursor))) {
		if (!is_named(table, line)) {
			others++;
			continue;
		}
		count++;
		places->names[count] = line->fields[0];
		places->others[count] = others;
		places->nearest[count] = count;
		table_set(&places->positions, line->fields[0], (void *)(uintptr_t)count);
	}
	return places;
}

/* Halves the path as it goes, so that a block that left is not walked again and again. */
static size_t
nearest_taken(struct accountdb_places *places, size_t position)
{
	while (places->nearest[position] != position) {
		places->nearest[position] = places->nearest[places->nearest[position]];
		position = places->nearest[position];
	}
	return position;
}

bool
accountdb_places_leave(struct accountdb_places *places, const char *name, const char **ret_behind,
	size_t *ret_apart)
{
	size_t position = (uintptr_t)table_get(&places->positions, name);
	if (!position)
		return false;
	places->nearest[position] = position - 1;
	size_t behind = nearest_taken(places, position);
	*ret_behind = behind ? arena_strdup(places->arena, places->names[behind]) : "";
	*ret_apart = places->others[position] - places->others[behind];
	return true;
}

/* ---- and back ---- */

/* In front of which line: one of table->lines, since a file that was read again holds all there. */
static size_t
find_place(const struct accountdb *db, const struct accountdb_table *table, const char *behind,
	size_t apart)
{
	const struct accountdb_line *anchor =
		behind && *behind ? accountdb_find(db, table->file, behind) : NULL;
	size_t i = 0;
	if (!behind || (*behind && !anchor))
		return table->insert_at;
	while (anchor && i < table->lines.count && table->lines.items[i] != anchor)
		i++;
	if (i == table->lines.count)
		return anchor ? table->insert_at : i;
	i += anchor != NULL;
	for (; apart && i < table->lines.count; i++) {
		const struct accountdb_line *line = table->lines.items[i];
		if (line->removed)
			continue;
		if (is_named(table, line))
			break;
		apart--;
	}
	return i;
}

static void
insert_line(struct accountdb_table *table, struct accountdb_line *line, size_t index)
{
	ARRAY_PUSH(line->arena, &table->lines, line);
	memmove(&table->lines.items[index + 1], &table->lines.items[index],
		(table->lines.count - 1 - index) * sizeof(*table->lines.items));
	table->lines.items[index] = line;
	if (index <= table->insert_at)
		table->insert_at++;
}

static bool
is_last(const struct accountdb_table *table, size_t index)
{
	for (size_t i = index + 1; i < table->lines.count; i++) {
		if (!table->lines.items[i]->removed)
			return false;
	}
	return true;
}

struct accountdb_line *
accountdb_put_back(struct accountdb *db, enum accountdb_file file, const char *text,
	const char *behind, size_t apart)
{
	struct accountdb_table *table = &db->tables[file];
	struct bytes raw = { arena_strdup(db->arena, text), strlen(text) };
	struct accountdb_line *line = line_parse(db->arena, file, raw, 0);
	if (line->kind != LINE_RECORD || strchr(text, '\n') ||
		accountdb_find(db, file, line->fields[0]))
		return NULL;
	size_t index = find_place(db, table, behind, apart);
	insert_line(table, line, index);
	line_index(table, line);
	listing_add_line(db, line);
	/* A last line that had no newline gets one when something follows it. */
	if (is_last(table, index))
		table->no_final_newline = false;
	table->changed = true;
	return line;
}

const char *
accountdb_line_text(const struct accountdb_line *line, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	line_write((struct accountdb_line *)line, &out);
	return arena_strdup(arena, buffer_text(&out));
}

bool
accountdb_is_only(const struct accountdb *db, const struct accountdb_line *line)
{
	size_t field;
	uint32_t id;
	if (line->has_namesake || line->has_id_twin)
		return false;
	/* Of two with one id only the first knows of the other. */
	return !file_id_field(line->file, &field) || !accountdb_line_id(line, field, &id) ||
		accountdb_find_id(db, line->file, id) == line;
}
