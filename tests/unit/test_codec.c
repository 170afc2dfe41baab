/*
 * test_codec.c - plans as JSON: what is written, read back, refused and reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "core/plan/codec.h"
#include "plan_fixture.h"

static const char *
encoded(struct fixture *fixture, const struct plan *plan)
{
	AUTO_BUFFER struct buffer out = { 0 };
	plan_encode(plan, &out);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static bool
decodes(struct fixture *fixture, const char *json, struct plan **ret_plan)
{
	struct bytes bytes = { json, strlen(json) };
	return plan_decode(bytes, "p.json", &fixture->arena, ret_plan, &fixture->diags);
}

static struct plan *
decoded(struct fixture *fixture, const char *json)
{
	struct plan *plan = NULL;
	bool good = decodes(fixture, json, &plan);
	assert_no_diags(fixture);
	assert_true(good);
	return plan;
}

/* The text with its only occurrence of `old` replaced. */
static const char *
replaced(struct fixture *fixture, const char *text, const char *old, const char *new)
{
	const char *found = strstr(text, old);
	if (!found || strstr(found + 1, old))
		fail_msg("'%s' is there %s", old, found ? "more than once" : "not at all");
	return arena_printf(
		&fixture->arena, "%.*s%s%s", (int)(found - text), text, new, found + strlen(old));
}

static const char *
line_of(struct fixture *fixture, const char *text, const char *part)
{
	const char *found = strstr(text, part);
	assert_non_null(found);
	while (found > text && found[-1] != '\n')
		found--;
	return arena_strndup(&fixture->arena, found, strcspn(found, "\n"));
}

/* ---- what is written ---- */

static void
test_codec_writes_users_steps_and_edits_one_a_line(void **state)
{
	struct fixture *fixture = *state;
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	assert_string_equal(line_of(fixture, json, "\"bert\", \"action\""),
		"    {\"user\": \"bert\", \"action\": \"create\", \"full_name\": null, "
		"\"login_generated\": false, "
		"\"origin\": {\"source\": \"csv:staff.csv\", \"key\": \"bert\", "
		"\"file\": \"staff.csv\", \"line\": 3}, "
		"\"before\": null, "
		"\"after\": {\"uid\": 20001, \"gid\": 20001, "
		"\"full_name\": \"J\xC3\xB6rg M\xC3\xBCller\", \"home\": \"/home/bert\", "
		"\"shell\": \"/usr/sbin/nologin\", \"groups\": [\"sftponly\"], "
		"\"layout\": \"media\", \"folders\": [\"pics:rw\", \"'my logs':ro\"], "
		"\"password\": \"none\", \"keys\": [], \"expires\": 20500, \"disabled\": false}, "
		"\"lines\": [], \"findings\": []},");
	assert_string_equal(line_of(fixture, json, "\"/home/anna\", \"base\""),
		"    {\"verb\": \"home-create\", \"user\": \"anna\", \"path\": \"/home/anna\", "
		"\"base\": \"/home\", \"owner\": {\"uid\": 0, \"gid\": 0, \"mode\": \"0755\"}, "
		"\"folders\": ["
		"{\"path\": \"pics\", \"owner\": {\"uid\": 20000, \"gid\": 990, \"mode\": "
		"\"0755\"}}, "
		"{\"path\": \"pics/raw\", "
		"\"owner\": {\"uid\": 20000, \"gid\": 990, \"mode\": \"2770\"}}]},");
	assert_string_equal(line_of(fixture, json, "rehome_keys/carla"),
		"    {\"verb\": \"keys-write\", \"user\": \"carla\", "
		"\"path\": \"/etc/ssh/rehome_keys/carla\", "
		"\"owner\": {\"uid\": 0, \"gid\": 0, \"mode\": \"0644\"}, \"content\": null, "
		"\"before\": {\"content\": \"ssh-rsa BBBB\\n\", "
		"\"owner\": {\"uid\": 0, \"gid\": 0, \"mode\": \"0640\"}}},");
	assert_string_equal(line_of(fixture, json, "\"games\""),
		"    {\"kind\": \"remove-member\", \"file\": \"group\", \"user\": \"carla\", "
		"\"name\": \"games\", \"member\": \"carla\", \"behind\": \"\"}");
	assert_string_equal(line_of(fixture, json, "\"field\": \"password\""),
		"    {\"kind\": \"set-field\", \"file\": \"shadow\", \"user\": \"carla\", "
		"\"name\": \"carla\", \"field\": \"password\", \"before\": null, \"after\": null, "
		"\"length\": 8},");
}

