/*
 * step_tree.c - directories that a run makes: shared ones in place, homes and folders as whole
 * trees.
 *
 * A tree is built in a staging directory that only root can enter, with final ids and modes, and
 * appears by one rename. Its inode is in the journal before that, so that its undo knows our tree
 * from anybody else's: undo renames it away first, which ends every user's access, and only then
 * looks inside. What holds nothing but our own empty folders is deleted; anything else is
 * somebody's data and goes into quarantine on the same filesystem, as it is.
 */
#include <string.h>
#include <unistd.h>

#include "core/run/step.h"

/* ---- shared directories ---- */

static bool
dir_check(const struct step *step, struct run *run)
{
	struct host_entry entry;
	if (!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	if (!S_ISDIR(entry.st.st_mode))
		return diag_error(run->diags, at(step->path, 0), "not a directory");
	/* Somebody else made it since the plan: it is theirs, and undo leaves it. */
	const struct step_fact fact = { .known = true };
	step_note(step, run, &fact);
	return true;
}

static bool
was_present(const struct step *step, const struct run *run)
{
	return run->facts[step_index(step, run)].known;
}

/* Not built aside: homes are staged in it. Until then it is an empty directory of root's. */
static bool
dir_prepare(const struct step *step, struct run *run)
{
	return was_present(step, run) ||
		host_make_dir(run->host, step->path, &step->owner, run->diags);
}

static bool
dir_undo(const struct step *step, struct run *run)
{
	bool not_empty = false;
	if (was_present(step, run))
		return true;
	if (!staging_remove(run, step->path) ||
		!host_remove_dir(run->host, step->path, &not_empty, run->diags))
		return false;
	if (not_empty) {
		run->shared_kept = true;
		run_kept(run, NULL, "%s stays: it is not empty", step->path);
	}
	return true;
}

const struct step_ops step_dir_create = {
	.check = dir_check,
	.prepare = dir_prepare,
	.undo = dir_undo,
};

/* ---- trees ---- */

/* The tree's name in the staging directory: short, and nobody's choice. */
static char *
staged_name(const struct step *step, const struct run *run)
{
	return arena_printf(run->arena, "%zu", step_index(step, run));
}

static bool
tree_check(const struct step *step, struct run *run)
{
	struct host_entry entry;
	return step_base_is_safe(step, run, step->kind == STEP_HOME_CREATE) &&
		host_inspect(run->host, step->path, &entry, run->diags) &&
		(!entry.exists || step_fault(step, run, step->path, "already exists"));
}

bool
step_open_folder_parent(int root_fd, const struct step_folder *folder, struct run *run, int *ret_fd,
	const char **ret_name)
{
	AUTO_CLOSE int reached = -1;
	const char *path = folder->path, *slash;
	for (; (slash = strchr(path, '/')); path = slash + 1) {
		const char *name = arena_strndup(run->arena, path, (size_t)(slash - path));
		int fd;
		if (!host_open_dir_at(
			    run->host, reached < 0 ? root_fd : reached, name, &fd, run->diags))
			return false;
		cleanup_close(&reached);
		reached = fd;
	}
	*ret_name = path;
	*ret_fd = steal_fd(&reached);
	return true;
}

bool
step_make_folder(int root_fd, const struct step_folder *folder, struct run *run)
{
	AUTO_CLOSE int parent_fd = -1;
	const char *name;
	return step_open_folder_parent(root_fd, folder, run, &parent_fd, &name) &&
		host_make_dir_at(run->host, parent_fd < 0 ? root_fd : parent_fd, name,
			&folder->owner, run->diags);
}

static bool
tree_prepare(const struct step *step, struct run *run)
{
	int staging_fd;
	AUTO_CLOSE int root_fd = -1;
	const char *name = staged_name(step, run);

	if (!staging_open(run, step->base, &staging_fd) ||
		!host_make_dir_at(run->host, staging_fd, name, &step->owner, run->diags) ||
		!host_open_dir_at(run->host, staging_fd, name, &root_fd, run->diags))
		return false;
	ARRAY_FOREACH (folder, &step->folders) {
		if (!step_make_folder(root_fd, folder, run))
			return false;
	}

	struct stat st;
	if (fstat(root_fd, &st) < 0)
		return diag_error(
			run->diags, at(step->path, 0), "cannot look at the staged tree: %m");
	const struct step_fact fact = { .known = true, .dev = st.st_dev, .ino = st.st_ino };
	step_note(step, run, &fact);
	return true;
}

static bool
tree_apply(const struct step *step, struct run *run)
{
	int staging_fd;
	AUTO_CLOSE int parent_fd = -1;
	const char *place;
	return staging_open(run, step->base, &staging_fd) &&
		step_open_parent(step->path, run, &parent_fd, &place) &&
		host_rename_at(run->host, staging_fd, staged_name(step, run), parent_fd, place,
			false, run->diags);
}

/* ---- taking a tree away ---- */

static bool
is_ours(const struct host_entry *entry, const struct step_fact *fact)
{
	return entry->exists && entry->st.st_dev == fact->dev && entry->st.st_ino == fact->ino;
}

/*
 * Renames our tree out of its place. By now it may hold what people put there, so it does not go
 * back to where it was built, which is emptied, but to where homes wait.
 */
static bool
take_away(const struct step *step, int homes_fd, const char *name, struct run *run)
{
	AUTO_CLOSE int parent_fd = -1;
	const char *place;
	return step_open_parent(step->path, run, &parent_fd, &place) &&
		host_rename_at(run->host, parent_fd, place, homes_fd, name, false, run->diags);
}

/* Whether something else than a directory stands on the way. */
static bool
is_barred(const struct step *step, struct run *run)
{
	struct diags ignored = { .arena = run->arena };
	for (const char *end = strchr(step->path + 1, '/'); end; end = strchr(end + 1, '/')) {
		struct host_entry entry;
		const char *part =
			arena_strndup(run->arena, step->path, (size_t)(end - step->path));
		if (!host_inspect(run->host, part, &entry, &ignored))
			return false;
		if (entry.exists && !S_ISDIR(entry.st.st_mode))
			return true;
	}
	return false;
}

/*
 * The way to a folder may lead through others that the user owns. If they put something else there,
 * what we made is theirs now; it must not keep everybody else's undo from its end.
 */
static bool
find_placed(const struct step *step, struct run *run, struct host_entry *ret_placed)
{
	struct diags problems = { .arena = run->arena };
	if (step->kind != STEP_FOLDER_CREATE)
		return host_inspect(run->host, step->path, ret_placed, run->diags);
	*ret_placed = (struct host_entry){ 0 };
	if (host_inspect(run->host, step->path, ret_placed, &problems))
		return true;
	if (is_barred(step, run)) {
		run_conflict(run, step->user, "%s cannot be reached: %s %s", step->path,
			problems.items[0].place.file, problems.items[0].message);
		return true;
	}
	/* A look that failed for another reason may succeed next time. */
	ARRAY_FOREACH (problem, &problems)
		diag_append(run->diags, problem);
	return false;
}

static bool
tree_undo(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	const char *name = staged_name(step, run);
	struct host_entry placed, aside;
	int homes_fd;

	if (!fact->known)
		return true; /* its inode was never announced, so it never appeared */
	if (!find_placed(step, run, &placed) ||
		!host_inspect(run->host,
			arena_printf(
				run->arena, "%s/%s", staging_homes_path(run, step->base), name),
			&aside, run->diags))
		return false;
	/* One that never appeared is still where it was built, and goes with that. */
	if (!is_ours(&placed, fact) && !is_ours(&aside, fact)) {
		if (placed.exists)
			run_conflict(run, step->user, "%s is not the directory that run %s made",
				step->path, run->id);
		return true;
	}
	if (!staging_open_homes(run, step->base, &homes_fd) ||
		(is_ours(&placed, fact) && !take_away(step, homes_fd, name, run)))
		return false;

	const char *as = step->kind == STEP_HOME_CREATE
		? step->user
		: arena_printf(run->arena, "%s.%s", step->user, name);
	return quarantine_or_remove(step, homes_fd, name, as, run);
}

const struct step_ops step_tree_create = {
	.check = tree_check,
	.prepare = tree_prepare,
	.apply = tree_apply,
	.undo = tree_undo,
};
