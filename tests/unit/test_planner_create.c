/*
 * What the planner says of accounts that do not exist: their whole plan, and every reason why not.
 */
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64

/* ---- the whole ---- */

static void
test_planner_plans_a_whole_account(void **state)
{
	struct world *w = *state;
	plan_sheet(w,
		"login,name,password,folders,groups,ssh_keys,expires\n"
		"anna,Anna Vogel,geheim-7,pics musics logs:ro,press,\"" KEY " a@b\",2099-12-31\n");

	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly (new) press (new), nologin, 1 key, password "
		"from the source, expires 2099-12-31\n"
		"  jail /home/anna  root:root 0755\n"
		"  folders pics/ musics/ (write), logs/ (read-only)\n");
	assert_string_equal(steps_said(w),
		"dir-create /etc/ssh/rehome_keys 0:0 0755\n"
		"home-create /home/anna 0:0 0755\n"
		"  pics 20000:999 0755\n"
		"  musics 20000:999 0755\n"
		"  logs 0:999 0755\n"
		"keys-write /etc/ssh/rehome_keys/anna 0:0 0644\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"group press:x:998:\n"
		"gshadow press:!::\n"
		"group anna:x:20000:\n"
		"gshadow anna:!::\n"
		"group sftponly + anna\n"
		"gshadow sftponly + anna\n"
		"group press + anna\n"
		"gshadow press + anna\n"
		"shadow anna:SECRET:TODAY:0:99999:7::47481:\n"
		"passwd anna:x:20000:20000:Anna Vogel:/home/anna:/usr/sbin/nologin\n");
	assert_string_equal(w->plan->steps.items[2].content, KEY " a@b\n");
	assert_null(w->plan->steps.items[2].before);
}

static void
test_planner_has_nothing_to_do_twice(void **state)
{
	struct world *w = *state;
	static const char sheet[] =
		"login,name,password,folders,groups,ssh_keys,expires,shell,state\n"
		"anna,\"Vogel, Anna\",geheim-7,pics 'my logs':ro a/b,press,\"" KEY
		"\",2099-12-31,/bin/false,active\n"
		"bert,,,in,anna2 press,,,,disabled\n";
	plan_sheet(w, sheet);
	world_apply(w);
	assert_settled(w, sheet);
	assert_string_equal(codes_said(w), "  anna gecos-replaced\n  bert\n");
}

static void
test_planner_needs_no_gshadow_and_no_final_newline(void **state)
{
	struct world *w = *state;
	assert_int_equal(unlink(real(w, "/etc/gshadow")), 0);
	make_file(w, "/etc/passwd", "root:x:0:0:root:/root:/bin/bash");
	make_file(w, "/etc/shadow", "root:*:19000:0:99999:7:::");
	make_file(w, "/etc/group", "root:x:0:");
	plan_sheet(w, "login,groups\nanna,press\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"group press:x:998:\n"
		"group anna:x:20000:\n"
		"group sftponly + anna\n"
		"group press + anna\n"
		"shadow anna:*:TODAY:0:99999:7:::\n"
		"passwd anna:x:20000:20000::/home/anna:/usr/sbin/nologin\n");
	assert_string_equal(w->plan->edits.unterminated[ACCOUNTDB_PASSWD], "root");
	world_apply(w);
	assert_settled(w, "login,groups\nanna,press\n");
}

static void
test_planner_disables_from_the_start(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,state,expires,folders\nanna,disabled,2099-12-31,in\nbert,left,,in\n");
	assert_string_equal(codes_said(w), "+ anna disabled cannot-log-in\n  bert\n");
	ARRAY_FOREACH (edit, &w->plan->edits) {
		if (edit->file == ACCOUNTDB_SHADOW)
			assert_string_equal(edit->fields[SHADOW_EXPIRE], "1");
	}
	assert_false(change_of(w, "bert")->has_after);
}

/* ---- groups, layouts, folders ---- */

