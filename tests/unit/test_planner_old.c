/*
 * test_planner_old.c - logins of an old server become accounts, decisions, or nothing at all.
 */
#include "planner_old_fixture.h"

/* ---- accounts ---- */

static void
test_guest_becomes_an_account_with_its_hash_and_contents(void **state)
{
	struct world *w = *state;
	add_login(w, "anna")->full_name = "Anna Vogel,room 7,,";
	plan_old(w);
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly (new), nologin, no key, password hash from "
		"the source\n"
		"  jail /home/anna  root:root 0755\n"
		"  layout default: no folders\n"
		"  keep 0 folders, 0 files, 0 bytes; 0 loose files -> files/\n"
		"  owners root's stays root's, all else becomes anna's; ACLs are not carried\n"
		"  old ftpd guest of ftpvirt in /srv/anna, write yes, /etc/users:1\n"
		"  contents /old/srv/anna\n");
	assert_string_equal(change_of(w, "anna")->after.full_name, "Anna Vogel");
	assert_string_equal(decisions_said(w), "");
	assert_string_equal(w->secrets.items.items[0]->login, "anna");
	assert_non_null(w->secrets.items.items[0]->hash);
}

static void
test_own_uid_is_kept_and_a_shared_one_is_not(void **state)
{
	struct world *w = *state;
	add_local(w, "anna", 1007);
	add_login(w, "bert");
	add_login(w, "carl");
	plan_old(w);
	assert_string_equal(ids_said(w), "anna 1007, bert 20000, carl 20001");
}

static void
test_refused_logins_become_nothing_and_are_counted(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	add_login(w, "bert")->login = OLD_DENY;
	add_login(w, "carl")->login = OLD_DENY;
	plan_old(w);
	assert_string_equal(ids_said(w), "anna 20000");
	assert_int_equal(w->plan->changes.count, 1);
	assert_int_equal(w->plan->inputs.items[0].refused.count, 2);
	assert_string_equal(w->plan->inputs.items[0].refused.items[0], "bert");
	assert_string_equal(w->plan->inputs.items[0].refused.items[1], "carl");
}

static void
test_anonymous_access_becomes_no_account_and_is_named(void **state)
{
	struct world *w = *state;
	add_login(w, "ftp")->is_anonymous = true;
	add_login(w, "anna");
	add_login(w, "anonymous")->is_anonymous = true;
	plan_old(w);
	assert_string_equal(ids_said(w), "anna 20000");
	assert_int_equal(w->plan->changes.count, 1);
	assert_string_equal(
		w->diags.items[0].message, "anonymous access is not imported: ftp, anonymous");
	assert_int_equal(w->diags.items[0].place.line, 1);
}

static void
test_rights_become_a_profile(void **state)
{
	struct world *w = *state;
	struct old_login *login = add_login(w, "anna");
	login->has_umask = true;
	login->umask = 027;
	login->rights = OLD_WRITE_NO;
	login->cwd = "/srv/anna/pics";
	string_list_push(&w->arena, &login->from, "10.0.0.0/8");
	plan_old(w);
	assert_string_equal(decisions_said(w), "anna: ip-limit~keep\n");
	(void)change_of(w, "anna");
}

static void
test_options_of_the_source_are_for_all(void **state)
{
	struct world *w = *state;
	use_config(
		w, "version: 1\nlayouts: { media: { dirs: [ { path: pics, access: write } ] } }\n");
	add_login(w, "anna");
	plan_old_as(w, &(struct old_account_config){ .layout = "media", .groups = "press web" });
	assert_string_equal(change_of(w, "anna")->after.layout, "media");
	assert_int_equal(change_of(w, "anna")->after.groups.count, 3);

	add_login(w, "anna");
	plan_old_as(w, &(struct old_account_config){ .groups = "no:group" });
	assert_int_equal(w->plan->changes.count, 0);
	assert_int_equal(w->diags.errors, 1);
}

/* ---- names ---- */

