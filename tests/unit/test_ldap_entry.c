/*
 * test_ldap_entry.c - what entries of a directory say of people, and which are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ldap_entry_fixture.h"

#define UUID "f218b638-7fb3-1041-96f7-178352874f07"
#define PERSON "uid=anna,dc=x\nentryUUID: " UUID "\nuid: anna\n"
#define USER                                                                                       \
	"CN=Anna,DC=x\nobjectGUID:: ae4f1df8ec7dd011a76500a0c91e6bf6\nsAMAccountName: Anna\n"      \
	"userAccountControl: 512\n"
#define GUID "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"

struct entry_case {
	const char *entry, *expected;
};

static void
assert_entries(struct fixture *fixture, const struct entry_profile *profile,
	const struct entry_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_string_equal(
			read_entry(fixture, profile, cases[i].entry), cases[i].expected);
}

/* ---- records ---- */

static void
test_an_entry_gives_its_attributes_and_what_follows_from_them(void **state)
{
	assert_string_equal(
		read_entry(*state, &entry_posix,
			PERSON
			"cn: Vogel\ncn: Anna Vogel\nmail: anna@example.org\nuidNumber: 2001\n"
			"sshPublicKey:: 7373682d612061610a0d0a7373682d622062620d0a\n"
			"userPassword: {CRYPT}x\nCN;lang-de: Anna\ndescription: not asked for\n"),
		"entry_key=" UUID "\nuid=anna\ncn=Anna Vogel\ncn=Vogel\nmail=anna@example.org\n"
		"uidNumber=2001\naccount_state=active\nssh_key=ssh-a aa\nssh_key=ssh-b bb\n"
		"password_hash={CRYPT}x\n");
}

