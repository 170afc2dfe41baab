/*
 * test_old_pam.c - PAM stacks of an old machine: what libpam said to the same files.
 *
 * The answers were compared with those of Linux-PAM 1.5.2, called with the right, a wrong and an
 * empty password.
 */
#include "tests/unit/old_root_fixture.h"

#include "importers/old/pam.h"

#define SIX                                                                                        \
	"$6$ab$"                                                                                   \
	"Zs0c6p.wpaZLiPfkx96rgzI3FcR2czKAXcbAuyoL9lMWcVtWYmFRZ1xYhvKFYKhQuHgHrzQ9cHcXl/Ht0hPkt."

static const char debian_auth[] = "auth [success=1 default=ignore] pam_unix.so nullok\n"
				  "auth requisite pam_deny.so\n"
				  "auth required pam_permit.so\n";
static const char debian_account[] =
	"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so \n"
	"account requisite pam_deny.so\n"
	"account required pam_permit.so\n";
static const char debian_session[] = "session [default=1] pam_permit.so\n"
				     "session requisite pam_deny.so\n"
				     "session required pam_permit.so\n"
				     "session required pam_unix.so \n";

enum { TODAY = 20785 };

static void
make_accounts(struct fixture *f)
{
	make_file(f, "/etc/passwd",
		"root:x:0:0:root:/root:/bin/bash\n"
		"anna:x:3000:3000::/home/anna:/bin/bash\n"
		"empty:x:3001:3001::/home/empty:/bin/bash\n"
		"locked:x:3002:3002::/home/locked:/bin/bash\n"
		"expired:x:3003:3003::/home/expired:/bin/bash\n"
		"aged:x:3004:3004::/home/aged:/bin/bash\n"
		"change:x:3005:3005::/home/change:/bin/bash\n"
		"noshadow:x:3006:3006::/home/noshadow:/bin/bash\n"
		"nologin:x:3007:3007::/home/nologin:/usr/sbin/nologin\n"
		"banned:x:3008:3008::/home/banned:/bin/bash\n");
	make_file(f, "/etc/group", "root:x:0:\nstaff:x:50:anna\n");
	make_file(f, "/etc/shadow",
		"root:*:19000:0:99999:7:::\n"
		"anna:" SIX ":19000:0:99999:7:::\n"
		"empty::19000:0:99999:7:::\n"
		"locked:!" SIX ":19000:0:99999:7:::\n"
		"expired:" SIX ":19000:0:99999:7::19001:\n"
		"aged:" SIX ":10000:0:30:7:::\n"
		"change:" SIX ":0:0:99999:7:::\n"
		"nologin:" SIX ":19000:0:99999:7:::\n"
		"banned:" SIX ":19000:0:99999:7:::\n");
	make_file(f, "/etc/shells", "# shells\n/bin/sh\n/bin/bash\n");
	make_file(f, "/etc/ftpusers", "root\nbanned\n");
}

static void
make_debian(struct fixture *f)
{
	make_accounts(f);
	make_file(f, "/etc/pam.d/common-auth", debian_auth);
	make_file(f, "/etc/pam.d/common-account", debian_account);
	make_file(f, "/etc/pam.d/common-session", debian_session);
	make_file(f, "/etc/pam.d/other",
		"@include common-auth\n@include common-account\n@include common-session\n");
	make_file(f, "/etc/pam.d/vsftpd",
		"# Standard behaviour\n"
		"auth\trequired\tpam_listfile.so item=user sense=deny file=/etc/ftpusers "
		"onerr=succeed\n"
		"@include common-account\n@include common-session\n@include common-auth\n"
		"auth\trequired\tpam_shells.so\n");
}

/* "allow crypt@/etc/shadow:2" and the notes behind it. */
static const char *
answer(struct fixture *f, const char *service, const char *user)
{
	struct old_unix *accounts;
	struct old_pam_answer answer;
	AUTO_BUFFER struct buffer text = { 0 };
	if (!f->root)
		open_root(f, f->path);
	assert_true(old_unix_read(f->root, &accounts, &f->diags));
	struct old_pam *pam = old_pam_read(f->root, accounts, service);
	old_pam_ask(pam, user, TODAY, &f->arena, &answer);
	buffer_add_text(&text, old_verdict_name(answer.login));
	ARRAY_FOREACH (way, &answer.ways) {
		buffer_printf(&text, " %s", old_password_name(way->kind));
		if (way->kind == OLD_PASSWORD_PLAINTEXT)
			buffer_printf(&text, "=%s", way->secret);
		buffer_printf(&text, "@%s:%u", way->where.file, way->where.line);
	}
	ARRAY_FOREACH (note, &answer.notes)
		buffer_printf(
			&text, "; %s:%u: %s", note->place.file, note->place.line, note->message);
	return arena_strdup(&f->arena, buffer_text(&text));
}