static void
test_codec_writes_what_the_plan_amounts_to(void **state)
{
	struct fixture *fixture = *state;
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	assert_string_equal(line_of(fixture, json, "\"changed\""), "  \"changed\": true,");
	assert_string_equal(line_of(fixture, json, "\"applicable\""), "  \"applicable\": false,");
	assert_string_equal(line_of(fixture, json, "\"summary\""),
		"  \"summary\": {\"create\": 2, \"adopt\": 0, \"change\": 1, \"leave\": 0, "
		"\"blocked\": 1, \"unchanged\": 1, \"steps\": 15},");
	json = encoded(fixture, empty_plan(&fixture->arena));
	assert_string_equal(line_of(fixture, json, "\"changed\""), "  \"changed\": false,");
	assert_string_equal(line_of(fixture, json, "\"users\""), "  \"users\": [],");
}

/* Every place that can hold a hash, filled with one that would be found anywhere. */
static void
test_codec_never_writes_a_hash(void **state)
{
	static const char hash[] = "$y$j9T$SECRET";
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	const char *without = encoded(fixture, plan);
	struct plan_secrets secrets = { 0 };
	plan_secrets_get(&secrets, "anna", &fixture->arena)->hash = hash;
	plan_secrets_get(&secrets, "carla", &fixture->arena)->hash = hash;
	plan_secrets_get(&secrets, "carla", &fixture->arena)->before = hash;
	assert_true(plan_fill_secrets(plan, &secrets, &fixture->diags));
	assert_string_equal(encoded(fixture, plan), without);

	AUTO_BUFFER struct buffer report = { 0 };
	plan_report(plan, &report);
	assert_null(strstr(buffer_text(&report), "SECRET"));
}

static void
test_codec_writes_passwords_that_are_none(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *hash, *written;
	} cases[] = { { "*", "\"*\"" }, { "!", "\"!\"" }, { "!!", "\"!!\"" }, { "!*", "\"!*\"" },
		{ "!$6$a$b", "null" }, { "abJnggxhB/yWI", "null" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *plan = empty_plan(&fixture->arena);
		add_change(plan, CHANGE_CREATE, "anna")->login = "anna";
		add_line_edit(plan, ACCOUNTDB_SHADOW, "anna",
			FIELDS(&fixture->arena, "anna", cases[i].hash, "1", "", "", "", "", "",
				""));
		const char *json = encoded(fixture, plan);
		assert_string_equal(line_of(fixture, json, "add-line"),
			arena_printf(&fixture->arena,
				"    {\"kind\": \"add-line\", \"file\": \"shadow\", "
				"\"user\": \"anna\", \"name\": \"anna\", \"fields\": "
				"[\"anna\", %s, \"1\", \"\", \"\", \"\", \"\", \"\", \"\"]}",
				cases[i].written));
	}
}

static void
test_codec_escapes_what_a_terminal_would_act_upon(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	plan->reason =
		"\"\\/\n\t\x1b[2J\x7f \xC2\x9B \xE2\x80\xAE \xF0\x9F\x98\x80 \xF3\xA0\x80\x81";
	const char *json = encoded(fixture, plan);
	assert_string_equal(line_of(fixture, json, "\"reason\""),
		"  \"reason\": \"\\\"\\\\/\\n\\t\\u001b[2J\\u007f \\u009b \\u202e "
		"\xF0\x9F\x98\x80 \\udb40\\udc01\",");
	assert_string_equal(decoded(fixture, json)->reason, plan->reason);
}

