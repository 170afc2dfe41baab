/*
 * host_nodes.c - new entries of a tree that is being given back: files that grow, links, FIFOs.
 *
 * Each is made by name in a directory that only root may enter, never over anything, and is root's
 * alone until its owner is set through its descriptor.
 */
#include "core/base/host.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/host_internal.h"

bool
host_open_new_at(struct host *host, int dir_fd, const char *name, int *ret_fd, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_at(host, dir_fd, name, "create the file", &effect, diags))
		return false;
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = effect_allowed(&effect, "openat")
		? TEMP_FAILURE_RETRY(openat(dir_fd, name, flags, 0600))
		: -1;
	if (fd < 0)
		return effect_failed(&effect);
	*ret_fd = fd;
	return true;
}

bool
host_make_symlink_at(
	struct host *host, int dir_fd, const char *name, const char *target, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_at(host, dir_fd, name, "make the symbolic link", &effect, diags))
		return false;
	return (effect_allowed(&effect, "symlinkat") && symlinkat(target, dir_fd, name) == 0) ||
		effect_failed(&effect);
}

bool
host_make_symlink_as(struct host *host, int dir_fd, const char *name, const char *target,
	const struct host_owner *owner, struct timespec time, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	const struct timespec times[2] = { time, time };
	if (!host_make_symlink_at(host, dir_fd, name, target, diags) ||
		!effect_begin_at(host, dir_fd, name, "complete the symbolic link", &effect, diags))
		return false;
	return (effect_allowed(&effect, "fchownat") &&
		       fchownat(dir_fd, name, owner->uid, owner->gid, AT_SYMLINK_NOFOLLOW) == 0 &&
		       effect_allowed(&effect, "utimensat") &&
		       utimensat(dir_fd, name, times, AT_SYMLINK_NOFOLLOW) == 0) ||
		effect_failed(&effect);
}

bool
host_make_fifo_at(struct host *host, int dir_fd, const char *name, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_at(host, dir_fd, name, "make the FIFO", &effect, diags))
		return false;
	return (effect_allowed(&effect, "mkfifoat") && mkfifoat(dir_fd, name, 0600) == 0) ||
		effect_failed(&effect);
}

bool
host_make_link_at(struct host *host, int from_dir_fd, const char *from, int to_dir_fd,
	const char *to, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT, target = NO_EFFECT;
	if (!effect_begin_at(host, from_dir_fd, from, "link", &effect, diags) ||
		!effect_begin_at(host, to_dir_fd, to, "link", &target, diags))
		return false;
	return (effect_allowed(&target, "linkat") &&
		       linkat(from_dir_fd, from, to_dir_fd, to, 0) == 0) ||
		effect_failed(&target);
}
