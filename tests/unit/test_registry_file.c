/*
 * test_registry_file.c - how the file of the registry is kept, and which files are refused.
 */
#include "registry_fixture.h"

#include <sqlite3.h>
#include <stdlib.h>

/* ---- the file ---- */

static void
test_registry_file_is_for_root_alone_and_left_without_journal(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	mode_t mask = umask(0);
	record(f, &state, two_creates(f), "1");
	umask(mask);
	struct stat st = stat_of(f, DATABASE);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, 0);
	struct string_list names = { 0 };
	assert_ok(f, host_list(f->host, STATE_DIR, &f->arena, &names, &f->diags));
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], "lock");
	assert_string_equal(names.items[1], "registry.db");
	assert_string_equal(names.items[2], "runs");
	state_finish(&state);
}

/* A crash between the making of the file and its first transaction. */
static void
test_registry_file_without_tables_is_empty_and_gets_them(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	make_file(f, DATABASE, "");
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_string_equal(remembered(f, &state), "");
	record(f, &state, two_creates(f), "1");
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 1\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

static void
assert_file_refused(struct fixture *f, struct state *state, const char *error)
{
	struct managed managed;
	assert_refused(f, registry_load(state, &f->arena, &managed, &f->diags), error);
	assert_refused(f, registry_record_run(state, two_creates(f), "1", NULL, &f->diags), error);
}

static void
test_registry_refuses_a_file_that_is_not_roots_own(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	assert_int_equal(chmod(real(f, DATABASE), 0644), 0);
	assert_file_refused(
		f, &state, DATABASE ": owned by uid 0 with mode 0644, expected root and 0600");
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_int_equal(chown(real(f, DATABASE), 1234, 0), 0);
	assert_file_refused(
		f, &state, DATABASE ": owned by uid 1234 with mode 0600, expected root and 0600");
	assert_int_equal(rename(real(f, DATABASE), real(f, "/elsewhere")), 0);
	assert_int_equal(symlink("../../../elsewhere", real(f, DATABASE)), 0);
	assert_file_refused(f, &state, DATABASE ": not a regular file");
	state_finish(&state);
}

static void
test_registry_refuses_a_file_that_is_no_database(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	AUTO_BUFFER struct buffer junk = { 0 };
	for (int i = 0; i < 1024; i++)
		buffer_add_text(&junk, "junk");
	make_file(f, DATABASE, buffer_text(&junk));
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_file_refused(f, &state, DATABASE ": file is not a database");
	state_finish(&state);
}

static sqlite3 *
opened(struct fixture *f)
{
	sqlite3 *sqlite;
	assert_int_equal(sqlite3_open(real(f, DATABASE), &sqlite), SQLITE_OK);
	return sqlite;
}

static void
execute(sqlite3 *sqlite, const char *sql)
{
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void
test_registry_refuses_a_newer_version(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	sqlite3 *sqlite = opened(f);
	execute(sqlite, "PRAGMA user_version = 8");
	sqlite3_close(sqlite);
	assert_file_refused(
		f, &state, DATABASE ": version 8 of the registry, only up to version 7 is known");
	state_finish(&state);
}

/* An error in the middle must leave what was there. */
static void
test_registry_writes_all_of_a_run_or_nothing(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	sqlite3 *sqlite = opened(f);
	execute(sqlite,
		"CREATE TRIGGER full BEFORE INSERT ON tombstones WHEN new.uid = 20001"
		" BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	sqlite3_close(sqlite);
	assert_refused(f, registry_record_rollback(&state, two_creates(f), "1", NULL, &f->diags),
		DATABASE ": disk full");
	assert_string_equal(remembered(f, &state), before);
	state_finish(&state);
}

static void
copy_file(struct fixture *f, const char *from, const char *to)
{
	char block[4096];
	size_t size;
	AUTO_FILE FILE *in = fopen(real(f, from), "re"), *out = fopen(real(f, to), "we");
	assert_non_null(in);
	assert_non_null(out);
	while ((size = fread(block, 1, sizeof(block), in)))
		assert_int_equal(fwrite(block, 1, size, out), size);
	assert_int_equal(fchmod(fileno(out), 0600), 0);
}

/* The files as a power cut leaves them: pages changed in place, the old ones in the journal. */
static void
interrupt_writing(struct fixture *f)
{
	sqlite3 *sqlite = opened(f);
	execute(sqlite, "PRAGMA cache_size = 1");
	execute(sqlite, "PRAGMA cache_spill = 1");
	execute(sqlite, "BEGIN IMMEDIATE");
	execute(sqlite, "DELETE FROM managed");
	execute(sqlite,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
		" INSERT INTO tombstones SELECT i, i, 'x', 'y', hex(zeroblob(200)) FROM n");
	copy_file(f, DATABASE, "/database");
	copy_file(f, DATABASE "-journal", "/journal");
	sqlite3_close(sqlite);
	copy_file(f, "/database", DATABASE);
	copy_file(f, "/journal", DATABASE "-journal");
}

static void
test_registry_interrupted_while_writing_waits_for_recover(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct managed managed;
	record(f, &state, two_creates(f), "1");
	interrupt_writing(f);
	assert_false(registry_load(&state, &f->arena, &managed, &f->diags));
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].hint,
		"A run was interrupted while it wrote this file. Run: rehome recover");
	f->diags.count = f->diags.errors = 0;

	record(f, &state, one_change(f), "2");
	assert_string_equal(remembered(f, &state),
		"anna hr/1001 20000:20000 /home/anna - [pics:rw] (web audit) " BBBB_SHA256
		" run 2\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

/* Planning has a host that refuses every effect; it can still read. */
static void
test_registry_is_read_through_a_read_only_host(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	state_finish(&state);
	use_host(f, f->root, HOST_READ_ONLY);
	state_init(&state, f->host, NULL, &f->arena);
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 1\n" BERT "run 1\nreserved anna\n");
}

int
main(void)
{
	if (geteuid() != 0) {
		print_message("needs root: the files must be root's\n");
		return NEEDS_ROOT;
	}
	const struct CMUnitTest tests[] = {
		host_test(test_registry_file_is_for_root_alone_and_left_without_journal),
		host_test(test_registry_file_without_tables_is_empty_and_gets_them),
		host_test(test_registry_refuses_a_file_that_is_not_roots_own),
		host_test(test_registry_refuses_a_file_that_is_no_database),
		host_test(test_registry_refuses_a_newer_version),
		host_test(test_registry_writes_all_of_a_run_or_nothing),
		host_test(test_registry_interrupted_while_writing_waits_for_recover),
		host_test(test_registry_is_read_through_a_read_only_host),
	};
	return cmocka_run_group_tests_name("registry_file", tests, NULL, NULL);
}
