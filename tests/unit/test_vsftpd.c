/* Tests of importers/vsftpd: servers, names and verdicts on small old machines. */
#include "old_root_fixture.h"

#include "core/model/importer.h"

extern const struct importer vsftpd_importer;

/* "USER VERDICT PASSWORD JAIL CWD UID GROUPS UMASK WRITE @FILE:LINE CODE CODE..." */
static bool
on_login(void *ctx, const struct old_login *login)
{
	struct buffer *said = ctx;
	buffer_printf(said, "%s %s", login->user, old_verdict_name(login->login));
	if (login->login != OLD_DENY) {
		buffer_printf(said, " %s %s %s %u ", old_password_name(login->password),
			login->jail ? login->jail : "-", login->cwd ? login->cwd : "-",
			(unsigned)login->uid);
		ARRAY_FOREACH (group, &login->groups)
			buffer_printf(said, "%s%u", group == login->groups.items ? "" : ",",
				(unsigned)*group);
		buffer_printf(
			said, " %04o %s", (unsigned)login->umask, old_write_name(login->write));
	}
	buffer_printf(said, " @%s:%u", login->where.file, login->where.line);
	ARRAY_FOREACH (note, &login->notes) {
		assert_non_null(note->place.file);
		buffer_printf(said, " %s", note->code);
	}
	buffer_add_char(said, '\n');
	return true;
}

/* Every login, a line each; then "CODE: message" of the diagnostics. Settings as name, value. */
static const char *
read_old(struct fixture *f, const char *const *settings)
{
	AUTO_BUFFER struct buffer said = { 0 };
	struct sink sink = { .ctx = &said, .old_login = on_login, .diags = &f->diags };
	void *config = arena_alloc(&f->arena, vsftpd_importer.config_size);
	f->source = (struct source){ .location = f->path, .shown = "old", .arena = &f->arena };
	option_defaults(vsftpd_importer.options, config, &f->arena);
	for (; *settings; settings += 2)
		assert_true(option_set(vsftpd_importer.options, config, settings[0], settings[1],
			NOWHERE, &f->arena, &f->diags));
	bool alive = vsftpd_importer.read(config, &f->source, &sink);
	assert_int_equal(alive, f->diags.errors == 0);
	assert_int_equal(alive, sink.complete);
	ARRAY_FOREACH (diag, &f->diags) {
		/* Only where the test is not root's. */
		if (!diag->code || strcmp(diag->code, "old-owners-lost") != 0)
			buffer_printf(
				&said, "%s: %s\n", diag->code ? diag->code : "-", diag->message);
	}
	f->diags = (struct diags){ .arena = &f->arena };
	return arena_strdup(&f->arena, buffer_text(&said));
}

#define assert_old(f, expected, ...)                                                               \
	assert_string_equal(                                                                       \
		read_old(f, (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL }), expected)

/* Debian, with anna and ben, for whom any password is right. Lines are added to a server that runs.
 */
static void
make_machine(struct fixture *f, const char *lines)
{
	make_file(f, "/etc/os-release", "ID=debian\n");
	make_file(f, "/etc/passwd",
		"nobody:x:65534:65534::/nonexistent:/bin/false\n"
		"anna:x:2001:2001:Anna:/home/anna:/bin/sh\n"
		"ben:x:2002:2002::/home/ben:/bin/sh\n");
	make_file(f, "/etc/group", "web:x:3000:ben\n");
	make_file(f, "/etc/pam.d/vsftpd",
		"auth sufficient pam_succeed_if.so user = nobody\n"
		"auth required pam_permit.so\naccount required pam_permit.so\n");
	make_parents(f, "/home/anna/x");
	make_parents(f, "/home/ben/x");
	assert_int_equal(chmod(real(f, "/home/ben"), 0777), 0);
	make_file(f, "/etc/vsftpd.conf",
		arena_printf(
			&f->arena, "listen=YES\nanonymous_enable=NO\nlocal_enable=YES\n%s", lines));
}

#define NOBODY "nobody deny @/etc/passwd:1 vsftpd-landing\n"

/* ---- which server ---- */

