/*
 * test_accountdb_change.c - account files keep every byte that nobody changed, and changes read
 * back as what was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "accountdb_fixture.h"

/* ---- writing ---- */

static void
test_random_files_come_back_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 500; seed++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *texts[ACCOUNTDB_FILES];
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			texts[file] = random_account_file(&dice, file, &world.arena);
		struct account_files files = { texts[ACCOUNTDB_GROUP], texts[ACCOUNTDB_GSHADOW],
			texts[ACCOUNTDB_SHADOW], texts[ACCOUNTDB_PASSWD] };
		assert_true(account_world_parse(&world, &files));
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
			assert_string_equal(account_world_text(&world, file), texts[file]);
			assert_false(world.db.tables[file].changed);
		}
	}
}

/* Every line is rewritten from its parts, and the parts hold every byte. */
static void
test_changing_a_field_there_and_back_gives_the_same_bytes(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *text = random_account_file(&dice, ACCOUNTDB_PASSWD, &world.arena);
		parse_with(&world, ACCOUNTDB_PASSWD, text);
		size_t cursor = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(&world.db, ACCOUNTDB_PASSWD, &cursor))) {
			size_t length = accountdb_line_length(line);
			const char *shell =
				arena_strdup(&world.arena, accountdb_field(line, PASSWD_SHELL));
			accountdb_set_field(
				&world.db, ACCOUNTDB_PASSWD, line, PASSWD_SHELL, "/changed");
			accountdb_set_field(&world.db, ACCOUNTDB_PASSWD, line, PASSWD_SHELL, shell);
			accountdb_shorten(&world.db, ACCOUNTDB_PASSWD, line, length);
		}
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), text);
	}
}

static void
test_new_lines_go_in_front_of_the_first_nis_line(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "", MATTEO },
		{ "a:x:1:1::/:\n", "a:x:1:1::/:\n" MATTEO },
		{ "a:x:1:1::/:\n# end\n\n", "a:x:1:1::/:\n# end\n\n" MATTEO },
		{ "a:x:1:1::/:\n+@s::::::\nb:x:2:2::/:\n-c\n",
			"a:x:1:1::/:\n" MATTEO "+@s::::::\nb:x:2:2::/:\n-c\n" },
		{ "+\n", MATTEO "+\n" },
		/* No final newline: the old last line gets one only when it is followed. */
		{ "a:x:1:1::/:", "a:x:1:1::/:\n" MATTEO },
		{ "a:x:1:1::/:\n+", "a:x:1:1::/:\n" MATTEO "+" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_with(&world, ACCOUNTDB_PASSWD, cases[i].before);
		struct accountdb_line *line = accountdb_add(&world.db, ACCOUNTDB_PASSWD, matteo);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), cases[i].after);
		assert_ptr_equal(accountdb_find(&world.db, ACCOUNTDB_PASSWD, "matteo"), line);
		assert_ptr_equal(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 20000), line);
		assert_int_equal(accountdb_line_number(line), 0);
		assert_true(world.db.tables[ACCOUNTDB_PASSWD].changed);
	}
}

static void
test_a_removed_line_takes_its_missing_newline_along(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "a:x:1:\nb:x:2:");
	accountdb_remove(
		&world.db, ACCOUNTDB_GROUP, accountdb_find(&world.db, ACCOUNTDB_GROUP, "b"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "a:x:1:\n");
	assert_string_equal(accountdb_last_name(&world.db, ACCOUNTDB_GROUP), "a");
	accountdb_remove(
		&world.db, ACCOUNTDB_GROUP, accountdb_find(&world.db, ACCOUNTDB_GROUP, "a"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "");
	assert_null(accountdb_last_name(&world.db, ACCOUNTDB_GROUP));
}

static void
test_the_next_line_of_a_name_or_id_counts_when_the_first_goes(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_PASSWD,
		"a:x:1:1:first:/:\nb:x:1:1::/:\na:x:2:1:second:/:\na:x:3:1:third:/:\n");
	struct accountdb *db = &world.db;
	accountdb_remove(db, ACCOUNTDB_PASSWD, accountdb_find(db, ACCOUNTDB_PASSWD, "a"));
	struct accountdb_line *a = accountdb_find(db, ACCOUNTDB_PASSWD, "a");
	assert_string_equal(accountdb_field(a, PASSWD_GECOS), "second");
	assert_string_equal(accountdb_name(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1)), "b");
	accountdb_remove(db, ACCOUNTDB_PASSWD, a);
	assert_string_equal(
		accountdb_field(accountdb_find(db, ACCOUNTDB_PASSWD, "a"), PASSWD_GECOS), "third");
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 2));
}

