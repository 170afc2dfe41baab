/* Tests of importers/old/passdb*.c that need no database library's tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_GDBM
#include <gdbm.h>
#endif

#include "importers/old/passdb.h"

/* What was read, one line a record, or the error. */
static const char *
said(struct bytes content, bool text_allowed, struct arena *arena)
{
	AUTO_BUFFER struct buffer text = { 0 };
	struct diags diags = { .arena = arena };
	struct passdb db;
	if (!passdb_parse(content, "x", text_allowed, arena, &db, &diags))
		buffer_printf(&text, "%u: %s", diags.items[0].place.line, diags.items[0].message);
	else
		ARRAY_FOREACH (record, &db.records)
			buffer_printf(&text, "%u: %.*s=%.*s\n", record->number,
				(int)record->key.size, record->key.data, (int)record->value.size,
				record->value.data);
	return arena_strdup(arena, buffer_text(&text));
}

static void
assert_text(const char *content, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	assert_string_equal(
		said((struct bytes){ content, strlen(content) }, true, &arena), expected);
}

static void
assert_corpus(const char *name, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	char block[65536];
	AUTO_FILE FILE *file = fopen(
		arena_printf(&arena, "%s/tests/fuzz/corpus-passdb/%s", SOURCE_ROOT, name), "r");
	assert_non_null(file);
	size_t size = fread(block, 1, sizeof(block), file);
	assert_string_equal(said((struct bytes){ block, size }, false, &arena), expected);
}

static void
test_passdb_reads_dumps_in_hex_and_in_print(void **state)
{
	(void)state;
	assert_text("VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n 616e6e61\n 7365\n"
		    "DATA=END\n",
		"5: anna=se\n");
	assert_text(
		"VERSION=3\nformat=print\ntype=hash\nHEADER=END\n anna\n a\\5cb\\\\\nDATA=END\n",
		"5: anna=a\\b\\\n");
	assert_text("VERSION=3\nHEADER=END\n 6\n",
		"3: not a line of a dump: pairs of hex digits "
		"expected");
	assert_text("VERSION=3\nHEADER=END\n 61\nDATA=END\n", "4: a key has no value");
	assert_text("VERSION=3\nHEADER=END\n 61\n 62\n", "4: the dump ends without DATA=END");
	assert_text("VERSION=3\nkeys=0\n", "2: the dump is of a database without names as keys");
}

static void
test_passdb_takes_lines_for_keys_and_values_in_turn(void **state)
{
	(void)state;
	assert_text("anna\nsecret\nbert\n\\41\\\\", "1: anna=secret\n3: bert=A\\\n");
	assert_text("anna\nsecret\nbert\n", "3: a key has no value");
	assert_text("anna\n\\x\n", "2: \\ must be followed by another one or two hex digits");
}

static void
test_passdb_takes_no_text_where_a_library_would_not(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	assert_string_equal(said((struct bytes){ "anna\nsecret\n", 12 }, false, &arena),
		"0: not a Berkeley DB hash or GDBM file: neither magic number is there");
	assert_string_equal(said((struct bytes){ NULL, 0 }, false, &arena),
		"0: not a Berkeley DB hash or GDBM file: neither magic number is there");
}

static void
test_passdb_finds_first_of_several_values_but_last_of_a_text(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct passdb db;
	struct bytes text = { "a\n1\na\n2\n", 8 };
	assert_true(passdb_parse(text, "x", true, &arena, &db, &diags));
	const struct passdb_record *record = table_get(&db.by_key, "a");
	assert_int_equal(record->number, 3);
	assert_null(table_get(&db.by_key, "b"));
}

static void
test_passdb_refuses_damaged_files(void **state)
{
	(void)state;
	assert_corpus("little", "1: anna=$6$x$y\n2: bert=secret\n");
	assert_corpus("big", "1: anna=$6$x$y\n2: bert=secret\n");
	assert_corpus("checksum", "1: anna=$6$x$y\n2: bert=secret\n");
	assert_corpus("hostile-circle", "0: damaged Berkeley DB file: page 1: is reached twice");
	assert_corpus(
		"hostile-offsets", "0: damaged Berkeley DB file: page 1: an item is outside of it");
	assert_corpus(
		"hostile-page-size", "0: damaged Berkeley DB file: cut short, it has 0 pages of 3");
	assert_corpus("hostile-length",
		"0: damaged Berkeley DB file: page 3: a value is longer than the file");
	assert_corpus(
		"hostile-short", "0: damaged Berkeley DB file: cut short, it has 1 pages of 3");
}

#ifdef HAVE_GDBM

static void
test_passdb_reads_gdbm_files(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct passdb db;
	char path[] = "/tmp/rehome-gdbm-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	GDBM_FILE file = gdbm_open(path, 512, GDBM_NEWDB, 0600, NULL);
	assert_non_null(file);
	for (int i = 0; i < 3000; i++) {
		char *key = arena_printf(&arena, "user%04d", i);
		datum name = { key, (int)strlen(key) }, value = { key + 4, i % 7 ? 4 : 0 };
		assert_int_equal(gdbm_store(file, name, value, GDBM_INSERT), 0);
	}
	gdbm_close(file);

	AUTO_FILE FILE *input = fopen(path, "r");
	AUTO_BUFFER struct buffer content = { 0 };
	char block[4096];
	for (size_t got; (got = fread(block, 1, sizeof(block), input)) > 0;)
		buffer_add(&content, block, got);
	unlink(path);
	assert_true(passdb_parse(buffer_bytes(&content), "x", false, &arena, &db, &diags));
	assert_int_equal(db.format, PASSDB_GDBM);
	assert_int_equal(db.records.count, 3000);
	for (int i = 0; i < 3000; i++) {
		const struct passdb_record *record =
			table_get(&db.by_key, arena_printf(&arena, "user%04d", i));
		assert_non_null(record);
		assert_int_equal(record->value.size, i % 7 ? 4 : 0);
	}
}

#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passdb_reads_dumps_in_hex_and_in_print),
		cmocka_unit_test(test_passdb_takes_lines_for_keys_and_values_in_turn),
		cmocka_unit_test(test_passdb_takes_no_text_where_a_library_would_not),
		cmocka_unit_test(test_passdb_finds_first_of_several_values_but_last_of_a_text),
		cmocka_unit_test(test_passdb_refuses_damaged_files),
#ifdef HAVE_GDBM
		cmocka_unit_test(test_passdb_reads_gdbm_files),
#endif
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
