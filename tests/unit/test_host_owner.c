/*
 * test_host_owner.c - owners, which need root: the real one, fakeroot's, and a user namespace's.
 *
 * Started as root it runs the cases directly, then itself as an ordinary user under fakeroot (the
 * argument "below-fakeroot"), then in a user namespace with a map of its own.
 */
#include "host_fixture.h"

#include <sched.h>
#include <shadow.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>

enum { NOT_RUN = 77, ORDINARY_UID = 65534, MAPPED_UID = 100000 };

static void
check_owner(struct fixture *f, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st = stat_of(f, path);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
	assert_int_equal(st.st_mode, mode);
	struct host_entry entry;
	assert_ok(f, host_inspect(f->host, path, &entry, &f->diags));
	assert_int_equal(entry.st.st_uid, uid);
	assert_int_equal(entry.st.st_gid, gid);
	assert_int_equal(entry.st.st_mode, mode);
}

static void
test_new_things_belong_to_whom_they_should(void **state)
{
	struct fixture *f = *state;
	const struct host_owner user = { 2001, 2002, 0755 }, shared = { 2001, 2003, 02770 },
				secret = { 0, 42, 0640 };
	AUTO_CLOSE int root = dir_fd(f, "/");
	assert_ok(f, host_make_dir_at(f->host, root, "plain", &user, &f->diags));
	assert_ok(f, host_make_dir(f->host, "/shared", &shared, &f->diags));
	assert_ok(f,
		host_create_file_at(
			f->host, root, "file", bytes_of("x"), &user, HOST_SYNC_NOW, &f->diags));
	assert_ok(f, host_replace_file(f->host, "/file2", bytes_of("x"), &secret, &f->diags));
	check_owner(f, "/plain", 2001, 2002, S_IFDIR | 0755);
	check_owner(f, "/shared", 2001, 2003, S_IFDIR | 02770);
	check_owner(f, "/file", 2001, 2002, S_IFREG | 0755);
	check_owner(f, "/file2", 0, 42, S_IFREG | 0640);
}

static void
own(struct fixture *f, int dir, const char *name, struct host_owner owner)
{
	struct stat expected;
	assert_int_equal(fstatat(dir, name, &expected, AT_SYMLINK_NOFOLLOW), 0);
	assert_ok(f, host_own_at(f->host, dir, name, &expected, &owner, &f->diags));
}

static void
test_own_gives_every_kind_of_file_its_owner(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/file", "x");
	make_dir(f, "/dir");
	assert_int_equal(mkfifo(real(f, "/fifo"), 0600), 0);
	assert_int_equal(symlink("file", real(f, "/link")), 0);
	AUTO_CLOSE int root = dir_fd(f, "/");
	own(f, root, "file", (struct host_owner){ 2001, 2001, 0640 });
	own(f, root, "dir", (struct host_owner){ 2002, 2002, 02770 });
	own(f, root, "fifo", (struct host_owner){ 2003, 2003, 0660 });
	own(f, root, "link", (struct host_owner){ 2004, 2004, 0600 });
	check_owner(f, "/file", 2001, 2001, S_IFREG | 0640);
	check_owner(f, "/dir", 2002, 2002, S_IFDIR | 02770);
	check_owner(f, "/fifo", 2003, 2003, S_IFIFO | 0660);
	check_owner(f, "/link", 2004, 2004, S_IFLNK | 0777);
}

/* Writes down what stands at /dir before every call. */
static int
note_mode(void *ctx, const char *effect, const char *path)
{
	struct fixture *f = ctx;
	struct stat st = stat_of(f, arena_printf(&f->arena, "/%s", path));
	make_file(f, "/notes",
		arena_printf(&f->arena, "%s%s@%u:%o ", content_of(f, "/notes"), effect, st.st_uid,
			st.st_mode & 07777));
	return 0;
}

static void
test_own_narrows_before_and_widens_after_the_change_of_owner(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/notes", "");
	make_dir(f, "/dir");
	assert_int_equal(chmod(real(f, "/dir"), 0707), 0);
	AUTO_CLOSE int root = dir_fd(f, "/");
	host_set_faults(f->host, &(struct host_faults){ f, note_mode });
	own(f, root, "dir", (struct host_owner){ 2001, 2001, 0770 });
	assert_string_equal(content_of(f, "/notes"), "chmod@0:707 fchownat@0:700 chmod@2001:700 ");
	check_owner(f, "/dir", 2001, 2001, S_IFDIR | 0770);
}

static void
test_own_sets_the_mode_again_after_the_old_owner_widened_it(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/notes", "");
	make_dir(f, "/dir");
	assert_int_equal(chmod(real(f, "/dir"), 0755), 0);
	AUTO_CLOSE int root = dir_fd(f, "/");
	host_set_faults(f->host, &(struct host_faults){ f, note_mode });
	own(f, root, "dir", (struct host_owner){ 2001, 2001, 0755 });
	/* Nothing to narrow, and yet the mode is set at the end. */
	assert_string_equal(content_of(f, "/notes"), "fchownat@0:755 chmod@2001:755 ");
}