static void
test_a_changed_id_is_found_and_the_old_one_is_free(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_debian(&world);
	struct accountdb *db = &world.db;
	struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_PASSWD, "kmeier");
	accountdb_set_field(db, ACCOUNTDB_PASSWD, line, PASSWD_UID, "1001");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1001), line);
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1000));
	accountdb_set_field(db, ACCOUNTDB_PASSWD, line, PASSWD_UID, "1000");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1000), line);
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1001));
}

static void
test_a_twin_gets_the_id_that_the_first_line_gave_up(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_PASSWD, "a:x:1:1::/:\nb:x:1:1::/:\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *a = accountdb_find(db, ACCOUNTDB_PASSWD, "a");
	struct accountdb_line *b = accountdb_find(db, ACCOUNTDB_PASSWD, "b");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1), a);
	accountdb_set_field(db, ACCOUNTDB_PASSWD, a, PASSWD_UID, "2");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1), b);
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 2), a);
}

static void
test_a_line_with_too_many_fields_is_not_shortened(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	static const char text[] = "a:x:1::::::more\n";
	parse_with(&world, ACCOUNTDB_PASSWD, text);
	accountdb_shorten(
		&world.db, ACCOUNTDB_PASSWD, accountdb_find(&world.db, ACCOUNTDB_PASSWD, "a"), 3);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), text);
}

static void
test_a_line_that_would_read_back_differently_is_refused(void **state)
{
	(void)state;
	static const struct {
		size_t field;
		const char *value;
	} cases[] = {
		{ PASSWD_NAME, "+bob" },
		{ PASSWD_NAME, "#bob" },
		{ PASSWD_NAME, "" },
		{ PASSWD_NAME, " bob" },
		{ PASSWD_NAME, "bo\nb" },
		{ PASSWD_GECOS, "Bob:0:0" },
		{ PASSWD_GECOS, "Bob\nroot2:x:0:0::/:/bin/sh" },
		{ PASSWD_HOME, "/home/b\nob" },
		{ PASSWD_SHELL, "/bin/sh:" },
		{ PASSWD_SHELL, "/bin/sh\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_debian(&world);
		const char *fields[PASSWD_FIELDS];
		memcpy(fields, matteo, sizeof(fields));
		fields[cases[i].field] = cases[i].value;
		accountdb_add(&world.db, ACCOUNTDB_PASSWD, fields);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), "(refused)");
		assert_int_equal(world.diags.errors, 1);
		assert_string_equal(world.diags.items[0].code, "unwritable-field");
	}
}

static void
test_a_hash_with_a_colon_is_refused_without_being_shown(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_debian(&world);
	accountdb_set_field(&world.db, ACCOUNTDB_SHADOW,
		accountdb_find(&world.db, ACCOUNTDB_SHADOW, "kmeier"), SHADOW_HASH, "CANARY:1");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), "(refused)");
	assert_string_equal(world.diags.items[0].message,
		"the password of 'kmeier' would not read back as it was meant");
}

/* ---- members ---- */

static void
assert_list(const struct string_list *list, const char *expected)
{
	AUTO_BUFFER struct buffer joined = { 0 };
	ARRAY_FOREACH (item, list)
		buffer_printf(&joined, "%s%s", item == list->items ? "" : " ", *item);
	assert_string_equal(buffer_text(&joined), expected);
}

static void
test_members_are_read_as_libc_reads_them(void **state)
{
	(void)state;
	static const struct {
		const char *text, *names;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a,b,c", "a b c" },
		{ "a,,b,", "a b" },
		{ ",", "" },
		{ " a, b", "a b" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		const char *text = arena_printf(&world.arena, "g:x:1:%s\n", cases[i].text);
		parse_with(&world, ACCOUNTDB_GROUP, text);
		struct accountdb_line *group = accountdb_find(&world.db, ACCOUNTDB_GROUP, "g");
		assert_list(accountdb_members(group), cases[i].names);
		assert_false(accountdb_is_member(group, ""));

		assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GROUP, group, "new"));
		assert_true(accountdb_is_member(group, "new"));
		assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GROUP, group, "new"));
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), text);
	}
}

static void
test_members_are_added_once_and_removed_wherever_they_stand(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "g:x:1:a,b,a,c,a\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *group = accountdb_find(db, ACCOUNTDB_GROUP, "g");
	assert_false(accountdb_add_member(db, ACCOUNTDB_GROUP, group, "b"));
	assert_false(accountdb_remove_member(db, ACCOUNTDB_GROUP, group, "x"));
	assert_false(db->tables[ACCOUNTDB_GROUP].changed);
	assert_list(accountdb_members(group), "a b a c a");
	assert_true(accountdb_remove_member(db, ACCOUNTDB_GROUP, group, "a"));
	assert_false(accountdb_is_member(group, "a"));
	assert_list(accountdb_members(group), "b c");
	assert_true(accountdb_add_member(db, ACCOUNTDB_GROUP, group, "d"));
	assert_string_equal(accountdb_field(group, GROUP_MEMBERS), "b,c,d");
	assert_list(accountdb_members(group), "b c d");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "g:x:1:b,c,d\n");
}

