/*
 * How much a source may ask for: what counts, what is allowed, and what is said when it is too
 * much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/model/account.h"
#include "core/plan/limits.h"

#define TODAY 20786 /* 2026-11-29 */

/* ---- a plan ---- */

struct world {
	struct arena arena;
	struct config config;
	struct managed managed;
	struct limit_history history;
	struct plan plan;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->config.policy.limits[LIMIT_DISABLE] = (struct policy_limit){ 20, 5 };
	w->config.policy.limits[LIMIT_RETIRE] = (struct policy_limit){ 20, 5 };
	w->config.policy.limits[LIMIT_REMOVE] = (struct policy_limit){ 1, 5 };
	w->config.policy.limits[LIMIT_RENAME] = (struct policy_limit){ 20, 5 };
	managed_init(&w->managed, &w->arena);
	limit_history_init(&w->history, &w->arena);
	w->plan.created = "2026-11-29T01:02:03Z";
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;
	arena_finish(&w->arena);
	free(w);
	return 0;
}

static void
read_source(struct world *w, const char *source, size_t rows)
{
	ARRAY_PUSH(&w->arena, &w->plan.inputs,
		(struct plan_input){ .source = source, .rows = rows, .complete = true });
}

static void
manage(struct world *w, const char *source, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct managed_account *account = ARENA_NEW(&w->arena, struct managed_account);
		account->login = arena_printf(&w->arena, "%s%zu", source, i);
		account->source = source;
		account->key = account->login;
		managed_add(&w->managed, account);
	}
}

static struct change *
add_change(struct world *w, enum change_action action, const char *source, const char *login)
{
	struct change *change = ARENA_NEW(&w->arena, struct change);
	*change = (struct change){
		.action = action,
		.login = login,
		.source = source,
		.has_before = true,
		.has_after = true,
		.before = { .expires = ACCOUNT_NEVER },
		.after = { .expires = ACCOUNT_NEVER, .disabled = action == CHANGE_LEAVE },
	};
	ARRAY_PUSH(&w->arena, &w->plan.changes, change);
	return change;
}

static void
disable_some(struct world *w, const char *source, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add_change(w, CHANGE_LEAVE, source, arena_printf(&w->arena, "%s%zu", source, i));
}

/* What is said of each breach, a line each. */
static const char *
breaches_said(struct world *w)
{
	AUTO_BUFFER struct buffer out = { 0 };
	const struct limit_breaches breaches =
		limits_check(&w->plan, &w->config, &w->managed, &w->history, &w->arena);
	ARRAY_FOREACH (breach, &breaches)
		buffer_printf(
			&out, "%s: %s\n", breach->source, limit_breach_text(breach, &w->arena));
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* ---- what is allowed ---- */

static void
test_limit_is_the_lower_of_number_and_share_and_two_at_least(void **state)
{
	static const struct {
		struct policy_limit policy;
		size_t managed, allowed;
		enum limit_rule rule;
	} cases[] = {
		{ { 20, 5 }, 1000, 20, LIMIT_BY_COUNT },
		{ { 20, 5 }, 400, 20, LIMIT_BY_PERCENT },
		{ { 20, 5 }, 399, 19, LIMIT_BY_PERCENT }, /* 19.95 */
		{ { 20, 5 }, 59, 2, LIMIT_BY_PERCENT },	  /* 2.95 */
		{ { 20, 5 }, 39, 2, LIMIT_AT_LEAST },	  /* 1.95 */
		{ { 20, 5 }, 0, 2, LIMIT_AT_LEAST },
		{ { 20, 100 }, 7, 7, LIMIT_BY_PERCENT },
		{ { 1, 5 }, 1000, 1, LIMIT_BY_COUNT },
		{ { 0, 5 }, 1000, 0, LIMIT_BY_COUNT },
		{ { 20, 0 }, 1000, 0, LIMIT_BY_PERCENT },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum limit_rule rule;
		assert_int_equal(
			limit_allows(&cases[i].policy, cases[i].managed, &rule), cases[i].allowed);
		assert_int_equal(rule, cases[i].rule);
	}
}

/* ---- what counts ---- */

static void
test_limit_counts_who_is_shut_out_put_away_removed_or_renamed(void **state)
{
	struct world *w = *state;
	struct table retired = { .arena = &w->arena };
	table_set(&retired, "anna", w);
	struct change *change = add_change(w, CHANGE_LEAVE, "hr", "bert");
	const unsigned disable = 1u << LIMIT_DISABLE;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), disable);
	change->login = "anna";
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), disable | 1u << LIMIT_RETIRE);
	change->before.disabled = true;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 1u << LIMIT_RETIRE);
	change->has_after = false;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 1u << LIMIT_REMOVE);

	/* An expiry that has come shuts out too, or comes tomorrow; one that was there, or comes
	 * later, does not. */
	change = add_change(w, CHANGE_CHANGE, "hr", "carl");
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);
	change->after.expires = TODAY;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), disable);
	change->after.expires = TODAY + 1;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), disable);
	change->after.expires = TODAY + 2;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);
	change->before.expires = TODAY + 1;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);
	change->before.expires = TODAY - 1;
	change->after.expires = TODAY - 2;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);
	change->old_login = "karl";
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 1u << LIMIT_RENAME);

	/* So does the loss of the last key, which is all that many have. */
	change = add_change(w, CHANGE_CHANGE, "hr", "dora");
	string_list_push(&w->arena, &change->before.keys, "SHA256:one");
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), disable);
	string_list_push(&w->arena, &change->after.keys, "SHA256:two");
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);

	/* Whatever a blocked or unchanged account looks like, nothing happens to it. */
	change = add_change(w, CHANGE_BLOCKED, "hr", "anna");
	change->has_after = false;
	assert_int_equal(limit_kinds_of(change, &retired, TODAY), 0);
}