static const char *
answer_of_stack(struct fixture *f, const char *stack, const char *user)
{
	static const char rest[] =
		"account required pam_permit.so\nsession required pam_permit.so\n";
	make_file(f, "/etc/pam.d/test", stack);
	make_file(f, "/etc/pam.d/test",
		arena_printf(&f->arena, "%s%s", stack, strstr(stack, "account") ? "" : rest));
	return answer(f, "test", user);
}

static void
test_pam_answers_for_debian_as_libpam(void **state)
{
	static const char *const expected[][2] = {
		{ "anna", "allow crypt@/etc/shadow:2" },
		/* pam_unix looks at no password where there is none. */
		{ "empty", "allow any@/etc/pam.d/vsftpd:0 empty@/etc/pam.d/vsftpd:0" },
		{ "locked", "deny; /etc/shadow:4: pam_unix refused: its password is locked" },
		{ "expired", "deny; /etc/shadow:5: pam_unix refused: it has expired" },
		{ "aged", "deny; /etc/shadow:6: pam_unix refused: the password has expired" },
		{ "change",
			"deny; /etc/shadow:7: pam_unix refused: the password has to be changed "
			"first" },
		{ "noshadow",
			"deny; /etc/passwd:8: pam_unix refused: there is no line in /etc/shadow" },
		{ "nologin",
			"deny; /etc/passwd:9: pam_shells refused: its shell /usr/sbin/nologin is "
			"not in /etc/shells" },
		{ "banned", "deny; /etc/ftpusers:2: pam_listfile refused: it is in /etc/ftpusers" },
		{ "ghost",
			"deny; /etc/passwd:0: pam_unix refused: it is no account of the system" },
	};
	struct fixture *f = *state;
	make_debian(f);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(answer(f, "vsftpd", expected[i][0]), expected[i][1]);
}

static void
test_pam_takes_other_for_a_service_without_file(void **state)
{
	struct fixture *f = *state;
	make_debian(f);
	assert_string_equal(answer(f, "nosuch", "nologin"), "allow crypt@/etc/shadow:8");
	assert_string_equal(answer(f, "/x/VSFTPD", "anna"), "allow crypt@/etc/shadow:2");
}

static void
test_pam_follows_controls_as_libpam(void **state)
{
	static const struct {
		const char *stack;
		bool allowed;
	} cases[] = {
		{ "auth required \\\n# comment\n\n  pam_permit.so\n", true },
		{ "AUTH Required pam_permit.so\n", true },
		{ "auth required\n", false },
		{ "auth\n", false },
		{ "foo required pam_permit.so\n", false },
		{ "auth bogus pam_permit.so\n", false },
		{ "auth [success=ok pam_permit.so\n", false },
		{ "auth [ success = ok   default = die ] pam_permit.so\n", true },
		{ "auth required [pam_permit.so]\n", true },
		{ "auth required pam_permit\n", false },
		{ "auth [success=1 default=ignore] pam_permit.so\nauth requisite pam_deny.so\n"
		  "auth required pam_permit.so\n",
			true },
		{ "auth [success=2 default=ignore] pam_permit.so\nauth requisite pam_deny.so\n"
		  "auth required pam_permit.so\n",
			false },
		{ "auth [success=3 default=ignore] pam_permit.so\nauth requisite pam_deny.so\n"
		  "auth required pam_permit.so\n",
			false },
		{ "auth optional pam_permit.so\n", true },
		{ "auth [default=done] pam_deny.so\nauth required pam_permit.so\n", false },
		{ "auth [default=reset] pam_deny.so\nauth required pam_permit.so\n", true },
		{ "auth include sub\nauth required pam_deny.so\n", true },
		{ "auth substack sub\nauth required pam_deny.so\n", false },
		{ "auth substack sub\nauth required pam_permit.so\n", true },
		{ "auth substack deny\nauth sufficient pam_permit.so\n", false },
		{ "auth [success=1 default=ignore] pam_permit.so\nauth substack deny\n"
		  "auth sufficient pam_permit.so\n",
			true },
		{ "auth [success=1 default=ignore] pam_permit.so\nauth include sub\n"
		  "auth required pam_deny.so\nauth required pam_permit.so\n",
			false },
		{ "auth [success=2 default=ignore] pam_permit.so\nauth include sub\n"
		  "auth required pam_permit.so\n",
			true },
		{ "auth include nosuch\n", false },
		{ "auth sufficient pam_permit.so\nauth include nosuch\n", true },
		{ "auth required pam_permit.so\n@include nosuch\n", false },
		{ "account required pam_permit.so\nauth required pam_permit.so\n\\\n", false },
		{ "auth include test\n", false },
		{ "auth required pam_nologin.so\n", false },
		{ "auth required pam_rootok.so\n", true },
		{ "auth required pam_permit.so\r\n", false },
	};
	struct fixture *f = *state;
	make_accounts(f);
	make_file(
		f, "/etc/pam.d/sub", "auth sufficient pam_permit.so\nauth required pam_deny.so\n");
	make_file(f, "/etc/pam.d/deny", "auth requisite pam_deny.so\n");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *said = answer_of_stack(f, cases[i].stack, "anna");
		if ((strncmp(said, "allow any@", 10) == 0) != cases[i].allowed ||
			(strncmp(said, "deny;", 5) == 0) == cases[i].allowed)
			fail_msg("%s%s", cases[i].stack, said);
	}
}

