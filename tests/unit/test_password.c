/*
 * test_password.c - only strings that this host can verify reach shadow, and no secret a message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <crypt.h>

#include "core/model/password.h"
#include "tests/unit/diag_fixture.h"

static const char hint_incomplete[] = "Copy it again, up to its end.";
static const char hint_plaintext[] =
	"Put plaintext passwords into the column password, not password_hash.";
static const char hint_new[] = "Leave the cell empty and give the user a new password.";

/* crypt(3) itself as the oracle; the result lives in the test's arena. */
static char *
hash_of(struct fixture *fixture, const char *setting)
{
	struct crypt_data *data = arena_alloc(&fixture->arena, sizeof(*data));
	char *hash = crypt_rn("correct horse", setting, data, sizeof(*data));
	if (!hash)
		fail_msg("crypt(3) refuses %s", setting);
	return hash;
}

static void
assert_refused(struct fixture *fixture, const char *hash, const char *message, const char *hint)
{
	const char *result = "untouched";
	assert_false(password_hash_check(
		hash, fixture->place, &fixture->arena, &result, &fixture->diags));
	assert_only_error(fixture, message, hint);
	assert_string_equal(result, "untouched");
	fixture_clear(fixture);
}

static const char *
accepted(struct fixture *fixture, const char *text)
{
	const char *result = NULL;
	bool ok = password_hash_check(
		text, fixture->place, &fixture->arena, &result, &fixture->diags);
	if (!ok)
		print_error("refused: %s: %s\n", text, fixture->diags.items[0].message);
	assert_true(ok);
	return result;
}

static const char *const strong_settings[] = {
	"$y$j9T$abcdefghijklmnopqrstu/",
	"$y$j75$a.",
	"$gy$j9T$abcdefghijklmnopqrstu/",
	"$7$CU..../....abcdefghijkl",
	"$2a$04$abcdefghijklmnopqrstuu",
	"$2b$05$abcdefghijklmnopqrstuu",
	"$2y$04$abcdefghijklmnopqrstuu",
	"$6$saltsaltsaltsalt",
	"$6$rounds=1000$salt",
	"$6$a-b",
	"$6$",
	"$5$saltsalt",
	"$5$rounds=5001$s",
};

static void
test_hashes_of_crypt_are_accepted_as_they_are(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(strong_settings); i++) {
		const char *hash = hash_of(fixture, strong_settings[i]);
		assert_string_equal(accepted(fixture, hash), hash);
		assert_true(password_matches("correct horse", hash));
	}
	assert_no_diags(fixture);
}

static void
test_a_crypt_mark_is_stripped(void **state)
{
	struct fixture *fixture = *state;
	const char *hash = hash_of(fixture, "$6$saltsaltsaltsalt");
	assert_string_equal(
		accepted(fixture, arena_printf(&fixture->arena, "{CRYPT}%s", hash)), hash);
	assert_string_equal(
		accepted(fixture, arena_printf(&fixture->arena, "{crypt}%s", hash)), hash);
	assert_no_diags(fixture);
}

static void
test_weak_methods_are_accepted_with_a_warning(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *setting;
		const char *mark;
		const char *name;
	} methods[] = {
		{ "$1$saltsalt", "", "MD5 ($1$)" },
		{ "$1$s", "", "MD5 ($1$)" },
		{ "_J9..abcd", "", "extended DES" },
		{ "_J9..abcd", "{CRYPT}", "extended DES" },
		{ "ab", "{CRYPT}", "DES" },
	};
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const char *hash = hash_of(fixture, methods[i].setting);
		assert_string_equal(
			accepted(fixture,
				arena_printf(&fixture->arena, "%s%s", methods[i].mark, hash)),
			hash);
		assert_int_equal(fixture->diags.count, 1);
		assert_diag(fixture, 0, DIAG_WARNING,
			arena_printf(&fixture->arena, "password hash: %s is quickly broken",
				methods[i].name),
			"Have the user set a new password.");
		assert_string_equal(fixture->diags.items[0].code, "weak-hash");
		fixture_clear(fixture);
	}
}

