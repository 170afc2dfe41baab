/* test_pro_config.c - proftpd.conf as its daemon reads it: sections, includes, what counts. */
#include "tests/unit/pro_fixture.h"

static void
test_config_puts_sections_in_front_the_last_one_first(void **state)
{
	assert_config(*state,
		"DefaultRoot ~\n<Limit STOR>\nDenyAll\n</Limit>\n"
		"<Limit mkd,CDUP>\nAllowAll\n</Limit>\nUmask 027 022\n",
		"<Limit> MKD CDUP XCUP XMKD {AllowAll}; <Limit> STOR {DenyAll}; DefaultRoot ~; "
		"Umask 027; DirUmask 022");
}

static void
test_config_gives_the_first_directive_of_a_name(void **state)
{
	struct fixture *f = *state;
	struct pro_config *config = read_config(f,
		"umask 077\nUmask 022\nRequireValidShell OFF\nDefaultRoot /a x\n"
		"DefaultRoot /b\n",
		false);
	const struct pro_section *server = config->servers.items[0];
	const struct pro_line *line = pro_find(server, "UMASK");
	assert_string_equal(pro_word(line, 0), "077");
	assert_null(pro_word(line, 1));
	assert_int_equal(line->where.line, 1);
	assert_false(pro_switch(server, "RequireValidShell", true));
	assert_true(pro_switch(server, "UseFtpUsers", true));
	line = pro_find(server, "DefaultRoot");
	assert_string_equal(pro_word(line, 1), "x");
	line = pro_find_next(server, line);
	assert_string_equal(pro_word(line, 0), "/b");
	assert_null(pro_find_next(server, line));
}

static void
test_config_appends_globals_to_every_server_the_last_first(void **state)
{
	assert_config(*state,
		"<Global>\nUmask 011\n</Global>\n"
		"<VirtualHost 127.0.0.1>\nDefaultRoot /v\n</VirtualHost>\n"
		"<Global>\nUmask 022\n<Limit LOGIN>\nDenyAll\n</Limit>\n</Global>\n"
		"DefaultRoot ~\n",
		"DefaultRoot ~; <Limit> LOGIN {DenyAll}; Umask 022; Umask 011 | "
		"DefaultRoot /v; <Limit> LOGIN {DenyAll}; Umask 022; Umask 011");
}

static void
test_config_nests_directories_and_merges_directives_down(void **state)
{
	assert_config(*state,
		"Umask 027\n<Directory /srv/a/b>\nDenyAll\n</Directory>\n"
		"<Directory /srv>\nUmask 077\n</Directory>\n"
		"<Directory /srv/ab>\nAllowAll\n</Directory>\n<Directory /x>\n</Directory>\n",
		"<Directory> /srv {<Directory> /srv/a/b {DenyAll; Umask 077}; "
		"<Directory> /srv/ab {AllowAll; Umask 077}; Umask 077}; Umask 027");
}

static void
test_config_leaves_out_what_a_condition_excludes(void **state)
{
	assert_config(*state,
		"<IfModule mod_tls.c>\nNonsense\n<IfModule mod_core.c>\n</IfModule>\n"
		"</IfModule>\n<IfModule !mod_tls.c>\nDefine X\n</IfModule>\n"
		"<IfDefine X>\nDefaultRoot ~\n</IfDefine>\n<IfDefine !X>\nNonsense\n</IfDefine>\n",
		"Define X; DefaultRoot ~");
	assert_config(*state, "<IfModule mod_tls.c>\nx\n </IfModule>x\n",
		"refused /etc/proftpd/proftpd.conf:1: <IfModule> is never closed");
}

