/*
 * password_hash.c - which foreign hashes may go into shadow(5).
 *
 * crypt_checksalt(3) judges the method only: it takes "secret" for a DES salt and finds no fault
 * with a hash that was cut off. So each method's whole shape, as crypt(5) gives it, is checked here
 * first. A string that passes can be the hash of some password on this host; everything else would
 * be a lock-out at best and plaintext in shadow at worst.
 *
 * Thirteen letters may be a DES hash or a plaintext of thirteen letters; nothing tells them apart.
 * DES is therefore accepted only where the source marks it with {CRYPT}.
 */
#include <crypt.h>
#include <string.h>
#include <strings.h>

#include "core/base/text.h"
#include "core/model/password.h"

#define CRYPT_ALPHABET "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* ---- shapes; each is asked about what follows the method's prefix ---- */

static bool
take_alphabet(const char **text, size_t min, size_t max)
{
	size_t size = strspn(*text, CRYPT_ALPHABET);
	if (size < min || size > max)
		return false;
	*text += size;
	return true;
}

static bool
take_char(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/* The last part of every hash. */
static bool
is_digest(const char *text, size_t size)
{
	return take_alphabet(&text, size, size) && !*text;
}

/* A salt of the MD5 and SHA families: any printable character but those that libcrypt refuses. */
static bool
take_salt(const char **text, size_t max)
{
	size_t size = 0;
	for (; **text && **text != '$'; (*text)++, size++) {
		if (**text <= ' ' || **text > '~' || strchr("!*:;\\", **text))
			return false;
	}
	return size <= max && take_char(text, '$');
}

/*
 * "rounds=N$" is optional, N from 1000 to 999999999. libcrypt refuses other numbers, but only once
 * somebody logs in.
 */
static bool
take_rounds(const char **text)
{
	static const char key[] = "rounds=";
	if (strncmp(*text, key, strlen(key)) != 0)
		return true;
	const char *digits = *text + strlen(key);
	size_t size = strspn(digits, "0123456789");
	if (size < 4 || size > 9 || *digits == '0')
		return false;
	*text = digits + size;
	return take_char(text, '$');
}

static bool
is_yescrypt(const char *rest)
{
	return take_alphabet(&rest, 1, 32) && take_char(&rest, '$') &&
		take_alphabet(&rest, 0, 86) && take_char(&rest, '$') && is_digest(rest, 43);
}

/* N, r and p take 11 characters, then comes the salt. */
static bool
is_scrypt(const char *rest)
{
	return take_alphabet(&rest, 11, 97) && take_char(&rest, '$') && is_digest(rest, 43);
}

static bool
is_bcrypt(const char *rest)
{
	bool cost = (rest[0] == '0' && rest[1] >= '4' && rest[1] <= '9') ||
		((rest[0] == '1' || rest[0] == '2') && rest[1] >= '0' && rest[1] <= '9') ||
		(rest[0] == '3' && (rest[1] == '0' || rest[1] == '1'));
	return cost && rest[2] == '$' && is_digest(rest + 3, 53);
}

static bool
is_sha512(const char *rest)
{
	return take_rounds(&rest) && take_salt(&rest, 16) && is_digest(rest, 86);
}

static bool
is_sha256(const char *rest)
{
	return take_rounds(&rest) && take_salt(&rest, 16) && is_digest(rest, 43);
}

static bool
is_md5(const char *rest)
{
	return take_salt(&rest, 8) && is_digest(rest, 22);
}

static bool
is_bsdi(const char *rest)
{
	return is_digest(rest, 19);
}

static bool
is_des(const char *rest)
{
	return is_digest(rest, 13);
}

/* ---- methods ---- */

struct method {
	const char *prefix;
	bool (*has_shape)(const char *rest);
	const char *weak; /* how it is called in the warning; NULL = not weak */
};

static const struct method methods[] = {
	{ "$y$", is_yescrypt, NULL },
	{ "$gy$", is_yescrypt, NULL },
	{ "$7$", is_scrypt, NULL },
	{ "$2a$", is_bcrypt, NULL },
	{ "$2b$", is_bcrypt, NULL },
	{ "$2y$", is_bcrypt, NULL },
	{ "$6$", is_sha512, NULL },
	{ "$5$", is_sha256, NULL },
	{ "$1$", is_md5, "MD5 ($1$)" },
	{ "_", is_bsdi, "extended DES" },
};

static const struct method des = { "", is_des, "DES" };

/* What other programs store and crypt(3) does not know, or only on some hosts. */
static const char *const foreign_methods[] = {
	"{SSHA}",
	"{SSHA256}",
	"{SSHA512}",
	"{SHA}",
	"{SHA256}",
	"{SHA512}",
	"{SMD5}",
	"{MD5}",
	"{ARGON2",
	"{PBKDF2",
	"{CLEARTEXT}",
	"{PLAIN}",
	"{SASL}",
	"$argon2",
	"$apr1$",
	"$pbkdf2",
	"$scrypt$",
	"$sha1$",
	"$md5",
	"$2x$",
	"$2$",
	"$3$",
	"pbkdf2",
};

static const struct method *
find_method(const char *hash, bool marked)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (strncmp(hash, methods[i].prefix, strlen(methods[i].prefix)) == 0)
			return &methods[i];
	}
	return marked && !strchr("${!*", *hash) ? &des : NULL;
}

