/* Tests of importers/json.c and json_text.c. */
#include "import_fixture.h"

extern const struct importer json_importer;

#define KEY_ANNA                                                                                   \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm "        \
	"anna@example.org"
#define KEY_JM                                                                                     \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH77FT9jpSYsAVeJ76ZZhGgY2js4V2PzlVxlo2DE2shT "        \
	"jmueller@verlag-mueller.example"

static void
read_json(struct import *import, const char *text)
{
	import_bytes(import, &json_importer, text, strlen(text), NULL);
}

/* ---- objects ---- */

static void
test_json_reads_one_object_a_line(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, "{\"username\":\"anna\"}\n\n{\"username\":\"bert\"}");
	assert_string_equal(buffer_text(&import.said), "account 1: anna\naccount 3: bert\n");
	assert_true(import.read);
	assert_true(import.sink.complete);
	assert_string_equal(import.sink.detected, "utf-8");
}

static void
test_json_reads_objects_over_several_lines(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, "{\n \"username\":\n   \"anna\"\n} {\"username\":\"bert\"}\n");
	assert_string_equal(buffer_text(&import.said), "account 1: anna\naccount 4: bert\n");
	struct place place = import.accounts.items[0].places[ACCOUNT_USERNAME];
	assert_string_equal(place.file, "test.file");
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 4);
	assert_string_equal(place.field, "username");
	assert_int_equal(import.accounts.items[1].place.column, 3);
}

static void
test_json_reads_one_array(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, " [ {\"username\":\"anna\"} ,\n{\"username\":\"bert\"} ]\n");
	assert_string_equal(buffer_text(&import.said), "account 1: anna\naccount 2: bert\n");
	assert_true(import.sink.complete);
}

static void
test_json_takes_nothing_as_no_accounts(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\n", "[]",
		"{\"format\":\"rehome-accounts\",\"format_version\":1}\n" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_IMPORT struct import import;
		read_json(&import, texts[i]);
		assert_string_equal(buffer_text(&import.said), "");
		assert_true(import.sink.complete);
	}
}

static void
test_json_refuses_what_is_no_list_of_objects(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "[{\"username\":\"anna\"},]", "account 1: anna\n1:22: error: '{' expected\n" },
		{ "[{\"username\":\"anna\"}",
			"account 1: anna\n1:21: error: ',' or ']' expected\n" },
		{ "[{\"username\":\"anna\"} {}]",
			"account 1: anna\n1:22: error: ',' or ']' expected\n" },
		{ "[] x", "1:4: error: nothing behind the array expected\n" },
		{ "\n 7", "2:2: error: '{' expected\n" },
		{ "[[]]", "1:2: error: '{' expected\n" },
		{ "{\"username\":\"anna\"},{}", "account 1: anna\n1:20: error: '{' expected\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_IMPORT struct import import;
		read_json(&import, cases[i][0]);
		assert_string_equal(buffer_text(&import.said), cases[i][1]);
		assert_false(import.read);
		assert_false(import.sink.complete);
	}
}

static void
test_json_places_syntax_errors_without_quoting_values(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "{\"username\":\"anna\"}\n{\"password\":\"hunter2\" x}",
			"account 1: anna\n2:23: error: not valid JSON: '}' expected\n" },
		{ "[{\"username\":\"anna\"},\n  {\"password\": \"hunter2\n",
			"account 1: anna\n2:23: error: not valid JSON: unexpected newline\n" },
		{ "{\"key\":\"1\",\n\"key\":\"hunter2\"}",
			"2:5: error: not valid JSON: duplicate object key\n" },
		{ "{\"key\":\"a\\u0000b\"}", "1:17: error: not valid JSON: a text holds U+0000\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_IMPORT struct import import;
		read_json(&import, cases[i][0]);
		assert_string_equal(buffer_text(&import.said), cases[i][1]);
		assert_false(import.read);
	}
}

static void
test_json_refuses_depth_without_crashing(void **state)
{
	(void)state;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "{\"key\":");
	for (int i = 0; i < 100000; i++)
		buffer_add_char(&text, '[');
	AUTO_IMPORT struct import import;
	read_json(&import, buffer_text(&text));
	assert_string_equal(buffer_text(&import.said),
		"1:2055: error: not valid JSON: maximum parsing depth reached\n");
}

static void
test_json_refuses_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, "{\"username\":\"anna\"}\n{\"full_name\":\"J\xF6rg\"}");
	assert_string_equal(
		buffer_text(&import.said), "2:0: error: the bytes here are not valid utf-8\n");
	assert_false(import.read);
}

static void
test_json_refuses_broken_utf16(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	import_bytes(&import, &json_importer, "\x06\0\0", 3, NULL);
	assert_string_equal(
		buffer_text(&import.said), "1:0: error: the bytes here are not valid utf-16\n");
	assert_false(import.read);
}

/* ---- the format line ---- */

