/*
 * test_edit_bytes.c - after a run and its undo the files hold the same bytes, whatever they held.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edit_fixture.h"

/* ---- the same bytes ---- */

static void
test_a_missing_final_newline_comes_back(void **state)
{
	(void)state;
	static const struct {
		const char *passwd, *after;
	} cases[] = {
		{ "a:x:1:1::/:", "a:x:1:1::/:\n" },
		{ "a:x:1:1::/:\n# end", "a:x:1:1::/:\n# end\n" },
		{ "a:x:1:1::/:\n+", NULL },
		{ "a:x:1:1::/:\n", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct account_files files = host;
		files.passwd = cases[i].passwd;
		parse(&world, &files);
		struct edit_list edits = creation;
		edits_remember(&edits, &world.db, &world.arena);
		assert_int_equal(
			edits.unterminated[ACCOUNTDB_PASSWD] != NULL, cases[i].after != NULL);
		assert_true(apply_all(&world, &edits, true));
		reload(&world, &next);
		assert_int_equal(undo_all(&next, &edits, NULL), 0);
		assert_string_equal(account_world_text(&next, ACCOUNTDB_PASSWD), cases[i].passwd);
	}
}

static void
test_a_final_newline_stays_when_another_line_is_the_last(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "a:x:1:1::/:\n" /* had no newline before the run */
		       "matteo:x:20000:20000:Matteo:/home/matteo:/usr/sbin/nologin\n"
		       "later:x:2:2::/:\n";
	parse(&world, &files);
	struct edit_list edits = creation;
	edits.unterminated[ACCOUNTDB_PASSWD] = "a";
	assert_int_equal(undo_all(&world, &edits, NULL), 0);
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_PASSWD), "a:x:1:1::/:\nlater:x:2:2::/:\n");

	/* A second undo removes nothing, so it does not touch the end either. */
	files.passwd = "a:x:1:1::/:\n";
	AUTO_WORLD struct account_world again = { 0 };
	parse(&again, &files);
	assert_int_equal(undo_all(&again, &edits, NULL), 0);
	assert_string_equal(account_world_text(&again, ACCOUNTDB_PASSWD), files.passwd);
}

static void
test_short_lines_become_short_again(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	static const struct account_files files = { .group = "x:x:7\n",
		.gshadow = "x:\n",
		.shadow = "bob:!:19000\nold:*:1:2:3\n",
		.passwd = "bob:x:5\n" };
	parse(&world, &files);
	struct edit edits[] = {
		SET(SHADOW, "bob", SHADOW_EXPIRE, "", "1"),
		SET(SHADOW, "bob", SHADOW_CHANGED, "19000", "20000"),
		SET(SHADOW, "old", SHADOW_WARN, "", "7"),
		SET(PASSWD, "bob", PASSWD_SHELL, "", "/bin/sh"),
		JOIN(GROUP, "bob", "x"),
		JOIN(GSHADOW, "bob", "x"),
	};
	struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	edits_remember(&list, &world.db, &world.arena);
	assert_true(apply_all(&world, &list, true));
	static const struct account_files after = { .group = "x:x:7:bob\n",
		.gshadow = "x:::bob\n",
		.shadow = "bob:!:20000:::::1\nold:*:1:2:3:7\n",
		.passwd = "bob:x:5::::/bin/sh\n" };
	assert_files(&world, &after);
	reload(&world, &next);
	assert_int_equal(undo_all(&next, &list, NULL), 0);
	assert_files(&next, &files);
}

