/*
 * sshd_config.c - reads sshd's files line by line, as sshd would, and remembers the places.
 *
 * Read is what the files say, valid or not: nothing is judged here. A line that sshd would split
 * differently would make us judge another configuration than the one in effect, so the splitting
 * follows servconf.c and misc.c (strdelim for the keyword, argv_split for the rest) of OpenSSH 9.2.
 */
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "core/base/text.h"
#include "core/plan/sshd_internal.h"

enum {
	DEPTH_MAX = 16,	 /* SERVCONF_MAX_DEPTH */
	FILES_MAX = 512, /* against a file that includes itself twice */
	LINKS_MAX = 16,
};

#define SSH_DIRECTORY "/etc/ssh"

/* ---- patterns ---- */

static bool
match_pattern(const char *text, const char *pattern, size_t size)
{
	const char *end = pattern + size, *star = NULL, *retry = NULL;
	while (*text) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = text;
		} else if (pattern < end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

bool
sshd_pattern_match(const char *text, const char *pattern)
{
	return match_pattern(text, pattern, strlen(pattern));
}

int
sshd_pattern_list_match(const char *text, const char *patterns)
{
	int found = 0;
	for (const char *pattern = patterns;; pattern++) {
		bool negated = *pattern == '!';
		pattern += negated;
		size_t size = strcspn(pattern, ",");
		if (match_pattern(text, pattern, size)) {
			if (negated)
				return -1;
			found = 1;
		}
		pattern += size;
		if (!*pattern)
			return found;
	}
}

/* ---- one line ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* strdelim(): the keyword may be quoted; one '=' may stand between it and the rest. */
static const char *
take_keyword(char **text)
{
	char *word = *text, *next;
	if (*word == '"') {
		next = strchr(++word, '"');
		if (!next)
			return "";
	} else {
		next = word + strcspn(word, " \t\r=");
	}
	bool equals = *next == '=';
	if (*next)
		*next++ = '\0';
	next += strspn(next, " \t\r");
	if (!equals && *next == '=')
		next += 1 + strspn(next + 1, " \t\r");
	*text = next;
	return word;
}

/* argv_split(): removes quotes and escapes in place; returns where the word ended. */
static const char *
take_word(const char *text, char *ret_word)
{
	char quote = 0;
	for (; *text; text++) {
		if (*text == '\\' && text[1] &&
			(strchr("'\"\\", text[1]) || (!quote && text[1] == ' ')))
			*ret_word++ = *++text;
		else if (!quote && is_blank(*text))
			break;
		else if (!quote && (*text == '"' || *text == '\''))
			quote = *text;
		else if (quote && *text == quote)
			quote = 0;
		else
			*ret_word++ = *text;
	}
	*ret_word = '\0';
	return text;
}

static void
take_words(const char *text, struct arena *arena, struct string_list *ret_words)
{
	while (*text) {
		if (is_blank(*text)) {
			text++;
			continue;
		}
		if (*text == '#')
			return;
		char *word = arena_alloc(arena, strlen(text) + 1);
		text = take_word(text, word);
		string_list_push(arena, ret_words, word);
	}
}

bool
sshd_line_split(struct bytes line, struct arena *arena, const char **ret_keyword,
	struct string_list *ret_arguments)
{
	if (!line.size)
		return false;
	/* A NUL ends the line, as in sshd. */
	char *text = arena_strndup(arena, line.data, strnlen(line.data, line.size));
	size_t size = strlen(text);
	while (size && strchr(" \t\r\n\f", text[size - 1]))
		text[--size] = '\0';
	text += strspn(text, " \t\r");
	if (!*text || *text == '#')
		return false;

	const char *keyword = take_keyword(&text);
	if (!*keyword)
		return false;
	struct string_list words = { 0 };
	take_words(text, arena, &words);
	*ret_keyword = text_lower(arena, keyword);
	*ret_arguments = words;
	return true;
}

/* ---- paths ---- */

/* Absolute, without "//", "." and "..", all by name: what is read is looked up without links. */
static char *
normal_path(const char *directory, const char *path, struct arena *arena)
{
	const char *whole = path[0] == '/' ? path : arena_printf(arena, "%s/%s", directory, path);
	char *normal = arena_alloc(arena, strlen(whole) + 2);
	size_t used = 0;
	while (*whole) {
		size_t size = strcspn(whole, "/");
		if (size == 2 && strncmp(whole, "..", 2) == 0) {
			while (used && normal[--used] != '/')
				;
		} else if (size && !(size == 1 && *whole == '.')) {
			normal[used++] = '/';
			memcpy(normal + used, whole, size);
			used += size;
		}
		whole += size + (whole[size] == '/');
	}
	if (!used)
		normal[used++] = '/';
	normal[used] = '\0';
	return normal;
}

static const char *
parent_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

/* The host's own look-up follows no link; one at the end of a path is followed here, by name. */
static bool
read_link(struct host *host, const char *path, struct arena *arena, const char **ret_target,
	struct diags *diags)
{
	char target[PATH_MAX];
	const char *parent = parent_of(path, arena);
	AUTO_CLOSE int dir_fd = -1;
	if (!host_open_dir(host, parent, &dir_fd, diags))
		return false;
	ssize_t size = readlinkat(dir_fd, strrchr(path, '/') + 1, target, sizeof(target) - 1);
	if (size < 0)
		return diag_error(diags, at(path, 0), "cannot read the symbolic link: %m");
	target[size] = '\0';
	*ret_target = normal_path(parent, target, arena);
	return true;
}

static bool
follow_links(struct host *host, const char **path, struct host_entry *ret_entry,
	struct arena *arena, struct diags *diags)
{
	const char *start = *path;
	for (int links = 0; links <= LINKS_MAX; links++) {
		if (!host_inspect(host, *path, ret_entry, diags))
			return false;
		if (!ret_entry->exists || !S_ISLNK(ret_entry->st.st_mode))
			return true;
		if (!read_link(host, *path, arena, path, diags))
			return false;
	}
	return diag_error(diags, at(start, 0), "too many symbolic links");
}

/* ---- glob(3) below the root ---- */

/* A link counts, for the look-up to refuse it: sshd would read what is behind. */
static bool
may_hold_files(struct host *host, const char *path, bool *ret_may, struct diags *diags)
{
	struct host_entry entry;
	if (!host_inspect(host, path, &entry, diags))
		return false;
	*ret_may = entry.exists && (S_ISDIR(entry.st.st_mode) || S_ISLNK(entry.st.st_mode));
	return true;
}

/* The names in a directory that match one component of a pattern. */
static bool
list_matches(struct host *host, const char *directory, const char *component, struct arena *arena,
	struct string_list *ret_names, struct diags *diags)
{
	if (!strpbrk(component, "*?[\\")) {
		string_list_push(arena, ret_names, component);
		return true;
	}
	struct string_list names = { 0 };
	if (!host_list(host, directory, arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		if (fnmatch(component, *name, FNM_PERIOD) == 0)
			string_list_push(arena, ret_names, *name);
	}
	return true;
}

/* Appends the paths below directory that match the rest of a pattern. */
static bool
find_matches(struct host *host, const char *directory, const char *pattern, struct arena *arena,
	struct string_list *matches, struct diags *diags)
{
	bool may_hold_files_here;
	if (!may_hold_files(host, directory, &may_hold_files_here, diags))
		return false;
	if (!may_hold_files_here)
		return true;

	pattern += strspn(pattern, "/");
	size_t size = strcspn(pattern, "/");
	const char *component = arena_strndup(arena, pattern, size), *rest = pattern + size;
	struct string_list names = { 0 };
	if (!list_matches(host, directory, component, arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		const char *path = normal_path(directory, *name, arena);
		if (!*rest)
			string_list_push(arena, matches, path);
		else if (!find_matches(host, path, rest, arena, matches, diags))
			return false;
	}
	return true;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
expand(struct host *host, const char *pattern, struct arena *arena, struct string_list *ret_paths,
	struct diags *diags)
{
	if (!find_matches(host, "/", pattern, arena, ret_paths, diags))
		return false;
	if (ret_paths->count)
		qsort(ret_paths->items, ret_paths->count, sizeof(*ret_paths->items), compare_paths);
	return true;
}

/* ---- files ---- */

struct reader {
	struct host *host;
	struct arena *arena;
	struct diags *diags;
	struct sshd_config *config;
	unsigned files;
};

/* One file being read: the Match it was included under, and the one in effect now. */
struct section {
	const char *path;
	unsigned depth;
	const struct string_list *outer, *criteria; /* NULL = global */
};

static void
push(struct reader *reader, const struct section *section, const char *keyword,
	struct string_list arguments, unsigned line)
{
	struct sshd_directive directive = {
		.keyword = keyword,
		.arguments = arguments,
		.criteria = section->criteria,
		.depth = section->depth,
		.place = at(section->path, line),
	};
	if (section->criteria) {
		AUTO_BUFFER struct buffer match = { 0 };
		ARRAY_FOREACH (word, section->criteria)
			buffer_printf(&match, "%s%s", match.size ? " " : "", *word);
		directive.match = arena_strdup(reader->arena, buffer_text(&match));
	}
	ARRAY_PUSH(reader->arena, &reader->config->directives, directive);
}

/* Criteria come as "user a" or, since OpenSSH 10, "user=a". */
static void
add_criteria(struct arena *arena, struct string_list *criteria, const struct string_list *words)
{
	bool is_value = false;
	ARRAY_FOREACH (word, words) {
		const char *equals = is_value ? NULL : strchr(*word, '=');
		if (equals) {
			string_list_push(arena, criteria,
				arena_strndup(arena, *word, (size_t)(equals - *word)));
			string_list_push(arena, criteria, equals + 1);
			continue;
		}
		string_list_push(arena, criteria, *word);
		is_value = !is_value && strcasecmp(*word, "all") != 0 &&
			strcasecmp(*word, "invalid-user") != 0;
	}
}

static void
begin_match(struct reader *reader, struct section *section, const struct string_list *words)
{
	struct string_list *criteria = ARENA_NEW(reader->arena, struct string_list);
	if (section->outer) {
		ARRAY_FOREACH (word, section->outer)
			string_list_push(reader->arena, criteria, *word);
	}
	add_criteria(reader->arena, criteria, words);
	section->criteria = criteria;
}

static bool read_section(struct reader *reader, const char *path, unsigned depth,
	const struct string_list *outer, bool *ret_exists);

static bool
include(struct reader *reader, const struct section *section, const char *word, unsigned line)
{
	struct string_list paths = { 0 }, pattern = { 0 };
	const char *whole = normal_path(SSH_DIRECTORY, word, reader->arena);
	string_list_push(reader->arena, &pattern, whole);
	push(reader, section, "include", pattern, line);
	if (section->depth == DEPTH_MAX)
		return true;

	if (!expand(reader->host, whole, reader->arena, &paths, reader->diags))
		return false;
	ARRAY_FOREACH (path, &paths) {
		bool exists;
		if (!read_section(reader, *path, section->depth + 1, section->criteria, &exists))
			return false;
	}
	return true;
}

static bool
read_line(struct reader *reader, struct section *section, struct bytes text, unsigned line)
{
	const char *keyword;
	struct string_list words;
	if (!sshd_line_split(text, reader->arena, &keyword, &words))
		return true;
	if (strcmp(keyword, "include") == 0) {
		ARRAY_FOREACH (word, &words) {
			if (!include(reader, section, *word, line))
				return false;
		}
		return true;
	}
	if (strcmp(keyword, "match") == 0)
		begin_match(reader, section, &words);
	push(reader, section, keyword, words, line);
	return true;
}

static bool
read_lines(struct reader *reader, struct section *section, struct bytes content)
{
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&content, &line); number++) {
		if (!read_line(reader, section, line, number))
			return false;
	}
	return true;
}

/* A directory is an empty file to sshd. */
static bool
read_section(struct reader *reader, const char *path, unsigned depth,
	const struct string_list *outer, bool *ret_exists)
{
	struct section section = { path, depth, outer, outer };
	struct host_entry entry;
	struct bytes content;
	const char *target = path;

	if (++reader->files > FILES_MAX)
		return diag_error(reader->diags, at(path, 0),
			"more than %d files are included, perhaps one by itself", FILES_MAX);
	if (!follow_links(reader->host, &target, &entry, reader->arena, reader->diags))
		return false;
	*ret_exists = entry.exists;
	if (!entry.exists || S_ISDIR(entry.st.st_mode))
		return true;
	return host_read_file(
		       reader->host, target, reader->arena, ret_exists, &content, reader->diags) &&
		read_lines(reader, &section, content);
}

bool
sshd_config_read(struct host *host, const char *path, struct arena *arena,
	struct sshd_config *ret_config, struct diags *diags)
{
	struct sshd_config config = { .path = path };
	struct reader reader = { host, arena, diags, &config, 0 };
	if (!read_section(&reader, path, 0, NULL, &config.exists))
		return false;
	*ret_config = config;
	return true;
}

bool
sshd_config_depends_on_user(const struct sshd_config *config)
{
	ARRAY_FOREACH (directive, &config->directives) {
		if (strcmp(directive->keyword, "match") != 0)
			continue;
		for (size_t i = 0; i < directive->criteria->count; i++) {
			const char *criterion = directive->criteria->items[i];
			if (strcasecmp(criterion, "all") == 0)
				continue;
			if (strcasecmp(criterion, "group") != 0 &&
				strcasecmp(criterion, "address") != 0)
				return true;
			i++;
		}
	}
	return false;
}
