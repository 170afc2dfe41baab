/*
 * test_link_sheet.c - who would be whom as a spreadsheet, and what people make of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/link_sheet.h"
#include "diag_fixture.h"

static const struct link_pair pair = { "ftp:", "hr" };

#define HEAD "login,old_source,old_key,new_source,new_key,decision\n"

/* "login old_key new_key" of each row that links, the number of undecided ones; or the errors. */
static const char *
read_back(struct fixture *fixture, const char *rows)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct link_request request = { 0 };
	size_t undecided;
	const char *text = arena_printf(&fixture->arena, HEAD "%s", rows);
	struct bytes content = { text, strlen(text) };
	fixture_clear(fixture);
	if (!link_sheet_read(content, "links.csv", &pair, &fixture->arena, &request, &undecided,
		    &fixture->diags)) {
		ARRAY_FOREACH (diag, &fixture->diags)
			buffer_printf(&out, "%u:%u: %s | %s\n", diag->place.line,
				diag->place.column, diag->message, diag->hint ? diag->hint : "");
		return arena_strdup(&fixture->arena, buffer_text(&out));
	}
	ARRAY_FOREACH (row, &request.bindings)
		buffer_printf(&out, "%s %s %s, ", row->login, row->old_key, row->new_key);
	buffer_printf(&out, "%zu undecided", undecided);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_link_sheet_is_read_as_people_leave_it(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(read_back(fixture,
				    "anna,ftp:,anna,hr,7, LINK \nbert,ftp:,bert,hr,8,stay\n"
				    "carl,ftp:,carl,hr,9,\ncarl,ftp:,carl,hr,10,\n"
				    "dora,ftp:,dora,hr,11,\ndora,ftp:,dora,hr,12,link\n"
				    "emil,csv:,x,hr,,\n"),
		"anna anna 7, dora dora 12, 2 undecided");
}

static void
test_link_sheet_refuses_words_and_sources_that_it_does_not_know(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(read_back(fixture, "anna,ftp:,anna,hr,7,lik\nbert,ftp:,bert,hr,8,no\n"),
		"2:21: decision 'lik' is neither link nor stay | Did you mean 'link'?\n"
		"3:21: decision 'no' is neither link nor stay | "
		"Write one of the two, or leave the cell empty.\n");
	assert_string_equal(read_back(fixture, "anna,csv:,anna,hr,7,link\nbert,ftp:,b,it,8,link\n"),
		"2:6: the row is of source 'csv:', not of 'ftp:' | "
		"Import the sheet that was exported for these two sources.\n"
		"3:13: the row is of source 'it', not of 'hr' | "
		"Import the sheet that was exported for these two sources.\n");
}

/* Keys of any bytes, and cells that a spreadsheet program would run, come back as they went. */
static void
test_link_sheet_survives_hostile_keys(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	const struct managed_account managed = { .login = "anna", .key = "=cmd|'/C calc'!A0" };
	const struct account person = { .key = "a\x01\"b,c\n", .username = "anna" };
	const struct link_candidate candidate = { &person, "login" };
	struct link_match match = { .managed = &managed, .confidence = LINK_CERTAIN };
	struct link_matches matches = { 0 };
	struct link_request request = { 0 };
	size_t undecided;
	ARRAY_PUSH(&fixture->arena, &match.candidates, candidate);
	ARRAY_PUSH(&fixture->arena, &matches, match);
	link_sheet_write(&matches, &pair, &out, &fixture->arena);
	assert_non_null(strstr(buffer_text(&out), ",'=cmd|'/C calc'!A0,hr,"));
	assert_true(link_sheet_read(buffer_bytes(&out), "links.csv", &pair, &fixture->arena,
		&request, &undecided, &fixture->diags));
	assert_int_equal(undecided, 0);
	assert_int_equal(request.bindings.count, 1);
	assert_string_equal(request.bindings.items[0].old_key, "=cmd|'/C calc'!A0");
	assert_string_equal(request.bindings.items[0].new_key, "a\\x01\"b,c\\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_link_sheet_is_read_as_people_leave_it),
		fixture_test(test_link_sheet_refuses_words_and_sources_that_it_does_not_know),
		fixture_test(test_link_sheet_survives_hostile_keys),
	};
	return cmocka_run_group_tests_name("link_sheet", tests, NULL, NULL);
}
