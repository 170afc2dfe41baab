/*
 * Managed accounts that their source no longer lists.
 */
#include "planner_fixture.h"

#define SOURCES                                                                                    \
	"sources:\n  hr: { importer: csv, file: /hr.csv, on_bad_row: skip }\n"                     \
	"  lab: { importer: csv, file: /lab.csv, on_bad_row: skip }\n"
#define LEAVERS(rest) "version: 1\n" SOURCES "policy: { leavers: { sources: [hr]" rest " } }\n"

static void
plan_hr(struct world *w, const char *csv)
{
	w->diags = (struct diags){ .arena = &w->arena };
	add_sheet(w, "hr", "/hr.csv", csv);
	make_plan(w);
}

/* anna, bert and carl of hr, dora of lab, and otto of nobody. */
static void
make_people(struct world *w)
{
	use_config(w, LEAVERS(""));
	plan_hr(w, "login,id\nanna,1\nbert,2\ncarl,3\n");
	world_apply(w);
	add_sheet(w, "lab", "/lab.csv", "login,id\ndora,1\n");
	make_plan(w);
	world_apply(w);
	add_person(w, "otto", 1500, "/home/otto");
	make_file(w, "/etc/shadow",
		"root:*:19000:0:99999:7:::\nanna:*:19000:0:99999:7:::\nbert:*:19000:0:99999:7:::\n"
		"carl:*:19000:0:99999:7:::\ndora:*:19000:0:99999:7:::\notto:*:19000:0:99999:7:::"
		"\n");
}

static struct managed_standing *
standing_of(struct world *w, const char *login)
{
	struct managed_account *account = table_get(&w->managed.by_login, login);
	assert_non_null(account);
	return &account->standing;
}

static void
stands(struct world *w, const char *login, enum managed_state state, int64_t days_ago)
{
	*standing_of(w, login) = (struct managed_standing){
		.state = state,
		.run = "7",
		.day = time(NULL) / 86400 - days_ago,
		.expires = "",
	};
	replace_in(w, "/etc/shadow", arena_printf(&w->arena, "%s:*:19000:0:99999:7:::", login),
		arena_printf(&w->arena, "%s:*:19000:0:99999:7::1:", login));
}

/* ---- who is absent ---- */

static void
test_absent_people_of_an_authoritative_source_leave(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_hr(w, "login,id\nanna,1\ncarl,3\n");
	assert_string_equal(changes_said(w),
		"- bert\n"
		"  reason no longer listed by hr\n"
		"  account disabled\n"
		"  sessions ended, with all processes of the account\n"
		"  anna\n"
		"  carl\n");
	assert_string_equal(edits_said(w), "shadow bert gate:  -> 1\n");
}

static void
test_absent_is_nobody_of_a_source_that_does_not_count(void **state)
{
	struct world *w = *state;
	make_people(w);
	use_config(w, "version: 1\n" SOURCES);
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(changes_said(w), "  anna\n");

	/* Nor anybody of another source, nor whom rehome does not manage. */
	use_config(w, LEAVERS(""));
	add_sheet(w, "lab", "/lab.csv", "login,id\nemma,9\n");
	make_plan(w);
	assert_string_equal(codes_said(w), "+ emma cannot-log-in no-folders\n");
}

static void
test_absent_is_nobody_whose_row_was_refused(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_hr(w, "login,id,mail\nanna,1,\nbert,2,no address\nCarl,3,\n");
	assert_string_equal(changes_said(w), "  anna\n");
}

/* Whatever else is wrong with the row, and he may have seen to that himself. */
static void
test_absent_is_who_is_disabled_in_a_row_that_was_refused(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_hr(w, "login,id,state,mail\nanna,1,active,x\nbert,2,disabled,x\ncarl,3,active,\n");
	assert_string_equal(changes_said(w),
		"- bert\n"
		"  reason disabled in the source, in a row that was refused\n"
		"  account disabled\n"
		"  sessions ended, with all processes of the account\n"
		"  carl\n");
	assert_string_equal(edits_said(w), "shadow bert gate:  -> 1\n");

	/* Also where nobody leaves; but not where two rows say who he is. */
	use_config(w, "version: 1\n" SOURCES);
	plan_hr(w, "login,id,state,mail\nbert,2,left,x\n");
	assert_string_equal(codes_said(w), "- bert\n");
	plan_hr(w, "login,id,state,mail\nbert,2,disabled,x\nbernd,2,active,\n");
	assert_string_equal(codes_said(w), "");
	stands(w, "bert", MANAGED_DISABLED, 0);
	plan_hr(w, "login,id,state,mail\nbert,2,disabled,x\n");
	assert_string_equal(codes_said(w), "  bert already-disabled\n");
}

