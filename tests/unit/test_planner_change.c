/*
 * Accounts that rehome manages: only what the source says and what differs is changed, and what
 * others did since stays theirs.
 */
#include "core/model/password.h"
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define OTHER_KEY RSA_2048_TYPE " " RSA_2048_BASE64

#define SHEET                                                                                      \
	"login,name,folders,groups,ssh_keys,expires\n"                                             \
	"anna,Anna Vogel,pics logs:ro,press,\"" KEY "\",2099-12-31\n"

/* anna exists as SHEET says, made by rehome. */
static void
make_anna(struct world *w)
{
	plan_sheet(w, SHEET);
	world_apply(w);
}

/* ---- fields ---- */

static void
test_planner_leaves_alone_what_the_source_does_not_say(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/passwd", ":Anna Vogel:/home/anna:/usr/sbin/nologin",
		":A. V.,room 7:/home/anna:/bin/false");
	replace_in(w, "/etc/shadow", "::47481:", "::40000:");
	assert_settled(w, "login\nanna\n");
	assert_string_equal(codes_said(w), "  anna\n");
	const struct account_facts *facts = &change_of(w, "anna")->after;
	assert_string_equal(facts->full_name, "A. V.");
	assert_string_equal(facts->shell, "/bin/false");
	assert_int_equal(facts->expires, 40000);
	assert_string_equal(facts->folders.items[0], "pics:rw");
	assert_string_equal(facts->folders.items[1], "logs:ro");
	assert_string_equal(facts->keys.items[0], ED25519_FINGERPRINT);
}

static void
test_planner_changes_fields_and_keeps_the_rest_of_gecos(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/passwd", "Anna Vogel:", "Anna Vogel,room 7,555-1234:");
	plan_sheet(w, "login,name,shell,expires\nanna,Anna Meier,/bin/false,2000-01-01\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  name Anna Vogel -> Anna Meier\n"
		"  shell /usr/sbin/nologin -> /bin/false\n"
		"  expires 2099-12-31 -> 2000-01-01\n"
		"  warning expired: the account has expired already\n");
	assert_string_equal(edits_said(w),
		"passwd anna gecos: Anna Vogel,room 7,555-1234 -> Anna Meier,room 7,555-1234\n"
		"passwd anna shell: /usr/sbin/nologin -> /bin/false\n"
		"shadow anna expire: 47481 -> 10957\n");
	assert_string_equal(steps_said(w),
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n");
	assert_string_equal(change_of(w, "anna")->before.full_name, "Anna Vogel");
	assert_string_equal(change_of(w, "anna")->after.full_name, "Anna Meier");
}

/* Also one that somebody has given the account here: a source must not make it right. */
static void
test_planner_blocks_a_login_shell_for_an_account_that_lives(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,shell\nanna,/bin/bash\n");
	assert_string_equal(codes_said(w), "! anna login-shell\n");
	assert_string_equal(edits_said(w), "");
	replace_in(w, "/etc/passwd", ":/home/anna:/usr/sbin/nologin", ":/home/anna:/bin/bash");
	plan_sheet(w, "login,shell\nanna,/bin/bash\n");
	assert_string_equal(codes_said(w), "! anna login-shell\n");
}

static void
test_planner_takes_an_expiry_away(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,expires\nanna,never\n");
	assert_string_equal(edits_said(w), "shadow anna expire: 47481 -> \n");
	assert_string_equal(changes_said(w), "~ anna\n  expires 2099-12-31 -> never\n");
}

/* ---- groups ---- */

static void
test_planner_takes_away_only_the_groups_that_it_gave(void **state)
{
	struct world *w = *state;
	make_anna(w);
	add_to_file(w, "/etc/group", "choir:x:501:anna\n");
	plan_sheet(w, "login,groups\nanna,media\n");
	assert_string_equal(changes_said(w), "~ anna\n  group - press\n  group + media\n");
	assert_string_equal(edits_said(w),
		"group media:x:997:\n"
		"gshadow media:!::\n"
		"group press - anna\n"
		"gshadow press - anna\n"
		"group media + anna\n"
		"gshadow media + anna\n");
	AUTO_BUFFER struct buffer groups = { 0 };
	ARRAY_FOREACH (group, &change_of(w, "anna")->after.groups)
		buffer_printf(&groups, "%s ", *group);
	assert_string_equal(buffer_text(&groups), "sftponly choir media ");
}

static void
test_planner_refuses_new_groups_of_managed_accounts_too(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,groups\nanna,press sudo\n");
	assert_string_equal(codes_said(w), "! anna group-privileged\n");
	assert_string_equal(edits_said(w), "");
	assert_string_equal(steps_said(w), "");
}

static void
test_planner_puts_an_account_back_into_its_jail(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/group", "sftponly:x:999:anna\n", "");
	replace_in(w, "/etc/gshadow", "sftponly:!::anna\n", "");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(changes_said(w), "~ anna\n  group + sftponly\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:997:\n" /* folders still carry 999 */
		"gshadow sftponly:!::\n"
		"group sftponly + anna\n"
		"gshadow sftponly + anna\n");
}

/* ---- keys and passwords ---- */

static void
test_planner_replaces_and_removes_keys_with_their_before_image(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,ssh_keys\nanna,\"" OTHER_KEY "\"\n");
	assert_string_equal(changes_said(w), "~ anna\n  keys replaced (1)\n");
	assert_int_equal(w->plan->steps.count, 1);
	const struct step *step = &w->plan->steps.items[0];
	assert_int_equal(step->kind, STEP_KEYS_WRITE);
	assert_string_equal(step->path, "/etc/ssh/rehome_keys/anna");
	assert_string_equal(step->content, OTHER_KEY "\n");
	assert_string_equal(step->before, KEY "\n");
	assert_int_equal(step->before_owner.mode, 0600);
	assert_string_equal(change_of(w, "anna")->before.keys.items[0], ED25519_FINGERPRINT);
	assert_string_equal(change_of(w, "anna")->after.keys.items[0], RSA_2048_FINGERPRINT);

	add_sheet(w, "csv:sheet.csv", "/sheet.csv", "login\nanna\n");
	account_set_none(w->intakes[0].accounts.items[0], ACCOUNT_SSH_KEYS, NOWHERE);
	make_plan(w);
	assert_string_equal(codes_said(w), "~ anna cannot-log-in\n");
	assert_string_equal(change_of(w, "anna")->lines.items[0].text, "1 -> 0");
	step = &w->plan->steps.items[0];
	assert_null(step->content);
	assert_string_equal(step->before, KEY "\n");
	assert_int_equal(change_of(w, "anna")->after.keys.count, 0);
}

