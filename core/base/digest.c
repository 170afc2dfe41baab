/*
 * digest.c - SHA-256 in hex; see digest.h.
 */
#include "core/base/digest.h"

#include <nettle/sha2.h>
#include <stdint.h>

void
digest_sha256(struct bytes content, char ret_hex[static DIGEST_HEX_SIZE])
{
	struct sha256_ctx sha256;
	uint8_t hash[SHA256_DIGEST_SIZE];
	sha256_init(&sha256);
	sha256_update(&sha256, content.size, (const uint8_t *)content.data);
	sha256_digest(&sha256, sizeof(hash), hash);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", hash[i]);
}

char *
digest_sha256_text(struct bytes content, struct arena *arena)
{
	char *hex = arena_alloc(arena, DIGEST_HEX_SIZE);
	digest_sha256(content, hex);
	return hex;
}
