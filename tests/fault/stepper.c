/*
 * stepper.c - the real program, stopped at every system call: killed, refused, out of memory, out
 *of power; recovered; and one oracle after all of it.
 *
 *	stepper CHAPTER [--budget SECONDS] [--scene NAME] [--at N] [--every]
 *
 * CHAPTER: kill, twice, errors, memory, power. Without a budget every point is tried; with one,
 *points are spread evenly over each case, and the cases take turns, until the time is over.
 *--every: points are all system calls, not only those that may change something (between two of
 *those the machine is the same). --at tries one point and says what happened. Reports in the Test
 *Anything Protocol, with figures; SIGTERM makes it stop and report what it has.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "disk.h"
#include "trial.h"

enum { CASES_MAX = 64, FAULTS_SHOWN = 3, NOT_POSSIBLE = 77 };

/* Every nth stop is followed through to a less likely end. */
enum { THOROUGH_EVERY = 10, UNDO_EVERY = 4 };

/* ---- cases ---- */

struct test_case {
	struct scene *scene;
	enum fault_kind kind;
	const char *words;
	unsigned points, done, hits, before, after, faults;
	unsigned recovery_points; /* KILL_AGAIN */
	struct power *power;
	bool must_fail; /* a control: what it does from its end backwards */
	unsigned last;
};

struct stepper {
	struct arena arena;
	struct test_case cases[CASES_MAX];
	size_t count, reported;
	const char *preload;
	const char *only_scene;
	unsigned at;
	double budget; /* seconds, 0 = none */
	bool every;
	bool failed;
};

static volatile sig_atomic_t stopped;

static void
stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static double
now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct test_case *
add_case(struct stepper *stepper, struct scene *scene, enum fault_kind kind, const char *words)
{
	if (stepper->count == CASES_MAX)
		errx(1, "too many cases");
	struct test_case *test_case = &stepper->cases[stepper->count++];
	*test_case = (struct test_case){ .scene = scene, .kind = kind, .words = words };
	test_case->points = trial_points(scene, kind, stepper->preload);
	if (kind == FAULT_KILL_AGAIN)
		test_case->recovery_points =
			trial_recovery_points(scene, test_case->points * 3 / 4);
	return test_case;
}

/* ---- points, evenly spread ---- */

static unsigned
common_divisor(unsigned a, unsigned b)
{
	return b ? common_divisor(b, a % b) : a;
}

/* The i-th of the numbers 1..count, in an order that leaves no large gap however soon it ends. */
static unsigned
spread(unsigned i, unsigned count)
{
	unsigned stride = (unsigned)((double)count * 0.618) | 1;
	while (common_divisor(stride, count) != 1)
		stride++;
	return 1 + (unsigned)((unsigned long)i * stride % count);
}

/* ---- one point ---- */

static void
show_fault(struct test_case *test_case, const struct trial *trial, const char *fault)
{
	if (test_case->must_fail || test_case->faults > FAULTS_SHOWN)
		return;
	printf("# %s, %s, at %u (%s):\n", test_case->scene->script->name, test_case->words,
		trial->nth, trial->call);
	for (const char *line = fault; *line; line += strspn(line, "\n")) {
		int length = (int)strcspn(line, "\n");
		printf("#   %.*s\n", length, line);
		line += length;
	}
}

static void
try_point(struct stepper *stepper, struct test_case *test_case, unsigned nth, unsigned again,
	bool undo)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct trial trial = {
		.scene = test_case->scene,
		.kind = test_case->kind,
		.nth = nth,
		.again = again,
		.preload = stepper->preload,
		.power = test_case->power,
		.thorough = !stepper->budget || test_case->done % THOROUGH_EVERY == 0,
		.undo = undo,
	};
	const char *fault = trial_make(&trial, &scratch);
	test_case->done++;
	test_case->hits += trial.happened;
	test_case->faults += fault != NULL;
	if (fault)
		show_fault(test_case, &trial, fault);
	else if (trial.side == SIDE_BEFORE)
		test_case->before++;
	else
		test_case->after++;
	if (stepper->at)
		printf("# %s: %s at the end\n", trial.call,
			trial.side == SIDE_BEFORE ? "as before" : "as after");
}

