/*
 * test_codec.c - plans as JSON: what is written, read back and reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "codec_fixture.h"

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

/* The hash of a line that goes is no more in the plan than that of one that comes. */
static void
test_codec_gives_back_lines_that_leave(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	add_change(plan, CHANGE_LEAVE, "anna");
	struct edit edit = { .kind = EDIT_REMOVE_LINE,
		.file = ACCOUNTDB_SHADOW,
		.user = "anna",
		.name = "anna",
		.fields = FIELDS(&fixture->arena, "anna", "$y$secret", "", "", "", "", "", "", ""),
		.length = 3,
		.behind = "root",
		.apart = 2,
		.text = "anna:$y$secret:" };
	ARRAY_PUSH(&fixture->arena, &plan->edits, edit);
	edit = (struct edit){ .kind = EDIT_GATE,
		.file = ACCOUNTDB_SHADOW,
		.user = "anna",
		.name = "anna",
		.field = SHADOW_EXPIRE,
		.before = "" };
	ARRAY_PUSH(&fixture->arena, &plan->edits, edit);
	const char *json = encoded(fixture, plan);
	assert_null(strstr(json, "secret"));
	plan = decoded(fixture, json);
	const struct edit *line = &plan->edits.items[0];
	assert_int_equal(line->kind, EDIT_REMOVE_LINE);
	assert_null(line->fields[SHADOW_HASH]);
	assert_null(line->text);
	assert_string_equal(line->fields[SHADOW_NAME], "anna");
	assert_string_equal(line->behind, "root");
	assert_int_equal(line->length, 3);
	assert_int_equal(line->apart, 2);
	assert_null(plan->edits.items[1].after);
	assert_string_equal(encoded(fixture, plan), json);
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
test_codec_reads_back_decisions(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	struct decision decision = { .kind = DECISION_NOT_JAILED,
		.choice = "home",
		.decided = true,
		.initial = "jail",
		.detail = "saw the whole machine",
		.place = at("/etc/passwd", 7) };
	struct change *change = plan->changes.items[0];
	ARRAY_PUSH(&fixture->arena, &change->decisions, decision);
	decision = (struct decision){ .kind = DECISION_SHARED_HOME, .detail = "shares /srv" };
	ARRAY_PUSH(&fixture->arena, &change->decisions, decision);
	decision = (struct decision){
		.kind = DECISION_NESTED_HOME, .only_leave = true, .detail = "in /srv"
	};
	ARRAY_PUSH(&fixture->arena, &change->decisions, decision);
	change->left_out = true;
	const char *json = encoded(fixture, plan);
	assert_non_null(strstr(json,
		"\"left_out\": true, \"decisions\": [{\"case\": \"not-jailed\", "
		"\"choice\": \"home\", \"decided\": true, \"default\": \"jail\", "
		"\"detail\": \"saw the whole machine\", \"file\": \"/etc/passwd\", "
		"\"line\": 7}, {\"case\": \"shared-home\", \"detail\": \"shares /srv\"}, "
		"{\"case\": \"nested-home\", \"only_leave\": true, \"detail\": \"in /srv\"}]"));
	assert_string_equal(encoded(fixture, decoded(fixture, json)), json);

	struct plan *none;
	const char *wrong = replaced(fixture, json, "\"choice\": \"home\"", "\"choice\": \"copy\"");
	assert_false(decodes(fixture, wrong, &none));
	assert_string_equal(fixture->diags.items[0].message,
		"users[0].decisions: 'copy' is no choice of not-jailed");
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

/* Of the unchanged; a plan of before that was counted does not say. */
static void
test_codec_counts_whom_a_decision_leaves_out(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena), *ret_plan;
	ARRAY_FOREACH (change, &plan->changes)
		(*change)->left_out = (*change)->action == CHANGE_UNCHANGED;
	const char *json = encoded(fixture, plan);
	assert_non_null(strstr(json, "\"unchanged\": 1, \"left_out\": 1, \"steps\""));
	assert_string_equal(encoded(fixture, decoded(fixture, json)), json);
	const char *silent = replaced(fixture, json, "\"left_out\": 1, ", "");
	assert_string_equal(encoded(fixture, decoded(fixture, silent)), json);
	assert_false(decodes(fixture,
		replaced(fixture, json, "\"left_out\": 1,", "\"left_out\": 2,"), &ret_plan));
	assert_string_equal(
		fixture->diags.items[0].message, "summary.left_out: says 2, but there are 1");
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
		fixture_test(test_codec_gives_back_lines_that_leave),
		fixture_test(test_codec_reads_back_people),
		fixture_test(test_codec_reads_back_decisions),
		fixture_test(test_codec_reads_a_plan_of_nothing),
		fixture_test(test_codec_reads_additions_of_a_newer_minor_version),
		fixture_test(test_codec_counts_whom_a_decision_leaves_out),
		fixture_test(test_secrets_are_saved_without_passwords_and_read_back),
		fixture_test(test_secrets_that_are_none_are_refused_without_being_told),
		fixture_test(test_report_has_the_head_and_every_user),
		fixture_test(test_report_gives_each_user_their_steps_in_order),
		fixture_test(test_report_gives_findings_with_their_place),
	};
	return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
