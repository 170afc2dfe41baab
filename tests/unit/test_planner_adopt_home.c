/*
 * test_planner_adopt_home.c - the homes of accounts that are adopted: the states that they can be
 * in, what becomes of what is in them, and the keys.
 */
#include "tests/unit/adopt_fixture.h"

#include <fcntl.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

static void
plan_karl(struct world *w)
{
	adopt(w, "karl");
	plan_sheet(w, "login\nkarl\n");
}

/* ---- states of a home ---- */

/* A home for each line, and what is said of it first. */
static void
test_planner_tells_the_states_of_homes_apart(void **state)
{
	struct world *w = *state;
	add_resident(w, "target", 1000);
	add_person(w, "rootly", 1001, "/");
	add_person(w, "system", 1002, "/usr/lib");
	add_person(w, "linked", 1003, "/home/linked");
	assert_int_equal(symlink("target", real(w, "/home/linked")), 0);
	add_person(w, "filed", 1004, "/home/filed");
	make_file(w, "/home/filed", "");
	add_person(w, "owned", 1005, "/home/owned");
	make_dir(w, "/home/owned", 1000, 1000, 0755);
	add_resident(w, "shared", 1006);
	add_person(w, "sharer", 1007, "/home/shared");
	add_resident(w, "outer", 1008);
	add_person(w, "inner", 1009, "/home/outer/inner");
	add_person(w, "open", 1010, "/srv/open/home");
	make_dir(w, "/srv/open", 0, 0, 0775);
	make_dir(w, "/srv/open/home", 1010, 1010, 0755);
	add_person(w, "nowhere", 1011, "");
	add_person(w, "none", 1012, "/nonexistent");
	adopt(w, "all");
	plan_sheet(w,
		"login\nrootly\nsystem\nlinked\nfiled\nowned\nshared\nouter\ninner\nopen\n"
		"nowhere\nnone\n");
	assert_string_equal(codes_said(w),
		"! filed home-type\n"
		"! inner home-nested\n"
		"! linked home-symlink\n"
		"! none home-none\n"
		"! nowhere home-path\n"
		"! open jail-path\n"
		"! outer home-nested\n"
		"! owned home-owner\n"
		"! rootly home-system\n"
		"! shared home-shared\n"
		"! system home-system\n");
	assert_string_equal(steps_said(w), "");
	assert_string_equal(edits_said(w), "");
	assert_string_equal(first_findings_said(w),
		"filed: /home/filed is no directory\n"
		"inner: /home/outer/inner is inside the home of 'outer'\n"
		"linked: /home/linked is a symbolic link, and a jail is a directory\n"
		"none: 'none' has no home: /nonexistent is the word for none\n"
		"nowhere: home '' is not an absolute path without '.', '..', ':', double slashes "
		"or names that begin with '.rehome'\n"
		"open: /srv/open is group-writable (0775): sshd refuses every chroot below it\n"
		"outer: /home/outer contains the home of 'inner'\n"
		"owned: /home/owned belongs to uid 1000, and 'owned' is uid 1005\n"
		"rootly: / is a directory of the system and can never be a jail\n"
		"shared: /home/shared is the home of 'sharer'\n"
		"system: /usr/lib is a directory of the system and can never be a jail\n");
}

static void
test_planner_makes_a_jail_where_the_home_is_missing(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl");
	adopt(w, "karl");
	plan_sheet(w, "login,folders\nkarl,in\n");
	assert_string_equal(
		line_of(w, "karl", "jail"), "/home/karl\tmissing: a new one, root:root 0755");
	assert_string_equal(steps_said(w),
		"gate\n"
		"home-create /home/karl 0:0 0755\n"
		"  in 1000:999 0755\n"
		"dropin-write /etc/ssh/sshd_config.d/60-rehome.conf 0:0 0644\n"
		"account-file /etc/group\n"
		"account-file /etc/gshadow\n"
		"account-file /etc/passwd\n"
		"caches-flush\n"
		"accounts-check\n"
		"activate\n");
	assert_string_equal(folders_said(w, "karl"), "in:rw");
}

static void
test_planner_writes_a_home_without_its_slash(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/home/karl/");
	make_dir(w, "/home/karl", 1000, 1000, 0755);
	plan_karl(w);
	assert_non_null(strstr(edits_said(w), "passwd karl home: /home/karl/ -> /home/karl\n"));
	assert_string_equal(change_of(w, "karl")->after.home, "/home/karl");
}