static void
test_pam_takes_each_of_two_databases_passwords(void **state)
{
	struct fixture *f = *state;
	make_accounts(f);
	make_file(f, "/etc/ftp.passwd", "anna:abFZSxKKdq5s2:more\nanna:" SIX "\nvirtual:" SIX "\n");
	assert_string_equal(answer_of_stack(f,
				    "auth sufficient pam_unix.so\n"
				    "auth required pam_pwdfile.so pwdfile /etc/ftp.passwd\n",
				    "anna"),
		"allow crypt@/etc/shadow:2 crypt@/etc/ftp.passwd:1");
	assert_string_equal(answer_of_stack(f,
				    "auth required pam_unix.so\n"
				    "auth required pam_pwdfile.so pwdfile=/etc/ftp.passwd\n",
				    "anna"),
		"unknown crypt@/etc/shadow:2; /etc/shadow:2: several databases had to have the "
		"same "
		"password for this login");
	assert_string_equal(answer_of_stack(f,
				    "auth sufficient pam_unix.so\n"
				    "auth required pam_pwdfile.so pwdfile=/etc/ftp.passwd\n",
				    "virtual"),
		"allow crypt@/etc/ftp.passwd:3");
}

static void
test_pam_knows_what_does_not_depend_on_modules_not_evaluated(void **state)
{
	struct fixture *f = *state;
	make_accounts(f);
	static const char stack[] = "auth [success=2 default=ignore] pam_unix.so\n"
				    "auth [success=1 default=ignore] pam_ldap.so use_first_pass\n"
				    "auth requisite pam_deny.so\n"
				    "auth required pam_permit.so\n"
				    "account required pam_permit.so\n"
				    "session required pam_permit.so\n";
	assert_string_equal(answer_of_stack(f, stack, "anna"),
		"allow crypt@/etc/shadow:2 unknown@/etc/pam.d/test:2; /etc/pam.d/test:2: not "
		"evaluated: pam_ldap.so");
	assert_string_equal(answer_of_stack(f, stack, "locked"),
		"unknown unknown@/etc/pam.d/test:2; /etc/pam.d/test:2: not evaluated: "
		"pam_ldap.so");
	assert_string_equal(
		answer_of_stack(
			f, "auth required pam_ldap.so\nauth required pam_deny.so\n", "anna"),
		"deny; /etc/pam.d/test:2: pam_deny refused: no module of the stack says yes");
	assert_string_equal(
		answer_of_stack(
			f, "auth optional pam_ldap.so\nauth required pam_unix.so\n", "anna"),
		"allow crypt@/etc/shadow:2");
}

