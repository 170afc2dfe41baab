/*
 * test_planner_old_here.c - logins of an old server meet accounts that are here already, earlier
 * plans, and what the logs tell.
 */
#include "planner_old_fixture.h"
#include "tests/unit/ssh_key_samples.h"

static void
test_account_on_this_machine_is_adopted_as_it_is(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/home/anna");
	make_dir(w, "/home/anna", 1007, 1007, 0755);
	struct old_login *login = add_local(w, "anna", 1007);
	login->jail = login->cwd = login->home = "/home/anna";
	old_server(w)->location = w->root;
	plan_old(w);
	assert_string_equal(codes_said(w), "! anna old-password-dropped login-unmanaged\n");

	login = add_local(w, "anna", 1007);
	login->jail = login->cwd = login->home = "/home/anna";
	old_server(w)->location = w->root;
	string_list_push(&w->arena, &w->options.adopt, "all");
	plan_old(w);
	assert_int_equal(change_of(w, "anna")->action, CHANGE_ADOPT);
	assert_string_equal(decisions_said(w), "");
}

/* Of this machine; the old server showed it that directory. */
static struct old_login *
add_resident_of(struct world *w, const char *user, uid_t uid, const char *home)
{
	struct old_login *login = add_local(w, user, uid);
	login->jail = login->cwd = login->home = home;
	old_server(w)->location = w->root;
	return login;
}

static struct old_login *
add_present(struct world *w, const char *home)
{
	return add_resident_of(w, "anna", 1007, home);
}

static void
test_account_here_whose_directory_is_another_one_is_not_guessed_about(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/home/anna");
	make_dir(w, "/home/anna", 1007, 1007, 0755);
	string_list_push(&w->arena, &w->options.adopt, "all");
	add_present(w, "/srv/anna");
	plan_old(w);
	assert_string_equal(change_of(w, "anna")->findings.items[0].message,
		"the old server showed it /srv/anna, and its home here is /home/anna");

	assert_string_equal(decisions_said(w), "anna: old-directory?\n");
	assert_string_equal(change_of(w, "anna")->findings.items[0].hint,
		"Choose home or leave, with rehome decide. If that is its directory, run: "
		"usermod -d /srv/anna anna");

	add_present(w, "/srv/anna")->cwd = "/srv/anna/www";
	decide(w, "anna", DECISION_OLD_DIRECTORY, "home");
	plan_old(w);
	assert_int_equal(change_of(w, "anna")->action, CHANGE_ADOPT);
	assert_string_equal(change_of(w, "anna")->after.home, "/home/anna");
	assert_null(change_of(w, "anna")->after.profile);

	add_present(w, "/srv/anna");
	decide(w, "anna", DECISION_OLD_DIRECTORY, "leave");
	plan_old(w);
	assert_string_equal(codes_said(w), "  anna left-out\n");
	decide(w, "anna", DECISION_OLD_DIRECTORY, NULL);

	/* Not jailed: it landed below its home, and begins there. */
	add_present(w, "/home/anna")->jail = "/";
	w->intakes[0].old_logins.items[0]->cwd = "/home/anna/www";
	plan_old(w);
	assert_string_equal(decisions_said(w), "anna: not-jailed~home\n");
	assert_int_equal(change_of(w, "anna")->action, CHANGE_ADOPT);
}

static void
add_neighbours(struct world *w)
{
	(void)add_resident_of(w, "anna", 1007, "/home/anna");
	(void)add_resident_of(w, "bert", 1008, "/home/anna");
	(void)add_resident_of(w, "carl", 1009, "/home/carl");
	(void)add_resident_of(w, "dora", 1010, "/home/carl/dora");
}

