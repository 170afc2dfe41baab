/*
 * chapters_copy.c - a home that becomes a jail elsewhere by a copy, stopped on its way and back.
 *
 * What is planned is the adoption of chapters_adopt.c, with a copy in place of the renames.
 */
#include <err.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chapters.h"

#define CONFIG "version: 1\npolicy:\n  failure: run\n"
#define PLACE "/srv/heinz"

static void
plan_copy(struct story *story, struct world *world)
{
	bool planned = story->plans[0];
	struct plan *plan = chapter_plan_adoption(story, world, 1000);
	if (planned)
		return;
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind != STEP_HOME_ADOPT)
			continue;
		step->kind = STEP_HOME_COPY;
		step->home.source = "/home/heinz";
		step->path = PLACE;
		step->base = "/srv";
	}
	const struct edit home = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_PASSWD,
		.user = "heinz",
		.name = "heinz",
		.field = PASSWD_HOME,
		.before = "/home/heinz",
		.after = PLACE };
	ARRAY_PUSH(plan->arena, &plan->edits, home);
	ARRAY_FOREACH (change, &plan->changes) {
		if (strcmp((*change)->login, "heinz") == 0)
			(*change)->after.home = PLACE;
	}
}

static bool
apply(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 0, ret_result);
}

const struct chapter chapter_copy = {
	.name = "copy of a home",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_copy,
	.act = apply,
	.changing = "anna",
};

/* ---- and back ---- */

static void
copy_home(struct story *story, struct world *world)
{
	plan_copy(story, world);
	story_must_apply(story, world, 0);
}

static void
copy_and_live(struct story *story, struct world *world)
{
	const char *upload =
		arena_printf(&world->arena, "%s" PLACE "/incoming/upload", world->root);
	copy_home(story, world);
	machine_write(world->root, PLACE "/incoming/upload", "since", 0600);
	if (lchown(upload, 1000, 1000) != 0)
		err(1, "%s", upload);
}

static bool
roll_back(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "1", NULL, ret_result);
}

const struct chapter chapter_uncopy = {
	.name = "rollback of a copy",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = copy_home,
	.act = roll_back,
	.changing = "anna",
	.only_forward = true,
};

const struct chapter chapter_uncopy_lived = {
	.name = "rollback of a copy that was lived in",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = copy_and_live,
	.act = roll_back,
	.changing = "anna",
	.only_forward = true,
};
