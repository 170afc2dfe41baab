/*
 * host.c - the effects on names, owners and modes, and what every effect passes through.
 *
 * struct effect is the gate: it refuses on a read-only host, finds the directory in which the
 * change happens, asks the fault hook before each system call, and words the error. A directory is
 * named by descriptor from then on, so whoever renames it meanwhile moves the change with it
 * instead of redirecting it. Owners are set through libc, so that fakeroot sees them.
 */
#include "core/base/host.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#include "core/base/host_internal.h"

/* ---- the gate ---- */

void
effect_finish(struct effect *effect)
{
	cleanup_close(&effect->parent_fd);
}

static struct place
place_of(const struct effect *effect)
{
	struct arena *arena = effect->diags->arena;
	if (effect->path == effect->name)
		return at(host_path_at(effect->host, effect->dir_fd, effect->name, arena), 0);
	return at(arena_strdup(arena, effect->path), 0);
}

static bool
begin(struct effect *effect)
{
	if (effect->host->mode == HOST_READ_WRITE)
		return true;
	return diag_error(effect->diags, place_of(effect),
		"cannot %s: planning never changes the machine", effect->doing);
}

bool
effect_begin_fd(struct host *host, const char *path, const char *doing, struct effect *ret_effect,
	struct diags *diags)
{
	*ret_effect = (struct effect){
		.host = host,
		.diags = diags,
		.doing = doing,
		.path = path,
		.dir_fd = -1,
		.parent_fd = -1,
	};
	return begin(ret_effect);
}

bool
effect_begin_at(struct host *host, int dir_fd, const char *name, const char *doing,
	struct effect *ret_effect, struct diags *diags)
{
	*ret_effect = (struct effect){
		.host = host,
		.diags = diags,
		.doing = doing,
		.path = name,
		.dir_fd = dir_fd,
		.name = name,
		.parent_fd = -1,
	};
	if (!host_is_name(name))
		return diag_error(diags, at(arena_strdup(diags->arena, name), 0),
			"cannot %s: expected one name without '/'", doing);
	return begin(ret_effect);
}

bool
effect_begin(struct host *host, const char *path, const char *doing, bool *ret_missing,
	struct effect *ret_effect, struct diags *diags)
{
	if (!effect_begin_fd(host, path, doing, ret_effect, diags))
		return false;

	int fd = host_lookup_parent(host, path, ret_effect->last_name);
	if (fd < 0 && (errno != ENOENT || !ret_missing))
		return host_lookup_failed(host, path, diags);
	ret_effect->dir_fd = ret_effect->parent_fd = fd;
	ret_effect->name = ret_effect->last_name;
	if (ret_missing)
		*ret_missing = fd < 0;
	return true;
}

bool
effect_allowed(struct effect *effect, const char *call)
{
	const struct host_faults *faults = &effect->host->faults;
	assert(effect->host->mode == HOST_READ_WRITE);
	effect->call = call;
	if (!faults->before)
		return true;
	int error = faults->before(faults->ctx, call, effect->path);
	if (error)
		errno = error;
	return !error;
}

bool
effect_failed(struct effect *effect)
{
	int error = errno;
	if (!effect->call && effect->path == effect->name)
		return host_lookup_at_failed(
			effect->host, effect->dir_fd, effect->name, effect->diags);
	if (!effect->call)
		return host_lookup_failed(effect->host, effect->path, effect->diags);
	return diag_error(effect->diags, place_of(effect), "cannot %s: %s: %s", effect->doing,
		effect->call, strerror(error));
}

void
effect_take_back(struct effect *effect, int unlink_flags)
{
	int error = errno;
	const char *call = effect->call;
	/* Best effort: what stays is found by the undo of the step, and the first error counts. */
	if (effect_allowed(effect, "unlinkat"))
		unlinkat(effect->dir_fd, effect->name, unlink_flags);
	effect->call = call;
	errno = error;
}

bool
effect_sync(struct effect *effect, int fd)
{
	return effect_allowed(effect, "fsync") && fsync(fd) == 0;
}

/* ---- new directories ---- */

static bool
remove_acl(struct effect *effect, int fd, const char *xattr)
{
	if (fgetxattr(fd, xattr, NULL, 0) < 0)
		return host_no_such_xattr();
	return effect_allowed(effect, "fremovexattr") && fremovexattr(fd, xattr) == 0;
}

bool
effect_own_new(struct effect *effect, int fd, const struct host_owner *owner)
{
	/* The mode comes last: chown drops set-ID bits, and an ACL's mask poses as group bits. */
	return remove_acl(effect, fd, XATTR_ACCESS_ACL) &&
		remove_acl(effect, fd, XATTR_DEFAULT_ACL) && effect_allowed(effect, "fchown") &&
		fchown(fd, owner->uid, owner->gid) == 0 && effect_allowed(effect, "fchmod") &&
		fchmod(fd, owner->mode) == 0;
}

