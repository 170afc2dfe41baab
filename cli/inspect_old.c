/*
 * inspect_old.c - what an old server did with each login, for people and for programs.
 */
#include "cli/inspect_old.h"

#include "cli/inspect_evidence.h"
#include "core/base/text.h"

/* Columns of the TSV, which are also the cells of the table for people. */
enum column {
	COLUMN_USER,
	COLUMN_LOGIN,
	COLUMN_PASSWORD,
	COLUMN_JAIL,
	COLUMN_CWD,
	COLUMN_UID,
	COLUMN_GID,
	COLUMN_GROUPS,
	COLUMN_UMASK,
	COLUMN_WRITE,
	COLUMN_WHERE,
	COLUMN_NOTE,
	COLUMNS,
};

static const char *const column_names[COLUMNS] = { "user", "login", "password", "jail", "cwd",
	"uid", "gid", "groups", "umask", "write", "where", "note" };

static bool
is_wanted(const struct old_login *login, const struct string_list *users)
{
	return !users->count || string_list_has(users, login->user);
}

static const char *
groups_text(const struct old_login *login, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (group, &login->groups)
		buffer_printf(&text, "%s%u", text.size ? "," : "", (unsigned)*group);
	return text.size ? arena_strdup(arena, buffer_text(&text)) : "-";
}

static const char *
notes_text(const struct old_login *login, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (note, &login->notes) {
		buffer_printf(&text, "%s%s", text.size ? "; " : "", note->message);
		if (note->place.file)
			buffer_printf(&text, " (%s)", diag_place_text(note->place, "-", arena));
	}
	return text.size ? arena_strdup(arena, buffer_text(&text)) : "-";
}

static const char *
session_cell(const struct old_login *login, enum column column, struct arena *arena)
{
	switch (column) {
	case COLUMN_JAIL:
		return login->jail ? login->jail : "-";
	case COLUMN_CWD:
		return login->cwd ? login->cwd : "-";
	case COLUMN_UID:
		return login->has_ids ? arena_printf(arena, "%u", (unsigned)login->uid) : "-";
	case COLUMN_GID:
		return login->has_ids ? arena_printf(arena, "%u", (unsigned)login->gid) : "-";
	case COLUMN_GROUPS:
		return groups_text(login, arena);
	case COLUMN_UMASK:
		if (login->has_session_umask)
			return arena_printf(arena, "%04o", (unsigned)login->session_umask);
		return login->has_umask ? arena_printf(arena, "%04o", (unsigned)login->umask) : "-";
	default:
		return old_write_name(login->write);
	}
}

/* A login that was refused had no session. */
static const char *
cell(const struct old_login *login, enum column column, struct arena *arena)
{
	switch (column) {
	case COLUMN_USER:
		return login->user;
	case COLUMN_LOGIN:
		return old_verdict_name(old_login_claim(login));
	case COLUMN_PASSWORD:
		return old_password_name(login->password);
	case COLUMN_WHERE:
		return diag_place_text(login->where, "-", arena);
	case COLUMN_NOTE:
		return notes_text(login, arena);
	default:
		return login->login == OLD_DENY ? "-" : session_cell(login, column, arena);
	}
}

void
inspect_old_count(const struct intake *intake, struct buffer *out)
{
	size_t counts[] = { 0, 0, 0 };
	ARRAY_FOREACH (login, &intake->old_logins)
		counts[old_login_claim(*login)]++;
	buffer_printf(out, "%zu logins: %zu allowed, %zu denied, %zu unknown",
		intake->old_logins.count, counts[OLD_ALLOW], counts[OLD_DENY], counts[OLD_UNKNOWN]);
}

void
inspect_old_tsv(const struct intake *intake, const struct string_list *users, struct buffer *out,
	struct arena *arena)
{
	struct paint paint = { .out = out };
	for (unsigned column = 0; column < COLUMNS; column++)
		buffer_printf(
			out, "%s%c", column_names[column], column + 1 == COLUMNS ? '\n' : '\t');
	ARRAY_FOREACH (login, &intake->old_logins) {
		if (!is_wanted(*login, users))
			continue;
		for (unsigned column = 0; column < COLUMNS; column++) {
			paint_text(&paint, cell(*login, column, arena));
			buffer_add_char(out, column + 1 == COLUMNS ? '\n' : '\t');
		}
	}
}

