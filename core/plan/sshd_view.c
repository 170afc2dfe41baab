/*
 * sshd_view.c - a private view of the machine in which files can be other than they are.
 *
 * A child of ours takes a mount namespace of its own, cuts every propagation, and only then mounts:
 * a file system in memory over /run, and what stands in over what it stands for. Nothing is written
 * but to that memory, and all of it goes with the namespace; the machine itself is not changed.
 * We keep the namespace by descriptor and let the child go.
 *
 * Nothing is mounted upon a file itself: it may not exist, and when somebody renames another over
 * it, which is how account files change, the kernel takes such a mount away from every namespace.
 * So the file's directory is rebuilt in memory, each entry bound to the real one, with what stands
 * in among them, and mounted over the directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/plan/sshd_internal.h"

void
sshd_view_finish(struct sshd_view *view)
{
	cleanup_close(&view->namespace_fd);
	cleanup_close(&view->root_fd);
}

/* Entering a namespace lands on its topmost root; ours may be below that (a chroot). */
static bool
go_to_root(int root_fd)
{
	return fchdir(root_fd) == 0 && chroot(".") == 0 && chdir("/") == 0;
}

bool
sshd_view_enter(void *ctx)
{
	const struct sshd_view *view = ctx;
	if (setns(view->namespace_fd, CLONE_NEWNS) == 0 && go_to_root(view->root_fd))
		return true;
	dprintf(STDERR_FILENO, "cannot enter the private namespace: %m\n");
	return false;
}

/* ---- in the child ---- */

struct keeper {
	int report_fd;
	dev_t memory; /* the file system over /run */
	unsigned made;
};

static bool
cannot(const struct keeper *keeper, const char *doing, const char *path)
{
	dprintf(keeper->report_fd, "cannot %s %s: %m", doing, path);
	return false;
}

/*
 * "/" is no mount point in a chroot, and then nothing can be said about its propagation. So we go
 * to the namespace's own root first.
 */
static bool
leave_the_machine(const struct keeper *keeper)
{
	if (unshare(CLONE_NEWNS) != 0) {
		dprintf(keeper->report_fd, "private mount namespaces are not permitted here: %m");
		return false;
	}
	AUTO_CLOSE int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int namespace_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (root_fd < 0 || namespace_fd < 0)
		return cannot(keeper, "open", "/proc/self/ns/mnt");
	if (setns(namespace_fd, CLONE_NEWNS) != 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !go_to_root(root_fd))
		return cannot(keeper, "make private", "/");
	return true;
}

static bool
hide(const struct keeper *keeper, const char *path)
{
	return mount("rehome", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0 ||
		cannot(keeper, "mount on", path);
}

static bool
prepare_run(struct keeper *keeper)
{
	struct stat st;
	if (!hide(keeper, "/run"))
		return false;
	/* Usually a link to /run/nscd, which has just gone. */
	if (stat("/var/run/nscd", &st) == 0 && !hide(keeper, "/var/run/nscd"))
		return false;
	if (mkdir("/run/sshd", 0755) != 0 || mkdir(SSHD_VIEW_SCRATCH, 0700) != 0 ||
		stat("/run", &st) != 0)
		return cannot(keeper, "prepare", "/run");
	keeper->memory = st.st_dev;
	return true;
}

/* Only ever a new file: what is there already could be, or lead to, one of the machine's. */
static bool
write_file(const struct keeper *keeper, const char *path, struct bytes content)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return cannot(keeper, "write", path);
	for (size_t done = 0; done < content.size;) {
		ssize_t put =
			TEMP_FAILURE_RETRY(write(fd, content.data + done, content.size - done));
		if (put < 0)
			return cannot(keeper, "write", path);
		done += (size_t)put;
	}
	return true;
}

static bool
bind(const struct keeper *keeper, const char *from, const char *to)
{
	return mount(from, to, NULL, MS_BIND | MS_REC, NULL) == 0 || cannot(keeper, "mount on", to);
}

/* ---- a directory with one more file ---- */

static bool
copy_link(const struct keeper *keeper, const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t size = readlink(from, target, sizeof(target) - 1);
	if (size < 0)
		return cannot(keeper, "read", from);
	target[size] = '\0';
	return symlink(target, to) == 0 || cannot(keeper, "link", to);
}

static bool
copy_entry(const struct keeper *keeper, const char *from, const char *to)
{
	struct stat st;
	if (lstat(from, &st) != 0)
		return cannot(keeper, "examine", from);
	if (S_ISLNK(st.st_mode))
		return copy_link(keeper, from, to);
	if (S_ISDIR(st.st_mode))
		return (mkdir(to, 0700) == 0 || cannot(keeper, "create", to)) &&
			bind(keeper, from, to);
	/* Sockets and devices mean nothing to sshd's configuration. */
	return !S_ISREG(st.st_mode) ||
		(write_file(keeper, to, (struct bytes){ 0 }) && bind(keeper, from, to));
}

static bool
copy_directory(const struct keeper *keeper, const char *from, const char *to)
{
	struct stat st;
	AUTO_DIR DIR *dir = opendir(from);
	if (!dir || fstat(dirfd(dir), &st) != 0)
		return cannot(keeper, "read", from);
	/* A mount of its own, so that it can be moved over the real one with all that is in it. */
	if (mkdir(to, 0700) != 0 || chown(to, st.st_uid, st.st_gid) != 0 ||
		chmod(to, st.st_mode & 07777) != 0 || mount(to, to, NULL, MS_BIND, NULL) != 0)
		return cannot(keeper, "create", to);

	struct dirent *entry;
	while ((errno = 0, entry = readdir(dir))) {
		char source[PATH_MAX], target[PATH_MAX];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (snprintf(source, sizeof(source), "%s/%s", from, entry->d_name) >= PATH_MAX ||
			snprintf(target, sizeof(target), "%s/%s", to, entry->d_name) >= PATH_MAX)
			continue;
		if (!copy_entry(keeper, source, target))
			return false;
	}
	return !errno || cannot(keeper, "read", from);
}

