/*
 * archive_store.c - archives by run and login; see archive_store.h.
 */
#include "core/run/archive_store.h"

#include <stdio.h>
#include <string.h>

#include "core/base/table.h"
#include "core/run/archive_lines.h"

/* ---- listing ---- */

static bool
measure(struct state *state, struct arena *arena, struct stored_archive *archive,
	struct diags *diags)
{
	for (int part = 0; part < ARCHIVE_PARTS; part++) {
		struct host_entry entry;
		const char *path =
			archive_path(arena, archive->dir, archive->login, (enum archive_part)part);
		if (!host_inspect(state->host, path, &entry, diags))
			return false;
		if (entry.exists)
			archive->size += (uint64_t)entry.st.st_size;
	}
	return true;
}

/* What is damaged is listed all the same: its errors stay out of this list. */
static void
read_header(struct state *state, struct arena *arena, struct stored_archive *archive)
{
	struct diags ignored = { .arena = arena };
	AUTO_MANIFEST_READER struct manifest_reader reader = NO_MANIFEST_READER;
	const char *path = archive_path(arena, archive->dir, archive->login, ARCHIVE_MANIFEST);
	archive->damaged = !manifest_reader_open(&reader, state->host, path, false, &ignored);
	if (archive->damaged)
		return;
	const struct manifest_header *header = &reader.header;
	archive->header = (struct manifest_header){
		.login = arena_strdup(arena, header->login),
		.home = arena_strdup(arena, header->home),
		.run = arena_strdup(arena, header->run),
		.why = arena_strdup(arena, header->why),
		.created = arena_strdup(arena, header->created),
		.content = header->content,
	};
}

static bool
list_run(struct state *state, const struct run_summary *run, const struct string_list *logins,
	struct arena *arena, struct archive_list *archives, struct diags *diags)
{
	const char *dir = state_run_path(state, run->run_id, "homes");
	struct string_list names = { 0 };
	struct table seen = { .arena = arena };
	struct host_entry entry;
	if (!host_inspect(state->host, dir, &entry, diags))
		return false;
	if (!entry.exists)
		return true;
	if (!host_list(state->host, dir, arena, &names, diags))
		return false;
	ARRAY_FOREACH (name, &names) {
		struct stored_archive archive = {
			.run = run->run_id,
			.login = archive_login_of(*name, arena),
			.dir = dir,
			.run_status = run->status,
			.finalised = run->finalised,
		};
		if (!archive.login || table_get(&seen, archive.login))
			continue;
		table_set(&seen, archive.login, state);
		if (logins->count && !string_list_has(logins, archive.login))
			continue;
		if (!measure(state, arena, &archive, diags))
			return false;
		read_header(state, arena, &archive);
		ARRAY_PUSH(arena, archives, archive);
	}
	return true;
}

bool
archive_store_list(struct state *state, const struct string_list *logins, const char *run,
	struct arena *arena, struct archive_list *ret_archives, struct diags *diags)
{
	struct run_list runs;
	*ret_archives = (struct archive_list){ 0 };
	if (!run_history(state, arena, &runs, diags))
		return false;
	ARRAY_FOREACH (summary, &runs) {
		if (run && strcmp(run, summary->run_id) != 0)
			continue;
		if (!list_run(state, summary, logins, arena, ret_archives, diags))
			return false;
	}
	return true;
}

const struct stored_archive *
archive_store_find(const struct archive_list *archives, const char *login, const char *run,
	struct diags *diags)
{
	const struct stored_archive *found = NULL;
	ARRAY_FOREACH (archive, archives) {
		if (strcmp(archive->login, login) == 0 && (!run || strcmp(archive->run, run) == 0))
			found = archive;
	}
	if (found)
		return found;
	if (run)
		diag_error(diags, NOWHERE, "run %s has no archive of '%s'", run, login);
	else
		diag_error(diags, NOWHERE, "there is no archive of '%s'", login);
	diag_code(diags, "no-archive");
	diag_hint(diags, "See which there are with: rehome archive list");
	return NULL;
}

/* ---- retention ---- */

bool
archive_needs_finalise(const struct stored_archive *archive)
{
	/* Of one that cannot be read nobody knows what it is. */
	if (archive->damaged)
		return true;
	bool adopts = strcmp(archive->header.why, "adopt") == 0;
	bool moves = archive->header.content && strcmp(archive->header.why, "change") == 0;
	return adopts || moves;
}

unsigned
archive_age_days(const char *created, time_t now)
{
	struct tm utc = { 0 };
	if (!created || !strptime(created, "%Y-%m-%dT%H:%M:%SZ", &utc))
		return 0;
	time_t then = timegm(&utc);
	return then < now ? (unsigned)((now - then) / 86400) : 0;
}

static const char *
reason_to_stay(const struct stored_archive *archive, size_t newer_runs,
	const struct archives_config *config, time_t now, struct arena *arena)
{
	if (archive->run_status == RUN_STATUS_INTERRUPTED)
		return "its run is not finished";
	if (archive->run_status == RUN_STATUS_DAMAGED)
		return "the journal of its run is damaged";
	if (archive_needs_finalise(archive) && !archive->finalised)
		return arena_printf(arena, "needs: rehome finalise %s", archive->run);
	if (newer_runs < config->retain_runs)
		return arena_printf(arena, "within archives.retain.runs: %u", config->retain_runs);
	if (!archive->damaged &&
		archive_age_days(archive->header.created, now) <= config->retain_days)
		return arena_printf(arena, "within archives.retain.days: %u", config->retain_days);
	return NULL;
}

void
archive_store_choose(const struct archive_list *archives, const struct archives_config *config,
	time_t now, struct arena *arena, const char ***ret_why)
{
	size_t newer_runs = 0;
	*ret_why = arena_alloc(arena, (archives->count + 1) * sizeof(**ret_why));
	for (size_t i = archives->count; i-- > 0;) {
		const struct stored_archive *archive = &archives->items[i];
		if (i + 1 < archives->count && strcmp(archive[1].run, archive->run) != 0)
			newer_runs++;
		(*ret_why)[i] = reason_to_stay(archive, newer_runs, config, now, arena);
	}
}

bool
archive_store_remove(struct state *state, const struct stored_archive *archive, struct diags *diags)
{
	bool not_empty;
	return archive_remove(state->host, archive->dir, archive->login, diags) &&
		host_remove_dir(state->host, archive->dir, &not_empty, diags);
}
