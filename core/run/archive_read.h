/*
 * archive_read.h - manifest and archives of a home side by side: what there is, and its contents.
 *
 * The manifest leads. An entry of an archive that the manifest does not ask for (a torn attempt, or
 * a file that was removed or read again later) is passed over; one that it asks for must be there,
 * of the same type, owner, mode, size and target. The contents are for the caller to read, through
 * archive_reader_data(), which compares their digest at the end.
 */
#ifndef REHOME_RUN_ARCHIVE_READ_H
#define REHOME_RUN_ARCHIVE_READ_H

#include "core/run/archive.h"
#include "core/run/archive_digest.h"
#include "core/run/archive_lines.h"

struct archive_side {
	struct archive_input input;
	bool is_open;
	uint64_t entries; /* that were read */
};

struct archive_reader {
	struct diags *diags;
	struct manifest_reader manifest;
	struct archive_side sides[2];
	struct archive_digest digest;
	const struct manifest_entry *entry; /* the one at hand */
};

#define NO_ARCHIVE_READER                                                                          \
	{                                                                                          \
		.manifest = NO_MANIFEST_READER,                                                    \
		.sides = { { .input = NO_ARCHIVE_INPUT }, { .input = NO_ARCHIVE_INPUT } },         \
	}
#define AUTO_ARCHIVE_READER AUTO(archive_reader_finish)

/* manifest: ARCHIVE_MANIFEST, or ARCHIVE_FIRST_MANIFEST for the first archive alone. */
NODISCARD bool archive_reader_open(struct archive_reader *reader, struct host *host,
	const char *dir, const char *login, enum archive_part manifest, bool from_disk,
	struct arena *arena, struct diags *diags);
/* The same from memory, for tests. An archive that is NULL is not there. */
NODISCARD bool archive_reader_open_bytes(struct archive_reader *reader, struct bytes manifest,
	const struct bytes *first, const struct bytes *second, struct diags *diags);

/*
 * The next entry, valid until the next call. At the end also the archives are at theirs, and hold
 * as many entries as the manifest says.
 */
NODISCARD bool archive_reader_next(
	struct archive_reader *reader, struct manifest_entry *ret_entry, bool *ret_end);

/* True when the entry at hand has contents to be read. */
bool archive_reader_has_data(const struct archive_reader *reader);
/* Its next bytes and where they belong. With *ret_end the digest was found right. */
NODISCARD bool archive_reader_data(struct archive_reader *reader, const void **ret_data,
	size_t *ret_size, uint64_t *ret_offset, bool *ret_end);

void archive_reader_finish(struct archive_reader *reader);

#endif
