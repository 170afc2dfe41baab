/*
 * host_lookup.c - from a path of the host to a descriptor, without following any link.
 *
 * Owns the root's descriptor. openat2(2) does a lookup in one call; where the kernel (or a seccomp
 * filter) lacks it, the path is walked component by component with O_NOFOLLOW. Which of the two is
 * decided once, when the host is opened. '..' is refused before either is asked, so no lookup can
 * leave the root, however the directories are moved meanwhile.
 */
#include "core/base/host.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "core/base/host_internal.h"

/*
 * openat2 answers EAGAIN when it cannot prove a lookup against concurrent renames. Bounded, since
 * users can rename for ever and must not keep us here.
 */
enum { LOOKUP_TRIES = 32 };

static int
open_beneath(int root_fd, const char *relative, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;
	for (int tries = 0; tries < LOOKUP_TRIES; tries++) {
		fd = (int)syscall(SYS_openat2, root_fd, relative, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd;
}

static bool
is_link_at(int dir_fd, const char *name)
{
	struct stat st;
	return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

static int
open_component(int dir_fd, const char *name, int flags)
{
	int fd = TEMP_FAILURE_RETRY(openat(dir_fd, name, flags | O_NOFOLLOW | O_CLOEXEC));
	/* O_DIRECTORY says ENOTDIR of a link; openat2 says ELOOP, and so do we. */
	if (fd < 0 && errno == ENOTDIR)
		errno = is_link_at(dir_fd, name) ? ELOOP : ENOTDIR;
	return fd;
}

/* What open_beneath() does, for old kernels. Writes into relative. */
static int
walk(int root_fd, char *relative, int flags)
{
	AUTO_CLOSE int reached = -1;
	int dir_fd = root_fd;
	char *name = relative;
	for (char *slash; (slash = strchr(name, '/')); name = slash + 1) {
		*slash = '\0';
		int next = open_component(dir_fd, name, O_PATH | O_DIRECTORY);
		if (next < 0)
			return -1;
		cleanup_close(&reached);
		reached = dir_fd = next;
	}
	return open_component(dir_fd, name, flags);
}

/* Without leading, doubled and trailing slashes; "." for the root. EINVAL for '.' and '..'. */
static bool
make_relative(const char *path, char relative[PATH_MAX])
{
	size_t used = 0;
	errno = EINVAL;
	if (path[0] != '/')
		return false;
	for (path += strspn(path, "/"); *path; path += strspn(path, "/")) {
		size_t length = strcspn(path, "/");
		if (path[0] == '.' && (length == 1 || (length == 2 && path[1] == '.')))
			return false;
		if (used + 1 + length + 1 > PATH_MAX) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (used)
			relative[used++] = '/';
		memcpy(relative + used, path, length);
		used += length;
		path += length;
	}
	strcpy(relative + used, used ? "" : ".");
	return true;
}

int
host_noted(struct host *host, int fd)
{
	if (fd >= 0 && fd < HOST_PLAIN_FDS)
		host->plain_fds &= ~(UINT64_C(1) << fd);
	return fd;
}

static int
lookup_relative(struct host *host, char *relative, int flags)
{
	int fd = host->has_openat2 ? open_beneath(host->root_fd, relative, flags)
				   : walk(host->root_fd, relative, flags);
	return host_noted(host, fd);
}

int
host_lookup(struct host *host, const char *path, int flags)
{
	char relative[PATH_MAX];
	return make_relative(path, relative) ? lookup_relative(host, relative, flags) : -1;
}

int
host_lookup_parent(struct host *host, const char *path, char ret_name[NAME_MAX + 1])
{
	char relative[PATH_MAX];
	if (!make_relative(path, relative))
		return -1;

	char *slash = strrchr(relative, '/');
	const char *name = slash ? slash + 1 : relative;
	size_t length = strlen(name);
	errno = length > NAME_MAX ? ENAMETOOLONG : EINVAL;
	if (length > NAME_MAX || !host_is_name(name))
		return -1;
	memcpy(ret_name, name, length + 1);
	if (slash)
		*slash = '\0';
	else
		strcpy(relative, ".");
	return lookup_relative(host, relative, O_RDONLY | O_DIRECTORY);
}

bool
host_is_name(const char *name)
{
	return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

int
host_lookup_at(struct host *host, int dir_fd, const char *name, int flags)
{
	if (!host_is_name(name)) {
		errno = EINVAL;
		return -1;
	}
	return host_noted(host, open_component(dir_fd, name, flags));
}

const char *
host_fd_link(int fd, char buffer[FD_LINK_SIZE])
{
	snprintf(buffer, FD_LINK_SIZE, "/proc/self/fd/%d", fd);
	return buffer;
}

bool
host_is_regular(int path_fd)
{
	struct stat st;
	if (fstat(path_fd, &st) != 0)
		return false;
	errno = S_ISLNK(st.st_mode) ? ELOOP : S_ISDIR(st.st_mode) ? EISDIR : ENXIO;
	return S_ISREG(st.st_mode);
}

int
host_reopen_regular(int path_fd, int flags)
{
	if (!host_is_regular(path_fd))
		return -1;
	/* This link leads to the inode just examined, whatever stands at its name by now. */
	char link[FD_LINK_SIZE];
	return TEMP_FAILURE_RETRY(
		open(host_fd_link(path_fd, link), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

int
host_reopen_dir(struct host *host, int path_fd)
{
	/* "." never crosses into what is mounted on top. */
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = TEMP_FAILURE_RETRY(openat(path_fd, ".", flags | O_NOATIME));
	if (fd < 0 && errno == EPERM)
		fd = TEMP_FAILURE_RETRY(openat(path_fd, ".", flags));
	return host_noted(host, fd);
}

/* ---- facts about descriptors ---- */

/* What statx(2) does not say before Linux 5.8. */
static uint64_t
mount_id_by_proc(int fd)
{
	char path[48], line[128];
	uintmax_t id = 0;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	AUTO_FILE FILE *facts = fopen(path, "re");
	while (facts && fgets(line, sizeof(line), facts)) {
		if (sscanf(line, "mnt_id: %ju", &id) == 1)
			break;
	}
	return id;
}

uint64_t
host_mount_id(int fd)
{
	struct statx facts;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) == 0 &&
		(facts.stx_mask & STATX_MNT_ID))
		return facts.stx_mnt_id;
	return mount_id_by_proc(fd);
}

static struct timespec
time_of(const struct statx_timestamp *time)
{
	return (struct timespec){ .tv_sec = time->tv_sec, .tv_nsec = time->tv_nsec };
}

bool
host_examine_fd(int fd, struct stat *ret_st, uint64_t *ret_mount_id)
{
	enum { WANTED = STATX_BASIC_STATS | STATX_MNT_ID };
	struct statx facts;
	if (statx(fd, "", AT_EMPTY_PATH, WANTED, &facts) != 0 ||
		(facts.stx_mask & WANTED) != WANTED) {
		*ret_mount_id = host_mount_id(fd);
		return fstat(fd, ret_st) == 0;
	}
	*ret_mount_id = facts.stx_mnt_id;
	*ret_st = (struct stat){
		.st_dev = makedev(facts.stx_dev_major, facts.stx_dev_minor),
		.st_ino = facts.stx_ino,
		.st_nlink = facts.stx_nlink,
		.st_mode = facts.stx_mode,
		.st_uid = facts.stx_uid,
		.st_gid = facts.stx_gid,
		.st_rdev = makedev(facts.stx_rdev_major, facts.stx_rdev_minor),
		.st_size = (off_t)facts.stx_size,
		.st_blksize = facts.stx_blksize,
		.st_blocks = (blkcnt_t)facts.stx_blocks,
		.st_atim = time_of(&facts.stx_atime),
		.st_mtim = time_of(&facts.stx_mtime),
		.st_ctim = time_of(&facts.stx_ctime),
	};
	return true;
}

bool
host_no_such_xattr(void)
{
	return errno == ENODATA || errno == EOPNOTSUPP;
}

/* ---- messages ---- */

char *
host_path_at(const struct host *host, int dir_fd, const char *name, struct arena *arena)
{
	char link[FD_LINK_SIZE], target[PATH_MAX];
	ssize_t length = readlink(host_fd_link(dir_fd, link), target, sizeof(target));
	size_t root = strlen(host->real);
	if (length <= 0 || (size_t)length < root || memcmp(target, host->real, root) != 0)
		return arena_strdup(arena, name);

	int below = (int)((size_t)length - root);
	bool at_root = below <= 1;
	return arena_printf(arena, "%.*s/%s", at_root ? 0 : below, target + root, name);
}

bool
host_refused(const char *path, int error, struct diags *diags)
{
	struct place place = at(arena_strdup(diags->arena, path), 0);
	switch (error) {
	case ELOOP:
		diag_error(diags, place, "is a symbolic link");
		diag_hint(diags,
			"Links are never followed: give the real path, or put a directory "
			"or a bind mount in its place.");
		return false;
	case ENOTDIR:
		return diag_error(diags, place, "is not a directory");
	case EISDIR:
		return diag_error(diags, place, "is a directory, expected a regular file");
	case ENXIO:
		return diag_error(
			diags, place, "is a FIFO, socket or device, expected a regular file");
	default:
		return diag_error(diags, place, "cannot open: %s", strerror(error));
	}
}

/* How many bytes of relative lead to the first component that is not a directory. */
static size_t
blamed_length(int root_fd, const char *relative)
{
	AUTO_CLOSE int reached = -1;
	const char *end = relative;
	for (int dir_fd = root_fd;; end++) {
		const char *start = end;
		end += strcspn(end, "/");
		char name[NAME_MAX + 1];
		snprintf(name, sizeof(name), "%.*s", (int)(end - start), start);
		int next = open_component(dir_fd, name, O_PATH | O_DIRECTORY);
		if (next < 0 || !*end) {
			cleanup_close(&next);
			return (size_t)(end - relative);
		}
		cleanup_close(&reached);
		reached = dir_fd = next;
	}
}

bool
host_lookup_failed(struct host *host, const char *path, struct diags *diags)
{
	int error = errno;
	char relative[PATH_MAX];
	if (error == EINVAL) {
		struct place place = at(arena_strdup(diags->arena, path), 0);
		return diag_error(diags, place,
			"cannot open: expected an absolute path below the root, without '.' and "
			"'..'");
	}
	if ((error != ELOOP && error != ENOTDIR) || !make_relative(path, relative))
		return host_refused(path, error, diags);

	relative[blamed_length(host->root_fd, relative)] = '\0';
	return host_refused(arena_printf(diags->arena, "/%s", relative), error, diags);
}

bool
host_lookup_at_failed(struct host *host, int dir_fd, const char *name, struct diags *diags)
{
	int error = errno;
	if (error == EINVAL)
		return diag_error(diags, at(arena_strdup(diags->arena, name), 0),
			"cannot open: expected one name without '/'");
	return host_refused(host_path_at(host, dir_fd, name, diags->arena), error, diags);
}

/* ---- the root ---- */

/* A bind mount of "/" elsewhere is not the machine itself: other mounts stand below it. */
static bool
is_machine_root(int root_fd)
{
	AUTO_CLOSE int machine_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat ours, machine;
	return machine_fd >= 0 && fstat(root_fd, &ours) == 0 && fstat(machine_fd, &machine) == 0 &&
		ours.st_dev == machine.st_dev && ours.st_ino == machine.st_ino &&
		host_mount_id(root_fd) == host_mount_id(machine_fd);
}

/* Old seccomp filters answer EPERM for system calls they do not know. */
static bool
probe_openat2(int root_fd)
{
	AUTO_CLOSE int fd = open_beneath(root_fd, ".", O_PATH | O_DIRECTORY);
	return fd >= 0 || (errno != ENOSYS && errno != EPERM);
}

static char *
copy(const char *text, size_t length)
{
	char *copied = strndup(text, length);
	if (!copied)
		abort();
	return copied;
}

static char *
real_root(int root_fd)
{
	char link[FD_LINK_SIZE], target[PATH_MAX];
	ssize_t length = readlink(host_fd_link(root_fd, link), target, sizeof(target));
	return copy(target, length > 1 ? (size_t)length : 0);
}

struct host *
host_create(const char *root, enum host_mode mode, struct diags *diags)
{
	AUTO_CLOSE int root_fd = TEMP_FAILURE_RETRY(open(root, O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (root_fd < 0) {
		diag_error(diags, at(arena_strdup(diags->arena, root), 0),
			"cannot open the root directory: %s", strerror(errno));
		return NULL;
	}

	size_t length = strlen(root);
	while (length > 1 && root[length - 1] == '/')
		length--;
	struct host *host = calloc(1, sizeof(*host));
	if (!host)
		abort();
	host->root = copy(root, length);
	host->real = real_root(root_fd);
	host->mode = mode;
	host->live = is_machine_root(root_fd);
	host->has_openat2 = probe_openat2(root_fd);
	host->root_fd = steal_fd(&root_fd);
	if (mode == HOST_READ_WRITE)
		umask(HOST_UMASK);
	return host;
}

void
host_destroy(struct host *host)
{
	if (!host)
		return;
	cleanup_close(&host->root_fd);
	free(host->root);
	free(host->real);
	free(host);
}

void
host_force_walk(struct host *host)
{
	host->has_openat2 = false;
}

void
host_set_faults(struct host *host, const struct host_faults *faults)
{
	host->faults = *faults;
}

const char *
host_root(const struct host *host)
{
	return host->root;
}

bool
host_is_live(const struct host *host)
{
	return host->live;
}

char *
host_real_path(const struct host *host, const char *path, struct arena *arena)
{
	assert(path[0] == '/');
	bool is_slash = strcmp(host->root, "/") == 0;
	return arena_printf(arena, "%s%s", is_slash ? "" : host->root, path);
}
