/*
 * fault_run.c - a run leaves the machine entirely before or entirely after, whatever fails.
 *
 * Every effect of every chapter fails once, fails for good, and is where the process is killed; and
 * the recovery after that is killed in its turn. watch.h says what must hold in between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chapters.h"

/* Every nth stop is also followed through to less likely ends. */
enum { REPEAT_EVERY = 9, UNDO_EVERY = 4, KILL_AGAIN_EVERY = 13, KILL_AGAIN_STEP = 4 };

/* A fork is slow with the address sanitiser's memory: there only some effects are killed at, in the
 * plain build all. */
#ifdef __SANITIZE_ADDRESS__
enum { KILL_EVERY = 5 };
#else
enum { KILL_EVERY = 1 };
#endif

/* ---- a chapter, undisturbed ---- */

static void
add_words(struct arena *arena, const char *words, struct string_list *list)
{
	char *save, *copy = arena_strdup(arena, words ? words : "");
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		string_list_push(arena, list, word);
}

static void
watch_init(struct watch *watch, struct story *story, struct world *world, enum watch_mode mode,
	unsigned nth)
{
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EMFILE };
	*watch = (struct watch){
		.arena = &world->arena,
		.root = world->root,
		.mode = mode,
		.nth = nth,
		.error = errors[nth % ARRAY_LEN(errors)],
	};
	for (size_t i = 0; i < story->watched_count; i++)
		ARRAY_PUSH(&world->arena, &watch->logins, story->watched[i]);
	add_words(&world->arena, story->chapter->changing, &watch->changing);
	add_words(&world->arena, story->chapter->leaving, &watch->leaving);
	add_words(&world->arena, story->chapter->profiled, &watch->profiled);
}

static void
assert_unbroken(const struct story *story, const struct watch *watch)
{
	if (watch->broken)
		fail_msg("%s, stopped at %u: %s", story->chapter->name, watch->nth, watch->broken);
}

static enum run_outcome
good_outcome(const struct story *story)
{
	return story->chapter->good;
}

static const char *
kept(struct world *world, const struct run_result *result)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (words, &result->kept)
		buffer_printf(&text, "\n    %s", *words);
	return arena_strdup(&world->arena, buffer_text(&text));
}

/* Learns what the machine is before and after the action. */
static void
learn(struct story *story, const struct chapter *chapter)
{
	struct world world;
	struct watch watch;
	struct run_result result;

	story_begin(story, chapter);
	world_open(&world, story);
	world_look(&world, &story->before, &story->arena);
	watch_init(&watch, story, &world, WATCH_ONLY, 0);
	watch_begin(&watch, world.host);
	chapter->act(story, &world, &result);
	watch_end(world.host);
	if (result.outcome != good_outcome(story))
		fail_msg("%s: outcome %d:%s%s", chapter->name, result.outcome,
			world_complaints(&world), kept(&world, &result));
	story->effects = watch.count;
	world_look(&world, &story->after, &story->arena);
	assert_unbroken(story, &watch);
	assert_null(machine_leftover(world.root, &world.arena));
	assert_string_not_equal(story->before.machine, story->after.machine);
	world_close(&world);
}

/* ---- how it ended ---- */

static void
assert_side(const struct story *story, struct world *world, const struct side *expected,
	unsigned nth, const char *when)
{
	struct side found;
	world_look(world, &found, &world->arena);
	if (strcmp(expected->machine, found.machine) != 0)
		fail_msg("%s, stopped at %u, %s: %s%s", story->chapter->name, nth, when,
			machine_difference(expected->machine, found.machine, &world->arena),
			world_complaints(world));
	if (strcmp(expected->registry, found.registry) != 0)
		fail_msg("%s, stopped at %u, %s, the registry: %s", story->chapter->name, nth, when,
			machine_difference(expected->registry, found.registry, &world->arena));
	const char *leftover = machine_leftover(world->root, &world->arena);
	if (leftover)
		fail_msg("%s, stopped at %u, %s: %s is left", story->chapter->name, nth, when,
			leftover);
}

static const char *
pending_run(struct world *world)
{
	const char *id = NULL;
	world_must(world, run_pending(&world->state, &world->arena, &id, &world->diags),
		"run_pending");
	return id;
}

