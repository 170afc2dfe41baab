/*
 * test_planner_rename.c - the same people under other logins: what follows, what stays, and what
 * stands in the way.
 */
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define CANNOT_LOG_IN                                                                              \
	"  warning cannot-log-in: cannot log in: neither password nor key | Give a password or a " \
	"key, or set policy.passwords.new: generated.\n"

/* anna has all that an account can have, ben nothing. */
static void
make_people(struct world *w)
{
	plan_sheet(w,
		"id,login,name,folders,groups,ssh_keys,expires\n"
		"7,anna,Anna Vogel,pics,press,\"" KEY "\",2099-12-31\n"
		"8,ben,Ben Kranz,pics,,,\n");
	world_apply(w);
	add_to_file(w, "/etc/group", "choir:x:700:anna\n");
	add_to_file(w, "/etc/gshadow", "choir:!:anna:anna\n");
}

/* One row about anna, and that it is refused for these reasons. */
static void
assert_refused(struct world *w, const char *row, const char *said)
{
	plan_sheet(w, arena_printf(&w->arena, "id,login\n%s\n", row));
	assert_string_equal(changes_said(w), said);
	assert_string_equal(edits_said(w), "");
	assert_string_equal(steps_said(w), "");
}

/* ---- what follows ---- */

static void
test_planner_renames_account_home_and_keys(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_sheet(w, "id,login\n7,vogel\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  home /home/anna -> /home/vogel, with all that is in it\n");
	assert_string_equal(edits_said(w),
		"group vogel was anna, id 20000\n"
		"gshadow vogel was anna, id 20000\n"
		"shadow vogel was anna\n"
		"passwd vogel was anna, id 20000\n"
		"shadow vogel gate: 47481 -> 47481\n"
		"passwd vogel home: /home/anna -> /home/vogel\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"home-freeze /home/anna\n"
		"home-rename /home/vogel\n"
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"keys-write /etc/ssh/rehome_keys/vogel 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	const struct change *change = change_of(w, "vogel");
	assert_string_equal(change->old_login, "anna");
	assert_string_equal(change_word(change), "rename");
	assert_int_equal(change->after.uid, change->before.uid);
	ARRAY_FOREACH (step, &w->plan->steps) {
		if (step->kind == STEP_KEYS_WRITE && step->content)
			assert_string_equal(step->content, KEY "\n");
		if (step->kind == STEP_HOME_RENAME)
			assert_string_equal(step->home.source, "/home/anna");
	}
}

static void
test_planner_changes_all_else_in_the_same_run(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_sheet(w,
		"id,login,name,folders,groups,expires\n"
		"7,vogel,Anna Weiss,pics more,media,2099-12-30\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  name Anna Vogel -> Anna Weiss\n"
		"  expires 2099-12-31 -> 2099-12-30\n"
		"  group - press\n"
		"  group + media\n"
		"  home /home/anna -> /home/vogel, with all that is in it\n"
		"  folder /home/vogel/more is made (write)\n");
	assert_string_equal(edits_said(w),
		"group media:x:997:\n"
		"gshadow media:!::\n"
		"group vogel was anna, id 20000\n"
		"gshadow vogel was anna, id 20000\n"
		"shadow vogel was anna\n"
		"passwd vogel was anna, id 20000\n"
		"passwd vogel gecos: Anna Vogel -> Anna Weiss\n"
		"shadow vogel gate: 47481 -> 47480\n"
		"group press - vogel\n"
		"gshadow press - vogel\n"
		"group media + vogel\n"
		"gshadow media + vogel\n"
		"passwd vogel home: /home/anna -> /home/vogel\n");
	assert_non_null(strstr(steps_said(w), "folder-create /home/vogel/more"));
}

static void
test_planner_finds_a_renamed_person_by_either_login(void **state)
{
	struct world *w = *state;
	make_people(w);
	static const char *const names[] = { "anna", "vogel" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		w->options.users = (struct string_list){ 0 };
		string_list_push(&w->arena, &w->options.users, names[i]);
		plan_sheet(w, "id,login\n7,vogel\n8,kranz\n");
		assert_string_equal(ids_said(w), "vogel 20000");
		assert_int_equal(w->plan->findings.count, 0);
	}
}

static void
test_planner_without_an_id_takes_another_login_for_another_person(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,folders\nanna,pics\n");
	world_apply(w);
	plan_sheet(w, "login,folders\nvogel,pics\n");
	assert_string_equal(codes_said(w), "+ vogel cannot-log-in\n");
}

/* ---- homes ---- */

static void
test_planner_leaves_a_home_where_somebody_put_it(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "id,login,home,folders\n7,anna,/srv/anna,pics\n");
	world_apply(w);
	plan_sheet(w, "id,login\n7,vogel\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n" CANNOT_LOG_IN);
	assert_string_equal(change_of(w, "vogel")->after.home, "/srv/anna");
	/* The source may say where it goes. */
	plan_sheet(w, "id,login,home\n7,vogel,/srv/vogel\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  home /srv/anna -> /srv/vogel, with all that is in it\n" CANNOT_LOG_IN);
}

