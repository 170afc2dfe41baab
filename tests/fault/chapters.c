/*
 * chapters.c - the runs that are stopped at every effect, and what happened before them.
 */
#include "chapters.h"

#include "core/plan/planner.h"

#define HASH                                                                                       \
	"$6$abcdefgh$mtjCt3Dh9vsZV8JiCKbrAmn4w.xuVaeKtguTye7a4EiGXmK6HTzDQ3ZLMvOaMwv."             \
	"tv9uFI989420oTf92V2/V/"
#define KEY_1                                                                                      \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAVDlAwkRZCFyR89KI0MHyO1UQAuugWFCdqjE7e8j7Sm anna"
#define KEY_2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f new"

#define CONFIG "version: 1\npolicy:\n  passwords: { new: generated }\n"
#define HEADER "username,full_name,password_hash,ssh_keys,groups,folders,home\n"

/* One of each kind: a hash, a key, and a generated password in a place that has to be made. */
static const char people[] = HEADER "matteo,Matteo Rossi," HASH ",,press,pics musics logs:ro,\n"
				    "anna,Anna Vogel,," KEY_1 ",,pics pics/raw,\n"
				    "greta,Greta Weiss,,,press,in out,/srv/new/sub/greta\n";

/* Names, keys, groups and folders of those who are there already. */
static const char changed[] =
	HEADER "matteo,Matteo Rossi-Bianchi,,,users,pics musics logs:ro more,\n"
	       "anna,Anna Vogel,," KEY_2 ",press,pics pics/raw pics/raw/2025,\n"
	       "greta,Greta Weiss,,,press,in out,/srv/new/sub/greta\n";

static const char one_impossible[] =
	HEADER "matteo,Matteo Rossi," HASH ",,press,pics musics logs:ro,\n"
	       "anna,Anna Vogel,," KEY_1 ",,pics,\n"
	       "greta,Greta Weiss," HASH "," KEY_2 ",press,in out,/srv/open/greta\n";

/* ---- creating ---- */

static void
plan_people(struct story *story, struct world *world)
{
	story_plan(story, world, 0, people);
}

const struct chapter chapter_create_usual = {
	.name = "create",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_people,
	.act = story_apply_first,
	.changing = "matteo anna greta",
};

const struct chapter chapter_create_nis = {
	.name = "create beside NIS",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = plan_people,
	.act = story_apply_first,
	.changing = "matteo anna greta",
};

const struct chapter chapter_create_ragged = {
	.name = "create without gshadow",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = plan_people,
	.act = story_apply_first,
	.changing = "matteo anna greta",
};

/* ---- with accounts that are there ---- */

static void
apply_people(struct story *story, struct world *world)
{
	story_plan(story, world, 0, people);
	story_must_apply(story, world, 0);
}

static void
plan_changes(struct story *story, struct world *world)
{
	apply_people(story, world);
	story_plan(story, world, 1, changed);
}

const struct chapter chapter_change = {
	.name = "change",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = plan_changes,
	.act = story_apply_second,
	.changing = "",
};

static void
plan_credentials(struct story *story, struct world *world)
{
	apply_people(story, world);
	story_credentials(story, world, 1, "anna", KEY_2);
}

const struct chapter chapter_credentials = {
	.name = "credentials",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = plan_credentials,
	.act = story_apply_second,
	.changing = "",
};

/* The plan of everybody, of which one was applied before. */
static void
apply_first_wave(struct story *story, struct world *world)
{
	struct plan *plan = story_plan(story, world, 0, people);
	if (!story->plans[1]) {
		struct table first = { .arena = &story->arena };
		table_set(&first, "matteo", plan);
		story->plans[1] = plan_subset(plan, &first, &story->arena);
		story->secrets[1] = story->secrets[0];
	}
	story_must_apply(story, world, 1);
}

const struct chapter chapter_wave = {
	.name = "second wave",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = apply_first_wave,
	.act = story_apply_first,
	.changing = "anna greta",
};

/* Somebody opens the directory between plan and apply: only greta's jail is impossible. */
static void
plan_with_one_impossible(struct story *story, struct world *world)
{
	story_plan(story, world, 0, one_impossible);
	machine_open_dir(world->root, "/srv/open");
}

const struct chapter chapter_failing_user = {
	.name = "one user fails",
	.kind = MACHINE_USUAL,
	.config = CONFIG "  failure: user\n",
	.before = plan_with_one_impossible,
	.act = story_apply_first,
	.changing = "matteo anna greta",
	.good = RUN_PARTLY,
};

/* ---- going back ---- */

static void
apply_and_use(struct story *story, struct world *world)
{
	apply_people(story, world);
	machine_make_dir(world->root, "/home/matteo/pics/2025", 20000, 0755);
	machine_write(world->root, "/home/matteo/pics/2025/sea.jpg", "blue", 0644);
}

static bool
roll_back_anna(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "1", "anna", ret_result);
}

const struct chapter chapter_rollback = {
	.name = "rollback",
	.kind = MACHINE_NIS,
	.config = CONFIG,
	.before = apply_and_use,
	.act = story_roll_back_first,
	.changing = "matteo anna greta",
	.only_forward = true,
};

const struct chapter chapter_rollback_one = {
	.name = "rollback of one user",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = apply_and_use,
	.act = roll_back_anna,
	.changing = "anna",
	.only_forward = true,
};

/* The second run's rollback gives back what the first run's had to leave. */
static void
apply_waves_and_roll_back_first(struct story *story, struct world *world)
{
	apply_first_wave(story, world);
	story_must_apply(story, world, 0);
	story_must_rollback(story, world, "1", NULL);
}

const struct chapter chapter_rollback_last = {
	.name = "rollback of the last wave",
	.kind = MACHINE_RAGGED,
	.config = CONFIG,
	.before = apply_waves_and_roll_back_first,
	.act = story_roll_back_second,
	.changing = "anna greta",
	.only_forward = true,
};

static void
apply_changes(struct story *story, struct world *world)
{
	plan_changes(story, world);
	story_must_apply(story, world, 1);
}

const struct chapter chapter_rollback_change = {
	.name = "rollback of changes",
	.kind = MACHINE_USUAL,
	.config = CONFIG,
	.before = apply_changes,
	.act = story_roll_back_second,
	.changing = "",
	.only_forward = true,
};
