/*
 * tree.c - order, <Global>, nesting of <Directory>s, and directives that go down.
 */
#include <string.h>

#include "importers/proftpd/directives.h"
#include "importers/proftpd/tree.h"

void
pro_lines_insert(struct pro_line_list *lines, struct pro_line *line, struct arena *arena)
{
	ARRAY_PUSH(arena, lines, line);
	memmove(lines->items + 1, lines->items, (lines->count - 1) * sizeof(*lines->items));
	lines->items[0] = line;
}

void
pro_lines_remove(struct pro_line_list *lines, size_t position)
{
	lines->count--;
	memmove(lines->items + position, lines->items + position + 1,
		(lines->count - position) * sizeof(*lines->items));
}

void
pro_tree_order(struct pro_section *section, struct arena *arena)
{
	struct pro_line_list ordered = { 0 };

	for (size_t i = section->opened.count; i-- > 0;) {
		pro_tree_order(section->opened.items[i]->section, arena);
		ARRAY_PUSH(arena, &ordered, section->opened.items[i]);
	}
	for (size_t i = 0; i < section->lines.count; i++)
		ARRAY_PUSH(arena, &ordered, section->lines.items[i]);
	section->lines = ordered;
	section->opened = (struct pro_line_list){ 0 };
}

static struct pro_line *
copy_opening(const struct pro_line *line, struct pro_section *parent, struct arena *arena)
{
	struct pro_line *opening = arena_copy(arena, line, sizeof(*line));

	opening->section = pro_tree_copy(line->section, arena);
	opening->section->opening = opening;
	opening->section->parent = parent;
	return opening;
}

struct pro_section *
pro_tree_copy(const struct pro_section *section, struct arena *arena)
{
	struct pro_section *copy = arena_copy(arena, section, sizeof(*section));

	copy->lines = (struct pro_line_list){ 0 };
	for (size_t i = 0; i < section->lines.count; i++) {
		struct pro_line *line = section->lines.items[i];
		ARRAY_PUSH(arena, &copy->lines,
			line->section ? copy_opening(line, copy, arena) : line);
	}
	return copy;
}

/* Takes the <Global>s out of a server, and appends what is in them to all. */
static void
spread_globals(struct pro_config *config, struct pro_section *server)
{
	for (size_t i = 0; i < server->lines.count;) {
		struct pro_section *global = server->lines.items[i]->section;
		if (!global || global->kind != PRO_GLOBAL) {
			i++;
			continue;
		}
		pro_lines_remove(&server->lines, i);
		for (size_t s = 0; s < config->servers.count; s++) {
			struct pro_section *copy = pro_tree_copy(global, config->arena);
			for (size_t l = 0; l < copy->lines.count; l++) {
				struct pro_line *line = copy->lines.items[l];
				if (line->section)
					line->section->parent = NULL;
				ARRAY_PUSH(config->arena, &config->servers.items[s]->lines, line);
			}
		}
	}
}

/* How much two paths have in common, from the beginning. */
static size_t
common_size(const char *a, const char *b)
{
	size_t size = 0;

	while (a[size] && a[size] == b[size])
		size++;
	return size;
}

/* The <Directory> that another one belongs into: the one with the longest common path. */
static struct pro_section *
find_place(struct pro_section *section, const struct pro_section *moving, size_t *ret_matched)
{
	struct pro_section *best = NULL;
	size_t best_size = 0, path_size = strlen(moving->path);

	for (size_t i = 0; i < section->lines.count; i++) {
		struct pro_section *other = section->lines.items[i]->section;
		if (!other || other->kind != PRO_DIRECTORY || other == moving)
			continue;
		size_t size = strlen(other->path);
		while (size && (other->path[size - 1] == '*' || other->path[size - 1] == '/'))
			size--;
		if (size >= path_size || moving->path[size] != '/' ||
			strncmp(other->path, moving->path, size) != 0)
			continue;

		size_t inner_size = 0;
		struct pro_section *inner = find_place(other, moving, &inner_size);
		size_t outer_size = common_size(moving->path, other->path);
		if (!inner && outer_size > best_size) {
			best = other;
			best_size = outer_size;
		} else if (inner_size > best_size) {
			best = inner;
			best_size = inner_size;
		}
	}
	*ret_matched = best_size;
	return best;
}

/* <Directory *> in an <Anonymous> is the <Anonymous> itself. */
static bool
is_whole_anonymous(const struct pro_section *inner, const struct pro_section *around)
{
	return around->kind == PRO_ANONYMOUS && strcmp(inner->path, "*") == 0;
}

static void
dissolve(struct pro_section *around, struct pro_section *inner, struct arena *arena)
{
	for (size_t i = 0; i < inner->lines.count; i++) {
		if (inner->lines.items[i]->section)
			inner->lines.items[i]->section->parent = around;
		pro_lines_insert(&around->lines, inner->lines.items[i], arena);
	}
}

static size_t
position_of(const struct pro_section *section, const struct pro_line *line)
{
	size_t i = 0;

	while (i < section->lines.count && section->lines.items[i] != line)
		i++;
	return i;
}

