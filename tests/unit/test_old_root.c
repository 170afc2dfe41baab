/* test_old_root.c - the files of an old machine in a directory: found below it, never outside. */
#include "tests/unit/old_root_fixture.h"

#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static void
test_root_reads_below_itself(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/motd", "welcome\n");
	open_root(f, f->path);
	assert_read(f, "/etc/motd", "welcome\n @ /etc/motd");
	assert_read(f, "etc//./motd", "welcome\n @ /etc/motd");
	assert_read(f, "/../etc/../../etc/motd", "welcome\n @ /etc/motd");
	assert_read(f, "/etc/none", "!does not exist");
	assert_read(f, "/etc/motd/x", "!does not exist");
	assert_read(f, "", "!does not exist");
	assert_read(f, "/etc", "!is of another type than expected");
	assert_string_equal(read_shown(f, "/etc/motd", 7), "!is too large");
	assert_string_equal(read_shown(f, "/etc/motd", 8), "welcome\n @ /etc/motd");
}

static void
test_root_takes_links_as_below_itself(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/srv/real/file", "inside");
	make_link(f, "/etc/absolute", "/srv/real");
	make_link(f, "/etc/climbing", "../../../../../../srv/real/file");
	make_link(f, "/etc/outside", real(f, "/srv/real/file"));
	make_link(f, "/etc/machine", "/proc/1/root/etc/passwd");
	make_link(f, "/a", "b");
	make_link(f, "/b", "a");
	open_root(f, f->path);
	assert_read(f, "/etc/absolute/file", "inside @ /srv/real/file");
	assert_read(f, "/etc/climbing", "inside @ /srv/real/file");
	assert_read(f, "/etc/outside", "!does not exist");
	assert_read(f, "/etc/machine", "!does not exist");
	assert_read(f, "/a", "!leads through too many symbolic links");

	const char *target;
	struct old_entry entry;
	assert_int_equal(old_root_readlink(f->root, "/etc/absolute", &target), OLD_OK);
	assert_string_equal(target, "/srv/real");
	assert_int_equal(old_root_readlink(f->root, "/srv/real", &target), OLD_WRONG_TYPE);
	assert_int_equal(old_root_lstat(f->root, "/etc/absolute", &entry), OLD_OK);
	assert_true(S_ISLNK(entry.mode));
	assert_string_equal(entry.real, "/etc/absolute");
	assert_int_equal(old_root_stat(f->root, "/etc/absolute", &entry), OLD_OK);
	assert_true(S_ISDIR(entry.mode));
	assert_string_equal(entry.real, "/srv/real");
}

static void
test_root_takes_forty_links_as_the_kernel_does(void **state)
{
	struct fixture *f = *state;
	struct old_ids nobody = { .uid = 65534, .gid = 65534 };
	make_file(f, "/l0", "end");
	for (int i = 1; i <= 41; i++)
		make_link(f, arena_printf(&f->arena, "/l%d", i),
			arena_printf(&f->arena, "l%d", i - 1));
	open_root(f, f->path);
	assert_read(f, "/l40", "end @ /l0");
	assert_read(f, "/l41", "!leads through too many symbolic links");
	assert_true(old_root_may(f->root, "/l40", &nobody, R_OK));
	assert_false(old_root_may(f->root, "/l41", &nobody, R_OK));
}

static void
test_root_never_opens_what_could_wait(void **state)
{
	struct fixture *f = *state;
	make_parents(f, "/etc/x");
	assert_int_equal(mkfifo(real(f, "/etc/fifo"), 0644), 0);
	make_link(f, "/etc/passwd", "fifo");
	if (geteuid() == 0)
		assert_int_equal(mknod(real(f, "/etc/zero"), S_IFCHR | 0666, makedev(1, 5)), 0);
	open_root(f, f->path);
	assert_read(f, "/etc/fifo", "!is of another type than expected");
	assert_read(f, "/etc/passwd", "!is of another type than expected");
	if (geteuid() == 0)
		assert_read(f, "/etc/zero", "!is of another type than expected");
}