static void
test_a_member_is_inserted_behind_another(void **state)
{
	(void)state;
	static const struct {
		const char *behind, *expected;
	} cases[] = {
		{ "", "g:x:1:n,a,b\n" },
		{ "a", "g:x:1:a,n,b\n" },
		{ "b", "g:x:1:a,b,n\n" },
		{ "nobody", "g:x:1:a,b,n\n" },
		{ NULL, "g:x:1:a,b,n\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_with(&world, ACCOUNTDB_GROUP, "g:x:1:a,b\n");
		struct accountdb_line *group = accountdb_find(&world.db, ACCOUNTDB_GROUP, "g");
		assert_true(accountdb_insert_member(
			&world.db, ACCOUNTDB_GROUP, group, "n", cases[i].behind));
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), cases[i].expected);
	}
}

static void
test_a_short_gshadow_line_grows_for_a_member_and_shrinks_again(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GSHADOW, "x:\ny:!:\n");
	struct accountdb_line *x = accountdb_find(&world.db, ACCOUNTDB_GSHADOW, "x");
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::bob\ny:!:\n");
	assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::\ny:!:\n");
	accountdb_shorten(&world.db, ACCOUNTDB_GSHADOW, x, 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:\ny:!:\n");
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::bob\ny:!:\n");
}

static void
test_a_member_that_is_two_is_refused(void **state)
{
	(void)state;
	static const char *const evil[] = { "a,b", "a:b", "a\nb" };
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_debian(&world);
		accountdb_add_member(&world.db, ACCOUNTDB_GROUP,
			accountdb_find(&world.db, ACCOUNTDB_GROUP, "sudo"), evil[i]);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "(refused)");
	}
}

static void
test_groups_of_a_login_follow_every_change(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "a:x:1:bob,bob\nb:x:2:eve\nc:x:3:eve,bob\n");
	struct accountdb *db = &world.db;
	assert_list(accountdb_groups_of(db, "bob"), "a c");
	assert_list(accountdb_groups_of(db, "eve"), "b c");
	assert_list(accountdb_groups_of(db, "nobody"), "");

	struct accountdb_line *b = accountdb_find(db, ACCOUNTDB_GROUP, "b");
	accountdb_add_member(db, ACCOUNTDB_GROUP, b, "bob");
	accountdb_add_member(db, ACCOUNTDB_GROUP, b, "nobody");
	accountdb_remove_member(
		db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, "a"), "bob");
	assert_list(accountdb_groups_of(db, "bob"), "c b");
	assert_list(accountdb_groups_of(db, "nobody"), "b");

	accountdb_remove(db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, "c"));
	accountdb_add(db, ACCOUNTDB_GROUP, (const char *[]){ "d", "x", "4", "eve" });
	assert_list(accountdb_groups_of(db, "bob"), "b");
	assert_list(accountdb_groups_of(db, "eve"), "b d");

	accountdb_set_field(db, ACCOUNTDB_GROUP, b, GROUP_MEMBERS, "eve,zoe");
	assert_list(accountdb_groups_of(db, "bob"), "");
	assert_list(accountdb_groups_of(db, "zoe"), "b");
	assert_list(accountdb_groups_of(db, "eve"), "d b");
}

static const char *
names_of(const struct accountdb_lines *lines, struct arena *arena)
{
	AUTO_BUFFER struct buffer names = { 0 };
	ARRAY_FOREACH (line, lines)
		buffer_printf(&names, "%s ", accountdb_name(*line));
	return arena_strdup(arena, buffer_text(&names));
}

static void
test_who_is_listed_in_gshadow_follows_every_change(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GSHADOW, "a:!:bob,,eve,bob:bob\nb:!:bob:\nc:!::eve,bob\n");
	struct accountdb *db = &world.db;
	struct arena *arena = &world.arena;
	assert_string_equal(names_of(accountdb_administered(db, "bob"), arena), "a b ");
	assert_string_equal(names_of(accountdb_administered(db, ""), arena), "");
	assert_string_equal(
		names_of(accountdb_memberships(db, ACCOUNTDB_GSHADOW, "bob"), arena), "a c ");

	struct accountdb_line *a = accountdb_find(db, ACCOUNTDB_GSHADOW, "a");
	accountdb_set_field(db, ACCOUNTDB_GSHADOW, a, GSHADOW_ADMINS, "eve,zoe");
	accountdb_rename(db, ACCOUNTDB_GSHADOW, a, "d");
	assert_string_equal(names_of(accountdb_administered(db, "bob"), arena), "b ");
	assert_string_equal(names_of(accountdb_administered(db, "zoe"), arena), "d ");
	assert_string_equal(
		names_of(accountdb_memberships(db, ACCOUNTDB_GSHADOW, "bob"), arena), "c d ");

	accountdb_remove(db, ACCOUNTDB_GSHADOW, a);
	assert_string_equal(names_of(accountdb_administered(db, "zoe"), arena), "");
	assert_string_equal(
		names_of(accountdb_memberships(db, ACCOUNTDB_GSHADOW, "bob"), arena), "c ");
	assert_string_equal(names_of(accountdb_memberships(db, ACCOUNTDB_GROUP, "bob"), arena), "");
}

