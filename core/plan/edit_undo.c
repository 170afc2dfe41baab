/*
 * edit_undo.c - edits backwards: only what is still ours, and nothing that others need.
 *
 * Other administrators work on these files too, so nothing is restored as a whole. Whether a line
 * is ours says its uid or gid; whether a field is ours says its value.
 */
#include <assert.h>
#include <string.h>

#include "core/plan/edit_internal.h"

/* ---- before: what the changed files will not show ---- */

/* The members of one group; removed ones lead to the nearest one in front of them that is left. */
struct seats {
	const struct string_list *members;
	struct table positions; /* name -> index from 1 */
	size_t *nearest;	/* of each position: itself while it is taken; 0 = the front */
};

static struct seats *
seats_create(const struct accountdb_line *group, struct arena *arena)
{
	struct seats *seats = ARENA_NEW(arena, struct seats);
	seats->members = accountdb_members(group);
	seats->positions.arena = arena;
	seats->nearest = arena_alloc(arena, (seats->members->count + 1) * sizeof(size_t));
	for (size_t i = 1; i <= seats->members->count; i++) {
		table_set(&seats->positions, seats->members->items[i - 1], (void *)(uintptr_t)i);
		seats->nearest[i] = i;
	}
	return seats;
}

/* Halves the path as it goes, so that a removed block is not walked again and again. */
static size_t
nearest_taken(struct seats *seats, size_t position)
{
	while (seats->nearest[position] != position) {
		seats->nearest[position] = seats->nearest[seats->nearest[position]];
		position = seats->nearest[position];
	}
	return position;
}

static const char *
leave_seat(struct seats *seats, const char *member, struct arena *arena)
{
	size_t position = (uintptr_t)table_get(&seats->positions, member);
	if (!position)
		return NULL;
	seats->nearest[position] = position - 1;
	size_t behind = nearest_taken(seats, position);
	return behind ? arena_strdup(arena, seats->members->items[behind - 1]) : "";
}

struct remembering {
	const struct accountdb *db;
	struct table groups; /* name -> struct seats */
	struct accountdb_places *places;
	struct arena *arena;
};

static void
remember_place(struct remembering *remembering, struct edit *edit)
{
	if (!remembering->places)
		remembering->places =
			accountdb_places_create(remembering->db, edit->file, remembering->arena);
	if (!accountdb_places_leave(remembering->places, edit->name, &edit->behind, &edit->apart))
		edit->behind = NULL;
}

static void
remember_edit(struct remembering *remembering, struct edit *edit)
{
	const struct accountdb *db = remembering->db;
	struct table *groups = &remembering->groups;
	struct arena *arena = remembering->arena;
	const struct accountdb_line *line = edit_line(edit, db);
	if (!line || edit->kind == EDIT_ADD_LINE || edit->kind == EDIT_RENAME)
		return;
	if (edit->kind == EDIT_REMOVE_LINE)
		remember_place(remembering, edit);
	if (edit->kind == EDIT_REMOVE_MEMBER) {
		struct seats *seats = table_get(groups, edit->name);
		if (!seats) {
			seats = seats_create(line, db->arena);
			table_set(groups, edit->name, seats);
		}
		edit->behind = leave_seat(
			seats, edit->old_name ? edit_login(edit, db) : edit->member, arena);
	} else if (accountdb_line_length(line) < accountdb_field_count(edit->file)) {
		edit->length = accountdb_line_length(line);
	}
}

/* New lines go in front of NIS lines, and do nothing to the end of a file that has some. */
static bool
is_end_touched(const struct edit_list *edits, const struct accountdb *db, enum accountdb_file file)
{
	const struct accountdb_table *table = &db->tables[file];
	if (!table->no_final_newline)
		return false;
	if (table->insert_at == table->lines.count)
		return true;
	ARRAY_FOREACH (edit, edits) {
		const char *gone = edit->kind == EDIT_REMOVE_LINE ? edit->name
			: edit->kind == EDIT_RENAME		  ? edit->old_name
								  : NULL;
		if (gone && edit->file == file && strcmp(gone, accountdb_last_name(db, file)) == 0)
			return true;
	}
	return false;
}

