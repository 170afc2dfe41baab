/*
 * What the accounts of a plan share: drop-in, directories, the jail's group, and the order of it
 * all.
 */
#include "core/plan/codec.h"
#include "core/plan/sshd.h"
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"

static const struct step *
step_of(struct world *w, enum step_kind kind)
{
	ARRAY_FOREACH (step, &w->plan->steps) {
		if (step->kind == kind)
			return step;
	}
	return NULL;
}

static const char *
dropin_text(struct world *w, bool passwords)
{
	const struct sshd_dropin dropin = { "sftponly", "/etc/ssh/rehome_keys", passwords };
	return sshd_dropin_text(&dropin, &w->arena);
}

static const char *
planned_dropin(struct world *w)
{
	const struct step *step = step_of(w, STEP_DROPIN_WRITE);
	return step ? step->content : "(none)";
}

/* ---- the drop-in ---- */

static void
test_dropin_allows_passwords_only_where_somebody_has_one(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,password,folders\nanna,,in\n");
	assert_string_equal(planned_dropin(w), dropin_text(w, false));
	plan_sheet(w, "login,password,folders\nanna,geheim-7,in\n");
	assert_string_equal(planned_dropin(w), dropin_text(w, true));
	plan_sheet(w, "login,password,groups\nanna,geheim-7,sudo\nbert,,\n");
	assert_string_equal(planned_dropin(w), dropin_text(w, false));
}

static void
test_dropin_is_written_once(void **state)
{
	struct world *w = *state;
	static const char sheet[] = "login,password,folders\nanna,geheim-7,in\n";
	plan_sheet(w, sheet);
	assert_null(step_of(w, STEP_DROPIN_WRITE)->before);
	world_apply(w);
	assert_settled(w, sheet);
	/* Nobody who comes without a password takes the others' away. */
	plan_sheet(w, "login,folders\nbert,in\n");
	assert_string_equal(planned_dropin(w), "(none)");
}

static void
test_dropin_that_is_missing_is_written_for_those_who_are_there(void **state)
{
	struct world *w = *state;
	static const char sheet[] = "login,password,folders\nanna,geheim-7,in\n";
	plan_sheet(w, sheet);
	world_apply(w);
	assert_int_equal(unlink(real(w, DROPIN)), 0);
	plan_sheet(w, sheet);
	assert_string_equal(codes_said(w), "  anna\n");
	assert_string_equal(steps_said(w), "dropin-write " DROPIN " 0:0 0644\n");
	assert_string_equal(planned_dropin(w), dropin_text(w, true));
	assert_true(plan_has_work(w->plan));
}

static void
test_dropin_of_an_older_rehome_is_replaced(void **state)
{
	struct world *w = *state;
	const char *text = dropin_text(w, true);
	const char *first = arena_strndup(&w->arena, text, strcspn(text, "\n") + 1);
	const char *older = arena_printf(&w->arena, "%sMatch Group sftponly\n", first);
	make_file(w, DROPIN, older);
	plan_sheet(w, "login,password,folders\nanna,geheim-7,in\n");
	assert_string_equal(planned_dropin(w), text);
	assert_string_equal(step_of(w, STEP_DROPIN_WRITE)->before, older);
	assert_int_equal(step_of(w, STEP_DROPIN_WRITE)->before_owner.mode, 0600);
}

static void
test_dropin_of_somebody_else_stays(void **state)
{
	struct world *w = *state;
	make_file(w, DROPIN, "Match User karl\n");
	plan_sheet(w, "login,password,folders\nanna,geheim-7,in\n");
	assert_string_equal(planned_dropin(w), "(none)");
	assert_false(plan_is_applicable(w->plan));
	w->plan->changes.count = 0;
	assert_string_equal(changes_said(w),
		"error dropin-foreign: exists and was not written by rehome | Move it away, or set "
		"jail.sshd_dropin to another file.\n");
}

