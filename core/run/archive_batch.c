/*
 * archive_batch.c - threads that take one home after the other; see archive_batch.h.
 *
 * Nothing is shared between them but the counter of what is next and the one of progress. The
 * journal, the plan and the run belong to the thread that waits.
 */
#include "core/run/archive_batch.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_JOBS_MAX = 4, JOBS_MAX = 64, TELL_EVERY_MS = 200, LARGE_HOME = 16 << 20 };

struct crew {
	struct archive_batch *batch;
	struct archive_task **order; /* the heaviest first */
	const char *root;
	atomic_size_t next;
	atomic_uint_fast64_t progress;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	size_t working; /* threads that have not ended, under the mutex */
};

static unsigned
jobs_of(const struct archive_batch *batch)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = batch->jobs;
	if (!jobs)
		jobs = processors < 1			? 1
			: processors > DEFAULT_JOBS_MAX ? DEFAULT_JOBS_MAX
							: (unsigned)processors;
	return jobs > JOBS_MAX ? JOBS_MAX : jobs;
}

static int
heavier(const void *a, const void *b)
{
	const struct archive_task *left = *(struct archive_task *const *)a;
	const struct archive_task *right = *(struct archive_task *const *)b;
	if (left->weight != right->weight)
		return left->weight > right->weight ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void
perform(struct crew *crew, struct archive_task *task, struct host *host)
{
	task->diags.arena = &task->arena;
	task->job.host = host;
	task->job.arena = &task->arena;
	task->job.diags = &task->diags;
	task->job.progress = &crew->progress;
	task->ok = task->perform(&task->job);
}

/* ---- in one thread ---- */

static void
tell(struct crew *crew, uint64_t total)
{
	struct archive_batch *batch = crew->batch;
	uint64_t done = atomic_load(&crew->progress);
	if (batch->progress)
		batch->progress(batch->progress_ctx, done < total ? done : total, total);
}

static uint64_t
total_of(const struct archive_batch *batch)
{
	uint64_t total = 0;
	for (size_t i = 0; i < batch->count; i++)
		total += batch->items[i].weight;
	return total;
}

static void
perform_here(struct crew *crew, struct host *host)
{
	uint64_t total = total_of(crew->batch);
	for (size_t i = 0; i < crew->batch->count; i++) {
		perform(crew, crew->order[i], host);
		tell(crew, total);
	}
}

/* ---- in several ---- */

static void
take_tasks(struct crew *crew, struct host *host)
{
	for (;;) {
		size_t index = atomic_fetch_add(&crew->next, 1);
		if (index >= crew->batch->count)
			return;
		perform(crew, crew->order[index], host);
	}
}

static void
fail_tasks(struct crew *crew, const struct diags *why)
{
	size_t index = atomic_fetch_add(&crew->next, 1);
	if (index >= crew->batch->count)
		return;
	struct archive_task *task = crew->order[index];
	task->diags.arena = &task->arena;
	diag_error(&task->diags, NOWHERE, "%s", why->count ? why->items[0].message : "no host");
}

static void *
work(void *ctx)
{
	struct crew *crew = ctx;
	AUTO_ARENA struct arena arena = { 0 };
	struct diags diags = { .arena = &arena };
	struct host *host = host_create(crew->root, HOST_READ_WRITE, &diags);
	if (host)
		take_tasks(crew, host);
	else
		fail_tasks(crew, &diags);
	host_destroy(host);
	pthread_mutex_lock(&crew->mutex);
	crew->working--;
	pthread_cond_signal(&crew->ended);
	pthread_mutex_unlock(&crew->mutex);
	return NULL;
}

static void
wait_and_tell(struct crew *crew)
{
	uint64_t total = total_of(crew->batch);
	pthread_mutex_lock(&crew->mutex);
	while (crew->working) {
		struct timespec until;
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TELL_EVERY_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&crew->ended, &crew->mutex, &until);
		pthread_mutex_unlock(&crew->mutex);
		tell(crew, total);
		pthread_mutex_lock(&crew->mutex);
	}
	pthread_mutex_unlock(&crew->mutex);
}

static bool
perform_in_threads(struct crew *crew, unsigned count, struct diags *diags)
{
	pthread_t threads[JOBS_MAX];
	unsigned started = 0;
	pthread_mutex_lock(&crew->mutex);
	while (started < count && pthread_create(&threads[started], NULL, work, crew) == 0)
		started++;
	crew->working = started;
	pthread_mutex_unlock(&crew->mutex);
	if (!started)
		return diag_error(diags, NOWHERE, "cannot start a thread for the archives");
	wait_and_tell(crew);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return true;
}

/* ---- the whole ---- */

/* Processors that no home of its own keeps busy help to compress the large ones. */
static void
share_threads(struct archive_batch *batch, unsigned jobs)
{
	unsigned homes = batch->count < jobs ? (unsigned)batch->count : jobs;
	for (size_t i = 0; i < batch->count; i++) {
		struct archive_task *task = &batch->items[i];
		if (jobs > 1 && task->weight >= LARGE_HOME)
			task->job.threads = jobs / homes;
	}
}

bool
archive_batch_perform(struct archive_batch *batch, struct host *host, struct diags *diags)
{
	struct crew crew = {
		.batch = batch,
		.root = host_root(host),
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.ended = PTHREAD_COND_INITIALIZER,
	};
	unsigned jobs = jobs_of(batch);
	AUTO_ARENA struct arena arena = { 0 };
	bool ok = true;
	if (!batch->count)
		return true;
	crew.order = arena_alloc(&arena, batch->count * sizeof(*crew.order));
	for (size_t i = 0; i < batch->count; i++)
		crew.order[i] = &batch->items[i];
	qsort(crew.order, batch->count, sizeof(*crew.order), heavier);
	share_threads(batch, jobs);
	if (jobs == 1 || batch->count == 1)
		perform_here(&crew, host);
	else
		ok = perform_in_threads(
			&crew, batch->count < jobs ? (unsigned)batch->count : jobs, diags);
	return ok;
}

void
archive_batch_finish(struct archive_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		arena_finish(&batch->items[i].arena);
}
