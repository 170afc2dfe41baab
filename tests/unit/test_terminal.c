/*
 * test_terminal.c - text within the columns of a terminal: lines, tables, pages, progress.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/paint.h"
#include "cli/progress.h"
#include "cli/wrap.h"
#include "core/base/text.h"
#include "diag_fixture.h"

/* ---- lines ---- */

static void
assert_wrapped(const char *text, size_t hang, unsigned width, const char *expected)
{
	AUTO_BUFFER struct buffer out = { 0 };
	buffer_add_text(&out, "kept as it is, however long\n");
	size_t start = out.size;
	buffer_add_text(&out, text);
	wrap_tail(&out, start, hang, width);
	assert_string_equal(buffer_text(&out) + start, expected);
}

static void
test_lines_break_at_blanks_and_hang(void **state)
{
	(void)state;
	assert_wrapped("one two three\nfour\n", 2, 0, "one two three\nfour\n");
	assert_wrapped("one two three\nfour\n", 2, 13, "one two three\nfour\n");
	assert_wrapped("one two three\nfour\n", 2, 12, "one two\n  three\nfour\n");
	assert_wrapped("  a  two three", 5, 12, "  a  two\n     three");
	assert_wrapped("  a  two three", 7, 12, "  a  two\n    three");
	assert_wrapped("trailing    ", 0, 8, "trailing");
}

/* A path that was broken could not be copied; a break that gives no room would be none. */
static void
test_a_word_wider_than_the_line_stays_whole(void **state)
{
	(void)state;
	assert_wrapped("see /etc/ssh/sshd_config.d/60-rehome.conf now", 2, 20,
		"see\n  /etc/ssh/sshd_config.d/60-rehome.conf\n  now");
	assert_wrapped("see /etc/ssh/sshd_config.d/60-rehome.conf now", 4, 20,
		"see /etc/ssh/sshd_config.d/60-rehome.conf\n    now");
	assert_wrapped("    /etc/ssh/sshd_config.d/60-rehome.conf", 4, 20,
		"    /etc/ssh/sshd_config.d/60-rehome.conf");
}

static void
test_wide_characters_count_two_and_colours_none(void **state)
{
	(void)state;
	/* Two wide characters a word: six words of four columns, and their blanks, are 29. */
	assert_wrapped("林大 林大 林大 林大 林大 林大", 0, 29, "林大 林大 林大 林大 林大 林大");
	assert_wrapped("林大 林大 林大 林大 林大 林大", 0, 28, "林大 林大 林大 林大 林大\n林大");
	/* e and a combining acute: one column. */
	assert_wrapped("e\xcc\x81 e\xcc\x81", 0, 3, "e\xcc\x81 e\xcc\x81");
	assert_wrapped("\033[31mred\033[0m and", 0, 7, "\033[31mred\033[0m and");
	assert_wrapped("\033[31mred\033[0m and", 0, 6, "\033[31mred\033[0m\nand");
}

/* Whatever is in a text: no line is wider than the terminal, unless it is one word, and no
 * character is lost. */
static void
test_random_text_fits_and_keeps_every_character(void **state)
{
	static const char *const letters[] = { "a", "Z", "-", "林", "é", "e\xcc\x81", "😀",
		"\033[1m", "\033[0m", " ", " ", "  ", "\n" };
	(void)state;
	srand(7);
	for (int round = 0; round < 2000; round++) {
		AUTO_BUFFER struct buffer text = { 0 }, before = { 0 }, after = { 0 };
		unsigned width = 20 + (unsigned)rand() % 40;
		for (int i = rand() % 120; i > 0; i--)
			buffer_add_text(&text, letters[(size_t)rand() % ARRAY_LEN(letters)]);
		for (const char *c = buffer_text(&text); *c; c++)
			if (*c != ' ' && *c != '\n')
				buffer_add_char(&before, *c);
		size_t hang = (size_t)rand() % 30;
		wrap_tail(&text, 0, hang, width);
		for (const char *c = buffer_text(&text); *c; c++)
			if (*c != ' ' && *c != '\n')
				buffer_add_char(&after, *c);
		assert_string_equal(buffer_text(&after), buffer_text(&before));
		struct bytes rest = buffer_bytes(&text), line;
		while (bytes_take_line(&rest, &line)) {
			struct bytes before_last = line;
			while (before_last.size && before_last.data[before_last.size - 1] != ' ')
				before_last.size--;
			/* A word that began where a break would have put it has no better place. */
			assert_true(wrap_columns(line) <= width ||
				wrap_columns(before_last) <= hang ||
				before_last.size == strspn(line.data, " "));
		}
	}
}