static void
test_planner_blocks_a_home_that_cannot_go_along(void **state)
{
	struct world *w = *state;
	make_people(w);
	make_dir(w, "/home/vogel", 0, 0, 0755);
	assert_refused(w, "7,vogel",
		"! vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  error home-exists: /home/vogel, where the home goes with the login, exists "
		"already | Move it out of the way, or choose another login.\n");
	make_file(w, "/etc/fstab", "# binds\n/data /home/anna/pics none bind 0 0\n");
	assert_refused(w, "7,weiss",
		"! weiss\n"
		"  login anna -> weiss, its own group too; uid and password stay\n"
		"  error home-mount: /etc/fstab names /home/anna | To leave the home where it is, "
		"give /home/anna as the home of this person in the source.\n");
	assert_int_equal(rename(real(w, "/home/anna"), real(w, "/srv/anna")), 0);
	assert_int_equal(symlink("/srv/anna", real(w, "/home/anna")), 0);
	assert_refused(w, "7,weiss",
		"! weiss\n"
		"  login anna -> weiss, its own group too; uid and password stay\n"
		"  error home-type: /home/anna is not a directory | See `rehome verify`, and what "
		"was done to it.\n");
	assert_int_equal(unlink(real(w, "/home/anna")), 0);
	assert_refused(w, "7,weiss",
		"! weiss\n"
		"  login anna -> weiss, its own group too; uid and password stay\n"
		"  error home-missing: the home /home/anna is missing | See `rehome verify "
		"anna`.\n");
}

static void
test_planner_blocks_a_home_that_others_live_in(void **state)
{
	struct world *w = *state;
	make_people(w);
	add_person(w, "otto", 1500, "/home/anna/pics");
	assert_refused(w, "7,vogel",
		"! vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  error home-shared: 'otto' lives in /home/anna too | Give the other a home of "
		"its "
		"own first.\n");
}

/* ---- who it is ---- */

static void
test_planner_leaves_the_disabled_disabled(void **state)
{
	struct world *w = *state;
	make_people(w);
	struct managed_account *anna = table_get(&w->managed.by_login, "anna");
	replace_in(w, "/etc/shadow", "::47481:", "::1:");
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
	anna->standing = (struct managed_standing){ .state = MANAGED_DISABLED,
		.run = "2",
		.day = 20000,
		.expires = "47481",
		.keys = KEY "\n" };
	plan_sheet(w, "id,login,name,state\n7,vogel,Anna Weiss,active\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  home /home/anna -> /home/vogel, with all that is in it\n"
		"  account stays closed: disabled since 2024-10-04 (run 2)\n"
		"  warning renamed-first: is renamed first; whether it is opened says the next "
		"plan\n");
	assert_non_null(strstr(edits_said(w), "shadow vogel gate: 1 -> 1\n"));
	assert_true(change_of(w, "vogel")->after.disabled);
}

static void
test_planner_lets_who_leaves_leave_by_the_present_login(void **state)
{
	struct world *w = *state;
	make_people(w);
	use_config(w, "version: 1\npolicy:\n  leavers: { action: disable }\n");
	plan_sheet(w, "id,login,state\n7,vogel,left\n");
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  reason has left, says the source\n"
		"  account disabled, taken away: 1 key\n"
		"  sessions ended, with all processes of the account\n");
	assert_null(change_of(w, "anna")->old_login);
}

/* ---- names that are not free ---- */

static void
test_planner_blocks_a_login_that_somebody_has(void **state)
{
	struct world *w = *state;
	make_people(w);
	add_person(w, "otto", 1500, "/home/otto");
	assert_refused(w, "7,otto",
		"! otto\n"
		"  error login-taken: '7' is managed as 'anna' and cannot become 'otto': that "
		"login "
		"belongs to uid 1500, which rehome does not manage | Choose another login, or keep "
		"'anna' for this person.\n");
	assert_refused(w, "7,ben",
		"! ben\n"
		"  error login-taken: '7' is managed as 'anna' and cannot become 'ben': that login "
		"belongs to uid 20001, managed for csv: '8' | Choose another login, or keep 'anna' "
		"for this person.\n");
	assert_refused(w, "7,www-data\n8,ben",
		"! www-data\n"
		"  error login-taken: '7' is managed as 'anna' and cannot become 'www-data': that "
		"login belongs to uid 33, which rehome does not manage | Choose another login, or "
		"keep 'anna' for this person.\n"
		"  ben\n");
}

