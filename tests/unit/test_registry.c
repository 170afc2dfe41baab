/*
 * test_registry.c - what is remembered of runs and rollbacks, and how its file is kept.
 */
#include "host_fixture.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "core/model/account.h"
#include "core/run/registry.h"

enum { NEEDS_ROOT = 77 };

#define DATABASE STATE_DIR "/registry.db"
/* The first digits of sha256sum of "ssh-ed25519 AAAA anna\n" and "ssh-rsa BBBB\n" */
#define ANNA_SHA256 "2d9fa521"
#define BBBB_SHA256 "6c2d36b5"

/* ---- the world of a test ---- */

static struct state
locked_state(struct fixture *f)
{
	struct state state;
	bool locked;
	state_init(&state, f->host, NULL, &f->arena);
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	assert_true(locked);
	return state;
}

static struct plan *
new_plan(struct fixture *f)
{
	struct plan *plan = ARENA_NEW(&f->arena, struct plan);
	plan->arena = &f->arena;
	plan->jail_group = "sftponly";
	return plan;
}

static struct account_facts
facts(struct fixture *f, const char *home, uid_t uid, const char *layout, const char *folder)
{
	struct account_facts facts = {
		.uid = uid, .gid = uid, .home = home, .layout = layout, .expires = ACCOUNT_NEVER
	};
	string_list_push(&f->arena, &facts.groups, "sftponly");
	string_list_push(&f->arena, &facts.folders, folder);
	return facts;
}

static struct change *
new_change(struct plan *plan, enum change_action action, const char *login, const char *key)
{
	struct change *change = ARENA_NEW(plan->arena, struct change);
	change->action = action;
	change->login = login;
	change->source = "hr";
	change->key = key;
	change->has_after = true;
	ARRAY_PUSH(plan->arena, &plan->changes, change);
	return change;
}

static void
write_keys(struct plan *plan, const char *login, const char *content, const char *before)
{
	struct step step = {
		.kind = STEP_KEYS_WRITE, .user = login, .content = content, .before = before
	};
	ARRAY_PUSH(plan->arena, &plan->steps, step);
}

/* anna with a key, in press, her login made from her name; bert without. */
static struct plan *
two_creates(struct fixture *f)
{
	struct plan *plan = new_plan(f);
	struct change *anna = new_change(plan, CHANGE_CREATE, "anna", "1001");
	anna->login_generated = true;
	anna->after = facts(f, "/home/anna", 20000, "media", "pics:rw");
	string_list_push(&f->arena, &anna->after.groups, "press");
	string_list_push(&f->arena, &anna->after.groups, "web");
	string_list_push(&f->arena, &anna->after.folders, "'my logs':ro");
	write_keys(plan, "anna", "ssh-ed25519 AAAA anna\n", NULL);
	new_change(plan, CHANGE_CREATE, "bert", "1002")->after =
		facts(f, "/srv/bert", 20001, NULL, "in:rw");
	new_change(plan, CHANGE_BLOCKED, "dora", "1003");
	new_change(plan, CHANGE_UNCHANGED, "emil", "1004");
	return plan;
}

/* An administrator put anna into staff; she leaves press, joins audit, and gets other keys. */
static struct plan *
one_change(struct fixture *f)
{
	struct plan *plan = new_plan(f);
	struct change *anna = new_change(plan, CHANGE_CHANGE, "anna", "1001");
	anna->has_before = true;
	anna->before = facts(f, "/home/anna", 20000, "media", "pics:rw");
	string_list_push(&f->arena, &anna->before.folders, "'my logs':ro");
	anna->after = facts(f, "/home/anna", 20000, NULL, "pics:rw");
	static const char *const before[] = { "press", "web", "staff" };
	static const char *const after[] = { "web", "staff", "audit" };
	for (size_t i = 0; i < ARRAY_LEN(before); i++)
		string_list_push(&f->arena, &anna->before.groups, before[i]);
	for (size_t i = 0; i < ARRAY_LEN(after); i++)
		string_list_push(&f->arena, &anna->after.groups, after[i]);
	write_keys(plan, "anna", "ssh-rsa BBBB\n", "ssh-ed25519 AAAA anna\n");
	return plan;
}

/* ---- written down ---- */

