/*
 * Tests of exporters/csv.c and json.c: what they write, and that the importers make the same
 * accounts of it.
 */
#include "import_fixture.h"

#include "core/model/exporter.h"
#include "core/model/mapping.h"
#include "core/model/password.h"
#include "importers/registry.h"

extern const struct importer csv_importer, json_importer, passwd_importer;
extern const struct exporter csv_exporter, json_exporter;

#define KEY_ANNA                                                                                   \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm "        \
	"anna@example.org"
#define KEY_JM                                                                                     \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH77FT9jpSYsAVeJ76ZZhGgY2js4V2PzlVxlo2DE2shT "        \
	"jmueller@verlag-mueller.example"

#define HASH                                                                                       \
	"$6$saltstring$q2.778Y7vt0Ij2OIl01VlxEE6SEh8ZCtgFbyJX8fYkl5S7gx32QO24FV"                   \
	"g.rs4DkoAs9t6R19x4z8g69teXFxA0"

/* What goes in and out of one round trip. */
struct trip {
	struct arena arena;
	struct diags diags;
	ARRAY(const struct account *) accounts;
	struct buffer out;
	bool written;
};

#define AUTO_TRIP AUTO(trip_finish)

static void
trip_finish(struct trip *trip)
{
	buffer_finish(&trip->out);
	arena_finish(&trip->arena);
}

static void
trip_init(struct trip *trip)
{
	*trip = (struct trip){ 0 };
	trip->diags.arena = &trip->arena;
}

/* An account with fields set from text: name, value, name, value, ..., NULL. */
static struct account *
add_account(struct trip *trip, const char *const *fields)
{
	struct account *account = ARENA_NEW(&trip->arena, struct account);
	for (; *fields; fields += 2)
		assert_true(account_set(account, account_field_parse(fields[0]), fields[1], NOWHERE,
			&trip->arena, &trip->diags));
	if (!account_has(account, ACCOUNT_KEY))
		account->key = account->username;
	ARRAY_PUSH(&trip->arena, &trip->accounts, account);
	return account;
}

#define FIELDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
write_trip(struct trip *trip, const struct exporter *exporter, const char *delimiter, bool secrets)
{
	void *config = arena_alloc(&trip->arena, exporter->config_size + 1);
	option_defaults(exporter->options, config, &trip->arena);
	if (delimiter)
		assert_true(option_set(exporter->options, config, "delimiter", delimiter, NOWHERE,
			&trip->arena, &trip->diags));
	const struct export_job job = {
		.accounts = trip->accounts.items,
		.count = trip->accounts.count,
		.with_secrets = secrets,
		.out = &trip->out,
		.arena = &trip->arena,
		.diags = &trip->diags,
	};
	trip->written = exporter->write(config, &job);
}

static void
assert_same_text(const char *a, const char *b)
{
	assert_string_equal(a ? a : "(null)", b ? b : "(null)");
}

static void
assert_same_list(const struct string_list *a, const struct string_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++)
		assert_string_equal(a->items[i], b->items[i]);
}

static void
assert_same_folders(const struct folder_list *a, const struct folder_list *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->items[i].path, b->items[i].path);
		assert_int_equal(a->items[i].access, b->items[i].access);
		assert_same_text(a->items[i].owner, b->items[i].owner);
		assert_same_text(a->items[i].group, b->items[i].group);
		assert_int_equal(a->items[i].has_mode, b->items[i].has_mode);
		assert_int_equal(a->items[i].mode, b->items[i].mode);
	}
}

static void
assert_same_account(const struct account *a, const struct account *b)
{
	assert_int_equal(a->given, b->given);
	assert_same_text(a->key, b->key);
	assert_same_text(a->username, b->username);
	assert_same_text(a->full_name, b->full_name);
	assert_same_text(a->email, b->email);
	assert_int_equal(a->uid, b->uid);
	assert_same_text(a->password, b->password);
	assert_same_text(a->password_hash, b->password_hash);
	assert_same_list(&a->ssh_keys, &b->ssh_keys);
	assert_same_list(&a->groups, &b->groups);
	assert_same_text(a->layout, b->layout);
	assert_same_folders(&a->folders, &b->folders);
	assert_same_text(a->home, b->home);
	assert_same_text(a->shell, b->shell);
	assert_int_equal(a->expires, b->expires);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->username_generated, b->username_generated);
	AUTO_ARENA struct arena arena = { 0 };
	assert_string_equal(profile_text(&a->profile, &arena), profile_text(&b->profile, &arena));
}

static void
assert_comes_back(const struct trip *trip, const struct import *import)
{
	assert_true(trip->written);
	assert_true(import->sink.complete);
	assert_int_equal(import->diags.errors, 0);
	assert_int_equal(import->accounts.count, trip->accounts.count);
	for (size_t i = 0; i < trip->accounts.count; i++)
		assert_same_account(trip->accounts.items[i], &import->accounts.items[i]);
}

