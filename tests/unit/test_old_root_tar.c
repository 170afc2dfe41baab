/* test_old_root_tar.c - an old machine in a tar archive: looked at as if it were unpacked. */
#include "tests/unit/old_root_fixture.h"

#include <archive.h>
#include <archive_entry.h>

/* ---- archives that are made here ---- */

struct packing {
	struct fixture *f;
	struct archive *tar;
	char *path;
};

static struct packing
begin(struct fixture *f, int filter)
{
	struct packing packing = { .f = f, .tar = archive_write_new() };
	packing.path = arena_printf(&f->arena, "%s/old.tar", f->top);
	assert_int_equal(archive_write_set_format_pax(packing.tar), ARCHIVE_OK);
	if (filter)
		assert_int_equal(archive_write_add_filter(packing.tar, filter), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(packing.tar, packing.path), ARCHIVE_OK);
	return packing;
}

static struct archive_entry *
entry_of(const char *path, mode_t mode)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_copy_pathname(entry, path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_uid(entry, 1000);
	archive_entry_set_gid(entry, 100);
	archive_entry_set_mtime(entry, 1700000000, 0);
	return entry;
}

static void
add_entry(struct packing *packing, struct archive_entry *entry, const char *content)
{
	if (content)
		archive_entry_set_size(entry, (la_int64_t)strlen(content));
	assert_true(archive_write_header(packing->tar, entry) >= ARCHIVE_WARN);
	if (content)
		assert_int_equal(archive_write_data(packing->tar, content, strlen(content)),
			strlen(content));
	archive_entry_free(entry);
}

static void
add_file(struct packing *packing, const char *path, const char *content)
{
	add_entry(packing, entry_of(path, S_IFREG | 0644), content);
}

static void
add_dir(struct packing *packing, const char *path, mode_t mode)
{
	add_entry(packing, entry_of(path, S_IFDIR | mode), NULL);
}

static void
add_symlink(struct packing *packing, const char *path, const char *target)
{
	struct archive_entry *entry = entry_of(path, S_IFLNK | 0777);
	archive_entry_copy_symlink(entry, target);
	add_entry(packing, entry, NULL);
}

static void
add_hard_link(struct packing *packing, const char *path, const char *target)
{
	struct archive_entry *entry = entry_of(path, S_IFREG | 0644);
	archive_entry_copy_hardlink(entry, target);
	add_entry(packing, entry, NULL);
}

static void
end(struct packing *packing)
{
	assert_int_equal(archive_write_close(packing->tar), ARCHIVE_OK);
	assert_int_equal(archive_write_free(packing->tar), ARCHIVE_OK);
}

static void
end_and_open(struct packing *packing)
{
	end(packing);
	open_root(packing->f, packing->path);
}

/* The error, "" when it opens. */
static const char *
open_refused(struct fixture *f, const char *path)
{
	f->source = (struct source){ .location = path, .arena = &f->arena };
	if (old_root_open(&f->source, &f->root, &f->diags))
		return "";
	assert_int_equal(f->diags.errors, 1);
	return f->diags.items[f->diags.count - 1].message;
}

/* ---- what is seen ---- */

static void
test_archive_names_may_be_written_in_three_ways(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_file(&packing, "./etc/passwd", "dotted");
	add_file(&packing, "etc/group", "plain");
	add_file(&packing, "/etc/shadow", "absolute");
	add_file(&packing, "./etc//x/./file", "odd");
	end_and_open(&packing);
	assert_read(f, "/etc/passwd", "dotted @ /etc/passwd");
	assert_read(f, "/etc/group", "plain @ /etc/group");
	assert_read(f, "etc/shadow", "absolute @ /etc/shadow");
	assert_read(f, "/etc/x/file", "odd @ /etc/x/file");
	struct string_list names;
	assert_int_equal(old_root_list(f->root, "/etc", &names), OLD_OK);
	assert_string_equal(joined(f, &names), "group passwd shadow x");
	assert_glob(f, "/etc/[gp]*", "/etc/group /etc/passwd");
	assert_null(old_root_host_path(f->root, "/etc"));
	assert_int_equal(f->diags.count, 0);
}