static void
say_account(struct buffer *out, const struct managed_account *account)
{
	buffer_printf(out, "%s %s/%s %u:%u %s %s [%s] (", account->login, account->source,
		account->key, (unsigned)account->uid, (unsigned)account->gid, account->home,
		account->layout ? account->layout : "-", account->folders);
	ARRAY_FOREACH (group, &account->groups)
		buffer_printf(out, "%s%s", group == account->groups.items ? "" : " ", *group);
	buffer_printf(out, ") %.8s", account->keys_sha256 ? account->keys_sha256 : "-");
	if (!account->expires)
		buffer_add_text(out, " expiry unknown");
	else if (*account->expires)
		buffer_printf(out, " expires %s", account->expires);
	buffer_printf(out, " run %s\n", account->run);
}

static const char *
remembered(struct fixture *f, struct state *state)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct managed managed;
	assert_ok(f, registry_load(state, &f->arena, &managed, &f->diags));
	ARRAY_FOREACH (account, &managed.accounts) {
		say_account(&out, *account);
		assert_ptr_equal(table_get(&managed.by_login, (*account)->login), *account);
		assert_ptr_equal(
			table_get(&managed.by_key,
				managed_key(&f->arena, (*account)->source, (*account)->key)),
			*account);
	}
	for (uid_t uid = 20000; uid < 20003; uid++) {
		const struct tombstone *tombstone = id_table_get(&managed.tombstones, uid);
		if (!tombstone)
			continue;
		buffer_printf(&out, "buried %u:%u %s %s/%s\n", (unsigned)tombstone->uid,
			(unsigned)tombstone->gid, tombstone->login, tombstone->source,
			tombstone->key);
		assert_ptr_equal(table_get(&managed.tombstones_by_key,
					 managed_key(&f->arena, tombstone->source, tombstone->key)),
			tombstone);
	}
	const char *person = table_get(&managed.generated_logins, "anna");
	if (person)
		buffer_printf(
			&out, "reserved %s\n", (const char *)table_get(&managed.generated, person));
	return arena_strdup(&f->arena, buffer_text(&out));
}

static void
record(struct fixture *f, struct state *state, const struct plan *plan, const char *run)
{
	assert_ok(f, registry_record_run(state, plan, run, NULL, &f->diags));
}

#define ANNA "anna hr/1001 20000:20000 /home/anna media [pics:rw 'my logs':ro] (press web) "
#define BERT "bert hr/1002 20001:20001 /srv/bert - [in:rw] () - "

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

/* ---- the file ---- */

static void
test_registry_file_is_for_root_alone_and_left_without_journal(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	mode_t mask = umask(0);
	record(f, &state, two_creates(f), "1");
	umask(mask);
	struct stat st = stat_of(f, DATABASE);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(st.st_uid, 0);
	struct string_list names = { 0 };
	assert_ok(f, host_list(f->host, STATE_DIR, &f->arena, &names, &f->diags));
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[0], "lock");
	assert_string_equal(names.items[1], "registry.db");
	assert_string_equal(names.items[2], "runs");
	state_finish(&state);
}

