/*
 * test_mapping_defaults.c - what an importer says of its columns, and columns that nobody has.
 */
#include "mapping_fixture.h"

/* ---- what an importer says by default ---- */

static const struct importer_default people[] = {
	{ ACCOUNT_USERNAME, "${login|lower}" },
	{ ACCOUNT_FULL_NAME, "${display}" },
	{ ACCOUNT_FULL_NAME, "${cn}" },
	{ ACCOUNT_FIELDS, NULL },
};

static const char *
by_default(struct fixture *fixture, const struct mapping *configured, const char *values)
{
	static const char columns[] = "login|display|cn|mail|cn";
	struct mapping *mapping;
	struct account account;
	fixture_clear(fixture);
	if (!mapping_bind(configured, people, row(fixture, NULL, "login|display|cn|mail", 1),
		    &fixture->arena, &mapping, &fixture->diags) ||
		!mapping_apply(mapping, row(fixture, columns, values, 2), &fixture->arena, &account,
			&fixture->diags))
		return said(fixture);
	assert_no_diags(fixture);
	return account_said(&account, &fixture->arena);
}

static void
test_an_importers_defaults_stand_in_for_the_synonyms(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(by_default(fixture, NULL, "Anna|Anna Vogel|Vogel|a@example.org|A"),
		"username=anna full_name=Anna Vogel");
	assert_string_equal(by_default(fixture, NULL, "anna||Anna|a@example.org|A"),
		"username=anna full_name=Anna");
	assert_string_equal(by_default(fixture, NULL, "|||a@example.org|"),
		"staff.csv:2:1: error: the username is empty | Fill in the username, or what it "
		"is made from.\n");
}

static void
test_a_configured_rule_replaces_an_importers_default(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${cn}", NULL);
	map(fixture, &configured, ACCOUNT_EMAIL, "${mail}", NULL);
	assert_string_equal(
		by_default(fixture, &configured, "anna|Anna Vogel|Vogel|a@example.org|A"),
		"username=anna full_name=Vogel email=a@example.org");
}

static void
test_the_columns_of_configured_rules_are_told_once_each(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${givenName} ${sn}", "${cn}");
	map(fixture, &configured, ACCOUNT_EMAIL, "${cn}@example.org", NULL);
	rule(fixture, &configured, ACCOUNT_LAYOUT)->from = "group_name";
	const struct string_list *columns = mapping_columns(&configured, &fixture->arena);
	assert_int_equal(columns->count, 4);
	assert_string_equal(columns->items[0], "givenName");
	assert_string_equal(columns->items[1], "sn");
	assert_string_equal(columns->items[2], "cn");
	assert_string_equal(columns->items[3], "group_name");
}

static void
test_what_rules_asked_for_and_no_record_had_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping *mapping;
	struct account account;
	map(fixture, &configured, ACCOUNT_FULL_NAME, "${name}", "${never asked}");
	rule(fixture, &configured, ACCOUNT_EMAIL)->from = "mial";
	assert_true(mapping_bind(&configured, NULL,
		row(fixture, NULL, "login|name|mial|never asked", 1), &fixture->arena, &mapping,
		&fixture->diags));
	assert_true(mapping_apply(mapping, row(fixture, "login|name", "anna|Anna", 2),
		&fixture->arena, &account, &fixture->diags));
	mapping_warn_missing(&configured, mapping, &fixture->arena, &fixture->diags);
	assert_string_equal(said(fixture),
		"rehome.yaml:7:12: warning: no entry has 'mial' | Correct the name, or let the "
		"account that asks the server read it.\n");
}

/* ---- sources without fixed columns ---- */

static void
test_columns_that_no_record_has_are_a_warning_where_columns_are_not_fixed(void **state)
{
	struct fixture *fixture = *state;
	struct mapping configured = { 0 };
	struct mapping *mapping;
	rule(fixture, &configured, ACCOUNT_EMAIL)->from = "mial";
	struct record *header = row(fixture, NULL, "login|mail", 1);
	mapping_add_columns(&configured, header, &fixture->arena, &fixture->diags);
	assert_string_equal(said(fixture),
		"rehome.yaml:7:12: warning: no record has 'mial' | Did you mean 'mail'?\n");
	assert_int_equal(header->fields.count, 3);
	assert_true(mapping_bind(
		&configured, NULL, header, &fixture->arena, &mapping, &fixture->diags));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(
			test_columns_that_no_record_has_are_a_warning_where_columns_are_not_fixed),
		fixture_test(test_an_importers_defaults_stand_in_for_the_synonyms),
		fixture_test(test_a_configured_rule_replaces_an_importers_default),
		fixture_test(test_the_columns_of_configured_rules_are_told_once_each),
		fixture_test(test_what_rules_asked_for_and_no_record_had_is_a_warning),
	};
	return cmocka_run_group_tests_name("mapping_defaults", tests, NULL, NULL);
}
