/*
 * layout.h - what folders a jail has and who may do what in them.
 *
 * A jail's root belongs to root; everything a user may change is in folders below it. Three kinds:
 *   write          user:<jail group> 0755; the user owns it
 *   read           enforced: root:<jail group> 0755, so that nothing a user can send over SFTP
 *                  makes it writable
 *   read-advisory  user:<jail group> 0555; the user can chmod it back (the classic recipe)
 * An explicit owner, group or mode wins over the kind's default. A fourth kind is in no layout:
 *   kept           was there when the home was adopted; its owner and mode are as they were found
 */
#ifndef REHOME_MODEL_LAYOUT_H
#define REHOME_MODEL_LAYOUT_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/profile.h"

enum folder_access {
	FOLDER_WRITE,
	FOLDER_READ,
	FOLDER_READ_ADVISORY,
	FOLDER_KEPT, /* in plans and in the registry only */
};

struct folder {
	const char *path; /* relative, normalised, UTF-8 or bytes; "pics", "www/htdocs" */
	enum folder_access access;
	const char *owner; /* "user", "root" or a login; NULL = by access */
	const char *group; /* "user" (the user's own), a group's name; NULL = the jail's group */
	bool has_mode;
	mode_t mode; /* 07777 */
	struct place place;
};

struct folder_list {
	struct folder *items;
	size_t count, room;
};

struct layout {
	const char *name;
	struct folder_list folders; /* parents before children */
	struct jail_profile profile;
	struct place place;
};

/* "write", "read", "read-advisory", "kept"; also "rw", "ro" in folder lists. */
const char *folder_access_name(enum folder_access access);
NODISCARD bool folder_access_parse(const char *word, enum folder_access *ret_access);

/* The mode that the folder gets. */
mode_t folder_mode(const struct folder *folder);

/*
 * Checks one folder's path and normalises it: relative, no "." or "..", no empty component, no
 * control characters, components up to 255 bytes, not starting with ".rehome".
 */
NODISCARD bool folder_path_check(const char *path, struct place place, struct arena *arena,
	const char **ret_path, struct diags *diags);

/*
 * A cell such as "pics musics logs:ro" or "pics, musics; logs:ro":
 *
 *	list    one or more folders, separated by blanks, commas or semicolons
 *	folder  NAME, or NAME:WORD, NAME:WORD:WORD ... in any order, each kind of word once
 *	NAME    a path below the jail; in quotes where it has a blank, a separator, a ':' or begins
 *	        with a quote: 'my pictures', a quote inside as two
 *	WORD    rw (write), ro (read), read-advisory; without one of them the folder is writable
 *	        owner=LOGIN, owner=user (the account itself), owner=root
 *	        group=NAME, group=user (the account's own group)
 *	        mode=2770, three or four octal digits
 *
 *	pics in:rw:group=press:mode=2770 logs:ro
 *
 * The result is complete in the sense of folder_list_complete().
 */
NODISCARD bool folder_list_parse(const char *text, struct place place, struct arena *arena,
	struct folder_list *ret_folders, struct diags *diags);

/*
 * Orders parents before children, adds missing parents (access read, so that only what was named is
 * writable), and refuses duplicates. In place.
 */
NODISCARD bool folder_list_complete(
	struct folder_list *folders, struct arena *arena, struct diags *diags);

/* "pics:rw in:rw:group=press:mode=2770 logs:ro", the text that folder_list_parse() reads back to
 * the same list. */
char *folder_list_text(const struct folder_list *folders, struct arena *arena);

#endif
