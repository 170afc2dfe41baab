/*
 * Tests of exporters/csv.c and json.c: what they write, and that the importers make the same
 * accounts of it.
 */
#include "export_fixture.h"

#include "importers/registry.h"

extern const struct importer json_importer, passwd_importer;
extern const struct exporter csv_exporter, json_exporter;

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
	assert_true(account_set(dora, ACCOUNT_PROFILE,
		"read-only umask=027 start=in from=10.0.0.0/8", NOWHERE, &trip.arena, &trip.diags));
	dora->foreign_hash = "an argon2id hash";
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
	static const char *const delimiters[] = { "delimiter=comma", "delimiter=semicolon",
		"delimiter=tab" };
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
test_csv_export_says_none_profiles_and_the_rights_of_folders(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	struct account *anna = add_account(&trip,
		FIELDS("username", "anna", "groups", "press", "folders",
			"in:rw:group=press:mode=2770 'a b':ro:owner=root", "profile",
			"from=10.0.0.0/8,!10.1.0.0/16 read-only"));
	account_set_none(anna, ACCOUNT_GROUPS, NOWHERE);
	add_account(&trip, FIELDS("username", "bert", "ssh_keys", "(none)", "folders", "(none)"));
	add_account(&trip, FIELDS("username", "carl", "folders", "'(none)'"));
	write_trip(&trip, &csv_exporter, NULL, false);
	assert_int_equal(trip.diags.count, 0);
	assert_string_equal(buffer_text(&trip.out),
		"\xEF\xBB\xBFusername,ssh_keys,groups,folders,jail_profile\r\n"
		"anna,,(none),in:rw:group=press:mode=2770 'a b':ro:owner=root,"
		"\"read-only from=10.0.0.0/8,!10.1.0.0/16\"\r\n"
		"bert,(none),,(none),\r\n"
		"carl,,,(none):rw,\r\n");
	AUTO_IMPORT struct import import;
	import_sheet(&import, &trip.out);
	assert_comes_back(&trip, &import);
}

static void
test_csv_export_warns_of_what_a_sheet_cannot_say(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	struct account *anna = add_account(&trip, FIELDS("username", "anna"));
	anna->foreign_hash = "an argon2id hash";
	write_trip(&trip, &csv_exporter, NULL, false);
	assert_true(trip.written);
	assert_int_equal(trip.diags.count, 1);
	assert_string_equal(trip.diags.items[0].message,
		"a sheet cannot say that nothing here verifies the password, so none is told: "
		"anna");
}

static void
test_csv_export_refuses_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	AUTO_TRIP struct trip trip;
	trip_init(&trip);
	struct account *anna = add_account(&trip, FIELDS("username", "anna", "folders", "in"));
	anna->folders.items[0].path = "p\xFFq";
	write_trip(&trip, &csv_exporter, NULL, false);
	assert_false(trip.written);
	assert_string_equal(
		trip.diags.items[0].message, "'folders' is not UTF-8, which this format must be");
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
test_a_des_hash_is_marked_as_one(void **state)
{
	(void)state;
	static const struct exporter *const both[] = { &csv_exporter, &json_exporter };
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		AUTO_TRIP struct trip trip;
		trip_init(&trip);
		const struct account *anna = add_account(
			&trip, FIELDS("username", "anna", "password_hash", "{CRYPT}abZOc8sqZwgq2"));
		assert_string_equal(anna->password_hash, "abZOc8sqZwgq2");
		write_trip(&trip, both[i], NULL, true);
		assert_non_null(strstr(buffer_text(&trip.out), "{CRYPT}abZOc8sqZwgq2"));
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
		cmocka_unit_test(test_csv_export_says_none_profiles_and_the_rights_of_folders),
		cmocka_unit_test(test_csv_export_refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(test_csv_export_warns_of_what_a_sheet_cannot_say),
		cmocka_unit_test(test_exports_hold_no_secrets_unless_told_to),
		cmocka_unit_test(test_a_des_hash_is_marked_as_one),
		cmocka_unit_test(test_registries_list_every_plug_in_once),
	};
	return cmocka_run_group_tests_name("exporters", tests, NULL, NULL);
}
