/*
 * test_accountdb.c - account files keep every byte that nobody changed, and changes read back as
 * what was meant.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/account_files.h"

static const struct account_files debian = {
	.group = "root:x:0:\nsudo:x:27:kmeier\nusers:x:100:kmeier,avogel\n",
	.gshadow = "root:*::\nsudo:*::kmeier\nusers:*::kmeier,avogel\n",
	.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$x:19000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "kmeier:x:1000:100:Karl Meier,,,:/home/kmeier:/bin/bash\n",
};

static void
parse_debian(struct account_world *world)
{
	assert_true(account_world_parse(world, &debian));
	assert_int_equal(world->diags.count, 0);
}

/* Parses one text as that file, the rest as on Debian. */
static void
parse_with(struct account_world *world, enum accountdb_file file, const char *text)
{
	struct account_files files = debian;
	const char **texts[ACCOUNTDB_FILES] = { &files.group, &files.gshadow, &files.shadow,
		&files.passwd };
	*texts[file] = text;
	assert_true(account_world_parse(world, &files));
}

static const char *const matteo[] = { "matteo", "x", "20000", "20000", "Matteo", "/home/matteo",
	"/usr/sbin/nologin" };
#define MATTEO "matteo:x:20000:20000:Matteo:/home/matteo:/usr/sbin/nologin\n"

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

/* ---- writing ---- */

static void
test_random_files_come_back_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 500; seed++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *texts[ACCOUNTDB_FILES];
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			texts[file] = random_account_file(&dice, file, &world.arena);
		struct account_files files = { texts[ACCOUNTDB_GROUP], texts[ACCOUNTDB_GSHADOW],
			texts[ACCOUNTDB_SHADOW], texts[ACCOUNTDB_PASSWD] };
		assert_true(account_world_parse(&world, &files));
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++) {
			assert_string_equal(account_world_text(&world, file), texts[file]);
			assert_false(world.db.tables[file].changed);
		}
	}
}

/* Every line is rewritten from its parts, and the parts hold every byte. */
static void
test_changing_a_field_there_and_back_gives_the_same_bytes(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *text = random_account_file(&dice, ACCOUNTDB_PASSWD, &world.arena);
		parse_with(&world, ACCOUNTDB_PASSWD, text);
		size_t cursor = 0;
		struct accountdb_line *line;
		while ((line = accountdb_next(&world.db, ACCOUNTDB_PASSWD, &cursor))) {
			size_t length = accountdb_line_length(line);
			const char *shell =
				arena_strdup(&world.arena, accountdb_field(line, PASSWD_SHELL));
			accountdb_set_field(
				&world.db, ACCOUNTDB_PASSWD, line, PASSWD_SHELL, "/changed");
			accountdb_set_field(&world.db, ACCOUNTDB_PASSWD, line, PASSWD_SHELL, shell);
			accountdb_shorten(&world.db, ACCOUNTDB_PASSWD, line, length);
		}
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), text);
	}
}

static void
test_new_lines_go_in_front_of_the_first_nis_line(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "", MATTEO },
		{ "a:x:1:1::/:\n", "a:x:1:1::/:\n" MATTEO },
		{ "a:x:1:1::/:\n# end\n\n", "a:x:1:1::/:\n# end\n\n" MATTEO },
		{ "a:x:1:1::/:\n+@s::::::\nb:x:2:2::/:\n-c\n",
			"a:x:1:1::/:\n" MATTEO "+@s::::::\nb:x:2:2::/:\n-c\n" },
		{ "+\n", MATTEO "+\n" },
		/* No final newline: the old last line gets one only when it is followed. */
		{ "a:x:1:1::/:", "a:x:1:1::/:\n" MATTEO },
		{ "a:x:1:1::/:\n+", "a:x:1:1::/:\n" MATTEO "+" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_with(&world, ACCOUNTDB_PASSWD, cases[i].before);
		struct accountdb_line *line = accountdb_add(&world.db, ACCOUNTDB_PASSWD, matteo);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), cases[i].after);
		assert_ptr_equal(accountdb_find(&world.db, ACCOUNTDB_PASSWD, "matteo"), line);
		assert_ptr_equal(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 20000), line);
		assert_int_equal(accountdb_line_number(line), 0);
		assert_true(world.db.tables[ACCOUNTDB_PASSWD].changed);
	}
}