static void
test_what_a_mapping_names_is_asked_for_and_given(void **state)
{
	struct fixture *fixture = *state;
	struct entry_reader reader;
	struct string_list columns = { 0 };
	static const char *const names[] = { "cn;lang-de", "MAIL", "departmentNumber", "group_name",
		"group_nam", "not an attribute" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		string_list_push(&fixture->arena, &columns, names[i]);
	entry_reader_init(&reader, &entry_posix, &columns, &fixture->arena);
	assert_int_equal(reader.raw.count, 11);
	assert_string_equal(reader.raw.items[9], "cn;lang-de");
	assert_string_equal(reader.raw.items[10], "departmentNumber");
	struct string_list asked = entry_attributes(&reader);
	assert_true(string_list_has(&asked, "departmentNumber"));
	assert_true(string_list_has(&asked, "entryUUID"));
	assert_false(string_list_has(&asked, "group_nam"));
	assert_string_equal(read_with(fixture, &reader,
				    PERSON "cn;lang-de: Änna\ncn: Anna\nDepartmentNumber: 17\n"),
		"entry_key=" UUID "\nuid=anna\ncn=Anna\ncn;lang-de=Änna\ndepartmentNumber=17\n"
		"account_state=active\n");
}

static void
test_active_directory_has_its_own_names(void **state)
{
	assert_string_equal(read_entry(*state, &entry_ad,
				    USER "altSecurityIdentities: X509:<I>CN=ca<S>CN=anna\n"
					 "altSecurityIdentities: Kerberos:anna@EXAMPLE.ORG\n"
					 "altSecurityIdentities: SSHKey: ssh-ed25519 AAAA\n"
					 "altSecurityIdentities: ecdsa-sha2-nistp256 AAAB\n"
					 "accountExpires: 9223372036854775807\n"),
		"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=active\n"
		"account_expires=never\nssh_key=ssh-ed25519 AAAA\n"
		"ssh_key=ecdsa-sha2-nistp256 AAAB\n");
	assert_string_equal(
		read_entry(*state, &entry_ad, "CN=OTHER$,DC=x\nuserAccountControl: 2080\n"),
		"nobody");
}

/* ---- state ---- */

static void
test_an_account_is_disabled_by_any_server_in_its_own_words(void **state)
{
	static const struct {
		const char *line, *state;
	} cases[] = {
		{ "nsAccountLock: TRUE\n", "disabled" },
		{ "nsAccountLock: true\n", "disabled" },
		{ "nsAccountLock: false\n", "active" },
		{ "loginDisabled: TRUE\n", "disabled" },
		{ "pwdAccountLockedTime: 000001010000Z\n", "disabled" },
		{ "pwdAccountLockedTime: 00000101000000Z\n", "disabled" },
		{ "pwdAccountLockedTime: 20200101000000Z\n", "disabled" },
		{ "pwdStartTime: 20270115080001Z\n", "disabled" },
		{ "pwdStartTime: 20270115075959Z\n", "active" },
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *entry = arena_printf(
			&((struct fixture *)*state)->arena, PERSON "%s", cases[i].line);
		assert_string_equal(read_entry(*state, &entry_posix, entry),
			arena_printf(&((struct fixture *)*state)->arena,
				"entry_key=" UUID "\nuid=anna\naccount_state=%s\n",
				cases[i].state));
	}
}

static void
test_a_lock_after_wrong_passwords_ends_with_its_time(void **state)
{
	struct fixture *fixture = *state;
	struct entry_reader reader;
	entry_reader_init(&reader, &entry_posix, NULL, &fixture->arena);
	reader.now = 1800000000;
	reader.lockout = 600;
	static const char active[] = "entry_key=" UUID "\nuid=anna\naccount_state=active\n";
	static const char disabled[] = "entry_key=" UUID "\nuid=anna\naccount_state=disabled\n";
	assert_string_equal(
		read_with(fixture, &reader, PERSON "pwdAccountLockedTime: 20270115075001Z\n"),
		disabled);
	assert_string_equal(
		read_with(fixture, &reader, PERSON "pwdAccountLockedTime: 20270115075000Z\n"),
		active);
	assert_string_equal(
		read_with(fixture, &reader, PERSON "pwdAccountLockedTime: 000001010000Z\n"),
		disabled);
}

static void
test_the_earliest_end_counts_and_a_time_of_day_ends_with_the_day(void **state)
{
	static const struct entry_case cases[] = {
		{ PERSON "shadowExpire: 23741\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=active\n"
			"account_expires=2035-01-01\n" },
		{ PERSON "shadowExpire: 18262\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=disabled\n"
			"account_expires=2020-01-01\n" },
		{ PERSON "shadowExpire: 0\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=disabled\n"
			"account_expires=1970-01-02\n" },
		{ PERSON "shadowExpire: -1\n",
			"entry_key=" UUID
			"\nuid=anna\naccount_state=active\naccount_expires=never\n" },
		{ PERSON "objectClass: shadowAccount\n",
			"entry_key=" UUID
			"\nuid=anna\naccount_state=active\naccount_expires=never\n" },
		{ PERSON "objectClass: shadowAccount\nkrbPrincipalExpiration: 20280101120000Z\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=active\n"
			"account_expires=2028-01-02\n" },
		{ PERSON "shadowExpire: 23741\npwdEndTime: 20280101000000Z\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=active\n"
			"account_expires=2028-01-01\n" },
		{ PERSON "loginExpirationTime: 20270115080000Z\n",
			"entry_key=" UUID "\nuid=anna\naccount_state=disabled\n"
			"account_expires=2027-01-16\n" },
	};
	assert_entries(*state, &entry_posix, cases, ARRAY_LEN(cases));
}

static void
test_the_states_of_active_directory(void **state)
{
	static const struct entry_case cases[] = {
		{ USER "accountExpires: 0\n",
			"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=active\n"
			"account_expires=never\n" },
		/* 2028-01-01 00:00 */
		{ USER "accountExpires: 134747712000000000\n",
			"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=active\n"
			"account_expires=2028-01-01\n" },
		{ USER "accountExpires: 1\n",
			"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=disabled\n"
			"account_expires=1970-01-02\n" },
		{ "CN=A,DC=x\nobjectGUID:: ae4f1df8ec7dd011a76500a0c91e6bf6\nuserAccountControl: "
		  "514\n",
			"entry_key=" GUID "\naccount_state=disabled\n" },
		{ "CN=A,DC=x\nobjectGUID:: ae4f1df8ec7dd011a76500a0c91e6bf6\nuserAccountControl: "
		  "-2147483134\n",
			"entry_key=" GUID "\naccount_state=disabled\n" },
		{ USER "msDS-User-Account-Control-Computed: 16\n",
			"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=disabled\n" },
		{ USER "msDS-User-Account-Control-Computed: 8388608\n",
			"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=active\n" },
	};
	assert_entries(*state, &entry_ad, cases, ARRAY_LEN(cases));
}

/* Who asks may not read it, and then everybody would be active. */
static void
test_nobody_of_active_directory_is_active_unless_it_says_so(void **state)
{
	static const struct entry_case cases[] = {
		{ "CN=A,DC=x\nobjectGUID:: ae4f1df8ec7dd011a76500a0c91e6bf6\n",
			"CN=A,DC=x: error: attribute 'userAccountControl' is missing or not "
			"readable, so nobody knows whether the account is disabled | Let the "
			"account that asks the server read it.\n" },
	};
	assert_entries(*state, &entry_ad, cases, ARRAY_LEN(cases));
}

/* ---- refusals ---- */

static void
test_hostile_values_are_errors_of_their_dn_and_attribute(void **state)
{
	static const struct entry_case cases[] = {
		{ PERSON "uid: second\n",
			"uid=anna,dc=x: error: attribute 'uid' has 2 values, and one is expected | "
			"Leave one in the directory.\n" },
		{ "uid=a,dc=x\nentryUUID: " UUID "\nuid:: 726f6f740078\n",
			"uid=a,dc=x: error: attribute 'uid' holds a NUL | Correct it in the "
			"directory, or exclude the entry with filter.\n" },
		{ PERSON "gecos:: 780a726f6f74323a\n",
			"uid=anna,dc=x: error: attribute 'gecos' holds a line break | Correct it "
			"in "
			"the directory, or exclude the entry with filter.\n" },
		{ PERSON "homeDirectory:: 1b5b324a\n",
			"uid=anna,dc=x: error: attribute 'homeDirectory' holds a control character "
			"| Correct it in the directory, or exclude the entry with filter.\n" },
		{ PERSON "displayName:: fffe\n",
			"uid=anna,dc=x: error: attribute 'displayName' is not valid UTF-8 | "
			"Correct "
			"it in the directory, or exclude the entry with filter.\n" },
		{ PERSON "mail: \n",
			"uid=anna,dc=x: error: attribute 'mail' has an empty value | Correct it in "
			"the directory, or exclude the entry with filter.\n" },
		{ PERSON "uidNumber: 4294967295\n",
			"uid=anna,dc=x: error: attribute 'uidNumber' '4294967295' is no number "
			"from "
			"0 to 4294967294 | Correct it in the directory.\n" },
		{ PERSON "gidNumber: -1\n",
			"uid=anna,dc=x: error: attribute 'gidNumber' '-1' is no number from 0 to "
			"4294967294 | Correct it in the directory.\n" },
		{ PERSON "uidNumber: 99999999999999999999999999999999999999999999\n",
			"uid=anna,dc=x: error: attribute 'uidNumber' "
			"'9999999999999999999999999999999999999999...' is no number from 0 to "
			"4294967294 | Correct it in the directory.\n" },
		{ PERSON "shadowExpire: 999999999999999999\n",
			"uid=anna,dc=x: error: attribute 'shadowExpire' '999999999999999999' is no "
			"number from -1 to 2932896 | Correct it in the directory.\n" },
		{ PERSON "nsAccountLock: maybe\n",
			"uid=anna,dc=x: error: attribute 'nsAccountLock' is neither TRUE nor FALSE "
			"| Correct it in the directory.\n" },
		{ PERSON "pwdAccountLockedTime: yesterday\n",
			"uid=anna,dc=x: error: attribute 'pwdAccountLockedTime' is no time | Write "
			"it like 20271231235959Z (RFC 4517).\n" },
		{ PERSON "sshPublicKey:: fffe0001\n",
			"uid=anna,dc=x: error: attribute 'sshPublicKey' holds a NUL | Correct it "
			"in "
			"the directory, or exclude the entry with filter.\n" },
	};
	assert_entries(*state, &entry_posix, cases, ARRAY_LEN(cases));
}

static void
test_an_entry_without_a_readable_key_is_an_error(void **state)
{
	static const struct entry_case cases[] = {
		{ "uid=a,dc=x\nuid: a\n",
			"uid=a,dc=x: error: attribute 'entryUUID' is missing or not readable, so "
			"nobody knows whose entry it is | Let the account that asks the server "
			"read it, or name another one with key_attribute.\n" },
		{ "uid=a,dc=x\nuid: a\nentryUUID: 1\n",
			"uid=a,dc=x: error: attribute 'entryUUID' has not the form of an "
			"identifier "
			"| Name another one with key_attribute.\n" },
		{ "uid=a,dc=x\nuid: a\nentryUUID: " UUID "\nentryUUID: " UUID "\n",
			"uid=a,dc=x: error: attribute 'entryUUID' has 2 values, and one is "
			"expected "
			"| Leave one in the directory.\n" },
	};
	assert_entries(*state, &entry_posix, cases, ARRAY_LEN(cases));
}

static void
test_all_entries_of_a_listing_have_the_same_kind_of_key(void **state)
{
	struct fixture *fixture = *state;
	struct entry_reader reader;
	entry_reader_init(&reader, &entry_posix, NULL, &fixture->arena);
	assert_string_equal(read_with(fixture, &reader,
				    "uid=a,dc=x\nnsUniqueId: 1-2-3-4\nipaUniqueID: other\n"),
		"entry_key=1-2-3-4\naccount_state=active\n");
	assert_string_equal(read_with(fixture, &reader, "uid=b,dc=x\nentryUUID: " UUID "\n"),
		"uid=b,dc=x: error: attribute 'nsUniqueId' is missing or not readable, so nobody "
		"knows whose entry it is | Let the account that asks the server read it, or name "
		"another one with key_attribute.\n");
	entry_reader_init(&reader, &entry_ad, NULL, &fixture->arena);
	reader.key = "objectSid";
	assert_string_equal(read_with(fixture, &reader,
				    "CN=a,DC=x\nuserAccountControl: 512\nobjectSid:: "
				    "010500000000000515000000dcf4dc3b833d2b46828ba62800020000\n"),
		"entry_key=S-1-5-21-1004336348-1177238915-682003330-512\naccount_state=active\n");
}

/* ---- groups ---- */

static void
test_groups_of_an_entry_are_columns_with_the_way_to_them(void **state)
{
	struct fixture *fixture = *state;
	struct entry_reader reader;
	struct groups groups;
	struct group_rest rest;
	struct directory_entry people = entry_of(fixture,
		"CN=People,DC=x\ncn: People\nobjectSid:: "
		"010500000000000515000000dcf4dc3b833d2b46828ba62801020000\n");
	struct directory_entry press =
		entry_of(fixture, "CN=Press,DC=x\ncn: Press\nmember: CN=People,DC=x\n");
	groups_init(&groups, &fixture->arena);
	groups_add(&groups, &people, &rest, &fixture->diags);
	groups_add(&groups, &press, &rest, &fixture->diags);
	groups_complete(&groups);
	entry_reader_init(&reader, &entry_ad, NULL, &fixture->arena);
	reader.groups = &groups;
	reader.explain = true;
	assert_string_equal(
		read_with(fixture, &reader,
			USER "primaryGroupID: 513\nobjectSid:: "
			     "010500000000000515000000dcf4dc3b833d2b46828ba62850040000\n"),
		"entry_key=" GUID "\nsAMAccountName=Anna\naccount_state=active\n"
		"group_name=People < primary group: CN=People,DC=x\n"
		"group_name=Press < primary group: CN=People,DC=x, which is in CN=Press,DC=x\n"
		"group_dn=CN=People,DC=x < primary group: CN=People,DC=x\n"
		"group_dn=CN=Press,DC=x < primary group: CN=People,DC=x, which is in "
		"CN=Press,DC=x\n");
	assert_string_equal(
		read_with(fixture, &reader, USER "memberOf;range=0-1499: CN=People,DC=x\n"),
		"CN=Anna,DC=x: error: attribute 'memberOf' has more values than the server tells "
		"at once | Take the entry out of some groups, or leave memberOf to the groups.\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_an_entry_gives_its_attributes_and_what_follows_from_them),
		fixture_test(test_what_a_mapping_names_is_asked_for_and_given),
		fixture_test(test_active_directory_has_its_own_names),
		fixture_test(test_an_account_is_disabled_by_any_server_in_its_own_words),
		fixture_test(test_a_lock_after_wrong_passwords_ends_with_its_time),
		fixture_test(test_the_earliest_end_counts_and_a_time_of_day_ends_with_the_day),
		fixture_test(test_the_states_of_active_directory),
		fixture_test(test_nobody_of_active_directory_is_active_unless_it_says_so),
		fixture_test(test_hostile_values_are_errors_of_their_dn_and_attribute),
		fixture_test(test_an_entry_without_a_readable_key_is_an_error),
		fixture_test(test_all_entries_of_a_listing_have_the_same_kind_of_key),
		fixture_test(test_groups_of_an_entry_are_columns_with_the_way_to_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
