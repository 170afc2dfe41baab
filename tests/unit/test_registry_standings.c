/*
 * test_registry_standings.c - how accounts stand: who left, is not open yet, or has another login.
 */
#include "registry_fixture.h"

#include <sqlite3.h>
#include <time.h>

/* ---- who leaves, and comes back ---- */

/* bert is disabled (his password locked, his keys taken), put away, or gone. */
static struct plan *
bert_leaves(struct fixture *f, bool retires, bool goes)
{
	struct plan *plan = new_plan(f);
	struct change *bert = new_change(plan, CHANGE_LEAVE, "bert", "1002");
	bert->has_before = true;
	bert->before = facts(f, "/srv/bert", 20001, NULL, "in:rw");
	bert->before.expires = 30000;
	bert->after = bert->before;
	bert->after.disabled = true;
	bert->has_after = !goes;
	struct edit edits[] = {
		{ .kind = EDIT_GATE,
			.file = ACCOUNTDB_SHADOW,
			.user = "bert",
			.name = "bert",
			.field = SHADOW_EXPIRE,
			.before = "30000",
			.after = "1" },
		{ .kind = EDIT_SET_FIELD,
			.file = ACCOUNTDB_SHADOW,
			.user = "bert",
			.name = "bert",
			.field = SHADOW_HASH },
	};
	for (size_t i = 0; i < ARRAY_LEN(edits); i++)
		ARRAY_PUSH(plan->arena, &plan->edits, edits[i]);
	struct step retire = { .kind = STEP_HOME_RETIRE, .user = "bert" };
	if (retires)
		ARRAY_PUSH(plan->arena, &plan->steps, retire);
	write_keys(plan, "bert", NULL, "ssh-rsa BBBB\n");
	return plan;
}

static const char *
standing_of_bert(struct fixture *f, struct state *state)
{
	struct managed managed;
	assert_ok(f, registry_load(state, &f->arena, &managed, &f->diags));
	const struct managed_account *bert = table_get(&managed.by_login, "bert");
	if (!bert)
		return id_table_get(&managed.tombstones, 20001) ? "buried" : "unknown";
	const struct managed_standing *standing = &bert->standing;
	if (!standing->run)
		return "never changed";
	assert_int_equal(standing->day, time(NULL) / 86400);
	return arena_printf(&f->arena, "%s run %s%s%s%s expires '%s' keys %s",
		managed_state_name(standing->state), standing->run,
		standing->by_hand ? " by hand" : "", standing->locked ? " locked" : "",
		standing->staged ? " never open" : "", standing->expires,
		standing->keys ? standing->keys : "-");
}

static void
test_registry_remembers_what_disabling_took(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	assert_string_equal(standing_of_bert(f, &state), "never changed");
	record(f, &state, bert_leaves(f, false, false), "2");
	record(f, &state, bert_leaves(f, false, false), "2");
	assert_string_equal(standing_of_bert(f, &state),
		"disabled run 2 by hand locked expires '30000' keys ssh-rsa BBBB\n");

	struct plan *plan = new_plan(f);
	struct change *bert = new_change(plan, CHANGE_CHANGE, "bert", "1002");
	bert->has_before = true;
	bert->before = bert->after = facts(f, "/srv/bert", 20001, NULL, "in:rw");
	bert->before.disabled = true;
	record(f, &state, plan, "3");
	assert_string_equal(standing_of_bert(f, &state), "active run 3 by hand expires '' keys -");
	assert_ok(f, registry_record_rollback(&state, plan, "3", NULL, &f->diags));
	assert_string_equal(standing_of_bert(f, &state),
		"disabled run 2 by hand locked expires '30000' keys ssh-rsa BBBB\n");
	state_finish(&state);
}

/* Runs are counted, not spelt: 10 is newer than 9. */
static void
test_registry_buries_who_is_removed_and_digs_up_who_comes_back(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	record(f, &state, bert_leaves(f, true, false), "9");
	assert_non_null(strstr(standing_of_bert(f, &state), "retired run 9"));
	const char *retired = remembered(f, &state);
	struct plan *removal = bert_leaves(f, false, true);
	record(f, &state, removal, "10");
	assert_string_equal(standing_of_bert(f, &state), "buried");
	assert_ok(f, registry_record_rollback(&state, removal, "10", NULL, &f->diags));
	assert_non_null(strstr(standing_of_bert(f, &state), "retired run 9"));
	/* He may not have come back as a whole: the uid stays his. */
	assert_string_equal(remembered(f, &state),
		arena_printf(&f->arena, "%sburied 20001:20001 bert hr/1002\n%s",
			arena_strndup(&f->arena, retired, strstr(retired, "reserved") - retired),
			strstr(retired, "reserved")));
	state_finish(&state);
}

/* ---- who is not open yet ---- */

