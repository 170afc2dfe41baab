/*
 * Homes given back out of archives: everything returns, and no archive leads root anywhere else.
 */
#include "archive_fixture.h"

#include <archive_entry.h>

#include "core/run/archive_restore.h"
#include "core/run/archive_stream.h"

static struct restore_options
options_to(const char *to)
{
	return (struct restore_options){ .to = to };
}

static bool
restore(struct fixture *f, const struct restore_options *options, struct restore_result *ret_result)
{
	return archive_restore(
		f->host, ARCHIVES, "anna", options, ret_result, &f->arena, &f->diags);
}

static void
archive_home(struct fixture *f)
{
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
}

/* Of both trees, everything but ctime: type, owner, mode, size, times, links, contents, xattrs. */
static const char *
tree_said(struct fixture *f, const char *path)
{
	static const char program[] =
		"cd %s && { find . -printf '%%p|%%y|%%m|%%U|%%G|%%s|%%T@|%%n|%%l\\n' | LC_ALL=C "
		"sort | "
		"grep -av '|s|' | sed "
		"'s/^\\(.|d|[^|]*|[^|]*|[^|]*\\)|[^|]*/\\1/;s/|d|\\([^|]*|[^|]*|"
		"[^|]*\\)|[0-9]*/|d|\\1/'; "
		"find . -type f -size -1M -exec sha256sum {} + | LC_ALL=C sort; "
		"getfattr -dh -m - -R . 2>/dev/null | LC_ALL=C sort; } | sha256sum";
	char line[128] = "";
	FILE *pipe = popen(arena_printf(&f->arena, program, real(f, path)), "r");
	assert_non_null(pipe);
	assert_non_null(fgets(line, sizeof(line), pipe));
	assert_int_equal(pclose(pipe), 0);
	return arena_strdup(&f->arena, line);
}

/* ---- everything comes back ---- */

static void
test_restore_gives_everything_back_beside_the_home(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	struct restore_options options = options_to(HOME ".restored-7");
	options.with_privileges = true;
	assert_ok(f, restore(f, &options, &result));
	assert_string_equal(tree_said(f, HOME), tree_said(f, HOME ".restored-7"));
	assert_int_equal(result.skipped, 1);
	assert_int_equal(result.without_rights, 0);
	assert_int_equal(stat_of(f, HOME ".restored-7/same").st_ino,
		stat_of(f, HOME ".restored-7/docs/deep/note").st_ino);
	assert_true(stat_of(f, HOME ".restored-7/sparse").st_blocks < 1024);
	assert_false(is_there(f, "/home/.rehome-restore-anna"));
}

static void
test_restore_gives_no_privileges_unless_asked(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	char value[64];
	make_home(f);
	archive_home(f);
	struct restore_options options = options_to("/home/back");
	assert_ok(f, restore(f, &options, &result));
	assert_int_equal(result.without_rights, 1);
	assert_int_equal(stat_of(f, "/home/back/tool").st_mode & 07777, 0755);
	assert_int_equal(
		lgetxattr(real(f, "/home/back/tool"), "security.capability", value, sizeof(value)),
		-1);
	assert_int_equal(stat_of(f, "/home/back/docs").st_mode & 07777, 02750);
}

static void
test_restore_takes_only_what_matches_and_what_its_links_need(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	struct restore_options options = options_to("/home/back");
	string_list_push(&f->arena, &options.only, "same");
	string_list_push(&f->arena, &options.only, "sp*");
	assert_ok(f, restore(f, &options, &result));
	assert_string_equal(content_of(f, "/home/back/same"), "a note\n");
	assert_true(is_there(f, "/home/back/docs/deep/note"));
	assert_true(is_there(f, "/home/back/sparse"));
	assert_false(is_there(f, "/home/back/tool"));
	assert_int_equal(result.entries, 6);

	options.to = "/home/none";
	options.only.count = 0;
	string_list_push(&f->arena, &options.only, "nothing-like-it");
	assert_refused(f, restore(f, &options, &result),
		ARCHIVES "/anna.manifest.zst: nothing in it matches --only");
	assert_false(is_there(f, "/home/none"));
}