static void
test_archive_says_what_its_headers_say(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	struct old_entry entry;
	add_file(&packing, "srv/f", "12345");
	end_and_open(&packing);
	assert_int_equal(old_root_stat(f->root, "/srv/f", &entry), OLD_OK);
	assert_int_equal(entry.uid, 1000);
	assert_int_equal(entry.gid, 100);
	assert_int_equal(entry.mode, S_IFREG | 0644);
	assert_int_equal(entry.size, 5);
	assert_int_equal(entry.mtime, 1700000000);
	/* A directory that has no member of its own is root's. */
	assert_int_equal(old_root_stat(f->root, "/srv", &entry), OLD_OK);
	assert_int_equal(entry.uid, 0);
	assert_int_equal(entry.mode, S_IFDIR | 0755);
	assert_int_equal(old_root_stat(f->root, "/", &entry), OLD_OK);
	assert_string_equal(entry.real, "/");
}

static void
test_archive_links_are_walked_inside(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_file(&packing, "srv/real/file", "inside");
	add_symlink(&packing, "etc/absolute", "/srv/real");
	add_symlink(&packing, "etc/climbing", "../../../../srv/real/file");
	add_symlink(&packing, "etc/up", "absolute/../real/file");
	add_symlink(&packing, "etc/outside", f->top);
	add_symlink(&packing, "etc/a", "b");
	add_symlink(&packing, "etc/b", "a");
	add_symlink(&packing, "etc/self", "self/x");
	add_file(&packing, "etc/l0", "end");
	for (int i = 1; i <= 41; i++)
		add_symlink(&packing, arena_printf(&f->arena, "etc/l%d", i),
			arena_printf(&f->arena, "l%d", i - 1));
	end_and_open(&packing);
	assert_read(f, "/etc/absolute/file", "inside @ /srv/real/file");
	assert_read(f, "/etc/climbing", "inside @ /srv/real/file");
	assert_read(f, "/etc/up", "inside @ /srv/real/file");
	assert_read(f, "/etc/outside", "!does not exist");
	assert_read(f, "/etc/a", "!leads through too many symbolic links");
	assert_read(f, "/etc/self", "!leads through too many symbolic links");
	assert_read(f, "/etc/l40", "end @ /etc/l0");
	assert_read(f, "/etc/l41", "!leads through too many symbolic links");
	assert_read(f, "/etc/l0/", "!does not exist");

	struct old_entry entry;
	const char *target;
	assert_int_equal(old_root_lstat(f->root, "/etc/absolute", &entry), OLD_OK);
	assert_string_equal(entry.real, "/etc/absolute");
	assert_int_equal(old_root_readlink(f->root, "/etc/absolute", &target), OLD_OK);
	assert_string_equal(target, "/srv/real");
	assert_int_equal(old_root_lstat(f->root, "/etc/absolute/", &entry), OLD_OK);
	assert_string_equal(entry.real, "/srv/real");
}

static void
test_archive_hard_links_share_their_file(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	struct old_entry one, two;
	add_file(&packing, "./etc/one", "shared");
	add_hard_link(&packing, "./etc/two", "./etc/one");
	add_hard_link(&packing, "etc/none", "etc/missing");
	end_and_open(&packing);
	assert_read(f, "/etc/two", "shared @ /etc/two");
	assert_read(f, "/etc/none", "!does not exist");
	assert_int_equal(old_root_stat(f->root, "/etc/one", &one), OLD_OK);
	assert_int_equal(old_root_stat(f->root, "/etc/two", &two), OLD_OK);
	assert_int_equal(one.ino, two.ino);
}

