/*
 * step_copy.c - a home that no rename can move becomes a jail elsewhere, by a copy.
 *
 *	/mnt/old/anna (H)          /home/.rehome-copies-7/12 (J)       /home/anna (J)
 *	├── a                      ├── a            copied             ├── a
 *	├── notes.txt      ──▶     ├── incoming     new        ──▶     ├── incoming
 *	└── .profile               └── files        notes.txt, ...     └── files
 *
 * H is copied into J's loose folder and compared there, byte by byte, before that is made a jail as
 * an adopted home is (adopt.h). One rename puts it in place. H itself is never changed. Where it is
 * somebody's home it stays frozen (step_freeze.c) until an undo gives it back or the run is
 * finalised; what fills a new jail is nobody's here, and whoever changes it meanwhile makes the
 *copy fail.
 *
 * The fingerprint of all inodes of the copy is in the journal before the rename: undo deletes what
 * is exactly as the run made it, provided that H is still there, and keeps anything else in
 * quarantine.
 */
#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "core/run/copied.h"

static char *
staged_name(const struct step *step, const struct run *run)
{
	return arena_printf(run->arena, "%zu", step_index(step, run));
}

/* ---- still as planned? ---- */

static bool
check_room(const struct step *step, struct run *run)
{
	uint64_t bytes, inodes;
	if (!host_free_space(run->host, step->base, &bytes, &inodes, run->diags))
		return false;
	if (bytes >= step->home.bytes && inodes >= step->home.files)
		return true;
	return step_fault(step, run, step->base,
		arena_printf(run->arena,
			"%" PRIu64 " bytes and %" PRIu64 " inodes are free, the copy of %s needs "
			"%" PRIu64 " and %" PRIu64,
			bytes, inodes, step->home.source, step->home.bytes, step->home.files));
}

bool
copied_check(const struct step *step, struct run *run)
{
	struct host_entry placed;
	return step_base_is_safe(step, run, true) &&
		host_inspect(run->host, step->path, &placed, run->diags) &&
		(!placed.exists || step_fault(step, run, step->path, "already exists")) &&
		step_home_is_planned(step, run, step->home.source) && check_room(step, run);
}

/* ---- the fingerprint ---- */

static void
add_number(struct sha256_ctx *sha256, uint64_t number)
{
	sha256_update(sha256, sizeof(number), (const uint8_t *)&number);
}

struct printing {
	struct sha256_ctx sha256;
	uint64_t files;
};

/* Whoever changes, adds or removes anything changes a time that nobody can set. */
static enum walk_verdict
add_inode(void *ctx, const struct walk_entry *entry, struct diags *diags)
{
	struct printing *printing = ctx;
	struct sha256_ctx *sha256 = &printing->sha256;
	const struct stat *st = &entry->st;
	(void)diags;
	if (!entry->depth)
		return WALK_ON; /* renaming it is a change too */
	printing->files += !S_ISDIR(st->st_mode);
	sha256_update(sha256, strlen(entry->path) + 1, (const uint8_t *)entry->path);
	add_number(sha256, st->st_ino);
	add_number(sha256, (uint64_t)st->st_size);
	add_number(sha256, (uint64_t)st->st_ctim.tv_sec);
	add_number(sha256, (uint64_t)st->st_ctim.tv_nsec);
	add_number(sha256, entry->is_mount);
	return WALK_ON;
}

bool
copied_fingerprint(
	struct run *run, int fd, const char *path, uint64_t *ret_print, uint64_t *ret_files)
{
	struct printing printing = { 0 };
	uint8_t hash[SHA256_DIGEST_SIZE];
	const struct walk_visitor visitor = { .ctx = &printing, .enter = add_inode };
	sha256_init(&printing.sha256);
	if (!host_walk(run->host, fd, path, &visitor, run->diags))
		return false;
	sha256_digest(&printing.sha256, sizeof(hash), hash);
	memcpy(ret_print, hash, sizeof(*ret_print));
	*ret_files = printing.files;
	return true;
}

static bool
take_fingerprint(struct run *run, int jail_fd, const char *path, uint64_t *ret_print)
{
	uint64_t files;
	return copied_fingerprint(run, jail_fd, path, ret_print, &files);
}

/* ---- the copy, aside ---- */

