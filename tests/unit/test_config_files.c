/*
 * test_config_files.c - which files make the configuration, and which are refused.
 *
 * What concerns files that others may change is only claimed as root, since only then does it
 * matter.
 */
#include "config_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAIN "/etc/rehome/rehome.yaml"
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* A host below a temporary directory, with an empty /etc/rehome. */
struct fixture {
	char root[64];
	struct arena arena;
	struct diags diags;
	struct buffer out;
	struct config *config;
};

static const char *
real(struct fixture *f, const char *path)
{
	return arena_printf(&f->arena, "%s%s", f->root, path);
}

static void
make_dir(struct fixture *f, const char *path)
{
	assert_int_equal(mkdir(real(f, path), 0755), 0);
}

static void
make_file(struct fixture *f, const char *path, const char *content)
{
	FILE *file = fopen(real(f, path), "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(real(f, path), 0644), 0);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	strcpy(f->root, "/tmp/rehome-config-XXXXXX");
	if (!mkdtemp(f->root) || chmod(f->root, 0755))
		return -1;
	f->diags.arena = &f->arena;
	make_dir(f, "/etc");
	make_dir(f, "/etc/rehome");
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = arena_printf(&f->arena, "rm -rf -- %s", f->root);
	int result = system(command);
	buffer_finish(&f->out);
	arena_finish(&f->arena);
	free(f);
	return result;
}

static bool
load(struct fixture *f, const char *path)
{
	f->diags = (struct diags){ .arena = &f->arena };
	f->config = NULL;
	return config_load(path, f->root, &f->arena, &f->config, &f->diags);
}

/* "path:line:column: message [hint]", paths without the root. */
static void
assert_said(struct fixture *f, const char *expected)
{
	buffer_clear(&f->out);
	ARRAY_FOREACH (diag, &f->diags) {
		const char *file = diag->place.file;
		if (strncmp(file, f->root, strlen(f->root)) == 0)
			file += strlen(f->root);
		buffer_printf(&f->out, "%s:%u:%u: %s\n", file, diag->place.line, diag->place.column,
			diag->message);
	}
	assert_string_equal(buffer_text(&f->out), expected);
}

/* ---- the main file ---- */

static void
test_without_a_file_everything_is_default(void **state)
{
	struct fixture *f = *state;
	assert_true(load(f, NULL));
	assert_said(f, "");
	assert_null(f->config->file);
	assert_string_equal(f->config->sha256, EMPTY_SHA256);
	assert_string_equal(f->config->jail.group, "sftponly");
	assert_int_equal(f->config->layouts.count, 1);
}

static void
test_the_default_file_is_below_the_root(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "version: 1\njail: { group: jailed }\n");
	assert_true(load(f, NULL));
	assert_string_equal(f->config->file, real(f, MAIN));
	assert_string_equal(f->config->jail.group, "jailed");
}

static void
test_a_named_file_must_exist(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "version: 1\n");
	assert_false(load(f, real(f, "/none.yaml")));
	assert_said(f, "/none.yaml:0:0: cannot open: No such file or directory\n");
	assert_null(f->config);
}

static void
test_only_regular_files_are_read_and_nothing_blocks(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mkfifo(real(f, "/fifo"), 0600), 0);
	assert_false(load(f, real(f, "/fifo")));
	assert_said(f, "/fifo:0:0: not a regular file\n");
	assert_false(load(f, real(f, "/etc")));
	assert_said(f, "/etc:0:0: not a regular file\n");
	assert_false(load(f, "/dev/zero"));
	assert_said(f, "/dev/zero:0:0: not a regular file\n");
}

static void
test_a_link_in_the_default_path_stays_below_the_root(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/real.yaml", "version: 1\njail: { group: jailed }\n");
	assert_int_equal(symlink("/etc/real.yaml", real(f, MAIN)), 0);
	assert_true(load(f, NULL));
	assert_string_equal(f->config->jail.group, "jailed");
}

