/*
 * test_decision_sheet.c - cases as a spreadsheet, and what people make of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/decision_sheet.h"
#include "diag_fixture.h"

static void
add_case(struct fixture *fixture, struct plan *plan, const char *login, struct decision decision)
{
	struct change *change = ARENA_NEW(&fixture->arena, struct change);
	change->source = "ftpd:";
	change->key = change->login = login;
	ARRAY_PUSH(&fixture->arena, &change->decisions, decision);
	ARRAY_PUSH(&fixture->arena, &plan->changes, change);
}

/* "login case choice" of each row, or the first error with its place. */
static const char *
read_back(struct fixture *fixture, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct decision_rows rows;
	struct bytes content = { text, strlen(text) };
	fixture_clear(fixture);
	if (!decision_sheet_read(content, "open.csv", &fixture->arena, &rows, &fixture->diags)) {
		const struct diag *diag = &fixture->diags.items[0];
		return arena_printf(&fixture->arena, "%u:%u: %s | %s", diag->place.line,
			diag->place.column, diag->message, diag->hint ? diag->hint : "");
	}
	ARRAY_FOREACH (row, &rows)
		buffer_printf(&out, "%s%s %s %s", out.size ? ", " : "", row->login,
			decision_kinds[row->kind].code, row->choice ? row->choice : "-");
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_sheet_says_all_that_is_needed_to_decide(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	struct plan plan = { .arena = &fixture->arena };
	add_case(fixture, &plan, "anna",
		(struct decision){ .kind = DECISION_NOT_JAILED,
			.initial = "jail",
			.choice = "jail",
			.detail = "saw the whole machine, and landed in /home/anna",
			.place = at("/etc/vsftpd.conf", 3) });
	decision_sheet_write(&plan, &out, &fixture->arena);
	assert_string_equal(buffer_text(&out),
		"\xef\xbb\xbfsource,login,case,question,detail,choices,default,choice,where\r\n"
		"ftpd:,anna,not-jailed,\"Which directory is its jail, since it had none?\","
		"\"saw the whole machine, and landed in /home/anna\","
		"\"jail = the directory in which it landed; home = its home, and sessions begin "
		"below it as they did; leave = do not import it\","
		"jail,,/etc/vsftpd.conf:3\r\n");
	assert_string_equal(read_back(fixture, buffer_text(&out)), "anna not-jailed -");
}

static void
test_sheet_offers_only_what_is_possible_in_this_case(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	struct plan plan = { .arena = &fixture->arena };
	add_case(fixture, &plan, "anna",
		(struct decision){ .kind = DECISION_SHARED_HOME,
			.only_leave = true,
			.detail = "/home/anna is the home of 'bert'",
			.place = at("/etc/passwd", 3) });
	decision_sheet_write(&plan, &out, &fixture->arena);
	assert_non_null(strstr(buffer_text(&out),
		",/home/anna is the home of 'bert',leave = do not import it,,,/etc/passwd:3\r\n"));
}

static void
test_logins_of_any_bytes_are_found_again_and_are_no_formulas(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	struct plan plan = { .arena = &fixture->arena };
	static const char *const logins[] = { "=1+1", "'=x", "m\xfcller", "a,b", "\"q\"", "@x" };
	struct decision decision = {
		.kind = DECISION_REVIVED_KEY, .detail = "x", .choice = "drop", .decided = true
	};
	for (size_t i = 0; i < ARRAY_LEN(logins); i++)
		add_case(fixture, &plan, logins[i], decision);
	decision_sheet_write(&plan, &out, &fixture->arena);
	assert_null(strstr(buffer_text(&out), ",="));
	assert_null(strstr(buffer_text(&out), ",@"));
	assert_string_equal(read_back(fixture, buffer_text(&out)),
		"=1+1 revived-key drop, '=x revived-key drop, m\\xfcller revived-key drop, "
		"a,b revived-key drop, \"q\" revived-key drop, @x revived-key drop");
}

static void
test_sheet_may_come_back_in_another_form(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(read_back(fixture,
				    "Choice;Login;Case;Source;my notes\n"
				    " Jail ;anna;not-jailed;ftpd:;ask her\n"
				    ";bert;shared-home;ftpd:;\n"),
		"anna not-jailed jail, bert shared-home -");
}

static void
test_faults_of_a_sheet_are_told_with_their_place(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "source,login,case,choice\nf:,anna,not-jailed,jial\n",
			"2:20: choice 'jial' is none of jail, home or leave | Did you mean "
			"'jail'?" },
		{ "source,login,case,choice\nf:,anna,not-jailed,whatever\n",
			"2:20: choice 'whatever' is none of jail, home or leave | Write one of "
			"these words, or leave the cell empty." },
		{ "source,login,case,choice\nf:,anna,not-jaild,jail\n",
			"2:9: case 'not-jaild' is unknown | Did you mean 'not-jailed'?" },
		{ "source,login,case\nf:,anna,not-jailed\n",
			"1:0: there is no column 'choice' | Fill in the sheet that rehome decide "
			"--export wrote, and keep its columns." },
		{ "source,login,case,choice\nf:,anna,not-jailed,jail\n"
		  "f:,anna,not-jailed,home\n",
			"3:0: line 2 decides this case in another way | Keep one of the two "
			"rows." },
		{ "source,login,case,choice\nf:,anna\n",
			"2:1: 2 cells, expected 4 as in the header | Put a cell that holds a line "
			"break in quotes; if the program left out empty cells at the end, set "
			"short_rows: yes." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(read_back(fixture, cases[i].text), cases[i].said);
}

static void
test_book_is_written_and_read_the_same(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	struct decision_book book;
	decision_book_init(&book, &fixture->arena);
	decision_book_set(&book, "ftpd:", "anna", DECISION_NOT_JAILED, "jail");
	decision_book_set(&book, "ftpd:", "bert", DECISION_SHARED_HOME, "copy");
	decision_book_set(&book, "ftpd:", "anna", DECISION_NOT_JAILED, "home");
	decision_book_set(&book, "ftpd:", "carl", DECISION_DORMANT, "leave");
	decision_book_set(&book, "ftpd:", "carl", DECISION_DORMANT, NULL);
	decision_sheet_write_book(&book, &out, &fixture->arena);
	assert_string_equal(buffer_text(&out),
		"source,login,case,choice\r\nftpd:,anna,not-jailed,home\r\n"
		"ftpd:,bert,shared-home,copy\r\n");
	assert_string_equal(read_back(fixture, buffer_text(&out)),
		"anna not-jailed home, bert shared-home copy");
	assert_string_equal(decision_book_get(&book, "ftpd:", "anna", DECISION_NOT_JAILED), "home");
	assert_null(decision_book_get(&book, "ftpd:", "carl", DECISION_DORMANT));
	assert_null(decision_book_get(&book, "other", "anna", DECISION_NOT_JAILED));
}

static void
test_every_kind_has_words_and_a_default_among_them(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < DECISION_CASES; kind++) {
		const struct decision_kind *row = &decision_kinds[kind];
		assert_non_null(row->code);
		assert_int_equal(decision_case_parse(row->code), kind);
		assert_non_null(row->choices[0].word);
		assert_null(row->choices[DECISION_CHOICES - 1].word);
		for (size_t i = 0; row->choices[i].word; i++)
			assert_null(strpbrk(row->choices[i].meaning, ";="));
		assert_true(!row->initial || decision_word(kind, row->initial));
	}
	assert_int_equal(decision_case_parse("x"), DECISION_CASES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_sheet_says_all_that_is_needed_to_decide),
		fixture_test(test_sheet_offers_only_what_is_possible_in_this_case),
		fixture_test(test_logins_of_any_bytes_are_found_again_and_are_no_formulas),
		fixture_test(test_sheet_may_come_back_in_another_form),
		fixture_test(test_faults_of_a_sheet_are_told_with_their_place),
		fixture_test(test_book_is_written_and_read_the_same),
		fixture_test(test_every_kind_has_words_and_a_default_among_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
