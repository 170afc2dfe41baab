/*
 * test_run_log.c - what records add up to: where a run is, who went back, and which inodes it made.
 */
#include "host_fixture.h"

#include "core/run/run_log.h"

#define BEGIN                                                                                      \
	"{\"plan\":\"0a1b\",\"started\":\"2026-01-31T12:00:00Z\",\"by\":\"heinz\","                \
	"\"reason\":\"why\",\"users\":3,\"counts\":{\"create\":2,\"change\":1}}"

struct entry {
	enum journal_type type;
	const char *payload;
};

static bool
read_log(struct fixture *f, const struct entry *entries, size_t count, struct run_log *ret_log)
{
	struct journal journal = { .arena = &f->arena, .path = "/journal", .fd = -1 };
	for (size_t i = 0; i < count; i++)
		journal_add(&journal, entries[i].type, "%s", entries[i].payload);
	bool ok = run_log_read(&journal, &f->arena, ret_log, &f->diags);
	journal_finish(&journal);
	return ok;
}

static const char *
joined(struct fixture *f, const struct string_list *list)
{
	const char *text = "";
	ARRAY_FOREACH (item, list)
		text = arena_printf(&f->arena, "%s%s%s", text, *text ? " " : "", *item);
	return text;
}

static void
test_status_follows_the_records(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct entry entries[8];
		bool pending;
		const char *status;
	} cases[] = {
		{ { { JOURNAL_BEGIN, BEGIN } }, true, "interrupted" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_PHASE, "folders" } }, true, "interrupted" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_COMMIT, "passwd" } }, true, "interrupted" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_ABORT, "why" } }, true, "interrupted" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_ABORT, "why" }, { JOURNAL_UNDONE, "t" } },
			false, "undone" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "t" } }, false, "applied" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "t" },
			  { JOURNAL_ROLLBACK, "{\"users\":[]}" } },
			true, "interrupted" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "t" },
			  { JOURNAL_ROLLBACK, "{\"users\":[]}" },
			  { JOURNAL_ROLLED_BACK, "{\"users\":[]}" } },
			false, "rolled-back" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "t" },
			  { JOURNAL_ROLLBACK, "{\"users\":[\"anna\"]}" },
			  { JOURNAL_ROLLED_BACK, "{\"users\":[\"anna\"]}" } },
			false, "partly-rolled-back" },
		{ { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "t" },
			  { JOURNAL_ROLLBACK, "{\"users\":[\"anna\"]}" },
			  { JOURNAL_ROLLED_BACK, "{\"users\":[\"anna\"]}" },
			  { JOURNAL_ROLLBACK, "{\"users\":[\"bert\"]}" } },
			true, "interrupted" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run_log log;
		size_t count = 0;
		while (cases[i].entries[count].payload)
			count++;
		assert_ok(f, read_log(f, cases[i].entries, count, &log));
		assert_int_equal(run_log_is_pending(&log), cases[i].pending);
		assert_string_equal(run_status_name(run_log_status(&log)), cases[i].status);
	}
}

static void
test_a_run_that_never_began_is_not_pending(void **state)
{
	struct fixture *f = *state;
	struct run_log log;
	assert_ok(f, read_log(f, NULL, 0, &log));
	assert_false(log.begun);
	assert_false(run_log_is_pending(&log));
}

static void
test_begin_says_who_when_why_and_how_many(void **state)
{
	struct fixture *f = *state;
	static const struct entry entries[] = { { JOURNAL_BEGIN, BEGIN }, { JOURNAL_END, "then" } };
	struct run_log log;
	assert_ok(f, read_log(f, entries, ARRAY_LEN(entries), &log));
	assert_true(log.begun);
	assert_string_equal(log.started, "2026-01-31T12:00:00Z");
	assert_string_equal(log.by, "heinz");
	assert_string_equal(log.reason, "why");
	assert_string_equal(log.ended_at, "then");
	assert_int_equal(log.users, 3);
	assert_int_equal(log.counts[CHANGE_CREATE], 2);
	assert_int_equal(log.counts[CHANGE_CHANGE], 1);
	assert_int_equal(log.counts[CHANGE_LEAVE], 0);
}

static void
test_phases_users_and_handout_are_gathered(void **state)
{
	struct fixture *f = *state;
	static const struct entry entries[] = { { JOURNAL_BEGIN, BEGIN },
		{ JOURNAL_PHASE, "folders" }, { JOURNAL_DROPPED, "carl" },
		{ JOURNAL_PHASE, "accounts" }, { JOURNAL_HANDOUT, "{\"dir\":\"/root/h\"}" },
		{ JOURNAL_COMMIT, "passwd" }, { JOURNAL_END, "t" },
		{ JOURNAL_ROLLBACK, "{\"users\":[\"anna\",\"bert\"]}" },
		{ JOURNAL_ROLLED_BACK, "{\"users\":[\"anna\",\"bert\"],\"shared_kept\":true}" },
		{ JOURNAL_ROLLBACK, "{\"users\":[\"dora\"]}" } };
	struct run_log log;
	assert_ok(f, read_log(f, entries, ARRAY_LEN(entries), &log));
	for (int phase = 0; phase < PHASES; phase++)
		assert_int_equal(
			log.announced[phase], phase == PHASE_FOLDERS || phase == PHASE_ACCOUNTS);
	assert_true(log.committed);
	assert_string_equal(log.handout, "{\"dir\":\"/root/h\"}");
	assert_string_equal(joined(f, &log.dropped), "carl");
	assert_string_equal(joined(f, &log.rolled_back), "anna bert");
	assert_string_equal(joined(f, &log.rolling_back_users), "dora");
	assert_true(log.shared_kept);
	assert_false(log.rolled_back_all);
}

