/*
 * test_mapping_values.c - rows in which one column has several values, as a directory's entries do.
 */
#include "mapping_fixture.h"

static void
add_row(struct fixture *fixture, struct mapping_rule *rule, const char *from, const char *to)
{
	ARRAY_PUSH(&fixture->arena, &rule->table, (struct mapping_row){ from, to });
}

/* layout: { from: group, table: { press: media, radio: media, tv: studio } } */
static struct mapping_rule *
map_groups(struct fixture *fixture, struct mapping *mapping, enum account_field field)
{
	struct mapping_rule *made = rule(fixture, mapping, field);
	made->from = "member_of";
	add_row(fixture, made, "press", "media");
	add_row(fixture, made, "radio", "media");
	add_row(fixture, made, "TV", "studio");
	return made;
}

/* What an entry with these groups becomes. */
static const char *
entry(struct fixture *fixture, const struct mapping *configured, const char *groups)
{
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	assert_true(mapping_bind(configured, NULL, row(fixture, NULL, "login|member_of", 1),
		&fixture->arena, &mapping, &fixture->diags));
	mapping->sets = true;
	const char *names = "login";
	for (const char *c = groups; c; c = strchr(c + 1, '|'))
		names = arena_printf(&fixture->arena, "%s|member_of", names);
	const struct record *record = row(fixture, names,
		groups ? arena_printf(&fixture->arena, "anna|%s", groups) : "anna", 2);
	return mapping_apply(mapping, record, &fixture->arena, &account, &fixture->diags)
		? account_said(&account, &fixture->arena)
		: said(fixture);
}

static void
test_a_table_picks_the_groups_that_it_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	map_groups(fixture, &configured, ACCOUNT_GROUPS);
	assert_string_equal(entry(fixture, &configured, "staff|Radio|press"),
		"username=anna groups=media layout=media");
	assert_string_equal(entry(fixture, &configured, NULL), "username=anna");
}

static void
test_a_star_is_for_entries_that_no_other_row_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	add_row(fixture, map_groups(fixture, &configured, ACCOUNT_LAYOUT), "*", "plain");
	add_row(fixture, map_groups(fixture, &configured, ACCOUNT_GROUPS), "*", "others");
	assert_string_equal(entry(fixture, &configured, "staff|tv"),
		"username=anna groups=studio layout=studio");
	assert_string_equal(entry(fixture, &configured, "staff|users"),
		"username=anna groups=others layout=plain");
	assert_string_equal(
		entry(fixture, &configured, NULL), "username=anna groups=others layout=plain");
}

static void
test_groups_that_lead_nowhere_leave_no_layout_to_guess(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_GROUPS);
	assert_string_equal(entry(fixture, &configured, "staff"), "username=anna");
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	assert_string_equal(entry(fixture, &configured, "staff"),
		"staff.csv:2:2: error: layout: 'staff' is in no row of the table | Add it to the "
		"table in the configuration, or a row \"*\" for all others.\n");
	assert_string_equal(entry(fixture, &configured, "staff|users"),
		"staff.csv:2:2: error: layout: none of 2 values, 'staff' the first, is in a row "
		"of the table | Add it to the table in the configuration, or a row \"*\" for all "
		"others.\n");
}

static void
test_two_groups_that_give_two_layouts_are_refused_by_their_names(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT);
	assert_string_equal(entry(fixture, &configured, "tv|staff|Press"),
		"staff.csv:2:2: error: layout: 'Press' gives media and 'tv' gives studio | Leave "
		"one of the two, or say several: first in the rule, so that the table's order "
		"decides.\n");
}

static void
test_the_order_of_the_table_decides_where_it_is_said_to(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map_groups(fixture, &configured, ACCOUNT_LAYOUT)->first = true;
	assert_string_equal(
		entry(fixture, &configured, "tv|staff|press"), "username=anna layout=media");
}

static void
test_two_values_without_a_table_are_refused_where_one_is_expected(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	rule(fixture, &configured, ACCOUNT_HOME)->from = "member_of";
	assert_string_equal(entry(fixture, &configured, "/srv/a|/srv/b"),
		"staff.csv:2:2: error: home: '/srv/a' and '/srv/b', where one value is expected | "
		"Leave one of the two, or say which counts with table:.\n");
	assert_string_equal(
		entry(fixture, &configured, "/srv/a|/srv/a"), "username=anna home=/srv/a");
	configured = (struct mapping){ 0 };
	rule(fixture, &configured, ACCOUNT_PASSWORD)->from = "member_of";
	assert_null(strstr(entry(fixture, &configured, "hunter2|hunter3"), "hunter"));
}

/* ---- passwords of a directory ---- */

static void
test_of_an_entrys_passwords_one_that_is_verified_here_is_taken(void **state)
{
	static const struct {
		const char *values, *hash, *foreign;
	} cases[] = {
		{ "{SSHA}abcdefgh|{CRYPT}$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/",
			"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL },
		{ "{CRYPT}$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/|{SSHA}abcdefgh",
			"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL },
		{ "{SSHA}abcdefgh", NULL, "a salted SHA-1 checksum" },
		{ "{SASL}anna@EXAMPLE.ORG", NULL, "another server's ({SASL})" },
		{ "geheimes Wort", NULL, "a plaintext" },
		{ "{CRYPT}!|{crypt}x|*", NULL, NULL },
		{ "{CRYPT}!$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", NULL, NULL },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mapping configured = { 0 }, *mapping;
		struct account account;
		fixture_clear(fixture);
		map(fixture, &configured, ACCOUNT_PASSWORD_HASH, "${pw}", NULL);
		assert_true(mapping_bind(&configured, NULL, row(fixture, NULL, "login|pw", 1),
			&fixture->arena, &mapping, &fixture->diags));
		mapping->sets = true;
		assert_true(mapping_apply(mapping,
			row(fixture, "login|pw|pw|pw",
				arena_printf(&fixture->arena, "anna|%s", cases[i].values), 2),
			&fixture->arena, &account, &fixture->diags));
		assert_true(!cases[i].hash == !account.password_hash);
		if (cases[i].hash)
			assert_string_equal(account.password_hash, cases[i].hash);
		assert_true(!cases[i].foreign == !account.foreign_hash);
		if (cases[i].foreign)
			assert_string_equal(account.foreign_hash, cases[i].foreign);
		assert_null(strstr(said(fixture), "geheim"));
		assert_null(strstr(said(fixture), "SSHA"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_a_table_picks_the_groups_that_it_names),
		fixture_test(test_a_star_is_for_entries_that_no_other_row_names),
		fixture_test(test_groups_that_lead_nowhere_leave_no_layout_to_guess),
		fixture_test(test_two_groups_that_give_two_layouts_are_refused_by_their_names),
		fixture_test(test_the_order_of_the_table_decides_where_it_is_said_to),
		fixture_test(test_two_values_without_a_table_are_refused_where_one_is_expected),
		fixture_test(test_of_an_entrys_passwords_one_that_is_verified_here_is_taken),
	};
	return cmocka_run_group_tests_name("mapping_values", tests, NULL, NULL);
}
