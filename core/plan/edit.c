/*
 * edit.c - what an edit finds, and edits applied forwards; backwards is edit_undo.c.
 */
#include "core/plan/edit.h"

#include <string.h>

#include "core/base/text.h"
#include "core/plan/edit_internal.h"

/* ---- what an edit finds ---- */

enum edit_state
edit_foreign(struct arena *arena, const char **ret_why, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (ret_why)
		*ret_why = arena_vprintf(arena, format, args);
	va_end(args);
	return EDIT_FOREIGN;
}

bool
edit_line_id(const struct edit *edit, size_t *ret_field, uint32_t *ret_id)
{
	*ret_field = edit->file == ACCOUNTDB_PASSWD ? (size_t)PASSWD_UID : (size_t)GROUP_GID;
	unsigned long long number;
	if (!text_number(edit->fields[*ret_field], UINT32_MAX, &number))
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

static enum edit_state
numbered_line_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	size_t field;
	uint32_t id, found;
	const char *what = edit->file == ACCOUNTDB_PASSWD ? "login" : "group";
	if (!edit_line_id(edit, &field, &id))
		return edit_foreign(arena, ret_why, "the plan's %s for %s '%s' is no number",
			accountdb_field_name(edit->file, field), what, edit->name);

	const char *id_name = accountdb_field_name(edit->file, field);
	const struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (line && accountdb_line_id(line, field, &found) && found == id)
		return EDIT_AFTER;
	if (line)
		return edit_foreign(arena, ret_why,
			"%s '%s' exists already, with %s '%s' instead of %u", what, edit->name,
			id_name, accountdb_field(line, field), id);
	line = accountdb_find_id(db, edit->file, id);
	if (line)
		return edit_foreign(
			arena, ret_why, "%s %u belongs to '%s'", id_name, id, accountdb_name(line));
	return EDIT_BEFORE;
}

/* As the run would have left it. Expiry is ours when it is the gate, members come and go. */
static bool
is_our_line(const struct edit *edit, const struct accountdb_line *line)
{
	for (size_t i = 1; i < accountdb_field_count(edit->file); i++) {
		if (edit->file == ACCOUNTDB_GSHADOW && i == GSHADOW_MEMBERS)
			continue;
		const char *found = accountdb_field(line, i);
		if (edit->file == ACCOUNTDB_SHADOW && i == SHADOW_EXPIRE &&
			strcmp(found, EDIT_BORN_EXPIRED) == 0)
			continue;
		if (edit->fields[i] && strcmp(found, edit->fields[i]) != 0)
			return false;
	}
	return true;
}

/* A shadow or gshadow line: whose it is, the file in front of it says. */
static enum edit_state
shadow_line_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	enum accountdb_file owner =
		edit->file == ACCOUNTDB_SHADOW ? ACCOUNTDB_PASSWD : ACCOUNTDB_GROUP;
	const struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (!line)
		return EDIT_BEFORE;
	if (accountdb_find(db, owner, edit->name) || is_our_line(edit, line))
		return EDIT_AFTER;
	return edit_foreign(arena, ret_why, "%s has a line of '%s' that %s does not have",
		accountdb_file_name(edit->file), edit->name, accountdb_file_name(owner));
}

bool
edit_field_is_secret(size_t field)
{
	_Static_assert((int)SHADOW_HASH == (int)PASSWD_PASSWORD, "one position in all files");
	_Static_assert((int)SHADOW_HASH == (int)GROUP_PASSWORD, "one position in all files");
	return field == SHADOW_HASH;
}

static bool
matches(const char *expected, const char *found)
{
	return expected && strcmp(expected, found) == 0;
}

static enum edit_state
field_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const struct accountdb_line *line = edit_line(edit, db);
	if (!line)
		return edit_foreign(arena, ret_why, "%s has no line of '%s' any more",
			accountdb_file_name(edit->file), edit->name);

	const char *found = accountdb_field(line, edit->field);
	if (matches(edit->after, found))
		return EDIT_AFTER;
	if (!edit->before || matches(edit->before, found))
		return EDIT_BEFORE;
	if (!edit->after)
		return EDIT_AFTER;
	if (edit_field_is_secret(edit->field))
		return edit_foreign(arena, ret_why, "the password of '%s' was changed", edit->name);
	return edit_foreign(arena, ret_why, "the %s of '%s' is '%s', no longer '%s'",
		accountdb_field_name(edit->file, edit->field), edit->name, found, edit->before);
}

/* Where both values are the same, nothing has been done yet. */
static enum edit_state
gate_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const struct accountdb_line *line = edit_line(edit, db);
	if (line && matches(edit->before, accountdb_field(line, SHADOW_EXPIRE)))
		return EDIT_BEFORE;
	if (!edit->after)
		return line
			? edit_foreign(arena, ret_why,
				  "the expiry of '%s' is no longer what the plan found", edit->name)
			: EDIT_AFTER;
	return field_state(edit, db, arena, ret_why);
}

static enum edit_state
member_state(const struct edit *edit, const struct accountdb *db)
{
	const struct accountdb_line *group = accountdb_find(db, edit->file, edit->name);
	const char *member = edit->old_name ? edit_login(edit, db) : edit->member;
	bool is_member = group && accountdb_is_member(group, member);
	bool wanted = edit->kind == EDIT_ADD_MEMBER;
	return is_member == wanted ? EDIT_AFTER : EDIT_BEFORE;
}

