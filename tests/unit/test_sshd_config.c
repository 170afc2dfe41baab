/*
 * test_sshd_config.c - sshd's files are split, included and ordered as sshd itself does it, and
 * every directive knows where it stands.
 */
#include "host_fixture.h"

#include "core/plan/sshd_internal.h"

/* ---- lines ---- */

/* "keyword|word|word", or "" for a line that says nothing. */
static const char *
split(struct arena *arena, const char *line)
{
	const char *keyword;
	struct string_list words = { 0 };
	if (!sshd_line_split((struct bytes){ line, strlen(line) }, arena, &keyword, &words))
		return "";
	const char *text = keyword;
	ARRAY_FOREACH (word, &words)
		text = arena_printf(arena, "%s|%s", text, *word);
	return text;
}

static const struct split_case {
	const char *line, *expected;
} split_cases[] = {
	{ "", "" },
	{ "   \t ", "" },
	{ "# comment", "" },
	{ "  #comment", "" },
	{ "UsePAM yes", "usepam|yes" },
	{ "\t UsePAM\t yes \r", "usepam|yes" },
	{ "USEPAM yes", "usepam|yes" },
	{ "UsePAM=yes", "usepam|yes" },
	{ "UsePAM = yes", "usepam|yes" },
	{ "UsePAM =yes", "usepam|yes" },
	{ "UsePAM= yes", "usepam|yes" },
	{ "UsePAM==yes", "usepam|=yes" },
	{ "\"UsePAM\" yes", "usepam|yes" },
	{ "\"UsePAM yes", "" },
	{ "UsePAM", "usepam" },
	{ "UsePAM # off", "usepam" },
	{ "UsePAM yes # sure", "usepam|yes" },
	{ "UsePAM yes#sure", "usepam|yes#sure" },
	{ "AllowUsers a  b\tc", "allowusers|a|b|c" },
	{ "AllowUsers \"a b\" c", "allowusers|a b|c" },
	{ "AllowUsers 'a b'c", "allowusers|a bc" },
	{ "AllowUsers a\"b c\"d", "allowusers|ab cd" },
	{ "AllowUsers \"a # b\"", "allowusers|a # b" },
	{ "AllowUsers \"it's\"", "allowusers|it's" },
	{ "AllowUsers a\\ b", "allowusers|a b" },
	{ "AllowUsers \"a\\ b\"", "allowusers|a\\ b" },
	{ "AllowUsers a\\\\b\\\"c\\'d\\e", "allowusers|a\\b\"c'd\\e" },
	{ "AllowUsers \"\" b", "allowusers||b" },
	{ "AllowUsers \"open end", "allowusers|open end" },
	{ "ForceCommand internal-sftp -d /in", "forcecommand|internal-sftp|-d|/in" },
	{ "Match User=a Group b", "match|User=a|Group|b" },
};

static void
test_line_is_split_as_sshd_splits_it(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(split_cases); i++)
		assert_string_equal(split(&f->arena, split_cases[i].line), split_cases[i].expected);
}

static void
test_nul_ends_a_line(void **state)
{
	struct fixture *f = *state;
	const char *keyword;
	struct string_list words = { 0 };
	assert_true(sshd_line_split(
		(struct bytes){ "UsePAM yes\0no", 13 }, &f->arena, &keyword, &words));
	assert_string_equal(keyword, "usepam");
	assert_int_equal(words.count, 1);
	assert_string_equal(words.items[0], "yes");
	assert_false(sshd_line_split((struct bytes){ 0 }, &f->arena, &keyword, &words));
}

/* ---- patterns ---- */

static void
test_pattern_knows_stars_and_question_marks_only(void **state)
{
	(void)state;
	assert_true(sshd_pattern_match("sftponly", "sftponly"));
	assert_true(sshd_pattern_match("sftponly", "*"));
	assert_true(sshd_pattern_match("sftponly", "s*o*y"));
	assert_true(sshd_pattern_match("sftponly", "sftp????"));
	assert_true(sshd_pattern_match("", "*"));
	assert_true(sshd_pattern_match("[a]", "[a]"));
	assert_true(sshd_pattern_match("aaab", "*a*a*b"));
	assert_false(sshd_pattern_match("a", "[a]"));
	assert_false(sshd_pattern_match("sftponly", "sftp???"));
	assert_false(sshd_pattern_match("sftponly", "sftp"));
	assert_false(sshd_pattern_match("", "?"));
	assert_false(sshd_pattern_match("SFTPonly", "sftponly"));
}

