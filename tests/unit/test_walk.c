/*
 * test_walk.c - the way through a foreign tree: what is shown, in which order, and what is never
 * opened or followed. What needs root is in test_walk_root.c.
 */
#include "walk_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void
make_link(struct fixture *f, const char *target, const char *path)
{
	assert_int_equal(symlink(target, real(f, path)), 0);
}

static void
make_socket(struct fixture *f, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", real(f, path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void
test_walk_shows_directories_before_their_content_in_byte_order(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_dir(f, "/home/b");
	make_dir(f, "/home/b/x");
	make_file(f, "/home/b/y", "");
	make_file(f, "/home/b.txt", "");
	make_file(f, "/home/a", "");
	make_file(f, "/home/Z", "");
	make_file(f, "/home/.z", "");
	assert_string_equal(seen_below(f, "/home"), "./ .z Z a b/ b/x/ ^b/x b/y ^b b.txt ^.");
}

static void
test_empty_directory_is_shown_and_left(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	assert_string_equal(seen_below(f, "/home"), "./ ^.");
}

static void
test_links_are_entries_and_never_followed(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/secret");
	make_file(f, "/secret/key", "");
	make_dir(f, "/home");
	make_link(f, "../secret", "/home/dir");
	make_link(f, "../secret/key", "/home/file");
	make_link(f, "nowhere", "/home/dangling");
	make_link(f, ".", "/home/self");
	assert_string_equal(seen_below(f, "/home"), "./ dangling@ dir@ file@ self@ ^.");
}

static void
test_fifos_and_sockets_are_shown_and_never_opened(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	assert_int_equal(mkfifo(real(f, "/home/fifo"), 0600), 0);
	make_socket(f, "/home/socket");
	/* A writer could open the FIFO without waiting if anybody had it open for reading. */
	assert_string_equal(seen_below(f, "/home"), "./ fifo| socket| ^.");

	AUTO_CLOSE int fifo = path_fd(f, "/home/fifo");
	AUTO_CLOSE int sock = path_fd(f, "/home/socket");
	AUTO_CLOSE int dir = path_fd(f, "/home");
	int fd = -1;
	assert_refused(f, host_open_data(f->host, fifo, "/home/fifo", &fd, &f->diags),
		"/home/fifo: is a FIFO, socket or device, expected a regular file");
	assert_refused(f, host_open_data(f->host, sock, "/home/socket", &fd, &f->diags),
		"/home/socket: is a FIFO, socket or device, expected a regular file");
	assert_refused(f, host_open_data(f->host, dir, "/home", &fd, &f->diags),
		"/home: is a directory, expected a regular file");
	assert_int_equal(fd, -1);
	assert_int_equal(open(real(f, "/home/fifo"), O_WRONLY | O_NONBLOCK), -1);
	assert_int_equal(errno, ENXIO);
}

static void
test_names_are_bytes_and_may_be_as_long_as_names_get(void **state)
{
	struct fixture *f = *state;
	char longest[256];
	memset(longest, 'n', 255);
	longest[255] = '\0';
	make_dir(f, "/home");
	make_file(f, "/home/\x01\n\"", "");
	make_file(f, "/home/gr\xfc\xdf", "");
	make_file(f, "/home/\xff\xfe", "");
	make_dir(f, arena_printf(&f->arena, "/home/%s", longest));
	make_file(f, arena_printf(&f->arena, "/home/%s/%s", longest, longest), "");
	assert_string_equal(seen_below(f, "/home"),
		arena_printf(&f->arena, "./ \x01\n\" gr\xfc\xdf %s/ %s/%s ^%s \xff\xfe ^.", longest,
			longest, longest, longest));
}

static void
test_directory_that_is_skipped_is_not_entered(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_dir(f, "/home/a");
	make_file(f, "/home/a/x", "");
	make_dir(f, "/home/b");
	struct notes notes = { .skipped = "a" };
	assert_ok(f, walk_with(f, "/home", &notes));
	assert_string_equal(buffer_text(&notes.seen), "./ a/ b/ ^b ^.");
	buffer_finish(&notes.seen);

	struct notes none = { .skipped = "" };
	assert_ok(f, walk_with(f, "/home", &none));
	assert_string_equal(buffer_text(&none.seen), "./");
	buffer_finish(&none.seen);
}

static void
test_visitor_stops_the_walk_with_its_own_error(void **state)
{
	struct fixture *f = *state;
	size_t before = open_fds();
	make_dir(f, "/home");
	make_dir(f, "/home/a");
	make_file(f, "/home/a/x", "");
	make_file(f, "/home/b", "");
	struct notes notes = { .stopped = "a/x" };
	assert_refused(f, walk_with(f, "/home", &notes), "a/x: enough");
	assert_string_equal(buffer_text(&notes.seen), "./ a/ a/x");
	buffer_finish(&notes.seen);
	assert_int_equal(open_fds(), before);
}

static bool
refuse_to_leave(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	(void)ctx;
	return diag_error(diags, at(arena_strdup(diags->arena, entry->path), 0), "stay");
}

static void
test_leave_stops_the_walk_too_and_may_be_missing(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_dir(f, "/home/a");
	make_file(f, "/home/b", "");
	AUTO_CLOSE int top = dir_fd(f, "/home");
	struct notes notes = { .f = f };
	const struct walk_visitor stubborn = { &notes, note_entered, refuse_to_leave },
				  carefree = { &notes, note_entered, NULL };
	assert_refused(f, host_walk(f->host, top, "/home", &stubborn, &f->diags), "a: stay");
	assert_string_equal(buffer_text(&notes.seen), "./ a/");
	buffer_clear(&notes.seen);
	assert_ok(f, host_walk(f->host, top, "/home", &carefree, &f->diags));
	assert_string_equal(buffer_text(&notes.seen), "./ a/ b");
	buffer_finish(&notes.seen);
}

static void
remove_the_rest(struct fixture *f, const struct walk_entry *entry)
{
	if (strcmp(entry->path, "a") == 0)
		assert_int_equal(unlink(real(f, "/home/b")), 0);
	if (strcmp(entry->path, "d") == 0)
		assert_int_equal(rmdir(real(f, "/home/d")), 0);
}

static void
test_what_vanishes_meanwhile_is_passed_over(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/home");
	make_file(f, "/home/a", "");
	make_file(f, "/home/b", "");
	make_dir(f, "/home/d");
	make_file(f, "/home/e", "");
	struct notes notes = { .on_enter = remove_the_rest };
	assert_ok(f, walk_with(f, "/home", &notes));
	assert_string_equal(buffer_text(&notes.seen), "./ a d/ ^d e ^.");
	buffer_finish(&notes.seen);
}

static void
move_away(struct fixture *f, const struct walk_entry *entry)
{
	if (strcmp(entry->path, "a") != 0)
		return;
	assert_int_equal(rename(real(f, "/home/a"), real(f, "/elsewhere/a")), 0);
	make_link(f, "../elsewhere", "/home/a");
}

static void
test_directory_that_is_moved_away_does_not_lead_the_walk_along(void **state)
{
	struct fixture *f = *state;
	make_dir(f, "/elsewhere");
	make_file(f, "/elsewhere/secret", "");
	make_dir(f, "/home");
	make_dir(f, "/home/a");
	make_file(f, "/home/a/x", "");
	make_file(f, "/home/b", "");
	struct notes notes = { .on_enter = move_away };
	assert_ok(f, walk_with(f, "/home", &notes));
	assert_string_equal(buffer_text(&notes.seen), "./ a/ a/x ^a b ^.");
	buffer_finish(&notes.seen);
}

/* ---- limits ---- */

/* Below the directory at fd, which is closed. */
static void
make_chain(int fd, int depth)
{
	for (int i = 0; i < depth; i++) {
		assert_int_equal(mkdirat(fd, "d", 0755), 0);
		int next = openat(fd, "d", O_RDONLY | O_DIRECTORY);
		assert_true(next >= 0);
		close(fd);
		fd = next;
	}
	close(fd);
}

static void
test_walk_reaches_its_depth_and_refuses_one_more(void **state)
{
	struct fixture *f = *state;
	struct notes notes = { 0 };
	size_t before = open_fds();
	make_dir(f, "/home");
	make_chain(dir_fd(f, "/home"), WALK_DEPTH - 1);
	assert_ok(f, walk_with(f, "/home", &notes));
	assert_int_equal(notes.count, WALK_DEPTH);
	assert_int_equal(notes.deepest, WALK_DEPTH - 1);
	buffer_clear(&notes.seen);

	make_dir(f, "/deeper");
	assert_int_equal(rename(real(f, "/home"), real(f, "/deeper/home")), 0);
	assert_false(walk_with(f, "/deeper", &notes));
	const char *error = only_error(f);
	const char *reason = strstr(error, ": is more than 512 directories deep");
	assert_non_null(reason);
	assert_int_equal(reason - error, strlen("/deeper/home") + 2 * (WALK_DEPTH - 1));
	buffer_finish(&notes.seen);
	assert_int_equal(open_fds(), before);
}

static void
test_walk_says_when_it_may_open_no_more_files(void **state)
{
	struct fixture *f = *state;
	struct notes notes = { 0 };
	struct rlimit limit, few;
	make_dir(f, "/home");
	make_chain(dir_fd(f, "/home"), 40);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){ 30, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	bool ok = walk_with(f, "/home", &notes);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_false(ok);
	assert_non_null(strstr(f->diags.items[0].message,
		" directories deep, and the process may have 30 files open"));
	assert_string_equal(f->diags.items[0].hint,
		"Raise the limit of open files (ulimit -n) and start again.");
	buffer_finish(&notes.seen);
}

static void
test_walk_needs_one_descriptor_a_level(void **state)
{
	struct fixture *f = *state;
	struct notes notes = { 0 };
	struct rlimit limit, few;
	enum { DEPTH = 100 };
	make_dir(f, "/home");
	make_chain(dir_fd(f, "/home"), DEPTH);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	/* The levels, the entry at hand, "." and ".." of open_fds(), and its own descriptor. */
	few = (struct rlimit){ open_fds() + DEPTH + 1, limit.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	bool ok = walk_with(f, "/home", &notes);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_string_equal(only_error(f), "");
	assert_true(ok);
	assert_int_equal(notes.deepest, DEPTH);
	buffer_finish(&notes.seen);
}

/* ---- data ---- */

static void
test_data_comes_from_the_inode_whatever_its_name_leads_to_now(void **state)
{
	struct fixture *f = *state;
	char text[16] = "";
	make_file(f, "/file", "mine");
	make_file(f, "/secret", "not mine");
	AUTO_CLOSE int path = path_fd(f, "/file"), fd = -1;
	assert_int_equal(unlink(real(f, "/file")), 0);
	make_link(f, "secret", "/file");
	assert_ok(f, host_open_data(f->host, path, "/file", &fd, &f->diags));
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_string_equal(text, "mine");

	AUTO_CLOSE int link = path_fd(f, "/file");
	int none = -1;
	assert_refused(f, host_open_data(f->host, link, "/file", &none, &f->diags),
		"/file: is a symbolic link");
}

static void
test_reading_leaves_the_access_time_alone(void **state)
{
	struct fixture *f = *state;
	const struct timespec past[2] = { { 1000, 5 }, { 2000, 7 } };
	char text[16] = "";
	make_dir(f, "/home");
	make_file(f, "/home/file", "mine");
	assert_int_equal(utimensat(AT_FDCWD, real(f, "/home/file"), past, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, real(f, "/home"), past, 0), 0);
	AUTO_CLOSE int path = path_fd(f, "/home/file"), fd = -1;
	assert_ok(f, host_open_data(f->host, path, "/home/file", &fd, &f->diags));
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_string_equal(seen_below(f, "/home"), "./ file ^.");
	assert_int_equal(stat_of(f, "/home/file").st_atim.tv_sec, 1000);
	assert_int_equal(stat_of(f, "/home").st_atim.tv_sec, 1000);
}

/* Holds a lease on the file until the kernel asks for it back. */
static void
hold_lease(const char *path, int ready)
{
	sigset_t asked;
	int signal;
	sigemptyset(&asked);
	sigaddset(&asked, SIGIO);
	sigprocmask(SIG_BLOCK, &asked, NULL);
	int fd = open(path, O_RDWR);
	if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) != 0 || write(ready, "x", 1) != 1)
		_exit(1);
	_exit(sigwait(&asked, &signal) == 0 && fcntl(fd, F_SETLEASE, F_UNLCK) == 0 ? 0 : 1);
}