static void
test_planner_does_chains_and_exchanges_one_after_the_other(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_sheet(w, "id,login\n7,ben\n8,kranz\n");
	assert_string_equal(changes_said(w),
		"~ kranz\n"
		"  login ben -> kranz, its own group too; uid and password stay\n"
		"  home /home/ben -> /home/kranz, with all that is in it\n" CANNOT_LOG_IN "! ben\n"
		"  error login-taken: login 'ben' is still that of '8', who becomes 'kranz' in "
		"this plan | One after the other: apply with --user kranz, then plan again.\n");
	assert_refused(w, "7,ben\n8,anna",
		"! anna\n"
		"  error login-taken: login 'anna' is still that of '7', who becomes 'ben' in this "
		"plan | One after the other: two logins can change places only by way of a third "
		"name.\n"
		"! ben\n"
		"  error login-taken: login 'ben' is still that of '8', who becomes 'anna' in this "
		"plan | One after the other: two logins can change places only by way of a third "
		"name.\n");
	/* Somebody new by the login that is about to be free. */
	plan_sheet(w, "id,login,folders\n7,vogel,\n9,anna,pics\n");
	assert_string_equal(codes_said(w), "~ vogel\n! anna login-taken\n");
}

static void
test_planner_blocks_names_that_are_kept_or_left_over(void **state)
{
	struct world *w = *state;
	make_people(w);
	use_config(w, "version: 1\npolicy:\n  username: { reserved: [ git ] }\n");
	managed_add_generated(&w->managed, "csv:", "name:vera vogel", "vvogel");
	make_file(w, "/etc/ssh/rehome_keys/keys", KEY "\n");
	add_to_file(w, "/etc/group", "listed:x:701:ghost\nstaff:x:50:\n");
	add_to_file(w, "/etc/gshadow", "listed:!:boss:\n");
	add_to_file(w, "/etc/shadow", "shade:*:19000::::::\n");
	static const struct {
		const char *row, *codes;
	} cases[] = {
		{ "7,git", "! git login-reserved\n" },
		{ "7,vvogel", "! vvogel login-taken\n" },
		{ "7,keys", "! keys keys-leftover\n" },
		{ "7,ghost", "! ghost group-leftover\n" },
		{ "7,boss", "! boss group-leftover\n" },
		{ "7,staff", "! staff group-exists\n" },
		{ "7,sftponly", "! sftponly group-exists\n" },
		{ "7,shade", "! shade shadow-leftover\n" },
		{ "7,vogel\n8,vogel2", "~ vogel\n~ vogel2 cannot-log-in\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		plan_sheet(w, arena_printf(&w->arena, "id,login\n%s\n", cases[i].row));
		assert_string_equal(codes_said(w), cases[i].codes);
	}
}

static void
test_planner_blocks_lines_that_are_not_one_account(void **state)
{
	struct world *w = *state;
	make_people(w);
	add_to_file(w, "/etc/passwd", "twin:x:20000:20000::/:/bin/sh\n");
	assert_refused(w, "7,vogel",
		"! vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  error lines-unclear: cannot be renamed: passwd has a second line with the name "
		"or "
		"id of 'anna' | Run pwck and grpck, and mend what they find.\n");
}

/* ---- what does not follow ---- */

static void
test_planner_tells_what_goes_by_the_old_login(void **state)
{
	struct world *w = *state;
	make_people(w);
	make_dir(w, "/var", 0, 0, 0755);
	make_dir(w, "/var/spool", 0, 0, 0755);
	make_dir(w, "/var/spool/cron", 0, 0, 0755);
	make_dir(w, "/var/spool/cron/crontabs", 0, 0, 0755);
	make_file(w, "/var/spool/cron/crontabs/anna", "@daily true\n");
	make_file(w, "/etc/subuid", "anna:100000:65536\n");
	plan_sheet(w, "id,login\n7,vogel\n");
	assert_string_equal(changes_said(w),
		"~ vogel\n"
		"  login anna -> vogel, its own group too; uid and password stay\n"
		"  home /home/anna -> /home/vogel, with all that is in it\n"
		"  warning old-login: goes by the login 'anna' and does not follow: crontab with 1 "
		"job | Give it to 'vogel' by hand, or remove it: whoever is called 'anna' later "
		"would have it.\n"
		"  warning old-login: goes by the login 'anna' and does not follow: a range of "
		"subordinate ids names 'anna' | Give it to 'vogel' by hand, or remove it: whoever "
		"is "
		"called 'anna' later would have it.\n");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_renames_account_home_and_keys),
	world_test(test_planner_changes_all_else_in_the_same_run),
	world_test(test_planner_finds_a_renamed_person_by_either_login),
	world_test(test_planner_without_an_id_takes_another_login_for_another_person),
	world_test(test_planner_leaves_a_home_where_somebody_put_it),
	world_test(test_planner_blocks_a_home_that_cannot_go_along),
	world_test(test_planner_blocks_a_home_that_others_live_in),
	world_test(test_planner_leaves_the_disabled_disabled),
	world_test(test_planner_lets_who_leaves_leave_by_the_present_login),
	world_test(test_planner_blocks_a_login_that_somebody_has),
	world_test(test_planner_does_chains_and_exchanges_one_after_the_other),
	world_test(test_planner_blocks_names_that_are_kept_or_left_over),
	world_test(test_planner_blocks_lines_that_are_not_one_account),
	world_test(test_planner_tells_what_goes_by_the_old_login),
};

WORLD_MAIN(tests)