static void
test_json_refuses_other_formats_and_major_versions(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "{\"format\":\"rehome-plan\",\"format_version\":1}\n",
			"1:1: error: format is 'rehome-plan', expected 'rehome-accounts'\n" },
		{ "{\"format\":\"rehome-accounts\",\"format_version\":2}\n",
			"1:1: error: format_version is not 1\n" },
		{ "{\"format\":\"rehome-accounts\"}\n", "1:1: error: format_version is not 1\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_IMPORT struct import import;
		read_json(&import, cases[i][0]);
		assert_string_equal(buffer_text(&import.said), cases[i][1]);
		assert_false(import.read);
	}
}

/* ---- members ---- */

static void
test_json_fills_every_field(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import,
		"{\"key\":4711,\"username\":\"jm\",\"full_name\":\"J\\u00f6rg\",\"email\":\"j@x."
		"org\","
		"\"uid\":20001,\"password\":\"se cret\",\"ssh_keys\":[\"" KEY_ANNA "\",\"" KEY_JM
		"\"],\"groups\":[\"press\",\"web\"],\"layout\":\"media\",\"folders\":\"pics "
		"logs:ro\","
		"\"home\":\"/srv/jm\",\"shell\":\"/bin/sh\",\"expires\":\"1970-02-01\","
		"\"state\":\"disabled\",\"profile\":\"read-only\",\"foreign_hash\":\"a "
		"hash\",\"username_generated\":true}");
	assert_string_equal(buffer_text(&import.said), "account 1: jm\n");
	const struct account *account = &import.accounts.items[0];
	assert_int_equal(
		account->given, (1u << ACCOUNT_FIELDS) - 1 - (1u << ACCOUNT_PASSWORD_HASH));
	assert_true(account->profile.read_only);
	assert_string_equal(account->foreign_hash, "a hash");
	assert_string_equal(account->source, "test");
	assert_string_equal(account->key, "4711");
	assert_true(account->username_generated);
	assert_string_equal(account->full_name, "Jörg");
	assert_string_equal(account->email, "j@x.org");
	assert_int_equal(account->uid, 20001);
	assert_string_equal(account->password, "se cret");
	assert_int_equal(account->ssh_keys.count, 2);
	assert_string_equal(account->ssh_keys.items[0], KEY_ANNA);
	assert_string_equal(account->ssh_keys.items[1], KEY_JM);
	assert_int_equal(account->groups.count, 2);
	assert_string_equal(account->groups.items[0], "press");
	assert_string_equal(account->groups.items[1], "web");
	assert_string_equal(account->layout, "media");
	assert_string_equal(folder_list_text(&account->folders, &import.arena), "pics:rw logs:ro");
	assert_string_equal(account->home, "/srv/jm");
	assert_string_equal(account->shell, "/bin/sh");
	assert_int_equal(account->expires, 31);
	assert_int_equal(account->state, ACCOUNT_DISABLED);
}

static void
test_json_takes_null_as_not_said_and_empty_list_as_none(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import,
		"{\"username\":\"anna\",\"full_name\":null,\"expires\":null,\"groups\":[],"
		"\"ssh_keys\":[],\"folders\":[]}\n{\"username\":\"bert\",\"expires\":\"never\"}");
	const struct account *anna = &import.accounts.items[0], *bert = &import.accounts.items[1];
	assert_string_equal(buffer_text(&import.said), "account 1: anna\naccount 2: bert\n");
	assert_int_equal(anna->given,
		1u << ACCOUNT_USERNAME | 1u << ACCOUNT_GROUPS | 1u << ACCOUNT_SSH_KEYS |
			1u << ACCOUNT_FOLDERS);
	assert_string_equal(anna->key, "anna");
	assert_int_equal(anna->folders.count, 0);
	assert_int_equal(bert->given, 1u << ACCOUNT_USERNAME | 1u << ACCOUNT_EXPIRES);
	assert_int_equal(bert->expires, ACCOUNT_NEVER);
}

static void
test_json_reads_folders_with_rights_of_their_own(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import,
		"{\"username\":\"anna\",\"folders\":[{\"path\":\"my pics\",\"access\":\"read\"},"
		"{\"path\":\"in/"
		"drop\",\"owner\":\"user\",\"group\":\"press\",\"mode\":\"2770\"}]}");
	assert_string_equal(buffer_text(&import.said), "account 1: anna\n");
	const struct folder_list *folders = &import.accounts.items[0].folders;
	assert_string_equal(folder_list_text(folders, &import.arena),
		"'my pics':ro in:ro in/drop:rw:owner=user:group=press:mode=2770");
	const struct folder *drop = &folders->items[2];
	assert_string_equal(drop->owner, "user");
	assert_string_equal(drop->group, "press");
	assert_true(drop->has_mode);
	assert_int_equal(drop->mode, 02770);
	assert_int_equal(drop->place.column, 30);
}