static void
test_planner_gives_a_home_where_there_is_none(void **state)
{
	struct world *w = *state;
	add_person(w, "karl", 1000, "/nonexistent");
	add_person(w, "lena", 1001, "/");
	add_person(w, "mona", 1002, "/home/gone");
	add_person(w, "nora", 1003, "");
	add_person(w, "olaf", 1004, "/");
	add_person(w, "paul", 1005, "/");
	make_dir(w, "/home/paul", 0, 0, 0755);
	adopt(w, "all");
	plan_sheet(w,
		"login,home\nkarl,/home/karl\nlena,/home/lena\nmona,/home/mona\nnora,/home/nora\n"
		"olaf,/home/lena\npaul,/home/paul\n");
	assert_string_equal(codes_said(w),
		"~ karl cannot-log-in\n~ mona cannot-log-in\n~ nora cannot-log-in\n"
		"! lena home-shared\n! olaf home-shared\n! paul home-exists\n");
	assert_string_equal(line_of(w, "karl", "jail"),
		"/home/karl\tinstead of /nonexistent: a new one, root:root 0755");
	assert_non_null(strstr(edits_said(w), "passwd karl home: /nonexistent -> /home/karl\n"));
	assert_non_null(strstr(edits_said(w), "passwd nora home:  -> /home/nora\n"));
	assert_non_null(strstr(steps_said(w), "home-create /home/mona 0:0 0755\n"));
}

static void
test_planner_moves_no_home_unasked(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	adopt(w, "karl");
	plan_sheet(w, "login,home\nkarl,/srv/karl\n");
	assert_string_equal(changes_said(w),
		"! karl\n"
		"  error home-move: the home is /home/karl, and is asked for at /srv/karl | "
		"Leave the home out of the source, or say how it gets there: "
		"--adopt-elsewhere copy, or bind to show it in the jail from where it is.\n");
}

static void
test_planner_copies_no_two_homes_to_one_place(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_resident(w, "lena", 1001);
	add_resident(w, "mona", 1002);
	w->options.adopt_elsewhere = ADOPT_COPY;
	adopt(w, "all");
	plan_sheet(w, "login,home\nkarl,/srv/one\nlena,/srv/one\nmona,/srv/two\n");
	assert_string_equal(
		codes_said(w), "~ mona cannot-log-in\n! karl home-shared\n! lena home-shared\n");
}

/* ---- what is in it ---- */

static void
make_link(struct world *w, const char *path, const char *target, unsigned uid)
{
	assert_int_equal(symlink(target, real(w, path)), 0);
	assert_int_equal(lchown(real(w, path), uid, uid), 0);
}

static void
test_planner_finds_the_links_that_a_jail_breaks(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/docs", 1000, 1000, 0755);
	make_dir(w, "/home/karl/docs/deep", 1000, 1000, 0755);
	make_dir(w, "/home/karl/.cfg", 1000, 1000, 0755);
	make_file(w, "/home/karl/a.txt", "");
	make_link(w, "/home/karl/docs/full", "/home/karl/docs/deep", 1000);
	make_link(w, "/home/karl/docs/root", "/home/karl", 1000);
	make_link(w, "/home/karl/docs/etc", "/etc/passwd", 1000);
	make_link(w, "/home/karl/docs/namesake", "/home/karlo", 1000);
	make_link(w, "/home/karl/docs/up", "../../../etc/passwd", 1000);
	make_link(w, "/home/karl/docs/loose", "../a.txt", 1000);
	make_link(w, "/home/karl/current", "docs/deep", 1000);
	make_link(w, "/home/karl/.cfg/docs", "../docs", 1000);
	/* These still lead where they did. */
	make_link(w, "/home/karl/docs/fine", "deep/../deep/./x", 1000);
	make_link(w, "/home/karl/docs/deep/back", "../../docs", 1000);
	make_link(w, "/home/karl/other", ".cfg/x", 1000);
	plan_karl(w);
	assert_string_equal(line_of(w, "karl", "links"),
		"in the jail lead nowhere: 2 by their full path, 3 out of the home, 3 to what "
		"moves elsewhere");
	const char *said = changes_said(w);
	assert_non_null(strstr(said,
		"  links docs/full: by its full path\n"
		"  links docs/root: by its full path\n"
		"  links docs/etc: out of the home\n"
		"  links docs/namesake: out of the home\n"
		"  links docs/up: out of the home\n"
		"  links .cfg/docs: to what moves elsewhere\n"
		"  links current: to what moves elsewhere\n"
		"  links docs/loose: to what moves elsewhere\n"));
}