static void
test_payloads_that_make_no_sense_are_refused(void **state)
{
	struct fixture *f = *state;
	static const struct {
		struct entry entry;
		const char *error;
	} cases[] = {
		{ { JOURNAL_BEGIN, "folders" }, "BEGIN" },
		{ { JOURNAL_BEGIN, "[]" }, "BEGIN" },
		{ { JOURNAL_BEGIN, "{\"users\":1,\"users\":2}" }, "BEGIN" },
		{ { JOURNAL_PHASE, "dinner" }, "PHASE" },
		{ { JOURNAL_ROLLBACK, "" }, "ROLLBACK" },
		{ { JOURNAL_ROLLED_BACK, "{" }, "ROLLED_BACK" },
		{ { JOURNAL_HANDOUT, "/root" }, "HANDOUT" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run_log log;
		assert_refused(f, read_log(f, &cases[i].entry, 1, &log),
			arena_printf(&f->arena,
				"/journal: record %s has a payload that this version does not "
				"understand",
				cases[i].error));
	}
}

static bool
read_facts(struct fixture *f, const char *note, struct step_fact *facts, size_t count)
{
	struct journal journal = { .arena = &f->arena, .path = "/journal", .fd = -1 };
	journal_add(&journal, JOURNAL_NOTE, "%s", note);
	bool ok = run_log_facts(&journal, facts, count, &f->diags);
	journal_finish(&journal);
	return ok;
}

static void
test_notes_become_facts_of_their_steps(void **state)
{
	struct fixture *f = *state;
	struct step_fact facts[2] = { { 0 } };
	assert_ok(f, read_facts(f, "1 2049 18446744073709551615", facts, 2));
	assert_false(facts[0].known);
	assert_true(facts[1].known);
	assert_int_equal(facts[1].dev, 2049);
	assert_true(facts[1].ino == (ino_t)UINT64_MAX);
}

static void
test_notes_of_no_step_are_refused(void **state)
{
	struct fixture *f = *state;
	static const char *const notes[] = { "2 1 1", "1 1", "", "1 1 1 1", "1 1 1x", "x 1 1" };
	for (size_t i = 0; i < ARRAY_LEN(notes); i++) {
		struct step_fact facts[2] = { { 0 } };
		assert_refused(f, read_facts(f, notes[i], facts, 2),
			"/journal: record NOTE has a payload that this version does not "
			"understand");
	}
}

static void
test_payloads_are_read_as_they_were_written(void **state)
{
	struct fixture *f = *state;
	struct plan plan = { .id = "0a1b", .reason = "planned so" };
	struct run_options options = { .confirmed_plan_sha256 = "ffff" };
	struct string_list users = { 0 };
	struct run_log log;
	plan.counts[CHANGE_CREATE] = 4;
	plan.counts[CHANGE_BLOCKED] = 7;
	string_list_push(&f->arena, &users, "anna");
	assert_int_equal(setenv("SUDO_USER", "heinz", 1), 0);
	const struct entry entries[] = {
		{ JOURNAL_BEGIN, run_log_begin_payload(&plan, &options, "sftp1", &f->arena) },
		{ JOURNAL_END, run_log_now(&f->arena) },
		{ JOURNAL_ROLLBACK, run_log_rollback_payload(&users, "bad\xff", &f->arena) },
		{ JOURNAL_ROLLED_BACK, run_log_rolled_back_payload(&users, true, 2, &f->arena) },
	};
	assert_ok(f, read_log(f, entries, ARRAY_LEN(entries), &log));
	assert_string_equal(log.by, "heinz");
	assert_string_equal(log.reason, "planned so");
	assert_int_equal(log.users, 4);
	assert_int_equal(log.counts[CHANGE_CREATE], 4);
	assert_int_equal(log.counts[CHANGE_BLOCKED], 0);
	assert_string_equal(joined(f, &log.rolled_back), "anna");
	assert_true(log.shared_kept);
	assert_int_equal(strlen(log.started), strlen("2026-01-31T12:00:00Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		host_test(test_status_follows_the_records),
		host_test(test_a_run_that_never_began_is_not_pending),
		host_test(test_begin_says_who_when_why_and_how_many),
		host_test(test_phases_users_and_handout_are_gathered),
		host_test(test_payloads_that_make_no_sense_are_refused),
		host_test(test_notes_become_facts_of_their_steps),
		host_test(test_notes_of_no_step_are_refused),
		host_test(test_payloads_are_read_as_they_were_written),
	};
	return cmocka_run_group_tests_name("run_log", tests, NULL, NULL);
}
