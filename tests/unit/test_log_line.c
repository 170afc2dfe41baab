/* Tests of importers/logs/log_*.c: what a line of a log says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "importers/logs/log_event.h"

struct fixture {
	struct arena arena;
	struct log_reader reader;
};

static int
setup(void **state)
{
	static struct fixture f;
	f = (struct fixture){ 0 };
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	log_reader_finish(&f->reader);
	arena_finish(&f->arena);
	return 0;
}

/* "2004-09-02 09:52:00 anna upload 8962 root:/srv/a b" */
static const char *
said(struct fixture *f, const char *line)
{
	static const char *const deeds[] = { "login", "download", "upload", "change", "enter" };
	static const char *const views[] = { "log", "root", "jail" };
	struct log_event event;
	char when[32];
	switch (log_line_parse(&f->reader, (struct bytes){ line, strlen(line) }, &event)) {
	case LOG_BAD:
		return "bad";
	case LOG_SILENT:
		return "silent";
	case LOG_EVENT:
		break;
	}
	time_t time = (time_t)event.time;
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", gmtime(&time));
	return arena_printf(&f->arena, "%s %.*s %s%s %llu %s:%.*s", when, (int)event.user.size,
		event.user.data, event.done ? "" : "no ", deeds[event.deed],
		(unsigned long long)event.bytes, views[event.view], (int)event.path.size,
		event.path.size ? event.path.data : "");
}

static void
test_log_reads_xferlog_from_both_ends(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(said(f,
				    "Thu Sep  2 09:52:00 2004 50 192.168.20.10 896242 "
				    "/home/test/file1.tgz b _ o r suporte ftp 0 * c"),
		"2004-09-02 09:52:00 suporte download 896242 log:/home/test/file1.tgz");
	assert_string_equal(
		said(f, "Mon Feb 29 23:59:60 2016 1 ::1 0 /a b  c b _ i g anna ftp 0 * i"),
		"2016-03-01 00:00:00 anna no upload 0 log:/a b  c");
	assert_string_equal(said(f, "Mon Dec 31 23:59:59 1999 1 h 7 /x a C d r anna ftp 1 id"),
		"1999-12-31 23:59:59 anna change 7 log:/x");
	assert_string_equal(said(f, "Thu Sep  2 09:52:00 2004 1 h 5 /x b _ i a me@x ftp 0 * i\r"),
		"2004-09-02 09:52:00 me@x upload 5 log:/x");
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 1 h 5 /x b _ i q anna ftp 0 * c"), "bad");
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 1 h big /x b _ i r anna ftp 0 * c"), "bad");
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 1 h 5 b _ i r anna ftp 0 * c"), "bad");
	assert_string_equal(
		said(f, "Thu Sep 32 09:52:00 2004 1 h 5 /x b _ i r anna ftp 0 * c"), "bad");
}

static void
test_log_reads_vsftpds_own(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 [pid 7] [anna] OK LOGIN: Client \"10.0.0.9\""),
		"2004-09-02 09:52:00 anna login 0 jail:");
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 [pid 7] [anna] FAIL LOGIN: Client \"h\""),
		"2004-09-02 09:52:00 anna no login 0 jail:");
	assert_string_equal(
		said(f,
			"Thu Sep  2 09:52:00 2004 [pid 7] [anna] OK UPLOAD: Client \"h\", "
			"\"/a \"b\".txt\", 12 bytes, 1.00Kbyte/sec"),
		"2004-09-02 09:52:00 anna upload 12 jail:/a \"b\".txt");
	assert_string_equal(
		said(f,
			"Thu Sep  2 09:52:00 2004 [pid 7] [anna] OK RENAME: Client \"h\", "
			"\"/old name /new name\""),
		"2004-09-02 09:52:00 anna change 0 jail:/new name");
	assert_string_equal(
		said(f, "Thu Sep  2 09:52:00 2004 [pid 7] CONNECT: Client \"h\""), "silent");
	assert_string_equal(said(f,
				    "Thu Sep  2 09:52:00 2004 [pid 7] [anna] FTP command: Client "
				    "\"h\", \"STOR x\""),
		"silent");
}