static void
test_file_with_a_lease_is_read_when_the_lease_is_over(void **state)
{
	struct fixture *f = *state;
	int ready[2], status;
	char text[16] = "";
	make_file(f, "/file", "mine");
	assert_int_equal(pipe(ready), 0);
	const char *path = real(f, "/file");
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		hold_lease(path, ready[1]);
	assert_int_equal(read(ready[0], text, 1), 1);
	AUTO_CLOSE int fd = path_fd(f, "/file"), data = -1;
	assert_ok(f, host_open_data(f->host, fd, "/file", &data, &f->diags));
	assert_int_equal(read(data, text, sizeof(text)), 4);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ready[0]);
	close(ready[1]);
}

/* ---- single inodes, as far as their owner may change them ---- */

static void
assert_same_time(struct timespec found, struct timespec expected)
{
	assert_int_equal(found.tv_sec, expected.tv_sec);
	assert_int_equal(found.tv_nsec, expected.tv_nsec);
}

static void
test_times_are_set_of_files_and_of_links_themselves(void **state)
{
	struct fixture *f = *state;
	const struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
	make_file(f, "/file", "");
	make_link(f, "file", "/link");
	struct stat before = stat_of(f, "/file");
	AUTO_CLOSE int link = path_fd(f, "/link"), file = path_fd(f, "/file");
	assert_ok(f, host_set_times(f->host, link, "/link", times, &f->diags));
	assert_same_time(stat_of(f, "/link").st_mtim, times[1]);
	assert_same_time(stat_of(f, "/file").st_mtim, before.st_mtim);
	assert_ok(f, host_set_times(f->host, file, "/file", times, &f->diags));
	assert_same_time(stat_of(f, "/file").st_atim, times[0]);
	assert_same_time(stat_of(f, "/file").st_mtim, times[1]);
}