static void
test_vsftpd_without_a_server_says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/os-release", "ID=debian\n");
	assert_old(f, "vsftpd-none: no vsftpd here: neither a unit nor /etc/vsftpd.conf\n");
	make_file(f, "/etc/os-release", "ID=fedora\n");
	assert_old(f, "vsftpd-none: no vsftpd here: neither a unit nor /etc/vsftpd/vsftpd.conf\n");
}

static void
test_vsftpd_takes_the_distributions_file(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "write_enable=YES\nlocal_umask=022\n");
	assert_old(f,
		NOBODY
		"anna allow any / /home/anna 2001 2001 0022 no @/etc/pam.d/vsftpd:0 not-jailed\n"
		"ben allow any / /home/ben 2002 2002,3000 0022 yes @/etc/pam.d/vsftpd:0 "
		"not-jailed\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n");
}

static void
test_vsftpd_of_several_servers_wants_one_named(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "");
	make_file(f, "/etc/systemd/system/vsftpd.service",
		"[Service]\nExecStart=/usr/sbin/vsftpd /etc/vsftpd.conf\n");
	make_file(f, "/etc/systemd/system/web.service",
		"[Service]\nExecStart=/usr/sbin/vsftpd /etc/vsftpd.conf -olocal_umask=002\n");
	assert_old(
		f, "vsftpd-several: several vsftpd servers: vsftpd (disabled), web (disabled)\n");
	assert_old(f,
		"vsftpd-several: no vsftpd server 'x': there is vsftpd (disabled), web "
		"(disabled)\n",
		"server", "x");
	static const char web[] = NOBODY
		"anna allow any / /home/anna 2001 2001 0002 no @/etc/pam.d/vsftpd:0 not-jailed\n"
		"ben allow any / /home/ben 2002 2002,3000 0002 no @/etc/pam.d/vsftpd:0 "
		"not-jailed\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n";
	assert_old(f,
		arena_printf(&f->arena,
			"%svsftpd-disabled: server 'web' was not enabled; its configuration is "
			"read all the "
			"same\n",
			web),
		"server", "web");
	make_link(f, "/etc/systemd/system/multi-user.target.wants/web.service", "x");
	assert_old(f, web);
}

static void
test_vsftpd_target_of_red_hat_starts_one_for_each_file(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "");
	make_file(f, "/etc/os-release", "ID=rocky\nID_LIKE=\"rhel fedora\"\n");
	make_file(f, "/etc/pam.d/ftp",
		"auth required pam_permit.so\naccount required pam_permit.so\n");
	make_file(f, "/etc/vsftpd/a.conf", "local_enable=YES\nanonymous_enable=NO\n");
	make_file(f, "/etc/vsftpd/b.conf", "local_enable=NO\nanonymous_enable=NO\n");
	make_link(f, "/etc/systemd/system/multi-user.target.wants/vsftpd.target", "x");
	assert_old(f, "vsftpd-several: several vsftpd servers: vsftpd@a, vsftpd@b\n");
	assert_old(f,
		"nobody deny @/etc/passwd:1 vsftpd-landing\n"
		"anna allow any / /home/anna 2001 2001 0077 no @/etc/pam.d/ftp:0 not-jailed\n"
		"ben allow any / /home/ben 2002 2002,3000 0077 no @/etc/pam.d/ftp:0 not-jailed\n"
		"ftp deny @/etc/vsftpd/a.conf:0 vsftpd-no-account\n",
		"server", "vsftpd@a");
}

static void
test_vsftpd_that_was_down_let_nobody_in(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "write_enable=YES \n");
	static const char down[] =
		"nobody deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"anna deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"ben deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"ftp deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"vsftpd-down: nobody could log in to this vsftpd: 'YES ' is neither YES nor NO for "
		"'write_enable'\n";
	assert_old(f, down);
	assert_old(f,
		NOBODY
		"anna allow any / /home/anna 2001 2001 0077 no @/etc/pam.d/vsftpd:0 not-jailed\n"
		"ben allow any / /home/ben 2002 2002,3000 0077 yes @/etc/pam.d/vsftpd:0 "
		"not-jailed\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n"
		"vsftpd-mended: vsftpd stopped here: the value is not exactly YES or NO; read as "
		"it was meant\n",
		"lenient", "yes");
}

