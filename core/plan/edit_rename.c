/*
 * edit_rename.c - a login gets another name, and may get the old one back.
 *
 * passwd decides which of the two names the account has; its uid, whose account it is. Everything
 * that locks or jails a login has both names while passwd changes (see edit.h). Memberships follow
 * in every group, those that others gave since the plan was made included: the person keeps them.
 */
#include <string.h>

#include "core/base/text.h"
#include "core/plan/edit_internal.h"

/* ---- which name ---- */

const char *
edit_login(const struct edit *edit, const struct accountdb *db)
{
	bool is_before = edit->old_name && !accountdb_find(db, ACCOUNTDB_PASSWD, edit->user) &&
		accountdb_find(db, ACCOUNTDB_PASSWD, edit->old_name);
	return is_before ? edit->old_name : edit->user;
}

struct accountdb_line *
edit_line(const struct edit *edit, const struct accountdb *db)
{
	bool is_login = edit->file == ACCOUNTDB_PASSWD || edit->file == ACCOUNTDB_SHADOW;
	const char *name = edit->old_name && is_login ? edit_login(edit, db) : edit->name;
	return accountdb_find(db, edit->file, name);
}

static bool
is_renamed(const struct edit *edit, const struct accountdb *db)
{
	return strcmp(edit_login(edit, db), edit->name) == 0;
}

static size_t
id_field(enum accountdb_file file)
{
	return file == ACCOUNTDB_PASSWD ? (size_t)PASSWD_UID : (size_t)GROUP_GID;
}

/* The line of this name, while it has the id that the plan found. */
static struct accountdb_line *
find_ours(const struct edit *edit, const struct accountdb *db, const char *name)
{
	struct accountdb_line *line = accountdb_find(db, edit->file, name);
	bool is_ours = line && edit->before &&
		strcmp(accountdb_field(line, id_field(edit->file)), edit->before) == 0;
	return is_ours ? line : NULL;
}

/* ---- members ---- */

/* "otto,matteo" with another name for matteo. */
static const char *
with_name(const char *list, const char *from, const char *to, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (const char *name = list;; name++) {
		size_t size = strcspn(name, ",");
		bool is_it = size == strlen(from) && strncmp(name, from, size) == 0;
		if (is_it)
			buffer_add_text(&out, to);
		else
			buffer_add(&out, name, size);
		name += size;
		if (!*name)
			break;
		buffer_add_char(&out, ',');
	}
	return arena_strdup(arena, buffer_text(&out));
}

static void
rename_administrator(struct accountdb *db, const char *from, const char *to)
{
	const struct accountdb_lines *lines = accountdb_administered(db, from);
	for (size_t i = lines->count; i > 0; i--) {
		struct accountdb_line *line = lines->items[i - 1];
		const char *list =
			with_name(accountdb_field(line, GSHADOW_ADMINS), from, to, db->arena);
		accountdb_set_field(db, ACCOUNTDB_GSHADOW, line, GSHADOW_ADMINS, list);
	}
}

static void
add_beside(struct accountdb *db, enum accountdb_file file, const char *present, const char *name)
{
	const struct accountdb_lines *lines = accountdb_memberships(db, file, present);
	ARRAY_FOREACH (line, lines)
		accountdb_insert_member(db, file, *line, name, present);
}

static void
remove_everywhere(struct accountdb *db, enum accountdb_file file, const char *name)
{
	const struct accountdb_lines *lines = accountdb_memberships(db, file, name);
	for (size_t i = lines->count; i > 0; i--)
		accountdb_remove_member(db, file, lines->items[i - 1], name);
}

/* Some group lists the one name and not the other. */
static bool
lacks_name(struct accountdb *db, enum accountdb_file file, const char *has, const char *lacks)
{
	const struct accountdb_lines *lines = accountdb_memberships(db, file, has);
	ARRAY_FOREACH (line, lines) {
		if (!accountdb_is_member(*line, lacks))
			return true;
	}
	return false;
}

/* ---- what an edit finds ---- */

