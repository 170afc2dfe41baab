/*
 * test_edit_remove.c - lines that leave the account files: late what locks and jails, and back
 * byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edit_fixture.h"

static const struct account_files full = {
	.group = "root:x:0:\npress:x:500:kmeier,anna,otto\n# ours\nanna:x:20001:\nlast:x:7:\n",
	.gshadow = "root:*::\npress:!::kmeier,anna,otto\nanna:!::\nlast:!::\n",
	.shadow = "root:*:19000:0:99999:7:::\nanna:$y$a:20000:0:99999:7:::\n"
		  "kmeier:$y$old:19000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n# people\n"
		  "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n\n"
		  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n",
};

static const struct account_files gone = {
	.group = "root:x:0:\npress:x:500:kmeier,otto\n# ours\nlast:x:7:\n",
	.gshadow = "root:*::\npress:!::kmeier,otto\nlast:!::\n",
	.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n# people\n\n"
		  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n",
};

static const char *anna_shadow_now[] = { "anna", NULL, "20000", "0", "99999", "7", "", "", "" };

#define REMOVE(FILE, USER, NAME, FIELDS)                                                           \
	{                                                                                          \
		.kind = EDIT_REMOVE_LINE, .file = ACCOUNTDB_##FILE, .user = (USER),                \
		.name = (NAME), .fields = (FIELDS)                                                 \
	}
#define GATE(USER, BEFORE)                                                                         \
	{                                                                                          \
		.kind = EDIT_GATE, .file = ACCOUNTDB_SHADOW, .user = (USER), .name = (USER),       \
		.field = SHADOW_EXPIRE, .before = (BEFORE)                                         \
	}

static const struct edit leaving[] = {
	GATE("anna", ""),
	LEAVE(GROUP, "anna", "press"),
	LEAVE(GSHADOW, "anna", "press"),
	REMOVE(GROUP, "anna", "anna", anna_group),
	REMOVE(GSHADOW, "anna", "anna", anna_gshadow),
	REMOVE(SHADOW, "anna", "anna", anna_shadow_now),
	REMOVE(PASSWD, "anna", "anna", anna_passwd),
};

static struct edit_list
list_of_leaving(struct account_world *world)
{
	struct edit_list list = { .count = ARRAY_LEN(leaving) };
	list.items = arena_copy(&world->arena, leaving, sizeof(leaving));
	edits_remember(&list, &world->db, &world->arena);
	return list;
}

/* What the run keeps of a line before it goes. */
static void
keep_texts(struct edit_list *edits, struct account_world *world)
{
	ARRAY_FOREACH (edit, edits) {
		struct accountdb_line *line = accountdb_find(&world->db, edit->file, edit->name);
		if (edit->kind == EDIT_REMOVE_LINE && line)
			edit->text = accountdb_line_text(line, &world->arena);
	}
}

/* ---- forwards ---- */

static void
test_a_login_ends_before_what_made_it_safe(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &full);
	struct edit_list edits = list_of_leaving(&world);
	assert_true(edits_close(&edits, &world.db, &world.diags));
	assert_true(apply_all(&world, &edits, true));
	/* passwd alone has changed, and the account's expiry. */
	struct account_files first = full;
	first.passwd = gone.passwd;
	first.shadow = "root:*:19000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n"
		       "kmeier:$y$old:19000:0:99999:7:::\n";
	assert_files(&world, &first);

	edits_apply_late(&edits, &world.db, &world.diags);
	assert_true(edits_activate(&edits, &world.db, &world.diags));
	assert_files(&world, &gone);
	ARRAY_FOREACH (edit, &edits) {
		const char *why;
		assert_int_equal(state_of(edit, &world, &why), EDIT_AFTER);
	}
	/* Once more, as recover may. */
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_files(&world, &gone);
	assert_int_equal(world.diags.count, 0);
}

static void
test_what_is_late_stays_while_passwd_has_the_login(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = full;
	files.passwd = "anna:x:30000:30000:Another Anna:/home/anna2:/bin/sh\n";
	parse(&world, &files);
	struct edit_list edits = list_of_leaving(&world);
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_files(&world, &files);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "changed-since", "anna",
			"'anna' was made anew since: what belongs to it stays" });
}

