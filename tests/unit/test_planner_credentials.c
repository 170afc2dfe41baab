/*
 * New credentials for accounts that exist, and what becomes of passwords before they are used.
 */
#include "core/model/password.h"
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define OTHER_KEY RSA_2048_TYPE " " RSA_2048_BASE64

static void
make_accounts(struct world *w)
{
	plan_sheet(w, "login,name,folders,ssh_keys\nanna,Anna Vogel,in,\"" KEY "\"\nbert,,in,\n");
	world_apply(w);
}

static bool
plan_credentials(struct world *w, const struct credentials_request *request)
{
	w->diags = (struct diags){ .arena = &w->arena };
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	return planner_make_credentials(w->config, request, &w->snapshot, "lost", &w->arena,
		&w->plan, &w->secrets, &w->diags);
}

static void
test_credentials_renew_a_password(void **state)
{
	struct world *w = *state;
	struct credentials_request request = { .new_password = true };
	make_accounts(w);
	string_list_push(&w->arena, &request.logins, "anna");
	string_list_push(&w->arena, &request.logins, "anna");
	make_file(w, "/etc/shadow",
		"root:*:19000:0:99999:7:::\nanna:$6$old$hash:19000:0:99999:7:::\n");
	assert_true(plan_credentials(w, &request));
	assert_string_equal(changes_said(w), "~ anna\n  password a new one, in the handout\n");
	AUTO_BUFFER struct buffer expected = { 0 };
	buffer_printf(&expected,
		"shadow anna password: SECRET -> SECRET\n"
		"shadow anna changed: 19000 -> %lld\n",
		(long long)(time(NULL) / 86400));
	assert_string_equal(edits_said(w), buffer_text(&expected));
	/* The rule in place allows no passwords. */
	assert_string_equal(steps_said(w),
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/shadow\n"
		"caches-flush\n"
		"accounts-check\n");
	assert_non_null(strstr(w->plan->steps.items[0].content, "\tPasswordAuthentication yes\n"));
	const struct plan_secret *secret = plan_secrets_get(&w->secrets, "anna", &w->arena);
	assert_string_equal(secret->before, "$6$old$hash");
	assert_true(secret->generated);
	assert_null(secret->hash);
	assert_string_equal(w->plan->reason, "lost");
	assert_int_equal(w->plan->counts[CHANGE_CHANGE], 1);
	const struct account_facts *facts = &change_of(w, "anna")->after;
	assert_string_equal(facts->full_name, "Anna Vogel");
	assert_string_equal(facts->keys.items[0], ED25519_FINGERPRINT);
	assert_int_equal(facts->password, PASSWORD_GENERATED);
}

static void
test_credentials_replace_keys(void **state)
{
	struct world *w = *state;
	struct credentials_request request = { 0 };
	make_accounts(w);
	string_list_push(&w->arena, &request.logins, "anna");
	string_list_push(&w->arena, &request.logins, "bert");
	string_list_push(&w->arena, &request.keys, OTHER_KEY);
	assert_true(plan_credentials(w, &request));
	assert_string_equal(changes_said(w),
		"~ anna\n  key " RSA_2048_FINGERPRINT "\n~ bert\n  key " RSA_2048_FINGERPRINT "\n");
	assert_string_equal(edits_said(w), "");
	assert_string_equal(steps_said(w),
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"keys-write /etc/ssh/rehome_keys/bert 0:0 0644\n");
	assert_string_equal(w->plan->steps.items[0].before, KEY "\n");
	assert_string_equal(w->plan->steps.items[0].content, OTHER_KEY "\n");
	assert_null(w->plan->steps.items[1].before);
	assert_string_equal(change_of(w, "anna")->before.keys.items[0], ED25519_FINGERPRINT);
	assert_int_equal(change_of(w, "bert")->before.keys.count, 0);
}

static void
test_credentials_are_for_managed_accounts_only(void **state)
{
	struct world *w = *state;
	struct credentials_request request = { .new_password = true };
	make_accounts(w);
	add_person(w, "karl", 1000, "/home/karl");
	manage(w, "lena", "csv:", "lena", 20008, "/home/lena");
	manage(w, "karl2", "csv:", "karl2", 20009, "/home/karl2");
	add_person(w, "karl2", 1001, "/home/karl2");
	static const char *const logins[] = { "anna", "karl", "nobody", "lena", "karl2" };
	for (size_t i = 0; i < ARRAY_LEN(logins); i++)
		string_list_push(&w->arena, &request.logins, logins[i]);
	assert_false(plan_credentials(w, &request));
	AUTO_BUFFER struct buffer said = { 0 };
	ARRAY_FOREACH (diag, &w->diags)
		buffer_printf(&said, "%s | %s\n", diag->message, diag->hint);
	assert_string_equal(buffer_text(&said),
		"'karl' is not an account that rehome manages | List them with: rehome status\n"
		"'nobody' is not an account that rehome manages | List them with: rehome status\n"
		"the account 'lena' is gone, or is not the one that rehome made | See rehome "
		"status "
		"lena.\n"
		"the account 'karl2' is gone, or is not the one that rehome made | See rehome "
		"status karl2.\n");
}

/* ---- secrets ---- */

static void
test_secrets_are_hashed_and_forgotten(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { passwords: { new: generated } }\n");
	plan_sheet(w, "login,password,folders\nanna,geheim-7,in\nbert,,in\n");
	struct plan_secret *anna = plan_secrets_get(&w->secrets, "anna", &w->arena);
	struct plan_secret *bert = plan_secrets_get(&w->secrets, "bert", &w->arena);
	assert_true(planner_hash_secrets(
		w->plan, &w->secrets, false, 1, NULL, NULL, &w->arena, &w->diags));
	assert_true(password_matches("geheim-7", anna->hash));
	assert_null(anna->password);
	assert_null(bert->hash);
	assert_null(bert->password);

	const char *hash = anna->hash;
	assert_true(planner_hash_secrets(
		w->plan, &w->secrets, true, 1, NULL, NULL, &w->arena, &w->diags));
	assert_ptr_equal(anna->hash, hash);
	assert_true(password_matches(bert->password, bert->hash));
	assert_true(plan_fill_secrets(w->plan, &w->secrets, &w->diags));
}

static void
test_secrets_of_who_was_left_out_are_not_hashed(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,password,folders\nanna,geheim-7,in\nbert,geheim-8,in\n");
	w->plan->changes.count = 1; /* as plan_subset() does */
	assert_true(planner_hash_secrets(
		w->plan, &w->secrets, true, 1, NULL, NULL, &w->arena, &w->diags));
	assert_non_null(plan_secrets_get(&w->secrets, "anna", &w->arena)->hash);
	assert_null(plan_secrets_get(&w->secrets, "bert", &w->arena)->hash);
}

static const struct CMUnitTest tests[] = {
	world_test(test_credentials_renew_a_password),
	world_test(test_credentials_replace_keys),
	world_test(test_credentials_are_for_managed_accounts_only),
	world_test(test_secrets_are_hashed_and_forgotten),
	world_test(test_secrets_of_who_was_left_out_are_not_hashed),
};

WORLD_MAIN(tests)