static void
test_planner_says_which_links_are_rewritten(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { adoption: { links: rewrite } }\n");
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/docs", 1000, 1000, 0755);
	make_link(w, "/home/karl/docs/root", "/home/karl", 1000);
	make_link(w, "/home/karl/full", "/home/karl/docs", 1000);
	make_link(w, "/home/karl/crooked", "/home/karl/docs/../x", 1000);
	plan_karl(w);
	const char *said = changes_said(w);
	assert_string_equal(line_of(w, "karl", "links"), "2 by their full path, rewritten");
	assert_non_null(strstr(said, "  links docs/root: by its full path, rewritten\n"));
	assert_non_null(strstr(said, "in the jail lead nowhere: 1 out of the home\n"));
	size_t relinked = 0;
	ARRAY_FOREACH (step, &w->plan->steps) {
		assert_true(!step->home.relink || step->kind == STEP_HOME_ADOPT);
		relinked += step->home.relink;
	}
	assert_int_equal(relinked, 1);
}

static void
test_planner_counts_what_is_out_of_the_ordinary(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/docs", 1000, 1000, 0755);
	make_file(w, "/home/karl/docs/suid", "x");
	give(w, "/home/karl/docs/suid", 1000, 04755);
	make_file(w, "/home/karl/docs/roots", "x");
	make_file(w, "/home/karl/docs/in", "xxxx");
	give(w, "/home/karl/docs/in", 1000, 0644);
	assert_int_equal(link(real(w, "/home/karl/docs/in"), real(w, "/home/karl/in2")), 0);
	make_file(w, "/home/karl/docs/out", "xx");
	give(w, "/home/karl/docs/out", 1000, 0644);
	assert_int_equal(link(real(w, "/home/karl/docs/out"), real(w, "/srv/out")), 0);
	assert_int_equal(mkfifo(real(w, "/home/karl/docs/fifo"), 0600), 0);
	give(w, "/home/karl/docs/fifo", 1000, 0600);
	plan_karl(w);
	assert_string_equal(line_of(w, "karl", "holds"),
		"1 entry of another owner, 1 file with names outside the home, 1 FIFO, socket or "
		"device, 1 set-ID file");
	/* Each inode once. */
	assert_string_equal(
		line_of(w, "karl", "keep"), "1 folder, 4 files, 8 bytes; 1 loose file -> files/");
}

static void
test_planner_seals_what_the_layout_makes_read_only(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/logs", 1000, 1000, 0755);
	make_file(w, "/home/karl/logs/a", "x");
	make_dir(w, "/home/karl/logs/own", 1000, 1000, 0755);
	make_file(w, "/home/karl/logs/own/b", "x");
	make_dir(w, "/home/karl/docs", 1000, 1000, 0755);
	make_file(w, "/home/karl/pics", "a file in the way");
	adopt(w, "karl");
	plan_sheet(w, "login,folders\nkarl,logs:ro logs/own docs docs/new pics\n");
	assert_string_equal(adoption_said(w, "karl"),
		"/home/karl below /home, loose files, ids 1000:1000 -> 1000:1000, folders 999\n"
		"found 1000:1000 0755, 3 files, 19 bytes\n"
		"logs 0:999 0755 sealed\n"
		"logs/own 1000:999 0755\n"
		"docs 1000:999 0755\n"
		"pics 1000:999 0755\n");
	assert_string_equal(
		line_of(w, "karl", "seal"), "2 entries in read-only folders: root's from then on");
	assert_string_equal(line_of(w, "karl", "folder"), "docs/");
	assert_non_null(strstr(steps_said(w), "folder-create /home/karl/docs/new 1000:999 0755\n"));
	assert_string_equal(folders_said(w, "karl"),
		"logs:ro logs/own:rw docs:rw docs/new:rw pics:rw files:kept");
}

static void
test_planner_finds_another_name_for_the_loose_files(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { adoption: { loose: old } }\n");
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/old", 1000, 1000, 0755);
	make_file(w, "/home/karl/old-2", "x");
	adopt(w, "karl");
	plan_sheet(w, "login,folders\nkarl,old-3/in\n");
	assert_string_equal(folders_said(w, "karl"), "old-3:ro old-3/in:rw old:kept old-4:kept");
}

static void
test_planner_does_not_watch_folders_with_unprintable_names(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/a\nb", 1000, 1000, 0755);
	make_dir(w, "/home/karl/it's fine", 1000, 1000, 0755);
	plan_karl(w);
	assert_string_equal(codes_said(w), "~ karl cannot-log-in folder-name\n");
	assert_string_equal(folders_said(w, "karl"), "'it''s fine':kept files:kept");
}

