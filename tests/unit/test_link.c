/*
 * Who of a new source is whom of the accounts, and what binding them does to a plan.
 */
#include "core/plan/link.h"
#include "planner_fixture.h"

/* ---- looking ---- */

/* Accounts of an old list, their names in gecos. */
static void
make_accounts(struct world *w)
{
	plan_sheet(w,
		"login,name,uid,folders\n"
		"anna,Anna Vogel,3001,in\n"
		"bert,Bert Zimmer,3002,in\n"
		"carl,,3003,in\n");
	world_apply(w);
}

/* "anna certain: 7 (login, name)" for each account, with the note behind. */
static const char *
found(struct world *w, const char *emails_of_old, const char *sheet,
	const enum link_criterion *order, size_t criteria)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct table emails = { .arena = &w->arena };
	struct link_matches matches;
	w->intake_count = 0;
	add_sheet(w, "csv:new.csv", "/new.csv", sheet);
	w->intake_count = 0;
	if (emails_of_old)
		table_set(&emails, "anna", (void *)(uintptr_t)emails_of_old);
	ARRAY_FOREACH (managed, &w->managed.accounts)
		(*managed)->source = "ftp";
	struct link_question question = {
		.managed = &w->managed,
		.db = &w->snapshot.db,
		.old_scope = "ftp",
		.emails = &emails,
		.source = &w->intakes[0],
		.criteria = criteria,
	};
	memcpy(question.order, order, criteria * sizeof(*order));
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	link_find(&question, &w->arena, &matches);
	ARRAY_FOREACH (match, &matches) {
		buffer_printf(&out, "%s %s:", match->managed->login,
			link_confidence_name(match->confidence));
		ARRAY_FOREACH (candidate, &match->candidates)
			buffer_printf(
				&out, " %s (%s)", candidate->account->key, candidate->matched);
		buffer_printf(
			&out, "%s%s\n", match->note ? " | " : "", match->note ? match->note : "");
	}
	return arena_strdup(&w->arena, buffer_text(&out));
}

static const enum link_criterion by_login[] = { LINK_LOGIN };
static const enum link_criterion by_all[] = { LINK_LOGIN, LINK_EMAIL, LINK_UID };
static const enum link_criterion by_uid_first[] = { LINK_UID, LINK_LOGIN };

static void
test_link_is_certain_of_one_login_unless_the_names_differ(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	assert_string_equal(found(w, NULL,
				    "id,login,name\n1,anna,\"Vogel, ANNA\"\n2,bert,Bertram Ott\n"
				    "3,carl,Carl Kowalski\n",
				    by_login, 1),
		"anna certain: 1 (login, name)\n"
		"bert likely: 2 (login) | the names differ\n"
		"carl certain: 3 (login)\n");
}

static void
test_link_takes_a_uid_alone_for_likely_only(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	assert_string_equal(found(w, NULL,
				    "id,login,name,uid\n1,avogel,Anna Vogel,3001\n2,bz,,3002\n"
				    "3,ck,Carla Klein,3003\n",
				    by_all, 3),
		"anna certain: 1 (uid, name)\n"
		"bert likely: 2 (uid) | only the uid is the same\n"
		"carl likely: 3 (uid) | only the uid is the same\n");
}

static void
test_link_follows_the_order_and_says_what_speaks_for_others(void **state)
{
	struct world *w = *state;
	static const char sheet[] = "id,login,name,uid\n1,anna,Anna Vogel,\n2,av,Anna Vogel,3001\n";
	make_accounts(w);
	assert_string_equal(found(w, NULL, sheet, by_all, 3),
		"anna likely: 1 (login, name) | by its uid it would be '2'\n"
		"bert none:\ncarl none:\n");
	assert_string_equal(found(w, NULL, sheet, by_uid_first, 2),
		"anna likely: 2 (uid, name) | by its login it would be '1'\n"
		"bert none:\ncarl none:\n");
}

static void
test_link_does_not_choose_between_two_persons(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	assert_string_equal(found(w, "Team@Firma.example",
				    "id,login,name,email\n1,av,Anna Vogel,team@firma.example\n"
				    "2,ov,Otto Vogel,TEAM@firma.example\n",
				    by_all, 3),
		"anna ambiguous: 1 (email, name) 2 (email)\nbert none:\ncarl none:\n");
}