/* "name=value" of all, with spaces between. */
static const char *
xattrs_of(struct fixture *f, const char *path)
{
	struct host_xattrs xattrs = { 0 };
	const char *text = "";
	AUTO_CLOSE int fd = path_fd(f, path);
	assert_ok(f, host_read_xattrs(f->host, fd, path, &f->arena, &xattrs, &f->diags));
	ARRAY_FOREACH (xattr, &xattrs)
		text = arena_printf(&f->arena, "%s%s%s=%.*s", text, *text ? " " : "", xattr->name,
			(int)xattr->value.size, xattr->value.data);
	return text;
}

static void
test_extended_attributes_are_read_by_name_set_and_removed(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/file", "");
	AUTO_CLOSE int fd = path_fd(f, "/file");
	assert_string_equal(xattrs_of(f, "/file"), "");
	assert_ok(f, host_set_xattr(f->host, fd, "/file", "user.b", bytes_of("two"), &f->diags));
	assert_ok(f, host_set_xattr(f->host, fd, "/file", "user.c", bytes_of(""), &f->diags));
	assert_ok(f, host_set_xattr(f->host, fd, "/file", "user.a", bytes_of("one"), &f->diags));
	assert_string_equal(xattrs_of(f, "/file"), "user.a=one user.b=two user.c=");
	assert_ok(f, host_set_xattr(f->host, fd, "/file", "user.b", bytes_of("2"), &f->diags));
	assert_ok(f, host_remove_xattr(f->host, fd, "/file", "user.a", &f->diags));
	assert_ok(f, host_remove_xattr(f->host, fd, "/file", "user.a", &f->diags));
	assert_string_equal(xattrs_of(f, "/file"), "user.b=2 user.c=");
	assert_refused(f,
		host_set_xattr(f->host, fd, "/file", "nonsense", bytes_of("x"), &f->diags),
		"/file: cannot set the extended attribute 'nonsense': setxattr: Operation not "
		"supported");
}