/* A change of bert's: from and to are "staged", "disabled", "staged disabled" or "". */
static struct plan *
bert_changes(struct fixture *f, enum change_action action, const char *from, int64_t from_day,
	const char *to, int64_t to_day)
{
	struct plan *plan = new_plan(f);
	struct change *bert = new_change(plan, action, "bert", "1002");
	bert->has_before = action != CHANGE_CREATE;
	bert->after = facts(f, "/srv/bert", 20001, NULL, "in:rw");
	if (bert->has_before)
		bert->before = bert->after;
	bert->before.staged = strstr(from, "staged");
	bert->before.disabled = strstr(from, "disabled");
	bert->before.expires = from_day;
	bert->after.staged = strstr(to, "staged");
	bert->after.disabled = strstr(to, "disabled");
	bert->after.expires = to_day;
	return plan;
}

/* What the account is to have waits in the registry, through whatever happens before. */
static void
test_registry_keeps_the_expiry_of_who_is_staged(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	const struct {
		enum change_action action;
		const char *from;
		int64_t from_day;
		const char *to;
		int64_t to_day;
		const char *expected;
	} runs[] = {
		{ CHANGE_CREATE, "", 0, "staged", 30000,
			"staged run 1 by hand never open expires '30000' keys -" },
		{ CHANGE_CHANGE, "staged", 30000, "staged", 31000,
			"staged run 1 by hand never open expires '31000' keys -" },
		{ CHANGE_LEAVE, "staged", 31000, "staged disabled", 31000,
			"disabled run 3 by hand never open expires '31000' keys -" },
		{ CHANGE_CHANGE, "staged disabled", 1, "staged", 31000,
			"staged run 4 by hand never open expires '31000' keys -" },
		{ CHANGE_CHANGE, "staged", 31000, "staged", ACCOUNT_NEVER,
			"staged run 4 by hand never open expires '' keys -" },
		{ CHANGE_CHANGE, "staged", ACCOUNT_NEVER, "", ACCOUNT_NEVER,
			"active run 6 by hand expires '' keys -" },
	};
	struct plan *plans[ARRAY_LEN(runs)];
	for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
		plans[i] = bert_changes(f, runs[i].action, runs[i].from, runs[i].from_day,
			runs[i].to, runs[i].to_day);
		record(f, &state, plans[i], arena_printf(&f->arena, "%zu", i + 1));
		assert_string_equal(standing_of_bert(f, &state), runs[i].expected);
	}
	for (size_t i = ARRAY_LEN(runs); i-- > 1;) {
		assert_ok(f,
			registry_record_rollback(&state, plans[i],
				arena_printf(&f->arena, "%zu", i + 1), NULL, &f->diags));
		assert_string_equal(standing_of_bert(f, &state), runs[i - 1].expected);
	}
	assert_ok(f, registry_record_rollback(&state, plans[0], "1", NULL, &f->diags));
	assert_string_equal(standing_of_bert(f, &state), "buried");
	state_finish(&state);
}

/* A source said that the account is shut, in a batch that is staged. */
static void
test_registry_knows_who_was_born_disabled_and_staged(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, bert_changes(f, CHANGE_CREATE, "", 0, "staged disabled", 30000), "1");
	assert_string_equal(standing_of_bert(f, &state),
		"disabled run 1 by hand never open expires '30000' keys -");
	state_finish(&state);
}

/* The uid is the directory's, and so is whoever gets it next. */
static void
test_registry_buries_no_uid_of_the_name_service(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct plan *plan = bert_changes(f, CHANGE_CREATE, "", 0, "", ACCOUNT_NEVER);
	struct managed managed;
	plan->changes.items[0]->nss = true;
	record(f, &state, plan, "1");
	assert_ok(f, registry_load(&state, &f->arena, &managed, &f->diags));
	const struct managed_account *bert = table_get(&managed.by_login, "bert");
	assert_true(bert->nss);
	struct plan *leaves = bert_leaves(f, false, true);
	leaves->changes.items[0]->nss = true;
	record(f, &state, leaves, "2");
	assert_string_equal(standing_of_bert(f, &state), "unknown");
	assert_ok(f, registry_record_rollback(&state, leaves, "2", NULL, &f->diags));
	assert_string_equal(standing_of_bert(f, &state), "never changed");
	assert_ok(f, registry_record_rollback(&state, plan, "1", NULL, &f->diags));
	assert_string_equal(standing_of_bert(f, &state), "unknown");
	state_finish(&state);
}