static void
test_archive_last_of_one_name_wins(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_file(&packing, "etc/passwd", "old");
	add_file(&packing, "./etc/passwd", "new");
	add_symlink(&packing, "etc/link", "none");
	add_file(&packing, "etc/link", "file now");
	end_and_open(&packing);
	assert_read(f, "/etc/passwd", "new @ /etc/passwd");
	assert_read(f, "/etc/link", "file now @ /etc/link");
	struct string_list names;
	assert_int_equal(old_root_list(f->root, "/etc", &names), OLD_OK);
	assert_string_equal(joined(f, &names), "link passwd");
}

static void
test_archive_leaves_out_what_cannot_be_on_a_disk(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_file(&packing, "../../etc/passwd", "climbed");
	add_file(&packing, "etc/../../passwd", "climbed");
	add_file(&packing, "etc/file", "file");
	add_file(&packing, "etc/file/below", "below a file");
	add_file(&packing, "etc/dir/x", "x");
	add_file(&packing, "etc/dir", "in place of a directory");
	struct archive_entry *entry = entry_of("etc/minus", S_IFREG | 0644);
	archive_entry_set_uid(entry, (la_int64_t)1 << 40);
	add_entry(&packing, entry, "x");
	end(&packing);
	assert_string_equal(open_refused(f, packing.path), "");
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].message,
		"5 members cannot be on any disk and were left out, such as '../../etc/passwd'");
	assert_read(f, "/etc/passwd", "!does not exist");
	assert_read(f, "/passwd", "!does not exist");
	assert_read(f, "/etc/file", "file @ /etc/file");
	assert_read(f, "/etc/dir/x", "x @ /etc/dir/x");
	assert_read(f, "/etc/minus", "!does not exist");
}

static void
test_archive_fifos_and_devices_are_never_files(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_entry(&packing, entry_of("etc/fifo", S_IFIFO | 0644), NULL);
	add_entry(&packing, entry_of("etc/zero", S_IFCHR | 0644), NULL);
	add_symlink(&packing, "etc/passwd", "fifo");
	end_and_open(&packing);
	assert_read(f, "/etc/fifo", "!is of another type than expected");
	assert_read(f, "/etc/zero", "!is of another type than expected");
	assert_read(f, "/etc/passwd", "!is of another type than expected");
}

static void
add_zeros(struct packing *packing, const char *path, size_t size)
{
	struct archive_entry *entry = entry_of(path, S_IFREG | 0644);
	archive_entry_set_size(entry, (la_int64_t)size);
	assert_int_equal(archive_write_header(packing->tar, entry), ARCHIVE_OK);
	archive_entry_free(entry);
	static const char zeros[1 << 16];
	for (size_t left = size; left;) {
		size_t part = left < sizeof(zeros) ? left : sizeof(zeros);
		assert_int_equal(archive_write_data(packing->tar, zeros, part), part);
		left -= part;
	}
}

static void
test_archive_keeps_settings_and_no_data(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, ARCHIVE_FILTER_GZIP);
	add_file(&packing, "srv/ftp/users.db", "database");
	add_file(&packing, "usr/bin/program", "code");
	add_file(&packing, "usr/lib/systemd/system/vsftpd.service", "unit");
	add_file(&packing, "home/anna/.ftpaccess", "rules");
	add_zeros(&packing, "srv/ftp/film", 3 << 20);
	add_zeros(&packing, "etc/big", 3 << 20);
	add_file(&packing, "etc/last", "last");
	end_and_open(&packing);
	assert_read(f, "/srv/ftp/users.db", "database @ /srv/ftp/users.db");
	assert_read(f, "/usr/bin/program", "!cannot be read");
	assert_read(f, "/usr/lib/systemd/system/vsftpd.service",
		"unit @ /usr/lib/systemd/system/vsftpd.service");
	assert_read(f, "/home/anna/.ftpaccess", "rules @ /home/anna/.ftpaccess");
	assert_string_equal(read_shown(f, "/srv/ftp/film", OLD_FILE_LIMIT), "!cannot be read");
	struct old_file file;
	assert_int_equal(old_root_read(f->root, "/etc/big", OLD_FILE_LIMIT, &file), OLD_OK);
	assert_int_equal(file.content.size, 3 << 20);
	assert_read(f, "/etc/last", "last @ /etc/last");
}

