/*
 * test_edit_rename.c - a login gets another name: no file is ever without what locks and jails it,
 * and an undo gives back every byte that nobody else changed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edit_fixture.h"

static const struct account_files before = {
	.group = "root:x:0:\nsftponly:x:999:otto,matteo,anna\nmatteo:x:20000:\npress:x:500:matteo\n"
		 "video:x:44:matteo,otto\n",
	.gshadow = "root:*::\nsftponly:!::otto,matteo,anna\nmatteo:!secret::\n"
		   "press:!:otto,matteo:matteo\nvideo:!::matteo,otto\n",
	.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$m:20000:0:99999:7::21000:\n"
		  "anna:$y$a:20000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "matteo:x:20000:20000:Matteo R,room 7:/home/matteo:/usr/sbin/nologin\n"
		  "# people\nanna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
};

/* The login has its new name; whatever locks and jails it has both. */
static const struct account_files between = {
	.group = "root:x:0:\nsftponly:x:999:otto,matteo,matteo.r,anna\nmatteo.r:x:20000:\n"
		 "press:x:500:matteo\nvideo:x:44:matteo,matteo.r,otto\nmusic:x:60:matteo.r\n",
	.gshadow = "root:*::\nsftponly:!::otto,matteo,matteo.r,anna\nmatteo.r:!secret::\n"
		   "press:!:otto,matteo.r:matteo,matteo.r\nvideo:!::matteo,matteo.r,otto\n",
	.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$m:20000:0:99999:7::1:\n"
		  "matteo.r:$y$m:20000:0:99999:7::1:\nanna:$y$a:20000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "matteo.r:x:20000:20000:Matteo Rossi,room 7:/home/matteo.r:/usr/sbin/nologin\n"
		  "# people\nanna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
};

static const struct account_files after = {
	.group = "root:x:0:\nsftponly:x:999:otto,matteo.r,anna\nmatteo.r:x:20000:\npress:x:500:\n"
		 "video:x:44:matteo.r,otto\nmusic:x:60:matteo.r\n",
	.gshadow = "root:*::\nsftponly:!::otto,matteo.r,anna\nmatteo.r:!secret::\n"
		   "press:!:otto,matteo.r:matteo.r\nvideo:!::matteo.r,otto\n",
	.shadow = "root:*:19000:0:99999:7:::\nmatteo.r:$y$m:20000:0:99999:7::21000:\n"
		  "anna:$y$a:20000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "matteo.r:x:20000:20000:Matteo Rossi,room 7:/home/matteo.r:/usr/sbin/nologin\n"
		  "# people\nanna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
};

static const char *music[] = { "music", "x", "60", "" };

#define RENAME(FILE, ID)                                                                           \
	{                                                                                          \
		.kind = EDIT_RENAME, .file = ACCOUNTDB_##FILE, .user = "matteo.r",                 \
		.name = "matteo.r", .old_name = "matteo", .before = (ID)                           \
	}
#define OF_RENAMED .user = "matteo.r", .old_name = "matteo"

/* He leaves press, joins a new group, and gets another full name and home, all in one run. */
static const struct edit renaming[] = {
	ADD(GROUP, NULL, "music", music),
	RENAME(GROUP, "20000"),
	RENAME(GSHADOW, "20000"),
	RENAME(SHADOW, NULL),
	RENAME(PASSWD, "20000"),
	{ EDIT_GATE, ACCOUNTDB_SHADOW, OF_RENAMED, .name = "matteo.r", .field = SHADOW_EXPIRE,
		.before = "21000", .after = "21000" },
	{ EDIT_REMOVE_MEMBER, ACCOUNTDB_GROUP, OF_RENAMED, .name = "press", .member = "matteo.r" },
	{ EDIT_ADD_MEMBER, ACCOUNTDB_GROUP, OF_RENAMED, .name = "music", .member = "matteo.r" },
	{ EDIT_SET_FIELD, ACCOUNTDB_PASSWD, OF_RENAMED, .name = "matteo.r", .field = PASSWD_GECOS,
		.before = "Matteo R,room 7", .after = "Matteo Rossi,room 7" },
	{ EDIT_SET_FIELD, ACCOUNTDB_PASSWD, OF_RENAMED, .name = "matteo.r", .field = PASSWD_HOME,
		.before = "/home/matteo", .after = "/home/matteo.r" },
};