/* ---- keys ---- */

static void
add_keys(struct world *w, const char *login, unsigned uid, const char *keys)
{
	const char *dir = arena_printf(&w->arena, "/home/%s/.ssh", login);
	const char *file = arena_printf(&w->arena, "%s/authorized_keys", dir);
	make_dir(w, dir, uid, uid, 0700);
	make_file(w, file, keys);
	give(w, file, uid, 0600);
}

/* The content of the key file to come; "" when none is written. */
static const char *
keys_written(struct world *w)
{
	ARRAY_FOREACH (step, &w->plan->steps) {
		if (step->kind == STEP_KEYS_WRITE)
			return step->content ? step->content : "removed";
	}
	return "";
}

static void
test_planner_carries_the_keys_that_let_somebody_in(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_keys(w, "karl", 1000,
		"# mine\n" KEY " karl@desk\nfrom=\"10.0.0.1\",command=\"echo \\\"hi\\\"\" " KEY
		"\nno key at all\n" KEY " karl@desk\n");
	plan_karl(w);
	assert_string_equal(codes_said(w), "~ karl\n");
	assert_string_equal(line_of(w, "karl", "keys"),
		"2 keys carried from ~/.ssh, 1 with options, kept as they are; 1 line is no key");
	assert_string_equal(keys_written(w),
		KEY " karl@desk\nfrom=\"10.0.0.1\",command=\"echo \\\"hi\\\"\" " KEY "\n");
	assert_int_equal(change_of(w, "karl")->after.keys.count, 2);
}

static void
test_planner_asks_about_keys_that_let_nobody_in(void **state)
{
	struct world *w = *state;
	static const char *const logins[] = { "shell", "expired", "strict", "unlisted" };
	for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
		add_resident(w, logins[i], 1000 + (unsigned)i);
		add_keys(w, logins[i], 1000 + (unsigned)i, KEY "\n");
	}
	make_file(w, "/etc/shells", "# shells\n/bin/bash\n");
	replace_in(w, "/etc/passwd", "/home/shell:/bin/bash", "/home/shell:/usr/sbin/nologin");
	replace_in(w, "/etc/passwd", "/home/unlisted:/bin/bash", "/home/unlisted:/opt/sh");
	set_expiry(w, "expired", "10000");
	give(w, "/home/strict/.ssh", 1002, 0770);
	adopt(w, "all");
	plan_sheet(w, "login\nshell\nexpired\nstrict\nunlisted\n");
	assert_string_equal(first_findings_said(w),
		"expired: 1 key in ~/.ssh would become a working login, and today it is none: the "
		"account has expired\n"
		"shell: 1 key in ~/.ssh would become a working login, and today it is none: the "
		"shell is /usr/sbin/nologin\n"
		"strict: 1 key in ~/.ssh would become a working login, and today it is none: "
		"others may write to ~/.ssh, so sshd refuses them\n"
		"unlisted: 1 key in ~/.ssh would become a working login, and today it is none: "
		"the shell is /opt/sh\n");
	w->options.adopt_keys = ADOPT_KEYS_CARRY;
	plan_sheet(w, "login\nshell\n");
	assert_string_equal(codes_said(w), "~ shell\n");
	assert_string_equal(keys_written(w), KEY "\n");
	w->options.adopt_keys = ADOPT_KEYS_DROP;
	plan_sheet(w, "login\nshell\n");
	assert_string_equal(codes_said(w), "~ shell cannot-log-in\n");
	assert_string_equal(keys_written(w), "");
}

/* A plan with what sshd_config says, which is read on the live machine alone. */
static void
plan_karl_with_sshd(struct world *w)
{
	adopt(w, "karl");
	add_sheet(w, "csv:sheet.csv", "/sheet.csv", "login\nkarl\n");
	host_destroy(w->host);
	w->host = host_create(w->root, HOST_READ_ONLY, &w->diags);
	assert_non_null(w->host);
	assert_true(
		snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags));
	assert_true(sshd_config_read(
		w->host, "/etc/ssh/sshd_config", &w->arena, &w->snapshot.sshd, &w->diags));
	assert_true(planner_make(w->config, w->intakes, w->intake_count, &w->snapshot, &w->options,
		&w->arena, &w->plan, &w->secrets, &w->diags));
	w->intake_count = 0;
}

