/*
 * host_fixture.h - a throwaway root directory with a host on it, for the tests of the host layer.
 *
 * The tests look at the directory through plain system calls by real path, never through the code
 * that they test.
 */
#ifndef REHOME_TESTS_HOST_FIXTURE_H
#define REHOME_TESTS_HOST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/host_internal.h"
#include "tests/remove_tree.h"

struct fixture {
	char root[64];
	struct arena arena;
	struct diags diags;
	struct host *host;
};

static inline char *
real(struct fixture *f, const char *path)
{
	return arena_printf(&f->arena, "%s%s", f->root, path);
}

static inline void
make_file(struct fixture *f, const char *path, const char *content)
{
	AUTO_FILE FILE *file = fopen(real(f, path), "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
}

static inline void
make_dir(struct fixture *f, const char *path)
{
	assert_int_equal(mkdir(real(f, path), 0755), 0);
}

static inline const char *
content_of(struct fixture *f, const char *path)
{
	char text[4096];
	AUTO_FILE FILE *file = fopen(real(f, path), "r");
	if (!file)
		return NULL;
	size_t size = fread(text, 1, sizeof(text) - 1, file);
	return arena_strndup(&f->arena, text, size);
}

static inline struct stat
stat_of(struct fixture *f, const char *path)
{
	struct stat st;
	if (lstat(real(f, path), &st) != 0)
		fail_msg("%s: %s", path, strerror(errno));
	return st;
}

static inline bool
is_there(struct fixture *f, const char *path)
{
	struct stat st;
	return lstat(real(f, path), &st) == 0;
}

/* "PLACE: MESSAGE" of the only diagnostic, which is then forgotten; "" when there is none. */
static inline const char *
only_error(struct fixture *f)
{
	if (!f->diags.count)
		return "";
	assert_int_equal(f->diags.count, 1);
	assert_int_equal(f->diags.errors, 1);
	const struct diag *diag = &f->diags.items[0];
	f->diags.count = f->diags.errors = 0;
	return arena_printf(&f->arena, "%s: %s", diag->place.file, diag->message);
}

#define assert_ok(f, call)                                                                         \
	do {                                                                                       \
		bool ok_ = (call);                                                                 \
		assert_string_equal(only_error(f), "");                                            \
		assert_true(ok_);                                                                  \
	} while (0)

#define assert_refused(f, call, error)                                                             \
	do {                                                                                       \
		bool ok_ = (call);                                                                 \
		assert_string_equal(only_error(f), error);                                         \
		assert_false(ok_);                                                                 \
	} while (0)

static inline int
dir_fd(struct fixture *f, const char *path)
{
	int fd = -1;
	assert_ok(f, host_open_dir(f->host, path, &fd, &f->diags));
	return fd;
}

static inline void
use_host(struct fixture *f, const char *root, enum host_mode mode)
{
	host_destroy(f->host);
	f->host = host_create(root, mode, &f->diags);
	assert_string_equal(only_error(f), "");
	assert_non_null(f->host);
}

static inline struct bytes
bytes_of(const char *text)
{
	return (struct bytes){ .data = text, .size = strlen(text) };
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->diags.arena = &f->arena;
	strcpy(f->root, "/tmp/rehome-host-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	assert_int_equal(chmod(f->root, 0755), 0);
	use_host(f, f->root, HOST_READ_WRITE);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	host_destroy(f->host);
	remove_tree(f->root);
	arena_finish(&f->arena);
	free(f);
	return 0;
}

#define host_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