void
edits_remember(struct edit_list *edits, const struct accountdb *db, struct arena *arena)
{
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		if (is_end_touched(edits, db, file))
			edits->unterminated[file] =
				arena_strdup(arena, accountdb_last_name(db, file));

		struct remembering remembering = {
			.db = db, .groups = { .arena = db->arena }, .arena = arena
		};
		ARRAY_FOREACH (edit, edits) {
			if (edit->file == file)
				remember_edit(&remembering, edit);
		}
	}
}

/* ---- backwards ---- */

struct undo {
	const struct edit_list *edits;
	const struct table *users;
	struct accountdb *db;
	struct diags *diags;
	struct table logins, groups;  /* lines that this undo takes back: name -> edit */
	struct table hashes;	      /* passwords likewise */
	struct id_table primary_gids; /* gid -> one of the logins that have it */
	struct leavers leavers;
	size_t conflicts;
	bool changed_lines; /* one came or went */
};

static void
undo_init(struct undo *undo)
{
	struct arena *arena = undo->db->arena;
	undo->logins.arena = undo->groups.arena = undo->hashes.arena = arena;
	undo->primary_gids.arena = arena;
	edits_find_leavers(undo->edits, undo->users, undo->db, arena, &undo->leavers);
	ARRAY_FOREACH (edit, undo->edits) {
		if (!edit_is_for(edit, undo->users))
			continue;
		if (edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_PASSWD)
			table_set(&undo->logins, edit->name, edit);
		if (edit->kind == EDIT_ADD_LINE && edit->file == ACCOUNTDB_GROUP)
			table_set(&undo->groups, edit->name, edit);
		if (edit->kind == EDIT_SET_FIELD && edit->file == ACCOUNTDB_SHADOW &&
			edit->field == SHADOW_HASH)
			table_set(&undo->hashes, edit->name, edit);
	}
	size_t cursor = 0;
	struct accountdb_line *line;
	while ((line = accountdb_next(undo->db, ACCOUNTDB_PASSWD, &cursor))) {
		uint32_t gid;
		if (accountdb_line_id(line, PASSWD_GID, &gid))
			id_table_set(&undo->primary_gids, gid, line);
	}
}

static void PRINTF_LIKE(3, 4)
	conflict(struct undo *undo, const struct edit *edit, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(undo->diags->arena, format, args);
	va_end(args);
	diag_warning(undo->diags, edit_place(edit, undo->db), "%s", message);
	diag_code(undo->diags, "conflict");
	diag_user(undo->diags, edit->user);
	undo->conflicts++;
}

static void PRINTF_LIKE(4, 5)
	note(struct undo *undo, const struct edit *edit, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *message = arena_vprintf(undo->diags->arena, format, args);
	va_end(args);
	diag_note(undo->diags, edit_place(edit, undo->db), "%s", message);
	diag_code(undo->diags, code);
	diag_user(undo->diags, edit->user);
}

/* Why others still need a group; NULL when nobody does. */
static const char *
need_of_group(struct undo *undo, const struct accountdb_line *group)
{
	uint32_t gid;
	const struct accountdb_line *login;
	if (accountdb_line_id(group, GROUP_GID, &gid) &&
		(login = id_table_get(&undo->primary_gids, gid)))
		return arena_printf(undo->diags->arena, "it is the primary group of '%s'",
			accountdb_name(login));

	const struct string_list *members = accountdb_members(group);
	ARRAY_FOREACH (member, members) {
		bool is_gone = table_get(&undo->logins, *member) &&
			!accountdb_find(undo->db, ACCOUNTDB_PASSWD, *member);
		if (!is_gone)
			return arena_printf(undo->diags->arena, "'%s' is a member", *member);
	}
	return NULL;
}

static const char *
expected_field(const struct edit *edit, const struct accountdb_line *line, size_t field)
{
	bool is_gate = edit->file == ACCOUNTDB_SHADOW && field == SHADOW_EXPIRE &&
		strcmp(accountdb_field(line, field), EDIT_BORN_EXPIRED) == 0;
	return is_gate ? EDIT_BORN_EXPIRED : edit->fields[field];
}

