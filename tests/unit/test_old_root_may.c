/*
 * test_old_root_may.c - old_root_may() against what the kernel says to a process with the same
 * ids: trees of random owners, modes, ACLs and links.
 */
#include "tests/unit/old_root_fixture.h"

#include <grp.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/wait.h>
#include <sys/xattr.h>

static uint64_t seed = 0x0ddba11;

static unsigned
next_random(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

/* Ids 0 to 3 for users and for groups, so that they meet. */
static unsigned
some_id(void)
{
	return 1000 + next_random(4);
}

static void
set_random_acl(const char *path)
{
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[8];
	} acl = { .header.a_version = POSIX_ACL_XATTR_VERSION };
	unsigned count = 0, user = some_id(), group = some_id();
#define ADD(tag, id)                                                                               \
	acl.entries[count++] = (struct posix_acl_xattr_entry){ tag, (uint16_t)next_random(8), id }
	ADD(ACL_USER_OBJ, ACL_UNDEFINED_ID);
	ADD(ACL_USER, user);
	ADD(ACL_GROUP_OBJ, ACL_UNDEFINED_ID);
	ADD(ACL_GROUP, group);
	if (group < 1003)
		ADD(ACL_GROUP, group + 1);
	ADD(ACL_MASK, ACL_UNDEFINED_ID);
	ADD(ACL_OTHER, ACL_UNDEFINED_ID);
	size_t size = sizeof(acl.header) + count * sizeof(*acl.entries);
	assert_int_equal(setxattr(path, "system.posix_acl_access", &acl, size, 0), 0);
}

static void
make_random(struct fixture *f, const char *path, bool is_dir)
{
	const char *there = real(f, path);
	if (is_dir)
		make_dir(f, path);
	else
		make_file(f, path, "x");
	/* Mostly open, or nothing below would ever be seen. */
	mode_t mode = next_random(3) ? next_random(01000) : 0755;
	assert_int_equal(chown(there, next_random(5) ? some_id() : 0, some_id()), 0);
	assert_int_equal(chmod(there, mode), 0);
	if (next_random(3) == 0)
		set_random_acl(there);
}

/* What access(2) says, as eight bits: one for each set of wishes. */
static unsigned
kernel_says(const char *root, const char *path, const struct old_ids *ids)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		unsigned said = 0;
		if (chroot(root) != 0 || setgroups(ids->group_count, ids->groups) != 0 ||
			setresgid(ids->gid, ids->gid, ids->gid) != 0 ||
			setresuid(ids->uid, ids->uid, ids->uid) != 0)
			_exit(255);
		for (int wanted = 1; wanted < 8; wanted++)
			said |= (access(path, wanted) == 0) << (wanted - 1);
		_exit((int)said);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
	return (unsigned)WEXITSTATUS(status);
}

static unsigned
we_say(struct fixture *f, const char *path, const struct old_ids *ids)
{
	unsigned said = 0;
	for (int wanted = 1; wanted < 8; wanted++)
		said |= (unsigned)old_root_may(f->root, path, ids, wanted) << (wanted - 1);
	return said;
}

static void
test_root_may_what_the_kernel_allows(void **state)
{
	struct fixture *f = *state;
	static const char *const paths[] = { "/a", "/a/b", "/a/b/c", "/a/b/f", "/a/b/c/f", "/link",
		"/a/b/c/up", "/none", "/a/b/f/x", "/a/b/../b/f" };
	unsigned allowed = 0;
	open_root(f, f->path);
	for (unsigned round = 0; round < 60; round++) {
		make_random(f, "/a", true);
		make_random(f, "/a/b", true);
		make_random(f, "/a/b/c", true);
		make_random(f, "/a/b/f", false);
		make_random(f, "/a/b/c/f", false);
		make_link(f, "/link", "/a/b/c/f");
		make_link(f, "/a/b/c/up", "../f");
		for (unsigned i = 0; i < ARRAY_LEN(paths); i++) {
			const gid_t groups[] = { some_id(), some_id() };
			struct old_ids ids = { next_random(6) ? some_id() : 0, some_id(), groups,
				next_random(3) };
			unsigned expected = kernel_says(f->path, paths[i], &ids);
			unsigned said = we_say(f, paths[i], &ids);
			if (said != expected)
				print_error("round %u: %s as %u:%u: %x, expected %x\n", round,
					paths[i], ids.uid, ids.gid, said, expected);
			assert_int_equal(said, expected);
			allowed += expected != 0;
		}
		remove_tree(real(f, "/a"));
		assert_int_equal(remove(real(f, "/link")), 0);
	}
	/* Neither everything nor nothing, or this would have shown nothing. */
	assert_true(allowed > 100 && allowed < 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { root_test(test_root_may_what_the_kernel_allows) };
	if (geteuid() != 0) {
		print_message("needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
