/*
 * test_ldap_value.c - values and names of a directory: what they mean, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "importers/ldap/dn.h"
#include "importers/ldap/value.h"
#include "ldap_entry_fixture.h"

#define BYTES(text) ((struct bytes){ text, sizeof(text) - 1 })

static void
test_what_is_no_line_of_text_is_told(void **state)
{
	(void)state;
	assert_null(value_fault(BYTES("Zoë Vogel")));
	assert_string_equal(value_fault(BYTES("")), "has an empty value");
	assert_string_equal(value_fault(BYTES("root\0x")), "holds a NUL");
	assert_string_equal(value_fault(BYTES("x\nroot2::0:0")), "holds a line break");
	assert_string_equal(value_fault(BYTES("x\ry")), "holds a line break");
	assert_string_equal(value_fault(BYTES("\x1b[2J")), "holds a control character");
	assert_string_equal(value_fault(BYTES("\xff\xfe")), "is not valid UTF-8");
}

static void
test_numbers_fill_64_bits_and_no_more(void **state)
{
	static const struct {
		const char *text;
		int64_t number;
	} good[] = { { "0", 0 }, { "-1", -1 }, { "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN }, { "4294967295", 4294967295 } };
	static const char *const bad[] = { "", "-", "9223372036854775808", "1x", " 1", "+1",
		"99999999999999999999999999" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		int64_t number;
		assert_true(value_integer(
			(struct bytes){ good[i].text, strlen(good[i].text) }, &number));
		assert_int_equal(number, good[i].number);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t number;
		assert_false(value_integer((struct bytes){ bad[i], strlen(bad[i]) }, &number));
	}
}

static void
test_times_have_zones_and_are_days_of_the_calendar(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = { { "19700101000000Z", 0 }, { "20270115080000Z", 1800000000 },
		{ "20270115090000+0100", 1800000000 }, { "2027011508Z", 1800000000 },
		{ "202701150730-0030", 1800000000 }, { "20270115080000.123Z", 1800000000 },
		{ "20240229000000Z", 1709164800 }, { "20270115075960Z", 1800000000 },
		{ "19691231235959Z", -1 } };
	static const char *const bad[] = { "", "20270115080000", "20270115", "20230229000000Z",
		"20270132000000Z", "20271301000000Z", "20270115250000Z", "20270115080000.Z",
		"20270115080000Zx", "20270115080000+2500", "2027-01-15T08:00:00Z" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		int64_t seconds;
		assert_true(
			value_time((struct bytes){ good[i].text, strlen(good[i].text) }, &seconds));
		assert_int_equal(seconds, good[i].seconds);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int64_t seconds;
		assert_false(value_time((struct bytes){ bad[i], strlen(bad[i]) }, &seconds));
	}
}

static void
test_identifiers_are_written_as_their_owners_write_them(void **state)
{
	struct fixture *fixture = *state;
	static const char guid[] =
		"\xae\x4f\x1d\xf8\xec\x7d\xd0\x11\xa7\x65\x00\xa0\xc9\x1e\x6b\xf6";
	static const char sid[] = "\x01\x05\x00\x00\x00\x00\x00\x05\x15\x00\x00\x00\xdc\xf4\xdc\x3b"
				  "\x83\x3d\x2b\x46\x82\x8b\xa6\x28\x00\x02\x00\x00";
	assert_string_equal(
		value_guid(&fixture->arena, BYTES(guid)), "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
	assert_null(value_guid(&fixture->arena, BYTES("short")));
	assert_string_equal(value_sid(&fixture->arena, BYTES(sid)),
		"S-1-5-21-1004336348-1177238915-682003330-512");
	assert_null(value_sid(&fixture->arena, (struct bytes){ sid, sizeof(sid) - 2 }));
	assert_null(value_sid(&fixture->arena, BYTES("")));
	assert_string_equal(
		value_uuid(&fixture->arena, BYTES("F218B638-7fb3-1041-96f7-178352874f07")),
		"f218b638-7fb3-1041-96f7-178352874f07");
	assert_null(value_uuid(&fixture->arena, BYTES("f218b638-7fb3-1041-96f7-178352874f0g")));
}

static const char *
normal(struct fixture *fixture, const char *dn)
{
	return dn_normal(&fixture->arena, (struct bytes){ dn, strlen(dn) });
}

static void
test_spellings_of_one_name_are_the_same(void **state)
{
	static const char *const same[][4] = {
		{ "uid=anna,ou=people,dc=x", "UID=Anna, OU=People , dc=X",
			"uid=anna;ou=people;dc=x", "uid = anna,ou=\\70eople,dc=x" },
		{ "cn=vogel\\, anna,dc=x", "cn=\"Vogel, Anna\",dc=x", "CN=Vogel\\2C  Anna,DC=x",
			"cn=Vogel\\, Anna\\20,dc=x" },
		{ "cn=zoë,dc=x", "cn=ZO\\C3\\8B,dc=x", "cn=Zo\\c3\\ab,dc=x", "CN=zoë,DC=X" },
		{ "cn=a+uid=b,dc=x", "uid=b+cn=a,dc=x", "UID=B + CN=A,dc=x", "cn=A+uid=B,dc=x" },
	};
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		for (size_t j = 1; j < 4; j++)
			assert_string_equal(normal(*state, same[i][j]), normal(*state, same[i][0]));
	}
}

static void
test_different_names_stay_different(void **state)
{
	static const char *const different[] = { "cn=a,dc=x", "cn=a\\,dc=x", "cn=a,dc=x,dc=y",
		"cn=a+dc=x", "cn=ab,dc=x", "cn=a b,dc=x", "cn=a\\00,dc=x", "cn=a\\2bdc=x",
		"cn=,dc=x", "", "no name", "=,dc=x", "cn=\"a,dc=x", "cn=a\\" };
	for (size_t i = 0; i < ARRAY_LEN(different); i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(
				normal(*state, different[i]), normal(*state, different[j]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_what_is_no_line_of_text_is_told),
		fixture_test(test_numbers_fill_64_bits_and_no_more),
		fixture_test(test_times_have_zones_and_are_days_of_the_calendar),
		fixture_test(test_identifiers_are_written_as_their_owners_write_them),
		fixture_test(test_spellings_of_one_name_are_the_same),
		fixture_test(test_different_names_stay_different),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
