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
		"allow crypt@/etc/shadow:2; /etc/shadow:2: several databases had to have the same "
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
