/*
 * archive_digest.c - the digest of contents; see archive_digest.h.
 */
#include "core/run/archive_digest.h"

void
archive_digest_begin(struct archive_digest *digest)
{
	sha256_init(&digest->sha256);
	digest->begin = digest->end = 0;
}

static void
add_number(struct archive_digest *digest, uint64_t number)
{
	uint8_t bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	sha256_update(&digest->sha256, sizeof(bytes), bytes);
}

static void
end_stretch(struct archive_digest *digest)
{
	if (digest->end == digest->begin)
		return;
	add_number(digest, digest->begin);
	add_number(digest, digest->end - digest->begin);
}

void
archive_digest_add(struct archive_digest *digest, uint64_t offset, const void *data, size_t size)
{
	if (!size)
		return;
	if (offset != digest->end) {
		end_stretch(digest);
		digest->begin = digest->end = offset;
	}
	sha256_update(&digest->sha256, size, data);
	digest->end += size;
}

void
archive_digest_end(
	struct archive_digest *digest, uint64_t size, uint8_t ret_sha256[static MANIFEST_SHA256])
{
	bool whole = digest->begin == 0 && digest->end == size;
	if (!whole)
		end_stretch(digest);
	sha256_digest(&digest->sha256, MANIFEST_SHA256, ret_sha256);
}
