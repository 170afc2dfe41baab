/*
 * test_intake_entries.c - entries of a directory: mapped while they pass, and gone afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake_fixture.h"

static struct source_config
entries(enum bad_row on_bad_row)
{
	return (struct source_config){ .importer = "directory", .on_bad_row = on_bad_row };
}

static const char *
accounts(struct fixture *fixture, const struct intake *intake)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (item, &intake->accounts) {
		const struct account *account = *item;
		const struct place *place = &account->places[ACCOUNT_USERNAME];
		assert_ptr_equal(account->place.file, place->file);
		buffer_printf(&out, "%s %s %s: %s\n", place->file, place->kind, place->field,
			account_said(account, &fixture->arena));
	}
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_what_an_account_keeps_outlives_its_entry(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = entries(BAD_ROW_BLOCK);
	struct intake intake;
	assert_true(take_in(fixture, &config,
		"dn=uid=anna|uid=anna|key=1|group=press|group=tv\ndn=uid=bert|uid=bert|key=2\n",
		&intake));
	assert_no_diags(fixture);
	assert_true(intake.complete);
	assert_string_equal(accounts(fixture, &intake),
		"uid=anna attribute uid: key=1 username=anna groups=press+tv\n"
		"uid=bert attribute uid: key=2 username=bert groups=\n");
}

/* Nobody may read the attribute, or nobody has one: the two look the same. */
static void
test_where_no_entry_has_groups_none_are_taken_away(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = entries(BAD_ROW_BLOCK);
	struct intake intake;
	assert_true(take_in(fixture, &config,
		"dn=uid=anna|uid=anna|key=1\ndn=uid=bert|uid=bert|key=2\n", &intake));
	assert_string_equal(accounts(fixture, &intake),
		"uid=anna attribute uid: key=1 username=anna\n"
		"uid=bert attribute uid: key=2 username=bert\n");
}

static void
test_reasons_are_kept_of_those_who_were_asked_about(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = entries(BAD_ROW_BLOCK);
	struct string_list users = { 0 };
	struct intake intake;
	string_list_push(&fixture->arena, &users, "bert");
	config.explain = &users;
	assert_true(take_in(fixture, &config,
		"dn=uid=anna|uid=anna|key=1|group=tv\n"
		"dn=uid=bert|uid=bert|key=2|group=press|group=tv\n",
		&intake));
	assert_null(intake.accounts.items[0]->reasons);
	const struct account_reasons *reasons = intake.accounts.items[1]->reasons;
	assert_int_equal(reasons->count, 2);
	assert_int_equal(reasons->items[1].field, ACCOUNT_GROUPS);
	assert_string_equal(reasons->items[1].value, "tv");
	assert_string_equal(reasons->items[1].via, "by line 2");

	config.explain = &(struct string_list){ 0 };
	assert_true(take_in(fixture, &config, "dn=uid=anna|uid=anna|key=1|group=tv\n", &intake));
	assert_string_equal(intake.accounts.items[0]->reasons->items[0].value, "tv");
}

static void
test_bad_entries_are_refused_with_their_places_and_whole_records(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = entries(BAD_ROW_SKIP);
	struct intake intake;
	AUTO_BUFFER struct buffer rejects = { 0 };
	assert_true(take_in(fixture, &config,
		"dn=uid=anna|uid=Anna|key=1|group=press\ndn=uid=bert|uid=bert|key=2\n"
		"dn=3|uid=two|group=tv\n",
		&intake));
	assert_string_equal(said(fixture),
		"uid=anna: warning: 'Anna' is not a login name | Use anna, or let "
		"username_filter: make names legal.\n"
		"3: warning: two values\n");
	assert_string_equal(fixture->diags.items[0].place.kind, "attribute");
	assert_string_equal(fixture->diags.items[0].place.field, "uid");
	assert_string_equal(taken(fixture, &intake),
		"bert<2> / 1: uid: 'Anna' is not a login name / 3: uid: two values ");
	assert_true(intake.complete);
	assert_non_null(table_get(&intake.present, "1"));
	assert_non_null(table_get(&intake.present, "3"));
	intake_write_rejects(&intake, &rejects);
	assert_string_equal(buffer_text(&rejects),
		"\xef\xbb\xbf"
		"dn,uid,group,key,error\r\n"
		"uid=anna,Anna,press,1,uid: 'Anna' is not a login name\r\n"
		"3,two,tv,,uid: two values\r\n");
}

static void
test_two_entries_of_one_login_or_key_name_each_other(void **state)
{
	struct fixture *fixture = *state;
	struct source_config config = entries(BAD_ROW_SKIP);
	struct intake intake;
	assert_true(take_in(fixture, &config,
		"dn=a|uid=anna|key=1\ndn=b|uid=anna|key=2\ndn=c|uid=carl|key=1\n", &intake));
	assert_string_equal(taken(fixture, &intake),
		"/ 1: username 'anna' is also in b; key '1' is also in c "
		"/ 2: uid: username 'anna' is also in a / 3: key '1' is also in a ");
	assert_string_equal(intake.rejected.items[1].record->fields.items[0].value, "b");
	assert_true(intake.complete);
}

static void
test_a_mapping_that_cannot_be_ends_the_listing(void **state)
{
	struct fixture *fixture = *state;
	struct mapping mapping = { 0 };
	struct mapping_rule rule = { .from = "uid", .date = "%Y", .place = at("rehome.yaml", 3) };
	struct source_config config = entries(BAD_ROW_SKIP);
	struct intake intake;
	config.mapping = &mapping;
	mapping.rules[ACCOUNT_EMAIL] = &rule;
	assert_false(take_in(fixture, &config, "dn=a|uid=anna|key=1\n", &intake));
	assert_string_equal(
		said(fixture), "rehome.yaml:3: error: date is for expires, not for email\n");
	assert_int_equal(intake.rows, 0);
	assert_false(intake.complete);
}

static void
test_an_attribute_that_no_entry_has_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	struct mapping mapping = { 0 };
	struct mapping_rule rule = { .from = "mial", .place = at("rehome.yaml", 3) };
	struct source_config config = entries(BAD_ROW_BLOCK);
	struct intake intake;
	config.mapping = &mapping;
	mapping.rules[ACCOUNT_EMAIL] = &rule;
	assert_true(take_in(fixture, &config, "dn=a|uid=anna|key=1\n", &intake));
	assert_string_equal(said(fixture),
		"rehome.yaml:3: warning: no entry has 'mial' | Correct the name, or let the "
		"account that asks the server read it.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_what_an_account_keeps_outlives_its_entry),
		fixture_test(test_where_no_entry_has_groups_none_are_taken_away),
		fixture_test(test_reasons_are_kept_of_those_who_were_asked_about),
		fixture_test(test_bad_entries_are_refused_with_their_places_and_whole_records),
		fixture_test(test_two_entries_of_one_login_or_key_name_each_other),
		fixture_test(test_a_mapping_that_cannot_be_ends_the_listing),
		fixture_test(test_an_attribute_that_no_entry_has_is_a_warning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
