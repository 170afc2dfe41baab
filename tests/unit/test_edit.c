/*
 * test_edit.c - edits forwards, backwards, and beside what other administrators do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/plan/edit.h"
#include "tests/unit/account_files.h"

/* ---- a run that creates matteo and anna in a new jail group ---- */

static const struct account_files host = {
	.group = "root:x:0:\npress:x:500:kmeier\n",
	.gshadow = "root:*::\npress:!::kmeier\n",
	.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n",
};

static const struct account_files host_after = {
	.group = "root:x:0:\npress:x:500:kmeier,matteo\nsftponly:x:999:matteo,anna\n"
		 "matteo:x:20000:\nanna:x:20001:\n",
	.gshadow = "root:*::\npress:!::kmeier,matteo\nsftponly:!::matteo,anna\n"
		   "matteo:!::\nanna:!::\n",
	.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		  "matteo:$y$m:20000:0:99999:7::1:\nanna:$y$a:20000:0:99999:7::1:\n",
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n"
		  "matteo:x:20000:20000:Matteo:/home/matteo:/usr/sbin/nologin\n"
		  "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
};

static const char *matteo_passwd[] = { "matteo", "x", "20000", "20000", "Matteo", "/home/matteo",
	"/usr/sbin/nologin" };
static const char *matteo_shadow[] = { "matteo", "$y$m", "20000", "0", "99999", "7", "", "", "" };
static const char *matteo_group[] = { "matteo", "x", "20000", "" };
static const char *matteo_gshadow[] = { "matteo", "!", "", "" };
static const char *anna_passwd[] = { "anna", "x", "20001", "20001", "Anna", "/home/anna",
	"/usr/sbin/nologin" };
static const char *anna_shadow[] = { "anna", "$y$a", "20000", "0", "99999", "7", "", "21000", "" };
static const char *anna_group[] = { "anna", "x", "20001", "" };
static const char *anna_gshadow[] = { "anna", "!", "", "" };
static const char *jail_group[] = { "sftponly", "x", "999", "" };
static const char *jail_gshadow[] = { "sftponly", "!", "", "" };

#define ADD(FILE, USER, NAME, FIELDS)                                                              \
	{                                                                                          \
		.kind = EDIT_ADD_LINE, .file = ACCOUNTDB_##FILE, .user = (USER), .name = (NAME),   \
		.fields = (FIELDS)                                                                 \
	}
#define JOIN(FILE, USER, GROUP)                                                                    \
	{                                                                                          \
		.kind = EDIT_ADD_MEMBER, .file = ACCOUNTDB_##FILE, .user = (USER),                 \
		.name = (GROUP), .member = (USER)                                                  \
	}
#define LEAVE(FILE, USER, GROUP)                                                                   \
	{                                                                                          \
		.kind = EDIT_REMOVE_MEMBER, .file = ACCOUNTDB_##FILE, .user = (USER),              \
		.name = (GROUP), .member = (USER)                                                  \
	}
#define SET(FILE, USER, FIELD, BEFORE, AFTER)                                                      \
	{                                                                                          \
		.kind = EDIT_SET_FIELD, .file = ACCOUNTDB_##FILE, .user = (USER), .name = (USER),  \
		.field = (FIELD), .before = (BEFORE), .after = (AFTER)                             \
	}

static struct edit creation_edits[] = {
	ADD(GROUP, NULL, "sftponly", jail_group),
	ADD(GSHADOW, NULL, "sftponly", jail_gshadow),
	ADD(GROUP, "matteo", "matteo", matteo_group),
	ADD(GSHADOW, "matteo", "matteo", matteo_gshadow),
	JOIN(GROUP, "matteo", "sftponly"),
	JOIN(GSHADOW, "matteo", "sftponly"),
	JOIN(GROUP, "matteo", "press"),
	JOIN(GSHADOW, "matteo", "press"),
	ADD(SHADOW, "matteo", "matteo", matteo_shadow),
	ADD(PASSWD, "matteo", "matteo", matteo_passwd),
	ADD(GROUP, "anna", "anna", anna_group),
	ADD(GSHADOW, "anna", "anna", anna_gshadow),
	JOIN(GROUP, "anna", "sftponly"),
	JOIN(GSHADOW, "anna", "sftponly"),
	ADD(SHADOW, "anna", "anna", anna_shadow),
	ADD(PASSWD, "anna", "anna", anna_passwd),
};
static const struct edit_list creation = { creation_edits, ARRAY_LEN(creation_edits), 0, { 0 } };

/* ---- doing and asserting ---- */

static void
parse(struct account_world *world, const struct account_files *files)
{
	assert_true(account_world_parse(world, files));
}

static void
assert_files(struct account_world *world, const struct account_files *expected)
{
	assert_string_equal(account_world_text(world, ACCOUNTDB_GROUP), expected->group);
	if (expected->gshadow)
		assert_string_equal(
			account_world_text(world, ACCOUNTDB_GSHADOW), expected->gshadow);
	assert_string_equal(account_world_text(world, ACCOUNTDB_SHADOW), expected->shadow);
	assert_string_equal(account_world_text(world, ACCOUNTDB_PASSWD), expected->passwd);
}

static bool
apply_all(struct account_world *world, const struct edit_list *edits, bool gated)
{
	bool good = true;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		good = edits_apply(edits, file, gated, &world->db, &world->diags) && good;
	return good;
}

