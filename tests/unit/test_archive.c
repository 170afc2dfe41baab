/*
 * Archives of homes: what is written, what is noticed. As root, since owners are part of it.
 */
#include "archive_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What tar(1) makes of both parts, one behind the other, in an empty directory. */
static void
extract(struct fixture *f, const char *to)
{
	make_dir(f, to);
	for (int part = ARCHIVE_FIRST; part <= ARCHIVE_SECOND; part++) {
		const char *tar =
			archive_path(&f->arena, ARCHIVES, "anna", (enum archive_part)part);
		if (is_there(f, tar))
			assert_int_equal(system(arena_printf(&f->arena,
						 "tar --zstd --numeric-owner --xattrs "
						 "--xattrs-include='*' -xpf %s -C %s 2>/dev/null",
						 real(f, tar), real(f, to))),
				0);
	}
}

/* ---- what is written ---- */

static void
test_archive_lists_everything_in_the_order_of_the_walk(void **state)
{
	struct fixture *f = *state;
	make_home(f);
	struct archive_job job = job_of(f, false);
	assert_ok(f, archive_complete(&job));
	assert_string_equal(manifest_said(f, ARCHIVE_MANIFEST),
		". directory 0751 0\n"
		"docs directory 2750 0\n"
		"docs/deep directory 0755 0\n"
		"docs/deep/note file 0640 0\n"
		"docs-are-here file 0600 0\n"
		"empty file 0644 0\n"
		"hole file 0644 0\n"
		"link symlink 0777 0 -> ../../etc/passwd\n"
		"odd \xff\xfe\n\x1b file 0600 0\n"
		"pipe fifo 0600 0\n"
		"same file 0640 0 = docs/deep/note\n"
		"shared file 0660 0 system.posix_acl_access:44 user.a=b:9\n"
		"socket socket 0755 0\n"
		"sparse file 0600 0\n"
		"tool file 4755 0 security.capability:20\n"
		"\xc3\xbc\xe2\x80\xae file 0600 0\n");
	assert_int_equal(job.totals.files, 9);
	assert_false(is_there(f, ARCHIVES "/anna.tar.zst"));
	assert_int_equal(stat_of(f, ARCHIVES "/anna.manifest.zst").st_mode & 07777, 0600);
}

static void
test_archive_with_contents_is_an_ordinary_tar(void **state)
{
	struct fixture *f = *state;
	char value[64];
	make_home(f);
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	assert_int_equal(job.totals.archived[0], 15); /* all but the socket */
	assert_int_equal(job.totals.archived[1], 0);
	assert_true(stat_of(f, ARCHIVES "/anna.tar.zst").st_size < 16 * 1024);
	extract(f, "/out");
	assert_string_equal(content_of(f, "/out/docs/deep/note"), "a note\n");
	assert_int_equal(stat_of(f, "/out/same").st_ino, stat_of(f, "/out/docs/deep/note").st_ino);
	assert_string_equal(content_of(f, "/out/odd \xff\xfe\n\x1b"), "name of bytes\n");
	assert_int_equal(stat_of(f, "/out/tool").st_mode & 07777, 04755);
	assert_int_equal(stat_of(f, "/out/tool").st_uid, ANNA);
	assert_true(S_ISFIFO(stat_of(f, "/out/pipe").st_mode));
	assert_int_equal(stat_of(f, "/out/sparse").st_size, 8 << 20);
	assert_true(stat_of(f, "/out/sparse").st_blocks < 1024);
	assert_int_equal(stat_of(f, "/out/hole").st_size, (off_t)1 << 40);
	assert_int_equal(
		lgetxattr(real(f, "/out/shared"), "system.posix_acl_access", value, sizeof(value)),
		sizeof(sample_acl));
	assert_int_equal(stat_of(f, "/out/.").st_mode & 07777, 0751);
}

static void
test_archive_says_sums_that_sha256sum_says(void **state)
{
	struct fixture *f = *state;
	AUTO_MANIFEST_READER struct manifest_reader reader = NO_MANIFEST_READER;
	struct manifest_entry entry;
	bool end;
	static const uint8_t expected[] = { 0xb5, 0xbb, 0x9d, 0x80 }; /* "foo\n" */
	make_dir(f, "/home");
	make_dir(f, ARCHIVES);
	make_dir(f, HOME);
	make_file(f, HOME "/foo", "foo\n");
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	assert_ok(f,
		manifest_reader_open(
			&reader, f->host, ARCHIVES "/anna.manifest.zst", false, &f->diags));
	assert_ok(f, manifest_reader_next(&reader, &entry, &end));
	assert_ok(f, manifest_reader_next(&reader, &entry, &end));
	assert_true(entry.has_sha256);
	assert_memory_equal(entry.sha256, expected, sizeof(expected));
}

