/*
 * registry_fixture.h - plans as a run carries them out, and what the registry keeps of them as
 * text.
 */
#ifndef REHOME_TESTS_REGISTRY_FIXTURE_H
#define REHOME_TESTS_REGISTRY_FIXTURE_H

#include "host_fixture.h"

#include "core/model/account.h"
#include "core/run/registry.h"

enum { NEEDS_ROOT = 77 };

#define DATABASE STATE_DIR "/registry.db"
/* The first digits of sha256sum of "ssh-ed25519 AAAA anna\n" and "ssh-rsa BBBB\n" */
#define ANNA_SHA256 "2d9fa521"
#define BBBB_SHA256 "6c2d36b5"

/* ---- the world of a test ---- */

static inline struct state
locked_state(struct fixture *f)
{
	struct state state;
	bool locked;
	state_init(&state, f->host, NULL, &f->arena);
	assert_ok(f, state_lock(&state, &locked, &f->diags));
	assert_true(locked);
	return state;
}

static inline struct plan *
new_plan(struct fixture *f)
{
	struct plan *plan = ARENA_NEW(&f->arena, struct plan);
	plan->arena = &f->arena;
	plan->jail_group = "sftponly";
	return plan;
}

static inline struct account_facts
facts(struct fixture *f, const char *home, uid_t uid, const char *layout, const char *folder)
{
	struct account_facts facts = {
		.uid = uid, .gid = uid, .home = home, .layout = layout, .expires = ACCOUNT_NEVER
	};
	string_list_push(&f->arena, &facts.groups, "sftponly");
	string_list_push(&f->arena, &facts.folders, folder);
	return facts;
}

static inline struct change *
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

static inline void
write_keys(struct plan *plan, const char *login, const char *content, const char *before)
{
	struct step step = {
		.kind = STEP_KEYS_WRITE, .user = login, .content = content, .before = before
	};
	ARRAY_PUSH(plan->arena, &plan->steps, step);
}

/* anna with a key, in press, her login made from her name; bert without. */
static inline struct plan *
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
static inline struct plan *
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

static inline void
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

static inline const char *
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

static inline void
record(struct fixture *f, struct state *state, const struct plan *plan, const char *run)
{
	assert_ok(f, registry_record_run(state, plan, run, NULL, &f->diags));
}

#define ANNA "anna hr/1001 20000:20000 /home/anna media [pics:rw 'my logs':ro] (press web) "
#define BERT "bert hr/1002 20001:20001 /srv/bert - [in:rw] () - "

#endif
