/*
 * old_root_fixture.h - a throwaway directory that is some old machine's root.
 */
#ifndef REHOME_TESTS_OLD_ROOT_FIXTURE_H
#define REHOME_TESTS_OLD_ROOT_FIXTURE_H

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

#include "importers/old/root.h"
#include "tests/remove_tree.h"

struct fixture {
	char top[64];  /* ROOT is /root in it, so that there is something outside */
	char path[72]; /* ROOT */
	struct arena arena;
	struct diags diags;
	struct source source;
	struct old_root *root;
};

static inline char *
real(struct fixture *f, const char *path)
{
	return arena_printf(&f->arena, "%s%s", f->path, path);
}

/* Directories on the way are made. */
static inline void
make_parents(struct fixture *f, const char *path)
{
	for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
		char *dir = arena_strndup(&f->arena, path, (size_t)(slash - path));
		if (mkdir(real(f, dir), 0755) != 0)
			assert_int_equal(errno, EEXIST);
	}
}

static inline void
make_file(struct fixture *f, const char *path, const char *content)
{
	make_parents(f, path);
	AUTO_FILE FILE *file = fopen(real(f, path), "w");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
}

static inline void
make_dir(struct fixture *f, const char *path)
{
	make_parents(f, path);
	assert_int_equal(mkdir(real(f, path), 0755), 0);
}

static inline void
make_link(struct fixture *f, const char *path, const char *target)
{
	make_parents(f, path);
	assert_int_equal(symlink(target, real(f, path)), 0);
}

static inline void
open_root(struct fixture *f, const char *location)
{
	f->source = (struct source){
		.name = "old",
		.importer = "passwd",
		.location = location,
		.shown = location,
		.arena = &f->arena,
	};
	bool opened = old_root_open(&f->source, &f->root, &f->diags);
	if (!opened)
		print_error("%s\n", f->diags.items[0].message);
	assert_true(opened);
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->diags.arena = &f->arena;
	strcpy(f->top, "/tmp/rehome-old-XXXXXX");
	assert_non_null(mkdtemp(f->top));
	assert_int_equal(chmod(f->top, 0755), 0);
	snprintf(f->path, sizeof(f->path), "%s/root", f->top);
	assert_int_equal(mkdir(f->path, 0755), 0);
	*state = f;
	return 0;
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	old_root_close(&f->root);
	remove_tree(f->top);
	arena_finish(&f->arena);
	free(f);
	return 0;
}

static inline const char *
joined(struct fixture *f, const struct string_list *list)
{
	AUTO_BUFFER struct buffer text = { 0 };
	for (size_t i = 0; i < list->count; i++)
		buffer_printf(&text, "%s%s", i ? " " : "", list->items[i]);
	return arena_strdup(&f->arena, buffer_text(&text));
}

/* "CONTENT @ REAL", or "!" and why not. */
static inline const char *
read_shown(struct fixture *f, const char *path, uint64_t limit)
{
	struct old_file file;
	enum old_status status = old_root_read(f->root, path, limit, &file);
	if (status != OLD_OK)
		return arena_printf(&f->arena, "!%s", old_status_text(status));
	assert_int_equal(file.content.data[file.content.size], '\0');
	return arena_printf(&f->arena, "%s @ %s", file.content.data, file.entry.real);
}

static inline const char *
glob_shown(struct fixture *f, const char *pattern)
{
	struct string_list paths;
	enum old_status status = old_root_glob(f->root, pattern, &paths);
	return status == OLD_OK ? joined(f, &paths)
				: arena_printf(&f->arena, "!%s", old_status_text(status));
}

#define assert_read(f, path, expected) assert_string_equal(read_shown(f, path, 1000), expected)
#define assert_glob(f, pattern, expected) assert_string_equal(glob_shown(f, pattern), expected)

#define root_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#endif
