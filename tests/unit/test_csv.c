/* Tests of importers/csv.c, csv_text.c and sheet.c. */
#include "import_fixture.h"

extern const struct importer csv_importer;

static void
read_sheet(struct import *import, const char *text, const char *const *settings)
{
	import_bytes(import, &csv_importer, text, strlen(text), settings);
}

#define SETTINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* ---- cells and places ---- */

static void
test_csv_places_every_cell(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name\nanna, Anna Vogel \n  bert,Bert\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7\n"
		"record 1 2: login='anna'@2:1 name='Anna Vogel'@2:7\n"
		"record 2 3: login='bert'@3:3 name='Bert'@3:8\n");
	assert_true(import.read);
	assert_true(import.sink.complete);
	assert_string_equal(import.sink.detected, "utf-8, ','");
}

static void
test_csv_counts_columns_in_characters(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "name;login\nJörg Müller;jm\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: name@1:1 login@1:6\n"
		"record 1 2: name='Jörg Müller'@2:1 login='jm'@2:13\n");
}

static void
test_csv_keeps_places_behind_quoted_line_breaks(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import,
		"login,note,name\r\nanna,\"one\r\ntwo\nthree\",Anna\r\nbert,,\"B \"\"X\"\" C\"\r\n",
		NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 note@1:7 name@1:12\n"
		"record 1 2: login='anna'@2:1 note='one\r\ntwo\nthree'@2:6 name='Anna'@4:8\n"
		"record 2 5: login='bert'@5:1 note=''@5:6 name='B \"X\" C'@5:7\n");
}

static void
test_csv_ends_lines_with_lf_crlf_or_cr(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login\ranna\r\nbert\nclara\r\rdora", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1\n"
		"record 1 2: login='anna'@2:1\n"
		"record 2 3: login='bert'@3:1\n"
		"record 3 4: login='clara'@4:1\n"
		"record 4 6: login='dora'@6:1\n");
}

static void
test_csv_reads_last_row_without_line_end(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name,note\nanna,\"Anna\",", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7 note@1:12\n"
		"record 1 2: login='anna'@2:1 name='Anna'@2:6 note=''@2:13\n");
}

static void
test_csv_skips_blank_rows(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(
		&import, "\n ;\t;\nlogin;name;x\n;;\n\n   \n ; \" \" ;\nanna;A;1\n;;;;;\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 3: login@3:1 name@3:7 x@3:12\n"
		"record 1 8: login='anna'@8:1 name='A'@8:6 x='1'@8:8\n");
	assert_true(import.sink.complete);
}

static void
test_csv_accepts_header_without_rows(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name\r\n", NULL);
	assert_string_equal(buffer_text(&import.said), "header 1: login@1:1 name@1:7\n");
	assert_true(import.read);
	assert_true(import.sink.complete);
}

static void
test_csv_refuses_empty_file(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "\xEF\xBB\xBF\r\n\r\n", NULL);
	assert_string_equal(
		buffer_text(&import.said), "0:0: error: the sheet is empty: not even a header\n");
	assert_false(import.read);
	assert_false(import.sink.complete);
}

/* ---- broken rows ---- */

static void
test_csv_refuses_too_few_and_too_many_cells(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name,x\nanna,A\nbert,B,1,2\nclara,C,1,\ndora,D,\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7 x@1:12\n"
		"reject 1 2: login='anna'@2:1 name='A'@2:6\n"
		"reject 2 3: login='bert'@3:1 name='B'@3:6 x='1'@3:8 ='2'@3:10\n"
		"record 3 4: login='clara'@4:1 name='C'@4:7 x='1'@4:9\n"
		"record 4 5: login='dora'@5:1 name='D'@5:6 x=''@5:8\n"
		"2:1: error: 2 cells, expected 3 as in the header\n"
		"3:10: error: 4 cells, expected 3 as in the header\n");
	assert_true(import.read);
	assert_false(import.sink.complete);
}

static void
test_csv_fills_short_rows_when_told_to(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name,x\nanna,A\n", SETTINGS("short_rows=yes"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7 x@1:12\n"
		"record 1 2: login='anna'@2:1 name='A'@2:6 x=''@2:0\n");
}

static void
test_csv_refuses_quote_inside_cell_and_reads_on(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,note,x\nanna,5\" disk,1\nbert,ok,2\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 note@1:7 x@1:12\n"
		"reject 1 2: login='anna'@2:1 note='5\" disk,1'@2:6\n"
		"record 2 3: login='bert'@3:1 note='ok'@3:6 x='2'@3:9\n"
		"2:7: error: quote inside a cell that does not begin with one\n");
	assert_true(import.read);
	assert_false(import.sink.complete);
}