static void
test_codec_writes_bytes_that_are_not_utf8_as_base64(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	struct change *anna = add_change(plan, CHANGE_CREATE, "anna");
	anna->full_name = "J\xF6rg";
	string_list_push(&fixture->arena, &plan->not_checked, "plain");
	string_list_push(&fixture->arena, &plan->not_checked, "\xFF");
	add_line_edit(plan, ACCOUNTDB_SHADOW, "anna",
		FIELDS(&fixture->arena, "anna", NULL, "\xE4", "", "", "", "", "", ""));
	const char *json = encoded(fixture, plan);
	assert_non_null(strstr(json, "\"full_name_b64\": \"SvZyZw==\""));
	assert_string_equal(line_of(fixture, json, "not_checked"),
		"  \"not_checked_b64\": [\"cGxhaW4=\", \"/w==\"]");
	assert_non_null(strstr(json, "\"fields_b64\": [\"YW5uYQ==\", null, \"5A==\", \"\""));

	plan = decoded(fixture, json);
	assert_string_equal(plan->changes.items[0]->full_name, "J\xF6rg");
	assert_string_equal(plan->not_checked.items[1], "\xFF");
	assert_string_equal(plan->edits.items[0].fields[SHADOW_CHANGED], "\xE4");
	assert_string_equal(encoded(fixture, plan), json);
}

/* ---- what is read back ---- */

static void
test_codec_reads_back_every_byte(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	const char *json = encoded(fixture, plan);
	struct plan *again = decoded(fixture, json);
	assert_string_equal(encoded(fixture, again), json);
	assert_string_equal(plan_said(again), plan_said(plan));
	assert_memory_equal(again->counts, plan->counts, sizeof(plan->counts));
}

/* What the executor and undo rely on, member by member. */
static void
test_codec_reads_back_what_an_undo_needs(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = decoded(fixture, encoded(fixture, sample_plan(&fixture->arena)));
	const struct edit *edits = plan->edits.items + plan->edits.count;
	assert_int_equal(edits[-2].length, 8);
	assert_int_equal(edits[-2].field, SHADOW_HASH);
	assert_null(edits[-2].before);
	assert_null(edits[-2].after);
	assert_string_equal(edits[-1].behind, "");
	assert_int_equal(edits[-3].length, 0);
	assert_null(edits[-3].behind);
	assert_string_equal(plan->edits.unterminated[ACCOUNTDB_PASSWD], "nobody");
	assert_string_equal(plan->edits.unterminated[ACCOUNTDB_GROUP], "");
	assert_null(plan->edits.unterminated[ACCOUNTDB_GSHADOW]);
	assert_null(plan->edits.unterminated[ACCOUNTDB_SHADOW]);

	const struct step *keys = &plan->steps.items[5];
	assert_null(keys->content);
	assert_string_equal(keys->before, "ssh-rsa BBBB\n");
	assert_int_equal(keys->before_owner.mode, 0640);
	assert_null(plan->steps.items[4].before);
	assert_int_equal(plan->steps.items[11].file, ACCOUNTDB_PASSWD);
}

static void
test_codec_reads_back_people(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = decoded(fixture, encoded(fixture, sample_plan(&fixture->arena)));
	const struct change *anna = plan->changes.items[0], *carla = plan->changes.items[2];
	assert_false(anna->has_before);
	assert_true(anna->has_after && anna->login_generated);
	assert_int_equal(anna->after.expires, ACCOUNT_NEVER);
	assert_int_equal(anna->findings.warnings, 1);
	assert_ptr_equal(anna->findings.arena, &fixture->arena);
	assert_string_equal(anna->findings.items[0].code, "uid-outside-range");
	assert_int_equal(anna->findings.items[0].place.column, 9);
	assert_true(carla->has_before);
	assert_null(carla->before.layout);
	assert_int_equal(carla->after.password, PASSWORD_GENERATED);
	assert_int_equal(plan->changes.items[3]->findings.errors, 1);
	assert_int_equal(plan->findings.warnings, 1);
	assert_true(plan->inputs.items[0].complete);
	assert_int_equal(strlen(plan->inputs.items[0].sha256), 64);
}

static void
test_codec_reads_a_plan_of_nothing(void **state)
{
	struct fixture *fixture = *state;
	const char *json = encoded(fixture, empty_plan(&fixture->arena));
	struct plan *plan = decoded(fixture, json);
	assert_false(plan_has_work(plan));
	assert_string_equal(plan->config_sha256, "");
	assert_null(plan->reason);
	assert_string_equal(encoded(fixture, plan), json);
}

static void
test_codec_reads_additions_of_a_newer_minor_version(void **state)
{
	struct fixture *fixture = *state;
	const char *json = encoded(fixture, sample_plan(&fixture->arena));
	const char *newer = replaced(fixture, json, "\"format_version\": \"1.0\"",
		"\"format_version\": \"1.7\", \"colour\": {\"x\": [1.5]}");
	newer = replaced(fixture, newer, "\"behind\"", "\"shade\": null, \"behind\"");
	assert_string_equal(encoded(fixture, decoded(fixture, newer)), json);
}

