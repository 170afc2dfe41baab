/*
 * test_planner_adopt.c - accounts that exist and that rehome does not manage: who is adopted, and
 * what is planned for the account.
 */
#include "tests/unit/adopt_fixture.h"

/* ---- only when asked ---- */

static void
test_planner_adopts_nobody_unasked(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	plan_sheet(w, "login\nkarl\n");
	assert_string_equal(changes_said(w),
		"! karl\n"
		"  error login-unmanaged: login belongs to uid 1000, which rehome does not manage"
		" | Change the login column, or pass --adopt karl.\n");
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
}

static void
test_planner_adopts_nobody_where_the_policy_says_never(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { adopt: never }\n");
	add_resident(w, "karl", 1000);
	adopt(w, "karl");
	plan_sheet(w, "login\nkarl\n");
	assert_string_equal(changes_said(w),
		"! karl\n"
		"  error login-unmanaged: login belongs to uid 1000, which rehome does not manage"
		" | Change the login column; policy.adopt: never keeps this account as it is.\n");
}

static void
test_planner_never_adopts_root_or_nobody(void **state)
{
	struct world *w = *state;
	add_person(w, "nobody", 65534, "/nonexistent");
	adopt(w, "all");
	adopt(w, "root");
	adopt(w, "nobody");
	string_list_push(&w->arena, &w->options.adopt_protected, "root");
	string_list_push(&w->arena, &w->options.adopt_protected, "nobody");
	plan_sheet(w, "login\nroot\nnobody\n");
	assert_string_equal(codes_said(w), "! nobody login-unmanaged\n! root login-unmanaged\n");
}

static void
test_planner_says_which_adoptions_mean_nobody(void **state)
{
	struct world *w = *state;
	adopt(w, "ghost");
	adopt(w, "anna");
	plan_sheet(w, "login,folders\nanna,in\n");
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, no password\n"
		"  jail /home/anna  root:root 0755\n"
		"  folders in/ (write)\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"warning no-such-user: 'ghost' is nobody in the sources"
		" | See the logins with: rehome inspect SOURCE\n"
		"warning no-such-account: there is no account 'anna' to be adopted: a new one is "
		"made | See the accounts with: getent passwd\n");
}

/* ---- the account ---- */

static void
test_planner_adopts_an_account_with_a_group_of_its_own(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	set_hash(w, "karl", "$6$salt$hash");
	make_dir(w, "/home/karl/docs", 1000, 1000, 0750);
	make_file(w, "/home/karl/a.txt", "12345");
	give(w, "/home/karl/a.txt", 1000, 0644);
	adopt(w, "karl");
	plan_sheet(w, "login,name\nkarl,Karl Meier\n");
	assert_string_equal(changes_said(w),
		"~ karl\n"
		"  account uid 1000 kept; shell /bin/bash -> nologin; + sftponly (new)\n"
		"  name (none) -> Karl Meier\n"
		"  jail /home/karl\tkarl:karl 0755 -> root:root 0755\n"
		"  keep 1 folder, 1 file, 5 bytes; 1 loose file -> files/\n"
		"  folder docs/\n"
		"  archive before the change, names and rights of 1 file, about 1 s\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"home-freeze /home/karl\n"
		"archive /home/karl\n"
		"home-adopt /home/karl 0:0 0755\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"passwd karl shell: /bin/bash -> /usr/sbin/nologin\n"
		"passwd karl gecos:  -> Karl Meier\n"
		"shadow karl gate:  -> \n"
		"group sftponly + karl\n"
		"gshadow sftponly + karl\n");
	assert_string_equal(adoption_said(w, "karl"),
		"/home/karl below /home, loose files, ids 1000:1000 -> 1000:1000, folders 999\n"
		"found 1000:1000 0755, 1 files, 5 bytes\n");
	assert_string_equal(folders_said(w, "karl"), "docs:kept files:kept");
}

static void
test_planner_gives_an_adopted_account_a_group_of_its_own(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	set_primary_group(w, "karl", "users", 100);
	set_primary_group(w, "lena", "users", 100);
	/* The number of her uid is taken. */
	add_to_file(w, "/etc/group", "press:x:1001:\n");
	adopt(w, "all");
	plan_sheet(w, "login\nkarl\nlena\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"passwd karl shell: /bin/bash -> /usr/sbin/nologin\n"
		"group karl:x:1000:\n"
		"gshadow karl:!::\n"
		"passwd karl gid: 100 -> 1000\n"
		"shadow karl gate:  -> \n"
		"group sftponly + karl\n"
		"gshadow sftponly + karl\n"
		"passwd lena shell: /bin/bash -> /usr/sbin/nologin\n"
		"group lena:x:20000:\n"
		"gshadow lena:!::\n"
		"passwd lena gid: 100 -> 20000\n"
		"shadow lena gate:  -> \n"
		"group sftponly + lena\n"
		"gshadow sftponly + lena\n");
	assert_string_equal(line_of(w, "lena", "group"), "users -> lena (its own, new, gid 20000)");
}

