/*
 * intake_rows.h - the rows of one source, and what only shows when they are seen together; internal
 * to intake*.c.
 */
#ifndef REHOME_MODEL_INTAKE_ROWS_H
#define REHOME_MODEL_INTAKE_ROWS_H

#include "core/base/arena.h"
#include "core/base/diag.h"
#include "core/model/account.h"
#include "core/model/intake.h"
#include "core/model/record.h"

struct intake_row {
	struct record *record;
	struct account *account; /* NULL: not mapped; half filled when the row is refused */
	bool unreadable;	 /* the importer could make no record of it */
	bool is_damaged;	 /* the importer found fault with a record that it delivered */
	const char *key;    /* origin key of one that is unreadable, where that much is known */
	bool is_closed;	    /* one that is unreadable says that its account is to be closed */
	const char *errors; /* joined by "; "; NULL = good */
};

struct intake_rows {
	struct intake_row *items;
	size_t count, room;
};

/* Marks a row as refused for this reason. */
void intake_row_refuse(struct intake_row *row, const struct diag *reason, struct arena *arena);

/* Accounts without a username, which only an importer that makes them itself can deliver. */
void intake_refuse_nameless(struct intake_rows *rows, struct arena *arena, struct diags *diags);

/* All rows that share a given username or key; refused rows count, for they will be corrected. */
void intake_refuse_duplicates(struct intake_rows *rows, enum account_field field,
	struct arena *arena, struct diags *diags);

/* One warning when the ids look as if a spreadsheet had taken their leading zeros. */
void intake_warn_lost_zeros(const struct intake_rows *rows, struct diags *diags);

/* A key for every account without one; see intake_read(). */
void intake_name_keys(struct intake_rows *rows, struct arena *arena, struct diags *diags);

/* intake_present.c */

/*
 * Whose rows were refused: their origin keys into intake->present, and for the first one whose key
 * nobody knows intake->incomplete. Who is to be closed, whatever else is wrong with the row, goes
 * into intake->closed. has_key_column: keys are a matter of the source, not of logins.
 */
void intake_find_present(const struct intake_rows *rows, bool has_key_column, struct arena *arena,
	struct intake *intake);

bool intake_rows_hold_secrets(const struct intake_rows *rows);

#endif
