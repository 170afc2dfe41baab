/*
 * edit_remove.c - lines that leave the account files, and come back.
 *
 * A removed line is somebody's account: what comes back is the line as it really was, with a
 * password that was changed after the plan was made. Who took the name or the id meanwhile keeps
 * them.
 */
#include <string.h>

#include "core/plan/edit_internal.h"

/* ---- what a removal finds ---- */

static bool
has_number(enum accountdb_file file)
{
	return file == ACCOUNTDB_PASSWD || file == ACCOUNTDB_GROUP;
}

static bool
has_planned_id(const struct edit *edit, const struct accountdb_line *line)
{
	size_t field;
	uint32_t id, found;
	return !has_number(edit->file) ||
		(edit_line_id(edit, &field, &id) && accountdb_line_id(line, field, &found) &&
			found == id);
}

/* A member of the group besides the one whose group it is. */
static const char *
other_member(const struct edit *edit, const struct accountdb_line *line)
{
	if (edit->file != ACCOUNTDB_GROUP)
		return NULL;
	const struct string_list *members = accountdb_members(line);
	ARRAY_FOREACH (member, members) {
		if (!edit->user || strcmp(*member, edit->user) != 0)
			return *member;
	}
	return NULL;
}

enum edit_state
edit_removal_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const char *file = accountdb_file_name(edit->file);
	const struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (!line)
		return EDIT_AFTER;
	if (!has_planned_id(edit, line))
		return edit_foreign(arena, ret_why, "'%s' has another id in %s than the plan found",
			edit->name, file);
	if (!accountdb_is_only(db, line))
		return edit_foreign(arena, ret_why,
			"%s has a second line with the name or id of '%s'", file, edit->name);
	const char *other = other_member(edit, line);
	if (other)
		return edit_foreign(
			arena, ret_why, "'%s' is a member of group '%s'", other, edit->name);
	return EDIT_BEFORE;
}

/* ---- who goes ---- */

/* Why the line cannot come back; NULL = it can, or is there. */
static const char *
taken_by(const struct edit *edit, const struct accountdb *db, struct arena *arena)
{
	size_t field;
	uint32_t id;
	const char *what = edit->file == ACCOUNTDB_PASSWD ? "login" : "group";
	const struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (line && has_planned_id(edit, line))
		return NULL;
	if (line)
		return arena_printf(arena, "'%s' cannot come back: %s '%s' was made anew since",
			edit->user, what, edit->name);
	if (!edit_line_id(edit, &field, &id))
		return arena_printf(arena, "'%s' cannot come back: the run's %s is no number",
			edit->user, accountdb_field_name(edit->file, field));
	line = accountdb_find_id(db, edit->file, id);
	return line ? arena_printf(arena, "'%s' cannot come back: %s %u now belongs to '%s'",
			      edit->user, accountdb_field_name(edit->file, field), id,
			      accountdb_name(line))
		    : NULL;
}

void
edits_find_leavers(const struct edit_list *edits, const struct table *users,
	const struct accountdb *db, struct arena *arena, struct leavers *ret_leavers)
{
	*ret_leavers = (struct leavers){
		.going = { .arena = arena },
		.taken = { .arena = arena },
		.gated = { .arena = arena },
	};
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		ret_leavers->removed[file].arena = arena;
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind == EDIT_REMOVE_LINE)
			table_set(&ret_leavers->removed[edit->file], edit->name, edit);
		if (!edit->user || !edit_is_for(edit, users))
			continue;
		if (edit->kind == EDIT_GATE)
			table_set(&ret_leavers->gated, edit->name, edit);
		if (edit->kind == EDIT_RENAME && edit->file == ACCOUNTDB_PASSWD) {
			const char *why = edit_rename_taken(edit, db, arena);
			if (why)
				table_set(&ret_leavers->taken, edit->user, (void *)why);
		}
		if (edit->kind != EDIT_REMOVE_LINE || !has_number(edit->file))
			continue;
		if (edit->file == ACCOUNTDB_PASSWD)
			table_set(&ret_leavers->going, edit->name, edit);
		const char *why = taken_by(edit, db, arena);
		if (why && !table_get(&ret_leavers->taken, edit->user))
			table_set(&ret_leavers->taken, edit->user, (void *)why);
	}
}

bool
edits_remove_lines(const struct edit_list *edits)
{
	ARRAY_FOREACH (edit, edits) {
		if ((edit->kind == EDIT_REMOVE_LINE && edit->user) || edit->kind == EDIT_RENAME)
			return true;
	}
	return false;
}

bool
edit_is_late(const struct edit *edit, const struct leavers *leavers)
{
	if (edit->kind == EDIT_REMOVE_LINE)
		return edit->user && edit->file != ACCOUNTDB_PASSWD;
	return edit->kind == EDIT_REMOVE_MEMBER && table_get(&leavers->going, edit->member);
}

/* ---- forwards ---- */

static void PRINTF_LIKE(4, 5) keep_and_say(const struct edit *edit, const struct accountdb *db,
	struct diags *diags, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	diag_warning(diags, edit_place(edit, db), "%s", message);
	diag_code(diags, "changed-since");
	diag_user(diags, edit->user);
}

