/* Tests of importers/vsftpd/settings.c and config.c: the options and their grammar. */
#include "old_root_fixture.h"

#include "importers/vsftpd/config.h"

/* ---- the table ---- */

static void
test_vsftpd_finds_each_option_by_its_name(void **state)
{
	(void)state;
	const struct vsftpd_build build = { .distribution = VSFTPD_UPSTREAM };
	for (enum vsftpd_setting setting = 1; setting < VSFTPD_SETTINGS; setting++) {
		const char *name = vsftpd_setting_name(setting);
		const struct vsftpd_option *option = vsftpd_option_anywhere(name);
		assert_non_null(option);
		assert_int_equal(option->setting, setting);
		assert_ptr_equal(vsftpd_option_find(&build, name), option->only ? NULL : option);
	}
	assert_null(vsftpd_option_anywhere("Local_enable"));
	assert_null(vsftpd_option_anywhere(""));
}

static void
test_vsftpd_options_are_those_of_the_build(void **state)
{
	(void)state;
	static const char program[] = "x\0ascii_download_enable\0local_enable";
	const struct vsftpd_build debian = { .distribution = VSFTPD_DEBIAN };
	const struct vsftpd_build red_hat = { .distribution = VSFTPD_RED_HAT };
	const struct vsftpd_build real = { .distribution = VSFTPD_RED_HAT,
		.program = { program, sizeof(program) } };
	assert_non_null(vsftpd_option_find(&debian, "upload_file"));
	assert_null(vsftpd_option_find(&red_hat, "upload_file"));
	assert_null(vsftpd_option_find(&debian, "userlist_log"));
	assert_non_null(vsftpd_option_find(&red_hat, "userlist_log"));
	assert_null(vsftpd_option_find(&real, "userlist_log"));
	assert_non_null(vsftpd_option_find(&real, "local_enable"));
	/* The end of another string is a string too. */
	assert_non_null(vsftpd_option_find(&real, "download_enable"));
	assert_null(vsftpd_option_find(&real, "local"));
}

static void
test_vsftpd_defaults_are_those_of_the_build(void **state)
{
	(void)state;
	struct vsftpd_settings settings;
	const struct vsftpd_build debian = { .distribution = VSFTPD_DEBIAN };
	const struct vsftpd_build red_hat = { .distribution = VSFTPD_RED_HAT };
	vsftpd_settings_init(&settings, &debian);
	assert_true(vsftpd_flag(&settings, VSFTPD_ANONYMOUS_ENABLE));
	assert_false(vsftpd_flag(&settings, VSFTPD_LOCAL_ENABLE));
	assert_false(vsftpd_flag(&settings, VSFTPD_LISTEN));
	assert_int_equal(vsftpd_number(&settings, VSFTPD_LOCAL_UMASK), 077);
	assert_int_equal(vsftpd_number(&settings, VSFTPD_FILE_OPEN_MODE), 0666);
	assert_string_equal(vsftpd_text(&settings, VSFTPD_PAM_SERVICE_NAME), "vsftpd");
	assert_string_equal(vsftpd_text(&settings, VSFTPD_USERLIST_FILE), "/etc/vsftpd.user_list");
	assert_string_equal(
		vsftpd_text(&settings, VSFTPD_SECURE_CHROOT_DIR), "/var/run/vsftpd/empty");
	assert_null(vsftpd_text(&settings, VSFTPD_LOCAL_ROOT));
	vsftpd_settings_init(&settings, &red_hat);
	assert_true(vsftpd_flag(&settings, VSFTPD_LISTEN));
	assert_string_equal(vsftpd_text(&settings, VSFTPD_PAM_SERVICE_NAME), "ftp");
	assert_string_equal(vsftpd_text(&settings, VSFTPD_USERLIST_FILE), "/etc/vsftpd/user_list");
	assert_string_equal(
		vsftpd_text(&settings, VSFTPD_CHROOT_LIST_FILE), "/etc/vsftpd/chroot_list");
}

static void
test_vsftpd_numbers_are_octal_behind_a_zero(void **state)
{
	(void)state;
	assert_int_equal(vsftpd_parse_number("022"), 022);
	assert_int_equal(vsftpd_parse_number("22"), 22);
	assert_int_equal(vsftpd_parse_number("0"), 0);
	assert_int_equal(vsftpd_parse_number("0278"), 027);
	assert_int_equal(vsftpd_parse_number(" 022"), 22);
	assert_int_equal(vsftpd_parse_number("12x"), 12);
	assert_int_equal(vsftpd_parse_number("abc"), 0);
	assert_int_equal(vsftpd_parse_number("-1"), (unsigned)-1);
	assert_int_equal(vsftpd_parse_number(""), 0);
}