/* ---- what is refused ---- */

struct fault {
	const char *old, *new, *error;
};

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
		{ "\"kind\": \"remove-member\"", "\"kind\": \"remove-line\"",
			"edits[19].kind: 'remove-line' is not known here" },
	};
	assert_all_refused(fixture, faults, ARRAY_LEN(faults));
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

/* ---- secrets ---- */

static const char *
encoded_secrets(struct fixture *fixture, const struct plan_secrets *secrets)
{
	AUTO_BUFFER struct buffer out = { 0 };
	plan_secrets_encode(secrets, &out);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static bool
decodes_secrets(struct fixture *fixture, const char *json, struct plan_secrets *ret_secrets)
{
	struct bytes bytes = { json, strlen(json) };
	return plan_secrets_decode(
		bytes, "p.json.secrets", &fixture->arena, ret_secrets, &fixture->diags);
}

static void
test_secrets_are_saved_without_passwords_and_read_back(void **state)
{
	struct fixture *fixture = *state;
	struct plan_secrets secrets = { .plan_id = "0123456789abcdef" }, again;
	struct plan_secret *anna = plan_secrets_get(&secrets, "anna", &fixture->arena);
	anna->password = "PLAINTEXT";
	anna->hash = "$y$anna";
	struct plan_secret *carla = plan_secrets_get(&secrets, "carla", &fixture->arena);
	carla->before = "!";
	carla->generated = true;

	const char *json = encoded_secrets(fixture, &secrets);
	assert_string_equal(json,
		"{\n"
		"  \"format\": \"rehome-plan-secrets\",\n"
		"  \"format_version\": \"1.0\",\n"
		"  \"plan\": \"0123456789abcdef\",\n"
		"  \"secrets\": [\n"
		"    {\"user\": \"anna\", \"hash\": \"$y$anna\", \"before\": null, "
		"\"generated\": false},\n"
		"    {\"user\": \"carla\", \"hash\": null, \"before\": \"!\", "
		"\"generated\": true}\n"
		"  ]\n"
		"}\n");
	assert_true(decodes_secrets(fixture, json, &again));
	assert_no_diags(fixture);
	assert_string_equal(again.plan_id, "0123456789abcdef");
	assert_string_equal(plan_secrets_get(&again, "anna", &fixture->arena)->hash, "$y$anna");
	assert_int_equal(again.items.count, 2);
	assert_string_equal(encoded_secrets(fixture, &again), json);
}

static void
test_secrets_that_are_none_are_refused_without_being_told(void **state)
{
	struct fixture *fixture = *state;
	struct plan_secrets secrets = { .plan_id = "0123456789abcdef" }, again;
	plan_secrets_get(&secrets, "anna", &fixture->arena)->hash = "$y$SECRET";
	const char *json = encoded_secrets(fixture, &secrets);
	const struct fault faults[] = {
		{ "SECRET", "SEC:RET", "secrets[0]: a hash is no field of shadow(5)" },
		{ "\"$y$SECRET\"", "\"\"", "secrets[0]: a hash is no field of shadow(5)" },
		{ "    {",
			"    {\"user\": \"anna\", \"hash\": null, \"before\": null, "
			"\"generated\": false}, {",
			"secrets[1]: 'anna' is there twice" },
		{ "\"hash\": \"$y$SECRET\"", "\"hash\": \"$y$SECRET",
			"not valid JSON: '}' expected" },
		{ "\"rehome-plan-secrets\"", "\"rehome-plan\"",
			"format: expected \"rehome-plan-secrets\": this is another kind of file" },
	};
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		assert_false(decodes_secrets(
			fixture, replaced(fixture, json, faults[i].old, faults[i].new), &again));
		assert_int_equal(fixture->diags.count, 1);
		assert_string_equal(fixture->diags.items[0].message, faults[i].error);
		fixture_clear(fixture);
	}
}

/* ---- the report ---- */

