/* AuthUserFile and AuthGroupFile: which lines count, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "importers/proftpd/auth_lines.h"

static const struct pro_file_filter everyone;

/* "alice 2001:2000 /srv/alice /bin/bash" of the entry that counts, or why there is none. */
static const char *
described(struct arena *arena, const struct pro_user_file *file, const char *name)
{
	const struct pro_file_user *user = table_get(&file->by_name, name);
	if (!user)
		return "absent";
	if (!user->account)
		return arena_printf(arena, "%u: %s", user->refused.line, user->why);
	return arena_printf(arena, "%u: '%s' %u:%u '%s' '%s' '%s'", user->account->where.line,
		user->account->hash, user->account->uid, user->account->gid, user->account->gecos,
		user->account->home, user->account->shell);
}

static struct pro_user_file
users(struct arena *arena, const char *text, size_t size, const struct pro_file_filter *filter)
{
	struct pro_user_file file;
	pro_user_file_parse((struct bytes){ text, size }, "/etc/ftpd.passwd", filter, arena, &file);
	return file;
}

static void
assert_user(const char *text, const char *name, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	const struct pro_user_file file = users(&arena, text, strlen(text), &everyone);
	assert_string_equal(described(&arena, &file, name), expected);
}

static void
test_entry_has_seven_fields_and_drops_more(void **state)
{
	(void)state;
	assert_user("a:h:1:2:g:/h:/s\n", "a", "1: 'h' 1:2 'g' '/h' '/s'");
	assert_user("a:h:1:2:g:/h:/s:more:x\n", "a", "1: 'h' 1:2 'g' '/h' '/s'");
	assert_user("a:h:1:2:g:/h\n", "a", "1: it does not have 7 fields");
	assert_user("a:h:1:2:::\n", "a", "1: 'h' 1:2 '' '' ''");
}

static void
test_last_byte_is_lost_without_newline(void **state)
{
	(void)state;
	assert_user("a:h:1:2:g:/h:/bin/bash", "a", "1: 'h' 1:2 'g' '/h' '/bin/bas'");
	assert_user("a:h:1:2:g:/h:", "a", "1: it does not have 7 fields");
}

static void
test_cr_belongs_to_the_shell(void **state)
{
	(void)state;
	assert_user("a:h:1:2:g:/h:/s\r\n", "a", "1: 'h' 1:2 'g' '/h' '/s\r'");
}

static void
test_ids_are_strtol_over_the_whole_field(void **state)
{
	(void)state;
	assert_user("a:h: 5:+7:g:/h:/s\n", "a", "1: 'h' 5:7 'g' '/h' '/s'");
	assert_user("a:h:-5:2:g:/h:/s\n", "a", "1: 'h' 4294967291:2 'g' '/h' '/s'");
	assert_user("a:h:5 :2:g:/h:/s\n", "a", "1: its uid or gid is not a number");
	assert_user("a:h:0x5:2:g:/h:/s\n", "a", "1: its uid or gid is not a number");
	assert_user("a:h::2:g:/h:/s\n", "a", "1: it has no uid or no gid");
}

static void
test_comments_and_empty_lines_name_nobody(void **state)
{
	(void)state;
	assert_user("#a:h:1:2:g:/h:/s\n\n \nnocolon\nb:h:1:2:g:/h:/s\n", "#a", "absent");
	assert_user("\n\nnocolon\nb:h:1:2:g:/h:/s\n", "b", "4: 'h' 1:2 'g' '/h' '/s'");
	assert_user("nocolon\n", "nocolon", "absent");
	assert_user(" #a:h:1:2:g:/h:/s\n", " #a", "1: 'h' 1:2 'g' '/h' '/s'");
}

static void
test_first_entry_that_counts_wins(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	static const char text[] = "j:bad:x:2:g:/h:/s\nj:h1:1:2:g:/h:/s\nj:h2:3:4:g:/k:/t\n";
	const struct pro_user_file file = users(&arena, text, strlen(text), &everyone);
	const struct pro_file_user *user = table_get(&file.by_name, "j");
	assert_string_equal(described(&arena, &file, "j"), "2: 'h1' 1:2 'g' '/h' '/s'");
	assert_int_equal(user->refused.line, 1);
	assert_int_equal(user->repeated.line, 3);
	assert_int_equal(file.users.count, 1);
	assert_int_equal(file.malformed, 1);
}