static void
test_a_group_that_somebody_needs_stays(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = gone;
	files.group = "anna:x:20001:otto\n";
	parse(&world, &files);
	struct edit_list edits = list_of_leaving(&world);
	edits_apply_late(&edits, &world.db, &world.diags);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), files.group);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "changed-since", "anna",
			"the line of 'anna' stays: 'otto' is a member of group 'anna'" });

	AUTO_WORLD struct account_world primary = { 0 };
	files.group = "anna:x:20001:\n";
	files.passwd = "otto:x:5:20001::/:/bin/sh\n";
	parse(&primary, &files);
	edits = list_of_leaving(&primary);
	edits_apply_late(&edits, &primary.db, &primary.diags);
	assert_string_equal(account_world_text(&primary, ACCOUNTDB_GROUP), files.group);
	ASSERT_DIAGS(&primary,
		{ DIAG_WARNING, "changed-since", "anna",
			"group 'anna' stays: it is the primary group of 'otto'" });
}

/* ---- what it finds ---- */

static void
test_a_removal_expects_the_same_id_and_no_twin(void **state)
{
	(void)state;
	static const struct edit edit = REMOVE(PASSWD, "anna", "anna", anna_passwd);
	static const struct {
		const char *passwd;
		enum edit_state state;
		const char *why;
	} cases[] = {
		{ "anna:x:20001:5:Other name:/elsewhere:/bin/sh\n", EDIT_BEFORE, "" },
		{ "otto:x:20001:5::/:/bin/sh\n", EDIT_AFTER, "" },
		{ "anna:x:20002:5::/:/bin/sh\n", EDIT_FOREIGN,
			"'anna' has another id in passwd than the plan found" },
		{ "anna:x:20001:5::/:/bin/sh\nanna:x:9:9::/:/bin/sh\n", EDIT_FOREIGN,
			"passwd has a second line with the name or id of 'anna'" },
		{ "anna:x:20001:5::/:/bin/sh\nroot2:x:20001:9::/:/bin/sh\n", EDIT_FOREIGN,
			"passwd has a second line with the name or id of 'anna'" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = full;
		const char *why;
		files.passwd = cases[i].passwd;
		parse(&world, &files);
		assert_int_equal(state_of(&edit, &world, &why), cases[i].state);
		assert_string_equal(why, cases[i].why);
	}
}

/* ---- backwards ---- */

/* A run and its undo, with other administrators' changes in between. */
static struct edit_list
remove_anna(
	struct account_world *world, struct account_world *next, const struct account_files *before)
{
	parse(world, before);
	struct edit_list edits = list_of_leaving(world);
	assert_true(edits_close(&edits, &world->db, &world->diags));
	keep_texts(&edits, world);
	assert_true(apply_all(world, &edits, true));
	edits_apply_late(&edits, &world->db, &world->diags);
	assert_true(edits_activate(&edits, &world->db, &world->diags));
	reload(world, next);
	return edits;
}

static void
test_undo_puts_every_line_back_where_it_stood(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	struct edit_list edits = remove_anna(&world, &next, &full);
	assert_files(&next, &gone);
	assert_int_equal(undo_all(&next, &edits, NULL), 0);
	edits_reopen(&edits, NULL, NULL, &next.db);
	assert_files(&next, &full);
	assert_int_equal(undo_all(&next, &edits, NULL), 0);
	assert_files(&next, &full);
	assert_int_equal(next.diags.count, 0);
}

static void
test_what_locks_and_jails_is_back_before_the_login(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	struct edit_list edits = remove_anna(&world, &next, &full);
	assert_true(edits_put_back(&edits, NULL, &next.db));
	struct account_files first = full;
	first.passwd = gone.passwd;
	first.shadow = "root:*:19000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n"
		       "kmeier:$y$old:19000:0:99999:7:::\n";
	assert_files(&next, &first);
	/* Then the login, still closed. */
	assert_int_equal(undo_all(&next, &edits, NULL), 0);
	first.passwd = full.passwd;
	assert_files(&next, &first);
}

static void
test_the_line_comes_back_as_it_was_when_it_went(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	struct account_files files = full;
	/* Too few and too many fields, blanks in front, and other values than the plan's. */
	files.shadow = "anna:$y$newer:20100\n";
	files.passwd = " anna:x:20001:20001:Married:/home/anna:/bin/sh:more:and more\n";
	struct edit_list edits = remove_anna(&world, &next, &files);
	assert_string_equal(account_world_text(&next, ACCOUNTDB_PASSWD), "");
	assert_int_equal(undo_all(&next, &edits, NULL), 0);
	edits_reopen(&edits, NULL, NULL, &next.db);
	assert_files(&next, &files);
}

static void
test_without_what_the_run_kept_the_plan_must_do(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	struct edit_list edits = remove_anna(&world, &next, &full);
	ARRAY_FOREACH (edit, &edits)
		edit->text = NULL;
	assert_int_equal(undo_all(&next, &edits, NULL), 1);
	edits_reopen(&edits, NULL, NULL, &next.db);
	struct account_files expected = full;
	expected.shadow = "root:*:19000:0:99999:7:::\nanna:!:20000:0:99999:7:::\n"
			  "kmeier:$y$old:19000:0:99999:7:::\n";
	assert_files(&next, &expected);
	ASSERT_DIAGS(&next,
		{ DIAG_WARNING, "conflict", "anna",
			"the password of 'anna' is locked: the run's secrets are missing" });
}

static void
test_who_took_the_name_or_the_id_keeps_it(void **state)
{
	(void)state;
	static const struct {
		const char *passwd, *group, *why;
	} cases[] = {
		{ "anna:x:5:5::/:/bin/sh\n", "",
			"'anna' cannot come back: login 'anna' was made anew since" },
		{ "otto:x:20001:5::/:/bin/sh\n", "",
			"'anna' cannot come back: uid 20001 now belongs to 'otto'" },
		{ "", "anna:x:9:\n", "'anna' cannot come back: group 'anna' was made anew since" },
		{ "", "otto:x:20001:\n",
			"'anna' cannot come back: gid 20001 now belongs to 'otto'" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 }, later = { 0 };
		struct edit_list edits = remove_anna(&world, &next, &full);
		struct account_files files = {
			.group = arena_printf(&next.arena, "%s%s", gone.group, cases[i].group),
			.gshadow = gone.gshadow,
			.shadow = "anna:*:1:2:3:4::1:\n",
			.passwd = arena_printf(&next.arena, "%s%s", gone.passwd, cases[i].passwd),
		};
		parse(&later, &files);
		assert_true(edits_put_back(&edits, NULL, &later.db));
		assert_int_equal(undo_all(&later, &edits, NULL), 1);
		if (i == 0) /* whoever closed the new account did so for reasons of his own */
			edits_reopen(&edits, NULL, NULL, &later.db);
		assert_files(&later, &files);
		const struct expected_diag expected[] = { { DIAG_WARNING, "conflict", "anna",
			cases[i].why } };
		assert_diags(&later.diags, expected, 1);
	}
}

static void
test_one_of_several_comes_back_to_its_neighbours(void **state)
{
	(void)state;
	static const char before[] = "a:x:1:1::/:\nb:x:2:2::/:\nc:x:3:3::/:\nd:x:4:4::/:\n";
	static const char *fields[][PASSWD_FIELDS] = { { "c", "x", "3", "3", "", "/", "" },
		{ "b", "x", "2", "2", "", "/", "" }, { "a", "x", "1", "1", "", "/", "" } };
	struct edit edits[] = {
		REMOVE(PASSWD, "b", "b", fields[1]),
		REMOVE(PASSWD, "c", "c", fields[0]),
		REMOVE(PASSWD, "a", "a", fields[2]),
	};
	struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 }, all = { 0 };
	struct account_files files = full;
	files.passwd = before;
	parse(&world, &files);
	edits_remember(&list, &world.db, &world.arena);
	assert_true(apply_all(&world, &list, true));
	reload(&world, &next);
	assert_string_equal(account_world_text(&next, ACCOUNTDB_PASSWD), "d:x:4:4::/:\n");
	struct table users = { 0 };
	users_of(&next, &users, "c");
	assert_int_equal(undo_all(&next, &list, &users), 0);
	assert_string_equal(
		account_world_text(&next, ACCOUNTDB_PASSWD), "c:x:3:3::/:\nd:x:4:4::/:\n");
	reload(&world, &all);
	assert_int_equal(undo_all(&all, &list, NULL), 0);
	assert_string_equal(account_world_text(&all, ACCOUNTDB_PASSWD), before);
}

