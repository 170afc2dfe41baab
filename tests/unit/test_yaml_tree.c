/*
 * test_yaml_tree.c - what the subset of YAML takes, and what exactly it says about the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/model/yaml_tree.h"

#define FILE_NAME "f.yaml"

/* "line:column: message [hint]" of each diagnostic, one per line. */
static const char *
said(const struct diags *diags, struct buffer *out)
{
	ARRAY_FOREACH (diag, diags) {
		buffer_printf(
			out, "%u:%u: %s", diag->place.line, diag->place.column, diag->message);
		if (diag->hint)
			buffer_printf(out, " [%s]", diag->hint);
		buffer_add_char(out, '\n');
	}
	return buffer_text(out);
}

/* ---- reading ---- */

static void
test_every_scalar_is_the_text_that_stands_there(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] =
		"a: no\nb: 0755\nc: 1e3\nd: ~\ne: null\nf: '0755'\ng: \"a\\tb\"\n"
		"h: |\n  two\n  lines\ni: >-\n  fol\n  ded\nj: ${x|left(1)}\n"
		"k: 2001-01-01\nl: 1:30\nm: =\nn: \"\"\n";
	static const char *const expected[][2] = { { "a", "no" }, { "b", "0755" }, { "c", "1e3" },
		{ "d", "~" }, { "e", "null" }, { "f", "0755" }, { "g", "a\tb" },
		{ "h", "two\nlines\n" }, { "i", "fol ded" }, { "j", "${x|left(1)}" },
		{ "k", "2001-01-01" }, { "l", "1:30" }, { "m", "=" }, { "n", "" } };
	struct yaml_node *root;
	assert_true(yaml_tree_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, &arena, &root, &diags));
	assert_int_equal(diags.count, 0);
	assert_int_equal(root->children.count, ARRAY_LEN(expected));
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_string_equal(root->children.items[i]->key, expected[i][0]);
		assert_string_equal(root->children.items[i]->text, expected[i][1]);
	}
}

static void
test_nodes_know_their_path_and_place(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] = "\xef\xbb\xbf"
				   "layouts:\r\n"
				   "  \xc3\xa9t\xc3\xa9:\r\n"
				   "    dirs:\r\n"
				   "      - { \xc3\xbc: 1, path: \"x\" }\r\n";
	struct yaml_node *root;
	assert_true(yaml_tree_parse(
		(struct bytes){ text, sizeof(text) - 1 }, FILE_NAME, &arena, &root, &diags));
	const struct yaml_node *layout =
		yaml_child(yaml_child(root, "layouts"), "\xc3\xa9t\xc3\xa9");
	const struct yaml_node *path =
		yaml_child(yaml_child(layout, "dirs")->children.items[0], "path");

	struct place value = yaml_at(path, &arena);
	assert_string_equal(value.file, FILE_NAME);
	assert_int_equal(value.line, 4);
	assert_int_equal(value.column, 23);
	assert_string_equal(value.field, "layouts.\xc3\xa9t\xc3\xa9.dirs[0].path");
	struct place key = yaml_at_key(path, &arena);
	assert_int_equal(key.line, 4);
	assert_int_equal(key.column, 17);
	assert_string_equal(key.field, value.field);
	assert_string_equal(yaml_path(root, &arena), "");
	assert_null(yaml_child(root, "layout"));
}

static void
test_only_an_unquoted_nothing_is_silent(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] = "{ a: , b: '', c: [], d: ~ }";
	struct yaml_node *root;
	assert_true(yaml_tree_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, &arena, &root, &diags));
	assert_true(yaml_is_silent(yaml_child(root, "a")));
	assert_false(yaml_is_silent(yaml_child(root, "b")));
	assert_false(yaml_is_silent(yaml_child(root, "c")));
	assert_false(yaml_is_silent(yaml_child(root, "d")));
}

static void
test_an_empty_document_has_no_root(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\n\n", "# only a remark\n", "\xef\xbb\xbf" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		struct diags diags = { .arena = &arena };
		struct yaml_node *root = (struct yaml_node *)&arena;
		assert_true(yaml_tree_parse((struct bytes){ texts[i], strlen(texts[i]) }, FILE_NAME,
			&arena, &root, &diags));
		assert_null(root);
	}
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct yaml_node *root = (struct yaml_node *)&arena;
	assert_true(yaml_tree_parse((struct bytes){ NULL, 0 }, FILE_NAME, &arena, &root, &diags));
	assert_null(root);
}

