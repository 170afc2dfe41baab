/*
 * Accounts that leave, and those that come back.
 */
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define HASH "$6$old$hash"

static struct managed_account *
make_anna(struct world *w)
{
	plan_sheet(w,
		"login,name,folders,groups,ssh_keys\nanna,Anna Vogel,in,press,\"" KEY
		"\"\nbert,,in,press,\n");
	world_apply(w);
	make_file(w, "/etc/shadow",
		"root:*:19000:0:99999:7:::\nanna:" HASH ":19000:0:99999:7::30000:\n"
		"bert:*:19000:0:99999:7:::\n");
	return table_get(&w->managed.by_login, "anna");
}

/* As a run leaves her in the registry. */
static void
stands(struct managed_account *account, enum managed_state state, bool by_hand, int64_t days_ago)
{
	account->standing = (struct managed_standing){
		.state = state,
		.run = "7",
		.day = time(NULL) / 86400 - days_ago,
		.by_hand = by_hand,
		.locked = true,
		.expires = "30000",
		.keys = KEY "\n",
	};
}

static bool
plan_act(struct world *w, enum leave_act act, const char *login, bool now)
{
	struct leave_request request = { .act = act, .now = now };
	string_list_push(&w->arena, &request.logins, login);
	w->diags = (struct diags){ .arena = &w->arena };
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	return planner_make_leave(w->config, &request, &w->snapshot, &w->options, &w->arena,
		&w->plan, &w->secrets, &w->diags);
}

static void
disable_files(struct world *w)
{
	replace_in(w, "/etc/shadow",
		"anna:" HASH ":19000:0:99999:7::30000:", "anna:!" HASH ":19000:0:99999:7::1:");
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
}

/* ---- disabled ---- */

static void
test_leave_disables_with_expiry_password_and_keys(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_true(plan_act(w, LEAVE_DISABLE, "anna", false));
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  account disabled, password locked, taken away: 1 key\n"
		"  sessions ended, with all processes of the account\n");
	assert_string_equal(edits_said(w),
		"shadow anna gate: 30000 -> 1\n"
		"shadow anna password: SECRET -> SECRET\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"account-file /etc/shadow\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	const struct plan_secret *secret = plan_secrets_get(&w->secrets, "anna", &w->arena);
	assert_string_equal(secret->before, HASH);
	assert_string_equal(secret->hash, "!" HASH);
	const struct change *change = change_of(w, "anna");
	assert_true(change->after.disabled);
	assert_int_equal(change->before.keys.count, 1);
	assert_int_equal(change->after.keys.count, 0);
	assert_string_equal(w->plan->steps.items[1].before, KEY "\n");
	assert_null(w->plan->steps.items[1].content);
	assert_int_equal(w->plan->counts[CHANGE_LEAVE], 1);
}

static void
test_leave_takes_only_what_is_there(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_true(plan_act(w, LEAVE_DISABLE, "bert", false));
	assert_string_equal(edits_said(w), "shadow bert gate:  -> 1\n");
	assert_null(table_get(&w->secrets.by_login, "bert"));
}

static void
test_leave_says_when_there_is_nothing_to_do(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(changes_said(w), "  anna\n  note already-enabled: is not disabled\n");
	assert_false(plan_has_work(w->plan));
	stands(anna, MANAGED_DISABLED, true, 0);
	disable_files(w);
	assert_true(plan_act(w, LEAVE_DISABLE, "anna", false));
	assert_string_equal(codes_said(w), "  anna already-disabled\n");
	assert_false(plan_has_work(w->plan));
}

static void
test_leave_says_what_goes_on_without_the_account(void **state)
{
	struct world *w = *state;
	make_anna(w);
	make_file(w, "/etc/crontab", "1 1 * * * anna x\n2 2 * * * bert y\n");
	assert_true(plan_act(w, LEAVE_DISABLE, "anna", false));
	assert_string_equal(codes_said(w), "- anna cron-job\n");
	assert_string_equal(change_of(w, "anna")->findings.items[0].message,
		"still there: a job of cron names 'anna'");
}

static void
test_leave_is_for_managed_accounts_only(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_false(plan_act(w, LEAVE_REMOVE, "www-data", true));
	assert_string_equal(
		w->diags.items[0].message, "'www-data' is not an account that rehome manages");
}

/* ---- and enabled ---- */