/* What others changed in a line that goes is said, because it is lost. */
static void
note_differences(struct undo *undo, const struct edit *edit, const struct accountdb_line *line)
{
	bool password_noted = false;
	size_t count = accountdb_field_count(edit->file);
	if (edit->file == ACCOUNTDB_GROUP || edit->file == ACCOUNTDB_GSHADOW)
		count = GROUP_MEMBERS;
	for (size_t i = 1; i < count; i++) {
		const char *expected = expected_field(edit, line, i);
		const char *found = accountdb_field(line, i);
		if (!expected || strcmp(expected, found) == 0)
			continue;
		bool is_password = edit_field_is_secret(i) ||
			(edit->file == ACCOUNTDB_SHADOW && i == SHADOW_CHANGED);
		if (!is_password)
			note(undo, edit, "changed-since",
				"the %s of '%s' was changed since from '%s' to '%s' and goes with "
				"it",
				accountdb_field_name(edit->file, i), edit->name, expected, found);
		else if (!password_noted)
			note(undo, edit, "changed-since",
				"the password of '%s' was changed since and goes with it",
				edit->name);
		password_noted |= is_password;
	}
}

static void
remove_line(struct undo *undo, const struct edit *edit, struct accountdb_line *line)
{
	note_differences(undo, edit, line);
	accountdb_remove(undo->db, edit->file, line);
	undo->changed_lines = true;
}

/* usermod -l leaves our uid under another name. */
static void
note_renamed(struct undo *undo, const struct edit *edit, size_t field, uint32_t id)
{
	const struct accountdb_line *line = accountdb_find_id(undo->db, edit->file, id);
	if (line)
		note(undo, edit, "renamed", "'%s' is gone; its %s %u now belongs to '%s'",
			edit->name, accountdb_field_name(edit->file, field), id,
			accountdb_name(line));
}

static bool
remove_numbered_line(struct undo *undo, const struct edit *edit)
{
	size_t field;
	uint32_t id, found;
	if (!edit_line_id(edit, &field, &id))
		return diag_error(undo->diags, edit_place(edit, undo->db),
			"the run's %s for '%s' is no number",
			accountdb_field_name(edit->file, field), edit->name);

	struct accountdb_line *line = accountdb_find(undo->db, edit->file, edit->name);
	if (!line) {
		note_renamed(undo, edit, field, id);
		return true;
	}
	if (!accountdb_line_id(line, field, &found) || found != id) {
		conflict(undo, edit, "'%s' has the %s '%s', not %u as the run gave it: kept",
			edit->name, accountdb_field_name(edit->file, field),
			accountdb_field(line, field), id);
		return true;
	}
	const char *need = edit->file == ACCOUNTDB_GROUP ? need_of_group(undo, line) : NULL;
	if (need && !edit->user)
		note(undo, edit, "still-used", "group '%s' stays: %s", edit->name, need);
	else if (need)
		conflict(undo, edit, "group '%s' stays: %s", edit->name, need);
	else
		remove_line(undo, edit, line);
	return true;
}

/* shadow and gshadow follow what passwd and group kept, which has been said there. */
static void
remove_shadow_line(struct undo *undo, const struct edit *edit)
{
	bool is_shadow = edit->file == ACCOUNTDB_SHADOW;
	enum accountdb_file owner = is_shadow ? ACCOUNTDB_PASSWD : ACCOUNTDB_GROUP;
	bool goes_with_owner = table_get(is_shadow ? &undo->logins : &undo->groups, edit->name);
	struct accountdb_line *line = accountdb_find(undo->db, edit->file, edit->name);
	if (line && !(goes_with_owner && accountdb_find(undo->db, owner, edit->name)))
		remove_line(undo, edit, line);
}

static bool
matches(const char *expected, const char *found)
{
	return expected && strcmp(expected, found) == 0;
}

/* The day of a password change stays with a password that stays. */
static bool
belongs_to_kept_password(
	struct undo *undo, const struct edit *edit, const struct accountdb_line *line)
{
	if (edit->file != ACCOUNTDB_SHADOW || edit->field != SHADOW_CHANGED)
		return false;
	const struct edit *hash = table_get(&undo->hashes, edit->name);
	if (!hash)
		return false;
	const char *found = accountdb_field(line, SHADOW_HASH);
	return !matches(hash->before, found) && !(hash->before && matches(hash->after, found));
}

