/*
 * test_edit_undo.c - edits backwards, beside what other administrators did since.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edit_fixture.h"

/* ---- backwards ---- */

static void
test_undo_gives_every_file_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_int_equal(world.diags.count, 0);
	assert_files(&world, &host);
	/* And once more, as recover may. */
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_int_equal(world.diags.count, 0);
	assert_files(&world, &host);
}

static void
test_undo_does_not_need_the_secrets_of_new_accounts(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	static const char *no_hash[] = { "matteo", NULL, "20000", "0", "99999", "7", "", "", "" };
	struct edit edits[ARRAY_LEN(creation_edits)];
	memcpy(edits, creation_edits, sizeof(edits));
	edits[8].fields = no_hash;
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 0);
	assert_files(&world, &host);
}

static void
test_undo_of_one_user_keeps_what_the_others_share(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	struct table users = { 0 };
	users_of(&world, &users, "matteo");
	assert_int_equal(undo_all(&world, &creation, &users), 0);
	static const struct account_files expected = {
		.group = "root:x:0:\npress:x:500:kmeier\nsftponly:x:999:anna\nanna:x:20001:\n",
		.gshadow = "root:*::\npress:!::kmeier\nsftponly:!::anna\nanna:!::\n",
		.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
			  "anna:$y$a:20000:0:99999:7::1:\n",
		.passwd = "root:x:0:0:root:/root:/bin/bash\n"
			  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n"
			  "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
	};
	assert_files(&world, &expected);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'anna' is a member" });

	/* The last one takes the group along. */
	AUTO_WORLD struct account_world next = { 0 };
	reload(&world, &next);
	struct table rest = { 0 };
	users_of(&next, &rest, "anna");
	assert_int_equal(undo_all(&next, &creation, &rest), 0);
	assert_int_equal(next.diags.count, 0);
	assert_files(&next, &host);
}

static void
test_a_shared_group_stays_while_it_is_somebodys_primary_group(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "handmade:x:1500:999::/srv/h:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier\nsftponly:x:999:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier\nsftponly:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL,
			"group 'sftponly' stays: it is the primary group of 'handmade'" });
}

static void
test_a_users_own_group_that_others_joined_is_a_conflict(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier,matteo\nsftponly:x:999:matteo,anna\n"
		      "matteo:x:20000:matteo,kmeier\nanna:x:20001:anna,matteo\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 1);
	/* anna's group had only members that are gone with this undo. */
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier\nmatteo:x:20000:kmeier\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier\nmatteo:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"group 'matteo' stays: 'kmeier' is a member" },
		{ DIAG_NOTE, "changed-since", "matteo",
			"'matteo' was made a member of 'matteo' since and no longer is" });
}

static void
test_a_login_that_goes_leaves_the_groups_that_others_gave_it(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier,matteo,anna\nsftponly:x:999:matteo,anna\n"
		      "matteo:x:20000:\nanna:x:20001:\n";
	files.gshadow = "root:*::\npress:!::kmeier,matteo,anna\nsftponly:!::matteo,anna\n"
			"matteo:!::\nanna:!::\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "root:x:0:\npress:x:500:kmeier\n");
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GSHADOW), "root:*::\npress:!::kmeier\n");
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "changed-since", "anna",
			"'anna' was made a member of 'press' since and no longer is" });
}

/* Not every member is in passwd: NIS and directory users are not. */
static void
test_a_member_that_passwd_never_had_keeps_a_group(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier\nsftponly:x:999:nisuser\n";
	files.gshadow = "root:*::\npress:!::kmeier\nsftponly:!::nisuser\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), files.group);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), files.gshadow);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'nisuser' is a member" });
}

static void
test_an_account_that_is_kept_keeps_the_groups_it_is_in(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "anna:x:20001:matteo\n";
	files.gshadow = "anna:!::matteo\n";
	files.passwd = "matteo:x:1234:100::/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), files.group);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), files.gshadow);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"'matteo' has the uid '1234', not 20000 as the run gave it: kept" },
		{ DIAG_WARNING, "conflict", "anna", "group 'anna' stays: 'matteo' is a member" });
}