static void
test_root_refuses_a_huge_file_by_its_size(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/passwd", "");
	assert_int_equal(truncate(real(f, "/etc/passwd"), (off_t)1 << 40), 0);
	open_root(f, f->path);
	assert_string_equal(read_shown(f, "/etc/passwd", OLD_FILE_LIMIT), "!is too large");
	struct old_file file;
	assert_int_equal(old_root_read_start(f->root, "/etc/passwd", 1000, &file), OLD_OK);
	assert_int_equal(file.content.size, 1000);
}

static void
test_root_lists_in_byte_order(void **state)
{
	struct fixture *f = *state;
	struct string_list names;
	make_file(f, "/etc/b", "");
	make_file(f, "/etc/B", "");
	make_file(f, "/etc/.a", "");
	open_root(f, f->path);
	assert_int_equal(old_root_list(f->root, "/etc", &names), OLD_OK);
	assert_string_equal(joined(f, &names), ".a B b");
	assert_int_equal(old_root_list(f->root, "/etc/b", &names), OLD_WRONG_TYPE);
	assert_int_equal(old_root_list(f->root, "/none", &names), OLD_ABSENT);
}

static void
test_root_globs_as_libc(void **state)
{
	struct fixture *f = *state;
	const char *files[] = { "/etc/conf.d/10-a.conf", "/etc/conf.d/2.conf",
		"/etc/conf.d/.hid.conf", "/etc/conf.d/[x]", "/etc/conf.d/a*b",
		"/etc/other/10-a.conf", "/etc/plain" };
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		make_file(f, files[i], "");
	make_link(f, "/etc/dangling", "/none");
	make_link(f, "/etc/linked", "conf.d");
	open_root(f, f->path);
	assert_glob(f, "/etc/conf.d/*.conf", "/etc/conf.d/10-a.conf /etc/conf.d/2.conf");
	assert_glob(f, "/etc/conf.d/.*.conf", "/etc/conf.d/.hid.conf");
	assert_glob(f, "/etc/conf.d/[!.]*.conf", "/etc/conf.d/10-a.conf /etc/conf.d/2.conf");
	assert_glob(f, "/etc/conf.d/[0-1][0-9]-[[:alpha:]].conf", "/etc/conf.d/10-a.conf");
	assert_glob(f, "/etc/conf.d/[^0-1]*", "/etc/conf.d/2.conf /etc/conf.d/[x] /etc/conf.d/a*b");
	assert_glob(f, "/etc/conf.d/\\[x]", "/etc/conf.d/[x]");
	assert_glob(f, "/etc/conf.d/a\\*b", "/etc/conf.d/a*b");
	assert_glob(f, "/etc/*/10-a.conf",
		"/etc/conf.d/10-a.conf /etc/linked/10-a.conf /etc/other/10-a.conf");
	assert_glob(f, "etc//p?ain", "/etc/plain");
	assert_glob(f, "/etc/dang*", "/etc/dangling");
	assert_glob(f, "/etc/dangling", "/etc/dangling");
	assert_glob(f, "/etc/plain/*", "!does not exist");
	assert_glob(f, "/etc/*.none", "!does not exist");
	assert_glob(f, "/etc/[", "!does not exist");
}

static void
test_root_globs_hostile_patterns_in_time(void **state)
{
	struct fixture *f = *state;
	char name[256];
	memset(name, 'a', 255);
	name[255] = '\0';
	make_file(f, arena_printf(&f->arena, "/etc/%s", name), "");
	for (int i = 0; i < 20; i++)
		make_link(f, arena_printf(&f->arena, "/loop/l%d", i), ".");
	open_root(f, f->path);
	AUTO_BUFFER struct buffer stars = { 0 };
	buffer_add_text(&stars, "/etc/");
	for (int i = 0; i < 100; i++)
		buffer_add_text(&stars, "*a");
	buffer_add_text(&stars, "*b");
	assert_glob(f, buffer_text(&stars), "!does not exist");
	assert_glob(f, "/loop/*/*/*/*/*/*/*/*/*/*", "!is too large");
}