static enum edit_state
numbered_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const char *file = accountdb_file_name(edit->file);
	const struct accountdb_line *new = accountdb_find(db, edit->file, edit->name);
	const struct accountdb_line *old = accountdb_find(db, edit->file, edit->old_name);
	if (new && !old && find_ours(edit, db, edit->name))
		return EDIT_AFTER;
	if (new &&old)
		return edit_foreign(arena, ret_why, "'%s' and '%s' are both in %s", edit->old_name,
			edit->name, file);
	if (new)
		return edit_foreign(arena, ret_why, "'%s' is in %s already", edit->name, file);
	if (!old)
		return edit_foreign(
			arena, ret_why, "%s has no line of '%s' any more", file, edit->old_name);
	if (!find_ours(edit, db, edit->old_name))
		return edit_foreign(arena, ret_why, "'%s' has another id in %s than the plan found",
			edit->old_name, file);
	if (!accountdb_is_only(db, old))
		return edit_foreign(arena, ret_why,
			"%s has a second line with the name or id of '%s'", file, edit->old_name);
	return EDIT_BEFORE;
}

/* shadow's line has no id: passwd says whose it is. */
static enum edit_state
shadow_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const struct accountdb_line *new = accountdb_find(db, ACCOUNTDB_SHADOW, edit->name);
	const struct accountdb_line *old = accountdb_find(db, ACCOUNTDB_SHADOW, edit->old_name);
	if (is_renamed(edit, db))
		return new ? EDIT_AFTER
			   : edit_foreign(arena, ret_why, "shadow has no line of '%s' any more",
				     edit->name);
	if (new)
		return edit_foreign(arena, ret_why,
			"shadow has a line of '%s' that passwd does not have", edit->name);
	if (!old)
		return edit_foreign(
			arena, ret_why, "shadow has no line of '%s' any more", edit->old_name);
	return accountdb_is_only(db, old)
		? EDIT_BEFORE
		: edit_foreign(arena, ret_why, "shadow has a second line of '%s'", edit->old_name);
}

static enum edit_state
gshadow_state(const struct edit *edit, const struct accountdb *db, struct arena *arena,
	const char **ret_why)
{
	const struct accountdb_line *new = accountdb_find(db, ACCOUNTDB_GSHADOW, edit->name);
	const struct accountdb_line *old = accountdb_find(db, ACCOUNTDB_GSHADOW, edit->old_name);
	if (new)
		return old ? edit_foreign(arena, ret_why, "'%s' is in gshadow already", edit->name)
			   : EDIT_AFTER;
	if (!old)
		return edit_foreign(
			arena, ret_why, "gshadow has no line of '%s' any more", edit->old_name);
	return accountdb_is_only(db, old)
		? EDIT_BEFORE
		: edit_foreign(arena, ret_why, "gshadow has a second line of '%s'", edit->old_name);
}

enum edit_state
edit_rename_state(
	const struct edit *edit, struct accountdb *db, struct arena *arena, const char **ret_why)
{
	if (edit->file == ACCOUNTDB_SHADOW)
		return shadow_state(edit, db, arena, ret_why);
	if (edit->before)
		return edit->file == ACCOUNTDB_GSHADOW ? gshadow_state(edit, db, arena, ret_why)
						       : numbered_state(edit, db, arena, ret_why);
	return lacks_name(db, edit->file, edit->old_name, edit->name) ? EDIT_BEFORE : EDIT_AFTER;
}

/* ---- forwards ---- */

/* The same line under another name right behind it. */
static void
add_twin(struct accountdb *db, struct accountdb_line *line, const char *name, bool closed)
{
	const char *text = accountdb_line_text(line, db->arena);
	size_t indent = strspn(text, " \t\v\f\r");
	const char *rest = text + indent + strlen(accountdb_name(line));
	struct accountdb_line *twin = accountdb_put_back(db, ACCOUNTDB_SHADOW,
		arena_printf(db->arena, "%.*s%s%s", (int)indent, text, name, rest),
		accountdb_name(line), 0);
	if (twin && closed)
		accountdb_set_field(db, ACCOUNTDB_SHADOW, twin, SHADOW_EXPIRE, EDIT_BORN_EXPIRED);
}

/* Of passwd, or of the group of its own. */
static bool
rename_line(struct accountdb *db, enum accountdb_file file, const char *from, const char *to)
{
	struct accountdb_line *line = accountdb_find(db, file, from);
	if (!line || accountdb_find(db, file, to))
		return false;
	accountdb_rename(db, file, line, to);
	return true;
}

void
edit_rename(const struct edit *edit, bool gated, struct accountdb *db)
{
	if (edit->file == ACCOUNTDB_SHADOW) {
		add_twin(db, accountdb_find(db, edit->file, edit->old_name), edit->name, gated);
		return;
	}
	if (edit->before)
		(void)rename_line(db, edit->file, edit->old_name, edit->name);
	if (edit->file == ACCOUNTDB_PASSWD)
		return;
	add_beside(db, edit->file, edit->old_name, edit->name);
	if (edit->file == ACCOUNTDB_GSHADOW)
		rename_administrator(db, edit->old_name, edit->name);
}