/* ---- a sink that maps records, as the core's does ---- */

struct mapped {
	struct import *import;
	struct mapping *mapping;
};

static bool
bind_header(void *ctx, const struct record *header)
{
	struct mapped *mapped = ctx;
	return mapping_bind(NULL, NULL, header, &mapped->import->arena, &mapped->mapping,
		&mapped->import->diags);
}

static bool
map_record(void *ctx, const struct record *record)
{
	struct mapped *mapped = ctx;
	struct account account = { 0 };
	if (!mapping_apply(mapped->mapping, record, &mapped->import->arena, &account,
		    &mapped->import->diags))
		return true;
	if (!account_has(&account, ACCOUNT_KEY))
		account.key = account.username;
	ARRAY_PUSH(&mapped->import->arena, &mapped->import->accounts, account);
	return true;
}

/* The sheet through the importer and the default mapping. */
static void
import_sheet(struct import *import, const struct buffer *sheet)
{
	*import = (struct import){ 0 };
	import->diags.arena = &import->arena;
	import->source = (struct source){ .name = "test",
		.location = "test.csv",
		.shown = "test.csv",
		.arena = &import->arena,
		.read = true,
		.content = buffer_bytes(sheet) };
	struct mapped mapped = { .import = import };
	import->sink = (struct sink){
		.ctx = &mapped, .header = bind_header, .record = map_record, .diags = &import->diags
	};
	void *config = arena_alloc(&import->arena, csv_importer.config_size);
	option_defaults(csv_importer.options, config, &import->arena);
	import->read = csv_importer.read(config, &import->source, &import->sink);
}

/* ---- accounts ---- */

static void
add_whole_account(struct trip *trip)
{
	add_account(trip,
		FIELDS("key", "4711", "username", "jm", "full_name", "Jörg \"der\" Müller; Ä, B",
			"email", "-j@x.org", "uid", "20001", "password", " =a'\";,\\b ", "ssh_keys",
			KEY_ANNA "\n" KEY_JM, "groups", "press web", "layout", "@media", "folders",
			"'=my \"pics\"' logs:ro www/htdocs:rw a:read-advisory", "home", "/srv/jm",
			"shell", "/bin/sh", "expires", "2027-12-31", "state", "disabled"));
}

static void
add_small_accounts(struct trip *trip)
{
	add_account(trip, FIELDS("username", "anna", "expires", "never", "state", "left"));
	add_account(
		trip, FIELDS("username", "bert", "full_name", "''=Bert", "password_hash", HASH));
	add_account(trip, FIELDS("username", "clara", "full_name", "'Clara'", "password", "'+1"));
}

/* ---- JSON ---- */

static void
test_json_export_comes_back_as_the_same_accounts(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	add_whole_account(&trip);
	add_small_accounts(&trip);
	struct account *dora = add_account(&trip, FIELDS("username", "dora", "folders", "in out"));
	dora->username_generated = true;
	assert_true(profile_parse(
		"read-only umask=027 start=in from=10.0.0.0/8", &trip.arena, &dora->profile));
	dora->folders.items[0].owner = "root";
	dora->folders.items[0].group = "press";
	dora->folders.items[1].has_mode = true;
	dora->folders.items[1].mode = 02770;
	account_set_none(dora, ACCOUNT_GROUPS, NOWHERE);
	account_set_none(dora, ACCOUNT_SSH_KEYS, NOWHERE);

	write_trip(&trip, &json_exporter, NULL, true);
	AUTO_IMPORT struct import import;
	import_bytes(&import, &json_importer, trip.out.data, trip.out.size, NULL);
	assert_comes_back(&trip, &import);
}

static void
test_json_export_has_one_object_a_line_and_escapes(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	add_account(&trip,
		FIELDS("username", "anna", "full_name", "A \"b\" \\ ö", "uid", "20001", "groups",
			"press web", "folders", "pics logs:ro", "expires", "1970-01-02"));
	write_trip(&trip, &json_exporter, NULL, true);
	assert_string_equal(buffer_text(&trip.out),
		"{\"format\":\"rehome-accounts\",\"format_version\":1}\n"
		"{\"username\":\"anna\",\"full_name\":\"A \\\"b\\\" \\\\ ö\",\"uid\":20001,"
		"\"groups\":[\"press\",\"web\"],"
		"\"folders\":[{\"path\":\"pics\",\"access\":\"write\"},"
		"{\"path\":\"logs\",\"access\":\"read\"}],\"expires\":\"1970-01-02\"}\n");
}

static void
test_json_export_refuses_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	struct account *anna = add_account(&trip, FIELDS("username", "anna", "folders", "in"));
	anna->folders.items[0].path = "p\xFFq";
	write_trip(&trip, &json_exporter, NULL, false);
	assert_false(trip.written);
	assert_int_equal(trip.diags.errors, 1);
	assert_string_equal(trip.diags.items[0].user, "anna");
}

