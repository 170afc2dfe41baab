/*
 * race.c [TRIES [SECONDS]] - nobody gets root to touch what is not his by swapping names.
 *
 * Each case lets one operation walk again and again through a home whose owner exchanges
 * directories, files, symbolic links and hard links of root's files under it. A try is one entry
 * that the walk decided upon; it was crossed when its name led elsewhere by the time it had been
 * dealt with. A win is any change of what belongs to root, or a look at it. Every other walk is in
 * no hurry: it lets the attacker swap every pair before each change, so that no window is too
 * short.
 *
 * The control does the same by path, as lstat(2) and chown(2) would. It must lose: otherwise the
 * attacker is too slow, and no wins would mean nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "core/base/walk.h"
#include "race_scene.h"

enum { NOT_RUN = 77, CONTROL_SECONDS = 60 };

static struct race_scene scene;
static unsigned long long wanted_tries = 100000;
static double wanted_seconds = 1;

struct race {
	struct host *host;
	const struct operation *operation;
	unsigned long long tries, crossed, wins;
	bool is_in_step;   /* in this round */
	double seconds[2]; /* spent free and in step */
};

/* What is done to each entry that the home's owner may ask for: by descriptor, and by path. */
struct operation {
	const char *name;
	bool (*act)(struct race *race, const struct walk_entry *entry, struct diags *diags);
	void (*act_by_path)(struct race *race, const char *path, const struct stat *st);
};

static double
seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Root's files, and files with more than one link, are nobody's business. */
static bool
may_be_touched(const struct stat *st)
{
	return st->st_uid != 0 &&
		(S_ISDIR(st->st_mode) || (S_ISREG(st->st_mode) && st->st_nlink == 1));
}

static void
let_swap(const struct race *race)
{
	if (race->is_in_step)
		race_let_swap(&scene);
}

/* The fault hook, which is asked between a decision and each of its system calls. */
static int
let_swap_before(void *ctx, const char *effect, const char *path)
{
	(void)effect, (void)path;
	let_swap(ctx);
	return 0;
}

/* ---- the operations ---- */

/* From one owner to the other and back, with a mode that changes too. */
static struct host_owner
next_owner(const struct stat *st)
{
	uid_t uid = st->st_uid == RACE_UID ? RACE_OTHER_UID : RACE_UID;
	mode_t flip = S_ISDIR(st->st_mode) ? S_ISGID : 040;
	return (struct host_owner){ uid, uid, (st->st_mode & 07777) ^ flip };
}

static bool
own(struct race *race, const struct walk_entry *entry, struct diags *diags)
{
	const struct host_owner owner = next_owner(&entry->st);
	return host_own_fd(race->host, entry->fd, entry->path, &owner, diags);
}

static void
own_by_path(struct race *race, const char *path, const struct stat *st)
{
	(void)race;
	const struct host_owner owner = next_owner(st);
	if (chown(path, owner.uid, owner.gid) == 0)
		(void)!chmod(path, owner.mode);
}

/* As an archive does; a win when what was read is root's. */
static void
read_from(struct race *race, int fd)
{
	char text[sizeof(RACE_SECRET)] = "";
	if (read(fd, text, sizeof(text) - 1) > 0 && strcmp(text, RACE_SECRET) == 0)
		race->wins++;
}

static bool
read_data(struct race *race, const struct walk_entry *entry, struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	if (!S_ISREG(entry->st.st_mode))
		return true;
	if (!host_open_data(race->host, entry->fd, entry->path, &fd, diags))
		return false;
	read_from(race, fd);
	return true;
}

static void
read_data_by_path(struct race *race, const char *path, const struct stat *st)
{
	AUTO_CLOSE int fd = S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0)
		read_from(race, fd);
}

static const struct timespec past[2] = { { 1, 0 }, { 1, 0 } };

static bool
label(struct race *race, const struct walk_entry *entry, struct diags *diags)
{
	const struct bytes value = { "x", 1 };
	return host_set_xattr(race->host, entry->fd, entry->path, RACE_XATTR, value, diags) &&
		host_remove_xattr(race->host, entry->fd, entry->path, RACE_XATTR, diags) &&
		host_set_times(race->host, entry->fd, entry->path, past, diags);
}

static void
label_by_path(struct race *race, const char *path, const struct stat *st)
{
	(void)race, (void)st;
	(void)!setxattr(path, RACE_XATTR, "x", 1, 0);
	(void)!removexattr(path, RACE_XATTR);
	(void)!utimensat(AT_FDCWD, path, past, 0);
}

/* Only goes down: a win is an entry from outside, which every operation looks out for. */
static bool
list(struct race *race, const struct walk_entry *entry, struct diags *diags)
{
	unsigned flags;
	return host_inode_flags(race->host, entry->fd, entry->path, &flags, diags);
}

static void
list_by_path(struct race *race, const char *path, const struct stat *st)
{
	(void)race, (void)path, (void)st;
}

/* ---- the walk ---- */