static void
test_planner_refuses_groups(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	add_to_file(w, "/etc/group", "toor:x:0:\n");
	add_to_file(w, "/etc/gshadow", "shade:!::karl\n");
	plan_sheet(w,
		"login,groups,folders\n"
		"a1,sudo,in\na2,toor,in\na3,karl,in\na4,a5,in\na5,www-data a5,in\n"
		"a6,shade,in\n");
	assert_string_equal(changes_said(w),
		"+ a5\n"
		"  account uid 20000, groups sftponly (new) www-data, nologin, no key, no "
		"password\n"
		"  jail /home/a5  root:root 0755\n"
		"  folders in/ (write)\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"! a1\n"
		"  error group-privileged: group 'sudo' gives rights over the system | A jailed "
		"account is never a member of it: take it out.\n"
		"! a2\n"
		"  error group-privileged: group 'toor' gives rights over the system | A jailed "
		"account is never a member of it: take it out.\n"
		"! a3\n"
		"  error group-is-login: group 'karl' is the own group of the account 'karl' | "
		"Choose another group.\n"
		"! a4\n"
		"  error group-is-login: group 'a5' would be the own group of another new account "
		"| Choose another group.\n"
		"! a6\n"
		"  error gshadow-leftover: /etc/gshadow has a line for 'shade', /etc/group has "
		"none "
		"| Run grpck and let it remove the left-over line.\n");
}

/* Somebody took the account away and left its name in the groups, or wrote it there beforehand. */
static void
test_planner_refuses_a_login_that_would_inherit_groups(void **state)
{
	struct world *w = *state;
	add_to_file(w, "/etc/group", "wheel:x:50:anna\npress:x:51:bert,anna\n");
	plan_sheet(w,
		"login,groups,folders,password\nanna,press,in,geheim-7\nbert,press,in,geheim-8\n");
	assert_string_equal(changes_said(w),
		"+ bert\n"
		"  account uid 20000, groups sftponly (new) press, nologin, no key, password from "
		"the source\n"
		"  jail /home/bert  root:root 0755\n"
		"  folders in/ (write)\n"
		"! anna\n"
		"  error group-leftover: group 'wheel' lists 'anna' already, though there is no "
		"such "
		"account | Run gpasswd -d anna wheel, or name the group in the source if it is "
		"meant.\n");
}

static void
test_planner_sees_a_group_that_is_a_login_in_any_order(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,groups\nanna,bert\nbert,\n");
	assert_string_equal(
		codes_said(w), "+ bert cannot-log-in no-folders\n! anna group-is-login\n");
	plan_sheet(w, "login,groups\nbert,\nanna,bert\n");
	assert_string_equal(
		codes_said(w), "+ bert cannot-log-in no-folders\n! anna group-is-login\n");
}

static void
test_planner_makes_no_group_for_the_blocked_alone(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	plan_sheet(w, "login,groups,folders\nanna,press,in\nkarl,secret,in\nbert,sudo media,in\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"group press:x:998:\n"
		"gshadow press:!::\n"
		"group anna:x:20000:\n"
		"gshadow anna:!::\n"
		"group sftponly + anna\n"
		"gshadow sftponly + anna\n"
		"group press + anna\n"
		"gshadow press + anna\n"
		"shadow anna:*:TODAY:0:99999:7:::\n"
		"passwd anna:x:20000:20000::/home/anna:/usr/sbin/nologin\n");
}

