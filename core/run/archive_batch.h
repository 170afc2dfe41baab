/*
 * archive_batch.h - several homes archived at once.
 */
#ifndef REHOME_RUN_ARCHIVE_BATCH_H
#define REHOME_RUN_ARCHIVE_BATCH_H

#include "core/run/archive.h"

struct archive_task {
	struct archive_job job; /* host, arena and diags are set by the batch */
	struct arena arena;
	struct diags diags;
	bool (*perform)(struct archive_job *job);
	uint64_t weight; /* what is ahead: bytes and entries */
	bool ok;
};

struct archive_batch {
	struct archive_task *items;
	size_t count;
	unsigned jobs; /* homes at once; 0 = one a processor, four at most */
	/* Told now and then, from the caller's thread; may be NULL. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *progress_ctx;
};

/*
 * Performs all of them, the heaviest first. Whether each was done is in its `ok`, and why not in
 * its diags (archive_tell()). With one job, or one task, everything happens in the caller's thread
 * and through this very host; otherwise every thread has its own on the same root. The fault hook
 * of the host is not asked by those. False only when no thread could be had.
 */
NODISCARD bool archive_batch_perform(
	struct archive_batch *batch, struct host *host, struct diags *diags);
void archive_batch_finish(struct archive_batch *batch);

#endif