static void
test_vsftpd_named_file_is_read_however_it_was_started(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "");
	make_file(f, "/srv/other.conf", "local_enable=NO\nanonymous_enable=YES\nanon_umask=022\n");
	make_file(f, "/etc/passwd",
		"nobody:x:65534:65534::/:/bin/false\nftp:x:2001:2001::/home/anna:/bin/false\n");
	assert_old(f,
		"nobody deny @/srv/other.conf:1 vsftpd-anonymous-only\n"
		"ftp allow any /home/anna /home/anna 2001 2001 0022 no @/srv/other.conf:2 "
		"vsftpd-anonymous vsftpd-world-readable\n"
		"anonymous allow any /home/anna /home/anna 2001 2001 0022 no @/srv/other.conf:2 "
		"vsftpd-anonymous vsftpd-world-readable\n",
		"config", "/srv/other.conf");
	assert_old(f,
		"nobody deny @/nosuch.conf:0 vsftpd-down\n"
		"ftp deny @/nosuch.conf:0 vsftpd-down\n"
		"anonymous deny @/nosuch.conf:0 vsftpd-down\n"
		"vsftpd-down: nobody could log in to this vsftpd: does not exist\n",
		"config", "/nosuch.conf");
}

/* ---- who ---- */

static void
test_vsftpd_list_lines_are_names_or_look_alikes(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "userlist_enable=YES\nuserlist_deny=NO\n");
	make_file(f, "/etc/vsftpd.user_list", "anna \nben\r\n# nobody\nghost\n#x\n");
	assert_old(f,
		"nobody deny @/etc/vsftpd.conf:5 vsftpd-look-alike vsftpd-user-list\n"
		"anna deny @/etc/vsftpd.conf:5 vsftpd-look-alike vsftpd-user-list\n"
		"ben deny @/etc/vsftpd.conf:5 vsftpd-look-alike vsftpd-user-list\n"
		"ghost deny @/etc/vsftpd.user_list:4 vsftpd-no-account\n"
		"#x deny @/etc/vsftpd.user_list:5 vsftpd-name\n"
		"ftp deny @/etc/vsftpd.conf:5 vsftpd-user-list\n");
}

static void
test_vsftpd_names_come_from_every_file_once(void **state)
{
	struct fixture *f = *state;
	make_machine(
		f, "chroot_list_enable=YES\nuser_config_dir=/etc/users\nguest_username=virtual\n");
	make_file(f, "/etc/vsftpd.chroot_list", "anna\nlisted\nlisted\nwith blank\n");
	make_file(f, "/etc/users/own", "");
	make_file(f, "/etc/users/two words", "");
	make_file(f, "/etc/pam.d/vsftpd",
		"auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers\n"
		"auth required pam_permit.so\naccount required pam_permit.so\n");
	make_file(f, "/etc/ftpusers", "ben\nunwanted\n");
	make_file(f, "/etc/passwd", "nobody:x:65534:65534::/:/bin/false\nben:x:2:2::/home/ben:\n");
	assert_old(f,
		"nobody allow any / / 65534 65534 0077 no @/etc/pam.d/vsftpd:0 not-jailed\n"
		"ben deny @/etc/ftpusers:1 pam-refused\n"
		"unwanted deny @/etc/ftpusers:2 pam-refused\n"
		"anna deny @/etc/vsftpd.chroot_list:1 vsftpd-no-account\n"
		"listed deny @/etc/vsftpd.chroot_list:2 vsftpd-no-account\n"
		"own deny @/etc/users/own:0 vsftpd-no-account\n"
		"virtual deny @/etc/vsftpd.conf:6 vsftpd-no-account\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n");
}