static void
test_planner_runs_out_of_group_ids(void **state)
{
	struct world *w = *state;
	make_file(w, "/etc/login.defs",
		"# SYS_GID_MAX 900\nSYS_GID_MIN 0\nSYS_GID_MIN  998\n"
		"SYS_GID_MAX\t999\n");
	plan_sheet(w, "login,groups\nanna,press\nbert,media\n");
	assert_string_equal(
		codes_said(w), "+ anna cannot-log-in no-folders\n! bert gid-range-full\n");
	make_file(w, "/etc/login.defs", "SYS_GID_MIN 33\nSYS_GID_MAX 33\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(codes_said(w), "+ anna cannot-log-in no-folders\njail-group\n");
	assert_false(plan_is_applicable(w->plan));
}

static void
test_planner_gives_folders_their_owners(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\nlayouts: { media: { dirs: [\n"
		"  { path: in, access: write }, { path: logs, access: read },\n"
		"  { path: old, access: read-advisory },\n"
		"  { path: drop, access: write, owner: user, group: press, mode: '2770' },\n"
		"  { path: web, access: write, owner: www-data, group: user },\n"
		"  { path: own, access: read, owner: root, group: sftponly } ] } }\n");
	plan_sheet(w, "login,groups,layout\nanna,press,media\n");
	assert_string_equal(codes_said(w), "+ anna cannot-log-in\n");
	assert_string_equal(change_of(w, "anna")->lines.items[2].text,
		"media: in/ (write), logs/ (read-only), old/ (read-only, but the user can change "
		"that), drop/ web/ (write), own/ (read-only)");
	w->plan->steps.count = 1;
	assert_string_equal(steps_said(w),
		"home-create /home/anna 0:0 0755\n"
		"  in 20000:999 0755\n"
		"  logs 0:999 0755\n"
		"  old 20000:999 0555\n"
		"  drop 20000:998 2770\n"
		"  web 33:20000 0755\n"
		"  own 0:999 0755\n");
}

static void
test_planner_refuses_layouts_and_owners_that_do_not_exist(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\nlayouts:\n"
		"  media: { dirs: [ { path: in, access: write, owner: ghost } ] }\n"
		"  press: { dirs: [ { path: in, access: write, group: press } ] }\n");
	plan_sheet(w, "login,groups,layout\na1,,medai\na2,,media\na3,,press\na4,press,press\n");
	assert_string_equal(codes_said(w),
		"+ a4 cannot-log-in\n"
		"! a1 layout-unknown\n"
		"! a2 cannot-log-in folder-owner\n"
		"! a3 cannot-log-in folder-group\n");
	assert_string_equal(change_of(w, "a1")->findings.items[0].hint, "Did you mean 'media'?");
	assert_string_equal(change_of(w, "a2")->findings.items[1].message,
		"folder 'in': there is no user 'ghost' to own it");
	assert_string_equal(change_of(w, "a3")->findings.items[1].message,
		"folder 'in': there is no group 'press'");
}

/* What people are told of a folder holds, whatever rights a sheet gives it. */
static void
test_planner_blocks_read_only_folders_that_the_account_could_write(void **state)
{
	struct world *w = *state;
	static const char promise[] =
		"folder 'in' is to be read-only, but its mode lets a group of the account write";
	use_config(w,
		"version: 1\nlayouts:\n"
		"  media: { dirs: [ { path: in, access: read, group: press, mode: '2770' } ] }\n");
	plan_sheet(w,
		"login,groups,folders,layout\n"
		"a1,,in:ro:mode=0777,\na2,,in:ro:owner=user,\na3,,in:ro:owner=a3,\n"
		"a4,,in:ro:mode=0775,\na5,,in:ro:group=user:mode=0770,\n"
		"a6,press,in:ro:group=press:mode=2770,\na7,press,,media\n"
		"b1,press,in:ro:group=press:mode=2750,\nb2,,in:ro:group=www-data:mode=0775,\n"
		"b3,,in:read-advisory:mode=0777,\nb4,,in:rw:owner=root:mode=0777,\n");
	assert_string_equal(codes_said(w),
		"+ b1 cannot-log-in no-folders\n"
		"+ b2 cannot-log-in no-folders\n"
		"+ b3 cannot-log-in no-folders\n"
		"+ b4 cannot-log-in\n"
		"! a1 cannot-log-in no-folders folder-writable\n"
		"! a2 cannot-log-in no-folders folder-writable\n"
		"! a3 cannot-log-in no-folders folder-owner\n"
		"! a4 cannot-log-in no-folders folder-writable\n"
		"! a5 cannot-log-in no-folders folder-writable\n"
		"! a6 cannot-log-in no-folders folder-writable\n"
		"! a7 cannot-log-in no-folders folder-writable\n");
	assert_string_equal(change_of(w, "a1")->findings.items[2].message,
		"folder 'in' is to be read-only, but its mode lets everybody write");
	assert_string_equal(change_of(w, "a2")->findings.items[2].message,
		"folder 'in' is to be read-only, but the account owns it");
	assert_string_equal(change_of(w, "a4")->findings.items[2].message, promise);
	assert_string_equal(change_of(w, "a7")->findings.items[2].message, promise);
}

/* The bit hands the group on to files that the account makes, and it is no member. */
static void
test_planner_hands_no_privileged_group_on_for_a_sheet(void **state)
{
	struct world *w = *state;
	make_file(w, "/etc/group", "root:x:0:\ntoor:x:0:\nshadow:x:42:\nstaff:x:50:\n");
	use_config(w,
		"version: 1\nlayouts:\n"
		"  media: { dirs: [ { path: in, access: write, group: staff, mode: '2770' } ] }\n");
	plan_sheet(w,
		"login,folders,layout\n"
		"a1,in:group=shadow:mode=2770,\na2,in:group=toor:mode=6777,\n"
		"b1,in:group=shadow:mode=0770,\nb2,logs:ro:group=root,\nb3,,media\n");
	assert_string_equal(codes_said(w),
		"+ b1 cannot-log-in\n"
		"+ b2 cannot-log-in no-folders\n"
		"+ b3 cannot-log-in\n"
		"! a1 group-privileged\n"
		"! a2 group-privileged\n");
	assert_string_equal(change_of(w, "a1")->findings.items[0].message,
		"folder 'in': what is made in it would belong to the group 'shadow', which gives "
		"rights over the system");
}

static void
test_planner_blocks_login_shells_but_the_configured_one(void **state)
{
	struct world *w = *state;
	static const char sheet[] =
		"login,shell\n"
		"a1,/bin/bash\na2,/opt/nologin\na3,/bin/false\na4,/opt/menu\na5,/opt/falsehood\n";
	plan_sheet(w, sheet);
	assert_string_equal(codes_said(w),
		"+ a2 cannot-log-in no-folders\n"
		"+ a3 cannot-log-in no-folders\n"
		"! a1 login-shell\n"
		"! a4 login-shell\n"
		"! a5 login-shell\n");
	const struct diag *finding = &change_of(w, "a1")->findings.items[0];
	assert_string_equal(
		finding->message, "shell /bin/bash: a jailed account has no login shell");
	assert_string_equal(finding->hint, "Leave the shell column empty, or set jail.shell.");

	use_config(w, "version: 1\njail: { shell: /opt/menu }\n");
	plan_sheet(w, sheet);
	assert_string_equal(codes_said(w),
		"+ a2 cannot-log-in no-folders\n"
		"+ a3 cannot-log-in no-folders\n"
		"+ a4 cannot-log-in no-folders\n"
		"! a1 login-shell\n"
		"! a5 login-shell\n");
}

/* ---- credentials, warnings ---- */

static void
test_planner_warns(void **state)
{
	struct world *w = *state;
	plan_sheet(w,
		"login,name,expires,state,folders\n"
		"anna,\"Vogel, Anna = me\",1999-12-31,disabled,logs:ro\n");
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, no password, expires "
		"1999-12-31\n"
		"  jail /home/anna  root:root 0755\n"
		"  folders logs/ (read-only)\n"
		"  warning expired: the account has expired already\n"
		"  warning disabled: cannot log in: the source says that the account is disabled\n"
		"  warning gecos-replaced: the account's name field cannot hold ',' or '=': they "
		"become blanks\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"  warning no-folders: the jail has no folder to write to | Give folders or a "
		"layout, or configure layouts.default.\n");
	assert_string_equal(change_of(w, "anna")->after.full_name, "Vogel  Anna   me");
}

static void
test_planner_cuts_names_that_are_no_names(void **state)
{
	struct world *w = *state;
	AUTO_BUFFER struct buffer sheet = { 0 }, name = { 0 };
	for (unsigned i = 0; i < 200; i++)
		buffer_add_text(&name, i < 100 ? "\u00fc" : "\u00e4\u00f6");
	buffer_printf(&sheet, "login,name,folders\nanna,%s,in\n", buffer_text(&name));
	plan_sheet(w, buffer_text(&sheet));
	assert_string_equal(codes_said(w), "+ anna gecos-cut cannot-log-in\n");
	assert_string_equal(change_of(w, "anna")->findings.items[0].message,
		"a name of 600 bytes is cut after 100 characters");
	const char *gecos = change_of(w, "anna")->after.full_name;
	assert_int_equal(strlen(gecos), 200);
	assert_memory_equal(gecos, buffer_text(&name), 200);
	world_apply(w);
	assert_settled(w, buffer_text(&sheet));
}

static void
test_planner_chooses_passwords_by_policy(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *policy;
		enum password_kind anna, bert, cleo;
	} cases[] = {
		{ "none", PASSWORD_GIVEN, PASSWORD_NONE, PASSWORD_NONE },
		{ "generated", PASSWORD_GIVEN, PASSWORD_NONE, PASSWORD_GENERATED },
		{ "always", PASSWORD_GIVEN, PASSWORD_GENERATED, PASSWORD_GENERATED },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		use_config(w,
			arena_printf(&w->arena, "version: 1\npolicy: { passwords: { new: %s } }\n",
				cases[i].policy));
		plan_sheet(
			w, "login,password,ssh_keys\nanna,geheim-7,\nbert,,\"" KEY "\"\ncleo,,\n");
		assert_int_equal(change_of(w, "anna")->after.password, cases[i].anna);
		assert_int_equal(change_of(w, "bert")->after.password, cases[i].bert);
		assert_int_equal(change_of(w, "cleo")->after.password, cases[i].cleo);
		assert_string_equal(
			plan_secrets_get(&w->secrets, "anna", &w->arena)->password, "geheim-7");
		assert_int_equal(w->secrets.items.count,
			1 + (cases[i].bert == PASSWORD_GENERATED) +
				(cases[i].cleo == PASSWORD_GENERATED));
	}
}

