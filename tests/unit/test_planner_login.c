/*
 * Who somebody is: logins given and made from names, and the uids that go with them.
 */
#include "planner_fixture.h"

/* ---- logins ---- */

static void
test_planner_refuses_logins(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\npolicy: { username: { reserved: [git], pattern: "
		"'^[a-z]{2,8}$' } }\n");
	add_person(w, "karl", 1000, "/home/karl");
	add_to_file(w, "/etc/group", "press:x:500:\n");
	add_to_file(w, "/etc/shadow", "ghost:*:19000:0:99999:7:::\n");
	add_to_file(w, "/etc/gshadow", "shade:!::karl\n");
	plan_sheet(w,
		"login,folders\nkarl,in\npress,in\nghost,in\nshade,in\ngit,in\n"
		"waytoolong,in\nsftponly,in\n");
	assert_string_equal(changes_said(w),
		"! ghost\n"
		"  error shadow-leftover: /etc/shadow has a line for 'ghost', /etc/passwd has none"
		" | Run pwck and let it remove the left-over line.\n"
		"! git\n"
		"  error login-reserved: login 'git' is reserved by policy.username.reserved"
		" | Choose another login.\n"
		"! karl\n"
		"  error login-unmanaged: login belongs to uid 1000, which rehome does not manage"
		" | Change the login column, or pass --adopt karl.\n"
		"! press\n"
		"  error group-exists: a group 'press' exists already, so the account cannot have "
		"its own | Choose another login, or remove the group if nothing uses it.\n"
		"! sftponly\n"
		"  error group-exists: a group 'sftponly' exists already, so the account cannot "
		"have its own | Choose another login, or remove the group if nothing uses it.\n"
		"! shade\n"
		"  error gshadow-leftover: /etc/gshadow has a line for 'shade', /etc/group has none"
		" | Run grpck and let it remove the left-over line.\n"
		"! waytoolong\n"
		"  error login-policy: login 'waytoolong' does not match policy.username.pattern "
		"^[a-z]{2,8}$ | Choose another login, or change the policy.\n");
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
	assert_false(plan_is_applicable(w->plan));
}

static void
test_planner_blocks_both_of_one_login(void **state)
{
	struct world *w = *state;
	add_sheet(w, "csv:a.csv", "/a.csv", "login,folders\nanna,in\nbert,in\n");
	add_sheet(w, "csv:b.csv", "/b.csv", "login,folders\nanna,in\n");
	make_plan(w);
	assert_string_equal(changes_said(w),
		"+ bert\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, no password\n"
		"  jail /home/bert  root:root 0755\n"
		"  folders in/ (write)\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"! anna\n"
		"  error login-twice: login 'anna' is also in b.csv:2 | Every login can come from "
		"one row only.\n"
		"! anna\n"
		"  error login-twice: login 'anna' is also in a.csv:2 | Every login can come from "
		"one row only.\n");
}

/* ---- uids ---- */

static const char refused_uids[] =
	"! a1\n"
	"  warning uid-outside-range: uid 1012 is outside policy.uid_range 20000-59999\n"
	"  error uid-taken: uid 1012 belongs to 'karl'"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a2\n"
	"  warning uid-outside-range: uid 1500 is outside policy.uid_range 20000-59999\n"
	"  error uid-taken: gid 1500 belongs to group 'press', so the account's own group cannot "
	"have it"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a3\n"
	"  warning uid-outside-range: uid 100001 is outside policy.uid_range 20000-59999\n"
	"  error uid-taken: uid 100001 is in somebody's range in /etc/subuid or /etc/subgid"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a4\n"
	"  warning uid-outside-range: uid 365535 is outside policy.uid_range 20000-59999\n"
	"  error uid-taken: uid 365535 is in somebody's range in /etc/subuid or /etc/subgid"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a5\n"
	"  error uid-taken: uid 21000 belonged to 'olga', whose files may still exist"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a6\n"
	"  error uid-taken: uid 21001 was given to 'gone', whose account is gone"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a7\n"
	"  error uid-taken: uid 21002 has files already: /home/left"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a8\n"
	"  error uid-taken: uid 21003 has files already: /home/left"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! a9\n"
	"  error uid-taken: uid 21004 has files already: /home/jail/pics"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! b1\n"
	"  error uid-system: uid 999 is in the range of system accounts"
	" | Give a uid of 1000 or more, or leave the cell empty.\n"
	"! b2\n"
	"  error uid-taken: uid 22000 is given to 'b3' as well"
	" | Give another uid, or leave the cell empty to get the next free one.\n"
	"! b3\n"
	"  error uid-taken: uid 22000 is given to 'b2' as well"
	" | Give another uid, or leave the cell empty to get the next free one.\n";

static void
test_planner_refuses_uids_that_somebody_has(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1012, "/home/karl");
	add_to_file(w, "/etc/group", "press:x:1500:\n");
	make_file(w, "/etc/subuid", "karl:100000:65536\n");
	make_file(w, "/etc/subgid", "karl:300000:65536\nbad\nkarl:x:y\n");
	bury(w, "olga", "csv:", "olga", 21000);
	manage(w, "gone", "csv:", "gone", 21001, "/home/gone");
	make_dir(w, "/home/left", 21002, 21003, 0755);
	make_dir(w, "/home/jail", 0, 0, 0755);
	make_dir(w, "/home/jail/pics", 21004, 0, 0755);
	plan_sheet(w,
		"login,uid,folders\na1,1012,in\na2,1500,in\na3,100001,in\na4,365535,in\n"
		"a5,21000,in\na6,21001,in\na7,21002,in\na8,21003,in\na9,21004,in\n"
		"b1,999,in\nb2,22000,in\nb3,22000,in\nb4,365536,in\nb5,22001,in\n");
	assert_string_equal(codes_said(w),
		"+ b4 uid-outside-range cannot-log-in\n"
		"+ b5 cannot-log-in\n"
		"! a1 uid-outside-range uid-taken\n"
		"! a2 uid-outside-range uid-taken\n"
		"! a3 uid-outside-range uid-taken\n"
		"! a4 uid-outside-range uid-taken\n"
		"! a5 uid-taken\n"
		"! a6 uid-taken\n"
		"! a7 uid-taken\n"
		"! a8 uid-taken\n"
		"! a9 uid-taken\n"
		"! b1 uid-system\n"
		"! b2 uid-taken\n"
		"! b3 uid-taken\n");
	w->plan->changes.items += 2;
	w->plan->changes.count -= 2;
	assert_string_equal(changes_said(w), refused_uids);
}

