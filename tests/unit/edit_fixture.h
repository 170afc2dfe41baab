/*
 * edit_fixture.h - a run that creates two accounts, and files before and after it.
 *
 * Include after cmocka.h.
 */
#ifndef REHOME_TESTS_EDIT_FIXTURE_H
#define REHOME_TESTS_EDIT_FIXTURE_H

#include "account_files.h"
#include "core/plan/edit.h"

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

static inline void
parse(struct account_world *world, const struct account_files *files)
{
	assert_true(account_world_parse(world, files));
}

static inline void
assert_files(struct account_world *world, const struct account_files *expected)
{
	assert_string_equal(account_world_text(world, ACCOUNTDB_GROUP), expected->group);
	if (expected->gshadow)
		assert_string_equal(
			account_world_text(world, ACCOUNTDB_GSHADOW), expected->gshadow);
	assert_string_equal(account_world_text(world, ACCOUNTDB_SHADOW), expected->shadow);
	assert_string_equal(account_world_text(world, ACCOUNTDB_PASSWD), expected->passwd);
}

static inline bool
apply_all(struct account_world *world, const struct edit_list *edits, bool gated)
{
	bool good = true;
	for (enum accountdb_file file = 0; file < ACCOUNTDB_FILES; file++)
		good = edits_apply(edits, file, gated, &world->db, &world->diags) && good;
	return good;
}

static inline size_t
undo_all(struct account_world *world, const struct edit_list *edits, const struct table *users)
{
	size_t conflicts = 77;
	assert_true(edits_undo_all(edits, users, &world->db, &conflicts, &world->diags));
	return conflicts;
}

/* As another process finds the files that this one wrote. */
static inline void
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

static inline enum edit_state
state_of(const struct edit *edit, struct account_world *world, const char **ret_why)
{
	*ret_why = "";
	return edit_state(edit, &world->db, &world->arena, ret_why);
}

struct expected_diag {
	enum diag_level level;
	const char *code, *user, *message;
};

static inline void
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

static inline void
users_of(struct account_world *world, struct table *users, const char *login)
{
	users->arena = &world->arena;
	table_set(users, login, world);
}

#endif
