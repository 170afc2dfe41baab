/*
 * test_walk_root.c - what only root meets on its way: mounts, devices, other owners, ACLs, file
 * capabilities, flags. In a mount namespace of its own.
 */
#include "walk_fixture.h"

#include <acl/libacl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/acl.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { NOT_RUN = 77 };

static void
mount_tmpfs(struct fixture *f, const char *path, unsigned long flags)
{
	assert_int_equal(mount("none", real(f, path), "tmpfs", flags, NULL), 0);
}

/* ---- mounts and devices ---- */

static void
test_mounts_are_shown_and_never_entered(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/outside");
	make_file(f, "/outside/secret", "");
	make_dir(f, "/home");
	make_dir(f, "/home/bind");
	make_dir(f, "/home/disk");
	make_file(f, "/home/file", "");
	make_dir(f, "/home/plain");
	/* On the same device, so only the mount tells it apart. */
	assert_int_equal(mount(real(f, "/outside"), real(f, "/home/bind"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(
		mount(real(f, "/outside/secret"), real(f, "/home/file"), NULL, MS_BIND, NULL), 0);
	mount_tmpfs(f, "/home/disk", 0);
	make_file(f, "/home/disk/x", "");
	assert_string_equal(seen_below(f, "/home"), "./ bind! disk! file! plain/ ^plain ^.");
	/* A mount is a tree of its own when it is asked for. */
	assert_string_equal(seen_below(f, "/home/disk"), "./ x ^.");
	assert_int_equal(umount(real(f, "/home/bind")), 0);
	assert_int_equal(umount(real(f, "/home/file")), 0);
	assert_int_equal(umount(real(f, "/home/disk")), 0);
}

static void
mount_over(struct fixture *f, const struct walk_entry *entry)
{
	if (strcmp(entry->path, "a") == 0)
		mount_tmpfs(f, "/home/a", 0);
}

static void
test_what_is_mounted_on_a_directory_at_hand_is_not_entered(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_dir(f, "/home/a");
	make_file(f, "/home/a/below", "");
	struct notes notes = { .on_enter = mount_over };
	assert_ok(f, walk_with(f, "/home", &notes));
	assert_string_equal(buffer_text(&notes.seen), "./ a/ a/below ^a ^.");
	buffer_finish(&notes.seen);
	assert_int_equal(umount(real(f, "/home/a")), 0);
}

static void
test_devices_are_shown_and_never_opened(void **state)
{
	struct fixture *f = *state;
	int fd = -1;
	unsigned flags = 99;
	make_dir(f, "/home");
	assert_int_equal(mknod(real(f, "/home/null"), S_IFCHR | 0666, makedev(1, 3)), 0);
	assert_int_equal(mknod(real(f, "/home/tape"), S_IFBLK | 0600, makedev(99, 0)), 0);
	assert_string_equal(seen_below(f, "/home"), "./ null| tape| ^.");
	AUTO_CLOSE int null = path_fd(f, "/home/null");
	assert_refused(f, host_open_data(f->host, null, "/home/null", &fd, &f->diags),
		"/home/null: is a FIFO, socket or device, expected a regular file");
	assert_ok(f, host_inode_flags(f->host, null, "/home/null", &flags, &f->diags));
	assert_int_equal(flags, 0);
}

static void
test_filesystem_below_a_mount_is_the_mounted_one(void **state)
{
	struct fixture *f = *state;
	struct host_filesystem found, root;
	make_dir(f, "/disk");
	mount_tmpfs(f, "/disk", MS_RDONLY);
	AUTO_CLOSE int disk = dir_fd(f, "/disk"), top = dir_fd(f, "/");
	assert_ok(f, host_filesystem_of(f->host, disk, "/disk", &f->arena, &found, &f->diags));
	assert_ok(f, host_filesystem_of(f->host, top, "/", &f->arena, &root, &f->diags));
	assert_string_equal(found.type, "tmpfs");
	assert_true(found.is_read_only);
	assert_false(root.is_read_only);
	assert_int_not_equal(found.mount_id, root.mount_id);
	assert_int_not_equal(found.dev, root.dev);
	cleanup_close(&disk);
	disk = -1;
	assert_int_equal(umount(real(f, "/disk")), 0);
}

/* ---- owners ---- */

static void
check_owner(struct fixture *f, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st = stat_of(f, path);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
	assert_int_equal(st.st_mode, mode);
}

static void
own(struct fixture *f, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	AUTO_CLOSE int fd = path_fd(f, path);
	const struct host_owner owner = { uid, gid, mode };
	assert_ok(f, host_own_fd(f->host, fd, path, &owner, &f->diags));
}

static void
test_owner_is_set_of_every_kind_of_inode(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/file", "x");
	make_dir(f, "/dir");
	assert_int_equal(mkfifo(real(f, "/fifo"), 0600), 0);
	assert_int_equal(symlink("file", real(f, "/link")), 0);
	own(f, "/file", 2001, 2002, 04755);
	own(f, "/dir", 2002, 2003, 02770);
	own(f, "/fifo", 2003, 2004, 0660);
	own(f, "/link", 2004, 2005, 0600);
	check_owner(f, "/file", 2001, 2002, S_IFREG | 04755);
	check_owner(f, "/dir", 2002, 2003, S_IFDIR | 02770);
	check_owner(f, "/fifo", 2003, 2004, S_IFIFO | 0660);
	check_owner(f, "/link", 2004, 2005, S_IFLNK | 0777);
}

static void
test_owner_goes_to_the_inode_whatever_its_name_leads_to_now(void **state)
{
	struct fixture *f = *state;
	const struct host_owner owner = { 2001, 2001, 0600 };
	make_file(f, "/file", "mine");
	make_file(f, "/secret", "not mine");
	AUTO_CLOSE int fd = path_fd(f, "/file");
	assert_int_equal(rename(real(f, "/file"), real(f, "/moved")), 0);
	assert_int_equal(symlink("secret", real(f, "/file")), 0);
	assert_ok(f, host_own_fd(f->host, fd, "/file", &owner, &f->diags));
	check_owner(f, "/moved", 2001, 2001, S_IFREG | 0600);
	check_owner(f, "/secret", 0, 0, S_IFREG | 0644);
	check_owner(f, "/file", 0, 0, S_IFLNK | 0777);
}

/* Version 2, cap_net_raw+ep. */
static const char net_raw[20] = { 1, 0, 0, 2, 0, 32 };

static void
test_change_of_owner_takes_set_id_bits_and_capabilities_away(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/file", "x");
	AUTO_CLOSE int fd = path_fd(f, "/file");
	assert_int_equal(chmod(real(f, "/file"), 06755), 0);
	assert_ok(f,
		host_set_xattr(f->host, fd, "/file", "security.capability",
			(struct bytes){ net_raw, sizeof(net_raw) }, &f->diags));
	own(f, "/file", 2001, 2001, 0755);
	check_owner(f, "/file", 2001, 2001, S_IFREG | 0755);
	struct host_xattrs xattrs = { 0 };
	assert_ok(f, host_read_xattrs(f->host, fd, "/file", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 0);
}

/* ---- attributes ---- */

static void
test_capabilities_and_trusted_attributes_are_read_and_set(void **state)
{
	struct fixture *f = *state;
	struct host_xattrs xattrs = { 0 };
	make_file(f, "/file", "x");
	assert_int_equal(symlink("file", real(f, "/link")), 0);
	AUTO_CLOSE int fd = path_fd(f, "/file"), link = path_fd(f, "/link");
	const struct bytes capability = { net_raw, sizeof(net_raw) };
	assert_ok(f,
		host_set_xattr(f->host, fd, "/file", "security.capability", capability, &f->diags));
	/* Of the link itself. */
	assert_ok(f, host_set_xattr(f->host, link, "/link", "trusted.x", bytes_of("y"), &f->diags));
	assert_ok(f, host_read_xattrs(f->host, fd, "/file", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 1);
	assert_string_equal(xattrs.items[0].name, "security.capability");
	assert_int_equal(xattrs.items[0].value.size, sizeof(net_raw));
	assert_memory_equal(xattrs.items[0].value.data, net_raw, sizeof(net_raw));
	assert_ok(f, host_read_xattrs(f->host, link, "/link", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 1);
	assert_string_equal(xattrs.items[0].name, "trusted.x");
}

static const char *
acl_text(struct fixture *f, const char *path, acl_type_t type)
{
	acl_t acl = acl_get_file(real(f, path), type);
	assert_non_null(acl);
	char *text = acl_to_any_text(acl, NULL, ',', TEXT_NUMERIC_IDS);
	const char *copy = arena_strdup(&f->arena, text);
	acl_free(text);
	acl_free(acl);
	return copy;
}

static void
set_acl(struct fixture *f, const char *path, acl_type_t type, const char *text)
{
	acl_t acl = acl_from_text(text);
	assert_non_null(acl);
	assert_int_equal(acl_set_file(real(f, path), type, acl), 0);
	acl_free(acl);
}

static void
test_acls_are_attributes_that_go_from_one_inode_to_another(void **state)
{
	static const char access[] = "user::rwx,user:2001:r-x,group::r-x,mask::r-x,other::---",
			  inherited[] = "user::rwx,group::r-x,group:2002:rwx,mask::rwx,other::---";
	struct fixture *f = *state;
	struct host_xattrs xattrs = { 0 };
	make_dir(f, "/from");
	make_dir(f, "/to");
	set_acl(f, "/from", ACL_TYPE_ACCESS, access);
	set_acl(f, "/from", ACL_TYPE_DEFAULT, inherited);
	AUTO_CLOSE int from = path_fd(f, "/from"), to = path_fd(f, "/to");
	assert_ok(f, host_read_xattrs(f->host, from, "/from", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 2);
	assert_string_equal(xattrs.items[0].name, XATTR_ACCESS_ACL);
	assert_string_equal(xattrs.items[1].name, XATTR_DEFAULT_ACL);
	ARRAY_FOREACH (xattr, &xattrs)
		assert_ok(f,
			host_set_xattr(f->host, to, "/to", xattr->name, xattr->value, &f->diags));
	assert_string_equal(acl_text(f, "/to", ACL_TYPE_ACCESS), access);
	assert_string_equal(acl_text(f, "/to", ACL_TYPE_DEFAULT), inherited);
	assert_ok(f, host_remove_xattr(f->host, to, "/to", XATTR_ACCESS_ACL, &f->diags));
	assert_ok(f, host_remove_xattr(f->host, to, "/to", XATTR_DEFAULT_ACL, &f->diags));
	assert_ok(f, host_read_xattrs(f->host, to, "/to", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 0);
}

static void
test_nothing_is_removed_where_there_are_no_attributes(void **state)
{
	struct fixture *f = *state;
	AUTO_CLOSE int fd = open("/proc/self/status", O_PATH);
	assert_ok(f, host_remove_xattr(f->host, fd, "status", "user.a", &f->diags));
}

/* ---- flags ---- */

static void
set_flags(struct fixture *f, const char *path, int flags)
{
	AUTO_CLOSE int fd = open(real(f, path), O_RDONLY);
	assert_true(fd >= 0);
	if (ioctl(fd, FS_IOC_SETFLAGS, &flags) != 0)
		fail_msg("the filesystem of %s has no flags: %s", f->root, strerror(errno));
}

static void
test_immutable_and_append_only_inodes_are_known(void **state)
{
	struct fixture *f = *state;
	unsigned file_flags = 0, dir_flags = 0, plain_flags = 0;
	make_file(f, "/file", "x");
	make_file(f, "/plain", "x");
	make_dir(f, "/dir");
	AUTO_CLOSE int file = path_fd(f, "/file"), dir = path_fd(f, "/dir"),
		       plain = path_fd(f, "/plain");
	const struct host_owner owner = { 2001, 2001, 0600 };
	set_flags(f, "/file", FS_IMMUTABLE_FL);
	set_flags(f, "/dir", FS_APPEND_FL);
	bool ok = host_inode_flags(f->host, file, "/file", &file_flags, &f->diags) &&
		host_inode_flags(f->host, dir, "/dir", &dir_flags, &f->diags) &&
		host_inode_flags(f->host, plain, "/plain", &plain_flags, &f->diags);
	bool owned = host_own_fd(f->host, file, "/file", &owner, &f->diags);
	set_flags(f, "/file", 0);
	set_flags(f, "/dir", 0);
	assert_string_equal(only_error(f),
		"/file: cannot change owner and mode: chmod: Operation not permitted");
	assert_true(ok);
	assert_false(owned);
	assert_int_equal(file_flags & (FS_IMMUTABLE_FL | FS_APPEND_FL), FS_IMMUTABLE_FL);
	assert_int_equal(dir_flags & (FS_IMMUTABLE_FL | FS_APPEND_FL), FS_APPEND_FL);
	assert_int_equal(plain_flags & (FS_IMMUTABLE_FL | FS_APPEND_FL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_mounts_are_shown_and_never_entered),
		host_test(test_what_is_mounted_on_a_directory_at_hand_is_not_entered),
		host_test(test_devices_are_shown_and_never_opened),
		host_test(test_filesystem_below_a_mount_is_the_mounted_one),
		host_test(test_owner_is_set_of_every_kind_of_inode),
		host_test(test_owner_goes_to_the_inode_whatever_its_name_leads_to_now),
		host_test(test_change_of_owner_takes_set_id_bits_and_capabilities_away),
		host_test(test_capabilities_and_trusted_attributes_are_read_and_set),
		host_test(test_acls_are_attributes_that_go_from_one_inode_to_another),
		host_test(test_nothing_is_removed_where_there_are_no_attributes),
		host_test(test_immutable_and_append_only_inodes_are_known),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "not run: these tests mount and change owners, which needs root\n");
		return NOT_RUN;
	}
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		perror("cannot make a mount namespace");
		return 1;
	}
	return cmocka_run_group_tests_name("walk_root", tests, NULL, NULL);
}