/* ---- any file ---- */

struct removing {
	struct account_world *world;
	struct dice *dice;
	struct edit_list edits;
};

static void
push_removal(struct removing *removing, enum accountdb_file file, const char *name)
{
	struct account_world *world = removing->world;
	struct accountdb_line *line = accountdb_find(&world->db, file, name);
	size_t count = accountdb_field_count(file);
	if (!line)
		return;
	const char **fields = arena_alloc(&world->arena, count * sizeof(*fields));
	for (size_t i = 0; i < count; i++)
		fields[i] = arena_strdup(&world->arena, accountdb_field(line, i));
	/* Nobody whom passwd still has: that would keep what is late. */
	struct edit edit = REMOVE(PASSWD, NULL, name, fields);
	edit.user = arena_printf(&world->arena, "gone-%s", name);
	edit.file = file;
	const char *why;
	if (state_of(&edit, world, &why) == EDIT_BEFORE)
		ARRAY_PUSH(&world->arena, &removing->edits, edit);
}

/* In an order that has nothing to do with the file's. */
static void
push_random_removals(struct removing *removing, enum accountdb_file file)
{
	struct string_list names = { 0 };
	size_t cursor = 0;
	struct accountdb_line *line;
	while ((line = accountdb_next(&removing->world->db, file, &cursor)))
		string_list_push(&removing->world->arena, &names, accountdb_name(line));
	for (size_t i = names.count; i > 1; i--) {
		size_t other = dice_below(removing->dice, (unsigned)i);
		const char *name = names.items[i - 1];
		names.items[i - 1] = names.items[other];
		names.items[other] = name;
	}
	ARRAY_FOREACH (name, &names) {
		if (dice_one_in(removing->dice, 2))
			push_removal(removing, file, *name);
	}
}

