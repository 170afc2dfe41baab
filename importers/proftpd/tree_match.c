/*
 * tree_match.c - the <Directory> that counts for a path: the first that fits, and in it the first
 * of those that were nested into it.
 */
#include <fnmatch.h>
#include <string.h>

#include "importers/proftpd/tree.h"

static bool
has_pattern(const char *path)
{
	return strpbrk(path, "*?") || (strchr(path, '[') && strchr(path, ']'));
}

static const char *
without_slash(const char *path, struct arena *arena)
{
	size_t size = strlen(path);

	return size > 1 && path[size - 1] == '/' ? arena_strndup(arena, path, size - 1) : path;
}

static const char *
full_path(const struct pro_section *directory, struct arena *arena)
{
	if (!directory->below)
		return directory->path;
	return arena_printf(arena, "%s%s", without_slash(directory->below, arena), directory->path);
}

/* "/a" is "/a/" and all below; "/a/" followed by "*" is all below. */
static bool
fits(const char *pattern, const char *path, struct arena *arena)
{
	size_t size = strlen(pattern);
	const char *suffixed = pattern;

	if (size == 1)
		suffixed = "/*";
	else if (size >= 2 && strcmp(pattern + size - 2, "/*") != 0)
		suffixed = arena_printf(arena, "%s/*", pattern);
	return fnmatch(suffixed, path, 0) == 0 ||
		(has_pattern(pattern) && fnmatch(pattern, path, 0) == 0);
}

static const struct pro_section *
match(const struct pro_section *section, const char *path, struct arena *arena)
{
	for (size_t i = 0; i < section->lines.count; i++) {
		const struct pro_section *inner = section->lines.items[i]->section;
		if (!inner || inner->kind != PRO_DIRECTORY)
			continue;
		const char *pattern = full_path(inner, arena);
		if (strcmp(pattern, path) == 0)
			return inner;
		pattern = without_slash(pattern, arena);
		if (strcmp(pattern, path) == 0)
			return inner;
		if (!fits(pattern, path, arena))
			continue;
		const struct pro_section *closer = match(inner, path, arena);
		return closer ? closer : inner;
	}
	return NULL;
}

const struct pro_section *
pro_tree_match(const struct pro_section *server, const struct pro_section *anonymous,
	const char *path, struct arena *arena)
{
	const struct pro_section *found = NULL;

	if (anonymous) {
		/* Nothing of the server reaches into its root. */
		const char *jail = without_slash(anonymous->path, arena);
		found = match(anonymous, path, arena);
		if (found || strncmp(path, jail, strlen(jail)) == 0)
			return found;
	}
	return match(server, path, arena);
}