static void
test_accounts_here_with_one_home_can_be_left_and_nothing_else(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/home/anna");
	add_person(w, "bert", 1008, "/home/anna");
	add_person(w, "carl", 1009, "/home/carl");
	add_person(w, "dora", 1010, "/home/carl/dora");
	make_dir(w, "/home/anna", 1007, 1007, 0755);
	make_dir(w, "/home/carl", 1009, 1009, 0755);
	make_dir(w, "/home/carl/dora", 1010, 1010, 0755);
	string_list_push(&w->arena, &w->options.adopt, "all");
	decide(w, "bert", DECISION_SHARED_HOME, "empty");
	add_neighbours(w);
	plan_old(w);
	assert_string_equal(decisions_said(w),
		"anna: shared-home?\nbert: shared-home?\ncarl: nested-home?\n"
		"dora: nested-home?\n");
	const struct change *bert = change_of(w, "bert");
	assert_true(bert->decisions.items[0].only_leave);
	assert_string_equal(bert->findings.items[bert->findings.count - 1].message,
		"/home/anna is the home of 'anna'");
	assert_string_equal(bert->findings.items[bert->findings.count - 1].hint,
		"Choose leave, with rehome decide.");

	decide(w, "anna", DECISION_SHARED_HOME, "leave");
	decide(w, "bert", DECISION_SHARED_HOME, "leave");
	decide(w, "carl", DECISION_NESTED_HOME, "leave");
	decide(w, "dora", DECISION_NESTED_HOME, "leave");
	add_neighbours(w);
	plan_old(w);
	assert_string_equal(codes_said(w),
		"  anna left-out\n  bert left-out\n  carl left-out\n  dora left-out\n");
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
}

static void
test_account_here_without_a_home_begins_with_an_empty_jail(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/");
	string_list_push(&w->arena, &w->options.adopt, "all");
	add_present(w, "/");
	plan_old(w);
	assert_string_equal(decisions_said(w), "anna: not-jailed~jail system-home?\n");
	add_present(w, "/");
	decide(w, "anna", DECISION_SYSTEM_HOME, "empty");
	plan_old(w);
	assert_int_equal(change_of(w, "anna")->action, CHANGE_ADOPT);
	assert_string_equal(change_of(w, "anna")->after.home, "/home/anna");
	assert_int_equal(change_of(w, "anna")->after.folders.count, 1);
	assert_string_equal(change_of(w, "anna")->after.folders.items[0], "files:rw");
}

static void
test_account_here_keeps_its_password_but_never_the_empty_one(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/home/anna");
	make_dir(w, "/home/anna", 1007, 1007, 0755);
	string_list_push(&w->arena, &w->options.adopt, "all");
	add_present(w, "/home/anna");
	plan_old(w);
	assert_string_equal(codes_said(w), "~ anna old-password-dropped cannot-log-in\n");

	replace_in(w, "/etc/shadow", "anna:*:", "anna::");
	set_password(w, add_present(w, "/home/anna"), OLD_PASSWORD_EMPTY, NULL);
	decide(w, "anna", DECISION_OPEN_PASSWORD, "handout");
	plan_old(w);
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_GENERATED);
	assert_true(w->secrets.items.items[0]->generated);
	assert_non_null(strstr(edits_said(w), "shadow anna password: SECRET -> SECRET\n"));
}

static void
test_decided_closing_does_not_close_again_what_somebody_opened(void **state)
{
	struct world *w = *state;
	add_login(w, "anna")->login = OLD_UNKNOWN;
	decide(w, "anna", DECISION_UNKNOWN_LOGIN, "expire");
	plan_old(w);
	assert_true(change_of(w, "anna")->after.disabled);
	world_apply(w);
	add_login(w, "anna")->login = OLD_UNKNOWN;
	plan_old(w);
	assert_string_equal(edits_said(w), "");
}

static void
test_later_logins_ask_nothing_of_who_is_here_already(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	plan_old(w);
	world_apply(w);
	add_login(w, "anna");
	add_login(w, "bert")->jail = "/srv/anna";
	plan_old(w);
	assert_string_equal(codes_said(w), "! bert shared-home\n  anna old-contents-kept\n");
}

static void
test_logs_show_who_is_dormant_and_whose_habits_break(void **state)
{
	struct world *w = *state;
	static const int64_t day = 86400;
	struct old_evidence *seen = ARENA_NEW(&w->arena, struct old_evidence);
	*seen = (struct old_evidence){ .from = 20000 * day, .to = 20400 * day };
	add_login(w, "anna")->evidence = seen;
	seen = ARENA_NEW(&w->arena, struct old_evidence);
	*seen = (struct old_evidence){
		.from = 20000 * day, .to = 20400 * day, .last_login = 20399 * day, .top_writes = 3
	};
	string_list_push(&w->arena, &seen->top_names, "a.txt");
	string_list_push(&w->arena, &seen->outside, "/srv/other/b.txt");
	add_login(w, "bert")->evidence = seen;
	plan_old(w);
	assert_string_equal(
		decisions_said(w), "anna: dormant?\nbert: top-writer? outside-paths?\n");
	assert_string_equal(change_of(w, "anna")->findings.items[0].message,
		"was never seen in the logs, which begin on 2024-10-04");
	assert_string_equal(
		change_of(w, "bert")->findings.items[0].message, "wrote 3 times at the top: a.txt");
}

