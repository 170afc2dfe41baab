/*
 * test_yaml_text.c - text as a YAML scalar on one line, and what is read back from it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <yaml.h>

#include "core/base/yaml_text.h"

static const char *const texts[] = {
	"",
	"no",
	"a \"b\" \\ \n\tc",
	"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80",
	"\x1b[31m \r \x7f \xc2\x85 \xc2\xa0 \xc2\xad",
	"\xe2\x80\xae \xe2\x80\xa8 \xd8\x9c \xef\xbb\xbf \xf3\xa0\x81\x81",
};

static void
assert_written(const char *text, const char *expected, const char *ascii)
{
	AUTO_BUFFER struct buffer out = { 0 };
	yaml_add_text(&out, text);
	assert_string_equal(buffer_text(&out), expected);
	buffer_clear(&out);
	yaml_add_ascii(&out, text);
	assert_string_equal(buffer_text(&out), ascii);
}

static void
test_what_is_printable_stands_as_it_is(void **state)
{
	(void)state;
	assert_written("", "\"\"", "\"\"");
	assert_written("no", "\"no\"", "\"no\"");
	assert_written(texts[2], "\"a \\\"b\\\" \\\\ \\n\\tc\"", "\"a \\\"b\\\" \\\\ \\n\\tc\"");
	assert_written(texts[3], "\"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80\"",
		"\"M\\xfcller \\u20ac \\U0001f600\"");
}

static void
test_what_cannot_be_seen_is_escaped(void **state)
{
	(void)state;
	assert_written(texts[4], "\"\\x1b[31m \\x0d \\x7f \\x85 \xc2\xa0 \\xad\"",
		"\"\\x1b[31m \\x0d \\x7f \\x85 \\xa0 \\xad\"");
	assert_written(texts[5], "\"\\u202e \\u2028 \\u061c \\ufeff \\U000e0041\"",
		"\"\\u202e \\u2028 \\u061c \\ufeff \\U000e0041\"");
	assert_written("a\xff", "\"a\\ufffd\"", "\"a\\ufffd\"");
}

static void
assert_read_back(const struct buffer *out, const char *text)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool found = false;
	assert_true(yaml_parser_initialize(&parser));
	yaml_parser_set_input_string(&parser, (const unsigned char *)buffer_text(out), out->size);
	for (bool ended = false; !ended;) {
		assert_true(yaml_parser_parse(&parser, &event));
		ended = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_SCALAR_EVENT) {
			assert_string_equal((const char *)event.data.scalar.value, text);
			found = true;
		}
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	assert_true(found);
}

static void
test_every_text_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		AUTO_BUFFER struct buffer out = { 0 }, ascii = { 0 };
		yaml_add_text(&out, texts[i]);
		assert_read_back(&out, texts[i]);
		yaml_add_ascii(&ascii, texts[i]);
		assert_read_back(&ascii, texts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_printable_stands_as_it_is),
		cmocka_unit_test(test_what_cannot_be_seen_is_escaped),
		cmocka_unit_test(test_every_text_comes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
