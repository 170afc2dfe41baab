/*
 * step_carry_undo.c - takes back what was carried over, in reverse order: whatever is as the run
 * left it. What people changed since is theirs, and the version that was before stays in
 * quarantine.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/carry.h"
#include "core/run/copied.h"

struct taking_back {
	const struct step *step;
	struct run *run;
	size_t number; /* of the folders that were taken out */
};

/* ---- the tree in quarantine ---- */

/* True when nothing but directories is in it. */
static bool
is_hollow(struct run *run, int fd, const char *path, bool *ret_hollow)
{
	struct contents_manifest files = { .arena = run->arena };
	if (!contents_list_tree(run, fd, path, &files))
		return false;
	*ret_hollow = !files.facts.count;
	return true;
}

bool
carry_end(const struct step *step, struct run *run, bool *ret_kept)
{
	const char *path = carry_path(step, run);
	struct host_entry tree;
	AUTO_CLOSE int quarantine_fd = -1;
	bool hollow = false;
	*ret_kept = false;
	if (!host_inspect(run->host, path, &tree, run->diags))
		return false;
	if (!tree.exists)
		return quarantine_close(step, run);
	{
		AUTO_CLOSE int fd = -1;
		if (!host_open_dir(run->host, path, &fd, run->diags) ||
			!is_hollow(run, fd, path, &hollow))
			return false;
	}
	*ret_kept = !hollow;
	if (!hollow)
		return true;
	return quarantine_open(step, run, &quarantine_fd) &&
		quarantine_remove_empty(quarantine_fd, carry_name(step, run), run) &&
		quarantine_close(step, run);
}

/* ---- one after the other ---- */

static bool
conflict(struct taking_back *back, const struct contents_fact *fact)
{
	run_conflict(back->run, back->step->user, "%s/%s was changed since, and stays",
		back->step->path, fact->path);
	return true;
}

static bool
is_ours(const struct host_entry *entry, const struct contents_fact *fact)
{
	return entry->exists && entry->st.st_ino == fact->ino;
}

/* As it was carried over. */
static bool
is_untouched(const struct host_entry *entry, const struct contents_fact *fact)
{
	return is_ours(entry, fact) && (uint64_t)entry->st.st_size == fact->size &&
		entry->st.st_mtim.tv_sec == fact->modified.tv_sec &&
		entry->st.st_mtim.tv_nsec == fact->modified.tv_nsec;
}

static bool
take_file(struct taking_back *back, const struct contents_fact *fact, const char *path,
	const struct host_entry *placed)
{
	if (!is_ours(placed, fact))
		return true; /* not there yet, or not any more */
	if (!is_untouched(placed, fact))
		return conflict(back, fact);
	return host_unlink(back->run->host, path, back->run->diags);
}

/* Into the staging directory whose contents go. */
static bool
take_folder(struct taking_back *back, const struct contents_fact *fact, const char *path,
	const struct host_entry *placed)
{
	struct run *run = back->run;
	uint64_t print, files;
	int staging_fd;
	AUTO_CLOSE int fd = -1;
	AUTO_CLOSE int parent_fd = -1;
	const char *name;
	if (!is_ours(placed, fact))
		return true;
	if (!host_open_dir(run->host, path, &fd, run->diags) ||
		!copied_fingerprint(run, fd, path, &print, &files))
		return false;
	if (print != fact->size)
		return conflict(back, fact);
	const char *as =
		arena_printf(run->arena, "%zu.%zu", step_index(back->step, run), back->number++);
	return staging_open_copies(run, back->step->base, &staging_fd) &&
		step_open_parent(path, run, &parent_fd, &name) &&
		host_rename_at(run->host, parent_fd, name, staging_fd, as, false, run->diags);
}

/* The older version comes back, then the newer one goes. */
static bool
exchange_back(struct taking_back *back, const struct contents_fact *fact, const char *path,
	const struct host_entry *placed)
{
	struct run *run = back->run;
	const char *staged = carry_staged(back->step, fact->path, run), *from, *to;
	struct host_entry aside;
	if (is_ours(placed, fact)) {
		AUTO_CLOSE int from_fd = -1;
		AUTO_CLOSE int to_fd = -1;
		if (!is_untouched(placed, fact))
			return conflict(back, fact);
		if (!step_open_parent(staged, run, &from_fd, &from) ||
			!step_open_parent(path, run, &to_fd, &to) ||
			!host_exchange_at(run->host, from_fd, from, to_fd, to, run->diags))
			return false;
	}
	if (!host_inspect(run->host, staged, &aside, run->diags))
		return false;
	return !is_ours(&aside, fact) || host_unlink(run->host, staged, run->diags);
}

static bool
take_back(struct taking_back *back, const struct contents_fact *fact)
{
	const char *path = arena_printf(back->run->arena, "%s/%s", back->step->path, fact->path);
	struct diags problems = { .arena = back->run->arena };
	struct host_entry placed;
	/* Somebody put a link or a file on the way to it. */
	if (!host_inspect(back->run->host, path, &placed, &problems))
		return conflict(back, fact);
	switch (fact->kind) {
	case CARRY_FOLDER:
		return take_folder(back, fact, path, &placed);
	case CARRY_REPLACE:
		return exchange_back(back, fact, path, &placed);
	default:
		return take_file(back, fact, path, &placed);
	}
}

/* Before T was brought nothing was done, and what is new in it goes with the rest of it. */
static bool
drop_staged(struct taking_back *back, const struct contents_fact *fact)
{
	struct run *run = back->run;
	const char *staged = carry_staged(back->step, fact->path, run), *name;
	struct host_entry aside;
	int staging_fd;
	AUTO_CLOSE int parent_fd = -1;
	if (!host_inspect(run->host, staged, &aside, run->diags))
		return false;
	if (!is_ours(&aside, fact))
		return true;
	if (fact->kind != CARRY_FOLDER)
		return host_unlink(run->host, staged, run->diags);
	const char *as =
		arena_printf(run->arena, "%zu.%zu", step_index(back->step, run), back->number++);
	return staging_open_copies(run, back->step->base, &staging_fd) &&
		step_open_parent(staged, run, &parent_fd, &name) &&
		host_rename_at(run->host, parent_fd, name, staging_fd, as, false, run->diags);
}

bool
carry_undo(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct taking_back back = { .step = step, .run = run };
	struct contents_manifest carried;
	bool exists, kept;
	if (!run->facts[step_index(step, run)].known)
		return contents_list_remove(run, step->user);
	if (!contents_list_read(run, step->user, CONTENTS_CARRIED, &scratch, &exists, &carried))
		return false;
	for (size_t i = exists ? carried.facts.count : 0; i-- > 0;) {
		const struct contents_fact *fact = &carried.facts.items[i];
		if (!take_back(&back, fact) || !drop_staged(&back, fact))
			return false;
	}
	if (!carry_end(step, run, &kept) || !contents_list_remove(run, step->user))
		return false;
	if (kept)
		run_kept(run, step->user, "older versions of changed files are in %s",
			carry_path(step, run));
	return true;
}
