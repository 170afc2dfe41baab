/*
 * test_edit.c - edits forwards, beside what other administrators do, and the gate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edit_fixture.h"

/* ---- states ---- */

struct state_case {
	struct edit edit;
	enum edit_state state;
	const char *why;
};

static void
assert_states(const struct account_files *files, const struct state_case *cases, size_t count)
{
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, files);
	for (size_t i = 0; i < count; i++) {
		const char *why;
		enum edit_state state = state_of(&cases[i].edit, &world, &why);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(state, cases[i].state);
	}
}

static void
test_every_edit_of_a_run_is_before_then_after(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world before = { 0 }, after = { 0 };
	parse(&before, &host);
	parse(&after, &host_after);
	ARRAY_FOREACH (edit, &creation) {
		const char *why;
		assert_int_equal(state_of(edit, &before, &why), EDIT_BEFORE);
		assert_int_equal(state_of(edit, &after, &why), EDIT_AFTER);
	}
}

static void
test_a_line_of_others_is_foreign_and_says_why(void **state)
{
	(void)state;
	static const char *kmeier[] = { "kmeier", "x", "20000", "20000", "", "/", "/bin/sh" };
	static const char *eve[] = { "eve", "x", "1000", "1000", "", "/", "/bin/sh" };
	static const char *evil[] = { "evil", "x", "1e3", "1000", "", "/", "/bin/sh" };
	static const char *press[] = { "press", "x", "501", "" };
	static const char *radio[] = { "radio", "x", "500", "" };
	static const struct state_case cases[] = {
		{ ADD(PASSWD, "kmeier", "kmeier", kmeier), EDIT_FOREIGN,
			"login 'kmeier' exists already, with uid '1000' instead of 20000" },
		{ ADD(PASSWD, "eve", "eve", eve), EDIT_FOREIGN, "uid 1000 belongs to 'kmeier'" },
		{ ADD(PASSWD, "evil", "evil", evil), EDIT_FOREIGN,
			"the plan's uid for login 'evil' is no number" },
		{ ADD(GROUP, NULL, "press", press), EDIT_FOREIGN,
			"group 'press' exists already, with gid '500' instead of 501" },
		{ ADD(GROUP, NULL, "radio", radio), EDIT_FOREIGN, "gid 500 belongs to 'press'" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

static void
test_an_added_line_is_after_whatever_others_changed_in_it(void **state)
{
	(void)state;
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "matteo:x:20000:100:Matteo R.:/srv/m:/bin/bash\n";
	files.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$new:20111:0:99999:7:::\n";
	static const struct state_case cases[] = {
		{ ADD(PASSWD, "matteo", "matteo", matteo_passwd), EDIT_AFTER, "" },
		{ ADD(SHADOW, "matteo", "matteo", matteo_shadow), EDIT_AFTER, "" },
	};
	assert_states(&files, cases, ARRAY_LEN(cases));
}

static void
test_a_shadow_line_without_a_login_is_ours_only_as_we_write_it(void **state)
{
	(void)state;
	static const char *unknown_hash[] = { "matteo", NULL, "20000", "0", "99999", "7", "", "",
		"" };
	struct account_files files = host;
	files.shadow = "root:*:19000:0:99999:7:::\n"
		       "matteo:$y$m:20000:0:99999:7::1:\n"
		       "anna:$y$leftover:20000:0:99999:7::1:\n";
	files.gshadow = "root:*::\nmatteo:!::somebody\nanna:$y$pw::\n";
	static const struct state_case cases[] = {
		{ ADD(SHADOW, "matteo", "matteo", matteo_shadow), EDIT_AFTER, "" },
		{ ADD(SHADOW, "matteo", "matteo", unknown_hash), EDIT_AFTER, "" },
		{ ADD(SHADOW, "anna", "anna", anna_shadow), EDIT_FOREIGN,
			"shadow has a line of 'anna' that passwd does not have" },
		{ ADD(GSHADOW, "matteo", "matteo", matteo_gshadow), EDIT_AFTER, "" },
		{ ADD(GSHADOW, "anna", "anna", anna_gshadow), EDIT_FOREIGN,
			"gshadow has a line of 'anna' that group does not have" },
	};
	assert_states(&files, cases, ARRAY_LEN(cases));
}

static void
test_a_field_is_judged_by_its_value(void **state)
{
	(void)state;
	static const struct state_case cases[] = {
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/bin/sh"), EDIT_BEFORE, "" },
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/sh", "/bin/bash"), EDIT_AFTER, "" },
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/zsh", "/bin/sh"), EDIT_FOREIGN,
			"the shell of 'kmeier' is '/bin/bash', no longer '/bin/zsh'" },
		{ SET(PASSWD, "gone", PASSWD_SHELL, "a", "b"), EDIT_FOREIGN,
			"passwd has no line of 'gone' any more" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", "$y$new"), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", "$y$old"), EDIT_AFTER, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", "$y$new"), EDIT_FOREIGN,
			"the password of 'kmeier' was changed" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, NULL, NULL), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, NULL, "$y$old"), EDIT_AFTER, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", NULL), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", NULL), EDIT_AFTER, "" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

static void
test_membership_of_a_missing_group_is_none(void **state)
{
	(void)state;
	static const struct state_case cases[] = {
		{ JOIN(GROUP, "kmeier", "press"), EDIT_AFTER, "" },
		{ JOIN(GROUP, "matteo", "press"), EDIT_BEFORE, "" },
		{ JOIN(GROUP, "matteo", "nowhere"), EDIT_BEFORE, "" },
		{ LEAVE(GROUP, "kmeier", "press"), EDIT_BEFORE, "" },
		{ LEAVE(GROUP, "matteo", "press"), EDIT_AFTER, "" },
		{ LEAVE(GROUP, "matteo", "nowhere"), EDIT_AFTER, "" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

/* ---- forwards ---- */

static void
test_a_run_creates_accounts_that_are_born_expired(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &creation, true));
	assert_files(&world, &host_after);
	assert_int_equal(world.diags.count, 0);
}

static void
test_applying_twice_changes_nothing_more(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_true(apply_all(&world, &creation, true));
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		assert_false(world.db.tables[file].changed);
	assert_files(&world, &host_after);
}

static void
test_without_the_gate_a_shadow_line_has_its_own_expiry(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &creation, false));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::21000:\n");
}