static void
test_filesystem_without_extended_attributes_has_none(void **state)
{
	struct fixture *f = *state;
	struct host_xattrs xattrs = { .count = 99 };
	AUTO_CLOSE int fd = open("/proc/self/status", O_PATH);
	assert_ok(f, host_read_xattrs(f->host, fd, "status", &f->arena, &xattrs, &f->diags));
	assert_int_equal(xattrs.count, 0);
}

static void
test_inodes_without_flags_have_none_and_are_not_opened(void **state)
{
	struct fixture *f = *state;
	unsigned flags = 99;
	assert_int_equal(mkfifo(real(f, "/fifo"), 0600), 0);
	AUTO_CLOSE int fifo = path_fd(f, "/fifo"), status = open("/proc/self/status", O_PATH);
	assert_ok(f, host_inode_flags(f->host, fifo, "/fifo", &flags, &f->diags));
	assert_int_equal(flags, 0);
	flags = 99;
	assert_ok(f, host_inode_flags(f->host, status, "status", &flags, &f->diags));
	assert_int_equal(flags, 0);
}

static void
test_filesystem_is_named_as_it_was_mounted(void **state)
{
	struct fixture *f = *state;
	struct host_filesystem found;
	AUTO_CLOSE int fd = open("/proc", O_RDONLY | O_DIRECTORY);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	assert_ok(f, host_filesystem_of(f->host, fd, "/proc", &f->arena, &found, &f->diags));
	assert_string_equal(found.type, "proc");
	assert_int_equal(found.dev, st.st_dev);
	assert_true(found.mount_id > 0);
	assert_false(found.is_remote || found.is_fuse || found.is_read_only);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_walk_shows_directories_before_their_content_in_byte_order),
		host_test(test_empty_directory_is_shown_and_left),
		host_test(test_links_are_entries_and_never_followed),
		host_test(test_fifos_and_sockets_are_shown_and_never_opened),
		host_test(test_names_are_bytes_and_may_be_as_long_as_names_get),
		host_test(test_directory_that_is_skipped_is_not_entered),
		host_test(test_visitor_stops_the_walk_with_its_own_error),
		host_test(test_leave_stops_the_walk_too_and_may_be_missing),
		host_test(test_what_vanishes_meanwhile_is_passed_over),
		host_test(test_directory_that_is_moved_away_does_not_lead_the_walk_along),
		host_test(test_walk_reaches_its_depth_and_refuses_one_more),
		host_test(test_walk_says_when_it_may_open_no_more_files),
		host_test(test_walk_needs_one_descriptor_a_level),
		host_test(test_data_comes_from_the_inode_whatever_its_name_leads_to_now),
		host_test(test_reading_leaves_the_access_time_alone),
		host_test(test_file_with_a_lease_is_read_when_the_lease_is_over),
		host_test(test_times_are_set_of_files_and_of_links_themselves),
		host_test(test_extended_attributes_are_read_by_name_set_and_removed),
		host_test(test_filesystem_without_extended_attributes_has_none),
		host_test(test_inodes_without_flags_have_none_and_are_not_opened),
		host_test(test_filesystem_is_named_as_it_was_mounted),
	};
	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
