/*
 * chapters_copy.c - a home whose jail is elsewhere, copied there or shown there, stopped on its way
 * and back.
 */
#include <err.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chapters.h"

#define COPY                                                                                       \
	"version: 1\npolicy:\n  failure: run\n  adoption: { elsewhere: copy, links: rewrite }\n"
#define BIND "version: 1\npolicy:\n  failure: run\n  adoption: { elsewhere: bind }\n"
#define PLACE "/srv/heinz"

static void
plan_elsewhere(struct story *story, struct world *world)
{
	chapter_plan_adoption(story, world,
		"username,home,folders\n"
		"anna,,in\n"
		"heinz," PLACE ",incoming letters logs:ro\n");
}

static bool
apply(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 0, ret_result);
}

const struct chapter chapter_copy = {
	.name = "copy of a home",
	.kind = MACHINE_USUAL,
	.config = COPY,
	.adopt = "heinz",
	.before = plan_elsewhere,
	.act = apply,
	.changing = "anna",
};

/* ---- and back ---- */

static void
copy_home(struct story *story, struct world *world)
{
	plan_elsewhere(story, world);
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
	.config = COPY,
	.adopt = "heinz",
	.before = copy_home,
	.act = roll_back,
	.changing = "anna",
	.only_forward = true,
};

const struct chapter chapter_uncopy_lived = {
	.name = "rollback of a copy that was lived in",
	.kind = MACHINE_USUAL,
	.config = COPY,
	.adopt = "heinz",
	.before = copy_and_live,
	.act = roll_back,
	.changing = "anna",
	.only_forward = true,
};

/* ---- shown: below another root only the line of fstab is written ---- */

const struct chapter chapter_bind = {
	.name = "a home shown elsewhere",
	.kind = MACHINE_USUAL,
	.config = BIND,
	.adopt = "heinz",
	.before = plan_elsewhere,
	.act = apply,
	.changing = "anna",
};

const struct chapter chapter_unbind = {
	.name = "rollback of a home shown elsewhere",
	.kind = MACHINE_USUAL,
	.config = BIND,
	.adopt = "heinz",
	.before = copy_home,
	.act = roll_back,
	.changing = "anna",
	.only_forward = true,
};