static void
test_long_line_is_cut_in_pieces_of_1024(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "a:h:1:2:g:/h:");
	while (text.size < 1024)
		buffer_add_char(&text, 's');
	buffer_add_text(&text, "b:h:3:4:g:/h:/s\nc:h:5:6:g:/h:/s\n");
	const struct pro_user_file file = users(&arena, text.data, text.size, &everyone);
	const struct pro_file_user *user = table_get(&file.by_name, "a");
	/* 13 bytes in front of the shell, 1,022 at most in all. */
	assert_int_equal(strlen(user->account->shell), 1022 - 13);
	assert_string_equal(described(&arena, &file, "b"), "1: 'h' 3:4 'g' '/h' '/s'");
	assert_string_equal(described(&arena, &file, "c"), "2: 'h' 5:6 'g' '/h' '/s'");
}

static void
test_nul_ends_a_line_of_users(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	static const char text[] = "a:h:1:2:g:/h:/sx\0junk\nb:h:1:2:g:/h:/s\n";
	const struct pro_user_file file = users(&arena, text, sizeof(text) - 1, &everyone);
	assert_string_equal(described(&arena, &file, "a"), "1: 'h' 1:2 'g' '/h' '/s'");
	assert_string_equal(described(&arena, &file, "b"), "2: 'h' 1:2 'g' '/h' '/s'");
}

static void
test_filters_skip_entries(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_file_filter filter = { .has_ids = true, .min = 10, .max = 20, .not_home = true };
	assert_int_equal(pro_pattern_compile("^[a-c]", &arena, &filter.name), PRO_PATTERN_USABLE);
	assert_int_equal(pro_pattern_compile("^/x", &arena, &filter.home), PRO_PATTERN_USABLE);
	static const char text[] = "a:h:10:2:g:/h:/s\nb:h:9:2:g:/h:/s\nc:h:10:2:g:/x/y:/s\n"
				   "d:h:10:2:g:/h:/s\na2:h:20:2:g:/h:/s\na3:h:21:2:g:/h:/s\n";
	const struct pro_user_file file = users(&arena, text, strlen(text), &filter);
	assert_string_equal(described(&arena, &file, "a"), "1: 'h' 10:2 'g' '/h' '/s'");
	assert_string_equal(described(&arena, &file, "a2"), "5: 'h' 20:2 'g' '/h' '/s'");
	assert_string_equal(described(&arena, &file, "b"),
		"2: its id is outside of the range that the directive allows");
	assert_string_equal(
		described(&arena, &file, "c"), "3: its home does not pass the directive's filter");
	assert_string_equal(
		described(&arena, &file, "d"), "4: its name does not pass the directive's filter");
	assert_int_equal(file.malformed, 0);
	pro_pattern_free(filter.name);
	pro_pattern_free(filter.home);
}

/* "2000 2100" of the groups that name a member. */
static const char *
gids_of(struct arena *arena, const struct pro_group_file *file, const char *member)
{
	const struct pro_file_membership *membership = table_get(&file->members, member);
	const char *gids = "";
	for (size_t i = 0; membership && i < membership->groups.count; i++)
		gids = arena_printf(
			arena, "%s%s%u", gids, i ? " " : "", membership->groups.items[i]->gid);
	return gids;
}

static void
assert_gids(const char *text, size_t size, const char *member, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_group_file file;
	pro_group_file_parse(
		(struct bytes){ text, size }, "/etc/ftpd.group", &everyone, &arena, &file);
	assert_string_equal(gids_of(&arena, &file, member), expected);
}

static void
test_groups_list_members_up_to_the_next_colon(void **state)
{
	(void)state;
	static const char text[] = "#c:x:1:a\nbroken\nstaff:x:2100:b,a\nodd:x:12x:a\nabc:x:abc:a\n"
				   "more:x:2200:b,a:c\nnone:x::a\ncr:x:2400:a\r\nlast:x:2300:a";
	assert_gids(text, strlen(text), "a", "2100 12 0 2200");
	assert_gids(text, strlen(text), "c", "");
	assert_gids(text, strlen(text), "a\r", "2400");
}