/* No run is damaged or half done, as the administrator sees it. */
static void
assert_history_is_settled(struct world *world)
{
	struct run_list runs;
	world_must(world, run_history(&world->state, &world->arena, &runs, &world->diags),
		"run_history");
	ARRAY_FOREACH (run, &runs) {
		assert_int_not_equal(run->status, RUN_STATUS_DAMAGED);
		assert_int_not_equal(run->status, RUN_STATUS_INTERRUPTED);
	}
	assert_null(pending_run(world));
}

/* Which of the two the machine is now; the asserts are for the one that it should be. */
static const struct side *
side_now(const struct story *story, struct world *world)
{
	char *machine = machine_fingerprint(world->root, &world->arena);
	bool is_before = strcmp(machine, story->before.machine) == 0;
	return is_before ? &story->before : &story->after;
}

/* ---- recovery ---- */

static void
recover(struct story *story, struct world *world, bool undo, unsigned nth)
{
	struct watch watch;
	struct run_result result;
	const char *pending = pending_run(world);

	watch_init(&watch, story, world, WATCH_ONLY, nth);
	if (pending)
		watch_journal(&watch, pending);
	watch_begin(&watch, world->host);
	bool ok = story_recover(story, world, undo, &result);
	watch_end(world->host);
	if (!ok)
		fail_msg("%s, stopped at %u: cannot recover:%s", story->chapter->name, nth,
			world_complaints(world));
	assert_unbroken(story, &watch);
	assert_int_equal(result.outcome == RUN_NOTHING, !pending);

	const struct side *side = side_now(story, world);
	if (pending)
		side = result.outcome == RUN_UNDONE ? &story->before : &story->after;
	if (undo && pending && !story->chapter->only_forward)
		side = &story->before;
	assert_side(story, world, side, nth, "recovered");
	assert_history_is_settled(world);

	assert_true(story_recover(story, world, undo, &result));
	assert_int_equal(result.outcome, RUN_NOTHING);
	assert_side(story, world, side, nth, "recovered twice");
}

/* ---- an effect fails ---- */

/* The same again, now that nothing fails any more. */
static void
repeat(struct story *story, struct world *world, unsigned nth)
{
	struct run_result result;
	story->chapter->act(story, world, &result);
	if (result.outcome != good_outcome(story))
		fail_msg("%s, stopped at %u, cannot be repeated:%s", story->chapter->name, nth,
			world_complaints(world));
	char *machine = machine_fingerprint(world->root, &world->arena);
	if (strcmp(machine, story->after.machine) != 0)
		fail_msg("%s, stopped at %u, repeated: %s", story->chapter->name, nth,
			machine_difference(story->after.machine, machine, &world->arena));
}

static void
check_outcome(struct story *story, struct world *world, enum run_outcome outcome, unsigned nth)
{
	if (outcome == good_outcome(story)) {
		assert_side(story, world, &story->after, nth, "done");
		assert_history_is_settled(world);
	} else if (outcome == RUN_UNDONE) {
		assert_side(story, world, &story->before, nth, "undone");
		assert_history_is_settled(world);
		if (nth % REPEAT_EVERY == 0)
			repeat(story, world, nth);
	} else if (outcome == RUN_STUCK && story->chapter->only_forward) {
		recover(story, world, false, nth);
	} else {
		fail_msg("%s, stopped at %u: outcome %d:%s", story->chapter->name, nth, outcome,
			world_complaints(world));
	}
}

static void
fail_once(struct story *story, unsigned nth)
{
	struct world world;
	struct watch watch;
	struct run_result result;
	world_open(&world, story);
	watch_init(&watch, story, &world, WATCH_FAIL_ONCE, nth);
	watch_begin(&watch, world.host);
	story->chapter->act(story, &world, &result);
	watch_end(world.host);
	assert_unbroken(story, &watch);
	check_outcome(story, &world, result.outcome, nth);
	world_close(&world);
}