/* ---- refusing ---- */

#define SIXTEEN_OPEN "[[[[[[[[[[[[[[[["
#define SIXTEEN_CLOSED "]]]]]]]]]]]]]]]]"
#define ALIAS_HINT " [Write the value out, or quote it if it begins with '*'.]"
#define ANCHOR_HINT " [Write the value out, or quote it if it begins with '&'.]"
#define TAG_HINT " [Remove the tag, or quote the value if it begins with '!'.]"
#define TAB_HINT " [Indent with spaces: YAML does not allow tabs there.]"
#define QUOTE_HINT " [Put quotes around a value that begins with a special character.]"

static const struct refusal {
	const char *text;
	const char *said;
} refusals[] = {
	{ "a: 1\nb:\n  c: 2\n  c: 3\n",
		"4:3: key 'c' is given twice [Remove one: it was first given at line 3, column "
		"3.]\n" },
	{ "{ a: 1, \"a\": { b: 1, b: 2 } }",
		"1:9: key 'a' is given twice [Remove one: it was first given at line 1, column "
		"3.]\n"
		"1:22: key 'b' is given twice [Remove one: it was first given at line 1, column "
		"16.]\n" },
	{ "a: &x 1\n", "1:4: anchors ('&name') are not allowed" ANCHOR_HINT "\n" },
	{ "&x a: 1\n", "1:1: anchors ('&name') are not allowed" ANCHOR_HINT "\n" },
	{ "a: &x [1]\nb: &y { c: d }\n",
		"1:4: anchors ('&name') are not allowed" ANCHOR_HINT "\n"
		"2:4: anchors ('&name') are not allowed" ANCHOR_HINT "\n" },
	{ "a: *x\nb: [ *y ]\n*z : c\n",
		"1:4: aliases ('*name') are not allowed" ALIAS_HINT "\n"
		"2:6: aliases ('*name') are not allowed" ALIAS_HINT "\n"
		"3:1: aliases ('*name') are not allowed" ALIAS_HINT "\n" },
	{ "a: !!int 1\n", "1:4: tags ('!name') are not allowed" TAG_HINT "\n" },
	{ "a: ! 1\nb: !x []\nc: !y {}\n!!str d: 1\n",
		"1:4: tags ('!name') are not allowed" TAG_HINT "\n"
		"2:4: tags ('!name') are not allowed" TAG_HINT "\n"
		"3:4: tags ('!name') are not allowed" TAG_HINT "\n"
		"4:1: tags ('!name') are not allowed" TAG_HINT "\n" },
	{ "a: { <<: { b: 1 } }\n", "1:6: merge keys ('<<') are not allowed\n" },
	{ "a: 1\n---\nb: 2\n",
		"2:1: a second document is not allowed [Put it into a file of its own, or remove "
		"the '---'.]\n" },
	{ "? [a, b]\n: 1\n{c: 1}: 2\n", "1:3: a key must be text\n3:1: a key must be text\n" },
	{ SIXTEEN_OPEN "[1, [2]], 3" SIXTEEN_CLOSED, "1:17: nested deeper than 16 levels\n" },
	{ "a: 1\nb: \"x\xff\"\n", "2:6: byte 0xFF is not UTF-8 [Save the file as UTF-8.]\n" },
	{ "\xc3\xbc: \xc3", "1:4: byte 0xC3 is not UTF-8 [Save the file as UTF-8.]\n" },
	{ "a: \xed\xa0\x80", "1:4: byte 0xED is not UTF-8 [Save the file as UTF-8.]\n" },
	{ "a: 1\nb: \x1b[0m\n", "2:4: the character U+001B is not allowed\n" },
	{ "a: 1\rb: 2\r", "1:5: the character U+000D is not allowed\n" },
	{ "a: x\xe2\x80\xa8y\n", "1:5: the character U+2028 is not allowed\n" },
	{ "a: x\xc2\x85y\n", "1:5: the character U+0085 is not allowed\n" },
	{ "a: \"x\\0y\"\nb: \"\\x1b\"\nc: \"\\n\"\nd: \"\\ufeff\"\n",
		"1:4: the character U+0000 is not allowed\n"
		"2:4: the character U+001B is not allowed\n"
		"4:4: the character U+FEFF is not allowed\n" },
	{ "\"a\\0b\": 1\n", "1:1: this key holds a control character\n" },
	{ "a:\n\tb: 1\n",
		"2:1: not valid YAML: while scanning for the next token: found character that "
		"cannot start any token" TAB_HINT "\n" },
	{ "a: @x\n",
		"1:4: not valid YAML: while scanning for the next token: found character that "
		"cannot start any token" QUOTE_HINT "\n" },
	{ "a: { *: x }\n",
		"1:7: not valid YAML: while scanning an alias: did not find expected alphabetic or "
		"numeric character" QUOTE_HINT "\n" },
	{ "a: { b: /home/${u} }\n",
		"1:16: not valid YAML: while parsing a flow mapping: did not find expected ',' or "
		"'}' [Put quotes around a value with ${...} inside { } or [ ].]\n" },
	{ "a: [ 1, 2\n",
		"2:1: not valid YAML: while parsing a flow sequence: did not find expected ',' or "
		"']'\n" },
	{ "a: 1\n b: 2\n",
		"2:3: not valid YAML: mapping values are not allowed in this context\n" },
};

