/*
 * test_codec_faults.c - JSON that is no plan, or none that a planner makes, is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec_fixture.h"

/* ---- what is refused ---- */

static void
assert_refused(struct fixture *fixture, const char *json, const char *error)
{
	struct plan *plan = (struct plan *)fixture;
	if (decodes(fixture, json, &plan))
		fail_msg("accepted, expected: %s", error);
	assert_ptr_equal(plan, fixture); /* untouched */
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].message, error);
	assert_string_equal(fixture->diags.items[0].place.file, "p.json");
	fixture_clear(fixture);
}

static void
assert_all_refused(struct fixture *fixture, const struct fault *faults, size_t count)
{
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	for (size_t i = 0; i < count; i++)
		assert_refused(fixture, replaced(fixture, json, faults[i].old, faults[i].new),
			faults[i].error);
}

static void
test_codec_refuses_what_is_no_plan(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"format\": \"rehome-plan\"", "\"format\": \"rehome-accounts\"",
			"format: expected \"rehome-plan\": this is another kind of file" },
		{ "\"format\": \"rehome-plan\",", "",
			"format: expected \"rehome-plan\": this is another kind of file" },
		{ "\"1.0\"", "\"2.0\"", "format_version: 2.0 cannot be read, only 1.x" },
		{ "\"1.0\"", "\"1\"", "format_version: expected a version such as \"1.0\"" },
		{ "\"1.0\"", "\"1.0a\"", "format_version: expected a version such as \"1.0\"" },
		{ "\"1.0\"", "1.0", "format_version: expected a version such as \"1.0\"" },
		{ "0123456789abcdef", "../../../../../..", "id: expected 16 hex digits" },
		{ "0123456789abcdef", "0123456789ABCDEF", "id: expected 16 hex digits" },
		{ "\"not_checked\"", "\"surplus\": 1, \"not_checked\"",
			"surplus: not expected here" },
		{ "\"jail_group\": \"sftponly\",", "", "jail_group: missing" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
	assert_refused(
		fixture, "[]", "format: expected \"rehome-plan\": this is another kind of file");
}

static void
test_codec_names_line_and_column_of_broken_json(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan;
	assert_false(decodes(fixture, "{\"format\":\n  \"rehome-plan\"; SECRET}", &plan));
	assert_int_equal(fixture->diags.count, 1);
	const struct diag *diag = &fixture->diags.items[0];
	assert_string_equal(diag->message, "not valid JSON: '}' expected");
	assert_int_equal(diag->place.line, 2);
	assert_int_equal(diag->place.column, 16);
	assert_string_equal(diag->place.file, "p.json");

	fixture_clear(fixture);
	assert_false(decodes(fixture, "", &plan));
	assert_string_equal(fixture->diags.items[0].message, "not valid JSON: '[' or '{' expected");
	fixture_clear(fixture);
	assert_false(decodes(fixture, "{\"a\": 1, \"a\": 2}", &plan));
	assert_string_equal(
		fixture->diags.items[0].message, "not valid JSON: duplicate object key");
	fixture_clear(fixture);
	assert_false(decodes(fixture, "{\"a\": \"x\\u0000y\"}", &plan));
	assert_string_equal(fixture->diags.items[0].message, "not valid JSON: a text holds U+0000");
}

