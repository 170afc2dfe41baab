/*
 * edit_gate.c - who may log in while a run works: accounts closed and opened by their expiry.
 *
 * Expiry is the one state of an account that keeps out passwords and keys alike, whether sshd asks
 * PAM or not (auth.c allowed_user(), pam_unix(8) account); a locked password is not.
 */
#include <string.h>

#include "core/plan/edit_internal.h"

static bool
adds_shadow_line(const struct edit *edit)
{
	return edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_SHADOW;
}

static struct accountdb_line *
shadow_line(const struct edit *edit, const struct accountdb *db)
{
	return edit_line(edit, db);
}

static bool
is_closed(const struct accountdb_line *line)
{
	return strcmp(accountdb_field(line, SHADOW_EXPIRE), EDIT_BORN_EXPIRED) == 0;
}

static void
set_expiry(struct accountdb *db, struct accountdb_line *line, const char *value)
{
	if (strcmp(accountdb_field(line, SHADOW_EXPIRE), value) != 0)
		accountdb_set_field(db, ACCOUNTDB_SHADOW, line, SHADOW_EXPIRE, value);
}

/* ---- forwards ---- */

bool
edits_close(const struct edit_list *edits, struct accountdb *db, struct diags *diags)
{
	bool good = true;
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind != EDIT_GATE)
			continue;
		struct accountdb_line *line = shadow_line(edit, db);
		if (line && strcmp(accountdb_field(line, SHADOW_EXPIRE), edit->before) == 0) {
			set_expiry(db, line, EDIT_BORN_EXPIRED);
			continue;
		}
		diag_error(diags, edit_place(edit, db),
			line ? "the expiry of '%s' is no longer what the plan found"
			     : "shadow has no line of '%s' any more",
			edit->name);
		diag_code(diags, "changed-since");
		diag_user(diags, edit->user);
		good = false;
	}
	return good;
}

bool
edits_activate(const struct edit_list *edits, struct accountdb *db, struct diags *diags)
{
	ARRAY_FOREACH (edit, edits) {
		bool is_gate = edit->kind == EDIT_GATE;
		if (!is_gate && !adds_shadow_line(edit))
			continue;
		if (is_gate && !edit->after)
			continue; /* its line goes */
		struct accountdb_line *line = shadow_line(edit, db);
		if (!line) {
			diag_warning(diags, edit_place(edit, db),
				"'%s' was removed before it was activated", edit->name);
			diag_user(diags, edit->user);
		} else if (is_closed(line)) {
			set_expiry(db, line, is_gate ? edit->after : edit->fields[SHADOW_EXPIRE]);
		}
	}
	return true;
}

/* ---- backwards ---- */

/* Logins that somebody made anew since, with another uid: none of ours any more. */
static struct table
find_foreign_logins(const struct edit_list *edits, struct accountdb *db, struct arena *arena)
{
	struct table foreign_logins = { .arena = arena };
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind == EDIT_RENAME && edit->file == ACCOUNTDB_PASSWD)
			edit_rename_find_foreign(edit, db, &foreign_logins);
		bool has_uid = edit->kind == EDIT_ADD_LINE || edit->kind == EDIT_REMOVE_LINE;
		if (has_uid && edit->file == ACCOUNTDB_PASSWD &&
			edit_state(edit, db, arena, NULL) == EDIT_FOREIGN)
			table_set(&foreign_logins, edit->name, (void *)edit);
	}
	return foreign_logins;
}

/* One that is being renamed may have a line under each of its names. */
static void
close_lines(const struct edit *edit, const struct table *foreign_logins, struct accountdb *db)
{
	const char *names[] = { edit->name, edit->old_name };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct accountdb_line *line =
			names[i] ? accountdb_find(db, ACCOUNTDB_SHADOW, names[i]) : NULL;
		if (line && !table_get(foreign_logins, names[i]))
			set_expiry(db, line, EDIT_BORN_EXPIRED);
	}
}

/*
 * The accounts that are ours are those that passwd still has with our uid; of one that passwd does
 * not have, the shadow line is left from a run that stopped between the two renames.
 */
bool
edits_gate(const struct edit_list *edits, const struct table *users, struct accountdb *db,
	struct diags *diags)
{
	(void)diags;
	struct table foreign_logins = find_foreign_logins(edits, db, db->arena);
	ARRAY_FOREACH (edit, edits) {
		if ((edit->kind == EDIT_GATE || adds_shadow_line(edit)) && edit_is_for(edit, users))
			close_lines(edit, &foreign_logins, db);
	}
	return true;
}

void
edits_find_foreign_expiries(const struct edit_list *edits, const struct table *users,
	const struct accountdb *db, bool ours_are_open, struct arena *arena,
	struct foreign_expiries *ret_expiries)
{
	*ret_expiries = (struct foreign_expiries){ 0 };
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind != EDIT_GATE || !edit_is_for(edit, users))
			continue;
		const struct accountdb_line *line = shadow_line(edit, db);
		const char *value = line ? accountdb_field(line, SHADOW_EXPIRE) : NULL;
		if (!value || (is_closed(line) && !ours_are_open) ||
			(edit->after && strcmp(value, edit->after) == 0) ||
			strcmp(value, edit->before) == 0)
			continue;
		struct foreign_expiry expiry = {
			.login = edit->name,
			.value = arena_strdup(arena, value),
		};
		ARRAY_PUSH(arena, ret_expiries, expiry);
	}
}

void
edits_reopen(const struct edit_list *edits, const struct table *users, const struct table *kept,
	struct accountdb *db)
{
	struct table foreign_logins = find_foreign_logins(edits, db, db->arena);
	ARRAY_FOREACH (edit, edits) {
		struct accountdb_line *line;
		if (edit->kind != EDIT_GATE || !edit_is_for(edit, users) ||
			!(line = shadow_line(edit, db)) ||
			table_get(&foreign_logins, accountdb_name(line)) || !is_closed(line))
			continue;
		const char *value = kept ? table_get(kept, edit->name) : NULL;
		set_expiry(db, line, value ? value : edit->before);
		if (!value && edit->length)
			accountdb_shorten(db, ACCOUNTDB_SHADOW, line, edit->length);
	}
}
