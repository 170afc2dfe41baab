/*
 * outlives_text.c - the absolute paths and the logins in one configuration file.
 *
 * Knows no syntax but comment lines, quotes and what can stand beside a path. A path that ends at a
 * wildcard or a variable right below the directory of homes means them all.
 */
#include <ctype.h>
#include <string.h>

#include "core/plan/outlives_internal.h"

struct text_line {
	const struct config_kind *kind;
	const char *file;
	unsigned number;
	const char *start, *end;
};

static struct place
place_of(const struct outlives_search *search, const struct text_line *line)
{
	return at(arena_strdup(search->arena, line->file), line->number);
}

/* ---- paths ---- */

/*
 * What is loose in a home is moved, and so is what is hidden. Folders stay.
 */
static const char *
place_after(
	struct outlives_search *search, const struct outlives_subject *subject, const char *target)
{
	struct stat st;
	size_t home = strlen(subject->home);
	if (!subject->loose || strlen(target) <= home + 1)
		return NULL;
	const char *name = target + home + 1;
	size_t length = strcspn(name, "/");
	char *first = arena_strndup(search->scratch, target, home + 1 + length);
	if (name[0] != '.' && outlives_exists(search, first, S_IFDIR, &st))
		return NULL;
	return arena_printf(search->arena, "%s/%s/%s", subject->home, subject->loose, name);
}

static void
add_path(struct outlives_search *search, const struct text_line *line,
	struct outlives_subject *subject, const char *path)
{
	const char *target = arena_strdup(search->arena, path);
	outlives_add(search, subject,
		(struct outlives_item){
			.code = line->kind->code,
			.place = place_of(search, line),
			.text = arena_printf(
				search->arena, "%s names %s", line->kind->what, target),
			.target = target,
			.becomes = place_after(search, subject, target),
		});
}

static void
add_pattern(struct outlives_search *search, const struct text_line *line, const char *pattern)
{
	const char *key = arena_printf(search->scratch, "%s\t\t%s", line->file, pattern);
	if (table_get(&search->seen, key))
		return;
	table_set(&search->seen, key, search);
	ARRAY_PUSH(search->arena, &search->outlives->patterns,
		(struct outlives_item){
			.code = line->kind->code,
			.place = place_of(search, line),
			.text = arena_printf(
				search->arena, "%s names all homes: %s", line->kind->what, pattern),
			.target = arena_strdup(search->arena, pattern),
		});
}

static bool
is_boundary(char c)
{
	return isspace((unsigned char)c) || strchr("\"'`=:,;()[]{}<>|&!", c) != NULL;
}

/* systemd takes "=-/path" and "=+/path". */
static bool
begins_path(const struct text_line *line, const char *c)
{
	return c == line->start || is_boundary(c[-1]) ||
		(c - line->start > 1 && strchr("-+@!", c[-1]) && c[-2] == '=');
}

static bool
is_wild(char c)
{
	return c != '\0' && strchr("*?[{$%@", c) != NULL;
}

/* Where a path that starts here ends: at the quote that it started behind, or the next boundary. */
static const char *
end_of_path(const struct text_line *line, const char *path)
{
	char quote = path > line->start ? path[-1] : ' ';
	const char *end = path;
	if (quote == '"' || quote == '\'') {
		while (end < line->end && *end != quote)
			end++;
		return end;
	}
	while (end < line->end && !is_boundary(*end))
		end += *end == '\\' && end + 1 < line->end ? 2 : 1;
	return end;
}

/* Without doubled slashes, backslashes, "." components and slashes at the end. */
static char *
tidy_path(struct arena *arena, const char *from, const char *end)
{
	char *path = arena_strndup(arena, from, (size_t)(end - from)), *to = path;
	for (const char *at = path; *at; at++) {
		if (*at == '\\' && at[1])
			at++;
		else if (*at == '/' && (at[1] == '/' || !at[1]))
			continue;
		else if (*at == '/' && at[1] == '.' && (at[2] == '/' || !at[2])) {
			at++;
			continue;
		}
		*to++ = *at;
	}
	*to = '\0';
	return path;
}

static void
see_path(struct outlives_search *search, const struct text_line *line, const char *start,
	const char *end)
{
	size_t above;
	char *path = tidy_path(search->scratch, start, end);
	size_t plain = 0;
	while (path[plain] && !is_wild(path[plain]))
		plain++;
	char *known = arena_strndup(search->scratch, path, plain);
	if (path[plain] && plain && known[plain - 1] == '/') {
		known[plain - 1] = '\0';
		if (table_get(&search->parents, known)) {
			add_pattern(search, line, path);
			return;
		}
	}
	struct outlives_subject *subject = table_get_above(&search->homes, known, &above);
	if (subject)
		add_path(search, line, subject, known);
}

