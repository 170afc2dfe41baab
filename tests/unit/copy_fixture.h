/*
 * copy_fixture.h - two filesystems, a home with one of everything on the first, and eyes of our
 * own: both trees are described by plain system calls, never by the code under test.
 */
#ifndef REHOME_TESTS_COPY_FIXTURE_H
#define REHOME_TESTS_COPY_FIXTURE_H

#include "walk_fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "core/base/copy.h"

enum { NOT_RUN = 77, MEGABYTE = 1024 * 1024 };

/* ---- two filesystems ---- */

static inline int
copy_setup(void **state)
{
	fixture_setup(state);
	struct fixture *f = *state;
	make_dir(f, "/old");
	make_dir(f, "/new");
	assert_int_equal(mount("none", real(f, "/old"), "tmpfs", 0, NULL), 0);
	assert_int_equal(mount("none", real(f, "/new"), "tmpfs", 0, NULL), 0);
	make_dir(f, "/old/home");
	make_dir(f, "/new/home");
	assert_int_equal(chmod(real(f, "/new/home"), 0700), 0);
	return 0;
}

static inline int
copy_teardown(void **state)
{
	struct fixture *f = *state;
	umount2(real(f, "/old"), MNT_DETACH);
	umount2(real(f, "/new"), MNT_DETACH);
	return fixture_teardown(state);
}

#define copy_test(function) cmocka_unit_test_setup_teardown(function, copy_setup, copy_teardown)

static inline bool
with_trees(struct fixture *f, bool (*act)(struct fixture *f, const struct tree_copy *copy))
{
	AUTO_CLOSE int from = dir_fd(f, "/old/home"), to = dir_fd(f, "/new/home");
	return act(f, &(const struct tree_copy){ from, to, "/old/home", "/new/home" });
}

static struct tree_copy_facts facts;

static inline bool
copy_trees(struct fixture *f, const struct tree_copy *copy)
{
	facts = (struct tree_copy_facts){ 0 };
	return host_copy_tree(f->host, copy, &f->arena, &facts, &f->diags);
}

static inline bool
compare_trees(struct fixture *f, const struct tree_copy *copy)
{
	return host_compare_trees(f->host, copy, &f->diags);
}

/* ---- what is there, for the test's eyes ---- */

static inline void
add_xattrs(struct buffer *text, const char *path)
{
	char names[4096], value[4096];
	ssize_t size = llistxattr(path, names, sizeof(names));
	for (ssize_t offset = 0; offset < size; offset += (ssize_t)strlen(names + offset) + 1) {
		ssize_t length = lgetxattr(path, names + offset, value, sizeof(value));
		buffer_printf(text, " %s=", names + offset);
		for (ssize_t i = 0; i < length; i++)
			buffer_printf(text, "%02x", (unsigned char)value[i]);
	}
}

static inline void
add_content(struct buffer *text, const char *path, const struct stat *st)
{
	char block[65536] = "";
	if (S_ISLNK(st->st_mode)) {
		assert_true(readlink(path, block, sizeof(block) - 1) > 0);
		buffer_printf(text, " -> %s", block);
	}
	if (!S_ISREG(st->st_mode))
		return;
	AUTO_CLOSE int fd = open(path, O_RDONLY);
	uint64_t sum = 14695981039346656037u;
	for (ssize_t got; (got = read(fd, block, sizeof(block))) > 0;) {
		for (ssize_t i = 0; i < got; i++)
			sum = (sum ^ (unsigned char)block[i]) * 1099511628211u;
	}
	buffer_printf(text, " %jd %jx", (intmax_t)st->st_size, (uintmax_t)sum);
}

static struct buffer *drawn;
static size_t drawn_top;