static void
test_config_compares_the_version_that_was_installed(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/usr/lib/proftpd/mod_ifversion.so", "");
	make_file(f, "/var/lib/dpkg/status",
		"Package: proftpd-core\nStatus: install ok installed\n"
		"Version: 1.3.8+dfsg-4+deb12u5\n\n");
#define VERSION(condition, expected)                                                               \
	assert_config(f,                                                                           \
		"LoadModule mod_ifversion.c\n<IfVersion " condition ">\nUmask 1\n</IfVersion>\n",  \
		expected)
	VERSION("1.3.8", "Umask 1");
	VERSION("= 1.3.8rc1", "");
	VERSION("> 1.3.8rc1", "Umask 1");
	VERSION("< 1.3.8a", "Umask 1");
	VERSION(">= 1.3.8", "Umask 1");
	VERSION("!>= 1.3.8", "");
	VERSION("< 1.4", "Umask 1");
	VERSION("~ ^1\\.3", "Umask 1");
	VERSION("/^2/", "");
	VERSION("/", "refused /etc/proftpd/proftpd.conf:2: '= /' is no comparison");
	VERSION("! x", "refused /etc/proftpd/proftpd.conf:2: '! x' is no comparison");
#undef VERSION
}

static void
test_config_refuses_what_keeps_the_daemon_from_starting(void **state)
{
	struct fixture *f = *state;
#define REFUSED(text, line, why)                                                                   \
	assert_config(f, text, "refused /etc/proftpd/proftpd.conf:" line ": " why)
	REFUSED("Umask 022\nDefaultRot ~\n", "2", "directive 'DefaultRot' is unknown");
	REFUSED("TLSEngine on\n", "1",
		"directive 'TLSEngine' is unknown, because mod_tls.c is not loaded");
	REFUSED("<IfUser a>\n", "1",
		"directive '<IfUser>' is unknown, because mod_ifsession.c is not loaded");
	REFUSED("DefaultRoot\n", "1", "DefaultRoot has 0 words, it takes at least 1");
	REFUSED("Umask 1 2 3\n", "1", "Umask has 3 words, it takes 1 to 2");
	REFUSED("<Limit LOGIN>\nDenyAll now\n", "2", "DenyAll has 1 words, it takes 0");
	REFUSED("AllowUser a\n", "1", "AllowUser is not allowed in the main server");
	REFUSED("<Directory /a>\nDefaultRoot ~\n", "2",
		"DefaultRoot is not allowed in <Directory>");
	REFUSED("RequireValidShell maybe\n", "1",
		"RequireValidShell: 'maybe' is neither on nor off");
	REFUSED("Umask 8\n", "1", "Umask: '8' is not an octal number");
	REFUSED("DefaultRoot srv\n", "1", "DefaultRoot: 'srv' is not an absolute path");
	REFUSED("DefaultRoot /srv/*\n", "1", "DefaultRoot: '/srv/*' has a wildcard");
	REFUSED("UserAlias a a\n", "1", "UserAlias: a name cannot be its own alias");
	REFUSED("AuthOrder a.c\nAuthOrder a.c\n", "2", "AuthOrder: it was given before");
	REFUSED("<Limit LOGIN>\nOrder x\n", "2", "Order: 'x' is neither allow,deny nor deny,allow");
	REFUSED("<Limit LOGIN>\nAllow 10.0.0.0/33\n", "2", "Allow: these are no addresses");
	REFUSED("<Limit LOGIN>\nAllowUser regex (\n", "2",
		"AllowUser: '(' is no regular expression");
	REFUSED("Port 70000\n", "1", "Port: '70000' is not a port");
	REFUSED("ServerType fast\n", "1", "ServerType: 'fast' is neither standalone nor inetd");
	REFUSED("LoadModule mod_none.c\n", "1",
		"module 'mod_none.c' cannot be loaded: /usr/lib/proftpd/mod_none.so does not "
		"exist");
	REFUSED("LoadModule ../x.c\n", "1", "'../x.c' is not the name of a module");
	REFUSED("<Directory /a>\n</Directory>\n<Directory /b>\n", "3",
		"the section is never closed");
	REFUSED("<VirtualHost a>\n", "1", "the section is never closed");
	REFUSED("</Limit>\n", "1", "</Limit> closes nothing");
	REFUSED("<Directory /a>\n<Limit ALL>\n</Directory>\n", "3", "</Directory> closes nothing");
	REFUSED("<Directory /a>\nUmask 1\n</Directory>\n<Directory /a>\n", "4",
		"there is already a <Directory> for '/a'");
	REFUSED("<Directory a>\n", "1", "'a' is not an absolute path");
	REFUSED("<Anonymous />\n", "1", "'/' is not allowed as its root");
	REFUSED("<Limit>\n", "1", "<Limit> has the wrong number of words");
	REFUSED("Include x.conf\n", "1", "error including 'x.conf'");
#undef REFUSED
}

