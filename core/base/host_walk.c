/*
 * host_walk.c - the way through a tree that somebody else owns; changes nothing by itself.
 *
 * A stack of open directories instead of recursion: one descriptor and the sorted names of each
 * directory on the way down, and one path for all of them. Every name is looked up in the
 * descriptor of its directory, once; what the visitor is told comes from the descriptor that the
 * look-up gave. ".." is never used, so there is no way up but the stack.
 */
#include "core/base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

#include "core/base/host_internal.h"

/* A directory that was entered. */
struct level {
	int fd; /* open for reading */
	size_t path_length, name_at;
	struct buffer text; /* the names, each with its NUL */
	const char **names; /* into text, sorted */
	size_t count, next;
};

struct walk {
	struct host *host;
	const char *shown;
	const struct walk_visitor *visitor;
	struct diags *diags;
	dev_t dev;
	uint64_t mount_id;
	int links_fd;	/* /proc/self/fd, of this thread's walk: no fork can come in between */
	unsigned depth; /* how many levels are in use */
	struct level levels[WALK_DEPTH];
	char path[WALK_DEPTH * (NAME_MAX + 1) + 1]; /* of the entry at hand */
};

/* ---- errors ---- */

char *
host_shown_path(const char *shown, const char *path, struct arena *arena)
{
	size_t length = strlen(shown);
	bool is_joined = !*path || (length && shown[length - 1] == '/');
	return arena_printf(arena, "%s%s%s", shown, is_joined ? "" : "/", path);
}

static struct place
here(const struct walk *walk)
{
	return at(host_shown_path(walk->shown, walk->path, walk->diags->arena), 0);
}

static bool
too_many_files(const struct walk *walk)
{
	struct rlimit limit = { 0 };
	getrlimit(RLIMIT_NOFILE, &limit);
	diag_error(walk->diags, here(walk),
		"cannot open: %u directories deep, and the process may have %ju files open",
		walk->depth, (uintmax_t)limit.rlim_cur);
	diag_hint(walk->diags, "Raise the limit of open files (ulimit -n) and start again.");
	return false;
}

static bool
walk_failed(const struct walk *walk, const char *doing)
{
	int error = errno;
	if (error == EMFILE)
		return too_many_files(walk);
	return diag_error(walk->diags, here(walk), "cannot %s: %s", doing, strerror(error));
}

static bool
too_deep(const struct walk *walk)
{
	diag_error(walk->diags, here(walk), "is more than %d directories deep", WALK_DEPTH);
	diag_hint(walk->diags, "Move what is so deep to a place further up.");
	return false;
}

/* ---- the names in a directory ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_names(struct level *level, const char *records, size_t size)
{
	for (size_t offset = 0; offset < size;) {
		const struct dirent64 *record = (const void *)(records + offset);
		offset += record->d_reclen;
		if (strcmp(record->d_name, ".") == 0 || strcmp(record->d_name, "..") == 0)
			continue;
		buffer_add(&level->text, record->d_name, strlen(record->d_name) + 1);
		level->count++;
	}
}

static void
sort_names(struct level *level)
{
	if (!level->count)
		return;
	level->names = malloc(level->count * sizeof(*level->names));
	if (!level->names)
		abort();
	const char *name = level->text.data;
	for (size_t i = 0; i < level->count; i++, name += strlen(name) + 1)
		level->names[i] = name;
	qsort(level->names, level->count, sizeof(*level->names), compare_names);
}

static bool
read_names(struct level *level)
{
	_Alignas(struct dirent64) char records[32 * 1024];
	ssize_t got;
	while ((got = getdents64(level->fd, records, sizeof(records))) > 0)
		add_names(level, records, (size_t)got);
	/* A directory that was removed meanwhile has nothing in it. */
	if (got < 0 && errno != ENOENT)
		return false;
	sort_names(level);
	return true;
}

/* ---- down and up ---- */

static bool
examine(const struct walk *walk, struct walk_entry *entry)
{
	uint64_t mount_id;
	if (!host_examine_fd(entry->fd, &entry->st, &mount_id))
		return walk_failed(walk, "examine");
	if (!mount_id)
		return diag_error(walk->diags, here(walk), "cannot tell the mount that it is on");
	bool any_device = walk->visitor->any_device && !S_ISDIR(entry->st.st_mode);
	entry->is_mount =
		mount_id != walk->mount_id || (entry->st.st_dev != walk->dev && !any_device);
	return true;
}