/* ---- size ---- */

enum { MANY = 10000 };

static void
test_ten_thousand_lines_and_members_come_and_go(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "press:x:500:kmeier\n+::\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *press = accountdb_find(db, ACCOUNTDB_GROUP, "press");
	AUTO_BUFFER struct buffer expected = { 0 }, tail = { 0 };
	buffer_add_text(&expected, "press:x:500:kmeier");
	for (unsigned i = 0; i < MANY; i++) {
		const char *name = arena_printf(&world.arena, "user%05u", i);
		const char *gid = arena_printf(&world.arena, "%u", 20000 + i);
		accountdb_add(db, ACCOUNTDB_GROUP, (const char *[]){ name, "x", gid, "" });
		assert_true(accountdb_add_member(db, ACCOUNTDB_GROUP, press, name));
		buffer_printf(&expected, ",%s", name);
		buffer_printf(&tail, "%s:x:%s:\n", name, gid);
	}
	buffer_printf(&expected, "\n%s+::\n", buffer_text(&tail));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), buffer_text(&expected));
	assert_list(accountdb_groups_of(db, "user00000"), "press");

	for (unsigned i = 0; i < MANY; i++) {
		const char *name = arena_printf(&world.arena, "user%05u", i);
		assert_true(accountdb_remove_member(db, ACCOUNTDB_GROUP, press, name));
		accountdb_remove(db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, name));
	}
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "press:x:500:kmeier\n+::\n");
	assert_null(accountdb_find_id(db, ACCOUNTDB_GROUP, 20000));
}

static void
test_a_member_list_of_600_kilobytes_is_kept(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "all:x:500:first");
	for (unsigned i = 0; text.size < 600 * 1000; i++)
		buffer_printf(&text, ",a-rather-long-login-name-%06u", i);
	const char *before = arena_printf(&world.arena, "%s\n", buffer_text(&text));
	parse_with(&world, ACCOUNTDB_GROUP, before);
	struct accountdb_line *all = accountdb_find(&world.db, ACCOUNTDB_GROUP, "all");

	assert_true(accountdb_is_member(all, "a-rather-long-login-name-018000"));
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GROUP, all, "last"));
	const char *after = arena_printf(&world.arena, "%s,last\n", buffer_text(&text));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), after);
	assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GROUP, all, "last"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_files_come_back_byte_for_byte),
		cmocka_unit_test(test_changing_a_field_there_and_back_gives_the_same_bytes),
		cmocka_unit_test(test_new_lines_go_in_front_of_the_first_nis_line),
		cmocka_unit_test(test_a_removed_line_takes_its_missing_newline_along),
		cmocka_unit_test(test_the_next_line_of_a_name_or_id_counts_when_the_first_goes),
		cmocka_unit_test(test_a_changed_id_is_found_and_the_old_one_is_free),
		cmocka_unit_test(test_a_twin_gets_the_id_that_the_first_line_gave_up),
		cmocka_unit_test(test_a_line_with_too_many_fields_is_not_shortened),
		cmocka_unit_test(test_a_line_that_would_read_back_differently_is_refused),
		cmocka_unit_test(test_a_hash_with_a_colon_is_refused_without_being_shown),
		cmocka_unit_test(test_members_are_read_as_libc_reads_them),
		cmocka_unit_test(test_members_are_added_once_and_removed_wherever_they_stand),
		cmocka_unit_test(test_a_member_is_inserted_behind_another),
		cmocka_unit_test(test_a_short_gshadow_line_grows_for_a_member_and_shrinks_again),
		cmocka_unit_test(test_a_member_that_is_two_is_refused),
		cmocka_unit_test(test_groups_of_a_login_follow_every_change),
		cmocka_unit_test(test_who_is_listed_in_gshadow_follows_every_change),
		cmocka_unit_test(test_ten_thousand_lines_and_members_come_and_go),
		cmocka_unit_test(test_a_member_list_of_600_kilobytes_is_kept),
	};
	return cmocka_run_group_tests_name("accountdb_change", tests, NULL, NULL);
}
