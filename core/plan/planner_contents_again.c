/*
 * planner_contents_again.c - an account that began with what it had on an old server is planned
 * once more: what changed there since is carried over, and what changed on both sides stays as it
 * is here, by name.
 */
#include <string.h>
#include <sys/stat.h>

#include "core/plan/contents.h"
#include "core/plan/planner_adopt.h"

enum { CONFLICTS_NAMED = 20 };

struct looking_again {
	struct planner *planner;
	struct change *change;
	struct place place;
	struct contents_view view;
	struct arena *scratch;
	uint64_t files, bytes; /* to be carried over */
	size_t conflicts;
};

static void
name_conflict(struct looking_again *again, const char *path)
{
	if (++again->conflicts > CONFLICTS_NAMED)
		return;
	planner_warn(again->planner, again->change, again->place, "contents-conflict",
		"'%s' changed on both sides: the one here stays", path);
}

static enum walk_verdict
look_at_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct looking_again *again = ctx;
	AUTO_ARENA struct arena scratch = { 0 };
	const char *place;
	(void)diags;
	if (!entry->depth || entry->is_mount)
		return entry->depth ? WALK_SKIP : WALK_ON;
	switch (contents_judge(&again->view, entry, &scratch, &place)) {
	case CONTENTS_NEWS:
		again->files++;
		again->bytes += (uint64_t)entry->st.st_size;
		break;
	case CONTENTS_CONFLICT:
		name_conflict(again, place);
		break;
	case CONTENTS_SAME:
		break;
	}
	return WALK_ON;
}

static bool
walk_source(struct looking_again *again, struct host *machine, const char *source, struct stat *st,
	struct diags *diags)
{
	AUTO_CLOSE int fd = -1;
	const struct walk_visitor visitor = {
		.ctx = again,
		.enter = look_at_entry,
		.any_device = true,
	};
	return host_open_dir(machine, source, &fd, diags) && fstat(fd, st) == 0 &&
		host_walk(machine, fd, source, &visitor, diags);
}

static bool
load(struct planner *planner, const char *path, struct contents_manifest *ret_manifest,
	struct diags *diags)
{
	struct bytes text;
	return host_read_file(planner->snapshot->host, path, planner->arena, NULL, &text, diags) &&
		contents_parse(text, path, planner->arena, ret_manifest, diags);
}

static void
describe(struct looking_again *again)
{
	struct arena *arena = again->planner->arena;
	size_t gone = 0;
	ARRAY_FOREACH (fact, &again->view.manifest->facts)
		gone += !fact->met;
	if (again->conflicts > CONFLICTS_NAMED)
		planner_warn(again->planner, again->change, again->place, "contents-conflict",
			"and %zu more changed on both sides", again->conflicts - CONFLICTS_NAMED);
	if (again->files)
		planner_add_line(again->change, arena, "carry",
			arena_printf(arena, "%llu new or changed %s, %s, from %s",
				(unsigned long long)again->files,
				again->files == 1 ? "file" : "files",
				planner_size_words(again->bytes, arena),
				again->view.manifest->source));
	if (gone && again->files)
		planner_add_line(again->change, arena, "gone",
			arena_printf(arena, "%zu there, which stay here", gone));
}

/* As the home was filled; the layout's folders keep their rights. */
static void
add_step(struct adoption *filling, const struct looking_again *again)
{
	planner_fill_home(filling);
	struct step *step =
		&filling->planner->plan->steps.items[filling->planner->plan->steps.count - 1];
	step->kind = STEP_CONTENTS_CARRY;
	step->home.files = again->files;
	step->home.bytes = again->bytes;
}

/* Another person of that name, or the same ROOT at another place: what is there is not its own. */
static void
block_other_source(struct looking_again *again, const char *began_with, const char *now)
{
	planner_block(again->planner, again->change, again->place, "other-contents",
		"its home began with a copy of %s, and the source now has %s", began_with, now);
	planner_hint(again->change,
		"Mount ROOT where it was, or, if this is another server's user, give each server "
		"a source with a name of its own in the configuration.");
}

/* Created from an archive, or there before: nothing says what of it is already in the home. */
static void
warn_of_no_copy(struct looking_again *again, const char *contents)
{
	planner_warn(again->planner, again->change, again->place, "old-contents-kept",
		"its home did not begin with a copy of %s: nothing is carried over from there",
		contents);
}

static bool
is_home_itself(const struct looking_again *again, const char *contents)
{
	const char *root = host_root(again->view.host);
	const char *home = arena_printf(again->planner->arena, "%s%s",
		strcmp(root, "/") == 0 ? "" : root, again->view.home);
	return strcmp(home, contents) == 0;
}

void
planner_look_at_contents_again(struct planner *planner, const struct account *account,
	const struct managed_account *managed, struct change *change)
{
	struct diags problems = { .arena = planner->arena };
	struct contents_manifest manifest;
	const char *layout;
	struct looking_again again = {
		.planner = planner,
		.change = change,
		.place = account->place,
		.view = { .host = planner->snapshot->host, .home = managed->home },
	};
	struct adoption filling = {
		.planner = planner,
		.account = account,
		.change = change,
		.home = account->contents,
	};
	if (!account->contents || planner_is_blocked(change))
		return;
	if (!managed->contents) {
		if (account->old && !is_home_itself(&again, account->contents))
			warn_of_no_copy(&again, account->contents);
		return;
	}
	struct host *machine = host_create("/", HOST_READ_ONLY, &problems);
	bool good = machine && load(planner, managed->contents, &manifest, &problems);
	if (good && strcmp(manifest.source, account->contents) == 0) {
		again.view.manifest = &manifest;
		good = walk_source(&again, machine, manifest.source, &filling.entry.st, &problems);
	}
	host_destroy(machine);
	if (!good) {
		planner_block(planner, change, account->place, "unreadable", "%s: %s",
			problems.items[0].place.file, problems.items[0].message);
		return;
	}
	if (!again.view.manifest) {
		if (account->old)
			block_other_source(&again, manifest.source, account->contents);
		return;
	}
	if (again.files) {
		filling.loose = manifest.loose;
		filling.folders = planner_folders_of(planner, account, change, &layout);
		add_step(&filling, &again);
	}
	describe(&again);
}