static void
test_config_passes_over_refused_lines_when_lenient(void **state)
{
	struct fixture *f = *state;
	struct pro_config *config = read_config(f, "DefaultRot ~\nUmask 8\nDefaultRoot ~\n", true);
	assert_string_equal(config_shown(f, config), "DefaultRoot ~");
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/proftpd/proftpd.conf:1: directive 'DefaultRot' is unknown\n"
		"/etc/proftpd/proftpd.conf:2: Umask: '8' is not an octal number");
}

static void
test_config_knows_the_directives_of_loaded_modules(void **state)
{
	assert_config(*state,
		"LoadModule mod_ifsession.c\n<IfUser AND a b>\nUmask 077\n</IfUser>\n"
		"LoadModule mod_auth.c\n",
		"<IfUser> AND a b {Umask 077}");
}

static void
test_config_may_hold_directives_of_a_module_without_a_table(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/usr/lib/proftpd/mod_own.so", "");
	struct pro_config *config =
		read_config(f, "LoadModule mod_own.c\nOwnThing on\nUmask 027\n", false);
	assert_string_equal(config_shown(f, config), "Umask 027");
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/proftpd/proftpd.conf:2: directive 'OwnThing' is passed over: it may be one "
		"of mod_own.c, which is not known here");
}

static void
test_config_replaces_environment_that_it_sets_itself(void **state)
{
	struct fixture *f = *state;
	struct pro_config *config = read_config(
		f, "SetEnv NAME red\nDefaultRoot %{env:WHERE} %{env:NAME} %{env:OTHER}\n", false);
	assert_string_equal(config_shown(f, config), "SetEnv NAME red; DefaultRoot /srv/here red ");
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/proftpd/proftpd.conf:2: environment variable 'OTHER' is not known here and "
		"taken as unset");
}

static void
test_include_takes_files_in_byte_order_hidden_ones_only_of_folders(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/more/b.conf", "Umask 2\n");
	make_file(f, "/etc/more/a.conf", "Umask 1\n");
	make_file(f, "/etc/more/.z", "Umask 3\n");
	make_file(f, "/etc/more/c.conf~", "Umask 4\n");
	make_file(f, "/etc/deep/x/a.conf", "Umask 5\n");
	make_file(f, "/etc/deep/y/a.conf", "Umask 6\n");
	assert_config(f, "Include /etc/more\n", "Umask 3; Umask 1; Umask 2; Umask 4");
	assert_config(f, "Include /etc/more/*.conf\n", "Umask 1; Umask 2");
	assert_config(f, "Include /etc/deep/*/a.conf\n", "Umask 5; Umask 6");
	assert_config(f, "IncludeOptions IgnoreTempFiles\nInclude /etc/more/*\n",
		"IncludeOptions IgnoreTempFiles; Umask 1; Umask 2");
}

static void
test_include_that_breaks_loses_the_rest_of_its_includer(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/a.conf", "Umask 1\nNonsense\nUmask 2\n");
	struct pro_config *config =
		read_config(f, "Umask 0\nInclude /etc/a.conf\nDefaultRoot ~\n", false);
	assert_string_equal(config_shown(f, config), "Umask 0; Umask 1; Umask 2");
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/a.conf:2: directive 'Nonsense' is unknown; so the server did not read what "
		"follows the Include in /etc/proftpd/proftpd.conf:2");
}

static void
test_include_of_what_is_missing_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pro_config *config =
		read_config(f, "Include /etc/none\nInclude /etc/*.none\nUmask 1\n", false);
	assert_string_equal(config_shown(f, config), "Umask 1");
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/proftpd/proftpd.conf:1: the server could not include '/etc/none' and went "
		"on");
}