/* A login may have been without its shadow line before the run. */
static void
test_a_shadow_line_added_on_its_own_goes_on_its_own(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	struct edit edits[] = {
		ADD(GSHADOW, "anna", "anna", anna_gshadow),
		ADD(SHADOW, "anna", "anna", anna_shadow),
	};
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 0);
	struct account_files expected = host_after;
	expected.gshadow = "root:*::\npress:!::kmeier,matteo\nsftponly:!::matteo,anna\n"
			   "matteo:!::\n";
	expected.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
			  "matteo:$y$m:20000:0:99999:7::1:\n";
	assert_files(&world, &expected);
}

static void
test_what_a_shared_group_got_stays_as_long_as_the_group_is_needed(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "press:!:500:kmeier\n", "press:!:500:kmeier\n" },
		{ "press:!:500:\n", "press:x:500:\n" },
	};
	struct edit edit = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_GROUP,
		.name = "press",
		.field = GROUP_PASSWORD,
		.before = "x",
		.after = "!" };
	const struct edit_list list = { &edit, 1, 0, { 0 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = host;
		files.group = cases[i].before;
		parse(&world, &files);
		struct table users = { 0 };
		users_of(&world, &users, "matteo");
		assert_int_equal(undo_all(&world, &list, &users), 0);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), cases[i].after);
	}
}

static void
test_an_account_with_another_uid_is_kept_whole_and_jailed(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "matteo:x:1234:20000:Another:/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7::1:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier,matteo\nsftponly:x:999:matteo\n"
		"matteo:x:20000:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier,matteo\nsftponly:!::matteo\nmatteo:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"'matteo' has the uid '1234', not 20000 as the run gave it: kept" },
		{ DIAG_WARNING, "conflict", "matteo",
			"group 'matteo' stays: it is the primary group of 'matteo'" },
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'matteo' is a member" });
	assert_int_equal(world.diags.items[0].place.line, 2);
	assert_string_equal(world.diags.items[0].place.file, "/etc/passwd");
}

static void
test_what_others_changed_in_a_line_that_goes_is_noted(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n"
		       "matteo:x:20000:20000:Matteo:/home/matteo:/bin/bash\n";
	files.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		       "matteo:CANARY:20111:0:99999:7:::\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_files(&world, &host);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "changed-since", "matteo",
			"the shell of 'matteo' was changed since from '/usr/sbin/nologin' to "
			"'/bin/bash' and goes with it" },
		{ DIAG_NOTE, "changed-since", "matteo",
			"the password of 'matteo' was changed since and goes with it" });
}

static void
test_a_renamed_login_is_noted(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\nm:x:20000:100::/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "renamed", "matteo",
			"'matteo' is gone; its uid 20000 now belongs to 'm'" });
}

static void
test_a_plan_with_a_broken_id_is_not_undone(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	static const char *broken[] = { "matteo", "x", "", "20000", "", "/", "" };
	struct edit edit = ADD(PASSWD, "matteo", "matteo", broken);
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	size_t conflicts = 77;
	assert_false(edits_undo_all(&edits, NULL, &world.db, &conflicts, &world.diags));
	assert_int_equal(conflicts, 77);
	assert_int_equal(world.diags.errors, 1);
}

/* ---- backwards: fields and members of accounts that were there before ---- */

static struct edit change_edits[] = {
	SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/usr/sbin/nologin"),
	SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", "$y$new"),
	SET(SHADOW, "kmeier", SHADOW_CHANGED, "19000", "20000"),
	SET(SHADOW, "kmeier", SHADOW_EXPIRE, "", "21000"),
	LEAVE(GROUP, "kmeier", "press"),
	LEAVE(GSHADOW, "kmeier", "press"),
};
static const struct edit_list change = { change_edits, ARRAY_LEN(change_edits), 0, { 0 } };

