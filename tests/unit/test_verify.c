/*
 * test_verify.c - every rule for the lines and the login of an account, broken on purpose; the
 * whole of what is found is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/verify_internal.h"
#include "verify_accounts_fixture.h"

/* ---- which accounts ---- */

static void
test_a_host_as_a_run_left_it_has_no_faults(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	assert_string_equal(verified(world, NULL), "anna managed open\nbert open\n");
	world_destroy(world);
}

static void
test_only_named_accounts_are_examined_and_each_once(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	assert_string_equal(verified(world, "bert"), "bert open\n");
	world_destroy(world);
}

static void
test_who_is_not_jailed_is_an_error_with_the_nearest_login(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	assert_string_equal(verified(world, "anan"),
		"anan\n"
		"error not-jailed: 'anan' is neither managed by rehome nor a member of group "
		"'sftponly' | Did you mean 'anna'?\n");
	assert_string_equal(verified(world, "carl"),
		"carl\n"
		"error not-jailed: 'carl' is neither managed by rehome nor a member of group "
		"'sftponly'\n");
	world_destroy(world);
}

static void
test_another_root_says_what_was_not_checked(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	struct string_list logins = { 0 };
	struct verification verification;
	world_open(world);
	assert_true(verify_accounts(world->config, &world->snapshot, &logins, NULL, &world->arena,
		&verification, &world->diags));
	assert_int_equal(verification.not_checked.count, 2);
	assert_string_equal(verification.not_checked.items[0],
		"other user databases (with --root, ids are judged by the files alone)");
	assert_string_equal(verification.not_checked.items[1],
		"sshd (with --root it is neither asked nor told)");
	world_destroy(world);
}

/* ---- lines ---- */

