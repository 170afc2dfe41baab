/*
 * ssh_key_blob.c - the binary part of a public key.
 *
 * Formats: RFC 4253 6.6 (RSA), RFC 5656 3.1 (ECDSA), RFC 8709 (Ed25519), OpenSSH PROTOCOL.u2f
 * (security keys). A blob is accepted only when it is consumed to its last byte.
 */
#include "core/model/ssh_key_blob.h"

#include <nettle/base64.h>
#include <string.h>

#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 16384 /* OpenSSH's SSHBUF_MAX_BIGNUM */

enum key_kind {
	KEY_ED25519,
	KEY_RSA,
	KEY_ECDSA,
};

struct ssh_key_type {
	const char *name;
	enum key_kind kind;
	bool security_key;  /* followed by the application, as "ssh:" */
	const char *curve;  /* ECDSA */
	size_t point_bytes; /* ECDSA: uncompressed point; Ed25519: the key */
};

static const struct ssh_key_type key_types[] = {
	{ "ssh-ed25519", KEY_ED25519, .point_bytes = 32 },
	{ "ssh-rsa", KEY_RSA },
	{ "ecdsa-sha2-nistp256", KEY_ECDSA, .curve = "nistp256", .point_bytes = 65 },
	{ "ecdsa-sha2-nistp384", KEY_ECDSA, .curve = "nistp384", .point_bytes = 97 },
	{ "ecdsa-sha2-nistp521", KEY_ECDSA, .curve = "nistp521", .point_bytes = 133 },
	{ "sk-ssh-ed25519@openssh.com", KEY_ED25519, true, .point_bytes = 32 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", KEY_ECDSA, true, "nistp256", 65 },
};

static bool
bytes_equal(struct bytes bytes, const char *text)
{
	return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

const struct ssh_key_type *
ssh_key_type_find(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(key_types); i++) {
		if (bytes_equal(name, key_types[i].name))
			return &key_types[i];
	}
	return NULL;
}

/* Takes one length-prefixed string off the front of the blob. */
static bool
take_string(struct bytes *blob, struct bytes *ret_string)
{
	if (blob->size < 4)
		return false;
	const unsigned char *raw = (const unsigned char *)blob->data;
	size_t size = (size_t)raw[0] << 24 | (size_t)raw[1] << 16 | (size_t)raw[2] << 8 | raw[3];
	if (size > blob->size - 4)
		return false;

	*ret_string = (struct bytes){ blob->data + 4, size };
	*blob = (struct bytes){ blob->data + 4 + size, blob->size - 4 - size };
	return true;
}

/* Significant bits of an mpint; 0 for a negative one, which no key has. */
static size_t
integer_bits(struct bytes integer)
{
	const unsigned char *raw = (const unsigned char *)integer.data;
	if (integer.size == 0 || raw[0] & 0x80)
		return 0;
	while (integer.size && *raw == 0) {
		raw++;
		integer.size--;
	}
	size_t bits = integer.size * 8;
	for (unsigned mask = 0x80; integer.size && !(*raw & mask); mask >>= 1)
		bits--;
	return bits;
}

bool
ssh_key_damaged(const struct ssh_key_type *type, struct place place, struct diags *diags)
{
	diag_error(diags, place, "ssh key: the key data is not a whole %s key", type->name);
	diag_hint(diags, "Copy the line again, without line breaks and to its end.");
	return false;
}

static bool
check_rsa(struct bytes *blob, const struct ssh_key_type *type, struct place place,
	struct diags *diags)
{
	struct bytes exponent, modulus;
	if (!take_string(blob, &exponent) || !take_string(blob, &modulus))
		return ssh_key_damaged(type, place, diags);
	size_t bits = integer_bits(modulus);
	if (integer_bits(exponent) < 2 || bits == 0 || bits > RSA_MAX_BITS)
		return ssh_key_damaged(type, place, diags);
	if (bits >= RSA_MIN_BITS)
		return true;

	diag_error(diags, place, "ssh key: RSA with %zu bits is too weak, at least %d are needed",
		bits, RSA_MIN_BITS);
	diag_hint(diags, "Ask for a new key, made with `ssh-keygen -t ed25519`.");
	return false;
}

static bool
check_point(struct bytes *blob, const struct ssh_key_type *type)
{
	struct bytes curve, point;
	if (type->kind == KEY_ECDSA &&
		(!take_string(blob, &curve) || !bytes_equal(curve, type->curve)))
		return false;
	if (!take_string(blob, &point) || point.size != type->point_bytes)
		return false;
	/* 4 = uncompressed, the only form that SSH uses. */
	return type->kind != KEY_ECDSA || point.data[0] == 4;
}

bool
ssh_key_blob_check(
	struct bytes blob, const struct ssh_key_type *type, struct place place, struct diags *diags)
{
	struct bytes inside, application;
	if (!take_string(&blob, &inside))
		return ssh_key_damaged(type, place, diags);
	if (!bytes_equal(inside, type->name)) {
		const struct ssh_key_type *actual = ssh_key_type_find(inside);
		diag_error(diags, place, "ssh key: the line says %s, the key data says %s",
			type->name, actual ? actual->name : "something else");
		diag_hint(diags, "Copy the whole line of the .pub file again.");
		return false;
	}
	if (type->kind == KEY_RSA) {
		if (!check_rsa(&blob, type, place, diags))
			return false;
	} else if (!check_point(&blob, type)) {
		return ssh_key_damaged(type, place, diags);
	}
	if (type->security_key && !take_string(&blob, &application))
		return ssh_key_damaged(type, place, diags);
	return blob.size == 0 || ssh_key_damaged(type, place, diags);
}

bool
ssh_key_decode(struct bytes text, struct arena *arena, struct bytes *ret_blob)
{
	struct base64_decode_ctx ctx;
	size_t size = BASE64_DECODE_LENGTH(text.size);
	uint8_t *blob = arena_alloc(arena, size);
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &size, blob, text.size, text.data))
		return false;
	if (!base64_decode_final(&ctx))
		return false;

	*ret_blob = (struct bytes){ (const char *)blob, size };
	return true;
}

bool
ssh_key_blob_name(struct bytes blob, struct bytes *ret_name)
{
	return take_string(&blob, ret_name);
}