/* ---- the grammar ---- */

struct reading {
	struct arena arena;
	struct diags said;
	struct vsftpd_settings settings;
	struct vsftpd_reader reader;
	bool whole;
};

static void
finish(struct reading *reading)
{
	arena_finish(&reading->arena);
}
#define AUTO_READING AUTO(finish)

static const struct vsftpd_build builds[] = {
	{ .distribution = VSFTPD_UPSTREAM },
	{ .distribution = VSFTPD_DEBIAN },
	{ .distribution = VSFTPD_RED_HAT },
};

static void
read_bytes(struct reading *reading, enum vsftpd_distribution distribution, struct bytes text)
{
	reading->said.arena = &reading->arena;
	vsftpd_settings_init(&reading->settings, &builds[distribution]);
	reading->reader.arena = &reading->arena;
	reading->reader.settings = &reading->settings;
	reading->reader.said = &reading->said;
	reading->whole = vsftpd_read_text(&reading->reader, text, "conf");
}

/* "LINE: why" of what ended it, then "LINE CODE: message" of what was said. */
static const char *
outcome(struct reading *reading)
{
	AUTO_BUFFER struct buffer text = { 0 };
	assert_int_equal(reading->whole, reading->reader.fault.why == NULL);
	if (!reading->whole)
		buffer_printf(&text, "%u: %s\n", reading->reader.fault.where.line,
			reading->reader.fault.why);
	ARRAY_FOREACH (diag, &reading->said)
		buffer_printf(&text, "%u %s: %s\n", diag->place.line, diag->code, diag->message);
	return arena_strdup(&reading->arena, buffer_text(&text));
}

static void
assert_outcome_of(enum vsftpd_distribution distribution, const char *text, const char *expected)
{
	AUTO_READING struct reading reading = { 0 };
	read_bytes(&reading, distribution, (struct bytes){ text, strlen(text) });
	assert_string_equal(outcome(&reading), expected);
}
#define assert_outcome(text, expected) assert_outcome_of(VSFTPD_DEBIAN, text, expected)

static void
test_vsftpd_grammar_is_exact(void **state)
{
	(void)state;
	assert_outcome("", "");
	assert_outcome("# x\n\n \t\v\f\r\n  local_enable=yes\nwrite_enable=0", "");
	assert_outcome(" # x\n", "1: a comment has to begin in the first column\n");
	assert_outcome("\n\nlocal_enable =YES\n",
		"3: a blank before '=' makes 'local_enable ' an unknown option\n");
	assert_outcome("local_enable= YES", "1: ' YES' is neither YES nor NO for 'local_enable'\n");
	assert_outcome("local_enable=YES\r\n",
		"1: 'YES' is neither YES nor NO for 'local_enable': the line ends with a carriage "
		"return\n");
	assert_outcome("local_enable=\n", "1: 'local_enable' has no value\n");
	assert_outcome("local_enable\n", "1: 'local_enable' has no value\n");
	assert_outcome("locl_enable=YES\n", "1: unknown option 'locl_enable'\n");
	assert_outcome("locl_enable=\n", "1: unknown option 'locl_enable'\n");
	assert_outcome("userlist_log=YES\n", "1: this vsftpd has no option 'userlist_log'\n");
	assert_outcome("=\n", "1: unknown option ''\n");
	assert_outcome("local_umask=x\nlocal_umask=022 # y\n", "");
}

static void
test_vsftpd_text_keeps_what_looks_like_a_comment(void **state)
{
	(void)state;
	AUTO_READING struct reading reading = { 0 };
	const char text[] = "local_root= /srv # web\r\nanon_root=/a#b\n";
	read_bytes(&reading, VSFTPD_DEBIAN, (struct bytes){ text, strlen(text) });
	assert_string_equal(vsftpd_text(&reading.settings, VSFTPD_LOCAL_ROOT), "/srv # web");
	assert_string_equal(vsftpd_text(&reading.settings, VSFTPD_ANON_ROOT), "/a#b");
	assert_string_equal(outcome(&reading),
		"1 vsftpd-comment-in-value: what looks like a comment is part of the value of "
		"'local_root'\n");
}

