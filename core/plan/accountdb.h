/*
 * accountdb.h - passwd(5), shadow(5), group(5), gshadow(5): parsed, edited by line and field, and
 * written back so that everything we did not touch stays byte for byte.
 *
 * Comments, NIS lines (+name, -name), malformed and empty lines, the order, and a missing final
 * newline are kept. New lines go before the first NIS line, as shadow-utils does. A database is a
 * model in memory: loading reads through the host, nothing here writes.
 *
 * Everything is found by name or id in constant time, and a file is serialised once per run.
 */
#ifndef REHOME_PLAN_ACCOUNTDB_H
#define REHOME_PLAN_ACCOUNTDB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"
#include "core/base/host.h"
#include "core/base/table.h"

enum accountdb_file {
	ACCOUNTDB_GROUP,   /* in the order in which a run renames them: nothing refers to */
	ACCOUNTDB_GSHADOW, /* what does not exist yet, and a login exists only with */
	ACCOUNTDB_SHADOW,  /* the last one */
	ACCOUNTDB_PASSWD,
	ACCOUNTDB_FILES, /* how many there are */
};

/* Field numbers, from 0. */
enum {
	PASSWD_NAME,
	PASSWD_PASSWORD,
	PASSWD_UID,
	PASSWD_GID,
	PASSWD_GECOS,
	PASSWD_HOME,
	PASSWD_SHELL,
	PASSWD_FIELDS
};
enum {
	SHADOW_NAME,
	SHADOW_HASH,
	SHADOW_CHANGED,
	SHADOW_MIN,
	SHADOW_MAX,
	SHADOW_WARN,
	SHADOW_INACTIVE,
	SHADOW_EXPIRE,
	SHADOW_FLAG,
	SHADOW_FIELDS
};
enum { GROUP_NAME, GROUP_PASSWORD, GROUP_GID, GROUP_MEMBERS, GROUP_FIELDS };
enum { GSHADOW_NAME, GSHADOW_PASSWORD, GSHADOW_ADMINS, GSHADOW_MEMBERS, GSHADOW_FIELDS };

struct accountdb_line; /* one line; fields through accountdb_field() */

struct accountdb_table {
	enum accountdb_file file;
	const char *path;	 /* "/etc/passwd" */
	bool exists;		 /* gshadow may be missing; the others are required */
	struct host_owner owner; /* of the file: what its replacement gets */
	bool changed;		 /* an edit changed something since it was loaded */
	struct accountdb_lines {
		struct accountdb_line **items;
		size_t count, room;
	} lines; /* as loaded, removed ones included: walk with accountdb_next() */
	struct accountdb_lines added; /* go in front of lines.items[insert_at] */
	struct table by_name;
	struct id_table by_id; /* passwd: uid, group: gid; the first line of an id wins */
	struct table by_member, by_admin; /* login -> struct accountdb_lines that list it */
	size_t insert_at;		  /* index of the first NIS line, or lines.count */
	bool no_final_newline;
};

struct accountdb {
	struct arena *arena;
	struct accountdb_table tables[ACCOUNTDB_FILES];
	bool is_listed; /* by_member and by_admin hold all there is: somebody asked */
};

/* "passwd", "shadow", "group", "gshadow". */
const char *accountdb_file_name(enum accountdb_file file);
bool accountdb_file_parse(const char *name, enum accountdb_file *ret_file);
const char *accountdb_path(enum accountdb_file file);
size_t accountdb_field_count(enum accountdb_file file);
/* "uid", "home", "expire", ... for messages. */
const char *accountdb_field_name(enum accountdb_file file, size_t field);

/*
 * Reads all four files (one pass each). Malformed lines are kept and reported as warnings (code
 * "malformed-line"); a duplicate name is a warning and the first line counts, as it does for libc.
 * NUL bytes in a file are an error: nothing may be rewritten then.
 */
NODISCARD bool accountdb_load(
	struct host *host, struct arena *arena, struct accountdb *ret_db, struct diags *diags);

/* The same from memory, for tests and fuzzing. texts[i].data NULL = file missing. The texts are
 * borrowed: they must live as long as the database. */
NODISCARD bool accountdb_parse(const struct bytes texts[ACCOUNTDB_FILES], struct arena *arena,
	struct accountdb *ret_db, struct diags *diags);

/* NULL when there is no such line. */
struct accountdb_line *accountdb_find(
	const struct accountdb *db, enum accountdb_file file, const char *name);
struct accountdb_line *accountdb_find_id(
	const struct accountdb *db, enum accountdb_file file, uint32_t id);

