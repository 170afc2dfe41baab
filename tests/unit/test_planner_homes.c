/*
 * Where a new jail may lie: every path that sshd, the system or somebody else's home forbids.
 */
#include <sys/acl.h>

#include "planner_fixture.h"

static void
test_planner_refuses_homes(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	add_person(w, "lena", 1001, "/srv/lena/deep/");
	make_dir(w, "/home/karl", 1000, 1000, 0755);
	make_dir(w, "/home/there", 0, 0, 0755);
	make_dir(w, "/srv/open", 0, 50, 0775);
	make_dir(w, "/srv/theirs", 1000, 0, 0755);
	assert_int_equal(symlink("/srv", real(w, "/srv/link")), 0);
	make_file(w, "/srv/file", "");
	plan_sheet(w,
		"login,home,folders\n"
		"a1,/,in\n"
		"a2,/etc/a2,in\n"
		"a3,/home,in\n"
		"a4,/home/there,in\n"
		"a5,/home/karl/a5,in\n"
		"a6,/srv/open/a6,in\n"
		"a7,/srv/theirs/a7,in\n"
		"a8,/srv/link/a8,in\n"
		"a9,/srv/file/a9,in\n"
		"b1,/srv/lena,in\n"
		"b2,/srv/lena/deep/b2,in\n"
		"b3,/srv/lena/deep,in\n"
		"b4,/home/.rehome-stage-1/b4,in\n");
#define OWN " | Every jail needs a directory of its own, outside of all others.\n"
#define SYSTEM                                                                                     \
	" is a directory of the system and can never be a jail | Choose a directory below /home "  \
	"or /srv.\n"
	assert_string_equal(changes_said(w),
		"! a1\n  error home-system: /" SYSTEM "! a2\n  error home-system: /etc/a2" SYSTEM
		"! a3\n  error home-system: /home" SYSTEM "! a4\n"
		"  error home-exists: /home/there exists already (owner uid 0), and the account "
		"does not | Move it out of the way, or choose another home.\n"
		"! a5\n"
		"  error home-nested: /home/karl/a5 is inside the home of 'karl'" OWN "! a6\n"
		"  error jail-path: /srv/open is group-writable (0775): sshd refuses every chroot "
		"below it | Run: chmod g-w /srv/open\n"
		"! a7\n"
		"  error jail-path: /srv/theirs belongs to uid 1000, not to root: sshd refuses "
		"every chroot below it | Run: chown root /srv/theirs\n"
		"! a8\n"
		"  error jail-path: /srv/link is a symbolic link: a jail's path must be what it "
		"seems to be | Choose a home below the directory that it leads to; see readlink -f "
		"/srv/link.\n"
		"! a9\n"
		"  error jail-path: /srv/file is not a directory | Choose another home, or move "
		"what stands there out of the way.\n"
		"! b1\n  error home-nested: /srv/lena contains the home of 'lena'" OWN
		"! b2\n  error home-nested: /srv/lena/deep/b2 is inside the home of 'lena'" OWN
		"! b3\n  error home-shared: /srv/lena/deep is the home of 'lena'" OWN "! b4\n"
		"  error home-path: home '/home/.rehome-stage-1/b4' is not an absolute path "
		"without "
		"'.', '..', ':', double slashes or names that begin with '.rehome' | Write it as "
		"in "
		"/home/anna.\n");
}

static void
test_planner_refuses_a_parent_that_an_acl_opens(void **state)
{
	struct world *w = *state;
	make_dir(w, "/srv/acl", 0, 0, 0755);
	acl_t acl = acl_from_text("u::rwx,u:1000:rwx,g::r-x,m::rwx,o::r-x");
	assert_non_null(acl);
	assert_int_equal(acl_set_file(real(w, "/srv/acl"), ACL_TYPE_ACCESS, acl), 0);
	acl_free(acl);
	plan_sheet(w, "login,home\nanna,/srv/acl/anna\n");
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error jail-path: an ACL lets others write in /srv/acl: sshd refuses every "
		"chroot "
		"below it | Run: setfacl -m mask::r-x /srv/acl\n");
}

static void
test_planner_refuses_names_that_no_directory_can_have(void **state)
{
	struct world *w = *state;
	AUTO_BUFFER struct buffer sheet = { 0 };
	buffer_add_text(&sheet, "login,home\nanna,/srv/");
	for (unsigned i = 0; i < 300; i++)
		buffer_add_char(&sheet, 'a');
	buffer_add_text(&sheet, "\nbert,");
	for (unsigned i = 0; i < 1000; i++)
		buffer_add_text(&sheet, "/long");
	buffer_add_char(&sheet, '\n');
	plan_sheet(w, buffer_text(&sheet));
	assert_string_equal(codes_said(w), "! anna unreadable\n! bert home-path\n");
}

static void
test_planner_blocks_all_homes_of_a_sheet_that_meet(void **state)
{
	struct world *w = *state;
	static const char expected[] = "! anna home-nested\n"
				       "! bert home-nested\n"
				       "! cleo home-shared\n"
				       "! dora home-shared\n";
	plan_sheet(w, "login,home\nanna,/srv/a\nbert,/srv/a/b/c\ncleo,/srv/x\ndora,/srv/x\n");
	assert_string_equal(codes_said(w), expected);
	plan_sheet(w, "login,home\nbert,/srv/a/b/c\ndora,/srv/x\ncleo,/srv/x\nanna,/srv/a\n");
	assert_string_equal(codes_said(w), expected);
	assert_string_equal(steps_said(w), "");
}

static void
test_planner_makes_missing_parents_once(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,home,folders\nanna,/srv/new/deep/anna,in\nbert,/srv/new/bert,in\n");
	assert_string_equal(steps_said(w),
		"dir-create /srv/new 0:0 0755\n"
		"dir-create /srv/new/deep 0:0 0755\n"
		"home-create /srv/new/deep/anna 0:0 0755\n"
		"  in 20000:999 0755\n"
		"home-create /srv/new/bert 0:0 0755\n"
		"  in 20001:999 0755\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
}

static void
test_planner_builds_homes_from_the_template(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\njail: { home: '/srv/${groups}/${layout}/${username}' }\n"
		"layouts: { media: { dirs: [ { path: pics, access: write } ] } }\n");
	plan_sheet(w, "login,groups,layout\nanna,press,media\n");
	assert_string_equal(change_of(w, "anna")->after.home, "/srv/press/media/anna");
	assert_string_equal(change_of(w, "anna")->after.layout, "media");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_refuses_homes),
	world_test(test_planner_refuses_a_parent_that_an_acl_opens),
	world_test(test_planner_refuses_names_that_no_directory_can_have),
	world_test(test_planner_blocks_all_homes_of_a_sheet_that_meet),
	world_test(test_planner_makes_missing_parents_once),
	world_test(test_planner_builds_homes_from_the_template),
};

WORLD_MAIN(tests)