static void
test_pattern_list_is_decided_by_a_negated_match(void **state)
{
	(void)state;
	assert_int_equal(sshd_pattern_list_match("b", "a,b,c"), 1);
	assert_int_equal(sshd_pattern_list_match("d", "a,b,c"), 0);
	assert_int_equal(sshd_pattern_list_match("b", "*,!b"), -1);
	assert_int_equal(sshd_pattern_list_match("b", "!b,*"), -1);
	assert_int_equal(sshd_pattern_list_match("a", "!b,*"), 1);
	assert_int_equal(sshd_pattern_list_match("a", "!b"), 0);
	assert_int_equal(sshd_pattern_list_match("a", ""), 0);
}

/* ---- files ---- */

static void
make_dirs(struct fixture *f)
{
	make_dir(f, "/etc");
	make_dir(f, "/etc/ssh");
	make_dir(f, "/etc/ssh/sshd_config.d");
}

#define CONFIG "/etc/ssh/sshd_config"

static struct sshd_config
read_config(struct fixture *f)
{
	struct sshd_config config;
	assert_ok(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags));
	return config;
}

/* One line a directive: "FILE:LINE:DEPTH [MATCH] keyword|word|word". */
static const char *
listing(struct fixture *f, const struct sshd_config *config)
{
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (directive, &config->directives) {
		buffer_printf(&text, "%s:%u:%u ", strrchr(directive->place.file, '/') + 1,
			directive->place.line, directive->depth);
		if (directive->match)
			buffer_printf(&text, "[%s] ", directive->match);
		buffer_add_text(&text, directive->keyword);
		ARRAY_FOREACH (word, &directive->arguments)
			buffer_printf(&text, "|%s", *word);
		buffer_add_char(&text, '\n');
	}
	return arena_strdup(&f->arena, buffer_text(&text));
}

static void
test_missing_file_is_said_and_no_error(void **state)
{
	struct fixture *f = *state;
	struct sshd_config config = read_config(f);
	assert_false(config.exists);
	assert_string_equal(config.path, CONFIG);
	assert_int_equal(config.directives.count, 0);
}

static void
test_directives_stand_under_the_last_match(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_file(f, CONFIG,
		"Port 22\n\nMatch User anna Address 10.*\n  X11Forwarding no\n# x\n"
		"match group=\"a b\",c\nPermitTTY no\nMatch all\nUsePAM yes");
	struct sshd_config config = read_config(f);
	assert_true(config.exists);
	assert_string_equal(listing(f, &config),
		"sshd_config:1:0 port|22\n"
		"sshd_config:3:0 [User anna Address 10.*] match|User|anna|Address|10.*\n"
		"sshd_config:4:0 [User anna Address 10.*] x11forwarding|no\n"
		"sshd_config:6:0 [group a b,c] match|group=a b,c\n"
		"sshd_config:7:0 [group a b,c] permittty|no\n"
		"sshd_config:8:0 [all] match|all\n"
		"sshd_config:9:0 [all] usepam|yes\n");
	assert_int_equal(config.directives.items[3].criteria->count, 2);
	assert_string_equal(config.directives.items[3].criteria->items[1], "a b,c");
}

static void
test_includes_stand_in_place_in_byte_order(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_file(f, CONFIG, "Include sshd_config.d/*.conf /etc/ssh//none /etc/ssh/./x\nPort 1\n");
	make_file(f, "/etc/ssh/sshd_config.d/b.conf", "Port 4\n");
	make_file(f, "/etc/ssh/sshd_config.d/B.conf", "Port 3\n");
	make_file(f, "/etc/ssh/sshd_config.d/10.conf", "Port 2\n");
	make_file(f, "/etc/ssh/sshd_config.d/.hidden.conf", "Port 9\n");
	make_file(f, "/etc/ssh/sshd_config.d/other", "Port 9\n");
	make_dir(f, "/etc/ssh/sshd_config.d/dir.conf");
	make_file(f, "/etc/ssh/x", "Port 5\n");
	struct sshd_config config = read_config(f);
	assert_string_equal(listing(f, &config),
		"sshd_config:1:0 include|/etc/ssh/sshd_config.d/*.conf\n"
		"10.conf:1:1 port|2\n"
		"B.conf:1:1 port|3\n"
		"b.conf:1:1 port|4\n"
		"sshd_config:1:0 include|/etc/ssh/none\n"
		"sshd_config:1:0 include|/etc/ssh/x\n"
		"x:1:1 port|5\n"
		"sshd_config:2:0 port|1\n");
	assert_string_equal(
		config.directives.items[1].place.file, "/etc/ssh/sshd_config.d/10.conf");
}

