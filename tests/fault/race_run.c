/*
 * race_run.c [TRIES [SECONDS]] - the races of race.c against what really walks while people work:
 * the look into a home for a plan, the archive of a home in use, and the copy of a home.
 *
 * A try is one entry of the home in one round. A win is a byte of what only root may read in what
 * came out, anything counted outside of the home, or any change of it. The control reads by path.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <archive.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buffer.h"
#include "core/base/copy.h"
#include "core/plan/home_inventory.h"
#include "core/run/archive.h"
#include "race_scene.h"
#include "tests/remove_tree.h"

enum { NOT_RUN = 77, CONTROL_SECONDS = 60, ENTRIES = 10 };

static struct race_scene scene;
static unsigned long long wanted_tries = 100000;
static double wanted_seconds = 1;

struct race {
	struct host *host;
	struct arena arena; /* of one round */
	struct diags diags;
	unsigned long long tries, failed, wins;
	bool is_in_step;
};

static double
seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The fault hook, which is asked before each effect. */
static int
let_swap(void *ctx, const char *effect, const char *path)
{
	const struct race *race = ctx;
	(void)effect, (void)path;
	if (race->is_in_step)
		race_let_swap(&scene);
	return 0;
}

static const char *
real(struct race *race, const char *path)
{
	return arena_printf(&race->arena, "%s%s", scene.root, path);
}

/* What a home that changes under it may say; anything else would hide that nothing was tried. */
static void
check_failure(struct race *race, const char *expected)
{
	race->failed++;
	assert_true(race->diags.count > 0);
	if (!expected || !strstr(race->diags.items[0].message, expected))
		fail_msg("%s: %s", race->diags.items[0].place.file, race->diags.items[0].message);
}

/* ---- what is raced ---- */

/* Below the first level everything is the user's own. */
static void
look_into_home(struct race *race)
{
	const struct folder_list none = { 0 };
	const struct home_request request = { .home = "/home", .uid = RACE_UID, .folders = &none };
	struct home_inventory inventory = { 0 };
	if (!home_inventory_take(race->host, &request, &race->arena, &inventory, &race->diags))
		check_failure(race, NULL);
	ARRAY_FOREACH (path, &inventory.found[HOME_FOREIGN].paths)
		race->wins += strchr(*path, '/') != NULL;
	assert_true(inventory.files > 0);
}

static void
add_content(const char *path, struct buffer *content)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char block[4096];
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open_filename(archive, path, sizeof(block)) == ARCHIVE_OK &&
		archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		for (ssize_t got; (got = archive_read_data(archive, block, sizeof(block))) > 0;)
			buffer_add(content, block, (size_t)got);
	}
	archive_read_free(archive);
}

static void
archive_home(struct race *race)
{
	AUTO_BUFFER struct buffer content = { 0 };
	struct archive_job job = {
		.host = race->host,
		.arena = &race->arena,
		.diags = &race->diags,
		.dir = "/archives",
		.login = "anna",
		.home = "/home",
		.run = "1",
		.why = "adopt",
		.owner = { RACE_UID, RACE_UID, 0777 },
		.content = true,
		.threads = 1,
	};
	struct stat st;
	assert_int_equal(fstat(scene.home_fd, &st), 0);
	job.dev = st.st_dev;
	job.ino = st.st_ino;
	assert_int_equal(mkdir(real(race, "/archives"), 0700), 0);
	if (!archive_ahead(&job))
		check_failure(race, NULL);
	add_content(real(race, "/archives/anna.tar.zst"), &content);
	/* A tar that holds nothing would prove nothing. */
	assert_true(content.size > 512);
	race->wins += memmem(content.data, content.size, RACE_SECRET, strlen(RACE_SECRET)) != NULL;
	assert_int_equal(remove_tree(real(race, "/archives")), 0);
}

static struct race *looking;

static int
look_at_copy(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	char text[sizeof(RACE_SECRET)] = "";
	(void)type, (void)ftw;
	AUTO_CLOSE int fd = S_ISREG(st->st_mode) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
		looking->wins += strcmp(text, RACE_SECRET) == 0;
	return 0;
}