static void
test_link_gives_one_person_to_nobody_when_two_accounts_match(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	assert_string_equal(
		found(w, NULL, "id,login,name,uid\n1,anna,Anna Vogel,3002\n", by_all, 3),
		"anna ambiguous: 1 (login, name) | 'bert' would be the same person\n"
		"bert ambiguous: 1 (uid) | the names differ; 'anna' would be the same person\n"
		"carl none:\n");
}

static void
test_link_knows_an_address_from_a_key_that_is_one(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	w->managed.accounts.items[2]->key = "carl@firma.example";
	assert_string_equal(
		found(w, NULL, "id,login,name,email\n9,ck,,Carl@Firma.example\n", by_all, 3),
		"anna none:\nbert none:\ncarl certain: 9 (email)\n");
}

static void
test_link_offers_nobody_who_has_an_account_already(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	manage(w, "anna2", "csv:", "1", 3009, "/home/anna2");
	w->managed.accounts.items[3]->source = "csv:";
	struct table emails = { .arena = &w->arena };
	struct link_matches matches;
	add_sheet(w, "csv:new.csv", "/new.csv", "id,login\n1,anna\n2,bert\n");
	w->managed.accounts.items[0]->source = "ftp";
	const struct link_question question = {
		.managed = &w->managed,
		.db = &w->snapshot.db,
		.old_scope = "ftp",
		.emails = &emails,
		.source = &w->intakes[0],
		.order = { LINK_LOGIN },
		.criteria = 1,
	};
	link_find(&question, &w->arena, &matches);
	assert_int_equal(matches.count, 1);
	assert_int_equal(matches.items[0].confidence, LINK_NONE);
	assert_int_equal(matches.items[0].candidates.count, 0);
	assert_string_equal(matches.items[0].note, "'1' is account 'anna2' already");
}

/* ---- binding ---- */

/* The plan's changes, or the errors. */
static const char *
bound(struct world *w, const char *login, const char *old_key, const char *new_key)
{
	const struct link_binding binding = {
		.login = login,
		.old_key = old_key,
		.new_key = new_key,
		.place = at("links.csv", 2),
		.login_place = at_column("links.csv", 2, 1, "login"),
		.old_key_place = at_column("links.csv", 2, 9, "old_key"),
		.new_key_place = at_column("links.csv", 2, 20, "new_key"),
	};
	struct link_request request = { .old_scope = "csv:", .source = &w->intakes[0] };
	ARRAY_PUSH(&w->arena, &request.bindings, binding);
	w->diags = (struct diags){ .arena = &w->arena };
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	if (planner_make_link(w->config, &request, &w->snapshot, "because", &w->arena, &w->plan,
		    &w->secrets, &w->diags))
		return changes_said(w);
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (diag, &w->diags)
		buffer_printf(&out, "%u:%u %s: %s\n", diag->place.line, diag->place.column,
			diag->code, diag->message);
	return arena_strdup(&w->arena, buffer_text(&out));
}

static void
test_link_changes_the_origin_and_nothing_of_the_host(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nsources:\n  hr: { importer: csv, file: /hr.csv }\n");
	make_accounts(w);
	add_sheet(w, "hr", "/hr.csv", "id,login,folders\n7,avogel,in\n");
	assert_string_equal(bound(w, "anna", "anna", "7"),
		"~ anna\n  origin csv: 'anna' -> hr '7'\n"
		"  login is 'avogel' there: the next plan of hr renames it\n");
	const struct change *anna = change_of(w, "anna");
	assert_string_equal(anna->source, "hr");
	assert_string_equal(anna->key, "7");
	assert_string_equal(anna->old_source, "csv:");
	assert_string_equal(anna->old_key, "anna");
	assert_int_equal(anna->before.uid, 3001);
	assert_int_equal(anna->after.uid, 3001);
	assert_string_equal(w->plan->reason, "because");
	assert_int_equal(w->plan->inputs.count, 1);
	assert_int_equal(w->plan->steps.count, 0);
	assert_int_equal(w->plan->edits.count, 0);
	assert_true(plan_has_work(w->plan));
}