static void
test_a_page_of_help_is_filled_again(void **state)
{
	static const char page[] =
		"Usage: rehome plan SOURCE...\n"
		"\n"
		"Nothing is changed. With -o FILE the plan is saved, to be looked at and applied\n"
		"later.\n"
		"\n"
		"Options:\n"
		"  -a, --all         show every user, however many there are, and what is\n"
		"                    found\n"
		"      --adopt-elsewhere copy|bind\n"
		"                    a home that is asked for at another place\n";
	AUTO_BUFFER struct buffer as_it_is = { 0 }, narrow = { 0 };
	(void)state;
	wrap_page(page, 80, &as_it_is);
	assert_string_equal(buffer_text(&as_it_is), page);
	wrap_page(page, 45, &narrow);
	assert_string_equal(buffer_text(&narrow),
		"Usage: rehome plan SOURCE...\n"
		"\n"
		"Nothing is changed. With -o FILE the plan is\n"
		"saved, to be looked at and applied later.\n"
		"\n"
		"Options:\n"
		"  -a, --all         show every user, however\n"
		"                    many there are, and what\n"
		"                    is found\n"
		"      --adopt-elsewhere copy|bind\n"
		"        a home that is asked for at another\n"
		"        place\n");
}

/* ---- escapes and columns ---- */

static void
assert_cell(bool ascii, const char *text, size_t columns, const char *expected)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const struct paint paint = { .out = &out, .ascii = ascii };
	assert_int_equal(paint_width(&paint, text), columns);
	paint_column(&paint, COLOR_PLAIN, text, columns + 2);
	buffer_add_char(&out, '|');
	assert_string_equal(buffer_text(&out), expected);
}

static void
test_names_of_all_scripts_take_their_columns(void **state)
{
	(void)state;
	assert_cell(false, "Jörg", 4, "Jörg  |");
	assert_cell(false, "Jo\xcc\x88rg", 4, "Jo\xcc\x88rg  |");
	assert_cell(false, "王小明", 6, "王小明  |");
	assert_cell(false, "한글", 4, "한글  |");
	assert_cell(false, "ｱｲｳ", 3, "ｱｲｳ  |");
	assert_cell(false, "😀", 2, "😀  |");
	assert_cell(false, "אבג", 3, "אבג  |");
	/* Direction controls, zero width, joiners and variation selectors are seen, not obeyed. */
	assert_cell(false,
		"a\xe2\x80\xae"
		"b",
		10, "a\\u{202e}b  |");
	assert_cell(false,
		"a\xe2\x80\x8b"
		"b",
		10, "a\\u{200b}b  |");
	assert_cell(false, "👩\xe2\x80\x8d👧", 12, "👩\\u{200d}👧  |");
	assert_cell(false, "❤\xef\xb8\x8f", 9, "❤\\u{fe0f}  |");
	assert_cell(false, "a\033[31m", 7, "a\\e[31m  |");
	assert_cell(false, "M\xfcller", 9, "M\\xfcller  |");
}

static void
test_without_utf8_other_characters_are_escaped(void **state)
{
	(void)state;
	assert_cell(true, "Jörg", 11, "J\\u{00f6}rg  |");
	assert_cell(true, "林", 8, "\\u{6797}  |");
	assert_cell(true, "😀", 9, "\\u{1f600}  |");
	/* What would be read as an escape is none. */
	assert_cell(true, "\\ö", 10, "\\\\\\u{00f6}  |");
	assert_cell(true, "a\\b", 3, "a\\b  |");
}

/* ---- tables ---- */

static void
assert_table(struct fixture *fixture, const struct paint *style, const char *expected)
{
	static const char *const cells[] = { "RUN", "STARTED", "REASON", "1",
		"2001-01-01T00:00:00Z", "the first of many", "2", "2001-01-02T00:00:00Z", "" };
	AUTO_BUFFER struct buffer out = { 0 };
	struct paint_table table = { .arena = &fixture->arena, .columns = 3 };
	struct paint paint = *style;
	paint.out = &out;
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		paint_cell(&table, cells[i]);
	paint_table(&paint, &table);
	assert_string_equal(buffer_text(&out), expected);
}

