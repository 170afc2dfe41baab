/*
 * test_ssh_key.c - what goes into authorized_keys is a line that sshd takes, and grants no more
 * than a login.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>
#include <nettle/base64.h>

#include "core/base/buffer.h"
#include "core/model/ssh_key.h"
#include "tests/unit/diag_fixture.h"
#include "tests/unit/ssh_key_samples.h"

#define LINE(KEY) KEY##_TYPE " " KEY##_BASE64

static const char hint_whole_line[] =
	"Paste the whole line of the .pub file: type, key and comment.";
static const char hint_copy_again[] = "Copy the line again, without line breaks and to its end.";
static const char hint_compromised[] =
	"Paste the .pub file instead, and treat the private key as compromised: it was shared.";

static void
assert_key(struct fixture *fixture, const char *text, const char *expected)
{
	const char *line = NULL;
	bool ok = ssh_key_parse(text, fixture->place, &fixture->arena, &line, &fixture->diags);
	assert_no_diags(fixture);
	assert_true(ok);
	assert_string_equal(line, expected);
}

static void
assert_refused(struct fixture *fixture, const char *text, const char *message, const char *hint)
{
	const char *line = "untouched";
	assert_false(ssh_key_parse(text, fixture->place, &fixture->arena, &line, &fixture->diags));
	assert_only_error(fixture, message, hint);
	assert_string_equal(line, "untouched");
	fixture_clear(fixture);
}

static void
test_every_type_of_sshd_passes_with_the_fingerprint_of_ssh_keygen(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *line;
		const char *fingerprint;
	} keys[] = {
		{ LINE(ED25519), ED25519_FINGERPRINT },
		{ LINE(RSA_2048), RSA_2048_FINGERPRINT },
		{ LINE(RSA_4096), RSA_4096_FINGERPRINT },
		{ LINE(ECDSA_256), ECDSA_256_FINGERPRINT },
		{ LINE(ECDSA_384), ECDSA_384_FINGERPRINT },
		{ LINE(ECDSA_521), ECDSA_521_FINGERPRINT },
		{ LINE(SK_ED25519), SK_ED25519_FINGERPRINT },
		{ LINE(SK_ECDSA), SK_ECDSA_FINGERPRINT },
	};
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		assert_key(fixture, keys[i].line, keys[i].line);
		assert_string_equal(
			ssh_key_fingerprint(keys[i].line, &fixture->arena), keys[i].fingerprint);
	}
}

static void
test_fingerprint_does_not_depend_on_options_and_comment(void **state)
{
	struct fixture *fixture = *state;
	assert_string_equal(ssh_key_fingerprint("restrict,from=\"a b\" " LINE(ED25519) " anna",
				    &fixture->arena),
		ED25519_FINGERPRINT);
}

static void
test_blanks_are_normalised_and_the_comment_is_kept(void **state)
{
	struct fixture *fixture = *state;
	assert_key(fixture, " \t" ED25519_TYPE "\t  " ED25519_BASE64 "   anna's  laptop \r\n",
		LINE(ED25519) " anna's  laptop");
	assert_key(fixture, LINE(ED25519) " Jörg", LINE(ED25519) " Jörg");
}

static void
test_options_that_restrict_are_kept(void **state)
{
	struct fixture *fixture = *state;
	static const char *const options[] = {
		"restrict",
		"from=\"10.0.0.0/8,*.example.org,!bad.example.org\"",
		"expiry-time=\"20271231\"",
		"expiry-time=\"202712312359Z\"",
		"no-pty,no-X11-forwarding,no-agent-forwarding,no-port-forwarding,no-user-rc",
		"Restrict,FROM=\"127.0.0.1\",verify-required",
	};
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const char *line =
			arena_printf(&fixture->arena, "%s %s me", options[i], LINE(ED25519));
		assert_key(fixture, line, line);
	}
}

static void
test_options_that_grant_or_run_something_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const options[] = {
		"command=\"/bin/sh\"",
		"environment=\"LD_PRELOAD=x\"",
		"permitopen=\"*:*\"",
		"permitlisten=\"*:1\"",
		"tunnel=\"0\"",
		"principals=\"root\"",
		"cert-authority",
		"no-touch-required",
		"pty",
		"port-forwarding",
		"restrict,command=\"x\"",
		"restrict,",
		",restrict",
		"nonsense",
	};
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		assert_refused(fixture,
			arena_printf(&fixture->arena, "%s %s", options[i], LINE(ED25519)),
			"ssh key: an option in front of the key is not allowed",
			"Only restrict, from=, expiry-time=, verify-required and no-... options "
			"that take rights away are kept; remove the others.");
}

static void
test_malformed_options_are_refused_because_sshd_would_skip_the_line(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *options;
		const char *name;
	} cases[] = {
		{ "from=10.0.0.1", "from" },
		{ "from=\"\"", "from" },
		{ "from", "from" },
		{ "from=\"a b\"", "from" },
		{ "from=\"a\\\"b\"", "from" },
		{ "from=\"a\",from=\"b\"", "from" },
		{ "expiry-time=\"2027-12-31\"", "expiry-time" },
		{ "expiry-time=\"2027\"", "expiry-time" },
		{ "expiry-time=\"\"", "expiry-time" },
		{ "restrict=\"yes\"", "restrict" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(fixture,
			arena_printf(&fixture->arena, "%s %s", cases[i].options, LINE(ED25519)),
			arena_printf(&fixture->arena,
				"ssh key: option '%s' is malformed or repeated", cases[i].name),
			"Write it as sshd(8) says under AUTHORIZED_KEYS FILE FORMAT.");
}

static void
test_type_must_agree_with_the_key_data(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, "ssh-rsa " ED25519_BASE64,
		"ssh key: the line says ssh-rsa, the key data says ssh-ed25519",
		"Copy the whole line of the .pub file again.");
	assert_refused(fixture, ECDSA_256_TYPE " " ECDSA_384_BASE64,
		"ssh key: the line says ecdsa-sha2-nistp256, the key data says ecdsa-sha2-nistp384",
		"Copy the whole line of the .pub file again.");
	assert_refused(fixture, "ssh-rsa " DSA_BASE64,
		"ssh key: the line says ssh-rsa, the key data says something else",
		"Copy the whole line of the .pub file again.");
}

/* Cut at every place, also inside and between the parts of the blob. */
static void
test_every_truncation_of_the_key_data_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char base64[] = SK_ECDSA_BASE64;
	for (size_t size = 1; size < strlen(base64); size++) {
		const char *line = "untouched";
		const char *text =
			arena_printf(&fixture->arena, SK_ECDSA_TYPE " %.*s", (int)size, base64);
		assert_false(ssh_key_parse(
			text, fixture->place, &fixture->arena, &line, &fixture->diags));
		assert_int_equal(fixture->diags.errors, 1);
		fixture_clear(fixture);
	}
}

