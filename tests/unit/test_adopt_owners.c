/* Whose a copied entry becomes: nobody reads by it what the old machine kept from him. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/run/adopt.h"

enum { OLD = 1002, NEW = 20001, ANOTHER = 1007, SHADOW = 42, TEAM = 1500 };

/* anna was 1002:1002 and in TEAM; "out" is a read-only folder of her layout. */
static struct step
filling_from(bool foreign)
{
	static struct step_folder folders[] = {
		{ .path = "out", .owner = { 0, NEW, 0750 }, .sealed = true },
	};
	static const char *groups[] = { "1500" };
	return (struct step){
		.kind = STEP_HOME_FILL,
		.user = "anna",
		.folders = { folders, 1, 1 },
		.home = {
			.old_uid = OLD,
			.old_gid = OLD,
			.new_uid = NEW,
			.new_gid = NEW,
			.folder_gid = 999,
			.old_groups = { groups, 1, 1 },
			.foreign = foreign,
		},
	};
}

struct expected_owner {
	const char *path;
	struct stat found;
	struct host_owner becomes;
};

#define FOUND(uid_, gid_, mode_, links_)                                                           \
	{                                                                                          \
		.st_uid = uid_, .st_gid = gid_, .st_mode = S_IFREG | (mode_), .st_nlink = links_   \
	}

static void
assert_owners(bool foreign, const struct expected_owner *expected, size_t count)
{
	const struct step step = filling_from(foreign);
	for (size_t i = 0; i < count; i++) {
		bool sealed;
		struct walk_entry entry = {
			.path = expected[i].path,
			.name = "file",
			.st = expected[i].found,
			.depth = 2,
		};
		struct host_owner owner = adopt_wanted_owner(&step, &entry, &sealed);
		if (owner.uid != expected[i].becomes.uid || owner.gid != expected[i].becomes.gid ||
			owner.mode != expected[i].becomes.mode)
			fail_msg("case %zu: %s becomes %u:%u %o", i, entry.path,
				(unsigned)owner.uid, (unsigned)owner.gid, (unsigned)owner.mode);
	}
}

static void
test_second_name_of_a_closed_file_stays_roots(void **state)
{
	(void)state;
	static const struct expected_owner expected[] = {
		{ "docs/passwords", FOUND(0, SHADOW, 0640, 2), { 0, 0, 0600 } },
		{ "docs/of-another", FOUND(ANOTHER, ANOTHER, 0600, 2), { 0, 0, 0600 } },
		{ "docs/of-team", FOUND(ANOTHER, TEAM, 0640, 2), { NEW, NEW, 0640 } },
		{ "docs/own", FOUND(OLD, OLD, 0600, 2), { NEW, NEW, 0600 } },
	};
	assert_owners(true, expected, ARRAY_LEN(expected));
}

/* The link count falls to one when passwd(1) renames a new file over /etc/shadow. */
static void
test_roots_file_of_a_group_is_not_opened_to_the_users(void **state)
{
	(void)state;
	static const struct expected_owner expected[] = {
		{ "docs/old-shadow", FOUND(0, SHADOW, 0640, 1), { 0, 0, 0640 } },
		{ "docs/of-team", FOUND(0, TEAM, 0660, 1), { 0, NEW, 0660 } },
		{ "docs/shared", FOUND(0, OLD, 0640, 1), { 0, NEW, 0640 } },
		{ "docs/upload", FOUND(ANOTHER, ANOTHER, 0640, 1), { NEW, NEW, 0640 } },
	};
	assert_owners(true, expected, ARRAY_LEN(expected));
}

static void
test_read_only_folder_opens_nothing_that_was_closed(void **state)
{
	(void)state;
	static const struct expected_owner expected[] = {
		{ "out/passwords", FOUND(0, SHADOW, 0640, 1), { 0, 0, 0600 } },
		{ "out/list", FOUND(0, 0, 0644, 1), { 0, NEW, 0644 } },
		{ "out/own", FOUND(OLD, OLD, 0600, 1), { 0, NEW, 0640 } },
	};
	assert_owners(true, expected, ARRAY_LEN(expected));
	assert_owners(false, expected, ARRAY_LEN(expected));
}

/* It may come from where set-ID bits do not count. */
static void
test_copy_on_the_same_machine_gives_no_set_id_bits(void **state)
{
	(void)state;
	static const struct expected_owner expected[] = {
		{ "docs/su", FOUND(0, 0, 04755, 2), { 0, 0, 0755 } },
		{ "docs/passwords", FOUND(0, SHADOW, 0640, 2), { 0, SHADOW, 0640 } },
	};
	assert_owners(false, expected, ARRAY_LEN(expected));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_name_of_a_closed_file_stays_roots),
		cmocka_unit_test(test_roots_file_of_a_group_is_not_opened_to_the_users),
		cmocka_unit_test(test_read_only_folder_opens_nothing_that_was_closed),
		cmocka_unit_test(test_copy_on_the_same_machine_gives_no_set_id_bits),
	};
	return cmocka_run_group_tests_name("adopt_owners", tests, NULL, NULL);
}