static void
test_illegal_names_are_replaced_and_never_merged(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *user, *login;
	} cases[] = {
		{ "user@example.com", "user_example_com" },
		{ "Anna", "anna" },
		{ "J\xc3\xbcrgen M\xc3\xbcller", "jurgen_muller" },
		{ "-x", "_x" },
		{ "4711", "u4711" },
		{ "m\xfcller", "m_ller" },
		{ "\xe4\xb8\xad", "user" },
		{ "a.very.long.name.that.goes.on.and.on", "a_very_long_name_that_goes_on_a" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(old_account_name(cases[i].user, &w->arena), cases[i].login);

	add_login(w, "Bert");
	add_login(w, "Carl");
	add_login(w, "carl");
	add_login(w, "a.b");
	add_login(w, "a@b");
	plan_old(w);
	assert_string_equal(
		decisions_said(w), "a.b: login-name?\na@b: login-name?\nCarl: login-name?\n");
	assert_string_equal(ids_said(w), "bert 20000, carl 20001");

	add_login(w, "a.b");
	add_login(w, "a@b");
	decide(w, "a.b", DECISION_LOGIN_NAME, "take");
	decide(w, "a@b", DECISION_LOGIN_NAME, "number");
	plan_old(w);
	assert_string_equal(ids_said(w), "a_b 20000, a_b2 20001");
}

static void
test_user_by_the_name_that_the_old_server_had_is_pointed_to_the_new_one(void **state)
{
	struct world *w = *state;
	add_login(w, "anna@example.com");
	string_list_push(&w->arena, &w->options.users, "anna@example.com");
	plan_old(w);
	assert_string_equal(w->plan->findings.items[0].hint,
		"The old server's 'anna@example.com' is 'anna_example_com' here.");
}

static void
test_guest_with_the_name_of_an_account_here_is_asked_about(void **state)
{
	struct world *w = *state;
	add_person(w, "anna", 1007, "/home/anna");
	add_login(w, "anna");
	plan_old(w);
	assert_string_equal(codes_said(w), "! anna login-name\n");

	add_login(w, "anna");
	decide(w, "anna", DECISION_LOGIN_NAME, "number");
	plan_old(w);
	assert_string_equal(ids_said(w), "anna2 20000");

	/* On another machine a name proves nothing either. */
	add_person(w, "bert", 1008, "/home/bert");
	add_local(w, "bert", 1008);
	plan_old(w);
	assert_string_equal(codes_said(w), "! bert login-name\n");
}

static void
test_names_that_the_policy_refuses_are_asked_about(void **state)
{
	struct world *w = *state;
	add_login(w, "webmaster");
	add_login(w, "Backup");
	decide(w, "webmaster", DECISION_LOGIN_NAME, "number");
	plan_old(w);
	assert_string_equal(
		decisions_said(w), "webmaster: login-name=number\nBackup: login-name?\n");
	assert_string_equal(ids_said(w), "webmaster2 20000");
}

/* ---- passwords ---- */

static void
test_weak_hashes_are_carried_with_a_warning(void **state)
{
	struct world *w = *state;
	set_password(w, add_login(w, "anna"), OLD_PASSWORD_CRYPT, "abJnggxhB/yWI");
	plan_old(w);
	assert_string_equal(codes_said(w), "+ anna weak-hash\n");
	assert_string_equal(w->secrets.items.items[0]->hash, "abJnggxhB/yWI");
}

static void
test_plaintext_is_hashed_now(void **state)
{
	struct world *w = *state;
	set_password(w, add_login(w, "anna"), OLD_PASSWORD_PLAINTEXT, "secret");
	plan_old(w);
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_GIVEN);
	assert_string_equal(w->secrets.items.items[0]->password, "secret");
}

static void
test_foreign_hash_is_as_the_policy_says_or_as_was_decided(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *policy, *choice, *said;
		enum password_kind kind;
		bool disabled;
	} cases[] = {
		{ "expire", NULL, "anna: foreign-hash~expire\n", PASSWORD_NONE, true },
		{ "handout", NULL, "anna: foreign-hash~handout\n", PASSWORD_GENERATED, false },
		{ "key-only", NULL, "anna: foreign-hash~key-only\n", PASSWORD_NONE, false },
		{ "refuse", NULL, "anna: foreign-hash?\n", PASSWORD_NONE, false },
		{ "refuse", "handout", "anna: foreign-hash=handout\n", PASSWORD_GENERATED, false },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		use_config(w,
			arena_printf(&w->arena,
				"version: 1\npolicy: { passwords: { foreign_hash: %s } }\n",
				cases[i].policy));
		set_password(w, add_login(w, "anna"), OLD_PASSWORD_CRYPT,
			"5f4dcc3b5aa765d61d8327deb882cf99");
		if (cases[i].choice)
			decide(w, "anna", DECISION_FOREIGN_HASH, cases[i].choice);
		plan_old(w);
		assert_string_equal(decisions_said(w), cases[i].said);
		assert_string_equal(change_of(w, "anna")->decisions.items[0].detail,
			"its password is an MD5 checksum");
		assert_int_equal(change_of(w, "anna")->after.password, cases[i].kind);
		assert_int_equal(change_of(w, "anna")->after.disabled, cases[i].disabled);
	}
}