static json_t *
reported(const struct plan *plan)
{
	AUTO_BUFFER struct buffer out = { 0 };
	plan_report(plan, &out);
	json_t *report = json_loads(buffer_text(&out), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(report);
	return report;
}

static const char *
member_names(struct fixture *fixture, json_t *object)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const char *name;
	json_t *value;
	json_object_foreach (object, name, value)
		buffer_printf(&out, "%s ", name);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static const char *
dumped(struct fixture *fixture, const json_t *json)
{
	AUTO_FREE char *text = json_dumps(json, JSON_COMPACT);
	return arena_strdup(&fixture->arena, text);
}

static void
test_report_has_the_head_and_every_user(void **state)
{
	struct fixture *fixture = *state;
	json_t *report = reported(sample_plan(&fixture->arena));
	assert_string_equal(member_names(fixture, report),
		"format format_version id created tool_version host reason config_sha256 "
		"jail_group keys_dir dropin inputs changed applicable summary findings "
		"not_checked users steps ");
	json_t *users = json_object_get(report, "users");
	assert_int_equal(json_array_size(users), 5);
	assert_string_equal(member_names(fixture, json_array_get(users, 0)),
		"user action full_name login_generated origin before after lines findings steps ");
	json_decref(report);
}

static void
test_report_gives_each_user_their_steps_in_order(void **state)
{
	struct fixture *fixture = *state;
	json_t *report = reported(sample_plan(&fixture->arena));
	static const char *const steps[] = {
		"[{\"verb\":\"home-create\",\"path\":\"/home/anna\"},"
		"{\"verb\":\"keys-write\",\"path\":\"/etc/ssh/rehome_keys/anna\"}]",
		"[{\"verb\":\"home-create\",\"path\":\"/home/bert\"}]",
		"[{\"verb\":\"folder-create\",\"path\":\"/home/carla/logs\"},"
		"{\"verb\":\"keys-write\",\"path\":\"/etc/ssh/rehome_keys/carla\"}]",
		"[]",
		"[]",
	};
	json_t *users = json_object_get(report, "users");
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_string_equal(
			dumped(fixture, json_object_get(json_array_get(users, i), "steps")),
			steps[i]);
	json_decref(report);
}

static void
test_report_gives_findings_with_their_place(void **state)
{
	struct fixture *fixture = *state;
	json_t *report = reported(sample_plan(&fixture->arena));
	json_t *anna = json_array_get(json_object_get(report, "users"), 0);
	assert_string_equal(dumped(fixture, json_object_get(anna, "findings")),
		"[{\"level\":\"warning\",\"code\":\"uid-outside-range\","
		"\"message\":\"outside the range\",\"hint\":\"Check it.\",\"user\":\"anna\","
		"\"file\":\"staff.csv\",\"line\":2,\"column\":9,\"field\":\"uid\"}]");
	json_decref(report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_codec_writes_users_steps_and_edits_one_a_line),
		fixture_test(test_codec_writes_what_the_plan_amounts_to),
		fixture_test(test_codec_never_writes_a_hash),
		fixture_test(test_codec_writes_passwords_that_are_none),
		fixture_test(test_codec_escapes_what_a_terminal_would_act_upon),
		fixture_test(test_codec_writes_bytes_that_are_not_utf8_as_base64),
		fixture_test(test_codec_reads_back_every_byte),
		fixture_test(test_codec_reads_back_what_an_undo_needs),
		fixture_test(test_codec_reads_back_people),
		fixture_test(test_codec_reads_a_plan_of_nothing),
		fixture_test(test_codec_reads_additions_of_a_newer_minor_version),
		fixture_test(test_codec_refuses_what_is_no_plan),
		fixture_test(test_codec_names_line_and_column_of_broken_json),
		fixture_test(test_codec_refuses_wrong_types_and_ranges),
		fixture_test(test_codec_refuses_base64_that_is_no_text),
		fixture_test(test_codec_refuses_steps_that_no_planner_makes),
		fixture_test(test_codec_refuses_folders_outside_of_the_jail),
		fixture_test(test_codec_refuses_users_that_are_none),
		fixture_test(test_codec_reads_blocked_users_that_share_a_login),
		fixture_test(test_codec_refuses_edits_that_no_planner_makes),
		fixture_test(test_codec_refuses_a_head_that_tells_another_story),
		fixture_test(test_secrets_are_saved_without_passwords_and_read_back),
		fixture_test(test_secrets_that_are_none_are_refused_without_being_told),
		fixture_test(test_report_has_the_head_and_every_user),
		fixture_test(test_report_gives_each_user_their_steps_in_order),
		fixture_test(test_report_gives_findings_with_their_place),
	};
	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