static size_t
undo_all(struct account_world *world, const struct edit_list *edits, const struct table *users)
{
	size_t conflicts = 77;
	assert_true(edits_undo_all(edits, users, &world->db, &conflicts, &world->diags));
	return conflicts;
}

/* As another process finds the files that this one wrote. */
static void
reload(struct account_world *world, struct account_world *next)
{
	struct account_files files = { account_world_text(world, ACCOUNTDB_GROUP),
		world->db.tables[ACCOUNTDB_GSHADOW].exists
			? account_world_text(world, ACCOUNTDB_GSHADOW)
			: NULL,
		account_world_text(world, ACCOUNTDB_SHADOW),
		account_world_text(world, ACCOUNTDB_PASSWD) };
	assert_true(account_world_parse(next, &files));
}

static enum edit_state
state_of(const struct edit *edit, struct account_world *world, const char **ret_why)
{
	*ret_why = "";
	return edit_state(edit, &world->db, &world->arena, ret_why);
}

struct expected_diag {
	enum diag_level level;
	const char *code, *user, *message;
};

static void
assert_diags(const struct diags *diags, const struct expected_diag *expected, size_t count)
{
	for (size_t i = 0; i < diags->count && i < count; i++) {
		assert_string_equal(diags->items[i].message, expected[i].message);
		assert_int_equal(diags->items[i].level, expected[i].level);
		assert_string_equal(diags->items[i].code, expected[i].code);
		if (expected[i].user)
			assert_string_equal(diags->items[i].user, expected[i].user);
		else
			assert_null(diags->items[i].user);
	}
	assert_int_equal(diags->count, count);
}

#define ASSERT_DIAGS(world, ...)                                                                   \
	do {                                                                                       \
		static const struct expected_diag expected_[] = { __VA_ARGS__ };                   \
		assert_diags(&(world)->diags, expected_, ARRAY_LEN(expected_));                    \
	} while (0)

static void
users_of(struct account_world *world, struct table *users, const char *login)
{
	users->arena = &world->arena;
	table_set(users, login, world);
}

/* ---- states ---- */

struct state_case {
	struct edit edit;
	enum edit_state state;
	const char *why;
};

static void
assert_states(const struct account_files *files, const struct state_case *cases, size_t count)
{
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, files);
	for (size_t i = 0; i < count; i++) {
		const char *why;
		enum edit_state state = state_of(&cases[i].edit, &world, &why);
		assert_string_equal(why, cases[i].why);
		assert_int_equal(state, cases[i].state);
	}
}

static void
test_every_edit_of_a_run_is_before_then_after(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world before = { 0 }, after = { 0 };
	parse(&before, &host);
	parse(&after, &host_after);
	ARRAY_FOREACH (edit, &creation) {
		const char *why;
		assert_int_equal(state_of(edit, &before, &why), EDIT_BEFORE);
		assert_int_equal(state_of(edit, &after, &why), EDIT_AFTER);
	}
}

static void
test_a_line_of_others_is_foreign_and_says_why(void **state)
{
	(void)state;
	static const char *kmeier[] = { "kmeier", "x", "20000", "20000", "", "/", "/bin/sh" };
	static const char *eve[] = { "eve", "x", "1000", "1000", "", "/", "/bin/sh" };
	static const char *evil[] = { "evil", "x", "1e3", "1000", "", "/", "/bin/sh" };
	static const char *press[] = { "press", "x", "501", "" };
	static const char *radio[] = { "radio", "x", "500", "" };
	static const struct state_case cases[] = {
		{ ADD(PASSWD, "kmeier", "kmeier", kmeier), EDIT_FOREIGN,
			"login 'kmeier' exists already, with uid '1000' instead of 20000" },
		{ ADD(PASSWD, "eve", "eve", eve), EDIT_FOREIGN, "uid 1000 belongs to 'kmeier'" },
		{ ADD(PASSWD, "evil", "evil", evil), EDIT_FOREIGN,
			"the plan's uid for login 'evil' is no number" },
		{ ADD(GROUP, NULL, "press", press), EDIT_FOREIGN,
			"group 'press' exists already, with gid '500' instead of 501" },
		{ ADD(GROUP, NULL, "radio", radio), EDIT_FOREIGN, "gid 500 belongs to 'press'" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

static void
test_an_added_line_is_after_whatever_others_changed_in_it(void **state)
{
	(void)state;
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "matteo:x:20000:100:Matteo R.:/srv/m:/bin/bash\n";
	files.shadow = "root:*:19000:0:99999:7:::\nmatteo:$y$new:20111:0:99999:7:::\n";
	static const struct state_case cases[] = {
		{ ADD(PASSWD, "matteo", "matteo", matteo_passwd), EDIT_AFTER, "" },
		{ ADD(SHADOW, "matteo", "matteo", matteo_shadow), EDIT_AFTER, "" },
	};
	assert_states(&files, cases, ARRAY_LEN(cases));
}

static void
test_a_shadow_line_without_a_login_is_ours_only_as_we_write_it(void **state)
{
	(void)state;
	static const char *unknown_hash[] = { "matteo", NULL, "20000", "0", "99999", "7", "", "",
		"" };
	struct account_files files = host;
	files.shadow = "root:*:19000:0:99999:7:::\n"
		       "matteo:$y$m:20000:0:99999:7::1:\n"
		       "anna:$y$leftover:20000:0:99999:7::1:\n";
	files.gshadow = "root:*::\nmatteo:!::somebody\nanna:$y$pw::\n";
	static const struct state_case cases[] = {
		{ ADD(SHADOW, "matteo", "matteo", matteo_shadow), EDIT_AFTER, "" },
		{ ADD(SHADOW, "matteo", "matteo", unknown_hash), EDIT_AFTER, "" },
		{ ADD(SHADOW, "anna", "anna", anna_shadow), EDIT_FOREIGN,
			"shadow has a line of 'anna' that passwd does not have" },
		{ ADD(GSHADOW, "matteo", "matteo", matteo_gshadow), EDIT_AFTER, "" },
		{ ADD(GSHADOW, "anna", "anna", anna_gshadow), EDIT_FOREIGN,
			"gshadow has a line of 'anna' that group does not have" },
	};
	assert_states(&files, cases, ARRAY_LEN(cases));
}

static void
test_a_field_is_judged_by_its_value(void **state)
{
	(void)state;
	static const struct state_case cases[] = {
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/bin/sh"), EDIT_BEFORE, "" },
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/sh", "/bin/bash"), EDIT_AFTER, "" },
		{ SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/zsh", "/bin/sh"), EDIT_FOREIGN,
			"the shell of 'kmeier' is '/bin/bash', no longer '/bin/zsh'" },
		{ SET(PASSWD, "gone", PASSWD_SHELL, "a", "b"), EDIT_FOREIGN,
			"passwd has no line of 'gone' any more" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", "$y$new"), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", "$y$old"), EDIT_AFTER, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", "$y$new"), EDIT_FOREIGN,
			"the password of 'kmeier' was changed" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, NULL, NULL), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, NULL, "$y$old"), EDIT_AFTER, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", NULL), EDIT_BEFORE, "" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$x", NULL), EDIT_AFTER, "" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

static void
test_membership_of_a_missing_group_is_none(void **state)
{
	(void)state;
	static const struct state_case cases[] = {
		{ JOIN(GROUP, "kmeier", "press"), EDIT_AFTER, "" },
		{ JOIN(GROUP, "matteo", "press"), EDIT_BEFORE, "" },
		{ JOIN(GROUP, "matteo", "nowhere"), EDIT_BEFORE, "" },
		{ LEAVE(GROUP, "kmeier", "press"), EDIT_BEFORE, "" },
		{ LEAVE(GROUP, "matteo", "press"), EDIT_AFTER, "" },
		{ LEAVE(GROUP, "matteo", "nowhere"), EDIT_AFTER, "" },
	};
	assert_states(&host, cases, ARRAY_LEN(cases));
}

/* ---- forwards ---- */

static void
test_a_run_creates_accounts_that_are_born_expired(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &creation, true));
	assert_files(&world, &host_after);
	assert_int_equal(world.diags.count, 0);
}

