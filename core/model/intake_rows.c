/*
 * intake_rows.c - what only shows when all rows of a source are seen together; see intake_rows.h.
 */
#include "core/model/intake_rows.h"

#include <stdint.h>
#include <string.h>

#include "core/base/buffer.h"
#include "core/base/table.h"
#include "core/base/text.h"

enum { LINES_NAMED = 10 };

/* "mail: 'x' is not an email address", unless the message names the column itself. */
static const char *
named_by_column(const struct diag *reason, struct arena *arena)
{
	const char *field = reason->place.field;
	if (!field || !*field || diag_names_field(reason))
		return reason->message;
	return arena_printf(arena, "%s: %s", field, reason->message);
}

void
intake_row_refuse(struct intake_row *row, const struct diag *reason, struct arena *arena)
{
	const char *text = named_by_column(reason, arena);
	row->errors = row->errors ? arena_printf(arena, "%s; %s", row->errors, text) : text;
}

static void
refuse_newest(struct intake_row *row, struct arena *arena, const struct diags *diags)
{
	intake_row_refuse(row, &diags->items[diags->count - 1], arena);
}

void
intake_refuse_nameless(struct intake_rows *rows, struct arena *arena, struct diags *diags)
{
	ARRAY_FOREACH (row, rows) {
		if (!row->account || row->account->username || row->errors)
			continue;
		diag_error(diags, row->account->place, "has no username");
		diag_code(diags, "no-username");
		refuse_newest(row, arena, diags);
	}
}

/* ---- duplicates ---- */

static struct place
field_place(const struct intake_row *row, enum account_field field)
{
	struct place place = row->account->places[field];
	return place.file ? place : row->account->place;
}

/* The text by which rows must differ; NULL when this row need not. */
static const char *
given_text(const struct intake_row *row, enum account_field field)
{
	const struct account *account = row->account;
	if (!account || !account_has(account, field))
		return NULL;
	if (field == ACCOUNT_KEY)
		return account->key;
	return account->username_generated ? NULL : account->username;
}

static void
refuse_second(const struct intake_row *first, struct intake_row *second, enum account_field field,
	struct arena *arena, struct diags *diags)
{
	const char *text = given_text(second, field);
	const char *name = account_field_name(field);
	struct place first_place = field_place(first, field);
	struct place second_place = field_place(second, field);
	diag_error(diags, second_place, "%s '%s' is also in %s", name, text,
		diag_place_text(first_place, "another row", arena));
	diag_code(diags, field == ACCOUNT_KEY ? "duplicate-key" : "duplicate-username");
	diag_user(diags, second->account->username);
	diag_hint(diags, "Keep one of the two rows, or correct the %s of one.", name);
	refuse_newest(second, arena, diags);
}

/* One of the others is enough to name: there may be as many as rows. */
static void
refuse_first(struct intake_row *first, const struct intake_row *second, enum account_field field,
	struct arena *arena)
{
	struct diag mirrored = {
		.message = arena_printf(arena, "%s '%s' is also in %s", account_field_name(field),
			given_text(second, field),
			diag_place_text(field_place(second, field), "another row", arena))
	};
	intake_row_refuse(first, &mirrored, arena);
}

void
intake_refuse_duplicates(struct intake_rows *rows, enum account_field field, struct arena *arena,
	struct diags *diags)
{
	AUTO_ARENA struct arena tables = { 0 };
	struct table seen = { .arena = &tables }, refused = { .arena = &tables };
	ARRAY_FOREACH (row, rows) {
		const char *text = given_text(row, field);
		if (!text)
			continue;
		struct intake_row *first = table_get(&seen, text);
		if (!first) {
			table_set(&seen, text, row);
			continue;
		}
		refuse_second(first, row, field, arena, diags);
		if (!table_get(&refused, text))
			refuse_first(first, row, field, arena);
		table_set(&refused, text, row);
	}
}

/* ---- lost leading zeros ---- */

struct numbers {
	size_t count, longest, shorter;
	unsigned long long greatest;
};

/* True when every key is a number, as the keys of a spreadsheet that dropped zeros would be. */
static bool
measure_keys(const struct intake_rows *rows, struct numbers *ret_numbers)
{
	struct numbers numbers = { 0 };
	ARRAY_FOREACH (row, rows) {
		const char *key = given_text(row, ACCOUNT_KEY);
		unsigned long long number;
		if (!key)
			continue;
		if (!text_number(key, UINT64_MAX, &number))
			return false;
		size_t length = strlen(key);
		if (length != numbers.longest)
			numbers.shorter++;
		if (length > numbers.longest) {
			numbers.shorter = numbers.count;
			numbers.longest = length;
		}
		if (number > numbers.greatest)
			numbers.greatest = number;
		numbers.count++;
	}
	*ret_numbers = numbers;
	return numbers.count > 0;
}

