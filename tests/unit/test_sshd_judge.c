/*
 * test_sshd_judge.c - what the files, or sshd's own answer, hold against a jailed login.
 */
#include "host_fixture.h"

#include "core/plan/sshd.h"

#define CONFIG "/etc/ssh/sshd_config"
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"

/* One line a finding: "LEVEL FILE:LINE [USER] CODE: MESSAGE". */
static const char *
findings(struct fixture *f)
{
	static const char *const levels[] = { "note", "warning", "error" };
	AUTO_BUFFER struct buffer text = { 0 };
	ARRAY_FOREACH (diag, &f->diags) {
		buffer_add_text(&text, levels[diag->level]);
		if (diag->place.file)
			buffer_printf(&text, " %s:%u", strrchr(diag->place.file, '/') + 1,
				diag->place.line);
		if (diag->user)
			buffer_printf(&text, " [%s]", diag->user);
		buffer_printf(&text, " %s: %s\n", diag->code ? diag->code : "-", diag->message);
		if (diag->level != DIAG_NOTE)
			assert_non_null(diag->hint);
	}
	f->diags.count = f->diags.errors = f->diags.warnings = 0;
	return arena_strdup(&f->arena, buffer_text(&text));
}

/* ---- the static view ---- */

static const char *
judge(struct fixture *f, const char *content)
{
	struct sshd_config config;
	make_file(f, CONFIG, content);
	assert_ok(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags));
	sshd_config_judge(&config, DROPIN, "sftponly", &f->arena, &f->diags);
	return findings(f);
}

static int
setup(void **state)
{
	fixture_setup(state);
	struct fixture *f = *state;
	make_dir(f, "/etc");
	make_dir(f, "/etc/ssh");
	make_dir(f, "/etc/ssh/sshd_config.d");
	return 0;
}

#define DEBIAN "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nSubsystem sftp internal-sftp\n"

