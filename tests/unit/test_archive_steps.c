/*
 * The steps that archive: all homes of a phase at once, each with a result of its own.
 */
#include "archive_fixture.h"

#include "core/run/engine.h"

static const char *const logins[] = { "anna", "bert", "carl" };
enum { HOMES = 3 };

struct scene {
	struct fixture *f;
	struct state state;
	struct config config;
	struct run_options options;
	struct run_result result;
	struct plan plan;
	struct run run;
};

static void
add_step(struct scene *scene, enum step_kind kind, const char *login)
{
	struct fixture *f = scene->f;
	const char *home = arena_printf(&f->arena, "/home/%s", login);
	struct stat st = stat_of(f, home);
	struct step step = {
		.kind = kind,
		.user = login,
		.path = home,
		.home = { .dev = st.st_dev,
			.ino = st.st_ino,
			.files = 1,
			.bytes = 5,
			.content = true,
			.owner = { st.st_uid, st.st_gid, st.st_mode & 07777 } },
	};
	ARRAY_PUSH(&f->arena, &scene->plan.steps, step);
}

static void
set_scene(struct scene *scene, struct fixture *f)
{
	static struct plan_secrets no_secrets;
	static const char *const dirs[] = { "/home", "/state", "/state/runs", "/state/runs/7" };
	*scene = (struct scene){ .f = f };
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		make_dir(f, dirs[i]);
	for (size_t i = 0; i < HOMES; i++) {
		make_dir(f, arena_printf(&f->arena, "/home/%s", logins[i]));
		put(f, arena_printf(&f->arena, "/home/%s/file", logins[i]), "data\n", 0600);
	}
	for (size_t i = 0; i < HOMES; i++)
		add_step(scene, STEP_ARCHIVE_AHEAD, logins[i]);
	for (size_t i = 0; i < HOMES; i++)
		add_step(scene, STEP_ARCHIVE, logins[i]);
	state_init(&scene->state, f->host, "/state", &f->arena);
	scene->options.config = &scene->config;
	scene->options.jobs = HOMES;
	run_init(&scene->run, &scene->state, &scene->options, &f->arena, &scene->result, &f->diags);
	scene->run.id = "7";
	run_set_plan(&scene->run, &scene->plan, &no_secrets);
}

static bool
do_step(struct scene *scene, size_t index)
{
	const struct step *step = &scene->plan.steps.items[index];
	const struct step_ops *ops = step_ops(step->kind);
	return ops->check(step, &scene->run) && ops->prepare(step, &scene->run);
}

static const char *
archives_of(struct scene *scene)
{
	struct fixture *f = scene->f;
	struct string_list names;
	AUTO_BUFFER struct buffer out = { 0 };
	if (!is_there(f, "/state/runs/7/homes"))
		return "none";
	assert_ok(f, host_list(f->host, "/state/runs/7/homes", &f->arena, &names, &f->diags));
	ARRAY_FOREACH (name, &names)
		buffer_printf(&out, "%s%s", out.size ? " " : "", *name);
	return arena_strdup(&f->arena, buffer_text(&out));
}

#define PARTS(login)                                                                               \
	login ".manifest.1.zst " login ".manifest.zst " login ".tar.2.zst " login ".tar.zst"

static void
test_steps_archive_every_home_in_two_phases(void **state)
{
	struct scene scene;
	set_scene(&scene, *state);
	for (size_t i = 0; i < 2 * HOMES; i++)
		assert_true(do_step(&scene, i));
	assert_string_equal(
		scene.f->diags.items[0].message, "1 file in use: archived when the home is closed");
	scene.f->diags.count = 0;
	assert_string_equal(archives_of(&scene), PARTS("anna") " " PARTS("bert") " " PARTS("carl"));
	assert_int_equal(stat_of(scene.f, "/state/runs/7/homes").st_mode & 07777, 0700);
	run_finish(&scene.run);
}

static void
test_steps_fail_alone(void **state)
{
	struct scene scene;
	set_scene(&scene, *state);
	struct fixture *f = scene.f;
	assert_int_equal(rename(real(f, "/home/bert"), real(f, "/home/moved")), 0);
	make_dir(f, "/home/bert");
	/* The inode is another only after the check. */
	scene.plan.steps.items[1].home.ino = stat_of(f, "/home/bert").st_ino;
	scene.plan.steps.items[1].home.dev = stat_of(f, "/home/bert").st_dev + 1;
	assert_true(do_step(&scene, 0));
	f->diags.count = 0;
	assert_refused(f,
		step_ops(STEP_ARCHIVE_AHEAD)->prepare(&scene.plan.steps.items[1], &scene.run),
		"/home/bert: is not the directory that the plan found");
	assert_true(do_step(&scene, 2));
	run_finish(&scene.run);
}

static void
test_steps_check_that_the_home_is_the_planned(void **state)
{
	struct scene scene;
	set_scene(&scene, *state);
	struct fixture *f = scene.f;
	assert_int_equal(rename(real(f, "/home/bert"), real(f, "/home/moved")), 0);
	make_dir(f, "/home/bert");
	assert_refused(
		f, do_step(&scene, 1), "/home/bert: is not the directory that the plan found");
	assert_string_equal(archives_of(&scene), "none");
	run_finish(&scene.run);
}

static void
test_steps_check_for_space_before_anything_is_written(void **state)
{
	struct scene scene;
	set_scene(&scene, *state);
	struct fixture *f = scene.f;
	scene.plan.steps.items[HOMES].home.bytes = UINT64_C(1) << 58;
	assert_false(do_step(&scene, 0));
	assert_int_equal(f->diags.errors, 1);
	assert_string_equal(f->diags.items[0].code, "archive-space");
	assert_string_equal(archives_of(&scene), "none");
	run_finish(&scene.run);
}

static void
test_steps_leave_no_archive_when_the_run_is_undone_and_keep_it_after(void **state)
{
	struct scene scene;
	set_scene(&scene, *state);
	struct fixture *f = scene.f;
	const struct step *ahead = &scene.plan.steps.items[0], *rest = ahead + HOMES;
	for (size_t i = 0; i < 2 * HOMES; i++)
		assert_true(do_step(&scene, i));
	f->diags.count = 0;
	assert_ok(f,
		step_archive.undo(rest, &scene.run) && step_archive_ahead.undo(ahead, &scene.run));
	assert_string_equal(archives_of(&scene), PARTS("bert") " " PARTS("carl"));
	scene.run.committed = true;
	assert_ok(f, step_archive.undo(rest + 1, &scene.run));
	assert_string_equal(archives_of(&scene), PARTS("bert") " " PARTS("carl"));
	scene.run.committed = false;
	assert_ok(f,
		step_archive.undo(rest + 1, &scene.run) && step_archive.undo(rest + 2, &scene.run));
	assert_string_equal(archives_of(&scene), "none");
	run_finish(&scene.run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_steps_archive_every_home_in_two_phases),
		host_test(test_steps_fail_alone),
		host_test(test_steps_check_that_the_home_is_the_planned),
		host_test(test_steps_check_for_space_before_anything_is_written),
		host_test(test_steps_leave_no_archive_when_the_run_is_undone_and_keep_it_after),
	};
	if (geteuid() != 0) {
		print_message("needs root: homes belong to others\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
