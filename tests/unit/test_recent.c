/*
 * test_recent.c - which runs count against the limits: those of a day that sources asked for, that
 * stand, and that nobody had allowed to go over one.
 */
#include "host_fixture.h"

#include "core/model/account.h"
#include "core/plan/codec.h"
#include "core/run/journal.h"
#include "core/run/recent.h"

#define SINCE 1769860800 /* 2026-01-31T12:00:00Z */

static struct state
new_state(struct fixture *f)
{
	struct state state;
	bool locked;
	state_init(&state, f->host, NULL, &f->arena);
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	return state;
}

/* Disables anna and bert of hr. */
static const char *
plan_text(struct fixture *f, bool from_source)
{
	static const char *const logins[] = { "anna", "bert" };
	AUTO_BUFFER struct buffer out = { 0 };
	struct plan plan = {
		.arena = &f->arena,
		.id = "0123456789abcdef",
		.created = "2026-01-31T12:00:00Z",
		.tool_version = "0.1.0",
		.host_name = "sftp1",
		.root = "/",
		.jail_group = "sftponly",
		.keys_dir = "/etc/ssh/rehome_keys",
		.dropin = "/etc/ssh/sshd_config.d/60-rehome.conf",
		.findings = { .arena = &f->arena },
	};
	memset(plan.config_sha256, '0', 64);
	if (from_source)
		ARRAY_PUSH(&f->arena, &plan.inputs,
			(struct plan_input){
				.source = "hr", .importer = "csv", .location = "hr.csv" });
	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		struct change *change = ARENA_NEW(&f->arena, struct change);
		*change = (struct change){ .action = CHANGE_LEAVE,
			.login = logins[i],
			.source = "hr",
			.key = logins[i],
			.has_before = true,
			.has_after = true,
			.findings = { .arena = &f->arena } };
		change->before = (struct account_facts){ .uid = 20000,
			.gid = 20000,
			.home = "/home/x",
			.shell = "/bin/sh",
			.password = PASSWORD_KEPT,
			.expires = ACCOUNT_NEVER };
		change->after = change->before;
		change->after.disabled = true;
		ARRAY_PUSH(&f->arena, &plan.changes, change);
	}
	plan_count(&plan);
	plan_encode(&plan, &out);
	return arena_strdup(&f->arena, buffer_text(&out));
}

struct event {
	enum journal_type type;
	const char *payload;
};

static void
make_run(struct fixture *f, struct state *state, const char *id, bool from_source,
	const char *begin, const struct event *events)
{
	struct journal journal;
	static const struct host_owner owner = { 0, 0, 0700 };
	assert_ok(f, host_make_dir(f->host, state_run_path(state, id, NULL), &owner, &f->diags));
	make_file(f, state_run_path(state, id, "plan.json"), plan_text(f, from_source));
	assert_ok(f,
		journal_create(f->host, state_run_path(state, id, "journal"), 16, &f->arena,
			&journal, &f->diags));
	assert_ok(f, journal_mark(&journal, &f->diags, JOURNAL_BEGIN, "%s", begin));
	for (; events->payload; events++)
		assert_ok(
			f, journal_mark(&journal, &f->diags, events->type, "%s", events->payload));
	journal_finish(&journal);
}

static size_t
disabled_since(struct fixture *f, struct state *state)
{
	struct limit_history history;
	assert_ok(f, recent_limits(state, SINCE, &f->arena, &history, &f->diags));
	const struct limit_counts *counts = table_get(&history.sources, "hr");
	return counts ? counts->of[LIMIT_DISABLE] : 0;
}

#define AT(when) "{\"started\":\"2026-01-" when "Z\",\"users\":2,\"counts\":{\"leave\":2}"
#define DONE                                                                                       \
	{                                                                                          \
		JOURNAL_END, "t"                                                                   \
	}

static void
test_recent_runs_of_sources_count_while_they_stand(void **unused)
{
	static const struct {
		bool from_source;
		const char *begin;
		struct event events[5];
		size_t counted;
	} cases[] = {
		{ true, AT("31T12:00:00") "}", { DONE }, 2 },
		{ true, AT("31T11:59:59") "}", { DONE }, 0 },
		{ true, AT("31T18:00:00") ",\"allowed_leavers\":2}", { DONE }, 0 },
		{ false, AT("31T18:00:00") "}", { DONE }, 0 },
		{ true, AT("31T18:00:00") "}",
			{ { JOURNAL_ABORT, "why" }, { JOURNAL_UNDONE, "t" } }, 0 },
		{ true, AT("31T18:00:00") "}", { { JOURNAL_DROPPED, "bert" }, DONE }, 1 },
		{ true, AT("31T18:00:00") "}",
			{ DONE, { JOURNAL_ROLLBACK, "{\"users\":[\"anna\"]}" },
				{ JOURNAL_ROLLED_BACK, "{\"users\":[\"anna\"]}" } },
			1 },
		{ true, AT("31T18:00:00") "}",
			{ DONE, { JOURNAL_ROLLBACK, "{\"users\":[]}" },
				{ JOURNAL_ROLLED_BACK, "{\"users\":[]}" } },
			0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *fresh;
		assert_int_equal(fixture_setup(&fresh), 0);
		struct fixture *f = fresh;
		struct state state = new_state(f);
		make_run(f, &state, "1", cases[i].from_source, cases[i].begin, cases[i].events);
		assert_int_equal(disabled_since(f, &state), cases[i].counted);
		state_finish(&state);
		fixture_teardown(&fresh);
	}
	(void)unused;
}

static void
test_recent_runs_add_up_back_to_the_first_that_is_older(void **unused)
{
	struct fixture *f = *unused;
	struct state state = new_state(f);
	static const struct event done[] = { DONE, { 0 } };
	make_run(f, &state, "1", true, AT("31T18:00:00") "}", done); /* behind an older one */
	make_run(f, &state, "2", true, AT("31T02:00:00") "}", done);
	make_run(f, &state, "9", true, AT("31T13:00:00") "}", done);
	make_run(f, &state, "10", true, AT("31T14:00:00") "}", done);
	assert_int_equal(disabled_since(f, &state), 4);
	state_finish(&state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recent_runs_of_sources_count_while_they_stand),
		cmocka_unit_test_setup_teardown(
			test_recent_runs_add_up_back_to_the_first_that_is_older, fixture_setup,
			fixture_teardown),
	};
	return geteuid() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);
}