static void
test_every_truncation_of_a_hash_is_refused(void **state)
{
	struct fixture *fixture = *state;
	for (size_t i = 0; i < ARRAY_LEN(strong_settings); i++) {
		const char *hash = hash_of(fixture, strong_settings[i]);
		for (size_t size = 0; size < strlen(hash); size++) {
			const char *result = "untouched";
			assert_false(password_hash_check(arena_strndup(&fixture->arena, hash, size),
				fixture->place, &fixture->arena, &result, &fixture->diags));
			assert_string_equal(result, "untouched");
			assert_int_equal(fixture->diags.errors, 1);
			fixture_clear(fixture);
		}
		assert_refused(fixture, arena_printf(&fixture->arena, "%sx", hash),
			"password hash: the string is incomplete or damaged", hint_incomplete);
	}
}

static void
test_characters_that_no_hash_has_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char bad[] = ":\n !*+,=\x7f\xfc$";
	for (size_t i = 0; i < ARRAY_LEN(strong_settings); i++) {
		char *hash = hash_of(fixture, strong_settings[i]);
		for (const char *c = bad; *c; c++) {
			hash[strlen(hash) - 3] = *c;
			assert_refused(fixture, hash,
				"password hash: the string is incomplete or damaged",
				hint_incomplete);
		}
	}
}

/* crypt_checksalt(3) finds nothing wrong with any of these. */
static void
test_what_checksalt_lets_through_is_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const damaged[] = {
		"$6$trunc",
		"$y$j9T$trunc",
		"$6$rounds=999$salt$",
		"$6$rounds=10$salt$",
		"$6$rounds=0999999$salt$",
		"$6$rounds=1000000000$salt$",
		"$2b$99$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
		"$2b$03$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
		"$2b$32$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
		"$6$salt:0:$",
	};
	static const char digest[] = "PjG1Vkf5LHNL84dByLtuSYjVz6Hy575FC7tz8wX4DtJ2WMsZQu0/"
				     "miZCNEiAa8uwa8QG5xPQJgcyUioQ0Ac/G/";
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
		assert_refused(fixture, damaged[i],
			"password hash: the string is incomplete or damaged", hint_incomplete);
		assert_refused(fixture, arena_printf(&fixture->arena, "%s%s", damaged[i], digest),
			"password hash: the string is incomplete or damaged", hint_incomplete);
	}
}

static void
test_salts_and_parameters_beyond_their_length_are_refused(void **state)
{
	struct fixture *fixture = *state;
	static const char *const damaged[] = {
		"$1$saltsalt9$e2KlfqG5YBMTjSz7XF.Eu1",
		"$5$saltsaltsaltsalt9$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5",
		"$7$CU..../....$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5x",
		"$7$CU..../...$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5",
		"$y$$salt$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5",
		"$5$salt$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5$",
		"$5$salt$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5 ",
		"$5$salt$kFm4oUIyrWK5XTmOrrHkPPGOtBQSBN3PVcNL5AHTUb5:0",
	};
	for (size_t i = 0; i < ARRAY_LEN(damaged); i++)
		assert_refused(fixture, damaged[i],
			"password hash: the string is incomplete or damaged", hint_incomplete);
}

static void
test_plaintext_is_refused_and_not_quoted(void **state)
{
	struct fixture *fixture = *state;
	static const char *const texts[] = { "secret", "hunter2", "x", "pass word", "$ecret",
		"$9$abc$def", "{secret}", "äöü", "correcthorsebatterystaple" };
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_refused(fixture, texts[i], "password hash: this is not a crypt(5) string",
			hint_plaintext);
	assert_refused(fixture, "{CRYPT}secret",
		"password hash: the string is incomplete or damaged", hint_incomplete);
}

static void
test_thirteen_letters_are_refused_unless_marked(void **state)
{
	struct fixture *fixture = *state;
	static const char message[] =
		"password hash: this is either a DES hash or a plaintext password";
	static const char hint[] = "If it is a hash, write {CRYPT} in front of it.";
	assert_refused(fixture, hash_of(fixture, "ab"), message, hint);
	assert_refused(fixture, "correcthorse1", message, hint);
}

