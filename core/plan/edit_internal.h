/*
 * edit_internal.h - what the edit*.c files share.
 */
#ifndef REHOME_PLAN_EDIT_INTERNAL_H
#define REHOME_PLAN_EDIT_INTERNAL_H

#include "core/plan/edit.h"

/* EDIT_FOREIGN, and why where somebody asks. */
enum edit_state edit_foreign(struct arena *arena, const char **ret_why, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* A line of passwd or group: the uid or gid in the plan; false when it is no number. */
bool edit_line_id(const struct edit *edit, size_t *ret_field, uint32_t *ret_id);

/* Passwords and hashes: their values are in no message. */
bool edit_field_is_secret(size_t field);

/* True when the edit is shared or one of these users'; users NULL = everybody's. */
bool edit_is_for(const struct edit *edit, const struct table *users);

/* Where a message about the edit points: the file, and the line's number when there is one. */
struct place edit_place(const struct edit *edit, const struct accountdb *db);

/* edit_state() of a REMOVE_LINE. */
enum edit_state edit_removal_state(const struct edit *edit, const struct accountdb *db,
	struct arena *arena, const char **ret_why);

/* edit_rename.c: an EDIT_RENAME, by itself. */
enum edit_state edit_rename_state(
	const struct edit *edit, struct accountdb *db, struct arena *arena, const char **ret_why);
/* Forwards: the new name, in shadow and as a member beside the old one. */
void edit_rename(const struct edit *edit, bool gated, struct accountdb *db);
/* The old name goes. True when a new account of that name keeps it (said once, of shadow). */
bool edit_rename_end(const struct edit *edit, struct accountdb *db);
/* The old name beside the new one again. */
void edit_rename_put_back(const struct edit *edit, struct accountdb *db);
/* Back; true when a line changed. *ret_group_taken: why the own group's line does not. */
bool edit_rename_undo(const struct edit *edit, struct accountdb *db, const char **ret_group_taken);
/* Why the login cannot get its old name back; NULL = it can, or has it. */
const char *edit_rename_taken(
	const struct edit *edit, const struct accountdb *db, struct arena *arena);
/* Adds those of the two names that are somebody else's login now. */
void edit_rename_find_foreign(
	const struct edit *edit, const struct accountdb *db, struct table *foreign_logins);

/* Puts one removed line back; it is not there. NULL when what was kept of it is no line.
 * *ret_lost_password: the hash is not known, and the account is locked. */
struct accountdb_line *edit_put_line_back(const struct edit *edit, const struct leavers *leavers,
	struct accountdb *db, bool *ret_lost_password);

#endif
