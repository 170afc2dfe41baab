/*
 * password_scheme.c - what to call a password that nothing here verifies, without telling it.
 */
#include <string.h>
#include <strings.h>

#include "core/base/cleanup.h"
#include "core/model/password.h"

static const struct {
	const char *prefix, *words;
} schemes[] = {
	{ "$argon2id$", "an argon2id hash" },
	{ "$argon2i$", "an argon2i hash" },
	{ "$argon2d$", "an argon2d hash" },
	{ "$apr1$", "an Apache MD5 hash ($apr1$)" },
	{ "$7$C6", "a scrypt hash" },
	{ "{SSHA512}", "a salted SHA-512 checksum" },
	{ "{SSHA256}", "a salted SHA-256 checksum" },
	{ "{SSHA}", "a salted SHA-1 checksum" },
	{ "{SMD5}", "a salted MD5 checksum" },
	{ "{SHA512}", "a SHA-512 checksum" },
	{ "{SHA256}", "a SHA-256 checksum" },
	{ "{SHA}", "a SHA-1 checksum" },
	{ "{MD5}", "an MD5 checksum" },
	{ "{SASL}", "another server's ({SASL})" },
	{ "{ARGON2", "an argon2 hash" },
	{ "{PBKDF2", "a PBKDF2 hash" },
	{ "pbkdf2", "a PBKDF2 hash" },
};

const char *
password_scheme(const char *secret)
{
	for (size_t i = 0; secret && i < ARRAY_LEN(schemes); i++) {
		if (strncasecmp(secret, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return schemes[i].words;
	}
	size_t digits = secret ? strspn(secret, "0123456789abcdefABCDEF") : 0;
	if (digits && !secret[digits])
		return digits == 32    ? "an MD5 checksum"
			: digits == 40 ? "a SHA-1 checksum"
			: digits == 64 ? "a SHA-256 checksum"
				       : "a checksum";
	return "a hash that libcrypt does not know";
}

bool
password_is_locked(const char *text)
{
	static const char mark[] = "{CRYPT}";
	if (strncasecmp(text, mark, strlen(mark)) == 0)
		text += strlen(mark);
	return !*text || *text == '!' || *text == '*' || strcmp(text, "x") == 0;
}