static void
test_a_table_gives_way_then_becomes_blocks(void **state)
{
	static const char wide[] = "RUN  STARTED               REASON\n"
				   "1    2001-01-01T00:00:00Z  the first of many\n"
				   "2    2001-01-02T00:00:00Z  -\n";
	assert_table(*state, &(struct paint){ 0 }, wide);
	assert_table(*state, &(struct paint){ .width = 44 }, wide);
	assert_table(*state, &(struct paint){ .width = 38 },
		"RUN  STARTED               REASON\n"
		"1    2001-01-01T00:00:00Z  the first\n"
		"                           of many\n"
		"2    2001-01-02T00:00:00Z  -\n");
	assert_table(*state, &(struct paint){ .width = 30 },
		"RUN      1\n"
		"STARTED  2001-01-01T00:00:00Z\n"
		"REASON   the first of many\n"
		"\n"
		"RUN      2\n"
		"STARTED  2001-01-02T00:00:00Z\n");
	assert_table(*state, &(struct paint){ .width = 22 },
		"RUN      1\n"
		"STARTED  2001-01-01T00:00:00Z\n"
		"REASON   the first of\n"
		"         many\n"
		"\n"
		"RUN      2\n"
		"STARTED  2001-01-02T00:00:00Z\n");
}

/* What is left out is named; with no more to leave out, blocks have all of it. */
static void
test_a_table_leaves_columns_out_before_it_becomes_blocks(void **state)
{
	static const char *const cells[] = { "LOGIN", "UID", "GID", "HOME", "anna", "20000",
		"20001", "/home/anna" };
	static const char *const spare[] = { "GID", "UID", NULL };
	static const struct {
		unsigned width;
		const char *expected;
	} cases[] = {
		{ 31, "LOGIN  UID    GID    HOME\nanna   20000  20001  /home/anna\n" },
		{ 30,
			"LOGIN  UID    HOME\nanna   20000  /home/anna\n"
			"Left out, since the terminal\n  is narrow: GID.\n" },
		{ 20,
			"LOGIN  HOME\nanna   /home/anna\n"
			"Left out, since the\n  terminal is\n  narrow: GID, UID.\n" },
		{ 16, "LOGIN  anna\nUID    20000\nGID    20001\nHOME   /home/anna\n" },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUFFER struct buffer out = { 0 };
		const struct paint paint = { .out = &out, .width = cases[i].width };
		struct paint_table table = {
			.arena = &fixture->arena, .columns = 4, .spare = spare
		};
		for (size_t cell = 0; cell < ARRAY_LEN(cells); cell++)
			paint_cell(&table, cells[cell]);
		paint_table(&paint, &table);
		assert_string_equal(buffer_text(&out), cases[i].expected);
	}
}

static void
test_records_have_tabs_and_no_head(void **state)
{
	assert_table(*state, &(struct paint){ .plain = true },
		"1\t2001-01-01T00:00:00Z\tthe first of many\n"
		"2\t2001-01-02T00:00:00Z\t-\n");
}

/* A tab or a newline of a stranger ends no field. */
static void
test_a_record_is_one_line_whatever_is_in_it(void **state)
{
	static const char *const fields[] = { "a\tb", "c\nd", NULL, "" };
	AUTO_BUFFER struct buffer out = { 0 };
	const struct paint paint = { .out = &out, .plain = true };
	(void)state;
	paint_record(&paint, fields, ARRAY_LEN(fields));
	assert_string_equal(buffer_text(&out), "a\\tb\tc\\nd\t-\t-\n");
}

/* ---- progress ---- */