static void
test_csv_refuses_text_after_closing_quote(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name\nanna,\"Anna\n\"die\" Vogel\"\nbert,B\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7\n"
		"reject 1 2: login='anna'@2:1 name='\"Anna\n\"die\" Vogel\"'@2:6\n"
		"record 2 4: login='bert'@4:1 name='B'@4:6\n"
		"3:2: error: text after the closing quote of the cell that begins at 2:6\n");
}

static void
test_csv_names_place_of_quote_that_is_never_closed(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,name\nanna,A\nbert,\"Bert\nclara,C\ndora,D\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7\n"
		"record 1 2: login='anna'@2:1 name='A'@2:6\n"
		"3:6: error: this quote is never closed: all that follows, to line 6, would be one "
		"cell\n");
	assert_string_equal(import.diags.items[0].hint,
		"Close the quote at the end of its cell, or write it twice if it belongs to the "
		"text.");
	assert_false(import.read);
	assert_false(import.sink.complete);
}

static void
test_csv_refuses_control_characters_at_their_place(void **state)
{
	(void)state;
	static const char sheet[] = "login,name\nanna,A\0B\nbert,ö\aX\a\nclara,C\xC2\x85\n"
				    "dora,\"a\tb\nc\"\n";
	AUTO_IMPORT struct import import;
	import_bytes(&import, &csv_importer, sheet, sizeof(sheet) - 1, NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7\n"
		"reject 1 2: login='anna'@2:1 name='A'@2:6\n"
		"reject 2 3: login='bert'@3:1 name='ö\aX\a'@3:6\n"
		"reject 3 4: login='clara'@4:1 name='C\xC2\x85'@4:7\n"
		"record 4 5: login='dora'@5:1 name='a\tb\nc'@5:6\n"
		"2:7: error: control character U+0000\n"
		"3:7: error: control character U+0007\n"
		"4:8: error: control character U+0085\n");
}

static void
test_csv_diagnostics_never_quote_cells(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import,
		"login,password\nanna,hunter2\"\nbert,\"hunter2\"x\nclara,a,hunter2\ndora\n"
		"emil,hunter2\a\nfred,\"hunter2",
		NULL);
	assert_int_equal(import.diags.errors, 6);
	ARRAY_FOREACH (diag, &import.diags) {
		assert_null(strstr(diag->message, "hunter2"));
		assert_null(strstr(diag->hint, "hunter2"));
	}
}

/* ---- the header ---- */

static void
test_csv_refuses_columns_of_one_name(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "Straße,login,STRASSE,Login\n1,2,3,4\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"1:14: error: column 3 has the same name as column 1, 'Straße'\n"
		"1:22: error: column 4 has the same name as column 2, 'login'\n");
	assert_false(import.read);
}

static void
test_csv_ignores_empty_column_without_name(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,,name,,\nanna,,A,,\nbert,,B\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:8\n"
		"record 1 2: login='anna'@2:1 name='A'@2:7\n"
		"record 2 3: login='bert'@3:1 name='B'@3:7\n");
	assert_true(import.sink.complete);
}

static void
test_csv_refuses_values_in_column_without_name(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,,name\nanna,,A\nbert,x,B\nclara,y,C\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:8\n"
		"record 1 2: login='anna'@2:1 name='A'@2:7\n"
		"record 2 3: login='bert'@3:1 name='B'@3:8\n"
		"record 3 4: login='clara'@4:1 name='C'@4:9\n"
		"3:6: error: column 2 holds values but has no name in line 1\n");
	assert_false(import.read);
	assert_false(import.sink.complete);
}

static void
test_csv_refuses_sheet_whose_header_is_broken(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "log\"in,name\nanna,A\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"1:4: error: quote inside a cell that does not begin with one\n");
	assert_false(import.read);
}

static void
test_csv_numbers_columns_without_header(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "anna;A\nbert;B\n", SETTINGS("header=no"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: 1@1:1 2@1:6\n"
		"record 1 1: 1='anna'@1:1 2='A'@1:6\n"
		"record 2 2: 1='bert'@2:1 2='B'@2:6\n");
}

/* ---- delimiter ---- */

static void
test_csv_judges_delimiter_outside_quotes(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "\"a,b,c\";login\n1;anna\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: a,b,c@1:1 login@1:9\n"
		"record 1 2: a,b,c='1'@2:1 login='anna'@2:3\n");
}