static void
fail_for_good(struct story *story, unsigned nth)
{
	struct world world;
	struct watch watch;
	struct run_result result;
	world_open(&world, story);
	watch_init(&watch, story, &world, WATCH_FAIL_ON, nth);
	watch_begin(&watch, world.host);
	story->chapter->act(story, &world, &result);
	watch_end(world.host);
	assert_unbroken(story, &watch);
	if (result.outcome == good_outcome(story))
		assert_side(story, &world, &story->after, nth, "done");
	if (result.outcome == RUN_UNDONE)
		assert_side(story, &world, &story->before, nth, "undone");
	recover(story, &world, nth % UNDO_EVERY == 0, nth);
	world_close(&world);
}

/* ---- the process is killed ---- */

typedef void (*deed)(struct story *story, struct world *world);

static void
act(struct story *story, struct world *world)
{
	struct run_result result;
	story->chapter->act(story, world, &result);
}

static void
recover_plainly(struct story *story, struct world *world)
{
	struct run_result result;
	story_recover(story, world, false, &result);
}

/* False when it ended before its nth effect. */
static bool
kill_at(struct story *story, struct world *world, deed do_it, unsigned nth)
{
	int status;
	fflush(NULL);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct watch watch;
		watch_init(&watch, story, world, WATCH_KILL, nth);
		watch_begin(&watch, world->host);
		do_it(story, world);
		if (watch.broken)
			fprintf(stderr, "%s\n", watch.broken);
		_exit(watch.broken ? WATCH_BROKEN : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	bool fits = WIFEXITED(status) &&
		(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == WATCH_KILLED);
	if (!fits)
		fail_msg("%s, to be killed at %u: status %x", story->chapter->name, nth, status);
	return WEXITSTATUS(status) == WATCH_KILLED;
}

static void
kill_and_recover(struct story *story, unsigned nth)
{
	struct world world;
	if (nth % KILL_EVERY != 0)
		return;
	world_open(&world, story);
	assert_true(kill_at(story, &world, act, nth));
	recover(story, &world, nth % UNDO_EVERY == 0, nth);
	world_close(&world);
}

static bool
kill_recovery(struct story *story, unsigned nth, unsigned again)
{
	struct world world;
	world_open(&world, story);
	kill_at(story, &world, act, nth);
	bool killed = kill_at(story, &world, recover_plainly, again);
	recover(story, &world, false, nth);
	world_close(&world);
	return killed;
}

/* Killed again at every few effects of the recovery. */
static void
kill_and_kill_recovery(struct story *story, unsigned nth)
{
	unsigned again = 1 + nth % KILL_AGAIN_STEP;
	if (nth % (KILL_AGAIN_EVERY * KILL_EVERY) != 0)
		return;
	while (kill_recovery(story, nth, again))
		again += KILL_AGAIN_STEP;
}

/* ---- the tests ---- */

/* At every effect that there is. */
static void
stop_everywhere(const struct chapter *chapter, void (*stop)(struct story *, unsigned))
{
	struct story story;
	learn(&story, chapter);
	/* A chapter that has become trivial would prove nothing. */
	assert_in_range(story.effects, 15, 1000);
	for (unsigned nth = 1; nth <= story.effects; nth++)
		stop(&story, nth);
	story_end(&story);
}

static void
test_fails_once(void **state)
{
	stop_everywhere(*state, fail_once);
}

static void
test_fails_for_good(void **state)
{
	stop_everywhere(*state, fail_for_good);
}

static void
test_is_killed(void **state)
{
	stop_everywhere(*state, kill_and_recover);
}

static void
test_is_killed_twice(void **state)
{
	stop_everywhere(*state, kill_and_kill_recovery);
}

/* Done and taken back at once: nothing is another than before. */
static void
test_back_again(void **state)
{
	const struct chapter *chapter = *state;
	struct story story;
	struct world world;
	struct run_result result;
	struct side before, after;
	story_begin(&story, chapter);
	world_open(&world, &story);
	world_look(&world, &before, &story.arena);
	assert_true(chapter->act(&story, &world, &result));
	assert_true(story_rollback(&story, &world, result.run_id, NULL, &result));
	assert_int_equal(result.outcome, RUN_DONE);
	world_look(&world, &after, &story.arena);
	if (strcmp(before.machine, after.machine) != 0)
		fail_msg("%s: %s", chapter->name,
			machine_difference(before.machine, after.machine, &story.arena));
	assert_string_equal(before.registry, after.registry);
	world_close(&world);
	story_end(&story);
}

/* Somebody made room: what was made from the home is all that is left of it. */
static void
test_copy_is_kept(void **state)
{
	const struct chapter *chapter = *state;
	struct story story;
	struct world world;
	struct run_result result;
	struct stat st;
	story_begin(&story, chapter);
	world_open(&world, &story);
	assert_true(chapter->act(&story, &world, &result));
	const char *home = arena_printf(&world.arena, "%s/home/heinz", world.root);
	const char *away = arena_printf(&world.arena, "%s/home/away", world.root);
	assert_int_equal(rename(home, away), 0);
	(void)story_rollback(&story, &world, result.run_id, NULL, &result);
	assert_int_equal(result.outcome, RUN_INCOMPLETE);
	const char *kept = arena_printf(
		&world.arena, "%s/srv/.rehome-quarantine/1/heinz/letters/one", world.root);
	assert_int_equal(stat(kept, &st), 0);
	assert_int_equal(st.st_uid, 1000);
	assert_int_not_equal(stat(arena_printf(&world.arena, "%s/srv/heinz", world.root), &st), 0);
	world_close(&world);
	story_end(&story);
}

#define chapter_test(stop, words, chapter)                                                         \
	{                                                                                          \
		.name = "test_" #chapter "_" words, .test_func = test_##stop,                      \
		.initial_state = (void *)&chapter_##chapter                                        \
	}

#define chapter_tests(chapter)                                                                     \
	chapter_test(fails_once, "is_done_or_undone_when_an_effect_fails", chapter),               \
		chapter_test(fails_for_good, "is_recovered_when_effects_fail_for_good", chapter),  \
		chapter_test(is_killed, "is_recovered_when_killed", chapter),                      \
		chapter_test(is_killed_twice, "is_recovered_when_recovery_is_killed", chapter)

/* With an argument only the tests whose names match it. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		chapter_tests(create_usual),
		chapter_tests(create_nis),
		chapter_tests(create_ragged),
		chapter_tests(change),
		chapter_tests(credentials),
		chapter_tests(wave),
		chapter_tests(failing_user),
		chapter_tests(rollback),
		chapter_tests(rollback_one),
		chapter_tests(rollback_last),
		chapter_tests(rollback_change),
		chapter_tests(profile),
		chapter_tests(profile_change),
		chapter_tests(profile_rollback),
		chapter_tests(profile_tidy),
		chapter_tests(profile_untidy),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", profile_tidy),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", profile),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", profile_change),
		chapter_tests(disable),
		chapter_tests(enable),
		chapter_tests(retire),
		chapter_tests(unretire),
		chapter_tests(remove),
		chapter_tests(remove_nis),
		chapter_tests(unremove),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", disable),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", enable),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", retire),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", remove),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", remove_nis),
		chapter_tests(rename),
		chapter_tests(rename_nis),
		chapter_tests(unrename),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", rename),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", rename_nis),
		chapter_tests(stage),
		chapter_tests(activate),
		chapter_tests(unactivate),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", stage),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", activate),
		chapter_tests(nss),
		chapter_tests(unnss),
		chapter_tests(nss_disable),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", nss),
		chapter_tests(adopt),
		chapter_tests(adopt_remap),
		chapter_tests(unadopt),
		chapter_tests(unadopt_remap),
		chapter_tests(copy),
		chapter_tests(uncopy),
		chapter_tests(uncopy_lived),
		chapter_tests(fill),
		chapter_tests(unfill),
		chapter_tests(carry),
		chapter_tests(uncarry),
		chapter_tests(bind),
		chapter_tests(unbind),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", adopt),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", adopt_remap),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", copy),
		chapter_test(back_again, "is_undone_by_a_rollback_when_done", bind),
		chapter_test(copy_is_kept, "is_kept_when_its_source_is_gone_when_done", copy),
	};
	machine_prepare_place(argv);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("fault_run", tests, NULL, NULL);
}