bool
copied_open_jail(struct copied_jail *jail)
{
	struct adoption *adoption = &jail->adoption;
	const struct step *step = adoption->step;
	struct run *run = adoption->run;
	const char *name = staged_name(step, run);
	int staging_fd;
	jail->path = arena_printf(run->arena, "%s/%s", staging_copies_path(run, step->base), name);
	adoption->home_path = arena_printf(run->arena, "%s/%s", jail->path, step->home.loose);
	return staging_open_copies(run, step->base, &staging_fd) &&
		host_open_dir_at(run->host, staging_fd, name, &jail->fd, run->diags) &&
		host_open_dir_at(
			run->host, jail->fd, step->home.loose, &adoption->home_fd, run->diags);
}

bool
copied_make_jail(struct copied_jail *jail)
{
	static const struct host_owner private = { 0, 0, 0700 };
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	const char *name = staged_name(step, run);
	int staging_fd;
	AUTO_CLOSE int jail_fd = -1;
	return staging_open_copies(run, step->base, &staging_fd) &&
		host_make_dir_at(run->host, staging_fd, name, &step->owner, run->diags) &&
		host_open_dir_at(run->host, staging_fd, name, &jail_fd, run->diags) &&
		host_make_dir_at(run->host, jail_fd, step->home.loose, &private, run->diags) &&
		copied_open_jail(jail);
}

void
copied_tell(const struct step *step, struct run *run, const struct tree_copy_facts *facts)
{
	ARRAY_FOREACH (path, &facts->left_out)
		diag_note(run->diags, at(*path, 0), "is a socket, which is not copied");
	if (!facts->shared)
		return;
	diag_warning(run->diags, at(step->home.source, 0),
		"%" PRIu64
		" files have names outside of it too, and are files of their own in the copy",
		facts->shared);
	diag_user(run->diags, step->user);
}

static bool
copy_home(struct copied_jail *jail)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	struct tree_copy_facts facts;
	AUTO_CLOSE int from_fd = -1;
	if (!host_open_dir(run->host, step->home.source, &from_fd, run->diags))
		return false;
	const struct tree_copy copy = {
		.from_fd = from_fd,
		.to_fd = jail->adoption.home_fd,
		.from = step->home.source,
		.to = jail->adoption.home_path,
	};
	if (!host_copy_tree(run->host, &copy, run->arena, &facts, run->diags) ||
		!host_compare_trees(run->host, &copy, run->diags))
		return false;
	copied_tell(step, run, &facts);
	return true;
}

/* Those of the layout that H has not. All is aside, so they are made in place. */
bool
copied_make_folders(struct copied_jail *jail, const struct tree_record *record)
{
	struct run *run = jail->adoption.run;
	ARRAY_FOREACH (folder, &jail->adoption.step->folders) {
		bool is_there = adopt_top_is_moved(record, folder->path) &&
			!string_list_has(&record->made, folder->path);
		if (!is_there && !step_make_folder(jail->fd, folder, run))
			return false;
	}
	return true;
}

/* As step_adopt.c does it with H. */
static bool
make_it_a_jail(struct copied_jail *jail)
{
	struct adoption *adoption = &jail->adoption;
	const struct step *step = adoption->step;
	struct run *run = adoption->run;
	struct tree_record found = { .arena = adoption->scratch }, record;
	int staging_fd;
	const struct host_owner loose = adopt_loose_owner(step);
	return staging_open_copies(run, step->base, &staging_fd) &&
		adopt_sort_entries(adoption, &found) && adopt_write_record(adoption, &found) &&
		tree_record_load(run, step->user, adoption->scratch, &record, run->diags) &&
		adopt_own(adoption, &record) && adopt_relink(adoption, &record, staging_fd) &&
		adopt_move_folders(adoption, &record, jail->fd) &&
		copied_make_folders(jail, &record) &&
		host_own_fd(run->host, adoption->home_fd, adoption->home_path, &loose, run->diags);
}

bool
copied_note(const struct copied_jail *jail)
{
	const struct step *step = jail->adoption.step;
	struct run *run = jail->adoption.run;
	struct step_fact fact = { .known = true, .has_print = true };
	struct stat st;
	if (fstat(jail->fd, &st) < 0)
		return diag_error(
			run->diags, at(jail->path, 0), "cannot be looked at: %s", strerror(errno));
	if (!take_fingerprint(run, jail->fd, jail->path, &fact.print))
		return false;
	fact.dev = st.st_dev;
	fact.ino = st.st_ino;
	step_note(step, run, &fact);
	return true;
}

void
copied_jail_finish(struct copied_jail *jail)
{
	cleanup_close(&jail->adoption.home_fd);
	cleanup_close(&jail->fd);
}

static bool
copy_prepare(const struct step *step, struct run *run)
{
	AUTO_ARENA struct arena scratch = { 0 };
	struct copied_jail jail = { .adoption = { step, run, &scratch, -1, NULL }, .fd = -1 };
	bool ok = copied_make_jail(&jail) && copy_home(&jail) && make_it_a_jail(&jail) &&
		copied_note(&jail);
	copied_jail_finish(&jail);
	return ok;
}