static void
test_csv_reads_tabs_and_empty_cells_between_them(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login\tname\tx\nanna\t\t1\n\tB\t\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7 x@1:12\n"
		"record 1 2: login='anna'@2:1 name=''@2:6 x='1'@2:7\n"
		"record 2 3: login=''@3:1 name='B'@3:2 x=''@3:4\n");
	assert_string_equal(import.sink.detected, "utf-8, tab");
}

static void
test_csv_refuses_to_guess_between_equal_delimiters(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login;name,first\nanna;A,B\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"1:0: error: cannot tell the delimiter: the header has as many ',' as ';'\n");
	assert_false(import.read);
}

static void
test_csv_takes_delimiter_from_option(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login;name,first\nanna;A,B\n", SETTINGS("delimiter=semicolon"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name,first@1:7\n"
		"record 1 2: login='anna'@2:1 name,first='A,B'@2:6\n");
}

static void
test_csv_refuses_unknown_delimiter(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login\n", SETTINGS("delimiter=x"));
	assert_string_equal(buffer_text(&import.said),
		"0:0: error: 'x' is no delimiter that a sheet can have\n");
	assert_false(import.read);
}

static void
test_csv_honours_sep_line(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "sep=|\r\nlogin|a,b,c\r\nanna|1\r\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 2: login@2:1 a,b,c@2:7\n"
		"record 1 3: login='anna'@3:1 a,b,c='1'@3:6\n");
}

static void
test_csv_reads_other_quote(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login,'a,b'\nanna,'it''s \"so\"'\n", SETTINGS("quote='"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 a,b@1:7\n"
		"record 1 2: login='anna'@2:1 a,b='it's \"so\"'@2:6\n");
}

/* ---- encoding ---- */

static void
test_csv_drops_byte_order_mark(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "\xEF\xBB\xBFlogin\nanna\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1\n"
		"record 1 2: login='anna'@2:1\n");
}

static void
test_csv_reads_utf16(void **state)
{
	(void)state;
	static const char sheet[] = "\xFF\xFEn\0;\0l\0\r\0\n\0\xFC\0;\0a\0";
	AUTO_IMPORT struct import import;
	import_bytes(&import, &csv_importer, sheet, sizeof(sheet) - 1, NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: n@1:1 l@1:3\n"
		"record 1 2: n='ü'@2:1 l='a'@2:3\n");
	assert_string_equal(import.sink.detected, "utf-16le, ';'");
}

static void
test_csv_warns_of_guessed_windows_1252_once_naming_lines(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import,
		"login;name\r\na;J\xF6rg "
		"M\xFCller\r\nb;B\r\nc;\x80\r\nd;\xE4\r\ne;\xE4\r\nf;\xE4\r\n"
		"g;\xE4\r\n",
		NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1 name@1:7\n"
		"record 1 2: login='a'@2:1 name='Jörg Müller'@2:3\n"
		"record 2 3: login='b'@3:1 name='B'@3:3\n"
		"record 3 4: login='c'@4:1 name='€'@4:3\n"
		"record 4 5: login='d'@5:1 name='ä'@5:3\n"
		"record 5 6: login='e'@6:1 name='ä'@6:3\n"
		"record 6 7: login='f'@7:1 name='ä'@7:3\n"
		"record 7 8: login='g'@8:1 name='ä'@8:3\n"
		"2:0: warning: not UTF-8: read as windows-1252, which decides the letters in lines "
		"2, 4, 5, 6, 7 ...\n");
	assert_string_equal(import.sink.detected, "windows-1252, ';'");
}

static void
test_csv_refuses_bytes_that_are_not_the_encoding(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login\nanna\nJ\xF6rg\n", SETTINGS("encoding=utf-8"));
	assert_string_equal(
		buffer_text(&import.said), "3:0: error: the bytes here are not valid utf-8\n");
	assert_false(import.read);
}

static void
test_csv_does_not_warn_of_encoding_that_was_named(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "login\nJ\xF6rg\n", SETTINGS("encoding=iso-8859-15"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: login@1:1\n"
		"record 1 2: login='Jörg'@2:1\n");
}

static void
test_csv_tells_workbook_from_sheet(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import,
		"PK\x03\x04"
		"and so on",
		NULL);
	assert_string_equal(buffer_text(&import.said),
		"0:0: error: this is a workbook (.xlsx or .ods) or another zip file, not CSV\n");
	assert_false(import.read);
}

/* ---- escaped formulas ---- */

static void
test_csv_takes_apostrophe_from_escaped_formula_only(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "a,b,c,d,e\n'=1,''=1,'pics musics',-x,'\n", NULL);
	assert_string_equal(buffer_text(&import.said),
		"header 1: a@1:1 b@1:3 c@1:5 d@1:7 e@1:9\n"
		"record 1 2: a='=1'@2:1 b=''=1'@2:5 c=''pics musics''@2:10 d='-x'@2:24 "
		"e='''@2:27\n");
}

