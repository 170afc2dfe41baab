/*
 * Accounts of the name service: what becomes of them here, and what does not.
 */
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define ROW "login,ssh_keys,folders\nanna,\"" KEY "\",in\n"

/* The name service of the machine below the root, which has none: what it says of anna. */
static const char *says_uid, *says_home, *says_shell;

static void
know(struct world *w, const char *login, const char *uid, const char *home, const char *shell)
{
	const char *fields[PASSWD_FIELDS] = { login, "x", uid, "70000", "Anna Vogel,,,", home,
		shell };
	table_set(&w->snapshot.nss_users, "anna",
		accountdb_line_create(ACCOUNTDB_PASSWD, fields, &w->arena));
}

static void
take(struct world *w)
{
	host_destroy(w->host);
	w->host = host_create(w->root, HOST_READ_ONLY, &w->diags);
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	w->snapshot.has_nss = true;
	if (says_uid)
		know(w, "anna", says_uid, says_home, says_shell);
}

static void
plan_nss(struct world *w, const char *csv)
{
	add_sheet(w, "csv:sheet.csv", "/sheet.csv", csv);
	w->intakes[0].nss = true;
	take(w);
	assert_true(planner_make(w->config, w->intakes, w->intake_count, &w->snapshot, &w->options,
		&w->arena, &w->plan, &w->secrets, &w->diags));
	w->intake_count = 0;
}

static bool
plan_act(struct world *w, enum leave_act act)
{
	struct leave_request request = { .act = act, .now = true };
	string_list_push(&w->arena, &request.logins, "anna");
	take(w);
	return planner_make_leave(w->config, &request, &w->snapshot, &w->options, &w->arena,
		&w->plan, &w->secrets, &w->diags);
}

static void
the_name_service_says(const char *uid, const char *home, const char *shell)
{
	says_uid = uid;
	says_home = home;
	says_shell = shell;
}

static void
anna_is_known(void)
{
	the_name_service_says("70001", "/home/anna", "/usr/sbin/nologin");
}

static struct managed_account *
jail_anna(struct world *w)
{
	anna_is_known();
	plan_nss(w, ROW);
	world_apply(w);
	struct managed_account *anna = table_get(&w->managed.by_login, "anna");
	anna->nss = true;
	return anna;
}

/* ---- made ---- */

static void
test_nss_gives_jail_keys_and_groups_and_no_line(void **state)
{
	struct world *w = *state;
	anna_is_known();
	plan_nss(w, "login,ssh_keys,folders,groups\nanna,\"" KEY "\",in logs:ro,press\n");
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account of the name service, uid 70001, groups sftponly (new) press (new), 1 "
		"key\n"
		"  jail /home/anna  root:root 0755\n"
		"  folders in/ (write), logs/ (read-only)\n"
		"  sessions from before the jail: ended, with all processes of the account\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"group press:x:998:\n"
		"gshadow press:!::\n"
		"group sftponly + anna\n"
		"gshadow sftponly + anna\n"
		"group press + anna\n"
		"gshadow press + anna\n");
	assert_string_equal(steps_said(w),
		"dir-create /etc/ssh/rehome_keys 0:0 0755\n"
		"home-create /home/anna 0:0 0755\n"
		"  in 70001:999 0755\n"
		"  logs 0:999 0755\n"
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"caches-flush\n"
		"accounts-check\n"
		"sessions-end\n");
	assert_true(change_of(w, "anna")->nss);
}

static void
test_nss_refuses_what_would_not_be_a_jail(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *uid, *home, *row, *codes;
	} cases[] = {
		{ NULL, NULL, "anna,", "! anna nss-unknown\n" },
		{ "0", "/home/anna", "anna,", "! anna protected uid-taken\n" },
		{ "999", "/home/anna", "anna,", "! anna protected\n" },
		{ "70001", "/usr/lib", "anna,", "! anna home-system\n" },
		{ "70001", "relative", "anna,", "! anna home-path\n" },
		{ "70001", "/home/anna", "anna,/srv/anna", "! anna home-differs\n" },
		{ "70001", "/home", "anna,", "! anna home-system\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		the_name_service_says(cases[i].uid, cases[i].home, "/usr/sbin/nologin");
		plan_nss(w, arena_printf(&w->arena, "login,home\n%s\n", cases[i].row));
		assert_string_equal(codes_said(w), cases[i].codes);
		assert_string_equal(edits_said(w), "");
	}
}

static void
test_nss_refuses_a_home_that_is_lived_in(void **state)
{
	struct world *w = *state;
	anna_is_known();
	make_dir(w, "/home/anna", 70001, 70000, 0755);
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna home-lived-in\n");
	assert_string_equal(steps_said(w), "");
}