static void
test_every_foreign_edit_is_an_error_of_its_own(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "matteo:x:1:1::/:/bin/sh\neve:x:20001:1::/:/bin/sh\n";
	parse(&world, &files);
	assert_false(edits_apply(&creation, ACCOUNTDB_PASSWD, true, &world.db, &world.diags));
	ASSERT_DIAGS(&world,
		{ DIAG_ERROR, "changed-since", "matteo",
			"login 'matteo' exists already, with uid '1' instead of 20000" },
		{ DIAG_ERROR, "changed-since", "anna", "uid 20001 belongs to 'eve'" });
}

static void
test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	static const char *no_hash[] = { "bob", NULL, "1", "0", "9", "7", "", "", "" };
	static struct {
		struct edit edit;
		const char *code, *message;
	} cases[] = {
		{ ADD(SHADOW, "bob", "bob", no_hash), "secrets-missing",
			"the plan lacks the password hash of 'bob'" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", NULL), "secrets-missing",
			"the plan lacks the password hash of 'kmeier'" },
		{ ADD(PASSWD, "bob", "bob", matteo_passwd), "changed-since",
			"the plan's line has another name than its edit" },
		{ JOIN(GROUP, "bob", "nowhere"), "changed-since",
			"group 'nowhere' does not exist" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse(&world, &host);
		const struct edit_list edits = { &cases[i].edit, 1, 0, { 0 } };
		assert_false(apply_all(&world, &edits, true));
		assert_string_equal(world.diags.items[0].message, cases[i].message);
		assert_string_equal(world.diags.items[0].code, cases[i].code);
		assert_int_equal(world.diags.count, 1);
		assert_files(&world, &host);
	}
}

static void
test_a_missing_gshadow_takes_no_lines(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.gshadow = NULL;
	parse(&world, &files);
	struct edit edit = ADD(GSHADOW, "anna", "anna", anna_gshadow);
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	assert_false(apply_all(&world, &edits, true));
	assert_string_equal(world.diags.items[0].message, "the file does not exist any more");
}

/* ---- the gate ---- */

static const char shadow_active[] =
	"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
	"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::21000:\n";

static void
test_activation_gives_each_line_its_own_expiry(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_true(edits_activate(&creation, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), shadow_active);
}

