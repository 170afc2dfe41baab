/*
 * importer_module.c - a shared object becomes an importer; see importer_module.h.
 *
 * The only file that loads code. Directories are entered one by one and the file is opened below
 * the last, never through a symbolic link; what is looked at is always the descriptor. The dynamic
 * linker then gets that descriptor, by its name in /proc: there is no moment in which another file
 * could take the place of the one that was looked at.
 */
#include "core/model/importer_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char suffix[] = ".so";

bool
importer_module_is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-")];
}

const char *
importer_module_file(const char *directory, const char *name, struct arena *arena)
{
	return arena_printf(arena, "%s/%s%s", directory, name, suffix);
}

/* ---- whom to trust ---- */

static bool refuse(struct diags *diags, const char *path, const char *format, ...)
	PRINTF_LIKE(3, 4);

static bool
refuse(struct diags *diags, const char *path, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	diag_error(diags, at(path, 0), "%s", arena_vprintf(diags->arena, format, args));
	va_end(args);
	diag_code(diags, "module-refused");
	return false;
}

/* may_be_sticky: a directory such as /tmp, where nobody can replace what is another's, may lead to
 * one of ours. */
static bool
check_trusted(const struct stat *st, const char *path, bool may_be_sticky, struct diags *diags)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		refuse(diags, path, "belongs to uid %u, expected root: what is in it runs as you",
			(unsigned)st->st_uid);
		diag_hint(diags, "If you know what it is, run: chown root %s", path);
		return false;
	}
	/* With an access control list the group's bits are its mask: nobody in it has more. */
	if (!(st->st_mode & (S_IWGRP | S_IWOTH)) || (may_be_sticky && (st->st_mode & S_ISVTX)))
		return true;
	refuse(diags, path, "may be changed by others than its owner (mode %04o)",
		(unsigned)st->st_mode & 07777);
	diag_hint(diags, "If you know what it is, run: chmod go-w %s", path);
	return false;
}