static void
test_members_return_to_their_places(void **state)
{
	(void)state;
	static const char *const orders[] = { "abcde", "edcba", "bd", "ace", "ebadc" };
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct account_files files = host;
		files.group = "g:x:9:a,b,c,d,e\n";
		parse(&world, &files);
		struct edit edits[5];
		size_t count = strlen(orders[i]);
		for (size_t j = 0; j < count; j++) {
			const char *who = arena_strndup(&world.arena, &orders[i][j], 1);
			edits[j] = (struct edit)LEAVE(GROUP, who, "g");
		}
		struct edit_list list = { edits, count, 0, { 0 } };
		edits_remember(&list, &world.db, &world.arena);
		assert_true(apply_all(&world, &list, true));
		reload(&world, &next);
		assert_int_equal(undo_all(&next, &list, NULL), 0);
		assert_string_equal(account_world_text(&next, ACCOUNTDB_GROUP), files.group);
	}
}

/* ---- random ---- */

struct random_run {
	struct account_world *world;
	struct dice *dice;
	struct edit_list edits;
};

static const char *
random_login(struct random_run *run, enum accountdb_file file)
{
	const char *name = NULL;
	size_t cursor = 0;
	unsigned seen = 0;
	struct accountdb_line *line;
	while ((line = accountdb_next(&run->world->db, file, &cursor))) {
		if (dice_one_in(run->dice, ++seen))
			name = accountdb_name(line);
	}
	return name;
}

static void
push(struct random_run *run, struct edit edit)
{
	struct edit_list *edits = &run->edits;
	ARRAY_PUSH(&run->world->arena, edits, edit);
}

static const char **
copy_fields(struct random_run *run, const char *const *fields, size_t count, const char *login,
	unsigned id)
{
	const char **copy = arena_copy(&run->world->arena, fields, count * sizeof(*fields));
	copy[0] = login;
	if (copy[2][0] == '2')
		copy[2] = arena_printf(&run->world->arena, "%u", id);
	return copy;
}

static void
push_new_user(struct random_run *run, unsigned number)
{
	const char *login = arena_printf(&run->world->arena, "new%u", number);
	unsigned id = 20000 + number;
	push(run,
		(struct edit)ADD(GROUP, login, login,
			copy_fields(run, matteo_group, GROUP_FIELDS, login, id)));
	push(run,
		(struct edit)ADD(SHADOW, login, login,
			copy_fields(run, matteo_shadow, SHADOW_FIELDS, login, id)));
	push(run,
		(struct edit)ADD(PASSWD, login, login,
			copy_fields(run, matteo_passwd, PASSWD_FIELDS, login, id)));
	if (run->world->db.tables[ACCOUNTDB_GSHADOW].exists)
		push(run,
			(struct edit)ADD(GSHADOW, login, login,
				copy_fields(run, matteo_gshadow, GSHADOW_FIELDS, login, id)));
	for (unsigned i = dice_below(run->dice, 3); i > 0; i--) {
		enum accountdb_file file =
			dice_one_in(run->dice, 2) ? ACCOUNTDB_GROUP : ACCOUNTDB_GSHADOW;
		const char *group = random_login(run, file);
		if (group)
			push(run,
				(struct edit){ .kind = EDIT_ADD_MEMBER,
					.file = file,
					.user = login,
					.name = group,
					.member = login });
	}
}

/* A field that this list does not change yet. */
static void
push_field_change(struct random_run *run, struct table *taken)
{
	enum accountdb_file file = dice_one_in(run->dice, 2) ? ACCOUNTDB_PASSWD : ACCOUNTDB_SHADOW;
	const char *login = random_login(run, file);
	if (!login)
		return;
	size_t field = 4 + dice_below(run->dice, (unsigned)accountdb_field_count(file) - 4);
	const char *key = arena_printf(
		&run->world->arena, "%s:%s:%zu", login, accountdb_file_name(file), field);
	if (table_get(taken, key))
		return;
	table_set(taken, key, run);
	const char *before = arena_strdup(&run->world->arena,
		accountdb_field(accountdb_find(&run->world->db, file, login), field));
	push(run,
		(struct edit){ .kind = EDIT_SET_FIELD,
			.file = file,
			.user = login,
			.name = login,
			.field = field,
			.before = before,
			.after = "changed" });
}