static void
test_archive_may_be_compressed_in_any_way(void **state)
{
	struct fixture *f = *state;
	static const int filters[] = { ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP,
		ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4 };
	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct packing packing = begin(f, filters[i]);
		add_file(&packing, "etc/passwd", "content");
		end_and_open(&packing);
		assert_read(f, "/etc/passwd", "content @ /etc/passwd");
		old_root_close(&f->root);
	}
}

static void
test_archive_names_of_any_bytes_are_kept(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	AUTO_BUFFER struct buffer path = { 0 };
	buffer_add_text(&path, "srv");
	for (int i = 0; i < 3; i++)
		buffer_printf(&path, "/%0200d", i);
	add_file(&packing, buffer_text(&path), "long");
	add_file(&packing, "srv/m\xc3\xbcller", "utf-8");
	add_file(&packing, "srv/m\xfcller", "latin-1");
	end_and_open(&packing);
	char *absolute = arena_printf(&f->arena, "/%s", buffer_text(&path));
	assert_read(f, absolute, arena_printf(&f->arena, "long @ %s", absolute));
	assert_read(f, "/srv/m\xc3\xbcller", "utf-8 @ /srv/m\xc3\xbcller");
	assert_read(f, "/srv/m\xfcller", "latin-1 @ /srv/m\xfcller");
}

static void
test_archive_permissions_count_acls(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	add_file(&packing, "etc/passwd", "bert:x:1002:1002:::\n");
	add_dir(&packing, "srv", 0755);
	add_dir(&packing, "srv/closed", 0700);
	add_dir(&packing, "srv/closed/open", 0777);
	struct archive_entry *entry = entry_of("srv/acl", S_IFDIR | 0770);
	archive_entry_acl_add_entry(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS,
		ARCHIVE_ENTRY_ACL_READ | ARCHIVE_ENTRY_ACL_WRITE | ARCHIVE_ENTRY_ACL_EXECUTE,
		ARCHIVE_ENTRY_ACL_USER, -1, "bert");
	archive_entry_acl_add_entry(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, ARCHIVE_ENTRY_ACL_READ,
		ARCHIVE_ENTRY_ACL_GROUP, 2000, "");
	archive_entry_acl_add_entry(
		entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, 7, ARCHIVE_ENTRY_ACL_USER_OBJ, -1, "");
	archive_entry_acl_add_entry(
		entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, 0, ARCHIVE_ENTRY_ACL_GROUP_OBJ, -1, "");
	archive_entry_acl_add_entry(
		entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, 7, ARCHIVE_ENTRY_ACL_MASK, -1, "");
	archive_entry_acl_add_entry(
		entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, 0, ARCHIVE_ENTRY_ACL_OTHER, -1, "");
	add_entry(&packing, entry, NULL);
	end_and_open(&packing);

	const gid_t readers[] = { 2000 };
	struct old_ids anna = { .uid = 1000, .gid = 100 }, bert = { .uid = 1002, .gid = 1002 };
	struct old_ids cleo = { 1003, 1003, readers, 1 }, dora = { 1004, 1004, NULL, 0 };
	struct old_ids root = { 0 };
	assert_true(old_root_may(f->root, "/srv/acl", &anna, R_OK | W_OK | X_OK));
	assert_true(old_root_may(f->root, "/srv/acl", &bert, R_OK | W_OK | X_OK));
	assert_true(old_root_may(f->root, "/srv/acl", &cleo, R_OK));
	assert_false(old_root_may(f->root, "/srv/acl", &cleo, R_OK | X_OK));
	assert_false(old_root_may(f->root, "/srv/acl", &dora, R_OK));
	assert_true(old_root_may(f->root, "/srv/closed/open", &anna, W_OK));
	assert_false(old_root_may(f->root, "/srv/closed/open", &bert, R_OK));
	assert_true(old_root_may(f->root, "/srv/closed/open", &root, W_OK));
	assert_false(old_root_may(f->root, "/etc/passwd", &root, X_OK));
	assert_false(old_root_may(f->root, "/none", &root, R_OK));
}

