/*
 * test_verify_host.c - every rule for the host as a whole, broken on purpose; the whole of what is
 * found is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/verify_internal.h"
#include "verify_fixture.h"

#define DEFAULT_CONFIG "version: 1\n"
#define STATE_DIR "/var/lib/rehome"

/* On a host as a run leaves it, one member is there whom rehome does not manage. */
#define BERT                                                                                       \
	"note unmanaged-members /etc/group:2(members): members of 'sftponly' whom rehome does "    \
	"not manage: bert\n"

static const char *
examined(struct world *world)
{
	struct diags findings;
	struct string_list not_checked;
	AUTO_BUFFER struct buffer out = { 0 };
	world_open(world);
	if (!verify_host(world->config, &world->snapshot, STATE_DIR, &world->arena, &findings,
		    &not_checked, &world->diags))
		fail_msg("%s", world->diags.items[0].message);
	say_findings(world, &out, &findings);
	return arena_strdup(&world->arena, buffer_text(&out));
}

static void
write_dropin(struct world *world, bool passwords)
{
	const struct jail_config *jail = &world->config->jail;
	struct sshd_dropin dropin = {
		.group = jail->group,
		.keys_dir = jail->keys_dir,
		.passwords = passwords,
	};
	AUTO_FILE FILE *file =
		fopen(arena_printf(&world->arena, "%s%s", world->root, jail->sshd_dropin), "w");
	assert_non_null(file);
	assert_true(fputs(sshd_dropin_text(&dropin, &world->arena), file) >= 0);
}

static struct world *
host_create_whole(const char *configuration)
{
	struct world *world = world_create(configuration);
	write_dropin(world, true);
	return world;
}

struct breakage {
	const char *command; /* run in the root */
	const char *found;
};

static void
check_breakages(const struct breakage *cases, size_t count)
{
	bool failed = false;
	for (size_t i = 0; i < count; i++) {
		struct world *world = host_create_whole(DEFAULT_CONFIG);
		in_root(world, cases[i].command);
		const char *found = examined(world);
		if (strcmp(found, cases[i].found) != 0) {
			print_error("%s\n--- found\n%s--- expected\n%s\n", cases[i].command, found,
				cases[i].found);
			failed = true;
		}
		world_destroy(world);
	}
	assert_false(failed);
}

#define CHECK_BREAKAGES(cases) check_breakages(cases, ARRAY_LEN(cases))

static void
test_a_host_as_a_run_left_it_has_no_faults(void **state)
{
	(void)state;
	struct world *world = host_create_whole(DEFAULT_CONFIG);
	assert_string_equal(examined(world), BERT);
	write_dropin(world, false);
	assert_string_equal(examined(world), BERT);
	world_destroy(world);
}

static void
test_a_host_that_nobody_was_moved_to_has_no_faults(void **state)
{
	(void)state;
	struct world *world = world_create(DEFAULT_CONFIG);
	managed_init(&world->managed, &world->arena);
	in_root(world,
		"rm -r etc/ssh var/lib/rehome home/anna home/bert; sed -i '/^anna/d;/^bert/d' "
		"etc/passwd etc/shadow; sed -i '/^anna/d;/^sftponly/d;/^press/d' etc/group "
		"etc/gshadow");
	assert_string_equal(examined(world), "");
	world_destroy(world);
}