static void
test_planner_keeps_an_account_closed_that_is_closed(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	add_resident(w, "mona", 1002);
	set_expiry(w, "karl", "1");
	adopt(w, "all");
	plan_sheet(w,
		"login,expires,state\nkarl,2099-01-01,active\nlena,2099-01-01,\nmona,,disabled\n");
	assert_string_equal(gates_said(w), "karl 1 -> 1, lena  -> 47117, mona  -> 1");
}

static void
test_planner_blocks_an_account_that_cannot_be_closed(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_file(w, "/etc/shadow", "root:*:19000:0:99999:7:::\n");
	adopt(w, "karl");
	plan_sheet(w, "login\nkarl\n");
	assert_string_equal(changes_said(w),
		"! karl\n"
		"  error not-shadowed: 'karl' has no line in /etc/shadow that counts, so it cannot "
		"be closed for the change | Run: pwconv\n");
}

static void
test_planner_blocks_a_uid_that_two_have(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_person(w, "twin", 1000, "/home/twin");
	adopt(w, "all");
	plan_sheet(w, "login\nkarl\ntwin\n");
	assert_string_equal(first_findings_said(w),
		"karl: uid 1000 is also that of 'twin', whom the jail would not hold\n"
		"twin: uid 1000 is also that of 'karl', whom the jail would not hold\n");
}

static void
test_planner_warns_of_a_password_that_sftp_cannot_change(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	add_resident(w, "mona", 1002);
	make_file(w, "/etc/shadow",
		"root:*:19000:0:99999:7:::\nkarl:$6$s$h:0:0:99999:7:::\n"
		"lena:$6$s$h:15000:0:90:7:::\nmona:$6$s$h:15000:0:99999:7:::\n");
	adopt(w, "all");
	plan_sheet(w, "login\nkarl\nlena\nmona\n");
	assert_string_equal(codes_said(w), "~ karl password-aged\n~ lena password-aged\n~ mona\n");
}

static void
test_planner_leaves_the_groups_of_an_adopted_account(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_to_file(w, "/etc/group", "press:x:500:karl\nradio:x:501:\n");
	adopt(w, "karl");
	plan_sheet(w, "login,groups\nkarl,radio\n");
	assert_string_equal(line_of(w, "karl", "account"),
		"uid 1000 kept; shell /bin/bash -> nologin; + sftponly (new) radio");
	assert_string_equal(groups_said(w, "karl"), "press sftponly radio");
}

static void
test_planner_gives_a_home_to_another_uid(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	set_primary_group(w, "lena", "users", 100);
	adopt(w, "all");
	plan_sheet(w, "login,uid\nkarl,20000\nlena,20001\n");
	assert_string_equal(codes_said(w),
		"~ karl uid-change cannot-log-in\n~ lena uid-change cannot-log-in\n");
	assert_string_equal(line_of(w, "karl", "account"),
		"uid 1000 -> 20000, in the home too; shell /bin/bash -> nologin; + sftponly (new)");
	assert_string_equal(adoption_said(w, "karl"),
		"/home/karl below /home, loose files, ids 1000:1000 -> 20000:1000, folders 999\n"
		"found 1000:1000 0755, 0 files, 0 bytes\n");
	assert_string_equal(adoption_said(w, "lena"),
		"/home/lena below /home, loose files, ids 1001:100 -> 20001:20001, folders 999\n"
		"found 1001:1001 0755, 0 files, 0 bytes\n");
	assert_non_null(strstr(edits_said(w), "passwd karl uid: 1000 -> 20000\n"));
	assert_non_null(strstr(edits_said(w), "group lena:x:20001:\n"));
	/* Contents get another owner: they are archived whole. */
	assert_non_null(strstr(steps_said(w), "archive-ahead /home/karl\n"));
}

static void
test_planner_blocks_a_uid_that_two_ask_for(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	adopt(w, "all");
	plan_sheet(w, "login,uid,folders\nkarl,20000,\nlena,1000,\nmona,20000,in\n");
	assert_string_equal(codes_said(w),
		"! karl uid-taken\n! lena uid-outside-range uid-taken\n! mona uid-taken\n");
}

/* ---- protected ones ---- */

