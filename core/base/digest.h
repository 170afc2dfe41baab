/*
 * digest.h - SHA-256 in hex: what tells one content from another in plans, registry and handouts.
 *
 * Through nettle.
 */
#ifndef REHOME_BASE_DIGEST_H
#define REHOME_BASE_DIGEST_H

#include "core/base/arena.h"
#include "core/base/buffer.h"

enum { DIGEST_HEX_SIZE = 65 }; /* with the final NUL */

void digest_sha256(struct bytes content, char ret_hex[static DIGEST_HEX_SIZE]);
/* The same in the arena. */
char *digest_sha256_text(struct bytes content, struct arena *arena);

#endif