static const struct breakage broken_lines[] = {
	{ "sed -i /^anna/d etc/passwd",
		"anna managed\n"
		"error account-missing /etc/passwd: there is no 'anna', whom run 7 made "
		"with uid 20000 | Run: rehome --root ROOT rollback 7 anna\n" },
	{ "sed -i s/:20000:20000:/:0:20000:/ etc/passwd",
		"anna managed open\n"
		"error uid-root /etc/passwd:2(uid): uid 0: this is root, whom no jail "
		"holds\n"
		"error uid-changed /etc/passwd:2(uid): uid 0, and rehome gave it uid "
		"20000: its files belong to the old one | Run: usermod -P ROOT -u 20000 "
		"anna\n" },
	{ "sed -i s/:20000:20000:/:20001:20000:/ etc/passwd",
		"anna managed open\n"
		"error uid-changed /etc/passwd:2(uid): uid 20001, and rehome gave it uid "
		"20000: its files belong to the old one | Run: usermod -P ROOT -u 20000 "
		"anna\n" },
	{ "sed -i s/:20000:20000:/:x:20000:/ etc/passwd",
		"anna managed open\n"
		"error uid /etc/passwd:2(uid): the uid is no number: nobody can log in\n" },
	{ "echo zoe:x:20000:1::/home/zoe:/bin/sh >>etc/passwd",
		"anna managed open\n"
		"error uid-shared /etc/passwd:2(uid): uid 20000 is also that of 'zoe'\n" },
	{ "sed -i s/:20000:20000:/:20000:777:/ etc/passwd",
		"anna managed open\n"
		"error primary-group-missing /etc/passwd:2(gid): no group has gid 777 | "
		"Run: usermod -P ROOT -g anna anna\n" },
	{ "sed -i s/:20000:20000:/:20000:1002:/ etc/passwd",
		"anna managed open\n"
		"warning primary-group /etc/passwd:2(gid): the primary group is 'carl', "
		"not the user's own | Run: usermod -P ROOT -g anna anna\n" },
	{ "sed -i s/^anna:x:20000:/anna:x:20000:carl/ etc/group",
		"anna managed open\n"
		"warning primary-group /etc/group:4(members): the user's own group has "
		"other members: carl\n" },
	{ "sed -i /^sftponly/d etc/group",
		"anna managed open\n"
		"error group-missing /etc/group: there is no group 'sftponly': sshd jails "
		"nobody | Run: groupadd -P ROOT --system sftponly && usermod -P ROOT -aG "
		"sftponly anna\n" },
	{ "sed -i s/^sftponly.*/sftponly:x:990:/ etc/group etc/gshadow",
		"anna managed open\n"
		"error group /etc/group:2(members): not a member of 'sftponly': "
		"sshd does not jail it | Run: usermod -P ROOT -aG sftponly anna\n" },
	{ "sed -i s/^sftponly.*/sftponly:!::/ etc/gshadow",
		"anna managed open\n"
		"warning gshadow-member /etc/gshadow:2(members): a member of 'sftponly' in "
		"/etc/group, but not here | Run: usermod -P ROOT -aG sftponly anna\n" },
	{ "sed -i s/^press.*/press:x:991:/ etc/group",
		"anna managed open\n"
		"warning group-lost /etc/group: no longer a member of 'press', which "
		"rehome gave it | Run: usermod -P ROOT -aG press anna\n" },
	{ "sed -i '/^anna/s,[^:]*$,/bin/bash,' etc/passwd",
		"anna managed open\n"
		"error shell /etc/passwd:2(shell): shell /bin/bash: a login that does not "
		"come through sshd is not jailed | Run: usermod -P ROOT -s "
		"/usr/sbin/nologin anna\n" },
	{ "sed -i '/^anna/s,[^:]*$,,' etc/passwd",
		"anna managed open\n"
		"error shell /etc/passwd:2(shell): shell /bin/sh, as the field is empty: a "
		"login that does not come through sshd is not jailed | Run: usermod -P "
		"ROOT -s /usr/sbin/nologin anna\n" },
	{ "sed -i '/^anna/s,/home/anna,/home/bert,' etc/passwd",
		"anna managed open\n"
		"error home-changed /etc/passwd:2(home): home /home/bert, and rehome made "
		"/home/anna | Run: usermod -P ROOT -d /home/anna anna\n"
		"error home-shared /etc/passwd:2(home): /home/bert is the home of 'bert' "
		"as well\n"
		"error folder-missing /home/bert/pics: the folder does not exist | Run: "
		"install -d -o 20000 -g 990 -m 0755 ROOT/home/bert/pics\n"
		"error folder-missing /home/bert/logs: the folder does not exist | Run: "
		"install -d -o 0 -g 990 -m 0755 ROOT/home/bert/logs\n" },
	{ "sed -i s/^anna:x/anna:/ etc/passwd",
		"anna managed open\n"
		"error not-shadowed /etc/passwd:2(password): the password field is empty: "
		"no password is asked for | Run: pwconv -R ROOT\n" },
	{ "sed -i s/^anna:x/anna:secret/ etc/passwd",
		"anna managed open\n"
		"error not-shadowed /etc/passwd:2(password): the password field is not "
		"'x': shadow is not used | Run: pwconv -R ROOT\n" },
	{ "sed -i /^anna/d etc/shadow",
		"anna managed open\n"
		"error shadow-missing /etc/shadow: there is no line for 'anna': PAM "
		"refuses every login | Run: pwconv -R ROOT\n" },
};

static void
test_broken_account_lines_are_found(void **state)
{
	(void)state;
	CHECK_BREAKAGES(broken_lines);
}

/* ---- logging in ---- */