/* Known by login since before the sheet had ids: a row without login may be theirs. */
static void
test_absent_is_nobody_who_may_be_in_a_nameless_row(void **state)
{
	struct world *w = *state;
	make_people(w);
	struct managed_account *bert = table_get(&w->managed.by_login, "bert");
	bert->key = "bert";
	plan_hr(w, "login,id\nanna,1\nCARL,3\n");
	assert_string_equal(changes_said(w), "  anna\n");
	plan_hr(w, "login,id,mail\nanna,1,\ncarl,3,x\n");
	assert_string_equal(codes_said(w), "- bert\n  anna\n");
}

static void
test_absent_is_nobody_when_the_listing_is_not_whole(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_hr(w, "login,id\nanna,1\nCarl,\nemma,4\n");
	assert_string_equal(
		codes_said(w), "+ emma cannot-log-in no-folders\n  anna\nleavers-kept\n");
	assert_string_equal(w->plan->findings.items[0].message,
		"nobody leaves, since not all of the source was seen (hr.csv:3 was refused, and "
		"whose it is cannot be told): 2 managed accounts that were not listed stay");

	w->diags = (struct diags){ .arena = &w->arena };
	add_sheet(w, "hr", "/hr.csv", "login,id\nanna,1\nbert,2\ncarl,3\n");
	w->intakes[0].complete = false;
	w->intakes[0].incomplete = "size limit exceeded";
	make_plan(w);
	assert_string_equal(changes_said(w),
		"  anna\n  bert\n  carl\n"
		"warning incomplete-source: not all of the source was seen (size limit exceeded): "
		"nobody can leave | Everything else is planned; find out why it is not whole.\n");
}

/* A part of the people is wanted, not a part of the source. */
static void
test_absent_are_the_same_whoever_is_wanted(void **state)
{
	struct world *w = *state;
	make_people(w);
	string_list_push(&w->arena, &w->options.users, "anna");
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(changes_said(w), "  anna\n");
	string_list_push(&w->arena, &w->options.users, "b*");
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(codes_said(w), "- bert\n  anna\n");

	struct table only = { .arena = &w->arena };
	table_set(&only, "carl", &only);
	w->options.users.count = 0;
	w->options.only = &only;
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(codes_said(w), "- carl\n");
	w->options.only = NULL;
	w->options.canary = 1;
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(codes_said(w), "- bert\n  anna\n");
}

/* Their login is there, under another key or from another source: blocked, and not shut. */
static void
test_absent_is_nobody_whose_login_is_listed(void **state)
{
	struct world *w = *state;
	make_people(w);
	plan_hr(w, "login,id\nanna,1\nbert,9\ncarl,3\n");
	assert_string_equal(codes_said(w), "! bert other-origin\n  anna\n  carl\n");
	assert_string_equal(change_of(w, "bert")->findings.items[0].hint,
		"Change the login, or correct the id. If the other person has left: rehome disable "
		"bert");

	add_sheet(w, "hr", "/hr.csv", "login,id\nanna,1\ncarl,3\n");
	add_sheet(w, "lab", "/lab.csv", "login,id\nbert,5\ndora,1\n");
	make_plan(w);
	assert_string_equal(codes_said(w), "! bert other-origin\n  anna\n  carl\n  dora\n");
	assert_string_equal(change_of(w, "bert")->findings.items[0].hint,
		"If hr lists this person no longer, bind the account to lab: rehome link hr lab "
		"--match login");
}

static void
test_absent_is_nobody_whom_somebody_else_took_away_or_made_anew(void **state)
{
	struct world *w = *state;
	make_people(w);
	replace_in(w, "/etc/passwd", "bert:x:20001:", "bert:x:1777:");
	replace_in(w, "/etc/passwd", "carl:x:", "charles:x:");
	plan_hr(w, "login,id\nanna,1\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  bert\n"
		"  warning uid-drift: is no longer listed, and is not the account that rehome made "
		"| See rehome status bert.\n");
	assert_false(plan_has_work(w->plan));
}

/* ---- what becomes of them ---- */

static void
test_absent_is_only_said_where_the_policy_wants_that(void **state)
{
	struct world *w = *state;
	make_people(w);
	use_config(w, LEAVERS(", action: report"));
	plan_hr(w, "login,id\nanna,1\ncarl,3\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  bert\n"
		"  warning leaver: no longer listed by hr; nothing is done (policy.leavers.action) "
		"| To take the account out of service: rehome disable bert\n"
		"  carl\n");
	assert_false(plan_has_work(w->plan));
}