/* Recovery is told to go back as well: within a budget now and then instead. */
static void
try_both_ways(struct stepper *stepper, struct test_case *test_case, unsigned nth)
{
	bool can_go_back = !test_case->scene->script->only_forward;
	bool now_and_then = test_case->done % UNDO_EVERY == UNDO_EVERY - 1;
	try_point(stepper, test_case, nth, 0, stepper->budget && now_and_then);
	if (!stepper->budget && can_go_back)
		try_point(stepper, test_case, nth, 0, true);
}

/* All calls of the recovery after each tenth stop; within a budget one of them after any stop. */
static void
try_again_points(struct stepper *stepper, struct test_case *test_case, unsigned nth, unsigned turn)
{
	if (stepper->budget) {
		try_point(stepper, test_case, nth, spread(turn, test_case->recovery_points), false);
	} else if (nth % THOROUGH_EVERY == 0) {
		for (unsigned again = 1; again <= test_case->recovery_points && !stopped; again++)
			try_point(stepper, test_case, nth, again, false);
	}
}

static void
try_turn(struct stepper *stepper, struct test_case *test_case, unsigned turn)
{
	unsigned nth = stepper->at ? stepper->at : spread(turn, test_case->points);
	if (test_case->must_fail)
		nth = test_case->last - turn;
	if (test_case->kind == FAULT_KILL_AGAIN)
		try_again_points(stepper, test_case, nth, turn);
	else if (test_case->kind == FAULT_KILL || test_case->kind == FAULT_KILL_CHANGE)
		try_both_ways(stepper, test_case, nth);
	else
		try_point(stepper, test_case, nth, 0, false);
}

/* ---- all of them ---- */

static void
report(struct stepper *stepper, const struct test_case *test_case)
{
	bool good = test_case->must_fail ? test_case->faults > 0
					 : !test_case->faults && test_case->hits > 0;
	stepper->failed |= !good;
	printf("%sok %zu - %s: %s\n", good ? "" : "not ", ++stepper->reported,
		test_case->scene->script->name, test_case->words);
	printf("# points %u of %u, happened %u, as before %u, as after %u, faults %u\n",
		test_case->done, test_case->points, test_case->hits, test_case->before,
		test_case->after, test_case->faults);
	fflush(stdout);
}

static void
perform(struct stepper *stepper, size_t first, double budget)
{
	double begin = now();
	bool left = true;
	for (unsigned turn = 0; left; turn++) {
		left = false;
		for (size_t i = first; i < stepper->count; i++) {
			struct test_case *test_case = &stepper->cases[i];
			if (turn >= (stepper->at ? 1 : test_case->points))
				continue;
			/* The first turn is everybody's. */
			if (stopped || (budget > 0 && turn > 0 && now() - begin > budget))
				break;
			try_turn(stepper, test_case, turn);
			left = true;
		}
	}
	for (size_t i = first; i < stepper->count; i++)
		report(stepper, &stepper->cases[i]);
}

static struct scene *
begin_scene(struct stepper *stepper, const struct scene_script *script)
{
	if (stepper->only_scene && strcmp(script->name, stepper->only_scene) != 0)
		return NULL;
	struct scene *scene = ARENA_NEW(&stepper->arena, struct scene);
	scene_begin(scene, script, getenv("REHOME"));
	return scene;
}

static void
step_through(struct stepper *stepper, void (*add_cases)(struct stepper *, struct scene *))
{
	for (size_t i = 0; scene_scripts[i]; i++) {
		struct scene *scene = begin_scene(stepper, scene_scripts[i]);
		if (scene)
			add_cases(stepper, scene);
	}
	perform(stepper, 0, stepper->budget);
}

/* ---- chapters ---- */

static void
add_kills(struct stepper *stepper, struct scene *scene)
{
	if (stepper->every)
		add_case(stepper, scene, FAULT_KILL, "killed before any system call");
	else
		add_case(stepper, scene, FAULT_KILL_CHANGE,
			"killed before any call that changes something");
}

static void
add_kills_twice(struct stepper *stepper, struct scene *scene)
{
	add_case(stepper, scene, FAULT_KILL_AGAIN, "killed, and its recovery killed");
}