static void
test_what_keeps_somebody_from_logging_in_is_told(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "sed -i 's/^anna.*/anna:*:19000:0:99999:7::1:/' etc/shadow",
			"anna managed\n"
			"warning closed /etc/shadow:2(expire): closed: the account is expired | To "
			"open it, run: usermod -P ROOT -e '' anna\n" },
		{ "sed -i 's/^anna.*/anna:*:19000:0:99999:7::18262:/' etc/shadow",
			"anna managed\n"
			"warning closed /etc/shadow:2(expire): closed: the account expired on "
			"2020-01-01 | To open it, run: usermod -P ROOT -e '' anna\n" },
		{ "sed -i 's/^anna.*/anna:*:19000:0:99999:7::90000:/' etc/shadow",
			"anna managed open\n" },
		{ "sed -i 's/^anna.*/anna:*:19000:0:99999:7::-1:/' etc/shadow",
			"anna managed open\n" },
		{ "sed -i 's/^anna.*/anna:*:19000:0:99999:7::soon:/' etc/shadow",
			"anna managed open\n"
			"error shadow-field /etc/shadow:2(expire): field 'expire' is no number: "
			"libc does not see the line, and PAM refuses every login\n" },
		{ "sed -i 's/^anna.*/anna:!$y$j9T$salt$hash:19000:0:99999:7:::/' etc/shadow",
			"anna managed open\n"
			"warning locked-with-key /etc/shadow:2(password): the password is locked, "
			"but login by key still works | To close the account, run: usermod -P ROOT "
			"-e 1 anna\n" },
		{ "sed -i 's/^anna.*/anna::19000:0:99999:7:::/' etc/shadow",
			"anna managed open\n"
			"error password-empty /etc/shadow:2(password): the password is empty: "
			"whoever knows the name may be let in | Run: usermod -P ROOT -p '*' "
			"anna\n" },
		{ "sed -i 's/^anna.*/anna:*:0:0:99999:7:::/' etc/shadow",
			"anna managed open\n"
			"error password-change-forced /etc/shadow:2(changed): a new password is "
			"demanded at login, which SFTP cannot do: every login ends at once | Run: "
			"chage -R ROOT -d \"$(date +%F)\" anna\n" },
		{ "sed -i 's/^anna.*/anna:*:18262:0:90:7:::/' etc/shadow",
			"anna managed open\n"
			"error password-aged /etc/shadow:2(max): the password aged out on "
			"2020-03-31, and SFTP cannot change it: every login ends at once | Run: "
			"chage -R ROOT -M -1 anna\n" },
		{ "sed -i 's/^anna.*/anna:*:20000:0:30000:7:::/' etc/shadow",
			"anna managed open\n"
			"warning password-ages /etc/shadow:2(max): the password ages out on "
			"2106-11-24, and SFTP cannot change it: then every login ends at once | "
			"Run: chage -R ROOT -M -1 anna\n" },
		{ "sed -i 's/^anna.*/anna:*::0:90:7:::/' etc/shadow", "anna managed open\n" },
		{ "echo '#none' >etc/ssh/rehome_keys/anna",
			"anna managed\n"
			"warning keys-drift /etc/ssh/rehome_keys/anna: not as run 7 wrote it: "
			"somebody has changed the keys | To write them anew, run: rehome --root "
			"ROOT credentials anna --key FILE\n"
			"warning cannot-log-in: cannot log in: neither password nor key | Run: "
			"rehome --root ROOT credentials anna --password\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_an_expiry_that_rehome_did_not_give_is_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *remembered, *field, *found;
	} cases[] = {
		{ "", "", "anna managed open\n" },
		{ "", "-1", "anna managed open\n" },
		{ "", "1",
			"anna managed\n"
			"error expires /etc/shadow:2(expire): expiry 1970-01-02 (disabled), "
			"expected never | Run: chage -R ROOT -E -1 anna\n" },
		{ "90000", "90000", "anna managed open\n" },
		{ "90000", "",
			"anna managed open\n"
			"error expires /etc/shadow:2(expire): expiry never, expected 2216-05-31 | "
			"Run: chage -R ROOT -E 2216-05-31 anna\n" },
		{ "90000", "18262",
			"anna managed\n"
			"error expires /etc/shadow:2(expire): expiry 2020-01-01, expected "
			"2216-05-31 | Run: chage -R ROOT -E 2216-05-31 anna\n" },
		{ "18262", "18262",
			"anna managed\n"
			"warning closed /etc/shadow:2(expire): closed: the account expired on "
			"2020-01-01 | To open it, run: usermod -P ROOT -e '' anna\n" },
		{ "1", "1",
			"anna managed\n"
			"warning closed /etc/shadow:2(expire): closed: the account is expired | To "
			"open it, run: usermod -P ROOT -e '' anna\n" },
		{ "1", "",
			"anna managed open\n"
			"error expires /etc/shadow:2(expire): expiry never, expected 1970-01-02 "
			"(disabled) | Run: chage -R ROOT -E 1 anna\n" },
		{ "1", "soon",
			"anna managed open\n"
			"error shadow-field /etc/shadow:2(expire): field 'expire' is no number: "
			"libc does not see the line, and PAM refuses every login\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *world = world_create(DEFAULT_CONFIG);
		world->anna.expires = cases[i].remembered;
		in_root(world,
			arena_printf(&world->arena,
				"sed -i 's/^anna.*/anna:*:19000:0:99999:7::%s:/' etc/shadow",
				cases[i].field));
		assert_string_equal(verified(world, "anna"), cases[i].found);
		world_destroy(world);
	}
}