static void
test_a_removed_line_takes_its_missing_newline_along(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "a:x:1:\nb:x:2:");
	accountdb_remove(
		&world.db, ACCOUNTDB_GROUP, accountdb_find(&world.db, ACCOUNTDB_GROUP, "b"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "a:x:1:\n");
	assert_string_equal(accountdb_last_name(&world.db, ACCOUNTDB_GROUP), "a");
	accountdb_remove(
		&world.db, ACCOUNTDB_GROUP, accountdb_find(&world.db, ACCOUNTDB_GROUP, "a"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "");
	assert_null(accountdb_last_name(&world.db, ACCOUNTDB_GROUP));
}

static void
test_the_next_line_of_a_name_or_id_counts_when_the_first_goes(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_PASSWD,
		"a:x:1:1:first:/:\nb:x:1:1::/:\na:x:2:1:second:/:\na:x:3:1:third:/:\n");
	struct accountdb *db = &world.db;
	accountdb_remove(db, ACCOUNTDB_PASSWD, accountdb_find(db, ACCOUNTDB_PASSWD, "a"));
	struct accountdb_line *a = accountdb_find(db, ACCOUNTDB_PASSWD, "a");
	assert_string_equal(accountdb_field(a, PASSWD_GECOS), "second");
	assert_string_equal(accountdb_name(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1)), "b");
	accountdb_remove(db, ACCOUNTDB_PASSWD, a);
	assert_string_equal(
		accountdb_field(accountdb_find(db, ACCOUNTDB_PASSWD, "a"), PASSWD_GECOS), "third");
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 2));
}

static void
test_a_changed_id_is_found_and_the_old_one_is_free(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_debian(&world);
	struct accountdb *db = &world.db;
	struct accountdb_line *line = accountdb_find(db, ACCOUNTDB_PASSWD, "kmeier");
	accountdb_set_field(db, ACCOUNTDB_PASSWD, line, PASSWD_UID, "1001");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1001), line);
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1000));
	accountdb_set_field(db, ACCOUNTDB_PASSWD, line, PASSWD_UID, "1000");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1000), line);
	assert_null(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1001));
}

static void
test_a_twin_gets_the_id_that_the_first_line_gave_up(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_PASSWD, "a:x:1:1::/:\nb:x:1:1::/:\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *a = accountdb_find(db, ACCOUNTDB_PASSWD, "a");
	struct accountdb_line *b = accountdb_find(db, ACCOUNTDB_PASSWD, "b");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1), a);
	accountdb_set_field(db, ACCOUNTDB_PASSWD, a, PASSWD_UID, "2");
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 1), b);
	assert_ptr_equal(accountdb_find_id(db, ACCOUNTDB_PASSWD, 2), a);
}

static void
test_a_line_with_too_many_fields_is_not_shortened(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	static const char text[] = "a:x:1::::::more\n";
	parse_with(&world, ACCOUNTDB_PASSWD, text);
	accountdb_shorten(
		&world.db, ACCOUNTDB_PASSWD, accountdb_find(&world.db, ACCOUNTDB_PASSWD, "a"), 3);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), text);
}

static void
test_a_line_that_would_read_back_differently_is_refused(void **state)
{
	(void)state;
	static const struct {
		size_t field;
		const char *value;
	} cases[] = {
		{ PASSWD_NAME, "+bob" },
		{ PASSWD_NAME, "#bob" },
		{ PASSWD_NAME, "" },
		{ PASSWD_NAME, " bob" },
		{ PASSWD_NAME, "bo\nb" },
		{ PASSWD_GECOS, "Bob:0:0" },
		{ PASSWD_GECOS, "Bob\nroot2:x:0:0::/:/bin/sh" },
		{ PASSWD_HOME, "/home/b\nob" },
		{ PASSWD_SHELL, "/bin/sh:" },
		{ PASSWD_SHELL, "/bin/sh\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_debian(&world);
		const char *fields[PASSWD_FIELDS];
		memcpy(fields, matteo, sizeof(fields));
		fields[cases[i].field] = cases[i].value;
		accountdb_add(&world.db, ACCOUNTDB_PASSWD, fields);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), "(refused)");
		assert_int_equal(world.diags.errors, 1);
		assert_string_equal(world.diags.items[0].code, "unwritable-field");
	}
}

static void
test_a_hash_with_a_colon_is_refused_without_being_shown(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_debian(&world);
	accountdb_set_field(&world.db, ACCOUNTDB_SHADOW,
		accountdb_find(&world.db, ACCOUNTDB_SHADOW, "kmeier"), SHADOW_HASH, "CANARY:1");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), "(refused)");
	assert_string_equal(world.diags.items[0].message,
		"the password of 'kmeier' would not read back as it was meant");
}

/* ---- members ---- */

static void
assert_list(const struct string_list *list, const char *expected)
{
	AUTO_BUFFER struct buffer joined = { 0 };
	ARRAY_FOREACH (item, list)
		buffer_printf(&joined, "%s%s", item == list->items ? "" : " ", *item);
	assert_string_equal(buffer_text(&joined), expected);
}