static void
set_field_back(struct undo *undo, const struct edit *edit)
{
	struct accountdb_line *line = edit_line(edit, undo->db);
	if (!line) {
		conflict(undo, edit, "'%s' is gone", edit->name);
		return;
	}
	const char *found = accountdb_field(line, edit->field);
	if (belongs_to_kept_password(undo, edit, line)) {
		return;
	} else if (edit->before && matches(edit->after, found)) {
		accountdb_set_field(undo->db, edit->file, line, edit->field, edit->before);
		if (edit->length)
			accountdb_shorten(undo->db, edit->file, line, edit->length);
	} else if (matches(edit->before, found)) {
		return;
	} else if (!edit->before || !edit->after) {
		conflict(undo, edit, "the password of '%s' is kept: the run's secrets are missing",
			edit->name);
	} else if (edit_field_is_secret(edit->field)) {
		conflict(undo, edit, "the password of '%s' was changed since and is kept",
			edit->name);
	} else {
		conflict(undo, edit, "the %s of '%s' is '%s', not '%s' as the run left it: kept",
			accountdb_field_name(edit->file, edit->field), edit->name, found,
			edit->after);
	}
}

/* A login that was to go and stays, because it is no longer ours: the group is its jail, and nobody
 * is let out of it by the way. */
static bool
stays(const struct undo *undo, const char *login)
{
	return table_get(&undo->logins, login) && accountdb_find(undo->db, ACCOUNTDB_PASSWD, login);
}

/* A login that cannot come back gets nothing back: its groups would be another's. */
static bool
stays_away(const struct undo *undo, const struct edit *edit)
{
	return edit->user && edit_is_late(edit, &undo->leavers) &&
		table_get(&undo->leavers.taken, edit->user);
}

static bool
has_other_owner(const struct undo *undo, const struct edit *edit)
{
	size_t field;
	uint32_t gid;
	if (edit->file == ACCOUNTDB_GSHADOW) /* follows what group got back */
		return !accountdb_find(undo->db, ACCOUNTDB_GROUP, edit->name);
	return edit->file == ACCOUNTDB_GROUP && edit_line_id(edit, &field, &gid) &&
		accountdb_find_id(undo->db, edit->file, gid);
}

static void
put_line_back(struct undo *undo, const struct edit *edit)
{
	bool lost_password;
	const char *taken = edit->user ? table_get(&undo->leavers.taken, edit->user) : NULL;
	/* A shared group was empty: while others stay nobody misses it, and who took its gid
	 * meanwhile has it. */
	bool others_stay = undo->users && !undo->edits->last_users;
	if (!edit->user && (others_stay || has_other_owner(undo, edit)))
		return;
	if (taken && edit->file == ACCOUNTDB_PASSWD)
		conflict(undo, edit, "%s", taken);
	if (taken || accountdb_find(undo->db, edit->file, edit->name))
		return;
	if (!edit_put_line_back(edit, &undo->leavers, undo->db, &lost_password)) {
		conflict(undo, edit, "what was kept of '%s' is no line of %s", edit->name,
			accountdb_file_name(edit->file));
		return;
	}
	undo->changed_lines = true;
	if (lost_password)
		conflict(undo, edit,
			"the password of '%s' is locked: the run's secrets are missing",
			edit->name);
}

static void
undo_member(struct undo *undo, const struct edit *edit)
{
	struct accountdb_line *group = accountdb_find(undo->db, edit->file, edit->name);
	const char *member = edit->old_name ? edit_login(edit, undo->db) : edit->member;
	if (edit->kind == EDIT_ADD_MEMBER) {
		if (!group || stays(undo, edit->member))
			return;
		accountdb_remove_member(undo->db, edit->file, group, edit->member);
		accountdb_remove_member(undo->db, edit->file, group, member);
		if (edit->length)
			accountdb_shorten(undo->db, edit->file, group, edit->length);
	} else if (group) {
		accountdb_insert_member(undo->db, edit->file, group, member, edit->behind);
	} else {
		conflict(undo, edit, "'%s' cannot become a member of '%s' again: the group is gone",
			member, edit->name);
	}
}

/* With some users only, what a shared group got stays as long as others need the group. */
static bool
stays_for_others(struct undo *undo, const struct edit *edit)
{
	if (!undo->users || edit->user)
		return false;
	if (edit->file != ACCOUNTDB_GROUP && edit->file != ACCOUNTDB_GSHADOW)
		return false;
	const struct accountdb_line *group = accountdb_find(undo->db, ACCOUNTDB_GROUP, edit->name);
	return group && need_of_group(undo, group);
}

