/*
 * fuzz_password.c - any text as a foreign hash, and as a password.
 *
 * What must hold: a hash that is accepted can stand in shadow(5), is one that libcrypt verifies
 * without an error, and is no plaintext, lock or empty field.
 */
#include <crypt.h>

#include "core/model/password.h"
#include "tests/fuzz/must.h"

static void
check_hash(const char *hash, const char *text, struct arena *arena)
{
	struct diags diags = { .arena = arena };
	const char *again;
	size_t size = strlen(hash);
	MUST(size >= 13 && size < CRYPT_OUTPUT_SIZE);
	for (const char *c = hash; *c; c++)
		MUST(*c > ' ' && *c <= '~' && !strchr("!*:;\\", *c));
	int method = crypt_checksalt(hash);
	MUST(method == CRYPT_SALT_OK || method == CRYPT_SALT_METHOD_LEGACY);
	MUST(strstr(text, hash));
	/* DES has no sign of its own, and is believed only behind {CRYPT}. */
	if (*hash == '$' || *hash == '_') {
		MUST(password_hash_check(hash, NOWHERE, arena, &again, &diags));
		MUST(strcmp(hash, again) == 0);
	} else {
		MUST(size == 13 && strstr(text, "}"));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct diags hash_diags = { .arena = &arena }, diags = { .arena = &arena };
	const char *text = size ? arena_strndup(&arena, (const char *)data, size) : "";
	const char *hash;
	bool good = password_hash_check(text, NOWHERE, &arena, &hash, &hash_diags);
	must_be_told(good, &hash_diags);
	/* A secret is in no message, however wrong it is. */
	ARRAY_FOREACH (diag, &hash_diags)
		MUST(strlen(text) < 24 || !strstr(diag->message, text));
	if (good)
		check_hash(hash, text, &arena);
	good = password_check(text, NOWHERE, &diags);
	must_be_told(good, &diags);
	if (!good)
		return 0;
	/* The bytes are the user's, in whatever encoding. */
	MUST(*text && strlen(text) < CRYPT_MAX_PASSPHRASE_SIZE);
	for (const char *c = text; *c; c++)
		MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
	return 0;
}
