/*
 * test_archive_scan.c - the short way to read a manifest's lines gives what the JSON reader gives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/run/archive_scan.h"

/* White space in front is nothing to JSON, and nothing that the short way takes. */
static bool
decode_as_json(const char *line, struct arena *arena, struct manifest_entry *ret_entry)
{
	struct diags diags = { .arena = arena };
	struct manifest_line decoded;
	const char *spaced = arena_printf(arena, " %s", line);
	struct manifest_entry none;
	assert_false(manifest_scan((struct bytes){ spaced, strlen(spaced) }, arena, &none));
	if (!manifest_decode(
		    (struct bytes){ spaced, strlen(spaced) }, NOWHERE, arena, &decoded, &diags))
		return false;
	*ret_entry = decoded.entry;
	return decoded.kind == MANIFEST_ENTRY;
}

static const char *
encoded(const struct manifest_entry *entry, struct arena *arena)
{
	AUTO_BUFFER struct buffer out = { 0 };
	manifest_encode_entry(entry, &out);
	return arena_strndup(arena, out.data, out.size - 1);
}

static bool
scans(const char *line, struct arena *arena, struct manifest_entry *ret_entry)
{
	/* A copy of its very length, for the sanitisers. */
	size_t size = strlen(line);
	AUTO_FREE char *exact = malloc(size ? size : 1);
	assert_non_null(exact);
	memcpy(exact, line, size);
	return manifest_scan((struct bytes){ exact, size }, arena, ret_entry);
}

/* Whatever the short way takes, JSON takes too, and finds the same in it. */
static bool
scans_as_json(const char *line, struct arena *arena)
{
	struct manifest_entry scanned, decoded;
	if (!scans(line, arena, &scanned))
		return false;
	if (!decode_as_json(line, arena, &decoded))
		fail_msg("JSON refuses what the short way takes: %s", line);
	assert_string_equal(encoded(&scanned, arena), encoded(&decoded, arena));
	return true;
}

static struct manifest_entry
file_entry(void)
{
	struct manifest_entry entry = {
		.path = "docs/a file.txt",
		.type = MANIFEST_FILE,
		.mode = 0640,
		.uid = 4711,
		.gid = 100,
		.size = 5531,
		.mtime = { 1795875932, 3482475 },
		.ctime = { 1795875933, 999999999 },
		.ino = 1204289,
		.nlink = 1,
		.has_sha256 = true,
		.archive = 2,
		.attempt = 1,
	};
	for (unsigned i = 0; i < MANIFEST_SHA256; i++)
		entry.sha256[i] = (uint8_t)(i * 37);
	return entry;
}

static void
test_scan_reads_what_the_writer_writes(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct manifest_entry file = file_entry(), link = file_entry(), top = file_entry();
	struct manifest_entry symlink = file_entry(), largest = file_entry();
	link.same_as = "docs/a";
	link.has_sha256 = false;
	top.path = "";
	top.type = MANIFEST_DIRECTORY;
	top.has_sha256 = false;
	symlink.type = MANIFEST_SYMLINK;
	symlink.target = "../elsewhere";
	symlink.has_sha256 = false;
	largest.uid = largest.gid = UINT32_MAX - 1;
	largest.size = 999999999999999999;
	const struct manifest_entry *const entries[] = { &file, &link, &top, &symlink, &largest };
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		struct manifest_entry scanned;
		const char *line = encoded(entries[i], &arena);
		assert_true(scans(line, &arena, &scanned));
		assert_string_equal(encoded(&scanned, &arena), line);
		assert_true(scans_as_json(line, &arena));
	}
}

static void
test_scan_leaves_to_json_what_is_not_plain(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	struct host_xattr xattr = { "user.comment", { "text", 4 } };
	struct manifest_entry umlaut = file_entry(), bytes = file_entry(), quote = file_entry();
	struct manifest_entry mount = file_entry(), with_xattr = file_entry(), old = file_entry();
	umlaut.path = "b\xc3\xbc"
		      "cher";
	bytes.path = "b\xfc"
		     "cher";
	quote.path = "a \"b\" \\ c";
	mount.is_mount = true;
	with_xattr.xattrs = (struct host_xattrs){ &xattr, 1, 1 };
	old.mtime.tv_sec = -1;
	const struct manifest_entry *const entries[] = { &umlaut, &bytes, &quote, &mount,
		&with_xattr, &old };
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		struct manifest_entry entry;
		const char *line = encoded(entries[i], &arena);
		assert_false(scans(line, &arena, &entry));
		assert_true(decode_as_json(line, &arena, &entry));
		assert_string_equal(encoded(&entry, &arena), line);
	}
}

static void
test_scan_refuses_what_leads_out_of_the_home(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	static const char *const paths[] = { "..", "a/../b", "/a", "a//b", "a/", "./a", "" };
	struct manifest_entry entry = file_entry(), found;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		entry.path = paths[i];
		assert_false(scans(encoded(&entry, &arena), &arena, &found));
	}
	entry.path = "b";
	entry.same_as = "c"; /* comes after it */
	assert_false(scans(encoded(&entry, &arena), &arena, &found));
	entry.same_as = "../a";
	assert_false(scans(encoded(&entry, &arena), &arena, &found));
}

/* Each byte of a line gone, doubled, or another one; and the line cut there. */
static void
test_scan_takes_nothing_that_json_reads_otherwise(void **state)
{
	(void)state;
	AUTO_ARENA struct arena arena = { 0 };
	static const char others[] = "\"\\/{}[],:.-+0189aefEZ \x01\x7f\xc3";
	struct manifest_entry entry = file_entry();
	const char *line = encoded(&entry, &arena);
	size_t length = strlen(line), taken = 0;
	for (size_t i = 0; i < length; i++) {
		int before = (int)i;
		const char *rest = line + i + 1;
		assert_false(scans_as_json(arena_printf(&arena, "%.*s", before, line), &arena));
		taken += scans_as_json(arena_printf(&arena, "%.*s%s", before, line, rest), &arena);
		taken += scans_as_json(
			arena_printf(&arena, "%.*s%c%s", before, line, line[i], line + i), &arena);
		for (const char *other = others; *other; other++)
			taken += scans_as_json(
				arena_printf(&arena, "%.*s%c%s", before, line, *other, rest),
				&arena);
	}
	/* Other digits of a number, other letters of a name. */
	assert_in_range(taken, 500, 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_reads_what_the_writer_writes),
		cmocka_unit_test(test_scan_leaves_to_json_what_is_not_plain),
		cmocka_unit_test(test_scan_refuses_what_leads_out_of_the_home),
		cmocka_unit_test(test_scan_takes_nothing_that_json_reads_otherwise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