void
inspect_old_table(const struct intake *intake, const struct string_list *users,
	const struct paint *paint, struct arena *arena)
{
	static const char *const spare[] = { "UMASK", "GID", "UID", "CWD", NULL };
	struct paint_table table = {
		.arena = arena, .columns = COLUMNS - 2, .head = COLOR_BOLD, .spare = spare
	};
	for (unsigned column = 0; column < COLUMNS; column++) {
		if (column != COLUMN_GROUPS && column != COLUMN_NOTE)
			paint_cell(&table, text_upper(arena, column_names[column]));
	}
	ARRAY_FOREACH (login, &intake->old_logins) {
		if (!is_wanted(*login, users))
			continue;
		for (unsigned column = 0; column < COLUMNS; column++) {
			if (column != COLUMN_GROUPS && column != COLUMN_NOTE)
				paint_cell(&table, cell(*login, column, arena));
		}
	}
	paint_table(paint, &table);
}

static void
add_json_note(struct json_writer *json, const struct diag *note)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "code", note->code);
	json_write_text(json, "message", note->message);
	json_write_text(json, "file", note->place.file);
	json_write_number(json, "line", note->place.line);
	json_write_close(json);
}

static void
add_json_session(struct json_writer *json, const struct old_login *login, struct arena *arena)
{
	if (login->login == OLD_DENY)
		return;
	json_write_text(json, "jail", login->jail);
	json_write_text(json, "cwd", login->cwd);
	if (login->has_ids) {
		json_write_number(json, "uid", login->uid);
		json_write_number(json, "gid", login->gid);
	}
	json_write_open(json, "groups", '[');
	ARRAY_FOREACH (group, &login->groups)
		json_write_number(json, NULL, *group);
	json_write_close(json);
	if (login->has_session_umask)
		json_write_text(json, "session_umask", session_cell(login, COLUMN_UMASK, arena));
	if (login->has_umask) {
		json_write_text(json, "umask", arena_printf(arena, "%04o", (unsigned)login->umask));
		json_write_text(
			json, "dir_umask", arena_printf(arena, "%04o", (unsigned)login->dir_umask));
	}
	json_write_text(json, "write", old_write_name(login->write));
	json_write_text(json, "rights", old_write_name(login->rights));
	json_write_text(json, "write_note", login->write_note);
	json_write_text(json, "unix_user", login->unix_user);
	json_write_flag(json, "guest", login->is_guest);
	json_write_number(json, "keys", (long long)login->ssh_keys.count);
	json_write_texts(json, "from", &login->from);
	json_write_text(json, "hours", login->hours);
	json_write_number(json, "quota_files", (long long)login->quota.files);
	json_write_number(json, "quota_bytes", (long long)login->quota.bytes);
}

static void
add_json_login(struct json_writer *json, const struct old_login *login, struct arena *arena)
{
	json_write_open(json, NULL, '{');
	json_write_text(json, "user", login->user);
	json_write_text(json, "login", old_verdict_name(old_login_claim(login)));
	json_write_text(json, "password", old_password_name(login->password));
	json_write_number(json, "passwords", (long long)login->ways.count);
	add_json_session(json, login, arena);
	json_write_text(json, "home", login->home);
	json_write_text(json, "file", login->where.file);
	json_write_number(json, "line", login->where.line);
	json_write_open(json, "notes", '[');
	ARRAY_FOREACH (note, &login->notes)
		add_json_note(json, note);
	json_write_close(json);
	inspect_evidence_json(json, login->evidence, arena);
	json_write_close(json);
}

void
inspect_old_json(struct json_writer *json, const struct intake *intake,
	const struct string_list *users, struct arena *arena)
{
	json_write_open(json, "old", '[');
	ARRAY_FOREACH (login, &intake->old_logins) {
		if (is_wanted(*login, users))
			add_json_login(json, *login, arena);
	}
	json_write_close(json);
}