static const char *
find_foreign(const char *hash)
{
	for (size_t i = 0; i < ARRAY_LEN(foreign_methods); i++) {
		if (strncasecmp(hash, foreign_methods[i], strlen(foreign_methods[i])) == 0)
			return foreign_methods[i];
	}
	return NULL;
}

/* ---- refusals; none may quote the text, which can be a plaintext password ---- */

static bool
refuse(struct diags *diags, struct place place, const char *message, const char *hint)
{
	diag_error(diags, place, "password hash: %s", message);
	diag_hint(diags, "%s", hint);
	return false;
}

static bool
refuse_unknown(const char *hash, struct place place, struct diags *diags)
{
	const char *foreign = find_foreign(hash);
	if (foreign) {
		diag_error(
			diags, place, "password hash: the method %s cannot be taken over", foreign);
		diag_hint(diags, "Leave the cell empty and give the user a new password.");
		return false;
	}
	if (*hash == '!' || *hash == '*')
		return refuse(diags, place, "this marks a locked password",
			"Leave the '!' or '*' out, and say in the state column what is meant.");
	if (is_des(hash))
		return refuse(diags, place, "this is either a DES hash or a plaintext password",
			"If it is a hash, write {CRYPT} in front of it.");
	return refuse(diags, place, "this is not a crypt(5) string",
		"Put plaintext passwords into the column password, not password_hash.");
}

static bool
check_method(const struct method *method, const char *hash, struct place place, struct diags *diags)
{
	if (!method->has_shape(hash + strlen(method->prefix)))
		return refuse(diags, place, "the string is incomplete or damaged",
			"Copy it again, up to its end.");
	int verdict = crypt_checksalt(hash);
	if (verdict == CRYPT_SALT_INVALID || verdict == CRYPT_SALT_METHOD_DISABLED)
		return refuse(diags, place, "this host's libcrypt cannot verify the method",
			"Leave the cell empty and give the user a new password.");
	return true;
}

bool
password_hash_check(const char *text, struct place place, struct arena *arena,
	const char **ret_hash, struct diags *diags)
{
	static const char mark[] = "{CRYPT}";
	bool marked = strncasecmp(text, mark, strlen(mark)) == 0;
	const char *hash = marked ? text + strlen(mark) : text;
	if (!*hash)
		return refuse(diags, place, "it is empty, which would let anybody in",
			"Leave the cell empty, or give a whole crypt(5) string.");

	const struct method *method = find_method(hash, marked);
	if (!method)
		return refuse_unknown(hash, place, diags);
	if (!check_method(method, hash, place, diags))
		return false;
	if (method->weak) {
		diag_warning(diags, place, "password hash: %s is quickly broken", method->weak);
		diag_hint(diags, "Have the user set a new password.");
		diag_code(diags, "weak-hash");
	}
	*ret_hash = arena_strdup(arena, hash);
	return true;
}
