/*
 * test_planner_profile.c - a layout's profile becomes a group beside the jail's, in the drop-in and
 * in front of the keys; nobody else's group is ever taken for one.
 */
#include "core/plan/sshd.h"
#include "planner_fixture.h"
#include "ssh_key_samples.h"

#define KEY ED25519_TYPE " " ED25519_BASE64
#define DROPIN "/etc/ssh/sshd_config.d/60-rehome.conf"

#define LAYOUTS                                                                                    \
	"version: 1\n"                                                                             \
	"layouts:\n"                                                                               \
	"  default: { dirs: [ { path: in } ] }\n"                                                  \
	"  ro: { dirs: [ { path: in } ], profile: { read_only: yes, umask: 027 } }\n"              \
	"  near: { dirs: [ { path: in } ], profile: { from: [ 10.0.0.0/8 ], start: /in } }\n"

#define RO "sftponly-ro-u027"
#define NEAR "sftponly-5b09f06e"

static const struct step *
step_of(struct world *w, enum step_kind kind)
{
	ARRAY_FOREACH (step, &w->plan->steps) {
		if (step->kind == kind)
			return step;
	}
	return NULL;
}

/* "GROUP: profile" for each of a drop-in, "-" for none. */
static const char *
profiles_in(struct world *w, const char *text)
{
	AUTO_BUFFER struct buffer out = { 0 };
	bool intact;
	if (!text)
		return "(no drop-in)";
	struct sshd_dropin dropin = sshd_dropin_read(text, &w->arena, &intact);
	assert_true(intact);
	ARRAY_FOREACH (profile, &dropin.profiles)
		buffer_printf(&out, "%s: %s\n", profile->group,
			profile_text(&profile->profile, &w->arena));
	return arena_strdup(&w->arena, out.size ? buffer_text(&out) : "-");
}

static const char *
planned_profiles(struct world *w)
{
	const struct step *step = step_of(w, STEP_DROPIN_WRITE);
	return profiles_in(w, step ? step->content : NULL);
}

static const char *
groups_of(struct world *w, const char *login)
{
	AUTO_BUFFER struct buffer out = { 0 };
	ARRAY_FOREACH (group, &change_of(w, login)->after.groups)
		buffer_printf(&out, "%s%s", out.size ? " " : "", *group);
	return arena_strdup(&w->arena, buffer_text(&out));
}

/* ---- new accounts ---- */

static void
test_planner_makes_a_group_for_each_profile(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w,
		"login,layout,ssh_keys\nanna,ro,\"" KEY "\"\nbert,near,\"" KEY "\"\n"
		"carl,,\"" KEY "\"\n");
	assert_string_equal(changes_said(w),
		"+ anna\n"
		"  account uid 20000, groups sftponly (new) " RO " (new), nologin, 1 key, no "
		"password\n"
		"  jail /home/anna  root:root 0755\n"
		"  layout ro: in/ (write)\n"
		"  profile read-only, umask 027\n"
		"+ bert\n"
		"  account uid 20001, groups sftponly (new) " NEAR " (new), nologin, 1 key, no "
		"password\n"
		"  jail /home/bert  root:root 0755\n"
		"  layout near: in/ (write)\n"
		"  profile starts in /in, from 10.0.0.0/8\n"
		"+ carl\n"
		"  account uid 20002, groups sftponly (new), nologin, 1 key, no password\n"
		"  jail /home/carl  root:root 0755\n"
		"  layout default: in/ (write)\n");
	assert_string_equal(planned_profiles(w),
		NEAR ": start=in from=10.0.0.0/8\n" RO ": read-only umask=027\n");
	assert_string_equal(change_of(w, "anna")->after.profile, "read-only umask=027");
	assert_null(change_of(w, "carl")->after.profile);
	world_apply(w);
	assert_settled(w, "login,layout,ssh_keys\nanna,ro,\"" KEY "\"\nbert,near,\"" KEY "\"\n");
}

static void
test_planner_writes_the_addresses_in_front_of_the_keys(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout,ssh_keys\nbert,near,\"" KEY "\"\n");
	assert_string_equal(step_of(w, STEP_KEYS_WRITE)->content, "from=\"10.0.0.0/8\" " KEY "\n");
	plan_sheet(w, "login,layout,ssh_keys\nbert,near,\"restrict " KEY "\"\n");
	assert_string_equal(
		step_of(w, STEP_KEYS_WRITE)->content, "from=\"10.0.0.0/8\",restrict " KEY "\n");
	/* sshd takes one only, and the Match block refuses the other addresses all the same. */
	plan_sheet(w,
		"login,layout,ssh_keys\nbert,near,\"restrict,from=\"\"192.0.2.1\"\" " KEY "\"\n");
	assert_string_equal(
		step_of(w, STEP_KEYS_WRITE)->content, "restrict,from=\"192.0.2.1\" " KEY "\n");
}