static const struct judge_case {
	const char *content, *expected;
} judge_cases[] = {
	{ DEBIAN, "" },
	/* Include */
	{ "Include sshd_config.d/*\nSubsystem sftp x\n", "" },
	{ "include=\"sshd_config.d/6?-*.conf\" # x\nSUBSYSTEM SFTP x\n", "" },
	{ "Include /etc/ssh/sshd_config.d/60-rehome.conf\nSubsystem sftp x\n", "" },
	{ "Subsystem sftp x\n",
		"error sshd_config:0 sshd-include: no Include covers " DROPIN
		": sshd would not read it\n" },
	{ "Include /etc/ssh/sshd_config.d/*.config /etc/ssh/*.conf\nSubsystem sftp x\n",
		"error sshd_config:0 sshd-include: no Include covers " DROPIN
		": sshd would not read it\n" },
	{ "Subsystem sftp x\nMatch User a\nInclude /etc/ssh/sshd_config.d/*.conf\n",
		"error sshd_config:3 sshd-include: the Include that covers " DROPIN
		" stands behind 'Match User a': sshd reads it only for these\n" },
	{ "Subsystem sftp x\nMatch User a\nMatch all\nInclude sshd_config.d/*.conf\n", "" },
	/* Subsystem */
	{ "Include sshd_config.d/*.conf\nSubsystem other x\n",
		"error sshd_config:0 sshd-subsystem: no Subsystem line for sftp: sshd would refuse "
		"every SFTP session\n" },
	{ "Include sshd_config.d/*.conf\nMatch User a\nSubsystem sftp x\n",
		"error sshd_config:0 sshd-subsystem: no Subsystem line for sftp: sshd would refuse "
		"every SFTP session\n" },
	/* Match blocks behind the Include are too late to win */
	{ DEBIAN "Match User *\nChrootDirectory none\nX11Forwarding yes\n", "" },
	{ DEBIAN "Match Group sftponly\nChrootDirectory /srv\n",
		"warning sshd_config:4 sshd-match: 'Match Group sftponly' is about group sftponly "
		"too\n" },
	{ DEBIAN "Match Address 10.* Group a,sftp*\nPermitTTY no\n",
		"warning sshd_config:4 sshd-match: 'Match Address 10.* Group a,sftp*' is about "
		"group sftponly too\n" },
	{ DEBIAN "Match Group *,!sftponly\nX11Forwarding yes\n", "" },
	/* and those before it win */
	{ "Subsystem sftp x\nMatch User *\nChrootDirectory none\nForceCommand internal-sftp -R\n"
	  "AllowTcpForwarding NO\nPermitTunnel ethernet\nMatch all\n" DEBIAN,
		"error sshd_config:3 sshd-match: 'Match User *' comes before " DROPIN
		" and sets ChrootDirectory none: members of sftponly would get that, not %h\n"
		"error sshd_config:6 sshd-match: 'Match User *' comes before " DROPIN
		" and sets PermitTunnel ethernet: members of sftponly would get that, not no\n" },
	{ "Match Address 10.0.0.0/8\nX11Forwarding yes\nMatch all\n" DEBIAN,
		"error sshd_config:2 sshd-match: 'Match Address 10.0.0.0/8' comes before " DROPIN
		" and sets X11Forwarding yes: members of sftponly would get that, not no\n" },
	{ "Match all\nDisableForwarding no\n" DEBIAN,
		"error sshd_config:2 sshd-match: 'Match all' comes before " DROPIN
		" and sets DisableForwarding no: members of sftponly would get that, not yes\n" },
	{ "Match User deploy\nForceCommand /bin/deploy now\nMatch all\n" DEBIAN,
		"note sshd_config:2 sshd-match: whoever also matches 'User deploy' gets "
		"ForceCommand /bin/deploy now, not internal-sftp\n" },
	{ "Match User sftp_*,!sftp_x\nForceCommand x\nMatch all\n" DEBIAN,
		"error sshd_config:2 sshd-match: 'Match User sftp_*,!sftp_x' comes before " DROPIN
		" and sets ForceCommand x: members of sftponly would get that, not "
		"internal-sftp\n" },
	{ "Match Group admin\nX11Forwarding yes\nMatch all\n" DEBIAN,
		"note sshd_config:2 sshd-match: whoever also matches 'Group admin' gets "
		"X11Forwarding yes, not no\n" },
	{ "Match Group admin Address 10.0.0.0/8\nChrootDirectory none\nMatch all\n" DEBIAN,
		"warning sshd_config:2 sshd-match: whoever also matches 'Group admin Address "
		"10.0.0.0/8' gets ChrootDirectory none, not %h\n" },
	/* blocks that no member can meet */
	{ "Match Group *,!sftponly\nX11Forwarding yes\nMatch all\n" DEBIAN, "" },
	{ "Match Group !admin\nX11Forwarding yes\nMatch all\n" DEBIAN, "" },
	{ "Match User !anna\nX11Forwarding yes\nMatch all\n" DEBIAN, "" },
	{ "Match invalid-user\nX11Forwarding yes\nMatch all\n" DEBIAN, "" },
	{ "Match User * Group *,!sftponly\nX11Forwarding yes\nMatch all\n" DEBIAN, "" },
	{ "X11Forwarding yes\nAllowTcpForwarding yes\nForceCommand x\n" DEBIAN, "" },
	/* Allow and Deny */
	{ DEBIAN "AllowGroups admin sftp*\n", "" },
	{ DEBIAN "AllowGroups admin\nAllowGroups sftponly\n", "" },
	{ DEBIAN "AllowGroups admin\n",
		"error sshd_config:4 sshd-allow: AllowGroups does not name sftponly: sshd would "
		"refuse its members\n" },
	{ DEBIAN "AllowGroups admin\nMatch Group sftponly\nAllowGroups sftponly\n",
		"warning sshd_config:5 sshd-match: 'Match Group sftponly' is about group sftponly "
		"too\n" },
	{ DEBIAN "DenyGroups x sftp*\n",
		"error sshd_config:4 sshd-deny: DenyGroups holds sftponly: sshd would refuse its "
		"members\n" },
	{ DEBIAN "DenyGroups x\nDenyUsers anna\n", "" },
	{ DEBIAN "AllowUsers root anna\n",
		"warning sshd_config:4 sshd-allow: AllowUsers lets in only the logins that it "
		"names\n" },
	{ DEBIAN "AllowUsers root@10.0.0.1 sftp_*\n",
		"warning sshd_config:4 sshd-allow: AllowUsers lets in only logins and hosts that "
		"fit its patterns\n" },
	{ DEBIAN "AllowUsers root *\n", "" },
	{ DEBIAN "DenyUsers x *\n",
		"error sshd_config:4 sshd-deny: DenyUsers holds '*': sshd would refuse "
		"everybody\n" },
	{ DEBIAN "DenyUsers *@10.0.0.1\n",
		"warning sshd_config:4 sshd-deny: DenyUsers refuses logins or hosts that fit its "
		"patterns\n" },
	/* AuthenticationMethods */
	{ DEBIAN "AuthenticationMethods any\n", "" },
	{ DEBIAN "AuthenticationMethods publickey,password publickey\n", "" },
	{ DEBIAN "AuthenticationMethods publickey,password password,publickey\n",
		"error sshd_config:4 sshd-authentication: AuthenticationMethods publickey,password "
		"password,publickey: neither a password nor a key alone is enough\n" },
	{ DEBIAN "AuthenticationMethods publickey\nAuthenticationMethods publickey,password\n",
		"" },
	{ DEBIAN "AuthenticationMethods a,b\nMatch Group sftponly\nAuthenticationMethods any\n",
		"warning sshd_config:5 sshd-match: 'Match Group sftponly' is about group sftponly "
		"too\n" },
};

