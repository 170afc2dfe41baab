/*
 * root_dir.c - ROOT as a directory of this host.
 *
 * The kernel resolves: openat2(2) with RESOLVE_IN_ROOT takes "/" in a link as ROOT and stops ".."
 * there, so no path leads outside however its links are made or moved meanwhile. What is found is
 * first held by O_PATH, which opens nothing, and only regular files and directories are then opened
 * for reading, through the descriptor that was examined.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "importers/old/root_internal.h"

/* openat2 answers EAGAIN when directories are renamed under it; bounded, since that may go on. */
enum { LOOKUP_TRIES = 32, LINK_SIZE = 32, FIRST_CHUNK = 16 << 10 };

static int
open_in_root(int root_fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_PATH | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;
	for (int tries = 0; tries < LOOKUP_TRIES; tries++) {
		fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	return fd;
}

static const char *
fd_link(int fd, char buffer[LINK_SIZE])
{
	snprintf(buffer, LINK_SIZE, "/proc/self/fd/%d", fd);
	return buffer;
}

/* Where the descriptor is on this host; false when it is gone or too deep for a path. */
static bool
host_path_of(int fd, char path[PATH_MAX])
{
	char link[LINK_SIZE];
	ssize_t length = readlink(fd_link(fd, link), path, PATH_MAX);
	if (length <= 0 || length == PATH_MAX || path[0] != '/')
		return false;
	path[length] = '\0';
	return true;
}

static enum old_status
look(struct old_root *root, const char *path, int flags, struct root_node *ret_node)
{
	int fd = open_in_root(root->fd, path, flags);
	if (fd < 0)
		return root_status_of_errno(errno);
	struct stat st;
	if (fstat(fd, &st) != 0) {
		close(fd);
		return OLD_UNREADABLE;
	}
	*ret_node = (struct root_node){
		.fd = fd,
		.entry = {
			.uid = st.st_uid,
			.gid = st.st_gid,
			.mode = st.st_mode,
			.size = (uint64_t)st.st_size,
			.dev = st.st_dev,
			.ino = st.st_ino,
			.mtime = st.st_mtime,
		},
	};
	return OLD_OK;
}

static enum old_status
dir_look(struct old_root *root, const char *physical, struct root_node *ret_node)
{
	return look(root, physical, O_NOFOLLOW, ret_node);
}

static enum old_status
dir_find(struct old_root *root, const char *path, bool follow, struct root_node *ret_node)
{
	AUTO_NODE struct root_node node = NO_NODE;
	enum old_status status = look(root, path, follow ? 0 : O_NOFOLLOW, &node);
	if (status != OLD_OK)
		return status;

	char real[PATH_MAX];
	size_t above = strlen(root->host_path);
	if (!host_path_of(node.fd, real) || strncmp(real, root->host_path, above) != 0 ||
		(real[above] != '/' && real[above]))
		return OLD_UNREADABLE;
	node.entry.real = real[above] ? arena_strdup(root->arena, real + above) : "/";
	*ret_node = node;
	node.fd = -1;
	return OLD_OK;
}

static enum old_status
dir_target(struct old_root *root, const struct root_node *node, const char **ret_target)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(node->fd, "", target, sizeof(target));
	if (length < 0)
		return OLD_UNREADABLE;
	*ret_target = arena_strndup(root->arena, target, (size_t)length);
	return OLD_OK;
}

/* Through a descriptor that O_PATH gave; without touching the time of access where that is ours. */
static int
reopen(const struct root_node *node, int flags)
{
	char link[LINK_SIZE];
	flags |= O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	fd_link(node->fd, link);
	int fd = open(link, flags | O_NOATIME);
	return fd < 0 && errno == EPERM ? open(link, flags) : fd;
}

/* Files of /proc say that they are empty: what is read counts, not what stat said. */
static enum old_status
read_up_to(int fd, uint64_t limit, bool cut, struct buffer *content)
{
	char chunk[FIRST_CHUNK];
	enum old_status status = OLD_OK;
	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			status = OLD_UNREADABLE;
		if (got <= 0)
			break;
		bool over = content->size + (size_t)got > limit;
		if (over && !cut) {
			status = OLD_TOO_LARGE;
			break;
		}
		buffer_add(content, chunk, over ? limit - content->size : (size_t)got);
		if (over)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk)); /* passwords may have passed through */
	return status;
}

static enum old_status
dir_read(struct old_root *root, const struct root_node *node, uint64_t limit, bool cut,
	struct bytes *ret_content)
{
	AUTO_CLOSE int fd = reopen(node, 0);
	if (fd < 0)
		return OLD_UNREADABLE;
	AUTO_BUFFER struct buffer content = { 0 };
	enum old_status status = read_up_to(fd, limit, cut, &content);
	if (status != OLD_OK)
		return status;
	char *copy = arena_alloc(root->arena, content.size + 1);
	if (content.size)
		memcpy(copy, content.data, content.size);
	*ret_content = (struct bytes){ copy, content.size };
	return OLD_OK;
}

static enum old_status
dir_list(struct old_root *root, const struct root_node *node, struct string_list *ret_names)
{
	AUTO_CLOSE int fd = reopen(node, O_DIRECTORY);
	AUTO_DIR DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir)
		return OLD_UNREADABLE;
	steal_fd(&fd);
	errno = 0;
	for (struct dirent *found; (found = readdir(dir)); errno = 0) {
		if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
			continue;
		string_list_push(root->arena, ret_names, arena_strdup(root->arena, found->d_name));
	}
	return errno ? OLD_UNREADABLE : OLD_OK;
}

static enum old_status
dir_acl(struct old_root *root, const struct root_node *node, struct bytes *ret_acl)
{
	char link[LINK_SIZE], acl[XATTR_SIZE_MAX];
	ssize_t size =
		getxattr(fd_link(node->fd, link), "system.posix_acl_access", acl, sizeof(acl));
	if (size < 0)
		size = errno == ENODATA || errno == EOPNOTSUPP ? 0 : -1;
	if (size < 0)
		return OLD_UNREADABLE;
	*ret_acl = (struct bytes){ size ? arena_copy(root->arena, acl, (size_t)size) : NULL,
		(size_t)size };
	return OLD_OK;
}

static void
dir_close(struct old_root *root)
{
	cleanup_close(&root->fd);
	root->fd = -1;
}

const struct root_kind root_directory = {
	.find = dir_find,
	.look = dir_look,
	.target = dir_target,
	.read = dir_read,
	.list = dir_list,
	.acl = dir_acl,
	.close = dir_close,
};

bool
root_directory_open(struct old_root *root, const char *location, struct diags *diags)
{
	AUTO_CLOSE int fd = open(location, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return diag_error(diags, at(location, 0), "cannot open: %s", strerror(errno));
	AUTO_CLOSE int probe = open_in_root(fd, ".", 0);
	if (probe < 0)
		return diag_error(diags, at(location, 0),
			"cannot look below it safely: openat2: %s", strerror(errno));
	char path[PATH_MAX];
	if (!host_path_of(fd, path))
		return diag_error(diags, at(location, 0),
			"cannot find out its path: /proc is not mounted, or the path is too long");

	root->kind = &root_directory;
	root->host_path = strcmp(path, "/") == 0 ? "" : arena_strdup(root->arena, path);
	root->fd = steal_fd(&fd);
	return true;
}