static void
test_planner_allocates_around_what_is_taken(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { uid_range: 20000-20006 }\n");
	add_person(w, "karl", 20001, "/home/karl");
	make_dir(w, "/srv/old", 0, 0, 0755);
	make_dir(w, "/srv/old/files", 20003, 20003, 0755);
	bury(w, "olga", "csv:", "olga", 20004);
	/* The uid that cleo gives is not anna's, though anna comes first; /srv is where dora goes.
	 */
	plan_sheet(w, "login,uid,home\nanna,,\nbert,,\ncleo,20000,\ndora,,/srv/dora\nolga,,\n");
	assert_string_equal(
		ids_said(w), "anna 20002, bert 20005, cleo 20000, dora 20006, olga 20004");

	plan_sheet(w, "login,uid,home\nanna,,\nbert,,\ncleo,20000,\ndora,,/srv/dora\nemil,,\n");
	assert_string_equal(ids_said(w), "anna 20002, bert 20005, cleo 20000, dora 20006");
	assert_string_equal(codes_said(w),
		"+ anna cannot-log-in no-folders\n"
		"+ bert cannot-log-in no-folders\n"
		"+ cleo cannot-log-in no-folders\n"
		"+ dora cannot-log-in no-folders\n"
		"! emil uid-range-full\n");
}