static void
test_members_are_read_as_libc_reads_them(void **state)
{
	(void)state;
	static const struct {
		const char *text, *names;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ "a,b,c", "a b c" },
		{ "a,,b,", "a b" },
		{ ",", "" },
		{ " a, b", "a b" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		const char *text = arena_printf(&world.arena, "g:x:1:%s\n", cases[i].text);
		parse_with(&world, ACCOUNTDB_GROUP, text);
		struct accountdb_line *group = accountdb_find(&world.db, ACCOUNTDB_GROUP, "g");
		assert_list(accountdb_members(group), cases[i].names);
		assert_false(accountdb_is_member(group, ""));

		assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GROUP, group, "new"));
		assert_true(accountdb_is_member(group, "new"));
		assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GROUP, group, "new"));
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), text);
	}
}

static void
test_members_are_added_once_and_removed_wherever_they_stand(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "g:x:1:a,b,a,c,a\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *group = accountdb_find(db, ACCOUNTDB_GROUP, "g");
	assert_false(accountdb_add_member(db, ACCOUNTDB_GROUP, group, "b"));
	assert_false(accountdb_remove_member(db, ACCOUNTDB_GROUP, group, "x"));
	assert_false(db->tables[ACCOUNTDB_GROUP].changed);
	assert_list(accountdb_members(group), "a b a c a");
	assert_true(accountdb_remove_member(db, ACCOUNTDB_GROUP, group, "a"));
	assert_false(accountdb_is_member(group, "a"));
	assert_list(accountdb_members(group), "b c");
	assert_true(accountdb_add_member(db, ACCOUNTDB_GROUP, group, "d"));
	assert_string_equal(accountdb_field(group, GROUP_MEMBERS), "b,c,d");
	assert_list(accountdb_members(group), "b c d");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "g:x:1:b,c,d\n");
}

static void
test_a_member_is_inserted_behind_another(void **state)
{
	(void)state;
	static const struct {
		const char *behind, *expected;
	} cases[] = {
		{ "", "g:x:1:n,a,b\n" },
		{ "a", "g:x:1:a,n,b\n" },
		{ "b", "g:x:1:a,b,n\n" },
		{ "nobody", "g:x:1:a,b,n\n" },
		{ NULL, "g:x:1:a,b,n\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_with(&world, ACCOUNTDB_GROUP, "g:x:1:a,b\n");
		struct accountdb_line *group = accountdb_find(&world.db, ACCOUNTDB_GROUP, "g");
		assert_true(accountdb_insert_member(
			&world.db, ACCOUNTDB_GROUP, group, "n", cases[i].behind));
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), cases[i].expected);
	}
}

static void
test_a_short_gshadow_line_grows_for_a_member_and_shrinks_again(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GSHADOW, "x:\ny:!:\n");
	struct accountdb_line *x = accountdb_find(&world.db, ACCOUNTDB_GSHADOW, "x");
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::bob\ny:!:\n");
	assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::\ny:!:\n");
	accountdb_shorten(&world.db, ACCOUNTDB_GSHADOW, x, 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:\ny:!:\n");
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GSHADOW, x, "bob"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), "x:::bob\ny:!:\n");
}

static void
test_a_member_that_is_two_is_refused(void **state)
{
	(void)state;
	static const char *const evil[] = { "a,b", "a:b", "a\nb" };
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse_debian(&world);
		accountdb_add_member(&world.db, ACCOUNTDB_GROUP,
			accountdb_find(&world.db, ACCOUNTDB_GROUP, "sudo"), evil[i]);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), "(refused)");
	}
}

static void
test_groups_of_a_login_follow_every_change(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "a:x:1:bob,bob\nb:x:2:eve\nc:x:3:eve,bob\n");
	struct accountdb *db = &world.db;
	assert_list(accountdb_groups_of(db, "bob"), "a c");
	assert_list(accountdb_groups_of(db, "eve"), "b c");
	assert_list(accountdb_groups_of(db, "nobody"), "");

	struct accountdb_line *b = accountdb_find(db, ACCOUNTDB_GROUP, "b");
	accountdb_add_member(db, ACCOUNTDB_GROUP, b, "bob");
	accountdb_add_member(db, ACCOUNTDB_GROUP, b, "nobody");
	accountdb_remove_member(
		db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, "a"), "bob");
	assert_list(accountdb_groups_of(db, "bob"), "c b");
	assert_list(accountdb_groups_of(db, "nobody"), "b");

	accountdb_remove(db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, "c"));
	accountdb_add(db, ACCOUNTDB_GROUP, (const char *[]){ "d", "x", "4", "eve" });
	assert_list(accountdb_groups_of(db, "bob"), "b");
	assert_list(accountdb_groups_of(db, "eve"), "b d");

	accountdb_set_field(db, ACCOUNTDB_GROUP, b, GROUP_MEMBERS, "eve,zoe");
	assert_list(accountdb_groups_of(db, "bob"), "");
	assert_list(accountdb_groups_of(db, "zoe"), "b");
	assert_list(accountdb_groups_of(db, "eve"), "d b");
}

