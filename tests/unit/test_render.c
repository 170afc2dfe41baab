/*
 * test_render.c - what people see: whole texts, compared as a whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/exit.h"
#include "cli/paint.h"
#include "cli/render_plan.h"
#include "cli/render_verify.h"
#include "diag_fixture.h"

static struct change *
add_change(struct fixture *fixture, struct plan *plan, enum change_action action, const char *login,
	const char *full_name, unsigned line)
{
	struct change *change = ARENA_NEW(&fixture->arena, struct change);
	change->action = action;
	change->login = login;
	change->full_name = full_name;
	change->place = at("partners.csv", line);
	change->findings.arena = &fixture->arena;
	ARRAY_PUSH(&fixture->arena, &plan->changes, change);
	plan->counts[action]++;
	return change;
}

static void
add_line(struct fixture *fixture, struct change *change, const char *label, const char *text)
{
	struct change_line line = { label, text };
	ARRAY_PUSH(&fixture->arena, &change->lines, line);
}

static void
assert_painted(const struct plan *plan, struct paint paint, struct render_plan_options options,
	const char *expected)
{
	AUTO_BUFFER struct buffer out = { 0 };
	paint.out = &out;
	render_plan(&paint, plan, &options);
	assert_string_equal(buffer_text(&out), expected);
}

static void
assert_rendered(const struct plan *plan, struct render_plan_options options, const char *expected)
{
	assert_painted(plan, (struct paint){ 0 }, options, expected);
}

/* ---- plans ---- */

static struct plan *
example_plan(struct fixture *fixture)
{
	struct arena *arena = &fixture->arena;
	struct plan *plan = ARENA_NEW(arena, struct plan);
	struct plan_input input = {
		.source = "partners", .detected = "windows-1252, ';'", .rows = 3, .complete = true
	};
	plan->findings.arena = arena;
	ARRAY_PUSH(arena, &plan->inputs, input);

	struct change *change =
		add_change(fixture, plan, CHANGE_CREATE, "jmueller", "Jörg Müller", 2);
	add_line(fixture, change, "account", "uid 20000, groups sftponly press, nologin, 1 key");
	add_line(fixture, change, "jail", "/home/jmueller\troot:root 0755");

	change = add_change(fixture, plan, CHANGE_BLOCKED, "kmeier", "Karl Meier", 4);
	change->place.column = 1;
	diag_error(&change->findings, change->place,
		"login belongs to uid 1012, which rehome does not manage");
	diag_hint(&change->findings, "Change the login column.");

	add_change(fixture, plan, CHANGE_UNCHANGED, "quiet", NULL, 5);
	string_list_push(arena, &plan->not_checked, "whether avogel is logged in");
	string_list_push(arena, &plan->not_checked, "mail delivery");
	return plan;
}

static void
test_a_plan_shows_users_with_their_lines_and_totals(void **state)
{
	struct fixture *fixture = *state;
	assert_rendered(example_plan(fixture), (struct render_plan_options){ 0 },
		"Read partners (windows-1252, ';', 3 rows)\n"
		"\n"
		"  + create   jmueller   Jörg Müller                          partners.csv:2\n"
		"      account  uid 20000, groups sftponly press, nologin, 1 key\n"
		"      jail     /home/jmueller                   root:root 0755\n"
		"  ! blocked  kmeier     Karl Meier                           partners.csv:4:1\n"
		"      error    login belongs to uid 1012, which rehome does not manage\n"
		"      hint     Change the login column.\n"
		"\n"
		"Not checked: whether avogel is logged in; mail delivery.\n"
		"\n"
		"Plan: 1 create, 0 adopt, 0 change, 0 leave, 1 blocked, 1 unchanged.\n");
}

static void
test_a_brief_plan_is_its_errors_and_totals(void **state)
{
	struct fixture *fixture = *state;
	assert_rendered(example_plan(fixture), (struct render_plan_options){ .brief = true },
		"  ! blocked  kmeier     Karl Meier                           partners.csv:4:1\n"
		"      error    login belongs to uid 1012, which rehome does not manage\n"
		"      hint     Change the login column.\n"
		"Plan: 1 create, 0 adopt, 0 change, 0 leave, 1 blocked, 1 unchanged.\n");
}

