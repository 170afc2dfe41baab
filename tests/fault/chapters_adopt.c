/*
 * chapters_adopt.c - homes that people live in, stopped on their way into the jail and back.
 */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "chapters.h"

#define CONFIG "version: 1\npolicy:\n  failure: run\n  adoption: { links: rewrite }\n"

#define PEOPLE                                                                                     \
	"username,uid,home,folders\n"                                                              \
	"anna,,,in\n"
#define FOLDERS "incoming letters letters/old logs:ro\n"

/* ---- a home with everything in it ---- */

static const char *
below(struct world *world, const char *path)
{
	return arena_printf(&world->arena, "%s%s", world->root, path);
}

static void
link_and_give(struct world *world, const char *from, const char *to)
{
	if (link(below(world, from), below(world, to)) != 0)
		err(1, "%s", to);
}

static void
write_as(struct world *world, const char *path, const char *text, uid_t uid, mode_t mode)
{
	machine_write(world->root, path, text, mode);
	if (lchown(below(world, path), uid, uid) != 0 || chmod(below(world, path), mode) != 0)
		err(1, "%s", path);
}

/* The same on each machine that is built: times are compared. */
static void
set_long_ago(struct world *world, const char *path)
{
	static const struct timespec times[2] = { { .tv_sec = 1000000000 },
		{ .tv_sec = 1000000000 } };
	if (utimensat(AT_FDCWD, below(world, path), times, AT_SYMLINK_NOFOLLOW) != 0)
		err(1, "%s", path);
}

static void
make_link(struct world *world, const char *path, const char *target, uid_t uid)
{
	if (symlink(target, below(world, path)) != 0 || lchown(below(world, path), uid, uid) != 0)
		err(1, "%s", path);
	set_long_ago(world, path);
}

/* By the home's full path: from loose to folder and back, between folders, to all of it. */
static void
make_full_links(struct world *world)
{
	make_link(world, "/home/heinz/full", "/home/heinz/letters/one", 1000);
	make_link(world, "/home/heinz/letters/settings", "/home/heinz/.cache/x", 1000);
	make_link(world, "/home/heinz/logs/letters", "/home/heinz/letters", 1000);
	make_link(world, "/home/heinz/.cache/home", "/home/heinz", 1000);
}

static void
furnish(struct world *world)
{
	static const unsigned char capability[] = { 1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0 };
	machine_make_dir(world->root, "/home/heinz/letters", 1000, 0700);
	write_as(world, "/home/heinz/letters/one", "1", 1000, 0600);
	machine_make_dir(world->root, "/home/heinz/logs", 1000, 02775);
	machine_make_dir(world->root, "/home/heinz/logs/old", 1000, 0700);
	write_as(world, "/home/heinz/logs/access", "GET", 1000, 0664);
	write_as(world, "/home/heinz/logs/old/tool", "#!", 1000, 04755);
	(void)setxattr(below(world, "/home/heinz/logs/old/tool"), "security.capability", capability,
		sizeof(capability), 0);
	machine_make_dir(world->root, "/home/heinz/.cache", 1000, 0700);
	write_as(world, "/home/heinz/.cache/x", "x", 1000, 0600);
	write_as(world, "/home/heinz/suid", "#!", 1000, 06755);
	/* The layout has a folder of this name. */
	write_as(world, "/home/heinz/incoming", "loose", 1000, 0600);
	if (symlink("letters/one", below(world, "/home/heinz/newest")) != 0 ||
		lchown(below(world, "/home/heinz/newest"), 1000, 1000) != 0 ||
		mkfifo(below(world, "/home/heinz/pipe"), 0600) != 0)
		err(1, "furnish");
	make_full_links(world);
	set_long_ago(world, "/home/heinz/newest");
	set_long_ago(world, "/home/heinz/pipe");
	link_and_give(world, "/home/heinz/letter", "/home/heinz/letters/same");
	write_as(world, "/srv/shared", "elsewhere too", 1000, 0644);
	link_and_give(world, "/srv/shared", "/home/heinz/logs/shared");
	if (chown(below(world, "/home/heinz/letter"), 1000, 1000) != 0)
		err(1, "furnish");
}

void
chapter_plan_adoption(struct story *story, struct world *world, const char *sheet)
{
	furnish(world);
	struct plan *plan = story_plan(story, world, 0, sheet);
	/* Each machine has inodes of its own. */
	struct stat st;
	if (lstat(below(world, "/home/heinz"), &st) < 0)
		err(1, "/home/heinz");
	ARRAY_FOREACH (step, &plan->steps) {
		step->home.dev = st.st_dev;
		step->home.ino = st.st_ino;
	}
}

static void
plan_adoption(struct story *story, struct world *world)
{
	chapter_plan_adoption(story, world, PEOPLE "heinz,,," FOLDERS);
}

static void
plan_remap(struct story *story, struct world *world)
{
	chapter_plan_adoption(story, world, PEOPLE "heinz,30000,," FOLDERS);
}

static bool
apply(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 0, ret_result);
}

const struct chapter chapter_adopt = {
	.name = "adopt",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.adopt = "heinz",
	.before = plan_adoption,
	.act = apply,
	.changing = "anna",
};

const struct chapter chapter_adopt_remap = {
	.name = "adopt with another uid",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.adopt = "heinz",
	.before = plan_remap,
	.act = apply,
	.changing = "anna",
};

/* ---- weeks later ---- */

static void
live_on(struct world *world, uid_t uid)
{
	write_as(world, "/home/heinz/letters/new", "since", uid, 0600);
	write_as(world, "/home/heinz/files/note", "since", uid, 0600);
	write_as(world, "/home/heinz/incoming/upload", "since", uid, 0600);
	machine_make_dir(world->root, "/home/heinz/files/letters", uid, 0755);
	/* One link leads elsewhere since, by the user's will. */
	if (unlink(below(world, "/home/heinz/letters/settings")) != 0)
		err(1, "live_on");
	make_link(world, "/home/heinz/letters/settings", "one", uid);
	if (chmod(below(world, "/home/heinz/letters"), 0750) != 0 ||
		rename(below(world, "/home/heinz/files/suid"),
			below(world, "/home/heinz/letters/renamed")) != 0)
		err(1, "live_on");
}

static void
adopt_and_live(struct story *story, struct world *world)
{
	plan_adoption(story, world);
	story_must_apply(story, world, 0);
	live_on(world, 1000);
}

static void
remap_and_live(struct story *story, struct world *world)
{
	plan_remap(story, world);
	story_must_apply(story, world, 0);
	live_on(world, 30000);
}

static bool
roll_back_heinz(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "1", "heinz", ret_result);
}

const struct chapter chapter_unadopt = {
	.name = "rollback of an adoption",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.adopt = "heinz",
	.before = adopt_and_live,
	.act = story_roll_back_first,
	.changing = "anna",
	.only_forward = true,
};

const struct chapter chapter_unadopt_remap = {
	.name = "rollback of one adoption with another uid",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.adopt = "heinz",
	.before = remap_and_live,
	.act = roll_back_heinz,
	.changing = "",
	.only_forward = true,
};
