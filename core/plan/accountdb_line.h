/*
 * accountdb_line.h - one line of an account file, as the accountdb_*.c files share it.
 *
 * Private to them. A line that nothing changed is written back from its raw bytes; a changed one is
 * joined from its parts, which hold every byte: leading blanks, fields, members with their blanks,
 * and what stands behind the last field that the file should have.
 */
#ifndef REHOME_PLAN_ACCOUNTDB_LINE_H
#define REHOME_PLAN_ACCOUNTDB_LINE_H

#include "core/plan/accountdb.h"

/* What libc skips in front of a line and in front of a member. */
#define LINE_BLANKS " \t\v\f\r"

enum line_kind {
	LINE_RECORD,
	LINE_NIS,	/* +name, -name */
	LINE_COMMENT,	/* or blank */
	LINE_MALFORMED, /* no name, or no ':' */
};

struct member {
	struct member *previous, *next;
	struct member *twin; /* the same name once more in the list */
	const char *text;    /* as written */
	const char *name;    /* in text, behind the blanks that libc skips too */
};

/* Linked, so that removing and inserting are not linear; joined only when written. */
struct member_list {
	struct member *first, *last;
	struct table by_name;	  /* -> struct member, the first of that name */
	struct string_list names; /* for accountdb_members() */
	bool names_are_stale;
	bool text_is_stale; /* the line's members field differs from the list */
};

struct accountdb_line {
	struct arena *arena;
	enum accountdb_file file;
	enum line_kind kind;
	struct bytes raw; /* without its newline */
	unsigned number;
	bool changed, removed;
	bool has_namesake, has_id_twin; /* another line may have the same name, the same id */
	size_t indent;			/* blanks in front of the name */
	size_t length;			/* number of fields */
	const char *fields[SHADOW_FIELDS];
	const char *rest; /* behind the ':' of the last field the file should have; NULL = none */
	struct member_list *members; /* NULL until somebody asks */
};

/* Splits the text of a line. Reads raw, keeps nothing of it but the pointer. */
struct accountdb_line *line_parse(
	struct arena *arena, enum accountdb_file file, struct bytes raw, unsigned number);

/* Its raw bytes, or its parts joined when it was changed; no newline. */
void line_write(struct accountdb_line *line, struct buffer *out);

/* A line joins the maps by name and id, or leaves them. */
void line_index(struct accountdb_table *table, struct accountdb_line *line);
void line_unindex(struct accountdb_table *table, struct accountdb_line *line);
/* One that is in the maps gets another value; value is kept. */
void line_set_field(struct accountdb_table *table, struct accountdb_line *line, size_t field,
	const char *value);
struct accountdb_line *table_next(const struct accountdb_table *table, size_t *cursor);

/* The field that holds the uid or gid; false for shadow and gshadow. */
bool file_id_field(enum accountdb_file file, size_t *ret_field);
/* group and gshadow keep their members in the same place. */
bool file_has_members(enum accountdb_file file);

/* The line's members, split on first use. */
struct member_list *line_members(struct accountdb_line *line);
/* The members field as it is to be written. */
const char *line_members_text(struct accountdb_line *line);
bool members_are_equal(struct accountdb_line *a, struct accountdb_line *b);

/* The index of accountdb_memberships(), when there is one, learns that a whole line came or goes,
 * or a member of one; name is kept. */
void listing_add_line(struct accountdb *db, struct accountdb_line *line);
void listing_remove_line(struct accountdb *db, struct accountdb_line *line);
void listing_add_member(struct accountdb *db, struct accountdb_line *line, const char *login);
void listing_remove_member(struct accountdb *db, struct accountdb_line *line, const char *login);

#endif
