/*
 * edit_internal.h - what edit.c and edit_undo.c share.
 */
#ifndef REHOME_PLAN_EDIT_INTERNAL_H
#define REHOME_PLAN_EDIT_INTERNAL_H

#include "core/plan/edit.h"

/* ADD_LINE in passwd or group: the uid or gid that the plan gives; false when it is no number. */
bool edit_line_id(const struct edit *edit, size_t *ret_field, uint32_t *ret_id);

/* Passwords and hashes: their values are in no message. */
bool edit_field_is_secret(size_t field);

/* True when the edit is shared or one of these users'; users NULL = everybody's. */
bool edit_is_for(const struct edit *edit, const struct table *users);

/* Where a message about the edit points: the file, and the line's number when there is one. */
struct place edit_place(const struct edit *edit, const struct accountdb *db);

#endif