static void
test_planner_makes_one_profile_of_everybodys_own_directory(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\n"
		"layouts: { default: { dirs: [ { path: anna }, { path: bert } ],\n"
		"  profile: { start: \"%u\" } },\n"
		"  hers: { dirs: [ { path: anna } ], profile: { start: anna } } }\n");
	plan_sheet(w, "login,layout,ssh_keys\nanna,hers,\"" KEY "\"\nbert,,\"" KEY "\"\n");
	assert_string_equal(codes_said(w), "+ anna\n+ bert\n");
	assert_string_equal(planned_profiles(w), "sftponly-0af54088: start=%u\n");
	assert_non_null(strstr(
		step_of(w, STEP_DROPIN_WRITE)->content, "\tForceCommand internal-sftp -d /%u\n"));
}

static void
test_planner_never_uses_a_group_that_is_not_of_its_making(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	add_to_file(w, "/etc/group", RO ":x:700:\n");
	plan_sheet(w, "login,layout\nanna,ro\n");
	assert_string_equal(groups_of(w, "anna"), "sftponly " RO "-e5348a79");
	/* Nor a login's own group, there or to come. */
	plan_sheet(w, "login,layout\n" RO "-e5348a79,\nanna,ro\n");
	assert_string_not_equal(groups_of(w, "anna"), "sftponly " RO "-e5348a79");
}

static void
test_planner_makes_a_name_that_fits(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\n"
		"jail: { group: a-group-with-quite-a-long-name }\n"
		"layouts: { default: { profile: { read_only: yes, umask: 027, log: DEBUG1 } } }\n");
	plan_sheet(w, "login\nanna\n");
	ARRAY_FOREACH (group, &change_of(w, "anna")->after.groups)
		assert_true(strlen(*group) <= 32);
	assert_string_equal(groups_of(w, "anna"),
		"a-group-with-quite-a-long-name a-group-with-quite-a-lo-291c4d5c");
}

static void
test_planner_gives_the_group_of_a_profile_to_nobody_who_asks(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout\nanna,ro\n");
	world_apply(w);
	plan_sheet(w, "login,groups\nbert," RO "\n");
	assert_string_equal(codes_said(w), "! bert group-is-profile\n");
}

static void
test_planner_warns_of_what_a_profile_cannot_do(void **state)
{
	struct world *w = *state;
	use_config(w,
		"version: 1\n"
		"layouts: { default: { dirs: [ { path: in } ],\n"
		"  profile: { start: out, log: INFO } } }\n");
	plan_sheet(w, "login,ssh_keys\nanna,\"" KEY "\"\nbert,\"" KEY "\"\n");
	assert_string_equal(
		codes_said(w), "+ anna profile-start\n+ bert profile-start\nprofile-log\n");
}

/* ---- accounts that exist ---- */

static void
test_planner_moves_an_account_to_another_profile(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout,ssh_keys\nanna,ro,\"" KEY "\"\n");
	world_apply(w);
	plan_sheet(w, "login,layout\nanna,near\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  group - " RO "\n"
		"  group + " NEAR "\n"
		"  keys the same, with other options\n"
		"  layout ro -> near\n"
		"  profile read-only, umask 027 -> starts in /in, from 10.0.0.0/8\n");
	assert_string_equal(edits_said(w),
		"group " NEAR ":x:997:\n"
		"gshadow " NEAR ":!::\n"
		"group " RO " - anna\n"
		"gshadow " RO " - anna\n"
		"group " NEAR " + anna\n"
		"gshadow " NEAR " + anna\n");
	/* Until the group has lost its last member sshd must go by its rules. */
	assert_string_equal(planned_profiles(w),
		NEAR ": start=in from=10.0.0.0/8\n" RO ": read-only umask=027\n");
	assert_string_equal(step_of(w, STEP_KEYS_WRITE)->content, "from=\"10.0.0.0/8\" " KEY "\n");
	world_apply(w);
	managed_init(&w->managed, &w->arena);
	register_change(w, change_of(w, "anna"));

	plan_sheet(w, "login,layout\nanna,default\n");
	assert_string_equal(changes_said(w),
		"~ anna\n"
		"  group - " NEAR "\n"
		"  keys the same, with other options\n"
		"  layout near -> default\n"
		"  profile starts in /in, from 10.0.0.0/8 -> none\n");
	assert_string_equal(step_of(w, STEP_KEYS_WRITE)->content, KEY "\n");
	assert_string_equal(planned_profiles(w), NEAR ": start=in from=10.0.0.0/8\n");
}