static void
test_link_refuses_what_no_longer_fits(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nsources:\n  hr: { importer: csv, file: /hr.csv }\n");
	make_accounts(w);
	manage(w, "dora", "hr", "8", 3001, "/home/dora");
	add_sheet(w, "hr", "/hr.csv", "id,login,folders\n7,anna,in\n8,dora,in\n");
	assert_string_equal(bound(w, "nobody", "anna", "7"),
		"2:1 unknown-login: 'nobody' is not an account that rehome manages\n");
	assert_string_equal(bound(w, "anna", "anna", "9"), "2:20 no-such-key: hr has no key '9'\n");
	assert_string_equal(bound(w, "anna", "anna", ""),
		"2:20 no-key: 'anna' is to be linked, and no key of hr is given\n");
	assert_string_equal(bound(w, "anna", "ann", "7"),
		"2:9 stale: 'anna' is csv: 'anna' now, not csv: 'ann'\n");
	assert_string_equal(
		bound(w, "anna", "anna", "8"), "2:20 key-taken: '8' is account 'dora' already\n");
}

/* ---- afterwards ---- */

/* As the registry has her after `rehome link`. */
static void
link_anna(struct world *w, const char *source, const char *key)
{
	static const struct managed_link link = { .run = "2", .source = "csv:", .key = "anna" };
	struct managed_account *anna = table_get(&w->managed.by_login, "anna");
	anna->source = source;
	anna->key = key;
	managed_add_link(&w->managed, anna, &link);
	table_set(&w->managed.by_key, managed_key(&w->arena, source, key), anna);
}

static void
test_linked_account_is_its_new_persons(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nsources:\n  hr: { importer: csv, file: /hr.csv }\n");
	make_accounts(w);
	link_anna(w, "hr", "7");
	add_sheet(w, "hr", "/hr.csv", "id,login,name,folders\n7,anna,Anna Berg,in\n");
	make_plan(w);
	assert_string_equal(codes_said(w), "~ anna cannot-log-in\n");
	assert_string_equal(change_of(w, "anna")->after.full_name, "Anna Berg");
}

#define HINT                                                                                       \
	"Run 2 linked it: read this person from json:, or take the link back with: rehome "        \
	"rollback 2\n"
#define LINKED " as login 'anna' for json: '7' | " HINT

/* Two sheets named on the command line are usually of the same people, but not after that. */
static void
test_linked_account_is_not_the_old_sources_any_more(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	link_anna(w, "json:", "7");
	plan_sheet(w, "login,name,folders\nanna,Anna Alt,in\n");
	assert_string_equal(
		changes_said(w), "! anna\n  error other-origin: 'anna' is managed" LINKED);
	plan_sheet(w, "login,id,folders\nanna,99,in\n");
	assert_string_equal(changes_said(w),
		"! anna\n  error other-origin: login 'anna' is managed for json: '7', here it is "
		"csv: '99' | " HINT);
}

/* Renamed since, her old login looks free: she would have a second account. */
static void
test_linked_account_is_not_made_anew_by_the_old_source(void **state)
{
	struct world *w = *state;
	make_accounts(w);
	link_anna(w, "json:", "7");
	struct managed_account *anna = table_get(&w->managed.by_login, "anna");
	anna->login = "avogel";
	table_set(&w->managed.by_login, "anna", NULL);
	table_set(&w->managed.by_login, "avogel", anna);
	replace_in(w, "/etc/passwd", "anna:", "avogel:");
	plan_sheet(w, "login,name,folders\nanna,Anna Alt,in\n");
	assert_string_equal(codes_said(w), "! anna other-origin\n");
	plan_sheet(w, "id,name,folders\nanna,Anna Alt,in\n");
	assert_string_equal(codes_said(w), "! avogel other-origin\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_link_is_certain_of_one_login_unless_the_names_differ),
		world_test(test_link_takes_a_uid_alone_for_likely_only),
		world_test(test_link_follows_the_order_and_says_what_speaks_for_others),
		world_test(test_link_does_not_choose_between_two_persons),
		world_test(test_link_gives_one_person_to_nobody_when_two_accounts_match),
		world_test(test_link_knows_an_address_from_a_key_that_is_one),
		world_test(test_link_offers_nobody_who_has_an_account_already),
		world_test(test_link_changes_the_origin_and_nothing_of_the_host),
		world_test(test_link_refuses_what_no_longer_fits),
		world_test(test_linked_account_is_its_new_persons),
		world_test(test_linked_account_is_not_the_old_sources_any_more),
		world_test(test_linked_account_is_not_made_anew_by_the_old_source),
	};
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