static inline int
draw(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type, (void)ftw;
	if (S_ISSOCK(st->st_mode))
		return 0;
	buffer_printf(drawn, "%s %o %u:%u %jd.%ld", path + drawn_top, st->st_mode, st->st_uid,
		st->st_gid, (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	if (S_ISREG(st->st_mode))
		buffer_printf(drawn, " %ju names", (uintmax_t)st->st_nlink);
	add_content(drawn, path, st);
	add_xattrs(drawn, path);
	buffer_add_char(drawn, '\n');
	return 0;
}

static inline int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A line for each entry but sockets, sorted. */
static inline const char *
portrait(struct fixture *f, const char *top)
{
	AUTO_BUFFER struct buffer text = { 0 };
	const char *path = real(f, top), *sorted = "";
	ARRAY(const char *) lines = { 0 };
	drawn = &text;
	drawn_top = strlen(path);
	assert_int_equal(nftw(path, draw, 16, FTW_PHYS), 0);
	AUTO_FREE char *words = strdup(buffer_text(&text));
	for (char *rest, *line = strtok_r(words, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		ARRAY_PUSH(&f->arena, &lines, line);
	qsort(lines.items, lines.count, sizeof(*lines.items), compare_lines);
	ARRAY_FOREACH (line, &lines)
		sorted = arena_printf(&f->arena, "%s%s\n", sorted, *line);
	return sorted;
}

static inline void
assert_same_trees(struct fixture *f)
{
	assert_string_equal(portrait(f, "/new/home"), portrait(f, "/old/home"));
}

/* ---- a home with one of everything ---- */

static inline void
set_facts(struct fixture *f, const char *path, uid_t uid, mode_t mode, time_t modified)
{
	const struct timespec times[2] = { { modified - 1, 11 }, { modified, 22 } };
	assert_int_equal(lchown(real(f, path), uid, uid + 1), 0);
	if (!S_ISLNK(stat_of(f, path).st_mode))
		assert_int_equal(chmod(real(f, path), mode), 0);
	assert_int_equal(utimensat(AT_FDCWD, real(f, path), times, AT_SYMLINK_NOFOLLOW), 0);
}

static inline void
set_attribute(struct fixture *f, const char *path, const char *name, const char *value, size_t size)
{
	if (lsetxattr(real(f, path), name, value, size, 0) != 0)
		fail_msg("%s: %s: %s", path, name, strerror(errno));
}

/* One byte in the middle and one at the end of a hole. */
static inline void
make_sparse_file(struct fixture *f, const char *path)
{
	AUTO_CLOSE int fd = open(real(f, path), O_WRONLY | O_CREAT, 0600);
	assert_int_equal(pwrite(fd, "m", 1, 16 * MEGABYTE), 1);
	assert_int_equal(pwrite(fd, "e", 1, 32 * MEGABYTE), 1);
	assert_int_equal(ftruncate(fd, 48 * MEGABYTE), 0);
}

static inline void
make_big_file(struct fixture *f, const char *path)
{
	AUTO_FILE FILE *file = fopen(real(f, path), "w");
	for (int i = 0; i < 300 * 1000; i++)
		fprintf(file, "%d\n", i);
}

static inline void
make_socket(struct fixture *f, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", real(f, path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* user::rwx user:2009:r-x group::r-x mask::r-x other::--- */
static const char acl[] = "\2\0\0\0"
			  "\1\0\7\0\377\377\377\377"
			  "\2\0\5\0\331\7\0\0"
			  "\4\0\5\0\377\377\377\377"
			  "\20\0\5\0\377\377\377\377"
			  "\40\0\0\0\377\377\377\377";
static const char capability[20] = { 1, 0, 0, 2, 0, 32 };

static inline void
furnish(struct fixture *f)
{
	make_dir(f, "/old/home/pics");
	make_file(f, "/old/home/pics/gr\xfc\xdf", "hello");
	make_file(f, "/old/home/empty", "");
	make_big_file(f, "/old/home/big");
	make_sparse_file(f, "/old/home/pics/sparse");
	make_file(f, "/old/home/tool", "#!");
	make_dir(f, "/old/home/pics/deep");
	assert_int_equal(link(real(f, "/old/home/big"), real(f, "/old/home/pics/deep/big2")), 0);
	assert_int_equal(link(real(f, "/old/home/big"), real(f, "/old/home/big3")), 0);
	assert_int_equal(symlink("../tool", real(f, "/old/home/pics/link")), 0);
	assert_int_equal(symlink("/nowhere", real(f, "/old/home/dangling")), 0);
	assert_int_equal(mkfifo(real(f, "/old/home/fifo"), 0600), 0);
	set_facts(f, "/old/home/fifo", 2003, 0620, 4000);
	set_facts(f, "/old/home/big", 2001, 0640, 5000);
	set_facts(f, "/old/home/tool", 2001, 0755, 6000);
	set_attribute(f, "/old/home/tool", "security.capability", capability, sizeof(capability));
	set_attribute(f, "/old/home/tool", "trusted.x", "y", 1);
	set_facts(f, "/old/home/tool", 2001, 06755, 6000);
	set_attribute(f, "/old/home/tool", "security.capability", capability, sizeof(capability));
	set_attribute(f, "/old/home/dangling", "trusted.empty", "", 0);
	set_facts(f, "/old/home/dangling", 2004, 0777, 7000);
	set_attribute(f, "/old/home/pics", XATTR_ACCESS_ACL, acl, sizeof(acl) - 1);
	set_attribute(f, "/old/home/pics", XATTR_DEFAULT_ACL, acl, sizeof(acl) - 1);
	set_facts(f, "/old/home/pics", 2001, 02750, 8000);
	set_facts(f, "/old/home", 2001, 01711, 9000);
}

/* In a mount namespace of its own; 77 without root, 1 when that fails, 0 = go on. */
static inline int
copy_prepare(void)
{
	if (geteuid() != 0) {
		fprintf(stderr, "not run: these tests mount and change owners, which needs root\n");
		return NOT_RUN;
	}
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
		perror("cannot make a mount namespace");
		return 1;
	}
	return 0;
}

#endif