static void
test_random_removals_and_their_undo_are_byte_for_byte(void **state)
{
	(void)state;
	size_t removed = 0;
	for (unsigned seed = 1; seed <= 500; seed++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *texts[ACCOUNTDB_FILES];
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			texts[file] = random_account_file(&dice, file, &world.arena);
		struct account_files files = { texts[ACCOUNTDB_GROUP], texts[ACCOUNTDB_GSHADOW],
			texts[ACCOUNTDB_SHADOW], texts[ACCOUNTDB_PASSWD] };
		parse(&world, &files);
		struct removing removing = { .world = &world, .dice = &dice };
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			push_random_removals(&removing, file);
		removed += removing.edits.count;
		edits_remember(&removing.edits, &world.db, &world.arena);
		keep_texts(&removing.edits, &world);
		assert_true(apply_all(&world, &removing.edits, true));
		edits_apply_late(&removing.edits, &world.db, &world.diags);
		reload(&world, &next);
		assert_int_equal(undo_all(&next, &removing.edits, NULL), 0);
		assert_files(&next, &files);
	}
	assert_true(removed > 5000);
}

static void
test_ten_thousand_accounts_leave_and_come_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	AUTO_BUFFER struct buffer passwd = { 0 };
	for (unsigned i = 0; i < 10000; i++)
		buffer_printf(&passwd, "u%u:x:%u:100::/home/u%u:/bin/sh\n", i, 20000 + i, i);
	struct account_files files = full;
	files.passwd = buffer_text(&passwd);
	parse(&world, &files);
	struct dice dice = { 7 };
	struct removing removing = { .world = &world, .dice = &dice };
	push_random_removals(&removing, ACCOUNTDB_PASSWD);
	assert_in_range(removing.edits.count, 4000, 6000);
	edits_remember(&removing.edits, &world.db, &world.arena);
	assert_true(apply_all(&world, &removing.edits, true));
	reload(&world, &next);
	assert_int_equal(undo_all(&next, &removing.edits, NULL), 0);
	assert_files(&next, &files);
}

