/*
 * test_passdb_libdb.c - Berkeley DB files that the library's own tools made: every record is read
 * as db_dump reads it, in both byte orders and every page size.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/old/passdb.h"

struct files {
	struct arena arena;
	char dir[32];
	ARRAY(char *) lines; /* "KEY VALUE" in hex, of the database that is looked at */
};

static int
setup(void **state)
{
	struct files *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	strcpy(f->dir, "/tmp/rehome-db-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct files *f = *state;
	assert_int_equal(system(arena_printf(&f->arena, "rm -rf '%s'", f->dir)), 0);
	arena_finish(&f->arena);
	free(f);
	return 0;
}

static char *
path_of(struct files *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->dir, name);
}

static struct bytes
read_all(struct files *f, const char *path)
{
	AUTO_BUFFER struct buffer content = { 0 };
	AUTO_FILE FILE *file = fopen(path, "r");
	char block[65536];
	assert_non_null(file);
	for (size_t got; (got = fread(block, 1, sizeof(block), file)) > 0;)
		buffer_add(&content, block, got);
	return (struct bytes){ arena_copy(&f->arena, content.data, content.size), content.size };
}

/* ---- making them ---- */

static void
add_hex(struct buffer *out, struct bytes bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.size; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];
		buffer_add(out, (char[]){ digits[byte >> 4], digits[byte & 15] }, 2);
	}
}

static void
write_hex(FILE *file, char letter, unsigned number, size_t size)
{
	AUTO_BUFFER struct buffer bytes = { 0 }, hex = { 0 };
	buffer_printf(&bytes, "%c%u-", letter, number);
	while (bytes.size < size)
		buffer_add_char(&bytes, (char)(number * 7 + bytes.size * 13));
	add_hex(&hex, buffer_bytes(&bytes));
	fprintf(file, " %s\n", buffer_text(&hex));
}

/* What of a record's value: short, as long as a hash, longer than any page. */
static size_t
size_of_value(unsigned number)
{
	return number % 997 == 3 ? 70000 : number % 101 == 7 ? 5000 : number % 3 ? 106 : 4;
}

enum shape {
	PLAIN,
	DUPLICATES, /* some keys have several values, a few of them very many */
	SORTED_DUPLICATES,
};

/* Not long keys with many values: db_load makes broken files of these (db_verify says so). */
static void
write_records(FILE *file, enum shape shape)
{
	for (unsigned i = 0; i < 3000; i++) {
		unsigned values = shape == PLAIN || i % 10 ? 1 : i % 500 == 0 ? 400 : 3;
		for (unsigned value = 0; value < values; value++) {
			write_hex(file, 'k', i, values == 1 && i % 299 == 5 ? 3000 : 0);
			write_hex(file, 'v', i + 10000 * value, values > 1 ? 60 : size_of_value(i));
		}
	}
}

static char *
make_database(struct files *f, unsigned page_size, const char *order, const char *settings,
	enum shape shape)
{
	char *path = path_of(f, "x.db"), *text = path_of(f, "x.txt");
	FILE *file = fopen(text, "w");
	assert_non_null(file);
	fprintf(file,
		"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=%u\ndb_lorder=%s\n%s%s"
		"HEADER=END\n",
		page_size, order, settings,
		shape == SORTED_DUPLICATES    ? "duplicates=1\ndupsort=1\n"
			: shape == DUPLICATES ? "duplicates=1\n"
					      : "");
	write_records(file, shape);
	fputs("DATA=END\n", file);
	assert_int_equal(fclose(file), 0);
	unlink(path);
	assert_int_equal(system(arena_printf(&f->arena, "db5.3_load -f '%s' '%s'", text, path)), 0);
	return path;
}

/* ---- reading them ---- */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All records as sorted lines, so that two databases compare. */
static char *
sorted(struct files *f, const struct passdb *db)
{
	AUTO_BUFFER struct buffer text = { 0 };
	f->lines.count = 0;
	ARRAY_FOREACH (record, &db->records) {
		buffer_clear(&text);
		add_hex(&text, record->key);
		buffer_add_char(&text, ' ');
		add_hex(&text, record->value);
		ARRAY_PUSH(&f->arena, &f->lines, arena_strdup(&f->arena, buffer_text(&text)));
	}
	qsort(f->lines.items, f->lines.count, sizeof(*f->lines.items), by_text);
	buffer_clear(&text);
	ARRAY_FOREACH (line, &f->lines)
		buffer_printf(&text, "%s\n", *line);
	return arena_strdup(&f->arena, buffer_text(&text));
}

static size_t
parse(struct files *f, const char *path, bool text_allowed, struct passdb *ret_db)
{
	struct diags diags = { .arena = &f->arena };
	bool read = passdb_parse(read_all(f, path), path, text_allowed, &f->arena, ret_db, &diags);
	if (!read)
		fail_msg("%s", diags.items[0].message);
	return ret_db->records.count;
}

static void
assert_as_dumped(struct files *f, const char *path)
{
	struct passdb ours, theirs;
	char *dump = path_of(f, "dumped.txt");
	assert_int_equal(system(arena_printf(&f->arena, "db5.3_dump '%s' > '%s'", path, dump)), 0);
	assert_true(parse(f, path, false, &ours) >= 3000);
	assert_int_equal(ours.format, PASSDB_BDB_HASH);
	parse(f, dump, true, &theirs);
	assert_int_equal(theirs.format, PASSDB_DUMP);
	assert_int_equal(ours.records.count, theirs.records.count);
	assert_true(strcmp(sorted(f, &ours), sorted(f, &theirs)) == 0);
}