static void
test_applying_twice_changes_nothing_more(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_true(apply_all(&world, &creation, true));
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		assert_false(world.db.tables[file].changed);
	assert_files(&world, &host_after);
}

static void
test_without_the_gate_a_shadow_line_has_its_own_expiry(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &creation, false));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::21000:\n");
}

static void
test_every_foreign_edit_is_an_error_of_its_own(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "matteo:x:1:1::/:/bin/sh\neve:x:20001:1::/:/bin/sh\n";
	parse(&world, &files);
	assert_false(edits_apply(&creation, ACCOUNTDB_PASSWD, true, &world.db, &world.diags));
	ASSERT_DIAGS(&world,
		{ DIAG_ERROR, "changed-since", "matteo",
			"login 'matteo' exists already, with uid '1' instead of 20000" },
		{ DIAG_ERROR, "changed-since", "anna", "uid 20001 belongs to 'eve'" });
}

static void
test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	static const char *no_hash[] = { "bob", NULL, "1", "0", "9", "7", "", "", "" };
	static struct {
		struct edit edit;
		const char *code, *message;
	} cases[] = {
		{ ADD(SHADOW, "bob", "bob", no_hash), "secrets-missing",
			"the plan lacks the password hash of 'bob'" },
		{ SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", NULL), "secrets-missing",
			"the plan lacks the password hash of 'kmeier'" },
		{ ADD(PASSWD, "bob", "bob", matteo_passwd), "changed-since",
			"the plan's line has another name than its edit" },
		{ JOIN(GROUP, "bob", "nowhere"), "changed-since",
			"group 'nowhere' does not exist" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		parse(&world, &host);
		const struct edit_list edits = { &cases[i].edit, 1, 0, { 0 } };
		assert_false(apply_all(&world, &edits, true));
		assert_string_equal(world.diags.items[0].message, cases[i].message);
		assert_string_equal(world.diags.items[0].code, cases[i].code);
		assert_int_equal(world.diags.count, 1);
		assert_files(&world, &host);
	}
}

static void
test_a_missing_gshadow_takes_no_lines(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.gshadow = NULL;
	parse(&world, &files);
	struct edit edit = ADD(GSHADOW, "anna", "anna", anna_gshadow);
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	assert_false(apply_all(&world, &edits, true));
	assert_string_equal(world.diags.items[0].message, "the file does not exist any more");
}

/* ---- the gate ---- */

static const char shadow_active[] =
	"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
	"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::21000:\n";

static void
test_activation_gives_each_line_its_own_expiry(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_true(edits_activate(&creation, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), shadow_active);
}

static void
test_activation_leaves_what_others_set_or_removed(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = "matteo:$y$m:20000:0:99999:7::20500:\n";
	parse(&world, &files);
	assert_true(edits_activate(&creation, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), files.shadow);
	assert_int_equal(world.diags.warnings, 1);
	assert_string_equal(
		world.diags.items[0].message, "'anna' was removed before it was activated");
	assert_string_equal(world.diags.items[0].user, "anna");
}

