/*
 * sql_types.c - the kinds of password columns that mod_sql and mod_sql_passwd verify.
 *
 * Whether a hash is of a kind is a matter of its shape. What has the shape of a hash is named as
 * one; that the same string opens a login as a plaintext, where Plaintext is allowed, comes last.
 */
#include "importers/proftpd/sql_types.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "importers/old/crypt_shape.h"

enum {
	SALT_LIMIT = 1 << 20,
	/* Bytes of a column from which on it is taken for the beginning of a digest. */
	BEGINNING = 8,
	SCRYPT_SALT = 32,
	ARGON2_SALT = 16,
	SODIUM_HASH = 32
};

static const struct {
	const char *name;
	size_t size;
} digests[] = { { "md5", 16 }, { "sha1", 20 }, { "sha256", 32 }, { "sha512", 64 }, { "sha224", 28 },
	{ "sha384", 48 }, { "ripemd160", 20 }, { "rmd160", 20 }, { "ripemd", 20 }, { "md4", 16 },
	{ "sha512-256", 32 }, { "sha512-224", 28 }, { "sha3-256", 32 }, { "sha3-512", 64 },
	{ "sm3", 32 }, { "blake2b512", 64 }, { "blake2s256", 32 } };
enum { DIGESTS = sizeof(digests) / sizeof(digests[0]) };

/* 0 = no such digest */
static size_t
digest_size(const char *name, size_t length)
{
	for (int i = 0; i < DIGESTS; i++)
		if (strlen(digests[i].name) == length &&
			strncasecmp(digests[i].name, name, length) == 0)
			return digests[i].size;
	return 0;
}

static enum pro_encoding
read_encoding(const struct pro_section *server, const char *directive, enum pro_encoding initial)
{
	const struct pro_line *line = pro_find(server, directive);
	const char *word = line ? pro_word(line, 0) : NULL;
	if (!word)
		return initial;
	if (strcasecmp(word, "none") == 0)
		return PRO_ENCODING_NONE;
	if (strcasecmp(word, "base64") == 0)
		return PRO_ENCODING_BASE64;
	return strcmp(word, "HEX") == 0 ? PRO_ENCODING_UPPER_HEX : PRO_ENCODING_HEX;
}

static size_t
read_length(
	const struct pro_section *server, const char *directive, size_t position, size_t initial)
{
	const struct pro_line *line = pro_find(server, directive);
	const char *word = line ? pro_word(line, position) : NULL;
	const int length = word ? atoi(word) : 0;
	return length > 0 ? (size_t)length : initial;
}

static void
read_file_salt(const struct pro_auth_input *input, struct pro_sql_types *types)
{
	const struct pro_line *line = pro_find(input->server, "SQLPasswordSaltFile");
	const char *path = line ? pro_word(line, 0) : NULL;
	struct old_file file;
	if (!path || strcasecmp(path, "none") == 0 ||
		old_root_read(input->root, path, SALT_LIMIT, &file) != OLD_OK ||
		file.content.size == 0)
		return;
	size_t length = file.content.size;
	if (file.content.data[length - 1] == '\n')
		length--;
	types->has_file_salt = true;
	types->file_salt_length = pro_salt_length(types, file.content.data, length);
}

static void
read_pbkdf2(const struct pro_section *server, struct pro_sql_types *types)
{
	const struct pro_line *line = pro_find(server, "SQLPasswordPBKDF2");
	if (line)
		types->pbkdf2_length = line->words.count == 1
			? SIZE_MAX
			: read_length(server, "SQLPasswordPBKDF2", 2, 0);
}

struct pro_sql_types
pro_sql_types_read(const struct pro_auth_input *input, bool mysql)
{
	struct pro_sql_types types = {
		.line = pro_find(input->server, "SQLAuthTypes"),
		.digests = pro_has_module(input->config, "mod_sql_passwd.c") &&
			pro_switch(input->server, "SQLPasswordEngine", false),
		.mysql = mysql,
		.encoding = read_encoding(input->server, "SQLPasswordEncoding", PRO_ENCODING_HEX),
		.salt_encoding =
			read_encoding(input->server, "SQLPasswordSaltEncoding", PRO_ENCODING_NONE),
		.scrypt_length = read_length(input->server, "SQLPasswordScrypt", 0, SODIUM_HASH),
		.argon2_length = read_length(input->server, "SQLPasswordArgon2", 0, SODIUM_HASH),
		.empty = pro_version_detect(input->root, input->arena).sql,
	};
	const struct pro_line *salt = pro_find(input->server, "SQLPasswordUserSalt");
	types.user_salt = salt ? pro_word(salt, 0) : NULL;
	read_file_salt(input, &types);
	read_pbkdf2(input->server, &types);
	return types;
}

