/*
 * archive_sink.h - where a home goes that is being read: its tar and its manifest.
 *
 * Whoever walks fills batches: entries, and the bytes of their contents. A thread of the sink's
 * takes the digests, hands everything to libarchive and writes the lines, so that reading does not
 * wait for it. Batches are taken in the order in which they were filled. What goes wrong there
 * stops the next call here, and is told by archive_sink_close().
 */
#ifndef REHOME_RUN_ARCHIVE_SINK_H
#define REHOME_RUN_ARCHIVE_SINK_H

#include <pthread.h>

#include "core/run/archive_digest.h"
#include "core/run/archive_lines.h"

/* Where a file has data; all else are holes. */
struct stretch {
	uint64_t begin, end;
};
struct stretches {
	struct stretch *items;
	size_t count, room;
};

enum { SINK_BATCHES = 4 };

struct archive_sink {
	struct host *host, *own_host; /* own: of the thread; NULL without one */
	struct arena arena;
	struct diags diags;
	struct archive_output tar;
	struct manifest_writer manifest;
	struct archive_digest digest;
	uint8_t sha256[MANIFEST_SHA256]; /* of the newest contents */

	struct sink_batch *batches[SINK_BATCHES];
	size_t filled, taken; /* how many, ever; under the mutex */
	bool closing, failed;
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
};

/*
 * tar NULL = a manifest alone. threads: that compress; 0 = everything happens in the caller's
 * thread, through this very host.
 */
NODISCARD bool archive_sink_open(struct archive_sink *sink, struct host *host, const char *tar,
	const char *manifest, const struct manifest_header *header, unsigned threads);

/* An entry of the tar begins; stretches: of a file with contents, else NULL. */
NODISCARD bool archive_sink_begin(struct archive_sink *sink, const struct manifest_entry *entry,
	const struct stretches *stretches);
/* Memory for the next bytes of its contents, some of `wanted`. NULL when the sink has failed. */
char *archive_sink_room(struct archive_sink *sink, size_t wanted, size_t *ret_room);
/* So many bytes were put there, that stand at this offset of the file. */
NODISCARD bool archive_sink_data(struct archive_sink *sink, uint64_t offset, size_t size);
NODISCARD bool archive_sink_hole(struct archive_sink *sink, uint64_t size);
NODISCARD bool archive_sink_end(struct archive_sink *sink, uint64_t size);
/* The entry's line. with_digest: of the contents that ended last. */
NODISCARD bool archive_sink_line(
	struct archive_sink *sink, const struct manifest_entry *entry, bool with_digest);

/* Waits for the thread, then writes the last line; all is on disk. */
NODISCARD bool archive_sink_close(struct archive_sink *sink, const uint64_t archived[2]);
/* Tells what went wrong, if archive_sink_close() did not, and gives everything back. */
void archive_sink_finish(struct archive_sink *sink, struct diags *diags);

#endif