/* A directory's password; of a sheet's the cell is an error. */
static void
plan_foreign_hash(struct world *w, const char *policy)
{
	use_config(w,
		arena_printf(&w->arena, "version: 1\npolicy: { passwords: { foreign_hash: %s } }\n",
			policy));
	add_sheet(
		w, "csv:sheet.csv", "/sheet.csv", "login,ssh_keys,folders\nanna,\"" KEY "\",in\n");
	w->intakes[0].accounts.items[0]->foreign_hash = "a salted SHA-1 checksum";
	make_plan(w);
}

static void
test_planner_does_with_a_foreign_hash_what_the_policy_says(void **state)
{
	struct world *w = *state;
	plan_foreign_hash(w, "key-only");
	assert_string_equal(codes_said(w), "+ anna\n");
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_NONE);
	assert_false(change_of(w, "anna")->after.disabled);
	plan_foreign_hash(w, "handout");
	assert_string_equal(codes_said(w), "+ anna\n");
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_GENERATED);
	plan_foreign_hash(w, "expire");
	assert_string_equal(codes_said(w), "+ anna disabled\n");
	assert_string_equal(change_of(w, "anna")->findings.items[0].message,
		"is closed until somebody opens it");
	assert_true(change_of(w, "anna")->after.disabled);
	plan_foreign_hash(w, "refuse");
	assert_string_equal(codes_said(w), "! anna foreign-hash\n");
}

