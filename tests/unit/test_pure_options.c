/*
 * test_pure_options.c - what Pure-FTPd's command line sets, and what it does not start with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "importers/pureftpd/options.h"

static struct pure_options
options_of(const char *line, struct arena *arena)
{
	struct arguments arguments = { 0 };
	struct pure_options options;
	char *words = arena_strdup(arena, line), *rest;
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct argument argument = { word, at("f", (unsigned)arguments.count + 1) };
		ARRAY_PUSH(arena, &arguments, argument);
	}
	pure_options_parse(&arguments, arena, &options);
	return options;
}

static void
assert_fault(const char *line, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	struct pure_options options = options_of(line, &arena);
	const char *fault = options.fault
		? arena_printf(&arena, "%u: %s", options.fault_at.line, options.fault)
		: "none";
	assert_string_equal(fault, expected);
}

static void
assert_options(const char *line, const char *expected)
{
	AUTO_ARENA struct arena arena = { 0 };
	AUTO_BUFFER struct buffer text = { 0 };
	struct pure_options options = options_of(line, &arena);
	assert_null(options.fault);
	buffer_printf(&text, "jail %d/%u anonymous %d uid %u umask %03o:%03o", options.jail,
		(unsigned)options.trusted_group, options.anonymous, (unsigned)options.min_uid,
		(unsigned)options.umask, (unsigned)options.dir_umask);
	ARRAY_FOREACH (method, &options.methods)
		buffer_printf(&text, " %s:%s", auth_kind_name(method->kind), method->file);
	assert_string_equal(buffer_text(&text), expected);
}

static void
test_options_have_the_daemons_defaults(void **state)
{
	(void)state;
	assert_options("", "jail 0/0 anonymous 0 uid 0 umask 133:022 pam:");
}

static void
test_options_are_read_as_getopt_does(void **state)
{
	(void)state;
	assert_options("-AEu100 -U 117: -lpuredb:/x -l PAMmy",
		"jail 2/0 anonymous 2 uid 100 umask 117:022 puredb:/x pam:");
	assert_options("--chroot --noa --minuid 7 --umask=077 --login=unix",
		"jail 2/0 anonymous 2 uid 7 umask 077:077 unix:");
	assert_options("-b -- ", "jail 0/0 anonymous 0 uid 0 umask 133:022 pam:");
}

static void
test_options_that_come_later_win(void **state)
{
	(void)state;
	assert_options("-A -a 010 -E -e", "jail 1/8 anonymous 1 uid 0 umask 133:022 pam:");
	assert_options("-a 0x10 -A -e -E", "jail 2/16 anonymous 2 uid 0 umask 133:022 pam:");
}

static void
test_options_keep_the_daemon_from_starting(void **state)
{
	(void)state;
	assert_fault("-A -v", "2: option '-v' is not known");
	assert_fault("-A -u", "2: option '-u' needs a value");
	assert_fault("--max 5", "1: option '--max' is not known");
	assert_fault("--chrooteveryone=yes", "1: option '--chrooteveryone' takes no value");
	assert_fault("-A stray", "2: argument 'stray' is not known");
	assert_fault("-- -A", "2: argument '-A' is not known");
	assert_fault("-c 0", "1: maxclientsnumber '0' is not a number above 0");
	assert_fault("-u -5", "1: minuid '-5' is not a number");
	assert_fault("-p 20:30",
		"1: passiveportrange '20:30' is not a range of ports within "
		"1024:65535");
	assert_fault("-U 1000:22", "1: umask '1000:22' is not one or two octal numbers up to 777");
	assert_fault("-l ftp", "1: login 'ftp' is no method of authentication");
	assert_fault("-l puredb:", "1: login 'puredb:' names no file");
	assert_fault("-O clf:log", "1: altlog 'clf:log' is not an absolute path");
	assert_fault("-T 0", "1: userbandwidth '0' is not a bandwidth in kilobytes");
	assert_fault("-Y 4", "1: tls '4' is not 0 to 3");
	assert_fault("-h", "1: help only prints the options");
	assert_fault("-n 5:5junk -y 5:5 -T 10: -t :10 -I x -k x -f nowhere", "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_have_the_daemons_defaults),
		cmocka_unit_test(test_options_are_read_as_getopt_does),
		cmocka_unit_test(test_options_that_come_later_win),
		cmocka_unit_test(test_options_keep_the_daemon_from_starting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
