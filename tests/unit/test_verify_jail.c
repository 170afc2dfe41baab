/*
 * test_verify_jail.c - every rule for the jail, the folders and the keys of an account, broken on
 * purpose; the whole of what is found is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "verify_accounts_fixture.h"

/* ---- the jail ---- */

static const struct breakage broken_jails[] = {
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
	{ "chmod 2755 home/anna",
		"anna managed open\n"
		"error jail-mode /home/anna: mode 2755, expected 0755: the user must be "
		"able to list it and enter it, and nothing more | Run: chmod 00755 "
		"ROOT/home/anna\n" },
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

static void
test_a_broken_jail_is_found(void **state)
{
	(void)state;
	CHECK_BREAKAGES(broken_jails);
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

static const struct breakage broken_folders[] = {
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
	{ "chmod 2755 home/anna/pics",
		"anna managed open\n"
		"warning folder-mode /home/anna/pics: mode 2755, expected 0755 | Run: "
		"chmod 00755 ROOT/home/anna/pics\n" },
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

static void
test_broken_folders_are_found(void **state)
{
	(void)state;
	CHECK_BREAKAGES(broken_folders);
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

static const struct breakage broken_keys[] = {
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

static void
test_broken_keys_are_found(void **state)
{
	(void)state;
	CHECK_BREAKAGES(broken_keys);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_broken_jail_is_found),
		cmocka_unit_test(test_a_home_that_can_never_be_a_jail_is_found),
		cmocka_unit_test(test_broken_folders_are_found),
		cmocka_unit_test(test_owner_group_and_mode_come_from_the_layout),
		cmocka_unit_test(test_what_the_user_may_change_by_right_is_a_warning),
		cmocka_unit_test(test_hints_quote_what_a_shell_would_misread),
		cmocka_unit_test(test_broken_keys_are_found),
		cmocka_unit_test(test_keys_that_rehome_did_not_give_are_told),
		cmocka_unit_test(test_keys_in_the_home_of_a_member_make_it_open),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "test_verify_jail: needs root, to give files to other users\n");
		return 77;
	}
	return cmocka_run_group_tests_name("verify_jail", tests, NULL, NULL);
}