static void
test_a_broken_dropin_is_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "rm etc/ssh/sshd_config.d/60-rehome.conf",
			"error dropin-missing /etc/ssh/sshd_config.d/60-rehome.conf: the drop-in "
			"does not exist: sshd jails nobody | Apply one of the sources again: it is "
			"written anew.\n" BERT },
		{ "sed -i /ForceCommand/d etc/ssh/sshd_config.d/60-rehome.conf",
			"error dropin-edited /etc/ssh/sshd_config.d/60-rehome.conf: not as rehome "
			"writes it for this configuration | Apply one of the sources again: it is "
			"written anew.\n" BERT },
		{ "echo '# ours' >etc/ssh/sshd_config.d/60-rehome.conf",
			"error dropin-foreign /etc/ssh/sshd_config.d/60-rehome.conf: exists and "
			"was not written by rehome | Move it away, or set jail.sshd_dropin to "
			"another file.\n" BERT },
		{ "chmod 0666 etc/ssh/sshd_config.d/60-rehome.conf",
			"error dropin-mode /etc/ssh/sshd_config.d/60-rehome.conf: belongs to uid 0 "
			"with mode 0666: somebody besides root may change it | Run: chown 0:0 "
			"ROOT/etc/ssh/sshd_config.d/60-rehome.conf && chmod 0644 "
			"ROOT/etc/ssh/sshd_config.d/60-rehome.conf\n" BERT },
		{ "chown 20000 etc/ssh/sshd_config.d/60-rehome.conf",
			"error dropin-mode /etc/ssh/sshd_config.d/60-rehome.conf: belongs to uid "
			"20000 with mode 0644: somebody besides root may change it | Run: chown "
			"0:0 "
			"ROOT/etc/ssh/sshd_config.d/60-rehome.conf && chmod 0644 "
			"ROOT/etc/ssh/sshd_config.d/60-rehome.conf\n" BERT },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_broken_groups_and_bases_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "sed -i /^sftponly/d etc/group etc/gshadow",
			"error group-missing /etc/group: there is no group 'sftponly': sshd jails "
			"nobody | Run: groupadd -P ROOT --system sftponly\n" },
		{ "sed -i /^sftponly/d etc/gshadow",
			"warning gshadow-missing /etc/gshadow: there is no line for group "
			"'sftponly' | Run: grpconv -R ROOT\n" BERT },
		{ "sed -i '/^sftponly/s/$/,zoe/' etc/group",
			BERT "warning member-missing /etc/group:2(members): 'zoe' is a member of "
			     "'sftponly' and does not exist: the next account of that name would "
			     "be jailed | Run: gpasswd -Q ROOT -d zoe sftponly\n" },
		{ "chmod 0777 home",
			BERT "error jail-base /home: /home is group- and world-writable (0777): "
			     "sshd refuses every chroot below it | Run: chmod go-w ROOT/home\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_account_files_that_disagree_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "sed -i '/^anna/d;/^carl/d' etc/shadow",
			BERT "error shadow-missing /etc/passwd:2: 'anna' has no line in "
			     "/etc/shadow | Run: pwconv -R ROOT\n"
			     "warning shadow-missing /etc/passwd:4: 'carl' has no line in "
			     "/etc/shadow | Run: pwconv -R ROOT\n" },
		{ "echo zoe:x:20000:1::/home/zoe:/bin/sh >>etc/passwd; "
		  "echo 'zoe:*:19000::::::' >>etc/shadow",
			BERT "error uid-shared /etc/passwd:5: 'zoe' has uid 20000, which is also "
			     "that of 'anna'\n" },
		{ "echo toor:x:0:0::/root:/bin/sh >>etc/passwd; "
		  "echo 'toor:*:19000::::::' >>etc/shadow",
			BERT },
		{ "echo 'zoe:*:19000::::::' >>etc/shadow; echo 'zoe:!::' >>etc/gshadow",
			BERT "warning orphan-line /etc/shadow:5: 'zoe' is not in /etc/passwd | "
			     "Run: pwconv -R ROOT\n"
			     "warning orphan-line /etc/gshadow:6: 'zoe' is not in /etc/group | "
			     "Run: grpconv -R ROOT\n" },
		{ "echo garbage >>etc/passwd",
			BERT "warning malformed-line /etc/passwd:5: not a line of 7 fields that "
			     "starts with a name\n" },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_what_may_refuse_logins_is_told(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "mkdir etc/pam.d; printf '%s\\n' '# account required pam_access.so' "
		  "'@include common-account' '@include common-account' >etc/pam.d/sshd; "
		  "printf '%s\\n' 'account [success=1 default=ignore] pam_unix.so' "
		  "'-account [default=bad success=ok] /lib/security/pam_access.so # here' "
		  ">etc/pam.d/common-account",
			BERT "warning pam /etc/pam.d/common-account:2: pam_access.so may refuse "
			     "logins by /etc/security/access.conf | See that it lets the group in, "
			     "with a line such as: + : (sftponly) : ALL\n" },
		{ "mkdir etc/pam.d; printf '%s\\n' 'auth substack more' >etc/pam.d/sshd; "
		  "printf '%s\\n' 'auth required pam_listfile.so file=/etc/x' "
		  "'account required pam_time.so' 'auth required pam_shells.so' "
		  "'auth include sshd' >etc/pam.d/more",
			BERT "warning pam /etc/pam.d/more:1: pam_listfile.so may refuse logins by "
			     "a list of users or groups | See that its list lets the members of "
			     "'sftponly' in.\n"
			     "warning pam /etc/pam.d/more:2: pam_time.so may refuse logins by "
			     "/etc/security/time.conf | See that it lets the members of 'sftponly' "
			     "in at all times.\n"
			     "warning pam /etc/pam.d/more:3: pam_shells.so refuses accounts whose "
			     "shell is not in /etc/shells | Take the line out: members of "
			     "'sftponly' have no login shell.\n" },
		{ "mkdir etc/pam.d; ln -s more etc/pam.d/sshd",
			BERT
			"note pam-unread /etc/pam.d/sshd: not examined: is a symbolic link\n" },
		{ "touch etc/nologin",
			BERT "error nologin /etc/nologin: exists: nobody but root can log in | "
			     "When maintenance is over, run: rm ROOT/etc/nologin\n" },
		{ "mkdir run; touch run/nologin",
			BERT "error nologin /run/nologin: exists: nobody but root can log in | "
			     "When maintenance is over, run: rm ROOT/run/nologin\n" },
		{ "printf '%s\\n' '#PASS_MAX_DAYS 9' 'PASS_MAX_DAYS\t90' >etc/login.defs",
			BERT
			"warning pass-max-days /etc/login.defs:2: accounts that other programs "
			"make age out after 90 days, and SFTP cannot change a password | "
			"Accounts of rehome do not age; see rehome verify for others.\n" },
		{ "printf '%s\\n' 'PASS_MAX_DAYS\t99999' >etc/login.defs", BERT },
	};
	CHECK_BREAKAGES(cases);
}

