/*
 * archive_store.h - the archives that there are, run by run, and which of them may go.
 */
#ifndef REHOME_RUN_ARCHIVE_STORE_H
#define REHOME_RUN_ARCHIVE_STORE_H

#include <time.h>

#include "core/model/config.h"
#include "core/run/archive.h"
#include "core/run/run.h"

struct stored_archive {
	const char *run, *login, *dir; /* dir: of its parts */
	struct manifest_header header; /* when its first line can be read */
	bool damaged;		       /* it cannot, or there is no manifest at all */
	uint64_t size;		       /* of all parts, on disk */
	enum run_status run_status;
	bool finalised; /* the run is */
};

struct archive_list {
	struct stored_archive *items;
	size_t count, room;
};

/* Of these logins (empty = all) and this run (NULL = all), oldest run first, then by login. */
NODISCARD bool archive_store_list(struct state *state, const struct string_list *logins,
	const char *run, struct arena *arena, struct archive_list *ret_archives,
	struct diags *diags);

/* The newest of a login, or the one of a run; NULL with an error that says what there is. */
const struct stored_archive *archive_store_find(const struct archive_list *archives,
	const char *login, const char *run, struct diags *diags);

/* True when only `rehome finalise` makes it prunable: adoptions, and whatever moved contents. */
bool archive_needs_finalise(const struct stored_archive *archive);

/*
 * Which of them retention allows to go: beyond both limits, of runs that are complete, and
 * finalised where that is needed. ret_why has a word for each of the list; NULL = it may go.
 */
void archive_store_choose(const struct archive_list *archives, const struct archives_config *config,
	time_t now, struct arena *arena, const char ***ret_why);

/* Removes one, and the directory of its run's archives when it was the last. */
NODISCARD bool archive_store_remove(
	struct state *state, const struct stored_archive *archive, struct diags *diags);

/* Days since an RFC 3339 time in UTC; 0 for what is none. */
unsigned archive_age_days(const char *created, time_t now);

#endif