static void
test_the_progress_line_shows_rate_and_time_left(void **state)
{
	static const struct {
		size_t done, total;
		double rate;
		unsigned width;
		const char *expected;
	} cases[] = {
		{ 0, 200, 0, 100, "Applying run 7 [>                   ] 0/200 | folders" },
		{ 50, 200, 5, 100,
			"Applying run 7 [=====>              ] 50/200 | folders | 5.0/s | 0:30 "
			"left" },
		{ 50, 2000000, 100, 100,
			"Applying run 7 [>                   ] 50/2000000 | folders | 100/s | "
			"5:33:20 left" },
		{ 50, 2000000, 0.001, 100,
			"Applying run 7 [>                   ] 50/2000000 | folders | 0.0/s" },
		{ 200, 200, 5, 100, "Applying run 7 [====================] 200/200 | folders" },
		{ 1200, 0, 400, 100, "Applying run 7 1200 | folders | 400/s" },
		{ 50, 200, 5, 60, "Applying run 7 50/200 | folders | 5.0/s | 0:30 left" },
		{ 50, 200, 5, 51, "Applying run 7 50/200 | folders | 0:30 left" },
		{ 50, 200, 5, 20, "Applying run 7 50/2" },
		{ 50, 200, 5, 0, "Applying run 7 50/200 | folders | 5.0/s | 0:30 left" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUFFER struct buffer out = { 0 };
		progress_line("Applying run 7", "folders", cases[i].done, cases[i].total,
			cases[i].rate, cases[i].width, &out);
		assert_string_equal(buffer_text(&out), cases[i].expected);
	}
}

/* Ten a second, but for one second that does nothing: what is left does not double. */
static void
test_the_rate_does_not_jump(void **state)
{
	struct progress_rate rate = { 0 };
	(void)state;
	for (unsigned second = 1; second <= 60; second++)
		progress_rate_add(&rate, 10 * (size_t)second, second);
	assert_true(rate.per_second > 9.99 && rate.per_second < 10.01);
	progress_rate_add(&rate, 600, 61);
	assert_true(rate.per_second > 9 && rate.per_second < 9.5);
	/* But it follows: after two minutes at half of it, that is what counts. */
	for (unsigned second = 62; second <= 180; second++)
		progress_rate_add(&rate, 600 + 5 * (size_t)(second - 61), second);
	assert_true(rate.per_second > 4.9 && rate.per_second < 5.1);
}

/* What progress_show() writes to standard error. */
static char *
written(void (*show)(struct progress *progress), struct fixture *fixture)
{
	const struct output output = { .progress = true };
	struct progress progress;
	AUTO_CLOSE int saved = dup(STDERR_FILENO);
	char text[4096];
	FILE *file = tmpfile();
	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	progress_init(&progress, &output, "Applying");
	show(&progress);
	progress_finish(&progress);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	rewind(file);
	size_t size = fread(text, 1, sizeof(text), file);
	fclose(file);
	return arena_strndup(&fixture->arena, text, size);
}

static void
take_turns(struct progress *progress)
{
	for (size_t i = 1; i <= 1000; i++) {
		progress_show(progress, "folders", i, 1000);
		progress_show(progress, "copy, MiB", i * 2, 2000);
	}
	progress_show(progress, "keys", 1, 1);
}

/* Thousands of folders, each of which is filled: not a line for each. */
static void
test_phases_that_take_turns_are_told_once(void **state)
{
	assert_string_equal(written(take_turns, *state),
		"Applying 1/1000 | folders\n"
		"Applying 2/2000 | copy, MiB\n"
		"Applying 1/1 | keys\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_break_at_blanks_and_hang),
		cmocka_unit_test(test_a_word_wider_than_the_line_stays_whole),
		cmocka_unit_test(test_wide_characters_count_two_and_colours_none),
		cmocka_unit_test(test_random_text_fits_and_keeps_every_character),
		cmocka_unit_test(test_a_page_of_help_is_filled_again),
		cmocka_unit_test(test_names_of_all_scripts_take_their_columns),
		cmocka_unit_test(test_without_utf8_other_characters_are_escaped),
		fixture_test(test_a_table_gives_way_then_becomes_blocks),
		fixture_test(test_a_table_leaves_columns_out_before_it_becomes_blocks),
		fixture_test(test_records_have_tabs_and_no_head),
		cmocka_unit_test(test_a_record_is_one_line_whatever_is_in_it),
		cmocka_unit_test(test_the_progress_line_shows_rate_and_time_left),
		cmocka_unit_test(test_the_rate_does_not_jump),
		fixture_test(test_phases_that_take_turns_are_told_once),
	};
	return cmocka_run_group_tests_name("terminal", tests, NULL, NULL);
}