static void
test_archive_refuses_another_directory_than_the_planned(void **state)
{
	struct fixture *f = *state;
	make_home(f);
	struct archive_job job = job_of(f, true);
	job.ino++;
	assert_refused(
		f, archive_complete(&job), HOME ": is not the directory that the plan found");
	assert_false(is_there(f, ARCHIVES "/anna.manifest.zst"));
}

static void
test_archive_says_who_owned_a_home_that_is_frozen(void **state)
{
	struct fixture *f = *state;
	char acl[64], value[64];
	make_home(f);
	set_xattr(f, HOME, "system.posix_acl_access", sample_acl, sizeof(sample_acl));
	assert_int_equal(chmod(real(f, HOME), 0751), 0);
	struct archive_job job = job_of(f, true);
	ssize_t size = lgetxattr(real(f, HOME), "system.posix_acl_access", acl, sizeof(acl));
	assert_int_equal(size, sizeof(sample_acl));
	assert_int_equal(chown(real(f, HOME), 0, 0), 0);
	assert_int_equal(chmod(real(f, HOME), 0700), 0);
	assert_ok(f, archive_complete(&job));
	extract(f, "/out");
	assert_int_equal(
		lgetxattr(real(f, "/out/."), "system.posix_acl_access", value, sizeof(value)),
		size);
	assert_memory_equal(value, acl, sizeof(sample_acl));
	assert_int_equal(stat_of(f, "/out/.").st_uid, ANNA);
	assert_int_equal(stat_of(f, "/out/.").st_mode & 07777, 0751);
}

/* ---- in two passes ---- */

/* The clock of the first pass stands where it stands; files get older than it by waiting. */
static void
let_settle(void)
{
	sleep(3);
}

static void
test_archive_reads_again_only_what_changed_meanwhile(void **state)
{
	struct fixture *f = *state;
	make_home(f);
	let_settle();
	struct archive_job ahead = job_of(f, true), rest = ahead;
	assert_ok(f, archive_ahead(&ahead));
	assert_int_equal(ahead.in_use, 0);
	make_file(f, HOME "/docs/deep/note", "another note\n");
	make_file(f, HOME "/new", "new\n");
	assert_int_equal(unlink(real(f, HOME "/empty")), 0);
	assert_int_equal(rename(real(f, HOME "/tool"), real(f, HOME "/a-tool")), 0);
	assert_ok(f, archive_complete(&rest));
	assert_string_equal(manifest_said(f, ARCHIVE_MANIFEST),
		". directory 0751 2\n"
		"a-tool file 4755 2 security.capability:20\n"
		"docs directory 2750 1\n"
		"docs/deep directory 0755 1\n"
		"docs/deep/note file 0640 2\n"
		"docs-are-here file 0600 1\n"
		"hole file 0644 1\n"
		"link symlink 0777 1 -> ../../etc/passwd\n"
		"new file 0644 2\n"
		"odd \xff\xfe\n\x1b file 0600 1\n"
		"pipe fifo 0600 1\n"
		"same file 0640 2 = docs/deep/note\n"
		"shared file 0660 1 system.posix_acl_access:44 user.a=b:9\n"
		"socket socket 0755 0\n"
		"sparse file 0600 1\n"
		"\xc3\xbc\xe2\x80\xae file 0600 1\n");
	extract(f, "/out");
	assert_string_equal(content_of(f, "/out/docs/deep/note"), "another note\n");
	assert_string_equal(content_of(f, "/out/new"), "new\n");
}

/* Somebody who goes on touching a file, however slow the machine is. */
static pid_t
begin_use(const char *path)
{
	pid_t user = fork();
	while (!user) {
		(void)!chmod(path, 0600);
		usleep(50000);
	}
	return user;
}

static void
end_use(pid_t user)
{
	kill(user, SIGKILL);
	waitpid(user, NULL, 0);
}

static void
test_archive_leaves_files_in_use_to_the_second_pass(void **state)
{
	struct fixture *f = *state;
	make_home(f);
	let_settle();
	make_file(f, HOME "/docs-are-here", "just written\n");
	struct archive_job ahead = job_of(f, true), rest = ahead;
	pid_t user = begin_use(real(f, HOME "/docs-are-here"));
	bool archived = archive_ahead(&ahead);
	end_use(user);
	assert_ok(f, archived);
	assert_int_equal(ahead.in_use, 1);
	assert_null(strstr(manifest_said(f, ARCHIVE_FIRST_MANIFEST), "docs-are-here"));
	assert_ok(f, archive_complete(&rest));
	assert_int_equal(rest.totals.archived[0], 14);
	assert_int_equal(rest.totals.archived[1], 1);
	extract(f, "/out");
	assert_string_equal(content_of(f, "/out/docs-are-here"), "just written\n");
}

