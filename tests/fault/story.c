/*
 * story.c - machines, plans and runs for the fault loop.
 */
#include "story.h"

#include <err.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/model/intake.h"
#include "core/plan/planner.h"
#include "core/run/registry.h"
#include "importers/registry.h"

/* ---- worlds ---- */

const char *
world_complaints(struct world *world)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (diag, &world->diags)
		buffer_printf(&text, "\n    %s:%u: %s", diag->place.file ? diag->place.file : "",
			diag->place.line, diag->message);
	return arena_strdup(&world->arena, buffer_text(&text));
}

void
world_must(struct world *world, bool good, const char *what)
{
	if (!good)
		errx(1, "%s: %s", what, world_complaints(world));
}

static void
open_on(struct world *world, const char *root)
{
	bool locked;
	world->diags.arena = &world->arena;
	world->root = root;
	world->host = host_create(root, HOST_READ_WRITE, &world->diags);
	world_must(world, world->host != NULL, "host_create");
	state_init(&world->state, world->host, NULL, &world->arena);
	world_must(world, state_lock(&world->state, &locked, &world->diags), "state_lock");
}

void
world_open(struct world *world, struct story *story)
{
	*world = (struct world){ 0 };
	open_on(world, machine_make(story->chapter->kind, &world->arena));
	story->chapter->before(story, world);
}

void
world_close(struct world *world)
{
	state_finish(&world->state);
	host_destroy(world->host);
	machine_remove(world->root);
	arena_finish(&world->arena);
}

/* The newest run that changed it is left out: an undone one may be named there. */
static void
add_account(struct buffer *out, const struct managed_account *account)
{
	buffer_printf(out, "%s %s %s %u %s %s", account->login, account->source, account->key,
		(unsigned)account->uid, account->home, account->folders ? account->folders : "-");
	ARRAY_FOREACH (group, &account->groups)
		buffer_printf(out, " %s", *group);
	buffer_printf(out, " %s %s\n", account->keys_sha256 ? account->keys_sha256 : "-",
		managed_state_name(account->standing.state));
}

void
world_look(struct world *world, struct side *ret_side, struct arena *arena)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	struct managed managed;
	world_must(world, registry_load(&world->state, &scratch, &managed, &world->diags),
		"registry_load");
	ARRAY_FOREACH (account, &managed.accounts)
		add_account(&text, *account);
	ret_side->machine = machine_fingerprint(world->root, arena);
	ret_side->registry = arena_strdup(arena, buffer_text(&text));
}

/* ---- stories ---- */

void
story_begin(struct story *story, const struct chapter *chapter)
{
	*story = (struct story){ .chapter = chapter };
	struct diags diags = { .arena = &story->arena };
	struct bytes text = { chapter->config, strlen(chapter->config) };
	if (!config_parse(text, "config", &story->arena, &story->config, &diags))
		errx(1, "config: %s", diags.items[0].message);
}

void
story_end(struct story *story)
{
	arena_finish(&story->arena);
}

/* ---- plans ---- */

static void
watch_planned(struct story *story, const struct plan *plan)
{
	ARRAY_FOREACH (item, &plan->changes) {
		const struct change *change = *item;
		if (change->action != CHANGE_CREATE && !change->old_login)
			continue;
		story->watched[story->watched_count++] = (struct watched_login){
			.login = change->login,
			.home = change->after.home,
			.nss = change->nss,
			.keys = change->after.keys.count && !change->nss
				? arena_printf(
					  &story->arena, "/etc/ssh/rehome_keys/%s", change->login)
				: NULL,
		};
	}
}

static void
finish_plan(struct story *story, struct world *world, size_t index)
{
	struct plan *plan = story->plans[index];
	ARRAY_FOREACH (change, &plan->changes) {
		ARRAY_FOREACH (diag, &(*change)->findings)
			diag_append(&world->diags, diag);
	}
	world_must(world, plan_is_applicable(plan), "the plan is blocked");
	world_must(world,
		planner_hash_secrets(plan, &story->secrets[index], true, 1, NULL, NULL,
			&story->arena, &world->diags),
		"planner_hash_secrets");
	watch_planned(story, plan);
}

/* The machine below the root has no name service of its own. */
static void
know_anna(struct story *story, struct snapshot *snapshot)
{
	static const char *const fields[PASSWD_FIELDS] = { "anna", "x", "70001", "70000",
		"Anna Vogel", "/home/anna", "/usr/sbin/nologin" };
	snapshot->has_nss = true;
	table_set(&snapshot->nss_users, "anna",
		accountdb_line_create(ACCOUNTDB_PASSWD, fields, &story->arena));
}

static void
take_snapshot(struct story *story, struct world *world, struct managed *managed,
	struct snapshot *ret_snapshot)
{
	world_must(world, registry_load(&world->state, &story->arena, managed, &world->diags),
		"registry_load");
	world_must(world,
		snapshot_take(world->host, story->config, managed, &story->arena, ret_snapshot,
			&world->diags),
		"snapshot_take");
	if (story->chapter->nss)
		know_anna(story, ret_snapshot);
}

