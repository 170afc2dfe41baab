/*
 * list.c - files of names; see list.h.
 */
#include "importers/vsftpd/list.h"

#include <string.h>
#include <sys/stat.h>

#include "importers/vsftpd/config.h"

enum { LONGEST_NAME = 255 }; /* bytes; vsftpd itself refuses more than 128 */

bool
vsftpd_can_be_typed(const char *name)
{
	const char *c = name;
	while ((unsigned char)*c > ' ' && *c != 0x7f)
		c++;
	return c > name && !*c && c - name <= LONGEST_NAME;
}

/* Without comment marks and blanks around it: "# anna \r" is meant to be "anna". */
static const char *
meant_name(const char *text, struct arena *arena)
{
	while (vsftpd_is_blank(*text) || *text == '#')
		text++;
	return arena_strndup(arena, text, strcspn(text, " \t\r\v\f#"));
}

static void
add_line(struct vsftpd_list *list, const char *text, unsigned number, struct arena *arena)
{
	struct vsftpd_list_line *line = ARENA_NEW(arena, struct vsftpd_list_line);
	line->text = text;
	line->where = at(list->path, number);
	ARRAY_PUSH(arena, &list->lines, *line);
	if (!table_get(&list->by_text, text))
		table_set(&list->by_text, text, line);
	const char *meant = meant_name(text, arena);
	if (strcmp(meant, text) != 0 && *meant && !table_get(&list->alike, meant))
		table_set(&list->alike, meant, line);
}

static void
take_lines(struct vsftpd_list *list, struct bytes content, struct arena *arena)
{
	struct bytes line;
	for (unsigned number = 1; bytes_take_line(&content, &line); number++) {
		/* No name has a NUL in it, and a line with one is none. */
		if (line.size && !memchr(line.data, '\0', line.size))
			add_line(list, arena_strndup(arena, line.data, line.size), number, arena);
	}
}

/* open(2) succeeds on everything but a socket, and what is no file has no lines. */
static bool
opens_as_empty(struct old_root *root, const char *path)
{
	struct old_entry entry;
	return old_root_stat(root, path, &entry) == OLD_OK && !S_ISSOCK(entry.mode) &&
		!S_ISREG(entry.mode);
}

void
vsftpd_list_read(
	struct old_root *root, const char *path, struct arena *arena, struct vsftpd_list *ret_list)
{
	struct old_file file;
	*ret_list = (struct vsftpd_list){
		.path = path,
		.by_text = { .arena = arena },
		.alike = { .arena = arena },
	};
	if (!path)
		return;
	if (old_root_read_start(root, path, VSFTPD_FILE_LIMIT, &file) != OLD_OK) {
		ret_list->is_readable = opens_as_empty(root, path);
		return;
	}
	ret_list->is_readable = true;
	take_lines(ret_list, file.content, arena);
}

const struct vsftpd_list_line *
vsftpd_list_find(const struct vsftpd_list *list, const char *name)
{
	return table_get(&list->by_text, name);
}

const struct vsftpd_list_line *
vsftpd_list_find_alike(const struct vsftpd_list *list, const char *name)
{
	return table_get(&list->alike, name);
}
