/*
 * test_verify.c - every rule for an account, broken on purpose; the whole of what is found is
 * compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/verify_internal.h"
#include "verify_fixture.h"

#define DEFAULT_CONFIG "version: 1\n"

/* "LOGIN [open]" and its findings, for every account. */
static const char *
verified(struct world *world, const char *login)
{
	struct string_list logins = { 0 };
	struct verification verification;
	AUTO_BUFFER struct buffer out = { 0 };
	world_open(world);
	if (login)
		string_list_push(&world->arena, &logins, login);
	if (!verify_accounts(world->config, &world->snapshot, &logins, &world->arena, &verification,
		    &world->diags))
		fail_msg("%s", world->diags.items[0].message);
	ARRAY_FOREACH (account, &verification.accounts) {
		buffer_printf(&out, "%s%s%s\n", account->login, account->managed ? " managed" : "",
			account->open ? " open" : "");
		say_findings(world, &out, &account->findings);
		ARRAY_FOREACH (finding, &account->findings)
			assert_string_equal(finding->user, account->login);
	}
	return arena_strdup(&world->arena, buffer_text(&out));
}

struct breakage {
	const char *command; /* run in the root */
	const char *found;   /* behind anna's own line */
};

static void
check_breakages(const char *configuration, const struct breakage *cases, size_t count)
{
	bool failed = false;
	for (size_t i = 0; i < count; i++) {
		struct world *world = world_create(configuration);
		in_root(world, cases[i].command);
		const char *found = verified(world, "anna");
		if (strcmp(found, cases[i].found) != 0) {
			print_error("%s\n--- found\n%s--- expected\n%s\n", cases[i].command, found,
				cases[i].found);
			failed = true;
		}
		world_destroy(world);
	}
	assert_false(failed);
}

#define CHECK_BREAKAGES(cases) check_breakages(DEFAULT_CONFIG, cases, ARRAY_LEN(cases))

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
	assert_true(verify_accounts(world->config, &world->snapshot, &logins, &world->arena,
		&verification, &world->diags));
	assert_int_equal(verification.not_checked.count, 2);
	assert_string_equal(verification.not_checked.items[0],
		"other user databases (with --root, ids are judged by the files alone)");
	assert_string_equal(verification.not_checked.items[1],
		"sshd (with --root it is neither asked nor told)");
	world_destroy(world);
}

/* ---- lines ---- */

static void
test_broken_account_lines_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
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
	CHECK_BREAKAGES(cases);
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

/* ---- the jail ---- */

