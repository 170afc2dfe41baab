/*
 * chapters_rename.c - accounts that get other logins, stopped on the way, and on the way back.
 */
#include "chapters.h"

#include <err.h>
#include <string.h>
#include <sys/stat.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define CONFIG "version: 1\n"
#define HEADER "id,username,full_name,password_hash,ssh_keys,groups,folders\n"

static const char people[] = HEADER "1,matteo,Matteo Rossi," HASH ",,press,pics\n"
				    "2,anna,Anna Vogel," HASH "," KEY ",press,pics logs:ro\n";

/* anna gets another name, another group and another folder; somebody new comes. */
static const char renamed[] = HEADER "1,matteo,Matteo Rossi,,,press,pics\n"
				     "2,vogel,Anna Vogel-Weiss,," KEY ",users,pics logs:ro more\n"
				     "3,emil,Emil Neu,,,,pics\n";

/* Each machine has inodes of its own. */
static void
plan_renames(struct story *story, struct world *world)
{
	struct stat st;
	story_plan(story, world, 0, people);
	story_must_apply(story, world, 0);
	machine_make_dir(world->root, "/home/anna/pics/2025", 20001, 0755);
	machine_write(world->root, "/home/anna/pics/2025/sea.jpg", "blue", 0644);
	bool planned = story->plans[1];
	struct plan *plan = story_plan(story, world, 1, renamed);
	if (!planned)
		return;
	if (lstat(arena_printf(&world->arena, "%s/home/anna", world->root), &st) < 0)
		err(1, "/home/anna");
	ARRAY_FOREACH (step, &plan->steps) {
		if (!step->user || strcmp(step->user, "vogel") != 0)
			continue;
		step->home.dev = st.st_dev;
		step->home.ino = st.st_ino;
	}
}

/* Somebody else works on the account files in the time between. */
static void
rename_and_wait(struct story *story, struct world *world)
{
	plan_renames(story, world);
	story_must_apply(story, world, 1);
	machine_append(world->root, "/etc/passwd", "later:x:1500:1500::/:/bin/sh\n");
	machine_append(world->root, "/etc/shadow", "later:*:19000:0:99999:7:::\n");
	machine_append(world->root, "/etc/group", "later:x:1500:vogel\n");
}

const struct chapter chapter_rename = {
	.name = "another login",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_renames,
	.act = story_apply_second,
	.changing = "vogel emil",
	.leaving = "anna",
};

const struct chapter chapter_rename_nis = {
	.name = "another login before NIS lines",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_renames,
	.act = story_apply_second,
	.changing = "vogel emil",
	.leaving = "anna",
};

const struct chapter chapter_unrename = {
	.name = "rollback of another login",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = rename_and_wait,
	.act = story_roll_back_second,
	.changing = "emil",
	.leaving = "vogel",
	.only_forward = true,
};