static void
make_plan(struct story *story, struct world *world, size_t index, const char *sheet)
{
	static const struct string_list none;
	struct planner_options options = { 0 };
	struct importer_set known = { .built_in = importers, .arena = &story->arena };
	struct source_config *source;
	struct intake intake;
	struct managed *managed = ARENA_NEW(&story->arena, struct managed);
	struct snapshot snapshot;
	const char *path = arena_printf(&story->arena, "%s.csv", world->root);
	const char *argument = arena_printf(&story->arena, "csv:%s", path);

	machine_write(path, "", sheet, 0600);
	world_must(world,
		intake_resolve(argument, story->config, &known, &none, &story->arena, &source,
			&world->diags) &&
			intake_read(source, &known, &story->arena, &intake, &world->diags),
		"the sheet");
	unlink(path);
	ARRAY_FOREACH (account, &intake.accounts)
		(*account)->contents = story->contents;
	intake.nss = story->chapter->nss;
	take_snapshot(story, world, managed, &snapshot);
	if (story->chapter->adopt)
		string_list_push(&story->arena, &options.adopt, story->chapter->adopt);
	world_must(world,
		planner_make(story->config, &intake, 1, &snapshot, &options, &story->arena,
			&story->plans[index], &story->secrets[index], &world->diags),
		"planner_make");
	finish_plan(story, world, index);
}

struct plan *
story_plan(struct story *story, struct world *world, size_t index, const char *sheet)
{
	if (!story->plans[index])
		make_plan(story, world, index, sheet);
	return story->plans[index];
}

struct plan *
story_credentials(
	struct story *story, struct world *world, size_t index, const char *login, const char *key)
{
	struct credentials_request request = { .new_password = true };
	struct managed *managed = ARENA_NEW(&story->arena, struct managed);
	struct snapshot snapshot;
	if (story->plans[index])
		return story->plans[index];
	string_list_push(&story->arena, &request.logins, login);
	string_list_push(&story->arena, &request.keys, key);
	take_snapshot(story, world, managed, &snapshot);
	world_must(world,
		planner_make_credentials(story->config, &request, &snapshot, NULL, &story->arena,
			&story->plans[index], &story->secrets[index], &world->diags),
		"planner_make_credentials");
	finish_plan(story, world, index);
	return story->plans[index];
}

struct plan *
story_leave(struct story *story, struct world *world, size_t index, enum leave_act act,
	const char *login)
{
	static const struct planner_options options;
	struct leave_request request = { .act = act, .now = true };
	struct managed *managed = ARENA_NEW(&story->arena, struct managed);
	struct snapshot snapshot;
	if (story->plans[index])
		return story->plans[index];
	string_list_push(&story->arena, &request.logins, login);
	take_snapshot(story, world, managed, &snapshot);
	world_must(world,
		planner_make_leave(story->config, &request, &snapshot, &options, &story->arena,
			&story->plans[index], &story->secrets[index], &world->diags),
		"planner_make_leave");
	finish_plan(story, world, index);
	return story->plans[index];
}

/* ---- runs ---- */

static struct run_options
options_of(const struct story *story, bool undo)
{
	return (struct run_options){ .config = story->config, .jobs = 1, .undo = undo };
}

bool
story_apply(struct story *story, struct world *world, size_t index, struct run_result *ret_result)
{
	struct run_options options = options_of(story, false);
	return run_apply(&world->state, story->plans[index], &story->secrets[index], &options,
		&world->arena, ret_result, &world->diags);
}

bool
story_rollback(struct story *story, struct world *world, const char *run_id, const char *login,
	struct run_result *ret_result)
{
	struct run_options options = options_of(story, false);
	struct string_list users = { 0 };
	if (login)
		string_list_push(&world->arena, &users, login);
	return run_rollback(
		&world->state, run_id, &users, &options, &world->arena, ret_result, &world->diags);
}

bool
story_apply_first(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 0, ret_result);
}

bool
story_apply_second(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 1, ret_result);
}

bool
story_apply_third(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_apply(story, world, 2, ret_result);
}

bool
story_roll_back_first(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "1", NULL, ret_result);
}

bool
story_roll_back_second(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "2", NULL, ret_result);
}

bool
story_roll_back_third(struct story *story, struct world *world, struct run_result *ret_result)
{
	return story_rollback(story, world, "3", NULL, ret_result);
}

bool
story_recover(struct story *story, struct world *world, bool undo, struct run_result *ret_result)
{
	struct run_options options = options_of(story, undo);
	return run_recover(&world->state, &options, &world->arena, ret_result, &world->diags);
}

void
story_must_apply(struct story *story, struct world *world, size_t index)
{
	struct run_result result;
	bool ok = story_apply(story, world, index, &result);
	world_must(world, ok && result.outcome == RUN_DONE, "an apply without faults");
}

void
story_must_rollback(struct story *story, struct world *world, const char *run_id, const char *login)
{
	struct run_result result;
	bool ok = story_rollback(story, world, run_id, login, &result);
	world_must(world, ok && result.outcome == RUN_DONE, "a rollback without faults");
}