static void
test_files_are_judged_rule_by_rule(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(judge_cases); i++)
		assert_string_equal(judge(f, judge_cases[i].content), judge_cases[i].expected);
}

#define EARLY(file)                                                                                \
	"error " file ":2 sshd-match: 'Match User *' comes before " DROPIN                         \
	" and sets ChrootDirectory none: members of sftponly would get that, not %h\n"

static void
test_order_of_included_files_decides_who_wins(void **state)
{
	struct fixture *f = *state;
	const char *block = "Match User *\nChrootDirectory none\n";
	make_file(f, "/etc/ssh/sshd_config.d/50-a.conf", block);
	make_file(f, "/etc/ssh/sshd_config.d/70-b.conf", block);
	assert_string_equal(judge(f, DEBIAN), EARLY("50-a.conf"));

	/* What the drop-in itself says is not held against it, present or not. */
	make_file(f, DROPIN, "Match Group sftponly\nChrootDirectory /old\nAllowGroups x\n");
	assert_string_equal(judge(f, DEBIAN), EARLY("50-a.conf"));
}

static void
test_files_nested_in_an_earlier_file_come_first_too(void **state)
{
	struct fixture *f = *state;
	make_file(f, "/etc/ssh/sshd_config.d/50-a.conf", "Include zzz\n");
	make_file(f, "/etc/ssh/zzz", "Match User *\nChrootDirectory none\n");
	assert_string_equal(judge(f, DEBIAN), EARLY("zzz"));
	make_file(f, "/etc/ssh/sshd_config.d/50-a.conf", "");
	make_file(f, "/etc/ssh/sshd_config.d/70-b.conf", "Include zzz\n");
	assert_string_equal(judge(f, DEBIAN), "");
}

static void
test_missing_configuration_is_a_warning(void **state)
{
	struct fixture *f = *state;
	struct sshd_config config;
	assert_ok(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags));
	sshd_config_judge(&config, DROPIN, "sftponly", &f->arena, &f->diags);
	assert_string_equal(findings(f),
		"warning sshd_config:0 sshd-missing: does not exist: sshd is not set up here\n");
}

static void
test_hint_names_the_include_line(void **state)
{
	struct fixture *f = *state;
	struct sshd_config config;
	make_file(f, CONFIG, "Subsystem sftp x\n");
	assert_ok(f, sshd_config_read(f->host, CONFIG, &f->arena, &config, &f->diags));
	sshd_config_judge(&config, DROPIN, "sftponly", &f->arena, &f->diags);
	assert_string_equal(f->diags.items[0].hint,
		"Put this line at the top of " CONFIG ": Include /etc/ssh/sshd_config.d/*.conf");
}