static void
test_json_refuses_members_and_reads_on(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "\"usrname\":1", "unknown member 'usrname'" },
		{ "\"full_name\":true", "member 'full_name': text expected" },
		{ "\"uid\":20000.5", "member 'uid': text expected" },
		{ "\"email\":[\"a@b.c\"]", "member 'email': one text, not a list, expected" },
		{ "\"groups\":[7]", "member 'groups': a list of texts expected" },
		{ "\"groups\":{}", "member 'groups': text expected" },
		{ "\"username_generated\":1",
			"member 'username_generated': true or false expected" },
		{ "\"profile\":7", "profile: '7' is no part of one" },
		{ "\"profile\":[\"umask=27\"]",
			"member 'profile': one text, not a list, expected" },
		{ "\"profile\":\"umask=28\"", "'28' is no umask: expected octal 000 to 777" },
		{ "\"foreign_hash\":7", "member 'foreign_hash': one text expected" },
		{ "\"foreign_hash\":\"\"", "member 'foreign_hash': one text expected" },
		{ "\"profle\":\"\"", "unknown member 'profle'" },
		{ "\"folders\":[7]",
			"member 'folders': a list of texts, or of objects with 'path', expected" },
		{ "\"folders\":[{}]", "member 'folders': 'path' is missing" },
		{ "\"folders\":[{\"path\":1}]", "member 'folders': 'path' must be text" },
		{ "\"folders\":[{\"path\":\"a\",\"mod\":\"1\"}]",
			"member 'folders': unknown member 'mod'" },
		{ "\"folders\":[{\"path\":\"a\",\"mode\":\"79\"}]",
			"folder 'a': mode is '79', expected octal digits such as \"2770\"" },
		{ "\"folders\":[{\"path\":\"a\",\"mode\":\"17777\"}]",
			"folder 'a': mode is '17777', expected octal digits such as \"2770\"" },
		{ "\"folders\":[{\"path\":\"a\",\"access\":\"all\"}]",
			"folder 'a': access is 'all', expected write, read or read-advisory" },
		{ "\"folders\":[{\"path\":\"a\",\"group\":\"A B\"}]", "'A B' is not a login name" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUFFER struct buffer text = { 0 };
		buffer_printf(
			&text, "{\"username\":\"anna\",%s}\n{\"username\":\"bert\"}", cases[i][0]);
		AUTO_IMPORT struct import import;
		read_json(&import, buffer_text(&text));
		assert_int_equal(import.diags.errors, 1);
		assert_string_equal(import.diags.items[0].message, cases[i][1]);
		assert_int_equal(import.diags.items[0].place.line, 1);
		assert_int_equal(import.accounts.count, 1);
		assert_string_equal(import.accounts.items[0].username, "bert");
		assert_true(import.read);
		assert_true(import.sink.complete);
	}
}

static void
test_json_rejects_objects_with_their_values_and_places(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, "{\"full_name\":\"A\",\n\"groups\":[\"x\"],\"uid\":7}\n");
	assert_string_equal(buffer_text(&import.said),
		"reject 1 1: full_name='A'@1:14 groups='[\"x\"]'@2:10 uid='7'@2:22\n"
		"1:1: error: no 'username'\n");
}

/* Somebody whose object cannot be used has not left; whoever it may be nobody else is taken for. */
static void
test_json_says_whose_a_refused_object_is(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "{\"username\":\"anna\",\"uid\":\"x\"}", "present: anna\n" },
		{ "{\"username\":\"anna\",\"key\":\"7\",\"uid\":\"x\"}",
			"present: anna\npresent: 7\n" },
		{ "{\"username\":\"anna\",\"key\":\"\\u0001\"}", "" },
		{ "{\"username\":\"ANNA\",\"key\":\"7\"}", "" },
		{ "{\"key\":\"7\"}", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_IMPORT struct import import;
		read_json(&import, cases[i][0]);
		const char *said = buffer_text(&import.said);
		const char *present = strstr(said, "present: ");
		assert_non_null(strstr(said, "reject 1 1:"));
		assert_int_equal(import.diags.errors, 1);
		assert_string_equal(present ? arena_strndup(&import.arena, present,
						      (size_t)(strstr(present, "1:") - present))
					    : "",
			cases[i][1]);
	}
}

static void
test_json_hints_at_nearest_member(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_json(&import, "{\"username\":\"anna\",\"fullname\":\"A\"}");
	assert_string_equal(import.diags.items[0].hint, "Did you mean 'full_name'?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_reads_one_object_a_line),
		cmocka_unit_test(test_json_reads_objects_over_several_lines),
		cmocka_unit_test(test_json_reads_one_array),
		cmocka_unit_test(test_json_takes_nothing_as_no_accounts),
		cmocka_unit_test(test_json_refuses_what_is_no_list_of_objects),
		cmocka_unit_test(test_json_places_syntax_errors_without_quoting_values),
		cmocka_unit_test(test_json_refuses_depth_without_crashing),
		cmocka_unit_test(test_json_refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(test_json_refuses_broken_utf16),
		cmocka_unit_test(test_json_refuses_other_formats_and_major_versions),
		cmocka_unit_test(test_json_fills_every_field),
		cmocka_unit_test(test_json_takes_null_as_not_said_and_empty_list_as_none),
		cmocka_unit_test(test_json_reads_folders_with_rights_of_their_own),
		cmocka_unit_test(test_json_refuses_members_and_reads_on),
		cmocka_unit_test(test_json_rejects_objects_with_their_values_and_places),
		cmocka_unit_test(test_json_says_whose_a_refused_object_is),
		cmocka_unit_test(test_json_hints_at_nearest_member),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