/* ---- what is none ---- */

static void
write_bytes(const char *path, const void *data, size_t size)
{
	AUTO_FILE FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
}

static void
test_archive_that_is_damaged_is_refused(void **state)
{
	struct fixture *f = *state;
	char *path = arena_printf(&f->arena, "%s/old.tar", f->top);
	write_bytes(path, "not an archive", 14);
	assert_string_equal(open_refused(f, path),
		"cannot be read as a tar archive: Unrecognized archive format");
	f->diags = (struct diags){ .arena = &f->arena };
	struct packing packing = begin(f, 0);
	add_zeros(&packing, "etc/passwd", 100000);
	end(&packing);
	assert_int_equal(truncate(path, 50000), 0);
	assert_string_equal(
		open_refused(f, path), "cannot be read as a tar archive: Truncated tar archive");
}

static void
test_archive_is_compressed_once_at_most(void **state)
{
	struct fixture *f = *state;
	struct packing packing = { .f = f, .tar = archive_write_new() };
	packing.path = arena_printf(&f->arena, "%s/old.tar", f->top);
	assert_int_equal(archive_write_set_format_pax(packing.tar), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter_gzip(packing.tar), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter_gzip(packing.tar), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(packing.tar, packing.path), ARCHIVE_OK);
	add_file(&packing, "etc/passwd", "x");
	end(&packing);
	assert_string_equal(open_refused(f, packing.path), "is compressed more than once");
}

static void
test_archive_with_a_gigantic_header_is_refused(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, 0);
	char *name = arena_alloc(&f->arena, (2 << 20) + 1);
	memset(name, 'n', 2 << 20);
	add_symlink(&packing, "etc/link", name);
	end(&packing);
	const char *error = open_refused(f, packing.path);
	assert_non_null(strstr(error, "cannot be read as a tar archive: "));
}

/* One name of 4,000 bytes can stand for 2,000 directories: that may not multiply for ever. */
static void
test_archive_of_endless_depth_is_refused(void **state)
{
	struct fixture *f = *state;
	struct packing packing = begin(f, ARCHIVE_FILTER_ZSTD);
	char path[4000];
	for (unsigned i = 0; i < 300; i++) {
		int used = snprintf(path, sizeof(path), "%u", i);
		while (used < 3990)
			used += snprintf(path + used, sizeof(path) - (size_t)used, "/d");
		add_file(&packing, path, "");
	}
	end(&packing);
	assert_string_equal(
		open_refused(f, packing.path), "has more than 4000000 members, or too long names");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_archive_names_may_be_written_in_three_ways),
		root_test(test_archive_says_what_its_headers_say),
		root_test(test_archive_links_are_walked_inside),
		root_test(test_archive_hard_links_share_their_file),
		root_test(test_archive_last_of_one_name_wins),
		root_test(test_archive_leaves_out_what_cannot_be_on_a_disk),
		root_test(test_archive_fifos_and_devices_are_never_files),
		root_test(test_archive_keeps_settings_and_no_data),
		root_test(test_archive_may_be_compressed_in_any_way),
		root_test(test_archive_names_of_any_bytes_are_kept),
		root_test(test_archive_permissions_count_acls),
		root_test(test_archive_that_is_damaged_is_refused),
		root_test(test_archive_is_compressed_once_at_most),
		root_test(test_archive_with_a_gigantic_header_is_refused),
		root_test(test_archive_of_endless_depth_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