static void
test_planner_warns_of_no_way_in_only_with_a_change(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,folders\nanna,in\n");
	assert_string_equal(codes_said(w), "+ anna cannot-log-in\n");
	world_apply(w);
	assert_settled(w, "login,folders\nanna,in\n");
	assert_string_equal(codes_said(w), "  anna\n");
	plan_sheet(w, "login,folders\nanna,in out\n");
	assert_string_equal(codes_said(w), "~ anna cannot-log-in\n");
	plan_sheet(w, "login,folders,uid\nanna,in out,20001\n");
	assert_string_equal(codes_said(w), "! anna uid-change\n");
}

static void
test_planner_blocks_keys_that_it_cannot_read(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_int_equal(unlink(real(w, "/etc/ssh/rehome_keys/anna")), 0);
	assert_int_equal(symlink("/etc/shadow", real(w, "/etc/ssh/rehome_keys/anna")), 0);
	plan_sheet(w, SHEET);
	assert_string_equal(codes_said(w), "! anna unreadable\n");
	assert_null(strstr(changes_said(w), "19000"));
}

static void
test_planner_applies_a_password_once_unless_enforced(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_settled(w, "login,password\nanna,geheim-7\n");
	assert_int_equal(w->secrets.items.count, 0);

	use_config(w, "version: 1\npolicy: { passwords: { existing: enforce } }\n");
	plan_sheet(w, "login,password\nanna,geheim-7\n");
	assert_string_equal(changes_said(w), "~ anna\n  password set as in the source\n");
	assert_string_equal(edits_said(w), "shadow anna password: SECRET -> SECRET\n");
	const struct plan_secret *secret = plan_secrets_get(&w->secrets, "anna", &w->arena);
	assert_string_equal(secret->password, "geheim-7");
	assert_string_equal(secret->before, "*");

	assert_true(planner_hash_secrets(
		w->plan, &w->secrets, true, 1, NULL, NULL, &w->arena, &w->diags));
	assert_null(secret->password);
	assert_true(password_matches("geheim-7", secret->hash));
	world_apply(w);
	assert_settled(w, "login,password\nanna,geheim-7\n");
}

static void
test_planner_does_not_unlock_a_password(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { passwords: { existing: enforce } }\n");
	make_anna(w);
	replace_in(w, "/etc/shadow", "anna:*:", "anna:!$6$salt$hash:");
	assert_settled(w, "login,password\nanna,geheim-7\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning password-locked: the password was locked here and stays so | To unlock "
		"it: passwd -u anna\n");
}

/* ---- the jail ---- */

