/*
 * Random accounts, out through an exporter and in again: all that account.h knows of them comes
 * back, but for what csv.c and json.c declare.
 *
 * The seeds are fixed, so a failure repeats.
 */
#include "export_fixture.h"

extern const struct importer json_importer;
extern const struct exporter csv_exporter, json_exporter;

enum { ACCOUNTS = 400 };

static uint32_t seed;

static unsigned
random_below(unsigned limit)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % limit;
}

static bool
coin(void)
{
	return random_below(2);
}

/* What spreadsheets, JSON and our own lists might stumble over. */
static const char *
random_text(struct arena *arena)
{
	static const char *const parts[] = { "a", "B", "7", " ", "=", "+", "-", "@", "'", "\"", ",",
		";", "\\", "/", "(none)", "ö", "漢", "\xF0\x9F\x98\x80", "{{", "}}", "%", "#", "&",
		"*", "e", "1e3", "no", "\xE2\x80\x8B", "|", "?", "[", "~" };
	AUTO_BUFFER struct buffer text = { 0 };
	unsigned count = 1 + random_below(8);
	for (unsigned i = 0; i < count; i++)
		buffer_add_text(&text, parts[random_below(ARRAY_LEN(parts))]);
	return arena_strdup(arena, buffer_text(&text));
}

static const char *
random_name(struct arena *arena)
{
	static const char first[] = "abcxyz_", others[] = "abz_09-";
	char *name = arena_alloc(arena, 33);
	unsigned size = 1 + random_below(31);
	name[0] = first[random_below(sizeof(first) - 1)];
	for (unsigned i = 1; i < size; i++)
		name[i] = others[random_below(sizeof(others) - 1)];
	return name;
}

/* What is no value for the field is as good as not given. */
static void
set(struct trip *trip, struct account *account, enum account_field field, const char *text)
{
	struct diags ignored = { .arena = &trip->arena };
	(void)!account_set(account, field, text, NOWHERE, &trip->arena, &ignored);
}

static void
set_folders(struct trip *trip, struct account *account)
{
	struct arena *arena = &trip->arena;
	struct folder_list folders = { 0 };
	struct diags ignored = { .arena = arena };
	for (unsigned i = random_below(5); i > 0; i--) {
		struct folder folder = { .access = (enum folder_access)random_below(FOLDER_KEPT),
			.owner = coin()	 ? NULL
				: coin() ? "user"
					 : random_name(arena),
			.group = coin()	 ? NULL
				: coin() ? "user"
					 : random_name(arena),
			.has_mode = coin() };
		folder.mode = folder.has_mode ? random_below(010000) : 0;
		if (folder_path_check(random_text(arena), NOWHERE, arena, &folder.path, &ignored))
			ARRAY_PUSH(arena, &folders, folder);
	}
	if (!folder_list_complete(&folders, arena, &ignored))
		return;
	account_set_none(account, ACCOUNT_FOLDERS, NOWHERE);
	account->folders = folders;
}

static void
set_lists(struct trip *trip, struct account *account)
{
	static const char *const keys[] = { KEY_ANNA, KEY_JM,
		"from=\"10.0.0.0/8,!10.1.0.0/16\",restrict " KEY_ANNA, KEY_ANNA "\n" KEY_JM };
	if (coin())
		set(trip, account, ACCOUNT_GROUPS,
			coin() ? arena_printf(&trip->arena, "%s,%s", random_name(&trip->arena),
					 random_name(&trip->arena))
			       : "(none)");
	if (coin())
		set(trip, account, ACCOUNT_SSH_KEYS,
			coin() ? keys[random_below(ARRAY_LEN(keys))] : "(none)");
	if (coin())
		set_folders(trip, account);
}

static void
set_profile(struct trip *trip, struct account *account)
{
	AUTO_BUFFER struct buffer text = { 0 };
	if (coin())
		buffer_add_text(&text, " read-only");
	if (coin())
		buffer_printf(&text, " umask=%03o", random_below(01000));
	if (coin())
		buffer_printf(&text, " start=%s", random_name(&trip->arena));
	if (coin())
		buffer_add_text(&text, " log=VERBOSE");
	if (coin())
		buffer_printf(&text, " from=*,!10.%u.0.0/16,2001:db8::%x", random_below(256),
			1 + random_below(60000));
	set(trip, account, ACCOUNT_PROFILE, buffer_text(&text));
}