/* A crash between the making of the file and its first transaction. */
static void
test_registry_file_without_tables_is_empty_and_gets_them(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	make_file(f, DATABASE, "");
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_string_equal(remembered(f, &state), "");
	record(f, &state, two_creates(f), "1");
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 1\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

static void
assert_file_refused(struct fixture *f, struct state *state, const char *error)
{
	struct managed managed;
	assert_refused(f, registry_load(state, &f->arena, &managed, &f->diags), error);
	assert_refused(f, registry_record_run(state, two_creates(f), "1", NULL, &f->diags), error);
}

static void
test_registry_refuses_a_file_that_is_not_roots_own(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	assert_int_equal(chmod(real(f, DATABASE), 0644), 0);
	assert_file_refused(
		f, &state, DATABASE ": owned by uid 0 with mode 0644, expected root and 0600");
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_int_equal(chown(real(f, DATABASE), 1234, 0), 0);
	assert_file_refused(
		f, &state, DATABASE ": owned by uid 1234 with mode 0600, expected root and 0600");
	assert_int_equal(rename(real(f, DATABASE), real(f, "/elsewhere")), 0);
	assert_int_equal(symlink("../../../elsewhere", real(f, DATABASE)), 0);
	assert_file_refused(f, &state, DATABASE ": not a regular file");
	state_finish(&state);
}

static void
test_registry_refuses_a_file_that_is_no_database(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	AUTO_BUFFER struct buffer junk = { 0 };
	for (int i = 0; i < 1024; i++)
		buffer_add_text(&junk, "junk");
	make_file(f, DATABASE, buffer_text(&junk));
	assert_int_equal(chmod(real(f, DATABASE), 0600), 0);
	assert_file_refused(f, &state, DATABASE ": file is not a database");
	state_finish(&state);
}

static sqlite3 *
opened(struct fixture *f)
{
	sqlite3 *sqlite;
	assert_int_equal(sqlite3_open(real(f, DATABASE), &sqlite), SQLITE_OK);
	return sqlite;
}

static void
execute(sqlite3 *sqlite, const char *sql)
{
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void
test_registry_refuses_a_newer_version(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	sqlite3 *sqlite = opened(f);
	execute(sqlite, "PRAGMA user_version = 2");
	sqlite3_close(sqlite);
	assert_file_refused(
		f, &state, DATABASE ": version 2 of the registry, only version 1 is known");
	state_finish(&state);
}

/* An error in the middle must leave what was there. */
static void
test_registry_writes_all_of_a_run_or_nothing(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	const char *before = remembered(f, &state);
	sqlite3 *sqlite = opened(f);
	execute(sqlite,
		"CREATE TRIGGER full BEFORE INSERT ON tombstones WHEN new.uid = 20001"
		" BEGIN SELECT RAISE(ABORT, 'disk full'); END");
	sqlite3_close(sqlite);
	assert_refused(f, registry_record_rollback(&state, two_creates(f), "1", NULL, &f->diags),
		DATABASE ": disk full");
	assert_string_equal(remembered(f, &state), before);
	state_finish(&state);
}

static void
copy_file(struct fixture *f, const char *from, const char *to)
{
	char block[4096];
	size_t size;
	AUTO_FILE FILE *in = fopen(real(f, from), "re"), *out = fopen(real(f, to), "we");
	assert_non_null(in);
	assert_non_null(out);
	while ((size = fread(block, 1, sizeof(block), in)))
		assert_int_equal(fwrite(block, 1, size, out), size);
	assert_int_equal(fchmod(fileno(out), 0600), 0);
}

/* The files as a power cut leaves them: pages changed in place, the old ones in the journal. */
static void
interrupt_writing(struct fixture *f)
{
	sqlite3 *sqlite = opened(f);
	execute(sqlite, "PRAGMA cache_size = 1");
	execute(sqlite, "PRAGMA cache_spill = 1");
	execute(sqlite, "BEGIN IMMEDIATE");
	execute(sqlite, "DELETE FROM managed");
	execute(sqlite,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
		" INSERT INTO tombstones SELECT i, i, 'x', 'y', hex(zeroblob(200)) FROM n");
	copy_file(f, DATABASE, "/database");
	copy_file(f, DATABASE "-journal", "/journal");
	sqlite3_close(sqlite);
	copy_file(f, "/database", DATABASE);
	copy_file(f, "/journal", DATABASE "-journal");
}

static void
test_registry_interrupted_while_writing_waits_for_recover(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	struct managed managed;
	record(f, &state, two_creates(f), "1");
	interrupt_writing(f);
	assert_false(registry_load(&state, &f->arena, &managed, &f->diags));
	assert_int_equal(f->diags.count, 1);
	assert_string_equal(f->diags.items[0].hint,
		"A run was interrupted while it wrote this file. Run: rehome recover");
	f->diags.count = f->diags.errors = 0;

	record(f, &state, one_change(f), "2");
	assert_string_equal(remembered(f, &state),
		"anna hr/1001 20000:20000 /home/anna - [pics:rw] (web audit) " BBBB_SHA256
		" run 2\n" BERT "run 1\nreserved anna\n");
	state_finish(&state);
}

/* Planning has a host that refuses every effect; it can still read. */
static void
test_registry_is_read_through_a_read_only_host(void **unused)
{
	struct fixture *f = *unused;
	struct state state = locked_state(f);
	record(f, &state, two_creates(f), "1");
	state_finish(&state);
	use_host(f, f->root, HOST_READ_ONLY);
	state_init(&state, f->host, NULL, &f->arena);
	assert_string_equal(
		remembered(f, &state), ANNA ANNA_SHA256 " run 1\n" BERT "run 1\nreserved anna\n");
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
		host_test(test_registry_file_is_for_root_alone_and_left_without_journal),
		host_test(test_registry_file_without_tables_is_empty_and_gets_them),
		host_test(test_registry_refuses_a_file_that_is_not_roots_own),
		host_test(test_registry_refuses_a_file_that_is_no_database),
		host_test(test_registry_refuses_a_newer_version),
		host_test(test_registry_writes_all_of_a_run_or_nothing),
		host_test(test_registry_interrupted_while_writing_waits_for_recover),
		host_test(test_registry_is_read_through_a_read_only_host),
	};
	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