static void
test_passdb_reads_every_page_size_in_both_byte_orders(void **state)
{
	struct files *f = *state;
	for (unsigned page = 512; page <= 65536; page *= 2) {
		assert_as_dumped(f, make_database(f, page, "1234", "", PLAIN));
		assert_as_dumped(f, make_database(f, page, "4321", "", PLAIN));
		arena_finish(&f->arena);
		f->arena = (struct arena){ 0 };
		f->lines.items = NULL;
		f->lines.count = f->lines.room = 0;
	}
}

static void
test_passdb_reads_duplicates_within_and_outside_of_pages(void **state)
{
	struct files *f = *state;
	assert_as_dumped(f, make_database(f, 512, "1234", "", DUPLICATES));
	assert_as_dumped(f, make_database(f, 4096, "4321", "", DUPLICATES));
	assert_as_dumped(f, make_database(f, 512, "4321", "", SORTED_DUPLICATES));
	assert_as_dumped(f, make_database(f, 65536, "1234", "", SORTED_DUPLICATES));
}

/* A copy of the key for each of its values would take a gigabyte. */
static void
test_passdb_keeps_a_long_key_of_many_values_once(void **state)
{
	struct files *f = *state;
	struct rusage before, after;
	struct passdb db;
	AUTO_BUFFER struct buffer key = { 0 };
	while (key.size < 20000)
		buffer_add_text(&key, "6b");
	char *path = path_of(f, "x.db"), *text = path_of(f, "x.txt");
	FILE *file = fopen(text, "w");
	assert_non_null(file);
	fputs("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=65536\nduplicates=1\n"
	      "HEADER=END\n",
		file);
	for (unsigned i = 0; i < 100000; i++) {
		fprintf(file, " %s\n", buffer_text(&key));
		write_hex(file, 'v', i, 0);
	}
	fputs("DATA=END\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(system(arena_printf(&f->arena, "db5.3_load -f '%s' '%s'", text, path)), 0);
	unlink(text);
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	assert_int_equal(parse(f, path, false, &db), 100000);
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 100 * 1024);
	assert_int_equal(db.by_key.count, 1);
}

static void
test_passdb_reads_pages_with_checksums(void **state)
{
	struct files *f = *state;
	assert_as_dumped(f, make_database(f, 4096, "1234", "chksum=1\n", PLAIN));
	assert_as_dumped(f, make_database(f, 512, "4321", "chksum=1\n", DUPLICATES));
}

/* What pam_userdb reads is what db_load -T made: lines that alternate. */
static void
test_passdb_reads_the_text_as_db_load_does(void **state)
{
	struct files *f = *state;
	struct passdb made, text;
	char *db = path_of(f, "t.db"), *file = path_of(f, "t.txt");
	AUTO_FILE FILE *out = fopen(file, "w");
	assert_non_null(out);
	fputs("anna\nsecret\nbert\nback\\\\slash \\41\n\nempty key\ncara\n\nanna\nlater\n", out);
	assert_int_equal(fclose(steal_ptr(out)), 0);
	assert_int_equal(
		system(arena_printf(&f->arena, "db5.3_load -T -t hash -f '%s' '%s'", file, db)), 0);
	assert_int_equal(parse(f, db, false, &made), 4);
	assert_int_equal(parse(f, file, true, &text), 5);
	assert_int_equal(text.format, PASSDB_ALTERNATING);
	static const char *const keys[] = { "anna", "bert", "", "cara" };
	for (unsigned i = 0; i < ARRAY_LEN(keys); i++) {
		const struct passdb_record *a = table_get(&made.by_key, keys[i]);
		const struct passdb_record *b = table_get(&text.by_key, keys[i]);
		assert_non_null(a);
		assert_non_null(b);
		assert_int_equal(a->value.size, b->value.size);
		assert_memory_equal(a->value.data, b->value.data, a->value.size);
	}
}

static void
test_passdb_names_what_is_no_hash_file(void **state)
{
	struct files *f = *state;
	struct passdb db;
	struct diags diags = { .arena = &f->arena };
	char *tree = path_of(f, "tree.db"), *subs = path_of(f, "subs.db");
	assert_int_equal(system(arena_printf(&f->arena,
				 "printf 'a\\nb\\n' | db5.3_load -T -t btree '%s' && "
				 "printf 'a\\nb\\n' | db5.3_load -T -t hash -c database=one '%s'",
				 tree, subs)),
		0);
	assert_false(passdb_parse(read_all(f, tree), "tree", false, &f->arena, &db, &diags));
	assert_int_equal(db.format, PASSDB_BDB_OTHER);
	assert_string_equal(diags.items[0].message,
		"Berkeley DB file is a btree, expected a hash file: pam_userdb could not read it "
		"either");
	assert_false(passdb_parse(read_all(f, subs), "subs", false, &f->arena, &db, &diags));
	assert_string_equal(diags.items[1].message,
		"Berkeley DB file is a set of sub-databases, expected a hash file: pam_userdb "
		"could not read it either");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_passdb_reads_every_page_size_in_both_byte_orders, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passdb_reads_duplicates_within_and_outside_of_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passdb_keeps_a_long_key_of_many_values_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passdb_reads_pages_with_checksums, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passdb_reads_the_text_as_db_load_does, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_passdb_names_what_is_no_hash_file, setup, teardown),
	};
	if (system("command -v db5.3_load db5.3_dump >/dev/null") != 0) {
		print_message("skipped: db5.3_load and db5.3_dump (package db-util) are missing\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
