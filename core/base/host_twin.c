/*
 * host_twin.c - the way through a tree of ours, beside a walk through somebody else's.
 *
 * Holds one descriptor however deep it goes, and comes back through "..": the tree is below a
 * directory that only root can enter, so nobody moves its parts.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/base/host_internal.h"

void
twin_start(struct twin *twin, struct host *host, int top_fd, const char *shown)
{
	*twin = (struct twin){ .host = host, .shown = shown, .top_fd = top_fd, .fd = top_fd };
}

void
twin_finish(struct twin *twin)
{
	if (twin->fd != twin->top_fd)
		cleanup_close(&twin->fd);
	twin->fd = twin->top_fd;
}

static void
move_to(struct twin *twin, int fd)
{
	twin_finish(twin);
	twin->fd = fd;
}

bool
twin_go_down(struct twin *twin, const char *name, struct diags *diags)
{
	int fd;
	if (!host_open_dir_at(twin->host, twin->fd, name, &fd, diags))
		return false;
	move_to(twin, fd);
	return true;
}

bool
twin_go_up(struct twin *twin, struct diags *diags)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = TEMP_FAILURE_RETRY(openat(twin->fd, "..", flags));
	if (fd < 0)
		return diag_error(diags, at(arena_strdup(diags->arena, twin->shown), 0),
			"cannot go back up in it: %s", strerror(errno));
	move_to(twin, host_noted(twin->host, fd));
	return true;
}

bool
twin_look(struct twin *twin, const char *name, int *ret_fd, struct diags *diags)
{
	int fd = host_lookup_at(twin->host, twin->fd, name, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return host_lookup_at_failed(twin->host, twin->fd, name, diags);
	*ret_fd = fd;
	return true;
}
