/*
 * test_plan.c - the words of plans, parts of plans, and their secrets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan_fixture.h"

/* ---- words ---- */

static void
test_plan_words_are_stable_and_read_back(void **state)
{
	(void)state;
	static const char *const verbs[] = { "archive-ahead", "gate", "home-freeze", "archive",
		"dir-create", "home-create", "home-adopt", "home-copy", "home-fill", "home-retire",
		"home-rename", "fstab-line", "home-bind", "folder-create", "contents-carry",
		"keys-write", "dropin-write", "sshd-reload", "account-file", "caches-flush",
		"accounts-check", "sessions-end", "activate" };
	static const char *const actions[] = { "create", "adopt", "change", "leave", "blocked",
		"unchanged" };
	static const char *const passwords[] = { "none", "given", "hash", "generated", "kept" };
	assert_int_equal(ARRAY_LEN(verbs), STEP_KINDS);
	assert_int_equal(ARRAY_LEN(actions), CHANGE_ACTIONS);

	for (unsigned i = 0; i < ARRAY_LEN(verbs); i++) {
		enum step_kind kind;
		assert_string_equal(step_verb((enum step_kind)i), verbs[i]);
		assert_true(step_verb_parse(verbs[i], &kind));
		assert_int_equal(kind, i);
	}
	for (unsigned i = 0; i < ARRAY_LEN(actions); i++) {
		enum change_action action;
		assert_string_equal(change_action_name((enum change_action)i), actions[i]);
		assert_int_equal(change_action_sign((enum change_action)i), "+~~-! "[i]);
		assert_true(change_action_parse(actions[i], &action));
		assert_int_equal(action, i);
	}
	for (unsigned i = 0; i < ARRAY_LEN(passwords); i++) {
		enum password_kind kind;
		assert_string_equal(password_kind_name((enum password_kind)i), passwords[i]);
		assert_true(password_kind_parse(passwords[i], &kind));
		assert_int_equal(kind, i);
	}
}

static void
test_plan_refuses_unknown_words_and_leaves_the_result(void **state)
{
	(void)state;
	enum step_kind kind = STEP_ACTIVATE;
	enum change_action action = CHANGE_LEAVE;
	enum password_kind password = PASSWORD_KEPT;
	assert_false(step_verb_parse("home-delete", &kind));
	assert_false(change_action_parse("", &action));
	assert_false(password_kind_parse("None", &password));
	assert_int_equal(kind, STEP_ACTIVATE);
	assert_int_equal(action, CHANGE_LEAVE);
	assert_int_equal(password, PASSWORD_KEPT);
}

/* ---- what it amounts to ---- */

static void
test_plan_counts_changes_by_action(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	size_t expected[CHANGE_ACTIONS] = { [CHANGE_CREATE] = 2,
		[CHANGE_CHANGE] = 1,
		[CHANGE_BLOCKED] = 1,
		[CHANGE_UNCHANGED] = 1 };
	plan->counts[CHANGE_LEAVE] = 7;
	plan_count(plan);
	assert_memory_equal(plan->counts, expected, sizeof(expected));
	assert_int_equal(plan->left_out, 0);
}

static void
test_plan_tells_whom_a_decision_leaves_out(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	add_change(plan, CHANGE_UNCHANGED, "emil");
	add_change(plan, CHANGE_UNCHANGED, "dora");
	plan->changes.items[1]->left_out = true;
	plan_count(plan);
	assert_int_equal(plan->counts[CHANGE_UNCHANGED], 2);
	assert_int_equal(plan->left_out, 1);
	assert_string_equal(change_word(plan->changes.items[0]), "unchanged");
	assert_string_equal(change_word(plan->changes.items[1]), "left-out");
}

static void
test_plan_has_work_for_a_user_a_step_or_an_edit(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	assert_false(plan_has_work(plan));
	add_change(plan, CHANGE_UNCHANGED, "emil");
	add_change(plan, CHANGE_BLOCKED, "dora");
	assert_false(plan_has_work(plan));
	add_change(plan, CHANGE_CHANGE, "carla");
	assert_true(plan_has_work(plan));

	plan = empty_plan(&fixture->arena);
	add_step(plan, (struct step){ .kind = STEP_SSHD_RELOAD });
	assert_true(plan_has_work(plan));
	plan = empty_plan(&fixture->arena);
	add_member_edit(plan, "anna", "press");
	assert_true(plan_has_work(plan));
}

