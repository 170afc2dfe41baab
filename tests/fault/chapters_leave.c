/*
 * chapters_leave.c - accounts that leave, stopped on their way out, and on their way back.
 */
#include "chapters.h"

#include <err.h>
#include <sys/stat.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define CONFIG "version: 1\n"

static const char people[] = "username,full_name,password_hash,ssh_keys,groups,folders\n"
			     "matteo,Matteo Rossi," HASH ",,press,pics\n"
			     "anna,Anna Vogel," HASH "," KEY ",press,pics logs:ro\n";

/* ---- what happened before ---- */

static void
make_people(struct story *story, struct world *world)
{
	story_plan(story, world, 0, people);
	story_must_apply(story, world, 0);
	machine_make_dir(world->root, "/home/anna/pics/2025", 20001, 0755);
	machine_write(world->root, "/home/anna/pics/2025/sea.jpg", "blue", 0644);
}

/* Each machine has inodes of its own. */
static void
plan_leave(struct story *story, struct world *world, size_t index, enum leave_act act)
{
	struct stat st;
	bool planned = story->plans[index];
	struct plan *plan = story_leave(story, world, index, act, "anna");
	if (!planned || act != LEAVE_RETIRE)
		return;
	if (lstat(arena_printf(&world->arena, "%s/home/anna", world->root), &st) < 0)
		err(1, "/home/anna");
	ARRAY_FOREACH (step, &plan->steps) {
		step->home.dev = st.st_dev;
		step->home.ino = st.st_ino;
	}
}

static void
plan_disable(struct story *story, struct world *world)
{
	make_people(story, world);
	plan_leave(story, world, 1, LEAVE_DISABLE);
}

static void
plan_enable(struct story *story, struct world *world)
{
	plan_disable(story, world);
	story_must_apply(story, world, 1);
	plan_leave(story, world, 2, LEAVE_ENABLE);
}

static void
plan_retire(struct story *story, struct world *world)
{
	make_people(story, world);
	plan_leave(story, world, 1, LEAVE_RETIRE);
}

static void
plan_remove(struct story *story, struct world *world)
{
	plan_retire(story, world);
	story_must_apply(story, world, 1);
	plan_leave(story, world, 2, LEAVE_REMOVE);
}

/* Somebody else works on the account files in the time between. */
static void
remove_and_wait(struct story *story, struct world *world)
{
	plan_remove(story, world);
	story_must_apply(story, world, 2);
	machine_append(world->root, "/etc/passwd", "later:x:1500:1500::/:/bin/sh\n");
	machine_append(world->root, "/etc/shadow", "later:*:19000:0:99999:7:::\n");
	machine_append(world->root, "/etc/group", "later:x:1500:\n");
}

static void
retire_and_wait(struct story *story, struct world *world)
{
	plan_retire(story, world);
	story_must_apply(story, world, 1);
}

static void
plan_staged(struct story *story, struct world *world)
{
	story_plan(story, world, 0, people);
}

static void
plan_activate(struct story *story, struct world *world)
{
	make_people(story, world);
	plan_leave(story, world, 1, LEAVE_ACTIVATE);
}

static void
activate_and_wait(struct story *story, struct world *world)
{
	plan_activate(story, world);
	story_must_apply(story, world, 1);
}

/* ---- what is stopped ---- */

const struct chapter chapter_disable = {
	.name = "disable",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_disable,
	.act = story_apply_second,
	.changing = "",
};

const struct chapter chapter_enable = {
	.name = "enable",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_enable,
	.act = story_apply_third,
	.changing = "anna",
};

const struct chapter chapter_retire = {
	.name = "retire",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_retire,
	.act = story_apply_second,
	.changing = "",
};

const struct chapter chapter_unretire = {
	.name = "rollback of retiring",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = retire_and_wait,
	.act = story_roll_back_second,
	.changing = "",
	.only_forward = true,
};

const struct chapter chapter_remove = {
	.name = "remove",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = plan_remove,
	.act = story_apply_third,
	.changing = "",
	.leaving = "anna",
};

const struct chapter chapter_remove_nis = {
	.name = "remove beside NIS",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_remove,
	.act = story_apply_third,
	.changing = "",
	.leaving = "anna",
};

const struct chapter chapter_unremove = {
	.name = "rollback of removing",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = remove_and_wait,
	.act = story_roll_back_third,
	.changing = "",
	.leaving = "anna",
	.only_forward = true,
};

#define STAGED_CONFIG CONFIG "policy: { new_accounts: staged }\n"

const struct chapter chapter_stage = {
	.name = "staged create",
	.kind = MACHINE_NIS,
	.config = STAGED_CONFIG,
	.before = plan_staged,
	.act = story_apply_first,
	.changing = "",
};

const struct chapter chapter_activate = {
	.name = "activate",
	.kind = MACHINE_RAGGED,
	.config = STAGED_CONFIG,
	.before = plan_activate,
	.act = story_apply_second,
	.changing = "",
};

const struct chapter chapter_unactivate = {
	.name = "rollback of activating",
	.kind = MACHINE_USUAL,
	.config = STAGED_CONFIG,
	.before = activate_and_wait,
	.act = story_roll_back_second,
	.changing = "",
	.only_forward = true,
};

/* ---- accounts of the name service ---- */

static const char of_nss[] = "username,ssh_keys,groups,folders\n"
			     "anna," KEY ",press,pics logs:ro\n";

static void
plan_nss(struct story *story, struct world *world)
{
	story_plan(story, world, 0, of_nss);
}

static void
jail_nss(struct story *story, struct world *world)
{
	plan_nss(story, world);
	story_must_apply(story, world, 0);
	machine_write(world->root, "/home/anna/pics/sea.jpg", "blue", 0644);
}

static void
plan_nss_disable(struct story *story, struct world *world)
{
	jail_nss(story, world);
	story_leave(story, world, 1, LEAVE_DISABLE, "anna");
}

const struct chapter chapter_nss = {
	.name = "jail of the name service's",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.nss = true,
	.before = plan_nss,
	.act = story_apply_first,
	.changing = "",
};

const struct chapter chapter_unnss = {
	.name = "rollback of the name service's",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.nss = true,
	.before = jail_nss,
	.act = story_roll_back_first,
	.changing = "",
	.only_forward = true,
};

const struct chapter chapter_nss_disable = {
	.name = "disable of the name service's",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.nss = true,
	.before = plan_nss_disable,
	.act = story_apply_second,
	.changing = "",
};
