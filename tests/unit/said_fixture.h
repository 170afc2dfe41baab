/*
 * said_fixture.h - diagnostics and accounts as text, so that a test compares the whole.
 *
 *	staff.csv:3:2: error: '4711' is not a login name | Use u4711, ...
 *	username=jmueller (generated) full_name=Jörg Müller
 */
#ifndef REHOME_TESTS_SAID_FIXTURE_H
#define REHOME_TESTS_SAID_FIXTURE_H

#include "core/base/buffer.h"
#include "core/model/account.h"
#include "diag_fixture.h"

static inline const char *
said(struct fixture *fixture)
{
	static const char *const levels[] = { "note", "warning", "error" };
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (diag, &fixture->diags) {
		if (diag->place.file)
			buffer_printf(&out, "%s:", diag->place.file);
		if (diag->place.line)
			buffer_printf(&out, "%u:", diag->place.line);
		if (diag->place.column)
			buffer_printf(&out, "%u:", diag->place.column);
		buffer_printf(&out, "%s%s: %s", diag->place.file ? " " : "", levels[diag->level],
			diag->message);
		if (diag->hint)
			buffer_printf(&out, " | %s", diag->hint);
		buffer_add_char(&out, '\n');
	}
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static inline void
say_list(struct buffer *out, const struct string_list *list)
{
	ARRAY_FOREACH (item, list)
		buffer_printf(out, "%s%s", item == list->items ? "" : "+", *item);
}

static inline void
say_field(struct buffer *out, const struct account *account, enum account_field field,
	struct arena *arena)
{
	const char *texts[ACCOUNT_FIELDS] = {
		[ACCOUNT_KEY] = account->key,
		[ACCOUNT_USERNAME] = account->username,
		[ACCOUNT_FULL_NAME] = account->full_name,
		[ACCOUNT_EMAIL] = account->email,
		[ACCOUNT_UID] = arena_printf(arena, "%u", account->uid),
		[ACCOUNT_PASSWORD] = account->password,
		[ACCOUNT_PASSWORD_HASH] = account->password_hash,
		[ACCOUNT_LAYOUT] = account->layout,
		[ACCOUNT_FOLDERS] = folder_list_text(&account->folders, arena),
		[ACCOUNT_HOME] = account->home,
		[ACCOUNT_SHELL] = account->shell,
		[ACCOUNT_EXPIRES] = arena_printf(arena, "%lld", (long long)account->expires),
		[ACCOUNT_STATE] = arena_printf(arena, "%d", account->state),
	};
	buffer_printf(out, "%s%s=", out->size ? " " : "", account_field_name(field));
	if (field == ACCOUNT_GROUPS)
		say_list(out, &account->groups);
	else if (field == ACCOUNT_SSH_KEYS)
		say_list(out, &account->ssh_keys);
	else
		buffer_add_text(out, texts[field]);
	if (field == ACCOUNT_USERNAME && account->username_generated)
		buffer_add_text(out, " (generated)");
}

/* The fields that are given, in the order of enum account_field. */
static inline const char *
account_said(const struct account *account, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (account_has(account, field))
			say_field(&out, account, field, arena);
	}
	return arena_strdup(arena, buffer_text(&out));
}

#endif