size_t
pro_salt_length(const struct pro_sql_types *types, const char *salt, size_t length)
{
	if (types->salt_encoding == PRO_ENCODING_NONE)
		return length;
	if (types->salt_encoding != PRO_ENCODING_BASE64)
		return (length + 1) / 2;
	size_t padding = 0;
	while (padding < 2 && padding < length && salt[length - 1 - padding] == '=')
		padding++;
	return length / 4 * 3 > padding ? length / 4 * 3 - padding : 0;
}

enum fit { FIT_NOT, FIT_WHOLE, FIT_BEGINNING };

/* Whether a column can be the encoded form of that many bytes, or the beginning of one. */
static enum fit
fits(const struct pro_sql_types *types, const char *hash, size_t bytes)
{
	static const char *const alphabets[] = {
		[PRO_ENCODING_NONE] = "",
		[PRO_ENCODING_BASE64] =
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
		[PRO_ENCODING_HEX] = "0123456789abcdef",
		[PRO_ENCODING_UPPER_HEX] = "0123456789ABCDEF",
	};
	const size_t length = strlen(hash);
	if (strspn(hash, alphabets[types->encoding]) != length)
		return FIT_NOT;
	if (bytes == SIZE_MAX)
		return FIT_WHOLE;
	const size_t whole =
		types->encoding == PRO_ENCODING_BASE64 ? (bytes + 2) / 3 * 4 : bytes * 2;
	if (length > whole)
		return FIT_NOT;
	return length == whole ? FIT_WHOLE : FIT_BEGINNING;
}

/* The bytes that a type of mod_sql_passwd compares with the column; 0 = it verifies nothing. */
static size_t
compared_bytes(const struct pro_sql_types *types, const char *type, size_t salt_length)
{
	const bool salted = salt_length > 0 || types->has_file_salt;
	const size_t salt = salt_length > 0 ? salt_length : types->file_salt_length;
	if (types->encoding == PRO_ENCODING_NONE)
		return 0;
	for (int i = 0; i < 4; i++)
		if (strcasecmp(type, digests[i].name) == 0)
			return digests[i].size;
	if (strcasecmp(type, "pbkdf2") == 0)
		return salted ? types->pbkdf2_length : 0;
	if (strcasecmp(type, "scrypt") == 0)
		return salted && salt == SCRYPT_SALT ? types->scrypt_length : 0;
	if (strcasecmp(type, "argon2") == 0)
		return salted && salt == ARGON2_SALT ? types->argon2_length : 0;
	return 0;
}

/* As long as one of MD5, SHA1, SHA256 or SHA512 in hex or base64: not the beginning of another. */
static bool
is_whole_digest(size_t length)
{
	static const size_t lengths[] = { 24, 28, 32, 40, 44, 64, 88, 128 };
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		if (lengths[i] == length)
			return true;
	}
	return false;
}