static void
test_changed_fields_and_members_go_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &change, true));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$new:20000:0:99999:7::21000:\n");
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "root:x:0:\npress:x:500:\n");
	reload(&world, &next);
	assert_int_equal(undo_all(&next, &change, NULL), 0);
	assert_int_equal(next.diags.count, 0);
	assert_files(&next, &host);
}

static void
test_what_others_changed_since_is_kept_and_named(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.group = "root:x:0:\n";
	files.passwd = "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/zsh\n";
	files.shadow = "kmeier:CANARY:20000:0:99999:7::21000:\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &change, NULL), 3);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	/* The day of the change stays with the password; the expiry was still ours. */
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_SHADOW), "kmeier:CANARY:20000:0:99999:7:::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "kmeier",
			"the shell of 'kmeier' is '/bin/zsh', not '/usr/sbin/nologin' as the run "
			"left it: kept" },
		{ DIAG_WARNING, "conflict", "kmeier",
			"the password of 'kmeier' was changed since and is kept" },
		{ DIAG_WARNING, "conflict", "kmeier",
			"'kmeier' cannot become a member of 'press' again: the group is gone" });
	assert_string_equal(world.diags.items[0].place.field, "shell");
	assert_string_equal(world.diags.items[1].place.field, "password");
}

static void
test_a_password_is_kept_when_the_old_one_is_not_known(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.shadow = "kmeier:$y$new:20000:0:99999:7:::\n";
	parse(&world, &files);
	struct edit edits[] = {
		SET(SHADOW, "kmeier", SHADOW_HASH, NULL, NULL),
		SET(SHADOW, "kmeier", SHADOW_CHANGED, "19000", "20000"),
	};
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 1);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), files.shadow);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "kmeier",
			"the password of 'kmeier' is kept: the run's secrets are missing" });
}

static void
test_undo_of_a_change_of_somebody_who_is_gone_is_a_conflict(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "";
	parse(&world, &files);
	struct edit edit = SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/bin/sh");
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	assert_int_equal(undo_all(&world, &edits, NULL), 1);
	ASSERT_DIAGS(&world, { DIAG_WARNING, "conflict", "kmeier", "'kmeier' is gone" });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo_gives_every_file_back),
		cmocka_unit_test(test_undo_does_not_need_the_secrets_of_new_accounts),
		cmocka_unit_test(test_undo_of_one_user_keeps_what_the_others_share),
		cmocka_unit_test(test_a_shared_group_stays_while_it_is_somebodys_primary_group),
		cmocka_unit_test(test_a_users_own_group_that_others_joined_is_a_conflict),
		cmocka_unit_test(test_a_login_that_goes_leaves_the_groups_that_others_gave_it),
		cmocka_unit_test(test_a_member_that_passwd_never_had_keeps_a_group),
		cmocka_unit_test(test_an_account_that_is_kept_keeps_the_groups_it_is_in),
		cmocka_unit_test(test_a_shadow_line_added_on_its_own_goes_on_its_own),
		cmocka_unit_test(test_what_a_shared_group_got_stays_as_long_as_the_group_is_needed),
		cmocka_unit_test(test_an_account_with_another_uid_is_kept_whole_and_jailed),
		cmocka_unit_test(test_what_others_changed_in_a_line_that_goes_is_noted),
		cmocka_unit_test(test_a_renamed_login_is_noted),
		cmocka_unit_test(test_a_plan_with_a_broken_id_is_not_undone),
		cmocka_unit_test(test_changed_fields_and_members_go_back),
		cmocka_unit_test(test_what_others_changed_since_is_kept_and_named),
		cmocka_unit_test(test_a_password_is_kept_when_the_old_one_is_not_known),
		cmocka_unit_test(test_undo_of_a_change_of_somebody_who_is_gone_is_a_conflict),
	};
	return cmocka_run_group_tests_name("edit_undo", tests, NULL, NULL);
}
