/*
 * inspect_old.h - how `rehome inspect` shows what an old server did, one line a login.
 */
#ifndef REHOME_CLI_INSPECT_OLD_H
#define REHOME_CLI_INSPECT_OLD_H

#include "cli/paint.h"
#include "core/base/json_writer.h"
#include "core/model/intake.h"

/* "120 logins: 97 allowed, 20 denied, 3 unknown" */
void inspect_old_count(const struct intake *intake, struct buffer *out);

/* All users when the list is empty. Passwords and hashes are named by kind, never shown. */
void inspect_old_table(const struct intake *intake, const struct string_list *users,
	const struct paint *paint, struct arena *arena);

/* One login, field by field, each with the place that gave it, and all notes. */
void inspect_old_user(
	const struct old_login *login, const struct paint *paint, struct arena *arena);

/*
 * user login password jail cwd uid gid groups umask write where note, with a line of these names
 * first. "-" is what has no value. umask is that of new files, in octal; paths are on ROOT; where
 * is FILE:LINE; note holds all notes, joined by "; ". What a cell cannot hold is escaped.
 */
void inspect_old_tsv(const struct intake *intake, const struct string_list *users,
	struct buffer *out, struct arena *arena);

/* The array `old`. */
void inspect_old_json(struct json_writer *json, const struct intake *intake,
	const struct string_list *users, struct arena *arena);

#endif