static void
test_restore_merges_both_passes(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	sleep(3);
	struct archive_job ahead = job_of(f, true), rest = ahead;
	assert_ok(f, archive_ahead(&ahead));
	make_file(f, HOME "/docs/deep/note", "another note\n");
	assert_int_equal(unlink(real(f, HOME "/empty")), 0);
	make_file(f, HOME "/new", "new\n");
	assert_ok(f, archive_complete(&rest));
	struct restore_options options = options_to("/home/back");
	options.with_privileges = true;
	assert_ok(f, restore(f, &options, &result));
	assert_string_equal(tree_said(f, HOME), tree_said(f, "/home/back"));
}

static void
test_restore_has_nothing_to_give_from_a_manifest(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	struct archive_job job = job_of(f, false);
	assert_ok(f, archive_complete(&job));
	const struct restore_options options = options_to("/home/back");
	assert_refused(f, restore(f, &options, &result),
		ARCHIVES "/anna.manifest.zst: holds names and rights only, no contents to restore");
}

/* ---- nothing is replaced ---- */

static void
test_restore_changes_nothing_when_anything_is_in_the_way(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	make_dir(f, "/home/back");
	make_file(f, "/home/back/shared", "mine\n");
	const struct restore_options options = options_to("/home/back");
	assert_false(restore(f, &options, &result));
	assert_int_equal(f->diags.errors, 2);
	assert_string_equal(f->diags.items[0].place.file, "/home/back/shared");
	assert_string_equal(f->diags.items[0].message, "exists already");
	assert_string_equal(content_of(f, "/home/back/shared"), "mine\n");
	assert_false(is_there(f, "/home/back/tool"));
	assert_false(is_there(f, "/home/.rehome-restore-anna"));
}

static void
test_restore_moves_what_is_in_the_way_into_quarantine_when_told(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	make_dir(f, "/home/back");
	make_dir(f, "/home/back/docs");
	make_file(f, "/home/back/shared", "mine\n");
	make_file(f, "/home/back/docs/other", "stays\n");
	struct restore_options options = options_to("/home/back");
	options.overwrite = true;
	assert_ok(f, restore(f, &options, &result));
	assert_string_equal(content_of(f, "/home/back/shared"), "acl\n");
	assert_string_equal(content_of(f, "/home/back/docs/other"), "stays\n");
	assert_string_equal(content_of(f, "/home/back/docs/deep/note"), "a note\n");
	assert_int_equal(result.quarantined.count, 1);
	assert_string_equal(
		result.quarantined.items[0], "/home/.rehome-quarantine/restore-anna/shared");
	assert_string_equal(
		content_of(f, "/home/.rehome-quarantine/restore-anna/shared"), "mine\n");
}

static void
test_restore_follows_no_link_in_the_target(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	make_dir(f, "/secret");
	make_dir(f, "/home/back");
	assert_int_equal(symlink("/secret", real(f, "/home/back/docs")), 0);
	struct restore_options options = options_to("/home/back");
	options.overwrite = true;
	assert_ok(f, restore(f, &options, &result));
	assert_false(is_there(f, "/secret/deep"));
	assert_true(S_ISDIR(stat_of(f, "/home/back/docs").st_mode));
}

static void
test_restore_refuses_places_that_others_may_write_to(void **state)
{
	struct fixture *f = *state;
	struct restore_result result;
	make_home(f);
	archive_home(f);
	assert_int_equal(mkdir(real(f, "/tmp"), 01777), 0);
	assert_int_equal(chmod(real(f, "/tmp"), 01777), 0);
	struct restore_options options = options_to("/tmp/back");
	assert_refused(f, restore(f, &options, &result),
		"/tmp: is not a directory that only root may write to");
	options.to = "/home/../etc/x";
	assert_refused(f, restore(f, &options, &result),
		"/home/../etc/x: expected an absolute path without '.', '..' and '//'");
	options.to = "/etc";
	assert_refused(f, restore(f, &options, &result),
		"/etc: is a directory of the system: nothing is restored into it");
}