void
pro_tree_nest(struct pro_section *section, struct arena *arena)
{
	struct pro_line_list before = { 0 };

	for (size_t i = 0; i < section->lines.count; i++)
		if (section->lines.items[i]->section)
			ARRAY_PUSH(arena, &before, section->lines.items[i]);
	for (size_t i = 0; i < before.count; i++) {
		struct pro_line *line = before.items[i];
		struct pro_section *inner = line->section, *place = NULL;
		size_t matched;

		if (inner->kind != PRO_DIRECTORY || inner->deferred)
			continue;
		bool whole = is_whole_anonymous(inner, section);
		if (!whole)
			place = find_place(section, inner, &matched);
		if (!whole && !place)
			continue;
		pro_lines_remove(&section->lines, position_of(section, line));
		if (whole) {
			dissolve(section, inner, arena);
		} else {
			pro_lines_insert(&place->lines, line, arena);
			inner->parent = place;
		}
	}
	for (size_t i = 0; i < section->lines.count; i++) {
		struct pro_section *inner = section->lines.items[i]->section;
		if (inner && (inner->kind == PRO_DIRECTORY || inner->kind == PRO_ANONYMOUS))
			pro_tree_nest(inner, arena);
	}
}

static bool
goes_down(const struct pro_line *line, const struct pro_section *into)
{
	if (line->section || !(line->flags & (PRO_MERGED | PRO_MERGED_ALWAYS)))
		return false;
	if (line->flags & PRO_MERGED && pro_find(into, line->name))
		return false;
	/* The same line is there already when the tree is merged a second time. */
	for (size_t i = 0; i < into->lines.count; i++)
		if (into->lines.items[i] == line)
			return false;
	return true;
}

void
pro_tree_merge_down(struct pro_section *section, struct arena *arena)
{
	for (size_t l = 0; l < section->lines.count; l++) {
		struct pro_line *line = section->lines.items[l];
		if (line->section || !(line->flags & (PRO_MERGED | PRO_MERGED_ALWAYS)))
			continue;
		for (size_t i = 0; i < section->lines.count; i++) {
			struct pro_section *into = section->lines.items[i]->section;
			if (into && (into->kind == PRO_DIRECTORY || into->kind == PRO_ANONYMOUS) &&
				goes_down(line, into))
				ARRAY_PUSH(arena, &into->lines, line);
		}
	}
	for (size_t i = 0; i < section->lines.count; i++) {
		struct pro_section *into = section->lines.items[i]->section;
		if (into && (into->kind == PRO_DIRECTORY || into->kind == PRO_ANONYMOUS))
			pro_tree_merge_down(into, arena);
	}
}

void
pro_tree_finish(struct pro_config *config)
{
	for (size_t s = 0; s < config->servers.count; s++)
		pro_tree_order(config->servers.items[s], config->arena);
	for (size_t s = 0; s < config->servers.count; s++)
		spread_globals(config, config->servers.items[s]);
	for (size_t s = 0; s < config->servers.count; s++) {
		pro_tree_nest(config->servers.items[s], config->arena);
		pro_tree_merge_down(config->servers.items[s], config->arena);
	}
}

/* Every line of a name, however deep, and for a <Directory> of that path. */
static void
remove_all(struct pro_section *section, const struct pro_line *like)
{
	for (size_t i = 0; i < section->lines.count;) {
		struct pro_line *line = section->lines.items[i];
		bool same = like->section ? line->section && line->section->kind == PRO_DIRECTORY &&
				strcmp(line->section->path, like->section->path) == 0
					  : !line->section && strcmp(line->name, like->name) == 0;
		if (same) {
			pro_lines_remove(&section->lines, i);
			continue;
		}
		if (line->section)
			remove_all(line->section, like);
		i++;
	}
}

static bool
replaces(const struct pro_line *line)
{
	if (line->section)
		return line->section->kind == PRO_DIRECTORY;
	return !(line->flags & (PRO_MERGED_ALWAYS | PRO_REPEATS));
}

/* Copies in reverse, as the daemon inserts each in front of the one before. */
static struct pro_line *
reversed_copy(struct pro_line *line, struct pro_section *parent, struct arena *arena)
{
	if (!line->section)
		return line;

	struct pro_line *opening = arena_copy(arena, line, sizeof(*line));
	struct pro_section *copy = arena_copy(arena, line->section, sizeof(*line->section));
	opening->section = copy;
	copy->opening = opening;
	copy->parent = parent;
	copy->lines = (struct pro_line_list){ 0 };
	for (size_t i = 0; i < line->section->lines.count; i++)
		pro_lines_insert(&copy->lines,
			reversed_copy(line->section->lines.items[i], copy, arena), arena);
	return opening;
}

void
pro_tree_merge_in(
	struct pro_section *server, const struct pro_section *section, struct arena *arena)
{
	/* The section itself is in the server and loses lines while it is copied. */
	struct pro_line_list lines = { 0 };

	for (size_t i = 0; i < section->lines.count; i++)
		ARRAY_PUSH(arena, &lines, section->lines.items[i]);
	for (size_t i = 0; i < lines.count; i++) {
		if (replaces(lines.items[i]))
			remove_all(server, lines.items[i]);
		pro_lines_insert(&server->lines, reversed_copy(lines.items[i], NULL, arena), arena);
	}
}