/* ---- the effective view ---- */

#define JAILED                                                                                     \
	"port 22\nusepam yes\npubkeyauthentication yes\npasswordauthentication yes\n"              \
	"kbdinteractiveauthentication no\nx11forwarding no\nallowtcpforwarding no\n"               \
	"allowagentforwarding no\ndisableforwarding yes\nallowstreamlocalforwarding no\n"          \
	"forcecommand internal-sftp\nchrootdirectory %h\n"                                         \
	"authorizedkeysfile /etc/ssh/rehome_keys/%u .ssh/authorized_keys\npermittunnel no\n"       \
	"subsystem sftp /usr/lib/openssh/sftp-server\nauthenticationmethods any\n"

static void
test_answer_is_parsed_word_for_word(void **state)
{
	struct fixture *f = *state;
	struct sshd_effective e;
	sshd_effective_parse(JAILED "allowusers a\nallowusers b@c\nallowgroups g\ndenyusers d\n"
				    "denygroups h\npermittty\n",
		&f->arena, &e);
	assert_string_equal(e.chroot_directory, "%h");
	assert_string_equal(e.force_command, "internal-sftp");
	assert_string_equal(e.authorized_keys_file, "/etc/ssh/rehome_keys/%u .ssh/authorized_keys");
	assert_string_equal(e.authentication_methods, "any");
	assert_true(e.disable_forwarding && e.password_authentication && e.use_pam);
	assert_true(e.pubkey_authentication && e.has_sftp_subsystem);
	assert_false(e.allow_tcp_forwarding || e.x11_forwarding || e.permit_tunnel);
	assert_false(e.allow_agent_forwarding || e.allow_stream_local);
	assert_false(e.kbd_interactive_authentication);
	assert_int_equal(e.allow_users.count, 2);
	assert_string_equal(e.allow_users.items[1], "b@c");
	assert_string_equal(e.allow_groups.items[0], "g");
	assert_string_equal(e.deny_users.items[0], "d");
	assert_string_equal(e.deny_groups.items[0], "h");
}

static void
test_empty_answer_promises_nothing(void **state)
{
	struct fixture *f = *state;
	struct sshd_effective e;
	sshd_effective_parse("", &f->arena, &e);
	assert_string_equal(e.chroot_directory, "none");
	assert_string_equal(e.force_command, "none");
	assert_string_equal(e.authorized_keys_file, "none");
	assert_string_equal(e.authentication_methods, "any");
	assert_false(e.has_sftp_subsystem || e.password_authentication || e.allow_tcp_forwarding);
}

/* Later lines replace those of JAILED. */
static const char *
judge_effective(struct fixture *f, const char *changes, bool has_password, bool has_key)
{
	struct sshd_effective effective;
	struct sshd_expectation expectation = {
		.login = "matteo",
		.home = "/home/matteo",
		.has_password = has_password,
		.has_key = has_key,
		.keys_dir = "/etc/ssh/rehome_keys",
	};
	string_list_push(&f->arena, &expectation.groups, "matteo");
	string_list_push(&f->arena, &expectation.groups, "sftponly");
	sshd_effective_parse(
		arena_printf(&f->arena, "%s%s", JAILED, changes), &f->arena, &effective);
	sshd_effective_judge(&effective, &expectation, &f->arena, &f->diags);
	return findings(f);
}

#define NO_METHOD                                                                                  \
	"error [matteo] sshd-authentication: sshd would accept nothing of what the account has "

