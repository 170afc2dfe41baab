/*
 * test_ldap_groups.c - which groups somebody is in, by every way that there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap_entry_fixture.h"

static void
load(struct fixture *fixture, struct groups *groups, const char *const *entries, size_t count)
{
	fixture_clear(fixture);
	groups_init(groups, &fixture->arena);
	for (size_t i = 0; i < count; i++) {
		struct directory_entry entry = entry_of(fixture, entries[i]);
		struct group_rest rest;
		groups_add(groups, &entry, &rest, &fixture->diags);
		assert_null(rest.attribute);
	}
	groups_complete(groups);
}

#define LOAD(fixture, groups, ...)                                                                 \
	do {                                                                                       \
		static const char *const entries_[] = { __VA_ARGS__ };                             \
		load(fixture, groups, entries_, ARRAY_LEN(entries_));                              \
	} while (0)

static const char *
names(struct fixture *fixture, struct groups *groups, const struct group_member *member,
	bool nested)
{
	AUTO_BUFFER struct buffer out = { 0 };
	struct memberships found = groups_of(groups, member, nested, false, &fixture->arena);
	ARRAY_FOREACH (item, &found)
		buffer_printf(&out, "%s%s", item == found.items ? "" : " ", item->group->name);
	return arena_strdup(&fixture->arena, buffer_text(&out));
}

static void
test_groups_are_found_by_every_way(void **state)
{
	struct fixture *fixture = *state;
	struct groups groups;
	struct group_member anna = {
		.dn = "uid=Anna,dc=x", .login = "anna", .has_gid = true, .gid = 20
	};
	LOAD(fixture, &groups, "cn=a,dc=x\ncn: a\nmember: UID=anna, DC=x",
		"cn=b,dc=x\ncn: b\nuniqueMember: uid=anna,dc=x#'01'B",
		"cn=c,dc=x\ncn: c\nmemberUid: anna", "cn=d,dc=x\ncn: d\ngidNumber: 20",
		"cn=e,dc=x\ncn: e", "cn=f,dc=x\ncn: f\nmemberUid: Anna",
		"cn=g,dc=x\ncn: g\nmember: uid=anna,dc=x,dc=y");
	ARRAY_PUSH(&fixture->arena, &anna.member_of, (struct bytes){ "CN=E,dc=x", 9 });
	ARRAY_PUSH(&fixture->arena, &anna.member_of, (struct bytes){ "cn=unknown,dc=x", 15 });
	assert_string_equal(names(fixture, &groups, &anna, true), "a b c d e");
	assert_no_diags(fixture);
}

static void
test_groups_of_groups_count_however_deep_and_round(void **state)
{
	struct fixture *fixture = *state;
	struct groups groups;
	struct group_member anna = { .dn = "uid=anna,dc=x" };
	LOAD(fixture, &groups, "cn=a,dc=x\ncn: a\nmember: uid=anna,dc=x\nmember: cn=c,dc=x",
		"cn=b,dc=x\ncn: b\nmember: cn=a,dc=x", "cn=c,dc=x\ncn: c\nmember: cn=b,dc=x",
		"cn=d,dc=x\ncn: d\nmember: cn=d,dc=x", "cn=e,dc=x\ncn: e",
		"cn=f,dc=x\ncn: f\nmemberOf: cn=e,dc=x\nmember: cn=c,dc=x");
	assert_string_equal(names(fixture, &groups, &anna, true), "a b c e f");
	assert_string_equal(names(fixture, &groups, &anna, false), "a");
}

static void
test_the_way_into_a_group_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct groups groups;
	struct group_member anna = { .dn = "uid=anna,dc=x" };
	LOAD(fixture, &groups, "cn=a,dc=x\ncn: a\nmember: uid=anna,dc=x",
		"cn=b,dc=x\ncn: b\nmember: cn=a,dc=x", "cn=c,dc=x\ncn: c\nmember: cn=b,dc=x");
	struct memberships found = groups_of(&groups, &anna, true, true, &fixture->arena);
	assert_int_equal(found.count, 3);
	assert_string_equal(found.items[0].via, "listed as a member by cn=a,dc=x");
	assert_string_equal(found.items[2].via,
		"listed as a member by cn=a,dc=x, which is in cn=b,dc=x, which is in cn=c,dc=x");
}

static void
test_a_group_without_a_usable_name_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct groups groups;
	struct group_member anna = { .dn = "uid=anna,dc=x" };
	LOAD(fixture, &groups, "cn=a,dc=x\ncn:: 610a62\nmember: uid=anna,dc=x",
		"ou=b,dc=x\nmember: uid=anna,dc=x",
		"cn=c,dc=x\ncn: z\ncn: c\nmember: uid=anna,dc=x");
	assert_string_equal(said(fixture),
		"cn=a,dc=x: warning: attribute 'cn' holds a line break; the group is left out | "
		"Give the group a name of one line, or exclude it with groups_filter.\n"
		"ou=b,dc=x: warning: attribute 'cn' is missing or not readable; the group is left "
		"out | Give the group a name of one line, or exclude it with groups_filter.\n");
	assert_string_equal(names(fixture, &groups, &anna, true), "c");
}

static void
test_members_come_in_ranges(void **state)
{
	struct fixture *fixture = *state;
	struct groups groups;
	struct group_rest rest;
	struct directory_entry first = entry_of(fixture,
		"cn=a,dc=x\ncn: a\nmember;range=0-1: uid=u0,dc=x\nmember;range=0-1: uid=u1,dc=x");
	struct directory_entry second =
		entry_of(fixture, "cn=a,dc=x\nmember;range=2-3: uid=u2,dc=x");
	struct directory_entry last = entry_of(fixture, "cn=a,dc=x\nmember;range=4-*: uid=u4,dc=x");
	groups_init(&groups, &fixture->arena);
	groups_add(&groups, &first, &rest, &fixture->diags);
	assert_string_equal(group_rest_attribute(&rest, &fixture->arena), "member;range=2-*");
	assert_true(groups_add_rest(&groups, &second, &rest));
	assert_string_equal(group_rest_attribute(&rest, &fixture->arena), "member;range=4-*");
	/* The same again, or nothing: it would never end. */
	assert_false(groups_add_rest(&groups, &first, &rest));
	struct directory_entry none = entry_of(fixture, "cn=a,dc=x");
	assert_false(groups_add_rest(&groups, &none, &rest));
	assert_true(groups_add_rest(&groups, &last, &rest));
	assert_null(rest.attribute);
	groups_complete(&groups);
	static const char *const in[] = { "uid=u0,dc=x", "uid=u2,dc=x", "uid=u4,dc=x" };
	for (size_t i = 0; i < ARRAY_LEN(in); i++) {
		struct group_member member = { .dn = in[i] };
		assert_string_equal(names(fixture, &groups, &member, true), "a");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_groups_are_found_by_every_way),
		fixture_test(test_groups_of_groups_count_however_deep_and_round),
		fixture_test(test_the_way_into_a_group_is_told),
		fixture_test(test_a_group_without_a_usable_name_is_left_out),
		fixture_test(test_members_come_in_ranges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