static void
test_pam_knows_when_nullok_secure_wanted_a_terminal(void **state)
{
	static const struct {
		const char *version;
		bool allowed;
	} cases[] = { { "12.5\n", true }, { "11.0\n", true }, { "10.13\n", false },
		{ "buster/sid\n", false }, { "bookworm/sid\n", true } };
	struct fixture *f = *state;
	make_accounts(f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(f, "/etc/debian_version", cases[i].version);
		const char *said =
			answer_of_stack(f, "auth required pam_unix.so nullok_secure\n", "empty");
		if ((strncmp(said, "allow any@", 10) == 0) != cases[i].allowed)
			fail_msg("%s: %s", cases[i].version, said);
	}
}

/* A Berkeley DB file with anna and bert: tests/fuzz/corpus-passdb/little. */
static void
make_database(struct fixture *f, const char *path)
{
	char block[4096];
	AUTO_FILE FILE *from = fopen(SOURCE_ROOT "/tests/fuzz/corpus-passdb/little", "r");
	make_file(f, path, "");
	AUTO_FILE FILE *to = fopen(real(f, path), "w");
	assert_non_null(from);
	assert_non_null(to);
	size_t size = fread(block, 1, sizeof(block), from);
	assert_int_equal(fwrite(block, 1, size, to), size);
}

static void
test_pam_reads_userdb_as_its_arguments_say(void **state)
{
	static const char *const expected[][2] = {
		{ "db=/etc/login", "allow plaintext=secret@/etc/login.db:0" },
		{ "DB=/etc/login CRYPT=none", "allow plaintext=secret@/etc/login.db:0" },
		{ "db=/etc/login crypt=hash", "allow plaintext=secret@/etc/login.db:0" },
		{ "db=/etc/login icase",
			"allow plaintext=secret@/etc/login.db:0; /etc/pam.d/test:1: icase: the "
			"password was taken in any case of its letters" },
		{ "db=/etc/login crypt=crypt",
			"deny; /etc/login.db:0: pam_userdb refused: no password fits in "
			"/etc/login.db" },
		{ "db=/etc/login.db",
			"deny; /etc/login.db.db:0: pam_userdb refused: /etc/login.db.db: does not "
			"exist" },
		{ "db=/etc/login key_only",
			"deny; /etc/login.db:0: pam_userdb refused: it is not in /etc/login.db" },
		{ "db=/etc/login use_first_pass",
			"deny; /etc/pam.d/test:1: pam_userdb refused: use_first_pass, and no "
			"module before has asked for a password" },
		{ "crypt=crypt", "deny; /etc/pam.d/test:1: pam_userdb refused: no db= is said" },
	};
	struct fixture *f = *state;
	make_accounts(f);
	make_database(f, "/etc/login.db");
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		assert_string_equal(
			answer_of_stack(f,
				arena_printf(&f->arena, "auth required pam_userdb.so %s\n",
					expected[i][0]),
				"bert"),
			expected[i][1]);
}

static void
test_pam_asks_lists_as_libpam(void **state)
{
	static const struct {
		const char *arguments, *user;
		bool allowed;
	} cases[] = {
		{ "item=user sense=allow file=/etc/list", "anna", true },
		{ "item=user sense=allow file=/etc/list", "bert", true },
		{ "item=user sense=allow file=/etc/list", "cara", false },
		{ "item=user sense=deny file=/etc/list", "anna", false },
		{ "item=shell sense=allow file=/etc/list", "anna", true },
		{ "item=group sense=allow file=/etc/list", "anna", true },
		{ "item=group sense=allow file=/etc/list", "locked", false },
		{ "item=user sense=allow file=/etc/link", "anna", false },
		{ "item=user sense=deny file=/etc/none onerr=succeed", "anna", true },
		{ "item=user sense=deny file=/etc/none", "anna", false },
		{ "item=bogus sense=deny file=/etc/list onerr=succeed", "anna", true },
		{ "item=user sense=deny file=/etc/list bogus=1 onerr=succeed", "anna", false },
		{ "item=user sense=deny file=/etc/list apply=cara", "anna", false },
		{ "item=user sense=deny file=/etc/open onerr=succeed", "anna", false },
	};
	struct fixture *f = *state;
	make_accounts(f);
	make_file(f, "/etc/list", "anna\nbert\r\n\ncara x\n/bin/bash\nstaff\n");
	make_file(f, "/etc/open", "");
	assert_int_equal(chmod(real(f, "/etc/open"), 0666), 0);
	make_link(f, "/etc/link", "list");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *said = answer_of_stack(f,
			arena_printf(&f->arena, "auth required pam_listfile.so %s\n",
				cases[i].arguments),
			cases[i].user);
		if ((strncmp(said, "allow any@", 10) == 0) != cases[i].allowed)
			fail_msg("%s %s: %s", cases[i].arguments, cases[i].user, said);
	}
}

