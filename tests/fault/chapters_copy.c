/*
 * chapters_copy.c - a home whose jail is elsewhere, copied there or shown there, stopped on its way
 * and back; and a new one that is filled from a directory of this machine.
 */
#include <err.h>
#include <fcntl.h>
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

const struct chapter chapter_uncopy = {
	.name = "rollback of a copy",
	.kind = MACHINE_USUAL,
	.config = COPY,
	.adopt = "heinz",
	.before = copy_home,
	.act = story_roll_back_first,
	.changing = "anna",
	.only_forward = true,
};

const struct chapter chapter_uncopy_lived = {
	.name = "rollback of a copy that was lived in",
	.kind = MACHINE_USUAL,
	.config = COPY,
	.adopt = "heinz",
	.before = copy_and_live,
	.act = story_roll_back_first,
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
	.act = story_roll_back_first,
	.changing = "anna",
	.only_forward = true,
};

/* ---- filled: from one directory for all machines, which nothing changes ---- */

/* Beside the machines, made once. */
static const char *
old_directory(struct story *story, struct world *world)
{
	size_t place = (size_t)(strrchr(world->root, '/') - world->root);
	const char *top = arena_printf(&story->arena, "%.*s/old", (int)place, world->root);
	struct stat st;
	if (lstat(top, &st) == 0)
		return top;
	if (mkdir(top, 0755) != 0)
		err(1, "%s", top);
	machine_make_dir(top, "/anna", 3000, 0755);
	machine_make_dir(top, "/anna/docs", 3000, 0700);
	machine_make_dir(top, "/anna/docs/deep", 33, 0700);
	machine_write(top, "/anna/docs/letter", "letter", 0640);
	machine_write(top, "/anna/docs/deep/web", "web", 0600);
	machine_write(top, "/anna/notes", "loose", 0600);
	if (symlink("docs/letter", arena_printf(&story->arena, "%s/anna/newest", top)) != 0 ||
		link(arena_printf(&story->arena, "%s/anna/docs/letter", top),
			arena_printf(&story->arena, "%s/anna/docs/same", top)) != 0)
		err(1, "%s", top);
	return top;
}

static void
plan_filling(struct story *story, struct world *world)
{
	story->contents = arena_printf(&story->arena, "%s/anna", old_directory(story, world));
	(void)story_plan(story, world, 0, "username,folders\nanna,incoming docs/new\n");
}

static void
fill(struct story *story, struct world *world)
{
	plan_filling(story, world);
	story_must_apply(story, world, 0);
}

#define FILL "version: 1\npolicy:\n  failure: run\n"

const struct chapter chapter_fill = {
	.name = "a new home that is filled",
	.kind = MACHINE_USUAL,
	.config = FILL,
	.before = plan_filling,
	.act = apply,
	.changing = "anna",
};

const struct chapter chapter_unfill = {
	.name = "rollback of a home that was filled",
	.kind = MACHINE_USUAL,
	.config = FILL,
	.before = fill,
	.act = story_roll_back_first,
	.changing = "anna",
	.only_forward = true,
};

/* ---- and what changed there since is carried over ---- */

static const char *
in_source(struct story *story, const char *path)
{
	return arena_printf(&story->arena, "%s%s", story->contents, path);
}

static void
write_there(struct story *story, const char *path, const char *text, time_t when)
{
	const char *file = in_source(story, path);
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	machine_write(file, "", text, 0640);
	if (utimensat(AT_FDCWD, file, times, 0) != 0)
		err(1, "%s", file);
}

static void
set_earlier(struct story *story)
{
	write_there(story, "/docs/letter", "letter", 1000000000);
	(void)unlink(in_source(story, "/docs/more"));
	(void)unlink(in_source(story, "/music/song"));
	(void)rmdir(in_source(story, "/music"));
}

static void
set_later(struct story *story)
{
	write_there(story, "/docs/letter", "a newer letter", 1100000000);
	write_there(story, "/docs/more", "more", 1100000000);
	machine_make_dir(story->contents, "/music", 3000, 0755);
	write_there(story, "/music/song", "song", 1100000000);
}

static void
plan_carrying(struct story *story, struct world *world)
{
	story->contents = arena_printf(&story->arena, "%s/anna", old_directory(story, world));
	set_earlier(story);
	fill(story, world);
	set_later(story);
	(void)story_plan(story, world, 1, "username,folders\nanna,incoming docs/new\n");
}

static void
carry(struct story *story, struct world *world)
{
	plan_carrying(story, world);
	story_must_apply(story, world, 1);
}

const struct chapter chapter_carry = {
	.name = "changes that are carried over",
	.kind = MACHINE_USUAL,
	.config = FILL,
	.before = plan_carrying,
	.act = story_apply_second,
};

const struct chapter chapter_uncarry = {
	.name = "rollback of changes that were carried over",
	.kind = MACHINE_USUAL,
	.config = FILL,
	.before = carry,
	.act = story_roll_back_second,
	.only_forward = true,
};