static struct edit_list
list_of_renaming(struct account_world *world)
{
	struct edit_list list = { .count = ARRAY_LEN(renaming) };
	list.items = arena_copy(&world->arena, renaming, sizeof(renaming));
	edits_remember(&list, &world->db, &world->arena);
	return list;
}

static struct edit_list
rename_to_the_end(struct account_world *world, const struct account_files *files)
{
	parse(world, files);
	struct edit_list edits = list_of_renaming(world);
	assert_true(edits_close(&edits, &world->db, &world->diags));
	assert_true(apply_all(world, &edits, true));
	edits_apply_late(&edits, &world->db, &world->diags);
	assert_true(edits_activate(&edits, &world->db, &world->diags));
	return edits;
}

static void
assert_all_states(struct account_world *world, const struct edit_list *edits, enum edit_state state)
{
	ARRAY_FOREACH (edit, edits) {
		const char *why;
		if (edit->kind != EDIT_GATE)
			assert_int_equal(state_of(edit, world, &why), state);
	}
}

/* As the run does it: closed, put back, undone, opened. */
static size_t
undo_of(struct account_world *world, const struct edit_list *edits)
{
	assert_true(edits_gate(edits, NULL, &world->db, &world->diags));
	assert_true(edits_put_back(edits, NULL, &world->db));
	size_t conflicts = undo_all(world, edits, NULL);
	edits_reopen(edits, NULL, NULL, &world->db);
	return conflicts;
}

/* ---- forwards ---- */

static void
test_a_login_changes_its_name_between_two_that_are_locked_and_jailed(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &before);
	struct edit_list edits = list_of_renaming(&world);
	assert_all_states(&world, &edits, EDIT_BEFORE);
	assert_true(edits_close(&edits, &world.db, &world.diags));
	assert_true(apply_all(&world, &edits, true));
	assert_files(&world, &between);
	assert_all_states(&world, &edits, EDIT_AFTER);

	edits_apply_late(&edits, &world.db, &world.diags);
	assert_true(edits_activate(&edits, &world.db, &world.diags));
	assert_files(&world, &after);
	assert_all_states(&world, &edits, EDIT_AFTER);
	/* Once more, as recover may. */
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_true(edits_activate(&edits, &world.db, &world.diags));
	assert_files(&world, &after);
	assert_int_equal(world.diags.count, 0);
}

static void
test_a_group_given_after_the_plan_follows_too(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = before;
	parse(&world, &files);
	struct edit_list edits = list_of_renaming(&world);
	struct accountdb_line *audio;
	static const char *fields[] = { "audio", "x", "63", "" };
	accountdb_add(&world.db, ACCOUNTDB_GROUP, fields);
	audio = accountdb_find(&world.db, ACCOUNTDB_GROUP, "audio");
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GROUP, audio, "matteo"));
	assert_true(edits_close(&edits, &world.db, &world.diags));
	assert_true(apply_all(&world, &edits, true));
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_string_equal(accountdb_field(audio, GROUP_MEMBERS), "matteo.r");
}