static void
test_planner_carries_keys_from_where_sshd_looks(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_keys(w, "karl", 1000, "ssh-ed25519 notused\n");
	make_dir(w, "/etc/ssh/keys", 0, 0, 0755);
	make_file(w, "/etc/ssh/keys/karl", KEY " central\n");
	make_file(w, "/etc/ssh/sshd_config",
		"AuthorizedKeysFile /etc/ssh/keys/%u\n"
		"Match Group other\n\tAuthorizedKeysFile /else/%u\n");
	plan_karl_with_sshd(w);
	assert_string_equal(line_of(w, "karl", "keys"), "1 key carried from /etc/ssh/keys/%u");
	assert_string_equal(keys_written(w), KEY " central\n");
	make_file(w, "/etc/ssh/sshd_config", "AuthorizedKeysFile none\n");
	plan_karl_with_sshd(w);
	assert_string_equal(keys_written(w), "");
}

static void
test_planner_takes_the_policys_word_on_old_keys(void **state)
{
	struct world *w = *state;
	use_config(w, "version: 1\npolicy: { adoption: { keys: drop } }\n");
	add_resident(w, "karl", 1000);
	add_keys(w, "karl", 1000, KEY "\n");
	plan_karl(w);
	assert_string_equal(
		line_of(w, "karl", "keys"), "1 key in ~/.ssh no longer lets anybody in");
	assert_string_equal(keys_written(w), "");
	w->options.adopt_keys = ADOPT_KEYS_CARRY;
	plan_karl(w);
	assert_string_equal(keys_written(w), KEY "\n");
}

static void
test_planner_prefers_the_keys_of_the_source(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	add_keys(w, "karl", 1000, KEY " old\n");
	adopt(w, "karl");
	plan_sheet(w, "login,ssh_keys\nkarl," KEY " new\n");
	assert_string_equal(codes_said(w), "~ karl old-keys-dropped\n");
	assert_string_equal(keys_written(w), KEY " new\n");
}

static void
test_planner_follows_no_link_to_keys(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/home/karl/.ssh", 1000, 1000, 0700);
	make_file(w, "/etc/secret", KEY "\n");
	make_link(w, "/home/karl/.ssh/authorized_keys", "/etc/secret", 1000);
	plan_karl(w);
	assert_string_equal(codes_said(w), "~ karl old-keys-unread cannot-log-in\n");
	assert_string_equal(keys_written(w), "");
}

static void
test_planner_refuses_a_key_file_of_an_earlier_account(void **state)
{
	struct world *w = *state;
	add_resident(w, "karl", 1000);
	make_dir(w, "/etc/ssh/rehome_keys", 0, 0, 0755);
	make_file(w, "/etc/ssh/rehome_keys/karl", KEY "\n");
	plan_karl(w);
	assert_string_equal(codes_said(w), "! karl keys-leftover\n");
	/* Of somebody whom an administrator jailed by hand, it is in use. */
	add_to_file(w, "/etc/group", "sftponly:x:999:karl\n");
	plan_karl(w);
	assert_string_equal(codes_said(w), "~ karl\nmembers-before\n");
	assert_string_equal(keys_written(w), "");
	assert_int_equal(change_of(w, "karl")->after.keys.count, 1);
}

static const struct CMUnitTest tests[] = {
	world_test(test_planner_tells_the_states_of_homes_apart),
	world_test(test_planner_makes_a_jail_where_the_home_is_missing),
	world_test(test_planner_writes_a_home_without_its_slash),
	world_test(test_planner_gives_a_home_where_there_is_none),
	world_test(test_planner_moves_no_home_unasked),
	world_test(test_planner_copies_no_two_homes_to_one_place),
	world_test(test_planner_finds_the_links_that_a_jail_breaks),
	world_test(test_planner_says_which_links_are_rewritten),
	world_test(test_planner_counts_what_is_out_of_the_ordinary),
	world_test(test_planner_seals_what_the_layout_makes_read_only),
	world_test(test_planner_finds_another_name_for_the_loose_files),
	world_test(test_planner_does_not_watch_folders_with_unprintable_names),
	world_test(test_planner_carries_the_keys_that_let_somebody_in),
	world_test(test_planner_asks_about_keys_that_let_nobody_in),
	world_test(test_planner_carries_keys_from_where_sshd_looks),
	world_test(test_planner_takes_the_policys_word_on_old_keys),
	world_test(test_planner_prefers_the_keys_of_the_source),
	world_test(test_planner_follows_no_link_to_keys),
	world_test(test_planner_refuses_a_key_file_of_an_earlier_account),
};

WORLD_MAIN(tests)