static void
test_planner_gives_a_uid_back_only_to_its_person(void **state)
{
	struct world *w = *state;
	bury(w, "olga", "csv:", "olga", 20000);
	manage(w, "otto", "csv:", "otto", 20001, "/home/otto");
	plan_sheet(w, "login,uid\nolga,20000\notto,\npaul,\n");
	assert_string_equal(ids_said(w), "olga 20000, otto 20001, paul 20002");
	plan_sheet(w, "login,id\nolga,17\notto,18\n");
	assert_string_equal(ids_said(w), "olga 20002, otto 20003");
}

/* ---- logins made from names ---- */

static void
test_planner_tells_namesakes_apart_by_their_keys(void **state)
{
	struct world *w = *state;
	static const char expected[] = "9=avogel 10=avogel2 11=avogel3 ";
	static const char *const sheets[] = {
		"first,last,id\nAnna,Vogel,9\nAlex,Vogel,10\nArno,Vogel,11\n",
		"first,last,id\nArno,Vogel,11\nAlex,Vogel,10\nAnna,Vogel,9\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(sheets); i++) {
		plan_sheet(w, sheets[i]);
		AUTO_BUFFER struct buffer said = { 0 };
		ARRAY_FOREACH (change, &w->plan->changes)
			buffer_printf(&said, "%s=%s ", (*change)->key, (*change)->login);
		assert_string_equal(buffer_text(&said), expected);
	}
}

static void
test_planner_keeps_generated_logins_after_a_run(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "first,last,id,folders\nAnna,Vogel,9,in\nAlex,Vogel,10,in\n");
	world_apply(w);
	/* In another file, in another order, with somebody new in front. */
	add_sheet(w, "csv:other.csv", "/other.csv",
		"first,last,id,folders\nArno,Vogel,1,in\nAlex,Vogel,10,in\nAnna,Vogel,9,in\n");
	make_plan(w);
	assert_string_equal(codes_said(w), "+ avogel3 cannot-log-in\n  avogel\n  avogel2\n");
	assert_string_equal(change_of(w, "avogel")->key, "9");
	assert_string_equal(change_of(w, "avogel3")->key, "1");
}

static void
test_planner_remembers_a_login_whose_account_is_gone(void **state)
{
	struct world *w = *state;
	managed_add_generated(&w->managed, "csv:", "9", "avogel");
	plan_sheet(w, "first,last,id\nArno,Vogel,1\nAnna,Vogel,9\n");
	assert_string_equal(change_of(w, "avogel")->key, "9");
	assert_string_equal(change_of(w, "avogel2")->key, "1");
}

static void
test_planner_knows_people_without_an_id_by_their_name(void **state)
{
	struct world *w = *state;
	static const char sheet[] = "first,last,folders\nAnna,Vogel,in\nAnna,Vogel,in\n";
	plan_sheet(w, sheet);
	assert_string_equal(change_of(w, "avogel")->key, "name:anna vogel");
	assert_string_equal(change_of(w, "avogel2")->key, "name:anna vogel#2");
	world_apply(w);
	assert_settled(w, sheet);

	/* With ids they are new people, and the planner says what it suspects. */
	plan_sheet(w, "first,last,id,folders\nAnna,Vogel,7,in\n");
	assert_string_equal(codes_said(w), "+ avogel3 same-person cannot-log-in\n");
	assert_string_equal(change_of(w, "avogel3")->findings.items[0].message,
		"'Anna Vogel' without an id is managed as login 'avogel' already");
}

