/*
 * inspect_old_user.c - one login of an old server, field by field, with the place of each, and all
 * notes.
 *
 * Of a password only the kind is shown. What has no value is left out.
 */
#include <string.h>

#include "cli/inspect_old.h"
#include "core/base/text.h"
#include "core/model/ssh_key.h"
#include "core/plan/managed.h"

enum { DAY = 86400 };

struct listing {
	const struct old_login *login;
	struct paint_table table;
	struct arena *arena;
	bool plain; /* the login in front */
};

static void
add(struct listing *listing, const char *field, const char *value, const struct place *place)
{
	if (!value || !*value)
		return;
	if (listing->plain)
		paint_cell(&listing->table, listing->login->user);
	paint_cell(&listing->table, field);
	paint_cell(&listing->table, value);
	paint_cell(&listing->table, diag_place_text(*place, "", listing->arena));
}

/* Most are of the line that decided. */
static void
add_field(struct listing *listing, const char *field, const char *value)
{
	add(listing, field, value, &listing->login->where);
}

static const char *
number(struct listing *listing, unsigned long long value)
{
	return value ? arena_printf(listing->arena, "%llu", value) : NULL;
}

static const char *
octal(struct listing *listing, mode_t mode)
{
	return arena_printf(listing->arena, "%04o", (unsigned)mode);
}

static const char *
day(struct listing *listing, int64_t seconds)
{
	return seconds ? managed_day_text(seconds / DAY, listing->arena) : NULL;
}

static const char *
joined(struct listing *listing, const struct string_list *list)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (item, list)
		buffer_printf(&text, "%s%s", text.size ? ", " : "", *item);
	return arena_strdup(listing->arena, buffer_text(&text));
}

static void
add_passwords(struct listing *listing)
{
	const struct old_login *login = listing->login;
	if (!login->ways.count)
		add_field(listing, "password", old_password_name(login->password));
	ARRAY_FOREACH (way, &login->ways)
		add(listing, "password", old_password_name(way->kind), &way->where);
}

static void
add_ids(struct listing *listing)
{
	const struct old_login *login = listing->login;
	AUTO_BUFFER struct buffer groups = { 0 };
	add_field(listing, "runs as", login->unix_user);
	add_field(listing, "guest", login->is_guest ? "yes" : "no");
	if (!login->has_ids)
		return;
	ARRAY_FOREACH (group, &login->groups)
		buffer_printf(&groups, "%s%u", groups.size ? " " : "", (unsigned)*group);
	add_field(listing, "uid", arena_printf(listing->arena, "%u", (unsigned)login->uid));
	add_field(listing, "gid", arena_printf(listing->arena, "%u", (unsigned)login->gid));
	add_field(listing, "groups", arena_strdup(listing->arena, buffer_text(&groups)));
}

static void
add_rights(struct listing *listing)
{
	const struct old_login *login = listing->login;
	if (login->has_umask) {
		add_field(listing, "umask", octal(listing, login->umask));
		add_field(listing, "dir_umask", octal(listing, login->dir_umask));
	}
	add_field(listing, "rights", old_write_name(login->rights));
	add_field(listing, "write", old_write_name(login->write));
	add_field(listing, "", login->write_note);
	add_field(listing, "from", joined(listing, &login->from));
	add_field(listing, "hours", login->hours);
	add_field(listing, "quota files", number(listing, login->quota.files));
	if (login->quota.bytes)
		add_field(listing, "quota bytes", text_size(listing->arena, login->quota.bytes));
}

static void
add_person(struct listing *listing)
{
	const struct old_login *login = listing->login;
	add_field(listing, "home", login->home);
	add_field(listing, "full_name", login->full_name);
	add_field(listing, "shell", login->shell);
	if (login->has_expires)
		add_field(listing, "expires",
			login->expires == ACCOUNT_NEVER
				? "never"
				: managed_day_text(login->expires, listing->arena));
	ARRAY_FOREACH (key, &login->ssh_keys)
		add_field(listing, "ssh_keys", ssh_key_fingerprint(*key, listing->arena));
}

static void
add_evidence(struct listing *listing)
{
	const struct old_evidence *seen = listing->login->evidence;
	static const struct place logs = { .file = "logs" };
	if (!seen)
		return;
	add(listing, "last login", day(listing, seen->last_login), &logs);
	add(listing, "last transfer", day(listing, seen->last_transfer), &logs);
	add(listing, "files in", number(listing, seen->files_in), &logs);
	add(listing, "files out", number(listing, seen->files_out), &logs);
	add(listing, "writes at top", number(listing, seen->top_writes), &logs);
	add(listing, "folders used", joined(listing, &seen->tops), &logs);
	add(listing, "outside", joined(listing, &seen->outside), &logs);
}

void
inspect_old_user(const struct old_login *login, const struct paint *paint, struct arena *arena)
{
	struct listing listing = {
		.login = login,
		.table = { .arena = arena, .columns = paint->plain ? 4 : 3, .head = COLOR_BOLD },
		.arena = arena,
		.plain = paint->plain,
	};
	if (listing.plain)
		paint_cell(&listing.table, "LOGIN");
	paint_cell(&listing.table, "FIELD");
	paint_cell(&listing.table, "VALUE");
	paint_cell(&listing.table, "FROM");
	add_field(&listing, "user", login->user);
	add_field(&listing, "login", old_verdict_name(old_login_claim(login)));
	add_passwords(&listing);
	add_field(&listing, "jail", login->jail);
	add_field(&listing, "cwd", login->cwd);
	add_ids(&listing);
	add_rights(&listing);
	add_person(&listing);
	add_evidence(&listing);
	ARRAY_FOREACH (note, &login->notes)
		add(&listing, "note", note->message, &note->place);
	paint_table(paint, &listing.table);
}
