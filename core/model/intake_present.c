/*
 * intake_present.c - who is in a source although the row was refused.
 *
 * A person whose row cannot be used has not left. Where the key of such a row is known the others
 * can still be missed; where it is not, it could be anybody's, and nobody is missing. A person who
 * is disabled cannot stay open by what is wrong with the rest of the row, which he may have
 * written.
 */
#include "core/model/intake_rows.h"

/* NULL when it may be anybody's. */
static const char *
key_of(const struct intake_row *row, bool has_key_column)
{
	const struct account *account = row->account;
	if (row->key)
		return row->key;
	if (!account || row->is_damaged)
		return NULL;
	if (account_has(account, ACCOUNT_KEY))
		return account->key;
	/* A login made from a name stands for several people of that name; and a column of keys may
	 * be what is wrong. */
	return has_key_column || account->username_generated ? NULL : account->username;
}

static bool
is_closed(const struct intake_row *row)
{
	const struct account *account = row->account;
	if (!account)
		return row->is_closed;
	return !row->is_damaged && account_is_shut(account);
}

/* Where two rows have the key, neither is believed. */
static void
note_closed(const struct intake_row *row, const char *key, struct intake *intake)
{
	bool is_second = table_get(&intake->present, key);
	if (is_second || is_closed(row))
		table_set(&intake->closed, key, is_second ? NULL : intake);
}

void
intake_find_present(const struct intake_rows *rows, bool has_key_column, struct arena *arena,
	struct intake *intake)
{
	ARRAY_FOREACH (row, rows) {
		if (!row->errors)
			continue;
		const char *key = key_of(row, has_key_column);
		const char *login = row->account ? row->account->username : NULL;
		if (key)
			note_closed(row, key, intake);
		/* An account may be known by its login, from before its source had keys. Where the
		 * importer says whose a row is, it is not. */
		if (login)
			table_set(&intake->present, login, intake);
		else if (!row->key)
			intake->has_nameless = true;
		if (key)
			table_set(&intake->present, key, intake);
		else if (!intake->incomplete)
			intake->incomplete = arena_printf(arena,
				"%s was refused, and whose it is cannot be told",
				diag_place_text(row->record->place, "a row", arena));
	}
}