static void
test_the_gate_shuts_exactly_the_users_being_undone(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = shadow_active;
	parse(&world, &files);
	struct table users = { 0 };
	users_of(&world, &users, "anna");
	assert_true(edits_gate(&creation, &users, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n");
	assert_true(edits_gate(&creation, NULL, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), host_after.shadow);
}

static void
test_the_gate_leaves_an_account_that_is_no_longer_ours(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.shadow = shadow_active;
	files.passwd = "matteo:x:1234:1234:another:/:/bin/sh\n"
		       "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n";
	parse(&world, &files);
	assert_true(edits_gate(&creation, NULL, &world.db, &world.diags));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7:::\nanna:$y$a:20000:0:99999:7::1:\n");
}

/* ---- backwards ---- */

static void
test_undo_gives_every_file_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_int_equal(world.diags.count, 0);
	assert_files(&world, &host);
	/* And once more, as recover may. */
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_int_equal(world.diags.count, 0);
	assert_files(&world, &host);
}

static void
test_undo_does_not_need_the_secrets_of_new_accounts(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	static const char *no_hash[] = { "matteo", NULL, "20000", "0", "99999", "7", "", "", "" };
	struct edit edits[ARRAY_LEN(creation_edits)];
	memcpy(edits, creation_edits, sizeof(edits));
	edits[8].fields = no_hash;
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 0);
	assert_files(&world, &host);
}

static void
test_undo_of_one_user_keeps_what_the_others_share(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	struct table users = { 0 };
	users_of(&world, &users, "matteo");
	assert_int_equal(undo_all(&world, &creation, &users), 0);
	static const struct account_files expected = {
		.group = "root:x:0:\npress:x:500:kmeier\nsftponly:x:999:anna\nanna:x:20001:\n",
		.gshadow = "root:*::\npress:!::kmeier\nsftponly:!::anna\nanna:!::\n",
		.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
			  "anna:$y$a:20000:0:99999:7::1:\n",
		.passwd = "root:x:0:0:root:/root:/bin/bash\n"
			  "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n"
			  "anna:x:20001:20001:Anna:/home/anna:/usr/sbin/nologin\n",
	};
	assert_files(&world, &expected);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'anna' is a member" });

	/* The last one takes the group along. */
	AUTO_WORLD struct account_world next = { 0 };
	reload(&world, &next);
	struct table rest = { 0 };
	users_of(&next, &rest, "anna");
	assert_int_equal(undo_all(&next, &creation, &rest), 0);
	assert_int_equal(next.diags.count, 0);
	assert_files(&next, &host);
}

static void
test_a_shared_group_stays_while_it_is_somebodys_primary_group(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "handmade:x:1500:999::/srv/h:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier\nsftponly:x:999:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier\nsftponly:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL,
			"group 'sftponly' stays: it is the primary group of 'handmade'" });
}

static void
test_a_users_own_group_that_others_joined_is_a_conflict(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier,matteo\nsftponly:x:999:matteo,anna\n"
		      "matteo:x:20000:matteo,kmeier\nanna:x:20001:anna,matteo\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 1);
	/* anna's group had only members that are gone with this undo. */
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier\nmatteo:x:20000:kmeier\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier\nmatteo:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"group 'matteo' stays: 'kmeier' is a member" },
		{ DIAG_NOTE, "changed-since", "matteo",
			"'matteo' was made a member of 'matteo' since and no longer is" });
}

static void
test_a_login_that_goes_leaves_the_groups_that_others_gave_it(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier,matteo,anna\nsftponly:x:999:matteo,anna\n"
		      "matteo:x:20000:\nanna:x:20001:\n";
	files.gshadow = "root:*::\npress:!::kmeier,matteo,anna\nsftponly:!::matteo,anna\n"
			"matteo:!::\nanna:!::\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "root:x:0:\npress:x:500:kmeier\n");
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GSHADOW), "root:*::\npress:!::kmeier\n");
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "changed-since", "anna",
			"'anna' was made a member of 'press' since and no longer is" });
}

/* Not every member is in passwd: NIS and directory users are not. */
static void
test_a_member_that_passwd_never_had_keeps_a_group(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "root:x:0:\npress:x:500:kmeier\nsftponly:x:999:nisuser\n";
	files.gshadow = "root:*::\npress:!::kmeier\nsftponly:!::nisuser\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), files.group);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), files.gshadow);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'nisuser' is a member" });
}

static void
test_an_account_that_is_kept_keeps_the_groups_it_is_in(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.group = "anna:x:20001:matteo\n";
	files.gshadow = "anna:!::matteo\n";
	files.passwd = "matteo:x:1234:100::/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), files.group);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW), files.gshadow);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"'matteo' has the uid '1234', not 20000 as the run gave it: kept" },
		{ DIAG_WARNING, "conflict", "anna", "group 'anna' stays: 'matteo' is a member" });
}

/* A login may have been without its shadow line before the run. */
static void
test_a_shadow_line_added_on_its_own_goes_on_its_own(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	struct edit edits[] = {
		ADD(GSHADOW, "anna", "anna", anna_gshadow),
		ADD(SHADOW, "anna", "anna", anna_shadow),
	};
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 0);
	struct account_files expected = host_after;
	expected.gshadow = "root:*::\npress:!::kmeier,matteo\nsftponly:!::matteo,anna\n"
			   "matteo:!::\n";
	expected.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
			  "matteo:$y$m:20000:0:99999:7::1:\n";
	assert_files(&world, &expected);
}

