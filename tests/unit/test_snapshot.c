/*
 * What is read of a host before planning: ids above all, wherever somebody may have one.
 */
#include "planner_fixture.h"

static bool
take(struct world *w)
{
	w->diags = (struct diags){ .arena = &w->arena };
	host_destroy(w->host);
	w->host = host_create(w->root, HOST_READ_ONLY, &w->diags);
	assert_non_null(w->host);
	return snapshot_take(w->host, w->config, &w->managed, &w->arena, &w->snapshot, &w->diags);
}

static void
test_snapshot_says_what_it_did_not_look_at(void **state)
{
	struct world *w = *state;
	make_file(w, "/etc/nsswitch.conf", "passwd: files ldap\n");
	assert_true(take(w));
	assert_int_equal(w->snapshot.not_checked.count, 2);
	assert_string_equal(w->snapshot.not_checked.items[0],
		"other user databases (with --root, ids are judged by the files alone)");
	assert_string_equal(w->snapshot.not_checked.items[1],
		"sshd (with --root it is neither asked nor told)");
	assert_false(w->snapshot.ask_nss);
	/* The machine has a root; the root below --root has none of its names. */
	assert_false(snapshot_nss_has_user(&w->snapshot, "root"));
	assert_false(snapshot_nss_has_group(&w->snapshot, "root"));
}

static void
test_snapshot_needs_the_account_files(void **state)
{
	struct world *w = *state;
	assert_int_equal(unlink(real(w, "/etc/shadow")), 0);
	assert_false(take(w));
	assert_int_equal(w->diags.errors, 1);
	assert_string_equal(w->diags.items[0].place.file, "/etc/shadow");
}

static void
test_snapshot_reads_the_range_of_system_groups(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *text;
		gid_t min, max;
	} cases[] = {
		{ "", 100, 999 },
		{ "SYS_GID_MIN 201\nSYS_GID_MAX\t499\n", 201, 499 },
		{ "#SYS_GID_MIN 201\n # SYS_GID_MAX 499\n", 100, 999 },
		{ "SYS_GID_MIN 0\nSYS_GID_MAX 4294967295\n", 100, 999 },
		{ "SYS_GID_MIN\nSYS_GID_MAX -5\nSYS_GID_MAX 12x\n", 100, 999 },
		{ "  SYS_GID_MAX 800", 100, 800 },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_file(w, "/etc/login.defs", cases[i].text);
		assert_true(take(w));
		assert_int_equal(w->snapshot.sys_gid_min, cases[i].min);
		assert_int_equal(w->snapshot.sys_gid_max, cases[i].max);
	}
}

static void
test_snapshot_joins_the_ranges_of_subordinate_ids(void **state)
{
	struct world *w = *state;
	make_file(w, "/etc/subuid",
		"c:300000:10\na:100000:65536\nb:165536:10\n# d:1:1\ne:400000:0\nf:50\n"
		"g:4294967290:100\nh:100010:5\ni:9999999999:5\n:700:2");
	make_file(w, "/etc/subgid", "a:100000:70000\n");
	assert_true(take(w));
	AUTO_BUFFER struct buffer said = { 0 };
	ARRAY_FOREACH (range, &w->snapshot.ranges_taken)
		buffer_printf(&said, "%u-%u ", range->first, range->last);
	assert_string_equal(
		buffer_text(&said), "700-701 100000-169999 300000-300009 4294967290-4294967295 ");
	static const struct {
		uint32_t id;
		bool taken;
	} cases[] = { { 699, false }, { 700, true }, { 701, true }, { 702, false },
		{ 99999, false }, { 100000, true }, { 169999, true }, { 170000, false },
		{ 300005, true }, { 300010, false }, { 400000, false }, { 4294967294u, true } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(snapshot_id_is_taken(&w->snapshot, cases[i].id), cases[i].taken);
}

static void
test_snapshot_sees_whose_files_lie_about(void **state)
{
	struct world *w = *state;
	make_dir(w, "/home/left", 21000, 21001, 0700);
	make_dir(w, "/home/left/below", 21002, 21002, 0700);
	make_dir(w, "/home/jail", 0, 0, 0755);
	make_dir(w, "/home/jail/pics", 21003, 21004, 0755);
	make_dir(w, "/home/jail/pics/deep", 21005, 21005, 0755);
	make_dir(w, "/srv/jail", 21006, 0, 0755);
	assert_int_equal(symlink("/srv", real(w, "/home/link")), 0);
	assert_int_equal(lchown(real(w, "/home/link"), 21007, 0), 0);
	assert_true(take(w));
	static const struct {
		uint32_t id;
		const char *path;
	} cases[] = { { 21000, "/home/left" }, { 21001, "/home/left" },
		{ 21003, "/home/jail/pics" }, { 21004, "/home/jail/pics" },
		{ 21007, "/home/link" } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(snapshot_id_is_taken(&w->snapshot, cases[i].id));
		assert_string_equal(snapshot_explain_id(&w->snapshot, cases[i].id, &w->arena),
			arena_printf(&w->arena, "uid %u has files already: %s", cases[i].id,
				cases[i].path));
	}
	/* Below somebody's own directory everything is theirs; /srv was not asked for. */
	assert_false(snapshot_id_is_taken(&w->snapshot, 21002));
	assert_false(snapshot_id_is_taken(&w->snapshot, 21005));
	assert_false(snapshot_id_is_taken(&w->snapshot, 21006));
	assert_true(snapshot_see_base(&w->snapshot, "/srv", &w->diags));
	assert_true(snapshot_id_is_taken(&w->snapshot, 21006));
	assert_true(snapshot_see_base(&w->snapshot, "/nowhere", &w->diags));
	assert_int_equal(w->diags.count, 0);
}

static void
test_snapshot_looks_where_the_configuration_puts_homes(void **state)
{
	struct world *w = *state;
	make_dir(w, "/srv/sftp", 0, 0, 0755);
	make_dir(w, "/srv/sftp/left", 21000, 0, 0755);
	use_config(w, "version: 1\njail: { home: '/srv/sftp/${username}' }\n");
	assert_true(take(w));
	assert_true(snapshot_id_is_taken(&w->snapshot, 21000));
}

static const struct CMUnitTest tests[] = {
	world_test(test_snapshot_says_what_it_did_not_look_at),
	world_test(test_snapshot_needs_the_account_files),
	world_test(test_snapshot_reads_the_range_of_system_groups),
	world_test(test_snapshot_joins_the_ranges_of_subordinate_ids),
	world_test(test_snapshot_sees_whose_files_lie_about),
	world_test(test_snapshot_looks_where_the_configuration_puts_homes),
};

WORLD_MAIN(tests)