static void
test_leftovers_are_found(void **state)
{
	(void)state;
	static const struct breakage cases[] = {
		{ "mkdir home/.rehome-stage-7 etc/ssh/rehome_keys/.rehome-stage-7",
			BERT
			"warning leftover-staging /home/.rehome-stage-7: a run was interrupted, or "
			"is at work | Run: rehome --root ROOT recover; if that has nothing to do, "
			"run: rm -r ROOT/home/.rehome-stage-7\n"
			"warning leftover-staging /etc/ssh/rehome_keys/.rehome-stage-7: a run was "
			"interrupted, or is at work | Run: rehome --root ROOT recover; if that has "
			"nothing to do, run: rm -r ROOT/etc/ssh/rehome_keys/.rehome-stage-7\n" },
		{ "mkdir home/.rehome-copies-7",
			BERT
			"warning leftover-staging /home/.rehome-copies-7: a run was interrupted, "
			"or "
			"is at work | Run: rehome --root ROOT recover; if that has nothing to do, "
			"run: rm -r ROOT/home/.rehome-copies-7\n" },
		{ "touch etc/.rehome-0123456789abcdef etc/.rehome-0123456789abcdeg "
		  "etc/ssh/sshd_config.d/.rehome-fedcba9876543210",
			BERT
			"warning leftover-temporary /etc/.rehome-0123456789abcdef: a temporary "
			"file of a run that was interrupted | Run: rehome --root ROOT recover; if "
			"that has nothing to do, run: rm ROOT/etc/.rehome-0123456789abcdef\n"
			"warning leftover-temporary "
			"/etc/ssh/sshd_config.d/.rehome-fedcba9876543210: a temporary file of a "
			"run that was interrupted | Run: rehome --root ROOT recover; if that has "
			"nothing to do, run: rm "
			"ROOT/etc/ssh/sshd_config.d/.rehome-fedcba9876543210\n" },
		{ "mkdir -p home/.rehome-quarantine/7/anna home/.rehome-quarantine/7/bert "
		  "home/.rehome-quarantine/8/carl",
			BERT "note quarantine /home/.rehome-quarantine/7: 2 trees kept when run 7 "
			     "was taken back | When nobody needs what is in it, run: rm -r "
			     "ROOT/home/.rehome-quarantine/7\n"
			     "note quarantine /home/.rehome-quarantine/8: 1 tree kept when run 8 "
			     "was taken back | When nobody needs what is in it, run: rm -r "
			     "ROOT/home/.rehome-quarantine/8\n" },
		{ "touch etc/ssh/rehome_keys/zoe",
			BERT "warning keys-orphan /etc/ssh/rehome_keys/zoe: keys for 'zoe', who "
			     "does not exist: they would open the next account of that name | Run: "
			     "rm ROOT/etc/ssh/rehome_keys/zoe\n" },
		{ "chmod 0755 var/lib/rehome",
			BERT
			"error state-dir /var/lib/rehome: owned by uid 0 with mode 0755, expected "
			"root and 0700 | Make sure that nobody tampered with it, then run: chown "
			"0:0 ROOT/var/lib/rehome && chmod 0700 ROOT/var/lib/rehome\n" },
		{ "rmdir var/lib/rehome; touch var/lib/rehome",
			BERT "error state-dir /var/lib/rehome: not a directory\n" },
		{ "mkdir -p root/rehome-handout; chmod 0700 root/rehome-handout; "
		  "touch root/rehome-handout/run-8.csv root/rehome-handout/notes; "
		  "touch -d 2020-01-01 root/rehome-handout/notes",
			BERT },
		{ "mkdir -p root/rehome-handout",
			BERT "error handout-dir /root/rehome-handout: owned by uid 0 with mode "
			     "0755, expected root and 0700 | Make sure that nobody tampered with "
			     "it, then run: chown 0:0 ROOT/root/rehome-handout && chmod 0700 "
			     "ROOT/root/rehome-handout\n" },
	};
	CHECK_BREAKAGES(cases);
}