static bool
is_link(int directory, const char *name)
{
	struct stat st;
	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* What openat() said; where the name is a symbolic link, that, and what to do then. */
static bool
cannot_open(
	int directory, const char *name, const char *path, const char *hint, struct diags *diags)
{
	int error = errno;
	if (!is_link(directory, name))
		return refuse(diags, path, "cannot open: %s", strerror(error));
	refuse(diags, path, "is a symbolic link");
	diag_hint(diags, "%s", hint);
	return false;
}

/* Where nothing is, nothing can be wrong with the way there. */
static bool
is_absent(const char *path)
{
	struct stat st;
	return lstat(path, &st) != 0 && errno == ENOENT;
}

/* From *fd into name, which is the last part of path so far. */
static bool
enter(int *fd, const char *name, const char *path, bool is_last, struct diags *diags)
{
	struct stat st;
	int next = openat(*fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return cannot_open(*fd, name, path,
			"Name the directory that it leads to with --importers-dir.", diags);
	cleanup_close(fd);
	*fd = next;
	if (fstat(next, &st) != 0)
		return refuse(diags, path, "cannot look at it: %s", strerror(errno));
	return check_trusted(&st, path, !is_last, diags);
}

/* Down from the root, each directory looked at once we are in it. */
static bool
open_directory(const char *path, struct arena *arena, int *ret_fd, struct diags *diags)
{
	AUTO_CLOSE int fd = AT_FDCWD;
	const char *end = path;
	if (!enter(&fd, "/", "/", false, diags))
		return false;
	while (*end) {
		const char *start = end + 1;
		end = start + strcspn(start, "/");
		if (!enter(&fd, arena_strndup(arena, start, (size_t)(end - start)),
			    arena_strndup(arena, path, (size_t)(end - path)), !*end, diags))
			return false;
	}
	*ret_fd = steal_fd(&fd);
	return true;
}

/* ---- which there are ---- */

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "ldap.so" -> "ldap"; NULL for what is no module's name. */
static const char *
module_name(const char *file, struct arena *arena)
{
	size_t length = strlen(file), end = sizeof(suffix) - 1;
	if (length <= end || strcmp(file + length - end, suffix) != 0)
		return NULL;
	const char *name = arena_strndup(arena, file, length - end);
	return importer_module_is_name(name) ? name : NULL;
}

bool
importer_module_list(const char *directory, struct arena *arena, struct string_list *ret_names,
	struct diags *diags)
{
	struct string_list names = { 0 };
	AUTO_CLOSE int fd = -1;
	if (is_absent(directory)) {
		*ret_names = names;
		return true;
	}
	if (!open_directory(directory, arena, &fd, diags))
		return false;
	int readable = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_DIR DIR *entries = readable >= 0 ? fdopendir(readable) : NULL;
	if (!entries)
		return refuse(diags, directory, "cannot list: %s", strerror(errno));
	for (struct dirent *entry; (entry = readdir(entries));) {
		const char *name = module_name(entry->d_name, arena);
		if (name)
			string_list_push(arena, &names, name);
	}
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	*ret_names = names;
	return true;
}

/* ---- loading ---- */

static bool
open_module(const char *directory, const char *name, const char *path, struct arena *arena,
	int *ret_fd, struct diags *diags)
{
	struct stat st;
	AUTO_CLOSE int above = -1;
	if (!open_directory(directory, arena, &above, diags))
		return false;
	const char *file = arena_printf(arena, "%s%s", name, suffix);
	AUTO_CLOSE int fd =
		openat(above, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return cannot_open(above, file, path, "Put the file itself there.", diags);
	if (fstat(fd, &st) != 0)
		return refuse(diags, path, "cannot look at it: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(diags, path, "is not a regular file");
	if (!check_trusted(&st, path, false, diags))
		return false;
	*ret_fd = steal_fd(&fd);
	return true;
}

static bool
linker_refuses(const char *path, const char *opened_as, struct diags *diags)
{
	const char *why = dlerror();
	size_t length = strlen(opened_as);
	if (why && strncmp(why, opened_as, length) == 0 && strncmp(why + length, ": ", 2) == 0)
		why += length + 2;
	refuse(diags, path, "cannot be loaded: %s", why ? why : "no reason is known");
	diag_hint(diags,
		"Install the libraries that it needs, and the version of it that belongs to this "
		"rehome.");
	return false;
}

/* abi first: what follows it in a module of another time may be anything. */
static bool
check_importer(
	const struct importer *importer, const char *name, const char *path, struct diags *diags)
{
	if (!importer) {
		refuse(diags, path, "exports no '%s'", IMPORTER_SYMBOL);
		diag_hint(diags, "It is no importer of rehome: take it out of this directory.");
		return false;
	}
	if (importer->abi != IMPORTER_ABI) {
		refuse(diags, path, "was built for importer ABI %u, expected %u", importer->abi,
			IMPORTER_ABI);
		diag_hint(diags, "Install the version of it that belongs to this rehome.");
		return false;
	}
	if (!importer->name || !importer->summary || !importer->read)
		return refuse(
			diags, path, "has an importer without name, summary or read function");
	if (strcmp(importer->name, name) != 0) {
		refuse(diags, path, "calls itself '%s', expected '%s'", importer->name, name);
		diag_hint(diags, "Name the file %s%s.", importer->name, suffix);
		return false;
	}
	return true;
}

bool
importer_module_load(const char *directory, const char *name, struct arena *arena,
	const struct importer **ret_importer, struct diags *diags)
{
	const char *path = importer_module_file(directory, name, arena);
	AUTO_CLOSE int fd = -1;
	if (is_absent(path)) {
		*ret_importer = NULL;
		return true;
	}
	if (!open_module(directory, name, path, arena, &fd, diags))
		return false;
	const char *opened_as = arena_printf(arena, "/proc/self/fd/%d", fd);
	void *module = dlopen(opened_as, RTLD_NOW | RTLD_LOCAL);
	if (!module)
		return linker_refuses(path, opened_as, diags);
	/* The linker knows what it has loaded by that name: while the module is there, and it stays
	 * until the process ends, the number must not become another file's. */
	steal_fd(&fd);
	const struct importer *importer = dlsym(module, IMPORTER_SYMBOL);
	if (!check_importer(importer, name, path, diags))
		return false;
	if (!option_check_table(
		    importer->options, importer->config_size, at(path, 0), arena, diags)) {
		diag_code(diags, "module-refused");
		return false;
	}
	*ret_importer = importer;
	return true;
}