/* ---- whom sshd is asked about ---- */

static const char *
asked(struct world *world, const char *match)
{
	struct verifier verifier;
	struct subjects subjects = { 0 };
	struct subject items[3] = {
		{ .account.login = "anna", .own_group = "anna" },
		{ .account.login = "bert", .own_group = "sftponly" },
		{ .account.login = "cleo", .own_group = "cleo" },
	};
	struct sshd_question question;
	AUTO_BUFFER struct buffer out = { 0 };
	string_list_push(&world->arena, &items[0].groups, "press");
	string_list_push(&world->arena, &items[0].groups, "sftponly");
	string_list_push(&world->arena, &items[2].groups, "sftponly");
	string_list_push(&world->arena, &items[2].groups, "press");
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		ARRAY_PUSH(&world->arena, &subjects, &items[i]);

	in_root(world, arena_printf(&world->arena, "printf '%s\\n' >etc/ssh/sshd_config", match));
	world_open(world);
	verifier_init(&verifier, world->config, &world->snapshot, &world->arena);
	assert_true(sshd_config_read(world->host, "/etc/ssh/sshd_config", &world->arena,
		&world->snapshot.sshd, &world->diags));
	verify_choose_asked(&verifier, &subjects, &question);
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		buffer_printf(&out, "%s:%s ", items[i].account.login,
			question.asked.items[question.of[i]].login);
	return arena_strdup(&world->arena, buffer_text(&out));
}

static void
test_sshd_is_asked_once_for_the_same_groups(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	assert_string_equal(asked(world, "Match Group sftponly"), "anna:anna bert:bert cleo:anna ");
	assert_string_equal(asked(world, "Match Group *"), "anna:anna bert:bert cleo:anna ");
	world_destroy(world);
}

static void
test_sshd_is_asked_for_each_where_a_rule_can_tell_them_apart(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	assert_string_equal(asked(world, "Match User bob"), "anna:anna bert:bert cleo:cleo ");
	assert_string_equal(asked(world, "Match Group x,cl*"), "anna:anna bert:bert cleo:cleo ");
	world_destroy(world);
}

/* ---- scale ---- */

/* What many accounts share is looked at once: the directory above all homes gives one component. */
static void
test_what_accounts_share_is_looked_at_once(void **state)
{
	(void)state;
	enum { ACCOUNTS = 200 };
	struct world *world = world_create(DEFAULT_CONFIG);
	in_root(world,
		"for i in $(seq 200); do mkdir home/u$i; echo u$i:x:$((30000+i)):990::/home/u$i:"
		"/usr/sbin/nologin >>etc/passwd; echo \"u$i:*:19000:0:99999:7:::\" >>etc/shadow; "
		"done");
	const struct string_list all = { 0 };
	struct verification verification;
	world_open(world);
	assert_true(verify_accounts(world->config, &world->snapshot, &all, NULL, &world->arena,
		&verification, &world->diags));
	assert_int_equal(verification.accounts.count, ACCOUNTS + 2);
	/* "/" and "/home", anna, bert, and the others' homes. */
	assert_int_equal(world->snapshot.jails.components.count, 2 + 2 + ACCOUNTS);
	world_destroy(world);
}

/* ---- who is not open yet, who is of the name service ---- */

static void
test_a_staged_account_is_in_order(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	in_root(world, "sed -i '/^anna:/s/:[^:]*:$/:1:/' etc/shadow");
	world->anna.expires = "1";
	world->anna.standing = (struct managed_standing){
		.state = MANAGED_STAGED, .staged = true, .run = "1", .expires = ""
	};
	assert_string_equal(verified(world, "anna"),
		"anna managed\n"
		"note staged /etc/shadow:2(expire): staged: closed until it is activated | To open "
		"it, run: rehome --root ROOT activate anna\n");
	world_destroy(world);
}