static void
test_absent_takes_the_step_that_is_due(void **state)
{
	static const struct {
		enum managed_state state;
		int64_t days_ago;
		const char *said;
	} cases[] = {
		{ MANAGED_DISABLED, 29, "  bert grace\n" },
		{ MANAGED_DISABLED, 30, "- bert\n" },
		{ MANAGED_RETIRED, 89, "  bert grace\n" },
		{ MANAGED_RETIRED, 90, "- bert\n" },
	};
	struct world *w = *state;
	make_people(w);
	use_config(w, LEAVERS(", action: archive"));
	string_list_push(&w->arena, &w->options.users, "bert");
	plan_hr(w, "login,id\nanna,1\ncarl,3\n");
	assert_string_equal(codes_said(w), "- bert\n");
	assert_null(strstr(steps_said(w), "home-retire"));
	stands(w, "bert", MANAGED_DISABLED, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		standing_of(w, "bert")->state = cases[i].state;
		standing_of(w, "bert")->day = time(NULL) / 86400 - cases[i].days_ago;
		plan_hr(w, "login,id\nanna,1\ncarl,3\n");
		assert_string_equal(codes_said(w), cases[i].said);
		assert_int_equal(strstr(steps_said(w), "home-retire") != NULL, i == 1);
		assert_int_equal(change_of(w, "bert")->has_after, i != 3);
	}
}

static void
test_absent_and_disabled_is_not_disabled_again(void **state)
{
	struct world *w = *state;
	make_people(w);
	stands(w, "bert", MANAGED_DISABLED, 3);
	plan_hr(w, "login,id\nanna,1\ncarl,3\n");
	assert_string_equal(codes_said(w), "  anna\n  bert already-disabled\n  carl\n");
	assert_false(plan_has_work(w->plan));
}

/* ---- and back ---- */

static void
test_absent_no_longer_is_opened_again_where_a_source_had_closed(void **state)
{
	struct world *w = *state;
	make_people(w);
	stands(w, "bert", MANAGED_DISABLED, 3);
	plan_hr(w, "login,id\nanna,1\nbert,2\ncarl,3\n");
	assert_string_equal(changes_said(w),
		"~ bert\n"
		"  reason listed again\n"
		"  account enabled, no key, expires never\n"
		"  anna\n"
		"  carl\n");

	standing_of(w, "bert")->by_hand = true;
	plan_hr(w, "login,id\nanna,1\nbert,2\ncarl,3\n");
	assert_string_equal(changes_said(w), "  anna\n  bert\n  carl\n");

	standing_of(w, "bert")->by_hand = false;
	standing_of(w, "bert")->state = MANAGED_RETIRED;
	plan_hr(w, "login,id\nanna,1\nbert,2\ncarl,3\n");
	assert_string_equal(codes_said(w), "  anna\n  bert disabled\n  carl\n");
	assert_string_equal(change_of(w, "bert")->findings.items[0].hint,
		"To bring it back: rehome rollback 7 bert");
}

/* The number may still be on files of this person. */
static void
test_absent_and_removed_comes_back_with_the_old_uid(void **state)
{
	struct world *w = *state;
	use_config(w, LEAVERS(""));
	bury(w, "bert", "hr", "2", 20017);
	plan_hr(w, "login,id\nanna,1\nbert,2\n");
	assert_string_equal(ids_said(w), "anna 20000, bert 20017");
}

static const struct CMUnitTest tests[] = {
	world_test(test_absent_people_of_an_authoritative_source_leave),
	world_test(test_absent_is_nobody_of_a_source_that_does_not_count),
	world_test(test_absent_is_nobody_whose_row_was_refused),
	world_test(test_absent_is_who_is_disabled_in_a_row_that_was_refused),
	world_test(test_absent_is_nobody_who_may_be_in_a_nameless_row),
	world_test(test_absent_is_nobody_when_the_listing_is_not_whole),
	world_test(test_absent_are_the_same_whoever_is_wanted),
	world_test(test_absent_is_nobody_whose_login_is_listed),
	world_test(test_absent_is_nobody_whom_somebody_else_took_away_or_made_anew),
	world_test(test_absent_is_only_said_where_the_policy_wants_that),
	world_test(test_absent_takes_the_step_that_is_due),
	world_test(test_absent_and_disabled_is_not_disabled_again),
	world_test(test_absent_no_longer_is_opened_again_where_a_source_had_closed),
	world_test(test_absent_and_removed_comes_back_with_the_old_uid),
};

WORLD_MAIN(tests)