static void
test_what_is_not_in_the_subset_is_refused_where_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		AUTO_BUFFER struct buffer out = { 0 };
		struct diags diags = { .arena = &arena };
		struct yaml_node *root;
		bool parsed = yaml_tree_parse(
			(struct bytes){ refusals[i].text, strlen(refusals[i].text) }, FILE_NAME,
			&arena, &root, &diags);
		assert_string_equal(said(&diags, &out), refusals[i].said);
		assert_false(parsed);
	}
}

static void
test_a_raw_nul_byte_is_refused(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = &arena };
	struct yaml_node *root;
	assert_false(
		yaml_tree_parse((struct bytes){ "a: 1\n\0", 6 }, FILE_NAME, &arena, &root, &diags));
	assert_string_equal(said(&diags, &out), "2:1: the character U+0000 is not allowed\n");
}

static void
test_sixteen_levels_are_taken(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] = SIXTEEN_OPEN "x" SIXTEEN_CLOSED;
	struct yaml_node *root;
	assert_true(yaml_tree_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, &arena, &root, &diags));
}

/* Would take libyaml hours if it were read to the end. */
static void
test_nesting_without_end_is_given_up_at_once(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = &arena };
	char *text = arena_alloc(&arena, YAML_TREE_SIZE);
	struct yaml_node *root;
	memset(text, '[', YAML_TREE_SIZE);
	assert_false(yaml_tree_parse(
		(struct bytes){ text, YAML_TREE_SIZE }, FILE_NAME, &arena, &root, &diags));
	assert_string_equal(said(&diags, &out), "1:17: nested deeper than 16 levels\n");
	assert_null(root);
}

static void
test_a_key_of_257_bytes_is_refused(void **state)
{
	(void)state;
	for (unsigned length = 256; length <= 257; length++) {
		AUTO_ARENA struct arena arena = { 0 };
		AUTO_BUFFER struct buffer text = { 0 }, out = { 0 };
		struct diags diags = { .arena = &arena };
		struct yaml_node *root;
		for (unsigned i = 0; i < length; i++)
			buffer_add_char(&text, 'k');
		buffer_add_text(&text, ": 1\n");
		bool parsed =
			yaml_tree_parse(buffer_bytes(&text), FILE_NAME, &arena, &root, &diags);
		assert_string_equal(said(&diags, &out),
			length == 256 ? "" : "1:1: this key is longer than 256 bytes\n");
		assert_int_equal(parsed, length == 256);
	}
}

static void
test_more_than_four_mebibytes_are_refused(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = &arena };
	char *text = arena_alloc(&arena, YAML_TREE_SIZE + 1);
	struct yaml_node *root;
	memset(text, '#', YAML_TREE_SIZE + 1);
	assert_true(yaml_tree_parse(
		(struct bytes){ text, YAML_TREE_SIZE }, FILE_NAME, &arena, &root, &diags));
	assert_false(yaml_tree_parse(
		(struct bytes){ text, YAML_TREE_SIZE + 1 }, FILE_NAME, &arena, &root, &diags));
	assert_string_equal(said(&diags, &out), "0:0: larger than 4 MiB\n");
}