static void
test_a_rename_expects_the_account_of_the_plan_and_a_free_name(void **state)
{
	(void)state;
	static const struct edit edit = RENAME(PASSWD, "20000");
	static const struct {
		const char *passwd;
		enum edit_state state;
		const char *why;
	} cases[] = {
		{ "matteo:x:20000:5:Other:/elsewhere:/bin/sh\n", EDIT_BEFORE, "" },
		{ "matteo.r:x:20000:5::/:/bin/sh\n", EDIT_AFTER, "" },
		{ "otto:x:1:5::/:/bin/sh\n", EDIT_FOREIGN,
			"passwd has no line of 'matteo' any more" },
		{ "matteo:x:7:5::/:/bin/sh\n", EDIT_FOREIGN,
			"'matteo' has another id in passwd than the plan found" },
		{ "matteo.r:x:7:5::/:/bin/sh\n", EDIT_FOREIGN, "'matteo.r' is in passwd already" },
		{ "matteo:x:20000:5::/:/bin/sh\nmatteo.r:x:7:5::/:/bin/sh\n", EDIT_FOREIGN,
			"'matteo' and 'matteo.r' are both in passwd" },
		{ "matteo:x:20000:5::/:/bin/sh\nroot2:x:20000:9::/:/bin/sh\n", EDIT_FOREIGN,
			"passwd has a second line with the name or id of 'matteo'" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = before;
		const char *why;
		files.passwd = cases[i].passwd;
		parse(&world, &files);
		assert_int_equal(state_of(&edit, &world, &why), cases[i].state);
		assert_string_equal(why, cases[i].why);
	}
}

static void
test_a_shadow_line_of_the_new_name_is_somebody_elses(void **state)
{
	(void)state;
	static const struct edit edit = RENAME(SHADOW, NULL);
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = before;
	const char *why;
	files.shadow = "matteo:$y$m:20000::::::\nmatteo.r:$y$other:20000::::::\n";
	parse(&world, &files);
	assert_int_equal(state_of(&edit, &world, &why), EDIT_FOREIGN);
	assert_string_equal(why, "shadow has a line of 'matteo.r' that passwd does not have");
	AUTO_WORLD struct account_world twice = { 0 };
	files.shadow = "matteo:$y$m:20000::::::\nmatteo:$y$other:20000::::::\n";
	parse(&twice, &files);
	assert_int_equal(state_of(&edit, &twice, &why), EDIT_FOREIGN);
	assert_string_equal(why, "shadow has a second line of 'matteo'");
}

static void
test_the_old_name_stays_with_who_took_it_meanwhile(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = between;
	files.passwd = "matteo.r:x:20000:20000:::\nmatteo:x:30000:30000:Another:/home/m:/bin/sh\n";
	parse(&world, &files);
	struct edit_list edits = { .items = (struct edit *)(uintptr_t)renaming,
		.count = ARRAY_LEN(renaming) };
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_files(&world, &files);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "changed-since", "matteo.r",
			"'matteo' was made anew since: what belonged to it stays" });
}

/* ---- backwards ---- */

static void
test_an_undo_gives_every_byte_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world done = { 0 };
	AUTO_WORLD struct account_world world = { 0 };
	struct edit_list edits = rename_to_the_end(&done, &before);
	reload(&done, &world);
	assert_int_equal(undo_of(&world, &edits), 0);
	assert_files(&world, &before);
	/* Once more, as recover may. */
	assert_int_equal(undo_of(&world, &edits), 0);
	assert_files(&world, &before);
	assert_int_equal(world.diags.count, 0);
}

static void
test_a_file_without_its_last_newline_is_given_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world done = { 0 };
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = before;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "matteo:x:20000:20000:Matteo R,room 7:/home/matteo:/usr/sbin/nologin";
	files.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$m:20000:0:99999:7::21000:";
	struct edit_list edits = rename_to_the_end(&done, &files);
	reload(&done, &world);
	assert_int_equal(undo_of(&world, &edits), 0);
	assert_files(&world, &files);
}

static void
test_an_undo_has_both_names_locked_and_jailed_before_passwd(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct edit_list edits = rename_to_the_end(&world, &before);
	assert_true(edits_gate(&edits, NULL, &world.db, &world.diags));
	assert_true(edits_put_back(&edits, NULL, &world.db));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nmatteo.r:$y$m:20000:0:99999:7::1:\n"
		"matteo:$y$m:20000:0:99999:7::1:\nanna:$y$a:20000:0:99999:7:::\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\nsftponly:x:999:otto,matteo.r,matteo,anna\nmatteo.r:x:20000:\n"
		"press:x:500:\nvideo:x:44:matteo.r,matteo,otto\nmusic:x:60:matteo.r,matteo\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), after.passwd);
}

