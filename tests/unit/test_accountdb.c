/*
 * test_accountdb.c - account files are found, and read as libc reads them.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "accountdb_fixture.h"

/* ---- reading ---- */

static void
test_lines_are_found_by_name_and_by_id(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_debian(&world);

	struct accountdb_line *line = accountdb_find(&world.db, ACCOUNTDB_PASSWD, "kmeier");
	assert_ptr_equal(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 1000), line);
	assert_string_equal(accountdb_name(line), "kmeier");
	assert_string_equal(accountdb_field(line, PASSWD_GECOS), "Karl Meier,,,");
	assert_string_equal(accountdb_field(line, PASSWD_SHELL), "/bin/bash");
	assert_int_equal(accountdb_line_number(line), 2);
	assert_string_equal(
		accountdb_name(accountdb_find_id(&world.db, ACCOUNTDB_GROUP, 27)), "sudo");
	assert_null(accountdb_find(&world.db, ACCOUNTDB_PASSWD, "kmeie"));
	assert_null(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 100));
}

static void
test_files_and_fields_have_their_names(void **state)
{
	(void)state;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
		enum accountdb_file parsed = ACCOUNTDB_FILES;
		assert_true(accountdb_file_parse(accountdb_file_name(file), &parsed));
		assert_int_equal(parsed, file);
	}
	assert_string_equal(accountdb_path(ACCOUNTDB_GSHADOW), "/etc/gshadow");
	assert_string_equal(accountdb_field_name(ACCOUNTDB_SHADOW, SHADOW_EXPIRE), "expire");
	assert_string_equal(accountdb_field_name(ACCOUNTDB_PASSWD, PASSWD_HOME), "home");
	enum accountdb_file parsed;
	assert_false(accountdb_file_parse("sudoers", &parsed));
}

static void
test_an_id_counts_only_as_a_whole_number(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		uint32_t id;
	} cases[] = {
		{ "0", true, 0 },
		{ "4294967295", true, 4294967295u },
		{ "4294967296", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "0x10", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		char text[64];
		snprintf(text, sizeof(text), "bob:x:%s:0::/:/bin/sh\n", cases[i].text);
		parse_with(&world, ACCOUNTDB_PASSWD, text);
		uint32_t id = 0;
		struct accountdb_line *bob = accountdb_find(&world.db, ACCOUNTDB_PASSWD, "bob");
		assert_int_equal(accountdb_line_id(bob, PASSWD_UID, &id), cases[i].good);
		assert_int_equal(id, cases[i].id);
		assert_int_equal(world.diags.warnings, cases[i].good ? 0 : 1);
	}
}

struct expected_diag {
	const char *code;
	unsigned line;
};

static void
assert_diags(const struct diags *diags, const struct expected_diag *expected, size_t count)
{
	assert_int_equal(diags->count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(diags->items[i].level, DIAG_WARNING);
		assert_string_equal(diags->items[i].code, expected[i].code);
		assert_int_equal(diags->items[i].place.line, expected[i].line);
	}
}

static void
test_malformed_lines_are_reported_and_hold_their_name(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	static const char text[] = "root:x:0:0:root:/root:/bin/bash\n" /* 1 */
				   "# comment\n"
				   "\n"
				   "short:x:7\n"			   /* 4 */
				   "long:x:8:8::/:/bin/sh:more:and:more\n" /* 5 */
				   "noid:x:eight:8::/:/bin/sh\n"	   /* 6 */
				   "garbage\n"				   /* 7 */
				   ":x:9:9::/:/bin/sh\n"		   /* 8 */
				   "+@nis::::::\n"
				   "-nobody\n"
				   "root:x:10:0:second:/:/bin/sh\n"; /* 11 */
	static const struct expected_diag expected[] = {
		{ "malformed-line", 4 },
		{ "malformed-line", 5 },
		{ "malformed-line", 6 },
		{ "malformed-line", 7 },
		{ "malformed-line", 8 },
		{ "duplicate-name", 11 },
	};
	parse_with(&world, ACCOUNTDB_PASSWD, text);
	assert_diags(&world.diags, expected, ARRAY_LEN(expected));

	struct accountdb_line *line = accountdb_find(&world.db, ACCOUNTDB_PASSWD, "short");
	assert_int_equal(accountdb_line_length(line), 3);
	assert_string_equal(accountdb_field(line, PASSWD_HOME), "");
	assert_ptr_equal(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 7), line);
	line = accountdb_find(&world.db, ACCOUNTDB_PASSWD, "long");
	assert_string_equal(accountdb_field(line, PASSWD_SHELL), "/bin/sh");
	assert_string_equal(
		accountdb_field(accountdb_find(&world.db, ACCOUNTDB_PASSWD, "root"), PASSWD_GECOS),
		"root");
	assert_null(accountdb_find(&world.db, ACCOUNTDB_PASSWD, "+@nis"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), text);
}

static void
test_old_shadow_lines_of_five_fields_are_no_fault(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_SHADOW, "old:*:1:2:3\nsix:*:1:2:3:4\n");
	static const struct expected_diag expected[] = { { "malformed-line", 2 } };
	assert_diags(&world.diags, expected, ARRAY_LEN(expected));
}