static void
test_vsftpd_blank_text_is_the_builds_affair(void **state)
{
	(void)state;
	assert_outcome_of(VSFTPD_DEBIAN, "local_root= \n",
		"1: 'local_root' has only blanks as its value, which crashes it\n");
	for (enum vsftpd_distribution i = VSFTPD_UPSTREAM; i <= VSFTPD_RED_HAT; i++) {
		AUTO_READING struct reading reading = { 0 };
		const char text[] = "anon_root= /x \r\nlocal_root=/y\nlocal_root=\n";
		read_bytes(&reading, i, (struct bytes){ text, strlen(text) });
		assert_string_equal(vsftpd_text(&reading.settings, VSFTPD_ANON_ROOT),
			i == VSFTPD_UPSTREAM ? " /x \r" : "/x");
		assert_null(vsftpd_text(&reading.settings, VSFTPD_LOCAL_ROOT));
	}
	assert_outcome_of(VSFTPD_RED_HAT, "local_root= \n", "");
}

static void
test_vsftpd_last_line_wins_and_is_remembered(void **state)
{
	(void)state;
	AUTO_READING struct reading reading = { 0 };
	const char text[] = "local_umask=022\nwrite_enable=YES\nlocal_umask=027\nwrite_enable=no\n";
	read_bytes(&reading, VSFTPD_DEBIAN, (struct bytes){ text, strlen(text) });
	assert_true(reading.whole);
	assert_int_equal(vsftpd_number(&reading.settings, VSFTPD_LOCAL_UMASK), 027);
	assert_int_equal(vsftpd_where(&reading.settings, VSFTPD_LOCAL_UMASK).line, 3);
	assert_string_equal(vsftpd_where(&reading.settings, VSFTPD_LOCAL_UMASK).file, "conf");
	assert_false(vsftpd_flag(&reading.settings, VSFTPD_WRITE_ENABLE));
	assert_null(vsftpd_where(&reading.settings, VSFTPD_ANON_UMASK).file);
}

static void
test_vsftpd_nul_ends_a_line(void **state)
{
	(void)state;
	AUTO_READING struct reading reading = { 0 };
	const char text[] = "local_umask=022\0junk\nlocal_root=/a\0b\n#\0\n\0\n";
	read_bytes(&reading, VSFTPD_DEBIAN, (struct bytes){ text, sizeof(text) - 1 });
	assert_string_equal(outcome(&reading), "4: unknown option ''\n");
	assert_int_equal(vsftpd_number(&reading.settings, VSFTPD_LOCAL_UMASK), 022);
	assert_string_equal(vsftpd_text(&reading.settings, VSFTPD_LOCAL_ROOT), "/a");
}

static void
test_vsftpd_lenient_reading_says_what_it_mended(void **state)
{
	(void)state;
	AUTO_READING struct reading reading = { .reader.lenient = true };
	const char text[] = " # x\nlocal_enable = \"YES\" # y\nwrite_enable=on\r\nno_such=1\n"
			    "chroot_local_user=maybe\nlocal_umask =\nlocal_root= \n";
	read_bytes(&reading, VSFTPD_DEBIAN, (struct bytes){ text, strlen(text) });
	assert_string_equal(outcome(&reading),
		"1 vsftpd-mended: vsftpd stopped here: a comment has to begin in the first column; "
		"skipped\n"
		"2 vsftpd-mended: vsftpd stopped here: a blank before '='; read as it was meant\n"
		"2 vsftpd-mended: vsftpd stopped here: the value is not exactly YES or NO; read as "
		"it was meant\n"
		"3 vsftpd-mended: vsftpd stopped here: the value is not exactly YES or NO; read as "
		"it was meant\n"
		"4 vsftpd-mended: vsftpd stopped here: unknown option 'no_such'; skipped\n"
		"5 vsftpd-mended: vsftpd stopped here: 'maybe' is neither YES nor NO for "
		"'chroot_local_user'; skipped\n"
		"6 vsftpd-mended: vsftpd stopped here: a blank before '='; read as it was meant\n"
		"6 vsftpd-mended: vsftpd stopped here: 'local_umask' has no value; skipped\n"
		"7 vsftpd-mended: vsftpd stopped here: 'local_root' has only blanks as its value, "
		"which crashes it; skipped\n");
	assert_true(vsftpd_flag(&reading.settings, VSFTPD_LOCAL_ENABLE));
	assert_true(vsftpd_flag(&reading.settings, VSFTPD_WRITE_ENABLE));
	assert_false(vsftpd_flag(&reading.settings, VSFTPD_CHROOT_LOCAL_USER));
}