static void
test_dropin_keeps_the_group_and_the_keys_that_others_rely_on(void **state)
{
	struct world *w = *state;
	plan_sheet(w, "login,folders,ssh_keys\nanna,in,\"" KEY "\"\n");
	world_apply(w);
	use_config(w, "version: 1\njail: { group: jailed }\n");
	plan_sheet(w, "login,folders\nbert,in\n");
	assert_string_equal(planned_dropin(w), "(none)");
	assert_false(plan_is_applicable(w->plan));
	w->plan->changes.count = 0;
	assert_string_equal(changes_said(w),
		"error dropin-settings: accounts that exist rely on 'Match Group sftponly'; the "
		"configuration asks for 'jailed' instead | Set jail.group and jail.keys_dir to "
		"what they were.\n");
	use_config(w, "version: 1\njail: { keys_dir: /etc/ssh/other }\n");
	plan_sheet(w, "login,folders\nbert,in\n");
	assert_string_equal(codes_said(w), "+ bert cannot-log-in\ndropin-settings\n");

	managed_init(&w->managed, &w->arena);
	use_config(w, "version: 1\njail: { group: jailed }\n");
	plan_sheet(w, "login,folders\nbert,in\n");
	assert_string_equal(planned_dropin(w), "(none)");

	make_file(w, "/etc/group", "root:x:0:\nanna:x:20000:\nsftponly:x:999:\n");
	plan_sheet(w, "login,folders\nbert,in\n");
	assert_non_null(strstr(planned_dropin(w), "Match Group jailed\n"));
}

/* ---- directories ---- */