static void
test_methods_of_other_programs_are_refused_by_name(void **state)
{
	struct fixture *fixture = *state;
	static const struct {
		const char *hash;
		const char *method;
	} cases[] = {
		{ "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SSHA}" },
		{ "{ssha}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SSHA}" },
		{ "{SSHA512}abc", "{SSHA512}" },
		{ "{MD5}abc", "{MD5}" },
		{ "{PBKDF2-SHA512}10000$abc", "{PBKDF2" },
		{ "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", "$argon2" },
		{ "$apr1$ab$e2KlfqG5YBMTjSz7XF.Eu1", "$apr1$" },
		{ "{CRYPT}$apr1$ab$e2KlfqG5YBMTjSz7XF.Eu1", "$apr1$" },
		{ "pbkdf2_sha256$260000$abc$def", "pbkdf2" },
		{ "$3$$a9f0dd57e1edab5bb55a9ac0a99c15ec", "$3$" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_refused(fixture, cases[i].hash,
			arena_printf(&fixture->arena,
				"password hash: the method %s cannot be taken over",
				cases[i].method),
			hint_new);
}

static void
test_empty_and_locked_are_not_hashes(void **state)
{
	struct fixture *fixture = *state;
	static const char hint_empty[] = "Leave the cell empty, or give a whole crypt(5) string.";
	static const char message[] = "password hash: this marks a locked password";
	static const char hint[] =
		"Leave the '!' or '*' out, and say in the state column what is meant.";
	assert_refused(
		fixture, "", "password hash: it is empty, which would let anybody in", hint_empty);
	assert_refused(fixture, "{CRYPT}", "password hash: it is empty, which would let anybody in",
		hint_empty);
	assert_refused(fixture, "!", message, hint);
	assert_refused(fixture, "*", message, hint);
	assert_refused(fixture, "{CRYPT}*", message, hint);
	assert_refused(fixture, arena_printf(&fixture->arena, "!%s", hash_of(fixture, "$6$salt")),
		message, hint);
}

static void
test_passwords_that_login_programs_take_pass(void **state)
{
	struct fixture *fixture = *state;
	char *longest = arena_alloc(&fixture->arena, 512);
	memset(longest, 'a', 511);
	const char *const passwords[] = { "x", "correct horse", "pä:ß,=#", "0", longest };
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++)
		assert_true(password_check(passwords[i], fixture->place, &fixture->diags));
	assert_no_diags(fixture);
}

static void
test_passwords_that_nobody_could_enter_are_refused(void **state)
{
	struct fixture *fixture = *state;
	char *too_long = arena_alloc(&fixture->arena, 513);
	memset(too_long, 'a', 512);
	const struct {
		const char *password;
		const char *message;
	} cases[] = {
		{ "", "password is empty" },
		{ "  ", "password has nothing but blanks" },
		{ "a\nb", "password contains a control character" },
		{ "a\tb", "password contains a control character" },
		{ "a\xc2\x85", "password contains a control character" },
		{ "\xff\x01", "password contains a control character" },
		{ too_long, "password is longer than 511 bytes" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(password_check(cases[i].password, fixture->place, &fixture->diags));
		assert_only_error(
			fixture, cases[i].message, "Choose another one, or leave the cell empty.");
		fixture_clear(fixture);
	}
}

static void
test_a_blank_at_an_end_of_a_password_is_kept_with_a_warning(void **state)
{
	struct fixture *fixture = *state;
	assert_true(password_check("secret ", fixture->place, &fixture->diags));
	assert_true(password_check(" secret", fixture->place, &fixture->diags));
	assert_int_equal(fixture->diags.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_diag(fixture, i, DIAG_WARNING,
			"password begins or ends with a blank, which counts",
			"Take the blank out unless it is meant.");
}

static void
test_a_hash_among_passwords_is_a_warning(void **state)
{
	struct fixture *fixture = *state;
	assert_true(password_check("$6$salt$bDtkDx", fixture->place, &fixture->diags));
	assert_true(password_check("$5 or $6", fixture->place, &fixture->diags));
	assert_int_equal(fixture->diags.count, 1);
	assert_diag(fixture, 0, DIAG_WARNING,
		"password looks like a hash, and would be the password itself",
		"Name the column 'password_hash' if it is one.");
}

static void
test_generated_passwords_have_four_groups_of_letters_that_are_easy_to_read(void **state)
{
	struct fixture *fixture = *state;
	static const char letters[] = "346789ACDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz";
	bool used[256] = { false };
	size_t distinct = 0;
	for (int n = 0; n < 200; n++) {
		const char *password = password_generate(&fixture->arena);
		assert_int_equal(strlen(password), 23);
		for (size_t i = 0; i < 23; i++) {
			unsigned char c = (unsigned char)password[i];
			if (i % 6 == 5) {
				assert_int_equal(c, '-');
				continue;
			}
			assert_non_null(strchr(letters, c));
			distinct += !used[c];
			used[c] = true;
		}
	}
	/* 4,000 draws: each of the 52 letters is missed with a chance below 1e-32. */
	assert_int_equal(distinct, 52);
}

struct reports {
	size_t calls, last, count;
};

static void
note_progress(void *ctx, size_t done, size_t count)
{
	struct reports *reports = ctx;
	assert_true(done >= reports->last);
	*reports = (struct reports){ reports->calls + 1, done, count };
}

static void
assert_batch_hashes(struct fixture *fixture, unsigned threads)
{
	static const char *const passwords[] = { "one", "two", "three", "äöü", "one" };
	const char *hashes[ARRAY_LEN(passwords)] = { NULL };
	struct reports reports = { 0 };
	struct password_batch batch = { .passwords = passwords,
		.hashes = hashes,
		.count = ARRAY_LEN(passwords),
		.threads = threads,
		.progress = note_progress,
		.ctx = &reports };
	assert_true(password_hash_all(&batch, &fixture->arena, &fixture->diags));
	assert_no_diags(fixture);
	for (size_t i = 0; i < ARRAY_LEN(passwords); i++) {
		assert_memory_equal(hashes[i], "$y$", 3);
		assert_string_equal(accepted(fixture, hashes[i]), hashes[i]);
		assert_true(password_matches(passwords[i], hashes[i]));
	}
	assert_string_not_equal(hashes[0], hashes[4]);
	assert_false(password_matches("two", hashes[0]));
	assert_int_equal(reports.last, ARRAY_LEN(passwords));
	assert_int_equal(reports.count, ARRAY_LEN(passwords));
}

static void
test_a_batch_is_hashed_in_order_by_any_number_of_threads(void **state)
{
	struct fixture *fixture = *state;
	assert_batch_hashes(fixture, 0);
	assert_batch_hashes(fixture, 1);
	assert_batch_hashes(fixture, 3);
	assert_batch_hashes(fixture, 1000);
}

static void
test_an_empty_batch_is_done(void **state)
{
	struct fixture *fixture = *state;
	struct password_batch batch = { 0 };
	assert_true(password_hash_all(&batch, &fixture->arena, &fixture->diags));
	assert_no_diags(fixture);
}

static void
test_a_password_that_crypt_refuses_fails_the_batch(void **state)
{
	struct fixture *fixture = *state;
	char *too_long = arena_alloc(&fixture->arena, 513);
	memset(too_long, 'a', 512);
	const char *const passwords[] = { "one", too_long };
	const char *hashes[2] = { NULL, NULL };
	struct password_batch batch = { .passwords = passwords, .hashes = hashes, .count = 2 };
	assert_false(password_hash_all(&batch, &fixture->arena, &fixture->diags));
	assert_int_equal(fixture->diags.count, 1);
	assert_string_equal(fixture->diags.items[0].message,
		"cannot hash a password: Numerical result out of range");
	assert_null(hashes[0]);
}

static void
test_a_password_matches_only_a_hash(void **state)
{
	(void)state;
	assert_false(password_matches("*0", "*0"));
	assert_false(password_matches("secret", "secret"));
	assert_false(password_matches("", ""));
	assert_false(password_matches("", "!"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_hashes_of_crypt_are_accepted_as_they_are),
		fixture_test(test_a_crypt_mark_is_stripped),
		fixture_test(test_weak_methods_are_accepted_with_a_warning),
		fixture_test(test_every_truncation_of_a_hash_is_refused),
		fixture_test(test_characters_that_no_hash_has_are_refused),
		fixture_test(test_what_checksalt_lets_through_is_refused),
		fixture_test(test_salts_and_parameters_beyond_their_length_are_refused),
		fixture_test(test_plaintext_is_refused_and_not_quoted),
		fixture_test(test_thirteen_letters_are_refused_unless_marked),
		fixture_test(test_methods_of_other_programs_are_refused_by_name),
		fixture_test(test_empty_and_locked_are_not_hashes),
		fixture_test(test_passwords_that_login_programs_take_pass),
		fixture_test(test_passwords_that_nobody_could_enter_are_refused),
		fixture_test(test_a_blank_at_an_end_of_a_password_is_kept_with_a_warning),
		fixture_test(test_a_hash_among_passwords_is_a_warning),
		fixture_test(
			test_generated_passwords_have_four_groups_of_letters_that_are_easy_to_read),
		fixture_test(test_a_batch_is_hashed_in_order_by_any_number_of_threads),
		fixture_test(test_an_empty_batch_is_done),
		fixture_test(test_a_password_that_crypt_refuses_fails_the_batch),
		fixture_test(test_a_password_matches_only_a_hash),
	};
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