static void
test_include_loops_and_fifos_end(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/loop.conf", "Umask 1\nInclude /etc/loop.conf\n");
	make_dir(f, "/etc/fifos");
	assert_int_equal(mkfifo(real(f, "/etc/fifos/a"), 0644), 0);
	struct pro_config *config =
		read_config(f, "Include /etc/fifos\nInclude /etc/loop.conf\n", false);
	assert_true(config->starts);
	assert_int_equal(config->servers.items[0]->lines.count, 63);
	assert_string_equal(notes_shown(f, &config->notes),
		"/etc/proftpd/proftpd.conf:1: cannot include '/etc/fifos/a'\n"
		"/etc/loop.conf:0: not read: files include each other without end\n"
		"/etc/loop.conf:2: cannot include '/etc/loop.conf'");
}

static void
test_large_files_that_include_each_other_do_not_fill_memory(void **state)
{
	struct fixture *f = *state;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "Umask 1\nInclude /etc/loop.conf\nInclude /etc/loop.conf\n");
	while (text.size < 15 << 20)
		buffer_add_text(&text, "################################################\n");
	make_file(f, "/etc/loop.conf", buffer_text(&text));
	struct pro_config *config = read_config(f, "Include /etc/loop.conf\n", false);
	assert_true(config->starts);
	assert_int_equal(config->servers.items[0]->lines.count, 5);
}

static void
test_config_refuses_sections_without_end(void **state)
{
	struct fixture *f = *state;
	AUTO_BUFFER struct buffer text = { 0 };
	buffer_add_text(&text, "LoadModule mod_ifsession.c\n");
	for (unsigned i = 0; i < 1000; i++)
		buffer_add_text(&text, "<IfUser a>\n");
	assert_config(f, buffer_text(&text),
		"refused /etc/proftpd/proftpd.conf:66: <IfUser>: too many sections");
}

static void
test_config_that_is_missing_starts_nothing(void **state)
{
	struct fixture *f = *state;
	struct pro_start start = { .config = "/none", .environment.arena = &f->arena };
	open_root(f, f->path);
	struct pro_config *config = pro_config_read(f->root, NULL, &start, false);
	assert_string_equal(config_shown(f, config), "refused /none:0: this file cannot be read");
}

static void
test_access_file_keeps_its_good_lines(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/srv/.ftpaccess",
		"Nonsense\nDefaultRoot /\nUmask 077\n<Limit STOR>\nDenyAll\n</Limit>\n");
	make_file(f, "/srv/empty/.ftpaccess", "Nonsense\n");
	struct pro_config *config = read_config(f, "Umask 1\n", false);
	AUTO_BUFFER struct buffer out = { 0 };
	add_section(&out, pro_access_read(config, "/srv/.ftpaccess", NULL));
	assert_string_equal(buffer_text(&out), "<Limit> STOR {DenyAll}; Umask 077");
	assert_null(pro_access_read(config, "/srv/empty/.ftpaccess", NULL));
	assert_null(pro_access_read(config, "/srv/none/.ftpaccess", NULL));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_config_puts_sections_in_front_the_last_one_first),
		CASE(test_config_gives_the_first_directive_of_a_name),
		CASE(test_config_appends_globals_to_every_server_the_last_first),
		CASE(test_config_nests_directories_and_merges_directives_down),
		CASE(test_config_leaves_out_what_a_condition_excludes),
		CASE(test_config_compares_the_version_that_was_installed),
		CASE(test_config_refuses_what_keeps_the_daemon_from_starting),
		CASE(test_config_passes_over_refused_lines_when_lenient),
		CASE(test_config_knows_the_directives_of_loaded_modules),
		CASE(test_config_may_hold_directives_of_a_module_without_a_table),
		CASE(test_config_replaces_environment_that_it_sets_itself),
		CASE(test_include_takes_files_in_byte_order_hidden_ones_only_of_folders),
		CASE(test_include_that_breaks_loses_the_rest_of_its_includer),
		CASE(test_include_of_what_is_missing_goes_on),
		CASE(test_include_loops_and_fifos_end),
		CASE(test_large_files_that_include_each_other_do_not_fill_memory),
		CASE(test_config_refuses_sections_without_end),
		CASE(test_config_that_is_missing_starts_nothing),
		CASE(test_access_file_keeps_its_good_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