static void
add_random_account(struct trip *trip)
{
	static const enum account_field texts[] = { ACCOUNT_KEY, ACCOUNT_FULL_NAME,
		ACCOUNT_PASSWORD, ACCOUNT_LAYOUT };
	static const char *const states[] = { "active", "disabled", "left" };
	struct arena *arena = &trip->arena;
	struct account *account = add_account(trip, FIELDS("username", random_name(arena)));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (coin())
			set(trip, account, texts[i], random_text(arena));
	}
	if (coin())
		set(trip, account, ACCOUNT_EMAIL,
			arena_printf(arena, "%s@x.example", random_text(arena)));
	if (coin())
		set(trip, account, ACCOUNT_UID, arena_printf(arena, "%u", seed));
	if (coin())
		set(trip, account, ACCOUNT_PASSWORD_HASH, HASH);
	if (coin())
		set(trip, account, ACCOUNT_HOME, arena_printf(arena, "/%sx", random_text(arena)));
	if (coin())
		set(trip, account, ACCOUNT_SHELL, arena_printf(arena, "/%sx", random_text(arena)));
	if (coin())
		set(trip, account, ACCOUNT_EXPIRES,
			coin() ? "never"
			       : arena_printf(arena, "%u-%02u-28", 1970 + random_below(8000),
					 1 + random_below(12)));
	if (coin())
		set(trip, account, ACCOUNT_STATE, states[random_below(ARRAY_LEN(states))]);
	if (!account_has(account, ACCOUNT_KEY))
		account->key = account->username;
	set_lists(trip, account);
	set_profile(trip, account);
}

static void
check_trips(const struct exporter *exporter, const char *option, uint32_t first_seed,
	void (*add)(struct trip *trip), void (*read)(struct import *, const struct buffer *))
{
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	seed = first_seed;
	for (unsigned i = 0; i < ACCOUNTS; i++)
		add(&trip);
	write_trip(&trip, exporter, option, true);
	AUTO_IMPORT struct import import;
	read(&import, &trip.out);
	assert_comes_back(&trip, &import);
}

static void
import_json(struct import *import, const struct buffer *text)
{
	import_bytes(import, &json_importer, text->data, text->size, NULL);
}

/* With all that json.c keeps and csv.c does not. */
static void
add_for_json(struct trip *trip)
{
	add_random_account(trip);
	struct account *account =
		(struct account *)(uintptr_t)trip->accounts.items[trip->accounts.count - 1];
	account->username_generated = coin();
	if (coin())
		account->foreign_hash = "an argon2id hash";
}

/* A cell of blanks is an empty one. */
static void
add_for_sheet(struct trip *trip)
{
	add_random_account(trip);
	struct account *account =
		(struct account *)(uintptr_t)trip->accounts.items[trip->accounts.count - 1];
	if (account->password && !*text_trimmed(&trip->arena, account->password)) {
		account->password = NULL;
		account->given &= ~(1u << ACCOUNT_PASSWORD);
	}
}

static void
test_json_brings_every_random_account_back(void **state)
{
	(void)state;
	check_trips(&json_exporter, NULL, 1, add_for_json, import_json);
	check_trips(&json_exporter, NULL, 2, add_for_json, import_json);
}

static void
test_a_sheet_brings_every_random_account_back(void **state)
{
	(void)state;
	check_trips(&csv_exporter, "delimiter=comma", 3, add_for_sheet, import_sheet);
	check_trips(&csv_exporter, "delimiter=semicolon", 4, add_for_sheet, import_sheet);
	check_trips(&csv_exporter, "delimiter=tab", 5, add_for_sheet, import_sheet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_brings_every_random_account_back),
		cmocka_unit_test(test_a_sheet_brings_every_random_account_back),
	};
	return cmocka_run_group_tests_name("export_trips", tests, NULL, NULL);
}