static void
test_a_broken_jail_is_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "mv home/anna home/anne",
			"anna managed open\n"
			"error jail-missing /home/anna: /home/anna does not exist | Run: install "
			"-d -o root -g root -m 0755 ROOT/home/anna\n" },
		{ "chmod 0775 home",
			"anna managed open\n"
			"error jail-writable /home: /home is group-writable (0775): sshd refuses "
			"every chroot below it | Run: chmod g-w ROOT/home\n" },
		{ "chown 20000 home/anna",
			"anna managed open\n"
			"error jail-owner /home/anna: /home/anna belongs to uid 20000, not to "
			"root: sshd refuses every chroot below it | Run: chown root "
			"ROOT/home/anna\n" },
		{ "chown 20000 home; chmod 0700 home/anna",
			"anna managed open\n"
			"error jail-owner /home: /home belongs to uid 20000, not to root: sshd "
			"refuses every chroot below it | Run: chown root ROOT/home\n"
			"error jail-mode /home/anna: mode 0700, expected 0755: the user must be "
			"able to list it and enter it, and nothing more | Run: chmod 0755 "
			"ROOT/home/anna\n" },
		{ "chmod 0757 home/anna",
			"anna managed open\n"
			"error jail-writable /home/anna: /home/anna is world-writable (0757): sshd "
			"refuses every chroot below it | Run: chmod o-w ROOT/home/anna\n" },
		{ "chmod 0711 home/anna",
			"anna managed open\n"
			"error jail-mode /home/anna: mode 0711, expected 0755: the user must be "
			"able to list it and enter it, and nothing more | Run: chmod 0755 "
			"ROOT/home/anna\n" },
		{ "chgrp 990 home/anna",
			"anna managed open\n"
			"warning jail-group /home/anna: belongs to group 990, expected root's | "
			"Run: chgrp root ROOT/home/anna\n" },
		{ "mv home/anna home/a && ln -s a home/anna",
			"anna managed open\n"
			"error jail-symlink /home/anna: /home/anna is a symbolic link: a jail's "
			"path must be what it seems to be | Choose a home below the directory that "
			"it leads to; see readlink -f ROOT/home/anna.\n" },
		{ "mv home/anna home/a && touch home/anna",
			"anna managed open\n"
			"error jail-type /home/anna: /home/anna is not a directory | Choose "
			"another home, or move what stands there out of the way.\n" },
		{ "setfacl -m u:20000:rwx home/anna",
			"anna managed open\n"
			"error jail-acl /home/anna: an ACL lets others write in /home/anna: sshd "
			"refuses every chroot below it | Run: setfacl -m mask::r-x "
			"ROOT/home/anna\n" },
		{ "setfacl -d -m u:20000:rwx home/anna",
			"anna managed open\n"
			"warning jail-default-acl /home/anna: has an ACL: what is made in it later "
			"may inherit other rights | Run: setfacl -b ROOT/home/anna\n" },
		{ "sed -i '/^bert/s,/home/bert,/home/anna,' etc/passwd; sed -i 1G etc/passwd",
			"anna managed open\n"
			"error home-shared /etc/passwd:3(home): /home/anna is the home of 'bert' "
			"as well\n" },
		{ "sed -i '/^root/s,/root,/home/anna,' etc/passwd",
			"anna managed open\n"
			"error home-shared /etc/passwd:2(home): /home/anna is the home of 'root' "
			"as well\n" },
		{ "sed -i '/^carl/s,/home/carl,/home/anna/pics,' etc/passwd",
			"anna managed open\n"
			"error home-nested /etc/passwd:2(home): /home/anna contains the home of "
			"'carl'\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_a_home_that_can_never_be_a_jail_is_found(void **state)
{
	(void)state;
	static const char *const homes[][2] = {
		{ "/",
			"anna managed open\n"
			"error jail-system /: / is a directory of the system and never a jail | "
			"Choose a home of its own, such as /home/LOGIN.\n" },
		{ "/etc",
			"anna managed open\n"
			"error jail-system /etc: /etc is a directory of the system and never a "
			"jail | Choose a home of its own, such as /home/LOGIN.\n" },
		{ "/home/../etc",
			"anna managed open\n"
			"error home-path /etc/passwd:2(home): home '/home/../etc' is not an "
			"absolute path without '.', '..' or double slashes\n" },
		{ "/home/bert/in",
			"anna managed open\n"
			"error jail-missing /home/bert/in: /home/bert/in does not exist | Run: "
			"install -d -o root -g root -m 0755 ROOT/home/bert/in\n"
			"error home-nested /etc/passwd:2(home): /home/bert/in is inside "
			"/home/bert, the home of 'bert'\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
		struct world *world = world_create(DEFAULT_CONFIG);
		world->anna.home = homes[i][0];
		in_root(world,
			arena_printf(&world->arena, "sed -i '/^anna/s,/home/anna,%s,' etc/passwd",
				homes[i][0]));
		assert_string_equal(verified(world, "anna"), homes[i][1]);
		world_destroy(world);
	}
}

/* ---- folders ---- */

static void
test_broken_folders_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "rmdir home/anna/pics",
			"anna managed open\n"
			"error folder-missing /home/anna/pics: the folder does not exist | Run: "
			"install -d -o 20000 -g 990 -m 0755 ROOT/home/anna/pics\n" },
		{ "rmdir home/anna/pics && touch home/anna/pics",
			"anna managed open\n"
			"error folder-type /home/anna/pics: not a directory | Move it out of the "
			"way, then run: install -d -o 20000 -g 990 -m 0755 ROOT/home/anna/pics\n" },
		{ "rmdir home/anna/pics && ln -s /etc home/anna/pics",
			"anna managed open\n"
			"error folder-symlink /home/anna/pics: a symbolic link, expected a "
			"directory | Move it out of the way, then run: install -d -o 20000 -g 990 "
			"-m 0755 ROOT/home/anna/pics\n" },
		{ "chown 0 home/anna/pics",
			"anna managed open\n"
			"error folder-owner /home/anna/pics: belongs to uid 0, expected 20000 | "
			"Run: chown 20000 ROOT/home/anna/pics\n" },
		{ "chmod 0777 home/anna/pics",
			"anna managed open\n"
			"error folder-mode /home/anna/pics: mode 0777, expected 0755 | Run: chmod "
			"0755 ROOT/home/anna/pics\n" },
		{ "chmod 0700 home/anna/pics",
			"anna managed open\n"
			"warning folder-mode /home/anna/pics: mode 0700, expected 0755 | Run: "
			"chmod 0755 ROOT/home/anna/pics\n" },
		{ "chgrp 20000 home/anna/pics",
			"anna managed open\n"
			"warning folder-group /home/anna/pics: belongs to group 20000, expected "
			"990 | Run: chgrp 990 ROOT/home/anna/pics\n" },
		{ "setfacl -d -m u:1002:rwx home/anna/pics",
			"anna managed open\n"
			"warning folder-acl /home/anna/pics: has an ACL: what is made in it may "
			"get other rights than the layout says | Run: setfacl -b "
			"ROOT/home/anna/pics\n" },
		{ "chown 20000 home/anna/logs",
			"anna managed open\n"
			"error folder-owner /home/anna/logs: belongs to uid 20000, expected 0: its "
			"read-only mode is advisory only, the user can change it | Run: chown 0 "
			"ROOT/home/anna/logs\n" },
		{ "chgrp 0 home/anna/logs",
			"anna managed open\n"
			"error folder-group /home/anna/logs: belongs to group 0, expected 990 | "
			"Run: chgrp 990 ROOT/home/anna/logs\n" },
		{ "chmod 0775 home/anna/logs",
			"anna managed open\n"
			"error folder-mode /home/anna/logs: mode 0775, expected 0755 | Run: chmod "
			"0755 ROOT/home/anna/logs\n" },
		{ "setfacl -m u:20000:rwx home/anna/logs",
			"anna managed open\n"
			"error folder-acl /home/anna/logs: an ACL lets others write in it | Run: "
			"setfacl -b ROOT/home/anna/logs && chmod 0755 ROOT/home/anna/logs\n" },
		{ "chown 20000 home/anna/logs/today",
			"anna managed open\n"
			"error folder-advisory /home/anna/logs: read-only is advisory for 1 of its "
			"1 entries: the user can change 'today' | Run: chown -hR 0 "
			"ROOT/home/anna/logs && chmod -R go-w ROOT/home/anna/logs\n" },
		{ "chgrp 990 home/anna/logs/today && chmod 0664 home/anna/logs/today && "
		  "touch home/anna/logs/open && chmod 0666 home/anna/logs/open",
			"anna managed open\n"
			"error folder-advisory /home/anna/logs: read-only is advisory for 2 of its "
			"2 entries: the user can change 'open' and others | Run: chown -hR 0 "
			"ROOT/home/anna/logs && chmod -R go-w ROOT/home/anna/logs\n" },
		{ "ln -s today home/anna/logs/link", "anna managed open\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_owner_group_and_mode_come_from_the_layout(void **state)
{
	(void)state;
	static const char config[] =
		"version: 1\n"
		"layouts:\n"
		"  media:\n"
		"    dirs:\n"
		"      - { path: pics, access: write, owner: carl, group: press, "
		"mode: \"2770\" }\n"
		"      - { path: logs, access: write }\n";
	struct world *world = world_create(config);
	world->anna.layout = "media";
	assert_string_equal(verified(world, "anna"),
		"anna managed open\n"
		"error folder-owner /home/anna/pics: belongs to uid 20000, expected 1002 | Run: "
		"chown 1002 ROOT/home/anna/pics\n"
		"warning folder-group /home/anna/pics: belongs to group 990, expected 991 | Run: "
		"chgrp 991 ROOT/home/anna/pics\n"
		"warning folder-mode /home/anna/pics: mode 0755, expected 2770 | Run: chmod 2770 "
		"ROOT/home/anna/pics\n");
	in_root(world, "chown 1002:991 home/anna/pics && chmod 2770 home/anna/pics");
	assert_string_equal(verified(world, "anna"), "anna managed open\n");
	in_root(world, "sed -i /^press/d etc/group");
	assert_string_equal(verified(world, "anna"),
		"anna managed open\n"
		"warning group-lost /etc/group: no longer a member of 'press', which rehome gave "
		"it | Run: usermod -P ROOT -aG press anna\n"
		"error folder-owner-unknown /home/anna/pics: its owner or group by the layout does "
		"not exist\n");
	world_destroy(world);
}

/* The user may remove and rename what stands in a folder of the user's own. */
static void
test_what_the_user_may_change_by_right_is_a_warning(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	world->anna.folders = "pics:rw pics/new:rw pics/old:ro";
	in_root(world, "install -d -o 0 -g 990 -m 0755 home/anna/pics/old");
	assert_string_equal(verified(world, "anna"),
		"anna managed open\n"
		"warning folder-missing /home/anna/pics/new: the folder does not exist | Let the "
		"user correct it: they can put a link on this path, and a command of root's would "
		"follow.\n"
		"warning folder-advisory /home/anna/pics/old: read-only, but in a folder of the "
		"user, who can rename it away | Move it to the top of the layout.\n");
	world_destroy(world);
}

static void
test_hints_quote_what_a_shell_would_misread(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	world->anna.folders = "'my pictures'";
	assert_string_equal(verified(world, "anna"),
		"anna managed open\n"
		"error folder-missing /home/anna/my pictures: the folder does not exist | Run: "
		"install -d -o 20000 -g 990 -m 0755 'ROOT/home/anna/my pictures'\n");
	world_destroy(world);
}

/* ---- keys ---- */

static void
test_broken_keys_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "rm etc/ssh/rehome_keys/anna",
			"anna managed\n"
			"error keys-missing /etc/ssh/rehome_keys/anna: the key file does not exist "
			"| Run: rehome --root ROOT credentials anna --key FILE\n"
			"warning cannot-log-in: cannot log in: neither password nor key | Run: "
			"rehome --root ROOT credentials anna --password\n" },
		{ "chown 20000 etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"error keys-owner /etc/ssh/rehome_keys/anna: belongs to uid 20000, "
			"expected root: others could let themselves in | Run: chown 0:0 "
			"ROOT/etc/ssh/rehome_keys/anna\n" },
		{ "chmod 0600 etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"error keys-mode /etc/ssh/rehome_keys/anna: mode 0600, expected 0644: sshd "
			"reads it as the user, and only root may write it | Run: chmod 0644 "
			"ROOT/etc/ssh/rehome_keys/anna\n" },
		{ "chmod 0664 etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"error keys-mode /etc/ssh/rehome_keys/anna: mode 0664, expected 0644: sshd "
			"reads it as the user, and only root may write it | Run: chmod 0644 "
			"ROOT/etc/ssh/rehome_keys/anna\n" },
		{ "setfacl -m u:20000:rw etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"error keys-acl /etc/ssh/rehome_keys/anna: an ACL lets others write it: "
			"sshd refuses the keys | Run: setfacl -b ROOT/etc/ssh/rehome_keys/anna && "
			"chmod 0644 ROOT/etc/ssh/rehome_keys/anna\n" },
		{ "chmod 0700 etc/ssh/rehome_keys",
			"anna managed open\n"
			"error keys-dir /etc/ssh/rehome_keys: mode 0700, expected 0755: sshd reads "
			"the keys as the user | Run: chmod 0755 ROOT/etc/ssh/rehome_keys\n" },
		{ "chown 20000 etc/ssh/rehome_keys",
			"anna managed open\n"
			"error keys-dir /etc/ssh/rehome_keys: belongs to uid 20000: sshd refuses "
			"every key below it | Run: chown root ROOT/etc/ssh/rehome_keys\n" },
		{ "chmod 0775 etc/ssh",
			"anna managed open\n"
			"error keys-dir /etc/ssh: mode 0775: others may write, and sshd refuses "
			"every key below it | Run: chmod go-w ROOT/etc/ssh\n" },
		{ "rm etc/ssh/rehome_keys/anna && mkdir etc/ssh/rehome_keys/anna",
			"anna managed\n"
			"error keys-type /etc/ssh/rehome_keys/anna: not a regular file\n"
			"warning cannot-log-in: cannot log in: neither password nor key | Run: "
			"rehome --root ROOT credentials anna --password\n" },
		{ "rm etc/ssh/rehome_keys/anna && ln -s /etc/shadow etc/ssh/rehome_keys/anna",
			"anna managed\n"
			"error keys-type /etc/ssh/rehome_keys/anna: not a regular file\n"
			"warning cannot-log-in: cannot log in: neither password nor key | Run: "
			"rehome --root ROOT credentials anna --password\n" },
		{ "echo '# a comment' >>etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"warning keys-drift /etc/ssh/rehome_keys/anna: not as run 7 wrote it: "
			"somebody has changed the keys | To write them anew, run: rehome --root "
			"ROOT credentials anna --key FILE\n" },
		{ "echo garbage >>etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"warning keys-drift /etc/ssh/rehome_keys/anna: not as run 7 wrote it: "
			"somebody has changed the keys | To write them anew, run: rehome --root "
			"ROOT credentials anna --key FILE\n"
			"error keys-line /etc/ssh/rehome_keys/anna:2: ssh key: this is not a "
			"public key | Paste the whole line of the .pub file: type, key and "
			"comment.\n" },
		{ "echo 'from=\"127.0.0.1\" " ED25519_TYPE " " ED25519_BASE64 " rehome-verify' "
		  ">>etc/ssh/rehome_keys/anna",
			"anna managed open\n"
			"warning keys-drift /etc/ssh/rehome_keys/anna: not as run 7 wrote it: "
			"somebody has changed the keys | To write them anew, run: rehome --root "
			"ROOT credentials anna --key FILE\n"
			"error verify-key-left /etc/ssh/rehome_keys/anna:2: a key of `rehome "
			"verify --login` that was not taken away | Run: sed -i '/ rehome-verify/d' "
			"ROOT/etc/ssh/rehome_keys/anna\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_keys_that_rehome_did_not_give_are_told(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	world->anna.keys_sha256 = NULL;
	assert_string_equal(verified(world, "anna"),
		"anna managed open\n"
		"warning keys-unexpected /etc/ssh/rehome_keys/anna: there are keys, and rehome "
		"gave it none | If nobody vouches for them, run: rm "
		"ROOT/etc/ssh/rehome_keys/anna\n");
	world_destroy(world);
}

static void
test_keys_in_the_home_of_a_member_make_it_open(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	in_root(world, "sed -i 's/^bert.*/bert:*:19000:0:99999:7:::/' etc/shadow");
	assert_string_equal(verified(world, "bert"),
		"bert\nwarning cannot-log-in: cannot log in: neither password nor key\n");
	in_root(world,
		"mkdir home/bert/.ssh && echo '" ANNAS_KEY "' >home/bert/.ssh/authorized_keys");
	assert_string_equal(verified(world, "bert"), "bert open\n");
	world_destroy(world);
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
			question.asked.items[question.of[i]]);
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
	assert_true(verify_accounts(world->config, &world->snapshot, &all, &world->arena,
		&verification, &world->diags));
	assert_int_equal(verification.accounts.count, ACCOUNTS + 2);
	/* "/" and "/home", anna, bert, and the others' homes. */
	assert_int_equal(world->snapshot.jails.components.count, 2 + 2 + ACCOUNTS);
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
		cmocka_unit_test(test_a_broken_jail_is_found),
		cmocka_unit_test(test_a_home_that_can_never_be_a_jail_is_found),
		cmocka_unit_test(test_broken_folders_are_found),
		cmocka_unit_test(test_owner_group_and_mode_come_from_the_layout),
		cmocka_unit_test(test_what_the_user_may_change_by_right_is_a_warning),
		cmocka_unit_test(test_hints_quote_what_a_shell_would_misread),
		cmocka_unit_test(test_broken_keys_are_found),
		cmocka_unit_test(test_keys_that_rehome_did_not_give_are_told),
		cmocka_unit_test(test_keys_in_the_home_of_a_member_make_it_open),
		cmocka_unit_test(test_sshd_is_asked_once_for_the_same_groups),
		cmocka_unit_test(test_sshd_is_asked_for_each_where_a_rule_can_tell_them_apart),
		cmocka_unit_test(test_what_accounts_share_is_looked_at_once),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "test_verify: needs root, to give files to other users\n");
		return 77;
	}
	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
