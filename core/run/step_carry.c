/*
 * step_carry.c - what changed on the old side since a home was filled from there is carried over;
 * see carry.h for the picture, core/plan/contents.h for what counts as changed.
 *
 * People may be at work in the home. Each of their files is replaced by one exchange, so that they
 * see the old or the new one, and only while it is as the list says: one that they change meanwhile
 * is given back at once. What is to be done is on disk before the first of these, by inode.
 */
#include "core/run/carry.h"

#include <string.h>
#include <unistd.h>

#include "core/run/adopt.h"
#include "core/run/copied.h"
#include "core/run/filling.h"

struct carrying {
	const struct step *step;
	struct run *run;
	struct arena *scratch;
	struct contents_manifest before; /* the list so far */
	struct contents_view view;
	struct tree_record record; /* first-level folders of the source */
	struct table wanted;	   /* paths of the source that are carried */
	bool comparing;
	struct contents_manifest carried, after; /* what is done, and the list from then on */
	size_t conflicts;
};

/* ---- still as planned? ---- */

static bool
carry_check(const struct step *step, struct run *run)
{
	struct host_entry home;
	return step_base_is_safe(step, run, false) &&
		host_inspect(run->host, step->path, &home, run->diags) &&
		((home.exists && S_ISDIR(home.st.st_mode) && home.st.st_uid == 0) ||
			step_fault(step, run, step->path, "is no jail any more")) &&
		step_home_is_planned(step, run, step->home.source);
}

/* ---- the copy, aside ---- */

static bool
wants(void *ctx, const struct walk_entry *entry)
{
	struct carrying *carrying = ctx;
	const char *place;
	if (carrying->comparing)
		return table_get(&carrying->wanted, entry->path);
	carrying->view.top_moves = adopt_top_is_moved(&carrying->record, entry->path);
	if (contents_judge(&carrying->view, entry, carrying->scratch, &place) != CONTENTS_NEWS)
		return false;
	table_set(&carrying->wanted, arena_strdup(carrying->scratch, entry->path), carrying);
	return true;
}

static bool
load_list(struct carrying *carrying)
{
	struct run *run = carrying->run;
	const char *path;
	struct bytes text;
	if (!contents_list_before(run, carrying->step->user, &path))
		return false;
	if (!path)
		return step_fault(carrying->step, run, carrying->step->path,
			"nothing says any more what it was filled with");
	return host_read_file(run->host, path, carrying->scratch, NULL, &text, run->diags) &&
		contents_parse(text, path, carrying->scratch, &carrying->before, run->diags);
}

static bool
copy_changes(struct carrying *carrying, struct filling *filling, int tree_fd, const char *path)
{
	struct tree_mapping mapping = filling_mapping(filling);
	struct tree_copy copy = filling_copy(filling, &mapping, tree_fd, path);
	mapping.wants = wants;
	mapping.wants_ctx = carrying;
	carrying->comparing = false;
	if (!host_copy_tree(carrying->run->host, &copy, carrying->run->arena, &filling->facts,
		    carrying->run->diags))
		return false;
	carrying->comparing = true;
	return host_compare_trees(carrying->run->host, &copy, carrying->run->diags);
}

/* ---- what is to be done ---- */

static bool
inspect_place(struct carrying *carrying, const char *place, struct host_entry *ret_here)
{
	struct diags problems = { .arena = carrying->scratch };
	const char *path = arena_printf(carrying->scratch, "%s/%s", carrying->step->path, place);
	return host_inspect(carrying->run->host, path, ret_here, &problems);
}

static bool
add_folder(struct carrying *carrying, const struct walk_entry *entry, const char *place)
{
	struct run *run = carrying->run;
	struct stat st = entry->st;
	uint64_t print, files;
	AUTO_CLOSE int fd = -1;
	if (!host_open_dir_at(run->host, entry->dir_fd, entry->name, &fd, run->diags) ||
		!copied_fingerprint(run, fd, entry->path, &print, &files))
		return false;
	st.st_size = (off_t)print;
	if (files)
		contents_add(&carrying->carried, CARRY_FOLDER, &st, place);
	return true;
}

