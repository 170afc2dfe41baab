/*
 * race_scene.c - the home, the victim and the attacker, in a tmpfs of their own.
 */
#include "race_scene.h"

#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/cleanup.h"

static const char *const victims[] = { "victim", "victim/secret", "victim/in", "victim/linked" };

static const char *
below(const struct race_scene *scene, const char *path)
{
	static char text[128];
	snprintf(text, sizeof(text), "%s/%s", scene->root, path);
	return text;
}

static void
put_dir(struct race_scene *scene, const char *path, uid_t uid, mode_t mode)
{
	const char *real = below(scene, path);
	if (mkdir(real, 0700) != 0 || chown(real, uid, uid) != 0 || chmod(real, mode) != 0)
		err(1, "%s", real);
}

static void
put_file(struct race_scene *scene, const char *path, uid_t uid, const char *content)
{
	const char *real = below(scene, path);
	AUTO_CLOSE int fd = open(real, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ssize_t size = (ssize_t)strlen(content);
	if (fd < 0 || write(fd, content, (size_t)size) != size || fchown(fd, uid, uid) != 0)
		err(1, "%s", real);
}

static void
put_link(struct race_scene *scene, const char *target, const char *path)
{
	if (symlink(target, below(scene, path)) != 0)
		err(1, "%s", path);
}

static void
note_victim(struct race_scene *scene)
{
	for (size_t i = 0; i < ARRAY_LEN(victims); i++) {
		if (lstat(below(scene, victims[i]), &scene->victim[i]) != 0)
			err(1, "%s", victims[i]);
	}
}

static void
furnish(struct race_scene *scene)
{
	put_dir(scene, "victim", 0, 0700);
	put_file(scene, "victim/secret", 0, RACE_SECRET);
	put_file(scene, "victim/in", 0, RACE_SECRET);
	put_file(scene, "victim/linked", 0, RACE_LINKED);
	put_dir(scene, "spare", RACE_UID, 0777);
	put_dir(scene, "spare/moved", RACE_UID, 0777);
	put_file(scene, "spare/moved/in", RACE_UID, "outside");
	put_dir(scene, "home", RACE_UID, 0777);
	put_dir(scene, "home/dir", RACE_UID, 0777);
	put_file(scene, "home/dir/in", RACE_UID, "his own");
	put_link(scene, "../victim", "home/way");
	put_file(scene, "home/file", RACE_UID, "his own");
	put_link(scene, "../victim/secret", "home/alias");
	put_file(scene, "home/own", RACE_UID, "his own");
	char linked[128];
	snprintf(linked, sizeof(linked), "%s", below(scene, "victim/linked"));
	if (link(linked, below(scene, "home/hard")) != 0)
		err(1, "home/hard");
	put_dir(scene, "home/moved", RACE_UID, 0777);
	put_file(scene, "home/moved/in", RACE_UID, "his own");
}

void
race_scene_set(struct race_scene *scene)
{
	*scene = (struct race_scene){ .root = "/tmp/rehome-race-XXXXXX" };
	if (!mkdtemp(scene->root) || unshare(CLONE_NEWNS) != 0 ||
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", scene->root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0)
		err(1, "%s", scene->root);
	furnish(scene);
	note_victim(scene);
	snprintf(scene->home, sizeof(scene->home), "%s", below(scene, "home"));
	scene->home_fd = open(scene->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scene->shared = mmap(NULL, sizeof(*scene->shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene->home_fd < 0 || scene->shared == MAP_FAILED)
		err(1, "%s", scene->home);
}

void
race_scene_clear(struct race_scene *scene)
{
	cleanup_close(&scene->home_fd);
	munmap((void *)scene->shared, sizeof(*scene->shared));
	umount2(scene->root, MNT_DETACH);
	rmdir(scene->root);
}

/* ---- the attacker ---- */

struct attacker {
	int home, spare, asked, answered;
	volatile struct race_shared *shared;
	unsigned dice;
};

static void
swap_pairs(struct attacker *attacker, unsigned chosen)
{
	static const char *const pairs[][2] = { { "dir", "way" }, { "file", "alias" },
		{ "own", "hard" }, { "moved", "moved" } };
	for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
		int other = pairs[i][0] == pairs[i][1] ? attacker->spare : attacker->home;
		if (chosen >> i & 1 &&
			renameat2(attacker->home, pairs[i][0], other, pairs[i][1],
				RENAME_EXCHANGE) == 0)
			attacker->shared->swaps++;
	}
}

enum { ALL_PAIRS = 15, SWAP = 's', GO_FREE = 'f' };

/* Two times out of three each, drawn anew. */
static unsigned
draw_pairs(struct attacker *attacker)
{
	unsigned chosen = 0;
	for (int i = 0; i < 4; i++) {
		attacker->dice = attacker->dice * 1103515245 + 12345;
		chosen = chosen << 1 | ((attacker->dice >> 16) % 3 != 0);
	}
	return chosen;
}

static bool
swap_when_asked(struct attacker *attacker)
{
	char word;
	if (read(attacker->asked, &word, 1) != 1)
		_exit(0);
	if (word == GO_FREE)
		return false;
	swap_pairs(attacker, draw_pairs(attacker));
	if (write(attacker->answered, &word, 1) != 1)
		_exit(0);
	return true;
}

static void
swap_for_ever(struct attacker *attacker)
{
	if (setgroups(0, NULL) != 0 || setgid(RACE_UID) != 0 || setuid(RACE_UID) != 0)
		_exit(1);
	/* A change of uid forgets what was asked for before. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (!attacker->shared->is_in_step)
			swap_pairs(attacker, ALL_PAIRS);
		else
			while (swap_when_asked(attacker))
				;
	}
}

void
race_attack(struct race_scene *scene)
{
	int ask[2], answer[2];
	AUTO_CLOSE int spare = open(below(scene, "spare"), O_RDONLY | O_DIRECTORY);
	if (spare < 0 || pipe(ask) != 0 || pipe(answer) != 0)
		err(1, "cannot start the attacker");
	struct attacker attacker = { scene->home_fd, spare, ask[0], answer[1], scene->shared, 1 };
	scene->shared->swaps = 0;
	scene->shared->is_in_step = false;
	scene->attacker = fork();
	if (scene->attacker < 0)
		err(1, "fork");
	if (scene->attacker == 0)
		swap_for_ever(&attacker);
	close(ask[0]);
	close(answer[1]);
	scene->ask = ask[1];
	scene->answer = answer[0];
}

void
race_attack_end(struct race_scene *scene)
{
	kill(scene->attacker, SIGKILL);
	waitpid(scene->attacker, NULL, 0);
	close(scene->ask);
	close(scene->answer);
}

static void
tell(struct race_scene *scene, char word)
{
	if (write(scene->ask, &word, 1) != 1)
		err(1, "the attacker is gone");
}

void
race_let_swap(struct race_scene *scene)
{
	char word;
	tell(scene, SWAP);
	if (read(scene->answer, &word, 1) != 1)
		errx(1, "the attacker is gone");
}

void
race_attack_in_step(struct race_scene *scene, bool is_in_step)
{
	if (scene->shared->is_in_step && !is_in_step) {
		scene->shared->is_in_step = false;
		tell(scene, GO_FREE);
	}
	scene->shared->is_in_step = is_in_step;
}

/* ---- the victim ---- */

static bool
is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The hard link comes and goes in neither place: it was made before the victim was noted. */
static bool
is_harmed(const char *real, const struct stat *was)
{
	struct stat st;
	if (lstat(real, &st) != 0)
		err(1, "%s", real);
	return st.st_uid != was->st_uid || st.st_gid != was->st_gid || st.st_mode != was->st_mode ||
		st.st_nlink != was->st_nlink || st.st_size != was->st_size ||
		!is_same_time(&st.st_mtim, &was->st_mtim) ||
		lgetxattr(real, RACE_XATTR, NULL, 0) >= 0;
}

static void
mend(const char *real, const struct stat *was)
{
	const struct timespec times[2] = { was->st_atim, was->st_mtim };
	lremovexattr(real, RACE_XATTR);
	if (lchown(real, was->st_uid, was->st_gid) != 0 || chmod(real, was->st_mode & 07777) != 0 ||
		utimensat(AT_FDCWD, real, times, AT_SYMLINK_NOFOLLOW) != 0)
		err(1, "%s", real);
}

bool
race_scene_harmed(struct race_scene *scene)
{
	bool harmed = false;
	for (size_t i = 0; i < ARRAY_LEN(victims); i++) {
		const char *real = below(scene, victims[i]);
		if (!is_harmed(real, &scene->victim[i]))
			continue;
		mend(real, &scene->victim[i]);
		harmed = true;
	}
	return harmed;
}

bool
race_scene_is_outside(const struct race_scene *scene, const struct stat *st)
{
	return st->st_ino == scene->victim[0].st_ino || st->st_ino == scene->victim[1].st_ino ||
		st->st_ino == scene->victim[2].st_ino;
}