static void
test_log_reads_common_format_of_both_servers(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(
		said(f,
			"10.0.0.9 - anna [02/Sep/2004:09:52:00 +0200] \"STOR a b.tgz\" 226 "
			"8962"),
		"2004-09-02 07:52:00 anna upload 8962 jail:a b.tgz");
	assert_string_equal(
		said(f, "10.0.0.9 - anna [02/Sep/2004:09:52:00 +0200] \"CWD /in\" 250 -"),
		"2004-09-02 07:52:00 anna enter 0 jail:/in");
	assert_string_equal(
		said(f, "10.0.0.9 - anna [02/Sep/2004:09:52:00 +0200] \"DELE x\" 550 -"),
		"2004-09-02 07:52:00 anna no change 0 jail:x");
	assert_string_equal(
		said(f, "h UNKNOWN anna [02/Sep/2004:09:52:00 +0000] \"PASS (hidden)\" 230 -"),
		"2004-09-02 09:52:00 anna login 0 jail:(hidden)");
	/* Pure-FTPd turns the sign of the zone round. */
	assert_string_equal(
		said(f,
			"h - anna [02/Sep/2004:09:52:00 -0200] \"PUT /srv/a%20%c3%a9\" 200 "
			"5"),
		"2004-09-02 07:52:00 anna upload 5 root:/srv/a \xc3\xa9");
	assert_string_equal(
		said(f, "h - - [02/Sep/2004:09:52:00 -0200] \"GET /srv/a\" 200 5"), "silent");
	assert_string_equal(said(f, "h - a [02/Sep/2004:09:52:00 +0200] \"NOOP\" 200 -"), "silent");
	assert_string_equal(said(f, "h - a [02/Foo/2004:09:52:00 +0200] \"STOR x\" 226 1"), "bad");
	assert_string_equal(said(f, "h - a [02/Sep/2004:09:52:00 +0200] STOR x 226 1"), "bad");
}

static void
test_log_reads_w3c_by_its_fields(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(
		said(f, "2004-09-02 09:52:00 10.0.0.9 []created /srv/a%20b 226 anna 8962"),
		"2004-09-02 09:52:00 anna upload 8962 root:/srv/a b");
	assert_string_equal(said(f, "#Software: Pure-FTPd 1.0.50"), "silent");
	assert_string_equal(
		said(f, "#Fields: date time cs-username cs-method cs-uri-stem"), "silent");
	assert_string_equal(said(f, "2004-09-02 09:52:00 anna []sent /srv/a"),
		"2004-09-02 09:52:00 anna download 0 root:/srv/a");
	assert_string_equal(said(f, "2004-09-02 09:52:00 anna []closed /srv/a"), "silent");
	assert_string_equal(said(f, "2004-09-02 noon anna []sent /srv/a"), "bad");
}

static void
test_log_reads_stats(void **state)
{
	struct fixture *f = *state;
	assert_string_equal(said(f, "1094118720 41370000.1f anna 10.0.0.9 U 8962 1 /srv/a b"),
		"2004-09-02 09:52:00 anna upload 8962 root:/srv/a b");
	assert_string_equal(said(f, "1094118720 41370000.1f anna 10.0.0.9 X 8962 1 /srv/a"), "bad");
	assert_string_equal(said(f, "1094118720 41370000.1f anna 10.0.0.9 U 8962 1"), "bad");
}

static void
test_log_says_bad_to_other_lines(void **state)
{
	static const char *const lines[] = { "x", "Thu Sep  2", "Sep  2 09:52:00 host vsftpd[7]: x",
		"1", "[", "\"", " [02/Sep/2004:09:52:00 +0200] ", "\xff\xfe" };
	struct fixture *f = *state;
	assert_string_equal(said(f, ""), "silent");
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_string_equal(said(f, lines[i]), "bad");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_log_reads_xferlog_from_both_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_reads_vsftpds_own, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_log_reads_common_format_of_both_servers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_reads_w3c_by_its_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_reads_stats, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_says_bad_to_other_lines, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
