/*
 * auth_file_check.c - what has to be true of an AuthUserFile or AuthGroupFile for the daemon to
 * start.
 *
 * The file must not be a directory nor writable for others, a file of users not even readable for
 * them, and the directory that holds it must not be writable for others, be it sticky or not. One
 * symbolic link is looked at; a relative one is taken from the daemon's working directory, "/".
 */
#include <string.h>
#include <sys/stat.h>

#include "importers/proftpd/auth.h"
#include "importers/proftpd/auth_lines.h"

static bool
directory_usable(struct old_root *root, const char *path, struct arena *arena, const char **ret_why)
{
	const char *slash = strrchr(path, '/');
	const char *directory =
		slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
	struct old_entry entry;
	const enum old_status status = old_root_stat(root, directory, &entry);
	if (status != OLD_OK) {
		*ret_why = arena_printf(arena, "'%s' %s", directory, old_status_text(status));
		return false;
	}
	if (entry.mode & S_IWOTH) {
		*ret_why = arena_printf(arena, "the directory '%s' is writable for everyone (%04o)",
			directory, entry.mode & 07777);
		return false;
	}
	return true;
}

/* The path behind a symbolic link, as the daemon puts it together. */
static bool
follow(struct old_root *root, const char **path, struct old_entry *entry, struct arena *arena,
	const char **ret_why)
{
	const char *target = NULL;
	if (!directory_usable(root, *path, arena, ret_why))
		return false;
	if (old_root_readlink(root, *path, &target) == OLD_OK && *target)
		*path = *target == '/' ? target : arena_printf(arena, "/%s", target);
	const enum old_status status = old_root_stat(root, *path, entry);
	if (status == OLD_OK)
		return true;
	*ret_why = arena_printf(arena, "'%s' %s", *path, old_status_text(status));
	return false;
}

static bool
syntax_is_right(struct old_root *root, bool user_file, const char *path, struct arena *arena)
{
	const struct pro_file_filter everyone = { 0 };
	struct pro_user_file users = { 0 };
	struct pro_group_file groups = { 0 };
	struct old_file file;
	if (old_root_read(root, path, OLD_FILE_LIMIT, &file) != OLD_OK)
		return false;
	if (user_file)
		pro_user_file_parse(file.content, path, &everyone, arena, &users);
	else
		pro_group_file_parse(file.content, path, &everyone, arena, &groups);
	return users.malformed == 0 && groups.malformed == 0;
}

static bool
permissions_are_right(struct old_root *root, bool user_file, const char *path, struct arena *arena,
	const char **ret_why)
{
	struct old_entry entry;
	const enum old_status status = old_root_lstat(root, path, &entry);
	if (status != OLD_OK) {
		*ret_why = arena_printf(arena, "'%s' %s", path, old_status_text(status));
		return false;
	}
	if (S_ISLNK(entry.mode) && !follow(root, &path, &entry, arena, ret_why))
		return false;

	const char *what = NULL;
	if (S_ISDIR(entry.mode))
		what = "is a directory";
	else if ((entry.mode & S_IROTH) && user_file)
		what = "is readable for everyone";
	else if (entry.mode & S_IWOTH)
		what = "is writable for everyone";
	if (what) {
		*ret_why = arena_printf(arena, "'%s' %s (%04o)", path, what, entry.mode & 07777);
		return false;
	}
	return directory_usable(root, path, arena, ret_why);
}

bool
pro_auth_file_usable(struct old_root *root, bool user_file, const char *path, bool insecure,
	bool syntax, struct arena *arena, const char **ret_why)
{
	if (*path != '/') {
		*ret_why = arena_printf(arena, "'%s' is not an absolute path", path);
		return false;
	}
	if (!insecure && !permissions_are_right(root, user_file, path, arena, ret_why))
		return false;
	if (syntax && !syntax_is_right(root, user_file, path, arena)) {
		*ret_why = arena_printf(arena, "'%s' has lines that SyntaxCheck refuses", path);
		return false;
	}
	return true;
}
