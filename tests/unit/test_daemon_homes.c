/*
 * test_daemon_homes.c - whoever works in a home is seen, under whatever name he knows it.
 */
#include "daemon_homes_fixture.h"

#include <sys/mman.h>

/* ---- who is there ---- */

static void
read_letters_of_all(void)
{
	read_letter();
	must(open(BERT_HOME "/letter", O_RDONLY) >= 0);
	must(open(HOMES "/annabel/letter", O_RDONLY) >= 0);
}

static void
map_letter(void)
{
	int fd = open(ANNA_HOME "/docs/letter", O_RDWR);
	must(fd >= 0 && mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED);
	close(fd);
}

static void
map_letter_privately(void)
{
	int fd = open(ANNA_HOME "/docs/letter", O_RDONLY);
	must(fd >= 0 && mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	close(fd);
}

static void
write_letter_that_goes(void)
{
	must(open(BERT_HOME "/gone", O_RDWR | O_CREAT, 0644) >= 0 &&
		unlink(BERT_HOME "/gone") == 0);
}

static void
stand_in_annabel(void)
{
	must(chdir(HOMES "/annabel") == 0);
}

static void
stand_behind_bind_mount(void)
{
	must(chdir(HOMES "/bind") == 0);
}

static void
hide_behind_another_name(void)
{
	must(unshare(CLONE_NEWNS) == 0 &&
		mount(ANNA_HOME, HOMES "/bind", NULL, MS_BIND, NULL) == 0 &&
		chdir(HOMES "/bind/docs") == 0);
}

static void
stand_in_a_container(void)
{
	must(unshare(CLONE_NEWNS) == 0 && mount("other", HOMES, "tmpfs", 0, "mode=0755") == 0 &&
		mkdir(ANNA_HOME, 0755) == 0 && chdir(ANNA_HOME) == 0);
}

static void
stand_with_private_mounts(void)
{
	must(unshare(CLONE_NEWNS) == 0 && mount("other", "/run/sshd", "tmpfs", 0, NULL) == 0 &&
		chdir(ANNA_HOME) == 0);
}

/* The mounts of its namespace can only be learned from the other one, which is met later. */
static void
change_root_in_a_container(void)
{
	must(unshare(CLONE_NEWNS) == 0);
	if (fork() == 0) {
		must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		for (;;)
			pause();
	}
	change_root();
}

/* ---- what is found ---- */

/* "KIND LOGIN PATH UID [w]" of each use, sorted by nothing: tests have one process. */
static const char *
found(struct fixture *f, pid_t pid)
{
	static const char *const kinds[] = { "cwd", "root", "file", "map" };
	const char *text = "";
	struct home_uses uses = find(f);
	ARRAY_FOREACH (use, &uses) {
		assert_int_equal(use->pid, pid);
		text = arena_printf(&f->arena, "%s%s%s %s %s %u%s", text, *text ? ", " : "",
			kinds[use->kind], use->login, use->path, use->uid, use->writes ? " w" : "");
	}
	return text;
}

static void
assert_found(struct fixture *f, void (*act)(void), const char *expected)
{
	assert_string_equal(found(f, start(f, CARL, act)), expected);
}

static void
test_nobody_is_found_where_nobody_is(void **state)
{
	assert_found(*state, do_nothing, "");
}

static void
test_working_directory_below_a_home_is_found(void **state)
{
	assert_found(*state, stand_in_docs, "cwd anna " ANNA_HOME "/docs 20003");
}

static void
test_open_files_are_found_and_whether_they_are_written(void **state)
{
	struct fixture *f = *state;
	assert_found(f, write_letter, "file anna " ANNA_HOME "/docs/letter 20003 w");
}

static void
test_files_open_for_reading_are_found_in_each_home_once(void **state)
{
	assert_found(*state, read_letters_of_all,
		"file anna " ANNA_HOME "/docs/letter 20003, file bert " BERT_HOME "/letter 20003");
}

static void
test_root_directory_in_a_home_is_found(void **state)
{
	struct fixture *f = *state;
	assert_found(f, change_root, "root anna " ANNA_HOME " 20003");
}

static void
test_shared_mapping_is_found_after_its_file_was_closed(void **state)
{
	assert_found(*state, map_letter, "map anna " ANNA_HOME "/docs/letter 20003 w");
}

static void
test_private_mapping_writes_nothing(void **state)
{
	assert_found(*state, map_letter_privately, "map anna " ANNA_HOME "/docs/letter 20003");
}

static void
test_file_that_was_removed_is_found(void **state)
{
	assert_found(*state, write_letter_that_goes, "file bert " BERT_HOME "/gone 20003 w");
}

static void
test_home_whose_name_begins_alike_is_another(void **state)
{
	assert_found(*state, stand_in_annabel, "");
}

static void
test_home_is_found_behind_a_bind_mount(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(mount(ANNA_HOME "/docs", HOMES "/bind", NULL, MS_BIND, NULL), 0);
	assert_found(f, stand_behind_bind_mount, "cwd anna " HOMES "/bind 20003");
}

static void
test_home_is_found_in_a_container_under_another_name(void **state)
{
	assert_found(*state, hide_behind_another_name, "cwd anna " HOMES "/bind/docs 20003");
}

static void
test_home_of_the_same_name_in_a_container_is_another(void **state)
{
	assert_found(*state, stand_in_a_container, "");
}

static void
test_service_with_private_mounts_is_found(void **state)
{
	assert_found(*state, stand_with_private_mounts, "cwd anna " ANNA_HOME " 20003");
}

static void
test_root_directory_in_a_container_is_found(void **state)
{
	struct fixture *f = *state;
	assert_found(f, change_root_in_a_container, "root anna " ANNA_HOME " 20003");
}

static void
test_processes_of_the_users_do_not_count(void **state)
{
	struct fixture *f = *state;
	start(f, BERT, stand_in_docs);
	assert_int_equal(find(f).count, 0);
}

static void
test_our_own_process_does_not_count(void **state)
{
	assert_int_equal(chdir(ANNA_HOME), 0);
	size_t count = find(*state).count;
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(count, 0);
}

static int
run_group(void)
{
	const struct CMUnitTest tests[] = {
		home_test(test_nobody_is_found_where_nobody_is),
		home_test(test_working_directory_below_a_home_is_found),
		home_test(test_open_files_are_found_and_whether_they_are_written),
		home_test(test_files_open_for_reading_are_found_in_each_home_once),
		home_test(test_root_directory_in_a_home_is_found),
		home_test(test_shared_mapping_is_found_after_its_file_was_closed),
		home_test(test_private_mapping_writes_nothing),
		home_test(test_file_that_was_removed_is_found),
		home_test(test_home_whose_name_begins_alike_is_another),
		home_test(test_home_is_found_behind_a_bind_mount),
		home_test(test_home_is_found_in_a_container_under_another_name),
		home_test(test_home_of_the_same_name_in_a_container_is_another),
		home_test(test_service_with_private_mounts_is_found),
		home_test(test_root_directory_in_a_container_is_found),
		home_test(test_processes_of_the_users_do_not_count),
		home_test(test_our_own_process_does_not_count),
	};
	return cmocka_run_group_tests_name("daemon_homes", tests, NULL, NULL);
}

int
main(void)
{
	return perform(run_group);
}