static void
test_leave_enables_with_what_was_taken(void **state)
{
	struct world *w = *state;
	stands(make_anna(w), MANAGED_DISABLED, true, 3);
	disable_files(w);
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  account enabled, password unlocked, 1 key, expires 2052-02-20\n");
	assert_string_equal(edits_said(w),
		"shadow anna gate: 1 -> 30000\n"
		"shadow anna password: SECRET -> SECRET\n");
	const struct plan_secret *secret = plan_secrets_get(&w->secrets, "anna", &w->arena);
	assert_string_equal(secret->before, "!" HASH);
	assert_string_equal(secret->hash, HASH);
	ARRAY_FOREACH (step, &w->plan->steps) {
		if (step->kind == STEP_KEYS_WRITE)
			assert_string_equal(step->content, KEY "\n");
	}
	assert_false(change_of(w, "anna")->after.disabled);
	assert_int_equal(change_of(w, "anna")->after.expires, 30000);
}

/* A lock that somebody else set, keys that somebody wrote, are theirs. */
static void
test_leave_enabling_keeps_what_others_did(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	stands(anna, MANAGED_DISABLED, true, 3);
	anna->standing.locked = false;
	disable_files(w);
	make_file(w, "/etc/ssh/rehome_keys/anna", "# mine\n");
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(edits_said(w), "shadow anna gate: 1 -> 30000\n");
	assert_string_equal(codes_said(w), "~ anna keys-kept\n");
	/* "!" alone hides no password: without it everybody could log in. */
	anna->standing.locked = true;
	replace_in(w, "/etc/shadow", "anna:!" HASH ":", "anna:!:");
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(edits_said(w), "shadow anna gate: 1 -> 30000\n");
}

static void
test_leave_does_not_open_what_somebody_shut_by_hand(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/shadow", "::30000:", "::1:");
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error disabled-by-hand: was not disabled by rehome | To open it: chage -E -1 "
		"anna\n");
	assert_false(plan_is_applicable(w->plan));
}

/* ---- retired ---- */

static void
test_leave_retires_with_archive_and_quarantine(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	make_file(w, "/home/anna/in/report", "twelve bytes");
	assert_true(plan_act(w, LEAVE_RETIRE, "anna", false));
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  account disabled, password locked, taken away: 1 key\n"
		"  sessions ended, with all processes of the account\n"
		"  home /home/anna -> quarantine, 1 file, 12 bytes\n"
		"  archive before the change, about 12 bytes, about 1 s\n");
	assert_string_equal(steps_said(w),
		"archive-ahead /home/anna\n"
		"gate\n"
		"home-freeze /home/anna\n"
		"archive /home/anna\n"
		"home-retire /home/anna\n"
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"account-file /etc/shadow\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	stands(anna, MANAGED_RETIRED, true, 0);
	assert_true(plan_act(w, LEAVE_RETIRE, "anna", false));
	assert_string_equal(codes_said(w), "  anna already-retired\n");
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(codes_said(w), "! anna retired\n");
}

static void
test_leave_retires_no_home_that_others_need(void **state)
{
	struct world *w = *state;
	make_anna(w);
	add_person(w, "tenant", 1500, "/home/anna/in/deep");
	assert_true(plan_act(w, LEAVE_RETIRE, "anna", false));
	assert_string_equal(codes_said(w), "! anna home-shared\n");
	replace_in(w, "/etc/passwd", "/home/anna:", "/home:");
	assert_true(plan_act(w, LEAVE_RETIRE, "anna", false));
	assert_string_equal(codes_said(w), "! anna home-moved\n");
	replace_in(w, "/etc/passwd", "::/home/anna/in/deep:", "::/home/bert:");
	assert_true(plan_act(w, LEAVE_RETIRE, "bert", false));
	assert_string_equal(codes_said(w), "! bert home-shared\n");
}

/* ---- removed ---- */

static void
test_leave_removes_lines_and_memberships(void **state)
{
	struct world *w = *state;
	stands(make_anna(w), MANAGED_RETIRED, true, 90);
	disable_files(w);
	replace_in(w, "/etc/gshadow", "press:!::", "press:!:bert,anna:");
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", false));
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  account removed; uid 20000 is given to nobody else\n"
		"  groups no longer in sftponly press\n");
	assert_string_equal(edits_said(w),
		"shadow anna gate: 1 -> (gone)\n"
		"group sftponly - anna\n"
		"group press - anna\n"
		"gshadow sftponly - anna\n"
		"gshadow press - anna\n"
		"gshadow press administrators: bert,anna -> bert\n"
		"group - anna:x:20000:\n"
		"gshadow - anna:!::\n"
		"shadow - anna:SECRET:19000:0:99999:7::1:\n"
		"passwd - anna:x:20000:20000:Anna Vogel:/home/anna:/usr/sbin/nologin\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	assert_string_equal(plan_secrets_get(&w->secrets, "anna", &w->arena)->before, "!" HASH);
	assert_false(change_of(w, "anna")->has_after);
}