static void
test_key_data_that_is_not_strict_base64_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const lines[] = {
		ED25519_TYPE " " ED25519_BASE64 "AAAA",
		ED25519_TYPE " " ED25519_BASE64 "=",
		ED25519_TYPE " AAAAC3NzaC1lZDI1NTE5AAAAIG3b5V-_",
		ED25519_TYPE " AAAAC3NzaC1lZDI1NTE5",
		ED25519_TYPE " key",
		ED25519_TYPE " AAAA\nC3NzaC1lZDI1NTE5",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_refused(fixture, lines[i],
			"ssh key: the key data is not a whole ssh-ed25519 key", hint_copy_again);
}

/* The same blob with one byte of its structure changed. */
static void
test_key_data_with_wrong_lengths_is_refused(void **state)
{
	struct fixture *fixture = *state;
	/* "ssh-ed25519", then a key of 31 bytes and one left over */
	assert_refused(fixture,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"ssh key: the key data is not a whole ssh-ed25519 key", hint_copy_again);
	/* a length of 0xffffffff */
	assert_refused(fixture, "ssh-ed25519 /////3NzaC1lZDI1NTE5AAAAIA==",
		"ssh key: the key data is not a whole ssh-ed25519 key", hint_copy_again);
	/* an RSA key with e = 3 and a negative modulus */
	assert_refused(fixture, "ssh-rsa AAAAB3NzaC1yc2EAAAABAwAAAAH/",
		"ssh key: the key data is not a whole ssh-rsa key", hint_copy_again);
}

