/*
 * What a plan says of things that go on without an account, or point into its home.
 */
#include "planner_fixture.h"

#include "core/plan/planner_internal.h"

/* anna's account and home as people have them. */
static void
put_anna(struct world *w)
{
	add_person(w, "anna", 1007, "/home/anna");
	make_dir(w, "/home/anna", 1007, 1007, 0755);
	make_dir(w, "/home/anna/www", 1007, 1007, 0755);
	make_file(w, "/home/anna/run.sh", "");
	string_list_push(&w->arena, &w->options.adopt, "anna");
	string_list_push(&w->arena, &w->options.adopt_protected, "anna");
}

static void
put_jobs(struct world *w)
{
	make_dir(w, "/var", 0, 0, 0755);
	make_dir(w, "/var/spool", 0, 0, 0755);
	make_dir(w, "/var/spool/cron", 0, 0, 0755);
	make_dir(w, "/var/spool/cron/crontabs", 0, 0, 0755);
	make_file(w, "/var/spool/cron/crontabs/anna", "1 1 * * * a\n2 2 * * * b\n");
}

/* Findings that other parts of the planner have about an adoption. */
static bool
is_of_others(const struct diag *diag)
{
	return strcmp(diag->code, "protected") == 0 || strcmp(diag->code, "cannot-log-in") == 0;
}

static const char *
findings_said(struct world *w, const char *login)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct diags ours = { .arena = &w->arena };
	ARRAY_FOREACH (diag, &change_of(w, login)->findings) {
		if (!is_of_others(diag))
			diag_append(&ours, diag);
	}
	say_findings(&out, &ours, "");
	return arena_strdup(&w->arena, buffer_text(&out));
}

static void
test_plan_without_adoption_looks_for_nothing(void **state)
{
	struct world *w = *state;
	put_anna(w);
	put_jobs(w);
	plan_sheet(w, "login\nbert\n");
	assert_string_equal(
		codes_said(w), "+ bert cannot-log-in no-folders\nno-such-user\nno-such-user\n");
}

static void
test_adoption_of_a_quiet_account_has_no_warnings(void **state)
{
	struct world *w = *state;
	put_anna(w);
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(findings_said(w, "anna"), "");
	assert_int_equal(w->plan->counts[CHANGE_ADOPT], 1);
	ARRAY_FOREACH (words, &w->plan->not_checked)
		assert_null(strstr(*words, "points into"));
}

static void
test_adoption_warns_of_what_goes_on(void **state)
{
	struct world *w = *state;
	put_anna(w);
	put_jobs(w);
	make_file(w, "/etc/sudoers", "anna ALL=ALL\nanna ALL=NOPASSWD: /home/anna/www/x\n");
	make_file(w, "/etc/fstab", "/srv/x /home/anna/www none bind\n");
	make_file(w, "/etc/exports", "/home/anna/run.sh *\n/home/* *\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(findings_said(w, "anna"),
		"warning crontab: still there: crontab with 2 jobs | Its jobs go on as the user: "
		"crontab -r -u anna removes them.\n"
		"warning path-moves: an NFS export names /home/anna/run.sh, which becomes "
		"/home/anna/files/run.sh\n"
		"note mount: still there: a mount names /home/anna/www\n"
		"warning privilege: still there: a rule of privileges names 'anna' | Take the rule "
		"of anna out with visudo, unless it is meant to stay.\n"
		"note privilege: still there: a rule of privileges names /home/anna/www/x\n");
	assert_int_equal(w->plan->findings.warnings, 1);
	assert_string_equal(
		w->plan->findings.items[0].message, "an NFS export names all homes: /home/*");
	assert_int_equal(w->plan->counts[CHANGE_ADOPT], 1);
}

static void
test_kinds_are_warned_of_once_and_counted(void **state)
{
	struct world *w = *state;
	put_anna(w);
	make_dir(w, "/etc/cron.d", 0, 0, 0755);
	make_file(w, "/etc/cron.d/a", "1 1 * * * anna a\n");
	make_file(w, "/etc/cron.d/b", "1 1 * * * anna b\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(findings_said(w, "anna"),
		"warning cron-job: still there: a job of cron names 'anna', and 1 more of the "
		"kind\n"
		"note cron-job: still there: a job of cron names 'anna'\n");
}

static void
test_membership_in_a_group_with_rights_is_told(void **state)
{
	struct world *w = *state;
	put_anna(w);
	add_to_file(w, "/etc/group", "libvirt:x:110:anna\npress:x:111:anna\n");
	add_to_file(w, "/etc/gshadow", "libvirt:!::anna\npress:!::anna\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(findings_said(w, "anna"),
		"warning group: still there: membership in 'libvirt', which gives rights over the "
		"system | gpasswd -d anna GROUP takes the account out.\n");
}

static void
test_files_that_were_not_read_are_named(void **state)
{
	struct world *w = *state;
	put_anna(w);
	assert_int_equal(symlink("/x", real(w, "/etc/fstab")), 0);
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(w->plan->not_checked.items[w->plan->not_checked.count - 1],
		"what points into the homes from /etc/fstab (a symbolic link)");
}

/* What is said of anna when she leaves, with her home or without. */
static const char *
said_when_leaving(struct world *w, bool retires_home)
{
	struct planner planner;
	struct change *change = ARENA_NEW(&w->arena, struct change);
	struct step retire = { .kind = STEP_HOME_RETIRE, .user = "anna", .path = "/home/anna" };
	planner_init(&planner, w->config, &w->snapshot, NULL, &w->arena, &w->secrets, &w->diags);
	w->plan = planner.plan;
	change->action = CHANGE_LEAVE;
	change->login = "anna";
	change->has_before = change->has_after = true;
	change->before.uid = 1007;
	change->before.home = change->after.home = "/home/anna";
	change->findings.arena = &w->arena;
	ARRAY_PUSH(&w->arena, &w->plan->changes, change);
	if (retires_home)
		ARRAY_PUSH(&w->arena, &w->plan->steps, retire);
	planner_find_outliving(&planner);
	planner_finish(&planner);
	return findings_said(w, "anna");
}

static void
test_paths_break_when_the_home_goes(void **state)
{
	struct world *w = *state;
	put_anna(w);
	make_file(w, "/etc/fstab", "/srv/x /home/anna/www none bind\n");
	plan_sheet(w, "login\nbert\n");
	assert_string_equal(said_when_leaving(w, false),
		"note mount: still there: a mount names /home/anna/www\n");
	assert_string_equal(said_when_leaving(w, true),
		"warning mount: still there: a mount names /home/anna/www\n");
}

static const struct CMUnitTest tests[] = {
	world_test(test_plan_without_adoption_looks_for_nothing),
	world_test(test_adoption_of_a_quiet_account_has_no_warnings),
	world_test(test_adoption_warns_of_what_goes_on),
	world_test(test_kinds_are_warned_of_once_and_counted),
	world_test(test_membership_in_a_group_with_rights_is_told),
	world_test(test_files_that_were_not_read_are_named),
	world_test(test_paths_break_when_the_home_goes),
};

WORLD_MAIN(tests)
