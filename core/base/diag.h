/*
 * diag.h - what went wrong, where, and what to do about it.
 *
 * A function that can fail returns bool and takes a struct diags *. False means that at least one
 * error was appended, by whoever knew most; callers pass it up and add nothing. Messages are lower
 * case without full stop; a hint is one sentence that says what to do. Nothing here prints: the
 * text is raw and is escaped once, where it is shown (see text.h).
 *
 *	if (fd < 0)
 *		return diag_error(diags, at(path, 0), "cannot open: %s", strerror(errno));
 *
 * Secrets never go into a message.
 */
#ifndef REHOME_BASE_DIAG_H
#define REHOME_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"

enum diag_level {
	DIAG_NOTE,
	DIAG_WARNING,
	DIAG_ERROR,
};

/* Where a value came from. Every part is optional; strings are borrowed and outlive the run. */
struct place {
	const char *file;  /* a file's name, a DN, a path on the host, or the name of a source */
	unsigned line;	   /* from 1; 0 = none */
	unsigned column;   /* from 1, in characters of the decoded text; 0 = none */
	const char *field; /* the column's header, the attribute or the key */
	const char *kind;  /* what to call the field in front of a message, such as "column"; NULL =
			      messages say it themselves */
};

struct diag {
	enum diag_level level;
	struct place place;
	const char *user; /* the login it is about, or NULL */
	const char *code; /* stable name for machines such as "uid-taken", or NULL */
	const char *message;
	const char *hint; /* NULL = none */
};

struct diags {
	struct arena *arena;
	struct diag *items;
	size_t count, room;
	size_t errors, warnings;
};

struct place at(const char *file, unsigned line);
struct place at_column(const char *file, unsigned line, unsigned column, const char *field);

#define NOWHERE ((struct place){ 0 })

/* Always returns false, so that `return diag_error(...)` reads well. */
bool diag_error(struct diags *diags, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_warning(struct diags *diags, struct place place, const char *format, ...)
	PRINTF_LIKE(3, 4);
void diag_note(struct diags *diags, struct place place, const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds the hint, the stable code or the login to the newest diagnostic. */
void diag_hint(struct diags *diags, const char *format, ...) PRINTF_LIKE(2, 3);
void diag_code(struct diags *diags, const char *code);
void diag_user(struct diags *diags, const char *login);

/* "staff.csv:14", or the file alone where there is no line; `nowhere` where there is no file. */
const char *diag_place_text(struct place place, const char *nowhere, struct arena *arena);

/* True when the message begins with the name of its place's field, or has it in quotes. */
bool diag_names_field(const struct diag *diag);

/* Appends a copy of a diagnostic of another list in the same arena. */
void diag_append(struct diags *diags, const struct diag *diag);

#endif