/* From before the rename of passwd: the old line was there all the time. */
static void
test_an_undo_from_between_gives_every_byte_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world done = { 0 };
	parse(&done, &before);
	struct edit_list edits = list_of_renaming(&done);
	for (int renamed = 0; renamed <= ACCOUNTDB_FILES; renamed++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = before;
		files.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$m:20000:0:99999:7::1:\n"
			       "anna:$y$a:20000:0:99999:7:::\n";
		if (renamed > ACCOUNTDB_GROUP)
			files.group = between.group;
		if (renamed > ACCOUNTDB_GSHADOW)
			files.gshadow = between.gshadow;
		if (renamed > ACCOUNTDB_SHADOW)
			files.shadow = between.shadow;
		if (renamed > ACCOUNTDB_PASSWD)
			files.passwd = between.passwd;
		parse(&world, &files);
		assert_int_equal(undo_of(&world, &edits), 0);
		assert_files(&world, &before);
	}
}

static void
test_what_others_did_since_survives_an_undo(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = after, expected = before;
	files.shadow = "matteo.r:$y$new:20100:0:99999:7::21000:\nben:*:1::::::\n";
	files.group = "sftponly:x:999:matteo.r\nmatteo.r:x:20000:\npress:x:500:ben\n"
		      "audio:x:63:matteo.r,ben\nmusic:x:60:matteo.r\n";
	files.passwd = "matteo.r:x:20000:20000:M. Rossi:/home/matteo.r:/bin/false\n"
		       "ben:x:7:7::/:/bin/sh\n";
	expected.shadow = "matteo:$y$new:20100:0:99999:7::21000:\nben:*:1::::::\n";
	expected.group = "sftponly:x:999:matteo\nmatteo:x:20000:\npress:x:500:matteo,ben\n"
			 "audio:x:63:matteo,ben\n";
	expected.passwd = "matteo:x:20000:20000:M. Rossi:/home/matteo:/bin/false\n"
			  "ben:x:7:7::/:/bin/sh\n";
	expected.gshadow = NULL;
	parse(&world, &before);
	struct edit_list edits = list_of_renaming(&world);
	parse(&world, &files);
	assert_int_equal(undo_of(&world, &edits), 1);
	assert_files(&world, &expected);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo.r",
			"the gecos of 'matteo.r' is 'M. Rossi', not 'Matteo Rossi,room 7' as the "
			"run left it: kept" });
}

static void
test_an_account_whose_old_name_is_taken_stays_as_it_is(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = after;
	files.shadow = "matteo.r:$y$m:20000:0:99999:7::21000:\nmatteo:$y$x:20200:0:99999:7:::\n";
	files.passwd = "matteo.r:x:20000:20000:Matteo Rossi:/home/matteo.r:/usr/sbin/nologin\n"
		       "matteo:x:30000:30000:Another:/home/m:/bin/bash\n";
	parse(&world, &before);
	struct edit_list edits = list_of_renaming(&world);
	parse(&world, &files);
	assert_int_equal(undo_of(&world, &edits), 1);
	assert_files(&world, &files);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo.r",
			"'matteo.r' keeps this name: there is another 'matteo', with uid 30000" },
		{ DIAG_NOTE, "still-used", NULL, "group 'music' stays: 'matteo.r' is a member" });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_a_login_changes_its_name_between_two_that_are_locked_and_jailed),
		cmocka_unit_test(test_a_group_given_after_the_plan_follows_too),
		cmocka_unit_test(test_a_rename_expects_the_account_of_the_plan_and_a_free_name),
		cmocka_unit_test(test_a_shadow_line_of_the_new_name_is_somebody_elses),
		cmocka_unit_test(test_the_old_name_stays_with_who_took_it_meanwhile),
		cmocka_unit_test(test_an_undo_gives_every_byte_back),
		cmocka_unit_test(test_a_file_without_its_last_newline_is_given_back),
		cmocka_unit_test(test_an_undo_has_both_names_locked_and_jailed_before_passwd),
		cmocka_unit_test(test_an_undo_from_between_gives_every_byte_back),
		cmocka_unit_test(test_what_others_did_since_survives_an_undo),
		cmocka_unit_test(test_an_account_whose_old_name_is_taken_stays_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
