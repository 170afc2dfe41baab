/*
 * A password is read from a file that nobody else can read, or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "importers/ldap/secret_file.h"

#include "diag_fixture.h"

static const char path[] = "secret-file-of-the-test";

static void
write_file(const void *content, size_t size, mode_t mode)
{
	unlink(path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static bool
read_file(struct fixture *fixture, struct secret *secret)
{
	fixture_clear(fixture);
	fixture->place = at(path, 0);
	return secret_file_read(path, secret, &fixture->diags);
}

static void
assert_reads(struct fixture *fixture, const char *content, const char *expected)
{
	AUTO_SECRET struct secret secret = { 0 };
	write_file(content, strlen(content), 0600);
	assert_true(read_file(fixture, &secret));
	assert_int_equal(secret.size, strlen(expected));
	assert_string_equal(secret.text, expected);
	assert_no_diags(fixture);
}

static void
assert_refuses(struct fixture *fixture, const char *message, const char *hint)
{
	AUTO_SECRET struct secret secret = { 0 };
	assert_false(read_file(fixture, &secret));
	assert_null(secret.text);
	assert_only_error(fixture, message, hint);
}

static void
test_secret_file_is_one_line_without_its_end(void **state)
{
	assert_reads(*state, "Anker-18", "Anker-18");
	assert_reads(*state, "Anker-18\n", "Anker-18");
	assert_reads(*state, "Anker-18\r\n", "Anker-18");
	assert_reads(*state, " Anker 18 \n", " Anker 18 ");
	assert_reads(*state, "Anker\r", "Anker\r");
}

static void
test_secret_file_refuses_what_would_be_an_anonymous_bind(void **state)
{
	static const char *const nothing[] = { "", "\n", "\r\n" };
	for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
		write_file(nothing[i], strlen(nothing[i]), 0600);
		assert_refuses(*state, "has no password in it",
			"A bind without a password is an anonymous one: write it into the first "
			"line, or say auth: anonymous.");
	}
}

static void
test_secret_file_refuses_what_is_no_line(void **state)
{
	static const char hint[] =
		"The file holds the password alone, with one newline at its end or none.";
	write_file("one\ntwo\n", 8, 0600);
	assert_refuses(*state, "has more than one line", hint);
	write_file("one\n\n", 5, 0600);
	assert_refuses(*state, "has more than one line", hint);
	write_file("o\0e", 3, 0600);
	assert_refuses(*state, "has more than one line", hint);

	char large[5000];
	memset(large, 'x', sizeof(large));
	write_file(large, sizeof(large), 0600);
	assert_refuses(*state, "is no password: it has 4096 bytes or more", "");
}

static void
test_secret_file_refuses_what_others_may_read(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0700, 0610, 0602 };
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		char message[80];
		write_file("x\n", 2, modes[i]);
		snprintf(message, sizeof(message), "mode %04o lets others read it, or run it",
			(unsigned)modes[i]);
		assert_refuses(*state, message, "Run: chmod 0600 secret-file-of-the-test");
	}
	write_file("x\n", 2, 0400);
	AUTO_SECRET struct secret secret = { 0 };
	assert_true(read_file(*state, &secret));
}

static void
test_secret_file_refuses_what_is_no_file_of_its_own(void **state)
{
	unlink(path);
	assert_refuses(*state, "is not there",
		"Correct password_file or key_file, or put the file there, with mode 0600.");
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_refuses(*state, "is a symbolic link", "Name the file itself.");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_refuses(*state, "is no regular file", "");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_refuses(*state, "is no regular file", "");
	rmdir(path);
}

/* Only root can make such a file. */
static void
test_secret_file_refuses_the_file_of_another_user(void **state)
{
	struct fixture *fixture = *state;
	if (geteuid() != 0)
		return;
	write_file("x\n", 2, 0600);
	assert_int_equal(chown(path, 4711, 0), 0);
	assert_refuses(fixture, "is user 4711's, and must be root's",
		"Whoever owns it can read it: chown root secret-file-of-the-test");
}

static int
forget(void **state)
{
	unlink(path);
	return fixture_teardown(state);
}

#define file_test(function) cmocka_unit_test_setup_teardown(function, fixture_setup, forget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		file_test(test_secret_file_is_one_line_without_its_end),
		file_test(test_secret_file_refuses_what_would_be_an_anonymous_bind),
		file_test(test_secret_file_refuses_what_is_no_line),
		file_test(test_secret_file_refuses_what_others_may_read),
		file_test(test_secret_file_refuses_what_is_no_file_of_its_own),
		file_test(test_secret_file_refuses_the_file_of_another_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