/* True when the account keeps its new name, and so all that the run gave it. */
static bool
keeps_name(struct undo *undo, const struct edit *edit)
{
	const char *taken = edit->old_name ? table_get(&undo->leavers.taken, edit->user) : NULL;
	if (taken && edit->kind == EDIT_RENAME && edit->file == ACCOUNTDB_PASSWD)
		conflict(undo, edit, "'%s' keeps this name: %s", edit->name, taken);
	return taken;
}

static void
undo_rename(struct undo *undo, const struct edit *edit)
{
	const char *group_taken = NULL;
	if (edit_rename_undo(edit, undo->db, &group_taken))
		undo->changed_lines = true;
	if (group_taken)
		conflict(undo, edit, "group '%s' keeps its name: %s", edit->name, group_taken);
}

static bool
undo_edit(struct undo *undo, const struct edit *edit)
{
	if (keeps_name(undo, edit))
		return true;
	if (edit->kind == EDIT_RENAME) {
		undo_rename(undo, edit);
		return true;
	}
	if (edit->kind == EDIT_ADD_LINE) {
		if (edit->file == ACCOUNTDB_PASSWD || edit->file == ACCOUNTDB_GROUP)
			return remove_numbered_line(undo, edit);
		remove_shadow_line(undo, edit);
		return true;
	}
	if (edit->kind == EDIT_REMOVE_LINE)
		put_line_back(undo, edit);
	if (edit->kind == EDIT_REMOVE_LINE || stays_away(undo, edit) ||
		stays_for_others(undo, edit))
		return true;
	if (edit->kind == EDIT_SET_FIELD)
		set_field_back(undo, edit);
	else if (edit->kind != EDIT_GATE)
		undo_member(undo, edit);
	return true;
}

/* A login that is gone is a member of nothing: who gets the name later must not inherit the groups
 * that others gave it. */
static void
leave_groups(struct undo *undo, enum accountdb_file file)
{
	size_t cursor = 0;
	struct accountdb_line *group;
	while ((group = accountdb_next(undo->db, file, &cursor))) {
		struct string_list members = *accountdb_members(group);
		members.items = arena_copy(
			undo->db->arena, members.items, members.count * sizeof(*members.items));
		ARRAY_FOREACH (member, &members) {
			const struct edit *edit = table_get(&undo->logins, *member);
			if (!edit || accountdb_find(undo->db, ACCOUNTDB_PASSWD, *member))
				continue;
			accountdb_remove_member(undo->db, file, group, *member);
			if (file == ACCOUNTDB_GROUP)
				note(undo, edit, "changed-since",
					"'%s' was made a member of '%s' since and no longer is",
					*member, accountdb_name(group));
		}
	}
}

/* The line that had no newline, when it is the last one again, loses the one that ours gave it. */
static void
restore_end(const struct undo *undo, enum accountdb_file file)
{
	struct accountdb_table *table = &undo->db->tables[file];
	const char *last = accountdb_last_name(undo->db, file);
	if (undo->changed_lines && last && matches(undo->edits->unterminated[file], last) &&
		!table->no_final_newline)
		table->no_final_newline = true;
}

bool
edits_undo(const struct edit_list *edits, enum accountdb_file file, const struct table *users,
	struct accountdb *db, size_t *ret_conflicts, struct diags *diags)
{
	struct undo undo = { .edits = edits, .users = users, .db = db, .diags = diags };
	undo_init(&undo);
	for (size_t i = edits->count; i > 0; i--) {
		const struct edit *edit = &edits->items[i - 1];
		if (edit->file == file && edit_is_for(edit, users) && !undo_edit(&undo, edit))
			return false;
	}
	if (file == ACCOUNTDB_GROUP || file == ACCOUNTDB_GSHADOW)
		leave_groups(&undo, file);
	restore_end(&undo, file);
	*ret_conflicts = undo.conflicts;
	return true;
}

bool
edits_undo_all(const struct edit_list *edits, const struct table *users, struct accountdb *db,
	size_t *ret_conflicts, struct diags *diags)
{
	static const enum accountdb_file order[] = { ACCOUNTDB_PASSWD, ACCOUNTDB_SHADOW,
		ACCOUNTDB_GROUP, ACCOUNTDB_GSHADOW };
	size_t sum = 0;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		size_t conflicts;
		if (!edits_undo(edits, order[i], users, db, &conflicts, diags))
			return false;
		sum += conflicts;
	}
	*ret_conflicts = sum;
	return true;
}