static void
test_a_file_above_four_mebibytes_is_refused(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "");
	assert_int_equal(truncate(real(f, MAIN), (4 << 20) + 1), 0);
	assert_false(load(f, NULL));
	assert_said(f, MAIN ":0:0: larger than 4 MiB\n");
}

/* ---- conf.d ---- */

static void
test_additions_are_read_in_byte_order_and_hashed(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "version: 1\n");
	make_dir(f, "/etc/rehome/conf.d");
	make_file(f, "/etc/rehome/conf.d/b.yaml", "layouts: { b: {} }\n");
	make_file(f, "/etc/rehome/conf.d/B.yaml", "version: 1\nlayouts: { B: {} }\n");
	make_file(f, "/etc/rehome/conf.d/10.yaml",
		"sources: { s: { importer: csv, file: x, map: { layout: b } } }\n");
	make_file(f, "/etc/rehome/conf.d/.b.yaml.swp", "no");
	make_file(f, "/etc/rehome/conf.d/.hidden.yaml", "no");
	make_file(f, "/etc/rehome/conf.d/b.yaml.dpkg-old", "no");
	assert_true(load(f, NULL));
	assert_said(f, "");
	static const char *const layouts[] = { "default", "B", "b" };
	assert_int_equal(f->config->layouts.count, ARRAY_LEN(layouts));
	for (size_t i = 0; i < ARRAY_LEN(layouts); i++)
		assert_string_equal(f->config->layouts.items[i]->name, layouts[i]);
	assert_string_equal(
		config_source(f->config, "s")->place.file, real(f, "/etc/rehome/conf.d/10.yaml"));
	/* cat rehome.yaml conf.d/{10,B,b}.yaml | sha256sum */
	assert_string_equal(f->config->sha256,
		"8d811445336c229779c14c7d2c12e813ab41faa8d2338a61f074cd969e5d1fdb");
}

static void
test_additions_may_not_redefine_or_decide(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN,
		"version: 1\nsources: { s: { importer: csv, file: x } }\nlayouts:\n  l: {}\n");
	make_dir(f, "/etc/rehome/conf.d");
	make_file(f, "/etc/rehome/conf.d/a.yaml",
		"layouts: { l: {}, default: {} }\nsources: { s: { importer: csv, file: y } }\n");
	make_file(f, "/etc/rehome/conf.d/b.yaml",
		"layouts: { default: {} }\njail: { group: g }\nversion: 2\nlayout: {}\n");
	assert_false(load(f, NULL));
	const char *said = arena_printf(&f->arena,
		"/etc/rehome/conf.d/a.yaml:1:12: layout 'l' was already defined at %s" MAIN ":4:3\n"
		"/etc/rehome/conf.d/a.yaml:2:12: source 's' was already defined at %s" MAIN
		":2:12\n"
		"/etc/rehome/conf.d/b.yaml:1:12: layout 'default' was already defined at "
		"%s/etc/rehome/conf.d/a.yaml:1:19\n"
		"/etc/rehome/conf.d/b.yaml:2:1: 'jail' cannot be set in conf.d\n"
		"/etc/rehome/conf.d/b.yaml:3:10: version 2 is not known\n"
		"/etc/rehome/conf.d/b.yaml:4:1: 'layout' cannot be set in conf.d\n",
		f->root, f->root, f->root);
	assert_said(f, said);
}

static void
test_faults_of_all_files_are_reported_together(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "version: 1\njail: [\n");
	make_dir(f, "/etc/rehome/conf.d");
	make_file(f, "/etc/rehome/conf.d/a.yaml", "sources: []\n");
	make_file(f, "/etc/rehome/conf.d/b.yaml", "layouts: x\n");
	assert_false(load(f, NULL));
	assert_said(f,
		MAIN ":3:1: not valid YAML: while parsing a flow node: did not find expected node "
		     "content\n"
		     "/etc/rehome/conf.d/a.yaml:1:10: sources must be a mapping, not a list\n"
		     "/etc/rehome/conf.d/b.yaml:1:10: layouts must be a mapping, not text\n");
}