static void
test_leave_removes_nobody_before_the_time(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", true));
	assert_string_equal(codes_said(w), "! anna not-retired\n");
	stands(anna, MANAGED_RETIRED, true, 89);
	disable_files(w);
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", false));
	assert_string_equal(codes_said(w), "! anna grace\n");
	assert_string_equal(edits_said(w), "");
	assert_int_equal(w->secrets.items.count, 0);
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", true));
	assert_string_equal(codes_said(w), "- anna\n");
}

static void
test_leave_keeps_a_group_that_others_use(void **state)
{
	struct world *w = *state;
	stands(make_anna(w), MANAGED_RETIRED, true, 90);
	disable_files(w);
	replace_in(w, "/etc/group", "anna:x:20000:", "anna:x:20000:bert");
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", false));
	assert_null(strstr(edits_said(w), "group - anna"));
	assert_non_null(strstr(changes_said(w), "its primary group stays"));
}

static void
test_leave_takes_no_password_into_a_plan(void **state)
{
	struct world *w = *state;
	stands(make_anna(w), MANAGED_RETIRED, true, 90);
	disable_files(w);
	replace_in(w, "/etc/passwd", "anna:x:20000", "anna:$6$in$passwd:20000");
	assert_true(plan_act(w, LEAVE_REMOVE, "anna", false));
	assert_string_equal(codes_said(w), "! anna password-in-line\n");
}

/* ---- what a source says ---- */

#define LEAVERS(rest) "version: 1\npolicy: { leavers: { " rest " } }\n"

static void
test_leave_does_what_the_source_says(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,state\nanna,disabled\n");
	assert_string_equal(codes_said(w), "- anna\n");
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "- anna\n");
	assert_null(strstr(steps_said(w), "home-retire"));
	use_config(w, LEAVERS("action: report"));
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "  anna leaver\n");
	assert_string_equal(edits_said(w), "");
}

static void
test_leave_archives_when_the_time_has_come(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	use_config(w, LEAVERS("action: archive"));
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "- anna\n");
	assert_null(strstr(steps_said(w), "home-retire"));
	stands(anna, MANAGED_DISABLED, false, 29);
	disable_files(w);
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "  anna grace\n");
	stands(anna, MANAGED_DISABLED, false, 30);
	plan_sheet(w, "login,state\nanna,left\n");
	assert_non_null(strstr(steps_said(w), "home-retire"));
	stands(anna, MANAGED_RETIRED, false, 30);
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "  anna grace\n");
	assert_false(plan_has_work(w->plan));
	stands(anna, MANAGED_RETIRED, false, 90);
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  reason has left, says the source\n"
		"  account removed; uid 20000 is given to nobody else\n"
		"  groups no longer in sftponly press\n");
	/* At once, where no time is given. */
	stands(anna, MANAGED_ACTIVE, false, 0);
	use_config(w, LEAVERS("action: archive, grace: { archive: 0d }"));
	plan_sheet(w, "login,state\nanna,left\n");
	assert_non_null(strstr(steps_said(w), "home-retire"));
}

static void
test_leave_a_source_opens_only_what_a_source_closed(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = make_anna(w);
	disable_files(w);
	stands(anna, MANAGED_DISABLED, false, 3);
	plan_sheet(w, "login,state\nanna,active\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  reason active in the source\n"
		"  account enabled, password unlocked, 1 key, expires 2052-02-20\n");
	stands(anna, MANAGED_DISABLED, true, 3);
	plan_sheet(w, "login,state\nanna,active\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning disabled: cannot log in: the account is disabled here, though active "
		"in the source | To open it again: rehome enable anna\n");
	/* A sheet that says nothing of states gives no keys back either. */
	plan_sheet(w, "login,name,ssh_keys\nanna,Anna Neu,\"" KEY "\"\n");
	assert_string_equal(changes_said(w), "  anna\n");
	assert_false(plan_has_work(w->plan));
}

/* ---- who is not open yet ---- */

/* As a staged run leaves her: shadow closed, the registry with what she is to get. */
static struct managed_account *
stage_anna(struct world *w)
{
	struct managed_account *anna = make_anna(w);
	stands(anna, MANAGED_STAGED, false, 3);
	anna->standing.staged = true;
	anna->standing.locked = false;
	anna->standing.keys = NULL;
	replace_in(w, "/etc/shadow", "::30000:", "::1:");
	return anna;
}