static void
test_planner_keeps_generated_logins_clear_of_all_others(void **state)
{
	struct world *w = *state;
	add_person(w, "cvogel", 1000, "/home/cvogel");
	add_to_file(w, "/etc/group", "dvogel:x:500:\n");
	use_config(w,
		"version: 1\npolicy: { username: { reserved: [evogel] } }\n"
		"jail: { group: fvogel }\n");
	add_sheet(w, "csv:a.csv", "/a.csv",
		"first,last\nAnna,Vogel\nBert,Vogel\nCleo,Vogel\nDora,Vogel\nEmil,Vogel\n"
		"Fritz,Vogel\n");
	add_sheet(w, "csv:b.csv", "/b.csv", "login,groups\navogel,bvogel\n");
	make_plan(w);
	assert_string_equal(codes_said(w),
		"+ avogel cannot-log-in no-folders\n"
		"+ avogel2 cannot-log-in no-folders\n"
		"+ bvogel2 cannot-log-in no-folders\n"
		"+ cvogel2 cannot-log-in no-folders\n"
		"+ dvogel2 cannot-log-in no-folders\n"
		"+ evogel2 cannot-log-in no-folders\n"
		"+ fvogel2 cannot-log-in no-folders\n");
	assert_false(change_of(w, "avogel")->login_generated);
}

static void
test_planner_cuts_a_login_for_its_suffix(void **state)
{
	struct world *w = *state;
	/* 31 letters, what the default policy allows, are made of the name. */
	plan_sheet(w,
		"first,last,id\n"
		"Anna,Abcdefghijklmnopqrstuvwxyzabcdefgh,1\n"
		"Anna,Abcdefghijklmnopqrstuvwxyzabcdefgh,2\n");
	assert_string_equal(ids_said(w),
		"aabcdefghijklmnopqrstuvwxyzabc2 20001, aabcdefghijklmnopqrstuvwxyzabcd 20000");

	use_config(w, "version: 1\npolicy: { username: { pattern: '^[a-z]{1,5}[0-9]?$' } }\n");
	plan_sheet(w, "first,last,id\nAnna,Vogelsang,1\nAlex,Vogelsang,2\n");
	assert_string_equal(ids_said(w), "avoge 20000, avoge2 20001");
}

static void
test_planner_may_not_add_a_suffix(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { username: { collide: error } }\n");
	plan_sheet(w, "first,last,id,folders\nAnna,Vogel,1,in\nAlex,Vogel,2,in\n");
	assert_string_equal(codes_said(w), "+ avogel cannot-log-in\n! avogel login-taken\n");
	/* The login that both are shown with is the first one's. */
	assert_string_equal(w->plan->changes.items[0]->key, "1");
	assert_string_equal(w->plan->steps.items[0].user, "avogel");
}

static void
test_planner_finds_one_person_in_two_sheets(void **state)
{
	struct world *w = *state;
	add_sheet(w, "csv:a.csv", "/a.csv", "first,last,id\nAnna,Vogel,7\nBert,Vogel,8\n");
	add_sheet(w, "csv:b.csv", "/b.csv", "first,last,id\nCleo,Meier,7\n");
	make_plan(w);
	assert_string_equal(changes_said(w),
		"+ bvogel\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, no password\n"
		"  jail /home/bvogel  root:root 0755\n"
		"  layout default: no folders\n"
		"  login made from the name\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"  warning no-folders: the jail has no folder to write to | Give folders or a "
		"layout, or configure layouts.default.\n"
		"! avogel\n"
		"  error person-twice: '7' is also in b.csv:2, with login 'cmeier' | Take one of "
		"the rows out; if they are two people, configure each file as a source of its "
		"own.\n"
		"! cmeier\n"
		"  error person-twice: '7' is also in a.csv:2, with login 'avogel' | Take one of "
		"the rows out; if they are two people, configure each file as a source of its "
		"own.\n");
}

static void
test_planner_keeps_configured_sources_apart(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\nsources:\n  hr: { importer: csv, file: /hr.csv }\n"
		"  partners: { importer: csv, file: /p.csv }\n");
	add_sheet(w, "hr", "/hr.csv", "first,last,id\nAnna,Vogel,7\n");
	add_sheet(w, "partners", "/p.csv", "first,last,id\nCleo,Meier,7\n");
	make_plan(w);
	assert_string_equal(ids_said(w), "avogel 20000, cmeier 20001");
	assert_string_equal(change_of(w, "avogel")->source, "hr");
	assert_int_equal(w->plan->inputs.count, 2);
}