static void
test_vsftpd_account_of_another_database_is_not_known(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "userlist_enable=YES\n");
	make_file(f, "/etc/vsftpd.user_list", "anna\n");
	make_file(f, "/etc/nsswitch.conf", "passwd: files ldap\ngroup: files\n");
	make_file(f, "/etc/ftpusers", "far\n");
	make_file(f, "/etc/pam.d/vsftpd",
		"auth required pam_listfile.so item=user sense=deny file=/etc/nosuch "
		"onerr=succeed\n"
		"auth required pam_permit.so\naccount required pam_permit.so\n");
	make_file(f, "/etc/vsftpd.chroot_list", "far\n");
	assert_old(f,
		NOBODY "anna deny @/etc/vsftpd.user_list:1 vsftpd-user-list\n"
		       "ben allow any / /home/ben 2002 2002,3000 0077 no @/etc/pam.d/vsftpd:0 "
		       "not-jailed\n"
		       "ftp unknown any - - 0  0000 no @/etc/pam.d/vsftpd:0 old-other-accounts\n"
		       "old-other-accounts: accounts of 'ldap' cannot be seen from here\n");
}

/* ---- where ---- */

static void
test_vsftpd_guests_are_jailed_and_one_account(void **state)
{
	struct fixture *f = *state;
	make_machine(f,
		"write_enable=YES\nguest_enable=YES\nguest_username=anna\nuser_sub_token=$U\n"
		"local_root=/srv/$U\nanon_umask=027\nuser_config_dir=/etc/users\n"
		"anon_upload_enable=YES\n");
	make_dir(f, "/srv/ben");
	make_dir(f, "/srv/anna");
	assert_int_equal(chmod(real(f, "/srv/anna"), 0777), 0);
	make_file(f, "/etc/users/nobody", "local_root=/home\nvirtual_use_local_privs=YES\n");
	assert_old(f,
		"nobody allow any / /home 2001 2001 0077 no @/etc/pam.d/vsftpd:0 not-jailed\n"
		"anna deny @/etc/vsftpd.conf:0 vsftpd-landing\n"
		"ben allow any /srv/ben /srv/ben 2001 2001 0027 no @/etc/pam.d/vsftpd:0 "
		"vsftpd-partial-rights vsftpd-world-readable\n"
		"ftp deny @/etc/vsftpd.conf:8 vsftpd-landing\n");
}

static void
test_vsftpd_hostile_paths_stay_below_root(void **state)
{
	struct fixture *f = *state;
	make_machine(f,
		"chroot_local_user=YES\nallow_writeable_chroot=YES\nlocal_root=/\n"
		"user_config_dir=/etc/users\n");
	make_file(f, "/outside", "");
	make_link(f, "/etc/users", f->top);
	make_link(f, "/srv/up", "../../../../../..");
	assert_old(f,
		NOBODY
		"anna allow any / / 2001 2001 0077 no @/etc/pam.d/vsftpd:0 jail-is-root\n"
		"ben allow any / / 2002 2002,3000 0077 no @/etc/pam.d/vsftpd:0 jail-is-root\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n");
	make_machine(f, "chroot_local_user=YES\nlocal_root=/srv/up\n");
	assert_old(f,
		NOBODY
		"anna allow any / / 2001 2001 0077 no @/etc/pam.d/vsftpd:0 jail-is-root\n"
		"ben allow any / / 2002 2002,3000 0077 no @/etc/pam.d/vsftpd:0 jail-is-root\n"
		"ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n");
}

static void
test_vsftpd_own_file_can_end_sessions(void **state)
{
	struct fixture *f = *state;
	static const char *const ends[] = { "ssl_enable=YES\n", "nopriv_user=nosuch\n",
		"secure_chroot_dir=/home/nosuch\n", "secure_chroot_dir=/etc/passwd\n",
		"secure_chroot_dir=/home/ben\n" };
	make_machine(f, "user_config_dir=/etc/users\nuserlist_enable=YES\nuserlist_deny=NO\n");
	make_file(f, "/etc/vsftpd.user_list", "anna\n");
	static const char others[] = "ben deny @/etc/vsftpd.conf:6 vsftpd-user-list\n"
				     "ftp deny @/etc/vsftpd.conf:6 vsftpd-user-list\n";
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		make_file(f, "/etc/users/anna", ends[i]);
		assert_old(f,
			arena_printf(&f->arena,
				"nobody deny @/etc/vsftpd.conf:6 vsftpd-user-list\n"
				"anna deny @/etc/users/anna:1 vsftpd-own-file\n%s",
				others));
	}
	make_file(f, "/etc/users/anna", "nopriv_user=nosuch\nsession_support=YES\n");
	assert_old(f,
		arena_printf(&f->arena,
			"nobody deny @/etc/vsftpd.conf:6 vsftpd-user-list\n"
			"anna allow any / /home/anna 2001 2001 0077 no @/etc/pam.d/vsftpd:0 "
			"not-jailed\n%s",
			others));
}

