/*
 * test_copy_compare.c - the comparison of a copy with its source finds every difference. Needs
 * root.
 */
#include "copy_fixture.h"

static void
overwrite(struct fixture *f, const char *path, off_t at, const char *text)
{
	AUTO_CLOSE int fd = open(real(f, path), O_WRONLY);
	assert_int_equal(pwrite(fd, text, strlen(text), at), strlen(text));
}

static void
change_byte(struct fixture *f)
{
	overwrite(f, "/new/home/big", 1234567, "?");
}

static void
fill_hole(struct fixture *f)
{
	overwrite(f, "/new/home/pics/sparse", 20 * MEGABYTE, "?");
}

static void
cut_off(struct fixture *f)
{
	assert_int_equal(truncate(real(f, "/new/home/tool"), 1), 0);
}

static void
change_mode(struct fixture *f)
{
	assert_int_equal(chmod(real(f, "/new/home/tool"), 0755), 0);
}

static void
change_owner(struct fixture *f)
{
	assert_int_equal(lchown(real(f, "/new/home/dangling"), 0, 0), 0);
}

static void
change_time(struct fixture *f)
{
	set_facts(f, "/new/home/fifo", 2003, 0620, 4001);
}

static void
remove_acl(struct fixture *f)
{
	assert_int_equal(removexattr(real(f, "/new/home/pics"), XATTR_DEFAULT_ACL), 0);
}

static void
change_attribute(struct fixture *f)
{
	set_attribute(f, "/new/home/tool", "trusted.x", "z", 1);
}

static void
add_attribute(struct fixture *f)
{
	set_attribute(f, "/new/home/tool", "trusted.z", "", 0);
}

static void
add_label(struct fixture *f)
{
	set_attribute(f, "/new/home/tool", "security.selinux", "a_u:b_r:c_t:s0", 15);
}

static void
remove_file(struct fixture *f)
{
	assert_int_equal(unlink(real(f, "/new/home/empty")), 0);
}

static void
add_file(struct fixture *f)
{
	make_file(f, "/new/home/pics/deep/more", "");
}

static void
relink(struct fixture *f)
{
	assert_int_equal(unlink(real(f, "/new/home/pics/link")), 0);
	assert_int_equal(symlink("../fool", real(f, "/new/home/pics/link")), 0);
}

static void
split_file(struct fixture *f)
{
	assert_int_equal(unlink(real(f, "/new/home/pics/deep/big2")), 0);
	make_big_file(f, "/new/home/pics/deep/big2");
	assert_int_equal(link(real(f, "/new/home/pics/deep/big2"), real(f, "/new/x")), 0);
}

static void
join_files(struct fixture *f)
{
	assert_int_equal(unlink(real(f, "/new/home/pics/gr\xfc\xdf")), 0);
	assert_int_equal(link(real(f, "/new/home/empty"), real(f, "/new/home/pics/gr\xfc\xdf")), 0);
}

static void
add_to_source(struct fixture *f)
{
	make_file(f, "/old/home/late", "");
}

/* found: where the error is and how its words begin; NULL = no error. */
static const struct difference {
	void (*make)(struct fixture *f);
	const char *touched; /* gets the times of its counterpart again */
	const char *found;
} differences[] = {
	{ change_byte, "/big",
		"/new/home/big: is not what was copied: contents differ between bytes" },
	{ fill_hole, "/pics/sparse",
		"/new/home/pics/sparse: is not what was copied: contents differ between bytes" },
	{ cut_off, "/tool", "/new/home/tool: is not what was copied: found " },
	{ change_mode, NULL,
		"/new/home/tool: is not what was copied: found type and mode 100755, expected "
		"106755" },
	{ change_owner, NULL,
		"/new/home/dangling: is not what was copied: found owner 0:0, expected 2004:2005" },
	{ change_time, NULL,
		"/new/home/fifo: is not what was copied: modified at 4001.000000022, expected "
		"4000.000000022" },
	{ remove_acl, NULL,
		"/new/home/pics: is not what was copied: the extended attribute "
		"'system.posix_acl_default' differs" },
	{ change_attribute, NULL,
		"/new/home/tool: is not what was copied: the extended attribute 'trusted.x' "
		"differs" },
	{ add_attribute, NULL,
		"/new/home/tool: is not what was copied: the extended attribute 'trusted.z' "
		"differs" },
	{ add_label, NULL, NULL },
	{ remove_file, "", "/new/home/empty: cannot open: No such file or directory" },
	{ add_file, "/pics/deep",
		"/new/home: is not what was copied: found 14 entries, expected 13" },
	{ relink, "/pics",
		"/new/home/pics/link: is not what was copied: the link leads elsewhere" },
	{ split_file, "/pics/deep",
		"/new/home/pics/deep/big2: is not what was copied: no longer one file with its "
		"other names" },
	{ join_files, "/pics",
		"/new/home/empty: is not what was copied: one file with another name" },
	{ add_to_source, NULL, "/new/home: is not what was copied: modified at " },
};

static void
copy_facts_of(struct fixture *f, const char *path)
{
	const char *from = arena_printf(&f->arena, "/old/home%s", path);
	const char *to = arena_printf(&f->arena, "/new/home%s", path);
	struct stat st = stat_of(f, from);
	const struct timespec times[2] = { st.st_atim, st.st_mtim };
	assert_int_equal(lchown(real(f, to), st.st_uid, st.st_gid), 0);
	if (!S_ISLNK(st.st_mode))
		assert_int_equal(chmod(real(f, to), st.st_mode & 07777), 0);
	assert_int_equal(utimensat(AT_FDCWD, real(f, to), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* The files that were made anew must differ in what is meant only. */
static void
make_difference(struct fixture *f, const struct difference *difference)
{
	difference->make(f);
	if (difference->make == split_file)
		copy_facts_of(f, "/pics/deep/big2");
	if (difference->make == relink)
		copy_facts_of(f, "/pics/link");
	if (difference->make == cut_off)
		set_attribute(
			f, "/new/home/tool", "security.capability", capability, sizeof(capability));
	if (difference->touched)
		copy_facts_of(f, difference->touched);
	if (difference->make == cut_off)
		set_attribute(
			f, "/new/home/tool", "security.capability", capability, sizeof(capability));
}

static void
test_comparison_finds_every_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(differences); i++) {
		void *mine;
		copy_setup(&mine);
		struct fixture *f = mine;
		furnish(f);
		assert_ok(f, with_trees(f, copy_trees));
		make_difference(f, &differences[i]);
		bool ok = with_trees(f, compare_trees);
		const char *error = only_error(f), *found = differences[i].found;
		if (!found)
			assert_string_equal(error, "");
		else if (strncmp(error, found, strlen(found)) != 0)
			fail_msg("'%s' instead of '%s'", error, found);
		assert_int_equal(ok, !found);
		copy_teardown(&mine);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_comparison_finds_every_difference),
	};
	int reason = copy_prepare();
	return reason ? reason : cmocka_run_group_tests_name("copy_compare", tests, NULL, NULL);
}