static void
test_codec_refuses_wrong_types_and_ranges(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"reason\": \"autumn term\"", "\"reason\": null",
			"reason: expected text, found null" },
		{ "\"rows\": 5", "\"rows\": -1",
			"inputs[0].rows: expected 0 to 9223372036854775807, found -1" },
		{ "\"rows\": 5", "\"rows\": 5.0",
			"inputs[0].rows: expected a number, found a fraction" },
		{ "\"complete\": true", "\"complete\": 1",
			"inputs[0].complete: expected true or false, found a number" },
		{ "aaaaaaaa\"", "aaaaaaag\"", "inputs[0].sha256: expected 64 hex digits" },
		{ "{\"uid\": 20001, \"gid\": 20001,", "{\"uid\": 4294967295, \"gid\": 20001,",
			"users[1].after.uid: expected 0 to 4294967294, found 4294967295" },
		{ "\"expires\": 20500", "\"expires\": \"20500\"",
			"users[1].after.expires: expected a day or null, found text" },
		{ "\"password\": \"none\"", "\"password\": \"hunter2\"",
			"users[1].after.password: 'hunter2' is not known here" },
		{ "\"bert\", \"action\": \"create\"", "\"bert\", \"action\": \"delete\"",
			"users[1].action: 'delete' is not known here" },
		{ "[\"SHA256:abc\"]", "[\"SHA256:abc\", null]",
			"users[0].after.keys[1]: expected text, found null" },
		{ "[\"SHA256:abc\"]", "\"SHA256:abc\"",
			"users[0].after.keys: expected an array, found text" },
		{ "\"mode\": \"0750\"", "\"mode\": \"750\"",
			"steps[3].owner.mode: expected a mode such as \"0755\"" },
		{ "\"mode\": \"0750\"", "\"mode\": \"10000\"",
			"steps[3].owner.mode: expected a mode such as \"0755\"" },
		{ "\"mode\": \"0750\"", "\"mode\": \"0788\"",
			"steps[3].owner.mode: expected a mode such as \"0755\"" },
		{ "\"mode\": \"0750\"", "\"mode\": 750",
			"steps[3].owner.mode: expected text, found a number" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

static void
test_codec_refuses_base64_that_is_no_text(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"name\": \"sftp1\"", "\"name_b64\": \"?\"", "host.name: not base64 of a text" },
		{ "\"name\": \"sftp1\"", "\"name_b64\": \"YWI\"",
			"host.name: not base64 of a text" },
		{ "\"name\": \"sftp1\"", "\"name_b64\": \"YQBi\"",
			"host.name: not base64 of a text" },
		{ "\"rows\": 5", "\"rows_b64\": \"NQ==\"", "inputs[0].rows: missing" },
		{ "\"keys_dir\": \"/etc/ssh/rehome_keys\"", "\"keys_dir_b64\": \"Li4=\"",
			"keys_dir: expected an absolute path without '.', '..' or '//', found "
			"'..'" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

static void
test_codec_refuses_steps_that_no_planner_makes(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"verb\": \"activate\"", "\"verb\": \"explode\"",
			"steps[14].verb: 'explode' is not known here" },
		{ "\"verb\": \"activate\"", "\"verb\": \"sshd-reload\"",
			"steps[14].verb: sshd-reload cannot come after accounts-check" },
		{ "\"path\": \"/home/carla/logs\"", "\"path\": \"/home/carla/../../etc\"",
			"steps[3].path: expected an absolute path without '.', '..' or '//', "
			"found '/home/carla/../../etc'" },
		{ "\"path\": \"/home/carla/logs\"", "\"path\": \"home/carla\"",
			"steps[3].path: expected an absolute path without '.', '..' or '//', "
			"found 'home/carla'" },
		{ "\"path\": \"/home/carla/logs\", \"base\": \"/home\"",
			"\"path\": \"/home/carla/logs\", \"base\": \"/srv\"",
			"steps[3].base: '/srv' is not above '/home/carla/logs'" },
		{ "\"path\": \"/home/carla/logs\", \"base\": \"/home\",",
			"\"path\": \"/home/carla/logs\",", "steps[3].base: missing" },
		{ "\"verb\": \"folder-create\", \"user\": \"carla\"",
			"\"verb\": \"folder-create\", \"user\": \"dora\"",
			"steps[3].user: nothing is planned for 'dora'" },
		{ "\"verb\": \"folder-create\", \"user\": \"carla\"", "\"verb\": \"folder-create\"",
			"steps[3].user: folder-create is some user's" },
		{ "\"verb\": \"sshd-reload\"", "\"verb\": \"sshd-reload\", \"user\": \"anna\"",
			"steps[7].user: sshd-reload is nobody's own" },
		{ "\"verb\": \"sshd-reload\"", "\"verb\": \"sshd-reload\", \"content\": \"x\"",
			"steps[7].content: not expected here" },
		{ "\"path\": \"/etc/ssh/sshd_config.d/60-rehome.conf\", \"owner\"", "\"owner\"",
			"steps[6].path: missing" },
		{ "\"content\": null, ", "", "steps[5].content: missing" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

/* The sample's home-create made a home-copy. */
static const char *
with_copy(struct fixture *fixture, const char *home)
{
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	json = replaced(fixture, json, "\"verb\": \"home-create\", \"user\": \"bert\"",
		"\"verb\": \"home-copy\", \"user\": \"bert\"");
	const char *folders = strstr(strstr(json, "\"home-copy\""), "\"folders\"");
	return arena_printf(&fixture->arena,
		"%.*s\"home\": {\"dev\": 1, \"ino\": 2, \"owner\": {\"uid\": 0, \"gid\": 0, "
		"\"mode\": \"0700\"}%s}, %s",
		(int)(folders - json), json, home, folders);
}

static void
test_codec_carries_where_a_home_is_copied_from(void **state)
{
	struct fixture *fixture = *state;
	const char *json = with_copy(fixture, ", \"source\": \"/mnt/bert\", \"loose\": \"files\"");
	const struct plan *plan = decoded(fixture, json);
	assert_int_equal(plan->steps.items[2].kind, STEP_HOME_COPY);
	assert_string_equal(plan->steps.items[2].home.source, "/mnt/bert");
	assert_string_equal(plan->steps.items[2].home.loose, "files");
	const struct plan *again = decoded(fixture, encoded(fixture, plan));
	assert_string_equal(again->steps.items[2].home.source, "/mnt/bert");
}

static void
test_codec_refuses_copies_that_no_planner_makes(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, with_copy(fixture, ", \"source\": \"/mnt/bert\""),
		"steps[2].home.loose: expected a folder's name");
	assert_refused(fixture, with_copy(fixture, ", \"loose\": \"files\""),
		"steps[2].home.source: expected the home's path");
	assert_refused(fixture, with_copy(fixture, ", \"source\": \"/home\", \"loose\": \"files\""),
		"steps[2].home.source: '/home' and '/home/bert' overlap");
	assert_refused(fixture,
		with_copy(fixture, ", \"source\": \"/home/bert/old\", \"loose\": \"files\""),
		"steps[2].home.source: '/home/bert/old' and '/home/bert' overlap");
}

static void
test_codec_refuses_folders_outside_of_the_jail(void **state)
{
	struct fixture *fixture = *state;
	static const char *const paths[] = { "..", "/etc", "pics/../..", "pics//raw", "pics/", "",
		".", ".rehome-stage-7" };
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	const char *anna = strstr(json, "\"/home/anna\", \"base\"");
	const char *raw = strstr(anna, "pics/raw");
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		assert_refused(fixture,
			arena_printf(&fixture->arena, "%.*s%s%s", (int)(raw - json), json, paths[i],
				raw + strlen("pics/raw")),
			arena_printf(&fixture->arena,
				"steps[1].folders[1].path: '%s' is no path below a jail",
				paths[i]));
}

static void
test_codec_refuses_users_that_are_none(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "{\"user\": \"bert\", \"action\"", "{\"user\": \"anna\", \"action\"",
			"users[1].user: 'anna' is there twice" },
		{ "{\"user\": \"bert\", \"action\"", "{\"user\": \"../bert\", \"action\"",
			"users[1].user: expected a login" },
		{ "{\"user\": \"bert\", \"action\"", "{\"user\": null, \"action\"",
			"users[1].user: expected text, found null" },
		{ "\"home\": \"/home/bert\"", "\"home\": \"/home/\"",
			"users[1].after.home: expected an absolute path without '.', '..' or "
			"'//'" },
		{ "\"home\": \"/home/bert\"", "\"home\": null",
			"users[1].after.home: expected an absolute path without '.', '..' or "
			"'//'" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

/* Two rows may be blocked because they name the same login. */
static void
test_codec_reads_blocked_users_that_share_a_login(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	add_change(plan, CHANGE_CREATE, "anna");
	add_change(plan, CHANGE_BLOCKED, "anna");
	const char *json = encoded(fixture, plan);
	plan = decoded(fixture, json);
	assert_int_equal(plan->counts[CHANGE_BLOCKED], 1);
	assert_string_equal(encoded(fixture, plan), json);
}

static void
test_codec_refuses_edits_that_no_planner_makes(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"field\": \"shell\"", "\"field\": \"expire\"",
			"edits[17].field: passwd has no field 'expire' to be set" },
		{ "\"field\": \"shell\"", "\"field\": \"name\"",
			"edits[17].field: passwd has no field 'name' to be set" },
		{ "\"before\": \"/bin/sh\", \"after\"", "\"before\": null, \"after\"",
			"edits[17].before: expected text without ':'" },
		{ "\"before\": \"/bin/sh\", \"after\"", "\"before\": \"a:b\", \"after\"",
			"edits[17].before: expected text without ':'" },
		{ "\"length\": 8", "\"length\": 10", "edits[18].length: shadow has 9 fields" },
		{ "\"field\": \"password\", \"before\": null, \"after\": null",
			"\"field\": \"password\", \"before\": null, \"after\": \"$6$x$y\"",
			"edits[18].after: holds a password hash, which no plan does" },
		{ "\"field\": \"password\", \"before\": null, \"after\": null",
			"\"field\": \"password\", \"before\": \"!$6$x$y\", \"after\": null",
			"edits[18].before: holds a password hash, which no plan does" },
		{ "\"field\": \"password\", \"before\": null, \"after\": null",
			"\"field\": \"password\", \"before\": \"\", \"after\": \"\"",
			"edits[18].after: would need no password at all" },
		{ "[\"bert\", \"*\", \"20000\",", "[\"bert\", \"\", \"20000\",",
			"edits[14].fields[1]: would need no password at all" },
		{ "[\"bert\", \"*\", \"20000\",", "[\"bert\", \"*\",",
			"edits[14].fields: expected 9 fields, found 8" },
		{ "[\"bert\", \"*\", \"20000\",", "[\"root\", \"*\", \"20000\",",
			"edits[14].fields[0]: is not the line's name" },
		{ "[\"bert\", \"*\", \"20000\",", "[\"bert\", \"*\", \"1\\nroot::0:0:::\",",
			"edits[14].fields[2]: expected text without ':'" },
		{ "[\"bert\", \"x\", \"20001\", \"20001\",", "[\"bert\", \"x\", \"0\", \"20001\",",
			"edits[15].fields[2]: expected 1 to 4294967294, found '0'" },
		{ "[\"bert\", \"x\", \"20001\", \"20001\",",
			"[\"bert\", \"x\", \"20001\", \"4294967295\",",
			"edits[15].fields[3]: expected 1 to 4294967294, found '4294967295'" },
		{ "[\"bert\", \"x\", \"20001\", \"20001\",",
			"[\"bert\", null, \"20001\", \"20001\",",
			"edits[15].fields[1]: null, which only shadow may have" },
		{ "\"name\": \"games\", \"member\": \"carla\"",
			"\"name\": \"games\", \"member\": \"carla,root\"",
			"edits[19].member: expected a login" },
		{ "\"file\": \"group\", \"user\": \"carla\", \"name\": \"games\"",
			"\"file\": \"passwd\", \"user\": \"carla\", \"name\": \"games\"",
			"edits[19].file: passwd has no members" },
		{ "\"user\": \"carla\", \"name\": \"games\"",
			"\"user\": \"emil\", \"name\": \"games\"",
			"edits[19].user: nothing is planned for 'emil'" },
		{ "\"name\": \"games\"", "\"name\": \"\"",
			"edits[19].name: expected a login or a group" },
		{ "\"behind\": \"\"", "\"length\": 4", "edits[19].length: not expected here" },
		{ "\"kind\": \"remove-member\"", "\"kind\": \"remove-file\"",
			"edits[19].kind: 'remove-file' is not known here" },
		{ "\"kind\": \"remove-member\"", "\"kind\": \"remove-line\"",
			"edits[19].fields: missing" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

/* carla was karla, and her home goes along. */
static struct plan *
plan_of_a_rename(struct fixture *fixture)
{
	struct plan *plan = sample_plan(&fixture->arena);
	ARRAY_FOREACH (change, &plan->changes) {
		if (strcmp((*change)->login, "carla") == 0)
			(*change)->old_login = "karla";
	}
	const struct edit edit = { .kind = EDIT_RENAME,
		.file = ACCOUNTDB_PASSWD,
		.user = "carla",
		.name = "carla",
		.old_name = "karla",
		.before = "20002" };
	ARRAY_PUSH(&fixture->arena, &plan->edits, edit);
	return plan;
}

static void
test_codec_refuses_renames_that_are_not_the_users(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"old_user\": \"karla\"", "\"old_user\": \"../x\"",
			"users[2].old_user: expected an account's login" },
		{ "\"old_user\": \"karla\", ", "",
			"edits[20].old_name: is not what the user was called" },
		{ "\"old_name\": \"karla\"", "\"old_name\": \"root\"",
			"edits[20].old_name: is not what the user was called" },
		{ ", \"old_name\": \"karla\"", "", "edits[20].old_name: missing" },
		{ "\"name\": \"carla\", \"old_name\"", "\"name\": \"root\", \"old_name\"",
			"edits[20].name: expected the user's login" },
		{ "\"id\": \"20002\"", "\"id\": \"0\"",
			"edits[20].id: expected 1 to 4294967294, found '0'" },
		{ ", \"id\": \"20002\"", "", "edits[20].id: expected a uid" },
	};
	const char *json = encoded(fixture, plan_of_a_rename(fixture));
	assert_string_equal(encoded(fixture, decoded(fixture, json)), json);
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		assert_refused(fixture, replaced(fixture, json, faults[i].old, faults[i].new),
			faults[i].error);
}

static void
test_codec_refuses_a_head_that_tells_another_story(void **state)
{
	struct fixture *fixture = *state;
	static const struct fault faults[] = {
		{ "\"blocked\": 1", "\"blocked\": 0", "summary.blocked: says 0, but there are 1" },
		{ "\"steps\": 15}", "\"steps\": 3}", "summary.steps: says 3, but there are 15" },
		{ "\"changed\": true", "\"changed\": false", "changed: is not what the plan does" },
		{ "\"applicable\": false", "\"applicable\": true",
			"applicable: is not what the plan says" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_codec_refuses_what_is_no_plan),
		fixture_test(test_codec_names_line_and_column_of_broken_json),
		fixture_test(test_codec_refuses_wrong_types_and_ranges),
		fixture_test(test_codec_refuses_base64_that_is_no_text),
		fixture_test(test_codec_refuses_steps_that_no_planner_makes),
		fixture_test(test_codec_carries_where_a_home_is_copied_from),
		fixture_test(test_codec_refuses_copies_that_no_planner_makes),
		fixture_test(test_codec_refuses_folders_outside_of_the_jail),
		fixture_test(test_codec_refuses_users_that_are_none),
		fixture_test(test_codec_reads_blocked_users_that_share_a_login),
		fixture_test(test_codec_refuses_edits_that_no_planner_makes),
		fixture_test(test_codec_refuses_a_head_that_tells_another_story),
		fixture_test(test_codec_refuses_renames_that_are_not_the_users),
	};
	return cmocka_run_group_tests_name("codec_faults", tests, NULL, NULL);
}