static const struct effective_case {
	bool has_password, has_key;
	const char *changes, *expected;
} effective_cases[] = {
	{ true, true, "", "" },
	{ false, false, "", "" },
	/* the jail */
	{ true, true, "chrootdirectory none\n",
		"error [matteo] sshd-chroot: sshd has ChrootDirectory none, expected "
		"/home/matteo\n" },
	{ true, true, "chrootdirectory /home/%u\n", "" },
	{ true, true, "chrootdirectory /home/%%u\n",
		"error [matteo] sshd-chroot: sshd has ChrootDirectory /home/%u, expected "
		"/home/matteo\n" },
	{ true, true, "forcecommand internal-sftp -R\n", "" },
	{ true, true, "forcecommand internal-sftpx\n",
		"error [matteo] sshd-command: sshd has ForceCommand internal-sftpx, expected "
		"internal-sftp\n" },
	{ true, true, "forcecommand none\n",
		"error [matteo] sshd-command: sshd has ForceCommand none, expected "
		"internal-sftp\n" },
	/* forwarding */
	{ true, true, "allowtcpforwarding yes\nallowstreamlocalforwarding yes\n", "" },
	{ true, true, "disableforwarding no\nallowtcpforwarding local\n",
		"error [matteo] sshd-forwarding: sshd has AllowTcpForwarding on, expected no\n" },
	{ true, true, "disableforwarding no\nallowstreamlocalforwarding yes\n",
		"error [matteo] sshd-forwarding: sshd has AllowStreamLocalForwarding on, expected "
		"no\n" },
	{ true, true, "x11forwarding yes\nallowagentforwarding yes\npermittunnel ethernet\n",
		"error [matteo] sshd-forwarding: sshd has X11Forwarding on, expected no\n"
		"error [matteo] sshd-forwarding: sshd has AllowAgentForwarding on, expected no\n"
		"error [matteo] sshd-forwarding: sshd has PermitTunnel on, expected no\n" },
	/* who */
	{ true, true, "allowusers root\n",
		"error [matteo] sshd-allow: AllowUsers does not let this login in\n" },
	{ true, true, "allowusers root\nallowusers mat*\n", "" },
	{ true, true, "allowusers matteo@*\n", "" },
	{ true, true, "allowusers matteo@10.0.0.1\n",
		"warning [matteo] sshd-allow: AllowUsers lets this login in from certain hosts "
		"only\n" },
	{ true, true, "denyusers *@10.0.0.1\n",
		"warning [matteo] sshd-deny: DenyUsers refuses this login from some hosts\n" },
	{ true, true, "denyusers m*\n",
		"error [matteo] sshd-deny: DenyUsers refuses this login\n" },
	{ true, true, "denygroups x\ndenygroups sftp*\n",
		"error [matteo] sshd-deny: DenyGroups refuses members of sftponly\n" },
	{ true, true, "allowgroups x\n",
		"error [matteo] sshd-allow: AllowGroups names none of this login's groups\n" },
	{ true, true, "allowgroups x\nallowgroups matteo\n", "" },
	/* how */
	{ true, false, "passwordauthentication no\n", NO_METHOD "(password)\n" },
	{ true, false, "passwordauthentication no\nkbdinteractiveauthentication yes\n", "" },
	{ true, false, "passwordauthentication no\nkbdinteractiveauthentication yes\nusepam no\n",
		NO_METHOD "(password)\n" },
	{ false, true, "pubkeyauthentication no\n", NO_METHOD "(key)\n" },
	{ true, true, "pubkeyauthentication no\n",
		"warning [matteo] sshd-authentication: sshd accepts no key, only the password\n" },
	{ true, true, "passwordauthentication no\n",
		"warning [matteo] sshd-authentication: sshd accepts no password, only the key\n" },
	{ true, true, "pubkeyauthentication no\npasswordauthentication no\n",
		NO_METHOD "(password, key)\n" },
	{ true, false, "authenticationmethods publickey\n", NO_METHOD "(password)\n" },
	{ false, true, "authenticationmethods publickey,password publickey\n", "" },
	{ false, true, "authenticationmethods publickey,password\n", NO_METHOD "(key)\n" },
	{ true, true, "authenticationmethods publickey,password\n", "" },
	{ true, true, "authenticationmethods publickey,hostbased\n",
		NO_METHOD "(password, key)\n" },
	/* keys */
	{ false, true, "authorizedkeysfile .ssh/authorized_keys\n",
		"error [matteo] sshd-keys-file: sshd has AuthorizedKeysFile "
		".ssh/authorized_keys, expected /etc/ssh/rehome_keys/%u in it\n" },
	{ true, false, "authorizedkeysfile .ssh/authorized_keys\n", "" },
};