static void
test_directories_of_root_must_be_roots(void **state)
{
	struct world *w = *state;
	static const struct {
		uid_t uid;
		mode_t mode;
		const char *code;
	} cases[] = {
		{ 0, 0755, "" },
		{ 0, 0711, "" },
		{ 0, 0700, "keys-dir\n" },
		{ 0, 0775, "dir-unsafe\n" },
		{ 0, 0757, "dir-unsafe\n" },
		{ 33, 0755, "dir-unsafe\n" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_dir(w, "/etc/ssh/rehome_keys", cases[i].uid, 0, cases[i].mode);
		plan_sheet(w, "login,folders,ssh_keys\nanna,in,\"" KEY "\"\n");
		assert_string_equal(
			codes_said(w), arena_printf(&w->arena, "+ anna\n%s", cases[i].code));
		assert_null(step_of(w, STEP_DIR_CREATE));
	}
}

static void
test_directories_are_not_needed_by_nobody(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	plan_sheet(w, "login,state\nkarl,\nanna,left\n");
	assert_string_equal(codes_said(w), "! karl login-unmanaged\n  anna\n");
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
}

static void
test_directories_of_the_dropin_are_made(void **state)
{
	struct world *w = *state;
	assert_int_equal(rmdir(real(w, "/etc/ssh/sshd_config.d")), 0);
	assert_int_equal(rmdir(real(w, "/etc/ssh")), 0);
	plan_sheet(w, "login,folders\nanna,in\n");
	assert_string_equal(steps_said(w),
		"dir-create /etc/ssh 0:0 0755\n"
		"dir-create /etc/ssh/sshd_config.d 0:0 0755\n"
		"home-create /home/anna 0:0 0755\n"
		"  in 20000:999 0755\n"
		"dropin-write " DROPIN " 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/shadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
}

/* ---- the jail's group ---- */

static void
test_jail_group_must_be_one_of_its_own(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	add_to_file(w, "/etc/gshadow", "shade:!::karl\n");
	add_to_file(w, "/etc/group", "toor:x:0:\n");
	static const struct {
		const char *group, *said;
	} cases[] = {
		{ "toor",
			"has members who must not be jailed | Set jail.group to a group of its "
			"own, such as sftponly." },
		{ "karl",
			"has members who must not be jailed | Set jail.group to a group of its "
			"own, such as sftponly." },
		{ "shade",
			"has a line in /etc/gshadow and none in /etc/group | Run grpck and let "
			"it remove the left-over line." },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		use_config(w,
			arena_printf(
				&w->arena, "version: 1\njail: { group: %s }\n", cases[i].group));
		plan_sheet(w, "login,folders\nanna,in\n");
		assert_false(plan_is_applicable(w->plan));
		w->plan->changes.count = 0;
		w->plan->findings.count = 1; /* toor's members are named as well */
		assert_string_equal(changes_said(w),
			arena_printf(&w->arena, "error jail-group: jail.group '%s' %s\n",
				cases[i].group, cases[i].said));
	}
}

static void
test_jail_group_names_the_members_it_has(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	add_to_file(w, "/etc/group", "sftponly:x:400:karl\n");
	add_to_file(w, "/etc/gshadow", "sftponly:!::karl\n");
	add_to_file(w, "/etc/passwd", "lena:x:1001:400::/home/lena:/bin/bash\n");
	plan_sheet(w, "login,folders,password\nanna,in,geheim-7\n");
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly, nologin, no key, password from the source\n"
		"  jail /home/anna  root:root 0755\n"
		"  folders in/ (write)\n"
		"warning members-before: group sftponly has 2 members that rehome does not manage: "
		"karl, lena; the new rule jails them too | Take out of the group whoever must not "
		"be jailed.\n");
	assert_true(plan_is_applicable(w->plan));
	world_apply(w);
	assert_settled(w, "login\nanna\n");
	assert_string_equal(changes_said(w),
		"  anna\n"
		"note members-before: group sftponly has 2 members that rehome does not manage: "
		"karl, lena\n");
}

/* ---- the same again ---- */

/* But for what tells one plan from another. */
static const char *
encoded(struct world *w)
{
	AUTO_BUFFER struct buffer json = { 0 };
	w->plan->id = "0123456789abcdef";
	w->plan->created = "2027-01-01T00:00:00Z";
	plan_encode(w->plan, &json);
	return arena_strdup(&w->arena, buffer_text(&json));
}

static void
test_planner_makes_the_same_plan_of_the_same_input(void **state)
{
	struct world *w = *state;
	static const char sheet[] = "first,last,password,groups,folders\n"
				    "Anna,Vogel,geheim-7,press,in\nAlex,Vogel,,media,a/b\n"
				    "Bert,Meier,,sudo,in\n";
	plan_sheet(w, sheet);
	const char *first = encoded(w);
	plan_sheet(w, sheet);
	assert_string_equal(encoded(w), first);
	assert_null(strstr(first, "geheim-7"));
}

/* ---- size ---- */

enum { MANY = 10000 };

/* On a host with as many people, each with a range of their own; every tenth is a namesake. A step
 * that is not linear runs into the alarm. */
static void
test_planner_is_linear(void **state)
{
	struct world *w = *state;
	AUTO_BUFFER struct buffer sheet = { 0 }, subuid = { 0 }, passwd = { 0 }, group = { 0 };
	buffer_add_text(&passwd, "root:x:0:0:root:/root:/bin/bash\n");
	buffer_add_text(&group, "root:x:0:\n");
	buffer_add_text(&sheet, "first,last,id,folders,groups\n");
	for (unsigned i = 0; i < MANY; i++) {
		buffer_printf(
			&passwd, "p%u:x:%u:%u::/home/p%u:/bin/sh\n", i, 60000 + i, 60000 + i, i);
		buffer_printf(&group, "p%u:x:%u:\n", i, 60000 + i);
		buffer_printf(&subuid, "p%u:%u:65536\n", i, 100000 + i * 65537);
		buffer_printf(&sheet, "%c,V%s,%u,pics musics in/a logs:ro,g%u\n", 'a' + i % 26,
			i % 10 ? arena_printf(&w->arena, "ogel%u", i) : "", i, i % 50);
	}
	make_file(w, "/etc/passwd", buffer_text(&passwd));
	make_file(w, "/etc/group", buffer_text(&group));
	make_file(w, "/etc/subuid", buffer_text(&subuid));
	(void)alarm(120);
	plan_sheet(w, buffer_text(&sheet));
	(void)alarm(0);
	assert_int_equal(w->plan->counts[CHANGE_CREATE], MANY);
	assert_int_equal(w->plan->changes.count, MANY);
	/* Homes, drop-in, four files, two checks, activation. */
	assert_int_equal(w->plan->steps.count, MANY + 1 + 4 + 2 + 1);
	/* Own lines and two memberships each, the jail's group and fifty others. */
	assert_int_equal(w->plan->edits.count, MANY * (4 + 2 * 2) + 2 * 51);
}

static const struct CMUnitTest tests[] = {
	world_test(test_dropin_allows_passwords_only_where_somebody_has_one),
	world_test(test_dropin_is_written_once),
	world_test(test_dropin_that_is_missing_is_written_for_those_who_are_there),
	world_test(test_dropin_of_an_older_rehome_is_replaced),
	world_test(test_dropin_of_somebody_else_stays),
	world_test(test_dropin_keeps_the_group_and_the_keys_that_others_rely_on),
	world_test(test_directories_of_root_must_be_roots),
	world_test(test_directories_are_not_needed_by_nobody),
	world_test(test_directories_of_the_dropin_are_made),
	world_test(test_jail_group_must_be_one_of_its_own),
	world_test(test_jail_group_names_the_members_it_has),
	world_test(test_planner_makes_the_same_plan_of_the_same_input),
	world_test(test_planner_is_linear),
};

WORLD_MAIN(tests)
