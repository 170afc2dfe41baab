/*
 * test_registry.c - what is remembered of runs and rollbacks.
 */
#include "registry_fixture.h"

/* ---- runs ---- */

static void
test_registry_without_a_file_is_empty_and_stays_without(void **unused)
{
	struct fixture *f = *unused;
	struct state state;
	state_init(&state, f->host, NULL, &f->arena);
	assert_string_equal(remembered(f, &state), "");
	assert_false(is_there(f, "/var"));
	state = locked_state(f);
	assert_string_equal(remembered(f, &state), "");
	assert_false(is_there(f, DATABASE));
	state_finish(&state);
}

static void
test_registry_remembers_what_a_run_created(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 1\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

static void
test_registry_leaves_out_whom_the_run_undid(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct table left_out = { .arena = &f->arena };
	table_set(&left_out, "anna", f);
	assert_ok(f, registry_record_run(&state, two_creates(f), "1", &left_out, &f->diags));
	assert_string_equal(remembered(f, &state), BERT "run 1\n");
	state_finish(&state);
}

static void
test_registry_told_twice_remembers_the_same(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	record(f, &state, one_change(f), "2");
	const char *once = remembered(f, &state);
	record(f, &state, one_change(f), "2");
	assert_string_equal(remembered(f, &state), once);
	state_finish(&state);
}

/* staff was given by somebody else: not ours, so no later plan takes it away. */
static void
test_registry_updates_what_a_run_changed(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	record(f, &state, one_change(f), "2");
	assert_string_equal(remembered(f, &state),
		"anna hr/1001 20000:20000 /home/anna - [pics:rw] (web audit) " BBBB_SHA256
		" run 2\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

/* New credentials say nothing of folders, layout or origin. */
static void
test_registry_keeps_what_a_change_does_not_touch(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = new_plan(f);
	struct change *anna = new_change(plan, CHANGE_CHANGE, "anna", NULL);
	anna->source = NULL;
	anna->before = anna->after =
		(struct account_facts){ .uid = 20000, .gid = 20000, .home = "/home/anna" };
	string_list_push(&f->arena, &anna->before.groups, "press");
	string_list_push(&f->arena, &anna->before.groups, "web");
	anna->after.groups = anna->before.groups;
	record(f, &state, two_creates(f), "1");
	record(f, &state, plan, "2");
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 2\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

static void
test_registry_forgets_keys_that_were_removed(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = one_change(f);
	plan->steps.items[0].content = NULL;
	record(f, &state, two_creates(f), "1");
	record(f, &state, plan, "2");
	assert_string_equal(remembered(f, &state),
		"anna hr/1001 20000:20000 /home/anna - [pics:rw] (web audit) - run 2\n" BERT
		"run 1\nreserved anna\n");
	state_finish(&state);
}

/* ---- expiry ---- */

/* anna's expiry goes from one to the other; before = 0 makes her. */
static struct plan *
expiry_plan(struct fixture *f, int64_t before, int64_t after, bool disabled)
{
	struct plan *plan = new_plan(f);
	struct change *anna =
		new_change(plan, before ? CHANGE_CHANGE : CHANGE_CREATE, "anna", "1001");
	anna->before = anna->after = facts(f, "/home/anna", 20000, NULL, "in:rw");
	anna->before.expires = before;
	anna->after.expires = after;
	anna->after.disabled = disabled;
	return plan;
}

#define ANNA_IN "anna hr/1001 20000:20000 /home/anna - [in:rw] () -"

static void
test_registry_remembers_the_expiry_of_a_new_account(void **unused)
{
	struct fixture *f = *unused;
	static const struct {
		int64_t day;
		bool disabled;
		const char *remembered;
	} cases[] = {
		{ ACCOUNT_NEVER, false, ANNA_IN " run 1\n" },
		{ 47481, false, ANNA_IN " expires 47481 run 1\n" },
		{ 47481, true, ANNA_IN " expires 1 run 1\n" },
		{ 0, false, ANNA_IN " expires 0 run 1\n" },
	};
	struct state state = locked_state(f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		record(f, &state, expiry_plan(f, 0, cases[i].day, cases[i].disabled), "1");
		assert_string_equal(remembered(f, &state), cases[i].remembered);
	}
	state_finish(&state);
}

/* What somebody else set since is not what rehome gave. */
static void
test_registry_updates_the_expiry_only_when_a_run_changed_it(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, expiry_plan(f, 0, 47481, false), "1");
	record(f, &state, expiry_plan(f, 30000, 30000, false), "2");
	assert_string_equal(remembered(f, &state), ANNA_IN " expires 47481 run 2\n");
	record(f, &state, expiry_plan(f, 30000, ACCOUNT_NEVER, false), "3");
	assert_string_equal(remembered(f, &state), ANNA_IN " run 3\n");
	state_finish(&state);
}

static void
test_registry_that_was_lost_knows_no_expiry_until_a_run_sets_one(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, expiry_plan(f, 30000, 30000, false), "2");
	assert_string_equal(remembered(f, &state), ANNA_IN " expiry unknown run 2\n");
	record(f, &state, expiry_plan(f, 30000, 47481, false), "3");
	assert_string_equal(remembered(f, &state), ANNA_IN " expires 47481 run 3\n");
	state_finish(&state);
}

static void
test_rollback_gives_the_expiry_back(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *change = expiry_plan(f, 47481, ACCOUNT_NEVER, false);
	record(f, &state, expiry_plan(f, 0, 47481, false), "1");
	record(f, &state, change, "2");
	assert_ok(f, registry_record_rollback(&state, change, "2", NULL, &f->diags));
	assert_string_equal(remembered(f, &state), ANNA_IN " expires 47481 run 2\n");
	state_finish(&state);
}

/* ---- rollbacks ---- */

static void
test_rollback_buries_the_uids_of_what_was_created(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = two_creates(f);
	record(f, &state, plan, "1");
	assert_ok(f, registry_record_rollback(&state, plan, "1", NULL, &f->diags));
	const char *once = remembered(f, &state);
	assert_string_equal(once,
		"buried 20000:20000 anna hr/1001\n"
		"buried 20001:20001 bert hr/1002\n"
		"reserved anna\n");
	assert_ok(f, registry_record_rollback(&state, plan, "1", NULL, &f->diags));
	assert_string_equal(remembered(f, &state), once);
	state_finish(&state);
}

static void
test_rollback_of_some_users_leaves_the_others(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = two_creates(f);
	struct table users = { .arena = &f->arena };
	table_set(&users, "anna", f);
	record(f, &state, plan, "1");
	assert_ok(f, registry_record_rollback(&state, plan, "1", &users, &f->diags));
	assert_string_equal(remembered(f, &state),
		BERT "run 1\nburied 20000:20000 anna hr/1001\nreserved anna\n");
	state_finish(&state);
}

static void
test_rollback_gives_a_changed_account_its_facts_back(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	record(f, &state, one_change(f), "2");
	assert_ok(f, registry_record_rollback(&state, one_change(f), "2", NULL, &f->diags));
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 2\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

/* An aborted run is taken back whether or not it was ever told. */
static void
test_rollback_of_a_change_never_told_changes_nothing(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	assert_ok(f, registry_record_rollback(&state, one_change(f), "2", NULL, &f->diags));
	assert_string_equal(remembered(f, &state), before);
	state_finish(&state);
}

static void
test_rollback_keeps_a_login_that_is_another_account_by_now(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *old = two_creates(f), *new = two_creates(f);
	new->changes.items[0]->after.uid = 20002;
	record(f, &state, new, "3");
	assert_ok(f, registry_record_rollback(&state, old, "1", NULL, &f->diags));
	assert_string_equal(remembered(f, &state),
		"anna hr/1001 20002:20000 /home/anna media [pics:rw 'my logs':ro] (press "
		"web) " ANNA_SHA256 " run 3\n"
		"buried 20000:20000 anna hr/1001\n"
		"buried 20001:20001 bert hr/1002\n"
		"reserved anna\n");
	state_finish(&state);
}

static void
test_registry_digs_up_the_uid_for_the_same_person_only(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = two_creates(f);
	record(f, &state, plan, "1");
	assert_ok(f, registry_record_rollback(&state, plan, "1", NULL, &f->diags));
	plan->changes.items[1]->key = "somebody else";
	record(f, &state, plan, "2");
	assert_string_equal(remembered(f, &state),
		ANNA ANNA_SHA256
		" run 2\n"
		"bert hr/somebody else 20001:20001 /srv/bert - [in:rw] () - run 2\n"
		"buried 20001:20001 bert hr/1002\n"
		"reserved anna\n");
	state_finish(&state);
}

int
main(void)
{
	if (geteuid() != 0) {
		print_message("needs root: the files must be root's\n");
		return NEEDS_ROOT;
	}
	const struct CMUnitTest tests[] = {
		host_test(test_registry_without_a_file_is_empty_and_stays_without),
		host_test(test_registry_remembers_what_a_run_created),
		host_test(test_registry_leaves_out_whom_the_run_undid),
		host_test(test_registry_told_twice_remembers_the_same),
		host_test(test_registry_updates_what_a_run_changed),
		host_test(test_registry_keeps_what_a_change_does_not_touch),
		host_test(test_registry_forgets_keys_that_were_removed),
		host_test(test_registry_remembers_the_expiry_of_a_new_account),
		host_test(test_registry_updates_the_expiry_only_when_a_run_changed_it),
		host_test(test_registry_that_was_lost_knows_no_expiry_until_a_run_sets_one),
		host_test(test_rollback_gives_the_expiry_back),
		host_test(test_rollback_buries_the_uids_of_what_was_created),
		host_test(test_rollback_of_some_users_leaves_the_others),
		host_test(test_rollback_gives_a_changed_account_its_facts_back),
		host_test(test_rollback_of_a_change_never_told_changes_nothing),
		host_test(test_rollback_keeps_a_login_that_is_another_account_by_now),
		host_test(test_registry_digs_up_the_uid_for_the_same_person_only),
	};
	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