static void
test_vsftpd_that_wanted_tls_says_so_of_every_login(void **state)
{
	struct fixture *f = *state;
	static const char ends[] = "ben deny @/etc/vsftpd.conf:0 vsftpd-landing\n"
				   "ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n";
	static const char anna[] =
		"anna allow any /home/anna /home/anna 2001 2001 0077 no @/etc/pam.d/vsftpd:0";
	make_file(f, "/etc/cert", "");
	make_machine(f, "chroot_local_user=YES\nssl_enable=YES\nrsa_cert_file=/etc/cert\n");
	assert_old(f, arena_printf(&f->arena, NOBODY "%s vsftpd-tls\n%s", anna, ends));
	make_machine(f,
		"chroot_local_user=YES\nssl_enable=YES\nrsa_cert_file=/etc/cert\n"
		"force_local_logins_ssl=NO\n");
	assert_old(f, arena_printf(&f->arena, NOBODY "%s\n%s", anna, ends));
}

/* The strings of vsftpd 2.3.2, as far as make_machine() needs them. */
static const char old_program[] =
	"listen\0anonymous_enable\0local_enable\0chroot_local_user\0write_enable";

static void
test_vsftpd_program_says_what_it_knew(void **state)
{
	struct fixture *f = *state;
	make_machine(f, "chroot_local_user=YES\n");
	static const char ends[] = "ftp deny @/etc/vsftpd.conf:0 vsftpd-no-account\n";
	static const char anna[] =
		"anna allow any /home/anna /home/anna 2001 2001 0077 no @/etc/pam.d/vsftpd:0\n";
	assert_old(f,
		arena_printf(&f->arena, NOBODY "%sben deny @/etc/vsftpd.conf:0 vsftpd-landing\n%s",
			anna, ends));
	make_file(f, "/usr/sbin/vsftpd", "");
	AUTO_FILE FILE *file = fopen(real(f, "/usr/sbin/vsftpd"), "w");
	assert_int_equal(fwrite(old_program, sizeof(old_program), 1, file), 1);
	assert_int_equal(fflush(file), 0);
	assert_old(f,
		arena_printf(&f->arena,
			NOBODY "%sben allow any /home/ben /home/ben 2002 2002,3000 0077 no "
			       "@/etc/pam.d/vsftpd:0\n%s",
			anna, ends));
	make_machine(f, "allow_writeable_chroot=YES\n");
	assert_old(f,
		"nobody deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"anna deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"ben deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"ftp deny @/etc/vsftpd.conf:4 vsftpd-down\n"
		"vsftpd-down: nobody could log in to this vsftpd: this vsftpd has no option "
		"'allow_writeable_chroot'\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(test_vsftpd_without_a_server_says_what_is_missing),
		root_test(test_vsftpd_takes_the_distributions_file),
		root_test(test_vsftpd_of_several_servers_wants_one_named),
		root_test(test_vsftpd_target_of_red_hat_starts_one_for_each_file),
		root_test(test_vsftpd_that_was_down_let_nobody_in),
		root_test(test_vsftpd_named_file_is_read_however_it_was_started),
		root_test(test_vsftpd_list_lines_are_names_or_look_alikes),
		root_test(test_vsftpd_names_come_from_every_file_once),
		root_test(test_vsftpd_account_of_another_database_is_not_known),
		root_test(test_vsftpd_guests_are_jailed_and_one_account),
		root_test(test_vsftpd_hostile_paths_stay_below_root),
		root_test(test_vsftpd_own_file_can_end_sessions),
		root_test(test_vsftpd_that_wanted_tls_says_so_of_every_login),
		root_test(test_vsftpd_program_says_what_it_knew),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