static void
test_blanks_in_front_of_a_name_are_skipped_as_libc_does(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	static const char text[] = " \tbob:x:5:5::/:/bin/sh\n";
	parse_with(&world, ACCOUNTDB_PASSWD, text);
	struct accountdb_line *bob = accountdb_find(&world.db, ACCOUNTDB_PASSWD, "bob");
	assert_non_null(bob);
	accountdb_set_field(&world.db, ACCOUNTDB_PASSWD, bob, PASSWD_HOME, "/srv");
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_PASSWD), " \tbob:x:5:5::/srv:/bin/sh\n");
}

static void
test_nul_bytes_are_an_error_that_names_the_line(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	world.diags.arena = &world.arena;
	struct bytes texts[ACCOUNTDB_FILES] = { { "", 0 }, { "", 0 }, { "", 0 },
		{ "root:x:0:0::/:\nbob:\0:1:1::/:\n", 27 } };
	assert_false(accountdb_parse(texts, &world.arena, &world.db, &world.diags));
	assert_int_equal(world.diags.errors, 1);
	assert_string_equal(world.diags.items[0].place.file, "/etc/passwd");
	assert_int_equal(world.diags.items[0].place.line, 2);
}

static void
test_only_gshadow_may_be_missing(void **state)
{
	(void)state;
	for (enum accountdb_file missing = 0; missing < ACCOUNTDB_FILES; missing++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = { missing == 0 ? NULL : "", missing == 1 ? NULL : "",
			missing == 2 ? NULL : "", missing == 3 ? NULL : "" };
		bool good = account_world_parse(&world, &files);
		assert_int_equal(good, missing == ACCOUNTDB_GSHADOW);
		assert_int_equal(world.diags.errors, good ? 0 : 1);
	}
}

static void
test_every_line_with_a_name_is_walked_in_the_order_of_the_file(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "# c\na:x:1:\nb:x:2:\n+::\nc:x:3:\n");
	accountdb_add(&world.db, ACCOUNTDB_GROUP, (const char *[]){ "new", "x", "9", "" });
	accountdb_remove(
		&world.db, ACCOUNTDB_GROUP, accountdb_find(&world.db, ACCOUNTDB_GROUP, "b"));

	static const char *const expected[] = { "a", "new", "c" };
	size_t cursor = 0;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(
			accountdb_name(accountdb_next(&world.db, ACCOUNTDB_GROUP, &cursor)),
			expected[i]);
	assert_null(accountdb_next(&world.db, ACCOUNTDB_GROUP, &cursor));
}

/* ---- loading ---- */

static void
put_file(const char *root, const char *path, const char *text, mode_t mode)
{
	char name[256];
	snprintf(name, sizeof(name), "%s%s", root, path);
	AUTO_CLOSE int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
}

static void
remove_files(const char *root)
{
	static const char *const paths[] = { "/etc/passwd", "/etc/shadow", "/etc/group",
		"/etc/gshadow", "/etc", "" };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char name[256];
		snprintf(name, sizeof(name), "%s%s", root, paths[i]);
		remove(name);
	}
}

static void
test_loading_keeps_the_owners_and_modes_that_replacements_get(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	world.diags.arena = &world.arena;
	char root[] = "/tmp/rehome-accountdb-XXXXXX";
	assert_non_null(mkdtemp(root));
	char etc[64];
	snprintf(etc, sizeof(etc), "%s/etc", root);
	assert_int_equal(mkdir(etc, 0755), 0);
	put_file(root, "/etc/passwd", debian.passwd, 0644);
	put_file(root, "/etc/shadow", debian.shadow, 0640);
	put_file(root, "/etc/group", "", 0604);

	struct host *host = host_create(root, HOST_READ_ONLY, &world.diags);
	assert_non_null(host);
	bool good = accountdb_load(host, &world.arena, &world.db, &world.diags);
	host_destroy(host);
	remove_files(root);
	assert_true(good);
	const struct accountdb_table *tables = world.db.tables;
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), debian.passwd);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), debian.shadow);
	assert_true(tables[ACCOUNTDB_GROUP].exists);
	assert_false(tables[ACCOUNTDB_GSHADOW].exists);
	assert_int_equal(tables[ACCOUNTDB_PASSWD].owner.mode, 0644);
	assert_int_equal(tables[ACCOUNTDB_SHADOW].owner.mode, 0640);
	assert_int_equal(tables[ACCOUNTDB_GROUP].owner.mode, 0604);
	assert_int_equal(tables[ACCOUNTDB_SHADOW].owner.uid, geteuid());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_found_by_name_and_by_id),
		cmocka_unit_test(test_files_and_fields_have_their_names),
		cmocka_unit_test(test_an_id_counts_only_as_a_whole_number),
		cmocka_unit_test(test_malformed_lines_are_reported_and_hold_their_name),
		cmocka_unit_test(test_old_shadow_lines_of_five_fields_are_no_fault),
		cmocka_unit_test(test_blanks_in_front_of_a_name_are_skipped_as_libc_does),
		cmocka_unit_test(test_nul_bytes_are_an_error_that_names_the_line),
		cmocka_unit_test(test_only_gshadow_may_be_missing),
		cmocka_unit_test(test_every_line_with_a_name_is_walked_in_the_order_of_the_file),
		cmocka_unit_test(test_loading_keeps_the_owners_and_modes_that_replacements_get),
	};
	return cmocka_run_group_tests_name("accountdb", tests, NULL, NULL);
}
