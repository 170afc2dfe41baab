/*
 * chapters_profile.c - accounts for whom sshd does more than jail them, stopped on the way into a
 * profile, from one to another, and back.
 */
#include "chapters.h"

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define CONFIG                                                                                     \
	"version: 1\n"                                                                             \
	"layouts:\n"                                                                               \
	"  plain: { dirs: [ { path: in } ] }\n"                                                    \
	"  ro: { dirs: [ { path: in } ], profile: { read_only: yes, umask: 027 } }\n"              \
	"  near: { dirs: [ { path: in } ], profile: { from: [ 10.0.0.0/8 ], read_only: yes } }\n"

#define HEADER "username,password_hash,ssh_keys,layout\n"

static const char people[] = HEADER "matteo," HASH ",,ro\n"
				    "anna,," KEY ",near\n"
				    "greta," HASH ",,plain\n";

/* matteo and anna change places, and greta is no longer free. */
static const char changed[] = HEADER "matteo," HASH ",,near\n"
				     "anna,," KEY ",ro\n"
				     "greta," HASH ",,near\n";

/* ... and a group that nobody is in goes. */
static const char tidied[] = HEADER "matteo," HASH ",,near\n"
				    "anna,," KEY ",near\n"
				    "greta," HASH ",,near\n";
static const char more[] = HEADER "greta," HASH "," KEY ",near\n";

static void
plan_people(struct story *story, struct world *world)
{
	story_plan(story, world, 0, people);
}

static void
plan_changes(struct story *story, struct world *world)
{
	plan_people(story, world);
	story_must_apply(story, world, 0);
	story_plan(story, world, 1, changed);
}

static void
apply_changes(struct story *story, struct world *world)
{
	plan_changes(story, world);
	story_must_apply(story, world, 1);
}

static void
plan_tidying(struct story *story, struct world *world)
{
	plan_people(story, world);
	story_must_apply(story, world, 0);
	story_plan(story, world, 1, tidied);
	story_must_apply(story, world, 1);
	story_plan(story, world, 2, more);
}

static void
apply_tidying(struct story *story, struct world *world)
{
	plan_tidying(story, world);
	story_must_apply(story, world, 2);
}

const struct chapter chapter_profile_tidy = {
	.name = "a profile's group goes",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_tidying,
	.act = story_apply_third,
	.changing = "",
	.profiled = "matteo anna greta",
};

const struct chapter chapter_profile_untidy = {
	.name = "a profile's group comes back",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = apply_tidying,
	.act = story_roll_back_third,
	.changing = "",
	.only_forward = true,
	.profiled = "matteo anna greta",
};

const struct chapter chapter_profile = {
	.name = "into profiles",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_people,
	.act = story_apply_first,
	.changing = "matteo anna greta",
	.profiled = "matteo anna",
};

const struct chapter chapter_profile_change = {
	.name = "from one profile to another",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_changes,
	.act = story_apply_second,
	.changing = "",
	.profiled = "matteo anna",
};

const struct chapter chapter_profile_rollback = {
	.name = "rollback of profiles",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = apply_changes,
	.act = story_roll_back_second,
	.changing = "",
	.only_forward = true,
	.profiled = "matteo anna",
};
