/*
 * init_old.c - what an old FTP server let in, as a first configuration counts it; see init.h.
 */
#include <string.h>

#include "cli/init.h"
#include "core/model/intake.h"
#include "core/model/password.h"

struct note_count {
	const struct diag *first;
	size_t count;
};

/* What its notes say: one finding a code, with how often. */
static void
find_notes(struct init *init, const char *name, const struct intake *intake)
{
	struct arena *arena = init->arena;
	struct table by_code = { .arena = arena };
	struct string_list codes = { 0 };
	ARRAY_FOREACH (login, &intake->old_logins) {
		ARRAY_FOREACH (note, &(*login)->notes) {
			const char *code = note->code ? note->code : "";
			struct note_count *counted = table_get(&by_code, code);
			if (!counted) {
				counted = ARENA_NEW(arena, struct note_count);
				counted->first = note;
				table_set(&by_code, code, counted);
				string_list_push(arena, &codes, code);
			}
			counted->count++;
		}
	}
	ARRAY_FOREACH (code, &codes) {
		const struct note_count *counted = table_get(&by_code, *code);
		init_find(init, name, counted->first->place, "%s: %zu, such as: %s", *code,
			counted->count, counted->first->message);
	}
}

static const char *
count_words(const struct intake *intake, struct arena *arena)
{
	size_t verdicts[3] = { 0 }, guests = 0, read_only = 0, limited = 0;
	ARRAY_FOREACH (login, &intake->old_logins) {
		verdicts[(*login)->login]++;
		if ((*login)->login == OLD_DENY)
			continue;
		guests += (*login)->is_guest;
		read_only += (*login)->rights == OLD_WRITE_NO;
		limited += (*login)->from.count > 0;
	}
	return arena_printf(arena,
		"logins: %zu; let in: %zu, as guests of one account: %zu, read-only: %zu, from "
		"some "
		"addresses only: %zu; refused: %zu; not known: %zu",
		intake->old_logins.count, verdicts[OLD_ALLOW], guests, read_only, limited,
		verdicts[OLD_DENY], verdicts[OLD_UNKNOWN]);
}

static void
find_passwords(struct init *init, const char *name, const struct intake *intake)
{
	struct arena *arena = init->arena;
	struct diags ignored = { .arena = arena };
	size_t usable = 0, plain = 0, foreign = 0, none = 0;
	const char *hash;
	ARRAY_FOREACH (login, &intake->old_logins) {
		if ((*login)->login == OLD_DENY)
			continue;
		if ((*login)->password == OLD_PASSWORD_PLAINTEXT)
			plain++;
		else if ((*login)->password != OLD_PASSWORD_CRYPT)
			none++;
		else if (password_hash_check(
				 (*login)->ways.items[0].secret, NOWHERE, arena, &hash, &ignored))
			usable++;
		else
			foreign++;
	}
	init_find(init, name, NOWHERE,
		"passwords: hashes that this host knows: %zu, in plain text: %zu, other hashes: "
		"%zu, "
		"none or unknown: %zu",
		usable, plain, foreign, none);
	if (foreign)
		string_list_push(arena, &init->leftovers,
			arena_printf(arena,
				"source %s: passwords that cannot be verified here: %zu; "
				"policy.passwords.foreign_hash closes these accounts (expire), or "
				"makes new passwords (handout)",
				name, foreign));
}

bool
init_look_at_old_server(struct init *init, const char *name, struct source_config *source)
{
	struct intake intake = { 0 };
	struct diags problems = { .arena = init->arena };
	source->on_bad_row = BAD_ROW_SKIP;
	if (!intake_read(source, &init->session->importers, init->arena, &intake, &problems)) {
		for (size_t i = 0; i < problems.count; i++)
			diag_append(&init->session->diags, &problems.items[i]);
		return session_fail(init->session, EXIT_BAD_DATA);
	}
	init_find(init, name, NOWHERE, "%s", count_words(&intake, init->arena));
	find_passwords(init, name, &intake);
	find_notes(init, name, &intake);
	init_comment(&init->sources, 4,
		"The folders of the jails are those that the homes have, with the rights of "
		"the old server. A layout adds to them:");
	buffer_add_text(&init->sources, "    # layout: default\n");
	string_list_push(init->arena, &init->leftovers,
		arena_printf(init->arena,
			"source %s: what only a person decides; rehome plan -o move.json %s, then "
			"rehome decide move.json",
			name, name));
	return true;
}
