/*
 * host_files.c - the effects on file contents: new files, replaced files, the journal, locks.
 *
 * A file appears under its final name only when it is complete: content, owner, mode and label are
 * written and synced while it is still called something else, or (with O_EXCL) while it is 0600 and
 * root's. What could not be completed is removed again.
 */
#include "core/base/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <time.h>

#include "core/base/host_internal.h"

/* ---- new files ---- */

static int
create_empty(struct effect *effect, int flags)
{
	if (!effect_allowed(effect, "openat"))
		return -1;
	return TEMP_FAILURE_RETRY(openat(effect->dir_fd, effect->name,
		flags | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

static bool
write_all(struct effect *effect, int fd, struct bytes content)
{
	while (content.size) {
		if (!effect_allowed(effect, "write"))
			return false;
		ssize_t written = TEMP_FAILURE_RETRY(write(fd, content.data, content.size));
		if (written < 0)
			return false;
		content.data += written;
		content.size -= (size_t)written;
	}
	return true;
}

/* An SELinux context; size 0 = none. */
struct label {
	size_t size;
	char text[4096];
};

#define XATTR_LABEL "security.selinux"

static bool
read_label(int path_fd, struct label *ret_label)
{
	char link[FD_LINK_SIZE];
	ssize_t size = getxattr(
		host_fd_link(path_fd, link), XATTR_LABEL, ret_label->text, sizeof(ret_label->text));
	ret_label->size = size > 0 ? (size_t)size : 0;
	return size >= 0 || errno == ENODATA || errno == EOPNOTSUPP;
}

/* Not set again where the directory's rules gave it already: that may need no privilege. */
static bool
set_label(struct effect *effect, int fd, const struct label *wanted)
{
	struct label label;
	if (!wanted || !wanted->size)
		return true;
	if (read_label(fd, &label) && label.size == wanted->size &&
		memcmp(label.text, wanted->text, label.size) == 0)
		return true;
	return effect_allowed(effect, "fsetxattr") &&
		fsetxattr(fd, XATTR_LABEL, wanted->text, wanted->size, 0) == 0;
}

static bool
write_new_file(struct effect *effect, struct bytes content, const struct host_owner *owner,
	const struct label *label, enum host_sync sync)
{
	AUTO_CLOSE int fd = create_empty(effect, O_WRONLY);
	if (fd < 0)
		return false;
	if (write_all(effect, fd, content) && set_label(effect, fd, label) &&
		effect_own_new(effect, fd, owner) &&
		(sync == HOST_SYNC_LATER || effect_sync(effect, fd)))
		return true;
	effect_take_back(effect, 0);
	return false;
}

bool
host_create_file_at(struct host *host, int dir_fd, const char *name, struct bytes content,
	const struct host_owner *owner, enum host_sync sync, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_at(host, dir_fd, name, "create the file", &effect, diags))
		return false;
	return write_new_file(&effect, content, owner, NULL, sync) || effect_failed(&effect);
}

/* ---- replaced files ---- */

/* The label of the file that will be replaced; false with errno when it is not a regular file. */
static bool
examine_replaced(const struct effect *effect, struct label *ret_label)
{
	ret_label->size = 0;
	AUTO_CLOSE int fd =
		host_lookup_at(effect->host, effect->dir_fd, effect->name, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT;
	return host_is_regular(fd) && read_label(fd, ret_label);
}

/* Of one length whatever the file's name is, so that a 255-byte name has room beside it. */
static bool
draw_temporary_name(char name[32])
{
	uint64_t number;
	if (TEMP_FAILURE_RETRY(getrandom(&number, sizeof(number), 0)) != sizeof(number))
		return false;
	snprintf(name, 32, ".rehome-%016jx", (uintmax_t)number);
	return true;
}

bool
host_stage_file(struct host *host, const char *path, struct bytes content,
	const struct host_owner *owner, struct arena *arena, struct host_staged_file *ret_staged,
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	struct host_staged_file staged = { 0 };
	struct label label;
	if (!effect_begin(host, path, "write the new version", NULL, &effect, diags))
		return false;
	if (!examine_replaced(&effect, &label) || !draw_temporary_name(staged.temporary))
		return effect_failed(&effect);

	effect.name = staged.temporary;
	if (!write_new_file(&effect, content, owner, &label, HOST_SYNC_NOW))
		return effect_failed(&effect);
	staged.path = arena_strdup(arena, path);
	*ret_staged = staged;
	return true;
}

bool
host_commit_file(struct host *host, const struct host_staged_file *staged, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin(host, staged->path, "put the new version in place", NULL, &effect, diags))
		return false;
	if (!effect_allowed(&effect, "renameat") ||
		renameat(effect.dir_fd, staged->temporary, effect.dir_fd, effect.name) != 0)
		return effect_failed(&effect);
	return true;
}

void
host_abandon_file(struct host *host, const struct host_staged_file *staged)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags ignored = { .arena = &arena };
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin(host, staged->path, "remove the new version", NULL, &effect, &ignored))
		return;
	effect.name = staged->temporary;
	effect_take_back(&effect, 0);
}