/* ---- what is noticed ---- */

static void
damage(struct fixture *f, const char *path, off_t offset)
{
	AUTO_CLOSE int fd = open(real(f, path), O_RDWR | O_CLOEXEC);
	unsigned char byte;
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x10;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
}

/* Incompressible, so that every byte of the archive is one of the contents. */
static void
put_noise(struct fixture *f, const char *path, size_t size)
{
	AUTO_FILE FILE *file = fopen(real(f, path), "w");
	uint32_t state = 4711;
	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		fputc((int)(state >> 24), file);
	}
}

static void
test_archive_verify_notices_a_flipped_byte_of_the_contents(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_dir(f, ARCHIVES);
	make_dir(f, HOME);
	put_noise(f, HOME "/noise", 3000);
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	off_t size = stat_of(f, ARCHIVES "/anna.tar.zst").st_size;
	for (off_t offset = 600; offset < size - 600; offset += 7) {
		damage(f, ARCHIVES "/anna.tar.zst", offset);
		if (verify(f))
			fail_msg("byte %jd may be anything", (intmax_t)offset);
		f->diags.count = f->diags.errors = 0;
		damage(f, ARCHIVES "/anna.tar.zst", offset);
	}
	assert_ok(f, verify(f));
}

/* More entries and more bytes than a batch of the sink's holds. */
static void
make_busy_home(struct fixture *f)
{
	make_dir(f, "/home");
	make_dir(f, ARCHIVES);
	make_dir(f, HOME);
	for (int i = 0; i < 1500; i++)
		make_file(f, arena_printf(&f->arena, HOME "/%d", i),
			arena_printf(&f->arena, "this is file %d\n", i));
	put_noise(f, HOME "/noise", 3500000);
}

static void
test_archive_is_the_same_when_a_thread_writes_it(void **state)
{
	struct fixture *f = *state;
	make_busy_home(f);
	struct archive_job job = job_of(f, true);
	job.threads = 2;
	assert_ok(f, archive_complete(&job));
	assert_int_equal(job.totals.archived[0], 1502);
	extract(f, "/out");
	assert_int_equal(
		system(arena_printf(&f->arena, "diff -r %s %s", real(f, HOME), real(f, "/out"))),
		0);
}

static void
test_archive_tells_what_its_thread_could_not_write(void **state)
{
	struct fixture *f = *state;
	struct rlimit limit, small = { 1 << 20, RLIM_INFINITY };
	make_busy_home(f);
	struct archive_job job = job_of(f, true);
	job.threads = 2;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	bool ok = archive_complete(&job);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_false(ok);
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.items[0].place.file, ARCHIVES "/anna.tar.zst");
}

static void
cut(struct fixture *f, const char *path, off_t size)
{
	assert_int_equal(truncate(real(f, path), size), 0);
}

static void
assert_damage_noticed(struct fixture *f, off_t where)
{
	if (verify(f))
		fail_msg("damage at byte %jd is not noticed", (intmax_t)where);
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.items[0].place.file, ARCHIVES "/anna.tar.zst");
	f->diags.count = f->diags.errors = 0;
}

/* From 1 MiB on a thread unpacks it ahead. */
static void
test_archive_verify_notices_damage_of_a_large_archive(void **state)
{
	struct fixture *f = *state;
	make_busy_home(f);
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	off_t size = stat_of(f, ARCHIVES "/anna.tar.zst").st_size;
	assert_in_range(size, 3500000, 4500000);
	for (off_t offset = 0; offset < 4; offset++) {
		damage(f, ARCHIVES "/anna.tar.zst", offset);
		assert_damage_noticed(f, offset);
		damage(f, ARCHIVES "/anna.tar.zst", offset);
	}
	for (off_t offset = size / 3; offset < size - 100000; offset += 199999) {
		damage(f, ARCHIVES "/anna.tar.zst", offset);
		assert_damage_noticed(f, offset);
		damage(f, ARCHIVES "/anna.tar.zst", offset);
	}
	assert_ok(f, verify(f));
	for (off_t left = size - 1000; left > 1 << 20; left -= 300007) {
		cut(f, ARCHIVES "/anna.tar.zst", left);
		assert_damage_noticed(f, left);
	}
}