/*
 * A plain parent hands nothing down to what is made in it: neither a default ACL nor set-group-ID.
 * It is asked once per descriptor, not per directory: the answer could only be changed by root, and
 * by host_own_at(), which makes us ask again. That leaves two system calls for a directory.
 */
static bool
is_plain_parent(const struct effect *effect)
{
	struct host *host = effect->host;
	int fd = effect->dir_fd;
	uint64_t bit = fd < HOST_PLAIN_FDS ? UINT64_C(1) << fd : 0;
	if (host->plain_fds & bit)
		return true;

	struct stat st;
	bool plain = fstat(fd, &st) == 0 && !(st.st_mode & S_ISGID) &&
		fgetxattr(fd, XATTR_DEFAULT_ACL, NULL, 0) < 0 && host_no_such_xattr();
	if (plain)
		host->plain_fds |= bit;
	return plain;
}

static bool
make_plain_dir(struct effect *effect, const struct host_owner *owner)
{
	if (!effect_allowed(effect, "mkdirat") ||
		mkdirat(effect->dir_fd, effect->name, owner->mode) != 0)
		return false;
	if (effect_allowed(effect, "fchownat") &&
		fchownat(effect->dir_fd, effect->name, owner->uid, owner->gid,
			AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	effect_take_back(effect, AT_REMOVEDIR);
	return false;
}

/* For modes that mkdir(2) does not give, and parents that hand something down. */
static bool
make_special_dir(struct effect *effect, const struct host_owner *owner)
{
	if (!effect_allowed(effect, "mkdirat") || mkdirat(effect->dir_fd, effect->name, 0700) != 0)
		return false;
	AUTO_CLOSE int fd =
		host_lookup_at(effect->host, effect->dir_fd, effect->name, O_RDONLY | O_DIRECTORY);
	if (fd >= 0 && effect_own_new(effect, fd, owner))
		return true;
	effect_take_back(effect, AT_REMOVEDIR);
	return false;
}

static bool
make_dir(struct effect *effect, const struct host_owner *owner)
{
	bool special_mode = owner->mode & (S_ISUID | S_ISGID | HOST_UMASK);
	bool made = !special_mode && is_plain_parent(effect) ? make_plain_dir(effect, owner)
							     : make_special_dir(effect, owner);
	return made || effect_failed(effect);
}

bool
host_make_dir_at(struct host *host, int dir_fd, const char *name, const struct host_owner *owner,
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	return effect_begin_at(host, dir_fd, name, "make the directory", &effect, diags) &&
		make_dir(&effect, owner);
}

bool
host_make_dir(
	struct host *host, const char *path, const struct host_owner *owner, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	return effect_begin(host, path, "make the directory", NULL, &effect, diags) &&
		make_dir(&effect, owner);
}

/* ---- names ---- */

bool
host_rename_at(struct host *host, int from_dir_fd, const char *from, int to_dir_fd, const char *to,
	bool replace, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT, target = NO_EFFECT;
	if (!effect_begin_at(host, from_dir_fd, from, "rename", &effect, diags) ||
		!effect_begin_at(host, to_dir_fd, to, "rename", &target, diags))
		return false;
	if (!effect_allowed(&effect, "renameat2") ||
		renameat2(from_dir_fd, from, to_dir_fd, to, replace ? 0 : RENAME_NOREPLACE) != 0) {
		/* The target is to blame for most refusals: it exists, or is elsewhere. */
		target.call = effect.call;
		target.doing = arena_printf(diags->arena, "rename '%s' to this", from);
		return effect_failed(&target);
	}
	return true;
}

bool
host_exchange_at(struct host *host, int a_dir_fd, const char *a, int b_dir_fd, const char *b,
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT, other = NO_EFFECT;
	if (!effect_begin_at(host, a_dir_fd, a, "exchange", &effect, diags) ||
		!effect_begin_at(host, b_dir_fd, b, "exchange", &other, diags))
		return false;
	if (!effect_allowed(&effect, "renameat2") ||
		renameat2(a_dir_fd, a, b_dir_fd, b, RENAME_EXCHANGE) != 0) {
		effect.doing = arena_printf(diags->arena, "exchange this with '%s'", b);
		return effect_failed(&effect);
	}
	return true;
}

static bool
unlink_name(struct effect *effect)
{
	if (effect_allowed(effect, "unlinkat") && unlinkat(effect->dir_fd, effect->name, 0) == 0)
		return true;
	return errno == ENOENT || effect_failed(effect);
}

bool
host_unlink_at(struct host *host, int dir_fd, const char *name, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	return effect_begin_at(host, dir_fd, name, "remove the file", &effect, diags) &&
		unlink_name(&effect);
}

bool
host_unlink(struct host *host, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	bool missing;
	return effect_begin(host, path, "remove the file", &missing, &effect, diags) &&
		(missing || unlink_name(&effect));
}

static bool
remove_empty_dir(struct effect *effect, bool *ret_not_empty)
{
	bool not_empty = false;
	if (!effect_allowed(effect, "unlinkat") ||
		unlinkat(effect->dir_fd, effect->name, AT_REMOVEDIR) != 0) {
		not_empty = ret_not_empty && (errno == ENOTEMPTY || errno == EEXIST);
		if (!not_empty && errno != ENOENT)
			return effect_failed(effect);
	}
	if (ret_not_empty)
		*ret_not_empty = not_empty;
	return true;
}

bool
host_remove_dir_at(
	struct host *host, int dir_fd, const char *name, bool *ret_not_empty, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	return effect_begin_at(host, dir_fd, name, "remove the directory", &effect, diags) &&
		remove_empty_dir(&effect, ret_not_empty);
}

bool
host_remove_dir(struct host *host, const char *path, bool *ret_not_empty, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	bool missing;
	if (!effect_begin(host, path, "remove the directory", &missing, &effect, diags))
		return false;
	if (!missing)
		return remove_empty_dir(&effect, ret_not_empty);
	if (ret_not_empty)
		*ret_not_empty = false;
	return true;
}

/* ---- owner and mode of what exists ---- */

static bool
chown_path_fd(struct effect *effect, int path_fd, const struct host_owner *owner)
{
	if (!effect_allowed(effect, "fchownat"))
		return false;
	if (fchownat(path_fd, "", owner->uid, owner->gid, AT_EMPTY_PATH) == 0)
		return true;
	if (errno != ENOENT)
		return false;
	/* A fakeroot that does not know AT_EMPTY_PATH. This link leads to the same inode. */
	char link[FD_LINK_SIZE];
	return fchownat(AT_FDCWD, host_fd_link(path_fd, link), owner->uid, owner->gid, 0) == 0;
}

/* fchmod(2) refuses O_PATH descriptors, and fchmodat2(2) is younger than the kernels we serve. */
static bool
chmod_path_fd(struct effect *effect, int path_fd, mode_t mode)
{
	char link[FD_LINK_SIZE];
	return effect_allowed(effect, "chmod") && chmod(host_fd_link(path_fd, link), mode) == 0;
}

/*
 * After a change of owner the mode is always set, since the old owner could widen it until then and
 * the kernel drops set-ID bits.
 */
bool
effect_own(struct effect *effect, int path_fd, const struct stat *st, const struct host_owner *to)
{
	bool is_link = S_ISLNK(st->st_mode);
	bool moves = st->st_uid != to->uid || st->st_gid != to->gid;
	mode_t mode = st->st_mode & 07777, narrow = mode & to->mode;

	if (moves && !is_link && narrow != mode && !chmod_path_fd(effect, path_fd, narrow))
		return false;
	if (moves && !chown_path_fd(effect, path_fd, to))
		return false;
	return is_link || (!moves && mode == to->mode) || chmod_path_fd(effect, path_fd, to->mode);
}

bool
host_own_at(struct host *host, int dir_fd, const char *name, const struct stat *expected,
	const struct host_owner *owner, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_at(host, dir_fd, name, "change owner and mode", &effect, diags))
		return false;
	/* The directory may be a parent whose set-group-ID bit is about to change. */
	host->plain_fds = 0;

	AUTO_CLOSE int fd = host_lookup_at(host, dir_fd, name, O_PATH | O_NOFOLLOW);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return effect_failed(&effect);
	if (st.st_dev != expected->st_dev || st.st_ino != expected->st_ino)
		return diag_error(diags, place_of(&effect),
			"cannot change owner and mode: found inode %ju, expected inode %ju",
			(uintmax_t)st.st_ino, (uintmax_t)expected->st_ino);
	return effect_own(&effect, fd, &st, owner) || effect_failed(&effect);
}

/* ---- reaching the disk ---- */

bool
host_sync_fd(struct host *host, int fd, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_fd(host, path, "write to disk", &effect, diags))
		return false;
	return effect_sync(&effect, fd) || effect_failed(&effect);
}

bool
host_sync_dir(struct host *host, const char *path, struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	return host_open_dir(host, path, &fd, diags) && host_sync_fd(host, fd, path, diags);
}

bool
host_sync_filesystem(struct host *host, int fd, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_fd(host, path, "write the filesystem to disk", &effect, diags))
		return false;
	return (effect_allowed(&effect, "syncfs") && syncfs(fd) == 0) || effect_failed(&effect);
}