/* path's directories below base, base/ included in path. */
static bool
make_directories(const struct keeper *keeper, char *path, size_t base)
{
	for (char *slash = strchr(path + base + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
		if (!made)
			cannot(keeper, "create", path);
		*slash = '/';
		if (!made)
			return false;
	}
	return true;
}

/* The nearest directory above path that exists. */
static bool
find_directory(const struct keeper *keeper, const char *path, char ret_directory[PATH_MAX],
	struct stat *ret_st)
{
	strcpy(ret_directory, path);
	for (;;) {
		char *slash = strrchr(ret_directory, '/');
		if (slash == ret_directory) {
			errno = ENOENT;
			return cannot(keeper, "stand in for", path);
		}
		*slash = '\0';
		if (stat(ret_directory, ret_st) == 0)
			return true;
		if (errno != ENOENT)
			return cannot(keeper, "examine", ret_directory);
	}
}

/*
 * In the rebuilt directory the real file is bound to an empty one, and a link is a copy of the real
 * link. Both go; what is not in our memory then is the machine's, and stays.
 */
static bool
make_room(const struct keeper *keeper, const char *path)
{
	struct stat st;
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT)
		return cannot(keeper, "take away", path);
	if (lstat(path, &st) != 0)
		return errno == ENOENT || cannot(keeper, "examine", path);
	if (st.st_dev == keeper->memory && unlink(path) == 0)
		return true;
	errno = st.st_dev == keeper->memory ? errno : EXDEV;
	return cannot(keeper, "take away", path);
}

static bool
place(struct keeper *keeper, const struct sshd_stand_in *stand_in)
{
	char directory[PATH_MAX], copy[PATH_MAX], path[2 * PATH_MAX];
	struct stat st;
	if (strlen(stand_in->path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return cannot(keeper, "stand in for", stand_in->path);
	}
	if (!find_directory(keeper, stand_in->path, directory, &st))
		return false;
	size_t size = strlen(directory);
	bool ours = st.st_dev == keeper->memory;
	snprintf(copy, sizeof(copy), SSHD_VIEW_SCRATCH "/%u", keeper->made++);
	if (!ours && !copy_directory(keeper, directory, copy))
		return false;

	const char *base = ours ? directory : copy;
	snprintf(path, sizeof(path), "%s%s", base, stand_in->path + size);
	return make_room(keeper, path) && make_directories(keeper, path, strlen(base)) &&
		write_file(keeper, path, stand_in->content) &&
		(ours || mount(copy, directory, NULL, MS_MOVE, NULL) == 0 ||
			cannot(keeper, "mount on", directory));
}

#define READY "ready"

static void
be_keeper(int report_fd, int gate_fd, const struct sshd_stand_in *stand_ins, size_t count)
{
	struct keeper keeper = { .report_fd = report_fd };
	char byte;
	umask(022);
	bool ready = leave_the_machine(&keeper) && prepare_run(&keeper);
	for (size_t i = 0; ready && i < count; i++)
		ready = place(&keeper, &stand_ins[i]);
	if (ready)
		dprintf(report_fd, READY);
	/* Until our parent holds the namespace, or has gone. */
	TEMP_FAILURE_RETRY(read(gate_fd, &byte, 1));
	_exit(0);
}

/* ---- outside ---- */

static const char *
take_over(pid_t keeper, int report_fd, struct arena *arena, struct sshd_view *view)
{
	char report[PATH_MAX + 256], path[64];
	ssize_t size = TEMP_FAILURE_RETRY(read(report_fd, report, sizeof(report) - 1));
	if (size <= 0)
		return "the process that prepares the private namespace ended early";
	report[size] = '\0';
	if (strcmp(report, READY) != 0)
		return arena_strdup(arena, report);

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)keeper);
	view->namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/root", (int)keeper);
	view->root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (view->namespace_fd < 0 || view->root_fd < 0)
		return arena_printf(arena, "cannot keep the private namespace: %m");
	return NULL;
}

const char *
sshd_view_make(const struct sshd_stand_in *stand_ins, size_t stand_in_count, struct arena *arena,
	struct sshd_view *ret_view)
{
	int report[2] = { -1, -1 }, gate[2] = { -1, -1 };
	if (pipe2(report, O_CLOEXEC) != 0 || pipe2(gate, O_CLOEXEC) != 0) {
		cleanup_close(&report[0]);
		cleanup_close(&report[1]);
		return arena_printf(arena, "cannot make a pipe: %m");
	}
	pid_t keeper = fork();
	if (keeper == 0) {
		close(gate[1]);
		be_keeper(report[1], gate[0], stand_ins, stand_in_count);
	}
	close(report[1]);
	close(gate[0]);
	const char *why = keeper < 0 ? arena_printf(arena, "cannot fork: %m")
				     : take_over(keeper, report[0], arena, ret_view);
	close(report[0]);
	close(gate[1]);
	if (keeper > 0)
		TEMP_FAILURE_RETRY(waitpid(keeper, NULL, 0));
	return why;
}
