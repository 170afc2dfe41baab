/*
 * step_archive.c - the homes that a run is about to change, archived: first while they are in use,
 * then what is different when they are closed.
 *
 * All homes of a phase are archived at once, when the first of them is prepared; what became of
 * each is kept for its own step. An archive is complete, on disk, read back and compared when its
 * step is done, and nothing of the home is changed before. Undone before the commit, a run changed
 * nothing and leaves no archives; after it they stay, whatever is rolled back.
 */
#include <inttypes.h>
#include <string.h>

#include "core/run/archive.h"
#include "core/run/archive_batch.h"
#include "core/run/step.h"

static const struct host_owner PRIVATE = { .uid = 0, .gid = 0, .mode = 0700 };

/* What the steps of one phase share. */
struct archiving {
	struct archive_batch batch;
	const struct step **steps; /* of each task */
	bool performed;
	bool in_bytes; /* progress is told in MiB, otherwise in entries */
	struct run *run;
	enum phase phase;
};

static const char *
homes_dir(const struct run *run)
{
	return state_run_path(run->state, run->id, "homes");
}

/* ---- as planned? ---- */

static bool
has_step(const struct run *run, enum step_kind kind)
{
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step->kind == kind && !step_is_left_out(step, run))
			return true;
	}
	return false;
}

/* Asked once, before the first phase that archives: room for all of it. */
static bool
check_space(const struct step *step, struct run *run)
{
	uint64_t need = 0, bytes, inodes;
	const char *dir = homes_dir(run);
	if (run->archive_space_checked ||
		(step->kind == STEP_ARCHIVE && has_step(run, STEP_ARCHIVE_AHEAD)))
		return true;
	run->archive_space_checked = true;
	ARRAY_FOREACH (other, &run->plan->steps) {
		if (other->kind == STEP_ARCHIVE && !step_is_left_out(other, run))
			need += step_archive_room(&other->home);
	}
	if (!host_free_space(run->host, dir, &bytes, &inodes, run->diags))
		return false;
	if (bytes >= need)
		return true;
	diag_error(run->diags, at(dir, 0),
		"not enough space for the archives: %" PRIu64
		" MiB are free, they may take %" PRIu64 " MiB",
		bytes >> 20, (need >> 20) + 1);
	diag_code(run->diags, "archive-space");
	diag_hint(run->diags, "Free some, or apply to fewer users at once (--canary).");
	return false;
}

static bool
archive_check(const struct step *step, struct run *run)
{
	struct host_entry entry;
	if (!archive_login_is_safe(step->user)) {
		diag_error(run->diags, at(step->path, 0),
			"the login cannot be the name of an archive");
		diag_user(run->diags, step->user);
		return false;
	}
	if (!host_inspect(run->host, step->path, &entry, run->diags))
		return false;
	if (entry.exists && S_ISDIR(entry.st.st_mode) && entry.st.st_ino == step->home.ino &&
		entry.st.st_dev == step->home.dev)
		return check_space(step, run);
	diag_error(run->diags, at(step->path, 0), "is not the directory that the plan found");
	diag_code(run->diags, "stale");
	diag_user(run->diags, step->user);
	return false;
}

/* ---- all homes of a phase ---- */

static void
tell_progress(void *ctx, uint64_t done, uint64_t total)
{
	const struct archiving *archiving = ctx;
	const struct events *events = archiving->run->options->events;
	unsigned shift = archiving->in_bytes ? 20 : 0;
	if (events && events->progress && total >> shift)
		events->progress(events->ctx, phase_name(archiving->phase), (size_t)(done >> shift),
			(size_t)(total >> shift));
}

static const char *
reason_of(const struct step *step, const struct run *run)
{
	const struct change *change = table_get(&run->changes, step->user);
	return change ? change_action_name(change->action) : "change";
}

