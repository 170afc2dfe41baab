/*
 * archive_digest.h - SHA-256 of a file's contents, in one pass, without reading its holes.
 *
 * Of a file without holes it is the SHA-256 that sha256sum(1) says. Of one with holes it is that of
 * its stretches of data, in order, each followed by where it begins and how long it is, as two
 * unsigned 64-bit numbers, the high byte first: a hole of an exabyte costs nothing.
 */
#ifndef REHOME_RUN_ARCHIVE_DIGEST_H
#define REHOME_RUN_ARCHIVE_DIGEST_H

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/run/archive_manifest.h"

struct archive_digest {
	struct sha256_ctx sha256;
	uint64_t begin, end; /* of the stretch at hand */
};

void archive_digest_begin(struct archive_digest *digest);
/* Data that stands at this offset; offsets only grow. */
void archive_digest_add(
	struct archive_digest *digest, uint64_t offset, const void *data, size_t size);
/* size: of the whole file. */
void archive_digest_end(
	struct archive_digest *digest, uint64_t size, uint8_t ret_sha256[static MANIFEST_SHA256]);

#endif