static void
test_planner_adds_folders_and_leaves_those_that_exist(void **state)
{
	struct world *w = *state;
	make_anna(w);
	plan_sheet(w, "login,folders\nanna,pics:ro logs:ro new/a/b new/c 'my pics' pics/sub\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  folder /home/anna/new is made (read)\n"
		"  folder /home/anna/my pics is made (write)\n"
		"  folder /home/anna/pics/sub is made (write)\n"
		"  warning folder-differs: /home/anna/pics is 20000:999 0755, the source asks for "
		"0:999 0755; apply does not change folders that exist | Run: chown 0:999 "
		"/home/anna/pics && chmod 0755 /home/anna/pics\n");
	assert_string_equal(steps_said(w),
		"folder-create /home/anna/new 0:999 0755\n"
		"  a 0:999 0755\n"
		"  a/b 20000:999 0755\n"
		"  c 20000:999 0755\n"
		"folder-create /home/anna/my pics 20000:999 0755\n"
		"folder-create /home/anna/pics/sub 20000:999 0755\n");
	ARRAY_FOREACH (step, &w->plan->steps)
		assert_string_equal(step->base, "/home");
	world_apply(w);
	assert_settled(w, "login,folders\nanna,logs:ro new/a/b new/c 'my pics' pics/sub\n");
}

/* Root's commands are given only where nobody can turn their path. */
static void
test_planner_says_that_rights_of_folders_stay(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,folders\nanna,'my pics' a/b/c logs:ro\n");
	world_apply(w);
	assert_settled(w, "login,folders\nanna,'my pics':ro a/b/c logs:rw\n");
#define STAYS "; apply does not change folders that exist | "
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning folder-differs: /home/anna/my pics is 20000:999 0755, the source asks "
		"for 0:999 0755" STAYS "Run: chown 0:999 '/home/anna/my pics' && chmod 0755 "
		"'/home/anna/my pics'\n"
		"  warning folder-differs: /home/anna/logs is 0:999 0755, the source asks for "
		"20000:999 0755" STAYS "Run: chown 20000:999 /home/anna/logs && chmod 0755 "
		"/home/anna/logs\n");
	make_dir(w, "/home/anna/a/b", 20000, 999, 0755);
	assert_settled(w, "login,folders\nanna,'my pics' a/b:rw a/b/c:ro logs:ro\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning folder-differs: /home/anna/a/b/c is 20000:999 0755, the source asks for "
		"0:999 0755" STAYS "Move it to the top of the jail: in a folder of the user's, "
		"they can put a link on this path, and a command of root's would follow.\n");
	make_dir(w, "/home/anna/logs", 0, 999, 02755);
	assert_settled(w, "login,folders\nanna,'my pics' a/b:rw a/b/c logs:ro\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning folder-differs: /home/anna/logs is 0:999 2755, the source asks for "
		"0:999 0755" STAYS "Run: chown 0:999 /home/anna/logs && chmod 00755 "
		"/home/anna/logs\n");
}

static void
test_planner_says_that_dropped_folders_stay(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,folders\nanna,'my pics' logs:ro box box/in gone\n");
	world_apply(w);
	assert_int_equal(rmdir(real(w, "/home/anna/gone")), 0);
	assert_settled(w, "login,folders\nanna,box\n");
	static const char said[] =
		"  anna\n"
		"  warning folder-dropped: folder 'my pics' is no longer in the source; it stays | "
		"To remove it when it is empty: rmdir '/home/anna/my pics'\n"
		"  warning folder-dropped: folder 'logs' is no longer in the source; it stays | "
		"To remove it when it is empty: rmdir /home/anna/logs\n"
		"  warning folder-dropped: folder 'box/in' is no longer in the source; it stays | "
		"The user can remove it.\n";
	assert_string_equal(changes_said(w), said);
	plan_sheet(w, "login,name,folders\nanna,Anna,box\n");
	world_apply(w);
	assert_settled(w, "login,folders\nanna,box\n");
	assert_string_equal(changes_said(w), said);
	plan_sheet(w, "login,layout\nanna,nowhere\n");
	assert_string_equal(codes_said(w), "! anna layout-unknown\n");
}

static void
test_planner_blocks_folders_that_are_something_else(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_int_equal(symlink("/etc", real(w, "/home/anna/pics/link")), 0);
	make_file(w, "/home/anna/pics/file", "");
	plan_sheet(w, "login,folders\nanna,pics pics/file\n");
	assert_string_equal(codes_said(w), "! anna folder-type\n");
	plan_sheet(w, "login,folders\nanna,pics pics/link\n");
	assert_string_equal(codes_said(w), "! anna folder-type\n");
	plan_sheet(w, "login,folders\nanna,pics pics/link/ssh pics/link\n");
	assert_string_equal(codes_said(w), "! anna folder-type unreadable\n");
	assert_string_equal(steps_said(w), "");
}

static void
test_planner_blocks_an_account_whose_home_is_gone(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_int_equal(rename(real(w, "/home/anna"), real(w, "/home/elsewhere")), 0);
	plan_sheet(w, SHEET);
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error home-missing: the home /home/anna is missing | See `rehome verify "
		"anna`.\n");
}

/* ---- what is not done ---- */