static void
test_root_says_where_data_are_on_this_host(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/srv/data");
	make_link(f, "/home", "srv");
	open_root(f, f->path);
	assert_string_equal(old_root_host_path(f->root, "/home/data"), real(f, "/srv/data"));
	assert_string_equal(old_root_host_path(f->root, "/"), f->path);
	assert_null(old_root_host_path(f->root, "/none"));
	old_root_close(&f->root);
	open_root(f, "/");
	assert_string_equal(old_root_host_path(f->root, "/etc"), "/etc");
	assert_string_equal(old_root_host_path(f->root, "/"), "/");
}

static void
test_root_may_be_the_machine_itself(void **state)
{
	struct fixture *f = *state;
	struct old_entry entry;
	make_file(f, "/etc/motd", "welcome");
	open_root(f, "/");
	assert_read(f, real(f, "/etc/motd"),
		arena_printf(&f->arena, "welcome @ %s", real(f, "/etc/motd")));
	assert_int_equal(old_root_stat(f->root, "/", &entry), OLD_OK);
	assert_string_equal(entry.real, "/");
	/* A link into a process is refused, whatever it leads to. */
	assert_read(f, "/proc/self/root/etc/passwd", "!leads through too many symbolic links");
}

static void
test_root_that_is_nothing_is_an_error(void **state)
{
	struct fixture *f = *state;
	f->source = (struct source){ .location = real(f, "/none"), .arena = &f->arena };
	assert_false(old_root_open(&f->source, &f->root, &f->diags));
	assert_string_equal(f->diags.items[0].message, "cannot open: No such file or directory");
	assert_int_equal(mkfifo(real(f, "/fifo"), 0644), 0);
	f->source.location = real(f, "/fifo");
	assert_false(old_root_open(&f->source, &f->root, &f->diags));
	assert_int_equal(f->diags.errors, 2);
}

static void
test_root_knows_its_distribution(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *os_release, *os;
		bool red_hat, debian;
	} cases[] = {
		{ "NAME=x\nID=debian\n", "debian", false, true },
		{ "ID_LIKE=\"rhel centos fedora\"\nID=\"rocky\"\n", "rocky rhel centos fedora",
			true, false },
		{ "ID='arch'\n", "arch", false, false },
		{ "VERSION_ID=1\n", "", false, true },
		{ "ID=ubuntu\nID_LIKE=debian", "ubuntu debian", false, true },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(f, "/usr/lib/os-release", cases[i].os_release);
		open_root(f, f->path);
		assert_string_equal(old_root_os(f->root), cases[i].os);
		assert_int_equal(old_root_is_red_hat(f->root), cases[i].red_hat);
		assert_int_equal(old_root_is_debian(f->root), cases[i].debian);
		old_root_close(&f->root);
	}
	assert_int_equal(remove(real(f, "/usr/lib/os-release")), 0);
	make_file(f, "/etc/redhat-release", "CentOS release 6.10 (Final)\n");
	open_root(f, f->path);
	assert_true(old_root_is_red_hat(f->root));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_root_reads_below_itself),
		root_test(test_root_takes_links_as_below_itself),
		root_test(test_root_takes_forty_links_as_the_kernel_does),
		root_test(test_root_never_opens_what_could_wait),
		root_test(test_root_refuses_a_huge_file_by_its_size),
		root_test(test_root_lists_in_byte_order),
		root_test(test_root_globs_as_libc),
		root_test(test_root_globs_hostile_patterns_in_time),
		root_test(test_root_says_where_data_are_on_this_host),
		root_test(test_root_may_be_the_machine_itself),
		root_test(test_root_that_is_nothing_is_an_error),
		root_test(test_root_knows_its_distribution),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