static bool
sync_parent(struct host *host, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin(host, path, "write the directory to disk", NULL, &effect, diags))
		return false;
	return effect_sync(&effect, effect.dir_fd) || effect_failed(&effect);
}

bool
host_replace_file(struct host *host, const char *path, struct bytes content,
	const struct host_owner *owner, struct diags *diags)
{
	struct host_staged_file staged;
	if (!host_stage_file(host, path, content, owner, diags->arena, &staged, diags))
		return false;
	if (!host_commit_file(host, &staged, diags)) {
		host_abandon_file(host, &staged);
		return false;
	}
	return sync_parent(host, path, diags);
}

/* ---- a file that grows ---- */

static int
open_existing(struct effect *effect, int flags)
{
	AUTO_CLOSE int path_fd =
		host_lookup_at(effect->host, effect->dir_fd, effect->name, O_PATH | O_NOFOLLOW);
	if (path_fd < 0 || !host_is_regular(path_fd) || !effect_allowed(effect, "openat"))
		return -1;
	return host_reopen_regular(path_fd, flags);
}

bool
host_open_append(struct host *host, const char *path, bool create, int *ret_fd, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin(host, path, "open for appending", NULL, &effect, diags))
		return false;

	int flags = O_WRONLY | O_APPEND;
	int fd = create ? create_empty(&effect, flags) : open_existing(&effect, flags);
	if (fd < 0)
		return effect_failed(&effect);

	*ret_fd = fd;
	return true;
}

bool
host_append(struct host *host, int fd, struct bytes bytes, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_fd(host, path, "append", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "write"))
		return effect_failed(&effect);

	ssize_t written = TEMP_FAILURE_RETRY(write(fd, bytes.data, bytes.size));
	if (written < 0)
		return effect_failed(&effect);
	if ((size_t)written < bytes.size)
		return diag_error(diags, at(arena_strdup(diags->arena, path), 0),
			"cannot append: wrote %zd of %zu bytes", written, bytes.size);
	return true;
}

bool
host_truncate(struct host *host, int fd, off_t size, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin_fd(host, path, "cut the file", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "ftruncate") || TEMP_FAILURE_RETRY(ftruncate(fd, size)) != 0)
		return effect_failed(&effect);
	return true;
}

bool
host_reserve(struct host *host, int fd, off_t size, const char *path, struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	struct stat st;
	if (!effect_begin_fd(host, path, "reserve disk space", &effect, diags))
		return false;
	if (!effect_allowed(&effect, "fallocate") || fstat(fd, &st) != 0)
		return effect_failed(&effect);
	if (TEMP_FAILURE_RETRY(fallocate(fd, FALLOC_FL_KEEP_SIZE, st.st_size, size)) == 0)
		return true;
	return errno == EOPNOTSUPP || errno == ENOSYS || effect_failed(&effect);
}

/* ---- locks ---- */

enum { LOCK_POLL_MS = 50 };

/* Two processes may find it missing at once; the loser of O_EXCL opens what the winner made. */
static int
open_lock_file(struct effect *effect)
{
	int fd = open_existing(effect, O_RDWR);
	if (fd >= 0 || errno != ENOENT)
		return fd;
	fd = create_empty(effect, O_RDWR);
	if (fd >= 0 || errno != EEXIST)
		return fd;
	return open_existing(effect, O_RDWR);
}

static long long
monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/*
 * Whole-file and for writing, as lckpwdf(3) does it, so that both see each other. An open file
 * description lock rather than a process lock: closing another descriptor of the file, as library
 * code may, does not drop it.
 */
static bool
try_lock(int fd, bool *ret_held)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	*ret_held = TEMP_FAILURE_RETRY(fcntl(fd, F_OFD_SETLK, &lock)) == 0;
	return *ret_held || errno == EAGAIN || errno == EACCES;
}

/* Polls, because a blocking wait for a lock knows no deadline without a signal. */
static bool
lock_until(int fd, long long deadline, bool *ret_held)
{
	const struct timespec pause = { .tv_nsec = LOCK_POLL_MS * 1000000L };
	for (;;) {
		if (!try_lock(fd, ret_held))
			return false;
		if (*ret_held || monotonic_ms() >= deadline)
			return true;
		nanosleep(&pause, NULL);
	}
}

bool
host_lock_file(struct host *host, const char *path, unsigned wait_seconds, int *ret_fd,
	struct diags *diags)
{
	AUTO_EFFECT struct effect effect = NO_EFFECT;
	if (!effect_begin(host, path, "lock", NULL, &effect, diags))
		return false;

	long long deadline = monotonic_ms() + wait_seconds * 1000LL;
	AUTO_CLOSE int fd = open_lock_file(&effect);
	bool held = false;
	if (fd < 0 || !effect_allowed(&effect, "fcntl") || !lock_until(fd, deadline, &held))
		return effect_failed(&effect);

	*ret_fd = held ? steal_fd(&fd) : -1;
	return true;
}