static void
test_restore_chooses_a_place_beside_the_home(void **state)
{
	struct fixture *f = *state;
	const char *to;
	make_home(f);
	assert_ok(
		f, archive_restore_default(f->host, HOME, "anna", "7", &f->arena, &to, &f->diags));
	assert_string_equal(to, HOME ".restored-7");
	assert_int_equal(chmod(real(f, "/home"), 0777), 0);
	assert_ok(
		f, archive_restore_default(f->host, HOME, "anna", "7", &f->arena, &to, &f->diags));
	assert_string_equal(to, "/root/rehome-restore/anna");
	assert_ok(f,
		archive_restore_default(f->host, "../x", "anna", "7", &f->arena, &to, &f->diags));
	assert_string_equal(to, "/root/rehome-restore/anna");
}

/* ---- archives that somebody made to measure ---- */

struct evil {
	struct fixture *f;
	struct manifest_writer manifest;
	struct archive_output tar;
};

static void
evil_begin(struct evil *evil, struct fixture *f)
{
	const struct manifest_header header = { "anna", HOME, "7", "adopt", "2026-01-01T00:00:00Z",
		true };
	evil->f = f;
	make_dir(f, "/home");
	make_dir(f, "/etc");
	make_file(f, "/etc/passwd", "root\n");
	make_dir(f, ARCHIVES);
	assert_ok(f,
		manifest_writer_open(&evil->manifest, f->host, ARCHIVES "/anna.manifest.zst",
			&header, &f->diags));
	assert_ok(f,
		archive_output_open(&evil->tar, f->host, ARCHIVES "/anna.tar.zst", ARCHIVE_FORM_TAR,
			0, &f->diags));
}

/* The same in both. */
static void
evil_add(struct evil *evil, struct manifest_entry entry, const char *data)
{
	struct archive_entry *tar = evil->tar.entry;
	struct archive_digest digest;
	entry.archive = 1;
	if (data) {
		entry.size = strlen(data);
		entry.has_sha256 = true;
		archive_digest_begin(&digest);
		archive_digest_add(&digest, 0, data, entry.size);
		archive_digest_end(&digest, entry.size, entry.sha256);
	}
	archive_entry_clear(tar);
	archive_entry_copy_pathname(tar, *entry.path ? entry.path : ".");
	archive_entry_set_mode(tar, manifest_type_mode(entry.type) | entry.mode);
	archive_entry_set_size(tar, (int64_t)entry.size);
	if (entry.target)
		archive_entry_copy_symlink(tar, entry.target);
	if (entry.same_as)
		archive_entry_copy_hardlink(tar, entry.same_as);
	assert_ok(evil->f, archive_output_header(&evil->tar));
	if (data)
		assert_ok(evil->f, archive_output_data(&evil->tar, data, strlen(data)));
	assert_ok(evil->f, archive_output_end_entry(&evil->tar));
	evil->manifest.totals.archived[0]++;
	assert_ok(evil->f, manifest_writer_add(&evil->manifest, &entry));
}

#define DIRECTORY(name)                                                                            \
	(struct manifest_entry)                                                                    \
	{                                                                                          \
		.path = name, .type = MANIFEST_DIRECTORY, .mode = 0755, .nlink = 2                 \
	}
#define FILE_AT(name)                                                                              \
	(struct manifest_entry)                                                                    \
	{                                                                                          \
		.path = name, .type = MANIFEST_FILE, .mode = 0644, .nlink = 1                      \
	}

static void
evil_end(struct evil *evil)
{
	assert_ok(evil->f, manifest_writer_close(&evil->manifest));
	assert_ok(evil->f, archive_output_close(&evil->tar));
	manifest_writer_finish(&evil->manifest);
	archive_output_finish(&evil->tar);
}