static void
test_what_a_shared_group_got_stays_as_long_as_the_group_is_needed(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after;
	} cases[] = {
		{ "press:!:500:kmeier\n", "press:!:500:kmeier\n" },
		{ "press:!:500:\n", "press:x:500:\n" },
	};
	struct edit edit = { .kind = EDIT_SET_FIELD,
		.file = ACCOUNTDB_GROUP,
		.name = "press",
		.field = GROUP_PASSWORD,
		.before = "x",
		.after = "!" };
	const struct edit_list list = { &edit, 1, 0, { 0 } };
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 };
		struct account_files files = host;
		files.group = cases[i].before;
		parse(&world, &files);
		struct table users = { 0 };
		users_of(&world, &users, "matteo");
		assert_int_equal(undo_all(&world, &list, &users), 0);
		assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP), cases[i].after);
	}
}

static void
test_an_account_with_another_uid_is_kept_whole_and_jailed(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "matteo:x:1234:20000:Another:/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 2);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		"matteo:$y$m:20000:0:99999:7::1:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GROUP),
		"root:x:0:\npress:x:500:kmeier,matteo\nsftponly:x:999:matteo\n"
		"matteo:x:20000:\n");
	assert_string_equal(account_world_text(&world, ACCOUNTDB_GSHADOW),
		"root:*::\npress:!::kmeier,matteo\nsftponly:!::matteo\nmatteo:!::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "matteo",
			"'matteo' has the uid '1234', not 20000 as the run gave it: kept" },
		{ DIAG_WARNING, "conflict", "matteo",
			"group 'matteo' stays: it is the primary group of 'matteo'" },
		{ DIAG_NOTE, "still-used", NULL, "group 'sftponly' stays: 'matteo' is a member" });
	assert_int_equal(world.diags.items[0].place.line, 2);
	assert_string_equal(world.diags.items[0].place.file, "/etc/passwd");
}

static void
test_what_others_changed_in_a_line_that_goes_is_noted(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		       "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/bash\n"
		       "matteo:x:20000:20000:Matteo:/home/matteo:/bin/bash\n";
	files.shadow = "root:*:19000:0:99999:7:::\nkmeier:$y$old:19000:0:99999:7:::\n"
		       "matteo:CANARY:20111:0:99999:7:::\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_files(&world, &host);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "changed-since", "matteo",
			"the shell of 'matteo' was changed since from '/usr/sbin/nologin' to "
			"'/bin/bash' and goes with it" },
		{ DIAG_NOTE, "changed-since", "matteo",
			"the password of 'matteo' was changed since and goes with it" });
}

static void
test_a_renamed_login_is_noted(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host_after;
	files.passwd = "root:x:0:0:root:/root:/bin/bash\nm:x:20000:100::/:/bin/sh\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &creation, NULL), 0);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	ASSERT_DIAGS(&world,
		{ DIAG_NOTE, "renamed", "matteo",
			"'matteo' is gone; its uid 20000 now belongs to 'm'" });
}

static void
test_a_plan_with_a_broken_id_is_not_undone(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	parse(&world, &host_after);
	static const char *broken[] = { "matteo", "x", "", "20000", "", "/", "" };
	struct edit edit = ADD(PASSWD, "matteo", "matteo", broken);
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	size_t conflicts = 77;
	assert_false(edits_undo_all(&edits, NULL, &world.db, &conflicts, &world.diags));
	assert_int_equal(conflicts, 77);
	assert_int_equal(world.diags.errors, 1);
}

/* ---- backwards: fields and members of accounts that were there before ---- */

static struct edit change_edits[] = {
	SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/usr/sbin/nologin"),
	SET(SHADOW, "kmeier", SHADOW_HASH, "$y$old", "$y$new"),
	SET(SHADOW, "kmeier", SHADOW_CHANGED, "19000", "20000"),
	SET(SHADOW, "kmeier", SHADOW_EXPIRE, "", "21000"),
	LEAVE(GROUP, "kmeier", "press"),
	LEAVE(GSHADOW, "kmeier", "press"),
};
static const struct edit_list change = { change_edits, ARRAY_LEN(change_edits), 0, { 0 } };

static void
test_changed_fields_and_members_go_back(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	parse(&world, &host);
	assert_true(apply_all(&world, &change, true));
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW),
		"root:*:19000:0:99999:7:::\nkmeier:$y$new:20000:0:99999:7::21000:\n");
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_GROUP), "root:x:0:\npress:x:500:\n");
	reload(&world, &next);
	assert_int_equal(undo_all(&next, &change, NULL), 0);
	assert_int_equal(next.diags.count, 0);
	assert_files(&next, &host);
}

static void
test_what_others_changed_since_is_kept_and_named(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.group = "root:x:0:\n";
	files.passwd = "kmeier:x:1000:100:Karl Meier:/home/kmeier:/bin/zsh\n";
	files.shadow = "kmeier:CANARY:20000:0:99999:7::21000:\n";
	parse(&world, &files);
	assert_int_equal(undo_all(&world, &change, NULL), 3);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_PASSWD), files.passwd);
	/* The day of the change stays with the password; the expiry was still ours. */
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_SHADOW), "kmeier:CANARY:20000:0:99999:7:::\n");
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "kmeier",
			"the shell of 'kmeier' is '/bin/zsh', not '/usr/sbin/nologin' as the run "
			"left it: kept" },
		{ DIAG_WARNING, "conflict", "kmeier",
			"the password of 'kmeier' was changed since and is kept" },
		{ DIAG_WARNING, "conflict", "kmeier",
			"'kmeier' cannot become a member of 'press' again: the group is gone" });
	assert_string_equal(world.diags.items[0].place.field, "shell");
	assert_string_equal(world.diags.items[1].place.field, "password");
}