static void
test_archive_verify_notices_every_torn_file(void **state)
{
	struct fixture *f = *state;
	static const char *const files[] = { ARCHIVES "/anna.manifest.zst",
		ARCHIVES "/anna.tar.zst" };
	make_home(f);
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		off_t size = stat_of(f, files[i]).st_size;
		assert_int_equal(system(arena_printf(&f->arena, "cp -p %s %s", real(f, files[i]),
					 real(f, "/copy"))),
			0);
		for (off_t left = size - 1; left >= 0; left -= 1 + size / 64) {
			cut(f, files[i], left);
			if (verify(f))
				fail_msg("%s is whole with %jd bytes of %jd", files[i],
					(intmax_t)left, (intmax_t)size);
			f->diags.count = f->diags.errors = 0;
			assert_int_equal(system(arena_printf(&f->arena, "cp -p %s %s",
						 real(f, "/copy"), real(f, files[i]))),
				0);
		}
	}
	assert_ok(f, verify(f));
}

static void
test_archive_verify_notices_a_missing_archive(void **state)
{
	struct fixture *f = *state;
	make_home(f);
	struct archive_job job = job_of(f, true);
	assert_ok(f, archive_complete(&job));
	assert_int_equal(unlink(real(f, ARCHIVES "/anna.tar.zst")), 0);
	assert_refused(
		f, verify(f), ARCHIVES "/anna.tar.zst: cannot open: No such file or directory");
}

/* ---- what fails ---- */

struct nth {
	int left;
	const char *effect;
};

static int
fail_nth(void *ctx, const char *effect, const char *path)
{
	struct nth *nth = ctx;
	(void)path;
	if (nth->left-- != 0)
		return 0;
	nth->effect = effect;
	return ENOSPC;
}

static void
test_archive_fails_with_every_effect_that_fails_and_can_be_removed(void **state)
{
	struct fixture *f = *state;
	static const struct host_faults no_faults;
	make_home(f);
	for (int n = 0;; n++) {
		struct nth nth = { n, NULL };
		const struct host_faults faults = { &nth, fail_nth };
		struct archive_job job = job_of(f, true);
		host_set_faults(f->host, &faults);
		bool ok = archive_complete(&job);
		host_set_faults(f->host, &no_faults);
		if (!nth.effect) {
			assert_ok(f, ok);
			assert_true(n > 6);
			break;
		}
		assert_false(ok);
		assert_int_equal(f->diags.errors, 1);
		f->diags.count = f->diags.errors = 0;
		assert_ok(f, archive_remove(f->host, ARCHIVES, "anna", &f->diags));
		assert_false(is_there(f, ARCHIVES "/anna.tar.zst"));
		assert_false(is_there(f, ARCHIVES "/anna.manifest.zst"));
	}
	assert_ok(f, verify(f));
}

static void
test_archive_knows_logins_that_are_no_file_names(void **state)
{
	(void)state;
	char longest[256];
	memset(longest, 'a', sizeof(longest));
	longest[240] = '\0';
	assert_true(archive_login_is_safe("anna.vogel"));
	assert_true(archive_login_is_safe(longest));
	longest[240] = 'a', longest[241] = '\0';
	assert_false(archive_login_is_safe(longest));
	assert_false(archive_login_is_safe(""));
	assert_false(archive_login_is_safe(".."));
	assert_false(archive_login_is_safe("a/b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_archive_lists_everything_in_the_order_of_the_walk),
		host_test(test_archive_with_contents_is_an_ordinary_tar),
		host_test(test_archive_says_sums_that_sha256sum_says),
		host_test(test_archive_refuses_another_directory_than_the_planned),
		host_test(test_archive_says_who_owned_a_home_that_is_frozen),
		host_test(test_archive_reads_again_only_what_changed_meanwhile),
		host_test(test_archive_leaves_files_in_use_to_the_second_pass),
		host_test(test_archive_is_the_same_when_a_thread_writes_it),
		host_test(test_archive_tells_what_its_thread_could_not_write),
		host_test(test_archive_verify_notices_a_flipped_byte_of_the_contents),
		host_test(test_archive_verify_notices_every_torn_file),
		host_test(test_archive_verify_notices_damage_of_a_large_archive),
		host_test(test_archive_verify_notices_a_missing_archive),
		host_test(test_archive_fails_with_every_effect_that_fails_and_can_be_removed),
		host_test(test_archive_knows_logins_that_are_no_file_names),
	};
	if (geteuid() != 0) {
		print_message("needs root: a home has owners, capabilities and trusted names\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