static void
test_planner_carries_hashes(void **state)
{
	struct world *w = *state;
#define HASH                                                                                       \
	"$6$rounds=5000$saltsalt$"                                                                 \
	"EWn3zjp6eEPeHYEyFsGxZCTqdRsJcXiNdkpzTWZYpyTDRjTT2wFcuBw3Nmj0GIGK9iAjZeANtKuC4FpBXdjLC1"
	plan_sheet(w, "login,password_hash,folders\nanna," HASH ",in\n");
	assert_string_equal(codes_said(w), "+ anna\n");
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_HASH);
	assert_string_equal(plan_secrets_get(&w->secrets, "anna", &w->arena)->hash, HASH);
	assert_null(strstr(edits_said(w), "$6$"));
}

static void
test_planner_refuses_keys_that_somebody_left(void **state)
{
	struct world *w = *state;
	make_dir(w, "/etc/ssh/rehome_keys", 0, 0, 0755);
	make_file(w, "/etc/ssh/rehome_keys/anna", KEY "\n");
	make_dir(w, "/etc/ssh/rehome_keys/bert", 0, 0, 0755);
	plan_sheet(w, "login,folders\nanna,in\nbert,in\n");
	assert_string_equal(changes_said(w),
		"! anna\n"
		"  error keys-leftover: /etc/ssh/rehome_keys/anna exists already, and the account "
		"does not | See whose keys these are, then remove the file.\n"
		"! bert\n"
		"  error unreadable: /etc/ssh/rehome_keys/bert: is a directory, expected a "
		"regular file\n");
}

static void
test_planner_forgets_the_secrets_of_the_blocked(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	plan_sheet(
		w, "login,password,groups\nanna,geheim-7,\nbert,geheim-8,sudo\nkarl,geheim-9,\n");
	assert_int_equal(w->secrets.items.count, 1);
	assert_string_equal(w->secrets.items.items[0]->login, "anna");
	assert_null(table_get(&w->secrets.by_login, "bert"));
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_plans_a_whole_account),
	world_test(test_planner_has_nothing_to_do_twice),
	world_test(test_planner_needs_no_gshadow_and_no_final_newline),
	world_test(test_planner_disables_from_the_start),
	world_test(test_planner_refuses_groups),
	world_test(test_planner_refuses_a_login_that_would_inherit_groups),
	world_test(test_planner_sees_a_group_that_is_a_login_in_any_order),
	world_test(test_planner_makes_no_group_for_the_blocked_alone),
	world_test(test_planner_runs_out_of_group_ids),
	world_test(test_planner_gives_folders_their_owners),
	world_test(test_planner_refuses_layouts_and_owners_that_do_not_exist),
	world_test(test_planner_blocks_read_only_folders_that_the_account_could_write),
	world_test(test_planner_hands_no_privileged_group_on_for_a_sheet),
	world_test(test_planner_blocks_login_shells_but_the_configured_one),
	world_test(test_planner_warns),
	world_test(test_planner_cuts_names_that_are_no_names),
	world_test(test_planner_chooses_passwords_by_policy),
	world_test(test_planner_does_with_a_foreign_hash_what_the_policy_says),
	world_test(test_planner_carries_hashes),
	world_test(test_planner_refuses_keys_that_somebody_left),
	world_test(test_planner_forgets_the_secrets_of_the_blocked),
};

WORLD_MAIN(tests)