static void
test_a_password_is_kept_when_the_old_one_is_not_known(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.shadow = "kmeier:$y$new:20000:0:99999:7:::\n";
	parse(&world, &files);
	struct edit edits[] = {
		SET(SHADOW, "kmeier", SHADOW_HASH, NULL, NULL),
		SET(SHADOW, "kmeier", SHADOW_CHANGED, "19000", "20000"),
	};
	const struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	assert_int_equal(undo_all(&world, &list, NULL), 1);
	assert_string_equal(account_world_text(&world, ACCOUNTDB_SHADOW), files.shadow);
	ASSERT_DIAGS(&world,
		{ DIAG_WARNING, "conflict", "kmeier",
			"the password of 'kmeier' is kept: the run's secrets are missing" });
}

static void
test_undo_of_a_change_of_somebody_who_is_gone_is_a_conflict(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "";
	parse(&world, &files);
	struct edit edit = SET(PASSWD, "kmeier", PASSWD_SHELL, "/bin/bash", "/bin/sh");
	const struct edit_list edits = { &edit, 1, 0, { 0 } };
	assert_int_equal(undo_all(&world, &edits, NULL), 1);
	ASSERT_DIAGS(&world, { DIAG_WARNING, "conflict", "kmeier", "'kmeier' is gone" });
}

/* ---- the same bytes ---- */

static void
test_a_missing_final_newline_comes_back(void **state)
{
	(void)state;
	static const struct {
		const char *passwd, *after;
	} cases[] = {
		{ "a:x:1:1::/:", "a:x:1:1::/:\n" },
		{ "a:x:1:1::/:\n# end", "a:x:1:1::/:\n# end\n" },
		{ "a:x:1:1::/:\n+", NULL },
		{ "a:x:1:1::/:\n", NULL },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct account_files files = host;
		files.passwd = cases[i].passwd;
		parse(&world, &files);
		struct edit_list edits = creation;
		edits_remember(&edits, &world.db, &world.arena);
		assert_int_equal(
			edits.unterminated[ACCOUNTDB_PASSWD] != NULL, cases[i].after != NULL);
		assert_true(apply_all(&world, &edits, true));
		reload(&world, &next);
		assert_int_equal(undo_all(&next, &edits, NULL), 0);
		assert_string_equal(account_world_text(&next, ACCOUNTDB_PASSWD), cases[i].passwd);
	}
}

static void
test_a_final_newline_stays_when_another_line_is_the_last(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 };
	struct account_files files = host;
	files.passwd = "a:x:1:1::/:\n" /* had no newline before the run */
		       "matteo:x:20000:20000:Matteo:/home/matteo:/usr/sbin/nologin\n"
		       "later:x:2:2::/:\n";
	parse(&world, &files);
	struct edit_list edits = creation;
	edits.unterminated[ACCOUNTDB_PASSWD] = "a";
	assert_int_equal(undo_all(&world, &edits, NULL), 0);
	assert_string_equal(
		account_world_text(&world, ACCOUNTDB_PASSWD), "a:x:1:1::/:\nlater:x:2:2::/:\n");

	/* A second undo removes nothing, so it does not touch the end either. */
	files.passwd = "a:x:1:1::/:\n";
	AUTO_WORLD struct account_world again = { 0 };
	parse(&again, &files);
	assert_int_equal(undo_all(&again, &edits, NULL), 0);
	assert_string_equal(account_world_text(&again, ACCOUNTDB_PASSWD), files.passwd);
}

static void
test_short_lines_become_short_again(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	static const struct account_files files = { .group = "x:x:7\n",
		.gshadow = "x:\n",
		.shadow = "bob:!:19000\nold:*:1:2:3\n",
		.passwd = "bob:x:5\n" };
	parse(&world, &files);
	struct edit edits[] = {
		SET(SHADOW, "bob", SHADOW_EXPIRE, "", "1"),
		SET(SHADOW, "bob", SHADOW_CHANGED, "19000", "20000"),
		SET(SHADOW, "old", SHADOW_WARN, "", "7"),
		SET(PASSWD, "bob", PASSWD_SHELL, "", "/bin/sh"),
		JOIN(GROUP, "bob", "x"),
		JOIN(GSHADOW, "bob", "x"),
	};
	struct edit_list list = { edits, ARRAY_LEN(edits), 0, { 0 } };
	edits_remember(&list, &world.db, &world.arena);
	assert_true(apply_all(&world, &list, true));
	static const struct account_files after = { .group = "x:x:7:bob\n",
		.gshadow = "x:::bob\n",
		.shadow = "bob:!:20000:::::1\nold:*:1:2:3:7\n",
		.passwd = "bob:x:5::::/bin/sh\n" };
	assert_files(&world, &after);
	reload(&world, &next);
	assert_int_equal(undo_all(&next, &list, NULL), 0);
	assert_files(&next, &files);
}

