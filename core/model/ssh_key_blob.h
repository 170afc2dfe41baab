/*
 * ssh_key_blob.h - the types of public keys and what is inside their base64; only for ssh_key.c.
 */
#ifndef REHOME_MODEL_SSH_KEY_BLOB_H
#define REHOME_MODEL_SSH_KEY_BLOB_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/buffer.h"
#include "core/base/diag.h"

struct ssh_key_type;

/* NULL for a type that sshd does not know or no longer accepts. */
const struct ssh_key_type *ssh_key_type_find(struct bytes name);

/* Strict, as sshd is: with padding, and nothing but the alphabet. */
NODISCARD bool ssh_key_decode(struct bytes base64, struct arena *arena, struct bytes *ret_blob);

/* The type that a blob names itself; points into the blob. */
NODISCARD bool ssh_key_blob_name(struct bytes blob, struct bytes *ret_name);

/* That the blob is a whole key of this type, and a strong one. */
NODISCARD bool ssh_key_blob_check(struct bytes blob, const struct ssh_key_type *type,
	struct place place, struct diags *diags);

/* Appends the error for a key that was cut off or changed, and returns false. */
bool ssh_key_damaged(const struct ssh_key_type *type, struct place place, struct diags *diags);

#endif