/* What the name service says of anna, whom no file names; NULL = nothing. */
static const char *
verified_nss(struct world *world, const char *uid, const char *home, const char *shell)
{
	const char *fields[PASSWD_FIELDS] = { "anna", "x", uid, "70000", "", home, shell };
	AUTO_BUFFER struct buffer out = { 0 };
	struct string_list logins = { 0 };
	struct verification verification;
	world->anna.nss = true;
	world_open(world);
	string_list_push(&world->arena, &logins, "anna");
	world->snapshot.has_nss = true;
	if (uid)
		table_set(&world->snapshot.nss_users, "anna",
			accountdb_line_create(ACCOUNTDB_PASSWD, fields, &world->arena));
	assert_true(verify_accounts(world->config, &world->snapshot, &logins, NULL, &world->arena,
		&verification, &world->diags));
	say_findings(world, &out, &verification.accounts.items[0].findings);
	return arena_strdup(&world->arena, buffer_text(&out));
}

static void
test_an_account_of_the_name_service_is_held_against_what_that_says(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	const char *uid = arena_printf(&world->arena, "%u", (unsigned)world->anna.uid);
	in_root(world, "sed -i '/^anna:/d' etc/passwd etc/shadow");
	assert_string_equal(verified_nss(world, uid, world->anna.home, "/bin/false"), "");
	assert_string_equal(verified_nss(world, "4711", world->anna.home, "/bin/bash"),
		arena_printf(&world->arena,
			"error uid-changed: the name service says uid 4711, the jail was made for "
			"uid %s: its files belong to the old one | Give the account its uid back "
			"there.\n"
			"warning nss-shell: shell /bin/bash: a login that does not come through "
			"sshd is not jailed | Give the account /usr/sbin/nologin in the "
			"directory.\n",
			uid));
	assert_non_null(strstr(verified_nss(world, uid, "/home/other", "/bin/false"),
		"error home-changed: the name service says home /home/other, and rehome made "));
	assert_string_equal(verified_nss(world, NULL, NULL, NULL),
		"warning account-missing: the name service knows no 'anna' any more | If it is "
		"gone "
		"for good, run: rehome --root ROOT disable anna, then rehome --root ROOT remove "
		"anna\n");
	in_root(world, "sed -i 's/^\\(sftponly:.*[:,]\\)anna,*/\\1/' etc/group");
	assert_non_null(strstr(verified_nss(world, uid, world->anna.home, "/bin/false"),
		"not a member of 'sftponly': sshd does not jail it"));
	world_destroy(world);
}

static void
test_an_account_of_the_name_service_has_no_line_here(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	const char *uid = arena_printf(&world->arena, "%u", (unsigned)world->anna.uid);
	assert_non_null(strstr(verified_nss(world, uid, world->anna.home, "/bin/false"),
		"error nss-local /etc/passwd:2(name): an account of its own, and the jail was made "
		"for "
		"one of the name service | Remove one of the two."));
	in_root(world, "sed -i '/^anna:/d' etc/passwd");
	assert_string_equal(verified(world, "anna"),
		"anna managed\n"
		"note nss-elsewhere: of the name service, which is not asked below --root\n");
	world_destroy(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_as_a_run_left_it_has_no_faults),
		cmocka_unit_test(test_only_named_accounts_are_examined_and_each_once),
		cmocka_unit_test(test_who_is_not_jailed_is_an_error_with_the_nearest_login),
		cmocka_unit_test(test_another_root_says_what_was_not_checked),
		cmocka_unit_test(test_broken_account_lines_are_found),
		cmocka_unit_test(test_what_keeps_somebody_from_logging_in_is_told),
		cmocka_unit_test(test_an_expiry_that_rehome_did_not_give_is_an_error),
		cmocka_unit_test(test_sshd_is_asked_once_for_the_same_groups),
		cmocka_unit_test(test_sshd_is_asked_for_each_where_a_rule_can_tell_them_apart),
		cmocka_unit_test(test_what_accounts_share_is_looked_at_once),
		cmocka_unit_test(test_a_staged_account_is_in_order),
		cmocka_unit_test(
			test_an_account_of_the_name_service_is_held_against_what_that_says),
		cmocka_unit_test(test_an_account_of_the_name_service_has_no_line_here),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "test_verify: needs root, to give files to other users\n");
		return 77;
	}
	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