static void
test_open_passwords_are_never_usable_and_are_counted(void **state)
{
	struct world *w = *state;
	set_password(w, add_login(w, "anna"), OLD_PASSWORD_EMPTY, NULL);
	set_password(w, add_login(w, "bert"), OLD_PASSWORD_ANY, NULL);
	old_login_add_way(
		add_login(w, "carl"), OLD_PASSWORD_EMPTY, NULL, at("/etc/users", 3), &w->arena);
	plan_old(w);
	assert_string_equal(
		decisions_said(w), "anna: open-password~expire\nbert: open-password~expire\n");
	assert_true(change_of(w, "anna")->after.disabled);
	assert_true(change_of(w, "bert")->after.disabled);
	assert_string_equal(w->plan->findings.items[0].message,
		"3 logins could be opened with the empty password, or with any: that is never "
		"carried");
	/* Only what carl's file has is carried. */
	assert_int_equal(w->secrets.items.count, 1);
	assert_string_equal(w->secrets.items.items[0]->login, "carl");
}

static void
test_of_two_passwords_one_is_kept_and_the_other_named(void **state)
{
	struct world *w = *state;
	struct old_login *login = add_login(w, "anna");
	old_login_add_way(login, OLD_PASSWORD_PLAINTEXT, "other", at("/etc/more", 1), &w->arena);
	plan_old(w);
	assert_string_equal(codes_said(w), "+ anna old-two-passwords\n");
	assert_int_equal(change_of(w, "anna")->after.password, PASSWORD_HASH);
}

/* ---- places ---- */

static void
test_shared_nested_missing_and_system_directories_are_cases(void **state)
{
	struct world *w = *state;
	struct old_login *login;
	add_login(w, "anna");
	add_login(w, "bert")->jail = "/srv/anna";
	login = add_login(w, "carl");
	login->jail = login->cwd = "/srv/dora/www";
	add_login(w, "dora");
	make_dir(w, "/old/srv/dora/www", 0, 0, 0755);
	login = add_login(w, "emil");
	login->jail = login->cwd = "/srv/gone";
	login = add_login(w, "fred");
	login->jail = login->cwd = "/etc";
	login = add_login(w, "gina");
	login->jail = "/";
	login->cwd = "/srv/gina";
	plan_old(w);
	assert_string_equal(decisions_said(w),
		"carl: nested-home~copy\n"
		"emil: missing-home~empty\n"
		"gina: not-jailed~jail\n"
		"anna: shared-home?\n"
		"bert: shared-home?\n"
		"dora: nested-home?\n"
		"fred: system-home?\n");
	assert_string_equal(
		change_of(w, "bert")->findings.items[0].message, "shares /srv/anna with 'anna'");
	assert_string_equal(change_of(w, "bert")->findings.items[0].hint,
		"Choose copy, empty or leave, with rehome decide.");
}

static void
test_choices_take_effect(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	add_login(w, "bert")->jail = "/srv/anna";
	add_login(w, "carl")->login = OLD_UNKNOWN;
	add_login(w, "dora")->login = OLD_UNKNOWN;
	decide(w, "anna", DECISION_SHARED_HOME, "copy");
	decide(w, "bert", DECISION_SHARED_HOME, "empty");
	decide(w, "carl", DECISION_UNKNOWN_LOGIN, "leave");
	decide(w, "dora", DECISION_UNKNOWN_LOGIN, "expire");
	plan_old(w);
	assert_string_equal(codes_said(w),
		"+ anna\n+ bert\n+ dora disabled\n"
		"  carl left-out\n");
	assert_string_equal(decisions_said(w),
		"anna: shared-home=copy\nbert: shared-home=empty\ndora: unknown-login=expire\n"
		"carl: unknown-login=leave\n");
	assert_string_equal(change_of(w, "anna")->lines.items[6].text,
		"shared-home: copy (shares /srv/anna with 'bert')");
	assert_string_equal(change_of(w, "anna")->lines.items[7].text, real(w, "/old/srv/anna"));
	assert_int_equal(change_of(w, "bert")->lines.count, 5);
	assert_string_equal(change_of(w, "bert")->after.folders.items[0], "files:rw");
}

/* ---- uids and rights ---- */

static void
test_uids_that_are_taken_are_cases(void **state)
{
	struct world *w = *state;
	add_person(w, "zoe", 1007, "/home/zoe");
	add_local(w, "anna", 1007);
	add_local(w, "bert", 33);
	add_local(w, "carl", 1010);
	add_local(w, "dora", 1010);
	decide(w, "dora", DECISION_UID_CONFLICT, "keep");
	decide(w, "carl", DECISION_UID_CONFLICT, "new");
	plan_old(w);
	assert_string_equal(decisions_said(w),
		"carl: uid-conflict=new\ndora: uid-conflict=keep\nanna: uid-conflict?\n"
		"bert: uid-conflict?\n");
	assert_string_equal(ids_said(w), "carl 20000, dora 1010");
}

