/*
 * password.h - crypt(5) strings: which this host verifies, making them, and making passwords.
 *
 * Plaintext and hashes are secrets: they never reach a diagnostic. Through libxcrypt.
 */
#ifndef REHOME_MODEL_PASSWORD_H
#define REHOME_MODEL_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

/*
 * A foreign hash may go into shadow(5) only if this host's libcrypt knows the method (checksalt)
 * and the string has that method's full shape (prefix, alphabet, lengths):
 * crypt_checksalt("secret") says "legacy, OK". A {CRYPT} prefix is stripped. Weak but usable
 * methods ($1$, DES, $5$ is fine) are a warning with code "weak-hash". The empty string, "!", "*",
 * plaintext and {SSHA} and the like are errors. So is a DES hash without {CRYPT}: its 13 letters
 * cannot be told from a plaintext. *ret_hash is the string for shadow.
 */
NODISCARD bool password_hash_check(const char *text, struct place place, struct arena *arena,
	const char **ret_hash, struct diags *diags);

/* "a salted SHA-1 checksum"; never the text itself, nor a part of it that is not a scheme's name.
 */
const char *password_scheme(const char *secret);

/* "*", "!...", "x", nothing, also behind {CRYPT}: a password that nobody knows. */
bool password_is_locked(const char *text);

/* A plaintext that login programs can take: 1..511 bytes, no control characters, not blank only. */
NODISCARD bool password_check(const char *text, struct place place, struct diags *diags);

/*
 * 20 characters from an alphabet without look-alikes, in groups of five joined by '-' (about 114
 * bits), from getrandom(2).
 */
char *password_generate(struct arena *arena);

/*
 * Hashes with the host's best method (yescrypt where libcrypt has it), in `threads` threads (0 =
 * one per processor). Slow by design: about 10 ms each. hashes[i] belongs to the arena. Calls
 * progress from the calling thread now and then when it is not NULL.
 */
struct password_batch {
	const char *const *passwords;
	const char **hashes; /* filled */
	size_t count;
	unsigned threads;
	void (*progress)(void *ctx, size_t done, size_t count);
	void *ctx;
};
NODISCARD bool password_hash_all(
	struct password_batch *batch, struct arena *arena, struct diags *diags);

/* True when hash was made from password; for tests and `verify`. */
bool password_matches(const char *password, const char *hash);

#endif