/* ---- size ---- */

enum { MANY = 10000 };

static void
test_ten_thousand_lines_and_members_come_and_go(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse_with(&world, ACCOUNTDB_GROUP, "press:x:500:kmeier\n+::\n");
	struct accountdb *db = &world.db;
	struct accountdb_line *press = accountdb_find(db, ACCOUNTDB_GROUP, "press");
	AUTO_BUFFER struct buffer expected = { 0 }, tail = { 0 };
	buffer_add_text(&expected, "press:x:500:kmeier");
	for (unsigned i = 0; i < MANY; i++) {
		const char *name = arena_printf(&world.arena, "user%05u", i);
		const char *gid = arena_printf(&world.arena, "%u", 20000 + i);
		accountdb_add(db, ACCOUNTDB_GROUP, (const char *[]){ name, "x", gid, "" });
		assert_true(accountdb_add_member(db, ACCOUNTDB_GROUP, press, name));
		buffer_printf(&expected, ",%s", name);
		buffer_printf(&tail, "%s:x:%s:\n", name, gid);
	}
	buffer_printf(&expected, "\n%s+::\n", buffer_text(&tail));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), buffer_text(&expected));
	assert_list(accountdb_groups_of(db, "user00000"), "press");

	for (unsigned i = 0; i < MANY; i++) {
		const char *name = arena_printf(&world.arena, "user%05u", i);
		assert_true(accountdb_remove_member(db, ACCOUNTDB_GROUP, press, name));
		accountdb_remove(db, ACCOUNTDB_GROUP, accountdb_find(db, ACCOUNTDB_GROUP, name));
	}
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "press:x:500:kmeier\n+::\n");
	assert_null(accountdb_find_id(db, ACCOUNTDB_GROUP, 20000));
}

static void
test_a_member_list_of_600_kilobytes_is_kept(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "all:x:500:first");
	for (unsigned i = 0; text.size < 600 * 1000; i++)
		buffer_printf(&text, ",a-rather-long-login-name-%06u", i);
	const char *before = arena_printf(&world.arena, "%s\n", buffer_text(&text));
	parse_with(&world, ACCOUNTDB_GROUP, before);
	struct accountdb_line *all = accountdb_find(&world.db, ACCOUNTDB_GROUP, "all");

	assert_true(accountdb_is_member(all, "a-rather-long-login-name-018000"));
	assert_true(accountdb_add_member(&world.db, ACCOUNTDB_GROUP, all, "last"));
	const char *after = arena_printf(&world.arena, "%s,last\n", buffer_text(&text));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), after);
	assert_true(accountdb_remove_member(&world.db, ACCOUNTDB_GROUP, all, "last"));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), before);
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
		cmocka_unit_test(test_random_files_come_back_byte_for_byte),
		cmocka_unit_test(test_changing_a_field_there_and_back_gives_the_same_bytes),
		cmocka_unit_test(test_new_lines_go_in_front_of_the_first_nis_line),
		cmocka_unit_test(test_a_removed_line_takes_its_missing_newline_along),
		cmocka_unit_test(test_the_next_line_of_a_name_or_id_counts_when_the_first_goes),
		cmocka_unit_test(test_a_changed_id_is_found_and_the_old_one_is_free),
		cmocka_unit_test(test_a_twin_gets_the_id_that_the_first_line_gave_up),
		cmocka_unit_test(test_a_line_with_too_many_fields_is_not_shortened),
		cmocka_unit_test(test_a_line_that_would_read_back_differently_is_refused),
		cmocka_unit_test(test_a_hash_with_a_colon_is_refused_without_being_shown),
		cmocka_unit_test(test_members_are_read_as_libc_reads_them),
		cmocka_unit_test(test_members_are_added_once_and_removed_wherever_they_stand),
		cmocka_unit_test(test_a_member_is_inserted_behind_another),
		cmocka_unit_test(test_a_short_gshadow_line_grows_for_a_member_and_shrinks_again),
		cmocka_unit_test(test_a_member_that_is_two_is_refused),
		cmocka_unit_test(test_groups_of_a_login_follow_every_change),
		cmocka_unit_test(test_ten_thousand_lines_and_members_come_and_go),
		cmocka_unit_test(test_a_member_list_of_600_kilobytes_is_kept),
	};
	return cmocka_run_group_tests_name("accountdb", tests, NULL, NULL);
}
