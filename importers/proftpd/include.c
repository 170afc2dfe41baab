/*
 * include.c - Include: files, directories, and patterns, in the daemon's order.
 *
 * An error in an included file is a warning only, but the file stays on the stack of the daemon:
 * the includer's loop goes on with what is left of it, and ends where it ends. So everything
 * behind the Include is lost.
 */
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "importers/proftpd/parse.h"

enum { PATTERN_DEPTH = 64 };

static bool
has_pattern(const char *path)
{
	bool bracket = false;

	for (; *path; path++) {
		if (*path == '?' || *path == '*')
			return true;
		if (*path == '\\' && path[1])
			path++;
		else if (*path == '[')
			bracket = true;
		else if (*path == ']' && bracket)
			return true;
	}
	return false;
}

static bool
is_temporary(const char *name)
{
	return fnmatch("*~", name, FNM_PERIOD) == 0 || fnmatch("*.sw?", name, FNM_PERIOD) == 0;
}

/* A failed file is only noted; its remains are read by whoever included it. */
static void
read_one(struct pro_parser *parser, const char *path, struct place where)
{
	enum pro_outcome outcome = pro_parse_file(parser, path);

	if (outcome == PRO_TAKEN)
		return;
	if (outcome == PRO_MISSING) {
		diag_warning(&parser->config->notes, where, "cannot include '%s'", path);
		diag_code(&parser->config->notes, "include-missing");
		return;
	}
	diag_warning(&parser->config->notes, parser->refused_at,
		"%s; so the server did not read what follows the Include in %s:%u", parser->refusal,
		where.file, where.line);
	diag_code(&parser->config->notes, "include-broken");
}

static const char *
below(const struct pro_parser *parser, const char *path, const char *name)
{
	bool slash = path[strlen(path) - 1] == '/';

	return arena_printf(parser->arena, "%s%s%s", path, slash ? "" : "/", name);
}

static enum pro_outcome
read_directory(struct pro_parser *parser, const char *path, const char *pattern, struct place where)
{
	struct string_list names;

	if (old_root_list(parser->root, path, &names) != OLD_OK)
		return PRO_INVALID;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		if (parser->include_no_temporary && is_temporary(name))
			continue;
		if (pattern && fnmatch(pattern, name, FNM_PERIOD) != 0)
			continue;
		read_one(parser, below(parser, path, name), where);
	}
	return PRO_TAKEN;
}

static enum pro_outcome include_path(
	struct pro_parser *parser, const char *path, unsigned depth, struct place where);

/* A link is not followed where a pattern is looked for, unless IncludeOptions says so. */
static enum pro_outcome
check_directory(struct pro_parser *parser, const char *path)
{
	struct old_entry entry;

	if (old_root_lstat(parser->root, path, &entry) != OLD_OK)
		return PRO_MISSING;
	if (S_ISLNK(entry.mode) && !parser->include_links)
		return PRO_MISSING;
	return PRO_TAKEN;
}

/* The first component with a pattern is matched, and the rest taken for each. */
static enum pro_outcome
include_deep_pattern(
	struct pro_parser *parser, const char *path, unsigned depth, struct place where)
{
	const char *start = path, *end = path;
	struct string_list names;
	bool matched = false;

	do {
		start = end + (*end == '/');
		end = start + strcspn(start, "/");
	} while (*end && !has_pattern(arena_strndup(parser->arena, start, (size_t)(end - start))));
	const char *parent = start - 1 == path
		? "/"
		: arena_strndup(parser->arena, path, (size_t)(start - 1 - path));
	const char *pattern = arena_strndup(parser->arena, start, (size_t)(end - start));
	enum pro_outcome outcome = check_directory(parser, parent);

	if (outcome != PRO_TAKEN)
		return outcome;
	if (old_root_list(parser->root, parent, &names) != OLD_OK)
		return PRO_INVALID;
	for (size_t i = 0; i < names.count; i++) {
		if (parser->include_no_temporary && is_temporary(names.items[i]))
			continue;
		if (fnmatch(pattern, names.items[i], FNM_PERIOD) != 0)
			continue;
		matched = true;
		outcome = include_path(parser,
			arena_printf(parser->arena, "%s/%s%s",
				strcmp(parent, "/") == 0 ? "" : parent, names.items[i], end),
			depth + 1, where);
		if (outcome != PRO_TAKEN)
			return outcome;
	}
	return matched ? PRO_TAKEN : PRO_MISSING;
}

static enum pro_outcome
include_pattern(struct pro_parser *parser, const char *path, unsigned depth, struct place where)
{
	const char *slash = strrchr(path, '/');
	const char *parent =
		slash == path ? "/" : arena_strndup(parser->arena, path, (size_t)(slash - path));

	if (has_pattern(parent))
		return parser->include_no_wildcards
			? PRO_INVALID
			: include_deep_pattern(parser, path, depth, where);
	enum pro_outcome outcome = check_directory(parser, parent);
	return outcome == PRO_TAKEN ? read_directory(parser, parent, slash + 1, where) : outcome;
}

static enum pro_outcome
include_path(struct pro_parser *parser, const char *path, unsigned depth, struct place where)
{
	struct old_entry entry;

	if (depth > PATTERN_DEPTH || *path != '/')
		return PRO_INVALID;
	if (has_pattern(path))
		return include_pattern(parser, path, depth, where);
	if (old_root_lstat(parser->root, path, &entry) != OLD_OK)
		return PRO_MISSING;
	if (S_ISDIR(entry.mode))
		return read_directory(parser, path, NULL, where);
	read_one(parser, path, where);
	return PRO_TAKEN;
}

enum pro_outcome
pro_include(struct pro_parser *parser, const struct pro_line *line)
{
	const char *path = line->words.items[0];
	enum pro_outcome outcome = include_path(parser, path, 0, line->where);

	if (outcome == PRO_INVALID)
		return pro_refuse(parser, line->where, "error including '%s'", path);
	if (outcome == PRO_MISSING) {
		diag_warning(&parser->config->notes, line->where,
			"the server could not include '%s' and went on", path);
		diag_code(&parser->config->notes, "include-missing");
	}
	return PRO_TAKEN;
}