static void
test_members_return_to_their_places(void **state)
{
	(void)state;
	static const char *const orders[] = { "abcde", "edcba", "bd", "ace", "ebadc" };
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct account_files files = host;
		files.group = "g:x:9:a,b,c,d,e\n";
		parse(&world, &files);
		struct edit edits[5];
		size_t count = strlen(orders[i]);
		for (size_t j = 0; j < count; j++) {
			const char *who = arena_strndup(&world.arena, &orders[i][j], 1);
			edits[j] = (struct edit)LEAVE(GROUP, who, "g");
		}
		struct edit_list list = { edits, count, 0, { 0 } };
		edits_remember(&list, &world.db, &world.arena);
		assert_true(apply_all(&world, &list, true));
		reload(&world, &next);
		assert_int_equal(undo_all(&next, &list, NULL), 0);
		assert_string_equal(account_world_text(&next, ACCOUNTDB_GROUP), files.group);
	}
}

/* ---- random ---- */

struct random_run {
	struct account_world *world;
	struct dice *dice;
	struct edit_list edits;
};

static const char *
random_login(struct random_run *run, enum accountdb_file file)
{
	const char *name = NULL;
	size_t cursor = 0;
	unsigned seen = 0;
	struct accountdb_line *line;
	while ((line = accountdb_next(&run->world->db, file, &cursor))) {
		if (dice_one_in(run->dice, ++seen))
			name = accountdb_name(line);
	}
	return name;
}

static void
push(struct random_run *run, struct edit edit)
{
	struct edit_list *edits = &run->edits;
	ARRAY_PUSH(&run->world->arena, edits, edit);
}

static const char **
copy_fields(struct random_run *run, const char *const *fields, size_t count, const char *login,
	unsigned id)
{
	const char **copy = arena_copy(&run->world->arena, fields, count * sizeof(*fields));
	copy[0] = login;
	if (copy[2][0] == '2')
		copy[2] = arena_printf(&run->world->arena, "%u", id);
	return copy;
}

static void
push_new_user(struct random_run *run, unsigned number)
{
	const char *login = arena_printf(&run->world->arena, "new%u", number);
	unsigned id = 20000 + number;
	push(run,
		(struct edit)ADD(GROUP, login, login,
			copy_fields(run, matteo_group, GROUP_FIELDS, login, id)));
	push(run,
		(struct edit)ADD(SHADOW, login, login,
			copy_fields(run, matteo_shadow, SHADOW_FIELDS, login, id)));
	push(run,
		(struct edit)ADD(PASSWD, login, login,
			copy_fields(run, matteo_passwd, PASSWD_FIELDS, login, id)));
	if (run->world->db.tables[ACCOUNTDB_GSHADOW].exists)
		push(run,
			(struct edit)ADD(GSHADOW, login, login,
				copy_fields(run, matteo_gshadow, GSHADOW_FIELDS, login, id)));
	for (unsigned i = dice_below(run->dice, 3); i > 0; i--) {
		enum accountdb_file file =
			dice_one_in(run->dice, 2) ? ACCOUNTDB_GROUP : ACCOUNTDB_GSHADOW;
		const char *group = random_login(run, file);
		if (group)
			push(run,
				(struct edit){ .kind = EDIT_ADD_MEMBER,
					.file = file,
					.user = login,
					.name = group,
					.member = login });
	}
}

/* A field that this list does not change yet. */
static void
push_field_change(struct random_run *run, struct table *taken)
{
	enum accountdb_file file = dice_one_in(run->dice, 2) ? ACCOUNTDB_PASSWD : ACCOUNTDB_SHADOW;
	const char *login = random_login(run, file);
	if (!login)
		return;
	size_t field = 4 + dice_below(run->dice, (unsigned)accountdb_field_count(file) - 4);
	const char *key = arena_printf(
		&run->world->arena, "%s:%s:%zu", login, accountdb_file_name(file), field);
	if (table_get(taken, key))
		return;
	table_set(taken, key, run);
	const char *before = arena_strdup(&run->world->arena,
		accountdb_field(accountdb_find(&run->world->db, file, login), field));
	push(run,
		(struct edit){ .kind = EDIT_SET_FIELD,
			.file = file,
			.user = login,
			.name = login,
			.field = field,
			.before = before,
			.after = "changed" });
}

static void
push_leave(struct random_run *run, struct table *taken)
{
	const char *group = random_login(run, ACCOUNTDB_GROUP);
	if (!group)
		return;
	const struct string_list *members =
		accountdb_members(accountdb_find(&run->world->db, ACCOUNTDB_GROUP, group));
	if (!members->count)
		return;
	const char *member = members->items[dice_below(run->dice, (unsigned)members->count)];
	const char *key = arena_printf(&run->world->arena, "%s>%s", group, member);
	if (table_get(taken, key))
		return;
	table_set(taken, key, run);
	push(run, (struct edit)LEAVE(GROUP, member, group));
}

static void
make_random_run(struct random_run *run)
{
	struct table taken = { .arena = &run->world->arena };
	unsigned users = dice_below(run->dice, 5), changes = dice_below(run->dice, 8);
	for (unsigned i = 0; i < users; i++)
		push_new_user(run, i);
	for (unsigned i = 0; i < changes; i++) {
		push_field_change(run, &taken);
		push_leave(run, &taken);
	}
	edits_remember(&run->edits, &run->world->db, &run->world->arena);
}