enum edit_state
edit_state(const struct edit *edit, struct accountdb *db, struct arena *arena, const char **ret_why)
{
	switch (edit->kind) {
	case EDIT_ADD_LINE:
		if (edit->file == ACCOUNTDB_PASSWD || edit->file == ACCOUNTDB_GROUP)
			return numbered_line_state(edit, db, arena, ret_why);
		return shadow_line_state(edit, db, arena, ret_why);
	case EDIT_SET_FIELD:
		return field_state(edit, db, arena, ret_why);
	case EDIT_GATE:
		return gate_state(edit, db, arena, ret_why);
	case EDIT_REMOVE_LINE:
		return edit_removal_state(edit, db, arena, ret_why);
	case EDIT_RENAME:
		return edit_rename_state(edit, db, arena, ret_why);
	case EDIT_ADD_MEMBER:
	case EDIT_REMOVE_MEMBER:
		break;
	}
	return member_state(edit, db);
}

bool
edit_is_for(const struct edit *edit, const struct table *users)
{
	return !users || !edit->user || table_get(users, edit->user);
}

struct place
edit_place(const struct edit *edit, const struct accountdb *db)
{
	const struct accountdb_line *line = edit_line(edit, db);
	const char *field = NULL;
	if (edit->kind == EDIT_SET_FIELD)
		field = accountdb_field_name(edit->file, edit->field);
	return at_column(
		accountdb_path(edit->file), line ? accountdb_line_number(line) : 0, 0, field);
}

/* ---- forwards ---- */

static bool
refuse(const struct edit *edit, const struct accountdb *db, const char *why, struct diags *diags)
{
	diag_error(diags, edit_place(edit, db), "%s", why);
	diag_code(diags, "changed-since");
	diag_user(diags, edit->user);
	return false;
}

static bool
refuse_without_hash(const struct edit *edit, const struct accountdb *db, struct diags *diags)
{
	diag_error(diags, edit_place(edit, db), "the plan lacks the password hash of '%s'",
		edit->name);
	diag_code(diags, "secrets-missing");
	diag_user(diags, edit->user);
	return false;
}

static bool
add_line(const struct edit *edit, bool gated, struct accountdb *db, struct diags *diags)
{
	const char *fields[SHADOW_FIELDS];
	for (size_t i = 0; i < accountdb_field_count(edit->file); i++) {
		fields[i] = edit->fields[i];
		if (!fields[i])
			return refuse_without_hash(edit, db, diags);
	}
	if (strcmp(fields[0], edit->name) != 0)
		return refuse(edit, db, "the plan's line has another name than its edit", diags);
	if (gated && edit->file == ACCOUNTDB_SHADOW)
		fields[SHADOW_EXPIRE] = EDIT_BORN_EXPIRED;
	accountdb_add(db, edit->file, fields);
	return true;
}

static bool
apply(const struct edit *edit, bool gated, struct accountdb *db, struct diags *diags)
{
	if (!db->tables[edit->file].exists)
		return refuse(edit, db, "the file does not exist any more", diags);
	if (edit->kind == EDIT_ADD_LINE)
		return add_line(edit, gated, db, diags);
	if (edit->kind == EDIT_RENAME) {
		edit_rename(edit, gated, db);
		return true;
	}

	struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (!line)
		return refuse(edit, db,
			arena_printf(diags->arena, "group '%s' does not exist", edit->name), diags);
	if (edit->kind == EDIT_REMOVE_LINE) {
		accountdb_remove(db, edit->file, line);
	} else if (edit->kind == EDIT_ADD_MEMBER) {
		accountdb_add_member(db, edit->file, line, edit->member);
	} else if (edit->kind == EDIT_REMOVE_MEMBER) {
		accountdb_remove_member(db, edit->file, line, edit->member);
	} else {
		if (!edit->after)
			return refuse_without_hash(edit, db, diags);
		accountdb_set_field(db, edit->file, line, edit->field, edit->after);
	}
	return true;
}

/* The run closed it; whoever opened it since wants something else than the plan. */
static bool
check_closed(const struct edit *edit, const struct accountdb *db, struct diags *diags)
{
	const struct accountdb_line *line = edit_line(edit, db);
	if (line && matches(EDIT_BORN_EXPIRED, accountdb_field(line, SHADOW_EXPIRE)))
		return true;
	return refuse(edit, db,
		line ? arena_printf(diags->arena,
			       "somebody opened '%s' while the run had closed it", edit->name)
		     : arena_printf(
			       diags->arena, "shadow has no line of '%s' any more", edit->name),
		diags);
}

bool
edits_apply(const struct edit_list *edits, enum accountdb_file file, bool gated,
	struct accountdb *db, struct diags *diags)
{
	bool good = true;
	struct leavers leavers;
	edits_find_leavers(edits, NULL, db, db->arena, &leavers);
	ARRAY_FOREACH (edit, edits) {
		if (edit->file != file || edit_is_late(edit, &leavers))
			continue;
		if (edit->kind == EDIT_GATE) {
			good = check_closed(edit, db, diags) && good;
			continue;
		}
		const char *why = NULL;
		switch (edit_state(edit, db, diags->arena, &why)) {
		case EDIT_BEFORE:
			good = apply(edit, gated, db, diags) && good;
			break;
		case EDIT_AFTER:
			break;
		case EDIT_FOREIGN:
			good = refuse(edit, db, why, diags);
			break;
		}
	}
	return good;
}