static void
test_nul_ends_the_group_file(void **state)
{
	(void)state;
	static const char text[] = "g:x:1:a\nh:x:2:a\0\ni:x:3:a\n";
	assert_gids(text, sizeof(text) - 1, "a", "1");
}

static void
test_first_group_of_an_id_gives_the_name(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct pro_group_file file;
	static const char text[] = "one:x:7:\ntwo:x:7:\none:x:8:\n";
	pro_group_file_parse((struct bytes){ text, strlen(text) }, "/g", &everyone, &arena, &file);
	assert_string_equal(((struct pro_file_group *)id_table_get(&file.by_gid, 7))->name, "one");
	assert_int_equal(((struct pro_file_group *)table_get(&file.by_name, "one"))->gid, 7);
	assert_int_equal(((struct pro_file_group *)table_get(&file.by_name, "one"))->where.line, 1);
}

static void
test_patterns_that_only_pcre_knows_are_foreign(void **state)
{
	(void)state;
	static const struct {
		const char *text, *subject;
		enum pro_pattern_kind kind;
		bool matches;
	} cases[] = {
		{ "^a\\d+$", "a12", PRO_PATTERN_USABLE, true },
		{ "^a\\d+$", "ad", PRO_PATTERN_USABLE, false },
		{ "^\\w+e$", "alice", PRO_PATTERN_USABLE, true },
		{ "a.*?c", "abbc", PRO_PATTERN_USABLE, true },
		{ "^[^]a]$", "]", PRO_PATTERN_USABLE, false },
		{ "a\\.b", "axb", PRO_PATTERN_USABLE, false },
		{ "(?i)a", "A", PRO_PATTERN_FOREIGN, false },
		{ "[\\d]", "1", PRO_PATTERN_FOREIGN, false },
		{ "a++", "a", PRO_PATTERN_FOREIGN, false },
		{ "\\Qa\\E", "a", PRO_PATTERN_FOREIGN, false },
		{ "(a", "a", PRO_PATTERN_INVALID, false },
		{ "^[a-z]{1,8}[0-9]{1,255}$", "ab1", PRO_PATTERN_USABLE, true },
		{ "([0-9]{1,3}[.]){3}", "10.1.2.", PRO_PATTERN_USABLE, true },
		{ "(((a{1,200}){1,200}){1,200})", "a", PRO_PATTERN_FOREIGN, false },
		{ "a{200}{200}{200}", "a", PRO_PATTERN_FOREIGN, false },
		{ "((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)", "a", PRO_PATTERN_FOREIGN, false },
		{ "[[:alpha:][](((a{200}){200}){200})[]", "a", PRO_PATTERN_FOREIGN, false },
		{ "[[.].][](((a{200}){200}){200})[]", "a", PRO_PATTERN_FOREIGN, false },
		{ "[]x[](((a{200}){200}){200})[]]", "a", PRO_PATTERN_FOREIGN, false },
	};
	AUTO_ARENA struct arena arena = { 0 };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pro_pattern *pattern = NULL;
		if (pro_pattern_compile(cases[i].text, &arena, &pattern) != cases[i].kind)
			fail_msg("kind of %s", cases[i].text);
		if (pattern && pro_pattern_matches(pattern, cases[i].subject) != cases[i].matches)
			fail_msg("%s on %s", cases[i].text, cases[i].subject);
		pro_pattern_free(pattern);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry_has_seven_fields_and_drops_more),
		cmocka_unit_test(test_last_byte_is_lost_without_newline),
		cmocka_unit_test(test_cr_belongs_to_the_shell),
		cmocka_unit_test(test_ids_are_strtol_over_the_whole_field),
		cmocka_unit_test(test_comments_and_empty_lines_name_nobody),
		cmocka_unit_test(test_first_entry_that_counts_wins),
		cmocka_unit_test(test_long_line_is_cut_in_pieces_of_1024),
		cmocka_unit_test(test_nul_ends_a_line_of_users),
		cmocka_unit_test(test_filters_skip_entries),
		cmocka_unit_test(test_groups_list_members_up_to_the_next_colon),
		cmocka_unit_test(test_nul_ends_the_group_file),
		cmocka_unit_test(test_first_group_of_an_id_gives_the_name),
		cmocka_unit_test(test_patterns_that_only_pcre_knows_are_foreign),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