/* The entry that levels[depth - 1] is, as the visitor sees it. */
static struct walk_entry
entry_of(const struct walk *walk, unsigned depth, int fd)
{
	const struct level *parent = depth ? &walk->levels[depth - 1] : NULL;
	return (struct walk_entry){
		.path = walk->path,
		.name = parent ? walk->path + parent->name_at : "",
		.dir_fd = parent ? parent->fd : -1,
		.fd = fd,
		.depth = depth,
		.links_fd = walk->links_fd,
	};
}

static bool
tell_left(struct walk *walk, unsigned depth, int fd)
{
	struct walk_entry entry = entry_of(walk, depth, fd);
	if (!walk->visitor->leave)
		return true;
	return examine(walk, &entry) &&
		walk->visitor->leave(walk->visitor->ctx, &entry, walk->diags);
}

static void
close_level(struct level *level)
{
	cleanup_close(&level->fd);
	buffer_finish(&level->text);
	free(level->names);
	*level = (struct level){ .fd = -1 };
}

/* Into the directory at hand, whose path is in walk->path. */
static bool
go_down(struct walk *walk, const struct walk_entry *entry)
{
	if (walk->depth == WALK_DEPTH)
		return too_deep(walk);

	struct level *level = &walk->levels[walk->depth];
	level->fd = host_reopen_dir(walk->host, entry->fd);
	if (level->fd < 0 && errno == ENOENT)
		return tell_left(walk, entry->depth, entry->fd);
	if (level->fd < 0)
		return walk_failed(walk, "open the directory");
	level->path_length = strlen(walk->path);
	level->name_at = level->path_length + (level->path_length > 0);
	walk->depth++;
	return read_names(level) || walk_failed(walk, "list");
}

static bool
go_up(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	walk->path[level->path_length] = '\0';
	bool ok = tell_left(walk, walk->depth - 1, level->fd);
	close_level(level);
	walk->depth--;
	return ok;
}

static bool
show(struct walk *walk, struct walk_entry *entry)
{
	if (!examine(walk, entry))
		return false;
	switch (walk->visitor->enter(walk->visitor->ctx, entry, walk->diags)) {
	case WALK_SKIP:
		return true;
	case WALK_STOP:
		return false;
	case WALK_ON:
		break;
	}
	return !S_ISDIR(entry->st.st_mode) || entry->is_mount || go_down(walk, entry);
}

/* The next name of the innermost directory; one that is gone meanwhile is passed over. */
static bool
visit(struct walk *walk, const struct level *level, const char *name)
{
	size_t length = strlen(name);
	if (length > NAME_MAX) {
		errno = ENAMETOOLONG;
		return walk_failed(walk, "look at a name in it");
	}
	if (level->name_at)
		walk->path[level->name_at - 1] = '/';
	memcpy(walk->path + level->name_at, name, length + 1);

	AUTO_CLOSE int fd = host_lookup_at(walk->host, level->fd, name, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT || walk_failed(walk, "look at it");
	struct walk_entry entry = entry_of(walk, walk->depth, fd);
	return show(walk, &entry);
}

static bool
step(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	return level->next < level->count ? visit(walk, level, level->names[level->next++])
					  : go_up(walk);
}

/* ---- the whole ---- */

static bool
start(struct walk *walk, int top_fd)
{
	AUTO_CLOSE int fd =
		TEMP_FAILURE_RETRY(openat(top_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
	struct walk_entry entry = entry_of(walk, 0, fd);
	if (fd < 0 || fstat(fd, &entry.st) != 0)
		return walk_failed(walk, "look at it");
	walk->dev = entry.st.st_dev;
	walk->mount_id = host_mount_id(fd);
	return show(walk, &entry);
}

bool
host_walk(struct host *host, int top_fd, const char *shown, const struct walk_visitor *visitor,
	struct diags *diags)
{
	AUTO_FREE struct walk *walk = calloc(1, sizeof(*walk));
	if (!walk)
		abort();
	walk->host = host;
	walk->shown = shown;
	walk->visitor = visitor;
	walk->diags = diags;

	walk->links_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool ok = start(walk, top_fd);
	while (ok && walk->depth)
		ok = step(walk);
	while (walk->depth)
		close_level(&walk->levels[--walk->depth]);
	cleanup_close(&walk->links_fd);
	return ok;
}