static void
test_replaced_file_keeps_its_label(void **state)
{
	static const char label[] = "system_u:object_r:shadow_t:s0";
	struct fixture *f = *state;
	const struct host_owner owner = { 0, 42, 0640 };
	make_file(f, "/shadow", "old");
	if (setxattr(real(f, "/shadow"), "security.selinux", label, sizeof(label), 0) != 0)
		fail_msg("the filesystem of %s has no labels: %s", f->root, strerror(errno));
	assert_ok(f, host_replace_file(f->host, "/shadow", bytes_of("new"), &owner, &f->diags));

	char found[64] = "";
	assert_int_equal(getxattr(real(f, "/shadow"), "security.selinux", found, sizeof(found)),
		sizeof(label));
	assert_string_equal(found, label);
	assert_string_equal(content_of(f, "/shadow"), "new");
}

/* In a mount namespace of its own, so that the real /etc is never locked. */
static int
lock_against_lckpwdf(void)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	int fd = 99;
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("none", "/etc", "tmpfs", 0, NULL) != 0 || lckpwdf() != 0)
		return 1;
	pid_t child = fork();
	if (child == 0) {
		struct host *host = host_create("/", HOST_READ_WRITE, &diags);
		bool ok = host_lock_file(host, "/etc/.pwd.lock", 0, &fd, &diags);
		host_destroy(host);
		_exit(ok && fd == -1 ? 0 : 1);
	}
	int status;
	return waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

static int
run_child(int (*body)(void))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(body());
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_lock_yields_to_lckpwdf(void **state)
{
	(void)state;
	assert_int_equal(run_child(lock_against_lckpwdf), 0);
}

static const struct CMUnitTest owner_tests[] = {
	host_test(test_new_things_belong_to_whom_they_should),
	host_test(test_own_gives_every_kind_of_file_its_owner),
	host_test(test_own_narrows_before_and_widens_after_the_change_of_owner),
	host_test(test_own_sets_the_mode_again_after_the_old_owner_widened_it),
};

/* ---- the same without being root ---- */

static int
run_below_fakeroot(void)
{
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (length < 0 || setgid(ORDINARY_UID) != 0 || setuid(ORDINARY_UID) != 0)
		return 1;
	self[length] = '\0';
	/* fakeroot comes before the sanitizer's library, which the sanitizer dislikes. */
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0", 1);
	execlp("fakeroot", "fakeroot", self, "below-fakeroot", NULL);
	return errno == ENOENT ? NOT_RUN : 1;
}

static void
test_fakeroot_sees_the_same_owners(void **state)
{
	(void)state;
	int status = run_child(run_below_fakeroot);
	if (status == NOT_RUN)
		fail_msg("fakeroot is not installed, which this test needs");
	assert_int_equal(status, 0);
}

static int
run_in_namespace(void)
{
	if (setgid(0) != 0 || setuid(0) != 0)
		return 1;
	return cmocka_run_group_tests_name("host_owner_namespace", owner_tests, NULL, NULL);
}

static void
write_map(pid_t child, const char *file)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", child, file);
	AUTO_FILE FILE *map = fopen(path, "w");
	assert_non_null(map);
	assert_true(fprintf(map, "0 %d 65536\n", MAPPED_UID) > 0);
}

static void
test_user_namespace_sees_the_same_owners(void **state)
{
	(void)state;
	int ready[2], mapped[2], status;
	char byte = 0;
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(mapped), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWUSER) != 0 || write(ready[1], "x", 1) != 1 ||
			read(mapped[0], &byte, 1) != 1)
			_exit(1);
		_exit(run_in_namespace());
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	write_map(child, "uid_map");
	write_map(child, "gid_map");
	assert_int_equal(write(mapped[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(mapped[i]);
	}
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "below-fakeroot") == 0)
		return cmocka_run_group_tests_name("host_owner_fakeroot", owner_tests, NULL, NULL);
	if (geteuid() != 0) {
		fprintf(stderr, "not run: these tests change owners, which needs root\n");
		return NOT_RUN;
	}
	const struct CMUnitTest root_tests[] = {
		host_test(test_replaced_file_keeps_its_label),
		cmocka_unit_test(test_lock_yields_to_lckpwdf),
		cmocka_unit_test(test_fakeroot_sees_the_same_owners),
		cmocka_unit_test(test_user_namespace_sees_the_same_owners),
	};
	int failed = cmocka_run_group_tests_name("host_owner", owner_tests, NULL, NULL);
	return failed + cmocka_run_group_tests_name("host_owner_root", root_tests, NULL, NULL);
}