/* RSA blobs made here, since ssh-keygen makes none that are wrong. */
static const char *
rsa_line(struct fixture *fixture, char exponent, size_t modulus_bytes)
{
	static const char head[] = "\0\0\0\7ssh-rsa\0\0\0\1";
	size_t size = sizeof(head) - 1 + 1 + 4 + 1 + modulus_bytes;
	uint8_t *blob = arena_alloc(&fixture->arena, size);
	memcpy(blob, head, sizeof(head) - 1);
	uint8_t *next = blob + sizeof(head) - 1;
	*next++ = (uint8_t)exponent;
	*next++ = 0;
	*next++ = 0;
	*next++ = (uint8_t)((modulus_bytes + 1) >> 8);
	*next++ = (uint8_t)(modulus_bytes + 1);
	memset(next + 1, 0xff, modulus_bytes);
	char *base64 = arena_alloc(&fixture->arena, BASE64_ENCODE_RAW_LENGTH(size) + 1);
	base64_encode_raw(base64, size, blob);
	return arena_printf(&fixture->arena, "ssh-rsa %s", base64);
}

static void
test_rsa_numbers_that_no_key_has_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char message[] = "ssh key: the key data is not a whole ssh-rsa key";
	assert_key(fixture, rsa_line(fixture, 3, 256), rsa_line(fixture, 3, 256));
	assert_key(fixture, rsa_line(fixture, 3, 2048), rsa_line(fixture, 3, 2048));
	assert_refused(fixture, rsa_line(fixture, 1, 256), message, hint_copy_again);
	assert_refused(fixture, rsa_line(fixture, 0, 256), message, hint_copy_again);
	assert_refused(fixture, rsa_line(fixture, 3, 2049), message, hint_copy_again);
	assert_refused(fixture, rsa_line(fixture, 3, 0), message, hint_copy_again);
	assert_refused(fixture, rsa_line(fixture, 3, 255),
		"ssh key: RSA with 2040 bits is too weak, at least 2048 are needed",
		"Ask for a new key, made with `ssh-keygen -t ed25519`.");
}

static void
test_a_compressed_point_is_refused(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture,
		ECDSA_256_TYPE
		" "
		"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBAr8aSV2/lepr22VaDS0S+fBg"
		"sQ+1PnUfBYEZGO+eOUYQ+sm0A//QKGnLCUI/Dh5yGXpHpvzkqLBG7/9kv3kpYxU=",
		"ssh key: the key data is not a whole ecdsa-sha2-nistp256 key", hint_copy_again);
}

static void
test_weak_and_retired_keys_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char hint[] = "Ask for a new key, made with `ssh-keygen -t ed25519`.";
	assert_refused(fixture, LINE(RSA_1024),
		"ssh key: RSA with 1024 bits is too weak, at least 2048 are needed", hint);
	assert_refused(
		fixture, LINE(DSA), "ssh key: DSA keys are no longer accepted by sshd", hint);
	assert_refused(fixture, "restrict " LINE(DSA),
		"ssh key: DSA keys are no longer accepted by sshd", hint);
	assert_refused(fixture, "ssh-ed25519-cert-v01@openssh.com AAAA",
		"ssh key: this is a certificate, not a key",
		"Paste the .pub file whose name has no '-cert'.");
}

static void
test_private_keys_are_refused_without_being_quoted(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture,
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n"
		"-----END OPENSSH PRIVATE KEY-----",
		"ssh key: this is a private key", hint_compromised);
	assert_refused(fixture, "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
		"ssh key: this is a private key", hint_compromised);
	assert_refused(fixture, "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/5",
		"ssh key: this is a private key", hint_compromised);
	assert_refused(fixture, "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
		"ssh key: this is a private key (PuTTY)", hint_compromised);
	assert_refused(fixture,
		"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU=", "ssh key: this is a private key (OpenSSH)",
		hint_compromised);
}

