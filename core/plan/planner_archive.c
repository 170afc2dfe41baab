/*
 * planner_archive.c - which homes are archived before they change, how much that is, and whether it
 * fits.
 *
 * Every home that people live in gets its steps here, or a line that says why it gets none: nobody
 * learns after the fact that there is no archive.
 */
#include <inttypes.h>

#include "core/base/text.h"
#include "core/plan/planner_internal.h"

#define DEFAULT_STATE_DIR "/var/lib/rehome"

/* For what is said beforehand only. Contents are compressed, written, and read back. */
enum { BYTES_A_SECOND = 100 << 20, FILES_A_SECOND = 8000 };

/* ---- in words ---- */

char *
planner_size_words(uint64_t bytes, struct arena *arena)
{
	return text_size(arena, bytes);
}

static char *
time_words(uint64_t seconds, struct arena *arena)
{
	if (seconds <= 90)
		return arena_printf(arena, "%" PRIu64 " s", seconds ? seconds : 1);
	if (seconds <= 90 * 60)
		return arena_printf(arena, "%" PRIu64 " min", (seconds + 59) / 60);
	return arena_printf(arena, "%" PRIu64 " h", (seconds + 3599) / 3600);
}

static char *
extent_words(const struct step_home *home, bool content, struct arena *arena)
{
	uint64_t files = home->files / FILES_A_SECOND;
	if (!content)
		return arena_printf(arena,
			"before the change, names and rights of %" PRIu64 " file%s, about %s",
			home->files, home->files == 1 ? "" : "s", time_words(files, arena));
	return arena_printf(arena, "before the change, about %s, about %s",
		planner_size_words(home->bytes, arena),
		time_words(home->bytes / BYTES_A_SECOND + files, arena));
}

/* ---- the steps ---- */

/* Why a home is not archived, in words; NULL when it is. */
static const char *
reason_for_none(const struct planner *planner, const struct change *change)
{
	const struct archives_config *archives = &planner->config->archives;
	if (planner->options->no_archive)
		return "none: --no-archive";
	/* Taking a home away is the one change whose whole point is its archive. */
	if (change->action == CHANGE_LEAVE)
		return archives->before_leave ||
				planner->config->policy.leaver_action == LEAVER_ARCHIVE
			? NULL
			: "none: archives.before does not list leave";
	if (change->action == CHANGE_ADOPT)
		return archives->before_adopt ? NULL : "none: archives.before does not list adopt";
	return archives->before_change ? NULL : "none: archives.before does not list change";
}

static void
add_step(struct planner *planner, struct change *change, enum step_kind kind,
	const struct step_home *home, const char *path, bool content)
{
	struct step step = {
		.kind = kind,
		.user = change->login,
		.path = path,
		.home = {
			.dev = home->dev,
			.ino = home->ino,
			.owner = home->owner,
			.files = home->files,
			.bytes = home->bytes,
			.content = content,
		},
	};
	ARRAY_PUSH(planner->arena, &planner->plan->steps, step);
}

void
planner_archive_home(struct planner *planner, struct change *change, const struct step_home *home,
	const char *path, bool content)
{
	const char *none = reason_for_none(planner, change);
	planner_add_line(change, planner->arena, "archive",
		none ? none : extent_words(home, content, planner->arena));
	if (none)
		return;
	if (content)
		add_step(planner, change, STEP_ARCHIVE_AHEAD, home, path, true);
	add_step(planner, change, STEP_ARCHIVE, home, path, content);
}

/* ---- space ---- */

bool
planner_check_archive_space(struct planner *planner)
{
	struct plan *plan = planner->plan;
	const char *dir = planner->options->state_dir;
	uint64_t need = 0, bytes, inodes, homes = 0;
	if (!dir)
		dir = DEFAULT_STATE_DIR;
	ARRAY_FOREACH (step, &plan->steps) {
		if (step->kind != STEP_ARCHIVE)
			continue;
		need += step_archive_room(&step->home);
		homes++;
	}
	if (!homes)
		return true;
	if (!host_free_space(planner->snapshot->host, dir, &bytes, &inodes, planner->diags))
		return false;
	if (bytes >= need)
		return true;
	diag_error(&plan->findings, at(dir, 0),
		"not enough space for the archives: %s are free, the archives of %" PRIu64
		" home%s may take %s",
		planner_size_words(bytes, planner->arena), homes, homes == 1 ? "" : "s",
		planner_size_words(need, planner->arena));
	diag_code(&plan->findings, "archive-space");
	diag_hint(&plan->findings,
		"Free some (rehome archive prune), plan fewer users at once (--canary), or choose "
		"another --state-dir.");
	return true;
}
