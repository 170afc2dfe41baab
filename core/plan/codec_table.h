/*
 * codec_table.h - what the JSON of a plan looks like: one table for both directions.
 *
 * A struct is described by one row for each member. The encoder walks the rows and writes, the
 * decoder walks the same rows and reads, so the two cannot disagree. What a table cannot say (does
 * this user have a change, is the path normal for its kind) is codec_check.c's. Internal to
 * codec_*.c.
 */
#ifndef REHOME_PLAN_CODEC_TABLE_H
#define REHOME_PLAN_CODEC_TABLE_H

#include <stddef.h>

#include "core/base/json_writer.h"
#include "core/plan/codec.h"

enum codec_type {
	CODEC_TEXT,   /* const char * */
	CODEC_PATH,   /* the same, absolute and normal */
	CODEC_TEXTS,  /* struct string_list */
	CODEC_ROW,    /* the same, in which items may be NULL */
	CODEC_FLAG,   /* bool */
	CODEC_ID,     /* uid_t, gid_t */
	CODEC_MODE,   /* mode_t, as "0755" */
	CODEC_LINE,   /* unsigned */
	CODEC_COUNT,  /* size_t, uint64_t */
	CODEC_DAY,    /* int64_t; ACCOUNT_NEVER is null */
	CODEC_DIGEST, /* char[65] */
	CODEC_WORD,   /* an enum, by its words */
	CODEC_OBJECT, /* what `inner` says about the place at `offset` */
	CODEC_ARRAY,  /* ARRAY(struct) of `inner` */
};

enum codec_presence {
	CODEC_REQUIRED, /* always there */
	CODEC_OPTIONAL, /* left out when NULL, 0, or "" */
	CODEC_NULLABLE, /* always there; null for NULL, and for an object whose `given` is false */
	CODEC_IF_TEXT,	/* an object; null when the text at `given` is NULL */
};

/* The word of an enum's value, NULL behind the last one. */
typedef const char *codec_word(unsigned value);

struct codec_field {
	const char *name; /* NULL ends the table */
	enum codec_type type;
	enum codec_presence presence;
	size_t offset;
	unsigned kinds; /* bits of the kinds that have this member; 0 = all */
	size_t given;
	codec_word *word;
	const struct codec_struct *inner;
	bool pointers; /* CODEC_ARRAY: of pointers to the struct */
};

struct codec_struct {
	size_t size;
	const struct codec_field *fields;
	bool by_kind; /* begins with the enum whose bits are in codec_field.kinds */
};

/* Any ARRAY() as the codec sees it. */
struct codec_items {
	void *items;
	size_t count, room;
};

/* True when a struct of this kind has the member. */
bool codec_field_applies(
	const struct codec_struct *shape, const struct codec_field *field, const void *object);

/* ---- what is saved ---- */

/* An edit as it is written: its fields as a list, the secret ones gone. */
struct codec_edit {
	struct edit edit;
	struct string_list fields; /* ADD_LINE, REMOVE_LINE */
	const char *field;	   /* SET_FIELD, by name */
};

enum codec_document_kind {
	CODEC_PLAN,   /* all of it */
	CODEC_REPORT, /* without users, which need more, and without what only the executor reads */
};

struct codec_document {
	enum codec_document_kind kind;
	const char *format, *format_version;
	struct plan plan;
	struct {
		struct codec_edit *items;
		size_t count, room;
	} edits;
	bool changed, applicable;
	size_t counts[CHANGE_ACTIONS], left_out, steps;
};

struct codec_secrets {
	const char *format, *format_version;
	struct plan_secrets secrets;
};

#define CODEC_FORMAT "rehome-plan"
#define CODEC_SECRETS_FORMAT "rehome-plan-secrets"

extern const struct codec_struct codec_document, codec_change, codec_secrets;

/* What is derived from the plan; the decoder compares it with what the file says. */
void codec_derive(struct codec_document *document);

/* True for what may stand in the password field of a saved plan: no hash. */
bool codec_is_public(const char *password);

/* The members only, without brackets. */
void codec_write_members(
	struct json_writer *json, const struct codec_struct *shape, const void *object);
/* The edits stay empty. */
void codec_describe(const struct plan *plan, struct codec_document *ret_document);

/* Who reads what: for the decoder's errors. */
struct codec_source {
	const char *shown;
	struct arena *arena;
	struct diags *diags;
};

/* Fills the struct. lenient: written by a newer rehome, unknown members are additions. */
struct json_t;
NODISCARD bool codec_read(const struct codec_source *source, bool lenient,
	const struct json_t *json, const struct codec_struct *shape, void *object);

/* What the tables cannot say; makes the edits of the rows. */
NODISCARD bool codec_check(const struct codec_source *source, struct codec_document *document);

/* An error about a member: "steps[3].path: ..."; returns false. */
bool codec_refuse(const struct codec_source *source, const char *member, const char *format, ...)
	PRINTF_LIKE(3, 4);

#endif