static void
test_answer_is_judged_rule_by_rule(void **state)
{
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(effective_cases); i++) {
		const struct effective_case *c = &effective_cases[i];
		assert_string_equal(
			judge_effective(f, c->changes, c->has_password, c->has_key), c->expected);
	}
}

/* The answer for a member of sftponly-x whose profile is this text. */
static const char *
judge_profile(struct fixture *f, const char *changes, const char *profile, const char *outside)
{
	struct sshd_effective effective;
	struct jail_profile parsed;
	struct sshd_expectation expectation = {
		.login = "matteo",
		.home = "/home/matteo",
		.has_password = true,
		.profile = &parsed,
		.outside = outside,
	};
	assert_true(profile_parse(profile, &f->arena, &parsed));
	string_list_push(&f->arena, &expectation.groups, "sftponly");
	string_list_push(&f->arena, &expectation.groups, "sftponly-x");
	sshd_effective_parse(
		arena_printf(&f->arena, "%s%s", JAILED, changes), &f->arena, &effective);
	sshd_effective_judge(&effective, &expectation, &f->arena, &f->diags);
	return findings(f);
}

static void
test_command_is_right_for_the_accounts_profile_only(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[][3] = {
		{ "read-only umask=027", "internal-sftp -R -u 027", "" },
		{ "read-only umask=027", "internal-sftp -R",
			"error [matteo] sshd-command: sshd has ForceCommand internal-sftp -R, "
			"expected internal-sftp -R -u 027\n" },
		{ "read-only", "internal-sftp",
			"error [matteo] sshd-command: sshd has ForceCommand internal-sftp, "
			"expected internal-sftp -R\n" },
		{ "start=www", "internal-sftp -d /www", "" },
		{ "from=10.0.0.0/8", "internal-sftp", "" },
		{ "", "internal-sftp -l INFO", "" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			judge_profile(f, arena_printf(&f->arena, "forcecommand %s\n", cases[i][1]),
				cases[i][0], NULL),
			cases[i][2]);
}

static void
test_address_outside_of_the_profile_must_be_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const cases[][2] = {
		{ "denygroups sftponly-x\n", "" },
		{ "denyusers matteo\n", "" },
		{ "denyusers matteo@10.0.0.1\n",
			"error [matteo] sshd-from: sshd would take a login from 192.0.2.1, which "
			"its profile refuses\n" },
		{ "denygroups other\nchrootdirectory none\n",
			"error [matteo] sshd-from: sshd would take a login from 192.0.2.1, which "
			"its profile refuses\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(
			judge_profile(f, cases[i][0], "from=10.0.0.0/8", "192.0.2.1"), cases[i][1]);
}

static void
test_answer_without_subsystem_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct sshd_effective effective;
	struct sshd_expectation expectation = { .login = "matteo", .home = "/" };
	sshd_effective_parse(
		"chrootdirectory /\nforcecommand internal-sftp\n", &f->arena, &effective);
	sshd_effective_judge(&effective, &expectation, &f->arena, &f->diags);
	assert_string_equal(
		findings(f), "error [matteo] sshd-subsystem: sshd has no Subsystem for sftp\n");
}

#define judge_test(function) cmocka_unit_test_setup_teardown(function, setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		judge_test(test_files_are_judged_rule_by_rule),
		judge_test(test_order_of_included_files_decides_who_wins),
		judge_test(test_files_nested_in_an_earlier_file_come_first_too),
		judge_test(test_missing_configuration_is_a_warning),
		judge_test(test_hint_names_the_include_line),
		judge_test(test_answer_is_parsed_word_for_word),
		judge_test(test_empty_answer_promises_nothing),
		judge_test(test_answer_is_judged_rule_by_rule),
		judge_test(test_command_is_right_for_the_accounts_profile_only),
		judge_test(test_address_outside_of_the_profile_must_be_refused),
		judge_test(test_answer_without_subsystem_is_an_error),
	};
	return cmocka_run_group_tests_name("sshd_judge", tests, NULL, NULL);
}