static void
test_other_formats_are_refused_with_the_way_to_convert_them(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, "-----BEGIN PUBLIC KEY-----\nMIIB",
		"ssh key: this is a public key in PEM",
		"Convert it with `ssh-keygen -i -m PKCS8 -f FILE`.");
	assert_refused(fixture, "-----BEGIN RSA PUBLIC KEY-----\nMIIB",
		"ssh key: this is a public key in PEM",
		"Convert it with `ssh-keygen -i -m PEM -f FILE`.");
	assert_refused(fixture, "-----BEGIN CERTIFICATE-----\nMIIB",
		"ssh key: this is an X.509 certificate, not an SSH key",
		"Paste the .pub file that ssh-keygen wrote.");
}

static void
test_text_that_is_no_key_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const lines[] = {
		"",
		"hunter2",
		"ask anna for her key",
		ED25519_BASE64,
		"from=\"open " LINE(ED25519),
		"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA",
		"---- BEGIN SSH2 PUBLIC KEY ----",
		"---- BEGIN SSH2 PUBLIC KEY ----\n---- END SSH2 PUBLIC KEY ----",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_refused(
			fixture, lines[i], "ssh key: this is not a public key", hint_whole_line);
}

/* A newline in a comment would be a second line in authorized_keys. */
static void
test_a_key_cannot_smuggle_in_a_second_line(void **state)
{
	struct fixture *fixture = *state;
	assert_refused(fixture, LINE(ED25519) " me\ncommand=\"sh\" " LINE(RSA_2048),
		"ssh key: the line goes on after its end",
		"Put each key on a line of its own, without tabs in the comment.");
	assert_refused(fixture, LINE(ED25519) " \x1b[2J",
		"ssh key: the line has characters that no text has",
		"Paste the line of the .pub file again, as text.");
	assert_refused(fixture, LINE(ED25519) " J\xf6rg",
		"ssh key: the line has characters that no text has",
		"Paste the line of the .pub file again, as text.");
}

static void
test_rfc4716_blocks_become_one_line(void **state)
{
	struct fixture *fixture = *state;
	assert_key(fixture,
		"---- BEGIN SSH2 PUBLIC KEY ----\r\n"
		"Subject: anna\r\n"
		"Comment: \"anna \\\r\nat work\"\r\n"
		"AAAAC3NzaC1lZDI1NTE5AAAAIG3b5VZBnzeGc6GHi8XtNTCBf7mUIDZvgk8\r\n"
		"R5I9fhb2w\r\n"
		"---- END SSH2 PUBLIC KEY ----\r\n",
		LINE(ED25519) " anna at work");
	assert_key(fixture,
		"---- BEGIN SSH2 PUBLIC KEY ----\n" RSA_2048_BASE64
		"\n---- END SSH2 PUBLIC KEY ----",
		LINE(RSA_2048));
}

static void
assert_keys(struct fixture *fixture, const char *text, const char *const *expected, size_t count)
{
	struct string_list keys = { 0 };
	bool ok = ssh_keys_parse(text, fixture->place, &fixture->arena, &keys, &fixture->diags);
	assert_no_diags(fixture);
	assert_true(ok);
	assert_int_equal(keys.count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(keys.items[i], expected[i]);
}

static void
test_a_cell_may_hold_several_keys(void **state)
{
	struct fixture *fixture = *state;
	static const char *const expected[] = {
		LINE(ED25519) " one",
		"from=\"a;b\" " LINE(RSA_2048),
		LINE(ECDSA_256) " 5\" disk",
		LINE(ECDSA_384) " block",
		LINE(ECDSA_521),
	};
	assert_keys(fixture,
		"\n# Anna\n" LINE(ED25519) " one ;from=\"a;b\" " LINE(RSA_2048) "\r\n" LINE(
			ECDSA_256) " 5\" disk\n"
				   "---- BEGIN SSH2 PUBLIC KEY ----\nComment: "
				   "block\n" ECDSA_384_BASE64 "\n"
				   "---- END SSH2 PUBLIC KEY ----\n;;" LINE(ECDSA_521) ";",
		expected, ARRAY_LEN(expected));
}

static void
test_the_same_key_twice_counts_once_unless_its_options_differ(void **state)
{
	struct fixture *fixture = *state;
	static const char *const expected[] = {
		LINE(ED25519) " laptop",
		"from=\"a\" " LINE(ED25519),
		LINE(RSA_2048),
	};
	assert_keys(fixture,
		LINE(ED25519) " laptop\n" LINE(ED25519) " desktop\nfrom=\"a\" " LINE(
			ED25519) "\n" LINE(RSA_2048) "\n" LINE(ED25519),
		expected, ARRAY_LEN(expected));
}

static void
test_every_bad_key_of_a_cell_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct string_list keys = { 0 };
	assert_false(ssh_keys_parse("nonsense\n" LINE(ED25519) "\n" LINE(RSA_1024), fixture->place,
		&fixture->arena, &keys, &fixture->diags));
	assert_int_equal(fixture->diags.count, 2);
	assert_diag(fixture, 0, DIAG_ERROR, "ssh key: this is not a public key", hint_whole_line);
	assert_diag(fixture, 1, DIAG_ERROR,
		"ssh key: RSA with 1024 bits is too weak, at least 2048 are needed",
		"Ask for a new key, made with `ssh-keygen -t ed25519`.");
}