static void
test_leave_new_accounts_are_staged_when_asked_for(void **state)
{
	struct world *w = *state;
	w->options.stage = true;
	plan_sheet(w,
		"login,folders,ssh_keys,expires,state\nanna,in,\"" KEY "\",2052-02-20,active\n"
		"bert,in,\"" KEY "\",,disabled\n");
	assert_non_null(strstr(changes_said(w), "\n  staged closed until: rehome activate anna\n"));
	assert_non_null(strstr(edits_said(w), "shadow anna:*:TODAY:0:99999:7::1:\n"));
	const struct account_facts *anna = &change_of(w, "anna")->after;
	const struct account_facts *bert = &change_of(w, "bert")->after;
	assert_true(anna->staged && !anna->disabled);
	assert_int_equal(anna->expires, 30000);
	assert_true(bert->staged && bert->disabled);
	w->options.stage = false;
	use_config(w, "version: 1\npolicy: { new_accounts: staged }\n");
	plan_sheet(w, "login,folders,ssh_keys\nanna,in,\"" KEY "\"\n");
	assert_true(change_of(w, "anna")->after.staged);
}

static void
test_leave_activates_who_is_staged(void **state)
{
	struct world *w = *state;
	stage_anna(w);
	assert_true(plan_act(w, LEAVE_ACTIVATE, "anna", false));
	assert_string_equal(
		changes_said(w), "~ anna\n  account opened, 1 key, expires 2052-02-20\n");
	assert_string_equal(edits_said(w), "shadow anna gate: 1 -> 30000\n");
	assert_string_equal(steps_said(w),
		"gate\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	const struct change *change = change_of(w, "anna");
	assert_true(change->before.staged && !change->after.staged);
	assert_false(change->before.disabled || change->after.disabled);
	assert_true(plan_act(w, LEAVE_ACTIVATE, "bert", false));
	assert_string_equal(changes_said(w), "  bert\n  note not-staged: is not staged\n");
	assert_false(plan_has_work(w->plan));
}

static void
test_leave_activates_all_who_are_staged(void **state)
{
	struct world *w = *state;
	const struct leave_request request = { .act = LEAVE_ACTIVATE, .all = true };
	stage_anna(w);
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	assert_true(planner_make_leave(w->config, &request, &w->snapshot, &w->options, &w->arena,
		&w->plan, &w->secrets, &w->diags));
	assert_string_equal(codes_said(w), "~ anna\n");
}

static void
test_leave_activates_nobody_whom_somebody_opened_or_shut(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = stage_anna(w);
	replace_in(w, "/etc/shadow", "::1:", "::2:");
	assert_true(plan_act(w, LEAVE_ACTIVATE, "anna", false));
	assert_string_equal(codes_said(w), "! anna opened-by-hand\n");
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(codes_said(w), "! anna staged\n");
	anna->standing.state = MANAGED_DISABLED;
	replace_in(w, "/etc/shadow", "::2:", "::1:");
	assert_true(plan_act(w, LEAVE_ACTIVATE, "anna", false));
	assert_string_equal(codes_said(w), "  anna not-staged\n");
}

/* It would be open and not jailed. */
static void
test_leave_opens_nobody_who_is_out_of_the_jail(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = stage_anna(w);
	replace_in(w, "/etc/group", "sftponly:x:999:anna", "sftponly:x:999:");
	assert_true(plan_act(w, LEAVE_ACTIVATE, "anna", false));
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error not-jailed: is not in the group 'sftponly' any more: sshd would not jail "
		"it | First: usermod -aG sftponly anna\n");
	assert_string_equal(edits_said(w), "");
	anna->standing.state = MANAGED_DISABLED;
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(codes_said(w), "! anna not-jailed\n");
	plan_sheet(w, "login,state\nanna,active\n");
	assert_string_equal(codes_said(w), "! anna not-jailed\n");
}

/* Its home may be anywhere, "/" too, and that is where sshd would jail it. */
static void
test_leave_opens_nobody_whose_home_is_no_longer_the_jail(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = stage_anna(w);
	replace_in(w, "/etc/passwd", ":/home/anna:", ":/:");
	assert_true(plan_act(w, LEAVE_ACTIVATE, "anna", false));
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error home-moved: the home is / now, and the jail is /home/anna: it would be "
		"opened without one | First: usermod -d /home/anna anna\n");
	assert_string_equal(edits_said(w), "");
	anna->standing.state = MANAGED_DISABLED;
	assert_true(plan_act(w, LEAVE_ENABLE, "anna", false));
	assert_string_equal(codes_said(w), "! anna home-moved\n");
	plan_sheet(w, "login,state\nanna,active\n");
	assert_string_equal(codes_said(w), "! anna home-moved\n");
	anna->standing.state = MANAGED_ACTIVE;
	replace_in(w, "/etc/shadow", "::1:", "::2:");
	plan_sheet(w, "login,expires\nanna,never\n");
	assert_string_equal(codes_said(w), "! anna home-moved\n");
}

