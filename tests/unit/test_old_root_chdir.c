/* Tests of old_root_chdir() and old_root_may_here() in importers/old/root_walk.c. */
#include "old_root_fixture.h"

/* Where a process comes to, or "!" and why not. */
static const char *
moved(struct fixture *f, const char *jail, const char *cwd, const char *path,
	const struct old_ids *ids)
{
	struct old_entry entry;
	const struct old_standing from = { .jail = jail, .cwd = cwd };
	enum old_status status = old_root_chdir(f->root, &from, path, ids, &entry);
	return status == OLD_OK ? entry.real
				: arena_printf(&f->arena, "!%s", old_status_text(status));
}

static void
test_chdir_goes_from_where_it_stands(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home/anna/www");
	make_dir(f, "/srv");
	open_root(f, f->path);
	assert_string_equal(moved(f, "/", "/home/anna", "www", NULL), "/home/anna/www");
	assert_string_equal(moved(f, "/", "/home/anna", "../../srv", NULL), "/srv");
	assert_string_equal(moved(f, "/", "/home/anna", "/srv", NULL), "/srv");
	assert_string_equal(moved(f, "/", "/home/anna", ".", NULL), "/home/anna");
	assert_string_equal(moved(f, "/", "/home/anna", "", NULL), "!does not exist");
	assert_string_equal(moved(f, "/", "/home/anna", "none", NULL), "!does not exist");
}

static void
test_chdir_stays_in_its_jail(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/srv/jail/pub");
	make_dir(f, "/srv/jail/etc");
	make_dir(f, "/etc");
	make_link(f, "/srv/jail/absolute", "/etc");
	make_link(f, "/srv/jail/up", "../../../etc");
	open_root(f, f->path);
	assert_string_equal(moved(f, "/srv/jail", "/srv/jail", "..", NULL), "/srv/jail");
	assert_string_equal(moved(f, "/srv/jail", "/srv/jail", "../../pub", NULL), "/srv/jail/pub");
	assert_string_equal(moved(f, "/srv/jail", "/srv/jail", "/", NULL), "/srv/jail");
	assert_string_equal(moved(f, "/srv/jail", "/srv/jail", "absolute", NULL), "/srv/jail/etc");
	assert_string_equal(moved(f, "/srv/jail", "/srv/jail/pub", "/up", NULL), "/srv/jail/etc");
}

static void
test_chdir_needs_search_permission_from_where_it_stands(void **state)
{
	struct fixture *f = *state;
	const struct old_ids anna = { .uid = 2001, .gid = 2001 };
	make_dir(f, "/srv/private/anna/www");
	make_file(f, "/srv/private/anna/file", "");
	assert_int_equal(chmod(real(f, "/srv/private"), 0700), 0);
	open_root(f, f->path);
	assert_string_equal(moved(f, "/", "/", "/srv/private/anna", &anna), "!cannot be read");
	assert_string_equal(
		moved(f, "/", "/srv/private/anna", "www", &anna), "/srv/private/anna/www");
	assert_string_equal(moved(f, "/", "/srv/private/anna", "file", &anna),
		"!is of another type than expected");
	assert_int_equal(chmod(real(f, "/srv/private/anna/www"), 0700), 0);
	assert_string_equal(moved(f, "/", "/srv/private/anna", "www", &anna), "!cannot be read");
	assert_false(old_root_may(f->root, "/srv/private/anna", &anna, R_OK));
	assert_true(old_root_may_here(f->root, "/srv/private/anna", &anna, R_OK | X_OK));
	assert_false(old_root_may_here(f->root, "/srv/private/anna", &anna, W_OK));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_chdir_goes_from_where_it_stands),
		root_test(test_chdir_stays_in_its_jail),
		root_test(test_chdir_needs_search_permission_from_where_it_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