/* "home etc archives" and nothing else, with what was in them. */
static void
assert_untouched(struct fixture *f)
{
	struct string_list names;
	assert_ok(f, host_list(f->host, "/", &f->arena, &names, &f->diags));
	assert_int_equal(names.count, 3);
	assert_ok(f, host_list(f->host, "/home", &f->arena, &names, &f->diags));
	assert_int_equal(names.count, 0);
	assert_ok(f, host_list(f->host, "/etc", &f->arena, &names, &f->diags));
	assert_int_equal(names.count, 1);
	assert_string_equal(content_of(f, "/etc/passwd"), "root\n");
}

static void
assert_evil_refused(struct evil *evil, const char *error)
{
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	evil_end(evil);
	assert_refused(evil->f, restore(evil->f, &options, &result), error);
	assert_untouched(evil->f);
}

#define MANIFEST_PATH ARCHIVES "/anna.manifest.zst: "
#define BAD(member)                                                                                \
	MANIFEST_PATH "'" member "' is missing or not what a manifest of this version has"

static void
test_restore_refuses_paths_that_lead_outside(void **state)
{
	static const char *const paths[] = { "../etc/evil", "/etc/evil", "a/../../etc/evil", "..",
		".", "a//b", "a/./b", "a/", "" };
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct evil evil;
		evil_begin(&evil, f);
		evil_add(&evil, DIRECTORY(""), NULL);
		evil_add(&evil, FILE_AT(paths[i]), "evil\n");
		assert_evil_refused(&evil, BAD("path"));
		fixture_teardown(state);
		fixture_setup(state);
		f = *state;
	}
}

static void
test_restore_refuses_files_below_links(void **state)
{
	struct evil evil;
	evil_begin(&evil, *state);
	evil_add(&evil, DIRECTORY(""), NULL);
	evil_add(&evil,
		(struct manifest_entry){
			.path = "way", .type = MANIFEST_SYMLINK, .mode = 0777, .target = "/etc" },
		NULL);
	evil_add(&evil, FILE_AT("way/evil"), "evil\n");
	evil_end(&evil);
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	assert_false(restore(evil.f, &options, &result));
	assert_string_equal(evil.f->diags.items[0].message,
		"'way/evil' is in a directory that the manifest does not have");
	evil.f->diags.count = evil.f->diags.errors = 0;
	assert_untouched(evil.f);
}

static void
test_restore_refuses_links_to_files_outside(void **state)
{
	static const char *const firsts[] = { "../etc/passwd", "/etc/passwd", "z", "x" };
	for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
		struct evil evil;
		struct manifest_entry entry = FILE_AT("x");
		evil_begin(&evil, *state);
		evil_add(&evil, DIRECTORY(""), NULL);
		entry.same_as = firsts[i];
		evil_add(&evil, entry, NULL);
		assert_evil_refused(&evil, BAD("same_as"));
		fixture_teardown(state);
		fixture_setup(state);
	}
}

static void
test_restore_links_through_no_link(void **state)
{
	struct evil evil;
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	struct manifest_entry entry = FILE_AT("x");
	evil_begin(&evil, *state);
	evil_add(&evil, DIRECTORY(""), NULL);
	evil_add(&evil,
		(struct manifest_entry){
			.path = "way", .type = MANIFEST_SYMLINK, .mode = 0777, .target = "/etc" },
		NULL);
	entry.same_as = "way/passwd";
	evil_add(&evil, entry, NULL);
	evil_end(&evil);
	assert_false(restore(evil.f, &options, &result));
	evil.f->diags.count = evil.f->diags.errors = 0;
	assert_int_equal(stat_of(evil.f, "/etc/passwd").st_nlink, 1);
	assert_untouched(evil.f);
}

