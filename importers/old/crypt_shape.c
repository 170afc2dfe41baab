/*
 * crypt_shape.c - the shapes of crypt(5) strings.
 *
 * The methods are those of libxcrypt. Costs are not computed: an old root may hold thousands of
 * slow hashes, and the shape says the same.
 */
#include "importers/old/crypt_shape.h"

#include <string.h>

#define ITOA64 "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct shape {
	const char *prefix;
	bool rounds;		   /* "rounds=N$" may follow the prefix */
	bool parameters;	   /* one more field of any of these letters, "09$" or "j9T$" */
	size_t salt_min, salt_max; /* 0 and 0: the salt ends without a '$' of its own */
	size_t digest_min, digest_max;
};

static const struct shape shapes[] = {
	{ "$1$", false, false, 0, 8, 22, 22 },
	{ "$5$", true, false, 0, 16, 43, 43 },
	{ "$6$", true, false, 0, 16, 86, 86 },
	{ "$y$", false, true, 0, 88, 43, 43 },
	{ "$gy$", false, true, 0, 88, 43, 43 },
	{ "$7$", false, false, 11, 100, 43, 43 },
	{ "$sha1$", false, true, 0, 64, 28, 28 },
	{ "$3$$", false, false, 0, 0, 32, 32 },
};

static bool
only_letters(const char *text, size_t length)
{
	return strspn(text, ITOA64) >= length;
}

static bool
is_bcrypt(const char *hash)
{
	return strlen(hash) == 60 && hash[0] == '$' && hash[1] == '2' && hash[2] &&
		strchr("abxy", hash[2]) && hash[3] == '$' && hash[6] == '$' &&
		strspn(hash + 4, "0123456789") >= 2 && only_letters(hash + 7, 53);
}

/* Salts of $1$, $5$ and $6$ may hold any byte but ':', '\n', '$' and what libxcrypt refuses. */
static bool
salt_length_fits(const char *salt, size_t length, const struct shape *shape)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)salt[i] <= ' ' || salt[i] == 0x7f || strchr(":;*!\\", salt[i]))
			return false;
	return length >= shape->salt_min && length <= shape->salt_max;
}

static bool
fits(const char *hash, const struct shape *shape)
{
	const char *at = hash + strlen(shape->prefix);
	if (shape->rounds && strncmp(at, "rounds=", 7) == 0) {
		const size_t digits = strspn(at + 7, "0123456789");
		if (digits == 0 || at[7 + digits] != '$')
			return false;
		at += 8 + digits;
	}
	if (shape->parameters) {
		const size_t letters = strspn(at, ITOA64);
		if (letters == 0 || at[letters] != '$')
			return false;
		at += letters + 1;
	}

	const char *digest = at;
	if (shape->salt_max > 0) {
		const char *end = strrchr(at, '$');
		if (!end || !salt_length_fits(at, (size_t)(end - at), shape) ||
			memchr(at, '$', (size_t)(end - at)))
			return false;
		digest = end + 1;
	}
	const size_t length = strlen(digest);
	return length >= shape->digest_min && length <= shape->digest_max &&
		only_letters(digest, length);
}

bool
crypt_can_return(const char *hash)
{
	const size_t length = strlen(hash);
	if (hash[0] == '_')
		return length == 20 && only_letters(hash + 1, 19);
	if (hash[0] != '$')
		/* Traditional DES; with a longer password libxcrypt still returns thirteen. */
		return length == 13 && only_letters(hash, 13);
	if (hash[1] == '2')
		return is_bcrypt(hash);
	if (strncmp(hash, "$md5", 4) == 0)
		return length > 26 && strrchr(hash, '$') && strlen(strrchr(hash, '$')) == 23;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strncmp(hash, shapes[i].prefix, strlen(shapes[i].prefix)) == 0)
			return fits(hash, &shapes[i]);
	return false;
}