static void
test_what_the_logs_made_somebody_decide_holds_without_them(void **state)
{
	struct world *w = *state;
	static const int64_t day = 86400;
	struct old_evidence seen = { .from = 20390 * day, .to = 20400 * day };
	decide(w, "anna", DECISION_DORMANT, "leave");
	decide(w, "bert", DECISION_DORMANT, "expire");
	decide(w, "carl", DECISION_DORMANT, "leave");
	decide(w, "carl", DECISION_TOP_WRITER, "start");
	decide(w, "dora", DECISION_OUTSIDE_PATHS, "leave");
	add_login(w, "anna");
	add_login(w, "bert")->evidence = &seen;
	struct old_evidence recent = seen;
	recent.last_login = 20399 * day;
	add_login(w, "carl")->evidence = &recent;
	add_login(w, "dora");
	plan_old(w);
	assert_string_equal(decisions_said(w),
		"bert: dormant=expire\ncarl: top-writer=start\nanna: dormant=leave\n"
		"dora: outside-paths=leave\n");
	assert_string_equal(
		codes_said(w), "+ bert disabled\n+ carl\n  anna left-out\n  dora left-out\n");
}

/* Seen by the clock, too: some hundred milliseconds, twice as many for twice as many. */
static void
test_ten_thousand_logins_are_planned_at_once(void **state)
{
	enum { MANY = 10000 };
	struct world *w = *state;
	for (int i = 0; i < MANY; i++) {
		struct old_login *login = add_login(w, "x");
		login->user = arena_printf(&w->arena, i % 2 ? "user%d" : "User.%d", i);
		login->jail = arena_printf(&w->arena, "/srv/gone/%d", i / 2);
	}
	plan_old(w);
	assert_int_equal(w->plan->changes.count, MANY);
	assert_int_equal(w->plan->counts[CHANGE_CREATE], MANY);
}

static void
test_second_plan_has_nothing_to_do(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	add_login(w, "Bert");
	set_password(w, add_login(w, "carl"), OLD_PASSWORD_EMPTY, NULL);
	plan_old(w);
	world_apply(w);
	add_login(w, "anna");
	add_login(w, "Bert");
	set_password(w, add_login(w, "carl"), OLD_PASSWORD_EMPTY, NULL);
	plan_old(w);
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
}

/* Each old server that is named by its ROOT only is the same source. */
static void
test_keys_of_another_servers_user_open_no_account(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	plan_old(w);
	world_apply(w);
	string_list_push(&w->arena, &add_login(w, "anna")->ssh_keys, "ssh-ed25519 " ED25519_BASE64);
	plan_old(w);
	assert_string_equal(steps_said(w), "");
	assert_string_equal(codes_said(w), "  anna old-keys-left old-contents-kept\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_account_on_this_machine_is_adopted_as_it_is),
		world_test(test_account_here_whose_directory_is_another_one_is_not_guessed_about),
		world_test(test_accounts_here_with_one_home_can_be_left_and_nothing_else),
		world_test(test_account_here_without_a_home_begins_with_an_empty_jail),
		world_test(test_account_here_keeps_its_password_but_never_the_empty_one),
		world_test(test_decided_closing_does_not_close_again_what_somebody_opened),
		world_test(test_later_logins_ask_nothing_of_who_is_here_already),
		world_test(test_logs_show_who_is_dormant_and_whose_habits_break),
		world_test(test_what_the_logs_made_somebody_decide_holds_without_them),
		world_test(test_ten_thousand_logins_are_planned_at_once),
		world_test(test_second_plan_has_nothing_to_do),
		world_test(test_keys_of_another_servers_user_open_no_account),
	};
	return world_lacks_root() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);
}
