/*
 * archive_sink.c - batches of entries and contents on their way into an archive; archive_sink.h.
 *
 *	walk, read ──▶ batch ──▶ batch ──▶ digest, tar, manifest
 *
 * A batch belongs to the filler until it is counted as filled, then to the writer until it is
 * counted as taken. Nothing else is shared while the thread runs.
 */
#include "core/run/archive_sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "core/run/archive.h"

enum { BATCH_ACTS = 2048, BATCH_DATA = 1024 * 1024, ROOM_MIN = 64 * 1024 };

struct act {
	enum {
		ACT_BEGIN,
		ACT_DATA,
		ACT_HOLE,
		ACT_END,
		ACT_LINE,
	} kind;
	struct manifest_entry entry;
	const struct stretches *stretches;
	const char *data;
	uint64_t offset, size;
	bool with_digest;
};

struct sink_batch {
	struct arena arena; /* of the entries */
	struct act acts[BATCH_ACTS];
	size_t count;
	size_t used;
	char data[BATCH_DATA];
};

/* ---- writing ---- */

static void
set_stretches(struct archive_entry *to, const struct stretches *stretches, uint64_t size)
{
	if (!stretches || !size ||
		(stretches->count == 1 && stretches->items[0].begin == 0 &&
			stretches->items[0].end == size))
		return;
	for (size_t i = 0; i < stretches->count; i++)
		archive_entry_sparse_add_entry(to, (int64_t)stretches->items[i].begin,
			(int64_t)(stretches->items[i].end - stretches->items[i].begin));
	if (!stretches->count)
		archive_entry_sparse_add_entry(to, (int64_t)size, 0);
}

static void
set_entry(struct archive_entry *to, const struct manifest_entry *from)
{
	archive_entry_clear(to);
	archive_entry_copy_pathname(to, from->path[0] ? from->path : ".");
	archive_entry_set_mode(to, manifest_type_mode(from->type) | from->mode);
	archive_entry_set_uid(to, from->uid);
	archive_entry_set_gid(to, from->gid);
	archive_entry_set_mtime(to, from->mtime.tv_sec, from->mtime.tv_nsec);
	if (from->same_as)
		archive_entry_copy_hardlink(to, from->same_as);
	else
		archive_entry_set_size(to, from->type == MANIFEST_FILE ? (int64_t)from->size : 0);
	if (from->target)
		archive_entry_copy_symlink(to, from->target);
	ARRAY_FOREACH (xattr, &from->xattrs) {
		/* A name with '=' has no form in a tar; the manifest has it. */
		if (!strchr(xattr->name, '='))
			archive_entry_xattr_add_entry(
				to, xattr->name, xattr->value.data, xattr->value.size);
	}
}

static bool
perform(struct archive_sink *sink, struct act *act)
{
	switch (act->kind) {
	case ACT_BEGIN:
		set_entry(sink->tar.entry, &act->entry);
		set_stretches(sink->tar.entry, act->stretches, act->entry.size);
		archive_digest_begin(&sink->digest);
		return archive_output_header(&sink->tar);
	case ACT_DATA:
		archive_digest_add(&sink->digest, act->offset, act->data, act->size);
		return archive_output_data(&sink->tar, act->data, act->size);
	case ACT_HOLE:
		return archive_output_hole(&sink->tar, act->size);
	case ACT_END:
		archive_digest_end(&sink->digest, act->size, sink->sha256);
		return archive_output_end_entry(&sink->tar);
	case ACT_LINE:
		if (act->with_digest) {
			act->entry.has_sha256 = true;
			memcpy(act->entry.sha256, sink->sha256, sizeof(sink->sha256));
		}
		return manifest_writer_add(&sink->manifest, &act->entry);
	}
	return false;
}

static bool
write_batch(struct archive_sink *sink, struct sink_batch *batch)
{
	bool ok = true;
	for (size_t i = 0; ok && i < batch->count; i++)
		ok = perform(sink, &batch->acts[i]);
	arena_finish(&batch->arena);
	batch->count = batch->used = 0;
	return ok;
}

static void *
work(void *ctx)
{
	struct archive_sink *sink = ctx;
	pthread_mutex_lock(&sink->mutex);
	for (;;) {
		while (sink->taken == sink->filled && !sink->closing)
			pthread_cond_wait(&sink->changed, &sink->mutex);
		if (sink->taken == sink->filled || sink->failed)
			break;
		struct sink_batch *batch = sink->batches[sink->taken % SINK_BATCHES];
		pthread_mutex_unlock(&sink->mutex);
		bool ok = write_batch(sink, batch);
		pthread_mutex_lock(&sink->mutex);
		sink->taken++;
		sink->failed = !ok;
		pthread_cond_signal(&sink->changed);
	}
	pthread_mutex_unlock(&sink->mutex);
	return NULL;
}

/* ---- filling ---- */

/* The batch at hand goes to the writer; false when that has failed. */
static bool
hand_over(struct archive_sink *sink)
{
	if (!sink->has_thread) {
		sink->failed = sink->failed ||
			!write_batch(sink, sink->batches[sink->filled % SINK_BATCHES]);
		return !sink->failed;
	}
	pthread_mutex_lock(&sink->mutex);
	sink->filled++;
	pthread_cond_signal(&sink->changed);
	while (sink->filled - sink->taken == SINK_BATCHES && !sink->failed)
		pthread_cond_wait(&sink->changed, &sink->mutex);
	bool failed = sink->failed;
	pthread_mutex_unlock(&sink->mutex);
	return !failed;
}

static struct sink_batch *
filling(struct archive_sink *sink)
{
	return sink->batches[sink->filled % SINK_BATCHES];
}

