/*
 * test_pure_start.c - how an old machine started Pure-FTPd, and what its command line then says.
 */
#include "importers/pureftpd/start.h"
#include "tests/unit/old_root_fixture.h"

/* "name: argument argument @FILE:LINE ..." or what kept the daemon from starting. */
static void
assert_start(struct fixture *f, const struct pure_wanted *wanted, const char *expected)
{
	struct pure_start start;
	AUTO_BUFFER struct buffer text = { 0 };
	if (!f->root)
		open_root(f, f->path);
	assert_true(pure_start_find(f->root, wanted, &start, &f->diags));
	buffer_printf(&text, "%s:", start.name);
	ARRAY_FOREACH (argument, &start.arguments)
		buffer_printf(&text, " %s", argument->text);
	if (start.arguments.count) {
		struct place where = start.arguments.items[start.arguments.count - 1].where;
		buffer_printf(&text, " @%s:%u", where.file, where.line);
	}
	if (start.fault)
		buffer_printf(&text, " fault %s:%u: %s", start.fault_at.file, start.fault_at.line,
			start.fault);
	ARRAY_FOREACH (note, &start.notes)
		buffer_printf(&text, " (%s)", note->code);
	assert_string_equal(buffer_text(&text), expected);
}

static const struct pure_wanted nothing_named;

static void
make_wrapper(struct fixture *f)
{
	make_file(f, "/etc/default/pure-ftpd-common", "STANDALONE_OR_INETD=standalone\n");
	make_file(f, "/etc/pure-ftpd/conf/PAMAuthentication", "yes\n");
	make_link(f, "/etc/pure-ftpd/auth/70pam", "../conf/PAMAuthentication");
}

static void
test_wrapper_takes_the_first_line_that_yields_an_option(void **state)
{
	struct fixture *f = *state;
	make_wrapper(f);
	make_file(f, "/etc/pure-ftpd/conf/MinUID", "# people\n\n  0500\n9x\n");
	make_file(f, "/etc/pure-ftpd/conf/NoAnonymous", "no\n0\nOFF\n yes \nrubbish\n");
	make_file(f, "/etc/pure-ftpd/conf/Umask", "117 007\n");
	make_file(f, "/etc/pure-ftpd/conf/FSCharset", "anything at all\n");
	assert_start(f, &nothing_named,
		"pure-ftpd: -l pam -u 500 -E -U 117:007 @/etc/pure-ftpd/conf/Umask:1");
}

static void
test_wrapper_passes_over_names_that_are_no_words(void **state)
{
	struct fixture *f = *state;
	make_wrapper(f);
	make_file(f, "/etc/pure-ftpd/conf/MinUID.dpkg-old", "x\n");
	make_file(f, "/etc/pure-ftpd/conf/MinUID~", "x\n");
	make_file(f, "/etc/pure-ftpd/conf/A", "x\n");
	make_file(f, "/etc/pure-ftpd/conf/1A", "x\n");
	make_file(f, "/etc/pure-ftpd/auth/10file", "yes\n");
	make_link(f, "/etc/pure-ftpd/auth/20gone", "../conf/UnixAuthentication");
	assert_start(
		f, &nothing_named, "pure-ftpd: -l pam @/etc/pure-ftpd/conf/PAMAuthentication:1");
}

static void
test_wrapper_does_not_start_what_it_does_not_understand(void **state)
{
	struct fixture *f = *state;
	make_wrapper(f);
	make_file(f, "/etc/pure-ftpd/conf/ChrootEverybody", "yes\n");
	make_file(f, "/etc/pure-ftpd/conf/MinUID", "1000 # people\n");
	assert_start(f, &nothing_named,
		"pure-ftpd: -l pam @/etc/pure-ftpd/conf/PAMAuthentication:1 "
		"fault /etc/pure-ftpd/conf/ChrootEverybody:0: there is no such setting");
}

static void
test_wrapper_links_in_the_order_of_their_names(void **state)
{
	struct fixture *f = *state;
	make_wrapper(f);
	make_file(f, "/srv/users.pdb", "");
	make_file(f, "/etc/pure-ftpd/conf/PureDB", "/srv/users.pdb\n");
	make_link(f, "/etc/pure-ftpd/auth/50pure", "/etc/pure-ftpd/conf/PureDB");
	assert_start(f, &nothing_named,
		"pure-ftpd: -l puredb:/srv/users.pdb -l pam "
		"@/etc/pure-ftpd/conf/PAMAuthentication:1");
}

static void
test_wrapper_knows_when_order_is_the_disks(void **state)
{
	struct fixture *f = *state;
	struct pure_start start;
	make_wrapper(f);
	make_file(f, "/etc/pure-ftpd/conf/ChrootEveryone", "yes\n");
	make_file(f, "/etc/pure-ftpd/conf/TrustedGID", "10\n");
	make_file(f, "/etc/pure-ftpd/conf/NoAnonymous", "yes\n");
	open_root(f, f->path);
	assert_true(pure_start_find(f->root, &nothing_named, &start, &f->diags));
	assert_true(start.jail_undecided);
	assert_false(start.anonymous_undecided);
}