/* What changes meanwhile changes; only the expiry waits where it is. */
static void
test_leave_a_staged_account_changes_and_stays_closed(void **state)
{
	struct world *w = *state;
	stage_anna(w);
	plan_sheet(w, "login,state,expires\nanna,active,2052-02-20\n");
	assert_string_equal(changes_said(w), "  anna\n");
	plan_sheet(w, "login,name,state,expires\nanna,Anna Neu,active,2052-02-21\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  name Anna Vogel -> Anna Neu\n"
		"  expires 2052-02-20 -> 2052-02-21\n");
	assert_string_equal(edits_said(w), "passwd anna gecos: Anna Vogel -> Anna Neu\n");
	plan_sheet(w, "login,expires\nanna,2052-02-22\n");
	assert_string_equal(edits_said(w), "");
	assert_true(change_is_work(change_of(w, "anna")));
	assert_true(change_of(w, "anna")->after.staged);
}

static void
test_leave_a_staged_account_leaves_and_comes_back_staged(void **state)
{
	struct world *w = *state;
	struct managed_account *anna = stage_anna(w);
	plan_sheet(w, "login,state\nanna,left\n");
	assert_string_equal(changes_said(w),
		"- anna\n"
		"  reason has left, says the source\n"
		"  account disabled, password locked, taken away: 1 key\n"
		"  sessions ended, with all processes of the account\n");
	assert_string_equal(edits_said(w),
		"shadow anna gate: 1 -> 1\n"
		"shadow anna password: SECRET -> SECRET\n");
	anna->standing.state = MANAGED_DISABLED;
	anna->standing.locked = true;
	anna->standing.keys = KEY "\n";
	replace_in(w, "/etc/shadow", "anna:" HASH, "anna:!" HASH);
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
	plan_sheet(w, "login,state\nanna,active\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  reason active in the source\n"
		"  account enabled, password unlocked, 1 key, expires 2052-02-20\n"
		"  staged still closed until: rehome activate anna\n");
	assert_string_equal(edits_said(w),
		"shadow anna gate: 1 -> 1\n"
		"shadow anna password: SECRET -> SECRET\n");
	const struct account_facts *after = &change_of(w, "anna")->after;
	assert_true(after->staged && !after->disabled);
	assert_int_equal(after->expires, 30000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_leave_disables_with_expiry_password_and_keys),
		world_test(test_leave_takes_only_what_is_there),
		world_test(test_leave_says_when_there_is_nothing_to_do),
		world_test(test_leave_says_what_goes_on_without_the_account),
		world_test(test_leave_is_for_managed_accounts_only),
		world_test(test_leave_enables_with_what_was_taken),
		world_test(test_leave_enabling_keeps_what_others_did),
		world_test(test_leave_does_not_open_what_somebody_shut_by_hand),
		world_test(test_leave_retires_with_archive_and_quarantine),
		world_test(test_leave_retires_no_home_that_others_need),
		world_test(test_leave_removes_lines_and_memberships),
		world_test(test_leave_removes_nobody_before_the_time),
		world_test(test_leave_keeps_a_group_that_others_use),
		world_test(test_leave_takes_no_password_into_a_plan),
		world_test(test_leave_does_what_the_source_says),
		world_test(test_leave_archives_when_the_time_has_come),
		world_test(test_leave_a_source_opens_only_what_a_source_closed),
		world_test(test_leave_new_accounts_are_staged_when_asked_for),
		world_test(test_leave_activates_who_is_staged),
		world_test(test_leave_activates_all_who_are_staged),
		world_test(test_leave_activates_nobody_whom_somebody_opened_or_shut),
		world_test(test_leave_opens_nobody_who_is_out_of_the_jail),
		world_test(test_leave_opens_nobody_whose_home_is_no_longer_the_jail),
		world_test(test_leave_a_staged_account_changes_and_stays_closed),
		world_test(test_leave_a_staged_account_leaves_and_comes_back_staged),
	};
	return world_lacks_root() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);
}