static void
test_plan_is_applicable_unless_blocked_or_the_host_is_unfit(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	diag_warning(&plan->findings, NOWHERE, "careful");
	assert_true(plan_is_applicable(plan));
	diag_error(&plan->findings, NOWHERE, "no space");
	assert_false(plan_is_applicable(plan));

	plan = empty_plan(&fixture->arena);
	add_change(plan, CHANGE_BLOCKED, "dora");
	assert_false(plan_is_applicable(plan));
}

/* ---- parts ---- */

static struct plan *
part(struct fixture *fixture, const struct plan *plan, const char *first, const char *second)
{
	struct table logins = { .arena = &fixture->arena };
	if (first)
		table_set(&logins, first, fixture);
	if (second)
		table_set(&logins, second, fixture);
	return plan_subset(plan, &logins, &fixture->arena);
}

static void
test_subset_keeps_a_user_and_the_shared_things_they_need(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = part(fixture, sample_plan(&fixture->arena), "anna", NULL);
	assert_string_equal(plan_said(plan),
		"anna\n"
		"dir-create - /etc/ssh/rehome_keys\n"
		"home-create anna /home/anna\n"
		"keys-write anna /etc/ssh/rehome_keys/anna\n"
		"dropin-write - /etc/ssh/sshd_config.d/60-rehome.conf\n"
		"sshd-reload -\n"
		"account-file - /etc/group\n"
		"account-file - /etc/gshadow\n"
		"account-file - /etc/shadow\n"
		"account-file - /etc/passwd\n"
		"caches-flush -\n"
		"accounts-check -\n"
		"activate -\n"
		"add - group sftponly\n"
		"add - gshadow sftponly\n"
		"add - group press\n"
		"add - gshadow press\n"
		"add anna group anna\n"
		"add anna gshadow anna\n"
		"add anna shadow anna\n"
		"add anna passwd anna\n"
		"join anna group sftponly\n"
		"join anna group press\n");
}

/* bert is in no new group but the jail's. */
static void
test_subset_leaves_out_a_group_that_nobody_joins(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = part(fixture, sample_plan(&fixture->arena), "bert", NULL);
	ARRAY_FOREACH (edit, &plan->edits)
		assert_true(edit->user || strcmp(edit->name, "sftponly") == 0);
	assert_int_equal(plan->edits.count, 2 + 4 + 1);
}

/* carla joins no group, but the folder that she gets carries the gid of one. */
static void
test_subset_keeps_a_group_that_a_folder_carries(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = part(fixture, sample_plan(&fixture->arena), "carla", NULL);
	assert_string_equal(plan_said(plan),
		"carla\n"
		"dir-create - /etc/ssh/rehome_keys\n"
		"folder-create carla /home/carla/logs\n"
		"keys-write carla /etc/ssh/rehome_keys/carla\n"
		"dropin-write - /etc/ssh/sshd_config.d/60-rehome.conf\n"
		"sshd-reload -\n"
		"account-file - /etc/group\n"
		"account-file - /etc/gshadow\n"
		"account-file - /etc/shadow\n"
		"account-file - /etc/passwd\n"
		"caches-flush -\n"
		"accounts-check -\n"
		"add - group sftponly\n"
		"add - gshadow sftponly\n"
		"add - group audit\n"
		"add - gshadow audit\n"
		"set carla passwd carla shell\n"
		"set carla shadow carla password\n"
		"leave carla group games\n");
}

/* Files without edits are not rewritten, and nothing is opened that was not closed. */
static void
test_subset_rewrites_only_files_with_edits(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	add_change(plan, CHANGE_CREATE, "anna");
	add_change(plan, CHANGE_CHANGE, "carla");
	add_steps(plan);
	add_account_edits(plan, "anna", ANNA, NULL);
	struct edit shell = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_PASSWD,
		.user = "carla",
		.name = "carla",
		.field = PASSWD_SHELL,
		.before = "a",
		.after = "b" };
	ARRAY_PUSH(plan->arena, &plan->edits, shell);
	plan->steps.items[0].path = "/srv";
	assert_string_equal(plan_said(part(fixture, plan, "carla", NULL)),
		"carla\n"
		"dir-create - /srv\n"
		"folder-create carla /home/carla/logs\n"
		"keys-write carla /etc/ssh/rehome_keys/carla\n"
		"dropin-write - /etc/ssh/sshd_config.d/60-rehome.conf\n"
		"sshd-reload -\n"
		"account-file - /etc/passwd\n"
		"caches-flush -\n"
		"accounts-check -\n"
		"set carla passwd carla shell\n");
}