static void
test_planner_protects_whoever_is_more_than_a_person(void **state)
{
	struct world *w = *state;
	static const char *const logins[] = { "admin1", "sudoer", "grouped", "service", "invoker",
		"number", "included" };
	for (size_t i = 0; i < ARRAY_LEN(logins); i++)
		add_resident(w, logins[i], 1000 + (unsigned)i);
	make_file(w, "/etc/group",
		"root:x:0:\nsudo:x:27:admin1\nops:x:600:grouped\nwww-data:x:33:\n"
		"admin1:x:1000:\nsudoer:x:1001:\ngrouped:x:1002:\nservice:x:1003:\n"
		"invoker:x:1004:\nnumber:x:1005:\nincluded:x:1006:\n");
	make_file(w, "/etc/sudoers",
		"# nobody: karl\nroot ALL=(ALL:ALL) ALL\nUser_Alias WEB = sudoer, other\n"
		"%ops ALL=(ALL) ALL\n#1005 ALL=(ALL) ALL\n@include /etc/more\n");
	make_file(w, "/etc/more", "included ALL=(ALL) ALL\n@include /etc/more\n");
	make_dir(w, "/usr", 0, 0, 0755);
	make_dir(w, "/etc/systemd", 0, 0, 0755);
	make_dir(w, "/etc/systemd/system", 0, 0, 0755);
	make_file(w, "/etc/systemd/system/app.service", "[Service]\nUser=service\n");
	w->options.invoker = "invoker";
	adopt(w, "all");
	plan_sheet(w,
		"login\nadmin1\nsudoer\ngrouped\nservice\ninvoker\nnumber\nincluded\nwww-data\n");
	assert_string_equal(first_findings_said(w),
		"admin1: 'admin1' is protected: a member of 'sudo'\n"
		"grouped: 'grouped' is protected: in group 'ops' of sudoers\n"
		"included: 'included' is protected: named in sudoers\n"
		"invoker: 'invoker' is protected: the account that runs this command\n"
		"number: 'number' is protected: named in sudoers\n"
		"service: 'service' is protected: the user of app.service\n"
		"sudoer: 'sudoer' is protected: named in sudoers\n"
		"www-data: 'www-data' is protected: uid 33 is a system account's\n");
}

static void
test_planner_adopts_a_protected_account_that_is_named_twice(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_to_file(w, "/etc/group", "docker:x:600:karl\n");
	string_list_push(&w->arena, &w->options.adopt_protected, "karl");
	adopt(w, "all");
	plan_sheet(w, "login\nkarl\n");
	assert_string_equal(codes_said(w), "! karl protected\n");
	adopt(w, "karl");
	plan_sheet(w, "login\nkarl\n");
	assert_string_equal(codes_said(w), "~ karl protected cannot-log-in group\n");
}

/* ---- once it is done ---- */

static void
test_planner_has_nothing_to_do_after_an_adoption(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/docs", 1000, 1000, 0700);
	adopt(w, "karl");
	plan_sheet(w, "login\nkarl\n");
	world_apply(w);
	assert_settled(w, "login\nkarl\n");
}

static void
test_planner_keeps_the_folders_of_an_adopted_home(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/docs", 1000, 1000, 0700);
	adopt(w, "karl");
	plan_sheet(w, "login,folders\nkarl,in\n");
	world_apply(w);
	make_dir(w, "/home/karl/files", 1000, 999, 0755);
	plan_sheet(w, "login,folders\nkarl,in out\n");
	assert_string_equal(folders_said(w, "karl"), "in:rw out:rw docs:kept files:kept");
}

/* ---- a great many ---- */

static void
test_planner_adopts_only_some_of_a_plan(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	set_primary_group(w, "karl", "users", 100);
	adopt(w, "all");
	plan_sheet(w, "login\nkarl\nlena\n");
	struct table logins = { .arena = &w->arena };
	table_set(&logins, "lena", w);
	w->plan = plan_subset(w->plan, &logins, &w->arena);
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"passwd lena shell: /bin/bash -> /usr/sbin/nologin\n"
		"shadow lena gate:  -> \n"
		"group sftponly + lena\n"
		"gshadow sftponly + lena\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"home-freeze /home/lena\n"
		"archive /home/lena\n"
		"home-adopt /home/lena 0:0 0755\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_adopts_nobody_unasked),
	world_test(test_planner_adopts_nobody_where_the_policy_says_never),
	world_test(test_planner_never_adopts_root_or_nobody),
	world_test(test_planner_says_which_adoptions_mean_nobody),
	world_test(test_planner_adopts_an_account_with_a_group_of_its_own),
	world_test(test_planner_gives_an_adopted_account_a_group_of_its_own),
	world_test(test_planner_keeps_an_account_closed_that_is_closed),
	world_test(test_planner_blocks_an_account_that_cannot_be_closed),
	world_test(test_planner_blocks_a_uid_that_two_have),
	world_test(test_planner_warns_of_a_password_that_sftp_cannot_change),
	world_test(test_planner_leaves_the_groups_of_an_adopted_account),
	world_test(test_planner_gives_a_home_to_another_uid),
	world_test(test_planner_blocks_a_uid_that_two_ask_for),
	world_test(test_planner_protects_whoever_is_more_than_a_person),
	world_test(test_planner_adopts_a_protected_account_that_is_named_twice),
	world_test(test_planner_has_nothing_to_do_after_an_adoption),
	world_test(test_planner_keeps_the_folders_of_an_adopted_home),
	world_test(test_planner_adopts_only_some_of_a_plan),
};

WORLD_MAIN(tests)