/* By the classic recipe: what is missing is added, and nothing else is touched. */
static void
test_nss_takes_a_jail_that_is_there(void **state)
{
	struct world *w = *state;
	anna_is_known();
	add_to_file(w, "/etc/group", "sftponly:x:999:\n");
	make_dir(w, "/home/anna", 0, 0, 0755);
	make_dir(w, "/home/anna/in", 70001, 999, 0755);
	plan_nss(w, "login,folders\nanna,in out\n");
	assert_string_equal(codes_said(w), "+ anna\n");
	assert_non_null(strstr(changes_said(w), "  jail /home/anna is one already\n"));
	assert_non_null(strstr(steps_said(w), "folder-create /home/anna/out 70001:999 0755\n"));
	assert_null(strstr(steps_said(w), "home-create"));
	make_dir(w, "/home/anna", 0, 0, 0775);
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna home-lived-in\n");
}

static void
test_nss_refuses_an_account_that_is_here(void **state)
{
	struct world *w = *state;
	anna_is_known();
	add_person(w, "anna", 1500, "/home/elsewhere");
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna nss-local\n");
	add_person(w, "twin", 70001, "/home/twin");
	replace_in(w, "/etc/passwd", "anna:x:", "berta:x:");
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna uid-taken\n");
}

static void
test_nss_needs_the_name_service_of_the_machine(void **state)
{
	struct world *w = *state;
	the_name_service_says(NULL, NULL, NULL);
	add_sheet(w, "csv:sheet.csv", "/sheet.csv", ROW);
	w->intakes[0].nss = true;
	make_plan(w);
	assert_string_equal(codes_said(w), "! anna nss-elsewhere\n");
}

static void
test_nss_says_what_only_the_directory_can_do(void **state)
{
	struct world *w = *state;
	the_name_service_says("70001", "/home/anna", "/bin/bash");
	w->options.stage = true;
	plan_nss(w, "login,password,expires,folders\nanna,Kupfer-Anker-72-Linde,2052-02-20,in\n");
	assert_string_equal(
		codes_said(w), "+ anna nss-password nss-expires nss-staged nss-shell\n");
	assert_false(change_of(w, "anna")->after.staged);
	assert_int_equal(w->secrets.items.count, 0);
	plan_nss(w, "login,folders,state\nanna,in,disabled\n");
	assert_string_equal(codes_said(w), "  anna nss-shut\n");
}

static void
test_nss_needs_the_groups_of_the_files(void **state)
{
	static const struct {
		const char *lines;
		bool works;
	} cases[] = {
		{ "group: files sss\n", true },
		{ "group: sss compat\n", true },
		{ "passwd: files\n", true },
		{ "group: sss\ninitgroups: files [SUCCESS=continue] sss\n", true },
		{ "group: files sss\n initgroups: sss\n", false },
		{ "group: sss # files\n", false },
		{ "group:\n", false },
	};
	struct world *w = *state;
	anna_is_known();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(w, "/etc/nsswitch.conf", cases[i].lines);
		plan_nss(w, ROW);
		assert_string_equal(
			codes_said(w), cases[i].works ? "+ anna\n" : "+ anna\nnss-groups\n");
		assert_int_equal(plan_is_applicable(w->plan), cases[i].works);
	}
}

static void
test_nss_that_does_not_answer_is_not_taken_for_nobody(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	struct leave_request request = { .act = LEAVE_REMOVE, .now = true };
	anna->standing =
		(struct managed_standing){ .state = MANAGED_DISABLED, .run = "2", .expires = "" };
	string_list_push(&w->arena, &request.logins, "anna");
	the_name_service_says(NULL, NULL, NULL);
	take(w);
	w->snapshot.nss_problem = "Connection refused";
	assert_true(planner_make_leave(w->config, &request, &w->snapshot, &w->options, &w->arena,
		&w->plan, &w->secrets, &w->diags));
	assert_string_equal(codes_said(w), "! anna nss-home\n");
}

/* ---- changed ---- */

static void
test_nss_changes_what_is_ours(void **state)
{
	struct world *w = *state;
	jail_anna(w);
	plan_nss(w, ROW);
	assert_string_equal(changes_said(w), "  anna\n");
	plan_nss(w, "login,name,ssh_keys,folders,groups\nanna,Other,,in more,press\n");
	assert_string_equal(edits_said(w),
		"group press:x:998:\n"
		"gshadow press:!::\n"
		"group press + anna\n"
		"gshadow press + anna\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  group + press\n"
		"  folder /home/anna/more is made (write)\n");
}

static void
test_nss_blocks_when_the_directory_changed_what_the_jail_stands_on(void **state)
{
	struct world *w = *state;
	jail_anna(w);
	the_name_service_says("70002", "/home/anna", "/usr/sbin/nologin");
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna uid-drift\n");
	the_name_service_says("70001", "/home/moved", "/usr/sbin/nologin");
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna home-move\n");
	the_name_service_says(NULL, NULL, NULL);
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna nss-unknown\n");
}

static void
test_nss_another_login_or_uid_of_somebody_is_not_jailed_twice(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	anna->login = "old";
	managed_init(&w->managed, &w->arena);
	anna->key = "anna";
	managed_add(&w->managed, anna);
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna rename\n");
	anna->key = "old";
	managed_init(&w->managed, &w->arena);
	managed_add(&w->managed, anna);
	anna->home = "/home/old";
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna uid-taken\n");
}