/* ---- CSV ---- */

static void
test_csv_export_comes_back_as_the_same_accounts(void **state)
{
	(void)state;
	static const char *const delimiters[] = { "comma", "semicolon", "tab" };
	for (size_t i = 0; i < ARRAY_LEN(delimiters); i++) {
		AUTO_TRIP struct trip trip;
		trip_init(&trip);
		add_whole_account(&trip);
		add_small_accounts(&trip);
		write_trip(&trip, &csv_exporter, delimiters[i], true);
		AUTO_IMPORT struct import import;
		import_sheet(&import, &trip.out);
		assert_comes_back(&trip, &import);
	}
}

static void
test_csv_export_writes_only_columns_that_are_used(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	add_account(&trip, FIELDS("username", "anna", "full_name", "A, \"B\""));
	add_account(&trip, FIELDS("username", "bert", "uid", "20001"));
	write_trip(&trip, &csv_exporter, NULL, true);
	assert_string_equal(buffer_text(&trip.out),
		"\xEF\xBB\xBFusername,full_name,uid\r\n"
		"anna,\"A, \"\"B\"\"\",\r\n"
		"bert,,20001\r\n");
}

static void
test_csv_export_never_writes_a_formula(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	add_account(&trip, FIELDS("username", "a", "full_name", "=1+1"));
	add_account(&trip, FIELDS("username", "b", "full_name", "+1"));
	add_account(&trip, FIELDS("username", "c", "full_name", "-1"));
	add_account(&trip, FIELDS("username", "d", "full_name", "@SUM(A1)"));
	add_account(&trip, FIELDS("username", "e", "full_name", "'=1"));
	add_account(&trip, FIELDS("username", "f", "full_name", "'x"));
	write_trip(&trip, &csv_exporter, NULL, false);
	assert_string_equal(buffer_text(&trip.out),
		"\xEF\xBB\xBFusername,full_name\r\n"
		"a,'=1+1\r\n"
		"b,'+1\r\n"
		"c,'-1\r\n"
		"d,'@SUM(A1)\r\n"
		"e,''=1\r\n"
		"f,'x\r\n");
}

static void
test_csv_export_warns_of_what_a_sheet_cannot_say(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	struct account *anna = add_account(&trip, FIELDS("username", "anna", "folders", "in"));
	anna->folders.items[0].has_mode = true;
	account_set_none(anna, ACCOUNT_GROUPS, NOWHERE);
	write_trip(&trip, &csv_exporter, NULL, false);
	assert_true(trip.written);
	assert_int_equal(trip.diags.count, 2);
	assert_string_equal(trip.diags.items[0].message,
		"a sheet cannot say that 'groups' is none: the cell is left empty");
	assert_string_equal(trip.diags.items[1].message,
		"a sheet cannot hold the owner, group or mode of a folder");
	assert_string_equal(trip.diags.items[1].user, "anna");
}

/* ---- both ---- */

static void
test_exports_hold_no_secrets_unless_told_to(void **state)
{
	(void)state;
	static const struct exporter *const both[] = { &csv_exporter, &json_exporter };
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		AUTO_TRIP struct trip trip;
		trip_init(&trip);
		add_account(&trip,
			FIELDS("username", "anna", "password", "hunter2", "password_hash", HASH));
		write_trip(&trip, both[i], NULL, false);
		assert_null(strstr(buffer_text(&trip.out), "password"));
		assert_null(strstr(buffer_text(&trip.out), "hunter2"));
		assert_null(strstr(buffer_text(&trip.out), "$6$"));
	}
}

static void
test_registries_list_every_plug_in_once(void **state)
{
	(void)state;
	assert_ptr_equal(importers[0], &csv_importer);
	assert_ptr_equal(importers[1], &json_importer);
	assert_ptr_equal(importers[2], &passwd_importer);
	assert_ptr_equal(exporters[0], &csv_exporter);
	assert_ptr_equal(exporters[1], &json_exporter);
	for (size_t i = 0; importers[i]; i++)
		assert_int_equal(importers[i]->abi, IMPORTER_ABI);
	for (size_t i = 0; exporters[i]; i++)
		assert_int_equal(exporters[i]->abi, EXPORTER_ABI);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_export_comes_back_as_the_same_accounts),
		cmocka_unit_test(test_json_export_has_one_object_a_line_and_escapes),
		cmocka_unit_test(test_json_export_refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(test_csv_export_comes_back_as_the_same_accounts),
		cmocka_unit_test(test_csv_export_writes_only_columns_that_are_used),
		cmocka_unit_test(test_csv_export_never_writes_a_formula),
		cmocka_unit_test(test_csv_export_warns_of_what_a_sheet_cannot_say),
		cmocka_unit_test(test_exports_hold_no_secrets_unless_told_to),
		cmocka_unit_test(test_registries_list_every_plug_in_once),
	};
	return cmocka_run_group_tests_name("exporters", tests, NULL, NULL);
}
