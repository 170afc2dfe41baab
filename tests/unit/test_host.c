/*
 * test_host.c - looking up and reading below the root: no link followed, nothing blocks, and a
 * concurrent rename never leads outside.
 */
#include "host_fixture.h"

#include <acl/libacl.h>
#include <signal.h>
#include <sys/acl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* ---- lookups ---- */

static void
make_tree(struct fixture *f)
{
	make_dir(f, "/dir");
	make_dir(f, "/dir/sub");
	make_file(f, "/dir/file", "content");
	assert_int_equal(mkfifo(real(f, "/dir/fifo"), 0600), 0);
	assert_int_equal(symlink("dir", real(f, "/link")), 0);
	assert_int_equal(symlink("sub", real(f, "/dir/link")), 0);
	assert_int_equal(symlink("file", real(f, "/dir/last")), 0);
	assert_int_equal(symlink("..", real(f, "/dir/up")), 0);
	assert_int_equal(symlink("/etc", real(f, "/abs")), 0);
	assert_int_equal(symlink("loop", real(f, "/loop")), 0);
	assert_int_equal(symlink("nowhere", real(f, "/dangling")), 0);
}

#define LONG_NAME                                                                                  \
	"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"    \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"    \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"    \
	"aaaaaaaaaaaaaaaaaaaaaaaaa"

#define UNUSABLE ": cannot open: expected an absolute path below the root, without '.' and '..'"

/* What opening each path as a file says; NULL = it opens. */
static const struct lookup_case {
	const char *path, *error;
} file_cases[] = {
	{ "/dir/file", NULL },
	{ "//dir///file", NULL },
	{ "/link/file", "/link: is a symbolic link" },
	{ "/dir/link/x", "/dir/link: is a symbolic link" },
	{ "/dir/last", "/dir/last: is a symbolic link" },
	{ "/dir/last/", "/dir/last: is a symbolic link" },
	{ "/dir/up/dir/file", "/dir/up: is a symbolic link" },
	{ "/abs/passwd", "/abs: is a symbolic link" },
	{ "/loop", "/loop: is a symbolic link" },
	{ "/loop/x", "/loop: is a symbolic link" },
	{ "/dangling", "/dangling: is a symbolic link" },
	{ "/dir/file/x", "/dir/file: is not a directory" },
	{ "/dir/fifo", "/dir/fifo: is a FIFO, socket or device, expected a regular file" },
	{ "/dir", "/dir: is a directory, expected a regular file" },
	{ "/", "/: is a directory, expected a regular file" },
	{ "/missing", "/missing: cannot open: No such file or directory" },
	{ "/missing/file", "/missing/file: cannot open: No such file or directory" },
	{ LONG_NAME, LONG_NAME ": cannot open: File name too long" },
	{ "/dir/../dir/file", "/dir/../dir/file" UNUSABLE },
	{ "/..", "/.." UNUSABLE },
	{ "/dir/./file", "/dir/./file" UNUSABLE },
	{ "dir/file", "dir/file" UNUSABLE },
	{ "", UNUSABLE },
};

static void
check_file_cases(struct fixture *f)
{
	make_tree(f);
	for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
		const struct lookup_case *c = &file_cases[i];
		AUTO_CLOSE int fd = -1;
		bool opened = host_open_file(f->host, c->path, &fd, &f->diags);
		assert_string_equal(only_error(f), c->error ? c->error : "");
		assert_int_equal(opened, !c->error);
	}
}

static void
test_lookup_refuses_links_and_dotdot(void **state)
{
	struct fixture *f = *state;
	assert_true(f->host->has_openat2);
	check_file_cases(f);
}

static void
test_lookup_without_openat2_refuses_the_same(void **state)
{
	struct fixture *f = *state;
	host_force_walk(f->host);
	check_file_cases(f);
}

static void
check_directories(struct fixture *f)
{
	make_tree(f);
	int fd = -1;
	assert_refused(
		f, host_open_dir(f->host, "/link", &fd, &f->diags), "/link: is a symbolic link");
	assert_refused(f, host_open_dir(f->host, "/dir/up", &fd, &f->diags),
		"/dir/up: is a symbolic link");
	assert_refused(f, host_open_dir(f->host, "/dir/file", &fd, &f->diags),
		"/dir/file: is not a directory");
	assert_int_equal(fd, -1);

	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	assert_refused(f, host_open_dir_at(f->host, dir, "link", &fd, &f->diags),
		"/dir/link: is a symbolic link");
	assert_refused(f, host_open_dir_at(f->host, dir, "fifo", &fd, &f->diags),
		"/dir/fifo: is not a directory");
	assert_refused(f, host_open_dir_at(f->host, dir, "..", &fd, &f->diags),
		"..: cannot open: expected one name without '/'");
	assert_refused(f, host_open_dir_at(f->host, dir, "sub/x", &fd, &f->diags),
		"sub/x: cannot open: expected one name without '/'");
	assert_int_equal(fd, -1);

	AUTO_CLOSE int sub = -1;
	assert_ok(f, host_open_dir_at(f->host, dir, "sub", &sub, &f->diags));
	struct stat st, expected = stat_of(f, "/dir/sub");
	assert_int_equal(fstat(sub, &st), 0);
	assert_int_equal(st.st_ino, expected.st_ino);
}

