/*
 * oracle.c - the questions after every fault, asked from outside.
 */
#include "oracle.h"

#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JAIL_GROUP "sftponly"
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"
/* A part of the hash that the sheets carry. */
#define SECRET "mtjCt3Dh9vsZV8Ji"

/* ---- I1: nobody is in without a jail ---- */

/* The line of a name, NULL when there is none. */
static char *
line_of(const char *text, const char *name, size_t length, struct arena *arena)
{
	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return arena_strndup(arena, line, strcspn(line, "\n"));
	}
	return NULL;
}

static char *
field_of(const char *line, unsigned field, struct arena *arena)
{
	for (; field && *line; field--) {
		line += strcspn(line, ":");
		line += *line == ':';
	}
	return arena_strndup(arena, line, strcspn(line, ":"));
}

static char *
read_of(const char *root, const char *path, struct arena *arena)
{
	char *text = machine_read(root, path, arena);
	return text ? text : arena_strdup(arena, "");
}

static bool
is_member(const char *group, const char *login, struct arena *arena)
{
	char *line = line_of(group, JAIL_GROUP, strlen(JAIL_GROUP), arena);
	return line &&
		strstr(arena_printf(arena, ",%s,", field_of(line, 3, arena)),
			arena_printf(arena, ",%s,", login));
}

/* Every directory down to the home is root's, and nobody else's to write. */
static bool
is_safe_home(const char *root, const char *home, struct arena *arena)
{
	struct stat st;
	char *path = arena_printf(arena, "%s%s", root, home);
	for (size_t end = strlen(root);; end += strcspn(path + end, "/")) {
		char *part = arena_strndup(arena, path, end);
		if (lstat(part, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
			st.st_mode & 022)
			return false;
		if (!path[end])
			return strcmp(home, "/") != 0;
		end++;
	}
}

static bool
is_jailed(const char *root, const char *passwd_line, const char *login, struct arena *arena)
{
	char *dropin = read_of(root, DROPIN, arena);
	return strstr(dropin, "\nMatch Group " JAIL_GROUP "\n") &&
		strstr(dropin, "ChrootDirectory %h\n") &&
		is_member(read_of(root, "/etc/group", arena), login, arena) &&
		is_safe_home(root, field_of(passwd_line, 5, arena), arena);
}

/* As open as before anybody touched it: the same line, the same home. */
static bool
is_untouched(
	const struct scene *scene, const char *passwd_line, const char *login, struct arena *arena)
{
	struct stat now, then;
	char *passwd = read_of(scene->template, "/etc/passwd", arena);
	char *line = line_of(passwd, login, strlen(login), arena);
	char *home = field_of(passwd_line, 5, arena);
	if (!line || strcmp(line, passwd_line) != 0 ||
		is_member(read_of(scene->template, "/etc/group", arena), login, arena))
		return false;
	if (lstat(arena_printf(arena, "%s%s", scene->template, home), &then) != 0)
		return true;
	return lstat(arena_printf(arena, "%s%s", scene->root, home), &now) == 0 &&
		now.st_uid == then.st_uid && now.st_mode == then.st_mode;
}

/* The journal of the newest run, "" when there is none. */
static const char *
newest_journal(const char *root, struct arena *arena)
{
	const char *newest = "";
	for (unsigned run = 1;; run++) {
		char *journal = machine_read(
			root, arena_printf(arena, "/var/lib/rehome/runs/%u/journal", run), arena);
		if (!journal)
			return newest;
		newest = journal;
	}
}

/* What a run makes is opened at its very end, when all was checked. */
static bool
is_open_too_early(const struct scene *scene, const char *login, struct arena *arena)
{
	const char *journal = newest_journal(scene->root, arena);
	return scene->passwd && !line_of(scene->passwd, login, strlen(login), arena) &&
		!strstr(journal, " PHASE activate\n");
}

static const char *
fault_of_login(const struct scene *scene, const char *line, const char *shadow, struct arena *arena)
{
	char *login = field_of(line, 0, arena);
	char *entry = line_of(shadow, login, strlen(login), arena);
	if (atoi(field_of(line, 2, arena)) < 1000 || strchr("+-#", line[0]))
		return NULL;
	if (entry && strcmp(field_of(entry, 7, arena), "1") == 0)
		return NULL;
	if (is_open_too_early(scene, login, arena))
		return arena_printf(arena, "%s is open before its time", login);
	if (is_jailed(scene->root, line, login, arena) || is_untouched(scene, line, login, arena))
		return NULL;
	return arena_printf(arena, "%s is open and not in a jail: '%s', '%.40s'", login, line,
		entry ? "it has a shadow line" : "without a shadow line");
}

static const char *
open_account(const struct scene *scene, struct arena *arena)
{
	const char *fault = NULL;
	char *save, *passwd = read_of(scene->root, "/etc/passwd", arena);
	char *shadow = read_of(scene->root, "/etc/shadow", arena);
	for (char *line = strtok_r(passwd, "\n", &save); line && !fault;
		line = strtok_r(NULL, "\n", &save))
		fault = fault_of_login(scene, line, shadow, arena);
	return fault;
}

/* ---- I5 and I8: what is in files ---- */

/* For nftw(), which hands nothing through. */
static struct {
	struct arena *arena;
	struct string_list contents; /* of the users' files */
	const char *secret_in;
	const char *root;
} walk;

static bool
is_data(const char *path)
{
	const char *below = path + strlen(walk.root);
	return strncmp(below, "/home/", 6) == 0 || strncmp(below, "/srv/", 5) == 0;
}

static int
look_at_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type != FTW_F || !S_ISREG(st->st_mode))
		return 0;
	char *content = read_of("", path, walk.arena);
	if (is_data(path))
		string_list_push(walk.arena, &walk.contents, content);
	if (strstr(content, SECRET) && (st->st_mode & 027 || st->st_uid != 0 || is_data(path)))
		walk.secret_in = arena_strdup(walk.arena, path);
	return 0;
}