static void
test_csv_keeps_apostrophe_when_told_to(void **state)
{
	(void)state;
	AUTO_IMPORT struct import import;
	read_sheet(&import, "a\n'=1\n", SETTINGS("unescape=no"));
	assert_string_equal(buffer_text(&import.said),
		"header 1: a@1:1\n"
		"record 1 2: a=''=1'@2:1\n");
}

/* ---- size ---- */

/* Quadratic reading of this would outlast any patience; what is compared is that nothing is lost.
 */
static void
test_csv_reads_many_rows_and_one_long_cell(void **state)
{
	(void)state;
	enum { ROWS = 50000, LONG = 2000000 };
	AUTO_BUFFER struct buffer sheet = { 0 };
	buffer_add_text(&sheet, "login,note\n");
	for (int i = 0; i < ROWS; i++)
		buffer_printf(&sheet, "user%d,\"line\nbreak\"\n", i);
	buffer_add_text(&sheet, "last,\"");
	for (int i = 0; i < LONG; i++)
		buffer_add_char(&sheet, i % 2 ? ',' : '\n');
	buffer_add_text(&sheet, "\"\nend,");

	AUTO_IMPORT struct import import;
	import_bytes(&import, &csv_importer, sheet.data, sheet.size, NULL);
	assert_true(import.sink.complete);
	const char *tail = "record 50002 1100003: login='end'@1100003:1 note=''@1100003:5\n";
	const char *said = buffer_text(&import.said);
	assert_string_equal(said + strlen(said) - strlen(tail), tail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_places_every_cell),
		cmocka_unit_test(test_csv_counts_columns_in_characters),
		cmocka_unit_test(test_csv_keeps_places_behind_quoted_line_breaks),
		cmocka_unit_test(test_csv_ends_lines_with_lf_crlf_or_cr),
		cmocka_unit_test(test_csv_reads_last_row_without_line_end),
		cmocka_unit_test(test_csv_skips_blank_rows),
		cmocka_unit_test(test_csv_accepts_header_without_rows),
		cmocka_unit_test(test_csv_refuses_empty_file),
		cmocka_unit_test(test_csv_refuses_too_few_and_too_many_cells),
		cmocka_unit_test(test_csv_fills_short_rows_when_told_to),
		cmocka_unit_test(test_csv_refuses_quote_inside_cell_and_reads_on),
		cmocka_unit_test(test_csv_refuses_text_after_closing_quote),
		cmocka_unit_test(test_csv_names_place_of_quote_that_is_never_closed),
		cmocka_unit_test(test_csv_refuses_control_characters_at_their_place),
		cmocka_unit_test(test_csv_diagnostics_never_quote_cells),
		cmocka_unit_test(test_csv_refuses_columns_of_one_name),
		cmocka_unit_test(test_csv_ignores_empty_column_without_name),
		cmocka_unit_test(test_csv_refuses_values_in_column_without_name),
		cmocka_unit_test(test_csv_refuses_sheet_whose_header_is_broken),
		cmocka_unit_test(test_csv_numbers_columns_without_header),
		cmocka_unit_test(test_csv_judges_delimiter_outside_quotes),
		cmocka_unit_test(test_csv_reads_tabs_and_empty_cells_between_them),
		cmocka_unit_test(test_csv_refuses_to_guess_between_equal_delimiters),
		cmocka_unit_test(test_csv_takes_delimiter_from_option),
		cmocka_unit_test(test_csv_refuses_unknown_delimiter),
		cmocka_unit_test(test_csv_honours_sep_line),
		cmocka_unit_test(test_csv_reads_other_quote),
		cmocka_unit_test(test_csv_drops_byte_order_mark),
		cmocka_unit_test(test_csv_reads_utf16),
		cmocka_unit_test(test_csv_warns_of_guessed_windows_1252_once_naming_lines),
		cmocka_unit_test(test_csv_refuses_bytes_that_are_not_the_encoding),
		cmocka_unit_test(test_csv_does_not_warn_of_encoding_that_was_named),
		cmocka_unit_test(test_csv_tells_workbook_from_sheet),
		cmocka_unit_test(test_csv_takes_apostrophe_from_escaped_formula_only),
		cmocka_unit_test(test_csv_keeps_apostrophe_when_told_to),
		cmocka_unit_test(test_csv_reads_many_rows_and_one_long_cell),
	};
	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