/* Their age grows from day to day. */
static void
test_old_handouts_are_found_where_the_configuration_puts_them(void **state)
{
	(void)state;
	struct world *world = host_create_whole("version: 1\npolicy:\n  passwords:\n"
						"    handout: /srv/out\n");
	in_root(world,
		"mkdir -p srv/out && chmod 0700 srv/out && touch -d '9 days ago' "
		"srv/out/run-7.csv && touch -d '6 days ago' srv/out/run-8.csv");
	assert_string_equal(examined(world),
		BERT "warning handout-old /srv/out/run-7.csv: passwords in plain text, 9 days old "
		     "| When everybody has got theirs, run: rm -r ROOT/srv/out/run-7.csv\n");
	world_destroy(world);
}

/* ---- room and time ---- */

static const char *
said_of(struct world *world, const struct diags *findings)
{
	AUTO_BUFFER struct buffer out = { 0 };
	say_findings(world, &out, findings);
	return arena_strdup(&world->arena, buffer_text(&out));
}

static void
test_little_space_is_told(void **state)
{
	(void)state;
	struct world world = { .root = "/nowhere" };
	struct diags findings = { .arena = &world.arena };
	verify_space("/home", 100 * 1024 * 1024, 1000, &findings);
	assert_string_equal(said_of(&world, &findings), "");
	verify_space("/home", 100 * 1024 * 1024 - 1, 999, &findings);
	assert_string_equal(said_of(&world, &findings),
		"warning space /home: only 99 MiB are free on its filesystem\n"
		"warning space /home: only 999 more files fit on its filesystem\n");
	arena_finish(&world.arena);
}

static void
test_a_clock_that_was_never_set_is_an_error(void **state)
{
	(void)state;
	struct world world = { .root = "/nowhere" };
	struct diags findings = { .arena = &world.arena };
	verify_clock(18262, &findings);
	assert_string_equal(said_of(&world, &findings), "");
	verify_clock(18261, &findings);
	assert_string_equal(said_of(&world, &findings),
		"error clock: the clock says that it is 2019-12-31: expiry dates and password ages "
		"would be wrong | Set it, for example: timedatectl set-ntp true\n");
	arena_finish(&world.arena);
}

static void
test_another_root_says_what_was_not_checked(void **state)
{
	(void)state;
	struct world *world = host_create_whole(DEFAULT_CONFIG);
	struct diags findings;
	struct string_list not_checked;
	world_open(world);
	assert_true(verify_host(world->config, &world->snapshot, STATE_DIR, &world->arena,
		&findings, &not_checked, &world->diags));
	assert_int_equal(not_checked.count, 2);
	assert_string_equal(not_checked.items[0],
		"other user databases (with --root, ids are judged by the files alone)");
	assert_string_equal(
		not_checked.items[1], "sshd (with --root it is neither asked nor told)");
	world_destroy(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_as_a_run_left_it_has_no_faults),
		cmocka_unit_test(test_a_host_that_nobody_was_moved_to_has_no_faults),
		cmocka_unit_test(test_a_broken_dropin_is_found),
		cmocka_unit_test(test_broken_groups_and_bases_are_found),
		cmocka_unit_test(test_account_files_that_disagree_are_found),
		cmocka_unit_test(test_what_may_refuse_logins_is_told),
		cmocka_unit_test(test_leftovers_are_found),
		cmocka_unit_test(test_old_handouts_are_found_where_the_configuration_puts_them),
		cmocka_unit_test(test_little_space_is_told),
		cmocka_unit_test(test_a_clock_that_was_never_set_is_an_error),
		cmocka_unit_test(test_another_root_says_what_was_not_checked),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "test_verify_host: needs root, to give files to other users\n");
		return 77;
	}
	return cmocka_run_group_tests_name("verify_host", tests, NULL, NULL);
}
