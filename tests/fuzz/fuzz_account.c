/*
 * fuzz_account.c - any configuration, header and cells, made into an account.
 *
 * The input is a configuration (its first source's map: is used; none is the usual one), then a
 * column's name and its cell in turn. What must hold is what the planner relies on: an account that
 * comes out can be written to passwd, shadow and authorized_keys without becoming anything else.
 */
#include "core/model/config.h"
#include "core/model/password.h"
#include "core/model/ssh_key.h"
#include "tests/fuzz/must.h"

enum { COLUMNS_MAX = 12 };

static bool
is_login(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t size = strlen(name);
	return size > 0 && size <= 32 && strspn(name, letters) == size &&
		!strchr("0123456789-", *name);
}

/* A field of passwd(5). */
static bool
is_field(const char *text)
{
	return is_one_line(text) && !strchr(text, ':');
}

static void
check_secrets(const struct account *account)
{
	if (account_has(account, ACCOUNT_PASSWORD))
		MUST(*account->password && is_one_line(account->password));
	if (!account_has(account, ACCOUNT_PASSWORD_HASH))
		return;
	MUST(is_field(account->password_hash) && strlen(account->password_hash) >= 13);
	MUST(!strpbrk(account->password_hash, " !*;\\"));
}

static void
check_lists(const struct account *account)
{
	ARRAY_FOREACH (key, &account->ssh_keys)
		MUST(is_one_line(*key) && strstr(*key, " AAAA"));
	ARRAY_FOREACH (group, &account->groups)
		MUST(is_login(*group));
	ARRAY_FOREACH (folder, &account->folders) {
		MUST(*folder->path && *folder->path != '/');
		MUST(strncmp(folder->path, "..", 3) != 0 && strncmp(folder->path, "../", 3) != 0 &&
			!strstr(folder->path, "/../"));
	}
}

static void
check_account(const struct account *account)
{
	const char *const fields[] = { account->full_name, account->home, account->shell,
		account->key, account->email, account->layout };
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		MUST(!fields[i] || is_field(fields[i]));
	if (account_has(account, ACCOUNT_USERNAME))
		MUST(is_login(account->username));
	if (account_has(account, ACCOUNT_UID))
		MUST(account->uid && account->uid < 4294967295u && account->uid != 65534 &&
			account->uid != 65535);
	if (account_has(account, ACCOUNT_HOME))
		MUST(*account->home == '/' && !strstr(account->home, "//") &&
			!strstr(account->home, "/../"));
	if (account_has(account, ACCOUNT_SHELL))
		MUST(*account->shell == '/');
	if (account_has(account, ACCOUNT_EXPIRES))
		MUST(account->expires >= 1 || account->expires == ACCOUNT_NEVER);
	check_secrets(account);
	check_lists(account);
}

static bool
read_row(struct bytes *input, struct arena *arena, struct record *header, struct record *row)
{
	header->place = at("fuzz.csv", 1);
	row->place = at("fuzz.csv", 2);
	row->number = 1;
	while (input->size && header->fields.count < COLUMNS_MAX) {
		const char *name = next_part(input, arena), *cell = next_part(input, arena);
		if (!*name || !is_cell(name) || !is_cell(cell))
			return false;
		ARRAY_FOREACH (field, &header->fields)
			if (strcmp(field->name, name) == 0)
				return false;
		ARRAY_PUSH(arena, &header->fields,
			(struct record_field){ name, "", at_column("fuzz.csv", 1, 1, name) });
		ARRAY_PUSH(arena, &row->fields,
			(struct record_field){ name, cell, at_column("fuzz.csv", 2, 1, name) });
	}
	return header->fields.count > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags config_diags = { .arena = &arena }, diags = { .arena = &arena };
	struct bytes input = { (const char *)data, size };
	struct record header = { 0 }, row = { 0 };
	const char *yaml = next_part(&input, &arena);
	struct mapping *configured = NULL, *mapping;
	struct config *config;
	if (!read_row(&input, &arena, &header, &row))
		return 0;
	if (config_parse(
		    (struct bytes){ yaml, strlen(yaml) }, "fuzz", &arena, &config, &config_diags) &&
		config->sources.count)
		configured = config->sources.items[0]->mapping;

	bool good = mapping_bind(configured, NULL, &header, &arena, &mapping, &diags);
	must_be_told(good, &diags);
	if (!good)
		return 0;
	struct account account = { 0 };
	good = mapping_apply(mapping, &row, &arena, &account, &diags);
	must_be_told(good, &diags);
	if (good)
		check_account(&account);
	return 0;
}
