/*
 * root_glob.c - glob(3) below ROOT.
 *
 * The pattern is matched component by component by a matcher of our own, because fnmatch(3) takes
 * time that doubles with every star, and the pattern may be an enemy's. The number of paths is
 * bounded for the same reason.
 */
#include <string.h>
#include <sys/stat.h>

#include "importers/old/root_internal.h"

enum { PATHS_LIMIT = 100 * 1000, DEPTH_LIMIT = 256 };

/* ---- one name ---- */

static bool
in_class(const char *name, size_t length, unsigned char c)
{
	static const struct {
		const char *name;
		const char *members;
	} classes[] = {
		{ "digit", "0123456789" },
		{ "lower", "abcdefghijklmnopqrstuvwxyz" },
		{ "upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		{ "alpha", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" },
		{ "alnum", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" },
		{ "xdigit", "0123456789abcdefABCDEF" },
		{ "blank", " \t" },
		{ "space", " \t\n\v\f\r" },
		{ "punct", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" },
	};
	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (strlen(classes[i].name) == length && memcmp(classes[i].name, name, length) == 0)
			return c && strchr(classes[i].members, c);
	}
	return false;
}

/* One character of a bracket, a backslash in front of it dropped. */
static unsigned char
bracket_character(const char **cursor)
{
	if (**cursor == '\\' && (*cursor)[1])
		(*cursor)++;
	return (unsigned char)*(*cursor)++;
}

/*
 * The bracket expression that begins at "[": where it ends, and whether it has the character. NULL
 * when it is never closed; then "[" is an ordinary character.
 */
static const char *
match_bracket(const char *pattern, unsigned char c, bool *ret_matched)
{
	const char *cursor = pattern + 1;
	bool negated = *cursor == '!' || *cursor == '^', matched = false;
	cursor += negated;
	for (bool first = true; first || *cursor != ']'; first = false) {
		if (!*cursor)
			return NULL;
		const char *end =
			cursor[0] == '[' && cursor[1] == ':' ? strstr(cursor, ":]") : NULL;
		if (end) {
			matched |= in_class(cursor + 2, (size_t)(end - cursor) - 2, c);
			cursor = end + 2;
			continue;
		}
		unsigned char from = bracket_character(&cursor), to = from;
		if (cursor[0] == '-' && cursor[1] && cursor[1] != ']') {
			cursor++;
			to = bracket_character(&cursor);
		}
		matched |= from <= c && c <= to;
	}
	*ret_matched = matched != negated;
	return cursor + 1;
}

/* What stands behind the first element of the pattern when it matches c, else NULL. */
static const char *
match_one(const char *pattern, unsigned char c)
{
	bool matched;
	const char *behind;
	switch (*pattern) {
	case '?':
		return pattern + 1;
	case '[':
		behind = match_bracket(pattern, c, &matched);
		if (behind)
			return matched ? behind : NULL;
		return c == '[' ? pattern + 1 : NULL;
	case '\\':
		pattern += pattern[1] != '\0';
		break;
	}
	return (unsigned char)*pattern == c ? pattern + 1 : NULL;
}

/* A star is retried only at the latest one, so this takes pattern times name. */
static bool
name_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *resumed = NULL;
	if (*name == '.' && *pattern != '.' && strncmp(pattern, "\\.", 2) != 0)
		return false;
	while (*name || *pattern) {
		if (*pattern == '*') {
			star = ++pattern;
			resumed = name;
			continue;
		}
		const char *behind =
			*name && *pattern ? match_one(pattern, (unsigned char)*name) : NULL;
		if (behind) {
			pattern = behind;
			name++;
			continue;
		}
		if (!star || !*resumed)
			return false;
		pattern = star;
		name = ++resumed;
	}
	return true;
}

static bool
is_magic(const char *component)
{
	for (const char *c = component; *c; c++) {
		if (*c == '\\' && c[1])
			c++;
		else if (*c == '*' || *c == '?' || (*c == '[' && strchr(c + 1, ']')))
			return true;
	}
	return false;
}

static const char *
without_backslashes(struct arena *arena, const char *component)
{
	char *text = arena_strdup(arena, component), *to = text;
	for (const char *from = text; *from; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return text;
}

/* ---- paths ---- */

struct globbing {
	struct old_root *root;
	struct string_list found; /* what the components so far have given */
};

static const char *
join(struct globbing *globbing, const char *above, const char *name)
{
	return arena_printf(globbing->root->arena, "%s/%s", above, name);
}

static bool
is_directory(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK && S_ISDIR(entry.mode);
}

static bool
is_there(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_lstat(root, path, &entry) == OLD_OK;
}

static enum old_status
match_below(struct globbing *globbing, const char *above, const char *component, bool last,
	struct string_list *matches)
{
	struct string_list names;
	struct arena *arena = globbing->root->arena;
	if (old_root_list(globbing->root, *above ? above : "/", &names) != OLD_OK)
		return OLD_OK; /* as glob(3) without GLOB_ERR */
	for (size_t i = 0; i < names.count; i++) {
		if (!name_matches(component, names.items[i]))
			continue;
		const char *path = join(globbing, above, names.items[i]);
		if (!last && !is_directory(globbing->root, path))
			continue;
		if (matches->count >= PATHS_LIMIT)
			return OLD_TOO_LARGE;
		string_list_push(arena, matches, path);
	}
	return OLD_OK;
}

static enum old_status
take_component(struct globbing *globbing, const char *component, bool last)
{
	struct string_list matches = { 0 };
	bool magic = is_magic(component);
	for (size_t i = 0; i < globbing->found.count; i++) {
		const char *above = globbing->found.items[i];
		if (magic) {
			enum old_status status =
				match_below(globbing, above, component, last, &matches);
			if (status != OLD_OK)
				return status;
			continue;
		}
		const char *name = without_backslashes(globbing->root->arena, component);
		const char *path = join(globbing, above, name);
		if (!last || is_there(globbing->root, path))
			string_list_push(globbing->root->arena, &matches, path);
	}
	globbing->found = matches;
	return OLD_OK;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum old_status
old_root_glob(struct old_root *root, const char *pattern, struct string_list *ret_paths)
{
	struct globbing globbing = { .root = root };
	string_list_push(root->arena, &globbing.found, "");
	const char *rest = pattern + strspn(pattern, "/");
	if (!*rest)
		return *pattern ? OLD_WRONG_TYPE : OLD_ABSENT;
	for (unsigned depth = 0; *rest; depth++) {
		size_t length = strcspn(rest, "/");
		const char *component = arena_strndup(root->arena, rest, length);
		rest += length + strspn(rest + length, "/");
		if (depth >= DEPTH_LIMIT)
			return OLD_TOO_LARGE;
		enum old_status status = take_component(&globbing, component, !*rest);
		if (status != OLD_OK)
			return status;
	}
	if (!globbing.found.count)
		return OLD_ABSENT;
	qsort(globbing.found.items, globbing.found.count, sizeof(*globbing.found.items),
		compare_paths);
	*ret_paths = globbing.found;
	return OLD_OK;
}