static void
copy_home(struct race *race)
{
	struct tree_copy copy = { .from_fd = scene.home_fd, .from = "/home", .to = "/copy" };
	struct tree_copy_facts facts;
	assert_int_equal(mkdir(real(race, "/copy"), 0700), 0);
	copy.to_fd = open(real(race, "/copy"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!host_copy_tree(race->host, &copy, &race->arena, &facts, &race->diags))
		check_failure(race, "changed while it was copied");
	close(copy.to_fd);
	looking = race;
	assert_int_equal(nftw(real(race, "/copy"), look_at_copy, 16, FTW_PHYS), 0);
	assert_int_equal(remove_tree(real(race, "/copy")), 0);
}

/* The control: what is a file when it is looked at is opened by its name. */
static void
read_by_path(struct race *race)
{
	static const char *const paths[] = { "/home/file", "/home/dir/in", "/home/alias" };
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *path = real(race, paths[i]);
		char text[sizeof(RACE_SECRET)] = "";
		struct stat st;
		if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid == 0)
			continue;
		(void)let_swap(race, NULL, NULL);
		AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
			race->wins += strcmp(text, RACE_SECRET) == 0;
	}
}

/* ---- the cases ---- */

static void
run_rounds(struct race *race, void (*round)(struct race *), bool may_step, bool until_won)
{
	double start = seconds_now(), seconds = wanted_seconds;
	while ((race->tries < wanted_tries && seconds_now() - start < seconds) ||
		(until_won && !race->wins && seconds_now() - start < CONTROL_SECONDS)) {
		race->diags = (struct diags){ .arena = &race->arena };
		race->is_in_step = may_step && !race->is_in_step;
		race_attack_in_step(&scene, race->is_in_step);
		round(race);
		race->wins += race_scene_harmed(&scene);
		race->tries += ENTRIES;
		arena_finish(&race->arena);
	}
}

static void
race_against(const char *name, void (*round)(struct race *), bool has_effects)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct race race = { .host = host_create(scene.root, HOST_READ_WRITE, &diags) };
	struct race control = { 0 };
	assert_non_null(race.host);
	host_set_faults(race.host, &(struct host_faults){ &race, let_swap });

	race_attack(&scene);
	run_rounds(&race, round, has_effects, false);
	uint64_t swaps = scene.shared->swaps;
	race_attack_in_step(&scene, false);
	run_rounds(&control, read_by_path, true, true);
	race_attack_end(&scene);
	host_destroy(race.host);

	print_message("%s: %llu tries, %ju swaps, %llu rounds refused, %llu wins; control: %llu "
		      "tries, %llu wins\n",
		name, race.tries, (uintmax_t)swaps, race.failed, race.wins, control.tries,
		control.wins);
	assert_int_equal(race.wins, 0);
	assert_true(race.tries > 0 && swaps > 0);
	assert_true(control.wins > 0);
}

static void
test_nobody_races_the_look_into_a_home(void **state)
{
	(void)state;
	race_against("inventory", look_into_home, false);
}

static void
test_nobody_races_the_archive_of_a_home_in_use(void **state)
{
	(void)state;
	race_against("archive", archive_home, true);
}

static void
test_nobody_races_the_copy_of_a_home(void **state)
{
	(void)state;
	race_against("copy", copy_home, true);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_races_the_look_into_a_home),
		cmocka_unit_test(test_nobody_races_the_archive_of_a_home_in_use),
		cmocka_unit_test(test_nobody_races_the_copy_of_a_home),
	};
	if (geteuid() != 0) {
		puts("needs root: the attacker is another user");
		return NOT_RUN;
	}
	if (argc > 1) {
		wanted_tries = strtoull(argv[1], NULL, 10);
		wanted_seconds = argc > 2 ? strtod(argv[2], NULL) : 1e9;
	}
	race_scene_set(&scene);
	int failed = cmocka_run_group_tests_name("race_run", tests, NULL, NULL);
	race_scene_clear(&scene);
	return failed;
}