static void
test_random_runs_and_their_undo_are_byte_for_byte(void **state)
{
	(void)state;
	size_t edits_seen = 0;
	for (unsigned seed = 1; seed <= 500; seed++) {
		AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
		struct dice dice = { seed * 0x9e3779b97f4a7c15u };
		const char *texts[ACCOUNTDB_FILES];
		for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
			texts[file] = random_account_file(&dice, file, &world.arena);
		struct account_files files = { texts[ACCOUNTDB_GROUP],
			dice_one_in(&dice, 4) ? NULL : texts[ACCOUNTDB_GSHADOW],
			texts[ACCOUNTDB_SHADOW], texts[ACCOUNTDB_PASSWD] };
		parse(&world, &files);
		struct random_run run = { .world = &world, .dice = &dice };
		make_random_run(&run);
		edits_seen += run.edits.count;

		assert_true(apply_all(&world, &run.edits, true));
		reload(&world, &next);
		ARRAY_FOREACH (edit, &run.edits) {
			const char *why;
			assert_int_equal(state_of(edit, &next, &why), EDIT_AFTER);
		}
		assert_int_equal(undo_all(&next, &run.edits, NULL), 0);
		assert_files(&next, &files);
	}
	assert_true(edits_seen > 5000);
}

static void
test_ten_thousand_accounts_come_and_go_in_one_run(void **state)
{
	(void)state;
	AUTO_WORLD struct account_world world = { 0 }, next = { 0 };
	parse(&world, &host);
	struct dice dice = { 1 };
	struct random_run run = { .world = &world, .dice = &dice };
	push(&run, (struct edit)ADD(GROUP, NULL, "sftponly", jail_group));
	for (unsigned i = 0; i < 10000; i++) {
		push_new_user(&run, i);
		const char *login = arena_printf(&world.arena, "new%u", i);
		push(&run, (struct edit)JOIN(GROUP, login, "sftponly"));
	}
	edits_remember(&run.edits, &world.db, &world.arena);
	assert_true(apply_all(&world, &run.edits, true));
	struct accountdb_line *jail = accountdb_find(&world.db, ACCOUNTDB_GROUP, "sftponly");
	assert_int_equal(accountdb_members(jail)->count, 10000);
	assert_non_null(accountdb_find_id(&world.db, ACCOUNTDB_PASSWD, 29999));

	reload(&world, &next);
	assert_int_equal(undo_all(&next, &run.edits, NULL), 0);
	assert_files(&next, &host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_edit_of_a_run_is_before_then_after),
		cmocka_unit_test(test_a_line_of_others_is_foreign_and_says_why),
		cmocka_unit_test(test_an_added_line_is_after_whatever_others_changed_in_it),
		cmocka_unit_test(test_a_shadow_line_without_a_login_is_ours_only_as_we_write_it),
		cmocka_unit_test(test_a_field_is_judged_by_its_value),
		cmocka_unit_test(test_membership_of_a_missing_group_is_none),
		cmocka_unit_test(test_a_run_creates_accounts_that_are_born_expired),
		cmocka_unit_test(test_applying_twice_changes_nothing_more),
		cmocka_unit_test(test_without_the_gate_a_shadow_line_has_its_own_expiry),
		cmocka_unit_test(test_every_foreign_edit_is_an_error_of_its_own),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_a_missing_gshadow_takes_no_lines),
		cmocka_unit_test(test_activation_gives_each_line_its_own_expiry),
		cmocka_unit_test(test_activation_leaves_what_others_set_or_removed),
		cmocka_unit_test(test_the_gate_shuts_exactly_the_users_being_undone),
		cmocka_unit_test(test_the_gate_leaves_an_account_that_is_no_longer_ours),
		cmocka_unit_test(test_undo_gives_every_file_back),
		cmocka_unit_test(test_undo_does_not_need_the_secrets_of_new_accounts),
		cmocka_unit_test(test_undo_of_one_user_keeps_what_the_others_share),
		cmocka_unit_test(test_a_shared_group_stays_while_it_is_somebodys_primary_group),
		cmocka_unit_test(test_a_users_own_group_that_others_joined_is_a_conflict),
		cmocka_unit_test(test_a_login_that_goes_leaves_the_groups_that_others_gave_it),
		cmocka_unit_test(test_a_member_that_passwd_never_had_keeps_a_group),
		cmocka_unit_test(test_an_account_that_is_kept_keeps_the_groups_it_is_in),
		cmocka_unit_test(test_a_shadow_line_added_on_its_own_goes_on_its_own),
		cmocka_unit_test(test_what_a_shared_group_got_stays_as_long_as_the_group_is_needed),
		cmocka_unit_test(test_an_account_with_another_uid_is_kept_whole_and_jailed),
		cmocka_unit_test(test_what_others_changed_in_a_line_that_goes_is_noted),
		cmocka_unit_test(test_a_renamed_login_is_noted),
		cmocka_unit_test(test_a_plan_with_a_broken_id_is_not_undone),
		cmocka_unit_test(test_changed_fields_and_members_go_back),
		cmocka_unit_test(test_what_others_changed_since_is_kept_and_named),
		cmocka_unit_test(test_a_password_is_kept_when_the_old_one_is_not_known),
		cmocka_unit_test(test_undo_of_a_change_of_somebody_who_is_gone_is_a_conflict),
		cmocka_unit_test(test_a_missing_final_newline_comes_back),
		cmocka_unit_test(test_a_final_newline_stays_when_another_line_is_the_last),
		cmocka_unit_test(test_short_lines_become_short_again),
		cmocka_unit_test(test_members_return_to_their_places),
		cmocka_unit_test(test_random_runs_and_their_undo_are_byte_for_byte),
		cmocka_unit_test(test_ten_thousand_accounts_come_and_go_in_one_run),
	};
	return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
