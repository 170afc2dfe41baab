/*
 * mapping.c - one record through the bound rules into one account.
 *
 * mapping_values.c takes a rule's values from the record; account_set() judges the result. Which
 * rule reads which column was decided by mapping_bind.c.
 */
#include "core/model/mapping_internal.h"

#include <string.h>

#include "core/model/password.h"

enum { GENERATED_LENGTH = 31 }; /* what the policy's pattern takes by default */

/* ---- fields ---- */

/* A pasted key in a column "key" would otherwise become somebody's identity. */
static bool
check_key(struct cells *cells, const char *text)
{
	static const char *const starts[] = { "ssh-", "ecdsa-sha2-", "sk-", "-----BEGIN" };
	for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
		if (strncmp(text, starts[i], strlen(starts[i])) != 0)
			continue;
		diag_error(cells->diags, cells_place(cells),
			"an SSH key where the person's key (an id) is expected");
		diag_code(cells->diags, "ssh-key-as-id");
		diag_hint(cells->diags, "Name the column 'ssh_keys'.");
		return false;
	}
	return true;
}

static bool
set_date(struct cells *cells, const char *text)
{
	struct account *account = cells->account;
	const char *format = cells->mapping->rules[ACCOUNT_EXPIRES]->date;
	if (!account_parse_date(text, format, cells_place(cells), &account->expires, cells->diags))
		return false;
	account->given |= 1u << ACCOUNT_EXPIRES;
	account->places[ACCOUNT_EXPIRES] = cells_place(cells);
	return true;
}

/*
 * Of an entry's passwords the first that this host verifies. Where there is none it is for the
 * policy to say what becomes of the account; a cell of a sheet is corrected instead.
 */
static bool
apply_hashes(struct cells *cells, const struct mapping_rule *rule)
{
	struct values values;
	struct account *account = cells->account;
	if (!rule_values(cells, rule, ACCOUNT_PASSWORD_HASH, &values))
		return false;
	ARRAY_FOREACH (value, &values) {
		struct diags said = { .arena = cells->diags->arena };
		if (value->cell)
			cells_set_place(cells, value->cell);
		if (account_set(account, ACCOUNT_PASSWORD_HASH, value->text, cells_place(cells),
			    cells->arena, &said)) {
			ARRAY_FOREACH (diag, &said)
				diag_append(cells->diags, diag);
			account->foreign_hash = NULL;
			break;
		}
		if (password_is_locked(value->text) || account->foreign_hash)
			continue;
		bool marked = strchr("{$", *value->text);
		account->foreign_hash = marked ? password_scheme(value->text) : "a plaintext";
		account->places[ACCOUNT_PASSWORD_HASH] = cells_place(cells);
	}
	if (values.count > 1) {
		diag_note(cells->diags, cells_place(cells),
			"%zu passwords, of which one that this host verifies is taken",
			values.count);
		diag_code(cells->diags, "several-passwords");
	}
	return true;
}

static bool
apply_field(struct cells *cells, enum account_field field)
{
	const struct mapping_rule *rule = cells->mapping->rules[field];
	const char *text;
	bool plain;
	if (!rule)
		return true;
	if (field == ACCOUNT_PASSWORD_HASH && cells->mapping->sets)
		return apply_hashes(cells, rule);
	if (!rule_text(cells, field, 0, &text, &plain))
		return false;
	if (field == ACCOUNT_KEY && !check_key(cells, text))
		return false;
	if (field == ACCOUNT_EXPIRES && rule->date && *text)
		return set_date(cells, text_trimmed(cells->arena, text));
	return account_set(
		cells->account, field, text, cells_place(cells), cells->arena, cells->diags);
}

/* ---- the username ---- */

/* The default filter for generated names; see struct mapping. */
static const char *
login_from_name(struct cells *cells, const char *name)
{
	char *login = text_lower(
		cells->arena, text_ascii(cells->arena, name, cells->mapping->language, NULL));
	size_t length = 0;
	for (const char *c = login; *c && length < GENERATED_LENGTH; c++) {
		const char *allowed = length ? "abcdefghijklmnopqrstuvwxyz_0123456789-"
					     : "abcdefghijklmnopqrstuvwxyz_";
		if (strchr(allowed, *c))
			login[length++] = *c;
	}
	login[length] = '\0';
	return login;
}

static bool
no_login_from(struct cells *cells, const char *name)
{
	diag_error(cells->diags, cells_place(cells), "no username can be made from '%s'", name);
	diag_code(cells->diags, "no-username");
	diag_hint(cells->diags, "Give this row a username in a column of that name.");
	return false;
}

static bool
no_username(struct cells *cells)
{
	diag_error(cells->diags, cells_place(cells), "the username is empty");
	diag_code(cells->diags, "no-username");
	diag_hint(cells->diags, "Fill in the username, or what it is made from.");
	return false;
}

static const char *
filtered_username(struct cells *cells, const char *name, bool plain)
{
	if (cells->mapping->username_filter)
		return cells_filtered(cells, cells->mapping->username_filter, name);
	return plain ? name : login_from_name(cells, name);
}

/* Of the default candidates the first makes sense only for somebody with a last name. */
static size_t
first_candidate(struct cells *cells)
{
	if (!cells->mapping->username_by_last_name)
		return 0;
	const char *last = cells_find(cells, "last");
	return last && *text_trimmed(cells->arena, last) ? 0 : 1;
}

static bool
apply_username(struct cells *cells, bool name_was_good)
{
	const char *name;
	bool plain;
	if (!rule_text(cells, ACCOUNT_USERNAME, first_candidate(cells), &name, &plain))
		return false;
	if (!*name) /* a bad full name was reported; that nothing comes of it goes without saying */
		return plain || name_was_good ? no_username(cells) : false;

	const char *login = filtered_username(cells, name, plain);
	if (!*login)
		return no_login_from(cells, name);
	cells->account->username_generated = !plain;
	return account_set(cells->account, ACCOUNT_USERNAME, login, cells_place(cells),
		cells->arena, cells->diags);
}

bool
mapping_apply(const struct mapping *mapping, const struct record *record, struct arena *arena,
	struct account *ret_account, struct diags *diags)
{
	*ret_account = (struct account){ .place = record->place };
	struct cells fresh = { mapping, record, ret_account, arena, diags };

	/* First, because the default username may be made from it. */
	struct cells cells = fresh;
	bool name_was_good = apply_field(&cells, ACCOUNT_FULL_NAME);
	cells = fresh;
	bool ok = apply_username(&cells, name_was_good) && name_was_good;
	for (unsigned field = 0; field < ACCOUNT_FIELDS; field++) {
		if (field == ACCOUNT_FULL_NAME || field == ACCOUNT_USERNAME)
			continue;
		cells = fresh;
		ok = apply_field(&cells, field) && ok;
	}
	return ok;
}

const char *
mapping_key(const struct mapping *mapping, const struct record *record, struct arena *arena)
{
	struct diags said = { .arena = arena };
	struct account account = { 0 };
	struct cells cells = { mapping, record, &account, arena, &said };
	return apply_field(&cells, ACCOUNT_KEY) ? account.key : NULL;
}

bool
mapping_is_closed(const struct mapping *mapping, const struct record *record, struct arena *arena)
{
	struct diags said = { .arena = arena };
	struct account account = { 0 };
	struct cells cells = { mapping, record, &account, arena, &said };
	return apply_field(&cells, ACCOUNT_STATE) && account_is_shut(&account);
}