/* A directory that is there already is gone into; a whole new one is renamed as it is. */
static enum walk_verdict
plan_entry(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct carrying *carrying = ctx;
	struct host_entry here;
	bool is_dir = S_ISDIR(entry->st.st_mode);
	(void)diags;
	if (!entry->depth)
		return WALK_ON;
	if (entry->depth == 1)
		carrying->view.top_moves =
			contents_top_moves(carrying->before.loose, entry->name, &entry->st);
	const char *place = contents_place(
		carrying->before.loose, entry->path, carrying->view.top_moves, carrying->scratch);
	if (!inspect_place(carrying, place, &here) ||
		(here.exists && is_dir && !S_ISDIR(here.st.st_mode))) {
		carrying->conflicts++;
		return WALK_SKIP;
	}
	if (is_dir && here.exists)
		return WALK_ON;
	if (is_dir)
		return add_folder(carrying, entry, place) ? WALK_SKIP : WALK_STOP;
	contents_add(
		&carrying->carried, here.exists ? CARRY_REPLACE : CARRY_NEW, &entry->st, place);
	return WALK_ON;
}

static bool
plan_moves(struct carrying *carrying, int tree_fd, const char *path)
{
	const struct walk_visitor visitor = {
		.ctx = carrying,
		.enter = plan_entry,
		.any_device = true,
	};
	return host_walk(carrying->run->host, tree_fd, path, &visitor, carrying->run->diags);
}

/* The list so far, with what is carried as T has it. */
static bool
make_list(struct carrying *carrying, int tree_fd, const char *path)
{
	struct contents_manifest staged = { .arena = carrying->scratch };
	struct table news = { .arena = carrying->scratch };
	if (!contents_list_tree(carrying->run, tree_fd, path, &staged))
		return false;
	ARRAY_FOREACH (fact, &staged.facts) {
		bool moves = adopt_top_is_moved(&carrying->record, fact->path);
		fact->path = contents_place(
			carrying->before.loose, fact->path, moves, carrying->scratch);
		table_set(&news, fact->path, fact);
	}
	ARRAY_FOREACH (fact, &carrying->before.facts) {
		if (!table_get(&news, fact->path))
			ARRAY_PUSH(carrying->scratch, &carrying->after.facts, *fact);
	}
	ARRAY_FOREACH (fact, &staged.facts)
		ARRAY_PUSH(carrying->scratch, &carrying->after.facts, *fact);
	return true;
}

static bool
write_lists(struct carrying *carrying)
{
	struct run *run = carrying->run;
	const char *login = carrying->step->user;
	return contents_list_write(run, login, CONTENTS_CARRIED, &carrying->carried) &&
		contents_list_write(run, login, CONTENTS_LIST, &carrying->after);
}

static bool
note_tree(const struct carrying *carrying, int tree_fd, const char *path)
{
	struct stat st;
	if (fstat(tree_fd, &st) != 0)
		return diag_error(carrying->run->diags, at(path, 0), "cannot be looked at: %m");
	const struct step_fact fact = { .known = true, .dev = st.st_dev, .ino = st.st_ino };
	step_note(carrying->step, carrying->run, &fact);
	return true;
}

static bool
stage(struct carrying *carrying, struct filling *filling)
{
	static const struct host_owner private = { 0, 0, 0700 };
	struct run *run = carrying->run;
	const char *name = arena_printf(run->arena, "%zu", step_index(carrying->step, run));
	const char *path = arena_printf(
		run->arena, "%s/%s", staging_copies_path(run, carrying->step->base), name);
	int staging_fd;
	AUTO_CLOSE int tree_fd = -1;
	return staging_open_copies(run, carrying->step->base, &staging_fd) &&
		host_make_dir_at(run->host, staging_fd, name, &private, run->diags) &&
		host_open_dir_at(run->host, staging_fd, name, &tree_fd, run->diags) &&
		copy_changes(carrying, filling, tree_fd, path) &&
		host_own_fd(run->host, tree_fd, path, &private, run->diags) &&
		plan_moves(carrying, tree_fd, path) && make_list(carrying, tree_fd, path) &&
		write_lists(carrying) && note_tree(carrying, tree_fd, path);
}

static bool
carry_prepare(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	AUTO_FILLING struct filling filling = { 0 };
	struct carrying carrying = {
		.step = step,
		.run = run,
		.scratch = &scratch,
		.wanted = { .arena = &scratch },
	};
	if (!load_list(&carrying) || !filling_begin(&filling, step, run, &scratch))
		return false;
	const struct contents_manifest empty = {
		.arena = &scratch,
		.source = carrying.before.source,
		.loose = carrying.before.loose,
	};
	carrying.carried = carrying.after = empty;
	carrying.record = filling.record;
	carrying.view = (struct contents_view){
		.host = run->host,
		.home = step->path,
		.manifest = &carrying.before,
	};
	return stage(&carrying, &filling);
}

/* ---- into the home ---- */

const char *
carry_name(const struct step *step, struct run *run)
{
	return arena_printf(run->arena, "%s.%zu", step->user, step_index(step, run));
}