static void
test_pam_judges_conditions_as_libpam(void **state)
{
	static const struct {
		const char *condition;
		bool allowed;
	} cases[] = {
		{ "uid >= 3000", true },
		{ "uid < 3000", false },
		{ "uid eq 0xbb8", true },
		{ "uid ne 3000", false },
		{ "uid >= x", false },
		{ "uid", false },
		{ "user = anna", true },
		{ "user != anna", false },
		{ "user in x:anna:b", true },
		{ "user notin x:anna", false },
		{ "user ingroup a:staff", true },
		{ "user notingroup staff", false },
		{ "user =~ an*", true },
		{ "shell = /bin/bash", true },
		{ "home = /home/anna", true },
		{ "quiet uid = 3000 gid = 3000", true },
		{ "uid = 3000 gid eq 1", false },
		{ "bogus = 1", false },
		{ "service = test", true },
		{ "use_uid uid = 0", true },
	};
	struct fixture *f = *state;
	make_accounts(f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *said = answer_of_stack(f,
			arena_printf(&f->arena,
				"auth required pam_succeed_if.so %s\nauth required pam_permit.so\n",
				cases[i].condition),
			"anna");
		if ((strncmp(said, "allow any@", 10) == 0) != cases[i].allowed)
			fail_msg("%s: %s", cases[i].condition, said);
	}
}

/* pam.conf counts only where there is no pam.d; its lines begin with the service. */
static void
test_pam_reads_pam_conf_without_folder(void **state)
{
	struct fixture *f = *state;
	make_accounts(f);
	make_file(f, "/etc/pam.conf",
		"FTP auth required pam_unix.so\nftp account required pam_unix.so\n"
		"ftp session required pam_permit.so\nother auth required pam_deny.so\n");
	assert_string_equal(answer(f, "ftp", "anna"), "allow crypt@/etc/shadow:2");
	assert_string_equal(answer(f, "none", "anna"),
		"deny; /etc/pam.conf:4: pam_deny refused: no module of the stack says yes");
}

struct heard {
	struct buffer text;
};

static void
hear(void *ctx, const char *name, struct place where)
{
	struct heard *heard = ctx;
	buffer_printf(&heard->text, "%s@%s:%u ", name, where.file, where.line);
}

static void
test_pam_lists_each_name_once(void **state)
{
	struct fixture *f = *state;
	struct old_unix *accounts;
	struct heard heard = { 0 };
	make_accounts(f);
	make_database(f, "/etc/login.db");
	make_file(f, "/etc/ftp.passwd", "anna:x\n\tbad:x\nvirtual:x\nvirtual:y\n");
	make_file(f, "/etc/pam.d/test",
		"auth required pam_listfile.so item=user sense=deny file=/etc/ftpusers\n"
		"auth sufficient pam_userdb.so db=/etc/login\n"
		"auth required pam_pwdfile.so pwdfile=/etc/ftp.passwd\n");
	open_root(f, f->path);
	assert_true(old_unix_read(f->root, &accounts, &f->diags));
	old_pam_names(old_pam_read(f->root, accounts, "test"), hear, &heard);
	assert_string_equal(buffer_text(&heard.text),
		"root@/etc/ftpusers:1 banned@/etc/ftpusers:2 anna@/etc/login.db:0 "
		"bert@/etc/login.db:0 virtual@/etc/ftp.passwd:3 ");
	buffer_finish(&heard.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_pam_answers_for_debian_as_libpam, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pam_takes_other_for_a_service_without_file,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_follows_controls_as_libpam, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pam_takes_each_of_two_databases_passwords,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_knows_what_does_not_depend_on_modules_not_evaluated, fixture_setup,
			fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pam_reads_userdb_as_its_arguments_say,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_pam_knows_when_nullok_secure_wanted_a_terminal,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_asks_lists_as_libpam, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_judges_conditions_as_libpam, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_reads_pam_conf_without_folder, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_pam_lists_each_name_once, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