bool
edit_rename_end(const struct edit *edit, struct accountdb *db)
{
	struct accountdb_line *line;
	if (accountdb_find(db, ACCOUNTDB_PASSWD, edit->old_name))
		return edit->file == ACCOUNTDB_SHADOW;
	if (edit->file == ACCOUNTDB_GROUP || edit->file == ACCOUNTDB_GSHADOW)
		remove_everywhere(db, edit->file, edit->old_name);
	if (edit->file == ACCOUNTDB_SHADOW &&
		(line = accountdb_find(db, ACCOUNTDB_SHADOW, edit->old_name)))
		accountdb_remove(db, ACCOUNTDB_SHADOW, line);
	return false;
}

/* ---- backwards ---- */

void
edit_rename_put_back(const struct edit *edit, struct accountdb *db)
{
	struct accountdb_line *line = accountdb_find(db, edit->file, edit->name);
	if (edit->file == ACCOUNTDB_GROUP || edit->file == ACCOUNTDB_GSHADOW)
		add_beside(db, edit->file, edit->name, edit->old_name);
	if (edit->file == ACCOUNTDB_SHADOW && line &&
		!accountdb_find(db, ACCOUNTDB_SHADOW, edit->old_name))
		add_twin(db, line, edit->old_name, true);
}

/* passwd has the old name again, in this database at least. */
static bool
undo_shadow(const struct edit *edit, struct accountdb *db)
{
	struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_SHADOW, edit->name);
	if (!line || is_renamed(edit, db))
		return false;
	if (!rename_line(db, ACCOUNTDB_SHADOW, edit->name, edit->old_name))
		accountdb_remove(db, ACCOUNTDB_SHADOW, line);
	return true;
}

static bool
undo_own_group(const struct edit *edit, struct accountdb *db, const char **ret_taken)
{
	bool follows = edit->file == ACCOUNTDB_GSHADOW &&
		accountdb_find(db, ACCOUNTDB_GROUP, edit->old_name) &&
		!accountdb_find(db, ACCOUNTDB_GROUP, edit->name);
	if (!edit->before || (edit->file == ACCOUNTDB_GSHADOW && !follows) ||
		(edit->file == ACCOUNTDB_GROUP && !find_ours(edit, db, edit->name)))
		return false;
	if (rename_line(db, edit->file, edit->name, edit->old_name))
		return true;
	if (edit->file == ACCOUNTDB_GROUP)
		*ret_taken = arena_printf(db->arena, "a group '%s' was made since", edit->old_name);
	return false;
}

bool
edit_rename_undo(const struct edit *edit, struct accountdb *db, const char **ret_group_taken)
{
	if (edit->file == ACCOUNTDB_PASSWD)
		return find_ours(edit, db, edit->name) &&
			rename_line(db, edit->file, edit->name, edit->old_name);
	if (edit->file == ACCOUNTDB_SHADOW)
		return undo_shadow(edit, db);
	bool changed = undo_own_group(edit, db, ret_group_taken);
	if (is_renamed(edit, db))
		return changed;
	add_beside(db, edit->file, edit->name, edit->old_name);
	remove_everywhere(db, edit->file, edit->name);
	if (edit->file == ACCOUNTDB_GSHADOW)
		rename_administrator(db, edit->name, edit->old_name);
	return changed;
}

const char *
edit_rename_taken(const struct edit *edit, const struct accountdb *db, struct arena *arena)
{
	const struct accountdb_line *new = accountdb_find(db, ACCOUNTDB_PASSWD, edit->name);
	const struct accountdb_line *old = accountdb_find(db, ACCOUNTDB_PASSWD, edit->old_name);
	bool has_new = find_ours(edit, db, edit->name),
	     has_old = find_ours(edit, db, edit->old_name);
	if ((has_new && !old) || (has_old && !new))
		return NULL;
	if (old)
		return arena_printf(arena, "there is another '%s', with uid %s", edit->old_name,
			accountdb_field(old, PASSWD_UID));
	return arena_printf(arena, "it no longer has uid %s", edit->before);
}

void
edit_rename_find_foreign(
	const struct edit *edit, const struct accountdb *db, struct table *foreign_logins)
{
	const char *names[] = { edit->name, edit->old_name };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (accountdb_find(db, ACCOUNTDB_PASSWD, names[i]) &&
			!find_ours(edit, db, names[i]))
			table_set(foreign_logins, names[i], (void *)edit);
	}
}