/* "~anna/www"; a bare "~" is the home of whoever reads the file. */
static void
see_tilde(struct outlives_search *search, const struct text_line *line, const char *start,
	const char *end)
{
	char *path = tidy_path(search->scratch, start, end);
	size_t length = strcspn(path, "/");
	struct outlives_subject *subject =
		table_get(&search->logins, arena_strndup(search->scratch, path + 1, length - 1));
	if (subject && table_get(&search->homes, subject->home ? subject->home : ""))
		add_path(search, line, subject,
			arena_printf(search->scratch, "%s%s", subject->home, path + length));
}

static void
see_paths(struct outlives_search *search, const struct text_line *line)
{
	for (const char *c = line->start; c < line->end; c++) {
		if ((*c != '/' && *c != '~') || !begins_path(line, c))
			continue;
		const char *end = end_of_path(line, c);
		if (*c == '/')
			see_path(search, line, c, end);
		else
			see_tilde(search, line, c, end);
		c = end - (end > c);
	}
}

/* ---- logins ---- */

static bool
is_of_login(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static void
see_login(struct outlives_search *search, const struct text_line *line, const char *start,
	const char *end)
{
	struct outlives_subject *subject = table_get(
		&search->logins, arena_strndup(search->scratch, start, (size_t)(end - start)));
	if (subject)
		outlives_add(search, subject,
			(struct outlives_item){
				.code = line->kind->code,
				.place = place_of(search, line),
				.text = arena_printf(search->arena, "%s names '%s'",
					line->kind->what, subject->login),
			});
}

/* A part of a path or of an address of mail elsewhere is no login. */
static void
see_words(struct outlives_search *search, const struct text_line *line, const char *from,
	bool first_only)
{
	for (const char *c = from; c < line->end; c++) {
		if (!is_of_login(*c))
			continue;
		const char *start = c;
		while (c < line->end && is_of_login(*c))
			c++;
		if ((start == line->start || (start[-1] != '/' && start[-1] != '~')) &&
			(c == line->end || *c != '@'))
			see_login(search, line, start, c);
		if (first_only)
			return;
	}
}

/* "user = anna", "User=anna", "su anna anna", "AssignUserID anna anna". */
static void
see_keys(struct outlives_search *search, const struct text_line *line)
{
	static const char *const parts[] = { "user", "owner", "uid" };
	char key[64] = "";
	const char *sign = memchr(line->start, '=', (size_t)(line->end - line->start));
	const char *end = line->start;
	while (end < line->end && (sign ? end < sign : !isspace((unsigned char)*end)))
		end++;
	for (size_t i = 0; i < (size_t)(end - line->start) && i < sizeof(key) - 1; i++)
		key[i] = (char)tolower((unsigned char)line->start[i]);
	bool counts = strcmp(key, "su") == 0 || strcmp(key, "create") == 0;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		counts = counts || strstr(key, parts[i]);
	if (counts)
		see_words(search, line, end, false);
}

/* "m h dom mon dow user command", "@daily user command". */
static void
see_cron_user(struct outlives_search *search, const struct text_line *line)
{
	const char *c = line->start;
	int wanted = *c == '@' ? 1 : 5;
	if (!strchr("0123456789*@", *c))
		return;
	for (int i = 0; i < wanted; i++) {
		while (c < line->end && !isspace((unsigned char)*c))
			c++;
		while (c < line->end && isspace((unsigned char)*c))
			c++;
	}
	see_words(search, line, c, true);
}

static void
see_names(struct outlives_search *search, const struct text_line *line)
{
	switch (line->kind->names) {
	case NAMES_NOWHERE:
		break;
	case NAMES_ANYWHERE:
		see_words(search, line, line->start, false);
		break;
	case NAMES_FIRST:
		see_words(search, line, line->start, true);
		break;
	case NAMES_OF_KEYS:
		see_keys(search, line);
		break;
	case NAMES_OF_CRON:
		see_cron_user(search, line);
		break;
	}
}

/* ---- lines ---- */

static bool
is_comment(const struct text_line *line)
{
	return line->start == line->end || *line->start == '#' || *line->start == ';' ||
		(line->end - line->start > 1 && memcmp(line->start, "//", 2) == 0 &&
			strcmp(line->kind->code, "privilege") == 0);
}

void
outlives_scan_text(struct outlives_search *search, const struct config_kind *kind, const char *path,
	struct bytes text)
{
	struct text_line line = { .kind = kind, .file = path };
	const char *end = text.data + text.size;
	if (!text.size || memchr(text.data, '\0', text.size))
		return; /* a program, not a text */
	for (const char *next = text.data; next < end; next = line.end + 1) {
		line.start = next;
		line.end = memchr(next, '\n', (size_t)(end - next));
		line.end = line.end ? line.end : end;
		line.number++;
		while (line.start < line.end && isspace((unsigned char)*line.start))
			line.start++;
		if (is_comment(&line))
			continue;
		see_paths(search, &line);
		see_names(search, &line);
	}
}