static struct act *
add(struct archive_sink *sink, struct act act)
{
	if (filling(sink)->count == BATCH_ACTS && !hand_over(sink))
		return NULL;
	struct sink_batch *batch = filling(sink);
	batch->acts[batch->count] = act;
	return &batch->acts[batch->count++];
}

bool
archive_sink_begin(struct archive_sink *sink, const struct manifest_entry *entry,
	const struct stretches *stretches)
{
	struct act *act = add(sink, (struct act){ .kind = ACT_BEGIN });
	struct arena *arena = &filling(sink)->arena;
	if (!act)
		return false;
	manifest_copy_entry(entry, arena, &act->entry);
	if (stretches) {
		struct stretches *copy = arena_copy(arena, stretches, sizeof(*stretches));
		copy->items = arena_copy(
			arena, stretches->items, stretches->count * sizeof(*stretches->items));
		act->stretches = copy;
	}
	return true;
}

char *
archive_sink_room(struct archive_sink *sink, size_t wanted, size_t *ret_room)
{
	size_t least = wanted < ROOM_MIN ? wanted : ROOM_MIN;
	if (BATCH_DATA - filling(sink)->used < least && !hand_over(sink))
		return NULL;
	struct sink_batch *batch = filling(sink);
	size_t left = BATCH_DATA - batch->used;
	*ret_room = wanted < left ? wanted : left;
	return batch->data + batch->used;
}

bool
archive_sink_data(struct archive_sink *sink, uint64_t offset, size_t size)
{
	struct sink_batch *batch = filling(sink);
	if (batch->count == BATCH_ACTS) {
		/* The bytes are in a batch that has no act left to name them. */
		AUTO_FREE char *bytes = malloc(size);
		if (!bytes)
			abort();
		memcpy(bytes, batch->data + batch->used, size);
		if (!hand_over(sink))
			return false;
		batch = filling(sink);
		memcpy(batch->data + batch->used, bytes, size);
	}
	batch->acts[batch->count++] = (struct act){
		.kind = ACT_DATA,
		.data = batch->data + batch->used,
		.offset = offset,
		.size = size,
	};
	batch->used += size;
	return true;
}

bool
archive_sink_hole(struct archive_sink *sink, uint64_t size)
{
	return !size || add(sink, (struct act){ .kind = ACT_HOLE, .size = size });
}

bool
archive_sink_end(struct archive_sink *sink, uint64_t size)
{
	return add(sink, (struct act){ .kind = ACT_END, .size = size });
}

bool
archive_sink_line(struct archive_sink *sink, const struct manifest_entry *entry, bool with_digest)
{
	struct act *act = add(sink, (struct act){ .kind = ACT_LINE, .with_digest = with_digest });
	if (act)
		manifest_copy_entry(entry, &filling(sink)->arena, &act->entry);
	return act;
}

/* ---- beginning and end ---- */

static void
start_thread(struct archive_sink *sink)
{
	struct diags ignored = { .arena = &sink->arena };
	sink->own_host = host_create(host_root(sink->host), HOST_READ_WRITE, &ignored);
	if (!sink->own_host)
		return;
	sink->host = sink->own_host;
	sink->tar.host = sink->manifest.output.host = sink->own_host;
	sink->has_thread = pthread_create(&sink->thread, NULL, work, sink) == 0;
}

bool
archive_sink_open(struct archive_sink *sink, struct host *host, const char *tar,
	const char *manifest, const struct manifest_header *header, unsigned threads)
{
	*sink = (struct archive_sink){
		.host = host,
		.tar = NO_ARCHIVE_OUTPUT,
		.manifest = NO_MANIFEST_WRITER,
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	sink->diags.arena = &sink->arena;
	for (size_t i = 0; i < (threads ? SINK_BATCHES : 1); i++) {
		sink->batches[i] = calloc(1, sizeof(*sink->batches[i]));
		if (!sink->batches[i])
			abort();
	}
	if (tar &&
		!archive_output_open(
			&sink->tar, host, tar, ARCHIVE_FORM_TAR, threads, &sink->diags))
		return false;
	if (!manifest_writer_open(&sink->manifest, host, manifest, header, &sink->diags))
		return false;
	if (threads)
		start_thread(sink);
	return true;
}

static void
end_thread(struct archive_sink *sink)
{
	if (!sink->has_thread)
		return;
	pthread_mutex_lock(&sink->mutex);
	sink->closing = true;
	pthread_cond_signal(&sink->changed);
	pthread_mutex_unlock(&sink->mutex);
	pthread_join(sink->thread, NULL);
	sink->has_thread = false;
}

bool
archive_sink_close(struct archive_sink *sink, const uint64_t archived[2])
{
	bool ok = hand_over(sink);
	end_thread(sink);
	if (!ok || sink->failed)
		return false;
	sink->manifest.totals.archived[0] = archived[0];
	sink->manifest.totals.archived[1] = archived[1];
	return (sink->tar.fd < 0 || archive_output_close(&sink->tar)) &&
		manifest_writer_close(&sink->manifest);
}

void
archive_sink_finish(struct archive_sink *sink, struct diags *diags)
{
	end_thread(sink);
	if (sink->diags.arena)
		archive_tell(&sink->diags, diags);
	archive_output_finish(&sink->tar);
	manifest_writer_finish(&sink->manifest);
	host_destroy(sink->own_host);
	for (size_t i = 0; i < SINK_BATCHES; i++) {
		if (sink->batches[i])
			arena_finish(&sink->batches[i]->arena);
		free(sink->batches[i]);
	}
	arena_finish(&sink->arena);
	*sink = (struct archive_sink){ .tar = NO_ARCHIVE_OUTPUT, .manifest = NO_MANIFEST_WRITER };
}