static void
test_match_does_not_leak_out_of_an_included_file(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_file(f, CONFIG, "Include a\nPort 1\nMatch Group g\nInclude a\nPermitTTY no\n");
	make_file(f, "/etc/ssh/a", "Banner x\nMatch User u\nPermitTunnel no\n");
	struct sshd_config config = read_config(f);
	assert_string_equal(listing(f, &config),
		"sshd_config:1:0 include|/etc/ssh/a\n"
		"a:1:1 banner|x\n"
		"a:2:1 [User u] match|User|u\n"
		"a:3:1 [User u] permittunnel|no\n"
		"sshd_config:2:0 port|1\n"
		"sshd_config:3:0 [Group g] match|Group|g\n"
		"sshd_config:4:0 [Group g] include|/etc/ssh/a\n"
		"a:1:1 [Group g] banner|x\n"
		"a:2:1 [Group g User u] match|User|u\n"
		"a:3:1 [Group g User u] permittunnel|no\n"
		"sshd_config:5:0 [Group g] permittty|no\n");
}

static void
test_globs_may_name_directories_and_classes(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_dir(f, "/etc/ssh/a");
	make_dir(f, "/etc/ssh/a-b");
	make_file(f, CONFIG, "Include a*/[xy]? */missing/*\n");
	make_file(f, "/etc/ssh/a/y1", "Port 3\n");
	make_file(f, "/etc/ssh/a/z1", "Port 9\n");
	make_file(f, "/etc/ssh/a-b/x1", "Port 2\n");
	struct sshd_config config = read_config(f);
	/* glob(3) sorts whole paths: '-' comes before '/'. */
	assert_string_equal(listing(f, &config),
		"sshd_config:1:0 include|/etc/ssh/a*/[xy]?\n"
		"x1:1:1 port|2\n"
		"y1:1:1 port|3\n"
		"sshd_config:1:0 include|/etc/ssh/*/missing/*\n");
}

static void
test_included_links_are_followed_below_the_root(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_file(f, CONFIG, "Include sshd_config.d/*\n");
	make_file(f, "/etc/real", "Port 2\n");
	assert_int_equal(symlink("../../real", real(f, "/etc/ssh/sshd_config.d/1")), 0);
	assert_int_equal(symlink("/etc/real", real(f, "/etc/ssh/sshd_config.d/2")), 0);
	assert_int_equal(symlink("nowhere", real(f, "/etc/ssh/sshd_config.d/3")), 0);
	struct sshd_config config = read_config(f);
	assert_string_equal(listing(f, &config),
		"sshd_config:1:0 include|/etc/ssh/sshd_config.d/*\n"
		"1:1:1 port|2\n"
		"2:1:1 port|2\n");
}

static void
test_circular_links_are_an_error(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	struct sshd_config config;
	assert_int_equal(symlink("sshd_config", real(f, CONFIG)), 0);
	assert_refused(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags),
		CONFIG ": too many symbolic links");
}

static void
test_fifo_is_refused_without_blocking(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	struct sshd_config config;
	make_file(f, CONFIG, "Include fifo\n");
	assert_int_equal(mkfifo(real(f, "/etc/ssh/fifo"), 0600), 0);
	assert_refused(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags),
		"/etc/ssh/fifo: is a FIFO, socket or device, expected a regular file");
}

static void
test_file_that_includes_itself_ends_at_the_nesting_limit(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	make_file(f, CONFIG, "Include sshd_config\nPort 1\n");
	struct sshd_config config = read_config(f);
	assert_int_equal(config.directives.count, 2 * 17);
	assert_int_equal(config.directives.items[16].depth, 16);
	assert_string_equal(config.directives.items[17].keyword, "port");
}

static void
test_file_that_includes_itself_twice_is_an_error(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	struct sshd_config config;
	make_file(f, CONFIG, "Include sshd_config sshd_config\n");
	assert_refused(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags),
		CONFIG ": more than 512 files are included, perhaps one by itself");
}

/* ---- what depends on the login ---- */

static bool
depends(struct fixture *f, const char *content)
{
	make_file(f, CONFIG, content);
	struct sshd_config config = read_config(f);
	return sshd_config_depends_on_user(&config);
}

