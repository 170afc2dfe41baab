/*
 * daemon_homes_fixture.h - homes, and processes that work in them.
 */
#ifndef REHOME_TESTS_DAEMON_HOMES_FIXTURE_H
#define REHOME_TESTS_DAEMON_HOMES_FIXTURE_H

#include "daemon_fixture.h"

#define HOMES STAGE "/home"
#define ANNA_HOME HOMES "/anna"
#define BERT_HOME HOMES "/bert"

enum { ANNA = 20001, BERT = 20002, CARL = 20003 };

static inline int
setup_homes(void **state)
{
	assert_true(mkdir(HOMES, 0755) == 0 || errno == EEXIST);
	assert_int_equal(mount("test", HOMES, "tmpfs", 0, "mode=0755"), 0);
	static const char *const folders[] = { ANNA_HOME, ANNA_HOME "/docs", BERT_HOME,
		HOMES "/annabel", HOMES "/bind" };
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		assert_int_equal(mkdir(folders[i], 0755), 0);
	write_file(ANNA_HOME "/docs/letter", "dear", 0644);
	write_file(BERT_HOME "/letter", "dear", 0644);
	write_file(HOMES "/annabel/letter", "dear", 0644);
	return setup(state);
}

static inline int
teardown_homes(void **state)
{
	int status = teardown(state);
	assert_int_equal(umount2(HOMES, MNT_DETACH), 0);
	return status;
}

#define home_test(function) cmocka_unit_test_setup_teardown(function, setup_homes, teardown_homes)

/* A process that does this as root, then becomes the user and waits. */
static inline pid_t
start(struct fixture *f, uid_t uid, void (*act)(void))
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = spawn(f);
	if (pid == 0) {
		close(ready[0]);
		act();
		if (setresuid(uid, uid, uid) != 0 || write(ready[1], "", 1) != 1)
			_exit(9);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static inline void
must(bool done)
{
	if (!done)
		_exit(9);
}

static inline void
do_nothing(void)
{
}

static inline void
stand_in_docs(void)
{
	must(chdir(ANNA_HOME "/docs") == 0);
}

static inline void
write_letter(void)
{
	must(open(ANNA_HOME "/docs/letter", O_WRONLY | O_APPEND) >= 0);
}

static inline void
read_letter(void)
{
	must(open(ANNA_HOME "/docs/letter", O_RDONLY) >= 0);
}

static inline void
change_root(void)
{
	must(chroot(ANNA_HOME) == 0);
}

static inline struct home_uses
find(struct fixture *f)
{
	struct table homes = { .arena = &f->arena };
	struct id_table uids = { .arena = &f->arena };
	struct home_uses uses;
	table_set(&homes, ANNA_HOME, (void *)(uintptr_t) "anna");
	table_set(&homes, BERT_HOME, (void *)(uintptr_t) "bert");
	id_table_set(&uids, ANNA, (void *)(uintptr_t) "anna");
	id_table_set(&uids, BERT, (void *)(uintptr_t) "bert");
	assert_true(daemon_find_home_uses(&homes, &uids, &f->arena, &uses, &f->diags));
	assert_int_equal(f->diags.count, 0);
	return uses;
}

#endif