static void
test_directories_are_opened_without_links(void **state)
{
	check_directories(*state);
}

static void
test_directories_are_opened_without_links_nor_openat2(void **state)
{
	struct fixture *f = *state;
	host_force_walk(f->host);
	check_directories(f);
}

static void
check_magic_links(struct fixture *f)
{
	AUTO_CLOSE int open_file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	const char *root = arena_printf(&f->arena, "/proc/%d/root", getpid());
	const char *file = arena_printf(&f->arena, "/proc/%d/fd/%d", getpid(), open_file);
	int fd = -1;
	assert_refused(f,
		host_open_file(
			f->host, arena_printf(&f->arena, "%s/etc/passwd", root), &fd, &f->diags),
		arena_printf(&f->arena, "%s: is a symbolic link", root));
	assert_refused(f, host_open_file(f->host, file, &fd, &f->diags),
		arena_printf(&f->arena, "%s: is a symbolic link", file));
}

static void
test_magic_links_are_refused(void **state)
{
	struct fixture *f = *state;
	use_host(f, "/", HOST_READ_ONLY);
	check_magic_links(f);
	host_force_walk(f->host);
	check_magic_links(f);
}

static void
test_root_may_be_given_through_a_link(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	use_host(f, real(f, "/link/"), HOST_READ_ONLY);
	AUTO_CLOSE int fd = -1;
	assert_ok(f, host_open_file(f->host, "/file", &fd, &f->diags));
	assert_string_equal(host_root(f->host), real(f, "/link"));
}

static void
test_root_must_be_a_directory(void **state)
{
	struct fixture *f = *state;
	make_tree(f);
	assert_null(host_create(real(f, "/dir/file"), HOST_READ_ONLY, &f->diags));
	assert_string_equal(only_error(f),
		arena_printf(&f->arena, "%s/dir/file: cannot open the root directory: %s", f->root,
			"Not a directory"));
}

static void
test_only_the_machines_own_root_is_live(void **state)
{
	struct fixture *f = *state;
	assert_false(host_is_live(f->host));
	assert_string_equal(host_root(f->host), f->root);
	assert_string_equal(
		host_real_path(f->host, "/etc/passwd", &f->arena), real(f, "/etc/passwd"));

	use_host(f, "//", HOST_READ_ONLY);
	assert_true(host_is_live(f->host));
	assert_string_equal(host_root(f->host), "/");
	assert_string_equal(host_real_path(f->host, "/etc/passwd", &f->arena), "/etc/passwd");
}

/* ---- an attacker who renames ---- */

static pid_t
start_swapping(const char *a, const char *b)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0)
			;
		_exit(1);
	}
	return child;
}

static void
stop(pid_t child)
{
	int status;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* It must have been at it until now. */
	assert_true(WIFSIGNALED(status));
}

enum { RACE_ROUNDS = 50000, RACE_ENOUGH = 500 };

/* What a path-based program would have done, to prove that the attack works. */
static size_t
count_naive_escapes(struct fixture *f)
{
	size_t escapes = 0;
	for (int i = 0; i < RACE_ROUNDS && !escapes; i++) {
		const char *text = content_of(f, "/home/dir/file");
		escapes += text && strcmp(text, "outside") == 0;
	}
	return escapes;
}