static void
test_planner_does_not_move_or_renumber(void **state)
{
	struct world *w = *state;
	make_anna(w);
	static const struct {
		const char *sheet, *said;
	} cases[] = {
		{ "login,home\nanna,/srv/anna\n",
			"home-move: the home is /home/anna; this version does not move homes | "
			"Keep /home/anna in the source." },
		{ "login,uid\nanna,20001\n",
			"uid-change: the account has uid 20000; this version does not change uids "
			"| Keep uid 20000 in the source." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		plan_sheet(w, cases[i].sheet);
		assert_string_equal(changes_said(w),
			arena_printf(&w->arena, "! anna\n  error %s\n", cases[i].said));
	}
	assert_settled(w, "login,home,uid,state\nanna,/home/anna,20000,active\n");
}

static void
test_planner_does_not_open_what_was_disabled_here(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/shadow", "::47481:", "::1:");
	assert_settled(w, "login,expires,state\nanna,2099-12-31,active\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"  warning disabled: cannot log in: the account is disabled here, though active in "
		"the source | To open it again: chage -E -1 anna\n");
	assert_settled(w, "login,state\nanna,left\n");
	assert_string_equal(codes_said(w), "  anna\n");
}

static void
test_planner_does_not_touch_an_account_made_anew(void **state)
{
	struct world *w = *state;
	make_anna(w);
	replace_in(w, "/etc/passwd", "anna:x:20000:", "anna:x:20009:");
	plan_sheet(w, SHEET);
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error uid-drift: 'anna' has uid 20009 now, rehome made it with uid 20000 | "
		"Somebody made the account anew; see `rehome status anna`.\n");
}

/* ---- whose account it is ---- */

static void
test_planner_keeps_other_sources_away(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nsources:\n  hr: { importer: csv, file: /hr.csv }\n");
	make_anna(w);
	add_sheet(w, "hr", "/hr.csv", "login\nanna\n");
	make_plan(w);
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error other-origin: login 'anna' is managed for csv: 'anna', here it is hr "
		"'anna' | Change the login, or read this person from csv:. If it is the same "
		"person, "
		"hand the account over: rehome link csv: hr --export FILE.csv\n");
}

static void
test_planner_keeps_other_people_away(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,id,folders\nanna,7,in\n");
	world_apply(w);
	plan_sheet(w, "login,id,folders\nanna,8,in\n");
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error other-origin: login 'anna' is managed for csv: '7', here it is csv: '8' | "
		"Change the login, or correct the id.\n");
	plan_sheet(w, "login,id,folders\nanja,7,in\n");
	assert_string_equal(changes_said(w),
		"~ anja\n"
		"  login anna -> anja, its own group too; uid and password stay\n"
		"  home /home/anna -> /home/anja, with all that is in it\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n");
}

static void
test_planner_knows_a_person_whose_id_came_later_or_went(void **state)
{
	struct world *w = *state;
	make_anna(w);
	assert_settled(w, "login,id\nanna,7\n");
	assert_string_equal(codes_said(w), "  anna\n");
	plan_sheet(w, "login,id,folders\nbert,8,in\n");
	world_apply(w);
	assert_settled(w, "login\nbert\n");
	assert_string_equal(codes_said(w), "  bert\n");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_leaves_alone_what_the_source_does_not_say),
	world_test(test_planner_changes_fields_and_keeps_the_rest_of_gecos),
	world_test(test_planner_blocks_a_login_shell_for_an_account_that_lives),
	world_test(test_planner_takes_an_expiry_away),
	world_test(test_planner_takes_away_only_the_groups_that_it_gave),
	world_test(test_planner_refuses_new_groups_of_managed_accounts_too),
	world_test(test_planner_puts_an_account_back_into_its_jail),
	world_test(test_planner_replaces_and_removes_keys_with_their_before_image),
	world_test(test_planner_warns_of_no_way_in_only_with_a_change),
	world_test(test_planner_blocks_keys_that_it_cannot_read),
	world_test(test_planner_applies_a_password_once_unless_enforced),
	world_test(test_planner_does_not_unlock_a_password),
	world_test(test_planner_adds_folders_and_leaves_those_that_exist),
	world_test(test_planner_says_that_rights_of_folders_stay),
	world_test(test_planner_says_that_dropped_folders_stay),
	world_test(test_planner_blocks_folders_that_are_something_else),
	world_test(test_planner_blocks_an_account_whose_home_is_gone),
	world_test(test_planner_does_not_move_or_renumber),
	world_test(test_planner_does_not_open_what_was_disabled_here),
	world_test(test_planner_does_not_touch_an_account_made_anew),
	world_test(test_planner_keeps_other_sources_away),
	world_test(test_planner_keeps_other_people_away),
	world_test(test_planner_knows_a_person_whose_id_came_later_or_went),
};

WORLD_MAIN(tests)