/* ---- some of them only ---- */

static void
test_planner_gives_the_same_logins_to_some_as_to_all(void **state)
{
	struct world *w = *state;
	string_list_push(&w->arena, &w->options.users, "*2");
	string_list_push(&w->arena, &w->options.users, "nobody*");
	plan_sheet(w, "first,last,id\nAnna,Vogel,1\nAlex,Vogel,2\n");
	assert_string_equal(changes_said(w),
		"+ avogel2\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, no password\n"
		"  jail /home/avogel2  root:root 0755\n"
		"  layout default: no folders\n"
		"  login made from the name\n"
		"  warning cannot-log-in: cannot log in: neither password nor key | Give a "
		"password or a key, or set policy.passwords.new: generated.\n"
		"  warning no-folders: the jail has no folder to write to | Give folders or a "
		"layout, or configure layouts.default.\n"
		"warning no-such-user: 'nobody*' is nobody in the sources | See the logins with: "
		"rehome inspect SOURCE\n");
}

static void
test_planner_takes_the_logins_of_a_file_only(void **state)
{
	struct world *w = *state;
	struct table only = { .arena = &w->arena };
	table_set(&only, "bert", w);
	table_set(&only, "emil", w);
	table_set(&only, "dora", w);
	w->options.only = &only;
	plan_sheet(w, "login,groups\nanna,media\nbert,press\n");
	assert_string_equal(
		codes_said(w), "+ bert cannot-log-in no-folders\nno-such-user\nno-such-user\n");
	assert_string_equal(w->plan->findings.items[0].message, "'dora' is nobody in the sources");
	assert_string_equal(ids_said(w), "bert 20000");
}

static void
test_planner_takes_the_first_canaries(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	w->options.canary = 1;
	plan_sheet(w, "login,password,groups\ncleo,geheim-1,media\nbert,geheim-2,press\nkarl,,\n");
	assert_string_equal(codes_said(w), "+ bert no-folders\n! karl login-unmanaged\n");
	assert_string_equal(edits_said(w),
		"group sftponly:x:999:\n"
		"gshadow sftponly:!::\n"
		"group press:x:997:\n"
		"gshadow press:!::\n"
		"group bert:x:20001:\n"
		"gshadow bert:!::\n"
		"group sftponly + bert\n"
		"gshadow sftponly + bert\n"
		"group press + bert\n"
		"gshadow press + bert\n"
		"shadow bert:SECRET:TODAY:0:99999:7:::\n"
		"passwd bert:x:20001:20001::/home/bert:/usr/sbin/nologin\n");
	assert_int_equal(w->secrets.items.count, 1);
	assert_int_equal(w->plan->counts[CHANGE_CREATE], 1);
	assert_int_equal(w->plan->counts[CHANGE_BLOCKED], 1);
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_refuses_logins),
	world_test(test_planner_blocks_both_of_one_login),
	world_test(test_planner_refuses_uids_that_somebody_has),
	world_test(test_planner_allocates_around_what_is_taken),
	world_test(test_planner_gives_a_uid_back_only_to_its_person),
	world_test(test_planner_tells_namesakes_apart_by_their_keys),
	world_test(test_planner_keeps_generated_logins_after_a_run),
	world_test(test_planner_remembers_a_login_whose_account_is_gone),
	world_test(test_planner_knows_people_without_an_id_by_their_name),
	world_test(test_planner_keeps_generated_logins_clear_of_all_others),
	world_test(test_planner_cuts_a_login_for_its_suffix),
	world_test(test_planner_may_not_add_a_suffix),
	world_test(test_planner_finds_one_person_in_two_sheets),
	world_test(test_planner_keeps_configured_sources_apart),
	world_test(test_planner_gives_the_same_logins_to_some_as_to_all),
	world_test(test_planner_takes_the_logins_of_a_file_only),
	world_test(test_planner_takes_the_first_canaries),
};

WORLD_MAIN(tests)