static void
push_leave(struct random_run *run, struct table *taken)
{
	const char *group = random_login(run, ACCOUNTDB_GROUP);
	if (!group)
		return;
	const struct string_list *members =
		accountdb_members(accountdb_find(&run->world->db, ACCOUNTDB_GROUP, group));
	if (!members->count)
		return;
	const char *member = members->items[dice_below(run->dice, (unsigned)members->count)];
	const char *key = arena_printf(&run->world->arena, "%s>%s", group, member);
	if (table_get(taken, key))
		return;
	table_set(taken, key, run);
	push(run, (struct edit)LEAVE(GROUP, member, group));
}

static void
make_random_run(struct random_run *run)
{
	struct table taken = { .arena = &run->world->arena };
	unsigned users = dice_below(run->dice, 5), changes = dice_below(run->dice, 8);
	for (unsigned i = 0; i < users; i++)
		push_new_user(run, i);
	for (unsigned i = 0; i < changes; i++) {
		push_field_change(run, &taken);
		push_leave(run, &taken);
	}
	edits_remember(&run->edits, &run->world->db, &run->world->arena);
}

static void
test_random_runs_and_their_undo_are_byte_for_byte(void **state)
{
	(void)state;
	size_t edits_seen = 0;
	for (unsigned seed = 1; seed <= 500; seed++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *texts[ACCOUNTDB_FILES];
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			texts[file] = random_account_file(&dice, file, &world.arena);
		struct account_files files = { texts[ACCOUNTDB_GROUP],
			dice_one_in(&dice, 4) ? NULL : texts[ACCOUNTDB_GSHADOW],
			texts[ACCOUNTDB_SHADOW], texts[ACCOUNTDB_PASSWD] };
		parse(&world, &files);
		struct random_run run = { .world = &world, .dice = &dice };
		make_random_run(&run);
		edits_seen += run.edits.count;

		assert_true(apply_all(&world, &run.edits, true));
		reload(&world, &next);
		ARRAY_FOREACH (edit, &run.edits) {
			const char *why;
			assert_int_equal(state_of(edit, &next, &why), EDIT_AFTER);
		}
		assert_int_equal(undo_all(&next, &run.edits, NULL), 0);
		assert_files(&next, &files);
	}
	assert_true(edits_seen > 5000);
}

static void
test_ten_thousand_accounts_come_and_go_in_one_run(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	parse(&world, &host);
	struct dice dice = { 1 };
	struct random_run run = { .world = &world, .dice = &dice };
	push(&run, (struct edit)ADD(GROUP, NULL, "sftponly", jail_group));
	for (unsigned i = 0; i < 10000; i++) {
		push_new_user(&run, i);
		const char *login = arena_printf(&world.arena, "new%u", i);
		push(&run, (struct edit)JOIN(GROUP, login, "sftponly"));
	}
	edits_remember(&run.edits, &world.db, &world.arena);
	assert_true(apply_all(&world, &run.edits, true));
	struct accountdb_line *jail = accountdb_find(&world.db, ACCOUNTDB_GROUP, "sftponly");
	assert_int_equal(accountdb_members(jail)->count, 10000);
	assert_non_null(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 29999));

	reload(&world, &next);
	assert_int_equal(undo_all(&next, &run.edits, NULL), 0);
	assert_files(&next, &host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_missing_final_newline_comes_back),
		cmocka_unit_test(test_a_final_newline_stays_when_another_line_is_the_last),
		cmocka_unit_test(test_short_lines_become_short_again),
		cmocka_unit_test(test_members_return_to_their_places),
		cmocka_unit_test(test_random_runs_and_their_undo_are_byte_for_byte),
		cmocka_unit_test(test_ten_thousand_accounts_come_and_go_in_one_run),
	};
	return cmocka_run_group_tests_name("edit_bytes", tests, NULL, NULL);
}
