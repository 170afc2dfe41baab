/*
 * file.c - reading and writing what the command line names; see file.h.
 *
 * Writing goes through the host layer like every other effect: the file's directory is taken as the
 * root of a host of its own, which is the one place where symbolic links may be followed.
 */
#include "cli/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/host.h"
#include "core/base/table.h"
#include "core/base/text.h"

static const size_t max_size = (size_t)1 << 30;

static bool
read_all(int fd, const char *path, struct buffer *content, struct diags *diags)
{
	char chunk[65536];
	ssize_t got;
	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return diag_error(diags, at(path, 0), "cannot read: %s", strerror(errno));
		buffer_add(content, chunk, (size_t)got);
		explicit_bzero(chunk, sizeof(chunk));
		if (content->size > max_size)
			return diag_error(diags, at(path, 0), "is larger than 1 GiB");
	}
	return true;
}

bool
file_read(const char *path, struct arena *arena, struct bytes *ret_content, struct stat *ret_stat,
	struct diags *diags)
{
	AUTO_BUFFER struct buffer content = { 0 };
	struct stat st;
	/* O_NONBLOCK so that a FIFO is refused instead of waited for. */
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) < 0)
		return diag_error(diags, at(path, 0), "cannot open: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return diag_error(diags, at(path, 0), "is not a regular file");
	if (!read_all(fd, path, &content, diags))
		return false;
	ret_content->size = content.size;
	ret_content->data = arena_copy(arena, buffer_text(&content), content.size + 1);
	if (ret_stat)
		*ret_stat = st;
	return true;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
file_read_logins(
	const char *path, struct arena *arena, struct string_list *ret_logins, struct diags *diags)
{
	struct bytes content;
	struct string_list logins = { 0 };
	struct table seen = { .arena = arena };
	char *rest = NULL;
	if (!file_read(path, arena, &content, NULL, diags))
		return false;
	char *text = arena_strndup(arena, content.data ? content.data : "", content.size);
	for (char *line = strtok_r(text, "\r\n", &rest); line;
		line = strtok_r(NULL, "\r\n", &rest)) {
		const char *login = text_trimmed(arena, line);
		if (!*login || *login == '#' || table_get(&seen, login))
			continue;
		table_set(&seen, login, &seen);
		string_list_push(arena, &logins, login);
	}
	if (logins.count)
		qsort(logins.items, logins.count, sizeof(*logins.items), compare_texts);
	*ret_logins = logins;
	return true;
}

/* ---- writing ---- */

/* One file to be changed, below a host that is its directory. */
struct target {
	struct host *host;
	const char *name; /* "/plan.json" */
	const char *path; /* as it was given, for messages */
	size_t said;	  /* diagnostics there were before */
	struct diags *diags;
};

static void
target_finish(struct target *target)
{
	host_destroy(target->host);
	/* The host calls the file by its name below the directory. */
	for (size_t i = target->said; i < target->diags->count; i++)
		target->diags->items[i].place.file = target->path;
}

#define AUTO_TARGET AUTO(target_finish)

static bool
target_open(struct target *target, struct arena *arena)
{
	const char *slash = strrchr(target->path, '/');
	const char *name = slash ? slash + 1 : target->path;
	const char *directory = slash == target->path ? "/"
		: slash ? arena_strndup(arena, target->path, (size_t)(slash - target->path))
			: ".";
	struct stat st;
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return diag_error(target->diags, NOWHERE, "names a directory, not a file");
	if (stat(directory, &st) < 0)
		return diag_error(
			target->diags, NOWHERE, "cannot open its directory: %s", strerror(errno));
	target->name = arena_printf(arena, "/%s", name);
	target->host = host_create(directory, HOST_READ_WRITE, target->diags);
	return target->host != NULL;
}

static struct host_owner
own(void)
{
	return (struct host_owner){ .uid = geteuid(), .gid = getegid(), .mode = 0600 };
}

bool
file_write(const char *path, struct bytes content, struct arena *arena, struct diags *diags)
{
	struct host_owner owner = own();
	AUTO_TARGET struct target target = { .path = path, .said = diags->count, .diags = diags };
	return target_open(&target, arena) &&
		host_replace_file(target.host, target.name, content, &owner, diags);
}

bool
file_create(const char *path, struct bytes content, struct arena *arena, struct diags *diags)
{
	struct host_owner owner = own();
	AUTO_CLOSE int dir_fd = -1;
	AUTO_TARGET struct target target = { .path = path, .said = diags->count, .diags = diags };
	return target_open(&target, arena) && host_open_dir(target.host, "/", &dir_fd, diags) &&
		host_create_file_at(target.host, dir_fd, target.name + 1, content, &owner,
			HOST_SYNC_NOW, diags);
}

bool
file_remove(const char *path, struct arena *arena, struct diags *diags)
{
	AUTO_TARGET struct target target = { .path = path, .said = diags->count, .diags = diags };
	return target_open(&target, arena) && host_unlink(target.host, target.name, diags);
}

/* ---- a directory of files ---- */

/* Of one that is made below the target's host: where it is, and what of it is there. */
struct building {
	const struct target *target;
	const char *path;	 /* "/.rehome-export-4711" */
	struct string_list made; /* directories before what is in them */
	struct arena *arena;
};

static bool
make_dir(struct building *building, const char *path)
{
	struct host_owner owner = own();
	owner.mode = 0700;
	if (!host_make_dir(building->target->host, path, &owner, building->target->diags))
		return false;
	string_list_push(building->arena, &building->made, path);
	return true;
}

static bool
make_file(struct building *building, const struct file_in_tree *file)
{
	struct host_owner owner = own();
	const char *slash = strrchr(file->name, '/');
	const char *path = arena_printf(building->arena, "%s/%s", building->path, file->name);
	const char *dir = slash ? arena_strndup(building->arena, path, strlen(path) - strlen(slash))
				: building->path;
	struct diags *diags = building->target->diags;
	AUTO_CLOSE int dir_fd = -1;
	if (!string_list_has(&building->made, dir) && !make_dir(building, dir))
		return false;
	if (!host_open_dir(building->target->host, dir, &dir_fd, diags) ||
		!host_create_file_at(building->target->host, dir_fd, slash ? slash + 1 : file->name,
			file->content, &owner, HOST_SYNC_NOW, diags))
		return false;
	string_list_push(building->arena, &building->made, path);
	return true;
}

static bool
make_all(struct building *building, const struct file_tree *tree)
{
	if (!make_dir(building, building->path))
		return false;
	ARRAY_FOREACH (file, tree) {
		if (!make_file(building, file))
			return false;
	}
	return true;
}

static void
take_back(const struct building *building)
{
	struct diags ignored = { .arena = building->arena };
	struct host *host = building->target->host;
	for (size_t i = building->made.count; i-- > 0;) {
		if (!host_remove_dir(host, building->made.items[i], NULL, &ignored) &&
			!host_unlink(host, building->made.items[i], &ignored))
			return;
	}
}

static bool
is_free(const struct target *target, struct arena *arena)
{
	struct host_entry entry;
	struct string_list names = { 0 };
	if (!host_inspect(target->host, target->name, &entry, target->diags))
		return false;
	if (entry.exists && !S_ISDIR(entry.st.st_mode))
		return diag_error(target->diags, NOWHERE, "is no directory");
	if (entry.exists && !host_list(target->host, target->name, arena, &names, target->diags))
		return false;
	if (!names.count)
		return true;
	diag_error(target->diags, NOWHERE, "is not empty");
	diag_hint(target->diags, "Name a directory that is not there yet.");
	return false;
}

/* Onto an empty directory, or onto nothing: rename(2) takes no other. */
static bool
put_in_place(struct building *building)
{
	const struct target *target = building->target;
	AUTO_CLOSE int dir_fd = -1;
	return host_open_dir(target->host, "/", &dir_fd, target->diags) &&
		host_rename_at(target->host, dir_fd, building->path + 1, dir_fd, target->name + 1,
			true, target->diags) &&
		host_sync_dir(target->host, "/", target->diags);
}

bool
file_create_tree(const struct file_tree *tree, struct arena *arena, struct diags *diags)
{
	size_t length = strlen(tree->path);
	while (length > 1 && tree->path[length - 1] == '/')
		length--;
	AUTO_TARGET struct target target = { .path = arena_strndup(arena, tree->path, length),
		.said = diags->count,
		.diags = diags };
	struct building building = { .target = &target, .arena = arena };
	if (!target_open(&target, arena) || !is_free(&target, arena))
		return false;
	building.path = arena_printf(arena, "/.rehome-export-%ld", (long)getpid());
	if (make_all(&building, tree) && put_in_place(&building))
		return true;
	take_back(&building);
	return false;
}