static void
add_errors(struct stepper *stepper, struct scene *scene)
{
	add_case(stepper, scene, FAULT_ERROR, "one call fails");
	add_case(stepper, scene, FAULT_ERRORS, "a call fails for good");
	add_case(stepper, scene, FAULT_SHORT, "a read or write is short");
}

static void
add_memory(struct stepper *stepper, struct scene *scene)
{
	add_case(stepper, scene, FAULT_NO_MEMORY, "one allocation fails");
	add_case(stepper, scene, FAULT_NO_MEMORIES, "allocations fail for good");
}

static void
cut(void *ctx)
{
	disk_cut_power(ctx);
}

static void
come_back(void *ctx)
{
	disk_come_back(ctx);
}

/* The scene moves onto a disk of its own. */
static void
lose_power(struct stepper *stepper, struct scene *scene, const char *type)
{
	const char *why;
	struct disk disk;
	struct power power = { &disk, cut, come_back, false };
	struct power control = { &disk, cut, come_back, true };
	size_t first = stepper->count;

	if (!disk_begin(&disk, type, scene->root, &why)) {
		printf("ok %zu - %s: power cut on %s # SKIP %s\n", ++stepper->reported,
			scene->script->name, type, why);
		return;
	}
	struct test_case *real = add_case(stepper, scene, FAULT_POWER,
		arena_printf(&stepper->arena, "power cut on %s", type));
	real->points++; /* and once after its end */
	real->power = &power;
	struct test_case *broken = add_case(stepper, scene, FAULT_POWER,
		arena_printf(&stepper->arena, "without any sync the loss is noticed on %s", type));
	broken->last = real->points;
	broken->points = stepper->budget ? 2 : 10;
	broken->power = &control;
	broken->must_fail = true;
	perform(stepper, first, stepper->budget / 2);
	stepper->count = first;
	disk_end(&disk);
}

static void
step_through_power(struct stepper *stepper)
{
	static const char *const types[] = { "ext4", "xfs" };
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		struct scene *scene = begin_scene(stepper, scene_scripts[0]);
		if (scene)
			lose_power(stepper, scene, types[i]);
	}
}

static bool
run_chapter(struct stepper *stepper, const char *chapter)
{
	if (strcmp(chapter, "kill") == 0)
		step_through(stepper, add_kills);
	else if (strcmp(chapter, "twice") == 0)
		step_through(stepper, add_kills_twice);
	else if (strcmp(chapter, "errors") == 0)
		step_through(stepper, add_errors);
	else if (strcmp(chapter, "memory") == 0)
		step_through(stepper, add_memory);
	else if (strcmp(chapter, "power") == 0)
		step_through_power(stepper);
	else
		return false;
	return true;
}

static bool
read_arguments(struct stepper *stepper, int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		bool has_value = i + 1 < argc;
		if (strcmp(argv[i], "--every") == 0)
			stepper->every = true;
		else if (strcmp(argv[i], "--budget") == 0 && has_value)
			stepper->budget = atof(argv[++i]);
		else if (strcmp(argv[i], "--scene") == 0 && has_value)
			stepper->only_scene = argv[++i];
		else if (strcmp(argv[i], "--at") == 0 && has_value)
			stepper->at = (unsigned)atoi(argv[++i]);
		else
			return false;
	}
	return argc > 1;
}

int
main(int argc, char **argv)
{
	struct stepper stepper = { 0 };
	double begin = now();
	if (!read_arguments(&stepper, argc, argv) || !getenv("REHOME")) {
		fprintf(stderr,
			"usage: REHOME=PROGRAM stepper kill|twice|errors|memory|power "
			"[--budget SECONDS] [--scene NAME] [--at N] [--every]\n");
		return 64;
	}
	if (!tracer_is_possible()) {
		puts("1..0 # SKIP needs ptrace, and a machine whose registers it knows");
		return 0;
	}
	machine_prepare_place(argv);
	signal(SIGTERM, stop);
	stepper.preload = getenv("REHOME_OOM")
		? arena_printf(&stepper.arena, "LD_PRELOAD=%s", getenv("REHOME_OOM"))
		: NULL;
	if (!run_chapter(&stepper, argv[1]))
		errx(64, "unknown chapter: %s", argv[1]);
	printf("1..%zu\n# %.1f seconds\n", stepper.reported, now() - begin);
	arena_finish(&stepper.arena);
	return stepper.failed;
}