/* Version 1 had no table of standings. */
static void
test_registry_brings_an_older_file_up(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	sqlite3 *sqlite;
	assert_int_equal(sqlite3_open(real(f, DATABASE), &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite,
				 "DROP TABLE standings; DROP TABLE links; DROP TABLE "
				 "former_logins; ALTER TABLE managed DROP "
				 "COLUMN profile; "
				 "ALTER TABLE managed DROP COLUMN nss; "
				 "PRAGMA user_version = 1",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(sqlite);
	assert_string_equal(remembered(f, &state), before);
	record(f, &state, bert_leaves(f, false, false), "2");
	assert_non_null(strstr(standing_of_bert(f, &state), "disabled run 2"));
	state_finish(&state);
}

/* ---- other logins ---- */

static struct plan *
anna_is_renamed(struct fixture *f)
{
	struct plan *plan = new_plan(f);
	struct change *anna = new_change(plan, CHANGE_CHANGE, "vogel", "1001");
	anna->old_login = "anna";
	anna->has_before = true;
	anna->before = facts(f, "/home/anna", 20000, "media", "pics:rw");
	string_list_push(&f->arena, &anna->before.folders, "'my logs':ro");
	string_list_push(&f->arena, &anna->before.groups, "press");
	string_list_push(&f->arena, &anna->before.groups, "web");
	anna->after = anna->before;
	anna->after.home = "/home/vogel";
	write_keys(plan, "vogel", NULL, "ssh-ed25519 AAAA anna\n");
	write_keys(plan, "vogel", "ssh-ed25519 AAAA anna\n", NULL);
	return plan;
}

static const char *
login_of(struct fixture *f, struct state *state, const char *login)
{
	struct managed managed;
	assert_ok(f, registry_load(state, &f->arena, &managed, &f->diags));
	const struct managed_account *account = managed_find(&managed, login);
	return account ? account->login : "(nobody)";
}

static void
test_registry_moves_all_that_it_knows_to_another_login(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	struct plan *plan = anna_is_renamed(f);
	for (int told = 0; told < 2; told++) {
		record(f, &state, plan, "2");
		assert_string_equal(remembered(f, &state),
			BERT "run 1\nvogel hr/1001 20000:20000 /home/vogel media [pics:rw 'my "
			     "logs':ro] (press web) " ANNA_SHA256 " run 2\n");
		assert_string_equal(login_of(f, &state, "anna"), "vogel");
		assert_string_equal(login_of(f, &state, "vogel"), "vogel");
	}
	for (int told = 0; told < 2; told++) {
		assert_ok(f, registry_record_rollback(&state, plan, "2", NULL, &f->diags));
		assert_string_equal(login_of(f, &state, "anna"), "anna");
		assert_string_equal(login_of(f, &state, "vogel"), "(nobody)");
	}
	/* But for the run that changed it last. */
	assert_string_equal(strstr(remembered(f, &state), "bert"), strstr(before, "bert"));
	state_finish(&state);
}

static void
test_registry_moves_how_somebody_stands_to_another_login(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct managed managed;
	record(f, &state, two_creates(f), "1");
	record(f, &state, bert_leaves(f, false, false), "2");
	struct plan *plan = new_plan(f);
	struct change *bert = new_change(plan, CHANGE_CHANGE, "kranz", "1002");
	bert->old_login = "bert";
	bert->has_before = true;
	bert->before = bert->after = facts(f, "/srv/bert", 20001, NULL, "in:rw");
	bert->before.disabled = bert->after.disabled = true;
	record(f, &state, plan, "3");
	assert_ok(f, registry_load(&state, &f->arena, &managed, &f->diags));
	const struct managed_account *kranz = table_get(&managed.by_login, "kranz");
	assert_non_null(kranz);
	assert_int_equal(kranz->standing.state, MANAGED_DISABLED);
	assert_string_equal(kranz->standing.run, "2");
	assert_ptr_equal(managed_find_then(&managed, "bert", 2), kranz);
	assert_null(managed_find_then(&managed, "bert", 3));
	assert_string_equal(managed_login_then(&managed, "kranz", 20001, 2), "bert");
	assert_string_equal(managed_login_then(&managed, "kranz", 20001, 3), "kranz");
	assert_ok(f, registry_record_rollback(&state, plan, "3", NULL, &f->diags));
	assert_non_null(strstr(standing_of_bert(f, &state), "disabled run 2"));
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
		host_test(test_registry_remembers_what_disabling_took),
		host_test(test_registry_buries_who_is_removed_and_digs_up_who_comes_back),
		host_test(test_registry_brings_an_older_file_up),
		host_test(test_registry_moves_all_that_it_knows_to_another_login),
		host_test(test_registry_moves_how_somebody_stands_to_another_login),
		host_test(test_registry_keeps_the_expiry_of_who_is_staged),
		host_test(test_registry_knows_who_was_born_disabled_and_staged),
		host_test(test_registry_buries_no_uid_of_the_name_service),
	};
	return cmocka_run_group_tests_name("registry_standings", tests, NULL, NULL);
}