static void
test_only_group_and_all_do_not_depend_on_the_login(void **state)
{
	struct fixture *f = *state;
	make_dirs(f);
	assert_false(depends(f, "Port 22\n"));
	assert_false(depends(f, "Match all\nMatch Group user\n"));
	assert_false(depends(f, "Match Group a Address *,!10.0.0.0/8\n"));
	assert_true(depends(f, "Match User a\n"));
	assert_true(depends(f, "Match Group a USER b\n"));
	assert_true(depends(f, "Match group=a user=b\n"));
	assert_true(depends(f, "Match LocalAddress 127.0.0.1\n"));
	assert_true(depends(f, "Match exec /bin/true\n"));
}

/* ---- the drop-in ---- */

static void
test_dropin_has_the_promised_text(void **state)
{
	struct fixture *f = *state;
	struct sshd_dropin dropin = { .group = "sftponly", .keys_dir = "/etc/ssh/rehome_keys" };
	const char *lines =
		"# Managed by rehome; do not edit: the next run writes it again.\n"
		"# Members of the group are jailed in their home directories and may use SFTP "
		"only.\n"
		"Match Group sftponly\n"
		"\tChrootDirectory %h\n"
		"\tForceCommand internal-sftp\n"
		"\tDisableForwarding yes\n"
		"\tX11Forwarding no\n"
		"\tAllowTcpForwarding no\n"
		"\tAllowAgentForwarding no\n"
		"\tAllowStreamLocalForwarding no\n"
		"\tPermitTunnel no\n"
		"\tPermitTTY no\n"
		"\tPermitUserRC no\n";
	const char *ends = "\tKbdInteractiveAuthentication no\n"
			   "\tAuthorizedKeysFile /etc/ssh/rehome_keys/%u .ssh/authorized_keys\n";
	assert_string_equal(
		sshd_dropin_text(&dropin, &f->arena), arena_printf(&f->arena, "%s%s", lines, ends));
	dropin.passwords = true;
	assert_string_equal(sshd_dropin_text(&dropin, &f->arena),
		arena_printf(&f->arena, "%s\tPasswordAuthentication yes\n%s", lines, ends));
}

static struct sshd_profile
profile(struct fixture *f, const char *group, const char *text)
{
	struct sshd_profile profile = { .group = group };
	assert_true(profile_parse(text, &f->arena, &profile.profile));
	return profile;
}

/* The lines of a text without those that begin with a tab and are in each jail. */
static const char *
without_rules(struct fixture *f, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	char *lines = arena_strdup(&f->arena, text), *line;
	while ((line = strsep(&lines, "\n"))) {
		if (*line == 'M' || strncmp(line, "# P", 3) == 0 || strstr(line, "ForceCommand") ||
			strstr(line, "DenyGroups"))
			buffer_printf(&out, "%s\n", line);
	}
	return arena_strdup(&f->arena, buffer_text(&out));
}

static void
test_dropin_has_profiles_in_front_of_the_general_block(void **state)
{
	struct fixture *f = *state;
	struct sshd_dropin dropin = { .group = "jailed", .keys_dir = "/etc/ssh/rehome_keys" };
	ARRAY_PUSH(&f->arena, &dropin.profiles,
		profile(f, "jailed-u002", "umask=002 start=a%b log=INFO"));
	ARRAY_PUSH(&f->arena, &dropin.profiles,
		profile(f, "jailed-ro", "read-only from=10.0.0.0/8,::1,!10.1.0.0/16,!10.2.0.1"));
	ARRAY_PUSH(&f->arena, &dropin.profiles, profile(f, "jailed-x", "from=*,!10.0.0.0/8"));
	const char *text = sshd_dropin_text(&dropin, &f->arena);
	assert_string_equal(without_rules(f, text),
		"# Profile jailed-ro: read-only from=10.0.0.0/8,::1,!10.1.0.0/16,!10.2.0.1\n"
		"Match Group jailed-ro Address *,!10.0.0.0/8,!::1\n"
		"\tDenyGroups jailed-ro\n"
		"Match Group jailed-ro Address 10.1.0.0/16,10.2.0.1\n"
		"\tDenyGroups jailed-ro\n"
		"Match Group jailed-ro\n"
		"\tForceCommand internal-sftp -R\n"
		"# Profile jailed-u002: umask=002 start=a%b log=INFO\n"
		"Match Group jailed-u002\n"
		"\tForceCommand internal-sftp -u 002 -d /a%%b -l INFO\n"
		"# Profile jailed-x: from=*,!10.0.0.0/8\n"
		"Match Group jailed-x Address 10.0.0.0/8\n"
		"\tDenyGroups jailed-x\n"
		"Match Group jailed-x\n"
		"\tForceCommand internal-sftp\n"
		"Match Group jailed\n"
		"\tForceCommand internal-sftp\n");
	/* Whoever is in the group of a profile only is jailed all the same. */
	const char *rules = "\tChrootDirectory %h\n";
	int jails = 0;
	for (const char *found = text; (found = strstr(found, rules)); found++)
		jails++;
	assert_int_equal(jails, 4);
}