static void
test_additions_stand_beside_the_named_file(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/other");
	make_dir(f, "/other/conf.d");
	make_file(f, "/other/x.yaml", "version: 1\n");
	make_file(f, "/other/conf.d/a.yaml", "layouts: { here: {} }\n");
	make_file(f, "/other/conf.d/a.yml", "layouts: { there: {} }\n");
	assert_true(load(f, real(f, "/other/x.yaml")));
	assert_said(f, "/other/conf.d:0:0: 'a.yml' is not read\n");
	assert_non_null(config_layout(f->config, "here"));
	assert_null(config_layout(f->config, "there"));
}

/* ---- the sheet ---- */

static void
test_the_sheet_is_read_below_the_root(void **state)
{
	struct fixture *f = *state;
	make_file(f, MAIN, "version: 1\npolicy: { passwords: { sheet: /etc/sheet.txt } }\n");
	assert_false(load(f, NULL));
	assert_said(f, "/etc/sheet.txt:0:0: cannot open: No such file or directory\n");
	make_file(f, "/etc/sheet.txt", "Dear ${full_name}\n");
	assert_true(load(f, NULL));
	assert_string_equal(f->config->policy.handout_sheet, "Dear ${full_name}\n");
	make_file(f, "/etc/sheet.txt", "caf\xe9\n");
	assert_false(load(f, NULL));
	assert_said(f, "/etc/sheet.txt:0:0: not UTF-8 text\n");
}

/* ---- who may change it ---- */

static void
test_root_is_warned_of_a_file_that_others_may_change(void **state)
{
	struct fixture *f = *state;
	bool root = geteuid() == 0;
	static const mode_t modes[] = { 0644, 0666, 0660 };
	make_file(f, MAIN, "version: 1\n");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		assert_int_equal(chmod(real(f, MAIN), modes[i]), 0);
		assert_true(load(f, NULL));
		bool loose = root && modes[i] == 0666;
		assert_said(f, loose ? MAIN ":0:0: others than root can change this file\n" : "");
		if (loose)
			assert_string_equal(f->diags.items[0].code, "config-writable");
	}
	assert_int_equal(chmod(real(f, MAIN), 0644), 0);
	if (!root || chown(real(f, MAIN), 1000, 0) != 0)
		return;
	assert_true(load(f, NULL));
	assert_said(f, MAIN ":0:0: others than root can change this file\n");
}

static void
test_root_refuses_a_conf_d_that_others_may_fill(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/x.yaml", "version: 1\n");
	make_dir(f, "/conf.d");
	make_file(f, "/conf.d/a.yaml", "layouts: { a: {} }\n");
	assert_int_equal(chmod(real(f, "/conf.d"), 01777), 0);
	bool loaded = load(f, real(f, "/x.yaml"));
	assert_int_equal(loaded, geteuid() != 0);
	assert_said(f, loaded ? "" : "/conf.d:0:0: others than root can add to this directory\n");
}

int
main(void)
{
#define WITH_HOST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_HOST(test_without_a_file_everything_is_default),
		WITH_HOST(test_the_default_file_is_below_the_root),
		WITH_HOST(test_a_named_file_must_exist),
		WITH_HOST(test_only_regular_files_are_read_and_nothing_blocks),
		WITH_HOST(test_a_link_in_the_default_path_stays_below_the_root),
		WITH_HOST(test_a_file_above_four_mebibytes_is_refused),
		WITH_HOST(test_additions_are_read_in_byte_order_and_hashed),
		WITH_HOST(test_additions_may_not_redefine_or_decide),
		WITH_HOST(test_faults_of_all_files_are_reported_together),
		WITH_HOST(test_additions_stand_beside_the_named_file),
		WITH_HOST(test_the_sheet_is_read_below_the_root),
		WITH_HOST(test_root_is_warned_of_a_file_that_others_may_change),
		WITH_HOST(test_root_refuses_a_conf_d_that_others_may_fill),
	};
	return cmocka_run_group_tests_name("config_files", tests, NULL, NULL);
}