static void
test_subset_of_nobody_has_no_work(void **state)
{
	struct fixture *fixture = *state;
	struct plan *whole = sample_plan(&fixture->arena);
	struct plan *plan = part(fixture, whole, NULL, NULL);
	assert_string_equal(plan_said(plan), "\n");
	assert_false(plan_has_work(plan));
	plan = part(fixture, whole, "dora", "emil");
	assert_string_equal(plan_said(plan), "\n");
	assert_true(plan_is_applicable(plan));
}

static void
test_subset_keeps_repairs_of_a_plan_without_users(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = empty_plan(&fixture->arena);
	struct step dropin = { .kind = STEP_DROPIN_WRITE, .path = plan->dropin, .content = "" };
	struct step group = { .kind = STEP_ACCOUNT_FILE, .file = ACCOUNTDB_GROUP };
	add_change(plan, CHANGE_UNCHANGED, "emil");
	add_step(plan, dropin);
	add_step(plan, group);
	add_group_edits(plan, NULL, "sftponly", JAIL_GID);
	assert_string_equal(plan_said(part(fixture, plan, NULL, NULL)),
		"\n"
		"dropin-write - /etc/ssh/sshd_config.d/60-rehome.conf\n"
		"account-file -\n"
		"add - group sftponly\n"
		"add - gshadow sftponly\n");
}

static void
test_subset_counts_anew_and_keeps_the_head(void **state)
{
	struct fixture *fixture = *state;
	struct plan *whole = sample_plan(&fixture->arena);
	struct plan *plan = part(fixture, whole, "carla", "bert");
	size_t expected[CHANGE_ACTIONS] = { [CHANGE_CREATE] = 1, [CHANGE_CHANGE] = 1 };
	assert_memory_equal(plan->counts, expected, sizeof(expected));
	assert_string_equal(plan->id, whole->id);
	assert_string_equal(plan->reason, "autumn term");
	assert_int_equal(plan->inputs.count, 1);
	assert_int_equal(plan->findings.count, 1);
	assert_int_equal(plan->not_checked.count, 1);
	assert_string_equal(plan->edits.unterminated[ACCOUNTDB_PASSWD], "nobody");
	assert_string_equal(plan->edits.unterminated[ACCOUNTDB_GROUP], "");
	assert_null(plan->edits.unterminated[ACCOUNTDB_SHADOW]);
}

static void
test_subset_leaves_the_whole_plan_as_it_was(void **state)
{
	struct fixture *fixture = *state;
	struct plan *whole = sample_plan(&fixture->arena);
	const char *before = plan_said(whole);
	part(fixture, whole, "bert", NULL);
	assert_string_equal(plan_said(whole), before);
	assert_int_equal(whole->counts[CHANGE_BLOCKED], 1);
}

/* ---- secrets ---- */

static struct plan_secrets
sample_secrets(struct arena *arena)
{
	struct plan_secrets secrets = { .plan_id = "0123456789abcdef" };
	plan_secrets_get(&secrets, "anna", arena)->hash = "$y$anna";
	struct plan_secret *carla = plan_secrets_get(&secrets, "carla", arena);
	carla->hash = "$y$carla";
	carla->before = "$6$before";
	return secrets;
}

static const struct edit *
password_edit(const struct plan *plan, const char *login)
{
	ARRAY_FOREACH (edit, &plan->edits) {
		if (edit->file == ACCOUNTDB_SHADOW && strcmp(edit->name, login) == 0)
			return edit;
	}
	return NULL;
}