static void
test_dropin_is_read_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct sshd_dropin dropin = { .group = "jailed", .keys_dir = "/k", .passwords = true };
	bool intact;
	ARRAY_PUSH(&f->arena, &dropin.profiles,
		profile(f, "jailed-ro", "read-only start=www from=10.0.0.0/8,!10.1.0.0/16"));
	const char *text = sshd_dropin_text(&dropin, &f->arena);
	assert_true(sshd_dropin_is_ours(text));
	struct sshd_dropin read = sshd_dropin_read(text, &f->arena, &intact);
	assert_true(intact);
	assert_string_equal(read.group, "jailed");
	assert_string_equal(read.keys_dir, "/k");
	assert_true(read.passwords);
	assert_int_equal(read.profiles.count, 1);
	const struct sshd_profile *found = sshd_dropin_profile(&read, "jailed-ro");
	assert_string_equal(profile_text(&found->profile, &f->arena),
		"read-only start=www from=10.0.0.0/8,!10.1.0.0/16");
	assert_null(sshd_dropin_profile(&read, "jailed"));
}

static void
test_dropin_that_was_edited_is_not_intact(void **state)
{
	struct fixture *f = *state;
	struct sshd_dropin dropin = { .group = "jailed", .keys_dir = "/k" };
	bool intact;
	ARRAY_PUSH(&f->arena, &dropin.profiles, profile(f, "jailed-ro", "read-only"));
	static const char *const edits[][2] = { { " -R", "" },
		{ "X11Forwarding no", "X11Forwarding yes" },
		{ "# Profile jailed-ro: read-only", "# Profile jailed-ro: umask=027" },
		{ "# Profile jailed-ro: read-only\n", "" }, { "DisableForwarding yes\n", "" } };
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		const char *text = sshd_dropin_text(&dropin, &f->arena);
		const char *at = strstr(text, edits[i][0]);
		assert_non_null(at);
		text = arena_printf(&f->arena, "%.*s%s%s", (int)(at - text), text, edits[i][1],
			at + strlen(edits[i][0]));
		struct sshd_dropin read = sshd_dropin_read(text, &f->arena, &intact);
		assert_false(intact);
		assert_true(sshd_dropin_is_ours(text));
		assert_string_equal(read.group, "jailed");
		assert_string_equal(read.keys_dir, "/k");
	}
	struct sshd_dropin nothing = sshd_dropin_read("", &f->arena, &intact);
	assert_false(intact || sshd_dropin_is_ours("Match User karl\n"));
	assert_string_equal(nothing.group, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_line_is_split_as_sshd_splits_it),
		host_test(test_nul_ends_a_line),
		host_test(test_pattern_knows_stars_and_question_marks_only),
		host_test(test_pattern_list_is_decided_by_a_negated_match),
		host_test(test_missing_file_is_said_and_no_error),
		host_test(test_directives_stand_under_the_last_match),
		host_test(test_includes_stand_in_place_in_byte_order),
		host_test(test_match_does_not_leak_out_of_an_included_file),
		host_test(test_globs_may_name_directories_and_classes),
		host_test(test_included_links_are_followed_below_the_root),
		host_test(test_circular_links_are_an_error),
		host_test(test_fifo_is_refused_without_blocking),
		host_test(test_file_that_includes_itself_ends_at_the_nesting_limit),
		host_test(test_file_that_includes_itself_twice_is_an_error),
		host_test(test_only_group_and_all_do_not_depend_on_the_login),
		host_test(test_dropin_has_the_promised_text),
		host_test(test_dropin_has_profiles_in_front_of_the_general_block),
		host_test(test_dropin_is_read_as_it_was_written),
		host_test(test_dropin_that_was_edited_is_not_intact),
	};
	return cmocka_run_group_tests_name("sshd_config", tests, NULL, NULL);
}