/* Somebody may have taken the group as his primary one since; its gid must keep its name. */
static const char *
primary_user(const struct edit *edit, const struct id_table *primary_gids)
{
	size_t field;
	uint32_t gid;
	const struct accountdb_line *login;
	if (edit->file != ACCOUNTDB_GROUP || !edit_line_id(edit, &field, &gid) ||
		!(login = id_table_get(primary_gids, gid)))
		return NULL;
	return accountdb_name(login);
}

static void
apply_late(const struct edit *edit, const struct id_table *primary_gids, struct accountdb *db,
	struct diags *diags)
{
	const char *why;
	struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (!line)
		return;
	if (edit->kind == EDIT_REMOVE_MEMBER) {
		accountdb_remove_member(db, edit->file, line, edit->member);
		return;
	}
	if (edit_removal_state(edit, db, diags->arena, &why) != EDIT_BEFORE)
		keep_and_say(edit, db, diags, "the line of '%s' stays: %s", edit->name, why);
	else if ((why = primary_user(edit, primary_gids)))
		keep_and_say(edit, db, diags, "group '%s' stays: it is the primary group of '%s'",
			edit->name, why);
	else
		accountdb_remove(db, edit->file, line);
}

void
edits_apply_late(const struct edit_list *edits, struct accountdb *db, struct diags *diags)
{
	struct leavers leavers;
	struct id_table primary_gids = { .arena = db->arena };
	size_t cursor = 0;
	struct accountdb_line *line;
	edits_find_leavers(edits, NULL, db, db->arena, &leavers);
	while ((line = accountdb_next(db, ACCOUNTDB_PASSWD, &cursor))) {
		uint32_t gid;
		if (accountdb_line_id(line, PASSWD_GID, &gid))
			id_table_set(&primary_gids, gid, line);
	}
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind == EDIT_RENAME && edit_rename_end(edit, db))
			keep_and_say(edit, db, diags,
				"'%s' was made anew since: what belonged to it stays",
				edit->old_name);
		if (!edit_is_late(edit, &leavers))
			continue;
		if (!accountdb_find(db, ACCOUNTDB_PASSWD, edit->user))
			apply_late(edit, &primary_gids, db, diags);
		else if (edit->file == ACCOUNTDB_SHADOW)
			keep_and_say(edit, db, diags,
				"'%s' was made anew since: what belongs to it stays", edit->user);
	}
}

/* ---- backwards ---- */

/* The line that it stood behind may have gone in the same run and not be back: then whatever that
 * one stood behind. */
static const char *
find_behind(const struct edit *edit, const struct leavers *leavers, const struct accountdb *db)
{
	const struct table *removed = &leavers->removed[edit->file];
	const char *behind = edit->behind;
	/* At most as often as lines went: a plan that was tampered with may lead in a circle. */
	for (size_t left = removed->count; behind && *behind; left--) {
		const struct edit *other = table_get(removed, behind);
		if (accountdb_find(db, edit->file, behind))
			return behind;
		if (!other || !left)
			return NULL;
		behind = other->behind;
	}
	return behind;
}

static const char *
line_from_fields(const struct edit *edit, struct arena *arena, bool *ret_lost_password)
{
	AUTO_BUFFER struct buffer text = { 0 };
	size_t count = edit->length ? edit->length : accountdb_field_count(edit->file);
	for (size_t i = 0; i < count; i++) {
		const char *value = edit->fields[i];
		if (!value) {
			value = "!";
			*ret_lost_password = true;
		}
		buffer_printf(&text, "%s%s", i ? ":" : "", value);
	}
	return arena_strdup(arena, buffer_text(&text));
}

struct accountdb_line *
edit_put_line_back(const struct edit *edit, const struct leavers *leavers, struct accountdb *db,
	bool *ret_lost_password)
{
	*ret_lost_password = false;
	const char *text =
		edit->text ? edit->text : line_from_fields(edit, db->arena, ret_lost_password);
	struct accountdb_line *line = accountdb_put_back(
		db, edit->file, text, find_behind(edit, leavers, db), edit->apart);
	if (line && edit->file == ACCOUNTDB_SHADOW && table_get(&leavers->gated, edit->name))
		accountdb_set_field(db, edit->file, line, SHADOW_EXPIRE, EDIT_BORN_EXPIRED);
	return line;
}

bool
edits_put_back(const struct edit_list *edits, const struct table *users, struct accountdb *db)
{
	static const enum accountdb_file files[] = { ACCOUNTDB_SHADOW, ACCOUNTDB_GROUP,
		ACCOUNTDB_GSHADOW };
	struct diags unsaid = { .arena = db->arena };
	struct leavers leavers;
	struct edit_list late = *edits;
	edits_find_leavers(edits, users, db, db->arena, &leavers);
	late.items = NULL;
	late.count = late.room = 0;
	ARRAY_FOREACH (edit, edits) {
		if (edit->kind == EDIT_RENAME && edit_is_for(edit, users) &&
			!table_get(&leavers.taken, edit->user))
			edit_rename_put_back(edit, db);
		if (edit_is_late(edit, &leavers) || edit->kind == EDIT_GATE ||
			edit->kind == EDIT_REMOVE_LINE)
			ARRAY_PUSH(db->arena, &late, *edit);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		size_t conflicts;
		if (!edits_undo(&late, files[i], users, db, &conflicts, &unsaid))
			return false;
	}
	return true;
}