static bool
was_crossed(const struct walk_entry *entry)
{
	struct stat st;
	return entry->dir_fd >= 0 &&
		(fstatat(entry->dir_fd, entry->name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
			st.st_ino != entry->st.st_ino);
}

static enum walk_verdict
visit(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct race *race = ctx;
	race->tries++;
	race->wins += race_scene_is_outside(&scene, &entry->st);
	let_swap(race);
	if (may_be_touched(&entry->st) && !race->operation->act(race, entry, diags))
		return WALK_STOP;
	race->crossed += was_crossed(entry);
	return WALK_ON;
}

/* A round is one walk, of the kind that had less time so far. */
static void
begin_round(struct race *race, double *ret_start)
{
	race->is_in_step = race->seconds[true] < race->seconds[false];
	race_attack_in_step(&scene, race->is_in_step);
	*ret_start = seconds_now();
}

static void
end_round(struct race *race, double start)
{
	race->seconds[race->is_in_step] += seconds_now() - start;
	race->wins += race_scene_harmed(&scene);
}

/* An error ends the case. */
static void
walk_once(struct race *race)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	const struct walk_visitor visitor = { race, visit, NULL };
	double start;
	begin_round(race, &start);
	if (!host_walk(race->host, scene.home_fd, "/home", &visitor, &diags))
		fail_msg("%s: %s", diags.items[0].place.file, diags.items[0].message);
	end_round(race, start);
}

/* ---- the control ---- */

static void walk_by_path(struct race *race, const char *path);

static void
enter_by_path(struct race *race, const char *path)
{
	AUTO_DIR DIR *dir = opendir(path);
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		char below[512];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		walk_by_path(race, below);
	}
}

static void
walk_by_path(struct race *race, const char *path)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return;
	race->tries++;
	race->wins += race_scene_is_outside(&scene, &st);
	let_swap(race);
	if (may_be_touched(&st))
		race->operation->act_by_path(race, path, &st);
	if (S_ISDIR(st.st_mode))
		enter_by_path(race, path);
}

static void
walk_once_by_path(struct race *race)
{
	double start;
	begin_round(race, &start);
	walk_by_path(race, scene.home);
	end_round(race, start);
}

/* ---- the cases ---- */

static void
run_race(struct race *race)
{
	double start = seconds_now();
	/* On a machine with one processor a crossing takes its time. */
	while ((race->tries < wanted_tries && seconds_now() - start < wanted_seconds) ||
		(!race->crossed && seconds_now() - start < CONTROL_SECONDS))
		walk_once(race);
}

static void
run_control(struct race *race)
{
	double start = seconds_now();
	while ((race->tries < wanted_tries && seconds_now() - start < wanted_seconds / 4) ||
		(!race->wins && seconds_now() - start < CONTROL_SECONDS))
		walk_once_by_path(race);
}

static void
race_with(const struct operation *operation)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct host *host = host_create(scene.root, HOST_READ_WRITE, &diags);
	assert_non_null(host);
	struct race race = { .host = host, .operation = operation };
	struct race control = { .operation = operation };
	host_set_faults(host, &(struct host_faults){ &race, let_swap_before });

	race_attack(&scene);
	run_race(&race);
	uint64_t swaps = scene.shared->swaps;
	run_control(&control);
	race_attack_end(&scene);
	host_destroy(host);

	print_message("%s: %llu tries, %ju swaps, %llu crossed, %llu wins; control: %llu tries, "
		      "%llu wins\n",
		operation->name, race.tries, (uintmax_t)swaps, race.crossed, race.wins,
		control.tries, control.wins);
	assert_int_equal(race.wins, 0);
	assert_true(race.crossed > 0);
	assert_true(control.wins > 0);
}

static void
test_nobody_races_the_walk_out_of_his_home(void **state)
{
	(void)state;
	race_with(&(const struct operation){ "walk", list, list_by_path });
}

static void
test_nobody_races_a_change_of_owner(void **state)
{
	(void)state;
	race_with(&(const struct operation){ "chown", own, own_by_path });
}

static void
test_nobody_races_reading_for_an_archive(void **state)
{
	(void)state;
	race_with(&(const struct operation){ "read", read_data, read_data_by_path });
}

static void
test_nobody_races_attributes_and_times(void **state)
{
	(void)state;
	race_with(&(const struct operation){ "attributes", label, label_by_path });
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_races_the_walk_out_of_his_home),
		cmocka_unit_test(test_nobody_races_a_change_of_owner),
		cmocka_unit_test(test_nobody_races_reading_for_an_archive),
		cmocka_unit_test(test_nobody_races_attributes_and_times),
	};
	if (geteuid() != 0) {
		puts("needs root: the attacker is another user");
		return NOT_RUN;
	}
	if (argc > 1)
		wanted_tries = strtoull(argv[1], NULL, 10);
	/* A number of tries alone is meant to be reached. */
	if (argc > 1)
		wanted_seconds = argc > 2 ? strtod(argv[2], NULL) : 1e9;
	race_scene_set(&scene);
	int failed = cmocka_run_group_tests_name("race", tests, NULL, NULL);
	race_scene_clear(&scene);
	return failed;
}