/* ---- too much ---- */

static void
test_limit_is_broken_by_one_more_than_is_allowed(void **state)
{
	struct world *w = *state;
	read_source(w, "hr", 95);
	manage(w, "hr", 100);
	manage(w, "lab", 5000);
	disable_some(w, "hr", 5);
	assert_string_equal(breaches_said(w), "");
	add_change(w, CHANGE_LEAVE, "hr", "last");
	assert_string_equal(breaches_said(w),
		"hr: 6 of the 100 accounts that are managed for it would be disabled; at most 5 "
		"may in 24 hours (policy.leavers.max_percent: 5): hr0, hr1, hr2, hr3, hr4, last\n");
}

static void
test_limit_counts_each_source_and_each_kind_for_itself(void **state)
{
	struct world *w = *state;
	read_source(w, "hr", 95);
	read_source(w, "lab", 95);
	manage(w, "hr", 30);
	manage(w, "lab", 30);
	disable_some(w, "hr", 2);
	disable_some(w, "lab", 2);
	assert_string_equal(breaches_said(w), "");
	disable_some(w, "lab", 1);
	add_change(w, CHANGE_LEAVE, "hr", "old1")->has_after = false;
	add_change(w, CHANGE_LEAVE, "hr", "old2")->has_after = false;
	assert_string_equal(breaches_said(w),
		"lab: 3 of the 30 accounts that are managed for it would be disabled; at most 2 "
		"may in 24 hours (policy.leavers.max_percent: 5, but at least 2): lab0, lab1, "
		"lab0\n"
		"hr: 2 of the 30 accounts that are managed for it would be removed; at most 1 may "
		"in 24 hours (policy.limits.remove.max_count: 1): old1, old2\n");
}

static void
test_limit_names_twenty(void **state)
{
	struct world *w = *state;
	read_source(w, "hr", 40);
	manage(w, "hr", 100);
	disable_some(w, "hr", 60);
	assert_string_equal(breaches_said(w),
		"hr: 60 of the 100 accounts that are managed for it would be disabled; at most 5 "
		"may in 24 hours (policy.leavers.max_percent: 5): hr0, hr1, hr2, hr3, hr4, hr5, "
		"hr6, hr7, hr8, hr9, hr10, hr11, hr12, hr13, hr14, hr15, hr16, hr17, hr18, hr19 "
		"and 40 more\n");
}

static void
test_limit_allows_nobody_to_leave_a_source_that_lists_nobody(void **state)
{
	struct world *w = *state;
	read_source(w, "hr", 0);
	manage(w, "hr", 100);
	disable_some(w, "hr", 1);
	assert_string_equal(breaches_said(w),
		"hr: lists nobody at all: 1 of the 100 accounts that are managed for it would be "
		"disabled: hr0\n");
}

static void
test_limit_is_for_sources_and_not_for_commands(void **state)
{
	struct world *w = *state;
	manage(w, "hr", 10);
	disable_some(w, "hr", 10);
	assert_string_equal(breaches_said(w), "");
}

static void
test_limit_counts_each_account_once_for_who_allows_it(void **state)
{
	struct world *w = *state;
	read_source(w, "hr", 10);
	disable_some(w, "hr", 3);
	for (size_t i = 0; i < 3; i++)
		ARRAY_PUSH(&w->arena, &w->plan.steps,
			(struct step){ .kind = STEP_HOME_RETIRE,
				.user = arena_printf(&w->arena, "hr%zu", i) });
	const struct limit_breaches breaches =
		limits_check(&w->plan, &w->config, &w->managed, &w->history, &w->arena);
	assert_int_equal(breaches.count, 2);
	assert_int_equal(limit_breaches_users(&breaches, &w->arena), 3);
}

/* ---- what was before ---- */

static void
test_limit_counts_what_runs_did_but_for_what_they_undid(void **state)
{
	struct world *w = *state;
	struct table left_out = { .arena = &w->arena };
	read_source(w, "hr", 95);
	manage(w, "hr", 100);
	disable_some(w, "hr", 4);
	table_set(&left_out, "hr3", w);
	limit_history_add(&w->history, &w->plan, &left_out);
	w->plan.changes.count = 2;
	assert_string_equal(breaches_said(w), "");
	disable_some(w, "hr", 1);
	assert_string_equal(breaches_said(w),
		"hr: 3 of the 100 accounts that are managed for it would be disabled, after 3 in "
		"the last 24 hours; at most 5 may in 24 hours (policy.leavers.max_percent: 5): "
		"hr0, "
		"hr1, hr0\n");
}

#define limit_test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		limit_test(test_limit_is_the_lower_of_number_and_share_and_two_at_least),
		limit_test(test_limit_counts_who_is_shut_out_put_away_removed_or_renamed),
		limit_test(test_limit_is_broken_by_one_more_than_is_allowed),
		limit_test(test_limit_counts_each_source_and_each_kind_for_itself),
		limit_test(test_limit_names_twenty),
		limit_test(test_limit_allows_nobody_to_leave_a_source_that_lists_nobody),
		limit_test(test_limit_is_for_sources_and_not_for_commands),
		limit_test(test_limit_counts_each_account_once_for_who_allows_it),
		limit_test(test_limit_counts_what_runs_did_but_for_what_they_undid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
