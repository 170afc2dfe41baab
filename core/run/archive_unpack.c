/*
 * archive_unpack.c - a ring of unpacked blocks between two threads; see archive_unpack.h.
 *
 * A slot belongs to the thread until it is counted as filled, then to the taker until it is counted
 * as taken, which is when the taker asks for the next one. Where no thread can be started the taker
 * fills the slots itself.
 */
#include "core/run/archive_unpack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/run/archive.h"

enum { SLOTS = 4, SLOT_SIZE = 256 * 1024 };

struct slot {
	size_t size;
	char data[SLOT_SIZE];
};

struct archive_unpack {
	struct archive_input packed; /* the thread's, as the next five are */
	struct arena arena;
	struct diags diags;
	const char *left; /* of the block at hand, not yet in a slot */
	size_t left_size;
	bool at_end;

	pthread_t thread;
	bool has_thread;
	bool has_slot; /* the taker has one in hand */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	size_t filled, taken; /* how many, ever; this and what follows: under the mutex */
	bool ended, failed, closing;
	struct slot slots[SLOTS];
};

/* ---- filling ---- */

static bool
fill(struct archive_unpack *unpack, struct slot *slot)
{
	slot->size = 0;
	while (slot->size < SLOT_SIZE && !unpack->at_end) {
		const void *data = unpack->left;
		uint64_t offset;
		if (!unpack->left_size &&
			!archive_input_block(&unpack->packed, &data, &unpack->left_size, &offset,
				&unpack->at_end))
			return false;
		size_t room = SLOT_SIZE - slot->size;
		size_t part = unpack->left_size < room ? unpack->left_size : room;
		if (part)
			memcpy(slot->data + slot->size, data, part);
		slot->size += part;
		unpack->left = part ? (const char *)data + part : NULL;
		unpack->left_size -= part;
	}
	return true;
}

/* Without the mutex but for the counting; false when there is nothing more to do. */
static bool
fill_next(struct archive_unpack *unpack)
{
	struct slot *slot = &unpack->slots[unpack->filled % SLOTS];
	bool ok = fill(unpack, slot);
	pthread_mutex_lock(&unpack->mutex);
	unpack->failed = !ok;
	unpack->ended = !ok || unpack->at_end;
	unpack->filled += ok && slot->size;
	bool more = !unpack->ended && !unpack->closing;
	pthread_cond_signal(&unpack->changed);
	pthread_mutex_unlock(&unpack->mutex);
	return more;
}

static bool
wait_for_room(struct archive_unpack *unpack)
{
	pthread_mutex_lock(&unpack->mutex);
	while (unpack->filled - unpack->taken == SLOTS && !unpack->closing)
		pthread_cond_wait(&unpack->changed, &unpack->mutex);
	bool closing = unpack->closing;
	pthread_mutex_unlock(&unpack->mutex);
	return !closing;
}

static void *
work(void *ctx)
{
	struct archive_unpack *unpack = ctx;
	while (wait_for_room(unpack) && fill_next(unpack))
		continue;
	return NULL;
}

/* ---- taking ---- */

struct archive_unpack *
archive_unpack_open(int fd, const char *path, struct diags *diags)
{
	struct archive_unpack *unpack = calloc(1, sizeof(*unpack));
	if (!unpack)
		abort();
	unpack->diags.arena = &unpack->arena;
	pthread_mutex_init(&unpack->mutex, NULL);
	pthread_cond_init(&unpack->changed, NULL);
	if (!archive_input_open_fd(&unpack->packed, fd, path, ARCHIVE_FORM_LINES, diags)) {
		archive_unpack_finish(unpack);
		return NULL;
	}
	unpack->packed.diags = &unpack->diags;
	unpack->has_thread = pthread_create(&unpack->thread, NULL, work, unpack) == 0;
	return unpack;
}

bool
archive_unpack_next(struct archive_unpack *unpack, struct bytes *ret_bytes)
{
	pthread_mutex_lock(&unpack->mutex);
	if (unpack->has_slot) {
		unpack->taken++;
		pthread_cond_signal(&unpack->changed);
	}
	while (unpack->has_thread && unpack->filled == unpack->taken && !unpack->ended)
		pthread_cond_wait(&unpack->changed, &unpack->mutex);
	bool is_empty = unpack->filled == unpack->taken, ended = unpack->ended;
	pthread_mutex_unlock(&unpack->mutex);
	if (is_empty && !ended) {
		fill_next(unpack);
		is_empty = unpack->filled == unpack->taken;
	}
	unpack->has_slot = !is_empty;
	*ret_bytes = (struct bytes){ 0 };
	if (is_empty)
		return !unpack->failed;
	const struct slot *slot = &unpack->slots[unpack->taken % SLOTS];
	*ret_bytes = (struct bytes){ slot->data, slot->size };
	return true;
}

bool
archive_unpack_tell(struct archive_unpack *unpack, struct diags *diags)
{
	pthread_mutex_lock(&unpack->mutex);
	/* The thread says what failed before it says that it has, and then nothing more. */
	bool failed = unpack->failed;
	pthread_mutex_unlock(&unpack->mutex);
	if (failed)
		archive_tell(&unpack->diags, diags);
	return failed;
}

void
archive_unpack_finish(struct archive_unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->has_thread) {
		pthread_mutex_lock(&unpack->mutex);
		unpack->closing = true;
		pthread_cond_signal(&unpack->changed);
		pthread_mutex_unlock(&unpack->mutex);
		pthread_join(unpack->thread, NULL);
	}
	archive_input_finish(&unpack->packed);
	arena_finish(&unpack->arena);
	pthread_mutex_destroy(&unpack->mutex);
	pthread_cond_destroy(&unpack->changed);
	free(unpack);
}
