/* test_pro_lines.c - lines and words of proftpd.conf. */
#include "tests/unit/old_root_fixture.h"

#include "importers/proftpd/lines.h"

/* "NUMBER:TEXT" of every line, parted by "|". */
static void
assert_lines(const char *content, size_t size, const char *expected)
{
	AUTO_BUFFER struct buffer text = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct pro_lines lines = { .content = { content, size } };
	unsigned number;

	while (pro_lines_next(&lines, &text, &number))
		buffer_printf(&out, "%s%u:%s", out.size ? "|" : "", number, buffer_text(&text));
	assert_string_equal(buffer_text(&out), expected);
}

#define LINES(content, expected) assert_lines(content, sizeof(content) - 1, expected)

static void
test_lines_are_joined_inside_a_word(void **state)
{
	(void)state;
	LINES("a\n  b c\t\n", "1:a|2:b c\t");
	LINES("De\\\nfault\\\nRoot ~\nx", "1:DefaultRoot ~|4:x");
	LINES("\n\n# c\n \t# d\nx\n", "5:x");
	LINES("", "");
	LINES("\\\n", "");
	LINES("x\\", "1:x\\");
}

static void
test_comment_that_is_joined_swallows_only_itself(void **state)
{
	(void)state;
	LINES("# a \\\nb\n", "2:b");
	LINES("a \\\n# b \\\nc\n", "1:a c");
	LINES("a \\\n# b\nc\n", "1:a # b|3:c");
}

static void
test_one_cr_is_stripped_and_stops_a_join(void **state)
{
	(void)state;
	LINES("a\r\nb\r\r\n", "1:a|2:b\r");
	LINES("a\\\r\nb\r\n", "1:a\\|2:b");
}

static void
test_nul_hides_the_rest_of_its_line_and_the_newline(void **state)
{
	(void)state;
	LINES("a\0 b\nc\n", "1:ac");
	LINES("\0a\nb\n", "2:b");
}

static void
test_line_longer_than_the_buffer_goes_on_as_another(void **state)
{
	char content[10000];

	(void)state;
	memset(content, 'x', sizeof(content));
	content[sizeof(content) - 1] = '\n';
	struct pro_lines lines = { .content = { content, sizeof(content) } };
	AUTO_BUFFER struct buffer text = { 0 };
	unsigned number;
	assert_true(pro_lines_next(&lines, &text, &number));
	assert_int_equal(text.size, 4095);
	assert_true(pro_lines_next(&lines, &text, &number));
	assert_int_equal(text.size, 4095);
	assert_true(pro_lines_next(&lines, &text, &number));
	assert_int_equal(text.size, 9999 - 2 * 4095);
	assert_false(pro_lines_next(&lines, &text, &number));
}

/* Words in brackets. */
static void
assert_words(const char *text, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct table environment = { .arena = &arena };
	struct string_list words, missing = { 0 };

	table_set(&environment, "A", arena_strdup(&arena, "/a b"));
	table_set(&environment, "SELF", arena_strdup(&arena, "%{env:SELF}"));
	pro_words(text, &environment, &arena, &words, &missing);
	for (size_t i = 0; i < words.count; i++)
		buffer_printf(&out, "[%s]", words.items[i]);
	for (size_t i = 0; i < missing.count; i++)
		buffer_printf(&out, "?%s", missing.items[i]);
	assert_string_equal(buffer_text(&out), expected);
}

static void
test_quotes_count_at_the_beginning_of_a_word(void **state)
{
	(void)state;
	assert_words("a  \"b c\" d", "[a][b c][d]");
	assert_words("a\"b c\"", "[a\"b][c\"]");
	assert_words("\"a\"b \"\" c", "[a][b][][c]");
	assert_words("\"a\\\"b\\\\c\\d\"", "[a\"b\\cd]");
	assert_words("a\\b \"open c", "[a\\b][open c]");
}

static void
test_hash_at_the_beginning_of_a_word_ends_the_line(void **state)
{
	(void)state;
	assert_words("a #b c", "[a]");
	assert_words("a#b \"#c\" d", "[a#b][#c][d]");
}

static void
test_environment_is_replaced_within_one_word(void **state)
{
	(void)state;
	assert_words("x%{env:A}y", "[x/a by]");
	assert_words("%{env:A}%{env:NONE}z", "[/a bz]?NONE");
	assert_words("%{env:A", "[%{env:A]");
	assert_words("%{env:SELF}", "[%{env:SELF}]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_joined_inside_a_word),
		cmocka_unit_test(test_comment_that_is_joined_swallows_only_itself),
		cmocka_unit_test(test_one_cr_is_stripped_and_stops_a_join),
		cmocka_unit_test(test_nul_hides_the_rest_of_its_line_and_the_newline),
		cmocka_unit_test(test_line_longer_than_the_buffer_goes_on_as_another),
		cmocka_unit_test(test_quotes_count_at_the_beginning_of_a_word),
		cmocka_unit_test(test_hash_at_the_beginning_of_a_word_ends_the_line),
		cmocka_unit_test(test_environment_is_replaced_within_one_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
