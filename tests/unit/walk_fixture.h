/*
 * walk_fixture.h - a visitor that writes down what it is shown, and trees to show it.
 */
#ifndef REHOME_TESTS_WALK_FIXTURE_H
#define REHOME_TESTS_WALK_FIXTURE_H

#include "host_fixture.h"

#include "core/base/walk.h"

/*
 * Everything shown, a word each: "path" of a directory ends with '/', of a link with '@', of a
 * mount point with '!', of FIFOs, sockets and devices with '|'; "^path" when a directory is left.
 */
struct notes {
	struct fixture *f;
	struct buffer seen;
	const char *skipped, *stopped; /* paths; NULL = none */
	void (*on_enter)(struct fixture *f, const struct walk_entry *entry);
	size_t count;
	unsigned deepest;
};

static inline const char *
kind_of(const struct walk_entry *entry)
{
	if (entry->is_mount)
		return "!";
	switch (entry->st.st_mode & S_IFMT) {
	case S_IFDIR:
		return "/";
	case S_IFLNK:
		return "@";
	case S_IFREG:
		return "";
	default:
		return "|";
	}
}

static inline void
check_entry(const struct walk_entry *entry)
{
	const char *slash = strrchr(entry->path, '/');
	struct stat st;
	assert_string_equal(entry->name, slash ? slash + 1 : entry->path);
	assert_int_equal(entry->dir_fd == -1, !*entry->path);
	assert_int_equal(fstat(entry->fd, &st), 0);
	assert_int_equal(st.st_ino, entry->st.st_ino);
	assert_int_equal(st.st_mode, entry->st.st_mode);
}

static inline enum walk_verdict
note_entered(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct notes *notes = ctx;
	check_entry(entry);
	assert_true(fcntl(entry->fd, F_GETFL) & O_PATH);
	buffer_printf(&notes->seen, "%s%s%s", notes->seen.size ? " " : "",
		*entry->path ? entry->path : ".", kind_of(entry));
	notes->count++;
	if (entry->depth > notes->deepest)
		notes->deepest = entry->depth;
	if (notes->on_enter)
		notes->on_enter(notes->f, entry);
	if (notes->stopped && strcmp(entry->path, notes->stopped) == 0) {
		diag_error(diags, at(arena_strdup(diags->arena, entry->path), 0), "enough");
		return WALK_STOP;
	}
	return notes->skipped && strcmp(entry->path, notes->skipped) == 0 ? WALK_SKIP : WALK_ON;
}

static inline bool
note_left(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct notes *notes = ctx;
	(void)diags;
	check_entry(entry);
	assert_true(S_ISDIR(entry->st.st_mode));
	buffer_printf(&notes->seen, " ^%s", *entry->path ? entry->path : ".");
	return true;
}

static inline bool
walk_with(struct fixture *f, const char *path, struct notes *notes)
{
	const struct walk_visitor visitor = { notes, note_entered, note_left };
	AUTO_CLOSE int top = dir_fd(f, path);
	notes->f = f;
	return host_walk(f->host, top, path, &visitor, &f->diags);
}

static inline const char *
seen_below(struct fixture *f, const char *path)
{
	struct notes notes = { 0 };
	assert_ok(f, walk_with(f, path, &notes));
	const char *seen = arena_strdup(&f->arena, buffer_text(&notes.seen));
	buffer_finish(&notes.seen);
	return seen;
}

static inline int
path_fd(struct fixture *f, const char *path)
{
	int fd = open(real(f, path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* How many descriptors this process has open. */
static inline size_t
open_fds(void)
{
	size_t count = 0;
	AUTO_DIR DIR *dir = opendir("/proc/self/fd");
	assert_non_null(dir);
	while (readdir(dir))
		count++;
	return count;
}

#endif