static void
test_activation_leaves_what_others_set_or_removed(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = "matteo:$y$m:20000:0:99999:7::20500:\n";
	parse(&world, &files);
	assert_true(edits_activate(&creation, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), files.shadow);
	assert_int_equal(world.diags.warnings, 1);
	assert_string_equal(
		world.diags.items[0].message, "'anna' was removed before it was activated");
	assert_string_equal(world.diags.items[0].user, "anna");
}

static void
test_the_gate_shuts_exactly_the_users_being_undone(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = shadow_active;
	parse(&world, &files);
	struct table users = { 0 };
	users_of(&world, &users, "anna");
	assert_true(edits_gate(&creation, &users, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n");
	assert_true(edits_gate(&creation, NULL, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), host_after.shadow);
}

static void
test_the_gate_leaves_an_account_that_is_no_longer_ours(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = shadow_active;
	files.passwd = "matteo:x:1234:1234:another:/:/bin/sh\n"
		       "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n";
	parse(&world, &files);
	assert_true(edits_gate(&creation, NULL, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n");
}

/* ---- the gate of accounts that exist ---- */

static struct edit gate_of_karl[] = {
	{ .kind = EDIT_GATE,
		.file = ACCOUNTDB_SHADOW,
		.user = "kmeier",
		.name = "kmeier",
		.field = SHADOW_EXPIRE,
		.before = "",
		.after = "" },
};
static const struct edit_list gating = { gate_of_karl, 1, 0, { 0 } };

static const char shadow_disabled[] = "kmeier:$y$old:19000:0:99999:7::1:\n";

/* usermod -e 1 is how administrators disable an account, too. */
static void
test_closing_refuses_an_account_that_was_disabled_since(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.shadow = shadow_disabled;
	parse(&world, &files);
	assert_false(edits_close(&gating, &world.db, &world.diags));
	ASSERT_DIAGS(&world,
		{ DIAG_ERROR, "changed-since", "kmeier",
			"the expiry of 'kmeier' is no longer what the plan found" });
}

static void
test_who_was_disabled_before_an_undo_stays_disabled(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	struct foreign_expiries found;
	files.shadow = shadow_disabled;
	parse(&world, &files);
	edits_find_foreign_expiries(&gating, NULL, &world.db, true, &world.arena, &found);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.items[0].login, "kmeier");
	assert_string_equal(found.items[0].value, "1");
	struct table kept = { .arena = &world.arena };
	table_set(&kept, "kmeier", (void *)(uintptr_t)found.items[0].value);
	edits_reopen(&gating, NULL, &kept, &world.db);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), shadow_disabled);

	/* In a second attempt it is ours, unless the first found it so. */
	edits_find_foreign_expiries(&gating, NULL, &world.db, false, &world.arena, &found);
	assert_int_equal(found.count, 0);
	edits_reopen(&gating, NULL, NULL, &world.db);
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_SHADOW), "kmeier:$y$old:19000:0:99999:7:::\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_edit_of_a_run_is_before_then_after),
		cmocka_unit_test(test_a_line_of_others_is_foreign_and_says_why),
		cmocka_unit_test(test_an_added_line_is_after_whatever_others_changed_in_it),
		cmocka_unit_test(test_a_shadow_line_without_a_login_is_ours_only_as_we_write_it),
		cmocka_unit_test(test_a_field_is_judged_by_its_value),
		cmocka_unit_test(test_membership_of_a_missing_group_is_none),
		cmocka_unit_test(test_a_run_creates_accounts_that_are_born_expired),
		cmocka_unit_test(test_applying_twice_changes_nothing_more),
		cmocka_unit_test(test_without_the_gate_a_shadow_line_has_its_own_expiry),
		cmocka_unit_test(test_every_foreign_edit_is_an_error_of_its_own),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_a_missing_gshadow_takes_no_lines),
		cmocka_unit_test(test_activation_gives_each_line_its_own_expiry),
		cmocka_unit_test(test_activation_leaves_what_others_set_or_removed),
		cmocka_unit_test(test_the_gate_shuts_exactly_the_users_being_undone),
		cmocka_unit_test(test_the_gate_leaves_an_account_that_is_no_longer_ours),
		cmocka_unit_test(test_closing_refuses_an_account_that_was_disabled_since),
		cmocka_unit_test(test_who_was_disabled_before_an_undo_stays_disabled),
	};
	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