static void
check_rename_race(struct fixture *f)
{
	make_dir(f, "/outside");
	make_file(f, "/outside/file", "outside");
	make_dir(f, "/home");
	make_dir(f, "/home/dir");
	make_file(f, "/home/dir/file", "inside");
	assert_int_equal(symlink("../outside", real(f, "/home/link")), 0);

	pid_t attacker = start_swapping(real(f, "/home/dir"), real(f, "/home/link"));
	size_t naive = count_naive_escapes(f), escapes = 0, inside = 0, refused = 0, made = 0;
	const struct host_owner owner = { getuid(), getgid(), 0755 };
	for (int i = 0; i < RACE_ROUNDS && (inside < RACE_ENOUGH || refused < RACE_ENOUGH); i++) {
		AUTO_ARENA struct arena arena = { 0 };
		struct diags diags = { .arena = &arena };
		struct bytes bytes = { 0 };
		if (host_read_file(f->host, "/home/dir/file", &arena, NULL, &bytes, &diags)) {
			bool is_inside = bytes.size == 6 && memcmp(bytes.data, "inside", 6) == 0;
			inside += is_inside;
			escapes += !is_inside;
		} else {
			refused++;
		}
		if (host_make_dir(f->host, "/home/dir/made", &owner, &diags))
			made++;
		escapes += is_there(f, "/outside/made");
		if (!host_remove_dir(f->host, "/home/dir/made", NULL, &diags))
			assert_true(diags.errors > 0);
	}
	stop(attacker);

	assert_int_equal(escapes, 0);
	assert_true(naive > 0);
	assert_true(made > 0);
	assert_true(inside > 0);
	assert_true(refused > 0);
}

static void
test_rename_race_never_leads_outside(void **state)
{
	check_rename_race(*state);
}

static void
test_rename_race_never_leads_outside_without_openat2(void **state)
{
	struct fixture *f = *state;
	host_force_walk(f->host);
	check_rename_race(f);
}

/* ---- what does not answer ---- */

static void
test_leased_file_neither_blocks_nor_loops(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/file", "content");
	int ready[2];
	assert_int_equal(pipe(ready), 0);
	pid_t holder = fork();
	assert_true(holder >= 0);
	if (holder == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGIO, SIG_IGN);
		int fd = open(real(f, "/file"), O_RDWR);
		char ok = fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
		if (write(ready[1], &ok, 1) == 1)
			pause();
		_exit(1);
	}
	char leased = 0;
	assert_int_equal(read(ready[0], &leased, 1), 1);
	assert_true(leased);

	int fd = -1;
	assert_refused(f, host_open_file(f->host, "/file", &fd, &f->diags),
		"/file: cannot open: Resource temporarily unavailable");
	stop(holder);
	close(ready[0]);
	close(ready[1]);
}

/* ---- inspecting ---- */

static void
check_inspected(struct fixture *f, const struct host_entry *entry, const char *path)
{
	struct stat expected = stat_of(f, path);
	assert_true(entry->exists);
	/* Atime belongs to nobody; everything else is compared as a whole. */
	struct stat found = entry->st;
	found.st_atim = expected.st_atim;
	assert_memory_equal(&found, &expected, sizeof(expected));
	assert_false(entry->has_acl);
	assert_false(entry->acl_grants_write);
}

static void
check_inspect(struct fixture *f)
{
	static const char *const paths[] = { "/dir", "/dir/file", "/dir/fifo", "/dir/last",
		"/dangling" };
	struct host_entry entry;
	make_tree(f);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		assert_ok(f, host_inspect(f->host, paths[i], &entry, &f->diags));
		check_inspected(f, &entry, paths[i]);
	}
	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	assert_ok(f, host_inspect_at(f->host, dir, "file", &entry, &f->diags));
	check_inspected(f, &entry, "/dir/file");

	assert_refused(f, host_inspect(f->host, "/link/file", &entry, &f->diags),
		"/link: is a symbolic link");
	assert_refused(f, host_inspect(f->host, "/dir/file/x", &entry, &f->diags),
		"/dir/file: is not a directory");
	assert_refused(
		f, host_inspect(f->host, "/dir/../dir", &entry, &f->diags), "/dir/../dir" UNUSABLE);
}

static void
test_inspect_sees_what_lstat_sees(void **state)
{
	check_inspect(*state);
}

static void
test_inspect_sees_the_same_without_openat2(void **state)
{
	struct fixture *f = *state;
	host_force_walk(f->host);
	check_inspect(f);
}

static void
test_inspect_of_a_missing_path_is_no_error(void **state)
{
	struct fixture *f = *state;
	static const struct host_entry nothing;
	static const char *const paths[] = { "/missing", "/missing/parent/x" };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct host_entry entry = { .exists = true, .mount_id = 7 };
		assert_ok(f, host_inspect(f->host, paths[i], &entry, &f->diags));
		assert_memory_equal(&entry, &nothing, sizeof(entry));
	}
	AUTO_CLOSE int root = dir_fd(f, "/");
	struct host_entry entry = { .exists = true };
	assert_ok(f, host_inspect_at(f->host, root, "missing", &entry, &f->diags));
	assert_memory_equal(&entry, &nothing, sizeof(entry));
}

