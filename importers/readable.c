/*
 * readable.c - places of sources; see readable.h.
 */
#include "importers/readable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Somebody may put it there every night. */
static bool
warn_of_missing(const char *path, struct place place, struct diags *diags)
{
	diag_warning(diags, place, "'%s' is not there", path);
	diag_code(diags, "source-missing");
	if (path[0] != '/')
		diag_hint(diags, "It is looked for where rehome is started: write the whole path.");
	return true;
}

static bool
check_place(const struct source *source, const struct importer_check *check, bool directory_too)
{
	const char *path = source->location;
	struct place place = check->place(check->ctx, NULL);
	struct stat st;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return warn_of_missing(path, place, check->diags);
	if (fd < 0 || fstat(fd, &st) < 0)
		return diag_error(
			check->diags, place, "'%s' cannot be read: %s", path, strerror(errno));
	if (S_ISREG(st.st_mode) || (directory_too && S_ISDIR(st.st_mode)))
		return true;
	return diag_error(check->diags, place, "'%s' is %s, expected %s", path,
		S_ISDIR(st.st_mode) ? "a directory" : "a device, pipe or socket",
		directory_too ? "a directory or a tar archive" : "a regular file");
}

bool
readable_file(const void *config, const struct source *source, const struct importer_check *check)
{
	(void)config;
	return strcmp(source->location, "-") == 0 || check_place(source, check, false);
}

bool
readable_root(const void *config, const struct source *source, const struct importer_check *check)
{
	(void)config;
	return check_place(source, check, true);
}