static void
test_logins_that_shared_a_uid_get_their_own(void **state)
{
	struct world *w = *state;
	add_local(w, "anna", 998);
	add_local(w, "bert", 998);
	plan_old(w);
	assert_string_equal(decisions_said(w), "anna: uid-conflict~new\nbert: uid-conflict~new\n");
	assert_string_equal(ids_said(w), "anna 20000, bert 20001");
}

static void
test_uid_that_nobody_can_keep_is_not_kept_by_choice(void **state)
{
	struct world *w = *state;
	add_person(w, "zoe", 1007, "/home/zoe");
	add_local(w, "anna", 1007);
	decide(w, "anna", DECISION_UID_CONFLICT, "keep");
	plan_old(w);
	const struct change *anna = change_of(w, "anna");
	assert_int_equal(anna->findings.count, 1);
	assert_string_equal(
		anna->findings.items[0].message, "cannot keep its uid: uid 1007 belongs to 'zoe'");
	assert_string_equal(
		anna->findings.items[0].hint, "Choose new or leave, with rehome decide.");
}

static void
test_what_sshd_cannot_say_is_asked_about(void **state)
{
	struct world *w = *state;
	struct old_login *login = add_login(w, "anna");
	login->hours = "0800-1800";
	login = add_login(w, "bert");
	string_list_push(&w->arena, &login->from, ".example.com");
	login = add_login(w, "carl");
	login->rights = OLD_WRITE_PARTIAL;
	login->write_note = "upload only, no delete";
	add_local(w, "root", 0);
	add_login(w, "dora")->from_names = true;
	plan_old(w);
	assert_string_equal(decisions_said(w),
		"anna: ip-limit?\nbert: ip-limit?\ncarl: partial-rights?\ndora: ip-limit?\n"
		"root: administrator?\n");
	assert_string_equal(change_of(w, "dora")->findings.items[0].message,
		"could log in by the host name of the client");
}

/* ---- the account is here already ---- */

static void
put(struct world *w, const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	make_file(w, path, "x");
	assert_int_equal(chown(real(w, path), uid, gid), 0);
	assert_int_equal(chmod(real(w, path), mode), 0);
}

/* With the owner mapped, mode 0600 of somebody else would become mode 0600 of the user. */
static void
test_what_a_login_could_not_read_is_not_given_to_it_without_a_word(void **state)
{
	struct world *w = *state;
	add_login(w, "anna");
	put(w, "/old/srv/anna/own", 2000, 2000, 0600);
	put(w, "/old/srv/anna/web", 33, 33, 0644);
	put(w, "/old/srv/anna/roots", 0, 0, 0600);
	put(w, "/old/srv/anna/shared", 33, 2000, 0640);
	plan_old(w);
	assert_string_equal(codes_said(w), "+ anna\n");
	add_login(w, "anna");
	put(w, "/old/srv/anna/config.php", 33, 33, 0640);
	put(w, "/old/srv/anna/shut-out", 33, 2000, 0604);
	plan_old(w);
	assert_string_equal(codes_said(w), "+ anna contents-unread\n");
	assert_non_null(strstr(changes_said(w),
		"contents-unread: 2 entries that it could not read on the old server, such as "
		"/old/srv/anna/"));
}

/* The account would pass for the login that the old server refused. */
static void
test_name_of_a_refused_login_is_given_to_nobody_unasked(void **state)
{
	struct world *w = *state;
	add_login(w, "Anna");
	add_login(w, "anna")->login = OLD_DENY;
	add_login(w, "Bert");
	plan_old(w);
	assert_string_equal(decisions_said(w), "Anna: login-name?\n");
	assert_string_equal(ids_said(w), "bert 20000");
	add_login(w, "Anna");
	add_login(w, "anna")->login = OLD_DENY;
	decide(w, "Anna", DECISION_LOGIN_NAME, "take");
	plan_old(w);
	assert_string_equal(ids_said(w), "anna 20000");
}

static const char *
profile_of_limit(struct world *w, const char *first, const char *second)
{
	struct old_login *login = add_login(w, "anna");
	string_list_push(&w->arena, &login->from, first);
	string_list_push(&w->arena, &login->from, second);
	plan_old(w);
	const char *profile = change_of(w, "anna")->after.profile;
	return profile ? profile : "(none)";
}