/* ---- a group of nobody in particular ---- */

static const char *last_group[] = { "last", "x", "7", "" };
static const char *last_gshadow[] = { "last", "!", "", "" };
static struct edit tidying[] = { REMOVE(GROUP, NULL, "last", last_group),
	REMOVE(GSHADOW, NULL, "last", last_gshadow) };

static void
test_a_group_of_nobody_goes_at_once_and_comes_back_with_the_last(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &full);
	struct edit_list edits = { .items = tidying, .count = ARRAY_LEN(tidying) };
	struct table some = { .arena = &world.arena };
	struct account_files tidy = full;
	tidy.group = "root:x:0:\npress:x:500:kmeier,anna,otto\n# ours\nanna:x:20001:\n";
	tidy.gshadow = "root:*::\npress:!::kmeier,anna,otto\nanna:!::\n";
	table_set(&some, "anna", &some);
	edits_remember(&edits, &world.db, &world.arena);
	assert_true(apply_all(&world, &edits, true));
	assert_files(&world, &tidy);
	assert_false(edits_remove_lines(&edits));

	assert_int_equal(undo_all(&world, &edits, &some), 0);
	assert_files(&world, &tidy);
	edits.last_users = true;
	assert_int_equal(undo_all(&world, &edits, &some), 0);
	assert_files(&world, &full);
	assert_true(apply_all(&world, &edits, true));
	assert_int_equal(undo_all(&world, &edits, NULL), 0);
	assert_files(&world, &full);
}

static void
test_a_group_of_nobody_whose_gid_was_taken_stays_away(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files taken = full;
	taken.group = "root:x:0:\nother:x:7:\n";
	taken.gshadow = "root:*::\nother:!::\n";
	parse(&world, &taken);
	struct edit_list edits = { .items = tidying, .count = ARRAY_LEN(tidying) };
	assert_int_equal(undo_all(&world, &edits, NULL), 0);
	assert_files(&world, &taken);
}

static void
test_a_group_that_somebody_joined_since_is_not_taken_away(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files joined = full;
	const char *why;
	joined.group = "root:x:0:\nlast:x:7:anna\n";
	parse(&world, &joined);
	assert_int_equal(state_of(&tidying[0], &world, &why), EDIT_FOREIGN);
	assert_string_equal(why, "'anna' is a member of group 'last'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_login_ends_before_what_made_it_safe),
		cmocka_unit_test(test_what_is_late_stays_while_passwd_has_the_login),
		cmocka_unit_test(test_a_group_that_somebody_needs_stays),
		cmocka_unit_test(test_a_removal_expects_the_same_id_and_no_twin),
		cmocka_unit_test(test_undo_puts_every_line_back_where_it_stood),
		cmocka_unit_test(test_what_locks_and_jails_is_back_before_the_login),
		cmocka_unit_test(test_the_line_comes_back_as_it_was_when_it_went),
		cmocka_unit_test(test_without_what_the_run_kept_the_plan_must_do),
		cmocka_unit_test(test_who_took_the_name_or_the_id_keeps_it),
		cmocka_unit_test(test_one_of_several_comes_back_to_its_neighbours),
		cmocka_unit_test(test_random_removals_and_their_undo_are_byte_for_byte),
		cmocka_unit_test(test_a_group_of_nobody_goes_at_once_and_comes_back_with_the_last),
		cmocka_unit_test(test_a_group_of_nobody_whose_gid_was_taken_stays_away),
		cmocka_unit_test(test_a_group_that_somebody_joined_since_is_not_taken_away),
		cmocka_unit_test(test_ten_thousand_accounts_leave_and_come_back),
	};
	return cmocka_run_group_tests_name("edit_remove", tests, NULL, NULL);
}