static void
look_at_files(const char *root, struct arena *arena)
{
	walk.arena = arena;
	walk.contents = (struct string_list){ 0 };
	walk.secret_in = NULL;
	walk.root = root;
	if (nftw(root, look_at_file, 16, FTW_PHYS) != 0)
		err(1, "%s", root);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The first content that is there fewer times than it was; both lists get sorted. */
static const char *
lost_content(struct string_list *was, struct string_list *is)
{
	size_t found = 0;
	if (was->count)
		qsort(was->items, was->count, sizeof(*was->items), compare_texts);
	if (is->count)
		qsort(is->items, is->count, sizeof(*is->items), compare_texts);
	ARRAY_FOREACH (content, was) {
		while (found < is->count && strcmp(is->items[found], *content) < 0)
			found++;
		if (found == is->count || strcmp(is->items[found], *content) != 0)
			return *content;
		found++;
	}
	return NULL;
}

static const char *
fault_of_files(struct scene *scene, struct arena *arena)
{
	look_at_files(scene->template, arena);
	struct string_list was = walk.contents;
	look_at_files(scene->root, arena);
	const char *lost = lost_content(&was, &walk.contents);
	if (lost)
		return arena_printf(arena, "data is lost: '%.60s'", lost);
	if (walk.secret_in)
		return arena_printf(arena, "a secret is in %s", walk.secret_in);
	return strstr(scene_said(arena), SECRET) ? "a secret was printed" : NULL;
}

const char *
oracle_moment(struct scene *scene, struct arena *arena)
{
	const char *fault = open_account(scene, arena);
	return fault ? fault : fault_of_files(scene, arena);
}

/* ---- at rest ---- */

static const char *
difference(const struct looks *expected, const struct looks *found, struct arena *arena)
{
	if (strcmp(expected->machine, found->machine) != 0)
		return machine_difference(expected->machine, found->machine, arena);
	if (strcmp(expected->registry, found->registry) != 0)
		return arena_printf(arena, "the registry: %s",
			machine_difference(expected->registry, found->registry, arena));
	return NULL;
}

const char *
oracle_settled(struct scene *scene, enum side allowed, enum side *ret_side, struct arena *arena)
{
	struct looks found;
	const char *pending = scene_pending(scene, arena);
	const char *leftover = machine_leftover(scene->root, arena);
	scene_look(scene, &found, arena);
	const char *from_before = difference(&scene->before, &found, arena);
	const char *from_after = difference(&scene->after, &found, arena);
	*ret_side = !from_before ? SIDE_BEFORE : SIDE_AFTER;
	if (pending)
		return arena_printf(arena, "run %s is pending", pending);
	if (leftover)
		return arena_printf(arena, "%s is left", leftover);
	if ((allowed & SIDE_BEFORE && !from_before) || (allowed & SIDE_AFTER && !from_after))
		return oracle_moment(scene, arena);
	if (allowed == SIDE_EITHER)
		return arena_printf(
			arena, "neither before: %s\nnor after: %s", from_before, from_after);
	return arena_printf(arena, "not as %s: %s", allowed == SIDE_BEFORE ? "before" : "after",
		allowed == SIDE_BEFORE ? from_before : from_after);
}