static void
test_inspect_tells_mounts_apart(void **state)
{
	struct fixture *f = *state;
	struct host_entry root, etc, proc;
	use_host(f, "/", HOST_READ_ONLY);
	assert_ok(f, host_inspect(f->host, "/", &root, &f->diags));
	assert_ok(f, host_inspect(f->host, "/etc", &etc, &f->diags));
	assert_ok(f, host_inspect(f->host, "/proc", &proc, &f->diags));
	assert_int_not_equal(root.mount_id, 0);
	assert_int_equal(root.mount_id, etc.mount_id);
	assert_int_not_equal(root.mount_id, proc.mount_id);
}

static void
set_acl(struct fixture *f, const char *path, acl_type_t type, const char *text)
{
	acl_t acl = acl_from_text(text);
	assert_non_null(acl);
	if (acl_set_file(real(f, path), type, acl) != 0)
		fail_msg("the filesystem of %s has no ACLs, which this test needs: %s", f->root,
			strerror(errno));
	acl_free(acl);
}

static void
test_acl_that_gives_write_is_seen(void **state)
{
	static const struct {
		const char *acl;
		bool has_acl, grants_write;
	} cases[] = {
		{ "u::rwx,g::rwx,o::rwx", false, false },
		{ "u::rwx,u:12:r-x,g::r-x,m::r-x,o::r-x", true, false },
		{ "u::rwx,u:12:rwx,g::r-x,m::rwx,o::r-x", true, true },
		{ "u::rwx,u:12:rwx,g::r-x,m::r-x,o::r-x", true, false },
		{ "u::rwx,g::r-x,g:12:rwx,m::rwx,o::r-x", true, true },
		{ "u::rwx,g::r-x,g:12:-w-,m::-w-,o::---", true, true },
		{ "u::rwx,u:12:r-x,g::rwx,m::rwx,o::r-x", true, true },
		{ "u::rwx,u:12:r-x,g::rwx,m::r-x,o::r-x", true, false },
		{ "u::rwx,u:12:r-x,g::r-x,m::rwx,o::r-x", true, false },
		{ "u::rwx,u:12:r-x,g::r-x,m::r-x,o::rwx", true, true },
	};
	struct fixture *f = *state;
	make_dir(f, "/dir");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct host_entry entry;
		set_acl(f, "/dir", ACL_TYPE_ACCESS, cases[i].acl);
		assert_ok(f, host_inspect(f->host, "/dir", &entry, &f->diags));
		assert_int_equal(entry.has_acl, cases[i].has_acl);
		assert_int_equal(entry.acl_grants_write, cases[i].grants_write);
	}
}

/* Few have so many entries, and the first look has no room for them. */
static void
test_acl_of_many_entries_is_seen(void **state)
{
	struct fixture *f = *state;
	struct host_entry entry;
	AUTO_BUFFER struct buffer acl = { 0 };
	buffer_printf(&acl, "u::rwx,g::r-x,m::rwx,o::r-x");
	for (unsigned uid = 1001; uid < 1201; uid++)
		buffer_printf(&acl, ",u:%u:%s", uid, uid == 1200 ? "rwx" : "r-x");
	make_dir(f, "/dir");
	set_acl(f, "/dir", ACL_TYPE_ACCESS, buffer_text(&acl));
	assert_ok(f, host_inspect(f->host, "/dir", &entry, &f->diags));
	assert_true(entry.has_acl);
	assert_true(entry.acl_grants_write);
}

static void
test_default_acl_counts_as_acl_but_gives_no_write(void **state)
{
	struct fixture *f = *state;
	struct host_entry entry;
	make_dir(f, "/dir");
	set_acl(f, "/dir", ACL_TYPE_DEFAULT, "u::rwx,u:12:rwx,g::r-x,m::rwx,o::r-x");
	assert_ok(f, host_inspect(f->host, "/dir", &entry, &f->diags));
	assert_true(entry.has_acl);
	assert_false(entry.acl_grants_write);
}

/* ---- contents, listings, space ---- */

static void
test_read_file_gives_all_of_it(void **state)
{
	static const size_t sizes[] = { 0, 1, 4094, 4095, 4096, 4097, 100000 };
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *text = arena_alloc(&f->arena, sizes[i] + 1);
		for (size_t j = 0; j < sizes[i]; j++)
			text[j] = (char)('a' + j % 26);
		make_file(f, "/file", text);

		bool exists = false;
		struct bytes bytes = { 0 };
		assert_ok(
			f, host_read_file(f->host, "/file", &f->arena, &exists, &bytes, &f->diags));
		assert_true(exists);
		assert_int_equal(bytes.size, sizes[i]);
		assert_string_equal(bytes.data, text);
	}
}