static void
test_restore_makes_no_devices(void **state)
{
	struct evil evil;
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	evil_begin(&evil, *state);
	evil_add(&evil, DIRECTORY(""), NULL);
	evil_add(&evil,
		(struct manifest_entry){
			.path = "mem", .type = MANIFEST_CHAR_DEVICE, .mode = 0666, .nlink = 1 },
		NULL);
	evil_end(&evil);
	assert_ok(evil.f, restore(evil.f, &options, &result));
	assert_int_equal(result.skipped, 1);
	assert_false(is_there(evil.f, "/home/back/mem"));
}

static void
test_restore_refuses_sizes_that_no_file_has(void **state)
{
	struct evil evil;
	struct manifest_entry entry = FILE_AT("huge");
	evil_begin(&evil, *state);
	evil_add(&evil, DIRECTORY(""), NULL);
	evil_add(&evil, FILE_AT("huge"), "small\n");
	entry.path = "huge2";
	entry.size = INT64_MAX;
	assert_ok(evil.f, manifest_writer_add(&evil.manifest, &entry));
	evil_end(&evil);
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	assert_false(restore(evil.f, &options, &result));
	assert_string_equal(evil.f->diags.items[0].message,
		"'huge2' is in the manifest, but its contents are in no archive");
	evil.f->diags.count = evil.f->diags.errors = 0;
	assert_untouched(evil.f);
}

static void
test_restore_compares_archive_and_manifest(void **state)
{
	struct evil evil;
	struct manifest_entry entry = FILE_AT("file");
	evil_begin(&evil, *state);
	evil_add(&evil, DIRECTORY(""), NULL);
	evil_add(&evil, entry, "what the archive has\n");
	evil_end(&evil);
	/* Another manifest, of other contents. */
	struct fixture *f = evil.f;
	const struct manifest_header header = { "anna", HOME, "7", "adopt", "2026-01-01T00:00:00Z",
		true };
	struct manifest_entry top = DIRECTORY("");
	struct restore_result result;
	const struct restore_options options = options_to("/home/back");
	assert_int_equal(unlink(real(f, ARCHIVES "/anna.manifest.zst")), 0);
	assert_ok(f,
		manifest_writer_open(&evil.manifest, f->host, ARCHIVES "/anna.manifest.zst",
			&header, &f->diags));
	evil.manifest.totals.archived[0] = 2;
	top.archive = entry.archive = 1;
	entry.size = strlen("what the archive has\n");
	entry.has_sha256 = true;
	assert_ok(f, manifest_writer_add(&evil.manifest, &top));
	assert_ok(f, manifest_writer_add(&evil.manifest, &entry));
	assert_ok(f, manifest_writer_close(&evil.manifest));
	manifest_writer_finish(&evil.manifest);
	assert_refused(f, restore(f, &options, &result),
		ARCHIVES "/anna.tar.zst: 'file' has other contents than the manifest says");
	assert_untouched(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_restore_gives_everything_back_beside_the_home),
		host_test(test_restore_gives_no_privileges_unless_asked),
		host_test(test_restore_takes_only_what_matches_and_what_its_links_need),
		host_test(test_restore_merges_both_passes),
		host_test(test_restore_has_nothing_to_give_from_a_manifest),
		host_test(test_restore_changes_nothing_when_anything_is_in_the_way),
		host_test(test_restore_moves_what_is_in_the_way_into_quarantine_when_told),
		host_test(test_restore_follows_no_link_in_the_target),
		host_test(test_restore_refuses_places_that_others_may_write_to),
		host_test(test_restore_chooses_a_place_beside_the_home),
		host_test(test_restore_refuses_paths_that_lead_outside),
		host_test(test_restore_refuses_files_below_links),
		host_test(test_restore_refuses_links_to_files_outside),
		host_test(test_restore_links_through_no_link),
		host_test(test_restore_makes_no_devices),
		host_test(test_restore_refuses_sizes_that_no_file_has),
		host_test(test_restore_compares_archive_and_manifest),
	};
	if (geteuid() != 0) {
		print_message("needs root: a home has owners, capabilities and trusted names\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