static void
test_init_script_leaves_the_daemon_to_inetd(void **state)
{
	struct fixture *f = *state;
	make_wrapper(f);
	make_file(f, "/etc/default/pure-ftpd-common",
		"# STANDALONE_OR_INETD=standalone\nSTANDALONE_OR_INETD=\"inetd\"\n"
		"VIRTUALCHROOT=true\n");
	assert_start(f, &nothing_named,
		"pure-ftpd: -l pam @/etc/pure-ftpd/conf/PAMAuthentication:1 "
		"(server-not-started) (virtual-chroot)");
}

static void
assert_conf(struct fixture *f, const char *content, const char *expected)
{
	const struct pure_wanted wanted = { .config = "/etc/p.conf" };
	make_file(f, "/etc/p.conf", content);
	assert_start(f, &wanted, expected);
}

static void
test_conf_file_has_options(void **state)
{
	struct fixture *f = *state;
	assert_conf(f,
		"# x\n\n  chrooteveryone = YES\nMinUID:100\nUmask\t133:022\n"
		"UserBandwidth 10 20\nAntiWarez no\nPureDB /srv/a b\n",
		"pure-ftpd: --chrooteveryone --minuid=100 --umask=133:022 --userbandwidth=10:20 "
		"--login=puredb:/srv/a b @/etc/p.conf:8");
}

static void
test_conf_file_refuses_what_does_not_fit(void **state)
{
	static const char *const lines[][2] = {
		{ "MinUID 100 # people", "'MinUID 100 # people' is not what MinUID takes" },
		{ "MinUID == 5", "'MinUID == 5' is not what MinUID takes" },
		{ "MinUID", "'MinUID' is not what MinUID takes" },
		{ "NoChmod yesterday", "'NoChmod yesterday' is not what NoChmod takes" },
		{ "Umask 133 022", "'Umask 133 022' is not what Umask takes" },
		{ "TLSLevel 1", "there is no such setting: 'TLSLevel 1'" },
		{ "PureDB /srv/b\303\274cher",
			"'PureDB /srv/b\303\274cher' is not what PureDB takes" },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_conf(f, arena_printf(&f->arena, "\n%s\nNoChmod yes\n", lines[i][0]),
			arena_printf(&f->arena, "pure-ftpd: fault /etc/p.conf:2: %s", lines[i][1]));
}

static void
test_conf_file_includes(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/more", "NoRename yes\n");
	assert_conf(f, "Include /etc/missing\nInclude /etc\nInclude /etc/more\nNoChmod yes\n",
		"pure-ftpd: --norename --nochmod @/etc/p.conf:4");
	assert_conf(f, "Include /etc/p.conf\n",
		"pure-ftpd: fault /etc/p.conf:1: too many files include each other");
}

static void
test_unit_runs_the_daemon_with_options(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/systemd/system/pure-ftpd.service",
		"[Service]\nExecStart=/usr/sbin/pure-ftpd -A -l pam\n");
	assert_start(
		f, &nothing_named, "pure-ftpd: -A -l pam @/etc/systemd/system/pure-ftpd.service:2");
}

static void
test_unit_runs_the_script_of_old_releases(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/p.conf",
		"ChrootEveryone   yes # all\n# MinUID 5\nMinUID 500\nUnknown thing\n"
		"pamauthentication YES\nPureDB /srv/x.pdb\n");
	make_file(f, "/etc/systemd/system/pure-ftpd.service",
		"[Service]\nExecStart=/usr/sbin/pure-config.pl /etc/p.conf --daemonize\n");
	assert_start(f, &nothing_named,
		"pure-ftpd: --daemonize -A -u500 -lpam -lpuredb:/srv/x.pdb @/etc/p.conf:6");
	make_file(f, "/etc/p.conf", "minuid 500\n");
	assert_start(f, &nothing_named,
		"pure-ftpd: --daemonize @/etc/systemd/system/pure-ftpd.service:2 "
		"fault /etc/p.conf:1: 'MinUID' is not written so, and became an empty argument");
}

static void
test_several_daemons_want_a_choice(void **state)
{
	struct fixture *f = *state;
	struct pure_start start;
	make_file(f, "/etc/systemd/system/pure-ftpd.service",
		"[Service]\nExecStart=/usr/sbin/pure-ftpd -A\n");
	make_file(f, "/etc/systemd/system/web.service",
		"[Service]\nExecStart=/usr/sbin/pure-ftpd -E\n");
	open_root(f, f->path);
	assert_false(pure_start_find(f->root, &nothing_named, &start, &f->diags));
	assert_string_equal(f->diags.items[0].message, "several Pure-FTPd daemons: pure-ftpd, web");
	const struct pure_wanted web = { .server = "web" };
	assert_start(f, &web, "web: -E @/etc/systemd/system/web.service:2");
	const struct pure_wanted other = { .server = "other" };
	assert_false(pure_start_find(f->root, &other, &start, &f->diags));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_wrapper_takes_the_first_line_that_yields_an_option),
		root_test(test_wrapper_passes_over_names_that_are_no_words),
		root_test(test_wrapper_does_not_start_what_it_does_not_understand),
		root_test(test_wrapper_links_in_the_order_of_their_names),
		root_test(test_wrapper_knows_when_order_is_the_disks),
		root_test(test_init_script_leaves_the_daemon_to_inetd),
		root_test(test_conf_file_has_options),
		root_test(test_conf_file_refuses_what_does_not_fit),
		root_test(test_conf_file_includes),
		root_test(test_unit_runs_the_daemon_with_options),
		root_test(test_unit_runs_the_script_of_old_releases),
		root_test(test_several_daemons_want_a_choice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