static void
test_planner_follows_a_layout_whose_profile_changes(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\nlayouts: { default: { profile: { umask: 027 } } }\n");
	plan_sheet(w, "login\nanna\n");
	world_apply(w);
	use_config(w, "version: 1\nlayouts: { default: { profile: { umask: 077 } } }\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(change_of(w, "anna")->after.profile, "umask=077");
	/* A layout that is gone says nothing. */
	w->managed.accounts.items[0]->layout = "gone";
	use_config(w, "version: 1\n");
	assert_settled(w, "login\nanna\n");
	assert_string_equal(change_of(w, "anna")->after.profile, "umask=027");
}

static void
test_planner_puts_an_account_back_into_its_profile(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout\nanna,ro\n");
	world_apply(w);
	replace_in(w, "/etc/group", RO ":x:998:anna", RO ":x:998:");
	replace_in(w, "/etc/gshadow", RO ":!::anna", RO ":!::");
	assert_int_equal(unlink(real(w, DROPIN)), 0);
	plan_sheet(w, "login,layout\nanna,ro\n");
	assert_string_equal(edits_said(w), "group " RO " + anna\ngshadow " RO " + anna\n");
	/* The registry remembers what the drop-in said. */
	assert_string_equal(planned_profiles(w), RO ": read-only umask=027\n");
}

static void
test_planner_keeps_the_profiles_of_others(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout\nanna,ro\n");
	world_apply(w);
	plan_sheet(w, "login,layout\nbert,near\n");
	assert_string_equal(planned_profiles(w),
		NEAR ": start=in from=10.0.0.0/8\n" RO ": read-only umask=027\n");
	assert_int_equal(unlink(real(w, DROPIN)), 0);
	plan_sheet(w, "login,layout\nbert,near\n");
	assert_string_equal(planned_profiles(w),
		NEAR ": start=in from=10.0.0.0/8\n" RO ": read-only umask=027\n");
	/* A group that nobody is in any more needs no rules. */
	replace_in(w, "/etc/group", RO ":x:998:anna", RO ":x:998:");
	managed_init(&w->managed, &w->arena);
	plan_sheet(w, "login,layout\nbert,near\n");
	assert_string_equal(planned_profiles(w), NEAR ": start=in from=10.0.0.0/8\n");
}

/* Until then the rules are there for sessions that begin while the group loses its member. */
static void
test_planner_drops_a_group_that_nobody_is_in_with_the_next_work(void **state)
{
	struct world *w = *state;
	use_config(w, LAYOUTS);
	plan_sheet(w, "login,layout\nanna,ro\n");
	world_apply(w);
	plan_sheet(w, "login,layout\nanna,default\n");
	assert_string_equal(planned_profiles(w), "(no drop-in)");
	world_apply(w);
	managed_init(&w->managed, &w->arena);
	register_change(w, change_of(w, "anna"));
	assert_settled(w, "login,layout\nanna,default\n");

	plan_sheet(w, "login,name,layout\nanna,Anna,default\n");
	assert_string_equal(edits_said(w),
		"passwd anna gecos:  -> Anna\n"
		"group - " RO ":x:998:\n"
		"gshadow - " RO ":!::\n");
	assert_string_equal(planned_profiles(w), "-");
	/* Somebody's primary group is no rubbish, and a group that is wanted again is used. */
	replace_in(w, "/etc/passwd", "www-data:x:33:33", "www-data:x:33:998");
	plan_sheet(w, "login,name,layout\nanna,Anna,default\n");
	assert_string_equal(edits_said(w), "passwd anna gecos:  -> Anna\n");
	plan_sheet(w, "login,layout\nanna,ro\n");
	assert_string_equal(edits_said(w), "group " RO " + anna\ngshadow " RO " + anna\n");
}

static void
test_planner_believes_no_strange_name_in_the_dropin(void **state)
{
	struct world *w = *state;
	struct sshd_dropin dropin = { .group = "sftponly", .keys_dir = "/etc/ssh/rehome_keys" };
	struct sshd_profile strange = { .group = "www-data", .profile = { .read_only = true } };
	ARRAY_PUSH(&w->arena, &dropin.profiles, strange);
	make_file(w, DROPIN, sshd_dropin_text(&dropin, &w->arena));
	use_config(w, "version: 1\nlayouts: { default: { profile: { read_only: yes } } }\n");
	plan_sheet(w, "login\nanna\n");
	assert_string_equal(groups_of(w, "anna"), "sftponly sftponly-ro");
	assert_string_equal(planned_profiles(w), "sftponly-ro: read-only\n");
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_makes_a_group_for_each_profile),
	world_test(test_planner_writes_the_addresses_in_front_of_the_keys),
	world_test(test_planner_makes_one_profile_of_everybodys_own_directory),
	world_test(test_planner_never_uses_a_group_that_is_not_of_its_making),
	world_test(test_planner_makes_a_name_that_fits),
	world_test(test_planner_gives_the_group_of_a_profile_to_nobody_who_asks),
	world_test(test_planner_warns_of_what_a_profile_cannot_do),
	world_test(test_planner_moves_an_account_to_another_profile),
	world_test(test_planner_follows_a_layout_whose_profile_changes),
	world_test(test_planner_puts_an_account_back_into_its_profile),
	world_test(test_planner_keeps_the_profiles_of_others),
	world_test(test_planner_drops_a_group_that_nobody_is_in_with_the_next_work),
	world_test(test_planner_believes_no_strange_name_in_the_dropin),
};

WORLD_MAIN(tests)