/* ---- into its place ---- */

bool
copied_apply(const struct step *step, struct run *run)
{
	int staging_fd;
	AUTO_CLOSE int parent_fd = -1;
	const char *place;
	return staging_open_copies(run, step->base, &staging_fd) &&
		step_open_parent(step->path, run, &parent_fd, &place) &&
		host_rename_at(run->host, staging_fd, staged_name(step, run), parent_fd, place,
			false, run->diags);
}

bool
copied_verify(const struct step *step, struct run *run)
{
	const struct step_fact *fact = &run->facts[step_index(step, run)];
	struct host_entry placed;
	return host_inspect(run->host, step->path, &placed, run->diags) &&
		(step_found_dir(&placed, fact->ino) ||
			step_fault(step, run, step->path, "is not the copy that was made"));
}

/* ---- taking it away ---- */

/* Where J is: in its place, or on its way out. */
struct leaving {
	const struct step *step;
	struct run *run;
	const struct step_fact *fact;
	int area_fd; /* the staging directory in which nothing but the empty is deleted */
	const char *name;
	struct host_entry placed, aside;
};

static bool
take_out(struct leaving *leaving)
{
	struct run *run = leaving->run;
	AUTO_CLOSE int parent_fd = -1;
	const char *place;
	if (!step_found_dir(&leaving->placed, leaving->fact->ino))
		return true;
	return step_open_parent(leaving->step->path, run, &parent_fd, &place) &&
		host_rename_at(run->host, parent_fd, place, leaving->area_fd, leaving->name, false,
			run->diags);
}

/* NULL when it is exactly as the run made it, and what it was made from is there. */
static bool
find_reason(struct leaving *leaving, const char **ret_reason)
{
	const struct step *step = leaving->step;
	struct run *run = leaving->run;
	struct host *source = step_source_host(step, run);
	struct host_entry home;
	AUTO_CLOSE int fd = -1;
	uint64_t print;
	if (!source || !host_inspect(source, step->home.source, &home, run->diags) ||
		!host_open_dir_at(run->host, leaving->area_fd, leaving->name, &fd, run->diags) ||
		!take_fingerprint(run, fd, step->path, &print))
		return false;
	*ret_reason = NULL;
	if (!step_found_dir(&home, step->home.ino))
		*ret_reason = "is all that is left of it";
	else if (!leaving->fact->has_print || print != leaving->fact->print)
		*ret_reason = "was changed since";
	return true;
}

/* From the other staging directory it is deleted with all that is in it. */
static bool
end_copy(struct leaving *leaving)
{
	const struct step *step = leaving->step;
	struct run *run = leaving->run;
	const char *reason;
	int staging_fd;
	if (!find_reason(leaving, &reason))
		return false;
	/* Not by the step's number alone: that is how a copy is known that is not complete. */
	if (!reason)
		return staging_open_copies(run, step->base, &staging_fd) &&
			host_rename_at(run->host, leaving->area_fd, leaving->name, staging_fd,
				arena_printf(run->arena, "%s.gone", leaving->name), false,
				run->diags);
	return quarantine_keep(step, leaving->area_fd, leaving->name, step->user,
		arena_printf(run->arena, "the copy of %s, which %s,", step->home.source, reason),
		run);
}

bool
copied_undo(const struct step *step, struct run *run)
{
	struct leaving leaving = {
		.step = step,
		.run = run,
		.fact = &run->facts[step_index(step, run)],
		.name = staged_name(step, run),
	};
	if (!leaving.fact->known)
		return true; /* its inode was never announced, so it never appeared */
	if (!staging_open_homes(run, step->base, &leaving.area_fd) ||
		!host_inspect(run->host, step->path, &leaving.placed, run->diags) ||
		!host_inspect_at(
			run->host, leaving.area_fd, leaving.name, &leaving.aside, run->diags))
		return false;
	bool is_placed = step_found_dir(&leaving.placed, leaving.fact->ino);
	if (is_placed || step_found_dir(&leaving.aside, leaving.fact->ino))
		return take_out(&leaving) && end_copy(&leaving);
	if (leaving.placed.exists)
		run_conflict(run, step->user, "%s is not the directory that run %s made",
			step->path, run->id);
	return true;
}

const struct step_ops step_home_copy = {
	.check = copied_check,
	.prepare = copy_prepare,
	.apply = copied_apply,
	.verify = copied_verify,
	.undo = copied_undo,
};