static void
check_digest(const struct pro_sql_types *types, const char *type, const char *hash,
	size_t salt_length, struct place where, struct arena *arena,
	struct pro_credentials *credentials, bool *maybe)
{
	const size_t bytes = types->digests ? compared_bytes(types, type, salt_length) : 0;
	if (bytes == 0)
		return;
	if (!*hash) {
		if (types->empty == PRO_EMPTY_NOTHING)
			return;
		pro_add_way(credentials, OLD_PASSWORD_ANY, NULL, where, arena);
		pro_note(&credentials->notes, where, "any-password",
			"its password column is empty, and SQLAuthTypes %s took every password for "
			"that",
			type);
		return;
	}
	switch (fits(types, hash, bytes)) {
	case FIT_NOT:
		return;
	case FIT_BEGINNING:
		if (types->empty == PRO_EMPTY_NOTHING)
			return;
		if (strlen(hash) < BEGINNING || is_whole_digest(strlen(hash))) {
			*maybe = true;
			pro_note(&credentials->notes, where, "short-digest",
				"its password column is no digest of %s, but "
				"every password whose digest begins so was taken",
				type);
			return;
		}
		pro_note(&credentials->notes, where, "short-digest",
			"its password column is shorter than a digest of %s; every password whose "
			"digest begins so was taken",
			type);
		break;
	case FIT_WHOLE:
		pro_note(&credentials->notes, where, "foreign-hash",
			"its password is a digest of mod_sql_passwd (%s%s), which a Unix account "
			"cannot have",
			type, salt_length > 0 || types->has_file_salt ? ", salted" : "");
		break;
	}
	pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
}

/* "{md5}rL0Y20zC+Fzt72VPzMSk2A==" */
static void
check_openssl(const struct pro_sql_types *types, const char *hash, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	const char *close = hash[0] == '{' ? strchr(hash, '}') : NULL;
	if (!close)
		return;
	struct pro_sql_types base64 = *types;
	base64.encoding = PRO_ENCODING_BASE64;
	const size_t size = digest_size(hash + 1, (size_t)(close - hash) - 1);
	if (size == 0 || fits(&base64, close + 1, size) != FIT_WHOLE)
		return;
	pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
	pro_note(&credentials->notes, where, "foreign-hash",
		"its password is an unsalted digest (%.*s), which a Unix account cannot have",
		(int)(close - hash) - 1, hash + 1);
}

static void
check_backend(const struct pro_sql_types *types, const char *hash, struct place where,
	struct arena *arena, struct pro_credentials *credentials)
{
	if (!types->mysql || hash[0] != '*' || strlen(hash) != 41 ||
		strspn(hash + 1, "0123456789ABCDEFabcdef") != 40)
		return;
	pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
	pro_note(&credentials->notes, where, "foreign-hash",
		"its password is a hash of MySQL's PASSWORD(), which a Unix account cannot have");
}

static void
check_type(const struct pro_sql_types *types, const char *type, const char *hash,
	size_t salt_length, struct place where, struct arena *arena,
	struct pro_credentials *credentials, bool *maybe)
{
	if (strcasecmp(type, "Crypt") == 0 ||
		(strcasecmp(type, "bcrypt") == 0 && types->digests &&
			strncmp(hash, "$2", 2) == 0)) {
		if (crypt_can_return(hash))
			pro_add_way(credentials, OLD_PASSWORD_CRYPT, hash, where, arena);
	} else if (strcasecmp(type, "Empty") == 0) {
		if (*hash)
			return;
		pro_add_way(credentials, OLD_PASSWORD_ANY, NULL, where, arena);
		pro_note(&credentials->notes, where, "any-password",
			"its password column is empty, and SQLAuthTypes Empty took every password "
			"for that");
	} else if (strcasecmp(type, "OpenSSL") == 0) {
		check_openssl(types, hash, where, arena, credentials);
	} else if (strcasecmp(type, "Backend") == 0) {
		check_backend(types, hash, where, arena, credentials);
	} else {
		check_digest(types, type, hash, salt_length, where, arena, credentials, maybe);
	}
}

void
pro_sql_types_check(const struct pro_sql_types *types, const char *hash, size_t salt_length,
	struct place where, struct arena *arena, struct pro_credentials *credentials)
{
	bool plaintext = false, maybe = false;
	for (size_t i = 0; types->line && i < types->line->words.count; i++) {
		const char *type = types->line->words.items[i];
		if (strcasecmp(type, "Plaintext") == 0)
			plaintext = true;
		else
			check_type(
				types, type, hash, salt_length, where, arena, credentials, &maybe);
	}
	if (plaintext && *hash)
		pro_add_way(credentials, OLD_PASSWORD_PLAINTEXT, hash, where, arena);
	if (maybe && credentials->ways.count == 0)
		pro_add_way(credentials, OLD_PASSWORD_UNKNOWN, NULL, where, arena);
}