/* Every line that has a name, in the order of the file. *cursor starts at 0; NULL at the end. */
struct accountdb_line *accountdb_next(
	const struct accountdb *db, enum accountdb_file file, size_t *cursor);
/* The name of the last line; "" when that is a comment or the like, NULL when there is none. */
const char *accountdb_last_name(const struct accountdb *db, enum accountdb_file file);

/* "" for a field the line is too short for. For GROUP_MEMBERS and GSHADOW_MEMBERS the current list
 * joined by ','. Valid until the line changes. */
const char *accountdb_field(const struct accountdb_line *line, size_t field);
const char *accountdb_name(const struct accountdb_line *line);
/* uid or gid; false when the field is no number. */
bool accountdb_line_id(const struct accountdb_line *line, size_t field, uint32_t *ret_id);
/* The line's number in its file as loaded, from 1; 0 for one added since. */
unsigned accountdb_line_number(const struct accountdb_line *line);
/* How many fields the line has: hand-made and old shadow lines have fewer than the file's. */
size_t accountdb_line_length(const struct accountdb_line *line);

/* The line as it would be written, without its newline. */
const char *accountdb_line_text(const struct accountdb_line *line, struct arena *arena);
/* False while another line of the file has, or had, the same name, uid or gid. */
bool accountdb_is_only(const struct accountdb *db, const struct accountdb_line *line);

/* Members of a group or gshadow line, in order. */
const struct string_list *accountdb_members(const struct accountdb_line *line);
bool accountdb_is_member(const struct accountdb_line *line, const char *login);

/* All lines of group or gshadow that list this login as a member, of gshadow as an administrator
 * (an index, built once for all logins). It follows the changes: whoever takes the login out of
 * these lines walks from the end. */
const struct accountdb_lines *accountdb_memberships(
	struct accountdb *db, enum accountdb_file file, const char *login);
const struct accountdb_lines *accountdb_administered(struct accountdb *db, const char *login);
/* The names of all groups that list this login as a member, as they are now. */
const struct string_list *accountdb_groups_of(struct accountdb *db, const char *login);

/* ---- changes in memory ---- */

/* A line of no file: of an account that the name service knows. fields as below. */
struct accountdb_line *accountdb_line_create(
	enum accountdb_file file, const char *const *fields, struct arena *arena);
/* A whole new line; the name must be free in that file. fields has accountdb_field_count() items.
 */
struct accountdb_line *accountdb_add(
	struct accountdb *db, enum accountdb_file file, const char *const *fields);
void accountdb_remove(struct accountdb *db, enum accountdb_file file, struct accountdb_line *line);

/* Where lines stand that are about to leave, one after the other. The database stays as it is. */
struct accountdb_places;
struct accountdb_places *accountdb_places_create(
	const struct accountdb *db, enum accountdb_file file, struct arena *arena);
/* *ret_behind: the nearest line in front that is left, "" = none; *ret_apart: how many lines
 * without a name lie between. False when there is no such line. */
NODISCARD bool accountdb_places_leave(struct accountdb_places *places, const char *name,
	const char **ret_behind, size_t *ret_apart);
/* Puts a line back where places_leave() found it; behind NULL, or gone: at the end, as new ones.
 * NULL when the text is no line with a name, or the name is there. */
struct accountdb_line *accountdb_put_back(struct accountdb *db, enum accountdb_file file,
	const char *text, const char *behind, size_t apart);

void accountdb_set_field(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *line, size_t field, const char *value);
/* Gives a line another name, which must be free in that file; all else of it stays, its place too.
 */
void accountdb_rename(struct accountdb *db, enum accountdb_file file, struct accountdb_line *line,
	const char *name);
/* Drops empty fields at the end of a line while it has more than this many. */
void accountdb_shorten(
	struct accountdb *db, enum accountdb_file file, struct accountdb_line *line, size_t length);
/* True when it was not a member before. */
bool accountdb_add_member(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *group, const char *login);
/* The same behind a certain member; "" = first, NULL or somebody who is no member = last. */
bool accountdb_insert_member(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *group, const char *login, const char *behind);
bool accountdb_remove_member(struct accountdb *db, enum accountdb_file file,
	struct accountdb_line *group, const char *login);

/* The whole file. Every changed line is parsed again and compared with what was meant; a mismatch
 * (a field with ':' or newline) is an error. */
NODISCARD bool accountdb_serialise(
	struct accountdb *db, enum accountdb_file file, struct buffer *out, struct diags *diags);

#endif