const char *
carry_path(const struct step *step, struct run *run)
{
	return arena_printf(run->arena, "%s/.rehome-quarantine/%s/%s",
		strcmp(step->base, "/") == 0 ? "" : step->base, run->id, carry_name(step, run));
}

const char *
carry_staged(const struct step *step, const char *place, struct run *run)
{
	size_t loose = strlen(step->home.loose);
	if (strncmp(place, step->home.loose, loose) == 0 && place[loose] == '/')
		place += loose + 1;
	return arena_printf(run->arena, "%s/%s", carry_path(step, run), place);
}

static bool
is_as_listed(const struct contents_manifest *before, const char *place, const struct stat *st)
{
	const struct contents_fact *fact = contents_find(before, place);
	return fact && fact->ino == st->st_ino && contents_has_facts(st, fact);
}

/* What somebody changed at the last moment is theirs again: nothing was lost in between. */
static bool
replace(struct carrying *carrying, const struct contents_fact *fact, int from_fd, const char *from,
	int to_fd, const char *to)
{
	struct run *run = carrying->run;
	struct host_entry old;
	if (!host_exchange_at(run->host, from_fd, from, to_fd, to, run->diags) ||
		!host_inspect_at(run->host, from_fd, from, &old, run->diags))
		return false;
	if (is_as_listed(&carrying->before, fact->path, &old.st))
		return true;
	diag_warning(run->diags, at(carrying->step->path, 0),
		"'%s' was changed meanwhile, and stays", fact->path);
	diag_user(run->diags, carrying->step->user);
	return host_exchange_at(run->host, from_fd, from, to_fd, to, run->diags);
}

static bool
move_in(struct carrying *carrying, const struct contents_fact *fact)
{
	const struct step *step = carrying->step;
	struct run *run = carrying->run;
	AUTO_CLOSE int from_fd = -1;
	AUTO_CLOSE int to_fd = -1;
	const char *from, *to;
	if (!step_open_parent(carry_staged(step, fact->path, run), run, &from_fd, &from) ||
		!step_open_parent(arena_printf(run->arena, "%s/%s", step->path, fact->path), run,
			&to_fd, &to))
		return false;
	return fact->kind == CARRY_REPLACE
		? replace(carrying, fact, from_fd, from, to_fd, to)
		: host_rename_at(run->host, from_fd, from, to_fd, to, false, run->diags);
}

static bool
bring_tree(const struct step *step, struct run *run)
{
	const char *name = arena_printf(run->arena, "%zu", step_index(step, run));
	int staging_fd;
	AUTO_CLOSE int quarantine_fd = -1;
	return staging_open_copies(run, step->base, &staging_fd) &&
		quarantine_open(step, run, &quarantine_fd) &&
		host_rename_at(run->host, staging_fd, name, quarantine_fd, carry_name(step, run),
			false, run->diags);
}

/* Of T: it has a directory for each on the way to a file, and what was new in it has gone. Nothing
 * in T but files came from the home. */
static bool
drop_empty(struct run *run, int dir_fd)
{
	struct string_list names = { 0 };
	if (!host_list_at(run->host, dir_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		AUTO_CLOSE int fd = -1;
		struct host_entry entry;
		bool not_empty;
		if (!host_inspect_at(run->host, dir_fd, *name, &entry, run->diags))
			return false;
		if (!entry.exists || !S_ISDIR(entry.st.st_mode))
			continue;
		if (!host_open_dir_at(run->host, dir_fd, *name, &fd, run->diags) ||
			!drop_empty(run, fd) ||
			!host_remove_dir_at(run->host, dir_fd, *name, &not_empty, run->diags))
			return false;
	}
	return true;
}

static bool
keep_versions(const struct step *step, struct run *run)
{
	AUTO_CLOSE int fd = -1;
	const char *path = carry_path(step, run);
	if (!host_open_dir(run->host, path, &fd, run->diags) || !drop_empty(run, fd))
		return false;
	diag_note(run->diags, at(path, 0), "has the versions that were replaced");
	return true;
}

static bool
carry_apply(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct carrying carrying = { .step = step, .run = run, .scratch = &scratch };
	bool exists, kept;
	if (!load_list(&carrying) ||
		!contents_list_read(
			run, step->user, CONTENTS_CARRIED, &scratch, &exists, &carrying.carried) ||
		!bring_tree(step, run))
		return false;
	ARRAY_FOREACH (fact, &carrying.carried.facts) {
		if (!move_in(&carrying, fact))
			return false;
	}
	return carry_end(step, run, &kept) && (!kept || keep_versions(step, run));
}

const struct step_ops step_contents_carry = {
	.check = carry_check,
	.prepare = carry_prepare,
	.apply = carry_apply,
	.undo = carry_undo,
};