static void
test_limit_by_address_never_gets_wider_by_the_way(void **state)
{
	struct world *w = *state;
	assert_string_equal(
		profile_of_limit(w, "192.0.2.1", "10.0.0.0/8"), "from=10.0.0.0/8,192.0.2.1");
	/* Whoever was only refused somewhere came from everywhere else. */
	assert_string_equal(profile_of_limit(w, "!10.2.0.0/16", "!10.1.0.0/16"),
		"from=*,!10.1.0.0/16,!10.2.0.0/16");
	/* What is lost is said, and what is kept is in force. */
	assert_string_equal(profile_of_limit(w, "192.0.2.1", ".example.org"), "(none)");
	assert_string_equal(decisions_said(w), "anna: ip-limit?\n");
	decide(w, "anna", DECISION_IP_LIMIT, "keep");
	assert_string_equal(profile_of_limit(w, "192.0.2.1", ".example.org"), "from=192.0.2.1");
	/* Nothing that could be kept is nothing that may be dropped. */
	assert_string_equal(profile_of_limit(w, "host", ".example.org"), "(none)");
	assert_string_equal(codes_said(w), "! anna ip-limit\n");
}

static void
test_umask_leaves_directories_usable_and_nothing_more_open(void **state)
{
	struct world *w = *state;
	static const struct {
		mode_t files, dirs;
		const char *profile;
	} cases[] = {
		{ 0133, 022, "(none)" }, /* Pure-FTPd's own: 0644 and 0755 */
		{ 0177, 077, "umask=077" },
		{ 0137, 027, "umask=027" },
		{ 022, 077, "umask=077" },
		{ 027, 022, "umask=026" },
		{ 0, 0, "umask=000" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct old_login *login = add_login(w, "anna");
		login->has_umask = true;
		login->umask = cases[i].files;
		login->dir_umask = cases[i].dirs;
		plan_old(w);
		const char *profile = change_of(w, "anna")->after.profile;
		assert_string_equal(profile ? profile : "(none)", cases[i].profile);
	}
}

/* The folder that such an account is given takes the place of the layout's, not of its profile. */
static void
test_profile_of_the_default_layout_holds_for_old_logins_too(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nlayouts: { default: { profile: { from: [ 10.0.0.0/8 ] } } }\n");
	struct old_login *login = add_login(w, "anna");
	login->jail = login->cwd = "/srv/gone";
	plan_old(w);
	assert_string_equal(change_of(w, "anna")->after.folders.items[0], "files:rw");
	assert_string_equal(change_of(w, "anna")->after.profile, "from=10.0.0.0/8");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		world_test(test_guest_becomes_an_account_with_its_hash_and_contents),
		world_test(test_own_uid_is_kept_and_a_shared_one_is_not),
		world_test(test_refused_logins_become_nothing_and_are_counted),
		world_test(test_anonymous_access_becomes_no_account_and_is_named),
		world_test(test_rights_become_a_profile),
		world_test(test_options_of_the_source_are_for_all),
		world_test(test_what_a_login_could_not_read_is_not_given_to_it_without_a_word),
		world_test(test_name_of_a_refused_login_is_given_to_nobody_unasked),
		world_test(test_limit_by_address_never_gets_wider_by_the_way),
		world_test(test_umask_leaves_directories_usable_and_nothing_more_open),
		world_test(test_profile_of_the_default_layout_holds_for_old_logins_too),
		world_test(test_illegal_names_are_replaced_and_never_merged),
		world_test(test_user_by_the_name_that_the_old_server_had_is_pointed_to_the_new_one),
		world_test(test_guest_with_the_name_of_an_account_here_is_asked_about),
		world_test(test_names_that_the_policy_refuses_are_asked_about),
		world_test(test_weak_hashes_are_carried_with_a_warning),
		world_test(test_plaintext_is_hashed_now),
		world_test(test_foreign_hash_is_as_the_policy_says_or_as_was_decided),
		world_test(test_open_passwords_are_never_usable_and_are_counted),
		world_test(test_of_two_passwords_one_is_kept_and_the_other_named),
		world_test(test_shared_nested_missing_and_system_directories_are_cases),
		world_test(test_choices_take_effect),
		world_test(test_uids_that_are_taken_are_cases),
		world_test(test_logins_that_shared_a_uid_get_their_own),
		world_test(test_uid_that_nobody_can_keep_is_not_kept_by_choice),
		world_test(test_what_sshd_cannot_say_is_asked_about),
	};
	return world_lacks_root() ? 77 : cmocka_run_group_tests(tests, NULL, NULL);
}
