/*
 * Which homes a plan archives before they change, what it says of it, and whether it fits.
 */
#include "planner_fixture.h"

#include "core/plan/planner_internal.h"

static const struct step_home small = { .dev = 1, .ino = 2, .files = 12, .bytes = 3 << 20 };

/* A planner in the state in which the parts of it are called. */
static void
planner_at_work(struct world *w, struct planner *planner)
{
	plan_sheet(w, "login\nanna\n");
	planner_init(planner, w->config, &w->snapshot, NULL, &w->arena, &w->secrets, &w->diags);
	planner->options = &w->options;
	w->plan = planner->plan;
}

static struct change *
add_change(struct world *w, const char *login, enum change_action action)
{
	struct change *change = ARENA_NEW(&w->arena, struct change);
	*change = (struct change){ .login = login, .action = action };
	change->findings.arena = &w->arena;
	ARRAY_PUSH(&w->arena, &w->plan->changes, change);
	return change;
}

static void
test_planner_archives_contents_ahead_and_names_alone_at_once(void **state)
{
	struct world *w = *state;
	struct planner planner;
	planner_at_work(w, &planner);
	planner_archive_home(
		&planner, add_change(w, "anna", CHANGE_ADOPT), &small, "/home/anna", false);
	planner_archive_home(
		&planner, add_change(w, "bert", CHANGE_LEAVE), &small, "/home/bert", true);
	assert_string_equal(changes_said(w),
		"~ anna\n  archive before the change, names and rights of 12 files, about 1 s\n"
		"- bert\n  archive before the change, about 3.0 MiB, about 1 s\n");
	assert_string_equal(steps_said(w),
		"archive /home/anna\narchive-ahead /home/bert\narchive /home/bert\n");
	assert_false(w->plan->steps.items[0].home.content);
	assert_true(w->plan->steps.items[1].home.content);
	assert_int_equal(w->plan->steps.items[2].home.ino, 2);
	planner_finish(&planner);
}

static void
test_planner_says_why_a_home_is_not_archived(void **state)
{
	struct world *w = *state;
	struct planner planner;
	use_config(w, "version: 1\narchives: { before: [] }\n");
	planner_at_work(w, &planner);
	planner_archive_home(&planner, add_change(w, "a", CHANGE_ADOPT), &small, "/home/a", true);
	planner_archive_home(&planner, add_change(w, "b", CHANGE_CHANGE), &small, "/home/b", true);
	planner_archive_home(&planner, add_change(w, "c", CHANGE_LEAVE), &small, "/home/c", true);
	w->options.no_archive = true;
	planner_archive_home(&planner, add_change(w, "d", CHANGE_ADOPT), &small, "/home/d", true);
	assert_string_equal(changes_said(w),
		"~ a\n  archive none: archives.before does not list adopt\n"
		"~ b\n  archive none: archives.before does not list change\n"
		"- c\n  archive none: archives.before does not list leave\n"
		"~ d\n  archive none: --no-archive\n");
	assert_string_equal(steps_said(w), "");
	planner_finish(&planner);
}

static void
test_planner_always_archives_whom_the_policy_archives(void **state)
{
	struct world *w = *state;
	struct planner planner;
	use_config(w,
		"version: 1\narchives: { before: [] }\npolicy: { leavers: { action: archive } }\n");
	planner_at_work(w, &planner);
	planner_archive_home(
		&planner, add_change(w, "anna", CHANGE_LEAVE), &small, "/home/anna", true);
	assert_string_equal(steps_said(w), "archive-ahead /home/anna\narchive /home/anna\n");
	planner_finish(&planner);
}

static void
test_planner_refuses_archives_that_do_not_fit(void **state)
{
	struct world *w = *state;
	struct planner planner;
	const struct step_home huge = { .files = 3, .bytes = UINT64_C(1) << 60 };
	uint64_t bytes, inodes;
	planner_at_work(w, &planner);
	planner_archive_home(
		&planner, add_change(w, "anna", CHANGE_ADOPT), &huge, "/home/anna", false);
	assert_true(planner_check_archive_space(&planner));
	assert_string_equal(codes_said(w), "~ anna\n");

	planner_archive_home(
		&planner, add_change(w, "bert", CHANGE_LEAVE), &huge, "/home/bert", true);
	assert_true(planner_check_archive_space(&planner));
	assert_true(host_free_space(w->host, "/var", &bytes, &inodes, &w->diags));
	assert_int_equal(w->plan->findings.errors, 1);
	assert_string_equal(w->plan->findings.items[0].code, "archive-space");
	assert_string_equal(w->plan->findings.items[0].place.file, "/var/lib/rehome");
	assert_non_null(strstr(
		w->plan->findings.items[0].message, "the archives of 2 homes may take 1.1 EiB"));
	planner_finish(&planner);
}

static void
test_planner_says_sizes_in_the_unit_that_fits(void **state)
{
	struct world *w = *state;
	assert_string_equal(planner_size_words(0, &w->arena), "0 bytes");
	assert_string_equal(planner_size_words(1023, &w->arena), "1023 bytes");
	assert_string_equal(planner_size_words(1024, &w->arena), "1.0 KiB");
	assert_string_equal(planner_size_words((1 << 20) - 1, &w->arena), "1.0 MiB");
	assert_string_equal(planner_size_words(1288490189, &w->arena), "1.2 GiB");
	assert_string_equal(planner_size_words(UINT64_MAX, &w->arena), "16.0 EiB");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_archives_contents_ahead_and_names_alone_at_once),
	world_test(test_planner_says_why_a_home_is_not_archived),
	world_test(test_planner_always_archives_whom_the_policy_archives),
	world_test(test_planner_refuses_archives_that_do_not_fit),
	world_test(test_planner_says_sizes_in_the_unit_that_fits),
};

WORLD_MAIN(tests)