/* One is so since an earlier run, the other is for somebody to act upon. */
static void
test_a_schedule_is_told_what_is_news(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	struct change *old = add_change(fixture, &plan, CHANGE_UNCHANGED, "anna", NULL, 2);
	diag_warning(&old->findings, old->place, "folder 'in' is no longer in the source");
	diag_code(&old->findings, "folder-dropped");
	struct change *leaver = add_change(fixture, &plan, CHANGE_UNCHANGED, "bert", NULL, 3);
	diag_warning(&leaver->findings, leaver->place, "no longer listed");
	diag_code(&leaver->findings, "leaver");
	assert_false(render_plan_is_news(old));
	assert_true(render_plan_is_news(leaver));
	assert_rendered(&plan, (struct render_plan_options){ .news = true },
		"    unchanged bert                                            partners.csv:3\n"
		"      warning  no longer listed\n"
		"\n"
		"Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 2 unchanged.\n");
}

static void
test_colours_only_wrap_what_stands_there_anyway(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	add_change(fixture, &plan, CHANGE_CREATE, "anna", NULL, 2);
	assert_painted(&plan, (struct paint){ .color = true }, (struct render_plan_options){ 0 },
		"  \033[32m+\033[0m \033[32mcreate\033[0m   \033[1manna\033[0m       "
		"                                     partners.csv:2\n"
		"\n"
		"Plan: 1 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
}

static void
test_text_of_strangers_is_escaped_and_still_aligned(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	add_change(fixture, &plan, CHANGE_CREATE, "anna", "A\033[31m\nB", 2);
	add_change(fixture, &plan, CHANGE_CREATE, "lin", "\xe6\x9e\x97\xe5\xa4\xa7", 3);
	assert_rendered(&plan, (struct render_plan_options){ 0 },
		"  + create   anna       A\\e[31m\\nB                           partners.csv:2\n"
		"  + create   lin        \xe6\x9e\x97\xe5\xa4\xa7                                 "
		"partners.csv:3\n"
		"\n"
		"Plan: 2 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
}

static void
test_findings_of_the_host_stand_apart(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	diag_error(&plan.findings, at("/etc/ssh/sshd_config", 3), "no Include for the drop-in");
	diag_hint(&plan.findings, "Add the line.");
	assert_rendered(&plan, (struct render_plan_options){ 0 },
		"  ! host\n"
		"      error    /etc/ssh/sshd_config:3: no Include for the drop-in\n"
		"      hint     Add the line.\n"
		"\n"
		"Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
}

static void
test_a_finding_does_not_say_its_path_twice(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	diag_error(&plan.findings, at("/home", 0), "/home is group-writable");
	diag_error(&plan.findings, at("/home", 0), "/home/anna does not exist");
	diag_error(&plan.findings, at("/home", 3), "/home is group-writable");
	diag_error(&plan.findings, at("/home", 0), "/home");
	assert_rendered(&plan, (struct render_plan_options){ 0 },
		"  ! host\n"
		"      error    /home is group-writable\n"
		"      error    /home: /home/anna does not exist\n"
		"      error    /home:3: /home is group-writable\n"
		"      error    /home\n"
		"\n"
		"Plan: 0 create, 0 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
}

static void
test_notes_are_shown_to_who_asks_for_more(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	struct change *change = add_change(fixture, &plan, CHANGE_ADOPT, "anna", NULL, 2);
	diag_note(&change->findings, at("/etc/fstab", 3), "still there: a mount");
	assert_rendered(&plan, (struct render_plan_options){ 0 },
		"  ~ adopt    anna                                            partners.csv:2\n"
		"\n"
		"Plan: 0 create, 1 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
	assert_rendered(&plan, (struct render_plan_options){ .verbose = true },
		"  ~ adopt    anna                                            partners.csv:2\n"
		"      note     /etc/fstab:3: still there: a mount\n"
		"\n"
		"Plan: 0 create, 1 adopt, 0 change, 0 leave, 0 blocked, 0 unchanged.\n");
}

static size_t
count_lines_with(const char *text, const char *part)
{
	size_t count = 0;
	for (; (text = strstr(text, part)); text += strlen(part))
		count++;
	return count;
}

static void
assert_counts(const struct plan *plan, bool all, size_t creates, size_t blocked, const char *rest)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct render_plan_options options = { .all = all };
	render_plan(&(struct paint){ .out = &out }, plan, &options);
	assert_int_equal(count_lines_with(buffer_text(&out), "  + create"), creates);
	assert_int_equal(count_lines_with(buffer_text(&out), "  ! blocked"), blocked);
	assert_int_equal(count_lines_with(buffer_text(&out), "... and"), rest ? 2 : 0);
	if (rest)
		assert_non_null(strstr(buffer_text(&out), rest));
}

static void
test_of_many_users_a_few_of_each_kind_are_shown(void **state)
{
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	for (unsigned i = 0; i < 38; i++)
		add_change(fixture, &plan, CHANGE_CREATE, "someone", NULL, i + 2);
	for (unsigned i = 0; i < 12; i++)
		add_change(fixture, &plan, CHANGE_BLOCKED, "other", NULL, i + 50);
	assert_counts(&plan, false, 38, 12, NULL);

	add_change(fixture, &plan, CHANGE_BLOCKED, "zoe", NULL, 99);
	assert_counts(&plan, false, 3, 3,
		"    ... and 35 more to create like these, someone to someone; --all shows them\n"
		"  ! blocked  other");
	assert_counts(&plan, false, 3, 3,
		"    ... and 10 more to correct like these, other to zoe; --all shows them\n\n"
		"Plan:");
	assert_counts(&plan, true, 38, 13, NULL);
}

/* 40 with one fault, 15 with another, and 12 of whom no two have the same. */
static void
test_kinds_with_the_most_users_come_first(void **state)
{
	static const char *const codes[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
		"l" };
	struct fixture *fixture = *state;
	struct plan plan = { .findings = { .arena = &fixture->arena } };
	for (unsigned i = 0; i < 67; i++) {
		struct change *change =
			add_change(fixture, &plan, CHANGE_BLOCKED, "anna", NULL, i + 2);
		diag_error(&change->findings, change->place, "wrong in row %u", i + 2);
		diag_code(&change->findings, i < 12 ? codes[i] : i < 27 ? "few" : "many");
	}
	AUTO_BUFFER struct buffer out = { 0 };
	render_plan(&(struct paint){ .out = &out }, &plan, &(struct render_plan_options){ 0 });
	assert_int_equal(count_lines_with(buffer_text(&out), "  ! blocked"), 10);
	assert_int_equal(strncmp(buffer_text(&out),
				 "  ! blocked  anna                                            "
				 "partners.csv:29\n"
				 "      error    wrong in row 29\n"
				 "    ... and 39 more to correct like this, anna to anna; --all "
				 "shows them\n"
				 "  ! blocked  anna                                            "
				 "partners.csv:14\n"
				 "      error    wrong in row 14\n"
				 "    ... and 14 more to correct like this, anna to anna; --all "
				 "shows them\n"
				 "  ! blocked  anna                                            "
				 "partners.csv:2\n",
				 400),
		0);
	assert_non_null(strstr(buffer_text(&out),
		"    ... and 4 more to correct, of 4 other kinds; --all shows them\n\nPlan:"));
}

static void
test_on_a_narrow_terminal_names_give_way_and_texts_go_on_below(void **state)
{
	struct fixture *fixture = *state;
	const struct plan *plan = example_plan(fixture);
	assert_painted(plan, (struct paint){ .width = 60 }, (struct render_plan_options){ 0 },
		"Read partners (windows-1252, ';', 3 rows)\n"
		"\n"
		"  + create   jmueller   Jörg Müller  partners.csv:2\n"
		"      account  uid 20000, groups sftponly press, nologin, 1\n"
		"               key\n"
		"      jail     /home/jmueller  root:root 0755\n"
		"  ! blocked  kmeier     Karl Meier   partners.csv:4:1\n"
		"      error    login belongs to uid 1012, which rehome does\n"
		"               not manage\n"
		"      hint     Change the login column.\n"
		"\n"
		"Not checked: whether avogel is logged in; mail delivery.\n"
		"\n"
		"Plan: 1 create, 0 adopt, 0 change, 0 leave, 1 blocked, 1\n"
		"  unchanged.\n");
	assert_painted(plan, (struct paint){ .width = 40 },
		(struct render_plan_options){ .brief = true },
		"  ! blocked  kmeier     Karl Meier\n"
		"      from     partners.csv:4:1\n"
		"      error    login belongs to uid\n"
		"               1012, which rehome does\n"
		"               not manage\n"
		"      hint     Change the login column.\n"
		"Plan: 1 create, 0 adopt, 0 change, 0\n"
		"  leave, 1 blocked, 1 unchanged.\n");
}

/* ---- diagnostics and tables ---- */

static void
assert_diag_text(struct diag diag, const char *expected)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct paint paint = { .out = &out };
	paint_diag(&paint, &diag);
	assert_string_equal(buffer_text(&out), expected);
}

static struct place
cell(const char *header)
{
	struct place place = at_column("staff.csv", 14, 9, header);
	place.kind = "column";
	return place;
}

static void
test_a_diagnostic_says_where_what_and_what_to_do(void **state)
{
	(void)state;
	assert_diag_text((struct diag){ .level = DIAG_ERROR,
				 .place = at_column("staff.csv", 14, 9, "end_date"),
				 .message = "not a date",
				 .hint = "Correct the cell." },
		"staff.csv:14:9: error: not a date\n  hint: Correct the cell.\n");
	assert_diag_text(
		(struct diag){
			.level = DIAG_ERROR, .place = cell("end\tdate"), .message = "not a date" },
		"staff.csv:14:9: error: column 'end\\tdate': not a date\n");
	assert_diag_text((struct diag){ .level = DIAG_ERROR,
				 .place = cell("id"),
				 .user = "anna",
				 .message = "identical to 'idle'" },
		"staff.csv:14:9: error: anna: column 'id': identical to 'idle'\n");
	assert_diag_text((struct diag){ .level = DIAG_ERROR,
				 .place = cell("uid"),
				 .message = "uid 'x' is not a number" },
		"staff.csv:14:9: error: uid 'x' is not a number\n");
	assert_diag_text((struct diag){ .level = DIAG_ERROR,
				 .place = cell("uid"),
				 .message = "no column is called 'uid'" },
		"staff.csv:14:9: error: no column is called 'uid'\n");
	assert_diag_text(
		(struct diag){ .level = DIAG_WARNING, .place = at("/srv", 0), .message = "odd" },
		"/srv: warning: odd\n");
	assert_diag_text((struct diag){ .level = DIAG_ERROR, .message = "unknown command 'x'" },
		"rehome: error: unknown command 'x'\n");
	assert_diag_text((struct diag){ .level = DIAG_NOTE,
				 .place = at("a\033b", 3),
				 .user = "anna",
				 .message = "already applied" },
		"a\\eb:3: note: anna: already applied\n");
	assert_diag_text((struct diag){ .level = DIAG_NOTE,
				 .user = "anna",
				 .message = "anna was already rolled back" },
		"rehome: note: anna was already rolled back\n");
}

static void
test_columns_are_as_wide_as_their_widest_cell(void **state)
{
	struct fixture *fixture = *state;
	AUTO_BUFFER struct buffer out = { 0 };
	struct paint paint = { .out = &out };
	struct paint_table table = { .arena = &fixture->arena, .columns = 3 };
	static const char *const cells[] = { "RUN", "BY", "REASON", "7", "jörg", NULL, "12", "x",
		"a\tb" };
	for (size_t i = 0; i < ARRAY_LEN(cells); i++)
		paint_cell(&table, cells[i]);
	paint_table(&paint, &table);
	assert_string_equal(buffer_text(&out),
		"RUN  BY    REASON\n"
		"7    jörg  -\n"
		"12   x     a\\tb\n");
}

static void
test_a_verification_lists_accounts_rules_and_fixes(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	struct verification verification = { 0 };
	struct verified_account good = { .login = "matteo",
		.home = "/home/matteo",
		.managed = true,
		.open = true,
		.findings = { .arena = arena } };
	struct verified_account bad = {
		.login = "anna", .home = "/home/anna", .findings = { .arena = arena }
	};
	diag_error(&bad.findings, at("/home/anna", 0), "group-writable (0775)");
	diag_code(&bad.findings, "jail-mode");
	diag_hint(&bad.findings, "Run: chmod g-w /home/anna");
	ARRAY_PUSH(arena, &verification.accounts, good);
	ARRAY_PUSH(arena, &verification.accounts, bad);

	AUTO_BUFFER struct buffer out = { 0 };
	struct paint paint = { .out = &out };
	render_verification(&paint, &verification, &(struct render_verify_options){ 0 });
	assert_string_equal(buffer_text(&out),
		"  fault    anna       /home/anna  (not managed)  (cannot log in)\n"
		"      error    /home/anna: group-writable (0775) (jail-mode)\n"
		"      hint     Run: chmod g-w /home/anna\n"
		"  ok       matteo     /home/matteo\n"
		"\n"
		"Verified: 2 accounts, 1 with faults.\n");
}

/* Rendered with these options: two accounts with a word to say among `sound` without. */
static const char *
rendered_many(struct fixture *fixture, size_t sound, struct render_verify_options options)
{
	struct arena *arena = &fixture->arena;
	struct verification verification = { 0 };
	struct verified_account account = { .home = "/h", .managed = true, .open = true };
	for (size_t i = 0; i < sound + 2; i++) {
		account.login = arena_printf(arena, "u%zu", i);
		account.findings = (struct diags){ .arena = arena };
		if (i == sound)
			diag_warning(&account.findings, NOWHERE, "odd");
		if (i == sound + 1)
			diag_error(&account.findings, NOWHERE, "wrong");
		ARRAY_PUSH(arena, &verification.accounts, account);
	}
	AUTO_BUFFER struct buffer out = { 0 };
	struct paint paint = { .out = &out };
	render_verification(&paint, &verification, &options);
	return arena_strdup(arena, buffer_text(&out));
}

static void
test_many_accounts_in_order_are_a_number(void **state)
{
	assert_string_equal(rendered_many(*state, 19, (struct render_verify_options){ 0 }),
		"  fault    u20        /h\n"
		"      error    wrong\n"
		"  warning  u19        /h\n"
		"      warning  odd\n"
		"  ok       19 accounts; --all lists them\n"
		"\n"
		"Verified: 21 accounts, 1 with faults.\n");
	assert_string_equal(
		rendered_many(*state, 19, (struct render_verify_options){ .brief = true }),
		"  fault    u20        /h\n"
		"      error    wrong\n"
		"Verified: 21 accounts, 1 with faults.\n");
}

static void
assert_ends(const char *text, const char *expected)
{
	size_t length = strlen(text), end = strlen(expected);
	assert_string_equal(length > end ? text + length - end : text, expected);
}

static void
test_few_accounts_and_all_are_listed(void **state)
{
	assert_ends(rendered_many(*state, 18, (struct render_verify_options){ 0 }),
		"  ok       u17        /h\n"
		"\n"
		"Verified: 20 accounts, 1 with faults.\n");
	assert_ends(rendered_many(*state, 19, (struct render_verify_options){ .all = true }),
		"  ok       u18        /h\n"
		"\n"
		"Verified: 21 accounts, 1 with faults.\n");
}

/* ---- exit ---- */

static void
test_bad_input_wins_over_blocked_over_limit_over_pending(void **state)
{
	(void)state;
	static const enum exit_code order[] = { EXIT_BAD_DATA, EXIT_BLOCKED, EXIT_LIMIT,
		EXIT_CHANGES, EXIT_DONE };
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		for (size_t j = i; j < ARRAY_LEN(order); j++) {
			assert_int_equal(exit_code_first(order[i], order[j]), order[i]);
			assert_int_equal(exit_code_first(order[j], order[i]), order[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_a_plan_shows_users_with_their_lines_and_totals),
		fixture_test(test_a_brief_plan_is_its_errors_and_totals),
		fixture_test(test_a_schedule_is_told_what_is_news),
		fixture_test(test_colours_only_wrap_what_stands_there_anyway),
		fixture_test(test_text_of_strangers_is_escaped_and_still_aligned),
		fixture_test(test_findings_of_the_host_stand_apart),
		fixture_test(test_a_finding_does_not_say_its_path_twice),
		fixture_test(test_notes_are_shown_to_who_asks_for_more),
		fixture_test(test_of_many_users_a_few_of_each_kind_are_shown),
		fixture_test(test_kinds_with_the_most_users_come_first),
		fixture_test(test_on_a_narrow_terminal_names_give_way_and_texts_go_on_below),
		cmocka_unit_test(test_a_diagnostic_says_where_what_and_what_to_do),
		fixture_test(test_columns_are_as_wide_as_their_widest_cell),
		fixture_test(test_a_verification_lists_accounts_rules_and_fixes),
		fixture_test(test_many_accounts_in_order_are_a_number),
		fixture_test(test_few_accounts_and_all_are_listed),
		cmocka_unit_test(test_bad_input_wins_over_blocked_over_limit_over_pending),
	};
	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
