/*
 * ssh_key.h - public keys as people paste them.
 *
 * Format: sshd(8) "AUTHORIZED_KEYS FILE FORMAT"; the wire blob's type string is RFC 4253 6.6.
 */
#ifndef REHOME_MODEL_SSH_KEY_H
#define REHOME_MODEL_SSH_KEY_H

#include <stdbool.h>

#include "core/base/arena.h"
#include "core/base/diag.h"

/*
 * Checks one line: known type, valid base64, the type inside the blob agrees, the blob's length is
 * that of the type (RSA at least 2048 bits), comment without control characters. Options in front
 * of the key are kept only when they restrict (restrict, from=, no-*, expiry-time=); command=,
 * environment=, permitopen= and the like are refused. Private keys (PEM, OpenSSH, PuTTY) are
 * refused with the hint to paste the .pub file and to treat the key as compromised. DSA (ssh-dss)
 * is refused: sshd no longer accepts it. RFC 4716 blocks (---- BEGIN SSH2 PUBLIC KEY) are
 * converted.
 */
NODISCARD bool ssh_key_parse(const char *text, struct place place, struct arena *arena,
	const char **ret_line, struct diags *diags);

/*
 * A line that stands in somebody's authorized_keys already: the key is checked as above, options
 * are whatever its owner wrote in front of it (command=, environment=, cert-authority ...).
 */
NODISCARD bool ssh_key_parse_installed(const char *text, struct place place, struct arena *arena,
	const char **ret_line, bool *ret_has_options, struct diags *diags);

/*
 * A cell with several keys: newline or ';' separated ones (a ';' inside quotes does not separate).
 * Appends normalised lines; duplicates are dropped.
 */
NODISCARD bool ssh_keys_parse(const char *text, struct place place, struct arena *arena,
	struct string_list *keys, struct diags *diags);

/*
 * The line of a file with other addresses that the key may be used from: the from= that was ours
 * goes, the new one comes in front. A from= that the key came with stays the only one. Comments and
 * empty lines are left alone.
 */
const char *ssh_key_change_from(const char *line, const struct string_list *before,
	const struct string_list *after, struct arena *arena);

/* "SHA256:..." of a checked line, as ssh-keygen -l prints it. */
char *ssh_key_fingerprint(const char *line, struct arena *arena);

#endif