static void
test_read_file_reads_files_without_a_size(void **state)
{
	struct fixture *f = *state;
	struct bytes bytes = { 0 };
	use_host(f, "/", HOST_READ_ONLY);
	assert_ok(f, host_read_file(f->host, "/proc/version", &f->arena, NULL, &bytes, &f->diags));
	assert_true(bytes.size > 6 && memcmp(bytes.data, "Linux ", 6) == 0);
}

static void
test_missing_file_is_an_error_only_when_needed(void **state)
{
	struct fixture *f = *state;
	bool exists = true;
	struct bytes bytes = { .data = "x", .size = 1 };
	assert_ok(f, host_read_file(f->host, "/no/file", &f->arena, &exists, &bytes, &f->diags));
	assert_false(exists);
	assert_int_equal(bytes.size, 0);
	assert_refused(f, host_read_file(f->host, "/no/file", &f->arena, NULL, &bytes, &f->diags),
		"/no/file: cannot open: No such file or directory");
}

static void
test_huge_file_is_refused(void **state)
{
	struct fixture *f = *state;
	struct bytes bytes;
	make_file(f, "/file", "");
	assert_int_equal(truncate(real(f, "/file"), (1LL << 30) + 1), 0);
	assert_refused(f, host_read_file(f->host, "/file", &f->arena, NULL, &bytes, &f->diags),
		"/file: cannot read: File too large");
}

static void
test_list_is_sorted_by_byte_and_repeatable(void **state)
{
	static const char *const expected[] = { "..hidden", ".x", "B", "a", "b", "\xff" };
	struct fixture *f = *state;
	make_dir(f, "/dir");
	for (size_t i = ARRAY_LEN(expected); i-- > 0;)
		make_file(f, arena_printf(&f->arena, "/dir/%s", expected[i]), "");

	AUTO_CLOSE int dir = dir_fd(f, "/dir");
	for (int round = 0; round < 3; round++) {
		struct string_list names = { 0 };
		assert_ok(f,
			round == 0 ? host_list(f->host, "/dir", &f->arena, &names, &f->diags)
				   : host_list_at(f->host, dir, &f->arena, &names, &f->diags));
		assert_int_equal(names.count, ARRAY_LEN(expected));
		for (size_t i = 0; i < names.count; i++)
			assert_string_equal(names.items[i], expected[i]);
	}
}

static void
test_free_space_is_that_of_the_nearest_parent(void **state)
{
	struct fixture *f = *state;
	uint64_t bytes = 1, inodes = 1;
	use_host(f, "/", HOST_READ_ONLY);
	/* proc has no blocks and counts no inodes, which tells it from every real filesystem. */
	assert_ok(f, host_free_space(f->host, "/proc/no/such/dir", &bytes, &inodes, &f->diags));
	assert_int_equal(bytes, 0);
	assert_true(inodes == UINT64_MAX);
	assert_ok(f, host_free_space(f->host, "/no-such-dir", &bytes, &inodes, &f->diags));
	assert_true(bytes > 0);
	assert_refused(f, host_free_space(f->host, "/proc/self/x", &bytes, &inodes, &f->diags),
		"/proc/self: is a symbolic link");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_lookup_refuses_links_and_dotdot),
		host_test(test_lookup_without_openat2_refuses_the_same),
		host_test(test_directories_are_opened_without_links),
		host_test(test_directories_are_opened_without_links_nor_openat2),
		host_test(test_magic_links_are_refused),
		host_test(test_root_may_be_given_through_a_link),
		host_test(test_root_must_be_a_directory),
		host_test(test_only_the_machines_own_root_is_live),
		host_test(test_rename_race_never_leads_outside),
		host_test(test_rename_race_never_leads_outside_without_openat2),
		host_test(test_leased_file_neither_blocks_nor_loops),
		host_test(test_inspect_sees_what_lstat_sees),
		host_test(test_inspect_sees_the_same_without_openat2),
		host_test(test_inspect_of_a_missing_path_is_no_error),
		host_test(test_inspect_tells_mounts_apart),
		host_test(test_acl_that_gives_write_is_seen),
		host_test(test_acl_of_many_entries_is_seen),
		host_test(test_default_acl_counts_as_acl_but_gives_no_write),
		host_test(test_read_file_gives_all_of_it),
		host_test(test_read_file_reads_files_without_a_size),
		host_test(test_missing_file_is_an_error_only_when_needed),
		host_test(test_huge_file_is_refused),
		host_test(test_list_is_sorted_by_byte_and_repeatable),
		host_test(test_free_space_is_that_of_the_nearest_parent),
	};
	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