static void
test_a_private_key_in_a_cell_is_one_error(void **state)
{
	struct fixture *fixture = *state;
	struct string_list keys = { 0 };
	assert_false(ssh_keys_parse("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\nnNza\n"
				    "-----END OPENSSH PRIVATE KEY-----\n" LINE(ED25519),
		fixture->place, &fixture->arena, &keys, &fixture->diags));
	assert_only_error(fixture, "ssh key: this is a private key", hint_compromised);
	assert_int_equal(keys.count, 0);
}

static void
test_many_keys_take_no_time(void **state)
{
	struct fixture *fixture = *state;
	enum { KEYS = 30000, SECONDS = 4 };
	AUTO_BUFFER struct buffer cell = { 0 };
	struct string_list keys = { 0 };
	for (int i = 0; i < KEYS; i++)
		buffer_printf(&cell, "from=\"10.0.%d.%d\" %s%s", i >> 8, i & 255, LINE(ED25519),
			i % 2 ? ";" : "\n");
	clock_t start = clock();
	assert_true(ssh_keys_parse(
		buffer_text(&cell), fixture->place, &fixture->arena, &keys, &fixture->diags));
	assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, SECONDS - 1);
	assert_int_equal(keys.count, KEYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_many_keys_take_no_time),
		fixture_test(test_every_type_of_sshd_passes_with_the_fingerprint_of_ssh_keygen),
		fixture_test(test_fingerprint_does_not_depend_on_options_and_comment),
		fixture_test(test_blanks_are_normalised_and_the_comment_is_kept),
		fixture_test(test_options_that_restrict_are_kept),
		fixture_test(test_options_that_grant_or_run_something_are_refused),
		fixture_test(test_malformed_options_are_refused_because_sshd_would_skip_the_line),
		fixture_test(test_type_must_agree_with_the_key_data),
		fixture_test(test_every_truncation_of_the_key_data_is_refused),
		fixture_test(test_key_data_that_is_not_strict_base64_is_refused),
		fixture_test(test_key_data_with_wrong_lengths_is_refused),
		fixture_test(test_rsa_numbers_that_no_key_has_are_refused),
		fixture_test(test_a_compressed_point_is_refused),
		fixture_test(test_weak_and_retired_keys_are_refused),
		fixture_test(test_private_keys_are_refused_without_being_quoted),
		fixture_test(test_other_formats_are_refused_with_the_way_to_convert_them),
		fixture_test(test_text_that_is_no_key_is_refused),
		fixture_test(test_a_key_cannot_smuggle_in_a_second_line),
		fixture_test(test_rfc4716_blocks_become_one_line),
		fixture_test(test_a_cell_may_hold_several_keys),
		fixture_test(test_the_same_key_twice_counts_once_unless_its_options_differ),
		fixture_test(test_every_bad_key_of_a_cell_is_reported),
		fixture_test(test_a_private_key_in_a_cell_is_one_error),
	};
	return cmocka_run_group_tests_name("ssh_key", tests, NULL, NULL);
}
