/*
 * host_effects_fixture.h - a small tree to have effects on, and an ear at the fault hook.
 */
#ifndef REHOME_TESTS_HOST_EFFECTS_FIXTURE_H
#define REHOME_TESTS_HOST_EFFECTS_FIXTURE_H

#include "host_fixture.h"

static inline struct host_owner
mine(mode_t mode)
{
	return (struct host_owner){ getuid(), getgid(), mode };
}

static inline void
make_tree(struct fixture *f)
{
	make_dir(f, "/dir");
	make_dir(f, "/dir/empty");
	make_dir(f, "/dir/full");
	make_file(f, "/dir/full/x", "x");
	make_file(f, "/dir/a", "a");
	make_file(f, "/dir/b", "b");
	assert_int_equal(chmod(real(f, "/dir/a"), 0600), 0);
}

#define UNTOUCHED "a=a:600 b=b:644 empty/755 full/755"

/* "/dir" in one line: name=content:mode for files, name/mode for directories. */
static inline const char *
tree_of(struct fixture *f)
{
	struct string_list names = { 0 };
	const char *text = "";
	assert_ok(f, host_list(f->host, "/dir", &f->arena, &names, &f->diags));
	ARRAY_FOREACH (name, &names) {
		const char *path = arena_printf(&f->arena, "/dir/%s", *name);
		struct stat st = stat_of(f, path);
		/* The random part of a temporary name, which must have its fixed length. */
		bool is_temporary = strncmp(*name, ".rehome-", 8) == 0 && strlen(*name) == 8 + 16;
		const char *kind = S_ISDIR(st.st_mode)
			? "/"
			: arena_printf(&f->arena, "=%s:", content_of(f, path));
		text = arena_printf(&f->arena, "%s%s%s%s%o", text, *text ? " " : "",
			is_temporary ? ".rehome-*" : *name, kind, st.st_mode & 07777);
	}
	return text;
}

/* Hears every call; refuses the one numbered fail_at, and with fail_after all later ones. */
struct hearing {
	struct arena *arena;
	const char *calls;
	int count, fail_at;
	bool fail_after;
};

static inline int
hear(void *ctx, const char *effect, const char *path)
{
	struct hearing *hearing = ctx;
	assert_non_null(path);
	hearing->calls = arena_printf(
		hearing->arena, "%s%s%s", hearing->calls, *hearing->calls ? " " : "", effect);
	hearing->count++;
	bool fails = hearing->count == hearing->fail_at ||
		(hearing->fail_after && hearing->count > hearing->fail_at);
	return fails ? ENOSPC : 0;
}

#endif