/* Somebody took her out of the jail by hand: what she does since then is not jailed. */
static void
test_nss_who_comes_back_into_the_jail_is_logged_out(void **state)
{
	struct world *w = *state;
	jail_anna(w);
	replace_in(w, "/etc/group", "sftponly:x:999:anna", "sftponly:x:999:");
	plan_nss(w, ROW);
	assert_string_equal(changes_said(w), "~ anna\n  group + sftponly\n");
	assert_non_null(strstr(steps_said(w), "sessions-end\n"));
}

static void
test_nss_and_local_are_not_exchanged(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	plan_sheet(w, ROW);
	assert_string_equal(codes_said(w), "! anna nss-managed\n");
	anna->nss = false;
	plan_nss(w, ROW);
	assert_string_equal(codes_said(w), "! anna nss-local\n");
}

/* ---- leaves ---- */

static void
test_nss_a_leaver_loses_keys_and_sessions_and_stays_jailed(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	plan_nss(w, "login,state\nanna,left\n");
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  reason has left, says the source\n"
		"  account disabled, taken away: 1 key\n"
		"  sessions ended, with all processes of the account\n"
		"  warning nss-open: a password opens it, into its jail, for as long as the "
		"directory allows that | Disable the account in the directory.\n");
	assert_string_equal(edits_said(w), "");
	assert_string_equal(steps_said(w),
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"sessions-end\n");
	anna->standing = (struct managed_standing){
		.state = MANAGED_DISABLED, .run = "2", .expires = "", .keys = KEY "\n"
	};
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
	plan_nss(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "  anna already-disabled\n");
	plan_nss(w, "login,state\nanna,active\n");
	assert_string_equal(changes_said(w),
		"~ anna\n  reason active in the source\n  account enabled, 1 key\n");
	assert_string_equal(edits_said(w), "");
}

static void
test_nss_who_is_no_longer_listed_is_disabled_and_no_more(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	use_config(w,
		"version: 1\n"
		"sources: { hr: { importer: csv, file: /hr.csv } }\n"
		"policy: { leavers: { sources: [hr], action: archive, grace: { archive: 0d } } "
		"}\n");
	anna->source = "hr";
	add_sheet(w, "hr", "/hr.csv", "login,folders\nbert,in\n");
	w->intakes[0].nss = true;
	take(w);
	assert_true(planner_make(w->config, w->intakes, w->intake_count, &w->snapshot, &w->options,
		&w->arena, &w->plan, &w->secrets, &w->diags));
	assert_string_equal(codes_said(w), "- anna nss-open\n! bert nss-unknown\n");
	assert_null(strstr(steps_said(w), "home-retire"));
}

static void
test_nss_is_removed_when_the_directory_has_it_no_more(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = jail_anna(w);
	assert_true(plan_act(w, LEAVE_RETIRE));
	assert_string_equal(codes_said(w), "! anna nss-home\n");
	assert_true(plan_act(w, LEAVE_REMOVE));
	assert_string_equal(codes_said(w), "! anna nss-home\n");
	the_name_service_says(NULL, NULL, NULL);
	assert_true(plan_act(w, LEAVE_REMOVE));
	assert_string_equal(codes_said(w), "! anna not-retired\n");
	assert_true(plan_act(w, LEAVE_DISABLE));
	assert_string_equal(codes_said(w), "- anna nss-open\n");
	anna->standing =
		(struct managed_standing){ .state = MANAGED_DISABLED, .run = "2", .expires = "" };
	assert_true(plan_act(w, LEAVE_REMOVE));
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  home /home/anna stays\n"
		"  groups no longer in sftponly\n"
		"  warning nss-unjailed: is in no jail if the directory has it again | Make sure "
		"that it is gone there, and not only out of reach.\n");
	assert_string_equal(edits_said(w),
		"group sftponly - anna\n"
		"gshadow sftponly - anna\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_nss_gives_jail_keys_and_groups_and_no_line),
		world_test(test_nss_refuses_what_would_not_be_a_jail),
		world_test(test_nss_refuses_a_home_that_is_lived_in),
		world_test(test_nss_takes_a_jail_that_is_there),
		world_test(test_nss_refuses_an_account_that_is_here),
		world_test(test_nss_needs_the_name_service_of_the_machine),
		world_test(test_nss_says_what_only_the_directory_can_do),
		world_test(test_nss_needs_the_groups_of_the_files),
		world_test(test_nss_that_does_not_answer_is_not_taken_for_nobody),
		world_test(test_nss_changes_what_is_ours),
		world_test(test_nss_blocks_when_the_directory_changed_what_the_jail_stands_on),
		world_test(test_nss_another_login_or_uid_of_somebody_is_not_jailed_twice),
		world_test(test_nss_who_comes_back_into_the_jail_is_logged_out),
		world_test(test_nss_and_local_are_not_exchanged),
		world_test(test_nss_a_leaver_loses_keys_and_sessions_and_stays_jailed),
		world_test(test_nss_who_is_no_longer_listed_is_disabled_and_no_more),
		world_test(test_nss_is_removed_when_the_directory_has_it_no_more),
	};
	return world_lacks_root() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);
}