static void
test_secrets_are_found_again_by_login(void **state)
{
	struct fixture *fixture = *state;
	struct plan_secrets secrets = { 0 };
	char login[] = "anna";
	struct plan_secret *anna = plan_secrets_get(&secrets, login, &fixture->arena);
	login[0] = 'X';
	assert_string_equal(anna->login, "anna");
	assert_ptr_equal(plan_secrets_get(&secrets, "anna", &fixture->arena), anna);
	assert_ptr_not_equal(plan_secrets_get(&secrets, "bert", &fixture->arena), anna);
	assert_int_equal(secrets.items.count, 2);
}

static void
test_secrets_fill_what_is_missing(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	struct plan_secrets secrets = sample_secrets(&fixture->arena);
	plan_secrets_get(&secrets, "bert", &fixture->arena)->hash = "$y$unwanted";

	assert_true(plan_fill_secrets(plan, &secrets, &fixture->diags));
	assert_no_diags(fixture);
	assert_string_equal(password_edit(plan, "anna")->fields[SHADOW_HASH], "$y$anna");
	assert_string_equal(password_edit(plan, "bert")->fields[SHADOW_HASH], "*");
	assert_string_equal(password_edit(plan, "carla")->before, "$6$before");
	assert_string_equal(password_edit(plan, "carla")->after, "$y$carla");
}

static void
test_secrets_do_not_reach_the_plan_that_a_part_was_taken_from(void **state)
{
	struct fixture *fixture = *state;
	struct plan *whole = sample_plan(&fixture->arena);
	struct plan *plan = part(fixture, whole, "anna", "carla");
	struct plan_secrets secrets = sample_secrets(&fixture->arena);

	assert_true(plan_fill_secrets(plan, &secrets, &fixture->diags));
	assert_string_equal(password_edit(plan, "anna")->fields[SHADOW_HASH], "$y$anna");
	assert_null(password_edit(whole, "anna")->fields[SHADOW_HASH]);
	assert_null(password_edit(whole, "carla")->after);
}

static void
assert_names_the_login(struct fixture *fixture, size_t index, const char *login)
{
	const struct diag *diag = &fixture->diags.items[index];
	assert_string_equal(diag->message,
		arena_printf(&fixture->arena, "the password hash of '%s' is missing", login));
	assert_string_equal(diag->code, "secrets-missing");
	assert_string_equal(diag->user, login);
}

static void
test_secrets_that_are_missing_are_all_named(void **state)
{
	struct fixture *fixture = *state;
	struct plan *plan = sample_plan(&fixture->arena);
	struct plan_secrets secrets = { .by_login = { .arena = &fixture->arena } };
	plan_secrets_get(&secrets, "carla", &fixture->arena)->hash = "$y$carla";

	assert_false(plan_fill_secrets(plan, &secrets, &fixture->diags));
	assert_int_equal(fixture->diags.count, 2);
	assert_names_the_login(fixture, 0, "anna");
	assert_names_the_login(fixture, 1, "carla"); /* what it was before is missing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_words_are_stable_and_read_back),
		cmocka_unit_test(test_plan_refuses_unknown_words_and_leaves_the_result),
		fixture_test(test_plan_counts_changes_by_action),
		fixture_test(test_plan_tells_whom_a_decision_leaves_out),
		fixture_test(test_plan_has_work_for_a_user_a_step_or_an_edit),
		fixture_test(test_plan_is_applicable_unless_blocked_or_the_host_is_unfit),
		fixture_test(test_subset_keeps_a_user_and_the_shared_things_they_need),
		fixture_test(test_subset_leaves_out_a_group_that_nobody_joins),
		fixture_test(test_subset_keeps_a_group_that_a_folder_carries),
		fixture_test(test_subset_rewrites_only_files_with_edits),
		fixture_test(test_subset_of_nobody_has_no_work),
		fixture_test(test_subset_keeps_repairs_of_a_plan_without_users),
		fixture_test(test_subset_counts_anew_and_keeps_the_head),
		fixture_test(test_subset_leaves_the_whole_plan_as_it_was),
		fixture_test(test_secrets_are_found_again_by_login),
		fixture_test(test_secrets_fill_what_is_missing),
		fixture_test(test_secrets_do_not_reach_the_plan_that_a_part_was_taken_from),
		fixture_test(test_secrets_that_are_missing_are_all_named),
	};
	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