static struct place
name_lines(const struct intake_rows *rows, const struct numbers *numbers, struct buffer *lines)
{
	struct place column = { 0 };
	size_t named = 0;
	ARRAY_FOREACH (row, rows) {
		const char *key = given_text(row, ACCOUNT_KEY);
		if (!key || strlen(key) == numbers->longest)
			continue;
		if (named++ == 0)
			column = field_place(row, ACCOUNT_KEY);
		if (named <= LINES_NAMED)
			buffer_printf(lines, "%s%u", named > 1 ? ", " : "",
				field_place(row, ACCOUNT_KEY).line);
	}
	if (named > LINES_NAMED)
		buffer_printf(lines, " and %zu more", named - LINES_NAMED);
	return column;
}

void
intake_warn_lost_zeros(const struct intake_rows *rows, struct diags *diags)
{
	struct numbers numbers;
	/* 1, 2, ... 12 are numbers that somebody counted, not digits that were cut. */
	enum { COUNTED = 4 };
	if (!measure_keys(rows, &numbers) || numbers.shorter == 0 ||
		numbers.greatest <= COUNTED * numbers.count)
		return;
	AUTO_BUFFER struct buffer lines = { 0 };
	struct place column = name_lines(rows, &numbers, &lines);
	diag_warning(diags, column,
		"some numbers have fewer than %zu digits (%s %s): leading zeros may be lost",
		numbers.longest, numbers.shorter == 1 ? "line" : "lines", buffer_text(&lines));
	diag_code(diags, "leading-zeros");
	diag_hint(diags,
		"Where zeros are missing, format the column as text in the spreadsheet and enter "
		"them again.");
}

/* ---- keys ---- */

/* The key that stays with a person whose login is only what was free at the time. */
static const char *
default_key(const struct account *account, struct arena *arena)
{
	if (account->username_generated && account->full_name)
		return arena_printf(arena, "name:%s", text_folded(arena, account->full_name));
	return account->username;
}

static void
warn_same_person(const struct intake_row *first, const struct intake_row *row, struct arena *arena,
	struct diags *diags)
{
	diag_warning(diags, row->account->place, "'%s' has the same name as %s, and no id",
		row->account->full_name ? row->account->full_name : row->account->username,
		diag_place_text(first->account->place, "another row", arena));
	diag_code(diags, "same-person");
	diag_user(diags, row->account->username);
	diag_hint(diags,
		"Add a column 'id', so that the two keep their logins when the rows are "
		"reordered.");
}

/* Numbers that were taken once are not tried again: a thousand namesakes cost a thousand tries. */
static void
name_key(struct intake_row *row, struct table *keys, struct table *numbers, struct arena *arena,
	struct diags *diags)
{
	const char *wanted = default_key(row->account, arena);
	const char *key = wanted;
	uintptr_t number = (uintptr_t)table_get(numbers, wanted);
	for (number = number ? number : 2; table_get(keys, key); number++)
		key = arena_printf(arena, "%s#%u", wanted, (unsigned)number);
	if (key != wanted) {
		warn_same_person(table_get(keys, wanted), row, arena, diags);
		table_set(numbers, wanted, (void *)number);
	}
	row->account->key = key;
	table_set(keys, key, row);
}

void
intake_name_keys(struct intake_rows *rows, struct arena *arena, struct diags *diags)
{
	AUTO_ARENA struct arena tables = { 0 };
	struct table keys = { .arena = &tables }, numbers = { .arena = &tables };
	ARRAY_FOREACH (row, rows) {
		const char *key = given_text(row, ACCOUNT_KEY);
		if (key)
			table_set(&keys, key, row);
	}
	ARRAY_FOREACH (row, rows) {
		if (row->account && !row->errors && !account_has(row->account, ACCOUNT_KEY))
			name_key(row, &keys, &numbers, arena, diags);
	}
}

bool
intake_rows_hold_secrets(const struct intake_rows *rows)
{
	ARRAY_FOREACH (row, rows) {
		if (row->account &&
			(account_has(row->account, ACCOUNT_PASSWORD) ||
				account_has(row->account, ACCOUNT_PASSWORD_HASH)))
			return true;
	}
	return false;
}