static struct archive_task
task_of(const struct step *step, struct run *run)
{
	return (struct archive_task){
		.job = {
			.dir = homes_dir(run),
			.login = step->user,
			.home = step->path,
			.run = run->id,
			.why = reason_of(step, run),
			.dev = step->home.dev,
			.ino = step->home.ino,
			.owner = step->home.owner,
			.content = step->home.content,
			.stop = run->options->stop,
		},
		.perform = step->kind == STEP_ARCHIVE_AHEAD ? archive_ahead : archive_complete,
		.weight = step->home.files + (step->home.content ? step->home.bytes : 0),
	};
}

static struct archiving *
collect(const struct step *first, struct run *run)
{
	struct archiving *archiving = ARENA_NEW(run->arena, struct archiving);
	size_t count = run->plan->steps.count;
	archiving->run = run;
	archiving->phase = step_phase(first->kind);
	archiving->batch.items = arena_alloc(run->arena, count * sizeof(*archiving->batch.items));
	archiving->steps = arena_alloc(run->arena, count * sizeof(*archiving->steps));
	ARRAY_FOREACH (step, &run->plan->steps) {
		if (step->kind != first->kind || step_is_left_out(step, run))
			continue;
		archiving->in_bytes |= step->home.content;
		archiving->steps[archiving->batch.count] = step;
		archiving->batch.items[archiving->batch.count++] = task_of(step, run);
	}
	archiving->batch.jobs = run->options->jobs;
	archiving->batch.progress = tell_progress;
	archiving->batch.progress_ctx = archiving;
	return archiving;
}

static bool
make_dir(struct run *run)
{
	struct host_entry entry;
	const char *dir = homes_dir(run);
	if (!host_inspect(run->host, dir, &entry, run->diags))
		return false;
	return entry.exists ||
		(host_make_dir(run->host, dir, &PRIVATE, run->diags) &&
			host_sync_dir(
				run->host, state_run_path(run->state, run->id, NULL), run->diags));
}

static struct archiving *
archiving_of(const struct step *step, struct run *run)
{
	struct archiving **archiving = &run->archiving[step->kind == STEP_ARCHIVE];
	if (!*archiving) {
		*archiving = collect(step, run);
		(*archiving)->performed = make_dir(run) &&
			archive_batch_perform(&(*archiving)->batch, run->host, run->diags);
	}
	return *archiving;
}

/* What this home had to say, and whether it is archived. */
static bool
archive_prepare(const struct step *step, struct run *run)
{
	struct archiving *archiving = archiving_of(step, run);
	if (!archiving->performed)
		return false;
	for (size_t i = 0; i < archiving->batch.count; i++) {
		const struct archive_task *task = &archiving->batch.items[i];
		if (archiving->steps[i] != step)
			continue;
		archive_tell(&task->diags, run->diags);
		if (task->ok && task->job.in_use) {
			diag_note(run->diags, at(step->path, 0),
				"%" PRIu64 " file%s in use: archived when the home is closed",
				task->job.in_use, task->job.in_use == 1 ? "" : "s");
			diag_user(run->diags, step->user);
		}
		return task->ok;
	}
	return diag_error(run->diags, at(step->path, 0), "was not archived");
}

void
archives_finish(struct run *run)
{
	for (size_t i = 0; i < ARRAY_LEN(run->archiving); i++) {
		if (run->archiving[i])
			archive_batch_finish(&run->archiving[i]->batch);
		run->archiving[i] = NULL;
	}
}

/* ---- backwards ---- */

static bool
archive_undo(const struct step *step, struct run *run)
{
	struct host_entry entry;
	bool not_empty;
	const char *dir = homes_dir(run);
	if (run->committed)
		return true;
	if (!host_inspect(run->host, dir, &entry, run->diags))
		return false;
	if (!entry.exists)
		return true;
	return archive_remove(run->host, dir, step->user, run->diags) &&
		host_remove_dir(run->host, dir, &not_empty, run->diags);
}

const struct step_ops step_archive_ahead = {
	.check = archive_check,
	.prepare = archive_prepare,
	.undo = archive_undo,
};

const struct step_ops step_archive = {
	.check = archive_check,
	.prepare = archive_prepare,
	.undo = archive_undo,
};