static void
test_vsftpd_own_file_cannot_change_the_server(void **state)
{
	(void)state;
	AUTO_READING struct reading reading = { .reader.own_file = true };
	const char text[] = "chroot_local_user=YES\nlocal_umask=022\n";
	read_bytes(&reading, VSFTPD_DEBIAN, (struct bytes){ text, strlen(text) });
	assert_string_equal(outcome(&reading),
		"1 vsftpd-no-effect: 'chroot_local_user' has no effect in a user's own file\n");
	assert_false(vsftpd_flag(&reading.settings, VSFTPD_CHROOT_LOCAL_USER));
	assert_int_equal(vsftpd_number(&reading.settings, VSFTPD_LOCAL_UMASK), 022);
}

/* ---- files ---- */

static const char *
read_file(struct fixture *f, const char *path)
{
	struct vsftpd_settings settings;
	struct vsftpd_reader reader = {
		.root = f->root, .arena = &f->arena, .settings = &settings, .said = &f->diags
	};
	vsftpd_settings_init(&settings, &builds[VSFTPD_DEBIAN]);
	bool whole = vsftpd_read_config(&reader, path);
	assert_int_equal(whole, reader.fault.why == NULL);
	return whole ? ""
		     : arena_printf(&f->arena, "%s: %s", reader.fault.where.file, reader.fault.why);
}

static void
test_vsftpd_file_has_to_be_roots_and_regular(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/good", "local_enable=YES\n");
	make_file(f, "/etc/theirs", "local_enable=YES\n");
	make_dir(f, "/etc/folder");
	assert_int_equal(mkfifo(real(f, "/etc/fifo"), 0644), 0);
	make_link(f, "/etc/out", "../../../../../../etc/good");
	open_root(f, f->path);
	assert_string_equal(read_file(f, "/etc/none"), "/etc/none: does not exist");
	assert_string_equal(
		read_file(f, "/etc/folder"), "/etc/folder: is of another type than expected");
	assert_string_equal(
		read_file(f, "/etc/fifo"), "/etc/fifo: is of another type than expected");
	if (geteuid() != 0)
		return;
	assert_string_equal(read_file(f, "/etc/good"), "");
	assert_string_equal(read_file(f, "/etc/out"), "");
	assert_int_equal(chown(real(f, "/etc/theirs"), 2001, 0), 0);
	assert_string_equal(
		read_file(f, "/etc/theirs"), "/etc/theirs: belongs to uid 2001 instead of root");
}

static void
test_vsftpd_file_is_cut_off_at_its_limit(void **state)
{
	struct fixture *f = *state;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_char(&text, '#');
	while (text.size < VSFTPD_FILE_LIMIT - strlen("\nlocal_enable=YE"))
		buffer_add_char(&text, 'x');
	buffer_add_text(&text, "\nlocal_enable=YES\n");
	make_file(f, "/etc/vsftpd.conf", buffer_text(&text));
	open_root(f, f->path);
	if (geteuid() == 0)
		assert_string_equal(read_file(f, "/etc/vsftpd.conf"),
			"/etc/vsftpd.conf: 'YE' is neither YES nor NO for 'local_enable'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vsftpd_finds_each_option_by_its_name),
		cmocka_unit_test(test_vsftpd_options_are_those_of_the_build),
		cmocka_unit_test(test_vsftpd_defaults_are_those_of_the_build),
		cmocka_unit_test(test_vsftpd_numbers_are_octal_behind_a_zero),
		cmocka_unit_test(test_vsftpd_grammar_is_exact),
		cmocka_unit_test(test_vsftpd_text_keeps_what_looks_like_a_comment),
		cmocka_unit_test(test_vsftpd_blank_text_is_the_builds_affair),
		cmocka_unit_test(test_vsftpd_last_line_wins_and_is_remembered),
		cmocka_unit_test(test_vsftpd_nul_ends_a_line),
		cmocka_unit_test(test_vsftpd_lenient_reading_says_what_it_mended),
		cmocka_unit_test(test_vsftpd_own_file_cannot_change_the_server),
		root_test(test_vsftpd_file_has_to_be_roots_and_regular),
		root_test(test_vsftpd_file_is_cut_off_at_its_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