static void
test_the_tree_is_there_after_faults_that_are_not_of_syntax(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] = "a: &x 1\nb: *x\nc: 3\nc: 4\n? [k]\n: 5\n<<: { m: 1 }\nd: 6\n";
	struct yaml_node *root;
	assert_false(yaml_tree_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, &arena, &root, &diags));
	assert_int_equal(diags.errors, 5);
	assert_int_equal(root->children.count, 4);
	assert_string_equal(yaml_child(root, "a")->text, "1");
	assert_int_equal(yaml_child(root, "b")->kind, YAML_KIND_REFUSED);
	assert_string_equal(yaml_child(root, "c")->text, "3");
	assert_string_equal(yaml_child(root, "d")->text, "6");
}

/* ---- writing ---- */

static void
test_flow_text_is_read_back_to_the_same_flow_text(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer first = { 0 }, second = { 0 };
	struct diags diags = { .arena = &arena };
	static const char text[] = "a: [x, 'y z', \"q\\\"b\\\\s\", \"\\n\\t\", '', \xc3\xbc]\n"
				   "\"*\": { e: {}, l: [], 'a: b': ' # no remark' }\n"
				   "s:\n"
				   "t: '0755'\n"
				   "u: '-'\n"
				   "'-v': a-b\n";
	struct yaml_node *root;
	assert_true(yaml_tree_parse(
		(struct bytes){ text, strlen(text) }, FILE_NAME, &arena, &root, &diags));
	yaml_write_flow(&first, root);
	assert_string_equal(buffer_text(&first),
		"{ a: [x, \"y z\", \"q\\\"b\\\\s\", \"\\n\\t\", \"\", \"\xc3\xbc\"], "
		"\"*\": { e: {}, l: [], \"a: b\": \" # no remark\" }, s: , t: \"0755\", u: \"-\", "
		"\"-v\": a-b }");
	assert_true(yaml_tree_parse(buffer_bytes(&first), FILE_NAME, &arena, &root, &diags));
	yaml_write_flow(&second, root);
	assert_string_equal(buffer_text(&second), buffer_text(&first));
}

/* A direction control turns what stands behind it round, in an editor too. */
static void
test_what_is_not_seen_is_written_as_an_escape(void **state)
{
	(void)state;
	static const char text[] =
		"e\xe2\x80\xaemail\xc2\x85\xc2\x9b\x1b\r\xf3\xa0\x81\x81\xe2\x80\xa8\xc3\xbc";
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags diags = { .arena = &arena };
	struct yaml_node *root;
	yaml_write_text(&out, text);
	assert_string_equal(buffer_text(&out),
		"\"e\\u202email\\x85\\x9b\\x1b\\x0d\\U000e0041\\u2028\xc3\xbc\"");
	buffer_clear(&out);
	buffer_add_text(&out, "a: ");
	yaml_write_text(&out, "e\xe2\x80\xaemail\xe2\x80\x8b");
	assert_true(yaml_tree_parse(buffer_bytes(&out), FILE_NAME, &arena, &root, &diags));
	assert_string_equal(root->children.items[0]->text, "e\xe2\x80\xaemail\xe2\x80\x8b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_seen_is_written_as_an_escape),
		cmocka_unit_test(test_every_scalar_is_the_text_that_stands_there),
		cmocka_unit_test(test_nodes_know_their_path_and_place),
		cmocka_unit_test(test_only_an_unquoted_nothing_is_silent),
		cmocka_unit_test(test_an_empty_document_has_no_root),
		cmocka_unit_test(test_what_is_not_in_the_subset_is_refused_where_it_stands),
		cmocka_unit_test(test_a_raw_nul_byte_is_refused),
		cmocka_unit_test(test_sixteen_levels_are_taken),
		cmocka_unit_test(test_nesting_without_end_is_given_up_at_once),
		cmocka_unit_test(test_a_key_of_257_bytes_is_refused),
		cmocka_unit_test(test_more_than_four_mebibytes_are_refused),
		cmocka_unit_test(test_the_tree_is_there_after_faults_that_are_not_of_syntax),
		cmocka_unit_test(test_flow_text_is_read_back_to_the_same_flow_text),
	};
	return cmocka_run_group_tests_name("yaml_tree", tests, NULL, NULL);
}
