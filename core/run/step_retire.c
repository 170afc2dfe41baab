/*
 * step_retire.c - a home that leaves with its user: into quarantine beside it, by one rename.
 *
 * It was archived, and has been root's alone since the gate; it stays so. Its inode is in the
 * journal before the rename, so that the undo finds it whatever name it has there, and knows it
 * from a home that somebody made since.
 *
 *	<base>/anna ──▶ <base>/.rehome-quarantine/<run>/anna
 */
#include <string.h>
#include <unistd.h>

#include "core/run/step.h"

static bool
retire_check(const struct step *step, struct run *run)
{
	return step_home_is_planned(step, run, step->path);
}

static bool
retire_prepare(const struct step *step, struct run *run)
{
	AUTO_CLOSE int fd = -1;
	return step_note_inode(step, run, step->path) && quarantine_open(step, run, &fd);
}

static bool
retire_apply(const struct step *step, struct run *run)
{
	AUTO_CLOSE int parent_fd = -1;
	AUTO_CLOSE int quarantine_fd = -1;
	const char *name, *as;
	return step_open_parent(step->path, run, &parent_fd, &name) &&
		quarantine_open(step, run, &quarantine_fd) &&
		quarantine_free_name(quarantine_fd, step->user, run, &as) &&
		host_rename_at(run->host, parent_fd, name, quarantine_fd, as, false, run->diags) &&
		host_sync_filesystem(run->host, quarantine_fd, step->base, run->diags);
}

/* ---- and back ---- */

static bool
find_kept(int quarantine_fd, ino_t ino, struct run *run, const char **ret_name)
{
	struct string_list names = { 0 };
	*ret_name = NULL;
	if (!host_list_at(run->host, quarantine_fd, run->arena, &names, run->diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct host_entry entry;
		if (!host_inspect_at(run->host, quarantine_fd, *name, &entry, run->diags))
			return false;
		if (entry.exists && S_ISDIR(entry.st.st_mode) && entry.st.st_ino == ino)
			*ret_name = *name;
	}
	return true;
}

static bool
bring_back(const struct step *step, struct run *run, ino_t ino, bool is_taken)
{
	AUTO_CLOSE int quarantine_fd = -1;
	AUTO_CLOSE int parent_fd = -1;
	const char *kept, *name;
	if (!quarantine_open(step, run, &quarantine_fd) ||
		!find_kept(quarantine_fd, ino, run, &kept))
		return false;
	if (!kept) {
		run_conflict(run, step->user, "the home is no longer in quarantine");
		return true;
	}
	if (is_taken) {
		run_conflict(run, step->user,
			"the home stays in quarantine as %s: there is another %s", kept,
			step->path);
		return true;
	}
	return step_open_parent(step->path, run, &parent_fd, &name) &&
		host_rename_at(
			run->host, quarantine_fd, kept, parent_fd, name, false, run->diags) &&
		host_sync_filesystem(run->host, parent_fd, step->base, run->diags);
}

static bool
retire_undo(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	struct host_entry entry;
	/* Not announced, so never moved; but the way there may have been made. */
	if (!fact->known)
		return quarantine_close(step, run);
	if (!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	bool is_back = entry.exists && entry.st.st_ino == fact->ino;
	return (is_back || bring_back(step, run, fact->ino, entry.exists)) &&
		quarantine_close(step, run);
}

const struct step_ops step_home_retire = {
	.check = retire_check,
	.prepare = retire_prepare,
	.apply = retire_apply,
	.undo = retire_undo,
};
